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
	v6.port = 0;
	assert_string_equal(endpoint_format(s, sizeof s, &v6, true), "192.0.2.1");
	assert_string_equal(transport_name(TRANSPORT_TCP), "tcp");
	assert_string_equal(transport_name(TRANSPORT_WSS), "wss");
	assert_string_equal(transport_name(200), "-");
}

/* What is read is what is written, and every shorter or longer text is none (or another one). */
static void
test_parse(void **state)
{
	static const struct {
		const char *text, *again;
		bool last_colon;
	} row[] = { { "192.0.2.1", "192.0.2.1", false }, { "192.0.2.1:5060", "192.0.2.1:5060", false },
		{ "192.0.2.1:65535", "192.0.2.1:65535", true }, { "[2001:db8::1]", "2001:db8::1", false },
		{ "[2001:DB8::1]:5061", "[2001:db8::1]:5061", false }, { "2001:db8::1", "2001:db8::1", false },
		{ "2001:db8::1:5060", "2001:db8::1:5060", false }, { "2001:db8::1:5060", "[2001:db8::1]:5060", true },
		{ "", NULL, false }, { ":", NULL, false }, { ":5060", NULL, true }, { "192.0.2", NULL, false },
		{ "192.0.2.1:", NULL, false }, { "192.0.2.1:65536", NULL, false }, { "192.0.2.1:506x", NULL, false },
		{ "192.0.2.1 ", NULL, false }, { "[192.0.2.1]:5060", NULL, false }, { "[2001:db8::1", NULL, false },
		{ "[2001:db8::1]5060", NULL, false }, { "[]", NULL, false }, { "localhost:5060", NULL, false },
		{ "1:2:3:4:5:6:7:8:9", NULL, false } };
	char s[ENDPOINT_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		struct endpoint e;
		bool is = endpoint_parse(slice_str(row[i].text), row[i].last_colon, &e);

		assert_int_equal(is, row[i].again != NULL);
		assert_string_equal(endpoint_format(s, sizeof s, &e, true), is ? row[i].again : "-");
		assert_true(is || e.family == 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_text), cmocka_unit_test(test_parse) };

	return cmocka_run_group_tests_name("endpoint", tests, NULL, NULL);
}
