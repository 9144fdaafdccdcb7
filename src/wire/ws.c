/*
 * ws - WebSocket framing with SIP inside (RFC 6455 5, RFC 7118 5); see ws.h.
 * A frame is dealt with when all of it is there.  Of a message in pieces the pieces are moved together at the front and
 * what lies between them and the unread bytes is a hole, closed only when it is larger than the message.
 */
#include "wire/ws.h"

#include <string.h>

#include "wire/guess.h"
#include "wire/sipframe.h"

enum ws_mode { MODE_UPGRADE, MODE_FRAMES, MODE_SEARCH, MODE_SKIP };

enum { WS_CONTINUE = 0, WS_TEXT = 1, WS_BINARY = 2, WS_CLOSE = 8, WS_PONG = 10 };

enum { WS_LOOK = 32, WS_METHOD_MAX = 16, WS_CONTROL_MAX = 125, WS_HOLE = 4096 };

/* size: bytes of the header. */
struct ws_head {
	uint64_t len;
	size_t size;
	const char *mask; /* NULL: none */
	uint8_t op;
	bool last, zipped;
};

/* A frame header.  NO: no such frame exists. */
static enum ws_start
ws_head(struct slice s, struct ws_head *h)
{
	static const uint8_t more[2] = { 2, 8 };
	uint8_t first, second;

	*h = (struct ws_head){ .size = 2 };
	if (s.n < 1)
		return WS_PERHAPS;
	first = (uint8_t)s.p[0];
	h->op = first & 15;
	h->last = first & 0x80;
	h->zipped = first & 0x40;
	if (first & 0x30 || (h->op > WS_BINARY && h->op < WS_CLOSE) || h->op > WS_PONG)
		return WS_NO;
	if (s.n < 2)
		return WS_PERHAPS;
	second = (uint8_t)s.p[1];
	h->len = second & 0x7f;
	if (h->op >= WS_CLOSE && (!h->last || h->zipped || h->len > WS_CONTROL_MAX))
		return WS_NO;
	if (h->len > WS_CONTROL_MAX) {
		size_t n = more[h->len - 126];

		h->size += n;
		if (s.n < h->size)
			return WS_PERHAPS;
		h->len = 0;
		for (size_t i = 2; i < h->size; i++)
			h->len = h->len << 8 | (uint8_t)s.p[i];
		if (h->len >> 63)
			return WS_NO;
	}
	if (second & 0x80) {
		h->mask = s.p + h->size;
		h->size += 4;
	}
	return s.n < h->size ? WS_PERHAPS : WS_YES;
}

static void
ws_unmask(char *out, const char *in, size_t n, const char *mask)
{
	char key[4];

	if (mask == NULL) {
		memmove(out, in, n);
		return;
	}
	/* The mask may lie where the bytes go. */
	memcpy(key, mask, sizeof key);
	for (size_t i = 0; i < n; i++)
		out[i] = (char)(in[i] ^ key[i & 3]);
}

static bool
ws_is_letter(char c)
{
	return ((unsigned)c | 0x20) - 'a' < 26;
}

/* "METHOD sip:" and the like; as far as the n bytes reach. */
static enum ws_start
ws_is_request(const char *p, size_t n)
{
	static const char *const schemes[] = { "sip:", "sips:", "tel:", "urn:" };
	size_t m = 0, rest;

	while (m < n && m < WS_METHOD_MAX && p[m] >= 'A' && p[m] <= 'Z')
		m++;
	if (m == n)
		return WS_PERHAPS;
	if (m < 2 || p[m] != ' ')
		return WS_NO;
	rest = n - m - 1;
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
		size_t len = strlen(schemes[i]);

		if (slice_imemeq(p + m + 1, schemes[i], rest < len ? rest : len))
			return rest < len ? WS_PERHAPS : WS_YES;
	}
	return WS_NO;
}

static enum ws_start
ws_is_sip(const char *p, size_t n)
{
	static const char status[] = "SIP/2.0 ";
	size_t len = sizeof status - 1;

	if (slice_imemeq(p, status, n < len ? n : len))
		return n < len ? WS_PERHAPS : WS_YES;
	return ws_is_request(p, n);
}

enum ws_start
ws_frame(struct slice s)
{
	char text[WS_LOOK];
	struct ws_head h;
	enum ws_start r;
	size_t n;

	/* Only text and binary begin a message, what is compressed shows nothing, and none is that short. */
	if (s.n > 0 && (s.p[0] & 0x7f) != WS_TEXT && (s.p[0] & 0x7f) != WS_BINARY)
		return WS_NO;
	if (s.n > 1 && (s.p[1] & 0x7f) < WS_LOOK)
		return WS_NO;
	r = ws_head(s, &h);
	if (r == WS_PERHAPS)
		return s.n < 2 || h.len >= WS_LOOK ? WS_PERHAPS : WS_NO;
	if (r == WS_NO || h.len < WS_LOOK || h.len > WS_MESSAGE_MAX)
		return WS_NO;
	n = s.n - h.size < sizeof text ? s.n - h.size : sizeof text;
	/* Both forms begin with two letters; noise does not get further. */
	ws_unmask(text, s.p + h.size, n < 2 ? n : 2, h.mask);
	if (n >= 2 && (!ws_is_letter(text[0]) || !ws_is_letter(text[1])))
		return WS_NO;
	ws_unmask(text, s.p + h.size, n, h.mask);
	return ws_is_sip(text, n);
}

static enum ws_start
ws_begins(struct slice s, const char *with)
{
	size_t len = strlen(with);

	if (!slice_imemeq(s.p, with, s.n < len ? s.n : len))
		return WS_NO;
	return s.n < len ? WS_PERHAPS : WS_YES;
}

/* Bytes of the HTTP head with its blank line; 0 when its end is not there. */
static size_t
ws_http_head(struct slice s)
{
	const char *end = memmem(s.p, s.n < WS_HTTP_MAX ? s.n : WS_HTTP_MAX, "\r\n\r\n", 4);

	return end != NULL ? (size_t)(end - s.p) + 4 : 0;
}

enum ws_start
ws_upgrade(struct slice s)
{
	enum ws_start get = ws_begins(s, "GET "), answer = ws_begins(s, "HTTP/1.1 101");
	struct slice head = { s.p, 0 }, protocol;

	if (get != WS_YES && answer != WS_YES)
		return get == WS_PERHAPS || answer == WS_PERHAPS ? WS_PERHAPS : WS_NO;
	head.n = ws_http_head(s);
	if (head.n == 0)
		return s.n < WS_HTTP_MAX ? WS_PERHAPS : WS_NO;
	protocol = guess_header(head, "sec-websocket-protocol", '\0');
	if (slice_ifind(guess_header(head, "upgrade", '\0'), slice_str("websocket")) < 0)
		return WS_NO;
	return protocol.n == 0 || slice_ifind(protocol, slice_str("sip")) >= 0 ? WS_YES : WS_NO;
}

static void
ws_lose(struct ws *w)
{
	w->resyncs += w->mode != MODE_SEARCH;
	w->mode = MODE_SEARCH;
	w->partial = false;
	w->have = 0;
}

/* A message of len bytes at p: is it SIP?  Keep-alives are nothing, anything else tells what this connection is. */
static bool
ws_message(struct ws *w, const char *p, size_t len, bool cut, struct ws_step *step)
{
	struct slice s = sipframe_skip_blank((struct slice){ p, len });

	if (s.n == 0)
		return false;
	if (sipframe_start(s, cut ? 0 : SIPFRAME_WHOLE) != SIPFRAME_YES) {
		w->other = w->other || (!w->found && !cut);
		return false;
	}
	w->found = true;
	step->eat += len - s.n;
	step->len = step->drop = s.n;
	step->ready = true;
	step->cut = cut;
	return true;
}

/* A data frame whose payload is not wanted, or too large. */
static void
ws_skip(struct ws *w, const struct ws_head *h)
{
	w->raw += h->size;
	w->need = h->len;
	w->have = 0;
	w->partial = false;
	w->mode = MODE_SKIP;
}

/* Is this frame one whose bytes are kept?  Else it is passed over. */
static bool
ws_wanted(struct ws *w, const struct ws_head *h)
{
	if (h->op != WS_CONTINUE && w->partial) {
		w->resyncs++;
		w->have = 0;
		w->partial = false;
	}
	if (h->zipped)
		w->other = w->other || !w->found;
	if (h->zipped || (h->op == WS_CONTINUE && !w->partial)) {
		ws_skip(w, h);
		return false;
	}
	if (h->len > WS_MESSAGE_MAX - w->have) {
		w->oversize++;
		ws_skip(w, h);
		return false;
	}
	return true;
}

/* A whole data frame at raw.  True when a message is ready; what stands before it is then to be dropped. */
static bool
ws_data(struct ws *w, char *p, const struct ws_head *h, struct ws_step *step)
{
	size_t at = w->raw + h->size, from = w->have, len = (size_t)h->len, raw = at + len;
	bool ready;

	if (w->have == 0 && h->last) {
		/* The usual case stays where it is. */
		ws_unmask(p + at, p + at, len, h->mask);
		from = at;
		w->have = len;
	} else {
		ws_unmask(p + from, p + at, len, h->mask);
		w->have += len;
		from = 0;
	}
	w->raw = raw;
	w->partial = !h->last;
	if (w->partial)
		return false;
	len = w->have;
	w->have = 0;
	step->eat += from;
	ready = ws_message(w, p + from, len, false, step);
	if (ready) {
		step->drop = raw - from - (len - step->len);
		w->raw = 0;
	} else {
		step->eat -= from;
	}
	return ready;
}

/* One frame at raw.  *more: it is dealt with, go on. */
static bool
ws_do_frame(struct ws *w, char *p, size_t n, struct ws_step *step, bool *more)
{
	struct ws_head h;
	enum ws_start r = ws_head((struct slice){ p + w->raw, n - w->raw }, &h);

	*more = r != WS_PERHAPS;
	if (r == WS_NO)
		ws_lose(w);
	if (r != WS_YES || (h.op < WS_CLOSE && !ws_wanted(w, &h)))
		return false;
	*more = n - w->raw - h.size >= h.len;
	if (!*more)
		return false;
	if (h.op < WS_CLOSE)
		return ws_data(w, p, &h, step);
	w->raw += h.size + (size_t)h.len;
	return false;
}

/* Bytes before the next frame that is SIP for sure. */
static size_t
ws_do_search(struct ws *w, struct slice s, bool end)
{
	for (size_t at = 0; at < s.n; at++) {
		enum ws_start r = ws_frame((struct slice){ s.p + at, s.n - at });

		if (r == WS_YES)
			w->mode = MODE_FRAMES;
		if (r == WS_YES || (r == WS_PERHAPS && !end))
			return at;
	}
	return s.n;
}

static size_t
ws_do_skip(struct ws *w, size_t n)
{
	size_t skip = n < w->need ? n : (size_t)w->need;

	w->need -= skip;
	if (w->need == 0)
		w->mode = MODE_FRAMES;
	return skip;
}

static bool
ws_do_upgrade(struct ws *w, struct slice s)
{
	size_t head = ws_http_head(s);
	bool http = s.n > 0 && (*s.p == 'G' || *s.p == 'g' || *s.p == 'H' || *s.p == 'h');

	if (http && head == 0)
		return false;
	w->raw += http ? head : 0;
	w->mode = MODE_FRAMES;
	return true;
}

/* One move; true when a message is ready. */
static bool
ws_move(struct ws *w, char *p, size_t n, bool end, struct ws_step *step, bool *more)
{
	struct slice rest = { p + w->raw, n - w->raw };

	switch (w->mode) {
	case MODE_UPGRADE:
		*more = ws_do_upgrade(w, rest);
		return false;
	case MODE_FRAMES:
		return ws_do_frame(w, p, n, step, more);
	case MODE_SEARCH:
		w->raw += ws_do_search(w, rest, end);
		*more = w->mode != MODE_SEARCH;
		return false;
	default:
		w->raw += ws_do_skip(w, rest.n);
		*more = w->mode != MODE_SKIP;
		return false;
	}
}

/* What nobody wants any more: all of it when no message has begun, else the hole, when it is worth the move. */
static size_t
ws_close_hole(struct ws *w, char *p)
{
	size_t hole = w->raw - w->have;

	if (w->have > 0 && hole <= w->have + WS_HOLE)
		return 0;
	if (w->have > 0)
		memmove(p + hole, p, w->have);
	w->raw = w->have;
	return hole;
}

/* The message that has begun, with what is there of its last frame.  Returns how many bytes of that are still to come.
 */
static uint64_t
ws_finish(struct ws *w, char *p, size_t n, struct ws_step *step)
{
	struct ws_head h = { 0 };
	size_t got = 0, len;
	uint64_t rest = w->mode == MODE_SKIP ? w->need : 0;

	if (n == 0)
		return rest;
	if (w->mode == MODE_FRAMES && ws_head((struct slice){ p + w->raw, n - w->raw }, &h) == WS_YES) {
		got = n - w->raw - h.size;
		rest = h.len - got;
		if (h.op < WS_CLOSE)
			ws_unmask(p + w->have, p + w->raw + h.size, got, h.mask);
		else
			got = 0;
	}
	len = w->mode == MODE_FRAMES ? w->have + got : 0;
	w->have = w->raw = 0;
	w->partial = false;
	if (len == 0 || !ws_message(w, p, len, true, step))
		step->eat += n;
	else
		step->drop = n - (len - step->len);
	return rest;
}

struct ws_step
ws_next(struct ws *w, char *p, size_t n, bool end)
{
	struct ws_step step = { 0 };
	bool more = true;
	size_t drop;

	while (more && !w->other && n > 0 && w->raw < n) {
		if (ws_move(w, p, n, end, &step, &more))
			return step;
	}
	if (w->other)
		return (struct ws_step){ .eat = n };
	if (end) {
		ws_finish(w, p, n, &step);
		return step;
	}
	drop = ws_close_hole(w, p);
	step.eat += drop;
	return step;
}

struct ws_step
ws_gap(struct ws *w, char *p, size_t n, uint64_t lost)
{
	struct ws_step step = { 0 };
	uint64_t rest = ws_finish(w, p, n, &step);

	if (rest == 0 || lost > rest) {
		ws_lose(w);
		return step;
	}
	w->need = rest - lost;
	w->mode = w->need > 0 ? MODE_SKIP : MODE_FRAMES;
	return step;
}
