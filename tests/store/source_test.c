/* source: figures of logs over engines, what counts as lost, and rates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "store/drive.h"

/* Each engine counts what it read itself, so figures add up; who is connected now is what the last one says. */
static void
test_log_over_engines(void **state)
{
	struct store *s = drive_store(0, 0);
	struct source_stat a = sample_log("udp:514", 10);
	const struct source_stat *out;

	(void)state;
	memcpy(a.kind, "syslog", 7);
	a.skipped = a.bad_frames;
	a.frames += a.skipped;
	drive_hello(s, 1, true);
	drive_source(s, &a);
	out = &store_source_at(s, 0)->stat;
	assert_true(out->text);
	assert_true(source_stat_balanced(out));
	drive_hello(s, 2, true);
	assert_true(source_stat_balanced(out));
	/* What the old engine held is lost, but no capture's fragment. */
	assert_int_equal(out->verdict[WIRE_DROPPED], 20);
	assert_int_equal(out->drop[WIRE_DROP_FRAG_INCOMPLETE], 10);
	a.senders = 2;
	drive_source(s, &a);
	assert_int_equal(out->frames, 2 * a.frames);
	assert_int_equal(out->skipped, 2 * a.bad_frames);
	assert_true(source_stat_balanced(out));
	assert_int_equal(out->messages, 20);
	assert_int_equal(out->statements, 22);
	assert_int_equal(out->notices, 24);
	assert_int_equal(out->long_records, 32);
	assert_int_equal(out->rotations, 34);
	assert_int_equal(out->refused, 42);
	assert_int_equal(out->no_time, 54);
	assert_int_equal(out->senders, 2);
	store_free(s);
}

/* A file that is read again from its beginning counts its skipped lines, and the long ones among them, once. */
static void
test_log_file_again(void **state)
{
	struct store *s = drive_store(0, 0);
	struct source_stat a = sample_log("full", 10), b;
	const struct source_stat *out;

	(void)state;
	a.bad_frames = 0;
	drive_hello(s, 1, false);
	drive_source(s, &a);
	drive_hello(s, 2, false);
	b = a;
	memset(b.verdict, 0, sizeof b.verdict);
	b.filtered_input = b.notices = 0;
	b.skipped = a.frames;
	b.frames = a.frames + 5;
	b.verdict[WIRE_NOT_SIP] = 5;
	b.long_records = a.long_records + 1;
	drive_source(s, &b);
	out = &store_source_at(s, 0)->stat;
	assert_int_equal(out->frames, a.frames + 5);
	assert_int_equal(out->skipped, 0);
	assert_int_equal(out->long_records, a.long_records + 1);
	assert_int_equal(out->notices, a.notices);
	assert_true(source_stat_balanced(out));
	store_free(s);
}

/* Of a log: what never came or came without its end.  Strangers who were turned away are no loss. */
static void
test_lost(void **state)
{
	struct source_stat log = { .text = true,
		.verdict = { [WIRE_DROPPED] = 3, [WIRE_NOT_SIP] = 90 },
		.drop = { 50 },
		.kernel_drops = 4,
		.long_records = 20,
		.bad_frames = 100,
		.refused = 1000,
		.cut = 7,
		.rotations = 9 };
	struct store *s = drive_store(0, 0);
	struct store_status st;

	(void)state;
	memcpy(log.name, "x", 2);
	assert_int_equal(store_source_lost(&log), 127);
	drive_hello(s, 1, true);
	drive_source(s, &log);
	store_status(s, &st);
	assert_int_equal(st.lost, 127);
	log.text = false;
	assert_int_equal(store_source_lost(&log), 154);
	store_free(s);
}

static void
test_rate(void **state)
{
	struct source_stat log = { .kind = "syslog", .text = true }, file = { .kind = "file" };
	struct store *s = drive_store(0, 0);

	(void)state;
	memcpy(log.name, "a", 2);
	memcpy(file.name, "b", 2);
	drive_hello(s, 1, true);
	assert_true(store_source_rate(s, 0) < 0);
	for (int64_t t = 1; t <= 60; t++) {
		store_advance(s, SAMPLE_T + t * NS_PER_S);
		/* 10 a second at first, then 100. */
		log.frames += t <= 40 ? 10 : 100;
		file.frames += 10;
		drive_source(s, &log);
		drive_source(s, &file);
		if (t == 1)
			assert_true(store_source_rate(s, 0) < 0);
		if (t == 40)
			assert_int_equal((int)(store_source_rate(s, 0) + 0.5), 10);
	}
	assert_int_equal((int)(store_source_rate(s, 0) + 0.5), 100);
	assert_true(store_source_rate(s, 1) < 0);
	assert_true(store_source_rate(s, 2) < 0);
	store_advance(s, SAMPLE_T + 71 * NS_PER_S);
	assert_int_equal((int)store_source_rate(s, 0), 0);
	/* A clock that goes back begins anew. */
	store_advance(s, SAMPLE_T);
	drive_source(s, &log);
	assert_true(store_source_rate(s, 0) < 0);
	store_free(s);
}

/* What the demo did before its start comes within a second, and is no rate of that second. */
static void
test_rate_of_past(void **state)
{
	struct source_stat demo = { .name = "demo", .kind = "demo", .state = "reading" };
	struct record tick = sample_record(RECORD_TICK);
	struct store *s = drive_store(0, 0);

	(void)state;
	tick.tick = (struct record_tick){ .sources = &demo, .n_sources = 1 };
	drive_hello(s, 1, true);
	store_advance(s, SAMPLE_T);
	for (int64_t t = -600; t <= 60; t++) {
		if (t > 0)
			store_advance(s, SAMPLE_T + t * NS_PER_S);
		demo.frames += 10;
		demo.verdict[WIRE_SIP] += 10;
		tick.t_ns = SAMPLE_T + t * NS_PER_S;
		drive(s, &tick);
		if (t < 1)
			continue;
		assert_int_equal((int)(store_source_rate(s, 0) + 0.5), 10);
		assert_int_equal((int)(store_source_sip_rate(s, 0) + 0.5), 10);
	}
	store_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_log_over_engines),
		cmocka_unit_test(test_log_file_again),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_rate),
		cmocka_unit_test(test_rate_of_past),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
