/* track: retransmissions, copies and events (RFC 3261 17.1.3, 17.2.3), and the bound of the table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"
#include "sipwhy/track.h"

static const struct endpoint pbx = { .family = 4, .addr = { 192, 0, 2, 10 }, .port = 5060 };
static const struct endpoint carrier = { .family = 4, .addr = { 198, 51, 100, 7 }, .port = 5060 };

static struct message
message_at(int64_t ms)
{
	return (struct message){
		.bytes = slice_str("SIP/2.0 503 x\r\n\r\n"), .src = carrier, .dst = pbx, .t_ns = ms * NS_PER_MS
	};
}

static struct sipmsg
response(unsigned code, const char *branch, const char *to_tag)
{
	return (struct sipmsg){ .kind = SIP_RESPONSE,
		.code = (uint16_t)code,
		.method = METHOD_INVITE,
		.method_name = slice_str("INVITE"),
		.cseq = 1,
		.branch = slice_str(branch),
		.sent_by = slice_str("192.0.2.10"),
		.call_id = slice_str("c1"),
		.from_tag = slice_str("f"),
		.to_tag = slice_str(to_tag),
		.q850 = -1,
		.reason_sip = -1,
		.warn_code = -1 };
}

static enum seen
push(struct track *t, int64_t ms, struct sipmsg s, bool *is_event)
{
	struct message m = message_at(ms);
	struct event ev;

	return track_push(t, &m, &s, &ev, is_event);
}

static void
test_one_failure_seven_times(void **state)
{
	/* Timer G doubles from 500 ms (17.2.1); the second tap sees each 2 ms later. */
	static const int64_t at[] = { 0, 500, 1500, 3500, 7500, 11500, 15500 };
	struct track *t = track_new(NULL);
	unsigned events = 0, repeats = 0, copies = 0;

	(void)state;
	for (size_t i = 0; i < 7; i++)
		for (int tap = 0; tap < 2; tap++) {
			bool is_event;
			enum seen seen = push(t, at[i] + 2 * tap, response(503, "z9hG4bKa", "t"), &is_event);

			events += is_event;
			repeats += seen == SEEN_RETRANSMISSION;
			copies += seen == SEEN_COPY;
		}
	assert_int_equal(events, 1);
	assert_int_equal(repeats, 6);
	assert_int_equal(copies, 7);
	track_free(t);
}

static void
test_what_differs(void **state)
{
	struct track *t = track_new(NULL);
	struct sipmsg s = response(503, "z9hG4bKa", "t");
	bool ev;

	(void)state;
	assert_int_equal(push(t, 0, s, &ev), SEEN_NEW);
	assert_int_equal(push(t, 1, response(500, "z9hG4bKa", "t"), &ev), SEEN_NEW);
	assert_int_equal(push(t, 2, response(503, "z9hG4bKA", "t"), &ev), SEEN_NEW);
	assert_int_equal(push(t, 3, response(503, "z9hG4bKa", "u"), &ev), SEEN_NEW);
	s.sent_by = slice_str("192.0.2.11");
	assert_int_equal(push(t, 4, s, &ev), SEEN_NEW);
	s = response(503, "z9hG4bKa", "t");
	s.method = METHOD_CANCEL;
	assert_int_equal(push(t, 5, s, &ev), SEEN_NEW);
	s = response(503, "z9hG4bKa", "t");
	s.cseq = 2;
	assert_int_equal(push(t, 6, s, &ev), SEEN_NEW);
	/* After 64*T1 the same words are a new transaction of a lazy peer. */
	assert_int_equal(push(t, 33000, response(503, "z9hG4bKa", "t"), &ev), SEEN_NEW);
	track_free(t);
}

static void
test_old_peers(void **state)
{
	struct track *t = track_new(NULL);
	struct sipmsg s = response(404, "1", "t");
	bool ev;

	(void)state;
	/* RFC 2543 branches are no names: the call decides. */
	assert_int_equal(push(t, 0, s, &ev), SEEN_NEW);
	s.call_id = slice_str("c2");
	assert_int_equal(push(t, 1, s, &ev), SEEN_NEW);
	assert_int_equal(push(t, 600, s, &ev), SEEN_RETRANSMISSION);
	/* Without any name two orphans are two. */
	s = response(404, "", "");
	s.call_id = slice_str("");
	for (int i = 0; i < 20; i++) {
		assert_int_equal(push(t, 700, s, &ev), SEEN_NEW);
		assert_true(ev);
	}
	track_free(t);
}

static void
test_event(void **state)
{
	struct track_cfg cfg = { .local = &pbx, .n_local = 1 };
	struct track *t = track_new(&cfg);
	struct message m = message_at(5);
	struct sipmsg s = response(503, "z9hG4bKe", "t");
	struct event ev;
	bool is_event;

	(void)state;
	s.q850 = 34;
	(void)track_push(t, &m, &s, &ev, &is_event);
	assert_true(is_event);
	assert_int_equal(ev.code, 503);
	assert_int_equal(ev.q850, 34);
	assert_int_equal(ev.direction, DIRECTION_RECEIVED);
	assert_true(slice_eq(ev.peer, slice_str("198.51.100.7")));
	assert_true(slice_eq(ev.src, slice_str("198.51.100.7:5060")));
	assert_true(slice_eq(ev.raw, m.bytes));
	m.src = pbx;
	m.dst = carrier;
	s.branch = slice_str("z9hG4bKf");
	(void)track_push(t, &m, &s, &ev, &is_event);
	assert_int_equal(ev.direction, DIRECTION_SENT);
	assert_true(slice_eq(ev.peer, slice_str("198.51.100.7")));
	for (unsigned code = 100; code < 700; code += 50) {
		char branch[20];

		(void)snprintf(branch, sizeof branch, "z9hG4bK%u", code);
		(void)push(t, 6, response(code, branch, "t"), &is_event);
		assert_int_equal(is_event, code >= 400);
	}
	track_free(t);
}

static void
test_bound(void **state)
{
	struct track_cfg cfg = { .seed = 3, .entries = 64 };
	struct track *t = track_new(&cfg);
	char branch[32];
	bool ev, exact;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		(void)snprintf(branch, sizeof branch, "z9hG4bK%d", i);
		assert_int_equal(push(t, i, response(404, branch, "t"), &ev), SEEN_NEW);
	}
	assert_int_equal(track_evictions(t), 1000 - 64);
	/* One slot per set is the youngest of its set: the last one is certainly still known. */
	assert_int_equal(push(t, 1200, response(404, branch, "t"), &ev), SEEN_RETRANSMISSION);
	assert_int_equal(track_call_ids(t, &exact), 1);
	assert_true(exact);
	track_free(t);
}

static void
test_clock_steps(void **state)
{
	struct track *t = track_new(NULL);
	bool ev;

	(void)state;
	assert_int_equal(push(t, 100000, response(404, "z9hG4bKc", "t"), &ev), SEEN_NEW);
	assert_int_equal(push(t, 99990, response(404, "z9hG4bKc", "t"), &ev), SEEN_COPY);
	assert_int_equal(push(t, INT64_MAX / NS_PER_MS, response(404, "z9hG4bKd", "t"), &ev), SEEN_NEW);
	assert_int_equal(push(t, -5000, response(404, "z9hG4bKe", "t"), &ev), SEEN_NEW);
	assert_int_equal(push(t, INT64_MIN / NS_PER_MS, response(404, "z9hG4bKg", "t"), &ev), SEEN_NEW);
	track_free(t);
}

static void
test_no_memory(void **state)
{
	struct track_cfg cfg = { .local = &pbx, .n_local = 1 };

	(void)state;
	for (long n = 1;; n++) {
		struct track *t;
		long calls;

		mem_fail_at(n);
		t = track_new(&cfg);
		calls = mem_calls();
		mem_fail_at(0);
		track_free(t);
		if (calls < n) {
			assert_non_null(t);
			break;
		}
		assert_null(t);
	}
}

/* Every byte of what names a transaction counts, and where one field ends and the next begins. */
static void
test_fields_count_whole(void **state)
{
	struct track *t = track_new(NULL);
	char branch[400] = "z9hG4bK";
	struct sipmsg s;
	bool is_event;

	(void)state;
	memset(branch + 7, 'b', sizeof branch - 8);
	assert_int_equal(push(t, 0, response(503, branch, "t"), &is_event), SEEN_NEW);
	branch[sizeof branch - 2] = 'c';
	assert_int_equal(push(t, 200, response(503, branch, "t"), &is_event), SEEN_NEW);
	assert_int_equal(push(t, 400, response(503, branch, "t"), &is_event), SEEN_RETRANSMISSION);
	s = response(503, "z9hG4bKx", "");
	s.sent_by = slice_str("t");
	assert_int_equal(push(t, 0, s, &is_event), SEEN_NEW);
	s.to_tag = s.sent_by;
	s.sent_by = slice_str("");
	assert_int_equal(push(t, 200, s, &is_event), SEEN_NEW);
	track_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_fields_count_whole),
		cmocka_unit_test(test_one_failure_seven_times),
		cmocka_unit_test(test_what_differs), cmocka_unit_test(test_old_peers), cmocka_unit_test(test_event),
		cmocka_unit_test(test_bound), cmocka_unit_test(test_clock_steps), cmocka_unit_test(test_no_memory) };

	return cmocka_run_group_tests_name("track", tests, NULL, NULL);
}
