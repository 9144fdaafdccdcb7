/*
 * store - what the console remembers, and how records change it; see sipwhy/store.h.
 * The one thing to know: everything a record says may be a lie, so ids are made to rise, figures never fall,
 * times far from the clock are pulled to it, and what is kept is bounded in rows and bytes.
 */
#include "sipwhy/store.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"
#include "store/feed.h"
#include "store/moment.h"

enum { STORE_EVENTS = 10000, STORE_BYTES = 64 * 1024 * 1024 };

/* How far a live record may run ahead of the clock, or behind it; the engine beside us has the same clock. */
#define STORE_AHEAD_NS (2 * NS_PER_S)
#define STORE_BEHIND_NS (3600 * NS_PER_S)

static void
store_text(char *out, size_t cap, const char *s)
{
	(void)slice_copy(out, cap, slice_str(s));
}

static void
moment_fini(struct moment *m)
{
	event_list_fini(&m->events);
	peer_table_free(m->peers);
	series_free(m->series);
}

struct store *
store_new(const struct store_cfg *cfg)
{
	struct store *s = mem_zalloc(sizeof *s);

	if (s == NULL)
		return NULL;
	s->events_max = cfg != NULL && cfg->events > 0 ? cfg->events : STORE_EVENTS;
	s->bytes_max = cfg != NULL && cfg->bytes > 0 ? cfg->bytes : STORE_BYTES;
	s->now.peers = peer_table_new(cfg != NULL ? cfg->seed : 0);
	s->now.series = series_new();
	s->decoder = record_decoder_new();
	s->feed = mem_alloc(sizeof *s->feed);
	if (s->feed != NULL)
		feed_init(s->feed);
	if (s->now.peers == NULL || s->now.series == NULL || s->decoder == NULL || s->feed == NULL ||
	    event_list_init(&s->now.events, s->events_max, s->bytes_max) != 0) {
		store_free(s);
		return NULL;
	}
	return s;
}

void
store_free(struct store *s)
{
	if (s == NULL)
		return;
	if (s->frozen != NULL)
		moment_fini(s->frozen);
	mem_free(s->frozen);
	moment_fini(&s->now);
	record_decoder_free(s->decoder);
	if (s->feed != NULL)
		feed_fini(s->feed);
	mem_free(s->feed);
	mem_free(s);
}

/* The time of what happened at t_ns by a clock that may be wrong: one wild time would empty the history. */
static int64_t
store_time(struct store *s, int64_t t_ns)
{
	struct moment *m = &s->now;

	if (m->status.live && m->wall_ns > 0 &&
	    (t_ns > m->wall_ns + STORE_AHEAD_NS || t_ns < m->wall_ns - STORE_BEHIND_NS))
		t_ns = m->wall_ns;
	if (m->first_ns == 0 || t_ns < m->first_ns)
		m->first_ns = t_ns;
	if (m->newest_ns == 0 || t_ns > m->newest_ns)
		m->newest_ns = t_ns;
	return t_ns;
}

static void
store_tell(struct store *s)
{
	s->told.events_total = s->now.events_total;
	memcpy(s->told.code_events, s->now.code_events, sizeof s->told.code_events);
	s->told.since = 0;
}

/* Files are read again from the last tick on, so the events after it come once more. */
static void
store_take_back(struct store *s)
{
	event_list_drop_newest(&s->now.events, s->told.since);
	s->now.events_total = s->told.events_total;
	memcpy(s->now.code_events, s->told.code_events, sizeof s->now.code_events);
	s->told.since = 0;
}

static void
store_hello(struct store *s, const struct record *r)
{
	struct moment *m = &s->now;
	struct store_status *st = &m->status;

	if (s->engine != 0 && r->hello.engine != s->engine) {
		source_table_rebase(&m->sources);
		if (!r->hello.live)
			store_take_back(s);
		m->drops[0] += m->drops[1];
		m->evictions[0] += m->evictions[1];
		m->drops[1] = m->evictions[1] = 0;
	}
	if (s->engine == 0 || r->hello.engine <= 1)
		st->start_ns = r->hello.start_ns;
	s->engine = r->hello.engine;
	if (st->engines < r->hello.engine)
		st->engines = r->hello.engine;
	store_text(st->host, sizeof st->host, r->host);
	store_text(st->version, sizeof st->version, r->hello.version);
	st->live = r->hello.live;
	st->ended = false;
	st->engine_alive = true;
	/* Why there is a new one is worth a look for a while; the first has nothing to explain. */
	if (r->hello.engine <= 1)
		st->sentence[0] = '\0';
	s->now.hello_wall_ns = s->now.wall_ns;
}

static uint64_t
store_max(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static void
store_counts_add(struct store *s, const struct counts *c, int64_t t_ns)
{
	if (c == NULL || (counts_requests(c) | counts_responses(c) | c->malformed | c->events) == 0)
		return;
	t_ns = store_time(s, t_ns);
	counts_add(&s->now.counts, c);
	for (unsigned cls = 1; cls <= 6; cls++)
		series_add(s->now.series, cls - 1, t_ns, counts_class(c, cls));
	series_add(s->now.series, 6, t_ns, c->events);
}

static void
store_fold(struct moment *m, const struct record_fold *f)
{
	m->events_total += f->n;
	m->events_folded += f->n;
	if (f->code >= SIP_CODE_MIN && f->code <= SIP_CODE_MAX)
		m->code_events[f->code - SIP_CODE_MIN] += f->n;
}

static void
store_tick(struct store *s, const struct record *r)
{
	const struct record_tick *t = &r->tick;
	struct moment *m = &s->now;

	store_counts_add(s, t->counts, r->t_ns);
	for (size_t i = 0; i < t->n_peers; i++)
		peer_table_add(m->peers, &t->peers[i]);
	for (size_t i = 0; i < t->n_sources; i++)
		source_table_stat(&m->sources, &t->sources[i]);
	for (size_t i = 0; i < t->n_folds; i++)
		store_fold(m, &t->folds[i]);
	m->drops[1] = store_max(m->drops[1], t->record_drops);
	m->evictions[1] = store_max(m->evictions[1], t->evictions);
	m->status.lag_ms = t->lag_ms;
	/* Of a tick in several lines the last has the sources. */
	if (t->n_sources > 0)
		store_tell(s);
}

static int
store_event(struct store *s, const struct event *e)
{
	struct moment *m = &s->now;
	uint64_t id = e->id > s->last_id ? e->id : s->last_id + 1;
	int err;

	if (e->code < SIP_CODE_MIN || e->code > SIP_CODE_MAX)
		return -EINVAL;
	(void)store_time(s, e->t_ns);
	m->events_total++;
	m->code_events[e->code - SIP_CODE_MIN]++;
	err = event_list_push(&m->events, e, id);
	if (err != 0) {
		m->drops[0]++;
		return err;
	}
	s->told.since++;
	s->last_id = id;
	return 0;
}

static void
store_source(struct store *s, const struct record_source *src)
{
	/* The supervisor's word about the engine; the next hello takes it back. */
	if (strcmp(src->kind, "engine") == 0)
		s->now.status.engine_alive = false;
	else
		source_table_state(&s->now.sources, src);
	if (src->sentence[0] != '\0')
		store_text(s->now.status.sentence, sizeof s->now.status.sentence, src->sentence);
}

int
store_apply(struct store *s, const struct record *r)
{
	int err = 0;

	if (r->type == RECORD_HELLO)
		store_hello(s, r);
	else if (r->type == RECORD_TICK)
		store_tick(s, r);
	else if (r->type == RECORD_EVENT)
		err = store_event(s, &r->event);
	else if (r->type == RECORD_SOURCE)
		store_source(s, &r->source);
	else if (r->type == RECORD_BYE)
		s->now.status.ended = true;
	else
		return -EINVAL;
	s->revision++;
	return err;
}

static void
store_line(void *ctx, const char *line, size_t n)
{
	struct store *s = ctx;
	struct record r;
	int err;

	/* Whoever writes after an engine that died begins so; behind half a line it spoils that. */
	if (line != NULL && n == 1 && line[0] == '-')
		return;
	err = line == NULL ? -EMSGSIZE : record_decode(s->decoder, line, n, &r);
	if (err == 0)
		err = store_apply(s, &r);
	else if (err == -ENOMEM)
		s->now.drops[0]++;
	if (err < 0 && err != -ENOMEM)
		s->now.status.bad_lines++;
	if (err < 0)
		s->revision++;
}

void
store_feed(struct store *s, const void *p, size_t n)
{
	feed_push(s->feed, p, n, store_line, s);
}

void
store_note(struct store *s, bool engine_alive, const char *sentence)
{
	s->now.status.engine_alive = engine_alive;
	store_text(s->now.status.sentence, sizeof s->now.status.sentence, sentence);
	s->revision++;
}

void
store_advance(struct store *s, int64_t wall_ns)
{
	if (s->now.status.live && wall_ns / NS_PER_S != s->now.wall_ns / NS_PER_S)
		s->revision++;
	s->now.wall_ns = wall_ns;
}

static int
store_stop(struct store *s)
{
	struct moment *m = mem_alloc(sizeof *m);
	struct event_list fresh = { 0 };

	if (m == NULL)
		return -ENOMEM;
	*m = s->now;
	m->peers = peer_table_clone(s->now.peers);
	m->series = series_clone(s->now.series);
	if (m->peers == NULL || m->series == NULL || event_list_init(&fresh, s->events_max, s->bytes_max) != 0) {
		peer_table_free(m->peers);
		series_free(m->series);
		mem_free(m);
		return -ENOMEM;
	}
	/* The list itself stands still; what comes now goes to a fresh one until both are joined. */
	s->now.events = fresh;
	s->frozen = m;
	return 0;
}

int
store_freeze(struct store *s, bool freeze)
{
	int err = 0;

	if (freeze == (s->frozen != NULL))
		return 0;
	if (freeze) {
		err = store_stop(s);
	} else {
		event_list_join(&s->now.events, &s->frozen->events);
		moment_fini(s->frozen);
		mem_free(s->frozen);
		s->frozen = NULL;
	}
	s->revision++;
	return err;
}
