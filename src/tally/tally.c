/*
 * tally - counters since the start and since the last tick; see sipwhy/tally.h.
 * The one thing to know: tally_message runs a million times a second, so nothing is ever subtracted: from the first
 * time that anybody asks for increments (what they are then, the totals tell) it counts in both tables at once, and
 * tally_taken clears only the methods that were touched.
 */
#include "sipwhy/tally.h"

#include <arpa/inet.h>
#include <assert.h>
#include <string.h>

#include "tally/kpi_table.h"
#include "tally/peer.h"

/* The first byte of a peer's key: its address family, or that of a name. */
enum { TALLY_KEY = 17, TALLY_KEY_NAME = 'n', TALLY_CACHE_BITS = 10 };

/* An address asked for lately.  p NULL: no peer yet when there were `made` of them (0: empty). */
struct tally_lately {
	uint64_t addr[2];
	struct peer *p;
	uint32_t made;
	uint8_t family;
};

/*
 * telling: somebody asks for increments; until then there is nothing in delta, rest and rows.  rows[0..n_rows):
 * increments of peers that moved; one more place for the rest, whose increments wait in `rest`.
 */
struct tally {
	struct counts total, delta;
	uint64_t event_codes[SIP_CODE_N], silent;
	uint32_t touched; /* bit m: responses[m] of delta is not all zero */
	bool dirty, rest_moved, telling;
	const struct peers *names;
	struct kpi_table *kpi;
	struct peer_table *peers;
	uint32_t made; /* peers, and one more */
	uint64_t cache_key;
	struct tally_lately cache[1 << TALLY_CACHE_BITS];
	struct peer_stat rest;
	struct peer **moved;
	struct peer_stat *rows;
	size_t n_rows;
};

struct tally *
tally_new(uint64_t seed, const struct peers *peers)
{
	struct tally *t = mem_zalloc(sizeof *t);

	if (t == NULL)
		return NULL;
	t->cache_key = seed | 1;
	t->names = peers;
	t->made = 1;
	t->kpi = kpi_table_new();
	t->peers = peer_table_new(seed);
	t->moved = mem_alloc(TALLY_PEERS_MAX * sizeof *t->moved);
	t->rows = mem_alloc((TALLY_PEERS_MAX + 1) * sizeof *t->rows);
	if (t->kpi == NULL || t->peers == NULL || t->moved == NULL || t->rows == NULL) {
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
	kpi_table_free(t->kpi);
	peer_table_free(t->peers);
	mem_free(t->moved);
	mem_free(t->rows);
	mem_free(t);
}

static size_t
tally_key_name(uint8_t key[PEER_KEY_MAX], struct slice name)
{
	key[0] = TALLY_KEY_NAME;
	memcpy(key + 1, name.p, name.n);
	return 1 + name.n;
}

/* What of a peer is known by its key; made when it is not there and `make`. */
static struct peer *
tally_peer_key(struct tally *t, const uint8_t *key, size_t n, const char *name, bool make)
{
	struct peer *p = peer_table_find(t->peers, key, n);

	if (p != NULL || !make)
		return p;
	p = peer_table_make(t->peers, key, n, name);
	t->made += !peer_is_other(t->peers, p);
	return p;
}

static struct peer *
tally_peer_named(struct tally *t, const struct peers_row *row, bool make)
{
	uint8_t key[PEER_KEY_MAX];
	struct peer *p = tally_peer_key(t, key, tally_key_name(key, slice_str(row->name)), row->name, make);

	if (p != NULL && !peer_is_other(t->peers, p)) {
		p->named = true;
		p->role = (uint8_t)row->role;
	}
	return p;
}

static struct peer *
tally_peer_lookup(struct tally *t, const struct endpoint *e, bool make)
{
	const struct peers_row *row = peers_find(t->names, e);
	uint8_t key[TALLY_KEY];
	char name[ENDPOINT_TEXT];

	if (row != NULL)
		return tally_peer_named(t, row, make);
	key[0] = e->family;
	memcpy(key + 1, e->addr, sizeof e->addr);
	return tally_peer_key(t, key, sizeof key, endpoint_format(name, sizeof name, e, false), make);
}

static __attribute__((noinline)) struct peer *
tally_peer_remember(struct tally *t, struct tally_lately *c, const struct endpoint *e, bool make)
{
	struct tally_lately now = { .family = e->family };

	memcpy(now.addr, e->addr, sizeof now.addr);
	now.p = tally_peer_lookup(t, e, make);
	now.made = t->made;
	/* A peer that found no memory may find some later: the rest is remembered only where there is no place left. */
	if (!peer_is_other(t->peers, now.p) || t->made > TALLY_PEERS_MAX)
		*c = now;
	return now.p;
}

/*
 * The peer of an address; NULL when it is not there and need not be made.  Few peers send most messages: one
 * comparison finds them, whoever fills the cache with others only costs a lookup.
 */
static inline struct peer *
tally_peer(struct tally *t, const struct endpoint *e, bool make)
{
	uint64_t addr[2];
	struct tally_lately *c;

	memcpy(addr, e->addr, sizeof addr);
	c = &t->cache[((addr[0] ^ addr[1] >> 1) * t->cache_key * UINT64_C(0x9e3779b97f4a7c15)) >>
	    (64 - TALLY_CACHE_BITS)];
	if (c->addr[0] == addr[0] && c->addr[1] == addr[1] && c->family == e->family &&
	    (c->p != NULL || (!make && c->made == t->made)))
		return c->p;
	return tally_peer_remember(t, c, e, make);
}

/* The peer of an event by its name or its address as text; the rest's for any other text. */
static struct peer *
tally_peer_text(struct tally *t, struct slice name)
{
	const struct peers_row *row;
	struct endpoint e = { .family = 0 };
	char text[ENDPOINT_TEXT];

	for (size_t i = 0; (row = peers_at(t->names, i)) != NULL; i++)
		if (slice_eq(name, slice_str(row->name)))
			return tally_peer_named(t, row, true);
	(void)slice_copy(text, sizeof text, name);
	if (inet_pton(AF_INET, text, e.addr) == 1)
		e.family = 4;
	else if (inet_pton(AF_INET6, text, e.addr) == 1)
		e.family = 6;
	else if (strcmp(text, "-") != 0)
		return peer_table_rest(t->peers);
	return tally_peer(t, &e, true);
}

/* Where the increments of a peer are counted. */
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
	row->role = p->role;
	t->moved[t->n_rows] = p;
	p->row = (int)t->n_rows++;
	return row;
}

/* What a peer counted so far is its first increment. */
static void
tally_tell_peer(void *ctx, struct peer *p)
{
	struct tally *t = ctx;
	struct peer_stat all;

	peer_tell(p, &all);
	if (all.events == 0 && peer_responses(all.responses) == 0)
		return;
	*tally_row(t, p) = all;
}

/* From now on increments are counted; so far they are all there is. */
static void
tally_tell(struct tally *t)
{
	if (t->telling)
		return;
	t->telling = true;
	t->delta = t->total;
	t->touched = UINT32_MAX;
	peer_table_each(t->peers, tally_tell_peer, t);
	kpi_table_tell(t->kpi);
}

static void
tally_peer_response(struct tally *t, const struct endpoint *e, unsigned code)
{
	struct peer *p = tally_peer(t, e, true);
	unsigned cls = code / 100;

	p->responses[cls - 1]++;
	if (t->telling)
		tally_row(t, p)->responses[cls - 1]++;
}

static void
tally_request(struct tally *t, enum seen seen, const struct endpoint *peer)
{
	if (seen != SEEN_COPY)
		kpi_table_request(
		    t->kpi, peer != NULL ? tally_peer(t, peer, false) : NULL, seen == SEEN_RETRANSMISSION);
}

void
tally_time(struct tally *t, int64_t t_ns)
{
	kpi_table_time(t->kpi, t_ns);
}

static unsigned
tally_method(unsigned method)
{
	return method < METHOD_N ? method : METHOD_NONE;
}

/* What one message adds, peers apart. */
static inline void
tally_count(struct counts *c, const struct sipmsg *s, unsigned method, enum seen seen)
{
	if (s->kind == SIP_REQUEST)
		c->requests[method]++;
	else
		c->responses[method][s->code - SIP_CODE_MIN]++;
	c->retransmissions += seen == SEEN_RETRANSMISSION;
	c->copies += seen == SEEN_COPY;
	c->partial += s->partial;
}

void
tally_message(struct tally *t, const struct sipmsg *s, enum seen seen, const struct endpoint *peer)
{
	unsigned m = tally_method(s->method);

	assert(s->kind == SIP_REQUEST || (s->code >= SIP_CODE_MIN && s->code <= SIP_CODE_MAX));
	t->dirty = true;
	tally_count(&t->total, s, m, seen);
	if (t->telling) {
		tally_count(&t->delta, s, m, seen);
		t->touched |= UINT32_C(1) << m;
	}
	if (s->kind == SIP_REQUEST)
		tally_request(t, seen, peer);
	else if (peer != NULL)
		tally_peer_response(t, peer, s->code);
}

void
tally_attempt(struct tally *t, enum sip_method method)
{
	t->dirty = true;
	t->total.attempts[tally_method(method)]++;
	t->delta.attempts[tally_method(method)] += t->telling;
}

void
tally_outcome(struct tally *t, const struct outcome *o)
{
	unsigned m = tally_method(o->method);
	int64_t n = o->undo ? -1 : 1;
	struct kpi_move move;

	t->dirty = true;
	if (o->whole && !o->in_call && o->kind < OUTCOME_N) {
		t->total.outcomes[m][o->kind] += n;
		t->delta.outcomes[m][o->kind] += t->telling ? n : 0;
	}
	/* Only who moves a KPI is worth a row: a scanner that leaves its challenges is not. */
	if (!kpi_move_outcome(&move, o))
		return;
	if (o->whole)
		kpi_table_outcome(t->kpi, &move, o->t_ns);
	if (o->leg) {
		struct peer *p = o->peer != NULL ? tally_peer(t, o->peer, true) : NULL;

		kpi_table_leg(t->kpi, p != NULL && peer_is_other(t->peers, p) ? NULL : p, &move, o->t_ns);
	}
}

void
tally_completed(struct tally *t, const struct endpoint *peer, int64_t t_ns)
{
	t->dirty = true;
	kpi_table_completed(t->kpi, peer != NULL ? tally_peer(t, peer, false) : NULL, t_ns);
}

/* Where failures with a final code are counted, 0 none; NULL for what is no code. */
static uint64_t *
tally_code(struct tally *t, unsigned code)
{
	if (code == 0)
		return &t->silent;
	return code >= SIP_CODE_MIN && code <= SIP_CODE_MAX ? &t->event_codes[code - SIP_CODE_MIN] : NULL;
}

void
tally_event(struct tally *t, const struct event *ev)
{
	struct peer *p = tally_peer_text(t, ev->peer);
	uint64_t *code = tally_code(t, ev->code);

	t->dirty = true;
	t->total.events++;
	t->delta.events += t->telling;
	/* One that is told as recovered was never counted as a failure. */
	t->total.recovered += ev->recovered;
	t->delta.recovered += t->telling && ev->recovered;
	if (code != NULL && !ev->recovered)
		++*code;
	if (p->role == PEER_ROLE_UNKNOWN && !peer_is_other(t->peers, p))
		p->role = ev->role;
	peer_event(p, ev->code, 1);
	if (t->telling)
		peer_stat_event(tally_row(t, p), ev->code, 1);
}

static void
tally_peer_moved(struct tally *t, const struct event_update *u)
{
	struct peer *p;

	if (u->peer.n == 0)
		return;
	p = tally_peer_text(t, u->peer);
	if (peer_move(p, u->old_code, u->code, 1) > 0 && t->telling)
		peer_stat_move(tally_row(t, p), u->old_code, u->code);
}

void
tally_update(struct tally *t, const struct event_update *u)
{
	uint64_t *old = tally_code(t, u->old_code), *code = tally_code(t, u->code);

	t->dirty = true;
	t->total.recovered += u->recovered;
	t->delta.recovered += t->telling && u->recovered;
	if (!u->recovered && (u->code == 0 || u->code == u->old_code))
		return;
	if (old == NULL || *old == 0)
		return;
	--*old;
	if (u->recovered || code == NULL)
		return;
	++*code;
	tally_peer_moved(t, u);
}

void
tally_malformed(struct tally *t)
{
	t->dirty = true;
	t->total.malformed++;
	t->delta.malformed += t->telling;
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

uint64_t
tally_event_silent(const struct tally *t)
{
	return t->silent;
}

const struct kpi_counts *
tally_kpi(const struct tally *t)
{
	return kpi_table_total(t->kpi);
}

void
tally_kpi_window(const struct tally *t, int64_t now_ns, unsigned window_s, struct kpi_counts *out)
{
	kpi_table_window(t->kpi, now_ns, window_s, out);
}

size_t
tally_kpi_peers(
    const struct tally *t, int64_t now_ns, unsigned window_s, struct kpi_peer *out, struct kpi_counts *room, size_t n)
{
	return kpi_table_peers(t->kpi, now_ns, window_s, out, room, n);
}

const struct kpi_counts *
tally_delta_kpi(struct tally *t)
{
	tally_tell(t);
	return kpi_table_delta(t->kpi);
}

const struct kpi_peer *
tally_delta_kpi_peers(struct tally *t, size_t *n)
{
	tally_tell(t);
	return kpi_table_delta_peers(t->kpi, n);
}

const struct counts *
tally_delta(struct tally *t)
{
	tally_tell(t);
	return &t->delta;
}

const struct peer_stat *
tally_delta_peers(struct tally *t, size_t *n)
{
	tally_tell(t);
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

	t->telling = true;
	for (unsigned m = 0; m < METHOD_N; m++)
		if (t->touched & UINT32_C(1) << m)
			memset(d->responses[m], 0, sizeof d->responses[m]);
	memset(d->requests, 0, sizeof d->requests);
	memset(d->attempts, 0, sizeof d->attempts);
	memset(d->outcomes, 0, sizeof d->outcomes);
	d->retransmissions = d->copies = d->malformed = d->partial = d->events = d->recovered = 0;
	kpi_table_taken(t->kpi);
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
