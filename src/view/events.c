/*
 * events - the list of failures that the filter means; its keys; see events_int.h.
 * One thing to know: follow sticks to the newest; whatever moves the cursor away switches it off, and with it off
 * nothing moves under the eye.
 */
#include <stdio.h>
#include <string.h>

#include "events_int.h"

/* Rows that one key may walk. */
enum { EVENTS_WALK = 100000 };

static const struct view_key events_keys[] = {
	VIEW_LIST_KEYS,
	{ ACTION_HOME, { UI_KEY_HOME }, "Home", "first row", NULL, NULL, 0, NULL, PART_MOVE },
	{ ACTION_END, { UI_KEY_END }, "End", "last row", NULL, NULL, 0, NULL, PART_MOVE },
	{ ACTION_OPEN, { UI_KEY_ENTER, '\n' }, "Enter", "explain: why it failed", "Enter", "explain", 150, NULL,
	    PART_MOVE },
	{ ACTION_NEWEST, { 'G' }, "G", "newest, and follow", "G", "newest", 200, NULL, PART_MOVE },
	{ ACTION_OLDEST, { 'g' }, "g", "oldest", NULL, NULL, 0, NULL, PART_MOVE },
	{ ACTION_FOLLOW, { 'A' }, "A", "follow the newest, on/off", "A", "follow", 70, NULL, PART_MOVE },
	{ ACTION_WORSE, { 'e' }, "e", "next 5xx, 6xx, silence", "e/E", "worse", 190, NULL, PART_MOVE },
	{ ACTION_WORSE_BACK, { 'E' }, "E", "previous 5xx, 6xx, ---", NULL, NULL, 0, NULL, PART_MOVE },
	{ ACTION_NEXT, { 'n' }, "n", "next of its signature", "n/N", "same", 65, NULL, PART_MOVE },
	{ ACTION_PREVIOUS, { 'N' }, "N", "previous of its signature", NULL, NULL, 0, NULL, PART_MOVE },
	{ ACTION_FIELD_NEXT, { UI_KEY_TAB }, "Tab", "the page of it", "Tab", "page", 95, NULL, PART_MOVE },
	{ ACTION_FIELD_PREVIOUS, { UI_KEY_STAB }, "S-Tab", NULL, NULL, NULL, 0, NULL, PART_MOVE },
	{ ACTION_FILTER, { '/', UI_KEY_F3, '\\' }, "/ F3 \\", "filter while typing", "/", "Filter", 185, "F3",
	    PART_NARROW },
	{ ACTION_FILTER_FORM, { UI_KEY_F7, 'f' }, "F7 f", "filter as a form", NULL, "Build", 0, "F7", PART_NARROW },
	{ ACTION_WITH, { '=' }, "=", "only this value", "=/!", "with/without", 80, NULL, PART_NARROW },
	{ ACTION_WITHOUT, { '!' }, "!", "without this value", NULL, NULL, 0, NULL, PART_NARROW },
	{ ACTION_LEFT, { UI_KEY_LEFT, 'h' }, "Left h", "column on the left", NULL, NULL, 0, NULL, PART_NARROW },
	{ ACTION_RIGHT, { UI_KEY_RIGHT, 'l' }, "Right l", "column on the right", NULL, NULL, 0, NULL, PART_NARROW },
	{ ACTION_GROUP_BY, { 'b' }, "b", "in groups", "b", "group", 180, NULL, PART_LOOK },
	{ ACTION_SORT_PREVIOUS, { '<' }, "<", "sort by the column before", "<>z", "sort", 60, NULL, PART_LOOK },
	{ ACTION_SORT_NEXT, { '>' }, ">", "sort by the column after", NULL, NULL, 0, NULL, PART_LOOK },
	{ ACTION_SORT_TURN, { 'z' }, "z", "turn the order round", NULL, NULL, 0, NULL, PART_LOOK },
	{ ACTION_COLUMNS, { UI_KEY_F10, 't' }, "F10 t", "columns", NULL, "Cols", 0, "F10", PART_LOOK },
	{ ACTION_COLOR_BY, { 'c' }, "c", "colour by peer, by call", NULL, NULL, 0, NULL, PART_LOOK },
	{ ACTION_SPLIT, { 'v' }, "v", "detail beside, 132+ cols", "v", "detail", 90, NULL, PART_LOOK },
	{ ACTION_PANE_WIDER, { '9' }, "9", "detail wider", "9 0", "pane", 85, NULL, PART_LOOK },
	{ ACTION_PANE_NARROWER, { '0' }, "0", "detail narrower", NULL, NULL, 0, NULL, PART_LOOK },
	{ ACTION_RAW, { UI_KEY_F6, 'r' }, "F6 r", "the message itself", "r", "Raw", 89, "F6", PART_DO },
	{ ACTION_LADDER, { UI_KEY_F4, 'x' }, "F4 x", "ladder of its messages", "x", "Flow", 88, "F4", PART_DO },
	{ ACTION_DIFF, { 'D' }, "D", "diff: marks or good call", "D", "diff", 75, NULL, PART_DO },
	{ ACTION_MARK, { ' ' }, "Space", "mark, and a row down", NULL, NULL, 0, NULL, PART_DO },
	{ ACTION_COPY, { 'y' }, "y", "copy the line", "y", "copy", 178, NULL, PART_DO },
	{ ACTION_EVIDENCE, { 'Y' }, "Y", "save its evidence", NULL, NULL, 0, NULL, PART_DO },
	{ ACTION_SAVE, { 's', UI_KEY_F2 }, "s F2", "save marked, else shown", "s", "Save", 55, "F2", PART_DO },
	{ ACTION_ACK, { 'd' }, "d", "its signature: seen", NULL, NULL, 0, NULL, PART_DO },
	{ ACTION_MUTE, { 'm' }, "m", "mute its signature, on/off", NULL, NULL, 0, NULL, PART_DO },
	{ ACTION_CLEAR, { UI_KEY_F5 }, "F5", "clear all so far; asks", NULL, "Clear", 0, "F5", PART_DO },
	{ ACTION_CLEAR_SOFT, { UI_KEY_F9 }, "F9", "hide all but those shown", NULL, "Hide", VIEW_KEY_FIRST_TO_GO,
	    "F9", PART_DO },
	{ ACTION_UNDO, { 'U' }, "U", "undo F5, F9 for a minute", NULL, NULL, 0, NULL, PART_DO },
	{ ACTION_BACK, { UI_KEY_ESC }, "Esc", "drop marks, filter; back", NULL, NULL, 0, NULL, PART_MOVE },
	{ ACTION_QUIT, { 'q' }, "q", "back", "q", "Back", 255, "q", PART_MOVE },
};

static void
events_open(struct viewer *v, void *state)
{
	struct events *s = state;

	s->column = EVENTS_CODE;
	s->follow = true;
	s->no_split = false;
	(void)v;
}

static void
events_close(struct viewer *v, void *state)
{
	struct events *s = state;

	v->opened.on = false;
	events_empty_free(&s->empty);
}

/* From now on newer ones are counted as new. */
static void
events_unfollow(struct viewer *v, struct events *s)
{
	size_t n = store_event_count(v->store);

	if (s->follow)
		s->fresh_id = n > 0 ? store_event_at(v->store, n - 1)->id : 0;
	s->follow = false;
}

static void
events_to(struct viewer *v, struct events *s, size_t row)
{
	const struct event *e = sift_at(v->sift, row);

	if (e == NULL)
		return;
	events_unfollow(v, s);
	v->event_id = e->id;
	if (row < s->top)
		s->top = row;
	else if (row >= s->top + s->height)
		s->top = row - s->height + 1;
	s->above = row - s->top;
}

/* The newest stays under the cursor as it changes. */
static void
events_newest(struct viewer *v, struct events *s)
{
	uint64_t newest = 0;

	s->follow = true;
	if (v->order == SIFT_TIME)
		return;
	for (size_t i = store_event_count(v->store), walked = 0; i > 0 && newest == 0 && walked < EVENTS_WALK;
	     i--, walked++) {
		const struct event *e = store_event_at(v->store, i - 1);

		if (sift_row(v->sift, e->id) < sift_count(v->sift))
			newest = e->id;
	}
	v->event_id = newest;
}

/* Row of the oldest: in an order that is not of time the one that the store has first. */
static size_t
events_oldest(const struct viewer *v)
{
	size_t n = sift_count(v->sift);

	if (v->order == SIFT_TIME)
		return v->ascending || n == 0 ? 0 : n - 1;
	for (size_t i = 0; i < store_event_count(v->store) && i < EVENTS_WALK; i++) {
		size_t row = sift_row(v->sift, store_event_at(v->store, i)->id);

		if (row < n)
			return row;
	}
	return 0;
}

static bool
events_move(struct viewer *v, struct events *s, enum view_action action)
{
	size_t n = sift_count(v->sift), row = s->top + s->above, page = s->height > 1 ? s->height - 1 : 1, by;
	enum list_move m;

	if (!view_move_of(action, &m))
		return false;
	by = m == LIST_UP || m == LIST_DOWN ? 1 : m == LIST_PAGE_UP || m == LIST_PAGE_DOWN ? page : s->height / 2;
	by = by > 0 ? by : 1;
	if (n == 0)
		return true;
	if (m == LIST_UP || m == LIST_PAGE_UP || m == LIST_HALF_UP)
		row = row > by ? row - by : 0;
	else if (m == LIST_DOWN || m == LIST_PAGE_DOWN || m == LIST_HALF_DOWN)
		row = row + by < n ? row + by : n - 1;
	else
		row = m == LIST_HOME ? 0 : n - 1;
	events_to(v, s, row);
	return true;
}

static bool
events_is_worse(const struct viewer *v, const struct event *e, uint64_t key)
{
	(void)v;
	(void)key;
	return !e->recovered && (e->code >= 500 || e->code == 0);
}

static bool
events_is_same(const struct viewer *v, const struct event *e, uint64_t key)
{
	return store_group_key(v->store, e) == key;
}

/* Walk to the next row that `is`, down the screen or up. */
static void
events_walk(struct viewer *v, struct events *s, bool down,
    bool (*is)(const struct viewer *, const struct event *, uint64_t), const char *what)
{
	const struct event *e = events_current(v);
	uint64_t key = e != NULL ? store_group_key(v->store, e) : 0;
	size_t n = sift_count(v->sift), row = s->top + s->above;
	char text[96];

	for (size_t walked = 0; e != NULL && walked < EVENTS_WALK; walked++) {
		const struct event *other;

		if (down ? row + 1 >= n : row == 0)
			break;
		row = down ? row + 1 : row - 1;
		other = sift_at(v->sift, row);
		if (other != NULL && is(v, other, key)) {
			events_to(v, s, row);
			return;
		}
	}
	(void)snprintf(text, sizeof text, "no %s %s this one", what, down ? "below" : "above");
	viewer_say(v, text);
}

/* Columns that can be chosen, or sorted by: the next one in the layout from `column` on. */
static size_t
events_next_column(const struct viewer *v, size_t column, bool right, bool to_sort)
{
	struct view_layout l;
	size_t at = 0;

	events_layout(v, VIEW_LAYOUTS - 1, &l);
	while (at < l.n && l.column[at] != column)
		at++;
	at = at < l.n ? at : 0;
	for (size_t i = 0; i < l.n; i++) {
		const struct events_column_info *info;

		at = right ? (at + 1) % l.n : (at + l.n - 1) % l.n;
		info = events_column(l.column[at]);
		if (to_sort ? info->order != SIFT_ORDER_N : info->field != NULL)
			return l.column[at];
	}
	return column;
}

static void
events_choose(struct viewer *v, struct events *s, bool right)
{
	const struct event *e = events_current(v);
	char text[FILTER_VALUE_MAX + 96], value[FILTER_VALUE_MAX] = "";
	const struct filter_field *f;

	if (s->chosen)
		s->column = events_next_column(v, s->column, right, false);
	s->chosen = true;
	f = filter_field_find(slice_str(events_column(s->column)->field));
	if (e != NULL && f != NULL)
		(void)filter_value(f, e, &v->filter_env, value, sizeof value);
	(void)snprintf(text, sizeof text, "column %s: = only %.60s, ! all but that", events_column(s->column)->name,
	    value[0] != '\0' ? value : "-");
	viewer_say(v, text);
}

/* This row's value of the chosen column, or its opposite, as one more term. */
static void
events_with(struct viewer *v, const struct events *s, bool negate)
{
	const struct event *e = events_current(v);
	const struct filter_field *f = filter_field_find(slice_str(events_column(s->column)->field));
	char value[FILTER_VALUE_MAX], term[FILTER_VALUE_MAX + 64];
	size_t n;

	if (e == NULL || f == NULL)
		return;
	n = filter_value(f, e, &v->filter_env, value, sizeof value);
	if (n == 0)
		n = (size_t)snprintf(value, sizeof value, "-");
	if (filter_term_put(term, sizeof term, negate, f->name, (struct slice){ value, n }) == 0) {
		viewer_say(v, "this value is too long for a filter");
		return;
	}
	lens_narrow(v, term);
}

static void
events_sort(struct viewer *v, struct events *s, enum sift_order order, bool ascending)
{
	char text[64];

	v->order = order;
	v->ascending = ascending;
	sift_set(v->sift, v->filter, v->order, !v->ascending);
	/* Who was on no row of choice sees what is first in the new order. */
	if (s->follow && order != SIFT_TIME)
		v->event_id = 0;
	if (order != SIFT_TIME)
		events_unfollow(v, s);
	s->above = 0;
	(void)snprintf(text, sizeof text, "sorted by %s", "time");
	for (size_t i = 0; i < EVENTS_COLUMNS; i++)
		if (events_column(i)->order == order)
			(void)snprintf(text, sizeof text, "sorted by %s, %s first; z turns", events_column(i)->name,
			    order == SIFT_TIME ? ascending ? "oldest" : "newest"
				: ascending    ? "smallest"
					       : "largest");
	viewer_say(v, text);
}

static void
events_sort_next(struct viewer *v, struct events *s, bool right)
{
	size_t column = EVENTS_TIME;

	for (size_t i = 0; i < EVENTS_COLUMNS; i++)
		if (events_column(i)->order == v->order)
			column = i;
	column = events_next_column(v, column, right, true);
	events_sort(v, s, events_column(column)->order, false);
}

static void
events_mark(struct viewer *v, struct events *s)
{
	const struct event *e = events_current(v);

	if (e == NULL)
		return;
	lens_mark(v, e->id, !lens_is_marked(v, e->id));
	if (s->top + s->above + 1 < sift_count(v->sift))
		events_to(v, s, s->top + s->above + 1);
}

static void
events_ask_clear(struct viewer *v, struct events *s)
{
	char text[96], n[32];

	if (events_kept(v) == 0) {
		viewer_say(v, "there is nothing to clear");
		return;
	}
	(void)snprintf(text, sizeof text, "Clear all %s failures so far from the list?  y yes, any other key no",
	    view_number(n, sizeof n, events_kept(v), 11));
	viewer_say(v, text);
	s->asking = true;
}

static bool
events_raw_key(struct viewer *v, void *state, uint32_t key)
{
	struct events *s = state;

	if (!s->asking)
		return false;
	s->asking = false;
	if (key == UI_CTRL('c'))
		return false;
	if (key == 'y' || key == 'Y')
		lens_hide(v, false);
	else
		viewer_say(v, "nothing was cleared");
	return true;
}

static enum command
events_group(struct viewer *v, bool mute)
{
	const struct event *e = events_current(v);
	struct store_group g;

	if (e == NULL)
		return COMMAND_NONE;
	v->request.id = store_group_key(v->store, e);
	if (!store_group_find(v->store, v->request.id, &g)) {
		viewer_say(v, "its signature is no longer kept");
		return COMMAND_NONE;
	}
	if (!mute) {
		viewer_say(v, "seen: out of the way in the groups until it comes again");
		return COMMAND_GROUP_ACK;
	}
	viewer_say(v, g.muted ? "its signature is muted no more" : "its signature is muted");
	return g.muted ? COMMAND_GROUP_UNMUTE : COMMAND_GROUP_MUTE;
}

static enum command
events_copy(struct viewer *v)
{
	const struct event *e = events_current(v);

	if (e == NULL)
		return COMMAND_NONE;
	v->request.body = slice_str(events_line(e, v->request_text, sizeof v->request_text));
	return COMMAND_COPY;
}

static enum command
events_evidence(struct viewer *v)
{
	const struct event *e = events_current(v);

	if (e == NULL)
		return COMMAND_NONE;
	v->save_ids[0] = e->id;
	v->request = (struct view_request){ .save = VIEW_SAVE_EVIDENCE, .path = "", .ids = v->save_ids, .n_ids = 1 };
	return COMMAND_SAVE;
}

/* Up one level, where the filter is what it was. */
static void
events_leave(struct viewer *v)
{
	lens_close(v);
	viewer_pop(v);
}

/* Esc: what was put on comes off, last the screen. */
static void
events_back(struct viewer *v)
{
	struct errmsg em;

	if (v->n_marks > 0) {
		v->n_marks = 0;
		viewer_say(v, "marks dropped");
	} else if (v->filter != NULL && !lens_opened(v)) {
		(void)lens_filter(v, v->opened.on ? v->opened.text : "", &em, NULL);
		viewer_say(v, v->opened.on ? "filter as it was opened" : "filter dropped");
	} else {
		events_leave(v);
	}
}

static void
events_show(struct viewer *v, struct events *s, const struct view_ops *ops)
{
	const struct event *e = events_current(v);

	if (e == NULL && !(ops == &view_diff && v->n_marks > 1)) {
		viewer_say(v, "no failure to open yet");
		return;
	}
	if (s->follow && ops != &view_detail)
		events_unfollow(v, s);
	v->message = 0;
	viewer_push(v, ops);
}

static void
events_tab(struct viewer *v, struct events *s)
{
	if (sift_count(v->sift) == 0 && events_empty_take(v, &s->empty))
		return;
	if (sift_count(v->sift) == 0)
		return;
	events_show(v, s, &view_detail);
}

static void
events_save(struct viewer *v)
{
	if (sift_count(v->sift) == 0)
		viewer_say(v, "there is nothing to save");
	else
		viewer_push(v, &view_save_form);
}

/* What goes on in the list itself. */
static void
events_look(struct viewer *v, struct events *s, enum view_action action)
{
	switch (action) {
	case ACTION_NEWEST:
		events_newest(v, s);
		break;
	case ACTION_OLDEST:
		events_to(v, s, events_oldest(v));
		break;
	case ACTION_FOLLOW:
		if (s->follow)
			events_unfollow(v, s);
		else
			events_newest(v, s);
		break;
	case ACTION_WORSE:
	case ACTION_WORSE_BACK:
		events_walk(v, s, action == ACTION_WORSE, events_is_worse, "5xx, 6xx or silence");
		break;
	case ACTION_NEXT:
	case ACTION_PREVIOUS:
		events_walk(v, s, action == ACTION_NEXT, events_is_same, "other of its signature");
		break;
	case ACTION_LEFT:
	case ACTION_RIGHT:
		events_choose(v, s, action == ACTION_RIGHT);
		break;
	case ACTION_WITH:
	case ACTION_WITHOUT:
		events_with(v, s, action == ACTION_WITHOUT);
		break;
	case ACTION_SORT_PREVIOUS:
	case ACTION_SORT_NEXT:
		events_sort_next(v, s, action == ACTION_SORT_NEXT);
		break;
	case ACTION_SORT_TURN:
		events_sort(v, s, v->order, !v->ascending);
		break;
	case ACTION_SPLIT:
		s->no_split = !s->no_split;
		break;
	case ACTION_PANE_WIDER:
		s->pane += 2;
		break;
	case ACTION_PANE_NARROWER:
		s->pane -= 2;
		break;
	case ACTION_MARK:
		events_mark(v, s);
		break;
	case ACTION_COLOR_BY:
		v->color_by = (uint8_t)((v->color_by + 1) % 3);
		viewer_say(v,
		    v->color_by == 0       ? "colour: class of the code"
			: v->color_by == 1 ? "colour: one for each peer"
					   : "colour: one for each call");
		break;
	default:
		break;
	}
}

static enum command
events_key(struct viewer *v, void *state, enum view_action action)
{
	struct events *s = state;

	/* Keys may be quicker than the first frame, which puts the cursor. */
	if (events_current(v) == NULL) {
		(void)sift_step(v->sift, VIEWER_SIFT);
		events_sync(v, s, s->height);
	}
	if (events_move(v, s, action))
		return COMMAND_NONE;
	switch (action) {
	case ACTION_OPEN:
		events_show(v, s, &view_detail);
		break;
	case ACTION_RAW:
		events_show(v, s, &view_raw);
		break;
	case ACTION_LADDER:
		events_show(v, s, &view_ladder);
		break;
	case ACTION_DIFF:
		events_show(v, s, &view_diff);
		break;
	case ACTION_FIELD_NEXT:
	case ACTION_FIELD_PREVIOUS:
		events_tab(v, s);
		break;
	case ACTION_FILTER:
		prompt_open(v, PROMPT_FILTER, v->filter_text);
		break;
	case ACTION_FILTER_FORM:
		viewer_push(v, &view_filter_form);
		break;
	case ACTION_COLUMNS:
		viewer_push(v, &view_columns);
		break;
	case ACTION_GROUP_BY:
		viewer_go(v, &view_groups);
		break;
	case ACTION_COPY:
		return events_copy(v);
	case ACTION_EVIDENCE:
		return events_evidence(v);
	case ACTION_SAVE:
		events_save(v);
		break;
	case ACTION_ACK:
	case ACTION_MUTE:
		return events_group(v, action == ACTION_MUTE);
	case ACTION_CLEAR:
		events_ask_clear(v, s);
		break;
	case ACTION_CLEAR_SOFT:
		lens_hide(v, true);
		break;
	case ACTION_UNDO:
		(void)lens_unhide(v);
		break;
	case ACTION_BACK:
		events_back(v);
		break;
	case ACTION_QUIT:
		events_leave(v);
		break;
	default:
		events_look(v, s, action);
	}
	return COMMAND_NONE;
}

/* The row as it was drawn, which newer ones may have moved since. */
static bool
events_click(struct viewer *v, void *state, int row, int col)
{
	struct events *s = state;
	size_t at = (size_t)(row - s->drawn_first);

	if (row < s->drawn_first || at >= s->n_drawn || col >= s->drawn_width)
		return false;
	at = sift_row(v->sift, s->drawn[at]);
	events_to(v, s, at);
	return sift_at(v->sift, at) != NULL;
}

static void
events_header_click(struct viewer *v, void *state, uint8_t column)
{
	enum sift_order order = events_column(column)->order;

	events_sort(v, state, order, order == v->order && !v->ascending);
}

const struct view_ops view_events = {
	.name = "events",
	.title = "Events",
	.keys = events_keys,
	.n_keys = sizeof events_keys / sizeof events_keys[0],
	.state_size = sizeof(struct events),
	.popup = false,
	.open = events_open,
	.draw = events_draw,
	.key = events_key,
	.raw_key = events_raw_key,
	.close = events_close,
	.click = events_click,
	.sort = events_header_click,
};
