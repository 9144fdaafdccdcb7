/* regex - patterns by PCRE2; see sipwhy/regex.h. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "sipwhy/regex.h"

#include <errno.h>
#include <pcre2.h>

#include "sipwhy/mem.h"

/* What an item costs besides the bytes it runs over. */
enum { REGEX_ITEM = 64 };

struct regex {
	pcre2_code *code;
	pcre2_match_data *data;
	pcre2_match_context *limits;
	bool work;
};

static void *
regex_alloc(PCRE2_SIZE n, void *ctx)
{
	(void)ctx;
	return mem_alloc(n);
}

static void
regex_give(void *p, void *ctx)
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
regex_compile(struct regex *x, struct slice pattern, const struct regex_cfg *cfg, pcre2_general_context *heap,
    struct errmsg *em, size_t *at)
{
	uint32_t how_bits = PCRE2_NEVER_UTF | PCRE2_NEVER_UCP | PCRE2_NEVER_BACKSLASH_C |
	    (cfg->icase ? PCRE2_CASELESS : 0) | (cfg->work ? PCRE2_AUTO_CALLOUT : 0);
	pcre2_compile_context *how = pcre2_compile_context_create(heap);
	PCRE2_UCHAR why[128];
	PCRE2_SIZE where = 0;
	int code = 0;

	if (how == NULL)
		return -ENOMEM;
	if (cfg->work && regex_is_refused(pattern, at)) {
		pcre2_compile_context_free(how);
		return errmsg_set(em, -EINVAL, "\\X and callouts have no bound and are refused");
	}
	if (cfg->nest > 0)
		(void)pcre2_set_parens_nest_limit(how, cfg->nest);
	x->work = cfg->work;
	x->code = pcre2_compile((PCRE2_SPTR)(pattern.n > 0 ? pattern.p : ""), pattern.n, how_bits, &code, &where, how);
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
regex_new(struct regex **out, struct slice pattern, const struct regex_cfg *cfg, struct errmsg *em, size_t *at)
{
	pcre2_general_context *heap = pcre2_general_context_create(regex_alloc, regex_give, NULL);
	struct regex *x = mem_zalloc(sizeof *x);
	int err = -ENOMEM;

	if (x != NULL && heap != NULL && (err = regex_compile(x, pattern, cfg, heap, em, at)) == 0) {
		x->data = pcre2_match_data_create(1, heap);
		x->limits = pcre2_match_context_create(heap);
		if (x->data == NULL || x->limits == NULL)
			err = -ENOMEM;
	}
	pcre2_general_context_free(heap);
	if (err != 0) {
		regex_free(x);
		return err;
	}
	(void)pcre2_set_match_limit(x->limits, cfg->steps);
	(void)pcre2_set_depth_limit(x->limits, cfg->depth);
	if (cfg->heap_kib > 0)
		(void)pcre2_set_heap_limit(x->limits, cfg->heap_kib);
	*out = x;
	return 0;
}

void
regex_free(struct regex *x)
{
	if (x == NULL)
		return;
	pcre2_match_context_free(x->limits);
	pcre2_match_data_free(x->data);
	pcre2_code_free(x->code);
	mem_free(x);
}

bool
regex_match(const struct regex *x, struct slice text, size_t work)
{
	if (x->work)
		(void)pcre2_set_callout(x->limits, regex_charge, &work);
	return pcre2_match(x->code, (PCRE2_SPTR)(text.n > 0 ? text.p : ""), text.n, 0, 0, x->data, x->limits) >= 0;
}
