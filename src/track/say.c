/*
 * say - what is told of attempts: events and their second thoughts, outcomes, facts for the patterns.
 * The one thing to know: an event is made from the response that decides, while it is in hand; what comes from
 * elsewhere (path, who said it first, delays) is added when it is told.
 */
#include <string.h>

#include "sipwhy/timefmt.h"
#include "track/incidents.h"
#include "track/pattern.h"
#include "track/track_int.h"

static const struct slice say_nothing = { NULL, 0 };

/* Which side of a request is the peer: the one that is not ours, else who is to answer. */
static enum direction
say_direction(struct host client, struct host server)
{
	if (client.own == server.own)
		return DIRECTION_UNKNOWN;
	return client.own ? DIRECTION_RECEIVED : DIRECTION_SENT;
}

/* What is known of a host; a log that says which end is ours knows better than any list.  mine: the one it is then. */
static struct host
say_host(struct track *t, const struct endpoint *e, unsigned own, unsigned mine)
{
	struct host h = host_of(t->hosts, e);

	if ((own & HOP_OWN) != 0)
		h.own = (own & mine) != 0;
	return h;
}

const struct endpoint *
say_peer(struct track *t, const struct hop *h)
{
	struct host client = say_host(t, &h->src, h->flags, HOP_OWN_CLIENT),
		    server = say_host(t, &h->dst, h->flags, HOP_OWN_SERVER);

	return say_direction(client, server) == DIRECTION_SENT ? &h->src : &h->dst;
}

/* A log may name a host without a port. */
static struct slice
say_end(char out[ENDPOINT_TEXT], const struct endpoint *e)
{
	return slice_str(endpoint_format(out, ENDPOINT_TEXT, e, e->port > 0));
}

/* Events. */

static void
say_sides(struct track *t, const struct endpoint *client, const struct endpoint *server, unsigned own, struct event *ev)
{
	struct host at_client = say_host(t, client, own, HOP_OWN_CLIENT),
		    at_server = say_host(t, server, own, HOP_OWN_SERVER), far;

	ev->direction = (uint8_t)say_direction(at_client, at_server);
	far = ev->direction == DIRECTION_SENT ? at_client : at_server;
	ev->role = far.role;
	ev->peer = host_name(far);
	if (ev->peer.n == 0)
		ev->peer = slice_str(
		    endpoint_format(t->peer, sizeof t->peer, ev->direction == DIRECTION_SENT ? client : server, false));
	ev->src = say_end(t->src, server);
	ev->dst = say_end(t->dst, client);
}

static int32_t
say_delay(const struct attempt *a, track_ms from, track_ms to)
{
	return a->flags & ATTEMPT_UNTIMED ? -1 : (int32_t)(to - from);
}

void
say_event_of(struct track *t, const struct track_in *in, const struct attempt *a, const struct hop *h, struct event *ev)
{
	const struct message *m = in->m;
	const struct sipmsg *s = in->s;
	bool response = s->kind == SIP_RESPONSE;

	(void)h;
	*ev = (struct event){ .t_ns = m->t_ns,
		.code = s->code,
		.q850 = (int16_t)s->q850,
		.reason_sip = (int16_t)s->reason_sip,
		.warn_code = (int16_t)s->warn_code,
		.transport = m->transport,
		.partial = s->partial,
		.cut = m->cut,
		.statement = in->stated,
		.setup_ms = -1,
		.hop_ms = -1,
		.raw_len = (uint32_t)m->bytes.n,
		.method = s->method_name,
		.phrase = s->phrase,
		.call_id = s->call_id,
		.from = s->from,
		.to = s->to,
		.agent = response ? s->server : say_nothing,
		.user_agent = response ? say_nothing : s->server,
		.reason = s->reason,
		.warning = s->warning,
		.retry_after = s->retry_after,
		.detail = s->detail,
		.needs = s->needs,
		.peer_name = s->peer_name,
		.tap = m->agent,
		.stamp = m->stamp,
		.raw = { m->bytes.p, m->bytes.n < EVENT_RAW_MAX ? m->bytes.n : EVENT_RAW_MAX } };
	if (ev->method.n == 0 && s->method < METHOD_OTHER)
		ev->method = slice_str(sip_method_name(s->method));
	if (a != NULL && response && a->n_agent > 0)
		ev->user_agent = attempt_agent(a);
	say_sides(t, in->client, in->server, in->own, ev);
}

void
say_good(struct track *t, const struct attempt *a, const struct hop *h, struct goodcall *g)
{
	struct event ev;

	say_sides(t, &h->src, &h->dst, h->flags, &ev);
	*g = (struct goodcall){ .t_ns = a->t0_ns + (int64_t)(a->end - a->first) * NS_PER_MS,
		.code = a->code,
		.method = slice_str(sip_method_name((enum sip_method)a->method)),
		.call_id = attempt_call_id(a),
		.from = attempt_from(a),
		.to = attempt_to(a),
		.peer = ev.peer };
}

void
say_event_bare(struct track *t, const struct attempt *a, struct event *ev)
{
	*ev = (struct event){ .code = a->code,
		.q850 = -1,
		.reason_sip = -1,
		.warn_code = -1,
		.transport = a->hop.transport,
		.statement = a->flags & ATTEMPT_STATED,
		.raw_len = a->bytes,
		.method = slice_str(sip_method_name((enum sip_method)a->method)) };
	ev->t_ns = a->t0_ns + (int64_t)(a->end - a->first) * NS_PER_MS;
	ev->call_id = attempt_call_id(a);
	ev->from = attempt_from(a);
	ev->to = attempt_to(a);
	ev->user_agent = attempt_agent(a);
	ev->tap = attempt_tap(a);
	say_sides(t, &a->hop.src, &a->hop.dst, a->hop.flags, ev);
}

/* Of the failures behind hop `at` that were there before its own: the newest that says the same, else the newest. */
static const struct hop *
say_behind(struct track *t, const struct attempt *a, const struct hop *at, bool next)
{
	const struct hop *best = NULL, *o = next ? hop_next(t->attempts, at) : &a->hop;

	for (; o != NULL; o = hop_next(t->attempts, o)) {
		if (o == at || o->code < 300 || (o->flags & HOP_ROOT) || (int32_t)(o->done - at->done) > 0 ||
		    (next && !host_same(&o->src, &at->dst)))
			continue;
		if (best == NULL || (o->code == at->code) >= (best->code == at->code))
			best = o;
	}
	return best;
}

const struct hop *
say_origin_of(struct track *t, const struct attempt *a, const struct hop *h)
{
	const struct hop *at = h, *o;

	/* From relay to relay; one with an address on each side breaks the chain. */
	while ((o = say_behind(t, a, at, true)) != NULL)
		at = o;
	if (at == h && (o = say_behind(t, a, h, false)) != NULL)
		at = o;
	return at;
}

static size_t
say_path(struct track *t, const struct attempt *a)
{
	char src[ENDPOINT_TEXT], dst[ENDPOINT_TEXT];
	size_t n = 0;

	/* A line of a log names a code, and no hop. */
	if (a->flags & ATTEMPT_STATED)
		return 0;
	for (const struct hop *h = &a->hop; h != NULL; h = hop_next(t->attempts, h)) {
		struct event_hop hop = { say_end(src, &h->src), say_end(dst, &h->dst), h->code >= 200 ? h->code : 0,
			h->at - a->first, h->seen };

		n = event_hop_put(t->path, sizeof t->path, n, &hop);
	}
	return n;
}

static unsigned
say_hops(struct track *t, const struct attempt *a, unsigned *seen)
{
	unsigned n = 0;

	*seen = 0;
	for (const struct hop *h = &a->hop; h != NULL; h = hop_next(t->attempts, h)) {
		n++;
		*seen += h->seen;
	}
	if (*seen > UINT16_MAX)
		*seen = UINT16_MAX;
	return n;
}

/* Who gave the answer that was passed on: a hop further on, or the other leg. */
static void
say_origin(struct track *t, struct attempt *a, const struct hop *h, struct event *ev)
{
	const struct hop *said = say_origin_of(t, a, h);
	struct attempt *leg = a->flags & ATTEMPT_LEG ? NULL : attempt_at(t->attempts, a->leg);

	if (leg != NULL && (leg->flags & ATTEMPT_KEEP) && leg->leg == attempt_number(t->attempts, a)) {
		said = say_origin_of(t, leg, &leg->hop);
		ev->leg = (struct slice){ t->leg, slice_copy(t->leg, sizeof t->leg, attempt_call_id(leg)) };
		if (ev->q850 < 0)
			ev->q850 = leg->q850;
	}
	if (said != h) {
		ev->said_by = say_end(t->said, &said->dst);
		ev->said_code = said->code != ev->code ? said->code : 0;
	} else if (a->said_code != 0 && a->said_code != ev->code) {
		ev->said_by = slice_str("-");
		ev->said_code = a->said_code;
	}
}

/* How often the final response of a hop came again; where its first sight was missed, all may be copies. */
static uint32_t
say_repeats(const struct hop *h)
{
	return h->seen > h->copies ? (uint32_t)(h->seen - 1 - h->copies) : 0;
}

static enum outcome_kind
say_event_outcome(const struct event *ev)
{
	if (ev->recovered || ev->ack_missing)
		return OUTCOME_OK;
	return ev->code == 0 ? OUTCOME_NO_RESPONSE : OUTCOME_FAILED;
}

void
say_event(struct track *t, struct attempt *a, const struct hop *h, struct event *ev)
{
	unsigned seen;

	/* What was kept of a request is now a silence, of which no log has a line. */
	if (ev->code == 0 && !ev->ack_missing) {
		ev->t_ns = a->t0_ns + (int64_t)(a->end - a->first) * NS_PER_MS;
		ev->stamp = say_nothing;
	}
	if (ev->q850 < 0)
		ev->q850 = a->q850;
	ev->outcome = (uint8_t)say_event_outcome(ev);
	ev->in_call = a->flags & ATTEMPT_IN_CALL;
	ev->auth = a->flags & ATTEMPT_AUTH;
	ev->rang = a->flags & ATTEMPT_RANG;
	ev->orphan = a->flags & ATTEMPT_ORPHAN;
	ev->tries = a->tries;
	ev->setup_ms = ev->orphan ? -1 : say_delay(a, a->first, a->end);
	ev->hop_ms = h->code < 200 || (h->flags & HOP_ORPHAN) ? -1 : say_delay(a, h->at, h->done);
	ev->copies = h->copies;
	ev->repeats = ev->code == 0 ? a->repeats : say_repeats(h);
	if (ev->ack_missing)
		ev->repeats = a->repeats;
	say_origin(t, a, h, ev);
	ev->path = (struct slice){ t->path, say_path(t, a) };
	ev->id = t->next_id++;
	a->event_id = ev->id;
	a->event_code = ev->code;
	a->event_hops = (uint8_t)say_hops(t, a, &seen);
	a->event_seen = (uint16_t)seen;
	t->stats.events++;
	t->stats.recovered += ev->recovered;
	if (ev->recovered)
		a->flags |= ATTEMPT_HEALED;
	if (t->sink.event != NULL)
		t->sink.event(t->sink.ctx, ev);
	/* What an incident has of it was told before: by its response, or by the other leg. */
	incidents_event(t->incidents, ev->call_id, ev->id);
	incidents_event(t->incidents, ev->leg, ev->id);
}

/* What comes with another code.  ev: the response that gave it, NULL when that is not known any more. */
static void
say_new_code(struct track *t, struct attempt *a, const struct hop *h, const struct event *ev, struct event_update *u)
{
	struct event now = { .code = u->code, .q850 = -1 };

	if (ev != NULL && ev->code == u->code)
		u->phrase = ev->phrase;
	say_origin(t, a, h, &now);
	u->said_by = now.said_by;
	u->said_code = now.said_code;
}

void
say_update(struct track *t, struct attempt *a, const struct hop *h, const struct event *ev, bool recovered)
{
	unsigned code = h != NULL ? a->code : 0;
	struct event_update u = { .id = a->event_id, .t_ns = a->t0_ns, .old_code = a->event_code };
	unsigned seen, hops = say_hops(t, a, &seen);

	if (a->event_id == 0)
		return;
	/* Only once. */
	recovered &= !(a->flags & ATTEMPT_HEALED);
	if (recovered)
		a->flags |= ATTEMPT_HEALED;
	if (code != a->event_code && a->event_whole)
		u.code = (uint16_t)code;
	if (!recovered && u.code == 0 && seen == a->event_seen && hops == a->event_hops)
		return;
	u.t_ns += (int64_t)(t->now - a->first) * NS_PER_MS;
	u.recovered = recovered;
	u.copies = a->hop.copies;
	u.repeats = a->event_code == 0 ? a->repeats : say_repeats(&a->hop);
	u.path = (struct slice){ t->path, say_path(t, a) };
	u.peer = slice_str(a->event_peer);
	if (u.code != 0) {
		say_new_code(t, a, h, ev, &u);
		a->event_code = u.code;
	}
	a->event_seen = (uint16_t)seen;
	a->event_hops = (uint8_t)hops;
	t->stats.recovered += recovered;
	if (t->sink.update != NULL)
		t->sink.update(t->sink.ctx, &u);
}

/* Facts. */

/* The two sides of a fact. */
struct say_at {
	const struct endpoint *client, *server;
	struct host at_client, at_server;
};

static struct say_at
say_at(struct track *t, const struct endpoint *client, const struct endpoint *server, unsigned own)
{
	return (struct say_at){ client, server, say_host(t, client, own, HOP_OWN_CLIENT),
		say_host(t, server, own, HOP_OWN_SERVER) };
}

/* Patterns hold somebody against others: one of whom a log does not tell the address would be all of them at once. */
static bool
say_is_nobody(const struct endpoint *client, const struct endpoint *server)
{
	return client->family == 0 || server->family == 0;
}

static void
say_fact(const struct track *t, enum fact_kind kind, const struct say_at *at, struct fact *f)
{
	*f = (struct fact){ .kind = kind,
		.now_ms = t->clock_ns / NS_PER_MS,
		.q850 = -1,
		.reason_sip = -1,
		.warn_code = -1,
		.client = at->client,
		.server = at->server,
		.own_client = at->at_client.own,
		.own_server = at->at_server.own,
		.role_client = at->at_client.role,
		.role_server = at->at_server.role,
		.name_client = host_name(at->at_client),
		.name_server = host_name(at->at_server),
		.ms = -1,
		.setup_ms = -1,
		.duration_ms = -1,
		.expires = -1,
		.session_expires = -1,
		.max_forwards = -1 };
}

static void
say_fact_message(struct fact *f, const struct track_in *in)
{
	const struct sipmsg *s = in->s;
	bool response = s->kind == SIP_RESPONSE;

	f->t_ns = in->m->t_ns;
	f->transport = in->m->transport;
	f->method = s->method;
	f->code = s->code;
	f->q850 = s->q850;
	f->reason_sip = s->reason_sip;
	f->warn_code = s->warn_code;
	f->call_id = s->call_id;
	f->from = s->from;
	f->to = s->to;
	f->agent = response ? s->server : say_nothing;
	f->user_agent = response ? say_nothing : s->server;
	f->phrase = s->phrase;
	f->reason = s->reason;
	f->warning = s->warning;
	f->retry_after = s->retry_after;
	f->needs = s->needs;
	f->contact = s->contact;
	f->sent_by = response ? say_nothing : s->sent_by;
	f->uri = s->uri;
	f->credentials = !response && s->n_realms > 0;
	f->stale = response && s->stale;
	f->in_dialog = !response && s->to_tag.n > 0;
	f->bytes = response ? 0 : (uint32_t)in->m->bytes.n;
	f->expires = s->expires;
	f->session_expires = s->session_expires;
	f->max_forwards = s->max_forwards;
}

static void
say_fact_attempt(struct fact *f, const struct attempt *a)
{
	f->method = (enum sip_method)a->method;
	if (f->call_id.n == 0)
		f->call_id = attempt_call_id(a);
	if (f->from.n == 0)
		f->from = attempt_from(a);
	if (f->to.n == 0)
		f->to = attempt_to(a);
	if (f->user_agent.n == 0)
		f->user_agent = attempt_agent(a);
	f->credentials = a->flags & ATTEMPT_CREDS;
	f->auth = a->flags & ATTEMPT_AUTH;
	f->in_dialog = a->flags & ATTEMPT_IN_CALL;
	f->seized = a->flags & ATTEMPT_SEIZED;
	f->rang = a->flags & ATTEMPT_RANG;
	f->rang_180 = a->flags & ATTEMPT_RANG_180;
	f->early_media = a->flags & ATTEMPT_EARLY;
	f->cancelled = a->flags & ATTEMPT_CANCELLED;
	f->orphan = a->flags & ATTEMPT_ORPHAN;
	f->answered = a->state == ATTEMPT_ANSWERED;
	f->bytes = a->bytes;
	f->tries = a->tries;
	if (f->q850 < 0)
		f->q850 = a->q850;
}

/* Most messages are nobody's: what costs is asked last. */
static unsigned
say_topic(struct track *t, const struct track_in *in, const struct attempt *a)
{
	const struct sipmsg *s = in->s;
	bool response = s->kind == SIP_RESPONSE, trying = response && s->code == 100;

	return incidents_topic(&(struct incidents_ask){ .kind = response ? FACT_RESPONSE : FACT_REQUEST,
	    .method = s->method,
	    .code = s->code,
	    .own_client = trying && say_host(t, in->client, in->own, HOP_OWN_CLIENT).own,
	    .own_server = trying && say_host(t, in->server, in->own, HOP_OWN_SERVER).own,
	    .in_dialog = !response && s->to_tag.n > 0,
	    .orphan = response && (a == NULL || (a->flags & ATTEMPT_ORPHAN)),
	    .rang = a != NULL && (a->flags & ATTEMPT_RANG) });
}

void
say_message(struct track *t, const struct track_in *in, const struct attempt *a, const struct hop *h)
{
	unsigned topic = say_topic(t, in, a);
	struct say_at at;
	struct fact f;

	if (topic == 0 || say_is_nobody(in->client, in->server))
		return;
	at = say_at(t, in->client, in->server, in->own);
	say_fact(t, in->s->kind == SIP_RESPONSE ? FACT_RESPONSE : FACT_REQUEST, &at, &f);
	f.topic = topic;
	say_fact_message(&f, in);
	if (a != NULL) {
		say_fact_attempt(&f, a);
		/* Refused again, or forbidden with credentials in hand. */
		f.auth = (a->flags & ATTEMPT_CREDS) &&
		    (f.code == 403 || ((f.code == 401 || f.code == 407) && !f.stale && a->n_asked > 0));
	} else {
		f.orphan = f.kind == FACT_RESPONSE;
	}
	if (h != NULL && f.kind == FACT_RESPONSE && !(h->flags & HOP_ORPHAN))
		f.ms = in->m->untimed ? -1 : say_delay(a, h->at, t->now);
	incidents_see(t->incidents, &f);
}

void
say_call(struct track *t, enum fact_kind kind, const struct attempt *a, const struct track_in *in)
{
	struct say_at at = say_at(t, &a->hop.src, &a->hop.dst, a->hop.flags);
	struct fact f;

	if ((a->flags & ATTEMPT_STATED) || say_is_nobody(&a->hop.src, &a->hop.dst))
		return;
	say_fact(t, kind, &at, &f);
	f.t_ns = in != NULL ? in->m->t_ns : a->t0_ns + (int64_t)(t->now - a->first) * NS_PER_MS;
	if (in != NULL && kind == FACT_CALL_ENDED) {
		f.reason = in->s->reason;
		f.q850 = in->s->q850;
		f.reason_sip = in->s->reason_sip;
	}
	if (in != NULL) {
		/* The called side's BYE has both the other way round. */
		bool back = kind == FACT_CALL_ENDED && host_same(in->client, &a->hop.dst);

		f.call_id = in->s->call_id;
		f.from = back ? in->s->to : in->s->from;
		f.to = back ? in->s->from : in->s->to;
	}
	f.transport = a->hop.transport;
	f.code = a->code;
	f.duration_ms = in != NULL && in->m->untimed ? -1 : say_delay(a, a->end, t->now);
	f.repeats = a->repeats;
	f.session_expires = a->session_s;
	f.answered = true;
	say_fact_attempt(&f, a);
	incidents_see(t->incidents, &f);
}

/* Outcomes. */

static int32_t
say_ms(const struct attempt *a, track_ms from, track_ms to)
{
	return a->flags & (ATTEMPT_ORPHAN | ATTEMPT_COARSE) ? -1 : say_delay(a, from, to);
}

static void
say_outcome(struct track *t, const struct attempt *a, const struct hop *h, struct outcome *o)
{
	bool rang = a->flags & ATTEMPT_RANG;
	track_ms heard = rang ? a->ring : a->end;

	o->method = a->method;
	o->q850 = a->q850;
	o->in_call = a->flags & ATTEMPT_IN_CALL;
	o->seized = (a->flags & ATTEMPT_SEIZED) != 0;
	o->rang = rang;
	o->auth = a->flags & ATTEMPT_AUTH;
	o->recovered = o->kind == OUTCOME_OK && (a->flags & ATTEMPT_STUMBLED);
	o->unregister = a->flags & ATTEMPT_GONE;
	o->blocked = a->flags & ATTEMPT_BLOCKED;
	o->user_released = a->flags & ATTEMPT_USER;
	o->lone = a->flags & ATTEMPT_LONE;
	o->t_ns = a->t0_ns + (int64_t)(a->end - a->first) * NS_PER_MS;
	o->pdd_ms = o->srd_ms = o->rrd_ms = -1;
	if (o->kind == OUTCOME_OK && a->method == METHOD_REGISTER)
		o->rrd_ms = say_ms(a, a->first, a->end);
	if (a->method == METHOD_INVITE && (rang || o->kind == OUTCOME_OK))
		o->pdd_ms = say_ms(a, a->first, heard);
	if (a->method == METHOD_INVITE && (o->kind == OUTCOME_OK || o->kind == OUTCOME_FAILED || rang))
		o->srd_ms = say_ms(a, (int32_t)(heard - a->try_at) >= 0 ? a->try_at : a->first, heard);
	o->peer = say_peer(t, h);
	if (t->sink.outcome != NULL)
		t->sink.outcome(t->sink.ctx, o);
}

/* The hop whose answer the originator's was made of, over this leg or the other one of the call. */
static const struct hop *
say_made_of(struct track *t, const struct attempt *a, const struct hop *h)
{
	const struct attempt *leg = a->flags & ATTEMPT_LEG ? NULL : attempt_at(t->attempts, a->leg);

	if (leg == NULL || !verdict_failed(leg) || leg->leg != attempt_number(t->attempts, a))
		return say_origin_of(t, a, h);
	return say_origin_of(t, leg, &leg->hop);
}

/*
 * Was it another one's answer?  Where the call went on over a further leg, giving up is about that one; and a refusal
 * that waits for a better try waits there as well, and is told there too.
 */
static bool
say_passed_on(const struct attempt *a, const struct hop *h, const struct hop *said, const struct outcome *o)
{
	if (said != h && said->code >= 300)
		return true;
	return o->whole && (a->flags & ATTEMPT_SENT_ON) &&
	    (o->kind == OUTCOME_CANCELLED || (o->code >= 413 && o->code <= 423));
}

static void
say_outcome_fact(struct track *t, const struct attempt *a, const struct hop *h, const struct outcome *o)
{
	struct incidents_ask ask = { .kind = FACT_OUTCOME,
		.method = (enum sip_method)a->method,
		.code = o->code,
		.outcome = o->kind,
		.transport = h->transport,
		.in_dialog = o->in_call };
	const struct event *ev = t->saying != NULL ? t->saying : attempt_kept(a);
	const struct hop *said;
	unsigned topic = incidents_topic(&ask);
	struct say_at at;
	struct fact f;

	if (topic == 0 || (a->flags & ATTEMPT_STATED) || say_is_nobody(&h->src, &h->dst))
		return;
	at = say_at(t, &h->src, &h->dst, h->flags);
	say_fact(t, FACT_OUTCOME, &at, &f);
	f.topic = topic;
	say_fact_attempt(&f, a);
	f.t_ns = o->t_ns;
	f.transport = h->transport;
	f.outcome = o->kind;
	f.code = o->code;
	f.q850 = h->q850 >= 0 ? h->q850 : a->q850;
	f.reason_sip = a->reason_sip;
	f.whole = o->whole;
	f.leg = o->leg;
	f.recovered = o->recovered;
	f.setup_ms = o->in_call || !(a->flags & ATTEMPT_ORPHAN) ? say_delay(a, a->first, a->end) : -1;
	f.ms = h->code >= 200 && !(h->flags & HOP_ORPHAN) ? say_delay(a, h->at, h->done) : -1;
	f.session_expires = a->session_s;
	f.event_id = a->event_id;
	if (ev != NULL) {
		f.phrase = ev->phrase;
		f.reason = ev->reason;
		f.warning = ev->warning;
		f.warn_code = ev->warn_code;
		f.needs = ev->needs;
		f.retry_after = ev->retry_after;
		f.agent = ev->agent;
	}
	said = o->whole ? say_made_of(t, a, h) : say_origin_of(t, a, h);
	if (said->code != h->code && said->code >= 300)
		f.said_code = said->code;
	f.passed_on = say_passed_on(a, h, said, o);
	incidents_see(t->incidents, &f);
}

void
say_attempt(struct track *t, const struct attempt *a, int64_t t_ns)
{
	if (a->flags & (ATTEMPT_IN_CALL | ATTEMPT_LEG))
		return;
	t->stats.attempts++;
	t->stats.open++;
	if (t->sink.attempt != NULL)
		t->sink.attempt(t->sink.ctx, (enum sip_method)a->method, t_ns);
}

/* Is the leg told with the whole, or taken back with it?  One that was tried keeps its failure; where nothing tells who
 * that was, a call is one call of nobody's. */
static bool
say_leg(struct track *t, const struct attempt *a, const struct hop *h, enum outcome_kind kind, bool undo)
{
	bool told = h->flags & HOP_TOLD;

	if (!undo)
		return !told && kind != OUTCOME_EVICTED;
	return told && (a->flags & ATTEMPT_STATED) && !host_is_known(say_peer(t, h));
}

void
say_whole(struct track *t, struct attempt *a, const struct hop *h, enum outcome_kind kind, bool undo)
{
	bool leg = say_leg(t, a, h, kind, undo);
	struct outcome o = {
		.kind = (uint8_t)kind, .code = a->code, .whole = !(a->flags & ATTEMPT_LEG), .leg = leg, .undo = undo
	};

	if (undo)
		a->flags &= ~(uint32_t)ATTEMPT_TOLD;
	else
		a->flags |= ATTEMPT_TOLD;
	if (leg && undo)
		((struct hop *)h)->flags &= (uint8_t)~HOP_TOLD;
	else if (leg)
		((struct hop *)h)->flags |= HOP_TOLD;
	if (!(a->flags & (ATTEMPT_IN_CALL | ATTEMPT_LEG))) {
		t->stats.outcomes[kind] += undo ? UINT64_MAX : 1;
		t->stats.open += undo ? 1 : UINT64_MAX;
	}
	if (!o.whole && !leg)
		return;
	say_outcome(t, a, h, &o);
	if (!undo)
		say_outcome_fact(t, a, h, &o);
}

/* How one leg ended, from its own code. */
static enum outcome_kind
say_leg_kind(const struct attempt *a, const struct hop *h)
{
	if (h->code < 200)
		return h->flags & HOP_CANCELLED || h->code > 0 ? OUTCOME_CANCELLED : OUTCOME_NO_RESPONSE;
	if (h->code < 300 || (a->method == METHOD_OPTIONS && h->code != 408 && h->code != 503))
		return OUTCOME_OK;
	if (h->code < 400)
		return OUTCOME_REDIRECTED;
	if (h->code == 401 || h->code == 407)
		return OUTCOME_CHALLENGED;
	return h->code == 487 && (h->flags & HOP_CANCELLED) ? OUTCOME_CANCELLED : OUTCOME_FAILED;
}

/* Does nobody know how this leg ended?  It is forgotten, too young to be silent, or its answer must have been missed:
 * the originator has one that came from somewhere. */
static bool
say_leg_is_unknown(struct track *t, const struct attempt *a, const struct hop *h)
{
	if (h->code > 0 || (h->flags & HOP_CANCELLED))
		return a->outcome == OUTCOME_EVICTED && h->code < 200;
	if ((h->flags & HOP_ORPHAN) || a->outcome == OUTCOME_EVICTED || t->now - h->at < TRACK_TIMER_B_MS)
		return true;
	if (a->outcome != OUTCOME_OK || (h->flags & HOP_ROOT))
		return false;
	for (const struct hop *o = &a->hop; o != NULL; o = hop_next(t->attempts, o))
		if (!(o->flags & HOP_ROOT) && o->code >= 200 && o->code < 300)
			return false;
	return true;
}

void
say_legs(struct track *t, struct attempt *a, bool last)
{
	/* A single one ended with the whole. */
	if (a->hop.next == 0 || !(a->flags & ATTEMPT_TOLD))
		return;
	for (struct hop *h = &a->hop; h != NULL; h = hop_next(t->attempts, h)) {
		struct outcome o = {
			.kind = (uint8_t)say_leg_kind(a, h), .code = h->code >= 200 ? h->code : 0, .leg = true
		};

		if ((h->flags & HOP_TOLD) || (h->code < 200 && !last) || say_leg_is_unknown(t, a, h))
			continue;
		h->flags |= HOP_TOLD;
		say_outcome(t, a, h, &o);
		say_outcome_fact(t, a, h, &o);
	}
}
