/*
 * regex - `~`: a PCRE2 pattern over one text of an event; see filter_int.h.  Letter case is ignored, bytes are bytes
 * (no UTF mode, so hostile bytes are nothing special).
 * The one thing to know: PCRE2 counts backtracks, anew for each place a match may begin at, and not the bytes that a
 * repeat runs over.  So it calls back before each item of the pattern, and each call is charged what the item may run
 * over at most: the rest of the text.  What is charged more than REGEX_WORK does not match.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "filter/filter_int.h"

#include <errno.h>
#include <pcre2.h>

#include "sipwhy/mem.h"

/* Bytes that all items of a match may run over, and what an item costs besides. */
enum { REGEX_WORK = 1 << 20, REGEX_ITEM = 64 };
enum { REGEX_STEPS = 20000, REGEX_DEPTH = 500, REGEX_HEAP_KIB = 256, REGEX_NEST = 50 };

struct filter_regex {
	pcre2_code *code;
	pcre2_match_data *data;
	pcre2_match_context *limits;
};

static void *
regex_alloc(PCRE2_SIZE n, void *ctx)
{
	(void)ctx;
	return mem_alloc(n);
}

static void
regex_free(void *p, void *ctx)
{
	(void)ctx;
	mem_free(p);
}

/* ctx: what is left of the work. */
static int
regex_charge(pcre2_callout_block *at, void *ctx)
{
	size_t *left = ctx, cost = at->subject_length - at->current_position + REGEX_ITEM;

	if (*left < cost)
		return PCRE2_ERROR_CALLOUT;
	*left -= cost;
	return 0;
}

/* \X, a character of several scalars, is slow out of all proportion and says nothing about bytes; callouts are ours. */
static bool
regex_is_refused(struct slice s, size_t *at)
{
	for (size_t i = 0; i + 1 < s.n; i++) {
		*at = i;
		if (s.p[i] == '\\' && s.p[++i] == 'X')
			return true;
		if (s.p[i] == '(' && i + 2 < s.n && s.p[i + 1] == '?' && s.p[i + 2] == 'C')
			return true;
	}
	return false;
}

static int
regex_compile(struct filter_regex *x, struct slice pattern, pcre2_general_context *heap, struct errmsg *em, size_t *at)
{
	pcre2_compile_context *how = pcre2_compile_context_create(heap);
	PCRE2_UCHAR why[128];
	PCRE2_SIZE where = 0;
	int code = 0;

	if (how == NULL)
		return -ENOMEM;
	if (regex_is_refused(pattern, at)) {
		pcre2_compile_context_free(how);
		return errmsg_set(em, -EINVAL, "\\X and callouts are not for filters");
	}
	(void)pcre2_set_parens_nest_limit(how, REGEX_NEST);
	x->code = pcre2_compile((PCRE2_SPTR)pattern.p, pattern.n,
	    PCRE2_CASELESS | PCRE2_NEVER_UTF | PCRE2_NEVER_UCP | PCRE2_NEVER_BACKSLASH_C | PCRE2_AUTO_CALLOUT, &code,
	    &where, how);
	pcre2_compile_context_free(how);
	if (x->code != NULL)
		return 0;
	if (code == PCRE2_ERROR_HEAP_FAILED)
		return -ENOMEM;
	*at = where < pattern.n ? where : pattern.n;
	if (pcre2_get_error_message(code, why, sizeof why) < 0)
		why[0] = '\0';
	return errmsg_set(em, -EINVAL, "%s", (const char *)why);
}

int
filter_regex_new(struct filter_regex **out, struct slice pattern, struct errmsg *em, size_t *at)
{
	pcre2_general_context *heap = pcre2_general_context_create(regex_alloc, regex_free, NULL);
	struct filter_regex *x = mem_zalloc(sizeof *x);
	int err = -ENOMEM;

	if (x != NULL && heap != NULL && (err = regex_compile(x, pattern, heap, em, at)) == 0) {
		x->data = pcre2_match_data_create(1, heap);
		x->limits = pcre2_match_context_create(heap);
		if (x->data == NULL || x->limits == NULL)
			err = -ENOMEM;
	}
	pcre2_general_context_free(heap);
	if (err != 0) {
		filter_regex_free(x);
		return err;
	}
	(void)pcre2_set_match_limit(x->limits, REGEX_STEPS);
	(void)pcre2_set_depth_limit(x->limits, REGEX_DEPTH);
	(void)pcre2_set_heap_limit(x->limits, REGEX_HEAP_KIB);
	*out = x;
	return 0;
}

void
filter_regex_free(struct filter_regex *x)
{
	if (x == NULL)
		return;
	pcre2_match_context_free(x->limits);
	pcre2_match_data_free(x->data);
	pcre2_code_free(x->code);
	mem_free(x);
}

bool
filter_regex_match(const struct filter_regex *x, struct slice text, size_t share)
{
	size_t n = text.n < FILTER_FIELD_TEXT ? text.n : FILTER_FIELD_TEXT, left = REGEX_WORK / share;

	(void)pcre2_set_callout(x->limits, regex_charge, &left);
	return pcre2_match(x->code, (PCRE2_SPTR)(n > 0 ? text.p : ""), n, 0, 0, x->data, x->limits) >= 0;
}
