/* list: cursor and window stay true whatever the count, the height and the moves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "sipwhy/ui.h"

static void
check(const struct list *l)
{
	size_t height = l->height > 0 ? l->height : 1;

	if (l->count == 0) {
		assert_int_equal(l->cursor, 0);
		assert_int_equal(l->top, 0);
		return;
	}
	assert_true(l->cursor < l->count);
	assert_true(l->top <= l->cursor && l->cursor < l->top + height);
	assert_true(l->top == 0 || l->top + height <= l->count);
	if (l->follow)
		assert_int_equal(l->cursor, l->count - 1);
}

static void
test_follow(void **state)
{
	struct list l = { .follow = true };

	(void)state;
	list_set(&l, 100, 10);
	assert_int_equal(l.cursor, 99);
	assert_int_equal(l.top, 90);
	list_set(&l, 150, 10);
	assert_int_equal(l.cursor, 149);
	list_move(&l, LIST_UP);
	assert_false(l.follow);
	list_set(&l, 200, 10);
	assert_int_equal(l.cursor, 148);
	assert_int_equal(l.top, 140);
	list_move(&l, LIST_END);
	assert_true(l.follow);
	assert_int_equal(l.cursor, 199);
	list_set(&l, 3, 10);
	assert_int_equal(l.cursor, 2);
	assert_int_equal(l.top, 0);
}

static void
test_moves(void **state)
{
	struct list l = { .follow = false };

	(void)state;
	list_set(&l, 30, 10);
	list_move(&l, LIST_PAGE_DOWN);
	assert_int_equal(l.cursor, 9);
	list_move(&l, LIST_PAGE_DOWN);
	assert_int_equal(l.cursor, 18);
	list_move(&l, LIST_HALF_UP);
	assert_int_equal(l.cursor, 13);
	list_move(&l, LIST_HALF_DOWN);
	list_move(&l, LIST_DOWN);
	assert_int_equal(l.cursor, 19);
	list_move(&l, LIST_HOME);
	assert_int_equal(l.cursor, 0);
	list_move(&l, LIST_UP);
	assert_int_equal(l.cursor, 0);
	for (int i = 0; i < 9; i++)
		list_move(&l, LIST_PAGE_DOWN);
	assert_int_equal(l.cursor, 29);
	list_move(&l, LIST_PAGE_UP);
	assert_int_equal(l.cursor, 20);
}

static void
test_any(void **state)
{
	static const size_t counts[] = { 0, 1, 2, 9, 10, 11, 1000 }, heights[] = { 0, 1, 2, 10, 500 };

	(void)state;
	for (size_t c = 0; c < 7; c++)
		for (size_t h = 0; h < 5; h++)
			for (int m = LIST_UP; m <= LIST_END; m++) {
				struct list l = { .cursor = 700, .top = 900, .follow = m % 2 };

				list_set(&l, counts[c], heights[h]);
				check(&l);
				list_move(&l, (enum list_move)m);
				check(&l);
				list_set(&l, counts[6 - c], heights[4 - h]);
				check(&l);
			}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_follow),
		cmocka_unit_test(test_moves),
		cmocka_unit_test(test_any),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
