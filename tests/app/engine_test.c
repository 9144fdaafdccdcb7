/*
 * engine: what engines that end too early leave to the next adds up to the file, be it packets or lines; no memory is a
 * sentence and no crash.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/engine.h"
#include "sipwhy/mem.h"
#include "sipwhy/sink.h"
#include "sipwhy/store.h"
#include "sipwhy/timefmt.h"

enum { FRAMES = 12000, FRAMES_A_SECOND = 50, KILLS = 12, LINES_A_MESSAGE = 10 };

static char path[64];

/* IPv4 and UDP around one failure, 198.51.100.7:5060 -> 192.0.2.10:5060. */
static struct frame
frame_of(uint8_t *out, size_t cap, unsigned i)
{
	static const uint8_t head[28] = { 0x45, 0, 0, 0, 0, 1, 0, 0, 64, 17, 0, 0, 198, 51, 100, 7, 192, 0, 2, 10, 0x13,
		0xc4, 0x13, 0xc4 };
	int n = snprintf((char *)out + 28, cap - 28,
	    "SIP/2.0 503 Service Unavailable\r\nVia: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK%u\r\n"
	    "From: <sip:1001@pbx>;tag=f%u\r\nTo: <sip:2002@pbx>;tag=t\r\nCall-ID: %u@pbx\r\nCSeq: 1 INVITE\r\n"
	    "Content-Length: 0\r\n\r\n",
	    i, i, i);

	memcpy(out, head, sizeof head);
	out[2] = (uint8_t)((n + 28) >> 8);
	out[3] = (uint8_t)(n + 28);
	out[24] = (uint8_t)((n + 8) >> 8);
	out[25] = (uint8_t)(n + 8);
	return (struct frame){ .t_ns = 1700000000 * NS_PER_S + (int64_t)i * (NS_PER_S / FRAMES_A_SECOND),
		.data = out,
		.caplen = (uint32_t)n + 28,
		.origlen = (uint32_t)n + 28,
		.link = LINK_RAW };
}

static void
write_file(unsigned frames)
{
	struct errmsg em = { "" };
	struct sink_pcap *p;
	uint8_t bytes[512];

	(void)unlink(path);
	assert_int_equal(sink_pcap_open(&p, path, &em), 0);
	for (unsigned i = 0; i < frames; i++) {
		struct frame f = frame_of(bytes, sizeof bytes, i);

		assert_int_equal(sink_pcap_write(p, &f), 0);
	}
	assert_int_equal(sink_pcap_close(p, &em), 0);
}

/* The same failures as a log; quiet for a minute after each hundred, and busy in between. */
static void
write_log(unsigned messages)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	for (unsigned i = 0; i < messages; i++) {
		unsigned s = i / 100 * 60 + i % 100 / 50;

		(void)fprintf(f,
		    "[2026-03-03 %02u:%02u:%02u] VERBOSE[7] res_pjsip_logger.c: <--- Received SIP response (300 bytes) "
		    "from UDP:198.51.100.7:5060 --->\nSIP/2.0 503 Service Unavailable\r\n"
		    "Via: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK%u\r\nFrom: <sip:1001@pbx>;tag=f%u\r\n"
		    "To: <sip:2002@pbx>;tag=t\r\nCall-ID: %u@pbx\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n\n",
		    s / 3600, s / 60 % 60, s % 60, i, i, i);
	}
	assert_int_equal(fclose(f), 0);
}

static int
setup(void **state)
{
	(void)state;
	(void)snprintf(path, sizeof path, "%s/sipwhy-engine.%ld.pcap",
	    getenv("TMPDIR") != NULL && strlen(getenv("TMPDIR")) < 24 ? getenv("TMPDIR") : "/tmp", (long)getpid());
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	(void)unlink(path);
	return 0;
}

static pid_t
start(const struct options *o, int stream[2], struct engine_share *share, unsigned number, bool poisoned)
{
	struct engine_cfg cfg = {
		.options = o, .fd = stream[1], .number = number, .share = share, .poisoned = poisoned
	};
	struct rlimit none = { 0, 0 };
	struct errmsg em = { "" };
	struct engine *e;
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	(void)setrlimit(RLIMIT_CORE, &none);
	(void)close(stream[0]);
	if (engine_new(&e, &cfg, &em) != 0 || engine_start(e, &em) != 0)
		_exit(99);
	_exit(engine_run(e));
}

/* Read about `want` bytes into the store; false when the engine has nothing more to say. */
static bool
take(struct store *s, int fd, size_t want)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	static char bytes[64 * 1024];

	while (want > 0 && poll(&p, 1, 1500) > 0) {
		ssize_t n = read(fd, bytes, want < sizeof bytes ? want : sizeof bytes);

		if (n <= 0)
			return false;
		store_feed(s, bytes, (size_t)n);
		want -= (size_t)n;
	}
	return want == 0;
}

/* Ends of all kinds at any moment: with the reader close behind, far behind, or in the middle of a line. */
static unsigned
disturb(struct store *s, const struct options *o, int stream[2], struct engine_share *share, bool crashing)
{
	unsigned crashes = 0, number = 1;
	pid_t pid = start(o, stream, share, number, false);
	int status;

	srand(1);
	for (unsigned i = 0; i < KILLS; i++) {
		bool crash = crashing && i % 3 == 1;

		if (!take(s, stream[0], (size_t)rand() % 300000))
			break;
		/* Time to fill what nobody reads, or to skip a part of what was told. */
		(void)poll(NULL, 0, rand() % 4 == 0 ? 0 : rand() % 40);
		(void)kill(pid, crash ? SIGABRT : SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		crashes += crash;
		pid = start(o, stream, share, ++number, crash);
	}
	(void)close(stream[1]);
	(void)take(s, stream[0], SIZE_MAX);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == ENGINE_OK);
	return crashes;
}

static void
test_killed_engines_add_up(void **state)
{
	struct options o = { .n_inputs = 1, .inputs = { { .kind = INPUT_FILE } } };
	struct engine_share *share =
	    mmap(NULL, sizeof *share, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct store *s = store_new(NULL);
	const struct source_stat *stat;
	struct store_status st;
	unsigned crashes;
	int stream[2];

	(void)state;
	assert_true(share != MAP_FAILED && s != NULL);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, stream), 0);
	write_file(FRAMES);
	(void)snprintf(o.inputs[0].arg, sizeof o.inputs[0].arg, "%s", path);
	crashes = disturb(s, &o, stream, share, true);
	store_status(s, &st);
	stat = &store_source_at(s, 0)->stat;
	assert_true(st.ended);
	assert_int_equal(st.engines, KILLS + 1);
	assert_int_equal(stat->frames, FRAMES);
	assert_true(source_stat_balanced(stat));
	assert_in_range(stat->skipped, 0, crashes);
	assert_int_equal(counts_responses(store_counts(s)), FRAMES - stat->skipped);
	assert_int_equal(store_event_total(s), FRAMES - stat->skipped);
	store_free(s);
	(void)close(stream[0]);
	(void)munmap(share, sizeof *share);
}

/* What was told of a log ends with a line, and a message that was not whole then is read again from its first. */
static void
killed_engines_of_a_log(bool crashing)
{
	struct options o = { .n_inputs = 1, .inputs = { { .kind = INPUT_FILE } } };
	struct engine_share *share =
	    mmap(NULL, sizeof *share, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct store *s = store_new(NULL);
	const struct source_stat *stat;
	uint64_t gone;
	unsigned crashes;
	int stream[2];

	assert_true(share != MAP_FAILED && s != NULL);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, stream), 0);
	write_log(FRAMES);
	(void)snprintf(o.inputs[0].arg, sizeof o.inputs[0].arg, "%s", path);
	crashes = disturb(s, &o, stream, share, crashing);
	stat = &store_source_at(s, 0)->stat;
	assert_true(source_stat_balanced(stat));
	assert_int_equal(stat->frames, FRAMES * LINES_A_MESSAGE);
	/* A crash costs the block that it came in, and the message that was cut by either end of it. */
	gone = stat->skipped / LINES_A_MESSAGE + 2 * crashes;
	assert_in_range(counts_responses(store_counts(s)), FRAMES - gone, FRAMES);
	assert_in_range(store_event_total(s), FRAMES - gone, FRAMES);
	assert_true(crashes > 0 || stat->skipped == 0);
	store_free(s);
	(void)close(stream[0]);
	(void)munmap(share, sizeof *share);
}

static void
test_killed_engines_of_a_log(void **state)
{
	(void)state;
	killed_engines_of_a_log(false);
}

static void
test_crashed_engines_of_a_log(void **state)
{
	(void)state;
	killed_engines_of_a_log(true);
}

/* Two files of one name are two sources. */
static void
test_namesakes(void **state)
{
	struct options o = { .n_inputs = 2, .inputs = { { .kind = INPUT_FILE }, { .kind = INPUT_FILE } } };
	struct engine_cfg cfg = { .options = &o, .number = 1 };
	struct store *s = store_new(NULL);
	struct errmsg em = { "" };
	struct engine *e;
	int stream[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, stream), 0);
	cfg.fd = stream[1];
	write_file(20);
	for (unsigned i = 0; i < 2; i++)
		(void)snprintf(o.inputs[i].arg, sizeof o.inputs[i].arg, "%s", path);
	assert_int_equal(engine_new(&e, &cfg, &em), 0);
	assert_int_equal(engine_start(e, &em), 0);
	assert_int_equal(engine_run(e), ENGINE_OK);
	engine_free(e);
	(void)close(stream[1]);
	(void)take(s, stream[0], SIZE_MAX);
	assert_int_equal(store_source_count(s), 2);
	assert_int_equal(store_source_at(s, 0)->stat.frames + store_source_at(s, 1)->stat.frames, 40);
	store_free(s);
	(void)close(stream[0]);
}

/* In a process of its own, whose standard output is a file that has no name any more. */
static size_t
report(const struct options *o, bool thread, char *out, size_t cap)
{
	struct engine_cfg cfg = { .options = o, .fd = -1, .number = 1 };
	FILE *f = tmpfile();
	struct errmsg em = { "" };
	struct engine *e;
	int status;
	size_t n;
	pid_t pid;

	assert_non_null(f);
	(void)fflush(stdout);
	pid = fork();
	if (pid == 0) {
		(void)dup2(fileno(f), STDOUT_FILENO);
		if (engine_new(&e, &cfg, &em) != 0)
			_exit(99);
		if (thread)
			engine_threads(e);
		if (engine_start(e, &em) != 0)
			_exit(99);
		status = engine_run(e);
		(void)fflush(stdout);
		engine_free(e);
		_exit(status);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == ENGINE_OK);
	rewind(f);
	n = fread(out, 1, cap, f);
	(void)fclose(f);
	return n;
}

/* Which message finds no room to be known again is a matter of the seed, which each run has of its own. */
static size_t
without_seed(char *text, size_t n)
{
	static const char name[] = "\"repeats_forgotten\":";
	char *number = memmem(text, n, name, sizeof name - 1);
	size_t digits;

	assert_non_null(number);
	number += sizeof name - 1;
	digits = strspn(number, "0123456789");
	memmove(number, number + digits, n - (size_t)(number - text) - digits);
	return n - digits;
}

/* A report is the same to the byte, whether another thread counts or not. */
static void
test_thread_changes_nothing(void **state)
{
	static char one[1 << 23], two[1 << 23];
	struct options o = { .n_inputs = 1,
		.inputs = { { .kind = INPUT_FILE } },
		.events = true,
		.limit = 1000,
		.output = OUTPUT_REPORT };
	size_t n;

	(void)state;
	(void)snprintf(o.inputs[0].arg, sizeof o.inputs[0].arg, "%s", path);
	for (int log = 0; log < 2; log++) {
		if (log)
			write_log(FRAMES);
		else
			write_file(FRAMES);
		n = report(&o, false, one, sizeof one);
		assert_true(n > 100000 && n < sizeof one);
		n = without_seed(one, n);
		assert_int_equal(without_seed(two, report(&o, true, two, sizeof two)), n);
		assert_memory_equal(one, two, n);
	}
}

/* Engine `number` either says why it does not start, or its records can be read and begin with its hello. */
static void
memory_short(bool log, unsigned number)
{
	struct options o = { .n_inputs = 1,
		.inputs = { { .kind = INPUT_FILE } },
		.bpf = log ? NULL : "udp",
		.match = "503",
		.events = true,
		.limit = 10 };
	struct engine_share share;
	long calls = LONG_MAX, at;
	int fd = memfd_create("records", MFD_CLOEXEC);
	const char *hello = number > 1 ? "-\n{\"type\":\"hello\"" : "{\"type\":\"hello\"";

	assert_true(fd >= 0);
	if (log)
		write_log(20);
	else
		write_file(20);
	(void)snprintf(o.inputs[0].arg, sizeof o.inputs[0].arg, "%s", path);
	for (at = 1; at <= calls; at++) {
		struct engine_cfg cfg = { .options = &o, .fd = fd, .number = number, .share = &share };
		struct errmsg em = { "" };
		struct engine *e = NULL;
		char first[512] = "";
		int err;

		memset(&share, 0, sizeof share);
		assert_int_equal(ftruncate(fd, 0), 0);
		assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
		mem_fail_at(at);
		err = engine_new(&e, &cfg, &em);
		if (err == 0)
			err = engine_start(e, &em);
		if (err == 0)
			(void)engine_run(e);
		else
			assert_true(em.text[0] != '\0');
		engine_free(e);
		calls = mem_calls() < at ? mem_calls() : LONG_MAX;
		mem_fail_at(0);
		assert_true(pread(fd, first, sizeof first - 1, 0) >= 0);
		if (err == 0)
			assert_memory_equal(first, hello, strlen(hello));
	}
	assert_true(at > 20);
	(void)close(fd);
}

static void
test_memory_short(void **state)
{
	(void)state;
	memory_short(false, 1);
}

static void
test_memory_short_of_the_next_engine(void **state)
{
	(void)state;
	memory_short(false, 2);
}

static void
test_memory_short_of_a_log(void **state)
{
	(void)state;
	memory_short(true, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_killed_engines_add_up),
		cmocka_unit_test(test_killed_engines_of_a_log),
		cmocka_unit_test(test_crashed_engines_of_a_log),
		cmocka_unit_test(test_namesakes),
		cmocka_unit_test(test_thread_changes_nothing),
		cmocka_unit_test(test_memory_short),
		cmocka_unit_test(test_memory_short_of_the_next_engine),
		cmocka_unit_test(test_memory_short_of_a_log),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
