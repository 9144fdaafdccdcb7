/*
 * why - the operator's question in two lines: what do most failures of the last minute have in common, and what does
 * it mean?
 * It looks at the newest events kept, at most WHY_EVENTS of them, so its cost does not grow with the traffic.
 * One thing to know: what happened inside calls, and busy lines and the like, are told only when there is nothing
 * worse, and what worked after all never; see view_rank.
 */
#include <stdio.h>
#include <string.h>

#include "sipwhy/timefmt.h"
#include "view_int.h"

enum { WHY_EVENTS = VIEW_LOOK_BACK, WHY_KINDS = 64, WHY_WINDOW_S = 60, WHY_PAUSE_S = 300, WHY_PHRASE = 27 };
/* Events beside one that are looked at for those alike: what lies beyond is "or earlier". */
enum { WHY_WALK = 50000 };

/* Failures of one code, peer and direction, in or out of a call. */
struct why_kind {
	const struct event *newest;
	unsigned n;
};

/* What the newest events are; full: there were more kinds than places. */
struct why_sum {
	struct why_kind kind[WHY_KINDS];
	size_t n;
	bool full;
	unsigned seen;
};

static bool
why_same(const struct event *a, const struct event *b)
{
	return a->code == b->code && a->in_call == b->in_call && a->direction == b->direction &&
	    slice_eq(a->peer, b->peer);
}

static bool
why_same_code(const struct event *a, const struct event *b)
{
	return a->code == b->code && a->in_call == b->in_call;
}

/* Is e one more of like? */
static bool
why_is_alike(const struct event *e, const struct event *like, bool any_peer)
{
	return !e->recovered && (any_peer ? why_same_code(e, like) : why_same(e, like));
}

static void
why_count(struct why_sum *sum, const struct event *e)
{
	size_t i = 0;

	while (i < sum->n && !why_same(sum->kind[i].newest, e))
		i++;
	if (i == WHY_KINDS) {
		sum->full = true;
		return;
	}
	if (i == sum->n)
		sum->kind[sum->n++] = (struct why_kind){ e, 0 };
	sum->kind[i].n++;
}

/* A file is looked at as a whole: its last minute is of no special interest. */
static bool
why_is_live(const struct store *s)
{
	struct store_status st;

	store_status(s, &st);
	return st.live;
}

static void
why_sum(const struct store *s, struct why_sum *sum)
{
	int64_t since = why_is_live(s) ? store_now(s) - WHY_WINDOW_S * NS_PER_S : INT64_MIN;

	sum->n = 0;
	sum->full = false;
	sum->seen = 0;
	for (size_t at = store_event_count(s); at > 0 && sum->seen < WHY_EVENTS; at--, sum->seen++) {
		const struct event *e = store_event_at(s, at - 1);

		if (e == NULL || e->t_ns <= since)
			break;
		if (!e->recovered)
			why_count(sum, e);
	}
}

/* Whose failures they are.  any: of one code in any traffic, that of `known` peers and perhaps of unknown ones. */
struct why_whose {
	bool any, unknown;
	size_t known;
};

/* Is this kind's peer one that no kind before it has, both of like's code? */
static bool
why_is_new_peer(const struct why_sum *sum, size_t at, const struct event *like)
{
	for (size_t i = 0; i < at; i++)
		if (why_same_code(sum->kind[i].newest, like) &&
		    slice_eq(sum->kind[i].newest->peer, sum->kind[at].newest->peer))
			return false;
	return true;
}

/* All of one code, from however many peers. */
static struct why_kind
why_code(const struct why_sum *sum, const struct why_kind *like, struct why_whose *whose)
{
	struct why_kind all = { like->newest, 0 };

	*whose = (struct why_whose){ .any = true };
	for (size_t i = 0; i < sum->n; i++) {
		const struct event *e = sum->kind[i].newest;

		if (!why_same_code(e, like->newest))
			continue;
		all.n += sum->kind[i].n;
		if (!view_peer_known(e))
			whose->unknown = true;
		else if (why_is_new_peer(sum, i, like->newest))
			whose->known++;
	}
	return all;
}

/* Worse kinds first, then the commonest. */
static bool
why_before(struct why_kind a, struct why_kind b)
{
	unsigned ra = view_rank(a.newest), rb = view_rank(b.newest);

	return ra != rb ? ra < rb : a.n > b.n;
}

/* One peer's failures, unless one code of many peers outnumbers them twice. */
static struct why_kind
why_worst(const struct why_sum *sum, struct why_whose *whose)
{
	struct why_kind best = sum->kind[0], many;

	for (size_t i = 1; i < sum->n; i++)
		if (why_before(sum->kind[i], best))
			best = sum->kind[i];
	many = best;
	*whose = (struct why_whose){ .known = view_peer_known(best.newest), .unknown = !view_peer_known(best.newest) };
	for (size_t i = 0; i < sum->n; i++) {
		struct why_whose of;
		struct why_kind all = why_code(sum, &sum->kind[i], &of);

		if (view_rank(all.newest) != view_rank(best.newest) || all.n < 2 * best.n || all.n <= many.n)
			continue;
		many = all;
		*whose = of;
	}
	return many;
}

void
why_alike(const struct store *s, const struct event *like, bool any_peer, struct why_alike *out)
{
	size_t newest = store_event_index(s, like->id), n = store_event_count(s), far = newest + WHY_WALK;

	*out = (struct why_alike){ .n = 0, .first_ns = like->t_ns, .last_ns = like->t_ns };
	for (size_t at = newest; at < n && at < far; at++) {
		const struct event *e = store_event_at(s, at);

		if (e == NULL || !why_is_alike(e, like, any_peer))
			continue;
		if (e->t_ns - out->last_ns > WHY_PAUSE_S * NS_PER_S)
			break;
		out->last_ns = e->t_ns;
		out->n++;
	}
	for (size_t at = newest < n ? newest : 0; at > 0; at--) {
		const struct event *e = store_event_at(s, at - 1);

		if (newest - at == WHY_WALK) {
			out->older = true;
			return;
		}
		if (e == NULL || out->first_ns - e->t_ns > WHY_PAUSE_S * NS_PER_S)
			return;
		if (!why_is_alike(e, like, any_peer))
			continue;
		out->first_ns = e->t_ns;
		out->n++;
	}
	out->older = store_event_evicted(s) > 0;
}

/* The newest that is still a failure; NULL when none is kept, or none among the newest. */
static const struct event *
why_last(const struct store *s)
{
	size_t n = store_event_count(s);

	for (size_t i = 0; i < WHY_EVENTS && i < n; i++) {
		const struct event *e = store_event_at(s, n - 1 - i);

		if (e != NULL && !e->recovered)
			return e;
	}
	return NULL;
}

/* A log may tell of nothing but failures without a code: that is no silence. */
static void
why_notices(const struct store *s, struct why *out)
{
	uint64_t total = store_notice_total(s);
	struct store_notice_group most;
	char n[32];

	out->role = ROLE_TEXT_STRONG;
	(void)snprintf(out->what, sizeof out->what,
	    "No failure with a code so far, but %s notice%s without one (8 shows %s)",
	    view_number(n, sizeof n, total, 11), total == 1 ? "" : "s", total == 1 ? "it" : "them");
	if (store_notice_groups(s, &most, 1) == 1)
		(void)snprintf(out->because, sizeof out->because, "Most of them: %s%s%s, %s x", most.kind,
		    most.peer[0] != '\0' ? " from " : "", most.peer, view_number(n, sizeof n, most.count, 11));
}

static void
why_quiet(const struct store *s, struct why *out)
{
	const struct event *last = why_last(s);
	char clock[16], total[32], code[8];

	out->role = ROLE_TEXT_DIM;
	if (last == NULL && store_notice_total(s) > 0)
		why_notices(s, out);
	else if (last == NULL)
		(void)snprintf(out->what, sizeof out->what, "No failure seen so far");
	else
		(void)snprintf(out->what, sizeof out->what,
		    "No failure in the last minute; the last of %s was %s at %s",
		    view_number(total, sizeof total, view_failures(s), 11),
		    last->code == 0 ? view_code_words(0) : view_code(code, sizeof code, last->code),
		    timefmt_clock(clock, sizeof clock, last->t_ns));
}

/* "Last minute: ", or how much of it was looked at when that was not all. */
static void
why_scope(const struct store *s, unsigned seen, char *out, size_t cap)
{
	bool live = why_is_live(s);
	uint64_t n = live ? store_window(s, 7, WHY_WINDOW_S) : store_event_total(s);
	bool part = n > seen && (seen == WHY_EVENTS || store_event_folded(s) + store_event_evicted(s) > 0);
	char all[32], some[32];

	if (part)
		(void)snprintf(out, cap, "Newest %s of %s%s: ", view_number(some, sizeof some, seen, 9),
		    view_number(all, sizeof all, n, 9), live ? " in the last minute" : "");
	else
		(void)snprintf(out, cap, "%s", live ? "Last minute: " : "");
}

/* "from 203.0.113.40", "sent to 10.0.0.7", "in traffic with 28 peers", "(peers not known)". */
static void
why_who(const struct why_sum *sum, const struct event *e, const struct why_whose *whose, char *out, size_t cap)
{
	struct slice peer = e->peer;

	if (whose->known == 0)
		(void)snprintf(out, cap, "(peers not known)");
	else if (whose->any && whose->unknown)
		(void)snprintf(out, cap, "(not all peers known)");
	else if (whose->any && whose->known > 1)
		(void)snprintf(out, cap, "in traffic with %zu%s peers", whose->known, sum->full ? " or more" : "");
	else if (whose->any)
		(void)snprintf(out, cap, "in traffic with %.*s", (int)(peer.n < 60 ? peer.n : 60), peer.p);
	else
		(void)snprintf(out, cap, "%s %.*s",
		    e->direction != DIRECTION_SENT ? "from"
			: e->code == 0             ? "to"
						   : "sent to",
		    (int)(peer.n < 60 ? peer.n : 60), peer.p);
}

/* With the date when the time is not about now. */
static void
why_since(const struct store *s, const struct why_alike *alike, char *out, size_t cap)
{
	char when[32];

	if (why_is_live(s))
		(void)timefmt_clock(when, sizeof when, alike->first_ns);
	else
		(void)timefmt_date_ms(when, sizeof when, alike->first_ns);
	when[why_is_live(s) ? 8 : 16] = '\0';
	(void)snprintf(out, cap, "since %s%s", when, alike->older ? " or earlier" : "");
}

void
why_because(const struct event *e, char *out, size_t cap)
{
	struct sip_explanation why;

	view_explain(e, &why);
	if (e->q850 >= 0 && why.q850 != NULL)
		(void)snprintf(out, cap, "%s  (Q.850 cause %d)", why.headline, e->q850);
	else
		(void)snprintf(out, cap, "%s", why.headline);
}

/* So much that peer and time still fit beside it; never half a character. */
static struct slice
why_phrase(const struct event *e, bool *cut)
{
	struct slice phrase = view_phrase(e);

	*cut = phrase.n > WHY_PHRASE;
	if (!*cut)
		return phrase;
	phrase.n = WHY_PHRASE - 1;
	while (phrase.n > 0 && ((unsigned char)phrase.p[phrase.n] & 0xc0) == 0x80)
		phrase.n--;
	return slice_trim(phrase);
}

/* "503 Service Unavailable", "no response", "481 Call Does Not Exist inside calls". */
static void
why_failure(const struct event *e, char *out, size_t cap)
{
	bool cut;
	struct slice phrase = why_phrase(e, &cut);
	char code[8];

	(void)snprintf(out, cap, "%s%s%.*s%s%s", e->code == 0 ? "" : view_code(code, sizeof code, e->code),
	    e->code == 0 ? "" : " ", (int)phrase.n, phrase.p, cut ? "~" : "", e->in_call ? " inside calls" : "");
}

static enum ui_role
why_role(const struct event *e)
{
	if (view_rank(e) > 0)
		return ROLE_TEXT;
	return e->code == 0 ? ROLE_CLASS_SILENCE : e->code >= 500 ? ROLE_CLASS_5XX : ROLE_TEXT_STRONG;
}

void
why_find(const struct store *s, struct why *out)
{
	struct why_sum sum;
	struct why_kind worst;
	struct why_alike alike;
	char scope[96], who[128], since[64], failure[96], code[8];
	struct why_whose whose;
	struct slice peer;

	*out = (struct why){ .role = ROLE_TEXT_STRONG };
	why_sum(s, &sum);
	if (sum.n == 0) {
		why_quiet(s, out);
		return;
	}
	worst = why_worst(&sum, &whose);
	why_alike(s, worst.newest, whose.any, &alike);
	why_scope(s, sum.seen, scope, sizeof scope);
	why_who(&sum, worst.newest, &whose, who, sizeof who);
	why_since(s, &alike, since, sizeof since);
	why_failure(worst.newest, failure, sizeof failure);
	(void)snprintf(out->what, sizeof out->what, "%s%u x %s %s, %s", scope, worst.n, failure, who, since);
	peer = whose.known == 1 && !whose.unknown ? worst.newest->peer : slice_str("");
	(void)snprintf(out->small, sizeof out->small, "%u x %s%s%.*s %s", worst.n,
	    view_code(code, sizeof code, worst.newest->code), peer.n > 0 ? " " : "", (int)(peer.n < 40 ? peer.n : 40),
	    peer.p, since);
	why_because(worst.newest, out->because, sizeof out->because);
	(void)view_code(out->code, sizeof out->code, worst.newest->code);
	out->role = why_role(worst.newest);
}
