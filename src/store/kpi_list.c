/*
 * kpi_list - what ratios and delays are made of, as ticks tell it; see kpi_list.h.
 * The one thing to know: a peer is kept once it was told, and those that come when all rows are taken stand under
 * "other", so sums over rows are the sums of what was told.
 */
#include "store/kpi_list.h"

#include <string.h>

#include "sipwhy/hash.h"
#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"

#define KPI_LIST_OTHER "other"

enum { KPI_LIST_PIECE = 16 * 1024 };

static void
kpi_list_drop(struct kpi_row *r)
{
	if (r == NULL || --r->refs > 0)
		return;
	kpi_window_free(r->window);
	kpi_past_free(r->past);
	mem_free(r);
}

static struct kpi_row *
kpi_list_row(const char *name, unsigned minutes)
{
	struct kpi_row *r = mem_zalloc(sizeof *r);

	if (r == NULL)
		return NULL;
	r->refs = 1;
	(void)slice_copy(r->name, sizeof r->name, slice_str(name));
	r->window = kpi_window_new();
	r->past = kpi_past_new(minutes);
	if (r->window != NULL && r->past != NULL)
		return r;
	kpi_list_drop(r);
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
	t->past_max = KPI_LIST_PAST_MAX;
	t->kept_ns = INT64_MIN;
	t->all = kpi_list_row("", KPI_PAST_LONG);
	t->key[0] = kpi_list_key(t, KPI_LIST_OTHER);
	t->row[0] = kpi_list_row(KPI_LIST_OTHER, KPI_PAST_SHORT);
	t->n = 1;
	if (t->all != NULL && t->row[0] != NULL)
		return t;
	kpi_list_free(t);
	return NULL;
}

void
kpi_list_free(struct kpi_list *t)
{
	if (t == NULL)
		return;
	kpi_list_drop(t->all);
	for (size_t i = 0; i < t->n; i++)
		kpi_list_drop(t->row[i]);
	mem_free(t);
}

struct kpi_list *
kpi_list_clone(const struct kpi_list *t)
{
	struct kpi_list *copy = mem_alloc(sizeof *copy);

	if (copy == NULL)
		return NULL;
	*copy = *t;
	copy->all->refs++;
	for (size_t i = 0; i < copy->n; i++)
		copy->row[i]->refs++;
	return copy;
}

/* Make a row ours alone; NULL when memory is short. */
static struct kpi_row *
kpi_list_own(struct kpi_row **at)
{
	struct kpi_row *copy;

	if ((*at)->refs == 1)
		return *at;
	copy = mem_alloc(sizeof *copy);
	if (copy == NULL)
		return NULL;
	*copy = **at;
	copy->refs = 1;
	copy->window = kpi_window_clone((*at)->window);
	copy->past = kpi_past_clone((*at)->past);
	if (copy->window == NULL || copy->past == NULL) {
		kpi_list_drop(copy);
		return NULL;
	}
	kpi_list_drop(*at);
	return *at = copy;
}

static bool
kpi_list_count(struct kpi_row **at, int64_t t_ns, const struct kpi_counts *inc)
{
	struct kpi_row *r = kpi_list_own(at);

	if (r == NULL)
		return false;
	kpi_add(&r->total, inc);
	kpi_window_add(r->window, t_ns, inc);
	return kpi_past_add(r->past, t_ns, inc);
}

bool
kpi_list_add(struct kpi_list *t, int64_t t_ns, const struct kpi_counts *inc)
{
	return kpi_list_count(&t->all, t_ns, inc);
}

static size_t
kpi_list_index(const struct kpi_list *t, uint64_t key)
{
	size_t i = 0;

	while (i < t->n && t->key[i] != key)
		i++;
	return i;
}

const struct kpi_row *
kpi_list_row_of(const struct kpi_list *t, const char *name)
{
	size_t i = kpi_list_index(t, kpi_list_key(t, name));

	return i < t->n ? t->row[i] : NULL;
}

static struct kpi_row **
kpi_list_find(struct kpi_list *t, const char *name)
{
	uint64_t key = kpi_list_key(t, name);
	size_t i = kpi_list_index(t, key);
	struct kpi_row *r;

	if (i < t->n)
		return &t->row[i];
	if (t->n > KPI_PEERS || (r = kpi_list_row(name, KPI_PAST_SHORT)) == NULL)
		return &t->row[0];
	t->key[t->n] = key;
	t->row[t->n] = r;
	return &t->row[t->n++];
}

static size_t
kpi_list_past(const struct kpi_list *t)
{
	size_t sum = 0;

	for (size_t i = 0; i < t->n; i++)
		sum += kpi_past_bytes(t->row[i]->past);
	return sum;
}

/* The past is bounded in all, not row by row: who has none leaves room to the others. */
static void
kpi_list_fit(struct kpi_list *t, int64_t now_ns)
{
	const int64_t span_ns = 3 * 86400 * NS_PER_S, hour_ns = 3600 * NS_PER_S;
	int64_t from_ns = now_ns < INT64_MIN + span_ns ? INT64_MIN : now_ns - span_ns;
	size_t used = kpi_list_past(t);

	/* A clock that went back by days begins anew here too. */
	if (t->kept_ns < from_ns || t->kept_ns > now_ns)
		t->kept_ns = from_ns;
	while (used > t->past_max && t->kept_ns < now_ns) {
		t->kept_ns = now_ns - t->kept_ns > hour_ns ? t->kept_ns + hour_ns : now_ns;
		for (size_t i = 0; i < t->n; i++) {
			struct kpi_row *r = kpi_list_own(&t->row[i]);

			if (r != NULL)
				kpi_past_forget(r->past, t->kept_ns);
		}
		used = kpi_list_past(t);
	}
}

bool
kpi_list_add_peer(struct kpi_list *t, int64_t t_ns, const struct kpi_peer *inc)
{
	struct kpi_row **at = kpi_list_find(t, inc->name), *r = kpi_list_own(at);
	size_t before;

	if (r == NULL)
		return false;
	if (at != &t->row[0] && inc->role < PEER_ROLE_N && inc->role != PEER_ROLE_UNKNOWN)
		r->role = inc->role;
	before = kpi_past_bytes(r->past);
	if (!kpi_list_count(at, t_ns, inc->counts))
		return false;
	/* Looking at all rows is for when one of them has grown by much. */
	if (kpi_past_bytes(r->past) / KPI_LIST_PIECE != before / KPI_LIST_PIECE)
		kpi_list_fit(t, t_ns);
	return true;
}

void
kpi_list_sum(const struct kpi_row *r, int64_t now_ns, unsigned window_s, struct kpi_counts *out)
{
	struct kpi_counts later;

	if (window_s > 0) {
		if (kpi_window_holds(r->window, now_ns, window_s))
			kpi_window_sum(r->window, now_ns, window_s, out);
		else
			kpi_past_sum(r->past, now_ns, window_s, out);
		return;
	}
	*out = r->total;
	kpi_past_after(r->past, now_ns, &later);
	for (unsigned i = 0; i < KPI_COUNTERS; i++)
		out->n[i] -= later.n[i];
	for (unsigned d = 0; d < KPI_DELAYS; d++)
		for (unsigned b = 0; b < KPI_BINS; b++)
			out->delay[d][b] -= later.delay[d][b];
}

size_t
kpi_list_bytes(const struct kpi_list *t)
{
	size_t sum = sizeof *t + sizeof *t->all + kpi_window_bytes(t->all->window) + kpi_past_bytes(t->all->past);

	for (size_t i = 0; i < t->n; i++)
		sum += sizeof *t->row[i] + kpi_window_bytes(t->row[i]->window);
	return sum + kpi_list_past(t);
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
