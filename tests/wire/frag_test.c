/*
 * frag_test - reassembly (RFC 791, RFC 8200 4.5, RFC 5722): any order, overlaps, limits, age, and what it costs.
 */
#include "build.h"

#include "sipwhy/mem.h"
#include "wire/frag.h"

#define MESSAGE                                                                                                        \
	"SIP/2.0 404 Not Found\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nCall-ID: a\r\nCSeq: 1 INVITE\r\nl: 0\r\n\r\n"

enum { MESSAGE_N = sizeof(MESSAGE) - 1, DATAGRAM_N = 8 + MESSAGE_N };

/* The UDP datagram that the fragments are cut from. */
static void
frag_datagram(struct build *d)
{
	d->n = 0;
	build_udp(d, MESSAGE, MESSAGE_N);
	assert_int_equal(d->n, DATAGRAM_N);
}

static void
frag_cut(struct build *f, bool v6, uint32_t id, unsigned from, unsigned to)
{
	struct build d;

	frag_datagram(&d);
	to = to < d.n ? to : (unsigned)d.n;
	f->n = 0;
	if (v6) {
		build_ip6(f, 44, 8 + to - from);
		build_ip6_fragment(f, 17, from, to < d.n, id);
	} else {
		build_ip4(f, (struct build_ip){ .proto = 17, .id = id, .off = from, .more = to < d.n }, to - from);
	}
	build_add(f, d.b + from, to - from);
}

static enum wire_verdict
frag_send(struct wire *w, bool v6, uint32_t id, unsigned from, unsigned to, int64_t t_ms, struct build_log *log)
{
	static struct build f;

	frag_cut(&f, v6, id, from, to);
	return build_push(w, &f, t_ms, log);
}

static struct wire *
frag_wire(struct wire_cfg cfg)
{
	struct wire *w = wire_new(&cfg);

	assert_non_null(w);
	return w;
}

static void
frag_expect(
    struct wire *w, struct build_log *log, unsigned messages, uint64_t sip, enum wire_drop why, uint64_t dropped)
{
	build_finish(w, log);
	assert_int_equal(log->messages, messages);
	assert_int_equal(wire_stats(w)->verdict[WIRE_SIP], sip);
	assert_int_equal(wire_stats(w)->drop[why], dropped);
	assert_int_equal(wire_stats(w)->verdict[WIRE_DROPPED], dropped);
	wire_free(w);
}

/* Five fragments in all 120 orders, each order twice interleaved with another datagram. */
static void
test_all_orders(void **state)
{
	(void)state;
	for (unsigned p = 0; p < 240; p++) {
		unsigned order[5] = { 0, 1, 2, 3, 4 }, code = p / 2;
		struct build_log log = { .messages = 0 };
		struct wire *w = frag_wire((struct wire_cfg){ 0 });
		bool v6 = p & 1;

		for (unsigned i = 4; i > 0; i--) {
			unsigned j = code % (i + 1), t = order[i];

			code /= i + 1;
			order[i] = order[j];
			order[j] = t;
		}
		for (unsigned i = 0; i < 5; i++) {
			unsigned from = order[i] * 24, to = order[i] == 4 ? DATAGRAM_N : from + 24;

			assert_int_equal(frag_send(w, v6, 1, from, to, 0, &log), i < 4 ? WIRE_HELD : WIRE_SIP);
			assert_int_equal(frag_send(w, v6, 2, from, to, 0, &log), i < 4 ? WIRE_HELD : WIRE_SIP);
		}
		assert_string_equal(log.text, "SIP/2.0 404 Not Found=95;SIP/2.0 404 Not Found=95;");
		frag_expect(w, &log, 2, 10, WIRE_DROP_FRAG_INCOMPLETE, 0);
	}
}

/* A hole is a hole even when duplicates bring the sum of lengths to the total. */
static void
test_duplicates_do_not_fill_holes(void **state)
{
	(void)state;
	for (int v6 = 0; v6 < 2; v6++) {
		struct build_log log = { .messages = 0 };
		struct wire *w = frag_wire((struct wire_cfg){ 0 });

		frag_send(w, v6, 1, 0, 24, 0, &log);
		for (int i = 0; i < 10; i++)
			assert_int_equal(frag_send(w, v6, 1, 48, 112, 0, &log), WIRE_HELD);
		assert_int_equal(frag_send(w, v6, 1, 24, 48, 0, &log), WIRE_SIP);
		frag_expect(w, &log, 1, 12, WIRE_DROP_FRAG_INCOMPLETE, 0);
	}
}

static void
test_v4_first_copy_wins(void **state)
{
	static struct build f;
	struct build_log log = { .messages = 0 };
	struct wire *w = frag_wire((struct wire_cfg){ 0 });

	(void)state;
	frag_send(w, false, 1, 8, 48, 0, &log);
	/* Tells another story about bytes 16..64: only 48..64 of it is news. */
	frag_cut(&f, false, 1, 16, 64);
	memset(f.b + 20, 'X', 32);
	assert_int_equal(build_push(w, &f, 0, &log), WIRE_HELD);
	frag_send(w, false, 1, 64, 112, 0, &log);
	frag_cut(&f, false, 1, 0, 16);
	memset(f.b + 20 + 8, 'Y', 8);
	assert_int_equal(build_push(w, &f, 0, &log), WIRE_SIP);
	assert_string_equal(log.text, "SIP/2.0 404 Not Found=95;");
	frag_expect(w, &log, 1, 4, WIRE_DROP_FRAG_OVERLAP, 0);
}

/* RFC 5722: the datagram is gone, with what is still to come of it. */
static void
test_v6_overlap_spoils(void **state)
{
	struct build_log log = { .messages = 0 };
	struct wire *w = frag_wire((struct wire_cfg){ 0 });

	(void)state;
	assert_int_equal(frag_send(w, true, 1, 0, 48, 0, &log), WIRE_HELD);
	assert_int_equal(frag_send(w, true, 1, 40, 64, 0, &log), WIRE_DROPPED);
	assert_int_equal(frag_send(w, true, 1, 48, 112, 0, &log), WIRE_DROPPED);
	assert_int_equal(frag_send(w, true, 1, 0, 48, 0, &log), WIRE_DROPPED);
	frag_expect(w, &log, 0, 0, WIRE_DROP_FRAG_OVERLAP, 4);
}

/* Same place, same length, other bytes is an overlap too. */
static void
test_v6_copy_must_be_exact(void **state)
{
	static struct build f;
	struct build_log log = { .messages = 0 };
	struct wire *w = frag_wire((struct wire_cfg){ 0 });

	(void)state;
	assert_int_equal(frag_send(w, true, 1, 0, 48, 0, &log), WIRE_HELD);
	assert_int_equal(frag_send(w, true, 1, 0, 48, 0, &log), WIRE_HELD);
	frag_cut(&f, true, 1, 0, 48);
	f.b[f.n - 1] ^= 1;
	assert_int_equal(build_push(w, &f, 0, &log), WIRE_DROPPED);
	frag_expect(w, &log, 0, 0, WIRE_DROP_FRAG_OVERLAP, 3);
}

/* Two ends, or bytes behind the end: the fragment is refused; over IPv4 the datagram lives on. */
static void
test_ends_that_disagree(void **state)
{
	static struct build f;
	struct build_log log = { .messages = 0 };
	struct wire *w = frag_wire((struct wire_cfg){ 0 });

	(void)state;
	frag_send(w, false, 1, 64, 112, 0, &log);
	f.n = 0;
	build_ip4(&f, (struct build_ip){ .proto = 17, .id = 1, .off = 160 }, 8);
	build_zero(&f, 8);
	assert_int_equal(build_push(w, &f, 0, &log), WIRE_DROPPED);
	f.n = 0;
	build_ip4(&f, (struct build_ip){ .proto = 17, .id = 1, .off = 160, .more = 1 }, 8);
	build_zero(&f, 8);
	assert_int_equal(build_push(w, &f, 0, &log), WIRE_DROPPED);
	assert_int_equal(frag_send(w, false, 1, 0, 64, 0, &log), WIRE_SIP);
	frag_expect(w, &log, 1, 2, WIRE_DROP_FRAG_OVERLAP, 2);
}

/* A first fragment must not join a last one that comes two minutes later under the same id. */
static void
test_stale(void **state)
{
	(void)state;
	for (int v6 = 0; v6 < 2; v6++) {
		struct build_log log = { .messages = 0 };
		struct wire *w = frag_wire((struct wire_cfg){ 0 });

		frag_send(w, v6, 1, 0, 64, 0, &log);
		assert_int_equal(frag_send(w, v6, 1, 64, 112, 120000, &log), WIRE_HELD);
		assert_int_equal(wire_stats(w)->drop[WIRE_DROP_FRAG_INCOMPLETE], 1);
		assert_int_equal(frag_send(w, v6, 1, 0, 64, 149000, &log), WIRE_SIP);
		frag_expect(w, &log, 1, 2, WIRE_DROP_FRAG_INCOMPLETE, 1);
	}
}

/* Many go stale at once, and are given up a few at a time: none of the rest may be joined meanwhile. */
static void
test_stale_crowd(void **state)
{
	struct build_log log = { .messages = 0 };
	struct wire *w = frag_wire((struct wire_cfg){ 0 });

	(void)state;
	for (uint32_t i = 0; i < 100; i++)
		frag_send(w, false, i, 0, 64, 0, &log);
	assert_int_equal(frag_send(w, false, 99, 64, 112, 120000, &log), WIRE_HELD);
	frag_expect(w, &log, 0, 0, WIRE_DROP_FRAG_INCOMPLETE, 101);
}

/* RFC 8200 4.5: only the first fragment tells what the datagram holds. */
static void
test_v6_next_header_of_the_first(void **state)
{
	static struct build f;
	struct build_log log = { .messages = 0 };
	struct wire *w = frag_wire((struct wire_cfg){ 0 });

	(void)state;
	frag_send(w, true, 1, 0, 64, 0, &log);
	frag_cut(&f, true, 1, 64, 112);
	f.b[40] = 6;
	assert_int_equal(build_push(w, &f, 0, &log), WIRE_SIP);
	frag_expect(w, &log, 1, 2, WIRE_DROP_FRAG_INCOMPLETE, 0);
}

/* The stamps of a merged file alternate: that is no passing of time. */
static void
test_time_that_alternates(void **state)
{
	struct build_log log = { .messages = 0 };
	struct wire *w = frag_wire((struct wire_cfg){ 0 });

	(void)state;
	frag_send(w, false, 1, 0, 64, 100000, &log);
	for (int i = 0; i < 100; i++)
		frag_send(w, false, 2, 0, 64, i & 1 ? 90000 : 100000, &log);
	assert_int_equal(frag_send(w, false, 1, 64, 112, 90000, &log), WIRE_SIP);
	build_finish(w, &log);
	wire_free(w);
}

/* Copies from two interfaces, or under two tags, are two datagrams. */
static void
test_copies_stay_apart(void **state)
{
	static struct build f;
	struct build_log log = { .messages = 0 };
	struct wire *w = frag_wire((struct wire_cfg){ 0 });

	(void)state;
	for (unsigned part = 0; part < 2; part++) {
		frag_cut(&f, false, 1, part * 64, part ? 112 : 64);
		for (uint32_t i = 1; i <= 3; i++) {
			struct frame fr = { .data = f.b,
				.caplen = (uint32_t)f.n,
				.origlen = (uint32_t)f.n,
				.link = LINK_RAW,
				.ifindex = i };

			wire_push(w, &fr);
			build_take(w, &log);
		}
	}
	frag_expect(w, &log, 3, 6, WIRE_DROP_FRAG_INCOMPLETE, 0);
}

/* An atomic fragment (RFC 6946) is a datagram of its own, whatever waits under its id. */
static void
test_v6_atomic(void **state)
{
	static struct build f;
	struct build_log log = { .messages = 0 };
	struct wire *w = frag_wire((struct wire_cfg){ 0 });

	(void)state;
	frag_send(w, true, 7, 0, 64, 0, &log);
	f.n = 0;
	build_ip6(&f, 44, 8 + DATAGRAM_N);
	build_ip6_fragment(&f, 17, 0, 0, 7);
	build_udp(&f, MESSAGE, MESSAGE_N);
	assert_int_equal(build_push(w, &f, 0, &log), WIRE_SIP);
	assert_int_equal(frag_send(w, true, 7, 64, 112, 0, &log), WIRE_SIP);
	frag_expect(w, &log, 2, 3, WIRE_DROP_FRAG_INCOMPLETE, 0);
}

/* Options that stand in the fragmented part are walked after reassembly. */
static void
test_v6_headers_in_the_fragments(void **state)
{
	static struct build whole, f;
	struct build_log log = { .messages = 0 };
	struct wire *w = frag_wire((struct wire_cfg){ 0 });

	(void)state;
	whole.n = 0;
	build_u8(&whole, 17);
	build_zero(&whole, 7);
	build_udp(&whole, MESSAGE, MESSAGE_N);
	for (unsigned from = 0; from < whole.n; from += 40) {
		unsigned n = whole.n - from < 40 ? (unsigned)whole.n - from : 40;

		f.n = 0;
		build_ip6(&f, 44, 8 + n);
		build_ip6_fragment(&f, 60, from, from + n < whole.n, 3);
		build_add(&f, whole.b + from, n);
		build_push(w, &f, 0, &log);
	}
	frag_expect(w, &log, 1, 3, WIRE_DROP_FRAG_INCOMPLETE, 0);
}

/* A fragment that the snapshot cut can never complete anything. */
static void
test_truncated_fragment(void **state)
{
	static struct build f;
	struct build_log log = { .messages = 0 };
	struct wire *w = frag_wire((struct wire_cfg){ 0 });

	(void)state;
	frag_cut(&f, false, 1, 0, 64);
	for (size_t n = 0; n < f.n; n++)
		assert_int_equal(build_push_cut(w, f.b, n, f.n - n, 0, &log), WIRE_DROPPED);
	frag_expect(w, &log, 0, 0, WIRE_DROP_TRUNCATED, f.n);
}

/* Orphans only push out orphans: memory stays at the limit, all are counted, a good datagram comes through. */
static void
test_flood(void **state)
{
	struct build_log log = { .messages = 0 };
	struct wire *w = frag_wire((struct wire_cfg){ .frag_datagrams = 100 });
	uint64_t n = 5000;

	(void)state;
	for (uint32_t i = 0; i < n; i++)
		frag_send(w, false, i, 0, 64, 0, &log);
	assert_int_equal(wire_stats(w)->drop[WIRE_DROP_FRAG_LIMIT], n - 100);
	frag_send(w, false, 60000, 0, 64, 0, &log);
	assert_int_equal(frag_send(w, false, 60000, 64, 112, 0, &log), WIRE_SIP);
	build_finish(w, &log);
	assert_int_equal(log.messages, 1);
	assert_int_equal(wire_stats(w)->drop[WIRE_DROP_FRAG_LIMIT], n - 99);
	assert_int_equal(wire_stats(w)->drop[WIRE_DROP_FRAG_INCOMPLETE], 99);
	wire_free(w);
}

static void
test_byte_limit(void **state)
{
	struct build_log log = { .messages = 0 };
	struct wire *w = frag_wire((struct wire_cfg){ .frag_bytes = 1000 });

	(void)state;
	for (uint32_t i = 0; i < 100; i++) {
		frag_send(w, false, i, 0, 64, 0, &log);
		assert_true(wire_bytes(w) <= 1000);
	}
	assert_true(wire_stats(w)->drop[WIRE_DROP_FRAG_LIMIT] > 80);
	assert_int_equal(frag_send(w, false, 99, 64, 112, 0, &log), WIRE_SIP);
	build_finish(w, &log);
	wire_free(w);
}

static void
test_piece_limit(void **state)
{
	static struct build f;
	struct build_log log = { .messages = 0 };
	struct wire *w = frag_wire((struct wire_cfg){ 0 });

	(void)state;
	for (unsigned i = 0; i < 70; i++) {
		f.n = 0;
		build_ip4(&f, (struct build_ip){ .proto = 17, .id = 1, .off = i * 16, .more = 1 }, 8);
		build_zero(&f, 8);
		assert_int_equal(build_push(w, &f, 0, &log), i < 64 ? WIRE_HELD : WIRE_DROPPED);
	}
	frag_expect(w, &log, 0, 0, WIRE_DROP_FRAG_LIMIT, 70);
}

/* Whichever allocation fails, all frames stay counted and nothing leaks. */
static void
test_short_memory(void **state)
{
	bool failed = true;

	(void)state;
	for (long n = 1; failed; n++) {
		struct build_log log = { .messages = 0 };
		struct wire *w;

		mem_fail_at(n);
		w = wire_new(NULL);
		for (int i = 0; w && i < 3; i++)
			frag_send(w, i & 1, 1, 0, 64, 0, &log);
		for (int i = 0; w && i < 2; i++)
			frag_send(w, i & 1, 1, 64, 112, 0, &log);
		failed = mem_calls() >= n;
		mem_fail_at(0);
		if (w)
			build_finish(w, &log);
		wire_free(w);
		assert_true(n < 100);
		if (!failed)
			assert_int_equal(log.messages, 2);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_orders),
		cmocka_unit_test(test_duplicates_do_not_fill_holes),
		cmocka_unit_test(test_v4_first_copy_wins),
		cmocka_unit_test(test_v6_overlap_spoils),
		cmocka_unit_test(test_v6_copy_must_be_exact),
		cmocka_unit_test(test_ends_that_disagree),
		cmocka_unit_test(test_stale),
		cmocka_unit_test(test_stale_crowd),
		cmocka_unit_test(test_v6_next_header_of_the_first),
		cmocka_unit_test(test_time_that_alternates),
		cmocka_unit_test(test_copies_stay_apart),
		cmocka_unit_test(test_v6_atomic),
		cmocka_unit_test(test_v6_headers_in_the_fragments),
		cmocka_unit_test(test_truncated_fragment),
		cmocka_unit_test(test_flood),
		cmocka_unit_test(test_byte_limit),
		cmocka_unit_test(test_piece_limit),
		cmocka_unit_test(test_short_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
