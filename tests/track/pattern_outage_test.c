/* pattern_outage: a trunk that is down, and one that refuses everything; and what only looks like it. */
#include "facts.h"

enum { TRUNK_DOWN = 1, REFUSED = 3 };

static const char *const numbers[] = { "+4930111111", "+4940222222", "+4989333333", "+49221444444", "+49711555555" };

/* A call of the PBX to the trunk; number 0 to 4. */
static struct fact
call(unsigned number, uint16_t code)
{
	struct fact f = facts_end(METHOD_INVITE, &facts_pbx, &facts_trunk, code);

	f.to = slice_str(numbers[number % 5]);
	return f;
}

static struct fact
ping(uint16_t code)
{
	return facts_end(METHOD_OPTIONS, &facts_pbx, &facts_trunk, code);
}

static void
test_down(void **state)
{
	struct facts t;

	(void)state;
	facts_open(&t);
	facts_see(&t, 0, call(0, 503));
	facts_see(&t, 1000, call(1, 503));
	facts_none(&t, TRUNK_DOWN);
	facts_see(&t, 1000, call(2, 0));
	/* It is the only trunk. */
	facts_up(&t, TRUNK_DOWN, INCIDENT_CRITICAL);
	assert_string_equal(t.peer[TRUNK_DOWN], "carrier-a");
	assert_string_equal(
	    t.sentence[TRUNK_DOWN], "3 of 3 attempts to carrier-a failed in the last minute (503 x2, no response x1)");
	assert_int_equal(t.count[TRUNK_DOWN], 3);
	facts_close(&t);
}

static void
test_down_ends(void **state)
{
	struct facts t;

	(void)state;
	facts_open(&t);
	for (unsigned i = 0; i < 12; i++)
		facts_see(&t, 4000, call(i, i % 4 == 0 ? 0 : 503));
	facts_wait(&t, 6000);
	assert_string_equal(t.sentence[TRUNK_DOWN],
	    "12 of 12 attempts to carrier-a failed in the last minute (503 x9, no response x3)");
	/* Two good answers and a bad one in turn: it neither ends nor starts anew. */
	for (unsigned i = 0; i < 30; i++)
		facts_see(&t, 2000, call(i, i % 3 == 2 ? 503 : 486));
	facts_up(&t, TRUNK_DOWN, INCIDENT_CRITICAL);
	assert_int_equal(t.starts[TRUNK_DOWN], 1);
	for (unsigned i = 0; i < 3; i++)
		facts_see(&t, 2000, call(i, 200));
	facts_over(&t, TRUNK_DOWN, 1);
	facts_close(&t);
}

static void
test_down_quiet(void **state)
{
	struct facts t;

	(void)state;
	facts_open(&t);
	for (unsigned i = 0; i < 3; i++)
		facts_see(&t, 1000, call(i, 0));
	facts_wait(&t, 898000);
	facts_up(&t, TRUNK_DOWN, INCIDENT_CRITICAL);
	facts_wait(&t, 4000);
	facts_over(&t, TRUNK_DOWN, 1);
	facts_close(&t);
}

static void
test_down_pings(void **state)
{
	struct facts t;

	(void)state;
	facts_open(&t);
	facts_see(&t, 0, ping(0));
	facts_see(&t, 60000, ping(404));
	facts_see(&t, 60000, ping(0));
	facts_see(&t, 60000, ping(403));
	facts_see(&t, 60000, ping(503));
	facts_none(&t, TRUNK_DOWN);
	facts_see(&t, 60000, ping(408));
	facts_up(&t, TRUNK_DOWN, INCIDENT_CRITICAL);
	assert_string_equal(t.sentence[TRUNK_DOWN], "2 OPTIONS in a row to carrier-a got no good answer");
	facts_see(&t, 60000, ping(405));
	facts_see(&t, 60000, ping(405));
	facts_up(&t, TRUNK_DOWN, INCIDENT_CRITICAL);
	facts_see(&t, 60000, ping(405));
	facts_over(&t, TRUNK_DOWN, 1);
	facts_close(&t);
}

/* It answers pings and refuses the calls: the pings alone don't end it while calls fail. */
static void
test_down_but_answers_pings(void **state)
{
	struct facts t;

	(void)state;
	facts_open(&t);
	for (unsigned i = 0; i < 30; i++) {
		facts_see(&t, 15000, call(i, 503));
		for (int k = 0; k < 4; k++)
			facts_see(&t, 1000, ping(200));
	}
	facts_up(&t, TRUNK_DOWN, INCIDENT_CRITICAL);
	assert_int_equal(t.starts[TRUNK_DOWN], 1);
	facts_wait(&t, 60000);
	for (int k = 0; k < 3; k++)
		facts_see(&t, 1000, ping(200));
	facts_over(&t, TRUNK_DOWN, 1);
	facts_close(&t);
}

/* Its registration with the carrier fails. */
static void
test_down_registration(void **state)
{
	struct facts t;

	(void)state;
	facts_open(&t);
	facts_see(&t, 0, facts_end(METHOD_REGISTER, &facts_pbx, &facts_trunk, 0));
	facts_none(&t, TRUNK_DOWN);
	facts_see(&t, 30000, facts_end(METHOD_REGISTER, &facts_pbx, &facts_trunk, 0));
	facts_up(&t, TRUNK_DOWN, INCIDENT_CRITICAL);
	facts_close(&t);
}

/* With a second trunk that works it is an error, no more. */
static void
test_down_one_of_two(void **state)
{
	static const struct endpoint second = { { 198, 51, 100, 20 }, 5060, 4 };
	struct facts t;

	(void)state;
	facts_open(&t);
	for (unsigned i = 0; i < 6; i++) {
		struct fact f = facts_end(METHOD_INVITE, &facts_pbx, &second, 200);

		f.role_server = PEER_ROLE_TRUNK;
		f.name_server = slice_str("carrier-b");
		facts_see(&t, 1000, f);
		facts_see(&t, 1000, call(i, 0));
	}
	facts_up(&t, TRUNK_DOWN, INCIDENT_ERROR);
	assert_string_equal(t.peer[TRUNK_DOWN], "carrier-a");
	facts_close(&t);
}

/* A caller who gives up on silence has seen what a timer would. */
static void
test_down_given_up(void **state)
{
	struct facts t;

	(void)state;
	facts_open(&t);
	for (unsigned i = 0; i < 4; i++) {
		struct fact f = call(i, 0);

		f.outcome = OUTCOME_CANCELLED;
		f.seized = i == 0;
		facts_see(&t, 1000, f);
		assert_int_equal(t.starts[TRUNK_DOWN], i == 3);
	}
	facts_close(&t);
}

/* One dead number behind a trunk that is well: by calls, or by its answers to pings. */
static void
test_down_miss_number(void **state)
{
	struct facts t;

	(void)state;
	facts_open(&t);
	facts_see(&t, 0, call(1, 200));
	for (int i = 0; i < 20; i++)
		facts_see(&t, 2000, call(0, 503));
	facts_none(&t, TRUNK_DOWN);
	facts_wait(&t, 700000);
	for (int i = 0; i < 20; i++) {
		facts_see(&t, 2000, call(0, 0));
		facts_see(&t, 2000, ping(403));
	}
	facts_none(&t, TRUNK_DOWN);
	/* Nothing speaks for the trunk any more: the one number is all that is tried. */
	facts_wait(&t, 700000);
	for (int i = 0; i < 3; i++)
		facts_see(&t, 2000, call(0, 0));
	facts_up(&t, TRUNK_DOWN, INCIDENT_CRITICAL);
	facts_close(&t);
}

static void
test_down_miss_rest(void **state)
{
	struct facts t;

	(void)state;
	facts_open(&t);
	for (unsigned i = 0; i < 10; i++) {
		/* Maintenance says when to come back. */
		struct fact f = call(i, 503);

		f.retry_after = slice_str("120");
		facts_see(&t, 500, f);
	}
	for (unsigned i = 0; i < 10; i++) {
		/* Nobody picks up. */
		struct fact f = call(i, 408);

		f.rang = true;
		facts_see(&t, 500, f);
	}
	for (unsigned i = 0; i < 40; i++) {
		/* Half of the calls fail. */
		facts_see(&t, 500, call(i, i % 4 ? 486 : 404));
		facts_see(&t, 500, call(i, 503));
	}
	facts_none(&t, TRUNK_DOWN);
	facts_wait(&t, 120000);
	/* Three failures, but each in a minute of its own. */
	for (unsigned i = 0; i < 3; i++)
		facts_see(&t, 66000, call(i, 503));
	facts_none(&t, TRUNK_DOWN);
	facts_close(&t);
}

/* Telephones that are switched off, our own PBX, and what strangers get are no trunks. */
static void
test_down_miss_others(void **state)
{
	struct facts t;
	struct fact f;

	(void)state;
	facts_open(&t);
	facts_see(&t, 0, facts_end(METHOD_REGISTER, &facts_phone, &facts_pbx, 200));
	for (unsigned i = 0; i < 10; i++) {
		f = call(i, 0);
		f.server = &facts_phone;
		f.role_server = PEER_ROLE_UNKNOWN;
		f.name_server = slice_str("10.0.0.5");
		facts_see(&t, 1000, f);
		f.server = &facts_site;
		f.role_server = PEER_ROLE_PHONES;
		f.name_server = slice_str("site");
		facts_see(&t, 1000, f);
		f = facts_end(METHOD_INVITE, &facts_phone, &facts_pbx, 503);
		f.to = slice_str(numbers[i % 5]);
		facts_see(&t, 1000, f);
		/* Nothing is configured, and a scanner is left without answers. */
		f = facts_end(METHOD_INVITE, &facts_site2, &facts_site, 0);
		f.to = slice_str(numbers[i % 5]);
		f.name_server = slice_str("203.0.113.5");
		facts_see(&t, 1000, f);
	}
	facts_none(&t, TRUNK_DOWN);
	facts_close(&t);
}

/* Without any role: calls of the PBX, known because telephones register there, to several numbers. */
static void
test_down_unconfigured(void **state)
{
	struct facts t;
	struct fact f;

	(void)state;
	facts_open(&t);
	f = facts_end(METHOD_REGISTER, &facts_phone, &facts_site, 200);
	facts_see(&t, 0, f);
	for (unsigned i = 0; i < 6; i++) {
		f = facts_end(METHOD_INVITE, &facts_site, &facts_site2, 0);
		f.name_server = slice_str("203.0.113.77");
		f.to = slice_str(numbers[i % 5]);
		facts_see(&t, 1000, f);
	}
	facts_up(&t, TRUNK_DOWN, INCIDENT_CRITICAL);
	assert_string_equal(t.peer[TRUNK_DOWN], "203.0.113.77");
	facts_close(&t);
}

/* A refused call of one of the callers 201, 202 ... */
static struct fact
refusal(unsigned number, unsigned caller, uint16_t code, const char *phrase)
{
	static const char *const callers[] = { "201", "202", "203" };
	struct fact f = call(number, code);

	f.from = slice_str(callers[caller % 3]);
	f.phrase = slice_str(phrase);
	return f;
}

static void
test_refused(void **state)
{
	struct facts t;

	(void)state;
	facts_open(&t);
	facts_see(&t, 0, call(0, 200));
	for (unsigned i = 0; i < 4; i++)
		facts_see(&t, 20000, refusal(i, i, 403, "Insufficient funds"));
	facts_up(&t, REFUSED, INCIDENT_ERROR);
	assert_int_equal(t.starts[REFUSED], 1);
	assert_string_equal(t.sentence[REFUSED], "carrier-a refused 4 calls in a row (403 Insufficient funds)");
	/* One that gets through does not end it, three in a row do. */
	facts_see(&t, 10000, call(0, 200));
	facts_see(&t, 10000, call(0, 200));
	facts_see(&t, 10000, refusal(0, 0, 403, "Insufficient funds"));
	facts_see(&t, 10000, call(0, 200));
	facts_see(&t, 10000, call(0, 486));
	facts_up(&t, REFUSED, INCIDENT_ERROR);
	facts_see(&t, 10000, call(0, 200));
	facts_over(&t, REFUSED, 1);
	facts_none(&t, TRUNK_DOWN);
	facts_close(&t);
}

/* The password of the trunk: 407 again after credentials; a challenge that is left is no refusal. */
static void
test_refused_password(void **state)
{
	struct facts t;
	struct fact f;

	(void)state;
	facts_open(&t);
	for (unsigned i = 0; i < 6; i++) {
		f = refusal(i, i, 407, "Proxy Authentication Required");
		f.outcome = OUTCOME_CHALLENGED;
		facts_see(&t, 1000, f);
	}
	facts_none(&t, REFUSED);
	for (unsigned i = 0; i < 3; i++) {
		f = refusal(i, 0, 407, "Proxy Authentication Required");
		f.auth = true;
		facts_see(&t, 1000, f);
	}
	facts_up(&t, REFUSED, INCIDENT_ERROR);
	facts_wait(&t, 901000);
	facts_over(&t, REFUSED, 1);
	facts_close(&t);
}

/* More than half of the calls, mixed with good ones. */
static void
test_refused_share(void **state)
{
	struct facts t;

	(void)state;
	facts_open(&t);
	for (unsigned i = 0; i < 11; i++) {
		facts_none(&t, REFUSED);
		facts_see(&t, 1000, i % 3 == 0 ? call(i, 200) : refusal(i, i, 402, "Payment Required"));
	}
	facts_up(&t, REFUSED, INCIDENT_ERROR);
	assert_string_equal(
	    t.sentence[REFUSED], "carrier-a refused 7 of 11 calls of the last 5 minutes (402 Payment Required)");
	facts_close(&t);
}

static void
test_refused_miss(void **state)
{
	struct facts t;
	struct fact f;

	(void)state;
	facts_open(&t);
	for (unsigned i = 0; i < 8; i++)
		/* One destination is refused. */
		facts_see(&t, 1000, refusal(0, i, 403, "Forbidden"));
	facts_none(&t, REFUSED);
	facts_wait(&t, 1000000);
	facts_see(&t, 1000, call(0, 200));
	for (unsigned i = 0; i < 8; i++) {
		/* One user's number is refused, while another one's calls get through. */
		facts_see(&t, 1000, refusal(i, 0, 403, "Caller origination number invalid"));
		if (i == 4)
			facts_see(&t, 1000, call(i, 404));
	}
	facts_none(&t, REFUSED);
	facts_wait(&t, 1000000);
	for (unsigned i = 0; i < 40; i++) {
		/* A limit is another trouble; calls from the trunk and to telephones too. */
		facts_see(&t, 1000, refusal(i, i, 403, "Call limit exceeded"));
		f = refusal(i, i, 403, "Forbidden");
		f.client = &facts_trunk;
		f.server = &facts_pbx;
		f.own_client = false;
		f.own_server = true;
		facts_see(&t, 1000, f);
		f = refusal(i, i, 403, "Forbidden");
		f.role_server = PEER_ROLE_PHONES;
		facts_see(&t, 1000, f);
	}
	facts_none(&t, REFUSED);
	facts_close(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_down), cmocka_unit_test(test_down_ends),
		cmocka_unit_test(test_down_quiet), cmocka_unit_test(test_down_pings),
		cmocka_unit_test(test_down_but_answers_pings), cmocka_unit_test(test_down_registration),
		cmocka_unit_test(test_down_one_of_two), cmocka_unit_test(test_down_given_up),
		cmocka_unit_test(test_down_miss_number), cmocka_unit_test(test_down_miss_rest),
		cmocka_unit_test(test_down_miss_others), cmocka_unit_test(test_down_unconfigured),
		cmocka_unit_test(test_refused), cmocka_unit_test(test_refused_password),
		cmocka_unit_test(test_refused_share), cmocka_unit_test(test_refused_miss) };

	return cmocka_run_group_tests_name("pattern_outage", tests, NULL, NULL);
}
