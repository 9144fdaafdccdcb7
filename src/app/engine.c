/*
 * engine - inputs to records; see engine.h.  Owns the loop of its process.
 * Files are read one after the other, as they were written; live sources run beside each other.
 */
#include "app/engine.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "app/clock.h"
#include "app/local.h"
#include "app/match.h"
#include "app/outlet.h"
#include "app/pipeline.h"
#include "app/version.h"
#include "sipwhy/input.h"
#include "sipwhy/mem.h"
#include "sipwhy/record.h"
#include "sipwhy/sink.h"
#include "sipwhy/timefmt.h"

enum {
	ENGINE_TICK_MS = 250,
	ENGINE_EVENTS_PER_S = 500,
	ENGINE_ID_SHIFT = 40, /* ids of one engine: a tera of events, and below 2^53 for JSON readers */
	ENGINE_DRAIN_MS = 2000,
	ENGINE_GRACE_MS = 150, /* three times the ring's block timeout */
	ENGINE_MARKS = 1024
};

struct engine_source {
	struct engine *e;
	struct input *in;
	struct wire *lane;
	enum input_state state;
	size_t index;           /* in options */
	uint64_t poison;        /* frame left out, until that is told */
	char name[SOURCE_NAME]; /* the input's; told apart from its namesakes */
	char sentence[320];
};

/* A tick that waits in the outlet: once `at` bytes are written, this is what was told. */
struct engine_mark {
	uint64_t at;
	uint64_t told[OPTIONS_INPUTS_MAX];
};

struct engine {
	uv_loop_t loop;
	bool loop_ok, stopping;
	struct engine_cfg cfg;
	const struct options *o;
	char host[64];
	struct match *match;
	struct pipeline *pipe;
	struct outlet *outlet;
	struct sink_events *events;
	struct sink_pcap *pcap;
	struct engine_source sources[OPTIONS_INPUTS_MAX];
	size_t n_sources;
	uv_timer_t tick, duration;
	uv_signal_t sigint, sigterm;
	int64_t start_ns;
	int64_t tick_second;  /* second that the open tick belongs to; without by_clock */
	uint64_t told_frames; /* sum of frames at the last tick */
	uint32_t lag_ms;
	bool by_clock;             /* a capture runs: its time is the wall clock's */
	bool hurry;                /* somebody wants us to end */
	struct engine_mark *marks; /* a ring; NULL without a share */
	size_t first_mark, n_marks;
	int status;
	struct errmsg trouble;
};

static void engine_stop(struct engine *e);

/* Records. */

static struct record
engine_record(const struct engine *e, enum record_type type, int64_t t_ns)
{
	return (struct record){ .type = type, .t_ns = t_ns, .host = e->host };
}

/* Time of what is told now: the wall clock's for captures, that of the messages for files and the demo's history. */
static int64_t
engine_now(const struct engine *e)
{
	int64_t last = pipeline_last_ns(e->pipe);

	return e->by_clock || last == 0 ? clock_wall_ns() : last;
}

static void
engine_hello(struct engine *e)
{
	struct record r = engine_record(e, RECORD_HELLO, clock_wall_ns());

	r.hello = (struct record_hello){ SIPWHY_VERSION, e->start_ns, e->cfg.number, e->by_clock || e->o->demo };
	(void)outlet_record(e->outlet, &r);
}

static void
engine_tell_source(struct engine *e, const struct engine_source *s)
{
	struct record r = engine_record(e, RECORD_SOURCE, engine_now(e));

	r.source = (struct record_source){ s->name, input_kind_name(input_kind(s->in)), input_state_name(s->state),
		s->sentence };
	(void)outlet_record(e->outlet, &r);
}

static void
engine_tell_missing(struct engine *e)
{
	struct record r = engine_record(e, RECORD_SOURCE, engine_now(e));
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

static size_t
engine_stats(struct engine *e, struct source_stat *out)
{
	for (size_t i = 0; i < e->n_sources; i++) {
		pipeline_source_stat(&out[i], e->sources[i].in, e->sources[i].state, e->sources[i].lane);
		memcpy(out[i].name, e->sources[i].name, sizeof out[i].name);
	}
	return e->n_sources;
}

/* Bytes of records were written: what they told, the next engine need not tell again. */
static uint64_t
engine_written(void *ctx, uint64_t written)
{
	struct engine *e = ctx;

	for (; e->n_marks > 0 && e->marks[e->first_mark].at <= written; e->n_marks--) {
		memcpy(e->cfg.share->told, e->marks[e->first_mark].told, sizeof e->cfg.share->told);
		e->first_mark = (e->first_mark + 1) % ENGINE_MARKS;
	}
	return e->n_marks > 0 ? e->marks[e->first_mark].at : UINT64_MAX;
}

/* The tick with these figures stands in the outlet.  While an engine skips what is told, it is behind that. */
static void
engine_mark(struct engine *e, const struct source_stat *stats)
{
	struct engine_mark *m;

	if (e->marks == NULL)
		return;
	m = &e->marks[(e->first_mark + e->n_marks) % ENGINE_MARKS];
	memcpy(m->told,
	    e->n_marks > 0 ? e->marks[(e->first_mark + e->n_marks - 1) % ENGINE_MARKS].told : e->cfg.share->told,
	    sizeof m->told);
	for (size_t i = 0; i < e->n_sources; i++)
		if (stats[i].frames > m->told[e->sources[i].index])
			m->told[e->sources[i].index] = stats[i].frames;
	m->at = outlet_taken(e->outlet);
	e->n_marks++;
}

/*
 * Tell the increments.  in_frame: the source whose newest frame is read but not yet pushed, NULL between frames.
 * Without room nothing is taken, and the next tick tells more.
 */
static void
engine_tick(struct engine *e, const struct engine_source *in_frame)
{
	struct source_stat stats[OPTIONS_INPUTS_MAX];
	struct tally *tally = pipeline_tally(e->pipe);
	struct record r = engine_record(e, RECORD_TICK, engine_now(e));
	struct record_tick *t = &r.tick;
	uint64_t frames = 0;

	if (!outlet_ready(e->outlet) || e->n_marks == ENGINE_MARKS)
		return;
	t->sources = stats;
	t->n_sources = engine_stats(e, stats);
	if (in_frame != NULL)
		stats[in_frame - e->sources].frames--;
	for (size_t i = 0; i < t->n_sources; i++)
		frames += stats[i].frames + stats[i].kernel_drops + stats[i].if_drops;
	t->folds = outlet_folds(e->outlet, &t->n_folds);
	if (!tally_dirty(tally) && frames == e->told_frames && t->n_folds == 0)
		return;
	t->counts = tally_delta(tally);
	t->peers = tally_delta_peers(tally, &t->n_peers);
	t->evictions = track_evictions(pipeline_track(e->pipe));
	t->call_ids = track_call_ids(pipeline_track(e->pipe), &t->call_ids_exact);
	t->record_drops = outlet_drops(e->outlet);
	t->lag_ms = e->lag_ms;
	if (outlet_put(e->outlet, &r) != 0)
		return;
	tally_taken(tally);
	outlet_folds_taken(e->outlet);
	e->told_frames = frames;
	engine_mark(e, stats);
	outlet_flush(e->outlet);
}

static bool
engine_is_open(const struct engine_source *s)
{
	return s->state == INPUT_OPEN || s->state == INPUT_READING;
}

/* The file whose turn it is; NULL when all are read. */
static struct engine_source *
engine_next_file(struct engine *e)
{
	for (size_t i = 0; i < e->n_sources; i++)
		if (engine_is_open(&e->sources[i]) && !input_is_live(e->sources[i].in))
			return &e->sources[i];
	return NULL;
}

static void
engine_on_tick(uv_timer_t *h)
{
	struct engine *e = h->data;
	struct engine_source *file = engine_next_file(e);

	engine_tick(e, NULL);
	if (outlet_broken(e->outlet))
		engine_stop(e);
	if (file != NULL)
		input_pause(file->in, outlet_full(e->outlet));
}

/* What inputs hand over. */

static void
engine_event(void *ctx, const struct event *ev)
{
	struct engine *e = ctx;

	if (e->outlet != NULL)
		outlet_event(e->outlet, ev, uv_now(&e->loop));
	else
		sink_events_add(e->events, ev);
}

/* Rates are drawn by the time of the messages, so increments of a file must not smear over its seconds. */
static void
engine_second(struct engine *e, const struct engine_source *s, int64_t t_ns)
{
	int64_t second = t_ns / NS_PER_S;

	if (second == e->tick_second || (second < e->tick_second && second >= e->tick_second - 1))
		return;
	if (tally_dirty(pipeline_tally(e->pipe)))
		engine_tick(e, s);
	e->tick_second = second;
}

/* On a screen nobody reads our last words on stderr.  Without a name it stands for no source. */
static void
engine_tell_output(struct engine *e)
{
	struct record r = engine_record(e, RECORD_SOURCE, engine_now(e));

	r.source = (struct record_source){ "", "output", input_state_name(INPUT_FAILED), e->trouble.text };
	if (e->outlet != NULL)
		(void)outlet_record(e->outlet, &r);
}

static void
engine_save(struct engine *e, const struct frame *f)
{
	int err = sink_pcap_write(e->pcap, f);

	if (err == 0 || err == -EMEDIUMTYPE)
		return;
	(void)errmsg_set(&e->trouble, err, "writing %s stopped: %s", e->o->out_pcap, strerror(-err));
	(void)sink_pcap_close(e->pcap, &(struct errmsg){ "" });
	e->pcap = NULL;
	e->status = ENGINE_FAILED;
	engine_tell_output(e);
}

/* Two bad frames between two ticks would have their engines step back over each other for ever: the first is told at
 * once. */
static void
engine_past_poison(struct engine *e, struct engine_source *s, uint64_t frames)
{
	if (s->poison == 0 || frames <= s->poison)
		return;
	engine_tick(e, s);
	s->poison = 0;
}

static void
engine_frame(void *ctx, const struct frame *f)
{
	struct engine_source *s = ctx;
	struct engine *e = s->e;
	enum wire_verdict v;

	if (e->cfg.share != NULL && !e->by_clock) {
		struct input_stats st;

		input_stats(s->in, &st);
		e->cfg.share->at[s->index] = st.frames;
		e->cfg.share->current = (uint32_t)s->index;
		engine_past_poison(e, s, st.frames);
	}
	if (e->outlet != NULL && !e->by_clock)
		engine_second(e, s, f->t_ns);
	v = pipeline_frame(e->pipe, s->lane, s->name, f);
	if (e->pcap != NULL && (v == WIRE_SIP || v == WIRE_HELD))
		engine_save(e, f);
	if (e->by_clock)
		e->lag_ms = (uint32_t)clock_lag_ms(f->t_ns);
}

static void
engine_batch(void *ctx)
{
	struct engine_source *s = ctx;

	if (s->e->outlet != NULL && !input_is_live(s->in) && outlet_full(s->e->outlet))
		input_pause(s->in, true);
}

static void
engine_source_ended(struct engine *e, struct engine_source *s)
{
	struct engine_source *next;
	bool reading = false;

	pipeline_flush(e->pipe, s->lane, s->name);
	if (s->state != INPUT_ENDED)
		e->status = ENGINE_FAILED;
	if (s->state == INPUT_FAILED && input_kind(s->in) == INPUT_PCAP_LIVE && e->cfg.share != NULL) {
		e->status = ENGINE_AGAIN;
		engine_stop(e);
	}
	if ((next = engine_next_file(e)) != NULL)
		input_pause(next->in, false);
	for (size_t i = 0; i < e->n_sources; i++)
		reading |= engine_is_open(&e->sources[i]);
	if (!reading)
		engine_stop(e);
}

static void
engine_state(void *ctx, enum input_state state, const char *sentence)
{
	struct engine_source *s = ctx;

	s->state = state;
	(void)slice_copy(s->sentence, sizeof s->sentence, slice_str(sentence));
	if (state == INPUT_ENDED || state == INPUT_DAMAGED || state == INPUT_FAILED)
		engine_source_ended(s->e, s);
	if (s->e->outlet != NULL)
		engine_tell_source(s->e, s);
}

/* Life. */

/* Figures are kept by name, and two folders may hold a file of one name. */
static void
engine_name(const struct engine *e, struct engine_source *s)
{
	bool taken = false;

	(void)snprintf(s->name, sizeof s->name, "%s", input_name(s->in));
	for (size_t i = 0; i < e->n_sources; i++)
		taken |= strcmp(e->sources[i].name, s->name) == 0;
	if (taken)
		(void)snprintf(
		    s->name, sizeof s->name, "%.*s #%zu", (int)sizeof s->name - 8, input_name(s->in), s->index + 1);
}

static int
engine_open_input(struct engine *e, size_t i, struct errmsg *em)
{
	const struct options *o = e->o;
	const struct engine_share *share = e->cfg.share;
	struct engine_source *s = &e->sources[e->n_sources];
	/* What is live goes on with what comes now; all else is read again up to where it was told. */
	bool again = share != NULL && e->cfg.number > 1 && o->inputs[i].kind != INPUT_PCAP_LIVE;
	struct input_cfg cfg = { .kind = o->inputs[i].kind,
		.arg = o->inputs[i].arg,
		.bpf = o->bpf,
		.buffer_mib = (unsigned)o->buffer_mib,
		.seed = o->seed,
		.skip_frames = again ? share->told[i] : 0,
		.poison_frame = again && e->cfg.poisoned && share->current == i ? share->at[i] : 0,
		.start_ns = share != NULL ? share->start_ns : 0,
		.now_ns = e->start_ns };
	int err = input_open(&s->in, &cfg, em);

	if (err != 0)
		return err;
	s->e = e;
	s->index = i;
	s->poison = cfg.poison_frame;
	s->state = INPUT_OPEN;
	s->lane = pipeline_lane(e->pipe);
	engine_name(e, s);
	e->n_sources++;
	e->by_clock |= input_kind(s->in) == INPUT_PCAP_LIVE;
	return s->lane != NULL ? 0 : errmsg_set(em, -ENOMEM, "out of memory");
}

/*
 * The first engine needs all inputs: a slip must be told on a clean terminal.  Later ones do without an interface that
 * went away, as long as another input is there; the supervisor watches for its return.  Standard input does not return.
 */
static int
engine_open_inputs(struct engine *e, struct errmsg *em)
{
	struct engine_share *share = e->cfg.number > 1 ? e->cfg.share : NULL;
	int err = 0;

	if (share != NULL)
		share->missing = 0;
	for (size_t i = 0; i < e->o->n_inputs; i++) {
		bool live = e->o->inputs[i].kind == INPUT_PCAP_LIVE;

		err = engine_open_input(e, i, em);
		if (err != 0 && (share == NULL || (!live && strcmp(e->o->inputs[i].arg, "-") != 0)))
			return err;
		if (err != 0 && live)
			share->missing |= UINT32_C(1) << i;
	}
	return e->n_sources > 0 ? 0 : err;
}

static int
engine_open(struct engine *e, struct errmsg *em)
{
	const struct options *o = e->o;
	int err = match_new(&e->match, o->match, o->icase, o->invert, o->calls_only, em);
	struct endpoint local[LOCAL_MAX];
	struct pipeline_cfg cfg = { .seed = clock_seed(),
		.match = o->match != NULL || o->calls_only ? e->match : NULL,
		.first_id = ((uint64_t)e->cfg.number << ENGINE_ID_SHIFT) + 1,
		.local = local,
		.event = o->events || e->cfg.fd >= 0 ? engine_event : NULL,
		.ctx = e };

	if (err != 0)
		return err;
	/* Which end is ours can be said of live traffic only; a file may come from anywhere. */
	cfg.n_local = o->inputs[0].kind == INPUT_PCAP_LIVE ? local_addresses(local, LOCAL_MAX) : 0;
	e->pipe = pipeline_new(&cfg);
	if (e->pipe == NULL)
		return errmsg_set(em, -ENOMEM, "out of memory");
	if (e->cfg.share != NULL && (e->marks = mem_alloc(ENGINE_MARKS * sizeof *e->marks)) == NULL)
		return errmsg_set(em, -ENOMEM, "out of memory");
	err = engine_open_inputs(e, em);
	if (err == 0 && o->out_pcap != NULL && e->cfg.number == 1)
		err = sink_pcap_open(&e->pcap, o->out_pcap, em);
	if (err == 0 && o->events && e->cfg.fd < 0 && (e->events = sink_events_new(o->limit, 0)) == NULL)
		err = errmsg_set(em, -ENOMEM, "out of memory");
	return err;
}

int
engine_new(struct engine **out, const struct engine_cfg *cfg, struct errmsg *em)
{
	struct engine *e = mem_zalloc(sizeof *e);
	int err;

	if (e == NULL)
		return errmsg_set(em, -ENOMEM, "out of memory");
	e->cfg = *cfg;
	e->o = cfg->options;
	e->start_ns = clock_wall_ns();
	if (e->cfg.share != NULL && e->cfg.number == 1)
		e->cfg.share->start_ns = e->start_ns;
	e->tick_second = INT64_MIN / 2;
	if (gethostname(e->host, sizeof e->host - 1) != 0)
		e->host[0] = '\0';
	err = uv_loop_init(&e->loop);
	e->loop_ok = err == 0;
	err = err != 0 ? errmsg_set(em, err, "can't start an event loop: %s", uv_strerror(err)) : engine_open(e, em);
	if (err != 0) {
		engine_free(e);
		return err;
	}
	*out = e;
	return 0;
}

static void
engine_on_grace(uv_timer_t *h)
{
	engine_stop(h->data);
}

/* Packets that were there before the end stand in the kernel's ring until its block is handed over: they count. */
static void
engine_end(struct engine *e)
{
	if (!e->by_clock)
		engine_stop(e);
	else
		(void)uv_timer_start(&e->duration, engine_on_grace, ENGINE_GRACE_MS, 0);
}

static void
engine_on_duration(uv_timer_t *h)
{
	engine_end(h->data);
}

static void
engine_on_signal(uv_signal_t *h, int signo)
{
	struct engine *e = h->data;

	(void)signo;
	e->hurry = true;
	engine_end(e);
}

static void
engine_start_handles(struct engine *e)
{
	uv_timer_t *timers[] = { &e->tick, &e->duration };
	uv_signal_t *signals[] = { &e->sigint, &e->sigterm };

	for (size_t i = 0; i < 2; i++) {
		(void)uv_timer_init(&e->loop, timers[i]);
		timers[i]->data = e;
		(void)uv_signal_init(&e->loop, signals[i]);
		signals[i]->data = e;
		(void)uv_signal_start(signals[i], engine_on_signal, i == 0 ? SIGINT : SIGTERM);
	}
	if (e->outlet != NULL)
		(void)uv_timer_start(&e->tick, engine_on_tick, ENGINE_TICK_MS, ENGINE_TICK_MS);
	if (e->o->duration_s > 0)
		(void)uv_timer_start(&e->duration, engine_on_duration, e->o->duration_s * 1000, 0);
}

static int
engine_start_inputs(struct engine *e, struct errmsg *em)
{
	bool first_file = true;
	int err = 0;

	for (size_t i = 0; err == 0 && i < e->n_sources; i++) {
		struct engine_source *s = &e->sources[i];
		struct input_sink sink = { s, engine_frame, engine_batch, engine_state };

		err = input_start(s->in, &e->loop, &sink, em);
		if (err != 0 || input_is_live(s->in))
			continue;
		if (!first_file)
			input_pause(s->in, true);
		first_file = false;
	}
	return err;
}

int
engine_start(struct engine *e, struct errmsg *em)
{
	if (e->cfg.fd >= 0) {
		e->outlet = outlet_new(&e->loop, e->cfg.fd, e->host, e->by_clock ? ENGINE_EVENTS_PER_S : 0);
		if (e->outlet == NULL)
			return errmsg_set(em, -ENOMEM, "out of memory");
		outlet_watch(e->outlet, engine_written, e);
		/* The engine before us may have left half a line, and our hello must not be its end. */
		if (e->cfg.number > 1)
			outlet_after(e->outlet);
		engine_hello(e);
		engine_tell_missing(e);
	}
	engine_start_handles(e);
	return engine_start_inputs(e, em);
}

static void
engine_stop(struct engine *e)
{
	e->stopping = true;
	uv_stop(&e->loop);
}

/* The first trouble is the one to tell. */
static void
engine_no_reader(struct engine *e)
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

static void
engine_bye(struct engine *e)
{
	struct record r = engine_record(e, RECORD_BYE, engine_now(e));

	engine_tick(e, NULL);
	for (size_t i = 0; i < e->n_sources; i++)
		engine_tell_source(e, &e->sources[i]);
	r.tick.counts = tally_total(pipeline_tally(e->pipe));
	/* An engine that wants a successor has not come to the end. */
	if (e->status != ENGINE_AGAIN)
		(void)outlet_record(e->outlet, &r);
	/* A reader may take its time, unless somebody waits for us to end. */
	if (!outlet_drain(e->outlet, e->hurry ? ENGINE_DRAIN_MS : -1) && outlet_error(e->outlet) != -EPIPE)
		engine_no_reader(e);
}

static int
engine_report(struct engine *e)
{
	struct source_stat stats[OPTIONS_INPUTS_MAX];
	struct sink_report r = { .host = e->host,
		.version = SIPWHY_VERSION,
		.start_ns = pipeline_first_ns(e->pipe),
		.end_ns = pipeline_last_ns(e->pipe),
		.tally = pipeline_tally(e->pipe),
		.sources = stats,
		.n_sources = engine_stats(e, stats),
		.evictions = track_evictions(pipeline_track(e->pipe)),
		.events = e->events };
	bool exact;
	int err;

	r.call_ids = track_call_ids(pipeline_track(e->pipe), &exact);
	r.call_ids_exact = exact;
	err = e->o->output == OUTPUT_REPORT ? sink_report_json(stdout, &r) : sink_report_text(stdout, &r, e->o->quiet);
	if (err != 0)
		(void)fprintf(stderr, "sipwhy: writing the report failed: %s\n", strerror(-err));
	return err;
}

static void
engine_tell_trouble(struct engine *e)
{
	for (size_t i = 0; i < e->n_sources; i++)
		if (e->sources[i].state == INPUT_DAMAGED || e->sources[i].state == INPUT_FAILED)
			(void)fprintf(stderr, "sipwhy: %s\n", e->sources[i].sentence);
	if (e->trouble.text[0] != '\0')
		(void)fprintf(stderr, "sipwhy: %s\n", e->trouble.text);
}

/* The loop is over: from now on a signal ends us even while we write to somebody who does not read. */
static void
engine_own_signals(struct engine *e)
{
	(void)uv_signal_stop(&e->sigint);
	(void)uv_signal_stop(&e->sigterm);
}

int
engine_run(struct engine *e)
{
	if (!e->stopping)
		(void)uv_run(&e->loop, UV_RUN_DEFAULT);
	for (size_t i = 0; i < e->n_sources; i++)
		if (engine_is_open(&e->sources[i]))
			pipeline_flush(e->pipe, e->sources[i].lane, e->sources[i].name);
	engine_own_signals(e);
	if (e->pcap != NULL && sink_pcap_close(e->pcap, &e->trouble) != 0) {
		e->status = ENGINE_FAILED;
		engine_tell_output(e);
	}
	e->pcap = NULL;
	if (e->outlet != NULL)
		engine_bye(e);
	else if (engine_report(e) != 0)
		e->status = ENGINE_FAILED;
	if (e->cfg.share == NULL)
		engine_tell_trouble(e);
	return e->status;
}

static void
engine_close_handle(uv_handle_t *h, void *arg)
{
	struct engine *e = arg;

	if (!uv_is_closing(h) && h->data == e)
		uv_close(h, NULL);
}

void
engine_free(struct engine *e)
{
	if (e == NULL)
		return;
	for (size_t i = 0; i < e->n_sources; i++)
		input_close(e->sources[i].in);
	if (e->outlet != NULL)
		outlet_close(e->outlet);
	if (e->loop_ok) {
		uv_walk(&e->loop, engine_close_handle, e);
		(void)uv_run(&e->loop, UV_RUN_DEFAULT);
		(void)uv_loop_close(&e->loop);
	}
	for (size_t i = 0; i < e->n_sources; i++)
		wire_free(e->sources[i].lane);
	if (e->pcap != NULL)
		(void)sink_pcap_close(e->pcap, &(struct errmsg){ "" });
	mem_free(e->marks);
	sink_events_free(e->events);
	pipeline_free(e->pipe);
	match_free(e->match);
	mem_free(e);
}
