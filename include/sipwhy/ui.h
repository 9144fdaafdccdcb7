/*
 * ui - cells, widgets, themes, keys: what a screen is made of, without any terminal.
 */
#ifndef SIPWHY_UI_H
#define SIPWHY_UI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipwhy/errmsg.h"
#include "sipwhy/slice.h"

/*
 * Roles.  A role is a meaning, never a colour; the X-macro makes enum, names and theme checks from one list.
 */
#define UI_ROLES(X)                                                                                                    \
	X(TEXT, "text")                                                                                                \
	X(TEXT_DIM, "text.dim")                                                                                        \
	X(TEXT_STRONG, "text.strong") X(TEXT_KEY, "text.key") X(FRAME, "frame") X(FRAME_TITLE, "frame.title")          \
	    X(BAR, "bar") X(BAR_KEY, "bar.key") X(STATUS, "status") X(STATUS_LIVE, "status.live")                      \
		X(STATUS_PAUSED, "status.paused") X(STATUS_FOLLOW, "status.follow") X(STATUS_LOSS, "status.loss")      \
		    X(CLASS_1XX, "class.1xx") X(CLASS_2XX, "class.2xx") X(CLASS_3XX, "class.3xx")                      \
			X(CLASS_4XX, "class.4xx") X(CLASS_5XX, "class.5xx") X(CLASS_6XX, "class.6xx")                  \
			    X(CLASS_SILENCE, "class.silence") X(STATE_WARN, "state.warn") X(STATE_CRIT, "state.crit")  \
				X(LIST_HEADER, "list.header") X(LIST_CURSOR, "list.cursor") X(LIST_NEW, "list.new")    \
				    X(LIST_MUTED, "list.muted") X(SPARK, "spark") X(SPARK_PEAK, "spark.peak")          \
					X(METER, "meter") X(POPUP, "popup") X(POPUP_TITLE, "popup.title")              \
					    X(PROMPT_ERROR, "prompt.error") X(SYNTAX_START, "syntax.start")            \
						X(SYNTAX_HEADER, "syntax.header") X(SYNTAX_BODY, "syntax.body")

#define UI_ROLE_ENUM(id, name) ROLE_##id,
enum ui_role { UI_ROLES(UI_ROLE_ENUM) ROLE_N };
#undef UI_ROLE_ENUM

/* "class.5xx" ... */
const char *ui_role_name(enum ui_role r);

/* One cell: a base scalar with up to two combining marks; width 1, 2, or 0 for the right half of a wide one. */
struct cell {
	uint32_t ch[3];
	uint8_t width;
	uint8_t role;
};

/* A canvas: rows x cols cells, owned by whoever made it. */
struct canvas;

/* 1..500 rows, 1..1000 cols (clamped); all blanks in ROLE_TEXT.  NULL when memory is short. */
struct canvas *canvas_new(int rows, int cols);
void canvas_free(struct canvas *c);
/* New size, content blanked.  0 or -ENOMEM (old size stays). */
int canvas_resize(struct canvas *c, int rows, int cols);
int canvas_rows(const struct canvas *c);
int canvas_cols(const struct canvas *c);
void canvas_clear(struct canvas *c);
/* The cell, for reading; NULL outside. */
const struct cell *canvas_at(const struct canvas *c, int row, int col);
/*
 * Write foreign text, cleaned by text_clean, from (row, col) in at most `width` columns; outside parts are clipped.
 * ascii follows canvas_set_ascii.  Returns columns used.
 */
int canvas_text(struct canvas *c, int row, int col, int width, enum ui_role role, struct slice s);
/* Our own text, printf style, through the same cleaner. */
int canvas_printf(struct canvas *c, int row, int col, int width, enum ui_role role, const char *fmt, ...)
    __attribute__((format(printf, 6, 7)));
/*
 * Fill part of a row with one glyph (our own, width 1).  With ascii the line-drawing glyphs become - | + and any
 * other becomes #.
 */
void canvas_fill(struct canvas *c, int row, int col, int width, enum ui_role role, uint32_t glyph);
/* Change the role of part of a row, keep the glyphs. */
void canvas_paint(struct canvas *c, int row, int col, int width, enum ui_role role);
/* Only ASCII glyphs from now on (locale without UTF-8, --glyphs ascii). */
void canvas_set_ascii(struct canvas *c, bool ascii);
bool canvas_ascii(const struct canvas *c);

/*
 * Sparkline: one glyph a value, scaled to the largest, 0 a blank, anything above at least the lowest mark.
 * UTF-8 eighths or ASCII " .:-=+*%#".  Of more values than columns the last are shown.
 */
void spark_draw(struct canvas *c, int row, int col, int width, enum ui_role role, const uint64_t *v, size_t n);
/* Horizontal bar of part/whole in `width` columns (block or '#'). */
void meter_draw(struct canvas *c, int row, int col, int width, enum ui_role role, uint64_t part, uint64_t whole);

/*
 * List state: a cursor over `count` rows in a window of `height`, by index; follow sticks to the last row.
 * Pure arithmetic; the view owns rows and drawing.
 */
struct list {
	size_t count, cursor, top, height;
	bool follow;
};
enum list_move { LIST_UP, LIST_DOWN, LIST_PAGE_UP, LIST_PAGE_DOWN, LIST_HALF_UP, LIST_HALF_DOWN, LIST_HOME, LIST_END };
/* New count or height: keeps the cursor in range and in sight; with follow the cursor goes to the last row. */
void list_set(struct list *l, size_t count, size_t height);
/* Move; any move but END switches follow off, END switches it on. */
void list_move(struct list *l, enum list_move m);

/* Keys: Unicode scalars as themselves, others from UI_KEY_BASE on. */
enum ui_key {
	UI_KEY_NONE = 0,
	UI_KEY_TAB = 9,
	UI_KEY_ENTER = 13,
	UI_KEY_ESC = 27,
	UI_KEY_BASE = 0x110000,
	UI_KEY_UP,
	UI_KEY_DOWN,
	UI_KEY_LEFT,
	UI_KEY_RIGHT,
	UI_KEY_PGUP,
	UI_KEY_PGDN,
	UI_KEY_HOME,
	UI_KEY_END,
	UI_KEY_BACKSPACE,
	UI_KEY_RESIZE,
	UI_KEY_F1,
	UI_KEY_F2,
	UI_KEY_F3,
	UI_KEY_F4,
	UI_KEY_F5,
	UI_KEY_F6,
	UI_KEY_F7,
	UI_KEY_F8,
	UI_KEY_F9,
	UI_KEY_F10
};
/* ^A .. ^Z */
#define UI_CTRL(c) ((c)&0x1f)

/* Colours of one role at one depth: -1 default; rgb 0xRRGGBB in depth TRUE, palette index otherwise. */
enum theme_depth { DEPTH_TRUE, DEPTH_256, DEPTH_16, DEPTH_MONO, DEPTH_N };
enum { ATTR_BOLD = 1, ATTR_DIM = 2, ATTR_REVERSE = 4, ATTR_UNDERLINE = 8 };
struct theme_style {
	int32_t fg, bg;
	uint8_t attr;
};
struct theme {
	char name[32];
	struct theme_style style[ROLE_N][DEPTH_N];
};

/* Built-in default (used when no file can be read). */
void theme_default(struct theme *t);
/*
 * Read `role = direct | 256 | 16 | mono` lines (themes/default.theme tells the form) over theme_default.  Roles
 * left out take their parent's ("list.cursor" -> "list" -> "text") where the file gives one, else the default's;
 * a depth left out follows from the one before it (nearest colour; mono keeps the attributes).  Wrong lines are
 * reported in em as "file:line: ..." (the first one) with -EINVAL; the rest still loads.  -ENOENT, -EACCES when
 * the file cannot be read.
 */
int theme_load(struct theme *t, const char *path, struct errmsg *em);
/* The same from text in memory; name is for messages. */
int theme_parse(struct theme *t, const char *name, struct slice text, struct errmsg *em);

#endif
