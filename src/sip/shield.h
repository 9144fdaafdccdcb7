/*
 * shield - what a header value must be before libosip2 may see it.
 */
#ifndef SIP_SHIELD_H
#define SIP_SHIELD_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#include "sipwhy/arena.h"
#include "sipwhy/slice.h"

/*
 * Limits.  A value longer than SHIELD_VALUE_MAX is cut for the scan and refused for libosip2.  Structure characters are
 * those of which libosip2 makes list elements or over which it walks again: , ; & ? % < = and blank.
 */
enum {
	SHIELD_VALUE_MAX = 8192,
	SHIELD_VALUE_STRUCTURE = 96,
	SHIELD_MESSAGE_STRUCTURE = 256,
	SHIELD_MESSAGE_BYTES = 16384
};

/* What one message may still hand over.  Caller's memory; start with shield_begin. */
struct shield {
	size_t bytes, structure;
};

struct shield shield_begin(void);

/* How many structure characters [p, p + n) has. */
size_t shield_structure(const char *p, size_t n);

/* What shield_admit does with a value whose structure has to be counted. */
int shield_admit_rich(struct shield *s, struct slice value);

/*
 * Take a value's price from the message's budget.  raw: the value will be stored, not parsed, so its structure is free.
 * 0, or -E2BIG when it is too long or too rich; then nothing was taken.
 */
static inline int
shield_admit(struct shield *s, struct slice value, bool raw)
{
	if (value.n > SHIELD_VALUE_MAX || value.n > s->bytes)
		return -E2BIG;
	/* What is short cannot be rich, and counting it would cost more than it could save. */
	if (!raw && value.n > SHIELD_VALUE_STRUCTURE)
		return shield_admit_rich(s, value);
	s->bytes -= value.n;
	return 0;
}

/* Folds (CR, LF) and HT become blanks, other control bytes "?". */
void shield_replace(char *p, size_t n);

/*
 * A NUL-terminated copy in the arena, as shield_replace leaves it.  clean: the caller knows that there is nothing to
 * replace.  NULL when memory is short.  *out (may be NULL) gets the same as a slice.
 */
char *shield_copy(struct arena *a, struct slice value, bool clean, struct slice *out);

#endif
