/*
 * course - how an attempt goes: which attempt a message belongs to, what it adds, where a new one begins (RFC 3261 8,
 * 9, 12, 13, 14, 17; RFC 2543 where a branch is missing).  How it ends is decided in verdict.c.
 *
 * The one thing to know: Call-ID, From-tag and kind name an attempt, its CSeq names a try of it, and the branches
 * of that CSeq are its hops.
 */
#include <stddef.h>
#include <string.h>

#include "sipwhy/hash.h"
#include "sipwhy/timefmt.h"
#include "track/keep.h"
#include "track/sight.h"
#include "track/track_int.h"

/* Beside the methods: a call, and an INVITE inside of it. */
enum { COURSE_CALL = 64, COURSE_REINVITE = 65 };

static uint64_t
course_key(uint64_t call, uint64_t tag, unsigned kind)
{
	uint64_t h = call ^ (tag << 23 | tag >> 41) ^ (uint64_t)kind * UINT64_C(0x9e3779b97f4a7c15);

	h *= UINT64_C(0xff51afd7ed558ccd);
	return h ^ h >> 32;
}

static unsigned
course_kind(const struct sipmsg *s)
{
	if (s->method != METHOD_INVITE)
		return s->method;
	return s->kind == SIP_REQUEST && s->to_tag.n > 0 ? COURSE_REINVITE : COURSE_CALL;
}

void
course_name(struct track_in *in)
{
	in->key = course_key(in->call, in->from, course_kind(in->s));
}

uint64_t
course_inner_key(const struct track_in *in)
{
	return course_key(in->call, in->from, COURSE_REINVITE);
}

bool
course_is_inner(enum sip_method m)
{
	return m == METHOD_BYE || m == METHOD_PRACK || m == METHOD_INFO || m == METHOD_UPDATE || m == METHOD_NOTIFY ||
	    m == METHOD_REFER;
}

uint16_t
course_realm(const struct track *t, struct slice realm)
{
	return (uint16_t)hash64(realm.n > 0 ? realm.p : "", realm.n, t->seed);
}

static struct hop *
course_hop(struct track *t, struct attempt *a, uint32_t branch)
{
	for (struct hop *h = &a->hop; h != NULL; h = hop_next(t->attempts, h))
		if (h->branch == branch)
			return h;
	return NULL;
}

static bool
course_same(const struct endpoint *a, const struct endpoint *b)
{
	return host_same(a, b) && a->port == b->port;
}

/* From the originator, as far as its address is known; else as far as it is known to be us or not. */
static bool
course_is_origin(const struct attempt *a, const struct track_in *in)
{
	if (in->client->family == 0 || a->hop.src.family == 0)
		return ((in->own ^ a->hop.flags) & HOP_OWN) == 0;
	return endpoint_same_host(in->client, &a->hop.src);
}

static bool
course_is_stream(uint8_t transport)
{
	return transport != TRANSPORT_UDP && transport < TRANSPORT_N;
}

/* A fork of whoever sent the first hop's request, and no relay of it? */
static bool
course_is_fork(const struct attempt *a, const struct track_in *in)
{
	/* The log of a machine that got the first one, or made it, says so itself. */
	if ((in->own & HOP_OWN_CLIENT) && (a->hop.flags & (HOP_OWN | HOP_MET)))
		return (a->hop.flags & (HOP_OWN_SERVER | HOP_MET)) == 0;
	if (course_same(in->client, &a->hop.dst))
		return false;
	/* A port of TCP says nothing; where all live on one host, the host says nothing either. */
	return course_same(in->client, &a->hop.src) ||
	    (course_is_stream(in->m->transport) && host_same(in->client, &a->hop.src) &&
		!endpoint_same_host(&a->hop.src, &a->hop.dst));
}

/* Another sight of a hop: what was not known of its ends. */
static void
course_hop_learn(struct hop *h, const struct track_in *in)
{
	unsigned own = h->flags & HOP_OWN;

	if (!host_is_known(&h->src) && (host_is_known(in->client) || h->src.family == 0))
		h->src = *in->client;
	if (!host_is_known(&h->dst) && (host_is_known(in->server) || h->dst.family == 0))
		h->dst = *in->server;
	if (own == 0)
		h->flags |= in->own;
	else if (in->own != 0 && in->own != own)
		h->flags |= HOP_MET;
}

static void
course_hop_set(struct track *t, struct hop *h, const struct track_in *in, unsigned flags)
{
	uint32_t next = h->next;

	*h = (struct hop){ .next = next,
		.branch = in->branch,
		.src = *in->client,
		.dst = *in->server,
		.at = t->now,
		.q850 = -1,
		.transport = in->m->transport,
		.flags = (uint8_t)(flags | in->own | (in->s->kind == SIP_RESPONSE ? HOP_ORPHAN : 0)) };
}

/* What was told stays as it was told: it is taken back with the delays of then. */
static void
course_time(struct attempt *a, const struct track_in *in)
{
	if (in->m->untimed && !(a->flags & ATTEMPT_TOLD))
		a->flags |= ATTEMPT_UNTIMED;
}

static struct hop *
course_hop_more(struct track *t, struct attempt *a, const struct track_in *in)
{
	bool fork = course_is_fork(a, in);
	struct hop *h = hop_add(t->attempts, a);

	/* An answer must find room: it takes the last one's. */
	if (h == NULL && a->hop.next != 0 && in->s->kind == SIP_RESPONSE && in->s->code >= 200 && in->s->code < 300)
		for (struct hop *o = &a->hop; o != NULL; o = hop_next(t->attempts, o))
			h = o;
	if (h == NULL)
		return NULL;
	if (a->method == METHOD_INVITE && !fork && in->s->kind == SIP_REQUEST)
		leg_relayed(t, a, in);
	course_hop_set(t, h, in, fork ? HOP_ROOT : 0);
	course_time(a, in);
	if (a->state == ATTEMPT_HELD)
		attempt_due(t->attempts, a, t->now, TRACK_TIMER_B_MS);
	return h;
}

/* Calls. */

static uint32_t
course_tag(const struct track *t, const struct sipmsg *s)
{
	return s->to_tag.n > 0 ? (uint32_t)hash64(s->to_tag.p, s->to_tag.n, t->seed) : 0;
}

struct attempt *
course_call(struct track *t, const struct track_in *in)
{
	struct slice tag = in->s->to_tag;
	struct attempt *a = attempt_find(t->attempts, course_key(in->call, in->from, COURSE_CALL));

	/* The called side's tags stand the other way round. */
	if (a == NULL && tag.n > 0)
		a = attempt_find(t->attempts, course_key(in->call, hash64(tag.p, tag.n, t->seed), COURSE_CALL));
	return a;
}

/* The call that a message inside of it is about; NULL for that of a fork which answered too late. */
static struct attempt *
course_dialog(struct track *t, const struct track_in *in)
{
	struct attempt *a = course_call(t, in);
	uint32_t far;

	if (a == NULL)
		return NULL;
	far = a->key == course_key(in->call, in->from, COURSE_CALL) ? course_tag(t, in->s) : (uint32_t)in->from;
	return a->loser != 0 && a->loser == far ? NULL : a;
}

/* Beginnings. */

static void
course_credentials(struct track *t, struct attempt *a, const struct sipmsg *s)
{
	a->n_sent = 0;
	if (s->kind == SIP_REQUEST)
		for (; a->n_sent < s->n_realms && a->n_sent < ATTEMPT_REALMS; a->n_sent++)
			a->sent[a->n_sent] = course_realm(t, s->realm[a->n_sent]);
	a->flags &= ~(uint32_t)(ATTEMPT_CREDS | ATTEMPT_CREDS_OLD);
	if (a->n_sent > 0)
		a->flags |= ATTEMPT_CREDS;
}

static void
course_try(struct track *t, struct attempt *a, const struct track_in *in)
{
	const struct sipmsg *s = in->s;

	a->cseq = s->cseq;
	a->said_code = 0;
	a->flags &= ~(uint32_t)(ATTEMPT_UPSTREAM | ATTEMPT_BRANCH);
	a->try_at = t->now;
	a->state = ATTEMPT_NEW;
	a->bytes = (uint32_t)in->m->bytes.n;
	a->tries += a->tries < UINT16_MAX;
	a->flags = in->stated ? a->flags | ATTEMPT_STATED : a->flags & ~(uint32_t)ATTEMPT_STATED;
	/* What came in live has the time it came at, whatever its log prints. */
	if (event_stamp_is_coarse(in->m->stamp) && in->m->t_ns % NS_PER_S == 0)
		a->flags |= ATTEMPT_COARSE;
	course_time(a, in);
	course_credentials(t, a, s);
	if (s->method == METHOD_REGISTER && s->kind == SIP_REQUEST && s->expires == 0)
		a->flags |= ATTEMPT_GONE;
	if (s->session_expires > 0)
		a->session_s = s->session_expires;
	course_hop_set(t, &a->hop, in, HOP_ROOT);
}

/* What follows in a call whose answer went another way will be answered over that way, too. */
static bool
course_is_unseen(struct track *t, const struct track_in *in)
{
	const struct attempt *call = course_call(t, in);

	return call != NULL && (call->flags & (ATTEMPT_UNSEEN | ATTEMPT_TAKEN)) && course_is_origin(call, in);
}

/* A further leg of a call that goes on is no attempt of its own. */
static void
course_join(struct track *t, struct attempt *a, const struct track_in *in)
{
	enum callmsg_evidence by;
	struct attempt *other = leg_find(t, a, in, &by);

	if (other == NULL || other->state == ATTEMPT_DONE)
		return;
	a->flags |= ATTEMPT_LEG;
	a->leg = attempt_number(t->attempts, other);
	other->flags |= ATTEMPT_SENT_ON;
	keep_join(t, a, other, by);
}

/* What the message in hand says of the attempt that it begins. */
static void
course_fill(struct track *t, struct attempt *a, const struct track_in *in)
{
	const struct sipmsg *s = in->s;
	bool response = s->kind == SIP_RESPONSE;

	a->method = (uint8_t)s->method;
	a->t0_ns = in->m->t_ns;
	a->first = a->ring = a->end = t->now;
	a->q850 = a->reason_sip = -1;
	a->session_s = -1;
	if (response)
		a->flags |= ATTEMPT_ORPHAN;
	/* A response to an INVITE inside of a call has the key of that. */
	if (response ? course_is_inner(s->method) || a->key != in->key : s->to_tag.n > 0)
		a->flags |= ATTEMPT_IN_CALL;
	if (!response && s->to_tag.n > 0 && course_is_unseen(t, in))
		a->flags |= ATTEMPT_UNSEEN;
	course_try(t, a, in);
}

static void
course_set_up(struct track *t, struct attempt *a, const struct track_in *in)
{
	const struct sipmsg *s = in->s;
	bool response = s->kind == SIP_RESPONSE;

	course_fill(t, a, in);
	keep_begin(t, a);
	if (t->keep != NULL && (a->flags & ATTEMPT_IN_CALL))
		keep_join(t, a, course_call(t, in), CALLMSG_EVIDENCE_NONE);
	attempt_due(t->attempts, a, t->now, TRACK_TIMER_B_MS);
	attempt_name(t->attempts, a, s->call_id, s->from, s->to, response ? (struct slice){ NULL, 0 } : s->server,
	    in->m->agent);
	attempt_age(t->attempts, a, AGE_SILENT);
	if (course_kind(s) == COURSE_CALL && !response)
		course_join(t, a, in);
	say_attempt(t, a, in->m->t_ns);
}

/* Nothing could make room for it: it counts as one that began and had to go at once. */
static void
course_no_room(struct track *t, const struct track_in *in, uint64_t key)
{
	struct attempt a = { .key = key };

	course_fill(t, &a, in);
	say_attempt(t, &a, in->m->t_ns);
	say_whole(t, &a, &a.hop, OUTCOME_EVICTED, false);
}

struct attempt *
course_begin(struct track *t, const struct track_in *in, uint64_t key)
{
	struct attempt *a = attempt_make(t->attempts, key);

	if (a != NULL)
		course_set_up(t, a, in);
	else
		course_no_room(t, in, key);
	return a;
}

/* The next request of one who used the same Call-ID before: a REGISTER that renews, an OPTIONS that pings. */
static void
course_begin_again(struct track *t, struct attempt *a, const struct track_in *in)
{
	struct attempt old;

	verdict_close(t, a);
	attempt_unkeep(t->attempts, a);
	attempt_unname(t->attempts, a);
	attempt_event_peer(t->attempts, a, (struct slice){ NULL, 0 });
	hop_drop_rest(t->attempts, a);
	old = *a;
	memset((char *)a + offsetof(struct attempt, event_id), 0, sizeof *a - offsetof(struct attempt, event_id));
	a->chain = old.chain;
	a->due = old.due;
	memcpy(a->wheel, old.wheel, sizeof a->wheel);
	memcpy(a->age, old.age, sizeof a->age);
	a->wheel_slot = old.wheel_slot;
	a->age_list = old.age_list;
	course_set_up(t, a, in);
}

/* Requests. */

static void
course_next_try(struct track *t, struct attempt *a, const struct track_in *in)
{
	bool silent = a->state == ATTEMPT_NEW || (a->state == ATTEMPT_PROGRESS && a->method != METHOD_INVITE);
	bool bare = !(a->flags & ATTEMPT_CREDS);

	hop_drop_rest(t->attempts, a);
	if (a->event_id == 0)
		attempt_unkeep(t->attempts, a);
	a->flags &= ~(uint32_t)(ATTEMPT_CANCELLED | ATTEMPT_AUTH | ATTEMPT_KEEP | ATTEMPT_UNSEEN | ATTEMPT_TAKEN);
	a->dialog = a->loser = 0;
	course_try(t, a, in);
	/* Who asks again without an answer does not begin to wait anew: a ping would never be late. */
	if (!silent)
		attempt_due(t->attempts, a, t->now, TRACK_TIMER_B_MS);
	else if (bare && (a->flags & ATTEMPT_CREDS))
		a->flags |= ATTEMPT_UNSEEN;
	attempt_age(t->attempts, a, AGE_OPEN);
}

void
course_later(struct track *t, struct attempt *a, const struct track_in *in)
{
	if (a->state < ATTEMPT_ANSWERED) {
		course_next_try(t, a, in);
	} else if (verdict_failed(a) && a->method == METHOD_INVITE && !(a->flags & ATTEMPT_IN_CALL) &&
	    (t->now - a->end < TRACK_TIMER_B_MS || (in->s->cseq != 0 && a->cseq == in->s->cseq))) {
		verdict_reopen(t, a);
		course_next_try(t, a, in);
	} else {
		course_begin_again(t, a, in);
	}
}

static void
course_repeat(struct track *t, struct attempt *a, const struct track_in *in, const struct hop *h)
{
	struct event ev;

	if (in->seen != SEEN_RETRANSMISSION || h != &a->hop)
		return;
	a->repeats += a->repeats < UINT16_MAX;
	/* Nothing came: the request may be all there will be to show. */
	if (a->state != ATTEMPT_NEW || (attempt_kept(a) != NULL && attempt_kept(a)->raw.n > 0))
		return;
	say_event_of(t, in, a, h, &ev);
	attempt_keep(t->attempts, a, &ev);
}

static void
course_known(struct track *t, struct attempt *a, const struct track_in *in)
{
	int32_t d = (int32_t)(in->s->cseq - a->cseq);
	struct hop *h;

	if (d > 0) {
		course_later(t, a, in);
		return;
	}
	if (d < 0)
		return;
	h = course_hop(t, a, in->branch);
	if (h != NULL) {
		course_hop_learn(h, in);
		course_repeat(t, a, in, h);
		return;
	}
	h = course_hop_more(t, a, in);
	if (h != NULL && (h->flags & HOP_ROOT) && verdict_failed(a))
		verdict_reopen(t, a);
}

/* An ACK shows that a final response came, also where that was not captured: one of the INVITE's branch that it was a
 * failure, one of its own that it was a 2xx (RFC 3261 17.1.1.3, 13.2.2.4). */
static void
course_ack(struct track *t, const struct track_in *in)
{
	struct attempt *a = attempt_find(t->attempts, course_key(in->call, in->from, COURSE_CALL));
	const struct hop *h;

	if (a == NULL || a->cseq != in->s->cseq)
		return;
	if (a->state == ATTEMPT_ANSWERED)
		a->flags |= ATTEMPT_ACKED;
	if (a->state >= ATTEMPT_ANSWERED || a->hop.code >= 200 || !course_is_origin(a, in))
		return;
	h = course_hop(t, a, in->branch);
	if (h == &a->hop)
		a->flags |= ATTEMPT_UNSEEN;
	if (h != NULL || in->s->to_tag.n == 0)
		return;
	a->flags |= ATTEMPT_TAKEN;
	a->end = t->now;
}

/* Only the originator gives up; a CANCEL further on ends a fork. */
static void
course_cancel(struct track *t, const struct track_in *in)
{
	uint64_t key = course_key(in->call, in->from, COURSE_CALL);
	struct attempt *a = attempt_find(t->attempts, key);
	struct hop *h;
	bool open = false, refused = false;

	if (a == NULL || a->cseq != in->s->cseq)
		return;
	h = course_hop(t, a, in->branch);
	if (h == NULL)
		return;
	h->flags |= HOP_CANCELLED;
	for (h = &a->hop; h != NULL; h = hop_next(t->attempts, h)) {
		open |= (h->flags & HOP_ROOT) && h->code < 200 && !(h->flags & HOP_CANCELLED);
		/* RFC 3261 16.7: then it is the fork that ends its other branches. */
		refused |= (h->flags & HOP_ROOT) && h->code >= 600;
	}
	if (!open && !refused && !(a->flags & ATTEMPT_TOLD)) {
		a->flags |= ATTEMPT_CANCELLED;
		attempt_due(t->attempts, a, t->now, TRACK_TIMER_B_MS);
	}
}

static void
course_bye(struct track *t, const struct track_in *in)
{
	struct attempt *a = course_dialog(t, in);

	if (a != NULL && (a->flags & ATTEMPT_TAKEN))
		verdict_taken(t, a);
	if (a == NULL || a->state != ATTEMPT_ANSWERED || (a->flags & ATTEMPT_ENDED))
		return;
	a->flags |= ATTEMPT_ENDED;
	say_call(t, FACT_CALL_ENDED, a, in);
	attempt_age(t->attempts, a, AGE_DONE);
	attempt_due(t->attempts, a, t->now, TRACK_TIMER_B_MS);
}

/* A refresh inside the dialog: the session lives on (RFC 4028 7). */
static void
course_refresh(struct track *t, const struct track_in *in)
{
	struct attempt *a = course_dialog(t, in);

	if (a == NULL || a->state != ATTEMPT_ANSWERED || (a->flags & ATTEMPT_ENDED))
		return;
	if (in->s->kind == SIP_RESPONSE && in->s->session_expires > 0)
		a->session_s = in->s->session_expires;
	verdict_session(t, a);
}

/* What has no attempt of its own stands with its call. */
static void
course_keep_call(struct track *t, const struct track_in *in)
{
	if (t->keep != NULL)
		keep_message(t, course_call(t, in), in);
}

void
course_request(struct track *t, const struct track_in *in)
{
	const struct sipmsg *s = in->s;
	struct attempt *a;

	if (s->call_id.n == 0 || s->method == METHOD_NONE)
		return;
	if (s->method == METHOD_ACK || s->method == METHOD_CANCEL) {
		if (s->method == METHOD_ACK)
			course_ack(t, in);
		else
			course_cancel(t, in);
		course_keep_call(t, in);
		return;
	}
	if (s->method == METHOD_BYE)
		course_bye(t, in);
	else if (s->to_tag.n > 0 && (s->method == METHOD_INVITE || s->method == METHOD_UPDATE))
		course_refresh(t, in);
	a = attempt_find(t->attempts, in->key);
	if (a != NULL)
		course_known(t, a, in);
	else if (in->seen == SEEN_NEW)
		a = course_begin(t, in, in->key);
	keep_message(t, a, in);
}

/* Responses. */

/* The attempt that a response belongs to, by its CSeq; NULL when there is none. */
static struct attempt *
course_of(struct track *t, const struct track_in *in, uint64_t *key)
{
	const struct sipmsg *s = in->s;
	struct attempt *a, *inner, *call;
	uint64_t inner_key;

	*key = in->key;
	a = attempt_find(t->attempts, in->key);
	if (s->method != METHOD_INVITE || (a != NULL && (int32_t)(s->cseq - a->cseq) <= 0))
		return a;
	inner_key = course_key(in->call, in->from, COURSE_REINVITE);
	inner = attempt_find(t->attempts, inner_key);
	call = course_call(t, in);
	/* Behind its answer all INVITEs of a call are inside of it. */
	if ((inner == NULL || inner->cseq != s->cseq) && (call == NULL || call->state != ATTEMPT_ANSWERED))
		return a;
	*key = inner_key;
	return inner;
}

/* A response whose request was not seen. */
static struct attempt *
course_orphan(struct track *t, const struct track_in *in, uint64_t key)
{
	struct attempt *a;

	/* What repeats belongs to something that was decided, and forgotten since. */
	if (in->seen != SEEN_NEW || (in->s->code < 200 && (in->s->method != METHOD_INVITE || in->s->code == 100)))
		return NULL;
	a = course_begin(t, in, key);
	if (a != NULL && in->s->code == 487 && sight_cancelled(t->sight, in->s, in->at_ns))
		a->flags |= ATTEMPT_CANCELLED;
	return a;
}

static void
course_provisional(struct track *t, struct attempt *a, const struct track_in *in, struct hop *h)
{
	const struct sipmsg *s = in->s;

	h->code = s->code;
	/* What was told stays as it was told. */
	if (a->flags & ATTEMPT_TOLD)
		return;
	if (s->q850 >= 0 && a->q850 < 0)
		a->q850 = (int16_t)s->q850;
	if (s->code > 100 && !(a->flags & ATTEMPT_RANG)) {
		a->ring = t->now;
		course_time(a, in);
	}
	if (s->code > 100)
		a->flags |= ATTEMPT_RANG;
	if (s->code == 180)
		a->flags |= ATTEMPT_RANG_180;
	if (s->code == 183 && s->sdp)
		a->flags |= ATTEMPT_EARLY;
	if (a->state == ATTEMPT_NEW)
		a->state = ATTEMPT_PROGRESS;
	if (a->method == METHOD_INVITE && (a->state == ATTEMPT_PROGRESS || a->state == ATTEMPT_HELD) &&
	    !(a->flags & ATTEMPT_CANCELLED))
		attempt_due(t->attempts, a, t->now, TRACK_IDLE_MS);
}

/* RFC 3261 13.3.1.4: the 2xx comes again until its ACK arrives. */
static void
course_repeat_2xx(struct track *t, struct attempt *a, const struct track_in *in, const struct hop *h)
{
	if (a->state != ATTEMPT_ANSWERED || (a->flags & ATTEMPT_ACKED) || in->seen != SEEN_RETRANSMISSION ||
	    !(h->flags & HOP_ROOT))
		return;
	a->repeats += a->repeats < UINT16_MAX;
	say_call(t, FACT_REPEAT_2XX, a, in);
	if (a->repeats <= 3 || (a->flags & ATTEMPT_NO_ACK) || a->event_id != 0)
		return;
	verdict_no_ack(t, a, in, h);
}

void
course_bye_answered(struct track *t, const struct track_in *in)
{
	struct attempt *a;

	/* Where requests are not seen, the answer is all there is. */
	course_bye(t, in);
	a = course_dialog(t, in);
	if (a == NULL || a->state != ATTEMPT_ANSWERED || (a->flags & (ATTEMPT_COMPLETED | ATTEMPT_LEG)))
		return;
	a->flags |= ATTEMPT_COMPLETED;
	if (t->sink.completed != NULL)
		t->sink.completed(t->sink.ctx, say_peer(t, &a->hop), in->m->t_ns);
	attempt_due(t->attempts, a, t->now, TRACK_LINGER_MS);
}

/* A 2xx to an INVITE: which dialog it makes, and for how long without a refresh (RFC 4028 7.2: where it says nothing,
 * there is no limit). */
static void
course_answered(struct track *t, struct attempt *a, const struct track_in *in, const struct hop *h)
{
	uint32_t tag = course_tag(t, in->s);

	if (h->flags & HOP_ROOT) {
		if (a->dialog == 0)
			a->dialog = tag;
		else if (a->dialog != tag)
			a->loser = tag;
	}
	if (a->state != ATTEMPT_ANSWERED) {
		a->session_s = in->s->session_expires;
	} else if (in->s->session_expires > 0 && !(a->flags & ATTEMPT_ENDED)) {
		a->session_s = in->s->session_expires;
		verdict_session(t, a);
	}
}

void
course_answer(struct track *t, struct attempt *a, const struct track_in *in, struct hop *h)
{
	const struct sipmsg *s = in->s;
	bool call = a->method == METHOD_INVITE && !(a->flags & ATTEMPT_IN_CALL);

	if (s->code >= 200 && h->code < 200)
		verdict_late(t, a, h, s->code);
	if (!(a->flags & (ATTEMPT_SEIZED | ATTEMPT_TOLD))) {
		a->flags |= ATTEMPT_SEIZED;
		attempt_age(t->attempts, a, AGE_OPEN);
	}
	if (s->code < 200) {
		if (h->code < 200 && in->seen == SEEN_NEW)
			course_provisional(t, a, in, h);
		return;
	}
	h->seen += h->seen < UINT16_MAX;
	h->copies += in->seen == SEEN_COPY && h->copies < UINT16_MAX;
	if (call && s->code < 300 && in->seen == SEEN_NEW)
		course_answered(t, a, in, h);
	if (h->code >= 200) {
		if (s->code < 300)
			course_repeat_2xx(t, a, in, h);
		return;
	}
	if (h->flags & HOP_ROOT)
		a->flags &= ~(uint32_t)(ATTEMPT_UNSEEN | ATTEMPT_TAKEN);
	h->code = s->code;
	h->q850 = (int16_t)s->q850;
	h->done = t->now;
	course_time(a, in);
	verdict_final(t, a, in, h);
}

void
course_lone(struct track *t, const struct track_in *in, uint32_t flags, bool failed)
{
	const struct sipmsg *s = in->s;
	struct attempt a = { .method = (uint8_t)s->method,
		.flags = flags | ATTEMPT_ORPHAN | ATTEMPT_SEIZED,
		.t0_ns = in->m->t_ns,
		.first = t->now,
		.end = t->now,
		.code = s->code,
		.q850 = (int16_t)s->q850,
		.reason_sip = (int16_t)s->reason_sip,
		.tries = 1 };
	struct event ev;

	course_hop_set(t, &a.hop, in, HOP_ROOT);
	a.hop.code = s->code;
	a.hop.seen = 1;
	say_attempt(t, &a, in->m->t_ns);
	say_event_of(t, in, &a, &a.hop, &ev);
	if (failed) {
		a.event_whole = true;
		say_event(t, &a, &a.hop, &ev);
		keep_lone(t, in, ev.id);
	}
	t->saying = &ev;
	say_whole(t, &a, &a.hop, failed ? OUTCOME_FAILED : OUTCOME_CHALLENGED, false);
	t->saying = NULL;
}

static void
course_nameless(struct track *t, const struct track_in *in)
{
	const struct sipmsg *s = in->s;

	say_message(t, in, NULL, NULL);
	if (s->code >= 400 && s->method != METHOD_CANCEL && s->method != METHOD_ACK)
		course_lone(t, in, 0, s->code != 401 && s->code != 407);
}

void
course_response(struct track *t, const struct track_in *in)
{
	const struct sipmsg *s = in->s;
	struct attempt *a;
	struct hop *h = NULL;
	uint64_t key;

	if (s->method == METHOD_CANCEL || s->method == METHOD_ACK || s->method == METHOD_NONE || s->call_id.n == 0) {
		if (in->seen == SEEN_NEW)
			course_nameless(t, in);
		if (s->method == METHOD_CANCEL && s->call_id.n > 0)
			course_keep_call(t, in);
		return;
	}
	a = course_of(t, in, &key);
	if (a == NULL)
		a = course_orphan(t, in, key);
	else if ((int32_t)(s->cseq - a->cseq) > 0 && in->seen == SEEN_NEW &&
	    (s->code >= 200 || (s->code > 100 && a->state == ATTEMPT_WAIT)))
		course_later(t, a, in);
	if (a != NULL && a->cseq == s->cseq && (h = course_hop(t, a, in->branch)) == NULL)
		h = course_hop_more(t, a, in);
	else if (h != NULL && (in->own != 0 || !host_is_known(&h->src) || !host_is_known(&h->dst)))
		course_hop_learn(h, in);
	/* The event that it may make is told with it. */
	keep_message(t, a, in);
	if (in->seen == SEEN_NEW)
		say_message(t, in, h != NULL ? a : NULL, h);
	if (h != NULL)
		course_answer(t, a, in, h);
	if (s->method == METHOD_BYE && (s->code < 300 || s->code == 481) && s->code >= 200)
		course_bye_answered(t, in);
	if (s->code >= 200 && s->code < 300 && (s->method == METHOD_UPDATE || key != in->key))
		course_refresh(t, in);
}
