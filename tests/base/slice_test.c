/* slice: what callers lean on at the edges: empty, no separator, overflow. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "sipwhy/slice.h"

static void
test_compare(void **state)
{
	(void)state;
	assert_true(slice_eq(slice_str(NULL), slice_str("")));
	assert_false(slice_eq(slice_str("Via"), slice_str("via")));
	assert_true(slice_ieq(slice_str("Call-ID"), slice_str("cALL-id")));
	assert_false(slice_ieq(slice_str("@"), slice_str("`")));
	assert_true(slice_istarts(slice_str("SIP/2.0"), slice_str("sip/")));
	assert_false(slice_istarts(slice_str("SI"), slice_str("sip")));
	assert_int_equal(slice_ifind(slice_str("xxInsufficient Funds"), slice_str("FUNDS")), 15);
	assert_int_equal(slice_ifind(slice_str("ab"), slice_str("abc")), -1);
	assert_int_equal(slice_ifind(slice_str(""), slice_str("")), 0);
}

static void
test_cut(void **state)
{
	struct slice rest = slice_str("eth0,,lo"), only = slice_str("eth0");

	(void)state;
	assert_true(slice_eq(slice_cut(&rest, ','), slice_str("eth0")));
	assert_int_equal(slice_cut(&rest, ',').n, 0);
	assert_true(slice_eq(slice_cut(&rest, ','), slice_str("lo")));
	assert_null(rest.p);
	assert_true(slice_eq(slice_cut(&only, ','), slice_str("eth0")));
	assert_null(only.p);
	assert_true(slice_eq(slice_trim(slice_str(" \t a b\r\n")), slice_str("a b")));
	assert_int_equal(slice_trim(slice_str(" \r\n")).n, 0);
}

static void
test_number(void **state)
{
	uint64_t v = 7;

	(void)state;
	assert_int_equal(slice_u64(slice_str(""), 9, &v), -EINVAL);
	assert_int_equal(slice_u64(slice_str("-1"), 9, &v), -EINVAL);
	assert_int_equal(slice_u64(slice_str("1x"), 99, &v), -EINVAL);
	assert_int_equal(slice_u64(slice_str("10"), 9, &v), -ERANGE);
	assert_int_equal(slice_u64(slice_str("8"), 7, &v), -ERANGE);
	assert_int_equal(v, 7);
	assert_int_equal(slice_u64(slice_str("18446744073709551615"), UINT64_MAX, &v), 0);
	assert_true(v == UINT64_MAX);
	assert_int_equal(slice_u64(slice_str("18446744073709551616"), UINT64_MAX, &v), -ERANGE);
	assert_int_equal(slice_u64(slice_str("000699"), 699, &v), 0);
	assert_int_equal(v, 699);
}

static void
test_copy(void **state)
{
	char out[4] = "???";

	(void)state;
	assert_int_equal(slice_copy(out, 0, slice_str("abc")), 0);
	assert_string_equal(out, "???");
	assert_int_equal(slice_copy(out, sizeof out, slice_str("abcdef")), 3);
	assert_string_equal(out, "abc");
	assert_int_equal(slice_copy(out, sizeof out, slice_str(NULL)), 0);
	assert_string_equal(out, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_compare), cmocka_unit_test(test_cut),
		cmocka_unit_test(test_number), cmocka_unit_test(test_copy) };

	return cmocka_run_group_tests_name("slice", tests, NULL, NULL);
}
