/* pattern_routing: loops, failures hidden by early media, number formats, missing inbound routes. */
#include "facts.h"

enum { LOOP = 9, EARLY_MEDIA = 14, NUMBER_FORMAT = 16, INBOUND_ROUTE = 17 };

static void
test_loop_hops(void **state)
{
	struct facts t;

	(void)state;
	facts_open(&t);
	facts_see(&t, 0, facts_end(METHOD_OPTIONS, &facts_phone, &facts_trunk, 483));
	facts_none(&t, LOOP);
	facts_see(&t, 10, facts_end(METHOD_INVITE, &facts_pbx, &facts_trunk, 483));
	facts_up(&t, LOOP, INCIDENT_ERROR);
	assert_string_equal(t.peer[LOOP], "carrier-a");
	assert_string_equal(t.sentence[LOOP],
	    "INVITE to +493012345 goes round in a circle with carrier-a: 1 time 483 Too Many Hops within 5 minutes");
	facts_wait(&t, 299000);
	facts_up(&t, LOOP, INCIDENT_ERROR);
	facts_wait(&t, 3000);
	facts_over(&t, LOOP, 1);
	facts_close(&t);
}

static void
test_loop_detected(void **state)
{
	struct fact f = facts_end(METHOD_INVITE, &facts_pbx, &facts_trunk, 482);
	struct facts t;

	(void)state;
	facts_open(&t);
	f.phrase = slice_str("Request merged");
	for (int i = 0; i < 10; i++)
		facts_see(&t, 1000, f);
	f.phrase = slice_str("Loop Detected");
	facts_see(&t, 1000, f);
	facts_see(&t, 1000, f);
	facts_none(&t, LOOP);
	/* Too far from the other two. */
	facts_see(&t, 400000, f);
	facts_none(&t, LOOP);
	facts_see(&t, 1000, f);
	facts_see(&t, 1000, f);
	facts_up(&t, LOOP, INCIDENT_ERROR);
	/* While it lasts a single one is enough to keep it. */
	facts_see(&t, 290000, f);
	facts_see(&t, 290000, f);
	facts_up(&t, LOOP, INCIDENT_ERROR);
	facts_close(&t);
}

static void
test_loop_falling(void **state)
{
	struct fact f = facts_make(FACT_REQUEST, METHOD_INVITE, &facts_trunk, &facts_pbx);
	struct facts t;

	(void)state;
	facts_open(&t);
	f.call_id = slice_str("round@example.com");
	/* A retry with credentials has as many forwards as before; a second way through a proxy is no loop. */
	for (int16_t left = 20; left > 17; left--) {
		f.max_forwards = left;
		facts_see(&t, 10, f);
		facts_see(&t, 10, f);
	}
	facts_none(&t, LOOP);
	f.max_forwards = 16;
	facts_see(&t, 10, f);
	facts_up(&t, LOOP, INCIDENT_ERROR);
	facts_close(&t);
	f.max_forwards = -1;
	assert_false(facts_fires(LOOP, 20, f));
	facts_open(&t);
	for (int16_t left = 70; left > 20; left--) {
		f.max_forwards = left;
		facts_see(&t, 10, f);
	}
	facts_none(&t, LOOP);
	facts_close(&t);
}

/* What was passed on is told of the hop where it was said. */
static void
test_loop_leg(void **state)
{
	struct fact f = facts_end(METHOD_INVITE, &facts_pbx, &facts_trunk, 483);

	(void)state;
	f.passed_on = true;
	assert_false(facts_fires(LOOP, 5, f));
	f.passed_on = f.whole = false;
	assert_true(facts_fires(LOOP, 5, f));
	f.outcome = OUTCOME_CANCELLED;
	assert_false(facts_fires(LOOP, 5, f));
}

static struct fact
early(const char *to, uint16_t code, int32_t setup_ms)
{
	struct fact f = facts_end(METHOD_INVITE, &facts_pbx, &facts_trunk, code);

	f.to = slice_str(to);
	f.early_media = f.rang = true;
	f.setup_ms = setup_ms;
	return f;
}

static void
test_early_media(void **state)
{
	struct fact f = early("+33123456", 480, 9000), gave_up = early("0033 123-457", 487, 7000);
	struct facts t;

	(void)state;
	facts_open(&t);
	gave_up.outcome = OUTCOME_CANCELLED;
	for (int i = 0; i < 4; i++)
		facts_see(&t, 20000, f);
	facts_see(&t, 20000, gave_up);
	facts_none(&t, EARLY_MEDIA);
	facts_see(&t, 20000, gave_up);
	facts_up(&t, EARLY_MEDIA, INCIDENT_WARNING);
	assert_string_equal(t.what[EARLY_MEDIA], "33123");
	assert_int_equal(t.count[EARLY_MEDIA], 6);
	facts_see(&t, 20000, early("+331234", 200, 9000));
	facts_over(&t, EARLY_MEDIA, 1);
	/* It starts from nothing. */
	facts_see(&t, 20000, f);
	facts_over(&t, EARLY_MEDIA, 1);
	facts_close(&t);
}

static void
test_early_media_harmless(void **state)
{
	struct fact rang = early("+33123456", 480, 9000);
	struct facts t;

	(void)state;
	facts_open(&t);
	rang.rang_180 = true;
	for (int i = 0; i < 20; i++) {
		/* A voice menu, listened to; music instead of ringing, answered; ringing; other prefixes. */
		facts_see(&t, 10000, early("+44123456", 487, 40000));
		facts_see(&t, 10000, early("+49300000", i % 5 == 4 ? 200 : 487, 8000));
		facts_see(&t, 10000, rang);
	}
	facts_see(&t, 0, early("+11111", 480, 9000));
	facts_see(&t, 0, early("+22222", 480, 9000));
	facts_none(&t, EARLY_MEDIA);
	facts_close(&t);
}

static struct fact
dialled(const char *from, const char *to, uint16_t code)
{
	struct fact f = facts_end(METHOD_INVITE, &facts_pbx, &facts_trunk, code);

	f.from = slice_str(from);
	f.to = slice_str(to);
	return f;
}

static void
test_number_format(void **state)
{
	static const char *const numbers[] = { "+49301111", "0049301112", "+49 (30) 11-13", "+49301114", "+49301115" };
	static const uint16_t codes[] = { 404, 484, 604, 416, 404 };
	struct facts t;

	(void)state;
	facts_open(&t);
	for (int i = 0; i < 4; i++)
		facts_see(&t, 60000, dialled("201", numbers[i], codes[i]));
	facts_none(&t, NUMBER_FORMAT);
	facts_see(&t, 60000, dialled("202", numbers[4], codes[4]));
	facts_up(&t, NUMBER_FORMAT, INCIDENT_ERROR);
	assert_string_equal(t.sentence[NUMBER_FORMAT],
	    "5 calls to numbers with 49301 failed at carrier-a within 15 minutes "
	    "(newest: +49301115 with 404), none got through");
	facts_see(&t, 1000, dialled("202", "+493012", 486));
	facts_over(&t, NUMBER_FORMAT, 1);
	facts_close(&t);
}

static void
test_number_format_harmless(void **state)
{
	static const char *const growing[] = { "49302", "493022", "4930222", "49302222", "493022222", "4930222222" };
	struct fact scan = facts_end(METHOD_INVITE, &facts_site, &facts_pbx, 404);
	struct facts t;

	(void)state;
	facts_open(&t);
	for (int i = 0; i < 20; i++) {
		/* One wrong number; wrong numbers here and there; a prefix that works for some; strangers who scan us.
		 */
		facts_see(&t, 1000, dialled("201", "+49301111", 404));
		facts_see(&t, 1000, dialled("201", i % 2 == 0 ? "+44201111" : "+44202222", i % 4 == 3 ? 200 : 404));
		scan.to = slice_str(i % 2 == 0 ? "00972595111" : "00972595222");
		facts_see(&t, 1000, scan);
	}
	for (int i = 0; i < 6; i++)
		facts_see(&t, 1500, dialled("203", growing[i], 484));
	facts_none(&t, NUMBER_FORMAT);
	facts_close(&t);
}

/* Our own dial plan lacks a pattern: told by telephones that we know. */
static void
test_number_format_own(void **state)
{
	struct fact f = facts_end(METHOD_INVITE, &facts_phone, &facts_pbx, 404);
	struct facts t;

	(void)state;
	facts_open(&t);
	for (int known = 0; known < 2; known++) {
		for (int i = 0; i < 5; i++) {
			f.to = slice_str(i % 2 ? "+49301111" : "+49301112");
			facts_see(&t, 1000, f);
		}
		assert_int_equal(t.starts[NUMBER_FORMAT], known);
		facts_see(&t, 1000, facts_end(METHOD_REGISTER, &facts_phone, &facts_pbx, 200));
	}
	facts_close(&t);
	facts_open(&t);
	f.role_client = PEER_ROLE_PHONES;
	for (int i = 0; i < 5; i++) {
		f.to = slice_str(i % 2 ? "+49301111" : "+49301112");
		facts_see(&t, 1000, f);
	}
	facts_up(&t, NUMBER_FORMAT, INCIDENT_ERROR);
	facts_close(&t);
}

/* 484 again and again, and nobody is still dialling. */
static void
test_number_format_incomplete(void **state)
{
	static const char *const numbers[] = { "49302", "4930212345", "4930299", "49302999", "4930211", "4930222" };
	struct fact good = dialled("201", "4930277", 480);
	struct facts t;

	(void)state;
	facts_open(&t);
	for (int i = 0; i < 6; i++)
		facts_see(&t, 61000, dialled("201", numbers[i], 484));
	facts_up(&t, NUMBER_FORMAT, INCIDENT_ERROR);
	assert_int_equal(t.count[NUMBER_FORMAT], 6);
	good.rang_180 = true;
	facts_see(&t, 1000, good);
	facts_over(&t, NUMBER_FORMAT, 1);
	/* All over again. */
	for (int i = 0; i < 4; i++)
		facts_see(&t, 1000, dialled("201", numbers[i], 404));
	facts_over(&t, NUMBER_FORMAT, 1);
	facts_close(&t);
}

static void
test_number_format_caller(void **state)
{
	struct fact f = dialled("03012345", "+33123456", 403), good = dialled("+493012345", "+33123456", 200);
	struct facts t;

	(void)state;
	facts_open(&t);
	for (int i = 0; i < 5; i++) {
		f.phrase = slice_str("Forbidden");
		facts_see(&t, 1000, f);
	}
	facts_none(&t, NUMBER_FORMAT);
	for (int i = 0; i < 5; i++) {
		f.phrase = slice_str("Caller Origination Number is Invalid D35");
		facts_none(&t, NUMBER_FORMAT);
		facts_see(&t, 1000, f);
		/* Calls with a number of another form say nothing about this one. */
		facts_see(&t, 1000, good);
	}
	facts_up(&t, NUMBER_FORMAT, INCIDENT_ERROR);
	assert_string_equal(t.what[NUMBER_FORMAT], "03012345");
	good.from = slice_str("03099");
	facts_see(&t, 1000, good);
	facts_over(&t, NUMBER_FORMAT, 1);
	facts_close(&t);
	/* Four of each form are no five of one. */
	facts_open(&t);
	for (int i = 0; i < 16; i++) {
		static const char *const forms[] = { "+4930", "004930", "04930", "4930" };

		f.from = slice_str(forms[i % 4]);
		facts_see(&t, 1000, f);
	}
	facts_none(&t, NUMBER_FORMAT);
	facts_close(&t);
}

static struct fact
inbound(const struct endpoint *client, const char *to, uint16_t code)
{
	struct fact f = facts_end(METHOD_INVITE, client, &facts_pbx, code);

	f.to = slice_str(to);
	return f;
}

static void
test_inbound_route(void **state)
{
	struct facts t;

	(void)state;
	facts_open(&t);
	facts_see(&t, 0, inbound(&facts_trunk, "+4930123", 404));
	facts_none(&t, INBOUND_ROUTE);
	facts_see(&t, 20 * 3600000, inbound(&facts_trunk, "+4930123", 404));
	facts_up(&t, INBOUND_ROUTE, INCIDENT_ERROR);
	assert_string_equal(t.sentence[INBOUND_ROUTE],
	    "2 calls to +4930123 from carrier-a got 404 from us, none was answered within 24 hours");
	facts_see(&t, 1000, inbound(&facts_trunk, "+4930999", 200));
	facts_up(&t, INBOUND_ROUTE, INCIDENT_ERROR);
	facts_see(&t, 1000, inbound(&facts_trunk, "+4930123", 200));
	facts_over(&t, INBOUND_ROUTE, 1);
	/* It worked a while ago: two wrong answers are no missing route, for as long as that counts. */
	facts_repeat(&t, 3, 1000, inbound(&facts_trunk, "+4930123", 404));
	facts_see(&t, 23 * 3600000, inbound(&facts_trunk, "+4930123", 404));
	facts_over(&t, INBOUND_ROUTE, 1);
	facts_see(&t, 2 * 3600000, inbound(&facts_trunk, "+4930123", 404));
	facts_see(&t, 1000, inbound(&facts_trunk, "+4930123", 404));
	facts_up(&t, INBOUND_ROUTE, INCIDENT_ERROR);
	facts_close(&t);
}

static void
test_inbound_route_harmless(void **state)
{
	struct fact rang = inbound(&facts_trunk, "+4930555", 404), out;
	struct facts t;

	(void)state;
	facts_open(&t);
	rang.rang = true;
	for (int i = 0; i < 10; i++) {
		/* A scan; a number that rings; a number only now and then; what the trunk says to us. */
		facts_see(&t, 1000, inbound(&facts_site, "+4930123", 404));
		facts_see(&t, 1000, rang);
		facts_see(&t, 25 * 3600000, inbound(&facts_trunk, "+4930124", 404));
		out = dialled("201", "+4930123", 404);
		facts_see(&t, 1000, out);
	}
	facts_none(&t, INBOUND_ROUTE);
	facts_close(&t);
}

static void
test_inbound_route_codes(void **state)
{
	struct fact leg = inbound(&facts_trunk, "+4930", 404), to_phone = leg, cancelled = leg;

	(void)state;
	leg.whole = false;
	to_phone.own_server = false;
	cancelled.outcome = OUTCOME_CANCELLED;
	assert_true(facts_fires(INBOUND_ROUTE, 2, inbound(&facts_trunk, "+4930", 484)));
	assert_true(facts_fires(INBOUND_ROUTE, 2, inbound(&facts_trunk, "+4930", 604)));
	assert_false(facts_fires(INBOUND_ROUTE, 5, inbound(&facts_trunk, "+4930", 486)));
	assert_false(facts_fires(INBOUND_ROUTE, 5, leg));
	assert_false(facts_fires(INBOUND_ROUTE, 5, to_phone));
	assert_false(facts_fires(INBOUND_ROUTE, 5, cancelled));
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_loop_hops), cmocka_unit_test(test_loop_detected),
		cmocka_unit_test(test_loop_falling), cmocka_unit_test(test_loop_leg),
		cmocka_unit_test(test_number_format_own), cmocka_unit_test(test_number_format_incomplete),
		cmocka_unit_test(test_inbound_route_codes), cmocka_unit_test(test_early_media),
		cmocka_unit_test(test_early_media_harmless), cmocka_unit_test(test_number_format),
		cmocka_unit_test(test_number_format_harmless), cmocka_unit_test(test_number_format_caller),
		cmocka_unit_test(test_inbound_route), cmocka_unit_test(test_inbound_route_harmless) };

	return cmocka_run_group_tests_name("pattern_routing", tests, NULL, NULL);
}
