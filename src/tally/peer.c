/*
 * peer - who answers with what: peers in a bounded table; see sipwhy/tally.h and peer.h.
 * The one thing to know: strangers choose the addresses, so the hash is seeded, the table ends at TALLY_PEERS_MAX,
 * and whoever comes later is counted in the row "other", never lost.
 */
#include "tally/peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sipwhy/hash.h"

#define PEER_OTHER_NAME "other"

struct peer_table {
	struct peer *head;
	uint64_t seed;
	size_t n;
	struct peer rest;
};

struct peer_table *
peer_table_new(uint64_t seed)
{
	struct peer_table *t = mem_zalloc(sizeof *t);

	if (t == NULL)
		return NULL;
	t->seed = seed;
	t->rest.row = PEER_NO_ROW;
	(void)snprintf(t->rest.name, sizeof t->rest.name, "%s", PEER_OTHER_NAME);
	return t;
}

void
peer_table_free(struct peer_table *t)
{
	struct peer *p, *next;

	if (t == NULL)
		return;
	/* The list goes on in the handle, which outlives the table that HASH_CLEAR gives back. */
	p = t->head;
	HASH_CLEAR(hh, t->head);
	for (; p != NULL; p = next) {
		next = p->hh.next;
		mem_free(p->codes);
		mem_free(p);
	}
	mem_free(t->rest.codes);
	mem_free(t);
}

struct peer *
peer_table_find(const struct peer_table *t, const void *key, size_t n)
{
	struct peer *p = NULL;

	HASH_FIND_BYHASHVALUE(hh, t->head, key, n, hash_uthash(key, n, t->seed), p);
	return p;
}

/* Takes p over; NULL when the hash table finds no memory. */
static struct peer *
peer_table_insert(struct peer_table *t, struct peer *p)
{
	unsigned hash = hash_uthash(p->key, p->key_n, t->seed);

	HASH_ADD_KEYPTR_BYHASHVALUE(hh, t->head, p->key, p->key_n, hash, p);
	if (p->hh.tbl == NULL) {
		mem_free(p->codes);
		mem_free(p);
		return NULL;
	}
	t->n++;
	return p;
}

struct peer *
peer_table_make(struct peer_table *t, const void *key, size_t n, const char *name)
{
	struct peer *p = peer_table_find(t, key, n);

	if (p != NULL)
		return p;
	if (t->n >= TALLY_PEERS_MAX || n > PEER_KEY_MAX || (p = mem_zalloc(sizeof *p)) == NULL)
		return &t->rest;
	memcpy(p->key, key, n);
	p->key_n = n;
	p->row = PEER_NO_ROW;
	(void)snprintf(p->name, sizeof p->name, "%s", name);
	p = peer_table_insert(t, p);
	return p != NULL ? p : &t->rest;
}

/* Room for one more code.  False when there is none. */
static bool
peer_code_room(struct peer *p)
{
	struct peer_code *codes;

	if (p->n_codes % PEER_CODES_PIECE != 0)
		return true;
	if (p->n_codes == PEER_CODES_KEPT)
		return false;
	codes = mem_realloc(p->codes, (p->n_codes + PEER_CODES_PIECE) * sizeof *codes);
	if (codes == NULL)
		return false;
	p->codes = codes;
	return true;
}

static bool
peer_copy(struct peer *out, const struct peer *p)
{
	*out = *p;
	out->kpi = NULL;
	out->codes = NULL;
	for (out->n_codes = 0; out->n_codes < p->n_codes; out->n_codes++) {
		if (!peer_code_room(out)) {
			mem_free(out->codes);
			out->codes = NULL;
			return false;
		}
		out->codes[out->n_codes] = p->codes[out->n_codes];
	}
	return true;
}

struct peer_table *
peer_table_clone(const struct peer_table *t)
{
	struct peer_table *copy = peer_table_new(t->seed);

	if (copy == NULL)
		return NULL;
	if (!peer_copy(&copy->rest, &t->rest)) {
		peer_table_free(copy);
		return NULL;
	}
	for (const struct peer *p = t->head; p != NULL; p = p->hh.next) {
		struct peer *q = mem_alloc(sizeof *q);

		if (q != NULL && !peer_copy(q, p)) {
			mem_free(q);
			q = NULL;
		}
		if (q == NULL || peer_table_insert(copy, q) == NULL) {
			peer_table_free(copy);
			return NULL;
		}
	}
	return copy;
}

static void
peer_code(struct peer *p, unsigned code, uint64_t n)
{
	for (unsigned i = 0; i < p->n_codes; i++)
		if (p->codes[i].code == code) {
			p->codes[i].n += n;
			return;
		}
	if (peer_code_room(p))
		p->codes[p->n_codes++] = (struct peer_code){ n, code };
	else
		p->other += n;
}

void
peer_event(struct peer *p, unsigned code, uint64_t n)
{
	p->events += n;
	peer_code(p, code, n);
}

uint64_t
peer_move(struct peer *p, unsigned from, unsigned to, uint64_t n)
{
	uint64_t moved = 0, rest;

	for (unsigned i = 0; i < p->n_codes; i++)
		if (p->codes[i].code == from) {
			moved = n < p->codes[i].n ? n : p->codes[i].n;
			p->codes[i].n -= moved;
		}
	/* It found no place of its own when it was counted. */
	rest = n - moved < p->other ? n - moved : p->other;
	p->other -= rest;
	moved += rest;
	if (to == PEER_NO_CODE)
		p->other += moved;
	else if (moved > 0)
		peer_code(p, to, moved);
	return moved;
}

struct peer *
peer_table_rest(struct peer_table *t)
{
	return &t->rest;
}

void
peer_table_each(struct peer_table *t, void (*fn)(void *ctx, struct peer *p), void *ctx)
{
	for (struct peer *p = t->head; p != NULL; p = p->hh.next)
		fn(ctx, p);
	fn(ctx, &t->rest);
}

bool
peer_is_other(const struct peer_table *t, const struct peer *p)
{
	return p == &t->rest;
}

/* Where a row counts a code, NULL when it has no room. */
static int64_t *
peer_stat_slot(struct peer_stat *s, unsigned code)
{
	for (unsigned i = 0; i < PEER_CODES; i++)
		if (s->codes[i].n != 0 && s->codes[i].code == code)
			return &s->codes[i].n;
	for (unsigned i = 0; i < PEER_CODES; i++)
		if (s->codes[i].n == 0) {
			s->codes[i].code = (uint16_t)code;
			return &s->codes[i].n;
		}
	return NULL;
}

void
peer_stat_event(struct peer_stat *s, unsigned code, uint64_t n)
{
	int64_t *slot = peer_stat_slot(s, code);

	s->events += n;
	if (slot != NULL)
		*slot += (int64_t)n;
	else
		s->other += n;
}

void
peer_stat_move(struct peer_stat *s, unsigned from, unsigned to)
{
	int64_t *slot = peer_stat_slot(s, from);

	if (slot == NULL && s->other == 0)
		return;
	if (slot != NULL)
		--*slot;
	else
		s->other--;
	slot = peer_stat_slot(s, to);
	if (slot != NULL)
		++*slot;
	else
		s->other++;
}

void
peer_stat_moves(struct peer_stat *inc, peer_moved_fn fn, void *ctx)
{
	for (unsigned i = 0; i < PEER_CODES; i++) {
		uint64_t from = inc->codes[i].n < 0 ? (uint64_t)-inc->codes[i].n : 0;

		for (unsigned k = 0; k <= PEER_CODES && from > 0; k++) {
			bool other = k == PEER_CODES;
			uint64_t to = other ? inc->other : inc->codes[k].n > 0 ? (uint64_t)inc->codes[k].n : 0;
			uint64_t n = from < to ? from : to;

			if (n == 0)
				continue;
			fn(ctx, inc->codes[i].code, other ? PEER_NO_CODE : inc->codes[k].code, n);
			from -= n;
			if (other)
				inc->other -= n;
			else
				inc->codes[k].n -= (int64_t)n;
		}
		if (inc->codes[i].n < 0)
			inc->codes[i].n = 0;
	}
}

static void
peer_table_moved(void *ctx, unsigned from, unsigned to, uint64_t n)
{
	(void)peer_move(ctx, from, to, n);
}

void
peer_table_add(struct peer_table *t, const struct peer_stat *inc)
{
	struct peer *p = strcmp(inc->name, PEER_OTHER_NAME) == 0
	    ? &t->rest
	    : peer_table_make(t, inc->name, strlen(inc->name), inc->name);
	struct peer_stat add = *inc;

	if (inc->role != PEER_ROLE_UNKNOWN)
		p->role = inc->role;
	for (unsigned i = 0; i < 6; i++)
		p->responses[i] += inc->responses[i];
	peer_stat_moves(&add, peer_table_moved, p);
	for (unsigned i = 0; i < PEER_CODES; i++)
		if (add.codes[i].n > 0)
			peer_code(p, add.codes[i].code, (uint64_t)add.codes[i].n);
	p->other += add.other;
	p->events += add.events;
}

static bool
peer_code_before(const struct peer_code *a, const struct peer_code *b)
{
	return a->n != b->n ? a->n > b->n : a->code < b->code;
}

/* The most frequent codes, by insertion; what is pushed out of the row is told under `other`. */
void
peer_tell(const struct peer *p, struct peer_stat *out)
{
	struct peer_code best[PEER_CODES + 1];
	unsigned n = 0;

	memset(out, 0, sizeof *out);
	memcpy(out->name, p->name, sizeof out->name);
	memcpy(out->responses, p->responses, sizeof out->responses);
	out->role = p->role;
	out->events = p->events;
	out->other = p->other;
	for (unsigned i = 0; i < p->n_codes; i++) {
		unsigned at = n;

		if (p->codes[i].n == 0)
			continue;
		for (; at > 0 && peer_code_before(&p->codes[i], &best[at - 1]); at--)
			best[at] = best[at - 1];
		best[at] = p->codes[i];
		if (n < PEER_CODES)
			n++;
		else
			out->other += best[PEER_CODES].n;
	}
	for (unsigned i = 0; i < n; i++) {
		out->codes[i].code = best[i].code;
		out->codes[i].n = best[i].n;
	}
}

uint64_t
peer_responses(const uint64_t responses[6])
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < 6; i++)
		sum += responses[i];
	return sum;
}

/* Most events first, then most responses, then by name; for qsort. */
static int
peer_order(const void *a, const void *b)
{
	const struct peer *p = *(const struct peer *const *)a, *q = *(const struct peer *const *)b;
	uint64_t rp, rq;

	if (p->events != q->events)
		return p->events > q->events ? -1 : 1;
	rp = peer_responses(p->responses);
	rq = peer_responses(q->responses);
	if (rp != rq)
		return rp > rq ? -1 : 1;
	return strcmp(p->name, q->name);
}

/* Up to here a place among the first is found by looking at each of them. */
enum { PEER_FEW = 32 };

/* The first n of all, in order; the rest as it falls.  A screen wants a few of many, ten times a second. */
static void
peer_first(const struct peer **order, size_t all, size_t n)
{
	if (n > PEER_FEW) {
		qsort(order, all, sizeof order[0], peer_order);
		return;
	}
	for (size_t i = 1; i < all; i++) {
		const struct peer *p = order[i];
		size_t at = i < n ? i : n;

		if (at == n && (n == 0 || peer_order(&p, &order[n - 1]) > 0))
			continue;
		if (at == n)
			order[i] = order[--at];
		for (; at > 0 && peer_order(&p, &order[at - 1]) < 0; at--)
			order[at] = order[at - 1];
		order[at] = p;
	}
}

size_t
peer_table_top(const struct peer_table *t, struct peer_stat *out, size_t n)
{
	const struct peer *order[TALLY_PEERS_MAX + 1];
	size_t all = 0;

	for (const struct peer *p = t->head; p != NULL; p = p->hh.next)
		order[all++] = p;
	if (t->rest.events > 0 || peer_responses(t->rest.responses) > 0)
		order[all++] = &t->rest;
	if (all < n)
		n = all;
	peer_first(order, all, n);
	for (size_t i = 0; i < n; i++)
		peer_tell(order[i], &out[i]);
	return n;
}
