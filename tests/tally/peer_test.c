/* peer: codes of one peer, order of peers, and a table's copy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "sipwhy/mem.h"
#include "sipwhy/tally.h"

static void
add(struct peer_table *t, const char *name, unsigned code, uint64_t n)
{
	struct peer_stat p = { .events = n };

	(void)snprintf(p.name, sizeof p.name, "%s", name);
	p.codes[0].code = (uint16_t)code;
	p.codes[0].n = n;
	p.responses[code / 100 - 1] = n;
	peer_table_add(t, &p);
}

static void
test_most_frequent_codes_are_told(void **state)
{
	struct peer_table *t = peer_table_new(1);
	struct peer_stat top;
	uint64_t sum;

	(void)state;
	/* Code 400 + i seen i + 1 times: the first 32 are kept apart, of these the last 8 are most frequent. */
	for (unsigned i = 0; i < 40; i++)
		add(t, "a", 400 + i, i + 1);
	assert_int_equal(peer_table_top(t, &top, 1), 1);
	sum = top.other;
	for (unsigned i = 0; i < PEER_CODES; i++) {
		assert_int_equal(top.codes[i].code, 431 - i);
		assert_int_equal(top.codes[i].n, 32 - i);
		sum += top.codes[i].n;
	}
	assert_int_equal(sum, top.events);
	assert_int_equal(top.events, 40 * 41 / 2);
	peer_table_free(t);
}

static void
test_order(void **state)
{
	struct peer_table *t = peer_table_new(1);
	struct peer_stat top[4];

	(void)state;
	add(t, "c", 404, 5);
	add(t, "b", 404, 5);
	add(t, "a", 404, 4);
	add(t, "d", 503, 9);
	add(t, "other", 503, 1);
	assert_int_equal(peer_table_top(t, top, 4), 4);
	assert_string_equal(top[0].name, "d");
	assert_string_equal(top[1].name, "b");
	assert_string_equal(top[2].name, "c");
	assert_string_equal(top[3].name, "a");
	assert_int_equal(peer_table_top(t, top, 0), 0);
	peer_table_free(t);
}

static void
test_clone_stands_alone(void **state)
{
	struct peer_table *t = peer_table_new(1), *copy;
	struct peer_stat top[4];

	(void)state;
	add(t, "a", 404, 5);
	add(t, "other", 500, 2);
	copy = peer_table_clone(t);
	add(t, "a", 404, 5);
	add(t, "b", 404, 1);
	assert_int_equal(peer_table_top(copy, top, 4), 2);
	assert_int_equal(top[0].events, 5);
	assert_string_equal(top[1].name, "other");
	add(copy, "a", 404, 1);
	peer_table_free(t);
	assert_int_equal(peer_table_top(copy, top, 4), 2);
	assert_int_equal(top[0].events, 6);
	peer_table_free(copy);
}

static void
test_clone_without_memory(void **state)
{
	struct peer_table *t = peer_table_new(1), *copy = NULL;
	char name[8];

	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		(void)snprintf(name, sizeof name, "p%u", i);
		add(t, name, 404, 1);
	}
	for (long at = 1; copy == NULL; at++) {
		mem_fail_at(at);
		copy = peer_table_clone(t);
		mem_fail_at(0);
		assert_true(at < 100);
	}
	peer_table_free(copy);
	peer_table_free(t);
}

static uint64_t
all_codes(const struct peer_stat *p)
{
	uint64_t sum = p->other;

	for (unsigned i = 0; i < PEER_CODES; i++) {
		assert_true(p->codes[i].n >= 0);
		sum += (uint64_t)p->codes[i].n;
	}
	return sum;
}

/* Codes move between events that are there, whatever an increment claims; a code that has none left is not told. */
static void
test_codes_move(void **state)
{
	struct peer_table *t = peer_table_new(1);
	struct peer_stat top, moves = { .name = "a", .events = 1, .codes = { { 503, -2 }, { 500, 1 }, { 0, 2 } } };

	(void)state;
	add(t, "a", 503, 2);
	peer_table_add(t, &moves);
	assert_int_equal(peer_table_top(t, &top, 1), 1);
	assert_int_equal(top.events, 3);
	assert_int_equal(all_codes(&top), 3);
	assert_int_equal(top.codes[0].code, 0);
	assert_int_equal(top.codes[0].n, 2);
	assert_int_equal(top.codes[1].code, 500);
	assert_int_equal(top.codes[2].n, 0);
	/* More than there are, and to what is counted nowhere. */
	moves = (struct peer_stat){ .name = "a", .codes = { { 500, -5 }, { 486, 3 }, { 404, -9 } }, .other = 1 };
	peer_table_add(t, &moves);
	assert_int_equal(peer_table_top(t, &top, 1), 1);
	assert_int_equal(all_codes(&top), 3);
	assert_int_equal(top.codes[1].code, 486);
	assert_int_equal(top.codes[1].n, 1);
	peer_table_free(t);
}

/* Events whose codes are not kept apart move too. */
static void
test_codes_move_beyond_room(void **state)
{
	struct peer_table *t = peer_table_new(1);
	struct peer_stat top, moves = { .name = "a", .codes = { { 499, -1 }, { 400, 1 } } };

	(void)state;
	for (unsigned i = 0; i < 40; i++)
		add(t, "a", 400 + i, 2);
	add(t, "a", 499, 1);
	peer_table_add(t, &moves);
	assert_int_equal(peer_table_top(t, &top, 1), 1);
	assert_int_equal(top.codes[0].code, 400);
	assert_int_equal(top.codes[0].n, 3);
	assert_int_equal(all_codes(&top), top.events);
	peer_table_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_most_frequent_codes_are_told),
		cmocka_unit_test(test_codes_move),
		cmocka_unit_test(test_codes_move_beyond_room),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_clone_stands_alone),
		cmocka_unit_test(test_clone_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
