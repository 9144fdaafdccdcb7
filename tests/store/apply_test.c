/* apply: events that change their mind, KPIs, and what a new engine takes back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <errno.h>

#include "store/drive.h"

static void
update(struct store *s, uint64_t id, unsigned code, unsigned old_code, bool recovered)
{
	struct record r = sample_record(RECORD_UPDATE);

	r.update = (struct event_update){
		.id = id, .code = (uint16_t)code, .old_code = (uint16_t)old_code, .recovered = recovered
	};
	drive(s, &r);
}

static uint64_t
failures(const struct store *s, unsigned code)
{
	struct store_code out[SIP_CODE_N];
	size_t n = store_top_codes(s, out, SIP_CODE_N);

	for (size_t i = 0; i < n; i++)
		if (out[i].code == code)
			return out[i].events;
	return 0;
}

static void
tell_kpi(struct store *s, int64_t t_ns, const char *peer, int64_t n)
{
	const struct kpi_counts c = { .n = { [KPI_BIDS] = n, [KPI_ANSWERED] = 1 }, .delay = { { [9] = 1 } } };
	struct kpi_peer p = { peer, PEER_ROLE_TRUNK, &c };
	struct record r = sample_record(RECORD_TICK);

	r.t_ns = t_ns;
	r.tick = (struct record_tick){ .kpi = &c, .kpi_peers = &p, .n_kpi_peers = 1 };
	drive(s, &r);
}

static void
test_update(void **state)
{
	struct store *s = drive_store(0, 0);
	struct record all = sample_update(2);
	const struct event *e;

	(void)state;
	for (uint64_t id = 1; id <= 3; id++)
		drive_event(s, id);
	assert_int_equal(failures(s, 503), 3);
	drive(s, &all);
	e = store_event_at(s, 1);
	assert_int_equal(e->id, 2);
	assert_int_equal(e->code, 500);
	assert_true(slice_eq(e->phrase, SAMPLE_TEXT("Server Internal Error")));
	assert_int_equal(e->said_code, 503);
	assert_true(slice_eq(e->said_phrase, SAMPLE_TEXT("Service Unavailable")));
	assert_int_equal(e->explain.n, 0);
	assert_true(slice_eq(e->said_by, SAMPLE_TEXT("203.0.113.40:5060")));
	assert_int_equal(e->repeats, 9);
	assert_int_equal(e->copies, 8);
	assert_true(slice_eq(e->path, slice_str(sample_path)));
	assert_true(slice_eq(e->raw, slice_str(sample_raw)));
	assert_int_equal(failures(s, 503), 2);
	assert_int_equal(failures(s, 500), 1);
	/* What an update leaves out stays; counts of repeats do not fall. */
	update(s, 2, 0, 500, true);
	e = store_event_at(s, 1);
	assert_true(e->recovered);
	assert_int_equal(e->outcome, OUTCOME_OK);
	assert_int_equal(e->code, 500);
	assert_int_equal(e->repeats, 9);
	assert_true(slice_eq(e->path, slice_str(sample_path)));
	assert_int_equal(failures(s, 500), 0);
	assert_int_equal(store_event_recovered(s), 1);
	assert_int_equal(store_event_total(s), 3);
	/* It is no failure any more, whatever is told of it. */
	update(s, 2, 404, 500, false);
	update(s, 2, 0, 404, true);
	assert_int_equal(failures(s, 404) + failures(s, 500), 0);
	assert_int_equal(failures(s, 503), 2);
	assert_int_equal(store_event_recovered(s), 1);
	all.update.code = 42;
	assert_int_equal(store_apply(s, &all), -EINVAL);
	store_free(s);
}

/* Silence that got an answer after all, and an event that comes as recovered. */
static void
test_update_of_silence(void **state)
{
	struct store *s = drive_store(0, 0);
	struct record r = sample_event_record(1);

	(void)state;
	r.event.code = 0;
	r.event.outcome = OUTCOME_NO_RESPONSE;
	drive(s, &r);
	assert_int_equal(failures(s, 0), 1);
	update(s, 1, 504, 0, false);
	assert_int_equal(failures(s, 0), 0);
	assert_int_equal(failures(s, 504), 1);
	assert_int_equal(store_event_at(s, 0)->outcome, OUTCOME_FAILED);
	r = sample_event_record(2);
	r.event.recovered = true;
	drive(s, &r);
	assert_int_equal(failures(s, 503), 0);
	assert_int_equal(store_event_total(s), 2);
	assert_int_equal(store_event_recovered(s), 1);
	assert_int_equal(store_group_count(s, NULL), 1);
	store_free(s);
}

/* Of an event that is not kept the sums move by what the update says, and never below 0. */
static void
test_update_of_what_is_gone(void **state)
{
	struct store *s = drive_store(2, 0);

	(void)state;
	for (uint64_t id = 1; id <= 4; id++)
		drive_event(s, id);
	update(s, 1, 0, 503, true);
	assert_int_equal(failures(s, 503), 3);
	update(s, 2, 408, 503, false);
	assert_int_equal(failures(s, 503), 2);
	assert_int_equal(failures(s, 408), 1);
	for (unsigned i = 0; i < 9; i++)
		update(s, 99, 0, 408, true);
	assert_int_equal(failures(s, 408), 0);
	assert_int_equal(failures(s, 503), 2);
	assert_int_equal(store_event_count(s), 2);
	store_free(s);
}

/* An event that grows makes the oldest give way; the limit in bytes holds. */
static void
test_update_makes_room(void **state)
{
	char path[1600];
	size_t used = 0;
	struct event_hop h = { SAMPLE_TEXT("198.51.100.7:5060"), SAMPLE_TEXT("198.51.100.8:5060"), 404, 1, 1 };
	struct store *s = drive_store(100, 8000);
	struct record r = sample_update(3);
	size_t n;

	(void)state;
	for (uint64_t id = 1; id <= 5; id++)
		drive_event(s, id);
	n = store_event_count(s);
	assert_in_range(n, 4, 5);
	for (unsigned i = 0; i < 30; i++)
		used = event_hop_put(path, sizeof path, used, &h);
	r.update.path = (struct slice){ path, used };
	for (uint64_t id = 3; id <= 5; id++) {
		r.update.id = id;
		drive(s, &r);
	}
	assert_true(store_event_count(s) < n);
	assert_int_equal(store_event_count(s) + store_event_evicted(s), 5);
	assert_int_equal(store_event_at(s, store_event_count(s) - 1)->path.n, used);
	store_free(s);
}

/* What changes its mind while paused is shown as it was, counted as it is, and right afterwards. */
static void
test_freeze_holds_updates(void **state)
{
	struct store *s = drive_store(10, 0);
	struct store_group g;

	(void)state;
	for (uint64_t id = 1; id <= 3; id++)
		drive_event(s, id);
	assert_int_equal(store_freeze(s, true), 0);
	drive_event(s, 4);
	update(s, 1, 0, 503, true);
	update(s, 2, 404, 503, false);
	update(s, 2, 480, 404, false);
	update(s, 4, 0, 503, true);
	assert_false(store_event_at(s, 0)->recovered);
	assert_int_equal(store_event_at(s, 1)->code, 503);
	assert_int_equal(failures(s, 503), 3);
	assert_int_equal(store_event_recovered(s), 0);
	assert_int_equal(store_groups(s, true, &g, 1), 1);
	assert_int_equal(g.count, 3);
	assert_int_equal(g.newest, 3);
	assert_int_equal(store_freeze(s, false), 0);
	assert_true(store_event_at(s, 0)->recovered);
	assert_int_equal(store_event_at(s, 1)->code, 480);
	assert_false(store_event_at(s, 2)->recovered);
	assert_true(store_event_at(s, 3)->recovered);
	assert_int_equal(failures(s, 503), 1);
	assert_int_equal(failures(s, 404), 0);
	assert_int_equal(failures(s, 480), 1);
	assert_int_equal(store_event_recovered(s), 2);
	assert_int_equal(store_group_count(s, NULL), 2);
	store_free(s);
}

static void
test_kpi(void **state)
{
	struct store *s = drive_store(0, 0);
	struct kpi_counts c, room[4];
	struct kpi_peer peers[4];

	(void)state;
	drive_hello(s, 1, false);
	tell_kpi(s, SAMPLE_T, "carrier-a", 5);
	tell_kpi(s, SAMPLE_T + 200 * NS_PER_S, "carrier-b", 7);
	tell_kpi(s, SAMPLE_T + 1000 * NS_PER_S, "carrier-a", 1);
	assert_int_equal(store_now(s), SAMPLE_T + 1000 * NS_PER_S);
	store_kpi(s, 0, &c);
	assert_int_equal(c.n[KPI_BIDS], 13);
	assert_int_equal(c.n[KPI_ANSWERED], 3);
	assert_int_equal(c.delay[KPI_PDD][9], 3);
	store_kpi(s, 900, &c);
	assert_int_equal(c.n[KPI_BIDS], 8);
	store_kpi(s, 60, &c);
	assert_int_equal(c.n[KPI_BIDS], 1);
	assert_int_equal(store_kpi_peers(s, 0, peers, room, 4), 2);
	assert_string_equal(peers[0].name, "carrier-b");
	assert_string_equal(peers[1].name, "carrier-a");
	assert_int_equal(peers[1].role, PEER_ROLE_TRUNK);
	assert_int_equal(peers[1].counts->n[KPI_BIDS], 6);
	assert_int_equal(store_kpi_peers(s, 60, peers, room, 4), 1);
	assert_string_equal(peers[0].name, "carrier-a");
	assert_int_equal(store_kpi_peers(s, 0, peers, room, 1), 1);
	assert_int_equal(store_freeze(s, true), 0);
	tell_kpi(s, SAMPLE_T + 1000 * NS_PER_S, "carrier-c", 100);
	store_kpi(s, 0, &c);
	assert_int_equal(c.n[KPI_BIDS], 13);
	assert_int_equal(store_kpi_peers(s, 900, peers, room, 4), 2);
	assert_int_equal(store_freeze(s, false), 0);
	assert_int_equal(store_kpi_peers(s, 900, peers, room, 4), 3);
	assert_string_equal(peers[0].name, "carrier-c");
	store_free(s);
}

/* Events after the last tick come again with the next engine when it reads a file, and only then. */
static void
test_restart_takes_back_events(void **state)
{
	struct source_stat a = sample_source("a.pcap", 10);

	(void)state;
	for (unsigned live = 0; live <= 1; live++) {
		struct store *s = drive_store(0, 0);

		drive_hello(s, 1, live);
		drive_event(s, 1);
		drive_event(s, 2);
		drive_source(s, &a);
		drive_event(s, 3);
		assert_int_equal(store_freeze(s, true), 0);
		drive_event(s, 4);
		drive_hello(s, 2, live);
		assert_int_equal(store_waiting(s), live);
		assert_int_equal(store_event_count(s), 3);
		assert_int_equal(store_freeze(s, false), 0);
		assert_int_equal(store_event_total(s), live ? 4 : 2);
		assert_int_equal(store_event_count(s), live ? 4 : 2);
		drive_event(s, 1000);
		assert_int_equal(store_event_total(s), live ? 5 : 3);
		assert_int_equal(store_event_count(s), live ? 5 : 3);
		store_free(s);
	}
}

/* The same for all that hangs on events: sums by code, groups, and what was recovered or told again since the tick. */
static void
test_restart_takes_back_sums(void **state)
{
	struct source_stat a = sample_source("a.pcap", 10);
	struct store *s = drive_store(0, 0);
	struct record other = sample_event_record(4), fold = sample_record(RECORD_TICK);
	struct record_fold row = { 503, 5, "", "INVITE", "198.51.100.7", 34, DIRECTION_RECEIVED, false };
	struct store_group g;
	uint64_t key;

	(void)state;
	drive_hello(s, 1, false);
	drive_event(s, 1);
	drive_event(s, 2);
	key = store_group_key(s, store_event_at(s, 0));
	drive_source(s, &a);
	drive_event(s, 3);
	other.event.method = SAMPLE_TEXT("BYE");
	drive(s, &other);
	/* Told before the tick: nobody will say it again.  Told after it: the event itself will come again. */
	update(s, 1, 0, 503, true);
	update(s, 3, 0, 503, true);
	/* A tick whose last line did not come. */
	fold.tick = (struct record_tick){ .folds = &row, .n_folds = 1 };
	drive(s, &fold);
	store_group_mute(s, key, true);
	assert_int_equal(store_event_total(s), 9);
	assert_int_equal(failures(s, 503), 7);
	assert_int_equal(store_group_count(s, NULL), 2);
	drive_hello(s, 2, false);
	assert_int_equal(store_event_total(s), 2);
	assert_int_equal(store_event_recovered(s), 1);
	assert_int_equal(store_event_folded(s), 0);
	assert_int_equal(failures(s, 503), 1);
	assert_int_equal(store_event_count(s), 2);
	assert_true(store_event_at(s, 0)->recovered);
	assert_int_equal(store_group_count(s, NULL), 1);
	assert_true(store_group_find(s, key, &g));
	assert_int_equal(g.count, 1);
	assert_int_equal(g.last_minute, 1);
	assert_true(g.muted);
	drive_event(s, 1000);
	assert_true(store_group_find(s, key, &g));
	assert_int_equal(g.count, 2);
	assert_int_equal(g.newest, 1000);
	store_free(s);
}

static void
test_restart_ends_incidents(void **state)
{
	struct store *s = drive_store(0, 0);
	struct record r = sample_incident(7, 1, INCIDENT_CRITICAL, SAMPLE_T);

	(void)state;
	drive_hello(s, 1, true);
	drive(s, &r);
	drive_hello(s, 1, true);
	assert_int_equal(store_incident_open(s), 1);
	assert_int_equal(store_freeze(s, true), 0);
	drive_hello(s, 2, true);
	assert_int_equal(store_incident_open(s), 1);
	assert_int_equal(store_freeze(s, false), 0);
	assert_int_equal(store_incident_open(s), 0);
	assert_int_equal(store_incident_count(s), 1);
	assert_true(store_incident_at(s, 0)->ended);
	assert_null(store_incident_at(s, 1));
	r.incident.pattern = 26;
	assert_int_equal(store_apply(s, &r), -EINVAL);
	store_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_update),
		cmocka_unit_test(test_update_of_silence),
		cmocka_unit_test(test_update_of_what_is_gone),
		cmocka_unit_test(test_update_makes_room),
		cmocka_unit_test(test_freeze_holds_updates),
		cmocka_unit_test(test_kpi),
		cmocka_unit_test(test_restart_takes_back_events),
		cmocka_unit_test(test_restart_takes_back_sums),
		cmocka_unit_test(test_restart_ends_incidents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
