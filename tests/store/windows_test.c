/* windows: codes, peers, texts and KPIs within a window, the one before, and what is taken back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>

#include "sipwhy/mem.h"
#include "store/drive.h"

#define T0 (SAMPLE_T - SAMPLE_T % (3600 * NS_PER_S))

/* n responses of a code by a peer, all of them failed legs. */
static void
add_tick(struct store *s, int64_t t_ns, unsigned code, const char *peer, uint64_t n)
{
	static struct counts c;
	struct peer_stat p = { .events = n, .codes = { { (uint16_t)code, n } } };
	struct record r = sample_record(RECORD_TICK);

	memset(&c, 0, sizeof c);
	(void)snprintf(p.name, sizeof p.name, "%s", peer);
	c.responses[METHOD_INVITE][code - 100] = n;
	c.events = n;
	r.t_ns = t_ns;
	r.tick = (struct record_tick){ .counts = &c, .peers = &p, .n_peers = 1 };
	drive(s, &r);
}

static void
add_event(struct store *s, uint64_t id, int64_t t_ns, unsigned code, const char *from, const char *to)
{
	struct record r = sample_event_record(id);

	r.event.t_ns = t_ns;
	r.event.code = (uint16_t)code;
	r.event.from = slice_str(from);
	r.event.to = slice_str(to);
	r.event.user_agent = slice_str("Yealink SIP-T46S 66.85.0.5");
	drive(s, &r);
}

static struct store_code
code_of(const struct store *s, unsigned window_s, unsigned code)
{
	struct store_code c[32];
	size_t n = store_window_codes(s, window_s, c, 32);

	for (size_t i = 0; i < n; i++)
		if (c[i].code == code)
			return c[i];
	return (struct store_code){ 0 };
}

static void
test_codes(void **state)
{
	struct store *s = drive_store(0, 0);
	uint64_t h[6];
	uint64_t id = 1;

	(void)state;
	for (unsigned i = 0; i < 120; i++) {
		int64_t t_ns = T0 + i * 60 * NS_PER_S;

		add_tick(s, t_ns, 503, "a", i < 60 ? 1 : 3);
		add_event(s, id++, t_ns, 503, "1037", "+442066627625");
		if (i % 10 == 0)
			add_event(s, id++, t_ns, 0, "1055", "x");
	}
	/* Now is the beginning of minute 119. */
	assert_int_equal(code_of(s, 60, 503).responses, 3);
	assert_int_equal(code_of(s, 60, 503).events, 1);
	assert_int_equal(code_of(s, 60, 503).before, 1);
	assert_int_equal(code_of(s, 300, 503).responses, 15);
	assert_int_equal(code_of(s, 300, 503).before, 5);
	assert_int_equal(code_of(s, 3600, 503).responses, 180);
	assert_int_equal(code_of(s, 3600, 503).events, 60);
	assert_int_equal(code_of(s, 3600, 503).before, 60);
	assert_int_equal(code_of(s, 86400, 503).events, 120);
	assert_int_equal(code_of(s, 86400, 503).before, 0);
	assert_int_equal(code_of(s, 0, 503).responses, 60 + 180);
	assert_int_equal(code_of(s, 0, 0).events, 12);
	assert_int_equal(code_of(s, 900, 0).events, 1);
	assert_int_equal(code_of(s, 900, 0).before, 2);
	assert_int_equal(store_window(s, STORE_CLASS_SILENCE, 0), 12);
	assert_int_equal(store_window(s, STORE_CLASS_SILENCE, 3600), 6);
	assert_int_equal(store_window(s, STORE_CLASS_EVENTS, 0), 240);
	assert_int_equal(store_window(s, 5, 86400), 240);
	assert_true(store_before_known(s, 3570));
	assert_false(store_before_known(s, 3600));
	assert_false(store_before_known(s, 0));
	store_code_history(s, 503, false, 600, h, 6);
	assert_int_equal(h[4], 10);
	assert_int_equal(h[5], 10);
	store_code_history(s, 503, true, 60, h, 6);
	assert_int_equal(h[0], 3);
	store_free(s);
}

/* An update takes an event out of the second that it was counted in, and puts it back where it still fails. */
static void
test_taken_back(void **state)
{
	struct store *s = drive_store(0, 0);
	struct record u = sample_record(RECORD_UPDATE);
	struct store_facet_row v[4];

	(void)state;
	drive_hello(s, 1, false);
	add_event(s, 1, T0, 0, "1055", "+493055530001");
	add_event(s, 2, T0 + 5 * NS_PER_S, 503, "1037", "x");
	add_event(s, 3, T0 + 30 * NS_PER_S, 404, "1037", "x");
	assert_int_equal(store_window(s, STORE_CLASS_SILENCE, 60), 1);
	u.t_ns = T0 + 30 * NS_PER_S;
	u.update = (struct event_update){ .id = 1, .t_ns = u.t_ns, .code = 486 };
	drive(s, &u);
	assert_int_equal(store_window(s, STORE_CLASS_SILENCE, 60), 0);
	assert_int_equal(code_of(s, 60, 0).events, 0);
	assert_int_equal(code_of(s, 60, 486).events, 1);
	assert_int_equal(code_of(s, 10, 486).events, 0);
	assert_int_equal(store_top_values(s, STORE_FACET_USER, 300, v, 4), 2);
	assert_string_equal(v[1].value, "1055");
	assert_int_equal(v[1].code, 486);
	u.update = (struct event_update){ .id = 2, .t_ns = u.t_ns, .recovered = true };
	drive(s, &u);
	drive(s, &u);
	assert_int_equal(code_of(s, 60, 503).events, 0);
	assert_int_equal(code_of(s, 60, 404).events, 1);
	assert_int_equal(store_top_values(s, STORE_FACET_USER, 300, v, 4), 2);
	assert_int_equal(v[0].count, 1);
	store_free(s);
}

/* A later tick says that one has another code: it is counted where it was, once. */
static void
test_peer_code_moves(void **state)
{
	struct store *s = drive_store(0, 0);
	struct peer_stat p = { .name = "a", .events = 1, .codes = { { 503, -1 }, { 500, 1 }, { 486, 1 } } };
	struct record r = sample_record(RECORD_TICK);
	struct store_peer row[2];
	uint64_t h[3];

	(void)state;
	drive_hello(s, 1, false);
	add_tick(s, T0, 503, "a", 2);
	add_tick(s, T0 + 5 * NS_PER_S, 404, "b", 1);
	r.t_ns = T0 + 120 * NS_PER_S;
	r.tick = (struct record_tick){ .peers = &p, .n_peers = 1 };
	drive(s, &r);
	for (unsigned window_s = 0; window_s <= 3600; window_s += 900) {
		assert_int_equal(store_window_peers(s, window_s, row, 2), 2);
		assert_string_equal(row[0].name, "a");
		assert_int_equal(row[0].events, 3);
		assert_int_equal(row[0].code_events, 1);
		assert_int_equal(row[0].by_class[4] + row[0].by_class[5], 3);
	}
	assert_int_equal(store_window_peers(s, 60, row, 2), 1);
	assert_int_equal(row[0].events, 1);
	store_peer_history(s, "a", 60, h, 3);
	assert_int_equal(h[0], 2);
	assert_int_equal(h[2], 1);
	/* All of it moves: nothing is left of the old code. */
	p = (struct peer_stat){ .name = "a", .codes = { { 486, 2 }, { 503, -1 }, { 500, -1 } } };
	drive(s, &r);
	for (unsigned window_s = 0; window_s <= 3600; window_s += 900) {
		assert_int_equal(store_window_peers(s, window_s, row, 2), 2);
		assert_int_equal(row[0].events, 3);
		assert_int_equal(row[0].code, 486);
		assert_int_equal(row[0].code_events, 3);
	}
	/* What no event has moves nothing. */
	p = (struct peer_stat){ .name = "c", .codes = { { 486, -9 }, { 503, 9 } } };
	drive(s, &r);
	assert_int_equal(store_window_peers(s, 900, row, 2), 2);
	assert_int_equal(row[0].events, 3);
	store_free(s);
}

/* A file is read on from the last whole tick by another engine: what comes once more is counted once. */
static void
test_taken_back_by_a_new_engine(void **state)
{
	struct store *s = drive_store(0, 0);
	struct source_stat source = sample_source("a.pcap", 10);
	struct store_facet_row v[4];

	(void)state;
	drive_hello(s, 1, false);
	add_event(s, 1, T0, 0, "1055", "x");
	drive_source(s, &source);
	add_event(s, 2, T0 + NS_PER_S, 0, "1055", "x");
	assert_int_equal(store_freeze(s, true), 0);
	add_event(s, 3, T0 + NS_PER_S, 503, "1055", "x");
	drive_hello(s, 2, false);
	add_event(s, 4, T0 + NS_PER_S, 0, "1055", "x");
	assert_int_equal(store_freeze(s, false), 0);
	assert_int_equal(store_window(s, STORE_CLASS_SILENCE, 60), 2);
	assert_int_equal(code_of(s, 60, 0).events, 2);
	assert_int_equal(code_of(s, 60, 503).events, 0);
	assert_int_equal(store_top_values(s, STORE_FACET_USER, 60, v, 4), 1);
	assert_int_equal(v[0].count, 2);
	store_free(s);
}

static void
test_peers(void **state)
{
	struct store *s = drive_store(0, 0);
	struct store_peer p[STORE_PEERS_MAX + 9];
	uint64_t h[3], sum = 0;
	size_t n;
	char name[32];

	(void)state;
	add_tick(s, T0, 503, "wholesale-c", 2);
	add_tick(s, T0 + 400 * NS_PER_S, 486, "carrier-a", 5);
	add_tick(s, T0 + 400 * NS_PER_S, 503, "wholesale-c", 30);
	add_tick(s, T0 + 401 * NS_PER_S, 500, "wholesale-c", 7);
	assert_int_equal(store_window_peers(s, 300, p, 8), 2);
	assert_string_equal(p[0].name, "wholesale-c");
	assert_int_equal(p[0].events, 37);
	assert_int_equal(p[0].before, 2);
	assert_int_equal(p[0].code, 503);
	assert_int_equal(p[0].code_events, 30);
	assert_int_equal(p[1].before, 0);
	assert_int_equal(store_window_peers(s, 0, p, 1), 1);
	assert_int_equal(p[0].events, 39);
	store_peer_history(s, "wholesale-c", 60, h, 3);
	assert_int_equal(h[2], 37);
	store_peer_history(s, "nobody", 60, h, 3);
	assert_int_equal(h[2], 0);
	/* A flood of peers takes rows from one another, not from those that fail often, and nothing is lost. */
	for (unsigned i = 0; i < 1000; i++) {
		(void)snprintf(name, sizeof name, "10.0.%u.%u", i / 250, i % 250);
		add_tick(s, T0 + 402 * NS_PER_S, 401, name, 1);
	}
	n = store_window_peers(s, 300, p, STORE_PEERS_MAX + 9);
	assert_int_equal(n, STORE_PEERS_MAX + 1);
	for (size_t i = 0; i < n; i++)
		sum += p[i].events;
	assert_int_equal(sum, 1000 + 37 + 5);
	assert_string_equal(p[0].name, "other");
	assert_string_equal(p[1].name, "wholesale-c");
	assert_string_equal(p[2].name, "carrier-a");
	store_free(s);
}

/* Codes of a peer by class, those too among them that a total does not keep apart. */
static void
test_peer_classes(void **state)
{
	static const unsigned codes[] = { 404, 480, 486, 403, 500, 503, 404, 484, 488, 603, 502, 410, 504 };
	struct store *s = drive_store(0, 0);
	struct store_peer p[2];

	(void)state;
	for (unsigned i = 0; i < sizeof codes / sizeof codes[0]; i++)
		add_tick(s, T0 + i * 60 * NS_PER_S, codes[i], "a", 10 - i / 2);
	for (unsigned window_s = 0; window_s <= 3600; window_s += 3600) {
		assert_int_equal(store_window_peers(s, window_s, p, 2), 1);
		assert_int_equal(p[0].events, 10 + 10 + 9 + 9 + 8 + 8 + 7 + 7 + 6 + 6 + 5 + 5 + 4);
		assert_int_equal(p[0].by_class[4], 10 + 10 + 9 + 9 + 7 + 7 + 6 + 5);
		assert_int_equal(p[0].by_class[5], 8 + 8 + 5 + 4);
		assert_int_equal(p[0].by_class[6], 6);
	}
	/* Five minutes; and as it was after the first two, and the third. */
	assert_int_equal(store_window_peers(s, 60, p, 2), 1);
	assert_int_equal(p[0].by_class[5], 4);
	assert_int_equal(p[0].by_class[4], 0);
	store_look(s, T0 + 120 * NS_PER_S);
	assert_int_equal(store_window_peers(s, 0, p, 2), 1);
	assert_int_equal(p[0].by_class[4], 10 + 10 + 9);
	assert_int_equal(p[0].by_class[5], 0);
	store_free(s);
}

static void
test_values(void **state)
{
	struct store *s = drive_store(0, 0);
	struct store_facet_row v[8];

	(void)state;
	for (unsigned i = 0; i < 6; i++)
		add_event(s, i + 1, T0 + i * NS_PER_S, i < 4 ? 503 : 404, i % 2 == 0 ? "1031" : "1037",
		    "+442066627625");
	add_event(s, 7, T0 + 9 * NS_PER_S, 404, "1031", "1037");
	assert_int_equal(store_top_values(s, STORE_FACET_USER, 60, v, 8), 2);
	assert_string_equal(v[0].value, "1031");
	assert_int_equal(v[0].count, 4);
	assert_int_equal(v[0].code_count, 2);
	assert_int_equal(v[0].last_ns, T0 + 9 * NS_PER_S);
	assert_string_equal(v[0].peer, "198.51.100.7");
	assert_string_equal(v[0].agent, "Yealink SIP-T46S 66.85.0.5");
	/* An extension has no prefix. */
	assert_int_equal(store_top_values(s, STORE_FACET_PREFIX, 60, v, 8), 1);
	assert_string_equal(v[0].value, "+44206");
	assert_int_equal(v[0].count, 6);
	assert_int_equal(v[0].code, 503);
	assert_int_equal(store_top_values(s, STORE_FACET_AGENT, 0, v, 8), 1);
	assert_int_equal(v[0].count, 7);
	assert_int_equal(store_top_values(s, STORE_FACET_USER, 60, v, 1), 1);
	add_tick(s, T0 + 200 * NS_PER_S, 486, "a", 1);
	assert_int_equal(store_top_values(s, STORE_FACET_USER, 60, v, 8), 0);
	store_free(s);
}

static void
add_kpi(struct store *s, int64_t t_ns, int64_t bids, int64_t answered)
{
	struct kpi_counts c = { .n = { [KPI_BIDS] = bids, [KPI_ANSWERED] = answered } };
	const struct kpi_peer p = { "carrier", PEER_ROLE_TRUNK, &c };
	struct record r = sample_record(RECORD_TICK);

	r.t_ns = t_ns;
	r.tick = (struct record_tick){ .kpi = &c, .kpi_peers = &p, .n_kpi_peers = 1 };
	drive(s, &r);
}

static void
test_kpi(void **state)
{
	static const unsigned windows[] = { 60, 300, 900, 3600, 86400, 0 };
	static const int64_t bids[] = { 10, 50, 150, 600, 1500, 1500 };
	struct store *s = drive_store(0, 0);
	struct kpi_counts c, room[2];
	struct kpi_peer p[2];

	(void)state;
	/* 150 minutes; in the last ten nobody answers. */
	for (int i = 0; i < 150; i++)
		add_kpi(s, T0 + i * 60 * NS_PER_S, 10, i < 140 ? 6 : 0);
	for (unsigned i = 0; i < 6; i++) {
		store_kpi(s, windows[i], &c);
		assert_int_equal(c.n[KPI_BIDS], bids[i]);
		assert_int_equal(store_kpi_peers(s, windows[i], p, room, 2), 1);
		assert_int_equal(p[0].counts->n[KPI_BIDS], bids[i]);
	}
	assert_true(store_kpi_usual(s, 300, &c));
	assert_int_equal(c.n[KPI_BIDS], 600);
	/* Up to the minute before the one in which the window begins. */
	assert_int_equal(c.n[KPI_ANSWERED], 56 * 6);
	assert_true(store_kpi_peer_usual(s, "carrier", 3600, &c));
	assert_int_equal(c.n[KPI_ANSWERED], 360);
	assert_false(store_kpi_peer_usual(s, "nobody", 300, &c));
	assert_false(store_kpi_usual(s, 86400, &c));
	assert_false(store_kpi_usual(s, 0, &c));
	store_free(s);
}

static void
test_usual_and_peak(void **state)
{
	struct store *s = drive_store(0, 0);
	double per_s;
	uint64_t most;

	(void)state;
	assert_false(store_usual(s, 5, 60, &per_s));
	for (int i = 0; i < 600; i++)
		add_tick(s, T0 + i * NS_PER_S, 503, "a", 2);
	assert_false(store_usual(s, 5, 60, &per_s));
	for (int i = 600; i < 5000; i++)
		add_tick(s, T0 + i * NS_PER_S, 503, "a", i < 4900 ? 2 : 20);
	assert_true(store_usual(s, 5, 300, &per_s) && per_s > 1.99 && per_s < 2.01);
	assert_true(store_usual(s, 5, 3600, &per_s) && per_s > 1.99 && per_s < 2.01);
	assert_true(store_usual(s, 4, 300, &per_s) && per_s == 0);
	assert_false(store_usual(s, 5, 0, &per_s));
	assert_true(store_peak(s, 5, 1, 60, &most) && most == 20);
	assert_true(store_peak(s, 5, 1, 600, &most) && most == 20);
	/* One second of it, not the mean of a column. */
	assert_true(store_peak(s, 5, 60, 1, &most) && most == 20);
	assert_true(store_peak(s, 5, 60, 60, &most) && most == 20);
	assert_true(store_peak(s, 4, 1, 60, &most) && most == 0);
	/* More than is kept of it. */
	assert_false(store_peak(s, 5, 60, 200, &most));
	assert_false(store_peak(s, 5, 0, 60, &most));
	/* As it was when it was looked at; and then a burst that came too late to be a second. */
	store_look(s, T0 + 4000 * NS_PER_S);
	assert_true(store_peak(s, 5, 60, 60, &most) && most == 2);
	store_look(s, 0);
	add_tick(s, T0 + 4000 * NS_PER_S, 503, "a", 500);
	assert_false(store_peak(s, 5, 60, 60, &most));
	assert_true(store_peak(s, 5, 60, 10, &most) && most == 20);
	store_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_codes),
		cmocka_unit_test(test_taken_back),
		cmocka_unit_test(test_peer_code_moves),
		cmocka_unit_test(test_taken_back_by_a_new_engine),
		cmocka_unit_test(test_peers),
		cmocka_unit_test(test_peer_classes),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_kpi),
		cmocka_unit_test(test_usual_and_peak),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
