/* callids: exact while it can be, honest about it afterwards, and near. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "sipwhy/hash.h"
#include "track/callids.h"

static void
test_count(void **state)
{
	struct callids *c = callids_new();
	bool exact;

	(void)state;
	for (uint32_t round = 0; round < 2; round++)
		for (uint32_t i = 0; i < 32768; i++)
			callids_add(c, hash64(&i, sizeof i, 1));
	assert_int_equal(callids_count(c, &exact), 32768);
	assert_true(exact);
	for (uint32_t i = 32768; i < 1000000; i++)
		callids_add(c, hash64(&i, sizeof i, 1));
	assert_in_range(callids_count(c, &exact), 975000, 1025000);
	assert_false(exact);
	callids_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_count) };

	return cmocka_run_group_tests_name("callids", tests, NULL, NULL);
}
