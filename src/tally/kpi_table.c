/*
 * kpi_table - KPI counters in total and by peer; see kpi_table.h.
 * The one thing to know: a peer's row costs 16 KB, so there are KPI_PEERS of them at most.  Whoever finds none is
 * counted in the row "other"; so is, for good, what was counted of a peer that was quiet for 15 minutes and gave its
 * row away.  The rows' sums always add up to all legs.
 */
#include "tally/kpi_table.h"

#include <string.h>

#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"
#include "tally/peer.h"

#define TABLE_QUIET_NS (900 * NS_PER_S)

/*
 * requests, repeats: counted already, but not in the window yet; they belong to the 10 s bucket `bucket`, so that a
 * message costs no division.  last_ns: its newest outcome.
 */
struct kpi_row {
	struct peer *peer;
	struct kpi_counts total, delta;
	struct kpi_window *window;
	int64_t last_ns, bucket;
	uint32_t requests, repeats;
	bool moved;
};

/*
 * [from_ns, to_ns): the bucket that the present time is in.  full_until_ns: until then no row falls quiet.  telling:
 * increments are counted; until then no row has a delta, nor did it move.
 */
struct kpi_table {
	struct kpi_row all, other;
	struct kpi_row *rows[KPI_PEERS];
	size_t n;
	struct kpi_peer told[KPI_PEERS + 1];
	int64_t bucket, from_ns, to_ns, full_until_ns;
	bool timed, telling;
};

struct kpi_table *
kpi_table_new(void)
{
	struct kpi_table *t = mem_zalloc(sizeof *t);

	if (t == NULL)
		return NULL;
	t->full_until_ns = INT64_MIN;
	t->all.window = kpi_window_new();
	t->other.window = kpi_window_new();
	if (t->all.window == NULL || t->other.window == NULL) {
		kpi_table_free(t);
		return NULL;
	}
	return t;
}

void
kpi_table_free(struct kpi_table *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->n; i++) {
		kpi_window_free(t->rows[i]->window);
		mem_free(t->rows[i]);
	}
	kpi_window_free(t->all.window);
	kpi_window_free(t->other.window);
	mem_free(t);
}

void
kpi_table_time(struct kpi_table *t, int64_t t_ns)
{
	const int64_t step = 10 * NS_PER_S;

	if (t->timed && t_ns >= t->from_ns && t_ns < t->to_ns)
		return;
	t->bucket = kpi_window_bucket(t_ns);
	/* At the ends of time the bucket's own ends cannot be said. */
	t->from_ns = t->bucket > INT64_MIN / step ? t->bucket * step : INT64_MIN;
	t->to_ns = t->from_ns < INT64_MAX - step ? t->from_ns + step : INT64_MAX;
	/* What came before any time was known belongs to the first one. */
	if (!t->timed)
		t->all.bucket = t->bucket;
	t->timed = true;
}

/* The first instant of a bucket, or one that is in it. */
static int64_t
kpi_row_pending_ns(const struct kpi_row *r)
{
	const int64_t step = 10 * NS_PER_S;

	return r->bucket > INT64_MIN / step ? r->bucket * step : INT64_MIN;
}

static void
kpi_row_settle(struct kpi_row *r)
{
	kpi_window_count(r->window, kpi_row_pending_ns(r), KPI_REQUESTS, r->requests);
	kpi_window_count(r->window, kpi_row_pending_ns(r), KPI_RETRANSMITS, r->repeats);
	r->requests = r->repeats = 0;
}

static void
kpi_row_request(struct kpi_table *t, struct kpi_row *r, bool again)
{
	if (r->bucket != t->bucket || r->requests == UINT32_MAX) {
		kpi_row_settle(r);
		r->bucket = t->bucket;
	}
	r->requests++;
	r->repeats += again;
	r->total.n[KPI_REQUESTS]++;
	r->total.n[KPI_RETRANSMITS] += again;
	if (t->telling) {
		r->delta.n[KPI_REQUESTS]++;
		r->delta.n[KPI_RETRANSMITS] += again;
		r->moved = true;
	}
}

void
kpi_table_request(struct kpi_table *t, const struct peer *p, bool again)
{
	kpi_row_request(t, &t->all, again);
	if (p != NULL && p->kpi != NULL)
		kpi_row_request(t, p->kpi, again);
}

static void
kpi_row_move(const struct kpi_table *t, struct kpi_row *r, const struct kpi_move *m, int64_t t_ns)
{
	kpi_move_count(&r->total, m);
	if (t->telling) {
		kpi_move_count(&r->delta, m);
		r->moved = true;
	}
	kpi_window_move(r->window, t_ns, m);
	if (t_ns > r->last_ns)
		r->last_ns = t_ns;
}

/* Messages tell the time; without them the newest outcome does. */
static void
kpi_table_at_least(struct kpi_table *t, int64_t t_ns)
{
	if (!t->timed || t_ns >= t->to_ns)
		kpi_table_time(t, t_ns);
}

/* The row used longest ago; among the others than named ones when `strangers`.  NULL: none. */
static struct kpi_row *
kpi_table_oldest(const struct kpi_table *t, bool strangers)
{
	struct kpi_row *oldest = NULL;

	for (size_t i = 0; i < t->n; i++)
		if ((!strangers || !t->rows[i]->peer->named) &&
		    (oldest == NULL || t->rows[i]->last_ns < oldest->last_ns))
			oldest = t->rows[i];
	return oldest;
}

/* Nothing is lost: what it counted goes to the rest. */
static void
kpi_table_fold(struct kpi_table *t, struct kpi_row *r)
{
	struct kpi_window *w = r->window;

	kpi_row_settle(r);
	kpi_add(&t->other.total, &r->total);
	kpi_add(&t->other.delta, &r->delta);
	kpi_window_merge(t->other.window, w);
	t->other.moved |= r->moved;
	r->peer->kpi = NULL;
	kpi_window_reset(w);
	*r = (struct kpi_row){ .window = w };
}

static struct kpi_row *
kpi_table_add(struct kpi_table *t)
{
	struct kpi_row *r = mem_zalloc(sizeof *r);

	if (r == NULL || (r->window = kpi_window_new()) == NULL) {
		mem_free(r);
		return NULL;
	}
	t->rows[t->n++] = r;
	return r;
}

/* A full table gives the row of a quiet peer; to a named one that of any stranger: floods must not hide trunks. */
static struct kpi_row *
kpi_table_vacate(struct kpi_table *t, const struct peer *p, int64_t t_ns)
{
	struct kpi_row *r;

	if (p->named && (r = kpi_table_oldest(t, true)) != NULL) {
		kpi_table_fold(t, r);
		return r;
	}
	if (t_ns <= t->full_until_ns)
		return NULL;
	r = kpi_table_oldest(t, false);
	if (r->last_ns > INT64_MAX - TABLE_QUIET_NS || t_ns <= r->last_ns + TABLE_QUIET_NS) {
		t->full_until_ns = r->last_ns > INT64_MAX - TABLE_QUIET_NS ? INT64_MAX : r->last_ns + TABLE_QUIET_NS;
		return NULL;
	}
	kpi_table_fold(t, r);
	return r;
}

static struct kpi_row *
kpi_table_row(struct kpi_table *t, struct peer *p, int64_t t_ns)
{
	struct kpi_row *r;

	if (p == NULL)
		return &t->other;
	if (p->kpi != NULL)
		return p->kpi;
	r = t->n < KPI_PEERS ? kpi_table_add(t) : kpi_table_vacate(t, p, t_ns);
	if (r == NULL)
		return &t->other;
	r->peer = p;
	r->last_ns = t_ns;
	p->kpi = r;
	return r;
}

void
kpi_table_outcome(struct kpi_table *t, const struct kpi_move *m, int64_t t_ns)
{
	kpi_table_at_least(t, t_ns);
	kpi_row_move(t, &t->all, m, t_ns);
}

void
kpi_table_leg(struct kpi_table *t, struct peer *p, const struct kpi_move *m, int64_t t_ns)
{
	kpi_table_at_least(t, t_ns);
	kpi_row_move(t, kpi_table_row(t, p, t_ns), m, t_ns);
}

void
kpi_table_completed(struct kpi_table *t, const struct peer *p, int64_t t_ns)
{
	const struct kpi_move m = {
		.counters = UINT32_C(1) << KPI_COMPLETED, .sign = 1, .bin = { KPI_NO_BIN, KPI_NO_BIN, KPI_NO_BIN }
	};

	kpi_table_at_least(t, t_ns);
	kpi_row_move(t, &t->all, &m, t_ns);
	kpi_row_move(t, p != NULL && p->kpi != NULL ? p->kpi : &t->other, &m, t_ns);
}

const struct kpi_counts *
kpi_table_total(const struct kpi_table *t)
{
	return &t->all.total;
}

static void
kpi_row_sum(struct kpi_table *t, struct kpi_row *r, int64_t now_ns, unsigned window_s, struct kpi_counts *out)
{
	if (window_s == 0) {
		*out = r->total;
		return;
	}
	kpi_table_at_least(t, now_ns);
	kpi_row_settle(r);
	kpi_window_sum(r->window, now_ns, window_s, out);
}

void
kpi_table_window(struct kpi_table *t, int64_t now_ns, unsigned window_s, struct kpi_counts *out)
{
	kpi_row_sum(t, &t->all, now_ns, window_s, out);
}

static const char *
kpi_row_name(const struct kpi_row *r)
{
	return r->peer != NULL ? r->peer->name : "other";
}

static struct kpi_peer
kpi_row_peer(const struct kpi_row *r, const struct kpi_counts *counts)
{
	return (struct kpi_peer){ .name = kpi_row_name(r),
		.role = r->peer != NULL ? r->peer->role : (uint8_t)PEER_ROLE_UNKNOWN,
		.counts = counts };
}

static bool
kpi_peer_before(const struct kpi_peer *a, const struct kpi_peer *b)
{
	int64_t x = a->counts->n[KPI_BIDS] + a->counts->n[KPI_REGISTERS];
	int64_t y = b->counts->n[KPI_BIDS] + b->counts->n[KPI_REGISTERS];

	return x != y ? x > y : strcmp(a->name, b->name) < 0;
}

/* Rows keep their place in `room` and only the small rows of `out` are moved: the last one gives its place back. */
size_t
kpi_table_peers(
    struct kpi_table *t, int64_t now_ns, unsigned window_s, struct kpi_peer *out, struct kpi_counts *room, size_t n)
{
	size_t used = 0;

	for (size_t i = 0; n > 0 && i <= t->n; i++) {
		struct kpi_row *r = i < t->n ? t->rows[i] : &t->other;
		struct kpi_counts counts;
		struct kpi_peer p = kpi_row_peer(r, &counts);
		struct kpi_counts *place = &room[used];
		size_t at = used;

		kpi_row_sum(t, r, now_ns, window_s, &counts);
		if (kpi_is_zero(&counts) || (used == n && !kpi_peer_before(&p, &out[n - 1])))
			continue;
		if (used == n) {
			at = n - 1;
			place = &room[out[at].counts - room];
		} else {
			used++;
		}
		for (; at > 0 && kpi_peer_before(&p, &out[at - 1]); at--)
			out[at] = out[at - 1];
		*place = counts;
		p.counts = place;
		out[at] = p;
	}
	return used;
}

const struct kpi_counts *
kpi_table_delta(const struct kpi_table *t)
{
	return &t->all.delta;
}

const struct kpi_peer *
kpi_table_delta_peers(struct kpi_table *t, size_t *n)
{
	*n = 0;
	for (size_t i = 0; i < t->n; i++)
		if (t->rows[i]->moved)
			t->told[(*n)++] = kpi_row_peer(t->rows[i], &t->rows[i]->delta);
	if (t->other.moved)
		t->told[(*n)++] = kpi_row_peer(&t->other, &t->other.delta);
	return t->told;
}

static void
kpi_row_tell(struct kpi_row *r)
{
	r->delta = r->total;
	r->moved = !kpi_is_zero(&r->delta);
}

void
kpi_table_tell(struct kpi_table *t)
{
	if (t->telling)
		return;
	t->telling = true;
	for (size_t i = 0; i < t->n; i++)
		kpi_row_tell(t->rows[i]);
	kpi_row_tell(&t->all);
	kpi_row_tell(&t->other);
}

static void
kpi_row_taken(struct kpi_row *r)
{
	if (r->moved)
		memset(&r->delta, 0, sizeof r->delta);
	r->moved = false;
}

void
kpi_table_taken(struct kpi_table *t)
{
	t->telling = true;
	for (size_t i = 0; i < t->n; i++)
		kpi_row_taken(t->rows[i]);
	kpi_row_taken(&t->all);
	kpi_row_taken(&t->other);
}
