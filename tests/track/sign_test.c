/* sign: numbers, addresses in headers, and spans as people write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "track/sign.h"

static void
test_number(void **state)
{
	static const struct {
		const char *user, *digits;
	} rows[] = { { "+493012345", "493012345" }, { "00493012345", "493012345" }, { "03012345", "03012345" },
		{ "+49 (30) 12-3.4", "49301234" }, { "+00123", "00123" }, { "4930;phone-context=x", "4930" },
		{ "00", "00" }, { "alice", "" }, { "12a", "" }, { "+", "" }, { "", "" },
		{ "1234567890123456789012345678901234567890", "12345678901234567890123456789012" } };
	char out[SIGN_DIGITS];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_true(slice_eq(sign_number(out, slice_str(rows[i].user)), slice_str(rows[i].digits)));
}

static void
test_scope(void **state)
{
	static const struct {
		const char *text;
		enum sign_scope scope;
	} rows[] = { { "192.168.1.20:5060", SIGN_SCOPE_PRIVATE }, { "203.0.113.5", SIGN_SCOPE_PUBLIC },
		{ "[fd00::1]:5060", SIGN_SCOPE_PRIVATE }, { "[2001:db8::1]", SIGN_SCOPE_PUBLIC },
		{ "pbx.example.com:5060", SIGN_SCOPE_NAME }, { "192.168.1", SIGN_SCOPE_NAME }, { "", SIGN_SCOPE_NAME },
		{ "[", SIGN_SCOPE_NAME }, { ":5060", SIGN_SCOPE_NAME },
		{ "192.168.1.1.192.168.1.1.192.168.1.1.192.168.1.1", SIGN_SCOPE_NAME } };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(sign_scope_text(slice_str(rows[i].text)), rows[i].scope);
}

static void
test_span(void **state)
{
	char out[SIGN_SPAN];

	(void)state;
	assert_string_equal(sign_span(out, 86400), "24 hours");
	assert_string_equal(sign_span(out, 3600), "1 hour");
	assert_string_equal(sign_span(out, 5400), "90 minutes");
	assert_string_equal(sign_span(out, 61), "61 seconds");
	assert_string_equal(sign_span(out, 1), "1 second");
	assert_string_equal(sign_span(out, UINT32_MAX), "4294967295 seconds");
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_number), cmocka_unit_test(test_scope),
		cmocka_unit_test(test_span) };

	return cmocka_run_group_tests_name("sign", tests, NULL, NULL);
}
