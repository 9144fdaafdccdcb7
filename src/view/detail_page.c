/*
 * detail_page - what is known of one failure, written on a page: what it means, who said no, likely causes, what to
 * check, the answer's own words, the path, the decoded fields and the message.
 * One thing to know: the first screenful must answer "why" alone, so the sentences of sip_compose and the causes come
 * before all that is only looked up.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "detail.h"
#include "sipwhy/timefmt.h"

/* "503 Service Unavailable" as received; silence has no code. */
static void
detail_headline(struct page *p, const struct event *e)
{
	struct slice phrase = slice_trim(e->phrase);
	char title[160];

	if (phrase.n == 0)
		phrase = slice_str(e->code == 0 ? "no response" : sip_code_phrase(e->code));
	if (e->code == 0)
		(void)snprintf(title, sizeof title, "--- %.*s", (int)(phrase.n < 120 ? phrase.n : 120), phrase.p);
	else
		(void)snprintf(title, sizeof title, "%u %.*s%s", e->code, (int)(phrase.n < 120 ? phrase.n : 120),
		    phrase.p, e->ack_missing ? ", never acknowledged" : "");
	page_frame(p, title);
}

/* A field of a log reads "-" when it is not known; of a capture it is left out. */
static void
detail_field(struct page *p, bool logged, const char *label, struct slice text)
{
	page_label(p, label, ROLE_TEXT, text.n > 0 || !logged ? text : slice_str("-"));
}

static bool
detail_is_known(struct slice address)
{
	return address.n > 0 && !slice_eq(address, slice_str("-"));
}

/* NULL and the table's "-" both mean that nothing is known. */
static struct slice
detail_known(const char *s)
{
	return s != NULL && strcmp(s, "-") != 0 ? slice_str(s) : (struct slice){ NULL, 0 };
}

static const char *
detail_known_str(const char *s)
{
	return s != NULL && strcmp(s, "-") != 0 ? s : "";
}

/* ": meaning", or nothing when the headline has said it. */
static const char *
detail_more(const char *meaning, const char *headline, char *out, size_t cap)
{
	bool said = meaning == NULL || (headline != NULL && strcmp(meaning, headline) == 0);

	(void)snprintf(out, cap, "%s%s", said ? "" : ": ", said ? "" : meaning);
	return out;
}

static void
detail_cause(struct page *p, const struct event *e, const struct sip_explanation *why)
{
	char text[512];

	if (e->q850 >= 0 && why->q850 != NULL)
		page_labelf(p, "Q.850", ROLE_TEXT, "%d %s%s", e->q850, why->q850->name,
		    detail_more(why->q850->meaning, why->headline, text, sizeof text));
	else if (e->q850 >= 0)
		page_labelf(p, "Q.850", ROLE_TEXT, "%d: no cause with this number is known", e->q850);
	if (why->q850 != NULL)
		page_label(p, "", ROLE_TEXT_DIM, detail_known(why->q850->note));
	if (e->reason_sip >= SIP_CODE_MIN && e->reason_sip <= SIP_CODE_MAX)
		page_labelf(p, "SIP cause", ROLE_TEXT, "%d %s: the answer behind this one", e->reason_sip,
		    sip_code_phrase((unsigned)e->reason_sip));
	page_label(p, "Reason", ROLE_TEXT_DIM, slice_trim(e->reason));
}

static void
detail_warning(struct page *p, const struct event *e, const struct sip_explanation *why)
{
	const struct sip_warning *w = why->warning;
	char text[512];

	if (w == NULL && e->warn_code >= 0)
		w = sip_warning_find((unsigned)e->warn_code);
	if (w != NULL)
		page_labelf(p, "Warning", ROLE_TEXT, "%u %s%s", w->code, w->name,
		    detail_more(w->meaning, why->headline, text, sizeof text));
	page_label(p, w != NULL ? "" : "Warning", ROLE_TEXT_DIM, slice_trim(e->warning));
}

/* RFC 3261 20.33: seconds, then perhaps a comment or parameters. */
static void
detail_retry(struct page *p, const struct event *e)
{
	struct slice raw = slice_trim(e->retry_after), digits = raw;
	uint64_t seconds;

	digits.n = 0;
	while (digits.n < raw.n && raw.p[digits.n] >= '0' && raw.p[digits.n] <= '9')
		digits.n++;
	if (slice_u64(digits, UINT32_MAX, &seconds) != 0) {
		page_label(p, "Retry-After", ROLE_TEXT, raw);
		return;
	}
	page_labelf(p, "Retry-After", ROLE_TEXT, "%.*s: asks not to be tried again for %u s",
	    (int)(raw.n < 200 ? raw.n : 200), raw.p, (unsigned)seconds);
}

/* "sip.example.net  (name from the log)": the peer, where nobody knows its address. */
static void
detail_named(struct page *p, const char *label, enum ui_role role, const struct event *e)
{
	page_labelf(p, label, role, "%.*s  (name from the log)", (int)(e->peer_name.n < 255 ? e->peer_name.n : 255),
	    e->peer_name.p);
}

/* "203.0.113.40:5060 (carrier-a, trunk)": the peer's name beside the address that bears it. */
static void
detail_who(const struct event *e, struct slice address, char *out, size_t cap)
{
	bool sent = e->direction == DIRECTION_SENT;
	struct slice peer = slice_eq(address, sent ? e->dst : e->src) ? e->peer : (struct slice){ NULL, 0 };
	bool named = peer.n > 0 && slice_ifind(address, peer) < 0;
	const char *role = e->role != PEER_ROLE_UNKNOWN && peer.n > 0 ? peer_role_name(e->role) : "";
	int n;

	if (!detail_is_known(address)) {
		(void)snprintf(out, cap, "-  (no address is known)");
		return;
	}
	n = snprintf(out, cap, "%.*s", (int)(address.n < 64 ? address.n : 64), address.p);
	if (n > 0 && (named || role[0] != '\0'))
		(void)snprintf(out + n, cap - (size_t)n, " (%.*s%s%s)", named ? (int)(peer.n < 64 ? peer.n : 64) : 0,
		    named ? peer.p : "", named && role[0] != '\0' ? ", " : "", role);
}

static void
detail_said_by(struct page *p, const struct event *e)
{
	static const char *const words[] = {
		[DIRECTION_UNKNOWN] = "neither is known to be this machine",
		[DIRECTION_SENT] = "this machine said it to the peer",
		[DIRECTION_RECEIVED] = "the peer said it to this machine",
	};
	const char *way = words[e->direction <= DIRECTION_RECEIVED ? e->direction : DIRECTION_UNKNOWN];
	const char *label = e->code == 0 ? "Silent was" : e->ack_missing ? "Answered by" : "Said by";
	bool relayed = e->said_by.n > 0 && !slice_eq(e->said_by, e->src);
	bool ua = e->code != 0 && e->agent.n > 0 && detail_is_known(e->src);
	bool sent = e->direction == DIRECTION_SENT;
	char who[256], relay[256];

	if (e->peer_name.n > 0 && !sent && !relayed && !detail_is_known(e->src)) {
		detail_named(p, label, ROLE_TEXT_STRONG, e);
		return;
	}
	if (!relayed && !detail_is_known(e->src) && e->direction == DIRECTION_UNKNOWN) {
		page_label(p, label, ROLE_TEXT_STRONG, slice_str("-  (no address is known)"));
		return;
	}

	detail_who(e, relayed ? e->said_by : e->src, who, sizeof who);
	detail_who(e, e->src, relay, sizeof relay);
	if (relayed && e->said_code != 0 && e->said_code != e->code)
		page_labelf(
		    p, label, ROLE_TEXT_STRONG, "%s with %u; %s made %u of it", who, e->said_code, relay, e->code);
	else if (relayed)
		page_labelf(p, label, ROLE_TEXT_STRONG, "%s, passed on by %s", who, relay);
	else if (e->direction == DIRECTION_SENT && e->leg.n == 0)
		page_labelf(p, label, ROLE_TEXT_STRONG, "%s%s", detail_is_known(e->src) ? who : "-  (this machine; ",
		    detail_is_known(e->src) ? ", this machine" : "no address is known)");
	else
		page_labelf(p, label, ROLE_TEXT_STRONG, "%s%s%.*s%s%s", who, ua ? ", UA \"" : "",
		    ua ? (int)(e->agent.n < 60 ? e->agent.n : 60) : 0, ua ? e->agent.p : "", ua ? "\"" : "",
		    e->code != 0 && detail_is_known(e->src) ? ", or a hop behind it" : "");
	detail_who(e, e->dst, who, sizeof who);
	if (e->code == 0)
		page_labelf(p, "Asked by", ROLE_TEXT, "%s", who);
	else if (e->peer_name.n > 0 && sent && !detail_is_known(e->dst))
		detail_named(p, "To whom", ROLE_TEXT, e);
	else if (!detail_is_known(e->dst))
		page_labelf(p, "To whom", ROLE_TEXT, "-  (%s%sno address is known)",
		    e->direction != DIRECTION_UNKNOWN ? way : "", e->direction != DIRECTION_UNKNOWN ? "; " : "");
	else
		page_labelf(p, "To whom", ROLE_TEXT, "%s  (%s)", who, way);
	page_label(p, "Other leg", ROLE_TEXT, e->leg);
}

/* What became of the answer behind who said it, as far as its messages show that. */
static void
detail_passed_on(struct page *p, const struct detail *d)
{
	const struct callmsg *said, *last;
	struct ladder l;
	char to[ENDPOINT_TEXT + 8];

	if (!d->messages->told || d->e->code == 0)
		return;
	ladder_build(&l, d->v, d->e, d->messages, -1);
	if (l.said >= l.n || l.passed >= l.n)
		return;
	said = l.row[l.said].m;
	last = l.row[l.passed].m;
	(void)ladder_to(&l, l.passed, to, sizeof to);
	if (last->code == said->code)
		page_labelf(p, "Passed on", ROLE_TEXT, "as it was%s", to);
	else
		page_labelf(p, "Passed on", ROLE_TEXT, "as %u%s: %u became %u on the way", last->code, to, said->code,
		    last->code);
}

/* "72 ms", "1.2 s". */
static const char *
detail_span(char *out, size_t cap, uint32_t ms)
{
	if (ms < 1000)
		(void)snprintf(out, cap, "%" PRIu32 " ms", ms);
	else
		(void)snprintf(out, cap, "%.1f s", (double)ms / 1000);
	return out;
}

/* Part of a line, with ", " before it when there is one already. */
static void detail_add(char *line, size_t cap, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

static void
detail_add(char *line, size_t cap, const char *fmt, ...)
{
	size_t n = strlen(line);
	va_list ap;

	if (n > 0 && n + 3 < cap) {
		memcpy(line + n, ", ", 3);
		n += 2;
	}
	va_start(ap, fmt);
	(void)vsnprintf(line + n, cap - n, fmt, ap);
	va_end(ap);
}

/* A delay as far as it is known. */
static const char *
detail_delay(char *out, size_t cap, const struct event *e, int64_t ms)
{
	return event_is_coarse(e) ? timefmt_about(out, cap, ms) : detail_span(out, cap, (uint32_t)ms);
}

static void
detail_when(struct page *p, const struct event *e)
{
	char line[256] = "", span[40];

	if (e->hop_ms >= 0)
		detail_add(line, sizeof line, "%s after the request", detail_delay(span, sizeof span, e, e->hop_ms));
	if (e->setup_ms >= 0 && e->setup_ms != e->hop_ms)
		detail_add(
		    line, sizeof line, "%s since the attempt began", detail_delay(span, sizeof span, e, e->setup_ms));
	if (e->rang)
		detail_add(line, sizeof line, "after ringing or progress");
	if (e->tries > 1)
		detail_add(line, sizeof line, "in %" PRIu32 " tries", e->tries);
	if (e->repeats > 0)
		detail_add(line, sizeof line, "repeated %" PRIu32 " times", e->repeats);
	if (e->copies > 0)
		detail_add(line, sizeof line, "seen again at %" PRIu32 " places", e->copies);
	page_label(p, "When", ROLE_TEXT, slice_str(line));
}

/* From the first 2xx to the ACK that came for it after all; 0 none came. */
static int64_t
detail_ack_late(const struct detail_messages *m)
{
	int64_t t_ns = 0;

	for (size_t i = 0; i < m->n; i++) {
		if (t_ns == 0 && m->m[i].code >= 200 && m->m[i].code < 300 &&
		    slice_eq(m->m[i].method, slice_str("INVITE")))
			t_ns = m->m[i].t_ns;
		else if (t_ns != 0 && m->m[i].code == 0 && slice_eq(m->m[i].method, slice_str("ACK")))
			return m->m[i].t_ns - t_ns;
	}
	return 0;
}

static void
detail_marks(struct page *p, const struct event *e, const struct detail_messages *m)
{
	char line[256] = "", span[32];
	int64_t late_ns = e->ack_missing ? detail_ack_late(m) : 0;

	if (e->recovered)
		detail_add(line, sizeof line, "recovered");
	if (e->in_call)
		detail_add(line, sizeof line, "inside a running call");
	if (e->auth)
		detail_add(line, sizeof line, "credentials refused");
	if (late_ns > 0)
		detail_add(line, sizeof line, "ACK missing at first: it came %s after the answer",
		    detail_delay(span, sizeof span, e, late_ns / NS_PER_MS));
	else if (e->ack_missing)
		detail_add(line, sizeof line, "ACK missing");
	if (e->orphan)
		detail_add(line, sizeof line, "request not seen");
	page_label(p, "Marks", ROLE_TEXT_STRONG, slice_str(line));
}

/* How many more, and since when: one failure may be chance, a series is not. */
static void
detail_alike(struct page *p, const struct event *e, const struct why_alike *alike)
{
	char first[32], last[32], n[32], code[16];

	const char *peer = view_peer_known(e) ? "same peer" : "peers not known";

	if (alike->n < 2) {
		page_labelf(
		    p, "Alike", ROLE_TEXT, "none within 5 minutes%s", view_peer_known(e) ? " from the same peer" : "");
		return;
	}
	if (e->code == 0)
		(void)snprintf(code, sizeof code, "no response");
	else
		(void)snprintf(code, sizeof code, "%u", e->code);
	page_labelf(p, "Alike", ROLE_TEXT, "%s x %s, %s, %s%s to %s", view_number(n, sizeof n, alike->n, 9), code, peer,
	    view_when(first, sizeof first, alike->first_ns, e->t_ns), alike->older ? " or earlier" : "",
	    view_when(last, sizeof last, alike->last_ns, e->t_ns));
}

/* What the row is worth: whose words they are, and whether anybody proved it. */
static void
detail_phrase(struct page *p, const struct event *e, const struct sip_explanation *why)
{
	const char *product = detail_known_str(why->phrase->product);
	bool proved = strcmp(detail_known_str(why->phrase->evidence), "unverified") != 0;

	page_labelf(p, "This wording", ROLE_TEXT_DIM, "known from %s%s%s",
	    product[0] == '\0' ? "several products" : product,
	    sip_phrase_fits(why->phrase, e->agent) ? "" : ", which is not what sent this",
	    proved ? "" : "; not confirmed");
}

/* The case first. */
static void
detail_meaning(struct page *p, const struct detail *d, const struct sip_explanation *why)
{
	const struct event *e = d->e;
	char text[SIP_COMPOSE_MAX];

	(void)sip_compose(e, why, text, sizeof text);
	page_label(p, "Means", ROLE_TEXT_STRONG, slice_str(text));
	if (why->code != NULL && !e->ack_missing && strcmp(detail_known_str(why->code->expected), "yes") == 0)
		page_label(p, "Normal when", ROLE_TEXT, detail_known(why->code->expected_when));
	detail_said_by(p, e);
	detail_passed_on(p, d);
	detail_when(p, e);
	detail_marks(p, e, d->messages);
	detail_impact(p, d);
	detail_alike(p, e, &d->alike);
}

static void
detail_numbered(struct page *p, const char *const *lines, const char *ground)
{
	for (unsigned i = 0; lines != NULL && lines[i] != NULL; i++) {
		char text[1024];

		(void)snprintf(text, sizeof text, "%u  %s", i + 1, lines[i]);
		page_text(p, ROLE_TEXT, 1, 4, slice_str(text));
		if (i == 0)
			detail_ground(p, ground);
	}
}

static void
detail_bullets(struct page *p, const char *const *lines)
{
	for (size_t i = 0; lines != NULL && lines[i] != NULL; i++) {
		char text[1024];

		(void)snprintf(text, sizeof text, "-  %s", lines[i]);
		page_text(p, ROLE_TEXT, 1, 4, slice_str(text));
	}
}

static void
detail_causes(struct page *p, const struct event *e, const struct sip_explanation *why)
{
	char ground[128];

	if (why->causes == NULL || why->causes[0] == NULL)
		return;
	page_frame(p, "Likely, most likely first");
	(void)detail_ground_of(e, why, ground, sizeof ground);
	detail_numbered(p, why->causes, ground);
}

/* The row's own advice; where it only points to a cause of the same name, what is said of that one. */
static void
detail_phrase_check(struct page *p, const struct sip_phrase *row)
{
	const struct q850_cause *cause = sip_phrase_cause(row);
	char text[512];

	if (detail_known(row->check_next).n == 0)
		return;
	if (cause != NULL && detail_known(cause->note).n > 0)
		(void)snprintf(
		    text, sizeof text, "%s %u %s: %s", row->check_next, cause->cause, cause->name, cause->note);
	else
		(void)snprintf(text, sizeof text, "%s", row->check_next);
	detail_bullets(p, (const char *const[]){ text, NULL });
}

/* Most special first; each list once. */
static void
detail_checks(struct page *p, const struct detail *d, const struct sip_explanation *why)
{
	const struct event *e = d->e;
	const char *const *warning = why->warning != NULL ? why->warning->checks : NULL;
	const char *const *code = why->code != NULL && !e->ack_missing ? why->code->checks : NULL;
	bool fits = why->phrase != NULL && sip_phrase_fits(why->phrase, e->agent);

	page_frame(p, "Check next");
	detail_now(p, d);
	if (fits)
		detail_phrase_check(p, why->phrase);
	detail_bullets(p, why->checks);
	if (warning != why->checks)
		detail_bullets(p, warning);
	if (code != why->checks)
		detail_bullets(p, code);
	if (why->phrase != NULL && !fits)
		detail_phrase_check(p, why->phrase);
	if (why->code == NULL || e->ack_missing)
		return;
	page_labelf(p, "Try again?", ROLE_TEXT, "%s%s%s", detail_known_str(why->code->retryable),
	    detail_known(why->code->retry_note).n > 0 ? ": " : "", detail_known_str(why->code->retry_note));
	if (strcmp(detail_known_str(why->code->expected), "depends") == 0)
		page_label(p, "Normal when", ROLE_TEXT_DIM, detail_known(why->code->expected_when));
}

/* The answer's own words, and what the tables say of its parts. */
static void
detail_answer(struct page *p, const struct event *e, const struct sip_explanation *why)
{
	const struct sip_code *code = why->code;

	/* Of a request that nobody answered there may be nothing more to tell. */
	if (code == NULL && why->cls == NULL && why->phrase == NULL && e->q850 < 0 && e->reason.n == 0 &&
	    e->warning.n == 0 && e->retry_after.n == 0 && e->needs.n == 0 && e->detail.n == 0 && e->agent.n == 0 &&
	    e->user_agent.n == 0)
		return;
	page_frame(p, e->code == 0 ? "The request" : "The answer");
	detail_cause(p, e, why);
	detail_warning(p, e, why);
	detail_retry(p, e);
	page_label(p, "Asks for", ROLE_TEXT, slice_trim(e->needs));
	page_label(p, "Header", ROLE_TEXT, slice_trim(e->detail));
	if (why->phrase != NULL)
		detail_phrase(p, e, why);
	if (code != NULL && why->headline != code->meaning)
		page_labelf(p, "Code", ROLE_TEXT, "%u %s: %s", e->code, sip_code_phrase(e->code), code->meaning);
	if (code != NULL) {
		page_label(p, "Note", ROLE_TEXT, detail_known(code->seed_note));
		page_label(p, "Usual from", ROLE_TEXT_DIM, detail_known(code->generated_by));
		page_label(p, "Read", ROLE_TEXT_DIM, detail_known(code->rfc));
	}
	if (why->cls != NULL)
		page_labelf(p, "Class", ROLE_TEXT_DIM, "%uxx %s: %s", (unsigned)why->cls->first / 100, why->cls->name,
		    detail_known_str(why->cls->seed_note));
	if (code == NULL && why->cls != NULL)
		page_label(p, "Rule", ROLE_TEXT, detail_known(why->cls->operator_rule));
	page_label(p, "Its software", ROLE_TEXT, slice_trim(e->agent));
	page_label(p, "Caller's", ROLE_TEXT, slice_trim(e->user_agent));
}

static void
detail_hop(struct page *p, const struct event *e, const struct event_hop *h)
{
	char line[256], code[16], span[32] = "", at[48] = "", seen[24] = "";

	/* Of messages without times, and without the first request, nobody knows how much later it went. */
	if (e->setup_ms >= 0)
		(void)snprintf(at, sizeof at, "  at %s%s", event_is_coarse(e) ? "" : "+",
		    detail_delay(span, sizeof span, e, h->at_ms));
	if (h->code == 0)
		(void)snprintf(code, sizeof code, "nothing");
	else
		(void)snprintf(code, sizeof code, "%u", h->code);
	if (h->seen > 1)
		(void)snprintf(seen, sizeof seen, "  x%" PRIu32, h->seen);
	(void)snprintf(line, sizeof line, "%.*s -> %.*s%s  %s%s", (int)(h->src.n < 64 ? h->src.n : 64), h->src.p,
	    (int)(h->dst.n < 64 ? h->dst.n : 64), h->dst.p, at, code, seen);
	page_text(p, ROLE_TEXT, 1, 4, slice_str(line));
}

/* The hop nearest to the originator first. */
static void
detail_path(struct page *p, const struct event *e)
{
	struct slice path = e->path;
	struct event_hop h;
	unsigned n = 0;

	if (path.n == 0)
		return;
	page_frame(p, "Path of the request: when it went, and what each hop answered");
	while (n++ < EVENT_HOPS_MAX && event_hop_next(&path, &h))
		detail_hop(p, e, &h);
	if (path.n > 0)
		page_text(p, ROLE_TEXT_DIM, 1, 1, slice_str("(the rest cannot be read)"));
}

static void
detail_fields(struct page *p, const struct event *e, bool logged)
{
	char text[64], transport[8];

	page_frame(p, "Decoded fields");
	page_label(p, "Time", ROLE_TEXT, slice_str(timefmt_date_ms(text, sizeof text, e->t_ns)));
	if (logged)
		detail_field(p, logged, "Time in log", slice_trim(e->stamp));
	detail_field(p, logged, "Method", e->method);
	detail_field(p, logged, "From", e->from);
	detail_field(p, logged, "To", e->to);
	if (e->peer_name.n > 0 && !view_peer_known(e))
		detail_named(p, "Peer", ROLE_TEXT, e);
	else
		detail_field(p, logged, "Peer", e->peer);
	page_label(p, "Outcome", ROLE_TEXT, slice_str(outcome_name(e->outcome)));
	page_labelf(p, "Transport", ROLE_TEXT, "%s%s", view_transport(transport, sizeof transport, e->transport),
	    e->code == 0                             ? ""
		: e->direction == DIRECTION_SENT     ? ", sent by this machine"
		: e->direction == DIRECTION_RECEIVED ? ", received by this machine"
						     : "");
	detail_field(p, logged, "Call-ID", e->call_id);
	if (logged && e->orphan)
		page_label(p, "Request", ROLE_TEXT, slice_str("-"));
	page_label(p, "Source", ROLE_TEXT, e->source);
	page_label(p, "Seen by", ROLE_TEXT, slice_trim(e->tap));
	page_label(p, "Explained by", ROLE_TEXT_DIM, e->explain);
	if (e->statement)
		page_label(p, "Careful", ROLE_CLASS_4XX, slice_str("only a line of the log named this code"));
	if (e->partial)
		page_label(p, "Careful", ROLE_CLASS_4XX, slice_str("not all of this message could be decoded"));
	if (e->cut)
		page_label(p, "Careful", ROLE_CLASS_4XX,
		    slice_str(logged ? "its end is not in the log" : "the capture cut this message short"));
}

/* One line of the message; false at its end. */
static bool
detail_raw_next(struct slice *raw, struct slice *line)
{
	if (raw->n == 0)
		return false;
	*line = slice_cut(raw, '\n');
	if (line->n > 0 && line->p[line->n - 1] == '\r')
		line->n--;
	return true;
}

static void
detail_raw(struct page *p, const struct event *e, bool logged)
{
	struct slice raw = e->raw, line;
	char title[96], n[32];
	bool start = true, body = false;

	if (e->statement) {
		page_frame(p, "The message");
		page_text(p, ROLE_TEXT_DIM, 1, 1, slice_str("-  (it is not in the log: one line named the code)"));
		return;
	}
	(void)snprintf(title, sizeof title, "%s as %s, %s bytes", e->code == 0 ? "Request" : "Message",
	    logged             ? "logged"
		: e->code == 0 ? "captured"
			       : "received",
	    view_number(n, sizeof n, e->raw_len, 11));
	page_frame(p, title);
	while (detail_raw_next(&raw, &line)) {
		const char *colon = line.n > 0 ? memchr(line.p, ':', line.n) : NULL;
		size_t head = !start && !body && colon != NULL ? (size_t)(colon - line.p) : 0;

		page_raw(p, ROLE_SYNTAX_HEADER, head,
		    start      ? ROLE_SYNTAX_START
			: body ? ROLE_SYNTAX_BODY
			       : ROLE_TEXT,
		    line);
		body = body || (!start && line.n == 0);
		start = start && line.n == 0;
	}
	if (e->raw.n == 0)
		page_text(p, ROLE_TEXT_DIM, 1, 1, slice_str("(not kept)"));
	else if (e->raw_len > e->raw.n)
		page_labelf(p, "", ROLE_TEXT_DIM, "(%s more bytes were not kept)",
		    view_number(n, sizeof n, e->raw_len - e->raw.n, 11));
}

void
detail_page(struct page *p, const struct detail *d)
{
	const struct event *e = d->e;
	struct sip_explanation why;

	view_explain(e, &why);
	detail_headline(p, e);
	detail_meaning(p, d, &why);
	detail_causes(p, e, &why);
	detail_checks(p, d, &why);
	detail_headers(p, d);
	detail_dialog(p, d);
	detail_answer(p, e, &why);
	detail_path(p, e);
	detail_fields(p, e, d->logged);
	detail_raw(p, e, d->logged);
}
