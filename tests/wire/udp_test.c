/*
 * udp_test - datagrams that are SIP and those that are not, what the snapshot cut, and headers that lie (RFC 768).
 */
#include "build.h"

#define OK200 "SIP/2.0 200 OK\r\nVia: x\r\nl: 2\r\n\r\nhi"

struct udp_case {
	const char *payload;
	enum wire_verdict v;
	const char *messages;
};

static const struct udp_case udp_cases[] = {
	{ OK200, WIRE_SIP, "SIP/2.0 200 OK=34;" },
	{ "\r\n\r\n" OK200, WIRE_SIP, "SIP/2.0 200 OK=34;" },
	{ OK200 OK200, WIRE_SIP, "SIP/2.0 200 OK=68;" },
	{ "SIP/2.0 404", WIRE_SIP, "SIP/2.0 404=11;" },
	{ "SIP/2.0 700 x\r\n\r\n", WIRE_SIP, "SIP/2.0 700 x=17;" },
	{ "SIP/2.0 4294967699 x\r\n\r\n", WIRE_SIP, "SIP/2.0 4294967699 x=24;" },
	{ "SIP/9.9 200 OK\r\n\r\n", WIRE_SIP, "SIP/9.9 200 OK=18;" },
	{ "OPTIONS sip:a SIP/2.0\r\n\r\n", WIRE_SIP, "OPTIONS sip:a SIP/2.0=25;" },
	{ "OPTIONS sip:a SIP/2.0", WIRE_SIP, "OPTIONS sip:a SIP/2.0=21;" },
	{ "\r\n\r\n", WIRE_NOT_SIP, "" },
	{ "", WIRE_NOT_SIP, "" },
	{ "GET / HTTP/1.1\r\n\r\n", WIRE_NOT_SIP, "" },
	{ "<13>Nov 23 pbx: SIP/2.0 200 OK\r\n", WIRE_NOT_SIP, "" },
	{ "HEP3\x01\x02SIP/2.0 200 OK\r\n", WIRE_NOT_SIP, "" },
	{ "\x80\x60\x01\x02rtp", WIRE_NOT_SIP, "" },
	{ "\x01\x01\x10\x20\x21\x12\xa4\x42", WIRE_NOT_SIP, "" },
};

static void
test_payloads(void **state)
{
	static struct build f;

	(void)state;
	for (size_t i = 0; i < sizeof(udp_cases) / sizeof(udp_cases[0]); i++) {
		struct build_log log = { .messages = 0 };
		struct wire *w = wire_new(NULL);

		print_message("# case %zu\n", i);
		build_udp4(&f, udp_cases[i].payload);
		assert_int_equal(build_push(w, &f, 0, &log), udp_cases[i].v);
		assert_string_equal(log.text, udp_cases[i].messages);
		build_finish(w, &log);
		wire_free(w);
	}
}

static void
test_fields(void **state)
{
	static struct build f;
	struct wire *w = wire_new(NULL);
	struct frame fr = { .t_ns = 42, .ifindex = 3, .link = LINK_RAW };
	struct message m;
	char text[ENDPOINT_TEXT];

	(void)state;
	for (int v6 = 0; v6 < 2; v6++) {
		f.n = 0;
		if (v6)
			build_ip6(&f, 17, 8 + strlen(OK200));
		else
			build_ip4(&f, (struct build_ip){ .proto = 17 }, 8 + strlen(OK200));
		build_udp(&f, OK200, strlen(OK200));
		fr.data = f.b;
		fr.caplen = fr.origlen = (uint32_t)f.n;
		assert_int_equal(wire_push(w, &fr), WIRE_SIP);
		assert_int_equal(wire_next(w, &m), 1);
		assert_string_equal(
		    endpoint_format(text, sizeof(text), &m.src, true), v6 ? "[2001:db8::1]:5060" : "192.0.2.1:5060");
		assert_string_equal(
		    endpoint_format(text, sizeof(text), &m.dst, true), v6 ? "[2001:db8::2]:5070" : "192.0.2.2:5070");
		assert_int_equal(m.t_ns, 42);
		assert_int_equal(m.ifindex, 3);
		assert_int_equal(m.transport, TRANSPORT_UDP);
		assert_false(m.cut);
		assert_int_equal(wire_next(w, &m), 0);
	}
	wire_free(w);
}

/* A snapshot that cuts: a message as soon as the start line tells, before that dropped as truncated. */
static void
test_every_truncation(void **state)
{
	static const struct {
		const char *payload;
		size_t least;
	} cases[] = { { OK200, 28 + 5 }, { "OPTIONS sip:a SIP/2.0\r\nVia: x\r\n\r\n", 28 + 22 } };
	static struct build f;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		build_udp4(&f, cases[i].payload);
		for (size_t n = 0; n < f.n; n++) {
			struct build_log log = { .messages = 0 };
			struct wire *w = wire_new(NULL);
			enum wire_verdict v = build_push_cut(w, f.b, n, f.n - n, 0, &log);

			assert_int_equal(v, n < cases[i].least ? WIRE_DROPPED : WIRE_SIP);
			assert_int_equal(log.messages, n >= cases[i].least);
			assert_true(!log.messages || log.text[0] == '!');
			assert_int_equal(wire_stats(w)->drop[WIRE_DROP_TRUNCATED], n < cases[i].least);
			assert_int_equal(wire_stats(w)->truncated, 1);
			wire_free(w);
		}
	}
}

/* What is cut but cannot be SIP is told as such: media with a short snapshot is no loss. */
static void
test_truncated_media(void **state)
{
	static struct build f;
	struct build_log log = { .messages = 0 };
	struct wire *w = wire_new(NULL);

	(void)state;
	build_udp4(&f, "\x80\x60\x01\x02rtprtprtp");
	assert_int_equal(build_push_cut(w, f.b, 28 + 4, f.n - 32, 0, &log), WIRE_NOT_SIP);
	wire_free(w);
}

static void
test_lengths_that_lie(void **state)
{
	static const unsigned lies[] = { 0, 7, 8 + sizeof(OK200), 65535 };
	static struct build f;
	struct build_log log = { .messages = 0 };
	struct wire *w = wire_new(NULL);

	(void)state;
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		build_udp4(&f, OK200);
		f.b[24] = (uint8_t)(lies[i] >> 8);
		f.b[25] = (uint8_t)lies[i];
		assert_int_equal(build_push(w, &f, 0, &log), WIRE_MALFORMED);
	}
	f.n = 0;
	build_ip4(&f, (struct build_ip){ .proto = 17 }, 7);
	build_zero(&f, 7);
	assert_int_equal(build_push(w, &f, 0, &log), WIRE_MALFORMED);
	build_udp4(&f, OK200);
	assert_int_equal(build_push(w, &f, 0, &log), WIRE_SIP);
	assert_int_equal(log.messages, 1);
	wire_free(w);
}

/* An ICMP error quotes the datagram that did not arrive: that is no message. */
static void
test_icmp_quote(void **state)
{
	static struct build inner, f;
	struct build_log log = { .messages = 0 };
	struct wire *w = wire_new(NULL);

	(void)state;
	build_udp4(&inner, OK200);
	f.n = 0;
	build_ip4(&f, (struct build_ip){ .proto = 1 }, 8 + inner.n);
	build_u32(&f, 0x03030000);
	build_u32(&f, 0);
	build_add(&f, inner.b, inner.n);
	assert_int_equal(build_push(w, &f, 0, &log), WIRE_NOT_SIP);
	assert_int_equal(log.messages, 0);
	wire_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_payloads),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_every_truncation),
		cmocka_unit_test(test_truncated_media),
		cmocka_unit_test(test_lengths_that_lie),
		cmocka_unit_test(test_icmp_quote),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
