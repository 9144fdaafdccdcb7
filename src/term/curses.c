/*
 * curses - the one file that knows ncurses; see sipwhy/term.h.
 * One thing to know: a terminal that went away must be noticed here.  Reading a hung-up tty gives "no key" for
 * ever, so poll(2) is asked first, and a readable tty without bytes is the end too.
 */
#include "sipwhy/term.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#define NCURSES_WIDECHAR 1
#include <curses.h>

#include "sipwhy/mem.h"
#include "sipwhy/text.h"
#include "term/ask.h"
#include "term/copy.h"

enum {
	TERM_GAP = 5, /* columns from word to word, both counted, that are no long gap */
	TERM_ESCDELAY_MS = 25,
	TERM_QUEUE_MAX = 2048,
	TERM_KEYS_MAX = 64,
	TERM_KEPT = 64,
	TERM_LEAVE_MS = 200, /* for a line that takes nothing, when leaving */
	TERM_DIRECT_COLOURS = 0x10000
};

/*
 * last: what the terminal shows, rows x cols; NULL or all zero: nothing known.  kept: keys that were read but not given
 * yet.  modes: as they were before us.
 */
struct term {
	SCREEN *screen;
	WINDOW *win;
	FILE *in, *out;
	int in_fd, out_fd;
	int rows, cols;
	struct cell *last;
	bool changed; /* all is to be sent, cells that are alike too */
	struct {
		size_t bytes;
		int row, col;
		unsigned role;
	} cost;
	enum theme_depth depth;
	bool direct; /* colours from 8 on are 0xRRGGBB */
	attr_t attr[ROLE_N];
	bool bare[ROLE_N]; /* a blank of it looks like any other */
	short pair[ROLE_N];
	struct termios modes;
	bool asked, mouse_on;
	struct ask ask;
	uint32_t kept[TERM_KEPT];
	size_t n_kept;
	struct ui_mouse mouse;
	int word_left, word_right; /* codes of keys that curses has no names for, 0 none */
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

static bool
term_no_color(void)
{
	const char *no_color = getenv("NO_COLOR");

	return no_color != NULL && no_color[0] != '\0';
}

/* Colours are switched on only when they are wanted: mono must not send one colour sequence. */
static void
term_choose_depth(struct term *t, enum term_color color)
{
	enum theme_depth wanted = color == TERM_COLOR_16 ? DEPTH_16 : color == TERM_COLOR_256 ? DEPTH_256 : DEPTH_TRUE;

	t->depth = DEPTH_MONO;
	if (color == TERM_COLOR_NEVER || (color == TERM_COLOR_AUTO && term_no_color()) || !has_colors() ||
	    start_color() != OK || COLORS < 8)
		return;
	(void)use_default_colors();
	t->direct = COLORS >= TERM_DIRECT_COLOURS && (tigetflag("RGB") > 0 || tigetnum("RGB") > 0);
	t->depth = COLORS < 256 ? DEPTH_16 : t->direct ? DEPTH_TRUE : DEPTH_256;
	if (wanted > t->depth)
		t->depth = wanted;
}

/* A terminal of direct colour has a palette of eight; what is left of a darker black than that is black. */
static int
term_direct_colour(int32_t colour, enum theme_depth depth)
{
	uint32_t rgb = (uint32_t)colour;

	if (depth != DEPTH_TRUE && colour < 8)
		return colour;
	if (depth != DEPTH_TRUE)
		rgb = theme_palette((unsigned)colour);
	return rgb < 8 ? 0 : (int)rgb;
}

/* A palette index the terminal has: the bright half of 16 becomes the dark half where there are only 8. */
static int
term_colour(const struct term *t, int32_t colour, bool back, attr_t *attr)
{
	bool few = t->direct || COLORS < 16;

	if (colour < 0)
		return -1;
	if (t->depth == DEPTH_16 && colour >= 8 && few) {
		if (!back)
			*attr |= A_BOLD;
		return colour - 8;
	}
	return t->direct ? term_direct_colour(colour, t->depth) : colour;
}

static void
term_role(struct term *t, unsigned role, const struct theme_style *s)
{
	attr_t attr = A_NORMAL;
	int fg, bg;

	attr |= s->attr & ATTR_BOLD ? A_BOLD : 0;
	attr |= s->attr & ATTR_DIM ? A_DIM : 0;
	attr |= s->attr & ATTR_REVERSE ? A_REVERSE : 0;
	attr |= s->attr & ATTR_UNDERLINE ? A_UNDERLINE : 0;
	fg = term_colour(t, s->fg, false, &attr);
	bg = term_colour(t, s->bg, true, &attr);
	t->pair[role] = 0;
	if (t->depth != DEPTH_MONO && (fg >= 0 || bg >= 0) && (int)role + 1 < COLOR_PAIRS &&
	    init_extended_pair((int)role + 1, fg, bg) == OK)
		t->pair[role] = (short)(role + 1);
	t->attr[role] = attr;
	t->bare[role] = (t->pair[role] == 0 || bg < 0) && (attr & (A_REVERSE | A_UNDERLINE)) == 0;
}

void
term_theme(struct term *t, const struct theme *theme)
{
	(void)set_term(t->screen);
	for (unsigned role = 0; role < ROLE_N; role++)
		term_role(t, role, &theme->style[role][t->depth]);
	term_repaint(t);
}

enum theme_depth
term_depth(const struct term *t)
{
	return t->depth;
}

/* Keys that terminfo has under names of their own only. */
static int
term_extra_key(const char *name)
{
	const char *bytes = tigetstr(name);
	int code = bytes != NULL && bytes != (const char *)-1 ? key_defined(bytes) : 0;

	return code > 0 ? code : 0;
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
	t->word_left = term_extra_key("kLFT5");
	t->word_right = term_extra_key("kRIT5");
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
term_open(struct term **out, int in_fd, int out_fd, const struct theme *theme, enum term_color color, struct errmsg *em)
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
	(void)tcgetattr(out_fd, &t->modes);
	err = term_start(t, em);
	if (err != 0) {
		term_close(t, false);
		return err;
	}
	term_modes(t);
	term_choose_depth(t, color);
	term_theme(t, theme);
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

/* About: a move and a change of colours cost most, a glyph its bytes. */
static void
term_count(struct term *t, int row, int col, const struct cell *cell)
{
	if (row != t->cost.row || col != t->cost.col)
		t->cost.bytes += 7;
	if (cell->role != t->cost.role)
		t->cost.bytes += 10;
	for (int i = 0; i < 3 && cell->ch[i] != 0; i++)
		t->cost.bytes += cell->ch[i] < 0x80 ? 1 : cell->ch[i] < 0x800 ? 2 : cell->ch[i] < 0x10000 ? 3 : 4;
	t->cost.row = row;
	t->cost.col = col + 1;
	t->cost.role = cell->role;
}

static bool
term_blank(const struct term *t, const struct cell *cell)
{
	return cell->ch[0] == ' ' && cell->ch[1] == 0 && t->bare[cell->role];
}

/*
 * The cell as it is sent.  Few blanks between two words have the colour of the first, which nobody sees: a change of
 * colours there and back costs twenty bytes.  A long gap is erased, and an erased cell has no colour.
 */
static struct cell
term_cell(const struct term *t, const struct canvas *c, int row, int col)
{
	struct cell cell = *canvas_at(c, row, col);
	int left = col, right = col;

	if (!term_blank(t, &cell))
		return cell;
	while (left > 0 && col - left < TERM_GAP && term_blank(t, canvas_at(c, row, left)))
		left--;
	while (right + 1 < canvas_cols(c) && right - left < TERM_GAP && term_blank(t, canvas_at(c, row, right)))
		right++;
	if (!term_blank(t, canvas_at(c, row, left)) && !term_blank(t, canvas_at(c, row, right)) &&
	    t->bare[canvas_at(c, row, left)->role])
		cell.role = canvas_at(c, row, left)->role;
	return cell;
}

/* Write a changed cell and remember it; the right half of a wide glyph comes with its left half. */
static void
term_update(struct term *t, const struct canvas *c, int row, int col)
{
	const struct cell sent = term_cell(t, c, row, col), *cell = &sent;
	struct cell *last = t->last != NULL ? &t->last[(size_t)row * (size_t)t->cols + (size_t)col] : NULL;

	if (last != NULL && term_same(cell, last))
		return;
	if (last != NULL)
		*last = *cell;
	term_count(t, row, col, cell);
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
term_present(struct term *t, const struct canvas *c, size_t *cost)
{
	int rows = canvas_rows(c) < t->rows ? canvas_rows(c) : t->rows;
	int cols = canvas_cols(c) < t->cols ? canvas_cols(c) : t->cols;

	if (cost != NULL)
		*cost = 0;
	if (term_is_gone(t->out_fd))
		return -EIO;
	(void)set_term(t->screen);
	t->cost.bytes = 0;
	t->cost.row = t->cost.col = -1;
	/* Without memory for the copy all cells are written; curses still sends only what changed. */
	if (t->last == NULL)
		t->last = mem_zalloc((size_t)t->rows * (size_t)t->cols * sizeof *t->last);
	for (int row = 0; row < rows; row++)
		for (int col = 0; col < cols; col++)
			term_update(t, c, row, col);
	if (cost != NULL)
		*cost = t->cost.bytes;
	if (t->cost.bytes == 0 && !t->changed)
		return 0;
	t->changed = false;
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
term_function_key(const struct term *t, wint_t key)
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
		{ KEY_BTAB, UI_KEY_STAB },
		{ KEY_IC, UI_KEY_INSERT },
		{ KEY_DC, UI_KEY_DELETE },
	};

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (keys[i].code == key)
			return keys[i].key;
	if (key >= KEY_F(1) && key <= KEY_F(10))
		return UI_KEY_F1 + (uint32_t)(key - KEY_F(1));
	if (key == (wint_t)t->word_left || key == (wint_t)t->word_right)
		return key == (wint_t)t->word_left ? UI_KEY_WORD_LEFT : UI_KEY_WORD_RIGHT;
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

static uint32_t
term_mouse_key(struct term *t)
{
	MEVENT event;

	if (getmouse(&event) != OK || !t->mouse_on)
		return UI_KEY_NONE;
	t->mouse = (struct ui_mouse){ .row = event.y, .col = event.x, .kind = MOUSE_CLICK };
	if ((event.bstate & BUTTON4_PRESSED) != 0)
		t->mouse.kind = MOUSE_WHEEL_UP;
	else if ((event.bstate & BUTTON5_PRESSED) != 0)
		t->mouse.kind = MOUSE_WHEEL_DOWN;
	else if ((event.bstate & BUTTON1_PRESSED) == 0)
		return UI_KEY_NONE;
	return UI_KEY_MOUSE;
}

void
term_mouse(struct term *t, bool on)
{
	(void)set_term(t->screen);
	if (on == t->mouse_on)
		return;
	t->mouse_on = on;
	/* No waiting for the second press of a double click: curses would hold all keys meanwhile. */
	(void)mouseinterval(0);
	(void)mousemask(on ? BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED : 0, NULL);
}

struct ui_mouse
term_mouse_event(const struct term *t)
{
	return t->mouse;
}

/* While an answer of the terminal is owed, characters go through ask; what it holds back comes when it knows. */
static void
term_keep(struct term *t, uint32_t ch)
{
	uint32_t keys[3] = { ch };
	size_t n = t->asked && !t->ask.done ? ask_feed(&t->ask, ch, keys) : 1;

	for (size_t i = 0; i < n && t->n_kept < TERM_KEPT; i++)
		t->kept[t->n_kept++] = keys[i];
}

static uint32_t
term_give(struct term *t)
{
	uint32_t ch = t->kept[0];

	t->n_kept--;
	memmove(t->kept, t->kept + 1, t->n_kept * sizeof t->kept[0]);
	return term_plain_key(ch);
}

/* Nothing came behind an escape: it was the key. */
static uint32_t
term_held_escape(struct term *t)
{
	if (!t->asked || t->ask.state != ASK_ESC)
		return UI_KEY_NONE;
	t->ask.state = ASK_TEXT;
	return UI_KEY_ESC;
}

int64_t
term_key(struct term *t)
{
	(void)set_term(t->screen);
	for (int i = 0; i < TERM_KEYS_MAX; i++) {
		uint32_t known = UI_KEY_NONE;
		wint_t key = 0;
		int got;

		if (t->n_kept > 0) {
			known = term_give(t);
			if (known != UI_KEY_NONE)
				return known;
			continue;
		}
		if (term_is_gone(t->in_fd))
			return -EIO;
		got = wget_wch(t->win, &key);
		if (got == ERR)
			return term_at_end(t->in_fd) ? -EIO : (int64_t)term_held_escape(t);
		if (got != KEY_CODE_YES)
			term_keep(t, key);
		else
			known = key == KEY_MOUSE ? term_mouse_key(t) : term_function_key(t, key);
		if (known != UI_KEY_NONE)
			return known;
	}
	return t->n_kept > 0 ? term_give(t) : UI_KEY_NONE;
}

int
term_background(struct term *t, unsigned timeout_ms)
{
	int light = -1;

	if (ask_may(getenv("TERM")) && !term_busy(t)) {
		t->asked = true;
		t->n_kept = ask_background(&t->ask, t->in_fd, t->out_fd, timeout_ms, t->kept, TERM_KEPT);
		light = ask_is_light(t->ask.answer);
	}
	return light >= 0 ? light : ask_colorfgbg(getenv("COLORFGBG"));
}

static bool
term_utf8(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

enum ui_glyphs
term_glyphs(enum ui_glyphs wanted)
{
	const char *type = getenv("TERM");

	if (wanted == GLYPHS_ASCII)
		return GLYPHS_ASCII;
	/* Whoever asks for more than the locale has must know the terminal; curses needs a locale that writes it. */
	if (!term_utf8() && (wanted == GLYPHS_AUTO || setlocale(LC_CTYPE, "C.UTF-8") == NULL || !term_utf8()))
		return GLYPHS_ASCII;
	if (wanted != GLYPHS_AUTO)
		return wanted;
	if (text_width(0x2588) != 1 || text_width(0x2500) != 1)
		return GLYPHS_ASCII;
	return type != NULL && strcmp(type, "linux") == 0 ? GLYPHS_CP437 : GLYPHS_UTF8;
}

void
term_bell(struct term *t)
{
	(void)set_term(t->screen);
	if (!term_busy(t))
		(void)beep();
}

int
term_copy(struct term *t, struct slice text)
{
	return term_busy(t) ? -EAGAIN : copy_send(t->out_fd, text);
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
	t->changed = true;
	(void)werase(t->win);
	(void)clearok(t->win, TRUE);
}

void
term_suspend(struct term *t)
{
	(void)set_term(t->screen);
	(void)endwin();
}

void
term_resume(struct term *t)
{
	(void)set_term(t->screen);
	(void)reset_prog_mode();
	term_resize(t);
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

static bool
term_takes(int fd, int timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	return poll(&p, 1, timeout_ms) > 0 && (p.revents & POLLOUT) != 0;
}

void
term_close(struct term *t, bool hungup)
{
	if (t == NULL)
		return;
	if (t->screen != NULL) {
		(void)set_term(t->screen);
		/* Modes by hand where curses would wait for a line that takes nothing. */
		if (hungup || !term_takes(t->out_fd, TERM_LEAVE_MS)) {
			(void)tcsetattr(t->out_fd, TCSANOW, &t->modes);
			term_mute(t);
		}
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
