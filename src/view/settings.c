/*
 * settings - what can change while it runs, with its present value; see view_int.h.
 * One thing to know: a change holds for this run; the lines for the configuration are shown as text, because nothing is
 * ever written over a file of the user's.
 */
#include <stdio.h>
#include <string.h>

#include "view_int.h"

enum { SETTINGS_COLS = 60, SETTINGS_NAME = 14, SETTINGS_VALUE = 12, SETTINGS_WORDS = 8 };

/* text: the lines to copy, shown instead of the settings. */
struct settings {
	struct list list;
	bool lines;
	char text[512];
};

enum settings_own { OWN_NONE, OWN_WINDOW, OWN_TIMES, OWN_NAMES, OWN_BAR, OWN_THEME, OWN_COLUMNS, OWN_FIXED };

/* One setting.  option: its name in the configuration, NULL it has none.  words: what Left and Right go through. */
static const struct settings_row {
	const char *label, *option, *help;
	enum settings_own own;
	const char *words[SETTINGS_WORDS];
} settings_rows[] = {
	{ "theme", "theme", "colours of everything", OWN_THEME, { NULL } },
	{ "colours", "color", "at the start only: --color", OWN_FIXED, { NULL } },
	{ "glyphs", "glyphs", "lines, bars, sparklines", OWN_NONE, { "ascii", "cp437", "utf8" } },
	{ "refresh", "refresh", "seconds between drawings", OWN_NONE, { "0.25", "0.5", "1", "2", "5", "10" } },
	{ "window", "window", "time that figures are of", OWN_WINDOW, { "1m", "5m", "15m", "1h", "24h", "all" } },
	{ "times", NULL, "form of times: w", OWN_TIMES, { "local", "UTC", "between", "from first" } },
	{ "peers", NULL, "by name or by address: a", OWN_NAMES, { "names", "addresses" } },
	{ "bar", NULL, "keys in the last row: K", OWN_BAR, { "F-keys", "letters" } },
	{ "mouse", "mouse", "select and scroll", OWN_NONE, { "no", "yes" } },
	{ "bell", "bell", "rings for critical alerts", OWN_NONE, { "never", "crit" } },
	{ "confirm quit", "confirm-quit", "auto: asks if data is lost", OWN_NONE, { "auto", "always", "never" } },
	{ "redact", NULL, "hide users in evidence", OWN_NONE, { "no", "yes" } },
	{ "columns", NULL, "Enter: of the list below", OWN_COLUMNS, { NULL } },
};

enum { SETTINGS_ROWS = sizeof settings_rows / sizeof settings_rows[0] };

static const struct view_key settings_keys[] = {
	{ ACTION_UP, { UI_KEY_UP, 'k' }, "Up k", "one row up", NULL, NULL, 0, NULL, PART_MOVE },
	{ ACTION_DOWN, { UI_KEY_DOWN, 'j' }, "Down j", "one row down", NULL, NULL, 0, NULL, PART_MOVE },
	{ ACTION_HOME, { UI_KEY_HOME, 'g' }, "Home g", "first row", NULL, NULL, 0, NULL, PART_MOVE },
	{ ACTION_END, { UI_KEY_END, 'G' }, "End G", "last row", NULL, NULL, 0, NULL, PART_MOVE },
	{ ACTION_LEFT, { UI_KEY_LEFT, 'h' }, "Left h", "the value before", "Left", "Before", 190, NULL, PART_DO },
	{ ACTION_RIGHT, { UI_KEY_RIGHT, 'l', ' ' }, "Right l Space", "the next value", "Right", "Next", 195, NULL,
	    PART_DO },
	{ ACTION_OPEN, { UI_KEY_ENTER, '\n' }, "Enter", "the next value, or open", NULL, NULL, 0, NULL, PART_DO },
	{ ACTION_SAVE, { 'w', UI_KEY_F2 }, "w F2", "lines for a configuration", "w", "Lines", 180, "F2", PART_DO },
	{ ACTION_COPY, { 'y' }, "y", "copy these lines", "y", "Copy", 170, NULL, PART_DO },
	{ ACTION_BACK, { UI_KEY_ESC, 'q', UI_KEY_F8, 'o' }, "Esc q F8 o", "close", "Esc", "Close", 255, "q",
	    PART_PROGRAM },
};

static const char *
settings_window(const struct viewer *v)
{
	static const struct {
		unsigned s;
		const char *name;
	} names[] = { { 60, "1m" }, { 300, "5m" }, { 900, "15m" }, { 3600, "1h" }, { 86400, "24h" } };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (names[i].s == view_window_s(v))
			return names[i].name;
	return "all";
}

/* The value as it is now; "-": not known. */
static const char *
settings_value(const struct viewer *v, const struct settings_row *r, char *out, size_t cap)
{
	const char *name = r->option != NULL ? r->option : r->label, *value = NULL;

	switch (r->own) {
	case OWN_WINDOW:
		return settings_window(v);
	case OWN_TIMES:
		return r->words[v->time_form];
	case OWN_NAMES:
		return r->words[v->addresses];
	case OWN_BAR:
		return r->words[v->letters];
	case OWN_COLUMNS:
		return "...";
	default:
		if (v->cfg->value != NULL)
			value = v->cfg->value(v->cfg->value_ctx, name, out, cap);
		if (value == NULL && r->own == OWN_THEME)
			value = v->theme->name;
		return value != NULL ? value : "-";
	}
}

/* The words that a row goes through; those of themes are the program's. */
static size_t
settings_words(const struct viewer *v, const struct settings_row *r, const char *const **words)
{
	size_t n = 0;

	*words = r->own == OWN_THEME ? v->cfg->themes : r->words;
	while (*words != NULL && (r->own == OWN_THEME || n < SETTINGS_WORDS) && (*words)[n] != NULL)
		n++;
	return n;
}

/* "[options]" and a line for each that a file may set. */
static void
settings_lines(const struct viewer *v, struct settings *s)
{
	size_t at = (size_t)snprintf(s->text, sizeof s->text, "[options]\n");

	for (size_t i = 0; i < SETTINGS_ROWS && at < sizeof s->text; i++) {
		const struct settings_row *r = &settings_rows[i];
		char value[64];

		if (r->option == NULL || strcmp(settings_value(v, r, value, sizeof value), "-") == 0)
			continue;
		at += (size_t)snprintf(s->text + at, sizeof s->text - at, "%s = %s\n", r->option,
		    settings_value(v, r, value, sizeof value));
	}
}

static void
settings_lines_draw(const struct settings *s, struct canvas *c, const struct ui_rect *in)
{
	struct slice rest = slice_str(s->text);
	int row = 0;

	if (in->rows > 0)
		(void)canvas_printf(c, in->row, in->col + 1, in->cols - 1, ROLE_POPUP,
		    "Lines for ~/.config/sipwhy/config; y copies them:");
	for (row = 2; rest.n > 0 && row < in->rows; row++)
		(void)canvas_text(
		    c, in->row + row, in->col + 3, in->cols - 3, ROLE_TEXT_STRONG, slice_cut(&rest, '\n'));
}

static void
settings_row_draw(const struct viewer *v, const struct settings_row *r, struct canvas *c, const struct ui_rect *in,
    int row, bool cursor)
{
	const char *const *words;
	bool turns = settings_words(v, r, &words) > 1;
	char value[64];
	int at = in->col + 2 + SETTINGS_NAME, help = at + SETTINGS_VALUE + 6;

	(void)canvas_printf(c, row, in->col + 2, SETTINGS_NAME, ROLE_POPUP, "%s", r->label);
	(void)canvas_printf(c, row, at, in->col + in->cols - at, ROLE_TEXT_STRONG, "%s %s %s", turns ? "<" : " ",
	    settings_value(v, r, value, sizeof value), turns ? ">" : " ");
	if (help + (int)strlen(r->help) <= in->col + in->cols)
		(void)canvas_printf(c, row, help, in->col + in->cols - help, ROLE_TEXT_DIM, "%s", r->help);
	if (!cursor)
		return;
	(void)canvas_text(c, row, in->col, 1, ROLE_LIST_CURSOR, slice_str(">"));
	canvas_paint(c, row, in->col, in->cols, ROLE_LIST_CURSOR);
}

static void
settings_draw(struct viewer *v, void *state, struct canvas *c)
{
	struct settings *s = state;
	struct ui_rect in;

	box_draw(c, box_centre(c, SETTINGS_ROWS + 2, SETTINGS_COLS), "Settings", true, &in);
	view_key_bar(v, c, canvas_rows(c) - 1);
	if (s->lines) {
		settings_lines_draw(s, c, &in);
		return;
	}
	list_set(&s->list, SETTINGS_ROWS, in.rows > 2 ? (size_t)in.rows - 2 : (size_t)in.rows);
	for (size_t i = 0; i < s->list.height && s->list.top + i < SETTINGS_ROWS; i++)
		settings_row_draw(
		    v, &settings_rows[s->list.top + i], c, &in, in.row + (int)i, s->list.top + i == s->list.cursor);
	if (in.rows > 2)
		(void)canvas_printf(c, in.row + in.rows - 1, in.col + 2, in.cols - 2,
		    v->say[0] != '\0' ? ROLE_TEXT_KEY : ROLE_TEXT_DIM, "%s",
		    v->say[0] != '\0' ? v->say : "Left Right change it now   w lines for the configuration");
}

static enum command
settings_ask(struct viewer *v, const struct settings_row *r, const char *word)
{
	v->request.text = r->own == OWN_THEME ? word : r->option != NULL ? r->option : r->label;
	v->request.body = slice_str(word);
	return r->own == OWN_THEME ? COMMAND_THEME : COMMAND_SET;
}

static enum command
settings_change(struct viewer *v, const struct settings_row *r, int by)
{
	static const int windows[] = { 60, 300, 900, 3600, 86400, 0 };
	const char *const *words, *now;
	size_t n = settings_words(v, r, &words), at = 0;
	char value[64];

	if (n < 2) {
		viewer_say(v, r->own == OWN_COLUMNS ? "Enter opens it" : "this is chosen at the start");
		return COMMAND_NONE;
	}
	now = settings_value(v, r, value, sizeof value);
	while (at < n && strcmp(words[at], now) != 0)
		at++;
	at = at == n ? 0 : (at + n + (size_t)(by > 0 ? 1 : (int)n - 1)) % n;
	if (r->own == OWN_WINDOW)
		view_window_set(v, windows[at]);
	else if (r->own == OWN_TIMES)
		v->time_form = (enum view_time_form)at;
	else if (r->own == OWN_NAMES)
		v->addresses = at == 1;
	else if (r->own == OWN_BAR)
		v->letters = at == 1;
	else
		return settings_ask(v, r, words[at]);
	return COMMAND_NONE;
}

static enum command
settings_lines_key(struct viewer *v, struct settings *s, enum view_action action)
{
	if (action == ACTION_COPY) {
		v->request.body = slice_str(s->text);
		return COMMAND_COPY;
	}
	s->lines = false;
	return COMMAND_NONE;
}

static enum command
settings_key(struct viewer *v, void *state, enum view_action action)
{
	struct settings *s = state;
	const struct settings_row *r = &settings_rows[s->list.cursor];

	if (s->lines)
		return settings_lines_key(v, s, action);
	if (view_list_move(&s->list, action))
		return COMMAND_NONE;
	if (action == ACTION_BACK) {
		viewer_pop(v);
	} else if (action == ACTION_SAVE || action == ACTION_COPY) {
		settings_lines(v, s);
		s->lines = action == ACTION_SAVE;
		return action == ACTION_COPY ? (v->request.body = slice_str(s->text), COMMAND_COPY) : COMMAND_NONE;
	} else if (action == ACTION_OPEN && r->own == OWN_COLUMNS) {
		viewer_pop(v);
		viewer_push(v, &view_columns);
	} else if (action == ACTION_LEFT || action == ACTION_RIGHT || action == ACTION_OPEN) {
		return settings_change(v, r, action == ACTION_LEFT ? -1 : 1);
	}
	return COMMAND_NONE;
}

static void
settings_open(struct viewer *v, void *state)
{
	struct settings *s = state;

	(void)v;
	list_set(&s->list, SETTINGS_ROWS, SETTINGS_ROWS);
}

const struct view_ops view_settings = {
	.name = "settings",
	.title = "Settings",
	.keys = settings_keys,
	.n_keys = sizeof settings_keys / sizeof settings_keys[0],
	.state_size = sizeof(struct settings),
	.popup = true,
	.open = settings_open,
	.draw = settings_draw,
	.key = settings_key,
};
