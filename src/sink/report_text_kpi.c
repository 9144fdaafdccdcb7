/*
 * report_text_kpi - the part of the report for people that comes of attempts; see report_text.h.
 * The one thing to know: a ratio of few attempts stands with its sample beside it, and one of none is "-".
 */
#include <math.h>

#include "sink/out.h"
#include "sink/report_text.h"
#include "sipwhy/sip.h"

enum { TEXT_PEERS = 10 };

static const char text_untold[] = "the log tells failures alone";

static const char *
report_text_signed(char out[TEXT_NUMBER], int64_t v)
{
	return report_text_number(out, v > 0 ? (uint64_t)v : 0);
}

static void
report_text_attempt(FILE *out, const struct counts *c, unsigned m, bool lines)
{
	char n[TEXT_NUMBER];

	(void)fprintf(out, "  %-10s %11s", sip_method_name((enum sip_method)m), report_text_signed(n, c->attempts[m]));
	for (unsigned k = 0; k < OUTCOME_N; k++)
		(void)fprintf(out, " %11s",
		    lines && c->outcomes[m][k] == 0 && k != OUTCOME_EVICTED ? "-"
									    : report_text_signed(n, c->outcomes[m][k]));
	(void)fprintf(out, " %8s\n", lines && sink_open(c, m) == 0 ? "-" : report_text_signed(n, sink_open(c, m)));
}

void
report_text_attempts(FILE *out, const struct sink_report *r)
{
	const struct counts *c = tally_total(r->tally);
	bool head = false;

	for (unsigned m = 0; m < METHOD_N; m++) {
		if (!sink_attempted(c, m))
			continue;
		if (!head) {
			(void)fprintf(out, "\n%-12s %11s", "Attempts", "all");
			for (unsigned k = 0; k < OUTCOME_N; k++)
				(void)fprintf(out, " %11s", outcome_name(k));
			(void)fprintf(out, " %8s\n", "open");
		}
		head = true;
		report_text_attempt(out, c, m, sink_from_lines(r));
	}
}

/* "ASR 70.0%"; "-" where there is nothing to divide by. */
static void
report_text_percent(FILE *out, const char *label, double v)
{
	if (isnan(v))
		(void)fprintf(out, "  %s -", label);
	else
		(void)fprintf(out, "  %s %.1f%%", label, v);
}

/* A figure of few is told together with how few: it says little. */
static void
report_text_few(FILE *out, int64_t n, const char *one, const char *many)
{
	if (n > 0 && n < KPI_SAMPLE_MIN)
		(void)fprintf(out, "  (few: %d %s)", (int)n, n == 1 ? one : many);
}

/* Many calls may leave few to divide by, when most were silent or challenged: that is told too. */
static void
report_text_few_calls(FILE *out, const struct kpi_figures *f)
{
	int64_t n = f->seized > 0 && f->seized < f->offered ? f->seized : f->offered;

	if (f->bids < KPI_SAMPLE_MIN)
		report_text_few(out, f->bids, "call", "calls");
	else if (n > 0 && n < KPI_SAMPLE_MIN)
		(void)fprintf(out, "  (few: %d of %lld calls)", (int)n, (long long)f->bids);
}

static void
report_text_delay(FILE *out, const char *label, const struct kpi_figures *f, enum kpi_delay d)
{
	char p50[TEXT_NUMBER], p95[TEXT_NUMBER];

	if (f->delay[d].samples == 0)
		return;
	(void)fprintf(out, "  %-16s  p50 %s ms  p95 %s ms", label,
	    report_text_number(p50, (uint64_t)(f->delay[d].p50 + 0.5)),
	    report_text_number(p95, (uint64_t)(f->delay[d].p95 + 0.5)));
	report_text_few(out, f->delay[d].samples, "sample", "samples");
	(void)fputc('\n', out);
}

static void
report_text_calls(FILE *out, const struct kpi_figures *f)
{
	if (f->bids == 0)
		return;
	(void)fprintf(out, "  %-16s", "calls");
	report_text_percent(out, "ASR", f->asr);
	report_text_percent(out, "NER", f->ner);
	report_text_percent(out, "SER", f->ser);
	report_text_percent(out, "SEER", f->seer);
	report_text_percent(out, "ISA", f->isa);
	report_text_percent(out, "ABR", f->abr);
	report_text_percent(out, "SCR", f->scr);
	report_text_few_calls(out, f);
	if (isnan(f->isa))
		(void)fprintf(out, "  (%s)", text_untold);
	(void)fputc('\n', out);
	report_text_delay(out, "ringing (PDD)", f, KPI_PDD);
	report_text_delay(out, "reaction (SRD)", f, KPI_SRD);
}

static void
report_text_registrations(FILE *out, const struct kpi_figures *f)
{
	if (f->registers == 0)
		return;
	(void)fprintf(out, "  %-16s", "registrations");
	report_text_percent(out, "failed", f->registration_failure);
	report_text_few(out, f->registers, "registration", "registrations");
	if (isnan(f->registration_failure))
		(void)fprintf(out, "  (%s)", text_untold);
	(void)fputc('\n', out);
	report_text_delay(out, "registered (RRD)", f, KPI_RRD);
}

void
report_text_kpi(FILE *out, const struct sink_report *r)
{
	const struct kpi_counts *c = tally_kpi(r->tally);
	struct kpi_figures f;

	counts_figures(sink_lines(r), c, &f);
	if (f.bids == 0 && f.registers == 0)
		return;
	(void)fprintf(out, "\nQuality (of attempts)\n");
	report_text_calls(out, &f);
	report_text_registrations(out, &f);
	(void)fprintf(out, "  %-16s", "requests");
	report_text_percent(out, "sent again", f.retransmission);
	report_text_few(out, c->n[KPI_REQUESTS], "request", "requests");
	(void)fputc('\n', out);
}

void
report_text_failures(FILE *out, const struct sink_report *r)
{
	const uint64_t *events = tally_event_codes(r->tally);
	uint64_t silent = tally_event_silent(r->tally);
	char n[TEXT_NUMBER];
	bool head = false;

	for (unsigned code = 300; code <= SIP_CODE_MAX; code++) {
		uint64_t v = events[code - SIP_CODE_MIN];

		if (v == 0)
			continue;
		if (!head)
			(void)fprintf(out, "\nFailures by code\n");
		head = true;
		(void)fprintf(out, "  %u %-26.60s %14s\n", code, sip_code_phrase(code), report_text_number(n, v));
	}
	if (silent > 0)
		(void)fprintf(out, "%s  --- %-26s %14s\n", head ? "" : "\nFailures by code\n", "no response",
		    report_text_number(n, silent));
}

static void
report_text_peer_codes(FILE *out, const struct peer_stat *p)
{
	char n[TEXT_NUMBER];
	const char *sep = " ";

	for (unsigned i = 0; i < PEER_CODES && p->codes[i].n > 0; i++, sep = ", ") {
		if (p->codes[i].code == 0)
			(void)fprintf(out, "%sno response", sep);
		else
			(void)fprintf(out, "%s%u", sep, p->codes[i].code);
		(void)fprintf(out, " x %s", report_text_number(n, p->codes[i].n));
	}
	if (p->other > 0)
		(void)fprintf(out, "%sothers x %s", sep, report_text_number(n, p->other));
}

static void
report_text_peer(FILE *out, const struct counts *lines, const struct peer_stat *p, const struct kpi_peer *kpi)
{
	char name[4 * TEXT_NAME], n[TEXT_NUMBER];
	struct kpi_figures f = { .bids = 0 };

	(void)fprintf(out, "  %-40s %-6s %12s ", report_text_name(name, p->name),
	    p->role != PEER_ROLE_UNKNOWN ? peer_role_name(p->role) : "", report_text_number(n, p->events));
	report_text_peer_codes(out, p);
	if (kpi != NULL)
		counts_figures(lines, kpi->counts, &f);
	if (f.bids > 0) {
		report_text_percent(out, "ASR", f.asr);
		report_text_percent(out, "NER", f.ner);
		report_text_few_calls(out, &f);
	}
	(void)fputc('\n', out);
}

void
report_text_peers(FILE *out, const struct sink_report *r)
{
	struct sink_peers *peers = sink_peers_new(r->tally);

	if (peers == NULL) {
		(void)fprintf(out, "\nPeers with failures: no memory to list them\n");
		return;
	}
	if (peers->n > 0 && peers->peer[0].events > 0)
		(void)fprintf(out, "\nPeers with failures (most first)\n");
	for (size_t i = 0; i < peers->n && i < TEXT_PEERS && peers->peer[i].events > 0; i++)
		report_text_peer(out, sink_lines(r), &peers->peer[i], sink_peers_kpi(peers, peers->peer[i].name));
	sink_peers_free(peers);
}
