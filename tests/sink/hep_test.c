/* hep: packets byte for byte, and where they go when a collector is there, away, slow or gone in between. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "sink/hep_int.h"
#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"
#include "sipwhy/wire.h"

#define OPTIONS_TEXT "OPTIONS sip:a@192.0.2.1 SIP/2.0\r\nCall-ID: c1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"

static const int64_t when_ns = INT64_C(1772532901) * NS_PER_S + 123456789;

static struct message
a_message(const char *text)
{
	return (struct message){ .bytes = slice_str(text),
		.src = { .addr = { 192, 0, 2, 1 }, .port = 5060, .family = 4 },
		.dst = { .addr = { 198, 51, 100, 20 }, .port = 5080, .family = 4 },
		.t_ns = when_ns,
		.transport = TRANSPORT_UDP };
}

/* Packets. */

static void
test_bytes(void **state)
{
	static const uint8_t want[] = { 'H', 'E', 'P', '3', 0, 128, /* */
		0, 0, 0, 1, 0, 7, 2,                                /* family */
		0, 0, 0, 2, 0, 7, 17,                               /* protocol */
		0, 0, 0, 3, 0, 10, 192, 0, 2, 1,                    /* source */
		0, 0, 0, 4, 0, 10, 198, 51, 100, 20,                /* destination */
		0, 0, 0, 7, 0, 8, 0x13, 0xc4,                       /* its ports */
		0, 0, 0, 8, 0, 8, 0x13, 0xd8,                       /* */
		0, 0, 0, 9, 0, 10, 0x69, 0xa6, 0xb4, 0xa5,          /* seconds */
		0, 0, 0, 10, 0, 10, 0, 1, 0xe2, 0x40,               /* microseconds */
		0, 0, 0, 11, 0, 7, 1,                               /* SIP */
		0, 0, 0, 12, 0, 10, 0, 0, 0x07, 0xd1,               /* agent 2001 */
		0, 0, 0, 14, 0, 9, 'k', 'e', 'y',                   /* */
		0, 0, 0, 19, 0, 9, 'p', 'b', 'x',                   /* */
		0, 0, 0, 17, 0, 8, 'c', '1',                        /* */
		0, 0, 0, 15, 0, 9, 'S', 'I', 'P' };
	struct sink_hep_cfg cfg = { .id = 2001, .agent = slice_str("pbx"), .key = slice_str("key") };
	struct message m = a_message("SIP");
	struct buf b;

	(void)state;
	assert_int_equal(sizeof want, 128);
	buf_init(&b, 4096);
	buf_puts(&b, "before");
	assert_int_equal(sink_hep_encode(&b, &cfg, &m, slice_str("c1")), 0);
	assert_int_equal(b.len, 6 + sizeof want);
	assert_memory_equal(b.data + 6, want, sizeof want);
	buf_fini(&b);
}

/* What stands in a chunk of a packet, read by the letter of the format; NULL when there is none. */
static const uint8_t *
chunk(const uint8_t *p, unsigned type, size_t *n)
{
	size_t total = (size_t)p[4] << 8 | p[5], at = 6;
	const uint8_t *found = NULL;

	while (at + 6 <= total) {
		size_t len = (size_t)p[at + 4] << 8 | p[at + 5];

		assert_int_equal(p[at] << 8 | p[at + 1], 0);
		assert_true(len >= 6 && at + len <= total);
		if ((unsigned)(p[at + 2] << 8 | p[at + 3]) == type) {
			assert_null(found);
			found = p + at + 6;
			*n = len - 6;
		}
		at += len;
	}
	assert_int_equal(at, total);
	return found;
}

static void
assert_chunk(const struct buf *b, unsigned type, const void *want, size_t n)
{
	size_t got = 0;
	const uint8_t *p = chunk((const uint8_t *)b->data, type, &got);

	if (want == NULL) {
		assert_null(p);
		return;
	}
	assert_non_null(p);
	assert_int_equal(got, n);
	assert_memory_equal(p, want, n);
}

static void
test_transports_and_families(void **state)
{
	static const struct {
		uint8_t transport, protocol;
	} rows[] = { { TRANSPORT_UDP, 17 }, { TRANSPORT_TCP, 6 }, { TRANSPORT_TLS, 22 }, { TRANSPORT_SCTP, 132 },
		{ TRANSPORT_WS, 22 }, { TRANSPORT_WSS, 22 }, { TRANSPORT_N, 17 } };
	static const uint8_t zero[16], mapped[16] = { [10] = 0xff, 0xff, 198, 51, 100, 20 };
	struct sink_hep_cfg cfg = { .id = 1 };
	struct message m = a_message(OPTIONS_TEXT);
	struct buf b;

	(void)state;
	buf_init(&b, 4096);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		m.transport = rows[i].transport;
		buf_clear(&b);
		assert_int_equal(sink_hep_encode(&b, &cfg, &m, slice_str("")), 0);
		assert_chunk(&b, 2, &rows[i].protocol, 1);
	}
	/* Without a name, a key, a Call-ID there is no chunk for it. */
	assert_chunk(&b, 0x0e, NULL, 0);
	assert_chunk(&b, 0x11, NULL, 0);
	assert_chunk(&b, 0x13, NULL, 0);
	/* What the first agent said joins more than the Call-ID does. */
	m.correlation = slice_str("leg-7");
	buf_clear(&b);
	assert_int_equal(sink_hep_encode(&b, &cfg, &m, slice_str("c1")), 0);
	assert_chunk(&b, 0x11, "leg-7", 5);
	/* Nobody knows who sent it. */
	m.src = (struct endpoint){ .family = 0 };
	buf_clear(&b);
	assert_int_equal(sink_hep_encode(&b, &cfg, &m, slice_str("c1")), 0);
	assert_chunk(&b, 3, zero, 4);
	assert_chunk(&b, 7, zero, 2);
	/* IPv6, and IPv4 beside it. */
	m.src = (struct endpoint){ .addr = { 0x20, 1, 0xd, 0xb8, [15] = 9 }, .port = 5061, .family = 6 };
	buf_clear(&b);
	assert_int_equal(sink_hep_encode(&b, &cfg, &m, slice_str("c1")), 0);
	assert_chunk(&b, 1, &(uint8_t){ 10 }, 1);
	assert_chunk(&b, 3, NULL, 0);
	assert_chunk(&b, 4, NULL, 0);
	assert_chunk(&b, 5, m.src.addr, 16);
	assert_chunk(&b, 6, mapped, 16);
	/* No time before there was any. */
	m.t_ns = -1;
	buf_clear(&b);
	assert_int_equal(sink_hep_encode(&b, &cfg, &m, slice_str("c1")), 0);
	assert_chunk(&b, 9, zero, 4);
	assert_chunk(&b, 10, zero, 4);
	buf_fini(&b);
}

static void
test_size(void **state)
{
	static char large[70000];
	struct sink_hep_cfg cfg = { .id = 1, .agent = slice_str("pbx") };
	struct message m = a_message("");
	struct buf b;
	size_t rest;

	(void)state;
	buf_init(&b, 200000);
	assert_int_equal(sink_hep_encode(&b, &cfg, &m, slice_str("")), 0);
	rest = HEP_PACKET_MAX - b.len;
	memset(large, 'x', sizeof large);
	m.bytes = (struct slice){ large, rest };
	buf_clear(&b);
	assert_int_equal(sink_hep_encode(&b, &cfg, &m, slice_str("")), 0);
	assert_int_equal(b.len, HEP_PACKET_MAX);
	assert_memory_equal(b.data, "HEP3\xff\xff", 6);
	for (size_t n = rest + 1; n <= sizeof large; n += n < rest + 3 ? 1 : 997) {
		m.bytes.n = n;
		buf_clear(&b);
		buf_puts(&b, "before");
		assert_int_equal(sink_hep_encode(&b, &cfg, &m, slice_str("")), -EMSGSIZE);
		assert_int_equal(b.len, 6);
	}
	m.bytes.n = 10;
	assert_int_equal(sink_hep_encode(&b, &cfg, &m, (struct slice){ large, sizeof large }), -EMSGSIZE);
	buf_fini(&b);
	/* No room is not the message's fault. */
	buf_init(&b, 20);
	assert_int_equal(sink_hep_encode(&b, &cfg, &m, slice_str("")), -ENOMEM);
	assert_int_equal(b.len, 0);
	buf_fini(&b);
}

/* Our own reader gets back what was sent. */
static void
test_read_back(void **state)
{
	struct sink_hep_cfg cfg = { .id = 7, .agent = slice_str("pbx"), .key = slice_str("key") };
	struct wire_cfg reader = { .hep_key = slice_str("key") };
	struct message m = a_message(OPTIONS_TEXT), got;
	struct wire *w = wire_new(&reader);
	struct frame f = { .link = LINK_MIRROR, .t_ns = when_ns };
	struct buf b;

	(void)state;
	if (w == NULL)
		return;
	buf_init(&b, 4096);
	m.transport = TRANSPORT_TCP;
	assert_int_equal(sink_hep_encode(&b, &cfg, &m, slice_str("c1")), 0);
	f.data = (const uint8_t *)b.data;
	f.caplen = f.origlen = (uint32_t)b.len;
	assert_int_equal(wire_push(w, &f), WIRE_SIP);
	assert_int_equal(wire_next(w, &got), 1);
	assert_true(slice_eq(got.bytes, m.bytes));
	assert_true(endpoint_same_host(&got.src, &m.src) && got.src.port == m.src.port);
	assert_true(endpoint_same_host(&got.dst, &m.dst) && got.dst.port == m.dst.port);
	assert_int_equal(got.transport, TRANSPORT_TCP);
	assert_int_equal(got.t_ns, when_ns / 1000 * 1000);
	assert_true(slice_eq(got.agent, slice_str("pbx")));
	assert_int_equal(wire_next(w, &got), 0);
	wire_free(w);
	buf_fini(&b);
}

/* Places. */

static void
test_places(void **state)
{
	static const char *const good[] = { "udp:192.0.2.1:9060", "tcp:192.0.2.1", "tls:[2001:db8::1]:9061",
		"udp:2001:db8::1", "udp:homer.example.net:9060", "tcp:homer" };
	static const char *const bad[] = { "", "udp", "udp:", "udp:9060", "9060", "sip:192.0.2.1:9060",
		"udp:homer:", "udp:homer:0", "udp:homer:65536", "udp:homer:x", "udp:[2001:db8::1", "udp:ho mer:1",
		"udp:a/b", "udp::9060", "http://homer", "udp:homer:1:2" };
	struct errmsg em;

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		assert_int_equal(sink_hep_judge(good[i], &em), 0);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (sink_hep_judge(bad[i], &em) != -EINVAL)
			fail_msg("%s is taken", bad[i]);
}

static int
collector(int type, struct sockaddr_in *sin)
{
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof *sin;

	assert_true(fd >= 0);
	*sin = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	assert_int_equal(bind(fd, (struct sockaddr *)sin, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)sin, &len), 0);
	return fd;
}

static struct sink_hep *
sender(const char *scheme, uint16_t port)
{
	struct sink_hep_cfg cfg = { .id = 2001, .agent = slice_str("pbx") };
	struct sink_hep *h = NULL;
	struct errmsg em = { "" };
	char where[64];

	(void)snprintf(where, sizeof where, "%s:127.0.0.1:%u", scheme, (unsigned)port);
	cfg.where = where;
	assert_int_equal(sink_hep_open(&h, &cfg, &em), 0);
	return h;
}

static void
test_reaches(void **state)
{
	struct endpoint it = { .addr = { 127, 0, 0, 1 }, .port = 9060, .family = 4 },
			any = { .port = 9060, .family = 4 };
	struct endpoint other = { .addr = { 127, 0, 0, 2 }, .port = 9060, .family = 4 };
	struct sink_hep *h = sender("udp", 9060);

	(void)state;
	assert_true(sink_hep_reaches(h, false, &it));
	assert_true(sink_hep_reaches(h, false, &any));
	assert_false(sink_hep_reaches(h, true, &it));
	assert_false(sink_hep_reaches(h, false, &other));
	it.port = any.port = 9061;
	assert_false(sink_hep_reaches(h, false, &it));
	assert_false(sink_hep_reaches(h, false, &any));
	sink_hep_close(h);
}

/* Somewhere to go. */

static uint64_t
accounted(const struct sink_hep *h)
{
	struct sink_hep_stats st;
	uint64_t n;

	sink_hep_stats(h, &st);
	n = st.sent + st.waiting;
	for (unsigned d = 0; d < SINK_HEP_DROP_N; d++)
		n += st.drop[d];
	assert_int_equal(n, st.messages);
	return st.messages;
}

static void
put(struct sink_hep *h, unsigned number, size_t size)
{
	static char text[70000];
	struct message m = a_message("");
	char id[16];

	memset(text, 'x', sizeof text);
	m.bytes = (struct slice){ text, size };
	(void)snprintf(id, sizeof id, "%u", number);
	sink_hep_put(h, &m, slice_str(id));
}

static void
test_udp(void **state)
{
	enum { MESSAGES = 100 };
	struct sockaddr_in sin;
	int fd = collector(SOCK_DGRAM, &sin);
	struct sink_hep *h = sender("udp", ntohs(sin.sin_port));
	struct sink_hep_stats st;
	uint8_t got[70000];
	uv_loop_t loop;

	(void)state;
	assert_int_equal(sink_hep_socket(h), -1);
	assert_int_equal(uv_loop_init(&loop), 0);
	sink_hep_start(h, &loop, NULL, NULL);
	for (unsigned i = 0; i < MESSAGES; i++)
		put(h, i, 100 + i);
	/* Too large for a datagram, not for HEP. */
	put(h, MESSAGES, 65450);
	sink_hep_flush(h);
	accounted(h);
	sink_hep_stats(h, &st);
	assert_int_equal(st.sent, MESSAGES);
	assert_int_equal(st.drop[SINK_HEP_DROP_SIZE], 1);
	assert_int_equal(st.waiting, 0);
	for (unsigned i = 0; i < MESSAGES; i++) {
		ssize_t n = recv(fd, got, sizeof got, MSG_DONTWAIT);
		const uint8_t *p;
		size_t len = 0;
		char id[16];

		assert_true(n > 6);
		assert_int_equal(n, got[4] << 8 | got[5]);
		p = chunk(got, 0x0f, &len);
		assert_non_null(p);
		assert_int_equal(len, 100 + i);
		p = chunk(got, 0x11, &len);
		assert_int_equal(len, snprintf(id, sizeof id, "%u", i));
		assert_memory_equal(p, id, len);
	}
	assert_int_equal(recv(fd, got, sizeof got, MSG_DONTWAIT), -1);
	/* Nobody listens any more: the kernel says so at the next sending, and that one goes all the same. */
	(void)close(fd);
	for (unsigned i = 0; i < 3; i++) {
		put(h, i, 10);
		sink_hep_flush(h);
	}
	sink_hep_stats(h, &st);
	assert_true(st.refused >= 1);
	assert_int_equal(st.sent, MESSAGES + 3);
	sink_hep_close(h);
	(void)uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
}

/* A listening collector, and its connection. */
static int
taken(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	assert_int_equal(poll(&p, 1, 5000), 1);
	return accept(fd, NULL, NULL);
}

/* Go on until the sender is in this state. */
static void
until(struct sink_hep *h, enum hep_state state)
{
	struct pollfd p = { .fd = h->fd };

	for (unsigned i = 0; i < 100 && h->state != state; i++) {
		p.events = hep_conn_wants(h);
		(void)poll(&p, 1, 50);
		hep_conn_serve(h);
	}
	assert_int_equal(h->state, state);
}

static size_t
take_all(struct sink_hep *h, int fd, uint8_t *out, size_t cap)
{
	size_t at = 0;
	ssize_t n = 1;

	for (unsigned idle = 0; idle < 3 && at < cap;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };

		hep_conn_serve(h);
		if (poll(&p, 1, 20) != 1) {
			idle++;
			continue;
		}
		n = recv(fd, out + at, cap - at, MSG_DONTWAIT);
		if (n <= 0)
			break;
		at += (size_t)n;
	}
	return at;
}

/* A stream of whole packets from its first byte on, whose numbers rise; returns how many. */
static unsigned
assert_stream(const uint8_t *p, size_t n, unsigned *first, unsigned *last)
{
	unsigned count = 0;

	for (size_t at = 0; at + 6 <= n; count++) {
		size_t total = (size_t)p[at + 4] << 8 | p[at + 5], len = 0;
		const uint8_t *id;
		char text[16] = { 0 };
		uint64_t number;

		assert_memory_equal(p + at, "HEP3", 4);
		if (at + total > n)
			break;
		id = chunk(p + at, 0x11, &len);
		assert_non_null(id);
		assert_true(len < sizeof text);
		memcpy(text, id, len);
		assert_int_equal(slice_u64(slice_str(text), UINT32_MAX, &number), 0);
		if (count == 0)
			*first = (unsigned)number;
		else
			assert_true(number > *last);
		*last = (unsigned)number;
		at += total;
	}
	return count;
}

static void
test_tcp_over_two_connections(void **state)
{
	enum { SIZE = 3000, BUFFER = 16 << 20 };
	uint8_t *got = malloc(BUFFER);
	struct sockaddr_in sin;
	int fd = collector(SOCK_STREAM, &sin), conn, small = 4096;
	struct sink_hep *h = sender("tcp", ntohs(sin.sin_port));
	struct sink_hep_stats st;
	unsigned number = 0, first = 0, last = 0, n;
	size_t len;

	(void)state;
	assert_non_null(got);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
	assert_int_equal(listen(fd, 4), 0);
	assert_int_equal(sink_hep_socket(h), h->fd);
	put(h, number++, SIZE);
	hep_conn_start(h);
	until(h, HEP_UP);
	conn = taken(fd);
	/* It reads nothing: first the kernel has room, then the queue, then nobody. */
	do {
		put(h, number++, SIZE);
		hep_conn_serve(h);
		sink_hep_stats(h, &st);
	} while (st.drop[SINK_HEP_DROP_SLOW] < 100 && number < 20000);
	assert_int_equal(st.drop[SINK_HEP_DROP_SLOW], 100);
	assert_true(sink_hep_full(h));
	assert_true(h->tail - h->head <= HEP_QUEUE_MAX);
	assert_true(h->tail - h->head > HEP_QUEUE_MAX - 2 * SIZE);
	/* In the middle of a packet it goes away. */
	assert_true(st.sent < number);
	(void)close(conn);
	until(h, HEP_DOWN);
	assert_false(sink_hep_full(h));
	put(h, number++, SIZE);
	sink_hep_stats(h, &st);
	assert_int_equal(st.drop[SINK_HEP_DROP_ABSENT], 1);
	accounted(h);
	/* Not at once, and then all that waited, whole. */
	hep_conn_tick(h);
	assert_int_equal(h->state, HEP_DOWN);
	h->now_ms += HEP_BACKOFF_MS;
	hep_conn_tick(h);
	until(h, HEP_UP);
	conn = taken(fd);
	len = take_all(h, conn, got, BUFFER);
	n = assert_stream(got, len, &first, &last);
	assert_int_equal(first, st.sent);
	assert_int_equal(n, st.waiting);
	sink_hep_stats(h, &st);
	assert_int_equal(st.waiting, 0);
	assert_int_equal(st.connects, 2);
	assert_int_equal(st.broken, 1);
	accounted(h);
	/* Idle for long is no stall. */
	h->now_ms += 100000;
	hep_conn_tick(h);
	assert_int_equal(h->state, HEP_UP);
	(void)close(conn);
	(void)close(fd);
	sink_hep_close(h);
	free(got);
}

static void
test_tcp_stalls(void **state)
{
	struct sockaddr_in sin;
	int fd = collector(SOCK_STREAM, &sin), conn;
	struct sink_hep *h = sender("tcp", ntohs(sin.sin_port));

	(void)state;
	assert_int_equal(listen(fd, 4), 0);
	hep_conn_start(h);
	until(h, HEP_UP);
	conn = taken(fd);
	for (unsigned i = 0; i < 5000; i++)
		put(h, i, 3000);
	hep_conn_serve(h);
	hep_conn_tick(h);
	h->now_ms += HEP_STALL_MS - 1;
	hep_conn_tick(h);
	assert_int_equal(h->state, HEP_UP);
	h->now_ms += 1;
	hep_conn_tick(h);
	assert_int_equal(h->state, HEP_DOWN);
	accounted(h);
	(void)close(conn);
	(void)close(fd);
	sink_hep_close(h);
}

static void
test_tcp_absent(void **state)
{
	static const unsigned waits_ms[] = { 1000, 2000, 4000, 8000, 16000, 30000, 30000 };
	struct sockaddr_in sin;
	int fd = collector(SOCK_STREAM, &sin);
	struct sink_hep *h = sender("tcp", ntohs(sin.sin_port));
	struct sink_hep_stats st;

	(void)state;
	/* Bound and not listening: refused. */
	put(h, 1, 100);
	hep_conn_start(h);
	for (size_t i = 0; i < sizeof waits_ms / sizeof waits_ms[0]; i++) {
		until(h, HEP_DOWN);
		h->now_ms += waits_ms[i] - 1;
		hep_conn_tick(h);
		assert_int_equal(h->state, HEP_DOWN);
		assert_int_equal(h->st.broken, i + 1);
		h->now_ms += 1;
		hep_conn_tick(h);
	}
	until(h, HEP_DOWN);
	assert_int_equal(h->st.broken, 8);
	/* The end does not wait for it either; but one that has come by then is told. */
	sink_hep_drain(h, 1000);
	sink_hep_stats(h, &st);
	assert_int_equal(st.drop[SINK_HEP_DROP_ABSENT], 1);
	assert_int_equal(st.broken, 9);
	accounted(h);
	assert_int_equal(listen(fd, 4), 0);
	put(h, 2, 100);
	sink_hep_drain(h, 1000);
	sink_hep_stats(h, &st);
	assert_int_equal(st.sent, 1);
	(void)close(fd);
	sink_hep_close(h);
}

/* Memory that is short loses messages, which are counted, and nothing else. */
static void
test_memory(void **state)
{
	struct sockaddr_in sin;
	int fd = collector(SOCK_DGRAM, &sin);
	struct errmsg em;
	struct sink_hep *h;
	struct sink_hep_cfg cfg = { .id = 1 };
	struct sink_hep_stats st;
	char where[64];

	(void)state;
	(void)snprintf(where, sizeof where, "tcp:127.0.0.1:%u", (unsigned)ntohs(sin.sin_port));
	cfg.where = where;
	for (long n = 1; n <= 2; n++) {
		mem_fail_at(n);
		assert_int_equal(sink_hep_open(&h, &cfg, &em), -ENOMEM);
		assert_null(h);
	}
	mem_fail_at(0);
	assert_int_equal(sink_hep_open(&h, &cfg, &em), 0);
	mem_fail_at(1);
	put(h, 1, 100);
	mem_fail_at(0);
	put(h, 2, 60000);
	/* The queue has to grow now. */
	mem_fail_at(1);
	put(h, 3, 60000);
	mem_fail_at(0);
	put(h, 4, 60000);
	sink_hep_stats(h, &st);
	assert_int_equal(st.drop[SINK_HEP_DROP_MEMORY], 2);
	assert_int_equal(st.waiting, 2);
	accounted(h);
	sink_hep_close(h);
	(void)close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_transports_and_families),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_read_back),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_reaches),
		cmocka_unit_test(test_udp),
		cmocka_unit_test(test_tcp_over_two_connections),
		cmocka_unit_test(test_tcp_stalls),
		cmocka_unit_test(test_tcp_absent),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
