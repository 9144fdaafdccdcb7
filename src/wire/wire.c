/*
 * wire - the conductor of the room: one frame down through link, IP, fragments, UDP or TCP, and the count of all
 * frames. The plain path of a SIP datagram allocates nothing and touches no table.
 */
#include "sipwhy/wire.h"

#include <assert.h>
#include <string.h>

#include "sipwhy/hash.h"
#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"
#include "wire/copy.h"
#include "wire/count.h"
#include "wire/frag.h"
#include "wire/hep.h"
#include "wire/ip.h"
#include "wire/link.h"
#include "wire/path.h"
#include "wire/pdu.h"
#include "wire/sctp.h"
#include "wire/tcp.h"
#include "wire/tunnel.h"
#include "wire/udp.h"
#include "wire/wire_int.h"

#define WIRE_LEAP_MAX_NS (7200 * NS_PER_S)

enum { WIRE_DEPTH_MAX = 64 /* each tunnel is a turn of wire_layer on the stack */ };

/* Where messages of the last push may wait to be taken; streams are always asked. */
enum { WAITS_UDP = 1, WAITS_OTHER = 2, WAITS_HEP = 4, WAITS_SCTP = 8 };

/*
 * udp: a plain datagram; the members that it does not set are always zero.  other: what a mirror or an export told.
 * sctp: made with the first packet of that protocol.  drained: all messages have been taken.  last_is_sip: the frame
 * just pushed stands in WIRE_SIP and may be reclassed.
 */
struct wire {
	struct wire_stats st;
	struct wire_cfg cfg;
	struct frag *frag;
	struct tcp *tcp;
	int64_t now_ns, newest_ns;
	struct sctp *sctp;
	struct copy *copy;
	struct hep *hep;
	struct message udp, other;
	unsigned waits;
	bool drained, have_time, last_is_sip;
};

const char *
wire_drop_name(enum wire_drop d)
{
	static const char *const names[WIRE_DROP_N] = {
		[WIRE_DROP_FRAG_INCOMPLETE] = "frag-incomplete",
		[WIRE_DROP_FRAG_OVERLAP] = "frag-overlap",
		[WIRE_DROP_FRAG_LIMIT] = "frag-limit",
		[WIRE_DROP_TCP_LIMIT] = "tcp-limit",
		[WIRE_DROP_TRUNCATED] = "truncated",
		[WIRE_DROP_LINK] = "link",
		[WIRE_DROP_MEMORY] = "memory",
		[WIRE_DROP_DEPTH] = "depth",
		[WIRE_DROP_INFLATE] = "inflate",
		[WIRE_DROP_KEY] = "key",
	};

	assert((unsigned)d < WIRE_DROP_N);
	return names[d];
}

static struct wire_cfg
wire_cfg_defaults(const struct wire_cfg *in)
{
	struct wire_cfg c = in ? *in : (struct wire_cfg){ 0 };

	c.frag_bytes = c.frag_bytes ? c.frag_bytes : (size_t)4 << 20;
	c.frag_datagrams = c.frag_datagrams ? c.frag_datagrams : 1024;
	c.frag_timeout_ns = c.frag_timeout_ns ? c.frag_timeout_ns : 30 * NS_PER_S;
	c.tcp_bytes = c.tcp_bytes ? c.tcp_bytes : (size_t)64 << 20;
	c.tcp_streams = c.tcp_streams ? c.tcp_streams : 65536;
	c.tcp_idle_ns = c.tcp_idle_ns ? c.tcp_idle_ns : 3600 * NS_PER_S;
	c.tcp_undecided_ns = c.tcp_undecided_ns ? c.tcp_undecided_ns : 30 * NS_PER_S;
	c.depth = c.depth ? c.depth : 8;
	c.depth = c.depth < WIRE_DEPTH_MAX ? c.depth : WIRE_DEPTH_MAX;
	c.inflate_bytes = c.inflate_bytes ? c.inflate_bytes : (size_t)256 << 10;
	return c;
}

struct wire *
wire_new(const struct wire_cfg *cfg)
{
	struct wire_cfg c = wire_cfg_defaults(cfg);
	struct wire *w = mem_zalloc(sizeof(*w));

	if (!w)
		return NULL;
	w->cfg = c;
	w->frag = frag_new(&c, &w->st);
	w->tcp = tcp_new(&c, &w->st);
	w->copy = copy_new(&w->st);
	w->hep = hep_new(&c, &w->st);
	if (!w->frag || !w->tcp || !w->copy || !w->hep) {
		wire_free(w);
		return NULL;
	}
	return w;
}

void
wire_free(struct wire *w)
{
	if (!w)
		return;
	hep_free(w->hep);
	copy_free(w->copy);
	sctp_free(w->sctp);
	tcp_free(w->tcp);
	frag_free(w->frag);
	mem_free(w);
}

const struct wire_stats *
wire_stats(const struct wire *w)
{
	return &w->st;
}

size_t
wire_bytes(const struct wire *w)
{
	return frag_bytes(w->frag) + tcp_bytes(w->tcp) + (w->sctp ? sctp_bytes(w->sctp) : 0);
}

/* A clock that never goes back: the stamps of two interfaces in one file may alternate, and files lie. */
static void
wire_clock(struct wire *w, int64_t t_ns)
{
	uint64_t ahead;

	if (!w->have_time) {
		w->have_time = true;
		w->newest_ns = t_ns;
		return;
	}
	if (t_ns > w->newest_ns) {
		ahead = (uint64_t)t_ns - (uint64_t)w->newest_ns;
		w->now_ns += ahead < (uint64_t)WIRE_LEAP_MAX_NS ? (int64_t)ahead : WIRE_LEAP_MAX_NS;
		w->newest_ns = t_ns;
	} else if ((uint64_t)w->newest_ns - (uint64_t)t_ns > (uint64_t)WIRE_LEAP_MAX_NS) {
		/* The leap before was the lie. */
		w->newest_ns = t_ns;
	}
}

static struct fate wire_layer(struct wire *w, const struct link_layer *l, struct path *at);

/* Which tunnel this is, for the keys of everything inside: the way to it, its ends, and its own number. */
static uint32_t
wire_path_id(const struct wire *w, const struct ip_packet *outer, const struct path *at, uint32_t id)
{
	struct {
		uint32_t path, vlan, id;
		uint8_t src[16], dst[16];
	} k;
	size_t n = outer->family == 4 ? 4 : 16;

	memset(&k, 0, sizeof(k));
	k.path = at->id;
	k.vlan = at->vlan;
	k.id = id;
	memcpy(k.src, outer->src, n);
	memcpy(k.dst, outer->dst, n);
	return (uint32_t)hash_uthash(&k, sizeof(k), w->cfg.seed);
}

static struct fate
wire_inner(struct wire *w, const struct ip_packet *outer, const struct link_layer *l, const struct path *at)
{
	struct path inner = *at;

	if (at->depth >= w->cfg.depth)
		return fate_drop(WIRE_DROP_DEPTH);
	inner.depth++;
	inner.id = wire_path_id(w, outer, at, l->id);
	w->st.tunnels++;
	return wire_layer(w, l, &inner);
}

static struct fate
wire_ip_tunnel(struct wire *w, const struct ip_packet *pkt, const struct path *at)
{
	struct link_layer l;

	switch (tunnel_of_ip(pkt, &l)) {
	case TUNNEL_INNER:
		return wire_inner(w, pkt, &l, at);
	case TUNNEL_SHORT:
		return pkt->n < pkt->wire_n ? fate_drop(WIRE_DROP_TRUNCATED) : fate_of(WIRE_MALFORMED);
	case TUNNEL_BAD:
		return fate_of(WIRE_MALFORMED);
	case TUNNEL_NONE:
		break;
	}
	return fate_of(WIRE_NOT_SIP);
}

static struct fate
wire_hep(struct wire *w, struct slice bytes, const struct hep_outer *outer)
{
	struct fate r = hep_push(w->hep, bytes, outer);

	w->waits |= r.verdict == WIRE_SIP ? WAITS_HEP : 0;
	return r;
}

/* A datagram that is not SIP itself.  HEP is known by its own first bytes, tunnels only by port; where a tunnel's
 * inside makes no sense it was none. */
static struct fate
wire_udp_other(struct wire *w, const struct ip_packet *pkt, const struct udp_message *u, const struct path *at)
{
	uint64_t tunnels = w->st.tunnels;
	struct link_layer l;
	struct fate r;

	if (hep_is(u->bytes)) {
		struct hep_outer outer = { .t_ns = at->t_ns, .ifindex = at->ifindex, .cut = u->cut };

		ip_endpoint(&outer.from, pkt->src, pkt->family, u->sport);
		r = wire_hep(w, u->bytes, &outer);
		if (r.verdict != WIRE_NOT_SIP)
			return r;
	}
	switch (tunnel_of_udp(u->dport, (const uint8_t *)u->bytes.p, u->bytes.n, u->bytes.n + u->lost, &l)) {
	case TUNNEL_INNER:
		break;
	case TUNNEL_SHORT:
		return u->cut ? fate_drop(WIRE_DROP_TRUNCATED) : fate_of(WIRE_NOT_SIP);
	case TUNNEL_BAD:
	case TUNNEL_NONE:
		return fate_of(WIRE_NOT_SIP);
	}
	r = wire_inner(w, pkt, &l, at);
	if (r.verdict != WIRE_MALFORMED)
		return r;
	w->st.tunnels = tunnels;
	return fate_of(WIRE_NOT_SIP);
}

static struct fate
wire_udp(struct wire *w, const struct ip_packet *pkt, const struct path *at)
{
	struct udp_message u;
	struct fate r = udp_decode(pkt, &u);

	if (r.verdict == WIRE_NOT_SIP)
		return wire_udp_other(w, pkt, &u, at);
	if (r.verdict != WIRE_SIP)
		return r;
	w->udp.bytes = u.bytes;
	ip_endpoint(&w->udp.src, pkt->src, pkt->family, u.sport);
	ip_endpoint(&w->udp.dst, pkt->dst, pkt->family, u.dport);
	w->udp.t_ns = at->t_ns;
	w->udp.ifindex = at->ifindex;
	w->udp.transport = TRANSPORT_UDP;
	w->udp.cut = u.cut;
	w->waits |= WAITS_UDP;
	return r;
}

static struct fate
wire_tcp(struct wire *w, const struct ip_packet *pkt, const struct path *at)
{
	struct tcp_segment seg = {
		.frames = at->frames, .t_ns = at->t_ns, .vlan = at->vlan, .path = at->id, .ifindex = at->ifindex
	};
	struct fate r = tcp_decode(pkt, &seg);

	return r.verdict == WIRE_SIP ? tcp_push(w->tcp, &seg, w->now_ns) : r;
}

static struct fate
wire_sctp(struct wire *w, const struct ip_packet *pkt, const struct path *at)
{
	struct fate r;

	if (!w->sctp)
		w->sctp = sctp_new(&w->cfg, &w->st);
	if (!w->sctp)
		return fate_drop(WIRE_DROP_MEMORY);
	r = sctp_push(w->sctp, pkt, at, w->now_ns);
	w->waits |= r.verdict == WIRE_SIP ? WAITS_SCTP : 0;
	return r;
}

static struct fate
wire_transport(struct wire *w, const struct ip_packet *pkt, const struct path *at)
{
	if (pkt->proto == IP_PROTO_UDP)
		return wire_udp(w, pkt, at);
	if (pkt->proto == IP_PROTO_TCP)
		return wire_tcp(w, pkt, at);
	if (pkt->proto == IP_PROTO_SCTP)
		return wire_sctp(w, pkt, at);
	return wire_ip_tunnel(w, pkt, at);
}

static struct fate
wire_ip_verdict(enum ip_verdict v)
{
	return v == IP_SHORT ? fate_drop(WIRE_DROP_TRUNCATED) : fate_of(WIRE_MALFORMED);
}

/* The datagram's earlier frames leave their place among the held ones with the verdict of the whole. */
static struct fate
wire_fragment(struct wire *w, struct ip_packet *pkt, const struct path *at)
{
	struct path whole = *at;
	uint64_t frames;
	struct fate r;
	enum ip_verdict v;

	if (pkt->n < pkt->wire_n)
		return fate_drop(WIRE_DROP_TRUNCATED);
	switch (frag_push(w->frag, pkt, at, w->now_ns, &frames, &r)) {
	case FRAG_HELD:
		return fate_of(WIRE_HELD);
	case FRAG_REFUSED:
		return r;
	case FRAG_WHOLE:
		break;
	}
	whole.frames += frames;
	v = ip_resume(pkt);
	r = v == IP_PAYLOAD ? wire_transport(w, pkt, &whole) : wire_ip_verdict(v);
	if (r.verdict != WIRE_HELD)
		count_settle(&w->st, frames, r);
	return r;
}

static struct fate
wire_link_verdict(enum link_verdict v, const struct link_layer *l)
{
	switch (v) {
	case LINK_SHORT:
		return l->wire_n > l->n ? fate_drop(WIRE_DROP_TRUNCATED) : fate_of(WIRE_MALFORMED);
	case LINK_BAD:
		return fate_of(WIRE_MALFORMED);
	case LINK_UNKNOWN:
		return fate_drop(WIRE_DROP_LINK);
	case LINK_IP:
	case LINK_OTHER:
		break;
	}
	return fate_of(WIRE_NOT_SIP);
}

/* From a link layer on, of the frame itself or of what a tunnel carried. */
static struct fate
wire_layer(struct wire *w, const struct link_layer *l, struct path *at)
{
	struct link_net net;
	struct ip_packet pkt;
	enum link_verdict lv = link_decode(l, &net);
	enum ip_verdict v;
	size_t wire_n;

	if (lv != LINK_IP)
		return wire_link_verdict(lv, l);
	at->vlan = net.vlan;
	at->id ^= net.id;
	at->ifindex = at->ifindex ? at->ifindex : net.ifindex;
	wire_n = net.n + (l->wire_n - l->n);
	/* Mirrors cut what no longer fits with the headers they add, and nothing but the packet itself tells. */
	if (at->depth && ip_claims(net.p, net.n) > wire_n)
		wire_n = ip_claims(net.p, net.n);
	v = ip_decode(net.p, net.n, wire_n, net.family, &pkt);
	if (v == IP_FRAGMENT)
		return wire_fragment(w, &pkt, at);
	return v == IP_PAYLOAD ? wire_transport(w, &pkt, at) : wire_ip_verdict(v);
}

/* The payload of a datagram that a listener received: the sender stands in the place of the outer packet. */
static struct fate
wire_tzsp(struct wire *w, const struct frame *f, const struct link_layer *whole)
{
	struct path at = { .frames = 1, .t_ns = f->t_ns, .ifindex = f->ifindex };
	struct ip_packet outer = { .src = f->from.addr, .dst = f->to.addr, .family = f->from.family };
	struct link_layer l;

	switch (tunnel_tzsp(whole->p, whole->n, whole->wire_n, &l)) {
	case TUNNEL_INNER:
		return wire_inner(w, &outer, &l, &at);
	case TUNNEL_SHORT:
		return whole->n < whole->wire_n ? fate_drop(WIRE_DROP_TRUNCATED) : fate_of(WIRE_MALFORMED);
	case TUNNEL_BAD:
		return fate_of(WIRE_MALFORMED);
	case TUNNEL_NONE:
		break;
	}
	return fate_of(WIRE_NOT_SIP);
}

static struct fate
wire_other(struct wire *w, struct fate r)
{
	w->waits |= r.verdict == WIRE_SIP ? WAITS_OTHER : 0;
	return r;
}

/* What a collector was sent: a plain copy, else HEP. */
static struct fate
wire_mirror(struct wire *w, const struct frame *f)
{
	struct hep_outer outer = {
		.from = f->from, .t_ns = f->t_ns, .ifindex = f->ifindex, .always = true, .cut = f->origlen > f->caplen
	};
	struct fate r = wire_other(w, copy_read(w->copy, f, &w->other));

	if (r.verdict != WIRE_NOT_SIP)
		return r;
	return wire_hep(w, (struct slice){ (const char *)f->data, f->caplen }, &outer);
}

static struct fate
wire_decode(struct wire *w, const struct frame *f)
{
	struct link_layer l = {
		.p = f->data, .n = f->caplen, .wire_n = f->origlen > f->caplen ? f->origlen : f->caplen, .link = f->link
	};
	struct path at = { .frames = 1, .t_ns = f->t_ns, .ifindex = f->ifindex };

	switch (f->link) {
	case LINK_MIRROR:
		return wire_mirror(w, f);
	case LINK_TZSP:
		return wire_tzsp(w, f, &l);
	case LINK_UPPER_PDU:
		return wire_other(w, pdu_read(f, &w->other));
	case LINK_ETHERTYPE:
		/* A number of our own, in no file. */
		return fate_drop(WIRE_DROP_LINK);
	default:
		return wire_layer(w, &l, &at);
	}
}

static void
wire_drain(struct wire *w)
{
	struct message m;

	if (w->drained)
		return;
	if (w->waits & WAITS_SCTP)
		sctp_drain(w->sctp);
	w->waits = 0;
	while (tcp_next(w->tcp, &m))
		continue;
}

enum wire_verdict
wire_push(struct wire *w, const struct frame *f)
{
	struct fate r;

	wire_drain(w);
	w->drained = false;
	wire_clock(w, f->t_ns);
	frag_expire(w->frag, w->now_ns);
	tcp_expire(w->tcp, w->now_ns);
	if (w->sctp)
		sctp_expire(w->sctp, w->now_ns);
	r = wire_decode(w, f);
	w->st.frames++;
	w->st.bytes += f->caplen;
	w->st.truncated += f->caplen < f->origlen;
	count_add(&w->st, 1, r);
	w->last_is_sip = r.verdict == WIRE_SIP;
	return r.verdict;
}

/* Of what is rare: HEP and SCTP may have several. */
static int
wire_next_other(struct wire *w, struct message *out)
{
	if (w->waits & WAITS_OTHER) {
		*out = w->other;
		w->waits &= ~(unsigned)WAITS_OTHER;
		return 1;
	}
	if (w->waits & WAITS_HEP && hep_next(w->hep, out))
		return 1;
	if (w->waits & WAITS_SCTP && sctp_next(w->sctp, out))
		return 1;
	w->waits = 0;
	return 0;
}

int
wire_next(struct wire *w, struct message *out)
{
	if (w->waits == WAITS_UDP) {
		*out = w->udp;
		w->waits = 0;
		return 1;
	}
	if (w->waits && wire_next_other(w, out))
		return 1;
	w->drained = !tcp_next(w->tcp, out);
	return !w->drained;
}

void
wire_reclass(struct wire *w, enum wire_verdict to)
{
	assert(to == WIRE_FILTERED || to == WIRE_MALFORMED);
	if (!w->last_is_sip)
		return;
	w->st.verdict[WIRE_SIP]--;
	w->st.verdict[to]++;
	w->last_is_sip = false;
}

void
wire_flush(struct wire *w)
{
	wire_drain(w);
	w->drained = false;
	frag_flush(w->frag);
	tcp_flush(w->tcp);
	if (w->sctp)
		sctp_flush(w->sctp);
	w->last_is_sip = false;
}
