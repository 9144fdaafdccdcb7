/* series: buckets against a list of all that was ever added. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdint.h>

#include "sipwhy/tally.h"
#include "sipwhy/timefmt.h"

enum { ADDS = 4000, DAY_S = 86400 };

static struct {
	int64_t s;
	uint64_t n;
} adds[ADDS];

static uint64_t
random_next(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s;
}

static uint64_t
model(int64_t first_s, int64_t last_s)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < ADDS; i++)
		if (adds[i].s >= first_s && adds[i].s <= last_s)
			sum += adds[i].n;
	return sum;
}

static void
check_steps(const struct series *s, int64_t now_s, unsigned step_s, size_t n)
{
	uint64_t out[200];

	series_get(s, 3, now_s * NS_PER_S + 999, step_s, out, n);
	for (size_t i = 0; i < n; i++) {
		int64_t first = (now_s / step_s - (int64_t)(n - 1 - i)) * step_s;

		assert_int_equal(out[i], model(first, first + step_s - 1));
	}
}

/* Time runs forward over two days with small steps back; the model knows every second. */
static void
test_against_model(void **state)
{
	struct series *s = series_new();
	uint64_t seed = 7;
	int64_t t = 1700000000, newest = t;

	(void)state;
	for (unsigned i = 0; i < ADDS; i++) {
		t = newest + (int64_t)(random_next(&seed) % 87) - 4;
		if (i > ADDS - 500)
			t = newest + (int64_t)(random_next(&seed) % 4) - 1;
		newest = t > newest ? t : newest;
		adds[i].s = t;
		adds[i].n = random_next(&seed) % 1000;
		series_add(s, 3, t * NS_PER_S + (int64_t)(random_next(&seed) % 1000000000), adds[i].n);
	}
	check_steps(s, newest, 1, 200);
	check_steps(s, newest, 10, 200);
	check_steps(s, newest, 30, 200);
	check_steps(s, newest, 60, 200);
	check_steps(s, newest, 600, 200);
	for (unsigned w = 1; w <= 600; w += 7)
		assert_int_equal(series_sum(s, 3, newest * NS_PER_S, w), model(newest - w + 1, newest));
	assert_int_equal(series_sum(s, 3, newest * NS_PER_S, 3 * DAY_S), model(0, newest));
	assert_int_equal(series_sum(s, 2, newest * NS_PER_S, 3 * DAY_S), 0);
	series_free(s);
}

static void
test_window_moves_on(void **state)
{
	struct series *s = series_new();
	uint64_t out[3];

	(void)state;
	series_add(s, 0, 100 * NS_PER_S, 5);
	series_add(s, 0, 699 * NS_PER_S, 1);
	assert_int_equal(series_sum(s, 0, 699 * NS_PER_S, 600), 6);
	series_add(s, 0, 700 * NS_PER_S, 1);
	series_get(s, 0, 102 * NS_PER_S, 1, out, 3);
	assert_int_equal(out[0], 0);
	assert_int_equal(series_sum(s, 0, 700 * NS_PER_S, 601), 7);
	/* Seconds that passed without an add are empty, not old. */
	series_add(s, 0, 1300 * NS_PER_S, 2);
	assert_int_equal(series_sum(s, 0, 1300 * NS_PER_S, 600), 2);
	/* Too late for the seconds, in time for the minutes. */
	series_add(s, 0, 700 * NS_PER_S, 50);
	assert_int_equal(series_sum(s, 0, 1300 * NS_PER_S, 600), 2);
	assert_int_equal(series_sum(s, 0, 1300 * NS_PER_S, 3600), 59);
	/* A leap over more than the whole ring. */
	series_add(s, 0, 6300 * NS_PER_S, 3);
	assert_int_equal(series_sum(s, 0, 6300 * NS_PER_S, 600), 3);
	series_free(s);
}

/* Times that a hostile or broken source may tell. */
static void
test_wild_times(void **state)
{
	static const int64_t wild[] = { INT64_MIN, INT64_MIN + 1, -1, 0, 1, INT64_MAX - 1, INT64_MAX, -NS_PER_S };
	const size_t n = sizeof wild / sizeof wild[0];
	struct series *s = series_new();
	uint64_t out[5];

	(void)state;
	for (size_t i = 0; i < n * n; i++) {
		series_add(s, 1, wild[i / n], 1);
		series_add(s, 1, wild[i % n], 2);
		series_get(s, 1, wild[i % n], 60, out, 5);
		assert_true(series_sum(s, 1, wild[i % n], UINT32_MAX) >= 2);
	}
	series_free(s);
}

static void
test_far_past_starts_anew(void **state)
{
	struct series *s = series_new(), *copy;
	int64_t t = 1700000000 * NS_PER_S;

	(void)state;
	series_add(s, 6, t, 9);
	copy = series_clone(s);
	series_add(s, 6, t - (3 * DAY_S + 60) * NS_PER_S, 4);
	assert_int_equal(series_sum(s, 6, t, 3 * DAY_S), 0);
	assert_int_equal(series_sum(s, 6, t - (3 * DAY_S + 60) * NS_PER_S, 1), 4);
	assert_int_equal(series_sum(copy, 6, t, 1), 9);
	series_free(copy);
	series_free(s);
}

/* A window of the past is told in buckets that are still there, and what is taken back leaves all of them. */
static void
test_looking_back(void **state)
{
	struct series *s = series_new();

	(void)state;
	for (int64_t t = 100000; t < 120000; t++)
		series_add(s, 7, t * NS_PER_S, 1);
	assert_int_equal(series_sum(s, 7, 119900 * NS_PER_S, 60), 60);
	assert_int_equal(series_sum(s, 7, 119403 * NS_PER_S, 5), 10);
	assert_int_equal(series_sum(s, 7, 105003 * NS_PER_S, 5), 60);
	assert_int_equal(series_sum(s, 7, 105003 * NS_PER_S, 3600), 3600);
	assert_int_equal(series_after(s, 7, 119990 * NS_PER_S), 9);
	assert_int_equal(series_after(s, 7, 119003 * NS_PER_S), 990);
	assert_int_equal(series_after(s, 7, 90000 * NS_PER_S), 20000);
	assert_int_equal(series_after(s, 7, INT64_MAX), 0);
	series_take(s, 7, 119999 * NS_PER_S, 1);
	series_take(s, 7, 119998 * NS_PER_S, 9);
	assert_int_equal(series_sum(s, 7, 119999 * NS_PER_S, 10), 8);
	assert_int_equal(series_sum(s, 7, 119999 * NS_PER_S, 3600), 3590);
	series_take(s, 7, 90000 * NS_PER_S, 1);
	series_take(s, 7, 130000 * NS_PER_S, 1);
	series_free(s);
}

static void
test_bucket_stays_at_its_end(void **state)
{
	struct series *s = series_new();

	(void)state;
	series_add(s, 0, NS_PER_S, UINT32_MAX - 1);
	series_add(s, 0, NS_PER_S, 5);
	series_add(s, 0, NS_PER_S, UINT64_MAX);
	assert_int_equal(series_sum(s, 0, NS_PER_S, 1), UINT32_MAX);
	series_add(s, SERIES_COUNTERS, NS_PER_S, 5);
	assert_int_equal(series_sum(s, SERIES_COUNTERS, NS_PER_S, 1), 0);
	series_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_model),
		cmocka_unit_test(test_window_moves_on),
		cmocka_unit_test(test_wild_times),
		cmocka_unit_test(test_far_past_starts_anew),
		cmocka_unit_test(test_looking_back),
		cmocka_unit_test(test_bucket_stays_at_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
