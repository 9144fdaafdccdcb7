/*
 * hep_read - one HEP packet to fields: version 3 (draft rev 37, chunks), versions 1 and 2 (a C struct on the wire).
 * Senders are trusted in little: a header length in nothing, a chunk only in its own length, and of the time of version
 * 2 not even the byte order.
 */
#include <stdlib.h>
#include <string.h>

#include "sipwhy/timefmt.h"
#include "wire/hep_int.h"
#include "wire/sipframe.h"

enum { HEP_HEAD = 6, HEP_CHUNK = 6, HEP_OLD_HEAD = 8, HEP_OLD_TIME = 12, HEP_OLD_PACKED = 10 };

enum hep_chunk {
	CHUNK_FAMILY = 0x01,
	CHUNK_PROTO = 0x02,
	CHUNK_SRC4 = 0x03,
	CHUNK_DST4 = 0x04,
	CHUNK_SRC6 = 0x05,
	CHUNK_DST6 = 0x06,
	CHUNK_SPORT = 0x07,
	CHUNK_DPORT = 0x08,
	CHUNK_SEC = 0x09,
	CHUNK_USEC = 0x0a,
	CHUNK_TYPE = 0x0b,
	CHUNK_ID = 0x0c,
	CHUNK_KEY = 0x0e,
	CHUNK_PAYLOAD = 0x0f,
	CHUNK_ZIPPED = 0x10,
	CHUNK_CORRELATION = 0x11,
	CHUNK_NAME = 0x13
};

#define HEP_TEN_YEARS_S ((int64_t)10 * 366 * 86400)

static uint8_t
hep_u8(struct slice s, size_t at)
{
	return (uint8_t)s.p[at];
}

static uint16_t
hep_u16(struct slice s, size_t at)
{
	return (uint16_t)(hep_u8(s, at) << 8 | hep_u8(s, at + 1));
}

static uint32_t
hep_u32(struct slice s, size_t at)
{
	return (uint32_t)hep_u16(s, at) << 16 | hep_u16(s, at + 2);
}

static uint32_t
hep_u32_order(struct slice s, size_t at, bool little)
{
	uint32_t v = hep_u32(s, at);

	return little ? __builtin_bswap32(v) : v;
}

static struct slice
hep_from(struct slice s, size_t at)
{
	return at < s.n ? (struct slice){ s.p + at, s.n - at } : (struct slice){ s.p, 0 };
}

/* Text of a chunk; C programs like to send the NUL too. */
static struct slice
hep_text(struct slice s)
{
	while (s.n > 0 && s.p[s.n - 1] == '\0')
		s.n--;
	return slice_trim(s);
}

static int64_t
hep_ns(uint32_t sec, uint32_t fraction, int64_t unit_ns)
{
	return (int64_t)sec * NS_PER_S + (int64_t)fraction * unit_ns;
}

static uint64_t
hep_apart(int64_t a, int64_t b)
{
	return a > b ? (uint64_t)a - (uint64_t)b : (uint64_t)b - (uint64_t)a;
}

/* Asterisk fills the microseconds with milliseconds: of a small number the reading nearer to the frame is meant. */
static int64_t
hep_time(uint32_t sec, uint32_t usec, int64_t frame_ns)
{
	int64_t t = hep_ns(sec, usec, NS_PER_MS / 1000), ms;

	if (usec >= 1000)
		return t;
	ms = hep_ns(sec, usec, NS_PER_MS);
	return hep_apart(ms, frame_ns) < hep_apart(t, frame_ns) ? ms : t;
}

/* What chunks say before it is known which of it is meant. */
struct hep_chunks {
	struct hep_packet *out;
	struct slice src[2], dst[2]; /* IPv4, IPv6 */
	uint32_t sec, usec;
	uint16_t sport, dport;
	uint8_t family;
	bool have_sec;
};

/* Numbers and addresses have one size each; of another size they are passed over. */
static void
hep_number(struct hep_chunks *c, unsigned type, struct slice v)
{
	switch (type << 8 | (unsigned)v.n) {
	case CHUNK_FAMILY << 8 | 1:
		c->family = hep_u8(v, 0);
		break;
	case CHUNK_PROTO << 8 | 1:
		c->out->proto = hep_u8(v, 0);
		break;
	case CHUNK_TYPE << 8 | 1:
		c->out->type = hep_u8(v, 0);
		break;
	case CHUNK_SRC4 << 8 | 4:
		c->src[0] = v;
		break;
	case CHUNK_DST4 << 8 | 4:
		c->dst[0] = v;
		break;
	case CHUNK_SRC6 << 8 | 16:
		c->src[1] = v;
		break;
	case CHUNK_DST6 << 8 | 16:
		c->dst[1] = v;
		break;
	case CHUNK_SPORT << 8 | 2:
		c->sport = hep_u16(v, 0);
		break;
	case CHUNK_DPORT << 8 | 2:
		c->dport = hep_u16(v, 0);
		break;
	case CHUNK_SEC << 8 | 4:
		c->sec = hep_u32(v, 0);
		c->have_sec = true;
		break;
	case CHUNK_USEC << 8 | 4:
		c->usec = hep_u32(v, 0);
		break;
	case CHUNK_ID << 8 | 4:
		c->out->id = hep_u32(v, 0);
		c->out->have_id = true;
		break;
	}
}

/* The first payload counts, so that nothing behind it can take its place. */
static void
hep_chunk(struct hep_chunks *c, unsigned type, struct slice v)
{
	struct hep_packet *out = c->out;

	switch (type) {
	case CHUNK_KEY:
		out->key = v;
		break;
	case CHUNK_PAYLOAD:
		out->payload = out->have_payload ? out->payload : v;
		out->have_payload = true;
		break;
	case CHUNK_ZIPPED:
		out->zipped = out->have_zipped ? out->zipped : v;
		out->have_zipped = true;
		break;
	case CHUNK_CORRELATION:
		out->correlation = hep_text(v);
		break;
	case CHUNK_NAME:
		out->name = hep_text(v);
		break;
	default:
		if (type <= 0xff && v.n <= 16)
			hep_number(c, type, v);
	}
}

/*
 * FreeSWITCH copies four bytes of the wrong place into an IPv6 address and leaves the rest zero: such an end is not
 * known, and no host has an address like that.
 */
static void
hep_end(struct endpoint *e, const struct slice *v, unsigned family, uint16_t port)
{
	static const uint8_t zero[12];
	bool six = v[1].n > 0 && (family != 2 || v[0].n == 0);

	*e = (struct endpoint){ .port = port };
	if (six && memcmp(v[1].p + 4, zero, sizeof zero) != 0) {
		memcpy(e->addr, v[1].p, 16);
		e->family = 6;
	} else if (!six && v[0].n > 0) {
		memcpy(e->addr, v[0].p, 4);
		e->family = 4;
	}
}

/* Walk all chunks.  False when one lies about its length. */
static bool
hep_chunks(struct hep_chunks *c, struct slice s, bool cut)
{
	while (s.n > 0) {
		unsigned vendor, type;
		size_t n;

		if (s.n < HEP_CHUNK)
			return false;
		vendor = hep_u16(s, 0);
		type = hep_u16(s, 2);
		n = hep_u16(s, 4);
		if (n < HEP_CHUNK)
			return false;
		if (n > s.n) {
			if (cut && vendor == 0 && (type == CHUNK_PAYLOAD || type == CHUNK_ZIPPED))
				hep_chunk(c, type, hep_from(s, HEP_CHUNK));
			return false;
		}
		if (vendor == 0)
			hep_chunk(c, type, (struct slice){ s.p + HEP_CHUNK, n - HEP_CHUNK });
		s = hep_from(s, n);
	}
	return true;
}

enum hep_verdict
hep_read_3(struct slice s, bool cut, int64_t frame_ns, struct hep_packet *out, size_t *size)
{
	struct hep_chunks c = { .out = out };
	size_t total;
	bool whole;

	*out = (struct hep_packet){ .type = HEP_TYPE_SIP };
	*size = s.n;
	if (s.n < HEP_HEAD)
		return cut ? HEP_TRUNCATED : HEP_LOST;
	total = hep_u16(s, 4);
	if (total < HEP_HEAD || (total > s.n && !cut))
		return HEP_LOST;
	out->cut = total > s.n;
	*size = total < s.n ? total : s.n;
	whole = hep_chunks(&c, (struct slice){ s.p + HEP_HEAD, *size - HEP_HEAD }, out->cut);
	if (!whole && !out->have_payload && !out->have_zipped)
		return out->cut ? HEP_TRUNCATED : HEP_BAD;
	hep_end(&out->src, c.src, c.family, c.sport);
	hep_end(&out->dst, c.dst, c.family, c.dport);
	out->have_time = c.have_sec;
	out->time_ns = hep_time(c.sec, c.usec, frame_ns);
	return HEP_READ;
}

/* Bytes of one address of this family, 0 for a family that nobody has.  IPv6 has another number on each system. */
static size_t
hep_old_address(unsigned family)
{
	switch (family) {
	case 2:
		return 4;
	case 10:
	case 24:
	case 28:
	case 30:
		return 16;
	default:
		return 0;
	}
}

static bool
hep_old_proto(unsigned proto)
{
	static const uint8_t known[] = { 0, 1, 6, 17, 22, 132 };

	return memchr(known, (int)proto, sizeof known) != NULL;
}

/* A status line or a method that everybody knows: two bytes too far on, INVITE still reads as a method VITE. */
static bool
hep_old_sure(struct slice s)
{
	static const char *const known[] = { "SIP/2.0 ", "INVITE ", "ACK ", "BYE ", "CANCEL ", "OPTIONS ", "REGISTER ",
		"PRACK ", "UPDATE ", "INFO ", "SUBSCRIBE ", "NOTIFY ", "REFER ", "MESSAGE ", "PUBLISH " };

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (slice_istarts(s, slice_str(known[i])))
			return true;
	return false;
}

static bool
hep_old_perhaps(struct slice s)
{
	return s.n > 0 && sipframe_start(s, SIPFRAME_WHOLE) == SIPFRAME_YES;
}

/* Where the payload begins, behind `head` bytes of ports and addresses; *sure: a start line stands there. */
static size_t
hep_old_payload(struct slice s, size_t head, bool *sure)
{
	static const size_t sizes[] = { HEP_OLD_TIME, HEP_OLD_PACKED };

	*sure = true;
	if (s.p[0] == 1) {
		*sure = hep_old_sure(hep_from(s, head)) || hep_old_perhaps(hep_from(s, head));
		return head;
	}
	for (int i = 0; i < 2; i++)
		if (hep_old_sure(hep_from(s, head + sizes[i])))
			return head + sizes[i];
	for (int i = 0; i < 2; i++)
		if (hep_old_perhaps(hep_from(s, head + sizes[i])))
			return head + sizes[i];
	*sure = false;
	return head + HEP_OLD_TIME;
}

enum hep_version
hep_version(struct slice s, bool strict)
{
	size_t address;
	bool sure = false;

	if (s.n < 4)
		return HEP_NONE;
	if (memcmp(s.p, "HEP3", 4) == 0 || memcmp(s.p, "EEP3", 4) == 0)
		return HEP_3;
	address = hep_old_address(hep_u8(s, 2));
	if ((s.p[0] != 1 && s.p[0] != 2) || address == 0 || !hep_old_proto(hep_u8(s, 3)))
		return HEP_NONE;
	if (strict) {
		if (s.n > HEP_OLD_HEAD + 2 * address)
			hep_old_payload(s, HEP_OLD_HEAD + 2 * address, &sure);
		return sure ? HEP_OLD : HEP_NONE;
	}
	return HEP_OLD;
}

/* The sender's own byte order: the one that gives a time of about now. */
static void
hep_old_time(struct slice s, size_t at, int64_t frame_ns, struct hep_packet *out)
{
	for (int little = 1; little >= 0 && !out->have_time; little--) {
		uint32_t sec = hep_u32_order(s, at, little), usec = hep_u32_order(s, at + 4, little);
		uint16_t id = hep_u16(s, at + 8);

		if (llabs((int64_t)sec - frame_ns / NS_PER_S) > HEP_TEN_YEARS_S || usec >= 1000000)
			continue;
		out->have_time = true;
		out->time_ns = hep_time(sec, usec, frame_ns);
		out->id = little ? __builtin_bswap16(id) : id;
		out->have_id = true;
	}
}

enum hep_verdict
hep_read_old(struct slice s, bool cut, int64_t frame_ns, struct hep_packet *out)
{
	size_t address = hep_old_address(hep_u8(s, 2)), head = HEP_OLD_HEAD + 2 * address, at;
	struct slice ends[2][2] = { 0 };
	bool sure;

	*out = (struct hep_packet){ .type = HEP_TYPE_SIP, .cut = cut };
	if (s.n <= head)
		return cut ? HEP_TRUNCATED : HEP_BAD;
	at = hep_old_payload(s, head, &sure);
	if (at >= s.n)
		return cut ? HEP_TRUNCATED : HEP_BAD;
	out->proto = hep_u8(s, 3);
	for (int i = 0; i < 2; i++)
		ends[i][address == 16] = (struct slice){ s.p + HEP_OLD_HEAD + (size_t)i * address, address };
	hep_end(&out->src, ends[0], hep_u8(s, 2), hep_u16(s, 4));
	hep_end(&out->dst, ends[1], hep_u8(s, 2), hep_u16(s, 6));
	if (at > head)
		hep_old_time(s, head, frame_ns, out);
	out->payload = hep_from(s, at);
	out->have_payload = true;
	return HEP_READ;
}
