/*
 * pipeline - one frame or one piece of text down the stair; see pipeline.h.
 * A message is a message from here on, wherever it came from; a statement is one that nobody needs to parse.
 */
#include "app/pipeline.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app/lots.h"
#include "sipwhy/mem.h"
#include "sipwhy/sip.h"

struct pipeline {
	struct pipeline_cfg cfg;
	struct sip_parser *parser;
	struct lots *lots; /* NULL: one thread */
	unsigned ahead;    /* logs of which the other thread reads lines */
	bool mirrored;     /* the frame at hand is no capture's */

	/* Of the one that does nothing but parse. */
	struct sip_parser *third; /* NULL: two threads at most */

	/* The other thread's between two syncs. */
	struct sip_parser *second; /* NULL: one thread */
	struct track *track;
	struct tally *tally;
	int64_t first_ns, last_ns, end_ns;
	const char *name; /* of the source that spoke last */
};

static void
pipeline_on_attempt(void *ctx, enum sip_method method, int64_t t_ns)
{
	(void)t_ns;
	tally_attempt(((struct pipeline *)ctx)->tally, method);
}

static void
pipeline_on_outcome(void *ctx, const struct outcome *o)
{
	tally_outcome(((struct pipeline *)ctx)->tally, o);
}

static void
pipeline_on_completed(void *ctx, const struct endpoint *peer, int64_t t_ns)
{
	tally_completed(((struct pipeline *)ctx)->tally, peer, t_ns);
}

static void
pipeline_on_event(void *ctx, const struct event *ev)
{
	struct pipeline *p = ctx;
	struct sip_explanation why;
	struct event told;

	tally_event(p->tally, ev);
	if (p->cfg.event == NULL)
		return;
	told = *ev;
	sip_explain_event(ev, &why);
	told.explain = slice_str(why.key);
	told.source = slice_str(p->name);
	p->cfg.event(p->cfg.ctx, &told);
}

static void
pipeline_on_update(void *ctx, const struct event_update *u)
{
	struct pipeline *p = ctx;

	tally_update(p->tally, u);
	if (p->cfg.update != NULL)
		p->cfg.update(p->cfg.ctx, u);
}

static void
pipeline_on_incident(void *ctx, const struct incident *i)
{
	struct pipeline *p = ctx;

	p->cfg.incident(p->cfg.ctx, i);
}

static bool
pipeline_on_message(void *ctx, const struct callmsg *c)
{
	struct pipeline *p = ctx;

	return p->cfg.message(p->cfg.ctx, c);
}

static void
pipeline_on_good(void *ctx, const struct goodcall *g)
{
	struct pipeline *p = ctx;
	struct goodcall told = *g;

	told.source = slice_str(p->name);
	p->cfg.good(p->cfg.ctx, &told);
}

struct pipeline *
pipeline_new(const struct pipeline_cfg *cfg)
{
	struct pipeline *p = mem_zalloc(sizeof *p);
	struct track_cfg track = { .seed = cfg->seed,
		.first_id = cfg->first_id,
		.local = cfg->local,
		.n_local = cfg->n_local,
		.peers = cfg->peers,
		.limits = cfg->limits,
		.sink = { .attempt = pipeline_on_attempt,
		    .outcome = pipeline_on_outcome,
		    .completed = pipeline_on_completed,
		    .event = pipeline_on_event,
		    .update = pipeline_on_update } };

	if (p == NULL)
		return NULL;
	p->cfg = *cfg;
	track.sink.ctx = p;
	if (cfg->incident != NULL)
		track.sink.incident = pipeline_on_incident;
	if (cfg->message != NULL) {
		track.messages = TRACK_MESSAGES_BYTES;
		track.sink.message = pipeline_on_message;
	}
	if (cfg->message != NULL && cfg->good != NULL)
		track.sink.good = pipeline_on_good;
	p->parser = sip_parser_new();
	p->track = track_new(&track);
	p->tally = tally_new(cfg->seed, cfg->peers);
	if (p->parser == NULL || p->track == NULL || p->tally == NULL) {
		pipeline_free(p);
		return NULL;
	}
	return p;
}

void
pipeline_free(struct pipeline *p)
{
	if (p == NULL)
		return;
	lots_free(p->lots);
	tally_free(p->tally);
	track_free(p->track);
	sip_parser_free(p->third);
	sip_parser_free(p->second);
	sip_parser_free(p->parser);
	mem_free(p);
}

struct lane *
pipeline_lane(struct pipeline *p)
{
	struct wire_cfg cfg = { .seed = p->cfg.seed, .hep = p->cfg.hep, .hep_key = p->cfg.hep_key };
	struct lane *lane = mem_zalloc(sizeof *lane);

	if (lane != NULL && (lane->wire = wire_new(&cfg)) == NULL) {
		mem_free(lane);
		return NULL;
	}
	return lane;
}

static void
pipeline_time(struct pipeline *p, int64_t t_ns)
{
	if (p->first_ns == 0 || t_ns < p->first_ns)
		p->first_ns = t_ns;
	if (t_ns > p->end_ns)
		p->end_ns = t_ns;
	p->last_ns = t_ns;
}

static void
pipeline_track_one(struct pipeline *p, const struct message *m, const struct sipmsg *s, const char *name)
{
	enum direction dir;
	const struct endpoint *peer;
	enum seen seen;

	p->name = name;
	pipeline_time(p, m->t_ns);
	tally_time(p->tally, m->t_ns);
	peer = track_peer(p->track, m, s, &dir);
	seen = track_push(p->track, m, s);
	tally_message(p->tally, s, seen, peer);
	if (p->cfg.relay != NULL && seen != SEEN_COPY && m->bytes.n > 0)
		p->cfg.relay(p->cfg.ctx, m, s);
}

static void
pipeline_notice(struct pipeline *p, const struct logfmt_item *item, const char *name)
{
	struct notice n = item->notice;

	if (p->cfg.notice == NULL || (p->cfg.match != NULL && !match_wants_notice(p->cfg.match, &n)))
		return;
	n.t_ns = item->m.t_ns;
	n.stamp = item->m.stamp;
	n.source = slice_str(name);
	p->cfg.notice(p->cfg.ctx, &n);
}

static void
pipeline_line(struct pipeline *p, struct logfmt *log, const struct message *line, const char *name)
{
	struct logfmt_item item;

	if (!logfmt_read(log, line, &item))
		return;
	if (item.kind == LOGFMT_STATEMENT)
		pipeline_track_one(p, &item.m, &item.s, name);
	else
		pipeline_notice(p, &item, name);
}

/* A lots_take_fn: the part that another thread can do. */
static void
pipeline_take(void *ctx, const struct message *m, const struct sipmsg *s, const struct lots_from *from)
{
	struct pipeline *p = ctx;
	struct sipmsg parsed;

	if (from->line_of != NULL) {
		pipeline_line(p, from->line_of, m, from->name);
		return;
	}
	if (m != NULL && s == NULL && sip_parse(p->second, m->bytes, m->cut, &parsed) <= SIP_PARTIAL)
		s = &parsed;
	if (s != NULL)
		pipeline_track_one(p, m, s, from->name);
	else
		tally_malformed(p->tally);
}

static void
pipeline_hand_over(struct pipeline *p, const struct message *m, const struct sipmsg *s, const char *name)
{
	struct lots_from from = { .name = name };

	if (p->lots != NULL)
		lots_put(p->lots, m, s, &from);
	else
		pipeline_take(p, m, s, &from);
}

/* A lots_parse_fn. */
static bool
pipeline_parse(void *ctx, const struct message *m, struct sipmsg *s)
{
	return sip_parse(((struct pipeline *)ctx)->third, m->bytes, m->cut, s) <= SIP_PARTIAL;
}

int
pipeline_threads(struct pipeline *p, unsigned n)
{
	struct lots_cfg cfg = { .take = pipeline_take, .ctx = p };
	int err;

	if (n < 2)
		return 0;
	p->second = sip_parser_new();
	if (p->second == NULL)
		return -ENOMEM;
	if (n > 2 && (p->third = sip_parser_new()) != NULL)
		cfg.parse = pipeline_parse;
	err = lots_new(&p->lots, &cfg);
	if (err != 0) {
		sip_parser_free(p->third);
		sip_parser_free(p->second);
		p->third = p->second = NULL;
	}
	return err;
}

void
pipeline_submit(struct pipeline *p)
{
	if (p->lots != NULL)
		lots_submit(p->lots);
}

void
pipeline_sync(const struct pipeline *p)
{
	if (p->lots != NULL)
		lots_sync(p->lots);
}

/* Parsing is half of all work, and goes to whoever has less of the rest, where its verdict is known without. */
static bool
pipeline_may_leave(const struct pipeline *p, const struct message *m)
{
	return p->lots != NULL && p->cfg.match == NULL && lots_hungry(p->lots) && sip_sure(m->bytes);
}

/* What we sent ourselves, on its way through a capture. */
static bool
pipeline_is_own(const struct pipeline *p, const struct message *m)
{
	return p->cfg.own_agent.n > 0 && !p->mirrored && slice_eq(p->cfg.own_agent, m->agent);
}

/* The verdict that this one message gives its frame. */
static enum wire_verdict
pipeline_message(struct pipeline *p, const struct message *m, const char *name)
{
	struct sipmsg s;
	enum sip_verdict v;

	if (pipeline_is_own(p, m))
		return WIRE_FILTERED;
	if (pipeline_may_leave(p, m)) {
		pipeline_hand_over(p, m, NULL, name);
		return WIRE_SIP;
	}
	v = sip_parse(p->parser, m->bytes, m->cut, &s);
	if (v != SIP_OK && v != SIP_PARTIAL) {
		pipeline_hand_over(p, NULL, NULL, name);
		return WIRE_MALFORMED;
	}
	if (p->cfg.match != NULL && !match_wants(p->cfg.match, m->bytes, &s))
		return WIRE_FILTERED;
	pipeline_hand_over(p, m, &s, name);
	return WIRE_SIP;
}

/* Of several messages in one frame the best decides what the frame was. */
static enum wire_verdict
pipeline_drain(struct pipeline *p, struct lane *lane, const char *name, enum wire_verdict none)
{
	struct message m;
	bool any = false, filtered = false, sip = false;

	while (wire_next(lane->wire, &m)) {
		enum wire_verdict v = pipeline_message(p, &m, name);

		any = true;
		sip |= v == WIRE_SIP;
		filtered |= v == WIRE_FILTERED;
	}
	if (!any || sip)
		return none;
	return filtered ? WIRE_FILTERED : WIRE_MALFORMED;
}

enum wire_verdict
pipeline_frame(struct pipeline *p, struct lane *lane, const char *name, const struct frame *f)
{
	enum wire_verdict v = wire_push(lane->wire, f), better;

	p->mirrored = f->link == LINK_MIRROR;
	if (v != WIRE_SIP)
		return v;
	better = pipeline_drain(p, lane, name, v);
	if (better != v)
		wire_reclass(lane->wire, better);
	return better;
}

/* What a log says, one thing at a time. */

static enum wire_verdict
pipeline_statement(struct pipeline *p, const struct logfmt_item *item, const char *name)
{
	if (p->cfg.match != NULL && !match_wants_statement(p->cfg.match, &item->s))
		return WIRE_FILTERED;
	pipeline_hand_over(p, &item->m, &item->s, name);
	return WIRE_SIP;
}

/* Somebody may tell figures now, and they must not hold the lines of what comes next. */
static void
pipeline_moment(struct pipeline *p, struct lane *lane, int64_t t_ns)
{
	lane->at_moment = true;
	p->cfg.moment(p->cfg.ctx, t_ns);
	lane->at_moment = false;
}

/* The other thread may tell one too. */
static void
pipeline_notice_here(struct pipeline *p, const struct logfmt_item *item, const char *name)
{
	if (p->ahead > 0)
		pipeline_sync(p);
	pipeline_notice(p, item, name);
}

/* The other thread reads lines of a log as long as nobody asks what this one makes of them. */
static void
pipeline_ahead(struct pipeline *p, struct lane *lane)
{
	if (p->lots == NULL || p->cfg.match != NULL || p->cfg.moment != NULL)
		return;
	logfmt_ahead(lane->log);
	lane->ahead = true;
	p->ahead++;
}

static void
pipeline_together(struct pipeline *p, struct lane *lane)
{
	if (!lane->ahead)
		return;
	pipeline_sync(p);
	logfmt_together(lane->log);
	lane->ahead = false;
	p->ahead--;
}

void
pipeline_lane_free(struct pipeline *p, struct lane *lane)
{
	if (lane == NULL)
		return;
	pipeline_together(p, lane);
	wire_free(lane->wire);
	logfmt_free(lane->log);
	mem_free(lane);
}

static void
pipeline_drain_log(struct pipeline *p, struct lane *lane, const char *name)
{
	struct logfmt_item item;

	for (;;) {
		enum wire_verdict v = WIRE_SIP;

		if (p->cfg.moment != NULL) {
			lane->before = *logfmt_stats(lane->log);
			lane->place = logfmt_place(lane->log);
		}
		if (!logfmt_next(lane->log, &item))
			break;
		if (item.kind != LOGFMT_NOTICE && p->cfg.moment != NULL && lane->place.known)
			pipeline_moment(p, lane, item.m.t_ns);
		if (item.kind == LOGFMT_MESSAGE)
			v = pipeline_message(p, &item.m, name);
		else if (item.kind == LOGFMT_STATEMENT)
			v = pipeline_statement(p, &item, name);
		else if (item.kind == LOGFMT_LINE)
			lots_put(p->lots, &item.m, NULL, &(struct lots_from){ name, lane->log });
		else if (item.kind == LOGFMT_WAIT)
			pipeline_together(p, lane);
		else
			pipeline_notice_here(p, &item, name);
		if (v != WIRE_SIP)
			logfmt_reclass(lane->log, v == WIRE_FILTERED ? LOGFMT_FILTERED : LOGFMT_MALFORMED);
	}
}

/* The lane's log, made when new; NULL when memory is short. */
static struct logfmt *
pipeline_log(struct pipeline *p, struct lane *lane)
{
	struct logfmt_cfg cfg = { .seed = p->cfg.seed, .heads = p->cfg.heads };

	if (lane->log == NULL) {
		lane->log = logfmt_new(&cfg);
		if (lane->log != NULL)
			pipeline_ahead(p, lane);
	}
	return lane->log;
}

void
pipeline_foresee(struct pipeline *p, struct lane *lane, const struct text *t)
{
	if (lane->log == NULL && pipeline_log(p, lane) != NULL)
		logfmt_foresee(lane->log, t);
}

void
pipeline_text(struct pipeline *p, struct lane *lane, const char *name, const struct text *t)
{
	if (pipeline_log(p, lane) == NULL) {
		lane->lost += t->lines;
		return;
	}
	logfmt_push(lane->log, t);
	pipeline_drain_log(p, lane, name);
}

void
pipeline_text_end(struct pipeline *p, struct lane *lane, const char *name, uint32_t origin)
{
	if (lane->log == NULL)
		return;
	pipeline_together(p, lane);
	logfmt_end(lane->log, origin);
	pipeline_drain_log(p, lane, name);
}

void
pipeline_flush(struct pipeline *p, struct lane *lane, const char *name)
{
	wire_flush(lane->wire);
	(void)pipeline_drain(p, lane, name, WIRE_SIP);
	if (lane->log == NULL)
		return;
	pipeline_together(p, lane);
	logfmt_flush(lane->log);
	pipeline_drain_log(p, lane, name);
}

void
pipeline_quiet(struct pipeline *p, struct lane *lane, const char *name, int64_t t_ns)
{
	if (lane->log == NULL)
		return;
	pipeline_together(p, lane);
	logfmt_advance(lane->log, t_ns);
	pipeline_drain_log(p, lane, name);
}

void
pipeline_advance(struct pipeline *p, int64_t t_ns)
{
	pipeline_sync(p);
	track_advance(p->track, t_ns);
}

void
pipeline_finish(struct pipeline *p)
{
	pipeline_sync(p);
	track_finish(p->track);
}

struct tally *
pipeline_tally(struct pipeline *p)
{
	pipeline_sync(p);
	return p->tally;
}

const struct track *
pipeline_track(const struct pipeline *p)
{
	pipeline_sync(p);
	return p->track;
}

int64_t
pipeline_first_ns(const struct pipeline *p)
{
	pipeline_sync(p);
	return p->first_ns;
}

int64_t
pipeline_last_ns(const struct pipeline *p)
{
	pipeline_sync(p);
	return p->last_ns;
}

int64_t
pipeline_end_ns(const struct pipeline *p)
{
	pipeline_sync(p);
	return p->end_ns;
}

static void
pipeline_log_stat(struct source_stat *out, const struct logfmt_stats *l)
{
	static const enum wire_verdict as[LOGFMT_VERDICT_N] = { [LOGFMT_SIP] = WIRE_SIP,
		[LOGFMT_NOT_SIP] = WIRE_NOT_SIP,
		[LOGFMT_FILTERED] = WIRE_FILTERED,
		[LOGFMT_MALFORMED] = WIRE_MALFORMED,
		[LOGFMT_DROPPED] = WIRE_DROPPED,
		[LOGFMT_HELD] = WIRE_HELD };

	for (unsigned v = 0; v < LOGFMT_VERDICT_N; v++)
		out->verdict[as[v]] += l->verdict[v];
	/* Whatever a log gives up, it gives up for want of room. */
	out->drop[WIRE_DROP_MEMORY] += l->verdict[LOGFMT_DROPPED];
	out->messages = l->messages;
	out->statements = l->statements;
	out->notices = l->notices;
	out->cut = l->cut;
	out->again = l->again;
	out->quiet = l->quiet;
	out->forgotten = l->forgotten;
	out->long_records = l->long_lines;
	out->no_year = l->no_year;
	out->no_zone = l->no_zone;
	out->no_date = l->no_date;
	out->no_time = l->no_time;
}

/* All lines before the place are decided, those that no message took too. */
static void
pipeline_place_stat(struct source_stat *out, const struct lane *lane)
{
	uint64_t held = logfmt_place_lines(&lane->place);

	pipeline_log_stat(out, &lane->before);
	out->verdict[WIRE_NOT_SIP] += lane->before.verdict[LOGFMT_HELD] - held;
	out->verdict[WIRE_HELD] -= lane->before.verdict[LOGFMT_HELD] - held;
}

void
pipeline_lane_stat(struct source_stat *out, const struct lane *lane)
{
	const struct wire_stats *w = wire_stats(lane->wire);

	memcpy(out->verdict, w->verdict, sizeof out->verdict);
	memcpy(out->drop, w->drop, sizeof out->drop);
	out->truncated = w->truncated;
	out->tcp_gaps = w->tcp_gaps;
	out->tcp_oversize = w->tcp_oversize;
	out->tunnels = w->tunnels;
	out->hep = w->hep;
	out->hep_other = w->hep_other;
	out->hep_left = w->hep_left;
	out->hep_clock = w->hep_clock;
	out->tls = w->tls;
	out->verdict[WIRE_DROPPED] += lane->lost;
	out->drop[WIRE_DROP_MEMORY] += lane->lost;
	out->text = lane->log != NULL || lane->lost > 0;
	if (lane->at_moment)
		pipeline_place_stat(out, lane);
	else if (lane->log != NULL)
		pipeline_log_stat(out, logfmt_stats(lane->log));
}

void
pipeline_source_stat(struct source_stat *out, struct input *in, enum input_state state, const struct lane *lane)
{
	struct input_stats i;

	input_stats(in, &i);
	*out = (struct source_stat){ .frames = i.frames,
		.bytes = i.bytes,
		.filtered_input = i.filtered,
		.skipped = i.skipped,
		.kernel_drops = i.kernel_drops,
		.if_drops = i.if_drops,
		.done = i.done,
		.total = i.total,
		.buffer = input_buffer_bytes(in),
		.rotations = i.rotations,
		.senders = i.senders,
		.connected = i.connected,
		.refused = i.refused,
		.closed = i.closed,
		.open_to_all = i.open_to_all,
		.bad_frames = i.bad_frames };
	pipeline_lane_stat(out, lane);
	out->text |= input_kind(in) == INPUT_FOLLOW || input_kind(in) == INPUT_SYSLOG;
	/* What was cut at the door is no longer than it may be when it comes here. */
	out->long_records += i.long_records;
	(void)snprintf(out->name, sizeof out->name, "%s", input_name(in));
	(void)snprintf(out->turned_away, sizeof out->turned_away, "%s", i.turned_away);
	(void)snprintf(out->kind, sizeof out->kind, "%s", input_kind_word(in));
	(void)snprintf(out->state, sizeof out->state, "%s", input_state_name(state));
}
