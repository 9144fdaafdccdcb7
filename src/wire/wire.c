/*
 * wire - the conductor of the room: one frame down through link, IP, fragments, UDP or TCP, and the count of all
 * frames. The plain path of a SIP datagram allocates nothing and touches no table.
 */
#include "sipwhy/wire.h"

#include <assert.h>
#include <string.h>

#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"
#include "wire/count.h"
#include "wire/frag.h"
#include "wire/ip.h"
#include "wire/link.h"
#include "wire/tcp.h"
#include "wire/udp.h"
#include "wire/wire_int.h"

#define WIRE_LEAP_MAX_NS (7200 * NS_PER_S)

/* have_udp: `udp` waits to be taken.  last_is_sip: the frame just pushed stands in WIRE_SIP and may be reclassed. */
struct wire {
	struct wire_stats st;
	struct frag *frag;
	struct tcp *tcp;
	int64_t now_ns, newest_ns;
	struct message udp;
	bool have_udp, have_time, last_is_sip;
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
	return c;
}

struct wire *
wire_new(const struct wire_cfg *cfg)
{
	struct wire_cfg c = wire_cfg_defaults(cfg);
	struct wire *w = mem_zalloc(sizeof(*w));

	if (!w)
		return NULL;
	w->frag = frag_new(&c, &w->st);
	w->tcp = tcp_new(&c, &w->st);
	if (!w->frag || !w->tcp) {
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
	return frag_bytes(w->frag) + tcp_bytes(w->tcp);
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

static struct fate
wire_udp(struct wire *w, const struct ip_packet *pkt, const struct frame *f, uint32_t ifindex)
{
	struct udp_message u;
	struct fate r = udp_decode(pkt, &u);

	if (r.verdict != WIRE_SIP)
		return r;
	w->udp.bytes = u.bytes;
	ip_endpoint(&w->udp.src, pkt->src, pkt->family, u.sport);
	ip_endpoint(&w->udp.dst, pkt->dst, pkt->family, u.dport);
	w->udp.t_ns = f->t_ns;
	w->udp.ifindex = ifindex;
	w->udp.transport = TRANSPORT_UDP;
	w->udp.cut = u.cut;
	w->have_udp = true;
	return r;
}

static struct fate
wire_transport(
    struct wire *w, const struct ip_packet *pkt, const struct frame *f, const struct link_net *net, uint64_t frames)
{
	struct tcp_segment seg = { .frames = frames, .t_ns = f->t_ns, .vlan = net->vlan, .ifindex = net->ifindex };
	struct fate r;

	if (pkt->proto == IP_PROTO_UDP)
		return wire_udp(w, pkt, f, net->ifindex);
	if (pkt->proto != IP_PROTO_TCP)
		return fate_of(WIRE_NOT_SIP);
	r = tcp_decode(pkt, &seg);
	return r.verdict == WIRE_SIP ? tcp_push(w->tcp, &seg, w->now_ns) : r;
}

static struct fate
wire_ip_verdict(enum ip_verdict v)
{
	return v == IP_SHORT ? fate_drop(WIRE_DROP_TRUNCATED) : fate_of(WIRE_MALFORMED);
}

/* The datagram's earlier frames leave their place among the held ones with the verdict of the whole. */
static struct fate
wire_fragment(struct wire *w, struct ip_packet *pkt, const struct frame *f, const struct link_net *net)
{
	uint64_t frames;
	struct fate r;
	enum ip_verdict v;

	if (pkt->n < pkt->wire_n)
		return fate_drop(WIRE_DROP_TRUNCATED);
	switch (frag_push(w->frag, pkt, net->vlan, net->ifindex, w->now_ns, &frames, &r)) {
	case FRAG_HELD:
		return fate_of(WIRE_HELD);
	case FRAG_REFUSED:
		return r;
	case FRAG_WHOLE:
		break;
	}
	v = ip_resume(pkt);
	r = v == IP_PAYLOAD ? wire_transport(w, pkt, f, net, frames + 1) : wire_ip_verdict(v);
	if (r.verdict != WIRE_HELD)
		count_settle(&w->st, frames, r);
	return r;
}

static struct fate
wire_decode(struct wire *w, const struct frame *f)
{
	size_t origlen = f->origlen > f->caplen ? f->origlen : f->caplen;
	struct link_net net;
	struct ip_packet pkt;
	enum ip_verdict v;

	switch (link_decode(f, &net)) {
	case LINK_IP:
		break;
	case LINK_OTHER:
		return fate_of(WIRE_NOT_SIP);
	case LINK_SHORT:
		return origlen > f->caplen ? fate_drop(WIRE_DROP_TRUNCATED) : fate_of(WIRE_MALFORMED);
	case LINK_BAD:
		return fate_of(WIRE_MALFORMED);
	case LINK_UNKNOWN:
		return fate_drop(WIRE_DROP_LINK);
	}
	v = ip_decode(net.p, net.n, net.n + (origlen - f->caplen), net.family, &pkt);
	if (v == IP_FRAGMENT)
		return wire_fragment(w, &pkt, f, &net);
	return v == IP_PAYLOAD ? wire_transport(w, &pkt, f, &net, 1) : wire_ip_verdict(v);
}

static void
wire_drain(struct wire *w)
{
	struct message m;

	w->have_udp = false;
	while (tcp_next(w->tcp, &m))
		continue;
}

enum wire_verdict
wire_push(struct wire *w, const struct frame *f)
{
	struct fate r;

	wire_drain(w);
	wire_clock(w, f->t_ns);
	frag_expire(w->frag, w->now_ns);
	tcp_expire(w->tcp, w->now_ns);
	r = wire_decode(w, f);
	w->st.frames++;
	w->st.bytes += f->caplen;
	w->st.truncated += f->caplen < f->origlen;
	count_add(&w->st, 1, r);
	w->last_is_sip = r.verdict == WIRE_SIP;
	return r.verdict;
}

int
wire_next(struct wire *w, struct message *out)
{
	if (!w->have_udp)
		return tcp_next(w->tcp, out);
	*out = w->udp;
	w->have_udp = false;
	return 1;
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
	frag_flush(w->frag);
	tcp_flush(w->tcp);
	w->last_is_sip = false;
}
