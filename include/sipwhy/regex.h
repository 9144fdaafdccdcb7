/*
 * regex - a PCRE2 pattern over bytes, with bounds on what a match may cost (PCRE2 10.x, pcre2api(3)).  No UTF mode:
 * hostile bytes are nothing special. The one thing to know: PCRE2 counts backtracks, anew for each place a match may
 * begin at, and not the bytes that a repeat runs over.  With `work` it calls back before each item of the pattern, and
 * each call is charged what the item may run over at most: the rest of the text.
 */
#ifndef SIPWHY_REGEX_H
#define SIPWHY_REGEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipwhy/errmsg.h"
#include "sipwhy/slice.h"

struct regex;

/*
 * icase: letter case is ignored.  work: matches are charged, and patterns without a bound (\X, callouts) refused.
 * steps, depth: backtracks from one place, and how deep they nest.  heap_kib: memory of one match, 0 as the library has
 * it.  nest: brackets in brackets, 0 as the library has it.
 */
struct regex_cfg {
	bool icase, work;
	uint32_t steps, depth, heap_kib, nest;
};

/*
 * Compile.  0 and *out (free with regex_free); -EINVAL with PCRE2's words in em and where in *at (bytes, at most
 * pattern.n); -ENOMEM.
 */
int regex_new(struct regex **out, struct slice pattern, const struct regex_cfg *cfg, struct errmsg *em, size_t *at);

/* NULL is allowed. */
void regex_free(struct regex *x);

/*
 * Does it match anywhere in text?  work: what it may be charged in bytes run over, of patterns made with cfg.work; else
 * ignored.  A match that reaches a bound is none.  Not for two threads at once.
 */
bool regex_match(const struct regex *x, struct slice text, size_t work);

#endif
