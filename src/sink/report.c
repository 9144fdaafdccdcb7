/*
 * report - `sipwhy.report/1`, one JSON object (doc/records.md, "The report").
 * The one thing to know: the members up to "events" stand in a fixed order because tests and scripts read them;
 * events are written one by one as record lines, so that a long list never becomes a tree in memory.
 */
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "sink/events.h"
#include "sink/out.h"
#include "sipwhy/buf.h"
#include "sipwhy/record.h"
#include "sipwhy/sink.h"
#include "sipwhy/text.h"
#include "sipwhy/timefmt.h"

/* The first so many peers, and those with KPIs. */
enum { REPORT_PEERS = 100 };

static const unsigned report_windows[] = { 60, 300, 900 };

/* An object under construction; failed sticks (the library gives NULL when memory is short).  lines: see sink_lines. */
struct report {
	bool failed;
	const struct counts *lines;
};

/* Takes v over. */
static void
report_set(struct report *r, json_t *o, const char *name, json_t *v)
{
	if (json_object_set_new(o, name, v) != 0)
		r->failed = true;
}

static void
report_count(struct report *r, json_t *o, const char *name, uint64_t n)
{
	report_set(r, o, name, json_integer((json_int_t)n));
}

/* The same of what lines of logs alone may leave out: without any it is not known. */
static void
report_told(struct report *r, json_t *o, const char *name, uint64_t n)
{
	report_set(r, o, name, n > 0 || r->lines == NULL ? json_integer((json_int_t)n) : json_null());
}

static bool
report_utf8(struct slice s)
{
	uint32_t cp;
	size_t n;

	for (size_t i = 0; i < s.n; i += n)
		if ((n = text_utf8(s.p + i, s.n - i, &cp)) == 0)
			return false;
	return true;
}

/* Text from outside, by the rule for bytes of the records. */
static void
report_text(struct report *r, json_t *o, const char *name, const char *text)
{
	struct slice s = slice_str(text);
	struct buf b;
	json_t *member;

	if (report_utf8(s)) {
		report_set(r, o, name, json_stringn(s.p != NULL ? s.p : "", s.n));
		return;
	}
	buf_init(&b, RECORD_LINE_MAX);
	buf_putc(&b, '{');
	record_text(&b, name, s);
	buf_putc(&b, '}');
	member = buf_ok(&b) ? json_loadb(b.data, b.len, 0, NULL) : NULL;
	if (member == NULL || json_object_update(o, member) != 0)
		r->failed = true;
	json_decref(member);
	buf_fini(&b);
}

static json_t *
report_messages(struct report *r, const struct counts *c)
{
	json_t *o = json_object();
	uint64_t requests = counts_requests(c), responses = counts_responses(c);

	report_count(r, o, "total", requests + responses);
	report_told(r, o, "requests", requests);
	report_count(r, o, "responses", responses);
	report_count(r, o, "malformed", c->malformed);
	report_count(r, o, "partial", c->partial);
	report_told(r, o, "retransmissions", c->retransmissions);
	report_count(r, o, "copies", c->copies);
	return o;
}

static json_t *
report_classes(struct report *r, const struct counts *c)
{
	static const char *const names[6] = { "1xx", "2xx", "3xx", "4xx", "5xx", "6xx" };
	json_t *o = json_object();

	for (unsigned cls = 1; cls <= 6; cls++)
		report_told(r, o, names[cls - 1], counts_class(c, cls));
	return o;
}

static void
report_code(struct report *r, json_t *o, unsigned code, uint64_t n)
{
	char name[8];

	if (n == 0)
		return;
	(void)snprintf(name, sizeof name, "%u", code);
	report_count(r, o, name, n);
}

static json_t *
report_codes(struct report *r, const struct counts *c)
{
	json_t *o = json_object();

	for (unsigned code = SIP_CODE_MIN; code <= SIP_CODE_MAX; code++)
		report_code(r, o, code, counts_code(c, code));
	return o;
}

/* By code, from a table that begins at 100. */
static json_t *
report_table(struct report *r, const uint64_t codes[SIP_CODE_N])
{
	json_t *o = json_object();

	for (unsigned i = 0; i < SIP_CODE_N; i++)
		report_code(r, o, SIP_CODE_MIN + i, codes[i]);
	return o;
}

static json_t *
report_methods(struct report *r, const struct counts *c)
{
	json_t *o = json_object();

	for (unsigned m = 0; m < METHOD_N; m++) {
		json_t *method = json_object(), *responses = report_table(r, c->responses[m]);
		bool any = c->requests[m] > 0 || json_object_size(responses) > 0;

		report_told(r, method, "requests", c->requests[m]);
		report_set(r, method, "responses", responses);
		if (any)
			report_set(r, o, sip_method_name((enum sip_method)m), method);
		else
			json_decref(method);
	}
	return o;
}

/* What ended, of all that began; what is open has no outcome yet. */
static json_t *
report_attempt(struct report *r, const struct counts *c, unsigned m)
{
	static const uint8_t order[OUTCOME_N] = { OUTCOME_OK, OUTCOME_FAILED, OUTCOME_CANCELLED, OUTCOME_CHALLENGED,
		OUTCOME_NO_RESPONSE, OUTCOME_REDIRECTED, OUTCOME_EVICTED };
	json_t *o = json_object();

	int64_t open = sink_open(c, m);

	report_set(r, o, "total", json_integer(c->attempts[m]));
	for (unsigned i = 0; i < OUTCOME_N; i++) {
		if (order[i] == OUTCOME_REDIRECTED)
			report_set(r, o, "open", open != 0 || r->lines == NULL ? json_integer(open) : json_null());
		if (c->outcomes[m][order[i]] == 0 && order[i] != OUTCOME_EVICTED)
			report_told(r, o, outcome_name(order[i]), 0);
		else
			report_set(r, o, outcome_name(order[i]), json_integer(c->outcomes[m][order[i]]));
	}
	return o;
}

static json_t *
report_attempts(struct report *r, const struct counts *c)
{
	json_t *o = json_object();

	for (unsigned m = 0; m < METHOD_N; m++)
		if (sink_attempted(c, m))
			report_set(r, o, sip_method_name((enum sip_method)m), report_attempt(r, c, m));
	return o;
}

/* Failures have a code of 300 and above, or none at all; below stands what was answered and never acknowledged. */
static json_t *
report_failures(struct report *r, const struct tally *t)
{
	json_t *o = json_object();

	for (unsigned code = 300; code <= SIP_CODE_MAX; code++)
		report_code(r, o, code, tally_event_codes(t)[code - SIP_CODE_MIN]);
	if (tally_event_silent(t) > 0)
		report_count(r, o, "no_response", tally_event_silent(t));
	return o;
}

/* Hundredths for percent, whole numbers for ms: no more than what was measured. */
static void
report_figure(struct report *r, json_t *o, const char *name, double v, bool whole)
{
	if (isnan(v))
		report_set(r, o, name, json_null());
	else if (whole)
		report_set(r, o, name, json_integer((json_int_t)(v + 0.5)));
	else
		report_set(r, o, name, json_real((double)(int64_t)(v * 100.0 + 0.5) / 100.0));
}

static void
report_delay(struct report *r, json_t *o, const char *name, const struct kpi_figures *f, enum kpi_delay d)
{
	json_t *delay = json_object();

	report_figure(r, delay, "p50", f->delay[d].p50, true);
	report_figure(r, delay, "p95", f->delay[d].p95, true);
	report_set(r, o, name, delay);
}

static json_t *
report_kpi(struct report *r, const struct kpi_counts *c)
{
	struct kpi_figures f;
	json_t *o = json_object();

	counts_figures(r->lines, c, &f);
	report_figure(r, o, "asr", f.asr, false);
	report_figure(r, o, "ner", f.ner, false);
	report_figure(r, o, "ser", f.ser, false);
	report_figure(r, o, "seer", f.seer, false);
	report_figure(r, o, "isa", f.isa, false);
	report_delay(r, o, "pdd_ms", &f, KPI_PDD);
	report_figure(r, o, "abr", f.abr, false);
	report_figure(r, o, "scr", f.scr, false);
	report_delay(r, o, "srd_ms", &f, KPI_SRD);
	report_delay(r, o, "rrd_ms", &f, KPI_RRD);
	report_figure(r, o, "registration_failure", f.registration_failure, false);
	report_figure(r, o, "retransmission", f.retransmission, false);
	report_set(r, o, "bids", json_integer(f.bids));
	report_set(r, o, "registers", json_integer(f.registers));
	return o;
}

static json_t *
report_kpi_windows(struct report *r, const struct sink_report *in)
{
	json_t *o = report_kpi(r, tally_kpi(in->tally)), *windows = json_object();
	struct kpi_counts c;
	char name[16];

	for (size_t i = 0; i < sizeof report_windows / sizeof report_windows[0]; i++) {
		tally_kpi_window(in->tally, in->end_ns, report_windows[i], &c);
		(void)snprintf(name, sizeof name, "%u", report_windows[i]);
		report_set(r, windows, name, report_kpi(r, &c));
	}
	report_set(r, o, "windows", windows);
	return o;
}

static json_t *
report_drops(struct report *r, const struct source_stat *s)
{
	json_t *o = json_object();

	report_count(r, o, "kernel", s->kernel_drops);
	report_count(r, o, "reassembly", sink_reassembly_drops(s));
	report_count(r, o, "truncated", s->drop[WIRE_DROP_TRUNCATED]);
	report_count(r, o, "interface", s->if_drops);
	for (unsigned d = 0; d < WIRE_DROP_N; d++)
		if (d != WIRE_DROP_TRUNCATED)
			report_count(r, o, wire_drop_name((enum wire_drop)d), s->drop[d]);
	return o;
}

/* Of receivers: who was turned away last, and whether anybody may send. */
static void
report_turned(struct report *r, json_t *o, const struct source_stat *s)
{
	if (s->turned_away[0] != '\0')
		report_text(r, o, "turned_away", s->turned_away);
	if (s->open_to_all)
		report_set(r, o, "open_to_all", json_true());
}

/* What only logs have. */
static json_t *
report_log(struct report *r, const struct source_stat *s)
{
	const struct {
		const char *name;
		uint64_t n;
	} figures[] = {
		{ "lines", s->frames },
		{ "messages", s->messages },
		{ "statements", s->statements },
		{ "notices", s->notices },
		{ "cut", s->cut },
		{ "again", s->again },
		{ "quiet", s->quiet },
		{ "long_records", s->long_records },
		{ "rotations", s->rotations },
		{ "forgotten", s->forgotten },
		{ "senders", s->senders },
		{ "connected", s->connected },
		{ "refused", s->refused },
		{ "closed", s->closed },
		{ "bad_frames", s->bad_frames },
		{ "no_year", s->no_year },
		{ "no_zone", s->no_zone },
		{ "no_date", s->no_date },
		{ "no_time", s->no_time },
	};
	json_t *o = json_object();

	for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++)
		report_count(r, o, figures[i].name, figures[i].n);
	report_turned(r, o, s);
	return o;
}

/* What HEP, tunnels and encrypted connections had in them; and of receivers, who came. */
static void
report_mirror(struct report *r, json_t *o, const struct source_stat *s)
{
	json_t *came = json_object();

	report_count(r, o, "buffer", s->buffer);
	report_count(r, o, "tunnels", s->tunnels);
	report_count(r, o, "hep", s->hep);
	report_count(r, o, "hep_other", s->hep_other);
	report_count(r, o, "hep_left", s->hep_left);
	report_count(r, o, "hep_clock", s->hep_clock);
	report_count(r, o, "tls", s->tls);
	report_count(r, came, "senders", s->senders);
	report_count(r, came, "connected", s->connected);
	report_count(r, came, "refused", s->refused);
	report_count(r, came, "closed", s->closed);
	report_count(r, came, "bad_frames", s->bad_frames);
	report_turned(r, came, s);
	report_set(r, o, "receiver", came);
}

static json_t *
report_source(struct report *r, const struct source_stat *s)
{
	json_t *o = json_object(), *verdicts = json_object();

	report_text(r, o, "name", s->name);
	report_text(r, o, "kind", s->kind);
	report_count(r, o, "packets", s->frames);
	report_count(r, o, "bytes", s->bytes);
	report_set(r, o, "drops", report_drops(r, s));
	report_text(r, o, "state", s->state);
	report_count(r, o, "frames", s->frames);
	for (unsigned v = 0; v < WIRE_VERDICT_N; v++)
		report_count(r, verdicts, source_verdict_name(v), s->verdict[v]);
	report_set(r, o, "verdicts", verdicts);
	report_count(r, o, "filtered_input", s->filtered_input);
	report_count(r, o, "skipped", s->skipped);
	report_set(r, o, "balanced", json_boolean(source_stat_balanced(s)));
	report_count(r, o, "truncated_frames", s->truncated);
	report_count(r, o, "tcp_gaps", s->tcp_gaps);
	report_count(r, o, "tcp_oversize", s->tcp_oversize);
	if (s->text)
		report_set(r, o, "log", report_log(r, s));
	else
		report_mirror(r, o, s);
	return o;
}

static json_t *
report_sources(struct report *r, const struct sink_report *in)
{
	json_t *a = json_array();

	for (size_t i = 0; i < in->n_sources; i++)
		if (json_array_append_new(a, report_source(r, &in->sources[i])) != 0)
			r->failed = true;
	return a;
}

/* The members whose order is fixed, but for "events". */
static json_t *
report_first(struct report *r, const struct sink_report *in)
{
	const struct counts *c = tally_total(in->tally);
	json_t *o = json_object();

	report_set(r, o, "schema", json_string("sipwhy.report/1"));
	report_set(r, o, "messages", report_messages(r, c));
	report_set(r, o, "classes", report_classes(r, c));
	report_set(r, o, "codes", report_codes(r, c));
	report_set(r, o, "methods", report_methods(r, c));
	report_count(r, o, "call_ids", in->call_ids);
	report_set(r, o, "attempts", report_attempts(r, c));
	report_set(r, o, "failures", report_failures(r, in->tally));
	report_set(r, o, "kpi", report_kpi_windows(r, in));
	report_set(r, o, "sources", report_sources(r, in));
	return o;
}

static void
report_time(struct report *r, json_t *o, const char *name, int64_t t_ns)
{
	char text[32];

	report_set(r, o, name, t_ns != 0 ? json_string(timefmt_rfc3339(text, sizeof text, t_ns)) : json_null());
}

static json_t *
report_span(struct report *r, const struct sink_report *in)
{
	json_t *o = json_object();

	report_time(r, o, "start", in->start_ns);
	report_time(r, o, "end", in->end_ns);
	report_set(r, o, "seconds", json_real(((double)in->end_ns - (double)in->start_ns) / (double)NS_PER_S));
	return o;
}

static json_t *
report_peer(struct report *r, const struct peer_stat *p, const struct kpi_peer *kpi)
{
	static const char *const names[6] = { "1xx", "2xx", "3xx", "4xx", "5xx", "6xx" };
	json_t *o = json_object(), *responses = json_object(), *codes = json_object();

	report_text(r, o, "name", p->name);
	report_text(r, o, "role", peer_role_name(p->role));
	for (unsigned i = 0; i < 6; i++)
		report_told(r, responses, names[i], p->responses[i]);
	report_set(r, o, "responses", responses);
	report_count(r, o, "events", p->events);
	for (unsigned i = 0; i < PEER_CODES; i++)
		if (p->codes[i].code != 0)
			report_code(r, codes, p->codes[i].code, p->codes[i].n);
		else if (p->codes[i].n > 0)
			report_count(r, codes, "no_response", p->codes[i].n);
	report_set(r, o, "codes", codes);
	report_count(r, o, "other", p->other);
	if (kpi != NULL)
		report_set(r, o, "kpi", report_kpi(r, kpi->counts));
	return o;
}

static json_t *
report_peers(struct report *r, const struct sink_report *in)
{
	struct sink_peers *peers = sink_peers_new(in->tally);
	json_t *a = json_array();

	r->failed |= peers == NULL;
	for (size_t i = 0; peers != NULL && i < peers->n; i++) {
		const struct kpi_peer *kpi = sink_peers_kpi(peers, peers->peer[i].name);

		if ((i < REPORT_PEERS || kpi != NULL) &&
		    json_array_append_new(a, report_peer(r, &peers->peer[i], kpi)) != 0)
			r->failed = true;
	}
	sink_peers_free(peers);
	return a;
}

static json_t *
report_track(struct report *r, const struct sink_report *in)
{
	const struct counts *c = tally_total(in->tally);
	json_t *o = json_object();
	int64_t evictions = 0;

	for (unsigned m = 0; m < METHOD_N; m++)
		evictions += c->outcomes[m][OUTCOME_EVICTED];
	report_set(r, o, "evictions", json_integer(evictions));
	report_count(r, o, "repeats_forgotten", in->track.repeats_forgotten);
	report_count(r, o, "bytes", in->track.bytes);
	report_count(r, o, "bytes_max", in->track.bytes_max);
	report_count(r, o, "bytes_limit", in->track.bytes_limit);
	return o;
}

static json_t *
report_hep(struct report *r, const struct sink_hep_stats *s)
{
	json_t *o = json_object(), *drops = json_object();

	report_text(r, o, "to", s->name);
	report_count(r, o, "messages", s->messages);
	report_count(r, o, "sent", s->sent);
	report_count(r, o, "bytes", s->bytes);
	for (unsigned d = 0; d < SINK_HEP_DROP_N; d++)
		report_count(r, drops, sink_hep_drop_name((enum sink_hep_drop)d), s->drop[d]);
	report_set(r, o, "drops", drops);
	report_count(r, o, "refused", s->refused);
	report_count(r, o, "connects", s->connects);
	report_count(r, o, "broken", s->broken);
	return o;
}

static json_t *
report_rest(struct report *r, const struct sink_report *in)
{
	json_t *o = json_object();

	report_text(r, o, "host", in->host);
	report_text(r, o, "version", in->version);
	report_set(r, o, "span", report_span(r, in));
	report_set(r, o, "call_ids_exact", json_boolean(in->call_ids_exact));
	report_count(r, o, "events_total", tally_total(in->tally)->events);
	report_count(r, o, "incidents_dropped", in->incidents_dropped);
	report_count(r, o, "recovered", tally_total(in->tally)->recovered);
	report_count(r, o, "ack_missing", sink_ack_missing(in->tally));
	if (in->events != NULL)
		report_count(r, o, "events_dropped", sink_events_dropped(in->events));
	if (in->events != NULL && in->filter != NULL)
		report_count(r, o, "events_filtered", sink_events_filtered(in));
	report_count(r, o, "notices_total", sink_notices(in));
	report_set(r, o, "peers", report_peers(r, in));
	report_set(r, o, "track", report_track(r, in));
	if (in->hep != NULL)
		report_set(r, o, "hep_send", report_hep(r, in->hep));
	return o;
}

/* The library leaves DEL as it is; in its output it can only stand inside a string. */
static int
report_put(const char *p, size_t n, void *ctx)
{
	struct buf *b = ctx;

	for (size_t i = 0; i < n; i++) {
		if (p[i] == 0x7f)
			buf_puts(b, "\\u007f");
		else
			buf_putc(b, p[i]);
	}
	return buf_ok(b) ? 0 : -1;
}

/* The object's text with its braces; takes o over. */
static int
report_dump(struct report *r, json_t *o, struct buf *b)
{
	const size_t flags = JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(15);
	int err = r->failed || o == NULL ? -ENOMEM : 0;

	if (err == 0 && json_dump_callback(o, report_put, b, flags) != 0)
		err = -ENOMEM;
	json_decref(o);
	return err;
}

/* A record's line as an element of an array. */
static int
report_line(FILE *out, struct buf *line, const struct record *rec, bool first)
{
	int err;

	buf_clear(line);
	err = record_encode(line, rec);
	if (err != 0)
		return err;
	if (!first)
		(void)fputc(',', out);
	(void)fwrite(line->data, 1, line->len - 1, out);
	return 0;
}

static int
report_events(FILE *out, const struct sink_report *in, struct buf *line)
{
	struct sink_events_at at = { .index = 0 };
	struct record rec = { .type = RECORD_EVENT, .host = in->host };
	int err = 0;

	(void)fputs(",\"events\":[", out);
	for (bool first = true; err == 0 && sink_events_next_of(in, &at, &rec.event); first = false) {
		rec.t_ns = rec.event.t_ns;
		err = report_line(out, line, &rec, first);
	}
	(void)fputc(']', out);
	return err;
}

static int
report_notices(FILE *out, const struct sink_report *in, struct buf *line)
{
	uint64_t newest = notice_list_newest(in->notices), first = newest + 1 - notice_list_count(in->notices);
	struct record rec = { .type = RECORD_NOTICE, .host = in->host };
	int err = 0;

	(void)fputs(",\"notices\":[", out);
	for (uint64_t at = first; err == 0 && at <= newest; at++) {
		rec.notice = *notice_list_find(in->notices, at);
		rec.t_ns = rec.notice.t_ns;
		err = report_line(out, line, &rec, at == first);
	}
	(void)fputc(']', out);
	return err;
}

static int
report_incidents(FILE *out, const struct sink_report *in, struct buf *line)
{
	struct record rec = { .type = RECORD_INCIDENT, .host = in->host };
	int err = 0;

	(void)fputs(",\"incidents\":[", out);
	for (size_t i = 0; err == 0 && i < in->n_incidents; i++) {
		rec.incident = in->incidents[i];
		rec.t_ns = rec.incident.t_ns;
		err = report_line(out, line, &rec, i == 0);
	}
	(void)fputc(']', out);
	return err;
}

static int
report_lists(FILE *out, const struct sink_report *in)
{
	struct buf line;
	int err = 0;

	buf_init(&line, RECORD_LINE_MAX);
	if (in->events != NULL)
		err = report_events(out, in, &line);
	if (err == 0 && in->events != NULL && in->notices != NULL)
		err = report_notices(out, in, &line);
	if (err == 0)
		err = report_incidents(out, in, &line);
	buf_fini(&line);
	return err;
}

int
sink_report_json(FILE *out, const struct sink_report *r)
{
	struct report state = { false, sink_lines(r) };
	struct buf first, rest;
	json_t *a = report_first(&state, r), *b = report_rest(&state, r);
	int err, err_rest;

	buf_init(&first, SIZE_MAX / 4);
	buf_init(&rest, SIZE_MAX / 4);
	err = report_dump(&state, a, &first);
	err_rest = report_dump(&state, b, &rest);
	if (err == 0)
		err = err_rest;
	if (err == 0) {
		/* Two objects become one: no end of the first, no beginning of the second. */
		(void)fwrite(first.data, 1, first.len - 1, out);
		err = report_lists(out, r);
		(void)fputc(',', out);
		(void)fwrite(rest.data + 1, 1, rest.len - 1, out);
		(void)fputc('\n', out);
	}
	buf_fini(&first);
	buf_fini(&rest);
	return err != 0 ? err : sink_flush(out);
}
