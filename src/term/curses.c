/*
 * curses - the one file that knows ncurses; see sipwhy/term.h.
 * One thing to know: a terminal that went away must be noticed here.  Reading a hung-up tty gives "no key" for
 * ever, so poll(2) is asked first, and a readable tty without bytes is the end too.
 */
#include "sipwhy/term.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#define NCURSES_WIDECHAR 1
#include <curses.h>

#include "sipwhy/mem.h"
#include "sipwhy/text.h"

enum { TERM_ESCDELAY_MS = 25, TERM_QUEUE_MAX = 2048, TERM_KEYS_MAX = 64 };

/* last: what the terminal shows, rows x cols; NULL or all zero: nothing known. */
struct term {
	SCREEN *screen;
	WINDOW *win;
	FILE *in, *out;
	int in_fd, out_fd;
	int rows, cols;
	struct cell *last;
	attr_t attr[ROLE_N];
	short pair[ROLE_N];
};

/* Signals that newterm(3) would take over; they are the app's. */
static const int term_signals[] = { SIGINT, SIGTERM, SIGTSTP, SIGWINCH };
enum { TERM_SIGNALS = sizeof term_signals / sizeof term_signals[0] };

/* A reason of its own for each way in which a terminal cannot be used. */
static int
term_refuse(struct errmsg *em, const char *why)
{
	const char *name = getenv("TERM");
	char shown[64];

	if (name == NULL || name[0] == '\0')
		return errmsg_set(em, -EINVAL, "TERM is not set: try TERM=xterm-256color, or -N for text output");
	(void)text_clean(shown, sizeof shown, slice_str(name), 40, true, NULL);
	return errmsg_set(em, -EINVAL, "terminal type \"%s\" %s: try TERM=xterm, or -N for text output", shown, why);
}

static FILE *
term_stream(int fd, const char *mode)
{
	int own = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	FILE *f = own >= 0 ? fdopen(own, mode) : NULL;

	if (f == NULL && own >= 0)
		(void)close(own);
	return f;
}

static SCREEN *
term_newterm(const struct term *t)
{
	struct sigaction old[TERM_SIGNALS];
	SCREEN *screen;

	for (size_t i = 0; i < TERM_SIGNALS; i++)
		(void)sigaction(term_signals[i], NULL, &old[i]);
	screen = newterm(NULL, t->out, t->in);
	for (size_t i = 0; i < TERM_SIGNALS; i++)
		(void)sigaction(term_signals[i], &old[i], NULL);
	return screen;
}

/* Colours are switched on only when they are wanted: mono must not send one colour sequence. */
static enum theme_depth
term_depth(bool mono)
{
	const char *no_color = getenv("NO_COLOR");

	if (mono || (no_color != NULL && no_color[0] != '\0') || !has_colors() || start_color() != OK || COLORS < 8)
		return DEPTH_MONO;
	(void)use_default_colors();
	if (COLORS < 256)
		return DEPTH_16;
	return tigetflag("RGB") > 0 || tigetnum("RGB") > 0 ? DEPTH_TRUE : DEPTH_256;
}

/* A palette index the terminal has: the bright half of 16 becomes the dark half where there are only 8. */
static int
term_colour(int32_t colour, enum theme_depth depth, bool back, attr_t *attr)
{
	if (depth != DEPTH_16 || colour < 8 || COLORS >= 16)
		return colour;
	if (!back)
		*attr |= A_BOLD;
	return colour - 8;
}

static void
term_role(struct term *t, unsigned role, const struct theme_style *s, enum theme_depth depth)
{
	attr_t attr = A_NORMAL;
	int fg, bg;

	attr |= s->attr & ATTR_BOLD ? A_BOLD : 0;
	attr |= s->attr & ATTR_DIM ? A_DIM : 0;
	attr |= s->attr & ATTR_REVERSE ? A_REVERSE : 0;
	attr |= s->attr & ATTR_UNDERLINE ? A_UNDERLINE : 0;
	fg = term_colour(s->fg, depth, false, &attr);
	bg = term_colour(s->bg, depth, true, &attr);
	if (depth != DEPTH_MONO && (fg >= 0 || bg >= 0) && (int)role + 1 < COLOR_PAIRS &&
	    init_extended_pair((int)role + 1, fg, bg) == OK)
		t->pair[role] = (short)(role + 1);
	t->attr[role] = attr;
}

static void
term_theme(struct term *t, const struct theme *theme, bool mono)
{
	enum theme_depth depth = term_depth(mono);

	for (unsigned role = 0; role < ROLE_N; role++)
		term_role(t, role, &theme->style[role][depth], depth);
}

static void
term_modes(struct term *t)
{
	(void)raw();
	(void)noecho();
	(void)nonl();
	(void)keypad(t->win, TRUE);
	(void)nodelay(t->win, TRUE);
	(void)leaveok(t->win, TRUE);
	(void)set_escdelay(TERM_ESCDELAY_MS);
	(void)curs_set(0);
}

static void
term_forget(struct term *t)
{
	mem_free(t->last);
	t->last = NULL;
}

/* The screen, or a sentence why there is none. */
static int
term_start(struct term *t, struct errmsg *em)
{
	const char *name = getenv("TERM"), *cup;

	t->in = term_stream(t->in_fd, "r");
	t->out = term_stream(t->out_fd, "w");
	if (t->in == NULL || t->out == NULL)
		return errmsg_set(em, -EMFILE, "the terminal cannot be opened once more: %s", strerror(errno));
	t->screen = name != NULL && name[0] != '\0' ? term_newterm(t) : NULL;
	if (t->screen == NULL)
		return term_refuse(em, "is not known here");
	(void)set_term(t->screen);
	t->win = stdscr;
	cup = tigetstr("cup");
	if (cup == NULL || cup == (const char *)-1)
		return term_refuse(em, "cannot place the cursor");
	return 0;
}

int
term_open(struct term **out, int in_fd, int out_fd, const struct theme *theme, bool mono, struct errmsg *em)
{
	struct term *t;
	int err;

	if (!isatty(in_fd) || !isatty(out_fd))
		return errmsg_set(em, -ENOTTY, "this is no terminal: start it in one, or use -N for text output");
	t = mem_zalloc(sizeof *t);
	if (t == NULL)
		return errmsg_set(em, -ENOMEM, "memory is short");
	t->in_fd = in_fd;
	t->out_fd = out_fd;
	err = term_start(t, em);
	if (err != 0) {
		term_close(t, false);
		return err;
	}
	term_modes(t);
	term_theme(t, theme, mono);
	getmaxyx(t->win, t->rows, t->cols);
	*out = t;
	return 0;
}

static void
term_put(struct term *t, int row, int col, const struct cell *cell)
{
	wchar_t text[4] = { 0 };
	cchar_t glyph;

	for (int i = 0; i < 3 && cell->ch[i] != 0; i++)
		text[i] = (wchar_t)cell->ch[i];
	/* Nothing but printable glyphs leaves here, whatever stands in a cell. */
	if (text[0] == 0 || text_width(cell->ch[0]) < 1)
		wmemcpy(text, L"?", 2);
	if (setcchar(&glyph, text, t->attr[cell->role], t->pair[cell->role], NULL) == OK)
		(void)mvwadd_wch(t->win, row, col, &glyph);
}

static bool
term_same(const struct cell *a, const struct cell *b)
{
	return a->role == b->role && a->width == b->width && memcmp(a->ch, b->ch, sizeof a->ch) == 0;
}

/* Write a changed cell and remember it; the right half of a wide glyph comes with its left half. */
static void
term_update(struct term *t, const struct canvas *c, int row, int col)
{
	const struct cell *cell = canvas_at(c, row, col);
	struct cell *last = t->last != NULL ? &t->last[(size_t)row * (size_t)t->cols + (size_t)col] : NULL;

	if (last != NULL && term_same(cell, last))
		return;
	if (last != NULL)
		*last = *cell;
	if (cell->width == 2 && col + 1 >= t->cols)
		(void)mvwaddnstr(t->win, row, col, " ", 1);
	else if (cell->width > 0)
		term_put(t, row, col, cell);
}

static bool
term_is_gone(int fd)
{
	struct pollfd p = { .fd = fd, .events = 0 };

	return poll(&p, 1, 0) > 0 && (p.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}

int
term_present(struct term *t, const struct canvas *c)
{
	int rows = canvas_rows(c) < t->rows ? canvas_rows(c) : t->rows;
	int cols = canvas_cols(c) < t->cols ? canvas_cols(c) : t->cols;

	if (term_is_gone(t->out_fd))
		return -EIO;
	(void)set_term(t->screen);
	/* Without memory for the copy all cells are written; curses still sends only what changed. */
	if (t->last == NULL)
		t->last = mem_zalloc((size_t)t->rows * (size_t)t->cols * sizeof *t->last);
	for (int row = 0; row < rows; row++)
		for (int col = 0; col < cols; col++)
			term_update(t, c, row, col);
	(void)wnoutrefresh(t->win);
	(void)doupdate();
	return term_is_gone(t->out_fd) ? -EIO : 0;
}

bool
term_busy(const struct term *t)
{
	struct pollfd p = { .fd = t->out_fd, .events = POLLOUT };
	int queued = 0;

	if (poll(&p, 1, 0) <= 0 || (p.revents & POLLOUT) == 0)
		return true;
	return ioctl(t->out_fd, TIOCOUTQ, &queued) == 0 && queued > TERM_QUEUE_MAX;
}

static uint32_t
term_function_key(wint_t key)
{
	static const struct {
		wint_t code;
		uint32_t key;
	} keys[] = {
		{ KEY_UP, UI_KEY_UP },
		{ KEY_DOWN, UI_KEY_DOWN },
		{ KEY_LEFT, UI_KEY_LEFT },
		{ KEY_RIGHT, UI_KEY_RIGHT },
		{ KEY_PPAGE, UI_KEY_PGUP },
		{ KEY_NPAGE, UI_KEY_PGDN },
		{ KEY_HOME, UI_KEY_HOME },
		{ KEY_END, UI_KEY_END },
		{ KEY_FIND, UI_KEY_HOME },
		{ KEY_SELECT, UI_KEY_END },
		{ KEY_A1, UI_KEY_HOME },
		{ KEY_C1, UI_KEY_END },
		{ KEY_A3, UI_KEY_PGUP },
		{ KEY_C3, UI_KEY_PGDN },
		{ KEY_ENTER, UI_KEY_ENTER },
		{ KEY_BACKSPACE, UI_KEY_BACKSPACE },
		{ KEY_RESIZE, UI_KEY_RESIZE },
	};

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (keys[i].code == key)
			return keys[i].key;
	if (key >= KEY_F(1) && key <= KEY_F(10))
		return UI_KEY_F1 + (uint32_t)(key - KEY_F(1));
	return UI_KEY_NONE;
}

static uint32_t
term_plain_key(wint_t key)
{
	if (key == '\n' || key == '\r')
		return UI_KEY_ENTER;
	if (key == 8 || key == 127)
		return UI_KEY_BACKSPACE;
	return key <= 0x10ffff ? (uint32_t)key : UI_KEY_NONE;
}

/* The tty says that it can be read, and there is nothing to read: the other side is gone. */
static bool
term_at_end(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int bytes = 0;

	if (poll(&p, 1, 0) <= 0)
		return false;
	if ((p.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0)
		return true;
	return (p.revents & POLLIN) != 0 && ioctl(fd, FIONREAD, &bytes) == 0 && bytes == 0;
}

int64_t
term_key(struct term *t)
{
	(void)set_term(t->screen);
	for (int i = 0; i < TERM_KEYS_MAX; i++) {
		wint_t key = 0;
		uint32_t known;
		int got;

		if (term_is_gone(t->in_fd))
			return -EIO;
		got = wget_wch(t->win, &key);
		if (got == ERR)
			return term_at_end(t->in_fd) ? -EIO : UI_KEY_NONE;
		known = got == KEY_CODE_YES ? term_function_key(key) : term_plain_key(key);
		if (known != UI_KEY_NONE)
			return known;
	}
	return UI_KEY_NONE;
}

void
term_size(const struct term *t, int *rows, int *cols)
{
	*rows = t->rows;
	*cols = t->cols;
}

void
term_resize(struct term *t)
{
	struct winsize size;

	(void)set_term(t->screen);
	/* Not resizeterm: that one also pushes a key back, and whoever answers that key with a resize never ends. */
	if (ioctl(t->out_fd, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0)
		(void)resize_term(size.ws_row, size.ws_col);
	getmaxyx(t->win, t->rows, t->cols);
	term_repaint(t);
}

void
term_repaint(struct term *t)
{
	(void)set_term(t->screen);
	term_forget(t);
	(void)werase(t->win);
	(void)clearok(t->win, TRUE);
}

/* What curses still wants to send goes nowhere, so that leaving cannot block on a dead line. */
static void
term_mute(struct term *t)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return;
	(void)dup3(null, fileno(t->out), O_CLOEXEC);
	(void)dup3(null, fileno(t->in), O_CLOEXEC);
	(void)close(null);
}

void
term_close(struct term *t, bool hungup)
{
	if (t == NULL)
		return;
	if (t->screen != NULL) {
		(void)set_term(t->screen);
		if (hungup)
			term_mute(t);
		(void)endwin();
		delscreen(t->screen);
	}
	if (t->in != NULL)
		(void)fclose(t->in);
	if (t->out != NULL)
		(void)fclose(t->out);
	term_forget(t);
	mem_free(t);
}
