/*
 * frag - reassembly of IPv4 and IPv6 fragments (RFC 791 3.2, RFC 8200 4.5, RFC 5722).
 * Completeness is decided by holes, never by a sum of lengths.  IPv4 overlaps: the first copy of a byte wins.  IPv6
 * overlaps spoil the datagram for good; only an exact copy of a fragment is harmless.
 */
#include "wire/frag.h"

#include <stdbool.h>
#include <string.h>

#include "sipwhy/hash.h"
#include "sipwhy/mem.h"

#define HASH_NONFATAL_OOM 1
#define uthash_malloc(sz) mem_alloc(sz)
#define uthash_free(p, sz) mem_free(p)
#include <uthash.h>
#include <utlist.h>

enum { FRAG_PIECES_MAX = 64, FRAG_EXPIRE_BATCH = 16, FRAG_DATAGRAM_MAX = 65535, FRAG_NO_TOTAL = -1 };

/* Compared and hashed as bytes: always zeroed first. */
struct frag_key {
	uint8_t src[16], dst[16];
	uint32_t id, vlan, ifindex, path;
	uint8_t family, proto, pad[2];
};

/* The latest piece is at the head of its list. */
struct frag_piece {
	struct frag_piece *next;
	uint32_t off, len;
	uint8_t data[];
};

/* Bytes [from, to) that are here; runs are sorted and never touch each other. */
struct frag_run {
	uint32_t from, to;
};

/* spoiled: nothing is kept, later fragments get the fate `why` until the timeout. */
struct frag_datagram {
	UT_hash_handle hh;
	struct frag_key key;
	struct frag_datagram *prev, *next;
	struct frag_piece *pieces;
	int64_t t_first_ns;
	uint64_t frames;
	size_t bytes;
	int32_t total;
	unsigned npieces, nruns;
	struct fate why;
	bool spoiled;
	uint8_t proto;
	struct frag_run runs[FRAG_PIECES_MAX];
};

/*
 * oldest: list in order of the first fragment.  whole: scratch for one datagram, made on first use.  src, dst: its
 * addresses, kept apart since those of a tunnelled fragment may lie in the scratch that is written over.
 */
struct frag {
	struct wire_cfg cfg;
	struct wire_stats *st;
	struct frag_datagram *table, *oldest;
	size_t bytes;
	unsigned n;
	uint8_t *whole;
	uint8_t src[16], dst[16];
};

struct frag *
frag_new(const struct wire_cfg *cfg, struct wire_stats *st)
{
	struct frag *fr = mem_zalloc(sizeof(*fr));

	if (!fr)
		return NULL;
	fr->cfg = *cfg;
	fr->st = st;
	return fr;
}

static void
frag_drop_pieces(struct frag *fr, struct frag_datagram *d)
{
	while (d->pieces) {
		struct frag_piece *next = d->pieces->next;

		mem_free(d->pieces);
		d->pieces = next;
	}
	fr->bytes -= d->bytes;
	d->bytes = 0;
	d->npieces = d->nruns = 0;
}

/* Its frames must have been settled. */
static void
frag_remove(struct frag *fr, struct frag_datagram *d)
{
	HASH_DELETE(hh, fr->table, d);
	DL_DELETE(fr->oldest, d);
	frag_drop_pieces(fr, d);
	fr->n--;
	mem_free(d);
}

static void
frag_give_up(struct frag *fr, struct frag_datagram *d, struct fate f)
{
	count_settle(fr->st, d->frames, f);
	d->frames = 0;
	frag_remove(fr, d);
}

static void
frag_spoil(struct frag *fr, struct frag_datagram *d, struct fate f)
{
	count_settle(fr->st, d->frames, f);
	d->frames = 0;
	d->spoiled = true;
	d->why = f;
	frag_drop_pieces(fr, d);
}

static bool
frag_is_old(const struct frag *fr, const struct frag_datagram *d, int64_t now_ns)
{
	return now_ns - d->t_first_ns > fr->cfg.frag_timeout_ns;
}

void
frag_expire(struct frag *fr, int64_t now_ns)
{
	for (int i = 0; i < FRAG_EXPIRE_BATCH && fr->oldest && frag_is_old(fr, fr->oldest, now_ns); i++)
		frag_give_up(fr, fr->oldest, fate_drop(WIRE_DROP_FRAG_INCOMPLETE));
}

void
frag_flush(struct frag *fr)
{
	while (fr->oldest)
		frag_give_up(fr, fr->oldest, fate_drop(WIRE_DROP_FRAG_INCOMPLETE));
}

void
frag_free(struct frag *fr)
{
	if (!fr)
		return;
	frag_flush(fr);
	mem_free(fr->whole);
	mem_free(fr);
}

size_t
frag_bytes(const struct frag *fr)
{
	return fr->bytes;
}

static void
frag_key_make(struct frag_key *k, const struct ip_packet *pkt, const struct path *at)
{
	size_t n = pkt->family == 4 ? 4 : 16;

	memset(k, 0, sizeof(*k));
	memcpy(k->src, pkt->src, n);
	memcpy(k->dst, pkt->dst, n);
	k->id = pkt->id;
	k->vlan = at->vlan;
	k->ifindex = at->ifindex;
	k->path = at->id;
	k->family = pkt->family;
	/* RFC 8200: for IPv6 only the first fragment's next header means anything. */
	k->proto = pkt->family == 4 ? pkt->proto : 0;
}

static struct frag_datagram *
frag_find(struct frag *fr, const struct frag_key *k, unsigned hashv)
{
	struct frag_datagram *d;

	HASH_FIND_BYHASHVALUE(hh, fr->table, k, sizeof(*k), hashv, d);
	return d;
}

static struct frag_datagram *
frag_add(struct frag *fr, const struct frag_key *k, unsigned hashv, int64_t now_ns)
{
	struct frag_datagram *d;

	if (fr->n >= fr->cfg.frag_datagrams)
		frag_give_up(fr, fr->oldest, fate_drop(WIRE_DROP_FRAG_LIMIT));
	d = mem_zalloc(sizeof(*d));
	if (!d)
		return NULL;
	d->key = *k;
	d->total = FRAG_NO_TOTAL;
	d->t_first_ns = now_ns;
	HASH_ADD_KEYPTR_BYHASHVALUE(hh, fr->table, &d->key, sizeof(d->key), hashv, d);
	if (!d->hh.tbl) {
		mem_free(d);
		return NULL;
	}
	DL_APPEND(fr->oldest, d);
	fr->n++;
	return d;
}

/* Make room for `need` more bytes, oldest datagrams first, never at the cost of `keep`.  False when that is not enough.
 */
static bool
frag_make_room(struct frag *fr, size_t need, const struct frag_datagram *keep)
{
	struct frag_datagram *d = fr->oldest;

	while (d && fr->bytes + need > fr->cfg.frag_bytes) {
		struct frag_datagram *next = d->next;

		if (d != keep)
			frag_give_up(fr, d, fate_drop(WIRE_DROP_FRAG_LIMIT));
		d = next;
	}
	return fr->bytes + need <= fr->cfg.frag_bytes;
}

/* The end of the datagram, once told, is fixed: a fragment beyond it or a second, other end contradicts. */
static bool
frag_end_agrees(const struct frag_datagram *d, const struct ip_packet *pkt)
{
	uint32_t end = pkt->off + (uint32_t)pkt->n;

	if (d->total != FRAG_NO_TOTAL)
		return pkt->more ? end <= (uint32_t)d->total : end == (uint32_t)d->total;
	return pkt->more || !d->nruns || d->runs[d->nruns - 1].to <= end;
}

static bool
frag_overlaps(const struct frag_datagram *d, uint32_t from, uint32_t to)
{
	for (unsigned i = 0; i < d->nruns; i++) {
		if (from < d->runs[i].to && d->runs[i].from < to)
			return true;
	}
	return false;
}

static bool
frag_covered(const struct frag_datagram *d, uint32_t from, uint32_t to)
{
	for (unsigned i = 0; i < d->nruns; i++) {
		if (d->runs[i].from <= from && to <= d->runs[i].to)
			return true;
	}
	return false;
}

static bool
frag_is_copy(const struct frag_datagram *d, const struct ip_packet *pkt)
{
	for (const struct frag_piece *p = d->pieces; p; p = p->next) {
		if (p->off == pkt->off && p->len == pkt->n && memcmp(p->data, pkt->p, pkt->n) == 0)
			return true;
	}
	return false;
}

/* Enter [from, to) among the runs, joining what it touches.  Never more runs than pieces. */
static void
frag_cover(struct frag_datagram *d, uint32_t from, uint32_t to)
{
	unsigned first = 0, last;

	while (first < d->nruns && d->runs[first].to < from)
		first++;
	for (last = first; last < d->nruns && d->runs[last].from <= to; last++) {
		if (d->runs[last].from < from)
			from = d->runs[last].from;
		if (d->runs[last].to > to)
			to = d->runs[last].to;
	}
	memmove(&d->runs[first + 1], &d->runs[last], (d->nruns - last) * sizeof(d->runs[0]));
	d->nruns = d->nruns - (last - first) + 1;
	d->runs[first] = (struct frag_run){ from, to };
}

static bool
frag_is_whole(const struct frag_datagram *d)
{
	return d->total != FRAG_NO_TOTAL && d->nruns == 1 && d->runs[0].from == 0 &&
	    d->runs[0].to == (uint32_t)d->total;
}

/* May this fragment be added?  FRAG_WHOLE stands for yes, FRAG_HELD for a copy that changes nothing. */
static enum frag_result
frag_judge(struct frag *fr, struct frag_datagram *d, const struct ip_packet *pkt, struct fate *why)
{
	uint32_t to = pkt->off + (uint32_t)pkt->n;
	bool v6 = pkt->family == 6;

	if (!frag_end_agrees(d, pkt) || (v6 && frag_overlaps(d, pkt->off, to) && !frag_is_copy(d, pkt))) {
		*why = fate_drop(WIRE_DROP_FRAG_OVERLAP);
		if (v6)
			frag_spoil(fr, d, *why);
		return FRAG_REFUSED;
	}
	/* The end may be news even when the bytes are not. */
	if (!pkt->more)
		d->total = (int32_t)to;
	if (frag_covered(d, pkt->off, to))
		return FRAG_HELD;
	if (d->npieces == FRAG_PIECES_MAX) {
		*why = fate_drop(WIRE_DROP_FRAG_LIMIT);
		frag_spoil(fr, d, *why);
		return FRAG_REFUSED;
	}
	return FRAG_WHOLE;
}

static bool
frag_store(struct frag *fr, struct frag_datagram *d, const struct ip_packet *pkt, struct fate *why)
{
	size_t size = sizeof(struct frag_piece) + pkt->n;
	struct frag_piece *p;

	if (!frag_make_room(fr, size, d)) {
		*why = fate_drop(WIRE_DROP_FRAG_LIMIT);
		return false;
	}
	p = mem_alloc(size);
	if (!p) {
		*why = fate_drop(WIRE_DROP_MEMORY);
		return false;
	}
	p->off = pkt->off;
	p->len = (uint32_t)pkt->n;
	memcpy(p->data, pkt->p, pkt->n);
	p->next = d->pieces;
	d->pieces = p;
	d->npieces++;
	d->bytes += size;
	fr->bytes += size;
	if (!pkt->off)
		d->proto = pkt->proto;
	frag_cover(d, pkt->off, pkt->off + (uint32_t)pkt->n);
	return true;
}

/* Lay the pieces out, latest first, so that the first copy of each byte is written last and stays. */
static bool
frag_assemble(struct frag *fr, struct frag_datagram *d, struct ip_packet *pkt)
{
	if (!fr->whole)
		fr->whole = mem_alloc(FRAG_DATAGRAM_MAX);
	if (!fr->whole)
		return false;
	memcpy(fr->src, d->key.src, sizeof(fr->src));
	memcpy(fr->dst, d->key.dst, sizeof(fr->dst));
	for (const struct frag_piece *p = d->pieces; p; p = p->next)
		memcpy(fr->whole + p->off, p->data, p->len);
	pkt->src = fr->src;
	pkt->dst = fr->dst;
	pkt->p = fr->whole;
	pkt->n = pkt->wire_n = (size_t)d->total;
	pkt->proto = d->proto;
	return true;
}

static enum frag_result
frag_finish(struct frag *fr, struct frag_datagram *d, struct ip_packet *pkt, uint64_t *frames, struct fate *why)
{
	if (!frag_assemble(fr, d, pkt)) {
		*why = fate_drop(WIRE_DROP_MEMORY);
		frag_give_up(fr, d, *why);
		return FRAG_REFUSED;
	}
	*frames = d->frames;
	frag_remove(fr, d);
	return FRAG_WHOLE;
}

enum frag_result
frag_push(
    struct frag *fr, struct ip_packet *pkt, const struct path *at, int64_t now_ns, uint64_t *frames, struct fate *why)
{
	struct frag_key k;
	struct frag_datagram *d;
	enum frag_result r;
	unsigned hashv;

	frag_key_make(&k, pkt, at);
	hashv = hash_uthash(&k, sizeof(k), fr->cfg.seed);
	d = frag_find(fr, &k, hashv);
	if (d && frag_is_old(fr, d, now_ns)) {
		frag_give_up(fr, d, fate_drop(WIRE_DROP_FRAG_INCOMPLETE));
		d = NULL;
	}
	if (!d)
		d = frag_add(fr, &k, hashv, now_ns);
	if (!d) {
		*why = fate_drop(WIRE_DROP_MEMORY);
		return FRAG_REFUSED;
	}
	if (d->spoiled) {
		*why = d->why;
		return FRAG_REFUSED;
	}
	r = frag_judge(fr, d, pkt, why);
	if (r == FRAG_REFUSED)
		return r;
	if (r == FRAG_WHOLE && !frag_store(fr, d, pkt, why))
		return FRAG_REFUSED;
	if (frag_is_whole(d))
		return frag_finish(fr, d, pkt, frames, why);
	d->frames += at->frames;
	return FRAG_HELD;
}
