/*
 * pattern_identity - calls refused for who the caller is said to be: signed identities (P11, RFC 8224, 8588) and
 * reputation (P22, RFC 8688, ATIS-1000099).
 */
#include "track/known.h"
#include "track/pattern.h"
#include "track/sign.h"

enum { STIR_CALLS };
enum { ANALYTICS_BLOCKED, ANALYTICS_CALLS };
enum { ANALYTICS_QUIET_MS = 3600000 };

/* Some stacks took numbers that mean something else by the registry; there the phrase or the maker tells. */
static bool
stir_code(const struct fact *f)
{
	switch (f->code) {
	case 428:
	case 433:
	case 436:
	case 437:
	case 438:
		return true;
	case 403:
	case 439:
		return text_has(f->phrase, "stale date");
	case 429:
		return text_has(f->agent, "FreeSWITCH");
	default:
		return false;
	}
}

/* Codes that a network refuses with; what the called side says (busy, no such number) is another matter. */
static bool
stir_may_refuse(unsigned code)
{
	return code == 400 || code == 403 || code == 428 || (code >= 500 && code != 600 && code != 603 && code != 604);
}

/* The verdict on a call that was accepted is a piece of information; only a refusal counts. */
static bool
stir_refused(const struct fact *f)
{
	if (!sign_call_leg(f) || f->outcome != OUTCOME_FAILED || f->passed_on)
		return false;
	if (stir_code(f))
		return true;
	return stir_may_refuse(f->code) &&
	    (text_has(f->reason, "STIR") || f->reason_sip == 428 || f->reason_sip == 436 || f->reason_sip == 437 ||
		f->reason_sip == 438);
}

static void
stir_see(struct incidents *in, const struct fact *f)
{
	const struct pattern *p = &pattern_stir;
	struct raise r = { .level = INCIDENT_NOTICE, .fact = f, .what = f->from };
	char span[SIGN_SPAN];
	struct sign_far far;
	uint32_t seconds, n;

	if (!stir_refused(f))
		return;
	far = sign_far(f);
	r.key = key_host(in, far.host);
	r.peer = sign_far_name(in, f, &far);
	seconds = limit(in, LIMIT_STIR_SECONDS);
	n = sign_count(in, p, STIR_CALLS, seconds, &r);
	if (n >= limit(in, LIMIT_STIR_CALLS))
		r.level = INCIDENT_ERROR;
	raise_incident(in, p, &r,
	    "%u call%s %s %.*s failed over the signed identity of the caller within %s (newest: %u %.*s)", (unsigned)n,
	    sign_plural(n), far.is_client ? "from" : "to", SLICE_ARG(r.peer), sign_span(span, seconds),
	    (unsigned)f->code, SLICE_ARG(f->phrase));
}

/* A service said so in a way that nobody else does.  603 alone is a person, or a dial plan that ended. */
static bool
analytics_said(const struct fact *f)
{
	if (f->outcome != OUTCOME_FAILED)
		return false;
	if (f->code == 608)
		return true;
	if (f->code == 603 || f->code == 607)
		return text_has(f->phrase, "network blocked") || text_has(f->reason, "v=analytics1") ||
		    text_has(f->phrase, "restricted origination");
	return f->code == 403 && text_has(f->phrase, "restricted") && !text_has(f->phrase, "destination");
}

static void
analytics_blocked(struct incidents *in, const struct fact *f, struct raise *r, uint32_t calls)
{
	const struct pattern *p = &pattern_analytics;
	uint32_t seconds = limit(in, LIMIT_ANALYTICS_SECONDS), n = sign_count(in, p, ANALYTICS_BLOCKED, seconds, r);
	bool said = analytics_said(f), many;
	char span[SIGN_SPAN];

	many = calls >= limit(in, LIMIT_ANALYTICS_ATTEMPTS) &&
	    n * UINT64_C(100) > calls * (uint64_t)limit(in, LIMIT_ANALYTICS_PERCENT);
	/* 607 comes from people too: it counts in the share, and only that may make it an incident. */
	if (!said && !many)
		return;
	if (many)
		r->level = INCIDENT_ERROR;
	raise_incident(in, p, r,
	    "%u of %u calls to %.*s within %s were blocked as unwanted (newest: %.*s to %.*s, %u %.*s)", (unsigned)n,
	    (unsigned)calls, SLICE_ARG(name_server(in, f)), sign_span(span, seconds), SLICE_ARG(f->from),
	    SLICE_ARG(f->to), (unsigned)f->code, SLICE_ARG(f->phrase));
}

static void
analytics_see(struct incidents *in, const struct fact *f)
{
	struct raise r = { .level = INCIDENT_WARNING, .fact = f, .what = f->from };
	bool blocked = analytics_said(f) || (f->outcome == OUTCOME_FAILED && f->code == 607);
	uint32_t calls;

	if (!f->leg || (f->own_server && !f->own_client) || (!blocked && !known_outbound(in, f)))
		return;
	r.key = key_host(in, f->server);
	r.quiet_ms = ANALYTICS_QUIET_MS;
	calls = meter_add(in,
	    meter_at(in, pattern_analytics.number, ANALYTICS_CALLS, r.key, limit(in, LIMIT_ANALYTICS_SECONDS) * 1000),
	    1);
	if (blocked) {
		r.peer = name_server(in, f);
		analytics_blocked(in, f, &r, calls);
	}
}

const struct pattern pattern_stir = { .number = 11, .kind = "stir", .wants = TOPIC_CALL_BAD, .see = stir_see };
const struct pattern pattern_analytics = {
	.number = 22, .kind = "analytics", .wants = TOPIC_CALL, .see = analytics_see
};
