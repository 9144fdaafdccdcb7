/*
 * ip - IPv4 and IPv6 headers (RFC 791, RFC 8200, RFC 4302 for the length of AH).
 * Two lengths run side by side, what was captured and what was on the wire: only their difference tells a snapshot
 * that cut a good packet from a header that lies.
 */
#include "wire/ip.h"

#include <string.h>

enum {
	IP4_HEAD = 20,
	IP6_HEAD = 40,
	IP6_EXT_MAX = 10,
	IP_DATAGRAM_MAX = 65535,
	IP4_MORE = 0x2000,
	IP4_OFFSET = 0x1fff
};

enum {
	NEXT_HOP_BY_HOP = 0,
	NEXT_ROUTING = 43,
	NEXT_FRAGMENT = 44,
	NEXT_AH = 51,
	NEXT_DEST_OPTIONS = 60,
	NEXT_MOBILITY = 135,
	NEXT_HIP = 139,
	NEXT_SHIM6 = 140
};

static uint16_t
ip_u16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static enum ip_verdict
ip_missing(size_t wire_n, size_t want)
{
	return wire_n < want ? IP_BAD : IP_SHORT;
}

static enum ip_verdict
ip_fragment(struct ip_packet *out)
{
	if (!out->wire_n || out->off + out->wire_n > IP_DATAGRAM_MAX || (out->more && out->wire_n % 8))
		return IP_BAD;
	return IP_FRAGMENT;
}

static enum ip_verdict
ip4_decode(const uint8_t *p, size_t n, size_t wire_n, struct ip_packet *out)
{
	size_t head, total;
	uint16_t frag;

	if (n < IP4_HEAD)
		return ip_missing(wire_n, IP4_HEAD);
	head = (size_t)(p[0] & 15) * 4;
	total = ip_u16(p + 2);
	/* A packet caught before the card cut it into segments has no length yet. */
	if (!total)
		total = wire_n;
	if (p[0] >> 4 != 4 || head < IP4_HEAD || total < head || total > wire_n)
		return IP_BAD;
	if (n < head)
		return IP_SHORT;
	frag = ip_u16(p + 6);
	out->family = 4;
	out->proto = p[9];
	out->src = p + 12;
	out->dst = p + 16;
	out->id = ip_u16(p + 4);
	out->off = (uint32_t)(frag & IP4_OFFSET) * 8;
	out->more = frag & IP4_MORE;
	out->p = p + head;
	out->n = (n < total ? n : total) - head;
	out->wire_n = total - head;
	return out->off || out->more ? ip_fragment(out) : IP_PAYLOAD;
}

/* Step over one extension header; its length in *len, 0 when `next` is no header of that kind. */
static enum ip_verdict
ip6_extension(const struct ip_packet *out, size_t *len)
{
	size_t unit = 8, base = 1;

	*len = 0;
	switch (out->proto) {
	case NEXT_AH:
		unit = 4;
		base = 2;
		break;
	case NEXT_HOP_BY_HOP:
	case NEXT_ROUTING:
	case NEXT_DEST_OPTIONS:
	case NEXT_MOBILITY:
	case NEXT_HIP:
	case NEXT_SHIM6:
		break;
	case NEXT_FRAGMENT:
		if (out->n < 8)
			return ip_missing(out->wire_n, 8);
		*len = 8;
		return IP_PAYLOAD;
	default:
		return IP_PAYLOAD;
	}
	if (out->n < 2)
		return ip_missing(out->wire_n, 2);
	*len = (out->p[1] + base) * unit;
	return out->n < *len ? ip_missing(out->wire_n, *len) : IP_PAYLOAD;
}

/* Walk the extension headers at out->p.  Stops at the first fragment header that is not atomic (RFC 6946). */
static enum ip_verdict
ip6_walk(struct ip_packet *out, bool reassembled)
{
	for (int i = 0; i <= IP6_EXT_MAX; i++) {
		uint8_t was = out->proto;
		const uint8_t *h = out->p;
		size_t len;
		enum ip_verdict v = ip6_extension(out, &len);

		if (v != IP_PAYLOAD || !len)
			return v;
		out->proto = h[0];
		out->p += len;
		out->n -= len;
		out->wire_n -= len;
		if (was != NEXT_FRAGMENT)
			continue;
		out->off = ip_u16(h + 2) & 0xfff8;
		out->more = h[3] & 1;
		out->id = (uint32_t)h[4] << 24 | (uint32_t)h[5] << 16 | (uint32_t)h[6] << 8 | h[7];
		if (!out->off && !out->more)
			continue;
		return reassembled ? IP_BAD : ip_fragment(out);
	}
	return IP_BAD;
}

static enum ip_verdict
ip6_decode(const uint8_t *p, size_t n, size_t wire_n, struct ip_packet *out)
{
	size_t len;

	if (n < IP6_HEAD)
		return ip_missing(wire_n, IP6_HEAD);
	if (p[0] >> 4 != 6)
		return IP_BAD;
	len = ip_u16(p + 4);
	/* Zero: a jumbogram, or not yet cut into segments by the card. */
	if (!len)
		len = wire_n - IP6_HEAD;
	if (len > wire_n - IP6_HEAD)
		return IP_BAD;
	out->family = 6;
	out->proto = p[6];
	out->src = p + 8;
	out->dst = p + 24;
	out->p = p + IP6_HEAD;
	out->n = n - IP6_HEAD < len ? n - IP6_HEAD : len;
	out->wire_n = len;
	return ip6_walk(out, false);
}

enum ip_verdict
ip_decode(const uint8_t *p, size_t n, size_t wire_n, unsigned family, struct ip_packet *out)
{
	*out = (struct ip_packet){ 0 };
	if (!n)
		return ip_missing(wire_n, 1);
	if (!family)
		family = p[0] >> 4;
	if (family == 4)
		return ip4_decode(p, n, wire_n, out);
	if (family == 6)
		return ip6_decode(p, n, wire_n, out);
	return IP_BAD;
}

size_t
ip_claims(const uint8_t *p, size_t n)
{
	size_t len;

	if (n >= IP4_HEAD && p[0] >> 4 == 4)
		return ip_u16(p + 2);
	if (n < IP6_HEAD || p[0] >> 4 != 6)
		return 0;
	len = ip_u16(p + 4);
	return len ? IP6_HEAD + len : 0;
}

enum ip_verdict
ip_resume(struct ip_packet *pkt)
{
	pkt->off = 0;
	pkt->more = false;
	return pkt->family == 6 ? ip6_walk(pkt, true) : IP_PAYLOAD;
}

void
ip_endpoint(struct endpoint *e, const uint8_t *addr, unsigned family, uint16_t port)
{
	if (family == 4) {
		memcpy(e->addr, addr, 4);
		memset(e->addr + 4, 0, sizeof(e->addr) - 4);
	} else {
		memcpy(e->addr, addr, sizeof(e->addr));
	}
	e->port = port;
	e->family = (uint8_t)family;
}
