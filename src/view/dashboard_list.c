/*
 * dashboard_list - the list of failures: one row an event, newest at the bottom.
 * One thing to know: columns have a least width that fits 80 and a wish; what a wider window has to spare is given in
 * the order of the table, and what remains becomes the meaning column.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sipwhy/timefmt.h"
#include "view_int.h"

enum dashboard_column {
	COLUMN_TIME,
	COLUMN_CODE,
	COLUMN_PHRASE,
	COLUMN_METHOD,
	COLUMN_FROM,
	COLUMN_TO,
	COLUMN_PEER,
	COLUMN_MEANING,
	COLUMN_N
};

static const struct {
	const char *title;
	uint8_t least, wish;
} dashboard_columns[COLUMN_N] = {
	[COLUMN_TIME] = { "TIME", 8, 8 },
	[COLUMN_CODE] = { "CODE", 4, 4 },
	[COLUMN_PHRASE] = { "PHRASE", 19, 24 },
	[COLUMN_METHOD] = { "METHOD", 8, 8 },
	[COLUMN_FROM] = { "FROM", 8, 13 },
	[COLUMN_TO] = { "TO", 10, 16 },
	[COLUMN_PEER] = { " PEER", 16, 19 },
	[COLUMN_MEANING] = { "MEANING", 0, 0 },
};

enum { DASHBOARD_MEANING_MIN = 24, DASHBOARD_EMPTY_COL = 2 };

/* Widths for this canvas; 0 leaves a column out. */
static void
dashboard_widths(const struct canvas *c, int width[COLUMN_N])
{
	static const uint8_t order[] = { COLUMN_PHRASE, COLUMN_FROM, COLUMN_TO, COLUMN_PEER };
	int spare = canvas_cols(c) - 1;

	for (unsigned i = 0; i < COLUMN_N; i++) {
		width[i] = dashboard_columns[i].least;
		spare -= width[i] > 0 ? width[i] + 1 : 0;
	}
	spare += 1;
	for (size_t i = 0; i < sizeof order && spare > 0; i++) {
		int more = dashboard_columns[order[i]].wish - dashboard_columns[order[i]].least;

		more = more < spare ? more : spare;
		width[order[i]] += more;
		spare -= more;
	}
	if (spare > DASHBOARD_MEANING_MIN)
		width[COLUMN_MEANING] = spare - 1;
	else if (spare > 0)
		width[COLUMN_PEER] += spare;
}

bool
dashboard_list_has_meaning(const struct canvas *c)
{
	int width[COLUMN_N];

	dashboard_widths(c, width);
	return width[COLUMN_MEANING] > 0;
}

static void
dashboard_header_draw(struct canvas *c, int row, const int width[COLUMN_N])
{
	canvas_fill(c, row, 0, canvas_cols(c), ROLE_LIST_HEADER, ' ');
	for (unsigned i = 0, col = 1; i < COLUMN_N; col += (unsigned)width[i] + 1, i++)
		(void)canvas_text(c, row, (int)col, width[i], ROLE_LIST_HEADER, slice_str(dashboard_columns[i].title));
}

static struct slice
dashboard_or_dash(struct slice s)
{
	return s.n > 0 ? s : slice_str("-");
}

/* Before the peer: which of the two said no. */
static const char *
dashboard_way(const struct event *e)
{
	return e->direction == DIRECTION_SENT ? ">" : e->direction == DIRECTION_RECEIVED ? "<" : " ";
}

/*
 * What is special about it, then its phrase; at the right end how often the answer was seen.  A word is worth more than
 * the end of a phrase, and few rows have one.
 */
static void
dashboard_phrase_draw(const struct event *e, struct canvas *c, int row, int col, int width)
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
dashboard_cell_draw(const struct event *e, struct canvas *c, int row, int col, int width, enum dashboard_column column)
{
	enum ui_role plain = e->recovered ? ROLE_TEXT_DIM : ROLE_TEXT;
	struct sip_explanation why;
	char text[16];

	switch (column) {
	case COLUMN_TIME:
		(void)canvas_text(
		    c, row, col, width, ROLE_TEXT_DIM, slice_str(timefmt_clock(text, sizeof text, e->t_ns)));
		break;
	case COLUMN_CODE:
		(void)canvas_printf(c, row, col, width, view_event_role(e), "%s%s",
		    view_code(text, sizeof text, e->code), e->partial ? "?" : "");
		break;
	case COLUMN_PHRASE:
		dashboard_phrase_draw(e, c, row, col, width);
		break;
	case COLUMN_METHOD:
		(void)canvas_text(c, row, col, width, ROLE_TEXT_DIM, dashboard_or_dash(e->method));
		break;
	case COLUMN_FROM:
		view_name(c, row, col, width, plain, dashboard_or_dash(e->from));
		break;
	case COLUMN_TO:
		view_name(c, row, col, width, plain, dashboard_or_dash(e->to));
		break;
	case COLUMN_PEER:
		(void)canvas_text(c, row, col, 1, ROLE_TEXT_DIM, slice_str(dashboard_way(e)));
		view_name(c, row, col + 1, width - 1, plain, dashboard_or_dash(e->peer));
		break;
	case COLUMN_MEANING:
		view_explain(e, &why);
		(void)canvas_text(c, row, col, width, ROLE_TEXT_DIM, slice_str(why.headline));
		break;
	case COLUMN_N:
		break;
	}
}

static void
dashboard_row_draw(const struct event *e, struct canvas *c, int row, const int width[COLUMN_N], bool cursor)
{
	for (unsigned i = 0, col = 1; i < COLUMN_N; col += (unsigned)width[i] + 1, i++)
		if (width[i] > 0)
			dashboard_cell_draw(e, c, row, (int)col, width[i], i);
	if (!cursor)
		return;
	(void)canvas_text(c, row, 0, 1, ROLE_LIST_CURSOR, slice_str(">"));
	canvas_paint(c, row, 0, canvas_cols(c), ROLE_LIST_CURSOR);
}

/* What logs tell of without a code, between the title's end at `from` and `to`; the key that shows it stands there. */
static void
dashboard_notices_draw(const struct store *s, struct canvas *c, int row, int from, int to)
{
	uint64_t total = store_notice_total(s);
	char number[32], text[64];

	if (total == 0)
		return;
	(void)view_number(number, sizeof number, total, 9);
	(void)snprintf(text, sizeof text, " %s notice%s without a code: 8 ", number, total == 1 ? "" : "s");
	if (from + 1 + (int)strlen(text) > to)
		(void)snprintf(text, sizeof text, " notices %s: 8 ", number);
	if (from + 1 + (int)strlen(text) <= to)
		(void)canvas_printf(c, row, to - (int)strlen(text), (int)strlen(text), ROLE_TEXT_KEY, "%s", text);
}

/* " Failures 48,255  recovered 311  kept 9,812  folded 312", the notices, and the place of the cursor. */
static void
dashboard_title_draw(const struct viewer *v, const struct list *l, struct canvas *c, int row)
{
	struct store_status st;
	char title[256], n[32], of[32];
	size_t at;
	int end = canvas_cols(c) - 1;
	const struct {
		const char *word;
		uint64_t n;
	} extra[] = {
		{ "recovered", store_event_recovered(v->store) },
		{ "kept", store_event_evicted(v->store) > 0 ? store_event_count(v->store) : 0 },
		{ "folded", store_event_folded(v->store) },
		{ "pushed out", store_event_evicted(v->store) },
		{ "lost on the way", (store_status(v->store, &st), st.record_drops) },
		{ "bad records", st.bad_lines },
		{ "forgotten early", st.evictions },
	};

	at =
	    (size_t)snprintf(title, sizeof title, "Failures %s", view_number(n, sizeof n, view_failures(v->store), 11));
	for (size_t i = 0; i < sizeof extra / sizeof extra[0]; i++)
		if (extra[i].n > 0 && at < sizeof title)
			at += (size_t)snprintf(title + at, sizeof title - at, "  %s %s", extra[i].word,
			    view_number(n, sizeof n, extra[i].n, 9));
	at = (size_t)view_frame(c, row, 0, canvas_cols(c), title);
	(void)snprintf(title, sizeof title, " %s of %s ", view_number(n, sizeof n, l->cursor + 1, 11),
	    view_number(of, sizeof of, l->count, 11));
	if (l->count > l->height && at + strlen(title) + 2 < (size_t)canvas_cols(c)) {
		end -= (int)strlen(title);
		(void)canvas_printf(c, row, end, 32, ROLE_TEXT_DIM, "%s", title);
		end--;
	}
	dashboard_notices_draw(v->store, c, row, (int)at, end);
}

void
dashboard_list_draw(const struct viewer *v, const struct list *l, struct canvas *c, int row, int height)
{
	int width[COLUMN_N];

	dashboard_title_draw(v, l, c, row);
	if (l->count == 0) {
		dashboard_empty_draw(v, c, row + 1, height + 1);
		return;
	}
	dashboard_widths(c, width);
	dashboard_header_draw(c, row + 1, width);
	for (size_t i = 0; i < l->height && l->top + i < l->count && (int)i < height; i++) {
		const struct event *e = store_event_at(v->store, l->top + i);

		if (e != NULL)
			dashboard_row_draw(e, c, row + 2 + (int)i, width, l->top + i == l->cursor);
	}
}

/* Time, code, peer, and what of the phrase still fits. */
static void
dashboard_small_row_draw(const struct event *e, struct canvas *c, int row, bool cursor)
{
	char clock[16], code[8];
	int cols = canvas_cols(c);

	(void)canvas_text(c, row, 1, 8, ROLE_TEXT_DIM, slice_str(timefmt_clock(clock, sizeof clock, e->t_ns)));
	(void)canvas_text(c, row, 10, 3, view_event_role(e), slice_str(view_code(code, sizeof code, e->code)));
	(void)canvas_text(c, row, 14, 1, ROLE_TEXT_DIM, slice_str(dashboard_way(e)));
	view_name(c, row, 15, cols > 30 ? 15 : cols - 15, ROLE_TEXT, dashboard_or_dash(e->peer));
	if (cols > 31)
		dashboard_phrase_draw(e, c, row, 31, cols - 31);
	if (!cursor)
		return;
	(void)canvas_text(c, row, 0, 1, ROLE_LIST_CURSOR, slice_str(">"));
	canvas_paint(c, row, 0, cols, ROLE_LIST_CURSOR);
}

void
dashboard_small_list_draw(const struct viewer *v, const struct list *l, struct canvas *c, int row, int height)
{
	if (l->count == 0) {
		dashboard_empty_draw(v, c, row, height);
		return;
	}
	for (size_t i = 0; i < l->height && l->top + i < l->count && (int)i < height; i++) {
		const struct event *e = store_event_at(v->store, l->top + i);

		if (e != NULL)
			dashboard_small_row_draw(e, c, row + (int)i, l->top + i == l->cursor);
	}
}

void
dashboard_hint_draw(const struct viewer *v, const struct list *l, struct canvas *c, int row)
{
	const struct event *e = l->count > 0 ? store_event_at(v->store, l->cursor) : NULL;
	struct sip_explanation why;
	char code[8];
	int at = 1;

	view_say_draw(v, c, row);
	if (e == NULL || v->say[0] != '\0')
		return;
	view_explain(e, &why);
	at += canvas_text(
		  c, row, at, canvas_cols(c), view_event_role(e), slice_str(view_code(code, sizeof code, e->code))) +
	    1;
	(void)canvas_text(c, row, at, canvas_cols(c) - at, ROLE_TEXT, slice_str(why.headline));
}
