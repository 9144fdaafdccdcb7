/*
 * report_text - the report for people, in plain lines; see sipwhy/sink.h.
 * The one thing to know: names come from the network or from file names, so they pass text_clean, and figures
 * are aligned to the widest one, so that columns never run into each other.
 */
#include <stdio.h>
#include <string.h>

#include "sink/events.h"
#include "sink/out.h"
#include "sipwhy/sink.h"
#include "sipwhy/sip.h"
#include "sipwhy/text.h"
#include "sipwhy/timefmt.h"

enum { TEXT_PEERS = 10, TEXT_NAME = 40, TEXT_NUMBER = 32, TEXT_SORTED = 64 };
enum { REPORT_CANCELLED = 1, REPORT_CHALLENGE = 2 };

/* 1234567 as "1,234,567". */
static const char *
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

static const char *
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

/* 0 a failure, 1 cancelled by the caller, 2 a challenge: as the screen ranks them. */
static unsigned
report_text_rank(unsigned code)
{
	const struct sip_code *row = sip_code_find(code);

	if (row == NULL || row->bucket == NULL)
		return 0;
	if (strcmp(row->bucket, "challenge") == 0)
		return REPORT_CHALLENGE;
	return strcmp(row->bucket, "caller") == 0 ? REPORT_CANCELLED : 0;
}

static void
report_text_ranked(FILE *out, const struct sink_report *r, unsigned rank, const char *label, const char *note)
{
	const uint64_t *events = tally_event_codes(r->tally);
	uint64_t n = 0;

	for (unsigned code = SIP_CODE_MIN; code <= SIP_CODE_MAX; code++)
		n +=
		    events[code - SIP_CODE_MIN] > 0 && report_text_rank(code) == rank ? events[code - SIP_CODE_MIN] : 0;
	if (n > 0)
		report_text_pair(out, label, n, note);
}

static void
report_text_messages(FILE *out, const struct sink_report *r)
{
	const struct counts *c = tally_total(r->tally);
	uint64_t requests = counts_requests(c), responses = counts_responses(c);

	(void)fprintf(out, "\nMessages\n");
	report_text_pair(out, "total", requests + responses, "");
	report_text_pair(out, "requests", requests, "");
	report_text_pair(out, "responses", responses, "");
	report_text_pair(out, "retransmissions", c->retransmissions, "counted above too");
	report_text_pair(out, "copies", c->copies, "counted above too");
	report_text_pair(out, "partial", c->partial, "counted above too; read in part");
	report_text_pair(out, "malformed", c->malformed, "");
	report_text_pair(out, "Call-IDs", r->call_ids, r->call_ids_exact ? "" : "estimated");
	report_text_pair(out, "failures", c->events, "final responses of 400 and above, each once");
	report_text_ranked(out, r, REPORT_CHALLENGE, "of these 401 407", "challenges: normal once, before credentials");
	report_text_ranked(out, r, REPORT_CANCELLED, "of these 487", "cancelled: normal when the caller hung up");
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
		report_text_share(out, counts_class(c, cls), all, report_text_seconds(r));
		(void)fputc('\n', out);
	}
}

static void
report_text_codes(FILE *out, const struct sink_report *r)
{
	const struct counts *c = tally_total(r->tally);
	const uint64_t *events = tally_event_codes(r->tally);
	uint64_t all = counts_responses(c);
	char n[TEXT_NUMBER];

	if (all == 0)
		return;
	(void)fprintf(out, "\nCodes\n");
	for (unsigned code = SIP_CODE_MIN; code <= SIP_CODE_MAX; code++) {
		uint64_t seen = counts_code(c, code);

		if (seen == 0)
			continue;
		(void)fprintf(out, "  %u %-26.60s", code, sip_code_phrase(code));
		report_text_share(out, seen, all, report_text_seconds(r));
		if (events[code - SIP_CODE_MIN] > 0)
			(void)fprintf(out, "  failures %s", report_text_number(n, events[code - SIP_CODE_MIN]));
		(void)fputc('\n', out);
	}
}

static void
report_text_peer(FILE *out, const struct peer_stat *p)
{
	char name[4 * TEXT_NAME], n[TEXT_NUMBER];

	(void)fprintf(out, "  %-40s %12s ", report_text_name(name, p->name), report_text_number(n, p->events));
	for (unsigned i = 0; i < PEER_CODES && p->codes[i].n > 0; i++)
		(void)fprintf(
		    out, "%s %u x %s", i > 0 ? "," : "", p->codes[i].code, report_text_number(n, p->codes[i].n));
	if (p->other > 0)
		(void)fprintf(out, ", others x %s", report_text_number(n, p->other));
	(void)fputc('\n', out);
}

static uint64_t
report_text_peer_weight(const struct peer_stat *p)
{
	uint64_t n = p->other;

	for (unsigned i = 0; i < PEER_CODES && p->codes[i].n > 0; i++)
		n += report_text_rank(p->codes[i].code) == 0 ? p->codes[i].n : 0;
	return n;
}

/* As the screen has them: who only challenges comes last. */
static void
report_text_peers_sort(struct peer_stat *peers, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct peer_stat moving = peers[i];
		size_t at = i;

		for (; at > 0 && report_text_peer_weight(&moving) > report_text_peer_weight(&peers[at - 1]); at--)
			peers[at] = peers[at - 1];
		peers[at] = moving;
	}
}

static void
report_text_peers(FILE *out, const struct sink_report *r)
{
	struct peer_stat top[TEXT_SORTED];
	size_t n = tally_top_peers(r->tally, top, TEXT_SORTED);

	if (n == 0 || top[0].events == 0)
		return;
	report_text_peers_sort(top, n);
	(void)fprintf(out, "\nPeers with failures (most first; 401 407 487 not weighed)\n");
	for (size_t i = 0; i < n && i < TEXT_PEERS && top[i].events > 0; i++)
		report_text_peer(out, &top[i]);
}

static void
report_text_part(FILE *out, const char *label, uint64_t v, bool *first)
{
	char n[TEXT_NUMBER];

	if (v == 0)
		return;
	(void)fprintf(out, "%s %s %s", *first ? "   " : ",", label, report_text_number(n, v));
	*first = false;
}

/* Where every frame went; then every one that was lost, by reason. */
static void
report_text_source(FILE *out, const struct source_stat *s)
{
	char name[4 * TEXT_NAME], kind[4 * TEXT_NAME], state[4 * TEXT_NAME], n[TEXT_NUMBER], bytes[TEXT_NUMBER];
	bool first = true;

	(void)fprintf(out, "  %s (%s, %s): %s frames, %s bytes\n", report_text_name(name, s->name),
	    report_text_name(kind, s->kind), report_text_name(state, s->state), report_text_number(n, s->frames),
	    report_text_number(bytes, s->bytes));
	for (unsigned v = 0; v < WIRE_VERDICT_N; v++)
		report_text_part(out, source_verdict_name(v), s->verdict[v], &first);
	report_text_part(out, "left out by the capture filter", s->filtered_input, &first);
	report_text_part(out, "skipped at a restart", s->skipped, &first);
	if (!first)
		(void)fputc('\n', out);
	if (!source_stat_balanced(s))
		(void)fprintf(out, "    these do not add up to the frames: please report this\n");
}

static void
report_text_lost(FILE *out, const struct source_stat *s)
{
	char n[TEXT_NUMBER];
	bool first = true;

	if (sink_lost(s) + s->tcp_gaps + s->tcp_oversize + s->truncated == 0)
		return;
	(void)fprintf(out, "    lost: %s frames\n", report_text_number(n, sink_lost(s)));
	report_text_part(out, "kernel", s->kernel_drops, &first);
	report_text_part(out, "interface", s->if_drops, &first);
	for (unsigned d = 0; d < WIRE_DROP_N; d++)
		report_text_part(out, wire_drop_name((enum wire_drop)d), s->drop[d], &first);
	report_text_part(out, "gaps in TCP streams", s->tcp_gaps, &first);
	report_text_part(out, "oversize messages given up", s->tcp_oversize, &first);
	report_text_part(out, "frames cut by the capture", s->truncated, &first);
	(void)fputc('\n', out);
}

static bool
report_text_quiet_source(const struct source_stat *s)
{
	return sink_lost(s) + s->tcp_gaps + s->tcp_oversize == 0 && source_stat_balanced(s);
}

static void
report_text_sources(FILE *out, const struct sink_report *r, bool quiet)
{
	bool head = false;

	for (size_t i = 0; i < r->n_sources; i++) {
		if (quiet && report_text_quiet_source(&r->sources[i]))
			continue;
		if (!head)
			(void)fprintf(out, "\nSources\n");
		head = true;
		report_text_source(out, &r->sources[i]);
		report_text_lost(out, &r->sources[i]);
	}
	if (r->evictions > 0)
		report_text_pair(
		    out, "evictions", r->evictions, "messages forgotten early: their repeats counted as new");
}

static void
report_text_event(FILE *out, const struct event *e)
{
	char when[32], method[64], peer[4 * TEXT_NAME], from[4 * TEXT_NAME], to[4 * TEXT_NAME], phrase[4 * TEXT_NAME];

	(void)text_clean(method, sizeof method, e->method, 12, false, NULL);
	(void)text_clean(peer, sizeof peer, e->peer, TEXT_NAME, false, NULL);
	(void)text_clean(from, sizeof from, e->from, 24, false, NULL);
	(void)text_clean(to, sizeof to, e->to, 24, false, NULL);
	(void)text_clean(phrase, sizeof phrase, e->phrase, TEXT_NAME, false, NULL);
	(void)fprintf(out, "  %s %u %s  %s  %s > %s  %s\n", timefmt_date_ms(when, sizeof when, e->t_ns), e->code,
	    phrase, method, from, to, peer);
}

static void
report_text_events(FILE *out, const struct sink_report *r)
{
	struct sink_events_at at = { 0, 0 };
	struct event e;
	char n[TEXT_NUMBER];

	if (r->events == NULL || sink_events_count(r->events) + sink_events_dropped(r->events) == 0)
		return;
	(void)fprintf(out, "\nFailures\n");
	if (sink_events_dropped(r->events) > 0)
		(void)fprintf(
		    out, "  (%s older ones are not listed)\n", report_text_number(n, sink_events_dropped(r->events)));
	while (sink_events_next(r->events, &at, &e))
		report_text_event(out, &e);
}

int
sink_report_text(FILE *out, const struct sink_report *r, int quiet)
{
	report_text_head(out, r);
	report_text_messages(out, r);
	report_text_classes(out, r);
	report_text_codes(out, r);
	report_text_peers(out, r);
	report_text_sources(out, r, quiet != 0);
	report_text_events(out, r);
	return sink_flush(out);
}
