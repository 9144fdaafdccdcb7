/*
 * sctp_test - DATA and I-DATA chunks to messages: bundles, pieces in any order, retransmissions, and the limits.
 */
#include "build.h"

#include "sipwhy/mem.h"

#define TEXT "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/SCTP c\r\nl: 4\r\n\r\nbody"
#define LINE "OPTIONS sip:a@b SIP/2.0=58;"

enum { B = 2, E = 1, U = 4, DATA = 0, INIT = 1, IDATA = 64 };

struct sctp_at {
	unsigned type, flags, stream, mid, fsn;
	uint32_t tsn;
};

static void
sctp_begin(struct build *f, uint32_t tag)
{
	f->n = 0;
	build_u16(f, 5060);
	build_u16(f, 5070);
	build_u32(f, tag);
	build_u32(f, 0);
}

static void
sctp_chunk(struct build *f, struct sctp_at at, const void *p, size_t n)
{
	build_u8(f, at.type);
	build_u8(f, at.flags);
	build_u16(f, (unsigned)((at.type == IDATA ? 20 : 16) + n));
	build_u32(f, at.tsn);
	build_u16(f, at.stream);
	build_u16(f, 0);
	if (at.type == IDATA)
		build_u32(f, at.mid);
	/* In the first piece of I-DATA, and always in DATA, the protocol. */
	build_u32(f, at.type == IDATA && !(at.flags & B) ? at.fsn : 0);
	build_add(f, p, n);
	build_zero(f, (4 - n % 4) % 4);
}

static enum wire_verdict
sctp_push_at(struct wire *w, const struct build *p, int64_t t_ms, struct build_log *log)
{
	static struct build f;

	f.n = 0;
	build_ip4(&f, (struct build_ip){ .proto = 132 }, p->n);
	build_add(&f, p->b, p->n);
	return build_push(w, &f, t_ms, log);
}

/* One packet with one chunk. */
static enum wire_verdict
sctp_one(struct wire *w, struct sctp_at at, const void *p, size_t n, struct build_log *log)
{
	static struct build f;

	sctp_begin(&f, 77);
	sctp_chunk(&f, at, p, n);
	return sctp_push_at(w, &f, 0, log);
}

/* Piece i of TEXT in fives of 12 bytes. */
static enum wire_verdict
sctp_fifth(struct wire *w, unsigned type, unsigned i, struct build_log *log)
{
	struct sctp_at at = { type, (i == 0 ? B : 0) | (i == 4 ? E : 0), 3, 9, i, 0xfffffffe + i };

	return sctp_one(w, at, &TEXT[12 * i], i == 4 ? strlen(TEXT) - 48 : 12, log);
}

static void
test_whole_message_and_its_ends(void **state)
{
	static struct build f, p;
	struct wire *w = wire_new(NULL);
	struct frame fr = { .t_ns = 5, .data = f.b, .ifindex = 2, .link = LINK_RAW };
	struct message m;

	(void)state;
	sctp_begin(&p, 1);
	sctp_chunk(&p, (struct sctp_at){ .flags = B | E, .tsn = 1 }, TEXT, strlen(TEXT));
	build_ip4(&f, (struct build_ip){ .proto = 132 }, p.n);
	build_add(&f, p.b, p.n);
	fr.caplen = fr.origlen = (uint32_t)f.n;
	assert_int_equal(wire_push(w, &fr), WIRE_SIP);
	assert_int_equal(wire_next(w, &m), 1);
	assert_true(slice_eq(m.bytes, slice_str(TEXT)));
	assert_int_equal(m.transport, TRANSPORT_SCTP);
	assert_int_equal(m.src.port, 5060);
	assert_int_equal(m.dst.port, 5070);
	assert_int_equal(m.t_ns, 5);
	assert_int_equal(m.ifindex, 2);
	assert_false(m.cut || m.guessed);
	assert_int_equal(m.agent.n + m.correlation.n, 0);
	assert_int_equal(wire_next(w, &m), 0);
	wire_free(w);
}

static void
test_bundle(void **state)
{
	static struct build f;
	struct wire *w = wire_new(NULL);
	struct build_log log = { .messages = 0 };

	(void)state;
	sctp_begin(&f, 1);
	build_add(&f, "\3\0\0\20\0\0\0\0\0\0\0\0\0\0\0\0", 16);
	for (unsigned i = 0; i < 40; i++)
		sctp_chunk(
		    &f, (struct sctp_at){ .flags = B | E | (i & 1 ? U : 0), .tsn = i }, TEXT, strlen(TEXT) - i % 4);
	assert_int_equal(sctp_push_at(w, &f, 0, &log), WIRE_SIP);
	assert_int_equal(log.messages, 40);
	wire_free(w);
}

/* Five pieces in every order; the TSN wraps between them.  All five frames are of the message. */
static void
test_pieces_in_any_order(void **state)
{
	static const unsigned types[] = { DATA, IDATA };

	(void)state;
	for (uint32_t seed = 0; seed < 60; seed++) {
		unsigned order[] = { 0, 1, 2, 3, 4 };
		struct wire *w = wire_new(NULL);
		struct build_log log = { .messages = 0 };

		if (seed)
			build_shuffle(order, 5, seed);
		for (int i = 0; i < 5; i++) {
			assert_int_equal(log.messages, 0);
			assert_int_equal(sctp_fifth(w, types[seed % 2], order[i], &log), i == 4 ? WIRE_SIP : WIRE_HELD);
		}
		assert_string_equal(log.text, LINE);
		assert_int_equal(wire_stats(w)->verdict[WIRE_SIP], 5);
		build_finish(w, &log);
		wire_free(w);
	}
}

/* I-DATA of two messages mixed piece by piece; with DATA the same would be two torn messages. */
static void
test_interleaved_messages(void **state)
{
	struct wire *w = wire_new(NULL);
	struct build_log log = { .messages = 0 };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		for (unsigned mid = 0; mid < 2; mid++) {
			struct sctp_at at = { IDATA, (i == 0 ? B : 0) | (i == 2 ? E : 0), 1, mid, i,
				100 + 2 * i + mid };

			sctp_one(w, at, &TEXT[20 * i], i == 2 ? strlen(TEXT) - 40 - mid : 20, &log);
		}
	}
	assert_string_equal(log.text, "OPTIONS sip:a@b SIP/2.0=58;OPTIONS sip:a@b SIP/2.0=57;");
	build_finish(w, &log);
	wire_free(w);
}

static void
test_retransmissions_count_once(void **state)
{
	struct sctp_at at = { .flags = B | E };
	struct wire *w = wire_new(NULL);
	struct build_log log = { .messages = 0 };

	(void)state;
	for (int round = 0; round < 3; round++) {
		for (at.tsn = UINT32_MAX - 300; at.tsn != 300; at.tsn++)
			assert_int_equal(sctp_one(w, at, TEXT, strlen(TEXT), &log), WIRE_SIP);
	}
	assert_int_equal(log.messages, 601);
	/* Pieces too: the second copy of one that waits is nothing new. */
	for (unsigned i = 0; i < 4; i++) {
		sctp_one(w, (struct sctp_at){ .flags = i == 0 ? B : 0, .tsn = 400 + i }, &TEXT[i], 1, &log);
		sctp_one(w, (struct sctp_at){ .flags = i == 0 ? B : 0, .tsn = 400 + i }, &TEXT[i], 1, &log);
	}
	assert_int_equal(wire_stats(w)->verdict[WIRE_HELD], 4);
	sctp_one(w, (struct sctp_at){ .flags = E, .tsn = 404 }, &TEXT[4], strlen(TEXT) - 4, &log);
	assert_int_equal(log.messages, 602);
	build_finish(w, &log);
	wire_free(w);
}

/* A new tag, an INIT, and a TSN from nowhere: old numbers mean nothing then. */
static void
test_new_association_begins_anew(void **state)
{
	static struct build f;
	struct sctp_at at = { .flags = B | E, .tsn = 9 };
	struct wire *w = wire_new(NULL);
	struct build_log log = { .messages = 0 };

	(void)state;
	sctp_one(w, at, TEXT, strlen(TEXT), &log);
	sctp_begin(&f, 78);
	sctp_chunk(&f, at, TEXT, strlen(TEXT));
	sctp_push_at(w, &f, 0, &log);
	assert_int_equal(log.messages, 2);
	sctp_begin(&f, 0);
	sctp_chunk(&f, (struct sctp_at){ .type = INIT, .tsn = 78 }, "abcd", 4);
	assert_int_equal(sctp_push_at(w, &f, 0, &log), WIRE_NOT_SIP);
	sctp_begin(&f, 78);
	sctp_chunk(&f, at, TEXT, strlen(TEXT));
	sctp_push_at(w, &f, 0, &log);
	assert_int_equal(log.messages, 3);
	/* Bundled with others, which it may not be, it begins nothing. */
	sctp_begin(&f, 78);
	sctp_chunk(&f, (struct sctp_at){ .flags = B | E, .tsn = 10 }, "m3ua", 4);
	sctp_chunk(&f, (struct sctp_at){ .type = INIT, .tsn = 78 }, "abcd", 4);
	assert_int_equal(sctp_push_at(w, &f, 0, &log), WIRE_MALFORMED);
	sctp_begin(&f, 78);
	sctp_chunk(&f, at, TEXT, strlen(TEXT));
	sctp_push_at(w, &f, 0, &log);
	assert_int_equal(log.messages, 3);
	at.tsn = 0x40000000;
	sctp_begin(&f, 78);
	sctp_chunk(&f, at, TEXT, strlen(TEXT));
	sctp_push_at(w, &f, 0, &log);
	assert_int_equal(log.messages, 4);
	wire_free(w);
}

static void
test_not_sip(void **state)
{
	static struct build f;
	struct wire *w = wire_new(NULL);
	struct build_log log = { .messages = 0 };

	(void)state;
	assert_int_equal(sctp_one(w, (struct sctp_at){ .flags = B | E, .tsn = 1 }, "m3ua", 4, &log), WIRE_NOT_SIP);
	assert_int_equal(sctp_one(w, (struct sctp_at){ .flags = B | E, .tsn = 1 }, "m3ua", 4, &log), WIRE_NOT_SIP);
	assert_int_equal(sctp_one(w, (struct sctp_at){ .flags = B, .tsn = 2 }, "m3", 2, &log), WIRE_HELD);
	assert_int_equal(sctp_one(w, (struct sctp_at){ .flags = E, .tsn = 3 }, "ua", 2, &log), WIRE_NOT_SIP);
	sctp_begin(&f, 77);
	sctp_chunk(&f, (struct sctp_at){ .flags = B, .tsn = 4 }, "m3", 2);
	sctp_chunk(&f, (struct sctp_at){ .flags = E, .tsn = 5 }, "ua", 2);
	assert_int_equal(sctp_push_at(w, &f, 0, &log), WIRE_NOT_SIP);
	sctp_begin(&f, 77);
	assert_int_equal(sctp_push_at(w, &f, 0, &log), WIRE_NOT_SIP);
	build_u32(&f, 0x00030003);
	assert_int_equal(sctp_push_at(w, &f, 0, &log), WIRE_MALFORMED);
	f.n = 4;
	assert_int_equal(sctp_push_at(w, &f, 0, &log), WIRE_MALFORMED);
	assert_int_equal(wire_stats(w)->verdict[WIRE_NOT_SIP], 6);
	assert_int_equal(log.messages, 0);
	build_finish(w, &log);
	wire_free(w);
}

/* A bundle that ends one message and begins another is SIP at once; what it begins holds no frame. */
static void
test_end_and_begin_in_one_packet(void **state)
{
	static struct build f;
	struct wire *w = wire_new(NULL);
	struct build_log log = { .messages = 0 };

	(void)state;
	assert_int_equal(sctp_one(w, (struct sctp_at){ .flags = B, .tsn = 1 }, TEXT, 30, &log), WIRE_HELD);
	sctp_begin(&f, 77);
	sctp_chunk(&f, (struct sctp_at){ .flags = E, .tsn = 2 }, &TEXT[30], strlen(TEXT) - 30);
	sctp_chunk(&f, (struct sctp_at){ .flags = B, .tsn = 3 }, TEXT, 30);
	assert_int_equal(sctp_push_at(w, &f, 0, &log), WIRE_SIP);
	assert_int_equal(wire_stats(w)->verdict[WIRE_SIP], 2);
	assert_int_equal(
	    sctp_one(w, (struct sctp_at){ .flags = E, .tsn = 4 }, &TEXT[30], strlen(TEXT) - 30, &log), WIRE_SIP);
	assert_string_equal(log.text, LINE LINE);
	build_finish(w, &log);
	wire_free(w);
}

static void
test_every_truncation(void **state)
{
	static struct build f, p;

	(void)state;
	for (unsigned type = DATA; type <= IDATA; type += IDATA) {
		struct wire *w = wire_new(NULL);
		struct build_log log;

		sctp_begin(&p, 1);
		sctp_chunk(&p, (struct sctp_at){ .type = type, .flags = B, .tsn = 1, .mid = 1 }, TEXT, 10);
		sctp_chunk(
		    &p, (struct sctp_at){ .type = type, .flags = B | E, .tsn = 5, .mid = 2 }, TEXT, strlen(TEXT));
		f.n = 0;
		build_ip4(&f, (struct build_ip){ .proto = 132 }, p.n);
		build_add(&f, p.b, p.n);
		for (size_t n = 0; n < f.n; n++) {
			/* Each length is an association of its own. */
			f.b[12] = (uint8_t)n;
			f.b[25] = (uint8_t)type;
			log = (struct build_log){ .messages = 0 };
			build_push_cut(w, f.b, n, f.n - n, 0, &log);
			/* The last two bytes are padding. */
			assert_true(log.text[0] == '\0' || log.text[0] == '!' || n >= f.n - 2);
			assert_int_equal(build_push_cut(w, f.b, n, 0, 0, &log), WIRE_MALFORMED);
		}
		build_finish(w, &log);
		wire_free(w);
	}
}

/* Pieces that never become whole: given up by age, by number and by bytes, all frames counted. */
static void
test_limits(void **state)
{
	struct wire_cfg cfg = { .frag_bytes = 5000 };
	static char big[2000];
	static struct build f;
	struct wire *w = wire_new(&cfg);
	const struct wire_stats *st = wire_stats(w);
	struct build_log log = { .messages = 0 };

	(void)state;
	for (uint32_t i = 0; i < 50; i++) {
		sctp_begin(&f, i);
		f.b[0] = (uint8_t)i; /* source port */
		sctp_chunk(&f, (struct sctp_at){ .flags = B, .tsn = 2 * i }, big, sizeof(big));
		assert_int_equal(sctp_push_at(w, &f, 0, &log), WIRE_HELD);
		assert_true(wire_bytes(w) <= cfg.frag_bytes);
	}
	assert_int_equal(st->drop[WIRE_DROP_FRAG_LIMIT], 48);
	assert_int_equal(st->verdict[WIRE_HELD], 2);
	build_udp4(&f, "x");
	build_push(w, &f, 31000, &log);
	assert_int_equal(st->drop[WIRE_DROP_FRAG_INCOMPLETE], 2);
	assert_int_equal(wire_bytes(w), 0);
	for (uint32_t i = 0; i < 1000; i++)
		sctp_one(w, (struct sctp_at){ .flags = B, .tsn = 2 * i }, "a", 1, &log);
	assert_true(st->verdict[WIRE_HELD] <= 128);
	build_finish(w, &log);
	wire_free(w);
}

/* A flood of associations evicts the least used, and memory stays bounded. */
static void
test_many_associations(void **state)
{
	static struct build f;
	struct wire *w = wire_new(NULL);
	struct build_log log = { .messages = 0 };

	(void)state;
	for (uint32_t i = 0; i < 10000; i++) {
		sctp_begin(&f, 1);
		f.b[0] = (uint8_t)(i >> 8);
		f.b[1] = (uint8_t)i;
		sctp_chunk(&f, (struct sctp_at){ .flags = B, .tsn = 1 }, "OPT", 3);
		assert_int_equal(sctp_push_at(w, &f, 0, &log), WIRE_HELD);
	}
	assert_int_equal(wire_stats(w)->verdict[WIRE_HELD], 4096);
	build_finish(w, &log);
	wire_free(w);
}

/* Every allocation fails once: counted, and nothing leaks. */
static void
test_memory_is_short(void **state)
{
	(void)state;
	for (unsigned fail = 1; fail < 30; fail++) {
		struct wire *w = wire_new(NULL);
		struct build_log log = { .messages = 0 };

		mem_fail_at(fail);
		for (unsigned i = 0; i < 5; i++)
			sctp_fifth(w, DATA, i, &log);
		sctp_one(w, (struct sctp_at){ .flags = B | E, .tsn = 90 }, TEXT, strlen(TEXT), &log);
		mem_fail_at(0);
		build_finish(w, &log);
		wire_free(w);
	}
}

/* The same association seen in two VLANs is two. */
static void
test_taps_do_not_mix(void **state)
{
	static struct build f, p;
	struct wire *w = wire_new(NULL);
	struct frame fr = { .data = f.b, .link = LINK_ETHERNET };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		sctp_begin(&p, 1);
		sctp_chunk(
		    &p, (struct sctp_at){ .flags = i ? E : B, .tsn = i }, &TEXT[30 * i], i ? strlen(TEXT) - 30 : 30);
		f.n = 0;
		build_zero(&f, 12);
		build_u16(&f, 0x8100);
		build_u16(&f, i);
		build_u16(&f, 0x0800);
		build_ip4(&f, (struct build_ip){ .proto = 132 }, p.n);
		build_add(&f, p.b, p.n);
		fr.caplen = fr.origlen = (uint32_t)f.n;
		assert_int_equal(wire_push(w, &fr), WIRE_HELD);
	}
	wire_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_message_and_its_ends),
		cmocka_unit_test(test_bundle),
		cmocka_unit_test(test_pieces_in_any_order),
		cmocka_unit_test(test_interleaved_messages),
		cmocka_unit_test(test_retransmissions_count_once),
		cmocka_unit_test(test_new_association_begins_anew),
		cmocka_unit_test(test_not_sip),
		cmocka_unit_test(test_end_and_begin_in_one_packet),
		cmocka_unit_test(test_every_truncation),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_many_associations),
		cmocka_unit_test(test_memory_is_short),
		cmocka_unit_test(test_taps_do_not_mix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
