/*
 * report - `sipwhy.report/1`, one JSON object (doc/records.md, "The report").
 * The one thing to know: the members up to "events" stand in a fixed order because tests and scripts read them;
 * events are written one by one as record lines, so that a long list never becomes a tree in memory.
 */
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "sink/events.h"
#include "sink/out.h"
#include "sipwhy/buf.h"
#include "sipwhy/record.h"
#include "sipwhy/sink.h"
#include "sipwhy/text.h"
#include "sipwhy/timefmt.h"

enum { REPORT_PEERS = 100 };

/* An object under construction; failed sticks (the library gives NULL when memory is short). */
struct report {
	bool failed;
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
	report_count(r, o, "requests", requests);
	report_count(r, o, "responses", responses);
	report_count(r, o, "malformed", c->malformed);
	report_count(r, o, "partial", c->partial);
	report_count(r, o, "retransmissions", c->retransmissions);
	report_count(r, o, "copies", c->copies);
	return o;
}

static json_t *
report_classes(struct report *r, const struct counts *c)
{
	static const char *const names[6] = { "1xx", "2xx", "3xx", "4xx", "5xx", "6xx" };
	json_t *o = json_object();

	for (unsigned cls = 1; cls <= 6; cls++)
		report_count(r, o, names[cls - 1], counts_class(c, cls));
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

		report_count(r, method, "requests", c->requests[m]);
		report_set(r, method, "responses", responses);
		if (any)
			report_set(r, o, sip_method_name((enum sip_method)m), method);
		else
			json_decref(method);
	}
	return o;
}

static json_t *
report_kpi(struct report *r)
{
	static const char *const names[] = { "asr", "ner", "ser", "seer", "isa" };
	json_t *o = json_object(), *delay = json_object();

	for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
		report_set(r, o, names[i], json_null());
	report_set(r, delay, "p50", json_null());
	report_set(r, delay, "p95", json_null());
	report_set(r, o, "pdd_ms", delay);
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
	report_set(r, o, "attempts", json_object());
	report_set(r, o, "failures", report_table(r, tally_event_codes(in->tally)));
	report_set(r, o, "kpi", report_kpi(r));
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
report_peer(struct report *r, const struct peer_stat *p)
{
	static const char *const names[6] = { "1xx", "2xx", "3xx", "4xx", "5xx", "6xx" };
	json_t *o = json_object(), *responses = json_object(), *codes = json_object();

	report_text(r, o, "name", p->name);
	for (unsigned i = 0; i < 6; i++)
		report_count(r, responses, names[i], p->responses[i]);
	report_set(r, o, "responses", responses);
	report_count(r, o, "events", p->events);
	for (unsigned i = 0; i < PEER_CODES; i++)
		report_code(r, codes, p->codes[i].code, p->codes[i].n);
	report_set(r, o, "codes", codes);
	report_count(r, o, "other", p->other);
	return o;
}

static json_t *
report_peers(struct report *r, const struct sink_report *in)
{
	struct peer_stat top[REPORT_PEERS];
	size_t n = tally_top_peers(in->tally, top, REPORT_PEERS);
	json_t *a = json_array();

	for (size_t i = 0; i < n; i++)
		if (json_array_append_new(a, report_peer(r, &top[i])) != 0)
			r->failed = true;
	return a;
}

static json_t *
report_rest(struct report *r, const struct sink_report *in)
{
	json_t *o = json_object(), *track = json_object();

	report_text(r, o, "host", in->host);
	report_text(r, o, "version", in->version);
	report_set(r, o, "span", report_span(r, in));
	report_set(r, o, "call_ids_exact", json_boolean(in->call_ids_exact));
	report_count(r, o, "events_total", tally_total(in->tally)->events);
	if (in->events != NULL)
		report_count(r, o, "events_dropped", sink_events_dropped(in->events));
	report_set(r, o, "peers", report_peers(r, in));
	report_count(r, track, "evictions", in->evictions);
	report_set(r, o, "track", track);
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

static int
report_events(FILE *out, const struct sink_report *in)
{
	struct sink_events_at at = { 0, 0 };
	struct record rec = { .type = RECORD_EVENT, .host = in->host };
	struct buf line;
	int err = 0;

	buf_init(&line, RECORD_LINE_MAX);
	(void)fputs(",\"events\":[", out);
	for (bool first = true; err == 0 && sink_events_next(in->events, &at, &rec.event); first = false) {
		rec.t_ns = rec.event.t_ns;
		buf_clear(&line);
		err = record_encode(&line, &rec);
		if (err == 0 && !first)
			(void)fputc(',', out);
		if (err == 0)
			(void)fwrite(line.data, 1, line.len - 1, out);
	}
	(void)fputc(']', out);
	buf_fini(&line);
	return err;
}

int
sink_report_json(FILE *out, const struct sink_report *r)
{
	struct report state = { false };
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
		if (r->events != NULL)
			err = report_events(out, r);
		(void)fputc(',', out);
		(void)fwrite(rest.data + 1, 1, rest.len - 1, out);
		(void)fputc('\n', out);
	}
	buf_fini(&first);
	buf_fini(&rest);
	return err != 0 ? err : sink_flush(out);
}
