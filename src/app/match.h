/*
 * match - which messages the user wants to count: MATCH (PCRE2 over the whole message) and -c.
 */
#ifndef APP_MATCH_H
#define APP_MATCH_H

#include <stdbool.h>

#include "sipwhy/errmsg.h"
#include "sipwhy/notice.h"
#include "sipwhy/sipmsg.h"
#include "sipwhy/slice.h"

struct match;

/* pattern NULL: every message matches.  -EINVAL with a sentence for a pattern PCRE2 refuses; -ENOMEM. */
int match_new(struct match **out, const char *pattern, bool icase, bool invert, bool calls_only, struct errmsg *em);
void match_free(struct match *m);

/* Does the user want this message?  Bounded: a pattern that runs away counts as not matching. */
bool match_wants(const struct match *m, struct slice bytes, const struct sipmsg *s);

/* The same of a statement: MATCH sees a response of what the line said, "SIP/2.0 486 Busy Here" and headers. */
bool match_wants_statement(const struct match *m, const struct sipmsg *s);

/* The same of a notice: MATCH sees the line. */
bool match_wants_notice(const struct match *m, const struct notice *n);

#endif
