/*
 * alerts - incidents and alert rules in one list: those that go on first, then those that ended.
 * One thing to know: the order changes under the cursor, so the cursor is an incident's id; until the user moves it is
 * the first row, the worst there is.
 */
#include <stdio.h>
#include <string.h>

#include "alert_int.h"
#include "sipwhy/timefmt.h"

enum { ALERTS_TAIL = 12, ALERTS_MUTE_S = 3600 };

static const char alerts_none[] = "there is no incident to open";

/* id 0: the first row.  row: what is shown, made anew at each draw.  aside: those that are not. */
struct alerts {
	struct list list;
	uint64_t id;
	bool with_muted;
	size_t n, aside;
	const struct incident *row[STORE_INCIDENTS_MAX];
	char line[512];
};

enum alerts_column { ALERTS_SINCE, ALERTS_LEVEL, ALERTS_RULE, ALERTS_WHAT, ALERTS_COUNT, ALERTS_FOR, ALERTS_COLUMNS };

static const struct view_column alerts_columns[ALERTS_COLUMNS] = {
	[ALERTS_SINCE] = { "SINCE", 8, 8, 60, false },
	[ALERTS_LEVEL] = { "LEVEL", 6, 6, 0, false },
	[ALERTS_RULE] = { "RULE", 14, 16, 0, false },
	[ALERTS_WHAT] = { "WHAT", 15, 160, 0, false },
	[ALERTS_COUNT] = { "signs", 6, 6, 100, true },
	[ALERTS_FOR] = { "FOR", 8, 8, 60, true },
};

static const struct view_key alerts_keys[] = {
	VIEW_LIST_KEYS,
	{ ACTION_HOME, { UI_KEY_HOME, 'g' }, "Home g", "first row, and stay", NULL, NULL, 0, NULL, PART_MOVE },
	{ ACTION_END, { UI_KEY_END, 'G' }, "End G", "last row", NULL, NULL, 0, NULL, PART_MOVE },
	{ ACTION_OPEN, { UI_KEY_ENTER, '\n' }, "Enter", "explain what goes on", "Enter", "Explain", 200, NULL,
	    PART_LOOK },
	{ ACTION_ACK, { 'd' }, "d", "dismiss until it clears", "d", "Dismiss", 190, NULL, PART_DO },
	{ ACTION_MUTE, { 'm' }, "m", "mute it for its peer, 1 h", "m", "Mute", 180, NULL, PART_DO },
	{ ACTION_SHOW_MUTED, { 'M' }, "M", "show muted ones, or not", "M", "Muted", 170, NULL, PART_DO },
	{ ACTION_COPY, { 'y' }, "y", "copy this line", "y", "Copy", 160, NULL, PART_DO },
	{ ACTION_BACK, { UI_KEY_ESC, 'q', UI_KEY_BACKSPACE }, "Esc q", "back", "Esc", "Back", 255, "q", PART_LOOK },
};

static const char *
alerts_level(const struct incident *i)
{
	static const char *const names[INCIDENT_LEVEL_N] = { "info", "!warn", "!error", "!crit" };

	return i->ended ? "ok" : i->level < INCIDENT_LEVEL_N ? names[i->level] : "-";
}

/* "wholesale-c rate 1.2/s > 0.2/s": whom, unless the sentence says it, and what was found. */
static char *
alerts_what(const struct incident *i, char *out, size_t cap)
{
	struct slice title = view_incident_title(i), found = i->sentence.n > 0 ? i->sentence : title;
	struct slice whom = i->peer.n > 0 ? i->peer : i->what;
	bool said = whom.n == 0 || slice_ifind(found, whom) >= 0;
	char who[160];

	(void)view_incident_who(who, sizeof who, i);
	(void)snprintf(out, cap, "%s%s%.*s", said ? "" : who, said ? "" : "  ", (int)(found.n < 300 ? found.n : 300),
	    found.p);
	return out;
}

static void
alerts_row_draw(const struct viewer *v, const struct view_table *t, const struct incident *i, struct canvas *c, int row)
{
	struct store_incident_word said = store_incident_said(v->store, i);
	bool aside = said.dismissed || said.muted;
	enum ui_role role = aside ? ROLE_LIST_MUTED : view_level_role(i);
	enum ui_role words = i->ended || aside ? ROLE_TEXT_DIM : ROLE_TEXT;
	char text[480], n[32];

	view_table_cell(
	    t, c, row, ALERTS_SINCE, ROLE_TEXT_DIM, slice_str(lens_time(v, text, sizeof text, i->since_ns)));
	view_table_cell(t, c, row, ALERTS_LEVEL, role,
	    slice_str(said.muted     ? "M mute"
		    : said.dismissed ? "d done"
				     : alerts_level(i)));
	view_table_cell(t, c, row, ALERTS_RULE, role, alert_name(i));
	view_table_cell(t, c, row, ALERTS_WHAT, words, slice_str(alerts_what(i, text, sizeof text)));
	view_table_cell(t, c, row, ALERTS_COUNT, words,
	    slice_str(i->count > 0 ? view_number(n, sizeof n, i->count, 6) : "-"));
	view_table_cell(t, c, row, ALERTS_FOR, ROLE_TEXT_DIM,
	    slice_str(view_span(n, sizeof n, (i->ended ? i->last_ns : store_now(v->store)) - i->since_ns)));
}

static void
alerts_pattern_draw(const struct incident *i, struct page *p)
{
	const struct sip_pattern *pattern = sip_pattern_find(i->pattern);
	char text[1024];

	page_text(p, ROLE_TEXT_STRONG, 1, 1, i->sentence);
	if (pattern == NULL)
		return;
	page_text(p, ROLE_TEXT, 1, 1, slice_str(pattern->meaning));
	for (size_t at = 0; pattern->checks != NULL && pattern->checks[at] != NULL; at++) {
		(void)snprintf(text, sizeof text, "-  %s", pattern->checks[at]);
		page_text(p, ROLE_TEXT_DIM, 1, 4, slice_str(text));
	}
}

/* What is to be said of a rule: its figures, the last hour, and what clears it. */
static void
alerts_rule_draw(const struct viewer *v, const struct store_rule *r, struct canvas *c, struct page *p)
{
	bool graph = p->height >= ALERT_GRAPH_ROWS + 3 && canvas_cols(c) >= 76;
	char text[ALERT_TEXT];

	page_text(p, ROLE_TEXT_STRONG, 1, 1, slice_str(alert_rule_now(r, text, sizeof text)));
	if (graph)
		alert_graph_draw(v, r, c, p->row + (int)p->line);
	for (int i = 0; graph && i < ALERT_GRAPH_ROWS; i++)
		page_blank(p);
	page_text(p, ROLE_TEXT, 1, 1, slice_str(alert_rule_clears(r, text, sizeof text)));
	(void)snprintf(text, sizeof text, "%s = %s", r->rule->name, r->rule->text);
	page_text(p, ROLE_TEXT_DIM, 1, 4, slice_str(text));
}

static void
alerts_tail_draw(const struct viewer *v, const struct alerts *a, const struct incident *i, struct canvas *c,
    const struct view_rows *y)
{
	int keys = y->tail_height > 4;
	char who[160], title[240], place[48];
	struct slice name = alert_name(i);
	struct store_rule rule;
	struct page p;

	(void)snprintf(title, sizeof title, "%.*s: %s", (int)(name.n < 60 ? name.n : 60), name.p,
	    view_incident_who(who, sizeof who, i));
	(void)view_frame(c, y->tail, 0, canvas_cols(c), title);
	page_begin(&p, c, y->tail + 1, y->tail_height - 1 - keys, 0);
	if (alert_rule(v, i, &rule))
		alerts_rule_draw(v, &rule, c, &p);
	else
		alerts_pattern_draw(i, &p);
	(void)snprintf(place, sizeof place, "%zu/%zu", a->list.cursor + 1, a->n);
	if (keys)
		view_letters(v, c, y->tail + y->tail_height - 1, place);
}

static void
alerts_empty_draw(const struct alerts *a, struct canvas *c, int row)
{
	static const char *const lines[] = {
		"No incident so far, and no rule fires.",
		"An incident is a pattern over many failures, such as a trunk that is down or a",
		"scan.  It stands here, and on top of the overview, while it goes on.",
	};

	if (a->aside > 0) {
		(void)canvas_printf(c, row, 2, canvas_cols(c) - 2, ROLE_TEXT_DIM,
		    "All %zu are dismissed or muted: M shows them.", a->aside);
		return;
	}
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		(void)canvas_text(c, row + (int)i, 2, canvas_cols(c) - 2, i == 0 ? ROLE_CLASS_2XX : ROLE_TEXT_DIM,
		    slice_str(lines[i]));
}

static void
alerts_sync(const struct viewer *v, struct alerts *a, int height)
{
	a->n = a->aside = 0;
	for (size_t at = 0; at < store_incident_count(v->store) && a->n < STORE_INCIDENTS_MAX; at++) {
		const struct incident *i = store_incident_at(v->store, at);
		struct store_incident_word said = store_incident_said(v->store, i);

		a->aside += said.dismissed || said.muted;
		if ((said.dismissed || said.muted) && !a->with_muted)
			continue;
		if (a->id != 0 && i->id == a->id)
			a->list.cursor = a->n;
		a->row[a->n++] = i;
	}
	if (a->id == 0)
		a->list.cursor = 0;
	list_set(&a->list, a->n, (size_t)(height > 0 ? height : 0));
}

/* "Alerts   2 firing   1 info   4 dismissed", and how many rules there are at the right end. */
static void
alerts_title_draw(const struct viewer *v, const struct alerts *a, struct canvas *c, int row)
{
	size_t levels[INCIDENT_LEVEL_N], rules = store_rule_count(v->store), firing, at;
	char left[120], right[40];

	(void)store_incident_levels(v->store, levels);
	firing = levels[INCIDENT_WARNING] + levels[INCIDENT_ERROR] + levels[INCIDENT_CRITICAL];
	at = (size_t)snprintf(left, sizeof left, "Alerts   %zu firing", firing);
	if (levels[INCIDENT_NOTICE] > 0)
		at += (size_t)snprintf(left + at, sizeof left - at, "   %zu info", levels[INCIDENT_NOTICE]);
	if (a->aside > 0)
		(void)snprintf(
		    left + at, sizeof left - at, "   %zu dismissed%s", a->aside, a->with_muted ? " (shown)" : "");
	(void)snprintf(right, sizeof right, "%zu rule%s", rules, rules == 1 ? "" : "s");
	(void)canvas_printf(c, row, 1, canvas_cols(c) - 1, ROLE_TEXT, "%s", left);
	if (rules > 0 && (int)(strlen(left) + strlen(right)) + 5 < canvas_cols(c))
		(void)canvas_printf(c, row, canvas_cols(c) - 1 - (int)strlen(right), 40, ROLE_TEXT_DIM, "%s", right);
}

static void
alerts_draw(struct viewer *v, void *state, struct canvas *c)
{
	struct alerts *a = state;
	struct view_rows y = view_rows(v, c, ALERTS_TAIL);
	struct view_table t;

	alerts_sync(v, a, y.height);
	/* It was so then. */
	if (a->n > 0 && strcmp(viewer_said(v), alerts_none) == 0)
		viewer_say(v, "");
	if (y.title >= 0) {
		view_status_line(v, c, 0, (struct view_follow){ .shown = false });
		alerts_title_draw(v, a, c, y.title);
		view_say_draw(v, c, y.say);
		view_key_bar(v, c, y.bar);
	}
	view_table_begin(&t, c, alerts_columns, ALERTS_COLUMNS);
	view_table_header(&t, c, y.header);
	if (a->n == 0) {
		alerts_empty_draw(a, c, y.first + (y.height > 4));
		return;
	}
	for (size_t at = a->list.top; at < a->n && at - a->list.top < a->list.height; at++) {
		int row = y.first + (int)(at - a->list.top);

		alerts_row_draw(v, &t, a->row[at], c, row);
		if (at == a->list.cursor)
			view_table_cursor(c, row);
	}
	view_spots_list(v, y.first, &a->list, canvas_cols(c));
	if (y.tail >= 0)
		alerts_tail_draw(v, a, a->row[a->list.cursor], c, &y);
}

/* The row goes out of sight; the cursor goes on to the one that comes after it. */
static void
alerts_go_on(struct alerts *a)
{
	size_t next = a->list.cursor + 1 < a->n ? a->list.cursor + 1 : a->list.cursor;

	if (!a->with_muted && a->id != 0)
		a->id = next != a->list.cursor ? a->row[next]->id : 0;
}

static enum command
alerts_dismiss(struct viewer *v, struct alerts *a, const struct incident *i)
{
	if (i->ended || store_incident_said(v->store, i).dismissed) {
		viewer_say(v, i->ended ? "it has ended" : "it is dismissed already");
		return COMMAND_NONE;
	}
	v->request.id = i->id;
	viewer_say(v, "dismissed until it clears: M shows it");
	alerts_go_on(a);
	return COMMAND_INCIDENT_ACK;
}

static enum command
alerts_mute(struct viewer *v, struct alerts *a, const struct incident *i)
{
	bool muted = store_incident_said(v->store, i).muted;

	v->request.id = i->id;
	v->request.t_ns = muted ? 0 : store_now(v->store) + ALERTS_MUTE_S * NS_PER_S;
	viewer_say(v, muted ? "no longer muted" : "muted for this peer for 1 h: M shows it, m there takes it back");
	if (!muted)
		alerts_go_on(a);
	return COMMAND_INCIDENT_MUTE;
}

static enum command
alerts_copy(struct viewer *v, struct alerts *a, const struct incident *i)
{
	struct slice name = alert_name(i);
	char since[32], what[480];

	(void)snprintf(a->line, sizeof a->line, "%s %s %.*s %s", timefmt_date_ms(since, sizeof since, i->since_ns),
	    i->ended ? "ended" : incident_level_name(i->level), (int)(name.n < 60 ? name.n : 60), name.p,
	    alerts_what(i, what, 340));
	v->request.body = slice_str(a->line);
	return COMMAND_COPY;
}

/* Keys about the row under the cursor. */
static enum command
alerts_row_key(struct viewer *v, struct alerts *a, enum view_action action)
{
	const struct incident *i = a->list.cursor < a->n ? a->row[a->list.cursor] : NULL;

	if (i == NULL) {
		viewer_say(v, alerts_none);
		return COMMAND_NONE;
	}
	if (action == ACTION_ACK)
		return alerts_dismiss(v, a, i);
	if (action == ACTION_MUTE)
		return alerts_mute(v, a, i);
	if (action == ACTION_COPY)
		return alerts_copy(v, a, i);
	v->incident_id = i->id;
	viewer_push(v, &view_alert);
	return COMMAND_NONE;
}

static enum command
alerts_key(struct viewer *v, void *state, enum view_action action)
{
	struct alerts *a = state;

	alerts_sync(v, a, (int)a->list.height);
	if (view_list_move(&a->list, action)) {
		a->id = a->list.cursor < a->n && action != ACTION_HOME ? a->row[a->list.cursor]->id : 0;
		return COMMAND_NONE;
	}
	if (action == ACTION_BACK) {
		viewer_pop(v);
	} else if (action == ACTION_SHOW_MUTED) {
		a->with_muted = !a->with_muted;
		viewer_say(
		    v, a->with_muted ? "muted and dismissed ones are shown" : "muted and dismissed ones are hidden");
	} else {
		return alerts_row_key(v, a, action);
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
