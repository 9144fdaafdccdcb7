/*
 * overview - the first screen: what goes on, classes, figures, what fails most, the newest failures.
 * One thing to know: until a key moves a cursor there is none, and Enter opens what the hint tells: the worst alert,
 * else the newest failure.  Tab walks through the blocks, and whatever is opened is the events behind that row.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "overview.h"
#include "sipwhy/timefmt.h"

/* How the rows of a canvas are given away; 0 leaves a part out.  head: of what goes on, else of what fails most. */
struct overview_layout {
	bool wide, trouble, with_zero, hint, figures, lens, header;
	int head, classes, tops, lows, list;
};

enum {
	OVERVIEW_LIST_MIN = 5,
	OVERVIEW_TOPS_MIN = 3,
	OVERVIEW_TOPS = 5,
	OVERVIEW_TOPS_HIGH = 8,
	OVERVIEW_HIGH_ROWS = 30,
	OVERVIEW_WIDE_ROWS = 34,
	OVERVIEW_SMALL_COLS = 80,
	OVERVIEW_SMALL_ROWS = 16,
	OVERVIEW_WHY_ROWS = 10,
	OVERVIEW_ADVICE_COLS = 28
};

static const struct view_key overview_keys[] = {
	VIEW_LIST_KEYS,
	{ ACTION_FIELD_NEXT, { UI_KEY_TAB }, "Tab", "next block", "Tab", "Block", 130, NULL, PART_MOVE },
	{ ACTION_FIELD_PREVIOUS, { UI_KEY_STAB }, "S-Tab", "previous block", NULL, NULL, 0, NULL, PART_MOVE },
	{ ACTION_HOME, { UI_KEY_HOME, 'g' }, "Home g", "oldest failure", NULL, NULL, 0, NULL, PART_MOVE },
	{ ACTION_END, { UI_KEY_END, 'G' }, "End G", "newest, and follow; back from the past", "G", "Newest", 80, NULL,
	    PART_MOVE },
	{ ACTION_OPEN, { UI_KEY_ENTER, '\n' }, "Enter", "the failures behind the row, or why it failed", "Enter",
	    "Open", 200, NULL, PART_MOVE },
	{ ACTION_FOLLOW, { 'A' }, "A", "follow the newest, on/off", "A", "Follow", 120, NULL, PART_MOVE },
	{ ACTION_WORSE, { 'e' }, "e", "next (older) 5xx, 6xx, silence", "e/E", "Next 5xx 6xx ---", 60, NULL,
	    PART_MOVE },
	{ ACTION_WORSE_BACK, { 'E' }, "E", "previous (newer) one", NULL, NULL, 0, NULL, PART_MOVE },
	{ ACTION_SAVE, { UI_KEY_F2, 's' }, "F2 s", "save to a file", "s", "Save", 50, "F2", PART_DO },
	{ ACTION_FILTER, { UI_KEY_F3, '/', '\\' }, "F3 /", "filter while typing", "/", "Filter", 140, "F3",
	    PART_NARROW },
	{ ACTION_LADDER, { UI_KEY_F4, 'x' }, "F4 x", "flow of the failure's call", "x", "Flow", 70, "F4", PART_LOOK },
	{ ACTION_RAW, { UI_KEY_F6, 'r' }, "F6 r", "the message as it was received", "r", "Raw", 70, "F6", PART_LOOK },
	{ ACTION_FILTER_FORM, { UI_KEY_F7, 'f' }, "F7 f", "filter as a form", "f", "Build", 50, "F7", PART_NARROW },
	{ ACTION_ACK, { 'd' }, "d", "dismiss the alert until it ends", "d", "Dismiss", 60, NULL, PART_DO },
	{ ACTION_BACK, { UI_KEY_ESC }, "Esc", "drop the cursor, then the filter", NULL, NULL, 0, NULL, PART_MOVE },
	{ ACTION_QUIT, { 'q' }, "q", "quit", "q", "Quit", 255, "q", PART_PROGRAM },
};

static void
overview_open(struct viewer *v, void *state)
{
	struct overview *o = state;

	(void)v;
	o->follow = true;
}

/* Rows of what goes on, or of what most failures have in common. */
static int
overview_head_rows(const struct viewer *v, const struct canvas *c, bool wide)
{
	struct why why;

	if (incidents_count(v->store) > 0)
		return incidents_rows(v->store, c, wide);
	if (store_event_count(v->store) == 0 && store_notice_total(v->store) == 0)
		return 0;
	why_find(v->store, &why);
	/* On a low screen the hint says it. */
	return 1 + (why.because[0] != '\0' && canvas_rows(c) >= OVERVIEW_HIGH_ROWS);
}

static int
overview_used(const struct overview_layout *y)
{
	return 2 + y->lens + y->head + y->trouble + 1 + y->classes + y->figures + (y->tops > 0 ? y->tops + 1 : 0) +
	    (y->lows > 0 ? y->lows + 1 : 0) + 1 + y->header + y->hint;
}

/* Give up the next part; false when there is none left. */
static bool
overview_give(struct overview_layout *y, const struct store *s)
{
	if (y->head > 0 && y->with_zero && y->classes > overview_class_rows(s, false))
		y->with_zero = false;
	else if (y->lows > 0)
		y->lows = 0;
	else if (y->tops > OVERVIEW_TOPS_MIN)
		y->tops--;
	else if (y->with_zero && y->classes > overview_class_rows(s, false))
		y->with_zero = false;
	else if (y->tops > 2)
		y->tops--;
	else if (y->hint)
		y->hint = false;
	else if (y->figures)
		y->figures = false;
	else if (y->tops > 0)
		y->tops = 0;
	else if (y->lens)
		y->lens = false;
	else
		return false;
	y->classes = overview_class_rows(s, y->with_zero);
	return true;
}

static struct overview_layout
overview_layout(const struct viewer *v, const struct canvas *c)
{
	struct overview_layout y = { .with_zero = true, .hint = true, .figures = true, .lens = true };
	char trouble[320];
	int rows = canvas_rows(c), most = rows >= OVERVIEW_HIGH_ROWS ? OVERVIEW_TOPS_HIGH : OVERVIEW_TOPS;

	y.wide = canvas_cols(c) >= OVERVIEW_WIDE_COLS && rows >= OVERVIEW_WIDE_ROWS;
	y.header = rows >= OVERVIEW_HIGH_ROWS;
	y.trouble = view_trouble(v->store, trouble, sizeof trouble);
	y.head = overview_head_rows(v, c, y.wide);
	y.classes = overview_class_rows(v->store, true);
	if (store_event_count(v->store) > 0) {
		y.tops = overview_top_rows(v, canvas_cols(c) >= OVERVIEW_WIDE_COLS);
		y.tops = y.tops > most ? most : y.tops < 1 ? 1 : y.tops;
	}
	y.lows = y.wide ? overview_low_rows(v) : 0;
	while (rows - overview_used(&y) < OVERVIEW_LIST_MIN && overview_give(&y, v->store))
		;
	y.list = rows - overview_used(&y) + y.header;
	return y;
}

/* The screens by number; where there is room for them. */
static void
overview_lens_draw(const struct viewer *v, struct canvas *c, int row)
{
	static const char *const tabs[] = { "1 Overview", "2 Events", "3 Groups", "4 Peers", "5 Alerts", "6 Sources" };
	char right[FILTER_TEXT_MAX + 64], alerts[32];
	int at = 1, end;

	if (canvas_cols(c) < OVERVIEW_WIDE_COLS) {
		view_lens_line(v, c, row, "", NULL);
		return;
	}
	for (unsigned i = 0; i < sizeof tabs / sizeof tabs[0]; i++) {
		at += canvas_text(
		    c, row, at, canvas_cols(c) - at, i == 0 ? ROLE_TEXT_STRONG : ROLE_TEXT_DIM, slice_str(tabs[i]));
		if (i == 4)
			at += canvas_printf(c, row, at, canvas_cols(c) - at, ROLE_TEXT_STRONG, " %s",
			    view_levels(v->store, alerts, sizeof alerts));
		at += 2;
	}
	(void)snprintf(right, sizeof right, "Window %s   Filter %s", view_window_name(v),
	    v->filter != NULL ? v->filter_text : "none");
	end = canvas_cols(c) - 1 - (int)strlen(right);
	end = end < at + 2 ? at + 2 : end;
	(void)canvas_text(
	    c, row, end, canvas_cols(c) - end, v->filter != NULL ? ROLE_TEXT_KEY : ROLE_TEXT, slice_str(right));
}

static int
overview_trouble_draw(const struct viewer *v, struct canvas *c, int row)
{
	char text[320];

	if (!view_trouble(v->store, text, sizeof text))
		return row;
	canvas_fill(c, row, 0, canvas_cols(c), ROLE_PROMPT_ERROR, ' ');
	(void)canvas_text(c, row, 1, canvas_cols(c) - 1, ROLE_PROMPT_ERROR, slice_str(text));
	return row + 1;
}

/* The head's alerts have the cursor where no block of alerts is drawn. */
static void
overview_head_draw(struct viewer *v, struct overview *o, struct canvas *c, int row, const struct overview_layout *y)
{
	struct overview_block *b = &o->block[FOCUS_ALERTS];
	size_t n = incidents_count(v->store);
	struct why why;

	if (y->head == 0 || n == 0)
		overview_begin(b);
	if (n > 0) {
		incidents_draw(v->store, c, row, y->wide);
		if (y->lows > 0)
			return;
		overview_begin(b);
		for (size_t i = 0; i < incidents_shown(v->store, c, y->wide); i++)
			overview_add(b, "%llu", (unsigned long long)incidents_at(v->store, i)->id);
		overview_end(b);
		overview_cursor(
		    o, FOCUS_ALERTS, b->at, c, row + incidents_line(v->store, c, y->wide, b->at), 0, canvas_cols(c));
		return;
	}
	if (y->head == 0)
		return;
	why_find(v->store, &why);
	(void)canvas_text(c, row, 1, canvas_cols(c) - 1, why.role, slice_str(why.what));
	(void)canvas_text(c, row + 1, 1, y->head > 1 ? canvas_cols(c) - 1 : 0, ROLE_TEXT, slice_str(why.because));
}

/* So much of a sentence as says something in `room` columns: not what is in brackets behind it, and whole parts. */
static struct slice
overview_whole(const char *text, int room)
{
	const char *bracket = strstr(text, "  (");

	if (bracket != NULL && (int)strlen(text) > room && bracket - text <= room)
		return (struct slice){ text, (size_t)(bracket - text) };
	return view_clause(text, room);
}

/* The newest failure that an alert was raised over and that is still kept; NULL: none is. */
static const struct event *
overview_evidence(const struct store *s, const struct incident *i)
{
	const struct event *newest = NULL;

	for (size_t at = 0; at < INCIDENT_EVIDENCE; at++) {
		const struct event *e = store_event_at(s, store_event_index(s, i->events[at]));

		if (i->events[at] != 0 && e != NULL && e->id == i->events[at] && (newest == NULL || e->id > newest->id))
			newest = e;
	}
	return newest;
}

/* A rule of the user's own: nobody knows what to check, so what was measured. */
static void
overview_measured(const struct incident *i, char *out, size_t cap)
{
	char who[160];

	(void)view_incident_who(who, sizeof who, i);
	(void)snprintf(out, cap, "%s%s%.*s", strcmp(who, "-") == 0 ? "" : who, strcmp(who, "-") == 0 ? "" : "  ",
	    (int)(i->sentence.n < 300 ? i->sentence.n : 300), i->sentence.p);
}

/*
 * What Enter and d act on, and nothing else: whoever reads of one thing here must not dismiss another.  The head has
 * told the alert already, so there is room for what its failures mean.
 */
static void
overview_alert_hint(const struct viewer *v, const struct incident *i, struct canvas *c, int row)
{
	const char *keys = canvas_cols(c) >= 100 ? "[Enter] open the alert   [d] dismiss it" : "Enter:alert d:dismiss",
		   *advice;
	const struct event *e = overview_evidence(v->store, i);
	int at = 1, end = canvas_cols(c) - (int)strlen(keys) - 1;
	char text[480] = "", code[8];
	bool check;

	at += canvas_printf(c, row, at, end - at - 1, view_level_role(i), "%c ", view_level_mark(i));
	if (e != NULL)
		why_because(e, text, sizeof text);
	if (text[0] != '\0') {
		at += canvas_text(c, row, at, end - at - 1, view_code_role(e->code),
			  slice_str(view_code(code, sizeof code, e->code))) +
		    1;
		(void)canvas_text(c, row, at, end - at - 1, ROLE_TEXT, overview_whole(text, end - at - 1));
	} else {
		overview_measured(i, text, sizeof text);
		advice = view_incident_advice(i, &check);
		check = check && advice[0] != '\0';
		advice = advice[0] != '\0' ? advice : text;
		at += canvas_text(c, row, at, end - at - 1, view_level_role(i), view_incident_title(i));
		if (advice[0] != '\0' && end - at >= OVERVIEW_ADVICE_COLS) {
			at += canvas_printf(c, row, at, end - at - 1, ROLE_TEXT, check ? ": check " : ": ");
			(void)canvas_text(c, row, at, end - at - 1, ROLE_TEXT, overview_whole(advice, end - at - 1));
		}
	}
	(void)canvas_text(c, row, end, canvas_cols(c) - end, ROLE_TEXT_KEY, slice_str(keys));
}

/* A class whose responses are no failures. */
static bool
overview_is_good(const char *class)
{
	return class[0] >= '1' && class[0] <= '3';
}

/* What stands behind the row under the cursor. */
static void
overview_row_hint(const struct viewer *v, const struct overview *o, struct canvas *c, int row)
{
	const struct overview_block *b = &o->block[o->focus];
	const char *key = b->n > 0 ? b->row[b->at] : "";

	switch (o->focus) {
	case FOCUS_CLASSES:
		if (overview_is_good(key)) {
			(void)canvas_printf(c, row, 1, canvas_cols(c) - 1, ROLE_TEXT,
			    "%s are no failures: they are counted, not kept", key);
			break;
		}
		(void)canvas_printf(c, row, 1, canvas_cols(c) - 1, ROLE_TEXT, "Enter: failures %s%s",
		    strcmp(key, "silence") == 0 ? "without any final answer" : "of class ",
		    strcmp(key, "silence") == 0 ? "" : key);
		break;
	case FOCUS_CODES: {
		struct event like = {
			.code = (uint16_t)strtoul(key, NULL, 10), .q850 = -1, .warn_code = -1, .reason_sip = -1
		};
		struct sip_explanation why;

		view_explain(&like, &why);
		(void)canvas_printf(c, row, 1, canvas_cols(c) - 1, ROLE_TEXT, "Enter: its failures.  %s", why.headline);
		break;
	}
	case FOCUS_PEERS:
	case FOCUS_USERS:
		(void)canvas_printf(c, row, 1, canvas_cols(c) - 1, ROLE_TEXT, "Enter: failures of %s %s",
		    o->focus == FOCUS_PEERS ? "peer" : "user", key);
		break;
	default:
		break;
	}
	(void)v;
}

static void
overview_event_hint(const struct event *e, struct canvas *c, int row)
{
	struct sip_explanation why;
	char code[8];
	int at = 1;

	view_explain(e, &why);
	at += canvas_text(
		  c, row, at, canvas_cols(c), view_event_role(e), slice_str(view_code(code, sizeof code, e->code))) +
	    1;
	(void)canvas_text(
	    c, row, at, canvas_cols(c) - at, ROLE_TEXT, overview_whole(why.headline, canvas_cols(c) - at));
}

/* The incident under the cursor, or the worst one when there is no cursor. */
static const struct incident *
overview_incident(const struct viewer *v, const struct overview *o)
{
	const struct overview_block *b = &o->block[FOCUS_ALERTS];

	if (o->focus == FOCUS_ALERTS && b->n > 0)
		for (size_t i = 0; i < incidents_count(v->store); i++) {
			const struct incident *at = incidents_at(v->store, i);

			if (at != NULL && at->id == strtoull(b->row[b->at], NULL, 10))
				return at;
		}
	return o->focus == FOCUS_NONE || o->focus == FOCUS_ALERTS ? incidents_at(v->store, 0) : NULL;
}

/* Why most failed, where the head has no room for it. */
static bool
overview_because(const struct viewer *v, const struct canvas *c, char *out, size_t cap)
{
	struct why why;

	if (canvas_rows(c) >= OVERVIEW_HIGH_ROWS)
		return false;
	why_find(v->store, &why);
	(void)snprintf(out, cap, "%s", why.because);
	return out[0] != '\0';
}

static void
overview_hint_draw(struct viewer *v, const struct overview *o, struct canvas *c, int row)
{
	const struct incident *i = overview_incident(v, o);
	const struct event *e = overview_newest_event(v, o);
	char away[128], because[320];

	view_say_draw(v, c, row);
	if (v->say[0] != '\0')
		return;
	if (view_away(v, away, sizeof away))
		(void)canvas_text(c, row, 1, canvas_cols(c) - 1, ROLE_TEXT_KEY, slice_str(away));
	else if (i != NULL)
		overview_alert_hint(v, i, c, row);
	else if (o->focus != FOCUS_NONE && o->focus != FOCUS_NEWEST)
		overview_row_hint(v, o, c, row);
	else if (o->focus == FOCUS_NONE && overview_because(v, c, because, sizeof because))
		(void)canvas_text(
		    c, row, 1, canvas_cols(c) - 1, ROLE_TEXT, overview_whole(because, canvas_cols(c) - 1));
	else if (e != NULL)
		overview_event_hint(e, c, row);
}

static void
overview_draw_full(struct viewer *v, struct overview *o, struct canvas *c)
{
	struct overview_layout y = overview_layout(v, c);
	int row = 1;

	if (y.lens)
		overview_lens_draw(v, c, row++);
	overview_head_draw(v, o, c, row, &y);
	row = overview_trouble_draw(v, c, row + y.head);
	overview_classes_draw(v, o, c, row, y.with_zero);
	row += 1 + y.classes;
	if (y.figures)
		figures_draw(v, c, row++);
	overview_begin(&o->block[FOCUS_CODES]);
	overview_begin(&o->block[FOCUS_PEERS]);
	overview_begin(&o->block[FOCUS_USERS]);
	if (y.tops > 0)
		overview_tops_draw(v, o, c, row, y.tops);
	row += y.tops > 0 ? y.tops + 1 : 0;
	if (y.lows > 0)
		overview_lows_draw(v, o, c, row, y.lows);
	row += y.lows > 0 ? y.lows + 1 : 0;
	overview_newest_draw(v, o, c, row, y.list, y.header);
	if (y.hint || v->say[0] != '\0')
		overview_hint_draw(v, o, c, canvas_rows(c) - 2);
	view_status_line(v, c, 0, overview_newest_follow(v, o));
	view_key_bar(v, c, canvas_rows(c) - 1);
}

static void
overview_draw_empty(struct viewer *v, struct overview *o, struct canvas *c)
{
	int row = 1;

	if (!overview_refused(v))
		row = overview_trouble_draw(v, c, row);
	overview_empty_draw(v, c, row, canvas_rows(c) - row - 2);
	view_status_line(v, c, 0, (struct view_follow){ .shown = false });
	view_say_draw(v, c, canvas_rows(c) - 2);
	view_key_bar(v, c, canvas_rows(c) - 1);
	(void)o;
}

static void
overview_draw_small(struct viewer *v, struct overview *o, struct canvas *c)
{
	int rows = canvas_rows(c), row = 3;
	char trouble[320];
	bool hint = v->say[0] != '\0', incident = incidents_count(v->store) > 0;
	bool why_too = rows >= OVERVIEW_WHY_ROWS && (incident || store_event_count(v->store) > 0);
	struct why why;

	if (view_trouble(v->store, trouble, sizeof trouble))
		row++;
	row += why_too;
	(void)overview_trouble_draw(v, c, 1);
	overview_small_draw(v, c, row - 2 - why_too);
	if (why_too && incident)
		incidents_small_draw(v->store, c, row - 1, 1, canvas_cols(c) - 1);
	else if (why_too) {
		why_find(v->store, &why);
		(void)canvas_text(c, row - 1, 1, canvas_cols(c) - 1, why.role,
		    slice_str(why.small[0] != '\0' ? why.small : why.what));
	}
	overview_newest_small_draw(v, o, c, row, rows - row - 1 - hint);
	view_status_line(v, c, 0, overview_newest_follow(v, o));
	if (hint)
		view_say_draw(v, c, rows - 2);
	view_key_bar(v, c, rows - 1);
}

static void
overview_draw(struct viewer *v, void *state, struct canvas *c)
{
	struct overview *o = state;
	int rows = canvas_rows(c), cols = canvas_cols(c);

	if (v->moved) {
		overview_newest_to(v, o, v->event_id);
		o->focus = FOCUS_NEWEST;
	}
	v->moved = false;
	if (rows < VIEW_ROWS_MIN || cols < VIEW_COLS_MIN) {
		overview_one_line_draw(v, c);
		if (rows > 1 && store_event_count(v->store) > 0)
			overview_newest_small_draw(v, o, c, 1, rows - 1);
	} else if (overview_is_empty(v)) {
		overview_draw_empty(v, o, c);
	} else if (rows < OVERVIEW_SMALL_ROWS || cols < OVERVIEW_SMALL_COLS) {
		overview_draw_small(v, o, c);
	} else {
		overview_draw_full(v, o, c);
	}
}

/* The next block that has rows; NONE is none of them. */
static void
overview_focus(struct overview *o, bool forward)
{
	for (unsigned i = 0; i < FOCUS_N; i++) {
		o->focus = (enum overview_focus)((o->focus + (forward ? 1u : FOCUS_N - 1u)) % FOCUS_N);
		if (o->focus != FOCUS_NONE && o->block[o->focus].n > 0)
			return;
	}
	o->focus = FOCUS_NONE;
}

static void
overview_move(struct viewer *v, struct overview *o, enum list_move m)
{
	struct overview_block *b = &o->block[o->focus];
	struct list l = { .count = b->n, .cursor = b->at, .height = b->n };

	if (o->focus == FOCUS_NONE || o->focus == FOCUS_NEWEST) {
		bool first = o->focus == FOCUS_NONE && m == LIST_UP;

		o->focus = FOCUS_NEWEST;
		if (!first)
			overview_newest_move(v, o, m);
		return;
	}
	if (b->n == 0)
		return;
	list_move(&l, m);
	b->at = l.cursor;
	memcpy(b->key, b->row[b->at], sizeof b->key);
}

/* Any text as a value of the filter language. */
static void
overview_events(struct viewer *v, const char *field, const char *value)
{
	char filter[2 * OVERVIEW_KEY + 32];
	size_t n = (size_t)snprintf(filter, sizeof filter, "%s:\"", field);

	for (; *value != '\0' && n + 4 < sizeof filter; value++) {
		if (*value == '"' || *value == '\\')
			filter[n++] = '\\';
		filter[n++] = *value;
	}
	filter[n++] = '"';
	filter[n] = '\0';
	(void)viewer_open_events(v, filter);
}

static void
overview_open_alert(struct viewer *v, const struct incident *i)
{
	v->incident_id = i->id;
	viewer_push(v, &view_alert);
}

/* Show the event under the cursor by this view. */
static void
overview_open_event(struct viewer *v, const struct overview *o, const struct view_ops *ops)
{
	const struct event *e = overview_newest_event(v, o);

	if (e == NULL) {
		viewer_say(v, "there is no failure to open yet");
		return;
	}
	v->event_id = e->id;
	v->message = 0;
	viewer_push(v, ops);
}

static void
overview_enter(struct viewer *v, struct overview *o)
{
	const struct overview_block *b = &o->block[o->focus];
	const struct incident *i = overview_incident(v, o);
	char filter[64];

	if (i != NULL) {
		overview_open_alert(v, i);
	} else if (o->focus == FOCUS_NONE || o->focus == FOCUS_NEWEST || b->n == 0) {
		overview_open_event(v, o, &view_detail);
	} else if (o->focus == FOCUS_CLASSES && overview_is_good(b->row[b->at])) {
		viewer_say(v, "these are no failures: they are counted, not kept");
	} else if (o->focus == FOCUS_PEERS || o->focus == FOCUS_USERS) {
		overview_events(v, o->focus == FOCUS_PEERS ? "peer" : "user", b->row[b->at]);
	} else {
		bool silence = strcmp(b->row[b->at], "silence") == 0 || strcmp(b->row[b->at], "0") == 0;

		(void)snprintf(filter, sizeof filter, "%s:%s", o->focus == FOCUS_CLASSES && !silence ? "class" : "code",
		    silence ? "silence" : b->row[b->at]);
		(void)viewer_open_events(v, filter);
	}
}

static enum command
overview_dismiss(struct viewer *v, const struct overview *o)
{
	const struct incident *i = overview_incident(v, o);

	if (i == NULL) {
		viewer_say(v, incidents_count(v->store) > 0 ? "Tab goes to the alerts" : "there is no alert");
		return COMMAND_NONE;
	}
	v->request = (struct view_request){ .id = i->id };
	viewer_say(v, "dismissed until it ends: 5, then M, shows it");
	return COMMAND_INCIDENT_ACK;
}

/* Cursor, then filter; at the top there is nothing behind it. */
static enum command
overview_back(struct viewer *v, struct overview *o)
{
	if (o->focus != FOCUS_NONE) {
		o->focus = FOCUS_NONE;
		overview_newest_follow_set(v, o, true);
	} else if (v->filter != NULL)
		(void)lens_filter(v, "", &(struct errmsg){ .text = "" }, NULL);
	else if (store_looking(v->store) != 0)
		return lens_scrub(v, 0);
	else
		viewer_say(v, "q quits");
	return COMMAND_NONE;
}

static enum command
overview_end_key(struct viewer *v, struct overview *o)
{
	overview_newest_follow_set(v, o, true);
	if (o->focus != FOCUS_NONE)
		o->focus = FOCUS_NEWEST;
	return store_looking(v->store) != 0 ? lens_scrub(v, 0) : COMMAND_NONE;
}

static void
overview_worse_key(struct viewer *v, struct overview *o, bool older)
{
	o->focus = FOCUS_NEWEST;
	overview_newest_worse(v, o, older);
}

static enum command
overview_key(struct viewer *v, void *state, enum view_action action)
{
	struct overview *o = state;
	enum list_move m;

	if (action == ACTION_END)
		return overview_end_key(v, o);
	if (action == ACTION_RAW && overview_refused(v))
		return COMMAND_RETRY;
	if (action == ACTION_ACK && overview_refused(v))
		return COMMAND_DEMO;
	if (view_move_of(action, &m))
		overview_move(v, o, m);
	else if (action == ACTION_FIELD_NEXT || action == ACTION_FIELD_PREVIOUS)
		overview_focus(o, action == ACTION_FIELD_NEXT);
	else if (action == ACTION_FOLLOW)
		overview_newest_follow_set(v, o, !o->follow);
	else if (action == ACTION_WORSE || action == ACTION_WORSE_BACK)
		overview_worse_key(v, o, action == ACTION_WORSE);
	else if (action == ACTION_OPEN)
		overview_enter(v, o);
	else if (action == ACTION_LADDER || action == ACTION_RAW)
		overview_open_event(v, o, action == ACTION_RAW ? &view_raw : &view_ladder);
	else if (action == ACTION_FILTER)
		prompt_open(v, PROMPT_FILTER, v->filter_text);
	else if (action == ACTION_FILTER_FORM)
		viewer_push(v, &view_filter_form);
	else if (action == ACTION_SAVE)
		viewer_push(v, &view_save_form);
	else if (action == ACTION_ACK)
		return overview_dismiss(v, o);
	else if (action == ACTION_BACK)
		return overview_back(v, o);
	else if (action == ACTION_QUIT)
		return quit_ask(v);
	return COMMAND_NONE;
}

/* Where nothing may be captured digits choose an answer instead of a view. */
static bool
overview_raw_key(struct viewer *v, void *state, uint32_t key)
{
	(void)state;
	if (key < '1' || key > '5' || !overview_refused(v))
		return false;
	viewer_say(v, overview_refused_more(key - '0'));
	return true;
}

static bool
overview_click(struct viewer *v, void *state, int row, int col)
{
	struct overview *o = state;

	for (unsigned f = FOCUS_NONE + 1; f < FOCUS_N; f++) {
		struct overview_block *b = &o->block[f];
		int at = row - b->place.row;

		if (at < 0 || at >= b->place.rows || col < b->place.col || col >= b->place.col + b->place.cols)
			continue;
		o->focus = (enum overview_focus)f;
		if (f == FOCUS_NEWEST)
			overview_newest_to(v, o, strtoull(b->row[at], NULL, 10));
		b->at = (size_t)at;
		memcpy(b->key, b->row[at], sizeof b->key);
		return true;
	}
	return false;
}

const struct view_ops view_overview = {
	.name = "overview",
	.title = "Overview",
	.keys = overview_keys,
	.n_keys = sizeof overview_keys / sizeof overview_keys[0],
	.state_size = sizeof(struct overview),
	.open = overview_open,
	.draw = overview_draw,
	.key = overview_key,
	.raw_key = overview_raw_key,
	.click = overview_click,
};
