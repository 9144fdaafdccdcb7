/* buf: the stated maximum, and errors that stick. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "sipwhy/buf.h"
#include "sipwhy/mem.h"

static void
test_maximum(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 300);
	for (int i = 0; i < 300; i++)
		buf_putc(&b, 'x');
	assert_true(buf_ok(&b));
	assert_int_equal(b.len, 300);
	assert_true(b.cap <= 300);
	buf_putc(&b, 'x');
	assert_false(buf_ok(&b));
	buf_puts(&b, "");
	assert_int_equal(b.len, 300);
	buf_clear(&b);
	assert_true(buf_ok(&b));
	buf_printf(&b, "%d-%s", 42, "y");
	assert_memory_equal(b.data, "42-y", 4);
	buf_drop(&b, 3);
	assert_true(slice_eq(buf_slice(&b), slice_str("y")));
	buf_fini(&b);
	assert_int_equal(b.max, 300);
}

static void
test_no_memory(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 10000);
	mem_fail_at(1);
	buf_puts(&b, "lost");
	mem_fail_at(0);
	assert_false(buf_ok(&b));
	buf_puts(&b, "also lost");
	assert_int_equal(b.len, 0);
	buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_maximum), cmocka_unit_test(test_no_memory) };

	return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
