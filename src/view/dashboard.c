/*
 * dashboard - the first screen: figures above, the live list of failures below.
 * One thing to know: the cursor is an event's id (viewer.event_id); indexes move when old events are pushed out,
 * so each draw looks the id up again and lets the window move along, and nothing jumps under the eye.
 */
#include <stdio.h>
#include <string.h>

#include "view_int.h"

/* fresh_id: the newest event when follow was switched off; what came after it is "new". */
struct dashboard {
	struct list list;
	uint64_t fresh_id;
};

/* How the rows of a canvas are given away.  head: of what goes on, else of what fails most. */
struct dashboard_layout {
	bool trouble, with_zero, hint, figures;
	int head, classes, tops, list;
};

enum {
	DASHBOARD_TOPS_MAX = 8,
	DASHBOARD_TOPS_MIN = 1,
	DASHBOARD_LIST_MIN = 5,
	DASHBOARD_BECAUSE_ROWS = 22,
	DASHBOARD_FIGURES_ROWS = 20,
	DASHBOARD_BOTH_ROWS = 30
};
/* Below this size the small layout is drawn. */
enum { DASHBOARD_SMALL_COLS = 80, DASHBOARD_SMALL_ROWS = 16, DASHBOARD_WHY_ROWS = 10 };

static const struct view_key dashboard_keys[] = {
	VIEW_LIST_KEYS,
	{ ACTION_HOME, { UI_KEY_HOME, 'g' }, "Home g", "oldest failure", NULL, NULL, 0 },
	{ ACTION_OPEN, { UI_KEY_ENTER, '\n' }, "Enter", "explain: why it failed", "Enter", "Explain", 200 },
	VIEW_WINDOW_KEYS(70),
	{ ACTION_END, { UI_KEY_END, 'G' }, "End G", "newest, and follow", "G", "Newest", 80 },
	{ ACTION_FOLLOW, { 'A' }, "A", "follow the newest, on/off", "A", "Follow", 120 },
	{ ACTION_WORSE, { 'e' }, "e", "next 5xx, 6xx, silence", "e/E", "Next 5xx 6xx ---", 60 },
	{ ACTION_WORSE_BACK, { 'E' }, "E", "previous 5xx, 6xx, ---", NULL, NULL, 0 },
	{ ACTION_BACK, { UI_KEY_ESC }, "Esc", NULL, NULL, NULL, 0 },
	{ ACTION_QUIT, { 'q' }, "q", "quit", "q", "Quit", 255 },
};

static void
dashboard_open(struct viewer *v, void *state)
{
	struct dashboard *d = state;

	(void)v;
	d->list.follow = true;
}

static uint64_t
dashboard_newest_id(const struct store *s)
{
	size_t n = store_event_count(s);
	const struct event *e = n > 0 ? store_event_at(s, n - 1) : NULL;

	return e != NULL ? e->id : 0;
}

static void
dashboard_remember(struct viewer *v, const struct dashboard *d)
{
	const struct event *e = store_event_at(v->store, d->list.cursor);

	v->event_id = e != NULL && d->list.count > 0 ? e->id : 0;
}

/* Follow goes off: from now on newer events are counted as new. */
static void
dashboard_unfollow(struct viewer *v, struct dashboard *d)
{
	if (d->list.follow)
		d->fresh_id = dashboard_newest_id(v->store);
	d->list.follow = false;
}

/* Bring cursor and window to where the cursor's event is now. */
static void
dashboard_sync(struct viewer *v, struct dashboard *d, int height)
{
	struct list *l = &d->list;
	size_t count = store_event_count(v->store);
	size_t index = v->event_id != 0 ? store_event_index(v->store, v->event_id) : count;

	if (v->moved)
		dashboard_unfollow(v, d);
	v->moved = false;
	if (index < count) {
		size_t above = l->cursor >= l->top ? l->cursor - l->top : 0;

		l->cursor = index;
		l->top = index > above ? index - above : 0;
	}
	list_set(l, count, (size_t)(height > 0 ? height : 0));
	dashboard_remember(v, d);
}

static struct view_follow
dashboard_follow(const struct viewer *v, const struct dashboard *d)
{
	struct view_follow f = { .shown = true, .follow = d->list.follow };
	size_t index;

	if (f.follow || d->list.count == 0)
		return f;
	index = d->fresh_id != 0 ? store_event_index(v->store, d->fresh_id) : 0;
	if (index < d->list.count)
		f.fresh = d->list.count - 1 - index;
	return f;
}

static struct dashboard_layout
dashboard_layout(const struct viewer *v, const struct canvas *c)
{
	struct dashboard_layout y = { .with_zero = canvas_rows(c) >= 30 };
	char trouble[320];
	int rows = canvas_rows(c), spare;

	y.trouble = view_trouble(v->store, trouble, sizeof trouble);
	y.hint = !dashboard_list_has_meaning(c) || v->say[0] != '\0';
	y.classes = overview_class_rows(v->store, y.with_zero);
	y.figures = rows >= DASHBOARD_FIGURES_ROWS;
	y.head = incidents_rows(v->store, c);
	if (y.head == 0)
		y.head = rows >= DASHBOARD_BECAUSE_ROWS ? 2 : 1;
	else
		y.head += rows >= DASHBOARD_BOTH_ROWS;
	/* First line, head, trouble, class header and rows, figures, list title and header, hint, key bar. */
	rows -= 1 + y.head + y.trouble + 1 + y.classes + y.figures + 2 + y.hint + 1;
	spare = rows - 1 - DASHBOARD_LIST_MIN;
	y.tops = (rows - 1) * 2 / 5 < spare ? (rows - 1) * 2 / 5 : spare;
	if (y.tops > overview_top_rows(v->store))
		y.tops = overview_top_rows(v->store);
	if (store_event_count(v->store) == 0)
		y.tops = 0;
	y.tops = y.tops > DASHBOARD_TOPS_MAX ? DASHBOARD_TOPS_MAX : y.tops < DASHBOARD_TOPS_MIN ? 0 : y.tops;
	y.list = rows - (y.tops > 0 ? y.tops + 1 : 0);
	return y;
}

static int
dashboard_trouble_draw(const struct viewer *v, struct canvas *c, int row)
{
	char text[320];

	if (!view_trouble(v->store, text, sizeof text))
		return row;
	canvas_fill(c, row, 0, canvas_cols(c), ROLE_PROMPT_ERROR, ' ');
	(void)canvas_text(c, row, 1, canvas_cols(c) - 1, ROLE_PROMPT_ERROR, slice_str(text));
	return row + 1;
}

/* What goes on, and what most failures have in common; of both the second gives way. */
static void
dashboard_head_draw(const struct viewer *v, struct canvas *c, int row, int rows)
{
	int incidents = incidents_rows(v->store, c);
	struct why why;

	if (incidents > 0)
		incidents_draw(v->store, c, row);
	if (incidents == rows)
		return;
	row += incidents;
	why_find(v->store, &why);
	(void)canvas_text(c, row, 1, canvas_cols(c) - 1, why.role, slice_str(why.what));
	if (rows - incidents > 1)
		(void)canvas_text(c, row + 1, 1, canvas_cols(c) - 1, ROLE_TEXT, slice_str(why.because));
}

static void
dashboard_draw_full(struct viewer *v, struct dashboard *d, struct canvas *c)
{
	struct dashboard_layout y = dashboard_layout(v, c);
	int row = 1;

	dashboard_sync(v, d, y.list);
	view_status_line(v, c, 0, dashboard_follow(v, d));
	dashboard_head_draw(v, c, row, y.head);
	row = dashboard_trouble_draw(v, c, row + y.head);
	overview_classes_draw(v->store, c, row, y.with_zero);
	row += 1 + y.classes;
	if (y.figures)
		figures_draw(v, c, row++);
	if (y.tops > 0) {
		overview_tops_draw(v, c, row, y.tops);
		row += 1 + y.tops;
	}
	dashboard_list_draw(v, &d->list, c, row, y.list);
	if (y.hint)
		dashboard_hint_draw(v, &d->list, c, canvas_rows(c) - 2);
	view_key_bar(v, c, canvas_rows(c) - 1);
}

static void
dashboard_draw_small(struct viewer *v, struct dashboard *d, struct canvas *c)
{
	int rows = canvas_rows(c), row = 3;
	char trouble[320];
	bool hint = v->say[0] != '\0', incident = store_incident_open(v->store) > 0;
	bool why_too = rows >= DASHBOARD_WHY_ROWS && (incident || store_event_count(v->store) > 0);
	struct why why;

	if (view_trouble(v->store, trouble, sizeof trouble))
		row++;
	row += why_too;
	dashboard_sync(v, d, rows - row - 1 - hint);
	view_status_line(v, c, 0, dashboard_follow(v, d));
	(void)dashboard_trouble_draw(v, c, 1);
	overview_small_draw(v->store, c, row - 2 - why_too);
	if (why_too && incident)
		incidents_small_draw(v->store, c, row - 1, 1, canvas_cols(c) - 1);
	else if (why_too) {
		why_find(v->store, &why);
		(void)canvas_text(c, row - 1, 1, canvas_cols(c) - 1, why.role,
		    slice_str(why.small[0] != '\0' ? why.small : why.what));
	}
	dashboard_small_list_draw(v, &d->list, c, row, rows - row - 1 - hint);
	if (hint)
		dashboard_hint_draw(v, &d->list, c, rows - 2);
	view_key_bar(v, c, rows - 1);
}

static void
dashboard_draw(struct viewer *v, void *state, struct canvas *c)
{
	struct dashboard *d = state;
	int rows = canvas_rows(c), cols = canvas_cols(c);

	if (rows < VIEW_ROWS_MIN || cols < VIEW_COLS_MIN) {
		dashboard_sync(v, d, rows > 1 ? rows - 1 : 1);
		overview_one_line_draw(v->store, c);
		if (rows > 1 && d->list.count > 0)
			dashboard_small_list_draw(v, &d->list, c, 1, rows - 1);
	} else if (rows < DASHBOARD_SMALL_ROWS || cols < DASHBOARD_SMALL_COLS) {
		dashboard_draw_small(v, d, c);
	} else {
		dashboard_draw_full(v, d, c);
	}
}

/* The next event of class 5 or 6, or of silence, from the cursor in one direction. */
static void
dashboard_worse(struct viewer *v, struct dashboard *d, bool forward)
{
	size_t n = store_event_count(v->store);

	for (size_t i = d->list.cursor; forward ? i + 1 < n : i > 0;) {
		const struct event *e;

		i = forward ? i + 1 : i - 1;
		e = store_event_at(v->store, i);
		if (e == NULL || e->recovered || (e->code < 500 && e->code != 0))
			continue;
		dashboard_unfollow(v, d);
		d->list.cursor = i;
		list_set(&d->list, n, d->list.height);
		return;
	}
	viewer_say(v, forward ? "no later 5xx, 6xx or silence here" : "no earlier 5xx, 6xx or silence here");
}

static void
dashboard_move(struct viewer *v, struct dashboard *d, enum list_move m)
{
	if (m != LIST_END)
		dashboard_unfollow(v, d);
	list_move(&d->list, m);
}

static void
dashboard_toggle_follow(struct viewer *v, struct dashboard *d)
{
	if (d->list.follow)
		dashboard_unfollow(v, d);
	else
		list_move(&d->list, LIST_END);
}

static enum command
dashboard_key(struct viewer *v, void *state, enum view_action action)
{
	struct dashboard *d = state;
	enum list_move m;

	if (view_window_key(v, action))
		return COMMAND_NONE;
	if (view_move_of(action, &m))
		dashboard_move(v, d, m);
	else if (action == ACTION_FOLLOW)
		dashboard_toggle_follow(v, d);
	else if (action == ACTION_WORSE || action == ACTION_WORSE_BACK)
		dashboard_worse(v, d, action == ACTION_WORSE);
	else if (action == ACTION_OPEN && d->list.count > 0)
		viewer_push(v, &view_detail);
	else if (action == ACTION_OPEN)
		viewer_say(v, "there is no failure to open yet");
	else if (action == ACTION_BACK)
		viewer_say(v, "q quits");
	else if (action == ACTION_QUIT)
		return COMMAND_QUIT;
	if (action != ACTION_OPEN)
		dashboard_remember(v, d);
	return COMMAND_NONE;
}

const struct view_ops view_dashboard = {
	.name = "dashboard",
	.title = "Dashboard",
	.keys = dashboard_keys,
	.n_keys = sizeof dashboard_keys / sizeof dashboard_keys[0],
	.state_size = sizeof(struct dashboard),
	.open = dashboard_open,
	.draw = dashboard_draw,
	.key = dashboard_key,
};
