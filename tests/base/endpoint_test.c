/* endpoint: text forms of RFC 5952 addresses, with and without port; unknown is "-". */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "sipwhy/frame.h"

static void
test_text(void **state)
{
	struct endpoint v4 = { .family = 4, .addr = { 192, 0, 2, 1 }, .port = 5060 };
	struct endpoint v6 = { .family = 6, .addr = { 0x20, 1, 0xd, 0xb8, [15] = 1 }, .port = 5061 };
	struct endpoint none = { .family = 0 };
	char s[ENDPOINT_TEXT];

	(void)state;
	assert_string_equal(endpoint_format(s, sizeof s, &v4, true), "192.0.2.1:5060");
	assert_string_equal(endpoint_format(s, sizeof s, &v4, false), "192.0.2.1");
	assert_string_equal(endpoint_format(s, sizeof s, &v6, true), "[2001:db8::1]:5061");
	assert_string_equal(endpoint_format(s, sizeof s, &v6, false), "2001:db8::1");
	assert_string_equal(endpoint_format(s, sizeof s, &none, true), "-");
	assert_false(endpoint_same_host(&v4, &v6));
	v6 = v4;
	v6.port = 1;
	assert_true(endpoint_same_host(&v4, &v6));
	assert_string_equal(transport_name(TRANSPORT_TCP), "tcp");
	assert_string_equal(transport_name(200), "-");
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_text) };

	return cmocka_run_group_tests_name("endpoint", tests, NULL, NULL);
}
