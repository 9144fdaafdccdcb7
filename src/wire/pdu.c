/*
 * pdu - Wireshark's exported PDUs (LINKTYPE_WIRESHARK_UPPER_PDU, wiretap's exported_pdu tags): tagged facts, then the
 * message.  Its protocol is told by a name, but content decides here as everywhere.
 */
#include "wire/pdu.h"

#include <stdbool.h>
#include <string.h>

#include "sipwhy/cursor.h"
#include "wire/sipframe.h"

enum {
	PDU_END = 0,
	PDU_IP4_SRC = 20,
	PDU_IP4_DST = 21,
	PDU_IP6_SRC = 22,
	PDU_IP6_DST = 23,
	PDU_PORT_TYPE = 24,
	PDU_PORT_SRC = 25,
	PDU_PORT_DST = 26,
	PDU_TAGS_MAX = 64
};

enum { PDU_SCTP = 1, PDU_TCP = 2 };

static void
pdu_address(struct endpoint *e, struct cursor v, unsigned family)
{
	size_t n = family == 4 ? 4 : 16;

	if (cursor_left(&v) != n)
		return;
	memset(e->addr, 0, sizeof(e->addr));
	memcpy(e->addr, v.p, n);
	e->family = (uint8_t)family;
}

static void
pdu_tag(struct message *m, unsigned tag, struct cursor v)
{
	struct cursor number = v;
	uint32_t n = 0;

	cursor_u32(&number, &n);
	switch (tag) {
	case PDU_IP4_SRC:
	case PDU_IP6_SRC:
		pdu_address(&m->src, v, tag == PDU_IP4_SRC ? 4 : 6);
		break;
	case PDU_IP4_DST:
	case PDU_IP6_DST:
		pdu_address(&m->dst, v, tag == PDU_IP4_DST ? 4 : 6);
		break;
	case PDU_PORT_SRC:
		m->src.port = (uint16_t)n;
		break;
	case PDU_PORT_DST:
		m->dst.port = (uint16_t)n;
		break;
	case PDU_PORT_TYPE:
		m->transport = n == PDU_TCP ? TRANSPORT_TCP : n == PDU_SCTP ? TRANSPORT_SCTP : TRANSPORT_UDP;
		break;
	default:
		break;
	}
}

/* Tag 2, length 2, value padded to four.  1 when the end tag was read, 0 when the bytes end, -1 when it has no end. */
static int
pdu_tags(struct cursor *c, struct message *m)
{
	for (int i = 0; i < PDU_TAGS_MAX; i++) {
		uint16_t tag, len;
		struct cursor v;

		if (cursor_u16(c, &tag) < 0 || cursor_u16(c, &len) < 0)
			return 0;
		v = (struct cursor){ c->p, c->p + (len < cursor_left(c) ? len : cursor_left(c)) };
		if (cursor_skip(c, ((size_t)len + 3) & ~(size_t)3) < 0)
			return 0;
		if (tag == PDU_END)
			return 1;
		pdu_tag(m, tag, v);
	}
	return -1;
}

struct fate
pdu_read(const struct frame *f, struct message *out)
{
	struct cursor c = cursor_make(f->data, f->caplen);
	bool cut = f->origlen > f->caplen;
	int end;

	*out = (struct message){ .t_ns = f->t_ns, .ifindex = f->ifindex, .transport = TRANSPORT_N, .cut = cut };
	end = pdu_tags(&c, out);
	if (end == 0)
		return cut ? fate_drop(WIRE_DROP_TRUNCATED) : fate_of(WIRE_MALFORMED);
	if (end < 0)
		return fate_of(WIRE_MALFORMED);
	out->bytes = (struct slice){ (const char *)c.p, cursor_left(&c) };
	switch (sipframe_start(out->bytes, cut ? 0 : SIPFRAME_WHOLE)) {
	case SIPFRAME_NO:
		return fate_of(WIRE_NOT_SIP);
	case SIPFRAME_PERHAPS:
		return fate_drop(WIRE_DROP_TRUNCATED);
	case SIPFRAME_YES:
		break;
	}
	return fate_of(WIRE_SIP);
}
