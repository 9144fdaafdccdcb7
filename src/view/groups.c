/*
 * groups - the inbox: failures folded by signature, new ones first; what was looked at is acknowledged or muted.
 * One thing to know: the rows are sorted anew at each draw, so the cursor is a group's key.  Until the user moves, it
 * stays on the first row, because that is where the new ones come.
 */
#include <stdio.h>
#include <string.h>

#include "sipwhy/timefmt.h"
#include "view_int.h"

enum { GROUPS_TAIL = 6, GROUPS_USERS = 64, GROUPS_USER = 32, GROUPS_EXACT = 64, GROUPS_STEP_MIN = 2 };

/* key 0: the first row.  rows: as drawn last. */
struct groups {
	struct list list;
	uint64_t key;
	bool with_muted;
	struct view_visit visit;
	size_t n;
	struct store_group row[STORE_GROUPS_MAX];
};

enum groups_column {
	GROUPS_MARK,
	GROUPS_CODE,
	GROUPS_REASON,
	GROUPS_METHOD,
	GROUPS_PEER,
	GROUPS_COUNT,
	GROUPS_MINUTE,
	GROUPS_CALLS,
	GROUPS_USER_COUNT,
	GROUPS_FIRST,
	GROUPS_LAST,
	GROUPS_HISTORY,
	GROUPS_COLUMNS
};

static const struct view_column groups_columns[GROUPS_COLUMNS] = {
	[GROUPS_MARK] = { "", 1, 1, 0, false },
	[GROUPS_CODE] = { "COD", 3, 3, 0, false },
	[GROUPS_REASON] = { "REASON", 11, 34, 0, false },
	[GROUPS_METHOD] = { "METHOD", 8, 8, 80, false },
	[GROUPS_PEER] = { " PEER", 14, 20, 0, false },
	[GROUPS_COUNT] = { "n", 5, 6, 0, true },
	[GROUPS_MINUTE] = { "1 min", 5, 5, 100, true },
	[GROUPS_CALLS] = { "calls", 5, 5, 64, true },
	[GROUPS_USER_COUNT] = { "users", 5, 5, 80, true },
	[GROUPS_FIRST] = { "FIRST", 8, 8, 120, false },
	[GROUPS_LAST] = { "LAST", 8, 8, 110, false },
	[GROUPS_HISTORY] = { "", 10, STORE_GROUP_HISTORY, 80, false },
};

static const struct view_key groups_keys[] = {
	VIEW_LIST_KEYS,
	{ ACTION_HOME, { UI_KEY_HOME, 'g' }, "Home g", "first row, and stay", NULL, NULL, 0 },
	{ ACTION_END, { UI_KEY_END, 'G' }, "End G", "last row", NULL, NULL, 0 },
	{ ACTION_OPEN, { UI_KEY_ENTER, '\n' }, "Enter", "explain its newest", "Enter", "Explain", 200 },
	{ ACTION_ACK, { 'd' }, "d", "done, till it comes back", "d", "Done", 190 },
	{ ACTION_MUTE, { 'm' }, "m", "mute, unmute", "m", "Mute", 180 },
	{ ACTION_SHOW_MUTED, { 'M' }, "M", "show muted ones, or not", "M", "Muted", 170 },
	{ ACTION_BACK, { UI_KEY_ESC, 'q', UI_KEY_BACKSPACE }, "Esc q", "back", "Esc", "Back", 255 },
};

/* What tells most of why: the cause, else the words. */
static void
groups_reason(const struct store_group *g, char *out, size_t cap)
{
	const struct q850_cause *cause = g->q850 >= 0 ? q850_find((unsigned)g->q850) : NULL;
	const char *words = g->phrase[0] != '\0' ? g->phrase : view_code_words(g->code);

	if (g->q850 >= 0)
		(void)snprintf(out, cap, "%sQ.850/%d %s", g->in_call ? "in call: " : "", g->q850,
		    cause != NULL && cause->name != NULL ? cause->name : words);
	else
		(void)snprintf(out, cap, "%s%s", g->in_call ? "in call: " : "", words);
}

/* Above GROUPS_EXACT the store estimates; folded failures tell neither calls nor users. */
static const char *
groups_about(unsigned n, char *out, size_t cap)
{
	char text[24];

	(void)snprintf(
	    out, cap, "%s%s", n > GROUPS_EXACT ? "~" : "", n > 0 ? view_number(text, sizeof text, n, 4) : "-");
	return out;
}

static void
groups_history_draw(const struct view_table *t, const struct store_group *g, struct canvas *c, int row)
{
	uint64_t history[STORE_GROUP_HISTORY];

	for (size_t i = 0; i < STORE_GROUP_HISTORY; i++)
		history[i] = g->history[i];
	if (t->width[GROUPS_HISTORY] > 0)
		spark_draw(
		    c, row, t->at[GROUPS_HISTORY], t->width[GROUPS_HISTORY], ROLE_SPARK, history, STORE_GROUP_HISTORY);
}

static enum ui_role
groups_role(const struct store_group *g)
{
	return g->muted ? ROLE_LIST_MUTED : g->acked ? ROLE_TEXT_DIM : g->fresh ? ROLE_LIST_NEW : ROLE_TEXT;
}

static const char *
groups_way(const struct store_group *g)
{
	return g->direction == DIRECTION_SENT ? ">" : g->direction == DIRECTION_RECEIVED ? "<" : " ";
}

static void
groups_peer_draw(const struct view_table *t, const struct store_group *g, struct canvas *c, int row, enum ui_role role)
{
	int at = t->at[GROUPS_PEER], width = t->width[GROUPS_PEER];

	(void)canvas_text(c, row, at, 1, ROLE_TEXT_DIM, slice_str(groups_way(g)));
	view_name(c, row, at + 1, width - 1, role, slice_str(g->peer[0] != '\0' ? g->peer : "-"));
}

static void
groups_row_draw(const struct view_table *t, const struct store_group *g, struct canvas *c, int row)
{
	enum ui_role role = groups_role(g);
	bool away = g->muted || g->acked;
	char text[96], number[32];

	view_table_cell(t, c, row, GROUPS_MARK, ROLE_TEXT_KEY,
	    slice_str(g->muted ? "M"
		    : g->acked ? "d"
		    : g->fresh ? "N"
			       : ""));
	view_table_cell(t, c, row, GROUPS_CODE, away ? role : view_code_role(g->code),
	    slice_str(view_code(number, sizeof number, g->code)));
	groups_reason(g, text, sizeof text);
	view_table_cell(t, c, row, GROUPS_REASON, role, slice_str(text));
	view_table_cell(t, c, row, GROUPS_METHOD, away ? role : ROLE_TEXT_DIM, slice_str(g->method));
	groups_peer_draw(t, g, c, row, role);
	view_table_cell(t, c, row, GROUPS_COUNT, role, slice_str(view_number(number, sizeof number, g->count, 5)));
	view_table_cell(
	    t, c, row, GROUPS_MINUTE, role, slice_str(view_number(number, sizeof number, g->last_minute, 5)));
	view_table_cell(t, c, row, GROUPS_CALLS, role, slice_str(groups_about(g->calls, number, sizeof number)));
	view_table_cell(t, c, row, GROUPS_USER_COUNT, role, slice_str(groups_about(g->users, number, sizeof number)));
	view_table_cell(
	    t, c, row, GROUPS_FIRST, ROLE_TEXT_DIM, slice_str(timefmt_clock(text, sizeof text, g->first_ns)));
	view_table_cell(t, c, row, GROUPS_LAST, ROLE_TEXT_DIM, slice_str(timefmt_clock(text, sizeof text, g->last_ns)));
	groups_history_draw(t, g, c, row);
}

/* Failures of each user among the newest; the first GROUPS_USERS users are told apart. */
struct groups_users {
	struct {
		struct slice name;
		unsigned n;
	} user[GROUPS_USERS];
	size_t n;
};

static void
groups_users_count(struct groups_users *u, struct slice name)
{
	size_t i = name.n > 0 ? 0 : GROUPS_USERS;

	while (i < u->n && !slice_eq(u->user[i].name, name))
		i++;
	if (i == GROUPS_USERS)
		return;
	if (i == u->n)
		u->user[u->n++].name = name;
	u->user[i].n++;
}

static char *
groups_users_text(const struct store *s, uint64_t key, char *out, size_t cap)
{
	struct groups_users u = { .n = 0 };
	size_t n = store_event_count(s), at = 0;

	for (size_t i = 0; i < VIEW_LOOK_BACK && i < n; i++) {
		const struct event *e = store_event_at(s, n - 1 - i);

		if (e != NULL && !e->recovered && store_group_key(s, e) == key)
			groups_users_count(&u, e->from.n > 0 ? e->from : e->to);
	}
	out[0] = '\0';
	for (int told = 0; told < 3; told++) {
		size_t most = 0;

		for (size_t i = 1; i < u.n; i++)
			most = u.user[i].n > u.user[most].n ? i : most;
		if (u.n == 0 || u.user[most].n == 0 || at >= cap)
			break;
		at += (size_t)snprintf(out + at, cap - at, "%s%.*s x%u", told > 0 ? ", " : "",
		    (int)(u.user[most].name.n < GROUPS_USER ? u.user[most].name.n : GROUPS_USER), u.user[most].name.p,
		    u.user[most].n);
		u.user[most].n = 0;
	}
	return out;
}

/* "first 14:21:08, last 14:32:06", with the day of what did not begin today. */
static void
groups_when(const struct store *s, const struct store_group *g, char *out, size_t cap)
{
	bool day = store_now(s) - g->first_ns > 20 * 3600 * NS_PER_S;
	char first[32], last[32];

	(void)(day ? timefmt_date_ms(first, sizeof first, g->first_ns)
		   : timefmt_clock(first, sizeof first, g->first_ns));
	first[day ? 19 : 8] = '\0';
	(void)snprintf(out, cap, "first %s, last %s", first, timefmt_clock(last, sizeof last, g->last_ns));
}

static const char *
groups_state(const struct store_group *g)
{
	if (g->muted)
		return "Muted: out of the way until m is pressed on it again.";
	if (g->acked)
		return "Acknowledged: it comes back as soon as it happens again after 5 minutes of quiet.";
	return g->fresh ? "New: not seen before in this run." : "Seen before in this run.";
}

static const char *
groups_toward(const struct store_group *g)
{
	return g->direction != DIRECTION_SENT ? "from" : g->code == 0 ? "to" : "sent to";
}

/* Who, since when, seen before? */
static void
groups_tail_draw(const struct viewer *v, const struct groups *g, struct canvas *c, const struct view_rows *y)
{
	const struct store_group *row = &g->row[g->list.cursor];
	char reason[96], text[320], code[8], count[32], calls[24], users[24];
	struct sip_explanation why = { .headline = "" };
	const struct event *e = store_event_at(v->store, store_event_index(v->store, row->newest));
	struct page p;

	groups_reason(row, reason, sizeof reason);
	(void)snprintf(text, sizeof text, "%s %s, %s %s %s", view_code(code, sizeof code, row->code), reason,
	    row->method, groups_toward(row), row->peer[0] != '\0' ? row->peer : "an unknown peer");
	page_begin(&p, c, y->tail, y->tail_height, 0);
	page_frame(&p, text);
	groups_when(v->store, row, reason, sizeof reason);
	(void)snprintf(text, sizeof text, "%s failure%s, %s call%s, %s user%s; %s.",
	    view_number(count, sizeof count, row->count, 11), row->count == 1 ? "" : "s",
	    groups_about(row->calls, calls, sizeof calls), row->calls == 1 ? "" : "s",
	    groups_about(row->users, users, sizeof users), row->users == 1 ? "" : "s", reason);
	page_text(&p, ROLE_TEXT, 1, 1, slice_str(text));
	page_text(&p, ROLE_TEXT_STRONG, 1, 1, slice_str(groups_state(row)));
	if (groups_users_text(v->store, row->key, reason, sizeof reason)[0] != '\0') {
		(void)snprintf(text, sizeof text, "Most of the newest: %s", reason);
		page_text(&p, ROLE_TEXT, 1, 1, slice_str(text));
	}
	if (e != NULL && e->id == row->newest)
		view_explain(e, &why);
	page_text(&p, ROLE_TEXT, 1, 1, slice_str(why.headline));
}

static void
groups_title(const struct viewer *v, const struct groups *g, char *out, size_t cap)
{
	size_t muted, all = store_group_count(v->store, &muted), fresh = 0, acked = 0;
	char words[3][48] = { "", "", "" };

	for (size_t i = 0; i < g->n; i++) {
		fresh += g->row[i].fresh && !g->row[i].muted;
		acked += g->row[i].acked && !g->row[i].muted;
	}
	if (fresh > 0)
		(void)snprintf(words[0], sizeof words[0], "  new %zu", fresh);
	if (acked > 0)
		(void)snprintf(words[1], sizeof words[1], "  done %zu", acked);
	if (muted > 0)
		(void)snprintf(words[2], sizeof words[2], "  muted %zu%s", muted, g->with_muted ? "" : " (M)");
	(void)snprintf(out, cap, "Groups %zu%s%s%s", all, words[0], words[1], words[2]);
}

static void
groups_empty_draw(const struct viewer *v, const struct groups *g, struct canvas *c, int row)
{
	size_t muted;

	(void)store_group_count(v->store, &muted);
	(void)canvas_text(c, row, 2, canvas_cols(c) - 2, ROLE_TEXT_DIM,
	    slice_str(muted > 0 && !g->with_muted ? "All groups are muted; M shows them."
						  : "No failure so far, so there is nothing to group."));
}

static void
groups_sync(struct viewer *v, struct groups *g, int height)
{
	g->n = store_groups(v->store, g->with_muted, g->row, STORE_GROUPS_MAX);
	if (g->key == 0)
		g->list.cursor = 0;
	for (size_t i = 0; g->key != 0 && i < g->n; i++)
		if (g->row[i].key == g->key)
			g->list.cursor = i;
	list_set(&g->list, g->n, (size_t)(height > 0 ? height : 0));
}

static void
groups_draw(struct viewer *v, void *state, struct canvas *c)
{
	struct groups *g = state;
	struct view_rows y = view_rows(v, c, GROUPS_TAIL);
	struct view_column columns[GROUPS_COLUMNS];
	struct view_table t;
	char title[160], history[32];

	view_visit_end(v, &g->visit);
	groups_sync(v, g, y.height);
	groups_title(v, g, title, sizeof title);
	view_rows_draw(v, &y, &g->list, c, title);
	memcpy(columns, groups_columns, sizeof columns);
	view_table_begin(&t, c, columns, GROUPS_COLUMNS);
	(void)snprintf(history, sizeof history, "%d min", t.width[GROUPS_HISTORY] * GROUPS_STEP_MIN);
	columns[GROUPS_HISTORY].title = history;
	view_table_header(&t, c, y.header);
	if (g->n == 0) {
		groups_empty_draw(v, g, c, y.first + (y.height > 2));
		return;
	}
	for (size_t i = 0; i < g->list.height && g->list.top + i < g->n; i++) {
		groups_row_draw(&t, &g->row[g->list.top + i], c, y.first + (int)i);
		if (g->list.top + i == g->list.cursor)
			view_table_cursor(c, y.first + (int)i);
	}
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
	v->group = row->key;
	viewer_say(v, "acknowledged: it stands below until it comes again after 5 minutes of quiet");
	groups_go_on(g);
	return COMMAND_GROUP_ACK;
}

static enum command
groups_mute(struct viewer *v, struct groups *g)
{
	const struct store_group *row = &g->row[g->list.cursor];

	v->group = row->key;
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

static enum command
groups_key(struct viewer *v, void *state, enum view_action action)
{
	struct groups *g = state;

	if (view_list_move(&g->list, action)) {
		g->key = g->n > 0 && action != ACTION_HOME ? g->row[g->list.cursor].key : 0;
		return COMMAND_NONE;
	}
	if (action == ACTION_BACK)
		viewer_pop(v);
	else if (action == ACTION_SHOW_MUTED)
		groups_show_muted(v, g);
	else if (g->n == 0)
		viewer_say(v, "there is no group yet");
	else if (action == ACTION_OPEN)
		view_visit_open(v, &g->visit, g->row[g->list.cursor].newest);
	else if (action == ACTION_ACK)
		return groups_ack(v, g);
	else if (action == ACTION_MUTE)
		return groups_mute(v, g);
	return COMMAND_NONE;
}

static void
groups_open(struct viewer *v, void *state)
{
	groups_sync(v, state, 1);
}

static void
groups_close(struct viewer *v, void *state)
{
	struct groups *g = state;

	view_visit_end(v, &g->visit);
}

const struct view_ops view_groups = {
	.name = "groups",
	.title = "Groups",
	.keys = groups_keys,
	.n_keys = sizeof groups_keys / sizeof groups_keys[0],
	.state_size = sizeof(struct groups),
	.open = groups_open,
	.draw = groups_draw,
	.key = groups_key,
	.close = groups_close,
};
