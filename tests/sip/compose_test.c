/* compose_test - the case in sentences: what each member adds, and what must not be said without it. */
#include "fixture.h"
#include "sipwhy/event.h"
#include "sipwhy/sip.h"

/* A call from a phone through this PBX, answered by a trunk. */
static struct event
failure(unsigned code, const char *phrase)
{
	return (struct event){
		.code = (uint16_t)code,
		.q850 = -1,
		.reason_sip = -1,
		.warn_code = -1,
		.transport = TRANSPORT_UDP,
		.direction = DIRECTION_RECEIVED,
		.outcome = OUTCOME_FAILED,
		.role = PEER_ROLE_TRUNK,
		.setup_ms = -1,
		.hop_ms = -1,
		.tries = 1,
		.method = slice_str("INVITE"),
		.phrase = slice_str(phrase),
		.call_id = slice_str("a@example.net"),
		.from = slice_str("1037"),
		.to = slice_str("+4930123456"),
		.peer = slice_str("carrier-a"),
		.src = slice_str("203.0.113.40:5060"),
		.dst = slice_str("10.20.0.10:5060"),
	};
}

static struct event
silence(void)
{
	struct event ev = failure(0, "");

	ev.outcome = OUTCOME_NO_RESPONSE;
	ev.repeats = 6;
	ev.setup_ms = 32000;
	ev.raw_len = 900;
	return ev;
}

struct told {
	struct sip_explanation why;
	char text[SIP_COMPOSE_MAX];
};

static struct told
tell(const struct event *ev)
{
	struct told t;
	size_t n;

	sip_explain_event(ev, &t.why);
	n = sip_compose(ev, &t.why, t.text, sizeof t.text);
	assert_int_equal(n, strlen(t.text));
	return t;
}

static void
says(const struct event *ev, const char *words)
{
	struct told t = tell(ev);

	if (strstr(t.text, words) == NULL)
		fail_msg("wanted: %s\nsaid: %s", words, t.text);
}

static void
never_says(const struct event *ev, const char *words)
{
	struct told t = tell(ev);

	if (strstr(t.text, words) != NULL)
		fail_msg("unwanted: %s\nsaid: %s", words, t.text);
}

static void
key_is(const struct event *ev, const char *key)
{
	struct told t = tell(ev);

	assert_string_equal(t.why.key, key);
}

static void
timeouts_differ_by_time(void **state)
{
	struct event ev = failure(408, "Request Timeout");

	(void)state;
	never_says(&ev, "It came after");
	ev.hop_ms = 32000;
	says(&ev, "after 32 s, the time after which a sender gives up");
	says(&ev, "behind 203.0.113.40:5060 nothing answered at all");
	ev.hop_ms = 20;
	says(&ev, "after 20 ms: no timer runs out so soon");
	never_says(&ev, "nothing answered at all");
	ev.hop_ms = 8100;
	says(&ev, "after 8.1 s, when a timer shorter than the usual 32 s ran out");
	ev.rang = true;
	says(&ev, "ringing or progress before, so the call got there: nobody answered within 8.1 s");
	never_says(&ev, "timer shorter");
}

static void
numbers_without_a_place(void **state)
{
	struct event ev = failure(404, "Not Found");

	(void)state;
	key_is(&ev, "number:trunk");
	says(&ev, "The trunk carrier-a was asked for +4930123456, in exactly this form.");
	ev.q850 = 1;
	ev.reason = slice_str("Q.850;cause=1");
	key_is(&ev, "q850:1");
	says(&ev, "The trunk carrier-a was asked for +4930123456");
	ev.direction = DIRECTION_SENT;
	key_is(&ev, "phrase:404:not found");
	says(&ev,
	    "The trunk carrier-a asked this PBX for +4930123456, and it has no inbound route for exactly that form.");
	never_says(&ev, "This machine said it itself.");
	ev.phrase = slice_str("Nobody of that name");
	key_is(&ev, "route:inbound");
	says(&ev, "no inbound route for exactly that form");
	ev.role = PEER_ROLE_PHONES;
	key_is(&ev, "route:dialplan");
	says(&ev, "asked this PBX for +4930123456, which is not in the dial plan");
	never_says(&ev, "inbound route");
	ev.phrase = slice_str("Not Found");
	never_says(&ev, "inbound route");
	ev.role = PEER_ROLE_UNKNOWN;
	says(&ev, "a missing inbound route if carrier-a is a trunk");
	/* What this machine only passed on is not its own routing. */
	ev.role = PEER_ROLE_TRUNK;
	ev.said_by = slice_str("198.51.100.7:5060");
	ev.src = slice_str("10.20.0.10:5060");
	never_says(&ev, "inbound route");
	says(&ev, "198.51.100.7:5060 said it, 10.20.0.10:5060 only passed it on.");
	ev.said_by = (struct slice){ NULL, 0 };
	ev.leg = slice_str("leg-b@pbx");
	never_says(&ev, "inbound route");
	says(&ev, "another leg of this call, Call-ID leg-b@pbx.");
	ev = failure(404, "Not Found");
	ev.method = slice_str("REGISTER");
	ev.direction = DIRECTION_SENT;
	ev.role = PEER_ROLE_PHONES;
	ev.to = slice_str("1037");
	says(&ev, "This machine itself has no account 1037.");
	ev = failure(484, "Address Incomplete");
	says(&ev, "The trunk carrier-a was asked for +4930123456");
	/* Words that somebody chose, and causes of the network, say more than the number of the answer. */
	ev = failure(404, "Unknown domain");
	ev.direction = DIRECTION_SENT;
	never_says(&ev, "inbound route");
	says(&ev, "This machine said it itself.");
	ev = failure(404, "Not Found");
	ev.q850 = 34;
	never_says(&ev, "in exactly this form");
}

static void
refusals(void **state)
{
	struct event ev = failure(403, "Insufficient funds");

	(void)state;
	key_is(&ev, "phrase:403:insufficient funds");
	says(&ev, "fraud control");
	says(&ev, "the balance of the account, and whether its fraud control lets calls to +4930123456 pass");
	ev = failure(403, "Forbidden");
	never_says(&ev, "balance");
	never_says(&ev, "credentials");
	ev.auth = true;
	says(&ev, "1037 sent credentials: many servers answer a wrong password with 403.");
	ev = failure(401, "Unauthorized");
	key_is(&ev, "challenge:401");
	says(&ev, "A challenge, normal once");
	ev.auth = true;
	ev.user_agent = slice_str("Yealink T46\x1b[31m");
	key_is(&ev, "auth:401");
	says(&ev, "password, authentication name or realm is wrong");
	says(&ev, "They were those of 1037, sent by Yealink T46\\x1b[31m.");
	never_says(&ev, "normal once");
	ev.code = 407;
	key_is(&ev, "auth:407");
}

static void
users_and_lines(void **state)
{
	struct event ev = failure(480, "Temporarily Unavailable");

	(void)state;
	says(&ev, "There was no ringing before: no phone was reached");
	ev.rang = true;
	ev.hop_ms = 20000;
	says(&ev, "It came after 20 s, with ringing or progress before: it got as far as that");
	never_says(&ev, "no ringing");
	ev = failure(486, "Busy Here");
	says(&ev, "no ringing before: the line was in use");
	ev.rang = true;
	says(&ev, "a call refused at the phone rather than a busy line");
	ev.code = 600;
	says(&ev, "a call refused at the phone rather than a busy line");
	ev = failure(603, "Decline");
	says(&ev, "no person was asked");
	ev.rang = true;
	says(&ev, "it was refused where it rang");
	/* Without the request nobody knows whether it rang. */
	ev.rang = false;
	ev.orphan = true;
	never_says(&ev, "ringing");
	says(&ev, "The request was not seen");
	ev = failure(487, "Request Terminated");
	says(&ev, "No CANCEL of the caller was seen: a hop on the way ended the call before any ringing.");
	ev.orphan = true;
	never_says(&ev, "CANCEL of the caller");
}

static void
who_said_it(void **state)
{
	struct event ev = failure(500, "Server Internal Error");

	(void)state;
	key_is(&ev, "code:500");
	ev.said_by = slice_str("198.51.100.7:5060");
	ev.said_code = 503;
	key_is(&ev, "said:503");
	says(&ev, sip_code_find(503)->meaning);
	says(&ev, "The relay 203.0.113.40:5060 made 500 of it: 198.51.100.7:5060 said 503 Service Unavailable.");
	ev.said_code = 0;
	ev.said_by = ev.src;
	never_says(&ev, "passed it on");
}

static void
headers_of_the_answer(void **state)
{
	struct event ev = failure(422, "Session Interval Too Small");

	(void)state;
	never_says(&ev, "asks for");
	ev.needs = slice_str("Min-SE: 1800");
	says(&ev, "It asks for Min-SE: 1800.");
	ev.code = 405;
	ev.needs = slice_str("Allow: INVITE, ACK");
	says(&ev, "It tells what it takes: Allow: INVITE, ACK.");
	ev.code = 420;
	ev.needs = slice_str("Unsupported: 100rel");
	says(&ev, "It tells what it does not know: Unsupported: 100rel.");
	ev = failure(503, "Service Unavailable");
	ev.retry_after = slice_str("30 (maintenance)");
	says(&ev, "Retry-After asks to wait 30 s before the next try.");
	ev.retry_after = slice_str("soon");
	never_says(&ev, "Retry-After");
	ev = failure(488, "Not Acceptable Here");
	ev.warning = slice_str("304 carrier-a \"Media type not available\"");
	says(&ev, sip_warning_find(304)->meaning);
	says(&ev, "Warning 304: Media type not available.");
	ev = failure(503, "Service Unavailable");
	ev.q850 = 34;
	says(&ev, "Reason: Q.850 cause 34, \"No circuit/channel available\".");
	ev.raw = slice_str("SIP/2.0 503 x\r\nReason: Q.850;cause=34\r\n\r\n");
	ev.raw_len = (uint32_t)ev.raw.n;
	says(&ev, "Reason: Q.850 cause 34");
	/* That of a 183 before counts too. */
	ev.raw = slice_str("SIP/2.0 503 x\r\nVia: x\r\n\r\n");
	ev.raw_len = (uint32_t)ev.raw.n;
	says(&ev, "Reason, of an earlier answer: Q.850 cause 34");
	ev.raw_len++;
	never_says(&ev, "earlier");
	ev.q850 = 10;
	says(&ev, "Reason: Q.850 cause 10, which is in no table.");
	ev.q850 = -1;
	ev.reason_sip = 486;
	ev.reason = slice_str("SIP;cause=486");
	says(&ev, "Reason: 486 Busy Here is the answer behind it.");
	ev.reason_sip = 806;
	ev.reason = slice_str("SIP;cause=806;text=\"USER_NOT_REGISTERED\"");
	says(&ev, "Reason: FreeSWITCH cause 806, \"User not registered\".");
}

static void
silence_is_a_case(void **state)
{
	struct event ev = silence();

	(void)state;
	key_is(&ev, "silence");
	says(&ev, "203.0.113.40:5060 gave no final answer within 32 s; the INVITE was sent 7 times over udp.");
	says(&ev, "No ringing and no progress came back either.");
	never_says(&ev, "fragments");
	ev.raw_len = 1640;
	says(&ev, "The request has 1640 bytes: over UDP it travels in fragments");
	ev.transport = TRANSPORT_TCP;
	never_says(&ev, "fragments");
	ev.rang = true;
	key_is(&ev, "silence:rang");
	says(&ev, "Something had come back before");
	never_says(&ev, "No ringing");
	ev.direction = DIRECTION_SENT;
	key_is(&ev, "silence:own");
	never_says(&ev, "This machine said it itself");
	ev = failure(200, "OK");
	ev.outcome = OUTCOME_OK;
	ev.ack_missing = true;
	ev.repeats = 9;
	key_is(&ev, "ack-missing");
	says(&ev, "never acknowledged");
	says(&ev, "The answer was repeated 9 times and no ACK was seen.");
}

static void
marks(void **state)
{
	struct event ev = failure(503, "Service Unavailable");

	(void)state;
	never_says(&ev, "after all");
	ev.recovered = true;
	says(&ev, "The call went through after all");
	ev = failure(488, "Not Acceptable Here");
	ev.in_call = true;
	says(&ev, "INVITE inside a running call failed: the call itself may go on.");
	ev.method = slice_str("BYE");
	says(&ev, "It failed while the call was being ended.");
	ev.partial = true;
	says(&ev, "Not all of the message could be read.");
}

/* Rows that nobody proved, or of another maker than the sender, must not sound like facts. */
static void
doubt_is_told(void **state)
{
	struct event ev = failure(503, "Congestion");

	(void)state;
	says(&ev, "The wording may mean: No capacity on the route.");
	ev = failure(503, "CPS limit reached");
	says(&ev, "Calls or registrations per second too high");
	never_says(&ev, "In the words of");
	ev.agent = slice_str("FreeSWITCH");
	says(&ev, "In the words of Telnyx this means: Calls or registrations per second too high");
}

/* Whatever stands in an event, the text stays short, printable, whole in its words and without repetition. */
static void
any_event_makes_good_text(void **state)
{
	static char evil[3000];
	struct slice bad = { evil, sizeof evil };
	struct sip_explanation why;
	char text[SIP_COMPOSE_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof evil; i++)
		evil[i] = (char)(i * 7);
	for (unsigned code = 0; code <= SIP_CODE_MAX; code++) {
		struct event ev = failure(code, "");
		size_t n;

		ev.q850 = (int16_t)(code % 128);
		ev.reason_sip = 603;
		ev.warn_code = 370;
		ev.direction = (uint8_t)(code % 4);
		ev.role = (uint8_t)(code % 5);
		ev.hop_ms = ev.setup_ms = INT32_MAX;
		ev.repeats = UINT32_MAX;
		ev.rang = code % 2;
		ev.auth = ev.partial = ev.orphan = ev.in_call = ev.recovered = code % 3 == 0;
		ev.said_code = 503;
		ev.method = code % 2 ? bad : ev.method;
		ev.phrase = ev.from = ev.to = ev.peer = ev.src = ev.said_by = ev.leg = ev.agent = ev.user_agent = bad;
		ev.reason = ev.warning = ev.retry_after = ev.detail = ev.needs = bad;
		sip_explain_event(&ev, &why);
		n = sip_compose(&ev, &why, text, sizeof text);
		assert_int_equal(n, strlen(text));
		for (size_t i = 0; i < n; i++)
			assert_true(text[i] >= ' ' && text[i] < 127);
		for (size_t cap = 0; cap < 40; cap++) {
			n = sip_compose(&ev, &why, text, cap);
			assert_true(cap == 0 ? n == 0 : n < cap && text[n] == '\0');
		}
	}
}

static void
cut_at_a_word(void **state)
{
	struct event ev = failure(408, "Request Timeout");
	struct sip_explanation why;
	char whole[SIP_COMPOSE_MAX], text[SIP_COMPOSE_MAX];

	(void)state;
	ev.hop_ms = 20;
	sip_explain_event(&ev, &why);
	sip_compose(&ev, &why, whole, sizeof whole);
	for (size_t cap = 1; cap <= sizeof whole; cap++) {
		size_t n = sip_compose(&ev, &why, text, cap);

		assert_memory_equal(text, whole, n);
		assert_true(n == 0 || whole[n] == ' ' || whole[n] == '\0');
	}
}

/* Of a log: no address and no transport where there is none, no delay finer than its stamps, and what a line on its own
 * is worth. */
static void
what_a_log_does_not_know(void **state)
{
	struct event ev = silence();

	(void)state;
	ev.src = ev.peer = slice_str("-");
	ev.transport = TRANSPORT_N;
	says(&ev, "The next hop gave no final answer within 32 s; the INVITE was sent 7 times.");
	ev = failure(500, "Server Internal Error");
	ev.direction = DIRECTION_SENT;
	ev.src = slice_str("-");
	ev.said_by = slice_str("203.0.113.40:5060");
	ev.said_code = 503;
	says(&ev, "This machine made 500 of it: 203.0.113.40:5060 said 503 Service Unavailable.");
	ev.said_phrase = slice_str("Trunk full");
	says(&ev, "This machine made 500 of it: 203.0.113.40:5060 said 503 Trunk full.");
	ev.said_code = 0;
	says(&ev, "203.0.113.40:5060 said it, this machine only passed it on.");
	ev.said_by = slice_str("-");
	says(&ev, "The hop behind it said it, this machine only passed it on.");
	ev = failure(404, "Not Found");
	ev.peer = slice_str("-");
	says(&ev, "The other side was asked for +4930123456");
	ev = failure(408, "Request Timeout");
	ev.hop_ms = 0;
	ev.stamp = slice_str("2026-03-03 10:15:01");
	says(&ev, "It came within a second: no timer");
	ev.hop_ms = 1000;
	says(&ev, "It came after about 1.0 s: no timer");
	ev.hop_ms = 5000;
	says(&ev, "It came after about 5.0 s, when a timer");
	ev.rang = true;
	ev.hop_ms = 0;
	never_says(&ev, "within 0 ms");
	ev.rang = false;
	ev.hop_ms = 1000;
	ev.stamp = slice_str("03.03.2026 10:15:01,250");
	says(&ev, "It came after 1.0 s, when a timer");
	ev = failure(486, "Busy Here");
	ev.orphan = ev.statement = true;
	says(&ev, "Only a log line named this code; the message itself was not in the log.");
	never_says(&ev, "The request was not seen");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(timeouts_differ_by_time),
		cmocka_unit_test(numbers_without_a_place),
		cmocka_unit_test(refusals),
		cmocka_unit_test(users_and_lines),
		cmocka_unit_test(who_said_it),
		cmocka_unit_test(headers_of_the_answer),
		cmocka_unit_test(silence_is_a_case),
		cmocka_unit_test(marks),
		cmocka_unit_test(doubt_is_told),
		cmocka_unit_test(what_a_log_does_not_know),
		cmocka_unit_test(any_event_makes_good_text),
		cmocka_unit_test(cut_at_a_word),
	};

	return cmocka_run_group_tests_name("sip/compose", tests, NULL, NULL);
}
