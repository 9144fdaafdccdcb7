/*
 * pattern_routing - loops (P9), failures hidden by early media (P14), number formats (P16) and inbound routes that are
 * missing (P17).  Inbound routes are told by whole attempts, the others by each hop that was tried and not by what was
 * passed on, so that the peer named is the one that said no.
 */
#include <stdio.h>

#include "track/known.h"
#include "track/pattern.h"
#include "track/sign.h"

enum { LOOP_HOPS, LOOP_DETECTED, LOOP_FALLING };
enum { EARLY_CALLS };
enum { FORMAT_CALLS, FORMAT_OVERLAP, FORMAT_CALLER };
enum { ROUTE_CALLS };
enum { ROUTING_PREFIX = 5 };

/* The prefix a number is grouped by; empty when it is none or too short to tell formats. */
static struct slice
routing_prefix(char out[SIGN_DIGITS], struct slice user)
{
	struct slice number = sign_number(out, user);

	if (number.n < ROUTING_PREFIX)
		return (struct slice){ NULL, 0 };
	number.n = ROUTING_PREFIX;
	return number;
}

static void
loop_raise(struct incidents *in, const struct fact *f, const struct raise *r, const char *how)
{
	raise_incident(in, &pattern_loop, r, "%s to %.*s goes round in a circle with %.*s: %s",
	    sip_method_name(f->method), SLICE_ARG(f->to), SLICE_ARG(r->peer), how);
}

static struct raise
loop_sign(struct incidents *in, const struct fact *f)
{
	struct sign_far far = sign_far(f);

	return (struct raise){ .key = key_host(in, far.host),
		.level = INCIDENT_ERROR,
		.fact = f,
		.peer = sign_far_name(in, f, &far),
		.what = f->to };
}

/* OPTIONS with a small Max-Forwards is how a path is traced. */
static void
loop_hops(struct incidents *in, const struct fact *f)
{
	struct raise r = loop_sign(in, f);
	uint32_t seconds = limit(in, LIMIT_LOOP_SECONDS), n;
	char how[80], span[SIGN_SPAN];

	if (f->method == METHOD_OPTIONS)
		return;
	n = sign_count(in, &pattern_loop, LOOP_HOPS, seconds, &r);
	snprintf(how, sizeof how, "%u time%s 483 Too Many Hops within %s", (unsigned)n, sign_plural(n),
	    sign_span(span, seconds));
	loop_raise(in, f, &r, how);
}

static void
loop_detected(struct incidents *in, const struct fact *f)
{
	struct raise r = loop_sign(in, f);
	uint32_t seconds = limit(in, LIMIT_LOOP_SECONDS), n;
	char how[80], span[SIGN_SPAN];

	if (text_has(f->phrase, "merged"))
		return;
	n = sign_count(in, &pattern_loop, LOOP_DETECTED, seconds, &r);
	if (!sign_holds(in, &pattern_loop, r.key, n, limit(in, LIMIT_LOOP_DETECTED)))
		return;
	snprintf(how, sizeof how, "%u time%s 482 Loop Detected within %s", (unsigned)n, sign_plural(n),
	    sign_span(span, seconds));
	loop_raise(in, f, &r, how);
}

/*
 * The same call over the same hop again and again with fewer forwards left.  Only looked at when few are left, so that
 * ordinary calls need no memory; a call that passes one proxy twice is none.
 */
static void
loop_falling(struct incidents *in, const struct fact *f)
{
	struct meter *m;
	struct raise r;
	uint64_t hop, before;
	char how[80];

	if (f->max_forwards < 0 || (uint32_t)f->max_forwards > limit(in, LIMIT_LOOP_MAX_FORWARDS))
		return;
	hop = key_both(key_host(in, f->client), key_host(in, f->server));
	m = meter_at(in, pattern_loop.number, LOOP_FALLING, key_both(key_text(in, f->call_id), hop), 60000);
	before = m->value;
	m->value = (uint64_t)f->max_forwards + 1;
	if (before <= m->value || meter_add(in, m, 1) < limit(in, LIMIT_LOOP_PASSES))
		return;
	snprintf(how, sizeof how, "one call came by again and again, %d forwards are left of it", f->max_forwards);
	r = loop_sign(in, f);
	r.quiet_ms = limit(in, LIMIT_LOOP_SECONDS) * 1000;
	loop_raise(in, f, &r, how);
}

static void
loop_see(struct incidents *in, const struct fact *f)
{
	if (f->kind == FACT_REQUEST)
		loop_falling(in, f);
	else if (f->code == 483 && sign_failed_here(f))
		loop_hops(in, f);
	else if (f->code == 482 && sign_failed_here(f))
		loop_detected(in, f);
}

/* A prefix together with who was to route it. */
static uint64_t
routing_key(const struct incidents *in, const struct fact *f, struct slice prefix)
{
	return key_both(key_text(in, prefix), key_host(in, f->server));
}

/* A recording that is paid for is listened to for long; one that says "not in service" is not. */
static bool
early_media_hides(const struct incidents *in, const struct fact *f)
{
	uint32_t longest_ms = limit(in, LIMIT_EARLY_MEDIA_ANSWER_SECONDS) * 1000;

	if ((f->outcome != OUTCOME_FAILED && f->outcome != OUTCOME_CANCELLED) || f->passed_on)
		return false;
	return f->early_media && !f->rang_180 && f->setup_ms >= 0 && (uint32_t)f->setup_ms <= longest_ms;
}

static void
early_media_see(struct incidents *in, const struct fact *f)
{
	char digits[SIGN_DIGITS], span[SIGN_SPAN], code[SIGN_CODE];
	struct raise r = { .level = INCIDENT_WARNING, .fact = f };
	uint32_t seconds, n;
	bool good = f->outcome == OUTCOME_OK;

	if (!sign_call_leg(f) || (good ? !meter_any(in, pattern_early_media.number) : !early_media_hides(in, f)))
		return;
	r.what = routing_prefix(digits, f->to);
	if (r.what.n == 0)
		return;
	r.key = routing_key(in, f, r.what);
	if (good) {
		sign_reset(in, &pattern_early_media, EARLY_CALLS, r.key);
		clear_incident(in, &pattern_early_media, r.key);
		return;
	}
	seconds = limit(in, LIMIT_EARLY_MEDIA_SECONDS);
	n = sign_count(in, &pattern_early_media, EARLY_CALLS, seconds, &r);
	if (!sign_holds(in, &pattern_early_media, r.key, n, limit(in, LIMIT_EARLY_MEDIA_CALLS)))
		return;
	r.peer = name_server(in, f);
	raise_incident(in, &pattern_early_media, &r,
	    "%u call%s to numbers with %.*s at %.*s ended soon after early media within %s (newest: %s after %.1f s)",
	    (unsigned)n, sign_plural(n), SLICE_ARG(r.what), SLICE_ARG(name_server(in, f)), sign_span(span, seconds),
	    sign_code(code, f), f->setup_ms / 1000.0);
}

/*
 * A trunk's calls to us are P17's.  Other callers must be known as ours, or every scan of strangers would be a
 * dial plan of ours that lacks a pattern.
 */
static bool
number_format_counts(struct incidents *in, const struct fact *f)
{
	if (!f->own_server || f->own_client)
		return true;
	return f->role_client != PEER_ROLE_TRUNK &&
	    (f->role_client == PEER_ROLE_PHONES || known_host(in, f->client) != 0);
}

/* The number was one that the server could do something with. */
static bool
number_format_good(const struct fact *f)
{
	return f->outcome == OUTCOME_OK || f->rang_180 || f->code == 486 || f->code == 600;
}

/* 484 and then more digits: the caller is still dialling.  The first 484 of a number counted already. */
static bool
number_format_overlap(struct incidents *in, const struct fact *f)
{
	char digits[SIGN_DIGITS];
	struct slice number = sign_number(digits, f->to);
	uint64_t key = key_both(key_text(in, f->from), key_host(in, f->server));
	struct meter *m = meter_at(in, pattern_number_format.number, FORMAT_OVERLAP, key, 60000);
	bool more = m->value2 > 0 && m->value2 < number.n && meter_sum(in, m) > 0 &&
	    key_text(in, (struct slice){ number.p, (size_t)m->value2 }) == m->value;

	m->value = key_text(in, number);
	m->value2 = number.n;
	meter_add(in, m, 1);
	return more;
}

static void
number_format_clear(struct incidents *in, uint64_t key)
{
	sign_reset(in, &pattern_number_format, FORMAT_CALLS, key);
	clear_incident(in, &pattern_number_format, key);
}

static void
number_format_failed(struct incidents *in, const struct fact *f, struct raise *r)
{
	const struct pattern *p = &pattern_number_format;
	uint32_t seconds = limit(in, LIMIT_NUMBER_FORMAT_SECONDS), n = sign_count(in, p, FORMAT_CALLS, seconds, r),
		 numbers;
	char span[SIGN_SPAN];

	/* One wrong number dialled again and again is a wrong number. */
	numbers =
	    meter_distinct(in, meter_at(in, p->number, FORMAT_CALLS, r->key, seconds * 1000), key_text(in, f->to));
	if (numbers < limit(in, LIMIT_NUMBER_FORMAT_NUMBERS) ||
	    !sign_holds(in, p, r->key, n, limit(in, LIMIT_NUMBER_FORMAT_CALLS)))
		return;
	r->peer = name_server(in, f);
	raise_incident(in, p, r,
	    "%u call%s to numbers with %.*s failed at %.*s within %s (newest: %.*s with %u), none got through",
	    (unsigned)n, sign_plural(n), SLICE_ARG(r->what), SLICE_ARG(name_server(in, f)), sign_span(span, seconds),
	    SLICE_ARG(f->to), (unsigned)f->code);
}

static void
number_format_called(struct incidents *in, const struct fact *f)
{
	bool good = number_format_good(f);
	char digits[SIGN_DIGITS];
	struct raise r = { .level = INCIDENT_ERROR, .fact = f };

	if (!good && f->code != 404 && f->code != 604 && f->code != 416 && f->code != 484)
		return;
	r.what = routing_prefix(digits, f->to);
	if (r.what.n == 0)
		return;
	r.key = routing_key(in, f, r.what);
	if (good)
		number_format_clear(in, r.key);
	else if (f->code != 484 || !number_format_overlap(in, f))
		number_format_failed(in, f, &r);
}

/* How the caller's own number is written: what carriers refuse is the form. */
static const char *
number_format_form(struct slice from)
{
	if (from.n > 0 && from.p[0] == '+')
		return "+";
	if (slice_istarts(from, slice_str("00")))
		return "00";
	return from.n > 0 && from.p[0] == '0' ? "0" : "neither + nor 0";
}

static void
number_format_caller(struct incidents *in, const struct fact *f)
{
	const struct pattern *p = &pattern_number_format;
	const char *form = number_format_form(f->from);
	struct raise r = { .level = INCIDENT_ERROR, .fact = f, .what = f->from };
	uint32_t seconds = limit(in, LIMIT_NUMBER_FORMAT_SECONDS), n;
	char span[SIGN_SPAN];

	r.key = key_both(routing_key(in, f, slice_str(form)), FORMAT_CALLER);
	if (f->outcome == OUTCOME_OK) {
		number_format_clear(in, r.key);
		return;
	}
	n = sign_count(in, p, FORMAT_CALLS, seconds, &r);
	if (!sign_holds(in, p, r.key, n, limit(in, LIMIT_NUMBER_FORMAT_CALLS)))
		return;
	r.peer = name_server(in, f);
	raise_incident(in, p, &r,
	    "%u call%s within %s refused by %.*s for the caller's number, which begins with %s (newest: %.*s)",
	    (unsigned)n, sign_plural(n), sign_span(span, seconds), SLICE_ARG(name_server(in, f)), form,
	    SLICE_ARG(f->from));
}

static void
number_format_see(struct incidents *in, const struct fact *f)
{
	/* Who was refused for his own number did not get as far as the other one. */
	bool caller = f->code == 403 && text_has(f->phrase, "caller origination number");

	/* What was good is only worth a look when something was bad before. */
	if (!sign_call_leg(f) || f->passed_on ||
	    (number_format_good(f) && !meter_any(in, pattern_number_format.number)) || !number_format_counts(in, f))
		return;
	number_format_called(in, f);
	if (caller || f->outcome == OUTCOME_OK)
		number_format_caller(in, f);
}

static void
inbound_route_missing(struct incidents *in, const struct fact *f, struct raise *r)
{
	uint32_t n = sign_count(in, &pattern_inbound_route, ROUTE_CALLS, limit(in, LIMIT_INBOUND_ROUTE_SECONDS), r);
	char span[SIGN_SPAN];

	if (!sign_holds(in, &pattern_inbound_route, r->key, n, limit(in, LIMIT_INBOUND_ROUTE_CALLS)))
		return;
	raise_incident(in, &pattern_inbound_route, r,
	    "%u call%s to %.*s from %.*s got %u from us, none was answered within %s", (unsigned)n, sign_plural(n),
	    SLICE_ARG(f->to), SLICE_ARG(name_client(in, f)), (unsigned)f->code,
	    sign_span(span, limit(in, LIMIT_INBOUND_ROUTE_SECONDS)));
}

/* The meter's value: when a call got through, plus 1. */
static void
inbound_route_works(struct incidents *in, const struct fact *f, uint64_t key)
{
	struct meter *m =
	    meter_at(in, pattern_inbound_route.number, ROUTE_CALLS, key, limit(in, LIMIT_INBOUND_ROUTE_SECONDS) * 1000);

	meter_reset(m);
	m->value = f->now_ms + 1;
	clear_incident(in, &pattern_inbound_route, key);
}

static bool
inbound_route_worked(struct incidents *in, const struct fact *f, uint64_t key)
{
	const struct meter *m = meter_find(in, pattern_inbound_route.number, ROUTE_CALLS, key);

	return m != NULL && m->value != 0 &&
	    f->now_ms + 1 - m->value <= (uint64_t)limit(in, LIMIT_INBOUND_ROUTE_SECONDS) * 1000;
}

static void
inbound_route_see(struct incidents *in, const struct fact *f)
{
	struct raise r = { .level = INCIDENT_ERROR, .fact = f, .what = f->to };

	if (!sign_call_whole(f) || f->role_client != PEER_ROLE_TRUNK || !f->own_server)
		return;
	r.key = key_text(in, f->to);
	if (f->outcome == OUTCOME_OK || f->rang) {
		inbound_route_works(in, f, r.key);
	} else if (sign_failed(f) && !f->passed_on && (f->code == 404 || f->code == 484 || f->code == 604) &&
	    !inbound_route_worked(in, f, r.key)) {
		r.quiet_ms = limit(in, LIMIT_INBOUND_ROUTE_QUIET_SECONDS) * 1000;
		r.peer = name_client(in, f);
		inbound_route_missing(in, f, &r);
	}
}

const struct pattern pattern_loop = { .number = 9, .kind = "loop", .wants = TOPIC_INVITE | TOPIC_BAD, .see = loop_see };
const struct pattern pattern_early_media = {
	.number = 14, .kind = "early-media", .wants = TOPIC_CALL, .see = early_media_see
};
const struct pattern pattern_number_format = {
	.number = 16, .kind = "number-format", .wants = TOPIC_CALL, .see = number_format_see
};
const struct pattern pattern_inbound_route = {
	.number = 17, .kind = "inbound-route", .wants = TOPIC_CALL, .see = inbound_route_see
};
