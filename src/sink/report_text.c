/*
 * report_text - the report for people, in plain lines; see sipwhy/sink.h.
 * The one thing to know: names come from the network or from file names, so they pass text_clean, and figures
 * are aligned to the widest one, so that columns never run into each other.
 */
#include <stdio.h>
#include <string.h>

#include "sink/events.h"
#include "sink/out.h"
#include "sink/report_text.h"
#include "sipwhy/sink.h"
#include "sipwhy/sip.h"
#include "sipwhy/text.h"
#include "sipwhy/timefmt.h"

enum { TEXT_SENTENCE = 400 };

const char *
report_text_number(char out[TEXT_NUMBER], uint64_t v)
{
	char digits[24];
	int n = snprintf(digits, sizeof digits, "%llu", (unsigned long long)v), at = 0;

	for (int i = 0; i < n; i++) {
		if (i > 0 && (n - i) % 3 == 0)
			out[at++] = ',';
		out[at++] = digits[i];
	}
	out[at] = '\0';
	return out;
}

const char *
report_text_name(char out[4 * TEXT_NAME], const char *name)
{
	(void)text_clean(out, 4 * TEXT_NAME, slice_str(name), TEXT_NAME, false, NULL);
	return out;
}

static double
report_text_seconds(const struct sink_report *r)
{
	return ((double)r->end_ns - (double)r->start_ns) / (double)NS_PER_S;
}

static void
report_text_pair(FILE *out, const char *label, uint64_t v, const char *note)
{
	char n[TEXT_NUMBER];

	(void)fprintf(out, "  %-16s %14s%s%s\n", label, report_text_number(n, v), note[0] != '\0' ? "  " : "", note);
}

static void
report_text_head(FILE *out, const struct sink_report *r)
{
	char from[32], to[32], host[4 * TEXT_NAME], version[4 * TEXT_NAME];

	(void)fprintf(out, "sipwhy %s on %s\n", report_text_name(version, r->version), report_text_name(host, r->host));
	if (r->start_ns == 0 && r->end_ns == 0)
		(void)fprintf(out, "no SIP message seen\n");
	else
		(void)fprintf(out, "%s to %s (%.1f s)\n", timefmt_date_ms(from, sizeof from, r->start_ns),
		    timefmt_date_ms(to, sizeof to, r->end_ns), report_text_seconds(r));
}

static void
report_text_incident(FILE *out, const struct incident *i)
{
	char since[32], last[32], sentence[4 * TEXT_SENTENCE];

	(void)text_clean(sentence, sizeof sentence, i->sentence, TEXT_SENTENCE, false, NULL);
	(void)fprintf(
	    out, "  %-8s  since %s", incident_level_name(i->level), timefmt_date_ms(since, sizeof since, i->since_ns));
	if (i->ended)
		(void)fprintf(out, " to %s", timefmt_date_ms(last, sizeof last, i->last_ns));
	(void)fprintf(out, "  %s\n", sentence);
}

/* Those that go on stand before those that ended. */
static void
report_text_incidents(FILE *out, const struct sink_report *r)
{
	if (r->n_incidents == 0)
		return;
	(void)fprintf(out, "\nIncidents\n");
	for (unsigned ended = 0; ended < 2; ended++)
		for (size_t i = 0; i < r->n_incidents; i++)
			if (r->incidents[i].ended == (ended == 1))
				report_text_incident(out, &r->incidents[i]);
}

/* Lines that name a code name no requests: that none was counted does not mean that there was none. */
static void
report_text_told(FILE *out, const struct sink_report *r, const char *label, uint64_t n, const char *note)
{
	if (n > 0 || !sink_from_lines(r))
		report_text_pair(out, label, n, note);
	else
		(void)fprintf(out, "  %-16s %14s  %s\n", label, "-", "the log does not show them");
}

static void
report_text_messages(FILE *out, const struct sink_report *r)
{
	const struct counts *c = tally_total(r->tally);
	uint64_t requests = counts_requests(c), responses = counts_responses(c);

	(void)fprintf(out, "\nMessages\n");
	report_text_pair(out, "total", requests + responses, "");
	report_text_told(out, r, "requests", requests, "");
	report_text_pair(out, "responses", responses, "");
	report_text_told(out, r, "retransmissions", c->retransmissions, "counted above too");
	report_text_pair(out, "copies", c->copies, "counted above too");
	report_text_pair(out, "partial", c->partial, "counted above too; read in part");
	report_text_pair(out, "malformed", c->malformed, "");
	report_text_pair(out, "Call-IDs", r->call_ids, r->call_ids_exact ? "" : "estimated");
	if (sink_notices(r) > 0)
		report_text_pair(out, "notices", sink_notices(r), "log lines that tell of a failure without a code");
	report_text_pair(out, "failures", c->events > c->recovered ? c->events - c->recovered : 0,
	    "each once; challenges and calls given up are none");
	if (c->recovered > 0)
		report_text_pair(out, "recovered", c->recovered, "failed first, and worked after all");
	if (sink_ack_missing(r->tally) > 0)
		report_text_pair(
		    out, "ACK missing", sink_ack_missing(r->tally), "of the failures: answered, never acknowledged");
}

/* Count, share of all responses, and rate over the span. */
static void
report_text_share(FILE *out, uint64_t n, uint64_t all, double seconds)
{
	char number[TEXT_NUMBER];

	(void)fprintf(
	    out, " %14s %6.1f%%", report_text_number(number, n), all > 0 ? 100.0 * (double)n / (double)all : 0.0);
	if (seconds > 0)
		(void)fprintf(out, " %9.2f/s", (double)n / seconds);
}

static void
report_text_classes(FILE *out, const struct sink_report *r)
{
	const struct counts *c = tally_total(r->tally);
	uint64_t all = counts_responses(c);

	if (all == 0)
		return;
	(void)fprintf(out, "\nClasses\n");
	for (unsigned cls = 1; cls <= 6; cls++) {
		const struct sip_class *row = sip_class_find(cls * 100);

		(void)fprintf(out, "  %uxx %-26s", cls, row != NULL ? row->name : "-");
		if (counts_class(c, cls) > 0 || !sink_from_lines(r))
			report_text_share(out, counts_class(c, cls), all, report_text_seconds(r));
		else
			(void)fprintf(out, " %14s  no line tells one", "-");
		(void)fputc('\n', out);
	}
}

static void
report_text_codes(FILE *out, const struct sink_report *r)
{
	const struct counts *c = tally_total(r->tally);
	uint64_t all = counts_responses(c);

	if (all == 0)
		return;
	(void)fprintf(out, "\nCodes\n");
	for (unsigned code = SIP_CODE_MIN; code <= SIP_CODE_MAX; code++) {
		uint64_t seen = counts_code(c, code);

		if (seen == 0)
			continue;
		(void)fprintf(out, "  %u %-26.60s", code, sip_code_phrase(code));
		report_text_share(out, seen, all, report_text_seconds(r));
		(void)fputc('\n', out);
	}
}

static void
report_text_forgotten(FILE *out, const struct sink_report *r)
{
	const struct counts *c = tally_total(r->tally);
	int64_t evicted = 0;

	for (unsigned m = 0; m < METHOD_N; m++)
		evicted += c->outcomes[m][OUTCOME_EVICTED];
	if (evicted > 0 || r->track.repeats_forgotten > 0)
		(void)fprintf(out, "\nForgotten for lack of room\n");
	if (evicted > 0)
		report_text_pair(out, "attempts", (uint64_t)evicted, "how they ended is not known");
	if (r->track.repeats_forgotten > 0)
		report_text_pair(out, "messages", r->track.repeats_forgotten, "their repeats counted as new");
}

/* What makes this failure another one than its code alone. */
static void
report_text_marks(FILE *out, const struct event *e)
{
	if (e->recovered)
		(void)fputs("  recovered", out);
	if (e->in_call)
		(void)fputs("  in call", out);
	if (e->auth)
		(void)fputs("  credentials refused", out);
	if (e->ack_missing)
		(void)fputs("  ACK missing", out);
	if (e->repeats + (uint64_t)e->copies > 0)
		(void)fprintf(out, "  seen x%llu", 1 + e->repeats + (unsigned long long)e->copies);
	(void)fputc('\n', out);
}

/* Text from outside in so many columns; "-" when it is not known. */
static void
report_text_field(char *out, size_t cap, struct slice text, size_t cols)
{
	(void)text_clean(out, cap, text.n > 0 ? text : slice_str("-"), cols, false, NULL);
}

static void
report_text_event(FILE *out, const struct event *e)
{
	char when[32], method[64], peer[4 * TEXT_NAME], from[4 * TEXT_NAME], to[4 * TEXT_NAME], phrase[4 * TEXT_NAME];
	char code[8] = "---";

	report_text_field(method, sizeof method, e->method, 12);
	report_text_field(peer, sizeof peer, e->peer, TEXT_NAME);
	report_text_field(from, sizeof from, e->from, 24);
	report_text_field(to, sizeof to, e->to, 24);
	if (e->code != 0)
		(void)snprintf(code, sizeof code, "%u", e->code);
	/* A log line may name the code alone: then the registered phrase, as on the screen. */
	report_text_field(phrase, sizeof phrase,
	    e->code == 0          ? slice_str("no response")
		: e->phrase.n > 0 ? e->phrase
				  : slice_str(sip_code_phrase(e->code)),
	    TEXT_NAME);
	(void)fprintf(out, "  %s %s %s  %s  %s > %s  %s", timefmt_date_ms(when, sizeof when, e->t_ns), code, phrase,
	    method, from, to, peer);
	report_text_marks(out, e);
}

static void
report_text_events(FILE *out, const struct sink_report *r)
{
	struct sink_events_at at = { .index = 0 };
	struct event e;
	uint64_t filtered;
	char n[TEXT_NUMBER];

	if (r->events == NULL || sink_events_count(r->events) + sink_events_dropped(r->events) + r->filtered == 0)
		return;
	(void)fprintf(out, "\nFailures\n");
	if (sink_events_dropped(r->events) > 0)
		(void)fprintf(
		    out, "  (%s older ones are not listed)\n", report_text_number(n, sink_events_dropped(r->events)));
	while (sink_events_next_of(r, &at, &e))
		report_text_event(out, &e);
	if (r->filter != NULL && (filtered = sink_events_filtered(r)) > 0)
		(void)fprintf(
		    out, "  (%s that the filter does not mean are not listed)\n", report_text_number(n, filtered));
}

int
sink_report_text(FILE *out, const struct sink_report *r, int quiet)
{
	report_text_head(out, r);
	report_text_incidents(out, r);
	report_text_messages(out, r);
	report_text_attempts(out, r);
	report_text_kpi(out, r);
	report_text_failures(out, r);
	report_text_classes(out, r);
	report_text_codes(out, r);
	report_text_notice_kinds(out, r);
	report_text_peers(out, r);
	report_text_sources(out, r, quiet != 0);
	report_text_hep(out, r, quiet != 0);
	report_text_forgotten(out, r);
	report_text_notices(out, r);
	report_text_events(out, r);
	return sink_flush(out);
}
