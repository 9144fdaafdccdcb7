/*
 * overview_newest - the newest failures that the filter means, newest first.
 * One thing to know: rows are found by walking back from an event's id, a bounded number of steps for each draw, so the
 * cost does not grow with what is kept, and with follow off nothing moves under the eye.  Those that are shown stand by
 * their time: some are told late, when it is certain that they failed.
 */
#include <stdio.h>
#include <string.h>

#include "events_int.h"
#include "overview.h"
#include "sipwhy/timefmt.h"

enum { NEWEST_LOOK = 20000, NEWEST_CALL = 8 };

enum newest_column {
	NEWEST_TIME,
	NEWEST_CODE,
	NEWEST_PHRASE,
	NEWEST_REASON,
	NEWEST_METHOD,
	NEWEST_PEER,
	NEWEST_FROM,
	NEWEST_TO,
	NEWEST_SAID_BY,
	NEWEST_AFTER,
	NEWEST_CALL_ID,
	NEWEST_COLUMNS
};

static const struct view_column newest_columns[NEWEST_COLUMNS] = {
	[NEWEST_TIME] = { "TIME", 8, 8, 0, false },
	[NEWEST_CODE] = { "CODE", 3, 3, 0, false },
	[NEWEST_PHRASE] = { "PHRASE", 19, 19, 0, false },
	[NEWEST_REASON] = { "REASON", 16, 24, 100, false },
	[NEWEST_METHOD] = { "METHOD", 9, 9, 0, false },
	[NEWEST_PEER] = { "PEER", 15, 15, 0, false },
	[NEWEST_FROM] = { "FROM", 6, 6, 0, false },
	[NEWEST_TO] = { "TO", 13, 13, 0, false },
	[NEWEST_SAID_BY] = { "SAID BY", 11, 15, OVERVIEW_WIDE_COLS, false },
	[NEWEST_AFTER] = { "AFTER", 6, 6, OVERVIEW_WIDE_COLS, true },
	[NEWEST_CALL_ID] = { "CALL", NEWEST_CALL, 12, OVERVIEW_WIDE_COLS, false },
};

/* The next event from index `at` on in one direction (at itself is not one); count when there is none. */
static size_t
newest_step(const struct viewer *v, size_t at, bool older)
{
	size_t n = store_event_count(v->store);

	for (size_t looked = 0; looked < NEWEST_LOOK && (older ? at > 0 : at + 1 < n); looked++) {
		const struct event *e = store_event_at(v->store, at = older ? at - 1 : at + 1);

		if (e != NULL && lens_match(v, e))
			return at;
	}
	return n;
}

/* Index of the first row. */
static size_t
newest_first(const struct viewer *v, const struct overview *o)
{
	size_t n = store_event_count(v->store), at;

	if (o->follow || o->top == 0)
		return newest_step(v, n, true);
	at = store_event_index(v->store, o->top);
	if (at >= n || !lens_match(v, store_event_at(v->store, at)))
		return newest_step(v, at < n ? at : n, true);
	return at;
}

static uint64_t
newest_id(const char *key)
{
	uint64_t id = 0;

	for (; *key >= '0' && *key <= '9'; key++)
		id = id * 10 + (uint64_t)(*key - '0');
	return id;
}

static const struct event *
newest_find(const struct viewer *v, const char *key)
{
	uint64_t id = newest_id(key);
	const struct event *e = id != 0 ? store_event_at(v->store, store_event_index(v->store, id)) : NULL;

	return e != NULL && e->id == id ? e : NULL;
}

/* Rows from index `at` on. */
static void
newest_rows(const struct viewer *v, struct overview *o, size_t at, int rows)
{
	struct overview_block *b = &o->block[FOCUS_NEWEST];
	const struct event *shown[OVERVIEW_ROWS];
	size_t n = store_event_count(v->store);
	int found = 0;

	for (; found < rows && found < OVERVIEW_ROWS && at < n; found++) {
		const struct event *e = store_event_at(v->store, at);
		int to = found;

		o->newest = found == 0 ? e->id : o->newest;
		o->oldest = e->id;
		for (; to > 0 && shown[to - 1]->t_ns < e->t_ns; to--)
			shown[to] = shown[to - 1];
		shown[to] = e;
		at = newest_step(v, at, true);
	}
	o->more = at < n;
	overview_begin(b);
	for (int i = 0; i < found; i++)
		overview_add(b, "%llu", (unsigned long long)shown[i]->id);
}

static bool
newest_has(const struct overview_block *b, const char *key)
{
	for (size_t i = 0; i < b->n; i++)
		if (strcmp(b->row[i], key) == 0)
			return true;
	return false;
}

/* A cursor that a smaller screen would hide becomes the first row. */
static void
newest_collect(const struct viewer *v, struct overview *o, int rows)
{
	struct overview_block *b = &o->block[FOCUS_NEWEST];
	const struct event *at;

	newest_rows(v, o, newest_first(v, o), rows);
	if (o->follow) {
		b->at = 0;
		if (b->n > 0)
			memcpy(b->key, b->row[0], sizeof b->key);
	} else if (!newest_has(b, b->key) && (at = newest_find(v, b->key)) != NULL && lens_match(v, at)) {
		o->top = at->id;
		newest_rows(v, o, newest_first(v, o), rows);
	}
	overview_end(b);
}

static struct slice
newest_or_dash(struct slice s)
{
	return s.n > 0 ? s : slice_str("-");
}

/* What is special about it, then its phrase; at the right end how often the answer was seen. */
static void
newest_phrase_draw(const struct event *e, struct canvas *c, int row, int col, int width)
{
	enum ui_role role = view_rank(e) > 0 ? ROLE_TEXT_DIM : ROLE_TEXT;
	const char *word = e->recovered ? "recovered" : e->ack_missing ? "no ACK" : e->in_call ? "in call" : "";
	char seen[24] = "", n[16];
	int end = col + width, used;

	if (view_seen(e) > 1)
		(void)snprintf(seen, sizeof seen, " x%s", view_number(n, sizeof n, view_seen(e), 5));
	if ((int)strlen(seen) >= width)
		seen[0] = '\0';
	end -= (int)strlen(seen);
	used = canvas_text(c, row, col, end - col, ROLE_TEXT_DIM, slice_str(word));
	col += used > 0 ? used + 1 : 0;
	(void)canvas_text(c, row, col, end - col, role, view_phrase(e));
	(void)canvas_text(c, row, end, (int)strlen(seen), ROLE_TEXT_DIM, slice_str(seen));
}

static void
newest_clock(const struct viewer *v, const struct event *e, int width, char *out, size_t cap)
{
	char clock[16];

	(void)lens_row_time(v, out, cap, e->t_ns, width);
	/* Only a time of this day has its fraction. */
	if (v->time_form != TIME_IS_UTC && width >= 12 && strcmp(out, lens_time(v, clock, sizeof clock, e->t_ns)) == 0)
		(void)timefmt_clock_ms(out, cap, e->t_ns);
}

/* Only what the phrase does not say already. */
static const char *
newest_reason(const struct event *e, char *out, size_t cap)
{
	struct slice phrase = view_phrase(e);

	(void)view_reason(e, out, cap);
	return slice_eq(slice_str(out), phrase) ? "" : out;
}

static struct slice
newest_said_by(const struct event *e)
{
	if (e->code == 0 || e->direction == DIRECTION_UNKNOWN)
		return slice_str("-");
	return e->direction == DIRECTION_SENT ? slice_str("us") : newest_or_dash(e->peer);
}

static void
newest_name(const struct view_table *t, struct canvas *c, int row, size_t column, enum ui_role role, struct slice name)
{
	if (t->width[column] > 0)
		view_name(c, row, t->at[column], t->width[column], role, newest_or_dash(name));
}

static void
newest_row_draw(const struct viewer *v, const struct view_table *t, const struct event *e, struct canvas *c, int row)
{
	enum ui_role plain = e->recovered ? ROLE_TEXT_DIM : ROLE_TEXT;
	char text[160], code[8];
	int shift;

	newest_clock(v, e, t->width[NEWEST_TIME], text, sizeof text);
	view_table_cell(t, c, row, NEWEST_TIME, ROLE_TEXT_DIM, slice_str(text));
	view_table_cell(t, c, row, NEWEST_CODE, view_event_role(e), slice_str(view_code(code, sizeof code, e->code)));
	/* In the gap, or in the column where that is wider. */
	if (e->partial)
		(void)canvas_text(c, row, t->at[NEWEST_CODE] + 3, 1, view_event_role(e), slice_str("?"));
	/* The mark of a partial one took the gap where the column is as narrow as a code. */
	shift = e->partial && t->width[NEWEST_CODE] == 3;
	newest_phrase_draw(e, c, row, t->at[NEWEST_PHRASE] + shift, t->width[NEWEST_PHRASE] - shift);
	view_table_cell(t, c, row, NEWEST_REASON, plain, slice_str(newest_reason(e, text, sizeof text)));
	view_table_cell(t, c, row, NEWEST_METHOD, ROLE_TEXT_DIM, newest_or_dash(e->method));
	newest_name(t, c, row, NEWEST_PEER, plain, e->peer);
	newest_name(t, c, row, NEWEST_FROM, plain, e->from);
	newest_name(t, c, row, NEWEST_TO, plain, e->to);
	newest_name(t, c, row, NEWEST_SAID_BY, ROLE_TEXT_DIM, newest_said_by(e));
	view_table_cell(
	    t, c, row, NEWEST_AFTER, ROLE_TEXT_DIM, slice_str(view_delay(text, sizeof text, e, e->setup_ms)));
	view_table_cell(t, c, row, NEWEST_CALL_ID, ROLE_TEXT_DIM,
	    newest_or_dash((struct slice){ e->call_id.p, e->call_id.n < NEWEST_CALL ? e->call_id.n : NEWEST_CALL }));
}

/* " 40 failures in 5 min, 1,204 in all, 3 recovered ": those stand in the list as well. */
static int
newest_failures(const struct viewer *v, bool recovered, char *out, size_t cap)
{
	struct store_code codes[OVERVIEW_CODES];
	size_t n = store_window_codes(v->store, view_window_s(v), codes, OVERVIEW_CODES);
	char in[32], all[32], some[64];
	uint64_t failures = 0;

	for (size_t i = 0; i < n; i++)
		failures += codes[i].events;
	(void)snprintf(some, sizeof some, " in %s, %s in all", view_window_name(v),
	    view_number(all, sizeof all, view_failures(v->store), 11));
	(void)snprintf(out, cap, " %s failure%s%s", view_number(in, sizeof in, failures, 11), failures == 1 ? "" : "s",
	    view_window_s(v) > 0 && store_looking(v->store) == 0 ? some : "");
	if (recovered && store_event_recovered(v->store) > 0 && store_looking(v->store) == 0)
		(void)snprintf(out + strlen(out), cap - strlen(out), ", %s recovered",
		    view_number(all, sizeof all, store_event_recovered(v->store), 11));
	(void)snprintf(out + strlen(out), cap - strlen(out), " ");
	return (int)strlen(out);
}

/*
 * " 0 of 170 ", " 3 of 10,000 kept " where more came, of the same events as Events counts; while they are looked at,
 * how far that is.
 */
static int
newest_matching(const struct viewer *v, char *out, size_t cap)
{
	bool whole = store_event_evicted(v->store) + store_event_folded(v->store) == 0;
	size_t kept = events_kept(v);
	char n[32], of[32], part[32] = "";

	if (!sift_done(v->sift) && kept > 0)
		(void)snprintf(part, sizeof part, ", looked at %d%%", (int)(100 * sift_looked(v->sift) / kept));
	return snprintf(out, cap, " %s%s of %s%s%s ", view_number(n, sizeof n, sift_count(v->sift), 11),
	    part[0] != '\0' ? "+" : "", view_number(of, sizeof of, kept, 11), whole ? "" : " kept", part);
}

/*
 * As much of it as there is room for.  One code that was counted must not hide what a log tells without codes, so
 * that goes last.
 */
static void
newest_title_draw(const struct viewer *v, struct canvas *c, int row)
{
	bool some = v->filter != NULL;
	char text[128], notices[48];
	int at = view_frame(c, row, 0, canvas_cols(c), some ? "Newest errors that match" : "Newest errors");
	int used = some ? newest_matching(v, text, sizeof text) : newest_failures(v, true, text, sizeof text);
	int end = canvas_cols(c) - 1, beside = overview_notices(v->store, notices, sizeof notices);

	if (beside > 0 && at + beside + 4 < canvas_cols(c)) {
		end -= beside + 2;
		(void)canvas_printf(c, row, end, beside + 2, ROLE_TEXT_KEY, " %s ", notices);
	}
	if (!some && at + used + 1 >= end)
		used = newest_failures(v, false, text, sizeof text);
	if (at + used + 1 < end)
		(void)canvas_printf(c, row, end - used, used, ROLE_TEXT_DIM, "%s", text);
}

/* A header is one column wider than a code.  Where there is room the time has its milliseconds, and a number is not
 * cut. */
static void
newest_columns_set(struct view_column out[NEWEST_COLUMNS], bool header, bool wide)
{
	memcpy(out, newest_columns, sizeof newest_columns);
	out[NEWEST_CODE].least = out[NEWEST_CODE].wish = header ? 4 : 3;
	if (!wide)
		return;
	out[NEWEST_TIME].least = 12;
	out[NEWEST_FROM].least = 13;
}

void
overview_newest_draw(struct viewer *v, struct overview *o, struct canvas *c, int row, int rows, bool header)
{
	struct overview_block *b = &o->block[FOCUS_NEWEST];
	struct view_column columns[NEWEST_COLUMNS];
	struct view_table t;

	newest_title_draw(v, c, row++);
	newest_collect(v, o, rows - header);
	if (b->n == 0 && v->filter != NULL && store_event_count(v->store) > 0) {
		(void)canvas_printf(c, row + (rows > 2), 2, canvas_cols(c) - 2, ROLE_TEXT_DIM,
		    "No failure matches the filter%s: / changes it, Esc drops it.",
		    store_event_count(v->store) > NEWEST_LOOK ? " among the newest 20,000" : "");
		return;
	}
	if (b->n == 0) {
		overview_empty_draw(v, c, row, rows);
		return;
	}
	newest_columns_set(columns, header, canvas_cols(c) >= OVERVIEW_WIDE_COLS);
	view_table_begin(&t, c, columns, NEWEST_COLUMNS);
	if (header)
		view_table_header(&t, c, row++);
	overview_place(b, row, 0, canvas_cols(c));
	for (size_t i = 0; i < b->n; i++) {
		newest_row_draw(v, &t, newest_find(v, b->row[i]), c, row + (int)i);
		overview_cursor(o, FOCUS_NEWEST, i, c, row + (int)i, 0, canvas_cols(c));
	}
}

/* Time, code, peer, and what of the phrase still fits. */
static void
newest_small_row_draw(const struct viewer *v, const struct event *e, struct canvas *c, int row)
{
	char clock[16], code[8];
	int cols = canvas_cols(c);

	newest_clock(v, e, 8, clock, sizeof clock);
	(void)canvas_text(c, row, 1, 8, ROLE_TEXT_DIM, slice_str(clock));
	(void)canvas_text(c, row, 10, 3, view_event_role(e), slice_str(view_code(code, sizeof code, e->code)));
	view_name(c, row, 14, cols > 30 ? 15 : cols - 14, ROLE_TEXT, newest_or_dash(e->peer));
	if (cols > 30)
		newest_phrase_draw(e, c, row, 30, cols - 30);
}

void
overview_newest_small_draw(struct viewer *v, struct overview *o, struct canvas *c, int row, int rows)
{
	struct overview_block *b = &o->block[FOCUS_NEWEST];

	newest_collect(v, o, rows);
	if (b->n == 0) {
		overview_empty_draw(v, c, row, rows);
		return;
	}
	overview_place(b, row, 0, canvas_cols(c));
	for (size_t i = 0; i < b->n; i++) {
		newest_small_row_draw(v, newest_find(v, b->row[i]), c, row + (int)i);
		overview_cursor(o, FOCUS_NEWEST, i, c, row + (int)i, 0, canvas_cols(c));
	}
}

struct view_follow
overview_newest_follow(const struct viewer *v, const struct overview *o)
{
	struct view_follow f = { .shown = true, .follow = o->follow };
	size_t n = store_event_count(v->store), at = o->seen != 0 ? store_event_index(v->store, o->seen) : 0;

	if (!f.follow && at < n)
		f.fresh = n - 1 - at;
	return f;
}

const struct event *
overview_newest_event(const struct viewer *v, const struct overview *o)
{
	const struct overview_block *b = &o->block[FOCUS_NEWEST];
	size_t at;

	if (b->n > 0)
		return newest_find(v, b->row[b->at < b->n ? b->at : 0]);
	at = newest_step(v, store_event_count(v->store), true);
	return store_event_at(v->store, at);
}

/* From now on newer events are counted as new, and the first row stays what it is. */
static void
newest_unfollow(const struct viewer *v, struct overview *o)
{
	size_t n = store_event_count(v->store);
	const struct event *e = n > 0 ? store_event_at(v->store, n - 1) : NULL;

	if (!o->follow)
		return;
	o->follow = false;
	o->seen = e != NULL ? e->id : 0;
	o->top = o->block[FOCUS_NEWEST].n > 0 ? o->newest : 0;
}

void
overview_newest_follow_set(struct viewer *v, struct overview *o, bool follow)
{
	if (!follow)
		newest_unfollow(v, o);
	else {
		o->follow = true;
		o->top = 0;
		o->block[FOCUS_NEWEST].at = 0;
	}
}

static void
newest_key(struct overview_block *b, size_t at)
{
	b->at = at;
	memcpy(b->key, b->row[at], sizeof b->key);
}

/* One row; at the end of what is shown the list goes on under the cursor. */
static void
newest_move_one(struct viewer *v, struct overview *o, bool older)
{
	struct overview_block *b = &o->block[FOCUS_NEWEST];
	size_t n = store_event_count(v->store), at;

	if (b->n == 0)
		return;
	if (older ? b->at + 1 < b->n : b->at > 0) {
		newest_key(b, older ? b->at + 1 : b->at - 1);
		return;
	}
	at = newest_step(v, store_event_index(v->store, older ? o->oldest : o->newest), older);
	if (at >= n)
		return;
	(void)snprintf(b->key, sizeof b->key, "%llu", (unsigned long long)store_event_at(v->store, at)->id);
	if (older) {
		size_t top = newest_step(v, store_event_index(v->store, o->top), true);

		o->top = top < n ? store_event_at(v->store, top)->id : o->top;
	} else {
		o->top = newest_id(b->key);
	}
	newest_collect(v, o, (int)b->n);
}

void
overview_newest_to(struct viewer *v, struct overview *o, uint64_t id)
{
	struct overview_block *b = &o->block[FOCUS_NEWEST];

	newest_unfollow(v, o);
	(void)snprintf(b->key, sizeof b->key, "%llu", (unsigned long long)id);
	for (size_t i = 0; i < b->n; i++)
		if (strcmp(b->row[i], b->key) == 0)
			return;
	o->top = id;
}

void
overview_newest_move(struct viewer *v, struct overview *o, enum list_move m)
{
	struct overview_block *b = &o->block[FOCUS_NEWEST];
	size_t page = b->n > 1 ? b->n - 1 : 1, n = store_event_count(v->store), at = n;
	size_t times = m == LIST_PAGE_UP || m == LIST_PAGE_DOWN ? page
	    : m == LIST_HALF_UP || m == LIST_HALF_DOWN          ? (page + 1) / 2
								: 1;

	if (m == LIST_END) {
		overview_newest_follow_set(v, o, true);
		return;
	}
	newest_unfollow(v, o);
	if (m == LIST_HOME) {
		const struct event *e = n > 0 ? store_event_at(v->store, 0) : NULL;

		at = e != NULL && lens_match(v, e) ? 0 : newest_step(v, 0, false);
		if (at >= n)
			return;
		overview_newest_to(v, o, store_event_at(v->store, at)->id);
		/* On the last row of a whole page. */
		for (size_t i = 1, to; i < b->n && (to = newest_step(v, at, false)) < n; i++)
			at = to;
		o->top = store_event_at(v->store, at)->id;
		return;
	}
	for (size_t i = 0; i < times; i++)
		newest_move_one(v, o, m == LIST_DOWN || m == LIST_PAGE_DOWN || m == LIST_HALF_DOWN);
}

void
overview_newest_worse(struct viewer *v, struct overview *o, bool older)
{
	const struct event *from = overview_newest_event(v, o);
	size_t n = store_event_count(v->store), at = from != NULL ? store_event_index(v->store, from->id) : n;

	while ((at = newest_step(v, at, older)) < n) {
		const struct event *e = store_event_at(v->store, at);

		if (e->recovered || (e->code < 500 && e->code != 0))
			continue;
		overview_newest_to(v, o, e->id);
		return;
	}
	viewer_say(v, older ? "no earlier 5xx, 6xx or silence here" : "no later 5xx, 6xx or silence here");
}
