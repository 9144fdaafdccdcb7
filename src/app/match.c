/* match - MATCH and -c over messages; see match.h. */
#include "app/match.h"

#include <errno.h>
#include <stdio.h>

#include "sipwhy/mem.h"
#include "sipwhy/regex.h"

struct match {
	struct regex *pattern; /* NULL: none */
	bool invert;
	bool calls_only;
};

static int
match_compile(struct match *m, const char *pattern, bool icase, struct errmsg *em)
{
	const struct regex_cfg cfg = { .icase = icase, .steps = 100000, .depth = 1000 };
	struct errmsg why = { "" };
	size_t at = 0;
	int err = regex_new(&m->pattern, slice_str(pattern), &cfg, &why, &at);

	if (err == -EINVAL)
		return errmsg_set(em, err, "MATCH \"%s\": %s at character %zu", pattern, why.text, at + 1);
	return err != 0 ? errmsg_set(em, err, "out of memory") : 0;
}

int
match_new(struct match **out, const char *pattern, bool icase, bool invert, bool calls_only, struct errmsg *em)
{
	struct match *m = mem_zalloc(sizeof *m);
	int err = 0;

	if (m == NULL)
		return errmsg_set(em, -ENOMEM, "out of memory");
	m->invert = invert;
	m->calls_only = calls_only;
	if (pattern != NULL)
		err = match_compile(m, pattern, icase, em);
	if (err != 0) {
		match_free(m);
		return err;
	}
	*out = m;
	return 0;
}

void
match_free(struct match *m)
{
	if (m == NULL)
		return;
	regex_free(m->pattern);
	mem_free(m);
}

static bool
match_is_call(enum sip_method method)
{
	return method != METHOD_REGISTER && method != METHOD_OPTIONS && method != METHOD_SUBSCRIBE &&
	    method != METHOD_NOTIFY && method != METHOD_PUBLISH && method != METHOD_MESSAGE;
}

static const char *
match_bytes(struct slice s)
{
	return s.n > 0 ? s.p : "";
}

bool
match_wants(const struct match *m, struct slice bytes, const struct sipmsg *s)
{
	if (m->calls_only && !match_is_call(s->method))
		return false;
	return m->pattern == NULL || regex_match(m->pattern, bytes, 0) != m->invert;
}

/* A slice as the arguments of "%.*s"; what is longer than any of these fields is cut. */
static int
match_shown(struct slice s)
{
	return s.n < 256 ? (int)s.n : 256;
}

bool
match_wants_statement(const struct match *m, const struct sipmsg *s)
{
	struct slice name = s->method_name.n > 0 ? s->method_name : slice_str(sip_method_name(s->method));
	char text[2048];
	int n;

	if (m->pattern == NULL)
		return match_wants(m, (struct slice){ NULL, 0 }, s);
	n = snprintf(text, sizeof text,
	    "SIP/2.0 %u %.*s\r\nFrom: %.*s\r\nTo: %.*s\r\nCall-ID: %.*s\r\nCSeq: %u %.*s\r\n\r\n", (unsigned)s->code,
	    match_shown(s->phrase), match_bytes(s->phrase), match_shown(s->from), match_bytes(s->from),
	    match_shown(s->to), match_bytes(s->to), match_shown(s->call_id), match_bytes(s->call_id), (unsigned)s->cseq,
	    match_shown(name), match_bytes(name));
	return match_wants(m, (struct slice){ text, (size_t)n }, s);
}

bool
match_wants_notice(const struct match *m, const struct notice *n)
{
	struct sipmsg s = { .method = sip_method_find(n->method) };

	return match_wants(m, n->text, &s);
}
