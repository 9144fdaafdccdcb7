/*
 * explain - which row of the tables tells best why something failed.
 * The one thing to know: phrases are free text, so a pattern is a lower-case substring; the longest one that is
 * found wins, and of equals the one made for the product that sent the response.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sip/reason.h"
#include "sip/tables.h"
#include "sipwhy/event.h"

/* Bytes of a text in which patterns are looked for; the longest pattern has 40. */
enum { EXPLAIN_TEXT_MAX = 512 };

/* FreeSWITCH's own causes, which it sends as protocol SIP, start here; a SIP status ends below. */
enum { EXPLAIN_CAUSE_FREESWITCH = 700 };

/* A text in lower case.  chars: bit c % 64 of each of its characters c. */
struct explain_text {
	size_t n;
	uint64_t chars;
	char text[EXPLAIN_TEXT_MAX];
};

/* The texts of one failure, by enum phrase_field, and the sender's name. */
struct explain_texts {
	struct explain_text field[PHRASE_FIELD_N];
	struct explain_text server;
	bool own;
	bool plain; /* the phrase is the registered one */
};

static void
explain_lower(struct explain_text *out, struct slice in)
{
	out->n = in.n < sizeof out->text ? in.n : sizeof out->text;
	out->chars = 0;
	for (size_t i = 0; i < out->n; i++) {
		char c = in.p[i];

		out->text[i] = c >= 'A' && c <= 'Z' ? (char)(c | 32) : c;
		out->chars |= UINT64_C(1) << (out->text[i] & 63);
	}
}

/* Of the hundreds of patterns nearly all have a character that the text has not. */
static bool
explain_has(const struct explain_text *t, const char *needle)
{
	size_t n = 0;

	if (t->n == 0)
		return false;
	for (; needle[n] != '\0'; n++) {
		if ((t->chars >> (needle[n] & 63) & 1) == 0)
			return false;
	}
	return memmem(t->text, t->n, needle, n) != NULL;
}

static bool
explain_has_any(const struct explain_text *t, const char *const *words)
{
	for (; words && *words; words++) {
		if (explain_has(t, *words))
			return true;
	}
	return false;
}

/* How well a matching row fits, apart from its pattern's length: its conditions, its maker, its code, its evidence. */
static unsigned
explain_fit(const struct sip_phrase *row, const struct phrase_rule *rule, const struct explain_texts *in)
{
	unsigned fit = 0;

	if (rule->own)
		fit += 16;
	if (rule->need || explain_has_any(&in->server, rule->maker))
		fit += 8;
	if (row->code)
		fit += 4;
	if (row->evidence && strcmp(row->evidence, "seed") == 0)
		fit += 2;
	else if (row->evidence && strcmp(row->evidence, "unverified") != 0)
		fit += 1;
	return fit;
}

static bool
explain_applies(const struct sip_phrase *row, const struct phrase_rule *rule, const struct explain_texts *in)
{
	if (rule->own && !in->own)
		return false;
	if (!explain_has(&in->field[rule->field], row->pattern))
		return false;
	if (rule->need && !explain_has_any(&in->server, rule->need))
		return false;
	/* The code's own phrase is what anybody sends: what one maker means by it says nothing of the others. */
	return !in->plain || rule->field != PHRASE_IN_STATUS || rule->need || !rule->maker ||
	    explain_has_any(&in->server, rule->maker);
}

/* The best row of one code (0 for the rows of any code), better than what *best and *score hold. */
static void
explain_phrase_of(unsigned code, const struct explain_texts *in, const struct sip_phrase **best, size_t *score)
{
	size_t lo = 0, hi = tables_phrases_n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (tables_phrases[mid].code < code)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < tables_phrases_n && tables_phrases[lo].code == code; lo++) {
		const struct sip_phrase *row = &tables_phrases[lo];
		size_t mine;

		if (!explain_applies(row, &tables_rules[lo], in))
			continue;
		mine = strlen(row->pattern) * 32 + explain_fit(row, &tables_rules[lo], in);
		if (mine > *score) {
			*score = mine;
			*best = row;
		}
	}
}

static const struct sip_phrase *
explain_phrase(const struct sip_explain_in *in)
{
	struct explain_texts texts;
	const struct sip_phrase *best = NULL;
	size_t score = 0;

	explain_lower(&texts.field[PHRASE_IN_STATUS], in->phrase);
	explain_lower(&texts.field[PHRASE_IN_REASON], in->reason);
	explain_lower(&texts.field[PHRASE_IN_WARNING], in->warning);
	explain_lower(&texts.field[PHRASE_IN_DETAIL], in->detail);
	explain_lower(&texts.server, in->server);
	texts.own = in->own;
	texts.plain = in->code && slice_ieq(in->phrase, slice_str(sip_code_phrase(in->code)));
	explain_phrase_of(0, &texts, &best, &score);
	if (in->code)
		explain_phrase_of(in->code, &texts, &best, &score);
	return best;
}

bool
sip_phrase_fits(const struct sip_phrase *row, struct slice sender)
{
	const struct phrase_rule *rule = &tables_rules[row - tables_phrases];
	struct explain_text server;

	explain_lower(&server, sender);
	if (server.n == 0 || (!rule->need && !rule->maker))
		return true;
	return explain_has_any(&server, rule->need) || explain_has_any(&server, rule->maker);
}

/* "NO_ANSWER" and "no answer", "User busy" and "user busy". */
static bool
explain_is_name(const char *name, const char *pattern)
{
	if (!name)
		return false;
	for (; *name && *pattern; name++, pattern++) {
		char c = *name >= 'A' && *name <= 'Z' ? (char)(*name | 32) : *name;

		if ((c == '_' ? ' ' : c) != (*pattern == '_' ? ' ' : *pattern))
			return false;
	}
	return *name == *pattern;
}

const struct q850_cause *
sip_phrase_cause(const struct sip_phrase *row)
{
	for (size_t i = 0; i < tables_causes_n; i++)
		if (explain_is_name(tables_causes[i].freeswitch_name, row->pattern) ||
		    explain_is_name(tables_causes[i].name, row->pattern))
			return &tables_causes[i];
	return NULL;
}

/* Causes that only say that a call ended, or that nobody knows why. */
static bool
explain_is_vague(const struct q850_cause *q)
{
	return q->cause == 0 || q->cause == 16 || q->cause == 31 || q->cause == 127;
}

/* The cause that RFC 3398 maps the status to says the same again; a phrase that somebody chose says more. */
static bool
explain_is_echo(const struct sip_explanation *e)
{
	const char *at = e->code && e->code->q850_mapping ? strstr(e->code->q850_mapping, "RFC3398=") : NULL;

	return at && strtoul(at + strlen("RFC3398="), NULL, 10) == e->q850->cause;
}

static void
explain_set(struct sip_explanation *out, const char *headline, const char *kind, unsigned number)
{
	out->headline = headline;
	snprintf(out->key, sizeof out->key, "%s:%u", kind, number);
}

static void
explain_set_phrase(struct sip_explanation *out)
{
	const struct sip_phrase *row = out->phrase;

	out->headline = row->meaning;
	if (row->code)
		snprintf(out->key, sizeof out->key, "phrase:%u:%s", (unsigned)row->code, row->pattern);
	else
		snprintf(out->key, sizeof out->key, "phrase:*:%s", row->pattern);
}

/* The SIP cause of a Reason tells more than the status only when it is another one. */
static const struct sip_code *
explain_reason_code(const struct sip_explain_in *in, int reason_sip)
{
	if (reason_sip < 300 || (unsigned)reason_sip == in->code)
		return NULL;
	return sip_code_find((unsigned)reason_sip);
}

static void
explain_decide(struct sip_explanation *out, const struct sip_code *reason)
{
	if (out->q850 && !explain_is_vague(out->q850) && !(out->phrase && explain_is_echo(out)))
		explain_set(out, out->q850->meaning, "q850", out->q850->cause);
	else if (reason)
		explain_set(out, reason->meaning, "reason", reason->code);
	else if (out->warning && out->warning->code != 399)
		explain_set(out, out->warning->meaning, "warning", out->warning->code);
	else if (out->phrase)
		explain_set_phrase(out);
	else if (out->code)
		explain_set(out, out->code->meaning, "code", out->code->code);
	else if (out->q850)
		explain_set(out, out->q850->meaning, "q850", out->q850->cause);
	else if (out->warning)
		explain_set(out, out->warning->meaning, "warning", out->warning->code);
	else if (out->cls) {
		out->headline = out->cls->meaning;
		snprintf(out->key, sizeof out->key, "class:%uxx", (unsigned)out->cls->first / 100);
	}
}

/* Lists that suit what decided. */
static void
explain_set_lists(struct sip_explanation *out, const struct sip_code *reason)
{
	const struct sip_code *code = reason && strncmp(out->key, "reason:", 7) == 0 ? reason : out->code;

	if (out->warning && out->warning->code != 399) {
		out->causes = out->warning->causes;
		out->checks = out->warning->checks;
	}
	if (code && !out->causes)
		out->causes = code->causes;
	if (code && !out->checks)
		out->checks = code->checks;
}

void
sip_explain(const struct sip_explain_in *in, struct sip_explanation *out)
{
	int q850 = -1, reason_sip = -1, warn_code = in->warn_code;
	const struct sip_code *reason;

	memset(out, 0, sizeof *out);
	reason_read(in->reason, &q850, &reason_sip);
	if (in->q850 >= 0)
		q850 = in->q850;
	if (q850 < 0 && reason_sip >= EXPLAIN_CAUSE_FREESWITCH)
		q850 = reason_sip;
	out->code = sip_code_find(in->code);
	out->cls = sip_class_find(in->code);
	out->q850 = q850 >= 0 ? q850_find((unsigned)q850) : NULL;
	if (warn_code < 0)
		warn_code = reason_warn_code(in->warning);
	out->warning = warn_code >= 0 ? sip_warning_find((unsigned)warn_code) : NULL;
	out->phrase = explain_phrase(in);
	reason = explain_reason_code(in, reason_sip);
	explain_decide(out, reason);
	explain_set_lists(out, reason);
}

/* The lists of a case, where it has some; they suit it better than the code's. */
static const struct sip_case *
explain_case_lists(struct sip_explanation *out, const char *name)
{
	const struct sip_case *row = table_case(name);

	if (row && row->causes)
		out->causes = row->causes;
	if (row && row->checks)
		out->checks = row->checks;
	return row;
}

static void
explain_set_case(struct sip_explanation *out, const char *name, unsigned code)
{
	const struct sip_case *row = explain_case_lists(out, name);

	if (!row)
		return;
	out->headline = row->headline;
	if (code)
		snprintf(out->key, sizeof out->key, "%.64s:%u", name, code);
	else
		snprintf(out->key, sizeof out->key, "%s", name);
}

/* Nothing but the number of the answer decided. */
static bool
explain_is_bare(const struct sip_explanation *e)
{
	return strncmp(e->key, "code:", 5) == 0 || strncmp(e->key, "class:", 6) == 0;
}

static bool
explain_is_invite(const struct event *ev)
{
	return slice_ieq(ev->method, (struct slice){ "INVITE", 6 });
}

/* Decided by words that are the code's own, which anybody sends. */
static bool
explain_is_usual(const struct event *ev, const struct sip_explanation *e)
{
	return strncmp(e->key, "phrase:", 7) == 0 &&
	    slice_ieq(slice_trim(ev->phrase), slice_str(sip_code_phrase(ev->code)));
}

/* This machine is where the answer was made: nobody behind it said it first. */
static bool
explain_is_ours(const struct event *ev)
{
	return ev->direction == DIRECTION_SENT && ev->said_by.n == 0 && ev->leg.n == 0;
}

static bool
explain_is_silence(const struct event *ev)
{
	return ev->code == 0 || (ev->code < 300 && ev->outcome == OUTCOME_NO_RESPONSE);
}

/* A number that nobody has: whose table lacks it depends on who says so to whom. */
static void
explain_number(const struct event *ev, struct sip_explanation *out)
{
	const char *name = explain_is_ours(ev) && ev->role == PEER_ROLE_TRUNK    ? "route:inbound"
	    : explain_is_ours(ev) && ev->role == PEER_ROLE_PHONES                ? "route:dialplan"
	    : ev->direction == DIRECTION_RECEIVED && ev->role == PEER_ROLE_TRUNK ? "number:trunk"
										 : NULL;
	bool echo = out->q850 && (out->q850->cause == 1 || out->q850->cause == 3);

	if (!name || !explain_is_invite(ev))
		return;
	if (explain_is_bare(out) || (echo && !out->phrase && explain_is_ours(ev)))
		explain_set_case(out, name, 0);
	else if (echo || explain_is_usual(ev, out))
		(void)explain_case_lists(out, name);
}

static void
explain_said(const struct event *ev, struct sip_explanation *out)
{
	const struct sip_code *said = sip_code_find(ev->said_code);
	struct sip_explain_in in = { .code = ev->said_code, .phrase = ev->said_phrase, .q850 = -1, .warn_code = -1 };
	struct sip_explanation first;

	if (!said || ev->said_code < 300 || ev->said_code == ev->code)
		return;
	sip_explain(&in, &first);
	if (explain_is_bare(out))
		explain_set(out, first.headline, "said", said->code);
	out->causes = first.causes;
	out->checks = first.checks;
}

static void
explain_event_case(const struct event *ev, struct sip_explanation *out)
{
	if (explain_is_silence(ev))
		explain_set_case(out,
		    ev->direction == DIRECTION_SENT ? "silence:own"
			: ev->rang                  ? "silence:rang"
						    : "silence",
		    0);
	else if (ev->ack_missing)
		explain_set_case(out, "ack-missing", 0);
	else if ((ev->code == 401 || ev->code == 407) && ev->auth)
		explain_set_case(out, "auth", ev->code);
	else if ((ev->code == 401 || ev->code == 407) && (explain_is_bare(out) || explain_is_usual(ev, out)))
		explain_set_case(out, "challenge", ev->code);
	else if (ev->code == 404 || ev->code == 604)
		explain_number(ev, out);
	explain_said(ev, out);
}

void
sip_explain_event(const struct event *ev, struct sip_explanation *out)
{
	struct sip_explain_in in = {
		.code = ev->code,
		.phrase = ev->phrase,
		.reason = ev->reason,
		.warning = ev->warning,
		.server = ev->agent,
		.detail = ev->detail,
		.q850 = ev->q850,
		.warn_code = ev->warn_code,
		.own = explain_is_ours(ev) && explain_is_invite(ev) && ev->role != PEER_ROLE_PHONES,
	};

	sip_explain(&in, out);
	explain_event_case(ev, out);
}

bool
sip_explain_key(struct slice key, struct sip_explanation *out)
{
	char name[sizeof out->key];
	struct slice rest = key;
	uint64_t code = 0;

	memset(out, 0, sizeof *out);
	if (key.n == 0 || key.n >= sizeof name)
		return false;
	slice_copy(name, sizeof name, key);
	if (!table_case(name)) {
		slice_copy(name, sizeof name, slice_cut(&rest, ':'));
		if (strcmp(name, "auth") != 0 && strcmp(name, "challenge") != 0)
			return false;
		if (slice_u64(rest, SIP_CODE_MAX, &code) != 0 || (code != 401 && code != 407))
			return false;
	}
	out->code = sip_code_find((unsigned)code);
	out->cls = sip_class_find((unsigned)code);
	explain_set_case(out, name, (unsigned)code);
	return out->headline != NULL;
}
