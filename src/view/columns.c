/*
 * columns - the chooser of the columns of the events; see view_int.h.
 * One thing to know: it works on a copy that is in force while the box is open, so that the list behind shows what each
 * key does; Esc puts back what was there.
 */
#include <stdio.h>
#include <string.h>

#include "events_int.h"

enum { COLUMNS_LEFT = 38, COLUMNS_RIGHT = 35, COLUMNS_ROWS = 12, COLUMNS_TEXT = 400 };

/* row: columns in the order shown, those that are hidden behind the others.  cols: of the screen when it was drawn. */
struct columns {
	size_t which, cursor, top;
	bool known;
	struct view_layout before, l;
	uint8_t hidden_width[EVENTS_COLUMNS];
};

static const struct view_key columns_keys[] = {
	{ ACTION_UP, { UI_KEY_UP, 'k' }, "Up k", "one row up", NULL, NULL, 0, NULL, PART_MOVE },
	{ ACTION_DOWN, { UI_KEY_DOWN, 'j' }, "Down j", "one row down", NULL, NULL, 0, NULL, PART_MOVE },
	{ ACTION_MARK, { ' ' }, "Space", "show or hide", "Space", "Show/hide", 120, "Space", PART_DO },
	{ ACTION_WINDOW_SHORTER, { '-' }, "-", "move up", "- +", "move", 110, NULL, PART_DO },
	{ ACTION_WINDOW_LONGER, { '+' }, "+", "move down", NULL, NULL, 0, NULL, PART_DO },
	{ ACTION_LEFT, { UI_KEY_LEFT, 'h' }, "Left h", "narrower", NULL, NULL, 0, NULL, PART_DO },
	{ ACTION_RIGHT, { UI_KEY_RIGHT, 'l' }, "Right l", "wider", NULL, NULL, 0, NULL, PART_DO },
	{ ACTION_SORT_PREVIOUS, { '<' }, "<", "make it the sort column", "<", "sort by it", 90, NULL, PART_DO },
	{ ACTION_UNDO, { 'r' }, "r", "back to the default", "r", "default", 80, NULL, PART_DO },
	{ ACTION_SAVE, { 's' }, "s", "save for this width", "s", "Save", 100, "F2", PART_DO },
	{ ACTION_OPEN, { UI_KEY_ENTER, '\n' }, "Enter", "use", "Enter", "Use", 130, "Enter", PART_DO },
	{ ACTION_BACK, { UI_KEY_ESC, 'q' }, "Esc q", "undo", "Esc", "Undo", 255, "Esc", PART_MOVE },
};

static void
columns_open(struct viewer *v, void *state)
{
	struct columns *s = state;

	(void)v;
	s->cursor = 1;
}

/* What the list shows now; the width is known when it is drawn. */
static void
columns_begin(struct viewer *v, struct columns *s, const struct canvas *c)
{
	if (s->known)
		return;
	s->known = true;
	s->which = events_layout_of(canvas_cols(c));
	s->before = v->layout[s->which];
	events_layout(v, s->which, &s->l);
	for (size_t i = 0; i < EVENTS_COLUMNS; i++)
		s->hidden_width[i] = events_column(i)->width;
}

/* The column of a row: those shown in their order, then the others. */
static size_t
columns_at(const struct columns *s, size_t row)
{
	size_t at = s->l.n;

	if (row < s->l.n)
		return s->l.column[row];
	for (size_t i = 0; i < EVENTS_COLUMNS; i++) {
		bool shown = false;

		for (size_t k = 0; k < s->l.n; k++)
			shown |= s->l.column[k] == i;
		if (!shown && at++ == row)
			return i;
	}
	return EVENTS_COLUMNS;
}

static void
columns_row_draw(const struct columns *s, struct canvas *c, struct ui_rect at, size_t row, int line)
{
	size_t column = columns_at(s, row);
	const struct events_column_info *info = events_column(column);
	bool shown = row < s->l.n;
	enum ui_role role = row == s->cursor ? ROLE_LIST_CURSOR : shown ? ROLE_POPUP : ROLE_TEXT_DIM;
	const char *note = column == EVENTS_TIME             ? "w: form"
	    : column == EVENTS_CODE || column == EVENTS_PEER ? "never hidden"
	    : info->wish > info->width                       ? "elastic"
							     : "";

	canvas_fill(c, line, at.col, COLUMNS_LEFT, role, ' ');
	(void)canvas_printf(c, line, at.col + 1, COLUMNS_LEFT - 1, role, "[%c] %-9s %2u   %s", shown ? 'x' : ' ',
	    info->name, shown ? s->l.width[row] : s->hidden_width[column], note);
}

static void
columns_help_draw(struct canvas *c, struct ui_rect at, int col)
{
	static const char *const lines[COLUMNS_ROWS] = { "Space  show / hide", "- +    move up / down",
		"left right  narrower / wider", "<      make it the sort column", "r      back to the default", "",
		"s      save for this width", "Enter  use    Esc  undo", "", "A hidden column can still",
		"be filtered on: ua~yealink", "" };

	for (int i = 0; i < at.rows && i < COLUMNS_ROWS; i++)
		(void)canvas_printf(c, at.row + i, col, at.col + at.cols - col, ROLE_POPUP, "%s", lines[i]);
}

static void
columns_draw(struct viewer *v, void *state, struct canvas *c)
{
	struct columns *s = state;
	struct ui_rect box, in;
	int wall;
	char title[64], more[32];

	columns_begin(v, s, c);
	box = box_centre(c, COLUMNS_ROWS, COLUMNS_LEFT + 1 + COLUMNS_RIGHT);
	box_draw(c, box, "Columns of the event list", true, &in);
	if (in.rows <= 0 || in.cols <= 0)
		return;
	if (s->cursor < s->top)
		s->top = s->cursor;
	if (s->cursor >= s->top + (size_t)in.rows)
		s->top = s->cursor - (size_t)in.rows + 1;
	for (int i = 0; i < in.rows && s->top + (size_t)i < EVENTS_COLUMNS; i++)
		columns_row_draw(s, c, in, s->top + (size_t)i, in.row + i);
	if (s->top + (size_t)in.rows < EVENTS_COLUMNS && box.rows > 2) {
		(void)snprintf(more, sizeof more, " %zu more below ", EVENTS_COLUMNS - s->top - (size_t)in.rows);
		(void)canvas_printf(c, box.row + box.rows - 1, box.col + 2, 20, ROLE_POPUP_TITLE, "%s", more);
	}
	wall = in.col + COLUMNS_LEFT;
	if (in.cols < COLUMNS_LEFT + COLUMNS_RIGHT) {
		view_key_bar(v, c, canvas_rows(c) - 1);
		return;
	}
	for (int row = box.row; row < box.row + box.rows; row++)
		canvas_fill(c, row, wall, 1, ROLE_FRAME_FOCUS,
		    row == box.row                      ? 0x252c
			: row == box.row + box.rows - 1 ? 0x2534
							: 0x2502);
	(void)snprintf(title, sizeof title, " row now: %d of %d cells ", events_layout_cells(&s->l), canvas_cols(c));
	(void)canvas_printf(c, box.row, wall + 2, COLUMNS_RIGHT - 2, ROLE_POPUP_TITLE, "%s", title);
	for (int i = 0; i < in.rows; i++)
		canvas_fill(c, in.row + i, wall + 1, in.col + in.cols - wall - 1, ROLE_POPUP, ' ');
	columns_help_draw(c, in, wall + 2);
	view_key_bar(v, c, canvas_rows(c) - 1);
}

static void
columns_use(struct viewer *v, const struct columns *s)
{
	v->layout[s->which] = s->l;
}

static void
columns_toggle(struct viewer *v, struct columns *s)
{
	size_t column = columns_at(s, s->cursor);

	if (s->cursor >= s->l.n) {
		if (s->l.n == VIEW_LAYOUT_COLUMNS)
			return;
		s->l.column[s->l.n] = (uint8_t)column;
		s->l.width[s->l.n] = s->hidden_width[column];
		s->cursor = s->l.n++;
		return;
	}
	if (events_column(column)->keep == UINT8_MAX) {
		viewer_say(v, "time, code, reason and peer are never hidden");
		return;
	}
	s->hidden_width[column] = s->l.width[s->cursor];
	for (size_t i = s->cursor; i + 1 < s->l.n; i++) {
		s->l.column[i] = s->l.column[i + 1];
		s->l.width[i] = s->l.width[i + 1];
	}
	s->l.n--;
}

/* The margin stays where it is. */
static void
columns_move(struct columns *s, bool down)
{
	size_t to = down ? s->cursor + 1 : s->cursor - 1;
	uint8_t column, width;

	if (s->cursor == 0 || s->cursor >= s->l.n || to == 0 || to >= s->l.n)
		return;
	column = s->l.column[to];
	width = s->l.width[to];
	s->l.column[to] = s->l.column[s->cursor];
	s->l.width[to] = s->l.width[s->cursor];
	s->l.column[s->cursor] = column;
	s->l.width[s->cursor] = width;
	s->cursor = to;
}

static void
columns_width(struct columns *s, int by)
{
	int width;

	if (s->cursor >= s->l.n || s->l.column[s->cursor] == EVENTS_MARK)
		return;
	width = s->l.width[s->cursor] + by;
	s->l.width[s->cursor] = (uint8_t)(width < 2 ? 2 : width > 99 ? 99 : width);
}

static void
columns_sort(struct viewer *v, const struct columns *s)
{
	const struct events_column_info *info = events_column(columns_at(s, s->cursor));

	if (info->order == SIFT_ORDER_N) {
		viewer_say(v, "the list can't be sorted by this column");
		return;
	}
	v->order = info->order;
	v->ascending = false;
	sift_set(v->sift, v->filter, v->order, true);
}

static enum command
columns_save(struct viewer *v, const struct columns *s)
{
	char text[COLUMNS_TEXT];

	columns_use(v, s);
	(void)snprintf(v->request_text, sizeof v->request_text, "events.%d = %s", events_layout_from(s->which),
	    events_layout_text(&s->l, text, sizeof text));
	v->request.text = "columns";
	v->request.body = slice_str(v->request_text);
	return COMMAND_SET;
}

static enum command
columns_key(struct viewer *v, void *state, enum view_action action)
{
	struct columns *s = state;

	if (!s->known && action != ACTION_BACK)
		return COMMAND_NONE;
	switch (action) {
	case ACTION_UP:
		s->cursor -= s->cursor > 0 ? 1 : 0;
		return COMMAND_NONE;
	case ACTION_DOWN:
		s->cursor += s->cursor + 1 < EVENTS_COLUMNS ? 1 : 0;
		return COMMAND_NONE;
	case ACTION_MARK:
		columns_toggle(v, s);
		break;
	case ACTION_WINDOW_SHORTER:
	case ACTION_WINDOW_LONGER:
		columns_move(s, action == ACTION_WINDOW_LONGER);
		break;
	case ACTION_LEFT:
	case ACTION_RIGHT:
		columns_width(s, action == ACTION_RIGHT ? 1 : -1);
		break;
	case ACTION_SORT_PREVIOUS:
		columns_sort(v, s);
		return COMMAND_NONE;
	case ACTION_UNDO:
		events_layout_shipped(s->which, &s->l);
		s->cursor = s->cursor < EVENTS_COLUMNS ? s->cursor : 0;
		break;
	case ACTION_SAVE:
		return columns_save(v, s);
	case ACTION_OPEN:
		columns_use(v, s);
		viewer_pop(v);
		return COMMAND_NONE;
	default:
		if (s->known)
			v->layout[s->which] = s->before;
		viewer_pop(v);
		return COMMAND_NONE;
	}
	columns_use(v, s);
	return COMMAND_NONE;
}

const struct view_ops view_columns = {
	.name = "columns",
	.title = "Columns",
	.keys = columns_keys,
	.n_keys = sizeof columns_keys / sizeof columns_keys[0],
	.state_size = sizeof(struct columns),
	.popup = true,
	.open = columns_open,
	.draw = columns_draw,
	.key = columns_key,
};
