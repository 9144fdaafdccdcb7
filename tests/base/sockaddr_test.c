/* sockaddr: there and back, and what is no address of the Internet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

#include "sipwhy/sockaddr.h"

static void
test_there_and_back(void **state)
{
	static const char *const texts[] = { "192.0.2.1:5060", "[2001:db8::1]:65535", "0.0.0.0", "[::1]:9060" };
	struct sockaddr_storage ss;
	struct endpoint e, back;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		assert_true(endpoint_parse(slice_str(texts[i]), false, &e));
		assert_int_equal(
		    sockaddr_make(&ss, &e), e.family == 4 ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6));
		sockaddr_endpoint(&back, (const struct sockaddr *)&ss);
		assert_memory_equal(&back, &e, sizeof e);
	}
}

static void
test_others(void **state)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX, .sun_path = "/run/x" };
	struct endpoint e = { .family = 4 };

	(void)state;
	sockaddr_endpoint(&e, (const struct sockaddr *)&un);
	assert_int_equal(e.family, 0);
	e.family = 6;
	sockaddr_endpoint(&e, NULL);
	assert_int_equal(e.family, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_there_and_back), cmocka_unit_test(test_others) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
