/* pipeline: one frame down the whole stair; every frame accounted for, every failure an event, and no memory is no
 * crash. */
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

static enum wire_verdict
push(struct pipeline *p, struct wire *lane, int64_t t_ms, const char *first, const char *id)
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
	struct wire *lane = pipeline_lane(p);
	const struct wire_stats *w = wire_stats(lane);
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
	wire_free(lane);
	pipeline_free(p);
}

static void
test_filter(void **state)
{
	struct errmsg em;
	struct match *m;
	struct pipeline_cfg cfg = { .first_id = 1 };
	struct pipeline *p;
	struct wire *lane;

	(void)state;
	assert_int_equal(match_new(&m, "Call-ID: b@", false, false, false, &em), 0);
	cfg.match = m;
	p = pipeline_new(&cfg);
	lane = pipeline_lane(p);
	assert_int_equal(push(p, lane, 1, "SIP/2.0 503 x\r\n", "a"), WIRE_FILTERED);
	assert_int_equal(push(p, lane, 2, "SIP/2.0 404 x\r\n", "b"), WIRE_SIP);
	assert_int_equal(counts_responses(tally_total(pipeline_tally(p))), 1);
	assert_int_equal(wire_stats(lane)->verdict[WIRE_FILTERED], 1);
	wire_free(lane);
	pipeline_free(p);
	match_free(m);
}

static void
test_no_memory(void **state)
{
	(void)state;
	for (long n = 1;; n++) {
		struct seen_events ev = { 0 };
		struct pipeline_cfg cfg = { .first_id = 1, .event = on_event, .ctx = &ev };
		struct pipeline *p;
		struct wire *lane;
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
		wire_free(lane);
		pipeline_free(p);
		if (calls < n)
			break;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_stair), cmocka_unit_test(test_filter),
		cmocka_unit_test(test_no_memory) };

	return cmocka_run_group_tests_name("pipeline", tests, NULL, NULL);
}
