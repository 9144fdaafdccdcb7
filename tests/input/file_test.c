/* file with captures on a real loop: files, gzip, pipes in pieces, pausing, skipping, filters, and each sentence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include "capbuild.h"
#include "sipwhy/input.h"
#include "sipwhy/mem.h"

static struct cap cap, packed;

struct heard {
	struct input *in;
	unsigned frames, batches, states;
	unsigned pause_at; /* pause after that many frames, 0 never */
	unsigned frames_at_state;
	enum input_state state[4];
	char sentence[320];
};

static void
heard_frame(void *ctx, const struct frame *f)
{
	struct heard *h = ctx;

	assert_int_equal(h->states, 1);
	assert_int_equal(h->state[0], INPUT_READING);
	for (uint32_t i = 0; i < f->caplen; i++)
		assert_int_equal(f->data[i], f->caplen & 0xff);
	if (++h->frames == h->pause_at)
		input_pause(h->in, true);
}

static void
heard_batch(void *ctx)
{
	struct heard *h = ctx;

	h->batches++;
}

static void
heard_state(void *ctx, enum input_state s, const char *sentence)
{
	struct heard *h = ctx;

	assert_true(h->states < 4);
	h->state[h->states++] = s;
	h->frames_at_state = h->frames;
	(void)snprintf(h->sentence, sizeof h->sentence, "%s", sentence);
}

struct setup {
	uv_loop_t loop;
	struct heard h;
	struct input_stats st;
	struct errmsg em;
	char dir[64], path[128];
	int fd[2];
};

static void
write_all(int fd, const uint8_t *p, size_t n)
{
	while (n > 0) {
		ssize_t k = write(fd, p, n);

		assert_true(k > 0);
		p += k;
		n -= (size_t)k;
	}
}

static void
put_file(struct setup *t, const struct cap *c)
{
	FILE *f = fopen(t->path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(c->b, 1, c->n, f), c->n);
	assert_int_equal(fclose(f), 0);
}

static int
setup(void **state)
{
	struct setup *t = calloc(1, sizeof *t);
	const char *tmp = getenv("TMPDIR");

	assert_non_null(t);
	(void)snprintf(t->dir, sizeof t->dir, "%s/sipwhy-input-XXXXXX", tmp != NULL && strlen(tmp) < 30 ? tmp : "/tmp");
	assert_non_null(mkdtemp(t->dir));
	(void)snprintf(t->path, sizeof t->path, "%s/calls.pcap", t->dir);
	assert_int_equal(uv_loop_init(&t->loop), 0);
	t->fd[0] = t->fd[1] = -1;
	*state = t;
	return 0;
}

static int
teardown(void **state)
{
	struct setup *t = *state;

	if (t->fd[0] >= 0)
		(void)close(t->fd[0]);
	if (t->fd[1] >= 0)
		(void)close(t->fd[1]);
	(void)unlink(t->path);
	(void)rmdir(t->dir);
	assert_int_equal(uv_loop_close(&t->loop), 0);
	free(t);
	return 0;
}

static void
make_calls(unsigned n)
{
	cap_start(&cap, false);
	cap_pcap(&cap, 0xa1b2c3d4, 4, 101);
	for (unsigned i = 1; i <= n; i++)
		cap_record(&cap, i, 0, i % 200, i % 200);
}

static int
try_open(struct setup *t, const struct input_cfg *cfg)
{
	return input_open(&t->h.in, cfg, &t->em);
}

static int
try_start(struct setup *t)
{
	const struct input_sink sink = {
		.ctx = &t->h, .frame = heard_frame, .batch = heard_batch, .state = heard_state
	};

	return input_start(t->h.in, &t->loop, &sink, &t->em);
}

static void
spin(struct setup *t, unsigned turns)
{
	while (turns-- > 0)
		(void)uv_run(&t->loop, UV_RUN_NOWAIT);
}

/* Figures, then close and run the loop dry. */
static void
finish(struct setup *t)
{
	input_stats(t->h.in, &t->st);
	assert_int_equal(t->st.frames, t->h.frames + t->st.filtered + t->st.skipped);
	input_close(t->h.in);
	(void)uv_run(&t->loop, UV_RUN_DEFAULT);
}

static void
run_file(struct setup *t, const struct input_cfg *cfg)
{
	assert_int_equal(try_open(t, cfg), 0);
	assert_int_equal(try_start(t), 0);
	(void)uv_run(&t->loop, UV_RUN_DEFAULT);
	finish(t);
}

static struct input_cfg
file_cfg(const struct setup *t)
{
	return (struct input_cfg){ .kind = INPUT_FILE, .arg = t->path };
}

static void
test_file(void **state)
{
	struct setup *t = *state;
	struct input_cfg cfg = file_cfg(t);

	make_calls(1000);
	put_file(t, &cap);
	assert_int_equal(try_open(t, &cfg), 0);
	assert_string_equal(input_name(t->h.in), "calls.pcap");
	assert_int_equal(input_kind(t->h.in), INPUT_FILE);
	assert_false(input_is_live(t->h.in));
	assert_int_equal(try_start(t), 0);
	(void)uv_run(&t->loop, UV_RUN_DEFAULT);
	finish(t);
	assert_int_equal(t->h.frames, 1000);
	assert_int_equal(t->st.bytes, 5 * 199 * 100);
	assert_int_equal(t->st.done, cap.n);
	assert_int_equal(t->st.total, cap.n);
	assert_int_equal(t->h.states, 2);
	assert_int_equal(t->h.state[1], INPUT_ENDED);
	assert_string_equal(t->h.sentence, "");
	assert_true(t->h.batches >= 1);
}

static void
test_header_only(void **state)
{
	struct setup *t = *state;
	struct input_cfg cfg = file_cfg(t);

	make_calls(0);
	put_file(t, &cap);
	run_file(t, &cfg);
	assert_int_equal(t->h.state[1], INPUT_ENDED);
	assert_int_equal(t->h.frames, 0);
}

static void
test_gzip(void **state)
{
	struct setup *t = *state;
	struct input_cfg cfg = file_cfg(t);

	make_calls(5000);
	packed.n = 0;
	cap_gzip(&packed, cap.b, cap.n);
	put_file(t, &packed);
	run_file(t, &cfg);
	assert_int_equal(t->h.frames, 5000);
	assert_int_equal(t->h.state[1], INPUT_ENDED);
	assert_int_equal(t->st.done, packed.n);
}

static void
test_cut(void **state)
{
	struct setup *t = *state;
	struct input_cfg cfg = file_cfg(t);

	make_calls(10);
	cap.n -= 6;
	put_file(t, &cap);
	run_file(t, &cfg);
	assert_int_equal(t->h.state[1], INPUT_DAMAGED);
	assert_int_equal(t->h.frames_at_state, 9);
	assert_string_equal(t->h.sentence,
	    "calls.pcap: cut inside record 10 at offset 213: 6 of 26 bytes missing; "
	    "9 packets before it were used");
}

static void
check_start(struct setup *t, const char *want)
{
	struct input_cfg cfg = file_cfg(t);

	put_file(t, &cap);
	assert_int_equal(try_open(t, &cfg), 0);
	assert_int_equal(try_start(t), -EINVAL);
	assert_string_equal(t->em.text, want);
	input_close(t->h.in);
	(void)uv_run(&t->loop, UV_RUN_DEFAULT);
	assert_int_equal(t->h.states, 0);
}

static void
test_start_errors(void **state)
{
	struct setup *t = *state;

	cap_start(&cap, false);
	check_start(t, "calls.pcap is empty");
	make_calls(0);
	cap.n = 12;
	check_start(t, "calls.pcap ends inside the file header: 12 of 24 bytes are there");
	cap.n = 0;
	cap_bytes(&cap, "GMBU\0\2\0\0", 8);
	check_start(t,
	    "calls.pcap is not a capture that can be read here: it is a Microsoft Network Monitor 2 capture "
	    "(convert it: editcap -F pcapng IN OUT)");
	cap.n = 0;
	cap_pcap(&cap, 0xa1b2c3d4, 4, 65000);
	check_start(t,
	    "calls.pcap has link type 65000, which is not understood (Ethernet, Linux cooked, raw IP, PPP and "
	    "loopback are)");
}

static void
test_open_errors(void **state)
{
	struct setup *t = *state;
	struct input_cfg cfg = { .kind = INPUT_FILE, .arg = t->dir };

	assert_int_equal(try_open(t, &cfg), -EISDIR);
	assert_non_null(strstr(t->em.text, "is a directory"));
	cfg.arg = "/dev/null";
	assert_int_equal(try_open(t, &cfg), -EINVAL);
	assert_string_equal(t->em.text, "/dev/null is a device, not a capture or log file");
	cfg.arg = t->path;
	assert_int_equal(try_open(t, &cfg), -ENOENT);
	assert_non_null(strstr(t->em.text, t->path));
	make_calls(1);
	put_file(t, &cap);
	cfg.bpf = "udp port";
	assert_int_equal(try_open(t, &cfg), -EINVAL);
	assert_non_null(strstr(t->em.text, "filter \"udp port\""));
	assert_null(t->h.in);
}

/* Names with control bytes do not reach a terminal through our sentences. */
static void
test_name_clean(void **state)
{
	struct setup *t = *state;
	struct input_cfg cfg = file_cfg(t);

	(void)snprintf(t->path, sizeof t->path, "%s/a\x1b]0;\xc2\x9b.pcap", t->dir);
	cap_start(&cap, false);
	put_file(t, &cap);
	assert_int_equal(try_open(t, &cfg), 0);
	assert_string_equal(input_name(t->h.in), "a?]0;\x3f?.pcap");
	input_close(t->h.in);
}

static void
test_skip_and_poison(void **state)
{
	struct setup *t = *state;
	struct input_cfg cfg = file_cfg(t);

	make_calls(100);
	put_file(t, &cap);
	cfg.skip_frames = 40;
	cfg.poison_frame = 50;
	run_file(t, &cfg);
	assert_int_equal(t->st.frames, 100);
	assert_int_equal(t->st.skipped, 41);
	assert_int_equal(t->h.frames, 59);
}

/* Every link type that wire takes off is read from files. */
static void
test_links(void **state)
{
	static const uint16_t links[] = { LINK_PPPOE, LINK_C_HDLC, LINK_IEEE802_11, LINK_PRISM, LINK_RADIOTAP, LINK_AVS,
		LINK_IPNET, LINK_NFLOG, LINK_UPPER_PDU, LINK_PKTAP };
	struct setup *t = *state;
	struct input_cfg cfg = file_cfg(t);

	for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
		cap_start(&cap, false);
		cap_pcap(&cap, 0xa1b2c3d4, 4, links[i]);
		put_file(t, &cap);
		assert_int_equal(try_open(t, &cfg), 0);
		assert_int_equal(try_start(t), 0);
		input_close(t->h.in);
		(void)uv_run(&t->loop, UV_RUN_DEFAULT);
	}
}

/* Filters look at packets: link type raw, an IPv4 header is enough. */
static void
test_filter(void **state)
{
	struct setup *t = *state;
	struct input_cfg cfg = file_cfg(t);

	cap_start(&cap, false);
	cap_pcap(&cap, 0xa1b2c3d4, 4, 101);
	for (unsigned i = 0; i < 10; i++)
		cap_record(&cap, 1, 1, i < 7 ? 0x45 : 0x60, 200);
	cap_record(&cap, 1, 1, 0, 0);
	put_file(t, &cap);
	cfg.bpf = "ip";
	run_file(t, &cfg);
	assert_int_equal(t->st.frames, 11);
	assert_int_equal(t->h.frames, 7);
	assert_int_equal(t->st.filtered, 4);
	cap.n = 0;
	cap_pcap(&cap, 0xa1b2c3d4, 4, 101);
	put_file(t, &cap);
	memset(&t->h, 0, sizeof t->h);
	cfg.bpf = "ether host 02:00:00:00:00:01";
	assert_int_equal(try_open(t, &cfg), 0);
	assert_int_equal(try_start(t), -EINVAL);
	assert_non_null(strstr(t->em.text, "calls.pcap cannot be filtered (link type 101)"));
	input_close(t->h.in);
	(void)uv_run(&t->loop, UV_RUN_DEFAULT);
}

static void
test_pause(void **state)
{
	struct setup *t = *state;
	struct input_cfg cfg = file_cfg(t);

	make_calls(500);
	put_file(t, &cap);
	assert_int_equal(try_open(t, &cfg), 0);
	assert_int_equal(try_start(t), 0);
	t->h.pause_at = 123;
	(void)uv_run(&t->loop, UV_RUN_DEFAULT);
	assert_int_equal(t->h.frames, 123);
	assert_int_equal(t->h.states, 1);
	input_pause(t->h.in, false);
	(void)uv_run(&t->loop, UV_RUN_DEFAULT);
	assert_int_equal(t->h.frames, 500);
	assert_int_equal(t->h.state[1], INPUT_ENDED);
	finish(t);
}

/* Closed in the middle: nothing is left behind, nothing is called any more. */
static void
test_close_early(void **state)
{
	struct setup *t = *state;
	struct input_cfg cfg = file_cfg(t);

	make_calls(500);
	put_file(t, &cap);
	assert_int_equal(try_open(t, &cfg), 0);
	assert_int_equal(try_start(t), 0);
	t->h.pause_at = 5;
	spin(t, 3);
	finish(t);
	assert_int_equal(t->h.frames, 5);
	assert_int_equal(try_open(t, &cfg), 0);
	input_close(t->h.in);
	input_close(NULL);
}

static void
pipe_open(struct setup *t, struct input_cfg *cfg)
{
	assert_int_equal(pipe(t->fd), 0);
	(void)snprintf(t->path, sizeof t->path, "/dev/fd/%d", t->fd[0]);
	*cfg = file_cfg(t);
	assert_int_equal(try_open(t, cfg), 0);
	assert_int_equal(close(t->fd[0]), 0);
	t->fd[0] = -1;
	assert_true(input_is_live(t->h.in));
	assert_int_equal(try_start(t), 0);
}

static void
pipe_end(struct setup *t)
{
	assert_int_equal(close(t->fd[1]), 0);
	t->fd[1] = -1;
	(void)uv_run(&t->loop, UV_RUN_DEFAULT);
	finish(t);
}

/* A banner, then a capture in pieces of 7 bytes; each frame comes out as soon as it is whole. */
static void
test_pipe_pieces(void **state)
{
	struct setup *t = *state;
	struct input_cfg cfg;

	make_calls(50);
	pipe_open(t, &cfg);
	spin(t, 3);
	assert_int_equal(t->h.state[0], INPUT_READING);
	write_all(t->fd[1], (const uint8_t *)"Welcome!\r\n", 10);
	for (size_t at = 0; at < cap.n; at += 7) {
		size_t k = cap.n - at < 7 ? cap.n - at : 7;

		write_all(t->fd[1], cap.b + at, k);
		spin(t, 2);
		if (at + k == 24 + 17 + 18 + 19 + 4)
			assert_int_equal(t->h.frames, 3);
	}
	spin(t, 2);
	assert_int_equal(t->h.frames, 50);
	assert_int_equal(t->h.states, 1);
	pipe_end(t);
	assert_int_equal(t->h.state[1], INPUT_ENDED);
	assert_int_equal(t->st.trimmed, 10);
	assert_int_equal(t->st.total, 0);
}

static void
test_pipe_cut(void **state)
{
	struct setup *t = *state;
	struct input_cfg cfg;

	make_calls(2);
	pipe_open(t, &cfg);
	write_all(t->fd[1], cap.b, cap.n - 1);
	pipe_end(t);
	assert_int_equal(t->h.state[1], INPUT_DAMAGED);
	assert_non_null(
	    strstr(t->h.sentence, "cut inside record 2 at offset 41: 1 of 18 bytes missing; 1 packet before it was"));
}

static void
test_pipe_wrong(void **state)
{
	struct setup *t = *state;
	struct input_cfg cfg;

	pipe_open(t, &cfg);
	write_all(t->fd[1], (const uint8_t *)"sudo: a password is required\n", 29);
	pipe_end(t);
	assert_int_equal(t->h.state[1], INPUT_DAMAGED);
	assert_non_null(strstr(t->h.sentence, "carries text and no capture: \"sudo: a password is required\""));
}

/* While paused a pipe is left alone. */
static void
test_pipe_pause(void **state)
{
	struct setup *t = *state;
	struct input_cfg cfg;

	make_calls(30);
	pipe_open(t, &cfg);
	t->h.pause_at = 10;
	write_all(t->fd[1], cap.b, cap.n);
	spin(t, 10);
	assert_int_equal(t->h.frames, 10);
	assert_int_equal(uv_run(&t->loop, UV_RUN_NOWAIT), 0);
	input_pause(t->h.in, false);
	spin(t, 10);
	assert_int_equal(t->h.frames, 30);
	pipe_end(t);
	assert_int_equal(t->h.state[1], INPUT_ENDED);
}

/* "-" is descriptor 0, whether a pipe or a file stands there. */
static void
test_stdin(void **state)
{
	struct setup *t = *state;
	struct input_cfg cfg = { .kind = INPUT_FILE, .arg = "-" };
	int saved = dup(STDIN_FILENO);

	make_calls(20);
	put_file(t, &cap);
	assert_non_null(freopen(t->path, "rb", stdin));
	assert_int_equal(try_open(t, &cfg), 0);
	assert_string_equal(input_name(t->h.in), "stdin");
	assert_false(input_is_live(t->h.in));
	assert_int_equal(try_start(t), 0);
	(void)uv_run(&t->loop, UV_RUN_DEFAULT);
	finish(t);
	assert_int_equal(t->h.frames, 20);
	assert_non_null(freopen("/dev/null", "rb", stdin));
	assert_int_equal(try_open(t, &cfg), -EINVAL);
	assert_non_null(strstr(t->em.text, "standard input is a device"));
	if (saved >= 0) {
		(void)dup2(saved, STDIN_FILENO);
		(void)close(saved);
	}
}

/* The n-th allocation fails at open: a sentence and no leak, until it succeeds. */
static void
test_memory(void **state)
{
	struct setup *t = *state;
	struct input_cfg cfg = file_cfg(t);
	int rc = -ENOMEM;

	make_calls(1);
	put_file(t, &cap);
	cfg.bpf = "udp";
	for (long n = 1; rc != 0; n++) {
		mem_fail_at(n);
		rc = try_open(t, &cfg);
		mem_fail_at(0);
		assert_true(n < 20);
		if (rc != 0) {
			assert_int_equal(rc, -ENOMEM);
			assert_non_null(strstr(t->em.text, "memory is short"));
		}
	}
	input_close(t->h.in);
}

/* Frames, past first, from a demo on the loop. */
static void
demo_frame(void *ctx, const struct frame *f)
{
	struct heard *h = ctx;

	assert_int_equal(f->link, LINK_RAW);
	if (++h->frames == h->pause_at)
		input_pause(h->in, true);
}

static void
test_demo(void **state)
{
	struct setup *t = *state;
	const struct input_cfg cfg = { .kind = INPUT_DEMO, .seed = 3 };
	const struct input_sink sink = { .ctx = &t->h, .frame = demo_frame, .state = heard_state };
	size_t peers;

	assert_int_equal(try_open(t, &cfg), 0);
	assert_string_equal(input_name(t->h.in), "demo");
	assert_true(input_is_live(t->h.in));
	assert_int_equal(input_start(t->h.in, &t->loop, &sink, &t->em), 0);
	t->h.pause_at = 2000;
	(void)uv_run(&t->loop, UV_RUN_DEFAULT);
	assert_int_equal(t->h.frames, 2000);
	t->h.pause_at = 5000;
	input_pause(t->h.in, false);
	(void)uv_run(&t->loop, UV_RUN_DEFAULT);
	assert_int_equal(t->h.frames, 5000);
	finish(t);
	assert_string_equal(input_demo_peers(&peers)[0].name, "wholesale");
	assert_true(peers >= 4);
}

static void
test_names(void **state)
{
	(void)state;
	assert_string_equal(input_kind_name(INPUT_PCAP_LIVE), "live");
	assert_string_equal(input_kind_name(INPUT_FILE), "file");
	assert_string_equal(input_kind_name(INPUT_DEMO), "demo");
	assert_string_equal(input_state_name(INPUT_OPEN), "open");
	assert_string_equal(input_state_name(INPUT_FAILED), "failed");
}

/* With rights or without them: a sentence that names the interface. */
static void
test_live_errors(void **state)
{
	struct setup *t = *state;
	const struct input_cfg cfg = { .kind = INPUT_PCAP_LIVE, .arg = "no-such-if0" };
	int rc = try_open(t, &cfg);

	assert_true(rc == -ENODEV || rc == -EPERM);
	assert_non_null(strstr(t->em.text, "no-such-if0"));
	assert_non_null(strstr(t->em.text, rc == -EPERM ? "setcap" : "there are: "));
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_file),
		TEST(test_header_only),
		TEST(test_gzip),
		TEST(test_cut),
		TEST(test_start_errors),
		TEST(test_open_errors),
		TEST(test_name_clean),
		TEST(test_skip_and_poison),
		TEST(test_links),
		TEST(test_filter),
		TEST(test_pause),
		TEST(test_close_early),
		TEST(test_pipe_pieces),
		TEST(test_pipe_cut),
		TEST(test_pipe_wrong),
		TEST(test_pipe_pause),
		TEST(test_stdin),
		TEST(test_memory),
		TEST(test_demo),
		TEST(test_live_errors),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
