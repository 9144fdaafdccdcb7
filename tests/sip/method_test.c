/* method_test - names and numbers of methods. */
#include "fixture.h"
#include "sipwhy/sipmsg.h"

static void
names_and_numbers_agree(void **state)
{
	(void)state;
	for (unsigned m = 0; m < METHOD_OTHER; m++)
		assert_int_equal(sip_method_find(slice_str(sip_method_name((enum sip_method)m))), m);
	assert_string_equal(sip_method_name(METHOD_UPDATE), "UPDATE");
	assert_string_equal(sip_method_name(METHOD_OTHER), "OTHER");
	assert_string_equal(sip_method_name(METHOD_NONE), "-");
	assert_string_equal(sip_method_name(METHOD_N), "-");
}

static void
others_are_other(void **state)
{
	(void)state;
	assert_int_equal(sip_method_find(slice_str("invite")), METHOD_OTHER);
	assert_int_equal(sip_method_find(slice_str("INVITEX")), METHOD_OTHER);
	assert_int_equal(sip_method_find((struct slice){ NULL, 0 }), METHOD_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(names_and_numbers_agree),
		cmocka_unit_test(others_are_other) };

	return cmocka_run_group_tests_name("sip/method", tests, NULL, NULL);
}
