/*
 * detect_fast - the usual case: a message whose lines are bare and end in CR LF, whole in the piece, is given as it
 * lies there.  All that this takes must come out of collect.c the same way; what could not is left to it. Know: one
 * pass finds all line feeds up to the empty line, 64 bytes at a time, so that the checks of the lines behind it run
 * without a search (and hardly a mispredicted branch) between them.
 */
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "logfmt/detect.h"

enum { FAST_BLOCK = 64, FAST_LINES_MAX = 256, FAST_NAME = 16 };

/* Bit i: byte i of the block is c. */
static uint64_t
fast_bytes(const char *p, char c)
{
	uint64_t bits = 0;

#ifdef __SSE2__
	const __m128i want = _mm_set1_epi8(c);

	for (int i = 0; i < FAST_BLOCK; i += 16) {
		__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(p + i));

		bits |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, want)) << i;
	}
#else
	for (int i = 0; i < FAST_BLOCK; i++)
		bits |= (uint64_t)(p[i] == c) << i;
#endif
	return bits;
}

/* The next block, the last one filled up with zeros. */
static const char *
fast_block(const char *p, const char *end, char spare[FAST_BLOCK])
{
	if (end - p >= FAST_BLOCK)
		return p;
	memset(spare, 0, FAST_BLOCK);
	memcpy(spare, p, (size_t)(end - p));
	return spare;
}

/* Where the lines from p (which begins one) end, up to the first of one byte: their number, 0 when it is not there. */
static unsigned
fast_lines(const char *p, const char *end, uint16_t feed[FAST_LINES_MAX + FAST_BLOCK])
{
	char spare[FAST_BLOCK];
	uint64_t before = UINT64_C(1) << 63;
	unsigned n = 0;

	if (end - p > CANON_HEADERS_MAX)
		end = p + CANON_HEADERS_MAX;
	for (unsigned at = 0; at < (size_t)(end - p) && n < FAST_LINES_MAX; at += FAST_BLOCK) {
		uint64_t bits = fast_bytes(fast_block(p + at, end, spare), '\n');
		uint64_t last = bits & (bits << 2 | before >> 62);

		before = bits;
		if (last != 0)
			bits &= last ^ (last - 1);
		for (; bits != 0; bits &= bits - 1)
			feed[n++] = (uint16_t)(at + (unsigned)__builtin_ctzll(bits));
		if (last != 0)
			return n;
	}
	return 0;
}

/*
 * Does a name of letters and "-", and a colon, stand at p?  False tells nothing: the exact test is anchor_is_header.
 * *length: the line may be a Content-Length (its ninth letter tells it from the others with a C).
 */
static bool
fast_is_header(const char *p, const char *end, bool *length)
{
#ifdef __SSE2__
	if (end - p >= FAST_NAME && *p != '-') {
		__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)p);
		__m128i letter = _mm_sub_epi8(_mm_or_si128(bytes, _mm_set1_epi8(' ')), _mm_set1_epi8('a'));
		__m128i is_letter = _mm_cmpeq_epi8(_mm_min_epu8(letter, _mm_set1_epi8(25)), letter);
		unsigned name =
		    (unsigned)_mm_movemask_epi8(_mm_or_si128(is_letter, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('-'))));
		unsigned n = (unsigned)__builtin_ctz(~name), first = *p | ' ', ninth = p[8] | ' ';

		*length = ((first == 'l') | ((first == 'c') & (ninth == 'l'))) != 0;
		return n > 0 && n < FAST_NAME && p[n] == ':';
	}
#else
	(void)p;
	(void)end;
#endif
	*length = true;
	return false;
}

/* One header line with its CR, or a fold. */
static bool
fast_header(struct slice line, const char *end, bool first, int32_t *length)
{
	struct slice digits;
	bool may_be_length;

	if (line.n < 2 || line.p[line.n - 1] != '\r' || line.p[line.n - 2] == '\r')
		return false;
	line.n--;
	if (!fast_is_header(line.p, end, &may_be_length)) {
		if (line.p[0] == ' ' || line.p[0] == '\t')
			return !first && slice_trim(line).n > 0;
		if (!anchor_is_header(line))
			return false;
	}
	if (may_be_length && *length < 0) {
		int32_t n = canon_length(line, &digits);

		*length = n >= 0 ? n : *length;
	}
	return true;
}

/* Header lines from p: behind their empty line, NULL when something is not as it should be or the piece ends. */
static const char *
fast_headers(const char *p, const char *end, int32_t *length, uint32_t *lines)
{
	uint16_t feed[FAST_LINES_MAX + FAST_BLOCK];
	unsigned n = fast_lines(p, end, feed), at = 0;

	if (n < 2)
		return NULL;
	for (unsigned i = 0; i + 1 < n; i++) {
		if (!fast_header((struct slice){ p + at, feed[i] - at }, end, i == 0, length))
			return NULL;
		at = feed[i] + 1U;
	}
	*lines += n;
	return p[at] == '\r' ? p + at + 2 : NULL;
}

/* Bit i: byte i of the block may begin a line of a body, as those of session descriptions do. */
static uint64_t
fast_may_begin(const char *p)
{
	uint64_t bits = 0;

#ifdef __SSE2__
	for (int i = 0; i < FAST_BLOCK; i += 16) {
		__m128i letter =
		    _mm_sub_epi8(_mm_loadu_si128((const __m128i *)(const void *)(p + i)), _mm_set1_epi8('a'));

		bits |= (uint64_t)(unsigned)_mm_movemask_epi8(
			    _mm_cmpeq_epi8(_mm_min_epu8(letter, _mm_set1_epi8(25)), letter))
		    << i;
	}
#else
	for (int i = 0; i < FAST_BLOCK; i++)
		bits |= (uint64_t)(p[i] >= 'a' && p[i] <= 'z') << i;
#endif
	return bits | fast_bytes(p, '\r') | fast_bytes(p, '\n');
}

/* Is there nothing in the body that could be the begin of something else? */
static bool
fast_body(const char *p, const char *end, uint32_t *lines)
{
	char spare[FAST_BLOCK];
	uint64_t carry = 1;

	if (anchor_scan(p, end) != NULL)
		return false;
	*lines += end[-1] != '\n';
	for (; p < end; p += FAST_BLOCK) {
		const char *block = fast_block(p, end, spare);
		uint64_t feeds = fast_bytes(block, '\n'), begins = feeds << 1 | carry;

		if (end - p < FAST_BLOCK)
			begins &= (UINT64_C(1) << (end - p)) - 1;
		if ((begins & ~fast_may_begin(block)) != 0)
			return false;
		carry = feeds >> 63;
		*lines += (uint32_t)__builtin_popcountll(feeds);
	}
	return true;
}

/* The message at the hit as it lies there, its lines counted: empty when it must be collected. */
static struct slice
fast_message(const struct run *r, int32_t *length, uint32_t *lines)
{
	static const struct slice none = { NULL, 0 };
	const struct style *s = &r->anchor.style;
	const char *begin = r->line + r->anchor.at, *p, *body;

	if (r->prefix.n > 0 || !s->cr || s->pad || s->dot || r->line_end >= r->end || r->anchor.text.p != begin ||
	    begin + r->anchor.text.n + 1 != r->line_end)
		return none;
	body = fast_headers(detect_next(r->line_end, r->end), r->end, length, lines);
	if (body == NULL || body - begin > CANON_HEADERS_MAX)
		return none;
	if (*length <= 0)
		return detect_slice(begin, body);
	if (*length > r->end - body || *length > CANON_BODY_MAX - 2)
		return none;
	p = body + *length;
	/* What stands behind a body on its line may be the next entry. */
	if (p[-1] != '\n' && p < r->end && *p != '\r' && *p != '\n')
		return none;
	return fast_body(body, p, lines) ? detect_slice(begin, p) : none;
}

bool
detect_fast(struct logfmt *l, struct run *r)
{
	int32_t length = -1;
	uint32_t lines = 1;
	struct slice bytes;
	const char *p;

	if (l->thorough || r->about.copy)
		return false;
	bytes = fast_message(r, &length, &lines);
	/* Colours are taken out of what is collected. */
	if (bytes.n == 0 || (r->colours && memchr(bytes.p, DETECT_ESC, bytes.n) != NULL))
		return false;
	if (detect_must_wait(l))
		return true;
	detect_message_item(l, &r->about, bytes,
	    when_resolve(
		say_when(&l->say, l->now.origin), &r->about.stamp, &r->about.date, l->now.t_ns, l->now.live, &l->st),
	    false);
	l->item.m.untimed = !l->now.live && when_is_untimed(&r->about.stamp);
	pool_show(&l->pool, detect_shows(l, r), l->item.m.t_ns);
	p = bytes.p + bytes.n;
	if (length > 0 && p[-1] != '\n') {
		p += p < r->end && *p == '\r';
		p += p < r->end && *p == '\n';
	}
	l->last_lines = detect_claim(l, r, lines);
	detect_settle(l, l->last_lines, LOGFMT_SIP);
	r->p = r->floor = p;
	return true;
}
