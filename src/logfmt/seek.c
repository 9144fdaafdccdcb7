/*
 * seek - one text by its first and last byte; a set of texts by four bytes of each, its print, in one pass: the halves
 * of a byte select, from tables of sixteen, the buckets whose prints may have it there (the "Teddy" way of looking for
 * many texts).  What passes is compared in full.
 * Know: the print is the part of a text that is rarest in logs, so that hardly anything passes that is no hit.
 */
#include "logfmt/seek.h"

#include <string.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

#ifdef __x86_64__
enum { SEEK_BLOCK = 32 };

static bool
seek_has_avx2(void)
{
	return __builtin_cpu_supports("avx2") != 0;
}

/* Whole blocks of seek_text_by: the hit, or NULL and *from where the rest begins. */
__attribute__((target("avx2"))) static const char *
seek_text_avx2(const char **from, const char *end, const char *what, size_t n, size_t second)
{
	const __m256i one = _mm256_set1_epi8(what[0]), two = _mm256_set1_epi8(what[second]);
	const char *p = *from;

	for (; end - p >= (ptrdiff_t)(SEEK_BLOCK + n - 1); p += SEEK_BLOCK) {
		__m256i a = _mm256_loadu_si256((const __m256i *)(const void *)p);
		__m256i b = _mm256_loadu_si256((const __m256i *)(const void *)(p + second));
		unsigned hits = (unsigned)_mm256_movemask_epi8(
		    _mm256_and_si256(_mm256_cmpeq_epi8(a, one), _mm256_cmpeq_epi8(b, two)));

		for (; hits != 0; hits &= hits - 1) {
			const char *at = p + __builtin_ctz(hits);

			if (seek_same(at, what, n))
				return at;
		}
	}
	*from = p;
	return NULL;
}

/*
 * Could the name of a header stand at p?  False only if it does not: letters and "-" go on with neither a colon, nor
 * another byte that a name may have, nor blanks in front of a colon.
 */
static inline bool
seek_may_name(const char *p, const char *end)
{
	__m128i bytes, letter, is_letter;
	unsigned other, n;
	int blank;

	if (end - p < SEEK_BLOCK)
		return true;
	bytes = _mm_loadu_si128((const __m128i *)(const void *)p);
	letter = _mm_sub_epi8(_mm_or_si128(bytes, _mm_set1_epi8(' ')), _mm_set1_epi8('a'));
	is_letter = _mm_cmpeq_epi8(_mm_min_epu8(letter, _mm_set1_epi8(25)), letter);
	other = ~(unsigned)_mm_movemask_epi8(_mm_or_si128(is_letter, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('-'))));
	n = (unsigned)__builtin_ctz(other);
	/* Without branches: what follows a name in one line is no hint of what does in the next. */
	blank = p[n] == ' ';
	return ((blank & ((p[n + 1] == ' ') | (p[n + 1] == '\t') | (p[n + 1] == ':'))) | (!blank & (p[n] != '/'))) != 0;
}

/* Bit i: byte i of two blocks is c. */
__attribute__((target("avx2"))) static inline uint64_t
seek_bits(__m256i low, __m256i high)
{
	return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << SEEK_BLOCK;
}

__attribute__((target("avx2"))) static inline uint64_t
seek_are(__m256i low, __m256i high, char c)
{
	const __m256i want = _mm256_set1_epi8(c);

	return seek_bits(_mm256_cmpeq_epi8(low, want), _mm256_cmpeq_epi8(high, want));
}

__attribute__((target("avx2"))) static inline __m256i
seek_letters(__m256i bytes)
{
	__m256i letter = _mm256_sub_epi8(_mm256_or_si256(bytes, _mm256_set1_epi8(' ')), _mm256_set1_epi8('a'));

	return _mm256_or_si256(_mm256_cmpeq_epi8(_mm256_min_epu8(letter, _mm256_set1_epi8(25)), letter),
	    _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('-')));
}

/*
 * seek_may_name for 64 places at once: does it hold for one whose bit is set in `starts`?  Adding a place to the
 * letters carries it to the end of its name.  A name that goes on behind the 64 may be one.
 */
__attribute__((target("avx2"))) static inline bool
seek_may_names(const char *p, uint64_t starts)
{
	__m256i low = _mm256_loadu_si256((const __m256i *)(const void *)p);
	__m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(p + SEEK_BLOCK));
	uint64_t letters = seek_bits(seek_letters(low), seek_letters(high)), ends;
	uint64_t blanks = seek_are(low, high, ' '), slashes = seek_are(low, high, '/');
	uint64_t next = blanks | seek_are(low, high, '\t') | seek_are(low, high, ':');
	bool over = __builtin_add_overflow(letters, starts & letters, &ends);

	ends = (ends | starts) & ~letters;
	return over || (ends & ~slashes & ~(blanks & ~(next >> 1 | UINT64_C(1) << 63))) != 0;
}

/* Where the first and the last two bytes of what is looked for stand. */
__attribute__((target("avx2"))) static inline __m256i
seek_three(const char *p, size_t n, __m256i one, __m256i two, __m256i three)
{
	return _mm256_and_si256(
	    _mm256_and_si256(_mm256_cmpeq_epi8(_mm256_loadu_si256((const __m256i *)(const void *)p), one),
		_mm256_cmpeq_epi8(_mm256_loadu_si256((const __m256i *)(const void *)(p + n - 2)), two)),
	    _mm256_cmpeq_epi8(_mm256_loadu_si256((const __m256i *)(const void *)(p + n - 1)), three));
}

/*
 * Whole blocks of seek_before_name: the hit, or NULL and *from where the rest begins.  Most lines hold what is looked
 * for, and none a name behind it: three bytes and seek_may_names leave hardly a branch to guess.
 */
__attribute__((target("avx2"))) static const char *
seek_before_name_avx2(const char **from, const char *end, const char *what, size_t n)
{
	const __m256i one = _mm256_set1_epi8(what[0]), two = _mm256_set1_epi8(what[n - 2]);
	const __m256i three = _mm256_set1_epi8(what[n - 1]);
	const char *p = *from;

	for (; end - p >= (ptrdiff_t)(2 * SEEK_BLOCK + n); p += 2 * SEEK_BLOCK) {
		uint64_t hits =
		    seek_bits(seek_three(p, n, one, two, three), seek_three(p + SEEK_BLOCK, n, one, two, three));

		if (hits == 0 || !seek_may_names(p + n, hits))
			continue;
		for (; hits != 0; hits &= hits - 1) {
			const char *at = p + __builtin_ctzll(hits);

			if (seek_same(at, what, n) && seek_may_name(at + n, end))
				return at;
		}
	}
	*from = p;
	return NULL;
}

/* Whole blocks of seek_line: the line feed, or NULL and *from where the rest begins. */
__attribute__((target("avx2"))) static const char *
seek_line_avx2(const char **from, const char *end, const char four[4], bool *any)
{
	const __m256i lf = _mm256_set1_epi8('\n'), a = _mm256_set1_epi8(four[0]), b = _mm256_set1_epi8(four[1]);
	const __m256i c = _mm256_set1_epi8(four[2]), d = _mm256_set1_epi8(four[3]);
	__m256i seen = _mm256_setzero_si256();
	const char *p = *from;

	for (; end - p >= SEEK_BLOCK; p += SEEK_BLOCK) {
		__m256i bytes = _mm256_loadu_si256((const __m256i *)(const void *)p);
		unsigned ends = (unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, lf));
		__m256i hits =
		    _mm256_or_si256(_mm256_or_si256(_mm256_cmpeq_epi8(bytes, a), _mm256_cmpeq_epi8(bytes, b)),
			_mm256_or_si256(_mm256_cmpeq_epi8(bytes, c), _mm256_cmpeq_epi8(bytes, d)));

		if (ends != 0) {
			unsigned before = (ends & -ends) - 1;

			*any = ((unsigned)_mm256_movemask_epi8(hits) & before) != 0 ||
			    _mm256_movemask_epi8(seen) != 0;
			return p + __builtin_ctz(ends);
		}
		seen = _mm256_or_si256(seen, hits);
	}
	*any = _mm256_movemask_epi8(seen) != 0;
	*from = p;
	return NULL;
}
#endif

const char *
seek_text(const char *p, const char *end, const char *what, size_t n)
{
	return seek_text_by(p, end, what, n, n > 0 ? n - 1 : 0);
}

const char *
seek_text_by(const char *p, const char *end, const char *what, size_t n, size_t second)
{
	if (n == 0 || end - p < (ptrdiff_t)n)
		return NULL;
#ifdef __x86_64__
	if (end - p >= (ptrdiff_t)(SEEK_BLOCK + n - 1) && seek_has_avx2()) {
		const char *at = seek_text_avx2(&p, end, what, n, second);

		if (at != NULL)
			return at;
	}
#endif
#ifdef __SSE2__
	const __m128i one = _mm_set1_epi8(what[0]), two = _mm_set1_epi8(what[second]);

	for (; end - p >= (ptrdiff_t)(16 + n - 1); p += 16) {
		__m128i a = _mm_loadu_si128((const __m128i *)(const void *)p);
		__m128i b = _mm_loadu_si128((const __m128i *)(const void *)(p + second));
		unsigned hits =
		    (unsigned)_mm_movemask_epi8(_mm_and_si128(_mm_cmpeq_epi8(a, one), _mm_cmpeq_epi8(b, two)));

		for (; hits != 0; hits &= hits - 1) {
			const char *at = p + __builtin_ctz(hits);

			if (memcmp(at, what, n) == 0)
				return at;
		}
	}
#endif
	for (; end - p >= (ptrdiff_t)n; p++) {
		if (*p == what[0] && memcmp(p, what, n) == 0)
			return p;
	}
	return NULL;
}

const char *
seek_before_name(const char *p, const char *end, const char *what, size_t n)
{
#ifdef __x86_64__
	if (n > 1 && end - p >= (ptrdiff_t)(2 * SEEK_BLOCK + n) && seek_has_avx2()) {
		const char *at = seek_before_name_avx2(&p, end, what, n);

		if (at != NULL)
			return at;
	}
#endif
	return seek_text(p, end, what, n);
}

const char *
seek_line(const char *p, const char *end, const char four[4], bool *any)
{
	*any = false;
#ifdef __x86_64__
	if (end - p >= SEEK_BLOCK && seek_has_avx2()) {
		const char *lf = seek_line_avx2(&p, end, four, any);

		if (lf != NULL)
			return lf;
	}
#endif
	for (; p < end && *p != '\n'; p++)
		*any = *any || *p == four[0] || *p == four[1] || *p == four[2] || *p == four[3];
	return p;
}

const char *
seek_lf(const char *p, const char *end)
{
#ifdef __SSE2__
	const __m128i lf = _mm_set1_epi8('\n');

	for (; end - p >= 16; p += 16) {
		unsigned hits =
		    (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(const void *)p), lf));

		if (hits != 0)
			return p + __builtin_ctz(hits);
	}
#endif
	return p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;
}

size_t
seek_common(const char *a, const char *b, size_t n)
{
	size_t i = 0;

#ifdef __SSE2__
	for (; n - i >= 16; i += 16) {
		__m128i x = _mm_loadu_si128((const __m128i *)(const void *)(a + i));
		__m128i y = _mm_loadu_si128((const __m128i *)(const void *)(b + i));
		unsigned same = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(x, y));

		if (same != 0xffff)
			return i + (unsigned)__builtin_ctz(~same);
	}
#endif
	while (i < n && a[i] == b[i])
		i++;
	return i;
}

bool
seek_byte(const char *p, const char *end, const char four[4])
{
#ifdef __SSE2__
	const __m128i a = _mm_set1_epi8(four[0]), b = _mm_set1_epi8(four[1]);
	const __m128i c = _mm_set1_epi8(four[2]), d = _mm_set1_epi8(four[3]);

	for (; end - p >= 16; p += 16) {
		__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)p);
		__m128i hits = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, a), _mm_cmpeq_epi8(bytes, b)),
		    _mm_or_si128(_mm_cmpeq_epi8(bytes, c), _mm_cmpeq_epi8(bytes, d)));

		if (_mm_movemask_epi8(hits) != 0)
			return true;
	}
#endif
	for (; p < end; p++) {
		if (*p == four[0] || *p == four[1] || *p == four[2] || *p == four[3])
			return true;
	}
	return false;
}

/* How often a byte occurs in logs of SIP, roughly. */
static unsigned
seek_weight(char c)
{
	if (c == ' ' || c == 'e' || (c >= '0' && c <= '9'))
		return 12;
	if (c >= 'a' && c <= 'z')
		return strchr("tanosirlcdp", c) != NULL ? 8 : strchr("jkqvwxyz", c) != NULL ? 2 : 5;
	if (c == 'S' || c == 'I' || c == 'P')
		return 9;
	if (c == '/' || c == '.' || c == ':')
		return 5;
	return c >= 'A' && c <= 'Z' ? 2 : 1;
}

void
seek_set_init(struct seek_set *s)
{
	memset(s, 0, sizeof *s);
	for (unsigned c = 0; c < sizeof s->weight; c++)
		s->weight[c] = (uint8_t)seek_weight((char)c);
#ifdef __x86_64__
	s->avx2 = __builtin_cpu_supports("avx2") != 0;
#endif
}

static uint16_t
seek_rarest(const struct seek_set *s, const char *text, size_t n)
{
	unsigned least = ~0U;
	size_t best = 0;

	for (size_t at = 0; at + SEEK_PRINT <= n; at++) {
		unsigned sum = 0;

		for (size_t i = 0; i < SEEK_PRINT; i++)
			sum += s->weight[(unsigned char)text[at + i] & 127];
		if (sum < least) {
			least = sum;
			best = at;
		}
	}
	return (uint16_t)best;
}

/* How often a bucket that gets this print too lets something pass, roughly. */
static uint64_t
seek_passes(const struct seek_set *s, unsigned bucket, const char *print)
{
	uint64_t all = 1;

	for (size_t i = 0; i < SEEK_PRINT; i++) {
		unsigned own = (unsigned char)print[i], sum = 0;

		for (unsigned c = ' '; c <= '~'; c++) {
			unsigned low = (s->lo[i][c & 15] >> bucket & 1) | ((c & 15) == (own & 15));
			unsigned high = (s->hi[i][c >> 4] >> bucket & 1) | (c >> 4 == own >> 4);

			sum += (low & high) * s->weight[c];
		}
		all *= sum;
	}
	return all;
}

/* The bucket of a text with the same print, else the one in which it lets the least pass. */
static unsigned
seek_bucket(const struct seek_set *s, const char *print)
{
	uint64_t least = UINT64_MAX, now;
	unsigned best = 0;

	for (unsigned i = 0; i < s->n; i++) {
		if (memcmp(s->member[i].text + s->member[i].print, print, SEEK_PRINT) == 0)
			return s->member[i].bucket;
	}
	for (unsigned b = 0; b < SEEK_BUCKETS; b++) {
		now = seek_passes(s, b, print);
		if (now < least) {
			least = now;
			best = b;
		}
	}
	return s->n < SEEK_BUCKETS ? s->n : best;
}

bool
seek_set_add(struct seek_set *s, const char *text)
{
	size_t n = strlen(text);
	struct seek_member *m = &s->member[s->n];

	if (n < SEEK_PRINT || n > UINT16_MAX || s->n >= SEEK_TEXTS_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		if ((unsigned char)text[i] > 127)
			return false;
	}
	*m = (struct seek_member){ text, (uint16_t)n, seek_rarest(s, text, n), 0 };
	m->bucket = (uint8_t)seek_bucket(s, text + m->print);
	s->bucket[m->bucket] |= UINT64_C(1) << s->n++;
	for (size_t i = 0; i < SEEK_PRINT; i++) {
		unsigned char c = (unsigned char)text[m->print + i];
		uint8_t bit = (uint8_t)(1U << m->bucket);

		s->lo[i][c & 15] |= bit;
		s->hi[i][c >> 4] |= bit;
		s->plain[i][c] |= bit;
	}
	return true;
}

/* The texts of these buckets that have their print at `at`. */
static uint64_t
seek_check(const struct seek_set *s, const char *begin, const char *at, const char *end, unsigned buckets)
{
	uint64_t which = 0;

	for (; buckets != 0; buckets &= buckets - 1) {
		for (uint64_t left = s->bucket[__builtin_ctz(buckets)]; left != 0; left &= left - 1) {
			const struct seek_member *m = &s->member[__builtin_ctzll(left)];

			if (memcmp(at, m->text + m->print, SEEK_PRINT) == 0 && at - begin >= m->print &&
			    end - at >= m->n - m->print && memcmp(at - m->print, m->text, m->n) == 0)
				which |= left & -left;
		}
	}
	return which;
}

/* What is looked for: in begin..end, all texts or the first. */
struct seek_task {
	const struct seek_set *set;
	const char *begin, *end;
	bool all;
	uint64_t which;
};

/* True: that is enough. */
static bool
seek_take(struct seek_task *t, const char *at, unsigned buckets)
{
	uint64_t which = seek_check(t->set, t->begin, at, t->end, buckets);

	t->which |= which;
	return which != 0 && !t->all;
}

static const char *
seek_plain(struct seek_task *t)
{
	const struct seek_set *s = t->set;

	for (const char *p = t->begin; t->end - p >= SEEK_PRINT; p++) {
		const unsigned char *u = (const unsigned char *)p;
		unsigned buckets = s->plain[0][u[0]] & s->plain[1][u[1]];

		if (buckets == 0)
			continue;
		buckets &= s->plain[2][u[2]] & s->plain[3][u[3]];
		if (buckets != 0 && seek_take(t, p, buckets))
			return p;
	}
	return NULL;
}

#ifdef __x86_64__
/* For each of 32 bytes the buckets whose prints may have it where these tables are for: none that is not ASCII. */
__attribute__((target("avx2"))) static inline __m256i
seek_may_have(__m256i lo, __m256i hi, const char *p)
{
	const __m256i half = _mm256_set1_epi8(15);
	__m256i bytes = _mm256_loadu_si256((const __m256i *)(const void *)p);
	__m256i low = _mm256_shuffle_epi8(lo, bytes);
	__m256i high = _mm256_shuffle_epi8(hi, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), half));

	return _mm256_and_si256(low, high);
}

_Static_assert(SEEK_PRINT == 4, "seek_buckets looks at four bytes");

/* For each of 32 places the buckets whose prints may stand there.  As a loop it would keep its tables in memory. */
__attribute__((target("avx2"))) static inline __m256i
seek_buckets(const __m256i lo[SEEK_PRINT], const __m256i hi[SEEK_PRINT], const char *p)
{
	__m256i front = _mm256_and_si256(seek_may_have(lo[0], hi[0], p), seek_may_have(lo[1], hi[1], p + 1));
	__m256i back = _mm256_and_si256(seek_may_have(lo[2], hi[2], p + 2), seek_may_have(lo[3], hi[3], p + 3));

	return _mm256_and_si256(front, back);
}

__attribute__((target("avx2"))) static inline unsigned
seek_places(__m256i buckets)
{
	return ~(unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(buckets, _mm256_setzero_si256()));
}

__attribute__((target("avx2"))) static const char *
seek_hit(struct seek_task *t, const char *p, __m256i found)
{
	unsigned char buckets[SEEK_BLOCK];

	_mm256_storeu_si256((__m256i *)(void *)buckets, found);
	for (unsigned places = seek_places(found); places != 0; places &= places - 1) {
		unsigned i = (unsigned)__builtin_ctz(places);

		if (seek_take(t, p + i, buckets[i]))
			return p + i;
	}
	return NULL;
}

/* begin..end is one block or more; the last one overlaps the one before it. */
__attribute__((target("avx2"))) static const char *
seek_avx2(struct seek_task *t)
{
	const char *p = t->begin, *last = t->end - (SEEK_BLOCK + SEEK_PRINT - 1), *hit;
	__m256i lo[SEEK_PRINT], hi[SEEK_PRINT];

	for (int i = 0; i < SEEK_PRINT; i++) {
		lo[i] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)t->set->lo[i]));
		hi[i] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)t->set->hi[i]));
	}
	for (;; p += SEEK_BLOCK) {
		__m256i found;

		if (p > last)
			p = last;
		found = seek_buckets(lo, hi, p);
		if (seek_places(found) != 0 && (hit = seek_hit(t, p, found)) != NULL)
			return hit;
		if (p == last)
			return NULL;
	}
}
#endif

/* The place that was enough. */
static const char *
seek_run(struct seek_task *t)
{
#ifdef __x86_64__
	if (t->set->avx2 && t->end - t->begin >= SEEK_BLOCK + SEEK_PRINT - 1)
		return seek_avx2(t);
#endif
	return seek_plain(t);
}

const char *
seek_any(const struct seek_set *s, const char *p, const char *end)
{
	struct seek_task t = { s, p, end, false, 0 };

	return seek_run(&t);
}

uint64_t
seek_all(const struct seek_set *s, const char *p, const char *end)
{
	struct seek_task t = { s, p, end, true, 0 };

	(void)seek_run(&t);
	return t.which;
}
