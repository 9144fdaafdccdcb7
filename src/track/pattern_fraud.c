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
	FRAUD_USER,   /* value: calls abroad at this time; value2: time of the last start or end */
	FRAUD_CALL,   /* by Call-ID.  value: key of the user, 0 when it ended */
	FRAUD_HOURS,  /* value: calls of this hour, above them the usual of an hour in sixteenths; value2: the hour + 1
		       */
	FRAUD_RUN,    /* key 0.  value: time of the first call + 1 */
	FRAUD_HOME,   /* key 0.  value: country code seen most; value2: its majority */
	FRAUD_CARRIER /* sum of answered calls of a far peer */
};
enum {
	FRAUD_HOUR_MS = 3600000,
	FRAUD_STALE_MS = 2 * FRAUD_HOUR_MS, /* after so long an end was missed */
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
static const char *const fraud_risky[] = { "1242", "1246", "1264", "1268", "1284", "1345", "1441", "1473", "1649",
	"1664", "1721", "1758", "1767", "1784", "1809", "1829", "1849", "1868", "1869", "1876", "213", "216", "220",
	"221", "222", "223", "224", "225", "226", "227", "228", "229", "231", "232", "235", "236", "239", "240", "241",
	"242", "243", "245", "246", "247", "248", "252", "253", "257", "261", "263", "265", "269", "290", "355", "370",
	"371", "372", "381", "382", "383", "387", "500", "509", "53", "592", "597", "670", "672", "674", "675", "676",
	"677", "678", "679", "680", "681", "682", "683", "685", "686", "687", "688", "689", "690", "691", "692", "850",
	"870", "881", "882", "883", "960", "979", "992" };

/* A number with its country code first; empty when it names no country. */
static struct slice
fraud_digits(char room[SIGN_DIGITS], struct slice text)
{
	bool international = (text.n > 0 && text.p[0] == '+') || (text.n > 1 && text.p[0] == '0' && text.p[1] == '0');
	struct slice digits = sign_number(room, text);

	return international && digits.n >= FRAUD_DIGITS_MIN ? digits : (struct slice){ NULL, 0 };
}

static bool
fraud_is_risky(struct slice digits)
{
	for (size_t i = 0; i < sizeof fraud_risky / sizeof fraud_risky[0]; i++) {
		size_t len;

		if (fraud_risky[i][0] != digits.p[0])
			continue;
		len = strlen(fraud_risky[i]);
		if (digits.n > len && memcmp(digits.p, fraud_risky[i], len) == 0)
			return true;
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
	unsigned code = limit(in, "fraud.country-code");

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
	digits = fraud_digits(room, called);
	home = fraud_home(in);
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
	int from = (int)limit(in, "fraud.from-hour"), to = (int)limit(in, "fraud.to-hour");
	time_t t = (time_t)(t_ns / NS_PER_S);
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL)
		return false;
	if (limit(in, "fraud.weekend") != 0 && (tm.tm_wday == 0 || tm.tm_wday == 6))
		return true;
	return from <= to ? tm.tm_hour >= from && tm.tm_hour < to : tm.tm_hour >= from || tm.tm_hour < to;
}

/* The user's calls abroad in this hour, one more; *usual_16: those of an hour before, in sixteenths. */
static uint32_t
fraud_hour(struct incidents *in, const struct fact *f, uint64_t user, uint64_t *usual_16)
{
	struct meter *m = meter_at(in, 10, FRAUD_HOURS, user, FRAUD_HOUR_MS);
	uint64_t hour = f->now_ms / FRAUD_HOUR_MS, count = m->value & UINT32_MAX, usual = m->value >> 32;

	if (m->value2 != 0)
		for (uint64_t last = m->value2 - 1; last < hour && (count > 0 || usual > 0); last++) {
			usual = (3 * usual + 16 * count) / 4;
			count = 0;
		}
	count += count < UINT32_MAX;
	m->value = usual << 32 | count;
	m->value2 = hour + 1;
	*usual_16 = usual;
	return (uint32_t)count;
}

/* What is usual is known when the first hour is over. */
static bool
fraud_knows_usual(struct incidents *in, const struct fact *f)
{
	struct meter *m = meter_at(in, 10, FRAUD_RUN, 0, FRAUD_HOUR_MS);

	if (m->value == 0)
		m->value = f->now_ms + 1;
	return f->now_ms - (m->value - 1) >= FRAUD_HOUR_MS;
}

static uint64_t
fraud_parallel(struct incidents *in, const struct fact *f, uint64_t user)
{
	struct meter *m = meter_at(in, 10, FRAUD_USER, user, FRAUD_HOUR_MS);

	/* A missed end must not count for ever. */
	if (m->value2 > 0 && f->now_ms - m->value2 > FRAUD_STALE_MS)
		m->value = 0;
	m->value2 = f->now_ms;
	return ++m->value;
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
	uint64_t user = key_both(key_text(in, f->from), key_host(in, f->client)), parallel, usual_16;
	struct meter *m = meter_find(in, 10, FRAUD_CALL, fraud_call_key(in, f));
	uint32_t hour;
	bool odd = risky && fraud_is_odd_hour(in, f->t_ns);
	char what[160];

	if (m != NULL)
		return;
	meter_at(in, 10, FRAUD_CALL, fraud_call_key(in, f), FRAUD_HOUR_MS)->value = user;
	parallel = fraud_parallel(in, f, user);
	hour = fraud_hour(in, f, user, &usual_16);
	if (parallel > limit(in, "fraud.parallel")) {
		(void)snprintf(what, sizeof what, "has %llu calls abroad at a time, the last to %.*s",
		    (unsigned long long)parallel, SLICE_ARG(f->to));
		fraud_raise(in, f, user, odd ? INCIDENT_CRITICAL : INCIDENT_ERROR, what);
	} else if (odd) {
		(void)snprintf(what, sizeof what, "calls %.*s, a number range known for fraud, outside business hours",
		    SLICE_ARG(f->to));
		fraud_raise(in, f, user, INCIDENT_ERROR, what);
	} else if (fraud_knows_usual(in, f) && hour >= limit(in, "fraud.calls") &&
	    hour * UINT64_C(16) > limit(in, "fraud.times") * usual_16) {
		(void)snprintf(what, sizeof what, "made %u calls abroad in this hour (usual: %u)", hour,
		    (unsigned)(usual_16 / 16));
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
	if (m != NULL && m->value > 0) {
		m->value--;
		m->value2 = f->now_ms;
	}
}

/* The carrier's own guard spoke: it named money or a country, soon after calls that went through. */
static void
fraud_guard(struct incidents *in, const struct fact *f)
{
	static const char *const words[] = { "fund", "balance", "credit", "spend", "fraud", "country", "international",
		"premium" };
	uint64_t key = key_server(in, f);
	struct meter *m = meter_find(in, 10, FRAUD_CARRIER, key);
	bool named = f->code == 402;

	if ((f->code != 403 && f->code != 402 && f->code != 503) || m == NULL || meter_sum(in, m) == 0)
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
		(void)meter_add(in, meter_at(in, 10, FRAUD_CARRIER, key_server(in, f), FRAUD_AFTER_MS), 1);
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

static void
fraud_see(struct incidents *in, const struct fact *f)
{
	if (f->kind == FACT_CALL_ENDED || f->kind == FACT_SESSION_LOST) {
		fraud_ended(in, f);
	} else if (f->method == METHOD_INVITE && f->kind == FACT_OUTCOME) {
		fraud_outcome(in, f);
	} else if (f->method == METHOD_INVITE && f->kind == FACT_RESPONSE && f->code > 100 && f->code < 300 &&
	    !f->in_dialog && !f->orphan && (!f->rang || f->code >= 200)) {
		enum fraud_way way = fraud_way(in, f->to);

		if (f->code >= 200)
			fraud_vote(in, f->from);
		if (way != FRAUD_HERE && !f->rang && fraud_is_users(in, f))
			fraud_call(in, f, way == FRAUD_RISKY);
	}
}

const struct pattern pattern_fraud = { .number = 10,
	.kind = "fraud",
	.wants = TOPIC_PROVISIONAL | TOPIC_SUCCESS | TOPIC_OUTCOME | TOPIC_CALL,
	.see = fraud_see };
