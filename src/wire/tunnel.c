/*
 * tunnel - packets in packets: IP in IP (RFC 2003, 2473, 4213), EtherIP (RFC 3378), MPLS in IP (RFC 4023), L2TP (RFC
 * 2661, 3931), VXLAN (RFC 7348), Geneve (RFC 8926), GTP-U (3GPP TS 29.281), TZSP, and the remote mirrors of HP and
 * Aruba. Over UDP a port is only a hint: a header that is not plausible, or whose inside makes no sense, is no tunnel.
 */
#include "wire/tunnel.h"

#include <stdbool.h>

#include "sipwhy/cursor.h"
#include "wire/gre.h"
#include "wire/shim.h"

enum { PROTO_IP4 = 4, PROTO_IP6 = 41, PROTO_GRE = 47, PROTO_ETHERIP = 97, PROTO_L2TP = 115, PROTO_MPLS = 137 };

enum {
	PORT_L2TP = 1701,
	PORT_GTPU = 2152,
	PORT_VXLAN = 4789,
	PORT_VXLAN_GPE = 4790,
	PORT_ARUBA = 5555,
	PORT_GENEVE = 6081,
	PORT_HP = 7932,
	PORT_VXLAN_OLD = 8472,
	PORT_TZSP = 37008
};

enum { VXLAN_I = 0x08, VXLAN_P = 0x04 };

enum { GTPU_VERSION_PT = 0x30, GTPU_OPTIONS = 0x07, GTPU_DATA = 0xff, GTPU_EXTENSIONS_MAX = 16 };

enum {
	L2TP_CONTROL = 0x8000,
	L2TP_LENGTH = 0x4000,
	L2TP_SEQUENCE = 0x0800,
	L2TP_OFFSET = 0x0200,
	L2TP_RESERVED = 0x34f0, /* always 0 */
	L2TP_VERSION = 0x000f
};

enum { TZSP_PADDING = 0, TZSP_END = 1, TZSP_KEEPALIVE = 4, TZSP_OPENER = 5 };

enum tunnel_verdict
tunnel_give(struct cursor c, size_t lost, uint16_t link, uint16_t type, struct link_layer *in)
{
	in->p = c.p;
	in->n = cursor_left(&c);
	in->wire_n = in->n + lost;
	in->link = link;
	in->type = type;
	return in->wire_n ? TUNNEL_INNER : TUNNEL_NONE;
}

/* RFC 3378: version 3, 12 bits reserved, which MikroTik's EoIPv6 fills with a tunnel number; some swap the nibbles. */
static enum tunnel_verdict
tunnel_etherip(struct cursor c, size_t lost, struct link_layer *in)
{
	uint16_t head;

	if (cursor_u16(&c, &head) < 0)
		return TUNNEL_SHORT;
	if (head >> 12 != 3 && head != 0x0300)
		return TUNNEL_BAD;
	in->id = head & 0xfff;
	return tunnel_give(c, lost, LINK_ETHERNET, 0, in);
}

static bool
tunnel_is_ppp(const uint8_t *p, size_t n)
{
	return n >= 5 && p[0] == 0xff && p[1] == 0x03 && p[2] == 0 && (p[3] == 0x21 || p[3] == 0x57);
}

/*
 * Behind the session of L2TPv3: a cookie of 0, 4 or 8 bytes and a sublayer of 0 or 4, both agreed on elsewhere.  The
 * first place where a frame begins is taken.
 */
static enum tunnel_verdict
tunnel_l2tp3(struct cursor c, size_t lost, struct link_layer *in)
{
	static const uint8_t places[] = { 4, 0, 8, 12 };
	struct cursor at;

	if (cursor_u32(&c, &in->id) < 0)
		return TUNNEL_SHORT;
	/* Session 0 is control. */
	if (!in->id)
		return TUNNEL_NONE;
	for (size_t i = 0; i < sizeof(places); i++) {
		at = c;
		if (cursor_skip(&at, places[i]) < 0)
			continue;
		if (shim_is_ethernet(at.p, cursor_left(&at)))
			return tunnel_give(at, lost, LINK_ETHERNET, 0, in);
		if (tunnel_is_ppp(at.p, cursor_left(&at)))
			return tunnel_give(at, lost, LINK_PPP, 0, in);
	}
	return lost && cursor_left(&c) < 12 + 15 ? TUNNEL_SHORT : TUNNEL_NONE;
}

enum tunnel_verdict
tunnel_of_ip(const struct ip_packet *pkt, struct link_layer *in)
{
	struct cursor c = cursor_make(pkt->p, pkt->n);
	size_t lost = pkt->wire_n - pkt->n;

	*in = (struct link_layer){ 0 };
	switch (pkt->proto) {
	case PROTO_IP4:
	case PROTO_IP6:
		return tunnel_give(c, lost, LINK_RAW, 0, in);
	case PROTO_GRE:
		return gre_decode(pkt, in);
	case PROTO_ETHERIP:
		return tunnel_etherip(c, lost, in);
	case PROTO_L2TP:
		return tunnel_l2tp3(c, lost, in);
	case PROTO_MPLS:
		return tunnel_give(c, lost, LINK_ETHERTYPE, SHIM_MPLS, in);
	default:
		return TUNNEL_NONE;
	}
}

/* Flags 1, three bytes (of which GPE takes the last for the next protocol), network 3, 0.  Other flags may be set. */
static enum tunnel_verdict
tunnel_vxlan(struct cursor c, size_t lost, bool gpe, struct link_layer *in)
{
	static const uint16_t next[] = { 0, SHIM_IP4, SHIM_IP6, SHIM_ETHERNET, SHIM_NSH, SHIM_MPLS };
	const uint8_t *h = c.p;

	if (cursor_skip(&c, 8) < 0)
		return TUNNEL_SHORT;
	if (!(h[0] & VXLAN_I) || h[7])
		return TUNNEL_NONE;
	in->id = (uint32_t)h[4] << 16 | (uint32_t)h[5] << 8 | h[6];
	if (!gpe || !(h[0] & VXLAN_P))
		return tunnel_give(c, lost, LINK_ETHERNET, 0, in);
	if (!h[3] || h[3] >= sizeof(next) / sizeof(next[0]))
		return TUNNEL_NONE;
	return tunnel_give(c, lost, LINK_ETHERTYPE, next[h[3]], in);
}

/* Version 2 bits (0) and option words 6 bits, flags, protocol 2, network 3, 0. */
static enum tunnel_verdict
tunnel_geneve(struct cursor c, size_t lost, struct link_layer *in)
{
	const uint8_t *h = c.p;
	uint16_t type;

	if (cursor_skip(&c, 8) < 0)
		return TUNNEL_SHORT;
	type = (uint16_t)(h[2] << 8 | h[3]);
	/* With the control bit there is no packet inside. */
	if (h[0] >> 6 != 0 || h[1] & 0xbf || h[7] || type <= SHIM_LLC_MAX)
		return TUNNEL_NONE;
	in->id = (uint32_t)h[4] << 16 | (uint32_t)h[5] << 8 | h[6];
	if (cursor_skip(&c, (size_t)(h[0] & 0x3f) * 4) < 0)
		return lost ? TUNNEL_SHORT : TUNNEL_NONE;
	return tunnel_give(c, lost, LINK_ETHERTYPE, type, in);
}

/* Extension headers: length in words, content, type of the next. */
static enum tunnel_verdict
tunnel_gtpu_extensions(struct cursor *c, uint8_t next)
{
	for (int i = 0; next; i++) {
		size_t len;

		if (i == GTPU_EXTENSIONS_MAX)
			return TUNNEL_BAD;
		if (!cursor_left(c))
			return TUNNEL_SHORT;
		len = (size_t)c->p[0] * 4;
		if (!len)
			return TUNNEL_BAD;
		if (cursor_left(c) < len)
			return TUNNEL_SHORT;
		next = c->p[len - 1];
		cursor_skip(c, len);
	}
	return TUNNEL_INNER;
}

static enum tunnel_verdict
tunnel_gtpu(struct cursor c, size_t lost, struct link_layer *in)
{
	const uint8_t *h = c.p;
	size_t len;

	if (cursor_skip(&c, 8) < 0)
		return TUNNEL_SHORT;
	len = (size_t)(h[2] << 8 | h[3]);
	if ((h[0] & 0xf8) != GTPU_VERSION_PT || h[1] != GTPU_DATA || len > cursor_left(&c) + lost)
		return TUNNEL_NONE;
	in->id = (uint32_t)h[4] << 24 | (uint32_t)h[5] << 16 | (uint32_t)h[6] << 8 | h[7];
	if (len <= cursor_left(&c)) {
		c.end = c.p + len;
		lost = 0;
	} else {
		lost = len - cursor_left(&c);
	}
	if (h[0] & GTPU_OPTIONS) {
		enum tunnel_verdict v;

		if (cursor_skip(&c, 4) < 0)
			return TUNNEL_SHORT;
		/* The type counts only where the flag of extensions is set. */
		v = tunnel_gtpu_extensions(&c, h[0] & 4 ? h[11] : 0);
		if (v != TUNNEL_INNER)
			return v;
	}
	if (!cursor_left(&c))
		return lost ? TUNNEL_SHORT : TUNNEL_NONE;
	/* Sessions of 5G may carry frames: then the first byte is of a station address. */
	if (!shim_is_ip(c.p, cursor_left(&c), cursor_left(&c) + lost) && shim_is_ethernet(c.p, cursor_left(&c)))
		return tunnel_give(c, lost, LINK_ETHERNET, 0, in);
	return tunnel_give(c, lost, LINK_RAW, 0, in);
}

static enum tunnel_verdict
tunnel_l2tp2(struct cursor c, size_t lost, uint16_t flags, struct link_layer *in)
{
	size_t whole = cursor_left(&c) + lost + 2;
	uint16_t len, pad;

	if (flags & L2TP_RESERVED)
		return TUNNEL_NONE;
	if (flags & L2TP_LENGTH) {
		if (cursor_u16(&c, &len) < 0)
			return TUNNEL_SHORT;
		if (len > whole)
			return TUNNEL_NONE;
	}
	if (cursor_u32(&c, &in->id) < 0 || (flags & L2TP_SEQUENCE && cursor_skip(&c, 4) < 0))
		return TUNNEL_SHORT;
	if (flags & L2TP_OFFSET && (cursor_u16(&c, &pad) < 0 || cursor_skip(&c, pad) < 0))
		return lost ? TUNNEL_SHORT : TUNNEL_NONE;
	return tunnel_give(c, lost, LINK_PPP, 0, in);
}

static enum tunnel_verdict
tunnel_l2tp(struct cursor c, size_t lost, struct link_layer *in)
{
	uint16_t flags;

	if (cursor_u16(&c, &flags) < 0)
		return TUNNEL_SHORT;
	if (flags & L2TP_CONTROL)
		return TUNNEL_NONE;
	if ((flags & L2TP_VERSION) == 2)
		return tunnel_l2tp2(c, lost, flags, in);
	if (flags != 3)
		return TUNNEL_NONE;
	return cursor_skip(&c, 2) < 0 ? TUNNEL_SHORT : tunnel_l2tp3(c, lost, in);
}

/* 12 bytes that say nothing to us; the frame behind them must look like one. */
static enum tunnel_verdict
tunnel_hp(struct cursor c, size_t lost, struct link_layer *in)
{
	if (cursor_skip(&c, 12) < 0)
		return TUNNEL_SHORT;
	if (!shim_is_ethernet(c.p, cursor_left(&c)))
		return lost && cursor_left(&c) < 15 ? TUNNEL_SHORT : TUNNEL_NONE;
	return tunnel_give(c, lost, LINK_ETHERNET, 0, in);
}

/* The form that can be told from anything else: a pcap record header, big-endian, whose length is what follows. */
static enum tunnel_verdict
tunnel_aruba(struct cursor c, size_t lost, struct link_layer *in)
{
	uint32_t caplen, origlen;

	if (cursor_skip(&c, 8) < 0 || cursor_u32(&c, &caplen) < 0 || cursor_u32(&c, &origlen) < 0)
		return TUNNEL_SHORT;
	if (!caplen || caplen != cursor_left(&c) + lost || origlen < caplen || origlen > FRAME_MAX)
		return TUNNEL_NONE;
	return tunnel_give(c, lost + (origlen - caplen), LINK_IEEE802_11, 0, in);
}

/* Tags: 0 and 1 are one byte, 1 is the last; all others have a length. */
static int
tunnel_tzsp_tags(struct cursor *c)
{
	uint8_t tag, len;

	do {
		if (cursor_u8(c, &tag) < 0)
			return -1;
		if (tag > TZSP_END && (cursor_u8(c, &len) < 0 || cursor_skip(c, len) < 0))
			return -1;
	} while (tag != TZSP_END);
	return 0;
}

enum tunnel_verdict
tunnel_tzsp(const uint8_t *p, size_t n, size_t wire_n, struct link_layer *in)
{
	struct cursor c = cursor_make(p, n);
	size_t lost = wire_n - n;

	*in = (struct link_layer){ 0 };
	if (cursor_skip(&c, 4) < 0)
		return TUNNEL_SHORT;
	if (p[0] != 1 || p[1] > TZSP_OPENER || p[1] == TZSP_KEEPALIVE || p[1] == TZSP_OPENER)
		return TUNNEL_NONE;
	if (tunnel_tzsp_tags(&c) < 0)
		return lost ? TUNNEL_SHORT : TUNNEL_BAD;
	switch (p[2] << 8 | p[3]) {
	case 0x01:
		return tunnel_give(c, lost, LINK_ETHERNET, 0, in);
	case 0x12:
		return tunnel_give(c, lost, LINK_IEEE802_11, 0, in);
	case 0x77:
		return tunnel_give(c, lost, LINK_PRISM, 0, in);
	case 0x7f:
		return tunnel_give(c, lost, LINK_AVS, 0, in);
	default:
		return TUNNEL_NONE;
	}
}

enum tunnel_verdict
tunnel_of_udp(unsigned dport, const uint8_t *p, size_t n, size_t wire_n, struct link_layer *in)
{
	struct cursor c = cursor_make(p, n);
	size_t lost = wire_n - n;

	*in = (struct link_layer){ 0 };
	switch (dport) {
	case PORT_VXLAN:
	case PORT_VXLAN_OLD:
		return tunnel_vxlan(c, lost, false, in);
	case PORT_VXLAN_GPE:
		return tunnel_vxlan(c, lost, true, in);
	case PORT_GENEVE:
		return tunnel_geneve(c, lost, in);
	case PORT_GTPU:
		return tunnel_gtpu(c, lost, in);
	case PORT_L2TP:
		return tunnel_l2tp(c, lost, in);
	case PORT_HP:
		return tunnel_hp(c, lost, in);
	case PORT_ARUBA:
		return tunnel_aruba(c, lost, in);
	case PORT_TZSP:
		return tunnel_tzsp(p, n, wire_n, in);
	default:
		return TUNNEL_NONE;
	}
}
