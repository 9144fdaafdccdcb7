/*
 * leg - the two sides of a back-to-back user agent, joined by evidence only: a header, or a correlation of who mirrored
 * them, that both carry, or the same caller and called number within 2 s through one host (doc/counting.md).
 * The one thing to know: a table of what was seen lately, where of some places for a key the newer pushes the oldest
 * out: without room legs are two attempts, which is what they look like.  Calls of one caller to one number at once
 * have the same key: the oldest that has no further leg yet is asked first, for that is the order they come in.
 */
#include <string.h>

#include "sipwhy/hash.h"
#include "sipwhy/mem.h"
#include "track/track_int.h"

enum { LEG_SETS = 1024, LEG_WAYS = 16, LEG_MS = 2000, LEG_DIGITS = 7, LEG_CORRELATION_MIN = 4 };

struct leg_slot {
	uint64_t key;
	uint64_t attempt; /* its key: the number alone may be another's by now */
	track_ms at, asked;
	uint32_t number;
};

struct legs {
	struct leg_slot set[LEG_SETS][LEG_WAYS];
};

struct legs *
legs_new(void)
{
	return mem_zalloc(sizeof(struct legs));
}

void
legs_free(struct legs *l)
{
	mem_free(l);
}

/* The lowest bit of a key is always set. */
static struct leg_slot *
leg_set(struct track *t, uint64_t key)
{
	return t->legs->set[(key >> 1) % LEG_SETS];
}

/* many: beside other attempts of this key, else in place of them. */
static void
leg_put(struct track *t, uint64_t key, const struct attempt *a, bool many)
{
	struct leg_slot *set = leg_set(t, key), *s = set;

	for (struct leg_slot *at = set; at < set + LEG_WAYS; at++) {
		if (at->key == key && (!many || at->attempt == a->key)) {
			s = at;
			break;
		}
		if (s->number != 0 && (at->number == 0 || t->now - at->at > t->now - s->at))
			s = at;
	}
	*s = (struct leg_slot){ key, a->key, t->now, t->now, attempt_number(t->attempts, a) };
}

/* The attempt of a place, while it is known and another than `not`. */
static struct attempt *
leg_at(struct track *t, const struct leg_slot *s, uint64_t key, const struct attempt * not, uint32_t within_ms)
{
	struct attempt *a;

	if (s->key != key || s->number == 0 || t->now - s->at > within_ms)
		return NULL;
	a = attempt_at(t->attempts, s->number);
	return a != NULL && a != not &&a->key == s->attempt ? a : NULL;
}

static struct attempt *
leg_get(struct track *t, uint64_t key, const struct attempt * not, uint32_t within_ms)
{
	const struct leg_slot *s = leg_set(t, key), *end = s + LEG_WAYS;

	while (s < end && s->key != key)
		s++;
	return s < end ? leg_at(t, s, key, not, within_ms) : NULL;
}

/* How gladly is this one taken for the first leg of another?  Without a leg yet; then with one that failed. */
static unsigned
leg_rank(const struct attempt *a)
{
	return !(a->flags & ATTEMPT_SENT_ON) ? 2 : a->leg != 0 ? 1 : 0;
}

/* Of several calls from one to the other: of the same rank the one that was asked for longest ago. */
static struct attempt *
leg_get_users(struct track *t, uint64_t key, const struct attempt * not )
{
	struct leg_slot *set = leg_set(t, key), *best = NULL;
	struct attempt *of = NULL;

	for (struct leg_slot *s = set; s < set + LEG_WAYS; s++) {
		struct attempt *a = leg_at(t, s, key, not, LEG_MS);

		if (a == NULL || a->state == ATTEMPT_DONE)
			continue;
		if (of == NULL || leg_rank(a) > leg_rank(of) ||
		    (leg_rank(a) == leg_rank(of) && t->now - s->asked > t->now - best->asked)) {
			best = s;
			of = a;
		}
	}
	if (best != NULL)
		best->asked = t->now;
	return of;
}

/* The end of a number: a country code or a prefix is what a PBX changes between its legs. */
static struct slice
leg_number(struct slice user)
{
	if (user.n <= LEG_DIGITS)
		return user;
	return (struct slice){ user.p + user.n - LEG_DIGITS, LEG_DIGITS };
}

static uint64_t
leg_users(const struct track *t, const struct endpoint *host, const struct sipmsg *s)
{
	struct slice from = leg_number(s->from), to = leg_number(s->to);
	uint64_t h = hash64(host->addr, sizeof host->addr, t->seed ^ host->family);

	h = hash64(from.n > 0 ? from.p : "", from.n, h);
	return hash64(to.n > 0 ? to.p : "", to.n, h) | 1;
}

/* Both ends have a name, and it is known through which host they met. */
static bool
leg_is_named(const struct track_in *in, const struct endpoint *host)
{
	return in->s->from.n > 0 && in->s->to.n > 0 && host->family != 0 && !endpoint_same_host(in->client, in->server);
}

static uint64_t
leg_text(const struct track *t, struct slice text)
{
	return hash64(text.p, text.n, t->seed + 1) | 1;
}

/* A mirror that calls all it sees by one short name would make one call of everything. */
static bool
leg_is_correlation(struct slice s)
{
	return s.n >= LEG_CORRELATION_MIN;
}

static struct attempt *
leg_evidence(struct track *t, const struct attempt *a, const struct track_in *in, enum callmsg_evidence *by)
{
	const struct sipmsg *s = in->s;
	struct attempt *other = NULL;

	/* Its header (or who mirrored it) names the other's Call-ID, or both carry the same; a trunk may be tried after
	 * another's silence. */
	if (s->link.n > 0)
		other = leg_get(t, leg_text(t, s->link), a, TRACK_IDLE_MS);
	if (other == NULL && leg_is_correlation(in->m->correlation))
		other = leg_get(t, leg_text(t, in->m->correlation), a, TRACK_IDLE_MS);
	*by = other != NULL ? CALLMSG_EVIDENCE_HEADER : CALLMSG_EVIDENCE_NUMBERS;
	if (other == NULL && leg_is_named(in, in->client))
		other = leg_get_users(t, leg_users(t, in->client, s), a);
	return other;
}

struct attempt *
leg_find(struct track *t, struct attempt *a, const struct track_in *in, enum callmsg_evidence *by)
{
	const struct sipmsg *s = in->s;
	struct attempt *other = leg_evidence(t, a, in, by);

	if (other != NULL && (other->flags & ATTEMPT_LEG))
		other = verdict_first_leg(t, other);
	/* Its number may be another one's by now. */
	if (other == a)
		other = NULL;
	if (s->link.n > 0 && other == NULL)
		leg_put(t, leg_text(t, s->link), a, false);
	if (leg_is_correlation(in->m->correlation) && other == NULL)
		leg_put(t, leg_text(t, in->m->correlation), a, false);
	if (other == NULL && s->call_id.n > 0)
		leg_put(t, leg_text(t, s->call_id), a, false);
	if (other == NULL && leg_is_named(in, in->server))
		leg_put(t, leg_users(t, in->server, s), a, true);
	return other;
}

void
leg_relayed(struct track *t, const struct attempt *a, const struct track_in *in)
{
	if (!(a->flags & (ATTEMPT_LEG | ATTEMPT_IN_CALL)) && leg_is_named(in, in->server))
		leg_put(t, leg_users(t, in->server, in->s), a, true);
}
