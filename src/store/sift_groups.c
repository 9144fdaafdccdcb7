/*
 * sift_groups - kept failures counted by a field; see sipwhy/sift.h.
 * The one thing to know: the window moves with every second, so all is counted anew, in steps and at most every 2
 * seconds; the last whole count is shown until the next one is whole, the first one as it grows.
 */
#include <stdio.h>

#include "sipwhy/mem.h"
#include "store/moment.h"
#include "store/sift_look.h"
#include "store/sift_table.h"

/* Events in a row that are too old before those behind are believed to be too. */
enum { GROUPS_PAST = 4096, GROUPS_AHEAD = 6, GROUPS_AGAIN_S = 2 };

/* counting: a count goes on, at ids below at; whole: table[shown] is one that was finished. */
struct sift_groups {
	struct sift_look look;
	const struct filter_field *by;
	struct sift_span span;
	struct sift_table *table[2];
	unsigned shown;
	bool set, counting, whole, started;
	uint64_t at;
	size_t past, n;
	int64_t looking; /* store_looking of that count */
	struct sift_when when;
};

struct sift_groups *
sift_groups_new(const struct store *s, const struct sift_env *env)
{
	struct sift_groups *g = mem_zalloc(sizeof *g);

	if (g == NULL)
		return NULL;
	g->look = (struct sift_look){ .store = s };
	if (env != NULL)
		g->look.env = *env;
	g->table[0] = sift_table_new(s->seed);
	g->table[1] = sift_table_new(s->seed);
	if (g->table[0] != NULL && g->table[1] != NULL)
		return g;
	sift_groups_free(g);
	return NULL;
}

void
sift_groups_free(struct sift_groups *g)
{
	if (g == NULL)
		return;
	mem_free(g->table[0]);
	mem_free(g->table[1]);
	mem_free(g);
}

void
sift_groups_set(struct sift_groups *g, const struct filter *f, const struct filter_field *by, unsigned window_s)
{
	sift_look_set(&g->look, f);
	g->by = by;
	g->span.window_s = window_s;
	g->set = true;
	g->counting = g->whole = g->started = false;
	g->n = 0;
	sift_table_clear(g->table[0]);
	sift_table_clear(g->table[1]);
}

static void
sift_groups_begin(struct sift_groups *g)
{
	g->span.now_ns = store_now(g->look.store);
	g->looking = store_looking(g->look.store);
	g->at = UINT64_MAX;
	g->past = g->n = 0;
	g->counting = g->started = true;
	sift_table_clear(g->table[!g->shown]);
	sift_when_set(&g->when, g->look.store);
}

static void
sift_groups_look_at(struct sift_groups *g, const struct event *e)
{
	char value[FILTER_VALUE_MAX];
	size_t n;

	g->n++;
	g->past = sift_span_is_past(&g->span, e->t_ns) ? g->past + 1 : 0;
	if (g->past > 0 || e->recovered || !sift_look_wants(&g->look, e))
		return;
	if (g->by == NULL)
		n = (size_t)snprintf(
		    value, sizeof value, "%016llx", (unsigned long long)store_group_key(g->look.store, e));
	else
		n = filter_value(g->by, e, g->look.env.filter, value, sizeof value);
	sift_table_add(g->table[!g->shown], &g->span, (struct slice){ value, n }, e);
}

static void
sift_groups_count(struct sift_groups *g, size_t events)
{
	const struct store *s = g->look.store;
	size_t at = g->at == UINT64_MAX ? store_event_count(s) : store_event_index(s, g->at);

	for (; at > 0 && events > 0 && g->past < GROUPS_PAST; at--, events--) {
		const struct event *e = store_event_at(s, at - 1);

		sift_look_ahead(at > GROUPS_AHEAD ? store_event_at(s, at - 1 - GROUPS_AHEAD) : NULL);
		sift_groups_look_at(g, e);
		g->at = e->id;
	}
	if (at > 0 && g->past < GROUPS_PAST)
		return;
	g->counting = false;
	g->whole = true;
	g->shown = !g->shown;
}

bool
sift_groups_step(struct sift_groups *g, size_t events)
{
	if (!g->set)
		return true;
	/* Another moment is asked for: what was counted is not about it. */
	if (g->started && g->looking != store_looking(g->look.store))
		sift_groups_begin(g);
	if (!g->counting && (!g->started || sift_when_due(&g->when, g->look.store, GROUPS_AGAIN_S, g->n)))
		sift_groups_begin(g);
	if (g->counting)
		sift_groups_count(g, events);
	return !g->counting;
}

size_t
sift_groups_top(const struct sift_groups *g, struct sift_group *out, size_t n, uint64_t *others)
{
	const struct sift_table *t = g->table[g->whole ? g->shown : !g->shown];

	if (others != NULL)
		*others = t->others;
	return sift_table_top(t, out, n);
}
