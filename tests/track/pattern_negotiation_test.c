/* pattern_negotiation: codecs, session timers, messages too big for a datagram, SIP ALGs. */
#include "facts.h"

enum { CODEC = 7, SESSION_TIMER = 13, TOO_BIG = 18, ALG = 21 };

static void
test_codec(void **state)
{
	struct fact there = facts_end(METHOD_INVITE, &facts_pbx, &facts_trunk, 488);
	struct fact back = facts_end(METHOD_INVITE, &facts_trunk, &facts_pbx, 503);
	struct facts t;

	(void)state;
	facts_open(&t);
	back.warn_code = 305;
	facts_see(&t, 0, there);
	facts_see(&t, 60000, back);
	facts_none(&t, CODEC);
	facts_see(&t, 60000, there);
	facts_up(&t, CODEC, INCIDENT_ERROR);
	assert_int_equal(t.count[CODEC], 3);
	assert_string_equal(t.sentence[CODEC],
	    "3 calls between pbx and carrier-a failed over codecs or encryption within 10 minutes "
	    "(newest: refused with 488), "
	    "none was answered");
	facts_wait(&t, 601000);
	facts_over(&t, CODEC, 1);
	facts_close(&t);
}

static void
test_codec_signs(void **state)
{
	static const struct {
		uint16_t code;
		int warn_code;
		bool fires;
	} rows[] = { { 488, -1, true }, { 606, -1, true }, { 415, -1, true }, { 500, 302, true }, { 500, 304, true },
		{ 500, 305, true }, { 500, 399, false }, { 404, -1, false } };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct fact f = facts_end(METHOD_INVITE, &facts_phone, &facts_pbx, rows[i].code);

		f.warn_code = rows[i].warn_code;
		assert_int_equal(facts_fires(CODEC, 3, f), rows[i].fires);
	}
}

static struct fact
ended(int32_t duration_ms, int q850)
{
	struct fact f = facts_make(FACT_CALL_ENDED, METHOD_INVITE, &facts_pbx, &facts_trunk);

	f.duration_ms = duration_ms;
	f.q850 = q850;
	f.answered = true;
	return f;
}

static void
test_codec_ended(void **state)
{
	struct facts t;

	(void)state;
	facts_open(&t);
	for (int i = 0; i < 5; i++) {
		facts_see(&t, 1000, ended(60000, 88));
		facts_see(&t, 1000, ended(1500, 16));
	}
	facts_none(&t, CODEC);
	for (int i = 0; i < 2; i++)
		facts_see(&t, 1000, ended(1500, i == 0 ? 88 : 65));
	/* Others on the same way are well: it is two devices, not the way. */
	facts_see(&t, 1000, facts_end(METHOD_INVITE, &facts_pbx, &facts_trunk, 200));
	facts_see(&t, 1000, ended(2000, 88));
	facts_up(&t, CODEC, INCIDENT_WARNING);
	facts_close(&t);
}

static void
test_codec_harmless(void **state)
{
	struct fact fax = facts_end(METHOD_INVITE, &facts_pbx, &facts_trunk, 488);
	struct facts t;

	(void)state;
	facts_open(&t);
	fax.in_dialog = true;
	for (int i = 0; i < 20; i++)
		facts_see(&t, 1000, fax);
	/* Two for each of two pairs. */
	for (int i = 0; i < 2; i++) {
		facts_see(&t, 1000, facts_end(METHOD_INVITE, &facts_pbx, &facts_site, 488));
		facts_see(&t, 1000, facts_end(METHOD_INVITE, &facts_pbx, &facts_phone, 606));
	}
	facts_none(&t, CODEC);
	facts_close(&t);
}

static void
test_session_timer_422(void **state)
{
	struct facts t;

	(void)state;
	facts_open(&t);
	for (int i = 0; i < 10; i++) {
		/* A 422 whose retry worked is no failure, and told as a success. */
		facts_see(&t, 1000, facts_end(METHOD_INVITE, &facts_pbx, &facts_trunk, 200));
	}
	facts_see(&t, 1000, facts_end(METHOD_INVITE, &facts_pbx, &facts_trunk, 422));
	facts_see(&t, 1000, facts_end(METHOD_INVITE, &facts_pbx, &facts_site, 422));
	facts_none(&t, SESSION_TIMER);
	facts_see(&t, 1000, facts_end(METHOD_INVITE, &facts_pbx, &facts_trunk, 422));
	facts_up(&t, SESSION_TIMER, INCIDENT_ERROR);
	assert_string_equal(t.peer[SESSION_TIMER], "carrier-a");
	facts_wait(&t, 1801000);
	facts_over(&t, SESSION_TIMER, 1);
	facts_close(&t);
}

static void
test_session_timer_length(void **state)
{
	struct facts t;

	(void)state;
	facts_open(&t);
	facts_see(&t, 0, ended(900000, -1));
	facts_see(&t, 900000, ended(901900, -1));
	facts_see(&t, 900000, ended(906500, -1));
	facts_none(&t, SESSION_TIMER);
	facts_see(&t, 900000, ended(899000, -1));
	/* Others end after anything: one of them near takes a fourth. */
	facts_none(&t, SESSION_TIMER);
	facts_see(&t, 60000, ended(900500, 102));
	facts_up(&t, SESSION_TIMER, INCIDENT_WARNING);
	assert_string_equal(t.sentence[SESSION_TIMER],
	    "4 calls ended after the same time, 900 s, within 1 hour (newest: with carrier-a)");
	facts_close(&t);
	facts_open(&t);
	for (int i = 0; i < 2; i++)
		facts_see(&t, 900000, ended(900000, -1));
	facts_none(&t, SESSION_TIMER);
	facts_see(&t, 900000, ended(900000, -1));
	facts_up(&t, SESSION_TIMER, INCIDENT_WARNING);
	facts_close(&t);
}

static void
test_session_timer_harmless(void **state)
{
	struct fact prepaid = ended(1800000, -1), hour = ended(3600000, -1);
	struct facts t;
	uint32_t random = 1;

	(void)state;
	facts_open(&t);
	prepaid.reason = slice_str("SIP;cause=200;text=\"Credit exhausted\"");
	for (int i = 0; i < 10; i++) {
		/* Money ran out; the product ends calls after an hour; short calls are alike. */
		facts_see(&t, 10000, prepaid);
		facts_see(&t, 10000, hour);
		facts_see(&t, 10000, ended(30000, -1));
		/* The same length, once in a while. */
		facts_see(&t, 2000000, ended(1234000, -1));
	}
	/* A busy machine: 3000 calls an hour that last one to five minutes. */
	for (int i = 0; i < 12000; i++) {
		random = random * 1103515245 + 12345;
		facts_see(&t, 1200, ended((int32_t)(61000 + (random >> 8) % 240000), 16));
	}
	facts_none(&t, SESSION_TIMER);
	/* With a session timer an hour is a length like any other. */
	hour.session_expires = 7200;
	for (int i = 0; i < 3; i++)
		facts_see(&t, 1000, hour);
	facts_up(&t, SESSION_TIMER, INCIDENT_WARNING);
	facts_close(&t);
}

/* Telephones are one group; each of them makes too few calls. */
static void
test_session_timer_group(void **state)
{
	struct fact one = ended(900000, -1), two = one;
	struct facts t;

	(void)state;
	one.server = &facts_phone;
	two.server = &facts_site;
	one.role_server = two.role_server = PEER_ROLE_UNKNOWN;
	facts_open(&t);
	facts_repeat(&t, 2, 1000, one);
	facts_repeat(&t, 2, 1000, ended(900000, -1));
	facts_none(&t, SESSION_TIMER);
	facts_see(&t, 1000, two);
	facts_up(&t, SESSION_TIMER, INCIDENT_WARNING);
	facts_close(&t);
}

static void
test_session_timer_signs(void **state)
{
	static const struct {
		enum sip_method method;
		uint16_t code;
		bool fires;
	} rows[] = { { METHOD_INVITE, 481, true }, { METHOD_UPDATE, 408, true }, { METHOD_UPDATE, 500, true },
		{ METHOD_INVITE, 0, true }, { METHOD_INVITE, 491, false }, { METHOD_INFO, 481, false } };
	static const char *const money[] = { "credit", "balance", "prepaid", "funds" };
	struct fact f;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		f = facts_end(rows[i].method, &facts_pbx, &facts_trunk, rows[i].code);
		f.in_dialog = true;
		f.session_expires = 1800;
		assert_int_equal(facts_fires(SESSION_TIMER, 3, f), rows[i].fires);
	}
	for (size_t i = 0; i < sizeof money / sizeof money[0]; i++) {
		f = ended(900000, -1);
		f.reason = slice_str(money[i]);
		assert_false(facts_fires(SESSION_TIMER, 5, f));
	}
	f = facts_end(METHOD_INVITE, &facts_pbx, &facts_trunk, 422);
	f.passed_on = true;
	assert_false(facts_fires(SESSION_TIMER, 5, f));
}

static void
test_session_timer_refresh(void **state)
{
	struct fact lost = facts_make(FACT_SESSION_LOST, METHOD_INVITE, &facts_pbx, &facts_trunk);
	struct fact refresh = facts_end(METHOD_UPDATE, &facts_pbx, &facts_trunk, 481);
	struct facts t;

	(void)state;
	facts_open(&t);
	refresh.in_dialog = true;
	/* An UPDATE without a timer is about something else. */
	for (int i = 0; i < 5; i++)
		facts_see(&t, 1000, refresh);
	facts_none(&t, SESSION_TIMER);
	lost.session_expires = refresh.session_expires = 1800;
	facts_see(&t, 1000, lost);
	facts_see(&t, 1000, refresh);
	facts_none(&t, SESSION_TIMER);
	facts_see(&t, 1000, lost);
	facts_up(&t, SESSION_TIMER, INCIDENT_WARNING);
	facts_close(&t);
}

static struct fact
big(uint32_t bytes, uint16_t code)
{
	struct fact f = facts_end(METHOD_INVITE, &facts_pbx, &facts_trunk, code);

	f.bytes = bytes;
	return f;
}

static struct fact
alive(void)
{
	struct fact f = facts_make(FACT_RESPONSE, METHOD_OPTIONS, &facts_pbx, &facts_trunk);

	f.code = 200;
	return f;
}

static void
test_too_big(void **state)
{
	struct facts t;

	(void)state;
	facts_open(&t);
	facts_see(&t, 0, big(1301, 0));
	facts_see(&t, 10000, alive());
	facts_see(&t, 10000, big(1301, 0));
	facts_none(&t, TOO_BIG);
	facts_see(&t, 10000, big(1400, 0));
	facts_up(&t, TOO_BIG, INCIDENT_ERROR);
	assert_string_equal(t.sentence[TOO_BIG],
	    "3 INVITEs over UDP of more than 1300 bytes to carrier-a got nothing back "
	    "within 10 minutes, small requests do");
	facts_see(&t, 10000, big(1400, 200));
	facts_over(&t, TOO_BIG, 1);
	facts_see(&t, 1000, alive());
	facts_see(&t, 1000, big(1400, 0));
	facts_see(&t, 1000, alive());
	facts_see(&t, 1000, big(1400, 0));
	facts_over(&t, TOO_BIG, 1);
	facts_close(&t);
}

/* The sign of life may come last. */
static void
test_too_big_late(void **state)
{
	struct facts t;

	(void)state;
	facts_open(&t);
	for (int i = 0; i < 3; i++)
		facts_see(&t, 50000, big(1500, 0));
	facts_none(&t, TOO_BIG);
	facts_see(&t, 20000, alive());
	facts_up(&t, TOO_BIG, INCIDENT_ERROR);
	facts_wait(&t, 601000);
	facts_over(&t, TOO_BIG, 1);
	facts_close(&t);
}

static void
test_too_big_harmless(void **state)
{
	struct fact tcp = big(1500, 0), tried = tcp, whole = tcp, small_tcp = big(900, 0);
	struct facts t;

	(void)state;
	facts_open(&t);
	tcp.transport = TRANSPORT_TCP;
	tried.seized = true;
	whole.leg = false;
	small_tcp.transport = TRANSPORT_TCP;
	for (int i = 0; i < 5; i++) {
		facts_see(&t, 10000, tcp);
		facts_see(&t, 1000, tried);
		facts_see(&t, 1000, small_tcp);
		facts_see(&t, 1000, whole);
		facts_see(&t, 10000, big(1300, 0));
		facts_see(&t, 10000, alive());
	}
	/* It answered for the last time, then it was down. */
	facts_see(&t, 1000, big(1500, 0));
	facts_see(&t, 1000, alive());
	for (int i = 0; i < 5; i++)
		facts_see(&t, 40000, big(1500, 0));
	facts_none(&t, TOO_BIG);
	facts_close(&t);
}

static void
test_too_big_refused(void **state)
{
	struct facts t;

	(void)state;
	facts_open(&t);
	for (int i = 0; i < 2; i++)
		facts_see(&t, 1000, big(5000, 513));
	facts_none(&t, TOO_BIG);
	facts_see(&t, 1000, big(5000, 513));
	facts_up(&t, TOO_BIG, INCIDENT_ERROR);
	facts_close(&t);
}

static struct fact
broken(enum sip_method method, const struct endpoint *client, const struct endpoint *server, uint16_t code)
{
	struct fact f = facts_end(method, client, server, code);

	f.user_agent = slice_str(server == &facts_pbx ? "Phone 1.0" : "PBX");
	f.agent = slice_str(server == &facts_pbx ? "PBX" : "Phone 1.0");
	return f;
}

static void
test_alg(void **state)
{
	struct facts t;

	(void)state;
	facts_open(&t);
	facts_see(&t, 0, broken(METHOD_INVITE, &facts_site, &facts_pbx, 400));
	facts_see(&t, 1000, broken(METHOD_BYE, &facts_pbx, &facts_site, 481));
	facts_none(&t, ALG);
	facts_see(&t, 1000, broken(METHOD_REGISTER, &facts_site, &facts_pbx, 400));
	facts_up(&t, ALG, INCIDENT_WARNING);
	assert_string_equal(t.sentence[ALG],
	    "3 requests from or to 203.0.113.5 failed with 400 or 481 within 10 minutes (newest: 400 to REGISTER)");
	facts_wait(&t, 601000);
	facts_over(&t, ALG, 1);
	facts_close(&t);
}

static void
test_alg_harmless(void **state)
{
	struct facts t;

	(void)state;
	facts_open(&t);
	for (int i = 0; i < 10; i++) {
		/* One model that is broken at two sites; a carrier; a telephone in the house; watchers after a restart.
		 */
		facts_see(&t, 1000, broken(METHOD_INVITE, i % 2 ? &facts_site : &facts_site2, &facts_pbx, 400));
		facts_see(&t, 1000, broken(METHOD_INVITE, &facts_pbx, &facts_trunk, 400));
		facts_see(&t, 1000, broken(METHOD_INVITE, &facts_phone, &facts_pbx, 400));
		facts_see(&t, 1000, broken(METHOD_NOTIFY, &facts_pbx, &facts_site, 481));
	}
	facts_none(&t, ALG);
	facts_close(&t);
}

/* What the router wrote tells it from a broken model. */
static void
test_alg_mixed(void **state)
{
	struct fact f = facts_make(FACT_REQUEST, METHOD_REGISTER, &facts_site, &facts_pbx);
	struct facts t;

	(void)state;
	facts_open(&t);
	f.contact = slice_str("192.168.1.20:5060");
	f.sent_by = slice_str("192.168.1.20:5060");
	facts_see(&t, 0, f);
	for (int i = 0; i < 6; i++)
		facts_see(&t, 1000, broken(METHOD_INVITE, i % 2 ? &facts_site : &facts_site2, &facts_pbx, 400));
	facts_none(&t, ALG);
	f.sent_by = slice_str("203.0.113.5:41000");
	facts_see(&t, 1000, f);
	facts_see(&t, 1000, broken(METHOD_INVITE, &facts_site, &facts_pbx, 400));
	facts_up(&t, ALG, INCIDENT_WARNING);
	assert_non_null(strstr(t.sentence[ALG], "; its Via is rewritten, its Contact is not"));
	facts_close(&t);
}

/* Which sides and which errors count. */
static void
test_alg_signs(void **state)
{
	struct fact f = broken(METHOD_INVITE, &facts_site, &facts_pbx, 400);
	struct facts t;

	(void)state;
	assert_true(facts_fires(ALG, 3, broken(METHOD_INVITE, &facts_pbx, &facts_site, 481)));
	assert_true(facts_fires(ALG, 3, broken(METHOD_UPDATE, &facts_pbx, &facts_site, 481)));
	assert_false(facts_fires(ALG, 9, broken(METHOD_OPTIONS, &facts_site, &facts_pbx, 400)));
	assert_false(facts_fires(ALG, 9, broken(METHOD_INVITE, &facts_site, &facts_pbx, 486)));
	f.leg = false;
	assert_false(facts_fires(ALG, 9, f));
	f.leg = true;
	f.user_agent.n = 0;
	assert_true(facts_fires(ALG, 3, f));
	f.role_client = PEER_ROLE_PBX;
	assert_false(facts_fires(ALG, 9, f));
	/* Seen from between, where nothing is ours: the site is who calls. */
	f.role_client = PEER_ROLE_UNKNOWN;
	f.own_server = false;
	facts_open(&t);
	facts_repeat(&t, 3, 1000, f);
	assert_string_equal(t.peer[ALG], "203.0.113.5");
	facts_close(&t);
	/* It was up before the second site showed that it is the model. */
	facts_open(&t);
	f = broken(METHOD_INVITE, &facts_site, &facts_pbx, 400);
	facts_repeat(&t, 3, 1000, f);
	facts_up(&t, ALG, INCIDENT_WARNING);
	facts_see(&t, 1000, broken(METHOD_INVITE, &facts_site2, &facts_pbx, 400));
	facts_see(&t, 1000, f);
	facts_over(&t, ALG, 1);
	facts_close(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_codec), cmocka_unit_test(test_codec_ended),
		cmocka_unit_test(test_codec_signs), cmocka_unit_test(test_session_timer_group),
		cmocka_unit_test(test_session_timer_signs), cmocka_unit_test(test_alg_signs),
		cmocka_unit_test(test_codec_harmless), cmocka_unit_test(test_session_timer_422),
		cmocka_unit_test(test_session_timer_length), cmocka_unit_test(test_session_timer_harmless),
		cmocka_unit_test(test_session_timer_refresh), cmocka_unit_test(test_too_big),
		cmocka_unit_test(test_too_big_late), cmocka_unit_test(test_too_big_harmless),
		cmocka_unit_test(test_too_big_refused), cmocka_unit_test(test_alg), cmocka_unit_test(test_alg_harmless),
		cmocka_unit_test(test_alg_mixed) };

	return cmocka_run_group_tests_name("pattern_negotiation", tests, NULL, NULL);
}
