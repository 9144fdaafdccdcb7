/*
 * pattern_negotiation - what two sides could not agree on, or a box between them broke: codecs (P7), session timers
 * (P13, RFC 4028), messages too big for a datagram (P18), SIP ALGs (P21).
 */
#include "track/pattern.h"
#include "track/sign.h"

enum { CODEC_PAIR };
enum { TIMER_422, TIMER_LENGTH, TIMER_REFRESH };
enum { BIG_SILENT, BIG_REFUSED };
enum { ALG_ERRORS, ALG_SITES, ALG_MIXED };
enum { TIMER_QUIET_MS = 1800000 };

static uint64_t
codec_pair(const struct incidents *in, const struct fact *f)
{
	uint64_t a = key_host(in, f->client), b = key_host(in, f->server);

	return a < b ? key_both(a, b) : key_both(b, a);
}

static bool
codec_refused(const struct fact *f)
{
	if (!sign_call_leg(f) || f->outcome != OUTCOME_FAILED || f->passed_on)
		return false;
	return f->code == 488 || f->code == 606 || f->code == 415 || f->warn_code == 302 || f->warn_code == 304 ||
	    f->warn_code == 305;
}

/* Answered, and given up at once: 65 bearer capability not implemented, 88 incompatible destination. */
static bool
codec_ended(const struct incidents *in, const struct fact *f)
{
	if (f->kind != FACT_CALL_ENDED || (f->q850 != 65 && f->q850 != 88) || f->duration_ms < 0)
		return false;
	return (uint32_t)f->duration_ms <= limit(in, LIMIT_CODEC_ANSWERED_MS);
}

/* A refused re-INVITE (fax, video, hold) leaves the call as it was: those are no legs of call attempts. */
/* An end that a log does not name is the machine that wrote it. */
static struct slice
codec_end(const struct endpoint *e, struct slice name)
{
	return e->family == 0 ? slice_str("the PBX") : name;
}

static void
codec_see(struct incidents *in, const struct fact *f)
{
	const struct pattern *p = &pattern_codec;
	struct raise r = { .fact = f, .what = f->to };
	char span[SIGN_SPAN];
	struct sign_far far;
	struct meter *m;
	uint32_t seconds, n;
	bool ended = codec_ended(in, f), works;

	if (!ended && !codec_refused(f)) {
		if (sign_call_leg(f) && f->outcome == OUTCOME_OK && meter_any(in, p->number) &&
		    (m = meter_find(in, p->number, CODEC_PAIR, codec_pair(in, f))) != NULL)
			m->value = f->now_ms + 1;
		return;
	}
	far = sign_far(f);
	r.key = codec_pair(in, f);
	r.peer = sign_far_name(in, f, &far);
	seconds = limit(in, LIMIT_CODEC_SECONDS);
	n = sign_count(in, p, CODEC_PAIR, seconds, &r);
	m = meter_at(in, p->number, CODEC_PAIR, r.key, seconds * 1000);
	works = m->value != 0 && f->now_ms + 1 - m->value < (uint64_t)seconds * 1000;
	if (!sign_holds(in, p, r.key, n, limit(in, LIMIT_CODEC_REJECTIONS)))
		return;
	r.level = works ? INCIDENT_WARNING : INCIDENT_ERROR;
	raise_incident(in, p, &r,
	    "%u call%s between %.*s and %.*s failed over codecs or encryption within %s (newest: %s %u)%s", (unsigned)n,
	    sign_plural(n), SLICE_ARG(codec_end(f->client, name_client(in, f))),
	    SLICE_ARG(codec_end(f->server, name_server(in, f))), sign_span(span, seconds),
	    ended ? "ended at once with cause" : "refused with", ended ? (unsigned)f->q850 : (unsigned)f->code,
	    works ? ", others are answered" : ", none was answered");
}

/* A retry that works makes 422 no failure (RFC 4028 5), so every one that comes here is unfinished. */
static void
session_timer_422(struct incidents *in, const struct fact *f)
{
	const struct pattern *p = &pattern_session_timer;
	struct sign_far far = sign_far(f);
	struct raise r = { .level = INCIDENT_ERROR, .fact = f, .what = f->to, .quiet_ms = TIMER_QUIET_MS };
	uint32_t seconds = limit(in, LIMIT_SESSION_TIMER_SECONDS), n;
	char span[SIGN_SPAN];

	r.key = key_both(key_host(in, far.host), TIMER_422);
	n = sign_count(in, p, TIMER_422, seconds, &r);
	if (!sign_holds(in, p, r.key, n, limit(in, LIMIT_SESSION_TIMER_UNFINISHED)))
		return;
	r.peer = sign_far_name(in, f, &far);
	raise_incident(in, p, &r,
	    "%u call%s with %.*s stopped at 422 Session Interval Too Small within %s, no retry worked (%.*s)",
	    (unsigned)n, sign_plural(n), SLICE_ARG(r.peer), sign_span(span, seconds), SLICE_ARG(f->needs));
}

/* Refreshes that fail, and sessions that ran out without one. */
static void
session_timer_refresh(struct incidents *in, const struct fact *f)
{
	const struct pattern *p = &pattern_session_timer;
	struct sign_far far = sign_far(f);
	struct raise r = { .level = INCIDENT_WARNING, .fact = f, .what = f->to, .quiet_ms = TIMER_QUIET_MS };
	uint32_t seconds = limit(in, LIMIT_SESSION_TIMER_SECONDS), n;
	char span[SIGN_SPAN];

	r.key = key_both(key_host(in, far.host), TIMER_REFRESH);
	n = sign_count(in, p, TIMER_REFRESH, seconds, &r);
	if (!sign_holds(in, p, r.key, n, limit(in, LIMIT_SESSION_TIMER_REFRESHES)))
		return;
	r.peer = sign_far_name(in, f, &far);
	raise_incident(in, p, &r,
	    "%u session refresh%s with %.*s failed or never came within %s (Session-Expires %d s)", (unsigned)n,
	    n == 1 ? "" : "es", SLICE_ARG(r.peer), sign_span(span, seconds), (int)f->session_expires);
}

enum { TIMER_BIN_MS = 2000, TIMER_AROUND = 30 };

static uint32_t
session_timer_bin(struct incidents *in, uint64_t group, uint64_t bin)
{
	struct meter *m = meter_find(in, pattern_session_timer.number, TIMER_LENGTH, key_both(group, bin));

	return m != NULL ? meter_sum(in, m) : 0;
}

/* How many calls were about so long, to `far` bins away. */
static uint32_t
session_timer_near(struct incidents *in, uint64_t group, uint64_t bin, uint64_t far)
{
	uint32_t sum = 0;

	for (uint64_t b = bin > far ? bin - far : 0; b <= bin + far; b++)
		sum += session_timer_bin(in, group, b);
	return sum;
}

/* Money that ran out ends calls as well; and who limits calls without a session timer does so in whole hours. */
static bool
session_timer_suspect(const struct incidents *in, const struct fact *f)
{
	if (f->duration_ms <= 60000)
		return false;
	if (text_has(f->reason, "credit") || text_has(f->reason, "balance") || text_has(f->reason, "prepaid") ||
	    text_has(f->reason, "funds"))
		return false;
	return f->session_expires > 0 ||
	    (uint32_t)f->duration_ms / 1000 < limit(in, LIMIT_SESSION_TIMER_LONGEST_SECONDS) - 2;
}

static void
session_timer_length(struct incidents *in, const struct fact *f)
{
	const struct pattern *p = &pattern_session_timer;
	struct sign_far far = sign_far(f);
	struct raise r = { .level = INCIDENT_WARNING, .fact = f, .quiet_ms = 3600000 };
	uint32_t seconds = limit(in, LIMIT_SESSION_TIMER_SECONDS), least = limit(in, LIMIT_SESSION_TIMER_CALLS), n;
	uint64_t bin, group;
	char span[SIGN_SPAN];

	if (!session_timer_suspect(in, f))
		return;
	bin = (uint64_t)f->duration_ms / TIMER_BIN_MS;
	/* All phones are one group: each of them alone has too few calls. */
	group = far.role == PEER_ROLE_TRUNK ? key_host(in, far.host) : 0;
	r.key = key_both(group, bin);
	(void)sign_count(in, p, TIMER_LENGTH, seconds, &r);
	n = session_timer_near(in, group, bin, 1);
	/*
	 * On a busy machine calls are of one length by chance; a fifth of what is in the minute on both sides is four
	 * times their number.
	 */
	if (n < least || n < least + (session_timer_near(in, group, bin, TIMER_AROUND) - n + 4) / 5)
		return;
	r.key = key_both(group, UINT64_MAX);
	r.signs = n;
	r.peer = sign_far_name(in, f, &far);
	raise_incident(in, p, &r, "%u calls ended after the same time, %d s, within %s (newest: with %.*s)",
	    (unsigned)n, (int)(f->duration_ms / 1000), sign_span(span, seconds), SLICE_ARG(r.peer));
}

static bool
session_timer_is_refresh(const struct fact *f)
{
	if (!f->in_dialog || f->session_expires <= 0 || (f->method != METHOD_INVITE && f->method != METHOD_UPDATE))
		return false;
	return f->code == 481 || f->code == 408 || f->code == 500 || f->code == 0;
}

static void
session_timer_see(struct incidents *in, const struct fact *f)
{
	if (f->kind == FACT_CALL_ENDED)
		session_timer_length(in, f);
	else if (f->kind == FACT_SESSION_LOST)
		session_timer_refresh(in, f);
	else if (f->code == 422 && sign_failed_here(f))
		session_timer_422(in, f);
	else if (f->whole && sign_failed(f) && session_timer_is_refresh(f))
		session_timer_refresh(in, f);
}

static void
too_big_raise(struct incidents *in, const struct fact *f, uint64_t key, uint32_t n)
{
	uint32_t seconds = limit(in, LIMIT_TOO_BIG_SECONDS);
	struct raise r = { .key = key, .level = INCIDENT_ERROR, .peer = name_server(in, f), .signs = n };
	struct fact lost;
	char span[SIGN_SPAN];

	r.quiet_ms = seconds * 1000;
	if (f->kind == FACT_OUTCOME)
		r.fact = f;
	/* The answer to a small request is no sample: the INVITE lost last is. */
	else if (fact_kept(in, &pattern_too_big, key, &lost))
		r.fact = &lost;
	if (r.fact != NULL)
		r.what = r.fact->to;
	raise_incident(in, &pattern_too_big, &r,
	    "%u INVITE%s over UDP of more than %u bytes to %.*s got nothing back within %s, small requests do",
	    (unsigned)n, sign_plural(n), (unsigned)limit(in, LIMIT_TOO_BIG_BYTES), SLICE_ARG(name_server(in, f)),
	    sign_span(span, seconds));
}

static void
too_big_513(struct incidents *in, const struct fact *f)
{
	uint64_t key = key_host(in, f->server);
	struct raise r = { .key = key, .level = INCIDENT_ERROR, .fact = f, .peer = name_server(in, f), .what = f->to };
	uint32_t seconds = limit(in, LIMIT_TOO_BIG_SECONDS),
		 n = sign_count(in, &pattern_too_big, BIG_REFUSED, seconds, &r);
	char span[SIGN_SPAN];

	if (!sign_holds(in, &pattern_too_big, key, n, limit(in, LIMIT_TOO_BIG_ATTEMPTS)))
		return;
	raise_incident(in, &pattern_too_big, &r,
	    "%.*s refused %u request%s with 513 Message Too Large within %s (newest: %u bytes)",
	    SLICE_ARG(name_server(in, f)), (unsigned)n, sign_plural(n), sign_span(span, seconds), (unsigned)f->bytes);
}

enum { BIG_TIMER_MS = 32000 };

/* The meter's value is when the peer answered anything: a peer that is down is P1's. */
static void
too_big_lost(struct incidents *in, const struct fact *f, uint64_t key)
{
	struct meter *m =
	    meter_at(in, pattern_too_big.number, BIG_SILENT, key, limit(in, LIMIT_TOO_BIG_SECONDS) * 1000);
	uint32_t n;

	if (meter_sum(in, m) == 0)
		m->value = 0;
	n = meter_add(in, m, 1);
	if (m->value == 0 || f->now_ms + 1 - m->value > BIG_TIMER_MS) {
		fact_keep(in, &pattern_too_big, key, f);
		return;
	}
	if (sign_holds(in, &pattern_too_big, key, n, limit(in, LIMIT_TOO_BIG_ATTEMPTS)))
		too_big_raise(in, f, key, n);
}

static void
too_big_call(struct incidents *in, const struct fact *f)
{
	uint64_t key = key_host(in, f->server);
	struct meter *m;

	if (f->outcome == OUTCOME_NO_RESPONSE && !f->seized) {
		too_big_lost(in, f, key);
	} else if (f->seized && (m = meter_find(in, pattern_too_big.number, BIG_SILENT, key)) != NULL) {
		meter_reset(m);
		clear_incident(in, &pattern_too_big, key);
	}
}

static void
too_big_alive(struct incidents *in, const struct fact *f)
{
	uint64_t key = key_host(in, f->server);
	struct meter *m = meter_find(in, pattern_too_big.number, BIG_SILENT, key);
	uint32_t n;

	if (m == NULL)
		return;
	m->value = f->now_ms + 1;
	n = meter_sum(in, m);
	if (n >= limit(in, LIMIT_TOO_BIG_ATTEMPTS) && !incident_is_up(in, &pattern_too_big, key))
		too_big_raise(in, f, key, n);
}

static void
too_big_see(struct incidents *in, const struct fact *f)
{
	if (f->kind == FACT_RESPONSE && meter_any(in, pattern_too_big.number))
		too_big_alive(in, f);
	else if (f->code == 513 && sign_failed_here(f))
		too_big_513(in, f);
	else if (sign_call_leg(f) && f->transport == TRANSPORT_UDP && f->bytes > limit(in, LIMIT_TOO_BIG_BYTES))
		too_big_call(in, f);
}

/* The side with the router: the far one, on the public network, and no carrier. */
static bool
alg_site(const struct fact *f, struct sign_far *far)
{
	*far = sign_far(f);
	if (!f->own_client && !f->own_server && sign_scope(f->client) == SIGN_SCOPE_PUBLIC)
		*far = (struct sign_far){ f->client, f->role_client, true };
	return far->role != PEER_ROLE_TRUNK && far->role != PEER_ROLE_PBX && sign_scope(far->host) == SIGN_SCOPE_PUBLIC;
}

/*
 * A telephone behind NAT has private addresses in both, one that asked STUN has a public Contact.  Only a box on the
 * way writes its own address into Via and leaves the Contact as it was.
 */
static void
alg_mixed(struct incidents *in, const struct fact *f)
{
	struct sign_far far;
	struct meter *m;

	/* Private addresses begin so. */
	if (f->contact.n == 0 || (f->contact.p[0] != '1' && f->contact.p[0] != '['))
		return;
	if (!alg_site(f, &far) || !far.is_client || sign_scope_text(f->contact) != SIGN_SCOPE_PRIVATE ||
	    sign_scope_text(f->sent_by) != SIGN_SCOPE_PUBLIC)
		return;
	m = meter_at(in, pattern_alg.number, ALG_MIXED, key_host(in, far.host), 3600000);
	(void)meter_add(in, m, 1);
}

/* 481 to NOTIFY is P24's, and that to CANCEL is a race. */
static bool
alg_error(const struct fact *f)
{
	if (!f->leg || f->passed_on || f->method == METHOD_OPTIONS)
		return false;
	if (f->code == 400)
		return true;
	return f->code == 481 && (f->method == METHOD_BYE || f->method == METHOD_INVITE || f->method == METHOD_UPDATE);
}

/* Is it the device that makes these errors wherever it stands? */
static bool
alg_model(struct incidents *in, const struct fact *f, const struct sign_far *far)
{
	struct slice device = far->is_client ? f->user_agent : f->agent;
	uint32_t window_ms = limit(in, LIMIT_ALG_SECONDS) * 1000;
	struct meter *m;

	if (device.n == 0)
		return false;
	m = meter_at(in, pattern_alg.number, ALG_SITES, key_text(in, device), window_ms);
	return meter_distinct(in, m, key_host(in, far->host)) >= limit(in, LIMIT_ALG_SITES);
}

static void
alg_errors(struct incidents *in, const struct fact *f)
{
	const struct pattern *p = &pattern_alg;
	struct raise r = { .level = INCIDENT_WARNING, .fact = f, .what = f->from };
	char span[SIGN_SPAN];
	struct sign_far far;
	struct meter *m;
	uint32_t seconds, n;
	bool model, mixed;

	if (!alg_site(f, &far))
		return;
	seconds = limit(in, LIMIT_ALG_SECONDS);
	r.key = key_host(in, far.host);
	model = alg_model(in, f, &far);
	n = sign_count(in, p, ALG_ERRORS, seconds, &r);
	m = meter_find(in, p->number, ALG_MIXED, r.key);
	mixed = m != NULL && meter_sum(in, m) > 0;
	if (model && !mixed) {
		clear_incident(in, p, r.key);
		return;
	}
	if (!sign_holds(in, p, r.key, n, limit(in, LIMIT_ALG_ERRORS)))
		return;
	r.peer = sign_far_name(in, f, &far);
	raise_incident(in, p, &r, "%u request%s from or to %.*s failed with 400 or 481 within %s (newest: %u to %s)%s",
	    (unsigned)n, sign_plural(n), SLICE_ARG(r.peer), sign_span(span, seconds), (unsigned)f->code,
	    sip_method_name(f->method), mixed ? "; its Via is rewritten, its Contact is not" : "");
}

static void
alg_see(struct incidents *in, const struct fact *f)
{
	if (f->kind == FACT_REQUEST)
		alg_mixed(in, f);
	else if (alg_error(f))
		alg_errors(in, f);
}

const struct pattern pattern_codec = {
	.number = 7, .kind = "codec", .wants = TOPIC_CALL | TOPIC_LATER, .see = codec_see
};
const struct pattern pattern_session_timer = { .number = 13,
	.kind = "session-timer",
	.wants = TOPIC_CALL_BAD | TOPIC_INNER_BAD | TOPIC_LATER,
	.see = session_timer_see };
const struct pattern pattern_too_big = { .number = 18,
	.kind = "too-big",
	.wants = TOPIC_SUCCESS | TOPIC_REFUSAL | TOPIC_CALL_GOOD | TOPIC_BAD,
	.see = too_big_see };
const struct pattern pattern_alg = { .number = 21,
	.kind = "alg",
	.wants = TOPIC_INVITE | TOPIC_REGISTER | TOPIC_BAD | TOPIC_INNER_GOOD,
	.see = alg_see };
