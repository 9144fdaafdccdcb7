/*
 * hepcut - HEP packets out of a byte stream (HEP3 rev 37: id, total length); see sipwhy/hepcut.h.
 * What decides is always bytes at fixed places, and where they are not there yet it waits for them: so segments do not
 * matter.  Of a gzip member that makes no sense only the first byte is thrown away, since where zlib notices does
 * depend on them; so that members within members cannot make work for ever, a stream has only so many of them.
 */
#include "sipwhy/hepcut.h"

#include <string.h>

enum hepcut_mode { MODE_START, MODE_SEARCH, MODE_ZIP, MODE_SKIP };

enum {
	HEPCUT_HEAD = 6,
	HEPCUT_ID = 4,
	HEPCUT_TOTAL_AT = 4,
	HEPCUT_STRIKES = 4, /* bad members before no more are read */
	HEPCUT_PARDON = 64  /* good packets that make up for one */
};

static unsigned
hepcut_u16(struct slice s, size_t at)
{
	return (unsigned)(unsigned char)s.p[at] << 8 | (unsigned char)s.p[at + 1];
}

static bool
hepcut_begins(struct slice s, const char *with, size_t n)
{
	return memcmp(s.p, with, s.n < n ? s.n : n) == 0;
}

/* As far as it can be seen. */
static bool
hepcut_is_id(struct slice s)
{
	return hepcut_begins(s, "HEP3", HEPCUT_ID) || hepcut_begins(s, "EEP3", HEPCUT_ID);
}

static bool
hepcut_is_zip(const struct hepcut *c, struct slice s)
{
	return c->strikes < HEPCUT_STRIKES * HEPCUT_PARDON && hepcut_begins(s, "\x1f\x8b\x08", 3);
}

enum hepcut_start
hepcut_start(struct slice s)
{
	unsigned total, chunk;

	if (!hepcut_is_id(s))
		return HEPCUT_NO;
	if (s.n < HEPCUT_LOOK)
		return HEPCUT_PERHAPS;
	total = hepcut_u16(s, HEPCUT_TOTAL_AT);
	chunk = hepcut_u16(s, 10);
	if (total < HEPCUT_LOOK || s.p[6] != 0 || s.p[8] != 0 || chunk < 6 || chunk > total - HEPCUT_HEAD)
		return HEPCUT_NO;
	return HEPCUT_YES;
}

static void
hepcut_release(struct hepcut *c)
{
	inflate_free(c->z);
	c->z = NULL;
	c->looked = 0;
}

void
hepcut_fini(struct hepcut *c)
{
	hepcut_release(c);
}

size_t
hepcut_bytes(const struct hepcut *c)
{
	return c->z != NULL ? INFLATE_BYTES : 0;
}

static void
hepcut_lose(struct hepcut *c)
{
	if (c->mode != MODE_SEARCH)
		c->lost++;
	c->mode = MODE_SEARCH;
}

static struct hepcut_step
hepcut_packet(struct hepcut *c, size_t len, bool cut)
{
	c->strikes -= c->strikes > 0;
	return (struct hepcut_step){ .len = len, .ready = true, .cut = cut };
}

/* *more: the mode has changed, look again. */
static struct hepcut_step
hepcut_do_start(struct hepcut *c, struct slice s, bool *more)
{
	size_t total;

	*more = true;
	if (hepcut_is_id(s)) {
		*more = s.n >= HEPCUT_HEAD;
		total = *more ? hepcut_u16(s, HEPCUT_TOTAL_AT) : 0;
		if (total >= HEPCUT_HEAD) {
			*more = false;
			c->found = true;
			if (s.n >= total)
				return hepcut_packet(c, total, false);
		}
	} else if (hepcut_is_zip(c, s)) {
		*more = s.n >= 3;
		if (*more) {
			c->zipped = true;
			c->mode = MODE_ZIP;
			return (struct hepcut_step){ 0 };
		}
	}
	if (*more)
		hepcut_lose(c);
	return (struct hepcut_step){ 0 };
}

/* Most bytes that make no sense begin nothing. */
static bool
hepcut_may_begin(char p)
{
	return p == 'H' || p == 'E' || p == '\x1f';
}

/* How many bytes make no sense; the mode becomes START when a packet follows them. */
static size_t
hepcut_do_search(struct hepcut *c, struct slice s, bool end)
{
	for (size_t at = 0; at < s.n; at++) {
		struct slice rest = { s.p + at, s.n - at };
		enum hepcut_start r;

		if (!hepcut_may_begin(*rest.p))
			continue;
		r = hepcut_start(rest);
		if (r == HEPCUT_NO && c->zipped && hepcut_is_zip(c, rest))
			r = rest.n < 3 ? HEPCUT_PERHAPS : HEPCUT_YES;
		if (r == HEPCUT_YES)
			c->mode = MODE_START;
		if (r == HEPCUT_YES || (r == HEPCUT_PERHAPS && !end))
			return at;
	}
	return s.n;
}

static enum inflate_verdict
hepcut_inflate(struct hepcut *c, struct slice s)
{
	enum inflate_verdict v;
	size_t n = s.n < HEPCUT_MAX ? s.n : HEPCUT_MAX, used;

	if (c->z == NULL) {
		c->z = inflate_new();
		if (c->z == NULL || !inflate_begin(c->z, INFLATE_HEADED, c->max ? c->max : HEPCUT_MAX))
			return INFLATE_MEMORY;
	}
	v = inflate_feed(c->z, (struct slice){ s.p + c->looked, n - c->looked }, &used, NULL);
	c->looked += used;
	return v == INFLATE_MORE && c->looked >= HEPCUT_MAX ? INFLATE_LARGE : v;
}

static struct hepcut_step
hepcut_do_zip(struct hepcut *c, struct slice s, bool *more)
{
	enum inflate_verdict v = hepcut_inflate(c, s);
	struct hepcut_step step = { 0 };

	*more = false;
	if (v == INFLATE_MORE)
		return step;
	if (v == INFLATE_END) {
		step = hepcut_packet(c, c->looked, false);
		c->found = true;
		c->mode = MODE_START;
	} else {
		hepcut_lose(c);
		c->damaged++;
		c->foreign = c->foreign || (!c->found && v != INFLATE_MEMORY);
		c->strikes += HEPCUT_PARDON;
		c->skipped++;
		step.eat = 1;
		*more = true;
	}
	hepcut_release(c);
	return step;
}

static size_t
hepcut_do_skip(struct hepcut *c, struct slice s)
{
	size_t n = s.n < c->need ? s.n : c->need;

	c->need -= n;
	if (c->need == 0)
		c->mode = MODE_START;
	return n;
}

/* Nothing more will come: what has begun is handed out if it has a chunk at all. */
static struct hepcut_step
hepcut_finish(struct hepcut *c, struct slice s)
{
	bool begun = s.n > 0 && c->mode != MODE_SEARCH && c->mode != MODE_SKIP;
	bool some = begun && (c->mode == MODE_ZIP || s.n >= HEPCUT_LOOK);

	hepcut_release(c);
	c->mode = MODE_START;
	c->cut += begun;
	if (some)
		return hepcut_packet(c, s.n, true);
	c->skipped += s.n;
	return (struct hepcut_step){ .eat = s.n };
}

struct hepcut_step
hepcut_next(struct hepcut *c, struct slice unread, bool end)
{
	struct hepcut_step step = { 0 };
	struct slice s = unread;
	bool more = true;

	while (more && s.n > 0) {
		size_t n = 0;

		switch (c->mode) {
		case MODE_START:
			step = hepcut_do_start(c, s, &more);
			break;
		case MODE_SEARCH:
			n = hepcut_do_search(c, s, end);
			c->skipped += n;
			more = c->mode != MODE_SEARCH;
			break;
		case MODE_ZIP:
			step = hepcut_do_zip(c, s, &more);
			n = step.eat;
			break;
		case MODE_SKIP:
			n = hepcut_do_skip(c, s);
			break;
		}
		s = (struct slice){ s.p + n, s.n - n };
		step.eat = unread.n - s.n;
		if (step.ready)
			return step;
	}
	if (end)
		step = hepcut_finish(c, s);
	step.eat += end ? unread.n - s.n : 0;
	return step;
}

/* Bytes of the packet at the front that are still to come; 0 when no packet of known length is there. */
static size_t
hepcut_rest(const struct hepcut *c, struct slice s)
{
	size_t total;

	if (c->mode == MODE_SKIP)
		return c->need;
	if (c->mode != MODE_START || s.n < HEPCUT_HEAD || !hepcut_is_id(s))
		return 0;
	total = hepcut_u16(s, HEPCUT_TOTAL_AT);
	return total > s.n ? total - s.n : 0;
}

struct hepcut_step
hepcut_gap(struct hepcut *c, struct slice unread, uint64_t gap)
{
	size_t rest = hepcut_rest(c, unread);
	bool searching = c->mode == MODE_SEARCH;
	struct hepcut_step step = hepcut_finish(c, unread);

	if (gap <= rest) {
		c->need = rest - (size_t)gap;
		c->mode = c->need > 0 ? MODE_SKIP : MODE_START;
		return step;
	}
	if (searching)
		c->mode = MODE_SEARCH;
	hepcut_lose(c);
	return step;
}
