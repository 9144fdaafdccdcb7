/*
 * link - Ethernet, cooked, raw, null, PPP and PPPoE frames down to IP (tcpdump.org/linktypes, IEEE 802.1Q, 802.3,
 * RFC 1662, RFC 2516).
 * Nothing here trusts a length: the IP header bounds the packet, padding and trailers are never looked at.
 */
#include "wire/link.h"

#include <stdbool.h>
#include <string.h>

#include "sipwhy/cursor.h"

enum {
	LINK_VLAN_MAX = 16, /* three are real; more than this is an attack on loops */
	ETHERTYPE_IP4 = 0x0800,
	ETHERTYPE_IP6 = 0x86dd,
	ETHERTYPE_PPPOE = 0x8864,
	ETHERTYPE_LLC_MAX = 1500, /* up to here the field is a length and LLC follows */
	PPP_IP4 = 0x0021,
	PPP_IP6 = 0x0057,
	ARPHRD_OF_NETLINK = 824 /* cooked captures: the protocol field then holds a netlink family */
};

static bool
link_is_vlan(uint16_t type)
{
	return type == 0x8100 || type == 0x88a8 || type == 0x9100 || type == 0x9200 || type == 0x9300;
}

static enum link_verdict
link_ip(struct link_net *out, const struct cursor *c, uint8_t family)
{
	out->p = c->p;
	out->n = cursor_left(c);
	out->family = family;
	return LINK_IP;
}

/* LLC with SNAP (IEEE 802.2): aa aa 03, OUI, EtherType.  Other LLC is not IP. */
static enum link_verdict
link_snap(struct cursor *c, uint16_t *type)
{
	static const uint8_t head[] = { 0xaa, 0xaa, 0x03, 0, 0 };

	if (cursor_left(c) < 3)
		return LINK_SHORT;
	if (memcmp(c->p, head, 3) != 0)
		return LINK_OTHER;
	if (cursor_left(c) < 8)
		return LINK_SHORT;
	if (memcmp(c->p, head, sizeof(head)) != 0 || (c->p[5] != 0 && c->p[5] != 0xf8))
		return LINK_OTHER;
	cursor_skip(c, 6);
	cursor_u16(c, type);
	return *type > ETHERTYPE_LLC_MAX ? LINK_IP : LINK_OTHER;
}

/* RFC 1661, 1662: address and control may be left out, a protocol below 256 may be one byte. */
static enum link_verdict
link_ppp(struct cursor c, struct link_net *out)
{
	uint8_t hi, lo = 0;
	uint16_t proto;

	if (cursor_left(&c) < 2)
		return LINK_SHORT;
	if (c.p[0] == 0xff && c.p[1] == 0x03)
		cursor_skip(&c, 2);
	if (cursor_u8(&c, &hi) < 0 || (!(hi & 1) && cursor_u8(&c, &lo) < 0))
		return LINK_SHORT;
	proto = hi & 1 ? hi : (uint16_t)(hi << 8 | lo);
	if (proto == PPP_IP4)
		return link_ip(out, &c, 4);
	if (proto == PPP_IP6)
		return link_ip(out, &c, 6);
	return LINK_OTHER;
}

/* RFC 2516 4: version and type 1, code 0 (session data), session, length; the length is not needed, IP has its own. */
static enum link_verdict
link_pppoe(struct cursor c, struct link_net *out)
{
	uint8_t version, code;

	if (cursor_u8(&c, &version) < 0 || cursor_u8(&c, &code) < 0 || cursor_skip(&c, 4) < 0)
		return LINK_SHORT;
	return version == 0x11 && code == 0 ? link_ppp(c, out) : LINK_OTHER;
}

/* From an EtherType on: any VLAN tags, LLC, then IP. */
static enum link_verdict
link_ethertype(struct cursor c, uint16_t type, struct link_net *out)
{
	for (int depth = 0; link_is_vlan(type) || type <= ETHERTYPE_LLC_MAX; depth++) {
		uint16_t tci;

		if (depth == LINK_VLAN_MAX)
			return LINK_BAD;
		if (type <= ETHERTYPE_LLC_MAX) {
			enum link_verdict v = link_snap(&c, &type);

			if (v != LINK_IP)
				return v;
			continue;
		}
		if (cursor_u16(&c, &tci) < 0 || cursor_u16(&c, &type) < 0)
			return LINK_SHORT;
		out->vlan = (out->vlan & 0xfff) << 12 | (tci & 0xfff);
	}
	if (type == ETHERTYPE_IP4)
		return link_ip(out, &c, 4);
	if (type == ETHERTYPE_IP6)
		return link_ip(out, &c, 6);
	return type == ETHERTYPE_PPPOE ? link_pppoe(c, out) : LINK_OTHER;
}

static enum link_verdict
link_ethernet(struct cursor c, struct link_net *out)
{
	uint16_t type;

	if (cursor_skip(&c, 12) < 0 || cursor_u16(&c, &type) < 0)
		return LINK_SHORT;
	return link_ethertype(c, type, out);
}

static enum link_verdict
link_sll(struct cursor c, struct link_net *out)
{
	uint16_t arphrd, type;

	if (cursor_skip(&c, 2) < 0 || cursor_u16(&c, &arphrd) < 0 || cursor_skip(&c, 10) < 0 ||
	    cursor_u16(&c, &type) < 0)
		return LINK_SHORT;
	if (arphrd == ARPHRD_OF_NETLINK)
		return LINK_OTHER;
	return link_ethertype(c, type, out);
}

static enum link_verdict
link_sll2(struct cursor c, struct link_net *out)
{
	uint16_t arphrd, type;
	uint32_t ifindex;

	if (cursor_u16(&c, &type) < 0 || cursor_skip(&c, 2) < 0 || cursor_u32(&c, &ifindex) < 0 ||
	    cursor_u16(&c, &arphrd) < 0 || cursor_skip(&c, 10) < 0)
		return LINK_SHORT;
	if (!out->ifindex)
		out->ifindex = ifindex;
	if (arphrd == ARPHRD_OF_NETLINK)
		return LINK_OTHER;
	return link_ethertype(c, type, out);
}

/* Number 50 is also written for Cisco HDLC, told apart by its address byte (RFC 1547 4.3.1). */
static enum link_verdict
link_ppp_hdlc(struct cursor c, struct link_net *out)
{
	uint16_t type;

	if (cursor_left(&c) < 2 || (c.p[0] != 0x0f && c.p[0] != 0x8f) || c.p[1] != 0)
		return link_ppp(c, out);
	cursor_skip(&c, 2);
	if (cursor_u16(&c, &type) < 0)
		return LINK_SHORT;
	return link_ethertype(c, type, out);
}

/* The family field is in the byte order and the numbering of the machine that captured: the IP version tells better. */
static enum link_verdict
link_null(struct cursor c, struct link_net *out)
{
	if (cursor_skip(&c, 4) < 0)
		return LINK_SHORT;
	return link_ip(out, &c, 0);
}

enum link_verdict
link_decode(const struct frame *f, struct link_net *out)
{
	struct cursor c = cursor_make(f->data, f->caplen);

	*out = (struct link_net){ .ifindex = f->ifindex };
	switch (f->link) {
	case LINK_ETHERNET:
		return link_ethernet(c, out);
	case LINK_LINUX_SLL:
		return link_sll(c, out);
	case LINK_LINUX_SLL2:
		return link_sll2(c, out);
	case LINK_RAW:
	case LINK_RAW_BSD:
	case LINK_RAW_OPENBSD:
	case LINK_IPV4:
	case LINK_IPV6:
		return link_ip(out, &c, 0);
	case LINK_NULL:
	case LINK_LOOP:
		return link_null(c, out);
	case LINK_PPP:
		return link_ppp(c, out);
	case LINK_PPP_HDLC:
		return link_ppp_hdlc(c, out);
	default:
		return LINK_UNKNOWN;
	}
}
