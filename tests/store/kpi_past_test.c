/* kpi_past: buckets of minutes and of tens against a list of all that was ever added. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"
#include "store/kpi_past.h"

enum { ADDS = 3000 };

static struct {
	int64_t s, n;
} adds[ADDS];

static uint64_t
random_next(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s;
}

static int64_t
model(unsigned n, int64_t first_s, int64_t last_s)
{
	int64_t sum = 0;

	for (unsigned i = 0; i < n; i++)
		if (adds[i].s >= first_s && adds[i].s <= last_s)
			sum += adds[i].n;
	return sum;
}

static struct kpi_counts
figures(int64_t n)
{
	struct kpi_counts c = { .n = { [KPI_BIDS] = n, [KPI_RETRANSMITS] = 2 * n } };

	c.delay[KPI_PDD][0] = (int32_t)n;
	c.delay[KPI_RRD][KPI_BINS - 1] = (int32_t)-n;
	return c;
}

static void
check(const struct kpi_past *p, unsigned n, int64_t newest_s, int64_t now_s, unsigned window_s)
{
	int64_t first = now_s - window_s + 1, step = first / 60 > newest_s / 60 - 180 ? 60 : 600;
	int64_t last = now_s - now_s % step + step - 1, bids;
	struct kpi_counts sum;

	bids = model(n, last + 1 - (window_s + step - 1) / step * step, last);
	kpi_past_sum(p, now_s * NS_PER_S, window_s, &sum);
	assert_int_equal(sum.n[KPI_BIDS], bids > 0 ? bids : 0);
	assert_int_equal(sum.n[KPI_RETRANSMITS], bids > 0 ? 2 * bids : 0);
	assert_int_equal(sum.n[KPI_ANSWERED], 0);
	assert_int_equal(sum.delay[KPI_PDD][0], bids > 0 ? bids : 0);
	assert_int_equal(sum.delay[KPI_RRD][KPI_BINS - 1], bids < 0 ? -bids : 0);
}

static void
test_against_model(void **state)
{
	struct kpi_past *p = kpi_past_new(KPI_PAST_SHORT);
	uint64_t seed = 3;
	int64_t newest = 1700000000;

	(void)state;
	for (unsigned i = 0; i < ADDS; i++) {
		struct kpi_counts c;

		newest += (int64_t)(random_next(&seed) % 80);
		adds[i].s = newest - (int64_t)(random_next(&seed) % 2);
		newest = adds[i].s;
		adds[i].n = (int64_t)(random_next(&seed) % 100) - 20;
		c = figures(adds[i].n);
		assert_true(kpi_past_add(p, adds[i].s * NS_PER_S, &c));
		if (i % 20 != 0)
			continue;
		for (unsigned k = 0; k <= i; k++)
			newest = adds[k].s > newest ? adds[k].s : newest;
		check(p, i + 1, newest, newest, 3600);
		check(p, i + 1, newest, newest, 86400);
		check(p, i + 1, newest, newest - 5000, 300);
		check(p, i + 1, newest, newest - 90000, 3600);
		kpi_past_after(p, (newest - 3000) * NS_PER_S, &c);
		assert_int_equal(c.n[KPI_BIDS], model(i + 1, (newest - 3000) / 60 * 60 + 60, newest));
	}
	assert_in_range(kpi_past_bytes(p), 1, 40000);
	kpi_past_free(p);
}

/* A figure above what a cell holds is told all the same. */
static void
test_large(void **state)
{
	struct kpi_past *p = kpi_past_new(KPI_PAST_SHORT);
	struct kpi_counts c = figures(8000000), sum;

	(void)state;
	for (unsigned i = 0; i < 9; i++)
		assert_true(kpi_past_add(p, NS_PER_S, &c));
	kpi_past_sum(p, NS_PER_S, 60, &sum);
	assert_int_equal(sum.n[KPI_BIDS], 72000000);
	assert_int_equal(sum.n[KPI_RETRANSMITS], 9 * INT64_C(8388607));
	kpi_past_free(p);
}

static void
test_clone_and_forget(void **state)
{
	struct kpi_past *p = kpi_past_new(KPI_PAST_SHORT), *copy;
	struct kpi_counts c = figures(5), sum;

	(void)state;
	for (int64_t s = 0; s < 7200; s += 60)
		assert_true(kpi_past_add(p, s * NS_PER_S, &c));
	copy = kpi_past_clone(p);
	kpi_past_forget(p, 3600 * NS_PER_S);
	kpi_past_sum(p, 7199 * NS_PER_S, 7200, &sum);
	assert_int_equal(sum.n[KPI_BIDS], 300);
	assert_true(kpi_past_add(p, 7199 * NS_PER_S, &c));
	kpi_past_sum(copy, 7199 * NS_PER_S, 7200, &sum);
	assert_int_equal(sum.n[KPI_BIDS], 600);
	assert_true(kpi_past_bytes(p) < kpi_past_bytes(copy));
	kpi_past_free(p);
	kpi_past_free(copy);
}

static void
test_wild_times(void **state)
{
	static const int64_t wild[] = { INT64_MIN, INT64_MAX, -1, 0, INT64_MIN + 1, INT64_MAX - 1 };
	struct kpi_past *p = kpi_past_new(KPI_PAST_SHORT);
	struct kpi_counts c = figures(1), sum;

	(void)state;
	for (unsigned i = 0; i < 36; i++) {
		assert_true(kpi_past_add(p, wild[i / 6], &c));
		assert_true(kpi_past_add(p, wild[i % 6], &c));
		kpi_past_sum(p, wild[i % 6], UINT32_MAX, &sum);
		kpi_past_after(p, wild[i / 6], &sum);
		kpi_past_forget(p, wild[i / 6]);
	}
	kpi_past_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_model),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_clone_and_forget),
		cmocka_unit_test(test_wild_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
