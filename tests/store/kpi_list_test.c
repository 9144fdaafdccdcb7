/* kpi_list: peers by what they did, bounded, nothing lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"
#include "store/kpi_list.h"

#define T0 (1700000000 * NS_PER_S)

static bool
add(struct kpi_list *t, const char *name, int64_t bids, int64_t registers)
{
	const struct kpi_counts c = { .n = { [KPI_BIDS] = bids, [KPI_REGISTERS] = registers, [KPI_REQUESTS] = 1 } };
	const struct kpi_peer p = { name, PEER_ROLE_PHONES, &c };

	return kpi_list_add_peer(t, T0, &p);
}

static void
test_order(void **state)
{
	struct kpi_list *t = kpi_list_new(1);
	struct kpi_counts room[8];
	struct kpi_peer out[8];

	(void)state;
	assert_non_null(t);
	assert_int_equal(kpi_list_top(t, T0, 0, out, room, 8), 0);
	add(t, "b", 3, 0);
	add(t, "a", 0, 3);
	add(t, "c", 2, 2);
	add(t, "quiet", 0, 0);
	add(t, "other", 1, 0);
	assert_int_equal(kpi_list_top(t, T0, 60, out, room, 8), 5);
	assert_string_equal(out[0].name, "c");
	assert_string_equal(out[1].name, "a");
	assert_string_equal(out[2].name, "b");
	assert_string_equal(out[3].name, "other");
	assert_string_equal(out[4].name, "quiet");
	assert_int_equal(out[0].role, PEER_ROLE_PHONES);
	/* "other" is many. */
	assert_int_equal(out[3].role, PEER_ROLE_UNKNOWN);
	/* All taken back: nothing to show. */
	add(t, "c", -2, -2);
	add(t, "c", 0, 0);
	assert_int_equal(kpi_list_top(t, T0 + 120 * NS_PER_S, 60, out, room, 8), 0);
	assert_int_equal(kpi_list_top(t, T0, 0, out, room, 2), 2);
	kpi_list_free(t);
}

/* Above KPI_PEERS all stand under "other", and the sum over rows is what was told. */
static void
test_bounded(void **state)
{
	static struct kpi_counts room[KPI_PEERS + 9];
	static struct kpi_peer out[KPI_PEERS + 9];
	struct kpi_list *t = kpi_list_new(1);
	char name[16];
	int64_t sum = 0;
	size_t n;

	(void)state;
	assert_non_null(t);
	for (unsigned round = 0; round < 2; round++)
		for (unsigned i = 0; i < KPI_PEERS + 100; i++) {
			(void)snprintf(name, sizeof name, "peer%u", i);
			add(t, name, 1, 0);
		}
	n = kpi_list_top(t, T0, 0, out, room, KPI_PEERS + 9);
	assert_int_equal(n, KPI_PEERS + 1);
	assert_string_equal(out[0].name, "other");
	assert_int_equal(out[0].counts->n[KPI_BIDS], 200);
	for (size_t i = 0; i < n; i++)
		sum += out[i].counts->n[KPI_BIDS];
	assert_int_equal(sum, 2 * (KPI_PEERS + 100));
	kpi_list_free(t);
}

/* A peer for which memory is short is counted all the same; a clone stands still, or says that it lost some. */
static void
test_memory_short(void **state)
{
	struct kpi_list *t = kpi_list_new(1), *copy = NULL;
	struct kpi_counts room[3];
	struct kpi_peer out[3];
	bool whole = false;
	long at;

	(void)state;
	assert_non_null(t);
	for (at = 1; at <= 5; at++) {
		mem_fail_at(at);
		(void)add(t, "a", 1, 0);
		mem_fail_at(0);
	}
	assert_int_equal(kpi_list_top(t, T0, 0, out, room, 3), 2);
	assert_int_equal(out[0].counts->n[KPI_BIDS] + out[1].counts->n[KPI_BIDS], 5);
	for (at = 1; copy == NULL; at++) {
		mem_fail_at(at);
		copy = kpi_list_clone(t);
		mem_fail_at(0);
	}
	for (at = 1; !whole; at++) {
		mem_fail_at(at);
		whole = add(t, "a", 10, 0);
		mem_fail_at(0);
	}
	assert_true(at > 5);
	assert_int_equal(kpi_list_top(copy, T0, 0, out, room, 3), 2);
	assert_int_equal(out[0].counts->n[KPI_BIDS] + out[1].counts->n[KPI_BIDS], 5);
	kpi_list_free(copy);
	assert_int_equal(kpi_list_top(t, T0, 60, out, room, 3), 2);
	assert_true(out[0].counts->n[KPI_BIDS] >= 10);
	kpi_list_free(t);
}

/* The past of all peers is bounded: the oldest of it goes, the newest stays. */
static void
test_past_is_bounded(void **state)
{
	struct kpi_list *t = kpi_list_new(1);
	struct kpi_counts c = { .n = { [KPI_BIDS] = 1 } };
	const struct kpi_peer p = { "a", PEER_ROLE_PHONES, &c };

	(void)state;
	for (unsigned b = 0; b < KPI_BINS; b++)
		c.delay[KPI_PDD][b] = 1;
	t->past_max = 100 * 1024;
	for (int64_t m = 0; m < 2880; m++)
		assert_true(kpi_list_add_peer(t, T0 + m * 60 * NS_PER_S, &p));
	assert_in_range(kpi_past_bytes(t->row[1]->past), 20 * 1024, 140 * 1024);
	kpi_list_sum(t->row[1], T0 + 2879 * 60 * NS_PER_S, 3600, &c);
	assert_int_equal(c.n[KPI_BIDS], 60);
	kpi_list_sum(t->row[1], T0 + 2879 * 60 * NS_PER_S, 86400, &c);
	assert_in_range(c.n[KPI_BIDS], 60, 1439);
	kpi_list_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_bounded),
		cmocka_unit_test(test_memory_short),
		cmocka_unit_test(test_past_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
