/*
 * tell - what an engine has to say, as records; see tell.h.
 * A tick that waits in the outlet leaves a mark: the share may say "told" only once its bytes are written.
 */
#include "app/tell.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app/clock.h"
#include "app/engine_int.h"
#include "app/outlet.h"
#include "app/sieve.h"
#include "app/version.h"
#include "sipwhy/mem.h"
#include "sipwhy/record.h"
#include "sipwhy/sink.h"
#include "sipwhy/timefmt.h"

enum { TELL_EVENTS_PER_S = 500, TELL_DRAIN_MS = 2000, TELL_MARKS = 1024 };

/* A tick that waits in the outlet: once `at` bytes are written, this is what was told. */
struct tell_mark {
	uint64_t at;
	uint64_t told[OPTIONS_INPUTS_MAX];
	uint64_t ino[OPTIONS_INPUTS_MAX], offset[OPTIONS_INPUTS_MAX];
};

static struct record
tell_record(const struct engine *e, enum record_type type, int64_t t_ns)
{
	return (struct record){ .type = type, .t_ns = t_ns, .host = e->host };
}

/* Time of what is told now: the wall clock's for captures, that of the messages for files and the demo's history. */
static int64_t
tell_now(const struct engine *e)
{
	int64_t last = pipeline_last_ns(e->pipe);

	return e->by_clock || last == 0 ? clock_wall_ns() : last;
}

/*
 * What a log holds of a message that is not whole is told when it is: the next engine begins in front of it, and so it
 * may not count as told.
 */
static void
tell_without_held(struct source_stat *st)
{
	uint64_t held = st->verdict[WIRE_HELD];

	if (!st->text || strcmp(st->kind, input_kind_name(INPUT_FILE)) != 0)
		return;
	st->frames -= held < st->frames ? held : st->frames;
	st->verdict[WIRE_HELD] = 0;
}

static void
tell_stat(const struct engine_source *s, struct source_stat *out)
{
	pipeline_source_stat(out, s->in, s->state, s->lane);
	memcpy(out->name, s->name, sizeof out->name);
	out->frames -= s->left;
	out->bytes -= s->left_bytes;
	if (s->e->marks != NULL)
		tell_without_held(out);
}

size_t
tell_stats(const struct engine *e, struct source_stat *out)
{
	for (size_t i = 0; i < e->n_sources; i++)
		if (e->sources[i].fresh)
			out[i] = e->sources[i].before;
		else
			tell_stat(&e->sources[i], &out[i]);
	return e->n_sources;
}

/* Bytes of records were written: what they told, the next engine need not tell again. */
static uint64_t
tell_written(void *ctx, uint64_t written)
{
	struct engine *e = ctx;
	struct engine_share *share = e->cfg.share;

	for (; e->n_marks > 0 && e->marks[e->first_mark].at <= written; e->n_marks--) {
		const struct tell_mark *m = &e->marks[e->first_mark];

		memcpy(share->told, m->told, sizeof share->told);
		memcpy(share->ino, m->ino, sizeof share->ino);
		memcpy(share->offset, m->offset, sizeof share->offset);
		e->first_mark = (e->first_mark + 1) % TELL_MARKS;
	}
	return e->n_marks > 0 ? e->marks[e->first_mark].at : UINT64_MAX;
}

/* Where a followed file stands.  The input counts a block before it hands it over. */
static void
tell_place(const struct engine_source *s, uint64_t *ino, uint64_t *offset)
{
	struct input_stats st;
	uint64_t left = s->left_bytes + (s->fresh ? s->piece_bytes : 0);

	input_stats(s->in, &st);
	if (st.ino == 0)
		return;
	*ino = st.ino;
	*offset = st.offset > left ? st.offset - left : 0;
}

/* The tick with these figures stands in the outlet.  While an engine skips what is told, it is behind that. */
static void
tell_mark(struct engine *e, const struct source_stat *stats)
{
	const struct engine_share *share = e->cfg.share;
	struct tell_mark *m;

	if (e->marks == NULL)
		return;
	m = &e->marks[(e->first_mark + e->n_marks) % TELL_MARKS];
	if (e->n_marks > 0) {
		*m = e->marks[(e->first_mark + e->n_marks - 1) % TELL_MARKS];
	} else {
		memcpy(m->told, share->told, sizeof m->told);
		memcpy(m->ino, share->ino, sizeof m->ino);
		memcpy(m->offset, share->offset, sizeof m->offset);
	}
	for (size_t i = 0; i < e->n_sources; i++) {
		size_t at = e->sources[i].index;

		if (stats[i].frames > m->told[at])
			m->told[at] = stats[i].frames;
		if (input_kind(e->sources[i].in) == INPUT_FOLLOW)
			tell_place(&e->sources[i], &m->ino[at], &m->offset[at]);
	}
	m->at = outlet_taken(e->outlet);
	e->n_marks++;
}

/*
 * Who came, went or was turned away, with or without a frame of its own.  It only grows: nothing of it cancels out.  Of
 * what is open to everybody that is told before anybody comes.
 */
static uint64_t
tell_senders(const struct source_stat *s)
{
	return s->refused + s->closed + s->connected + (s->connected - s->senders) + s->open_to_all;
}

/* in_frame: the source whose newest frame is read but not yet pushed, NULL between frames. */
static void
tell_increments(struct engine *e, const struct engine_source *in_frame)
{
	struct source_stat stats[OPTIONS_INPUTS_MAX];
	struct tally *tally = pipeline_tally(e->pipe);
	struct record r = tell_record(e, RECORD_TICK, tell_now(e));
	struct record_tick *t = &r.tick;
	struct track_stats track;
	uint64_t frames = 0;

	if (e->outlet == NULL || !outlet_ready(e->outlet) || e->n_marks == TELL_MARKS)
		return;
	t->sources = stats;
	t->n_sources = tell_stats(e, stats);
	if (in_frame != NULL)
		stats[in_frame - e->sources].frames--;
	for (size_t i = 0; i < t->n_sources; i++)
		frames += stats[i].frames + stats[i].kernel_drops + stats[i].if_drops + tell_senders(&stats[i]);
	t->folds = outlet_folds(e->outlet, &t->n_folds);
	if (!tally_dirty(tally) && frames == e->told_frames && t->n_folds == 0)
		return;
	t->counts = tally_delta(tally);
	t->peers = tally_delta_peers(tally, &t->n_peers);
	t->kpi = tally_delta_kpi(tally);
	t->kpi_peers = tally_delta_kpi_peers(tally, &t->n_kpi_peers);
	track_stats(pipeline_track(e->pipe), &track);
	t->evictions = track.repeats_forgotten + track.outcomes[OUTCOME_EVICTED];
	t->call_ids = track_call_ids(pipeline_track(e->pipe), &t->call_ids_exact);
	t->record_drops = outlet_drops(e->outlet);
	t->message_drops = outlet_message_drops(e->outlet) + track.messages_left;
	t->lag_ms = e->lag_ms;
	if (outlet_put(e->outlet, &r) != 0)
		return;
	tally_taken(tally);
	outlet_folds_taken(e->outlet);
	e->told_frames = frames;
	tell_mark(e, stats);
	outlet_flush(e->outlet);
}

void
tell_tick(struct engine *e)
{
	tell_increments(e, NULL);
}

/* Rates are drawn by the time of the messages, so increments of a file must not smear over its seconds. */
static void
tell_second(struct engine *e, const struct engine_source *s, int64_t t_ns)
{
	int64_t second = t_ns / NS_PER_S;

	if (second == e->tick_second || (second < e->tick_second && second >= e->tick_second - 1))
		return;
	if (tally_dirty(pipeline_tally(e->pipe)))
		tell_increments(e, s);
	e->tick_second = second;
}

/* Two bad frames between two ticks would have their engines step back over each other for ever: the first is told at
 * once. */
static void
tell_past_poison(struct engine *e, struct engine_source *s, uint64_t frames)
{
	if (s->poison == 0 || frames <= s->poison)
		return;
	tell_increments(e, s);
	s->poison = 0;
}

void
tell_frame(struct engine_source *s, int64_t t_ns)
{
	struct engine *e = s->e;

	if (e->cfg.share != NULL) {
		struct input_stats st;

		input_stats(s->in, &st);
		e->cfg.share->at[s->index] = st.frames;
		e->cfg.share->current = (uint32_t)s->index;
		tell_past_poison(e, s, st.frames);
	}
	if (e->outlet != NULL)
		tell_second(e, s, t_ns);
}

void
tell_started(struct engine_source *s)
{
	struct engine_share *share = s->e->cfg.share;

	if (share != NULL && input_kind(s->in) == INPUT_FOLLOW && share->ino[s->index] == 0)
		tell_place(s, &share->ino[s->index], &share->offset[s->index]);
}

void
tell_block(struct engine_source *s)
{
	struct input_stats st;

	if (s->e->cfg.share == NULL)
		return;
	input_stats(s->in, &st);
	s->block_end = st.frames;
	s->e->cfg.share->current = (uint32_t)s->index;
	/* The log may have appeared just now. */
	tell_started(s);
	if (s->poison != 0 && st.frames - s->left >= s->poison) {
		tell_increments(s->e, NULL);
		s->poison = 0;
	}
}

void
tell_piece(struct engine_source *s)
{
	struct engine *e = s->e;

	if (e->cfg.share != NULL)
		e->cfg.share->at[s->index] = s->block_end - s->left + 1;
	/* The figures from before it: a tick that its first message makes must not hold it.  Of a file the lane knows
	 * what was counted, line by line. */
	s->fresh = e->outlet != NULL && !e->by_clock && input_kind(s->in) != INPUT_FILE;
	if (s->fresh)
		tell_stat(s, &s->before);
	e->speaking = s;
}

void
tell_moment(void *ctx, int64_t t_ns)
{
	struct engine *e = ctx;
	struct engine_source *s = e->speaking;

	if (s == NULL || e->by_clock || (!s->fresh && input_kind(s->in) != INPUT_FILE))
		return;
	tell_second(e, NULL, t_ns);
	s->fresh = false;
}

void
tell_by_clock(struct engine *e)
{
	if (e->by_clock)
		return;
	tell_increments(e, NULL);
	e->by_clock = true;
	if (e->outlet != NULL)
		outlet_rate(e->outlet, TELL_EVENTS_PER_S);
}

void
tell_event(void *ctx, const struct event *ev)
{
	struct engine *e = ctx;

	if (!sieve_event(e->sieve, ev, slice_str(e->host)))
		return;
	if (e->outlet != NULL)
		outlet_event(e->outlet, ev, uv_now(&e->loop));
	else
		sink_events_add(e->events, ev);
}

void
tell_update(void *ctx, const struct event_update *u)
{
	struct engine *e = ctx;

	if (!sieve_told(e->sieve, u->id))
		return;
	if (e->outlet != NULL)
		outlet_update(e->outlet, u, uv_now(&e->loop));
	else
		sink_events_update(e->events, u);
}

void
tell_incident(void *ctx, const struct incident *i)
{
	struct engine *e = ctx;
	struct record r = tell_record(e, RECORD_INCIDENT, i->t_ns);

	r.incident = *i;
	if (e->outlet != NULL)
		(void)outlet_record(e->outlet, &r);
	else
		sink_incidents_add(e->incidents, i);
}

void
tell_notice(void *ctx, const struct notice *n)
{
	struct engine *e = ctx;

	if (e->outlet != NULL)
		outlet_notice(e->outlet, n, uv_now(&e->loop));
	else if (e->notices != NULL)
		(void)notice_list_add(e->notices, n);
}

bool
tell_message(void *ctx, const struct callmsg *c)
{
	struct engine *e = ctx;

	return sieve_told(e->sieve, c->of) && outlet_message(e->outlet, c);
}

void
tell_good(void *ctx, const struct goodcall *g)
{
	struct engine *e = ctx;
	struct record r = tell_record(e, RECORD_GOOD, g->t_ns);

	r.good = *g;
	/* No failure, so no filter means it. */
	if (sieve_filter(e->sieve) != NULL)
		return;
	(void)outlet_record(e->outlet, &r);
}

void
tell_source(const struct engine_source *s)
{
	struct engine *e = s->e;
	struct record r = tell_record(e, RECORD_SOURCE, tell_now(e));

	r.source = (struct record_source){ s->name, input_kind_word(s->in), input_state_name(s->state), s->sentence };
	if (e->outlet != NULL)
		(void)outlet_record(e->outlet, &r);
}

void
tell_output(struct engine *e)
{
	struct record r = tell_record(e, RECORD_SOURCE, tell_now(e));

	/* Without a name it stands for no source. */
	r.source = (struct record_source){ "", "output", input_state_name(INPUT_FAILED), e->trouble.text };
	if (e->outlet != NULL)
		(void)outlet_record(e->outlet, &r);
}

void
tell_relay(struct engine *e, bool trouble, const char *sentence)
{
	struct record r = tell_record(e, RECORD_SOURCE, tell_now(e));

	r.source =
	    (struct record_source){ "", "output", input_state_name(trouble ? INPUT_FAILED : INPUT_READING), sentence };
	(void)outlet_record(e->outlet, &r);
}

static bool
tell_is_live(const struct engine *e)
{
	bool live = e->by_clock || e->o->demo;

	for (size_t i = 0; i < e->n_sources; i++)
		live |= input_is_live(e->sources[i].in) && e->sources[i].age != AGE_PAST;
	return live;
}

static int
tell_hello(struct engine *e)
{
	struct record r = tell_record(e, RECORD_HELLO, clock_wall_ns());
	int err;

	r.hello = (struct record_hello){ SIPWHY_VERSION, e->start_ns, e->cfg.number, tell_is_live(e) };
	/* What is counted began with its past. */
	if (e->o->demo)
		r.hello.start_ns -= input_demo_past_ns();
	err = outlet_put(e->outlet, &r);
	if (err == 0) {
		e->told_live = r.hello.live;
		outlet_flush(e->outlet);
	}
	return err;
}

int
tell_live(struct engine *e, const struct engine_source *in_frame)
{
	if (e->outlet == NULL || e->told_live == tell_is_live(e))
		return 0;
	/* What was counted so far belongs to its own time. */
	tell_increments(e, in_frame);
	return tell_hello(e);
}

static void
tell_missing(struct engine *e)
{
	struct record r = tell_record(e, RECORD_SOURCE, tell_now(e));
	char text[320];

	for (size_t i = 0; e->cfg.share != NULL && i < e->o->n_inputs; i++) {
		if ((e->cfg.share->missing >> i & 1) == 0)
			continue;
		(void)snprintf(
		    text, sizeof text, "%s can't be opened; waiting for it to come back", e->o->inputs[i].arg);
		r.source = (struct record_source){ e->o->inputs[i].arg, input_kind_name(e->o->inputs[i].kind),
			input_state_name(INPUT_FAILED), text };
		(void)outlet_record(e->outlet, &r);
	}
}

int
tell_open(struct engine *e, struct errmsg *em)
{
	e->tick_second = INT64_MIN / 2;
	if (e->cfg.share != NULL && (e->marks = mem_alloc(TELL_MARKS * sizeof *e->marks)) == NULL)
		return errmsg_set(em, -ENOMEM, "out of memory");
	return 0;
}

int
tell_start(struct engine *e, struct errmsg *em)
{
	int err = 0;

	if (e->cfg.fd < 0)
		return 0;
	e->outlet = outlet_new(&e->loop, e->cfg.fd, e->host, e->by_clock ? TELL_EVENTS_PER_S : 0);
	if (e->outlet == NULL)
		return errmsg_set(em, -ENOMEM, "out of memory");
	outlet_watch(e->outlet, tell_written, e);
	/* The engine before us may have left half a line, and our hello must not be its end. */
	if (e->cfg.number > 1)
		err = outlet_after(e->outlet);
	if (err == 0)
		err = tell_hello(e);
	if (err != 0)
		return errmsg_set(em, err, "out of memory");
	tell_missing(e);
	return 0;
}

/* The first trouble is the one to tell. */
static void
tell_no_reader(struct engine *e)
{
	int err = outlet_error(e->outlet);

	if (e->status == ENGINE_OK)
		e->status = ENGINE_FAILED;
	if (e->trouble.text[0] != '\0')
		return;
	if (err != 0)
		(void)errmsg_set(&e->trouble, err, "writing the records stopped: %s", strerror(-err));
	else
		(void)errmsg_set(&e->trouble, -ETIMEDOUT, "the records were not all read");
}

void
tell_bye(struct engine *e)
{
	struct record r = tell_record(e, RECORD_BYE, tell_now(e));

	tell_tick(e);
	for (size_t i = 0; i < e->n_sources; i++)
		tell_source(&e->sources[i]);
	r.tick.counts = tally_total(pipeline_tally(e->pipe));
	r.tick.kpi = tally_kpi(pipeline_tally(e->pipe));
	/* An engine that wants a successor has not come to the end. */
	if (e->status != ENGINE_AGAIN)
		(void)outlet_record(e->outlet, &r);
	/* A reader may take its time, unless somebody waits for us to end. */
	if (!outlet_drain(e->outlet, e->hurry ? TELL_DRAIN_MS : -1) && outlet_error(e->outlet) != -EPIPE)
		tell_no_reader(e);
}

void
tell_close(struct engine *e)
{
	outlet_close(e->outlet);
	mem_free(e->marks);
}
