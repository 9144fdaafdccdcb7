/* pattern_identity: signed identities and reputation. */
#include "facts.h"

enum { STIR = 11, ANALYTICS = 22 };

static struct fact
refused(uint16_t code, const char *phrase)
{
	struct fact f = facts_end(METHOD_INVITE, &facts_pbx, &facts_trunk, code);

	f.phrase = slice_str(phrase);
	return f;
}

static void
test_stir(void **state)
{
	struct facts t;

	(void)state;
	facts_open(&t);
	facts_see(&t, 0, refused(403, "Stale Date"));
	facts_up(&t, STIR, INCIDENT_NOTICE);
	facts_see(&t, 400000, refused(436, "Bad Identity Info"));
	facts_up(&t, STIR, INCIDENT_NOTICE);
	facts_see(&t, 400000, refused(439, "Stale Date"));
	facts_up(&t, STIR, INCIDENT_ERROR);
	facts_wait(&t, 5000);
	assert_string_equal(t.sentence[STIR],
	    "3 calls to carrier-a failed over the signed identity of the caller within 15 minutes "
	    "(newest: 439 Stale Date)");
	facts_wait(&t, 901000);
	facts_over(&t, STIR, 1);
	facts_close(&t);
}

/* Calls to us whose signature we refuse are about who sends them. */
static void
test_stir_inbound(void **state)
{
	struct fact f = facts_end(METHOD_INVITE, &facts_trunk, &facts_pbx, 503);
	struct facts t;

	(void)state;
	facts_open(&t);
	f.reason = slice_str("STIR;cause=437");
	facts_see(&t, 0, f);
	facts_up(&t, STIR, INCIDENT_NOTICE);
	assert_string_equal(t.peer[STIR], "carrier-a");
	facts_close(&t);
}

static void
test_stir_harmless(void **state)
{
	struct fact passive = refused(200, "OK"), busy = refused(486, "Busy Here"),
		    link = refused(429, "Provide Referrer");
	struct facts t;

	(void)state;
	facts_open(&t);
	passive.reason = busy.reason = slice_str("STIR;cause=437;text=\"unsupported\"");
	passive.reason_sip = 438;
	link.agent = slice_str("Kamailio");
	for (int i = 0; i < 5; i++) {
		facts_see(&t, 1000, passive);
		facts_see(&t, 1000, busy);
		facts_see(&t, 1000, link);
		facts_see(&t, 1000, refused(403, "Forbidden"));
		facts_see(&t, 1000, refused(439, "First Hop Lacks Outbound Support"));
	}
	facts_none(&t, STIR);
	link.agent = slice_str("FreeSWITCH-mod_sofia/1.10");
	facts_see(&t, 1000, link);
	facts_up(&t, STIR, INCIDENT_NOTICE);
	facts_close(&t);
}

static void
test_stir_codes(void **state)
{
	static const uint16_t codes[] = { 428, 433, 436, 437, 438 }, carried[] = { 400, 403, 503, 606, 608 };
	static const uint16_t other[] = { 404, 480, 487, 600, 603, 604 };
	static const int causes[] = { 428, 436, 437, 438, 428 };
	struct fact f;

	(void)state;
	for (int i = 0; i < 5; i++) {
		assert_true(facts_fires(STIR, 1, refused(codes[i], "")));
		f = refused(carried[i], "");
		f.reason_sip = causes[i];
		assert_true(facts_fires(STIR, 1, f));
		f.leg = false;
		assert_false(facts_fires(STIR, 1, f));
		f.leg = true;
		f.outcome = OUTCOME_CANCELLED;
		assert_false(facts_fires(STIR, 1, f));
	}
	for (int i = 0; i < 6; i++) {
		f = refused(other[i], "");
		f.reason = slice_str("STIR;cause=436");
		assert_false(facts_fires(STIR, 1, f));
	}
}

static void
test_analytics_signs(void **state)
{
	struct fact f = facts_end(METHOD_INVITE, &facts_phone, &facts_site, 608);

	(void)state;
	assert_true(facts_fires(ANALYTICS, 1, refused(607, "Network Blocked")));
	assert_true(facts_fires(ANALYTICS, 1, refused(603, "Restricted Origination Number D52")));
	assert_true(facts_fires(ANALYTICS, 1, refused(403, "Origination restricted")));
	assert_false(facts_fires(ANALYTICS, 1, refused(480, "Network Blocked, restricted")));
	/* Where nothing is known to be ours every hop counts. */
	assert_true(facts_fires(ANALYTICS, 1, f));
	f.leg = false;
	assert_false(facts_fires(ANALYTICS, 1, f));
}

static void
test_analytics(void **state)
{
	struct fact marked = refused(603, "Decline");
	struct facts t;

	(void)state;
	facts_open(&t);
	facts_see(&t, 0, refused(608, "Rejected"));
	facts_up(&t, ANALYTICS, INCIDENT_WARNING);
	assert_string_equal(t.sentence[ANALYTICS],
	    "1 of 1 calls to carrier-a within 24 hours were blocked as unwanted "
	    "(newest: 201 to +493012345, 608 Rejected)");
	for (int i = 0; i < 60; i++)
		facts_see(&t, 1000, refused(200, "OK"));
	facts_see(&t, 1000, refused(603, "Network Blocked"));
	/* 2 of 62 are more than 2 in a hundred. */
	facts_up(&t, ANALYTICS, INCIDENT_ERROR);
	facts_wait(&t, 3601000);
	facts_over(&t, ANALYTICS, 1);
	for (int i = 0; i < 200; i++)
		facts_see(&t, 1000, refused(200, "OK"));
	marked.reason = slice_str("SIP;cause=603;text=\"v=analytics1;url=https://example.com\"");
	facts_see(&t, 1000, marked);
	facts_up(&t, ANALYTICS, INCIDENT_WARNING);
	facts_close(&t);
}

static void
test_analytics_harmless(void **state)
{
	struct fact own = facts_end(METHOD_INVITE, &facts_phone, &facts_pbx, 603);
	struct facts t;

	(void)state;
	facts_open(&t);
	own.phrase = slice_str("Network Blocked");
	for (int i = 0; i < 100; i++) {
		/* People decline; our dial plan ends; what we pass on to a telephone the trunk's leg has told already.
		 */
		facts_see(&t, 1000, refused(603, "Decline"));
		facts_see(&t, 1000, refused(403, "Destination restricted"));
		facts_see(&t, 1000, own);
	}
	/* Two of these 202 people want no such calls. */
	facts_see(&t, 1000, refused(607, "Unwanted"));
	facts_see(&t, 1000, refused(607, "Unwanted"));
	facts_none(&t, ANALYTICS);
	/* Five do. */
	for (int i = 0; i < 3; i++)
		facts_see(&t, 1000, refused(607, "Unwanted"));
	facts_up(&t, ANALYTICS, INCIDENT_ERROR);
	facts_close(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_stir), cmocka_unit_test(test_stir_inbound),
		cmocka_unit_test(test_stir_codes), cmocka_unit_test(test_analytics_signs),
		cmocka_unit_test(test_stir_harmless), cmocka_unit_test(test_analytics),
		cmocka_unit_test(test_analytics_harmless) };

	return cmocka_run_group_tests_name("pattern_identity", tests, NULL, NULL);
}
