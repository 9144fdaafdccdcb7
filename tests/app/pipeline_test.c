/*
 * pipeline: one frame or one piece of text down the whole stair; every frame and line accounted for, every failure an
 * event, and no memory is no crash.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "app/pipeline.h"
#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"

#define HEADERS                                                                                                        \
	"Via: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK%s\r\nFrom: <sip:1001@pbx>;tag=f\r\nTo: <sip:2002@pbx>;tag=t\r\n"   \
	"Call-ID: %s@pbx\r\nCSeq: 1 INVITE\r\nReason: Q.850;cause=34\r\nContent-Length: 0\r\n\r\n"

struct seen_events {
	unsigned n;
	uint64_t last_id;
	unsigned code;
	int q850;
	char explain[96], source[32];
	unsigned moments;
	int64_t moment_ns;
};

static void
on_event(void *ctx, const struct event *ev)
{
	struct seen_events *s = ctx;

	s->n++;
	s->last_id = ev->id;
	s->code = ev->code;
	s->q850 = ev->q850;
	slice_copy(s->explain, sizeof s->explain, ev->explain);
	slice_copy(s->source, sizeof s->source, ev->source);
}

/* IPv4 and UDP around a payload, 198.51.100.7:5060 -> 192.0.2.10:5060. */
static struct frame
frame_of(uint8_t *out, const char *payload, int64_t t_ms)
{
	static const uint8_t head[28] = { 0x45, 0, 0, 0, 0, 1, 0, 0, 64, 17, 0, 0, 198, 51, 100, 7, 192, 0, 2, 10, 0x13,
		0xc4, 0x13, 0xc4 };
	size_t n = strlen(payload);

	memcpy(out, head, sizeof head);
	memcpy(out + 28, payload, n);
	out[2] = (uint8_t)((n + 28) >> 8);
	out[3] = (uint8_t)(n + 28);
	out[24] = (uint8_t)((n + 8) >> 8);
	out[25] = (uint8_t)(n + 8);
	return (struct frame){ .t_ns = t_ms * NS_PER_MS,
		.data = out,
		.caplen = (uint32_t)n + 28,
		.origlen = (uint32_t)n + 28,
		.link = LINK_RAW };
}

static struct lane *
lane_of(struct pipeline *p)
{
	struct lane *lane = p != NULL ? pipeline_lane(p) : NULL;

	assert_non_null(lane);
	return lane;
}

static enum wire_verdict
push(struct pipeline *p, struct lane *lane, int64_t t_ms, const char *first, const char *id)
{
	uint8_t bytes[2048];
	char text[1024];
	int n = snprintf(text, sizeof text, "%s", first);
	struct frame f;

	if (id != NULL)
		(void)snprintf(text + n, sizeof text - (size_t)n, HEADERS, id, id);
	f = frame_of(bytes, text, t_ms);
	return pipeline_frame(p, lane, "calls.pcap", &f);
}

static void
test_stair(void **state)
{
	struct seen_events ev = { 0 };
	struct pipeline_cfg cfg = { .first_id = 77, .event = on_event, .ctx = &ev };
	struct pipeline *p = pipeline_new(&cfg);
	struct lane *lane = lane_of(p);
	const struct wire_stats *w = wire_stats(lane->wire);
	const struct counts *c = tally_total(pipeline_tally(p));
	uint64_t sum = 0;

	(void)state;
	assert_int_equal(push(p, lane, 1000, "SIP/2.0 503 Service Unavailable\r\n", "a"), WIRE_SIP);
	assert_int_equal(push(p, lane, 1500, "SIP/2.0 503 Service Unavailable\r\n", "a"), WIRE_SIP);
	assert_int_equal(push(p, lane, 1600, "SIP/2.0 200 OK\r\n", "b"), WIRE_SIP);
	assert_int_equal(push(p, lane, 1700, "INVITE sip:2002@pbx SIP/2.0\r\n", "c"), WIRE_SIP);
	assert_int_equal(push(p, lane, 1800, "SIP/2.0 4294967699 x\r\n", "d"), WIRE_MALFORMED);
	assert_int_equal(push(p, lane, 1900, "\r\n\r\n", NULL), WIRE_NOT_SIP);
	pipeline_flush(p, lane, "calls.pcap");
	assert_int_equal(ev.n, 1);
	assert_int_equal(ev.last_id, 77);
	assert_int_equal(ev.code, 503);
	assert_int_equal(ev.q850, 34);
	assert_string_equal(ev.explain, "q850:34");
	assert_string_equal(ev.source, "calls.pcap");
	assert_int_equal(counts_code(c, 503), 2);
	assert_int_equal(counts_responses(c), 3);
	assert_int_equal(counts_requests(c), 1);
	assert_int_equal(c->retransmissions, 1);
	assert_int_equal(c->malformed, 1);
	for (int i = 0; i < WIRE_VERDICT_N; i++)
		sum += w->verdict[i];
	assert_int_equal(w->frames, 6);
	assert_int_equal(sum, 6);
	assert_int_equal(w->verdict[WIRE_MALFORMED], 1);
	assert_int_equal(pipeline_first_ns(p), 1000 * NS_PER_MS);
	assert_int_equal(pipeline_last_ns(p), 1700 * NS_PER_MS);
	pipeline_lane_free(p, lane);
	pipeline_free(p);
}

static void
test_filter(void **state)
{
	struct errmsg em;
	struct match *m;
	struct pipeline_cfg cfg = { .first_id = 1 };
	struct pipeline *p;
	struct lane *lane;

	(void)state;
	assert_int_equal(match_new(&m, "Call-ID: b@", false, false, false, &em), 0);
	cfg.match = m;
	p = pipeline_new(&cfg);
	lane = lane_of(p);
	assert_int_equal(push(p, lane, 1, "SIP/2.0 503 x\r\n", "a"), WIRE_FILTERED);
	assert_int_equal(push(p, lane, 2, "SIP/2.0 404 x\r\n", "b"), WIRE_SIP);
	assert_int_equal(counts_responses(tally_total(pipeline_tally(p))), 1);
	assert_int_equal(wire_stats(lane->wire)->verdict[WIRE_FILTERED], 1);
	pipeline_lane_free(p, lane);
	pipeline_free(p);
	match_free(m);
}

/* Logs. */

#define STAMP "[2026-03-03 10:00:0"
#define LOG_HEAD(second, first) STAMP second ".000] VERBOSE[7] res_pjsip_logger.c: <--- " first " --->\n"
#define LOG_BODY(id, method)                                                                                           \
	"Via: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK" id                                                                \
	"\r\nFrom: <sip:1001@pbx>;tag=f\r\nTo: <sip:2002@pbx>;tag=t\r\n"                                               \
	"Call-ID: " id "@pbx\r\nCSeq: 1 " method "\r\nContent-Length: 0\r\n\r\n\n"

static const char log_text[] = STAMP "0.000] NOTICE[7] x.c: nothing to see\n" LOG_HEAD("1",
    "Received SIP response (300 bytes) from UDP:198.51.100.7:5060") "SIP/2.0 503 Service Unavailable\r\n" LOG_BODY("a",
    "INVITE") LOG_HEAD("3",
    "Transmitting SIP response (300 bytes) to UDP:198.51.100.7:5060") "SIP/2.0 404 Not Found\r\n" LOG_BODY("b",
    "INVITE") STAMP "5.000] NOTICE[7] x.c: the end\n";

static uint32_t
lines_of(const char *text, size_t n)
{
	uint32_t lines = n > 0 && text[n - 1] != '\n';

	for (size_t i = 0; i < n; i++)
		lines += text[i] == '\n';
	return lines;
}

static struct text
text_of(const char *data, size_t n)
{
	return (struct text){ .t_ns = INT64_C(1772532006) * NS_PER_S,
		.data = (const uint8_t *)data,
		.len = n,
		.lines = lines_of(data, n),
		.origin = 1 };
}

static uint64_t
sum_of(const struct lane *lane)
{
	struct source_stat st = { .frames = 0 };
	uint64_t sum = 0;

	pipeline_lane_stat(&st, lane);
	for (int i = 0; i < WIRE_VERDICT_N; i++)
		sum += st.verdict[i];
	return sum;
}

static void
count_moment(void *ctx, int64_t t_ns)
{
	struct seen_events *s = ctx;

	assert_true(t_ns >= s->moment_ns);
	s->moment_ns = t_ns;
	s->moments++;
}

static void
test_log(void **state)
{
	struct seen_events ev = { 0 };
	struct pipeline_cfg cfg = { .first_id = 1, .event = on_event, .moment = count_moment, .ctx = &ev };
	struct pipeline *p = pipeline_new(&cfg);
	struct lane *lane = lane_of(p);
	struct text t = text_of(log_text, sizeof log_text - 1);
	struct source_stat st = { .frames = 0 };
	const struct counts *c = tally_total(pipeline_tally(p));

	(void)state;
	pipeline_lane_stat(&st, lane);
	assert_false(st.text);
	pipeline_text(p, lane, "full", &t);
	pipeline_flush(p, lane, "full");
	assert_int_equal(counts_responses(c), 2);
	assert_int_equal(counts_code(c, 503), 1);
	assert_int_equal(counts_code(c, 404), 1);
	assert_int_equal(ev.n, 2);
	assert_int_equal(ev.moments, 2);
	assert_string_equal(ev.source, "full");
	assert_int_equal(pipeline_last_ns(p) - pipeline_first_ns(p), 2 * NS_PER_S);
	pipeline_lane_stat(&st, lane);
	assert_true(st.text);
	assert_int_equal(st.messages, 2);
	assert_int_equal(st.verdict[WIRE_HELD], 0);
	assert_true(st.verdict[WIRE_SIP] >= 14 && st.verdict[WIRE_NOT_SIP] >= 2);
	assert_int_equal(sum_of(lane), t.lines);
	pipeline_lane_free(p, lane);
	pipeline_free(p);
}

/* A message that its log cut in the headers is counted as partial, and what was cut is not taken for a value. */
static void
test_log_cut(void **state)
{
	static const char next[] = "\n" STAMP "5.000] NOTICE[7] x.c: the end\n";
	const char *last = strstr(strstr(log_text, "404"), "Via: "), *cseq = strstr(last, "CSeq: "),
		   *whole = strstr(last, "Length: ") + sizeof "Length: ";
	struct pipeline_cfg cfg = { .first_id = 1 };

	(void)state;
	for (const char *cut = last + 10; cut < whole + 4; cut++) {
		char text[sizeof log_text + sizeof next];
		/* An empty line would be the end of the headers. */
		const char *end = cut[-1] == '\n' ? next + 1 : next;
		size_t n = (size_t)(cut - log_text);
		struct pipeline *p = pipeline_new(&cfg);
		struct lane *lane = lane_of(p);
		const struct counts *c = tally_total(pipeline_tally(p));
		struct text t;

		memcpy(text, log_text, n);
		memcpy(text + n, end, strlen(end));
		t = text_of(text, n + strlen(end));
		pipeline_text(p, lane, "full", &t);
		pipeline_flush(p, lane, "full");
		assert_int_equal(counts_code(c, 404), 1);
		assert_int_equal(c->partial, cut < whole);
		assert_int_equal(c->responses[METHOD_OTHER][404 - SIP_CODE_MIN], 0);
		assert_int_equal(c->responses[METHOD_INVITE][404 - SIP_CODE_MIN], cut >= strchr(cseq, '\n'));
		pipeline_lane_free(p, lane);
		pipeline_free(p);
	}
}

/* From the earliest to the latest, in whatever order they stand. */
static void
test_span(void **state)
{
#define ACC(second, id)                                                                                                \
	"Mar  3 10:15:" second                                                                                         \
	" h x: ACC: transaction answered: timestamp=1;method=INVITE;from_tag=a;to_tag=b;call_id=" id                   \
	";code=500;reason=x\n"
	static const char back[] = ACC("31", "a") ACC("01", "b") ACC("11", "c");
#undef ACC
	struct pipeline *p = pipeline_new(&(struct pipeline_cfg){ .first_id = 1 });
	struct lane *lane = lane_of(p);
	struct text t = text_of(back, sizeof back - 1);

	(void)state;
	pipeline_text(p, lane, "full", &t);
	assert_int_equal(pipeline_end_ns(p) - pipeline_first_ns(p), 30 * NS_PER_S);
	assert_int_equal(pipeline_end_ns(p) - pipeline_last_ns(p), 20 * NS_PER_S);
	pipeline_lane_free(p, lane);
	pipeline_free(p);
}

/* Whatever lines a block ends at, the same comes out, and the sum holds in between. */
static void
test_log_split(void **state)
{
	struct pipeline_cfg cfg = { .first_id = 1 };

	(void)state;
	for (size_t cut = 0; cut < sizeof log_text - 1; cut++) {
		struct pipeline *p;
		struct lane *lane;
		struct text a = text_of(log_text, cut), b = text_of(log_text + cut, sizeof log_text - 1 - cut);

		if (cut > 0 && log_text[cut - 1] != '\n')
			continue;
		p = pipeline_new(&cfg);
		lane = lane_of(p);
		if (cut > 0)
			pipeline_text(p, lane, "full", &a);
		assert_int_equal(sum_of(lane), a.lines);
		pipeline_text(p, lane, "full", &b);
		pipeline_text_end(p, lane, "full", 1);
		assert_int_equal(sum_of(lane), a.lines + b.lines);
		assert_int_equal(counts_responses(tally_total(pipeline_tally(p))), 2);
		pipeline_lane_free(p, lane);
		pipeline_free(p);
	}
}

static void
test_log_filter(void **state)
{
	struct errmsg em;
	struct match *m;
	struct pipeline_cfg cfg = { .first_id = 1 };
	struct pipeline *p;
	struct lane *lane;
	struct text t = text_of(log_text, sizeof log_text - 1);
	struct source_stat st = { .frames = 0 };

	(void)state;
	assert_int_equal(match_new(&m, "Call-ID: b@", false, false, false, &em), 0);
	cfg.match = m;
	p = pipeline_new(&cfg);
	lane = lane_of(p);
	pipeline_text(p, lane, "full", &t);
	pipeline_flush(p, lane, "full");
	assert_int_equal(counts_responses(tally_total(pipeline_tally(p))), 1);
	pipeline_lane_stat(&st, lane);
	assert_true(st.verdict[WIRE_FILTERED] >= 7);
	assert_int_equal(sum_of(lane), t.lines);
	pipeline_lane_free(p, lane);
	pipeline_free(p);
	match_free(m);
}

static void
count_notice(void *ctx, const struct notice *n)
{
	struct seen_events *s = ctx;

	s->n++;
	slice_copy(s->source, sizeof s->source, n->source);
	assert_true(n->kind.n > 0 && n->text.n > 0 && n->stamp.n > 0 && n->t_ns != 0);
}

/* Acc's lines of a branch and of what was made of it: the failure stands under one code, its peer's too. */
static void
test_log_peer_codes(void **state)
{
	static const char lines[] =
	    "Mar  3 10:00:02 p kamailio[7]: ACC: call missed: timestamp=1;method=INVITE;"
	    "from_tag=f;to_tag=;call_id=c@x;code=503;reason=Full;src_user=1\n"
	    "Mar  3 10:00:02 p kamailio[7]: ACC: transaction answered: timestamp=1;method=INVITE;"
	    "from_tag=f;to_tag=t;call_id=c@x;code=500;reason=Error;src_user=1\n";
	struct pipeline_cfg cfg = { .first_id = 1 };
	struct pipeline *p = pipeline_new(&cfg);
	struct lane *lane = lane_of(p);
	struct text t = text_of(lines, sizeof lines - 1);
	struct peer_stat peer;

	(void)state;
	pipeline_text(p, lane, "acc", &t);
	pipeline_flush(p, lane, "acc");
	pipeline_finish(p);
	assert_int_equal(tally_event_codes(pipeline_tally(p))[500 - SIP_CODE_MIN], 1);
	assert_int_equal(tally_top_peers(pipeline_tally(p), &peer, 1), 1);
	assert_int_equal(peer.events, 1);
	assert_int_equal(peer.codes[0].code, 500);
	assert_int_equal(peer.codes[0].n, 1);
	assert_int_equal(peer.codes[1].n, 0);
	pipeline_lane_free(p, lane);
	pipeline_free(p);
}

/* A log without SIP text: what it states counts, what it complains of is told and never counted. */
static void
test_log_lines(void **state)
{
	static const char lines[] =
	    "[2026-03-03 10:00:01] NOTICE[7] res_pjsip/pjsip_distributor.c: Request 'REGISTER' from "
	    "'<sip:1001@192.0.2.1>' failed for '203.0.113.66:5071' (callid: 1@x) - No matching endpoint found\n"
	    "Mar  3 10:00:02 proxy kamailio[77]: NOTICE: acc [acc.c:279]: acc_log_request(): ACC: "
	    "transaction answered: "
	    "timestamp=1772532002;method=INVITE;from_tag=f1;to_tag=t1;call_id=c1@x;code=486;reason=Busy Here;"
	    "src_user=1001;dst_user=2002\n";
	struct seen_events ev = { 0 };
	struct pipeline_cfg cfg = { .first_id = 1, .notice = count_notice, .ctx = &ev };
	struct pipeline *p = pipeline_new(&cfg);
	struct lane *lane = lane_of(p);
	struct text t = text_of(lines, sizeof lines - 1);
	struct source_stat st = { .frames = 0 };

	(void)state;
	pipeline_text(p, lane, "messages", &t);
	pipeline_flush(p, lane, "messages");
	assert_int_equal(ev.n, 1);
	assert_string_equal(ev.source, "messages");
	assert_int_equal(counts_code(tally_total(pipeline_tally(p)), 486), 1);
	assert_int_equal(counts_responses(tally_total(pipeline_tally(p))), 1);
	pipeline_lane_stat(&st, lane);
	assert_int_equal(st.notices, 1);
	assert_int_equal(st.statements, 1);
	assert_int_equal(sum_of(lane), 2);
	pipeline_lane_free(p, lane);
	pipeline_free(p);
}

static void
test_log_no_memory(void **state)
{
	struct text t = text_of(log_text, sizeof log_text - 1);

	(void)state;
	for (long n = 1;; n++) {
		struct pipeline_cfg cfg = { .first_id = 1 };
		struct pipeline *p;
		struct lane *lane;
		long calls;

		mem_fail_at(n);
		p = pipeline_new(&cfg);
		lane = p != NULL ? pipeline_lane(p) : NULL;
		if (lane != NULL) {
			pipeline_text(p, lane, "full", &t);
			pipeline_flush(p, lane, "full");
			assert_int_equal(sum_of(lane), t.lines);
		}
		calls = mem_calls();
		mem_fail_at(0);
		pipeline_lane_free(p, lane);
		pipeline_free(p);
		if (calls < n)
			break;
	}
}

static void
test_no_memory(void **state)
{
	(void)state;
	for (long n = 1;; n++) {
		struct seen_events ev = { 0 };
		struct pipeline_cfg cfg = { .first_id = 1, .event = on_event, .ctx = &ev };
		struct pipeline *p;
		struct lane *lane;
		long calls;

		mem_fail_at(n);
		p = pipeline_new(&cfg);
		lane = p != NULL ? pipeline_lane(p) : NULL;
		if (lane != NULL) {
			(void)push(p, lane, 1, "SIP/2.0 503 x\r\n", "a");
			(void)push(p, lane, 2, "INVITE sip:2002@pbx SIP/2.0\r\n", "b");
			/* Whatever failed inside, the response counts: as whole or as partial. */
			assert_int_equal(counts_code(tally_total(pipeline_tally(p)), 503), 1);
		}
		calls = mem_calls();
		mem_fail_at(0);
		pipeline_lane_free(p, lane);
		pipeline_free(p);
		if (calls < n)
			break;
	}
}

/* A line for each thing told, of both kinds of pipeline. */
struct diary {
	char text[1 << 19];
	size_t n;
};

__attribute__((format(printf, 2, 3))) static void
diary_add(struct diary *d, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(d->text + d->n, sizeof d->text - d->n, fmt, ap);
	va_end(ap);
	assert_true(n > 0 && d->n + (size_t)n < sizeof d->text);
	d->n += (size_t)n;
}

static void
diary_event(void *ctx, const struct event *ev)
{
	diary_add(ctx, "event %llu %lld %u %.*s %.*s %.*s %.*s %.*s raw %zu\n", (unsigned long long)ev->id,
	    (long long)ev->t_ns, ev->code, (int)ev->call_id.n, ev->call_id.p, (int)ev->stamp.n, ev->stamp.p,
	    (int)ev->explain.n, ev->explain.p, (int)ev->source.n, ev->source.p, (int)ev->reason.n, ev->reason.p,
	    ev->raw.n);
}

static void
diary_update(void *ctx, const struct event_update *u)
{
	diary_add(ctx, "update %llu %lld %u %u\n", (unsigned long long)u->id, (long long)u->t_ns, u->code, u->repeats);
}

static void
diary_incident(void *ctx, const struct incident *i)
{
	diary_add(ctx, "incident %llu %lld %.*s\n", (unsigned long long)i->id, (long long)i->t_ns, (int)i->sentence.n,
	    i->sentence.p);
}

static void
diary_notice(void *ctx, const struct notice *n)
{
	diary_add(ctx, "notice %lld %.*s %.*s %.*s\n", (long long)n->t_ns, (int)n->source.n, n->source.p,
	    (int)n->kind.n, n->kind.p, (int)n->text.n, n->text.p);
}

/* 200 calls as lines of a proxy's accounting, with complaints in between, each said twice. */
static size_t
diary_lines(char *out, size_t cap)
{
	static const char *const said[] = { "answered", "answered", "missed" };
	size_t n = 0;

	for (int i = 0; i < 200; i++) {
		n += (size_t)snprintf(out + n, cap - n,
		    "Mar  3 10:%02d:%02d p kamailio[7]: ACC: %s %s: timestamp=1;method=INVITE;from_tag=f%d;to_tag=t;"
		    "call_id=a%d@x;code=%d;reason=x;src_user=1\n",
		    i / 60, i % 60, i % 3 == 2 ? "call" : "transaction", said[i % 3], i, i, i % 4 ? 486 : 200);
		if (i % 10 == 0)
			n += (size_t)snprintf(out + n, cap - n,
			    "[2026-03-03 10:%02d:%02d] NOTICE[7] res_pjsip/pjsip_distributor.c: Request 'REGISTER' "
			    "from '<sip:1@192.0.2.1>' failed for '203.0.113.66:5071' (callid: %d@x) - No matching "
			    "endpoint found\n",
			    i / 60, i % 60, i);
	}
	return n;
}

/*
 * 3,000 calls of packets, some repeated, some bad, and two logs in between, one without SIP text and one that begins
 * so; read now and then.
 */
static void
diary_of(struct diary *d, unsigned threads)
{
	struct pipeline_cfg cfg = { .first_id = 1,
		.event = diary_event,
		.update = diary_update,
		.incident = diary_incident,
		.notice = diary_notice,
		.ctx = d };
	static char lines[1 << 16];
	size_t n_lines = diary_lines(lines, sizeof lines);
	struct pipeline *p = pipeline_new(&cfg);
	struct lane *lane = lane_of(p), *other = lane_of(p), *said = lane_of(p);
	struct text t = text_of(log_text, sizeof log_text - 1), begin = text_of(lines, n_lines);
	struct source_stat st = { .frames = 0 };
	const struct counts *c;
	char id[16];

	d->n = 0;
	assert_int_equal(pipeline_threads(p, threads), 0);
	for (int i = 0; i < 3000; i++) {
		const char *first = i % 3 == 0 ? "SIP/2.0 503 x\r\n" : "INVITE sip:2@b SIP/2.0\r\n";

		(void)snprintf(id, sizeof id, "c%d", i);
		(void)push(p, lane, 1000 + 200 * i, first, id);
		if (i % 7 == 0)
			(void)push(p, lane, 1000 + 200 * i + 120, first, id);
		if (i % 100 == 5)
			(void)push(p, lane, 1000 + 200 * i, "SIP/2.0 4294967699 x\r\n", id);
		if (i % 600 == 8)
			pipeline_submit(p);
		if (i % 1000 == 9)
			diary_add(d, "counts %u\n", (unsigned)counts_responses(tally_total(pipeline_tally(p))));
	}
	pipeline_text(p, said, "acc", &begin);
	pipeline_text(p, other, "full", &begin);
	pipeline_text(p, other, "full", &t);
	pipeline_text(p, other, "full", &begin);
	pipeline_text(p, said, "acc", &begin);
	pipeline_flush(p, other, "full");
	pipeline_flush(p, lane, "calls.pcap");
	pipeline_flush(p, said, "acc");
	pipeline_lane_stat(&st, said);
	diary_add(d, "acc %u %u %u %u\n", (unsigned)st.statements, (unsigned)st.notices, (unsigned)st.again,
	    (unsigned)st.verdict[WIRE_SIP]);
	assert_int_equal(sum_of(said), 2 * begin.lines);
	pipeline_advance(p, pipeline_last_ns(p) + 60 * NS_PER_S);
	pipeline_finish(p);
	c = tally_total(pipeline_tally(p));
	diary_add(d, "%u %u %u %u %lld %lld\n", (unsigned)counts_responses(c), (unsigned)counts_requests(c),
	    (unsigned)c->malformed, (unsigned)c->retransmissions, (long long)pipeline_first_ns(p),
	    (long long)pipeline_last_ns(p));
	pipeline_lane_free(p, said);
	pipeline_lane_free(p, other);
	pipeline_lane_free(p, lane);
	pipeline_free(p);
}

/* Threads change nothing of what is told, nor its order. */
static void
test_threads(void **state)
{
	static struct diary one, two, three;

	(void)state;
	diary_of(&one, 1);
	diary_of(&two, 2);
	diary_of(&three, 3);
	assert_non_null(strstr(one.text, "event 500 "));
	assert_non_null(strstr(one.text, "update "));
	assert_non_null(strstr(one.text, " full "));
	assert_non_null(strstr(one.text, "notice "));
	assert_non_null(strstr(one.text, "\nacc 400 40 0 400\n"));
	assert_string_equal(one.text, two.text);
	assert_string_equal(one.text, three.text);
}

/* What waits when a pipeline goes is told before. */
static void
test_threads_end(void **state)
{
	static struct diary d;
	struct pipeline_cfg cfg = { .first_id = 1, .event = diary_event, .ctx = &d };
	struct pipeline *p = pipeline_new(&cfg);
	struct lane *lane = lane_of(p);
	static char lines[1 << 16];
	struct text t = text_of(lines, diary_lines(lines, sizeof lines));

	(void)state;
	assert_int_equal(pipeline_threads(p, 3), 0);
	(void)push(p, lane, 1000, "SIP/2.0 503 x\r\n", "a");
	pipeline_text(p, lane, "acc", &t);
	pipeline_lane_free(p, lane);
	pipeline_free(p);
	assert_non_null(strstr(d.text, "event 1 "));
	assert_non_null(strstr(d.text, " a1@x "));
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_stair), cmocka_unit_test(test_filter),
		cmocka_unit_test(test_no_memory), cmocka_unit_test(test_log), cmocka_unit_test(test_log_cut),
		cmocka_unit_test(test_span), cmocka_unit_test(test_log_split), cmocka_unit_test(test_log_filter),
		cmocka_unit_test(test_log_peer_codes), cmocka_unit_test(test_log_lines),
		cmocka_unit_test(test_log_no_memory), cmocka_unit_test(test_threads),
		cmocka_unit_test(test_threads_end) };

	return cmocka_run_group_tests_name("pipeline", tests, NULL, NULL);
}
