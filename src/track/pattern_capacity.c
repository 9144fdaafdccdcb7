/*
 * pattern_capacity - patterns 2, 4 and 19: a carrier's limit, a storm of registrations, an own PBX that is overloaded.
 * One thing to know: rates are held against what was usual for the same peer, and what is usual stands still, or
 * nearly, while an incident is up; so a long trouble does not become the norm.
 */
#include <stdio.h>

#include "track/figure.h"
#include "track/known.h"
#include "track/pattern.h"

enum {
	CONGESTION_CALLS, /* sum of calls; value: usual share of 503 in ppm; value2: time it was learnt + 1 */
	CONGESTION_BUSY,  /* sum and prefixes of calls that got 503 or a limit */
	CONGESTION_SIGNS, /* sum of answers that name a limit */
	CONGESTION_PREFIX /* sum of good calls to one prefix */
};
enum {
	CONGESTION_LEARN_MS = 3600000, /* how slowly the usual share follows */
	CONGESTION_LEARN_UP_MS = 8 * CONGESTION_LEARN_MS,
	CONGESTION_LEARN_MIN_MS = 10000,
	CONGESTION_LEARN_MAX_MS = 600000,
	CONGESTION_QUIET_MS = 300000
};

enum congestion { CONGESTION_NONE, CONGESTION_CAUSE, CONGESTION_PHRASE };

/* Does the answer name a limit, in words or by a Q.850 cause (34 no circuit, 42 congestion, 47 no resource)? */
static enum congestion
congestion_sign(const struct fact *f)
{
	static const char *const words[] = { "limit", "cps", "congest", "no route", "capacity", "too many calls",
		"channel" };
	static const char *const money[] = { "spend", "credit", "fund", "balance", "billing" };

	if (f->outcome != OUTCOME_FAILED ||
	    (f->code != 503 && f->code != 480 && f->code != 486 && f->code != 403 && f->code != 500))
		return CONGESTION_NONE;
	for (size_t i = 0; i < sizeof money / sizeof money[0]; i++)
		if (text_has(f->phrase, money[i]))
			return CONGESTION_NONE;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (text_has(f->phrase, words[i]) || text_has(f->reason, words[i]))
			return CONGESTION_PHRASE;
	if (f->q850 == 34 || f->q850 == 42 || f->q850 == 47 || (f->code == 503 && f->retry_after.n > 0))
		return CONGESTION_CAUSE;
	return CONGESTION_NONE;
}

/* The usual share of failures, in ppm: slow, so that an hour of trouble stands out. */
static uint64_t
congestion_usual(const struct incidents *in, struct meter *m, const struct fact *f, uint64_t key, uint32_t share)
{
	int64_t slow = incident_is_up(in, &pattern_congestion, key) ? CONGESTION_LEARN_UP_MS : CONGESTION_LEARN_MS;
	uint64_t was = m->value, since = m->value2 > 0 ? f->now_ms - (m->value2 - 1) : 0;

	if (m->value2 == 0 || since >= CONGESTION_LEARN_MIN_MS) {
		if (since > CONGESTION_LEARN_MAX_MS)
			since = CONGESTION_LEARN_MAX_MS;
		m->value = (uint64_t)((int64_t)m->value + ((int64_t)share - (int64_t)m->value) * (int64_t)since / slow);
		m->value2 = f->now_ms + 1;
	}
	return was;
}

/* What is counted of a peer's calls when one more ends. */
struct congestion_figures {
	uint32_t calls, busy, prefixes, signs, share, age_ms;
	uint64_t usual;
	bool same_prefix_works;
};

static struct congestion_figures
congestion_count(struct incidents *in, const struct fact *f, uint64_t key, bool busy, enum congestion sign)
{
	uint32_t window_ms = limit(in, LIMIT_CONGESTION_SECONDS) * 1000;
	uint64_t prefix = figure_prefix(in, f->to);
	struct congestion_figures out = { 0 };
	struct meter *m =
	    busy ? meter_at(in, 2, CONGESTION_BUSY, key, window_ms) : meter_find(in, 2, CONGESTION_BUSY, key);

	if (m != NULL)
		out.busy = meter_add(in, m, busy);
	if (busy) {
		out.prefixes = meter_distinct(in, m, prefix);
		out.age_ms = meter_age(in, m);
	}
	m = meter_at(in, 2, CONGESTION_CALLS, key, window_ms);
	out.calls = meter_add(in, m, 1);
	out.share = (uint32_t)((uint64_t)out.busy * 1000000 / out.calls);
	out.usual = congestion_usual(in, m, f, key, out.share);
	if (f->outcome == OUTCOME_OK)
		(void)meter_add(in, meter_at(in, 2, CONGESTION_PREFIX, key_both(key, prefix), window_ms), 1);
	if (!busy)
		return out;
	if (sign != CONGESTION_NONE)
		out.signs = meter_add(in, meter_at(in, 2, CONGESTION_SIGNS, key, window_ms), 1);
	m = meter_find(in, 2, CONGESTION_PREFIX, key_both(key, prefix));
	out.same_prefix_works = m != NULL && meter_sum(in, m) > 0;
	return out;
}

static void
congestion_raise(struct incidents *in, const struct fact *f, uint64_t key, const struct congestion_figures *n)
{
	char span[24];

	raise_incident(in, &pattern_congestion,
	    &(struct raise){ .key = key,
		.level = n->share > 500000 ? INCIDENT_ERROR : INCIDENT_WARNING,
		.fact = f,
		.peer = name_server(in, f),
		.quiet_ms = CONGESTION_QUIET_MS,
		.signs = n->busy,
		.since_ms = n->age_ms },
	    "%u of %u calls to %.*s found no room in the last %s (%u %.*s)", n->busy, n->calls,
	    SLICE_ARG(name_server(in, f)), figure_span(span, sizeof span, limit(in, LIMIT_CONGESTION_SECONDS)),
	    (unsigned)f->code, SLICE_ARG(f->phrase));
}

/* A call to a far peer ended. */
static void
congestion_call(struct incidents *in, const struct fact *f)
{
	uint64_t key = key_server(in, f);
	enum congestion sign = congestion_sign(f);
	bool busy = sign != CONGESTION_NONE || (f->outcome == OUTCOME_FAILED && f->code == 503), share, signs;
	struct congestion_figures n = congestion_count(in, f, key, busy, sign);

	if (!busy)
		return;
	share = n.calls >= limit(in, LIMIT_CONGESTION_ATTEMPTS) &&
	    n.share > limit(in, LIMIT_CONGESTION_PERCENT) * 10000 && n.share > 2 * n.usual && n.busy < n.calls;
	signs = n.signs >= limit(in, LIMIT_CONGESTION_PHRASES);
	/* One destination that is full behind a carrier that is not: only a phrase speaks of the carrier itself. */
	if (n.prefixes < 2 && !n.same_prefix_works && sign != CONGESTION_PHRASE)
		return;
	if (share || signs)
		congestion_raise(in, f, key, &n);
}

static void
congestion_see(struct incidents *in, const struct fact *f)
{
	if (f->kind == FACT_OUTCOME && f->leg && !f->in_dialog && f->method == METHOD_INVITE &&
	    f->outcome != OUTCOME_EVICTED && known_outbound(in, f))
		congestion_call(in, f);
}

const struct pattern pattern_congestion = {
	.number = 2, .kind = "congestion", .wants = TOPIC_CALL, .see = congestion_see
};

enum {
	STORM_RATE,  /* sum in ten seconds, and users when it is high; value2: 1 + the usual when the storm began */
	STORM_HOSTS, /* hosts when it is high */
	STORM_USUAL, /* sum in a quarter of an hour; value: time of the first + 1 */
	STORM_BAD    /* sum of registrations that the registrar failed, in a minute */
};
enum { STORM_RATE_MS = 10000, STORM_USUAL_MS = 900000, STORM_BAD_MS = 60000, STORM_QUIET_MS = 60000, STORM_EARLY = 4 };

/* Registrations in ten seconds that are usual: all before the present ten; false when that is not known yet. */
static bool
storm_usual(struct incidents *in, const struct fact *f, uint64_t key, uint32_t now, uint32_t *usual)
{
	struct meter *m = meter_at(in, 4, STORM_USUAL, key, STORM_USUAL_MS);
	uint32_t sum = meter_add(in, m, 1);
	uint64_t age_ms;

	if (m->value == 0)
		m->value = f->now_ms + 1;
	age_ms = f->now_ms - (m->value - 1);
	if (age_ms < limit(in, LIMIT_REGISTER_STORM_WARMUP_SECONDS) * UINT64_C(1000))
		return false;
	if (age_ms > STORM_USUAL_MS)
		age_ms = STORM_USUAL_MS;
	age_ms = age_ms > 2 * STORM_RATE_MS ? age_ms - STORM_RATE_MS : STORM_RATE_MS;
	*usual = (uint32_t)((uint64_t)(sum > now ? sum - now : 0) * STORM_RATE_MS / age_ms);
	return true;
}

static void
storm_raise(struct incidents *in, const struct fact *f, uint64_t key, uint32_t now, uint32_t usual, uint32_t users)
{
	struct meter *m = meter_find(in, 4, STORM_BAD, key);
	uint32_t bad = m != NULL ? meter_sum(in, m) : 0;
	char tail[64] = "";

	if (bad > 0)
		(void)snprintf(tail, sizeof tail, "; %u failed in the last minute", bad);
	raise_incident(in, &pattern_register_storm,
	    &(struct raise){ .key = key,
		.level = bad > 0 ? INCIDENT_ERROR : INCIDENT_WARNING,
		.fact = f,
		.peer = name_server(in, f),
		.quiet_ms = STORM_QUIET_MS,
		.signs = now },
	    "%u registrations of about %u users reached %.*s within 10 seconds (usual: %u)%s", now, users,
	    SLICE_ARG(name_server(in, f)), usual, tail);
}

/*
 * A challenge makes two requests of one registration, so those with credentials and those without are counted apart:
 * the larger one of the two is near the number of registrations.
 */
static void
storm_register(struct incidents *in, const struct fact *f)
{
	uint64_t peer = key_server(in, f), key = key_both(peer, f->credentials);
	bool up = incident_is_up(in, &pattern_register_storm, peer), known;
	struct meter *m = meter_at(in, 4, STORM_RATE, key, STORM_RATE_MS);
	uint32_t now = meter_add(in, m, 1), users, hosts, usual = 0;
	uint32_t most = limit(in, LIMIT_REGISTER_STORM_PER_SECOND) * (STORM_RATE_MS / 1000);
	uint64_t frozen = m->value2;

	/* A storm needs so many more that counting its users may begin late. */
	if (!up && now <= most / STORM_EARLY) {
		(void)storm_usual(in, f, key, now, &usual);
		return;
	}
	users = meter_distinct(in, m, key_text(in, f->to));
	m = meter_at(in, 4, STORM_HOSTS, key, STORM_RATE_MS);
	hosts = meter_distinct(in, m, key_host(in, f->client));
	known = storm_usual(in, f, key, now, &usual);
	if (up && frozen > 0)
		usual = (uint32_t)(frozen - 1);
	if (most < usual * limit(in, LIMIT_REGISTER_STORM_TIMES))
		most = usual * limit(in, LIMIT_REGISTER_STORM_TIMES);
	/* It goes on until the rate is half of what began it. */
	if (now <= (up ? most / 2 : most) || !(known || up))
		return;
	if (!up && (users < limit(in, LIMIT_REGISTER_STORM_USERS) || hosts < limit(in, LIMIT_REGISTER_STORM_HOSTS)))
		return;
	meter_at(in, 4, STORM_RATE, key, STORM_RATE_MS)->value2 = 1 + (uint64_t)usual;
	storm_raise(in, f, peer, now, usual, users);
}

static void
storm_see(struct incidents *in, const struct fact *f)
{
	if (f->method != METHOD_REGISTER)
		return;
	if (f->kind == FACT_REQUEST)
		storm_register(in, f);
	else if (f->kind == FACT_OUTCOME && f->leg && (f->outcome == OUTCOME_NO_RESPONSE || f->code >= 500))
		(void)meter_add(in, meter_at(in, 4, STORM_BAD, key_server(in, f), STORM_BAD_MS), 1);
}

const struct pattern pattern_register_storm = {
	.number = 4, .kind = "register-storm", .wants = TOPIC_REGISTER | TOPIC_OTHER_BAD, .see = storm_see
};

enum {
	OVERLOAD_503,    /* sum and hosts of 503 without Retry-After */
	OVERLOAD_RETRY,  /* sum and hosts of 503 with it */
	OVERLOAD_FAR,    /* key 0: sum of calls that failed at a far peer */
	OVERLOAD_SILENT, /* sum and hosts of requests without any answer */
	OVERLOAD_LOST,   /* sum and hosts of 481 */
	OVERLOAD_100,    /* sum of 100 */
	OVERLOAD_SLOW    /* sum of these that were slow */
};
enum {
	OVERLOAD_MS = 60000,
	OVERLOAD_SLOW_MS = 120000,
	OVERLOAD_SLOW_MIN = 5,
	OVERLOAD_SAMPLE_MIN = 20,
	OVERLOAD_QUIET_MS = 180000
};

static uint32_t
overload_sum(struct incidents *in, unsigned which, uint64_t key)
{
	struct meter *m = meter_find(in, 19, which, key);

	return m != NULL ? meter_sum(in, m) : 0;
}

static void
overload_raise(struct incidents *in, const struct fact *f, uint64_t key, enum incident_level level, uint32_t n,
    uint32_t hosts, const char *what)
{
	raise_incident(in, &pattern_overload,
	    &(struct raise){ .key = key,
		.level = (uint8_t)level,
		.fact = f,
		.peer = name_server(in, f),
		.quiet_ms = OVERLOAD_QUIET_MS,
		.signs = n },
	    "%.*s %s %u requests of %u hosts in the last minute", SLICE_ARG(name_server(in, f)), what, n, hosts);
}

/*
 * The own PBX said 503.  What a far peer failed before is only passed on; and a 503 that says when to come back is
 * maintenance as long as only one end point gets it.
 */
static void
overload_reject(struct incidents *in, const struct fact *f, uint64_t key)
{
	unsigned which = f->retry_after.n > 0 ? OVERLOAD_RETRY : OVERLOAD_503;
	struct meter *m = meter_at(in, 19, which, key, OVERLOAD_MS);
	uint32_t n = meter_add(in, m, 1), hosts = meter_distinct(in, m, key_host(in, f->client));
	uint32_t far = overload_sum(in, OVERLOAD_FAR, 0), least = limit(in, LIMIT_OVERLOAD_REJECTS);

	if (n < far + least || (which == OVERLOAD_RETRY && hosts < 2))
		return;
	overload_raise(in, f, key, INCIDENT_ERROR, n, hosts, "answered 503 to");
}

/* The own PBX said nothing: it matters when those ask whom it served before; strangers may be left without answer. */
static void
overload_silent(struct incidents *in, const struct fact *f, uint64_t key)
{
	struct meter *m;
	uint32_t n, hosts;

	if (!known_role(f->role_client) && known_host(in, f->client) == 0)
		return;
	m = meter_at(in, 19, OVERLOAD_SILENT, key, OVERLOAD_MS);
	n = meter_add(in, m, 1);
	hosts = meter_distinct(in, m, key_host(in, f->client));
	if (n >= limit(in, LIMIT_OVERLOAD_REJECTS) && (hosts >= 2 || f->role_client == PEER_ROLE_TRUNK))
		overload_raise(in, f, key, INCIDENT_CRITICAL, n, hosts, "left unanswered");
}

static void
overload_lost(struct incidents *in, const struct fact *f, uint64_t key)
{
	struct meter *m = meter_at(in, 19, OVERLOAD_LOST, key, OVERLOAD_MS);
	uint32_t n = meter_add(in, m, 1), hosts = meter_distinct(in, m, key_host(in, f->client));

	if (n > limit(in, LIMIT_OVERLOAD_LOST_CALLS) &&
	    (hosts >= 3 || known_role(f->role_client) || known_host(in, f->client) != 0))
		overload_raise(in, f, key, INCIDENT_ERROR, n, hosts, "answered 481 (as after a restart) to");
}

/* Time to 100: that its 95th percentile is too high means that more than 5 % are. */
static void
overload_trying(struct incidents *in, const struct fact *f, uint64_t key)
{
	bool late = f->ms > (int32_t)limit(in, LIMIT_OVERLOAD_SLOW_MS);
	uint32_t n = meter_add(in, meter_at(in, 19, OVERLOAD_100, key, OVERLOAD_SLOW_MS), 1);
	uint32_t slow = meter_add(in, meter_at(in, 19, OVERLOAD_SLOW, key, OVERLOAD_SLOW_MS), late);

	if (!late || n < OVERLOAD_SAMPLE_MIN || slow < OVERLOAD_SLOW_MIN || slow * 20 <= n)
		return;
	raise_incident(in, &pattern_overload,
	    &(struct raise){ .key = key,
		.level = INCIDENT_WARNING,
		.fact = f,
		.peer = name_server(in, f),
		.quiet_ms = OVERLOAD_QUIET_MS,
		.signs = slow },
	    "%.*s took longer than %u ms for the first answer to %u of %u calls of the last 2 minutes",
	    SLICE_ARG(name_server(in, f)), limit(in, LIMIT_OVERLOAD_SLOW_MS), slow, n);
}

static void
overload_outcome(struct incidents *in, const struct fact *f)
{
	bool silent = f->outcome == OUTCOME_NO_RESPONSE && !f->seized;

	if (!f->own_server) {
		if (f->method == METHOD_INVITE &&
		    (f->outcome == OUTCOME_NO_RESPONSE || f->code == 408 || f->code >= 500))
			(void)meter_add(in, meter_at(in, 19, OVERLOAD_FAR, 0, OVERLOAD_MS), 1);
		return;
	}
	if (f->own_client)
		return;
	/* What somebody else said first is no word of its own. */
	if (f->code == 503 && !f->passed_on && f->said_code == 0 && f->role_client != PEER_ROLE_TRUNK)
		overload_reject(in, f, key_server(in, f));
	else if (silent)
		overload_silent(in, f, key_server(in, f));
}

static void
overload_see(struct incidents *in, const struct fact *f)
{
	if (f->kind == FACT_OUTCOME && f->leg && !f->in_dialog) {
		overload_outcome(in, f);
	} else if (f->kind == FACT_RESPONSE && f->own_server && !f->own_client) {
		if (f->code == 481 && f->method != METHOD_CANCEL)
			overload_lost(in, f, key_server(in, f));
		else if (f->code == 100 && f->method == METHOD_INVITE && f->ms >= 0)
			overload_trying(in, f, key_server(in, f));
	}
}

const struct pattern pattern_overload = { .number = 19,
	.kind = "overload",
	.wants = TOPIC_TRYING | TOPIC_REFUSAL | TOPIC_CALL_BAD | TOPIC_OTHER_BAD,
	.see = overload_see };
