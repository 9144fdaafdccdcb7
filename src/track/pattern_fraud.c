/*
 * pattern_fraud - pattern 10: signs that somebody calls abroad at the house's expense (ITU-T E.164 numbers).
 * One thing to know: only calls that went through count, to ring or to be answered; what is refused at the door is a
 * scan.  The country that is not abroad is configured, or learnt: most callers are from there.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "sipwhy/timefmt.h"
#include "track/figure.h"
#include "track/known.h"
#include "track/pattern.h"
#include "track/sign.h"

enum {
	FRAUD_USER, /* value: calls abroad of this hour, above them the usual of an hour in sixteenths; value2: those at
		       this time, above them the hour of the newest start or end + 1 */
	FRAUD_CALL, /* by Call-ID.  value: key of the user, 0 when it ended; value2: 1 */
	FRAUD_HOME, /* key 0.  value: country code seen most; value2: its majority */
	FRAUD_CARRIER /* by far peer.  value: time of the newest answered call + 1 */
};
enum {
	FRAUD_HOUR_MS = 3600000,
	FRAUD_STALE_HOURS = 2, /* after so long an end was missed */
	FRAUD_QUIET_MS = 900000,
	FRAUD_AFTER_MS = 600000, /* a refusal so soon after a success is the carrier's guard */
	FRAUD_HOME_VOTES = 10,
	FRAUD_HOME_VOTES_MAX = 1000,
	FRAUD_DIGITS_MIN = 8,
	FRAUD_CALL_ID = 96
};

/*
 * Where artificial traffic is sent to: number ranges with high termination fees, as carriers' guards list them, and
 * satellite and premium services.
 */
/* By the first digits: three, or four of those with code 1. */
static const uint16_t fraud_risky[] = { 213, 216, 220, 221, 222, 223, 224, 225, 226, 227, 228, 229, 231, 232, 235, 236,
	239, 240, 241, 242, 243, 245, 246, 247, 248, 252, 253, 257, 261, 263, 265, 269, 290, 355, 370, 371, 372, 381,
	382, 383, 387, 500, 509, 530, 531, 532, 533, 534, 535, 536, 537, 538, 539, 592, 597, 670, 672, 674, 675, 676,
	677, 678, 679, 680, 681, 682, 683, 685, 686, 687, 688, 689, 690, 691, 692, 850, 870, 881, 882, 883, 960, 979,
	992, 1242, 1246, 1264, 1268, 1284, 1345, 1441, 1473, 1649, 1664, 1721, 1758, 1767, 1784, 1809, 1829, 1849, 1868,
	1869, 1876 };

/* A number with its country code first; empty when it names no country. */
static struct slice
fraud_digits(char room[SIGN_DIGITS], struct slice text)
{
	struct slice digits = { NULL, 0 };

	if ((text.n > 0 && text.p[0] == '+') || (text.n > 1 && text.p[0] == '0' && text.p[1] == '0'))
		digits = sign_number(room, text);
	return digits.n >= FRAUD_DIGITS_MIN ? digits : (struct slice){ NULL, 0 };
}

static bool
fraud_is_risky(struct slice digits)
{
	size_t n = digits.p[0] == '1' ? 4 : 3, from = 0, to = sizeof fraud_risky / sizeof fraud_risky[0];
	unsigned code = 0;

	if (digits.n <= n)
		return false;
	for (size_t i = 0; i < n; i++)
		code = code * 10 + (unsigned)(digits.p[i] - '0');
	while (from < to) {
		size_t middle = (from + to) / 2;

		if (fraud_risky[middle] == code)
			return true;
		if (fraud_risky[middle] < code)
			from = middle + 1;
		else
			to = middle;
	}
	return false;
}

static unsigned
fraud_code(struct slice digits)
{
	unsigned n = figure_country(digits.p, digits.n), code = 0;

	for (unsigned i = 0; i < n; i++)
		code = code * 10 + (unsigned)(digits.p[i] - '0');
	return code;
}

/*
 * A vote for the country of a caller (the majority of Boyer and Moore).  Called numbers have none: where people dial at
 * home without a country code, those with one are all abroad.
 */
static void
fraud_vote(struct incidents *in, struct slice text)
{
	char room[SIGN_DIGITS];
	struct slice digits;
	struct meter *m;
	unsigned code;

	if (text.n < FRAUD_DIGITS_MIN || (text.p[0] != '+' && text.p[0] != '0'))
		return;
	digits = fraud_digits(room, text);
	if (digits.n == 0)
		return;
	code = fraud_code(digits);
	m = meter_at(in, 10, FRAUD_HOME, 0, FRAUD_HOUR_MS);
	if (m->value2 == 0)
		m->value = code;
	if (m->value == code)
		m->value2 += m->value2 < FRAUD_HOME_VOTES_MAX;
	else
		m->value2--;
}

/* 0: not known. */
static unsigned
fraud_home(struct incidents *in)
{
	const struct meter *m = meter_find(in, 10, FRAUD_HOME, 0);
	unsigned code = limit(in, LIMIT_FRAUD_COUNTRY_CODE);

	if (code == 0 && m != NULL && m->value2 >= FRAUD_HOME_VOTES)
		code = (unsigned)m->value;
	return code;
}

/* North America dials 011; elsewhere that is a city, so without a country it takes a long number. */
static struct slice
fraud_strip_011(char room[SIGN_DIGITS], struct slice text, unsigned home)
{
	struct slice digits = sign_number(room, text);

	if ((home != 0 && home != 1) || digits.n < (home == 1 ? 11 : 13) || memcmp(digits.p, "011", 3) != 0)
		return (struct slice){ NULL, 0 };
	return (struct slice){ digits.p + 3, digits.n - 3 };
}

enum fraud_way { FRAUD_HERE, FRAUD_ABROAD, FRAUD_RISKY };

static enum fraud_way
fraud_way(struct incidents *in, struct slice called)
{
	char room[SIGN_DIGITS];
	struct slice digits;
	unsigned home;

	/* Whatever leaves the country begins so. */
	if (called.n < FRAUD_DIGITS_MIN || (called.p[0] != '+' && called.p[0] != '0'))
		return FRAUD_HERE;
	home = fraud_home(in);
	digits = fraud_digits(room, called);
	if (digits.n == 0)
		digits = fraud_strip_011(room, called, home);
	/* Islands that share code 1 are abroad for its other countries. */
	if (digits.n == 0 || (fraud_code(digits) == home && !(home == 1 && fraud_is_risky(digits))))
		return FRAUD_HERE;
	return fraud_is_risky(digits) ? FRAUD_RISKY : FRAUD_ABROAD;
}

static bool
fraud_is_odd_hour(const struct incidents *in, int64_t t_ns)
{
	int from = (int)limit(in, LIMIT_FRAUD_FROM_HOUR), to = (int)limit(in, LIMIT_FRAUD_TO_HOUR);
	time_t t = (time_t)(t_ns / NS_PER_S);
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL)
		return false;
	if (limit(in, LIMIT_FRAUD_WEEKEND) != 0 && (tm.tm_wday == 0 || tm.tm_wday == 6))
		return true;
	return from <= to ? tm.tm_hour >= from && tm.tm_hour < to : tm.tm_hour >= from || tm.tm_hour < to;
}

/* What is told of a user's calls. */
struct fraud_user {
	uint64_t parallel, usual_16; /* at a time; of an hour before, in sixteenths */
	uint32_t hour;               /* in this hour */
};

/* One more. */
static struct fraud_user
fraud_count(struct incidents *in, const struct fact *f, uint64_t user)
{
	struct meter *m = meter_at(in, 10, FRAUD_USER, user, FRAUD_HOUR_MS);
	uint64_t hour = f->now_ms / FRAUD_HOUR_MS, last = m->value2 >> 32;
	struct fraud_user out = { m->value2 & UINT32_MAX, m->value >> 32, (uint32_t)m->value };

	/* A missed end must not count for ever. */
	if (last > 0 && hour + 1 - last > FRAUD_STALE_HOURS)
		out.parallel = 0;
	for (; last > 0 && last <= hour && (out.hour > 0 || out.usual_16 > 0); last++) {
		out.usual_16 = (3 * out.usual_16 + UINT64_C(16) * out.hour) / 4;
		out.hour = 0;
	}
	out.hour += out.hour < UINT32_MAX;
	out.parallel += out.parallel < UINT32_MAX;
	m->value = out.usual_16 << 32 | out.hour;
	m->value2 = (hour + 1) << 32 | out.parallel;
	return out;
}

static void
fraud_raise(struct incidents *in, const struct fact *f, uint64_t user, enum incident_level level, const char *what)
{
	raise_incident(in, &pattern_fraud,
	    &(struct raise){ .key = user,
		.level = (uint8_t)level,
		.fact = f,
		.peer = name_client(in, f),
		.what = f->from,
		.quiet_ms = FRAUD_QUIET_MS },
	    "%.*s %s", SLICE_ARG(f->from), what);
}

/* An outcome may tell no more of a long Call-ID. */
static uint64_t
fraud_call_key(const struct incidents *in, const struct fact *f)
{
	struct slice id = f->call_id;

	id.n = id.n < FRAUD_CALL_ID ? id.n : FRAUD_CALL_ID;
	return key_text(in, id);
}

/* A call abroad rings or is answered, for the first time. */
static void
fraud_call(struct incidents *in, const struct fact *f, bool risky)
{
	uint64_t user = key_both(key_text(in, f->from), key_host(in, f->client));
	struct meter *m = meter_at(in, 10, FRAUD_CALL, fraud_call_key(in, f), FRAUD_HOUR_MS);
	bool odd = risky && fraud_is_odd_hour(in, f->t_ns);
	struct fraud_user n;
	char what[160];

	if (m->value2 != 0)
		return;
	m->value = user;
	m->value2 = 1;
	n = fraud_count(in, f, user);
	if (n.parallel > limit(in, LIMIT_FRAUD_PARALLEL)) {
		(void)snprintf(what, sizeof what, "has %llu calls abroad at a time, the last to %.*s",
		    (unsigned long long)n.parallel, SLICE_ARG(f->to));
		fraud_raise(in, f, user, odd ? INCIDENT_CRITICAL : INCIDENT_ERROR, what);
	} else if (odd) {
		(void)snprintf(what, sizeof what, "calls %.*s, a number range known for fraud, outside business hours",
		    SLICE_ARG(f->to));
		fraud_raise(in, f, user, INCIDENT_ERROR, what);
	} else if (n.hour >= limit(in, LIMIT_FRAUD_CALLS) && run_ms(in) >= FRAUD_HOUR_MS &&
	    n.hour * UINT64_C(16) > limit(in, LIMIT_FRAUD_TIMES) * n.usual_16) {
		/* What is usual is known when the first hour is over. */
		(void)snprintf(what, sizeof what, "made %u calls abroad in this hour (usual: %u)", n.hour,
		    (unsigned)(n.usual_16 / 16));
		fraud_raise(in, f, user, INCIDENT_WARNING, what);
	}
}

static void
fraud_ended(struct incidents *in, const struct fact *f)
{
	struct meter *m = meter_find(in, 10, FRAUD_CALL, fraud_call_key(in, f));
	uint64_t user = m != NULL ? m->value : 0;

	if (user == 0)
		return;
	m->value = 0;
	m = meter_find(in, 10, FRAUD_USER, user);
	if (m == NULL || (m->value2 & UINT32_MAX) == 0)
		return;
	m->value2--;
}

/* The carrier's own guard spoke: it named money or a country, soon after calls that went through. */
static void
fraud_guard(struct incidents *in, const struct fact *f)
{
	static const char *const words[] = { "fund", "balance", "credit", "spend", "fraud", "country", "international",
		"premium" };
	bool named = f->code == 402;
	const struct meter *m;
	uint64_t key;

	if (f->code != 403 && f->code != 402 && f->code != 503)
		return;
	key = key_server(in, f);
	m = meter_find(in, 10, FRAUD_CARRIER, key);
	if (m == NULL || f->now_ms + 1 - m->value > FRAUD_AFTER_MS)
		return;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		named = named || text_has(f->phrase, words[i]) || text_has(f->reason, words[i]);
	if (!named)
		return;
	raise_incident(in, &pattern_fraud,
	    &(struct raise){ .key = key,
		.level = INCIDENT_ERROR,
		.fact = f,
		.peer = name_server(in, f),
		.what = f->from,
		.quiet_ms = FRAUD_QUIET_MS },
	    "%.*s refused a call of %.*s to %.*s (%u %.*s) right after calls that it took",
	    SLICE_ARG(name_server(in, f)), SLICE_ARG(f->from), SLICE_ARG(f->to), (unsigned)f->code,
	    SLICE_ARG(f->phrase));
}

static void
fraud_outcome(struct incidents *in, const struct fact *f)
{
	if (f->whole && f->outcome != OUTCOME_OK)
		fraud_ended(in, f);
	if (!f->leg || f->in_dialog || !known_outbound(in, f))
		return;
	if (f->outcome == OUTCOME_OK)
		meter_at(in, 10, FRAUD_CARRIER, key_server(in, f), FRAUD_AFTER_MS)->value = f->now_ms + 1;
	else if (f->outcome == OUTCOME_FAILED)
		fraud_guard(in, f);
}

/* A call of a user, where the house gets it: what the PBX sends on is the same call again, under its own number. */
static bool
fraud_is_users(struct incidents *in, const struct fact *f)
{
	return !f->own_client && f->role_client != PEER_ROLE_TRUNK && f->role_client != PEER_ROLE_PBX &&
	    f->role_server != PEER_ROLE_TRUNK && (known_host(in, f->client) & KNOWN_REGISTRAR) == 0;
}

/* The first sign that a call of a user goes through. */
static void
fraud_rings(struct incidents *in, const struct fact *f)
{
	enum fraud_way way = fraud_way(in, f->to);

	if (way != FRAUD_HERE)
		fraud_call(in, f, way == FRAUD_RISKY);
}

static void
fraud_see(struct incidents *in, const struct fact *f)
{
	if (f->kind == FACT_CALL_ENDED || f->kind == FACT_SESSION_LOST) {
		fraud_ended(in, f);
	} else if (f->kind == FACT_OUTCOME) {
		fraud_outcome(in, f);
	} else if (f->method == METHOD_INVITE && f->code < 300 && !f->in_dialog && !f->orphan) {
		if (f->code >= 200)
			fraud_vote(in, f->from);
		if (!f->rang && fraud_is_users(in, f))
			fraud_rings(in, f);
	}
}

const struct pattern pattern_fraud = { .number = 10,
	.kind = "fraud",
	.wants = TOPIC_PROVISIONAL | TOPIC_SUCCESS | TOPIC_CALL | TOPIC_LATER,
	.see = fraud_see };
