/*
 * groups - events folded by signature; see groups.h.
 * The one thing to know: strangers choose phrases, users and Call-IDs, so signatures are seeded hashes of patterns, and
 * all that a group remembers of its events has a fixed size.
 */
#include "store/groups.h"

#include <string.h>

#include "sipwhy/hash.h"
#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"
#include "store/phrase.h"

enum { GROUPS_MINUTE_STEP = 5, GROUPS_HISTORY_STEP = 120 };

/* An acknowledged group that comes again after this much quiet is news. */
#define GROUPS_QUIET_NS (300 * NS_PER_S)
/* What a group is new within, and what a run needs to know what is usual. */
#define GROUPS_FRESH_NS (900 * NS_PER_S)
#define GROUPS_SETTLED_NS (120 * NS_PER_S)

static size_t
groups_size(size_t rows)
{
	return sizeof(struct groups) + rows * sizeof(struct group);
}

struct groups *
groups_new(void)
{
	return mem_zalloc(groups_size(STORE_GROUPS_MAX));
}

/* The clone stands still, so it needs no room for more. */
struct groups *
groups_clone(const struct groups *g)
{
	struct groups *copy = mem_alloc(groups_size(g->n));

	if (copy != NULL)
		memcpy(copy, g, groups_size(g->n));
	return copy;
}

void
groups_free(struct groups *g)
{
	mem_free(g);
}

/* now - then, 0 when it was not before; all that int64_t holds may be told as times. */
static uint64_t
groups_gap(int64_t now_ns, int64_t then_ns)
{
	return now_ns > then_ns ? (uint64_t)now_ns - (uint64_t)then_ns : 0;
}

static int64_t
groups_column(int64_t t_ns, unsigned step_s)
{
	int64_t step = step_s * NS_PER_S;

	return t_ns / step - (t_ns % step < 0);
}

static unsigned
groups_place(int64_t column, unsigned n)
{
	int64_t i = column % (int64_t)n;

	return (unsigned)(i < 0 ? i + n : i);
}

/* Where the column's count stands in a ring whose newest is `at`; -1 when it is out of reach. */
static int
groups_cell(unsigned n, int64_t at, int64_t column)
{
	return column <= at && column > at - (int64_t)n ? (int)groups_place(column, n) : -1;
}

static uint32_t
groups_ring_get(const uint32_t *v, unsigned n, int64_t at, int64_t column)
{
	int i = groups_cell(n, at, column);

	return i >= 0 ? v[i] : 0;
}

static void
groups_ring_add(uint32_t *v, unsigned n, int64_t *at, int64_t column, uint64_t add)
{
	int i;

	for (unsigned k = 0; k < n && column - k > *at; k++)
		v[groups_place(column - k, n)] = 0;
	if (*at < column)
		*at = column;
	i = groups_cell(n, *at, column);
	if (i >= 0)
		v[i] = add < UINT32_MAX - v[i] ? v[i] + (uint32_t)add : UINT32_MAX;
}

static void
groups_ring_take(uint32_t *v, unsigned n, int64_t at, int64_t column)
{
	int i = groups_cell(n, at, column);

	if (i >= 0 && v[i] > 0)
		v[i]--;
}

static size_t
groups_put(char *out, size_t used, struct slice s, size_t max)
{
	size_t n = s.n < max ? s.n : max;

	if (n > 0)
		memcpy(out + used, s.p, n);
	out[used + n] = '\0';
	return used + n + 1;
}

uint64_t
groups_key(uint64_t seed, struct slice registered, const struct event *e)
{
	const struct group *row = NULL;
	char text[8 + PHRASE_MAX + sizeof row->method + sizeof row->peer], pattern[PHRASE_MAX];
	struct slice phrase = { pattern, 0 };
	size_t used = 0;

	text[used++] = (char)(e->code >> 8);
	text[used++] = (char)e->code;
	text[used++] = (char)e->direction;
	text[used++] = (char)(e->q850 >= 0);
	/* A cause says more than the phrase that came with it, and one's own phrase says nothing. */
	text[used++] = (char)(e->q850 >= 0 ? e->q850 >> 8 : 0);
	text[used++] = (char)(e->q850 >= 0 ? e->q850 : 0);
	if (e->q850 < 0 && !slice_ieq(slice_trim(e->phrase), registered))
		phrase.n = phrase_pattern(pattern, e->phrase);
	used = groups_put(text, used, phrase, PHRASE_MAX);
	used = groups_put(text, used, e->method, sizeof row->method - 1);
	used = groups_put(text, used, e->peer, sizeof row->peer - 1);
	return hash64(text, used, seed);
}

static size_t
groups_index(const struct groups *g, uint64_t key)
{
	size_t i = 0;

	while (i < g->n && g->keys[i] != key)
		i++;
	return i;
}

struct group *
groups_find(struct groups *g, uint64_t key)
{
	size_t i = groups_index(g, key);

	return i < g->n ? &g->row[i] : NULL;
}

void
groups_unmute(struct groups *g, int64_t now_ns)
{
	for (size_t i = 0; i < g->n; i++)
		if (g->row[i].muted_until_ns != 0 && g->row[i].muted_until_ns <= now_ns) {
			g->row[i].muted = false;
			g->row[i].muted_until_ns = 0;
		}
}

static void
groups_touch(struct groups *g, size_t i)
{
	g->dirty[i / 64] |= UINT64_C(1) << i % 64;
}

/* Those without events first, then the one quiet for longest. */
static size_t
groups_oldest(const struct groups *g)
{
	size_t oldest = 0;

	for (size_t i = 1; i < g->n; i++) {
		const struct group *a = &g->row[i], *b = &g->row[oldest];

		if ((a->count == 0) != (b->count == 0) ? a->count == 0 : a->last_ns < b->last_ns)
			oldest = i;
	}
	return oldest;
}

static size_t
groups_make(struct groups *g, uint64_t key, const struct event *e, int64_t t_ns)
{
	size_t i = g->n < STORE_GROUPS_MAX ? g->n++ : groups_oldest(g);
	struct group *row = &g->row[i];

	g->evicted += row->count > 0;
	memset(row, 0, sizeof *row);
	row->key = g->keys[i] = key;
	row->first_ns = row->last_ns = t_ns;
	row->minute_at = groups_column(t_ns, GROUPS_MINUTE_STEP);
	row->history_at = groups_column(t_ns, GROUPS_HISTORY_STEP);
	row->code = e->code;
	row->q850 = e->q850;
	row->direction = e->direction;
	row->role = e->role;
	row->in_call = e->in_call;
	(void)slice_copy(row->phrase, sizeof row->phrase, e->phrase);
	(void)slice_copy(row->method, sizeof row->method, e->method);
	(void)slice_copy(row->peer, sizeof row->peer, e->peer);
	return i;
}

static void
groups_note(struct distinct *d, struct slice s, uint64_t seed)
{
	if (s.n > 0)
		distinct_add(d, (uint32_t)(hash64(s.p, s.n, seed) >> 32));
}

void
groups_add(struct groups *g, uint64_t seed, uint64_t key, const struct event *e, int64_t t_ns, uint64_t n)
{
	size_t i = groups_index(g, key);
	struct group *row;

	if (i == g->n)
		i = groups_make(g, key, e, t_ns);
	groups_touch(g, i);
	row = &g->row[i];
	if (groups_gap(t_ns, row->last_ns) >= GROUPS_QUIET_NS)
		row->acked = false;
	row->count += n;
	row->newest = e->id > row->newest ? e->id : row->newest;
	row->first_ns = t_ns < row->first_ns ? t_ns : row->first_ns;
	row->last_ns = t_ns > row->last_ns ? t_ns : row->last_ns;
	groups_ring_add(row->minute, GROUPS_MINUTE, &row->minute_at, groups_column(t_ns, GROUPS_MINUTE_STEP), n);
	groups_ring_add(
	    row->history, STORE_GROUP_HISTORY, &row->history_at, groups_column(t_ns, GROUPS_HISTORY_STEP), n);
	groups_note(&row->users, e->from.n > 0 ? e->from : e->to, seed);
	groups_note(&row->calls, e->call_id, seed);
}

void
groups_take(struct groups *g, uint64_t key, int64_t t_ns)
{
	size_t i = groups_index(g, key);
	struct group *row;

	if (i == g->n || g->row[i].count == 0)
		return;
	groups_touch(g, i);
	row = &g->row[i];
	row->count--;
	groups_ring_take(row->minute, GROUPS_MINUTE, row->minute_at, groups_column(t_ns, GROUPS_MINUTE_STEP));
	groups_ring_take(row->history, STORE_GROUP_HISTORY, row->history_at, groups_column(t_ns, GROUPS_HISTORY_STEP));
}

void
groups_save(struct groups *kept, struct groups *g)
{
	for (size_t i = 0; i < g->n; i++) {
		if ((g->dirty[i / 64] >> i % 64 & 1) == 0)
			continue;
		kept->row[i] = g->row[i];
		kept->keys[i] = g->keys[i];
	}
	kept->n = g->n;
	kept->evicted = g->evicted;
	memset(g->dirty, 0, sizeof g->dirty);
}

void
groups_restore(struct groups *g, const struct groups *kept)
{
	for (size_t i = 0; i < kept->n; i++) {
		struct group now = g->row[i];

		if ((g->dirty[i / 64] >> i % 64 & 1) == 0)
			continue;
		g->row[i] = kept->row[i];
		g->keys[i] = kept->keys[i];
		if (now.key == g->keys[i]) {
			g->row[i].acked = now.acked;
			g->row[i].muted = now.muted;
			g->row[i].muted_until_ns = now.muted_until_ns;
		}
	}
	/* Rows behind are free again. */
	for (size_t i = kept->n; i < g->n; i++)
		g->row[i].count = 0;
	g->n = kept->n;
	g->evicted = kept->evicted;
	memset(g->dirty, 0, sizeof g->dirty);
}

bool
groups_fresh(const struct group *row, int64_t run_ns, int64_t now_ns)
{
	return !row->acked && groups_gap(row->first_ns, run_ns) >= GROUPS_SETTLED_NS &&
	    groups_gap(now_ns, row->first_ns) < GROUPS_FRESH_NS;
}

uint64_t
groups_minute(const struct group *row, int64_t now_ns)
{
	int64_t last = groups_column(now_ns, GROUPS_MINUTE_STEP);
	uint64_t sum = 0;

	/* One column more may be told ahead of the clock. */
	if (last < row->minute_at - 1)
		return (groups_ring_get(row->history, STORE_GROUP_HISTORY, row->history_at,
			    groups_column(now_ns, GROUPS_HISTORY_STEP)) +
			   UINT64_C(1)) /
		    2;
	for (int64_t c = last - GROUPS_MINUTE + 1; c <= last; c++)
		sum += groups_ring_get(row->minute, GROUPS_MINUTE, row->minute_at, c);
	return sum;
}

uint64_t
groups_after(const struct group *row, int64_t t_ns)
{
	int64_t column = groups_column(t_ns, GROUPS_HISTORY_STEP), oldest = row->history_at - STORE_GROUP_HISTORY;
	uint64_t sum = 0;

	for (int64_t c = column > oldest ? column + 1 : oldest + 1; c <= row->history_at; c++)
		sum += groups_ring_get(row->history, STORE_GROUP_HISTORY, row->history_at, c);
	return sum;
}

static void
groups_history(const struct group *row, int64_t now_ns, uint32_t *out)
{
	int64_t first = groups_column(now_ns, GROUPS_HISTORY_STEP) - STORE_GROUP_HISTORY + 1;

	for (unsigned i = 0; i < STORE_GROUP_HISTORY; i++)
		out[i] = groups_ring_get(row->history, STORE_GROUP_HISTORY, row->history_at, first + i);
}

void
groups_show(const struct group *row, int64_t run_ns, int64_t now_ns, struct store_group *out)
{
	*out = (struct store_group){ .key = row->key,
		.code = row->code,
		.direction = row->direction,
		.role = row->role,
		.in_call = row->in_call,
		.q850 = row->q850,
		.count = row->count,
		.users = distinct_count(&row->users),
		.calls = distinct_count(&row->calls),
		.newest = row->newest,
		.first_ns = row->first_ns,
		.last_ns = row->last_ns,
		.last_minute = groups_minute(row, now_ns),
		.fresh = groups_fresh(row, run_ns, now_ns),
		.acked = row->acked,
		.muted = row->muted,
		.muted_until_ns = row->muted_until_ns };
	memcpy(out->phrase, row->phrase, sizeof out->phrase);
	memcpy(out->method, row->method, sizeof out->method);
	memcpy(out->peer, row->peer, sizeof out->peer);
	groups_history(row, now_ns, out->history);
}
