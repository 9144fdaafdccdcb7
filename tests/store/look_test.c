/* look: the store as it was, against a store that was stopped then; while frozen and while more comes; being away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>

#include "sipwhy/mem.h"
#include "store/drive.h"

#define T0 (SAMPLE_T - SAMPLE_T % (3600 * NS_PER_S))

static void
add(struct store *s, unsigned second)
{
	static struct counts c;
	struct kpi_counts kpi = { .n = { [KPI_BIDS] = 1 } };
	struct peer_stat p = { .events = 1, .codes = { { 503, 1 } } };
	const struct kpi_peer kp = { "carrier", PEER_ROLE_TRUNK, &kpi };
	struct record r = sample_record(RECORD_TICK), e = sample_event_record(second + 1);

	memset(&c, 0, sizeof c);
	(void)snprintf(p.name, sizeof p.name, "peer-%u", second % 3);
	c.responses[METHOD_INVITE][403] = 1;
	c.events = 1;
	r.t_ns = T0 + second * NS_PER_S;
	r.tick = (struct record_tick){
		.counts = &c, .peers = &p, .n_peers = 1, .kpi = &kpi, .kpi_peers = &kp, .n_kpi_peers = 1
	};
	e.event.t_ns = r.t_ns;
	e.event.code = second % 4 == 0 ? 0 : 503;
	/* A clock of its own makes the time run back for a moment. */
	if (second % 7 == 3)
		e.event.t_ns -= NS_PER_S / 2;
	drive(s, &e);
	drive(s, &r);
}

/* All that looking back shows is what a store shows that knows no more. */
static void
same(const struct store *s, const struct store *then)
{
	static const unsigned windows[] = { 60, 300, 900, 3600, 0 };
	struct store_code c[2], cc[2];
	struct store_peer p[4], pp[4];
	struct store_group g[2], gg[2];
	uint64_t h[10], hh[10];
	struct kpi_counts k, kk;

	assert_int_equal(store_now(s), store_now(then));
	for (unsigned i = 0; i < 5; i++) {
		for (unsigned cls = 1; cls < STORE_CLASS_N; cls++) {
			assert_int_equal(store_window(s, cls, windows[i]), store_window(then, cls, windows[i]));
			assert_true(store_rate(s, cls, windows[i]) == store_rate(then, cls, windows[i]));
		}
		assert_int_equal(store_window_codes(s, windows[i], c, 2), 2);
		assert_int_equal(store_window_codes(then, windows[i], cc, 2), 2);
		assert_memory_equal(c, cc, sizeof c);
		assert_int_equal(store_window_peers(s, windows[i], p, 4), 3);
		assert_int_equal(store_window_peers(then, windows[i], pp, 4), 3);
		assert_memory_equal(p, pp, 3 * sizeof *p);
		store_kpi(s, windows[i], &k);
		store_kpi(then, windows[i], &kk);
		assert_int_equal(k.n[KPI_BIDS], kk.n[KPI_BIDS]);
	}
	store_history(s, 5, 60, h, 10);
	store_history(then, 5, 60, hh, 10);
	assert_memory_equal(h, hh, sizeof h);
	assert_int_equal(store_event_count(s), store_event_count(then));
	assert_int_equal(store_event_at(s, store_event_count(s) - 1)->id,
	    store_event_at(then, store_event_count(then) - 1)->id);
	assert_null(store_event_at(s, store_event_count(s)));
	assert_int_equal(store_event_index(s, UINT64_MAX), store_event_count(s));
	assert_int_equal(store_groups(s, true, g, 2), 2);
	assert_int_equal(store_groups(then, true, gg, 2), 2);
	assert_int_equal(g[0].count + g[1].count, gg[0].count + gg[1].count);
}

static void
test_as_it_was(void **state)
{
	struct store *s = drive_store(0, 0), *then = drive_store(0, 0);
	uint64_t revision;
	int64_t at_ns;

	(void)state;
	assert_int_equal(store_oldest(s), 0);
	store_look(s, T0);
	assert_int_equal(store_looking(s), 0);
	/* The end of a minute and of two, so that all buckets hold whole what they hold. */
	for (unsigned i = 0; i < 2 * 3600; i++)
		add(then, i);
	for (unsigned i = 0; i < 2 * 3600 + 1500; i++)
		add(s, i);
	at_ns = store_now(then);
	revision = store_revision(s);
	store_look(s, at_ns);
	assert_true(store_revision(s) > revision);
	assert_int_equal(store_looking(s), at_ns);
	assert_int_equal(store_oldest(s), T0);
	same(s, then);
	/* More comes, the screen stops and goes on: all the same. */
	add(s, 2 * 3600 + 1500);
	same(s, then);
	assert_int_equal(store_freeze(s, true), 0);
	same(s, then);
	for (unsigned i = 2 * 3600 + 1501; i < 2 * 3600 + 1600; i++)
		add(s, i);
	same(s, then);
	assert_int_equal(store_freeze(s, false), 0);
	same(s, then);
	store_look(s, 1);
	assert_int_equal(store_looking(s), T0);
	assert_int_equal(store_event_count(s), 1);
	store_look(s, T0 + 86400 * NS_PER_S);
	assert_int_equal(store_looking(s), 0);
	assert_int_equal(store_event_count(s), 2 * 3600 + 1600);
	store_free(s);
	store_free(then);
}

/* While frozen the moment that is looked at may not be later than that. */
static void
test_frozen(void **state)
{
	struct store *s = drive_store(0, 0);

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		add(s, i);
	assert_int_equal(store_freeze(s, true), 0);
	for (unsigned i = 100; i < 200; i++)
		add(s, i);
	store_look(s, T0 + 150 * NS_PER_S);
	assert_int_equal(store_looking(s), 0);
	store_look(s, T0 + 49 * NS_PER_S);
	assert_int_equal(store_event_count(s), 50);
	assert_int_equal(store_window(s, 5, 30), 30);
	assert_int_equal(store_freeze(s, false), 0);
	assert_int_equal(store_event_count(s), 50);
	store_free(s);
}

/* Events that make room leave the count of what is looked at. */
static void
test_room_while_looking(void **state)
{
	struct store *s = drive_store(100, 0);

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		add(s, i);
	store_look(s, T0 + 49 * NS_PER_S);
	for (unsigned i = 100; i < 120; i++)
		add(s, i);
	assert_int_equal(store_event_count(s), 30);
	assert_int_equal(store_event_at(s, 0)->id, 21);
	for (unsigned i = 120; i < 300; i++)
		add(s, i);
	assert_int_equal(store_event_count(s), 0);
	assert_null(store_event_at(s, 0));
	store_free(s);
}

static void
test_wild_times(void **state)
{
	static const int64_t wild[] = { INT64_MIN, INT64_MAX, -1, INT64_MIN + 1, INT64_MAX - 1, 1 };
	struct store *s = drive_store(0, 0);
	struct store_away away;
	struct kpi_counts kpi;
	struct record e = sample_event_record(1);
	double per_s;

	(void)state;
	for (unsigned i = 0; i < 36; i++) {
		e.event.t_ns = wild[i / 6];
		drive(s, &e);
		store_look(s, wild[i % 6]);
		(void)store_usual(s, 5, 86400, &per_s);
		(void)store_rate(s, 8, 0);
		(void)store_before_known(s, UINT32_MAX);
		(void)store_kpi_usual(s, 86400, &kpi);
		store_kpi(s, 86400, &kpi);
		store_since(s, wild[(i + 1) % 6], &away);
		assert_in_range(store_event_count(s), 0, i + 1);
	}
	store_free(s);
}

static void
test_away(void **state)
{
	struct store *s = drive_store(0, 0);
	struct record r = sample_record(RECORD_INCIDENT), e = sample_event_record(9000);
	struct store_away away;

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		add(s, i);
	r.incident.id = 1;
	r.incident.pattern = 2;
	r.incident.since_ns = r.incident.t_ns = T0 + 20 * NS_PER_S;
	drive(s, &r);
	r.incident.id = 2;
	r.incident.since_ns = r.incident.t_ns = T0 + 80 * NS_PER_S;
	drive(s, &r);
	e.event.t_ns = T0 + 90 * NS_PER_S;
	e.event.method = slice_str("REFER");
	drive(s, &e);
	store_since(s, T0 + 60 * NS_PER_S, &away);
	assert_int_equal(away.failures, 40);
	assert_int_equal(away.groups, 1);
	assert_int_equal(away.incidents, 1);
	store_since(s, T0, &away);
	assert_int_equal(away.failures, 100);
	assert_int_equal(away.incidents, 2);
	/* Incidents begin too. */
	store_look(s, T0 + 50 * NS_PER_S);
	assert_int_equal(store_incident_count(s), 1);
	assert_int_equal(store_incident_open(s), 1);
	assert_int_equal(store_incident_at(s, 0)->id, 1);
	assert_null(store_incident_at(s, 1));
	store_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_it_was),
		cmocka_unit_test(test_frozen),
		cmocka_unit_test(test_room_while_looking),
		cmocka_unit_test(test_wild_times),
		cmocka_unit_test(test_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
