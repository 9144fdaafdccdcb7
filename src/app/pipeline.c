/* pipeline - one frame down the stair; see pipeline.h. */
#include "app/pipeline.h"

#include <stdio.h>
#include <string.h>

#include "sipwhy/mem.h"
#include "sipwhy/sip.h"

struct pipeline {
	struct pipeline_cfg cfg;
	struct sip_parser *parser;
	struct track *track;
	struct tally *tally;
	const char *name; /* of the source that spoke last */
	int64_t first_ns, last_ns;
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
	tally_free(p->tally);
	track_free(p->track);
	sip_parser_free(p->parser);
	mem_free(p);
}

struct wire *
pipeline_lane(struct pipeline *p)
{
	struct wire_cfg cfg = { .seed = p->cfg.seed };

	return wire_new(&cfg);
}

static void
pipeline_time(struct pipeline *p, int64_t t_ns)
{
	if (p->first_ns == 0)
		p->first_ns = t_ns;
	p->last_ns = t_ns;
}

/* The verdict that this one message gives its frame. */
static enum wire_verdict
pipeline_message(struct pipeline *p, const struct message *m, const char *name)
{
	struct sipmsg s;
	enum direction dir;
	const struct endpoint *peer;
	enum sip_verdict v = sip_parse(p->parser, m->bytes, m->cut, &s);

	if (v != SIP_OK && v != SIP_PARTIAL) {
		tally_malformed(p->tally);
		return WIRE_MALFORMED;
	}
	if (p->cfg.match != NULL && !match_wants(p->cfg.match, m->bytes, &s))
		return WIRE_FILTERED;
	pipeline_time(p, m->t_ns);
	p->name = name;
	tally_time(p->tally, m->t_ns);
	peer = track_peer(p->track, m, &s, &dir);
	tally_message(p->tally, &s, track_push(p->track, m, &s), peer);
	return WIRE_SIP;
}

/* Of several messages in one frame the best decides what the frame was. */
static enum wire_verdict
pipeline_drain(struct pipeline *p, struct wire *lane, const char *name, enum wire_verdict none)
{
	struct message m;
	bool any = false, filtered = false, sip = false;

	while (wire_next(lane, &m)) {
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
pipeline_frame(struct pipeline *p, struct wire *lane, const char *name, const struct frame *f)
{
	enum wire_verdict v = wire_push(lane, f), better;

	if (v != WIRE_SIP)
		return v;
	better = pipeline_drain(p, lane, name, v);
	if (better != v)
		wire_reclass(lane, better);
	return better;
}

void
pipeline_flush(struct pipeline *p, struct wire *lane, const char *name)
{
	wire_flush(lane);
	(void)pipeline_drain(p, lane, name, WIRE_SIP);
}

void
pipeline_advance(struct pipeline *p, int64_t t_ns)
{
	track_advance(p->track, t_ns);
}

void
pipeline_finish(struct pipeline *p)
{
	track_finish(p->track);
}

struct tally *
pipeline_tally(struct pipeline *p)
{
	return p->tally;
}

const struct track *
pipeline_track(const struct pipeline *p)
{
	return p->track;
}

int64_t
pipeline_first_ns(const struct pipeline *p)
{
	return p->first_ns;
}

int64_t
pipeline_last_ns(const struct pipeline *p)
{
	return p->last_ns;
}

void
pipeline_source_stat(struct source_stat *out, struct input *in, enum input_state state, const struct wire *lane)
{
	const struct wire_stats *w = wire_stats(lane);
	struct input_stats i;

	input_stats(in, &i);
	*out = (struct source_stat){ .frames = i.frames,
		.bytes = i.bytes,
		.filtered_input = i.filtered,
		.skipped = i.skipped,
		.kernel_drops = i.kernel_drops,
		.if_drops = i.if_drops,
		.truncated = w->truncated,
		.tcp_gaps = w->tcp_gaps,
		.tcp_oversize = w->tcp_oversize,
		.done = i.done,
		.total = i.total,
		.buffer = input_buffer_bytes(in) };
	(void)snprintf(out->name, sizeof out->name, "%s", input_name(in));
	(void)snprintf(out->kind, sizeof out->kind, "%s", input_kind_name(input_kind(in)));
	(void)snprintf(out->state, sizeof out->state, "%s", input_state_name(state));
	memcpy(out->verdict, w->verdict, sizeof out->verdict);
	memcpy(out->drop, w->drop, sizeof out->drop);
}
