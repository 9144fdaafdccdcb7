/*
 * sift_table - failures counted by a text; see sift_table.h.
 * The one thing to know: events come from the newest back, so what is told of the newest is told by the first one met.
 */
#include "store/sift_table.h"

#include <stdlib.h>
#include <string.h>

#include "sipwhy/hash.h"
#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"

enum { TABLE_HISTORY = 30, TABLE_STEP_S = 120, TABLE_WIDTH = 1024 };

struct sift_table *
sift_table_new(uint64_t seed)
{
	struct sift_table *t = mem_zalloc(sizeof *t);

	if (t != NULL)
		t->seed = seed;
	return t;
}

void
sift_table_clear(struct sift_table *t)
{
	memset(t->slot, 0, sizeof t->slot);
	t->n = 0;
	t->seen = t->swept = t->others = 0;
}

/* Seconds from t_ns to now, 0 when it is to come. */
static uint64_t
sift_table_age(const struct sift_span *s, int64_t t_ns)
{
	return t_ns < s->now_ns ? ((uint64_t)s->now_ns - (uint64_t)t_ns) / (uint64_t)NS_PER_S : 0;
}

bool
sift_span_is_past(const struct sift_span *s, int64_t t_ns)
{
	uint64_t last = TABLE_HISTORY * TABLE_STEP_S;

	if (s->window_s == 0)
		return false;
	last = last > 2 * (uint64_t)s->window_s ? last : 2 * (uint64_t)s->window_s;
	return sift_table_age(s, t_ns) >= last;
}

static size_t
sift_table_slot(const struct sift_table *t, uint64_t hash, struct slice text)
{
	size_t at = (size_t)hash % SIFT_SLOTS;

	for (; t->slot[at] != 0; at = (at + 1) % SIFT_SLOTS) {
		const struct sift_table_row *row = &t->row[t->slot[at] - 1];

		if (row->hash == hash && slice_eq(slice_str(row->shown.value), text))
			break;
	}
	return at;
}

/* Seldom ones make room, each time another TABLE_WIDTH events were seen. */
static void
sift_table_sweep(struct sift_table *t)
{
	uint64_t bucket = t->seen / TABLE_WIDTH;
	size_t used = 0;

	if (bucket == t->swept)
		return;
	t->swept = bucket;
	for (size_t i = 0; i < t->n; i++) {
		struct sift_table_row *row = &t->row[i];

		if (row->all + row->late <= bucket)
			t->others += row->shown.count;
		else if (used++ != i)
			t->row[used - 1] = *row;
	}
	t->n = used;
	memset(t->slot, 0, sizeof t->slot);
	for (size_t i = 0; i < used; i++)
		t->slot[sift_table_slot(t, t->row[i].hash, slice_str(t->row[i].shown.value))] = (uint16_t)(i + 1);
}

static struct sift_table_row *
sift_table_row(struct sift_table *t, struct slice text)
{
	uint64_t hash = hash64(text.p, text.n, t->seed);
	size_t at = sift_table_slot(t, hash, text);
	struct sift_table_row *row;

	if (t->slot[at] != 0)
		return &t->row[t->slot[at] - 1];
	if (t->n == SIFT_GROUPS_MAX) {
		sift_table_sweep(t);
		at = sift_table_slot(t, hash, text);
	}
	if (t->n == SIFT_GROUPS_MAX)
		return NULL;
	row = &t->row[t->n++];
	memset(row, 0, sizeof *row);
	row->hash = hash;
	row->late = t->swept;
	(void)slice_copy(row->shown.value, sizeof row->shown.value, text);
	t->slot[at] = (uint16_t)t->n;
	return row;
}

static void
sift_table_code(struct sift_table_row *row, uint16_t code)
{
	for (size_t i = 0; i < SIFT_ROW_CODES; i++) {
		if (row->code[i].n > 0 && row->code[i].code != code)
			continue;
		row->code[i].code = code;
		row->code[i].n++;
		return;
	}
}

static void
sift_table_peer(struct sift_table_row *row, struct slice peer)
{
	peer.n = peer.n < sizeof row->peer[0].name ? peer.n : sizeof row->peer[0].name - 1;
	for (size_t i = 0; i < SIFT_ROW_PEERS && peer.n > 0; i++) {
		if (row->peer[i].n > 0 && !slice_eq(slice_str(row->peer[i].name), peer))
			continue;
		if (row->peer[i].n++ == 0)
			(void)slice_copy(row->peer[i].name, sizeof row->peer[i].name, peer);
		return;
	}
}

static void
sift_table_note(struct distinct *d, struct slice s, uint64_t seed)
{
	if (s.n > 0)
		distinct_add(d, hash_uthash(s.p, s.n, seed));
}

/* What is told of those in the window alone. */
static void
sift_table_count(const struct sift_table *t, struct sift_table_row *row, const struct event *e)
{
	row->shown.count++;
	row->shown.by_class[e->code / 100 % 7]++;
	sift_table_code(row, e->code);
	sift_table_peer(row, e->peer);
	sift_table_note(&row->calls, e->call_id, t->seed);
	sift_table_note(&row->users, e->from.n > 0 ? e->from : e->to, t->seed);
}

static int64_t
sift_table_column(int64_t t_ns)
{
	return t_ns / (TABLE_STEP_S * NS_PER_S);
}

static void
sift_table_when(struct sift_table_row *row, const struct sift_span *s, const struct event *e)
{
	struct sift_group *g = &row->shown;
	int64_t back = sift_table_column(s->now_ns) - sift_table_column(e->t_ns);
	struct slice agent = e->agent.n > 0 ? e->agent : e->user_agent;

	back = back > 0 ? back : 0;
	if (back < TABLE_HISTORY && g->history[TABLE_HISTORY - 1 - back] < UINT32_MAX)
		g->history[TABLE_HISTORY - 1 - back]++;
	g->first_ns = row->all == 0 || e->t_ns < g->first_ns ? e->t_ns : g->first_ns;
	g->last_ns = row->all == 0 || e->t_ns > g->last_ns ? e->t_ns : g->last_ns;
	g->newest = e->id > g->newest ? e->id : g->newest;
	if (g->agent[0] == '\0')
		(void)slice_copy(g->agent, sizeof g->agent, agent);
	row->all++;
}

void
sift_table_add(struct sift_table *t, const struct sift_span *s, struct slice text, const struct event *e)
{
	uint64_t age_s = sift_table_age(s, e->t_ns);
	bool inside = s->window_s == 0 || age_s < s->window_s;
	struct sift_table_row *row;
	const char *end;

	text.n = text.n < sizeof row->shown.value ? text.n : sizeof row->shown.value - 1;
	/* A row's text ends at a NUL, so another one must not follow it there. */
	end = text.n > 0 ? memchr(text.p, '\0', text.n) : NULL;
	text.n = end != NULL ? (size_t)(end - text.p) : text.n;
	text = text.n > 0 ? text : slice_str("-");
	t->seen++;
	row = sift_table_row(t, text);
	if (row == NULL) {
		t->others += inside;
		return;
	}
	sift_table_when(row, s, e);
	if (inside)
		sift_table_count(t, row, e);
	else
		row->shown.before += age_s < 2 * (uint64_t)s->window_s;
}

static int
sift_table_compare(const void *x, const void *y)
{
	const struct sift_group *a = &(*(const struct sift_table_row *const *)x)->shown;
	const struct sift_group *b = &(*(const struct sift_table_row *const *)y)->shown;

	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	if (a->before != b->before)
		return a->before > b->before ? -1 : 1;
	return a->newest > b->newest ? -1 : a->newest < b->newest;
}

static void
sift_table_show(const struct sift_table_row *row, struct sift_group *out)
{
	size_t code = 0, peer = 0;

	*out = row->shown;
	for (size_t i = 1; i < SIFT_ROW_CODES; i++)
		code = row->code[i].n > row->code[code].n ? i : code;
	for (size_t i = 1; i < SIFT_ROW_PEERS; i++)
		peer = row->peer[i].n > row->peer[peer].n ? i : peer;
	out->top_code = row->code[code].code;
	out->top_count = row->code[code].n;
	memcpy(out->top_peer, row->peer[peer].name, sizeof out->top_peer);
	out->calls = distinct_count(&row->calls);
	out->users = distinct_count(&row->users);
}

size_t
sift_table_top(const struct sift_table *t, struct sift_group *out, size_t n)
{
	const struct sift_table_row *order[SIFT_GROUPS_MAX];
	size_t used = 0;

	for (size_t i = 0; i < t->n; i++)
		if (t->row[i].shown.count + t->row[i].shown.before > 0)
			order[used++] = &t->row[i];
	qsort(order, used, sizeof *order, sift_table_compare);
	used = used < n ? used : n;
	for (size_t i = 0; i < used; i++)
		sift_table_show(order[i], &out[i]);
	return used;
}
