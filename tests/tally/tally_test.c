/* tally: what is counted once stands once in the total and once in some delta, whatever the order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <limits.h>
#include <string.h>

#include "sipwhy/mem.h"
#include "sipwhy/tally.h"

/* A small generator, so that a failing run can be had again. */
static uint64_t
random_next(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s;
}

static struct endpoint
host(unsigned n)
{
	return (struct endpoint){ .family = 4, .port = 5060, .addr = { 10, (uint8_t)(n >> 16),
		(uint8_t)(n >> 8), (uint8_t)n } };
}

static void
message(struct tally *t, uint64_t *s)
{
	struct sipmsg m = { .kind = random_next(s) % 3 == 0 ? SIP_REQUEST : SIP_RESPONSE };
	struct endpoint e = host((unsigned)(random_next(s) % 40));
	bool is_event;

	m.method = (enum sip_method)(random_next(s) % METHOD_N);
	m.partial = random_next(s) % 10 == 0;
	if (m.kind == SIP_RESPONSE)
		m.code = (uint16_t)(SIP_CODE_MIN + random_next(s) % SIP_CODE_N);
	is_event = m.code >= 400 && random_next(s) % 2 == 0;
	if (random_next(s) % 50 == 0)
		tally_malformed(t);
	tally_message(t, &m, (enum seen)(random_next(s) % 3), random_next(s) % 8 == 0 ? NULL : &e, is_event);
}

/* Deltas of one run added up, peers by name. */
struct sum {
	struct counts counts;
	struct peer_table *peers;
};

static void
take(struct tally *t, struct sum *sum)
{
	size_t n;
	const struct peer_stat *p = tally_delta_peers(t, &n);

	counts_add(&sum->counts, tally_delta(t));
	for (size_t i = 0; i < n; i++)
		peer_table_add(sum->peers, &p[i]);
	tally_taken(t);
	assert_false(tally_dirty(t));
}

static void
test_deltas_add_up(void **state)
{
	static struct sum sum;
	static struct peer_stat a[64], b[64];
	struct tally *t = tally_new(1);
	uint64_t seed = 42, codes = 0;
	size_t n;

	(void)state;
	sum.peers = peer_table_new(2);
	for (int i = 0; i < 20000; i++) {
		message(t, &seed);
		assert_true(tally_dirty(t));
		if (random_next(&seed) % 97 == 0)
			take(t, &sum);
	}
	take(t, &sum);
	assert_memory_equal(&sum.counts, tally_total(t), sizeof sum.counts);
	for (unsigned c = 0; c < SIP_CODE_N; c++)
		codes += tally_event_codes(t)[c];
	assert_int_equal(codes, tally_total(t)->events);
	n = tally_top_peers(t, a, 64);
	assert_int_equal(n, 40);
	assert_int_equal(peer_table_top(sum.peers, b, 64), n);
	for (size_t i = 0; i < n; i++) {
		assert_string_equal(a[i].name, b[i].name);
		assert_memory_equal(a[i].responses, b[i].responses, sizeof a[i].responses);
		assert_int_equal(a[i].events, b[i].events);
	}
	peer_table_free(sum.peers);
	tally_free(t);
}

static void
test_taken_delta_is_empty(void **state)
{
	static const struct counts none;
	struct tally *t = tally_new(1);
	struct sipmsg m = { .kind = SIP_RESPONSE, .method = METHOD_INVITE, .code = 503 };
	struct endpoint e = host(1);
	size_t n;

	(void)state;
	tally_message(t, &m, SEEN_COPY, &e, true);
	(void)tally_delta_peers(t, &n);
	assert_int_equal(n, 1);
	tally_taken(t);
	assert_memory_equal(tally_delta(t), &none, sizeof none);
	(void)tally_delta_peers(t, &n);
	assert_int_equal(n, 0);
	assert_int_equal(tally_total(t)->copies, 1);
	tally_free(t);
}

static void
test_peers_beyond_the_table_are_other(void **state)
{
	static struct peer_stat top[TALLY_PEERS_MAX + 2];
	struct tally *t = tally_new(7);
	struct sipmsg m = { .kind = SIP_RESPONSE, .method = METHOD_INVITE, .code = 404 };
	const struct peer_stat *p;
	uint64_t events = 0;
	size_t n;

	(void)state;
	for (unsigned i = 0; i < 3000; i++) {
		struct endpoint e = host(i);

		tally_message(t, &m, SEEN_NEW, &e, true);
	}
	p = tally_delta_peers(t, &n);
	assert_int_equal(n, TALLY_PEERS_MAX + 1);
	assert_string_equal(p[n - 1].name, "other");
	assert_int_equal(p[n - 1].events, 3000 - TALLY_PEERS_MAX);
	n = tally_top_peers(t, top, TALLY_PEERS_MAX + 2);
	assert_int_equal(n, TALLY_PEERS_MAX + 1);
	assert_string_equal(top[0].name, "other");
	for (size_t i = 0; i < n; i++)
		events += top[i].events;
	assert_int_equal(events, 3000);
	tally_free(t);
}

/* Ports do not make another peer. */
static void
test_peer_is_an_address(void **state)
{
	struct tally *t = tally_new(7);
	struct sipmsg m = { .kind = SIP_RESPONSE, .method = METHOD_INVITE, .code = 404 };
	struct endpoint a = host(1), b = host(1);
	struct peer_stat top[4];

	(void)state;
	b.port = 5080;
	tally_message(t, &m, SEEN_NEW, &a, true);
	tally_message(t, &m, SEEN_NEW, &b, true);
	assert_int_equal(tally_top_peers(t, top, 4), 1);
	assert_string_equal(top[0].name, "10.0.0.1");
	assert_int_equal(top[0].codes[0].n, 2);
	tally_free(t);
}

/* Whatever allocation fails, nothing is lost: a peer without memory counts as other. */
static void
test_memory_short(void **state)
{
	struct sipmsg m = { .kind = SIP_RESPONSE, .method = METHOD_INVITE, .code = 404 };
	struct peer_stat top[8];
	long calls = LONG_MAX;
	long at;

	(void)state;
	for (at = 1; at <= calls; at++) {
		struct tally *t;
		uint64_t events = 0;

		mem_fail_at(at);
		t = tally_new(3);
		for (unsigned i = 0; t != NULL && i < 5; i++) {
			struct endpoint e = host(i);

			tally_message(t, &m, SEEN_NEW, &e, true);
		}
		/* A run that got all it asked for says how many there are. */
		calls = mem_calls() < at ? mem_calls() : LONG_MAX;
		mem_fail_at(0);
		if (t == NULL)
			continue;
		for (size_t i = 0, n = tally_top_peers(t, top, 8); i < n; i++)
			events += top[i].events;
		assert_int_equal(events, 5);
		tally_free(t);
	}
	assert_true(at > 8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_deltas_add_up),
		cmocka_unit_test(test_taken_delta_is_empty),
		cmocka_unit_test(test_peers_beyond_the_table_are_other),
		cmocka_unit_test(test_peer_is_an_address),
		cmocka_unit_test(test_memory_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
