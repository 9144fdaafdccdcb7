/*
 * alerts - the incidents: those that go on first, then those that ended.
 * One thing to know: the order changes under the cursor, so the cursor is an incident's id; until the user moves it is
 * the first row, the worst there is.
 */
#include <stdio.h>
#include <string.h>

#include "sipwhy/timefmt.h"
#include "view_int.h"

/* From ALERTS_WIDE columns on there is room for the longest title as well as for whom it is about. */
enum { ALERTS_TAIL = 7, ALERTS_WIDE = 100, ALERTS_TITLE_MAX = 36 };

/* id 0: the first row. */
struct alerts {
	struct list list;
	uint64_t id;
};

enum alerts_column {
	ALERTS_SINCE,
	ALERTS_LEVEL,
	ALERTS_TITLE,
	ALERTS_WHO,
	ALERTS_COUNT,
	ALERTS_FOR,
	ALERTS_SENTENCE,
	ALERTS_COLUMNS
};

static const struct view_column alerts_columns[ALERTS_COLUMNS] = {
	[ALERTS_SINCE] = { "SINCE", 8, 8, 64, false },
	[ALERTS_LEVEL] = { "LEVEL", 10, 10, 0, false },
	[ALERTS_TITLE] = { "WHAT", 14, 22, 0, false },
	[ALERTS_WHO] = { "WHO", 12, 34, 0, false },
	[ALERTS_COUNT] = { "signs", 6, 6, 72, true },
	[ALERTS_FOR] = { "for", 8, 8, 56, true },
	[ALERTS_SENTENCE] = { "FIGURES", 30, 90, 120, false },
};

static const struct view_key alerts_keys[] = {
	VIEW_LIST_KEYS,
	{ ACTION_HOME, { UI_KEY_HOME, 'g' }, "Home g", "first row, and stay", NULL, NULL, 0 },
	{ ACTION_END, { UI_KEY_END, 'G' }, "End G", "last row", NULL, NULL, 0 },
	{ ACTION_OPEN, { UI_KEY_ENTER, '\n' }, "Enter", "explain what goes on", "Enter", "Explain", 200 },
	{ ACTION_BACK, { UI_KEY_ESC, 'q', UI_KEY_BACKSPACE }, "Esc q", "back", "Esc", "Back", 255 },
};

static void
alerts_row_draw(const struct store *s, const struct view_table *t, const struct incident *i, struct canvas *c, int row)
{
	enum ui_role role = view_level_role(i), words = i->ended ? ROLE_TEXT_DIM : ROLE_TEXT;
	char text[160], n[32];

	view_table_cell(
	    t, c, row, ALERTS_SINCE, ROLE_TEXT_DIM, slice_str(timefmt_clock(text, sizeof text, i->since_ns)));
	if (i->ended)
		view_table_cell(t, c, row, ALERTS_LEVEL, role, slice_str("  ended"));
	else
		view_table_cellf(
		    t, c, row, ALERTS_LEVEL, role, "%c %s", view_level_mark(i), incident_level_name(i->level));
	view_table_cell(t, c, row, ALERTS_TITLE, role, view_incident_title(i));
	view_table_cell(t, c, row, ALERTS_WHO, words, slice_str(view_incident_who(text, sizeof text, i)));
	view_table_cell(t, c, row, ALERTS_COUNT, words, slice_str(view_number(n, sizeof n, i->count, 6)));
	view_table_cell(t, c, row, ALERTS_FOR, ROLE_TEXT_DIM,
	    slice_str(view_span(n, sizeof n, (i->ended ? i->last_ns : store_now(s)) - i->since_ns)));
	view_table_cell(t, c, row, ALERTS_SENTENCE, words, i->sentence);
}

static void
alerts_tail_draw(const struct incident *i, struct canvas *c, const struct view_rows *y)
{
	const struct sip_pattern *pattern = sip_pattern_find(i->pattern);
	char who[160], title[240];
	struct slice name = view_incident_title(i);
	struct page p;

	(void)snprintf(title, sizeof title, "%.*s: %s", (int)(name.n < 60 ? name.n : 60), name.p,
	    view_incident_who(who, sizeof who, i));
	page_begin(&p, c, y->tail, y->tail_height, 0);
	page_frame(&p, title);
	page_text(&p, ROLE_TEXT_STRONG, 1, 1, i->sentence);
	if (pattern == NULL)
		return;
	page_text(&p, ROLE_TEXT, 1, 1, slice_str(pattern->meaning));
	for (size_t at = 0; pattern->checks != NULL && pattern->checks[at] != NULL; at++) {
		(void)snprintf(title, sizeof title, "-  %s", pattern->checks[at]);
		page_text(&p, ROLE_TEXT_DIM, 1, 4, slice_str(title));
	}
}

static void
alerts_empty_draw(struct canvas *c, int row)
{
	static const char *const lines[] = {
		"No incident so far.",
		"An incident is a pattern over many failures, such as a trunk that is down or a",
		"scan.  It stands here, and on top of the dashboard, while it goes on.",
	};

	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		(void)canvas_text(c, row + (int)i, 2, canvas_cols(c) - 2, i == 0 ? ROLE_CLASS_2XX : ROLE_TEXT_DIM,
		    slice_str(lines[i]));
}

static void
alerts_sync(const struct viewer *v, struct alerts *a, int height)
{
	size_t n = store_incident_count(v->store);

	if (a->id == 0)
		a->list.cursor = 0;
	for (size_t at = 0; a->id != 0 && at < n; at++) {
		const struct incident *i = store_incident_at(v->store, at);

		if (i != NULL && i->id == a->id)
			a->list.cursor = at;
	}
	list_set(&a->list, n, (size_t)(height > 0 ? height : 0));
}

static void
alerts_title(const struct store *s, char *out, size_t cap)
{
	size_t open = store_incident_open(s), all = store_incident_count(s);

	(void)snprintf(out, cap, "Alerts  %zu going on, %zu ended", open, all > open ? all - open : 0);
}

static void
alerts_draw(struct viewer *v, void *state, struct canvas *c)
{
	struct alerts *a = state;
	struct view_rows y = view_rows(v, c, ALERTS_TAIL);
	const struct incident *i;
	struct view_column columns[ALERTS_COLUMNS];
	struct view_table t;
	char title[96];

	memcpy(columns, alerts_columns, sizeof columns);
	if (canvas_cols(c) >= ALERTS_WIDE)
		columns[ALERTS_TITLE].wish = ALERTS_TITLE_MAX;
	alerts_sync(v, a, y.height);
	alerts_title(v->store, title, sizeof title);
	view_rows_draw(v, &y, &a->list, c, title);
	view_table_begin(&t, c, columns, ALERTS_COLUMNS);
	view_table_header(&t, c, y.header);
	if (a->list.count == 0) {
		alerts_empty_draw(c, y.first + (y.height > 4));
		return;
	}
	for (size_t at = a->list.top; at < a->list.count && at - a->list.top < a->list.height; at++) {
		int row = y.first + (int)(at - a->list.top);

		i = store_incident_at(v->store, at);
		if (i == NULL)
			break;
		alerts_row_draw(v->store, &t, i, c, row);
		if (at == a->list.cursor)
			view_table_cursor(c, row);
	}
	i = store_incident_at(v->store, a->list.cursor);
	if (y.tail >= 0 && i != NULL)
		alerts_tail_draw(i, c, &y);
}

static enum command
alerts_key(struct viewer *v, void *state, enum view_action action)
{
	struct alerts *a = state;
	const struct incident *i;

	if (view_list_move(&a->list, action)) {
		i = store_incident_at(v->store, a->list.cursor);
		a->id = i != NULL && action != ACTION_HOME ? i->id : 0;
		return COMMAND_NONE;
	}
	i = store_incident_at(v->store, a->list.cursor);
	if (action == ACTION_BACK)
		viewer_pop(v);
	else if (action == ACTION_OPEN && i == NULL)
		viewer_say(v, "there is no incident to open");
	else if (action == ACTION_OPEN) {
		v->incident_id = i->id;
		viewer_push(v, &view_alert);
	}
	return COMMAND_NONE;
}

static void
alerts_open(struct viewer *v, void *state)
{
	alerts_sync(v, state, 1);
}

const struct view_ops view_alerts = {
	.name = "alerts",
	.title = "Alerts",
	.keys = alerts_keys,
	.n_keys = sizeof alerts_keys / sizeof alerts_keys[0],
	.state_size = sizeof(struct alerts),
	.open = alerts_open,
	.draw = alerts_draw,
	.key = alerts_key,
};
