/* explain - the code tables for a person at a prompt; see explain.h. */
#include "app/explain.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "sipwhy/event.h"
#include "sipwhy/incident.h"
#include "sipwhy/sip.h"
#include "sipwhy/text.h"

enum { EXPLAIN_WIDTH = 78, EXPLAIN_INDENT = 4 };

/* One paragraph, wrapped at words; foreign text was cleaned before. */
static void
explain_wrap(FILE *out, const char *lead, const char *s)
{
	size_t at = (size_t)fprintf(out, "%*s%s", EXPLAIN_INDENT, "", lead), hang = at;

	while (*s != '\0') {
		size_t n = strcspn(s, " ");

		if (at > hang && at + 1 + n > EXPLAIN_WIDTH) {
			(void)fprintf(out, "\n%*s", (int)hang, "");
			at = hang;
		} else if (at > hang) {
			(void)fputc(' ', out);
			at++;
		}
		(void)fprintf(out, "%.*s", (int)n, s);
		at += n;
		s += n + (s[n] == ' ');
	}
	(void)fputc('\n', out);
}

static bool
explain_known(const char *s)
{
	return s != NULL && s[0] != '\0' && strcmp(s, "-") != 0;
}

static void
explain_text(FILE *out, const char *title, const char *s)
{
	if (!explain_known(s))
		return;
	(void)fprintf(out, "\n%s\n", title);
	explain_wrap(out, "", s);
}

static void
explain_list(FILE *out, const char *title, const char *const *rows)
{
	if (rows == NULL || rows[0] == NULL)
		return;
	(void)fprintf(out, "\n%s\n", title);
	for (; *rows != NULL; rows++)
		explain_wrap(out, "- ", *rows);
}

static void
explain_cause(FILE *out, const struct q850_cause *c, bool alone)
{
	char text[256];

	if (c == NULL)
		return;
	(void)fprintf(out, "%sQ.850 cause %u  %s\n", alone ? "" : "\n", c->cause, c->name);
	explain_wrap(out, "", c->meaning);
	if (explain_known(c->note))
		explain_wrap(out, "", c->note);
	(void)snprintf(text, sizeof text, "SIP status (RFC 3398): %s; Asterisk: %s; FreeSWITCH: %s",
	    explain_known(c->to_sip) ? c->to_sip : "-", explain_known(c->asterisk_name) ? c->asterisk_name : "-",
	    explain_known(c->freeswitch_name) ? c->freeswitch_name : "-");
	explain_wrap(out, "", text);
}

static void
explain_warning(FILE *out, const struct sip_warning *w, bool alone)
{
	if (w == NULL)
		return;
	(void)fprintf(out, "%sWarning %u  %s\n", alone ? "" : "\n", w->code, w->name);
	explain_wrap(out, "", w->meaning);
	if (!alone)
		return;
	explain_list(out, "Likely causes", w->causes);
	explain_list(out, "Check next", w->checks);
}

static void
explain_class(FILE *out, const struct sip_class *c, bool alone)
{
	if (alone)
		(void)fprintf(out, "%uxx %s\n", (unsigned)c->first / 100, c->name);
	else
		(void)fprintf(out, "\nClass %uxx: %s\n", (unsigned)c->first / 100, c->name);
	explain_wrap(out, "", c->seed_note);
	explain_wrap(out, "", c->meaning);
	explain_wrap(out, "", c->operator_rule);
}

static void
explain_pattern(FILE *out, const struct sip_pattern *p)
{
	(void)fprintf(out, "%s  (incident %s)\n", p->title, p->kind);
	explain_wrap(out, "", p->meaning);
	explain_text(out, "Looks similar, but is not this", p->harmless);
	explain_list(out, "Check next", p->checks);
}

static void
explain_phrase(FILE *out, const struct sip_explanation *e, const struct event *ev)
{
	const struct sip_phrase *row = e->phrase;
	bool proved, fits;

	if (row == NULL)
		return;
	proved = row->evidence == NULL || strcmp(row->evidence, "unverified") != 0;
	fits = sip_phrase_fits(row, ev->agent);
	if (!proved)
		explain_text(out, "What this wording may mean (not confirmed)", row->meaning);
	else if (!fits)
		explain_text(out, "What this wording means elsewhere", row->meaning);
	else if (e->headline != row->meaning)
		explain_text(out, "What this wording means", row->meaning);
	explain_text(out, "Check first", row->check_next);
	if (e->q850 == NULL && sip_phrase_cause(row) != NULL)
		explain_cause(out, sip_phrase_cause(row), false);
	explain_text(out, "Known from", row->product);
}

static void
explain_code(FILE *out, const struct sip_explanation *e)
{
	if (e->code == NULL)
		return;
	if (e->headline != e->code->meaning)
		explain_text(out, "The code in general", e->code->meaning);
	explain_text(out, "Note", e->code->seed_note);
	if (e->causes != e->code->causes)
		explain_list(out, "Likely causes in this case", e->causes);
	if (e->checks != e->code->checks)
		explain_list(out, "Check in this case", e->checks);
	explain_list(out, "Likely causes on a PBX", e->code->causes);
	explain_list(out, "Check next", e->code->checks);
	explain_text(out, "Normal when", e->code->expected_when);
	explain_text(out, "Trying again", e->code->retry_note);
	explain_text(out, "Who sends it", e->code->generated_by);
	explain_text(out, "Headers that tell more", e->code->detail_headers);
	explain_text(out, "Its Q.850 cause", e->code->q850_mapping);
}

/* "Reason: Q.850;cause=1": the value when the line begins with this name. */
static bool
explain_is_header(struct slice line, const char *name, struct slice *value)
{
	size_t n = strlen(name);

	if (line.n <= n || line.p[n] != ':' || !slice_istarts(line, slice_str(name)))
		return false;
	*value = slice_trim((struct slice){ line.p + n + 1, line.n - n - 1 });
	return true;
}

/* A header of the answer, or one of the two words about who said it to whom; false for a phrase. */
static bool
explain_header(struct event *ev, struct slice line)
{
	static const char *const products[] = { "X-Asterisk-HangupCause", "X-Twilio-Error", "P-Registrar-Error" };
	struct slice value;

	if (explain_is_header(line, "Server", &value) || explain_is_header(line, "User-Agent", &value))
		ev->agent = value;
	else if (explain_is_header(line, "Reason", &value))
		ev->reason = value;
	else if (explain_is_header(line, "Warning", &value))
		ev->warning = value;
	else if (explain_is_header(line, "Direction", &value))
		ev->direction = slice_ieq(value, slice_str("sent")) ? DIRECTION_SENT : DIRECTION_RECEIVED;
	else if (explain_is_header(line, "Role", &value))
		ev->role = slice_ieq(value, slice_str("trunk")) ? PEER_ROLE_TRUNK
		    : slice_ieq(value, slice_str("phones"))     ? PEER_ROLE_PHONES
								: PEER_ROLE_UNKNOWN;
	else {
		for (size_t i = 0; i < sizeof products / sizeof products[0]; i++)
			if (explain_is_header(line, products[i], &value)) {
				ev->detail = line;
				return true;
			}
		return false;
	}
	return true;
}

/* Phrase and headers; false when there are two phrases. */
static bool
explain_words(struct event *ev, char *const *words)
{
	for (; words != NULL && *words != NULL; words++) {
		struct slice rest = slice_str(*words);

		while (rest.n > 0) {
			struct slice line = slice_trim(slice_cut(&rest, '\n'));

			if (line.n == 0 || explain_header(ev, line))
				continue;
			if (ev->phrase.n > 0)
				return false;
			ev->phrase = line;
		}
	}
	return true;
}

static int
explain_answer(FILE *out, unsigned code, char *const *words)
{
	struct event ev = { .code = (uint16_t)code, .q850 = -1, .reason_sip = -1, .warn_code = -1 };
	struct sip_explanation e;
	char shown[256];

	ev.method = slice_str("INVITE");
	if (!explain_words(&ev, words)) {
		(void)fprintf(
		    stderr, "sipwhy: --explain CODE takes one phrase: put it in quotes; headers as 'Name: value'\n");
		return 2;
	}
	sip_explain_event(&ev, &e);
	(void)text_clean(
	    shown, sizeof shown, ev.phrase.n > 0 ? ev.phrase : slice_str(sip_code_phrase(code)), 200, false, NULL);
	(void)fprintf(out, "%u %s  (%s, class %uxx: %s)\n", code, shown,
	    e.code != NULL ? e.code->rfc : "not registered", code / 100, e.cls->name);
	explain_wrap(out, "", e.headline);
	explain_phrase(out, &e, &ev);
	explain_code(out, &e);
	explain_cause(out, e.q850, false);
	explain_warning(out, e.warning, false);
	explain_class(out, e.cls, false);
	return ferror(out) ? 1 : 0;
}

/* A number behind a word and a colon; -1 when there is none. */
static int
explain_number(struct slice s, const char *word)
{
	struct slice w = slice_str(word);
	uint64_t v;

	if (!slice_istarts(s, w) || slice_u64((struct slice){ s.p + w.n, s.n - w.n }, 1023, &v) != 0)
		return -1;
	return (int)v;
}

static int
explain_numbered(FILE *out, const char *word, int number)
{
	const struct q850_cause *cause = word[0] == 'q' ? q850_find((unsigned)number) : NULL;
	const struct sip_warning *warning = word[0] == 'w' ? sip_warning_find((unsigned)number) : NULL;

	if (cause == NULL && warning == NULL) {
		(void)fprintf(stderr, "sipwhy: --explain %s%d: no such %s is known\n", word, number,
		    word[0] == 'q' ? "cause" : "warning");
		return 1;
	}
	explain_cause(out, cause, true);
	explain_warning(out, warning, true);
	return ferror(out) ? 1 : 0;
}

/* A name: of a class, of an incident, of a case that has no code; one may be both of these. */
static bool
explain_named(FILE *out, struct slice name)
{
	struct slice prefix = slice_str("pattern:");
	struct sip_explanation e;
	bool found;

	if (name.n == 3 && name.p[0] >= '1' && name.p[0] <= '6' &&
	    slice_istarts((struct slice){ name.p + 1, 2 }, slice_str("xx"))) {
		explain_class(out, sip_class_find((unsigned)(name.p[0] - '0') * 100), true);
		return true;
	}
	found = sip_explain_key(name, &e);
	if (found) {
		(void)fprintf(out, "%.*s\n", (int)name.n, name.p);
		explain_wrap(out, "", e.headline);
		explain_list(out, "Likely causes", e.causes);
		explain_list(out, "Check next", e.checks);
	}
	if (slice_istarts(name, prefix))
		name = (struct slice){ name.p + prefix.n, name.n - prefix.n };
	for (unsigned i = PATTERN_MIN; i <= PATTERN_MAX; i++) {
		const struct sip_pattern *p = sip_pattern_find(i);

		if (p == NULL || !slice_ieq(name, slice_str(p->kind)))
			continue;
		(void)fprintf(out, "%s", found ? "\n" : "");
		explain_pattern(out, p);
		return true;
	}
	return found;
}

int
explain_print(FILE *out, const char *what, char *const *words)
{
	struct slice s = slice_str(what);
	int q850 = explain_number(s, "q850:"), warning = explain_number(s, "warning:");
	char shown[256];
	uint64_t code;

	if (q850 >= 0)
		return explain_numbered(out, "q850:", q850);
	if (warning >= 0)
		return explain_numbered(out, "warning:", warning);
	if (slice_u64(s, SIP_CODE_MAX, &code) == 0 && code >= SIP_CODE_MIN)
		return explain_answer(out, (unsigned)code, words);
	if (explain_named(out, s))
		return ferror(out) ? 1 : 0;
	(void)text_clean(shown, sizeof shown, s, 40, false, NULL);
	(void)fprintf(stderr,
	    "sipwhy: --explain %s: a status code from 100 to 699 is wanted, a class (4xx), q850: or warning: and its "
	    "cause number, an incident (trunk-down) or silence, ack-missing, auth:401\n",
	    shown);
	return 2;
}
