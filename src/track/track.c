/*
 * track - the door: one message, or time, to what follows from it; see sipwhy/track.h.
 *
 * Time runs by the messages.  A clock that was set back, or a stamp a day ahead, does not move it: a wrong time must
 * not let every attempt run into its silence.  Of machines that write one log and whose clocks differ, each has a clock
 * of its own, and time is the furthest of them.
 */
#include "sipwhy/track.h"

#include <string.h>

#include "sipwhy/hash.h"
#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"
#include "track/callids.h"
#include "track/incidents.h"
#include "track/keep.h"
#include "track/sight.h"
#include "track/track_int.h"

enum { TRACK_ENTRIES = 131072, TRACK_BYTES = 32 * 1024 * 1024, TRACK_GRAIN_MS = ATTEMPT_TICK_MS };

/* Steps of the capture's clock that are no time. */
#define TRACK_STEP_NS (86400 * NS_PER_S)
#define TRACK_BACK_NS (32 * NS_PER_S)
#define TRACK_LANE_NS (60 * NS_PER_S)

static int
track_tables(struct track *t, const struct track_cfg *cfg)
{
	struct attempts_cfg attempts = { .bytes = t->bytes_max, .evict = verdict_evict, .due = verdict_due, .ctx = t };
	struct incidents_cfg incidents = { .seed = t->seed,
		.first_id = t->next_id,
		.limits = cfg->limits,
		.incident = t->sink.incident,
		.ctx = t->sink.ctx };

	t->sight = sight_new(t->seed, cfg->entries > 0 ? cfg->entries : TRACK_ENTRIES);
	t->callids = callids_new();
	t->attempts = attempts_new(&attempts);
	t->hosts = hosts_new(t->seed, cfg->local, cfg->n_local, cfg->peers);
	t->legs = legs_new();
	t->incidents = incidents_new(&incidents);
	if (cfg->messages > 0 && (t->keep = keep_new(cfg->messages)) == NULL)
		return -1;
	return t->sight != NULL && t->callids != NULL && t->attempts != NULL && t->hosts != NULL && t->legs != NULL &&
		t->incidents != NULL
	    ? 0
	    : -1;
}

struct track *
track_new(const struct track_cfg *cfg)
{
	static const struct track_cfg defaults = { 0 };
	struct track *t = mem_zalloc(sizeof *t);

	if (t == NULL)
		return NULL;
	if (cfg == NULL)
		cfg = &defaults;
	t->seed = cfg->seed;
	t->sink = cfg->sink;
	t->next_id = cfg->first_id > 0 ? cfg->first_id : 1;
	t->bytes_max = cfg->bytes > 0 ? cfg->bytes : TRACK_BYTES;
	if (track_tables(t, cfg) != 0) {
		track_free(t);
		return NULL;
	}
	return t;
}

void
track_free(struct track *t)
{
	if (t == NULL)
		return;
	sight_free(t->sight);
	callids_free(t->callids);
	attempts_free(t->attempts);
	hosts_free(t->hosts);
	legs_free(t->legs);
	incidents_free(t->incidents);
	keep_free(t->keep);
	mem_free(t);
}

const struct endpoint *
track_peer(const struct track *t, const struct message *m, const struct sipmsg *s, enum direction *dir)
{
	bool from_us = m->flow == FLOW_OUT, to_us = m->flow == FLOW_IN;

	if (m->flow == FLOW_UNKNOWN) {
		from_us = host_of(t->hosts, &m->src).own;
		to_us = host_of(t->hosts, &m->dst).own;
	}
	if (from_us != to_us) {
		*dir = from_us ? DIRECTION_SENT : DIRECTION_RECEIVED;
		return from_us ? &m->dst : &m->src;
	}
	*dir = DIRECTION_UNKNOWN;
	return s->kind == SIP_RESPONSE ? &m->src : &m->dst;
}

/* The difference of two times that anybody may claim. */
static int64_t
track_step(int64_t t_ns, int64_t from_ns)
{
	return (int64_t)((uint64_t)t_ns - (uint64_t)from_ns);
}

/* Where that time would go on: a clock that was left within the last minute. */
static struct track_lane *
track_lane_at(struct track *t, int64_t t_ns)
{
	for (unsigned i = 0; i < TRACK_LANES; i++) {
		struct track_lane *l = &t->lane[i];
		uint64_t ago = t->clock_ns - l->clock_ns;
		int64_t off;

		if (!l->used || ago > TRACK_LANE_NS)
			continue;
		off = track_step(t_ns, (int64_t)((uint64_t)l->last_ns + ago));
		if (off >= -TRACK_BACK_NS && off <= TRACK_BACK_NS)
			return l;
	}
	return NULL;
}

/* The place to remember one more clock in: a free one, else that of the one left first. */
static struct track_lane *
track_lane_free(struct track *t)
{
	struct track_lane *old = &t->lane[0];

	for (unsigned i = 0; i < TRACK_LANES; i++) {
		if (!t->lane[i].used)
			return &t->lane[i];
		if (t->lane[i].clock_ns < old->clock_ns)
			old = &t->lane[i];
	}
	return old;
}

/*
 * A step that may be none of time: two writers whose clocks differ speak in turns, a clock was set, a stamp is wrong.
 * Returns how far the clock that holds from now on goes ahead.
 */
static int64_t
track_leap(struct track *t, int64_t t_ns)
{
	struct track_lane was = { t->last_ns, t->lane_ns, t->started }, *back = track_lane_at(t, t_ns);
	int64_t step = track_step(t_ns, t->last_ns);

	if (back != NULL) {
		t->last_ns = back->last_ns;
		t->lane_ns = back->clock_ns;
		*back = was;
		step = track_step(t_ns, t->last_ns);
		return step > 0 ? step : 0;
	}
	t->lane_ns = t->clock_ns;
	if (!t->started || step < 0 || step > TRACK_STEP_NS) {
		if (was.used)
			*track_lane_free(t) = was;
		t->started = true;
		t->last_ns = t_ns;
		return 0;
	}
	/* The old clock may go on from where it stands. */
	was.clock_ns = t->clock_ns + (uint64_t)step;
	*track_lane_free(t) = was;
	return step;
}

static void
track_clock(struct track *t, int64_t t_ns)
{
	int64_t step = track_step(t_ns, t->last_ns);

	if (!t->started || step > TRACK_BACK_NS || step < -TRACK_BACK_NS)
		step = track_leap(t, t_ns);
	if (step > 0) {
		t->last_ns += step;
		t->lane_ns += (uint64_t)step;
		if (t->lane_ns > t->clock_ns) {
			t->clock_ns = t->lane_ns;
			t->now = (track_ms)(t->clock_ns / NS_PER_MS);
		}
	}
	if (t->clock_ns < t->due_ns)
		return;
	/* Deadlines have a grain of 250 ms: more often there is nothing to do. */
	t->due_ns = t->clock_ns + TRACK_GRAIN_MS * NS_PER_MS - t->clock_ns % (TRACK_GRAIN_MS * NS_PER_MS);
	attempts_advance(t->attempts, t->now);
	incidents_advance(t->incidents, t->clock_ns / NS_PER_MS, t->last_ns);
}

/* Which end is ours, as the log says: the one that got the message or the one that sent it; it need not have an
 * address. */
static void
track_flow(struct track_in *in)
{
	static const struct endpoint self = { .family = HOST_SELF };
	bool sent = in->m->flow == FLOW_OUT, client = sent == (in->s->kind == SIP_REQUEST);
	const struct endpoint **end = client ? &in->client : &in->server;

	in->own = client ? HOP_OWN_CLIENT : HOP_OWN_SERVER;
	if ((*end)->family == 0)
		*end = &self;
}

static enum sight_tap
track_tap(const struct message *m)
{
	if (m->flow != FLOW_UNKNOWN)
		return m->flow == FLOW_IN ? SIGHT_LOG_IN : SIGHT_LOG_OUT;
	return m->src.family == 0 || m->dst.family == 0 ? SIGHT_LOG : SIGHT_WIRE;
}

enum seen
track_push(struct track *t, const struct message *m, const struct sipmsg *s)
{
	bool response = s->kind == SIP_RESPONSE;
	struct track_in in = { .m = m,
		.s = s,
		.client = response ? &m->dst : &m->src,
		.server = response ? &m->src : &m->dst,
		.stated = response && m->bytes.n == 0 };
	uint64_t transaction, key;

	/* The tables are larger than the caches near by: their lines come in while something else is done. */
	if (s->call_id.n > 0)
		in.call = hash64(s->call_id.p, s->call_id.n, t->seed);
	in.from = hash64(s->from_tag.n > 0 ? s->from_tag.p : "", s->from_tag.n, t->seed);
	course_name(&in);
	attempt_prefetch(t->attempts, in.key);
	transaction = sight_transaction(t->sight, s);
	key = sight_key(t->sight, s, transaction);
	if (key != 0)
		sight_prefetch(t->sight, key);
	if (m->flow != FLOW_UNKNOWN)
		track_flow(&in);
	if (s->call_id.n > 0)
		callids_add(t->callids, in.call);
	keep_prefetch(t, attempt_prefetch_record(t->attempts, in.key));
	track_clock(t, m->t_ns);
	/* Without a branch a CSeq is all that tells transactions of a call apart (RFC 2543). */
	in.branch = (uint32_t)(transaction ^ transaction >> 32) ^ (s->branch.n > 0 ? 0 : s->cseq);
	in.sight = key;
	in.at_ns = (int64_t)(t->lane_ns + (uint64_t)track_step(m->t_ns, t->last_ns));
	if (in.stated)
		return statement_take(t, &in);
	in.seen = key != 0 ? sight_see(t->sight, key, track_tap(m), in.at_ns) : SEEN_NEW;
	if (response) {
		course_response(t, &in);
	} else {
		if (in.seen == SEEN_NEW)
			say_message(t, &in, NULL, NULL);
		course_request(t, &in);
	}
	return in.seen;
}

void
track_advance(struct track *t, int64_t t_ns)
{
	if (t->started && t_ns > t->last_ns)
		track_clock(t, t_ns);
}

void
track_finish(struct track *t)
{
	if (t->finished)
		return;
	t->finished = true;
	attempts_each(t->attempts, verdict_finish, t);
	attempts_each(t->attempts, verdict_close, t);
	incidents_flush(t->incidents);
}

void
track_stats(const struct track *t, struct track_stats *out)
{
	*out = t->stats;
	out->repeats_forgotten = sight_forgotten(t->sight);
	out->messages_left = t->keep != NULL ? keep_left(t->keep) : 0;
	out->bytes = attempts_bytes(t->attempts, &out->bytes_most);
	out->bytes_max = t->bytes_max;
}

uint64_t
track_call_ids(const struct track *t, bool *exact)
{
	return callids_count(t->callids, exact);
}
