/*
 * header - walks the lines of a header block once, front to back (RFC 3261 7.3, 7.3.1, 7.3.3).
 * The one thing to know: control bytes are found 64 at a time as the bits of one number, and line ends, folds and
 * what must not be there are all among them, so a block costs about as much as copying it and a hostile one no more
 * than that twice: a block in which all is as it should be has a way of its own, which gives up at the first odd byte.
 */
#include <assert.h>
#include <stddef.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "sip/header.h"

/* Bytes that one mask tells of. */
enum { HEADER_STEP = 64 };

/* What is looked for: all control bytes until one ends no line, which is told once and then passed over. */
enum header_look { LOOK_ALL, LOOK_BUT_HT, LOOK_BREAKS };

/*
 * A walk in progress.  mask: the bytes looked for at base[0..64) that were not passed yet, the first in the lowest
 * bit.  lines: those taken so far.
 */
struct header_walk {
	struct header_block *out;
	const char *base, *end;
	uint64_t mask;
	enum header_look look;
	unsigned lines;
};

#ifdef __SSE2__
static inline uint64_t
header_mask_16(const char *p)
{
	__m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
	__m128i low = _mm_cmpeq_epi8(_mm_min_epu8(x, _mm_set1_epi8(0x1f)), x);

	return (unsigned)_mm_movemask_epi8(_mm_or_si128(low, _mm_cmpeq_epi8(x, _mm_set1_epi8(0x7f))));
}

static inline uint64_t
header_mask_step(const char *p)
{
	return header_mask_16(p) | header_mask_16(p + 16) << 16 | header_mask_16(p + 32) << 32 |
	    header_mask_16(p + 48) << 48;
}

/* As header_mask_step, for one byte. */
static uint64_t
header_equal_step(const char *p, char c)
{
	uint64_t mask = 0;

	for (unsigned i = 0; i < HEADER_STEP; i += 16) {
		__m128i x = _mm_loadu_si128((const __m128i *)(const void *)(p + i));

		mask |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(x, _mm_set1_epi8(c))) << i;
	}
	return mask;
}
#else
static inline uint64_t
header_mask_step(const char *p)
{
	uint64_t mask = 0;

	for (unsigned i = 0; i < HEADER_STEP; i++) {
		unsigned char c = (unsigned char)p[i];

		mask |= (uint64_t)(c < 0x20 || c == 0x7f) << i;
	}
	return mask;
}

static uint64_t
header_equal_step(const char *p, char c)
{
	uint64_t mask = 0;

	for (unsigned i = 0; i < HEADER_STEP; i++)
		mask |= (uint64_t)(p[i] == c) << i;
	return mask;
}
#endif

/* The mask of what is rare; apart, so that its array is not guarded on the way of every line. */
static __attribute__((noinline, cold)) uint64_t
header_mask_rare(const char *p, size_t n, enum header_look look)
{
	char step[HEADER_STEP];

	if (n < HEADER_STEP) {
		memset(step, ' ', sizeof step);
		memcpy(step, p, n);
		p = step;
	}
	if (look == LOOK_BREAKS)
		return header_equal_step(p, '\r') | header_equal_step(p, '\n');
	return header_mask_step(p) & ~(look == LOOK_BUT_HT ? header_equal_step(p, '\t') : 0);
}

/* The mask of the first n bytes at p, at most a step. */
static inline uint64_t
header_mask(const char *p, size_t n, enum header_look look)
{
	return n >= HEADER_STEP && look == LOOK_ALL ? header_mask_step(p) : header_mask_rare(p, n, look);
}

/* Pass the next control byte.  The last step reaches back, so that it ends where the bytes end. */
static inline const char *
header_next_control(struct header_walk *w)
{
	const char *at;

	while (!w->mask) {
		ptrdiff_t on = w->end - w->base - HEADER_STEP;

		if (on <= 0)
			return w->end;
		on = on < HEADER_STEP ? on : HEADER_STEP;
		w->base += on;
		w->mask = header_mask(w->base, HEADER_STEP, w->look) & UINT64_MAX << (HEADER_STEP - on);
	}
	at = w->base + __builtin_ctzll(w->mask);
	w->mask &= w->mask - 1;
	return at;
}

/* Pass a control byte that ends no line. */
static inline void
header_odd(struct header_walk *w, const char *at)
{
	w->look = *at == '\t' ? LOOK_BUT_HT : LOOK_BREAKS;
	w->out->control |= w->look == LOOK_BREAKS;
	w->mask = header_mask_rare(w->base, (size_t)(w->end - w->base), w->look) & UINT64_MAX << (at - w->base);
}

/* The end of the line being read: the first byte of its CR LF, LF or CR, or the end of the bytes. */
static inline const char *
header_line_end(struct header_walk *w)
{
	for (;;) {
		const char *e = header_next_control(w);

		if (e == w->end || *e == '\r' || *e == '\n')
			return e;
		header_odd(w, e);
	}
}

static inline const char *
header_skip_break(struct header_walk *w, const char *e)
{
	if (w->end - e < 2)
		return w->end;
	if (*e != '\r' || e[1] != '\n')
		return e + 1;
	(void)header_next_control(w);
	return e + 2;
}

/* The colon of a line; names are short, so the first 16 bytes nearly always have it. */
static inline const char *
header_colon(struct slice line, const char *end)
{
#ifdef __SSE2__
	if (end - line.p >= 16) {
		__m128i x = _mm_loadu_si128((const __m128i *)(const void *)line.p);
		int mask = _mm_movemask_epi8(_mm_cmpeq_epi8(x, _mm_set1_epi8(':')));
		size_t at = mask ? (size_t)__builtin_ctz((unsigned)mask) : 16;

		if (at < 16)
			return at < line.n ? line.p + at : NULL;
	}
#else
	(void)end;
#endif
	return memchr(line.p, ':', line.n);
}

/* 2, 4 or 8 bytes in lower case: bit 5 makes letters so and leaves "-" alone. */
static inline uint64_t
header_word(const char *p, size_t n)
{
	uint64_t eight = 0;
	uint32_t four = 0;
	uint16_t two = 0;

	if (n == 8)
		memcpy(&eight, p, 8);
	else if (n == 4)
		memcpy(&four, p, 4);
	else
		memcpy(&two, p, 2);
	return (eight | four | two) | UINT64_C(0x2020202020202020);
}

/* known is lower case and n long, n > 1 a constant: two or three words that overlap are compared. */
static inline bool
header_is(const char *p, const char *known, size_t n)
{
	size_t step = n >= 8 ? 8 : n >= 4 ? 4 : 2;

	for (size_t i = 0; i < n; i += step) {
		size_t at = i + step <= n ? i : n - step;

		if (header_word(p + at, step) != header_word(known + at, step))
			return false;
	}
	return true;
}

/* Nearly all bytes are above the blank, so one comparison answers for them. */
static inline bool
header_is_space(char c)
{
	return (unsigned char)c <= ' ' && (c == ' ' || (c >= '\t' && c <= '\r'));
}

static inline bool
header_is_blank(char c)
{
	return (unsigned char)c <= ' ' && (c == ' ' || c == '\t');
}

/* As slice_trim, but for every kind of space. */
static struct slice
header_trim_all(struct slice s)
{
	while (s.n > 0 && header_is_space(*s.p)) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && header_is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

/* Nearly always one blank is all there is. */
static inline struct slice
header_trim(struct slice s)
{
	if (s.n > 0 && *s.p == ' ')
		s = (struct slice){ s.p + 1, s.n - 1 };
	if (s.n > 0 && (unsigned char)*s.p > ' ' && (unsigned char)s.p[s.n - 1] > ' ')
		return s;
	return header_trim_all(s);
}

static enum header_id
header_find_compact(char c)
{
	switch (c | 32) {
	case 'v':
		return HEADER_VIA;
	case 'f':
		return HEADER_FROM;
	case 't':
		return HEADER_TO;
	case 'i':
		return HEADER_CALL_ID;
	case 'm':
		return HEADER_CONTACT;
	case 'l':
		return HEADER_CONTENT_LENGTH;
	case 'c':
		return HEADER_CONTENT_TYPE;
	case 'x':
		return HEADER_SESSION_EXPIRES;
	case 'u':
		return HEADER_ALLOW_EVENTS;
	default:
		return HEADER_OTHER;
	}
}

static inline enum header_id
header_if(const char *p, size_t n, const char *known, enum header_id id)
{
	return header_is(p, known, n) ? id : HEADER_OTHER;
}

static inline enum header_id
header_either(const char *p, size_t n, const char *a, enum header_id a_id, const char *b, enum header_id b_id)
{
	return header_is(p, a, n) ? a_id : header_if(p, n, b, b_id);
}

/* Names longer than those that every message has. */
static enum header_id
header_find_long(const char *p, size_t n)
{
	switch (n) {
	case 13:
		return header_if(p, 13, "authorization", HEADER_CREDENTIALS);
	case 15:
		if (header_is(p, "session-expires", 15))
			return HEADER_SESSION_EXPIRES;
		return header_either(
		    p, 15, "accept-encoding", HEADER_ACCEPT_ENCODING, "security-server", HEADER_SECURITY_SERVER);
	case 16:
		return header_if(p, 16, "www-authenticate", HEADER_CHALLENGE);
	case 17:
		return header_either(p, 17, "p-charging-vector", HEADER_CHARGING, "p-registrar-error", HEADER_DETAIL);
	case 18:
		return header_if(p, 18, "proxy-authenticate", HEADER_CHALLENGE);
	case 19:
		return header_if(p, 19, "proxy-authorization", HEADER_CREDENTIALS);
	case 22:
		return header_if(p, 22, "x-asterisk-hangupcause", HEADER_DETAIL);
	default:
		return HEADER_OTHER;
	}
}

static enum header_id
header_find_middle(const char *p, size_t n)
{
	switch (n) {
	case 9:
		return header_either(p, 9, "call-info", HEADER_CALL_INFO, "x-call-id", HEADER_X_CID);
	case 10:
		return header_either(p, 10, "user-agent", HEADER_USER_AGENT, "session-id", HEADER_SESSION_ID);
	case 11:
		if (header_is(p, "retry-after", 11))
			return HEADER_RETRY_AFTER;
		return header_either(p, 11, "unsupported", HEADER_UNSUPPORTED, "min-expires", HEADER_MIN_EXPIRES);
	case 12:
		if (header_is(p, "max-forwards", 12))
			return HEADER_MAX_FORWARDS;
		return header_either(p, 12, "content-type", HEADER_CONTENT_TYPE, "allow-events", HEADER_ALLOW_EVENTS);
	case 14:
		return header_either(p, 14, "content-length", HEADER_CONTENT_LENGTH, "x-twilio-error", HEADER_DETAIL);
	default:
		return header_find_long(p, n);
	}
}

static enum header_id
header_find_6(const char *p)
{
	if (header_is(p, "server", 6))
		return HEADER_SERVER;
	if (header_is(p, "reason", 6))
		return HEADER_REASON;
	return header_either(p, 6, "accept", HEADER_ACCEPT, "min-se", HEADER_MIN_SE);
}

static enum header_id
header_find_7(const char *p)
{
	if (header_is(p, "call-id", 7))
		return HEADER_CALL_ID;
	if (header_is(p, "contact", 7))
		return HEADER_CONTACT;
	if (header_is(p, "expires", 7))
		return HEADER_EXPIRES;
	return header_either(p, 7, "warning", HEADER_WARNING, "require", HEADER_REQUIRE);
}

static inline __attribute__((always_inline)) enum header_id
header_id_of(struct slice name)
{
	const char *p = name.p;

	switch (name.n) {
	case 1:
		return header_find_compact(*p);
	case 2:
		return header_if(p, 2, "to", HEADER_TO);
	case 3:
		return header_if(p, 3, "via", HEADER_VIA);
	case 4:
		return header_either(p, 4, "from", HEADER_FROM, "cseq", HEADER_CSEQ);
	case 5:
		return header_either(p, 5, "allow", HEADER_ALLOW, "x-cid", HEADER_X_CID);
	case 6:
		return header_find_6(p);
	case 7:
		return header_find_7(p);
	default:
		return header_find_middle(p, name.n);
	}
}

enum header_id
header_find(struct slice name)
{
	return header_id_of(name);
}

static __attribute__((noinline)) void
header_keep_more(struct header_block *b, enum header_id id, struct slice value, bool unclean)
{
	static const uint64_t single = UINT64_C(1) << HEADER_FROM | UINT64_C(1) << HEADER_TO |
	    UINT64_C(1) << HEADER_CALL_ID | UINT64_C(1) << HEADER_CSEQ | UINT64_C(1) << HEADER_CONTENT_LENGTH;
	unsigned n = b->seen[id];

	static_assert(HEADER_N <= 64, "one bit each");
	if (single >> id & 1)
		b->duplicate = true;
	if (id < HEADER_LISTS && n < HEADER_LIST_MAX) {
		b->list[id][n] = value;
		b->unclean |= (uint64_t)unclean << id;
	}
	if (n < UINT8_MAX)
		b->seen[id]++;
}

static inline __attribute__((always_inline)) void
header_keep(struct header_block *b, enum header_id id, struct slice value, bool unclean)
{
	if (b->seen[id]) {
		header_keep_more(b, id, value, unclean);
		return;
	}
	b->seen[id] = 1;
	b->value[id] = value;
	b->unclean |= (uint64_t)unclean << id;
	if (id < HEADER_LISTS)
		b->list[id][0] = value;
}

/* File a logical line, its folds included. */
static inline __attribute__((always_inline)) void
header_file(struct header_block *out, const char *end, struct slice line, bool unclean)
{
	const char *colon = header_colon(line, end);
	struct slice name = { line.p, colon ? (size_t)(colon - line.p) : 0 };
	enum header_id id;

	while (name.n > 0 && header_is_blank(name.p[name.n - 1]))
		name.n--;
	if (name.n == 0) {
		out->bad_line = true;
		return;
	}
	id = header_id_of(name);
	if (id == HEADER_OTHER)
		return;
	if (id < HEADER_LINES)
		line = (struct slice){ colon + 1, (size_t)(line.p + line.n - colon - 1) };
	header_keep(out, id, header_trim(line), unclean);
}

/* May one more physical line be looked at? */
static inline bool
header_take_line(struct header_walk *w)
{
	if (w->lines == HEADER_LINES_MAX) {
		w->out->over = true;
		return false;
	}
	w->lines++;
	return true;
}

/*
 * Read the logical line at p and file it unless it is an orphan.  Returns the start of the next one, NULL when there
 * is none: the block ends here, or the bytes end within the line although the message does not (cut).
 */
static inline const char *
header_line(struct header_walk *w, const char *p, bool cut, bool orphan)
{
	const char *e, *next;
	bool folded = false;

	e = header_line_end(w);
	if (e == p) {
		w->out->whole = true;
		return NULL;
	}
	next = header_skip_break(w, e);
	while (next < w->end && header_is_blank(*next) && header_take_line(w)) {
		folded = true;
		e = header_line_end(w);
		next = header_skip_break(w, e);
	}
	if (cut && e == w->end)
		return NULL;
	if (orphan)
		w->out->bad_line = true;
	else
		header_file(w->out, w->end, (struct slice){ p, (size_t)(e - p) }, folded || w->look != LOOK_ALL);
	return next;
}

/* A line of a block without oddities.  1: it ends the block; 0: go on; -1: it is a fold, or one line too many. */
static inline __attribute__((always_inline)) int
header_plain_line(struct header_block *out, const char *end, unsigned lines, struct slice line)
{
	if (lines == HEADER_LINES_MAX)
		return -1;
	if (lines == 0) {
		out->start = line;
		return 0;
	}
	if (line.n == 0) {
		out->whole = true;
		return 1;
	}
	if (*line.p == ' ')
		return -1;
	header_file(out, end, line, false);
	return 0;
}

/*
 * A block that is whole, has no control bytes but those of its CR LF, and no folds, in at least a step of bytes.  False
 * when it is none of these; then out has to be begun anew.
 */
static bool
header_split_plain(struct slice bytes, struct header_block *out)
{
	const char *line = bytes.p, *base = line, *end = line + bytes.n;
	unsigned lines = 0;

	while (base < end) {
		/* The last step reaches back, so that it ends where the bytes end. */
		ptrdiff_t back = end - base < HEADER_STEP ? HEADER_STEP - (end - base) : 0;
		uint64_t odd;

		base -= back;
		odd = header_mask_step(base) & UINT64_MAX << back;
		for (; odd != 0; odd &= odd - 1, odd &= odd - 1) {
			const char *e = base + __builtin_ctzll(odd);
			int done;

			if (e + 1 == base + HEADER_STEP)
				break;
			if (e[0] != '\r' || e[1] != '\n')
				return false;
			done = header_plain_line(out, end, lines++, (struct slice){ line, (size_t)(e - line) });
			if (done != 0)
				return done > 0;
			line = e + 2;
		}
		/* What the last byte is shows together with the next one; behind the last of all there is none. */
		if (odd != 0 && base + HEADER_STEP == end)
			return false;
		base += HEADER_STEP - (odd != 0);
	}
	return false;
}

static void
header_split_any(struct slice bytes, bool cut, struct header_block *out)
{
	struct header_walk w = { .out = out, .base = bytes.p, .lines = 1 };
	const char *p = bytes.p, *e;

	w.end = p + bytes.n;
	w.mask = header_mask(p, bytes.n, LOOK_ALL);
	e = header_line_end(&w);
	out->start = (struct slice){ p, (size_t)(e - p) };
	p = header_skip_break(&w, e);
	/* A fold of the start line belongs to no header. */
	for (bool orphan = p < w.end && header_is_blank(*p); p && p < w.end && header_take_line(&w); orphan = false)
		p = header_line(&w, p, cut, orphan);
}

static void
header_begin(struct header_block *out)
{
	memset(out, 0, offsetof(struct header_block, value));
}

void
header_split(struct slice bytes, bool cut, struct header_block *out)
{
	header_begin(out);
	if (bytes.n == 0 || (bytes.n >= HEADER_STEP && header_split_plain(bytes, out)))
		return;
	header_begin(out);
	header_split_any(bytes, cut, out);
}
