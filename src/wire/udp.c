/*
 * udp - one datagram is one message (RFC 768, RFC 3261 18.3).
 * SIP is told by its first line alone, whatever the ports; CR, LF and NUL before it are keep-alive habits.
 */
#include "wire/udp.h"

#include "wire/sipframe.h"

enum { UDP_HEAD = 8 };

struct fate
udp_decode(const struct ip_packet *pkt, struct udp_message *out)
{
	const uint8_t *h = pkt->p;
	struct slice s;
	size_t len;

	if (pkt->wire_n < UDP_HEAD)
		return fate_of(WIRE_MALFORMED);
	if (pkt->n < UDP_HEAD)
		return fate_drop(WIRE_DROP_TRUNCATED);
	len = (size_t)(h[4] << 8 | h[5]);
	if (len < UDP_HEAD || len > pkt->wire_n)
		return fate_of(WIRE_MALFORMED);
	s = (struct slice){ (const char *)h + UDP_HEAD, (pkt->n < len ? pkt->n : len) - UDP_HEAD };
	out->bytes = s;
	out->cut = pkt->n < len;
	out->lost = out->cut ? len - pkt->n : 0;
	out->sport = (uint16_t)(h[0] << 8 | h[1]);
	out->dport = (uint16_t)(h[2] << 8 | h[3]);
	s = sipframe_skip_blank(s);
	if (!s.n)
		return out->cut ? fate_drop(WIRE_DROP_TRUNCATED) : fate_of(WIRE_NOT_SIP);
	switch (sipframe_start(s, out->cut ? 0 : SIPFRAME_WHOLE)) {
	case SIPFRAME_NO:
		return fate_of(WIRE_NOT_SIP);
	case SIPFRAME_PERHAPS:
		return fate_drop(WIRE_DROP_TRUNCATED);
	case SIPFRAME_YES:
		break;
	}
	out->bytes = s;
	return fate_of(WIRE_SIP);
}
