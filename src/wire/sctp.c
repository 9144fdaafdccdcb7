/*
 * sctp - DATA and I-DATA chunks (RFC 9260, RFC 8260) and the SIP messages in them (RFC 4168).
 * A message needs no order between messages: it is whole when its first, its last and all pieces between are here.
 * What was retransmitted is told by its TSN, of which each association remembers the last few hundred.
 */
#include "wire/sctp.h"

#include <stdbool.h>
#include <string.h>

#include "sipwhy/cursor.h"
#include "sipwhy/hash.h"
#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"
#include "wire/sipframe.h"

#define HASH_NONFATAL_OOM 1
#define uthash_malloc(sz) mem_alloc(sz)
#define uthash_free(p, sz) mem_free(p)
#include <uthash.h>
#include <utlist.h>

enum {
	SCTP_HEAD = 12,
	SCTP_CHUNK_HEAD = 4,
	SCTP_DATA_HEAD = 16,
	SCTP_IDATA_HEAD = 20,
	SCTP_WAYS_MAX = 4096,
	SCTP_PIECES_MAX = 128, /* of one association */
	SCTP_PIECE_BYTES_MAX = 262144,
	SCTP_WINDOW = 512,
	SCTP_FAR = 1 << 20, /* further from the last TSN than anything in flight: another association */
	SCTP_BATCH = 16
};

enum { CHUNK_DATA = 0, CHUNK_INIT = 1, CHUNK_IDATA = 64 };

enum { FLAG_END = 1, FLAG_BEGIN = 2, FLAG_UNORDERED = 4 };

/* One direction of an association.  Compared and hashed as bytes: always zeroed first. */
struct sctp_key {
	uint8_t src[16], dst[16];
	uint32_t vlan, path;
	uint16_t sport, dport;
	uint8_t family, pad[3];
};

/* Which message a piece belongs to, and its place there: for DATA group 0 and the TSN, for I-DATA its own numbers. */
struct sctp_place {
	uint64_t group;
	uint32_t seq;
};

struct sctp_piece {
	struct sctp_piece *prev, *next;
	struct sctp_place at;
	uint64_t frames;
	uint32_t n;
	uint8_t flags;
	char data[];
};

/* seen: bit i stands for TSN top - i.  sip: a message was taken from it.  pieces: sorted by group and place. */
struct sctp_way {
	UT_hash_handle hh;
	struct sctp_key key;
	struct sctp_way *prev, *next;           /* least used first */
	struct sctp_way *full_prev, *full_next; /* those with pieces, by age of the first */
	struct sctp_piece *pieces;
	uint64_t seen[SCTP_WINDOW / 64];
	int64_t active_ns, first_ns;
	size_t bytes;
	uint32_t tag, top;
	unsigned npieces;
	bool started, sip, in_full;
};

/* A message that waits to be taken; own is freed with it. */
struct sctp_ready {
	struct slice bytes;
	char *own;
	bool cut;
};

/*
 * held: the piece of the packet being read that will hold its frames; evicted: it was, and had to go while the packet
 * was still being read.
 */
struct sctp {
	struct wire_cfg cfg;
	struct wire_stats *st;
	struct sctp_way *table, *ways, *full;
	struct sctp_ready *ready;
	size_t nready, taken, room;
	struct message about;
	struct sctp_piece *held;
	size_t bytes;
	unsigned n;
	int64_t now_ns;
	bool evicted;
};

/* A DATA or I-DATA chunk: n bytes captured at p, `lost` more cut off. */
struct sctp_chunk {
	const char *p;
	size_t n, lost;
	struct sctp_place at;
	uint32_t tsn;
	uint8_t flags;
};

struct sctp *
sctp_new(const struct wire_cfg *cfg, struct wire_stats *st)
{
	struct sctp *s = mem_zalloc(sizeof(*s));

	if (!s)
		return NULL;
	s->cfg = *cfg;
	s->st = st;
	return s;
}

size_t
sctp_bytes(const struct sctp *s)
{
	return s->bytes;
}

void
sctp_drain(struct sctp *s)
{
	for (size_t i = 0; i < s->nready; i++)
		mem_free(s->ready[i].own);
	s->nready = s->taken = 0;
}

static void
sctp_full_out(struct sctp *s, struct sctp_way *way)
{
	if (way->in_full)
		DL_DELETE2(s->full, way, full_prev, full_next);
	way->in_full = false;
}

static void
sctp_full_in(struct sctp *s, struct sctp_way *way)
{
	way->first_ns = s->now_ns;
	DL_APPEND2(s->full, way, full_prev, full_next);
	way->in_full = true;
}

/* Its frames must have been settled or handed on. */
static void
sctp_piece_free(struct sctp *s, struct sctp_way *way, struct sctp_piece *p)
{
	size_t size = sizeof(*p) + p->n;

	DL_DELETE(way->pieces, p);
	if (s->held == p)
		s->held = NULL;
	way->npieces--;
	way->bytes -= size;
	s->bytes -= size;
	mem_free(p);
	if (!way->pieces)
		sctp_full_out(s, way);
}

static void
sctp_give_up(struct sctp *s, struct sctp_way *way, enum wire_drop why)
{
	while (way->pieces) {
		s->evicted = s->evicted || way->pieces == s->held;
		count_settle(s->st, way->pieces->frames, fate_drop(why));
		sctp_piece_free(s, way, way->pieces);
	}
}

static void
sctp_close(struct sctp *s, struct sctp_way *way, enum wire_drop why)
{
	sctp_give_up(s, way, why);
	HASH_DELETE(hh, s->table, way);
	DL_DELETE(s->ways, way);
	s->n--;
	mem_free(way);
}

void
sctp_flush(struct sctp *s)
{
	sctp_drain(s);
	while (s->ways)
		sctp_close(s, s->ways, WIRE_DROP_FRAG_INCOMPLETE);
}

void
sctp_free(struct sctp *s)
{
	if (!s)
		return;
	sctp_flush(s);
	mem_free(s->ready);
	mem_free(s);
}

void
sctp_expire(struct sctp *s, int64_t now_ns)
{
	for (int i = 0; i < SCTP_BATCH && s->full && now_ns - s->full->first_ns > s->cfg.frag_timeout_ns; i++)
		sctp_give_up(s, s->full, WIRE_DROP_FRAG_INCOMPLETE);
	for (int i = 0; i < SCTP_BATCH && s->ways && now_ns - s->ways->active_ns > s->cfg.tcp_idle_ns; i++)
		sctp_close(s, s->ways, WIRE_DROP_FRAG_INCOMPLETE);
}

static void
sctp_key_make(struct sctp_key *k, const struct ip_packet *pkt, const struct path *at)
{
	size_t n = pkt->family == 4 ? 4 : 16;

	memset(k, 0, sizeof(*k));
	memcpy(k->src, pkt->src, n);
	memcpy(k->dst, pkt->dst, n);
	k->vlan = at->vlan;
	k->path = at->id;
	k->sport = (uint16_t)(pkt->p[0] << 8 | pkt->p[1]);
	k->dport = (uint16_t)(pkt->p[2] << 8 | pkt->p[3]);
	k->family = pkt->family;
}

/* Another association between the same ends: what is known of TSNs no longer holds. */
static void
sctp_restart(struct sctp *s, struct sctp_way *way, uint32_t tag)
{
	sctp_give_up(s, way, WIRE_DROP_FRAG_INCOMPLETE);
	memset(way->seen, 0, sizeof(way->seen));
	way->started = false;
	way->tag = tag;
}

static struct sctp_way *
sctp_open(struct sctp *s, const struct sctp_key *k, unsigned hashv)
{
	struct sctp_way *way;

	if (s->n >= SCTP_WAYS_MAX)
		sctp_close(s, s->ways, WIRE_DROP_FRAG_LIMIT);
	way = mem_zalloc(sizeof(*way));
	if (!way)
		return NULL;
	way->key = *k;
	HASH_ADD_KEYPTR_BYHASHVALUE(hh, s->table, &way->key, sizeof(way->key), hashv, way);
	if (!way->hh.tbl) {
		mem_free(way);
		return NULL;
	}
	DL_APPEND(s->ways, way);
	s->n++;
	return way;
}

static struct sctp_way *
sctp_way_of(struct sctp *s, const struct ip_packet *pkt, const struct path *at, uint32_t tag)
{
	struct sctp_key k;
	struct sctp_way *way;
	unsigned hashv;

	sctp_key_make(&k, pkt, at);
	hashv = hash_uthash(&k, sizeof(k), s->cfg.seed);
	HASH_FIND_BYHASHVALUE(hh, s->table, &k, sizeof(k), hashv, way);
	if (!way)
		way = sctp_open(s, &k, hashv);
	if (!way)
		return NULL;
	DL_DELETE(s->ways, way);
	DL_APPEND(s->ways, way);
	way->active_ns = s->now_ns;
	if (way->tag != tag)
		sctp_restart(s, way, tag);
	return way;
}

static void
sctp_window_move(struct sctp_way *way, uint32_t ahead)
{
	unsigned words = ahead / 64, bits = ahead % 64;

	for (int i = SCTP_WINDOW / 64 - 1; i >= 0; i--) {
		unsigned from = (unsigned)i - words;
		uint64_t v = words <= (unsigned)i ? way->seen[from] << bits : 0;

		if (bits && words < (unsigned)i)
			v |= way->seen[from - 1] >> (64 - bits);
		way->seen[i] = v;
	}
}

/* Has this TSN been here?  What is older than the window was. */
static bool
sctp_is_old(const struct sctp_way *way, uint32_t tsn)
{
	uint32_t back = way->top - tsn;

	if (!way->started || back > UINT32_MAX / 2)
		return false;
	return back >= SCTP_WINDOW || way->seen[back / 64] >> back % 64 & 1;
}

static void
sctp_mark(struct sctp_way *way, uint32_t tsn)
{
	uint32_t ahead = tsn - way->top;

	if (!way->started || (ahead <= UINT32_MAX / 2 && ahead >= SCTP_WINDOW)) {
		memset(way->seen, 0, sizeof(way->seen));
		way->started = true;
		way->top = tsn;
	} else if (ahead <= UINT32_MAX / 2) {
		sctp_window_move(way, ahead);
		way->top = tsn;
	}
	way->seen[(way->top - tsn) / 64] |= UINT64_C(1) << (way->top - tsn) % 64;
}

static int
sctp_queue(struct sctp *s, struct slice bytes, char *own, bool cut)
{
	if (s->nready == s->room) {
		size_t room = s->room ? 2 * s->room : 8;
		struct sctp_ready *more = mem_realloc(s->ready, room * sizeof(*more));

		if (!more)
			return -1;
		s->ready = more;
		s->room = room;
	}
	s->ready[s->nready++] = (struct sctp_ready){ bytes, own, cut };
	return 0;
}

/* A whole user message.  The queue takes own over, or it is freed here. */
static struct fate
sctp_message(struct sctp *s, struct sctp_way *way, struct slice bytes, char *own, bool cut)
{
	struct fate r = fate_of(WIRE_NOT_SIP);

	bytes = sipframe_skip_blank(bytes);
	switch (sipframe_start(bytes, cut ? 0 : SIPFRAME_WHOLE)) {
	case SIPFRAME_YES:
		way->sip = true;
		if (sctp_queue(s, bytes, own, cut) == 0)
			return fate_of(WIRE_SIP);
		r = fate_drop(WIRE_DROP_MEMORY);
		break;
	case SIPFRAME_PERHAPS:
		r = fate_drop(WIRE_DROP_TRUNCATED);
		break;
	case SIPFRAME_NO:
		break;
	}
	mem_free(own);
	return r;
}

static bool
sctp_place_before(const struct sctp_place *a, const struct sctp_place *b)
{
	if (a->group != b->group)
		return a->group < b->group;
	return (int32_t)(a->seq - b->seq) < 0;
}

static bool
sctp_follows(const struct sctp_piece *a, const struct sctp_piece *b)
{
	return b && a->at.group == b->at.group && b->at.seq == a->at.seq + 1;
}

/* The pieces around p that make a message: its first in *first and its last, or NULL while one is missing. */
static struct sctp_piece *
sctp_run(struct sctp_piece *head, struct sctp_piece *p, struct sctp_piece **first)
{
	struct sctp_piece *from = p, *to = p;

	while (!(from->flags & FLAG_BEGIN)) {
		/* utlist: the first one's prev is the last. */
		if (from == head || !sctp_follows(from->prev, from) || from->prev->flags & FLAG_END)
			return NULL;
		from = from->prev;
	}
	while (!(to->flags & FLAG_END)) {
		if (!sctp_follows(to, to->next) || to->next->flags & FLAG_BEGIN)
			return NULL;
		to = to->next;
	}
	*first = from;
	return to;
}

/* Join first..last; their earlier frames get the fate of the whole. */
static struct fate
sctp_join(struct sctp *s, struct sctp_way *way, struct sctp_piece *first, struct sctp_piece *last)
{
	size_t n = 0, size = 0;
	uint64_t frames = 0;
	struct fate r;
	char *own;
	bool done;

	for (const struct sctp_piece *p = first; p; p = p == last ? NULL : p->next)
		size += p->n;
	own = mem_alloc(size ? size : 1);
	do {
		struct sctp_piece *next = first->next;

		if (own && first->n)
			memcpy(own + n, first->data, first->n);
		n += first->n;
		frames += first->frames;
		done = first == last;
		sctp_piece_free(s, way, first);
		first = next;
	} while (!done);
	/* What else waits there began later than what has just been joined. */
	if (way->in_full) {
		sctp_full_out(s, way);
		sctp_full_in(s, way);
	}
	r = own ? sctp_message(s, way, (struct slice){ own, n }, own, false) : fate_drop(WIRE_DROP_MEMORY);
	count_settle(s->st, frames, r);
	return r;
}

static bool
sctp_make_room(struct sctp *s, const struct sctp_way *keep, size_t need)
{
	struct sctp_way *way = s->full;

	while (way && s->bytes + need > s->cfg.frag_bytes) {
		struct sctp_way *next = way->full_next;

		if (way != keep)
			sctp_give_up(s, way, WIRE_DROP_FRAG_LIMIT);
		way = next;
	}
	return s->bytes + need <= s->cfg.frag_bytes;
}

static struct sctp_piece *
sctp_store(struct sctp *s, struct sctp_way *way, const struct sctp_chunk *c, struct fate *why)
{
	size_t size = sizeof(struct sctp_piece) + c->n;
	struct sctp_piece *p, *at = way->pieces;

	*why = fate_drop(WIRE_DROP_FRAG_LIMIT);
	if (way->npieces >= SCTP_PIECES_MAX || way->bytes + size > SCTP_PIECE_BYTES_MAX)
		sctp_give_up(s, way, WIRE_DROP_FRAG_LIMIT);
	at = way->pieces;
	if (!sctp_make_room(s, way, size))
		return NULL;
	*why = fate_drop(WIRE_DROP_MEMORY);
	p = mem_alloc(size);
	if (!p)
		return NULL;
	p->at = c->at;
	p->frames = 0;
	p->n = (uint32_t)c->n;
	p->flags = c->flags;
	if (c->n)
		memcpy(p->data, c->p, c->n);
	while (at && !sctp_place_before(&c->at, &at->at))
		at = at->next;
	DL_PREPEND_ELEM(way->pieces, at, p);
	way->npieces++;
	way->bytes += size;
	s->bytes += size;
	if (!way->in_full)
		sctp_full_in(s, way);
	return p;
}

/* WIRE_NOT_SIP when the piece waits for others: sctp_push sees to what it holds. */
static struct fate
sctp_piece(struct sctp *s, struct sctp_way *way, const struct sctp_chunk *c)
{
	struct sctp_piece *p, *first, *last;
	struct fate r;

	if (c->lost)
		return fate_drop(WIRE_DROP_TRUNCATED);
	p = sctp_store(s, way, c, &r);
	if (!p)
		return r;
	sctp_mark(way, c->tsn);
	last = sctp_run(way->pieces, p, &first);
	if (last)
		return sctp_join(s, way, first, last);
	if (!s->held)
		s->held = p;
	return fate_of(WIRE_NOT_SIP);
}

static struct fate
sctp_data(struct sctp *s, struct sctp_way *way, const struct sctp_chunk *c)
{
	uint32_t far = c->tsn - way->top + SCTP_FAR;

	if (way->started && far > 2 * SCTP_FAR)
		sctp_restart(s, way, way->tag);
	if (sctp_is_old(way, c->tsn))
		return fate_of(way->sip ? WIRE_SIP : WIRE_NOT_SIP);
	if ((c->flags & (FLAG_BEGIN | FLAG_END)) != (FLAG_BEGIN | FLAG_END))
		return sctp_piece(s, way, c);
	sctp_mark(way, c->tsn);
	return sctp_message(s, way, (struct slice){ c->p, c->n }, NULL, c->lost > 0);
}

/* The fixed part of a chunk whose bytes, header and all, are at h: `have` captured of `len`. */
static bool
sctp_chunk_read(struct sctp_chunk *c, const uint8_t *h, size_t have, size_t len)
{
	size_t head = h[0] == CHUNK_IDATA ? SCTP_IDATA_HEAD : SCTP_DATA_HEAD;
	struct cursor r = cursor_make(h + SCTP_CHUNK_HEAD, have - SCTP_CHUNK_HEAD);
	uint32_t mid = 0;
	uint16_t stream = 0;

	*c = (struct sctp_chunk){ .flags = h[1] };
	if (have < head)
		return false;
	cursor_u32(&r, &c->tsn);
	cursor_u16(&r, &stream);
	cursor_skip(&r, 2);
	c->at.seq = c->tsn;
	if (h[0] == CHUNK_IDATA) {
		cursor_u32(&r, &mid);
		cursor_u32(&r, &c->at.seq);
		/* In the first piece the protocol stands in place of the number. */
		if (c->flags & FLAG_BEGIN)
			c->at.seq = 0;
		c->at.group =
		    UINT64_C(1) << 63 | (uint64_t)(c->flags & FLAG_UNORDERED) << 48 | (uint64_t)stream << 32 | mid;
	}
	c->p = (const char *)h + head;
	c->n = have - head;
	c->lost = len - have;
	return true;
}

/* The better of two fates of one frame: it is SIP if anything in it was. */
static struct fate
sctp_better(struct fate a, struct fate b)
{
	static const uint8_t rank[WIRE_VERDICT_N] = { [WIRE_SIP] = 3, [WIRE_DROPPED] = 2, [WIRE_MALFORMED] = 1 };

	return rank[b.verdict] > rank[a.verdict] ? b : a;
}

static struct fate
sctp_chunk(
    struct sctp *s, const struct ip_packet *pkt, const struct path *at, const uint8_t *h, size_t have, size_t len)
{
	uint32_t tag = (uint32_t)pkt->p[4] << 24 | (uint32_t)pkt->p[5] << 16 | (uint32_t)pkt->p[6] << 8 | pkt->p[7];
	struct sctp_chunk c = { .flags = 0 };
	struct sctp_way *way;

	if (h[0] != CHUNK_DATA && h[0] != CHUNK_IDATA && h[0] != CHUNK_INIT)
		return fate_of(WIRE_NOT_SIP);
	/* It is never bundled (RFC 9260 6.10). */
	if (h[0] == CHUNK_INIT && h != pkt->p + SCTP_HEAD)
		return fate_of(WIRE_MALFORMED);
	if (h[0] != CHUNK_INIT && len < (h[0] == CHUNK_DATA ? SCTP_DATA_HEAD : SCTP_IDATA_HEAD))
		return fate_of(WIRE_MALFORMED);
	if (h[0] != CHUNK_INIT && !sctp_chunk_read(&c, h, have, len))
		return fate_drop(WIRE_DROP_TRUNCATED);
	way = sctp_way_of(s, pkt, at, tag);
	if (!way)
		return fate_drop(WIRE_DROP_MEMORY);
	if (h[0] != CHUNK_INIT)
		return sctp_data(s, way, &c);
	sctp_restart(s, way, tag);
	return fate_of(WIRE_NOT_SIP);
}

/* Chunks follow each other on multiples of four; a length that lies ends the packet. */
static struct fate
sctp_chunks(struct sctp *s, const struct ip_packet *pkt, const struct path *at)
{
	struct fate r = fate_of(WIRE_NOT_SIP);
	size_t off = SCTP_HEAD;

	while (off + SCTP_CHUNK_HEAD <= pkt->wire_n) {
		const uint8_t *h = pkt->p + off;
		size_t len, have;

		if (off + SCTP_CHUNK_HEAD > pkt->n)
			return sctp_better(r, fate_drop(WIRE_DROP_TRUNCATED));
		len = (size_t)(h[2] << 8 | h[3]);
		if (len < SCTP_CHUNK_HEAD || len > pkt->wire_n - off)
			return sctp_better(r, fate_of(WIRE_MALFORMED));
		have = pkt->n - off < len ? pkt->n - off : len;
		r = sctp_better(r, sctp_chunk(s, pkt, at, h, have, len));
		off += (len + 3) & ~(size_t)3;
	}
	return r;
}

struct fate
sctp_push(struct sctp *s, const struct ip_packet *pkt, const struct path *at, int64_t now_ns)
{
	struct fate r;

	sctp_drain(s);
	s->now_ns = now_ns;
	s->held = NULL;
	s->evicted = false;
	if (pkt->wire_n < SCTP_HEAD)
		return fate_of(WIRE_MALFORMED);
	if (pkt->n < SCTP_HEAD)
		return fate_drop(WIRE_DROP_TRUNCATED);
	r = sctp_chunks(s, pkt, at);
	if (r.verdict != WIRE_SIP && s->held) {
		s->held->frames = at->frames;
		r = fate_of(WIRE_HELD);
	} else if (s->evicted) {
		r = sctp_better(fate_drop(WIRE_DROP_FRAG_LIMIT), r);
	}
	s->held = NULL;
	ip_endpoint(&s->about.src, pkt->src, pkt->family, (uint16_t)(pkt->p[0] << 8 | pkt->p[1]));
	ip_endpoint(&s->about.dst, pkt->dst, pkt->family, (uint16_t)(pkt->p[2] << 8 | pkt->p[3]));
	s->about.t_ns = at->t_ns;
	s->about.ifindex = at->ifindex;
	s->about.transport = TRANSPORT_SCTP;
	return r;
}

int
sctp_next(struct sctp *s, struct message *out)
{
	const struct sctp_ready *m;

	if (s->taken == s->nready)
		return 0;
	m = &s->ready[s->taken++];
	*out = s->about;
	out->bytes = m->bytes;
	out->cut = m->cut;
	return 1;
}
