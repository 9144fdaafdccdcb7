/*
 * pattern_security - patterns 5 and 6: guessing passwords, and trying out users and numbers.
 * One thing to know: the key is the source, and what a source did well before speaks for it: who registered or called
 * with success, has a role or a private address must do a good deal more before it is called an attacker.
 */
#include "track/known.h"
#include "track/pattern.h"

enum {
	BRUTE_FAST, /* sum of failed logins in a minute */
	BRUTE_SLOW  /* sum and accounts of them in ten minutes */
};
enum { BRUTE_FAST_MS = 60000, BRUTE_SLOW_MS = 600000, BRUTE_QUIET_MS = 600000, BRUTE_KNOWN_TIMES = 5 };

/* Known as one of the house. */
static bool
brute_knows(struct incidents *in, const struct fact *f)
{
	return known_role(f->role_client) || known_host(in, f->client) != 0;
}

static void
brute_failed(struct incidents *in, const struct fact *f)
{
	uint64_t key = known_source(in, f->client);
	uint32_t fast = meter_add(in, meter_at(in, 5, BRUTE_FAST, key, BRUTE_FAST_MS), 1);
	struct meter *m = meter_at(in, 5, BRUTE_SLOW, key, BRUTE_SLOW_MS);
	uint32_t slow = meter_add(in, m, 1), users = meter_distinct(in, m, key_text(in, f->from)),
		 age_ms = meter_age(in, m);
	uint32_t times = brute_knows(in, f) ? BRUTE_KNOWN_TIMES : 1;

	/* One account at a slow pace is a phone with an old password. */
	if (fast < limit(in, LIMIT_BRUTE_FORCE_LOGINS) * times &&
	    (users < 2 || slow < limit(in, LIMIT_BRUTE_FORCE_LOGINS_SLOW) * times) &&
	    !incident_is_up(in, &pattern_brute_force, key))
		return;
	raise_incident(in, &pattern_brute_force,
	    &(struct raise){ .key = key,
		.level = INCIDENT_ERROR,
		.fact = f,
		.peer = name_client(in, f),
		.what = users == 1 ? f->from : slice_str("several accounts"),
		.quiet_ms = BRUTE_QUIET_MS,
		.signs = slow,
		.since_ms = age_ms },
	    "%u logins from %.*s failed in the last minute, %u in 10 minutes, to about %u %s", fast,
	    SLICE_ARG(name_client(in, f)), slow, users, users == 1 ? "account" : "accounts");
}

/* A login works after many that did not: a stranger found the password. */
static void
brute_worked(struct incidents *in, const struct fact *f)
{
	uint32_t taken = limit(in, LIMIT_BRUTE_FORCE_TAKEN), slow, users, fast;
	struct meter *m;
	uint64_t key;

	if (!meter_any(in, 5))
		return;
	key = known_source(in, f->client);
	m = meter_find(in, 5, BRUTE_SLOW, key);
	if (m == NULL || brute_knows(in, f))
		return;
	slow = meter_sum(in, m);
	users = meter_values(in, m);
	m = meter_find(in, 5, BRUTE_FAST, key);
	fast = m != NULL ? meter_sum(in, m) : 0;
	if (slow < taken || (fast < taken && users < 2 && !incident_is_up(in, &pattern_brute_force, key)))
		return;
	raise_incident(in, &pattern_brute_force,
	    &(struct raise){ .key = key,
		.level = INCIDENT_CRITICAL,
		.fact = f,
		.peer = name_client(in, f),
		.what = f->from,
		.quiet_ms = BRUTE_QUIET_MS,
		.signs = slow },
	    "%.*s got in as %.*s after %u failed logins", SLICE_ARG(name_client(in, f)), SLICE_ARG(f->from), slow);
}

static void
brute_see(struct incidents *in, const struct fact *f)
{
	if (f->kind != FACT_RESPONSE || !f->credentials || f->own_client || f->in_dialog)
		return;
	if (f->code / 100 == 2 && (f->method == METHOD_REGISTER || f->method == METHOD_INVITE))
		brute_worked(in, f);
	else if ((f->code == 401 || f->code == 407) && f->auth && !f->stale)
		brute_failed(in, f);
	/* To a call of somebody who is served otherwise it is a rule about the number. */
	else if (f->code == 403 && (f->method == METHOD_REGISTER || !brute_knows(in, f)))
		brute_failed(in, f);
}

const struct pattern pattern_brute_force = {
	.number = 5, .kind = "brute-force", .wants = TOPIC_SUCCESS | TOPIC_REFUSAL, .see = brute_see
};

enum {
	SCAN_FAST, /* targets of a source that has several, a moment */
	SCAN_SLOW  /* targets longer; value: one that was alone; value2: when, plus 1 */
};
enum { SCAN_QUIET_MS = 600000, SCAN_KNOWN_TIMES = 4 };

/* Names of scanners; no honest program has one. */
static const char *const scan_strong[] = { "friendly-scanner", "sipvicious", "sundayddr", "sipcli", "pplsip",
	"vaxsipuseragent", "sip-scan", "sipscan", "iwar", "sivus", "smap", "siparmyknife", NULL };
/* Names that scanners take and honest people have. */
static const char *const scan_weak[] = { "sipsak", "gulp", "eyebeam", "x-lite", "csipsimple", "conaito", "ozeki",
	"portsip", "asterisk pbx", NULL };

static bool
scan_is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Is one of the names in the text as a word of its own?  One pass: this is asked of each request. */
static bool
scan_has_name(struct slice text, const char *const *names)
{
	uint32_t first = 0;

	/* A bit for each letter that a name begins with. */
	for (size_t k = 0; names[k] != NULL; k++)
		first |= UINT32_C(1) << (names[k][0] & 31);
	if (text.n > 128)
		text.n = 128;
	for (size_t i = 0; i < text.n; i++) {
		struct slice rest = { text.p + i, text.n - i };

		if ((first >> (rest.p[0] & 31) & 1) == 0 || (i > 0 && scan_is_letter(text.p[i - 1])))
			continue;
		for (size_t k = 0; names[k] != NULL; k++) {
			struct slice name;

			if ((rest.p[0] | 32) != names[k][0])
				continue;
			name = slice_str(names[k]);
			if (slice_istarts(rest, name) && (rest.n == name.n || !scan_is_letter(rest.p[name.n])))
				return true;
		}
	}
	return false;
}

static void
scan_raise(struct incidents *in, const struct fact *f, uint64_t key, uint32_t targets)
{
	raise_incident(in, &pattern_scan,
	    &(struct raise){ .key = key,
		.level = INCIDENT_WARNING,
		.fact = f,
		.peer = name_client(in, f),
		.what = f->user_agent,
		.quiet_ms = SCAN_QUIET_MS,
		.signs = targets },
	    "%.*s tried about %u users or numbers and got nowhere (user agent %.*s)", SLICE_ARG(name_client(in, f)),
	    targets, SLICE_ARG(f->user_agent.n > 0 ? f->user_agent : slice_str("not given")));
}

static void
scan_request(struct incidents *in, const struct fact *f)
{
	/* A telephone number is nobody's name, and names are looked at once. */
	bool odd = f->from.n > 0 && !(f->from.p[0] >= '0' && f->from.p[0] <= '9') && f->from.p[0] != '+';
	bool known = text_is_known(in, f->user_agent), named = !known && scan_has_name(f->user_agent, scan_strong);

	if (!named && !(odd && scan_has_name(f->from, scan_strong))) {
		if (!known)
			text_know(in, f->user_agent);
		return;
	}
	raise_incident(in, &pattern_scan,
	    &(struct raise){ .key = known_source(in, f->client),
		.level = INCIDENT_WARNING,
		.fact = f,
		.peer = name_client(in, f),
		.what = named ? f->user_agent : f->from,
		.quiet_ms = SCAN_QUIET_MS },
	    "%.*s calls itself %.*s, the name of a scanner", SLICE_ARG(name_client(in, f)),
	    SLICE_ARG(named ? f->user_agent : f->from));
}

/* Answers that a scanner collects.  An OPTIONS is one whatever it was answered. */
static bool
scan_is_probe(const struct fact *f)
{
	static const uint16_t codes[] = { 400, 401, 403, 404, 405, 407, 416, 484, 505, 604 };

	if (f->method == METHOD_OPTIONS)
		return f->code >= 200;
	if ((f->method != METHOD_INVITE && f->method != METHOD_REGISTER) || f->outcome == OUTCOME_OK)
		return false;
	if (f->outcome == OUTCOME_CHALLENGED)
		return true;
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		if (f->code == codes[i])
			return true;
	return false;
}

/* Targets that make a scan of it, for this source: where many calls go through, many may fail. */
static uint32_t
scan_enough(struct incidents *in, const struct fact *f, uint32_t usual)
{
	uint32_t good = known_successes(in, f->client);

	if (good > 0 || known_private(f->client))
		return usual * SCAN_KNOWN_TIMES > good ? usual * SCAN_KNOWN_TIMES : good;
	if (f->user_agent.n == 0 || scan_has_name(f->user_agent, scan_weak))
		return (usual + 1) / 2;
	return usual;
}

static void
scan_probe(struct incidents *in, const struct fact *f)
{
	uint64_t key = known_source(in, f->client), target = key_both(key_text(in, f->to), key_host(in, f->server));
	uint32_t fast_ms = limit(in, LIMIT_SCAN_SECONDS) * 1000, fast = 0, slow;
	struct meter *m = meter_at(in, 6, SCAN_SLOW, key, limit(in, LIMIT_SCAN_SECONDS_SLOW) * 1000);
	uint64_t first = m->value, since_ms = f->now_ms + 1 - m->value2;

	slow = meter_distinct(in, m, target);
	if (slow < 2) {
		m->value = target;
		m->value2 = f->now_ms + 1;
	} else {
		/* Most sources never have a second target. */
		m = meter_at(in, 6, SCAN_FAST, key, fast_ms);
		if (since_ms <= fast_ms)
			(void)meter_distinct(in, m, first);
		fast = meter_distinct(in, m, target);
	}
	/* What is not half of it is never enough. */
	if (2 * fast < limit(in, LIMIT_SCAN_TARGETS) && 2 * slow < limit(in, LIMIT_SCAN_TARGETS_SLOW) &&
	    !incident_is_up(in, &pattern_scan, key))
		return;
	if (fast >= scan_enough(in, f, limit(in, LIMIT_SCAN_TARGETS)) ||
	    slow >= scan_enough(in, f, limit(in, LIMIT_SCAN_TARGETS_SLOW)) || incident_is_up(in, &pattern_scan, key))
		scan_raise(in, f, key, slow);
}

/* A source that scans was let in. */
static void
scan_let_in(struct incidents *in, const struct fact *f)
{
	uint64_t key;

	if (!meter_any(in, 6))
		return;
	key = known_source(in, f->client);
	if (!incident_is_up(in, &pattern_scan, key))
		return;
	raise_incident(in, &pattern_scan,
	    &(struct raise){ .key = key,
		.level = INCIDENT_CRITICAL,
		.fact = f,
		.peer = name_client(in, f),
		.quiet_ms = SCAN_QUIET_MS },
	    "%.*s scans, and its %s as %.*s to %.*s was accepted", SLICE_ARG(name_client(in, f)),
	    f->method == METHOD_REGISTER ? "registration" : "call", SLICE_ARG(f->from), SLICE_ARG(f->to));
}

static void
scan_see(struct incidents *in, const struct fact *f)
{
	if (f->own_client)
		return;
	if (f->kind == FACT_REQUEST)
		scan_request(in, f);
	if (f->kind != FACT_OUTCOME || !f->whole || f->in_dialog || known_role(f->role_client))
		return;
	if (scan_is_probe(f))
		scan_probe(in, f);
	else if (f->outcome == OUTCOME_OK && (f->method == METHOD_REGISTER || f->method == METHOD_INVITE))
		scan_let_in(in, f);
}

const struct pattern pattern_scan = { .number = 6,
	.kind = "scan",
	.wants = TOPIC_INVITE | TOPIC_REGISTER | TOPIC_REQUEST | TOPIC_OUTER,
	.see = scan_see };
