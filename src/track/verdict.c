/*
 * verdict - how an attempt ends: what a final response means for it, and what the end of a wait does (RFC
 * 3261 13.2.2, 16.7, 22; doc/counting.md).
 *
 * The one thing to know: the transaction nearest to the originator decides.  A failure further on is only held until
 * the originator was told, or until nobody can still be.
 */
#include <string.h>

#include "track/keep.h"
#include "track/track_int.h"

static void
verdict_decided(struct track *t, struct attempt *a, uint32_t linger_ms)
{
	a->state = ATTEMPT_DONE;
	if (!(a->flags & ATTEMPT_KEEP))
		attempt_unname(t->attempts, a);
	attempt_age(t->attempts, a, AGE_DONE);
	attempt_due(t->attempts, a, t->now, linger_ms);
}

/* The other leg of the call, when the link still holds: both must name each other or the call's first leg be alive. */
struct attempt *
verdict_first_leg(struct track *t, const struct attempt *a)
{
	struct attempt *first = a->flags & ATTEMPT_LEG ? attempt_at(t->attempts, a->leg) : NULL;

	if (first == NULL || first->method != METHOD_INVITE || (first->flags & ATTEMPT_LEG) ||
	    (int32_t)(first->first - a->first) > 0)
		return NULL;
	return first;
}

static struct attempt *
verdict_failed_leg(struct track *t, const struct attempt *a)
{
	struct attempt *leg = a->flags & ATTEMPT_LEG ? NULL : attempt_at(t->attempts, a->leg);

	if (leg == NULL || !(leg->flags & ATTEMPT_KEEP) || leg->leg != attempt_number(t->attempts, a))
		return NULL;
	return leg;
}

static bool
verdict_waits_for_first(struct track *t, struct attempt *a)
{
	struct attempt *first = verdict_first_leg(t, a), *before;

	if (first == NULL || first->state >= ATTEMPT_ANSWERED)
		return false;
	/* One that failed before is no more the reason; its peer's figures have it. */
	before = verdict_failed_leg(t, first);
	if (before != NULL)
		before->flags &= ~(uint32_t)ATTEMPT_KEEP;
	first->leg = attempt_number(t->attempts, a);
	a->flags |= ATTEMPT_KEEP;
	return true;
}

static void
verdict_event(
    struct track *t, struct attempt *a, const struct hop *h, const struct event *from, bool whole, bool recovered)
{
	struct event ev;

	if (from != NULL)
		ev = *from;
	else
		say_event_bare(t, a, &ev);
	a->event_whole = whole;
	ev.recovered = recovered;
	say_event(t, a, h, &ev);
	attempt_event_peer(t->attempts, a, ev.peer);
	keep_event(t, a, ev.id);
}

/* The event of a failure: a new one, a second thought about the one told before, or for later, when the call's first
 * leg is not told yet. */
static void
verdict_fail_event(struct track *t, struct attempt *a, const struct hop *h, const struct event *ev)
{
	bool whole = !(a->flags & (ATTEMPT_LEG | ATTEMPT_IN_CALL));
	struct attempt *leg;

	if (a->event_id != 0) {
		a->event_whole = whole;
		say_update(t, a, h, ev, false);
		return;
	}
	if (verdict_waits_for_first(t, a)) {
		if (ev != NULL && ev != attempt_kept(a))
			attempt_keep(t->attempts, a, ev);
		return;
	}
	verdict_event(t, a, h, ev, whole, false);
	leg = verdict_failed_leg(t, a);
	if (leg != NULL)
		leg->flags &= ~(uint32_t)ATTEMPT_KEEP;
}

/* It failed, or nobody answered.  ev: what the event is made of; NULL: what was kept, else the bare attempt. */
static void
verdict_fail(struct track *t, struct attempt *a, const struct hop *h, enum outcome_kind kind, const struct event *ev)
{
	if (ev == NULL && attempt_kept(a) != NULL && attempt_kept(a)->code == a->code)
		ev = attempt_kept(a);
	verdict_fail_event(t, a, h, ev);
	a->outcome = (uint8_t)kind;
	t->saying = ev;
	say_whole(t, a, h, kind, false);
	say_legs(t, a, false);
	t->saying = NULL;
	if (!(a->flags & ATTEMPT_KEEP))
		attempt_unkeep(t->attempts, a);
	/* What a line of a log says of a branch need not be the end: another may ring. */
	verdict_decided(
	    t, a, (a->flags & ATTEMPT_STATED) && a->method == METHOD_INVITE ? TRACK_BRANCH_MS : TRACK_TIMER_B_MS);
}

/* It ended otherwise.  After a failure that was told, giving up or a challenge left is how that failure ends; unless it
 * was only a branch that failed. */
static void
verdict_end(struct track *t, struct attempt *a, const struct hop *h, enum outcome_kind kind)
{
	if (kind != OUTCOME_OK && a->event_id != 0 && !(a->flags & ATTEMPT_BRANCH)) {
		a->code = a->event_code;
		verdict_fail(t, a, h, a->code == 0 ? OUTCOME_NO_RESPONSE : OUTCOME_FAILED, NULL);
		return;
	}
	a->outcome = (uint8_t)kind;
	a->flags &= ~(uint32_t)ATTEMPT_KEEP;
	say_whole(t, a, h, kind, false);
	say_legs(t, a, false);
	attempt_unkeep(t->attempts, a);
	verdict_decided(t, a, kind == OUTCOME_OK ? TRACK_LINGER_MS : TRACK_TIMER_B_MS);
}

/* A failure over one way, then success over another: worth a line, and no failure. */
static void
verdict_recovered(struct track *t, struct attempt *a, const struct hop *h)
{
	struct attempt *leg = verdict_failed_leg(t, a);

	if (a->event_id != 0) {
		say_update(t, a, NULL, NULL, true);
		a->event_whole = false;
		return;
	}
	if ((a->flags & ATTEMPT_STUMBLED) && attempt_kept(a) != NULL && attempt_kept(a)->code >= 400)
		verdict_event(t, a, h, attempt_kept(a), false, true);
	if (leg == NULL)
		return;
	leg->flags = (leg->flags & ~(uint32_t)ATTEMPT_KEEP) | ATTEMPT_STUMBLED;
	verdict_event(t, leg, &leg->hop, attempt_kept(leg), false, true);
}

/* Did some hop fail before this one was tried? */
static bool
verdict_stumbled(struct track *t, struct attempt *a, const struct hop *won)
{
	for (const struct hop *h = &a->hop; h != NULL; h = hop_next(t->attempts, h))
		if (h != won && h->code >= 400 && h->code != 487 && h->code != 401 && h->code != 407 &&
		    (int32_t)(won->at - h->done) >= 0 && !(won->flags & HOP_ORPHAN))
			return true;
	return false;
}

void
verdict_session(struct track *t, struct attempt *a)
{
	uint32_t s = a->session_s > 0 ? (uint32_t)a->session_s : TRACK_SESSION_MS / 1000;

	attempt_due(t->attempts, a, t->now, (s < TRACK_SESSION_MAX_S ? s : TRACK_SESSION_MAX_S) * 1000);
}

static void
verdict_succeed(struct track *t, struct attempt *a, struct hop *h)
{
	if (a->flags & ATTEMPT_TOLD)
		return;
	a->code = h->code >= 200 ? h->code : 0;
	a->q850 = h->q850;
	if (verdict_stumbled(t, a, h) || verdict_failed_leg(t, a) != NULL)
		a->flags |= ATTEMPT_STUMBLED;
	if ((a->flags & ATTEMPT_STUMBLED) || a->event_id != 0)
		verdict_recovered(t, a, h);
	keep_good(t, a, h);
	verdict_end(t, a, h, OUTCOME_OK);
	if (a->method != METHOD_INVITE || (a->flags & ATTEMPT_IN_CALL))
		return;
	a->state = ATTEMPT_ANSWERED;
	a->repeats = 0;
	attempt_age(t->attempts, a, AGE_OPEN);
	verdict_session(t, a);
}

void
verdict_taken(struct track *t, struct attempt *a)
{
	if (a->flags & ATTEMPT_TOLD)
		return;
	/* When it was answered nobody saw. */
	a->flags &= ~(uint32_t)ATTEMPT_TAKEN;
	a->flags |= ATTEMPT_UNSEEN | ATTEMPT_ORPHAN | ATTEMPT_ACKED | ATTEMPT_SEIZED;
	a->session_s = -1;
	verdict_succeed(t, a, &a->hop);
}

/* Decisions. */

/* Whoever is only asked for credentials gives way before calls do: there may be any number of them. */
static void
verdict_pause(struct track *t, struct attempt *a, uint32_t ms)
{
	bool asked = (a->code == 401 || a->code == 407) && !(a->flags & ATTEMPT_CREDS);

	a->state = ATTEMPT_WAIT;
	a->end = t->now;
	attempt_age(t->attempts, a, asked ? AGE_SILENT : AGE_OPEN);
	attempt_due(t->attempts, a, t->now, ms);
}

/* A final response that a follow-up may heal. */
static void
verdict_wait(struct track *t, struct attempt *a, const struct track_in *in, const struct hop *h, uint32_t ms)
{
	struct event ev;

	verdict_pause(t, a, ms);
	say_event_of(t, in, a, h, &ev);
	if (a->code >= 400 && ((a->flags & ATTEMPT_CREDS_OLD) || (a->code != 401 && a->code != 407)))
		attempt_keep(t->attempts, a, &ev);
}

static void
verdict_refuse(struct track *t, struct attempt *a, const struct track_in *in, const struct hop *h)
{
	struct event ev;

	a->end = t->now;
	say_event_of(t, in, a, h, &ev);
	verdict_fail(t, a, h, OUTCOME_FAILED, &ev);
}

static bool
verdict_has(const uint16_t *set, unsigned n, uint16_t realm)
{
	for (unsigned i = 0; i < n; i++)
		if (set[i] == realm)
			return true;
	return false;
}

/* Was a realm asked for again although this try brought credentials for it?  *first: it was asked the first time. */
static bool
verdict_asked_again(struct track *t, struct attempt *a, const struct sipmsg *s, bool *first)
{
	bool brought = false;

	*first = true;
	for (unsigned i = 0; i < s->n_realms || i == 0; i++) {
		uint16_t realm = course_realm(t, i < s->n_realms ? s->realm[i] : (struct slice){ NULL, 0 });
		/* A challenge that can't be read is for whatever was brought. */
		bool mine = s->n_realms > 0 ? verdict_has(a->sent, a->n_sent, realm) : a->n_sent > 0;

		brought |= mine;
		*first &= !(mine && verdict_has(a->asked, a->n_asked, realm));
		if (!verdict_has(a->asked, a->n_asked, realm) && a->n_asked < ATTEMPT_REALMS)
			a->asked[a->n_asked++] = realm;
		if (i + 1 >= s->n_realms)
			break;
	}
	return brought;
}

/*
 * RFC 3261 22.1, doc/counting.md.  Credentials that a device remembered from before may only be too old, so they get
 * one more chance even where the challenge does not say stale.
 */
static void
verdict_challenge(struct track *t, struct attempt *a, const struct track_in *in, const struct hop *h)
{
	bool first, again = verdict_asked_again(t, a, in->s, &first);

	if (in->s->stale && a->n_stale < 2) {
		a->n_stale++;
	} else if (again && !first) {
		a->flags |= ATTEMPT_AUTH;
		verdict_refuse(t, a, in, h);
		return;
	} else if (again) {
		a->flags |= ATTEMPT_CREDS_OLD;
	}
	verdict_wait(t, a, in, h, TRACK_TIMER_B_MS);
}

static bool
verdict_is_retryable(const struct sipmsg *s, unsigned code)
{
	switch (code) {
	case 413:
		return s->retry_after.n > 0;
	case 415:
	case 416:
	case 420:
	case 421:
	case 422:
	case 423:
	case 491:
		return true;
	default:
		return code < 400;
	}
}

/* OPTIONS asks whether somebody is there, and a late BYE hits nothing: these answers are no failures. */
bool
verdict_serves(enum sip_method method, unsigned code)
{
	if (method == METHOD_OPTIONS)
		return code != 408 && code != 503;
	return method == METHOD_BYE && code == 481;
}

static void
verdict_reasons(struct track *t, struct attempt *a, const struct hop *h, const struct sipmsg *s)
{
	static const char user[] = "location=user";
	const struct hop *said = say_origin_of(t, a, h);

	if (h->q850 >= 0)
		a->q850 = h->q850;
	else if (said->q850 >= 0)
		a->q850 = said->q850;
	if (s->reason_sip >= 0)
		a->reason_sip = (int16_t)s->reason_sip;
	if ((h->code == 603 || h->code == 607) &&
	    (slice_ifind(s->phrase, slice_str("network blocked")) >= 0 ||
		slice_ifind(s->reason, slice_str("analytics1")) >= 0))
		a->flags |= ATTEMPT_BLOCKED;
	if (h->code == 403 && slice_ifind(s->reason, slice_str(user)) >= 0)
		a->flags |= ATTEMPT_USER;
}

/* The final response of the hop that decides is in hand. */
static void
verdict_decide(struct track *t, struct attempt *a, const struct track_in *in, struct hop *h)
{
	a->code = h->code;
	verdict_reasons(t, a, h, in->s);
	if (verdict_serves((enum sip_method)a->method, h->code)) {
		a->end = t->now;
		verdict_end(t, a, h, OUTCOME_OK);
	} else if (a->flags & ATTEMPT_CANCELLED) {
		a->end = t->now;
		verdict_end(t, a, h, OUTCOME_CANCELLED);
	} else if (h->code == 401 || h->code == 407) {
		verdict_challenge(t, a, in, h);
	} else if (verdict_is_retryable(in->s, h->code)) {
		verdict_wait(t, a, in, h, h->code == 491 ? TRACK_GLARE_MS : TRACK_TIMER_B_MS);
	} else {
		if (h->code == 403 && (a->flags & ATTEMPT_CREDS))
			a->flags |= ATTEMPT_AUTH;
		verdict_refuse(t, a, in, h);
	}
}

/* RFC 3261 16.7: 6xx, else the lowest class, of 4xx those that tell how to try again, 503 last. */
static unsigned
verdict_rank(unsigned code)
{
	if (code == 0)
		return 1000;
	if (code >= 600)
		return 0;
	if (code == 401 || code == 407 || code == 415 || code == 420 || code == 484)
		return 399;
	return code == 503 ? 599 : code / 100 * 100 + 99;
}

/* A branch that the fork itself ended says nothing. */
static unsigned
verdict_hop_rank(const struct hop *h)
{
	return h->code == 487 && (h->flags & HOP_CANCELLED) ? 999 : verdict_rank(h->code);
}

/* The best of those nearest to the originator; NULL while one of them is open.  any: of all, open ones left out. */
static struct hop *
verdict_best(struct track *t, struct attempt *a, bool any)
{
	struct hop *best = NULL;

	for (struct hop *h = &a->hop; h != NULL; h = hop_next(t->attempts, h)) {
		if (!any && !(h->flags & HOP_ROOT))
			continue;
		if (h->code < 200 && any)
			continue;
		if (h->code < 200)
			return NULL;
		if (best == NULL || verdict_hop_rank(h) < verdict_hop_rank(best))
			best = h;
	}
	return best;
}

/* Does it go on elsewhere?  The originator's own hop does not count when it was relayed: that one waits for the others.
 */
static bool
verdict_is_busy(struct track *t, const struct attempt *a)
{
	bool relayed = false, fork = false;

	for (const struct hop *h = hop_next(t->attempts, &a->hop); h != NULL; h = hop_next(t->attempts, h)) {
		relayed |= !(h->flags & HOP_ROOT);
		fork |= h->code > 0 && h->code < 200;
	}
	return fork || (!relayed && a->hop.code > 0 && a->hop.code < 200);
}

/* Is some way further on still open? */
static bool
verdict_is_tried(struct track *t, const struct attempt *a)
{
	for (const struct hop *h = hop_next(t->attempts, &a->hop); h != NULL; h = hop_next(t->attempts, h))
		if (h->code < 200 && !(h->flags & HOP_CANCELLED) && (h->code > 0 || t->now - h->at < TRACK_TIMER_B_MS))
			return true;
	return false;
}

/* A hop failed, and the originator is still to be told. */
static void
verdict_hold(struct track *t, struct attempt *a, const struct track_in *in, const struct hop *h)
{
	const struct event *kept = attempt_kept(a);
	struct event ev;

	/* The originator was told to try again: nothing further on matters to it. */
	if (a->state == ATTEMPT_WAIT)
		return;
	attempt_due(t->attempts, a, t->now, verdict_is_busy(t, a) ? TRACK_IDLE_MS : TRACK_TIMER_B_MS);
	a->state = ATTEMPT_HELD;
	if (h->code < 400 || h->code == 401 || h->code == 407 || h->code == 487 ||
	    (kept != NULL && kept->code >= 300 && verdict_rank(kept->code) < verdict_rank(h->code)))
		return;
	say_event_of(t, in, a, h, &ev);
	attempt_keep(t->attempts, a, &ev);
}

/* It was over, and goes on: a try over another way, or an answer behind its time. */
void
verdict_reopen(struct track *t, struct attempt *a)
{
	say_whole(t, a, &a->hop, (enum outcome_kind)a->outcome, true);
	a->flags |= ATTEMPT_STUMBLED;
	a->state = ATTEMPT_PROGRESS;
	attempt_age(t->attempts, a, AGE_OPEN);
	attempt_due(t->attempts, a, t->now, TRACK_TIMER_B_MS);
}

bool
verdict_failed(const struct attempt *a)
{
	return a->state == ATTEMPT_DONE && (a->outcome == OUTCOME_FAILED || a->outcome == OUTCOME_NO_RESPONSE);
}

void
verdict_late(struct track *t, struct attempt *a, const struct hop *h, unsigned code)
{
	bool silent = a->outcome == OUTCOME_NO_RESPONSE, stumbled = a->flags & ATTEMPT_STUMBLED, open = false;

	if (!verdict_failed(a))
		return;
	for (const struct hop *o = &a->hop; o != NULL; o = hop_next(t->attempts, o))
		open |= (o->flags & HOP_ROOT) && o->code < 200;
	/* An answer further on does not heal what the originator was told. */
	if (h->flags & HOP_ROOT ? !silent && code >= 300 : !open || code >= 300)
		return;
	verdict_reopen(t, a);
	if (silent && !stumbled)
		a->flags &= ~(uint32_t)ATTEMPT_STUMBLED;
}

/* The first final response of a hop. */
void
verdict_final(struct track *t, struct attempt *a, const struct track_in *in, struct hop *h)
{
	struct hop *best;

	if (a->flags & ATTEMPT_TOLD) {
		say_legs(t, a, false);
		return;
	}
	if (h->code < 300) {
		a->end = t->now;
		verdict_succeed(t, a, h);
		return;
	}
	best = h->flags & HOP_ROOT ? verdict_best(t, a, false) : NULL;
	if (best == NULL)
		verdict_hold(t, a, in, h);
	else if (best == h)
		verdict_decide(t, a, in, h);
	else {
		/* An earlier fork said it better; what it said was kept. */
		a->code = best->code;
		a->q850 = best->q850 >= 0 ? best->q850 : a->q850;
		a->end = t->now;
		if (a->flags & ATTEMPT_CANCELLED)
			verdict_end(t, a, best, OUTCOME_CANCELLED);
		else if (best->code == 401 || best->code == 407 || best->code < 400)
			verdict_pause(t, a, TRACK_TIMER_B_MS);
		else
			verdict_fail(t, a, best, OUTCOME_FAILED, NULL);
	}
}

void
verdict_no_ack(struct track *t, struct attempt *a, const struct track_in *in, const struct hop *h)
{
	struct event ev;

	a->flags |= ATTEMPT_NO_ACK;
	say_event_of(t, in, a, h, &ev);
	ev.ack_missing = true;
	verdict_event(t, a, h, &ev, false, false);
}

/* Time. */

static void
verdict_wait_over(struct track *t, struct attempt *a)
{
	if (a->code >= 300 && a->code < 400) {
		verdict_end(t, a, &a->hop, OUTCOME_REDIRECTED);
	} else if ((a->code == 401 || a->code == 407) && !(a->flags & ATTEMPT_CREDS_OLD)) {
		verdict_end(t, a, &a->hop, OUTCOME_CHALLENGED);
	} else {
		if (a->code == 401 || a->code == 407)
			a->flags |= ATTEMPT_AUTH;
		verdict_fail(t, a, &a->hop, OUTCOME_FAILED, NULL);
	}
}

static void
verdict_hold_over(struct track *t, struct attempt *a)
{
	struct hop *best = verdict_best(t, a, true);

	if (a->flags & ATTEMPT_TAKEN) {
		verdict_taken(t, a);
		return;
	}
	a->end = best != NULL ? best->done : t->now;
	if (best == NULL || (a->flags & ATTEMPT_CANCELLED)) {
		verdict_end(t, a, &a->hop, OUTCOME_CANCELLED);
	} else if (best->code == 401 || best->code == 407) {
		a->code = best->code;
		verdict_end(t, a, best, OUTCOME_CHALLENGED);
	} else if (best->code < 400) {
		a->code = best->code;
		verdict_end(t, a, best, OUTCOME_REDIRECTED);
	} else {
		a->code = best->code;
		a->q850 = best->q850 >= 0 ? best->q850 : a->q850;
		verdict_fail(t, a, best, OUTCOME_FAILED, NULL);
	}
}

static void
verdict_silence(struct track *t, struct attempt *a)
{
	if (a->flags & ATTEMPT_TAKEN) {
		verdict_taken(t, a);
		return;
	}
	/* Nothing may have come for long, and time stands where something comes. */
	a->end = attempt_deadline(t->attempts, a);
	a->code = 0;
	if (a->flags & ATTEMPT_CANCELLED)
		verdict_end(t, a, &a->hop, OUTCOME_CANCELLED);
	else if ((a->flags & ATTEMPT_UNSEEN) && a->hop.code == 0)
		/* There was an answer: nobody knows which, and silence it was not. */
		verdict_end(t, a, &a->hop, OUTCOME_EVICTED);
	else
		verdict_fail(t, a, &a->hop, OUTCOME_NO_RESPONSE, NULL);
}

void
verdict_due(void *ctx, struct attempt *a)
{
	struct track *t = ctx;
	const struct attempt *first;

	switch ((enum attempt_state)a->state) {
	case ATTEMPT_NEW:
	case ATTEMPT_PROGRESS:
		verdict_silence(t, a);
		return;
	case ATTEMPT_WAIT:
		verdict_wait_over(t, a);
		return;
	case ATTEMPT_HELD:
		verdict_hold_over(t, a);
		return;
	case ATTEMPT_ANSWERED:
		if (!(a->flags & ATTEMPT_ENDED) && a->session_s > 0 && a->session_s < TRACK_SESSION_MAX_S)
			say_call(t, FACT_SESSION_LOST, a, NULL);
		break;
	case ATTEMPT_DONE:
		/* How the call ends is what its failure waits for. */
		first = a->flags & ATTEMPT_KEEP ? verdict_first_leg(t, a) : NULL;
		if (first != NULL && first->state < ATTEMPT_ANSWERED) {
			attempt_due(t->attempts, a, t->now, TRACK_TIMER_B_MS);
			return;
		}
		break;
	}
	verdict_close(t, a);
	attempt_drop(t->attempts, a);
}

void
verdict_evict(void *ctx, struct attempt *a)
{
	struct track *t = ctx;

	if (!(a->flags & ATTEMPT_TOLD)) {
		a->outcome = OUTCOME_EVICTED;
		if (a->event_id != 0)
			a->outcome = a->event_code != 0 ? OUTCOME_FAILED : OUTCOME_NO_RESPONSE;
		say_whole(t, a, &a->hop, (enum outcome_kind)a->outcome, false);
	}
	verdict_close(t, a);
}

void
verdict_finish(void *ctx, struct attempt *a)
{
	struct track *t = ctx;

	if (a->flags & ATTEMPT_TAKEN)
		verdict_taken(t, a);
	else if (a->state == ATTEMPT_WAIT)
		verdict_wait_over(t, a);
	else if (a->state == ATTEMPT_HELD && !verdict_is_tried(t, a))
		verdict_hold_over(t, a);
	else if (a->event_id != 0 && a->event_whole && !(a->flags & ATTEMPT_TOLD))
		verdict_end(t, a, &a->hop, OUTCOME_CANCELLED);
}

void
verdict_close(void *ctx, struct attempt *a)
{
	struct track *t = ctx;

	say_legs(t, a, true);
	if (a->flags & ATTEMPT_KEEP) {
		a->flags &= ~(uint32_t)ATTEMPT_KEEP;
		verdict_event(t, a, &a->hop, attempt_kept(a), false, false);
	}
	say_update(t, a, NULL, NULL, false);
}
