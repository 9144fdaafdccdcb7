/*
 * sift - kept events through a filter, in an order; see sipwhy/sift.h.
 * The one thing to know: what was looked at is always one run of ids, [low, high].  A step drops what the store does
 * not show any more, looks again at what changed, then above high for what is new, then below low; rows stand in their
 * order all the while.
 */
#include "sipwhy/sift.h"

#include <stdlib.h>
#include <string.h>

#include "sipwhy/mem.h"
#include "store/moment.h"
#include "store/sift_key.h"
#include "store/sift_look.h"
#include "store/sift_rows.h"

/* Rows sorted among themselves before they are added; how far the processor is sent ahead; rows passed over that cost
 * as much as a look at one event; bytes of a reason that a row is sorted by. */
enum { SIFT_BATCH = 8192, SIFT_AHEAD = 6, SIFT_SWEEP = 64, SIFT_TEXT = 128 };

/*
 * any: something was looked at, low to high.  changes: how many of the store's were taken in.  again: a look at all of
 * them goes on, at ids below again_id; missed: one is due, because changes were missed.
 */
struct sift {
	struct sift_look look;
	enum sift_order order;
	bool descending, any, done, short_of_room;
	uint64_t low, high;
	size_t looked;
	struct sift_rows rows;
	struct sift_key_words *words;
	size_t n_batch;
	struct sift_row *batch, *room;
	uint64_t changes;
	bool again, missed;
	uint64_t again_id;
	struct sift_when when;
};

struct sift *
sift_new(const struct store *s, const struct sift_env *env)
{
	struct sift *x = mem_zalloc(sizeof *x);

	if (x == NULL)
		return NULL;
	x->look = (struct sift_look){ .store = s };
	if (env != NULL)
		x->look.env = *env;
	x->words = sift_key_words_new(s->seed);
	x->batch = mem_alloc(SIFT_BATCH * sizeof *x->batch);
	x->room = mem_alloc(SIFT_BATCH * sizeof *x->room);
	if (x->words == NULL || x->batch == NULL || x->room == NULL) {
		sift_free(x);
		return NULL;
	}
	sift_set(x, NULL, SIFT_TIME, true);
	return x;
}

void
sift_free(struct sift *x)
{
	if (x == NULL)
		return;
	sift_rows_clear(&x->rows);
	mem_free(x->words);
	mem_free(x->batch);
	mem_free(x->room);
	mem_free(x);
}

/* As if nothing had been looked at. */
static void
sift_begin(struct sift *x)
{
	sift_rows_clear(&x->rows);
	sift_key_words_clear(x->words);
	x->any = x->done = x->short_of_room = x->again = x->missed = false;
	x->looked = x->n_batch = 0;
	x->changes = x->look.store->changes.n;
	sift_when_set(&x->when, x->look.store);
}

void
sift_set(struct sift *x, const struct filter *f, enum sift_order order, bool descending)
{
	sift_look_set(&x->look, f);
	x->order = order;
	x->descending = descending;
	sift_begin(x);
}

/* The text that an order goes by; of SIFT_REASON written to out. */
static struct slice
sift_text(const struct sift *x, const struct event *e, char out[SIFT_TEXT])
{
	const struct filter_env *env = x->look.env.filter;
	size_t n = 0;

	switch (x->order) {
	case SIFT_METHOD:
		return e->method;
	case SIFT_PEER:
		return e->peer;
	case SIFT_FROM:
		return e->from;
	case SIFT_TO:
		return e->to;
	case SIFT_SAID_BY:
		return e->said_by.n > 0 ? e->said_by : e->src;
	case SIFT_AGENT:
		return e->agent.n > 0 ? e->agent : e->user_agent;
	case SIFT_SOURCE:
		return e->source;
	default:
		if (env != NULL && env->reason != NULL)
			n = env->reason(env->ctx, e, out, SIFT_TEXT);
		return n > 0 ? (struct slice){ out, n < SIFT_TEXT ? n : SIFT_TEXT } : e->phrase;
	}
}

/* Orders by a number; false: by a text. */
static bool
sift_number(const struct sift *x, const struct event *e, uint64_t *key)
{
	if (x->order == SIFT_TIME)
		*key = (uint64_t)e->t_ns ^ (uint64_t)1 << 63;
	else if (x->order == SIFT_CODE)
		*key = e->code;
	else if (x->order == SIFT_SEEN)
		*key = (uint64_t)e->repeats + e->copies;
	else if (x->order == SIFT_SETUP)
		*key = e->setup_ms >= 0 ? (uint64_t)e->setup_ms + 1 : 0;
	else
		return false;
	return true;
}

/* Can an update move an event in this order? */
static bool
sift_moves(const struct sift *x)
{
	return x->order == SIFT_CODE || x->order == SIFT_SEEN || x->order == SIFT_REASON;
}

static uint64_t
sift_key(struct sift *x, const struct event *e)
{
	char text[SIFT_TEXT];
	uint64_t key;

	if (sift_number(x, e, &key))
		return key;
	key = sift_key_text(x->words, sift_text(x, e, text));
	if (!x->words->moved)
		return key;
	/* What stands in rows and batch has to move along. */
	sift_rows_rekey(
	    &x->rows, sift_key_moved_least(x->words), sift_key_moved_most(x->words), sift_key_moved, x->words);
	for (size_t i = 0; i < x->n_batch; i++)
		if (x->batch[i].key >= sift_key_moved_least(x->words) &&
		    x->batch[i].key <= sift_key_moved_most(x->words))
			x->batch[i].key = sift_key_moved(x->words, x->batch[i].key);
	return key;
}

static void
sift_add(struct sift *x, struct sift_row row)
{
	if (!sift_rows_add(&x->rows, row))
		x->short_of_room = true;
}

/* Neighbours in order go to the same block, which then is at hand. */
static void
sift_flush(struct sift *x)
{
	sift_rows_sort(x->batch, x->room, x->n_batch);
	for (size_t i = 0; i < x->n_batch; i++)
		sift_add(x, x->batch[i]);
	x->n_batch = 0;
}

static void
sift_look_at(struct sift *x, const struct event *e)
{
	if (!sift_look_wants(&x->look, e))
		return;
	if (x->n_batch == SIFT_BATCH)
		sift_flush(x);
	x->batch[x->n_batch] = (struct sift_row){ 0, e->id };
	x->batch[x->n_batch].key = sift_key(x, e);
	x->n_batch++;
}

/* One that was looked at before, and has the key that it had then, or no row. */
static void
sift_look_again(struct sift *x, const struct event *e)
{
	struct sift_row row = { sift_key(x, e), e->id };

	if (sift_look_wants(&x->look, e))
		sift_add(x, row);
	else
		(void)sift_rows_take(&x->rows, row);
}

static const struct event *
sift_event(const struct sift *x, uint64_t id)
{
	const struct store *s = x->look.store;
	const struct event *e = store_event_at(s, store_event_index(s, id));

	return e != NULL && e->id == id ? e : NULL;
}

/* The youngest that was looked at and is shown: what came after a point may have been taken back.  False: none is. */
static bool
sift_top(const struct sift *x, uint64_t *high)
{
	const struct store *s = x->look.store;
	size_t n = store_event_count(s), at = store_event_index(s, x->high);
	const struct event *e = store_event_at(s, at);

	if (n > 0 && (e == NULL || e->id != x->high))
		e = at > 0 ? store_event_at(s, at - 1) : NULL;
	if (n == 0 || e == NULL || e->id < x->low)
		return false;
	*high = e->id;
	return true;
}

/* Bring [low, high] within what the store shows. */
static void
sift_fit(struct sift *x, size_t events)
{
	const struct store *s = x->look.store;
	size_t n = store_event_count(s), seen;
	uint64_t first, high;

	if (!x->any)
		return;
	if (!sift_top(x, &high)) {
		sift_begin(x);
		return;
	}
	first = store_event_at(s, 0)->id;
	if (first > x->low || high < x->high) {
		x->low = first > x->low ? first : x->low;
		x->high = high;
		sift_rows_trim(&x->rows, x->low, x->high);
	}
	/* After a long time away the newest are of more use than the many between. */
	seen = store_event_index(s, x->high) + 1 - store_event_index(s, x->low);
	if (n - 1 - store_event_index(s, x->high) > (events > seen ? events : seen))
		sift_begin(x);
}

static int
sift_id_compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Look again at n events that changed; ids are sorted here.  Where they may have moved their old row is searched. */
static size_t
sift_changed(struct sift *x, uint64_t *id, size_t n)
{
	size_t cost = n;

	qsort(id, n, sizeof *id, sift_id_compare);
	if (sift_moves(x)) {
		sift_rows_drop(&x->rows, id, n);
		cost += x->rows.n / SIFT_SWEEP;
	}
	for (size_t i = 0; i < n; i++) {
		const struct event *e = id[i] >= x->low && id[i] <= x->high ? sift_event(x, id[i]) : NULL;

		if (e != NULL)
			sift_look_again(x, e);
	}
	return cost;
}

/* Returns what is left of the budget. */
static size_t
sift_changes(struct sift *x, size_t events)
{
	const struct sift_changes *c = &x->look.store->changes;
	uint64_t id[SIFT_CHANGES], left = c->n - x->changes;
	size_t n = 0, cost;

	if (left > SIFT_CHANGES) {
		x->changes = c->n;
		if (sift_moves(x))
			sift_begin(x);
		x->missed = x->any;
		return events;
	}
	for (; left > 0 && n < events; left--)
		id[n++] = c->id[x->changes++ % SIFT_CHANGES];
	cost = n > 0 && x->any ? sift_changed(x, id, n) : 0;
	return cost < events ? events - cost : 0;
}

static size_t
sift_upward(struct sift *x, size_t events)
{
	const struct store *s = x->look.store;
	size_t n = store_event_count(s), at = x->any ? store_event_index(s, x->high) + 1 : n;

	for (; at < n && events > 0; at++, events--) {
		const struct event *e = store_event_at(s, at);

		sift_look_ahead(at + SIFT_AHEAD < n ? store_event_at(s, at + SIFT_AHEAD) : NULL);
		sift_look_at(x, e);
		x->high = e->id;
	}
	sift_flush(x);
	return events;
}

static size_t
sift_downward(struct sift *x, size_t events)
{
	const struct store *s = x->look.store;
	size_t at = x->any ? store_event_index(s, x->low) : store_event_count(s);

	for (; at > 0 && events > 0; at--, events--) {
		const struct event *e = store_event_at(s, at - 1);

		sift_look_ahead(at > SIFT_AHEAD ? store_event_at(s, at - 1 - SIFT_AHEAD) : NULL);
		sift_look_at(x, e);
		x->low = e->id;
		x->high = x->any ? x->high : e->id;
		x->any = true;
	}
	sift_flush(x);
	return events;
}

/* What time, groups or the user decide is looked at once more from time to time, and all when changes were missed. */
static size_t
sift_again(struct sift *x, size_t events)
{
	const struct store *s = x->look.store;
	size_t at, low;

	if (!x->again && x->any && (x->missed || (x->look.fickle && sift_when_due(&x->when, s, 1, x->looked)))) {
		x->again = true;
		x->missed = false;
		x->again_id = x->high + 1;
		sift_when_set(&x->when, s);
	}
	if (!x->again)
		return events;
	at = store_event_index(s, x->again_id);
	low = store_event_index(s, x->low);
	for (; at > low && events > 0; at--, events--) {
		const struct event *e = store_event_at(s, at - 1);

		sift_look_ahead(at > SIFT_AHEAD ? store_event_at(s, at - 1 - SIFT_AHEAD) : NULL);
		sift_look_again(x, e);
		x->again_id = e->id;
	}
	x->again = at > low;
	return events;
}

static void
sift_count_looked(struct sift *x)
{
	const struct store *s = x->look.store;
	size_t n = store_event_count(s);

	x->looked = 0;
	if (x->any)
		x->looked = store_event_index(s, x->high) + 1 - store_event_index(s, x->low);
	x->done = x->looked == n;
}

bool
sift_step(struct sift *x, size_t events)
{
	sift_fit(x, events);
	events = sift_changes(x, events);
	events = sift_upward(x, events);
	events = sift_downward(x, events);
	sift_count_looked(x);
	if (x->done)
		(void)sift_again(x, events);
	sift_rows_settle(&x->rows);
	return x->done && !x->again && !x->missed && x->changes == x->look.store->changes.n;
}

bool
sift_done(const struct sift *x)
{
	return x->done;
}

bool
sift_short(const struct sift *x)
{
	return x->short_of_room;
}

size_t
sift_looked(const struct sift *x)
{
	return x->looked;
}

size_t
sift_count(const struct sift *x)
{
	return x->rows.n;
}

const struct event *
sift_at(const struct sift *x, size_t row)
{
	if (row >= x->rows.n)
		return NULL;
	return sift_event(x, sift_rows_at(&x->rows, x->descending ? x->rows.n - 1 - row : row).id);
}

/* Where an event stands in rising order; n when it is not there. */
static size_t
sift_index(const struct sift *x, const struct event *e)
{
	char text[SIFT_TEXT];
	struct sift_row row = { 0, e->id };
	size_t at;

	if (!sift_number(x, e, &row.key))
		(void)sift_key_find(x->words, sift_text(x, e, text), &row.key);
	at = sift_rows_find(&x->rows, row);
	/* It may have changed since the last step. */
	return at < x->rows.n && sift_rows_at(&x->rows, at).id == e->id ? at : sift_rows_seek(&x->rows, e->id);
}

/* Where an event stands by time, or is missing: then where the next one that was told stands. */
static size_t
sift_row_of_time(const struct sift *x, uint64_t id)
{
	const struct store *s = x->look.store;
	const struct event *e = store_event_at(s, store_event_index(s, id));
	struct sift_row row = { UINT64_MAX, id };
	size_t n = x->rows.n, at;

	if (e != NULL) {
		row.id = e->id;
		(void)sift_number(x, e, &row.key);
	}
	at = sift_rows_find(&x->rows, row);
	if (!x->descending)
		return at;
	return at < n && sift_rows_at(&x->rows, at).id == id ? n - 1 - at : n - at;
}

size_t
sift_row(const struct sift *x, uint64_t id)
{
	const struct event *e = sift_event(x, id);
	size_t n = x->rows.n, at;

	if (x->order == SIFT_TIME)
		return sift_row_of_time(x, id);
	at = e != NULL ? sift_index(x, e) : n;
	return at == n || !x->descending ? at : n - 1 - at;
}
