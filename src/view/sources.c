/*
 * sources - where the traffic comes from: one row each, and below it all that is known of the one under the cursor.
 * One thing to know: rows keep the order in which sources came and none ever goes, so an index is a cursor that stays.
 */
#include <stdio.h>
#include <string.h>

#include "overview.h"
#include "sipwhy/timefmt.h"

enum { SOURCES_TAIL_MIN = 9, SOURCES_LIST_MIN = 5, SOURCES_BAR = 20, SOURCES_LINE = 512, SOURCES_LATE_MS = 1000 };
/* The line of window and filter needs so much. */
enum { SOURCES_LENS_COLS = 80, SOURCES_LENS_ROWS = 16 };

struct sources {
	struct list list;
};

enum sources_column {
	SOURCES_NAME,
	SOURCES_KIND,
	SOURCES_STATE,
	SOURCES_SEEN,
	SOURCES_RATE,
	SOURCES_SIP,
	SOURCES_SIP_RATE,
	SOURCES_LOST,
	SOURCES_KERNEL,
	SOURCES_FACE,
	SOURCES_FAIL,
	SOURCES_AGAIN,
	SOURCES_SILENT,
	SOURCES_SENDERS,
	SOURCES_COLUMNS
};

static const struct view_column sources_columns[SOURCES_COLUMNS] = {
	[SOURCES_NAME] = { "SOURCE", 14, 40, 0, false },
	[SOURCES_KIND] = { "KIND", 6, 6, 100, false },
	[SOURCES_STATE] = { "STATE", 7, 8, 0, false },
	[SOURCES_SEEN] = { "seen", 7, 11, 0, true },
	[SOURCES_RATE] = { "/s", 6, 7, 60, true },
	[SOURCES_SIP] = { "SIP", 7, 11, 100, true },
	[SOURCES_SIP_RATE] = { "SIP/s", 6, 7, 70, true },
	[SOURCES_LOST] = { "lost", 6, 9, 0, true },
	[SOURCES_KERNEL] = { "kernel", 7, 9, 120, true },
	[SOURCES_FACE] = { "iface", 6, 9, 120, true },
	[SOURCES_FAIL] = { "parse", 6, 9, 80, true },
	[SOURCES_AGAIN] = { "again", 6, 9, 80, true },
	[SOURCES_SILENT] = { "silent", 7, 8, 60, true },
	[SOURCES_SENDERS] = { "senders", 7, 7, 110, true },
};

static const struct view_key sources_keys[] = {
	VIEW_LIST_KEYS,
	{ ACTION_HOME, { UI_KEY_HOME, 'g' }, "Home g", "first row", NULL, NULL, 0, NULL, PART_MOVE },
	{ ACTION_END, { UI_KEY_END, 'G' }, "End G", "last row", NULL, NULL, 0, NULL, PART_MOVE },
	{ ACTION_OPEN, { UI_KEY_ENTER, '\n' }, "Enter", "all of it on a page", "Enter", "All of it", 200, NULL,
	    PART_MOVE },
	{ ACTION_RAW, { 'r' }, "r", "try a source that is down again now", "r", "Try now", 90, NULL, PART_DO },
	{ ACTION_LOG, { 'L' }, "L", NULL, "L", "Own log", 100, NULL, PART_VIEW },
	{ ACTION_BACK, { UI_KEY_ESC, 'q', UI_KEY_BACKSPACE }, "Esc q", "back", "Esc", "Back", 255, "q", PART_MOVE },
};

/* A line of figures under way: what is 0 is not told. */
struct sources_line {
	char text[SOURCES_LINE];
	size_t n;
};

static void
sources_add(struct sources_line *l, uint64_t v, const char *what)
{
	char number[32];
	int n;

	if (v == 0)
		return;
	n = snprintf(l->text + l->n, sizeof l->text - l->n, "%s%s %s", l->n > 0 ? ", " : "",
	    view_number(number, sizeof number, v, 15), what);
	if (n > 0 && (size_t)n < sizeof l->text - l->n)
		l->n += (size_t)n;
	else
		l->text[l->n] = '\0';
}

static void
sources_put(struct page *p, const char *label, enum ui_role role, const struct sources_line *l)
{
	page_label(p, label, role, (struct slice){ l->text, l->n });
}

static bool
sources_is_live(const struct store_source *s)
{
	return strcmp(s->stat.kind, "file") != 0;
}

const char *
view_source_word(const struct store *st, const struct store_source *s)
{
	const char *state = view_source_state(s);
	struct store_status status;

	if (strcmp(state, "failed") == 0)
		return "DOWN";
	if (strcmp(state, "reading") != 0 || !sources_is_live(s))
		return state;
	store_status(st, &status);
	return status.lag_ms >= SOURCES_LATE_MS ? "LATE" : "ok";
}

static enum ui_role
sources_state_role(const struct store *st, const struct store_source *s)
{
	const char *state = view_source_word(st, s);

	if (strcmp(state, "DOWN") == 0 || strcmp(state, "damaged") == 0)
		return ROLE_STATE_CRIT;
	return strcmp(state, "waiting") == 0 || strcmp(state, "LATE") == 0 ? ROLE_STATE_WARN
	    : strcmp(state, "ended") == 0                                  ? ROLE_TEXT_DIM
	    : strcmp(state, "ok") == 0                                     ? ROLE_STATE_OK
									   : ROLE_TEXT;
}

/* A figure in the width of its column; "-" when it has none. */
static void
sources_cell(const struct view_table *t, struct canvas *c, int row, enum sources_column column, enum ui_role role,
    bool has, uint64_t v)
{
	char n[32];

	view_table_cell(t, c, row, column, has ? role : ROLE_TEXT_DIM,
	    slice_str(has ? view_number(n, sizeof n, v, (size_t)(t->width[column] > 0 ? t->width[column] : 7)) : "-"));
}

static void
sources_rate_cell(const struct view_table *t, struct canvas *c, int row, enum sources_column column, double per_s)
{
	char n[32];

	view_table_cell(t, c, row, column, ROLE_TEXT, slice_str(per_s < 0 ? "-" : view_rate(n, sizeof n, per_s)));
}

static void
sources_row_draw(const struct store *st, size_t at, const struct view_table *t, struct canvas *c, int row)
{
	const struct store_source *src = store_source_at(st, at);
	const struct source_stat *s = &src->stat;
	bool log = view_source_is_log(s), captured = strcmp(s->kind, "live") == 0;
	bool listens = view_source_listens(s);
	uint64_t lost = store_source_lost(s);
	int64_t silent_ns = store_source_silent_ns(st, at);
	char text[64];

	view_table_cell(t, c, row, SOURCES_NAME, ROLE_TEXT, slice_str(view_source_name(s, text, sizeof text)));
	view_table_cell(t, c, row, SOURCES_KIND, ROLE_TEXT_DIM, slice_str(s->kind));
	view_table_cell(t, c, row, SOURCES_STATE, sources_state_role(st, src), slice_str(view_source_word(st, src)));
	sources_cell(t, c, row, SOURCES_SEEN, ROLE_TEXT, true, s->frames);
	sources_rate_cell(t, c, row, SOURCES_RATE, store_source_rate(st, at));
	sources_cell(t, c, row, SOURCES_SIP, ROLE_TEXT, true, store_source_sip(s));
	sources_rate_cell(t, c, row, SOURCES_SIP_RATE, store_source_sip_rate(st, at));
	sources_cell(t, c, row, SOURCES_LOST, lost > 0 ? ROLE_STATE_CRIT : ROLE_TEXT_DIM, true, lost);
	sources_cell(t, c, row, SOURCES_KERNEL, s->kernel_drops > 0 ? ROLE_STATE_CRIT : ROLE_TEXT_DIM,
	    captured || listens, s->kernel_drops);
	sources_cell(t, c, row, SOURCES_FACE, s->if_drops > 0 ? ROLE_STATE_CRIT : ROLE_TEXT_DIM, captured, s->if_drops);
	sources_cell(t, c, row, SOURCES_FAIL, s->verdict[WIRE_MALFORMED] > 0 ? ROLE_STATE_WARN : ROLE_TEXT_DIM, true,
	    s->verdict[WIRE_MALFORMED]);
	sources_cell(t, c, row, SOURCES_AGAIN, ROLE_TEXT_DIM, log, s->again);
	view_table_cell(t, c, row, SOURCES_SILENT, ROLE_TEXT_DIM,
	    slice_str(silent_ns < 0 ? "-" : view_span(text, sizeof text, silent_ns)));
	sources_cell(t, c, row, SOURCES_SENDERS, ROLE_TEXT, listens, s->senders);
}

/* "[########............] 43%  430,000 of 1,000,000 bytes". */
static void
sources_progress(struct page *p, const struct source_stat *s)
{
	char bar[SOURCES_BAR + 1], done[32], total[32];
	double share;

	if (s->total == 0 || strcmp(s->kind, "file") != 0)
		return;
	share = s->done < s->total ? (double)s->done / (double)s->total : 1;
	for (int i = 0; i < SOURCES_BAR; i++)
		bar[i] = i < (int)(share * SOURCES_BAR) ? '#' : '.';
	bar[SOURCES_BAR] = '\0';
	page_labelf(p, "Read", ROLE_TEXT, "[%s] %d%%  %s of %s bytes", bar, (int)(share * 100),
	    view_number(done, sizeof done, s->done, 19), view_number(total, sizeof total, s->total, 19));
}

/* Where all of them went. */
static void
sources_verdicts(struct page *p, const struct source_stat *s)
{
	struct sources_line l = { .n = 0 };
	char frames[32], bytes[32];

	sources_add(&l, s->verdict[WIRE_SIP], "SIP");
	sources_add(&l, s->verdict[WIRE_NOT_SIP], "not SIP");
	sources_add(&l, s->verdict[WIRE_FILTERED] + s->filtered_input, "hidden by the filter");
	sources_add(&l, s->verdict[WIRE_MALFORMED], "malformed");
	sources_add(&l, s->verdict[WIRE_DROPPED], "given up");
	sources_add(&l, s->verdict[WIRE_HELD], "waiting for more");
	sources_add(&l, s->bad_frames, "with broken framing");
	sources_add(&l, s->skipped > s->bad_frames ? s->skipped - s->bad_frames : 0, "left out at a restart");
	page_labelf(p, view_source_is_log(s) ? "Lines" : "Packets", ROLE_TEXT, "%s (%s bytes)%s%s",
	    view_number(frames, sizeof frames, s->frames, 19), view_number(bytes, sizeof bytes, s->bytes, 19),
	    l.n > 0 ? ": " : "", l.text);
}

static void
sources_capture(struct page *p, const struct source_stat *s)
{
	struct sources_line l = { .n = 0 }, damage = { .n = 0 }, buffer = { .n = 0 };

	sources_add(&l, s->kernel_drops, "in the kernel");
	sources_add(&l, s->if_drops, "at the interface");
	sources_add(&l, s->bad_frames, "to broken framing");
	for (unsigned d = 0; d < WIRE_DROP_N; d++)
		sources_add(&l, s->drop[d], wire_drop_name((enum wire_drop)d));
	sources_put(p, "Lost", ROLE_STATE_CRIT, &l);
	sources_add(
	    &damage, s->truncated, s->truncated == 1 ? "packet cut by the capture" : "packets cut by the capture");
	sources_add(&damage, s->tcp_gaps, s->tcp_gaps == 1 ? "gap in TCP streams" : "gaps in TCP streams");
	sources_add(&damage, s->tcp_oversize, s->tcp_oversize == 1 ? "message too large" : "messages too large");
	sources_put(p, "Damage", ROLE_TEXT, &damage);
	sources_add(&buffer, s->buffer >> 20, "MiB in the kernel");
	sources_put(p, "Buffer", ROLE_TEXT_DIM, &buffer);
}

/* What stood in the packets beside SIP. */
static void
sources_inside(struct page *p, const struct source_stat *s)
{
	struct sources_line hep = { .n = 0 }, other = { .n = 0 };

	sources_add(&hep, s->hep, s->hep == 1 ? "packet read" : "packets read");
	sources_add(&hep, s->hep_other, "of these without SIP");
	sources_add(&hep, s->hep_left, "left alone (-E reads them)");
	sources_put(p, "HEP", ROLE_TEXT, &hep);
	if (s->hep_clock > 0)
		page_labelf(p, "Clock", ROLE_STATE_WARN, "%llu HEP packet%s with a wrong time: arrival was taken",
		    (unsigned long long)s->hep_clock, s->hep_clock == 1 ? "" : "s");
	sources_add(&other, s->tunnels, s->tunnels == 1 ? "tunnel header taken off" : "tunnel headers taken off");
	sources_add(&other, s->tls,
	    s->tls == 1 ? "encrypted connection (TLS): use HEP to see its calls"
			: "encrypted connections (TLS): use HEP to see these calls");
	sources_put(p, "Inside", ROLE_TEXT, &other);
}

static void
sources_found(struct page *p, const struct source_stat *s)
{
	struct sources_line l = { .n = 0 }, aside = { .n = 0 };

	sources_add(&l, s->messages, s->messages == 1 ? "SIP message" : "SIP messages");
	sources_add(&l, s->statements, s->statements == 1 ? "line that states a code" : "lines that state a code");
	sources_add(&l, s->notices, s->notices == 1 ? "notice without a code (8)" : "notices without a code (8)");
	if (l.n > 0)
		sources_put(p, "Found", ROLE_TEXT_STRONG, &l);
	else
		page_label(p, "Found", ROLE_TEXT_STRONG, slice_str("nothing that tells of SIP so far"));
	sources_add(&aside, s->again, "said again, of a response that was counted");
	sources_add(&aside, s->quiet, "stated beside the SIP text");
	sources_put(p, "Not counted", ROLE_TEXT, &aside);
}

static void
sources_lost(struct page *p, const struct source_stat *s)
{
	struct sources_line l = { .n = 0 }, damage = { .n = 0 };

	sources_add(&l, s->kernel_drops + s->if_drops, "in the kernel");
	sources_add(&l, s->verdict[WIRE_DROPPED], "given up for lack of room");
	sources_add(&l, s->long_records, "cut because they were too long");
	sources_add(&l, s->bad_frames, "to broken framing");
	sources_put(p, "Lost", ROLE_STATE_CRIT, &l);
	sources_add(&damage, s->cut, s->cut == 1 ? "message without its end" : "messages without their end");
	sources_add(&damage, s->forgotten,
	    s->forgotten == 1 ? "begun message or sender forgotten for newer ones"
			      : "begun messages or senders forgotten for newer ones");
	sources_put(p, "Damage", ROLE_TEXT, &damage);
}

static void
sources_came(struct page *p, const struct source_stat *s)
{
	struct sources_line l = { .n = 0 }, turned = { .n = 0 }, file = { .n = 0 };

	sources_add(&l, s->senders, "now");
	sources_add(&l, s->connected, "so far");
	sources_put(p, "Senders", ROLE_TEXT, &l);
	sources_add(&turned, s->refused, "turned away: not in --allow, or too many at once");
	sources_put(p, "Refused", ROLE_STATE_WARN, &turned);
	turned.n = 0;
	sources_add(&turned, s->closed,
	    s->closed == 1 ? "connection ended from here: framing, a frame without end, TLS"
			   : "connections ended from here: framing, a frame without end, TLS");
	sources_put(p, "Closed", ROLE_STATE_WARN, &turned);
	page_label(p, "Last of these", ROLE_TEXT_STRONG, slice_str(s->turned_away));
	if (s->open_to_all)
		page_label(p, "Open", ROLE_STATE_WARN,
		    slice_str("to everybody who can reach it: --allow CIDR says who may send"));
	sources_add(&file, s->rotations, s->rotations == 1 ? "rotation followed" : "rotations followed");
	sources_put(p, "File", ROLE_TEXT, &file);
}

/* What the log's times lack, and what was taken in its place. */
static void
sources_times(struct page *p, const struct source_stat *s)
{
	const char *when = strcmp(s->kind, "file") == 0 ? "the file's last change" : "its arrival";
	const struct {
		uint64_t n;
		const char *lacks, *took, *when;
	} rows[] = {
		{ s->no_year, "a year", "that of ", when },
		{ s->no_date, "a date", "that of a line near by, else of ", when },
		{ s->no_time, "any time", "that of the line before, else of ", when },
		{ s->no_zone, "a time zone", "local time", "" },
	};
	bool any = false;
	char n[32];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (rows[i].n == 0)
			continue;
		page_labelf(p, any ? "" : "Times", ROLE_TEXT, "%s without %s: %s%s was taken",
		    view_number(n, sizeof n, rows[i].n, 15), rows[i].lacks, rows[i].took, rows[i].when);
		any = true;
	}
}

/* What is wrong with it, and what to do about that; nothing when nothing is. */
static void
sources_wrong(struct page *p, const struct store_source *src)
{
	const struct source_stat *s = &src->stat;
	char n[32], share[16];

	if (strcmp(s->state, "failed") == 0 && sources_is_live(src)) {
		page_label(p, "Wrong", ROLE_STATE_CRIT,
		    slice_str("DOWN: nothing comes from it now.  What was counted and kept stays on the screen."));
		page_label(p, "Do", ROLE_TEXT_KEY,
		    slice_str(strcmp(s->kind, "pipe") == 0 ? "start again: what comes through a pipe comes once"
			    : view_source_is_log(s)
			    ? "see that the file or the port can be opened; it is tried again by itself"
			    : "ip link show; once the interface is up it is opened again by itself"));
	} else if (view_source_waits(src)) {
		page_label(p, "Do", ROLE_TEXT_KEY,
		    slice_str("check the path, and that the PBX writes to it; it is opened as soon as it is there"));
	}
	if (s->kernel_drops == 0)
		return;
	page_labelf(p, "Wrong", ROLE_STATE_CRIT,
	    "%s lost in the kernel (%s of what came): packets come faster than they are read",
	    view_number(n, sizeof n, s->kernel_drops, 15),
	    view_share(share, sizeof share, s->kernel_drops, s->frames + s->kernel_drops));
	page_label(p, "Do", ROLE_TEXT_KEY,
	    slice_str(view_source_is_log(s) ? "a larger buffer: sysctl -w net.core.rmem_max=8388608, then start again"
		    : view_source_listens(s)
		    ? "a larger buffer: start with -B and twice as many MiB, as root or with net.core.rmem_max raised"
		    : "a larger buffer: start with -B and twice as many MiB, or a filter that leaves RTP out"));
}

void
source_page(struct page *p, const struct store_source *src)
{
	const struct source_stat *s = &src->stat;
	char title[160], name[64];

	(void)snprintf(
	    title, sizeof title, "%s: %s, %s", view_source_name(s, name, sizeof name), s->kind, view_source_state(src));
	page_frame(p, title);
	page_label(p, "Says", view_source_waits(src) ? ROLE_STATE_WARN : ROLE_TEXT_STRONG, slice_str(src->sentence));
	sources_wrong(p, src);
	sources_progress(p, s);
	sources_verdicts(p, s);
	if (!view_source_is_log(s)) {
		sources_inside(p, s);
		sources_capture(p, s);
		sources_came(p, s);
		return;
	}
	sources_found(p, s);
	sources_lost(p, s);
	sources_came(p, s);
	sources_times(p, s);
}

static bool
sources_has_lens(const struct canvas *c)
{
	return canvas_cols(c) >= SOURCES_LENS_COLS && canvas_rows(c) >= SOURCES_LENS_ROWS;
}

static int
sources_tail(const struct viewer *v, const struct canvas *c)
{
	int list = (int)store_source_count(v->store) + 1, tail;

	list = list < SOURCES_LIST_MIN ? SOURCES_LIST_MIN : list;
	tail = canvas_rows(c) - 4 - sources_has_lens(c) - list;
	return tail > SOURCES_TAIL_MIN ? tail : SOURCES_TAIL_MIN;
}

/* One row further down where the line of window and filter stands above the list. */
static struct view_rows
sources_rows(const struct viewer *v, const struct canvas *c)
{
	struct view_rows y = view_rows(v, c, sources_tail(v, c));

	if (y.title < 0 || !sources_has_lens(c))
		return y;
	y.title++;
	y.header++;
	y.first++;
	y.height--;
	if (y.tail < 0 || y.height >= SOURCES_LIST_MIN)
		return y;
	y.tail++;
	y.tail_height--;
	y.height++;
	return y;
}

static void
sources_draw(struct viewer *v, void *state, struct canvas *c)
{
	struct sources *s = state;
	struct view_rows y = sources_rows(v, c);
	size_t n = store_source_count(v->store);
	struct view_table t;
	struct page page;
	char title[64], place[48] = "";

	s->list.cursor = v->source;
	list_set(&s->list, n, (size_t)(y.height > 0 ? y.height : 0));
	(void)snprintf(title, sizeof title, "Sources %zu", n);
	view_rows_draw(v, &y, &s->list, c, title);
	if (y.title > 1)
		view_lens_line(v, c, 1, "", NULL);
	view_table_begin(&t, c, sources_columns, SOURCES_COLUMNS);
	view_table_header(&t, c, y.header);
	if (n == 0)
		(void)canvas_text(c, y.first + (y.height > 2), 2, canvas_cols(c) - 2, ROLE_TEXT_DIM,
		    slice_str("No source has answered yet."));
	for (size_t at = s->list.top; at < n && at - s->list.top < s->list.height; at++) {
		int row = y.first + (int)(at - s->list.top);

		sources_row_draw(v->store, at, &t, c, row);
		if (at == s->list.cursor)
			view_table_cursor(c, row);
	}
	view_spots_list(v, y.first, &s->list, canvas_cols(c));
	if (y.tail < 0 || n == 0)
		return;
	page_begin(&page, c, y.tail, y.tail_height - (y.tail_height > 4), 0);
	source_page(&page, store_source_at(v->store, s->list.cursor));
	if (y.tail_height <= 4)
		return;
	(void)snprintf(place, sizeof place, "%zu/%zu", s->list.cursor + 1, n);
	view_letters(v, c, y.tail + y.tail_height - 1, place);
}

static bool
sources_down(const struct store *st)
{
	for (size_t i = 0; i < store_source_count(st); i++)
		if (strcmp(store_source_at(st, i)->stat.state, "failed") == 0)
			return true;
	return false;
}

static enum command
sources_key(struct viewer *v, void *state, enum view_action action)
{
	struct sources *s = state;

	if (view_list_move(&s->list, action))
		v->source = s->list.cursor;
	else if (action == ACTION_BACK)
		viewer_pop(v);
	else if (action == ACTION_RAW && overview_refused(v))
		return COMMAND_RETRY;
	else if (action == ACTION_RAW)
		viewer_say(v,
		    sources_down(v->store) ? "what is down is tried again every few seconds by itself"
					   : "no source is down");
	else if (action == ACTION_LOG)
		viewer_push(v, &view_log);
	else if (action == ACTION_OPEN && s->list.count == 0)
		viewer_say(v, "there is no source to show");
	else if (action == ACTION_OPEN)
		viewer_push(v, &view_source);
	return COMMAND_NONE;
}

static void
sources_open(struct viewer *v, void *state)
{
	struct sources *s = state;

	s->list.cursor = v->source;
	list_set(&s->list, store_source_count(v->store), 1);
}

const struct view_ops view_sources = {
	.name = "sources",
	.title = "Sources",
	.keys = sources_keys,
	.n_keys = sizeof sources_keys / sizeof sources_keys[0],
	.state_size = sizeof(struct sources),
	.open = sources_open,
	.draw = sources_draw,
	.key = sources_key,
};
