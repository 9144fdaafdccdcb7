/*
 * kpi_list - what ratios and delays are made of, as ticks tell it; see kpi_list.h.
 * The one thing to know: a peer is kept once it was told, and those that come when all rows are taken stand under
 * "other", so sums over rows are the sums of what was told.
 */
#include "store/kpi_list.h"

#include <string.h>

#include "sipwhy/hash.h"
#include "sipwhy/mem.h"

#define KPI_LIST_OTHER "other"

static struct kpi_row *
kpi_list_row(uint64_t key, const char *name)
{
	struct kpi_row *r = mem_zalloc(sizeof *r);

	if (r == NULL)
		return NULL;
	r->key = key;
	(void)slice_copy(r->name, sizeof r->name, slice_str(name));
	r->window = kpi_window_new();
	if (r->window != NULL)
		return r;
	mem_free(r);
	return NULL;
}

static uint64_t
kpi_list_key(const struct kpi_list *t, const char *name)
{
	return hash64(name, strlen(name), t->seed);
}

struct kpi_list *
kpi_list_new(uint64_t seed)
{
	struct kpi_list *t = mem_zalloc(sizeof *t);

	if (t == NULL)
		return NULL;
	t->seed = seed;
	t->all.window = kpi_window_new();
	t->row[0] = kpi_list_row(kpi_list_key(t, KPI_LIST_OTHER), KPI_LIST_OTHER);
	t->n = 1;
	if (t->all.window != NULL && t->row[0] != NULL)
		return t;
	kpi_list_free(t);
	return NULL;
}

void
kpi_list_free(struct kpi_list *t)
{
	if (t == NULL)
		return;
	kpi_window_free(t->all.window);
	for (size_t i = 0; i < t->n; i++) {
		if (t->row[i] != NULL)
			kpi_window_free(t->row[i]->window);
		mem_free(t->row[i]);
	}
	mem_free(t);
}

static struct kpi_row *
kpi_list_clone_row(const struct kpi_row *r)
{
	struct kpi_row *copy = mem_alloc(sizeof *copy);

	if (copy == NULL)
		return NULL;
	*copy = *r;
	copy->window = kpi_window_clone(r->window);
	if (copy->window != NULL)
		return copy;
	mem_free(copy);
	return NULL;
}

struct kpi_list *
kpi_list_clone(const struct kpi_list *t)
{
	struct kpi_list *copy = mem_alloc(sizeof *copy);
	bool whole;

	if (copy == NULL)
		return NULL;
	*copy = *t;
	copy->all.window = kpi_window_clone(t->all.window);
	whole = copy->all.window != NULL;
	for (copy->n = 0; whole && copy->n < t->n; copy->n++) {
		copy->row[copy->n] = kpi_list_clone_row(t->row[copy->n]);
		whole = copy->row[copy->n] != NULL;
	}
	if (whole)
		return copy;
	kpi_list_free(copy);
	return NULL;
}

static void
kpi_list_count(struct kpi_row *r, int64_t t_ns, const struct kpi_counts *inc)
{
	kpi_add(&r->total, inc);
	kpi_window_add(r->window, t_ns, inc);
}

void
kpi_list_add(struct kpi_list *t, int64_t t_ns, const struct kpi_counts *inc)
{
	kpi_list_count(&t->all, t_ns, inc);
}

static struct kpi_row *
kpi_list_find(struct kpi_list *t, const char *name)
{
	uint64_t key = kpi_list_key(t, name);
	struct kpi_row *r;

	for (size_t i = 0; i < t->n; i++)
		if (t->row[i]->key == key)
			return t->row[i];
	if (t->n > KPI_PEERS || (r = kpi_list_row(key, name)) == NULL)
		return t->row[0];
	return t->row[t->n++] = r;
}

void
kpi_list_add_peer(struct kpi_list *t, int64_t t_ns, const struct kpi_peer *inc)
{
	struct kpi_row *r = kpi_list_find(t, inc->name);

	if (r != t->row[0] && inc->role < PEER_ROLE_N && inc->role != PEER_ROLE_UNKNOWN)
		r->role = inc->role;
	kpi_list_count(r, t_ns, inc->counts);
}

void
kpi_list_sum(const struct kpi_row *r, int64_t now_ns, unsigned window_s, struct kpi_counts *out)
{
	if (window_s == 0)
		*out = r->total;
	else
		kpi_window_sum(r->window, now_ns, window_s, out);
}

/* How much there is to say about a peer; 0: nothing. */
static uint64_t
kpi_list_weight(const struct kpi_row *r, int64_t now_ns, unsigned window_s)
{
	struct kpi_counts c;
	uint64_t weight = 0;

	kpi_list_sum(r, now_ns, window_s, &c);
	weight += c.n[KPI_BIDS] > 0 ? (uint64_t)c.n[KPI_BIDS] : 0;
	weight += c.n[KPI_REGISTERS] > 0 ? (uint64_t)c.n[KPI_REGISTERS] : 0;
	/* One more than they are, so that a peer with other figures is not left out. */
	return kpi_is_zero(&c) ? 0 : weight + 1;
}

size_t
kpi_list_top(const struct kpi_list *t, int64_t now_ns, unsigned window_s, struct kpi_peer *out, struct kpi_counts *room,
    size_t n)
{
	const struct kpi_row *best[KPI_PEERS + 1];
	uint64_t weight[KPI_PEERS + 1];
	size_t used = 0;

	for (size_t i = 0; i < t->n; i++) {
		const struct kpi_row *r = t->row[i];
		uint64_t w = kpi_list_weight(r, now_ns, window_s);
		size_t at;

		if (w == 0)
			continue;
		for (at = used++;
		     at > 0 && (weight[at - 1] < w || (weight[at - 1] == w && strcmp(r->name, best[at - 1]->name) < 0));
		     at--) {
			best[at] = best[at - 1];
			weight[at] = weight[at - 1];
		}
		best[at] = r;
		weight[at] = w;
	}
	used = used < n ? used : n;
	for (size_t i = 0; i < used; i++) {
		kpi_list_sum(best[i], now_ns, window_s, &room[i]);
		out[i] = (struct kpi_peer){ best[i]->name, best[i]->role, &room[i] };
	}
	return used;
}
