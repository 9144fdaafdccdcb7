/*
 * console_screen - the console's terminal: opened, coloured, given to a viewer; see console_int.h.
 * One thing to know: everything that needs the user's rights (files of themes) happens in console_new, before they go.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/child.h"
#include "app/console_int.h"
#include "sipwhy/mem.h"

enum { CONSOLE_ASK_MS = 150 };

/*
 * Keys come through a descriptor of our own: polling makes it non-blocking, and that must not stick to the one that the
 * shell and our output share.  It is also the only way to keys when packets come on stdin.
 */
static int
console_open_tty(struct console *c, struct errmsg *em)
{
	c->tty_in = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (c->tty_in < 0)
		return errmsg_set(
		    em, -ENOTTY, "no terminal to draw on: run it in one, or use -N for a report without a screen");
	c->tty_out = isatty(STDOUT_FILENO) ? dup(STDOUT_FILENO) : open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	return c->tty_out >= 0 ? 0 : errmsg_set(em, -errno, "the terminal can't be opened: %s", strerror(errno));
}

/* NO_COLOR is the user's word for all programs: it goes before a file, and a word on the command line before it. */
static enum term_color
console_color(const struct options *o)
{
	static const enum term_color colors[] = {
		[COLOR_AUTO] = TERM_COLOR_AUTO,
		[COLOR_NEVER] = TERM_COLOR_NEVER,
		[COLOR_16] = TERM_COLOR_16,
		[COLOR_256] = TERM_COLOR_256,
		[COLOR_TRUE] = TERM_COLOR_TRUE,
	};
	const char *no_color = getenv("NO_COLOR");

	if (no_color != NULL && no_color[0] != '\0' && !options_given(o, "color"))
		return TERM_COLOR_NEVER;
	return colors[o->color];
}

/* The theme that was asked for.  Its wrong lines end nothing: they are told where the screen comes from. */
static int
console_own_theme(struct console *c, struct errmsg *em)
{
	int err = console_theme(c, c->o->theme, em);

	if (err == 0 || c->theme.faults == 0)
		return err;
	c->theme_wrong = *em;
	em->text[0] = '\0';
	return 0;
}

/* Without a word from the user the background decides. */
static int
console_choose_theme(struct console *c, struct errmsg *em)
{
	if (c->o->theme != NULL)
		return 0;
	if (term_depth(c->term) != DEPTH_MONO && term_background(c->term, CONSOLE_ASK_MS) > 0)
		return console_theme(c, "light", em);
	return 0;
}

/* A theme that cannot be had is a fault of the start, where it can be read. */
static int
console_open_term(struct console *c, struct errmsg *em)
{
	enum ui_glyphs glyphs = term_glyphs((enum ui_glyphs)c->o->glyphs);
	int rows, cols, err;

	theme_default(&c->theme);
	if (console_open_themes(c) != 0)
		return errmsg_set(em, -ENOMEM, "out of memory");
	if (c->o->theme != NULL && (err = console_own_theme(c, em)) != 0)
		return err;
	if (c->theme_wrong.text[0] != '\0')
		(void)child_fail(c->theme_wrong.text);
	err = term_open(&c->term, c->tty_in, c->tty_out, &c->theme, console_color(c->o), em);
	if (err != 0 || (err = console_choose_theme(c, em)) != 0)
		return err;
	term_mouse(c->term, c->o->mouse);
	term_size(c->term, &rows, &cols);
	c->canvas = canvas_new(rows, cols);
	if (c->canvas == NULL)
		return errmsg_set(em, -ENOMEM, "out of memory");
	canvas_set_glyphs(c->canvas, glyphs);
	return 0;
}

/* "events.80 = time code ..." for each layout. */
static int
console_columns(struct console *c)
{
	const struct options_pairs *p = &c->o->columns;

	for (size_t i = 0; i < p->n; i++) {
		size_t cap = sizeof p->rows[i].name + sizeof p->rows[i].text + 4;

		c->columns[i] = mem_alloc(cap);
		if (c->columns[i] == NULL)
			return -ENOMEM;
		(void)snprintf(c->columns[i], cap, "%s = %s", p->rows[i].name, p->rows[i].text);
	}
	return 0;
}

static int32_t
console_utc_offset(void)
{
	time_t now = time(NULL);
	struct tm tm;

	return localtime_r(&now, &tm) != NULL ? (int32_t)tm.tm_gmtoff : 0;
}

static int
console_open_viewer(struct console *c)
{
	const struct options *o = c->o;

	if (console_columns(c) != 0)
		return -ENOMEM;
	c->cfg = (struct view_cfg){
		.filter = o->filter,
		.window_s = options_window_s(o),
		.utc_offset_s = console_utc_offset(),
		.confirm_quit = (enum view_quit)o->confirm_quit,
		.redact = !o->no_redact,
		.keys = o->keys,
		.n_keys = o->n_keys,
		.ctx = (void *)(uintptr_t)o,
		.named = options_named,
		.columns = (const char *const *)c->columns,
		.n_columns = o->columns.n,
		.themes = c->themes,
		.value_ctx = c,
		.value = console_value,
	};
	if (console_open_history(c) != 0)
		return -ENOMEM;
	c->viewer = viewer_new(c->store, &c->theme, &c->cfg);
	return c->viewer != NULL ? 0 : -ENOMEM;
}

int
console_open_screen(struct console *c, struct errmsg *em)
{
	int err;

	if ((err = console_open_tty(c, em)) != 0 || (err = console_open_term(c, em)) != 0)
		return err;
	if (console_open_viewer(c) != 0)
		return errmsg_set(em, -ENOMEM, "out of memory");
	viewer_say(c->viewer, c->theme_wrong.text);
	return 0;
}

void
console_close_screen(struct console *c)
{
	viewer_free(c->viewer);
	canvas_free(c->canvas);
	console_close_themes(c);
	for (size_t i = 0; i < OPTIONS_PAIRS_MAX; i++)
		mem_free(c->columns[i]);
	if (c->tty_in >= 0)
		(void)close(c->tty_in);
	if (c->tty_out >= 0)
		(void)close(c->tty_out);
}
