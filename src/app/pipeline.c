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
	uint64_t next_id;
	int64_t first_ns, last_ns;
};

struct pipeline *
pipeline_new(const struct pipeline_cfg *cfg)
{
	struct track_cfg track = { .seed = cfg->seed, .local = cfg->local, .n_local = cfg->n_local };
	struct pipeline *p = mem_zalloc(sizeof *p);

	if (p == NULL)
		return NULL;
	p->cfg = *cfg;
	p->next_id = cfg->first_id;
	p->parser = sip_parser_new();
	p->track = track_new(&track);
	p->tally = tally_new(cfg->seed);
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

static void
pipeline_event(struct pipeline *p, struct event *ev, const struct sipmsg *s, const char *name)
{
	struct sip_explain_in in = { .code = s->code,
		.phrase = s->phrase,
		.reason = s->reason,
		.warning = s->warning,
		.server = s->server,
		.q850 = s->q850,
		.warn_code = s->warn_code,
		.detail = s->detail,
		.own = ev->direction == DIRECTION_SENT };
	struct sip_explanation why;

	sip_explain(&in, &why);
	ev->id = p->next_id++;
	ev->source = slice_str(name);
	ev->explain = slice_str(why.key);
	p->cfg.event(p->cfg.ctx, ev);
}

/* The verdict that this one message gives its frame. */
static enum wire_verdict
pipeline_message(struct pipeline *p, const struct message *m, const char *name)
{
	struct sipmsg s;
	struct event ev;
	bool is_event;
	enum direction dir;
	enum seen seen;
	enum sip_verdict v = sip_parse(p->parser, m->bytes, m->cut, &s);

	if (v != SIP_OK && v != SIP_PARTIAL) {
		tally_malformed(p->tally);
		return WIRE_MALFORMED;
	}
	if (p->cfg.match != NULL && !match_wants(p->cfg.match, m->bytes, &s))
		return WIRE_FILTERED;
	pipeline_time(p, m->t_ns);
	seen = track_push(p->track, m, &s, p->cfg.event != NULL ? &ev : NULL, &is_event);
	tally_message(p->tally, &s, seen, track_peer(p->track, m, &s, &dir), is_event);
	if (is_event && p->cfg.event != NULL)
		pipeline_event(p, &ev, &s, name);
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
