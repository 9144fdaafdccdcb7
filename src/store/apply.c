/*
 * apply - what ticks, events and updates change; see apply.h.
 * The one thing to know: everything a record says may be a lie, so ids are made to rise, sums never fall below 0, times
 * far from the clock are pulled to it, and what is kept is bounded in rows and bytes.
 */
#include "store/apply.h"

#include <errno.h>
#include <string.h>

#include "sipwhy/timefmt.h"
#include "store/alert_rules.h"

/* How far a live record may run ahead of the clock, or behind it; the engine beside us has the same clock. */
#define APPLY_AHEAD_NS (2 * NS_PER_S)
#define APPLY_BEHIND_NS (3600 * NS_PER_S)

/* The time of what happened at t_ns by a clock that may be wrong: one wild time would empty the history. */
static int64_t
apply_time(struct store *s, int64_t t_ns)
{
	struct moment *m = &s->now;

	if (m->status.live && m->wall_ns > 0 &&
	    (t_ns > m->wall_ns + APPLY_AHEAD_NS || t_ns < m->wall_ns - APPLY_BEHIND_NS))
		t_ns = m->wall_ns;
	if (m->first_ns == 0 || t_ns < m->first_ns)
		m->first_ns = t_ns;
	if (m->newest_ns == 0 || t_ns > m->newest_ns)
		m->newest_ns = t_ns;
	return t_ns;
}

uint64_t
apply_key(const struct store *s, const struct event *e)
{
	struct slice registered = slice_str(s->phrase != NULL && e->code != 0 ? s->phrase(e->code) : NULL);

	return groups_key(s->seed, registered, e);
}

/* Memory was short for some of it. */
static void
apply_lost(struct store *s, bool whole)
{
	s->now.drops[0] += !whole;
}

static bool
apply_counted(const struct counts *c)
{
	uint64_t any = counts_requests(c) | counts_responses(c) | c->malformed | c->events | c->recovered;

	for (unsigned m = 0; m < METHOD_N; m++) {
		any |= (uint64_t)c->attempts[m];
		for (unsigned k = 0; k < OUTCOME_N; k++)
			any |= (uint64_t)c->outcomes[m][k];
	}
	return any != 0;
}

static void
apply_counts(struct store *s, const struct counts *c, int64_t t_ns)
{
	if (c == NULL || !apply_counted(c))
		return;
	t_ns = apply_time(s, t_ns);
	counts_add(&s->now.counts, c);
	apply_lost(s, trend_counts(&s->now.trend, t_ns, c));
}

static void
apply_kpi(struct store *s, const struct record_tick *t, int64_t t_ns)
{
	if (t->kpi == NULL && t->n_kpi_peers == 0)
		return;
	t_ns = apply_time(s, t_ns);
	if (t->kpi != NULL)
		apply_lost(s, kpi_list_add(s->now.kpi, t_ns, t->kpi));
	for (size_t i = 0; i < t->n_kpi_peers; i++)
		apply_lost(s, kpi_list_add_peer(s->now.kpi, t_ns, &t->kpi_peers[i]));
}

/* Rows of events that were not told one by one.  The row of the rest has no method, and no signature. */
static void
apply_fold(struct store *s, const struct record_fold *f, int64_t t_ns)
{
	struct moment *m = &s->now;
	struct event e = { .code = f->code,
		.q850 = f->q850,
		.direction = f->direction,
		.phrase = slice_str(f->phrase),
		.method = slice_str(f->method),
		.peer = slice_str(f->peer) };

	m->ledger.folded += f->n;
	if (e.method.n == 0) {
		m->ledger.total += f->n;
		return;
	}
	ledger_told(&m->ledger, f->code, f->n, f->recovered);
	if (f->n == 0 || f->recovered)
		return;
	t_ns = apply_time(s, t_ns);
	groups_add(m->groups, s->seed, apply_key(s, &e), &e, t_ns, f->n);
	apply_lost(s, trend_failures(&m->trend, t_ns, f->code, f->n));
}

static uint64_t
apply_max(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static void
apply_tell(struct store *s)
{
	s->told.ledger = s->now.ledger;
	s->told.last_id = s->last_id;
	s->told.last_notice = notice_list_newest(s->now.notices->list);
	groups_save(s->told.groups, s->now.groups);
}

/* Events of a list with ids in (after, upto], as they are now. */
static void
apply_take_trend(struct store *s, const struct event_list *l, uint64_t after, uint64_t upto)
{
	for (size_t i = event_list_find(l, after + 1); i < l->n; i++) {
		const struct event *e = event_list_latest(l, i);

		if (e->id <= upto && !e->recovered)
			trend_take(&s->now.trend, event_list_counted(l, i), e);
	}
}

void
apply_take_back(struct store *s)
{
	apply_take_trend(s, &s->now.events, s->told.last_id, UINT64_MAX);
	if (s->frozen != NULL)
		apply_take_trend(s, &s->frozen->events, s->told.last_id, s->taken_back);
	s->now.ledger = s->told.ledger;
	groups_restore(s->now.groups, s->told.groups);
	event_list_drop_after(&s->now.events, s->told.last_id);
	notices_drop_after(s->now.notices, s->told.last_notice);
	if (s->frozen == NULL)
		messages_drop_after(s->messages, s->told.last_id);
	/* What is frozen stays as it is until it is joined. */
	if (s->told.last_id < s->taken_back)
		s->taken_back = s->told.last_id;
}

static bool
apply_peer_moved(const struct peer_stat *p)
{
	bool moved = p->events > 0;

	for (unsigned i = 0; i < PEER_CODES; i++)
		moved |= p->codes[i].n != 0;
	return moved;
}

static void
apply_peer(struct store *s, const struct peer_stat *p, int64_t t_ns)
{
	peer_table_add(s->now.peers, p);
	if (apply_peer_moved(p))
		apply_lost(s, trend_peer(&s->now.trend, apply_time(s, t_ns), p));
}

void
apply_tick(struct store *s, const struct record *r)
{
	const struct record_tick *t = &r->tick;
	struct moment *m = &s->now;

	apply_counts(s, t->counts, r->t_ns);
	apply_kpi(s, t, r->t_ns);
	for (size_t i = 0; i < t->n_peers; i++)
		apply_peer(s, &t->peers[i], r->t_ns);
	for (size_t i = 0; i < t->n_sources; i++)
		source_table_stat(&m->sources, &t->sources[i], r->t_ns, m->wall_ns);
	for (size_t i = 0; i < t->n_folds; i++)
		apply_fold(s, &t->folds[i], r->t_ns);
	m->drops[1] = apply_max(m->drops[1], t->record_drops);
	m->message_drops[1] = apply_max(m->message_drops[1], t->message_drops);
	m->evictions[1] = apply_max(m->evictions[1], t->evictions);
	m->status.lag_ms = t->lag_ms;
	/* Of a tick in several lines the last has the sources. */
	if (t->n_sources > 0)
		apply_tell(s);
}

static bool
apply_code_ok(unsigned code)
{
	return code == 0 || (code >= SIP_CODE_MIN && code <= SIP_CODE_MAX);
}

int
apply_event(struct store *s, const struct event *e)
{
	struct moment *m = &s->now;
	struct event kept = *e;
	int64_t t_ns;
	int err;

	if (!apply_code_ok(e->code))
		return -EINVAL;
	kept.id = e->id > s->last_id ? e->id : s->last_id + 1;
	t_ns = apply_time(s, e->t_ns);
	ledger_told(&m->ledger, e->code, 1, e->recovered);
	if (!e->recovered)
		groups_add(m->groups, s->seed, apply_key(s, e), &kept, t_ns, 1);
	if (!e->recovered)
		apply_lost(s, trend_event(&m->trend, t_ns, e));
	err = event_list_push(&m->events, &kept, kept.id, t_ns);
	if (err != 0) {
		m->drops[0]++;
		return err;
	}
	s->last_id = kept.id;
	if (!e->recovered)
		alert_rules_event(s, &kept, t_ns);
	return 0;
}

int
apply_notice(struct store *s, const struct notice *n)
{
	int err;

	if (n->kind.n == 0)
		return -EINVAL;
	err = notices_add(s->now.notices, n, apply_time(s, n->t_ns));
	s->now.drops[0] += err != 0;
	return err;
}

int
apply_message(struct store *s, const struct record *r)
{
	int err;

	if (r->type == RECORD_GOOD)
		err = messages_good(s->messages, &r->good);
	else
		err = messages_add(s->messages, &r->message);
	s->now.message_drops[0] += err == -EMSGSIZE || err == -ENOMEM;
	return err == -EMSGSIZE ? 0 : err;
}

/* The list that has an event, and where; NULL when none has. */
static struct event_list *
apply_find(struct store *s, uint64_t id, size_t *index)
{
	struct event_list *lists[] = { &s->now.events, s->frozen != NULL ? &s->frozen->events : NULL };

	for (unsigned i = 0; i < 2; i++) {
		const struct event *e;

		if (lists[i] == NULL)
			continue;
		*index = event_list_find(lists[i], id);
		e = event_list_at(lists[i], *index);
		if (e != NULL && e->id == id && (i == 0 || id <= s->taken_back))
			return lists[i];
	}
	return NULL;
}

/* What moves in the sums.  What was told before the last tick is not told again, so it moves there too. */
static void
apply_moved(struct store *s, const struct event_update *u, unsigned old, unsigned code)
{
	ledger_moved(&s->now.ledger, old, code, u->recovered);
	if (u->id <= s->told.last_id)
		ledger_moved(&s->told.ledger, old, code, u->recovered);
}

/* An event that is kept leaves its group, and comes to another one when it still is a failure. */
static void
apply_regroup(struct store *s, uint64_t old_key, int64_t t_ns, const struct event *now)
{
	groups_take(s->now.groups, old_key, t_ns);
	if (now->id <= s->told.last_id)
		groups_take(s->told.groups, old_key, t_ns);
	if (!now->recovered)
		groups_add(s->now.groups, s->seed, apply_key(s, now), now, t_ns, 1);
}

static size_t
apply_keep(char out[RECORD_TEXT_MAX], struct slice s)
{
	size_t n = s.n < RECORD_TEXT_MAX ? s.n : RECORD_TEXT_MAX;

	if (n > 0)
		memcpy(out, s.p, n);
	return n;
}

/* What an event was in all that an update makes new. */
struct apply_was {
	uint16_t code, said_code;
	bool recovered;
	size_t n_phrase, n_said_by;
	char phrase[RECORD_TEXT_MAX], said_by[RECORD_TEXT_MAX];
};

static void
apply_was_of(struct apply_was *was, const struct event *e)
{
	was->code = e->code;
	was->said_code = e->said_code;
	was->recovered = e->recovered;
	was->n_phrase = apply_keep(was->phrase, e->phrase);
	was->n_said_by = apply_keep(was->said_by, e->said_by);
}

/* The same in time. */
static void
apply_trend(struct store *s, int64_t t_ns, const struct apply_was *was, const struct event *now)
{
	struct event old = *now;

	old.code = was->code;
	old.said_code = was->said_code;
	old.phrase = (struct slice){ was->phrase, was->n_phrase };
	old.said_by = (struct slice){ was->said_by, was->n_said_by };
	trend_take(&s->now.trend, t_ns, &old);
	alert_rules_take(s, &old, t_ns);
	if (!now->recovered) {
		apply_lost(s, trend_event(&s->now.trend, t_ns, now));
		alert_rules_event(s, now, t_ns);
	}
}

static int
apply_update_kept(struct store *s, struct event_list *l, size_t index, const struct event_update *u)
{
	const struct event *e = event_list_latest(l, index);
	struct apply_was was;
	int64_t t_ns = event_list_counted(l, index);
	uint64_t old_key = apply_key(s, e);
	int err;

	apply_was_of(&was, e);
	err = event_list_change(l, index, u, l != &s->now.events);
	if (err != 0) {
		s->now.drops[0]++;
		return err;
	}
	sift_changes_note(&s->changes, u->id);
	/* It may have been the one that made room. */
	l = apply_find(s, u->id, &index);
	if (l == NULL || was.recovered)
		return 0;
	e = event_list_latest(l, index);
	if (e->code == was.code && !e->recovered)
		return 0;
	apply_moved(s, u, was.code, e->code);
	apply_regroup(s, old_key, t_ns, e);
	apply_trend(s, t_ns, &was, e);
	return 0;
}

int
apply_update(struct store *s, const struct event_update *u)
{
	size_t index;
	struct event_list *l;

	if (u->id == 0 || !apply_code_ok(u->code) || !apply_code_ok(u->old_code))
		return -EINVAL;
	l = apply_find(s, u->id, &index);
	if (l != NULL)
		return apply_update_kept(s, l, index, u);
	if (u->recovered || (u->code != 0 && u->code != u->old_code))
		apply_moved(s, u, u->old_code, u->code != 0 ? u->code : u->old_code);
	return 0;
}
