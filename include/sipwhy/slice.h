/*
 * slice - a borrowed run of bytes: pointer and length, never NUL-terminated.
 * The one form in which text from the network travels between rooms.
 */
#ifndef SIPWHY_SLICE_H
#define SIPWHY_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* p may be NULL only when n is 0.  Owns nothing; lives as long as the bytes it points to. */
struct slice {
	const char *p;
	size_t n;
};

/* A slice over a C string (NULL gives the empty slice); borrowed. */
static inline struct slice
slice_str(const char *s)
{
	return (struct slice){ s, s != NULL ? strlen(s) : 0 };
}

/* Equal bytes. */
static inline bool
slice_eq(struct slice a, struct slice b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* True when n bytes are equal, ASCII letter case ignored. */
bool slice_imemeq(const char *a, const char *b, size_t n);

/* Equal when ASCII letter case is ignored (RFC 3261 7.3.1: header names and tokens). */
static inline bool
slice_ieq(struct slice a, struct slice b)
{
	return a.n == b.n && slice_imemeq(a.p, b.p, a.n);
}

/* True when `s` begins with `prefix`, ASCII letter case ignored. */
bool slice_istarts(struct slice s, struct slice prefix);

/* Position of `needle` in `s`, ASCII letter case ignored; -1 when absent; 0 for an empty needle. */
ptrdiff_t slice_ifind(struct slice s, struct slice needle);

/* Without leading and trailing SP, HT, CR and LF (RFC 3261 25.1 LWS). */
static inline struct slice
slice_trim(struct slice s)
{
	while (s.n > 0 && (*s.p == ' ' || *s.p == '\t' || *s.p == '\r' || *s.p == '\n')) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 &&
	    (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t' || s.p[s.n - 1] == '\r' || s.p[s.n - 1] == '\n'))
		s.n--;
	return s;
}

/*
 * Cut at the first `sep`.  Returns what stands before it and moves *s behind it;
 * without `sep` returns all of *s and leaves *s empty with p NULL.
 */
static inline struct slice
slice_cut(struct slice *s, char sep)
{
	const char *at = s->n > 0 ? memchr(s->p, sep, s->n) : NULL;
	struct slice head = *s;

	if (at == NULL) {
		*s = (struct slice){ NULL, 0 };
		return head;
	}
	head.n = (size_t)(at - s->p);
	s->p = at + 1;
	s->n -= head.n + 1;
	return head;
}

/*
 * Unsigned decimal number that fills the whole slice.
 * Returns 0 and sets *out; -EINVAL when empty or not all digits; -ERANGE above `max`.
 */
int slice_u64(struct slice s, uint64_t max, uint64_t *out);

/*
 * Copy as a C string into out[cap], cut to fit, always terminated when cap > 0.
 * Returns the number of bytes copied without the NUL.
 */
size_t slice_copy(char *out, size_t cap, struct slice s);

#endif
