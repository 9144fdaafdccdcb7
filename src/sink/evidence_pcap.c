/*
 * evidence_pcap - messages as a small capture (draft-ietf-opsawg-pcap; RFC 791, 8200, 768, 1071); see sipwhy/sink.h.
 * One thing to know: addresses and ports are those that were seen, the rest of the headers is made up.
 */
#include <errno.h>
#include <string.h>

#include "sink/redact.h"
#include "sipwhy/sink.h"
#include "sipwhy/timefmt.h"

enum { PACKET_V4 = 20, PACKET_V6 = 40, PACKET_UDP = 8, PACKET_PORT = 5060, PACKET_PROTOCOL = 17, PACKET_DATA = 65000 };

static void
packet_u16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* The sum of RFC 1071, not yet folded. */
static uint32_t
packet_sum(uint32_t sum, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i + 1 < n; i += 2)
		sum += ((uint32_t)p[i] << 8) | p[i + 1];
	return sum + (n % 2 != 0 ? (uint32_t)p[n - 1] << 8 : 0);
}

static unsigned
packet_fold(uint32_t sum)
{
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum & 0xffff;
}

/* An end as it was seen; what is not known is an address for documents (RFC 5737). */
static struct endpoint
packet_end(struct slice text, uint8_t last)
{
	struct endpoint e;

	if (!endpoint_parse(text, false, &e) || e.family == 0)
		e = (struct endpoint){ .addr = { 192, 0, 2, last }, .family = 4 };
	if (e.port == 0)
		e.port = PACKET_PORT;
	return e;
}

/* IPv4 as an IPv6 address (RFC 4291 2.5.5.2), for two ends of different families. */
static void
packet_widen(struct endpoint *e)
{
	uint8_t v4[4];

	if (e->family != 4)
		return;
	memcpy(v4, e->addr, sizeof v4);
	memset(e->addr, 0, 10);
	e->addr[10] = e->addr[11] = 0xff;
	memcpy(e->addr + 12, v4, sizeof v4);
	e->family = 6;
}

static void
packet_v4(uint8_t *ip, const struct endpoint *src, const struct endpoint *dst, size_t payload)
{
	memset(ip, 0, PACKET_V4);
	ip[0] = 0x45;
	packet_u16(ip + 2, (unsigned)(PACKET_V4 + payload));
	ip[6] = 0x40;
	ip[8] = 64;
	ip[9] = PACKET_PROTOCOL;
	memcpy(ip + 12, src->addr, 4);
	memcpy(ip + 16, dst->addr, 4);
	packet_u16(ip + 10, packet_fold(packet_sum(0, ip, PACKET_V4)));
}

static void
packet_v6(uint8_t *ip, const struct endpoint *src, const struct endpoint *dst, size_t payload)
{
	memset(ip, 0, PACKET_V6);
	ip[0] = 0x60;
	packet_u16(ip + 4, (unsigned)payload);
	ip[6] = PACKET_PROTOCOL;
	ip[7] = 64;
	memcpy(ip + 8, src->addr, 16);
	memcpy(ip + 24, dst->addr, 16);
}

static void
packet_udp(uint8_t *udp, const struct endpoint *src, const struct endpoint *dst, struct slice data)
{
	size_t width = src->family == 4 ? 4 : 16;
	uint32_t sum;
	unsigned check;

	packet_u16(udp, src->port);
	packet_u16(udp + 2, dst->port);
	packet_u16(udp + 4, (unsigned)(PACKET_UDP + data.n));
	packet_u16(udp + 6, 0);
	sum = packet_sum(PACKET_PROTOCOL + (uint32_t)(PACKET_UDP + data.n), src->addr, width);
	sum = packet_sum(sum, dst->addr, width);
	sum = packet_sum(sum, udp, PACKET_UDP);
	check = packet_fold(packet_sum(sum, (const uint8_t *)data.p, data.n));
	packet_u16(udp + 6, check != 0 ? check : 0xffff);
}

int
sink_evidence_pcap_head(struct buf *b)
{
	static const struct {
		uint32_t magic;
		uint16_t major, minor;
		uint32_t zone, figures, snap, link;
	} head = { UINT32_C(0xa1b23c4d), 2, 4, 0, 0, FRAME_MAX, LINK_RAW };

	buf_add(b, &head, sizeof head);
	return buf_ok(b) ? 0 : -ENOMEM;
}

static void
packet_put(struct buf *b, const struct callmsg *m, struct slice data)
{
	struct endpoint src = packet_end(m->src, 1), dst = packet_end(m->dst, 2);
	uint8_t head[PACKET_V6 + PACKET_UDP];
	uint32_t record[4];
	size_t ip;

	data.n = data.n < PACKET_DATA ? data.n : PACKET_DATA;
	if (src.family != dst.family) {
		packet_widen(&src);
		packet_widen(&dst);
	}
	ip = src.family == 4 ? PACKET_V4 : PACKET_V6;
	if (src.family == 4)
		packet_v4(head, &src, &dst, PACKET_UDP + data.n);
	else
		packet_v6(head, &src, &dst, PACKET_UDP + data.n);
	packet_udp(head + ip, &src, &dst, data);
	record[0] = m->t_ns > 0 ? (uint32_t)(m->t_ns / NS_PER_S) : 0;
	record[1] = m->t_ns > 0 ? (uint32_t)(m->t_ns % NS_PER_S) : 0;
	record[2] = record[3] = (uint32_t)(ip + PACKET_UDP + data.n);
	buf_add(b, record, sizeof record);
	buf_add(b, head, ip + PACKET_UDP);
	buf_add(b, data.p, data.n);
}

static void
packet_message(struct buf *b, const struct sink_evidence *x, const struct callmsg *m, size_t *packets)
{
	struct redact r = { .seed = x->seed, .user = { x->event->from, x->event->to } };
	struct buf hidden;

	if (m->raw.n == 0)
		return;
	buf_init(&hidden, PACKET_DATA);
	if (x->redact) {
		redact_message(&hidden, &r, m->raw);
		b->failed |= !buf_ok(&hidden);
	}
	packet_put(b, m, x->redact ? buf_slice(&hidden) : m->raw);
	buf_fini(&hidden);
	if (packets != NULL)
		++*packets;
}

int
sink_evidence_pcap(struct buf *b, const struct sink_evidence *x, size_t *packets)
{
	const struct event *e = x->event;
	struct callmsg own = { .t_ns = e->t_ns, .raw = e->raw };

	own.src = e->code == 0 ? e->dst : e->src;
	own.dst = e->code == 0 ? e->src : e->dst;
	for (size_t i = 0; i < x->n; i++)
		packet_message(b, x, &x->messages[i], packets);
	if (x->n == 0)
		packet_message(b, x, &own, packets);
	return buf_ok(b) ? 0 : -ENOMEM;
}
