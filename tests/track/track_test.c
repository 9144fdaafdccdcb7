/* track: what happened, by the worked examples of the rule book (RFC 3261 17, 22; RFC 6076) and around them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"
#include "stream.h"

static struct stream st;

static void
play(const char *lines)
{
	stream_open(&st, NULL);
	assert_non_null(st.t);
	stream_play(&st, lines);
	stream_play(&st, "finish");
	stream_check(&st, 1);
}

/* Whole outcomes: ok failed cancelled challenged no-response redirected. */
static void
outcomes(long ok, long failed, long cancelled, long challenged, long silent, long redirected)
{
	assert_int_equal(st.whole[OUTCOME_OK], ok);
	assert_int_equal(st.whole[OUTCOME_FAILED], failed);
	assert_int_equal(st.whole[OUTCOME_CANCELLED], cancelled);
	assert_int_equal(st.whole[OUTCOME_CHALLENGED], challenged);
	assert_int_equal(st.whole[OUTCOME_NO_RESPONSE], silent);
	assert_int_equal(st.whole[OUTCOME_REDIRECTED], redirected);
	stream_close(&st);
}

/* Ten calls, each challenged. */
static void
test_ten_calls(void **state)
{
	(void)state;
	stream_open(&st, NULL);
	for (int i = 0; i < 10; i++) {
		static const char *const ends[] = { "200", "486", "487", "503" };
		int end = i < 7 ? 0 : i - 6;
		char c[96];

		(void)snprintf(c, sizeof c, "c=e1-%d f=g%d", i, i);
		stream_line(&st, "%d phone>pbx INVITE %s", i * 1000, c);
		stream_line(&st, "+10 pbx>phone 407 INVITE realm=pbx %s", c);
		stream_line(&st, "+10 phone>pbx ACK t=t1 %s", c);
		stream_line(&st, "+10 phone>pbx INVITE n=2 realm=pbx %s", c);
		stream_line(&st, "+10 pbx>phone 100 INVITE n=2 %s", c);
		stream_line(&st, "+50 pbx>phone 180 INVITE n=2 %s", c);
		if (end == 2) {
			stream_line(&st, "+50 phone>pbx CANCEL n=2 %s", c);
			stream_line(&st, "+5 pbx>phone 200 CANCEL n=2 %s", c);
		}
		stream_line(&st, "+100 pbx>phone %s INVITE n=2 t=t2 %s", ends[end], c);
		stream_line(&st, "+5 phone>pbx ACK n=2 t=t2 %s", c);
		if (end == 0) {
			stream_line(&st, "+50 phone>pbx BYE n=3 t=t2 %s", c);
			stream_line(&st, "+5 pbx>phone 200 BYE n=3 t=t2 %s", c);
		}
	}
	stream_play(&st, "finish");
	stream_check(&st, 1);
	assert_int_equal(st.attempts, 10);
	assert_int_equal(st.completed, 7);
	assert_int_equal(st.n_events, 2);
	assert_int_equal(st.events[0].code, 486);
	assert_int_equal(st.events[1].code, 503);
	assert_int_equal(st.events[1].tries, 2);
	outcomes(7, 2, 1, 0, 0, 0);
}

/* A phone that registers each minute, challenged each time; E2. */
static void
test_registers_for_an_hour(void **state)
{
	(void)state;
	stream_open(&st, NULL);
	for (int i = 0; i < 60; i++) {
		stream_line(&st, "%d phone>pbx REGISTER n=%d exp=60", i * 60000, 2 * i + 1);
		stream_line(&st, "+5 pbx>phone 401 REGISTER realm=pbx n=%d", 2 * i + 1);
		stream_line(&st, "+5 phone>pbx REGISTER realm=pbx n=%d exp=60", 2 * i + 2);
		stream_line(&st, "+5 pbx>phone 200 REGISTER n=%d exp=60", 2 * i + 2);
	}
	stream_play(&st, "finish");
	stream_check(&st, 1);
	assert_int_equal(st.last_whole.rrd_ms, 15);
	assert_int_equal(st.n_events, 0);
	outcomes(60, 0, 0, 0, 0, 0);
}

/* A wrong password on a registrar that never says 403; E3. */
static void
test_wrong_password(void **state)
{
	(void)state;
	stream_open(&st, NULL);
	for (int i = 0; i < 5; i++) {
		stream_line(&st, "%d phone>pbx REGISTER n=%d", i * 20000, 2 * i + 1);
		stream_line(&st, "+5 pbx>phone 401 REGISTER realm=pbx n=%d", 2 * i + 1);
		stream_line(&st, "+5 phone>pbx REGISTER realm=pbx n=%d", 2 * i + 2);
		stream_line(&st, "+5 pbx>phone 401 REGISTER realm=pbx n=%d", 2 * i + 2);
	}
	stream_play(&st, "finish");
	stream_check(&st, 1);
	assert_int_equal(st.n_events, 5);
	assert_int_equal(st.events[0].code, 401);
	assert_true(st.events[0].auth);
	outcomes(0, 5, 0, 0, 0, 0);
}

/* One call forked to three phones, seen behind the fork only; E4. */
static void
test_fork(void **state)
{
	(void)state;
	play("0 pbx>phone INVITE\n"
	     "1 pbx>phone2 INVITE\n"
	     "2 pbx>phone3 INVITE\n"
	     "100 phone>pbx 180 INVITE t=a\n"
	     "110 phone2>pbx 180 INVITE t=b\n"
	     "120 phone3>pbx 180 INVITE t=c\n"
	     "3000 phone>pbx 200 INVITE t=a\n"
	     "3005 pbx>phone ACK t=a b=z9hG4bKack\n"
	     "3010 pbx>phone2 CANCEL\n"
	     "3011 pbx>phone3 CANCEL\n"
	     "3020 phone2>pbx 487 INVITE t=b\n"
	     "3021 phone3>pbx 487 INVITE t=c\n");
	assert_int_equal(st.n_events, 0);
	assert_int_equal(st.attempts, 1);
	assert_int_equal(st.legs[OUTCOME_OK], 1);
	assert_int_equal(st.legs[OUTCOME_CANCELLED], 2);
	outcomes(1, 0, 0, 0, 0, 0);
}

/* A fork without an answer has the code that the forking node would choose (16.7). */
static void
test_fork_fails(void **state)
{
	(void)state;
	play("0 pbx>phone INVITE\n"
	     "1 pbx>phone2 INVITE\n"
	     "2 pbx>phone3 INVITE\n"
	     "100 phone>pbx 503 INVITE t=a\n"
	     "200 phone2>pbx 180 INVITE t=b\n"
	     "60000 phone2>pbx 486 INVITE t=b phrase=Busy\n"
	     "60100 phone3>pbx 500 INVITE t=c\n");
	assert_int_equal(st.n_events, 1);
	assert_int_equal(st.events[0].code, 486);
	outcomes(0, 1, 0, 0, 0, 0);
}

/* Through a proxy, seen on both sides; E5. */
static void
test_relayed(void **state)
{
	(void)state;
	play("0 phone>proxy INVITE\n"
	     "1 proxy>carrier INVITE\n"
	     "50 carrier>proxy 404 INVITE q850=1\n"
	     "51 proxy>phone 404 INVITE\n");
	assert_int_equal(st.n_events, 1);
	assert_int_equal(st.events[0].code, 404);
	assert_int_equal(st.events[0].q850, 1);
	assert_string_equal(st.events[0].said_by, "198.51.100.7:5060");
	assert_int_equal(st.events[0].said_code, 0);
	assert_string_equal(st.events[0].path,
	    "10.0.0.1:5060 192.0.2.20:5060 404 0 1\n"
	    "192.0.2.20:5060 198.51.100.7:5060 404 1 1\n");
	assert_int_equal(st.legs[OUTCOME_FAILED], 2);
	outcomes(0, 1, 0, 0, 0, 0);
}

/* A relay that makes another code of it is told with the one it got. */
static void
test_rewritten(void **state)
{
	(void)state;
	play("0 phone>proxy INVITE\n"
	     "1 proxy>carrier INVITE\n"
	     "50 carrier>proxy 503 INVITE\n"
	     "51 proxy>phone 500 INVITE\n");
	assert_int_equal(st.n_events, 1);
	assert_int_equal(st.events[0].code, 500);
	assert_int_equal(st.events[0].said_code, 503);
	outcomes(0, 1, 0, 0, 0, 0);
}

/* A dead trunk; E6. */
static void
test_silence(void **state)
{
	(void)state;
	stream_open(&st, NULL);
	for (int i = 0, at = 0; i < 7; i++, at = at * 2 + 500)
		stream_line(&st, "%d pbx>carrier INVITE from=1001 to=49301 ua=Phone", at);
	stream_play(&st, "31900 tick");
	assert_int_equal(st.n_events, 0);
	stream_play(&st, "32600 tick\nfinish");
	stream_check(&st, 1);
	assert_int_equal(st.n_events, 1);
	assert_int_equal(st.events[0].code, 0);
	assert_int_equal(st.events[0].outcome, OUTCOME_NO_RESPONSE);
	assert_int_equal(st.events[0].repeats, 6);
	assert_int_equal(st.events[0].direction, DIRECTION_RECEIVED);
	assert_string_equal(st.events[0].peer, "198.51.100.7");
	assert_string_equal(st.events[0].src, "198.51.100.7:5060");
	assert_string_equal(st.events[0].to, "49301");
	assert_string_equal(st.events[0].user_agent, "Phone");
	assert_string_equal(st.events[0].raw, "INVITE 0\r\n\r\n");
	assert_in_range(st.events[0].setup_ms, 32000, 32600);
	outcomes(0, 0, 0, 0, 1, 0);
}

/* An answer behind its time changes the mind of the event. */
static void
test_late_answer(void **state)
{
	(void)state;
	play("0 pbx>carrier INVITE\n"
	     "33000 tick\n"
	     "33500 carrier>pbx 503 INVITE\n");
	assert_int_equal(st.n_events, 1);
	assert_int_equal(st.events[0].code, 503);
	assert_false(st.events[0].recovered);
	outcomes(0, 1, 0, 0, 0, 0);
	play("0 pbx>carrier INVITE\n"
	     "33000 tick\n"
	     "33500 carrier>pbx 200 INVITE\n");
	assert_int_equal(st.n_events, 1);
	assert_true(st.events[0].recovered);
	outcomes(1, 0, 0, 0, 0, 0);
}

/* BYE from both sides at once; E7. */
static void
test_bye_glare(void **state)
{
	(void)state;
	play("0 pbx>carrier INVITE\n"
	     "100 carrier>pbx 200 INVITE\n"
	     "110 pbx>carrier ACK t=t1 b=z9hG4bKa\n"
	     "9000 pbx>carrier BYE n=2 t=t1\n"
	     "9001 carrier>pbx BYE n=1 f=t1 t=f1\n"
	     "9010 carrier>pbx 481 BYE n=2\n"
	     "9011 pbx>carrier 200 BYE n=1 f=t1 t=f1\n");
	assert_int_equal(st.n_events, 0);
	assert_int_equal(st.completed, 1);
	outcomes(1, 0, 0, 0, 0, 0);
}

/* 422 with and without a second try; E8. */
static void
test_session_timer(void **state)
{
	(void)state;
	play("0 pbx>carrier INVITE se=90\n"
	     "50 carrier>pbx 422 INVITE needs=Min-SE:_1800\n"
	     "60 pbx>carrier ACK\n"
	     "70 pbx>carrier INVITE n=2 se=1800\n"
	     "200 carrier>pbx 200 INVITE n=2\n");
	assert_int_equal(st.n_events, 0);
	outcomes(1, 0, 0, 0, 0, 0);
	play("0 pbx>carrier INVITE se=90\n"
	     "50 carrier>pbx 422 INVITE phrase=Session_Interval_Too_Small\n"
	     "60 pbx>carrier ACK\n"
	     "40000 tick\n");
	assert_int_equal(st.n_events, 1);
	assert_int_equal(st.events[0].code, 422);
	assert_int_equal(st.events[0].setup_ms, 50);
	assert_string_equal(st.events[0].phrase, "Session Interval Too Small");
	outcomes(0, 1, 0, 0, 0, 0);
}

/* 200 repeated and never acknowledged; E9. */
static void
test_ack_missing(void **state)
{
	(void)state;
	play("0 carrier>pbx INVITE\n"
	     "100 pbx>carrier 200 INVITE\n"
	     "600 pbx>carrier 200 INVITE\n"
	     "1600 pbx>carrier 200 INVITE\n"
	     "3600 pbx>carrier 200 INVITE\n"
	     "7600 pbx>carrier 200 INVITE\n"
	     "11600 pbx>carrier 200 INVITE\n"
	     "32100 pbx>carrier BYE f=t1 t=f1\n"
	     "32150 carrier>pbx 200 BYE f=t1 t=f1\n");
	assert_int_equal(st.n_events, 1);
	assert_true(st.events[0].ack_missing);
	assert_int_equal(st.events[0].code, 200);
	assert_int_equal(st.completed, 1);
	outcomes(1, 0, 0, 0, 0, 0);
}

/* A redirect that is followed, E10, and one that is not. */
static void
test_redirect(void **state)
{
	(void)state;
	play("0 pbx>carrier INVITE\n"
	     "20 carrier>pbx 302 INVITE\n"
	     "25 pbx>carrier ACK\n"
	     "30 pbx>carrier2 INVITE n=2\n"
	     "100 carrier2>pbx 200 INVITE n=2\n");
	assert_int_equal(st.last_whole.code, 200);
	assert_int_equal(st.n_events, 0);
	outcomes(1, 0, 0, 0, 0, 0);
	play("0 pbx>carrier INVITE\n20 carrier>pbx 302 INVITE\n");
	assert_int_equal(st.n_events, 0);
	outcomes(0, 0, 0, 0, 0, 1);
}

/* Challenges, kind by kind. */
static void
test_challenges(void **state)
{
	(void)state;
	/* An old nonce. */
	play("0 phone>pbx REGISTER realm=pbx\n"
	     "5 pbx>phone 401 REGISTER realm=pbx stale\n"
	     "10 phone>pbx REGISTER n=2 realm=pbx\n"
	     "15 pbx>phone 200 REGISTER n=2\n");
	assert_int_equal(st.n_events, 0);
	outcomes(1, 0, 0, 0, 0, 0);
	/* Two realms. */
	play("0 phone>proxy INVITE\n"
	     "5 proxy>phone 407 INVITE realm=a\n"
	     "10 phone>proxy INVITE n=2 realm=a\n"
	     "15 proxy>phone 401 INVITE n=2 realm=b\n"
	     "20 phone>proxy INVITE n=3 realm=a realm=b\n"
	     "90 proxy>phone 200 INVITE n=3\n");
	assert_int_equal(st.n_events, 0);
	outcomes(1, 0, 0, 0, 0, 0);
	/* Remembered credentials that are not taken, twice. */
	play("0 phone>pbx REGISTER realm=pbx\n"
	     "5 pbx>phone 401 REGISTER realm=pbx\n"
	     "10 phone>pbx REGISTER n=2 realm=pbx\n"
	     "15 pbx>phone 401 REGISTER n=2 realm=pbx\n");
	assert_int_equal(st.n_events, 1);
	outcomes(0, 1, 0, 0, 0, 0);
	/* The same, once, and then nothing: nobody logged in. */
	play("0 phone>pbx REGISTER realm=pbx\n"
	     "5 pbx>phone 401 REGISTER realm=pbx\n"
	     "40000 tick\n");
	assert_int_equal(st.n_events, 1);
	assert_true(st.events[0].auth);
	outcomes(0, 1, 0, 0, 0, 0);
	/* Forbidden with credentials. */
	play("0 phone>pbx REGISTER\n"
	     "5 pbx>phone 401 REGISTER realm=pbx\n"
	     "10 phone>pbx REGISTER n=2 realm=pbx\n"
	     "15 pbx>phone 403 REGISTER n=2\n");
	assert_int_equal(st.n_events, 1);
	assert_true(st.events[0].auth);
	outcomes(0, 1, 0, 0, 0, 0);
	/* Left alone. */
	play("0 scan>pbx INVITE\n5 pbx>scan 401 INVITE realm=pbx\n6 scan>pbx ACK\n40000 tick\n");
	assert_int_equal(st.n_events, 0);
	outcomes(0, 0, 0, 1, 0, 0);
	/* Answers alone, as a mirror of one direction has them. */
	play("5 pbx>phone 401 REGISTER\n15 pbx>phone 200 REGISTER n=2\n");
	assert_int_equal(st.n_events, 0);
	outcomes(1, 0, 0, 0, 0, 0);
}

/* Seven times, on two interfaces, relayed: one event with its path and counts. */
static void
test_one_failure_seven_times(void **state)
{
	/* Timer G doubles from 500 ms (17.2.1); the second tap sees each 2 ms later. */
	static const int at[] = { 50, 550, 1550, 3550, 7550, 11550, 15550 };

	(void)state;
	stream_open(&st, NULL);
	for (int tap = 0; tap < 2; tap++) {
		stream_line(&st, "%d phone>proxy INVITE", 2 * tap);
		stream_line(&st, "%d proxy>carrier INVITE", 10 + 2 * tap);
	}
	for (int i = 0; i < 7; i++)
		for (int tap = 0; tap < 2; tap++) {
			stream_line(&st, "%d carrier>proxy 503 INVITE phrase=Service_Unavailable", at[i] + 2 * tap);
			stream_line(&st, "%d proxy>phone 503 INVITE phrase=Service_Unavailable", at[i] + 1 + 2 * tap);
		}
	assert_int_equal(st.n_events, 1);
	stream_play(&st, "60000 tick\nfinish");
	stream_check(&st, 1);
	assert_int_equal(st.n_events, 1);
	assert_int_equal(st.n_updates, 1);
	assert_int_equal(st.events[0].repeats, 6);
	assert_int_equal(st.events[0].copies, 7);
	assert_string_equal(st.events[0].path,
	    "10.0.0.1:5060 192.0.2.20:5060 503 0 14\n"
	    "192.0.2.20:5060 198.51.100.7:5060 503 10 14\n");
	outcomes(0, 1, 0, 0, 0, 0);
}

static void
test_orphans(void **state)
{
	(void)state;
	stream_open(&st, NULL);
	for (int i = 0; i < 20; i++)
		stream_line(&st, "%d carrier>pbx %d INVITE c=o%d", i * 10, i % 2 == 0 ? 404 : 503, i);
	stream_play(&st, "finish");
	stream_check(&st, 1);
	assert_int_equal(st.n_events, 20);
	assert_true(st.events[19].orphan);
	assert_int_equal(st.events[19].setup_ms, -1);
	outcomes(0, 20, 0, 0, 0, 0);
	/* Nothing names them: a response without Call-ID still counts, each for itself. */
	stream_open(&st, NULL);
	for (int i = 0; i < 20; i++)
		stream_line(&st, "%d carrier>pbx 404 INVITE c= f= b= t= n=0", i * 10);
	assert_int_equal(st.n_events, 20);
	stream_close(&st);
}

static void
test_plain_failures(void **state)
{
	(void)state;
	play("0 phone>pbx INVITE\n5 pbx>phone 400 INVITE\n");
	assert_int_equal(st.n_events, 1);
	assert_int_equal(st.events[0].direction, DIRECTION_SENT);
	outcomes(0, 1, 0, 0, 0, 0);
	/* A call redialled is another call. */
	play("0 phone>pbx INVITE c=a\n"
	     "5 pbx>phone 486 INVITE c=a\n"
	     "9000 phone>pbx INVITE c=b\n"
	     "9005 pbx>phone 486 INVITE c=b\n");
	assert_int_equal(st.n_events, 2);
	outcomes(0, 2, 0, 0, 0, 0);
	/* Nobody gave up: a 487 of its own. */
	play("0 phone>pbx INVITE\n5 pbx>phone 487 INVITE\n");
	assert_int_equal(st.n_events, 1);
	outcomes(0, 1, 0, 0, 0, 0);
	/* CANCEL and answer cross. */
	play("0 phone>pbx INVITE\n5 pbx>phone 180 INVITE\n100 phone>pbx CANCEL\n101 pbx>phone 200 INVITE\n");
	assert_int_equal(st.n_events, 0);
	outcomes(1, 0, 0, 0, 0, 0);
	/* Given up, and nothing came of it. */
	play("0 phone>pbx INVITE\n5 pbx>phone 180 INVITE\n100 phone>pbx CANCEL\n40000 tick\n");
	assert_int_equal(st.n_events, 0);
	outcomes(0, 0, 1, 0, 0, 0);
}

static void
test_options(void **state)
{
	(void)state;
	play("0 pbx>carrier OPTIONS c=a\n5 carrier>pbx 404 OPTIONS c=a\n"
	     "10 pbx>carrier OPTIONS c=b\n15 carrier>pbx 503 OPTIONS c=b\n"
	     "20 pbx>carrier OPTIONS c=d\n40000 tick\n");
	assert_int_equal(st.n_events, 2);
	outcomes(1, 1, 0, 0, 1, 0);
}

/* Inside a call: an event, but no attempt. */
static void
test_in_call(void **state)
{
	(void)state;
	play("0 pbx>carrier INVITE\n"
	     "100 carrier>pbx 200 INVITE\n"
	     "110 pbx>carrier ACK t=t1 b=z9hG4bKa\n"
	     "5000 pbx>carrier INVITE n=2 t=t1\n"
	     "5010 carrier>pbx 488 INVITE n=2\n"
	     "5500 carrier>pbx INFO n=1 f=t1 t=f1\n"
	     "5510 pbx>carrier 405 INFO n=1 f=t1 t=f1\n"
	     "6000 pbx>carrier UPDATE n=3 t=t1\n"
	     "6010 carrier>pbx 491 UPDATE n=3\n"
	     "6200 pbx>carrier UPDATE n=4 t=t1\n"
	     "6210 carrier>pbx 200 UPDATE n=4\n"
	     "7000 pbx>carrier BYE n=5 t=t1\n"
	     "7010 carrier>pbx 481 BYE n=5\n");
	assert_int_equal(st.attempts, 1);
	assert_int_equal(st.n_events, 2);
	assert_int_equal(st.events[0].code, 488);
	assert_true(st.events[0].in_call);
	assert_int_equal(st.events[1].code, 405);
	outcomes(1, 0, 0, 0, 0, 0);
}

/* A second trunk takes the call: seen at the proxy's far side only, and with the caller's side. */
static void
test_recovered(void **state)
{
	(void)state;
	play("0 pbx>carrier INVITE\n"
	     "20 carrier>pbx 503 INVITE\n"
	     "25 pbx>carrier2 INVITE\n"
	     "90 carrier2>pbx 200 INVITE t=t2\n");
	assert_int_equal(st.n_events, 1);
	assert_int_equal(st.events[0].code, 503);
	assert_true(st.events[0].recovered);
	assert_int_equal(st.legs[OUTCOME_FAILED], 1);
	assert_int_equal(st.legs[OUTCOME_OK], 1);
	outcomes(1, 0, 0, 0, 0, 0);
	play("0 phone>proxy INVITE\n"
	     "1 proxy>phone 100 INVITE\n"
	     "2 proxy>carrier INVITE\n"
	     "20 carrier>proxy 503 INVITE q850=34\n"
	     "25 proxy>carrier2 INVITE\n"
	     "80 carrier2>proxy 180 INVITE t=t2\n"
	     "81 proxy>phone 180 INVITE t=t2\n"
	     "90 carrier2>proxy 200 INVITE t=t2\n"
	     "91 proxy>phone 200 INVITE t=t2\n");
	assert_int_equal(st.n_events, 1);
	assert_true(st.events[0].recovered);
	assert_int_equal(st.events[0].code, 503);
	assert_int_equal(st.events[0].outcome, OUTCOME_OK);
	assert_string_equal(st.events[0].peer, "198.51.100.7");
	assert_true(st.last_whole.recovered);
	assert_int_equal(st.legs[OUTCOME_FAILED], 1);
	assert_int_equal(st.legs[OUTCOME_OK], 2);
	outcomes(1, 0, 0, 0, 0, 0);
	/* And does not: one failed call, with the code of the end. */
	play("0 pbx>carrier INVITE\n"
	     "20 carrier>pbx 503 INVITE\n"
	     "25 pbx>carrier2 INVITE\n"
	     "90 carrier2>pbx 486 INVITE t=t2\n");
	assert_int_equal(st.n_events, 1);
	assert_int_equal(st.events[0].code, 486);
	assert_false(st.events[0].recovered);
	outcomes(0, 1, 0, 0, 0, 0);
}

/* An event that ends with another code has the words of that one, and who said that. */
static void
test_new_code(void **state)
{
	(void)state;
	play("0 phone>pbx INVITE\n"
	     "10 pbx>carrier INVITE\n"
	     "20 carrier>pbx 503 INVITE phrase=Trunk_full\n"
	     "25 pbx>phone 500 INVITE phrase=Server_Internal_Error\n"
	     "900 phone>pbx INVITE n=2\n"
	     "910 pbx>phone 486 INVITE n=2 phrase=Busy_Here\n");
	assert_int_equal(st.n_events, 1);
	assert_int_equal(st.events[0].code, 486);
	assert_string_equal(st.events[0].phrase, "Busy Here");
	assert_int_equal(st.events[0].said_code, 0);
	assert_string_equal(st.events[0].said_by, "");
	outcomes(0, 1, 0, 0, 0, 0);
	/* Here the later one was made of another. */
	play("0 phone>pbx INVITE\n"
	     "25 pbx>phone 486 INVITE phrase=Busy_Here\n"
	     "900 phone>pbx INVITE n=2\n"
	     "910 pbx>carrier INVITE n=2\n"
	     "920 carrier>pbx 503 INVITE n=2 phrase=Trunk_full\n"
	     "925 pbx>phone 500 INVITE n=2 phrase=Server_Internal_Error\n");
	assert_string_equal(st.events[0].phrase, "Server Internal Error");
	assert_int_equal(st.events[0].said_code, 503);
	assert_string_equal(st.events[0].said_by, "198.51.100.7:5060");
	outcomes(0, 1, 0, 0, 0, 0);
}

/* The two sides of a PBX are one call when there is evidence, and two when there is none. */
static void
test_legs(void **state)
{
	(void)state;
	play("0 phone>pbx INVITE c=a\n"
	     "5 pbx>phone 100 INVITE c=a\n"
	     "10 pbx>carrier INVITE c=b f=f2 to=00004930123456\n"
	     "60 carrier>pbx 503 INVITE c=b f=f2 q850=34\n"
	     "65 pbx>phone 480 INVITE c=a\n");
	assert_int_equal(st.attempts, 1);
	assert_int_equal(st.n_events, 1);
	assert_int_equal(st.events[0].code, 480);
	assert_int_equal(st.events[0].said_code, 503);
	assert_int_equal(st.events[0].q850, 34);
	assert_string_equal(st.events[0].leg, "b");
	assert_string_equal(st.events[0].said_by, "198.51.100.7:5060");
	outcomes(0, 1, 0, 0, 0, 0);
	/* The second trunk takes it. */
	play("0 phone>pbx INVITE c=a\n"
	     "10 pbx>carrier INVITE c=b f=f2\n"
	     "60 carrier>pbx 503 INVITE c=b f=f2\n"
	     "65 pbx>carrier2 INVITE c=d f=f3\n"
	     "200 carrier2>pbx 200 INVITE c=d f=f3\n"
	     "205 pbx>phone 200 INVITE c=a\n");
	assert_int_equal(st.attempts, 1);
	assert_int_equal(st.n_events, 1);
	assert_int_equal(st.events[0].code, 503);
	assert_true(st.events[0].recovered);
	outcomes(1, 0, 0, 0, 0, 0);
	/* A header names the other leg; nothing else fits. */
	play("0 phone>pbx INVITE c=a from=1001 to=100\n"
	     "9000 pbx>phone2 INVITE c=b f=f2 from=Queue to=2002 link=a\n"
	     "9060 phone2>pbx 486 INVITE c=b f=f2\n"
	     "9065 pbx>phone 486 INVITE c=a\n");
	assert_int_equal(st.attempts, 1);
	assert_int_equal(st.n_events, 1);
	assert_string_equal(st.events[0].leg, "b");
	outcomes(0, 1, 0, 0, 0, 0);
	/* Other people, other calls. */
	play("0 phone>pbx INVITE c=a to=4930111111\n"
	     "10 pbx>carrier INVITE c=b f=f2 to=4930222222\n"
	     "60 carrier>pbx 503 INVITE c=b f=f2\n"
	     "65 pbx>phone 480 INVITE c=a\n");
	assert_int_equal(st.attempts, 2);
	assert_int_equal(st.n_events, 2);
	outcomes(0, 2, 0, 0, 0, 0);
}

static void
test_names_and_roles(void **state)
{
	struct errmsg em = { "" };
	struct peers *peers = peers_new();
	struct track_cfg cfg = { .peers = peers };

	(void)state;
	assert_int_equal(
	    peers_add(peers, slice_str("carrier-a"), PEER_ROLE_TRUNK, slice_str("198.51.100.0/24"), &em), 0);
	assert_int_equal(peers_add(peers, slice_str("pbx"), PEER_ROLE_PBX, slice_str("192.0.2.10"), &em), 0);
	stream_open(&st, &cfg);
	stream_play(&st, "0 carrier>pbx INVITE\n5 pbx>carrier 404 INVITE\nfinish");
	assert_int_equal(st.n_events, 1);
	assert_string_equal(st.events[0].peer, "carrier-a");
	assert_int_equal(st.events[0].role, PEER_ROLE_TRUNK);
	assert_int_equal(st.events[0].direction, DIRECTION_SENT);
	stream_close(&st);
	peers_free(peers);
}

static void
test_old_peers(void **state)
{
	(void)state;
	/* RFC 2543 branches are no names: the call decides. */
	stream_open(&st, NULL);
	stream_play(&st, "0 carrier>pbx 404 INVITE b=1 c=c1");
	assert_int_equal(st.seen, SEEN_NEW);
	stream_play(&st, "1 carrier>pbx 404 INVITE b=1 c=c2");
	assert_int_equal(st.seen, SEEN_NEW);
	stream_play(&st, "600 carrier>pbx 404 INVITE b=1 c=c2");
	assert_int_equal(st.seen, SEEN_RETRANSMISSION);
	stream_play(&st, "601 carrier>pbx 404 INVITE b=1 c=c2");
	assert_int_equal(st.seen, SEEN_COPY);
	assert_int_equal(st.n_events, 2);
	/* After 64*T1 the same words are a new transaction of a lazy peer. */
	stream_play(&st, "99000 carrier>pbx 404 INVITE b=1 c=c2");
	assert_int_equal(st.seen, SEEN_NEW);
	stream_close(&st);
}

/* A stamp from another century lets no attempt run into its silence. */
static void
test_wild_time(void **state)
{
	(void)state;
	play("0 phone>pbx INVITE\n"
	     "2000000000000 phone2>pbx OPTIONS c=x\n"
	     "100 pbx>phone 200 INVITE\n"
	     "110 pbx>phone2 200 OPTIONS c=x\n");
	assert_int_equal(st.n_events, 0);
	outcomes(2, 0, 0, 0, 0, 0);
}

/* More calls than there is room for: bounded, counted, no outcome made up. */
static void
test_bound(void **state)
{
	struct track_cfg cfg = { .bytes = 256 * 1024, .entries = 1024 };
	struct track_stats s;

	(void)state;
	stream_open(&st, &cfg);
	for (int i = 0; i < 20000; i++)
		stream_line(&st, "%d scan>pbx INVITE c=half-open-%d", i / 10, i);
	track_stats(st.t, &s);
	assert_int_equal(s.attempts, 20000);
	assert_true(s.bytes <= cfg.bytes);
	assert_true(s.outcomes[OUTCOME_EVICTED] > 18000);
	assert_int_equal(s.outcomes[OUTCOME_EVICTED] + s.open, 20000);
	assert_true(s.repeats_forgotten > 0);
	assert_int_equal(st.n_events, 0);
	stream_check(&st, 0);
	stream_close(&st);
}

/* Calls that find no room at all count as begun, and as evicted. */
static void
test_no_room(void **state)
{
	struct track_cfg cfg = { .bytes = 32 * 1024 };

	(void)state;
	stream_open(&st, &cfg);
	for (int i = 0; i < 20; i++)
		stream_line(&st, "%d phone>pbx INVITE c=c%d", i, i);
	stream_play(&st, "+10 pbx>phone 503 OPTIONS c=x\n+10 phone>pbx INVITE c=y t=t1\n");
	stream_check(&st, 0);
	/* The last is inside of a call, and so no attempt. */
	assert_int_equal(st.attempts, 21);
	assert_int_equal(st.whole[OUTCOME_EVICTED], 21);
	assert_int_equal(st.n_events, 0);
	stream_close(&st);
}

static void
test_short_memory(void **state)
{
	bool failed = true;
	long n;

	(void)state;
	for (n = 1; failed; n++) {
		stream_open(&st, NULL);
		mem_fail_at(n);
		stream_play(&st, "0 phone>pbx INVITE\n");
		failed = mem_calls() >= n;
		mem_fail_at(0);
		assert_int_equal(st.attempts, 1);
		stream_play(&st, "+10 pbx>phone 503 INVITE\nfinish");
		stream_check(&st, 1);
		assert_int_equal(st.attempts, 1 + st.whole[OUTCOME_EVICTED]);
		assert_int_equal(st.whole[OUTCOME_FAILED], 1);
		stream_close(&st);
	}
	assert_true(n > 2);
}

static void
test_peer(void **state)
{
	struct endpoint local[2] = { { .family = 4, .addr = { 192, 0, 2, 10 } },
		{ .family = 4, .addr = { 127, 0, 0, 1 } } };
	struct endpoint far = { .family = 4, .addr = { 198, 51, 100, 7 } };
	struct track_cfg cfg = { .local = local, .n_local = 2 };
	struct track *t = track_new(&cfg);
	struct message m = { .src = far, .dst = local[0] };
	struct sipmsg s = { .kind = SIP_RESPONSE, .code = 503 };
	enum direction dir;

	(void)state;
	assert_ptr_equal(track_peer(t, &m, &s, &dir), &m.src);
	assert_int_equal(dir, DIRECTION_RECEIVED);
	s.kind = SIP_REQUEST;
	assert_ptr_equal(track_peer(t, &m, &s, &dir), &m.src);
	m.src = local[0];
	m.dst = far;
	assert_ptr_equal(track_peer(t, &m, &s, &dir), &m.dst);
	assert_int_equal(dir, DIRECTION_SENT);
	/* Both ends are ours: who answers is the peer. */
	m.dst = local[1];
	assert_ptr_equal(track_peer(t, &m, &s, &dir), &m.dst);
	assert_int_equal(dir, DIRECTION_UNKNOWN);
	track_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ten_calls),
		cmocka_unit_test(test_registers_for_an_hour),
		cmocka_unit_test(test_wrong_password),
		cmocka_unit_test(test_fork),
		cmocka_unit_test(test_fork_fails),
		cmocka_unit_test(test_relayed),
		cmocka_unit_test(test_rewritten),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_late_answer),
		cmocka_unit_test(test_bye_glare),
		cmocka_unit_test(test_session_timer),
		cmocka_unit_test(test_ack_missing),
		cmocka_unit_test(test_redirect),
		cmocka_unit_test(test_challenges),
		cmocka_unit_test(test_one_failure_seven_times),
		cmocka_unit_test(test_orphans),
		cmocka_unit_test(test_plain_failures),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_in_call),
		cmocka_unit_test(test_recovered),
		cmocka_unit_test(test_new_code),
		cmocka_unit_test(test_legs),
		cmocka_unit_test(test_names_and_roles),
		cmocka_unit_test(test_old_peers),
		cmocka_unit_test(test_wild_time),
		cmocka_unit_test(test_bound),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_short_memory),
		cmocka_unit_test(test_peer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
