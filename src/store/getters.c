/*
 * getters - what the views ask of a store; see sipwhy/store.h.
 * The one thing to know: all of them look at store_moment(), which is the frozen one while there is one.
 */
#include <string.h>

#include "sipwhy/store.h"
#include "sipwhy/timefmt.h"
#include "store/moment.h"

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

uint64_t
store_waiting(const struct store *s)
{
	uint64_t shown = store_moment(s)->events_total;

	/* A new engine may have taken some back. */
	return s->now.events_total > shown ? s->now.events_total - shown : 0;
}

uint64_t
store_revision(const struct store *s)
{
	return s->revision;
}

int64_t
store_now(const struct store *s)
{
	const struct moment *m = store_moment(s);

	return m->status.live && m->wall_ns > 0 ? m->wall_ns : m->newest_ns;
}

const struct counts *
store_counts(const struct store *s)
{
	return &store_moment(s)->counts;
}

uint64_t
store_window(const struct store *s, unsigned cls, unsigned window_s)
{
	return series_sum(store_moment(s)->series, cls - 1, store_now(s), window_s);
}

double
store_rate(const struct store *s, unsigned cls, unsigned window_s)
{
	const struct moment *m = store_moment(s);
	double span_s = (double)window_s;

	/* A young run has no full window yet; dividing by it would tell a rate that never was. */
	if (m->first_ns != 0) {
		double age_s = ((double)store_now(s) - (double)m->first_ns) / (double)NS_PER_S + 1;

		if (age_s >= 1 && age_s < span_s)
			span_s = age_s;
	}
	return span_s > 0 ? (double)store_window(s, cls, window_s) / span_s : 0;
}

void
store_history(const struct store *s, unsigned cls, unsigned step_s, uint64_t *out, size_t n)
{
	series_get(store_moment(s)->series, cls - 1, store_now(s), step_s, out, n);
}

static bool
store_code_before(const struct store_code *a, const struct store_code *b)
{
	if (a->responses != b->responses)
		return a->responses > b->responses;
	return a->events != b->events ? a->events > b->events : a->code < b->code;
}

size_t
store_top_codes(const struct store *s, struct store_code *out, size_t n)
{
	const struct moment *m = store_moment(s);
	size_t used = 0, at;

	for (unsigned code = 400; code <= SIP_CODE_MAX; code++) {
		struct store_code c = { (uint16_t)code, counts_code(&m->counts, code),
			m->code_events[code - SIP_CODE_MIN] };

		if (c.responses + c.events == 0 || n == 0 || (used == n && !store_code_before(&c, &out[n - 1])))
			continue;
		used += used < n;
		for (at = used - 1; at > 0 && store_code_before(&c, &out[at - 1]); at--)
			out[at] = out[at - 1];
		out[at] = c;
	}
	return used;
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
	return store_moment(s)->events.n;
}

const struct event *
store_event_at(const struct store *s, size_t index)
{
	return event_list_at(&store_moment(s)->events, index);
}

size_t
store_event_index(const struct store *s, uint64_t id)
{
	return event_list_find(&store_moment(s)->events, id);
}

uint64_t
store_event_total(const struct store *s)
{
	return store_moment(s)->events_total;
}

uint64_t
store_event_evicted(const struct store *s)
{
	return store_moment(s)->events.evicted;
}

uint64_t
store_event_folded(const struct store *s)
{
	return store_moment(s)->events_folded;
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

void
store_status(const struct store *s, struct store_status *out)
{
	const struct moment *m = store_moment(s);

	*out = m->status;
	source_table_sum(&m->sources, out);
	out->ended = m->status.ended || source_table_ended(&m->sources);
	out->restarted_s = m->status.engines > 1 ? (m->wall_ns - m->hello_wall_ns) / NS_PER_S : -1;
	out->record_drops = m->drops[0] + m->drops[1];
	out->evictions = m->evictions[0] + m->evictions[1];
}
