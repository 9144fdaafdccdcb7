/*
 * seek - bytes in blocks of log text, many at a time: one text, or any of a set.  With SSE2 or AVX2 where the machine
 * has them, else plain; what is found is the same.
 */
#ifndef LOGFMT_SEEK_H
#define LOGFMT_SEEK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The first place of what[0..n) in p..end; NULL when there is none or n is 0. */
const char *seek_text(const char *p, const char *end, const char *what, size_t n);

/* The same by its first byte and the one at `second` (below n), where these tell it best from all else. */
const char *seek_text_by(const char *p, const char *end, const char *what, size_t n, size_t second);

/*
 * The first place of what[0..n) behind which the name of a header and its colon may stand: some at which none can are
 * left out, so that texts that stand in every line cost little.
 */
const char *seek_before_name(const char *p, const char *end, const char *what, size_t n);

/* The first line feed in p..end, NULL none.  For lines that are mostly short. */
const char *seek_lf(const char *p, const char *end);

/* Is one of four bytes in p..end? */
bool seek_byte(const char *p, const char *end, const char four[4]);

/* The first line feed in p..end, end when there is none.  *any: one of four bytes stands in front of it. */
const char *seek_line(const char *p, const char *end, const char four[4], bool *any);

/* memcmp(a, b, n) == 0 of what is mostly a few bytes. */
static inline bool
seek_same(const char *a, const char *b, size_t n)
{
	for (; n >= 8; n -= 8, a += 8, b += 8) {
		if (memcmp(a, b, 8) != 0)
			return false;
	}
	if (n >= 4) {
		if (memcmp(a, b, 4) != 0)
			return false;
		n -= 4;
		a += 4;
		b += 4;
	}
	for (size_t i = 0; i < n; i++) {
		if (a[i] != b[i])
			return false;
	}
	return true;
}

/* How many of n bytes are the same from the begin on. */
size_t seek_common(const char *a, const char *b, size_t n);

/* Texts of a set are numbered in the order in which they were added; one of them has SEEK_PRINT bytes or more. */
enum { SEEK_TEXTS_MAX = 64, SEEK_PRINT = 4, SEEK_BUCKETS = 8 };

/* print: where in the text the bytes stand that are looked for first. */
struct seek_member {
	const char *text;
	uint16_t n, print;
	uint8_t bucket;
};

/*
 * lo, hi: for each byte of a print the buckets in which a byte with this lower or upper half occurs; plain: the same of
 * whole bytes.  bucket: its texts, as bits.
 * weight: how often a byte occurs, roughly.
 */
struct seek_set {
	uint8_t lo[SEEK_PRINT][16], hi[SEEK_PRINT][16];
	uint8_t plain[SEEK_PRINT][256];
	struct seek_member member[SEEK_TEXTS_MAX];
	uint64_t bucket[SEEK_BUCKETS];
	uint8_t weight[128];
	unsigned n;
	bool avx2;
};

/* Empty; avx2 is set where the machine has it, and may be cleared. */
void seek_set_init(struct seek_set *s);

/*
 * One more text, borrowed as long as *s.  False, and not added: it is too short, too long or not ASCII, or the set is
 * full.
 */
bool seek_set_add(struct seek_set *s, const char *text);

/* The first place in p..end at which the print of a text stands that lies whole in p..end; NULL when there is none. */
const char *seek_any(const struct seek_set *s, const char *p, const char *end);

/* All texts of the set that p..end holds, as bits. */
uint64_t seek_all(const struct seek_set *s, const char *p, const char *end);

#endif
