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
 * Roles.  A role is a meaning, never a colour; the X-macro makes enum, names and theme checks from one list.  What a
 * theme leaves out takes its parent's style, by the dots: list.cursor.unfocused, list.cursor, list, text.
 */
/* clang-format off */
#define UI_ROLES(X) \
	X(TEXT, "text") \
	X(TEXT_DIM, "text.dim") \
	X(TEXT_STRONG, "text.strong") \
	X(TEXT_KEY, "text.key") \
	X(FRAME, "frame") \
	X(FRAME_FOCUS, "frame.focus") \
	X(FRAME_TITLE, "frame.title") \
	X(BAR, "bar") \
	X(BAR_KEY, "bar.key") \
	X(BAR_WORD, "bar.word") \
	X(STATUS, "status") \
	X(STATUS_LIVE, "status.live") \
	X(STATUS_PAUSED, "status.paused") \
	X(STATUS_FOLLOW, "status.follow") \
	X(STATUS_LOSS, "status.loss") \
	X(CLASS_1XX, "class.1xx") \
	X(CLASS_2XX, "class.2xx") \
	X(CLASS_3XX, "class.3xx") \
	X(CLASS_4XX, "class.4xx") \
	X(CLASS_5XX, "class.5xx") \
	X(CLASS_6XX, "class.6xx") \
	X(CLASS_SILENCE, "class.silence") \
	X(CLASS_CHALLENGE, "class.challenge") \
	X(STATE_OK, "state.ok") \
	X(STATE_WARN, "state.warn") \
	X(STATE_CRIT, "state.crit") \
	X(STATE_UNKNOWN, "state.unknown") \
	X(DELTA_BETTER, "delta.better") \
	X(DELTA_WORSE, "delta.worse") \
	X(LIST_HEADER, "list.header") \
	X(LIST_HEADER_SORTED, "list.header.sorted") \
	X(LIST_CURSOR, "list.cursor") \
	X(LIST_CURSOR_UNFOCUSED, "list.cursor.unfocused") \
	X(LIST_MARKED, "list.marked") \
	X(LIST_NEW, "list.new") \
	X(LIST_MUTED, "list.muted") \
	X(LIST_RELAYED, "list.relayed") \
	X(SPARK, "spark") \
	X(SPARK_PEAK, "spark.peak") \
	X(METER, "meter") \
	X(METER_LOW, "meter.low") \
	X(METER_MID, "meter.mid") \
	X(METER_HIGH, "meter.high") \
	X(PROMPT, "prompt") \
	X(PROMPT_ERROR, "prompt.error") \
	X(PROMPT_HINT, "prompt.hint") \
	X(MATCH, "match") \
	X(POPUP, "popup") \
	X(POPUP_TITLE, "popup.title") \
	X(BUTTON, "button") \
	X(BUTTON_FOCUS, "button.focus") \
	X(SYNTAX_START, "syntax.start") \
	X(SYNTAX_HEADER, "syntax.header") \
	X(SYNTAX_URI, "syntax.uri") \
	X(SYNTAX_TAG, "syntax.tag") \
	X(SYNTAX_NUMBER, "syntax.number") \
	X(SYNTAX_TEXT, "syntax.text") \
	X(SYNTAX_BODY, "syntax.body") \
	X(LADDER_REQUEST, "ladder.request") \
	X(LADDER_RESPONSE, "ladder.response") \
	X(LADDER_TIME, "ladder.time") \
	X(LADDER_PARTY, "ladder.party") \
	X(LADDER_SELECTED, "ladder.selected") \
	X(CALL_0, "call.0") \
	X(CALL_1, "call.1") \
	X(CALL_2, "call.2") \
	X(CALL_3, "call.3") \
	X(CALL_4, "call.4") \
	X(CALL_5, "call.5") \
	X(CALL_6, "call.6") \
	X(CALL_7, "call.7")
/* clang-format on */

#define UI_ROLE_ENUM(id, name) ROLE_##id,
enum ui_role { UI_ROLES(UI_ROLE_ENUM) ROLE_N };
#undef UI_ROLE_ENUM

/* "class.5xx" ...; "-" for what is no role. */
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
 * What may be used follows canvas_set_glyphs.  Returns columns used.
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
/*
 * Which glyphs may be used from now on; a new canvas has UTF-8.  ASCII: nothing else, foreign text included.  CP437:
 * of blocks only the halves and shades (the Linux console has no eighths); text stays as it is.  AUTO counts as UTF8.
 */
enum ui_glyphs { GLYPHS_AUTO, GLYPHS_ASCII, GLYPHS_CP437, GLYPHS_UTF8 };
void canvas_set_glyphs(struct canvas *c, enum ui_glyphs glyphs);
enum ui_glyphs canvas_glyphs(const struct canvas *c);
/* Only ASCII? */
bool canvas_ascii(const struct canvas *c);

/*
 * Sparkline: one glyph a value, scaled to the largest, 0 a blank, anything above at least the lowest mark.
 * UTF-8 eighths, CP437 shades or ASCII " .:-=+*%#"; SPARK_NONE (no data) is '?'.  Of more values than columns the last
 * are shown.
 */
#define SPARK_NONE UINT64_MAX
void spark_draw(struct canvas *c, int row, int col, int width, enum ui_role role, const uint64_t *v, size_t n);
/* Horizontal bar of part/whole in `width` columns, the rest blank: eighths, halves (CP437) or '#'. */
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

/*
 * A box over what is drawn: frame, title, its inside blanked in ROLE_POPUP; clipped to the canvas.  In *in (may be
 * NULL) the room inside the frame, never less than 0 x 0 and never outside the canvas.
 */
struct ui_rect {
	int row, col, rows, cols;
};
void box_draw(struct canvas *c, struct ui_rect at, const char *title, bool focus, struct ui_rect *in);
/* The place of a box with room for rows x cols inside, in the middle of the canvas; made smaller where it must be. */
struct ui_rect box_centre(const struct canvas *c, int rows, int cols);

/*
 * Lines typed before, newest last, each once (typed again it becomes the newest); of more than `max` (1..10000) the
 * oldest goes.  NULL, -ENOMEM when memory is short; -EMSGSIZE for a line of EDIT_TEXT bytes or more.
 */
struct edit_ring;
struct edit_ring *edit_ring_new(size_t max);
void edit_ring_free(struct edit_ring *r);
int edit_ring_add(struct edit_ring *r, struct slice line);
size_t edit_ring_count(const struct edit_ring *r);
/* 0 is the oldest; terminated; NULL out of range. */
const char *edit_ring_at(const struct edit_ring *r, size_t index);

/*
 * One line being typed: UTF-8 of what text_clean keeps, n bytes and a NUL; at: the cursor's byte, always before a
 * whole glyph; left: first column shown.  Zeroed it is empty.  Pure: knows no terminal.
 */
enum { EDIT_TEXT = 1024 };
struct edit {
	char text[EDIT_TEXT];
	size_t n, at, left;
	size_t back; /* how many lines back in the ring, 0: the line itself */
	char draft[EDIT_TEXT];
};
/* Another text, cursor behind it.  What cannot be shown is left out, what does not fit cut. */
void edit_set(struct edit *e, struct slice text);
struct slice edit_slice(const struct edit *e);
/* Put text in at the cursor (completion, a paste). */
void edit_insert(struct edit *e, struct slice text);
/* Take out n bytes before the cursor, back to the start of a glyph. */
void edit_remove(struct edit *e, size_t n);
/*
 * A key: characters, Left Right Home End ^A ^E ^B, word moves, Backspace Delete ^H ^D, ^U ^W ^K, Up Down ^P ^N through
 * ring (NULL: none).  EDIT_OTHER: not a key of the editor (Enter, Esc, Tab, F-keys ...), nothing happened.
 */
enum edit_result { EDIT_OTHER, EDIT_MOVED, EDIT_CHANGED };
enum edit_result edit_key(struct edit *e, uint32_t key, const struct edit_ring *ring);
/* Draw in `width` columns, scrolled so that the cursor is in sight, its cell in ROLE cursor.  Returns its column. */
int edit_draw(struct edit *e, struct canvas *c, int row, int col, int width, enum ui_role role, enum ui_role cursor);

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
	UI_KEY_F10,
	UI_KEY_STAB,
	UI_KEY_INSERT,
	UI_KEY_DELETE,
	UI_KEY_WORD_LEFT,
	UI_KEY_WORD_RIGHT,
	UI_KEY_MOUSE
};
/* ^A .. ^Z */
#define UI_CTRL(c) ((c)&0x1f)

/*
 * A key as a person writes it: "F5", "^L" (also C-l), "Space", "Enter", "PgUp", "S-Tab", "a".  False for what is none.
 * Names in any letter case; a single character is itself.
 */
bool ui_key_parse(struct slice s, uint32_t *key);
/* The name that ui_key_parse reads, "?" for a number that is no key, cut to cap (16 holds each); returns out. */
const char *ui_key_name(uint32_t key, char *out, size_t cap);

/* What came with UI_KEY_MOUSE: a cell, from 0, and what was done there. */
enum ui_mouse_kind { MOUSE_CLICK, MOUSE_DOUBLE, MOUSE_WHEEL_UP, MOUSE_WHEEL_DOWN };
struct ui_mouse {
	int row, col;
	enum ui_mouse_kind kind;
};

/* Colours of one role at one depth: -1 default; rgb 0xRRGGBB in depth TRUE, palette index otherwise. */
enum theme_depth { DEPTH_TRUE, DEPTH_256, DEPTH_16, DEPTH_MONO, DEPTH_N };
enum { ATTR_BOLD = 1, ATTR_DIM = 2, ATTR_REVERSE = 4, ATTR_UNDERLINE = 8 };
struct theme_style {
	int32_t fg, bg;
	uint8_t attr;
};
struct theme {
	char name[32];
	bool light;      /* made for a light background */
	unsigned faults; /* wrong lines of its text: what they say is left out */
	struct theme_style style[ROLE_N][DEPTH_N];
};

/* The 256 fixed colours as most terminals show them, 0xRRGGBB; index up to 255. */
uint32_t theme_palette(unsigned index);

/* The built-in default, dark (used when no file can be read). */
void theme_default(struct theme *t);
/* A shipped theme by name, built in too: 0, or -ENOENT and *t as it was. */
int theme_builtin(struct theme *t, struct slice name);
/* Names of the built-in themes, dark first; NULL behind the last. */
const char *theme_builtin_name(size_t number);
/* Text of that theme as in themes/NAME.theme; no bytes out of range. */
struct slice theme_builtin_text(size_t number);

/*
 * Read `role = direct | 256 | 16 | mono` lines (themes/dark.theme tells the form) over theme_default, or over "light"
 * when a comment says "background: light".  Roles left out take their parent's ("list.cursor" -> "list" -> "text")
 * where the text gives one, else those of the theme below; a depth left out follows from the one before it (nearest
 * colour by CIEDE2000; mono keeps the attributes).  The first wrong line is told in em as "file:line: role: ..." with
 * -EINVAL; the rest still loads, and t->faults counts such lines.  -ENOENT, -EACCES ... when the file cannot be read,
 * -EFBIG above 64 KiB, -EINVAL without faults for what is no plain file.
 */
int theme_load(struct theme *t, const char *path, struct errmsg *em);
/* The same from text in memory; name is for messages. */
int theme_parse(struct theme *t, const char *name, struct slice text, struct errmsg *em);
/* The same, and each wrong line is told to `wrong` (NULL: to nobody), by its first fault. */
typedef void (*theme_wrong_fn)(const char *sentence);
int theme_parse_all(struct theme *t, const char *name, struct slice text, theme_wrong_fn wrong, struct errmsg *em);
/*
 * A theme as the user names it.  With a slash or ".theme" at its end: that file.  Else NAME.theme in the folders (NULL
 * behind the last, NULL for none), in their order, else a built-in one.  A fault as in theme_load; -ENOENT with a
 * sentence that names the built-in ones when there is none; *t is usable whatever is returned.
 */
int theme_find(struct theme *t, const char *name, const char *const *folders, struct errmsg *em);
int
theme_find_all(struct theme *t, const char *name, const char *const *folders, theme_wrong_fn wrong, struct errmsg *em);

#endif
