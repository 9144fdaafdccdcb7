/*
 * engine - inputs to records; see engine.h.  Owns the loop of its process; what it says is said in tell.c, and
 * logs go down in engine_text.c.
 * Files are read one after the other, as they were written; live sources run beside each other.
 */
#include "app/engine.h"

#include <errno.h>
#include <malloc.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "app/clock.h"
#include "app/engine_int.h"
#include "app/hepkey.h"
#include "app/local.h"
#include "app/match.h"
#include "app/outlet.h"
#include "app/pipeline.h"
#include "app/relay.h"
#include "app/sieve.h"
#include "app/tell.h"
#include "app/version.h"
#include "sipwhy/input.h"
#include "sipwhy/mem.h"
#include "sipwhy/sink.h"

enum {
	ENGINE_PAST_MS = 60000,
	ENGINE_TICK_MS = 250,
	ENGINE_ID_SHIFT = 40,  /* ids of one engine: a tera of events, and below 2^53 for JSON readers */
	ENGINE_GRACE_MS = 150, /* three times the ring's block timeout */
	ENGINE_NOTICES = 1000,
	ENGINE_NOTICES_BYTES = 1 << 20
};

static void
engine_stop(struct engine *e)
{
	e->stopping = true;
	uv_stop(&e->loop);
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

/*
 * Time goes by: first for what logs hold, which may be messages, then for what waits for an answer.  A log that comes
 * all the time is not asked: it is read ahead.
 */
static void
engine_advance(struct engine *e)
{
	int64_t now_ns = clock_wall_ns();

	for (size_t i = 0; i < e->n_sources; i++) {
		struct engine_source *s = &e->sources[i];

		if (input_is_live(s->in) && (e->by_clock || !s->came))
			pipeline_quiet(e->pipe, s->lane, s->name, now_ns);
		s->came = false;
	}
	if (e->by_clock)
		pipeline_advance(e->pipe, now_ns);
}

/* Somebody who reads slowly holds a file back, and what is like one, but nothing that is live. */
static bool
engine_may_wait(const struct engine_source *s)
{
	return !input_is_live(s->in) || s->age == AGE_PAST;
}

static bool
engine_must_wait(const struct engine *e)
{
	return (e->outlet != NULL && outlet_full(e->outlet)) || (e->hep != NULL && sink_hep_full(e->hep));
}

static void
engine_on_tick(uv_timer_t *h)
{
	struct engine *e = h->data;
	struct engine_source *file = engine_next_file(e);
	bool wait;

	engine_advance(e);
	if (e->outlet != NULL)
		tell_tick(e);
	if (e->outlet != NULL && outlet_broken(e->outlet))
		engine_stop(e);
	if (e->outlet == NULL && e->hep == NULL)
		return;
	wait = engine_must_wait(e);
	if (file != NULL)
		input_pause(file->in, wait);
	for (size_t i = 0; i < e->n_sources; i++)
		if (e->sources[i].age == AGE_PAST)
			input_pause(e->sources[i].in, wait);
}

/* What inputs hand over. */

void
engine_shows_time(struct engine_source *s, int64_t t_ns, bool in_frame)
{
	enum engine_age was = s->age;

	s->age = clock_lag_ms(t_ns) > ENGINE_PAST_MS ? AGE_PAST : AGE_NEW;
	/* What could not be told did not happen; the next time that is shown asks again. */
	if ((was == AGE_PAST) != (s->age == AGE_PAST) && tell_live(s->e, in_frame ? s : NULL) != 0)
		s->age = was;
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
	tell_output(e);
}

static void
engine_frame(void *ctx, const struct frame *f)
{
	struct engine_source *s = ctx;
	struct engine *e = s->e;
	enum wire_verdict v;

	if (e->finished)
		return;
	if (s->age != AGE_NEW)
		engine_shows_time(s, f->t_ns, true);
	if (!e->by_clock)
		tell_frame(s, f->t_ns);
	else if (e->cfg.share != NULL)
		e->cfg.share->current = (uint32_t)s->index;
	v = pipeline_frame(e->pipe, s->lane, s->name, f);
	/* A mirror hands over what no capture file has a link type for. */
	if (e->pcap != NULL && (v == WIRE_SIP || v == WIRE_HELD) && input_kind(s->in) != INPUT_MIRROR &&
	    input_kind(s->in) != INPUT_TZSP)
		engine_save(e, f);
	if (e->by_clock)
		e->lag_ms = (uint32_t)clock_lag_ms(f->t_ns);
}

static void
engine_batch(void *ctx)
{
	struct engine_source *s = ctx;
	struct engine *e = s->e;

	pipeline_submit(e->pipe);
	if (e->hep != NULL)
		sink_hep_flush(e->hep);
	if (engine_may_wait(s) && engine_must_wait(e))
		input_pause(s->in, true);
	/* The next engine reads again what was not told, and its failures are on the screen already. */
	if (e->outlet != NULL && e->cfg.share != NULL && input_kind(s->in) == INPUT_FOLLOW)
		tell_tick(e);
}

/* What failed and another engine may have again: an interface, a log, a port. */
static bool
engine_comes_back(const struct engine_source *s)
{
	enum input_kind kind = input_kind(s->in);

	return kind == INPUT_PCAP_LIVE || kind == INPUT_FOLLOW || input_kind_listens(kind);
}

static void
engine_source_ended(struct engine *e, struct engine_source *s)
{
	struct engine_source *next;
	bool reading = false;

	pipeline_flush(e->pipe, s->lane, s->name);
	if (s->state != INPUT_ENDED)
		e->status = ENGINE_FAILED;
	if (s->state == INPUT_FAILED && engine_comes_back(s) && e->cfg.share != NULL) {
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
	if (state != INPUT_ENDED && state != INPUT_DAMAGED && state != INPUT_FAILED) {
		engine_say(s);
		return;
	}
	engine_source_ended(s->e, s);
	tell_source(s);
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

/*
 * Where an input goes on: a file is read again up to where it was told, a followed one from its place, and one that
 * was waited for from its beginning.  What is live goes on with what comes now.
 */
static void
engine_resume(const struct engine *e, size_t i, struct input_cfg *cfg)
{
	struct engine_share *share = e->cfg.share;
	bool poisoned = e->cfg.poisoned && share->current == i;

	if (cfg->kind == INPUT_FILE || cfg->kind == INPUT_DEMO) {
		cfg->skip_frames = share->told[i];
		cfg->poison_frame = poisoned ? share->at[i] : 0;
	} else if (cfg->kind == INPUT_FOLLOW && share->ino[i] == 0) {
		cfg->from_start = true;
	} else if (cfg->kind == INPUT_FOLLOW) {
		cfg->resume_ino = share->ino[i];
		cfg->resume_offset = share->offset[i];
		cfg->poison_frame = poisoned && share->at[i] > share->told[i] ? share->at[i] - share->told[i] : 0;
		share->told[i] = share->at[i] = 0;
	}
}

/* Is there nothing but captures, and a screen that tells what may be done about a right that is missing? */
static bool
engine_shows_refusal(const struct engine *e)
{
	bool captures = true;

	for (size_t i = 0; i < e->o->n_inputs; i++)
		captures &= e->o->inputs[i].kind == INPUT_PCAP_LIVE;
	return captures && e->cfg.share != NULL && e->cfg.number == 1 && isatty(STDOUT_FILENO);
}

/* Where no screen follows, the sentence alone has to help. */
static int
engine_refused(struct engine *e, size_t i, struct errmsg *em)
{
	char fact[sizeof em->text];

	if (engine_shows_refusal(e)) {
		e->cfg.share->refused |= UINT32_C(1) << i;
		return -EPERM;
	}
	(void)slice_copy(fact, sizeof fact, slice_str(em->text));
	return errmsg_set(em, -EPERM,
	    "%.200s: run as root (sudo), or give the program the right (setcap cap_net_raw+ep PROGRAM), or read a "
	    "file (-I FILE), or look at made-up traffic (--demo)",
	    fact);
}

static int
engine_open_input(struct engine *e, size_t i, struct errmsg *em)
{
	const struct options *o = e->o;
	const struct engine_share *share = e->cfg.share;
	struct engine_source *s = &e->sources[e->n_sources];
	struct input_cfg cfg = { .kind = o->inputs[i].kind,
		.arg = o->inputs[i].arg,
		.bpf = o->bpf,
		.buffer_mib = (unsigned)o->buffer_mib,
		.seed = o->seed,
		.start_ns = share != NULL ? share->start_ns : 0,
		.now_ns = e->start_ns,
		.from_start = o->from_start,
		.opener = e->cfg.openers != NULL ? e->cfg.openers[i] : -1,
		.allow = o->allow,
		.allow_any = o->allow_any,
		.tls_cert = o->tls_cert,
		.tls_key = o->tls_key,
		.tls_ca = o->tls_ca };
	int err;

	if (share != NULL && e->cfg.number > 1)
		engine_resume(e, i, &cfg);
	err = input_open(&s->in, &cfg, em);
	if (err == -EPERM && cfg.kind == INPUT_PCAP_LIVE)
		return engine_refused(e, i, em);
	if (err != 0)
		return err;
	s->e = e;
	s->index = i;
	s->poison = cfg.poison_frame;
	s->state = INPUT_OPEN;
	s->age = cfg.kind == INPUT_FILE && input_is_live(s->in) ? AGE_UNKNOWN : AGE_NEW;
	s->lane = pipeline_lane(e->pipe);
	engine_name(e, s);
	e->n_sources++;
	e->by_clock |= cfg.kind == INPUT_PCAP_LIVE || input_kind_listens(cfg.kind) ||
	    (cfg.kind == INPUT_FOLLOW && !cfg.from_start);
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
	struct errmsg first = { "" };
	int err = 0;

	if (share != NULL)
		share->missing = 0;
	for (size_t i = 0; i < e->o->n_inputs; i++) {
		bool live = e->o->inputs[i].kind == INPUT_PCAP_LIVE;

		err = engine_open_input(e, i, em);
		if (err == -EPERM && e->cfg.share != NULL && (e->cfg.share->refused >> i & 1) != 0) {
			first = first.text[0] == '\0' ? *em : first;
			continue;
		}
		if (err != 0 && (share == NULL || (!live && strcmp(e->o->inputs[i].arg, "-") != 0)))
			return err;
		if (err != 0 && live)
			share->missing |= UINT32_C(1) << i;
	}
	if (first.text[0] != '\0') {
		*em = first;
		return -EPERM;
	}
	return e->n_sources > 0 ? 0 : err;
}

static int
engine_open(struct engine *e, struct errmsg *em)
{
	const struct options *o = e->o;
	int err = match_new(&e->match, o->match, o->icase, o->invert, o->calls_only, em);
	/* For eyes, or where they were asked for: the ring has its price. */
	bool messages = e->cfg.fd >= 0 && (e->cfg.share != NULL || o->messages);
	struct endpoint local[LOCAL_MAX];
	struct pipeline_cfg cfg = { .seed = clock_seed(),
		.match = o->match != NULL || o->calls_only ? e->match : NULL,
		.first_id = ((uint64_t)e->cfg.number << ENGINE_ID_SHIFT) + 1,
		.local = local,
		.peers = o->peers,
		.limits = o->has_limits ? o->limits : NULL,
		.event = o->events || e->cfg.fd >= 0 ? tell_event : NULL,
		.update = o->events || e->cfg.fd >= 0 ? tell_update : NULL,
		.incident = tell_incident,
		.message = messages ? tell_message : NULL,
		.good = messages ? tell_good : NULL,
		.notice = o->events || e->cfg.fd >= 0 ? tell_notice : NULL,
		.moment = e->cfg.fd >= 0 ? tell_moment : NULL,
		.heads = o->log_heads,
		.hep = o->hep_parse,
		.ctx = e };

	if (err != 0)
		return err;
	if (o->hep_key != NULL) {
		err = hepkey_read(e->hep_key, &cfg.hep_key.n, o->hep_key, em);
		if (err != 0)
			return err;
		cfg.hep_key.p = e->hep_key;
	}
	if (o->hep_send != NULL) {
		cfg.relay = relay_message;
		cfg.own_agent = slice_str(e->host);
	}
	/* Which end is ours can be said of what happens here only; a file may come from anywhere. */
	if (o->inputs[0].kind == INPUT_PCAP_LIVE || o->inputs[0].kind == INPUT_FOLLOW)
		cfg.n_local = local_addresses(local, LOCAL_MAX);
	e->pipe = pipeline_new(&cfg);
	if (e->pipe == NULL)
		return errmsg_set(em, -ENOMEM, "out of memory");
	err = tell_open(e, em);
	if (err == 0)
		err = sieve_new(&e->sieve, o, em);
	if (err == 0)
		err = engine_open_inputs(e, em);
	if (err == 0)
		err = relay_open(e, cfg.hep_key, em);
	if (err == 0 && o->out_pcap != NULL && e->cfg.number == 1)
		err = sink_pcap_open(&e->pcap, o->out_pcap, em);
	if (err == 0 && e->cfg.fd < 0 && (e->incidents = sink_incidents_new()) == NULL)
		err = errmsg_set(em, -ENOMEM, "out of memory");
	if (err == 0 && e->cfg.fd < 0 &&
	    (e->notices = notice_list_new(ENGINE_NOTICES, ENGINE_NOTICES_BYTES)) == NULL)
		err = errmsg_set(em, -ENOMEM, "out of memory");
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
	(void)uv_timer_start(&e->tick, engine_on_tick, ENGINE_TICK_MS, ENGINE_TICK_MS);
	if (e->o->duration_s > 0)
		(void)uv_timer_start(&e->duration, engine_on_duration, e->o->duration_s * 1000, 0);
}

static int
engine_start_inputs(struct engine *e, struct errmsg *em)
{
	bool first_file = true;
	int err = 0;

	/* In the order that they were asked for; they wake up in another one. */
	for (size_t i = 0; i < e->n_sources; i++)
		tell_source(&e->sources[i]);
	for (size_t i = 0; err == 0 && i < e->n_sources; i++) {
		struct engine_source *s = &e->sources[i];
		struct input_sink sink = { s, engine_frame, engine_text, engine_text_end, engine_batch, engine_state };

		err = input_start(s->in, &e->loop, &sink, em);
		if (err == 0)
			tell_started(s);
		if (err != 0 || input_is_live(s->in))
			continue;
		if (!first_file)
			input_pause(s->in, true);
		first_file = false;
	}
	return err;
}

/*
 * For a report alone.  With an outlet each message is told as it is counted, the loop writes it, and the next engine
 * goes by what was told and by the frame this one died over: all that is sure with one thread only.  So does what is
 * sent on.
 */
void
engine_threads(struct engine *e)
{
	cpu_set_t cpus;

	if (e->cfg.fd >= 0 || e->hep != NULL || sched_getaffinity(0, sizeof cpus, &cpus) != 0 || CPU_COUNT(&cpus) < 2)
		return;
#ifdef M_ARENA_MAX
	/* A heap for each thread costs memory and gains nothing: little is allocated while messages flow. */
	(void)mallopt(M_ARENA_MAX, 1);
#endif
	(void)pipeline_threads(e->pipe, (unsigned)CPU_COUNT(&cpus));
}

int
engine_socket(const struct engine *e)
{
	return relay_socket(e);
}

int
engine_start(struct engine *e, struct errmsg *em)
{
	int err = tell_start(e, em);

	if (err != 0)
		return err;
	engine_start_handles(e);
	relay_start(e);
	return engine_start_inputs(e, em);
}

static int
engine_report(struct engine *e)
{
	struct source_stat stats[OPTIONS_INPUTS_MAX];
	struct sink_report r = { .host = e->host,
		.version = SIPWHY_VERSION,
		.start_ns = pipeline_first_ns(e->pipe),
		.end_ns = pipeline_end_ns(e->pipe),
		.tally = pipeline_tally(e->pipe),
		.sources = stats,
		.n_sources = tell_stats(e, stats),
		.events = e->events,
		.filter = sieve_filter(e->sieve),
		.filtered = sieve_left_out(e->sieve),
		.notices = e->notices };
	struct track_stats track;
	struct sink_hep_stats hep;
	bool exact;
	int err;

	track_stats(pipeline_track(e->pipe), &track);
	r.track = (struct sink_track){ track.repeats_forgotten, track.bytes, track.bytes_most, track.bytes_max };
	r.incidents = sink_incidents_list(e->incidents, &r.n_incidents);
	r.incidents_dropped = sink_incidents_dropped(e->incidents);
	if (e->hep != NULL) {
		sink_hep_stats(e->hep, &hep);
		r.hep = &hep;
	}
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

/*
 * A line without its end is handed over when its input closes, and belongs into the report.  Where another engine
 * follows it does not: that one reads it from its beginning.  The figures stay readable until the loop runs again.
 */
static void
engine_close_inputs(struct engine *e)
{
	struct input_stats st;

	for (size_t i = 0; i < e->n_sources; i++) {
		input_stats(e->sources[i].in, &st);
		input_close(e->sources[i].in);
		e->sources[i].closed = true;
	}
}

int
engine_run(struct engine *e)
{
	if (!e->stopping)
		(void)uv_run(&e->loop, UV_RUN_DEFAULT);
	if (e->cfg.share == NULL)
		engine_close_inputs(e);
	for (size_t i = 0; i < e->n_sources; i++)
		if (engine_is_open(&e->sources[i]))
			pipeline_flush(e->pipe, e->sources[i].lane, e->sources[i].name);
	engine_own_signals(e);
	/* An engine that wants a successor leaves what waits to nobody: the next one has not seen it begin. */
	pipeline_finish(e->pipe);
	e->finished = true;
	relay_end(e);
	if (e->pcap != NULL && sink_pcap_close(e->pcap, &e->trouble) != 0) {
		e->status = ENGINE_FAILED;
		tell_output(e);
	}
	e->pcap = NULL;
	if (e->outlet != NULL)
		tell_bye(e);
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
	e->finished = true;
	for (size_t i = 0; i < e->n_sources; i++)
		if (!e->sources[i].closed)
			input_close(e->sources[i].in);
	tell_close(e);
	sink_hep_close(e->hep);
	e->hep = NULL;
	if (e->loop_ok) {
		uv_walk(&e->loop, engine_close_handle, e);
		(void)uv_run(&e->loop, UV_RUN_DEFAULT);
		(void)uv_loop_close(&e->loop);
	}
	for (size_t i = 0; i < e->n_sources; i++)
		pipeline_lane_free(e->pipe, e->sources[i].lane);
	if (e->pcap != NULL)
		(void)sink_pcap_close(e->pcap, &(struct errmsg){ "" });
	/* Before the lists: what waits in it is told to them. */
	pipeline_free(e->pipe);
	sink_events_free(e->events);
	sieve_free(e->sieve);
	sink_incidents_free(e->incidents);
	notice_list_free(e->notices);
	match_free(e->match);
	mem_free(e);
}
