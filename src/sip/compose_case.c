/*
 * compose_case - what one code says by the way it came: at once or after a timer (RFC 3261 17.1), after ringing or
 * without, to a trunk or to a phone; and silence, which has no code.
 * The one thing to know: where a cause, another answer behind, or chosen words say something else, only facts are told
 * here, no reading of the code (compose_is_plain).
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sip/compose.h"

/* A sender without any response gives up after 64 times T1 (RFC 3261 17.1.1.2); a hop more may lie between. */
enum { COMPOSE_TIMER_MS = 30000, COMPOSE_AT_ONCE_MS = 1000 };

/* Above this a request over UDP is cut into fragments on an Ethernet path (RFC 3261 18.1.1). */
enum { COMPOSE_BIG = 1300 };

/*
 * The answer's code may be read for what it usually means: neither a cause of the network (34 and up), nor another
 * answer behind this one, nor words that somebody chose say otherwise.
 */
static bool
compose_is_plain(const struct compose *c)
{
	const struct event *ev = c->ev;

	if (compose_decided(c, "said:") || compose_decided(c, "reason:") || compose_decided(c, "warning:"))
		return false;
	if (compose_decided(c, "q850:"))
		return c->why->q850 != NULL && c->why->q850->cause < 34;
	return !compose_decided(c, "phrase:") ||
	    slice_ieq(slice_trim(ev->phrase), slice_str(sip_code_phrase(ev->code)));
}

/* The peer with its role where one is known: "the trunk carrier-a", "203.0.113.40". */
static struct compose_text
compose_peer(const struct event *ev)
{
	struct compose_text name = compose_end(ev->peer, "the other side"), t;
	const char *role = ev->role == PEER_ROLE_TRUNK ? "the trunk "
	    : ev->role == PEER_ROLE_PHONES             ? "the phone "
	    : ev->role == PEER_ROLE_PBX                ? "the PBX "
						       : "";

	(void)snprintf(
	    t.s, sizeof t.s, "%s%.*s", compose_has(ev->peer) ? role : "", COMPOSE_TEXT - COMPOSE_SPARE, name.s);
	return t;
}

/* How often, for how long, over what; a big request over UDP is its own suspect. */
static void
compose_silence(struct compose *c)
{
	const struct event *ev = c->ev;
	struct compose_text method = compose_clean(ev->method, "request"),
			    src =
				compose_end(ev->src, ev->direction == DIRECTION_SENT ? "this machine" : "the next hop");
	struct compose_text span = compose_span(ev->setup_ms < 0 ? 0 : ev->setup_ms);
	bool told = ev->transport < TRANSPORT_N;
	const char *over = told ? " over " : "", *how = told ? transport_name(ev->transport) : "";
	char times[64] = "once";

	if (ev->repeats > 0)
		(void)snprintf(times, sizeof times, "%" PRIu64 " times", (uint64_t)ev->repeats + 1);
	if (ev->setup_ms > 0)
		compose_say(c, "%s gave no final answer within %s; the %s was sent %s%s%s.", src.s, span.s, method.s,
		    times, over, how);
	else
		compose_say(c, "%s gave no final answer; the %s was sent %s%s%s.", src.s, method.s, times, over, how);
	if (ev->rang)
		compose_say(
		    c, "Something had come back before, so the way there works: it was alerting or in progress.");
	else
		compose_say(c, "No ringing and no progress came back either.");
	if (ev->transport == TRANSPORT_UDP && ev->raw_len > COMPOSE_BIG && !ev->rang)
		compose_say(c,
		    "The request has %" PRIu32 " bytes: over UDP it travels in fragments, which firewalls often drop.",
		    ev->raw_len);
}

static void
compose_ack(struct compose *c)
{
	if (c->ev->repeats > 0)
		compose_say(c, "The answer was repeated %" PRIu32 " times and no ACK was seen.", c->ev->repeats);
	else
		compose_say(c, "No ACK was seen.");
}

static void
compose_auth(struct compose *c)
{
	const struct event *ev = c->ev;
	struct compose_text from = compose_clean(ev->from, "the sender"), agent = compose_clean(ev->user_agent, "");

	if (!ev->auth)
		return;
	if (compose_decided(c, "auth:") && agent.s[0] != '\0')
		compose_say(c, "They were those of %s, sent by %s.", from.s, agent.s);
	else if (compose_decided(c, "auth:"))
		compose_say(c, "They were those of %s.", from.s);
	else
		compose_say(c, "%s sent credentials: many servers answer a wrong password with %u.", from.s, ev->code);
}

/* Words of money in the phrase, in whatever form. */
static bool
compose_is_money(const struct event *ev)
{
	static const char *const words[] = { "fund", "balance", "credit", "money" };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (slice_ifind(ev->phrase, slice_str(words[i])) >= 0)
			return true;
	return false;
}

static void
compose_forbidden(struct compose *c)
{
	struct compose_text to = compose_clean(c->ev->to, "the number called");

	compose_auth(c);
	if (compose_is_money(c->ev))
		compose_say(c,
		    "Two things decide it at the provider: the balance of the account, and whether its fraud "
		    "control lets calls to %s pass.",
		    to.s);
}

/* 404, 484, 604: a number without a place, in whose table depends on the side. */
static void
compose_number(struct compose *c)
{
	const struct event *ev = c->ev;
	struct compose_text to = compose_clean(ev->to, "this number"), peer = compose_peer(ev);
	bool ours = compose_is_ours(ev), call = compose_is(ev, "INVITE");

	if (!compose_is_plain(c) || (!call && !(ours && compose_is(ev, "REGISTER"))))
		return;
	c->ours_told = ours;
	if (!call)
		compose_say(c, "This machine itself has no account %s.", to.s);
	else if (ours && ev->role == PEER_ROLE_TRUNK)
		compose_say(
		    c, "%s asked this PBX for %s, and it has no inbound route for exactly that form.", peer.s, to.s);
	else if (ours && ev->role == PEER_ROLE_PHONES)
		compose_say(
		    c, "%s asked this PBX for %s, which is not in the dial plan that it may use.", peer.s, to.s);
	else if (ours)
		compose_say(c,
		    "This machine itself refused %s: a missing inbound route if %s is a trunk, a number outside "
		    "the dial plan if it is a phone.",
		    to.s, peer.s);
	else if (ev->direction == DIRECTION_RECEIVED && ev->role == PEER_ROLE_TRUNK)
		compose_say(c, "%s was asked for %s, in exactly this form.", peer.s, to.s);
}

/* Not at once; times in whole seconds differ from the truth by up to one. */
static bool
compose_is_later(const struct event *ev)
{
	return ev->hop_ms >= COMPOSE_AT_ONCE_MS + (event_is_coarse(ev) ? COMPOSE_GRAIN_MS : 0);
}

static void
compose_timeout(struct compose *c)
{
	const struct event *ev = c->ev;
	struct compose_text src = compose_src(ev), span = compose_span(ev->hop_ms < 0 ? 0 : ev->hop_ms),
			    after = compose_after(ev);

	if (ev->rang) {
		if (ev->hop_ms > 0)
			compose_say(c,
			    "There was ringing or progress before, so the call got there: nobody answered within %s.",
			    span.s);
		else
			compose_say(c, "There was ringing or progress before, so the call got there: nobody answered.");
	} else if (ev->hop_ms >= 0 && !compose_is_plain(c)) {
		compose_say(c, "It came %s.", after.s);
	} else if (ev->hop_ms >= COMPOSE_TIMER_MS) {
		compose_say(c,
		    "It came %s, the time after which a sender gives up (64 x T1): behind %s nothing "
		    "answered at all.",
		    after.s, src.s);
	} else if (compose_is_later(ev)) {
		compose_say(c, "It came %s, when a timer shorter than the usual 32 s ran out at %s or behind it.",
		    after.s, src.s);
	} else if (ev->hop_ms >= 0) {
		compose_say(c,
		    "It came %s: no timer runs out so soon, so %s gave up by itself, by its own policy or "
		    "because it already held the next hop for dead.",
		    after.s, src.s);
	}
}

/* What ringing before a refusal tells; nothing when the start of the call was not seen. */
static void
compose_ringing(struct compose *c, const char *rang, const char *at_once)
{
	const struct event *ev = c->ev;
	struct compose_text after = compose_after(ev);
	bool plain = compose_is_plain(c);

	if (ev->orphan || !compose_is(ev, "INVITE"))
		return;
	if (!ev->rang)
		compose_say(c, "There was no ringing before%s%s", plain ? ": " : ".", plain ? at_once : "");
	else if (ev->hop_ms >= 0)
		compose_say(c, "It came %s, with ringing or progress before%s%s", after.s, plain ? ": " : ".",
		    plain ? rang : "");
	else
		compose_say(c, "There was ringing or progress before%s%s", plain ? ": " : ".", plain ? rang : "");
}

static void
compose_callee(struct compose *c)
{
	switch (c->ev->code) {
	case 480:
		compose_ringing(c, "it got as far as that, and nobody took the call.",
		    "no phone was reached, or it takes no calls now.");
		break;
	case 486:
	case 600:
		compose_ringing(c, "a call refused at the phone rather than a busy line.",
		    "the line was in use, at its limit, or set to do not disturb.");
		break;
	default:
		compose_ringing(
		    c, "it was refused where it rang.", "a setting or a service refused it, no person was asked.");
	}
}

static void
compose_cancelled(struct compose *c)
{
	if (c->ev->orphan)
		return;
	compose_say(c, "No CANCEL of the caller was seen: a hop on the way ended the call%s.",
	    c->ev->rang ? " while it was ringing or in progress" : " before any ringing");
}

/* What a code adds by itself. */
static const struct {
	uint16_t code;
	void (*say)(struct compose *c);
} compose_codes[] = {
	{ 401, compose_auth },
	{ 403, compose_forbidden },
	{ 402, compose_forbidden },
	{ 404, compose_number },
	{ 407, compose_auth },
	{ 408, compose_timeout },
	{ 480, compose_callee },
	{ 484, compose_number },
	{ 486, compose_callee },
	{ 487, compose_cancelled },
	{ 600, compose_callee },
	{ 603, compose_callee },
	{ 604, compose_number },
};

void
compose_case(struct compose *c)
{
	if (compose_is_silence(c)) {
		compose_silence(c);
		return;
	}
	if (c->ev->ack_missing) {
		compose_ack(c);
		return;
	}
	for (size_t i = 0; i < sizeof compose_codes / sizeof compose_codes[0]; i++)
		if (compose_codes[i].code == c->ev->code)
			compose_codes[i].say(c);
}
