/*
 * patterns, 1 to 11, at track's door: for each a stream of messages that starts it and near misses that do not; how
 * incidents end, and that thresholds move them.  The rest is in patterns_late_test.c.
 */
#include "house.h"

enum { TRUNK_DOWN = 1, CONGESTION, REFUSED, REGISTER_STORM, BRUTE_FORCE, SCAN, CODEC, NAT, LOOP, FRAUD, STIR };

static void
test_trunk_down(void)
{
	const struct stream_incident *i;

	house_open();
	house_call("pbx>carrier", 503, "to=+4930111111", "phrase=Service_Unavailable");
	house_call("pbx>carrier", 503, "to=+4940222222", "phrase=Service_Unavailable");
	house_call("pbx>carrier", 0, "to=+4989333333", "");
	house_none(TRUNK_DOWN);
	house_wait(33);
	i = house_up_events(TRUNK_DOWN, INCIDENT_CRITICAL, "carrier-a", "");
	assert_string_equal(
	    i->sentence, "3 of 3 attempts to carrier-a failed in the last minute (503 x2, no response x1)");
	assert_int_equal(i->count, 3);
	/* Good answers end it. */
	house_call_numbers("pbx>carrier", 3, 200, "+49301111", "");
	house_ended(TRUNK_DOWN);
	house_close();
	/* Beside another trunk that works it is no more than an error. */
	house_open();
	for (int n = 0; n < 3; n++) {
		house_call_numbers("pbx>carrier2", 2, 200, "+49301111", "");
		house_call_numbers("pbx>carrier", 2, 504, "+49301111", "");
	}
	(void)house_up_events(TRUNK_DOWN, INCIDENT_ERROR, "carrier-a", "");
	house_close();
	/* Two OPTIONS without an answer. */
	house_open();
	house_ask("pbx>carrier", "OPTIONS", 0, "", "");
	house_wait(33);
	house_none(TRUNK_DOWN);
	house_ask("pbx>carrier", "OPTIONS", 0, "", "");
	house_wait(33);
	(void)house_up_events(TRUNK_DOWN, INCIDENT_CRITICAL, "carrier-a", "");
	house_close();
}

static void
test_trunk_down_miss(void **state)
{
	(void)state;
	/* One dead number behind a trunk that is well. */
	house_open();
	house_call("pbx>carrier", 200, "to=+4930111111", "");
	for (int n = 0; n < 20; n++)
		house_call("pbx>carrier", 503, "to=+4940222222", "");
	/* It is alive, whatever it says to OPTIONS. */
	for (int n = 0; n < 10; n++)
		house_ask("pbx>carrier", "OPTIONS", (unsigned)(403 + n % 3), "", "");
	/* Maintenance. */
	house_call_numbers("pbx>carrier2", 10, 503, "+49301111", "retry=600");
	house_none(TRUNK_DOWN);
	house_close();
	/* One prefix, however many of its numbers are called: others get through. */
	house_open();
	house_call("pbx>carrier", 200, "to=+4930111111", "");
	for (unsigned n = 0; n < 3; n++) {
		house_call_numbers("pbx>carrier", 20, 503, "+88216111", "");
		house_call("pbx>carrier", 200, "to=+4930111111", "");
		house_call_numbers("pbx>carrier", 20, 408, "+88216111", "");
	}
	house_none(TRUNK_DOWN);
	house_close();
}

/* Both legs of a PBX: the trunk's answer is worth the same when it is passed on to the telephone. */
static void
test_trunk_down_two_legs(void **state)
{
	const struct stream_incident *i;

	(void)state;
	house_open();
	for (unsigned n = 0; n < 4; n++) {
		char names[64];
		unsigned in = ++house_calls, out = ++house_calls;

		(void)snprintf(names, sizeof names, "from=1001 to=+49301111%02u", n);
		house_say(2000, "phone>pbx", false, in, "INVITE", names);
		house_say(20, "pbx>carrier", false, out, "INVITE", names);
		house_say(50, "pbx>carrier", true, out, "503 INVITE", names);
		house_say(20, "phone>pbx", true, in, "503 INVITE", names);
	}
	house_told();
	i = house_up_events(TRUNK_DOWN, INCIDENT_CRITICAL, "carrier-a", "");
	assert_int_equal(i->count, 4);
	assert_string_equal(i->call_id, "call-6");
	house_close();
}

/* One cause, one incident: what a PBX or a relay passes on is told of the one who said it. */
static void
test_passed_on(void **state)
{
	static const struct {
		unsigned pattern, code;
		bool early;
		enum incident_level level;
		const char *said;
	} rows[] = { { CODEC, 488, false, INCIDENT_ERROR, "phrase=Not_Acceptable_Here" },
		{ LOOP, 483, false, INCIDENT_ERROR, "phrase=Too_Many_Hops" },
		{ LOOP, 482, false, INCIDENT_ERROR, "phrase=Loop_Detected" },
		{ STIR, 428, false, INCIDENT_ERROR, "phrase=Use_Identity_Header" },
		{ STIR + 1, 478, false, INCIDENT_ERROR, "phrase=Unresolvable_destination" },
		{ STIR + 2, 422, false, INCIDENT_ERROR, "needs=Min-SE:_1800" },
		{ STIR + 3, 480, true, INCIDENT_WARNING, "" }, { STIR + 3, 487, true, INCIDENT_WARNING, "" },
		{ STIR + 5, 404, false, INCIDENT_ERROR, "phrase=Not_Found" },
		{ STIR + 7, 513, false, INCIDENT_ERROR, "phrase=Message_Too_Large" } };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		house_open();
		house_through_numbers(8, rows[i].code, rows[i].early, rows[i].said);
		house_wait(40);
		/* Giving up is no event. */
		if (rows[i].code == 487)
			(void)house_up(rows[i].pattern, rows[i].level, "carrier-a", "");
		else
			(void)house_up_events(rows[i].pattern, rows[i].level, "carrier-a", "");
		house_close();
	}
	/* The other way: the telephone says no. */
	house_open();
	for (unsigned n = 0; n < 4; n++)
		house_through("carrier>pbx", "pbx>phone", 488, false, "from=+442012345678 to=1001", "");
	house_told();
	(void)house_up_events(CODEC, INCIDENT_ERROR, "10.0.0.1", "1001");
	house_close();
	/* A proxy keeps the Call-ID. */
	house_open();
	for (unsigned n = 0; n < 3; n++) {
		unsigned call = ++house_calls;

		house_say(1000, "pbx>proxy", false, call, "INVITE", "");
		house_say(10, "proxy>carrier", false, call, "INVITE", "");
		house_say(30, "proxy>carrier", true, call, "488 INVITE", "");
		house_say(10, "pbx>proxy", true, call, "488 INVITE", "");
	}
	house_told();
	(void)house_up_events(CODEC, INCIDENT_ERROR, "carrier-a", "");
	house_close();
}

static void
test_congestion(void)
{
	/* A quarter of the calls finds no channel. */
	house_open();
	for (int n = 0; n < 5; n++) {
		house_call_numbers("pbx>carrier", 3, 200, n % 2 ? "+49301111" : "+44201111", "");
		house_none(CONGESTION);
		house_call_numbers("pbx>carrier", 1, 503, n % 2 ? "+49301111" : "+44201111", "q850=34");
	}
	(void)house_up_events(CONGESTION, INCIDENT_WARNING, "carrier-a", "");
	house_close();
	/* It says so in words; many calls get that far. */
	house_open();
	house_call_numbers("pbx>carrier", 5, 503, "+49301111", "phrase=CPS_limit_exceeded");
	(void)house_up_events(CONGESTION, INCIDENT_ERROR, "carrier-a", "");
	house_close();
}

static void
test_congestion_miss(void **state)
{
	(void)state;
	/* One destination is full behind a carrier that is not; one trunk is down; our own PBX refuses telephones. */
	house_open();
	for (int n = 0; n < 10; n++) {
		house_call_numbers("pbx>carrier", 3, 200, "+49301111", "");
		house_call_numbers("pbx>carrier", 1, 503, "+88216111", "q850=34");
		house_call_numbers("pbx>carrier2", 3, 503, n % 2 ? "+49301111" : "+44201111", "");
		house_call_numbers("phone>pbx", 2, 503, "+49301111", "phrase=Maximum_Calls_In_Progress");
	}
	house_none(CONGESTION);
	house_close();
}

static void
test_refused(void)
{
	house_open();
	house_call("pbx>carrier", 403, "from=+493055501 to=+4930111111", "phrase=Forbidden");
	house_call("pbx>carrier", 402, "from=+493055502 to=+4940222222", "phrase=Payment_Required");
	house_none(REFUSED);
	house_call("pbx>carrier", 403, "from=+493055501 to=+4989333333", "phrase=Insufficient_funds");
	(void)house_up_events(REFUSED, INCIDENT_ERROR, "carrier-a", "");
	house_close();
}

static void
test_refused_miss(void **state)
{
	(void)state;
	/* One destination, one caller; calls that are refused at our own door. */
	house_open();
	for (int n = 0; n < 8; n++) {
		house_call("pbx>carrier", 200, "from=+493055501 to=+4930111111", "");
		house_call("pbx>carrier", 403, "from=+493055501 to=+88216333333", "phrase=Forbidden");
		house_call("pbx>carrier", 403, "from=+493055502 to=+88216333333", "phrase=Forbidden");
		house_call("pbx>carrier", 403, "from=+493055502 to=+88216333333", "phrase=Forbidden");
		house_call_numbers("phone>pbx", 3, 403, "+49301111", "");
	}
	for (int n = 0; n < 8; n++) {
		house_call("pbx>carrier2", 200, "from=+493055501 to=+4930111111", "");
		house_call_numbers("pbx>carrier2", 4, 403, "+49301111", "from=anonymous");
	}
	house_none(REFUSED);
	house_close();
}

/* The telephones n0 up to n1 of a house with many register. */
static void
storm(unsigned n0, unsigned n1, unsigned after_ms, unsigned code)
{
	for (unsigned n = n0; n < n1; n++) {
		char way[32], user[16];

		(void)snprintf(way, sizeof way, "10.1.%u.%u>pbx", n / 200, 1 + n % 200);
		(void)snprintf(user, sizeof user, "%u", 2000 + n);
		house_login(after_ms, way, user, n % 10 == 0 ? code : 200);
	}
}

static void
test_register_storm(void)
{
	house_open();
	storm(0, 20, 5000, 200);
	house_none(REGISTER_STORM);
	/* The switch is back, and all are in a hurry; the registrar is not. */
	storm(0, 160, 45, 503);
	(void)house_up(REGISTER_STORM, INCIDENT_ERROR, "pbx", "");
	house_close();
}

static void
test_register_storm_miss(void **state)
{
	(void)state;
	/* Many, as ever: each telephone renews every 10 s to keep its hole in the router open. */
	house_open();
	for (int n = 0; n < 15; n++)
		storm(0, 150, 50, 200);
	house_none(REGISTER_STORM);
	house_close();
	/* One address with many users. */
	house_open();
	storm(0, 20, 5000, 200);
	for (unsigned n = 0; n < 250; n++) {
		char user[16];

		(void)snprintf(user, sizeof user, "%u", 1000 + n);
		house_login(20, "scan>pbx", user, 401);
	}
	house_none(REGISTER_STORM);
	house_close();
}

static void
test_brute_force(void)
{
	house_open();
	for (int n = 0; n < 9; n++)
		house_login(2000, "scan>pbx", "101", 401);
	house_none(BRUTE_FORCE);
	house_login(2000, "scan>pbx", "101", 401);
	house_told();
	(void)house_up_events(BRUTE_FORCE, INCIDENT_ERROR, "203.0.113.66", "101");
	/* It got in, which is told at once. */
	house_login(2000, "scan>pbx", "101", 200);
	(void)house_up(BRUTE_FORCE, INCIDENT_CRITICAL, "203.0.113.66", "101");
	house_close();
}

static void
test_brute_force_miss(void **state)
{
	(void)state;
	house_open();
	/* An old password in a telephone at home: steady, one account. */
	for (int n = 0; n < 80; n++)
		house_login(15000, "203.0.113.5>pbx", "101", 401);
	/* Nonces run out. */
	for (int n = 0; n < 60; n++) {
		unsigned call = ++house_calls;

		house_say(500, "203.0.113.9>pbx", false, call, "REGISTER realm=pbx", "");
		house_say(5, "203.0.113.9>pbx", true, call, "401 REGISTER realm=pbx stale", "");
		house_say(5, "203.0.113.9>pbx", false, call, "REGISTER n=2 realm=pbx", "");
		house_say(5, "203.0.113.9>pbx", true, call, "200 REGISTER n=2", "");
	}
	house_none(BRUTE_FORCE);
	house_close();
}

static void
test_scan(void)
{
	const struct stream_incident *i;

	/* Numbers, tried one after the other. */
	house_open();
	for (int n = 0; n < 5; n++) {
		char names[64];

		house_none(SCAN);
		(void)snprintf(names, sizeof names, "to=%d0044201234567 ua=PhoneX", n);
		house_call("scan>pbx", 404, names, "");
	}
	(void)house_up_events(SCAN, INCIDENT_WARNING, "203.0.113.66", "PhoneX");
	/* Its registration is taken. */
	house_login(1000, "scan>pbx", "101", 200);
	(void)house_up(SCAN, INCIDENT_CRITICAL, "203.0.113.66", "PhoneX");
	house_close();
	/* Challenges that are left alone, from the addresses of one IPv6 subscriber. */
	house_open();
	for (int n = 0; n < 6; n++) {
		char way[64], names[32];

		(void)snprintf(way, sizeof way, "[2001:db8:5:6::%d]:5090>pbx", n);
		(void)snprintf(names, sizeof names, "to=%d", 100 + n);
		house_ask(way, "REGISTER", 401, names, "realm=pbx");
	}
	house_none(SCAN);
	house_wait(40);
	i = house_up(SCAN, INCIDENT_WARNING, "2001:db8:5:6::5", "");
	assert_int_equal(strncmp(i->sentence, "2001:db8:5:6::5 tried about 6 users", 35), 0);
	house_close();
	/* One request of a known name is enough. */
	house_open();
	house_ask("scan>pbx", "OPTIONS", 200, "to=100 ua=Friendly-Scanner", "");
	(void)house_up(SCAN, INCIDENT_WARNING, "203.0.113.66", "Friendly-Scanner");
	house_close();
}

static void
test_scan_miss(void **state)
{
	(void)state;
	house_open();
	/* Somebody watches us; a batch of telephones with a mistake; a trunk with wrong numbers. */
	for (int n = 0; n < 100; n++)
		house_ask("scan>pbx", "OPTIONS", 404, "to=monitor ua=Monitor", "");
	for (int n = 0; n < 10; n++) {
		char way[32], names[32];

		(void)snprintf(way, sizeof way, "10.0.1.%d>pbx", n + 1);
		(void)snprintf(names, sizeof names, "from=%d to=%d", 100 + n, 100 + n);
		house_ask(way, "REGISTER", 403, names, "");
		house_ask("phone>pbx", "REGISTER", 403, names, "");
	}
	house_call_numbers("carrier>pbx", 30, 404, "+49301111", "");
	house_none(SCAN);
	house_close();
}

static void
test_codec(void)
{
	house_open();
	house_call_numbers("pbx>carrier", 2, 488, "+49301111", "phrase=Not_Acceptable_Here");
	house_none(CODEC);
	house_call("pbx>carrier", 606, "to=+4930111111", "warn=304");
	(void)house_up_events(CODEC, INCIDENT_ERROR, "carrier-a", "+4930111111");
	house_close();
	/* Answered and given up at once. */
	house_open();
	for (int n = 0; n < 3; n++)
		house_bye(500, "pbx>carrier", house_call("pbx>carrier", 200, "", ""), "reason=Q.850;cause=88 q850=88");
	(void)house_up(CODEC, INCIDENT_WARNING, "carrier-a", "4930123456");
	house_close();
}

static void
test_codec_miss(void **state)
{
	unsigned call;

	(void)state;
	house_open();
	/* Fax and video are refused inside of the call, which goes on; it ends for another reason. */
	call = house_call("pbx>carrier", 200, "", "");
	for (unsigned n = 2; n < 8; n++) {
		char words[32];

		(void)snprintf(words, sizeof words, "INVITE n=%u t=t1", n);
		house_say(1000, "pbx>carrier", false, call, words, "");
		(void)snprintf(words, sizeof words, "488 INVITE n=%u", n);
		house_say(40, "pbx>carrier", true, call, words, "");
	}
	house_bye(500, "pbx>carrier", call, "reason=Q.850;cause=16 q850=16");
	/* Too seldom. */
	for (int n = 0; n < 4; n++) {
		house_call("pbx>carrier", 488, "", "");
		house_wait(400);
	}
	house_none(CODEC);
	house_close();
}

static void
test_nat(void)
{
	const struct stream_incident *i;

	house_open();
	house_login(0, "203.0.113.5:41000>pbx", "1001", 200);
	house_call("pbx>203.0.113.5:41000", 0, "to=1001", "");
	house_wait(33);
	house_none(NAT);
	house_call("pbx>203.0.113.5:41000", 0, "to=1001", "");
	house_wait(33);
	i = house_up_events(NAT, INCIDENT_WARNING, "203.0.113.5", "1001");
	assert_int_equal(strncmp(i->sentence, "2 calls in a row to 1001 at 203.0.113.5 failed (no response)", 60), 0);
	/* It works again behind the next registration. */
	house_login(0, "203.0.113.5:41000>pbx", "1001", 200);
	house_call("pbx>203.0.113.5:41000", 200, "to=1001", "");
	house_ended(NAT);
	house_close();
}

static void
test_nat_miss(void **state)
{
	unsigned call;

	(void)state;
	house_open();
	/* Do not disturb. */
	house_login(0, "phone>pbx", "1001", 200);
	for (int n = 0; n < 5; n++)
		house_call("pbx>phone", 480, "to=1001", "");
	/* Gone, and said so; it never registered. */
	house_login(0, "phone2>pbx", "1002", 200);
	call = ++house_calls;
	house_say(1000, "phone2>pbx", false, call, "REGISTER exp=0", "from=1002 to=1002");
	house_say(5, "phone2>pbx", true, call, "200 REGISTER exp=0", "from=1002 to=1002");
	for (int n = 0; n < 3; n++) {
		house_call("pbx>phone2", 0, "to=1002", "");
		house_call("pbx>phone3", 0, "to=1003", "");
	}
	/* It registered long ago, and for long: it may be off. */
	house_login(0, "10.0.0.4>pbx", "1004", 200);
	house_wait(1000);
	for (int n = 0; n < 3; n++)
		house_call("pbx>10.0.0.4", 0, "to=1004", "");
	house_wait(40);
	house_none(NAT);
	house_close();
}

static void
test_loop(void)
{
	house_open();
	house_call("pbx>carrier", 483, "to=+4930111111", "phrase=Too_Many_Hops");
	(void)house_up_events(LOOP, INCIDENT_ERROR, "carrier-a", "+4930111111");
	house_close();
	house_open();
	house_call_numbers("pbx>carrier", 2, 482, "+49301111", "phrase=Loop_Detected");
	house_none(LOOP);
	house_call("pbx>carrier", 482, "to=+4930111111", "phrase=Loop_Detected");
	(void)house_up_events(LOOP, INCIDENT_ERROR, "carrier-a", "+4930111111");
	house_close();
	/* It comes back over the same hop with fewer forwards left, and nobody says anything yet. */
	house_open();
	for (int n = 18; n > 10; n -= 2)
		stream_line(&house, "+50 proxy>pbx INVITE c=call-1 f=f1 maxf=%d b=z9hG4bK-loop%d", n, n);
	(void)house_up(LOOP, INCIDENT_ERROR, "192.0.2.20", "4930123456");
	house_close();
}

static void
test_loop_miss(void **state)
{
	(void)state;
	house_open();
	/* A fork that meets itself again, and a call through one proxy twice. */
	for (int n = 0; n < 6; n++)
		house_call("pbx>carrier", 482, "", n % 2 ? "phrase=Request_merged" : "phrase=Merged_Request");
	stream_play(&house,
	    "+50 proxy>pbx INVITE c=call-x f=f1 maxf=18 b=z9hG4bK-a\n"
	    "+50 proxy>pbx INVITE c=call-x f=f1 maxf=16 b=z9hG4bK-b");
	house_none(LOOP);
	house_close();
}

/* A call abroad of a telephone rings. */
static unsigned
abroad(const char *way, const char *names)
{
	unsigned call = ++house_calls;

	house_say(3000, way, false, call, "INVITE", names);
	house_say(500, way, true, call, "180 INVITE", names);
	return call;
}

static void
test_fraud(void)
{
	const struct stream_incident *i;

	house_open();
	for (int n = 0; n < 4; n++) {
		house_none(FRAUD);
		(void)abroad("phone>pbx", "from=1001 to=+442012345678");
	}
	i = house_up(FRAUD, INCIDENT_ERROR, "10.0.0.1", "1001");
	assert_string_equal(i->sentence, "1001 has 4 calls abroad at a time, the last to +442012345678");
	house_close();
	/* The stream begins at 22:13. */
	house_open();
	(void)abroad("phone>pbx", "from=1001 to=0088213123456");
	(void)house_up(FRAUD, INCIDENT_ERROR, "10.0.0.1", "1001");
	house_close();
	/* The carrier's guard stops what it took before. */
	house_open();
	house_call("pbx>carrier", 200, "from=+493055501 to=+442012345678", "");
	house_none(FRAUD);
	house_call("pbx>carrier", 403, "from=+493055501 to=+442012345678", "phrase=Country_spending_limit");
	(void)house_up_events(FRAUD, INCIDENT_ERROR, "carrier-a", "+493055501");
	house_close();
}

static void
test_fraud_miss(void **state)
{
	(void)state;
	house_open_limit("fraud.country-code", 49);
	/* One call after the other; three at a time; many at home; a stranger that gets nowhere. */
	for (int n = 0; n < 10; n++) {
		unsigned call = abroad("phone>pbx", "from=1001 to=+442012345678");

		house_say(500, "phone>pbx", true, call, "200 INVITE", "from=1001 to=+442012345678");
		house_bye(5000, "phone>pbx", call, "");
		house_call("scan>pbx", 404, "from=1001 to=0088213123456", "");
		(void)abroad("phone3>pbx", "from=1003 to=+493012345678");
	}
	for (int n = 0; n < 3; n++)
		(void)abroad("phone2>pbx", "from=1002 to=+442012345678");
	/* Money is short from the start: nothing went through. */
	house_call_numbers("pbx>carrier", 5, 402, "+49301111", "phrase=Insufficient_funds");
	house_none(FRAUD);
	house_close();
}

static void
test_stir(void)
{
	house_open();
	house_call("pbx>carrier", 428, "from=+493055501", "phrase=Use_Identity_Header");
	(void)house_up_events(STIR, INCIDENT_NOTICE, "carrier-a", "+493055501");
	house_call("pbx>carrier", 403, "from=+493055501", "phrase=Stale_Date");
	house_call("pbx>carrier", 503, "from=+493055502", "reason=STIR;cause=436");
	house_told();
	(void)house_up_events(STIR, INCIDENT_ERROR, "carrier-a", "+493055502");
	house_close();
	house_open();
	house_call("carrier>pbx", 429, "", "ua=FreeSWITCH-1.10 phrase=Bad_Identity_Info");
	(void)house_up_events(STIR, INCIDENT_NOTICE, "carrier-a", "");
	house_close();
}

static void
test_stir_miss(void **state)
{
	(void)state;
	house_open();
	/* Accepted all the same; a referrer is missing; busy. */
	for (int n = 0; n < 5; n++) {
		house_call("carrier>pbx", 200, "", "reason=STIR;cause=438");
		house_call("carrier>pbx", 429, "", "ua=Other phrase=Provide_Referrer_Identity");
		house_call("carrier>pbx", 486, "", "reason=STIR;cause=438");
		house_call("carrier>pbx", 403, "", "phrase=Forbidden");
	}
	house_none(STIR);
	house_close();
}

/* Quiet for as long as the pattern waits, and it is over. */
static void
test_ends(void **state)
{
	(void)state;
	house_open();
	house_call_numbers("pbx>carrier", 3, 503, "+49301111", "");
	house_wait(890);
	(void)house_up(TRUNK_DOWN, INCIDENT_CRITICAL, "carrier-a", "");
	house_wait(15);
	house_ended(TRUNK_DOWN);
	house_close();
	house_open();
	house_call("pbx>carrier", 483, "", "");
	house_wait(290);
	(void)house_up(LOOP, INCIDENT_ERROR, "carrier-a", "");
	house_wait(15);
	house_ended(LOOP);
	house_close();
	house_open();
	for (int n = 0; n < 12; n++)
		house_login(2000, "scan>pbx", "101", 401);
	house_wait(590);
	(void)house_up(BRUTE_FORCE, INCIDENT_ERROR, "203.0.113.66", "101");
	house_wait(15);
	house_ended(BRUTE_FORCE);
	/* And anew, as another one. */
	for (int n = 0; n < 12; n++)
		house_login(2000, "scan>pbx", "101", 401);
	assert_int_equal(house_count(BRUTE_FORCE), 2);
	house_close();
}

/* One for each peer and pattern, however many calls it takes. */
static void
test_one_each(void **state)
{
	const struct stream_incident *a, *b;

	(void)state;
	house_open();
	for (int n = 0; n < 10; n++) {
		house_call_numbers("pbx>carrier", 2, 503, "+49301111", "");
		house_call_numbers("pbx>carrier2", 2, 504, "+49301111", "");
	}
	house_wait(10);
	assert_int_equal(house_count(TRUNK_DOWN), 2);
	a = stream_incident(&house, "trunk-down");
	b = a + 1;
	assert_string_equal(b->kind, "trunk-down");
	assert_string_not_equal(a->peer, b->peer);
	assert_int_equal(a->count, 20);
	assert_int_equal(b->count, 20);
	assert_false(a->ended || b->ended);
	house_close();
}

/* How many failures it takes until a pattern starts, at most 40. */
static unsigned
until(unsigned pattern, const char *limit, uint32_t value, void (*failure)(unsigned n))
{
	unsigned n = 0;

	house_open_limit(limit, value);
	while (n < 40 && house_count(pattern) == 0)
		failure(n++);
	house_close();
	return n;
}

static void
dead_trunk(unsigned n)
{
	house_call("pbx>carrier", 504, n % 2 ? "to=+4930111111" : "to=+4940222222", "");
}

static void
probe(unsigned n)
{
	char names[64];

	(void)snprintf(names, sizeof names, "to=%u ua=PhoneX", 100 + n);
	stream_line(&house, "+100 tick");
	house_call("scan>pbx", 404, names, "");
}

static void
no_codec(unsigned n)
{
	(void)n;
	house_call("pbx>carrier", 488, "", "");
}

static void
test_thresholds(void **state)
{
	(void)state;
	assert_int_equal(until(TRUNK_DOWN, NULL, 0, dead_trunk), 3);
	assert_int_equal(until(TRUNK_DOWN, "trunk-down.attempts", 7, dead_trunk), 7);
	assert_int_equal(until(SCAN, NULL, 0, probe), 5);
	/* About 20: they are counted in a few bits. */
	assert_in_range(until(SCAN, "scan.seconds", 1, probe), 17, 23);
	assert_int_equal(until(CODEC, "codec.rejections", 1, no_codec), 1);
	assert_int_equal(until(CODEC, "codec.rejections", 100, no_codec), 40);
}

static const struct house_row rows[] = {
	{ TRUNK_DOWN, "trunk-down", test_trunk_down },
	{ CONGESTION, "congestion", test_congestion },
	{ REFUSED, "refused", test_refused },
	{ REGISTER_STORM, "register-storm", test_register_storm },
	{ BRUTE_FORCE, "brute-force", test_brute_force },
	{ SCAN, "scan", test_scan },
	{ CODEC, "codec", test_codec },
	{ NAT, "nat", test_nat },
	{ LOOP, "loop", test_loop },
	{ FRAUD, "fraud", test_fraud },
	{ STIR, "stir", test_stir },
};

enum { ROWS = sizeof rows / sizeof rows[0] };

_Static_assert((int)ROWS == (int)HOUSE_SPLIT, "a pattern has no test");

static void
test_all(void **state)
{
	(void)state;
	house_covers(rows, ROWS, PATTERN_MIN);
}

int
main(void)
{
	const struct CMUnitTest rest[] = {
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_trunk_down_miss),
		cmocka_unit_test(test_trunk_down_two_legs),
		cmocka_unit_test(test_passed_on),
		cmocka_unit_test(test_congestion_miss),
		cmocka_unit_test(test_refused_miss),
		cmocka_unit_test(test_register_storm_miss),
		cmocka_unit_test(test_brute_force_miss),
		cmocka_unit_test(test_scan_miss),
		cmocka_unit_test(test_codec_miss),
		cmocka_unit_test(test_nat_miss),
		cmocka_unit_test(test_loop_miss),
		cmocka_unit_test(test_fraud_miss),
		cmocka_unit_test(test_stir_miss),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_one_each),
		cmocka_unit_test(test_thresholds),
	};
	struct CMUnitTest all[ROWS + sizeof rest / sizeof rest[0]];

	house_tests(rows, ROWS, all);
	memcpy(all + ROWS, rest, sizeof rest);
	return cmocka_run_group_tests(all, NULL, NULL);
}
