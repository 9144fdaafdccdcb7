/*
 * prefix - what a log puts before each line of one message: the same bytes, but for numbers that run on (times,
 * sequence numbers).  Numbers that name something (a process, a pod, an address) must stay the same, or woven logs
 * would mix.
 */
#ifndef LOGFMT_PREFIX_H
#define LOGFMT_PREFIX_H

#include <stdbool.h>
#include <stddef.h>

#include "sipwhy/slice.h"

enum { PREFIX_MAX = 256 };

/* n 0: lines are bare. */
struct prefix {
	size_t n;
	char text[PREFIX_MAX];
};

/* False when text is too long to be one. */
bool prefix_set(struct prefix *p, struct slice text);

/*
 * Length of the prefix at the begin of `line`, -1 when it begins otherwise.  A line that lost the blanks at the end of
 * its prefix, and has nothing behind, matches.
 */
ptrdiff_t prefix_match(const struct prefix *p, struct slice line);

/* Nothing but blanks: how many; 0 when there is more, or nothing. */
size_t prefix_indent(const struct prefix *p);

/* Does it end in a mark behind which SIP text begins ("--->", "<", "----", "RAW PDU:")?  Then the lines after are bare.
 */
bool prefix_is_mark(struct slice s);

#endif
