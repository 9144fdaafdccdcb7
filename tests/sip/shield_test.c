/* shield_test - the price of a value and the copy that libosip2 may see. */
#include "fixture.h"
#include <errno.h>

#include "sip/shield.h"

static void
structure_is_counted_in_every_lane(void **state)
{
	static char text[40000];
	const char *const all = ",;&?%<= ";

	(void)state;
	for (size_t at = 0; at < 40; at++) {
		for (size_t i = 0; all[i]; i++) {
			memset(text, 'a', 40);
			text[at] = all[i];
			assert_int_equal(shield_structure(text, 40), 1);
		}
	}
	memset(text, ',', sizeof text);
	assert_int_equal(shield_structure(text, sizeof text), sizeof text);
	assert_int_equal(shield_structure(text, 0), 0);
}

static void
one_rich_value_is_refused(void **state)
{
	static char text[SHIELD_VALUE_MAX + 1];
	struct shield s = shield_begin();

	(void)state;
	memset(text, 'a', sizeof text);
	assert_int_equal(shield_admit(&s, (struct slice){ text, SHIELD_VALUE_MAX }, false), 0);
	assert_int_equal(shield_admit(&s, (struct slice){ text, SHIELD_VALUE_MAX + 1 }, false), -E2BIG);
	memset(text, ';', SHIELD_VALUE_STRUCTURE + 1);
	s = shield_begin();
	assert_int_equal(shield_admit(&s, (struct slice){ text, SHIELD_VALUE_STRUCTURE }, false), 0);
	assert_int_equal(shield_admit(&s, (struct slice){ text, SHIELD_VALUE_STRUCTURE + 1 }, false), -E2BIG);
	assert_int_equal(shield_admit(&s, (struct slice){ text, SHIELD_VALUE_STRUCTURE + 1 }, true), 0);
}

static void
the_message_has_one_budget(void **state)
{
	char text[200];
	struct shield s = shield_begin();
	unsigned admitted = 0;

	(void)state;
	memset(text, 'a', sizeof text);
	memset(text, ';', 64);
	while (admitted < 100 && shield_admit(&s, (struct slice){ text, sizeof text }, false) == 0)
		admitted++;
	assert_int_equal(admitted, SHIELD_MESSAGE_STRUCTURE / 64);
	s = shield_begin();
	for (admitted = 0; admitted < 1000 && shield_admit(&s, (struct slice){ text, sizeof text }, true) == 0;
	     admitted++)
		;
	assert_int_equal(admitted, SHIELD_MESSAGE_BYTES / sizeof text);
}

static void
copies_hold_no_control_byte(void **state)
{
	static const char long_value[5000];
	struct arena *a = arena_new(4096, 4096);
	struct slice out;

	(void)state;
	assert_non_null(a);
	assert_string_equal(shield_copy(a, (struct slice){ "a\r\n\tb\0c\x1b\x7f", 9 }, false, &out), "a   b?c??");
	assert_int_equal(out.n, 9);
	assert_string_equal(shield_copy(a, slice_str("a b"), true, NULL), "a b");
	assert_string_equal(shield_copy(a, (struct slice){ NULL, 0 }, true, &out), "");
	assert_null(shield_copy(a, (struct slice){ long_value, sizeof long_value }, true, &out));
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(structure_is_counted_in_every_lane),
		cmocka_unit_test(one_rich_value_is_refused),
		cmocka_unit_test(the_message_has_one_budget),
		cmocka_unit_test(copies_hold_no_control_byte),
	};

	return cmocka_run_group_tests_name("sip/shield", tests, NULL, NULL);
}
