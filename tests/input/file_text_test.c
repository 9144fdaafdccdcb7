/* file with logs on a real loop: told from captures by content, lines counted, skipped, cut; pipes that say little. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
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
	unsigned frames, blocks, ends;
	unsigned pause_at;
	uint64_t lines, bytes, cuts;
	uint64_t hash;
	uint32_t origin;
	int64_t t_ns;
	bool live;
	enum input_state state;
	char said[320]; /* the last sentence that is not empty */
	char head[40];  /* of the first block */
};

struct setup {
	uv_loop_t loop;
	struct heard h;
	struct input_stats st;
	struct errmsg em;
	char dir[64], path[128];
	int fd[2];
};

static void
heard_frame(void *ctx, const struct frame *f)
{
	struct heard *h = ctx;

	(void)f;
	h->frames++;
}

static void
heard_text(void *ctx, const struct text *t)
{
	struct heard *h = ctx;
	size_t lf = 0;

	assert_int_equal(h->state, INPUT_READING);
	assert_true(t->len > 0 && t->len <= 4 * TEXT_MAX && !t->whole);
	for (size_t i = 0; i < t->len; i++) {
		lf += t->data[i] == '\n';
		h->hash = (h->hash ^ t->data[i]) * UINT64_C(0x100000001b3);
	}
	assert_int_equal(t->lines, lf + (t->data[t->len - 1] != '\n'));
	if (h->blocks == 0)
		(void)snprintf(h->head, sizeof h->head, "%.*s", (int)t->len, (const char *)t->data);
	h->lines += t->lines;
	h->bytes += t->len;
	h->cuts += t->cut;
	h->origin = t->origin;
	h->t_ns = t->t_ns;
	h->live = t->live;
	if (++h->blocks == h->pause_at)
		input_pause(h->in, true);
}

static void
heard_end(void *ctx, uint32_t origin)
{
	struct heard *h = ctx;

	assert_int_equal(origin, 1);
	assert_int_equal(h->state, INPUT_READING);
	h->ends++;
}

static void
heard_state(void *ctx, enum input_state s, const char *sentence)
{
	struct heard *h = ctx;

	h->state = s;
	if (sentence[0] != '\0')
		(void)snprintf(h->said, sizeof h->said, "%s", sentence);
}

static int
setup(void **state)
{
	struct setup *t = calloc(1, sizeof *t);
	const char *tmp = getenv("TMPDIR");

	assert_non_null(t);
	(void)snprintf(t->dir, sizeof t->dir, "%s/sipwhy-text-XXXXXX", tmp != NULL && strlen(tmp) < 30 ? tmp : "/tmp");
	assert_non_null(mkdtemp(t->dir));
	(void)snprintf(t->path, sizeof t->path, "%s/full.log", t->dir);
	assert_int_equal(uv_loop_init(&t->loop), 0);
	t->fd[0] = t->fd[1] = -1;
	cap.n = packed.n = 0;
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

/* n lines of 30 to 129 bytes. */
static void
make_lines(unsigned n)
{
	char line[160];

	cap.n = 0;
	for (unsigned i = 1; i <= n; i++) {
		int k = snprintf(line, sizeof line, "Nov 23 07:00:00 pbx a[1]: %07u %.*s\n", i, (int)(i % 90),
		    "................................................................................................");

		cap_bytes(&cap, line, (size_t)k);
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
start(struct setup *t, const struct input_cfg *cfg)
{
	const struct input_sink sink = {
		.ctx = &t->h, .frame = heard_frame, .text = heard_text, .text_end = heard_end, .state = heard_state
	};

	memset(&t->h, 0, sizeof t->h);
	assert_int_equal(input_open(&t->h.in, cfg, &t->em), 0);
	return input_start(t->h.in, &t->loop, &sink, &t->em);
}

static void
finish(struct setup *t)
{
	input_stats(t->h.in, &t->st);
	assert_int_equal(t->st.frames, t->h.lines + t->h.frames + t->st.skipped + t->st.filtered);
	input_close(t->h.in);
	(void)uv_run(&t->loop, UV_RUN_DEFAULT);
}

static struct input_cfg
cfg_of(const struct setup *t)
{
	return (struct input_cfg){ .kind = INPUT_FILE, .arg = t->path, .opener = -1 };
}

static void
read_all(struct setup *t, const struct input_cfg *cfg)
{
	put_file(t, &cap);
	assert_int_equal(start(t, cfg), 0);
	(void)uv_run(&t->loop, UV_RUN_DEFAULT);
	finish(t);
	assert_int_equal(t->h.ends, 1);
}

static void
test_file(void **state)
{
	struct setup *t = *state;
	struct input_cfg cfg = cfg_of(t);
	struct stat st;

	make_lines(20000);
	cap_bytes(&cap, "unended", 7);
	read_all(t, &cfg);
	assert_int_equal(stat(t->path, &st), 0);
	assert_int_equal(t->h.state, INPUT_ENDED);
	assert_int_equal(t->h.lines, 20001);
	assert_int_equal(t->h.bytes, cap.n);
	assert_int_equal(t->st.bytes, cap.n);
	assert_int_equal(t->st.done, cap.n);
	assert_int_equal(t->st.total, cap.n);
	assert_int_equal(t->h.origin, 1);
	assert_false(t->h.live);
	assert_int_equal(t->h.t_ns, st.st_mtim.tv_sec * INT64_C(1000000000) + st.st_mtim.tv_nsec);
	assert_true(t->h.blocks <= cap.n / (4 * (TEXT_MAX - 200)) + 2);
}

static void
test_gzip(void **state)
{
	struct setup *t = *state;
	struct input_cfg cfg = cfg_of(t);
	uint64_t hash;
	unsigned blocks;

	make_lines(20000);
	read_all(t, &cfg);
	hash = t->h.hash;
	blocks = t->h.blocks;
	cap_gzip(&packed, cap.b, cap.n);
	cap = packed;
	read_all(t, &cfg);
	assert_true(t->h.hash == hash);
	assert_int_equal(t->h.blocks, blocks);
	assert_int_equal(t->st.done, packed.n);
	/* Cut: what was unpacked before is used. */
	cap.n -= 500;
	read_all(t, &cfg);
	assert_int_equal(t->h.state, INPUT_DAMAGED);
	assert_true(t->h.lines > 15000 && t->h.lines < 20001);
	assert_non_null(strstr(t->h.said, "full.log: has gzip data that are cut at offset"));
	assert_non_null(strstr(t->h.said, " lines before it were used"));
}

static void
test_heads(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		const char *refused; /* NULL: it is text */
	} want[] = {
		{ "x", 1, NULL },
		{ "\n", 1, NULL },
		{ "\n\r\r", 3, NULL },
		{ "ok\r\n", 4, NULL },
		{ "\xef\xbb\xbf<14>1 - - a - - -\n", 20, NULL },
		{ "\x1b[32mgreen\x1b[0m\n", 15, NULL },
		{ "gr\xfc\xdf Gott, \xe4\xf6\xfc\n", 15, NULL },
		{ "\xe2\x80\xa6\xe2\x80\xa6\xe2\x80", 8, NULL },
		{ "", 0, "full.log is empty" },
		{ "Nov\0 23\n", 8,
		    "full.log is no capture and no text: it begins with 4e6f7600; "
		    "pcap, pcapng and logs can be read here" },
		{ "\xff\xfeN\0o\0v\0", 8, "full.log is text in UTF-16 (convert it: iconv -f UTF-16 -t UTF-8 IN)" },
		{ "a\x01\x02\x03\x04\x05", 6,
		    "full.log is no capture and no text: it begins with 61010203; "
		    "pcap, pcapng and logs can be read here" },
		{ "\x28\xb5\x2f\xfdxxxxxx", 10,
		    "full.log is not a capture that can be read here: it is zstd data (unpack it first: zstd -d)" },
		{ "\xd4\xc3\xb2\xa1\2\0\4\0", 8, "full.log ends inside the file header: 8 of 24 bytes are there" },
	};
	struct setup *t = *state;
	struct input_cfg cfg = cfg_of(t);

	for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
		cap.n = 0;
		cap_bytes(&cap, want[i].bytes, want[i].n);
		put_file(t, &cap);
		t->em.text[0] = '\0';
		assert_int_equal(start(t, &cfg), want[i].refused != NULL ? -EINVAL : 0);
		assert_string_equal(t->em.text, want[i].refused != NULL ? want[i].refused : "");
		(void)uv_run(&t->loop, UV_RUN_DEFAULT);
		finish(t);
		assert_int_equal(t->h.bytes, want[i].refused != NULL ? 0 : want[i].n);
	}
}

/* Random bytes are never text. */
static void
test_random(void **state)
{
	struct setup *t = *state;
	struct input_cfg cfg = cfg_of(t);

	srand(11);
	for (unsigned i = 0; i < 50; i++) {
		cap.n = 300 + (size_t)rand() % 6000;
		for (size_t k = 0; k < cap.n; k++)
			cap.b[k] = (uint8_t)(1 + rand() % 255);
		put_file(t, &cap);
		assert_int_equal(start(t, &cfg), -EINVAL);
		finish(t);
	}
}

static void
test_long_line(void **state)
{
	struct setup *t = *state;
	struct input_cfg cfg = cfg_of(t);

	make_lines(10);
	cap_fill(&cap, 'x', 1000000);
	cap_bytes(&cap, "\nlast\n", 6);
	read_all(t, &cfg);
	assert_int_equal(t->h.lines, 12);
	assert_int_equal(t->st.long_records, 1);
	assert_int_equal(t->h.cuts, 1);
	assert_int_equal(t->h.blocks, 3);
}

/* Another engine goes on: inside a block, at its edge, and around the block that holds the poison. */
static void
test_skip_and_poison(void **state)
{
	struct setup *t = *state;
	struct input_cfg cfg = cfg_of(t);
	uint64_t first;

	make_lines(12000);
	t->h.pause_at = 0;
	cfg.skip_frames = 1234;
	read_all(t, &cfg);
	assert_int_equal(t->h.lines, 12000 - 1234);
	assert_memory_equal(t->h.head, "Nov 23 07:00:00 pbx a[1]: 0001235 ", 34);
	cfg.skip_frames = 0;
	put_file(t, &cap);
	assert_int_equal(start(t, &cfg), 0);
	t->h.pause_at = 1;
	(void)uv_run(&t->loop, UV_RUN_DEFAULT);
	first = t->h.lines;
	finish(t);
	cfg.skip_frames = first;
	cfg.poison_frame = first + 1;
	read_all(t, &cfg);
	assert_true(t->st.skipped > 2 * first - 300 && t->st.skipped < 2 * first + 300);
	assert_int_equal(t->h.lines + t->st.skipped, 12000);
}

static void
test_filter_is_said(void **state)
{
	struct setup *t = *state;
	struct input_cfg cfg = cfg_of(t);

	make_lines(3);
	cfg.bpf = "udp port 5060";
	read_all(t, &cfg);
	assert_int_equal(t->h.lines, 3);
	assert_string_equal(t->h.said, "full.log is a log: the capture filter has no say in it");
}

static void
test_pause(void **state)
{
	struct setup *t = *state;
	struct input_cfg cfg = cfg_of(t);

	make_lines(9000);
	put_file(t, &cap);
	assert_int_equal(start(t, &cfg), 0);
	t->h.pause_at = 2;
	(void)uv_run(&t->loop, UV_RUN_DEFAULT);
	assert_int_equal(t->h.blocks, 2);
	input_pause(t->h.in, false);
	(void)uv_run(&t->loop, UV_RUN_DEFAULT);
	assert_int_equal(t->h.lines, 9000);
	finish(t);
}

/* Pipes. */

static void
pipe_open(struct setup *t)
{
	struct input_cfg cfg;

	assert_int_equal(pipe(t->fd), 0);
	(void)snprintf(t->path, sizeof t->path, "/dev/fd/%d", t->fd[0]);
	cfg = cfg_of(t);
	assert_int_equal(start(t, &cfg), 0);
	assert_int_equal(close(t->fd[0]), 0);
	t->fd[0] = -1;
}

static void
pipe_write(struct setup *t, const void *p, size_t n)
{
	assert_int_equal(write(t->fd[1], p, n), (ssize_t)n);
	for (int i = 0; i < 5; i++)
		(void)uv_run(&t->loop, UV_RUN_NOWAIT);
}

static void
pipe_end(struct setup *t)
{
	assert_int_equal(close(t->fd[1]), 0);
	t->fd[1] = -1;
	(void)uv_run(&t->loop, UV_RUN_DEFAULT);
	finish(t);
}

/* A slow log starts when its sender is silent; then each line comes at once, an unended one at the end. */
static void
test_pipe_slow(void **state)
{
	struct setup *t = *state;
	uint64_t began;

	pipe_open(t);
	pipe_write(t, "first\nsec", 9);
	assert_int_equal(t->h.lines, 0);
	began = uv_hrtime();
	while (t->h.lines == 0)
		(void)uv_run(&t->loop, UV_RUN_ONCE);
	assert_true(uv_hrtime() - began < UINT64_C(1500000000));
	assert_int_equal(t->h.lines, 1);
	assert_true(t->h.live);
	assert_true(t->h.t_ns > INT64_C(1600000000) * 1000000000);
	pipe_write(t, "ond\nthi", 7);
	assert_int_equal(t->h.lines, 2);
	pipe_end(t);
	assert_int_equal(t->h.lines, 3);
	assert_int_equal(t->h.bytes, 16);
	assert_int_equal(t->h.ends, 1);
	assert_int_equal(t->h.state, INPUT_ENDED);
}

/* More than 4 KiB without a magic is a log at once. */
static void
test_pipe_fast(void **state)
{
	struct setup *t = *state;

	make_lines(80);
	assert_true(cap.n > 4200);
	pipe_open(t);
	pipe_write(t, cap.b, cap.n);
	assert_int_equal(t->h.lines, 80);
	pipe_end(t);
}

/* A banner does not make a log of a capture that comes behind it; half a magic does neither. */
static void
test_pipe_capture(void **state)
{
	struct setup *t = *state;

	cap_start(&cap, false);
	cap_pcap(&cap, 0xa1b2c3d4, 4, 101);
	cap_record(&cap, 1, 0, 5, 5);
	pipe_open(t);
	pipe_write(t, "Welcome!\r\n", 10);
	pipe_write(t, cap.b, 10);
	pipe_write(t, cap.b + 10, cap.n - 10);
	pipe_end(t);
	assert_int_equal(t->h.frames, 1);
	assert_int_equal(t->h.blocks, 0);
	assert_int_equal(t->st.trimmed, 10);
}

static void
test_pipe_binary(void **state)
{
	struct setup *t = *state;

	pipe_open(t);
	pipe_write(t, "\1\2\3\0", 4);
	pipe_end(t);
	assert_int_equal(t->h.state, INPUT_DAMAGED);
	assert_non_null(strstr(t->h.said, "is no capture and no text: it begins with 01020300"));
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_file),
		TEST(test_gzip),
		TEST(test_heads),
		TEST(test_random),
		TEST(test_long_line),
		TEST(test_skip_and_poison),
		TEST(test_filter_is_said),
		TEST(test_pause),
		TEST(test_pipe_slow),
		TEST(test_pipe_fast),
		TEST(test_pipe_capture),
		TEST(test_pipe_binary),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
