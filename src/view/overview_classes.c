/*
 * overview_classes - the table of classes: totals, and over the window rate, share, history and what is usual.
 * One thing to know: the history's columns are as long as what is known of the past allows, from a second to two
 * minutes, and the header says how long: a run of ten seconds must show ten marks, not one.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "overview.h"
#include "sipwhy/timefmt.h"

enum { CLASSES_N = 7, CLASSES_SPARK = 120, CLASSES_SPARK_MIN = 10, CLASSES_BAD_MIN = 5, CLASSES_GOOD_MIN = 20 };
/* The store tells what is usual from ten minutes on. */
enum { CLASSES_PAST_S = 3600, CLASSES_USUAL_MIN_S = 600, CLASSES_SMALL_COLS = 41, CLASSES_WHOLE_S = 30 };

static const struct {
	const char *name, *small;
	unsigned cls;
	enum ui_role role;
} classes_row[CLASSES_N] = {
	{ "1xx progress", "1xx", 1, ROLE_CLASS_1XX },
	{ "2xx success", "2xx", 2, ROLE_CLASS_2XX },
	{ "3xx redirect", "3xx", 3, ROLE_CLASS_3XX },
	{ "4xx request", "4xx", 4, ROLE_CLASS_4XX },
	{ "5xx server", "5xx", 5, ROLE_CLASS_5XX },
	{ "6xx global", "6xx", 6, ROLE_CLASS_6XX },
	{ "--- silence", "---", STORE_CLASS_SILENCE, ROLE_CLASS_SILENCE },
};

/* Where the columns of this canvas end (spark: begins); 0 leaves one out. */
struct classes_form {
	int total, rate, window, share, spark, columns, most, usual, change;
	unsigned step_s;
};

/* As of the moment that is looked at, like all beside it. */
static uint64_t
classes_total(const struct store *s, unsigned cls)
{
	return store_window(s, cls, 0);
}

static bool
classes_has_row(const struct store *s, unsigned cls, bool with_zero)
{
	return with_zero || classes_total(s, cls) > 0;
}

int
overview_class_rows(const struct store *s, bool with_zero)
{
	int rows = 0;

	for (unsigned i = 0; i < CLASSES_N; i++)
		rows += classes_has_row(s, classes_row[i].cls, with_zero);
	return rows;
}

int64_t
overview_known_s(const struct store *s)
{
	int64_t oldest = store_oldest(s), now = store_now(s);

	return oldest > 0 && now > oldest ? (now - oldest) / NS_PER_S + 1 : 1;
}

/* The shortest columns that hold all that is known, or an hour of it; no more columns than are known. */
static void
classes_scale(const struct store *s, struct classes_form *f)
{
	static const unsigned steps[] = { 1, 10, 30, 60, 120 };
	int64_t known = overview_known_s(s);
	unsigned full = (unsigned)(CLASSES_PAST_S / f->columns), i = 0;

	while (i + 1 < sizeof steps / sizeof steps[0] && steps[i] < full && steps[i] * (int64_t)f->columns < known)
		i++;
	f->step_s = steps[i];
	if (known < (int64_t)f->columns * f->step_s)
		f->columns = (int)((known + f->step_s - 1) / f->step_s);
}

static struct classes_form
classes_form(const struct store *s, const struct canvas *c)
{
	struct classes_form f = { .total = 24, .rate = 31, .share = 38, .spark = 40, .change = canvas_cols(c) - 3 };
	int room;

	if (canvas_cols(c) >= OVERVIEW_WIDE_COLS) {
		f = (struct classes_form){ .total = 25, .rate = 33, .window = 42, .share = 50, .spark = 52 };
		f.change = canvas_cols(c) - 3;
		f.usual = f.change - 9;
		f.most = f.usual - 9;
	}
	room = (f.most > 0 ? f.most : f.change) - 7 - f.spark;
	f.columns = room >= CLASSES_SPARK ? CLASSES_SPARK : room >= 60 ? 60 : room >= 30 ? 30 : room;
	if (f.columns < CLASSES_SPARK_MIN)
		f.columns = 0;
	else
		classes_scale(s, &f);
	return f;
}

/* "1 h", "25 m": how far the usual looks back. */
static char *
classes_usual_span(const struct viewer *v, char *out, size_t cap)
{
	int64_t s = overview_known_s(v->store) - view_window_s(v);

	if (s >= CLASSES_PAST_S || s < CLASSES_USUAL_MIN_S || view_window_s(v) == 0)
		(void)snprintf(out, cap, "1 h");
	else
		(void)snprintf(out, cap, "%d m", (int)(s / 60));
	return out;
}

static void
classes_right(struct canvas *c, int row, int end, enum ui_role role, const char *text)
{
	if (end > 0)
		(void)canvas_text(c, row, end - (int)strlen(text), (int)strlen(text), role, slice_str(text));
}

static void
classes_header_draw(const struct viewer *v, struct canvas *c, int row, const struct classes_form *f)
{
	char text[64], known[16], step[16];
	int64_t all = (int64_t)f->columns * f->step_s;

	canvas_fill(c, row, 0, canvas_cols(c), ROLE_LIST_HEADER, ' ');
	(void)canvas_text(c, row, 1, 12, ROLE_LIST_HEADER, slice_str("CLASS"));
	classes_right(c, row, f->total, ROLE_LIST_HEADER, "TOTAL");
	classes_right(c, row, f->rate, ROLE_LIST_HEADER, "/s");
	classes_right(c, row, f->window, ROLE_LIST_HEADER, view_window_name(v));
	classes_right(c, row, f->share, ROLE_LIST_HEADER, "share");
	classes_right(c, row, f->most, ROLE_LIST_HEADER, "most/s");
	classes_right(c, row, f->usual, ROLE_LIST_HEADER, "usual");
	(void)snprintf(text, sizeof text, "vs %s", classes_usual_span(v, known, sizeof known));
	classes_right(c, row, f->change, ROLE_LIST_HEADER, text);
	if (f->columns == 0)
		return;
	(void)snprintf(known, sizeof known, all >= 120 ? "%d min" : "%d s", (int)(all >= 120 ? (all + 30) / 60 : all));
	(void)snprintf(
	    step, sizeof step, f->step_s >= 60 ? "%u min" : "%u s", f->step_s >= 60 ? f->step_s / 60 : f->step_s);
	(void)canvas_printf(c, row, f->spark, (f->most > 0 ? f->most : f->change) - 7 - f->spark, ROLE_LIST_HEADER,
	    "last %s (1 col = %s)", known, step);
}

/* How the rate differs from what is usual, and whether that is bad. */
static void
classes_change(const struct viewer *v, unsigned cls, char *out, size_t cap, bool *bad)
{
	unsigned window_s = view_window_s(v);
	double usual, rate = store_rate(v->store, cls, window_s), percent;
	uint64_t n = store_window(v->store, cls, window_s);

	*bad = false;
	if (!store_usual(v->store, cls, window_s, &usual)) {
		(void)snprintf(out, cap, "-");
		return;
	}
	if (usual <= 0) {
		(void)snprintf(out, cap, "%s", n > 0 ? "new" : "0%");
		*bad = cls >= 4 && n >= CLASSES_BAD_MIN;
		return;
	}
	percent = 100 * (rate / usual - 1);
	if (percent >= 9999.5)
		(void)snprintf(out, cap, ">+9999%%");
	else
		(void)snprintf(out, cap, fabs(percent) < 0.5 ? "0%%" : "%+.0f%%", percent);
	*bad = cls >= 4 ? percent >= 100 && n >= CLASSES_BAD_MIN
			: cls == 2 && percent <= -50 && usual * window_s >= CLASSES_GOOD_MIN;
}

static void
classes_change_draw(const struct viewer *v, struct canvas *c, int row, const struct classes_form *f, unsigned cls)
{
	char text[24];
	bool bad;

	classes_change(v, cls, text, sizeof text, &bad);
	classes_right(c, row, f->change, bad ? ROLE_DELTA_WORSE : ROLE_TEXT_DIM, text);
	if (bad)
		(void)canvas_text(c, row, f->change + 1, 1, ROLE_DELTA_WORSE, slice_str("!"));
}

/*
 * Seconds that the newest column has had so far.  A column of minutes that has just begun would look like the end of
 * all traffic: it is left out until it is half full, and then drawn by its rate.
 */
static unsigned
classes_filled_s(const struct store *s, unsigned step_s)
{
	if (step_s < CLASSES_WHOLE_S)
		return step_s;
	return (unsigned)(store_now(s) / NS_PER_S % step_s) + 1;
}

static void
classes_spark_draw(const struct store *s, struct canvas *c, int row, const struct classes_form *f, unsigned at)
{
	uint64_t history[CLASSES_SPARK + 1], *from = history;
	size_t n = (size_t)f->columns;
	unsigned filled = classes_filled_s(s, f->step_s);

	if (n == 0)
		return;
	store_history(s, classes_row[at].cls, f->step_s, history, n + 1);
	if (filled < f->step_s / 2)
		history[n] = 0;
	else
		history[n] = history[n] * f->step_s / filled;
	from += filled >= f->step_s / 2;
	spark_draw(c, row, f->spark, f->columns, classes_row[at].role, from, n);
}

/* Answers of all classes and silence over the window: what a share is of. */
static uint64_t
classes_whole(const struct viewer *v)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < CLASSES_N; i++)
		n += store_window(v->store, classes_row[i].cls, view_window_s(v));
	return n;
}

static void
classes_row_draw(const struct viewer *v, struct canvas *c, int row, const struct classes_form *f, unsigned at)
{
	const struct store *s = v->store;
	unsigned cls = classes_row[at].cls, window_s = view_window_s(v);
	uint64_t total = classes_total(s, cls), n = store_window(s, cls, window_s), most;
	enum ui_role role = total > 0 ? ROLE_TEXT : ROLE_TEXT_DIM;
	char text[32];
	double usual;

	(void)canvas_text(c, row, 1, 12, classes_row[at].role, slice_str(classes_row[at].name));
	/* Lines of a log that name a failure say nothing of what went well. */
	if (total == 0 && store_from_lines(s)) {
		classes_right(c, row, f->total, ROLE_TEXT_DIM, "-");
		classes_right(c, row, f->rate, ROLE_TEXT_DIM, "-");
		return;
	}
	classes_right(c, row, f->total, role, view_number(text, sizeof text, total, 11));
	classes_right(c, row, f->rate, role, view_rate(text, sizeof text, store_rate(s, cls, window_s)));
	classes_right(c, row, f->window, role, view_number(text, sizeof text, n, 8));
	classes_right(c, row, f->share, role, view_share(text, sizeof text, n, classes_whole(v)));
	if (f->most > 0) {
		bool peak = store_peak(s, cls, f->step_s, (size_t)f->columns, &most) && most > 0;

		classes_right(
		    c, row, f->most, peak ? role : ROLE_TEXT_DIM, peak ? view_number(text, sizeof text, most, 6) : "-");
		classes_right(c, row, f->usual, ROLE_TEXT_DIM,
		    store_usual(s, cls, window_s, &usual) ? view_rate(text, sizeof text, usual) : "-");
	}
	classes_spark_draw(s, c, row, f, at);
	classes_change_draw(v, c, row, f, cls);
}

void
overview_classes_draw(const struct viewer *v, struct overview *o, struct canvas *c, int row, bool with_zero)
{
	struct overview_block *b = &o->block[FOCUS_CLASSES];
	struct classes_form f = classes_form(v->store, c);
	int at = row + 1;

	classes_header_draw(v, c, row, &f);
	overview_begin(b);
	for (unsigned i = 0; i < CLASSES_N; i++) {
		if (!classes_has_row(v->store, classes_row[i].cls, with_zero))
			continue;
		classes_row_draw(v, c, at++, &f, i);
		overview_add(b, "%s", classes_row[i].cls == STORE_CLASS_SILENCE ? "silence" : classes_row[i].small);
	}
	overview_end(b);
	overview_place(b, row + 1, 0, canvas_cols(c));
	overview_cursor(o, FOCUS_CLASSES, b->at, c, row + 1 + (int)b->at, 0, canvas_cols(c));
}

static int
classes_cell_draw(const struct viewer *v, struct canvas *c, int row, int col, int width, unsigned at)
{
	char rate[32], change[24];
	int used;
	bool bad;

	if (classes_total(v->store, classes_row[at].cls) == 0 && store_from_lines(v->store)) {
		(void)canvas_printf(c, row, col, width, classes_row[at].role, "%s -", classes_row[at].small);
		return col + width;
	}
	classes_change(v, classes_row[at].cls, change, sizeof change, &bad);
	used = canvas_printf(c, row, col, width, classes_row[at].role, "%s", classes_row[at].small);
	(void)canvas_printf(c, row, col + used, width - used, bad ? ROLE_DELTA_WORSE : ROLE_TEXT, " %s/s%s",
	    view_rate(rate, sizeof rate, store_rate(v->store, classes_row[at].cls, view_window_s(v))), bad ? "!" : "");
	return col + width;
}

int
overview_notices(const struct store *s, char *out, size_t cap)
{
	uint64_t notices = store_notice_total(s);
	char number[32];

	out[0] = '\0';
	if (notices == 0)
		return 0;
	return snprintf(out, cap, "notices %s: 8", view_number(number, sizeof number, notices, 6));
}

void
overview_small_draw(const struct viewer *v, struct canvas *c, int row)
{
	static const unsigned lines[2][3] = { { 0, 1, 2 }, { 3, 4, 6 } };
	char text[48];
	int n = overview_notices(v->store, text, sizeof text);

	for (int line = 0; line < 2; line++)
		for (int i = 0, col = 1; i < 3; i++)
			col = classes_cell_draw(v, c, row + line, col, 13, lines[line][i]);
	if (CLASSES_SMALL_COLS + n < canvas_cols(c))
		(void)canvas_text(c, row, canvas_cols(c) - 1 - n, n, ROLE_TEXT_KEY, slice_str(text));
}

void
overview_one_line_draw(const struct viewer *v, struct canvas *c)
{
	const struct store *s = v->store;
	struct store_status st;
	char trouble[320], n4[32], n5[32], lost[32];

	store_status(s, &st);
	if (view_trouble(s, trouble, sizeof trouble)) {
		(void)canvas_printf(c, 0, 0, canvas_cols(c), ROLE_PROMPT_ERROR, "%s", trouble);
		return;
	}
	if (incidents_count(s) > 0 && canvas_cols(c) > 12) {
		incidents_small_draw(s, c, 0, 0, canvas_cols(c));
		return;
	}
	(void)canvas_printf(c, 0, 0, canvas_cols(c), ROLE_STATUS, "%s 5xx %s/s 4xx %s/s loss %s",
	    store_looking(s) != 0 ? "PAST"
		: store_frozen(s) ? "PAUSED"
		: st.ended        ? "ENDED"
		: st.live         ? "LIVE"
				  : "FILE",
	    view_rate(n5, sizeof n5, store_rate(s, 5, view_window_s(v))),
	    view_rate(n4, sizeof n4, store_rate(s, 4, view_window_s(v))),
	    view_number(lost, sizeof lost, st.lost + st.record_drops, 7));
}
