/*
 * link - the link layers of captures down to IP (tcpdump.org/linktypes); what follows an EtherType is in shim.c.
 * Nothing here trusts a length: the IP header bounds the packet, padding and trailers are never looked at.
 */
#include "wire/link.h"

#include <stdbool.h>
#include <string.h>

#include "sipwhy/cursor.h"
#include "wire/radio.h"
#include "wire/shim.h"

/* Cooked captures: with these hardware types the protocol field means something else. */
enum { ARPHRD_OF_DOT11 = 801, ARPHRD_OF_PRISM = 802, ARPHRD_OF_RADIOTAP = 803, ARPHRD_OF_NETLINK = 824 };

enum { NFLOG_INDEV = 4, NFLOG_OUTDEV = 5, NFLOG_PAYLOAD = 9, NFLOG_TLV_MAX = 64 };

enum { IPNET_HEAD = 24, PKTAP_MIN = 108 };

static enum link_verdict
link_ip(struct link_net *out, const struct cursor *c, uint8_t family)
{
	out->p = c->p;
	out->n = cursor_left(c);
	out->family = family;
	return LINK_IP;
}

/* `skip` bytes, an EtherType, and on. */
static enum link_verdict
link_typed(struct cursor c, size_t skip, struct link_net *out)
{
	uint16_t type;

	if (cursor_skip(&c, skip) < 0 || cursor_u16(&c, &type) < 0)
		return LINK_SHORT;
	return shim_walk(c, type, out);
}

static enum link_verdict
link_radio(struct cursor c, uint16_t link, struct link_net *out)
{
	enum link_verdict v = radio_skip(&c, link);

	return v == LINK_IP ? shim_walk(c, SHIM_LLC, out) : v;
}

static enum link_verdict
link_cooked(struct cursor c, uint16_t arphrd, uint16_t type, struct link_net *out)
{
	switch (arphrd) {
	case ARPHRD_OF_NETLINK:
		return LINK_OTHER;
	case ARPHRD_OF_DOT11:
		return link_radio(c, LINK_IEEE802_11, out);
	case ARPHRD_OF_PRISM:
		return link_radio(c, LINK_PRISM, out);
	case ARPHRD_OF_RADIOTAP:
		return link_radio(c, LINK_RADIOTAP, out);
	default:
		return shim_walk(c, type, out);
	}
}

static enum link_verdict
link_sll(struct cursor c, struct link_net *out)
{
	uint16_t arphrd, type;

	if (cursor_skip(&c, 2) < 0 || cursor_u16(&c, &arphrd) < 0 || cursor_skip(&c, 10) < 0 ||
	    cursor_u16(&c, &type) < 0)
		return LINK_SHORT;
	return link_cooked(c, arphrd, type, out);
}

static enum link_verdict
link_sll2(struct cursor c, struct link_net *out)
{
	uint16_t arphrd, type;

	if (cursor_u16(&c, &type) < 0 || cursor_skip(&c, 2) < 0 || cursor_u32(&c, &out->ifindex) < 0 ||
	    cursor_u16(&c, &arphrd) < 0 || cursor_skip(&c, 10) < 0)
		return LINK_SHORT;
	return link_cooked(c, arphrd, type, out);
}

/* Number 50 is also written for Cisco HDLC, told apart by its address byte (RFC 1547 4.3.1). */
static enum link_verdict
link_ppp_hdlc(struct cursor c, struct link_net *out)
{
	if (cursor_left(&c) < 2 || (c.p[0] != 0x0f && c.p[0] != 0x8f) || c.p[1] != 0)
		return shim_walk(c, SHIM_PPP, out);
	return link_typed(c, 2, out);
}

/* The family field is in the byte order and the numbering of the machine that captured: the IP version tells better. */
static enum link_verdict
link_null(struct cursor c, struct link_net *out)
{
	return cursor_skip(&c, 4) < 0 ? LINK_SHORT : link_ip(out, &c, 0);
}

static uint32_t
link_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint32_t
link_le32(const uint8_t *p)
{
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

/* Attributes until the packet; `big` is the byte order they are read in. */
static enum link_verdict
link_nflog_walk(struct cursor c, bool big, struct link_net *out)
{
	for (int i = 0; i < NFLOG_TLV_MAX; i++) {
		size_t len;
		unsigned type;

		if (cursor_left(&c) < 4)
			return LINK_SHORT;
		len = big ? (size_t)(c.p[0] << 8 | c.p[1]) : (size_t)(c.p[1] << 8 | c.p[0]);
		type = big ? (unsigned)(c.p[2] << 8 | c.p[3]) : (unsigned)(c.p[3] << 8 | c.p[2]);
		if (len < 4)
			return LINK_OTHER;
		if (type == NFLOG_PAYLOAD) {
			cursor_skip(&c, 4);
			return link_ip(out, &c, 0);
		}
		if ((type == NFLOG_INDEV || type == NFLOG_OUTDEV) && len == 8 && cursor_left(&c) >= 8 && !out->ifindex)
			out->ifindex = link_be32(c.p + 4);
		if (cursor_skip(&c, (len + 3) & ~(size_t)3) < 0)
			return LINK_SHORT;
	}
	return LINK_BAD;
}

/* Netfilter's log: the attributes are in the byte order of the machine, which nothing tells; one of the two fits. */
static enum link_verdict
link_nflog(struct cursor c, struct link_net *out)
{
	struct link_net other = *out;
	enum link_verdict v;

	if (cursor_skip(&c, 4) < 0)
		return LINK_SHORT;
	v = link_nflog_walk(c, false, out);
	if (v == LINK_IP || link_nflog_walk(c, true, &other) != LINK_IP)
		return v;
	*out = other;
	return LINK_IP;
}

/* Solaris: version, family, hook type 2, packet length 4, ifindex 4, group 4, zones 4 + 4. */
static enum link_verdict
link_ipnet(struct cursor c, struct link_net *out)
{
	const uint8_t *h = c.p;

	if (cursor_skip(&c, IPNET_HEAD) < 0)
		return LINK_SHORT;
	out->ifindex = link_be32(h + 8);
	return link_ip(out, &c, 0);
}

static enum link_verdict link_from(uint16_t link, uint16_t type, struct cursor c, struct link_net *out);

/* macOS: little-endian, its own length first, the link type of what follows at 8. */
static enum link_verdict
link_pktap(struct cursor c, struct link_net *out)
{
	const uint8_t *h = c.p;
	uint32_t link;

	if (cursor_left(&c) < PKTAP_MIN)
		return LINK_SHORT;
	link = link_le32(h + 8);
	if (link_le32(h) < PKTAP_MIN || link_le32(h + 4) != 1 || link == LINK_PKTAP || link > LINK_LINUX_SLL2)
		return LINK_OTHER;
	return cursor_skip(&c, link_le32(h)) < 0 ? LINK_SHORT : link_from((uint16_t)link, 0, c, out);
}

static enum link_verdict
link_from(uint16_t link, uint16_t type, struct cursor c, struct link_net *out)
{
	switch (link) {
	case LINK_ETHERNET:
		return link_typed(c, 12, out);
	case LINK_ETHERTYPE:
		return shim_walk(c, type, out);
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
		return shim_walk(c, SHIM_PPP, out);
	case LINK_PPP_HDLC:
		return link_ppp_hdlc(c, out);
	case LINK_PPPOE:
		return shim_walk(c, SHIM_PPPOE, out);
	case LINK_C_HDLC:
		return link_typed(c, 2, out);
	case LINK_IEEE802_11:
	case LINK_PRISM:
	case LINK_RADIOTAP:
	case LINK_AVS:
		return link_radio(c, link, out);
	case LINK_IPNET:
		return link_ipnet(c, out);
	case LINK_NFLOG:
		return link_nflog(c, out);
	case LINK_PKTAP:
		return link_pktap(c, out);
	default:
		return LINK_UNKNOWN;
	}
}

enum link_verdict
link_decode(const struct link_layer *l, struct link_net *out)
{
	*out = (struct link_net){ 0 };
	return link_from(l->link, l->type, cursor_make(l->p, l->n), out);
}
