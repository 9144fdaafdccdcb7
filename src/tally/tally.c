/*
 * tally - counters since the start and since the last tick; see sipwhy/tally.h.
 * The one thing to know: tally_message runs a million times a second, so it counts in both tables at once and
 * nothing is ever subtracted; tally_taken clears only the methods that were touched.
 */
#include "sipwhy/tally.h"

#include <assert.h>
#include <string.h>

#include "tally/peer.h"

enum { TALLY_KEY = 17, TALLY_CACHE_BITS = 10 };

/* A peer seen lately; p NULL: empty. */
struct tally_lately {
	uint64_t addr[2];
	struct peer *p;
	uint8_t family;
};

/* rows[0..n_rows): increments of peers that moved; one more place for the rest, whose increments wait in `rest`. */
struct tally {
	struct counts total, delta;
	uint64_t event_codes[SIP_CODE_N];
	uint32_t touched;          /* bit m: responses[m] of delta is not all zero */
	bool dirty, rest_moved;
	struct peer_table *peers;
	uint64_t cache_key;
	struct tally_lately cache[1 << TALLY_CACHE_BITS];
	struct peer_stat rest;
	struct peer **moved;
	struct peer_stat *rows;
	size_t n_rows;
};

struct tally *
tally_new(uint64_t seed)
{
	struct tally *t = mem_zalloc(sizeof *t);

	if (t == NULL)
		return NULL;
	t->cache_key = seed | 1;
	t->peers = peer_table_new(seed);
	t->moved = mem_alloc(TALLY_PEERS_MAX * sizeof *t->moved);
	t->rows = mem_alloc((TALLY_PEERS_MAX + 1) * sizeof *t->rows);
	if (t->peers == NULL || t->moved == NULL || t->rows == NULL) {
		tally_free(t);
		return NULL;
	}
	return t;
}

void
tally_free(struct tally *t)
{
	if (t == NULL)
		return;
	peer_table_free(t->peers);
	mem_free(t->moved);
	mem_free(t->rows);
	mem_free(t);
}

static struct peer *
tally_peer_lookup(struct tally *t, const struct endpoint *e)
{
	uint8_t key[TALLY_KEY];
	char name[ENDPOINT_TEXT];
	struct peer *p;

	key[0] = e->family;
	memcpy(key + 1, e->addr, sizeof e->addr);
	p = peer_table_find(t->peers, key, sizeof key);
	if (p == NULL)
		p = peer_table_make(t->peers, key, sizeof key, endpoint_format(name, sizeof name, e, false));
	return p;
}

/* Few peers send most messages: one comparison finds them, whoever fills the cache with others only costs a lookup. */
static struct peer *
tally_peer(struct tally *t, const struct endpoint *e)
{
	struct tally_lately now = { .family = e->family }, *c;

	memcpy(now.addr, e->addr, sizeof now.addr);
	c = &t->cache[((now.addr[0] ^ now.addr[1] >> 1) * t->cache_key * UINT64_C(0x9e3779b97f4a7c15)) >>
	    (64 - TALLY_CACHE_BITS)];
	if (c->p != NULL && c->addr[0] == now.addr[0] && c->addr[1] == now.addr[1] && c->family == now.family)
		return c->p;
	now.p = tally_peer_lookup(t, e);
	/* A peer that found no room may find some later: the rest is not remembered. */
	if (!peer_is_other(t->peers, now.p))
		*c = now;
	return now.p;
}

static struct peer_stat *
tally_row(struct tally *t, struct peer *p)
{
	struct peer_stat *row;

	if (p->row != PEER_NO_ROW)
		return &t->rows[p->row];
	if (peer_is_other(t->peers, p)) {
		t->rest_moved = true;
		return &t->rest;
	}
	assert(t->n_rows < TALLY_PEERS_MAX);
	row = &t->rows[t->n_rows];
	memset(row, 0, sizeof *row);
	memcpy(row->name, p->name, sizeof row->name);
	t->moved[t->n_rows] = p;
	p->row = (int)t->n_rows++;
	return row;
}

static void
tally_peer_response(struct tally *t, const struct endpoint *e, unsigned code, bool is_event)
{
	struct peer *p = tally_peer(t, e);
	struct peer_stat *row = tally_row(t, p);
	unsigned cls = code / 100;

	p->responses[cls - 1]++;
	row->responses[cls - 1]++;
	if (is_event) {
		peer_event(p, code, 1);
		peer_stat_event(row, code, 1);
	}
}

void
tally_message(struct tally *t, const struct sipmsg *s, enum seen seen, const struct endpoint *peer, bool is_event)
{
	unsigned m = (unsigned)s->method < METHOD_N ? s->method : METHOD_NONE;

	t->dirty = true;
	if (s->kind == SIP_REQUEST) {
		t->total.requests[m]++;
		t->delta.requests[m]++;
	} else {
		assert(s->code >= SIP_CODE_MIN && s->code <= SIP_CODE_MAX);
		t->total.responses[m][s->code - SIP_CODE_MIN]++;
		t->delta.responses[m][s->code - SIP_CODE_MIN]++;
		t->touched |= UINT32_C(1) << m;
		t->event_codes[s->code - SIP_CODE_MIN] += is_event;
		if (peer != NULL)
			tally_peer_response(t, peer, s->code, is_event);
	}
	t->total.retransmissions += seen == SEEN_RETRANSMISSION;
	t->delta.retransmissions += seen == SEEN_RETRANSMISSION;
	t->total.copies += seen == SEEN_COPY;
	t->delta.copies += seen == SEEN_COPY;
	t->total.partial += s->partial;
	t->delta.partial += s->partial;
	t->total.events += is_event;
	t->delta.events += is_event;
}

void
tally_malformed(struct tally *t)
{
	t->dirty = true;
	t->total.malformed++;
	t->delta.malformed++;
}

const struct counts *
tally_total(const struct tally *t)
{
	return &t->total;
}

const uint64_t *
tally_event_codes(const struct tally *t)
{
	return t->event_codes;
}

const struct counts *
tally_delta(const struct tally *t)
{
	return &t->delta;
}

const struct peer_stat *
tally_delta_peers(const struct tally *t, size_t *n)
{
	*n = t->n_rows;
	if (t->rest_moved) {
		t->rows[t->n_rows] = t->rest;
		memcpy(t->rows[t->n_rows].name, "other", sizeof "other");
		++*n;
	}
	return t->rows;
}

bool
tally_dirty(const struct tally *t)
{
	return t->dirty;
}

void
tally_taken(struct tally *t)
{
	struct counts *d = &t->delta;

	for (unsigned m = 0; m < METHOD_N; m++)
		if (t->touched & UINT32_C(1) << m)
			memset(d->responses[m], 0, sizeof d->responses[m]);
	memset(d->requests, 0, sizeof d->requests);
	d->retransmissions = d->copies = d->malformed = d->partial = d->events = 0;
	for (size_t i = 0; i < t->n_rows; i++)
		t->moved[i]->row = PEER_NO_ROW;
	memset(&t->rest, 0, sizeof t->rest);
	t->n_rows = 0;
	t->touched = 0;
	t->dirty = t->rest_moved = false;
}

size_t
tally_top_peers(const struct tally *t, struct peer_stat *out, size_t n)
{
	return peer_table_top(t->peers, out, n);
}
