/*
 * store - what the console remembers: its life, the stream that feeds it, and pause; see sipwhy/store.h.
 * The one thing to know: what is frozen is a second moment.  It has copies of all but the events, whose list it takes
 * with it, because they are many and do not move.
 */
#include "sipwhy/store.h"

#include <errno.h>
#include <string.h>

#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"
#include "store/alert_rules.h"
#include "store/apply.h"
#include "store/feed.h"

enum { STORE_EVENTS = 10000, STORE_BYTES = 64 * 1024 * 1024, STORE_BYTES_EACH = 1024 };

static void
moment_fini(struct moment *m)
{
	event_list_fini(&m->events);
	peer_table_free(m->peers);
	trend_fini(&m->trend);
	kpi_list_free(m->kpi);
	groups_free(m->groups);
	mem_free(m->incidents);
	notices_free(m->notices);
}

static bool
moment_whole(const struct moment *m)
{
	return m->peers != NULL && m->kpi != NULL && m->groups != NULL && m->incidents != NULL &&
	    m->notices != NULL;
}

static bool
moment_init(struct moment *m, const struct store *s)
{
	m->peers = peer_table_new(s->seed);
	m->kpi = kpi_list_new(s->seed);
	m->groups = groups_new();
	m->incidents = incident_list_new();
	m->notices = notices_new();
	return trend_init(&m->trend, s->seed) && moment_whole(m) &&
	    event_list_init(&m->events, s->events_max, s->bytes_max) == 0;
}

/* Most sites keep 10,000; who asks for a million wants the events, and raw messages of the newest. */
static size_t
store_bytes(size_t events)
{
	const size_t more = events > STORE_EVENTS ? events - STORE_EVENTS : 0;

	return more < (SIZE_MAX - STORE_BYTES) / STORE_BYTES_EACH ? STORE_BYTES + more * STORE_BYTES_EACH : SIZE_MAX;
}

struct store *
store_new(const struct store_cfg *cfg)
{
	const struct store_cfg defaults = { .events = 0 };
	struct store *s = mem_zalloc(sizeof *s);
	bool whole;

	if (s == NULL)
		return NULL;
	cfg = cfg != NULL ? cfg : &defaults;
	s->events_max = cfg->events > 0 ? cfg->events : STORE_EVENTS;
	s->bytes_max = cfg->bytes > 0 ? cfg->bytes : store_bytes(s->events_max);
	s->seed = cfg->seed;
	s->phrase = cfg->phrase;
	s->taken_back = UINT64_MAX;
	whole = moment_init(&s->now, s);
	s->told.groups = groups_new();
	s->decoder = record_decoder_new();
	s->messages = messages_new(cfg->message_bytes, s->seed);
	s->journal = journal_new();
	s->feed = mem_alloc(sizeof *s->feed);
	if (s->feed != NULL)
		feed_init(s->feed);
	if (whole && s->told.groups != NULL && s->decoder != NULL && s->feed != NULL && s->messages != NULL)
		return s;
	store_free(s);
	return NULL;
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
	groups_free(s->told.groups);
	record_decoder_free(s->decoder);
	messages_free(s->messages);
	journal_free(s->journal);
	alert_rules_free(s->rules);
	if (s->feed != NULL)
		feed_fini(s->feed);
	mem_free(s->feed);
	mem_free(s);
}

static void
store_text(char *out, size_t cap, const char *s)
{
	(void)slice_copy(out, cap, slice_str(s));
}

/* Another engine counts from 0, and knows nothing of the one before. */
static void
store_new_engine(struct store *s, const struct record_hello *h)
{
	struct moment *m = &s->now;

	source_table_rebase(&m->sources);
	if (!h->live) {
		apply_take_back(s);
		alert_rules_restart(s);
	}
	incident_list_end(m->incidents);
	m->drops[0] += m->drops[1];
	m->message_drops[0] += m->message_drops[1];
	m->evictions[0] += m->evictions[1];
	m->drops[1] = m->message_drops[1] = m->evictions[1] = 0;
}

static void
store_hello(struct store *s, const struct record *r)
{
	struct store_status *st = &s->now.status;

	if (s->engine != 0 && r->hello.engine != s->engine)
		store_new_engine(s, &r->hello);
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

static void
store_source(struct store *s, const struct record_source *src, int64_t t_ns)
{
	/* The supervisor's word about the engine; the next hello takes it back. */
	if (strcmp(src->kind, "engine") == 0)
		s->now.status.engine_alive = false;
	else
		source_table_state(&s->now.sources, src);
	if (src->sentence[0] != '\0')
		store_text(s->now.status.sentence, sizeof s->now.status.sentence, src->sentence);
	journal_add(s->journal, t_ns, src->name, src->state, src->sentence);
}

static int
store_incident(struct store *s, const struct incident *i)
{
	if (i->pattern < PATTERN_MIN || i->pattern > PATTERN_MAX)
		return -EINVAL;
	incident_list_put(s->now.incidents, i);
	if (i->ended)
		store_incident_over(s, i->id);
	return 0;
}

int
store_apply(struct store *s, const struct record *r)
{
	int err = 0;

	if (r->type == RECORD_HELLO)
		store_hello(s, r);
	else if (r->type == RECORD_TICK)
		apply_tick(s, r);
	else if (r->type == RECORD_EVENT)
		err = apply_event(s, &r->event);
	else if (r->type == RECORD_UPDATE)
		err = apply_update(s, &r->update);
	else if (r->type == RECORD_INCIDENT)
		err = store_incident(s, &r->incident);
	else if (r->type == RECORD_NOTICE)
		err = apply_notice(s, &r->notice);
	else if (r->type == RECORD_SOURCE)
		store_source(s, &r->source, r->t_ns);
	else if (r->type == RECORD_MESSAGE || r->type == RECORD_GOOD)
		err = apply_message(s, r);
	else if (r->type == RECORD_BYE)
		s->now.status.ended = true;
	else
		return -EINVAL;
	alert_rules_step(s);
	store_look_again(s);
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
	journal_add(s->journal, s->now.wall_ns, "engine", engine_alive ? "" : "down", sentence);
	s->revision++;
}

void
store_advance(struct store *s, int64_t wall_ns)
{
	if (s->now.status.live && wall_ns / NS_PER_S != s->now.wall_ns / NS_PER_S)
		s->revision++;
	s->now.wall_ns = wall_ns;
	groups_unmute(s->now.groups, moment_now(&s->now));
	if (s->frozen != NULL)
		groups_unmute(s->frozen->groups, moment_now(&s->now));
	alert_rules_step(s);
}

/* Copies of what goes on; the list of events is the caller's business. */
static bool
moment_clone(struct moment *out, const struct moment *m)
{
	bool whole;

	*out = *m;
	whole = trend_clone(&out->trend, &m->trend);
	out->peers = peer_table_clone(m->peers);
	out->kpi = kpi_list_clone(m->kpi);
	out->groups = groups_clone(m->groups);
	out->incidents = incident_list_clone(m->incidents);
	out->notices = notices_clone(m->notices);
	return moment_whole(out) && whole;
}

static int
store_stop(struct store *s)
{
	struct moment *m = mem_zalloc(sizeof *m);
	struct event_list fresh = { 0 };

	if (m == NULL)
		return -ENOMEM;
	if (!moment_clone(m, &s->now) || event_list_init(&fresh, s->events_max, s->bytes_max) != 0) {
		m->events = fresh;
		moment_fini(m);
		mem_free(m);
		return -ENOMEM;
	}
	/* The list itself stands still; what comes now goes to a fresh one until both are joined. */
	s->now.events = fresh;
	s->frozen = m;
	s->taken_back = UINT64_MAX;
	return 0;
}

static void
store_go_on(struct store *s)
{
	event_list_drop_after(&s->frozen->events, s->taken_back);
	event_list_thaw(&s->frozen->events);
	sift_changes_all(&s->changes);
	event_list_join(&s->now.events, &s->frozen->events);
	moment_fini(s->frozen);
	mem_free(s->frozen);
	s->frozen = NULL;
}

int
store_freeze(struct store *s, bool freeze)
{
	int err = 0;

	if (freeze == (s->frozen != NULL))
		return 0;
	if (freeze)
		err = store_stop(s);
	else
		store_go_on(s);
	store_look_again(s);
	s->revision++;
	return err;
}

static void
store_group_say(struct store *s, uint64_t key, bool acked, bool mute, bool muted, int64_t until_ns)
{
	struct moment *moments[] = { &s->now, s->frozen };

	for (unsigned i = 0; i < 2; i++) {
		struct group *row = moments[i] != NULL ? groups_find(moments[i]->groups, key) : NULL;

		if (row == NULL)
			continue;
		row->acked |= acked;
		row->muted = mute ? muted : row->muted;
		row->muted_until_ns = mute ? until_ns : row->muted_until_ns;
	}
	s->revision++;
}

void
store_group_ack(struct store *s, uint64_t key)
{
	store_group_say(s, key, true, false, false, 0);
}

void
store_group_mute(struct store *s, uint64_t key, bool mute)
{
	store_group_say(s, key, false, true, mute, 0);
}

void
store_group_mute_until(struct store *s, uint64_t key, int64_t until_ns)
{
	store_group_say(s, key, false, true, true, until_ns);
}
