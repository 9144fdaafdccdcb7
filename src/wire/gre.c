/*
 * gre - GRE versions 0 and 1 (RFC 2784, 2890, 1701, 2637), NVGRE (RFC 7637), MikroTik EoIP, ERSPAN types I to III
 * (draft-foschiano-erspan).
 * Which optional fields stand in a header, and so where it ends, is told by the flags of its first two bytes alone.
 */
#include "wire/gre.h"

#include "sipwhy/cursor.h"
#include "wire/shim.h"

enum {
	GRE_CHECKSUM = 0x8000,
	GRE_ROUTING = 0x4000,
	GRE_KEY = 0x2000,
	GRE_SEQUENCE = 0x1000,
	GRE_ACK = 0x0080,
	GRE_VERSION = 0x0007
};

enum { GRE_TYPE_ERSPAN = 0x88be, GRE_TYPE_ERSPAN3 = 0x22eb, GRE_TYPE_EOIP = 0x6400 };

/* What the version field says is one less than the type. */
enum { ERSPAN_II = 1, ERSPAN_III = 2, ERSPAN_FRAME_ETHERNET = 0, ERSPAN_FRAME_IP = 2 };

/* RFC 1701: address family 2, offset 1, length 1, data; an entry of family 0 and length 0 is the last. */
static int
gre_skip_routes(struct cursor *c)
{
	for (;;) {
		uint16_t family;
		uint8_t len;

		if (cursor_u16(c, &family) < 0 || cursor_skip(c, 1) < 0 || cursor_u8(c, &len) < 0)
			return -1;
		if (!family && !len)
			return 0;
		if (cursor_skip(c, len) < 0)
			return -1;
	}
}

static enum tunnel_verdict
gre_erspan(struct cursor c, size_t lost, struct link_layer *in)
{
	const uint8_t *h = c.p;
	unsigned version, what;

	if (cursor_left(&c) < 8)
		return cursor_left(&c) + lost ? TUNNEL_SHORT : TUNNEL_NONE;
	version = h[0] >> 4;
	/* VLAN and session, not the class of service and the truncation bit between them. */
	in->id = (uint32_t)(h[0] & 15) << 24 | (uint32_t)h[1] << 16 | (uint32_t)(h[2] & 3) << 8 | h[3];
	if (version == ERSPAN_II) {
		cursor_skip(&c, 8);
		return tunnel_give(c, lost, LINK_ETHERNET, 0, in);
	}
	if (version != ERSPAN_III)
		return TUNNEL_BAD;
	if (cursor_skip(&c, 12) < 0 || (h[11] & 1 && cursor_skip(&c, 8) < 0))
		return TUNNEL_SHORT;
	what = h[10] >> 2 & 0x1f;
	if (what == ERSPAN_FRAME_ETHERNET)
		return tunnel_give(c, lost, LINK_ETHERNET, 0, in);
	return what == ERSPAN_FRAME_IP ? tunnel_give(c, lost, LINK_RAW, 0, in) : TUNNEL_NONE;
}

static enum tunnel_verdict
gre_inner(struct cursor c, size_t lost, unsigned flags, uint16_t type, struct link_layer *in)
{
	if (type == GRE_TYPE_ERSPAN3 || (type == GRE_TYPE_ERSPAN && flags & GRE_SEQUENCE))
		return gre_erspan(c, lost, in);
	if (type == GRE_TYPE_ERSPAN)
		return tunnel_give(c, lost, LINK_ETHERNET, 0, in);
	/* Keep-alives have type 0; below 1501 the field is no length here. */
	return type > SHIM_LLC_MAX ? tunnel_give(c, lost, LINK_ETHERTYPE, type, in) : TUNNEL_NONE;
}

static enum tunnel_verdict
gre_v0(struct cursor c, size_t lost, unsigned flags, uint16_t type, struct link_layer *in)
{
	if (flags & (GRE_CHECKSUM | GRE_ROUTING) && cursor_skip(&c, 4) < 0)
		return TUNNEL_SHORT;
	if (flags & GRE_KEY && cursor_u32(&c, &in->id) < 0)
		return TUNNEL_SHORT;
	if (flags & GRE_SEQUENCE && cursor_skip(&c, 4) < 0)
		return TUNNEL_SHORT;
	if (flags & GRE_ROUTING && gre_skip_routes(&c) < 0)
		return TUNNEL_SHORT;
	return gre_inner(c, lost, flags, type, in);
}

/* PPTP and EoIP: payload length 2 and call or tunnel 2 in place of the key; what is behind the payload is padding. */
static enum tunnel_verdict
gre_v1(struct cursor c, size_t lost, unsigned flags, uint16_t type, struct link_layer *in)
{
	uint16_t len, call;

	if (type != SHIM_PPP && type != GRE_TYPE_EOIP)
		return TUNNEL_NONE;
	if (!(flags & GRE_KEY))
		return TUNNEL_BAD;
	if (cursor_u16(&c, &len) < 0 || cursor_u16(&c, &call) < 0)
		return TUNNEL_SHORT;
	in->id = call;
	if (type == SHIM_PPP && !(flags & GRE_SEQUENCE))
		return TUNNEL_NONE;
	if (flags & GRE_SEQUENCE && cursor_skip(&c, 4) < 0)
		return TUNNEL_SHORT;
	if (flags & GRE_ACK && cursor_skip(&c, 4) < 0)
		return TUNNEL_SHORT;
	if (len < cursor_left(&c)) {
		c.end = c.p + len;
		lost = 0;
	} else if (len - cursor_left(&c) < lost) {
		lost = len - cursor_left(&c);
	}
	return tunnel_give(c, lost, type == SHIM_PPP ? LINK_PPP : LINK_ETHERNET, 0, in);
}

enum tunnel_verdict
gre_decode(const struct ip_packet *pkt, struct link_layer *in)
{
	struct cursor c = cursor_make(pkt->p, pkt->n);
	size_t lost = pkt->wire_n - pkt->n;
	uint16_t flags, type;

	*in = (struct link_layer){ 0 };
	if (cursor_u16(&c, &flags) < 0 || cursor_u16(&c, &type) < 0)
		return TUNNEL_SHORT;
	if ((flags & GRE_VERSION) == 0)
		return gre_v0(c, lost, flags, type, in);
	return (flags & GRE_VERSION) == 1 ? gre_v1(c, lost, flags, type, in) : TUNNEL_BAD;
}
