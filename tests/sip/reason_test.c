/* reason_test - causes out of Reason and codes out of Warning. */
#include "fixture.h"
#include "sip/reason.h"

static void
causes_by_protocol(void **state)
{
	static const struct {
		const char *value;
		int q850, sip;
	} cases[] = {
		{ "Q.850;cause=16", 16, -1 },
		{ "q.850 ; text=\"x;cause=1\" ; CAUSE = 34", 34, -1 },
		{ "SIP;cause=200;text=\"Call completed elsewhere\"", -1, 200 },
		{ "SIP;cause=503, Q.850;cause=41", 41, 503 },
		{ "Q.850;cause=16;text=\"a, SIP;cause=1\", Q.850;cause=17", 16, -1 },
		{ "Q.850;cause=16;text=\"", 16, -1 },
		{ "Q.850;cause=\"27\"", 27, -1 },
		{ "SIP;cause=806;text=\"USER_NOT_REGISTERED\"", -1, 806 },
		{ "Q.850;cause=x", -1, -1 },
		{ "Q.850;cause=", -1, -1 },
		{ "Q.850;cause=1000", -1, -1 },
		{ "Q.850;cause=-1", -1, -1 },
		{ "Q.850", -1, -1 },
		{ "STIR;cause=436", -1, -1 },
		{ "Q.850x;cause=1", -1, -1 },
		{ ",,;;,", -1, -1 },
		{ "", -1, -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int q850 = -1, sip = -1;

		reason_read(slice_str(cases[i].value), &q850, &sip);
		assert_int_equal(q850, cases[i].q850);
		assert_int_equal(sip, cases[i].sip);
	}
}

static void
the_first_header_wins(void **state)
{
	int q850 = -1, sip = -1;

	(void)state;
	reason_read(slice_str("Q.850;cause=34"), &q850, &sip);
	reason_read(slice_str("Q.850;cause=41, SIP;cause=503"), &q850, &sip);
	assert_int_equal(q850, 34);
	assert_int_equal(sip, 503);
}

static void
warn_codes(void **state)
{
	(void)state;
	assert_int_equal(reason_warn_code(slice_str(" 304 h \"t\"")), 304);
	assert_int_equal(reason_warn_code(slice_str("399")), 399);
	assert_int_equal(reason_warn_code(slice_str("099 h")), -1);
	assert_int_equal(reason_warn_code(slice_str("3999 h")), -1);
	assert_int_equal(reason_warn_code(slice_str("abc h")), -1);
	assert_int_equal(reason_warn_code(slice_str("30")), -1);
	assert_int_equal(reason_warn_code((struct slice){ NULL, 0 }), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(causes_by_protocol),
		cmocka_unit_test(the_first_header_wins),
		cmocka_unit_test(warn_codes),
	};

	return cmocka_run_group_tests_name("sip/reason", tests, NULL, NULL);
}
