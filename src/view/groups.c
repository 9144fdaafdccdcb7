/*
 * groups - the same failures by what they have in common: the inbox by signature, or by code, peer, user and so on.
 * One thing to know: the rows are made anew at each draw, so the cursor is what names a row.  Until the user moves, it
 * stays on the first row, because that is where the new ones come.
 */
#include "groups_int.h"

#include <stdio.h>
#include <string.h>

#include "sipwhy/timefmt.h"

enum { GROUPS_TAIL = 7, GROUPS_RIGHT = 96 };
enum { GROUPS_STEP_S = 60 * GROUPS_STEP_MIN, GROUPS_HOUR_S = 3600 };

static const struct {
	const char *name, *field;
	const struct groups_kind *kind;
} groups_ways[GROUPS_BY_N] = {
	[GROUPS_BY_SIGNATURE] = { "signature", "", &groups_kind_signature },
	[GROUPS_BY_CODE] = { "code", "code", &groups_kind_field },
	[GROUPS_BY_PEER] = { "peer", "peer", &groups_kind_peer },
	[GROUPS_BY_USER] = { "user", "user", &groups_kind_field },
	[GROUPS_BY_AGENT] = { "UA", "ua", &groups_kind_field },
	[GROUPS_BY_METHOD] = { "method", "method", &groups_kind_field },
	[GROUPS_BY_PREFIX] = { "prefix", "prefix", &groups_kind_field },
	[GROUPS_BY_REASON] = { "reason", "reason", &groups_kind_field },
	[GROUPS_BY_SOURCE] = { "source", "source", &groups_kind_field },
};

static const struct view_key groups_keys[] = {
	VIEW_LIST_KEYS,
	{ ACTION_HOME, { UI_KEY_HOME, 'g' }, "Home g", "first row, and stay", NULL, NULL, 0, NULL, PART_MOVE },
	{ ACTION_END, { UI_KEY_END, 'G' }, "End G", "last row", NULL, NULL, 0, NULL, PART_MOVE },
	{ ACTION_OPEN, { UI_KEY_ENTER, '\n' }, "Enter", "its events", "Enter", "Events", 200, NULL, PART_MOVE },
	{ ACTION_FILTER, { '/', UI_KEY_F3, '\\' }, "/ F3 \\", "filter while typing", "/", "Filter", 185, "F3",
	    PART_NARROW },
	{ ACTION_FILTER_FORM, { UI_KEY_F7, 'f' }, "F7 f", "filter as a form", NULL, "Build", 0, "F7", PART_NARROW },
	{ ACTION_WITH, { '=' }, "=", "filter: only such", "=/!", "with/without", 100, NULL, PART_NARROW },
	{ ACTION_WITHOUT, { '!' }, "!", "filter: without such", NULL, NULL, 0, NULL, PART_NARROW },
	{ ACTION_GROUP_BY, { 'b' }, "b", "group by the next field", "b", "By", 195, NULL, PART_LOOK },
	{ ACTION_SORT_PREVIOUS, { '<' }, "<", "sort peers by the last", NULL, NULL, 0, NULL, PART_LOOK },
	{ ACTION_SORT_NEXT, { '>' }, ">", "sort peers by the next", NULL, NULL, 0, NULL, PART_LOOK },
	{ ACTION_SORT_TURN, { 'z' }, "z", "turn the order", NULL, NULL, 0, NULL, PART_LOOK },
	{ ACTION_LADDER, { 'x', UI_KEY_F4 }, "x F4", "one example as ladder", "x", "Flow", 175, "F4", PART_LOOK },
	{ ACTION_RAW, { 'r', UI_KEY_F6 }, "r F6", "its newest message", "r", "Raw", 172, "F6", PART_LOOK },
	{ ACTION_DIFF, { 'D' }, "D", "it and a good call", NULL, NULL, 0, NULL, PART_LOOK },
	{ ACTION_COPY, { 'y' }, "y", "copy this line", "y", "Copy", 160, NULL, PART_DO },
	{ ACTION_SAVE, { 's', UI_KEY_F2 }, "s F2", "save marked, else shown", "s", "Save", 90, "F2", PART_DO },
	{ ACTION_ACK, { 'd' }, "d", "done, till it comes back", "d", "Done", 190, NULL, PART_DO },
	{ ACTION_MUTE, { 'm' }, "m", "mute, unmute", "m", "Mute", 180, NULL, PART_DO },
	{ ACTION_SHOW_MUTED, { 'M' }, "M", "show muted ones, or not", "M", "Muted", 170, NULL, PART_DO },
	{ ACTION_BACK, { UI_KEY_ESC, UI_KEY_BACKSPACE }, "Esc", "drop the filter; back", NULL, NULL, 0, NULL,
	    PART_MOVE },
	{ ACTION_QUIT, { 'q' }, "q", "back", "q", "Back", 255, "q", PART_MOVE },
};

const char *
groups_by_name(enum groups_by by)
{
	return groups_ways[by].name;
}

const char *
groups_by_field(enum groups_by by)
{
	return groups_ways[by].field;
}

static const struct groups_kind *
groups_kind(const struct groups *g)
{
	return groups_ways[g->by].kind;
}

static const char *
groups_window(const struct viewer *v)
{
	switch (view_window_s(v)) {
	case 60:
		return "1m";
	case 300:
		return "5m";
	case 900:
		return "15m";
	case 3600:
		return "1h";
	case 86400:
		return "24h";
	default:
		return "all";
	}
}

char *
groups_window_title(const struct viewer *v, char *out, size_t cap)
{
	(void)snprintf(
	    out, cap, "n%s%s", view_window_s(v) > 0 ? " " : "", view_window_s(v) > 0 ? groups_window(v) : "");
	return out;
}

char *
groups_when(const struct viewer *v, int64_t first_ns, int64_t last_ns, char *out, size_t cap)
{
	char first[32], last[32];

	if (first_ns == 0)
		(void)snprintf(out, cap, "last %s", view_when(last, sizeof last, last_ns, store_now(v->store)));
	else
		(void)snprintf(out, cap, "first %s, last %s",
		    view_when(first, sizeof first, first_ns, store_now(v->store)),
		    view_when(last, sizeof last, last_ns, first_ns));
	return out;
}

void
groups_spark(const struct viewer *v, const struct view_table *t, struct canvas *c, int row, size_t column,
    const uint32_t history[30])
{
	uint64_t wide[STORE_GROUP_HISTORY] = { 0 }, in_s[STORE_GROUP_HISTORY] = { 0 };
	const int last = STORE_GROUP_HISTORY - 1;
	int width = t->width[column], n = width < STORE_GROUP_HISTORY ? width : STORE_GROUP_HISTORY;
	uint64_t gone_s = store_now(v->store) > 0 ? (uint64_t)(store_now(v->store) / NS_PER_S % GROUPS_STEP_S) : 0;

	/* Always the whole hour, in as many columns as there are: how often it came, since they hold unlike times. */
	for (int i = 0; n > 0 && i <= last; i++) {
		wide[i * n / STORE_GROUP_HISTORY] += history[i];
		in_s[i * n / STORE_GROUP_HISTORY] += i < last ? GROUPS_STEP_S : gone_s;
	}
	/* The newest has just begun: what came before belongs to it as well, or each would end in a fall. */
	if (n > 0 && in_s[n - 1] < GROUPS_STEP_S / 2) {
		wide[n - 1] += history[last - 1];
		in_s[n - 1] += GROUPS_STEP_S;
	}
	for (int i = 0; i < n; i++)
		wide[i] = (wide[i] * GROUPS_HOUR_S + in_s[i] - 1) / in_s[i];
	if (n > 0)
		spark_draw(c, row, t->at[column] + width - n, n, ROLE_SPARK, wide, (size_t)n);
}

void
groups_state(const struct viewer *v, const struct groups *g, char *out, size_t cap)
{
	size_t at = strlen(out);
	char n[32];

	if (groups_told_is_used(v, g))
		return;
	if (!g->field.whole && g->field.count != NULL)
		(void)snprintf(out + at, cap - at, "  counting");
	else if (!groups_field_covers(v))
		(void)snprintf(
		    out + at, cap - at, "  of the %s kept", view_number(n, sizeof n, store_event_count(v->store), 9));
}

bool
groups_term(char *out, size_t cap, const char *field, const char *value)
{
	size_t at = strlen(out);

	if (at > 0 && at + 1 < cap) {
		out[at++] = ' ';
		out[at] = '\0';
	}
	return filter_term_put(out + at, cap - at, false, field, slice_str(value)) > 0;
}

char *
groups_headline(const struct viewer *v, uint64_t id, char *out, size_t cap)
{
	const struct event *e = store_event_at(v->store, store_event_index(v->store, id));
	struct sip_explanation why = { .headline = "" };

	if (id != 0 && e != NULL && e->id == id)
		view_explain(e, &why);
	(void)slice_copy(out, cap, slice_str(why.headline));
	return out;
}

/* "Groups by peer   sort ASR change ^   Window 5m   Filter ...", and at the right end how many there are. */
static void
groups_title_draw(const struct viewer *v, const struct groups *g, struct canvas *c, int row)
{
	char left[FILTER_TEXT_MAX + 128], right[GROUPS_RIGHT], sort[48];
	int cols = canvas_cols(c), end;

	groups_kind(g)->summary(v, g, right, sizeof right);
	end = cols - 1 - (int)strlen(right);
	(void)snprintf(sort, sizeof sort, "   sort %s",
	    groups_kind(g)->sorted != NULL ? groups_kind(g)->sorted(g) : groups_kind(g)->sort);
	/* Of what does not fit the order goes first. */
	for (int with = 1; with >= 0; with--) {
		(void)snprintf(left, sizeof left, "Groups by %s%s   Window %s%s%s", groups_by_name(g->by),
		    with ? sort : "", groups_window(v), v->filter != NULL ? "   Filter " : "",
		    v->filter != NULL ? v->filter_text : "");
		if ((int)strlen(left) + 3 < end)
			break;
	}
	/* In narrow windows the number gives way to what the rows are. */
	if (end < 30)
		end = cols;
	else
		(void)canvas_printf(c, row, end, cols - end, ROLE_TEXT, "%s", right);
	(void)canvas_printf(c, row, 1, end - 2, ROLE_TEXT, "%s", left);
}

/* "Group by (b): [signature] code peer ..." */
static void
groups_ways_title(const struct groups *g, char *out, size_t cap)
{
	size_t at = (size_t)snprintf(out, cap, "Group by (b):");

	for (unsigned by = 0; by < GROUPS_BY_N && at < cap; by++)
		at += (size_t)snprintf(out + at, cap - at, by == g->by ? " [%s]" : " %s", groups_by_name(by));
}

static void
groups_tail_draw(struct viewer *v, const struct groups *g, struct canvas *c, const struct view_rows *y)
{
	/* The last row has the keys, and the one before it what the marks mean. */
	int legend = groups_kind(g)->legend != NULL && y->tail_height > 5, keys = y->tail_height > 4;
	char title[128], place[32], of[16], n[16];
	struct page p;

	groups_ways_title(g, title, sizeof title);
	(void)view_frame(c, y->tail, 0, canvas_cols(c), title);
	page_begin(&p, c, y->tail + 1, y->tail_height - 1 - legend - keys, 0);
	if (g->list.count > 0)
		groups_kind(g)->tail(v, g, &p, g->list.cursor);
	if (legend)
		(void)canvas_printf(c, y->tail + y->tail_height - 1 - keys, 1, canvas_cols(c) - 1, ROLE_TEXT_DIM, "%s",
		    groups_kind(g)->legend);
	(void)snprintf(place, sizeof place, "%s/%s",
	    view_number(n, sizeof n, g->list.count > 0 ? g->list.cursor + 1 : 0, 6),
	    view_number(of, sizeof of, g->list.count, 6));
	if (keys)
		view_letters(v, c, y->tail + y->tail_height - 1, place);
}

static void
groups_sync(struct viewer *v, struct groups *g, int height)
{
	size_t cursor = 0, n = groups_kind(g)->sync(v, g, &cursor);

	g->list.cursor = cursor;
	list_set(&g->list, n, (size_t)(height > 0 ? height : 0));
}

static void
groups_list_draw(struct viewer *v, const struct groups *g, struct canvas *c, const struct view_rows *y)
{
	struct view_column columns[VIEW_COLUMNS_MAX];
	struct view_table t;
	char titles[32];
	size_t n = groups_kind(g)->columns(v, g, columns, titles, sizeof titles);

	view_table_begin(&t, c, columns, n);
	view_table_header(&t, c, y->header);
	view_spots_list(v, y->first, &g->list, canvas_cols(c));
	for (size_t i = 0; groups_kind(g)->sort_of != NULL && i < n; i++)
		if (t.width[i] > 0 && groups_kind(g)->sort_of(i) >= 0)
			view_spots_column(v, y->header, t.at[i], t.width[i], (uint8_t)groups_kind(g)->sort_of(i));
	for (size_t i = 0; i < g->list.height && g->list.top + i < g->list.count; i++) {
		groups_kind(g)->draw(v, g, &t, c, y->first + (int)i, g->list.top + i);
		if (g->list.top + i == g->list.cursor)
			view_table_cursor(c, y->first + (int)i);
	}
}

void
groups_view_draw(struct viewer *v, void *state, struct canvas *c)
{
	struct groups *g = state;
	struct view_rows y = view_rows(v, c, GROUPS_TAIL);

	view_visit_end(v, &g->visit);
	groups_sync(v, g, y.height);
	if (y.title >= 0) {
		view_status_line(v, c, 0, (struct view_follow){ .shown = false });
		groups_title_draw(v, g, c, y.title);
		view_say_draw(v, c, y.say);
		view_key_bar(v, c, y.bar);
	}
	groups_list_draw(v, g, c, &y);
	if (g->list.count == 0)
		(void)canvas_text(c, y.first + (y.height > 2), 2, canvas_cols(c) - 2, ROLE_TEXT_DIM,
		    slice_str(groups_kind(g)->empty(v, g)));
	if (y.tail >= 0)
		groups_tail_draw(v, g, c, &y);
}

/* The row goes elsewhere; the cursor goes on to the one that comes after it. */
static void
groups_go_on(struct groups *g)
{
	size_t next = g->list.cursor + 1 < g->n ? g->list.cursor + 1 : g->list.cursor;

	g->key = g->row[next].key;
}

static enum command
groups_ack(struct viewer *v, struct groups *g)
{
	const struct store_group *row = &g->row[g->list.cursor];

	if (row->acked) {
		viewer_say(v, "it is acknowledged already");
		return COMMAND_NONE;
	}
	v->request.id = row->key;
	viewer_say(v, "acknowledged: it stands below until it comes again after 5 minutes of quiet");
	groups_go_on(g);
	return COMMAND_GROUP_ACK;
}

static enum command
groups_mute(struct viewer *v, struct groups *g)
{
	const struct store_group *row = &g->row[g->list.cursor];

	v->request.id = row->key;
	viewer_say(v, row->muted ? "unmuted" : "muted: M shows it, m there takes it back");
	if (row->muted) {
		g->key = row->key;
		return COMMAND_GROUP_UNMUTE;
	}
	groups_go_on(g);
	return COMMAND_GROUP_MUTE;
}

static void
groups_show_muted(struct viewer *v, struct groups *g)
{
	g->with_muted = !g->with_muted;
	viewer_say(v, g->with_muted ? "muted ones are shown, below the others" : "muted ones are hidden");
}

/* What only signatures can be told. */
static enum command
groups_signature_key(struct viewer *v, struct groups *g, enum view_action action)
{
	if (g->by != GROUPS_BY_SIGNATURE)
		viewer_say(v, "only signatures can be dismissed or muted: b groups by signature");
	else if (action == ACTION_SHOW_MUTED)
		groups_show_muted(v, g);
	else if (g->list.count == 0)
		viewer_say(v, "there is no group yet");
	else
		return action == ACTION_ACK ? groups_ack(v, g) : groups_mute(v, g);
	return COMMAND_NONE;
}

/* One filter that means the row's failures, or (negate) all others. */
static void
groups_narrow(struct viewer *v, const char *terms, bool negate)
{
	char text[FILTER_TEXT_MAX + 8];
	bool many = strchr(terms, ' ') != NULL;

	(void)snprintf(text, sizeof text, "%s%s%s%s", negate ? "-" : "", negate && many ? "(" : "", terms,
	    negate && many ? ")" : "");
	lens_narrow(v, text);
}

/* Its events are those of the filter in force as well, which counted them. */
static void
groups_open_events(struct viewer *v, const struct groups *g, enum view_action action)
{
	char terms[FILTER_TEXT_MAX] = "", text[2 * FILTER_TEXT_MAX + 8];

	if (!groups_kind(g)->terms(v, g, g->list.cursor, terms, sizeof terms)) {
		viewer_say(v, "nothing is known here that a filter could ask for");
		return;
	}
	if (action != ACTION_OPEN) {
		groups_narrow(v, terms, action == ACTION_WITHOUT);
		return;
	}
	(void)viewer_open_events(v, lens_with(v, terms, text, sizeof text));
}

/* Its newest failure, as one of them looks. */
static void
groups_example(struct viewer *v, struct groups *g, const struct view_ops *ops)
{
	uint64_t id = groups_kind(g)->newest(g, g->list.cursor);
	const struct event *e = store_event_at(v->store, store_event_index(v->store, id));

	if (id == 0 || e == NULL || e->id != id) {
		viewer_say(v, "no example of it is kept any more");
		return;
	}
	g->visit = (struct view_visit){ .id = v->event_id, .moved = v->moved, .open = true };
	v->event_id = id;
	v->message = 0;
	viewer_push(v, ops);
}

static enum command
groups_copy(struct viewer *v, struct groups *g)
{
	groups_kind(g)->line(v, g, g->list.cursor, g->line, sizeof g->line);
	v->request.body = slice_str(g->line);
	return COMMAND_COPY;
}

static void
groups_turn(struct viewer *v, struct groups *g)
{
	g->by = (g->by + 1) % GROUPS_BY_N;
	g->sort = 0;
	g->sort_turned = false;
	g->list = (struct list){ .count = 0 };
	g->value[0] = '\0';
	groups_sync(v, g, 1);
}

/* A click: the column it stands by already is turned round. */
void
groups_view_sort(struct viewer *v, void *state, uint8_t sort)
{
	struct groups *g = state;
	char text[64];

	g->sort_turned = g->sort == sort && !g->sort_turned;
	g->sort = sort;
	(void)snprintf(text, sizeof text, "sorted by %s", groups_kind(g)->sorted(g));
	viewer_say(v, text);
}

static void
groups_sort(struct viewer *v, struct groups *g, enum view_action action)
{
	char text[64];

	if (groups_kind(g)->sorted == NULL) {
		viewer_say(v, "these stand by their number; groups by signature or peer (b) can be sorted");
		return;
	}
	if (action == ACTION_SORT_TURN)
		g->sort_turned = !g->sort_turned;
	else
		g->sort =
		    (g->sort + (action == ACTION_SORT_NEXT ? 1 : groups_kind(g)->sorts - 1)) % groups_kind(g)->sorts;
	(void)snprintf(text, sizeof text, "sorted by %s", groups_kind(g)->sorted(g));
	viewer_say(v, text);
}

static enum command
groups_row_key(struct viewer *v, struct groups *g, enum view_action action)
{
	if (g->list.count == 0)
		viewer_say(v, "there is no group yet");
	else if (action == ACTION_OPEN || action == ACTION_WITH || action == ACTION_WITHOUT)
		groups_open_events(v, g, action);
	else if (action == ACTION_LADDER)
		groups_example(v, g, &view_ladder);
	else if (action == ACTION_RAW)
		groups_example(v, g, &view_raw);
	else if (action == ACTION_DIFF)
		groups_example(v, g, &view_diff);
	else if (action == ACTION_COPY)
		return groups_copy(v, g);
	return COMMAND_NONE;
}

/* What was put on comes off first. */
static void
groups_back(struct viewer *v, bool drop)
{
	struct errmsg em;

	if (!drop || v->filter == NULL) {
		viewer_pop(v);
		return;
	}
	(void)lens_filter(v, "", &em, NULL);
	viewer_say(v, "filter dropped");
}

enum command
groups_view_key(struct viewer *v, void *state, enum view_action action)
{
	struct groups *g = state;

	if (view_list_move(&g->list, action)) {
		groups_kind(g)->keep(g, action == ACTION_HOME || g->list.count == 0);
		return COMMAND_NONE;
	}
	if (action == ACTION_BACK || action == ACTION_QUIT)
		groups_back(v, action == ACTION_BACK);
	else if (action == ACTION_FILTER)
		prompt_open(v, PROMPT_FILTER, v->filter_text);
	else if (action == ACTION_FILTER_FORM)
		viewer_push(v, &view_filter_form);
	else if (action == ACTION_SAVE)
		viewer_push(v, &view_save_form);
	else if (action == ACTION_GROUP_BY)
		groups_turn(v, g);
	else if (action == ACTION_SORT_PREVIOUS || action == ACTION_SORT_NEXT || action == ACTION_SORT_TURN)
		groups_sort(v, g, action);
	else if (action == ACTION_ACK || action == ACTION_MUTE || action == ACTION_SHOW_MUTED)
		return groups_signature_key(v, g, action);
	else
		return groups_row_key(v, g, action);
	return COMMAND_NONE;
}

void
groups_view_open(struct viewer *v, void *state)
{
	groups_sync(v, state, 1);
}

void
groups_view_close(struct viewer *v, void *state)
{
	struct groups *g = state;

	view_visit_end(v, &g->visit);
	sift_groups_free(g->field.count);
}

const struct view_ops view_groups = {
	.name = "groups",
	.title = "Groups",
	.keys = groups_keys,
	.n_keys = sizeof groups_keys / sizeof groups_keys[0],
	.state_size = sizeof(struct groups),
	.open = groups_view_open,
	.draw = groups_view_draw,
	.key = groups_view_key,
	.close = groups_view_close,
	.sort = groups_view_sort,
};
