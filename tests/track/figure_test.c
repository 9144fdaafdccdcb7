/* figure: spans in words, where numbers lead, country codes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "track/figure.h"

static void
test_span(void **state)
{
	static const struct {
		uint32_t seconds;
		const char *text;
	} rows[] = { { 60, "minute" }, { 300, "5 minutes" }, { 90, "90 seconds" }, { 1, "second" }, { 3600, "hour" },
		{ 7200, "2 hours" }, { 0, "0 seconds" } };
	char out[24];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_string_equal(figure_span(out, sizeof out, rows[i].seconds), rows[i].text);
}

static void
test_country(void **state)
{
	static const struct {
		const char *digits;
		unsigned n;
	} rows[] = { { "12125550100", 1 }, { "74951234567", 1 }, { "4930123456", 2 }, { "442079460000", 2 },
		{ "3531234567", 3 }, { "25261234567", 3 }, { "9999", 3 }, { "35", 2 }, { "4", 1 }, { "", 0 } };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(figure_country(rows[i].digits, strlen(rows[i].digits)), rows[i].n);
}

static void
test_prefix(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} rows[] = { { "+4930123456", "00493019999", true }, { "+49 (301) 23", "4930123", true },
		{ "+4930123456", "+4940123456", false }, { "alice", "alice", true }, { "alice", "alina", false },
		{ "110", "112", false }, { "", "alice", false } };
	struct incidents *in = incidents_new(&(struct incidents_cfg){ .seed = 3 });

	(void)state;
	assert_non_null(in);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(
		    figure_prefix(in, slice_str(rows[i].a)) == figure_prefix(in, slice_str(rows[i].b)), rows[i].same);
	incidents_free(in);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_span), cmocka_unit_test(test_country),
		cmocka_unit_test(test_prefix) };

	return cmocka_run_group_tests_name("figure", tests, NULL, NULL);
}
