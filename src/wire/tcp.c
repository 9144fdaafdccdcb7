/*
 * tcp - the table of TCP streams (RFC 9293): finds, opens, decides, ages and evicts them; tcp_stream.c orders the
 * bytes, tcp_cut.c cuts them.  A stream is undecided until SIP is seen in its first 8 KiB (more of HEP and WebSocket);
 * its frames are held until then, and what is not SIP afterwards costs a verdict and no memory.
 */
#include "tcp_int.h"

#include <string.h>

#include "sipwhy/hash.h"
#include "sipwhy/timefmt.h"
#include <utlist.h>

enum {
	TCP_HEAD = 20,
	TCP_BATCH = 16,
	TCP_REORDER = 262144,  /* how far before the first segment seen an earlier one may begin */
	TCP_FAR_BACK = 1 << 20 /* further back than any retransmission: another connection */
};

struct fate
tcp_decode(const struct ip_packet *pkt, struct tcp_segment *seg)
{
	const uint8_t *h = pkt->p;
	size_t head;

	if (pkt->wire_n < TCP_HEAD)
		return fate_of(WIRE_MALFORMED);
	if (pkt->n < TCP_HEAD)
		return fate_drop(WIRE_DROP_TRUNCATED);
	head = (size_t)(h[12] >> 4) * 4;
	if (head < TCP_HEAD || head > pkt->wire_n)
		return fate_of(WIRE_MALFORMED);
	seg->n = pkt->n > head ? pkt->n - head : 0;
	seg->lost = pkt->wire_n - head - seg->n;
	seg->flags = h[13] & (TCP_FIN | TCP_SYN | TCP_RST);
	if (!seg->n && !seg->lost && !seg->flags)
		return fate_of(WIRE_NOT_SIP);
	seg->ip = pkt;
	seg->p = h + (seg->n ? head : 0);
	seg->sport = (uint16_t)(h[0] << 8 | h[1]);
	seg->dport = (uint16_t)(h[2] << 8 | h[3]);
	seg->seq = (uint32_t)h[4] << 24 | (uint32_t)h[5] << 16 | (uint32_t)h[6] << 8 | h[7];
	return fate_of(WIRE_SIP);
}

struct tcp *
tcp_new(const struct wire_cfg *cfg, struct wire_stats *st)
{
	struct tcp *t = mem_zalloc(sizeof(*t));

	if (!t)
		return NULL;
	t->cfg = *cfg;
	t->st = st;
	t->hep = hep_new(cfg, st);
	if (!t->hep) {
		mem_free(t);
		return NULL;
	}
	return t;
}

size_t
tcp_bytes(const struct tcp *t)
{
	return t->bytes;
}

static void
tcp_list_in(struct tcp *t, struct stream *s, bool sip)
{
	s->in_sip_list = sip;
	if (sip)
		DL_APPEND(t->sip, s);
	else
		DL_APPEND(t->fresh, s);
}

static void
tcp_list_out(struct tcp *t, struct stream *s)
{
	if (s->in_sip_list)
		DL_DELETE(t->sip, s);
	else
		DL_DELETE(t->fresh, s);
}

static void
tcp_gap_out(struct tcp *t, struct stream *s)
{
	if (s->in_gap_list)
		DL_DELETE2(t->gaps, s, gap_prev, gap_next);
	s->in_gap_list = false;
}

static void
tcp_full_out(struct tcp *t, struct stream *s)
{
	if (s->in_full_list)
		DL_DELETE2(t->full, s, full_prev, full_next);
	s->in_full_list = false;
}

/* Put s where it now belongs in the lists of waiting gaps and of full buffers. */
static void
tcp_relist(struct tcp *t, struct stream *s)
{
	bool waited = s->in_gap_list;

	if (!s->pieces || s->gap_ns == t->now_ns)
		tcp_gap_out(t, s);
	if (s->pieces && !s->in_gap_list) {
		if (!waited)
			s->gap_ns = t->now_ns;
		DL_APPEND2(t->gaps, s, gap_prev, gap_next);
		s->in_gap_list = true;
	}
	tcp_full_out(t, s);
	if (s->bytes) {
		DL_APPEND2(t->full, s, full_prev, full_next);
		s->in_full_list = true;
	}
}

static void
tcp_make_ready(struct tcp *t, struct stream *s)
{
	if (s->in_ready_list)
		return;
	s->in_ready_list = true;
	s->ready_next = NULL;
	if (t->ready)
		t->ready_last->ready_next = s;
	else
		t->ready = s;
	t->ready_last = s;
}

static void
tcp_dispose(struct tcp *t, struct stream *s)
{
	stream_fini(t, s);
	mem_free(s);
}

/* What its segments are, now that it is known what is in it. */
static struct fate
tcp_fate(const struct stream *s)
{
	return s->proto == STREAM_AS_HEP ? s->fate : fate_of(WIRE_SIP);
}

static void
tcp_settle(struct tcp *t, struct stream *s, struct fate f)
{
	bool tell = f.verdict == WIRE_NOT_SIP && s->state == STREAM_UNDECIDED;

	count_settle(t->st, s->held, f);
	count_settle(t->st, s->held_cut, tell ? fate_drop(WIRE_DROP_TRUNCATED) : f);
	s->held = s->held_cut = 0;
}

/* Out of the table.  What it still holds becomes messages; frames not recognised by then get the fate f. */
static void
tcp_close(struct tcp *t, struct stream *s, struct fate f)
{
	HASH_DELETE(hh, t->table, s);
	t->n--;
	tcp_list_out(t, s);
	tcp_gap_out(t, s);
	tcp_full_out(t, s);
	stream_uncharge(t, s);
	s->ending = true;
	if (!s->ready && s->state != STREAM_OTHER)
		stream_step(t, s);
	tcp_settle(t, s, s->found ? tcp_fate(s) : f);
	if (s->ready)
		tcp_make_ready(t, s);
	else if (!s->in_ready_list)
		tcp_dispose(t, s);
}

bool
tcp_make_room(struct tcp *t, const struct stream *keep, size_t n)
{
	struct stream *s = t->full;

	while (s && t->bytes + n > t->cfg.tcp_bytes) {
		struct stream *next = s->full_next;

		if (s != keep)
			tcp_close(t, s, fate_drop(WIRE_DROP_TCP_LIMIT));
		s = next;
	}
	return t->bytes + n <= t->cfg.tcp_bytes;
}

static void
tcp_key_make(struct stream_key *k, const struct tcp_segment *seg)
{
	size_t n = seg->ip->family == 4 ? 4 : 16;

	memset(k, 0, sizeof(*k));
	memcpy(k->src, seg->ip->src, n);
	memcpy(k->dst, seg->ip->dst, n);
	k->vlan = seg->vlan;
	k->path = seg->path;
	k->sport = seg->sport;
	k->dport = seg->dport;
	k->family = seg->ip->family;
}

static struct stream *
tcp_open(struct tcp *t, const struct stream_key *k, unsigned hashv, const struct tcp_segment *seg)
{
	struct stream *s;

	if (t->n >= t->cfg.tcp_streams)
		tcp_close(t, t->fresh ? t->fresh : t->sip, fate_drop(WIRE_DROP_TCP_LIMIT));
	s = mem_zalloc(sizeof(*s));
	if (!s)
		return NULL;
	s->key = *k;
	HASH_ADD_KEYPTR_BYHASHVALUE(hh, t->table, &s->key, sizeof(s->key), hashv, s);
	if (!s->hh.tbl) {
		mem_free(s);
		return NULL;
	}
	s->next_seq = s->base_seq = seg->seq + (seg->flags & TCP_SYN ? 1 : 0);
	t->n++;
	tcp_list_in(t, s, false);
	return s;
}

bool
tcp_peer_is_tls(const struct tcp *t, const struct stream *s)
{
	struct stream_key k = s->key;
	const struct stream *peer;

	memcpy(k.src, s->key.dst, sizeof k.src);
	memcpy(k.dst, s->key.src, sizeof k.dst);
	k.sport = s->key.dport;
	k.dport = s->key.sport;
	HASH_FIND_BYHASHVALUE(hh, t->table, &k, sizeof(k), hash_uthash(&k, sizeof(k), t->cfg.seed), peer);
	return peer && peer->tls;
}

static int64_t
tcp_idle_limit(const struct tcp *t, const struct stream *s)
{
	return s->in_sip_list ? t->cfg.tcp_idle_ns : t->cfg.tcp_undecided_ns;
}

static bool
tcp_is_idle(const struct tcp *t, const struct stream *s)
{
	return t->now_ns - s->active_ns > tcp_idle_limit(t, s);
}

/* A SYN seen after the data it opens: reordered by the mirror. */
static bool
tcp_is_late_syn(const struct stream *s, const struct tcp_segment *seg)
{
	uint32_t before = s->base_seq - (seg->seq + 1);

	return !s->have_syn && before <= TCP_REORDER;
}

/* Does seg belong to another connection between the same ports? */
static bool
tcp_is_reuse(const struct stream *s, const struct tcp_segment *seg)
{
	if (seg->flags & TCP_SYN)
		return !(s->have_syn && s->syn_seq == seg->seq) && !tcp_is_late_syn(s, seg);
	return s->state != STREAM_OTHER && (int32_t)(seg->seq - s->next_seq) < -TCP_FAR_BACK;
}

static void
tcp_syn(struct tcp *t, struct stream *s, const struct tcp_segment *seg)
{
	if (!s->have_syn && s->base_seq != seg->seq + 1)
		stream_rebase(t, s, seg->seq + 1);
	s->have_syn = true;
	s->syn_seq = seg->seq;
}

/* A segment from before the first one seen, too late to be put in order: its messages are taken from it alone. */
static void
tcp_island(struct tcp *t, struct stream *s, const struct tcp_segment *seg)
{
	struct stream *i;

	if (sipframe_start((struct slice){ (const char *)seg->p, seg->n }, 0) != SIPFRAME_YES)
		return;
	i = mem_zalloc(sizeof(*i));
	if (!i)
		return;
	i->key = s->key;
	i->t_ns = s->t_ns;
	i->ifindex = s->ifindex;
	i->next_seq = seg->seq;
	i->gone = i->ending = i->begun = true;
	stream_add(t, i, seg);
	s->base_seq = seg->seq;
	s->found = true;
	if (stream_step(t, i))
		tcp_make_ready(t, i);
	else
		tcp_dispose(t, i);
}

static int
tcp_payload(struct tcp *t, struct stream *s, const struct tcp_segment *seg)
{
	size_t n = seg->n + seg->lost;
	uint32_t before = s->base_seq - seg->seq;

	if (!s->have_syn && before && before <= TCP_REORDER && n <= before && !stream_rebase(t, s, seg->seq)) {
		tcp_island(t, s, seg);
		return 0;
	}
	return stream_add(t, s, seg);
}

/* RST counts only where it is expected, so that a forged one ends nothing. */
static void
tcp_fin(struct stream *s, const struct tcp_segment *seg, uint32_t payload_seq)
{
	uint32_t at = payload_seq + (uint32_t)(seg->n + seg->lost);

	if (!(seg->flags & TCP_FIN) && at != s->next_seq)
		return;
	s->have_fin = true;
	s->fin_seq = at;
}

static uint64_t
tcp_patience(const struct stream *s)
{
	return s->proto == STREAM_AS_HEP || s->proto == STREAM_AS_WS ? STREAM_CARRIER_MAX : STREAM_UNDECIDED_MAX;
}

static void
tcp_decide(struct tcp *t, struct stream *s)
{
	if (s->state != STREAM_UNDECIDED)
		return;
	while (!s->found && !s->other && s->pieces && s->seen > tcp_patience(s)) {
		s->skip_gap = true;
		stream_step(t, s);
	}
	if (s->found) {
		s->state = STREAM_SIP;
		tcp_settle(t, s, tcp_fate(s));
		tcp_list_out(t, s);
		tcp_list_in(t, s, true);
	} else if (s->other || s->seen > tcp_patience(s)) {
		s->state = STREAM_OTHER;
		tcp_settle(t, s, fate_of(WIRE_NOT_SIP));
		stream_fini(t, s);
	}
}

/* After any news: move on, decide, queue. */
static void
tcp_run(struct tcp *t, struct stream *s)
{
	if (s->state != STREAM_OTHER && !s->ready)
		stream_step(t, s);
	tcp_decide(t, s);
	if (s->ready)
		tcp_make_ready(t, s);
	tcp_relist(t, s);
}

static struct fate
tcp_verdict(struct stream *s, const struct tcp_segment *seg, int err)
{
	if (!seg->n && !seg->lost)
		return fate_of(WIRE_NOT_SIP);
	if (err)
		return fate_drop((enum wire_drop) - err);
	if (s->state == STREAM_SIP)
		return tcp_fate(s);
	if (s->state == STREAM_OTHER)
		return fate_of(WIRE_NOT_SIP);
	if (seg->lost)
		s->held_cut += seg->frames;
	else
		s->held += seg->frames;
	return fate_of(WIRE_HELD);
}

static struct fate
tcp_feed(struct tcp *t, struct stream *s, const struct tcp_segment *seg)
{
	struct tcp_segment payload = *seg;
	int err = 0;

	s->active_ns = t->now_ns;
	s->t_ns = seg->t_ns;
	s->ifindex = seg->ifindex;
	s->judged = false;
	tcp_list_out(t, s);
	tcp_list_in(t, s, s->in_sip_list);
	if (seg->flags & TCP_SYN) {
		tcp_syn(t, s, seg);
		payload.seq++;
	}
	if (s->state != STREAM_OTHER && seg->n + seg->lost)
		err = tcp_payload(t, s, &payload);
	if (seg->flags & (TCP_FIN | TCP_RST))
		tcp_fin(s, seg, payload.seq);
	tcp_run(t, s);
	if (seg->flags & (TCP_FIN | TCP_RST)) {
		/* A closed connection need not be remembered for long. */
		tcp_list_out(t, s);
		tcp_list_in(t, s, false);
	}
	return tcp_verdict(s, seg, err);
}

struct fate
tcp_push(struct tcp *t, const struct tcp_segment *seg, int64_t now_ns)
{
	struct stream_key k;
	struct stream *s;
	unsigned hashv;

	t->now_ns = now_ns;
	tcp_key_make(&k, seg);
	hashv = hash_uthash(&k, sizeof(k), t->cfg.seed);
	HASH_FIND_BYHASHVALUE(hh, t->table, &k, sizeof(k), hashv, s);
	if (s && (tcp_is_idle(t, s) || tcp_is_reuse(s, seg))) {
		tcp_close(t, s, fate_of(WIRE_NOT_SIP));
		s = NULL;
	}
	if (!s && !seg->n && !seg->lost && !(seg->flags & TCP_SYN))
		return fate_of(WIRE_NOT_SIP);
	if (!s)
		s = tcp_open(t, &k, hashv, seg);
	if (!s)
		return fate_drop(WIRE_DROP_MEMORY);
	return tcp_feed(t, s, seg);
}

static void
tcp_message(struct stream *s, struct message *out)
{
	*out = (struct message){ .bytes = { s->buf + s->off, s->out_len }, .flow = FLOW_UNKNOWN };
	ip_endpoint(&out->src, s->key.src, s->key.family, s->key.sport);
	ip_endpoint(&out->dst, s->key.dst, s->key.family, s->key.dport);
	out->t_ns = s->t_ns;
	out->ifindex = s->ifindex;
	out->transport = s->proto == STREAM_AS_WS ? TRANSPORT_WS : TRANSPORT_TCP;
	out->cut = s->out_cut;
	s->ready = false;
}

/* The packet of HEP that s has ready was counted when it was cut; its messages are read again for whoever takes them.
 */
static void
tcp_drain(struct tcp *t, struct stream *s)
{
	struct hep_outer outer = { .t_ns = s->t_ns, .ifindex = s->ifindex, .cut = s->out_cut, .quiet = true };

	ip_endpoint(&outer.from, s->key.src, s->key.family, s->key.sport);
	hep_push(t->hep, (struct slice){ s->buf + s->off, s->out_len }, &outer);
	t->draining = s;
	s->ready = false;
}

int
tcp_next(struct tcp *t, struct message *out)
{
	struct stream *s;

	while ((s = t->ready)) {
		if (t->draining && hep_next(t->hep, out))
			return 1;
		t->draining = NULL;
		if (s->ready || stream_step(t, s)) {
			if (s->proto == STREAM_AS_HEP) {
				tcp_drain(t, s);
				continue;
			}
			tcp_message(s, out);
			return 1;
		}
		t->ready = s->ready_next;
		s->in_ready_list = false;
		if (s->gone)
			tcp_dispose(t, s);
		else
			tcp_relist(t, s);
	}
	return 0;
}

void
tcp_expire(struct tcp *t, int64_t now_ns)
{
	t->now_ns = now_ns;
	for (int i = 0; i < TCP_BATCH && t->gaps && now_ns - t->gaps->gap_ns > STREAM_GAP_WAIT_S * NS_PER_S; i++) {
		struct stream *s = t->gaps;

		s->skip_gap = true;
		tcp_gap_out(t, s);
		tcp_run(t, s);
	}
	for (int i = 0; i < TCP_BATCH && t->fresh && tcp_is_idle(t, t->fresh); i++)
		tcp_close(t, t->fresh, fate_of(WIRE_NOT_SIP));
	for (int i = 0; i < TCP_BATCH && t->sip && tcp_is_idle(t, t->sip); i++)
		tcp_close(t, t->sip, fate_of(WIRE_NOT_SIP));
}

void
tcp_flush(struct tcp *t)
{
	while (t->fresh)
		tcp_close(t, t->fresh, fate_of(WIRE_NOT_SIP));
	while (t->sip)
		tcp_close(t, t->sip, fate_of(WIRE_NOT_SIP));
}

void
tcp_free(struct tcp *t)
{
	struct message m;

	if (!t)
		return;
	while (tcp_next(t, &m))
		continue;
	tcp_flush(t);
	while (tcp_next(t, &m))
		continue;
	hep_free(t->hep);
	mem_free(t);
}
