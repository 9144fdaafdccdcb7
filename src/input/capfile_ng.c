/*
 * capfile_ng - pcapng files (draft-ietf-opsawg-pcapng): sections of either byte order, several interfaces with their
 * own link type and clock, enhanced, simple and old packet blocks; all other blocks pass by unread.
 *
 * Know: a block up to 320 KiB is looked at when it is there in one piece; of a larger one only its front is kept and
 * the rest passes by, so that a block of 16 MiB costs no memory.
 */
#include "capfile_int.h"

#include <inttypes.h>

#include "sipwhy/mem.h"

enum {
	CAPFILE_NG_SECTION = 0x0a0d0d0a,
	CAPFILE_NG_IFACE = 1,
	CAPFILE_NG_OLD = 2,
	CAPFILE_NG_SIMPLE = 3,
	CAPFILE_NG_ENHANCED = 6,
	CAPFILE_NG_SECTION_MIN = 28,
	CAPFILE_OPT_TSRESOL = 9,
	CAPFILE_OPT_TSOFFSET = 14
};

/* The front of a block: n bytes at p without the trailing length, of a block of len bytes in all. */
struct capfile_block {
	const uint8_t *p;
	size_t n;
	uint32_t type, len;
};

static enum capfile_verdict
capfile_ng_bad(struct capfile *c, const char *what)
{
	return capfile_damage(c, "block %" PRIu64 " at offset %" PRIu64 " %s", c->blocks + 1, c->offset, what);
}

/* 12 bytes are at p.  Byte order is the section's own. */
static enum capfile_verdict
capfile_ng_section_order(struct capfile *c, const uint8_t *p)
{
	c->swapped = capfile_u32(p + 8, false) != 0x1a2b3c4d;
	if (capfile_u32(p + 8, c->swapped) != 0x1a2b3c4d)
		return capfile_ng_bad(c, "begins a section without byte-order magic");
	return CAPFILE_BUSY;
}

/* The length in the block at hand must make sense before anything is waited for. */
static enum capfile_verdict
capfile_ng_length(struct capfile *c, uint32_t type, uint32_t len)
{
	uint32_t min = type == CAPFILE_NG_SECTION ? CAPFILE_NG_SECTION_MIN : 12;

	if (len >= min && len % 4 == 0 && len <= CAPFILE_BLOCK_MAX)
		return CAPFILE_BUSY;
	return capfile_damage(c, "block %" PRIu64 " at offset %" PRIu64 " claims a length of %" PRIu32 " bytes%s",
	    c->blocks + 1, c->offset, len,
	    len > CAPFILE_BLOCK_MAX ? ", more than the 16 MiB a block can have here" : "");
}

static enum capfile_verdict
capfile_ng_version(struct capfile *c, const uint8_t *p)
{
	uint16_t major = capfile_u16(p + 12, c->swapped);

	if (major == 1)
		return CAPFILE_BUSY;
	return capfile_damage(
	    c, "has pcapng version %u.%u; 1.x can be read here", major, capfile_u16(p + 14, c->swapped));
}

enum capfile_verdict
capfile_ng_head(struct capfile *c)
{
	const uint8_t *p = c->buf + c->pos;
	enum capfile_verdict v;

	if (!capfile_have(c, CAPFILE_NG_SECTION_MIN))
		return CAPFILE_MORE;
	v = capfile_ng_section_order(c, p);
	if (v == CAPFILE_BUSY)
		v = capfile_ng_length(c, CAPFILE_NG_SECTION, capfile_u32(p + 4, c->swapped));
	if (v == CAPFILE_BUSY)
		v = capfile_ng_version(c, p);
	if (v != CAPFILE_BUSY)
		return v;
	c->phase = CAPFILE_AT_NG;
	return CAPFILE_READY;
}

/* Seconds and nanoseconds to one number, held inside +-CAPFILE_T_MAX. */
static int64_t
capfile_ng_clamp(int64_t s, int64_t ns)
{
	int64_t max = CAPFILE_T_MAX / 1000000000 - 1;

	if (s > max)
		return CAPFILE_T_MAX;
	if (s < -max)
		return -CAPFILE_T_MAX;
	return s * 1000000000 + ns;
}

static void
capfile_ng_binary(uint64_t ts, unsigned n, uint64_t *s, uint64_t *ns)
{
	uint64_t frac;

	if (n > 63) {
		ts = n - 63 > 63 ? 0 : ts >> (n - 63);
		n = 63;
	}
	*s = ts >> n;
	frac = n == 0 ? 0 : ts & ((UINT64_C(1) << n) - 1);
	if (n > 32) {
		frac >>= n - 32;
		n = 32;
	}
	*ns = frac * 1000000000 >> n;
}

static void
capfile_ng_decimal(uint64_t ts, unsigned n, uint64_t *s, uint64_t *ns)
{
	uint64_t unit = 1;

	for (; n > 9; n--)
		ts /= 10;
	for (unsigned i = 0; i < n; i++)
		unit *= 10;
	*s = ts / unit;
	*ns = ts % unit;
	for (; n < 9; n++)
		*ns *= 10;
}

static int64_t
capfile_ng_time(const struct capfile_iface *i, uint32_t high, uint32_t low)
{
	uint64_t ts = (uint64_t)high << 32 | low, s, ns;
	int64_t offset = i->offset_s;
	int64_t limit = INT64_C(1) << 40;

	if (i->tsresol == 6) {
		s = ts / 1000000;
		ns = ts % 1000000 * 1000;
	} else if (i->tsresol & 0x80) {
		capfile_ng_binary(ts, i->tsresol & 0x7f, &s, &ns);
	} else {
		capfile_ng_decimal(ts, i->tsresol, &s, &ns);
	}
	if (s > (uint64_t)limit)
		s = (uint64_t)limit;
	if (offset > limit || offset < -limit)
		offset = offset > 0 ? limit : -limit;
	return capfile_ng_clamp((int64_t)s + offset, (int64_t)ns);
}

static void
capfile_ng_option(const struct capfile *c, struct capfile_iface *i, uint16_t code, const uint8_t *p, size_t n)
{
	uint64_t v;

	if (code == CAPFILE_OPT_TSRESOL && n >= 1)
		i->tsresol = p[0];
	if (code == CAPFILE_OPT_TSOFFSET && n >= 8) {
		memcpy(&v, p, sizeof v);
		i->offset_s = (int64_t)(c->swapped ? __builtin_bswap64(v) : v);
	}
}

static bool
capfile_ng_options(const struct capfile *c, struct capfile_iface *i, const uint8_t *p, size_t n)
{
	while (n >= 4) {
		uint16_t code = capfile_u16(p, c->swapped);
		uint16_t len = capfile_u16(p + 2, c->swapped);
		size_t padded = 4 + ((size_t)len + 3) / 4 * 4;

		if (code == 0)
			return true;
		if (padded > n)
			return false;
		capfile_ng_option(c, i, code, p + 4, len);
		p += padded;
		n -= padded;
	}
	return true;
}

static bool
capfile_ng_grow(struct capfile *c)
{
	unsigned cap = c->cap_ifaces ? c->cap_ifaces * 2 : 8;
	struct capfile_iface *more;

	if (c->n_ifaces < c->cap_ifaces)
		return true;
	more = mem_realloc(c->ifaces, cap * sizeof *more);
	if (more == NULL)
		return false;
	c->ifaces = more;
	c->cap_ifaces = cap;
	return true;
}

static enum capfile_verdict
capfile_ng_iface(struct capfile *c, const struct capfile_block *b)
{
	struct capfile_iface i = { .tsresol = 6 };

	if (b->n < 16)
		return capfile_ng_bad(c, "is too short for an interface");
	if (c->n_ifaces >= CAPFILE_IFACES)
		return capfile_ng_bad(c, "is one interface too many: 65,536 can be read here");
	i.link = capfile_link_norm(capfile_u16(b->p + 8, c->swapped));
	i.snaplen = capfile_u32(b->p + 12, c->swapped);
	if (!capfile_ng_options(c, &i, b->p + 16, b->n - 16) && b->len <= CAPFILE_WHOLE)
		return capfile_ng_bad(c, "has interface options that run over its end");
	if (!capfile_ng_grow(c))
		return capfile_ng_bad(c, "cannot be kept: memory is short");
	c->ifaces[c->n_ifaces++] = i;
	return CAPFILE_BUSY;
}

/* Common end of the three packet blocks: cap bytes at `head` of an interface. */
static enum capfile_verdict
capfile_ng_frame(struct capfile *c, const struct capfile_block *b, size_t head, uint32_t iface, struct frame *out)
{
	if (iface >= c->n_ifaces)
		return capfile_damage(c, "block %" PRIu64 " at offset %" PRIu64 " names interface %" PRIu32 " of %u",
		    c->blocks + 1, c->offset, iface, c->n_ifaces);
	if (out->caplen > FRAME_MAX || b->len - 4 - head < out->caplen)
		return capfile_damage(c,
		    "block %" PRIu64 " at offset %" PRIu64 " claims a packet of %" PRIu32
		    " bytes in a block of %" PRIu32,
		    c->blocks + 1, c->offset, out->caplen, b->len);
	out->link = c->ifaces[iface].link;
	out->ifindex = iface + 1;
	out->data = b->p + head;
	return CAPFILE_FRAME;
}

static enum capfile_verdict
capfile_ng_timed(struct capfile *c, const struct capfile_block *b, struct frame *out)
{
	const uint8_t *p = b->p;
	uint32_t iface = b->type == CAPFILE_NG_OLD ? capfile_u16(p + 8, c->swapped) : capfile_u32(p + 8, c->swapped);
	enum capfile_verdict v;

	out->caplen = capfile_u32(p + 20, c->swapped);
	out->origlen = capfile_u32(p + 24, c->swapped);
	v = capfile_ng_frame(c, b, 28, iface, out);
	if (v != CAPFILE_FRAME)
		return v;
	c->t_ns = capfile_ng_time(&c->ifaces[iface], capfile_u32(p + 12, c->swapped), capfile_u32(p + 16, c->swapped));
	out->t_ns = c->t_ns;
	return v;
}

/* A simple packet has no time: the last one seen stands in. */
static enum capfile_verdict
capfile_ng_simple(struct capfile *c, const struct capfile_block *b, struct frame *out)
{
	uint32_t snaplen = c->n_ifaces > 0 ? c->ifaces[0].snaplen : 0;

	out->origlen = capfile_u32(b->p + 8, c->swapped);
	out->caplen = snaplen != 0 && snaplen < out->origlen ? snaplen : out->origlen;
	out->t_ns = c->t_ns;
	return capfile_ng_frame(c, b, 12, 0, out);
}

static size_t
capfile_ng_fixed(uint32_t type)
{
	switch (type) {
	case CAPFILE_NG_SECTION:
		return 24;
	case CAPFILE_NG_IFACE:
		return 16;
	case CAPFILE_NG_OLD:
	case CAPFILE_NG_ENHANCED:
		return 28;
	case CAPFILE_NG_SIMPLE:
		return 12;
	default:
		return 8;
	}
}

static enum capfile_verdict
capfile_ng_block(struct capfile *c, const struct capfile_block *b, struct frame *out)
{
	if (b->len - 4 < capfile_ng_fixed(b->type))
		return capfile_ng_bad(c, "is too short for its kind");
	switch (b->type) {
	case CAPFILE_NG_SECTION:
		c->n_ifaces = 0;
		return capfile_ng_version(c, b->p);
	case CAPFILE_NG_IFACE:
		return capfile_ng_iface(c, b);
	case CAPFILE_NG_OLD:
	case CAPFILE_NG_ENHANCED:
		return capfile_ng_timed(c, b, out);
	case CAPFILE_NG_SIMPLE:
		return capfile_ng_simple(c, b, out);
	default:
		return CAPFILE_BUSY;
	}
}

/* Bytes of a large block that must be there at once; 0 when they are not there yet. */
static size_t
capfile_ng_front(struct capfile *c, const uint8_t *p, uint32_t type, uint32_t len)
{
	size_t want = capfile_ng_fixed(type);
	uint32_t cap = 0;

	if (type == CAPFILE_NG_IFACE)
		want = CAPFILE_WHOLE;
	if (!capfile_have(c, want))
		return 0;
	if (type == CAPFILE_NG_OLD || type == CAPFILE_NG_ENHANCED)
		cap = capfile_u32(p + 20, c->swapped);
	if (type == CAPFILE_NG_SIMPLE)
		cap = capfile_u32(p + 8, c->swapped);
	if (type == CAPFILE_NG_SIMPLE && c->n_ifaces > 0 && c->ifaces[0].snaplen != 0 && c->ifaces[0].snaplen < cap)
		cap = c->ifaces[0].snaplen;
	/* A claim that is too large is for capfile_ng_frame to refuse. */
	if (cap > FRAME_MAX || cap > len - 4 - want)
		cap = 0;
	return capfile_have(c, want + cap) ? want + cap : 0;
}

static enum capfile_verdict
capfile_ng_trailer(struct capfile *c, const uint8_t *p, uint32_t len)
{
	if (capfile_u32(p, c->swapped) == len)
		return CAPFILE_BUSY;
	return capfile_ng_bad(c, "does not repeat its length at its end");
}

/* Pass by what is left of a large block, then check its end. */
static enum capfile_verdict
capfile_ng_pass(struct capfile *c)
{
	size_t left = c->end - c->pos;
	size_t n = c->pass < left ? (size_t)c->pass : left;

	capfile_take(c, n);
	c->pass -= n;
	if (c->pass > 0) {
		c->need = 1;
		return CAPFILE_MORE;
	}
	if (!capfile_have(c, 4))
		return CAPFILE_MORE;
	if (capfile_ng_trailer(c, c->buf + c->pos, c->pass_len) == CAPFILE_DAMAGED)
		return CAPFILE_DAMAGED;
	capfile_take(c, 4);
	c->pass_len = 0;
	c->blocks++;
	return CAPFILE_BUSY;
}

/* The block is understood: step over it, or over its front when the rest is not here. */
static enum capfile_verdict
capfile_ng_done(struct capfile *c, const struct capfile_block *b, enum capfile_verdict v)
{
	if (v == CAPFILE_DAMAGED)
		return v;
	if (b->len <= CAPFILE_WHOLE) {
		capfile_take(c, b->len);
		c->blocks++;
		return v;
	}
	c->pass_at = c->offset;
	c->pass_len = b->len;
	c->pass = b->len - 4 - b->n;
	capfile_take(c, b->n);
	return v;
}

static enum capfile_verdict
capfile_ng_one(struct capfile *c, struct frame *out)
{
	struct capfile_block b = { .p = c->buf + c->pos };
	enum capfile_verdict v = CAPFILE_BUSY;

	if (!capfile_have(c, 12))
		return CAPFILE_MORE;
	if (capfile_u32(b.p, false) == CAPFILE_NG_SECTION)
		v = capfile_ng_section_order(c, b.p);
	b.type = capfile_u32(b.p, c->swapped);
	b.len = capfile_u32(b.p + 4, c->swapped);
	if (v == CAPFILE_BUSY)
		v = capfile_ng_length(c, b.type, b.len);
	if (v != CAPFILE_BUSY)
		return v;
	if (b.len <= CAPFILE_WHOLE) {
		if (!capfile_have(c, b.len))
			return CAPFILE_MORE;
		b.n = b.len - 4;
		v = capfile_ng_trailer(c, b.p + b.n, b.len);
	} else {
		b.n = capfile_ng_front(c, b.p, b.type, b.len);
		if (b.n == 0)
			return CAPFILE_MORE;
	}
	return capfile_ng_done(c, &b, v == CAPFILE_BUSY ? capfile_ng_block(c, &b, out) : v);
}

enum capfile_verdict
capfile_ng_next(struct capfile *c, struct frame *out)
{
	enum capfile_verdict v;

	/* Ends: each turn takes bytes from a window of at most 1.5 MiB. */
	do
		v = c->pass_len != 0 ? capfile_ng_pass(c) : capfile_ng_one(c, out);
	while (v == CAPFILE_BUSY);
	return v;
}

enum capfile_verdict
capfile_ng_cut(struct capfile *c)
{
	size_t left = c->end - c->pos;

	if (c->pass_len != 0)
		return capfile_damage(c,
		    "cut inside block %" PRIu64 " at offset %" PRIu64 ": %" PRIu64 " of %" PRIu32 " bytes missing",
		    c->blocks + 1, c->pass_at, c->pass + 4 - (c->pass == 0 ? left : 0), c->pass_len);
	return capfile_damage(c, "cut inside block %" PRIu64 " at offset %" PRIu64 ": %zu of %zu bytes missing",
	    c->blocks + 1, c->offset, c->need - left, c->need);
}
