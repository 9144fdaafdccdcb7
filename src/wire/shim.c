/*
 * shim - what may stand between an EtherType and IP (IEEE 802.1Q, 802.1AE, 802.2, 802.1BR, RFC 1661, 2516, 3032, 4385,
 * 8300).
 * Each step turns (bytes, EtherType) into the next such pair, so that any order and nesting is read by one loop with
 * one limit.
 */
#include "wire/shim.h"

#include <string.h>

enum { SHIM_MAX = 16 /* three tags and a few labels are real; more than this is an attack on loops */ };

enum {
	TYPE_MPLS_MULTICAST = 0x8848,
	TYPE_MACSEC = 0x88e5,
	TYPE_FABRICPATH = 0x8903,
	TYPE_CISCO_META = 0x8909,
	TYPE_VNTAG = 0x8926
};

enum { PPP_IP4 = 0x0021, PPP_IP6 = 0x0057, PPP_MPLS = 0x0281 };

enum { MACSEC_SCI = 0x20, MACSEC_ENCRYPTED = 0x0c };

static bool
shim_is_vlan(uint16_t type)
{
	return type == 0x8100 || type == 0x88a8 || type == 0x9100 || type == 0x9200 || type == 0x9300;
}

static bool
shim_is_known(uint16_t type)
{
	return type == SHIM_IP4 || type == SHIM_IP6 || shim_is_vlan(type) || type == SHIM_MPLS || type == SHIM_PPPOE ||
	    type == 0x0806;
}

static uint16_t
shim_u16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

bool
shim_is_ethernet(const uint8_t *p, size_t n)
{
	uint16_t type;

	if (n < 15)
		return false;
	type = shim_u16(p + 12);
	if (type == SHIM_IP4)
		return p[14] >> 4 == 4 && (p[14] & 15) >= 5;
	return type == SHIM_IP6 ? p[14] >> 4 == 6 : shim_is_known(type);
}

bool
shim_is_ip(const uint8_t *p, size_t n, size_t wire_n)
{
	if (n >= 20 && p[0] >> 4 == 4)
		return (p[0] & 15) >= 5 && shim_u16(p + 2) >= 20 && shim_u16(p + 2) <= wire_n;
	return n >= 40 && p[0] >> 4 == 6 && (size_t)shim_u16(p + 4) + 40 <= wire_n;
}

static void
shim_mix(struct link_net *out, uint32_t v)
{
	out->id = (out->id << 7 | out->id >> 25) ^ ((v + 1) * UINT32_C(0x9e3779b1));
}

/* `skip` bytes of no interest, then the next EtherType. */
static enum link_verdict
shim_typed(struct cursor *c, size_t skip, uint16_t *type)
{
	if (cursor_left(c) < skip + 2)
		return LINK_SHORT;
	cursor_skip(c, skip);
	cursor_u16(c, type);
	return LINK_IP;
}

static enum link_verdict
shim_vlan(struct cursor *c, uint16_t *type, struct link_net *out)
{
	uint16_t tci;

	if (cursor_u16(c, &tci) < 0 || cursor_u16(c, type) < 0)
		return LINK_SHORT;
	out->vlan = (out->vlan & 0xfff) << 12 | (tci & 0xfff);
	return LINK_IP;
}

/* LLC with SNAP (IEEE 802.2): aa aa 03, OUI, EtherType.  Other LLC is not IP. */
static enum link_verdict
shim_llc(struct cursor *c, uint16_t *type)
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
	return *type > SHIM_LLC_MAX ? LINK_IP : LINK_OTHER;
}

/* RFC 1661, 1662: address and control may be left out, a protocol below 256 may be one byte. */
static enum link_verdict
shim_ppp(struct cursor *c, uint16_t *type)
{
	uint8_t hi, lo = 0;
	uint16_t proto;

	if (cursor_left(c) < 2)
		return LINK_SHORT;
	if (c->p[0] == 0xff && c->p[1] == 0x03)
		cursor_skip(c, 2);
	if (cursor_u8(c, &hi) < 0 || (!(hi & 1) && cursor_u8(c, &lo) < 0))
		return LINK_SHORT;
	proto = hi & 1 ? hi : (uint16_t)(hi << 8 | lo);
	if (proto == PPP_IP4)
		*type = SHIM_IP4;
	else if (proto == PPP_IP6)
		*type = SHIM_IP6;
	else if (proto == PPP_MPLS)
		*type = SHIM_MPLS;
	else
		return LINK_OTHER;
	return LINK_IP;
}

/* RFC 2516 4: version and type 1, code 0 (session data), session, length; the length is not needed, IP has its own. */
static enum link_verdict
shim_pppoe(struct cursor *c, uint16_t *type, struct link_net *out)
{
	uint8_t version, code;
	uint16_t session;

	if (cursor_u8(c, &version) < 0 || cursor_u8(c, &code) < 0 || cursor_u16(c, &session) < 0 ||
	    cursor_skip(c, 2) < 0)
		return LINK_SHORT;
	shim_mix(out, session);
	*type = SHIM_PPP;
	return version == 0x11 && code == 0 ? LINK_IP : LINK_OTHER;
}

/* Behind the bottom label only the first nibble tells: IP, a control word (RFC 4385) before Ethernet, or Ethernet. */
static enum link_verdict
shim_mpls_inner(struct cursor *c, uint16_t *type)
{
	bool ethernet;

	if (!cursor_left(c))
		return LINK_SHORT;
	/* Station addresses begin with these nibbles, too; and an IP address may be where a type would, and read as
	 * one. */
	ethernet = !shim_is_ip(c->p, cursor_left(c), cursor_left(c)) && shim_is_ethernet(c->p, cursor_left(c));
	if (!ethernet && (c->p[0] >> 4 == 4 || c->p[0] >> 4 == 6)) {
		*type = c->p[0] >> 4 == 4 ? SHIM_IP4 : SHIM_IP6;
		return LINK_IP;
	}
	if (!ethernet && c->p[0] >> 4 == 1)
		return LINK_OTHER;
	*type = SHIM_ETHERNET;
	if (!ethernet && c->p[0] >> 4 == 0 && cursor_skip(c, 4) < 0)
		return LINK_SHORT;
	return LINK_IP;
}

/* RFC 3032: label 20 bits, class 3, bottom of stack 1, TTL 8. */
static enum link_verdict
shim_mpls(struct cursor *c, uint16_t *type, struct link_net *out)
{
	uint32_t label;

	for (; out->shims <= SHIM_MAX; out->shims++) {
		if (cursor_u32(c, &label) < 0)
			return LINK_SHORT;
		shim_mix(out, label >> 12);
		if (label & 0x100)
			return shim_mpls_inner(c, type);
	}
	return LINK_BAD;
}

/* IEEE 802.1AE: control and association 1, length 1, number 4, channel 8 when told.  Encrypted frames end here. */
static enum link_verdict
shim_macsec(struct cursor *c, uint16_t *type)
{
	if (!cursor_left(c))
		return LINK_SHORT;
	if (c->p[0] & MACSEC_ENCRYPTED)
		return LINK_OTHER;
	return shim_typed(c, c->p[0] & MACSEC_SCI ? 14 : 6, type);
}

/* RFC 8300: length in words and the next protocol in the first word. */
static enum link_verdict
shim_nsh(struct cursor *c, uint16_t *type)
{
	static const uint16_t next[] = { 0, SHIM_IP4, SHIM_IP6, SHIM_ETHERNET, SHIM_NSH, SHIM_MPLS };
	size_t len;

	if (cursor_left(c) < 4)
		return LINK_SHORT;
	len = (size_t)(c->p[1] & 0x3f) * 4;
	if (c->p[0] >> 6 != 0 || len < 8 || !c->p[3] || c->p[3] >= sizeof(next) / sizeof(next[0]))
		return LINK_OTHER;
	*type = next[c->p[3]];
	return cursor_skip(c, len) < 0 ? LINK_SHORT : LINK_IP;
}

/* One step: LINK_IP when c and *type are those of what follows. */
static enum link_verdict
shim_step(struct cursor *c, uint16_t *type, struct link_net *out)
{
	if (shim_is_vlan(*type))
		return shim_vlan(c, type, out);
	if (*type <= SHIM_LLC_MAX)
		return shim_llc(c, type);
	switch (*type) {
	case SHIM_ETHERNET:
		return shim_typed(c, 12, type);
	case SHIM_PPPOE:
		return shim_pppoe(c, type, out);
	case SHIM_PPP:
		return shim_ppp(c, type);
	case SHIM_MPLS:
	case TYPE_MPLS_MULTICAST:
		return shim_mpls(c, type, out);
	case TYPE_VNTAG:
		return shim_typed(c, 4, type);
	case TYPE_CISCO_META:
		return shim_typed(c, 6, type);
	case TYPE_FABRICPATH:
		/* Its own stations stood before; the tag is followed by the frame of the true ones. */
		*type = SHIM_ETHERNET;
		return cursor_skip(c, 2) < 0 ? LINK_SHORT : LINK_IP;
	case TYPE_MACSEC:
		return shim_macsec(c, type);
	case SHIM_NSH:
		return shim_nsh(c, type);
	default:
		return LINK_OTHER;
	}
}

enum link_verdict
shim_walk(struct cursor c, uint16_t type, struct link_net *out)
{
	while (type != SHIM_IP4 && type != SHIM_IP6) {
		enum link_verdict v;

		if (out->shims++ >= SHIM_MAX)
			return LINK_BAD;
		v = shim_step(&c, &type, out);
		if (v != LINK_IP)
			return v;
	}
	out->p = c.p;
	out->n = cursor_left(&c);
	out->family = type == SHIM_IP4 ? 4 : 6;
	return LINK_IP;
}
