/*
 * groups_told - failures of peers where not all of them are kept: as the store counted them; see groups_int.h.
 * One thing to know: ticks tell how many by peer and code, and groups by signature remember when each was first seen,
 * so what happened is known after its events were pushed out; with a filter only the kept ones can be asked.
 */
#include <string.h>

#include "groups_int.h"

enum { TOLD_STEP_S = 60 * GROUPS_STEP_MIN };

bool
groups_told_is_used(const struct viewer *v, const struct groups *g)
{
	return g->by == GROUPS_BY_PEER && v->filter == NULL && v->n_hidden == 0 && !groups_field_covers(v);
}

/* First and last time, by the groups that are the peer's; 0 not known. */
static void
told_times(const struct viewer *v, const struct groups *g, size_t groups, struct groups_told_row *row)
{
	for (size_t i = 0; i < groups; i++) {
		const struct store_group *one = &g->unsorted[i];

		if (strcmp(one->peer, row->peer.name) != 0)
			continue;
		row->last_ns = one->last_ns > row->last_ns ? one->last_ns : row->last_ns;
		if (row->first_ns == 0 || one->first_ns < row->first_ns)
			row->first_ns = one->first_ns;
	}
	/* The first may have been in one that made room. */
	if (store_group_evicted(v->store) > 0)
		row->first_ns = 0;
	if (row->last_ns > store_now(v->store))
		row->last_ns = store_now(v->store);
}

void
groups_told_make(const struct viewer *v, struct groups *g)
{
	struct groups_told *t = &g->field.told;
	struct store_peer peers[STORE_PEERS_MAX];
	size_t groups;

	if (!groups_told_is_used(v, g)) {
		t->made = false;
		t->n = 0;
		return;
	}
	if (t->made && t->revision == store_revision(v->store) && t->window_s == view_window_s(v))
		return;
	t->made = true;
	t->revision = store_revision(v->store);
	t->window_s = view_window_s(v);
	t->n = store_window_peers(v->store, t->window_s, peers, STORE_PEERS_MAX);
	groups = store_groups(v->store, true, g->unsorted, STORE_GROUPS_MAX);
	for (size_t i = 0; i < t->n; i++) {
		t->row[i] = (struct groups_told_row){ .peer = peers[i] };
		told_times(v, g, groups, &t->row[i]);
	}
}

int
groups_told_find(const struct groups_told *t, const char *name)
{
	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->row[i].peer.name, name) == 0)
			return (int)i;
	return -1;
}

void
groups_failed(const struct groups *g, const struct groups_peer *p, struct groups_failed *out)
{
	const struct sift_group *kept = p->failures >= 0 ? &g->field.row[p->failures] : NULL;
	const struct groups_told_row *told = p->told >= 0 ? &g->field.told.row[p->told] : NULL;

	*out = (struct groups_failed){ .count = 0 };
	if (kept != NULL) {
		out->count = kept->count;
		out->silent = kept->count > 0 && kept->top_code == 0;
		memcpy(out->by_class, kept->by_class, sizeof out->by_class);
		out->first_ns = kept->first_ns;
		out->last_ns = kept->last_ns;
	}
	if (told == NULL)
		return;
	out->count = told->peer.events;
	out->silent = told->peer.code_events > 0 && told->peer.code == 0;
	memcpy(out->by_class, told->peer.by_class, sizeof out->by_class);
	out->first_ns = told->first_ns;
	out->last_ns = out->last_ns > told->last_ns ? out->last_ns : told->last_ns;
}

void
groups_failed_history(
    const struct viewer *v, const struct groups *g, const struct groups_peer *p, uint32_t out[STORE_GROUP_HISTORY])
{
	uint64_t told[STORE_GROUP_HISTORY];

	memset(out, 0, STORE_GROUP_HISTORY * sizeof out[0]);
	if (p->told < 0) {
		if (p->failures >= 0)
			memcpy(out, g->field.row[p->failures].history, STORE_GROUP_HISTORY * sizeof out[0]);
		return;
	}
	store_peer_history(v->store, p->name, TOLD_STEP_S, told, STORE_GROUP_HISTORY);
	for (size_t i = 0; i < STORE_GROUP_HISTORY; i++)
		out[i] = told[i] < UINT32_MAX ? (uint32_t)told[i] : UINT32_MAX;
}
