/* pattern_registration: telephones behind NAT, wrong passwords, ACKs that never come. */
#include "facts.h"

enum { NAT = 8, CREDENTIALS = 15, ACK_MISSING = 20 };

/* The 200 to a REGISTER of a user. */
static struct fact
registered(const char *user, int32_t expires)
{
	struct fact f = facts_make(FACT_RESPONSE, METHOD_REGISTER, &facts_site, &facts_pbx);

	f.to = f.from = slice_str(user);
	f.code = 200;
	f.expires = expires;
	return f;
}

/* A call of the PBX to that user. */
static struct fact
called(const char *user, uint16_t code)
{
	struct fact f = facts_end(METHOD_INVITE, &facts_pbx, &facts_site, code);

	f.to = slice_str(user);
	return f;
}

static void
test_nat(void **state)
{
	struct fact renews = facts_make(FACT_REQUEST, METHOD_REGISTER, &facts_site, &facts_pbx);
	struct facts t;

	(void)state;
	facts_open(&t);
	facts_see(&t, 0, registered("205", 600));
	renews.to = slice_str("205");
	renews.expires = 600;
	facts_see(&t, 0, renews);
	facts_see(&t, 100000, called("205", 0));
	facts_none(&t, NAT);
	facts_see(&t, 100000, called("205", 408));
	facts_up(&t, NAT, INCIDENT_WARNING);
	assert_string_equal(
	    t.sentence[NAT], "2 calls in a row to 205 at 203.0.113.5 failed (408), though it registered 200 s ago");
	facts_see(&t, 10000, registered("205", 600));
	facts_up(&t, NAT, INCIDENT_WARNING);
	facts_see(&t, 10000, called("205", 200));
	facts_over(&t, NAT, 1);
	/* The row is broken. */
	facts_see(&t, 10000, called("205", 0));
	facts_over(&t, NAT, 1);
	facts_see(&t, 10000, called("205", 0));
	facts_up(&t, NAT, INCIDENT_WARNING);
	facts_wait(&t, 901000);
	facts_over(&t, NAT, 2);
	facts_close(&t);
}

static void
test_nat_harmless(void **state)
{
	struct fact dnd = called("201", 480), rang = called("202", 480), gone;
	struct facts t;

	(void)state;
	facts_open(&t);
	rang.rang = true;
	rang.ms = 20000;
	for (int i = 0; i < 9; i++) {
		char user[16];

		snprintf(user, sizeof user, "20%d", i + 1);
		facts_see(&t, 0, registered(user, i == 3 ? 7200 : i == 4 ? 30 : 3600));
	}
	gone = facts_make(FACT_REQUEST, METHOD_REGISTER, &facts_site, &facts_pbx);
	gone.to = slice_str("206");
	gone.expires = 0;
	facts_see(&t, 0, gone);
	facts_see(&t, 0, registered("207", 0));
	facts_wait(&t, 60000);
	for (int i = 0; i < 5; i++) {
		facts_see(&t, 1000, dnd);
		facts_see(&t, 1000, rang);
		facts_see(&t, 1000, called("203", i % 2 == 0 ? 0 : 486));
		facts_see(&t, 1000, called("205", 0));
		facts_see(&t, 1000, called("206", 0));
		facts_see(&t, 1000, called("207", 0));
		facts_see(&t, 1000, called("999", 0));
	}
	facts_wait(&t, 1200000);
	/* Off for long, though good for two hours: nobody heard of it for 20 minutes. */
	facts_see(&t, 0, called("204", 0));
	facts_see(&t, 1000, called("204", 0));
	facts_none(&t, NAT);
	facts_close(&t);
}

/* Which answers say that the telephone was not reached. */
static void
test_nat_codes(void **state)
{
	static const struct {
		uint16_t code;
		int32_t ms;
		unsigned starts;
	} rows[] = { { 0, 32000, 1 }, { 408, 20, 1 }, { 430, 20, 1 }, { 480, 20, 0 }, { 480, 20000, 1 }, { 480, -1, 0 },
		{ 404, 20, 0 }, { 486, 20, 0 } };
	struct fact f;
	struct facts t;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		facts_open(&t);
		facts_see(&t, 0, registered("205", 600));
		f = called("205", rows[i].code);
		f.ms = rows[i].ms;
		facts_repeat(&t, 2, 1000, f);
		assert_int_equal(t.starts[NAT], rows[i].starts);
		/* Not reached, then refused: the telephone is there. */
		facts_see(&t, 1000, called("205", 404));
		facts_over(&t, NAT, rows[i].starts);
		facts_close(&t);
	}
	/* 480 at once says nothing, not even that it was reached. */
	facts_open(&t);
	facts_see(&t, 0, registered("205", 600));
	facts_see(&t, 1000, called("205", 0));
	facts_see(&t, 1000, called("205", 480));
	facts_see(&t, 1000, called("205", 0));
	facts_up(&t, NAT, INCIDENT_WARNING);
	facts_close(&t);
}

/* Who registers us, or is refused, is nobody we could lose; and a call of others is not ours. */
static void
test_nat_others(void **state)
{
	struct fact ours = registered("201", 600), refused = registered("202", 600), theirs = called("203", 0), leg;
	struct facts t;

	(void)state;
	facts_open(&t);
	ours.own_client = true;
	refused.code = 403;
	leg = called("203", 0);
	leg.leg = false;
	theirs.own_client = false;
	facts_see(&t, 0, ours);
	facts_see(&t, 0, refused);
	facts_see(&t, 0, registered("203", 600));
	for (int i = 0; i < 3; i++) {
		facts_see(&t, 1000, called("201", 0));
		facts_see(&t, 1000, called("202", 0));
		facts_see(&t, 1000, theirs);
		facts_see(&t, 1000, leg);
	}
	facts_none(&t, NAT);
	facts_close(&t);
}

static void
test_nat_site(void **state)
{
	static const char *const users[] = { "301", "302", "303" };
	struct facts t;

	(void)state;
	facts_open(&t);
	for (int i = 0; i < 3; i++)
		facts_see(&t, 0, registered(users[i], 3600));
	for (int i = 0; i < 2; i++)
		facts_see(&t, 30000, called(users[i], 0));
	facts_none(&t, NAT);
	facts_see(&t, 30000, called(users[2], 0));
	facts_up(&t, NAT, INCIDENT_ERROR);
	assert_string_equal(t.sentence[NAT],
	    "calls to 3 registered users behind 203.0.113.5 got no answer within 15 minutes (newest: 303)");
	facts_close(&t);
}

/* Each minute OPTIONS go to ten telephones behind one address; `lost` of them are silent. */
static void
qualify(struct facts *t, int minutes, int lost)
{
	struct endpoint contact = facts_site;

	for (int m = 0; m < minutes; m++)
		for (int i = 0; i < 10; i++) {
			struct fact f = facts_end(METHOD_OPTIONS, &facts_pbx, &facts_site, i < lost ? 0 : 404);

			contact.port = (uint16_t)(40000 + i);
			f.server = &contact;
			f.outcome = i < lost ? OUTCOME_NO_RESPONSE : OUTCOME_OK;
			facts_see(t, 6000, f);
		}
}

static void
test_nat_options(void **state)
{
	struct facts t;

	(void)state;
	facts_open(&t);
	qualify(&t, 30, 2);
	facts_none(&t, NAT);
	qualify(&t, 4, 4);
	facts_up(&t, NAT, INCIDENT_ERROR);
	assert_string_equal(t.sentence[NAT], "4 of 10 telephones behind 203.0.113.5 do not answer OPTIONS any more");
	qualify(&t, 10, 0);
	facts_over(&t, NAT, 1);
	facts_close(&t);
}

/* Two contacts are no site, a trunk is none either, and in the house there is no router. */
static void
test_nat_options_harmless(void **state)
{
	struct endpoint contact[3] = { facts_site, facts_trunk, facts_phone };
	struct facts t;

	(void)state;
	facts_open(&t);
	for (int i = 0; i < 100; i++)
		for (int k = 0; k < 3; k++) {
			struct fact f = facts_end(METHOD_OPTIONS, &facts_pbx, k == 1 ? &facts_trunk : &facts_site, 0);

			contact[k].port = (uint16_t)(40000 + i % (k == 0 ? 2 : 5));
			f.server = &contact[k];
			facts_see(&t, 2000, f);
		}
	facts_none(&t, NAT);
	facts_close(&t);
}

static struct fact
login(const char *user, const struct endpoint *client, const struct endpoint *server, uint16_t code)
{
	struct fact f = facts_end(METHOD_REGISTER, client, server, code);

	f.to = f.from = slice_str(user);
	f.credentials = true;
	f.auth = code != 200;
	return f;
}

static void
test_credentials(void **state)
{
	struct facts t;

	(void)state;
	facts_open(&t);
	facts_see(&t, 0, login("201", &facts_phone, &facts_pbx, 401));
	facts_see(&t, 20000, login("201", &facts_phone, &facts_pbx, 401));
	facts_none(&t, CREDENTIALS);
	facts_see(&t, 20000, login("201", &facts_phone, &facts_pbx, 403));
	facts_up(&t, CREDENTIALS, INCIDENT_WARNING);
	assert_string_equal(
	    t.sentence[CREDENTIALS], "3 logins in a row of 201 from 10.0.0.5 refused by pbx (newest: 403)");
	assert_string_equal(t.what[CREDENTIALS], "201");
	assert_string_equal(t.peer[CREDENTIALS], "10.0.0.5");
	facts_see(&t, 20000, login("201", &facts_phone, &facts_pbx, 200));
	facts_over(&t, CREDENTIALS, 1);
	facts_see(&t, 20000, login("201", &facts_phone, &facts_pbx, 401));
	facts_see(&t, 20000, login("201", &facts_phone, &facts_pbx, 401));
	facts_over(&t, CREDENTIALS, 1);
	facts_close(&t);
}

/* Our own account at the trunk: first it is refused to register, then to call. */
static void
test_credentials_trunk(void **state)
{
	struct fact call = facts_end(METHOD_INVITE, &facts_pbx, &facts_trunk, 407);
	struct facts t;

	(void)state;
	facts_open(&t);
	for (int i = 0; i < 3; i++)
		facts_see(&t, 60000, login("acct", &facts_pbx, &facts_trunk, 403));
	facts_up(&t, CREDENTIALS, INCIDENT_CRITICAL);
	assert_string_equal(t.peer[CREDENTIALS], "carrier-a");
	facts_wait(&t, 1801000);
	facts_over(&t, CREDENTIALS, 1);
	call.auth = true;
	for (int i = 0; i < 3; i++) {
		call.from = slice_str(i == 0 ? "201" : i == 1 ? "202" : "203");
		facts_see(&t, 1000, call);
	}
	assert_int_equal(t.starts[CREDENTIALS], 2);
	facts_close(&t);
}

static void
test_credentials_harmless(void **state)
{
	struct fact stale = login("201", &facts_phone, &facts_pbx, 401), broke;
	struct facts t;

	(void)state;
	facts_open(&t);
	stale.stale = true;
	broke = facts_end(METHOD_INVITE, &facts_pbx, &facts_trunk, 403);
	broke.auth = broke.credentials = true;
	broke.phrase = slice_str("Insufficient funds");
	facts_see(&t, 0, login("202", &facts_phone, &facts_pbx, 200));
	for (int i = 0; i < 10; i++) {
		/* A nonce that is too old; a second device with the old password; no money; left challenges. */
		facts_see(&t, 20000, stale);
		facts_see(&t, 20000, login("202", &facts_site, &facts_pbx, 401));
		facts_see(&t, 20000, broke);
		facts_see(&t, 20000, facts_end(METHOD_REGISTER, &facts_site2, &facts_pbx, 404));
	}
	facts_none(&t, CREDENTIALS);
	facts_close(&t);
}

/* A telephone with the old password, and then a second one with the new: nothing is wrong with the account. */
static void
test_credentials_elsewhere(void **state)
{
	struct fact call = facts_end(METHOD_INVITE, &facts_phone, &facts_pbx, 407), left = call, ping, leg, third;
	struct facts t;

	(void)state;
	facts_open(&t);
	facts_repeat(&t, 3, 1000, login("201", &facts_phone, &facts_pbx, 401));
	facts_up(&t, CREDENTIALS, INCIDENT_WARNING);
	facts_see(&t, 1000, login("201", &facts_site, &facts_pbx, 200));
	facts_over(&t, CREDENTIALS, 1);
	facts_repeat(&t, 5, 1000, login("201", &facts_phone, &facts_pbx, 401));
	facts_over(&t, CREDENTIALS, 1);
	/* An hour later nobody knows. */
	facts_repeat(&t, 3, 3600000, login("201", &facts_phone, &facts_pbx, 401));
	facts_repeat(&t, 2, 1000, login("201", &facts_phone, &facts_pbx, 401));
	assert_int_equal(t.starts[CREDENTIALS], 2);
	facts_close(&t);
	call.auth = true;
	ping = leg = login("201", &facts_phone, &facts_pbx, 401);
	ping.method = METHOD_OPTIONS;
	leg.whole = false;
	assert_true(facts_fires(CREDENTIALS, 3, call));
	third = login("201", &facts_phone, &facts_pbx, 403);
	third.auth = false;
	assert_true(facts_fires(CREDENTIALS, 3, third));
	third.credentials = false;
	assert_false(facts_fires(CREDENTIALS, 3, third));
	/* Somebody may register another's account; the account is whom it is for. */
	facts_open(&t);
	for (int i = 0; i < 3; i++) {
		third = login("201", &facts_phone, &facts_pbx, 401);
		third.from = slice_str(i == 0 ? "a" : i == 1 ? "b" : "c");
		facts_see(&t, 1000, third);
	}
	facts_up(&t, CREDENTIALS, INCIDENT_WARNING);
	facts_close(&t);
	assert_false(facts_fires(CREDENTIALS, 5, left));
	assert_false(facts_fires(CREDENTIALS, 5, ping));
	assert_false(facts_fires(CREDENTIALS, 5, leg));
	assert_false(facts_fires(CREDENTIALS, 5, login("201", &facts_phone, &facts_pbx, 503)));
}

/* One source tries twenty users, thrice each: that is guessing. */
static void
test_credentials_guessed(void **state)
{
	struct facts t;

	(void)state;
	facts_open(&t);
	for (int i = 0; i < 60; i++) {
		char user[16];

		snprintf(user, sizeof user, "10%d", i % 20);
		facts_see(&t, 1000, login(user, &facts_site, &facts_pbx, 401));
	}
	facts_none(&t, CREDENTIALS);
	facts_close(&t);
	/* It began with one user who looked like an old telephone. */
	facts_open(&t);
	facts_repeat(&t, 3, 10000, login("100", &facts_site, &facts_pbx, 401));
	facts_up(&t, CREDENTIALS, INCIDENT_WARNING);
	for (int i = 1; i < 12; i++) {
		char user[16];

		snprintf(user, sizeof user, "20%d", i);
		facts_see(&t, 1000, login(user, &facts_site, &facts_pbx, 401));
	}
	facts_see(&t, 1000, login("100", &facts_site, &facts_pbx, 401));
	facts_over(&t, CREDENTIALS, 1);
	facts_close(&t);
}

static struct fact
repeated(uint32_t repeats, const char *call_id)
{
	struct fact f = facts_make(FACT_REPEAT_2XX, METHOD_INVITE, &facts_trunk, &facts_pbx);

	f.code = 200;
	f.repeats = repeats;
	f.call_id = slice_str(call_id);
	return f;
}

static void
test_ack_missing(void **state)
{
	struct facts t;

	(void)state;
	facts_open(&t);
	/* Late ACKs, and one call that never gets one. */
	for (uint32_t i = 1; i <= 3; i++) {
		facts_see(&t, 1000, repeated(i, "a"));
		facts_see(&t, 1000, repeated(i, "b"));
	}
	for (uint32_t i = 1; i <= 10; i++)
		facts_see(&t, 3000, repeated(i, "c"));
	facts_none(&t, ACK_MISSING);
	for (uint32_t i = 1; i <= 4; i++)
		facts_see(&t, 3000, repeated(i, "d"));
	facts_up(&t, ACK_MISSING, INCIDENT_ERROR);
	assert_string_equal(t.peer[ACK_MISSING], "carrier-a");
	facts_wait(&t, 601000);
	facts_over(&t, ACK_MISSING, 1);
	facts_close(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_nat), cmocka_unit_test(test_nat_harmless),
		cmocka_unit_test(test_nat_codes), cmocka_unit_test(test_nat_others),
		cmocka_unit_test(test_nat_options_harmless), cmocka_unit_test(test_credentials_elsewhere),
		cmocka_unit_test(test_nat_site), cmocka_unit_test(test_nat_options), cmocka_unit_test(test_credentials),
		cmocka_unit_test(test_credentials_trunk), cmocka_unit_test(test_credentials_harmless),
		cmocka_unit_test(test_credentials_guessed), cmocka_unit_test(test_ack_missing) };

	return cmocka_run_group_tests_name("pattern_registration", tests, NULL, NULL);
}
