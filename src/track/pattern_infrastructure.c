/*
 * pattern_infrastructure - what lies under the calls: names that do not resolve (P12, RFC 3263), certificates (P23),
 * subscriptions that are refused for ever (P24), relays that show another code than they got (P25, RFC 3261 16.7).
 */
#include <string.h>

#include "track/known.h"
#include "track/pattern.h"
#include "track/sign.h"

enum { DNS_FAILED, DNS_INVALID };
enum { TLS_REFUSED, TLS_LOST };
enum { SUBSCRIPTION_REFUSED };
enum { MASKED_CALLS };
enum { DNS_HOUR_MS = 3600000, TLS_QUIET_MS = 600000 };

static bool
dns_failed(const struct fact *f)
{
	if (!sign_failed_here(f) || f->outcome != OUTCOME_FAILED)
		return false;
	if (f->code == 478 || f->code == 476)
		return true;
	if (f->code != 503 && f->code != 480)
		return false;
	return text_has(f->phrase, "DNS error") || text_has(f->phrase, "no DNS results") ||
	    text_has(f->phrase, "DNS timeout") || text_has(f->warning, "no DNS results");
}

/* Does a URI or host[:port] end in ".invalid"?  Browsers write it in small letters; this is asked of each call. */
static bool
dns_is_no_domain(struct slice uri)
{
	static const char invalid[] = ".invalid";
	const size_t n = sizeof invalid - 1;
	struct slice host = slice_cut(&uri, ';');

	while (host.n > 0 && ((host.p[host.n - 1] >= '0' && host.p[host.n - 1] <= '9') || host.p[host.n - 1] == ':'))
		host.n--;
	return host.n > n && memcmp(host.p + host.n - n, invalid, n) == 0;
}

/* Browsers register with a Contact that is not meant to resolve (RFC 7118): whom they are is noted. */
static void
dns_invalid(struct incidents *in, const struct fact *f)
{
	bool calls = dns_is_no_domain(f->uri);
	struct slice user = calls ? f->to : f->from;

	if (!calls && !dns_is_no_domain(f->contact))
		return;
	meter_at(in, pattern_dns.number, DNS_INVALID, key_text(in, user), DNS_HOUR_MS)->value = f->now_ms + 1;
}

static bool
dns_is_invalid(struct incidents *in, const struct fact *f)
{
	const struct meter *m = meter_find(in, pattern_dns.number, DNS_INVALID, key_text(in, f->to));

	return m != NULL && m->value != 0 && f->now_ms + 1 - m->value <= DNS_HOUR_MS;
}

static void
dns_see(struct incidents *in, const struct fact *f)
{
	const struct pattern *p = &pattern_dns;
	struct raise r = { .level = INCIDENT_ERROR, .fact = f, .what = f->to };
	uint32_t seconds, n, ways;
	char span[SIGN_SPAN];

	if (f->kind == FACT_REQUEST) {
		dns_invalid(in, f);
		return;
	}
	if (!dns_failed(f) || dns_is_invalid(in, f))
		return;
	r.key = key_host(in, f->server);
	r.quiet_ms = limit(in, LIMIT_DNS_QUIET_SECONDS) * 1000;
	seconds = limit(in, LIMIT_DNS_SECONDS);
	n = sign_count(in, p, DNS_FAILED, seconds, &r);
	/* One who mistyped a domain tries it again; when the resolver is gone others fail with him. */
	ways = meter_distinct(in, meter_at(in, p->number, DNS_FAILED, r.key, seconds * 1000),
	    key_both(key_text(in, f->from), key_text(in, f->to)));
	if (!incident_is_up(in, p, r.key) && (n < limit(in, LIMIT_DNS_FAILURES) || ways < 2))
		return;
	r.peer = name_server(in, f);
	raise_incident(in, p, &r,
	    "%.*s could not resolve a name for %u request%s within %s (newest: %s to %.*s, %u %.*s)",
	    SLICE_ARG(name_server(in, f)), (unsigned)n, sign_plural(n), sign_span(span, seconds),
	    sip_method_name(f->method), SLICE_ARG(f->to), (unsigned)f->code, SLICE_ARG(f->phrase));
}

static bool
tls_said(const struct fact *f)
{
	if (f->code >= 500)
		return text_has(f->phrase, "certificate");
	return f->code == 403 && text_has(f->phrase, "mutual TLS");
}

static void
tls_phrase(struct incidents *in, const struct fact *f, struct raise *r)
{
	uint32_t seconds = limit(in, LIMIT_TLS_SECONDS), n = sign_count(in, &pattern_tls, TLS_REFUSED, seconds, r);
	char span[SIGN_SPAN];

	if (!sign_holds(in, &pattern_tls, r->key, n, limit(in, LIMIT_TLS_PHRASES)))
		return;
	r->peer = name_server(in, f);
	raise_incident(in, &pattern_tls, r,
	    "%u request%s to %.*s failed over a certificate within %s (newest: %u %.*s)", (unsigned)n, sign_plural(n),
	    SLICE_ARG(name_server(in, f)), sign_span(span, seconds), (unsigned)f->code, SLICE_ARG(f->phrase));
}

/* Silence, or what a stack says when no connection can be made. */
static bool
tls_lost(const struct fact *f)
{
	return f->outcome == OUTCOME_NO_RESPONSE ||
	    (f->outcome == OUTCOME_FAILED && (f->code == 503 || f->code == 477));
}

/* The meter's value: the last success, plus 1; value2: the first loss behind it, plus 1. */
static void
tls_connection(struct incidents *in, const struct fact *f, struct raise *r)
{
	uint32_t window_ms = limit(in, LIMIT_TLS_SECONDS) * 1000, n;
	struct meter *m = meter_at(in, pattern_tls.number, TLS_LOST, r->key, window_ms);
	uint64_t now = f->now_ms + 1;

	if (!tls_lost(f)) {
		meter_reset(m);
		m->value = now;
		clear_incident(in, &pattern_tls, r->key);
		return;
	}
	n = meter_add(in, m, 1);
	m->value2 = m->value2 != 0 ? m->value2 : now;
	/* A peer that restarts is back before long. */
	if (m->value == 0 || m->value2 - m->value > window_ms || n < limit(in, LIMIT_TLS_ATTEMPTS) ||
	    now - m->value2 < (uint64_t)limit(in, LIMIT_TLS_RESTART_SECONDS) * 1000)
		return;
	r->signs = n;
	r->peer = name_server(in, f);
	r->since_ms = (uint32_t)(now - m->value2 < window_ms ? now - m->value2 : window_ms);
	raise_incident(in, &pattern_tls, r,
	    "all %u requests to %.*s over TCP or TLS failed since its last answer %u s ago: look at certificates",
	    (unsigned)n, SLICE_ARG(name_server(in, f)), (unsigned)((now - m->value) / 1000));
}

static void
tls_see(struct incidents *in, const struct fact *f)
{
	struct raise r = { .level = INCIDENT_ERROR, .fact = f, .quiet_ms = TLS_QUIET_MS };
	bool said;

	if (!f->leg || f->outcome == OUTCOME_EVICTED || f->outcome == OUTCOME_CANCELLED)
		return;
	said = f->outcome == OUTCOME_FAILED && !f->passed_on && tls_said(f);
	if (!said && (f->transport != TRANSPORT_TCP || !known_outbound(in, f)))
		return;
	r.key = key_host(in, f->server);
	if (said)
		tls_phrase(in, f, &r);
	else
		tls_connection(in, f, &r);
}

static bool
subscription_refused(const struct fact *f)
{
	if (!sign_failed_here(f))
		return false;
	if (f->method != METHOD_SUBSCRIBE && f->method != METHOD_NOTIFY && f->method != METHOD_PUBLISH)
		return false;
	return f->code == 489 || f->code == 481 || f->code == 404 || f->code == 403;
}

static void
subscription_see(struct incidents *in, const struct fact *f)
{
	const struct pattern *p = &pattern_subscription;
	struct raise r = { .level = INCIDENT_NOTICE, .fact = f, .what = f->to, .quiet_ms = 300000 };
	struct sign_far far;
	uint32_t seconds, n;
	char span[SIGN_SPAN];

	if (!subscription_refused(f))
		return;
	far = sign_far(f);
	r.key = key_host(in, far.host);
	seconds = limit(in, LIMIT_SUBSCRIPTION_SECONDS);
	n = sign_count(in, p, SUBSCRIPTION_REFUSED, seconds, &r);
	/* A telephone that starts answers a burst of them; noise does not stop. */
	if (n <= limit(in, LIMIT_SUBSCRIPTION_PER_SECOND) * seconds ||
	    (r.since_ms < seconds * 500 && !incident_is_up(in, p, r.key)))
		return;
	r.peer = sign_far_name(in, f, &far);
	raise_incident(in, p, &r,
	    "%u subscriptions and notifications with %.*s were refused within %s (newest: %s to %.*s, %u)", (unsigned)n,
	    SLICE_ARG(r.peer), sign_span(span, seconds), sip_method_name(f->method), SLICE_ARG(f->to),
	    (unsigned)f->code);
}

static void
masked_see(struct incidents *in, const struct fact *f)
{
	const struct pattern *p = &pattern_masked;
	struct raise r = { .level = INCIDENT_NOTICE, .fact = f, .what = f->to };
	uint32_t seconds, n;
	char span[SIGN_SPAN];

	if (!sign_failed(f) || !f->whole || f->code == 0 || f->said_code == 0 || f->said_code == f->code)
		return;
	r.key = key_both(key_host(in, f->server), (uint64_t)f->code << 16 | f->said_code);
	seconds = limit(in, LIMIT_MASKED_SECONDS);
	n = sign_count(in, p, MASKED_CALLS, seconds, &r);
	if (!sign_holds(in, p, r.key, n, limit(in, LIMIT_MASKED_CALLS)))
		return;
	r.peer = name_server(in, f);
	raise_incident(in, p, &r, "%.*s told %u to %.*s, caused by %u from the next hop, %u time%s within %s",
	    SLICE_ARG(name_server(in, f)), (unsigned)f->code, SLICE_ARG(name_client(in, f)), (unsigned)f->said_code,
	    (unsigned)n, sign_plural(n), sign_span(span, seconds));
}

const struct pattern pattern_dns = {
	.number = 12, .kind = "dns", .wants = TOPIC_INVITE | TOPIC_REGISTER | TOPIC_BAD, .see = dns_see
};
const struct pattern pattern_tls = {
	.number = 23, .kind = "tls", .wants = TOPIC_OUTER | TOPIC_INNER_GOOD | TOPIC_INNER_BAD, .see = tls_see
};
const struct pattern pattern_subscription = {
	.number = 24, .kind = "subscription", .wants = TOPIC_OTHER_BAD | TOPIC_INNER_BAD, .see = subscription_see
};
const struct pattern pattern_masked = { .number = 25, .kind = "masked", .wants = TOPIC_BAD, .see = masked_see };
