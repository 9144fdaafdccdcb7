/*
 * compose - one failure in plain sentences: what the tables say of it, and what this case adds (timing after RFC 3261
 * 17.1, who said it, ringing before, credentials, the headers of the answer).
 * The one thing to know: a sentence stands on members of the event and on nothing else; what is absent is not told.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sip/compose.h"
#include "sipwhy/text.h"

/* Sentences after the headline; the most telling ones come first. */
enum { COMPOSE_SENTENCES = 6 };

struct compose_text
compose_clean(struct slice in, const char *otherwise)
{
	struct compose_text t;

	in = slice_trim(in);
	if (text_clean(t.s, sizeof t.s - COMPOSE_SPARE, in, COMPOSE_COLS, false, NULL) == 0)
		(void)snprintf(t.s, sizeof t.s - COMPOSE_SPARE, "%s", otherwise);
	return t;
}

struct compose_text
compose_span(int32_t ms)
{
	struct compose_text t;

	if (ms < 1000)
		(void)snprintf(t.s, sizeof t.s, "%" PRId32 " ms", ms);
	else if (ms < 9950)
		(void)snprintf(t.s, sizeof t.s, "%.1f s", (double)ms / 1000);
	else
		(void)snprintf(t.s, sizeof t.s, "%" PRId32 " s", (int32_t)(((int64_t)ms + 500) / 1000));
	return t;
}

/* Append n bytes, or as many whole words of them as fit. */
static void
compose_put(struct compose *c, const char *s, size_t n)
{
	size_t room = c->cap - c->n - 1, blank = c->n > 0 ? 1 : 0;

	if (n + blank > room) {
		c->full = true;
		n = room > blank ? room - blank : 0;
		while (n > 0 && s[n] != ' ')
			n--;
		if (n == 0)
			return;
	}
	if (blank)
		c->out[c->n++] = ' ';
	memcpy(c->out + c->n, s, n);
	c->n += n;
	c->out[c->n] = '\0';
}

static void
compose_sentence(struct compose *c, char *s, size_t cap)
{
	size_t n = strlen(s);

	while (n > 0 && s[n - 1] == ' ')
		n--;
	if (n == 0 || c->full)
		return;
	if (strncmp(s, "the ", 4) == 0 || strncmp(s, "this ", 5) == 0)
		s[0] = 'T';
	if (s[n - 1] != '.' && s[n - 1] != '?' && s[n - 1] != '!' && n + 1 < cap)
		s[n++] = '.';
	s[n] = '\0';
	if (strstr(c->out, s) == NULL)
		compose_put(c, s, n);
}

void
compose_say(struct compose *c, const char *fmt, ...)
{
	char s[COMPOSE_SENTENCE];
	va_list ap;

	if (c->sentences == COMPOSE_SENTENCES)
		return;
	va_start(ap, fmt);
	if (vsnprintf(s, sizeof s, fmt, ap) < 0)
		s[0] = '\0';
	va_end(ap);
	c->sentences++;
	compose_sentence(c, s, sizeof s);
}

bool
compose_is(const struct event *ev, const char *method)
{
	return slice_ieq(ev->method, slice_str(method));
}

bool
compose_is_ours(const struct event *ev)
{
	return ev->direction == DIRECTION_SENT && ev->said_by.n == 0 && ev->leg.n == 0;
}

bool
compose_decided(const struct compose *c, const char *kind)
{
	return strncmp(c->why->key, kind, strlen(kind)) == 0;
}

bool
compose_is_silence(const struct compose *c)
{
	return compose_decided(c, "silence");
}

bool
compose_has(struct slice end)
{
	return end.n > 0 && !slice_eq(end, slice_str("-"));
}

struct compose_text
compose_end(struct slice end, const char *otherwise)
{
	return compose_clean(compose_has(end) ? end : (struct slice){ NULL, 0 }, otherwise);
}

struct compose_text
compose_src(const struct event *ev)
{
	return compose_end(ev->src, ev->direction == DIRECTION_SENT ? "this machine" : "the hop that answered");
}

struct compose_text
compose_after(const struct event *ev)
{
	struct compose_text span = compose_span(ev->hop_ms < 0 ? 0 : ev->hop_ms), t;
	bool coarse = event_is_coarse(ev);

	if (coarse && ev->hop_ms < COMPOSE_GRAIN_MS)
		(void)snprintf(t.s, sizeof t.s, "within a second");
	else
		(void)snprintf(
		    t.s, sizeof t.s, "after %s%.*s", coarse ? "about " : "", COMPOSE_TEXT - COMPOSE_SPARE, span.s);
	return t;
}

/* A row that is not proved, or is another maker's, says so. */
static void
compose_phrase(struct compose *c, bool first)
{
	const struct sip_phrase *row = c->why->phrase;
	bool sure = row->evidence == NULL || strcmp(row->evidence, "unverified") != 0;

	if (!sip_phrase_fits(row, c->ev->agent))
		compose_say(c, "In the words of %s this means: %s", row->product, row->meaning);
	else if (!sure)
		compose_say(c, "The wording may mean: %s", row->meaning);
	else if (first)
		compose_say(c, "%s", row->meaning);
	else
		compose_say(c, "The wording tells more: %s", row->meaning);
}

static void
compose_headline(struct compose *c)
{
	const struct sip_explanation *why = c->why;
	bool phrase = why->phrase != NULL && why->headline == why->phrase->meaning;

	if (phrase)
		compose_phrase(c, true);
	else if (why->headline != NULL)
		compose_say(c, "%s", why->headline);
	c->sentences = 0;
	if (!phrase && why->phrase != NULL)
		compose_phrase(c, false);
}

static void
compose_recovered(struct compose *c)
{
	if (c->ev->recovered)
		compose_say(c, "The call went through after all, over another leg or in a later try.");
}

/* Which hop said it, and which only passed it on. */
static void
compose_who(struct compose *c)
{
	const struct event *ev = c->ev;
	struct compose_text said = compose_end(ev->said_by, "the hop behind it"), src = compose_src(ev),
			    leg = compose_clean(ev->leg, ""),
			    phrase = compose_clean(ev->said_phrase, sip_code_phrase(ev->said_code));
	const char *relay = compose_has(ev->src) ? "the relay " : "";

	if (ev->said_code != 0 && ev->said_code != ev->code && ev->said_by.n > 0)
		compose_say(
		    c, "%s%s made %u of it: %s said %u %s.", relay, src.s, ev->code, said.s, ev->said_code, phrase.s);
	else if (ev->said_by.n > 0 && (!compose_has(ev->said_by) || !slice_eq(ev->said_by, ev->src)))
		compose_say(c, "%s said it, %s only passed it on.", said.s, src.s);
	else if (compose_is_ours(ev) && !c->ours_told && !compose_is_silence(c) && !ev->ack_missing)
		compose_say(c, "This machine said it itself.");
	if (ev->leg.n > 0)
		compose_say(c, "The cause lies in another leg of this call, Call-ID %s.", leg.s);
}

/* The message shown is whole and has no Reason: then it stood in an answer before it (a 183). */
static bool
compose_is_earlier(const struct event *ev)
{
	return ev->raw.n > 0 && ev->raw.n == ev->raw_len && !ev->cut &&
	    slice_ifind(ev->raw, (struct slice){ "\nReason", 7 }) < 0;
}

static void
compose_cause(struct compose *c)
{
	const struct q850_cause *q = c->why->q850;
	const char *lead = compose_is_earlier(c->ev) ? "Reason, of an earlier answer" : "Reason";
	int sip = c->ev->reason_sip;

	if (q != NULL)
		compose_say(c, "%s: %s cause %u, \"%s\".", lead,
		    q->kind != NULL && strcmp(q->kind, "freeswitch") == 0 ? "FreeSWITCH" : "Q.850", q->cause, q->name);
	else if (c->ev->q850 >= 0)
		compose_say(c, "%s: Q.850 cause %d, which is in no table.", lead, c->ev->q850);
	if (sip >= 300 && sip <= SIP_CODE_MAX && sip != c->ev->code && (q == NULL || q->cause != sip))
		compose_say(c, "%s: %d %s is the answer behind it.", lead, sip, sip_code_phrase((unsigned)sip));
}

/* RFC 3261 20.33: seconds, then perhaps a comment or parameters. */
static void
compose_retry(struct compose *c)
{
	struct slice raw = slice_trim(c->ev->retry_after), digits = raw;
	uint64_t seconds;

	digits.n = 0;
	while (digits.n < raw.n && raw.p[digits.n] >= '0' && raw.p[digits.n] <= '9')
		digits.n++;
	if (slice_u64(digits, UINT32_MAX, &seconds) == 0)
		compose_say(c, "Retry-After asks to wait %" PRIu64 " s before the next try.", seconds);
}

static void
compose_needs(struct compose *c)
{
	struct compose_text needs = compose_clean(c->ev->needs, "");
	unsigned code = c->ev->code;

	if (needs.s[0] == '\0')
		return;
	if (code == 405 || code == 406 || code == 415 || code == 489)
		compose_say(c, "It tells what it takes: %s.", needs.s);
	else if (code == 420)
		compose_say(c, "It tells what it does not know: %s.", needs.s);
	else if (code == 608)
		compose_say(c, "It tells whom to ask: %s.", needs.s);
	else
		compose_say(c, "It asks for %s.", needs.s);
}

static void
compose_warning(struct compose *c)
{
	const struct sip_warning *w = c->why->warning;
	struct compose_text raw = compose_clean(c->ev->warning, "");

	if (w == NULL || w->code == 399) {
		if (raw.s[0] != '\0')
			compose_say(c, "Warning: %s.", raw.s);
	} else if (c->why->headline == w->meaning) {
		compose_say(c, "Warning %u: %s.", w->code, w->name);
	} else {
		compose_say(c, "Warning %u: %s", w->code, w->meaning);
	}
}

/* What bounds the meaning of all the rest. */
static void
compose_bounds(struct compose *c)
{
	const struct event *ev = c->ev;
	struct compose_text method = compose_clean(ev->method, "request");

	if (ev->in_call && compose_is(ev, "BYE"))
		compose_say(c, "It failed while the call was being ended.");
	else if (ev->in_call)
		compose_say(c, "%s inside a running call failed: the call itself may go on.", method.s);
	if (ev->statement)
		compose_say(c, "Only a log line named this code; the message itself was not in the log.");
	else if (ev->orphan && ev->code != 0)
		compose_say(c, "The request was not seen, so nothing is known of what came before.");
	if (ev->partial)
		compose_say(c, "Not all of the message could be read.");
}

size_t
sip_compose(const struct event *ev, const struct sip_explanation *why, char *out, size_t cap)
{
	struct compose c = { .ev = ev, .why = why, .out = out, .cap = cap };

	if (cap == 0)
		return 0;
	out[0] = '\0';
	compose_headline(&c);
	compose_recovered(&c);
	compose_case(&c);
	compose_who(&c);
	compose_cause(&c);
	compose_needs(&c);
	compose_retry(&c);
	compose_warning(&c);
	compose_bounds(&c);
	return c.n;
}
