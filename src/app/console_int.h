/*
 * console_int - what the files of the console share.
 */
#ifndef APP_CONSOLE_INT_H
#define APP_CONSOLE_INT_H

#include <uv.h>

#include "app/console.h"
#include "app/console_pace.h"
#include "app/history.h"
#include "sipwhy/rule.h"
#include "sipwhy/store.h"
#include "sipwhy/term.h"
#include "sipwhy/view.h"

/* Themes of the user's that are read, and all that are named. */
enum { CONSOLE_SIGNALS = 5, CONSOLE_OWN_THEMES = 32, CONSOLE_THEMES = 47 };

struct console_theme;

/*
 * resized: the window has another size than the canvas.  asked: a key moved something that is not drawn yet.
 * failures, ended, losing, rung: what was seen of failures, losses and critical incidents, rules apart.  columns,
 * lines: texts for cfg; past: what lines point to, as it was at the start; history: shared with the supervisor,
 * NULL none.
 */
struct console {
	uv_loop_t loop;
	const struct options *o;
	struct store *store;
	struct theme theme;
	struct view_cfg cfg;
	struct viewer *viewer;
	struct canvas *canvas;
	struct term *term;
	int tty_in, tty_out, in_fd, saver_fd;
	bool loop_ok, hungup, quit, resized, asked, ended, losing, bell, mouse;
	uv_poll_t keys, stream;
	uv_timer_t frame, duration;
	uv_signal_t signals[CONSOLE_SIGNALS];
	struct console_pace pace;
	uint64_t drawn_revision, failures, rung[2], refresh_ms;
	uint64_t click_ms, seed; /* seed: of hashes in what is saved */
	struct ui_mouse click;
	char *read_buf;
	char *columns[OPTIONS_PAIRS_MAX];
	struct console_theme *own[CONSOLE_OWN_THEMES]; /* the user's themes, by name */
	size_t n_own;
	const char *themes[CONSOLE_THEMES + 1];
	struct errmsg theme_wrong; /* of the start, until it is told on the screen */
	struct rule *rules[RULE_MAX];
	size_t n_rules;
	struct history *history, *past;
	const char *lines[HISTORY_LINES];
};

/* Open the terminal with its colours and glyphs, the canvas and the viewer.  0 or negative errno with a sentence. */
int console_open_screen(struct console *c, struct errmsg *em);
/* All of it but the terminal, which is closed before. */
void console_close_screen(struct console *c);
/* console_themes.c: read those of the user's folder, while that may be done.  0 or -ENOMEM. */
int console_open_themes(struct console *c);
void console_close_themes(struct console *c);
/* Another theme, by name or path; 0 or negative errno with a sentence, and the old one stays: but one with wrong lines
 * (c->theme.faults then) is taken without them, and the first of them told. */
int console_theme(struct console *c, const char *name, struct errmsg *em);

/* console_cfg.c: the rules of [alerts], and those that are on without a word.  0 or negative errno with a sentence. */
int console_open_rules(struct console *c, struct errmsg *em);
void console_close_rules(struct console *c);
/* Lines of earlier runs for cfg; 0 or -ENOMEM.  And those that were typed, for the next. */
int console_open_history(struct console *c);
void console_keep_history(struct console *c);
/* As view_cfg.value wants it; ctx is the console. */
const char *console_value(void *ctx, const char *name, char *out, size_t cap);
bool console_set_quit(struct console *c, struct slice value);

/* Carry out what a key asked for. */
void console_command(struct console *c, enum command command);

/* Give the terminal back and stop, as ^Z does; comes back when the shell says so. */
void console_suspend(struct console *c);

/* End the loop. */
void console_leave(struct console *c);

#endif
