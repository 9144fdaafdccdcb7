/*
 * events_int - between the parts of the Events view: its columns, its state, and who draws what.
 * One thing to know: rows are those of viewer.sift; the cursor is an event's id, and `above` rows stand over it, so a
 * list that grows at its top never moves what is read.
 */
#ifndef EVENTS_INT_H
#define EVENTS_INT_H

#include "view_int.h"

/* The columns there are; names as the configuration has them.  MARK is the margin, where the cursor stands too. */
enum events_column {
	EVENTS_MARK,
	EVENTS_TIME,
	EVENTS_CODE,
	EVENTS_REASON,
	EVENTS_METHOD,
	EVENTS_PEER,
	EVENTS_FROM,
	EVENTS_TO,
	EVENTS_N,
	EVENTS_SAID_BY,
	EVENTS_UA,
	EVENTS_SETUP,
	EVENTS_SOURCE,
	EVENTS_CALL_ID,
	EVENTS_TRANSPORT,
	EVENTS_Q850,
	EVENTS_WARNING,
	EVENTS_PREFIX,
	EVENTS_SRC,
	EVENTS_DST,
	EVENTS_DIR,
	EVENTS_COLUMNS
};

/*
 * least, wish: an elastic column is made narrower down to least, and wider up to wish.  keep: which goes first when
 * there is no room, the least number; 255 never.  order: SIFT_ORDER_N when it can't be sorted by.  field: of the filter
 * language, NULL none.
 */
struct events_column_info {
	const char *name, *title;
	uint8_t width, least, wish, keep;
	bool right;
	enum sift_order order;
	const char *field;
};
const struct events_column_info *events_column(size_t column);
/* EVENTS_COLUMNS when there is none of that name. */
size_t events_column_find(struct slice name);

/* The columns that a width has room for: canvas column and width of each, in order from left to right. */
struct events_place {
	size_t n;
	uint8_t column[VIEW_LAYOUT_COLUMNS];
	int at[VIEW_LAYOUT_COLUMNS], width[VIEW_LAYOUT_COLUMNS];
};
/* Which of the layouts a width takes: 80, 100, 140 columns on. */
size_t events_layout_of(int cols);
/* Width from which it holds. */
int events_layout_from(size_t layout);
/* What the user chose, else the configuration, else as shipped. */
void events_layout(const struct viewer *v, size_t which, struct view_layout *out);
void events_layout_shipped(size_t which, struct view_layout *out);
/* "time code reason:24 ...", as the configuration has it; returns out. */
char *events_layout_text(const struct view_layout *l, char *out, size_t cap);
/* Words that name no column are passed over. */
void events_layout_parse(struct slice text, struct view_layout *out);
/* Cells that it takes as it is. */
int events_layout_cells(const struct view_layout *l);
void events_place(const struct view_layout *l, int cols, struct events_place *out);

/* What columns with blanks lend to that of the peers, and for which list: see events_fit.c. */
enum { EVENTS_LENDERS = 3 };
struct events_lent {
	int cols;
	int cells[EVENTS_LENDERS];
	enum sift_order order;
	bool ascending, addresses;
	struct view_layout layout;
	char filter[FILTER_TEXT_MAX + 1];
};

/* Rows of a canvas at most. */
enum { EVENTS_DRAWN = 500 };

/* How rows of the last second stand below a page that goes by too fast. */
enum { EVENTS_FOLDS = 4 };
struct events_fold {
	uint64_t key, id, count;
};
/* from: first row that is folded; rows 0: nothing is.  more: of groups without a row of their own. */
struct events_folded {
	size_t from, rows;
	struct events_fold fold[EVENTS_FOLDS];
	uint64_t more;
	bool over; /* more than were counted */
};

/* What stands there when the filter hides everything: a count for each of its terms alone. */
enum { EVENTS_TERMS = 6 };
struct events_empty {
	char text[FILTER_TEXT_MAX + 1];
	size_t n;
	struct slice term[EVENTS_TERMS]; /* of text */
	struct filter *filter[EVENTS_TERMS];
	uint64_t count[EVENTS_TERMS];
	uint64_t from_id; /* of those looked at, the oldest; 0 all are */
	bool begun;
	struct sift_groups *seen;
	size_t wrong; /* the term that `seen` is about, n none */
	char meant[64];
};

/*
 * top: row of the sift that is drawn first.  above: rows over the cursor.  fresh_id: the newest event when follow was
 * switched off.  column: the one that = and ! take, chosen: the user did choose it.  asking: F5 waits for an answer.
 * pane: columns more (or less) for the right side.
 */
struct events {
	size_t top, height;
	bool follow, asking, chosen, no_split;
	uint64_t fresh_id;
	size_t column;
	int pane;
	size_t above;
	uint64_t like_id, like_revision, like;
	bool like_over;
	struct events_empty empty;
	struct events_folded folded;
	struct events_lent lent;
	/* Ids of the rows as drawn last, the canvas row of the first, and their columns. */
	uint64_t drawn[EVENTS_DRAWN];
	size_t n_drawn;
	int drawn_first, drawn_width;
};

/* events_cell.c */

/* What stands in a cell, unclean; before: the next older row, for times as a difference; returns out. */
char *events_cell(
    const struct viewer *v, const struct event *e, const struct event *before, size_t column, char *out, size_t cap);
void events_header_draw(
    const struct viewer *v, const struct events *s, const struct events_place *p, struct canvas *c, int row, int width);
void events_row_draw(const struct viewer *v, const struct event *e, const struct event *before,
    const struct events_place *p, struct canvas *c, int row, int width, bool cursor);
/* The row as text to copy; returns out. */
char *events_line(const struct event *e, char *out, size_t cap);

/* events_fit.c: make room for the peers of the rows from s->top on. */
void events_fit(
    const struct viewer *v, struct events *s, const struct view_layout *layout, int cols, struct events_place *p);

/* events_fold.c: what of the last second has no room on the page, of a list that goes on. */
void events_fold(const struct viewer *v, size_t height, struct events_folded *out);
void events_fold_draw(const struct viewer *v, const struct events_folded *f, struct canvas *c, int row, int width);

/* events_empty.c */
void events_empty_step(struct viewer *v, struct events_empty *x, size_t events);
void events_empty_draw(
    const struct viewer *v, const struct events_empty *x, struct canvas *c, int row, int height, int width);
/* Put the value that was probably meant into the filter; false when none is known. */
bool events_empty_take(struct viewer *v, struct events_empty *x);
void events_empty_free(struct events_empty *x);

/* events_draw.c */
void events_draw(struct viewer *v, void *state, struct canvas *c);
/* Bring cursor and first row to where the cursor's event is now. */
void events_sync(struct viewer *v, struct events *s, size_t height);
const struct event *events_current(const struct viewer *v);
/* Failures kept and not cleared away. */
size_t events_kept(const struct viewer *v);

#endif
