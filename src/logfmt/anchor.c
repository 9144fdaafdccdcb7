/*
 * anchor - start lines of SIP messages in log text, and the ends of their lines.
 * Via lines hold "SIP/2.0/UDP", request lines end in "SIP/2.0", Warning texts quote either: the exact form decides.
 */
#include "logfmt/anchor.h"

#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "logfmt/seek.h"

#define ANCHOR_WORD "SIP/2.0"
enum { ANCHOR_WORD_N = sizeof ANCHOR_WORD - 1, ANCHOR_CODE_N = ANCHOR_WORD_N + 4 };

/*
 * slash: the byte that with the first one tells the word from most of what logs hold.  Texts as long as `far` are left
 * to seek.h.
 */
enum { ANCHOR_BLOCK = 16, ANCHOR_SLASH = 3, ANCHOR_FAR = 256 };

/* The last block overlaps the one before it: what is too short for a block is rare. */
const char *
anchor_scan(const char *p, const char *end)
{
	if (end - p >= ANCHOR_FAR)
		return seek_text_by(p, end, ANCHOR_WORD, ANCHOR_WORD_N, ANCHOR_SLASH);
#ifdef __SSE2__
	const __m128i first = _mm_set1_epi8('S'), slash = _mm_set1_epi8('/');
	const char *last =
	    end - p >= ANCHOR_BLOCK + ANCHOR_WORD_N - 1 ? end - (ANCHOR_BLOCK + ANCHOR_WORD_N - 1) : NULL;

	for (; last != NULL; p += ANCHOR_BLOCK) {
		__m128i a, b;
		unsigned hits;

		p = p < last ? p : last;
		a = _mm_loadu_si128((const __m128i *)(const void *)p);
		b = _mm_loadu_si128((const __m128i *)(const void *)(p + ANCHOR_SLASH));
		hits = (unsigned)_mm_movemask_epi8(_mm_and_si128(_mm_cmpeq_epi8(a, first), _mm_cmpeq_epi8(b, slash)));
		for (; hits != 0; hits &= hits - 1) {
			const char *at = p + __builtin_ctz(hits);

			if (memcmp(at, ANCHOR_WORD, ANCHOR_WORD_N) == 0)
				return at;
		}
		if (p == last)
			return NULL;
	}
#endif
	return seek_text(p, end, ANCHOR_WORD, ANCHOR_WORD_N);
}

static bool
anchor_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
anchor_alnum(char c)
{
	return anchor_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A bit for each of the first 128 bytes. */
bool
anchor_token(char c)
{
	static const uint64_t bits[2] = { UINT64_C(0x03ff6ca200000000), UINT64_C(0x47ffffff87fffffe) };
	unsigned u = (unsigned char)c;

	return u < 128 && (bits[u >> 6] >> (u & 63) & 1) != 0;
}

static bool
anchor_ends(struct slice s, const char *what, size_t n)
{
	return s.n >= n && memcmp(s.p + s.n - n, what, n) == 0;
}

/* Take the line end off and learn it; dot is only a guess yet. */
static struct slice
anchor_learn(struct slice s, struct style *style)
{
	*style = (struct style){ .cr = false };
	if (s.n > 0 && s.p[s.n - 1] == '\r') {
		style->cr = true;
	} else if (anchor_ends(s, "#015", 4)) {
		style->mark = 4;
	} else if (anchor_ends(s, "^M", 2)) {
		style->mark = 2;
	}
	s.n -= style->cr ? 1 : style->mark;
	style->pad = s.n > 0 && s.p[s.n - 1] == ' ';
	while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t' || s.p[s.n - 1] == '\0' || s.p[s.n - 1] == '\r'))
		s.n--;
	return s;
}

bool
anchor_is_response(struct slice s, size_t at)
{
	const char *p = s.p + at + ANCHOR_WORD_N;

	if (s.n - at < ANCHOR_CODE_N || (at > 0 && anchor_alnum(s.p[at - 1])))
		return false;
	return p[0] == ' ' && p[1] >= '1' && p[1] <= '6' && anchor_digit(p[2]) && anchor_digit(p[3]) &&
	    (s.n - at == ANCHOR_CODE_N || p[4] == ' ' || (p[4] == '.' && s.n - at == ANCHOR_CODE_N + 1));
}

static bool
anchor_scheme(struct slice uri)
{
	return slice_istarts(uri, slice_str("sip:")) || slice_istarts(uri, slice_str("sips:")) ||
	    slice_istarts(uri, slice_str("tel:")) || slice_istarts(uri, slice_str("urn:"));
}

/* What ends at `at` with the version: back over the URI and the method. */
static bool
anchor_request(struct slice s, size_t at, size_t *begin)
{
	size_t uri_end, i = at;

	while (i > 0 && s.p[i - 1] == ' ')
		i--;
	uri_end = i;
	while (i > 0 && (unsigned char)s.p[i - 1] > ' ')
		i--;
	if (uri_end == at || i == 0 || !anchor_scheme((struct slice){ s.p + i, uri_end - i }))
		return false;
	while (i > 0 && s.p[i - 1] == ' ')
		i--;
	uri_end = i;
	while (i > 0 && anchor_token(s.p[i - 1]))
		i--;
	*begin = i;
	return i < uri_end && anchor_alnum(s.p[i]);
}

bool
anchor_find(struct slice line, struct anchor *out)
{
	return anchor_find_from(line, 0, out);
}

bool
anchor_find_from(struct slice line, size_t from, struct anchor *out)
{
	struct style style;
	struct slice s = anchor_learn(line, &style);
	size_t rest = s.n;
	const char *hit = s.p + (from < s.n ? from : s.n);

	for (; (hit = anchor_scan(hit, s.p + s.n)) != NULL; hit += ANCHOR_WORD_N) {
		size_t at = (size_t)(hit - s.p), begin = at;
		bool response = anchor_is_response(s, at);

		rest = s.n - at - ANCHOR_WORD_N;
		style.dot = s.p[s.n - 1] == '.' && !style.cr && style.mark == 0;
		if (response || ((rest == 0 || (rest == 1 && style.dot)) && anchor_request(s, at, &begin))) {
			if (!response && rest == 0)
				style.dot = false;
			*out = (struct anchor){ begin, response, { s.p + begin, s.n - begin }, style };
			return true;
		}
	}
	return false;
}

static size_t
anchor_name(struct slice line)
{
	size_t i = 0;

	if (line.n == 0 || !anchor_alnum(line.p[0]) || anchor_digit(line.p[0]))
		return 0;
	while (i < line.n && anchor_token(line.p[i]))
		i++;
	return i;
}

bool
anchor_is_header(struct slice line)
{
	size_t n = anchor_name(line), i = n;

	while (i < line.n && i < n + 8 && (line.p[i] == ' ' || line.p[i] == '\t'))
		i++;
	return n > 0 && i < line.n && line.p[i] == ':';
}

bool
anchor_is_known_header(struct slice line)
{
	static const char *const names[] = { "via", "v", "from", "f", "to", "t", "call-id", "i", "cseq", "max-forwards",
		"route", "record-route", "contact", "m", "content-length", "l" };
	size_t n = anchor_name(line);

	if (!anchor_is_header(line))
		return false;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (slice_ieq((struct slice){ line.p, n }, slice_str(names[i])))
			return true;
	}
	return false;
}

static struct slice
anchor_unmark(struct slice s, struct style style)
{
	if (style.mark == 4 && anchor_ends(s, "#015", 4))
		s.n -= 4;
	if (style.mark == 2 && anchor_ends(s, "^M", 2))
		s.n -= 2;
	if (style.dot && anchor_ends(s, ".", 1))
		s.n--;
	return s;
}

bool
anchor_shows_end(struct style style)
{
	return style.cr || style.mark > 0 || style.dot;
}

bool
anchor_has_end(struct slice s, struct style style)
{
	return (style.cr && anchor_ends(s, "\r", 1)) || anchor_unmark(s, style).n < s.n;
}

struct slice
anchor_header_text(struct slice s, struct style style)
{
	while (s.n > 0 && s.p[s.n - 1] == '\r')
		s.n--;
	s = anchor_unmark(s, style);
	if (style.cr && !style.pad)
		return s;
	while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t' || s.p[s.n - 1] == '\0' || s.p[s.n - 1] == '\r'))
		s.n--;
	return s;
}

struct slice
anchor_body_text(struct slice s, struct style style, bool *cr)
{
	*cr = s.n > 0 && s.p[s.n - 1] == '\r';
	if (*cr)
		s.n--;
	s = anchor_unmark(s, style);
	if (style.pad && s.n > 0 && s.p[s.n - 1] == ' ')
		s.n--;
	return s;
}

void
anchor_settle_dot(struct style *style, struct slice next)
{
	style->dot = style->dot && next.n > 0 && next.p[next.n - 1] == '.';
}
