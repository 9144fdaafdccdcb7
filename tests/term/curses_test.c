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
#include <stdio.h>
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
	char out[OUT_MAX], before_close[OUT_MAX];
	size_t n;
};

static void
bench_open(struct bench *b, const char *type, enum term_color color)
{
	struct winsize size = { .ws_row = ROWS, .ws_col = COLS };
	struct errmsg em = { "" };

	setenv("TERM", type, 1);
	assert_int_equal(openpty(&b->master, &b->slave, NULL, NULL, &size), 0);
	assert_int_equal(tcgetattr(b->slave, &b->before), 0);
	assert_int_equal(fcntl(b->master, F_SETFL, O_NONBLOCK), 0);
	theme_default(&b->theme);
	assert_int_equal(term_open(&b->term, b->slave, b->slave, &b->theme, color, &em), 0);
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

/* The same; what had come before is kept. */
static void
bench_close_after(struct bench *b)
{
	memcpy(b->before_close, b->out, b->n + 1);
	bench_close(b);
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
	bench_open(&b, "xterm-256color", TERM_COLOR_AUTO);
	canvas_text(c, 0, 0, COLS, ROLE_CLASS_5XX, slice_str("503 here"));
	canvas_text(
	    c, 1, 0, COLS, ROLE_TEXT, slice_str("evil \x1b]0;owned\x07 \x1b[2J \xe6\x97\xa5\xe6\x9c\xac e\xcc\x81"));
	canvas_text(c, ROWS - 1, COLS - 5, 3, ROLE_BAR, slice_str("END"));
	assert_int_equal(term_present(b.term, c, NULL), 0);
	bench_drain(&b);
	check_stream(&b);
	assert_non_null(strstr(b.out, "503 here"));
	assert_non_null(strstr(b.out, "evil \\x1b]0;owned\\x07 \\x1b[2J"));
	assert_non_null(strstr(b.out, "\xe6\x97\xa5\xe6\x9c\xac"));
	assert_non_null(strstr(b.out, "END"));
	assert_non_null(strstr(b.out, "38;5;196m"));
	first = b.n;
	/* Nothing new: nothing sent.  One cell new: little sent.  Repaint: all again. */
	assert_int_equal(term_present(b.term, c, NULL), 0);
	bench_drain(&b);
	assert_int_equal(b.n, 0);
	canvas_text(c, 5, 5, 1, ROLE_TEXT, slice_str("x"));
	assert_int_equal(term_present(b.term, c, NULL), 0);
	bench_drain(&b);
	assert_in_range(b.n, 1, 40);
	term_repaint(b.term);
	assert_int_equal(term_present(b.term, c, NULL), 0);
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
	bench_open(&b, "xterm-256color", TERM_COLOR_NEVER);
	canvas_text(c, 0, 0, COLS, ROLE_CLASS_5XX, slice_str("503"));
	canvas_text(c, 1, 0, COLS, ROLE_LIST_CURSOR, slice_str("row"));
	assert_int_equal(term_present(b.term, c, NULL), 0);
	bench_drain(&b);
	assert_null(strstr(b.out, "38;5;"));
	assert_null(strstr(b.out, "[3"));
	assert_non_null(strstr(b.out, "503"));
	canvas_free(c);
	bench_close(&b);
	setenv("NO_COLOR", "1", 1);
	bench_open(&b, "xterm-256color", TERM_COLOR_AUTO);
	c = canvas_new(ROWS, COLS);
	canvas_text(c, 0, 0, COLS, ROLE_CLASS_5XX, slice_str("503"));
	assert_int_equal(term_present(b.term, c, NULL), 0);
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
		{ "\x1b[Z", UI_KEY_STAB },
		{ "\x1b[2~", UI_KEY_INSERT },
		{ "\x1b[3~", UI_KEY_DELETE },
		{ "\x1b[1;5D", UI_KEY_WORD_LEFT },
		{ "\x1b[1;5C", UI_KEY_WORD_RIGHT },
		{ "\x7f", UI_KEY_BACKSPACE },
		{ "\xc3\xa9", 0xe9 },
		{ "\x1b", UI_KEY_ESC },
		{ "\x13", UI_CTRL('s') },
		{ "\x1a", UI_CTRL('z') },
	};
	static struct bench b;

	(void)state;
	bench_open(&b, "xterm-256color", TERM_COLOR_AUTO);
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
	bench_open(&b, "xterm-256color", TERM_COLOR_AUTO);
	close(b.master);
	for (int i = 0; i < 3; i++)
		assert_int_equal(term_key(b.term), -EIO);
	assert_int_equal(term_present(b.term, c, NULL), -EIO);
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
	bench_open(&b, "xterm-256color", TERM_COLOR_AUTO);
	term_size(b.term, &rows, &cols);
	assert_int_equal(rows, ROWS);
	assert_int_equal(cols, COLS);
	assert_int_equal(term_present(b.term, c, NULL), 0);
	assert_int_equal(ioctl(b.slave, TIOCSWINSZ, &size), 0);
	term_resize(b.term);
	term_size(b.term, &rows, &cols);
	assert_int_equal(rows, 5);
	assert_int_equal(cols, 20);
	/* A canvas that is larger than the terminal is clipped, also through a wide glyph. */
	canvas_text(c, 0, 19, 2, ROLE_TEXT, slice_str("\xe6\x97\xa5"));
	assert_int_equal(term_present(b.term, c, NULL), 0);
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
	bench_open(&b, "xterm-256color", TERM_COLOR_AUTO);
	bench_drain(&b);
	assert_false(term_busy(b.term));
	memset(junk, 'x', sizeof junk);
	flags = fcntl(b.slave, F_GETFL);
	/* The kernel hands over what waits piece by piece, and there is room again. */
	for (int i = 0; i < 10000 && !term_busy(b.term); i++) {
		assert_int_equal(fcntl(b.slave, F_SETFL, flags | O_NONBLOCK), 0);
		while (write(b.slave, junk, sizeof junk) > 0)
			continue;
		assert_int_equal(fcntl(b.slave, F_SETFL, flags), 0);
	}
	assert_true(term_busy(b.term));
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
		assert_int_equal(term_open(&term, slave, slave, &theme, TERM_COLOR_AUTO, &em), -EINVAL);
		assert_non_null(strstr(em.text, "TERM="));
		assert_null(term);
	}
	assert_int_equal(pipe(pipe_fd), 0);
	assert_int_equal(term_open(&term, pipe_fd[0], pipe_fd[1], &theme, TERM_COLOR_AUTO, &em), -ENOTTY);
	setenv("TERM", "xterm", 1);
	mem_fail_at(1);
	assert_int_equal(term_open(&term, slave, slave, &theme, TERM_COLOR_AUTO, &em), -ENOMEM);
	mem_fail_at(0);
	term_close(NULL, false);
	close(pipe_fd[0]);
	close(pipe_fd[1]);
	close(slave);
	close(master);
}

static void
say(struct bench *b, const char *bytes)
{
	assert_int_equal(write(b->master, bytes, strlen(bytes)), (ssize_t)strlen(bytes));
}

/* One cell in a class colour, as it is sent. */
static void
sent(struct bench *b, const char *type, enum term_color color, enum theme_depth depth)
{
	struct canvas *c = canvas_new(ROWS, COLS);

	bench_open(b, type, color);
	bench_drain(b);
	assert_int_equal(term_depth(b->term), depth);
	canvas_text(c, 0, 0, COLS, ROLE_CLASS_5XX, slice_str("503"));
	assert_int_equal(term_present(b->term, c, NULL), 0);
	bench_drain(b);
	canvas_free(c);
	bench_close_after(b);
}

static void
test_depths(void **state)
{
	static struct bench b;

	(void)state;
	sent(&b, "xterm-256color", TERM_COLOR_256, DEPTH_256);
	assert_non_null(strstr(b.before_close, "38;5;196m"));
	sent(&b, "xterm-256color", TERM_COLOR_16, DEPTH_16);
	assert_non_null(strstr(b.before_close, "[91m"));
	/* Direct colour is not sent to a type that does not have it, and no palette is changed. */
	sent(&b, "xterm-256color", TERM_COLOR_TRUE, DEPTH_256);
	assert_null(strstr(b.before_close, "]4;"));
	sent(&b, "xterm", TERM_COLOR_TRUE, DEPTH_16);
	sent(&b, "vt100", TERM_COLOR_TRUE, DEPTH_MONO);
	setenv("NO_COLOR", "1", 1);
	sent(&b, "xterm-256color", TERM_COLOR_AUTO, DEPTH_MONO);
	sent(&b, "xterm-256color", TERM_COLOR_256, DEPTH_256);
	setenv("NO_COLOR", "", 1);
	sent(&b, "xterm-256color", TERM_COLOR_AUTO, DEPTH_256);
	unsetenv("NO_COLOR");
}

static void
test_direct(void **state)
{
	static struct bench b;

	(void)state;
	if (access("/usr/share/terminfo/x/xterm-direct", R_OK) != 0 &&
	    access("/lib/terminfo/x/xterm-direct", R_OK) != 0) {
		print_message("no terminfo of xterm-direct here\n");
		return;
	}
	sent(&b, "xterm-direct", TERM_COLOR_AUTO, DEPTH_TRUE);
	assert_non_null(strstr(b.before_close, "255:0:0"));
	sent(&b, "xterm-direct", TERM_COLOR_256, DEPTH_256);
	assert_non_null(strstr(b.before_close, "255:0:0"));
	sent(&b, "xterm-direct", TERM_COLOR_16, DEPTH_16);
	assert_non_null(strstr(b.before_close, "[31m"));
}

/* Another theme repaints in its colours. */
static void
test_theme(void **state)
{
	static struct bench b;
	struct canvas *c = canvas_new(ROWS, COLS);
	struct theme light;

	(void)state;
	bench_open(&b, "xterm-256color", TERM_COLOR_AUTO);
	assert_int_equal(theme_builtin(&light, slice_str("light")), 0);
	canvas_text(c, 0, 0, COLS, ROLE_CLASS_4XX, slice_str("404"));
	assert_int_equal(term_present(b.term, c, NULL), 0);
	bench_drain(&b);
	assert_non_null(strstr(b.out, "38;5;220m"));
	term_theme(b.term, &light);
	assert_int_equal(term_present(b.term, c, NULL), 0);
	bench_drain(&b);
	assert_non_null(strstr(b.out, "38;5;130m"));
	assert_non_null(strstr(b.out, "404"));
	canvas_free(c);
	bench_close(&b);
}

/* The estimate is 0 exactly when nothing is sent, and of the right size else. */
static void
test_cost(void **state)
{
	static struct bench b;
	struct canvas *c = canvas_new(ROWS, COLS);
	size_t cost = 1;

	(void)state;
	bench_open(&b, "xterm-256color", TERM_COLOR_AUTO);
	bench_drain(&b);
	for (int row = 0; row < ROWS; row++)
		canvas_printf(c, row, 0, COLS, ROLE_CLASS_1XX + row % 4, "row %d of this", row);
	assert_int_equal(term_present(b.term, c, &cost), 0);
	assert_int_equal(term_present(b.term, c, &cost), 0);
	assert_int_equal(cost, 0);
	bench_drain(&b);
	for (int row = 0; row < ROWS; row++)
		canvas_printf(c, row, 4, COLS, ROLE_CLASS_5XX, "%c", 'a' + row);
	assert_int_equal(term_present(b.term, c, &cost), 0);
	bench_drain(&b);
	assert_in_range(b.n, cost / 3, cost * 3);
	canvas_free(c);
	bench_close(&b);
}

static void
test_background(void **state)
{
	static struct bench b;

	(void)state;
	bench_open(&b, "xterm-256color", TERM_COLOR_AUTO);
	bench_drain(&b);
	say(&b, "a\033]11;rgb:ffff/ffff/ffff\033\\j\033[?62;22cb");
	assert_int_equal(term_background(b.term, 1000), 1);
	bench_drain(&b);
	assert_string_equal(b.out, "\033]11;?\033\\\033[c");
	assert_int_equal(term_key(b.term), 'a');
	assert_int_equal(term_key(b.term), 'j');
	assert_int_equal(term_key(b.term), 'b');
	assert_int_equal(term_key(b.term), UI_KEY_NONE);
	bench_close(&b);
	/* Nobody answers in time: the environment says it, and the late answer is nobody's key. */
	bench_open(&b, "xterm-256color", TERM_COLOR_AUTO);
	setenv("COLORFGBG", "15;0", 1);
	assert_int_equal(term_background(b.term, 20), 0);
	unsetenv("COLORFGBG");
	say(&b, "x\033]11;rgb:ffff/ff");
	assert_int_equal(term_key(b.term), 'x');
	assert_int_equal(term_key(b.term), UI_KEY_NONE);
	say(&b, "ff/ffff\033\\y\033[?62;22cz");
	assert_int_equal(term_key(b.term), 'y');
	assert_int_equal(term_key(b.term), 'z');
	say(&b, "\033");
	assert_int_equal(term_key(b.term), UI_KEY_ESC);
	bench_close(&b);
	/* No answer at all: escape is still a key. */
	bench_open(&b, "xterm-256color", TERM_COLOR_AUTO);
	assert_int_equal(term_background(b.term, 20), -1);
	say(&b, "\033");
	assert_int_equal(term_key(b.term), UI_KEY_ESC);
	say(&b, "\033OA");
	assert_int_equal(term_key(b.term), UI_KEY_UP);
	bench_close(&b);
	/* One that would print the question is not asked. */
	bench_open(&b, "vt100", TERM_COLOR_AUTO);
	bench_drain(&b);
	assert_int_equal(term_background(b.term, 1000), -1);
	bench_drain(&b);
	assert_int_equal(b.n, 0);
	bench_close(&b);
}

static void
test_mouse(void **state)
{
	static struct bench b;

	(void)state;
	bench_open(&b, "xterm-256color", TERM_COLOR_AUTO);
	term_mouse(b.term, false);
	bench_drain(&b);
	assert_null(strstr(b.out, "1000"));
	term_mouse(b.term, true);
	bench_drain(&b);
	assert_non_null(strstr(b.out, "1000h"));
	say(&b, "\033[<0;5;3M");
	assert_int_equal(term_key(b.term), UI_KEY_MOUSE);
	assert_int_equal(term_mouse_event(b.term).row, 2);
	assert_int_equal(term_mouse_event(b.term).col, 4);
	assert_int_equal(term_mouse_event(b.term).kind, MOUSE_CLICK);
	say(&b, "\033[<0;5;3m\033[<64;1;1M\033[<65;1;1M");
	assert_int_equal(term_key(b.term), UI_KEY_MOUSE);
	assert_int_equal(term_mouse_event(b.term).kind, MOUSE_WHEEL_UP);
	assert_int_equal(term_key(b.term), UI_KEY_MOUSE);
	assert_int_equal(term_mouse_event(b.term).kind, MOUSE_WHEEL_DOWN);
	assert_int_equal(term_key(b.term), UI_KEY_NONE);
	term_close(b.term, false);
	bench_drain(&b);
	assert_non_null(strstr(b.out, "1000l"));
	close(b.slave);
	close(b.master);
}

static void
test_suspend(void **state)
{
	static struct bench b;
	struct canvas *c = canvas_new(ROWS, COLS);
	struct termios now;

	(void)state;
	bench_open(&b, "xterm-256color", TERM_COLOR_AUTO);
	canvas_text(c, 0, 0, COLS, ROLE_TEXT, slice_str("503 here"));
	assert_int_equal(term_present(b.term, c, NULL), 0);
	bench_drain(&b);
	term_suspend(b.term);
	bench_drain(&b);
	assert_non_null(strstr(b.out, "[?1049l"));
	assert_int_equal(tcgetattr(b.slave, &now), 0);
	assert_int_equal(now.c_lflag, b.before.c_lflag);
	term_resume(b.term);
	assert_int_equal(term_present(b.term, c, NULL), 0);
	bench_drain(&b);
	assert_non_null(strstr(b.out, "[?1049h"));
	assert_non_null(strstr(b.out, "503 here"));
	assert_int_equal(tcgetattr(b.slave, &now), 0);
	assert_int_equal(now.c_lflag & (ICANON | ECHO | ISIG), 0);
	canvas_free(c);
	bench_close(&b);
}

static void
test_copy_bell(void **state)
{
	static const struct {
		const char *text, *base64;
	} cases[] = { { "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" }, { "foob\xff\n", "Zm9vYv8K" } };
	static struct bench b;
	static char big[TERM_COPY_MAX + 1];

	(void)state;
	bench_open(&b, "xterm-256color", TERM_COLOR_AUTO);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char want[64];

		bench_drain(&b);
		assert_int_equal(term_copy(b.term, slice_str(cases[i].text)), 0);
		bench_drain(&b);
		(void)snprintf(want, sizeof want, "\033]52;c;%s\a", cases[i].base64);
		assert_string_equal(b.out, want);
	}
	assert_int_equal(term_copy(b.term, (struct slice){ big, sizeof big }), -EMSGSIZE);
	/* Nobody reads: it gives up and does not hang. */
	assert_int_equal(term_copy(b.term, (struct slice){ big, sizeof big - 1 }), -EAGAIN);
	for (int i = 0; i < 10000 && term_busy(b.term); i++)
		bench_drain(&b);
	term_bell(b.term);
	bench_drain(&b);
	assert_non_null(strchr(b.out, '\a'));
	bench_close(&b);
}

/* The modes come back although the line takes nothing. */
static void
test_close_stalled(void **state)
{
	static struct bench b;
	struct termios now;
	char junk[4096];
	int flags;

	(void)state;
	bench_open(&b, "xterm-256color", TERM_COLOR_AUTO);
	flags = fcntl(b.slave, F_GETFL);
	memset(junk, 'x', sizeof junk);
	assert_int_equal(fcntl(b.slave, F_SETFL, flags | O_NONBLOCK), 0);
	while (write(b.slave, junk, sizeof junk) > 0)
		continue;
	assert_int_equal(fcntl(b.slave, F_SETFL, flags), 0);
	term_close(b.term, false);
	assert_int_equal(tcgetattr(b.slave, &now), 0);
	assert_int_equal(now.c_lflag, b.before.c_lflag);
	close(b.slave);
	close(b.master);
}

static void
test_reset(void **state)
{
	static struct bench b;
	struct termios now;
	struct errmsg em = { "" };
	int pipe_fd[2];

	(void)state;
	bench_open(&b, "xterm-256color", TERM_COLOR_AUTO);
	bench_drain(&b);
	/* As after kill -9. */
	assert_int_equal(term_reset(b.slave, &em), 0);
	assert_int_equal(tcgetattr(b.slave, &now), 0);
	assert_int_equal(now.c_lflag & (ICANON | ECHO | ISIG), ICANON | ECHO | ISIG);
	assert_int_equal(now.c_oflag & OPOST, OPOST);
	assert_int_equal(now.c_iflag & ICRNL, ICRNL);
	bench_drain(&b);
	assert_non_null(strstr(b.out, "[?1049l"));
	assert_non_null(strstr(b.out, "[?25h"));
	term_close(b.term, true);
	assert_int_equal(pipe(pipe_fd), 0);
	assert_int_equal(term_reset(pipe_fd[1], &em), -ENOTTY);
	close(pipe_fd[0]);
	close(pipe_fd[1]);
	close(b.slave);
	close(b.master);
}

static void
test_glyphs(void **state)
{
	(void)state;
	setenv("TERM", "xterm", 1);
	assert_int_equal(term_glyphs(GLYPHS_AUTO), GLYPHS_UTF8);
	assert_int_equal(term_glyphs(GLYPHS_ASCII), GLYPHS_ASCII);
	assert_int_equal(term_glyphs(GLYPHS_CP437), GLYPHS_CP437);
	setenv("TERM", "linux", 1);
	assert_int_equal(term_glyphs(GLYPHS_AUTO), GLYPHS_CP437);
	assert_int_equal(term_glyphs(GLYPHS_UTF8), GLYPHS_UTF8);
	assert_non_null(setlocale(LC_CTYPE, "C"));
	assert_int_equal(term_glyphs(GLYPHS_AUTO), GLYPHS_ASCII);
	assert_int_equal(term_glyphs(GLYPHS_UTF8), GLYPHS_UTF8);
	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
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
		cmocka_unit_test(test_depths),
		cmocka_unit_test(test_direct),
		cmocka_unit_test(test_theme),
		cmocka_unit_test(test_cost),
		cmocka_unit_test(test_background),
		cmocka_unit_test(test_mouse),
		cmocka_unit_test(test_suspend),
		cmocka_unit_test(test_copy_bell),
		cmocka_unit_test(test_close_stalled),
		cmocka_unit_test(test_reset),
		cmocka_unit_test(test_glyphs),
	};

	unsetenv("NO_COLOR");
	unsetenv("COLORFGBG");
	unsetenv("LINES");
	unsetenv("COLUMNS");
	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
