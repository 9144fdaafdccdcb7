/*
 * getters - what the views ask of a store; see sipwhy/store.h.
 * The one thing to know: all of them look at store_moment(), which is the frozen one while there is one.
 */
#include <stdlib.h>
#include <string.h>

#include "sipwhy/store.h"
#include "sipwhy/timefmt.h"
#include "store/apply.h"

const struct moment *
store_moment(const struct store *s)
{
	return s->frozen != NULL ? s->frozen : &s->now;
}

bool
store_frozen(const struct store *s)
{
	return s->frozen != NULL;
}

int64_t
store_frozen_ns(const struct store *s)
{
	int64_t ns = s->frozen != NULL && s->now.status.live ? s->now.wall_ns - s->frozen->wall_ns : 0;

	return ns > 0 ? ns : 0;
}

uint64_t
store_waiting(const struct store *s)
{
	uint64_t shown = store_moment(s)->ledger.total;

	/* A new engine may have taken some back. */
	return s->now.ledger.total > shown ? s->now.ledger.total - shown : 0;
}

uint64_t
store_revision(const struct store *s)
{
	return s->revision;
}

const struct counts *
store_counts(const struct store *s)
{
	return &store_moment(s)->counts;
}

bool
store_from_lines(const struct store *s)
{
	return source_table_from_lines(&store_moment(s)->sources);
}

void
store_figures(const struct store *s, const struct kpi_counts *k, struct kpi_figures *out)
{
	counts_figures(store_from_lines(s) ? store_counts(s) : NULL, k, out);
}

size_t
store_top_peers(const struct store *s, struct peer_stat *out, size_t n)
{
	size_t used = peer_table_top(store_moment(s)->peers, out, n);

	while (used > 0 && out[used - 1].events == 0)
		used--;
	return used;
}

size_t
store_event_count(const struct store *s)
{
	return s->look.at_ns != 0 ? s->look.shown : store_moment(s)->events.n;
}

const struct event *
store_event_at(const struct store *s, size_t index)
{
	return index < store_event_count(s) ? event_list_at(&store_moment(s)->events, index) : NULL;
}

size_t
store_event_index(const struct store *s, uint64_t id)
{
	size_t index = event_list_find(&store_moment(s)->events, id), n = store_event_count(s);

	return index < n ? index : n;
}

uint64_t
store_event_total(const struct store *s)
{
	return store_moment(s)->ledger.total;
}

uint64_t
store_event_evicted(const struct store *s)
{
	return store_moment(s)->events.evicted;
}

uint64_t
store_event_folded(const struct store *s)
{
	return store_moment(s)->ledger.folded;
}

uint64_t
store_event_recovered(const struct store *s)
{
	return store_moment(s)->ledger.recovered;
}

/* Where a window ends; live totals have no end, since a source's clock may run ahead. */
static int64_t
store_end(const struct store *s, unsigned window_s)
{
	return window_s == 0 && s->look.at_ns == 0 ? INT64_MAX : store_now(s);
}

void
store_kpi(const struct store *s, unsigned window_s, struct kpi_counts *out)
{
	kpi_list_sum(store_moment(s)->kpi->all, store_end(s, window_s), window_s, out);
}

size_t
store_kpi_peers(const struct store *s, unsigned window_s, struct kpi_peer *out, struct kpi_counts *room, size_t n)
{
	return kpi_list_top(store_moment(s)->kpi, store_end(s, window_s), window_s, out, room, n);
}

static bool
store_incident_shown(const struct store *s, const struct incident *i)
{
	return s->look.at_ns == 0 || i->since_ns <= s->look.at_ns;
}

size_t
store_incident_count(const struct store *s)
{
	const struct incident_list *l = store_moment(s)->incidents;
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		n += store_incident_shown(s, &l->row[i].i);
	return n;
}

const struct incident *
store_incident_at(const struct store *s, size_t index)
{
	const struct incident_list *l = store_moment(s)->incidents;

	for (size_t i = 0; i < l->n; i++) {
		const struct incident *at = incident_list_at(l, i);

		if (store_incident_shown(s, at) && index-- == 0)
			return at;
	}
	return NULL;
}

size_t
store_incident_open(const struct store *s)
{
	const struct incident_list *l = store_moment(s)->incidents;
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		n += !l->row[i].i.ended && store_incident_shown(s, &l->row[i].i);
	return n;
}

uint64_t
store_incident_dropped(const struct store *s)
{
	return store_moment(s)->incidents->dropped;
}

/* What a row of the inbox is sorted by. */
struct store_rank {
	unsigned aside; /* 0 fresh, 1 plain, 2 acknowledged, 3 muted */
	uint64_t last_minute;
	int64_t last_ns;
	size_t row;
};

static int
store_rank_compare(const void *x, const void *y)
{
	const struct store_rank *a = x, *b = y;

	if (a->aside != b->aside)
		return a->aside < b->aside ? -1 : 1;
	if (a->last_minute != b->last_minute)
		return a->last_minute > b->last_minute ? -1 : 1;
	if (a->last_ns != b->last_ns)
		return a->last_ns > b->last_ns ? -1 : 1;
	return a->row < b->row ? -1 : a->row > b->row;
}

/* Events of a group that are shown; 0: it is not there. */
static uint64_t
store_group_shown(const struct store *s, const struct group *row)
{
	uint64_t later;

	if (s->look.at_ns == 0)
		return row->count;
	if (row->first_ns > s->look.at_ns)
		return 0;
	later = groups_after(row, s->look.at_ns);
	return row->count > later ? row->count - later : 0;
}

static void
store_group_show(const struct store *s, const struct group *row, struct store_group *out)
{
	const struct moment *m = store_moment(s);
	const struct event *e;

	groups_show(row, m->first_ns, store_now(s), out);
	if (s->look.at_ns != 0) {
		out->count = store_group_shown(s, row);
		out->last_ns = out->last_ns < store_now(s) ? out->last_ns : store_now(s);
	}
	e = event_list_at(&m->events, event_list_find(&m->events, out->newest));
	if (e == NULL || e->id != out->newest || store_event_index(s, out->newest) == store_event_count(s))
		out->newest = 0;
}

static struct store_rank
store_group_rank(const struct store *s, size_t row)
{
	const struct moment *m = store_moment(s);
	const struct group *g = &m->groups->row[row];
	unsigned aside = g->muted ? 3 : g->acked ? 2 : !groups_fresh(g, m->first_ns, store_now(s));

	return (struct store_rank){ aside, groups_minute(g, store_now(s)), g->last_ns, row };
}

size_t
store_groups(const struct store *s, bool with_muted, struct store_group *out, size_t n)
{
	const struct groups *g = store_moment(s)->groups;
	struct store_rank rank[STORE_GROUPS_MAX];
	size_t used = 0;

	for (size_t i = 0; i < g->n; i++)
		if (store_group_shown(s, &g->row[i]) > 0 && (with_muted || !g->row[i].muted))
			rank[used++] = store_group_rank(s, i);
	qsort(rank, used, sizeof *rank, store_rank_compare);
	used = used < n ? used : n;
	for (size_t i = 0; i < used; i++)
		store_group_show(s, &g->row[rank[i].row], &out[i]);
	return used;
}

size_t
store_group_count(const struct store *s, size_t *muted)
{
	const struct groups *g = store_moment(s)->groups;
	size_t n = 0, quiet = 0;

	for (size_t i = 0; i < g->n; i++) {
		bool shown = store_group_shown(s, &g->row[i]) > 0;

		n += shown;
		quiet += shown && g->row[i].muted;
	}
	if (muted != NULL)
		*muted = quiet;
	return n;
}

uint64_t
store_group_evicted(const struct store *s)
{
	return store_moment(s)->groups->evicted;
}

bool
store_group_find(const struct store *s, uint64_t key, struct store_group *out)
{
	const struct group *row = groups_find(store_moment(s)->groups, key);

	if (row == NULL || store_group_shown(s, row) == 0)
		return false;
	store_group_show(s, row, out);
	return true;
}

uint64_t
store_group_key(const struct store *s, const struct event *e)
{
	return apply_key(s, e);
}

const struct notice_list *
store_notices(const struct store *s)
{
	return store_moment(s)->notices->list;
}

uint64_t
store_notice_total(const struct store *s)
{
	const struct moment *m = store_moment(s);
	uint64_t told = notice_list_newest(m->notices->list), counted = 0;

	for (size_t i = 0; i < m->sources.n; i++)
		counted += m->sources.row[i].shown.stat.notices;
	/* Notices come before the tick that counts them. */
	return counted > told ? counted : told;
}

size_t
store_notice_groups(const struct store *s, struct store_notice_group *out, size_t n)
{
	return notices_groups(store_moment(s)->notices, out, n);
}

bool
store_notice_group_of(const struct store *s, const struct notice *n, struct store_notice_group *out)
{
	const struct store_notice_group *row = notices_group(store_moment(s)->notices, n);

	if (row == NULL)
		return false;
	*out = *row;
	return true;
}

size_t
store_source_count(const struct store *s)
{
	return store_moment(s)->sources.n;
}

const struct store_source *
store_source_at(const struct store *s, size_t index)
{
	const struct source_table *t = &store_moment(s)->sources;

	return index < t->n ? &t->row[index].shown : NULL;
}

double
store_source_rate(const struct store *s, size_t index)
{
	const struct moment *m = store_moment(s);

	return index < m->sources.n ? source_rate(&m->sources.row[index], m->wall_ns) : -1;
}

double
store_source_sip_rate(const struct store *s, size_t index)
{
	const struct moment *m = store_moment(s);

	return index < m->sources.n ? source_sip_rate(&m->sources.row[index], m->wall_ns) : -1;
}

int64_t
store_source_silent_ns(const struct store *s, size_t index)
{
	const struct moment *m = store_moment(s);

	return index < m->sources.n ? source_silent_ns(&m->sources.row[index], m->wall_ns) : -1;
}

void
store_status(const struct store *s, struct store_status *out)
{
	const struct moment *m = store_moment(s);

	*out = m->status;
	source_table_sum(&m->sources, out);
	out->ended = m->status.ended || source_table_ended(&m->sources);
	out->restarted_s = m->status.engines > 1 ? (m->wall_ns - m->hello_wall_ns) / NS_PER_S : -1;
	out->record_drops = m->drops[0] + m->drops[1];
	out->message_drops = m->message_drops[0] + m->message_drops[1];
	out->evictions = m->evictions[0] + m->evictions[1];
}

size_t
store_sentence_count(const struct store *s)
{
	return journal_count(s->journal);
}

const struct store_sentence *
store_sentence_at(const struct store *s, size_t index)
{
	return journal_at(s->journal, index);
}
