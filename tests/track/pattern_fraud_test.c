/* pattern_fraud: signs of calls at the house's expense, and a campaign, a conference and a roaming user that are none.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "facts.h"
#include "sipwhy/track.h"

enum { FRAUD = 10 };

/* A call of an extension rings; number `id` names it. */
static void
ring(struct facts *t, uint64_t after_ms, unsigned id, const char *user, const char *to)
{
	struct fact f = facts_make(FACT_RESPONSE, METHOD_INVITE, &facts_phone, &facts_pbx);
	char call_id[16];

	(void)snprintf(call_id, sizeof call_id, "c%u", id);
	f.call_id = slice_str(call_id);
	f.from = slice_str(user);
	f.to = slice_str(to);
	for (uint16_t code = 180; code <= 200; code += 20) {
		f.code = code;
		facts_see(t, code == 180 ? after_ms : 10, f);
	}
	/* What the PBX sends on to the trunk for it is no further call. */
	f.client = &facts_pbx;
	f.server = &facts_trunk;
	f.own_client = true;
	f.own_server = false;
	f.call_id = slice_str("");
	facts_see(t, 10, f);
}

static void
hang_up(struct facts *t, unsigned id)
{
	struct fact f = facts_make(FACT_CALL_ENDED, METHOD_INVITE, &facts_phone, &facts_pbx);
	char call_id[16];

	(void)snprintf(call_id, sizeof call_id, "c%u", id);
	f.call_id = slice_str(call_id);
	facts_see(t, 10, f);
}

/* Noon of a Wednesday, or what the hour is then. */
static void
start_at(struct facts *t, int day, int hour)
{
	/* 1970-01-07 was a Wednesday. */
	facts_open(t);
	t->now_ms = ((uint64_t)(day - 1) * 24 + (uint64_t)hour) * 3600 * 1000;
}

static void
test_parallel(void **state)
{
	struct facts t;

	(void)state;
	start_at(&t, 7, 12);
	for (unsigned i = 0; i < 3; i++)
		ring(&t, 1000, i, "201", "+442079460000");
	facts_none(&t, FRAUD);
	/* One ends, one more begins. */
	hang_up(&t, 0);
	hang_up(&t, 0);
	ring(&t, 1000, 3, "201", "00442079460000");
	facts_none(&t, FRAUD);
	ring(&t, 1000, 4, "201", "+442079460000");
	facts_up(&t, FRAUD, INCIDENT_ERROR);
	assert_string_equal(t.what[FRAUD], "201");
	assert_string_equal(t.sentence[FRAUD], "201 has 4 calls abroad at a time, the last to +442079460000");
	facts_wait(&t, 901000);
	facts_over(&t, FRAUD, 1);
	facts_close(&t);
}

/* Others' calls to a conference abroad, calls that were refused, and calls at home. */
static void
test_parallel_miss(void **state)
{
	struct facts t;
	char user[16];

	(void)state;
	start_at(&t, 7, 12);
	for (unsigned i = 0; i < 20; i++) {
		struct fact f = facts_make(FACT_RESPONSE, METHOD_INVITE, &facts_phone, &facts_pbx);

		(void)snprintf(user, sizeof user, "%u", 300 + i);
		ring(&t, 1000, i, user, "+442079460000");
		ring(&t, 1000, 100 + i, "201", "030123456");
		ring(&t, 1000, 200 + i, "201", "01134960000");
		f.to = slice_str("+442079460000");
		f.code = 403;
		facts_see(&t, 10, f);
		f.code = 100;
		facts_see(&t, 10, f);
	}
	facts_none(&t, FRAUD);
	/* Rings and is given up, again and again. */
	for (unsigned i = 0; i < 20; i++) {
		struct fact f = facts_end(METHOD_INVITE, &facts_phone, &facts_pbx, 487);
		char call_id[16];

		(void)snprintf(call_id, sizeof call_id, "c%u", 500 + i);
		ring(&t, 1000, 500 + i, "201", "+442079460000");
		f.call_id = slice_str(call_id);
		f.outcome = OUTCOME_CANCELLED;
		facts_see(&t, 1000, f);
	}
	facts_none(&t, FRAUD);
	facts_close(&t);
}

/* The country that most callers are from is home: learnt, or told. */
static void
test_home(void **state)
{
	struct facts t;
	struct track_limit const *limits;
	uint32_t values[256];
	size_t n;

	(void)state;
	start_at(&t, 7, 12);
	for (unsigned i = 0; i < 12; i++) {
		struct fact f = facts_make(FACT_RESPONSE, METHOD_INVITE, &facts_trunk, &facts_pbx);

		f.code = 200;
		f.from = slice_str(i == 5 ? "+442079460000" : "+4940222222");
		facts_see(&t, 1000, f);
	}
	for (unsigned i = 20; i < 30; i++)
		ring(&t, 1000, i, "201", "+4930123456");
	facts_none(&t, FRAUD);
	for (unsigned i = 30; i < 34; i++)
		ring(&t, 1000, i, "202", "+442079460000");
	facts_up(&t, FRAUD, INCIDENT_ERROR);
	facts_close(&t);

	limits = track_limits(&n);
	assert_in_range(n, 1, 256);
	for (size_t i = 0; i < n; i++)
		values[i] = limits[i].value;
	assert_true(track_limit_find(slice_str("fraud.country-code")) >= 0);
	values[track_limit_find(slice_str("fraud.country-code"))] = 1;
	t = (struct facts){ .now_ms = (6 * 24 + 12) * 3600 * 1000 };
	t.in = incidents_new(
	    &(struct incidents_cfg){ .seed = 7, .first_id = 1, .limits = values, .incident = facts_told, .ctx = &t });
	assert_non_null(t.in);
	for (unsigned i = 0; i < 10; i++)
		ring(&t, 1000, i, "201", "+12125550100");
	facts_none(&t, FRAUD);
	for (unsigned i = 10; i < 14; i++)
		ring(&t, 1000, i, "202", "01144207946000");
	facts_up(&t, FRAUD, INCIDENT_ERROR);
	facts_close(&t);
}

/* Numbers that fraud goes to: at night and at the weekend, not at noon. */
static void
test_risky(void **state)
{
	static const struct {
		int day, hour;
		const char *to;
		bool odd;
	} rows[] = {
		{ 7, 12, "+25261234567", false },
		{ 7, 3, "+25261234567", true },
		{ 7, 22, "0023276123456", true },
		{ 7, 19, "+25261234567", false },
		{ 7, 6, "+25261234567", false },
		{ 10, 12, "+25261234567", true }, /* Saturday */
		{ 7, 3, "+442079460000", false },
		{ 7, 3, "25261234567", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct facts t;

		start_at(&t, rows[i].day, rows[i].hour);
		ring(&t, 0, 1, "201", rows[i].to);
		assert_int_equal(t.starts[FRAUD], rows[i].odd);
		facts_close(&t);
	}
}

/* One user's calls abroad, one after the other, so many in an hour. */
static void
hour_of_calls(struct facts *t, unsigned n, unsigned *id)
{
	uint64_t end = (t->now_ms / 3600000 + 1) * 3600000;

	for (unsigned i = 0; i < n; i++) {
		ring(t, 1000, ++*id, "201", "+442079460000");
		hang_up(t, *id);
	}
	facts_wait(t, end - t->now_ms);
}

static void
test_hours(void **state)
{
	struct facts t;
	unsigned id = 0;

	(void)state;
	start_at(&t, 7, 8);
	/* A campaign: many, as always; then a few more. */
	for (int i = 0; i < 6; i++)
		hour_of_calls(&t, 40, &id);
	hour_of_calls(&t, 100, &id);
	facts_none(&t, FRAUD);
	facts_close(&t);

	start_at(&t, 7, 8);
	for (int i = 0; i < 4; i++)
		hour_of_calls(&t, 2, &id);
	hour_of_calls(&t, 19, &id);
	facts_none(&t, FRAUD);
	facts_wait(&t, 10 * 3600 * 1000);
	hour_of_calls(&t, 20, &id);
	assert_int_equal(t.starts[FRAUD], 1);
	assert_int_equal(t.level[FRAUD], INCIDENT_WARNING);
	facts_close(&t);
}

/* The carrier's guard: right after calls that went through, not when it refuses from the start. */
static void
test_guard(void **state)
{
	struct facts t;
	struct fact f = facts_end(METHOD_INVITE, &facts_pbx, &facts_trunk, 403);

	(void)state;
	start_at(&t, 7, 12);
	f.phrase = slice_str("Country not allowed");
	facts_see(&t, 0, f);
	facts_none(&t, FRAUD);
	facts_see(&t, 1000, facts_end(METHOD_INVITE, &facts_pbx, &facts_trunk, 200));
	facts_see(&t, 700000, f);
	facts_see(&t, 1000, facts_end(METHOD_INVITE, &facts_pbx, &facts_trunk, 200));
	facts_see(&t, 1000, facts_end(METHOD_INVITE, &facts_pbx, &facts_trunk, 403));
	facts_none(&t, FRAUD);
	facts_see(&t, 60000, f);
	facts_up(&t, FRAUD, INCIDENT_ERROR);
	assert_string_equal(t.peer[FRAUD], "carrier-a");
	assert_string_equal(t.sentence[FRAUD],
	    "carrier-a refused a call of 201 to +493012345 (403 Country not allowed) right after calls that it took");
	facts_close(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_parallel), cmocka_unit_test(test_parallel_miss),
		cmocka_unit_test(test_home), cmocka_unit_test(test_risky), cmocka_unit_test(test_hours),
		cmocka_unit_test(test_guard) };

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests_name("pattern_fraud", tests, NULL, NULL);
}
