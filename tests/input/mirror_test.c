/*
 * mirror: HEP, plain copies and TZSP through receivers on loopback: what a datagram or a packet of a stream becomes,
 * however it is cut, what the kernel dropped, and the limits of streams.
 */
#include "receiver_cases.h"

#include <zlib.h>

enum { PACKET = 200 };

static int
setup(void **state)
{
	int rc = harness_setup(state);

	((struct harness *)*state)->cfg.kind = INPUT_MIRROR;
	return rc;
}

/* A HEP3 packet of n bytes with one chunk, told apart by its letter. */
static size_t
packet(uint8_t *out, size_t n, char letter)
{
	memcpy(out, "HEP3", 4);
	out[4] = (uint8_t)(n >> 8);
	out[5] = (uint8_t)n;
	memcpy(out + 6, "\0\0\0\x0f", 4);
	out[10] = (uint8_t)((n - 6) >> 8);
	out[11] = (uint8_t)(n - 6);
	memset(out + 12, letter, n - 12);
	return n;
}

static size_t
zipped(uint8_t *out, size_t cap, const uint8_t *in, size_t n)
{
	z_stream z = {
		.next_in = (uint8_t *)(uintptr_t)in, .avail_in = (uInt)n, .next_out = out, .avail_out = (uInt)cap
	};

	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	(void)deflateEnd(&z);
	return z.total_out;
}

static void
is_packet(const struct harness *h, unsigned i, size_t n, char letter)
{
	uint8_t want[65535];

	assert_true(i < h->n);
	assert_int_equal(h->texts[i].len, n);
	assert_memory_equal(h->texts[i].data, want, packet(want, n, letter));
	assert_false(h->texts[i].cut);
	assert_int_equal(h->texts[i].link, LINK_MIRROR);
}

static void
test_arguments(void **state)
{
	struct harness *h = *state;

	harness_refused(h, "9060", -EINVAL, "no listener for mirrored SIP: udp:9060");
	harness_refused(h, "unix:/tmp/x", -EINVAL, "no listener for mirrored SIP");
	harness_refused(h, "udp:0.0.0.0:0", -EINVAL, "--allow");
	harness_refused(h, "tcp:[::]:0", -EINVAL, "--allow");
	harness_refused(h, "tls:127.0.0.1:0", -EINVAL, "--tls-cert");
	h->cfg.kind = INPUT_TZSP;
	harness_refused(h, "tcp:37008", -EINVAL, "no TZSP listener: udp:37008");
	harness_refused(h, "udp:0.0.0.0:0", -EINVAL, "--allow");
}

/* What has a port by custom listens there when none is said, on both loopbacks when no address is. */
static void
test_customs(void **state)
{
	static const struct {
		enum input_kind kind;
		const char *arg, *name;
	} rows[] = { { INPUT_MIRROR, "udp:", "udp:9060" }, { INPUT_MIRROR, "tcp:127.0.0.1", "tcp:127.0.0.1:9060" },
		{ INPUT_MIRROR, "udp:[::1]", "udp:[::1]:9060" }, { INPUT_TZSP, "udp:", "udp:37008" } };
	struct harness *h = *state;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		h->cfg.kind = rows[i].kind;
		h->cfg.arg = rows[i].arg;
		/* Somebody else may listen there, or have no IPv6: then the sentence names the place. */
		if (input_open(&h->in, &h->cfg, &h->em) != 0) {
			assert_non_null(strstr(h->em.text, strchr(rows[i].name, ':') + 1));
			continue;
		}
		assert_string_equal(input_name(h->in), rows[i].name);
		harness_close(h);
	}
}

static void
test_datagrams(void **state)
{
	struct harness *h = *state;
	int fd;

	cases_datagrams(h, "SIP/2.0 486 Busy Here\r\n\r\n");
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(h->texts[i].link, LINK_MIRROR);
		assert_int_equal(h->texts[i].from.addr[0], 127);
		assert_true(h->texts[i].from.port != 0 && h->texts[i].from.port != harness_port(h));
		assert_int_equal(h->texts[i].to.port, harness_port(h));
		assert_int_equal(h->texts[i].to.addr[0], 127);
	}
	harness_close(h);
	cases_forget(h);
	h->cfg.kind = INPUT_TZSP;
	harness_run(h, "udp:127.0.0.1:0");
	fd = harness_connect(h, 4, SOCK_DGRAM);
	harness_say(fd, "\x01\x01\x01");
	harness_wait(h, 1);
	assert_int_equal(h->texts[0].link, LINK_TZSP);
	(void)close(fd);
}

static void
test_drops(void **state)
{
	uint8_t p[PACKET];

	cases_drops(*state, p, packet(p, sizeof p, 'a'));
}

/* What the kernel gave is told: at least what it gives anybody, at most what was asked for. */
static void
test_buffer(void **state)
{
	struct harness *h = *state;

	for (unsigned mib = 1; mib <= 2; mib++) {
		h->cfg.buffer_mib = mib;
		harness_open(h, "udp:127.0.0.1:0");
		assert_in_range(input_buffer_bytes(h->in), 64 << 10, mib << 20);
		harness_close(h);
	}
	harness_open(h, "tcp:127.0.0.1:0");
	assert_int_equal(input_buffer_bytes(h->in), 0);
}

static void
test_allow(void **state)
{
	cases_turned_away(*state, "udp:0.0.0.0:0", SOCK_DGRAM, "HEP3");
	cases_turned_away(*state, "tcp:0.0.0.0:0", SOCK_STREAM, "HEP3");
}

/* Three packets and a gzip member between them, cut at every place, and a byte at a time. */
static void
test_stream_cut(void **state)
{
	struct harness *h = *state;
	uint8_t stream[1024], member[512];
	size_t n, at = 0;

	at += packet(stream, 40, 'a');
	at += packet(stream + at, 12, 'b');
	n = zipped(member, sizeof member, stream, 40);
	memcpy(stream + at, member, n);
	at += n;
	at += packet(stream + at, 300, 'c');
	harness_run(h, "tcp:127.0.0.1:0");
	for (size_t cut = 0; cut <= at; cut++) {
		int fd = harness_connect(h, 4, SOCK_STREAM);
		int on = 1;

		(void)setsockopt(fd, IPPROTO_TCP, 1 /* TCP_NODELAY */, &on, sizeof on);
		for (size_t i = 0; cut == 0 && i < at; i++) {
			harness_send(fd, stream + i, 1);
			(void)uv_run(&h->loop, UV_RUN_NOWAIT);
		}
		if (cut > 0)
			harness_send(fd, stream, cut);
		cases_turns(h, 2);
		if (cut > 0 && cut < at)
			harness_send(fd, stream + cut, at - cut);
		harness_wait(h, 4);
		is_packet(h, 0, 40, 'a');
		is_packet(h, 1, 12, 'b');
		assert_int_equal(h->texts[2].len, n);
		assert_memory_equal(h->texts[2].data, member, n);
		is_packet(h, 3, 300, 'c');
		assert_int_equal(harness_receiver(h)->purse.used, 0);
		(void)close(fd);
		harness_wait_for(h, &h->in->st.senders, 0);
		h->in->st.frames -= h->n;
		cases_forget(h);
	}
	assert_int_equal(h->in->st.bad_frames + h->in->st.trimmed + h->in->st.closed, 0);
}

/* Plain copies, with what may stand between them, cut at every place. */
static void
test_stream_copies(void **state)
{
	static const char *const sip[] = {
		"INVITE sip:b@x SIP/2.0\r\nCall-ID: 1\r\nContent-Length : 5\r\n\r\n\r\n\r\nS",
		"SIP/2.0 486 Busy Here\r\nCall-ID: 1\r\nl:0\r\n\r\n", "SIP/2.0 100 Trying\nCall-ID: 1\n\n"
	};
	struct harness *h = *state;
	char stream[512];
	size_t n = (size_t)snprintf(stream, sizeof stream, "\r\n%s%s\r\n\r\n%s", sip[0], sip[1], sip[2]);

	harness_run(h, "tcp:127.0.0.1:0");
	for (size_t cut = 1; cut <= n; cut++) {
		int fd = harness_connect(h, 4, SOCK_STREAM);

		harness_send(fd, stream, cut);
		cases_turns(h, 3);
		if (cut < n)
			harness_send(fd, stream + cut, n - cut);
		harness_wait(h, 3);
		for (unsigned i = 0; i < 3; i++)
			harness_heard(h, i, sip[i], false);
		(void)close(fd);
		harness_wait_for(h, &h->in->st.senders, 0);
		h->in->st.frames -= h->n;
		cases_forget(h);
	}
	assert_int_equal(h->in->st.bad_frames + h->in->st.closed, 0);
}

/* A stream of copies ends where it makes no sense, which nobody gets; one that breaks off is handed over as cut. */
static void
test_stream_copies_bad(void **state)
{
	static const char good[] = "SIP/2.0 486 Busy Here\r\nl: 0\r\n\r\n";
	static const char *const bad[] = { "INVITE sip:b@x SIP/2.0\r\nl: -1\r\n\r\n",
		"OPTIONS sip:b@x SIP/2.0\r\nl: 1\r\nl: 2\r\n\r\n", "OPTIONS sip:b@x SIP/2.0\r\nl: 65530\r\n\r\n",
		"GET / HTTP/1.1\r\n\r\n", "HEP3 is no message\r\n" };
	struct harness *h = *state;
	int fd;

	harness_run(h, "tcp:127.0.0.1:0");
	for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		fd = harness_connect(h, 4, SOCK_STREAM);
		harness_say(fd, good);
		harness_say(fd, bad[i]);
		harness_wait_for(h, &h->in->st.closed, i + 1);
		assert_int_equal(h->in->st.bad_frames, i + 1);
		assert_int_equal(h->n, i + 1);
		harness_heard(h, i, good, false);
		(void)close(fd);
	}
	fd = harness_connect(h, 4, SOCK_STREAM);
	harness_say(fd, "INVITE sip:b@x SIP/2.0\r\nl: 9\r\n\r\n12345");
	(void)close(fd);
	harness_wait_for(h, &h->in->st.connected, 6);
	harness_wait_for(h, &h->in->st.senders, 0);
	harness_heard(h, h->n - 1, "INVITE sip:b@x SIP/2.0\r\nl: 9\r\n\r\n12345", true);
}

/* Behind noise the next packet is found; each loss is a record that nobody gets. */
static void
test_stream_noise(void **state)
{
	struct harness *h = *state;
	uint8_t p[3 * PACKET];
	int fd;

	harness_run(h, "tcp:127.0.0.1:0");
	fd = harness_connect(h, 4, SOCK_STREAM);
	(void)packet(p, PACKET, 'a');
	memset(p + PACKET, '!', PACKET);
	(void)packet(p + 2 * PACKET, PACKET, 'b');
	harness_send(fd, p, sizeof p);
	harness_wait(h, 2);
	is_packet(h, 0, PACKET, 'a');
	is_packet(h, 1, PACKET, 'b');
	assert_int_equal(h->in->st.bad_frames, 1);
	assert_int_equal(h->in->st.skipped, 1);
	assert_int_equal(h->in->st.trimmed, PACKET);
	assert_int_equal(h->in->st.closed, 0);
	/* A packet whose end never comes is handed over, as cut. */
	harness_send(fd, p, PACKET - 1);
	(void)close(fd);
	harness_wait(h, 3);
	assert_int_equal(h->texts[2].len, PACKET - 1);
	assert_true(h->texts[2].cut);
}

/* What shows no packet is ended, and is one record. */
static void
test_stream_nonsense(void **state)
{
	static uint8_t noise[16 << 10];
	struct harness *h = *state;
	int fd;

	memset(noise, 'n', sizeof noise);
	harness_run(h, "tcp:127.0.0.1:0");
	fd = harness_connect(h, 4, SOCK_STREAM);
	harness_send(fd, noise, 100);
	cases_turns(h, 5);
	assert_int_equal(h->in->st.closed, 0);
	harness_send(fd, noise, sizeof noise);
	harness_wait_for(h, &h->in->st.closed, 1);
	assert_int_equal(h->in->st.bad_frames, 1);
	(void)close(fd);
	/* One that lost its way has longer. */
	fd = harness_connect(h, 4, SOCK_STREAM);
	harness_send(fd, noise, packet(noise, PACKET, 'a'));
	harness_wait(h, 1);
	memset(noise, 'n', sizeof noise);
	for (unsigned i = 0; i < 100 && h->in->st.closed == 1; i++) {
		(void)send(fd, noise, sizeof noise, MSG_NOSIGNAL);
		(void)uv_run(&h->loop, UV_RUN_NOWAIT);
	}
	harness_wait_for(h, &h->in->st.closed, 2);
	assert_int_equal(h->in->st.bad_frames, 2);
	assert_true(h->in->st.trimmed > 128 << 10);
	(void)close(fd);
	fd = harness_connect(h, 4, SOCK_STREAM);
	harness_send(fd, "\x16\x03\x01\x02\x00\x01", 6);
	harness_wait_for(h, &h->in->st.closed, 3);
	assert_non_null(strstr(h->sentence, "speaks TLS"));
	(void)close(fd);
	assert_int_equal(h->n, 1);
}

static void
test_stream_slow(void **state)
{
	static uint8_t whole[PACKET], part[65535];

	(void)packet(part, sizeof part, 'b');
	cases_slow(*state, whole, packet(whole, sizeof whole, 'a'), part, 50);
}

static void
test_stream_memory(void **state)
{
	static uint8_t much[65535], little[CASES_LITTLE + 1];
	struct harness *h = *state;

	(void)packet(much, sizeof much, 'm');
	(void)packet(little, sizeof little, 'l');
	cases_memory(h, much, little, 'l');
	for (unsigned i = 1; i <= 3; i++)
		is_packet(h, i, sizeof little, 'l');
}

/* Without memory for what is left of a packet its connection goes, and nothing else. */
static void
test_memory_short(void **state)
{
	struct harness *h = *state;
	uint8_t p[PACKET];
	int fd;

	cases_open_short(h, "udp:127.0.0.1:0");
	harness_close(h);
	harness_run(h, "tcp:127.0.0.1:0");
	fd = harness_connect(h, 4, SOCK_STREAM);
	harness_send(fd, p, packet(p, PACKET, 'a'));
	harness_wait(h, 1);
	harness_send(fd, p, 50);
	mem_fail_at(1);
	harness_wait_for(h, &h->in->st.closed, 1);
	mem_fail_at(0);
	assert_int_equal(harness_receiver(h)->purse.used, 0);
	(void)close(fd);
	fd = harness_connect(h, 4, SOCK_STREAM);
	harness_send(fd, p, PACKET);
	harness_wait(h, 2);
	(void)close(fd);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, harness_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_arguments),
		TEST(test_customs),
		TEST(test_datagrams),
		TEST(test_drops),
		TEST(test_buffer),
		TEST(test_allow),
		TEST(test_stream_cut),
		TEST(test_stream_copies),
		TEST(test_stream_copies_bad),
		TEST(test_stream_noise),
		TEST(test_stream_nonsense),
		TEST(test_stream_slow),
		TEST(test_stream_memory),
		TEST(test_memory_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
