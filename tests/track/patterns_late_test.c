/*
 * patterns, 12 to 25, at track's door: for each a stream of messages that starts it and near misses that do not.  The
 * first ones are in patterns_test.c.
 */
#include "house.h"

enum {
	BRUTE_FORCE = 5,
	DNS = HOUSE_SPLIT + 1,
	SESSION_TIMER,
	EARLY_MEDIA,
	CREDENTIALS,
	NUMBER_FORMAT,
	INBOUND_ROUTE,
	TOO_BIG,
	OVERLOAD,
	ACK_MISSING,
	ALG,
	ANALYTICS,
	TLS,
	SUBSCRIPTION,
	MASKED
};

static void
test_dns(void)
{
	house_open();
	house_call("phone>pbx", 478, "from=1001 to=+4930111", "phrase=Unresolvable_destination");
	house_none(DNS);
	house_call("phone2>pbx", 503, "from=1002 to=+4930222", "phrase=DNS_Error");
	(void)house_up_events(DNS, INCIDENT_ERROR, "pbx", "+4930222");
	house_close();
}

static void
test_dns_miss(void **state)
{
	(void)state;
	house_open();
	/* A browser that is gone, a domain with a slip of the pen, another 503. */
	stream_play(&house,
	    "0 phone2>pbx REGISTER c=w from=web1 to=web1 contact=c2v8h1m0.invalid\n"
	    "5 pbx>phone2 200 REGISTER c=w from=web1 to=web1");
	for (int n = 0; n < 5; n++) {
		house_call("phone>pbx", 478, n % 2 ? "from=1001 to=web1" : "from=1002 to=web1", "phrase=Unresolvable");
		house_call("phone3>pbx", 478, "from=1003 to=bob", "phrase=Unresolvable_destination");
		house_call("phone>pbx", 503, n % 2 ? "to=+4930111" : "to=+4930222", "phrase=Service_Unavailable");
	}
	house_none(DNS);
	house_close();
}

static void
test_session_timer(void)
{
	/* Nobody tries again. */
	house_open();
	house_call("pbx>carrier", 422, "", "needs=Min-SE:_1800");
	house_wait(33);
	house_none(SESSION_TIMER);
	house_call("pbx>carrier", 422, "", "needs=Min-SE:_1800");
	house_wait(33);
	(void)house_up_events(SESSION_TIMER, INCIDENT_ERROR, "carrier-a", "");
	house_close();
	/* Calls that all end after a quarter of an hour. */
	house_open();
	for (int n = 0; n < 3; n++) {
		unsigned call = house_call("pbx>carrier", 200, "se=1800", "");

		house_none(SESSION_TIMER);
		house_wait(900);
		house_bye(0, "pbx>carrier", call, "");
	}
	(void)house_up(SESSION_TIMER, INCIDENT_WARNING, "carrier-a", "");
	house_close();
	/* Refreshes that the other side knows nothing of. */
	house_open();
	for (int n = 0; n < 3; n++) {
		unsigned call = house_call("pbx>carrier", 200, "se=1800", "");

		house_none(SESSION_TIMER);
		house_wait(n * 100 + 60);
		house_say(0, "pbx>carrier", false, call, "UPDATE n=2 t=t1 se=1800", "");
		house_say(20, "pbx>carrier", true, call, "481 UPDATE n=2", "");
	}
	(void)house_up_events(SESSION_TIMER, INCIDENT_WARNING, "carrier-a", "");
	house_close();
}

static void
test_session_timer_miss(void **state)
{
	(void)state;
	house_open();
	for (int n = 0; n < 5; n++) {
		unsigned call = ++house_calls;

		/* The second try has the interval that was asked for; these calls are as long as people talk. */
		house_say(1000, "pbx>carrier", false, call, "INVITE se=90", "");
		house_say(50, "pbx>carrier", true, call, "422 INVITE needs=Min-SE:_1800", "");
		house_say(10, "pbx>carrier", false, call, "ACK", "");
		house_say(10, "pbx>carrier", false, call, "INVITE n=2 se=1800", "");
		house_say(50, "pbx>carrier", true, call, "200 INVITE n=2", "");
		house_wait(70 + 97 * (unsigned)n);
		house_bye(0, "pbx>carrier", call, "");
	}
	/* A card for calls is used up. */
	for (int n = 0; n < 3; n++) {
		unsigned call = house_call("pbx>carrier", 200, "se=1800", "");

		house_wait(600);
		house_bye(0, "pbx>carrier", call, "reason=X;text=\"prepaid_card_is_empty\"");
	}
	house_none(SESSION_TIMER);
	house_close();
}

/* A recording is played before the call fails, or is given up (487); ring: 180 or nothing. */
static void
recording(unsigned n, unsigned long_ms, unsigned code, const char *ring)
{
	unsigned call = ++house_calls;
	char names[64], words[32];

	(void)snprintf(names, sizeof names, "to=+49301111%02u", n);
	(void)snprintf(words, sizeof words, "%u INVITE", code);
	house_say(2000, "pbx>carrier", false, call, "INVITE", names);
	if (ring[0] != '\0')
		house_say(50, "pbx>carrier", true, call, ring, names);
	house_say(100, "pbx>carrier", true, call, "183 INVITE sdp", names);
	house_say(long_ms, "pbx>carrier", false, call, code == 487 ? "CANCEL" : "INVITE", names);
	house_say(20, "pbx>carrier", true, call, words, names);
	house_say(5, "pbx>carrier", false, call, "ACK t=t1", code < 300 ? "b=z9hG4bK-ack" : "");
}

static void
test_early_media(void)
{
	house_open();
	for (unsigned n = 0; n < 6; n++) {
		house_none(EARLY_MEDIA);
		recording(n, 7000, n % 2 ? 480 : 487, "");
	}
	(void)house_up_events(EARLY_MEDIA, INCIDENT_WARNING, "carrier-a", "49301");
	recording(7, 7000, 200, "");
	house_ended(EARLY_MEDIA);
	house_close();
}

static void
test_early_media_miss(void **state)
{
	(void)state;
	/* Music while it rings; a service that is listened to; some of the calls are answered. */
	house_open();
	for (unsigned n = 0; n < 10; n++) {
		recording(n, 7000, 480, "180 INVITE");
		recording(n, 40000, 487, "");
	}
	for (unsigned n = 0; n < 20; n++)
		recording(n, 7000, n % 4 ? 480 : 200, "");
	house_none(EARLY_MEDIA);
	house_close();
}

static void
test_credentials(void)
{
	const struct stream_incident *i;

	house_open();
	for (int n = 0; n < 3; n++) {
		house_none(CREDENTIALS);
		house_login(60000, "phone>pbx", "1001", n % 2 ? 403 : 401);
	}
	i = house_up_events(CREDENTIALS, INCIDENT_WARNING, "10.0.0.1", "1001");
	assert_string_equal(i->sentence, "3 logins in a row of 1001 from 10.0.0.1 refused by pbx (newest: 401)");
	house_login(60000, "phone>pbx", "1001", 200);
	house_ended(CREDENTIALS);
	house_close();
	/* The account of a trunk. */
	house_open();
	for (int n = 0; n < 3; n++)
		house_login(60000, "pbx>carrier", "trunk7", 403);
	(void)house_up_events(CREDENTIALS, INCIDENT_CRITICAL, "carrier-a", "trunk7");
	house_close();
}

static void
test_credentials_miss(void **state)
{
	(void)state;
	house_open();
	/* Nonces run out; a second telephone has the new password; twice only. */
	for (int n = 0; n < 6; n++) {
		unsigned call = ++house_calls;

		house_say(500, "phone>pbx", false, call, "REGISTER realm=pbx", "");
		house_say(5, "phone>pbx", true, call, "401 REGISTER realm=pbx stale", "");
		house_say(5, "phone>pbx", false, call, "REGISTER n=2 realm=pbx", "");
		house_say(5, "phone>pbx", true, call, "200 REGISTER n=2", "");
		house_login(60000, "phone2>pbx", "1002", 200);
		house_login(60000, "phone3>pbx", "1002", 401);
	}
	for (int n = 0; n < 2; n++)
		house_login(60000, "phone>pbx", "1003", 401);
	house_none(CREDENTIALS);
	house_close();
}

/* One guesser of one account is P5's alone; one that looked like an old telephone before becomes P5's. */
static void
test_credentials_guesser(void **state)
{
	(void)state;
	house_open();
	for (int n = 0; n < 30; n++)
		house_login(2000, "scan>pbx", "101", 401);
	house_told();
	(void)house_up(BRUTE_FORCE, INCIDENT_ERROR, "203.0.113.66", "101");
	house_none(CREDENTIALS);
	house_close();
	house_open();
	for (int n = 0; n < 4; n++)
		house_login(60000, "scan>pbx", "101", 401);
	(void)house_up_events(CREDENTIALS, INCIDENT_WARNING, "203.0.113.66", "101");
	house_none(BRUTE_FORCE);
	for (int n = 0; n < 20; n++)
		house_login(2000, "scan>pbx", "101", 401);
	(void)house_up(BRUTE_FORCE, INCIDENT_ERROR, "203.0.113.66", "101");
	house_ended(CREDENTIALS);
	house_close();
}

static void
test_number_format(void)
{
	house_open();
	house_call_numbers("pbx>carrier", 4, 404, "03011111", "phrase=Not_Found");
	house_none(NUMBER_FORMAT);
	house_call("pbx>carrier", 484, "to=0301111155", "");
	(void)house_up_events(NUMBER_FORMAT, INCIDENT_ERROR, "carrier-a", "03011");
	house_call("pbx>carrier", 486, "to=0301111166", "");
	house_ended(NUMBER_FORMAT);
	house_close();
	/* The form of the caller's number. */
	house_open();
	for (unsigned n = 0; n < 5; n++) {
		house_none(NUMBER_FORMAT);
		house_call("pbx>carrier", 403, "from=03055501", "phrase=Caller_Origination_Number_Invalid");
	}
	(void)house_up_events(NUMBER_FORMAT, INCIDENT_ERROR, "carrier-a", "03055501");
	house_close();
}

static void
test_number_format_miss(void **state)
{
	(void)state;
	house_open();
	/* One wrong number; others get through; digit by digit; a stranger who dials about. */
	for (unsigned n = 0; n < 8; n++) {
		char names[64];

		house_call("pbx>carrier", 404, "to=+493011111", "");
		house_call_numbers("pbx>carrier", 3, 404, "+4940222", "");
		house_call("pbx>carrier", 200, "to=+494022233", "");
		(void)snprintf(names, sizeof names, "from=1002 to=+498933%.*s", (int)n, "44444444");
		house_call("pbx>carrier2", 484, names, "");
		house_call_numbers("scan>pbx", 2, 404, "+88216111", "");
	}
	house_none(NUMBER_FORMAT);
	house_close();
}

static void
test_inbound_route(void)
{
	house_open();
	house_call("carrier>pbx", 404, "from=+442012345678 to=+493055507", "");
	house_none(INBOUND_ROUTE);
	house_wait(600);
	house_call("carrier>pbx", 404, "from=+442012345679 to=+493055507", "");
	(void)house_up_events(INBOUND_ROUTE, INCIDENT_ERROR, "carrier-a", "+493055507");
	house_close();
}

static void
test_inbound_route_miss(void **state)
{
	(void)state;
	house_open();
	/* A stranger; numbers that are dialled wrong once each; one that is answered as well. */
	house_call("scan>pbx", 404, "to=+493055507", "");
	house_call("scan>pbx", 404, "to=+493055507", "");
	house_call_numbers("carrier>pbx", 10, 404, "+4930555", "");
	house_call("carrier>pbx", 404, "to=+493055599", "");
	house_call("carrier>pbx", 200, "to=+493055599", "");
	for (int n = 0; n < 5; n++)
		house_call("carrier>pbx", 404, "to=+493055599", "");
	/* A server behind us knows no such number. */
	for (int n = 0; n < 5; n++)
		house_through("carrier>pbx", "pbx>proxy", 404, false, "from=+442012345678 to=+493055577", "");
	house_none(INBOUND_ROUTE);
	house_close();
}

/* An INVITE, repeated as Timer A has it, that nothing comes back for; in the meantime an OPTIONS is answered, or not.
 */
static void
vanishes(const char *names, unsigned options)
{
	static const unsigned after_ms[] = { 1000, 500, 1000, 2000, 4000, 8000, 15000 };
	unsigned call = ++house_calls;

	for (size_t i = 0; i < sizeof after_ms / sizeof after_ms[0]; i++) {
		house_say(after_ms[i], "pbx>carrier", false, call, "INVITE", names);
		if (i == 5)
			house_ask("pbx>carrier", "OPTIONS", options, "", "");
	}
}

static void
test_too_big(void)
{
	house_open();
	for (unsigned n = 0; n < 3; n++) {
		house_none(TOO_BIG);
		vanishes("len=1600", 200);
		house_wait(10);
	}
	(void)house_up_events(TOO_BIG, INCIDENT_ERROR, "carrier-a", "");
	house_call("pbx>carrier", 200, "len=1600", "");
	house_ended(TOO_BIG);
	house_close();
	/* That it is alive turns out when three are lost: they are the evidence. */
	house_open();
	for (unsigned n = 0; n < 3; n++)
		house_call("pbx>carrier", 0, "len=1600", "");
	house_wait(40);
	house_none(TOO_BIG);
	house_ask("pbx>carrier", "OPTIONS", 200, "", "");
	assert_string_equal(house_up_events(TOO_BIG, INCIDENT_ERROR, "carrier-a", "4930123456")->call_id, "call-3");
	house_close();
	house_open();
	for (unsigned n = 0; n < 3; n++) {
		house_none(TOO_BIG);
		house_call("pbx>carrier", 513, "", "phrase=Message_Too_Large");
	}
	(void)house_up_events(TOO_BIG, INCIDENT_ERROR, "carrier-a", "");
	house_close();
}

static void
test_too_big_miss(void **state)
{
	(void)state;
	/* The peer is down. */
	house_open();
	for (unsigned n = 0; n < 5; n++) {
		vanishes("len=1600", 0);
		house_wait(40);
	}
	house_none(TOO_BIG);
	house_close();
	/* Small ones vanish as well; big ones over TCP are another matter. */
	house_open();
	for (unsigned n = 0; n < 5; n++) {
		vanishes(n % 2 ? "len=1600 tcp" : "len=700", 200);
		house_wait(10);
	}
	house_none(TOO_BIG);
	house_close();
}

static void
test_overload(void)
{
	/* It refuses its telephones. */
	house_open();
	house_call_numbers("phone>pbx", 2, 503, "20", "phrase=Maximum_Calls_In_Progress");
	house_call_numbers("phone2>pbx", 2, 503, "20", "phrase=System_Busy");
	house_none(OVERLOAD);
	house_call_numbers("phone3>pbx", 1, 503, "20", "phrase=System_Busy");
	(void)house_up_events(OVERLOAD, INCIDENT_ERROR, "pbx", "");
	house_close();
	/* It leaves them without a word. */
	house_open();
	house_login(0, "phone>pbx", "1001", 200);
	house_login(0, "phone2>pbx", "1002", 200);
	for (int n = 0; n < 5; n++)
		house_call(n % 2 ? "phone>pbx" : "phone2>pbx", 0, "to=2001", "");
	house_none(OVERLOAD);
	house_wait(40);
	(void)house_up_events(OVERLOAD, INCIDENT_CRITICAL, "pbx", "");
	house_close();
	/* It has started anew and knows nothing of the calls that stand. */
	house_open();
	for (int n = 0; n < 21; n++) {
		house_none(OVERLOAD);
		house_say(100, "carrier>pbx", false, ++house_calls, "BYE n=2 t=t1", "");
		house_say(5, "carrier>pbx", true, house_calls, "481 BYE n=2", "");
	}
	(void)house_up(OVERLOAD, INCIDENT_ERROR, "pbx", "");
	house_close();
	/* It takes its time. */
	house_open();
	for (int n = 0; n < 30; n++) {
		house_say(1000, "phone>pbx", false, ++house_calls, "INVITE", "");
		house_say(n % 3 ? 30 : 1500, "phone>pbx", true, house_calls, "100 INVITE", "");
	}
	(void)house_up(OVERLOAD, INCIDENT_WARNING, "pbx", "");
	house_close();
}

static void
test_overload_miss(void **state)
{
	(void)state;
	/* One end point in maintenance; races of BYE. */
	house_open();
	for (int n = 0; n < 10; n++) {
		house_call("phone>pbx", 503, "to=2001", "retry=300");
		house_say(100, "carrier>pbx", false, ++house_calls, "BYE n=2 t=t1", "");
		house_say(5, "carrier>pbx", true, house_calls, "481 BYE n=2", "");
	}
	house_none(OVERLOAD);
	house_close();
	/* What the carrier said is passed on. */
	house_open();
	for (int n = 0; n < 10; n++) {
		unsigned in = ++house_calls, out = ++house_calls;

		house_say(1000, "phone2>pbx", false, in, "INVITE", "to=+4930111111");
		house_say(20, "pbx>carrier", false, out, "INVITE", "to=+4930111111");
		house_say(50, "pbx>carrier", true, out, "503 INVITE", "to=+4930111111");
		house_say(20, "phone2>pbx", true, in, "503 INVITE", "to=+4930111111");
	}
	house_none(OVERLOAD);
	house_close();
}

/* A call that we answer, and answer again as RFC 3261 13.3.1.4 has it; acked after so many times. */
static void
answered_again(const char *way, unsigned times)
{
	static const unsigned after_ms[] = { 500, 1000, 2000, 4000, 4000, 4000, 4000, 4000, 4000, 4000 };
	unsigned call = house_calls + 1;

	house_say(1000, way, false, ++house_calls, "INVITE", "");
	for (unsigned i = 0; i <= times; i++)
		house_say(i == 0 ? 100 : after_ms[i - 1], way, true, call, "200 INVITE", "");
	if (times < 10)
		house_say(5, way, false, call, "ACK t=t1 b=z9hG4bK-ack", "");
	else
		stream_line(&house, "+500 pbx>carrier BYE c=call-%u f=t1 t=f%u", call, call);
}

static void
test_ack_missing(void)
{
	house_open();
	answered_again("carrier>pbx", 10);
	house_none(ACK_MISSING);
	answered_again("carrier>pbx", 10);
	house_told();
	(void)house_up_events(ACK_MISSING, INCIDENT_ERROR, "carrier-a", "");
	house_close();
}

static void
test_ack_missing_miss(void **state)
{
	(void)state;
	house_open();
	/* One call; others whose ACK comes late. */
	answered_again("carrier>pbx", 10);
	for (int n = 0; n < 6; n++)
		answered_again("carrier>pbx", 3);
	house_none(ACK_MISSING);
	house_close();
}

static void
test_alg(void)
{
	const struct stream_incident *i;

	house_open();
	for (int n = 0; n < 3; n++) {
		house_none(ALG);
		house_call("203.0.113.5:41000>pbx", 400, "from=1001 contact=192.168.1.20:5060 ua=PhoneX",
		    "phrase=Bad_Contact_Header");
	}
	i = house_up_events(ALG, INCIDENT_WARNING, "203.0.113.5", "1001");
	assert_non_null(strstr(i->sentence, "its Via is rewritten, its Contact is not"));
	house_close();
	/* The same device is well elsewhere; here its calls are not known any more. */
	house_open();
	for (int n = 0; n < 3; n++) {
		unsigned call = house_call("203.0.113.5:41000>pbx", 200, "ua=PhoneX via=192.168.1.20:5060", "");

		house_none(ALG);
		house_call("203.0.113.77>pbx", 200, "ua=PhoneX", "");
		house_say(500, "203.0.113.5:41000>pbx", false, call, "INVITE n=9 t=t1 ua=PhoneX via=192.168.1.20", "");
		house_say(5, "203.0.113.5:41000>pbx", true, call, "481 INVITE n=9 via=192.168.1.20", "");
	}
	(void)house_up_events(ALG, INCIDENT_WARNING, "203.0.113.5", "");
	house_close();
	/* They can't be ended either; to a BYE alone that is a race and no event. */
	house_open();
	for (int n = 0; n < 3; n++) {
		unsigned call = house_call("203.0.113.5:41000>pbx", 200, "ua=PhoneX", "");

		house_none(ALG);
		house_say(500, "203.0.113.5:41000>pbx", false, call, "BYE n=9 t=t1", "");
		house_say(5, "203.0.113.5:41000>pbx", true, call, "481 BYE n=9", "");
	}
	(void)house_up(ALG, INCIDENT_WARNING, "203.0.113.5", "");
	house_close();
}

static void
test_alg_miss(void **state)
{
	(void)state;
	house_open();
	/* A device that errs at each site; inside the house nobody translates; a carrier does as it likes. */
	for (int n = 0; n < 6; n++) {
		house_call("203.0.113.5:41000>pbx", 400, "ua=Broken-1.0 via=192.168.1.20:5060", "");
		house_call("203.0.113.77:41000>pbx", 400, "ua=Broken-1.0 via=192.168.7.20:5060", "");
		house_call("phone>pbx", 400, "ua=PhoneX", "");
		house_call("carrier>pbx", 400, "ua=Carrier", "");
	}
	house_none(ALG);
	house_close();
}

static void
test_analytics(void)
{
	house_open();
	house_call("pbx>carrier", 608, "from=+493055501", "needs=Call-Info:_<https://blocked.example> phrase=Rejected");
	(void)house_up_events(ANALYTICS, INCIDENT_WARNING, "carrier-a", "+493055501");
	house_close();
	/* More than a few. */
	house_open();
	house_call_numbers("pbx>carrier", 48, 200, "+49301111", "");
	for (int n = 0; n < 2; n++)
		house_call("pbx>carrier", 603, "from=+493055501", "phrase=Network_Blocked reason=SIP;v=analytics1");
	house_told();
	(void)house_up_events(ANALYTICS, INCIDENT_ERROR, "carrier-a", "+493055501");
	house_close();
}

static void
test_analytics_miss(void **state)
{
	(void)state;
	house_open();
	/* People, and a dial plan that ended. */
	for (int n = 0; n < 20; n++) {
		house_call("pbx>carrier", 603, "", "phrase=Decline");
		house_call("pbx>carrier", 607, "", "phrase=Unwanted");
		house_call("pbx>phone", 603, "", "phrase=Declined");
		house_call("phone>pbx", 608, "", "phrase=Rejected");
	}
	house_none(ANALYTICS);
	house_close();
}

static void
test_tls(void)
{
	house_open();
	house_call("pbx>carrier", 503, "tcp", "phrase=Certificate_Name_Mismatch");
	(void)house_up_events(TLS, INCIDENT_ERROR, "carrier-a", "");
	house_close();
	/* It went well until midnight. */
	house_open();
	house_ask("pbx>carrier", "OPTIONS", 200, "tcp", "");
	for (int n = 0; n < 4; n++) {
		house_none(TLS);
		house_ask("pbx>carrier", "OPTIONS", 0, "tcp", "");
		house_wait(39);
	}
	(void)house_up_events(TLS, INCIDENT_ERROR, "carrier-a", "");
	house_ask("pbx>carrier", "OPTIONS", 200, "tcp", "");
	house_ended(TLS);
	house_close();
}

static void
test_tls_miss(void **state)
{
	(void)state;
	house_open();
	/* It starts anew and is back; another one is down without any TLS; a signed identity is no TLS. */
	house_ask("pbx>carrier", "OPTIONS", 200, "tcp", "");
	for (int n = 0; n < 3; n++) {
		house_ask("pbx>carrier", "OPTIONS", 0, "tcp", "");
		house_wait(35);
	}
	house_ask("pbx>carrier", "OPTIONS", 200, "tcp", "");
	house_ask("pbx>carrier2", "OPTIONS", 200, "", "");
	for (int n = 0; n < 6; n++) {
		house_ask("pbx>carrier2", "OPTIONS", 0, "", "");
		house_wait(40);
		house_call("pbx>carrier", 437, "", "phrase=Unsupported_Certificate");
	}
	house_none(TLS);
	house_close();
}

static void
test_subscription(void)
{
	house_open();
	for (int n = 0; n < 45; n++) {
		house_ask("phone>pbx", "SUBSCRIBE", n % 2 ? 489 : 404, "to=299", "");
		house_say(200, "phone>pbx", false, ++house_calls, "PUBLISH", "to=299");
		house_say(5, "phone>pbx", true, house_calls, "403 PUBLISH", "to=299");
	}
	(void)house_up_events(SUBSCRIPTION, INCIDENT_NOTICE, "10.0.0.1", "299");
	house_close();
}

static void
test_subscription_miss(void **state)
{
	(void)state;
	house_open();
	/* A telephone has started anew; another one asks every two seconds. */
	for (int n = 0; n < 90; n++) {
		house_say(50, "pbx>phone2", false, ++house_calls, "NOTIFY n=7 t=t1", "");
		house_say(5, "pbx>phone2", true, house_calls, "481 NOTIFY n=7", "");
	}
	for (int n = 0; n < 200; n++) {
		house_ask("phone>pbx", "SUBSCRIBE", 489, "to=299", "");
		house_wait(1);
	}
	house_none(SUBSCRIPTION);
	house_close();
}

/* A call through the PBX, which makes another code of what the trunk says. */
static void
two_legs(unsigned code, unsigned said)
{
	unsigned in = ++house_calls, out = ++house_calls;
	char words[32];

	house_say(1000, "phone>pbx", false, in, "INVITE", "to=+4930111111");
	house_say(20, "pbx>carrier", false, out, "INVITE", "to=+4930111111");
	(void)snprintf(words, sizeof words, "%u INVITE", code);
	house_say(50, "pbx>carrier", true, out, words, "to=+4930111111");
	(void)snprintf(words, sizeof words, "%u INVITE", said);
	house_say(20, "phone>pbx", true, in, words, "to=+4930111111");
}

/* A call through a relay that stays in the way; said: what it makes of the answer. */
static void
relayed(unsigned code, unsigned said)
{
	unsigned call = ++house_calls;
	char words[32];

	house_say(1000, "phone>proxy", false, call, "INVITE", "");
	house_say(1, "phone>proxy", true, call, "100 INVITE", "");
	house_say(1, "proxy>carrier", false, call, "INVITE", "");
	(void)snprintf(words, sizeof words, "%u INVITE", code);
	house_say(50, "proxy>carrier", true, call, words, "");
	(void)snprintf(words, sizeof words, "%u INVITE", said);
	house_say(1, "phone>proxy", true, call, words, "");
}

static void
test_masked(void)
{
	const struct stream_incident *i;

	house_open();
	relayed(503, 500);
	i = house_up_events(MASKED, INCIDENT_NOTICE, "192.0.2.20", "4930123456");
	assert_string_equal(
	    i->sentence, "192.0.2.20 told 500 to 10.0.0.1, caused by 503 from the next hop, 1 time within 10 minutes");
	house_close();
	house_open();
	for (int n = 0; n < 6; n++)
		two_legs(480, 503);
	house_told();
	i = house_up_events(MASKED, INCIDENT_NOTICE, "pbx", "+4930111111");
	assert_string_equal(
	    i->sentence, "pbx told 503 to 10.0.0.1, caused by 480 from the next hop, 6 times within 10 minutes");
	/* And that 503 is no word of the PBX's own. */
	house_none(OVERLOAD);
	house_close();
}

static void
test_masked_miss(void **state)
{
	(void)state;
	house_open();
	/* The code as it came; two calls that fail each for itself. */
	for (int n = 0; n < 5; n++) {
		relayed(503, 503);
		house_call("phone>pbx", 500, "to=+4930111111", "");
		house_call("pbx>carrier", 503, "to=+4940222222", "");
	}
	house_none(MASKED);
	house_close();
}

static const struct house_row rows[] = {
	{ DNS, "dns", test_dns },
	{ SESSION_TIMER, "session-timer", test_session_timer },
	{ EARLY_MEDIA, "early-media", test_early_media },
	{ CREDENTIALS, "credentials", test_credentials },
	{ NUMBER_FORMAT, "number-format", test_number_format },
	{ INBOUND_ROUTE, "inbound-route", test_inbound_route },
	{ TOO_BIG, "too-big", test_too_big },
	{ OVERLOAD, "overload", test_overload },
	{ ACK_MISSING, "ack-missing", test_ack_missing },
	{ ALG, "alg", test_alg },
	{ ANALYTICS, "analytics", test_analytics },
	{ TLS, "tls", test_tls },
	{ SUBSCRIPTION, "subscription", test_subscription },
	{ MASKED, "masked", test_masked },
};

enum { ROWS = sizeof rows / sizeof rows[0] };

_Static_assert((int)ROWS + (int)HOUSE_SPLIT == (int)PATTERN_MAX, "a pattern has no test");

static void
test_all(void **state)
{
	(void)state;
	house_covers(rows, ROWS, HOUSE_SPLIT + 1);
}

int
main(void)
{
	const struct CMUnitTest rest[] = {
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_dns_miss),
		cmocka_unit_test(test_session_timer_miss),
		cmocka_unit_test(test_early_media_miss),
		cmocka_unit_test(test_credentials_miss),
		cmocka_unit_test(test_credentials_guesser),
		cmocka_unit_test(test_number_format_miss),
		cmocka_unit_test(test_inbound_route_miss),
		cmocka_unit_test(test_too_big_miss),
		cmocka_unit_test(test_overload_miss),
		cmocka_unit_test(test_ack_missing_miss),
		cmocka_unit_test(test_alg_miss),
		cmocka_unit_test(test_analytics_miss),
		cmocka_unit_test(test_tls_miss),
		cmocka_unit_test(test_subscription_miss),
		cmocka_unit_test(test_masked_miss),
	};
	struct CMUnitTest all[ROWS + sizeof rest / sizeof rest[0]];

	house_tests(rows, ROWS, all);
	memcpy(all + ROWS, rest, sizeof rest);
	return cmocka_run_group_tests(all, NULL, NULL);
}
