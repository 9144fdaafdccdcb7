/*
 * table - lists with columns: which columns a canvas has room for, and what stands around the rows; see view_int.h.
 * One thing to know: a row that would be cut to nothing is worse than a column less, so columns name the width from
 * which they are wanted, and what is spare goes to the ones that wish for it in the order of the table.
 */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "view_int.h"

/* Columns of the margin at the left, where the cursor's mark stands. */
enum { TABLE_MARGIN = 1, TABLE_LIST_MIN = 5 };

void
view_table_begin(struct view_table *t, const struct canvas *c, const struct view_column *columns, size_t n)
{
	int spare = canvas_cols(c) - TABLE_MARGIN, at = TABLE_MARGIN;

	assert(n <= VIEW_COLUMNS_MAX);
	t->columns = columns;
	t->n = n;
	for (size_t i = 0; i < n; i++) {
		t->width[i] = canvas_cols(c) >= columns[i].from ? columns[i].least : 0;
		spare -= t->width[i] > 0 ? t->width[i] + 1 : 0;
	}
	spare += 1;
	for (size_t i = 0; i < n && spare > 0; i++) {
		int more = t->width[i] > 0 ? columns[i].wish - columns[i].least : 0;

		more = more < 0 ? 0 : more < spare ? more : spare;
		t->width[i] += more;
		spare -= more;
	}
	for (size_t i = 0; i < n; i++) {
		t->at[i] = at;
		at += t->width[i] > 0 ? t->width[i] + 1 : 0;
	}
}

void
view_table_cell(
    const struct view_table *t, struct canvas *c, int row, size_t column, enum ui_role role, struct slice text)
{
	int width = t->width[column], at = t->at[column];

	if (width == 0)
		return;
	/* Only figures of our own are right-aligned: one byte is one column. */
	if (t->columns[column].right && text.n < (size_t)width)
		at += width - (int)text.n;
	(void)canvas_text(c, row, at, t->at[column] + width - at, role, text);
}

void
view_table_cellf(
    const struct view_table *t, struct canvas *c, int row, size_t column, enum ui_role role, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(text, sizeof text, fmt, ap) < 0)
		text[0] = '\0';
	va_end(ap);
	view_table_cell(t, c, row, column, role, slice_str(text));
}

void
view_table_header(const struct view_table *t, struct canvas *c, int row)
{
	if (row < 0)
		return;
	canvas_fill(c, row, 0, canvas_cols(c), ROLE_LIST_HEADER, ' ');
	for (size_t i = 0; i < t->n; i++)
		view_table_cell(t, c, row, i, ROLE_LIST_HEADER, slice_str(t->columns[i].title));
}

void
view_table_cursor(struct canvas *c, int row)
{
	(void)canvas_text(c, row, 0, 1, ROLE_LIST_CURSOR, slice_str(">"));
	canvas_paint(c, row, 0, canvas_cols(c), ROLE_LIST_CURSOR);
}

struct view_rows
view_rows(const struct viewer *v, const struct canvas *c, int tail)
{
	struct view_rows y = { .title = -1, .header = -1, .tail = -1, .say = -1, .bar = -1 };
	int end = canvas_rows(c);

	if (canvas_rows(c) < VIEW_ROWS_MIN || canvas_cols(c) < VIEW_COLS_MIN) {
		y.height = end;
		return y;
	}
	y.title = 1;
	y.header = 2;
	y.first = 3;
	y.bar = --end;
	if (v->say[0] != '\0')
		y.say = --end;
	/* The block gives way, line by line and then whole, to the rows it is about. */
	if (end - y.first - tail < TABLE_LIST_MIN)
		tail = end - y.first - TABLE_LIST_MIN;
	if (tail >= 3) {
		y.tail_height = tail;
		y.tail = end -= tail;
	}
	y.height = end - y.first;
	return y;
}

void
view_say_draw(const struct viewer *v, struct canvas *c, int row)
{
	if (row >= 0 && v->say[0] != '\0')
		(void)canvas_printf(c, row, 1, canvas_cols(c) - 1, ROLE_TEXT_KEY, "%s", v->say);
}

void
view_rows_draw(
    const struct viewer *v, const struct view_rows *y, const struct list *l, struct canvas *c, const char *title)
{
	char place[80], n[32], of[32];
	int at;

	if (y->title < 0)
		return;
	view_status_line(v, c, 0, (struct view_follow){ .shown = false });
	at = view_frame(c, y->title, 0, canvas_cols(c), title);
	(void)snprintf(place, sizeof place, " %s of %s ", view_number(n, sizeof n, l->cursor + 1, 9),
	    view_number(of, sizeof of, l->count, 9));
	if (l->count > 0 && at + (int)strlen(place) + 2 < canvas_cols(c))
		(void)canvas_printf(
		    c, y->title, canvas_cols(c) - (int)strlen(place) - 1, 64, ROLE_TEXT_DIM, "%s", place);
	view_say_draw(v, c, y->say);
	view_key_bar(v, c, y->bar);
}

bool
view_move_of(enum view_action action, enum list_move *out)
{
	static const enum list_move moves[] = {
		[ACTION_UP] = LIST_UP,
		[ACTION_DOWN] = LIST_DOWN,
		[ACTION_PAGE_UP] = LIST_PAGE_UP,
		[ACTION_PAGE_DOWN] = LIST_PAGE_DOWN,
		[ACTION_HALF_UP] = LIST_HALF_UP,
		[ACTION_HALF_DOWN] = LIST_HALF_DOWN,
		[ACTION_HOME] = LIST_HOME,
		[ACTION_END] = LIST_END,
	};

	if (action < ACTION_UP || action > ACTION_END)
		return false;
	*out = moves[action];
	return true;
}

bool
view_list_move(struct list *l, enum view_action action)
{
	enum list_move m;

	if (!view_move_of(action, &m))
		return false;
	list_move(l, m);
	/* The last row of a table is no newest one to stay on. */
	l->follow = false;
	return true;
}

void
view_visit_open(struct viewer *v, struct view_visit *visit, uint64_t event_id)
{
	size_t index = store_event_index(v->store, event_id);
	const struct event *e = store_event_at(v->store, index);

	if (event_id == 0 || e == NULL || e->id != event_id) {
		viewer_say(v, "this failure is no longer kept: newer ones pushed it out");
		return;
	}
	*visit = (struct view_visit){ .id = v->event_id, .moved = v->moved, .open = true };
	v->event_id = event_id;
	viewer_push(v, &view_detail);
}

void
view_visit_end(struct viewer *v, struct view_visit *visit)
{
	if (!visit->open)
		return;
	v->event_id = visit->id;
	v->moved = visit->moved;
	visit->open = false;
}
