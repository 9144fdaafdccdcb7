/*
 * frame6587 - syslog framing on streams (RFC 6587, RFC 5425 4.3); see frame6587.h.
 *
 * Know: nothing is ever allocated from a number that was sent, only for bytes that came.  A message that lies whole in
 * the pushed bytes is handed over where it lies.
 */
#include "frame6587.h"

#include <assert.h>
#include <string.h>

#include "sipwhy/mem.h"

enum {
	FRAME6587_DIGITS = 20, /* the longest number a line may begin with has one less: nanoseconds since 1970 */
	FRAME6587_COUNT_DIGITS = 5,
	FRAME6587_FIRST_CAP = 1024,
	FRAME6587_KEEP_CAP = 4096 /* an idle connection holds no more */
};

enum frame6587_start {
	FRAME6587_START_UNDECIDED,
	FRAME6587_START_LINE,
	FRAME6587_START_COUNT,
	FRAME6587_START_BAD,
	FRAME6587_START_TLS
};

void
frame6587_init(struct frame6587 *f, struct frame6587_purse *purse, bool counted)
{
	*f = (struct frame6587){ .purse = purse, .counted = counted };
}

static void
frame6587_release(struct frame6587 *f)
{
	f->purse->used -= f->cap;
	mem_free(f->buf);
	f->buf = NULL;
	f->len = f->cap = 0;
}

void
frame6587_fini(struct frame6587 *f)
{
	frame6587_release(f);
	f->phase = FRAME6587_AT_END;
	f->n = 0;
}

/* What was handed over from buf is no longer needed. */
static void
frame6587_forget(struct frame6587 *f)
{
	if (!f->given)
		return;
	f->given = false;
	f->len = 0;
	if (f->cap > FRAME6587_KEEP_CAP)
		frame6587_release(f);
}

void
frame6587_push(struct frame6587 *f, const uint8_t *p, size_t n)
{
	assert(f->n == 0);
	f->p = p;
	f->n = n;
}

static void
frame6587_take(struct frame6587 *f, size_t n)
{
	f->p += n;
	f->n -= n;
}

/* All or nothing; len + n <= TEXT_MAX. */
static bool
frame6587_append(struct frame6587 *f, const uint8_t *p, size_t n)
{
	size_t cap = f->cap > 0 ? f->cap : FRAME6587_FIRST_CAP;
	uint8_t *buf;

	if (n == 0)
		return true;
	while (cap < f->len + n)
		cap *= 2;
	if (cap > f->cap) {
		if (cap - f->cap > f->purse->max - f->purse->used)
			return false;
		buf = mem_realloc(f->buf, cap);
		if (buf == NULL)
			return false;
		f->purse->used += cap - f->cap;
		f->buf = buf;
		f->cap = cap;
	}
	memcpy(f->buf + f->len, p, n);
	f->len += n;
	return true;
}

static bool
frame6587_is_blank(uint8_t c)
{
	return c == '\n' || c == '\r' || c == '\0';
}

/* CR and NUL in front of the end of a line are no part of it. */
static size_t
frame6587_strip(const uint8_t *p, size_t n)
{
	while (n > 0 && (p[n - 1] == '\r' || p[n - 1] == '\0'))
		n--;
	return n;
}

static uint32_t
frame6587_number(const uint8_t *p, size_t n)
{
	uint32_t v = 0;

	while (n-- > 0)
		v = v * 10 + (uint32_t)(*p++ - '0');
	return v;
}

/* p[0..n), n > 0, is where a message begins.  Of a count: *head its bytes with the blank, *count its value. */
static enum frame6587_start
frame6587_judge(const struct frame6587 *f, const uint8_t *p, size_t n, size_t *head, uint32_t *count)
{
	size_t from = p[0] == '-' || p[0] == '+', at = from;

	if (!f->begun && p[0] == 0x16)
		return n < 2 ? FRAME6587_START_UNDECIDED : p[1] == 0x03 ? FRAME6587_START_TLS : FRAME6587_START_LINE;
	while (at < n && at < from + FRAME6587_DIGITS && p[at] >= '0' && p[at] <= '9')
		at++;
	if (at == from + FRAME6587_DIGITS)
		return FRAME6587_START_BAD;
	if (at == n)
		return FRAME6587_START_UNDECIDED;
	if (at == from)
		return FRAME6587_START_LINE;
	if (p[at] == '<')
		return FRAME6587_START_BAD;
	if (p[at] != ' ')
		return FRAME6587_START_LINE;
	if (at == 1 && p[0] == '0')
		return FRAME6587_START_BAD;
	if (!f->counted && at + 1 == n)
		return FRAME6587_START_UNDECIDED;
	if (!f->counted && p[at + 1] != '<')
		return FRAME6587_START_LINE;
	if (from > 0 || p[0] == '0' || at > FRAME6587_COUNT_DIGITS)
		return FRAME6587_START_BAD;
	*head = at + 1;
	*count = frame6587_number(p, at);
	return FRAME6587_START_COUNT;
}

/* Judge what stands in head and the pushed bytes, which come to head one by one until it is clear. */
static enum frame6587_start
frame6587_look(struct frame6587 *f, uint32_t *count)
{
	enum frame6587_start s = FRAME6587_START_UNDECIDED;
	size_t head = 0;

	if (f->n_head == 0) {
		s = frame6587_judge(f, f->p, f->n, &head, count);
		if (s != FRAME6587_START_UNDECIDED) {
			frame6587_take(f, head);
			return s;
		}
	}
	while (s == FRAME6587_START_UNDECIDED && f->n > 0) {
		assert(f->n_head < FRAME6587_HEAD);
		f->head[f->n_head++] = *f->p;
		frame6587_take(f, 1);
		s = frame6587_judge(f, f->head, f->n_head, &head, count);
	}
	/* The last byte may have been looked at only; it came just now, so it can go back. */
	if (s == FRAME6587_START_LINE || (s == FRAME6587_START_COUNT && head < f->n_head)) {
		f->p--;
		f->n++;
		f->n_head--;
	}
	if (s == FRAME6587_START_COUNT)
		f->n_head = 0;
	return s;
}

static enum frame6587_verdict
frame6587_give_up(struct frame6587 *f, enum frame6587_verdict v)
{
	frame6587_fini(f);
	f->n_head = 0;
	return v;
}

/* RECORD here means: go on. */
static enum frame6587_verdict
frame6587_start(struct frame6587 *f)
{
	uint32_t count = 0;

	while (f->n_head == 0 && f->n > 0 && frame6587_is_blank(*f->p)) {
		frame6587_take(f, 1);
		f->blanks++;
		f->begun = true;
	}
	if (f->n == 0)
		return FRAME6587_MORE;
	switch (frame6587_look(f, &count)) {
	case FRAME6587_START_UNDECIDED:
		return FRAME6587_MORE;
	case FRAME6587_START_BAD:
		return frame6587_give_up(f, FRAME6587_BAD);
	case FRAME6587_START_TLS:
		return frame6587_give_up(f, FRAME6587_TLS);
	case FRAME6587_START_COUNT:
		f->left = count;
		f->counted = true;
		f->phase = FRAME6587_IN_COUNT;
		break;
	case FRAME6587_START_LINE:
		f->nul = false;
		f->phase = FRAME6587_IN_LINE;
		break;
	}
	f->begun = true;
	return FRAME6587_RECORD;
}

static enum frame6587_verdict
frame6587_give(struct frame6587 *f, struct frame6587_record *out, const uint8_t *data, size_t len, bool cut)
{
	f->given = data == f->buf;
	*out = (struct frame6587_record){ data, len, cut };
	return FRAME6587_RECORD;
}

static enum frame6587_verdict
frame6587_count(struct frame6587 *f, struct frame6587_record *out)
{
	size_t want = f->left < TEXT_MAX - f->len ? f->left : TEXT_MAX - f->len;
	size_t k = f->n < want ? f->n : want;
	const uint8_t *data = f->p;
	size_t len = k;

	if (f->n == 0)
		return FRAME6587_MORE;
	if (k < want || f->len > 0) {
		if (!frame6587_append(f, f->p, k))
			return FRAME6587_FULL;
		data = f->buf;
		len = f->len;
	}
	frame6587_take(f, k);
	f->left -= (uint32_t)k;
	if (k < want)
		return FRAME6587_MORE;
	f->phase = f->left > 0 ? FRAME6587_SKIP_COUNT : FRAME6587_AT_START;
	return frame6587_give(f, out, data, len, f->left > 0);
}

/* Bytes of the line among the pushed ones; *ended: its end is there, *next: where it goes on behind that end. */
static size_t
frame6587_line_end(const struct frame6587 *f, bool *ended, size_t *next)
{
	const uint8_t *lf = memchr(f->p, '\n', f->n), *end = lf != NULL ? lf : f->p + f->n;
	const uint8_t *z = f->p;
	bool nul = f->nul;

	*ended = true;
	for (;;) {
		if (nul && z < end && *z == '<') {
			*next = (size_t)(z - f->p);
			return *next;
		}
		z = z < end ? memchr(z, '\0', (size_t)(end - z)) : NULL;
		if (z == NULL)
			break;
		while (z < end && *z == '\0')
			z++;
		nul = true;
	}
	*ended = lf != NULL;
	*next = (size_t)(end - f->p) + (lf != NULL);
	return (size_t)(end - f->p);
}

static enum frame6587_verdict
frame6587_line(struct frame6587 *f, struct frame6587_record *out)
{
	size_t next, end, k, len;
	bool ended, lost;
	const uint8_t *data = f->p;

	if (!frame6587_append(f, f->head, f->n_head))
		return FRAME6587_FULL;
	f->n_head = 0;
	if (f->n == 0)
		return FRAME6587_MORE;
	end = frame6587_line_end(f, &ended, &next);
	k = end < TEXT_MAX - f->len ? end : TEXT_MAX - f->len;
	lost = frame6587_strip(f->p + k, end - k) > 0;
	len = k;
	if (f->len > 0 || (!ended && !lost)) {
		if (!frame6587_append(f, f->p, k))
			return FRAME6587_FULL;
		data = f->buf;
		len = f->len;
	}
	f->nul = end > 0 ? f->p[end - 1] == '\0' : f->nul;
	frame6587_take(f, next);
	if (!ended && !lost)
		return FRAME6587_MORE;
	if (ended)
		f->counted = false;
	f->phase = ended ? FRAME6587_AT_START : FRAME6587_SKIP_LINE;
	return frame6587_give(f, out, data, lost ? len : frame6587_strip(data, len), lost);
}

/* The rest of a message that was cut.  RECORD means: it is over, go on. */
static enum frame6587_verdict
frame6587_skip(struct frame6587 *f)
{
	size_t next = f->n < f->left ? f->n : f->left, end;
	bool ended;

	if (f->n == 0)
		return FRAME6587_MORE;
	if (f->phase == FRAME6587_SKIP_COUNT) {
		f->left -= (uint32_t)next;
		ended = f->left == 0;
	} else {
		end = frame6587_line_end(f, &ended, &next);
		f->nul = end > 0 ? f->p[end - 1] == '\0' : f->nul;
		if (ended)
			f->counted = false;
	}
	frame6587_take(f, next);
	if (!ended)
		return FRAME6587_MORE;
	f->phase = FRAME6587_AT_START;
	return FRAME6587_RECORD;
}

enum frame6587_verdict
frame6587_next(struct frame6587 *f, struct frame6587_record *out)
{
	enum frame6587_verdict v = FRAME6587_RECORD;

	frame6587_forget(f);
	while (v == FRAME6587_RECORD) {
		switch (f->phase) {
		case FRAME6587_AT_START:
			v = frame6587_start(f);
			break;
		case FRAME6587_IN_COUNT:
			return frame6587_count(f, out);
		case FRAME6587_IN_LINE:
			return frame6587_line(f, out);
		case FRAME6587_SKIP_COUNT:
		case FRAME6587_SKIP_LINE:
			v = frame6587_skip(f);
			break;
		case FRAME6587_AT_END:
			f->n = 0;
			v = FRAME6587_MORE;
			break;
		}
	}
	return v;
}

bool
frame6587_settle(struct frame6587 *f, struct frame6587_record *out)
{
	enum frame6587_phase was = f->phase;

	frame6587_forget(f);
	if (!f->nul || f->n_head > 0 || (was != FRAME6587_IN_LINE && was != FRAME6587_SKIP_LINE))
		return false;
	f->phase = FRAME6587_AT_START;
	f->counted = false;
	if (was == FRAME6587_SKIP_LINE)
		return false;
	(void)frame6587_give(f, out, f->buf, frame6587_strip(f->buf, f->len), false);
	return true;
}

bool
frame6587_end(struct frame6587 *f, struct frame6587_record *out)
{
	enum frame6587_phase was = f->phase;

	if (frame6587_settle(f, out)) {
		f->phase = FRAME6587_AT_END;
		return true;
	}
	frame6587_forget(f);
	f->phase = FRAME6587_AT_END;
	f->n = 0;
	if (f->n_head > 0) {
		*out = (struct frame6587_record){ f->head, f->n_head, true };
		f->n_head = 0;
		return true;
	}
	if (f->len == 0 || (was != FRAME6587_IN_COUNT && was != FRAME6587_IN_LINE))
		return false;
	(void)frame6587_give(f, out, f->buf, was == FRAME6587_IN_LINE ? frame6587_strip(f->buf, f->len) : f->len, true);
	return true;
}

bool
frame6587_open(const struct frame6587 *f)
{
	return f->n_head > 0 || (f->phase != FRAME6587_AT_START && f->phase != FRAME6587_AT_END);
}
