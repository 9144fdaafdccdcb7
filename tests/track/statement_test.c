/*
 * statement: single lines of a log that name a code, and what a log does not know, at track's door (doc/counting.md,
 * "Logs").
 */
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

/* Attempts, events; whole outcomes: ok failed cancelled challenged no-response. */
static void
told(unsigned attempts, size_t events, long ok, long failed, long cancelled, long challenged, long silent)
{
	assert_int_equal(st.attempts, attempts);
	assert_int_equal(st.n_events, events);
	assert_int_equal(st.whole[OUTCOME_OK], ok);
	assert_int_equal(st.whole[OUTCOME_FAILED], failed);
	assert_int_equal(st.whole[OUTCOME_CANCELLED], cancelled);
	assert_int_equal(st.whole[OUTCOME_CHALLENGED], challenged);
	assert_int_equal(st.whole[OUTCOME_NO_RESPONSE], silent);
	assert_int_equal(st.n_incidents, 0);
	stream_close(&st);
}

/* Lines of a proxy's accounting: a login, a call that is answered and hung up, one that fails, one given up. */
static void
test_accounting(void **state)
{
	(void)state;
	play("0 ->- 401 REGISTER stated c=r f=r\n"
	     "0 ->- 200 REGISTER stated c=r f=r\n"
	     "1000 ->- 407 INVITE stated c=a f=a n=1\n"
	     "1000 ->- 200 INVITE stated c=a f=a n=2\n"
	     "9000 ->- 200 BYE stated c=a f=a n=3\n"
	     "9000 ->- 486 INVITE stated c=b f=b phrase=Busy_Here stamp=Mar__3_10:15:01\n"
	     "9000 ->- 487 INVITE stated c=d f=d\n");
	assert_int_equal(st.completed, 1);
	assert_int_equal(st.events[0].code, 486);
	assert_true(st.events[0].statement);
	assert_true(st.events[0].orphan);
	assert_int_equal(st.events[0].raw_len, 0);
	assert_int_equal(st.events[0].setup_ms, -1);
	assert_int_equal(st.events[0].hop_ms, -1);
	assert_int_equal(st.events[0].transport, TRANSPORT_N);
	assert_string_equal(st.events[0].stamp, "Mar  3 10:15:01");
	assert_string_equal(st.events[0].raw, "");
	assert_string_equal(st.events[0].src, "-");
	assert_string_equal(st.events[0].peer, "-");
	assert_string_equal(st.events[0].path, "");
	assert_int_equal(st.last_whole.pdd_ms, -1);
	told(4, 1, 2, 1, 1, 0, 0);
}

/* Nobody was seen to ask, so nobody waits: hours later there is no silence; a challenge that nobody answered is one. */
static void
test_no_timers(void **state)
{
	(void)state;
	play("0 ->- 100 INVITE stated c=a\n"
	     "0 ->- 180 INVITE stated c=b\n"
	     "0 ->- 183 INVITE stated\n"
	     "0 ->- 407 INVITE stated c=d\n"
	     "0 ->- 200 INVITE stated c=e\n"
	     "20000000 tick\n");
	told(2, 0, 1, 0, 0, 1, 0);
}

/* A refusal that a further line heals, one that none does, and a failure followed by success. */
static void
test_healed(void **state)
{
	(void)state;
	play("0 ->- 422 INVITE stated c=a n=1\n"
	     "10 ->- 200 INVITE stated c=a n=2\n"
	     "20 ->- 420 INVITE stated c=b n=1 stamp=one\n"
	     "30 ->- 503 INVITE stated c=d n=1\n"
	     "40 ->- 200 INVITE stated c=d n=1\n"
	     "60000 tick\n");
	assert_int_equal(st.events[0].code, 503);
	assert_true(st.events[0].recovered);
	assert_int_equal(st.events[1].code, 420);
	assert_string_equal(st.events[1].stamp, "one");
	told(3, 2, 2, 1, 0, 0, 0);
}

/* Inside an answered call a failure is no attempt; the same line again is nothing new. */
static void
test_in_call(void **state)
{
	(void)state;
	play("0 ->- 200 INVITE stated c=a n=1\n"
	     "0 ->- 200 INVITE stated c=a n=1\n"
	     "10 ->- 200 INVITE stated c=a n=2\n"
	     "20 ->- 488 INVITE stated c=a n=3\n"
	     "20 ->- 488 INVITE stated c=a n=3\n"
	     "30 ->- 481 BYE stated c=a n=4\n");
	assert_int_equal(st.seen, SEEN_NEW);
	assert_int_equal(st.completed, 1);
	assert_true(st.events[0].in_call);
	told(1, 1, 1, 0, 0, 0, 0);
}

/* Lines without a Call-ID: each failure for itself, at once and again, with a method or without; all else says of no
 * request how it ended. */
static void
test_lone(void **state)
{
	(void)state;
	play("0 carrier>- 503 INVITE stated in\n"
	     "0 carrier>- 503 INVITE stated in\n"
	     "0 ->- 403 - stated\n"
	     "0 ->- 603 - stated c=x\n"
	     "0 ->- 401 REGISTER stated\n"
	     "0 ->- 302 INVITE stated\n"
	     "0 ->- 487 INVITE stated\n"
	     "0 ->- 404 OPTIONS stated\n"
	     "0 ->- 200 INVITE stated\n"
	     "0 ->- 500 BYE stated\n"
	     "0 ->- 200 CANCEL stated\n"
	     "90000 tick\n");
	assert_int_equal(st.events[0].code, 503);
	assert_true(st.events[0].statement && st.events[1].statement);
	assert_string_equal(st.events[0].peer, "198.51.100.7");
	assert_string_equal(st.events[0].src, "198.51.100.7:5060");
	assert_string_equal(st.events[0].dst, "-");
	assert_string_equal(st.events[0].call_id, "");
	assert_int_equal(st.events[0].direction, DIRECTION_RECEIVED);
	assert_string_equal(st.events[2].peer, "-");
	assert_int_equal(st.events[2].direction, DIRECTION_UNKNOWN);
	assert_true(st.events[4].in_call);
	assert_true(st.last_whole.lone);
	told(4, 5, 0, 4, 0, 0, 0);
}

/* What a branch ended with, and what the originator was told of it: one transaction, and each code has its words. */
static void
test_made(void **state)
{
	(void)state;
	play("0 ->- 503 INVITE stated c=a f=a n=1 phrase=Trunk_full\n"
	     "0 ->- 500 INVITE stated upstream c=a f=a n=1 phrase=Server_Internal_Error\n"
	     "9000 ->- 486 INVITE stated upstream c=b f=b n=0 phrase=Busy_Here\n"
	     "9000 ->- 503 INVITE stated c=d f=d n=0\n"
	     "10000 ->- 500 INVITE stated upstream c=d f=d n=0\n");
	assert_int_equal(st.n_updates, 2);
	assert_string_equal(st.last_update.peer.p, "-");
	assert_int_equal(st.events[0].code, 500);
	assert_string_equal(st.events[0].phrase, "Server Internal Error");
	assert_int_equal(st.events[0].said_code, 503);
	assert_string_equal(st.events[0].said_by, "-");
	assert_int_equal(st.events[0].tries, 1);
	assert_int_equal(st.events[0].repeats, 0);
	assert_int_equal(st.events[1].said_code, 0);
	assert_int_equal(st.events[2].code, 500);
	assert_string_equal(st.events[2].phrase, "");
	assert_int_equal(st.events[2].said_code, 503);
	assert_int_equal(st.legs[OUTCOME_FAILED], 3);
	told(3, 3, 0, 3, 0, 0, 0);
}

/* A branch failed, and then the originator gave up, or was sent elsewhere: that is how the call ended. */
static void
test_branch(void **state)
{
	(void)state;
	play("0 ->- 486 INVITE stated c=a f=a n=1 phrase=Busy_Here\n"
	     "9000 ->- 487 INVITE stated upstream c=a f=a n=1\n"
	     "9000 ->- 486 INVITE stated c=b f=b n=1\n"
	     "9010 ->- 480 INVITE stated c=b f=b n=1\n"
	     "18000 ->- 487 INVITE stated c=b f=b n=1\n"
	     "18000 ->- 487 INVITE stated upstream c=b f=b n=1\n"
	     "19000 ->- 408 INVITE stated c=d f=d n=0\n"
	     "20000 ->- 302 INVITE stated upstream c=d f=d n=0\n");
	assert_int_equal(st.whole[OUTCOME_REDIRECTED], 1);
	assert_int_equal(st.events[0].code, 486);
	assert_string_equal(st.events[0].phrase, "Busy Here");
	assert_int_equal(st.events[1].code, 480);
	assert_int_equal(st.events[2].code, 408);
	assert_false(st.events[0].recovered || st.events[1].recovered || st.events[2].recovered);
	told(3, 3, 0, 0, 2, 0, 0);
	/* It goes on where it was sent, and ends there. */
	play("0 ->- 408 INVITE stated c=a f=a n=1\n"
	     "10 ->- 302 INVITE stated upstream c=a f=a n=1\n"
	     "20 ->- 200 INVITE stated upstream c=a f=a n=2\n"
	     "30 ->- 408 INVITE stated c=b f=b n=1\n"
	     "40 ->- 302 INVITE stated upstream c=b f=b n=1\n"
	     "50 ->- 486 INVITE stated upstream c=b f=b n=2\n");
	assert_true(st.events[0].recovered);
	assert_int_equal(st.events[1].code, 486);
	told(2, 2, 1, 1, 0, 0, 0);
	/* Another try that was given up: what failed is the call, as it is where its messages are seen. */
	play("0 ->- 503 INVITE stated upstream c=a f=a n=1\n"
	     "10 ->- 487 INVITE stated upstream c=a f=a n=2\n"
	     "20 ->- 503 INVITE stated c=b f=b n=1\n"
	     "30 ->- 401 INVITE stated upstream c=b f=b n=1\n");
	told(2, 2, 0, 2, 0, 0, 0);
}

/* Whoever was tried keeps the failure; where that is nobody, a call is one call. */
static void
test_legs_of_nobody(void **state)
{
	(void)state;
	play("0 ->- 486 INVITE stated c=a f=a n=1\n"
	     "5000 ->- 200 INVITE stated upstream c=a f=a n=1\n"
	     "6000 ->- 503 INVITE stated c=b f=b n=1\n"
	     "6010 ->- 404 INVITE stated c=b f=b n=1\n"
	     "6020 ->- 480 INVITE stated upstream c=b f=b n=1\n"
	     "7000 ->- 486 INVITE stated c=d f=d n=1\n"
	     "8000 ->- 487 INVITE stated upstream c=d f=d n=1\n");
	assert_int_equal(st.legs[OUTCOME_OK], 1);
	assert_int_equal(st.legs[OUTCOME_FAILED], 1);
	assert_int_equal(st.legs[OUTCOME_CANCELLED], 1);
	told(3, 3, 1, 1, 1, 0, 0);
	/* The next branch may ring for long; the CSeq tells that it is the same call, and without one nothing does. */
	play("0 ->- 503 INVITE stated c=a f=a n=1\n"
	     "44000 ->- 200 INVITE stated upstream c=a f=a n=1\n"
	     "50000 ->- 503 INVITE stated c=b f=b n=1\n"
	     "94000 ->- 480 INVITE stated upstream c=b f=b n=1\n"
	     "95000 ->- 503 INVITE stated c=b f=b n=1\n"
	     "96000 ->- 503 INVITE stated c=d f=d n=0\n"
	     "140000 ->- 200 INVITE stated upstream c=d f=d n=0\n");
	assert_true(st.events[0].recovered);
	assert_int_equal(st.events[1].code, 480);
	assert_int_equal(st.events[1].said_code, 503);
	assert_false(st.events[2].recovered);
	told(4, 3, 2, 2, 0, 0, 0);
	play("0 carrier>- 503 INVITE stated in c=a f=a n=1\n"
	     "10 carrier>- 200 INVITE stated in c=a f=a n=1\n");
	assert_int_equal(st.legs[OUTCOME_OK], 1);
	assert_int_equal(st.legs[OUTCOME_FAILED], 1);
	told(1, 1, 1, 0, 0, 0, 0);
}

/* The same lines over two ways, one behind the other: nothing is new, and nothing was sent again. */
static void
test_twice(void **state)
{
	static const char *const lines[] = { "->- 503 INVITE stated c=a f=a n=1",
		"->- 500 INVITE stated upstream c=a f=a n=1", "->- 486 INVITE stated c=b f=b n=1",
		"->- 200 INVITE stated upstream c=b f=b n=1", "->- 404 INVITE stated upstream c=d f=d n=1" };

	(void)state;
	stream_open(&st, NULL);
	for (int i = 0; i < 5; i++) {
		stream_line(&st, "+10 %s", lines[i]);
		assert_int_equal(st.seen, SEEN_NEW);
		stream_line(&st, "+1 %s", lines[i]);
		assert_int_equal(st.seen, SEEN_COPY);
	}
	for (int i = 0; i < 5; i++) {
		stream_line(&st, "+10 %s", lines[i]);
		assert_int_equal(st.seen, SEEN_COPY);
	}
	stream_play(&st, "finish");
	stream_check(&st, 1);
	assert_int_equal(st.events[0].code, 500);
	assert_int_equal(st.events[0].tries, 1);
	assert_true(st.events[1].recovered);
	assert_int_equal(st.legs[OUTCOME_FAILED], 2);
	told(3, 3, 1, 2, 0, 0, 0);
}

/* Another try, another branch, and a line that says nothing of the originator make nothing of anything. */
static void
test_not_made(void **state)
{
	(void)state;
	play("0 ->- 503 INVITE stated c=a f=a n=1 phrase=Trunk_full\n"
	     "10 ->- 486 INVITE stated upstream c=a f=a n=2 phrase=Busy_Here\n"
	     "20 ->- 503 INVITE stated c=b f=b n=1 phrase=Trunk_full\n"
	     "30 ->- 486 INVITE stated c=b f=b n=1 phrase=Busy_Here\n"
	     "40 ->- 503 INVITE stated upstream c=d f=d n=0\n"
	     "50 ->- 500 INVITE stated upstream c=d f=d n=0\n"
	     "60 ->- 503 INVITE stated c=e f=e n=0\n"
	     "1500 ->- 500 INVITE stated upstream c=e f=e n=0\n");
	for (int i = 0; i < 4; i++)
		assert_int_equal(st.events[i].said_code, 0);
	assert_string_equal(st.events[0].phrase, "Busy Here");
	assert_string_equal(st.events[1].phrase, "Busy Here");
	assert_int_equal(st.n_updates, 4);
	told(4, 4, 0, 4, 0, 0, 0);
}

/* Where messages are seen a line about them adds nothing; before them it waits for none. */
static void
test_beside_messages(void **state)
{
	(void)state;
	play("0 phone>pbx INVITE c=a f=a\n"
	     "10 ->- 486 INVITE stated c=a f=a n=1\n");
	assert_int_equal(st.seen, SEEN_COPY);
	stream_close(&st);
	play("0 phone>pbx INVITE c=a f=a\n"
	     "10 ->- 486 INVITE stated c=a f=a n=1\n"
	     "11 pbx>phone 486 INVITE c=a f=a\n");
	assert_false(st.events[0].statement);
	assert_string_equal(st.events[0].raw, "INVITE 486\r\n\r\n");
	told(1, 1, 0, 1, 0, 0, 0);
}

/* A log has a message once: the same again is a repeat, however near; at another tap it is a copy. */
static void
test_again(void **state)
{
	(void)state;
	stream_open(&st, NULL);
	stream_play(&st, "0 phone>- INVITE in");
	stream_play(&st, "0 phone>- INVITE in");
	assert_int_equal(st.seen, SEEN_RETRANSMISSION);
	stream_play(&st, "3 phone>pbx INVITE via=10.0.0.1:5060 b=z9hG4bK-c1-1-INVITE-10.0.0.1:5060-f1-");
	assert_int_equal(st.seen, SEEN_COPY);
	stream_play(&st, "503 phone>pbx INVITE b=z9hG4bK-c1-1-INVITE-10.0.0.1:5060-f1-");
	assert_int_equal(st.seen, SEEN_RETRANSMISSION);
	stream_play(&st, "504 phone>- INVITE in");
	assert_int_equal(st.seen, SEEN_COPY);
	/* The log of the machine that sent it. */
	stream_play(&st, "505 ->pbx INVITE out b=z9hG4bK-c1-1-INVITE-10.0.0.1:5060-f1- via=10.0.0.1:5060");
	assert_int_equal(st.seen, SEEN_COPY);
	stream_play(&st, "505 ->pbx INVITE out b=z9hG4bK-c1-1-INVITE-10.0.0.1:5060-f1- via=10.0.0.1:5060");
	assert_int_equal(st.seen, SEEN_RETRANSMISSION);
	/* Nothing but the text. */
	stream_play(&st, "600 ->- INVITE c=b f=b");
	stream_play(&st, "600 ->- INVITE c=b f=b");
	assert_int_equal(st.seen, SEEN_RETRANSMISSION);
	assert_int_equal(st.attempts, 2);
	stream_check(&st, 0);
	stream_close(&st);
}

/* Two unknown ends are not one host: calls between the same users don't become legs of each other. */
static void
test_unknown_is_nobody(void **state)
{
	(void)state;
	play("0 ->- INVITE c=a f=a\n"
	     "5 ->- INVITE c=b f=b\n"
	     "10 ->- 486 INVITE c=a f=a\n"
	     "15 ->- 503 INVITE c=b f=b\n");
	assert_string_equal(st.events[0].path, "- - 486 0 1\n");
	assert_string_equal(st.events[0].leg, "");
	told(2, 2, 0, 2, 0, 0, 0);
	play("0 ->- INVITE c=a f=a out\n"
	     "5 ->- INVITE c=b f=b in\n");
	told(2, 0, 0, 0, 0, 0, 0);
}

/* Failures of nobody in particular start nothing. */
static void
test_unknown_peer_no_incident(void **state)
{
	(void)state;
	stream_open(&st, NULL);
	for (int i = 0; i < 200; i++) {
		stream_line(&st, "+900 ->- INVITE c=c%d f=f%d out to=49301%05d", i, i, i);
		stream_line(&st, "+9 ->- 503 INVITE c=c%d f=f%d in to=49301%05d", i, i, i);
		stream_line(&st, "+9 carrier>- 503 INVITE stated in c=s%d f=f%d to=49301%05d", i, i, i);
	}
	stream_play(&st, "finish");
	stream_check(&st, 1);
	told(400, 400, 0, 400, 0, 0, 0);
}

/* What a log learns later of a hop is kept: head missing at the request, there at the answer. */
static void
test_learns(void **state)
{
	(void)state;
	play("0 ->- INVITE b=z9hG4bK1 via=x\n"
	     "10 carrier>- 486 INVITE in b=z9hG4bK1 via=x\n");
	assert_string_equal(st.events[0].path, "- 198.51.100.7:5060 486 0 1\n");
	assert_string_equal(st.events[0].peer, "198.51.100.7");
	assert_int_equal(st.events[0].direction, DIRECTION_RECEIVED);
	assert_string_equal(st.last_peer, "198.51.100.7");
	told(1, 1, 0, 1, 0, 0, 0);
}

/* Two proxies write one log: the hop between them is one, and what the second sends on is no fork. */
static void
test_two_writers(void **state)
{
	(void)state;
	play("0 phone>- INVITE c=a f=a in b=z9hG4bK1 via=p\n"
	     "1 ->proxy INVITE c=a f=a out b=z9hG4bK2 via=q\n"
	     "2 pbx>- INVITE c=a f=a in b=z9hG4bK2 via=q\n"
	     "3 ->carrier INVITE c=a f=a out b=z9hG4bK3 via=r\n"
	     "9 carrier>- 503 INVITE c=a f=a in b=z9hG4bK3 via=r\n"
	     "9 ->pbx 503 INVITE c=a f=a out b=z9hG4bK2 via=q\n"
	     "9 proxy>- 503 INVITE c=a f=a in b=z9hG4bK2 via=q\n"
	     "9 ->phone 500 INVITE c=a f=a out b=z9hG4bK1 via=p\n");
	assert_int_equal(st.events[0].code, 500);
	assert_int_equal(st.events[0].said_code, 503);
	assert_string_equal(st.events[0].said_by, "198.51.100.7:5060");
	assert_string_equal(st.events[0].peer, "10.0.0.1");
	assert_int_equal(st.n_events, 1);
	assert_int_equal(st.attempts, 1);
	assert_int_equal(st.whole[OUTCOME_FAILED], 1);
	stream_close(&st);
	/* The first of them began the call itself. */
	play("1 ->proxy INVITE c=a f=a out b=z9hG4bK2 via=q\n"
	     "2 pbx>- INVITE c=a f=a in b=z9hG4bK2 via=q\n"
	     "3 ->carrier INVITE c=a f=a out b=z9hG4bK3 via=r\n"
	     "9 carrier>- 503 INVITE c=a f=a in b=z9hG4bK3 via=r\n"
	     "9 ->pbx 500 INVITE c=a f=a out b=z9hG4bK2 via=q\n"
	     "9 proxy>- 500 INVITE c=a f=a in b=z9hG4bK2 via=q\n");
	assert_string_equal(st.events[0].said_by, "198.51.100.7:5060");
	assert_int_equal(st.events[0].copies, 1);
	stream_close(&st);
}

/* Clocks of two writers, an hour apart, by turns: time goes by once, and nobody is silent for it. */
static void
test_two_clocks(void **state)
{
	(void)state;
	stream_open(&st, NULL);
	for (int i = 0; i < 120; i++) {
		stream_line(&st, "%d phone>- INVITE in c=a%d f=a%d", 1000 * i, i, i);
		stream_line(&st, "%d phone2>- INVITE in c=b%d f=b%d", 3600000 + 1000 * i + 200, i, i);
		stream_line(&st, "%d ->phone 486 INVITE out c=a%d f=a%d", 1000 * i + 300, i, i);
		stream_line(&st, "%d ->phone2 486 INVITE out c=b%d f=b%d", 3600000 + 1000 * i + 500, i, i);
	}
	/* The very first step can't be told from an hour that went by. */
	assert_true(st.n_events <= 241);
	assert_true(st.whole[OUTCOME_NO_RESPONSE] <= 1);
	for (size_t i = 3; i < st.n_events; i++)
		assert_true(st.events[i].setup_ms >= 0 && st.events[i].setup_ms <= 600);
	/* Their time goes by all the same. */
	stream_line(&st, "130000 phone>- INVITE in c=late f=late");
	stream_line(&st, "164000 phone>- OPTIONS in c=o f=o");
	assert_int_equal(st.whole[OUTCOME_NO_RESPONSE], 1);
	stream_check(&st, 0);
	stream_close(&st);
}

/* Stamps of woven threads go back a little: no delay is below zero. */
static void
test_woven(void **state)
{
	(void)state;
	play("5000 phone>- INVITE in\n"
	     "4000 ->phone 180 INVITE out\n"
	     "5000 ->phone 200 INVITE out\n"
	     "3000 phone>- REGISTER in c=r f=r\n"
	     "2000 ->phone 200 REGISTER out c=r f=r\n");
	assert_int_equal(st.last_whole.rrd_ms, 0);
	told(2, 0, 2, 0, 0, 0, 0);
}

/* Whatever a log may hold, in any order, the sums hold. */
static void
test_any(void **state)
{
	static const char *const ways[] = { "phone>-", "->phone", "->-", "phone>pbx", "pbx>carrier", "->carrier" };
	static const char *const flows[] = { "", "in", "out" };
	static const char *const words[] = { "INVITE", "ACK", "CANCEL", "BYE t=t1", "REGISTER", "OPTIONS",
		"INVITE t=t1", "100 INVITE", "180 INVITE", "200 INVITE", "401 INVITE", "486 INVITE", "487 INVITE",
		"503 INVITE", "200 BYE", "200 REGISTER", "403 REGISTER", "200 CANCEL", "422 INVITE", "302 INVITE",
		"404 OPTIONS" };
	static const char *const kinds[] = { "stated stamp=x", "stated upstream stamp=x" };
	static const long steps[] = { 0, 0, 0, 3, 40, 999, 31000, 40000, -900, -3600000, 3600000, 200000000 };
	uint32_t r = 1;

	(void)state;
	stream_open(&st, NULL);
	for (int i = 0; i < 60000; i++) {
		const char *word;
		unsigned pick[6];

		for (int k = 0; k < 6; k++) {
			r = r * 1664525 + 1013904223;
			pick[k] = r >> 10;
		}
		word = words[pick[1] % (sizeof words / sizeof words[0])];
		stream_line(&st, "+%ld %s %s %s %s c=c%u f=f%u n=%u", steps[pick[3] % (sizeof steps / sizeof steps[0])],
		    ways[pick[0] % 6], word, flows[pick[2] % 3],
		    word[0] < 'A' && pick[4] % 3 == 0 ? kinds[pick[4] % 2] : "", pick[5] % 50, pick[5] % 50,
		    pick[4] / 64 % 4 + 1);
		if (i % 100 == 0)
			stream_check(&st, 0);
	}
	stream_play(&st, "finish");
	stream_check(&st, 1);
	assert_true(st.attempts > 1000);
	stream_close(&st);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_accounting), cmocka_unit_test(test_no_timers),
		cmocka_unit_test(test_healed), cmocka_unit_test(test_in_call), cmocka_unit_test(test_lone),
		cmocka_unit_test(test_made), cmocka_unit_test(test_not_made), cmocka_unit_test(test_branch),
		cmocka_unit_test(test_legs_of_nobody), cmocka_unit_test(test_twice),
		cmocka_unit_test(test_beside_messages), cmocka_unit_test(test_again),
		cmocka_unit_test(test_unknown_is_nobody), cmocka_unit_test(test_unknown_peer_no_incident),
		cmocka_unit_test(test_learns), cmocka_unit_test(test_two_writers), cmocka_unit_test(test_two_clocks),
		cmocka_unit_test(test_woven), cmocka_unit_test(test_any) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
