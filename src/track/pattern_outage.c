/*
 * pattern_outage - patterns 1 and 3: a trunk that is down, and a trunk that refuses everything.
 * One thing to know: a peer without a role is judged only when it looks like a trunk, that is, when calls to several
 * numbers went there from the house and it never registered; phones that are switched off are no outage.
 */
#include <stdio.h>

#include "track/figure.h"
#include "track/known.h"
#include "track/pattern.h"

enum {
	TRUNK_FAILS, /* sum and prefixes of failures; value: good answers in a row while it is down */
	TRUNK_GOOD,  /* sum of good answers; value: time of the last sign of life + 1 */
	TRUNK_PINGS, /* value: OPTIONS and registrations in a row that failed */
	TRUNK_LINES, /* numbers called there lately */
	TRUNK_ALL,   /* key 0: trunks called lately */
	TRUNK_CODE   /* + index in trunk_codes */
};
enum {
	TRUNK_HOUR_MS = 3600000,
	TRUNK_HEALTHY_MS = 600000, /* a sign of life that speaks for the trunk when one prefix fails */
	TRUNK_QUIET_MS = 900000,
	TRUNK_LINES_MIN = 3
};

/* 0: silence.  47x: Kamailio and OpenSIPS when they can't reach the next hop. */
static const uint16_t trunk_codes[] = { 0, 503, 408, 504, 502, 477, 478, 476 };

enum { TRUNK_CODES = sizeof trunk_codes / sizeof trunk_codes[0], TRUNK_IS_GOOD = -1, TRUNK_IS_NOTHING = -2 };

/* What the end of a leg says about the far side: index of the failure, or good, or nothing. */
static int
trunk_verdict(const struct fact *f)
{
	/* People hang up on silence long before 64*T1; then the CANCEL gets no answer either. */
	if (f->outcome == OUTCOME_NO_RESPONSE || (f->outcome == OUTCOME_CANCELLED && !f->seized))
		return 0;
	if (f->outcome == OUTCOME_EVICTED || (f->outcome == OUTCOME_CANCELLED && !f->rang))
		return TRUNK_IS_NOTHING;
	/* A 503 that says when to come back is maintenance or a limit; ringing that nobody answers is no outage. */
	if (f->code == 503 && f->retry_after.n > 0)
		return TRUNK_IS_NOTHING;
	if (f->code == 408 && f->rang)
		return TRUNK_IS_GOOD;
	for (int i = 1; i < TRUNK_CODES; i++)
		if (f->code == trunk_codes[i])
			return i;
	return TRUNK_IS_GOOD;
}

static uint32_t
trunk_window_ms(const struct incidents *in)
{
	return limit(in, LIMIT_TRUNK_DOWN_SECONDS) * 1000;
}

static uint32_t
trunk_sum(struct incidents *in, unsigned which, uint64_t key)
{
	struct meter *m = meter_find(in, 1, which, key);

	return m != NULL ? meter_sum(in, m) : 0;
}

static bool
trunk_is_one(struct incidents *in, const struct fact *f, uint64_t key)
{
	struct meter *m = meter_find(in, 1, TRUNK_LINES, key);

	return f->role_server == PEER_ROLE_TRUNK || (m != NULL && meter_values(in, m) >= TRUNK_LINES_MIN);
}

/* " (503 x9, no response x3)". */
static void
trunk_codes_text(struct incidents *in, uint64_t key, char *out, size_t cap)
{
	size_t used = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < TRUNK_CODES && used + 1 < cap; i++) {
		/* Silence last: it is the longest word. */
		unsigned at = (i + 1) % TRUNK_CODES;
		uint32_t n = trunk_sum(in, TRUNK_CODE + at, key);
		char name[16];

		(void)snprintf(name, sizeof name, at == 0 ? "no response" : "%u", (unsigned)trunk_codes[at]);
		if (n > 0)
			used += (size_t)snprintf(out + used, cap - used, "%s%s x%u", used == 0 ? " (" : ", ", name, n);
	}
	if (used > 0 && used + 1 < cap)
		(void)snprintf(out + used, cap - used, ")");
}

static uint8_t
trunk_level(struct incidents *in)
{
	struct meter *all = meter_find(in, 1, TRUNK_ALL, 0);

	return all == NULL || meter_values(in, all) <= 1 ? INCIDENT_CRITICAL : INCIDENT_ERROR;
}

/* Numbers of several prefixes fail; or of one, while nothing else says that the trunk is well. */
static bool
trunk_not_one_prefix(struct incidents *in, const struct fact *f, uint64_t key, uint32_t fails)
{
	struct meter *m = meter_find(in, 1, TRUNK_FAILS, key);
	uint64_t last, healthy_ms;

	if (m != NULL && meter_values(in, m) >= 2)
		return true;
	m = meter_find(in, 1, TRUNK_GOOD, key);
	last = m != NULL ? m->value : 0;
	healthy_ms = trunk_sum(in, TRUNK_CODE, key) == fails ? trunk_window_ms(in) : TRUNK_HEALTHY_MS;
	return last == 0 || f->now_ms - (last - 1) > healthy_ms;
}

static void
trunk_failed(struct incidents *in, const struct fact *f, uint64_t key, int code)
{
	uint32_t window_ms = trunk_window_ms(in), fails, good = trunk_sum(in, TRUNK_GOOD, key), age_ms;
	bool up = incident_is_up(in, &pattern_trunk_down, key);
	char codes[96], span[24];
	struct meter *m;

	(void)meter_add(in, meter_at(in, 1, TRUNK_CODE + (unsigned)code, key, window_ms), 1);
	m = meter_at(in, 1, TRUNK_FAILS, key, window_ms);
	m->value = 0;
	fails = meter_add(in, m, 1);
	(void)meter_distinct(in, m, figure_prefix(in, f->to));
	age_ms = meter_age(in, m);
	if (!up &&
	    (fails < limit(in, LIMIT_TRUNK_DOWN_ATTEMPTS) ||
		fails * 100 < limit(in, LIMIT_TRUNK_DOWN_PERCENT) * (fails + good) || !trunk_is_one(in, f, key) ||
		!trunk_not_one_prefix(in, f, key, fails)))
		return;
	trunk_codes_text(in, key, codes, sizeof codes);
	raise_incident(in, &pattern_trunk_down,
	    &(struct raise){ .key = key,
		.level = trunk_level(in),
		.fact = f,
		.peer = name_server(in, f),
		.quiet_ms = TRUNK_QUIET_MS,
		.signs = fails,
		.since_ms = age_ms },
	    "%u of %u attempts to %.*s failed in the last %s%s", fails, fails + good, SLICE_ARG(name_server(in, f)),
	    figure_span(span, sizeof span, limit(in, LIMIT_TRUNK_DOWN_SECONDS)), codes);
}

/* A good answer: some of them end it. */
static void
trunk_lives(struct incidents *in, const struct fact *f, uint64_t key, bool call)
{
	struct meter *m = meter_at(in, 1, TRUNK_GOOD, key, trunk_window_ms(in));

	m->value = f->now_ms + 1;
	if (call)
		(void)meter_add(in, m, 1);
	if (!incident_is_up(in, &pattern_trunk_down, key))
		return;
	m = meter_at(in, 1, TRUNK_FAILS, key, trunk_window_ms(in));
	/* A peer may answer pings and refuse calls: pings speak only when no call failed lately. */
	if (!call && meter_sum(in, m) > 0)
		return;
	if (++m->value >= limit(in, LIMIT_TRUNK_DOWN_CLEAR))
		clear_incident(in, &pattern_trunk_down, key);
}

static void
trunk_ping(struct incidents *in, const struct fact *f, uint64_t key, int verdict)
{
	struct meter *m = meter_at(in, 1, TRUNK_PINGS, key, TRUNK_HOUR_MS);
	uint64_t row;

	if (verdict == TRUNK_IS_GOOD) {
		m->value = 0;
		trunk_lives(in, f, key, false);
		return;
	}
	row = ++m->value;
	if (row < limit(in, LIMIT_TRUNK_DOWN_OPTIONS) || !trunk_is_one(in, f, key) ||
	    trunk_sum(in, TRUNK_GOOD, key) > 0)
		return;
	meter_at(in, 1, TRUNK_FAILS, key, trunk_window_ms(in))->value = 0;
	raise_incident(in, &pattern_trunk_down,
	    &(struct raise){ .key = key,
		.level = trunk_level(in),
		.fact = f,
		.peer = name_server(in, f),
		.quiet_ms = TRUNK_QUIET_MS,
		.signs = (uint32_t)row },
	    "%llu %s in a row to %.*s got no good answer", (unsigned long long)row,
	    f->method == METHOD_OPTIONS ? "OPTIONS" : "registrations", SLICE_ARG(name_server(in, f)));
}

static void
trunk_call(struct incidents *in, const struct fact *f, uint64_t key, int verdict)
{
	(void)meter_distinct(in, meter_at(in, 1, TRUNK_LINES, key, TRUNK_HOUR_MS), key_text(in, f->to));
	if (trunk_is_one(in, f, key))
		(void)meter_distinct(in, meter_at(in, 1, TRUNK_ALL, 0, TRUNK_HOUR_MS), key);
	if (verdict == TRUNK_IS_GOOD)
		trunk_lives(in, f, key, true);
	else
		trunk_failed(in, f, key, verdict);
}

static void
trunk_see(struct incidents *in, const struct fact *f)
{
	uint64_t key;
	int verdict;

	if (f->kind != FACT_OUTCOME || !f->leg || f->in_dialog)
		return;
	if (f->method != METHOD_INVITE && f->method != METHOD_OPTIONS && f->method != METHOD_REGISTER)
		return;
	if (!known_outbound(in, f) || (f->method == METHOD_REGISTER && !f->own_client))
		return;
	verdict = trunk_verdict(f);
	if (verdict == TRUNK_IS_NOTHING)
		return;
	key = key_server(in, f);
	if (f->method == METHOD_INVITE)
		trunk_call(in, f, key, verdict);
	else
		trunk_ping(in, f, key, verdict);
}

const struct pattern pattern_trunk_down = { .number = 1, .kind = "trunk-down", .wants = TOPIC_OUTER, .see = trunk_see };

enum {
	REFUSED_ROW,     /* sum and numbers of refusals since the last success; value: successes in a row */
	REFUSED_CALLERS, /* callers of these */
	REFUSED_GOOD,    /* sum of successes */
	REFUSED_ALL,     /* sum and numbers of refusals, whatever was between */
	REFUSED_FROM     /* callers of these */
};
enum { REFUSED_ROW_MS = 900000, REFUSED_CLEAR = 3 };

static bool
refused_is_limit(const struct fact *f)
{
	return text_has(f->phrase, "limit") || text_has(f->phrase, "cps") || text_has(f->phrase, "congest");
}

static bool
refused_is(const struct fact *f)
{
	if (f->outcome != OUTCOME_FAILED)
		return false;
	return (f->code == 403 && !refused_is_limit(f)) || f->code == 402 ||
	    ((f->code == 401 || f->code == 407) && f->auth);
}

/* It went through the trunk, whatever the called side said. */
static bool
refused_is_success(const struct fact *f)
{
	if (f->outcome == OUTCOME_OK || f->rang)
		return true;
	return f->outcome == OUTCOME_FAILED && f->code >= 400 && f->code < 700 && f->code / 100 != 5 && f->code != 408;
}

/* What is counted of refusals when one more comes. */
struct refused_figures {
	uint32_t row, row_numbers, row_callers; /* since the last success */
	uint32_t n, good, numbers, callers;     /* in the window */
	uint32_t age_ms;
};

static struct refused_figures
refused_count(struct incidents *in, const struct fact *f, uint64_t key)
{
	uint32_t window_ms = limit(in, LIMIT_REFUSED_SECONDS) * 1000;
	uint64_t to = key_text(in, f->to), from = key_text(in, f->from);
	struct meter *m = meter_at(in, 3, REFUSED_ROW, key, REFUSED_ROW_MS);
	struct refused_figures out = { .row = meter_add(in, m, 1) };

	m->value = 0;
	out.row_numbers = meter_distinct(in, m, to);
	out.age_ms = meter_age(in, m);
	out.row_callers = meter_distinct(in, meter_at(in, 3, REFUSED_CALLERS, key, REFUSED_ROW_MS), from);
	m = meter_at(in, 3, REFUSED_ALL, key, window_ms);
	out.n = meter_add(in, m, 1);
	out.numbers = meter_distinct(in, m, to);
	out.callers = meter_distinct(in, meter_at(in, 3, REFUSED_FROM, key, window_ms), from);
	m = meter_find(in, 3, REFUSED_GOOD, key);
	if (m != NULL)
		out.good = meter_sum(in, m);
	return out;
}

static void
refused_raise(struct incidents *in, const struct fact *f, uint64_t key, const struct refused_figures *n, bool row)
{
	char span[24], figure[96];

	if (row)
		(void)snprintf(figure, sizeof figure, "%u calls in a row", n->row);
	else
		(void)snprintf(figure, sizeof figure, "%u of %u calls of the last %s", n->n, n->n + n->good,
		    figure_span(span, sizeof span, limit(in, LIMIT_REFUSED_SECONDS)));
	raise_incident(in, &pattern_refused,
	    &(struct raise){ .key = key,
		.level = INCIDENT_ERROR,
		.fact = f,
		.peer = name_server(in, f),
		.quiet_ms = REFUSED_ROW_MS,
		.signs = row ? n->row : n->n,
		.since_ms = n->age_ms },
	    "%.*s refused %s (%u %.*s)", SLICE_ARG(name_server(in, f)), figure, (unsigned)f->code,
	    SLICE_ARG(f->phrase));
}

/* One number or one caller alone is their own trouble, unless nobody else gets through either. */
static void
refused_refusal(struct incidents *in, const struct fact *f, uint64_t key)
{
	struct refused_figures n = refused_count(in, f, key);
	uint32_t all = n.n + n.good;
	bool row = n.row >= limit(in, LIMIT_REFUSED_ROW) && n.row_numbers >= 2 && (n.row_callers >= 2 || n.good == 0);
	bool share = all >= limit(in, LIMIT_REFUSED_ATTEMPTS) && n.n * 100 > limit(in, LIMIT_REFUSED_PERCENT) * all &&
	    n.numbers >= 2 && n.callers >= 2;

	if (row || share || incident_is_up(in, &pattern_refused, key))
		refused_raise(in, f, key, &n, row);
}

static void
refused_success(struct incidents *in, uint64_t key)
{
	struct meter *m = meter_find(in, 3, REFUSED_ROW, key);
	uint64_t row;

	(void)meter_add(in, meter_at(in, 3, REFUSED_GOOD, key, limit(in, LIMIT_REFUSED_SECONDS) * 1000), 1);
	if (m == NULL)
		return;
	row = m->value + 1;
	meter_reset(m);
	m->value = row;
	m = meter_find(in, 3, REFUSED_CALLERS, key);
	if (m != NULL)
		meter_reset(m);
	if (row >= REFUSED_CLEAR)
		clear_incident(in, &pattern_refused, key);
}

static void
refused_see(struct incidents *in, const struct fact *f)
{
	uint64_t key;

	if (f->kind != FACT_OUTCOME || !f->leg || f->in_dialog || f->method != METHOD_INVITE || !known_outbound(in, f))
		return;
	key = key_server(in, f);
	if (refused_is(f))
		refused_refusal(in, f, key);
	else if (refused_is_success(f))
		refused_success(in, key);
}

const struct pattern pattern_refused = { .number = 3, .kind = "refused", .wants = TOPIC_CALL, .see = refused_see };
