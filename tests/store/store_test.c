/* store: what records do to it, limits, pause, restart of the engine, and streams that lie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "sipwhy/mem.h"
#include "store/drive.h"

/* A tick at t_ns: n responses 503 to INVITE by one peer, all of them events. */
static void
add_tick(struct store *s, int64_t t_ns, uint64_t n)
{
	static struct counts c;
	struct peer_stat p = {
		.name = "192.0.2.1", .responses = { 0, 0, 0, 0, n }, .events = n, .codes = { { 503, n } }
	};
	struct record r = sample_record(RECORD_TICK);

	memset(&c, 0, sizeof c);
	c.responses[METHOD_INVITE][403] = n;
	c.events = n;
	r.t_ns = t_ns;
	r.tick = (struct record_tick){ .counts = &c, .peers = &p, .n_peers = 1 };
	drive(s, &r);
}

static void
test_counts_and_rates(void **state)
{
	struct store *s = drive_store(0, 0);
	struct store_code codes[4];
	struct peer_stat peers[4];
	uint64_t history[10], sum = 0;

	(void)state;
	drive_hello(s, 1, false);
	for (int i = 0; i < 20; i++)
		add_tick(s, SAMPLE_T + i * NS_PER_S, 3);
	assert_int_equal(store_now(s), SAMPLE_T + 19 * NS_PER_S);
	assert_int_equal(counts_code(store_counts(s), 503), 60);
	assert_int_equal(store_window(s, 5, 10), 30);
	assert_int_equal(store_window(s, 7, 10), 30);
	assert_int_equal(store_window(s, 4, 10), 0);
	assert_true(store_rate(s, 5, 10) > 2.99 && store_rate(s, 5, 10) < 3.01);
	/* A window that is older than the run does not water the rate down. */
	assert_true(store_rate(s, 5, 3600) > 2.99 && store_rate(s, 5, 3600) < 3.01);
	store_history(s, 5, 1, history, 10);
	for (int i = 0; i < 10; i++)
		sum += history[i];
	assert_int_equal(sum, 30);
	assert_int_equal(store_top_codes(s, codes, 4), 1);
	assert_int_equal(codes[0].code, 503);
	assert_int_equal(codes[0].responses, 60);
	assert_int_equal(store_top_peers(s, peers, 4), 1);
	assert_int_equal(peers[0].events, 60);
	store_free(s);
}

/* By failures, then by responses; silence is a code of its own, and what is below 400 is no failure code. */
static void
test_top_codes_order(void **state)
{
	static struct counts c;
	struct store *s = drive_store(0, 0);
	struct record r = sample_record(RECORD_TICK), e = sample_event_record(1);
	struct record_fold folds[] = { { 600, 7, "", "BYE", "", -1, 0, false }, { 0, 9, "", "BYE", "", -1, 0, false },
		{ 0, 50, "", "", "", -1, 0, false }, { 404, 3, "", "BYE", "", -1, 0, true } };
	struct store_code out[5];

	(void)state;
	for (unsigned i = 0; i < SIP_CODE_N; i++)
		c.responses[METHOD_BYE][i] = i % 10 + 1;
	c.responses[METHOD_INVITE][399] = 100;
	c.responses[METHOD_INVITE][303] = 50;
	r.tick = (struct record_tick){ .counts = &c, .folds = folds, .n_folds = 4 };
	drive(s, &r);
	e.event.code = 200;
	e.event.ack_missing = true;
	drive(s, &e);
	assert_int_equal(store_top_codes(s, out, 5), 5);
	assert_int_equal(out[0].code, 0);
	assert_int_equal(out[0].events, 9);
	assert_int_equal(out[0].responses, 0);
	assert_int_equal(out[1].code, 600);
	assert_int_equal(out[1].events, 7);
	assert_int_equal(out[2].code, 499);
	assert_int_equal(out[3].code, 403);
	assert_int_equal(out[3].responses, 54);
	assert_int_equal(out[4].code, 409);
	/* The row without method stands for all that found no row: events of any code, also recovered ones. */
	assert_int_equal(store_event_folded(s), 69);
	assert_int_equal(store_event_total(s), 70);
	assert_int_equal(store_event_recovered(s), 3);
	assert_int_equal(store_top_codes(s, out, 0), 0);
	store_free(s);
}

static void
test_live_time_is_the_clock(void **state)
{
	struct store *s = drive_store(0, 0);
	int64_t wall = SAMPLE_T + 100 * NS_PER_S;
	uint64_t revision;

	(void)state;
	drive_hello(s, 1, true);
	store_advance(s, wall);
	/* Ticks from next year and from last year are taken for now. */
	add_tick(s, wall + 365 * 86400 * NS_PER_S, 4);
	add_tick(s, wall - 365 * 86400 * NS_PER_S, 8);
	add_tick(s, wall, 2);
	assert_int_equal(store_now(s), wall);
	assert_int_equal(store_window(s, 5, 5), 14);
	assert_int_equal(counts_code(store_counts(s), 503), 14);
	revision = store_revision(s);
	store_advance(s, wall + 1);
	assert_int_equal(store_revision(s), revision);
	store_advance(s, wall + NS_PER_S);
	assert_true(store_revision(s) > revision);
	assert_int_equal(store_now(s), wall + NS_PER_S);
	store_free(s);
}

/* Every slice of it, from method to raw. */
static void
test_event_is_copied(void **state)
{
	static char text[25][4];
	struct store *s = drive_store(0, 0);
	struct record r = sample_event_record(9);
	struct slice *from = &r.event.method;
	const struct slice *to;

	(void)state;
	assert_ptr_equal(&from[24], &r.event.raw);
	for (unsigned i = 0; i < 25; i++) {
		(void)snprintf(text[i], sizeof text[i], "%u", 100 + i);
		from[i] = (struct slice){ text[i], 3 };
	}
	drive(s, &r);
	memset(text, 'x', sizeof text);
	assert_int_equal(store_event_at(s, 0)->id, 9);
	assert_int_equal(store_event_at(s, 0)->q850, 34);
	assert_int_equal(store_event_at(s, 0)->tries, 2);
	to = &store_event_at(s, 0)->method;
	for (unsigned i = 0; i < 24; i++) {
		(void)snprintf(text[i], sizeof text[i], "%u", 100 + i);
		assert_true(slice_eq(to[i], (struct slice){ text[i], 3 }));
	}
	assert_null(store_event_at(s, 1));
	r.event.code = 99;
	assert_int_equal(store_apply(s, &r), -EINVAL);
	r.event.code = 0;
	drive(s, &r);
	store_free(s);
}

static void
test_limit_of_rows(void **state)
{
	struct store *s = drive_store(100, 0);

	(void)state;
	for (uint64_t id = 10; id < 2510; id += 10)
		drive_event(s, id);
	assert_int_equal(store_event_count(s), 100);
	assert_int_equal(store_event_total(s), 250);
	assert_int_equal(store_event_evicted(s), 150);
	assert_int_equal(store_event_at(s, 0)->id, 1510);
	assert_int_equal(store_event_at(s, 99)->id, 2500);
	assert_int_equal(store_event_index(s, 0), 0);
	assert_int_equal(store_event_index(s, 1510), 0);
	assert_int_equal(store_event_index(s, 1511), 1);
	assert_int_equal(store_event_index(s, 2500), 99);
	assert_int_equal(store_event_index(s, 2501), 100);
	store_free(s);
}

static void
test_limit_of_bytes(void **state)
{
	static char raw[EVENT_RAW_MAX];
	struct store *s = drive_store(1000, 20 * EVENT_RAW_MAX);
	struct record big = sample_event_record(1);
	size_t bare = 0, used, max;

	(void)state;
	big.event.raw = (struct slice){ raw, sizeof raw };
	for (uint64_t id = 1; id <= 50; id++) {
		big.event.id = id;
		drive(s, &big);
	}
	/* Raw messages go first, those of the oldest; their length stays, and every text stands where it was. */
	assert_int_equal(store_event_count(s), 50);
	for (size_t i = 0; i < 50; i++) {
		const struct event *e = store_event_at(s, i);

		bare += e->raw.n == 0;
		assert_true(e->raw.n == 0 ? i + 1 == bare : e->raw.n == sizeof raw);
		assert_int_equal(e->raw_len, big.event.raw_len);
		assert_true(slice_eq(e->call_id, big.event.call_id) && slice_eq(e->stamp, big.event.stamp));
	}
	assert_in_range(bare, 33, 36);
	store_memory(s, &used, &max);
	assert_in_range(used, 15 * EVENT_RAW_MAX, 20 * EVENT_RAW_MAX);
	assert_true(max > 20 * EVENT_RAW_MAX);
	/* Then events. */
	big.event.raw.n = 0;
	big.event.detail = (struct slice){ raw, sizeof raw };
	for (uint64_t id = 51; id <= 80; id++) {
		big.event.id = id;
		drive(s, &big);
	}
	assert_in_range(store_event_count(s), 15, 19);
	assert_int_equal(store_event_count(s) + store_event_evicted(s), 80);
	assert_int_equal(store_event_at(s, store_event_count(s) - 1)->id, 80);
	store_free(s);
	/* One that is larger than all there is: not kept, not forgotten. */
	s = drive_store(1000, 1000);
	assert_int_equal(store_apply(s, &big), -EMSGSIZE);
	assert_int_equal(store_event_total(s), 1);
	assert_int_equal(store_event_count(s), 0);
	store_free(s);
}

/* Ids that stand still or fall would break the search: they are made to rise. */
static void
test_ids_rise(void **state)
{
	static const uint64_t told[] = { 5, 5, 3, INT64_MAX, 1, 7 };
	struct store *s = drive_store(0, 0);

	(void)state;
	for (size_t i = 0; i < sizeof told / sizeof told[0]; i++)
		drive_event(s, told[i]);
	for (size_t i = 1; i < store_event_count(s); i++)
		assert_true(store_event_at(s, i)->id > store_event_at(s, i - 1)->id);
	for (size_t i = 0; i < store_event_count(s); i++)
		assert_int_equal(store_event_index(s, store_event_at(s, i)->id), i);
	store_free(s);
}

static void
test_freeze(void **state)
{
	struct store *s = drive_store(10, 0);
	struct peer_stat peer;

	(void)state;
	for (uint64_t id = 1; id <= 8; id++)
		drive_event(s, id);
	add_tick(s, SAMPLE_T, 8);
	assert_int_equal(store_freeze(s, true), 0);
	assert_true(store_frozen(s));
	for (uint64_t id = 9; id <= 12; id++)
		drive_event(s, id);
	add_tick(s, SAMPLE_T + 5 * NS_PER_S, 4);
	drive_hello(s, 1, true);
	/* All getters stand still. */
	assert_int_equal(store_waiting(s), 4);
	assert_int_equal(store_event_count(s), 8);
	assert_int_equal(store_event_total(s), 8);
	assert_int_equal(store_event_at(s, 7)->id, 8);
	assert_int_equal(counts_code(store_counts(s), 503), 8);
	assert_int_equal(store_window(s, 5, 60), 8);
	assert_int_equal(store_top_peers(s, &peer, 1), 1);
	assert_int_equal(peer.events, 8);
	assert_int_equal(store_freeze(s, true), 0);
	assert_int_equal(store_freeze(s, false), 0);
	assert_int_equal(store_waiting(s), 0);
	/* Twelve events, room for ten. */
	assert_int_equal(store_event_count(s), 10);
	assert_int_equal(store_event_evicted(s), 2);
	for (size_t i = 0; i < 10; i++)
		assert_int_equal(store_event_at(s, i)->id, i + 3);
	assert_int_equal(counts_code(store_counts(s), 503), 12);
	store_free(s);
}

/* More events than there is room for while paused: what is shown stays, and afterwards only the newest are left. */
static void
test_freeze_through_a_flood(void **state)
{
	struct store *s = drive_store(10, 0);

	(void)state;
	for (uint64_t id = 1; id <= 10; id++)
		drive_event(s, id);
	assert_int_equal(store_freeze(s, true), 0);
	for (uint64_t id = 11; id <= 100; id++)
		drive_event(s, id);
	assert_int_equal(store_event_count(s), 10);
	assert_int_equal(store_event_at(s, 0)->id, 1);
	assert_int_equal(store_event_evicted(s), 0);
	assert_int_equal(store_freeze(s, false), 0);
	assert_int_equal(store_event_at(s, 0)->id, 91);
	assert_int_equal(store_event_count(s), 10);
	assert_int_equal(store_event_evicted(s), 90);
	store_free(s);
}

/* Large events push each other out while paused: a small old one that would fit again must not come back alone. */
static void
test_unfreeze_leaves_no_hole(void **state)
{
	static char raw[EVENT_RAW_MAX];
	struct store *s = drive_store(100, 2 * EVENT_RAW_MAX + 4000);
	struct record big = sample_event_record(1);

	(void)state;
	drive_event(s, 1);
	assert_int_equal(store_freeze(s, true), 0);
	big.event.detail = (struct slice){ raw, sizeof raw };
	for (big.event.id = 2; big.event.id <= 4; big.event.id++)
		drive(s, &big);
	assert_int_equal(store_freeze(s, false), 0);
	assert_int_equal(store_event_at(s, 0)->id, 3);
	assert_int_equal(store_event_count(s) + store_event_evicted(s), 4);
	store_free(s);
}

static void
test_restart_keeps_figures(void **state)
{
	struct store *s = drive_store(0, 0);
	struct source_stat a = sample_source("a.pcap", 10), b;
	const struct source_stat *out;
	struct store_status st;

	(void)state;
	drive_hello(s, 1, false);
	drive_source(s, &a);
	store_note(s, false, "engine ended by signal 9, starting another");
	store_status(s, &st);
	assert_false(st.engine_alive);
	assert_string_equal(st.sentence, "engine ended by signal 9, starting another");
	drive_hello(s, 2, false);
	store_status(s, &st);
	assert_true(st.engine_alive);
	assert_int_equal(st.engines, 2);
	assert_string_equal(st.sentence, "engine ended by signal 9, starting another");
	/* The new engine skips what the old one told, and one frame more that ended it. */
	b = (struct source_stat){
		.name = "a.pcap", .kind = "file", .state = "reading", .frames = 40, .bytes = 500, .skipped = 40
	};
	drive_source(s, &b);
	out = &store_source_at(s, 0)->stat;
	assert_int_equal(out->frames, a.frames);
	assert_int_equal(out->bytes, a.bytes);
	b.frames = a.frames + 1 + 5;
	b.skipped = a.frames + 1;
	b.verdict[WIRE_SIP] = 5;
	b.kernel_drops = 1;
	b.bytes = 2000;
	drive_source(s, &b);
	assert_int_equal(out->frames, a.frames + 6);
	assert_int_equal(out->skipped, 1);
	assert_int_equal(out->bytes, 2000);
	assert_int_equal(out->verdict[WIRE_SIP], 15);
	/* What the old engine held is lost, and told as lost. */
	assert_int_equal(out->verdict[WIRE_HELD], 0);
	assert_int_equal(out->verdict[WIRE_DROPPED], 20);
	assert_int_equal(out->kernel_drops, 11);
	assert_true(source_stat_balanced(out));
	store_status(s, &st);
	assert_int_equal(st.record_drops, 11);
	assert_int_equal(st.evictions, 11);
	assert_int_equal(st.lost, 11 + 10 + (WIRE_DROP_N + 1) * 10);
	/* The same engine again (another reader of it) changes nothing. */
	drive_hello(s, 2, false);
	drive_source(s, &b);
	assert_int_equal(out->frames, a.frames + 6);
	store_free(s);
}

static void
test_sources(void **state)
{
	struct store *s = drive_store(0, 0);
	struct source_stat stat = sample_source("x", 1);
	struct record r = sample_record(RECORD_SOURCE);
	struct store_status st;
	char name[16];

	(void)state;
	drive_hello(s, 1, false);
	for (unsigned i = 0; i < STORE_SOURCES_MAX + 5; i++) {
		(void)snprintf(name, sizeof name, "file%u", i);
		r.source = (struct record_source){ name, "file", "reading", "" };
		drive(s, &r);
	}
	assert_int_equal(store_source_count(s), STORE_SOURCES_MAX);
	assert_null(store_source_at(s, STORE_SOURCES_MAX));
	drive_source(s, &stat);
	assert_int_equal(store_source_count(s), STORE_SOURCES_MAX);
	store_status(s, &st);
	assert_false(st.ended);
	for (unsigned i = 0; i < STORE_SOURCES_MAX; i++) {
		(void)snprintf(name, sizeof name, "file%u", i);
		r.source = (struct record_source){ name, "file", i % 2 ? "ended" : "damaged",
			i == 4 ? "cut after 3 frames" : "" };
		drive(s, &r);
	}
	store_status(s, &st);
	assert_true(st.ended);
	assert_string_equal(st.sentence, "cut after 3 frames");
	assert_string_equal(store_source_at(s, 4)->sentence, "cut after 3 frames");
	store_free(s);
}

/* The supervisor tells of an engine's end as a source of kind "engine": no source, and over with the next hello. */
static void
test_engine_told_by_a_record(void **state)
{
	struct store *s = drive_store(0, 0);
	struct record r = sample_record(RECORD_SOURCE);
	struct store_status st;

	(void)state;
	drive_hello(s, 1, true);
	r.source = (struct record_source){ "engine", "engine", "died", "engine ended by signal 11" };
	drive(s, &r);
	store_status(s, &st);
	assert_false(st.engine_alive);
	assert_string_equal(st.sentence, "engine ended by signal 11");
	assert_int_equal(store_source_count(s), 0);
	drive_hello(s, 2, true);
	store_status(s, &st);
	assert_true(st.engine_alive);
	store_free(s);
}

/* A stream of all types as bytes. */
static void
stream(struct buf *b, unsigned events)
{
	static struct counts c;
	struct record hello = sample_hello(1, false), tick = sample_record(RECORD_TICK),
		      bye = sample_record(RECORD_BYE);
	struct source_stat source = sample_source("a.pcap", 10);
	struct record recovered = sample_update(1), incident = sample_incident(3, 4, INCIDENT_WARNING, SAMPLE_T);
	const struct kpi_counts kpi = sample_kpi(3);
	struct kpi_peer peer = { "carrier-a", PEER_ROLE_TRUNK, &kpi };

	recovered.update.recovered = true;
	c.responses[METHOD_INVITE][403] = events;
	tick.tick = (struct record_tick){
		.counts = &c, .sources = &source, .n_sources = 1, .kpi = &kpi, .kpi_peers = &peer, .n_kpi_peers = 1
	};
	bye.tick.counts = &c;
	assert_int_equal(record_encode(b, &hello), 0);
	for (uint64_t id = 1; id <= events; id++) {
		struct record e = sample_event_record(id);

		assert_int_equal(record_encode(b, &e), 0);
	}
	assert_int_equal(record_encode(b, &recovered), 0);
	assert_int_equal(record_encode(b, &incident), 0);
	assert_int_equal(record_encode(b, &tick), 0);
	buf_puts(b, "{\"type\":\"weather\",\"rain\":true}\nno json\n");
	assert_int_equal(record_encode(b, &bye), 0);
}

static void
check_stream(const struct store *s)
{
	struct store_status st;
	struct kpi_counts kpi;

	store_status(s, &st);
	assert_int_equal(st.bad_lines, 1);
	assert_true(st.ended);
	assert_string_equal(st.host, "pbx1");
	assert_string_equal(st.version, "0.1.0");
	assert_int_equal(store_event_count(s), 2);
	assert_int_equal(store_source_count(s), 1);
	assert_true(store_event_at(s, 0)->recovered);
	assert_int_equal(store_event_recovered(s), 1);
	assert_int_equal(store_incident_open(s), 1);
	assert_int_equal(store_incident_at(s, 0)->events[1], 8);
	store_kpi(s, 0, &kpi);
	assert_int_equal(kpi.n[KPI_BIDS], 3);
	/* bye tells totals, not increments. */
	assert_int_equal(counts_code(store_counts(s), 503), 2);
}

static void
test_feed_at_every_cut(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, RECORD_LINE_MAX);
	stream(&b, 2);
	for (size_t cut = 0; cut <= b.len; cut++) {
		struct store *s = drive_store(16, 0);

		store_feed(s, b.data, cut);
		store_feed(s, b.data + cut, b.len - cut);
		check_stream(s);
		store_free(s);
	}
	buf_fini(&b);
}

/* Whatever allocation fails: no crash, no leak, and every event is either kept or told as lost, its update too. */
static void
test_memory_short(void **state)
{
	long calls = LONG_MAX, at;
	struct buf b;

	(void)state;
	buf_init(&b, RECORD_LINE_MAX);
	stream(&b, 12);
	for (at = 1; at <= calls; at++) {
		struct store_cfg cfg = { .events = 8, .seed = 1 };
		struct store_status st;
		struct store *s;

		mem_fail_at(at);
		s = store_new(&cfg);
		if (s != NULL) {
			store_feed(s, b.data, b.len / 2);
			(void)store_freeze(s, true);
			store_feed(s, b.data + b.len / 2, b.len - b.len / 2);
			(void)store_freeze(s, false);
		}
		calls = mem_calls() < at ? mem_calls() : LONG_MAX;
		mem_fail_at(0);
		if (s == NULL)
			continue;
		store_status(s, &st);
		assert_in_range(
		    store_event_count(s) + store_event_evicted(s) + st.record_drops + (st.bad_lines - 1), 12, 13);
		store_free(s);
	}
	assert_true(at > 20);
	buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts_and_rates),
		cmocka_unit_test(test_top_codes_order),
		cmocka_unit_test(test_live_time_is_the_clock),
		cmocka_unit_test(test_event_is_copied),
		cmocka_unit_test(test_limit_of_rows),
		cmocka_unit_test(test_limit_of_bytes),
		cmocka_unit_test(test_ids_rise),
		cmocka_unit_test(test_freeze),
		cmocka_unit_test(test_freeze_through_a_flood),
		cmocka_unit_test(test_unfreeze_leaves_no_hole),
		cmocka_unit_test(test_restart_keeps_figures),
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_engine_told_by_a_record),
		cmocka_unit_test(test_feed_at_every_cut),
		cmocka_unit_test(test_memory_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
