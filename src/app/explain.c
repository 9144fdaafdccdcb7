/* explain - the code tables for a person at a prompt; see explain.h. */
#include "app/explain.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

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

static void
explain_text(FILE *out, const char *title, const char *s)
{
	if (s == NULL || s[0] == '\0' || strcmp(s, "-") == 0)
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
	if (c->note != NULL && strcmp(c->note, "-") != 0)
		explain_wrap(out, "", c->note);
	(void)snprintf(text, sizeof text, "SIP status (RFC 3398): %s; Asterisk: %s; FreeSWITCH: %s", c->to_sip,
	    c->asterisk_name, c->freeswitch_name);
	explain_wrap(out, "", text);
}

static void
explain_code(FILE *out, const struct sip_explanation *e, unsigned code)
{
	if (code == 0)
		return;
	if (e->phrase != NULL) {
		if (e->headline != e->phrase->meaning)
			explain_text(out, "What this phrase means", e->phrase->meaning);
		explain_text(out, "Check first", e->phrase->check_next);
	}
	if (e->code == NULL) {
		if (e->headline != e->cls->meaning)
			explain_text(out, "The code is not registered; its class says", e->cls->meaning);
		explain_text(out, "Rule", e->cls->operator_rule);
		return;
	}
	if (e->headline != e->code->meaning)
		explain_text(out, "The code in general", e->code->meaning);
	explain_text(out, "Note", e->code->seed_note);
	explain_list(out, "Likely causes on a PBX", e->code->causes);
	explain_list(out, "Check next", e->code->checks);
	explain_text(out, "Normal when", e->code->expected_when);
	explain_text(out, "Trying again", e->code->retry_note);
	explain_text(out, "Who sends it", e->code->generated_by);
	explain_text(out, "Headers that tell more", e->code->detail_headers);
	explain_text(out, "Its Q.850 cause", e->code->q850_mapping);
}

static int
explain_number(const char *what, unsigned *code, int *q850)
{
	struct slice s = slice_str(what), q = slice_str("q850:");
	uint64_t v;

	*code = 0;
	*q850 = -1;
	if (slice_istarts(s, q)) {
		s.p += q.n;
		s.n -= q.n;
		if (slice_u64(s, 1023, &v) != 0)
			return -1;
		*q850 = (int)v;
		return 0;
	}
	if (slice_u64(s, SIP_CODE_MAX, &v) != 0 || v < SIP_CODE_MIN)
		return -1;
	*code = (unsigned)v;
	return 0;
}

int
explain_print(FILE *out, const char *what, const char *phrase)
{
	struct sip_explain_in in = { .phrase = slice_str(phrase), .warn_code = -1 };
	struct sip_explanation e;
	char shown[256];

	if (explain_number(what, &in.code, &in.q850) != 0) {
		(void)text_clean(shown, sizeof shown, slice_str(what), 40, false, NULL);
		(void)fprintf(stderr,
		    "sipwhy: --explain %s: a status code from 100 to 699 is wanted, or q850: and a cause number\n",
		    shown);
		return 2;
	}
	sip_explain(&in, &e);
	if (in.code == 0 && e.q850 == NULL) {
		(void)fprintf(stderr, "sipwhy: --explain q850:%d: no such cause is known\n", in.q850);
		return 1;
	}
	if (in.code != 0) {
		(void)text_clean(shown, sizeof shown, slice_str(phrase != NULL ? phrase : sip_code_phrase(in.code)),
		    200, false, NULL);
		(void)fprintf(out, "%u %s  (%s, class %uxx: %s)\n", in.code, shown,
		    e.code != NULL ? e.code->rfc : "not registered", in.code / 100, e.cls->name);
		explain_wrap(out, "", e.headline);
	}
	explain_code(out, &e, in.code);
	explain_cause(out, e.q850, in.code == 0);
	return ferror(out) ? 1 : 0;
}
