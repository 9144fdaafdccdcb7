/* kpi_window: buckets against a list of all that was ever added, and what a window costs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <limits.h>
#include <string.h>

#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"
#include "tally/kpi_move.h"

enum { ADDS = 3000 };

static struct {
	int64_t s;
	int64_t n;
} adds[ADDS];

static uint64_t
random_next(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s;
}

static struct kpi_counts
one(int64_t n)
{
	struct kpi_counts c = { .n = { [KPI_BIDS] = n, [KPI_RETRANSMITS] = 2 * n } };

	c.delay[KPI_RRD][KPI_BINS - 1] = (int32_t)n;
	return c;
}

static int64_t
model(unsigned n, int64_t first_s, int64_t last_s)
{
	int64_t sum = 0;

	for (unsigned i = 0; i < n; i++)
		if (adds[i].s >= first_s && adds[i].s <= last_s)
			sum += adds[i].n;
	return sum > 0 ? sum : 0;
}

/* What the door promises, by the second: whole tens of counters, whole halves of a minute of delays. */
static void
check(const struct kpi_window *w, unsigned n, int64_t now_s, unsigned window_s)
{
	int64_t last = now_s - now_s % 10 + 9, first = last + 1 - (window_s + 9) / 10 * 10;
	struct kpi_counts sum;

	kpi_window_sum(w, now_s * NS_PER_S + 5, window_s, &sum);
	assert_int_equal(sum.n[KPI_BIDS], model(n, first, last));
	assert_int_equal(sum.n[KPI_RETRANSMITS], 2 * model(n, first, last));
	assert_int_equal(sum.n[KPI_ANSWERED], 0);
	assert_int_equal(sum.delay[KPI_RRD][KPI_BINS - 1], model(n, first - first % 30, last - last % 30 + 29));
	assert_int_equal(sum.delay[KPI_PDD][0], 0);
}

/* Time runs forward with steps back and gaps; some increments are negative. */
static void
test_against_model(void **state)
{
	struct kpi_window *w = kpi_window_new();
	uint64_t seed = 5;
	int64_t newest = 1700000000;

	(void)state;
	for (unsigned i = 0; i < ADDS; i++) {
		int64_t t = newest + (int64_t)(random_next(&seed) % 9) - 3;
		struct kpi_counts c;

		if (random_next(&seed) % 50 == 0)
			t = newest - (int64_t)(random_next(&seed) % 890);
		if (random_next(&seed) % 500 == 0)
			t = newest + (int64_t)(random_next(&seed) % 2000);
		newest = t > newest ? t : newest;
		adds[i].s = t;
		adds[i].n = (int64_t)(random_next(&seed) % 100) - 10;
		c = one(adds[i].n);
		kpi_window_add(w, t * NS_PER_S + (int64_t)(random_next(&seed) % 1000000000), &c);
		if (i % 3 == 0) {
			check(w, i + 1, newest, 60);
			check(w, i + 1, newest, 300);
			check(w, i + 1, newest, 900);
			check(w, i + 1, newest, 1 + i % 900);
			/* Nothing came since: the window goes on without it. */
			check(w, i + 1, newest + (int64_t)i, 900);
		}
	}
	kpi_window_free(w);
}

static int64_t
bids(const struct kpi_window *w, int64_t now_s, unsigned window_s)
{
	struct kpi_counts sum;

	kpi_window_sum(w, now_s * NS_PER_S, window_s, &sum);
	return sum.n[KPI_BIDS];
}

static void
test_edges(void **state)
{
	struct kpi_window *w = kpi_window_new();
	struct kpi_counts c = one(1);

	(void)state;
	assert_int_equal(bids(w, 1000, 900), 0);
	kpi_window_add(w, 1000 * NS_PER_S, &c);
	kpi_window_add(w, 1009 * NS_PER_S + NS_PER_S - 1, &c);
	assert_int_equal(bids(w, 1009, 10), 2);
	assert_int_equal(bids(w, 1010, 10), 0);
	assert_int_equal(bids(w, 1059, 60), 2);
	assert_int_equal(bids(w, 1060, 60), 0);
	assert_int_equal(bids(w, 1899, 900), 2);
	assert_int_equal(bids(w, 1900, 900), 0);
	assert_int_equal(bids(w, 1899, UINT_MAX), 2);
	assert_int_equal(bids(w, 999, 900), 0);
	assert_int_equal(bids(w, 1009, 0), 0);
	/* The last moment that is not too late, and the first that is. */
	kpi_window_add(w, 1899 * NS_PER_S, &c);
	kpi_window_add(w, 1000 * NS_PER_S, &c);
	kpi_window_add(w, 999 * NS_PER_S, &c);
	assert_int_equal(bids(w, 1899, 900), 4);
	kpi_window_free(w);
}

/* Taken back after it fell out of the window, or in another bucket: never less than nothing. */
static void
test_undo(void **state)
{
	struct kpi_window *w = kpi_window_new();
	struct kpi_move m = { .counters = 1u << KPI_BIDS, .sign = 1, .bin = { 3, KPI_NO_BIN, KPI_NO_BIN } };
	struct kpi_counts sum;

	(void)state;
	kpi_window_move(w, 1000 * NS_PER_S, &m);
	kpi_window_move(w, 1900 * NS_PER_S, &m);
	m.sign = -1;
	kpi_window_move(w, 1000 * NS_PER_S, &m);
	kpi_window_move(w, 1000 * NS_PER_S - 4 * 86400 * NS_PER_S, &m);
	assert_int_equal(bids(w, 1900, 900), 1);
	kpi_window_move(w, 1850 * NS_PER_S, &m);
	assert_int_equal(bids(w, 1900, 900), 0);
	assert_int_equal(bids(w, 1850, 60), 0);
	assert_int_equal(bids(w, 1900, 10), 1);
	kpi_window_sum(w, 1850 * NS_PER_S, 60, &sum);
	assert_int_equal(sum.delay[KPI_PDD][3], 0);
	kpi_window_free(w);
}

/* A move is what the same counts are. */
static void
test_move_is_add(void **state)
{
	struct kpi_window *w = kpi_window_new(), *v = kpi_window_new();
	const struct kpi_move m = {
		.counters = 1u << KPI_BIDS | 1u << KPI_RETRANSMITS, .sign = 1, .bin = { 0, 63, -1 }
	};
	struct kpi_counts c = { .n = { 0 } }, a, b;

	(void)state;
	kpi_move_count(&c, &m);
	for (int64_t t = 0; t < 2000; t += 7) {
		kpi_window_add(w, t * NS_PER_S, &c);
		kpi_window_move(v, t * NS_PER_S, &m);
	}
	kpi_window_count(v, 1999 * NS_PER_S, KPI_ASIDE, 4);
	kpi_window_sum(w, 1999 * NS_PER_S, 900, &a);
	kpi_window_sum(v, 1999 * NS_PER_S, 900, &b);
	assert_int_equal(b.n[KPI_ASIDE], 4);
	b.n[KPI_ASIDE] = 0;
	assert_memory_equal(&a, &b, sizeof a);
	kpi_window_free(w);
	kpi_window_free(v);
}

static void
test_merge(void **state)
{
	struct kpi_window *w = kpi_window_new(), *old = kpi_window_new(), *older = kpi_window_new();
	struct kpi_counts c = one(1), sum;

	(void)state;
	for (int64_t t = 5; t < 2000; t += 10)
		kpi_window_add(old, t * NS_PER_S, &c);
	kpi_window_merge(w, old);
	assert_int_equal(bids(w, 1999, 900), 90);
	kpi_window_add(w, 2455 * NS_PER_S, &c);
	kpi_window_merge(w, old);
	assert_int_equal(bids(w, 2455, 900), 1 + 2 * 44);
	kpi_window_sum(w, 2455 * NS_PER_S, 900, &sum);
	assert_int_equal(sum.delay[KPI_RRD][KPI_BINS - 1], 1 + 2 * 44);
	/* Far older than what there is: it moves nothing and starts nothing anew. */
	kpi_window_add(w, 400 * 86400 * NS_PER_S, &c);
	kpi_window_merge(w, old);
	kpi_window_merge(w, older);
	assert_int_equal(bids(w, 400 * 86400, 900), 1);
	kpi_window_free(w);
	kpi_window_free(old);
	kpi_window_free(older);
}

/* 16 bits are a beginning only; and 256 windows that are full cost less than 4 MiB. */
static void
test_width(void **state)
{
	struct kpi_window *w = kpi_window_new(), *copy;
	struct kpi_counts c = one(INT16_MAX / 3), sum;

	(void)state;
	/* Three of them fill the delays' cells but for one. */
	c.n[KPI_BIDS] = INT16_MAX;
	for (int64_t t = 0; t < 900; t += 10)
		kpi_window_add(w, t * NS_PER_S, &c);
	assert_in_range(kpi_window_bytes(w), 1, 4 * 1024 * 1024 / KPI_PEERS - sizeof(struct kpi_counts) * 2);
	copy = kpi_window_clone(w);
	assert_int_equal(bids(w, 899, 900), 90 * INT16_MAX);
	c = one(1);
	kpi_window_add(w, 899 * NS_PER_S, &c);
	assert_int_equal(bids(w, 899, 900), 90 * INT16_MAX + 1);
	assert_int_equal(bids(copy, 899, 900), 90 * INT16_MAX);
	assert_in_range(kpi_window_bytes(w), 1, 100 * 1024);
	kpi_window_free(copy);
	c.n[KPI_BIDS] = INT64_MAX;
	for (int64_t t = 0; t < 900; t++) {
		c.delay[KPI_RRD][KPI_BINS - 1] = INT32_MAX;
		kpi_window_add(w, t * NS_PER_S, &c);
	}
	copy = kpi_window_clone(w);
	kpi_window_free(w);
	kpi_window_sum(copy, 899 * NS_PER_S, 900, &sum);
	assert_int_equal(sum.n[KPI_BIDS], INT64_C(90) * INT32_MAX);
	assert_int_equal(sum.delay[KPI_RRD][KPI_BINS - 1], INT32_MAX);
	kpi_window_free(copy);
}

/* Times that a hostile or broken source may tell. */
static void
test_wild_times(void **state)
{
	static const int64_t wild[] = { INT64_MIN, INT64_MIN + 1, -1, 0, 1, INT64_MAX - 1, INT64_MAX, -NS_PER_S };
	const size_t n = sizeof wild / sizeof wild[0];
	struct kpi_window *w = kpi_window_new(), *other = kpi_window_new();
	struct kpi_counts c = one(1), sum;

	(void)state;
	for (size_t i = 0; i < n * n; i++) {
		kpi_window_add(w, wild[i / n], &c);
		kpi_window_add(w, wild[i % n], &c);
		kpi_window_add(other, wild[i % n], &c);
		kpi_window_sum(w, wild[i % n], 900, &sum);
		assert_true(sum.n[KPI_BIDS] >= 1);
		kpi_window_merge(w, other);
	}
	kpi_window_free(w);
	kpi_window_free(other);
}

static void
test_far_past_starts_anew(void **state)
{
	struct kpi_window *w = kpi_window_new();
	struct kpi_counts c = one(1);

	(void)state;
	kpi_window_add(w, 1700000000 * NS_PER_S, &c);
	kpi_window_add(w, (1700000000 - 2 * 86400) * NS_PER_S, &c);
	assert_int_equal(bids(w, 1700000000, 900), 1);
	kpi_window_add(w, (1700000000 - 3 * 86400 - 10) * NS_PER_S, &c);
	assert_int_equal(bids(w, 1700000000, 900), 0);
	assert_int_equal(bids(w, 1700000000 - 3 * 86400 - 10, 60), 1);
	kpi_window_free(w);
}

/* Without memory to widen, a cell stays at its end and the rest goes on. */
static void
test_memory_short(void **state)
{
	struct kpi_window *w, *copy;
	struct kpi_counts c = one(INT16_MAX);

	(void)state;
	for (long at = 1; at <= 2; at++) {
		mem_fail_at(at);
		assert_null(kpi_window_new());
		mem_fail_at(0);
	}
	c.n[KPI_RETRANSMITS] = 0;
	w = kpi_window_new();
	for (long at = 1; at <= 2; at++) {
		mem_fail_at(at);
		copy = kpi_window_clone(w);
		mem_fail_at(0);
		assert_null(copy);
	}
	kpi_window_add(w, NS_PER_S, &c);
	c = one(1);
	mem_fail_at(1);
	kpi_window_count(w, NS_PER_S, KPI_BIDS, 1);
	mem_fail_at(0);
	assert_int_equal(bids(w, 1, 60), INT16_MAX);
	kpi_window_add(w, 11 * NS_PER_S, &c);
	assert_int_equal(bids(w, 11, 60), INT16_MAX + 1);
	kpi_window_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_model),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_undo),
		cmocka_unit_test(test_move_is_add),
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_width),
		cmocka_unit_test(test_wild_times),
		cmocka_unit_test(test_far_past_starts_anew),
		cmocka_unit_test(test_memory_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
