/*
 * overview - what the parts of the first screen share: its blocks of rows, and which of them has the cursor.
 * One thing to know: a cursor is what its row is about (a code, a name, an id), never a number of a row: rows change
 * places all the time, and Enter must open what was looked at.
 */
#ifndef OVERVIEW_H
#define OVERVIEW_H

#include "view_int.h"

/* In the order of Tab.  NONE: nothing was touched yet, Enter opens what the hint tells. */
enum overview_focus {
	FOCUS_NONE,
	FOCUS_ALERTS,
	FOCUS_CLASSES,
	FOCUS_CODES,
	FOCUS_PEERS,
	FOCUS_USERS,
	FOCUS_NEWEST,
	FOCUS_N
};

enum { OVERVIEW_ROWS = 48, OVERVIEW_KEY = ENDPOINT_TEXT };

/* Rows of a block as drawn last: row[] names what each is about; at, key: the one under the cursor. */
struct overview_block {
	size_t n, at;
	struct ui_rect place; /* where its rows stand, rows 0: not beside each other */
	char key[OVERVIEW_KEY];
	char row[OVERVIEW_ROWS][OVERVIEW_KEY];
};

/*
 * follow: the newest failure is the first row.  top: id of the first row when it is not.  seen: newest event when
 * follow ended; what came after it is new.  more: rows below the last one.
 */
struct overview {
	enum overview_focus focus;
	struct overview_block block[FOCUS_N];
	bool follow, more;
	uint64_t top, seen;
	uint64_t newest, oldest; /* ids of the newest errors that are shown, in the order that they were told */
};

/* A canvas column of a block: from col, width wide. */
struct overview_place {
	int row, rows, col, width;
};

void overview_begin(struct overview_block *b);
void overview_add(struct overview_block *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Its rows are drawn from here on, each a line. */
void overview_place(struct overview_block *b, int row, int col, int width);
/* Bring the cursor to where its row is now. */
void overview_end(struct overview_block *b);
/* Mark the row when it has the cursor. */
void overview_cursor(
    const struct overview *o, enum overview_focus f, size_t at, struct canvas *c, int row, int col, int width);

/* overview_classes.c */

/* Rows with or without those that are zero. */
int overview_class_rows(const struct store *s, bool with_zero);
/* Seconds of the past that are known. */
int64_t overview_known_s(const struct store *s);
void overview_classes_draw(const struct viewer *v, struct overview *o, struct canvas *c, int row, bool with_zero);
/* "notices 33: 8", "" without any.  Returns its length. */
int overview_notices(const struct store *s, char *out, size_t cap);
void overview_small_draw(const struct viewer *v, struct canvas *c, int row);
void overview_one_line_draw(const struct viewer *v, struct canvas *c);

/* overview_tops.c; where three stand beside each other there is room for users, and a row of alerts, sources and texts
 * below. */
enum { OVERVIEW_WIDE_COLS = 132 };
/* Rows that the longest of the lists can fill. */
int overview_top_rows(const struct viewer *v, bool wide);
int overview_low_rows(const struct viewer *v);
void overview_tops_draw(struct viewer *v, struct overview *o, struct canvas *c, int row, int rows);
void overview_lows_draw(struct viewer *v, struct overview *o, struct canvas *c, int row, int rows);

/* overview_newest.c */
void overview_newest_draw(struct viewer *v, struct overview *o, struct canvas *c, int row, int rows, bool header);
void overview_newest_small_draw(struct viewer *v, struct overview *o, struct canvas *c, int row, int rows);
struct view_follow overview_newest_follow(const struct viewer *v, const struct overview *o);
/* The event under the cursor, or the newest; NULL when there is none. */
const struct event *overview_newest_event(const struct viewer *v, const struct overview *o);
void overview_newest_move(struct viewer *v, struct overview *o, enum list_move m);
void overview_newest_worse(struct viewer *v, struct overview *o, bool older);
void overview_newest_follow_set(struct viewer *v, struct overview *o, bool follow);
/* Go to this event, as after a walk through details. */
void overview_newest_to(struct viewer *v, struct overview *o, uint64_t id);

/* overview_empty.c */

/* Is there nothing to count yet, so that the whole screen tells why? */
bool overview_is_empty(const struct viewer *v);
/* Why there is no failure, and what to do. */
void overview_empty_draw(const struct viewer *v, struct canvas *c, int row, int height);
/* All sources were refused at the start: a choice opens one of five answers; false when this is not that screen. */
bool overview_refused(const struct viewer *v);
const char *overview_refused_more(unsigned choice);

#endif
