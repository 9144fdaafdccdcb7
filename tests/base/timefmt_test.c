/* timefmt: both ways, before 1970, at the end of 64 bits; times from files may be anything. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sipwhy/timefmt.h"

static void
test_rfc3339(void **state)
{
	const int64_t times[] = { 0, 1, 999999000, INT64_C(1795357927123456000), -1000,
		INT64_C(-62000000000) * 1000000 };
	char s[40];
	int64_t back;

	(void)state;
	assert_string_equal(timefmt_rfc3339(s, sizeof s, INT64_C(1795357927123456789)), "2026-11-22T14:32:07.123456Z");
	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
		timefmt_rfc3339(s, sizeof s, times[i]);
		assert_int_equal(timefmt_parse_rfc3339(s, strlen(s), &back), 0);
		assert_int_equal(back, times[i] - (times[i] % 1000 + 1000) % 1000);
	}
	timefmt_rfc3339(s, sizeof s, INT64_MAX);
	timefmt_rfc3339(s, sizeof s, INT64_MIN);
}

static void
test_refused(void **state)
{
	static const char *const bad[] = { "", "2026", "2026-11-22 14:32:07Z", "2026-11-22T14:32:07",
		"2026-11-22T14:32:07.1234567890Z", "2026-11-22T14:32:07Zx", "2026-1-22T14:32:07Z",
		"+026-11-22T14:32:07Z", "2026-13-01T00:00:00Z", "1677-12-31T00:00:00Z",
		"2262-01-01T00:00:00Z" };
	int64_t t;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(timefmt_parse_rfc3339(bad[i], strlen(bad[i]), &t), -EINVAL);
	assert_int_equal(timefmt_parse_rfc3339("2026-11-22T14:32:07Z", 20, &t), 0);
	assert_int_equal(t % NS_PER_S, 0);
}

static void
test_local(void **state)
{
	char s[40];

	(void)state;
	setenv("TZ", "CET-1", 1);
	tzset();
	assert_string_equal(timefmt_clock(s, sizeof s, INT64_C(1795357927123456789)), "15:32:07");
	assert_string_equal(timefmt_clock_ms(s, sizeof s, INT64_C(1795357927123456789)), "15:32:07.123");
	assert_string_equal(timefmt_date_ms(s, sizeof s, -1), "1970-01-01 00:59:59.999");
}

static void
test_about(void **state)
{
	char s[24];

	(void)state;
	assert_string_equal(timefmt_about(s, sizeof s, 0), "<1s");
	assert_string_equal(timefmt_about(s, sizeof s, 1000), "~1s");
	assert_string_equal(timefmt_about(s, sizeof s, 31999), "~32s");
	assert_string_equal(timefmt_about(s, sizeof s, -2000), "-~2s");
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_rfc3339), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_local), cmocka_unit_test(test_about) };

	return cmocka_run_group_tests_name("timefmt", tests, NULL, NULL);
}
