/*
 * follow on a real loop and real files: each kind of rotation, what stands at a path in between, going on after a
 * restart, and a thousand renames at speed with the opener in a process of its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#include "input/follow_open.h"
#include "sipwhy/input.h"
#include "sipwhy/mem.h"

enum { HEARD = 4096, FAST_ROTATIONS = 1000, FAST_LINES = 20 };

struct heard {
	char text[HEARD]; /* all that was handed over, as far as it fits */
	size_t len;
	uint64_t lines, old, cuts;
	uint64_t number, wrong; /* of numbered lines: the last one, and how many did not follow the one before */
	uint32_t origin;
	unsigned ends;
	enum input_state state;
	char said[320];
	unsigned says;
	bool numbered;
};

struct setup {
	uv_loop_t loop;
	struct input *in;
	struct heard h;
	struct input_stats st;
	struct errmsg em;
	struct input_cfg cfg;
	char dir[64], path[128];
	pid_t opener;
};

static void
heard_frame(void *ctx, const struct frame *f)
{
	(void)ctx;
	(void)f;
	fail();
}

/* Lines that say which they are come in order, each once. */
static void
heard_numbers(struct heard *h, const struct text *t)
{
	const char *p = (const char *)t->data, *end = p + t->len;

	for (; p < end; p = (const char *)memchr(p, '\n', (size_t)(end - p)) + 1) {
		uint64_t n = strtoull(p, NULL, 10);

		h->wrong += n != h->number + 1;
		h->number = n;
	}
}

static void
heard_text(void *ctx, const struct text *t)
{
	struct heard *h = ctx;
	size_t n = HEARD - 1 - h->len < t->len ? HEARD - 1 - h->len : t->len;

	assert_int_equal(h->state, INPUT_READING);
	assert_false(t->whole);
	assert_true(t->t_ns > INT64_C(1600000000) * 1000000000);
	if (h->numbered) {
		heard_numbers(h, t);
	} else {
		memcpy(h->text + h->len, t->data, n);
		h->len += n;
		h->text[h->len] = '\0';
	}
	h->lines += t->lines;
	h->old += t->live ? 0 : t->lines;
	h->cuts += t->cut;
	h->origin = t->origin;
}

static void
heard_end(void *ctx, uint32_t origin)
{
	struct heard *h = ctx;

	assert_true(origin >= h->origin);
	h->ends++;
}

static void
heard_state(void *ctx, enum input_state s, const char *sentence)
{
	struct heard *h = ctx;

	h->state = s;
	h->says++;
	(void)snprintf(h->said, sizeof h->said, "%s", sentence);
}

static int
setup(void **state)
{
	struct setup *t = calloc(1, sizeof *t);
	const char *tmp = getenv("TMPDIR");

	assert_non_null(t);
	(void)snprintf(
	    t->dir, sizeof t->dir, "%s/sipwhy-follow-XXXXXX", tmp != NULL && strlen(tmp) < 30 ? tmp : "/tmp");
	assert_non_null(mkdtemp(t->dir));
	(void)snprintf(t->path, sizeof t->path, "%s/full", t->dir);
	t->cfg = (struct input_cfg){ .kind = INPUT_FOLLOW, .arg = t->path, .opener = -1 };
	assert_int_equal(uv_loop_init(&t->loop), 0);
	*state = t;
	return 0;
}

static char *
path_of(const struct setup *t, char *out, const char *end)
{
	(void)snprintf(out, 160, "%s%s", t->path, end);
	return out;
}

static int
teardown(void **state)
{
	struct setup *t = *state;
	DIR *d = opendir(t->dir);
	struct dirent *e;
	char name[512];

	assert_non_null(d);
	while ((e = readdir(d)) != NULL) {
		(void)snprintf(name, sizeof name, "%s/%s", t->dir, e->d_name);
		(void)remove(name);
	}
	(void)closedir(d);
	assert_int_equal(rmdir(t->dir), 0);
	assert_int_equal(uv_loop_close(&t->loop), 0);
	free(t);
	return 0;
}

static void
add(const struct setup *t, const char *end, const char *text)
{
	char name[160];
	int fd = open(path_of(t, name, end), O_WRONLY | O_CREAT | O_APPEND, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(close(fd), 0);
}

static void
move(const struct setup *t, const char *from, const char *to)
{
	char a[160], b[160];

	assert_int_equal(rename(path_of(t, a, from), path_of(t, b, to)), 0);
}

static void
start(struct setup *t)
{
	const struct input_sink sink = {
		.ctx = &t->h, .frame = heard_frame, .text = heard_text, .text_end = heard_end, .state = heard_state
	};

	assert_int_equal(input_open(&t->in, &t->cfg, &t->em), 0);
	assert_int_equal(input_start(t->in, &t->loop, &sink, &t->em), 0);
}

/* Files are stamped with a clock that ticks every few milliseconds; generations of a real log are further apart. */
static void
tick_over(void)
{
	struct timespec from, now;

	(void)clock_gettime(CLOCK_REALTIME_COARSE, &from);
	do
		(void)clock_gettime(CLOCK_REALTIME_COARSE, &now);
	while (now.tv_sec == from.tv_sec && now.tv_nsec == from.tv_nsec);
}

/* A turn of the loop without waiting. */
static void
turn(struct setup *t)
{
	for (int i = 0; i < 4; i++)
		(void)uv_run(&t->loop, UV_RUN_NOWAIT);
}

/* Until that many lines came in all; given up when none comes for 10 s. */
static void
await_lines(struct setup *t, uint64_t lines)
{
	uint64_t until = uv_hrtime() + UINT64_C(10000000000), seen = t->h.lines;

	while (t->h.lines < lines && uv_hrtime() < until) {
		(void)uv_run(&t->loop, UV_RUN_ONCE);
		if (t->h.lines > seen)
			until = uv_hrtime() + UINT64_C(10000000000);
		seen = t->h.lines;
	}
	assert_int_equal(t->h.lines, lines);
}

static void
await_said(struct setup *t, const char *part)
{
	uint64_t until = uv_hrtime() + UINT64_C(10000000000);

	while (strstr(t->h.said, part) == NULL && uv_hrtime() < until)
		(void)uv_run(&t->loop, UV_RUN_ONCE);
	assert_non_null(strstr(t->h.said, part));
}

/* Long enough for everything that has a time of its own. */
static void
idle_ms(struct setup *t, unsigned ms)
{
	uint64_t until = uv_hrtime() + ms * UINT64_C(1000000);

	while (uv_hrtime() < until)
		(void)uv_run(&t->loop, UV_RUN_ONCE);
}

static void
finish(struct setup *t)
{
	input_stats(t->in, &t->st);
	assert_int_equal(t->st.frames, t->h.lines + t->st.skipped);
	input_close(t->in);
	(void)uv_run(&t->loop, UV_RUN_DEFAULT);
}

static void
test_from_end(void **state)
{
	struct setup *t = *state;
	struct stat st;

	add(t, "", "old 1\nold 2\n");
	start(t);
	assert_true(input_is_live(t->in));
	assert_string_equal(input_name(t->in), "full");
	turn(t);
	assert_int_equal(t->h.state, INPUT_READING);
	add(t, "", "new 1\nnew");
	await_lines(t, 1);
	input_stats(t->in, &t->st);
	assert_int_equal(t->st.offset, 18);
	assert_int_equal(stat(t->path, &st), 0);
	assert_int_equal(t->st.ino, st.st_ino);
	add(t, "", " 2\n");
	await_lines(t, 2);
	assert_int_equal(t->h.old, 0);
	assert_string_equal(t->h.text, "new 1\nnew 2\n");
	/* What is unended when the input closes is a line. */
	add(t, "", "tail");
	idle_ms(t, 60);
	finish(t);
	assert_int_equal(t->h.lines, 3);
	assert_string_equal(t->h.text, "new 1\nnew 2\ntail");
	assert_int_equal(t->st.rotations, 0);
}

static void
test_from_start(void **state)
{
	struct setup *t = *state;

	add(t, "", "old 1\nold 2\nbegun");
	t->cfg.from_start = true;
	start(t);
	await_lines(t, 2);
	assert_int_equal(t->h.old, 2);
	add(t, "", " ended\nnew\n");
	await_lines(t, 4);
	assert_int_equal(t->h.old, 2);
	assert_string_equal(t->h.text, "old 1\nold 2\nbegun ended\nnew\n");
	finish(t);
}

/* The writer goes on in the old file for a moment, with the new one there; nothing is lost, nothing overtakes. */
static void
test_rename(void **state)
{
	struct setup *t = *state;

	add(t, "", "");
	start(t);
	add(t, "", "a1\n");
	await_lines(t, 1);
	move(t, "", ".1");
	turn(t);
	add(t, ".1", "a2\n");
	add(t, "", "");
	await_lines(t, 2);
	idle_ms(t, 300);
	add(t, ".1", "a3\na4");
	await_lines(t, 3);
	add(t, "", "b1\n");
	add(t, ".1", " end");
	await_lines(t, 5);
	assert_string_equal(t->h.text, "a1\na2\na3\na4 endb1\n");
	assert_int_equal(t->h.ends, 0);
	add(t, "", "b2\n");
	await_lines(t, 6);
	finish(t);
	assert_int_equal(t->st.rotations, 1);
	assert_int_equal(t->st.offset, 6);
	assert_int_equal(t->st.missed, 0);
}

/* Seven generations come and go while nobody looks; a copy and an old generation beside them are left alone. */
static void
test_generations(void **state)
{
	struct setup *t = *state;
	char text[32], end[32];

	add(t, ".1", "an older generation\n");
	add(t, "", "");
	start(t);
	turn(t);
	add(t, ".bak", "a copy\n");
	idle_ms(t, 600);
	for (int i = 1; i <= 7; i++) {
		(void)snprintf(text, sizeof text, "g%d\n", i);
		(void)snprintf(end, sizeof end, "-2026-%d", i);
		add(t, "", text);
		if (i < 7)
			move(t, "", end);
	}
	await_lines(t, 7);
	idle_ms(t, 300);
	assert_string_equal(t->h.text, "g1\ng2\ng3\ng4\ng5\ng6\ng7\n");
	finish(t);
	assert_int_equal(t->st.rotations, 6);
}

/* A program that owns the folder of its log may not have us read what it could not read itself. */
static void
test_link(void **state)
{
	struct setup *t = *state;
	char other[160];

	add(t, "-theirs", "theirs\n");
	add(t, "-roots", "secret\n");
	if (geteuid() == 0) {
		assert_int_equal(chown(t->dir, 65534, (gid_t)-1), 0);
		assert_int_equal(chown(path_of(t, other, "-theirs"), 65534, (gid_t)-1), 0);
	} else {
		print_message("# not root: whose link it is makes no difference\n");
	}
	assert_int_equal(symlink("full-roots", t->path), 0);
	t->cfg.from_start = true;
	if (geteuid() == 0) {
		assert_int_equal(input_open(&t->in, &t->cfg, &t->em), -EPERM);
		assert_int_equal(unlink(t->path), 0);
		assert_int_equal(symlink("full-theirs", t->path), 0);
	}
	start(t);
	await_lines(t, 1);
	assert_string_equal(t->h.text, geteuid() == 0 ? "theirs\n" : "secret\n");
	finish(t);
}

/* The file with this end of its name is what comes after the one in hand. */
static void
next_is(const struct setup *t, const struct follow_ask *ask, const char *name)
{
	struct follow_answer a;
	int fd = follow_open(t->path, ask, &a);
	char path[160];
	struct stat st;

	assert_int_equal(a.what, FOLLOW_OPENED);
	assert_int_equal(stat(path_of(t, path, name), &st), 0);
	assert_int_equal(a.ino, st.st_ino);
	assert_int_equal(close(fd), 0);
}

/* Other logs beside ours begin with its name too, and may be made in the moment in which all are rotated. */
static void
test_sibling_names(void **state)
{
	static const char *const others[] = { ".json", ".err", "_debug", ".old.txt", "-errors.log", "2.log", "er",
		".1.swp", ".log.1", ".sip.2", "3" };
	static const char *const ours[] = { ".1", "-20260303", ".2026-03-03-10-15-01.1", ".0", "_1", ".old", ".bak",
		"~", "-20260303-1772532901", "-2026-03-03T10:15:01Z", ".1772532901", ".save" };
	struct setup *t = *state;
	struct follow_ask ask = { .kind = FOLLOW_NEXT };
	char name[160];
	struct stat st;

	add(t, "", "");
	assert_int_equal(stat(t->path, &st), 0);
	ask.ino = st.st_ino;
	ask.dev = st.st_dev;
	ask.mtime_ns = ask.since_ns = st.st_mtim.tv_sec * INT64_C(1000000000) + st.st_mtim.tv_nsec;
	ask.now_ns = ask.since_ns + 1000000000;
	move(t, "", ".9");
	tick_over();
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		add(t, others[i], "not of this log\n");
	tick_over();
	add(t, "", "new\n");
	next_is(t, &ask, "");
	for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++) {
		move(t, "", ours[i]);
		add(t, "", "newer\n");
		next_is(t, &ask, ours[i]);
		assert_int_equal(unlink(path_of(t, name, ours[i])), 0);
	}
}

/* The clock was set back: what is older seems to be of tomorrow, and is not read a second time. */
static void
test_sibling_of_tomorrow(void **state)
{
	struct setup *t = *state;
	struct follow_ask ask = { .kind = FOLLOW_NEXT };
	struct timespec times[2];
	char name[160];
	struct stat st;

	add(t, "", "");
	assert_int_equal(stat(t->path, &st), 0);
	ask.ino = st.st_ino;
	ask.dev = st.st_dev;
	ask.mtime_ns = ask.since_ns = st.st_mtim.tv_sec * INT64_C(1000000000) + st.st_mtim.tv_nsec;
	ask.now_ns = ask.since_ns + 1000000000;
	move(t, "", ".1");
	add(t, ".2", "read before\n");
	times[0] = times[1] = st.st_mtim;
	times[1].tv_sec += 3600;
	assert_int_equal(utimensat(AT_FDCWD, path_of(t, name, ".2"), times, 0), 0);
	add(t, "", "new\n");
	next_is(t, &ask, "");
}

/* Numbered from behind, as logrotate does it. */
static void
test_shifted(void **state)
{
	struct setup *t = *state;

	add(t, "", "");
	start(t);
	turn(t);
	add(t, "", "g1\n");
	move(t, "", ".1");
	tick_over();
	add(t, "", "g2\n");
	move(t, ".1", ".2");
	move(t, "", ".1");
	tick_over();
	add(t, "", "g3\n");
	await_lines(t, 3);
	assert_string_equal(t->h.text, "g1\ng2\ng3\n");
	finish(t);
}

/* A generation that was packed before its turn is counted; the packed form of the file in hand is not. */
static void
test_packed(void **state)
{
	struct setup *t = *state;
	struct timespec times[2];
	struct stat st;
	char name[160];

	add(t, "", "");
	start(t);
	turn(t);
	add(t, "", "g1\n");
	await_lines(t, 1);
	assert_int_equal(stat(t->path, &st), 0);
	times[0] = times[1] = st.st_mtim;
	move(t, "", ".2");
	add(t, ".2.gz", "packed g1");
	assert_int_equal(utimensat(AT_FDCWD, path_of(t, name, ".2.gz"), times, 0), 0);
	assert_int_equal(unlink(path_of(t, name, ".2")), 0);
	tick_over();
	add(t, ".1.gz", "packed g2");
	add(t, "", "g3\n");
	await_said(t, "1 rotated file of ");
	await_lines(t, 2);
	assert_string_equal(t->h.text, "g1\ng3\n");
	finish(t);
	assert_int_equal(t->st.missed, 1);
}

static void
test_truncate(void **state)
{
	struct setup *t = *state;
	uint32_t origin;

	add(t, "", "old\n");
	start(t);
	turn(t);
	add(t, "", "a1\na2");
	await_lines(t, 1);
	origin = t->h.origin;
	assert_int_equal(truncate(t->path, 0), 0);
	await_lines(t, 2);
	assert_int_equal(t->h.ends, 1);
	add(t, "", "b1\n");
	await_lines(t, 3);
	assert_string_equal(t->h.text, "a1\na2b1\n");
	assert_int_not_equal(t->h.origin, origin);
	finish(t);
	assert_int_equal(t->st.rotations, 1);
	assert_int_equal(t->st.offset, 3);
}

/* A writer that does not append leaves a hole in front of what it writes after the truncation. */
static void
test_truncate_hole(void **state)
{
	struct setup *t = *state;
	int fd = open(t->path, O_WRONLY | O_CREAT, 0600);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, "x\n", 2, 299998), 2);
	start(t);
	turn(t);
	assert_int_equal(ftruncate(fd, 0), 0);
	idle_ms(t, 300);
	assert_int_equal(pwrite(fd, "b1\nb2\n", 6, 300000), 6);
	await_lines(t, 2);
	assert_string_equal(t->h.text, "b1\nb2\n");
	assert_int_equal(close(fd), 0);
	finish(t);
	assert_int_equal(t->st.offset, 300006);
}

static void
test_recreate(void **state)
{
	struct setup *t = *state;

	start(t);
	await_said(t, "waiting for ");
	assert_non_null(strstr(t->h.said, "/full to appear"));
	assert_int_equal(t->h.state, INPUT_READING);
	add(t, "", "a1\n");
	await_lines(t, 1);
	assert_string_equal(t->h.said, "");
	add(t, "", "a2");
	idle_ms(t, 50);
	assert_int_equal(unlink(t->path), 0);
	await_said(t, "waiting for ");
	add(t, "", "b1\n");
	await_lines(t, 3);
	assert_string_equal(t->h.text, "a1\na2b1\n");
	assert_string_equal(t->h.said, "");
	/* At once, so that the number of the file could be the same. */
	assert_int_equal(unlink(t->path), 0);
	add(t, "", "c1\n");
	await_lines(t, 4);
	finish(t);
	assert_int_equal(t->st.rotations, 2);
	assert_int_equal(t->h.old, 0);
}

static void
test_wrong_things(void **state)
{
	struct setup *t = *state;

	add(t, "", "");
	start(t);
	turn(t);
	assert_int_equal(unlink(t->path), 0);
	assert_int_equal(mkdir(t->path, 0700), 0);
	await_said(t, "is a directory: waiting for a log file in its place");
	assert_int_equal(rmdir(t->path), 0);
	assert_int_equal(symlink("/dev/null", t->path), 0);
	await_said(t, "is a device: waiting for a log file in its place");
	assert_int_equal(unlink(t->path), 0);
	add(t, "", "a1\n");
	await_lines(t, 1);
	finish(t);
	/* At the start it is the user's mistake. */
	t->cfg.arg = t->dir;
	assert_int_equal(input_open(&t->in, &t->cfg, &t->em), -EISDIR);
	assert_non_null(strstr(t->em.text, "is a directory: name a log file in it"));
	t->cfg.arg = "/dev/null";
	assert_int_equal(input_open(&t->in, &t->cfg, &t->em), -ENODEV);
	assert_string_equal(t->em.text, "/dev/null is a device, not a log file");
	assert_null(t->in);
	t->cfg.arg = "full.1.gz";
	assert_int_equal(input_open(&t->in, &t->cfg, &t->em), -EINVAL);
	assert_string_equal(t->em.text, "full.1.gz is compressed, which is not written line by line: read it with -I");
	t->cfg.arg = "full.xz";
	assert_int_equal(input_open(&t->in, &t->cfg, &t->em), -EINVAL);
	assert_non_null(strstr(t->em.text, "unpack it, and read that with -I"));
	assert_null(t->in);
}

/* Writers of a FIFO come and go; it is opened anew for each, and a file may take its place. */
static void
test_fifo(void **state)
{
	struct setup *t = *state;

	assert_int_equal(mkfifo(t->path, 0600), 0);
	start(t);
	turn(t);
	for (unsigned i = 1; i <= 5; i++) {
		int fd = open(t->path, O_WRONLY | O_NONBLOCK);

		assert_true(fd >= 0);
		assert_int_equal(write(fd, "one\ntw", 6), 6);
		await_lines(t, 2 * i - 1);
		assert_int_equal(write(fd, "o\n", 2), 2);
		await_lines(t, 2 * i);
		assert_int_equal(close(fd), 0);
		idle_ms(t, i * 20);
	}
	assert_int_equal(unlink(t->path), 0);
	add(t, "", "file\n");
	await_lines(t, 11);
	finish(t);
	assert_string_equal(t->h.text + 8 * 5, "file\n");
	assert_int_equal(t->st.rotations, 1);
}

static void
test_large(void **state)
{
	struct setup *t = *state;

	add(t, "", "x\n");
	if (truncate(t->path, INT64_C(5) << 30) != 0) {
		print_message("# no files above 4 GiB here\n");
		return;
	}
	start(t);
	turn(t);
	add(t, "", "far\n");
	await_lines(t, 1);
	finish(t);
	assert_string_equal(t->h.text, "far\n");
	assert_true(t->st.offset == (UINT64_C(5) << 30) + 4);
}

static void
test_resume(void **state)
{
	struct setup *t = *state;

	add(t, "", "a1\na2\n");
	t->cfg.from_start = true;
	start(t);
	await_lines(t, 2);
	finish(t);
	t->cfg.from_start = false;
	t->cfg.resume_ino = t->st.ino;
	t->cfg.resume_offset = 3;
	memset(&t->h, 0, sizeof t->h);
	start(t);
	await_lines(t, 1);
	assert_string_equal(t->h.text, "a2\n");
	assert_int_equal(t->h.old, 1);
	finish(t);
	/* Rotated away twice meanwhile. */
	move(t, "", ".1");
	tick_over();
	add(t, "", "b1\n");
	move(t, ".1", ".2");
	move(t, "", ".1");
	tick_over();
	add(t, "", "c1\n");
	memset(&t->h, 0, sizeof t->h);
	start(t);
	await_lines(t, 3);
	assert_string_equal(t->h.text, "a2\nb1\nc1\n");
	finish(t);
	/* Gone, or shorter than it was. */
	t->cfg.resume_offset = 4000;
	memset(&t->h, 0, sizeof t->h);
	start(t);
	await_said(t, "was replaced or truncated while nobody read it: its lines are read from the first on");
	await_lines(t, 1);
	assert_string_equal(t->h.text, "c1\n");
	finish(t);
}

static void
test_poison(void **state)
{
	struct setup *t = *state;

	add(t, "", "a1\na2\n");
	t->cfg.from_start = true;
	t->cfg.poison_frame = 1;
	start(t);
	turn(t);
	add(t, "", "b1\n");
	await_lines(t, 1);
	assert_string_equal(t->h.text, "b1\n");
	finish(t);
	assert_int_equal(t->st.skipped, 2);
}

static void
test_long_line(void **state)
{
	struct setup *t = *state;
	static char x[150001];

	memset(x, 'x', 150000);
	add(t, "", "");
	start(t);
	add(t, "", x);
	await_lines(t, 1);
	add(t, "", "x\nnext\n");
	await_lines(t, 2);
	finish(t);
	assert_int_equal(t->st.long_records, 1);
	assert_int_equal(t->h.cuts, 1);
	assert_int_equal(t->st.offset, 150007);
}

static void
test_pause(void **state)
{
	struct setup *t = *state;

	add(t, "", "");
	start(t);
	turn(t);
	input_pause(t->in, true);
	add(t, "", "a1\n");
	idle_ms(t, 300);
	assert_int_equal(t->h.lines, 0);
	input_pause(t->in, false);
	await_lines(t, 1);
	finish(t);
}

static void
test_memory(void **state)
{
	struct setup *t = *state;
	int rc = -ENOMEM;

	add(t, "", "a\n");
	for (long n = 1; n < 6; n++) {
		mem_fail_at(n);
		rc = input_open(&t->in, &t->cfg, &t->em);
		mem_fail_at(0);
		/* Without memory for the folder's name the timer does the watching. */
		assert_int_equal(rc, n < 4 ? -ENOMEM : 0);
		if (rc == 0)
			input_close(t->in);
	}
}

/* The opener in a process of its own, as the program has it. */

static void
opener_start(struct setup *t)
{
	const char *paths[] = { t->path };
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair), 0);
	t->opener = fork();
	assert_true(t->opener >= 0);
	if (t->opener == 0) {
		(void)close(pair[0]);
		input_opener_run(&pair[1], paths, 1);
		_exit(0);
	}
	assert_int_equal(close(pair[1]), 0);
	t->cfg.opener = pair[0];
}

static void
opener_end(struct setup *t)
{
	int status;

	assert_int_equal(waitpid(t->opener, &status, 0), t->opener);
	assert_int_equal(status, 0);
}

static void
test_opener(void **state)
{
	struct setup *t = *state;

	opener_start(t);
	start(t);
	await_said(t, "waiting for ");
	add(t, "", "a1\n");
	await_lines(t, 1);
	move(t, "", ".1");
	add(t, "", "b1\n");
	await_lines(t, 2);
	assert_string_equal(t->h.text, "a1\nb1\n");
	finish(t);
	opener_end(t);
}

/* It ends before us: said once, and what is in hand is read on. */
static void
test_opener_dies(void **state)
{
	struct setup *t = *state;
	int status;

	add(t, "", "");
	opener_start(t);
	start(t);
	turn(t);
	assert_int_equal(kill(t->opener, SIGKILL), 0);
	assert_int_equal(waitpid(t->opener, &status, 0), t->opener);
	await_said(t, "is not watched for rotation any more");
	add(t, "", "a1\n");
	await_lines(t, 1);
	finish(t);
}

/* What is no question gets no answer, and what cannot be, a refusal. */
static void
test_opener_nonsense(void **state)
{
	struct setup *t = *state;
	struct follow_ask ask = { .kind = 77, .serial = 5 };
	struct follow_answer a;
	int fd = -1, rc;

	add(t, "", "a\n");
	opener_start(t);
	assert_int_equal(send(t->cfg.opener, "??", 2, 0), 2);
	assert_int_equal(follow_send_ask(t->cfg.opener, &ask), 0);
	while ((rc = follow_take_answer(t->cfg.opener, &a, &fd)) == -EAGAIN)
		;
	assert_int_equal(rc, 0);
	assert_int_equal(a.serial, 5);
	assert_int_equal(a.what, FOLLOW_NONE);
	assert_int_equal(a.err, -EINVAL);
	assert_int_equal(fd, -1);
	assert_int_equal(close(t->cfg.opener), 0);
	opener_end(t);
}

/* Descriptors now open in this process. */
static unsigned
descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	(void)closedir(d);
	return n;
}

/* An answer with n descriptors in one control message; more than one is refused, and none of them stays. */
static void
answer_with(int to, int from, unsigned n, int wanted)
{
	struct follow_answer a = { .what = FOLLOW_OPENED }, got;
	struct iovec iov = { &a, sizeof a };
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(4 * sizeof(int))];
	} control = { .room = { 0 } };
	struct msghdr m = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = CMSG_SPACE(n * sizeof(int))
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	int fds[4] = { 0, 0, 0, 0 }, fd;

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(n * sizeof(int));
	memcpy(CMSG_DATA(c), fds, n * sizeof(int));
	assert_int_equal(sendmsg(to, &m, 0), (ssize_t)sizeof a);
	assert_int_equal(follow_take_answer(from, &got, &fd), wanted);
	if (wanted == 0)
		assert_int_equal(close(fd), 0);
	else
		assert_int_equal(fd, -1);
}

static void
test_answer_descriptors(void **state)
{
	unsigned before;
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair), 0);
	before = descriptors();
	answer_with(pair[0], pair[1], 1, 0);
	for (unsigned n = 2; n <= 4; n++)
		answer_with(pair[0], pair[1], n, -EBADMSG);
	assert_int_equal(descriptors(), before);
	assert_int_equal(close(pair[0]), 0);
	assert_int_equal(close(pair[1]), 0);
}

/* A thousand generations of 20 numbered lines in `ns` each, renamed by a process that never waits for us. */
static void
fast_writer(const struct setup *t, long ns)
{
	uint64_t n = 0;
	char text[FAST_LINES * 24], end[24], to[160];
	int fd = -1;

	for (unsigned g = 0; g < FAST_ROTATIONS; g++) {
		const struct timespec wait = { 0, ns / 4 };

		if (g > 0) {
			(void)snprintf(end, sizeof end, ".%06u", g);
			(void)rename(t->path, path_of(t, to, end));
			(void)close(fd);
		}
		fd = open(t->path, O_WRONLY | O_CREAT | O_APPEND, 0600);
		for (unsigned part = 0; part < 4; part++) {
			size_t len = 0;

			for (unsigned i = 0; i < FAST_LINES / 4; i++)
				len += (size_t)snprintf(text + len, sizeof text - len, "%lu\n", (unsigned long)++n);
			if (write(fd, text, len) != (ssize_t)len)
				_exit(1);
			(void)nanosleep(&wait, NULL);
		}
	}
	_exit(0);
}

static void
run_fast(struct setup *t, long ns)
{
	pid_t writer;
	int status;

	add(t, "", "");
	t->h.numbered = true;
	start(t);
	turn(t);
	assert_int_equal(unlink(t->path), 0);
	writer = fork();
	assert_true(writer >= 0);
	if (writer == 0)
		fast_writer(t, ns);
	await_lines(t, (uint64_t)FAST_ROTATIONS * FAST_LINES);
	assert_int_equal(waitpid(writer, &status, 0), writer);
	assert_int_equal(status, 0);
	assert_int_equal(t->h.wrong, 0);
	finish(t);
	assert_int_equal(t->st.rotations, FAST_ROTATIONS);
	assert_int_equal(t->st.missed, 0);
}

static void
test_fast_direct(void **state)
{
	run_fast(*state, 2000000);
}

static void
test_fast_opener(void **state)
{
	opener_start(*state);
	run_fast(*state, 2000000);
	opener_end(*state);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_from_end),
		TEST(test_from_start),
		TEST(test_rename),
		TEST(test_generations), TEST(test_link),
		TEST(test_sibling_names),
		TEST(test_sibling_of_tomorrow),
		TEST(test_shifted),
		TEST(test_packed),
		TEST(test_truncate),
		TEST(test_truncate_hole),
		TEST(test_recreate),
		TEST(test_wrong_things),
		TEST(test_fifo),
		TEST(test_large),
		TEST(test_resume),
		TEST(test_poison),
		TEST(test_long_line),
		TEST(test_pause),
		TEST(test_memory),
		TEST(test_opener),
		TEST(test_opener_dies),
		TEST(test_opener_nonsense),
		TEST(test_answer_descriptors),
		TEST(test_fast_direct),
		TEST(test_fast_opener),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
