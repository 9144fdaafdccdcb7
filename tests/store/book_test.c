/* book: buckets by key against a list of all that was ever counted, shares, and room. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"
#include "store/book.h"

enum { ADDS = 3000, KEYS = 20 };

static struct {
	int64_t s;
	uint32_t key;
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

static void
count(void *ctx, uint32_t key, uint64_t n)
{
	uint64_t *sum = ctx;

	assert_true(key < KEYS);
	sum[key] += n;
}

static uint64_t
model(unsigned n, uint32_t key, int64_t first_s, int64_t last_s)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < n; i++)
		if (adds[i].key == key && adds[i].s >= first_s && adds[i].s <= last_s)
			sum += adds[i].n;
	return sum;
}

/* What the door promises: buckets of 1 s where the window begins within 10 min, of 10 s within 3 h, else minutes. */
static void
check(const struct book *b, unsigned n, int64_t newest_s, int64_t now_s, unsigned window_s)
{
	uint64_t sum[KEYS] = { 0 };
	int64_t first = now_s - window_s + 1, step = first > newest_s - 600 ? 1 : 60, last;

	if (step > 1 && first - first % 10 > newest_s - newest_s % 10 - 10800)
		step = 10;
	last = now_s - now_s % step + step - 1;
	first = last + 1 - (window_s + step - 1) / step * step;
	book_window(b, now_s * NS_PER_S + 7, window_s, count, sum);
	for (uint32_t k = 0; k < KEYS; k++)
		assert_int_equal(sum[k], model(n, k, first, last));
}

static void
test_against_model(void **state)
{
	struct book *b = book_new(64 << 20);
	uint64_t seed = 11;
	int64_t newest = 1700000000;

	(void)state;
	for (unsigned i = 0; i < ADDS; i++) {
		uint64_t sum[KEYS] = { 0 };

		newest += (int64_t)(random_next(&seed) % 20) + (random_next(&seed) % 300 == 0 ? 3000 : 0);
		adds[i].s = newest - (i > 0 ? (int64_t)(random_next(&seed) % 3) : 0);
		newest = i == 0 ? adds[0].s : newest;
		adds[i].key = (uint32_t)(random_next(&seed) % KEYS);
		adds[i].n = random_next(&seed) % 50 + 1;
		assert_true(book_add(&b, adds[i].s * NS_PER_S + 3, adds[i].key, adds[i].n));
		if (i % 50 != 49)
			continue;
		newest = adds[i].s > newest ? adds[i].s : newest;
		newest = adds[i].s;
		for (unsigned k = 0; k <= i; k++)
			newest = adds[k].s > newest ? adds[k].s : newest;
		check(b, i + 1, newest, newest, 60);
		check(b, i + 1, newest, newest, 600);
		check(b, i + 1, newest, newest, 3600);
		check(b, i + 1, newest, newest, 86400);
		/* Looking back. */
		check(b, i + 1, newest, newest - 300, 60);
		check(b, i + 1, newest, newest - 3000, 300);
		check(b, i + 1, newest, newest - 20000, 3600);
		book_column(b, newest * NS_PER_S, 120, 3, count, sum);
		assert_int_equal(
		    sum[4], model(i + 1, 4, newest - newest % 120 - 360, newest - newest % 120 - 241));
		memset(sum, 0, sizeof sum);
		book_after(b, (newest - 2000) * NS_PER_S, count, sum);
		assert_int_equal(sum[5], model(i + 1, 5, (newest - 2000) / 10 * 10 + 10, newest));
	}
	book_free(b);
}

static uint64_t
minute(const struct book *b, int64_t now_s)
{
	uint64_t sum[KEYS] = { 0 };

	book_window(b, now_s * NS_PER_S, 60, count, sum);
	return sum[1];
}

/* What is written after it was shared is not seen by the other one. */
static void
test_shared(void **state)
{
	struct book *b = book_new(1 << 20), *copy;

	(void)state;
	assert_true(book_add(&b, 100 * NS_PER_S, 1, 5));
	copy = book_share(b);
	assert_true(book_add(&b, 100 * NS_PER_S, 1, 2));
	book_take(&copy, 100 * NS_PER_S, 1, 3);
	assert_int_equal(minute(b, 100), 7);
	assert_int_equal(minute(copy, 100), 2);
	/* Neither is a bucket below 0. */
	book_take(&copy, 100 * NS_PER_S, 1, 9);
	book_take(&copy, 100 * NS_PER_S, 2, 9);
	assert_int_equal(minute(copy, 100), 0);
	book_free(b);
	assert_true(book_add(&copy, 101 * NS_PER_S, 1, 1));
	assert_int_equal(minute(copy, 101), 1);
	/* Long after: all rings came round. */
	assert_true(book_add(&copy, 101 * NS_PER_S + 2 * 86400 * NS_PER_S, 1, 4));
	assert_int_equal(minute(copy, 101 + 2 * 86400), 4);
	assert_int_equal(minute(copy, 101), 1);
	/* A clock that goes back by days starts anew. */
	assert_true(book_add(&copy, -86400 * 3 * NS_PER_S, 1, 6));
	assert_int_equal(minute(copy, -86400 * 3), 6);
	book_free(copy);
}

static void
count_all(void *ctx, uint32_t key, uint64_t n)
{
	(void)key;
	*(uint64_t *)ctx += n;
}

/* A flood of keys: the oldest buckets give way, the newest stands. */
/* A count gets another key in the bucket where it is, in each level, for a sharer not; as far as there are some. */
static void
test_rename(void **state)
{
	struct book *b = book_new(1 << 20), *held;
	uint64_t sum[KEYS] = { 0 };

	(void)state;
	assert_true(book_add(&b, 1000 * NS_PER_S, 1, 3));
	assert_true(book_add(&b, 1500 * NS_PER_S, 1, 1));
	held = book_share(b);
	book_rename(&b, 1590 * NS_PER_S, 1, 2, 3);
	assert_ptr_not_equal(b, held);
	book_window(b, 1500 * NS_PER_S, 10, count, sum);
	assert_int_equal(sum[1], 0);
	assert_int_equal(sum[2], 1);
	for (unsigned window_s = 590; window_s <= 86400; window_s += 10010) {
		memset(sum, 0, sizeof sum);
		book_window(b, 1500 * NS_PER_S, window_s, count, sum);
		assert_int_equal(sum[1], 1);
		assert_int_equal(sum[2], 3);
	}
	memset(sum, 0, sizeof sum);
	book_window(held, 1500 * NS_PER_S, 590, count, sum);
	assert_int_equal(sum[1], 4);
	/* Out of reach, or more than there are. */
	book_rename(&b, 2500 * NS_PER_S, 2, 3, 3);
	book_rename(&b, 1500 * NS_PER_S, 1, 4, UINT64_MAX);
	memset(sum, 0, sizeof sum);
	book_window(b, 1500 * NS_PER_S, 590, count, sum);
	assert_int_equal(sum[1] + sum[3], 0);
	assert_int_equal(sum[2], 3);
	assert_int_equal(sum[4], 1);
	book_free(b);
	book_free(held);
}

static void
test_room(void **state)
{
	struct book *b = book_new(300000);
	uint64_t all = 0;

	(void)state;
	for (int64_t s = 1; s <= 600; s++)
		for (uint32_t k = 0; k < 200; k++)
			assert_true(book_add(&b, s * NS_PER_S, k, 1));
	assert_true(book_bytes(b) < 300000 + 100000);
	book_window(b, 600 * NS_PER_S, 1, count_all, &all);
	assert_int_equal(all, 200);
	all = 0;
	book_window(b, 600 * NS_PER_S, 600, count_all, &all);
	assert_in_range(all, 200 * 20, 200 * 100);
	book_free(b);
}

static void
test_memory_short(void **state)
{
	struct book *b = NULL;
	bool whole = false;
	long at;

	(void)state;
	for (at = 1; b == NULL; at++) {
		mem_fail_at(at);
		b = book_new(1000);
	}
	for (at = 1; !whole; at++) {
		mem_fail_at(at);
		whole = book_add(&b, 0, 1, 1);
	}
	mem_fail_at(0);
	/* The first try found room in two kinds of buckets of three, and said so. */
	assert_int_equal(at, 3);
	book_free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_model),
		cmocka_unit_test(test_shared),
		cmocka_unit_test(test_rename),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_memory_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
