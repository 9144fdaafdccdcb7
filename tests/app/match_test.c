/* match: MATCH with -i and -v, -c by method, and a pattern that runs away. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "app/match.h"

static bool
wants(const char *pattern, bool icase, bool invert, const char *bytes)
{
	struct sipmsg s = { .method = METHOD_INVITE };
	struct errmsg em;
	struct match *m;
	bool yes;

	assert_int_equal(match_new(&m, pattern, icase, invert, false, &em), 0);
	yes = match_wants(m, slice_str(bytes), &s);
	match_free(m);
	return yes;
}

static void
test_pattern(void **state)
{
	struct errmsg em;
	struct match *m;

	(void)state;
	assert_true(wants(NULL, false, false, "anything"));
	assert_true(wants("carrier-[ab]", false, false, "To: <sip:1@carrier-b>"));
	assert_false(wants("CARRIER", false, false, "carrier"));
	assert_true(wants("CARRIER", true, false, "carrier"));
	assert_false(wants("carrier", false, true, "carrier"));
	assert_int_equal(match_new(&m, "a(b", false, false, false, &em), -EINVAL);
	assert_non_null(strstr(em.text, "a(b"));
	assert_false(wants("(a+)+$", false, false, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"));
}

static void
test_calls_only(void **state)
{
	struct sipmsg s = { .method = METHOD_REGISTER };
	struct errmsg em;
	struct match *m;

	(void)state;
	assert_int_equal(match_new(&m, NULL, false, false, true, &em), 0);
	assert_false(match_wants(m, slice_str(""), &s));
	s.method = METHOD_CANCEL;
	assert_true(match_wants(m, slice_str(""), &s));
	/* A response without CSeq may belong to a call: it is not hidden. */
	s.method = METHOD_NONE;
	assert_true(match_wants(m, slice_str(""), &s));
	match_free(m);
}

/* A line that names a code is matched as the response that it tells of. */
static void
test_statement(void **state)
{
	struct sipmsg s = { .kind = SIP_RESPONSE,
		.code = 486,
		.method = METHOD_INVITE,
		.phrase = slice_str("Busy Here"),
		.call_id = slice_str("a84b@pbx"),
		.cseq = 2 };
	struct errmsg em;
	struct match *m;

	(void)state;
	assert_int_equal(match_new(&m, "^SIP/2.0 486 Busy Here\r\n(.*\r\n)*Call-ID: a84b@pbx\r\nCSeq: 2 INVITE", false,
			     false, false, &em),
	    0);
	assert_true(match_wants_statement(m, &s));
	s.code = 480;
	assert_false(match_wants_statement(m, &s));
	match_free(m);
	assert_int_equal(match_new(&m, NULL, false, false, true, &em), 0);
	assert_true(match_wants_statement(m, &s));
	s.method = METHOD_REGISTER;
	assert_false(match_wants_statement(m, &s));
	match_free(m);
}

static void
test_notice(void **state)
{
	struct notice n = { .text = slice_str("No matching endpoint found for 1001"), .method = slice_str("REGISTER") };
	struct errmsg em;
	struct match *m;

	(void)state;
	assert_int_equal(match_new(&m, "endpoint.*1001", false, false, false, &em), 0);
	assert_true(match_wants_notice(m, &n));
	n.text = slice_str("No matching endpoint found for 1002");
	assert_false(match_wants_notice(m, &n));
	match_free(m);
	assert_int_equal(match_new(&m, NULL, false, false, true, &em), 0);
	assert_false(match_wants_notice(m, &n));
	n.method = slice_str("INVITE");
	assert_true(match_wants_notice(m, &n));
	n.method = slice_str("");
	assert_true(match_wants_notice(m, &n));
	match_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_pattern), cmocka_unit_test(test_calls_only),
		cmocka_unit_test(test_statement), cmocka_unit_test(test_notice) };

	return cmocka_run_group_tests_name("match", tests, NULL, NULL);
}
