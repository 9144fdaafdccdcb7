/* notice: the newest are kept with their own texts, by number, within both limits; lists that share go their own way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sipwhy/mem.h"
#include "sipwhy/notice.h"

/* A notice whose every text begins with the number. */
static int
add(struct notice_list *l, unsigned number, size_t text_n)
{
	static char text[3000];
	char kind[16];
	struct notice n = { .t_ns = number, .kind = { kind, 0 } };

	n.kind.n = (size_t)snprintf(kind, sizeof kind, "k%u", number);
	n.stamp = n.means = n.method = n.call_id = n.peer = n.user = n.source = n.kind;
	memset(text, 'x', sizeof text);
	n.text = (struct slice){ text, text_n };
	return notice_list_add(l, &n);
}

static void
assert_notice(const struct notice_list *l, uint64_t number, unsigned want)
{
	const struct notice *n = notice_list_find(l, number);
	const struct slice *s;
	char kind[16];

	assert_non_null(n);
	(void)snprintf(kind, sizeof kind, "k%u", want);
	assert_int_equal(n->t_ns, want);
	s = &n->stamp;
	for (unsigned i = 0; i < 9; i++)
		if (&s[i] != &n->text)
			assert_true(slice_eq(s[i], slice_str(kind)));
}

static void
test_newest_by_number(void **state)
{
	struct notice_list *l = notice_list_new(10, 1 << 20);

	(void)state;
	assert_null(notice_list_find(l, 0));
	assert_null(notice_list_find(l, 1));
	for (unsigned i = 1; i <= 25; i++) {
		assert_int_equal(add(l, i, 5), 0);
		assert_int_equal(notice_list_newest(l), i);
		assert_int_equal(notice_list_count(l), i < 10 ? i : 10);
	}
	assert_null(notice_list_find(l, 15));
	assert_null(notice_list_find(l, 26));
	for (unsigned i = 16; i <= 25; i++)
		assert_notice(l, i, i);
	notice_list_free(l);
}

/* Bytes are a limit too, the text is cut, and one that can never fit changes nothing. */
static void
test_bytes(void **state)
{
	struct notice_list *l = notice_list_new(1000, 5000), *tiny = notice_list_new(10, 300);

	(void)state;
	for (unsigned i = 1; i <= 20; i++)
		assert_int_equal(add(l, i, 3000), 0);
	assert_in_range(notice_list_count(l), 2, 4);
	assert_int_equal(notice_list_find(l, 20)->text.n, NOTICE_TEXT_MAX);
	assert_int_equal(add(tiny, 1, 500), -EMSGSIZE);
	assert_int_equal(notice_list_newest(tiny), 0);
	notice_list_free(l);
	notice_list_free(tiny);
}

static void
test_clone(void **state)
{
	struct notice_list *l = notice_list_new(4, 1 << 20), *copy;

	(void)state;
	for (unsigned i = 1; i <= 6; i++)
		assert_int_equal(add(l, i, 1), 0);
	copy = notice_list_clone(l);
	for (unsigned i = 7; i <= 9; i++)
		assert_int_equal(add(l, i, 1), 0);
	assert_int_equal(notice_list_newest(copy), 6);
	for (unsigned i = 3; i <= 6; i++)
		assert_notice(copy, i, i);
	/* Either may go first. */
	notice_list_free(l);
	assert_notice(copy, 3, 3);
	assert_int_equal(add(copy, 70, 1), 0);
	assert_notice(copy, 7, 70);
	notice_list_free(copy);
}

/* What is taken back gives its numbers to those that come; also when none of it is kept. */
static void
test_drop_after(void **state)
{
	struct notice_list *l = notice_list_new(4, 1 << 20);

	(void)state;
	for (unsigned i = 1; i <= 6; i++)
		assert_int_equal(add(l, i, 1), 0);
	notice_list_drop_after(l, 9);
	assert_int_equal(notice_list_newest(l), 6);
	notice_list_drop_after(l, 4);
	assert_int_equal(notice_list_count(l), 2);
	assert_int_equal(add(l, 50, 1), 0);
	assert_notice(l, 5, 50);
	assert_notice(l, 3, 3);
	notice_list_drop_after(l, 1);
	assert_int_equal(notice_list_count(l), 0);
	assert_int_equal(notice_list_newest(l), 1);
	assert_int_equal(add(l, 20, 1), 0);
	assert_notice(l, 2, 20);
	notice_list_free(l);
}

static void
test_memory(void **state)
{
	struct notice_list *l = notice_list_new(4, 1 << 20);

	(void)state;
	mem_fail_at(1);
	assert_int_equal(add(l, 1, 1), -ENOMEM);
	mem_fail_at(1);
	assert_null(notice_list_clone(l));
	mem_fail_at(1);
	assert_null(notice_list_new(4, 4));
	mem_fail_at(0);
	assert_int_equal(notice_list_newest(l), 0);
	assert_int_equal(add(l, 1, 1), 0);
	notice_list_free(l);
	notice_list_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_newest_by_number),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_clone),
		cmocka_unit_test(test_drop_after),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
