/*
 * log: the same calls once on the wire and once in the log of the PBX in their midst tell the same, but for its own
 * address and for what whole seconds hide (doc/counting.md, "Logs").
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sipwhy/timefmt.h"
#include "stream.h"

static struct stream wire, logged;

/* A phone logs in: once with a wrong password, then with the right one. */
static const char login[] = "0 phone>pbx REGISTER c=r1 exp=60\n"
			    "+4 pbx>phone 401 REGISTER c=r1 realm=pbx\n"
			    "+4 phone>pbx REGISTER c=r1 n=2 realm=pbx exp=60\n"
			    "+4 pbx>phone 401 REGISTER c=r1 n=2 realm=pbx\n"
			    "+2500 phone>pbx REGISTER c=r2 exp=60\n"
			    "+4 pbx>phone 401 REGISTER c=r2 realm=pbx\n"
			    "+4 phone>pbx REGISTER c=r2 n=2 realm=pbx exp=60\n"
			    "+4 pbx>phone 200 REGISTER c=r2 n=2 exp=60\n";

/* A call through the PBX that is answered: two legs, a challenge, a refresh that is refused, and its end. */
static const char answered[] = "0 phone>pbx INVITE c=a\n"
			       "+3 pbx>phone 407 INVITE c=a realm=pbx\n"
			       "+3 phone>pbx ACK c=a t=t1\n"
			       "+3 phone>pbx INVITE c=a n=2 realm=pbx\n"
			       "+3 pbx>phone 100 INVITE c=a n=2\n"
			       "+20 pbx>carrier INVITE c=b f=g\n"
			       "+30 carrier>pbx 100 INVITE c=b f=g\n"
			       "+900 carrier>pbx 180 INVITE c=b f=g\n"
			       "+5 pbx>phone 180 INVITE c=a n=2 t=t2\n"
			       "+2100 carrier>pbx 200 INVITE c=b f=g\n"
			       "+1 pbx>carrier ACK c=b f=g t=t1 b=z9hG4bK-ack-b\n"
			       "+4 pbx>phone 200 INVITE c=a n=2 t=t2\n"
			       "+9 phone>pbx ACK c=a n=2 t=t2 b=z9hG4bK-ack-a\n"
			       "+5000 carrier>pbx INVITE c=b f=t1 t=g n=7\n"
			       "+3 pbx>carrier 488 INVITE c=b f=t1 t=g n=7\n"
			       "+3 carrier>pbx ACK c=b f=t1 t=g n=7\n"
			       "+5000 phone>pbx BYE c=a n=3 t=t2\n"
			       "+3 pbx>phone 200 BYE c=a n=3 t=t2\n"
			       "+3 pbx>carrier BYE c=b f=g n=2 t=t1\n"
			       "+30 carrier>pbx 200 BYE c=b f=g n=2 t=t1\n";

/* The trunk is busy, and the PBX passes that on. */
static const char busy[] = "0 phone>pbx INVITE c=a\n"
			   "+3 pbx>phone 100 INVITE c=a\n"
			   "+20 pbx>carrier INVITE c=b f=g\n"
			   "+30 carrier>pbx 100 INVITE c=b f=g\n"
			   "+1200 carrier>pbx 486 INVITE c=b f=g q850=17\n"
			   "+1 pbx>carrier ACK c=b f=g t=t1\n"
			   "+2 pbx>phone 486 INVITE c=a t=t2\n"
			   "+7 phone>pbx ACK c=a t=t2\n";

/* One trunk is out of order, the other one takes the call; and the first again, with nothing behind it. */
static const char second_trunk[] = "0 phone>pbx INVITE c=a\n"
				   "+20 pbx>carrier INVITE c=b f=g\n"
				   "+30 carrier>pbx 503 INVITE c=b f=g\n"
				   "+1 pbx>carrier ACK c=b f=g t=t1\n"
				   "+10 pbx>carrier2 INVITE c=d f=h\n"
				   "+800 carrier2>pbx 200 INVITE c=d f=h\n"
				   "+1 pbx>carrier2 ACK c=d f=h t=t1 b=z9hG4bK-ack-d\n"
				   "+2 pbx>phone 200 INVITE c=a t=t2\n"
				   "+7 phone>pbx ACK c=a t=t2 b=z9hG4bK-ack-a\n"
				   "+9000 phone>pbx INVITE c=k f=k\n"
				   "+20 pbx>carrier INVITE c=l f=l\n"
				   "+30 carrier>pbx 503 INVITE c=l f=l phrase=No_circuit\n"
				   "+2 pbx>phone 500 INVITE c=k f=k\n";

/* Nobody answers a trunk call; its INVITE and the 408 that comes of it are repeated, by the timers of RFC 3261 17.1. */
static const char silent[] = "0 phone>pbx INVITE c=a\n"
			     "+1 pbx>phone 100 INVITE c=a\n"
			     "+19 pbx>carrier INVITE c=b f=g\n"
			     "+500 pbx>carrier INVITE c=b f=g\n"
			     "+1000 pbx>carrier INVITE c=b f=g\n"
			     "+2000 pbx>carrier INVITE c=b f=g\n"
			     "+4000 pbx>carrier INVITE c=b f=g\n"
			     "+8000 pbx>carrier INVITE c=b f=g\n"
			     "+17500 pbx>phone 408 INVITE c=a\n"
			     "+500 pbx>phone 408 INVITE c=a\n"
			     "+1000 pbx>phone 408 INVITE c=a\n"
			     "+3 phone>pbx ACK c=a\n"
			     "+40000 tick\n";

/* The caller gives up while it rings. */
static const char given_up[] = "0 phone>pbx INVITE c=a\n"
			       "+20 pbx>carrier INVITE c=b f=g\n"
			       "+300 carrier>pbx 180 INVITE c=b f=g\n"
			       "+2 pbx>phone 180 INVITE c=a\n"
			       "+4000 phone>pbx CANCEL c=a\n"
			       "+2 pbx>phone 200 CANCEL c=a\n"
			       "+2 pbx>phone 487 INVITE c=a\n"
			       "+2 phone>pbx ACK c=a t=t1\n"
			       "+2 pbx>carrier CANCEL c=b f=g\n"
			       "+30 carrier>pbx 200 CANCEL c=b f=g\n"
			       "+2 carrier>pbx 487 INVITE c=b f=g\n"
			       "+2 pbx>carrier ACK c=b f=g t=t1\n";

/* An answer without ACK, a ping that is late, an answer whose request nobody saw. */
static const char oddities[] = "0 phone>pbx INVITE c=a\n"
			       "+20 pbx>phone 200 INVITE c=a\n"
			       "+500 pbx>phone 200 INVITE c=a\n"
			       "+1000 pbx>phone 200 INVITE c=a\n"
			       "+2000 pbx>phone 200 INVITE c=a\n"
			       "+4000 pbx>phone 200 INVITE c=a\n"
			       "+4000 pbx>phone 200 INVITE c=a\n"
			       "+900 pbx>carrier OPTIONS c=o f=o\n"
			       "+500 pbx>carrier OPTIONS c=o f=o\n"
			       "+1000 carrier>pbx 603 INVITE c=z f=z\n"
			       "+34000 tick\n";

/* A proxy: what it passes on has the same Call-ID; one way fails, the other is busy. */
static const char proxy[] = "0 phone>pbx INVITE c=a\n"
			    "+1 pbx>phone 100 INVITE c=a\n"
			    "+2 pbx>carrier INVITE c=a\n"
			    "+30 carrier>pbx 503 INVITE c=a t=x\n"
			    "+1 pbx>carrier ACK c=a t=x\n"
			    "+2 pbx>carrier2 INVITE c=a\n"
			    "+900 carrier2>pbx 180 INVITE c=a t=y\n"
			    "+1 pbx>phone 180 INVITE c=a t=y\n"
			    "+2000 carrier2>pbx 486 INVITE c=a t=y\n"
			    "+1 pbx>phone 486 INVITE c=a t=y\n"
			    "+2 phone>pbx ACK c=a t=y\n";

/* The same proxy forks to two phones, and one takes the call. */
static const char fork[] = "0 carrier>pbx INVITE c=a\n"
			   "+2 pbx>phone INVITE c=a\n"
			   "+1 pbx>phone2 INVITE c=a\n"
			   "+200 phone>pbx 180 INVITE c=a t=x\n"
			   "+1 pbx>carrier 180 INVITE c=a t=x\n"
			   "+10 phone2>pbx 180 INVITE c=a t=y\n"
			   "+3000 phone2>pbx 200 INVITE c=a t=y\n"
			   "+1 pbx>carrier 200 INVITE c=a t=y\n"
			   "+1 pbx>phone CANCEL c=a\n"
			   "+9 phone>pbx 200 CANCEL c=a\n"
			   "+1 phone>pbx 487 INVITE c=a t=x\n"
			   "+9 carrier>pbx ACK c=a t=y b=z9hG4bK-ack\n"
			   "+1 pbx>phone2 ACK c=a t=y b=z9hG4bK-ack2\n"
			   "+7000 phone2>pbx BYE c=a f=y t=f1 n=4\n"
			   "+2 pbx>carrier BYE c=a f=y t=f1 n=4\n"
			   "+30 carrier>pbx 200 BYE c=a f=y t=f1 n=4\n"
			   "+2 pbx>phone2 200 BYE c=a f=y t=f1 n=4\n";

static void
play(struct stream *st, const char *lines, enum stream_seen mode, long grain_ms)
{
	static const struct track_cfg nobody = { 0 };

	/* A log says itself what is ours. */
	stream_open(st, mode == STREAM_WIRE ? NULL : &nobody);
	assert_non_null(st->t);
	st->mode = mode;
	st->grain_ms = grain_ms;
	stream_play(st, lines);
	stream_play(st, "finish");
	stream_check(st, 1);
}

/* An end of an event: the same, or not known where the log can't know it. */
static void
same_end(const char *on_wire, const char *in_log, enum stream_seen mode)
{
	bool ours = strncmp(on_wire, "192.0.2.10", 10) == 0;

	if (on_wire[0] != '\0' && (mode == STREAM_LOG_FLOW || (mode == STREAM_LOG_FAR && ours)))
		on_wire = "-";
	assert_string_equal(on_wire, in_log);
}

static void
near(int on_wire, int in_log, long grain_ms)
{
	if (on_wire < 0 || in_log < 0)
		assert_int_equal(on_wire, in_log);
	else
		assert_true(labs((long)on_wire - in_log) <= grain_ms);
}

/* Figures of delays are made of what was measured: whole seconds are not. */
static void
near_delay(int on_wire, int in_log, long grain_ms)
{
	if (grain_ms < 1000)
		near(on_wire, in_log, grain_ms);
	else
		assert_int_equal(in_log, -1);
}

static void
same_path(const struct stream_event *a, const struct stream_event *b, enum stream_seen mode, long grain_ms)
{
	struct slice one = slice_str(a->path), two = slice_str(b->path);
	struct event_hop x, y;
	char end[2][ENDPOINT_TEXT];

	while (event_hop_next(&one, &x)) {
		assert_true(event_hop_next(&two, &y));
		(void)slice_copy(end[0], sizeof end[0], x.src);
		(void)slice_copy(end[1], sizeof end[1], y.src);
		same_end(end[0], end[1], mode);
		(void)slice_copy(end[0], sizeof end[0], x.dst);
		(void)slice_copy(end[1], sizeof end[1], y.dst);
		same_end(end[0], end[1], mode);
		assert_int_equal(x.code, y.code);
		assert_int_equal(x.seen, y.seen);
		near((int)x.at_ms, (int)y.at_ms, grain_ms);
	}
	assert_false(event_hop_next(&two, &y));
}

static void
same_event(const struct stream_event *a, const struct stream_event *b, enum stream_seen mode, long grain_ms)
{
	assert_int_equal(a->code, b->code);
	assert_int_equal(a->said_code, b->said_code);
	assert_int_equal(a->outcome, b->outcome);
	assert_int_equal(a->repeats, b->repeats);
	assert_int_equal(a->copies, b->copies);
	assert_int_equal(a->tries, b->tries);
	assert_int_equal(a->q850, b->q850);
	assert_int_equal(a->direction, b->direction);
	assert_int_equal(a->role, b->role);
	assert_int_equal(a->recovered, b->recovered);
	assert_int_equal(a->in_call, b->in_call);
	assert_int_equal(a->auth, b->auth);
	assert_int_equal(a->rang, b->rang);
	assert_int_equal(a->orphan, b->orphan);
	assert_int_equal(a->ack_missing, b->ack_missing);
	assert_int_equal(a->transport, b->transport);
	assert_int_equal(a->raw_len, b->raw_len);
	assert_false(b->statement);
	assert_string_equal(a->call_id, b->call_id);
	assert_string_equal(a->from, b->from);
	assert_string_equal(a->to, b->to);
	assert_string_equal(a->method, b->method);
	assert_string_equal(a->phrase, b->phrase);
	assert_string_equal(a->leg, b->leg);
	assert_string_equal(a->raw, b->raw);
	if (mode != STREAM_LOG_FLOW)
		assert_string_equal(a->peer, b->peer);
	same_end(a->src, b->src, mode);
	same_end(a->dst, b->dst, mode);
	same_end(a->said_by, b->said_by, mode);
	near(a->setup_ms, b->setup_ms, grain_ms);
	near(a->hop_ms, b->hop_ms, grain_ms);
	near((int)((a->t_ns - b->t_ns) / NS_PER_MS), 0, grain_ms);
	assert_string_equal(a->stamp, "");
	/* Of silence no log has a line. */
	assert_string_equal(
	    b->stamp, b->outcome == OUTCOME_NO_RESPONSE ? "" : grain_ms >= 1000 ? "10:15:01" : "10:15:01.000");
	same_path(a, b, mode, grain_ms);
}

/* The order of two outcomes of one moment is their own. */
static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
same_outcomes(void)
{
	char *lines[2][256];
	size_t n[2] = { 0, 0 };
	struct stream *st[2] = { &wire, &logged };

	for (int k = 0; k < 2; k++) {
		for (char *p = st[k]->outcomes; *p != '\0'; p += strlen(p) + 1) {
			lines[k][n[k]++] = p;
			p[strcspn(p, "\n")] = '\0';
		}
		qsort(lines[k], n[k], sizeof lines[k][0], by_text);
	}
	assert_int_equal(n[0], n[1]);
	for (size_t i = 0; i < n[0]; i++) {
		size_t length = logged.mode == STREAM_LOG_FLOW ? strlen(lines[1][i]) : strlen(lines[0][i]);

		assert_int_equal(strncmp(lines[0][i], lines[1][i], length), 0);
	}
}

static void
same_incidents(void)
{
	assert_int_equal(wire.n_incidents, logged.n_incidents);
	for (size_t i = 0; i < wire.n_incidents; i++) {
		assert_int_equal(wire.incidents[i].pattern, logged.incidents[i].pattern);
		assert_int_equal(wire.incidents[i].level, logged.incidents[i].level);
		assert_int_equal(wire.incidents[i].count, logged.incidents[i].count);
		assert_string_equal(wire.incidents[i].what, logged.incidents[i].what);
		same_end(wire.incidents[i].peer, logged.incidents[i].peer, logged.mode);
	}
}

static void
same(const char *lines, enum stream_seen mode, long grain_ms)
{
	play(&wire, lines, STREAM_WIRE, 0);
	play(&logged, lines, mode, grain_ms);
	assert_int_equal(wire.attempts, logged.attempts);
	assert_int_equal(wire.completed, logged.completed);
	assert_int_equal(wire.n_events, logged.n_events);
	for (unsigned k = 0; k < OUTCOME_N; k++) {
		assert_int_equal(wire.whole[k], logged.whole[k]);
		assert_int_equal(wire.legs[k], logged.legs[k]);
	}
	for (size_t i = 0; i < wire.n_events; i++)
		same_event(&wire.events[i], &logged.events[i], mode, grain_ms);
	near_delay(wire.last_whole.pdd_ms, logged.last_whole.pdd_ms, grain_ms);
	near_delay(wire.last_whole.srd_ms, logged.last_whole.srd_ms, grain_ms);
	near_delay(wire.last_whole.rrd_ms, logged.last_whole.rrd_ms, grain_ms);
	same_outcomes();
	if (mode != STREAM_LOG_FLOW)
		same_incidents();
	stream_close(&wire);
	stream_close(&logged);
}

struct row {
	const char *name, *lines;
	long events; /* so that a flow that fails to be one is seen */
};

static void
test_same(void **state)
{
	const struct row *row = *state;

	for (int mode = STREAM_LOG_FAR; mode <= STREAM_LOG_FLOW; mode++) {
		same(row->lines, (enum stream_seen)mode, 1);
		same(row->lines, (enum stream_seen)mode, 1000);
	}
	play(&wire, row->lines, STREAM_WIRE, 0);
	assert_int_equal(wire.n_events, row->events);
	stream_close(&wire);
}

int
main(void)
{
	static const struct row rows[] = { { "login", login, 1 }, { "answered", answered, 1 }, { "busy", busy, 1 },
		{ "second trunk", second_trunk, 2 }, { "silent", silent, 1 }, { "given up", given_up, 0 },
		{ "oddities", oddities, 3 }, { "proxy", proxy, 1 }, { "fork", fork, 0 } };
	struct CMUnitTest tests[sizeof rows / sizeof rows[0]];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		tests[i] = (struct CMUnitTest){
			.name = rows[i].name, .test_func = test_same, .initial_state = (void *)&rows[i]
		};
	return _cmocka_run_group_tests("log", tests, sizeof tests / sizeof tests[0], NULL, NULL);
}
