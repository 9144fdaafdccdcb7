/*
 * header - walks the lines of a header block once, front to back (RFC 3261 7.3, 7.3.1, 7.3.3).
 * The one thing to know: one search finds line ends and control bytes together, 16 bytes at a time where the
 * processor can, so a block costs about as much as copying it and a hostile one no more.
 */
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "sip/header.h"

/* A walk in progress.  pending: the logical line (with its folds) that is not yet filed. */
struct header_walk {
	struct header_block *out;
	const char *end;
	struct slice pending;
	bool pending_folded;
};

/* The next control byte other than HT: a line end, or something that must not be there. */
static inline const char *
header_next_control(const char *p, const char *end)
{
#ifdef __SSE2__
	const __m128i low = _mm_set1_epi8(0x1f), del = _mm_set1_epi8(0x7f), tab = _mm_set1_epi8('\t');

	for (; end - p >= 16; p += 16) {
		__m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
		__m128i hit = _mm_or_si128(_mm_cmpeq_epi8(_mm_min_epu8(x, low), x), _mm_cmpeq_epi8(x, del));
		int mask = _mm_movemask_epi8(_mm_andnot_si128(_mm_cmpeq_epi8(x, tab), hit));

		if (mask)
			return p + __builtin_ctz((unsigned)mask);
	}
#endif
	for (; p < end; p++) {
		unsigned char c = (unsigned char)*p;

		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return p;
	}
	return end;
}

/* The next CR or LF, for blocks that are known to hold control bytes. */
static const char *
header_next_break(const char *p, const char *end)
{
#ifdef __SSE2__
	const __m128i cr = _mm_set1_epi8('\r'), lf = _mm_set1_epi8('\n');

	for (; end - p >= 16; p += 16) {
		__m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
		int mask = _mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(x, cr), _mm_cmpeq_epi8(x, lf)));

		if (mask)
			return p + __builtin_ctz((unsigned)mask);
	}
#endif
	while (p < end && *p != '\r' && *p != '\n')
		p++;
	return p;
}

static const char *
header_line_end(struct header_walk *w, const char *p)
{
	if (!w->out->control) {
		p = header_next_control(p, w->end);
		if (p == w->end || *p == '\r' || *p == '\n')
			return p;
		w->out->control = true;
	}
	return header_next_break(p, w->end);
}

/* The colon of a line; names are short, so the first 16 bytes nearly always have it. */
static const char *
header_colon(const struct header_walk *w, struct slice line)
{
#ifdef __SSE2__
	if (w->end - line.p >= 16) {
		__m128i x = _mm_loadu_si128((const __m128i *)(const void *)line.p);
		int mask = _mm_movemask_epi8(_mm_cmpeq_epi8(x, _mm_set1_epi8(':')));
		size_t at = mask ? (size_t)__builtin_ctz((unsigned)mask) : 16;

		if (at < 16)
			return at < line.n ? line.p + at : NULL;
	}
#else
	(void)w;
#endif
	return memchr(line.p, ':', line.n);
}

/* known is lower case and as long as name; bit 5 makes letters lower case and leaves "-" alone. */
static inline bool
header_is(struct slice name, const char *known)
{
	for (size_t i = 0; i < name.n; i++) {
		if ((name.p[i] | 32) != known[i])
			return false;
	}
	return true;
}

/* As slice_trim, inline because it runs for every header that is kept. */
static inline struct slice
header_trim(struct slice s)
{
	while (s.n > 0 && (*s.p == ' ' || (*s.p >= '\t' && *s.p <= '\r'))) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && (s.p[s.n - 1] == ' ' || (s.p[s.n - 1] >= '\t' && s.p[s.n - 1] <= '\r')))
		s.n--;
	return s;
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
	default:
		return HEADER_OTHER;
	}
}

static enum header_id
header_find_7(struct slice name)
{
	if (header_is(name, "call-id"))
		return HEADER_CALL_ID;
	if (header_is(name, "contact"))
		return HEADER_CONTACT;
	return header_is(name, "warning") ? HEADER_WARNING : HEADER_OTHER;
}

enum header_id
header_find(struct slice name)
{
	switch (name.n) {
	case 1:
		return header_find_compact(name.p[0]);
	case 2:
		return header_is(name, "to") ? HEADER_TO : HEADER_OTHER;
	case 3:
		return header_is(name, "via") ? HEADER_VIA : HEADER_OTHER;
	case 4:
		return header_is(name, "from") ? HEADER_FROM : header_is(name, "cseq") ? HEADER_CSEQ : HEADER_OTHER;
	case 6:
		return header_is(name, "reason") ? HEADER_REASON
		    : header_is(name, "server")  ? HEADER_SERVER
						 : HEADER_OTHER;
	case 7:
		return header_find_7(name);
	case 10:
		return header_is(name, "user-agent") ? HEADER_USER_AGENT : HEADER_OTHER;
	case 11:
		return header_is(name, "retry-after") ? HEADER_RETRY_AFTER : HEADER_OTHER;
	case 14:
		return header_is(name, "content-length") ? HEADER_CONTENT_LENGTH
		    : header_is(name, "x-twilio-error")  ? HEADER_DETAIL
							 : HEADER_OTHER;
	case 17:
		return header_is(name, "p-registrar-error") ? HEADER_DETAIL : HEADER_OTHER;
	case 22:
		return header_is(name, "x-asterisk-hangupcause") ? HEADER_DETAIL : HEADER_OTHER;
	default:
		return HEADER_OTHER;
	}
}

bool
header_is_clean(const struct header_block *block, enum header_id id)
{
	return !block->control && !(block->folded >> id & 1);
}

static bool
header_is_single(enum header_id id)
{
	return id == HEADER_FROM || id == HEADER_TO || id == HEADER_CALL_ID || id == HEADER_CSEQ ||
	    id == HEADER_CONTENT_LENGTH;
}

static void
header_keep(struct header_block *b, enum header_id id, struct slice value, bool folded)
{
	unsigned n = b->seen[id];

	if (folded && (n == 0 || id == HEADER_REASON))
		b->folded |= 1u << id;
	if (n == 0)
		b->value[id] = value;
	else if (header_is_single(id))
		b->duplicate = true;
	if (id == HEADER_REASON && n < HEADER_REASONS)
		b->reasons[n] = value;
	if (n < UINT8_MAX)
		b->seen[id]++;
}

/* File the pending logical line. */
static void
header_flush(struct header_walk *w)
{
	struct slice line = w->pending, name = line;
	enum header_id id;
	const char *colon;

	if (!line.p)
		return;
	w->pending = (struct slice){ NULL, 0 };
	colon = header_colon(w, line);
	name.n = colon ? (size_t)(colon - line.p) : 0;
	while (name.n > 0 && (name.p[name.n - 1] == ' ' || name.p[name.n - 1] == '\t'))
		name.n--;
	if (name.n == 0) {
		w->out->bad_line = true;
		return;
	}
	id = header_find(name);
	if (id == HEADER_OTHER)
		return;
	if (id != HEADER_DETAIL)
		line = (struct slice){ colon + 1, (size_t)(line.p + line.n - colon - 1) };
	header_keep(w->out, id, header_trim(line), w->pending_folded);
}

/* One physical line [p, e) after the start line. */
static void
header_line(struct header_walk *w, const char *p, const char *e, bool dropped)
{
	bool fold = *p == ' ' || *p == '\t';

	if (fold && dropped) {
		w->pending = (struct slice){ NULL, 0 };
		return;
	}
	if (fold && w->pending.p) {
		w->pending.n = (size_t)(e - w->pending.p);
		w->pending_folded = true;
		return;
	}
	header_flush(w);
	if (fold)
		w->out->bad_line = true;
	else if (!dropped)
		w->pending = (struct slice){ p, (size_t)(e - p) };
	w->pending_folded = false;
}

static const char *
header_skip_break(const char *e, const char *end)
{
	if (e < end && *e == '\r' && e + 1 < end && e[1] == '\n')
		return e + 2;
	return e < end ? e + 1 : e;
}

void
header_split(struct slice bytes, bool cut, struct header_block *out)
{
	struct header_walk w = { .out = out };
	const char *p = bytes.p, *e;

	memset(out, 0, sizeof *out);
	if (bytes.n == 0)
		return;
	w.end = p + bytes.n;
	e = header_line_end(&w, p);
	out->start = (struct slice){ p, (size_t)(e - p) };
	p = header_skip_break(e, w.end);
	for (unsigned lines = 1; p < w.end; lines++) {
		if (lines >= HEADER_LINES_MAX) {
			out->over = true;
			break;
		}
		e = header_line_end(&w, p);
		if (e == p) {
			out->whole = true;
			break;
		}
		header_line(&w, p, e, cut && e == w.end);
		p = header_skip_break(e, w.end);
	}
	header_flush(&w);
}
