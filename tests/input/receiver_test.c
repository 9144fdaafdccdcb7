/* syslog: receivers on loopback and a real loop; who is let in, what is handed over, and the limits of everything. */
#include "receiver_cases.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

static void
test_arguments(void **state)
{
	struct harness *h = *state;

	harness_refused(h, "514", -EINVAL, "no syslog receiver");
	harness_refused(h, "sctp:514", -EINVAL, "no syslog receiver");
	harness_refused(h, "udp:70000", -EINVAL, "no syslog receiver");
	harness_refused(h, "tcp:pbx.example.com:514", -EINVAL, "no syslog receiver");
	harness_refused(h, "unix:", -EINVAL, "no syslog receiver");
	harness_refused(h, "tls:0", -EINVAL, "--tls-cert");
	harness_refused(h, "tcp:192.0.2.77:0", -EINVAL, "--allow");
	harness_refused(h, "udp:0.0.0.0:0", -EINVAL, "--allow");
	harness_refused(h, "udp:[::]:0", -EINVAL, "--allow");
	h->cfg.allow_any = true;
	harness_refused(h, "tcp:192.0.2.77:0", -EADDRNOTAVAIL, "has not the address");
	/* The same address, written the other way. */
	harness_refused(h, "tcp:[::ffff:192.0.2.77]:0", -EADDRNOTAVAIL, "of tcp:192.0.2.77");
	harness_open(h, "udp:0.0.0.0:0");
	assert_null(harness_receiver(h)->allow);
	assert_true(harness_port(h) > 0);
	assert_true(h->in->st.open_to_all);
}

/* A network of all addresses opens it to everybody; on loopback nobody else comes. */
static void
test_open_to_all(void **state)
{
	struct peers *all = peers_new();
	struct harness *h = *state;

	assert_int_equal(peers_add(all, slice_str("x"), (enum peer_role)0, slice_str("192.0.2.0/24"), &h->em), 0);
	assert_int_equal(peers_add(all, slice_str("y"), (enum peer_role)0, slice_str("0.0.0.0/0"), &h->em), 0);
	h->cfg.allow = all;
	harness_open(h, "tcp:0.0.0.0:0");
	assert_true(h->in->st.open_to_all);
	harness_close(h);
	h->cfg.allow_any = true;
	harness_open(h, "tcp:127.0.0.1:0");
	assert_false(h->in->st.open_to_all);
	harness_close(h);
	peers_free(all);
	h->cfg.allow = NULL;
}

/* Without an address: both loopbacks, one port. */
static void
test_both_loopbacks(void **state)
{
	struct harness *h = *state;
	int four, six;

	harness_run(h, "udp:0");
	assert_int_equal(strncmp(input_name(h->in), "udp:", 4), 0);
	four = harness_connect(h, 4, SOCK_DGRAM);
	harness_say(four, "<1>four");
	harness_wait(h, 1);
	harness_heard(h, 0, "<1>four", false);
	assert_int_equal(h->texts[0].from.family, 4);
	(void)close(four);
	if (harness_receiver(h)->n_listeners < 2) {
		print_message("# no IPv6 here\n");
		return;
	}
	six = harness_connect(h, 6, SOCK_DGRAM);
	harness_say(six, "<1>six");
	harness_wait(h, 2);
	harness_heard(h, 1, "<1>six", false);
	assert_int_equal(h->texts[1].from.family, 6);
	assert_int_equal(h->texts[1].from.addr[15], 1);
	assert_true(h->texts[1].origin > h->texts[0].origin);
	(void)close(six);
}

static void
test_in_use(void **state)
{
	struct harness *h = *state;
	static const char *const scheme[] = { "udp", "tcp" };
	char arg[64];

	for (unsigned i = 0; i < 2; i++) {
		struct input *first;

		(void)snprintf(arg, sizeof arg, "%s:127.0.0.1:0", scheme[i]);
		harness_open(h, arg);
		first = h->in;
		(void)snprintf(arg, sizeof arg, "%s", input_name(first));
		h->in = NULL;
		harness_refused(h, arg, -EADDRINUSE, "another program");
		h->in = first;
		harness_close(h);
	}
}

static void
test_udp(void **state)
{
	struct harness *h = *state;

	cases_datagrams(h, "<1>one\n");
	assert_int_equal(h->texts[0].origin, h->texts[1].origin);
	assert_string_equal(h->sentence, "");
	assert_int_equal(h->states, 1);
	assert_int_equal(h->st.connected, 1);
	assert_int_equal(h->st.bytes, 7 + h->texts[2].len);
}

/* More addresses than the table holds: the one silent for longest is forgotten, and its stream ends. */
static void
test_udp_senders(void **state)
{
	struct harness *h = *state;
	struct sockaddr_in to = { .sin_family = AF_INET };
	uint32_t first;

	harness_run(h, "udp:127.0.0.1:0");
	to.sin_port = htons(harness_port(h));
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (unsigned i = 0; i <= RECEIVER_SENDERS + 2; i++) {
		/* The second one speaks once more just before the table is full. */
		unsigned who = i == RECEIVER_SENDERS ? 1 : i;
		struct sockaddr_in me = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f010000u + who) };
		int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

		assert_int_equal(bind(fd, (struct sockaddr *)&me, sizeof me), 0);
		assert_int_equal(sendto(fd, "<1>", 3, 0, (struct sockaddr *)&to, sizeof to), 3);
		(void)close(fd);
		if (i % 256 == 255)
			harness_wait(h, i + 1);
	}
	harness_wait(h, RECEIVER_SENDERS + 3);
	first = h->texts[0].origin;
	assert_int_equal(h->texts[RECEIVER_SENDERS].origin, h->texts[1].origin);
	assert_int_equal(h->ends, 2);
	assert_int_equal(h->ended[0], first);
	assert_int_equal(h->ended[1], h->texts[2].origin);
	input_stats(h->in, &h->st);
	assert_int_equal(h->st.senders, RECEIVER_SENDERS);
	assert_int_equal(h->st.connected, RECEIVER_SENDERS + 2);
}

static void
test_udp_drops(void **state)
{
	static const char line[] = "<134>Mar  3 10:15:01 pbx asterisk[1]: SIP/2.0 486 Busy Here";

	cases_drops(*state, line, sizeof line - 1);
}

static void
test_tcp(void **state)
{
	struct harness *h = *state;
	int a, b;

	harness_run(h, "tcp:127.0.0.1:0");
	a = harness_connect(h, 4, SOCK_STREAM);
	b = harness_connect(h, 4, SOCK_STREAM);
	harness_say(a, "<1>line\n9 <1>coun");
	harness_wait(h, 1);
	harness_say(a, "t\n<1>line\r\n\n\n");
	harness_say(b, "<1>other\n");
	harness_wait(h, 4);
	harness_heard(h, 0, "<1>line", false);
	assert_int_equal(h->texts[0].from.family, 4);
	assert_int_equal(h->texts[0].from.addr[0], 127);
	input_stats(h->in, &h->st);
	assert_int_equal(h->st.senders, 2);
	assert_int_equal(h->st.trimmed, 2);
	harness_say(a, "<1>half");
	(void)close(a);
	harness_wait(h, 5);
	harness_heard(h, 4, "<1>half", true);
	assert_int_equal(h->ends, 1);
	assert_int_equal(h->ended[0], h->texts[0].origin);
	(void)close(b);
	for (unsigned i = 0; h->ends < 2 && i < HARNESS_TURNS; i++)
		(void)uv_run(&h->loop, UV_RUN_ONCE);
	assert_int_equal(h->ends, 2);
	assert_true(h->ended[0] != h->ended[1]);
	input_stats(h->in, &h->st);
	assert_int_equal(h->st.senders, 0);
	assert_int_equal(h->st.connected, 2);
	assert_int_equal(h->st.closed, 0);
	assert_int_equal(h->st.long_records, 0);
}

/* A peer that breaks off with RST; the others go on. */
static void
test_tcp_reset(void **state)
{
	struct harness *h = *state;
	struct linger now = { 1, 0 };
	int a, b;

	harness_run(h, "tcp:127.0.0.1:0");
	a = harness_connect(h, 4, SOCK_STREAM);
	b = harness_connect(h, 4, SOCK_STREAM);
	harness_say(a, "<1>a");
	harness_say(b, "<1>b\n");
	harness_wait(h, 1);
	assert_int_equal(setsockopt(a, SOL_SOCKET, SO_LINGER, &now, sizeof now), 0);
	(void)close(a);
	harness_wait(h, 2);
	harness_heard(h, 1, "<1>a", true);
	harness_say(b, "<1>c\n");
	harness_wait(h, 3);
	(void)close(b);
}

/*
 * Bytes and RST at once: libuv stops a handle with an error, so nobody says a second time that there is something.
 * What came is taken and the place is free again.
 */
static void
test_tcp_reset_behind(void **state)
{
	struct harness *h = *state;
	struct linger now = { 1, 0 };

	harness_open(h, "tcp:127.0.0.1:0");
	harness_receiver(h)->lim.conns_local = 4;
	harness_start(h);
	for (unsigned i = 0; i < 8; i++) {
		int fd = harness_connect(h, 4, SOCK_STREAM);

		harness_wait_for(h, &h->in->st.connected, i + 1);
		harness_say(fd, "<1>whole\n<1>part");
		assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now), 0);
		(void)close(fd);
		harness_wait(h, 2 * i + 2);
		harness_wait_for(h, &h->in->st.senders, 0);
	}
	assert_int_equal(h->in->st.refused, 0);
}

static void
test_unix_datagrams(void **state)
{
	struct harness *h = *state;
	char arg[128], *big = calloc(1, 100000);
	struct stat st;
	int fd, other;

	assert_non_null(big);
	(void)snprintf(arg, sizeof arg, "unix:%s", h->path);
	harness_run(h, arg);
	assert_string_equal(input_name(h->in), arg);
	assert_int_equal(stat(h->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0666);
	fd = harness_connect(h, 0, SOCK_DGRAM);
	other = harness_connect(h, 0, SOCK_DGRAM);
	harness_say(fd, "<1>one");
	harness_say(other, "<1>two");
	memset(big, 'x', 100000);
	harness_send(fd, big, 100000);
	harness_wait(h, 3);
	harness_heard(h, 0, "<1>one", false);
	assert_int_equal(h->texts[0].from.family, 0);
	assert_int_equal(h->texts[0].origin, h->texts[1].origin);
	assert_true(h->texts[2].cut);
	assert_int_equal(h->texts[2].len, TEXT_MAX);
	input_stats(h->in, &h->st);
	assert_int_equal(h->st.long_records, 1);
	(void)close(fd);
	(void)close(other);
	free(big);
}

/* syslog(3) ends each message with NUL on such a socket, and the last one must not wait for the next. */
static void
test_unix_stream(void **state)
{
	struct harness *h = *state;
	char arg[128];
	int fd;

	(void)snprintf(arg, sizeof arg, "unix-stream:%s", h->path);
	harness_open(h, arg);
	harness_receiver(h)->lim.settle_ms = 5;
	harness_start(h);
	fd = harness_connect(h, 0, SOCK_STREAM);
	harness_send(fd, "<1>one\0<1>two", 14);
	harness_wait(h, 2);
	harness_heard(h, 0, "<1>one", false);
	harness_heard(h, 1, "<1>two", false);
	harness_say(fd, "10 <1>counted");
	harness_wait(h, 3);
	(void)close(fd);
}

static void
test_unix_paths(void **state)
{
	static const char *const scheme[] = { "unix", "unix-stream" };
	struct harness *h = *state;
	char arg[256];
	int fd;

	for (unsigned i = 0; i < 2; i++) {
		struct input *first;

		(void)snprintf(arg, sizeof arg, "%s:%s", scheme[i], h->path);
		harness_open(h, arg);
		first = h->in;
		h->in = NULL;
		harness_refused(h, arg, -EADDRINUSE, "another program");
		(void)snprintf(arg, sizeof arg, "%s:%s", scheme[1 - i], h->path);
		harness_refused(h, arg, -EADDRINUSE, "another program");
		h->in = first;
		harness_close(h);
		/* It stays behind, and the next one replaces it. */
		assert_int_equal(access(h->path, F_OK), 0);
	}
	harness_open(h, arg);
	harness_close(h);
	assert_int_equal(unlink(h->path), 0);
	fd = open(h->path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	(void)close(fd);
	harness_refused(h, arg, -EEXIST, "is no socket");
	assert_int_equal(access(h->path, F_OK), 0);
	(void)snprintf(arg, sizeof arg, "unix:%s/%0120d", h->dir, 1);
	harness_refused(h, arg, -ENAMETOOLONG, "at most 107 bytes");
	(void)snprintf(arg, sizeof arg, "unix:%s/none/log", h->dir);
	harness_refused(h, arg, -ENOENT, "No such file");
}

static void
test_allow(void **state)
{
	struct harness *h = *state;
	struct peers *here = peers_new();
	int fd;

	cases_turned_away(h, "udp:0.0.0.0:0", SOCK_DGRAM, "<1>no");
	cases_turned_away(h, "tcp:0.0.0.0:0", SOCK_STREAM, "<1>no\n");
	assert_int_equal(peers_add(here, slice_str("x"), (enum peer_role)0, slice_str("127.0.0.0/8"), &h->em), 0);
	h->cfg.allow = here;
	harness_run(h, "udp:0.0.0.0:0");
	fd = harness_connect(h, 4, SOCK_DGRAM);
	harness_say(fd, "<1>yes");
	harness_wait(h, 1);
	assert_int_equal(h->in->st.refused, 0);
	(void)close(fd);
	harness_close(h);
	peers_free(here);
	h->cfg.allow = NULL;
}

/* An empty list lets nobody in, and so does not open. */
static void
test_allow_empty(void **state)
{
	struct harness *h = *state;
	struct peers *none = peers_new();

	h->cfg.allow = none;
	harness_refused(h, "tcp:0.0.0.0:0", -EINVAL, "--allow");
	peers_free(none);
	h->cfg.allow = NULL;
}

static void
caps(struct harness *h, unsigned all, unsigned local, unsigned let_in)
{
	enum { N = 6 };
	uint64_t connected;
	int fd[N];

	harness_open(h, "tcp:127.0.0.1:0");
	harness_receiver(h)->lim.conns = all;
	harness_receiver(h)->lim.conns_local = local;
	harness_start(h);
	for (unsigned i = 0; i < N; i++)
		fd[i] = harness_connect(h, 4, SOCK_STREAM);
	harness_wait_for(h, &h->in->st.refused, N - let_in);
	assert_int_equal(h->in->st.senders, let_in);
	/* A place that was given back is given again. */
	(void)close(fd[0]);
	harness_wait_for(h, &h->in->st.senders, let_in - 1);
	connected = h->in->st.connected;
	fd[0] = harness_connect(h, 4, SOCK_STREAM);
	harness_wait_for(h, &h->in->st.connected, connected + 1);
	for (unsigned i = 0; i < N; i++)
		(void)close(fd[i]);
	harness_close(h);
}

static void
test_caps(void **state)
{
	caps(*state, 4, 64, 4);
	caps(*state, 256, 3, 3);
}

static void
test_slow_frame(void **state)
{
	cases_slow(*state, "<1>hello\n", 9, "x", 1);
}

static void
test_bad_frames(void **state)
{
	static const char *const bad[] = { "0 x", "-5 <1>a", "2147483648 <1>a", "18446744073709551616 <1>", "04 <1>a" };
	struct harness *h = *state;
	char c;
	int fd;

	harness_run(h, "tcp:127.0.0.1:0");
	for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		fd = harness_connect(h, 4, SOCK_STREAM);
		harness_say(fd, "<1>good\n");
		harness_say(fd, bad[i]);
		harness_wait_for(h, &h->in->st.closed, i + 1);
		assert_true(recv(fd, &c, 1, 0) <= 0);
		(void)close(fd);
		assert_int_equal(h->in->st.bad_frames, i + 1);
		assert_int_equal(h->n, i + 1);
		assert_int_equal(h->ends, i + 1);
	}
	input_stats(h->in, &h->st);
	assert_string_equal(h->st.turned_away, "127.0.0.1: framing that makes no sense");
	assert_int_equal(h->in->st.skipped, sizeof bad / sizeof bad[0]);
	assert_int_equal(h->states, 1);
}

static void
test_tls_on_plain(void **state)
{
	struct harness *h = *state;

	harness_run(h, "tcp:127.0.0.1:0");
	for (unsigned i = 0; i < 2; i++) {
		int fd = harness_connect(h, 4, SOCK_STREAM);

		harness_send(fd, "\x16\x03\x01\x02\x00\x01", 6);
		harness_wait_for(h, &h->in->st.closed, i + 1);
		(void)close(fd);
	}
	assert_int_equal(h->in->st.bad_frames, 2);
	assert_int_equal(h->n, 0);
	/* Said once. */
	assert_int_equal(h->states, 2);
	assert_non_null(strstr(h->sentence, "speaks TLS"));
}

static void
test_memory(void **state)
{
	static char x[CASES_MUCH];
	struct harness *h = *state;

	memset(x, 'x', sizeof x);
	cases_memory(h, x, x, '\n');
	for (unsigned i = 1; i <= 3; i++) {
		assert_int_equal(h->texts[i].len, CASES_LITTLE);
		assert_false(h->texts[i].cut);
	}
}

/* Out of descriptors: who comes is sent away and counted, and there is no storm of wake-ups. */
static void
test_no_descriptors(void **state)
{
	enum { N = 10 };
	struct harness *h = *state;
	struct rlimit was, low;
	unsigned turns = 0;
	int fd[N], again;

	harness_run(h, "tcp:127.0.0.1:0");
	for (unsigned i = 0; i < 5; i++)
		(void)uv_run(&h->loop, UV_RUN_ONCE);
	for (unsigned i = 0; i < N; i++)
		fd[i] = harness_connect(h, 4, SOCK_STREAM);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
	low = was;
	low.rlim_cur = (rlim_t)fd[N - 1] + 1;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	while (h->in->st.refused < N && turns++ < HARNESS_TURNS)
		(void)uv_run(&h->loop, UV_RUN_ONCE);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
	assert_int_equal(h->in->st.refused, N);
	assert_true(harness_receiver(h)->spare >= 0);
	assert_false(harness_receiver(h)->listener[0].resting);
	again = harness_connect(h, 4, SOCK_STREAM);
	harness_say(again, "<1>again\n");
	harness_wait(h, 1);
	(void)close(again);
	for (unsigned i = 0; i < N; i++)
		(void)close(fd[i]);
}

/* With no spare left the listener rests, and comes back with a tick. */
static void
test_no_descriptors_and_no_spare(void **state)
{
	struct harness *h = *state;
	struct rlimit was, low;
	int fd;

	harness_run(h, "tcp:127.0.0.1:0");
	for (unsigned i = 0; i < 5; i++)
		(void)uv_run(&h->loop, UV_RUN_ONCE);
	(void)close(harness_receiver(h)->spare);
	harness_receiver(h)->spare = -1;
	fd = harness_connect(h, 4, SOCK_STREAM);
	harness_say(fd, "<1>late\n");
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
	low = was;
	low.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	for (unsigned i = 0; !harness_receiver(h)->listener[0].resting && i < HARNESS_TURNS; i++)
		(void)uv_run(&h->loop, UV_RUN_NOWAIT);
	assert_true(harness_receiver(h)->listener[0].resting);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
	harness_wait(h, 1);
	harness_heard(h, 0, "<1>late", false);
	(void)close(fd);
}

static void
test_pause(void **state)
{
	struct harness *h = *state;
	int fd, late;

	harness_run(h, "tcp:127.0.0.1:0");
	fd = harness_connect(h, 4, SOCK_STREAM);
	harness_say(fd, "<1>a\n");
	harness_wait(h, 1);
	input_pause(h->in, true);
	harness_say(fd, "<1>b\n");
	late = harness_connect(h, 4, SOCK_STREAM);
	harness_say(late, "<1>c\n");
	for (unsigned i = 0; i < 20; i++)
		(void)uv_run(&h->loop, UV_RUN_ONCE);
	harness_wait(h, 1);
	input_pause(h->in, false);
	harness_wait(h, 3);
	(void)close(fd);
	(void)close(late);
}

/* A loud sender does not keep a quiet one waiting. */
static void
test_fair(void **state)
{
	struct harness *h = *state;
	char *x = malloc(1 << 20);
	uint64_t bytes;
	int loud, quiet;

	assert_non_null(x);
	memset(x, 'x', 1 << 20);
	for (size_t i = 1000; i < 1 << 20; i += 1000)
		x[i] = '\n';
	harness_run(h, "tcp:127.0.0.1:0");
	loud = harness_connect(h, 4, SOCK_STREAM);
	quiet = harness_connect(h, 4, SOCK_STREAM);
	harness_say(quiet, "<1>hello\n");
	harness_wait(h, 1);
	assert_int_equal(fcntl(loud, F_SETFL, O_NONBLOCK), 0);
	for (unsigned i = 0; i < 8 && send(loud, x, 1 << 20, MSG_NOSIGNAL) > 0; i++)
		;
	harness_say(quiet, "<1>and again\n");
	bytes = h->in->st.bytes;
	(void)uv_run(&h->loop, UV_RUN_NOWAIT);
	(void)uv_run(&h->loop, UV_RUN_NOWAIT);
	assert_true(h->in->st.bytes - bytes <= 2 * RECEIVER_TURN + 100);
	for (unsigned i = 0;; i++) {
		assert_true(i < h->n);
		if (strcmp(h->texts[i].data, "<1>and again") == 0)
			break;
	}
	(void)close(loud);
	(void)close(quiet);
	free(x);
}

static void
test_no_reader(void **state)
{
	struct harness *h = *state;
	const struct input_sink sink = { h, harness_frame, NULL, NULL, NULL, NULL };

	harness_open(h, "udp:127.0.0.1:0");
	assert_int_equal(input_start(h->in, &h->loop, &sink, &h->em), -EINVAL);
	assert_non_null(strstr(h->em.text, "reads logs"));
}

/* Opening without memory, and one connection. */
static void
test_memory_short(void **state)
{
	struct harness *h = *state;
	int fd;

	cases_open_short(h, "udp:127.0.0.1:0");
	harness_close(h);
	cases_open_short(h, "tcp:127.0.0.1:0");
	harness_start(h);
	fd = harness_connect(h, 4, SOCK_STREAM);
	mem_fail_at(1);
	harness_wait_for(h, &h->in->st.refused, 1);
	mem_fail_at(0);
	(void)close(fd);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, harness_setup, harness_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_arguments),
		TEST(test_open_to_all),
		TEST(test_both_loopbacks),
		TEST(test_in_use),
		TEST(test_udp),
		TEST(test_udp_senders),
		TEST(test_udp_drops),
		TEST(test_tcp),
		TEST(test_tcp_reset),
		TEST(test_tcp_reset_behind),
		TEST(test_unix_datagrams),
		TEST(test_unix_stream),
		TEST(test_unix_paths),
		TEST(test_allow),
		TEST(test_allow_empty),
		TEST(test_caps),
		TEST(test_slow_frame),
		TEST(test_bad_frames),
		TEST(test_tls_on_plain),
		TEST(test_memory),
		TEST(test_no_descriptors),
		TEST(test_no_descriptors_and_no_spare),
		TEST(test_pause),
		TEST(test_fair),
		TEST(test_no_reader),
		TEST(test_memory_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
