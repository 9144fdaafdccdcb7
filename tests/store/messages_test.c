/* messages: ladders by id in bounded bytes, good calls by peer and method, and what a new engine tells again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sipwhy/mem.h"
#include "store/drive.h"
#include "store/messages.h"

static struct store *
open_store(size_t message_bytes)
{
	struct store_cfg cfg = { .message_bytes = message_bytes, .seed = 1 };
	struct store *s = store_new(&cfg);

	assert_non_null(s);
	return s;
}

static void
put(struct store *s, uint64_t of, uint32_t at, int64_t t_ns)
{
	struct record r = sample_message(of, at);

	r.message.t_ns = t_ns;
	drive(s, &r);
}

/* In order of time, each once, a repeat raises `seen`; one nobody told of is none. */
static void
test_ladder(void **state)
{
	struct callmsg m[CALLMSG_MAX];
	struct record again = sample_message(7, 1), lost = sample_message(7, 9), raw = sample_message(7, 2);
	struct store *s = open_store(0);

	(void)state;
	assert_int_equal(store_messages(s, 7, m, CALLMSG_MAX), 0);
	put(s, 7, 0, 300);
	put(s, 7, 1, 100);
	put(s, 8, 0, 50);
	put(s, 7, 2, 100);
	again.message.seen = 9;
	again.message.raw.n = lost.message.raw.n = 0;
	drive(s, &again);
	drive(s, &lost);
	/* With raw, too; and `seen` does not fall. */
	raw.message.seen = 1;
	drive(s, &raw);
	assert_int_equal(store_messages(s, 7, m, CALLMSG_MAX), 3);
	assert_int_equal(m[0].at, 1);
	assert_int_equal(m[1].at, 2);
	assert_int_equal(m[2].at, 0);
	assert_int_equal(m[0].seen, 9);
	assert_int_equal(m[1].seen, 3);
	assert_int_equal(m[0].of, 7);
	assert_int_equal(m[0].leg, 2);
	assert_true(slice_eq(m[0].raw, SAMPLE_TEXT(sample_raw)));
	assert_true(slice_eq(m[0].call_id, raw.message.call_id));
	/* The first that fit, and how many there are. */
	memset(m, 0, sizeof m);
	assert_int_equal(store_messages(s, 7, m, 2), 3);
	assert_int_equal(m[1].at, 2);
	assert_int_equal(m[2].of, 0);
	assert_int_equal(store_messages(s, 9, m, 2), 0);
	assert_false(store_messages_gone(s, 7));
	assert_false(store_messages_gone(s, 9));
	store_free(s);
}

static void
test_refused(void **state)
{
	struct record none = sample_message(0, 0), good = sample_good(0, "a", "INVITE");
	struct callmsg m[1];
	struct store_status st;
	struct store *s = open_store(0);

	(void)state;
	assert_int_equal(store_apply(s, &none), -EINVAL);
	assert_int_equal(store_apply(s, &good), -EINVAL);
	for (unsigned i = 0; i < CALLMSG_MAX + 3; i++)
		put(s, 5, i, i);
	assert_int_equal(store_messages(s, 5, m, 1), CALLMSG_MAX);
	store_status(s, &st);
	assert_int_equal(st.message_drops, 3);
	store_free(s);
}

/* The oldest id gives way, whole; that it did is known, and late words about it change nothing. */
static void
test_bytes(void **state)
{
	struct callmsg m[CALLMSG_MAX];
	struct messages *all = messages_new(20000, 3);
	struct record r;

	(void)state;
	for (uint64_t of = 1; of <= 100; of++)
		for (uint32_t at = 0; at < 3; at++) {
			r = sample_message(of, at);
			assert_int_equal(messages_add(all, &r.message), 0);
			assert_true(messages_bytes(all) <= 20000);
		}
	assert_int_equal(messages_of(all, 100, m, CALLMSG_MAX), 3);
	assert_int_equal(messages_of(all, 99, m, CALLMSG_MAX), 3);
	assert_int_equal(messages_of(all, 1, m, CALLMSG_MAX), 0);
	assert_true(messages_gone(all, 1));
	assert_false(messages_gone(all, 100));
	assert_false(messages_gone(all, 101));
	for (uint64_t of = 2; of <= 100; of++)
		assert_true(messages_gone(all, of - 1) || !messages_gone(all, of));
	r = sample_message(1, 3);
	assert_int_equal(messages_add(all, &r.message), 0);
	assert_int_equal(messages_of(all, 1, m, CALLMSG_MAX), 0);
	/* Alone above the limit. */
	messages_free(all);
	all = messages_new(800, 3);
	assert_int_equal(messages_add(all, &r.message), -EMSGSIZE);
	assert_int_equal(messages_of(all, 1, m, CALLMSG_MAX), 0);
	assert_int_equal(messages_bytes(all), 0);
	messages_free(all);
}

/* More ids than are remembered one by one: how far they reached still is. */
static void
test_ids(void **state)
{
	struct messages *all = messages_new(8000, 3);
	struct record r;

	(void)state;
	for (uint64_t of = 1; of <= 40000; of += 2) {
		r = sample_message(of, 0);
		assert_int_equal(messages_add(all, &r.message), 0);
	}
	assert_true(messages_gone(all, 1));
	assert_true(messages_gone(all, 30001));
	assert_false(messages_gone(all, 30002));
	assert_false(messages_gone(all, 39999));
	assert_false(messages_gone(all, 40001));
	messages_free(all);
}

/* The newest of each peer and method; another peer's when there is none; and their messages stay longest. */
static void
test_good(void **state)
{
	struct callmsg m[CALLMSG_MAX];
	struct goodcall g;
	struct store *s = open_store(20000);
	struct record a = sample_good(1, "carrier-a", "INVITE"), b = sample_good(2, "carrier-b", "INVITE"),
		      c = sample_good(3, "carrier-a", "REGISTER"), again = sample_good(4, "carrier-a", "INVITE");

	(void)state;
	assert_false(store_goodcall(s, slice_str("carrier-a"), slice_str("INVITE"), &g));
	drive(s, &a);
	put(s, 1, 0, 1);
	drive(s, &b);
	put(s, 2, 0, 1);
	put(s, 2, 1, 2);
	drive(s, &c);
	assert_true(store_goodcall(s, slice_str("carrier-a"), slice_str("INVITE"), &g));
	assert_int_equal(g.id, 1);
	assert_true(slice_eq(g.from, a.good.from) && slice_eq(g.peer, a.good.peer));
	assert_true(slice_eq(g.source, a.good.source));
	assert_true(store_goodcall(s, slice_str("carrier-z"), slice_str("INVITE"), &g));
	assert_int_equal(g.id, 2);
	assert_true(slice_eq(g.peer, slice_str("carrier-b")));
	assert_true(store_goodcall(s, slice_str("carrier-b"), slice_str("REGISTER"), &g));
	assert_int_equal(g.id, 3);
	assert_false(store_goodcall(s, slice_str("carrier-a"), slice_str("OPTIONS"), &g));
	/* A newer one takes the place of the one before, messages and all. */
	drive(s, &again);
	assert_true(store_goodcall(s, slice_str("carrier-a"), slice_str("INVITE"), &g));
	assert_int_equal(g.id, 4);
	assert_int_equal(store_messages(s, 1, m, CALLMSG_MAX), 0);
	for (uint64_t of = 10; of < 100; of++)
		put(s, of, 0, 1);
	assert_true(store_messages_gone(s, 10));
	assert_int_equal(store_messages(s, 2, m, CALLMSG_MAX), 2);
	store_free(s);
}

static void
test_many_good(void **state)
{
	struct messages *all = messages_new(0, 3);
	struct goodcall g;
	char peer[32];

	(void)state;
	for (uint64_t id = 1; id <= STORE_GOODCALLS_MAX + 10; id++) {
		struct record r;

		(void)snprintf(peer, sizeof peer, "peer-%u", (unsigned)id);
		r = sample_good(id, peer, "INVITE");
		assert_int_equal(messages_good(all, &r.good), 0);
	}
	assert_true(messages_goodcall(all, slice_str("peer-11"), slice_str("INVITE"), &g));
	assert_int_equal(g.id, 11);
	/* That of the first is gone, so the newest stands for it. */
	assert_true(messages_goodcall(all, slice_str("peer-1"), slice_str("INVITE"), &g));
	assert_int_equal(g.id, STORE_GOODCALLS_MAX + 10);
	messages_free(all);
}

/* An engine that reads a file on tells its events again, under ids of its own; what was told for good stays. */
static void
test_next_engine(void **state)
{
	struct callmsg m[CALLMSG_MAX];
	struct source_stat stat = sample_source("a.pcap", 5);
	struct record good = sample_good(3, "a", "INVITE");
	struct store *s = open_store(0);

	(void)state;
	drive_hello(s, 1, false);
	drive_event(s, 1);
	put(s, 1, 0, 1);
	drive_source(s, &stat);
	drive_event(s, 2);
	put(s, 2, 0, 1);
	drive(s, &good);
	put(s, 3, 0, 1);
	drive_hello(s, 2, false);
	assert_int_equal(store_messages(s, 1, m, CALLMSG_MAX), 1);
	assert_int_equal(store_messages(s, 2, m, CALLMSG_MAX), 0);
	assert_false(store_messages_gone(s, 2));
	assert_int_equal(store_messages(s, 3, m, CALLMSG_MAX), 1);
	/* A frozen screen still shows that event. */
	drive_source(s, &stat);
	drive_event(s, UINT64_C(1) << 41);
	put(s, UINT64_C(1) << 41, 0, 1);
	assert_int_equal(store_freeze(s, true), 0);
	drive_hello(s, 3, false);
	assert_int_equal(store_messages(s, UINT64_C(1) << 41, m, CALLMSG_MAX), 1);
	assert_int_equal(store_freeze(s, false), 0);
	store_free(s);
}

static void
test_memory(void **state)
{
	(void)state;
	for (long n = 1; n < 12; n++) {
		struct messages *all;
		struct record r = sample_message(1, 0), good = sample_good(2, "a", "INVITE");
		struct callmsg m[2];
		int err;

		mem_fail_at(n);
		all = messages_new(0, 1);
		if (all != NULL) {
			err = messages_add(all, &r.message);
			assert_true(err == 0 || err == -ENOMEM);
			assert_int_equal(messages_of(all, 1, m, 2), err == 0);
			err = messages_good(all, &good.good);
			assert_true(err == 0 || err == -ENOMEM);
		}
		mem_fail_at(0);
		messages_free(all);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_ladder), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_bytes), cmocka_unit_test(test_ids), cmocka_unit_test(test_good),
		cmocka_unit_test(test_many_good), cmocka_unit_test(test_next_engine), cmocka_unit_test(test_memory) };

	return cmocka_run_group_tests_name("messages", tests, NULL, NULL);
}
