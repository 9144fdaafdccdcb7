/*
 * sipframe - SIP start lines and SIP framing on streams (RFC 3261 7, 18.3, 20.14; RFC 5626 4.4.1 keep-alives).
 * A stream is read line by line and each byte is looked at a fixed number of times, however small the segments are;
 * after bytes that make no sense the next message is searched at line starts, never inside a body whose length is
 * known.
 */
#include "wire/sipframe.h"

#include <string.h>

enum sipframe_mode {
	MODE_START,  /* a message, or keep-alives before it */
	MODE_SEARCH, /* lost: look for a start line */
	MODE_HEAD,
	MODE_BODY,
	MODE_SKIP /* the rest of a body that a gap has cut */
};

enum { SIPFRAME_METHOD_MAX = 64, SIPFRAME_NAME_MAX = 256 };

/* RFC 3261 25.1 token. */
static bool
sipframe_is_token(unsigned char c)
{
	/* One bit a character: 0x00-0x1f, 0x20-0x3f, 0x40-0x5f, 0x60-0x7f. */
	static const uint32_t set[8] = { 0, 0x03ff6ca2, 0x87fffffe, 0x47ffffff };

	return set[c >> 5] >> (c & 31) & 1;
}

static bool
sipframe_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
sipframe_is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static char
sipframe_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* Bytes of s that agree with `want` (lower case) before the first that does not. */
static size_t
sipframe_common(struct slice s, const char *want)
{
	size_t i = 0;

	while (i < s.n && want[i] && sipframe_lower(s.p[i]) == want[i])
		i++;
	return i;
}

static struct slice
sipframe_from(struct slice s, size_t at)
{
	return (struct slice){ s.p + at, s.n - at };
}

/* Offset behind the line that begins at `at`; 0 when its end is not there. */
static size_t
sipframe_line_end(struct slice s, size_t at)
{
	const char *lf = at < s.n ? memchr(s.p + at, '\n', s.n - at) : NULL;

	return lf ? (size_t)(lf - s.p) + 1 : 0;
}

struct slice
sipframe_skip_blank(struct slice s)
{
	while (s.n && (*s.p == '\r' || *s.p == '\n' || *s.p == '\0')) {
		s.p++;
		s.n--;
	}
	return s;
}

static enum sipframe_start
sipframe_short(unsigned how)
{
	return how & SIPFRAME_WHOLE ? SIPFRAME_NO : SIPFRAME_PERHAPS;
}

static enum sipframe_start
sipframe_status(struct slice s, unsigned how)
{
	size_t same;

	if (!(how & SIPFRAME_STRICT)) {
		if (s.n > 4)
			return sipframe_is_digit(s.p[4]) ? SIPFRAME_YES : SIPFRAME_NO;
		return sipframe_short(how);
	}
	same = sipframe_common(s, "sip/2.0 ");
	if (same < 8)
		return same == s.n ? sipframe_short(how) : SIPFRAME_NO;
	for (size_t i = 8; i < 11; i++) {
		if (i >= s.n)
			return sipframe_short(how);
		if (!sipframe_is_digit(s.p[i]))
			return SIPFRAME_NO;
	}
	if (s.n < 12)
		return sipframe_short(how);
	return sipframe_is_space(s.p[11]) ? SIPFRAME_YES : SIPFRAME_NO;
}

/* A whole line without its end: TOKEN SP URI SP "SIP/2.0"; `method` bytes of it are the token. */
static bool
sipframe_request_line(struct slice s, size_t method, unsigned how)
{
	struct slice uri;

	if (s.n < method + sizeof("  SIP/2.0"))
		return false;
	if (sipframe_common(sipframe_from(s, s.n - 8), " sip/2.0") != 8)
		return false;
	uri = (struct slice){ s.p + method + 1, s.n - method - 9 };
	if (how & SIPFRAME_STRICT)
		return memchr(uri.p, ':', uri.n) && !memchr(uri.p, ' ', uri.n);
	return true;
}

static enum sipframe_start
sipframe_request(struct slice s, unsigned how)
{
	size_t max = how & SIPFRAME_WHOLE ? s.n : SIPFRAME_LINE_MAX;
	size_t method = 0, line;
	const char *end;

	while (method < s.n && method <= SIPFRAME_METHOD_MAX && sipframe_is_token((unsigned char)s.p[method]))
		method++;
	if (!method || method > SIPFRAME_METHOD_MAX)
		return SIPFRAME_NO;
	if (method == s.n)
		return sipframe_short(how);
	if (s.p[method] != ' ')
		return SIPFRAME_NO;
	line = s.n < max ? s.n : max;
	end = memchr(s.p, '\n', line);
	if (end)
		line = (size_t)(end - s.p);
	end = memchr(s.p, '\r', line);
	if (end)
		line = (size_t)(end - s.p);
	else if (line == s.n && !(how & SIPFRAME_WHOLE))
		return SIPFRAME_PERHAPS;
	return sipframe_request_line((struct slice){ s.p, line }, method, how) ? SIPFRAME_YES : SIPFRAME_NO;
}

/* A guess is confirmed by "name:" on the next line: a status line quoted in a body has none. */
static enum sipframe_start
sipframe_confirm(struct slice s, unsigned how)
{
	size_t at = sipframe_line_end((struct slice){ s.p, s.n < SIPFRAME_LINE_MAX ? s.n : SIPFRAME_LINE_MAX }, 0);
	size_t i = at;

	if (!at)
		return s.n < SIPFRAME_LINE_MAX ? sipframe_short(how) : SIPFRAME_NO;
	while (i < s.n && i - at < SIPFRAME_NAME_MAX && sipframe_is_token((unsigned char)s.p[i]))
		i++;
	if (i < s.n && i == at)
		return SIPFRAME_NO;
	while (i < s.n && i - at < SIPFRAME_NAME_MAX && (s.p[i] == ' ' || s.p[i] == '\t'))
		i++;
	if (i == s.n)
		return sipframe_short(how);
	return s.p[i] == ':' ? SIPFRAME_YES : SIPFRAME_NO;
}

/* The start line alone, without a look at what follows. */
static enum sipframe_start
sipframe_bare(struct slice s, unsigned how)
{
	if (!s.n)
		return sipframe_short(how);
	if (sipframe_common(s, "sip/") == 4)
		return sipframe_status(s, how);
	return sipframe_request(s, how);
}

enum sipframe_start
sipframe_start(struct slice s, unsigned how)
{
	enum sipframe_start r = sipframe_bare(s, how);

	return r == SIPFRAME_YES && (how & SIPFRAME_STRICT) ? sipframe_confirm(s, how) : r;
}

/* Does the line [at, ...) name Content-Length?  Returns the offset behind its colon, 0 when not. */
static size_t
sipframe_length_name(struct slice s, size_t at)
{
	struct slice line = sipframe_from(s, at);
	size_t n = sipframe_common(line, "content-length");

	if (n != sizeof("content-length") - 1) {
		if (sipframe_lower(*line.p) != 'l')
			return 0;
		n = 1;
	}
	while (n < line.n && (line.p[n] == ' ' || line.p[n] == '\t'))
		n++;
	return n < line.n && line.p[n] == ':' ? at + n + 1 : 0;
}

/* Read the number in a header value that may be folded; anything but digits with space around them is wrong. */
static enum sipframe_length
sipframe_number(struct slice v, uint64_t *out)
{
	size_t i = 0;

	v = slice_trim(v);
	*out = 0;
	for (; i < v.n && sipframe_is_digit(v.p[i]); i++) {
		if (*out < UINT32_MAX)
			*out = *out * 10 + (uint64_t)(v.p[i] - '0');
	}
	if (*out > UINT32_MAX)
		*out = UINT32_MAX;
	return i && i == v.n ? SIPFRAME_LENGTH_OK : SIPFRAME_LENGTH_BAD;
}

static enum sipframe_length
sipframe_length_merge(enum sipframe_length had, uint64_t *length, struct slice value)
{
	uint64_t v;

	if (sipframe_number(value, &v) == SIPFRAME_LENGTH_BAD)
		return SIPFRAME_LENGTH_BAD;
	if (had != SIPFRAME_LENGTH_NONE && (had == SIPFRAME_LENGTH_BAD || *length != v))
		return SIPFRAME_LENGTH_BAD;
	*length = v;
	return SIPFRAME_LENGTH_OK;
}

static bool
sipframe_is_blank(struct slice s, size_t at, size_t end)
{
	return end - at == 1 || (end - at == 2 && s.p[at] == '\r');
}

enum sipframe_length
sipframe_head(struct slice s, size_t *head, uint64_t *length)
{
	enum sipframe_length had = SIPFRAME_LENGTH_NONE;
	size_t at, end;

	*head = 0;
	*length = 0;
	for (at = sipframe_line_end(s, 0); at; at = end) {
		size_t value = 0;
		char c = at < s.n ? sipframe_lower(s.p[at]) : 0;

		if (c == 'c' || c == 'l')
			value = sipframe_length_name(s, at);
		end = sipframe_line_end(s, at);
		if (!end)
			break;
		if (sipframe_is_blank(s, at, end)) {
			*head = end;
			break;
		}
		if (!value)
			continue;
		while (end < s.n && (s.p[end] == ' ' || s.p[end] == '\t')) {
			size_t fold = sipframe_line_end(s, end);

			if (!fold)
				break;
			end = fold;
		}
		had = sipframe_length_merge(had, length, (struct slice){ s.p + value, end - value });
	}
	return had;
}

/* Begin to read the message whose start line is at the front. */
static void
sipframe_enter(struct sipframe *f)
{
	f->mode = MODE_HEAD;
	f->line = f->looked = 0;
	f->found = true;
}

static void
sipframe_lose(struct sipframe *f, bool line_start)
{
	if (f->found && f->mode != MODE_SEARCH)
		f->resyncs++;
	f->mode = MODE_SEARCH;
	f->line_start = line_start;
}

static bool
sipframe_do_start(struct sipframe *f, struct slice s, bool end, size_t *eat)
{
	struct slice rest = sipframe_skip_blank(s);

	*eat = s.n - rest.n;
	if (!rest.n)
		return false;
	switch (sipframe_start(rest, end ? SIPFRAME_WHOLE : 0)) {
	case SIPFRAME_YES:
		sipframe_enter(f);
		return true;
	case SIPFRAME_PERHAPS:
		if (rest.n < SIPFRAME_LINE_MAX)
			return false;
		break;
	case SIPFRAME_NO:
		break;
	}
	sipframe_lose(f, false);
	return true;
}

/* Only a line after CR LF counts: text that quotes SIP, as logs do, often ends its lines with LF alone. */
static bool
sipframe_do_search(struct sipframe *f, struct slice s, bool end, size_t *eat)
{
	unsigned how = SIPFRAME_STRICT | (end ? SIPFRAME_WHOLE : 0);
	size_t at = 0;

	for (;;) {
		const char *lf;

		if (f->line_start) {
			enum sipframe_start r = at < s.n ? sipframe_start(sipframe_from(s, at), how) : SIPFRAME_PERHAPS;

			*eat = at;
			if (r == SIPFRAME_YES)
				sipframe_enter(f);
			if (r != SIPFRAME_NO)
				return r == SIPFRAME_YES;
			f->line_start = false;
		}
		lf = at < s.n ? memchr(s.p + at, '\n', s.n - at) : NULL;
		if (!lf) {
			/* A CR at the end may belong to a CR LF whose other half is still to come. */
			*eat = s.n && s.p[s.n - 1] == '\r' && at < s.n ? s.n - 1 : s.n;
			return false;
		}
		at = (size_t)(lf - s.p) + 1;
		f->line_start = at > 1 && s.p[at - 2] == '\r';
	}
}

static struct sipframe_step
sipframe_message(size_t len, bool cut)
{
	return (struct sipframe_step){ .len = len, .ready = true, .cut = cut };
}

/* The header block is whole: from here on the message's length is known, or refused. */
static struct sipframe_step
sipframe_end_head(struct sipframe *f, struct slice s, size_t head)
{
	uint64_t length;
	size_t seen;
	enum sipframe_length r = sipframe_head((struct slice){ s.p, head }, &seen, &length);

	if (r == SIPFRAME_LENGTH_BAD || head + length > SIPFRAME_MESSAGE_MAX) {
		if (r != SIPFRAME_LENGTH_BAD)
			f->oversize++;
		sipframe_lose(f, true);
		return sipframe_message(head, true);
	}
	f->mode = MODE_BODY;
	f->need = head + (size_t)length;
	return (struct sipframe_step){ 0 };
}

/* A start line among the headers: the message before it lost its end without a gap that we could see. */
static bool
sipframe_is_new_start(const struct sipframe *f, struct slice s, size_t line_end)
{
	struct slice line = { s.p + f->line, line_end - f->line };

	return f->line && sipframe_bare(line, SIPFRAME_STRICT | SIPFRAME_WHOLE) == SIPFRAME_YES;
}

/* Read header lines.  Either a message comes out, or the mode becomes BODY, or more bytes are needed. */
static struct sipframe_step
sipframe_do_head(struct sipframe *f, struct slice s)
{
	struct sipframe_step none = { 0 };

	for (;;) {
		size_t end = sipframe_line_end(s, f->looked);

		if ((end ? end : s.n) > SIPFRAME_HEAD_MAX) {
			size_t len = end && f->line ? f->line : s.n;

			f->oversize++;
			sipframe_lose(f, false);
			return sipframe_message(len, true);
		}
		if (!end) {
			f->looked = s.n;
			return none;
		}
		if (f->line && sipframe_is_blank(s, f->line, end))
			return sipframe_end_head(f, s, end);
		if (sipframe_is_new_start(f, s, end)) {
			size_t len = f->line;

			sipframe_lose(f, true);
			sipframe_enter(f);
			return sipframe_message(len, true);
		}
		f->line = f->looked = end;
	}
}

static size_t
sipframe_do_skip(struct sipframe *f, struct slice s)
{
	size_t n = s.n < f->need ? s.n : f->need;

	f->need -= n;
	if (!f->need)
		f->mode = MODE_START;
	return n;
}

/* Input has ended or will not go on: what was begun is a message, cut. */
static struct sipframe_step
sipframe_finish(struct sipframe *f, struct slice s)
{
	bool begun = f->mode == MODE_HEAD || f->mode == MODE_BODY;

	f->mode = MODE_START;
	return begun && s.n ? sipframe_message(s.n, true) : (struct sipframe_step){ .eat = s.n };
}

struct sipframe_step
sipframe_next(struct sipframe *f, struct slice unread, bool end)
{
	struct sipframe_step step;
	struct slice s = unread;
	size_t eat = 0;
	bool more = s.n > 0;

	while (more && s.n) {
		size_t n = 0;

		step = (struct sipframe_step){ 0 };
		switch (f->mode) {
		case MODE_START:
			more = sipframe_do_start(f, s, end, &n);
			break;
		case MODE_SEARCH:
			more = sipframe_do_search(f, s, end, &n);
			break;
		case MODE_SKIP:
			n = sipframe_do_skip(f, s);
			break;
		case MODE_HEAD:
			step = sipframe_do_head(f, s);
			more = f->mode == MODE_BODY;
			break;
		case MODE_BODY:
			more = false;
			if (s.n >= f->need) {
				step = sipframe_message(f->need, false);
				f->mode = MODE_START;
			}
			break;
		}
		eat += n;
		s = sipframe_from(s, n);
		if (step.ready) {
			step.eat = eat;
			return step;
		}
	}
	step = end ? sipframe_finish(f, s) : (struct sipframe_step){ 0 };
	step.eat += eat;
	return step;
}

struct sipframe_step
sipframe_gap(struct sipframe *f, struct slice unread, uint64_t lost)
{
	uint8_t mode = f->mode;
	uint64_t rest = mode == MODE_BODY ? f->need - unread.n : f->need;
	struct sipframe_step step = sipframe_finish(f, unread);

	if ((mode == MODE_BODY || mode == MODE_SKIP) && lost <= rest) {
		f->need = (size_t)(rest - lost);
		f->mode = f->need ? MODE_SKIP : MODE_START;
		return step;
	}
	f->mode = mode;
	sipframe_lose(f, true);
	return step;
}
