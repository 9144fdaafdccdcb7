/*
 * report_text_source - what each source gave and lost, and the notices of logs, in plain lines; see report_text.h.
 * The one thing to know: of a capture the figures are of frames, of a log of lines, and the words follow that.
 */
#include <string.h>

#include "sink/out.h"
#include "sink/report_text.h"
#include "sipwhy/text.h"
#include "sipwhy/timefmt.h"

enum { TEXT_NOTICE = 160, TEXT_KINDS = 32, TEXT_MEANS = 100 };

void
report_text_part(FILE *out, const char *label, uint64_t v, bool *first)
{
	char n[TEXT_NUMBER];

	if (v == 0)
		return;
	(void)fprintf(out, "%s %s %s", *first ? "   " : ",", label, report_text_number(n, v));
	*first = false;
}

/* Where every frame went. */
static void
report_text_source(FILE *out, const struct source_stat *s)
{
	char name[4 * TEXT_NAME], kind[4 * TEXT_NAME], state[4 * TEXT_NAME], n[TEXT_NUMBER], bytes[TEXT_NUMBER];
	bool first = true;

	(void)fprintf(out, "  %s (%s, %s): %s %s, %s bytes\n", report_text_name(name, s->name),
	    report_text_name(kind, s->kind), report_text_name(state, s->state), report_text_number(n, s->frames),
	    s->text ? "lines" : "frames", report_text_number(bytes, s->bytes));
	for (unsigned v = 0; v < WIRE_VERDICT_N; v++)
		report_text_part(out, source_verdict_name(v), s->verdict[v], &first);
	report_text_part(out, "left out by the capture filter", s->filtered_input, &first);
	report_text_part(
	    out, "skipped at a restart", s->skipped > s->bad_frames ? s->skipped - s->bad_frames : 0, &first);
	report_text_part(out, "framing that makes no sense", s->bad_frames, &first);
	if (!first)
		(void)fputc('\n', out);
	if (!source_stat_balanced(s))
		(void)fprintf(
		    out, "    these do not add up to the %s: please report this\n", s->text ? "lines" : "frames");
}

/* How they came: of receivers. */
static void
report_text_came(FILE *out, const struct source_stat *s)
{
	char turned[4 * SOURCE_TURNED];
	bool first = true;

	report_text_part(out, "rotations", s->rotations, &first);
	report_text_part(out, "connections", s->connected, &first);
	report_text_part(out, "senders now", s->senders, &first);
	report_text_part(out, "refused", s->refused, &first);
	report_text_part(out, "closed by us", s->closed, &first);
	if (!first)
		(void)fputc('\n', out);
	if (text_clean(turned, sizeof turned, slice_str(s->turned_away), SOURCE_TURNED, false, NULL) > 0)
		(void)fprintf(out, "    turned away last: %s\n", turned);
	if (s->open_to_all)
		(void)fputs("    open to everybody who can reach it (--allow)\n", out);
}

/* What stood in the frames beside SIP, and the room they had. */
static void
report_text_mirror(FILE *out, const struct source_stat *s)
{
	char n[TEXT_NUMBER];
	bool first = true;

	report_text_part(out, "HEP packets", s->hep, &first);
	report_text_part(out, "of these without SIP", s->hep_other, &first);
	report_text_part(out, "HEP packets left alone (-E reads them)", s->hep_left, &first);
	report_text_part(out, "HEP packets with a wrong clock", s->hep_clock, &first);
	report_text_part(out, "tunnel headers", s->tunnels, &first);
	report_text_part(out, "encrypted connections (TLS)", s->tls, &first);
	if (!first)
		(void)fputc('\n', out);
	report_text_came(out, s);
	if (s->buffer > 0 && strcmp(s->kind, "live") != 0)
		(void)fprintf(out, "    buffer in the kernel: %s KiB\n", report_text_number(n, s->buffer >> 10));
}

/* What was found in the lines, and how they came. */
static void
report_text_log(FILE *out, const struct source_stat *s)
{
	bool found = true;

	report_text_part(out, "SIP messages", s->messages, &found);
	report_text_part(out, "of these cut", s->cut, &found);
	report_text_part(out, "lines that state a code", s->statements, &found);
	report_text_part(out, "said again", s->again, &found);
	report_text_part(out, "not counted beside SIP text", s->quiet, &found);
	report_text_part(out, "notices", s->notices, &found);
	report_text_part(out, "forgotten for lack of room", s->forgotten, &found);
	if (!found)
		(void)fputc('\n', out);
	report_text_came(out, s);
}

/* A time that was put together is told to be one. */
static void
report_text_times(FILE *out, const struct source_stat *s)
{
	const struct {
		uint64_t n;
		const char *lacks, *took;
	} rows[] = {
		{ s->no_year, "a year", "the year of" },
		{ s->no_date, "a date", "the date of a line near by, else of" },
		{ s->no_time, "any time", "the time of the line before, else of" },
	};
	const char *when = strcmp(s->kind, "file") == 0 ? "the file's last change" : "their arrival";
	char n[TEXT_NUMBER];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].n > 0)
			(void)fprintf(out, "    %s without %s: %s %s was taken\n", report_text_number(n, rows[i].n),
			    rows[i].lacks, rows[i].took, when);
	if (s->no_zone > 0)
		(void)fprintf(
		    out, "    %s without a time zone: local time was taken\n", report_text_number(n, s->no_zone));
}

static void
report_text_lost(FILE *out, const struct source_stat *s)
{
	char n[TEXT_NUMBER];
	bool first = true;

	if (sink_lost(s) + s->tcp_gaps + s->tcp_oversize + s->truncated == 0)
		return;
	(void)fprintf(out, "    lost: %s %s\n", report_text_number(n, sink_lost(s)), s->text ? "lines" : "frames");
	report_text_part(out, "kernel", s->kernel_drops, &first);
	report_text_part(out, "interface", s->if_drops, &first);
	if (s->text) {
		report_text_part(out, "given up", s->verdict[WIRE_DROPPED], &first);
		report_text_part(out, "cut for their length", s->long_records, &first);
	}
	report_text_part(out, "framing that makes no sense", s->bad_frames, &first);
	for (unsigned d = 0; d < WIRE_DROP_N && !s->text; d++)
		report_text_part(out, wire_drop_name((enum wire_drop)d), s->drop[d], &first);
	report_text_part(out, "gaps in TCP streams", s->tcp_gaps, &first);
	report_text_part(out, "oversize messages given up", s->tcp_oversize, &first);
	report_text_part(out, "frames cut by the capture", s->truncated, &first);
	(void)fputc('\n', out);
}

static bool
report_text_quiet_source(const struct source_stat *s)
{
	return sink_lost(s) + s->tcp_gaps + s->tcp_oversize + s->refused == 0 && source_stat_balanced(s);
}

void
report_text_sources(FILE *out, const struct sink_report *r, bool quiet)
{
	bool head = false;

	for (size_t i = 0; i < r->n_sources; i++) {
		const struct source_stat *s = &r->sources[i];

		if (quiet && report_text_quiet_source(s))
			continue;
		if (!head)
			(void)fprintf(out, "\nSources\n");
		head = true;
		report_text_source(out, s);
		if (s->text) {
			report_text_log(out, s);
			report_text_times(out, s);
		} else {
			report_text_mirror(out, s);
		}
		report_text_lost(out, s);
	}
}

void
report_text_hep(FILE *out, const struct sink_report *r, bool quiet)
{
	const struct sink_hep_stats *s = r->hep;
	char messages[TEXT_NUMBER], sent[TEXT_NUMBER], name[4 * TEXT_NAME];
	bool first = true;

	if (s == NULL || (quiet && s->sent == s->messages && s->refused + s->broken == 0))
		return;
	(void)fprintf(out, "\nSent on as HEP\n  %s  %s of %s messages\n", report_text_name(name, s->name),
	    report_text_number(sent, s->sent), report_text_number(messages, s->messages));
	for (unsigned d = 0; d < SINK_HEP_DROP_N; d++)
		report_text_part(out, sink_hep_drop_name((enum sink_hep_drop)d), s->drop[d], &first);
	report_text_part(out, "refused", s->refused, &first);
	report_text_part(out, "broken connections", s->broken, &first);
	if (!first)
		(void)fputc('\n', out);
}

/* Notices of one kind among those kept. */
struct report_kind {
	const struct notice *newest;
	uint64_t n;
};

/* Kinds, most of them first; those that find no row stand in the sum of the notices only. */
static size_t
report_text_kinds(const struct notice_list *l, struct report_kind row[TEXT_KINDS])
{
	size_t kept = notice_list_count(l), n = 0, i;

	for (uint64_t at = notice_list_newest(l) + 1 - kept; kept > 0; at++, kept--) {
		const struct notice *one = notice_list_find(l, at);

		for (i = 0; i < n && !slice_eq(row[i].newest->kind, one->kind); i++)
			;
		if (i == TEXT_KINDS)
			continue;
		if (i == n)
			row[n++].n = 0;
		row[i].newest = one;
		row[i].n++;
		for (; i > 0 && row[i].n > row[i - 1].n; i--) {
			struct report_kind less = row[i - 1];

			row[i - 1] = row[i];
			row[i] = less;
		}
	}
	return n;
}

void
report_text_notice_kinds(FILE *out, const struct sink_report *r)
{
	struct report_kind row[TEXT_KINDS];
	size_t kept = r->notices != NULL ? notice_list_count(r->notices) : 0, n;
	char kind[4 * TEXT_NAME], means[4 * TEXT_MEANS], number[TEXT_NUMBER];

	if (kept == 0)
		return;
	n = report_text_kinds(r->notices, row);
	(void)fprintf(out, "\nNotices by kind");
	if (sink_notices(r) > kept)
		(void)fprintf(out, " (the newest %s)", report_text_number(number, kept));
	(void)fputc('\n', out);
	for (size_t i = 0; i < n; i++) {
		(void)text_clean(kind, sizeof kind, row[i].newest->kind, TEXT_NAME, false, NULL);
		(void)text_clean(means, sizeof means, row[i].newest->means, TEXT_MEANS, false, NULL);
		(void)fprintf(out, "  %-20s %10s%s%s\n", kind, report_text_number(number, row[i].n),
		    means[0] != '\0' ? "  " : "", means);
	}
}

static void
report_text_notice(FILE *out, const struct notice *n)
{
	char when[32], kind[4 * TEXT_NAME], peer[4 * TEXT_NAME], user[4 * TEXT_NAME], text[4 * TEXT_NOTICE];

	(void)text_clean(kind, sizeof kind, n->kind, TEXT_NAME, false, NULL);
	(void)text_clean(peer, sizeof peer, n->peer.n > 0 ? n->peer : slice_str("-"), TEXT_NAME, false, NULL);
	(void)text_clean(user, sizeof user, n->user.n > 0 ? n->user : slice_str("-"), TEXT_NAME, false, NULL);
	(void)text_clean(text, sizeof text, n->text, TEXT_NOTICE, false, NULL);
	(void)fprintf(
	    out, "  %s %s  %s  %s  %s\n", timefmt_date_ms(when, sizeof when, n->t_ns), kind, peer, user, text);
}

/* They are listed where failures are. */
void
report_text_notices(FILE *out, const struct sink_report *r)
{
	size_t kept = r->events != NULL && r->notices != NULL ? notice_list_count(r->notices) : 0;
	uint64_t all = sink_notices(r);
	char n[TEXT_NUMBER];

	if (kept == 0)
		return;
	(void)fprintf(out, "\nNotices\n");
	if (all > kept)
		(void)fprintf(out, "  (%s older ones are not listed)\n", report_text_number(n, all - kept));
	for (uint64_t at = notice_list_newest(r->notices) + 1 - kept; kept-- > 0; at++)
		report_text_notice(out, notice_list_find(r->notices, at));
}
