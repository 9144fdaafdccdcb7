/*
 * track - the door: one message, or time, to what follows from it; see sipwhy/track.h.
 *
 * Time runs by the messages.  A clock that was set back, or a stamp a day ahead, does not move it: a wrong time must
 * not let every attempt run into its silence.
 */
#include "sipwhy/track.h"

#include <string.h>

#include "sipwhy/hash.h"
#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"
#include "track/callids.h"
#include "track/incidents.h"
#include "track/sight.h"
#include "track/track_int.h"

enum { TRACK_ENTRIES = 131072, TRACK_BYTES = 32 * 1024 * 1024, TRACK_GRAIN_MS = ATTEMPT_TICK_MS };

/* Steps of the capture's clock that are no time. */
#define TRACK_STEP_NS (86400 * NS_PER_S)
#define TRACK_BACK_NS (32 * NS_PER_S)

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
	mem_free(t);
}

const struct endpoint *
track_peer(const struct track *t, const struct message *m, const struct sipmsg *s, enum direction *dir)
{
	bool from_us = host_of(t->hosts, &m->src).own, to_us = host_of(t->hosts, &m->dst).own;

	if (from_us != to_us) {
		*dir = from_us ? DIRECTION_SENT : DIRECTION_RECEIVED;
		return from_us ? &m->dst : &m->src;
	}
	*dir = DIRECTION_UNKNOWN;
	return s->kind == SIP_RESPONSE ? &m->src : &m->dst;
}

static void
track_clock(struct track *t, int64_t t_ns)
{
	int64_t step = (int64_t)((uint64_t)t_ns - (uint64_t)t->last_ns);

	if (!t->started || step > TRACK_STEP_NS || step < -TRACK_BACK_NS) {
		t->started = true;
		t->last_ns = t_ns;
	} else if (step > 0) {
		t->last_ns = t_ns;
		t->clock_ns += (uint64_t)step;
		t->now = (track_ms)(t->clock_ns / NS_PER_MS);
	}
	if (t->clock_ns < t->due_ns)
		return;
	/* Deadlines have a grain of 250 ms: more often there is nothing to do. */
	t->due_ns = t->clock_ns + TRACK_GRAIN_MS * NS_PER_MS - t->clock_ns % (TRACK_GRAIN_MS * NS_PER_MS);
	attempts_advance(t->attempts, t->now);
	incidents_advance(t->incidents, t->clock_ns / NS_PER_MS, t->last_ns);
}

enum seen
track_push(struct track *t, const struct message *m, const struct sipmsg *s)
{
	bool response = s->kind == SIP_RESPONSE;
	struct track_in in = {
		.m = m, .s = s, .client = response ? &m->dst : &m->src, .server = response ? &m->src : &m->dst
	};
	uint64_t transaction = sight_transaction(t->sight, s), key = sight_key(t->sight, s, transaction);

	/* The tables are larger than the caches near by: their lines come in while something else is done. */
	if (key != 0)
		sight_prefetch(t->sight, key);
	if (s->call_id.n > 0)
		in.call = hash64(s->call_id.p, s->call_id.n, t->seed);
	in.from = hash64(s->from_tag.n > 0 ? s->from_tag.p : "", s->from_tag.n, t->seed);
	course_name(&in);
	attempt_prefetch(t->attempts, in.key);
	track_clock(t, m->t_ns);
	if (s->call_id.n > 0)
		callids_add(t->callids, in.call);
	/* Without a branch a CSeq is all that tells transactions of a call apart (RFC 2543). */
	in.branch = (uint32_t)(transaction ^ transaction >> 32) ^ (s->branch.n > 0 ? 0 : s->cseq);
	attempt_prefetch_record(t->attempts, in.key);
	in.seen = key != 0 ? sight_see(t->sight, key, m->t_ns) : SEEN_NEW;
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
	out->bytes = attempts_bytes(t->attempts, &out->bytes_most);
	out->bytes_max = t->bytes_max;
}

uint64_t
track_call_ids(const struct track *t, bool *exact)
{
	return callids_count(t->callids, exact);
}
