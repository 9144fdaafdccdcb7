/* gate_test - what has the shape of SIP and what has not. */
#include "fixture.h"
#include "sipwhy/sip.h"

static bool
gate(const char *text)
{
	return sip_gate(slice_str(text));
}

static void
lets_sip_pass(void **state)
{
	(void)state;
	assert_true(gate("SIP/2.0 200 OK\r\n"));
	assert_true(gate("\r\n\r\nSIP/2.0 200 OK\r\n"));
	assert_true(gate("SIP/9.9 x"));
	assert_true(gate("OPTIONS sip:a SIP/2.0\r\n"));
	assert_true(gate("OPTIONS sip:a SIP/2.0\rVia: x"));
	assert_true(gate("OPTIONS sip:a SIP/7.0\n"));
	assert_true(gate("OPTIONS sip:a SIP/2.0"));
	assert_true(gate("INVITE sip:somebody@exam"));
	assert_true(gate("INVITE tel:+4930"));
}

static void
holds_the_rest_back(void **state)
{
	(void)state;
	assert_false(sip_gate((struct slice){ NULL, 0 }));
	assert_false(gate("SIP"));
	assert_false(gate("GET / HTTP/1.1\r\n"));
	assert_false(gate("INVITE http://x\r\nfoo SIP/2.0\r\n"));
	assert_false(gate("INVITE sip:cut@before.version\r\n"));
	assert_false(gate("ping\r\n\r\n"));
	assert_false(gate("1nvite sip:x"));
	assert_false(gate("jaK\n"));
	assert_false(sip_gate((struct slice){ "\0\1\0\0!\x12\xa4\x42", 8 }));
	assert_false(gate("a bearer of no news"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(lets_sip_pass), cmocka_unit_test(holds_the_rest_back) };

	return cmocka_run_group_tests_name("sip/gate", tests, NULL, NULL);
}
