/*
 * filter_fuzz - the first line is a filter, the rest makes an event.  What must hold: a refusal has one sentence and a
 * place inside the text; what is taken is the same when read again and answers the same; a filter and its negation
 * never agree; its terms stand in its text; what a field tells is a condition that matches; a hint lies in the text.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sipwhy/filter.h"
#include "sipwhy/rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
fuzz_must(bool truth)
{
	if (!truth)
		abort();
}

static const char *
fuzz_named(void *ctx, struct slice name)
{
	(void)name;
	return ctx;
}

/* Texts of the event: what stands between the bytes 0x1f, over and over. */
static struct slice
fuzz_text(struct slice *rest, struct slice all)
{
	if (rest->p == NULL)
		*rest = all;
	return slice_cut(rest, '\x1f');
}

static uint32_t
fuzz_number(struct slice all, size_t at)
{
	uint32_t v = 0;

	if (all.n >= at + sizeof v)
		memcpy(&v, all.p + at, sizeof v);
	return v;
}

static struct event
fuzz_event(struct slice all)
{
	struct event e = { .t_ns = (int64_t)(fuzz_number(all, 0) * UINT64_C(1000000001) << (fuzz_number(all, 4) & 7)),
		.code = (uint16_t)(fuzz_number(all, 8) % 703),
		.q850 = (int16_t)fuzz_number(all, 9),
		.reason_sip = (int16_t)fuzz_number(all, 10),
		.warn_code = (int16_t)fuzz_number(all, 11),
		.transport = (uint8_t)fuzz_number(all, 12),
		.direction = (uint8_t)(fuzz_number(all, 13) % 3),
		.setup_ms = (int32_t)fuzz_number(all, 14),
		.repeats = fuzz_number(all, 15),
		.copies = fuzz_number(all, 16) };
	struct slice rest = { NULL, 0 },
		     *texts[] = { &e.raw, &e.to, &e.src, &e.peer, &e.user_agent, &e.from, &e.phrase, &e.call_id, &e.dst,
			     &e.said_by, &e.agent, &e.reason, &e.warning, &e.retry_after, &e.leg, &e.method };

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		*texts[i] = fuzz_text(&rest, all);
	return e;
}

static void
fuzz_hint(struct slice text, size_t cursor)
{
	struct filter_hint h;

	filter_hint(text, cursor, &h);
	fuzz_must(h.from + h.part.n <= text.n && (h.part.n == 0 || h.part.p == text.p + h.from));
	fuzz_must(h.typing != FILTER_TYPING_VALUE || h.field != NULL);
}

static void
fuzz_values(const struct event *e, const struct filter_facts *facts)
{
	size_t n;
	const struct filter_field *fields = filter_fields(&n);

	for (size_t i = 0; i < n; i++) {
		char value[FILTER_VALUE_MAX], term[FILTER_TEXT_MAX];
		struct errmsg em = { "" };
		struct filter *f;
		size_t len = filter_value(&fields[i], e, NULL, value, sizeof value);

		fuzz_must(len < sizeof value && value[len] == '\0');
		len = filter_term_put(term, sizeof term, false, fields[i].name, (struct slice){ value, len });
		if (len == 0 || value[0] == '\0')
			continue;
		fuzz_must(filter_new(&f, (struct slice){ term, len }, NULL, &em, NULL) == 0);
		fuzz_must(filter_match(f, e, facts));
		filter_free(f);
	}
}

/* The opposite; NULL where the text is too long for it. */
static struct filter *
fuzz_not(const struct filter *f, const struct filter_env *env)
{
	char text[FILTER_TEXT_MAX];
	struct slice s = filter_text(f);
	struct errmsg em = { "" };
	struct filter * not ;

	if (s.n + 3 > sizeof text)
		return NULL;
	text[0] = '-';
	text[1] = '(';
	if (s.n > 0)
		memcpy(text + 2, s.p, s.n);
	text[s.n + 2] = ')';
	return filter_new(&not, (struct slice){ text, s.n + 3 }, env, &em, NULL) == 0 ? not : NULL;
}

static void
fuzz_filter(
    const struct filter *f, const struct filter_env *env, const struct event *e, const struct filter_facts *facts)
{
	struct slice terms[8], text = filter_text(f);
	size_t n = filter_terms(f, terms, 8);
	struct filter *not = fuzz_not(f, env), *again;
	struct errmsg em = { "" };
	bool is = filter_match(f, e, facts);

	for (size_t i = 0; i < n && i < 8; i++)
		fuzz_must(terms[i].n > 0 && terms[i].p >= text.p && terms[i].p + terms[i].n <= text.p + text.n);
	fuzz_must(!filter_is_all(f) || is);
	fuzz_must(filter_new(&again, text, env, &em, NULL) == 0 && filter_match(again, e, facts) == is);
	/* A regular expression that gives up is no match, whichever way it is asked. */
	fuzz_must(not == NULL || filter_match(not, e, facts) != is);
	filter_free(again);
	filter_free(not );
}

static void
fuzz_rule(struct slice text)
{
	struct errmsg em = { "" };
	struct rule *r;
	int err = rule_new(&r, slice_str("fuzz"), text, NULL, &em);

	fuzz_must((err == 0) == (em.text[0] == '\0') && (err == 0) == (r != NULL));
	rule_free(r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct slice rest = { (const char *)data, n }, text = slice_cut(&rest, '\n');
	char named[128];
	struct filter_env env = { .ctx = named, .named = fuzz_named, .utc_offset_s = (int32_t)(n % 86400) - 43200 };
	struct event e = fuzz_event(rest);
	struct filter_facts facts = { .now_ns = (int64_t)((uint64_t)e.t_ns + (n << 30)), .fresh = n % 2, .site = text };
	struct errmsg em = { "" };
	struct filter *f;
	size_t at = SIZE_MAX;
	int err;

	if (n > 8192)
		return 0;
	(void)slice_copy(named, sizeof named, text);
	fuzz_hint(text, n % (text.n + 1));
	fuzz_rule(text);
	err = filter_new(&f, text, &env, &em, &at);
	fuzz_must((err == 0) == (em.text[0] == '\0') && (err == 0) == (f != NULL) && at <= text.n);
	for (const char *p = em.text; *p != '\0'; p++)
		fuzz_must(*p >= ' ' && *p <= '~');
	if (err == 0) {
		fuzz_filter(f, &env, &e, &facts);
		fuzz_values(&e, &facts);
	}
	filter_free(f);
	return 0;
}
