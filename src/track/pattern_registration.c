/*
 * pattern_registration - registered telephones that calls do not reach (P8), accounts with a wrong password (P15),
 * answers whose ACK never comes (P20).  A registration is remembered by its user for as long as it is good
 * (RFC 3261 10.2.1), so that silence can be told from absence.
 */
#include "track/known.h"
#include "track/pattern.h"
#include "track/sign.h"

enum { NAT_USER, NAT_FAILED, NAT_SITE, NAT_ASKED, NAT_LOST };
enum { LOGIN_FAILED, LOGIN_GOOD, LOGIN_SOURCE };
enum { ACK_CALLS };
enum { REGISTRATION_HOUR_MS = 3600000, REGISTRATION_QUIET_MS = 1800000 };

/* The meter's value: until when the registration is good; value2: since when, plus 1. */
static struct meter *
nat_user(struct incidents *in, const struct fact *f)
{
	return meter_at(in, pattern_nat.number, NAT_USER, key_text(in, f->to), REGISTRATION_HOUR_MS);
}

static void
nat_registered(struct incidents *in, const struct fact *f)
{
	struct meter *m;

	/* Only calls of ours are looked at. */
	if (f->own_client || f->expires < 0 || !known_house(in))
		return;
	m = nat_user(in, f);
	m->value = f->now_ms + (uint64_t)f->expires * 1000;
	m->value2 = f->now_ms + 1;
}

/* A device that says good-bye needs no answer to be gone. */
static void
nat_unregisters(struct incidents *in, const struct fact *f)
{
	struct meter *m = NULL;

	if (meter_any(in, pattern_nat.number))
		m = meter_find(in, pattern_nat.number, NAT_USER, key_text(in, f->to));
	if (m != NULL)
		m->value = 0;
}

/*
 * A registration that was not renewed for long says little about a device with a long interval: it may be off.  Those
 * that must be kept alive renew more often.
 */
static bool
nat_is_registered(struct incidents *in, const struct fact *f)
{
	const struct meter *m = meter_find(in, pattern_nat.number, NAT_USER, key_text(in, f->to));

	return m != NULL && m->value > f->now_ms &&
	    f->now_ms + 1 - m->value2 <= (uint64_t)limit(in, LIMIT_NAT_FRESH_SECONDS) * 1000;
}

/* Do not disturb answers at once; a proxy whose search was in vain takes its time. */
static bool
nat_unreached(const struct incidents *in, const struct fact *f)
{
	if (f->rang)
		return false;
	if (f->outcome == OUTCOME_NO_RESPONSE)
		return !f->seized;
	if (f->code == 480)
		return f->ms >= 0 && (uint32_t)f->ms >= limit(in, LIMIT_NAT_BUSY_MS);
	return f->code == 408 || f->code == 430;
}

/* Several users behind one address: it is the router of that site. */
static void
nat_site(struct incidents *in, const struct fact *f)
{
	const struct pattern *p = &pattern_nat;
	struct raise r = { .level = INCIDENT_ERROR, .fact = f };
	uint32_t seconds = limit(in, LIMIT_NAT_SECONDS), users;
	char span[SIGN_SPAN];
	struct meter *m;

	r.key = key_both(key_host(in, f->server), NAT_SITE);
	m = meter_at(in, p->number, NAT_SITE, r.key, seconds * 1000);
	users = meter_distinct(in, m, key_text(in, f->to));
	if (users < limit(in, LIMIT_NAT_USERS))
		return;
	r.signs = users;
	r.peer = name_server(in, f);
	r.quiet_ms = seconds * 1000;
	raise_incident(in, p, &r, "calls to %u registered users behind %.*s got no answer within %s (newest: %.*s)",
	    (unsigned)users, SLICE_ARG(name_server(in, f)), sign_span(span, seconds), SLICE_ARG(f->to));
}

static void
nat_failed(struct incidents *in, const struct fact *f, uint64_t key)
{
	const struct pattern *p = &pattern_nat;
	struct raise r = {
		.key = key, .level = INCIDENT_WARNING, .fact = f, .peer = name_server(in, f), .what = f->to
	};
	uint32_t seconds = limit(in, LIMIT_NAT_SECONDS), n = sign_count(in, p, NAT_FAILED, seconds, &r);
	const struct meter *user;
	char code[SIGN_CODE];

	nat_site(in, f);
	if (!sign_holds(in, p, key, n, limit(in, LIMIT_NAT_ATTEMPTS)))
		return;
	user = meter_find(in, p->number, NAT_USER, key_text(in, f->to));
	raise_incident(in, p, &r, "%u call%s in a row to %.*s at %.*s failed (%s), though it registered %u s ago",
	    (unsigned)n, sign_plural(n), SLICE_ARG(f->to), SLICE_ARG(name_server(in, f)), sign_code(code, f),
	    user != NULL ? (unsigned)((f->now_ms + 1 - user->value2) / 1000) : 0);
}

static void
nat_called(struct incidents *in, const struct fact *f)
{
	uint64_t key;

	if (!meter_any(in, pattern_nat.number))
		return;
	key = key_both(key_text(in, f->to), NAT_FAILED);
	if (nat_unreached(in, f)) {
		if (nat_is_registered(in, f))
			nat_failed(in, f, key);
	} else if (f->rang || f->outcome == OUTCOME_OK || (f->code >= 400 && f->code != 480)) {
		sign_reset(in, &pattern_nat, NAT_FAILED, key);
		clear_incident(in, &pattern_nat, key);
	}
}

/* OPTIONS to the contacts behind one public address; a contact is a port there. */
static void
nat_qualified(struct incidents *in, const struct fact *f)
{
	const struct pattern *p = &pattern_nat;
	struct raise r = { .level = INCIDENT_ERROR, .fact = f };
	uint32_t seconds = limit(in, LIMIT_NAT_QUALIFY_SECONDS), asked, lost;
	uint64_t since;
	struct meter *m;

	if (f->role_server == PEER_ROLE_TRUNK || sign_scope(f->server) != SIGN_SCOPE_PUBLIC)
		return;
	r.key = key_both(key_host(in, f->server), NAT_LOST);
	m = meter_at(in, p->number, NAT_ASKED, r.key, seconds * 1000);
	asked = meter_distinct(in, m, f->server->port);
	m->value = m->value != 0 ? m->value : f->now_ms + 1;
	since = f->now_ms + 1 - m->value;
	if (!sign_failed(f))
		return;
	lost = meter_distinct(in, meter_at(in, p->number, NAT_LOST, r.key, seconds * 1000), f->server->port);
	/* Before each contact had its turn no share can be told. */
	if (since < (uint64_t)seconds * 1000 || asked < limit(in, LIMIT_NAT_CONTACTS) || lost < 2 ||
	    lost * 100 < asked * limit(in, LIMIT_NAT_LOST_PERCENT))
		return;
	r.signs = lost;
	r.peer = name_server(in, f);
	r.quiet_ms = seconds * 2000;
	raise_incident(in, p, &r, "%u of %u telephones behind %.*s do not answer OPTIONS any more", (unsigned)lost,
	    (unsigned)asked, SLICE_ARG(name_server(in, f)));
}

static void
nat_see(struct incidents *in, const struct fact *f)
{
	if (f->method == METHOD_REGISTER && f->kind == FACT_RESPONSE && f->code >= 200 && f->code < 300)
		nat_registered(in, f);
	else if (f->method == METHOD_REGISTER && f->kind == FACT_REQUEST && f->expires == 0)
		nat_unregisters(in, f);
	else if (sign_call_leg(f) && f->own_client)
		nat_called(in, f);
	else if (f->kind == FACT_OUTCOME && f->leg && f->method == METHOD_OPTIONS && f->own_client)
		nat_qualified(in, f);
}

/* Whose login it is.  Calls over a trunk carry the callers' numbers, the account is that of the trunk. */
static uint64_t
credentials_account(const struct incidents *in, const struct fact *f)
{
	if (f->method == METHOD_REGISTER)
		return key_text(in, f->to);
	if (f->role_server == PEER_ROLE_TRUNK && !f->own_server)
		return key_host(in, f->server);
	return key_text(in, f->from);
}

/* 403 to a call may have a hundred reasons, 403 to a registration has this one. */
static bool
credentials_refused(const struct fact *f)
{
	if (f->outcome != OUTCOME_FAILED || f->stale)
		return false;
	if (f->code == 403)
		return f->method == METHOD_REGISTER && (f->auth || f->credentials);
	return f->auth && (f->code == 401 || f->code == 407);
}

/* Many users from one source: somebody guesses (P5, P6).  Our own logins elsewhere are no guesses. */
static bool
credentials_guessed(struct incidents *in, const struct fact *f, uint64_t account)
{
	struct meter *m;

	if (f->own_client)
		return false;
	m = meter_at(in, pattern_credentials.number, LOGIN_SOURCE, known_source(in, f->client), 600000);
	return meter_distinct(in, m, account) >= limit(in, LIMIT_CREDENTIALS_USERS);
}

/* A second device has the new password: the account is well, and somebody has an old telephone. */
static bool
credentials_elsewhere(struct incidents *in, const struct fact *f, uint64_t account)
{
	const struct meter *m = meter_find(in, pattern_credentials.number, LOGIN_GOOD, account);

	return m != NULL && m->value != 0 && m->value2 != key_host(in, f->client) &&
	    f->now_ms + 1 - m->value <= (uint64_t)limit(in, LIMIT_CREDENTIALS_SECONDS) * 1000;
}

/*
 * A stranger, as fast as somebody who guesses: P5's.  The meter's value: when the failures in a row began, plus 1.
 */
static bool
credentials_fast(struct incidents *in, const struct fact *f, uint64_t device, uint32_t n)
{
	struct meter *m =
	    meter_at(in, pattern_credentials.number, LOGIN_FAILED, device, limit(in, LIMIT_CREDENTIALS_SECONDS) * 1000);
	uint64_t pace_ms = 60000 / limit(in, LIMIT_BRUTE_FORCE_LOGINS);

	if (n <= 1 || m->value == 0)
		m->value = f->now_ms + 1;
	if (f->own_client || known_role(f->role_client) || known_private(f->client) || known_host(in, f->client) != 0)
		return false;
	return n > 1 && f->now_ms + 1 - m->value < (n - 1) * pace_ms;
}

static void
credentials_failed(struct incidents *in, const struct fact *f, uint64_t account, uint64_t device)
{
	const struct pattern *p = &pattern_credentials;
	bool trunk = f->role_client == PEER_ROLE_TRUNK || f->role_server == PEER_ROLE_TRUNK;
	struct raise r = { .key = device, .level = INCIDENT_WARNING, .fact = f, .what = f->from };
	struct sign_far far;
	uint32_t n;
	bool fast;

	r.quiet_ms = REGISTRATION_QUIET_MS;
	n = sign_count(in, p, LOGIN_FAILED, limit(in, LIMIT_CREDENTIALS_SECONDS), &r);
	fast = credentials_fast(in, f, device, n);
	r.key = account;
	if (f->method == METHOD_REGISTER)
		r.what = f->to;
	if (trunk)
		r.level = INCIDENT_CRITICAL;
	if (credentials_guessed(in, f, account) || credentials_elsewhere(in, f, account) ||
	    (!f->own_client && incident_is_up(in, &pattern_brute_force, known_source(in, f->client)))) {
		clear_incident(in, p, account);
		return;
	}
	if (!sign_holds(in, p, account, n, limit(in, LIMIT_CREDENTIALS_FAILURES)) ||
	    (fast && !incident_is_up(in, p, account)))
		return;
	far = sign_far(f);
	r.peer = sign_far_name(in, f, &far);
	raise_incident(in, p, &r, "%u login%s in a row of %.*s from %.*s refused by %.*s (newest: %u)", (unsigned)n,
	    sign_plural(n), SLICE_ARG(r.what), SLICE_ARG(name_client(in, f)), SLICE_ARG(name_server(in, f)),
	    (unsigned)f->code);
}

static void
credentials_good(struct incidents *in, const struct fact *f, uint64_t account, uint64_t device)
{
	struct meter *m;

	sign_reset(in, &pattern_credentials, LOGIN_FAILED, device);
	clear_incident(in, &pattern_credentials, account);
	if (f->method != METHOD_REGISTER)
		return;
	m = meter_at(in, pattern_credentials.number, LOGIN_GOOD, account, REGISTRATION_HOUR_MS);
	m->value = f->now_ms + 1;
	m->value2 = key_host(in, f->client);
}

static void
credentials_see(struct incidents *in, const struct fact *f)
{
	uint64_t account, device;
	bool good = f->outcome == OUTCOME_OK;

	if (!f->whole || (f->method != METHOD_REGISTER && f->method != METHOD_INVITE))
		return;
	/* What a trunk thinks of our login is no matter of the telephone that calls. */
	if (good ? f->method == METHOD_INVITE && !meter_any(in, pattern_credentials.number)
		 : !credentials_refused(f) || (f->passed_on && f->method == METHOD_INVITE))
		return;
	account = credentials_account(in, f);
	device = key_both(account, key_host(in, f->client));
	if (good)
		credentials_good(in, f, account, device);
	else
		credentials_failed(in, f, account, device);
}

/* Told with each repeat: the call counts with the first one that is too many. */
static void
ack_missing_see(struct incidents *in, const struct fact *f)
{
	const struct pattern *p = &pattern_ack_missing;
	struct sign_far far;
	struct raise r = { .level = INCIDENT_ERROR, .fact = f, .what = f->to };
	uint32_t seconds, repeats, n;
	char span[SIGN_SPAN];

	if (f->kind != FACT_REPEAT_2XX)
		return;
	repeats = limit(in, LIMIT_ACK_MISSING_REPEATS);
	if (f->repeats != repeats + 1)
		return;
	far = sign_far(f);
	r.key = key_host(in, far.host);
	seconds = limit(in, LIMIT_ACK_MISSING_SECONDS);
	n = sign_count(in, p, ACK_CALLS, seconds, &r);
	if (!sign_holds(in, p, r.key, n, limit(in, LIMIT_ACK_MISSING_CALLS)))
		return;
	r.peer = sign_far_name(in, f, &far);
	raise_incident(in, p, &r,
	    "%.*s repeated its 200 over %u times in %u call%s from %.*s within %s, no ACK came: they end after 32 s",
	    SLICE_ARG(name_server(in, f)), (unsigned)repeats, (unsigned)n, sign_plural(n),
	    SLICE_ARG(name_client(in, f)), sign_span(span, seconds));
}

const struct pattern pattern_nat = {
	.number = 8, .kind = "nat", .wants = TOPIC_REGISTER | TOPIC_SUCCESS | TOPIC_OUTER, .see = nat_see
};
const struct pattern pattern_credentials = {
	.number = 15, .kind = "credentials", .wants = TOPIC_OUTER | TOPIC_INNER_BAD, .see = credentials_see
};
const struct pattern pattern_ack_missing = {
	.number = 20, .kind = "ack-missing", .wants = TOPIC_LATER, .see = ack_missing_see
};
