/* course: where attempts were counted, lost or told wrongly: forks, relays, races, one direction only, long times. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

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

/* Attempts and whole outcomes, and that nothing else was told. */
static void
counts(unsigned attempts, enum outcome_kind kind, long n, size_t events)
{
	long sum = 0;

	for (unsigned k = 0; k < OUTCOME_N; k++)
		sum += st.whole[k];
	assert_int_equal(st.attempts, attempts);
	assert_int_equal(st.whole[kind], n);
	assert_int_equal(sum, n);
	assert_int_equal(st.n_events, events);
	stream_close(&st);
}

#define CALL                                                                                                           \
	"0 pbx>carrier INVITE\n"                                                                                       \
	"100 carrier>pbx 200 INVITE\n"                                                                                 \
	"110 pbx>carrier ACK t=t1 b=z9hG4bKa\n"

/* Answers to the INVITEs inside of a call begin no calls, late ones neither. */
static void
test_reinvite_repeats(void **state)
{
	(void)state;
	play(CALL "5000 pbx>carrier INVITE n=2 t=t1\n"
		  "5010 carrier>pbx 488 INVITE n=2\n"
		  "5020 pbx>carrier INVITE n=3 t=t1\n"
		  "5030 carrier>pbx 200 INVITE n=3\n"
		  "5510 carrier>pbx 488 INVITE n=2\n"
		  "7000 carrier>pbx 200 INVITE n=3\n"
		  "11000 carrier>pbx 200 INVITE n=3\n"
		  "11500 carrier>pbx 200 INVITE n=3\n");
	assert_true(st.events[0].in_call);
	counts(1, OUTCOME_OK, 1, 1);
	/* Both ask at once, each is told to wait (RFC 3261 14.1). */
	play(CALL "5000 pbx>carrier INVITE n=2 t=t1\n"
		  "5001 carrier>pbx INVITE n=1 f=t1 t=f1\n"
		  "5010 carrier>pbx 491 INVITE n=2\n"
		  "5011 pbx>carrier 491 INVITE n=1 f=t1 t=f1\n"
		  "6500 carrier>pbx INVITE n=2 f=t1 t=f1\n"
		  "6600 pbx>carrier 200 INVITE n=2 f=t1 t=f1\n"
		  "8100 pbx>carrier INVITE n=3 t=t1\n"
		  "8110 carrier>pbx 200 INVITE n=3\n");
	counts(1, OUTCOME_OK, 1, 0);
}

/* A mirror of one direction: a call, its refreshes and its end are one call. */
static void
test_answers_alone(void **state)
{
	(void)state;
	play("100 carrier>pbx 200 INVITE se=90\n"
	     "50000 carrier>pbx 200 INVITE n=2\n"
	     "60000 pbx>carrier 200 INVITE f=t1 t=f1\n"
	     "100000 carrier>pbx 200 UPDATE n=3\n"
	     "180000 carrier>pbx 200 BYE n=4\n");
	assert_int_equal(st.completed, 1);
	assert_null(stream_incident(&st, "session-timer"));
	counts(1, OUTCOME_OK, 1, 0);
	/* The caller gave up before: its CANCEL is all that was seen of the request. */
	play("0 phone>pbx CANCEL\n5 pbx>phone 200 CANCEL\n6 pbx>phone 487 INVITE\n");
	counts(1, OUTCOME_CANCELLED, 1, 0);
	play("0 phone>pbx CANCEL c=other\n6 pbx>phone 487 INVITE\n");
	counts(1, OUTCOME_FAILED, 1, 1);
}

/* The other mirror: what follows shows that there was an answer, so silence it was not. */
static void
test_requests_alone(void **state)
{
	(void)state;
	play("0 phone>pbx INVITE\n"
	     "10 phone>pbx ACK\n"
	     "20 phone>pbx INVITE n=2 realm=pbx\n"
	     "5000 phone>pbx ACK n=2 t=t1 b=z9hG4bKk\n"
	     "30000 phone>pbx BYE n=3 t=t1\n"
	     "100000 tick\n");
	assert_int_equal(st.last_whole.pdd_ms, -1);
	assert_null(stream_incident(&st, "codec-mismatch"));
	counts(1, OUTCOME_OK, 1, 0);
	play("0 phone>pbx INVITE\n"
	     "5000 phone>pbx ACK t=t1 b=z9hG4bKk\n"
	     "33000 tick\n"
	     "60000 phone>pbx BYE n=2 t=t1\n"
	     "100000 tick\n");
	counts(1, OUTCOME_OK, 1, 0);
	/* Refused, nobody knows by what; asked for credentials, nobody knows whether they were taken. */
	play("0 phone>pbx INVITE\n10 phone>pbx ACK\n40000 tick\n");
	counts(1, OUTCOME_EVICTED, 1, 0);
	play("0 phone>pbx REGISTER\n10 phone>pbx REGISTER n=2 realm=pbx\n40000 tick\n");
	counts(1, OUTCOME_EVICTED, 1, 0);
	/* Without such a sign it is silence. */
	play("0 phone>pbx REGISTER\n500 phone>pbx REGISTER\n40000 tick\n");
	counts(1, OUTCOME_NO_RESPONSE, 1, 1);
}

/* Somebody who asks again before 64*T1 are over waits since the first time. */
static void
test_pings(void **state)
{
	(void)state;
	stream_open(&st, NULL);
	for (int i = 0; i < 20; i++)
		stream_line(&st, "%d pbx>carrier OPTIONS n=%d", i * 10000, i + 1);
	assert_int_equal(st.n_events, 4);
	assert_int_equal(st.events[0].tries, 4);
	assert_in_range(st.events[0].setup_ms, 32000, 32250);
	stream_line(&st, "+5 carrier>pbx 200 OPTIONS n=20");
	stream_play(&st, "finish");
	stream_check(&st, 1);
	assert_int_equal(st.whole[OUTCOME_NO_RESPONSE], 4);
	assert_int_equal(st.whole[OUTCOME_OK], 1);
	stream_close(&st);
}

/* RFC 3261 16.7: what a fork makes of its branches. */
static void
test_forks(void **state)
{
	(void)state;
	/* A 6xx ends the others: the fork cancels, not the caller. */
	play("0 pbx>phone INVITE\n"
	     "1 pbx>phone2 INVITE\n"
	     "110 phone2>pbx 180 INVITE t=b\n"
	     "3000 phone>pbx 603 INVITE t=a\n"
	     "3010 pbx>phone2 CANCEL\n"
	     "3020 phone2>pbx 487 INVITE t=b\n");
	assert_int_equal(st.events[0].code, 603);
	counts(1, OUTCOME_FAILED, 1, 1);
	/* The event has the words of the branch that is chosen, not of the last one. */
	play("0 pbx>phone INVITE\n"
	     "1 pbx>phone2 INVITE\n"
	     "2 pbx>phone3 INVITE\n"
	     "100 phone>pbx 486 INVITE t=a phrase=Busy\n"
	     "200 phone2>pbx 503 INVITE t=b phrase=Bad\n"
	     "300 phone3>pbx 500 INVITE t=c\n");
	assert_int_equal(st.events[0].code, 486);
	assert_string_equal(st.events[0].phrase, "Busy");
	assert_int_equal(st.last_whole.code, 486);
	counts(1, OUTCOME_FAILED, 1, 1);
	/* A branch that was ended by the fork says nothing. */
	play("0 pbx>phone INVITE\n"
	     "1 pbx>phone2 INVITE\n"
	     "2000 pbx>phone CANCEL\n"
	     "2010 phone>pbx 487 INVITE t=a\n"
	     "9000 phone2>pbx 404 INVITE t=b\n");
	assert_int_equal(st.events[0].code, 404);
	counts(1, OUTCOME_FAILED, 1, 1);
	/* The same where the originator is never told: the better code, with its own times. */
	play("0 phone>proxy INVITE\n"
	     "2 proxy>carrier INVITE\n"
	     "20 carrier>proxy 404 INVITE phrase=Nope\n"
	     "25 proxy>carrier2 INVITE\n"
	     "80 carrier2>proxy 503 INVITE t=t2\n"
	     "60000 tick\n");
	assert_int_equal(st.events[0].code, 404);
	assert_int_equal(st.events[0].setup_ms, 20);
	assert_string_equal(st.events[0].phrase, "Nope");
	counts(1, OUTCOME_FAILED, 1, 1);
	/* More branches than there is room for: an answer finds some. */
	stream_open(&st, NULL);
	for (int i = 1; i < 12; i++)
		stream_line(&st, "%d pbx>10.1.1.%d INVITE", i, i);
	for (int i = 1; i < 11; i++)
		stream_line(&st, "%d 10.1.1.%d>pbx 486 INVITE t=x%d", 100 + i, i, i);
	stream_play(&st, "5000 10.1.1.11>pbx 200 INVITE t=y\nfinish");
	stream_check(&st, 1);
	assert_true(st.events[0].recovered);
	counts(1, OUTCOME_OK, 1, 1);
}

/* Two branches answer: the caller ends one of them, and the call goes on. */
static void
test_two_answers(void **state)
{
	(void)state;
	play("0 pbx>phone INVITE\n"
	     "1 pbx>phone2 INVITE\n"
	     "100 phone>pbx 200 INVITE t=a\n"
	     "101 phone2>pbx 200 INVITE t=b\n"
	     "112 pbx>phone2 BYE n=2 t=b\n"
	     "115 phone2>pbx 200 BYE n=2 t=b\n"
	     "40000 tick\n");
	assert_int_equal(st.completed, 0);
	counts(1, OUTCOME_OK, 1, 0);
	play("0 pbx>phone INVITE\n"
	     "1 pbx>phone2 INVITE\n"
	     "100 phone>pbx 200 INVITE t=a\n"
	     "101 phone2>pbx 200 INVITE t=b\n"
	     "112 pbx>phone2 BYE n=2 t=b\n"
	     "40000 phone>pbx BYE f=a t=f1\n"
	     "40010 pbx>phone 200 BYE f=a t=f1\n");
	assert_int_equal(st.completed, 1);
	stream_close(&st);
}

/* What the originator was told stands. */
static void
test_told(void **state)
{
	(void)state;
	play("0 phone>proxy INVITE\n"
	     "1 proxy>carrier INVITE\n"
	     "100 carrier>proxy 180 INVITE\n"
	     "30000 proxy>phone 408 INVITE t=p\n"
	     "30001 proxy>carrier CANCEL\n"
	     "30002 carrier>proxy 200 INVITE\n");
	assert_int_equal(st.events[0].code, 408);
	assert_false(st.events[0].recovered);
	assert_int_equal(st.legs[OUTCOME_OK], 1);
	counts(1, OUTCOME_FAILED, 1, 1);
	/* A 180 behind the silence is no ring: nobody was there to hear it. */
	play("0 pbx>carrier INVITE\n33000 tick\n33500 carrier>pbx 180 INVITE\n34000 carrier>pbx 503 INVITE\n");
	assert_false(st.last_whole.rang);
	assert_true(st.last_whole.seized);
	counts(1, OUTCOME_FAILED, 1, 1);
	/* Who only relayed, over two relays and over the same one twice. */
	play("0 phone>proxy INVITE\n"
	     "1 proxy>proxy INVITE\n"
	     "2 proxy>carrier INVITE\n"
	     "10 carrier>proxy 503 INVITE\n"
	     "11 proxy>proxy 500 INVITE\n"
	     "12 proxy>phone 500 INVITE\n");
	assert_string_equal(st.events[0].said_by, "198.51.100.7:5060");
	assert_int_equal(st.events[0].said_code, 503);
	counts(1, OUTCOME_FAILED, 1, 1);
}

/* The capture ends while the second trunk rings; a leg too young to be silent. */
static void
test_end(void **state)
{
	struct track_stats s;

	(void)state;
	play("0 phone>proxy INVITE\n"
	     "2 proxy>carrier INVITE\n"
	     "20 carrier>proxy 503 INVITE\n"
	     "25 proxy>carrier2 INVITE\n"
	     "80 carrier2>proxy 180 INVITE t=t2\n");
	track_stats(st.t, &s);
	assert_int_equal(s.open, 1);
	counts(1, OUTCOME_OK, 0, 0);
	play("0 pbx>phone INVITE\n1 pbx>phone2 INVITE\n100 phone>pbx 200 INVITE t=a\n");
	assert_int_equal(st.legs[OUTCOME_NO_RESPONSE], 0);
	counts(1, OUTCOME_OK, 1, 0);
	/* Answered over a hop whose answers were not captured. */
	play("0 phone>proxy INVITE\n"
	     "1 proxy>carrier INVITE\n"
	     "100 proxy>phone 200 INVITE\n"
	     "60000 phone>proxy BYE n=2 t=t1\n"
	     "60010 proxy>phone 200 BYE n=2\n");
	assert_int_equal(st.legs[OUTCOME_NO_RESPONSE], 0);
	counts(1, OUTCOME_OK, 1, 0);
}

/* Legs of a call: of all that failed the newest is its reason, however long the call takes. */
static void
test_legs(void **state)
{
	(void)state;
	play("0 phone>pbx INVITE c=a\n"
	     "10 pbx>carrier INVITE c=b f=f2\n"
	     "60 carrier>pbx 503 INVITE c=b f=f2\n"
	     "65 pbx>carrier2 INVITE c=d f=f3\n"
	     "70 carrier2>pbx 500 INVITE c=d f=f3\n"
	     "75 pbx>proxy INVITE c=e f=f4\n"
	     "200 proxy>pbx 180 INVITE c=e f=f4\n"
	     "201 pbx>phone 180 INVITE c=a\n"
	     "80000 proxy>pbx 200 INVITE c=e f=f4\n"
	     "80005 pbx>phone 200 INVITE c=a\n"
	     "200000 tick\n");
	assert_int_equal(st.events[0].code, 500);
	assert_true(st.events[0].recovered);
	assert_int_equal(st.legs[OUTCOME_FAILED], 2);
	counts(1, OUTCOME_OK, 1, 1);
	/* A trunk over TCP that says nothing is one that failed. */
	play("0 phone>pbx INVITE c=a\n"
	     "10 pbx>carrier INVITE c=b f=f2 tcp\n"
	     "20 pbx>phone 180 INVITE c=a\n"
	     "33000 pbx>carrier2 INVITE c=d f=f3 link=a\n"
	     "33100 carrier2>pbx 200 INVITE c=d f=f3\n"
	     "33105 pbx>phone 200 INVITE c=a\n");
	assert_int_equal(st.events[0].code, 0);
	assert_true(st.events[0].recovered);
	counts(1, OUTCOME_OK, 1, 1);
	/* A mirror joins legs as a header does: by the other's Call-ID, or a word of its own; not by one too short. */
	for (int i = 0; i < 3; i++) {
		static const char *const legs[][2] = { { "", "corr=a-call" }, { "corr=7f3a", "corr=7f3a" },
			{ "corr=1", "corr=1" } };
		char line[256];

		(void)snprintf(line, sizeof line,
		    "0 phone>pbx INVITE c=a-call %s\n"
		    "10 pbx>carrier INVITE c=b f=f2 from=x to=y %s\n"
		    "60 carrier>pbx 503 INVITE c=b f=f2 tap=edge\n"
		    "65 pbx>phone 503 INVITE c=a-call tap=core\n"
		    "200000 tick\n",
		    legs[i][0], legs[i][1]);
		play(line);
		assert_int_equal(st.attempts, i < 2 ? 1 : 2);
		assert_string_equal(st.events[st.n_events - 1].tap, "core");
		assert_string_equal(st.events[st.n_events - 1].leg, i < 2 ? "b" : "");
		stream_close(&st);
	}
	/* Who mirrored a request that nobody answers is known when the silence is over. */
	play("0 phone>carrier INVITE c=a tap=edge\n200000 tick\n");
	assert_int_equal(st.events[0].code, 0);
	assert_string_equal(st.events[0].tap, "edge");
	stream_close(&st);
	/* The same leg asks again, with a higher CSeq, and is taken. */
	play("0 phone>pbx INVITE c=a\n"
	     "10 pbx>carrier INVITE c=b f=f2\n"
	     "60 carrier>pbx 503 INVITE c=b f=f2\n"
	     "65 pbx>carrier INVITE c=b f=f2 n=2\n"
	     "90 carrier>pbx 200 INVITE c=b f=f2 n=2\n"
	     "95 pbx>phone 404 INVITE c=a\n"
	     "200000 tick\n");
	assert_string_equal(st.events[0].leg, "");
	counts(1, OUTCOME_FAILED, 1, 1);
	/* A proxy before the PBX. */
	play("0 phone>proxy INVITE c=a\n"
	     "5 proxy>pbx INVITE c=a\n"
	     "10 pbx>carrier INVITE c=b f=f2\n"
	     "60 carrier>pbx 503 INVITE c=b f=f2\n"
	     "65 pbx>proxy 480 INVITE c=a\n"
	     "66 proxy>phone 480 INVITE c=a\n");
	assert_string_equal(st.events[0].leg, "b");
	counts(1, OUTCOME_FAILED, 1, 1);
	/* Two callers of one number. */
	play("0 phone>pbx INVITE c=a\n"
	     "100 phone2>pbx INVITE c=b f=g from=1002\n"
	     "110 pbx>carrier INVITE c=x f=x1\n"
	     "120 pbx>carrier INVITE c=y f=y1 from=1002\n"
	     "200 carrier>pbx 486 INVITE c=x f=x1\n"
	     "205 pbx>phone 486 INVITE c=a\n"
	     "300 carrier>pbx 503 INVITE c=y f=y1\n"
	     "305 pbx>phone2 503 INVITE c=b f=g\n");
	assert_string_equal(st.events[0].leg, "x");
	assert_string_equal(st.events[1].leg, "y");
	counts(2, OUTCOME_FAILED, 2, 2);
}

/* Everything on one host, over TCP: whoever takes the call further is no fork of the caller. */
static void
test_one_host(void **state)
{
	(void)state;
	play("0 pbx:40000>pbx:5060 INVITE tcp\n"
	     "1 pbx:40001>pbx:5070 INVITE tcp\n"
	     "5 pbx:5070>pbx:40001 404 INVITE tcp\n"
	     "6 pbx:5060>pbx:40000 404 INVITE tcp\n");
	assert_string_equal(st.events[0].said_by, "192.0.2.10:5070");
	counts(1, OUTCOME_FAILED, 1, 1);
}

/* Session-Expires (RFC 4028): only what the 2xx says holds, and no number of seconds ends it at once. */
static void
test_sessions(void **state)
{
	(void)state;
	play("0 pbx>carrier INVITE se=90\n100 carrier>pbx 200 INVITE\n200000 tick\n"
	     "600000 pbx>carrier BYE n=2 t=t1\n600010 carrier>pbx 200 BYE n=2\n");
	assert_int_equal(st.completed, 1);
	counts(1, OUTCOME_OK, 1, 0);
	play("0 pbx>carrier INVITE\n100 carrier>pbx 200 INVITE se=4294968\n"
	     "1000 pbx>carrier UPDATE n=2 t=t1\n1010 carrier>pbx 200 UPDATE n=2\n"
	     "500000 pbx>carrier BYE n=3 t=t1\n500010 carrier>pbx 200 BYE n=3\n");
	assert_int_equal(st.completed, 1);
	counts(1, OUTCOME_OK, 1, 0);
}

/* Milliseconds wrap after 49.7 days, ticks of them elsewhere. */
static void
test_fifty_days(void **state)
{
	(void)state;
	stream_open(&st, NULL);
	stream_play(&st, "0 pbx>carrier OPTIONS c=a\n10 carrier>pbx 200 OPTIONS c=a\n");
	for (int i = 1; i < 60; i++)
		stream_line(&st, "%lld tick", i * 72000000LL);
	stream_play(&st, "4294967000 pbx>carrier OPTIONS c=b\n4295007000 tick\n");
	assert_int_equal(st.n_events, 1);
	assert_in_range(st.events[0].setup_ms, 32000, 32500);
	stream_close(&st);
}

/* Legs of many calls at once are joined, each with its own. */
static void
test_legs_of_many(void **state)
{
	static const char *const steps[] = { "%u phone>pbx INVITE c=a%u f=f%u from=%u to=2%u\n",
		"1%03u pbx>carrier INVITE c=b%u f=g%u from=%u to=2%u\n",
		"1%03u carrier>pbx 503 INVITE c=b%u f=g%u from=%u to=2%u\n",
		"1%03u pbx>phone 503 INVITE c=a%u f=f%u from=%u to=2%u\n" };
	enum { CALLS = 20, CROWD = 120 };
	static char lines[4 * CROWD * 80];
	size_t n = 0;

	(void)state;
	for (size_t k = 0; k < sizeof steps / sizeof steps[0]; k++)
		for (unsigned i = 0; i < (k < 2 ? CROWD : CALLS); i++)
			n += (size_t)snprintf(lines + n, sizeof lines - n, steps[k],
			    200 * (unsigned)(k > 0) + 150 * (k > 1) + i, i, i, 1000 + i, 1000 + i);
	stream_open(&st, NULL);
	stream_play(&st, lines);
	assert_int_equal(st.n_events, CALLS);
	for (unsigned i = 0; i < CALLS; i++) {
		char leg[16];

		(void)snprintf(leg, sizeof leg, "b%u", i);
		assert_string_equal(st.events[i].leg, leg);
	}
	stream_close(&st);
}

/* So are those of one caller to one number, as far as their order tells. */
static void
test_legs_alike(void **state)
{
	static const char *const steps[] = { "%u phone>pbx INVITE c=a%u f=f%u\n", "%u pbx>carrier INVITE c=b%u f=g%u\n",
		"%u carrier>pbx 503 INVITE c=b%u f=g%u\n", "%u pbx>carrier2 INVITE c=d%u f=h%u\n",
		"%u carrier2>pbx 500 INVITE c=d%u f=h%u\n", "%u pbx>phone 500 INVITE c=a%u f=f%u\n" };
	enum { CALLS = 8 };
	static char lines[sizeof steps / sizeof steps[0] * CALLS * 64];
	size_t n = 0;

	(void)state;
	for (unsigned k = 0; k < sizeof steps / sizeof steps[0]; k++)
		for (unsigned i = 0; i < CALLS; i++)
			n += (size_t)snprintf(lines + n, sizeof lines - n, steps[k], 100 * k + i, i, i);
	stream_open(&st, NULL);
	stream_play(&st, lines);
	assert_int_equal(st.attempts, CALLS);
	assert_int_equal(st.n_events, CALLS);
	for (unsigned i = 0; i < CALLS; i++) {
		char leg[16];

		(void)snprintf(leg, sizeof leg, "d%u", i);
		assert_string_equal(st.events[i].leg, leg);
	}
	stream_close(&st);
}

/* Pushed out for lack of room: what its legs did not hear is not known. */
static void
test_evicted_legs(void **state)
{
	struct track_cfg cfg = { .bytes = 160 * 1024, .entries = 1024 };

	(void)state;
	stream_open(&st, &cfg);
	stream_play(&st, "0 phone>proxy INVITE\n1 proxy>carrier INVITE\n");
	for (int i = 0; i < 2000; i++)
		stream_line(&st, "%d scan>pbx INVITE c=flood-%d", 10 + i / 10, i);
	assert_true(st.whole[OUTCOME_EVICTED] > 1000);
	assert_int_equal(st.legs[OUTCOME_NO_RESPONSE], 0);
	stream_check(&st, 0);
	stream_close(&st);
}

/* What a log has no time of was not 0 ms later. */
static void
test_untimed(void **state)
{
	(void)state;
	play("0 phone>pbx INVITE\n"
	     "0 pbx>phone 180 INVITE untimed\n"
	     "0 pbx>phone 200 INVITE\n");
	assert_int_equal(st.last_whole.pdd_ms, -1);
	assert_int_equal(st.last_whole.srd_ms, -1);
	counts(1, OUTCOME_OK, 1, 0);
	play("0 phone>pbx REGISTER untimed\n0 pbx>phone 200 REGISTER\n");
	assert_int_equal(st.last_whole.rrd_ms, -1);
	counts(1, OUTCOME_OK, 1, 0);
	play("0 phone>pbx INVITE\n"
	     "0 pbx>phone 100 INVITE untimed\n"
	     "0 pbx>phone 486 INVITE untimed\n"
	     "0 pbx>phone 486 INVITE untimed\n");
	assert_int_equal(st.events[0].setup_ms, -1);
	assert_int_equal(st.events[0].hop_ms, -1);
	assert_int_equal(st.last_whole.srd_ms, -1);
	counts(1, OUTCOME_FAILED, 1, 1);
	/* A repeat measures nothing, and what was told stays. */
	play("0 phone>pbx INVITE\n"
	     "0 phone>pbx INVITE untimed\n"
	     "30 pbx>phone 503 INVITE\n"
	     "30 pbx>phone 503 INVITE untimed\n");
	assert_int_equal(st.events[0].setup_ms, 30);
	assert_int_equal(st.events[0].hop_ms, 30);
	counts(1, OUTCOME_FAILED, 1, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reinvite_repeats),
		cmocka_unit_test(test_answers_alone),
		cmocka_unit_test(test_requests_alone),
		cmocka_unit_test(test_pings),
		cmocka_unit_test(test_forks),
		cmocka_unit_test(test_two_answers),
		cmocka_unit_test(test_told),
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_legs),
		cmocka_unit_test(test_legs_of_many),
		cmocka_unit_test(test_legs_alike),
		cmocka_unit_test(test_one_host),
		cmocka_unit_test(test_sessions),
		cmocka_unit_test(test_fifty_days),
		cmocka_unit_test(test_evicted_legs),
		cmocka_unit_test(test_untimed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
