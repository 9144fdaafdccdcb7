/*
 * receiver_cases - what holds for every receiver, whatever it hears: the same cases, told with the bytes of each kind.
 * Each takes a harness that is not open, and those that end in harness_close leave it so.
 */
#ifndef TESTS_INPUT_RECEIVER_CASES_H
#define TESTS_INPUT_RECEIVER_CASES_H

#include "receiver_harness.h"

enum { CASES_SMALL = 64 << 10, CASES_TURNS = 20, CASES_MUCH = 40000, CASES_LITTLE = 10000 };

static inline void
cases_turns(struct harness *h, unsigned n)
{
	while (n-- > 0)
		(void)uv_run(&h->loop, UV_RUN_NOWAIT);
}

/* What is kept of texts, and no more. */
static inline void
cases_forget(struct harness *h)
{
	while (h->n > 0)
		free(h->texts[--h->n].data);
}

/* Three datagrams: first, nothing, and the longest there is; the last one from the same socket as the first. */
static inline void
cases_datagrams(struct harness *h, const char *first)
{
	static char big[65507];
	int a, b;

	harness_run(h, "udp:127.0.0.1:0");
	a = harness_connect(h, 4, SOCK_DGRAM);
	b = harness_connect(h, 4, SOCK_DGRAM);
	harness_say(a, first);
	harness_send(b, "", 0);
	memset(big, 'x', sizeof big);
	harness_send(a, big, sizeof big);
	harness_wait(h, 3);
	harness_heard(h, 0, first, false);
	harness_heard(h, 1, "", false);
	assert_int_equal(h->texts[2].len, sizeof big);
	assert_memory_equal(h->texts[2].data, big, sizeof big);
	assert_int_equal(h->texts[0].from.port, h->texts[2].from.port);
	assert_true(h->texts[0].from.port != h->texts[1].from.port);
	assert_true(h->batches > 0);
	/* One address is one sender, whatever its port. */
	input_stats(h->in, &h->st);
	assert_int_equal(h->st.senders, 1);
	(void)close(a);
	(void)close(b);
}

/* Frames and drops are what was sent, to the last one; asking again changes nothing, and a later flood comes on top. */
static inline void
cases_drops(struct harness *h, const void *p, size_t n)
{
	enum { SENT = 3000 };
	int small = CASES_SMALL, fd;

	harness_run(h, "udp:127.0.0.1:0");
	assert_int_equal(
	    setsockopt(harness_receiver(h)->listener[0].port.fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small), 0);
	fd = harness_connect(h, 4, SOCK_DGRAM);
	for (unsigned flood = 1; flood <= 2; flood++) {
		for (unsigned i = 0; i < SENT; i++)
			harness_send(fd, p, n);
		cases_turns(h, CASES_TURNS);
		for (unsigned i = 0; i < 2; i++) {
			input_stats(h->in, &h->st);
			assert_true(h->st.kernel_drops > 0 && h->st.frames > 0);
			assert_int_equal(h->st.frames + h->st.kernel_drops, flood * SENT);
		}
	}
	(void)close(fd);
}

/* Who is not on the list is turned away before a byte is read. */
static inline void
cases_turned_away(struct harness *h, const char *arg, int type, const char *text)
{
	struct peers *there = peers_new();
	int fd;

	assert_int_equal(peers_add(there, slice_str("x"), (enum peer_role)0, slice_str("192.0.2.0/24"), &h->em), 0);
	h->cfg.allow = there;
	harness_run(h, arg);
	fd = harness_connect(h, 4, type);
	harness_say(fd, text);
	harness_wait_for(h, &h->in->st.refused, 1);
	if (type == SOCK_STREAM)
		assert_int_equal(h->in->st.connected, 0);
	assert_int_equal(h->n, 0);
	input_stats(h->in, &h->st);
	assert_string_equal(h->st.turned_away, "127.0.0.1: not in --allow");
	assert_false(h->st.open_to_all);
	(void)close(fd);
	harness_close(h);
	peers_free(there);
	h->cfg.allow = NULL;
}

/*
 * What begins and does not end costs its connection, and a byte now and then does not help; silence between costs
 * nothing.  whole: one message; part: the beginning of one so long that no dripping ends it.
 */
static inline void
cases_slow(struct harness *h, const void *whole, size_t whole_n, const void *part, size_t part_n)
{
	int slow, idle;

	harness_open(h, "tcp:127.0.0.1:0");
	harness_receiver(h)->lim.frame_ms = 40;
	harness_start(h);
	idle = harness_connect(h, 4, SOCK_STREAM);
	harness_send(idle, whole, whole_n);
	harness_wait(h, 1);
	slow = harness_connect(h, 4, SOCK_STREAM);
	harness_send(slow, part, part_n);
	for (unsigned i = 0; i < 100 * HARNESS_TURNS && h->in->st.closed == 0; i++) {
		(void)send(slow, "x", 1, MSG_NOSIGNAL);
		(void)uv_run(&h->loop, UV_RUN_ONCE);
	}
	assert_int_equal(h->in->st.closed, 1);
	assert_int_equal(h->n, 2);
	assert_true(h->texts[1].cut);
	assert_int_equal(h->in->st.senders, 1);
	harness_send(idle, whole, whole_n);
	harness_wait(h, 3);
	(void)close(idle);
	(void)close(slow);
}

/*
 * Memory of all connections has an end; the one that holds most gives way, and the others lose nothing.  Of much there
 * are CASES_MUCH bytes, of little CASES_LITTLE that `last` ends.  Texts 1 to 3 are the little ones.
 */
static inline void
cases_memory(struct harness *h, const void *much, const void *little, char last)
{
	int loud, quiet[3];

	harness_open(h, "tcp:127.0.0.1:0");
	harness_receiver(h)->purse.max = 100 << 10;
	harness_start(h);
	loud = harness_connect(h, 4, SOCK_STREAM);
	harness_send(loud, much, CASES_MUCH);
	for (unsigned i = 0; harness_receiver(h)->purse.used < 65536 && i < HARNESS_TURNS; i++)
		(void)uv_run(&h->loop, UV_RUN_ONCE);
	assert_int_equal(harness_receiver(h)->purse.used, 65536);
	for (unsigned i = 0; i < 3; i++) {
		quiet[i] = harness_connect(h, 4, SOCK_STREAM);
		harness_send(quiet[i], little, CASES_LITTLE);
	}
	harness_wait_for(h, &h->in->st.closed, 1);
	assert_int_equal(h->n, 1);
	assert_true(h->texts[0].cut);
	assert_int_equal(h->texts[0].len, CASES_MUCH);
	for (unsigned i = 0; i < 3; i++)
		harness_send(quiet[i], &last, 1);
	harness_wait(h, 4);
	for (unsigned i = 0; i < 3; i++)
		(void)close(quiet[i]);
	(void)close(loud);
	harness_wait_for(h, &h->in->st.senders, 0);
	assert_int_equal(harness_receiver(h)->purse.used, 0);
}

/* Each allocation of opening fails in turn; then it is open. */
static inline void
cases_open_short(struct harness *h, const char *arg)
{
	int err = -ENOMEM;
	long n = 0;

	h->cfg.arg = arg;
	while (err != 0) {
		mem_fail_at(++n);
		err = input_open(&h->in, &h->cfg, &h->em);
		mem_fail_at(0);
		assert_true(err == 0 || err == -ENOMEM);
		assert_int_equal(h->in == NULL, err != 0);
	}
	assert_true(n > 2);
}

#endif
