/*
 * ws_test - SIP over WebSocket (RFC 7118, RFC 6455) through the whole room: upgrade or middle, masks, lengths of 7, 16
 * and 64 bits, messages in pieces with pings between, keep-alives, what is not read; every stream cut into every
 * segment size.
 */
#include "build.h"

#include "wire/ws.h"

#define GET                                                                                                            \
	"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" \
	"Sec-WebSocket-Protocol: sip\r\n\r\n"
#define ANSWER "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nSec-WebSocket-Protocol: sip\r\n\r\n"
/* Without Content-Length, as many have it. */
#define REQUEST "OPTIONS sip:a@b.invalid SIP/2.0\r\nVia: SIP/2.0/WS x.invalid\r\n\r\n"
#define STATUS "SIP/2.0 200 OK\r\nVia: SIP/2.0/WS x.invalid\r\nContent-Length: 4\r\n\r\nbody"
#define OUT_REQUEST "OPTIONS sip:a@b.invalid SIP/2.0=62;"
#define OUT_STATUS "SIP/2.0 200 OK=68;"

enum {
	CONTINUE,
	TEXT,
	BINARY,
	CLOSE = 8,
	PING,
	PONG,
	LAST = 0x80,
	ZIPPED = 0x40,
	MASKED = 0x100,
	LONG = 0x200,
	LONGER = 0x400
};

static struct build s;

static void
ws_add(const char *text)
{
	build_add(&s, text, strlen(text));
}

/* Length forms larger than needed may be forced. */
static void
ws_put(unsigned how, const char *p, size_t n)
{
	static const uint8_t key[4] = { 0x9c, 1, 0xff, 0x42 };
	unsigned mask = how & MASKED ? 0x80 : 0;

	build_u8(&s, how & 0xff);
	if (how & LONGER || n > 65535) {
		build_u8(&s, mask | 127);
		build_u32(&s, 0);
		build_u32(&s, (uint32_t)n);
	} else if (how & LONG || n > 125) {
		build_u8(&s, mask | 126);
		build_u16(&s, (unsigned)n);
	} else {
		build_u8(&s, mask | (unsigned)n);
	}
	if (mask)
		build_add(&s, key, 4);
	for (size_t i = 0; i < n; i++)
		build_u8(&s, (uint8_t)p[i] ^ (mask ? key[i & 3] : 0));
}

static void
ws_text(unsigned how, const char *text)
{
	ws_put(how, text, strlen(text));
}

/* Frames of [from, to) of the stream in segments of `size`; returns the last verdict. */
static enum wire_verdict
ws_send(struct wire *w, size_t from, size_t to, size_t size, struct build_log *log)
{
	static struct build f;
	enum wire_verdict v = WIRE_VERDICT_N;

	for (size_t at = from; at < to; at += size) {
		size_t n = to - at < size ? to - at : size;

		build_tcp4(&f, 40000, 1001 + (uint32_t)at, BUILD_ACK, s.b + at, n);
		v = build_push(w, &f, 0, log);
	}
	return v;
}

static struct wire *
ws_wire(void)
{
	struct wire *w = wire_new(NULL);

	assert_non_null(w);
	return w;
}

static void
ws_expect(const char *want)
{
	static const size_t sizes[] = { 1, 2, 3, 7, 50, 1000, 60000 };

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct wire *w = ws_wire();
		struct build_log log = { 0 };

		ws_send(w, 0, s.n, sizes[i], &log);
		build_finish(w, &log);
		assert_string_equal(log.text, want);
		wire_free(w);
	}
}

/* Each length of the stream, as if the connection had ended there. */
static void
ws_truncate(void)
{
	for (size_t n = 0; n <= s.n; n++) {
		struct wire *w = ws_wire();
		struct build_log log = { 0 };

		ws_send(w, 0, n, 60000, &log);
		build_finish(w, &log);
		wire_free(w);
	}
}

static void
test_client(void **state)
{
	(void)state;
	s.n = 0;
	ws_add(GET);
	ws_text(LAST | TEXT | MASKED, REQUEST);
	ws_text(LAST | TEXT | MASKED, "\r\n\r\n");
	ws_text(LAST | BINARY | MASKED | LONG, STATUS);
	ws_text(LAST | PING | MASKED, "hello");
	ws_text(LAST | TEXT | MASKED | LONGER, "\r\n" REQUEST);
	ws_text(LAST | CLOSE | MASKED, "");
	ws_expect(OUT_REQUEST OUT_STATUS OUT_REQUEST);
	ws_truncate();
}

static void
test_server(void **state)
{
	(void)state;
	s.n = 0;
	ws_add(ANSWER);
	ws_text(LAST | BINARY, STATUS);
	ws_text(LAST | PONG, "");
	ws_text(LAST | TEXT, REQUEST);
	ws_expect(OUT_STATUS OUT_REQUEST);
	ws_truncate();
}

/* One message of many frames, pings and empty frames between them. */
static void
test_pieces(void **state)
{
	(void)state;
	s.n = 0;
	ws_add(GET);
	for (size_t i = 0; i < strlen(REQUEST); i++) {
		ws_put((i ? CONTINUE : TEXT) | MASKED, &REQUEST[i], 1);
		ws_text(LAST | PING | MASKED, "a ping of some length");
		ws_text(CONTINUE | MASKED, "");
	}
	ws_text(LAST | CONTINUE | MASKED, "");
	ws_text(LAST | TEXT | MASKED, STATUS);
	ws_expect(OUT_REQUEST OUT_STATUS);
	ws_truncate();
}

/* More pings than anybody sends: the hole is closed, and the message is whole. */
static void
test_many_pings(void **state)
{
	(void)state;
	s.n = 0;
	ws_add(GET);
	ws_put(TEXT, REQUEST, 20);
	for (int i = 0; i < 20000; i++)
		ws_text(LAST | PING, "");
	ws_text(LAST | CONTINUE, &REQUEST[20]);
	ws_expect(OUT_REQUEST);
}

/* A message of 64 KiB and more has a length of 64 bits. */
static void
test_long(void **state)
{
	static char big[66001];
	struct wire *w = ws_wire();
	struct build_log log = { 0 };

	(void)state;
	memset(big, 'x', sizeof big - 1);
	memcpy(big, STATUS, strlen(STATUS));
	s.n = 0;
	ws_text(LAST | TEXT | MASKED, big);
	ws_send(w, 0, s.n, 1400, &log);
	build_finish(w, &log);
	assert_string_equal(log.text, "SIP/2.0 200 OK=66000;");
	wire_free(w);
}

/* The capture began later: inside a frame, and at one. */
static void
test_middle(void **state)
{
	(void)state;
	s.n = 0;
	ws_text(LAST | TEXT | MASKED, REQUEST);
	memmove(s.b, s.b + 30, s.n - 30);
	s.n -= 30;
	ws_text(LAST | TEXT | MASKED, REQUEST);
	ws_text(LAST | TEXT | MASKED, STATUS);
	ws_expect(OUT_REQUEST OUT_STATUS);
	ws_truncate();
	s.n = 0;
	ws_text(LAST | TEXT, STATUS);
	ws_text(LAST | TEXT, REQUEST);
	ws_expect(OUT_STATUS OUT_REQUEST);
}

/* What is none of ours: compressed messages, another protocol, no upgrade at all. */
static void
test_others(void **state)
{
	static const char *const heads[] = {
		"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET / HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n",
		"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n",
		GET,
	};
	struct build_log log = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
		struct wire *w = ws_wire();

		s.n = 0;
		ws_add(heads[i]);
		ws_text(LAST | (i == 3 ? TEXT | ZIPPED : BINARY) | MASKED, "something that is certainly no SIP");
		ws_send(w, 0, s.n, 60000, &log);
		build_finish(w, &log);
		assert_int_equal(log.messages, 0);
		assert_int_equal(wire_stats(w)->verdict[WIRE_NOT_SIP], 1);
		assert_int_equal(wire_stats(w)->tcp_oversize, 0);
		wire_free(w);
	}
	/* Beside SIP they are passed over. */
	s.n = 0;
	ws_add(GET);
	ws_text(LAST | TEXT, REQUEST);
	ws_text(TEXT | ZIPPED, "compressed");
	ws_text(LAST | CONTINUE, "to the end");
	ws_text(LAST | TEXT, "chat");
	ws_text(LAST | CONTINUE, REQUEST);
	ws_text(LAST | TEXT, STATUS);
	ws_expect(OUT_REQUEST OUT_STATUS);
}

/* Larger than any message may be: passed over by its length, and counted. */
static void
test_oversize(void **state)
{
	struct wire *w = ws_wire();
	struct build_log log = { 0 };
	size_t head;

	(void)state;
	s.n = 0;
	ws_add(GET);
	ws_text(LAST | TEXT, REQUEST);
	build_u8(&s, LAST | TEXT);
	build_u8(&s, 127);
	build_u32(&s, 0);
	build_u32(&s, WS_MESSAGE_MAX + 1);
	head = s.n;
	build_zero(&s, 60000);
	ws_send(w, 0, s.n, 1000, &log);
	/* The rest of it, with the numbers that it has on the wire. */
	for (size_t left = WS_MESSAGE_MAX + 1 - 60000, at = s.n; left > 0;) {
		static struct build f;
		size_t n = left < 50000 ? left : 50000;

		build_tcp4(&f, 40000, 1001 + (uint32_t)at, BUILD_ACK, s.b + head, n);
		build_push(w, &f, 0, &log);
		left -= n;
		at += n;
		if (left == 0) {
			s.n = 0;
			ws_text(LAST | TEXT, STATUS);
			build_tcp4(&f, 40000, 1001 + (uint32_t)at, BUILD_ACK, s.b, s.n);
			build_push(w, &f, 0, &log);
		}
	}
	assert_int_equal(wire_stats(w)->tcp_oversize, 1);
	build_finish(w, &log);
	assert_string_equal(log.text, OUT_REQUEST OUT_STATUS);
	wire_free(w);
}

/* A segment that was never captured: the message it cut is told, the next one is whole. */
static void
test_gap(void **state)
{
	struct wire *w = ws_wire();
	struct build_log log = { 0 };
	size_t first, second;

	(void)state;
	s.n = 0;
	ws_add(GET);
	ws_text(LAST | TEXT | MASKED, REQUEST);
	first = s.n;
	ws_text(LAST | TEXT | MASKED, STATUS);
	second = s.n;
	ws_text(LAST | TEXT | MASKED, REQUEST);
	assert_int_equal(ws_send(w, 0, first + 56, 60000, &log), WIRE_SIP);
	ws_send(w, second - 5, s.n, 60000, &log);
	build_finish(w, &log);
	assert_string_equal(log.text, OUT_REQUEST "!SIP/2.0 200 OK=50;" OUT_REQUEST);
	assert_int_equal(wire_stats(w)->tcp_gaps, 1);
	wire_free(w);
}

/* Frames that no one may send end the trust, and the next good one is found. */
static void
test_bad_frames(void **state)
{
	static const uint8_t bad[][2] = { { 0x83, 0 }, { 0x8b, 0 }, { 0xb1, 0 }, { 0x09, 0 }, { 0x89, 126 },
		{ 0xff, 0xff } };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		s.n = 0;
		ws_add(GET);
		ws_text(LAST | TEXT, REQUEST);
		build_add(&s, bad[i], 2);
		ws_text(LAST | TEXT, STATUS);
		ws_expect(OUT_REQUEST OUT_STATUS);
	}
}

static void
test_transport(void **state)
{
	struct wire *w = ws_wire();
	static struct build f;
	struct frame frame = { .link = LINK_RAW };
	struct message m;

	(void)state;
	s.n = 0;
	ws_text(LAST | TEXT, STATUS);
	build_tcp4(&f, 40000, 1001, BUILD_ACK, s.b, s.n);
	frame.data = f.b;
	frame.caplen = frame.origlen = (uint32_t)f.n;
	assert_int_equal(wire_push(w, &frame), WIRE_SIP);
	assert_int_equal(wire_next(w, &m), 1);
	assert_int_equal(m.transport, TRANSPORT_WS);
	assert_int_equal(m.agent.n, 0);
	assert_false(m.guessed);
	assert_int_equal(wire_next(w, &m), 0);
	wire_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_client), cmocka_unit_test(test_server),
		cmocka_unit_test(test_pieces), cmocka_unit_test(test_many_pings), cmocka_unit_test(test_long),
		cmocka_unit_test(test_middle), cmocka_unit_test(test_others), cmocka_unit_test(test_oversize),
		cmocka_unit_test(test_gap), cmocka_unit_test(test_bad_frames), cmocka_unit_test(test_transport) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
