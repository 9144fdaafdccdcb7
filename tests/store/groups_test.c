/* groups: the error inbox through the store's door: signatures, counts, what is new, the user's word, and limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "record/sample.h"
#include "sipwhy/mem.h"
#include "sipwhy/store.h"
#include "store/groups.h"

#define MIN(n) ((n)*60 * NS_PER_S)

static const char *
registered(unsigned code)
{
	return code == 404 ? "Not Found" : "-";
}

static struct store *
store_with(size_t events)
{
	struct store_cfg cfg = { .events = events, .seed = 1, .phrase = registered };
	struct store *s = store_new(&cfg);

	assert_non_null(s);
	return s;
}

/* One that fits into one group whatever its id. */
static struct event
plain(uint64_t id, int64_t t_ns)
{
	struct event e = sample_event(id);

	e.t_ns = t_ns;
	e.code = 404;
	e.q850 = -1;
	e.phrase = slice_str("");
	return e;
}

static void
add(struct store *s, const struct event *e)
{
	struct record r = sample_record(RECORD_EVENT);

	r.event = *e;
	assert_int_equal(store_apply(s, &r), 0);
}

static void
add_plain(struct store *s, uint64_t id, int64_t t_ns)
{
	struct event e = plain(id, t_ns);

	add(s, &e);
}

static void
fold(struct store *s, const struct event *e, uint64_t n, int64_t t_ns)
{
	char phrase[64], method[32], peer[64];
	struct record_fold f = { e->code, n, phrase, method, peer, e->q850, e->direction, e->recovered };
	struct record r = sample_record(RECORD_TICK);

	(void)slice_copy(phrase, sizeof phrase, e->phrase);
	(void)slice_copy(method, sizeof method, e->method);
	(void)slice_copy(peer, sizeof peer, e->peer);
	r.t_ns = t_ns;
	r.tick = (struct record_tick){ .folds = &f, .n_folds = 1 };
	assert_int_equal(store_apply(s, &r), 0);
}

static struct store_group
only(const struct store *s)
{
	struct store_group g[2];

	assert_int_equal(store_groups(s, true, g, 2), 1);
	return g[0];
}

/* What makes a group, and what does not. */
static void
test_signature(void **state)
{
	struct store *s = store_with(0);
	const struct event base = plain(1, SAMPLE_T);
	uint64_t key = store_group_key(s, &base);
	struct event e = base;

	(void)state;
	e.phrase = slice_str("NOT found ");
	assert_true(store_group_key(s, &e) == key);
	e.from = e.to = e.call_id = e.src = e.agent = e.raw = slice_str("else");
	e.id = 9;
	e.t_ns += MIN(5);
	e.in_call = !e.in_call;
	assert_true(store_group_key(s, &e) == key);
	e = base, e.code = 0;
	assert_false(store_group_key(s, &e) == key);
	e = base, e.method = slice_str("BYE");
	assert_false(store_group_key(s, &e) == key);
	e = base, e.peer = slice_str("198.51.100.8");
	assert_false(store_group_key(s, &e) == key);
	e = base, e.direction = DIRECTION_SENT;
	assert_false(store_group_key(s, &e) == key);
	e = base, e.phrase = slice_str("No such extension 4711");
	assert_false(store_group_key(s, &e) == key);
	key = store_group_key(s, &e);
	e.phrase = slice_str("no such extension 12");
	assert_true(store_group_key(s, &e) == key);
	/* A cause stands in for the phrase; cause 0 is one too. */
	e.q850 = 0;
	assert_false(store_group_key(s, &e) == key);
	key = store_group_key(s, &e);
	e.phrase = slice_str("anything");
	assert_true(store_group_key(s, &e) == key);
	e.q850 = 1;
	assert_false(store_group_key(s, &e) == key);
	/* What moves from one text to the next is another signature. */
	e = base, e.method = slice_str("AB"), e.peer = slice_str("C");
	key = store_group_key(s, &e);
	e.method = slice_str("A"), e.peer = slice_str("BC");
	assert_false(store_group_key(s, &e) == key);
	store_free(s);
}

static void
test_counts(void **state)
{
	struct store *s = store_with(0);
	struct store_group g;
	char user[16];

	(void)state;
	for (uint64_t id = 1; id <= 40; id++) {
		struct event e = plain(id, SAMPLE_T + (int64_t)id * 10 * NS_PER_S);

		(void)snprintf(user, sizeof user, "user%u", (unsigned)id % 7);
		e.from = slice_str(user);
		e.call_id = slice_str(id % 2 ? "a" : "b");
		add(s, &e);
	}
	g = only(s);
	assert_int_equal(g.code, 404);
	assert_int_equal(g.count, 40);
	assert_int_equal(g.users, 7);
	assert_int_equal(g.calls, 2);
	assert_int_equal(g.newest, 40);
	assert_int_equal(g.role, PEER_ROLE_TRUNK);
	assert_int_equal(g.direction, DIRECTION_RECEIVED);
	assert_int_equal(g.q850, -1);
	assert_string_equal(g.method, "INVITE");
	assert_string_equal(g.peer, "198.51.100.7");
	assert_int_equal(g.first_ns, SAMPLE_T + 10 * NS_PER_S);
	assert_int_equal(g.last_ns, SAMPLE_T + 400 * NS_PER_S);
	assert_int_equal(g.last_minute, 6);
	/* SAMPLE_T lies 80 s into a column of two minutes: 3, 12, 12, 12 and 1 of them. */
	assert_int_equal(g.history[STORE_GROUP_HISTORY - 1], 1);
	assert_int_equal(g.history[STORE_GROUP_HISTORY - 2], 12);
	assert_int_equal(g.history[STORE_GROUP_HISTORY - 4], 12);
	assert_int_equal(g.history[STORE_GROUP_HISTORY - 5], 3);
	assert_int_equal(g.history[0], 0);
	/* An hour later nothing of it is left to draw, but its sums stand. */
	add_plain(s, 100, SAMPLE_T + MIN(100));
	g = only(s);
	assert_int_equal(g.count, 41);
	assert_int_equal(g.last_minute, 1);
	assert_int_equal(g.history[STORE_GROUP_HISTORY - 1], 1);
	for (unsigned i = 0; i + 1 < STORE_GROUP_HISTORY; i++)
		assert_int_equal(g.history[i], 0);
	/* One that comes late goes where it belongs, as long as that is in reach. */
	add_plain(s, 101, SAMPLE_T + MIN(98));
	add_plain(s, 102, SAMPLE_T);
	g = only(s);
	assert_int_equal(g.count, 43);
	assert_int_equal(g.history[STORE_GROUP_HISTORY - 2], 1);
	assert_int_equal(g.first_ns, SAMPLE_T);
	assert_int_equal(g.last_ns, SAMPLE_T + MIN(100));
	store_free(s);
}

/* Folded rows find the group of the events that were sent, also when the phrase is long. */
static void
test_folds(void **state)
{
	static const char long_phrase[] =
	    "Call refused by the policy of the far end, see our terms at example.org/terms";
	struct store *s = store_with(0);
	struct event e = plain(1, SAMPLE_T);
	struct store_group g;

	(void)state;
	e.phrase = slice_str(long_phrase);
	add(s, &e);
	fold(s, &e, 312, SAMPLE_T + NS_PER_S);
	g = only(s);
	assert_int_equal(g.count, 313);
	assert_int_equal(g.last_minute, 313);
	assert_int_equal(g.calls, 1);
	assert_int_equal(g.newest, 1);
	e.q850 = 34;
	fold(s, &e, 5, SAMPLE_T);
	assert_int_equal(store_group_count(s, NULL), 2);
	assert_true(store_group_find(s, store_group_key(s, &e), &g));
	assert_int_equal(g.count, 5);
	assert_int_equal(g.newest, 0);
	assert_int_equal(g.users, 0);
	/* These are no failures, and those have no signature. */
	e.recovered = true;
	fold(s, &e, 7, SAMPLE_T);
	e.recovered = false;
	e.method = slice_str("");
	fold(s, &e, 9, SAMPLE_T);
	assert_int_equal(store_group_count(s, NULL), 2);
	assert_int_equal(store_event_folded(s), 312 + 5 + 7 + 9);
	store_free(s);
}

/* What recovers leaves its group; a group without events is not there; another code is another group. */
static void
test_recovered_and_moved(void **state)
{
	struct store *s = store_with(0);
	struct record u = sample_record(RECORD_UPDATE);
	struct store_group g;
	uint64_t key;

	(void)state;
	add_plain(s, 1, SAMPLE_T);
	add_plain(s, 2, SAMPLE_T);
	key = only(s).key;
	u.update = (struct event_update){ .id = 1, .old_code = 404, .recovered = true };
	assert_int_equal(store_apply(s, &u), 0);
	assert_int_equal(only(s).count, 1);
	assert_int_equal(only(s).last_minute, 1);
	u.update = (struct event_update){ .id = 2, .old_code = 404, .code = 480 };
	assert_int_equal(store_apply(s, &u), 0);
	assert_false(store_group_find(s, key, &g));
	g = only(s);
	assert_int_equal(g.code, 480);
	assert_int_equal(g.newest, 2);
	assert_true(g.key == store_group_key(s, store_event_at(s, 1)));
	store_free(s);
}

/* New is what was not seen in the first two minutes, for 15 minutes, until it is acknowledged. */
static void
test_fresh(void **state)
{
	struct store *s = store_with(0);
	struct event e = plain(3, SAMPLE_T + MIN(2));
	struct store_group g;

	(void)state;
	add_plain(s, 1, SAMPLE_T);
	add_plain(s, 2, SAMPLE_T + MIN(3));
	assert_false(only(s).fresh);
	e.code = 500;
	add(s, &e);
	assert_true(store_group_find(s, store_group_key(s, &e), &g));
	assert_true(g.fresh);
	add_plain(s, 4, SAMPLE_T + MIN(17) - 1);
	assert_true(store_group_find(s, g.key, &g));
	assert_true(g.fresh);
	store_group_ack(s, g.key);
	assert_true(store_group_find(s, g.key, &g));
	assert_false(g.fresh);
	assert_true(g.acked);
	e.code = 501;
	e.t_ns = SAMPLE_T + MIN(2);
	add(s, &e);
	add_plain(s, 5, SAMPLE_T + MIN(17));
	assert_true(store_group_find(s, store_group_key(s, &e), &g));
	assert_false(g.fresh);
	/* One second before the two minutes is not new. */
	e.code = 502;
	e.t_ns = SAMPLE_T + MIN(2) - 1;
	add(s, &e);
	assert_true(store_group_find(s, store_group_key(s, &e), &g));
	assert_false(g.fresh);
	store_free(s);
}

/* Acknowledged is out of the way until it was quiet for five minutes and comes again; muted stays. */
static void
test_ack_and_mute(void **state)
{
	struct store *s = store_with(0);
	uint64_t key, revision;
	struct store_group g;
	size_t muted;

	(void)state;
	add_plain(s, 1, SAMPLE_T);
	key = only(s).key;
	store_group_ack(s, key + 1);
	assert_false(only(s).acked);
	revision = store_revision(s);
	store_group_ack(s, key);
	assert_true(store_revision(s) > revision);
	assert_true(only(s).acked);
	add_plain(s, 2, SAMPLE_T + MIN(4));
	add_plain(s, 3, SAMPLE_T + MIN(9) - 1);
	assert_true(only(s).acked);
	add_plain(s, 4, SAMPLE_T + MIN(14) - 1);
	assert_false(only(s).acked);
	store_group_mute(s, key, true);
	add_plain(s, 5, SAMPLE_T + MIN(60));
	assert_true(only(s).muted);
	assert_int_equal(store_groups(s, false, &g, 1), 0);
	assert_int_equal(store_group_count(s, &muted), 1);
	assert_int_equal(muted, 1);
	store_group_mute(s, key, false);
	assert_int_equal(store_groups(s, false, &g, 1), 1);
	store_free(s);
}

/* Fresh, then by rate, then by age; then acknowledged ones; then muted ones. */
static void
test_order(void **state)
{
	static const struct {
		uint16_t code;
		int minute;
		unsigned n;
	} rows[] = { { 400, 0, 1 }, { 401, 0, 1 }, { 402, 0, 1 }, { 403, 1, 1 }, { 501, 9, 2 }, { 502, 10, 1 },
		{ 503, 10, 3 }, { 480, 10, 5 } };
	static const uint16_t want[] = { 503, 502, 501, 480, 403, 402, 401, 400 };
	struct store *s = store_with(0);
	struct store_group out[12];
	uint64_t id = 1;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct event e = plain(0, SAMPLE_T + MIN(rows[i].minute));

		e.code = rows[i].code;
		if (e.code == 480)
			e.t_ns = SAMPLE_T;
		for (unsigned k = 0; k < rows[i].n; k++) {
			e.id = id++;
			add(s, &e);
		}
		if (e.code == 480) {
			e.t_ns = SAMPLE_T + MIN(10);
			e.id = id++;
			add(s, &e);
		}
		if (e.code == 400)
			store_group_mute(s, store_group_key(s, &e), true);
		if (e.code == 401)
			store_group_ack(s, store_group_key(s, &e));
	}
	assert_int_equal(store_groups(s, true, out, 12), 8);
	for (size_t i = 0; i < 8; i++)
		assert_int_equal(out[i].code, want[i]);
	assert_int_equal(store_groups(s, false, out, 12), 7);
	assert_int_equal(store_groups(s, true, out, 2), 2);
	assert_int_equal(out[1].code, 502);
	assert_int_equal(store_groups(s, true, out, 0), 0);
	store_free(s);
}

/* The quiet ones make room, and are counted; those whose events recovered go first. */
static void
test_eviction(void **state)
{
	struct store *s = store_with(0);
	struct record u = sample_record(RECORD_UPDATE);
	struct store_group g;
	struct event first = plain(1, SAMPLE_T), e = first;
	char peer[16];

	(void)state;
	add(s, &first);
	for (uint64_t id = 2; id <= STORE_GROUPS_MAX; id++) {
		e = plain(id, SAMPLE_T + (int64_t)id * NS_PER_S);
		(void)snprintf(peer, sizeof peer, "peer%u", (unsigned)id);
		e.peer = slice_str(peer);
		add(s, &e);
	}
	assert_int_equal(store_group_count(s, NULL), STORE_GROUPS_MAX);
	assert_int_equal(store_group_evicted(s), 0);
	u.update = (struct event_update){ .id = 7, .old_code = 404, .recovered = true };
	assert_int_equal(store_apply(s, &u), 0);
	e.peer = slice_str("a");
	e.id = 1001;
	add(s, &e);
	assert_int_equal(store_group_count(s, NULL), STORE_GROUPS_MAX);
	assert_int_equal(store_group_evicted(s), 0);
	assert_true(store_group_find(s, store_group_key(s, &first), &g));
	e.peer = slice_str("b");
	e.id = 1002;
	add(s, &e);
	assert_int_equal(store_group_evicted(s), 1);
	assert_false(store_group_find(s, store_group_key(s, &first), &g));
	assert_true(store_group_find(s, store_group_key(s, &e), &g));
	store_free(s);
}

/* The newest event is named as long as it is kept. */
static void
test_newest(void **state)
{
	struct store *s = store_with(2);
	struct event e = plain(9, SAMPLE_T);

	(void)state;
	add_plain(s, 1, SAMPLE_T);
	e.code = 500;
	for (e.id = 2; e.id <= 3; e.id++)
		add(s, &e);
	e = plain(0, 0);
	{
		struct store_group g;

		assert_true(store_group_find(s, store_group_key(s, &e), &g));
		assert_int_equal(g.newest, 0);
		e.code = 500;
		assert_true(store_group_find(s, store_group_key(s, &e), &g));
		assert_int_equal(g.newest, 3);
	}
	store_free(s);
}

/* Paused, the inbox stands still but for the user's own word, which lasts. */
static void
test_freeze(void **state)
{
	struct store *s = store_with(0);
	struct event e = plain(9, SAMPLE_T + NS_PER_S);
	struct store_group g;
	uint64_t key;

	(void)state;
	add_plain(s, 1, SAMPLE_T);
	key = only(s).key;
	assert_int_equal(store_freeze(s, true), 0);
	add_plain(s, 2, SAMPLE_T + NS_PER_S);
	e.code = 500;
	add(s, &e);
	assert_int_equal(only(s).count, 1);
	assert_int_equal(only(s).last_ns, SAMPLE_T);
	assert_false(store_group_find(s, store_group_key(s, &e), &g));
	store_group_ack(s, key);
	store_group_mute(s, key, true);
	assert_true(only(s).acked && only(s).muted);
	assert_int_equal(store_freeze(s, false), 0);
	assert_int_equal(store_group_count(s, NULL), 2);
	assert_true(store_group_find(s, key, &g));
	assert_int_equal(g.count, 2);
	assert_true(g.acked && g.muted);
	store_free(s);
}

/* Any times and numbers: no sum is made that does not fit. */
static void
test_wild_times(void **state)
{
	static const int64_t times[] = { INT64_MAX, INT64_MIN, 0, -1, SAMPLE_T, INT64_MAX - 1, INT64_MIN + 1, 1 };
	struct store *s = store_with(0);
	struct event e = plain(1, 0);
	struct store_group g;

	(void)state;
	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
		add_plain(s, i + 1, times[i]);
		fold(s, &e, UINT64_C(1) << 53, times[i]);
		g = only(s);
		store_group_ack(s, g.key);
		assert_true(g.last_ns >= g.first_ns);
	}
	assert_int_equal(g.count, 8 * ((UINT64_C(1) << 53) + 1));
	store_free(s);
}

/* What one group costs, and that it does not grow. */
static void
test_size(void **state)
{
	struct groups *g = groups_new();
	struct event e = plain(1, SAMPLE_T);
	char user[24];

	(void)state;
	assert_true(sizeof(struct group) <= 1024);
	assert_non_null(g);
	mem_fail_at(0);
	for (uint64_t i = 0; i < 100000; i++) {
		(void)snprintf(user, sizeof user, "%u", (unsigned)i);
		e.from = e.call_id = slice_str(user);
		groups_add(g, 1, i % (2 * STORE_GROUPS_MAX), &e, SAMPLE_T + (int64_t)i, 1);
	}
	assert_int_equal(mem_calls(), 0);
	assert_int_equal(g->n, STORE_GROUPS_MAX);
	groups_free(g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_signature),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_folds),
		cmocka_unit_test(test_recovered_and_moved),
		cmocka_unit_test(test_fresh),
		cmocka_unit_test(test_ack_and_mute),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_eviction),
		cmocka_unit_test(test_newest),
		cmocka_unit_test(test_freeze),
		cmocka_unit_test(test_wild_times),
		cmocka_unit_test(test_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
