/* sift_groups: failures counted by a field over a window that moves, in steps, and more values than there is room for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "drive.h"
#include "sipwhy/sift.h"

enum { STEP = 50 };

static const struct filter_field *
field(const char *name)
{
	const struct filter_field *f = filter_field_find(slice_str(name));

	assert_non_null(f);
	return f;
}

static struct event
failure(int64_t at_s, unsigned code, const char *peer, const char *from, const char *call)
{
	struct event e = sample_event(1);

	e.id = 0;
	e.t_ns = SAMPLE_T + at_s * NS_PER_S;
	e.code = (uint16_t)code;
	e.outcome = code != 0 ? OUTCOME_FAILED : OUTCOME_NO_RESPONSE;
	e.peer = slice_str(peer);
	e.from = slice_str(from);
	e.call_id = slice_str(call);
	return e;
}

static void
tell(struct store *s, const struct event *e)
{
	struct record r = sample_record(RECORD_EVENT);

	r.event = *e;
	r.t_ns = e->t_ns;
	drive(s, &r);
}

static struct sift_groups *
open_groups(const struct store *s)
{
	struct sift_groups *g = sift_groups_new(s, NULL);

	assert_non_null(g);
	return g;
}

static void
finish(struct sift_groups *g)
{
	size_t steps = 0;

	while (!sift_groups_step(g, STEP))
		assert_true(++steps < 10000);
}

static void
test_counts(void **state)
{
	struct store *s = drive_store(1000, 0);
	struct sift_groups *g = open_groups(s);
	struct sift_group out[8];
	struct event e;
	uint64_t others = 7, hour = 0;

	(void)state;
	assert_true(sift_groups_step(g, STEP));
	assert_int_equal(sift_groups_top(g, out, 8, &others), 0);
	/* Before the window, in the one before, and long before. */
	e = failure(-4000, 486, "carrier-a", "1001", "x");
	tell(s, &e);
	e = failure(-500, 486, "carrier-a", "1001", "y");
	tell(s, &e);
	for (unsigned i = 0; i < 30; i++) {
		char call[16];

		(void)snprintf(call, sizeof call, "call%u", i / 2);
		e = failure((int64_t)i - 60, i % 3 ? 503 : 404, "carrier-a", i % 5 ? "1002" : "1003", call);
		e.agent = slice_str(i == 29 ? "newest" : "older");
		tell(s, &e);
	}
	e = failure(-10, 0, "", "", "");
	tell(s, &e);
	/* What worked after all is none. */
	e = failure(-5, 503, "carrier-a", "1009", "z");
	e.recovered = true;
	tell(s, &e);
	e = failure(0, 0, "other", "1001", "z");
	tell(s, &e);
	sift_groups_set(g, NULL, field("peer"), 300);
	finish(g);
	assert_int_equal(sift_groups_top(g, out, 8, &others), 3);
	assert_int_equal(others, 0);
	assert_string_equal(out[0].value, "carrier-a");
	assert_int_equal(out[0].count, 30);
	assert_int_equal(out[0].before, 1);
	assert_int_equal(out[0].by_class[5], 20);
	assert_int_equal(out[0].by_class[4], 10);
	assert_int_equal(out[0].calls, 15);
	assert_int_equal(out[0].users, 2);
	assert_int_equal(out[0].top_code, 503);
	assert_int_equal(out[0].top_count, 20);
	assert_string_equal(out[0].top_peer, "carrier-a");
	assert_string_equal(out[0].agent, "newest");
	assert_int_equal(out[0].newest, 32);
	assert_true(out[0].last_ns == SAMPLE_T - 31 * NS_PER_S);
	/* What came before the hour that is looked at does not count at all. */
	assert_true(out[0].first_ns == SAMPLE_T - 500 * NS_PER_S);
	for (size_t i = 0; i < 30; i++)
		hour += out[0].history[i];
	assert_int_equal(hour, 31);
	assert_true(out[0].history[29] + out[0].history[28] == 30);
	assert_string_equal(out[1].value, "other");
	assert_int_equal(out[1].top_code, 0);
	assert_int_equal(out[1].by_class[0], 1);
	assert_int_equal(out[1].top_count, 1);
	assert_string_equal(out[2].value, "sip.example.net");
	assert_int_equal(sift_groups_top(g, out, 1, NULL), 1);
	/* All that is kept. */
	sift_groups_set(g, NULL, field("peer"), 0);
	finish(g);
	assert_int_equal(sift_groups_top(g, out, 8, NULL), 3);
	assert_int_equal(out[0].count, 32);
	assert_int_equal(out[0].before, 0);
	assert_true(out[0].first_ns == SAMPLE_T - 4000 * NS_PER_S);
	sift_groups_free(g);
	store_free(s);
}

/* The first count shows as it grows, later ones when they are whole; the window moves with the clock. */
static void
test_moves(void **state)
{
	struct store *s = drive_store(1000, 0);
	struct sift_groups *g = open_groups(s);
	struct sift_group out[4];
	struct event e;

	(void)state;
	drive_hello(s, 1, true);
	store_advance(s, SAMPLE_T + 200 * NS_PER_S);
	for (unsigned i = 0; i < 200; i++) {
		e = failure(i, 503, i < 150 ? "early" : "late", "1", "c");
		tell(s, &e);
	}
	sift_groups_set(g, NULL, field("peer"), 300);
	assert_false(sift_groups_step(g, STEP));
	assert_int_equal(sift_groups_top(g, out, 4, NULL), 1);
	assert_string_equal(out[0].value, "late");
	finish(g);
	assert_int_equal(sift_groups_top(g, out, 4, NULL), 2);
	assert_int_equal(out[0].count, 150);
	/* No sooner than after two seconds. */
	e = failure(200, 503, "late", "1", "c");
	tell(s, &e);
	store_advance(s, SAMPLE_T + 201 * NS_PER_S);
	assert_true(sift_groups_step(g, STEP));
	assert_int_equal(sift_groups_top(g, out, 4, NULL), 2);
	assert_int_equal(out[1].count, 50);
	store_advance(s, SAMPLE_T + 202 * NS_PER_S);
	assert_false(sift_groups_step(g, STEP));
	assert_int_equal(sift_groups_top(g, out, 4, NULL), 2);
	assert_int_equal(out[1].count, 50);
	finish(g);
	assert_int_equal(sift_groups_top(g, out, 4, NULL), 2);
	assert_int_equal(out[1].count, 51);
	/* All but ten of the early ones have left the window, and stand in the one before. */
	store_advance(s, SAMPLE_T + 439 * NS_PER_S);
	finish(g);
	assert_int_equal(sift_groups_top(g, out, 4, NULL), 2);
	assert_string_equal(out[0].value, "late");
	assert_int_equal(out[1].count, 10);
	assert_int_equal(out[1].before, 140);
	/* Another moment is counted at once. */
	store_look(s, SAMPLE_T + 120 * NS_PER_S);
	finish(g);
	assert_int_equal(sift_groups_top(g, out, 4, NULL), 1);
	assert_string_equal(out[0].value, "early");
	assert_true(out[0].count > 100 && out[0].count < 150);
	store_look(s, 0);
	finish(g);
	/* And of what is too old nothing is left. */
	store_advance(s, SAMPLE_T + 4000 * NS_PER_S);
	finish(g);
	assert_int_equal(sift_groups_top(g, out, 4, NULL), 0);
	sift_groups_free(g);
	store_free(s);
}

/* More values than there is room for: each failure is counted once, and who has many is found among the many. */
static void
test_others(void **state)
{
	struct store *s = drive_store(8000, 0);
	struct sift_groups *g = open_groups(s);
	static struct sift_group out[SIFT_GROUPS_MAX + 1];
	uint64_t others, sum = 0;
	size_t n;

	(void)state;
	for (unsigned i = 0; i < 6000; i++) {
		char user[16];
		struct event e;

		/* The newest 2000 are all different; behind them every tenth is the same one. */
		(void)snprintf(user, sizeof user, "u%u", i < 4000 && i % 10 == 0 ? 99999 : i);
		e = failure(0, 403, "198.51.100.7", user, "c");
		tell(s, &e);
	}
	sift_groups_set(g, NULL, field("user"), 300);
	finish(g);
	n = sift_groups_top(g, out, SIFT_GROUPS_MAX + 1, &others);
	assert_true(n <= SIFT_GROUPS_MAX);
	for (size_t i = 0; i < n; i++)
		sum += out[i].count;
	assert_int_equal(sum + others, 6000);
	assert_string_equal(out[0].value, "u99999");
	assert_true(out[0].count <= 400 && out[0].count >= 400 - 6000 / 1024 - 1);
	sift_groups_free(g);
	store_free(s);
}

/* Without a field: as the inbox has them, by the same keys. */
static void
test_signatures(void **state)
{
	struct store *s = drive_store(100, 0);
	struct sift_groups *g = open_groups(s);
	struct store_group inbox[4];
	struct sift_group out[4];
	char key[17];

	(void)state;
	for (unsigned i = 0; i < 30; i++) {
		struct event e = failure(i, i % 3 ? 503 : 404, "a", "1", "c");

		tell(s, &e);
	}
	sift_groups_set(g, NULL, NULL, 0);
	finish(g);
	assert_int_equal(sift_groups_top(g, out, 4, NULL), 2);
	assert_int_equal(store_groups(s, true, inbox, 4), 2);
	for (size_t i = 0; i < 2; i++) {
		const struct store_group *same = &inbox[inbox[0].code != out[i].top_code];

		(void)snprintf(key, sizeof key, "%016llx", (unsigned long long)same->key);
		assert_string_equal(out[i].value, key);
		assert_int_equal(out[i].count, same->count);
	}
	sift_groups_free(g);
	store_free(s);
}

static void
test_filtered(void **state)
{
	struct store *s = drive_store(100, 0);
	struct sift_groups *g = open_groups(s);
	struct filter *f = NULL;
	struct errmsg em;
	struct sift_group out[4];

	(void)state;
	assert_int_equal(filter_new(&f, slice_str("code:404"), NULL, &em, NULL), 0);
	for (unsigned i = 0; i < 30; i++) {
		struct event e = failure(i, i % 3 ? 503 : 404, i % 2 ? "a" : "b", "1", "c");

		tell(s, &e);
	}
	sift_groups_set(g, f, field("peer"), 300);
	finish(g);
	assert_int_equal(sift_groups_top(g, out, 4, NULL), 2);
	assert_int_equal(out[0].count, 5);
	assert_int_equal(out[1].count, 5);
	assert_int_equal(out[0].top_code, 404);
	sift_groups_free(g);
	filter_free(f);
	store_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_moves),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_signatures),
		cmocka_unit_test(test_filtered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
