/* sift_rows against a plain array: the same rows in the same places after anything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "sipwhy/mem.h"
#include "store/sift_rows.h"

enum { PLAIN = 20000 };

static struct sift_row plain[PLAIN];
static size_t n_plain;

static uint64_t
draw(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return *state >> 33;
}

static int
compare(const void *x, const void *y)
{
	const struct sift_row *a = x, *b = y;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return a->id < b->id ? -1 : a->id > b->id;
}

static void
check(struct sift_rows *r)
{
	qsort(plain, n_plain, sizeof *plain, compare);
	sift_rows_settle(r);
	assert_int_equal(r->n, n_plain);
	for (size_t i = 0; i < n_plain; i++) {
		struct sift_row row = sift_rows_at(r, i);

		assert_true(row.key == plain[i].key && row.id == plain[i].id);
		if (i % 61 == 0) {
			assert_int_equal(sift_rows_find(r, row), i);
			assert_int_equal(sift_rows_seek(r, row.id), i);
			row.id--;
			assert_true(sift_rows_find(r, row) <= i);
		}
	}
	for (size_t i = 0; i < r->n_blocks; i++)
		assert_true(r->block[i].n > 0 && r->block[i].at + r->block[i].n <= SIFT_BLOCK);
}

static void
add(struct sift_rows *r, uint64_t key, uint64_t id)
{
	plain[n_plain++] = (struct sift_row){ key, id };
	assert_true(sift_rows_add(r, plain[n_plain - 1]));
}

/* kind 0: rising, 1: falling, 2: at random. */
static void
fill(struct sift_rows *r, unsigned kind, size_t n)
{
	uint64_t seed = kind + 1;

	sift_rows_clear(r);
	n_plain = 0;
	for (size_t i = 0; i < n; i++)
		add(r, kind == 2 ? draw(&seed) % 50 : 0, kind == 1 ? n - i : i + 1);
}

static void
test_add(void **state)
{
	struct sift_rows r = { .n = 0 };

	(void)state;
	assert_int_equal(sift_rows_find(&r, (struct sift_row){ 0, 0 }), 0);
	for (unsigned kind = 0; kind < 3; kind++) {
		fill(&r, kind, 6000);
		check(&r);
		/* In order they are packed; at random blocks are half full at least. */
		assert_true(r.n_blocks <= (kind < 2 ? 6000 / SIFT_BLOCK + 2 : 2 * 6000 / SIFT_BLOCK + 2));
		assert_true(sift_rows_add(&r, plain[77]));
		check(&r);
	}
	sift_rows_clear(&r);
}

static void
test_take(void **state)
{
	struct sift_rows r = { .n = 0 };
	uint64_t seed = 5;

	(void)state;
	fill(&r, 2, 4000);
	qsort(plain, n_plain, sizeof *plain, compare);
	assert_false(sift_rows_take(&r, (struct sift_row){ 3, 4001 }));
	while (n_plain > 3) {
		size_t at = draw(&seed) % n_plain;

		assert_true(sift_rows_take(&r, plain[at]));
		assert_false(sift_rows_take(&r, plain[at]));
		plain[at] = plain[--n_plain];
		if (n_plain % 500 == 3)
			check(&r);
	}
	check(&r);
	while (n_plain > 0)
		assert_true(sift_rows_take(&r, plain[--n_plain]));
	check(&r);
	assert_int_equal(r.n_blocks, 0);
	assert_false(sift_rows_take(&r, plain[0]));
	sift_rows_clear(&r);
}

static void
test_trim(void **state)
{
	struct sift_rows r = { .n = 0 };
	size_t kept;

	(void)state;
	for (unsigned kind = 0; kind < 3; kind++) {
		fill(&r, kind, 5000);
		sift_rows_trim(&r, 1200, 1899);
		kept = 0;
		for (size_t i = 0; i < n_plain; i++)
			if (plain[i].id >= 1200 && plain[i].id <= 1899)
				plain[kept++] = plain[i];
		n_plain = kept;
		check(&r);
		/* Few that are left share their blocks. */
		assert_true(r.n_blocks <= 8);
		sift_rows_trim(&r, 6000, 7000);
		assert_int_equal(r.n, 0);
		assert_int_equal(r.n_blocks, 0);
		n_plain = 0;
		add(&r, 3, 3);
		check(&r);
	}
	sift_rows_clear(&r);
}

static void
test_drop(void **state)
{
	struct sift_rows r = { .n = 0 };
	uint64_t id[1000];
	size_t kept = 0;

	(void)state;
	fill(&r, 2, 20000);
	for (size_t i = 0; i < 1000; i++)
		id[i] = 7 * i;
	sift_rows_drop(&r, id, 1000);
	for (size_t i = 0; i < n_plain; i++)
		if (plain[i].id % 7 != 0 || plain[i].id >= 7000)
			plain[kept++] = plain[i];
	assert_true(kept == n_plain - 999);
	n_plain = kept;
	check(&r);
	sift_rows_clear(&r);
}

static uint64_t
more(void *ctx, uint64_t key)
{
	return key + *(uint64_t *)ctx;
}

static void
test_rekey(void **state)
{
	struct sift_rows r = { .n = 0 };
	uint64_t by = 1;

	(void)state;
	sift_rows_rekey(&r, 0, 1, more, &by);
	fill(&r, 2, 6000);
	for (size_t i = 0; i < n_plain; i++) {
		assert_true(sift_rows_take(&r, plain[i]));
		plain[i].key *= 4;
		assert_true(sift_rows_add(&r, plain[i]));
	}
	sift_rows_rekey(&r, 40, 47, more, &by);
	for (size_t i = 0; i < n_plain; i++)
		plain[i].key += plain[i].key == 40 || plain[i].key == 44;
	check(&r);
	sift_rows_clear(&r);
}

static void
test_sort(void **state)
{
	static struct sift_row rows[3000], room[3000], want[3000];
	uint64_t seed = 9;

	(void)state;
	for (size_t i = 0; i < 3000; i++)
		rows[i] = (struct sift_row){ draw(&seed) << (i % 3 * 16), i };
	memcpy(want, rows, sizeof want);
	qsort(want, 3000, sizeof *want, compare);
	sift_rows_sort(rows, room, 3000);
	assert_memory_equal(rows, want, sizeof want);
	sift_rows_sort(rows, room, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_take),
		cmocka_unit_test(test_trim),
		cmocka_unit_test(test_drop),
		cmocka_unit_test(test_rekey),
		cmocka_unit_test(test_sort),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
