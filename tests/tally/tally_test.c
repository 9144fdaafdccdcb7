/* tally: what is counted once stands once in the total and once in some delta, whatever the order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <limits.h>
#include <string.h>

#include "sipwhy/mem.h"
#include "sipwhy/tally.h"
#include "sipwhy/timefmt.h"

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
	return (struct endpoint){
		.family = 4, .port = 5060, .addr = { 10, (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n }
	};
}

static void
message(struct tally *t, uint64_t *s)
{
	struct sipmsg m = { .kind = random_next(s) % 3 == 0 ? SIP_REQUEST : SIP_RESPONSE };
	struct endpoint e = host((unsigned)(random_next(s) % 40));

	m.method = (enum sip_method)(random_next(s) % METHOD_N);
	m.partial = random_next(s) % 10 == 0;
	if (m.kind == SIP_RESPONSE)
		m.code = (uint16_t)(SIP_CODE_MIN + random_next(s) % SIP_CODE_N);
	if (random_next(s) % 50 == 0)
		tally_malformed(t);
	tally_time(t, (int64_t)(random_next(s) % 60) * NS_PER_S);
	tally_message(t, &m, (enum seen)(random_next(s) % 3), random_next(s) % 8 == 0 ? NULL : &e);
}

/* An attempt, how it ended, and what was told of it. */
static void
attempt(struct tally *t, uint64_t *s)
{
	struct endpoint e = host((unsigned)(random_next(s) % 40));
	struct outcome o = { .kind = (uint8_t)(random_next(s) % OUTCOME_N),
		.code = (uint16_t)(300 + random_next(s) % 400),
		.method = (uint8_t)(random_next(s) % METHOD_N),
		.whole = random_next(s) % 4 > 0,
		.leg = random_next(s) % 4 > 0,
		.in_call = random_next(s) % 9 == 0,
		.undo = random_next(s) % 9 == 0,
		.t_ns = (int64_t)(random_next(s) % 60) * NS_PER_S,
		.pdd_ms = (int32_t)(random_next(s) % 9999),
		.srd_ms = -1,
		.rrd_ms = 12,
		.peer = &e };
	struct event ev = { .code = random_next(s) % 5 == 0 ? 0 : o.code };
	struct event_update u = {
		.old_code = ev.code, .recovered = random_next(s) % 3 == 0, .code = random_next(s) % 3 == 0 ? 503 : 0
	};
	char name[ENDPOINT_TEXT];

	ev.peer = u.peer = slice_str(endpoint_format(name, sizeof name, &e, false));
	tally_attempt(t, (enum sip_method)o.method);
	tally_outcome(t, &o);
	tally_event(t, &ev);
	if (random_next(s) % 2 == 0)
		tally_update(t, &u);
	if (random_next(s) % 5 == 0)
		tally_completed(t, random_next(s) % 5 == 0 ? NULL : &e, o.t_ns);
}

/* Each event of a peer has one code. */
static void
check_codes(const struct peer_stat *p)
{
	uint64_t sum = p->other;

	for (unsigned i = 0; i < PEER_CODES; i++) {
		assert_true(p->codes[i].n >= 0);
		sum += (uint64_t)p->codes[i].n;
	}
	assert_int_equal(sum, p->events);
}

enum { SUM_ROWS = KPI_PEERS + 50 };

/* Deltas of one run added up, peers by name. */
struct sum {
	struct counts counts;
	struct peer_table *peers;
	struct kpi_counts kpi, row[SUM_ROWS];
	char name[SUM_ROWS][ENDPOINT_TEXT];
	size_t n;
};

static struct kpi_counts *
sum_row(struct sum *sum, const char *name)
{
	size_t i = 0;

	while (i < sum->n && strcmp(sum->name[i], name) != 0)
		i++;
	if (i == sum->n) {
		assert_true(sum->n < SUM_ROWS);
		(void)slice_copy(sum->name[sum->n++], ENDPOINT_TEXT, slice_str(name));
	}
	return &sum->row[i];
}

static void
take(struct tally *t, struct sum *sum)
{
	size_t n;
	const struct peer_stat *p = tally_delta_peers(t, &n);

	const struct kpi_peer *k;

	counts_add(&sum->counts, tally_delta(t));
	for (size_t i = 0; i < n; i++)
		peer_table_add(sum->peers, &p[i]);
	kpi_add(&sum->kpi, tally_delta_kpi(t));
	k = tally_delta_kpi_peers(t, &n);
	for (size_t i = 0; i < n; i++)
		kpi_add(sum_row(sum, k[i].name), k[i].counts);
	tally_taken(t);
	assert_false(tally_dirty(t));
}

static void
test_deltas_add_up(void **state)
{
	static struct sum sum;
	static struct peer_stat a[64], b[64];
	static struct kpi_counts room[SUM_ROWS];
	static struct kpi_peer k[SUM_ROWS];
	struct tally *t = tally_new(1, NULL);
	uint64_t seed = 42, codes = 0;
	size_t n;

	(void)state;
	sum.peers = peer_table_new(2);
	for (int i = 0; i < 20000; i++) {
		if (i % 5 == 0)
			attempt(t, &seed);
		message(t, &seed);
		assert_true(tally_dirty(t));
		if (random_next(&seed) % 97 == 0)
			take(t, &sum);
	}
	take(t, &sum);
	assert_memory_equal(&sum.counts, tally_total(t), sizeof sum.counts);
	for (unsigned c = 0; c < SIP_CODE_N; c++)
		codes += tally_event_codes(t)[c];
	codes += tally_event_silent(t);
	assert_int_equal(codes, tally_total(t)->events - tally_total(t)->recovered);
	assert_memory_equal(&sum.kpi, tally_kpi(t), sizeof sum.kpi);
	n = tally_kpi_peers(t, 0, 0, k, room, SUM_ROWS);
	assert_int_equal(n, sum.n);
	for (size_t i = 0; i < n; i++)
		assert_memory_equal(k[i].counts, sum_row(&sum, k[i].name), sizeof *room);
	n = tally_top_peers(t, a, 64);
	assert_int_equal(n, 40);
	assert_int_equal(peer_table_top(sum.peers, b, 64), n);
	for (size_t i = 0; i < n; i++) {
		assert_string_equal(a[i].name, b[i].name);
		assert_memory_equal(a[i].responses, b[i].responses, sizeof a[i].responses);
		assert_int_equal(a[i].events, b[i].events);
		check_codes(&a[i]);
		check_codes(&b[i]);
	}
	peer_table_free(sum.peers);
	tally_free(t);
}

/* Increments are counted from the first time on that somebody asks: what came before is in the first ones. */
static void
test_first_delta_has_all(void **state)
{
	static struct sum sum;
	static struct peer_stat a[64], b[64];
	struct tally *t = tally_new(1, NULL);
	uint64_t seed = 7;
	size_t n;

	(void)state;
	sum.peers = peer_table_new(2);
	for (int i = 0; i < 3000; i++) {
		attempt(t, &seed);
		message(t, &seed);
		if (i == 1500 || i == 2000)
			take(t, &sum);
	}
	take(t, &sum);
	assert_memory_equal(&sum.counts, tally_total(t), sizeof sum.counts);
	assert_memory_equal(&sum.kpi, tally_kpi(t), sizeof sum.kpi);
	n = tally_top_peers(t, a, 64);
	assert_int_equal(peer_table_top(sum.peers, b, 64), n);
	for (size_t i = 0; i < n; i++) {
		assert_string_equal(a[i].name, b[i].name);
		assert_memory_equal(a[i].responses, b[i].responses, sizeof a[i].responses);
		assert_int_equal(a[i].events, b[i].events);
		check_codes(&a[i]);
		check_codes(&b[i]);
	}
	peer_table_free(sum.peers);
	tally_free(t);
}

static void
test_taken_delta_is_empty(void **state)
{
	static const struct counts none;
	struct tally *t = tally_new(1, NULL);
	struct sipmsg m = { .kind = SIP_RESPONSE, .method = METHOD_INVITE, .code = 503 };
	struct endpoint e = host(1);
	uint64_t seed = 9;
	size_t n;

	(void)state;
	tally_message(t, &m, SEEN_COPY, &e);
	(void)tally_delta_peers(t, &n);
	assert_int_equal(n, 1);
	for (int i = 0; i < 200; i++)
		attempt(t, &seed);
	assert_false(kpi_is_zero(tally_delta_kpi(t)));
	tally_taken(t);
	assert_true(kpi_is_zero(tally_delta_kpi(t)));
	(void)tally_delta_kpi_peers(t, &n);
	assert_int_equal(n, 0);
	assert_memory_equal(tally_delta(t), &none, sizeof none);
	(void)tally_delta_peers(t, &n);
	assert_int_equal(n, 0);
	assert_int_equal(tally_total(t)->copies, 1);
	tally_free(t);
}

static struct event
failure(const char *peer, unsigned code)
{
	return (struct event){ .code = (uint16_t)code, .peer = slice_str(peer) };
}

/* An event of a host, and the response that made it. */
static void
fail_host(struct tally *t, unsigned n, unsigned code)
{
	struct sipmsg m = { .kind = SIP_RESPONSE, .method = METHOD_INVITE, .code = (uint16_t)code };
	struct endpoint e = host(n);
	char name[ENDPOINT_TEXT];
	struct event ev = failure(endpoint_format(name, sizeof name, &e, false), code);

	tally_message(t, &m, SEEN_NEW, &e);
	tally_event(t, &ev);
}

static int64_t
code_of(const struct peer_stat *p, unsigned code)
{
	for (unsigned i = 0; i < PEER_CODES; i++)
		if (p->codes[i].n != 0 && p->codes[i].code == code)
			return p->codes[i].n;
	return 0;
}

/* Acc's two lines about one call: the peer's event has the code that it ended with, in the total and in the ticks. */
static void
test_code_moves(void **state)
{
	struct tally *t = tally_new(1, NULL);
	struct sum sum = { .peers = peer_table_new(2) };
	struct event_update u = { .code = 500, .old_code = 503, .peer = slice_str("-") };
	struct event ev = failure("-", 503), none = failure("-", 0);
	const struct peer_stat *p;
	struct peer_stat top;
	size_t n;

	(void)state;
	tally_event(t, &ev);
	tally_event(t, &ev);
	take(t, &sum);
	tally_event(t, &none);
	tally_update(t, &u);
	p = tally_delta_peers(t, &n);
	assert_int_equal(n, 1);
	assert_int_equal(p->events, 1);
	assert_int_equal(code_of(p, 503), -1);
	assert_int_equal(code_of(p, 500), 1);
	take(t, &sum);
	/* From silence; of one that nobody knows; to what it was. */
	u.old_code = 0;
	tally_update(t, &u);
	u.peer = slice_str("192.0.2.1");
	tally_update(t, &u);
	u.peer = slice_str("-");
	u.old_code = 486;
	tally_update(t, &u);
	u.code = 0;
	u.old_code = 503;
	tally_update(t, &u);
	u.recovered = true;
	tally_update(t, &u);
	take(t, &sum);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(i == 0 ? tally_top_peers(t, &top, 1) : peer_table_top(sum.peers, &top, 1), 1);
		check_codes(&top);
		assert_int_equal(top.events, 3);
		assert_int_equal(code_of(&top, 500), 2);
		assert_int_equal(code_of(&top, 503), 1);
		assert_int_equal(code_of(&top, 0), 0);
	}
	peer_table_free(sum.peers);
	tally_free(t);
}

/* A tick's row has room for few codes: what finds none there is left as it was told, and nothing falls below 0. */
static void
test_code_moves_without_room(void **state)
{
	struct tally *t = tally_new(1, NULL);
	struct sum sum = { .peers = peer_table_new(2) };
	struct event_update u = { .peer = slice_str("-") };
	struct peer_stat top;

	(void)state;
	for (unsigned round = 0; round < 3; round++) {
		for (unsigned code = 480; code < 500; code++) {
			struct event ev = failure("-", code);

			tally_event(t, &ev);
		}
		if (round == 1)
			take(t, &sum);
		for (unsigned code = 480; code < 500; code++) {
			u.old_code = (uint16_t)code;
			u.code = (uint16_t)(code + 100);
			tally_update(t, &u);
		}
		take(t, &sum);
		assert_int_equal(tally_top_peers(t, &top, 1), 1);
		check_codes(&top);
		assert_int_equal(peer_table_top(sum.peers, &top, 1), 1);
		check_codes(&top);
	}
	peer_table_free(sum.peers);
	tally_free(t);
}

static void
test_peers_beyond_the_table_are_other(void **state)
{
	static struct peer_stat top[TALLY_PEERS_MAX + 2];
	struct tally *t = tally_new(7, NULL);
	const struct peer_stat *p;
	uint64_t events = 0;
	size_t n;

	(void)state;
	for (unsigned i = 0; i < 3000; i++)
		fail_host(t, i, 404);
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

/* Ports do not make another peer; texts find it again, whatever they are. */
static void
test_peer_is_an_address(void **state)
{
	struct tally *t = tally_new(7, NULL);
	struct sipmsg m = { .kind = SIP_RESPONSE, .method = METHOD_INVITE, .code = 404 };
	struct endpoint a = host(1), b = host(1), v6 = { .family = 6, .addr = { 0x20, 1, 0xd, 0xb8 } },
			none = { .port = 1 };
	struct event ev[] = { failure("10.0.0.1", 404), failure("2001:db8::", 503), failure("10.0.0.7", 0),
		failure("-", 500),
		failure("no address at all, and longer than any name that a peer can ever have", 1) };
	struct peer_stat top[8];

	(void)state;
	b.port = 5080;
	tally_message(t, &m, SEEN_NEW, &a);
	tally_message(t, &m, SEEN_NEW, &b);
	tally_message(t, &m, SEEN_NEW, &v6);
	tally_message(t, &m, SEEN_NEW, &none);
	for (unsigned i = 0; i < 10; i++)
		tally_event(t, &ev[i % 5]);
	assert_int_equal(tally_top_peers(t, top, 8), 5);
	assert_string_equal(top[0].name, "10.0.0.1");
	assert_int_equal(top[0].responses[3], 2);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(top[i].events, 2);
	assert_string_equal(top[1].name, "-");
	assert_string_equal(top[2].name, "2001:db8::");
	/* Of silence nothing was counted before. */
	assert_string_equal(top[3].name, "10.0.0.7");
	assert_int_equal(top[3].codes[0].code, 0);
	assert_int_equal(top[3].codes[0].n, 2);
	assert_string_equal(top[4].name, "other");
	assert_int_equal(tally_event_silent(t), 2);
	tally_free(t);
}

static struct outcome
call(const struct endpoint *peer, int64_t t_s)
{
	return (struct outcome){ .kind = OUTCOME_OK,
		.method = METHOD_INVITE,
		.code = 200,
		.whole = true,
		.leg = true,
		.t_ns = t_s * NS_PER_S,
		.pdd_ms = 100,
		.srd_ms = 100,
		.rrd_ms = -1,
		.peer = peer };
}

/* The counts of a peer, since the start or in a window; zeros when it has none. */
static struct kpi_counts
counts_of(const struct tally *t, const char *name, int64_t now_s, unsigned window_s)
{
	static struct kpi_counts room[KPI_PEERS + 1];
	static struct kpi_peer k[KPI_PEERS + 1];
	size_t n = tally_kpi_peers(t, now_s * NS_PER_S, window_s, k, room, KPI_PEERS + 1);

	for (size_t i = 0; i < n; i++)
		if (strcmp(k[i].name, name) == 0)
			return *k[i].counts;
	return (struct kpi_counts){ .n = { 0 } };
}

static void
request(struct tally *t, const struct endpoint *peer, enum seen seen)
{
	struct sipmsg m = { .kind = SIP_REQUEST, .method = METHOD_INVITE };

	tally_message(t, &m, seen, peer);
}

/* A named set of addresses is one peer, under its name, with its role. */
static void
test_names(void **state)
{
	struct peers *names = peers_new();
	struct tally *t;
	struct sipmsg m = { .kind = SIP_RESPONSE, .method = METHOD_INVITE, .code = 404 };
	struct endpoint a = host(1), b = host(2), c = host(0x010000), d = host(0x080001), e = host(0x080002);
	struct event ev[] = { failure("carrier-a", 404), failure("quiet", 0), failure("10.1.0.0", 404) };
	struct outcome o = call(&b, 5);
	struct peer_stat top[8];
	struct kpi_peer k[2];
	struct kpi_counts room[2];

	(void)state;
	assert_int_equal(peers_add(names, slice_str("carrier-a"), PEER_ROLE_TRUNK, slice_str("10.0.0.0/24"), NULL), 0);
	assert_int_equal(peers_add(names, slice_str("quiet"), PEER_ROLE_PHONES, slice_str("10.9.0.0/24"), NULL), 0);
	assert_int_equal(peers_add(names, slice_str("quiet-too"), PEER_ROLE_PBX, slice_str("10.8.0.0/24"), NULL), 0);
	t = tally_new(7, names);
	tally_message(t, &m, SEEN_NEW, &a);
	tally_message(t, &m, SEEN_NEW, &b);
	tally_message(t, &m, SEEN_NEW, &c);
	ev[2].role = PEER_ROLE_PBX;
	for (unsigned i = 0; i < 3; i++)
		tally_event(t, &ev[i]);
	/* Asked for before there was such a peer, by another of its addresses. */
	request(t, &d, SEEN_NEW);
	o.peer = &e;
	tally_outcome(t, &o);
	request(t, &d, SEEN_NEW);
	o.peer = &b;
	tally_outcome(t, &o);
	assert_int_equal(counts_of(t, "quiet-too", 0, 0).n[KPI_REQUESTS], 1);
	assert_int_equal(tally_top_peers(t, top, 3), 3);
	assert_string_equal(top[0].name, "carrier-a");
	assert_int_equal(top[0].role, PEER_ROLE_TRUNK);
	assert_int_equal(top[0].responses[3], 2);
	assert_int_equal(top[0].events, 1);
	assert_string_equal(top[1].name, "10.1.0.0");
	assert_int_equal(top[1].role, PEER_ROLE_PBX);
	assert_string_equal(top[2].name, "quiet");
	assert_int_equal(top[2].role, PEER_ROLE_PHONES);
	assert_int_equal(top[2].events, 1);
	assert_int_equal(tally_kpi_peers(t, 0, 0, k, room, 2), 2);
	assert_string_equal(k[0].name, "carrier-a");
	assert_int_equal(k[0].role, PEER_ROLE_TRUNK);
	assert_int_equal(k[0].counts->n[KPI_ANSWERED], 1);
	tally_free(t);
	peers_free(names);
}

/* Who is told: the whole goes to the total, the leg to the peer; in a call neither, and no scanner gets a row. */
static void
test_whole_and_leg(void **state)
{
	struct tally *t = tally_new(7, NULL);
	struct endpoint a = host(1), b = host(2), c = host(3);
	struct outcome o[5];
	struct kpi_counts counts;
	struct kpi_peer k[4];
	struct kpi_counts room[4];

	(void)state;
	for (unsigned i = 0; i < 5; i++)
		o[i] = call(i == 0 ? &a : &b, 10);
	o[0].whole = false;
	o[0].kind = OUTCOME_FAILED;
	o[0].code = 503;
	o[2].in_call = true;
	o[3].method = METHOD_OPTIONS;
	o[4].peer = &c;
	o[4].method = METHOD_REGISTER;
	o[4].kind = OUTCOME_CHALLENGED;
	for (unsigned i = 0; i < 5; i++)
		tally_outcome(t, &o[i]);
	assert_int_equal(tally_kpi(t)->n[KPI_BIDS], 1);
	assert_int_equal(tally_kpi(t)->n[KPI_ANSWERED], 1);
	assert_int_equal(tally_total(t)->outcomes[METHOD_INVITE][OUTCOME_OK], 1);
	assert_int_equal(tally_total(t)->outcomes[METHOD_INVITE][OUTCOME_FAILED], 0);
	assert_int_equal(tally_total(t)->outcomes[METHOD_OPTIONS][OUTCOME_OK], 1);
	assert_int_equal(tally_total(t)->outcomes[METHOD_REGISTER][OUTCOME_CHALLENGED], 1);
	assert_int_equal(tally_kpi_peers(t, 0, 0, k, room, 4), 2);
	counts = counts_of(t, "10.0.0.1", 10, 60);
	assert_int_equal(counts.n[KPI_INEFFECTIVE], 1);
	counts = counts_of(t, "10.0.0.2", 10, 60);
	assert_int_equal(counts.n[KPI_BIDS], 1);
	o[1].undo = true;
	tally_outcome(t, &o[1]);
	assert_int_equal(tally_kpi(t)->n[KPI_BIDS], 0);
	assert_int_equal(tally_total(t)->outcomes[METHOD_INVITE][OUTCOME_OK], 0);
	counts = counts_of(t, "10.0.0.2", 10, 60);
	assert_true(kpi_is_zero(&counts));
	tally_free(t);
}

/* Requests count in time, and of a peer from its first outcome on; copies do not. */
static void
test_requests(void **state)
{
	struct tally *t = tally_new(7, NULL);
	struct endpoint a = host(1), b = host(2);
	struct outcome o = call(&a, 1000);
	struct kpi_counts counts;

	(void)state;
	request(t, &a, SEEN_NEW);
	tally_time(t, 900 * NS_PER_S);
	tally_kpi_window(t, 900 * NS_PER_S, 60, &counts);
	assert_int_equal(counts.n[KPI_REQUESTS], 1);
	tally_outcome(t, &o);
	tally_time(t, 1000 * NS_PER_S);
	request(t, &a, SEEN_RETRANSMISSION);
	request(t, &a, SEEN_COPY);
	request(t, &b, SEEN_NEW);
	request(t, NULL, SEEN_NEW);
	tally_time(t, 1300 * NS_PER_S);
	request(t, &a, SEEN_NEW);
	assert_int_equal(tally_kpi(t)->n[KPI_REQUESTS], 5);
	assert_int_equal(tally_kpi(t)->n[KPI_RETRANSMITS], 1);
	tally_kpi_window(t, 1300 * NS_PER_S, 60, &counts);
	assert_int_equal(counts.n[KPI_REQUESTS], 1);
	tally_kpi_window(t, 1300 * NS_PER_S, 310, &counts);
	assert_int_equal(counts.n[KPI_REQUESTS], 4);
	counts = counts_of(t, "10.0.0.1", 1300, 0);
	assert_int_equal(counts.n[KPI_REQUESTS], 2);
	assert_int_equal(counts.n[KPI_RETRANSMITS], 1);
	counts = counts_of(t, "10.0.0.1", 1300, 60);
	assert_int_equal(counts.n[KPI_REQUESTS], 1);
	counts = counts_of(t, "10.0.0.2", 1300, 0);
	assert_true(kpi_is_zero(&counts));
	tally_free(t);
}

static void
test_completed(void **state)
{
	struct tally *t = tally_new(7, NULL);
	struct endpoint a = host(1), b = host(2);
	struct outcome o = call(&a, 10);
	struct kpi_figures f;
	struct kpi_counts counts;

	(void)state;
	tally_outcome(t, &o);
	tally_completed(t, &a, 20 * NS_PER_S);
	tally_completed(t, &b, 20 * NS_PER_S);
	tally_completed(t, NULL, 20 * NS_PER_S);
	assert_int_equal(tally_kpi(t)->n[KPI_COMPLETED], 3);
	counts = counts_of(t, "10.0.0.1", 20, 60);
	assert_int_equal(counts.n[KPI_COMPLETED], 1);
	counts = counts_of(t, "other", 20, 60);
	assert_int_equal(counts.n[KPI_COMPLETED], 2);
	/* Calls that began before the window and ended in it. */
	kpi_figures(tally_kpi(t), &f);
	assert_true(f.scr <= 100.0);
	tally_free(t);
}

/* The table of KPI peers is full: nothing is lost, quiet ones give way, and so does any stranger to a named peer. */
static void
test_kpi_peers_full(void **state)
{
	static struct kpi_counts room[KPI_PEERS + 2];
	static struct kpi_peer k[KPI_PEERS + 2];
	struct peers *names = peers_new();
	struct tally *t;
	struct endpoint e;
	struct outcome o = call(&e, 1000);
	struct kpi_counts counts;
	const struct kpi_peer *moved;
	int64_t bids = 0;
	size_t n;

	(void)state;
	assert_int_equal(peers_add(names, slice_str("trunk"), PEER_ROLE_TRUNK, slice_str("10.9.0.0/24"), NULL), 0);
	t = tally_new(7, names);
	for (unsigned i = 0; i < 300; i++) {
		e = host(i);
		o.t_ns = (int64_t)(1000 + i) * NS_PER_S;
		tally_outcome(t, &o);
	}
	assert_int_equal(tally_kpi_peers(t, 0, 0, k, room, KPI_PEERS + 2), KPI_PEERS + 1);
	assert_string_equal(k[0].name, "other");
	assert_int_equal(k[0].counts->n[KPI_BIDS], 300 - KPI_PEERS);
	/* 10.0.0.0 was quiet for just 15 minutes, and then for longer. */
	e = host(1000);
	o.t_ns = 1900 * NS_PER_S;
	tally_outcome(t, &o);
	counts = counts_of(t, "10.0.3.232", 1900, 0);
	assert_true(kpi_is_zero(&counts));
	o.t_ns++;
	tally_outcome(t, &o);
	counts = counts_of(t, "10.0.3.232", 1900, 0);
	assert_int_equal(counts.n[KPI_BIDS], 1);
	counts = counts_of(t, "10.0.0.0", 1900, 0);
	assert_true(kpi_is_zero(&counts));
	counts = counts_of(t, "10.0.0.1", 1900, 0);
	assert_int_equal(counts.n[KPI_BIDS], 1);
	/* A named peer does not wait. */
	e = host(0x090000);
	tally_outcome(t, &o);
	counts = counts_of(t, "trunk", 1900, 60);
	assert_int_equal(counts.n[KPI_BIDS], 1);
	counts = counts_of(t, "10.0.0.1", 1900, 0);
	assert_true(kpi_is_zero(&counts));
	/* The one that gave way comes again. */
	e = host(0);
	o.t_ns = 9000 * NS_PER_S;
	tally_outcome(t, &o);
	counts = counts_of(t, "10.0.0.0", 9000, 0);
	assert_int_equal(counts.n[KPI_BIDS], 1);
	n = tally_kpi_peers(t, 0, 0, k, room, KPI_PEERS + 2);
	for (size_t i = 0; i < n; i++)
		bids += k[i].counts->n[KPI_BIDS];
	assert_int_equal(bids, tally_kpi(t)->n[KPI_BIDS]);
	/* Few places: the most, in order. */
	assert_int_equal(tally_kpi_peers(t, 0, 0, k, room, 3), 3);
	assert_string_equal(k[0].name, "other");
	assert_string_equal(k[1].name, "10.0.0.0");
	assert_string_equal(k[2].name, "10.0.0.10");
	assert_int_equal(tally_kpi_peers(t, 0, 0, k, room, 0), 0);
	/* Nor of the increments. */
	moved = tally_delta_kpi_peers(t, &n);
	assert_int_equal(n, KPI_PEERS + 1);
	for (size_t i = 0; i < n; i++)
		bids -= moved[i].counts->n[KPI_BIDS];
	assert_int_equal(bids, 0);
	tally_free(t);
	peers_free(names);
}

/* What other counted of a window moves with the peer that gave way. */
static void
test_fold_keeps_the_window(void **state)
{
	struct tally *t = tally_new(7, NULL);
	struct endpoint e = host(0);
	struct outcome o = call(&e, 1000);
	struct kpi_counts counts;

	(void)state;
	tally_outcome(t, &o);
	tally_time(t, 1890 * NS_PER_S);
	request(t, &e, SEEN_NEW);
	for (unsigned i = 1; i <= KPI_PEERS; i++) {
		e = host(i);
		o.t_ns = 1905 * NS_PER_S;
		tally_outcome(t, &o);
	}
	counts = counts_of(t, "other", 1905, 60);
	assert_int_equal(counts.n[KPI_REQUESTS], 1);
	assert_int_equal(counts.n[KPI_BIDS], 0);
	counts = counts_of(t, "other", 1905, 0);
	assert_int_equal(counts.n[KPI_BIDS], 1);
	tally_free(t);
}

/* Each update moves one failure or takes it away; what was never counted is not taken. */
static void
test_update(void **state)
{
	struct tally *t = tally_new(7, NULL);
	struct event_update none = { .old_code = 404 }, move = { .old_code = 503, .code = 500 },
			    same = { .old_code = 500, .code = 500 }, back = { .old_code = 500, .recovered = true },
			    silence = { .old_code = 0, .code = 408 }, strange = { .old_code = 486, .recovered = true };
	const uint64_t *codes = tally_event_codes(t);
	struct peer_stat top[2];

	(void)state;
	fail_host(t, 1, 404);
	fail_host(t, 1, 503);
	fail_host(t, 1, 503);
	tally_update(t, &none);
	assert_int_equal(codes[404 - SIP_CODE_MIN], 1);
	tally_update(t, &move);
	tally_update(t, &same);
	assert_int_equal(codes[503 - SIP_CODE_MIN], 1);
	assert_int_equal(codes[500 - SIP_CODE_MIN], 1);
	tally_update(t, &back);
	assert_int_equal(codes[500 - SIP_CODE_MIN], 0);
	assert_int_equal(tally_total(t)->recovered, 1);
	tally_update(t, &silence);
	assert_int_equal(codes[408 - SIP_CODE_MIN], 0);
	tally_event(t, &(struct event){ .code = 0 });
	tally_update(t, &silence);
	assert_int_equal(tally_event_silent(t), 0);
	assert_int_equal(codes[408 - SIP_CODE_MIN], 1);
	tally_update(t, &strange);
	assert_int_equal(codes[486 - SIP_CODE_MIN], 0);
	assert_int_equal(tally_total(t)->events, 4);
	assert_int_equal(tally_total(t)->recovered, 2);
	assert_int_equal(tally_delta(t)->recovered, 2);
	assert_int_equal(tally_top_peers(t, top, 2), 2);
	assert_int_equal(top[0].events, 3);
	tally_free(t);
}

/* Whatever allocation fails, nothing is lost: a peer without memory counts as other. */
static void
test_memory_short(void **state)
{
	struct peer_stat top[8];
	struct kpi_peer k[8];
	struct kpi_counts room[8];
	long calls = LONG_MAX;
	long at;

	(void)state;
	for (at = 1; at <= calls; at++) {
		struct tally *t;
		uint64_t events = 0;
		int64_t bids = 0;

		mem_fail_at(at);
		t = tally_new(3, NULL);
		for (unsigned i = 0; t != NULL && i < 5; i++) {
			struct endpoint e = host(i);
			struct outcome o = call(&e, i);

			fail_host(t, i, 404);
			tally_outcome(t, &o);
		}
		/* A run that got all it asked for says how many there are. */
		calls = mem_calls() < at ? mem_calls() : LONG_MAX;
		mem_fail_at(0);
		if (t == NULL)
			continue;
		for (size_t i = 0, n = tally_top_peers(t, top, 8); i < n; i++)
			events += top[i].events;
		assert_int_equal(events, 5);
		for (size_t i = 0, n = tally_kpi_peers(t, 5 * NS_PER_S, 60, k, room, 8); i < n; i++)
			bids += k[i].counts->n[KPI_BIDS];
		assert_int_equal(bids, 5);
		tally_free(t);
	}
	assert_true(at > 20);
}

/* What a log has: a code without a method, a peer without an address; both find their own event again. */
static void
test_log(void **state)
{
	struct tally *t = tally_new(3, NULL);
	struct sipmsg s = { .kind = SIP_RESPONSE, .code = 503, .method = METHOD_NONE };
	struct endpoint nobody = { .family = 0 };
	struct outcome o = { .kind = OUTCOME_FAILED,
		.method = METHOD_NONE,
		.code = 503,
		.whole = true,
		.leg = true,
		.lone = true,
		.peer = &nobody };
	struct event ev = { .code = 503, .statement = true, .peer = slice_str("-") };
	struct peer_stat row[2];

	(void)state;
	if (t == NULL)
		return;
	tally_message(t, &s, SEEN_NEW, &nobody);
	tally_attempt(t, METHOD_NONE);
	tally_outcome(t, &o);
	tally_event(t, &ev);
	assert_int_equal(tally_total(t)->responses[METHOD_NONE][503 - SIP_CODE_MIN], 1);
	assert_int_equal(tally_total(t)->attempts[METHOD_NONE], 1);
	assert_int_equal(tally_total(t)->outcomes[METHOD_NONE][OUTCOME_FAILED], 1);
	assert_int_equal(tally_event_codes(t)[503 - SIP_CODE_MIN], 1);
	assert_true(kpi_is_zero(tally_kpi(t)));
	assert_int_equal(tally_top_peers(t, row, 2), 1);
	assert_string_equal(row[0].name, "-");
	assert_int_equal(row[0].events, 1);
	assert_int_equal(row[0].responses[4], 1);
	tally_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_deltas_add_up),
		cmocka_unit_test(test_first_delta_has_all),
		cmocka_unit_test(test_taken_delta_is_empty),
		cmocka_unit_test(test_code_moves),
		cmocka_unit_test(test_code_moves_without_room),
		cmocka_unit_test(test_peers_beyond_the_table_are_other),
		cmocka_unit_test(test_peer_is_an_address),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_whole_and_leg),
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_completed),
		cmocka_unit_test(test_kpi_peers_full),
		cmocka_unit_test(test_fold_keeps_the_window),
		cmocka_unit_test(test_update),
		cmocka_unit_test(test_log),
		cmocka_unit_test(test_memory_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
