/*
 * notices - log lines that tell of a failure and name no code, newest first.
 * One thing to know: rows move down as new ones come, so the cursor is a notice's number; until the user moves it is
 * the newest.
 */
#include <stdio.h>
#include <string.h>

#include "sipwhy/timefmt.h"
#include "view_int.h"

/* From NOTICES_WIDE columns on the log's time stands there as the log has it. */
enum { NOTICES_TAIL = 6, NOTICES_WIDE = 120, NOTICES_STAMP = 23, NOTICES_CLOCK = 8 };

/* number 0: the newest. */
struct notices_view {
	struct list list;
	uint64_t number;
};

enum notices_column {
	NOTICES_TIME,
	NOTICES_KIND,
	NOTICES_METHOD,
	NOTICES_PEER,
	NOTICES_USER,
	NOTICES_TEXT,
	NOTICES_COLUMNS
};

static const struct view_column notices_columns[NOTICES_COLUMNS] = {
	[NOTICES_TIME] = { "TIME", NOTICES_CLOCK, NOTICES_CLOCK, 0, false },
	[NOTICES_KIND] = { "KIND", 14, 19, 0, false },
	[NOTICES_METHOD] = { "METHOD", 8, 8, 90, false },
	[NOTICES_PEER] = { "PEER", 15, 15, 0, false },
	[NOTICES_USER] = { "USER", 8, 14, 56, false },
	[NOTICES_TEXT] = { "LINE", 20, 200, 80, false },
};

static const struct view_key notices_keys[] = {
	VIEW_LIST_KEYS,
	{ ACTION_HOME, { UI_KEY_HOME, 'g' }, "Home g", "newest, and stay", NULL, NULL, 0, NULL, PART_MOVE },
	{ ACTION_END, { UI_KEY_END, 'G' }, "End G", "oldest kept", NULL, NULL, 0, NULL, PART_MOVE },
	{ ACTION_OPEN, { UI_KEY_ENTER, '\n' }, "Enter", "what it means", "Enter", "Explain", 200, NULL, PART_MOVE },
	{ ACTION_BACK, { UI_KEY_ESC, 'q', UI_KEY_BACKSPACE }, "Esc q", "back", "Esc", "Back", 255, "q", PART_MOVE },
};

static struct slice
notices_or_dash(struct slice s)
{
	return s.n > 0 ? s : slice_str("-");
}

/* The clock of a stamp, where it has one: the first "hh:mm:ss" in it. */
static bool
notices_stamp_clock(struct slice stamp, struct slice *out)
{
	for (size_t i = 0; i + NOTICES_CLOCK <= stamp.n; i++) {
		const char *p = stamp.p + i;
		bool fits = p[2] == ':' && p[5] == ':';

		for (unsigned k = 0; k < NOTICES_CLOCK && fits; k++)
			fits = k % 3 == 2 || (p[k] >= '0' && p[k] <= '9');
		if (!fits)
			continue;
		*out = (struct slice){ p, NOTICES_CLOCK };
		return true;
	}
	return false;
}

static void
notices_time_draw(const struct view_table *t, const struct notice *n, struct canvas *c, int row)
{
	bool wide = t->width[NOTICES_TIME] > NOTICES_CLOCK;
	struct slice stamp = slice_trim(n->stamp);
	char clock[32];

	if (stamp.n == 0 || (!wide && !notices_stamp_clock(stamp, &stamp)))
		stamp = slice_str(timefmt_clock(clock, sizeof clock, n->t_ns));
	view_table_cell(t, c, row, NOTICES_TIME, ROLE_TEXT_DIM, stamp);
}

/* "1001" of `"Alice" <sip:1001@192.0.2.1>;tag=x`, "192.0.2.1" of "sip:192.0.2.1:5060": a list has no room for more. */
static struct slice
notices_user(struct slice user)
{
	ptrdiff_t at = slice_ifind(user, slice_str("sip:"));
	size_t n = 0;

	if (at < 0)
		return slice_trim(user);
	user.p += at + 4;
	user.n -= (size_t)at + 4;
	while (n < user.n && strchr("@>;:", user.p[n]) == NULL)
		n++;
	user.n = n;
	return user;
}

/* Peers stand without their ports, as in all lists: a scanner's changes with every try. */
static struct slice
notices_peer(const struct store *s, const struct notice *n, struct store_notice_group *g)
{
	return notices_user(store_notice_group_of(s, n, g) ? slice_str(g->peer) : n->peer);
}

static void
notices_row_draw(const struct store *s, const struct view_table *t, const struct notice *n, struct canvas *c, int row)
{
	struct store_notice_group g;

	notices_time_draw(t, n, c, row);
	view_table_cell(t, c, row, NOTICES_KIND, ROLE_TEXT_STRONG, n->kind);
	view_table_cell(t, c, row, NOTICES_METHOD, ROLE_TEXT_DIM, notices_or_dash(n->method));
	view_table_cell(t, c, row, NOTICES_PEER, ROLE_TEXT, notices_or_dash(notices_peer(s, n, &g)));
	view_table_cell(t, c, row, NOTICES_USER, ROLE_TEXT, notices_or_dash(notices_user(n->user)));
	view_table_cell(t, c, row, NOTICES_TEXT, ROLE_TEXT_DIM, slice_trim(n->text));
}

/* "231 of this kind from this peer, 14:01:07 to 14:32:07"; false when it is the only one. */
static bool
notices_alike(const struct store *s, const struct notice *n, char *out, size_t cap)
{
	struct store_notice_group g;
	char count[32], first[32], last[32];

	if (!store_notice_group_of(s, n, &g) || g.count < 2)
		return false;
	(void)snprintf(out, cap, "%s of this kind%s, %s to %s", view_number(count, sizeof count, g.count, 11),
	    g.peer[0] != '\0' ? " from this peer" : "", view_when(first, sizeof first, g.first_ns, store_now(s)),
	    view_when(last, sizeof last, g.last_ns, g.first_ns));
	return true;
}

static void
notices_tail_draw(const struct store *s, const struct notice *n, struct canvas *c, const struct view_rows *y)
{
	char text[160];
	struct page p;

	(void)snprintf(text, sizeof text, "%.*s", (int)(n->kind.n < 60 ? n->kind.n : 60), n->kind.p);
	page_begin(&p, c, y->tail, y->tail_height, 0);
	page_frame(&p, text);
	if (n->means.n > 0)
		page_text(&p, ROLE_TEXT_STRONG, 1, 1, n->means);
	if (notices_alike(s, n, text, sizeof text))
		page_text(&p, ROLE_TEXT_DIM, 1, 1, slice_str(text));
	page_text(&p, ROLE_TEXT, 1, 1, slice_trim(n->text));
}

/* What stands on the page of one. */
void
notice_page(struct page *p, const struct store *s, const struct notice *n)
{
	char title[96], text[160];

	(void)snprintf(title, sizeof title, "Notice: %.*s", (int)(n->kind.n < 60 ? n->kind.n : 60), n->kind.p);
	page_frame(p, title);
	page_label(p, "Means", ROLE_TEXT_STRONG, notices_or_dash(n->means));
	page_label(p, "Code", ROLE_TEXT, slice_str("-  the line names none, so it is in no counter of responses"));
	page_label(p, "Time in log", ROLE_TEXT, notices_or_dash(slice_trim(n->stamp)));
	page_label(p, "Time", ROLE_TEXT, slice_str(timefmt_date_ms(text, sizeof text, n->t_ns)));
	page_label(p, "Method", ROLE_TEXT, notices_or_dash(n->method));
	page_label(p, "Peer", ROLE_TEXT, notices_or_dash(n->peer));
	page_label(p, "User", ROLE_TEXT, notices_or_dash(n->user));
	page_label(p, "Call-ID", ROLE_TEXT, notices_or_dash(n->call_id));
	page_label(p, "Source", ROLE_TEXT, notices_or_dash(n->source));
	page_label(p, "Alike", ROLE_TEXT, slice_str(notices_alike(s, n, text, sizeof text) ? text : "no other so far"));
	page_frame(p, "The line");
	page_text(p, ROLE_TEXT, 1, 1, notices_or_dash(slice_trim(n->text)));
}

static void
notices_empty_draw(const struct store *s, struct canvas *c, int row)
{
	static const char *const lines[] = {
		"No notice so far.",
		"A notice is a line of a log that tells of a failure without its status code,",
		"such as a login that was refused.  Captures have none.",
	};
	bool text = false;

	for (size_t i = 0; i < store_source_count(s); i++)
		text = text || store_source_at(s, i)->stat.text;
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		(void)canvas_text(c, row + (int)i, 2, canvas_cols(c) - 2,
		    i == 0 && text ? ROLE_CLASS_2XX : ROLE_TEXT_DIM, slice_str(lines[i]));
}

/* Number of the notice in a row. */
static uint64_t
notices_number(const struct notice_list *all, size_t index)
{
	return notice_list_newest(all) - index;
}

static void
notices_sync(const struct notice_list *all, struct notices_view *n, int height)
{
	struct list *l = &n->list;
	size_t count = notice_list_count(all), above = l->cursor >= l->top ? l->cursor - l->top : 0;

	if (n->number == 0)
		l->cursor = l->top = 0;
	else {
		l->cursor = n->number <= notice_list_newest(all) ? (size_t)(notice_list_newest(all) - n->number) : 0;
		l->top = l->cursor > above ? l->cursor - above : 0;
	}
	list_set(l, count, (size_t)(height > 0 ? height : 0));
	if (n->number != 0 && count > 0)
		n->number = notices_number(all, l->cursor);
}

static void
notices_title(const struct store *s, char *out, size_t cap)
{
	uint64_t total = store_notice_total(s);
	size_t kept = notice_list_count(store_notices(s));
	char n[32], k[32];

	if (kept < total)
		(void)snprintf(out, cap, "Notices %s  the newest %s kept", view_number(n, sizeof n, total, 11),
		    view_number(k, sizeof k, kept, 11));
	else
		(void)snprintf(out, cap, "Notices %s", view_number(n, sizeof n, total, 11));
}

static void
notices_draw(struct viewer *v, void *state, struct canvas *c)
{
	struct notices_view *n = state;
	const struct notice_list *all = store_notices(v->store);
	struct view_rows y = view_rows(v, c, NOTICES_TAIL);
	struct view_column columns[NOTICES_COLUMNS];
	const struct notice *at;
	struct view_table t;
	char title[96];

	memcpy(columns, notices_columns, sizeof columns);
	if (canvas_cols(c) >= NOTICES_WIDE)
		columns[NOTICES_TIME].least = NOTICES_STAMP;
	if (v->moved_notice)
		n->number = v->notice;
	v->moved_notice = false;
	notices_sync(all, n, y.height);
	notices_title(v->store, title, sizeof title);
	view_rows_draw(v, &y, &n->list, c, title);
	view_table_begin(&t, c, columns, NOTICES_COLUMNS);
	view_table_header(&t, c, y.header);
	if (n->list.count == 0) {
		notices_empty_draw(v->store, c, y.first + (y.height > 4));
		return;
	}
	for (size_t i = n->list.top; i < n->list.count && i - n->list.top < n->list.height; i++) {
		int row = y.first + (int)(i - n->list.top);

		at = notice_list_find(all, notices_number(all, i));
		if (at == NULL)
			break;
		notices_row_draw(v->store, &t, at, c, row);
		if (i == n->list.cursor)
			view_table_cursor(c, row);
	}
	view_spots_list(v, y.first, &n->list, canvas_cols(c));
	at = notice_list_find(all, notices_number(all, n->list.cursor));
	if (y.tail >= 0 && at != NULL)
		notices_tail_draw(v->store, at, c, &y);
}

static enum command
notices_key(struct viewer *v, void *state, enum view_action action)
{
	struct notices_view *n = state;
	const struct notice_list *all = store_notices(v->store);
	size_t count = notice_list_count(all);

	if (view_list_move(&n->list, action)) {
		n->number = action == ACTION_HOME || count == 0 ? 0 : notices_number(all, n->list.cursor);
		return COMMAND_NONE;
	}
	if (action == ACTION_BACK)
		viewer_pop(v);
	else if (action == ACTION_OPEN && count == 0)
		viewer_say(v, "there is no notice to open");
	else if (action == ACTION_OPEN) {
		v->notice = notices_number(all, n->list.cursor);
		viewer_push(v, &view_notice);
	}
	return COMMAND_NONE;
}

static void
notices_open(struct viewer *v, void *state)
{
	notices_sync(store_notices(v->store), state, 1);
}

const struct view_ops view_notices = {
	.name = "notices",
	.title = "Notices",
	.keys = notices_keys,
	.n_keys = sizeof notices_keys / sizeof notices_keys[0],
	.state_size = sizeof(struct notices_view),
	.open = notices_open,
	.draw = notices_draw,
	.key = notices_key,
};
