/* pattern_capacity: a carrier without room, a storm of registrations, an own PBX that can't keep up. */
#include "facts.h"

enum { TRUNK_DOWN = 1, CONGESTION = 2, STORM = 4, OVERLOAD = 19 };

static const char *const numbers[] = { "+4930111111", "+4940222222", "+4989333333", "+49221444444", "+49711555555" };

static struct fact
call(unsigned number, uint16_t code)
{
	struct fact f = facts_end(METHOD_INVITE, &facts_pbx, &facts_trunk, code);

	f.to = slice_str(numbers[number % 5]);
	return f;
}

static struct endpoint
host(unsigned i)
{
	return (struct endpoint){ { 10, 0, (uint8_t)(i >> 8), (uint8_t)i }, 5060, 4 };
}

static void
test_congestion(void **state)
{
	struct facts t;

	(void)state;
	facts_open(&t);
	/* Three of twenty, and not before there are twenty. */
	for (unsigned i = 0; i < 20; i++) {
		facts_none(&t, CONGESTION);
		facts_see(&t, 5000, call(i, i == 5 || i == 11 || i == 19 ? 503 : 200));
	}
	facts_up(&t, CONGESTION, INCIDENT_WARNING);
	assert_string_equal(t.peer[CONGESTION], "carrier-a");
	assert_string_equal(
	    t.sentence[CONGESTION], "3 of 20 calls to carrier-a found no room in the last 5 minutes (503 )");
	facts_wait(&t, 298000);
	facts_up(&t, CONGESTION, INCIDENT_WARNING);
	facts_wait(&t, 4000);
	facts_over(&t, CONGESTION, 1);
	facts_none(&t, TRUNK_DOWN);
	facts_close(&t);
}

/* Limits that answers name; a cause counts when it is not one destination's. */
static void
test_congestion_phrases(void **state)
{
	struct facts t;
	struct fact f = call(0, 403);

	(void)state;
	facts_open(&t);
	f.phrase = slice_str("CPS Limit Exceeded");
	for (unsigned i = 0; i < 5; i++) {
		facts_none(&t, CONGESTION);
		facts_see(&t, 20000, f);
	}
	facts_up(&t, CONGESTION, INCIDENT_ERROR);
	facts_wait(&t, 700000);
	f.phrase = slice_str("Busy Here");
	f.code = 486;
	f.q850 = 34;
	for (unsigned i = 0; i < 10; i++)
		facts_see(&t, 20000, f);
	assert_int_equal(t.starts[CONGESTION], 1);
	f.to = slice_str(numbers[1]);
	facts_see(&t, 20000, f);
	assert_int_equal(t.starts[CONGESTION], 2);
	facts_close(&t);
}

/* A carrier that always was like that: what is usual is learnt, and then only more than twice as much counts. */
static void
test_congestion_usual(void **state)
{
	struct facts t;
	unsigned starts;

	(void)state;
	facts_open(&t);
	for (unsigned i = 0; i < 9000; i++)
		facts_see(&t, 10000, call(i, i % 11 == 0 ? 503 : 200));
	/* At first nobody knows; then it is usual, and a bit more is nothing. */
	starts = t.starts[CONGESTION];
	assert_int_equal(t.ends[CONGESTION], starts);
	for (unsigned i = 0; i < 70; i++)
		facts_see(&t, 10000, call(i, i % 7 == 0 ? 503 : 200));
	assert_int_equal(t.starts[CONGESTION], starts);
	for (unsigned i = 0; i < 30; i++)
		facts_see(&t, 10000, call(i, i % 3 == 0 ? 503 : 200));
	assert_int_equal(t.starts[CONGESTION], starts + 1);
	facts_up(&t, CONGESTION, INCIDENT_WARNING);
	facts_close(&t);
}

static void
test_congestion_miss(void **state)
{
	struct facts t;
	struct fact f;

	(void)state;
	facts_open(&t);
	for (unsigned i = 0; i < 100; i++) {
		/* One destination fails behind a carrier that is well. */
		facts_see(&t, 1000, call(1 + i % 4, 200));
		facts_see(&t, 1000, i % 2 == 0 ? call(0, 503) : call(2, 200));
		/* Our own PBX answers 503 to telephones. */
		facts_see(&t, 1000, facts_end(METHOD_INVITE, &facts_phone, &facts_pbx, 503));
		/* Busy people are busy, and money is no room. */
		facts_see(&t, 1000, call(i, 486));
		f = call(i, 403);
		f.phrase = slice_str("Spending limit reached");
		facts_see(&t, 1000, f);
	}
	facts_none(&t, CONGESTION);
	facts_close(&t);
}

/* n registrations within ten seconds, from so many hosts and users each. */
static void
registrations(struct facts *t, unsigned n, unsigned hosts, unsigned users)
{
	uint64_t end = t->now_ms + 10000;

	for (unsigned i = 0; i < n; i++) {
		struct endpoint e = host(i % hosts);
		struct fact f = facts_make(FACT_REQUEST, METHOD_REGISTER, &e, &facts_pbx);
		char user[16];

		(void)snprintf(user, sizeof user, "%u", 1000 + i % users);
		f.to = f.from = slice_str(user);
		facts_see(t, i % (n / 50 + 1) == 0 && t->now_ms < end ? 10000 / 50 : 0, f);
	}
	if (t->now_ms < end)
		facts_wait(t, end - t->now_ms);
}

static void
test_storm(void **state)
{
	struct facts t;
	struct fact f;

	(void)state;
	facts_open(&t);
	for (int i = 0; i < 30; i++)
		registrations(&t, 30, 30, 30);
	facts_none(&t, STORM);
	registrations(&t, 400, 100, 150);
	facts_up(&t, STORM, INCIDENT_WARNING);
	assert_string_equal(t.peer[STORM], "pbx");
	f = facts_end(METHOD_REGISTER, &facts_phone, &facts_pbx, 503);
	facts_see(&t, 10, f);
	/* Fewer than at the start keep it up, and for long: what is usual stands still. */
	for (int i = 0; i < 60; i++)
		registrations(&t, 120, 100, 110);
	facts_up(&t, STORM, INCIDENT_ERROR);
	assert_int_equal(t.starts[STORM], 1);
	for (int i = 0; i < 8; i++)
		registrations(&t, 40, 30, 30);
	facts_over(&t, STORM, 1);
	facts_close(&t);
}

static void
test_storm_miss(void **state)
{
	struct facts t;

	(void)state;
	facts_open(&t);
	/* Steady from the first second on: keep-alives. */
	for (int i = 0; i < 120; i++)
		registrations(&t, 150, 100, 150);
	facts_none(&t, STORM);
	facts_wait(&t, 1000000);
	/* Telephones of a house restart at night: below ten a second. */
	registrations(&t, 90, 90, 90);
	facts_none(&t, STORM);
	facts_wait(&t, 60000);
	/* One address, many users; then one user. */
	registrations(&t, 800, 1, 150);
	facts_wait(&t, 60000);
	registrations(&t, 800, 100, 1);
	facts_none(&t, STORM);
	facts_close(&t);
}

static struct fact
request(unsigned from, uint16_t code)
{
	static struct endpoint hosts[8];
	struct fact f;

	hosts[from % 8] = host(from % 8);
	f = facts_end(METHOD_INVITE, &hosts[from % 8], &facts_pbx, code);
	f.role_client = PEER_ROLE_PHONES;
	return f;
}

static void
test_overload_503(void **state)
{
	struct facts t;

	(void)state;
	facts_open(&t);
	for (unsigned i = 0; i < 5; i++) {
		facts_none(&t, OVERLOAD);
		facts_see(&t, 10000, request(i % 2, 503));
	}
	facts_up(&t, OVERLOAD, INCIDENT_ERROR);
	assert_string_equal(t.sentence[OVERLOAD], "pbx answered 503 to 5 requests of 2 hosts in the last minute");
	facts_wait(&t, 181000);
	facts_over(&t, OVERLOAD, 1);
	facts_close(&t);
}

static void
test_overload_503_miss(void **state)
{
	struct facts t;
	struct fact f;

	(void)state;
	facts_open(&t);
	for (unsigned i = 0; i < 30; i++) {
		/* The carrier's 503, passed on by a PBX that is two dialogs. */
		facts_see(&t, 100, call(i, 503));
		facts_see(&t, 100, request(i, 503));
		/* Made of another code by a relay; to the trunk. */
		f = request(i, 503);
		f.said_code = 480;
		facts_see(&t, 100, f);
		f = request(i, 503);
		f.role_client = PEER_ROLE_TRUNK;
		facts_see(&t, 100, f);
	}
	facts_wait(&t, 60000);
	for (unsigned i = 0; i < 30; i++) {
		f = request(0, 503);
		f.retry_after = slice_str("300");
		facts_see(&t, 100, f);
	}
	facts_none(&t, OVERLOAD);
	/* Of more than one it is no maintenance of an end point. */
	f = request(1, 503);
	f.retry_after = slice_str("300");
	facts_see(&t, 100, f);
	facts_up(&t, OVERLOAD, INCIDENT_ERROR);
	facts_close(&t);
}

static void
test_overload_silent(void **state)
{
	struct facts t;

	(void)state;
	facts_open(&t);
	/* Strangers may be left without answer. */
	for (unsigned i = 0; i < 30; i++)
		facts_see(&t, 100, facts_end(METHOD_INVITE, i % 2 ? &facts_site : &facts_site2, &facts_pbx, 0));
	facts_none(&t, OVERLOAD);
	for (unsigned i = 0; i < 5; i++)
		facts_see(&t, 1000, request(i, 0));
	facts_up(&t, OVERLOAD, INCIDENT_CRITICAL);
	facts_close(&t);
}

/* After a restart all calls are unknown. */
static void
test_overload_lost(void **state)
{
	struct facts t;

	(void)state;
	facts_open(&t);
	for (unsigned i = 0; i < 21; i++) {
		struct endpoint e = host(i % 5);
		struct fact f = facts_make(FACT_RESPONSE, METHOD_BYE, &e, &facts_pbx);

		facts_none(&t, OVERLOAD);
		f.code = 481;
		facts_see(&t, 500, f);
	}
	facts_up(&t, OVERLOAD, INCIDENT_ERROR);
	facts_wait(&t, 181000);
	/* One now and then is a race of two BYEs. */
	for (unsigned i = 0; i < 30; i++) {
		struct fact f = facts_make(FACT_RESPONSE, METHOD_BYE, &facts_phone, &facts_pbx);

		f.code = 481;
		facts_see(&t, 5000, f);
	}
	assert_int_equal(t.starts[OVERLOAD], 1);
	facts_close(&t);
}

static void
test_overload_slow(void **state)
{
	struct facts t;

	(void)state;
	facts_open(&t);
	for (unsigned i = 0; i < 2000; i++) {
		struct fact f = facts_make(FACT_RESPONSE, METHOD_INVITE, &facts_phone, &facts_pbx);

		/* One in thirty is slow. */
		f.code = 100;
		f.ms = i % 30 == 29 ? 1500 : 15;
		facts_see(&t, 100, f);
	}
	facts_none(&t, OVERLOAD);
	for (unsigned i = 0; i < 200; i++) {
		struct fact f = facts_make(FACT_RESPONSE, METHOD_INVITE, &facts_phone, &facts_pbx);

		f.code = 100;
		f.ms = i % 5 == 0 ? 1500 : 15;
		facts_see(&t, 1000, f);
	}
	facts_up(&t, OVERLOAD, INCIDENT_WARNING);
	facts_close(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_congestion),
		cmocka_unit_test(test_congestion_phrases), cmocka_unit_test(test_congestion_usual),
		cmocka_unit_test(test_congestion_miss), cmocka_unit_test(test_storm), cmocka_unit_test(test_storm_miss),
		cmocka_unit_test(test_overload_503), cmocka_unit_test(test_overload_503_miss),
		cmocka_unit_test(test_overload_silent), cmocka_unit_test(test_overload_lost),
		cmocka_unit_test(test_overload_slow) };

	return cmocka_run_group_tests_name("pattern_capacity", tests, NULL, NULL);
}
