/*
 * ladder_draw - lanes and arrows in a part of the screen; see detail.h.
 * One thing to know: of more parties than there is room for, those around the selected arrow are shown, and always its
 * two ends.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "detail.h"
#include "sipwhy/timefmt.h"

enum { LANE_TIME = 18, LANE_MIN = 17, LANE_MAX = 30, LANE_NOTE = 17, LANE_SMALL_MIN = 14, LANE_SMALL_EDGE = 8 };

/* Which parties stand in which columns. */
struct lanes {
	size_t party[LADDER_PARTIES], n;
	int first, step, note;
};

static void
lanes_clock(const struct viewer *v, int64_t t_ns, char *out, size_t cap)
{
	time_t t = (time_t)(t_ns / NS_PER_S);
	struct tm tm;

	if (v->time_form != TIME_IS_UTC) {
		(void)timefmt_clock_ms(out, cap, t_ns);
		return;
	}
	if (gmtime_r(&t, &tm) == NULL)
		(void)snprintf(out, cap, "-");
	else
		(void)snprintf(out, cap, "%02d:%02d:%02d.%03dZ", tm.tm_hour, tm.tm_min, tm.tm_sec,
		    (int)(t_ns % NS_PER_S / NS_PER_MS));
}

char *
ladder_time(
    const struct viewer *v, int64_t t_ns, int64_t first_ns, int64_t before_ns, bool is_first, char *out, size_t cap)
{
	bool delta = v->time_form == TIME_IS_DELTA;
	int64_t than = delta ? before_ns : first_ns, by = t_ns - than;
	const struct event *e = detail_event(v);

	if (is_first || !(delta || v->time_form == TIME_IS_SINCE_FIRST))
		lanes_clock(v, t_ns, out, cap);
	else if (e != NULL && detail_is_coarse(v->store, e, than, t_ns))
		(void)timefmt_about(out, cap, by / NS_PER_MS);
	else
		(void)snprintf(out, cap, "%c%" PRId64 ".%03" PRId64, by < 0 ? '-' : '+', (by < 0 ? -by : by) / NS_PER_S,
		    (by < 0 ? -by : by) / NS_PER_MS % 1000);
	return out;
}

int
ladder_head(const struct ladder_lanes *at)
{
	return at->small ? 1 : at->height >= 8 ? 3 : 1;
}

/* Those around the selected arrow; its far end in the last column if it must. */
static void
lanes_choose(struct lanes *s, const struct ladder *l, const struct ladder_lanes *at, size_t room)
{
	size_t a = 0, b = 0, left = 0;

	if (at->cursor < l->n) {
		a = l->row[at->cursor].from < l->row[at->cursor].to ? l->row[at->cursor].from : l->row[at->cursor].to;
		b = l->row[at->cursor].from + l->row[at->cursor].to - a;
	}
	s->n = l->parties < room ? l->parties : room;
	if (b >= s->n)
		left = b - s->n + 1;
	if (left > a)
		left = a;
	for (size_t i = 0; i < s->n; i++)
		s->party[i] = left + i;
	if (s->n > 1 && b >= left + s->n)
		s->party[s->n - 1] = b;
}

static void
lanes_plan(struct lanes *s, const struct ladder *l, const struct ladder_lanes *at)
{
	int first = at->small ? LANE_SMALL_EDGE : at->width >= 60 ? LANE_TIME : at->width >= 34 ? 13 : 2;
	int note = at->small ? (at->width >= 50 ? 20 : 0) : at->width >= 70 ? LANE_NOTE : 0;
	int least = at->small || at->width < 60 ? LANE_SMALL_MIN : LANE_MIN, room = at->width - first - note - 1;
	size_t fit = room > least ? (size_t)(room / least) + 1 : 2;

	lanes_choose(s, l, at, fit);
	s->first = first;
	s->step = s->n > 1 ? room / (int)(s->n - 1) : room;
	if (s->step > LANE_MAX)
		s->step = LANE_MAX;
	if (s->step < 4)
		s->step = 4;
	/* Of a lane alone the messages stand beside it. */
	s->note = first + s->step * (int)(s->n > 1 ? s->n - 1 : 1) + 4;
}

static int
lanes_col(const struct lanes *s, const struct ladder_lanes *at, size_t party)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->party[i] == party)
			return at->col + s->first + s->step * (int)i;
	return -1;
}

/* A name over its lane, its end kept when it is too long: of addresses that tells more. */
static void
lanes_name(struct canvas *c, const struct ladder_lanes *at, int row, int middle, int width, enum ui_role role,
    const char *name)
{
	int len = (int)strlen(name), show = len < width ? len : width, col = middle - show / 2;

	if (col + show > at->col + at->width)
		col = at->col + at->width - show;
	if (col < at->col)
		col = at->col;
	if (show > 0)
		view_name(c, row, col, show, role, slice_str(name));
}

static void
lanes_head_draw(const struct viewer *v, const struct lanes *s, const struct ladder *l, struct canvas *c,
    const struct ladder_lanes *at)
{
	int rows = ladder_head(at);

	for (size_t i = 0; i < s->n; i++) {
		const struct ladder_party *p = &l->party[s->party[i]];
		int col = lanes_col(s, at, s->party[i]), width = s->step - 2;
		bool name = p->name[0] != '\0' && (!v->addresses || rows > 1);

		lanes_name(c, at, at->row, col, width, ROLE_LADDER_PARTY, name ? p->name : p->address);
		if (rows < 3)
			continue;
		lanes_name(c, at, at->row + 1, col, width, ROLE_TEXT_DIM, name ? p->address : "");
		canvas_fill(c, at->row + 2, col, 1, ROLE_FRAME, 0x2502);
	}
	if (rows == 3 && s->first >= LANE_TIME)
		(void)canvas_printf(c, at->row + 2, at->col + 4, 12, ROLE_LADDER_TIME, "time");
}

static void
lanes_arrow(struct canvas *c, int row, int from, int to, enum ui_role role, const char *label)
{
	int left = from < to ? from : to, width = (from < to ? to - from : from - to) - 1, len, room, at;
	bool right = from < to;

	if (width < 2)
		return;
	canvas_fill(c, row, left + 1, width, role, canvas_ascii(c) ? '-' : 0x2500);
	if (canvas_ascii(c))
		(void)canvas_printf(c, row, right ? left + width : left + 1, 1, role, right ? ">" : "<");
	else
		(void)canvas_printf(
		    c, row, right ? left + width : left + 1, 1, role, right ? "\xe2\x96\xb6" : "\xe2\x97\x80");
	room = width - 6;
	if (room < 3)
		return;
	len = canvas_text(c, row, left + 4, room, role, slice_str(label));
	/* Again in its middle, now that its width is known. */
	at = left + 1 + (width - len) / 2;
	canvas_fill(c, row, left + 4, room, role, canvas_ascii(c) ? '-' : 0x2500);
	(void)canvas_text(c, row, at, len, role, slice_str(label));
	canvas_fill(c, row, at - 1, 1, role, ' ');
	canvas_fill(c, row, at + len, 1, role, ' ');
}

/* The words that fit: "404 Not found~"; the code alone when none does. */
static void
lanes_label_cut(const char *full, unsigned code, int room, char *out, size_t cap)
{
	int n = (int)strlen(full) < room ? (int)strlen(full) : room - 1;

	while (n > 3 && full[n] != ' ')
		n--;
	if (n > 3)
		(void)snprintf(out, cap, "%.*s~", n, full);
	else
		(void)snprintf(out, cap, "%u", code);
}

/* Short forms, as in the phrase is long and the lane is not: "503 Unavailable" tells as much. */
static void
lanes_label(const struct callmsg *m, int room, char *out, size_t cap)
{
	static const struct {
		const char *phrase, *brief;
	} briefs[] = { { "Service Unavailable", "Unavailable" }, { "Session Progress", "Progress" },
		{ "Server Internal Error", "Server Error" }, { "Temporarily Unavailable", "Temp. Unavail." },
		{ "Proxy Authentication Required", "Proxy Auth" }, { "Request Terminated", "Terminated" },
		{ "Call/Transaction Does Not Exist", "No Such Call" }, { "Not Acceptable Here", "Not Acceptable" },
		{ "Request Timeout", "Timeout" } };
	struct slice phrase = m->phrase.n > 0 ? m->phrase : slice_str(m->code > 0 ? sip_code_phrase(m->code) : "");
	char full[160];

	(void)message_label(m, full, sizeof full);
	(void)snprintf(out, cap, "%s", full);
	if (m->code == 0 || (int)strlen(full) <= room)
		return;
	for (size_t i = 0; i < sizeof briefs / sizeof briefs[0]; i++)
		if (slice_ieq(slice_trim(phrase), slice_str(briefs[i].phrase)))
			(void)snprintf(out, cap, "%u %s", m->code, briefs[i].brief);
	if (m->code < 200 && (int)strlen(out) > room)
		(void)snprintf(out, cap, "%u %s", m->code, sip_code_phrase(m->code));
	if ((int)strlen(out) > room)
		lanes_label_cut(full, m->code, room, out, cap);
}

static bool
lanes_marked(const struct ladder_lanes *at, size_t index)
{
	for (size_t i = 0; i < at->n_marks; i++)
		if (at->marks[i] == index)
			return true;
	return false;
}

static void
lanes_row_time(const struct viewer *v, const struct ladder *l, const struct lanes *s, struct canvas *c,
    const struct ladder_lanes *at, size_t i, int row)
{
	int64_t t = l->row[i].m->t_ns, first = l->row[0].m->t_ns, before = l->row[i > 0 ? i - 1 : 0].m->t_ns;
	char text[40];
	int width = s->first - 2;

	(void)ladder_time(v, t, first, before, i == 0, text, sizeof text);
	/* Where there is little room seconds tell more than the hour. */
	if (!at->small && width >= 8) {
		int len = (int)strlen(text), show = len < s->first - 5 ? len : s->first - 5;

		(void)canvas_printf(
		    c, row, at->col + s->first - 4 - show, show, ROLE_LADDER_TIME, "%s", text + len - show);
	}
}

/* What stands behind the lanes: notes; in a small one the time. */
static void
lanes_row_note(const struct viewer *v, const struct ladder *l, const struct lanes *s, struct canvas *c,
    const struct ladder_lanes *at, size_t i, int row)
{
	const struct ladder_row *r = &l->row[i];
	int room = at->width - s->note, col = at->col + s->note;
	char text[40];
	enum ui_role role = i == l->said ? view_code_role(r->m->code) : ROLE_TEXT_DIM;

	if (room < 4)
		return;
	if (at->small) {
		bool first = i == 0;

		(void)ladder_time(v, r->m->t_ns, l->row[0].m->t_ns, l->row[i > 0 ? i - 1 : 0].m->t_ns,
		    first || v->time_form == TIME_IS_LOCAL, text, sizeof text);
		col += canvas_printf(c, row, col, room, ROLE_LADDER_TIME, "%s", text);
		(void)canvas_printf(c, row, col, at->col + at->width - col, role, " %s%s", i == l->said ? "<" : "",
		    r->m->seen > 1 ? " x" : "");
		return;
	}
	(void)canvas_printf(c, row, col, room, role, "%s", r->note);
}

static void
lanes_row_draw(const struct viewer *v, const struct ladder *l, const struct lanes *s, struct canvas *c,
    const struct ladder_lanes *at, size_t i, int row)
{
	const struct ladder_row *r = &l->row[i];
	int from = lanes_col(s, at, r->from), to = lanes_col(s, at, r->to);
	bool here = i == at->cursor && !at->small;
	enum ui_role role = here ? ROLE_LADDER_SELECTED : message_role(r->m);
	char label[160];

	for (size_t k = 0; k < s->n; k++)
		canvas_fill(c, row, lanes_col(s, at, s->party[k]), 1, ROLE_FRAME, 0x2502);
	lanes_label(r->m, s->step - 7, label, sizeof label);
	if (from >= 0 && to >= 0 && from != to) {
		if (from - to > s->step || to - from > s->step)
			(void)message_label(r->m, label, sizeof label);
		lanes_arrow(c, row, from, to, role, label);
	} else {
		(void)canvas_printf(c, row, at->col + s->first + 2, s->step - 3, role, "(%.40s)", label);
	}
	if (here)
		(void)canvas_printf(c, row, at->col, 1, ROLE_TEXT_KEY, ">");
	if (lanes_marked(at, r->index))
		(void)canvas_printf(c, row, at->col + 1, 1, ROLE_LIST_MARKED, "*");
	lanes_row_time(v, l, s, c, at, i, row);
	lanes_row_note(v, l, s, c, at, i, row);
}

void
ladder_draw(const struct viewer *v, const struct ladder *l, struct canvas *c, const struct ladder_lanes *at)
{
	int head = ladder_head(at);
	struct lanes s;

	if (at->width < 24 || at->height < 1 || l->n == 0)
		return;
	lanes_plan(&s, l, at);
	lanes_head_draw(v, &s, l, c, at);
	for (int i = 0; i < at->height - head; i++) {
		size_t row = at->top + (size_t)i;

		if (row < l->n)
			lanes_row_draw(v, l, &s, c, at, row, at->row + head + i);
	}
}
