/* keep: the messages of an attempt are told with its event, all legs, each once; and calls that went well. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "sipwhy/mem.h"
#include "stream.h"

static struct stream st;

static void
begin(size_t messages)
{
	static const struct endpoint pbx = { .family = 4, .addr = { 192, 0, 2, 10 } };
	struct track_cfg cfg = { .local = &pbx, .n_local = 1, .messages = messages };

	stream_open(&st, &cfg);
	assert_non_null(st.t);
}

static void
told(const char *want)
{
	stream_check(&st, 0);
	assert_string_equal(st.told, want);
	st.told_n = 0;
	st.told[0] = '\0';
}

/* A refused call behind a challenge: all of both tries, repeats in `seen`, then what comes after the event. */
static void
test_attempt(void **state)
{
	(void)state;
	begin(1 << 20);
	stream_play(&st,
	    "0 phone>pbx INVITE\n"
	    "+500 phone>pbx INVITE\n"
	    "+10 pbx>phone 407 INVITE realm=pbx\n"
	    "+10 phone>pbx ACK\n"
	    "+10 phone>pbx INVITE n=2 realm=pbx\n"
	    "+10 pbx>phone 100 INVITE n=2\n"
	    "+1 pbx>phone 100 INVITE n=2\n");
	told("");
	stream_play(&st, "+100 pbx>phone 503 INVITE n=2");
	told("0.0 0 - 0 INVITE 1>10 x2\n"
	     "0.1 0 - 407 INVITE 10>1 x1\n"
	     "0.2 0 - 0 ACK 1>10 x1\n"
	     "0.3 0 - 0 INVITE 1>10 x1\n"
	     "0.4 0 - 100 INVITE 10>1 x2\n"
	     "0.5 0 - 503 INVITE 10>1 x1\n");
	/* Late: the answer again, and its ACK. */
	stream_play(&st,
	    "+500 pbx>phone 503 INVITE n=2\n"
	    "+10 phone>pbx ACK n=2\n");
	told("0.5 0 - 503 INVITE 10>1 x2 -\n"
	     "0.6 0 - 0 ACK 1>10 x1\n");
	/* Once it is forgotten nobody knows whose that was. */
	stream_play(&st,
	    "+60000 tick\n"
	    "+10 phone>pbx ACK n=2\n");
	told("");
	assert_int_equal(st.n_events, 1);
	stream_close(&st);
}

/* Without a ring nothing is told, and all else is the same. */
static void
test_off(void **state)
{
	static const char call[] = "0 phone>pbx INVITE\n+10 pbx>phone 404 INVITE\n+10 phone>pbx ACK\n"
				   "1000 phone>pbx REGISTER c=r\n+10 pbx>phone 200 REGISTER c=r\n";

	(void)state;
	begin(0);
	stream_play(&st, call);
	told("");
	assert_int_equal(st.n_events, 1);
	stream_close(&st);
	begin(1 << 16);
	stream_play(&st, call);
	assert_int_equal(st.n_events, 1);
	assert_int_equal(st.n_told, 5);
	stream_close(&st);
}

/* A proxy: one Call-ID over two hops is one leg, in the order things came. */
static void
test_proxy(void **state)
{
	(void)state;
	begin(1 << 20);
	stream_play(&st,
	    "0 phone>proxy INVITE b=z9hG4bK-1\n"
	    "+5 proxy>carrier INVITE b=z9hG4bK-2\n"
	    "+5 proxy>phone 100 INVITE b=z9hG4bK-1\n"
	    "+20 carrier>proxy 503 INVITE b=z9hG4bK-2\n"
	    "+1 proxy>carrier ACK b=z9hG4bK-2\n"
	    "+5 proxy>phone 500 INVITE b=z9hG4bK-1\n"
	    "+5 phone>proxy ACK b=z9hG4bK-1\n");
	told("0.0 0 - 0 INVITE 1>20 x1\n"
	     "0.1 0 - 0 INVITE 20>7 x1\n"
	     "0.2 0 - 100 INVITE 20>1 x1\n"
	     "0.3 0 - 503 INVITE 7>20 x1\n"
	     "0.4 0 - 0 ACK 20>7 x1\n"
	     "0.5 0 - 500 INVITE 20>1 x1\n"
	     "0.6 0 - 0 ACK 1>20 x1\n");
	stream_close(&st);
}

/* Two trunks tried one after the other, joined by a header and by numbers; the event is that of the first leg. */
static void
test_legs(void **state)
{
	(void)state;
	begin(1 << 20);
	stream_play(&st,
	    "0 phone>pbx INVITE c=a from=1001 to=4930123456\n"
	    "+5 pbx>phone 100 INVITE c=a\n"
	    "+5 pbx>carrier INVITE c=b f=g from=4940001001 to=030123456 link=a\n"
	    "+20 carrier>pbx 503 INVITE c=b f=g\n"
	    "+1 pbx>carrier ACK c=b f=g\n"
	    "+5 pbx>carrier2 INVITE c=d f=h from=1001 to=4930123456\n"
	    "+20 carrier2>pbx 404 INVITE c=d f=h\n"
	    "+1 pbx>carrier2 ACK c=d f=h\n");
	told("");
	stream_play(&st, "+5 pbx>phone 500 INVITE c=a\n");
	told("0.0 0 - 0 INVITE 1>10 x1\n"
	     "0.1 0 - 100 INVITE 10>1 x1\n"
	     "0.2 1 header 0 INVITE 10>7 x1\n"
	     "0.3 1 header 503 INVITE 7>10 x1\n"
	     "0.4 1 header 0 ACK 10>7 x1\n"
	     "0.5 2 numbers 0 INVITE 10>20 x1\n"
	     "0.6 2 numbers 404 INVITE 20>10 x1\n"
	     "0.7 2 numbers 0 ACK 10>20 x1\n"
	     "0.8 0 - 500 INVITE 10>1 x1\n");
	/* What a leg still says belongs to the same event. */
	stream_play(&st,
	    "+500 carrier2>pbx 404 INVITE c=d f=h\n"
	    "+5 phone>pbx ACK c=a\n");
	told("0.6 2 numbers 404 INVITE 20>10 x2 -\n"
	     "0.9 0 - 0 ACK 1>10 x1\n");
	stream_close(&st);
}

/* The second trunk answers: the event is that of the first one's leg, which is number 0 there. */
static void
test_recovered_leg(void **state)
{
	(void)state;
	begin(1 << 20);
	stream_play(&st,
	    "0 phone>pbx INVITE c=a\n"
	    "+5 pbx>carrier INVITE c=b f=g link=a\n"
	    "+20 carrier>pbx 503 INVITE c=b f=g\n"
	    "+5 pbx>carrier2 INVITE c=d f=h link=a\n"
	    "+20 carrier2>pbx 200 INVITE c=d f=h\n"
	    "+5 pbx>phone 200 INVITE c=a\n");
	assert_int_equal(st.n_events, 1);
	assert_true(st.events[0].recovered);
	told("0.0 1 header 0 INVITE 1>10 x1\n"
	     "0.1 0 - 0 INVITE 10>7 x1\n"
	     "0.2 0 - 503 INVITE 7>10 x1\n"
	     "0.3 2 header 0 INVITE 10>20 x1\n"
	     "0.4 2 header 200 INVITE 20>10 x1\n"
	     "0.5 1 header 200 INVITE 10>1 x1\n");
	assert_int_equal(st.n_good, 0);
	stream_close(&st);
}

/* Nobody answers. */
static void
test_silence(void **state)
{
	(void)state;
	begin(1 << 20);
	stream_play(&st, "0 pbx>carrier INVITE\n500 pbx>carrier INVITE\n1500 pbx>carrier INVITE\n40000 tick\n");
	assert_int_equal(st.n_events, 1);
	told("0.0 0 - 0 INVITE 10>7 x3\n");
	stream_close(&st);
}

/* CANCEL and what happens inside of a call stand with the call. */
static void
test_in_call(void **state)
{
	(void)state;
	begin(1 << 20);
	stream_play(&st,
	    "0 phone>pbx INVITE\n"
	    "+5 pbx>phone 183 INVITE\n"
	    "+5 phone>pbx PRACK n=2 t=t1\n"
	    "+5 pbx>phone 200 PRACK n=2\n"
	    "+5 phone>pbx CANCEL\n"
	    "+5 pbx>phone 200 CANCEL\n"
	    "+5 pbx>phone 500 INVITE\n");
	told("");
	stream_close(&st);
	begin(1 << 20);
	st.refuse = 1;
	stream_play(&st,
	    "0 phone>pbx INVITE\n"
	    "+5 pbx>phone 200 INVITE\n"
	    "+5 phone>pbx ACK t=t1 b=z9hG4bK-ack\n"
	    "+9000 pbx>phone BYE f=t1 t=f1 n=7\n"
	    "+5 phone>pbx 500 BYE f=t1 t=f1 n=7\n");
	assert_int_equal(st.n_events, 1);
	assert_true(st.events[0].in_call);
	told("0 good 200 INVITE 10.0.0.1 c1\n"
	     "1.0 0 - 0 INVITE 1>10 x1\n"
	     "1.1 0 - 200 INVITE 10>1 x1\n"
	     "1.2 0 - 0 ACK 1>10 x1\n"
	     "1.3 0 - 0 BYE 10>1 x1\n"
	     "1.4 0 - 500 BYE 1>10 x1\n");
	stream_close(&st);
}

/* The next request with the same Call-ID is another attempt: it brings nothing of the one before. */
static void
test_next_attempt(void **state)
{
	(void)state;
	begin(1 << 20);
	stream_play(&st,
	    "0 phone>pbx REGISTER\n"
	    "+5 pbx>phone 403 REGISTER\n");
	told("0.0 0 - 0 REGISTER 1>10 x1\n"
	     "0.1 0 - 403 REGISTER 10>1 x1\n");
	stream_play(&st, "+3000 phone>pbx REGISTER n=2\n");
	told("");
	stream_play(&st, "+5 pbx>phone 500 REGISTER n=2\n");
	told("1.0 0 - 0 REGISTER 1>10 x1\n"
	     "1.1 0 - 500 REGISTER 10>1 x1\n");
	stream_close(&st);
}

/* A line of a log that names a code is no message; the log's messages are. */
static void
test_log(void **state)
{
	(void)state;
	begin(1 << 20);
	stream_play(&st,
	    "0 ->- 404 INVITE stated c=x\n"
	    "100 phone>- INVITE in c=y\n"
	    "+5 ->phone 404 INVITE out c=y\n");
	assert_int_equal(st.n_events, 2);
	assert_int_equal(st.n_told, 2);
	assert_non_null(strstr(st.told, ".0 0 - 0 INVITE 1>-1 x1\n"));
	assert_non_null(strstr(st.told, ".1 0 - 404 INVITE -1>1 x1\n"));
	stream_close(&st);
}

/* A response that names no call stands alone. */
static void
test_lone(void **state)
{
	(void)state;
	begin(1 << 20);
	stream_play(&st, "0 carrier>pbx 503 INVITE c= f= t=\n+5 carrier>pbx 503 INVITE c= f= t= b=z9hG4bK-2\n");
	told("0.0 0 - 503 INVITE 7>10 x1\n"
	     "1.0 0 - 503 INVITE 7>10 x1\n");
	stream_close(&st);
}

/* The ring runs over: of what is gone nothing is told, and what is there is whole. */
static void
test_overrun(void **state)
{
	(void)state;
	begin(1);
	for (unsigned i = 0; i < 3000; i++) {
		stream_line(&st, "%u phone>pbx INVITE c=old f=o len=900", i * 10);
		stream_line(&st, "%u phone>pbx INVITE c=x%u f=x len=%u", i * 10 + 1, i, 100 + i % 7 * 1400);
		if (i % 3 == 0)
			stream_line(&st, "%u pbx>phone 404 INVITE c=x%u f=x len=%u", i * 10 + 2, i, 70 + i % 11 * 900);
	}
	assert_int_equal(st.n_events, 1000);
	assert_int_equal(st.n_told, 2000);
	/* The first one is repeated to the end, but what was kept of it is long gone. */
	st.told_n = 0;
	stream_play(&st, "30010 pbx>phone 500 INVITE c=old f=o");
	told("1000.0 0 - 500 INVITE 10>1 x1\n");
	stream_close(&st);
}

/* Long attempts: the newest messages, with room for what comes after, then no more; repeats at powers of two. */
static void
test_bounds(void **state)
{
	struct track_stats s;

	(void)state;
	begin(1 << 20);
	stream_play(&st, "0 phone>pbx INVITE");
	for (int i = 0; i < 100; i++)
		stream_line(&st, "+10 pbx>phone 180 INVITE t=t%d", i);
	stream_play(&st, "+10 pbx>phone 480 INVITE");
	assert_int_equal(st.n_told, CALLMSG_MAX - 16);
	assert_non_null(strstr(st.told, "0.47 0 - 480 INVITE 10>1 x1\n"));
	for (int i = 0; i < 40; i++)
		stream_line(&st, "+500 pbx>phone 480 INVITE");
	assert_int_equal(st.n_told, CALLMSG_MAX - 16 + 15 + 1);
	for (int i = 0; i < 20; i++)
		stream_line(&st, "+10 phone>pbx ACK b=z9hG4bK-%d", i);
	assert_int_equal(st.n_told, CALLMSG_MAX + 16);
	track_stats(st.t, &s);
	assert_int_equal(s.messages_left, 1 + 4);
	stream_close(&st);
	begin(1 << 20);
	for (int i = 0; i < 20; i++)
		stream_line(&st, "%d phone>pbx INVITE b=z9hG4bK-%d len=9000", i * 10, i % 2);
	for (int i = 0; i < 10; i++)
		stream_line(&st, "+10 pbx>phone 180 INVITE b=z9hG4bK-0 t=t%d len=9000", i);
	stream_play(&st, "+10 pbx>phone 480 INVITE b=z9hG4bK-1\n+10 pbx>phone 480 INVITE b=z9hG4bK-0");
	assert_int_equal(st.n_told, 7);
	stream_close(&st);
}

/* Who refuses the first message of an event gets no more of it. */
static void
test_refused(void **state)
{
	(void)state;
	begin(1 << 20);
	st.refuse = 1;
	stream_play(&st,
	    "0 phone>pbx INVITE\n+10 pbx>phone 404 INVITE\n+10 phone>pbx ACK\n"
	    "5000 phone>pbx INVITE c=c2\n+10 pbx>phone 404 INVITE c=c2\n");
	assert_int_equal(st.n_events, 2);
	told("0.0 0 - 0 INVITE 1>10 x1\n"
	     "0.1 0 - 404 INVITE 10>1 x1\n");
	stream_close(&st);
}

/* Good calls: one for each peer and method every 30 s, none that stumbled, a leg or without its request. */
static void
test_good(void **state)
{
	(void)state;
	begin(1 << 20);
	stream_play(&st,
	    "0 phone>pbx INVITE\n"
	    "+5 pbx>carrier INVITE c=b f=g link=c1\n"
	    "+5 carrier>pbx 200 INVITE c=b f=g\n"
	    "+5 pbx>phone 200 INVITE\n"
	    "+5 phone>pbx ACK t=t1 b=z9hG4bK-ack\n");
	told("0 good 200 INVITE 10.0.0.1 c1\n"
	     "0.0 0 - 0 INVITE 1>10 x1\n"
	     "0.1 1 header 0 INVITE 10>7 x1\n"
	     "0.2 1 header 200 INVITE 7>10 x1\n"
	     "0.3 0 - 200 INVITE 10>1 x1\n"
	     "0.4 0 - 0 ACK 1>10 x1\n");
	/* Another method, another peer; the same again only later. */
	stream_play(&st,
	    "1000 phone>pbx REGISTER c=r\n+5 pbx>phone 401 REGISTER c=r realm=a\n"
	    "+5 phone>pbx REGISTER c=r n=2 realm=a\n+5 pbx>phone 200 REGISTER c=r n=2\n"
	    "2000 phone2>pbx INVITE c=p2\n+5 pbx>phone2 200 INVITE c=p2\n"
	    "20000 phone>pbx INVITE c=p3\n+5 pbx>phone 200 INVITE c=p3\n"
	    "21000 phone>pbx OPTIONS c=o\n+5 pbx>phone 200 OPTIONS c=o\n"
	    "22000 phone>pbx REGISTER c=u exp=0\n+5 pbx>phone 200 REGISTER c=u\n"
	    "23000 pbx>phone3 200 INVITE c=orphan\n");
	assert_int_equal(st.n_good, 3);
	assert_non_null(strstr(st.told, " good 200 REGISTER 10.0.0.1 r\n"));
	assert_non_null(strstr(st.told, " good 200 INVITE 10.0.0.2 p2\n"));
	stream_play(&st, "30020 phone>pbx INVITE c=p4\n+5 pbx>phone 200 INVITE c=p4\n");
	assert_int_equal(st.n_good, 4);
	/* More peers than are remembered: the others wait for their turn. */
	for (int i = 0; i < 200; i++) {
		stream_line(&st, "70000 10.1.0.%d>pbx INVITE c=m%d", i, i);
		stream_line(&st, "70000 pbx>10.1.0.%d 200 INVITE c=m%d", i, i);
	}
	assert_int_equal(st.n_good, 4 + 64);
	stream_close(&st);
}

/* Whichever allocation fails, less is told, and the rest goes on. */
static void
test_memory(void **state)
{
	(void)state;
	for (long n = 1; n < 60; n++) {
		static const struct endpoint pbx = { .family = 4, .addr = { 192, 0, 2, 10 } };
		struct track_cfg cfg = { .local = &pbx, .n_local = 1, .messages = 1 << 16 };

		mem_fail_at(n);
		stream_open(&st, &cfg);
		if (st.t != NULL)
			stream_play(&st,
			    "0 phone>pbx INVITE\n+5 pbx>carrier INVITE c=b f=g link=c1\n"
			    "+5 carrier>pbx 503 INVITE c=b f=g\n+5 pbx>phone 503 INVITE\n");
		mem_fail_at(0);
		assert_true(st.n_told <= 4);
		stream_close(&st);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_attempt), cmocka_unit_test(test_off),
		cmocka_unit_test(test_proxy), cmocka_unit_test(test_legs), cmocka_unit_test(test_recovered_leg),
		cmocka_unit_test(test_silence), cmocka_unit_test(test_in_call), cmocka_unit_test(test_next_attempt),
		cmocka_unit_test(test_log), cmocka_unit_test(test_lone), cmocka_unit_test(test_overrun),
		cmocka_unit_test(test_bounds), cmocka_unit_test(test_refused), cmocka_unit_test(test_good),
		cmocka_unit_test(test_memory) };

	return cmocka_run_group_tests_name("keep", tests, NULL, NULL);
}
