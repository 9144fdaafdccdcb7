/* pattern_security: guessed passwords and scans; phones with an old password, monitors and offices are neither. */
#include <string.h>

#include "facts.h"

enum { BRUTE_FORCE = 5, SCAN = 6 };

/* An answer of the PBX to a request with credentials. */
static struct fact
login(const struct endpoint *client, const char *user, uint16_t code)
{
	struct fact f = facts_make(FACT_RESPONSE, METHOD_REGISTER, client, &facts_pbx);

	f.from = f.to = slice_str(user);
	f.code = code;
	f.credentials = true;
	f.auth = code >= 400;
	return f;
}

static void
test_brute_force(void **state)
{
	struct facts t;
	struct fact f;

	(void)state;
	facts_open(&t);
	for (int i = 0; i < 10; i++) {
		facts_none(&t, BRUTE_FORCE);
		/* A nonce that ran out is no wrong password. */
		f = login(&facts_site, "100", 401);
		f.stale = true;
		facts_see(&t, 100, f);
		facts_see(&t, 2000, login(&facts_site, "100", i % 2 ? 401 : 403));
	}
	facts_up(&t, BRUTE_FORCE, INCIDENT_ERROR);
	assert_string_equal(t.peer[BRUTE_FORCE], "203.0.113.5");
	assert_string_equal(t.what[BRUTE_FORCE], "100");
	assert_string_equal(t.sentence[BRUTE_FORCE],
	    "10 logins from 203.0.113.5 failed in the last minute, 10 in 10 minutes, to about 1 account");
	facts_wait(&t, 601000);
	facts_over(&t, BRUTE_FORCE, 1);
	facts_close(&t);
}

static void
test_brute_force_slow(void **state)
{
	struct facts t;
	char user[16];

	(void)state;
	facts_open(&t);
	for (int i = 0; i < 30; i++) {
		facts_none(&t, BRUTE_FORCE);
		(void)snprintf(user, sizeof user, "%d", 100 + i % 3);
		facts_see(&t, 15000, login(&facts_site, user, 401));
	}
	facts_up(&t, BRUTE_FORCE, INCIDENT_ERROR);
	facts_close(&t);
}

static void
test_brute_force_taken(void **state)
{
	struct facts t;

	(void)state;
	facts_open(&t);
	for (int i = 0; i < 6; i++)
		facts_see(&t, 1000, login(&facts_site, "100", 401));
	facts_none(&t, BRUTE_FORCE);
	facts_see(&t, 1000, login(&facts_site, "100", 200));
	facts_up(&t, BRUTE_FORCE, INCIDENT_CRITICAL);
	assert_string_equal(t.sentence[BRUTE_FORCE], "203.0.113.5 got in as 100 after 6 failed logins");
	facts_close(&t);
}

/* A site that registered before: a phone with an old password, at a steady pace, then repaired. */
static void
test_brute_force_miss(void **state)
{
	struct facts t;

	(void)state;
	facts_open(&t);
	facts_see(&t, 0, facts_end(METHOD_REGISTER, &facts_site, &facts_pbx, 200));
	for (int i = 0; i < 200; i++) {
		facts_see(&t, 10000, login(&facts_site, "101", 401));
		/* A second one, and one behind another address that never got in. */
		facts_see(&t, 10000, login(&facts_site, "102", 401));
		facts_see(&t, 0, login(&facts_site2, "201", 401));
	}
	facts_see(&t, 10000, login(&facts_site, "101", 200));
	facts_see(&t, 10000, login(&facts_site2, "201", 200));
	/* Rules about numbers are none about passwords. */
	for (int i = 0; i < 100; i++) {
		struct fact f = login(&facts_site, "103", 403);

		f.method = METHOD_INVITE;
		facts_see(&t, 100, f);
	}
	facts_none(&t, BRUTE_FORCE);
	facts_close(&t);
}

/* How the attempt of a source ended. */
static struct fact
probe(const struct endpoint *client, enum sip_method method, const char *to, uint16_t code)
{
	struct fact f = facts_end(method, client, &facts_pbx, code);

	f.from = slice_str("100");
	f.to = slice_str(to);
	f.user_agent = slice_str("PhoneX 1.0");
	if (code == 401)
		f.outcome = OUTCOME_CHALLENGED;
	return f;
}

static void
test_scan(void **state)
{
	static const char *const targets[] = { "100", "101", "102", "00441234567890", "900441234567890" };
	struct facts t;

	(void)state;
	facts_open(&t);
	for (unsigned i = 0; i < 5; i++) {
		facts_none(&t, SCAN);
		facts_see(&t, 500,
		    probe(&facts_site, i < 3 ? METHOD_REGISTER : METHOD_INVITE, targets[i], i % 2 ? 401 : 403));
	}
	facts_up(&t, SCAN, INCIDENT_WARNING);
	assert_string_equal(t.peer[SCAN], "203.0.113.5");
	/* It lasts while the source goes on, however slowly; and a success is worse. */
	for (int i = 0; i < 5; i++)
		facts_see(&t, 500000, probe(&facts_site, METHOD_REGISTER, "100", 404));
	assert_int_equal(t.starts[SCAN], 1);
	facts_see(&t, 500000, probe(&facts_site, METHOD_INVITE, "00441234567890", 200));
	facts_up(&t, SCAN, INCIDENT_CRITICAL);
	facts_wait(&t, 601000);
	facts_over(&t, SCAN, 1);
	facts_close(&t);
}

static void
test_scan_slow(void **state)
{
	struct facts t;
	char to[16];

	(void)state;
	facts_open(&t);
	for (int i = 0; i < 40; i++) {
		(void)snprintf(to, sizeof to, "%d", 100 + i);
		facts_see(&t, 20000, probe(&facts_site, METHOD_OPTIONS, to, i % 2 ? 200 : 404));
	}
	facts_up(&t, SCAN, INCIDENT_WARNING);
	facts_close(&t);
}

static void
test_scan_names(void **state)
{
	static const struct {
		const char *agent, *from;
		bool scan;
	} rows[] = {
		{ "friendly-scanner", "100", true },
		{ "sipcli/v1.8", "100", true },
		{ "SIPVicious", "100", true },
		{ "VaxSIPUserAgent/3.1", "100", true },
		{ "x iWar y", "100", true },
		{ "PhoneX", "sipvicious", true },
		{ "smap 0.6.0", "100", true },
		{ "Kiwar 2", "100", false },
		{ "smaps", "100", false },
		{ "sipsak 0.9.7", "100", false },
		{ "X-Lite", "100", false },
		{ "", "100", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct facts t;
		struct fact f = facts_make(FACT_REQUEST, METHOD_OPTIONS, &facts_site, &facts_pbx);

		facts_open(&t);
		f.user_agent = slice_str(rows[i].agent);
		f.from = slice_str(rows[i].from);
		facts_see(&t, 0, f);
		assert_int_equal(t.starts[SCAN], rows[i].scan);
		facts_close(&t);
	}
}

/* A name that honest people have counts as half a reason, from a stranger only. */
static void
test_scan_weak_names(void **state)
{
	struct facts t;
	struct fact f;
	char to[16];

	(void)state;
	facts_open(&t);
	facts_see(&t, 0, facts_end(METHOD_REGISTER, &facts_site2, &facts_pbx, 200));
	for (int i = 0; i < 10; i++) {
		(void)snprintf(to, sizeof to, "%d", 100 + i);
		f = probe(&facts_site2, METHOD_INVITE, to, 404);
		f.user_agent = slice_str("X-Lite release 5");
		facts_see(&t, 30000, f);
		f = probe(&facts_phone, METHOD_INVITE, to, 404);
		f.user_agent = slice_str("Asterisk PBX 18");
		f.role_client = PEER_ROLE_PBX;
		facts_see(&t, 0, f);
		facts_none(&t, SCAN);
	}
	for (int i = 0; i < 10; i++) {
		(void)snprintf(to, sizeof to, "%d", 100 + i);
		f = probe(&facts_site, METHOD_INVITE, to, 404);
		f.user_agent = slice_str("sipsak 0.9.7");
		facts_see(&t, 30000, f);
	}
	facts_up(&t, SCAN, INCIDENT_WARNING);
	facts_close(&t);
}

static void
test_scan_miss(void **state)
{
	struct facts t;
	struct fact f;
	char to[16];

	(void)state;
	facts_open(&t);
	for (int i = 0; i < 60; i++) {
		(void)snprintf(to, sizeof to, "%d", 100 + i);
		/* A monitor: one source, OPTIONS, one target. */
		facts_see(&t, 100, probe(&facts_site, METHOD_OPTIONS, "monitor", 404));
		/* A trunk that brings calls to numbers without a route, and phones with a role. */
		f = probe(&facts_trunk, METHOD_INVITE, to, 404);
		facts_see(&t, 100, f);
		f = probe(&facts_site2, METHOD_REGISTER, to, 403);
		f.role_client = PEER_ROLE_PHONES;
		facts_see(&t, 100, f);
		/* An office registers: each challenge is answered. */
		f = probe(&facts_site2, METHOD_REGISTER, to, 200);
		facts_see(&t, 100, f);
	}
	/* A batch of new phones inside with wrong settings. */
	for (int i = 0; i < 60; i++) {
		struct endpoint e = { { 10, 0, 1, (uint8_t)i }, 5060, 4 };

		(void)snprintf(to, sizeof to, "%d", 100 + i);
		for (int k = 0; k < 5; k++)
			facts_see(&t, 50, probe(&e, METHOD_REGISTER, to, 403));
	}
	/* The same behind a gateway inside. */
	for (int i = 0; i < 12; i++) {
		(void)snprintf(to, sizeof to, "%d", 100 + i);
		facts_see(&t, 50, probe(&facts_phone, METHOD_REGISTER, to, 403));
	}
	/* Busy signals and people who misdial. */
	for (int i = 0; i < 8; i++) {
		(void)snprintf(to, sizeof to, "%d", 500 + i);
		facts_see(&t, 60000, probe(&facts_site, METHOD_INVITE, to, i % 2 ? 404 : 486));
	}
	facts_none(&t, SCAN);
	facts_close(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_brute_force), cmocka_unit_test(test_brute_force_slow),
		cmocka_unit_test(test_brute_force_taken), cmocka_unit_test(test_brute_force_miss),
		cmocka_unit_test(test_scan), cmocka_unit_test(test_scan_slow), cmocka_unit_test(test_scan_names),
		cmocka_unit_test(test_scan_weak_names), cmocka_unit_test(test_scan_miss) };

	return cmocka_run_group_tests_name("pattern_security", tests, NULL, NULL);
}
