/*
 * curses: on a pseudo-terminal.  What reaches the other side is curses' own sequences and clean text; a terminal
 * that goes away is told as -EIO; leaving puts the modes back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "sipwhy/mem.h"
#include "sipwhy/term.h"

/* ncurses keeps one small block for good; nothing of ours is excused. */
const char *__lsan_default_suppressions(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:new_prescr";
}

enum { ROWS = 10, COLS = 40, OUT_MAX = 65536 };

struct bench {
	int master, slave;
	struct termios before;
	struct theme theme;
	struct term *term;
	char out[OUT_MAX];
	size_t n;
};

static void
bench_open(struct bench *b, const char *type, bool mono)
{
	struct winsize size = { .ws_row = ROWS, .ws_col = COLS };
	struct errmsg em = { "" };

	setenv("TERM", type, 1);
	assert_int_equal(openpty(&b->master, &b->slave, NULL, NULL, &size), 0);
	assert_int_equal(tcgetattr(b->slave, &b->before), 0);
	assert_int_equal(fcntl(b->master, F_SETFL, O_NONBLOCK), 0);
	theme_default(&b->theme);
	assert_int_equal(term_open(&b->term, b->slave, b->slave, &b->theme, mono, &em), 0);
	b->n = 0;
}

/* All that has arrived at the other side. */
static void
bench_drain(struct bench *b)
{
	struct pollfd p = { .fd = b->master, .events = POLLIN };
	ssize_t n;

	b->n = 0;
	while (poll(&p, 1, 20) > 0 && b->n < sizeof b->out - 1 &&
	    (n = read(b->master, b->out + b->n, sizeof b->out - 1 - b->n)) > 0)
		b->n += (size_t)n;
	b->out[b->n] = '\0';
}

static void
bench_close(struct bench *b)
{
	struct termios after;

	term_close(b->term, false);
	bench_drain(b);
	assert_int_equal(tcgetattr(b->slave, &after), 0);
	assert_int_equal(after.c_lflag, b->before.c_lflag);
	assert_int_equal(after.c_iflag, b->before.c_iflag);
	assert_int_equal(after.c_oflag, b->before.c_oflag);
	close(b->slave);
	close(b->master);
}

/* No control but ESC (in curses' CSI and charset sequences), CR, LF, BS, SI, SO; no OSC, DCS, APC. */
static void
check_stream(const struct bench *b)
{
	for (size_t i = 0; i < b->n; i++) {
		unsigned char c = (unsigned char)b->out[i];

		if (c == 0x1b) {
			assert_true(i + 1 < b->n);
			assert_non_null(strchr("[()=>78M", b->out[i + 1]));
		} else if (c < 0x20 || c == 0x7f) {
			assert_true(c == '\r' || c == '\n' || c == '\b' || c == 0x0e || c == 0x0f);
		}
	}
}

static void
test_present(void **state)
{
	static struct bench b;
	struct canvas *c = canvas_new(ROWS, COLS);
	size_t first;

	(void)state;
	bench_open(&b, "xterm-256color", false);
	canvas_text(c, 0, 0, COLS, ROLE_CLASS_5XX, slice_str("503 here"));
	canvas_text(
	    c, 1, 0, COLS, ROLE_TEXT, slice_str("evil \x1b]0;owned\x07 \x1b[2J \xe6\x97\xa5\xe6\x9c\xac e\xcc\x81"));
	canvas_text(c, ROWS - 1, COLS - 5, 3, ROLE_BAR, slice_str("END"));
	assert_int_equal(term_present(b.term, c), 0);
	bench_drain(&b);
	check_stream(&b);
	assert_non_null(strstr(b.out, "503 here"));
	assert_non_null(strstr(b.out, "evil \\x1b]0;owned\\x07 \\x1b[2J"));
	assert_non_null(strstr(b.out, "\xe6\x97\xa5\xe6\x9c\xac"));
	assert_non_null(strstr(b.out, "END"));
	assert_non_null(strstr(b.out, "38;5;196m"));
	first = b.n;
	/* Nothing new: nothing sent.  One cell new: little sent.  Repaint: all again. */
	assert_int_equal(term_present(b.term, c), 0);
	bench_drain(&b);
	assert_int_equal(b.n, 0);
	canvas_text(c, 5, 5, 1, ROLE_TEXT, slice_str("x"));
	assert_int_equal(term_present(b.term, c), 0);
	bench_drain(&b);
	assert_in_range(b.n, 1, 40);
	term_repaint(b.term);
	assert_int_equal(term_present(b.term, c), 0);
	bench_drain(&b);
	assert_true(b.n > first / 2);
	assert_non_null(strstr(b.out, "503 here"));
	canvas_free(c);
	bench_close(&b);
}

static void
test_mono(void **state)
{
	static struct bench b;
	struct canvas *c = canvas_new(ROWS, COLS);

	(void)state;
	bench_open(&b, "xterm-256color", true);
	canvas_text(c, 0, 0, COLS, ROLE_CLASS_5XX, slice_str("503"));
	canvas_text(c, 1, 0, COLS, ROLE_LIST_CURSOR, slice_str("row"));
	assert_int_equal(term_present(b.term, c), 0);
	bench_drain(&b);
	assert_null(strstr(b.out, "38;5;"));
	assert_null(strstr(b.out, "[3"));
	assert_non_null(strstr(b.out, "503"));
	canvas_free(c);
	bench_close(&b);
	setenv("NO_COLOR", "1", 1);
	bench_open(&b, "xterm-256color", false);
	c = canvas_new(ROWS, COLS);
	canvas_text(c, 0, 0, COLS, ROLE_CLASS_5XX, slice_str("503"));
	assert_int_equal(term_present(b.term, c), 0);
	bench_drain(&b);
	assert_null(strstr(b.out, "38;5;"));
	unsetenv("NO_COLOR");
	canvas_free(c);
	bench_close(&b);
}

static void
send_keys(struct bench *b, const char *keys)
{
	struct pollfd p = { .fd = b->slave, .events = POLLIN };

	assert_int_equal(write(b->master, keys, strlen(keys)), (ssize_t)strlen(keys));
	assert_int_equal(poll(&p, 1, 1000), 1);
}

static void
test_keys(void **state)
{
	static const struct {
		const char *bytes;
		int64_t key;
	} keys[] = {
		{ "q", 'q' },
		{ "\x03", UI_CTRL('c') },
		{ "\x0c", UI_CTRL('l') },
		{ "\r", UI_KEY_ENTER },
		{ "\n", UI_KEY_ENTER },
		{ "\x1bOA", UI_KEY_UP },
		{ "\x1bOB", UI_KEY_DOWN },
		{ "\x1b[5~", UI_KEY_PGUP },
		{ "\x1b[6~", UI_KEY_PGDN },
		{ "\x1bOH", UI_KEY_HOME },
		{ "\x1bOF", UI_KEY_END },
		{ "\x1bOP", UI_KEY_F1 },
		{ "\x1b[21~", UI_KEY_F10 },
		{ "\x7f", UI_KEY_BACKSPACE },
		{ "\xc3\xa9", 0xe9 },
		{ "\x1b", UI_KEY_ESC },
		{ "\x13", UI_CTRL('s') },
		{ "\x1a", UI_CTRL('z') },
	};
	static struct bench b;

	(void)state;
	bench_open(&b, "xterm-256color", false);
	assert_int_equal(term_key(b.term), UI_KEY_NONE);
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		send_keys(&b, keys[i].bytes);
		assert_int_equal(term_key(b.term), keys[i].key);
		assert_int_equal(term_key(b.term), UI_KEY_NONE);
	}
	send_keys(&b, "jk");
	assert_int_equal(term_key(b.term), 'j');
	assert_int_equal(term_key(b.term), 'k');
	bench_close(&b);
}

static void
test_hangup(void **state)
{
	static struct bench b;
	struct canvas *c = canvas_new(ROWS, COLS);

	(void)state;
	bench_open(&b, "xterm-256color", false);
	close(b.master);
	for (int i = 0; i < 3; i++)
		assert_int_equal(term_key(b.term), -EIO);
	assert_int_equal(term_present(b.term, c), -EIO);
	term_close(b.term, true);
	close(b.slave);
	canvas_free(c);
}

static void
test_resize(void **state)
{
	static struct bench b;
	struct winsize size = { .ws_row = 5, .ws_col = 20 };
	struct canvas *c = canvas_new(ROWS, COLS);
	int rows, cols;

	(void)state;
	bench_open(&b, "xterm-256color", false);
	term_size(b.term, &rows, &cols);
	assert_int_equal(rows, ROWS);
	assert_int_equal(cols, COLS);
	assert_int_equal(term_present(b.term, c), 0);
	assert_int_equal(ioctl(b.slave, TIOCSWINSZ, &size), 0);
	term_resize(b.term);
	term_size(b.term, &rows, &cols);
	assert_int_equal(rows, 5);
	assert_int_equal(cols, 20);
	/* A canvas that is larger than the terminal is clipped, also through a wide glyph. */
	canvas_text(c, 0, 19, 2, ROLE_TEXT, slice_str("\xe6\x97\xa5"));
	assert_int_equal(term_present(b.term, c), 0);
	bench_drain(&b);
	check_stream(&b);
	canvas_free(c);
	bench_close(&b);
}

/* A reader that stalls: the queue fills and the terminal says it is busy instead of blocking. */
static void
test_busy(void **state)
{
	static struct bench b;
	char junk[4096];
	int flags;

	(void)state;
	bench_open(&b, "xterm-256color", false);
	bench_drain(&b);
	assert_false(term_busy(b.term));
	memset(junk, 'x', sizeof junk);
	flags = fcntl(b.slave, F_GETFL);
	assert_int_equal(fcntl(b.slave, F_SETFL, flags | O_NONBLOCK), 0);
	while (write(b.slave, junk, sizeof junk) > 0)
		continue;
	assert_int_equal(fcntl(b.slave, F_SETFL, flags), 0);
	assert_true(term_busy(b.term));
	/* The kernel hands over what waits piece by piece. */
	for (int i = 0; i < 10000 && term_busy(b.term); i++)
		bench_drain(&b);
	assert_false(term_busy(b.term));
	bench_close(&b);
}

static void
test_refused(void **state)
{
	static const char *const types[] = { "", "no-such-terminal", "dumb" };
	struct theme theme;
	struct term *term = NULL;
	struct errmsg em = { "" };
	int master, slave, pipe_fd[2];

	(void)state;
	theme_default(&theme);
	assert_int_equal(openpty(&master, &slave, NULL, NULL, NULL), 0);
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		setenv("TERM", types[i], 1);
		assert_int_equal(term_open(&term, slave, slave, &theme, false, &em), -EINVAL);
		assert_non_null(strstr(em.text, "TERM="));
		assert_null(term);
	}
	assert_int_equal(pipe(pipe_fd), 0);
	assert_int_equal(term_open(&term, pipe_fd[0], pipe_fd[1], &theme, false, &em), -ENOTTY);
	setenv("TERM", "xterm", 1);
	mem_fail_at(1);
	assert_int_equal(term_open(&term, slave, slave, &theme, false, &em), -ENOMEM);
	mem_fail_at(0);
	term_close(NULL, false);
	close(pipe_fd[0]);
	close(pipe_fd[1]);
	close(slave);
	close(master);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_present),
		cmocka_unit_test(test_mono),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_hangup),
		cmocka_unit_test(test_resize),
		cmocka_unit_test(test_busy),
		cmocka_unit_test(test_refused),
	};

	unsetenv("NO_COLOR");
	unsetenv("LINES");
	unsetenv("COLUMNS");
	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
