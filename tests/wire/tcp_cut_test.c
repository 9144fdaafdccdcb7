/*
 * tcp_cut_test - what is in a TCP stream: HEP with its verdicts, gaps and noise, gzip members, TLS; and that SIP as
 * such stays what it is beside them.
 */
#include "hepbuild.h"

#define BYE "BYE sip:x SIP/2.0\r\nl: 0\r\n\r\n"
#define OUT_BYE "BYE sip:x SIP/2.0=27;"
#define OUT_SIP "SIP/2.0 404 No=82;"

static struct build s, packet;

static void
cut_add_packet(const char *payload, unsigned type)
{
	hb_head(&packet, 17);
	hb_num(&packet, 11, 1, type);
	hb_text(&packet, 15, payload);
	hb_end(&packet);
	build_add(&s, packet.b, packet.n);
}

static struct wire *
cut_wire(struct wire_cfg cfg)
{
	struct wire *w = wire_new(&cfg);

	assert_non_null(w);
	return w;
}

static enum wire_verdict
cut_segment(struct wire *w, unsigned port, size_t from, size_t to, struct build_log *log)
{
	static struct build f;

	build_tcp4(&f, port, 1001 + (uint32_t)from, BUILD_ACK, s.b + from, to - from);
	return build_push(w, &f, (int64_t)HB_AT_S * 1000, log);
}

static void
cut_expect(const char *want, uint64_t hep, uint64_t other, uint64_t left, bool read)
{
	static const size_t sizes[] = { 1, 2, 5, 7, 100, 60000 };

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct wire *w = cut_wire((struct wire_cfg){ .hep = read });
		struct build_log log = { 0 };

		for (size_t at = 0; at < s.n; at += sizes[i])
			cut_segment(w, 40000, at, s.n - at < sizes[i] ? s.n : at + sizes[i], &log);
		build_finish(w, &log);
		assert_string_equal(log.text, want);
		assert_int_equal(wire_stats(w)->hep, hep);
		assert_int_equal(wire_stats(w)->hep_other, other);
		assert_int_equal(wire_stats(w)->hep_left, left);
		wire_free(w);
	}
}

static void
test_hep(void **state)
{
	(void)state;
	s.n = 0;
	cut_add_packet(HB_SIP, 1);
	cut_add_packet("{}", 5);
	cut_add_packet(BYE, 1);
	cut_expect(OUT_SIP OUT_BYE, 3, 1, 0, true);
	cut_expect("", 0, 0, 3, false);
	/* A capture that began inside a packet, and noise between two. */
	memmove(s.b, s.b + 50, s.n - 50);
	s.n -= 50;
	build_add(&s, "HEP noise", 9);
	cut_add_packet(BYE, 1);
	cut_expect(OUT_BYE OUT_BYE, 3, 1, 0, true);
}

static void
test_zipped(void **state)
{
	static uint8_t zip[2][1000];
	size_t n[2];

	(void)state;
	s.n = 0;
	cut_add_packet(HB_SIP, 1);
	cut_add_packet(BYE, 1);
	n[0] = hb_deflate(zip[0], sizeof zip[0], s.b, s.n, 31);
	n[1] = hb_deflate(zip[1], sizeof zip[1], packet.b, packet.n, 31);
	s.n = 0;
	build_add(&s, zip[0], n[0]);
	build_add(&s, zip[1], n[1]);
	cut_expect(OUT_SIP OUT_BYE OUT_BYE, 3, 0, 0, true);
	cut_expect("", 0, 0, 3, false);
}

/* Inflating is paid from the budget of all streams: without room the stream is given up, and told. */
static void
test_zipped_without_room(void **state)
{
	struct wire *w = cut_wire((struct wire_cfg){ .hep = true, .tcp_bytes = 30000 });
	struct build_log log = { 0 };
	static uint8_t zip[1000];
	size_t n;

	(void)state;
	s.n = 0;
	cut_add_packet(HB_SIP, 1);
	n = hb_deflate(zip, sizeof zip, s.b, s.n, 31);
	s.n = 0;
	build_add(&s, zip, n);
	assert_int_equal(cut_segment(w, 1, 0, 50, &log), WIRE_DROPPED);
	assert_int_equal(cut_segment(w, 1, 50, n, &log), WIRE_DROPPED);
	assert_int_equal(wire_stats(w)->drop[WIRE_DROP_TCP_LIMIT], 2);
	assert_true(wire_bytes(w) <= 30000);
	build_finish(w, &log);
	assert_string_equal(log.text, "");
	wire_free(w);
}

/* Each frame has the verdict of the packets that it ended. */
static void
test_verdicts(void **state)
{
	struct wire *w = cut_wire((struct wire_cfg){ .hep = true, .hep_key = slice_str("key") });
	struct build_log log = { 0 };
	uint8_t zip[100];
	size_t at[5] = { 0 };

	(void)state;
	s.n = 0;
	cut_add_packet(HB_SIP, 1);
	at[1] = s.n;
	hb_head(&packet, 17);
	hb_text(&packet, 14, "key");
	hb_text(&packet, 15, HB_SIP);
	hb_end(&packet);
	build_add(&s, packet.b, packet.n);
	at[2] = s.n;
	hb_head(&packet, 17);
	hb_text(&packet, 14, "key");
	hb_chunk(&packet, 16, zip, hb_deflate(zip, sizeof zip, "x", 1, 15) - 3);
	hb_end(&packet);
	build_add(&s, packet.b, packet.n);
	at[3] = s.n;
	build_add(&s, packet.b, packet.n);
	assert_int_equal(cut_segment(w, 1, at[0], 20, &log), WIRE_HELD);
	assert_int_equal(cut_segment(w, 1, 20, at[1], &log), WIRE_DROPPED);
	assert_int_equal(cut_segment(w, 1, at[1], at[2], &log), WIRE_SIP);
	assert_int_equal(cut_segment(w, 1, at[2], at[3], &log), WIRE_DROPPED);
	assert_int_equal(cut_segment(w, 1, at[3], s.n, &log), WIRE_DROPPED);
	assert_int_equal(wire_stats(w)->drop[WIRE_DROP_KEY], 2);
	assert_int_equal(wire_stats(w)->drop[WIRE_DROP_INFLATE], 2);
	build_finish(w, &log);
	assert_string_equal(log.text, OUT_SIP);
	wire_free(w);
}

/* A segment that never came, inside one packet: that one is told as cut, the others are whole. */
static void
test_gap(void **state)
{
	struct wire *w = cut_wire((struct wire_cfg){ .hep = true });
	struct build_log log = { 0 };
	size_t first, second;

	(void)state;
	s.n = 0;
	cut_add_packet(BYE, 1);
	first = s.n;
	cut_add_packet(HB_SIP, 1);
	second = s.n;
	cut_add_packet(BYE, 1);
	cut_segment(w, 1, 0, second - 30, &log);
	cut_segment(w, 1, second - 10, s.n, &log);
	build_finish(w, &log);
	assert_string_equal(log.text, OUT_BYE "!SIP/2.0 404 No=52;" OUT_BYE);
	assert_true(first < second - 30);
	wire_free(w);
}

static void
test_message(void **state)
{
	struct wire *w = cut_wire((struct wire_cfg){ .hep = true });
	static struct build f;
	struct frame frame = { .link = LINK_RAW, .t_ns = HB_AT_S * NS_PER_S };
	struct message m;

	(void)state;
	s.n = 0;
	cut_add_packet(HB_SIP, 1);
	build_tcp4(&f, 1, 1001, BUILD_ACK, s.b, s.n);
	frame.data = f.b;
	frame.caplen = frame.origlen = (uint32_t)f.n;
	assert_int_equal(wire_push(w, &frame), WIRE_SIP);
	assert_int_equal(wire_next(w, &m), 1);
	assert_int_equal(m.transport, TRANSPORT_UDP);
	assert_int_equal(m.src.port, 5060);
	assert_int_equal(m.t_ns, HB_AT_S * NS_PER_S + 500 * NS_PER_MS);
	assert_true(slice_eq(m.agent, slice_str("192.0.2.1")));
	assert_int_equal(wire_next(w, &m), 0);
	wire_free(w);
}

/* A connection counts once, by the client's hello or, where only that was captured, by the server's. */
static void
test_tls(void **state)
{
	static const uint8_t hello[2][9] = { { 22, 3, 1, 0, 200, 1, 0, 0, 196 }, { 22, 3, 3, 0, 80, 2, 0, 0, 76 } };
	static const uint8_t others[][6] = { { 22, 3, 1, 0, 200, 3 }, { 22, 3, 5, 0, 200, 1 }, { 23, 3, 1, 0, 200, 1 },
		{ 22, 3, 1, 0xff, 200, 1 }, { 22, 3, 1, 0, 3, 1 } };
	static struct build f;

	(void)state;
	for (unsigned seen = 1; seen <= 3; seen++) {
		struct wire *w = cut_wire((struct wire_cfg){ 0 });
		struct build_log log = { 0 };

		for (unsigned side = 0; side < 2; side++) {
			if (!(seen & 1u << side))
				continue;
			build_tcp4(&f, 40000, 1001, BUILD_ACK, hello[side], 9);
			if (side == 1) {
				/* The other way: addresses and ports change places. */
				f.b[15] = 2;
				f.b[19] = 1;
				memcpy(f.b + 20, (uint8_t[]){ 5060 >> 8, 5060 & 255, 40000 >> 8, 40000 & 255 }, 4);
			}
			assert_int_equal(build_push(w, &f, 0, &log), WIRE_NOT_SIP);
			build_push(w, &f, 0, &log);
		}
		assert_int_equal(wire_stats(w)->tls, 1);
		build_finish(w, &log);
		wire_free(w);
	}
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		struct wire *w = cut_wire((struct wire_cfg){ 0 });
		struct build_log log = { 0 };

		build_tcp4(&f, 40000, 1001, BUILD_ACK, others[i], 6);
		build_push(w, &f, 0, &log);
		build_finish(w, &log);
		assert_int_equal(wire_stats(w)->tls, 0);
		wire_free(w);
	}
}

/* SIP that quotes the others is SIP. */
static void
test_sip_stays(void **state)
{
	static const char head[] = "SIP/2.0 200 OK\r\nVia: x\r\nl: 60\r\n\r\n";

	(void)state;
	hb_packet(&packet, BYE);
	s.n = 0;
	build_add(&s, head, sizeof head - 1);
	build_add(&s, packet.b, 60);
	cut_expect("SIP/2.0 200 OK=93;", 0, 0, 0, true);
}

static void
cut_expect_nothing(void)
{
	static const size_t sizes[] = { 1, 3, 50, 60000 };

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct wire *w = cut_wire((struct wire_cfg){ .hep = true });
		struct build_log log = { 0 };

		for (size_t at = 0; at < s.n; at += sizes[i])
			cut_segment(w, 40000, at, s.n - at < sizes[i] ? s.n : at + sizes[i], &log);
		build_finish(w, &log);
		assert_string_equal(log.text, "");
		assert_int_equal(wire_stats(w)->verdict[WIRE_NOT_SIP], wire_stats(w)->frames);
		wire_free(w);
	}
}

/* SIP in a page or a log on its way over HTTP, and gzip that is not HEP: nothing of it was sent here. */
static void
test_others(void **state)
{
	static const char *const heads[] = { "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.0 206 Partial\r\n\r\n",
		"POST /loki HTTP/1.1\r\n\r\n", "PUT /log HTTP/1.1\r\n\r\n" };
	static const char sip[] = "SIP/2.0 200 OK\r\nVia: x\r\nl: 0\r\n\r\n";
	static const char publish[] = "PUBLISH sip:a SIP/2.0\r\nl: 0\r\n\r\n";
	static char text[40000];

	(void)state;
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
		s.n = 0;
		build_add(&s, heads[i], strlen(heads[i]));
		build_add(&s, sip, sizeof sip - 1);
		cut_expect_nothing();
	}
	for (size_t n = 100; n <= sizeof text; n *= 20) {
		memset(text, 'x', n);
		s.n = hb_deflate(s.b, sizeof s.b, text, n, 31);
		cut_expect_nothing();
	}
	s.n = 0;
	build_add(&s, publish, sizeof publish - 1);
	cut_expect("PUBLISH sip:a SIP/2.0=31;", 0, 0, 0, true);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_hep), cmocka_unit_test(test_zipped),
		cmocka_unit_test(test_zipped_without_room), cmocka_unit_test(test_verdicts), cmocka_unit_test(test_gap),
		cmocka_unit_test(test_message), cmocka_unit_test(test_tls), cmocka_unit_test(test_sip_stays),
		cmocka_unit_test(test_others) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
