/*
 * events_draw - the Events view on the canvas, from one line up to list and detail side by side; see events_int.h.
 */
#include <stdio.h>
#include <string.h>

#include "events_int.h"
#include "overview.h"
#include "sipwhy/timefmt.h"

enum { DRAW_SMALL_COLS = 80, DRAW_SMALL_ROWS = 16, DRAW_WIDE_COLS = 132, DRAW_LIST_LEAST = 60, DRAW_PANE_LEAST = 36 };
/* Failures that are looked at for one frame beyond those of the list. */
enum { DRAW_EMPTY_STEP = 20000 };

/* Canvas rows; -1 is not drawn. */
struct events_rows {
	int status, lens, tabs, frame, header, first, height, hint, letters, bar;
};

const struct event *
events_current(const struct viewer *v)
{
	size_t row = sift_row(v->sift, v->event_id);
	const struct event *e = sift_at(v->sift, row);

	return e != NULL && e->id == v->event_id ? e : NULL;
}

size_t
events_kept(const struct viewer *v)
{
	size_t n = store_event_count(v->store), cleared = 0;

	for (size_t i = 0; i < v->n_hidden; i++)
		if (v->hidden[i].filter == NULL)
			cleared = store_event_index(v->store, v->hidden[i].up_to + 1);
	return n - (cleared < n ? cleared : n);
}

/* The row that follow sticks to. */
static size_t
draw_newest(const struct viewer *v)
{
	size_t n = sift_count(v->sift);

	return n > 0 && v->ascending ? n - 1 : 0;
}

void
events_sync(struct viewer *v, struct events *s, size_t height)
{
	size_t n = sift_count(v->sift), row;
	const struct event *e;

	s->height = height > 0 ? height : 1;
	if (v->moved) {
		s->follow = false;
		v->moved = false;
	}
	row = s->follow && v->order == SIFT_TIME ? draw_newest(v)
	    : v->event_id != 0                   ? sift_row(v->sift, v->event_id)
						 : 0;
	if (row >= n)
		row = n > 0 ? n - 1 : 0;
	if (s->follow)
		s->above = row < s->height ? row : s->height - 1;
	if (s->above > s->height - 1)
		s->above = s->height - 1;
	if (s->above > row)
		s->above = row;
	/* No empty rows below while there are rows above. */
	s->top = row - s->above;
	if (s->top + s->height > n)
		s->top = n > s->height ? n - s->height : 0;
	s->above = row - s->top;
	e = sift_at(v->sift, row);
	v->event_id = e != NULL ? e->id : 0;
}

static uint64_t
draw_fresh(const struct viewer *v, const struct events *s)
{
	size_t n = store_event_count(v->store), at;
	uint64_t fresh = 0;

	if (s->fresh_id == 0)
		return 0;
	at = store_event_index(v->store, s->fresh_id);
	/* Too many to be asked for each; what was told late stands further down and is not among them. */
	if (v->order == SIFT_TIME && n > at + VIEW_LOOK_BACK) {
		at = sift_row(v->sift, s->fresh_id);
		return v->ascending ? sift_count(v->sift) - at - (at < sift_count(v->sift)) : at;
	}
	for (size_t i = n; i > at + 1 && n - i < VIEW_LOOK_BACK; i--)
		fresh += lens_match(v, store_event_at(v->store, i - 1));
	return fresh;
}

static struct view_follow
draw_follow(const struct viewer *v, const struct events *s)
{
	struct view_follow f = { .shown = true, .follow = s->follow };

	if (!f.follow)
		f.fresh = draw_fresh(v, s);
	return f;
}

/* What a filter lets through, and of how many, as long as those that were pushed out are told apart. */
static void
draw_count_some(const struct viewer *v, int form, const char *n, const char *kept, char *out, size_t cap)
{
	bool whole = store_event_evicted(v->store) + store_event_folded(v->store) == 0;
	char of[32];

	(void)snprintf(
	    out, cap, "%s of %s%s%s", n, kept, whole ? "" : " kept", sift_short(v->sift) ? ", memory is short" : "");
	if (!whole && form < 1)
		(void)snprintf(out + strlen(out), cap - strlen(out), " of %s errors",
		    view_number(of, sizeof of, store_event_total(v->store), 11));
}

/* "371 of 9,812", "9,812 kept of 48,255 errors since 3d04h": as long as there is room. */
static void
draw_count(const struct viewer *v, int form, char *out, size_t cap)
{
	struct store_status st;
	size_t count = sift_count(v->sift), kept = events_kept(v);
	char n[32], of[32], span[32];

	(void)view_number(n, sizeof n, count, 11);
	(void)view_number(of, sizeof of, kept, 11);
	if (!sift_done(v->sift) && v->filter != NULL) {
		(void)snprintf(out, cap, "%s+ of %s looked at %d%%", n, of,
		    kept > 0 ? (int)(100 * sift_looked(v->sift) / kept) : 100);
		return;
	}
	/* One that hides nothing leaves as many as there are without it. */
	if (v->filter != NULL &&
	    (count < kept || sift_short(v->sift) ||
		store_event_evicted(v->store) + store_event_folded(v->store) == 0)) {
		draw_count_some(v, form, n, of, out, cap);
		return;
	}
	store_status(v->store, &st);
	(void)snprintf(out, cap, "%s kept", n);
	/* The list has what recovered since, so this has it too. */
	if (form < 2)
		(void)snprintf(out + strlen(out), cap - strlen(out), " of %s error%s",
		    view_number(of, sizeof of, store_event_total(v->store), 11),
		    store_event_total(v->store) == 1 ? "" : "s");
	if (form < 1) {
		/* Of a file the time is that of its messages. */
		int64_t oldest = store_oldest(v->store);
		/* A log that is followed from its begin tells of times before we were there. */
		int64_t from = st.live && (oldest == 0 || st.start_ns < oldest) ? st.start_ns : oldest;
		int64_t s = (store_now(v->store) - from) / NS_PER_S;

		if (from == 0)
			return;
		if (s >= 86400)
			(void)snprintf(span, sizeof span, "%dd%02dh", (int)(s / 86400), (int)(s / 3600 % 24));
		else
			(void)view_span(span, sizeof span, s * NS_PER_S);
		(void)snprintf(out + strlen(out), cap - strlen(out), st.live ? " since %s" : " in %s", span);
	}
}

static char *
draw_sort(const struct viewer *v, char *out, size_t cap)
{
	const char *name = "time";

	for (size_t i = 0; i < EVENTS_COLUMNS; i++)
		if (events_column(i)->order == v->order)
			name = events_column(i)->name;
	(void)snprintf(out, cap, "%s %c", name, v->ascending ? '^' : 'v');
	return out;
}

/* Line 2; of what it says the longest form that fits. */
static void
draw_lens(const struct viewer *v, struct canvas *c, int row)
{
	char sort[32], left[FILTER_TEXT_MAX + 160], right[120];
	const char *filter = v->filter != NULL ? v->filter_text : "none";
	int width = canvas_cols(c);

	(void)draw_sort(v, sort, sizeof sort);
	for (int form = width >= 100 ? 0 : 1; form < 8; form++) {
		draw_count(v, (form + 1) / 2 - (form > 0), right, sizeof right);
		if (form == 0)
			(void)snprintf(left, sizeof left, "Events   sort %s   Window %s   Filter %s", sort,
			    view_window_name(v), filter);
		else if (form < 4)
			(void)snprintf(left, sizeof left, "Events   sort %s   Filter %s", sort, filter);
		else if (form < 6)
			(void)snprintf(left, sizeof left, "Events  %s  Filter %s", sort, filter);
		else
			(void)snprintf(left, sizeof left, "Filter %s", filter);
		if (1 + (int)strlen(left) + 2 + (int)strlen(right) + 1 <= width)
			break;
	}
	(void)canvas_printf(c, row, width - 1 - (int)strlen(right), (int)strlen(right), ROLE_TEXT, "%s", right);
	(void)canvas_printf(
	    c, row, 1, width - (int)strlen(right) - 4, v->filter != NULL ? ROLE_TEXT_KEY : ROLE_TEXT, "%s", left);
}

/* "1 Overview  2 Events ...   Window 5 min   Filter class:5xx   371 of 9,812" */
static void
draw_tabs(const struct viewer *v, struct canvas *c, int row)
{
	static const struct {
		const char *name;
		const struct view_ops *ops;
	} tabs[] = { { "1 Overview", &view_overview }, { "2 Events", &view_events }, { "3 Groups", &view_groups },
		{ "4 Peers", &view_peers_list }, { "5 Alerts", &view_alerts }, { "6 Sources", &view_sources } };
	char right[120], levels[32];
	int col = 1, end;

	for (size_t i = 0; i < sizeof tabs / sizeof tabs[0]; i++) {
		col += canvas_printf(c, row, col, 16, tabs[i].ops == &view_events ? ROLE_TEXT_STRONG : ROLE_TEXT_DIM,
		    "%s", tabs[i].name);
		if (tabs[i].ops == &view_alerts && strcmp(view_levels(v->store, levels, sizeof levels), "0") != 0)
			col += canvas_printf(
			    c, row, col, 16, levels[0] == '!' ? ROLE_STATE_CRIT : ROLE_TEXT_STRONG, " %s", levels);
		col += 2;
	}
	draw_count(v, 1, right, sizeof right);
	end = canvas_cols(c) - 1 - (int)strlen(right);
	(void)canvas_printf(c, row, end, (int)strlen(right), ROLE_TEXT, "%s", right);
	col += 6;
	col += canvas_printf(c, row, col, end - col - 2, ROLE_TEXT, "Window %s   ", view_window_name(v));
	(void)canvas_printf(c, row, col, end - col - 2, v->filter != NULL ? ROLE_TEXT_KEY : ROLE_TEXT, "Filter %s",
	    v->filter != NULL ? v->filter_text : "none");
}

/* How many like it the window has, of the newest that are looked at. */
static void
draw_like(const struct viewer *v, struct events *s, const struct event *e)
{
	size_t n = store_event_count(v->store);
	unsigned window = view_window_s(v);
	int64_t since = store_now(v->store) - (int64_t)window * NS_PER_S;
	uint64_t key = store_group_key(v->store, e);

	if (s->like_id == e->id && s->like_revision == store_revision(v->store))
		return;
	s->like_id = e->id;
	s->like_revision = store_revision(v->store);
	s->like = 0;
	s->like_over = false;
	for (size_t i = 0; i < n; i++) {
		const struct event *other = store_event_at(v->store, n - 1 - i);

		if (window > 0 && other->t_ns < since)
			return;
		if (i == VIEW_LOOK_BACK) {
			s->like_over = true;
			return;
		}
		s->like += store_group_key(v->store, other) == key && !other->recovered;
	}
}

/* "503 Service Unavailable from wholesale-c; Retry-After 30; 371 like it in 5 min" */
static void
draw_hint(const struct viewer *v, struct events *s, struct canvas *c, int row, int width)
{
	const struct event *e = events_current(v);
	char text[400], code[8], n[32];
	struct slice phrase;
	size_t at;

	if (row < 0)
		return;
	if (v->say[0] != '\0') {
		view_say_draw(v, c, row);
		return;
	}
	if (e == NULL) {
		if (v->filter != NULL && store_event_count(v->store) > 0)
			(void)canvas_printf(c, row, 1, width - 1, ROLE_TEXT,
			    "%s events are kept; the filter hides all of them",
			    view_number(n, sizeof n, events_kept(v), 11));
		return;
	}
	draw_like(v, s, e);
	phrase = view_phrase(e);
	at = (size_t)snprintf(text, sizeof text, "%s %.*s %s %.*s", view_code(code, sizeof code, e->code),
	    (int)(phrase.n < 80 ? phrase.n : 80), phrase.p, e->direction == DIRECTION_SENT ? "to" : "from",
	    (int)(e->peer.n < 60 ? e->peer.n : 60), e->peer.n > 0 ? e->peer.p : "");
	if (e->peer.n == 0)
		at -= e->direction == DIRECTION_SENT ? 4 : 6;
	if (e->retry_after.n > 0 && at < sizeof text)
		at += (size_t)snprintf(text + at, sizeof text - at, "; Retry-After %.*s",
		    (int)(e->retry_after.n < 40 ? e->retry_after.n : 40), e->retry_after.p);
	if (e->recovered && at < sizeof text)
		at += (size_t)snprintf(text + at, sizeof text - at, "; the call went on and recovered");
	else if (at < sizeof text)
		at += (size_t)snprintf(text + at, sizeof text - at, "; %s%s like it %s%s",
		    view_number(n, sizeof n, s->like, 9), s->like_over ? "+" : "",
		    view_window_s(v) > 0 ? "in " : "kept", view_window_s(v) > 0 ? view_window_name(v) : "");
	(void)canvas_printf(c, row, 1, width - 1, ROLE_TEXT, "%s", text);
}

/* "1/9812  0%" */
static char *
draw_place(const struct viewer *v, const struct events *s, bool share, char *out, size_t cap)
{
	size_t n = sift_count(v->sift), row = s->top + s->above;

	if (n == 0)
		(void)snprintf(out, cap, "0/0");
	else if (!share)
		(void)snprintf(out, cap, "%zu/%zu", row + 1, n);
	else
		(void)snprintf(out, cap, "%zu/%zu %2d%%", row + 1, n, n > 1 ? (int)(100 * row / (n - 1)) : 0);
	return out;
}

static void
draw_list(struct viewer *v, struct events *s, struct canvas *c, const struct events_rows *y, int width)
{
	struct view_layout layout;
	struct events_place place;
	size_t row, n = sift_count(v->sift);

	s->n_drawn = 0;
	s->drawn_first = y->first;
	s->drawn_width = width;
	events_layout(v, events_layout_of(width), &layout);
	events_place(&layout, width < canvas_cols(c) ? width - 1 : width, &place);
	events_fit(v, s, &layout, width, &place);
	if (y->header >= 0)
		events_header_draw(v, s, &place, c, y->header, width);
	if (n == 0) {
		events_empty_step(v, &s->empty, DRAW_EMPTY_STEP);
		events_empty_draw(v, &s->empty, c, y->first, y->height, width);
		return;
	}
	events_empty_free(&s->empty);
	s->folded = (struct events_folded){ 0 };
	if (s->follow && v->order == SIFT_TIME && !v->ascending)
		events_fold(v, s->height, &s->folded);
	for (size_t i = 0; i < s->height && (int)i < y->height; i++) {
		const struct event *e, *before;

		row = s->top + i;
		if (s->folded.rows > 0 && row == s->folded.from) {
			events_fold_draw(v, &s->folded, c, y->first + (int)i, width);
			return;
		}
		e = sift_at(v->sift, row);
		before = sift_at(v->sift, v->ascending ? row - 1 : row + 1);
		if (e != NULL && s->n_drawn == i && i < EVENTS_DRAWN)
			s->drawn[s->n_drawn++] = e->id;
		if (e != NULL)
			events_row_draw(v, e, before, &place, c, y->first + (int)i, width, e->id == v->event_id);
	}
}

static void
draw_pane(const struct viewer *v, struct canvas *c, const struct events_rows *y, int col)
{
	int width = canvas_cols(c) - col - 1;

	detail_pane_draw(v, events_current(v), c, y->frame, col + 1, width, y->first + y->height - y->frame);
	for (int row = y->header; row < y->first + y->height; row++)
		canvas_fill(c, row, col, 1, ROLE_FRAME, 0x2502);
	canvas_fill(c, y->frame, col, 1, ROLE_FRAME, 0x252c);
}

/* Columns of the list beside the detail; all of them without one. */
static int
draw_list_width(struct events *s, const struct canvas *c)
{
	int cols = canvas_cols(c), width = cols * 41 / 70;

	if (cols < DRAW_WIDE_COLS || canvas_rows(c) < DRAW_SMALL_ROWS || s->no_split)
		return cols;
	width = width < 80 ? 80 : width;
	if (width - s->pane < DRAW_LIST_LEAST)
		s->pane = width - DRAW_LIST_LEAST;
	if (cols - width + s->pane < DRAW_PANE_LEAST)
		s->pane = DRAW_PANE_LEAST - cols + width;
	return width - s->pane;
}

static struct events_rows
draw_rows(const struct viewer *v, const struct canvas *c, bool split)
{
	struct events_rows y = { -1, -1, -1, -1, -1, 0, 0, -1, -1, -1 };
	int end = canvas_rows(c), wide = canvas_cols(c) >= DRAW_WIDE_COLS && end >= DRAW_SMALL_ROWS;
	bool small = end < DRAW_SMALL_ROWS || canvas_cols(c) < DRAW_SMALL_COLS;

	if (end < VIEW_ROWS_MIN || canvas_cols(c) < VIEW_COLS_MIN) {
		y.first = 1;
		y.height = end - 1;
		return y;
	}
	y.status = 0;
	y.lens = wide ? -1 : 1;
	y.tabs = wide ? 1 : -1;
	y.frame = wide ? 2 : -1;
	y.header = wide ? 3 : 2;
	y.first = y.header + 1;
	y.bar = --end;
	if (!small)
		y.letters = --end;
	if ((!small && !split) || (small && v->say[0] != '\0'))
		y.hint = --end;
	y.height = end - y.first;
	return y;
}

void
events_draw(struct viewer *v, void *state, struct canvas *c)
{
	struct events *s = state;
	int width = draw_list_width(s, c);
	bool split = width < canvas_cols(c);
	struct events_rows y = draw_rows(v, c, split);
	char sort[32], title[64], place[64];

	events_sync(v, s, y.height > 0 ? (size_t)y.height : 1);
	if (y.status < 0) {
		overview_one_line_draw(v, c);
		if (y.height > 0)
			draw_list(v, s, c, &y, width);
		return;
	}
	view_status_line(v, c, y.status, draw_follow(v, s));
	if (y.lens >= 0)
		draw_lens(v, c, y.lens);
	if (y.tabs >= 0) {
		draw_tabs(v, c, y.tabs);
		(void)snprintf(title, sizeof title, "Events   sort %s", draw_sort(v, sort, sizeof sort));
		(void)view_frame(c, y.frame, 0, width, title);
	}
	draw_list(v, s, c, &y, width);
	if (split)
		draw_pane(v, c, &y, width);
	draw_hint(v, s, c, y.hint, canvas_cols(c));
	if (y.letters >= 0 && split && v->say[0] != '\0')
		view_say_draw(v, c, y.letters);
	else if (y.letters >= 0)
		view_letters(v, c, y.letters, draw_place(v, s, !split, place, sizeof place));
	view_key_bar(v, c, y.bar);
}
