/*
 * detail - one failure explained, in a page that scrolls; detail_page.c and detail_more.c have what stands on it.
 * One thing to know: it shows viewer.event_id and is written anew at each draw, so it needs no copy of anything.
 */
#include <stdio.h>
#include <string.h>

#include "detail.h"
#include "sipwhy/timefmt.h"

enum { DETAIL_LONG_TITLE = 100, DETAIL_PLACE = 6 };

static const struct view_key detail_keys[] = {
	VIEW_LIST_KEYS,
	{ ACTION_HOME, { UI_KEY_HOME, 'g' }, "Home g", "first line", NULL, NULL, 0, NULL, PART_MOVE },
	{ ACTION_END, { UI_KEY_END, 'G' }, "End G", "last line: the raw message", NULL, NULL, 0, NULL, PART_MOVE },
	{ ACTION_NEXT, { UI_KEY_RIGHT, 'n', 'l', '>' }, "Right n l >", "next failure", "n", "Next", 90, NULL,
	    PART_MOVE },
	{ ACTION_PREVIOUS, { UI_KEY_LEFT, 'N', '<' }, "Left N <", "previous failure", "N", "Previous", 80, NULL,
	    PART_MOVE },
	{ ACTION_RAW, { 'r', UI_KEY_F6, UI_KEY_ENTER }, "r F6 Enter", "the message as received", "r", "raw", 250, NULL,
	    PART_LOOK },
	{ ACTION_LADDER, { 'x', UI_KEY_F4 }, "x F4", "ladder of the call", "x", "ladder", 240, NULL, PART_LOOK },
	{ ACTION_DIFF, { 'D' }, "D", "compare with the last good call", "D", "diff", 200, NULL, PART_LOOK },
	{ ACTION_SDP, { 'd' }, "d", "media offered and answered", "d", "SDP", 120, NULL, PART_LOOK },
	{ ACTION_COPY, { 'y' }, "y", "copy one line about it", "y", "copy", 180, NULL, PART_DO },
	{ ACTION_EVIDENCE, { 'Y' }, "Y", "evidence: text to clipboard and file", "Y", "evidence", 190, NULL, PART_DO },
	{ ACTION_MUTE, { 'm' }, "m", "mute its group, or no more", "m", "mute", 140, NULL, PART_DO },
	{ ACTION_MARK, { ' ' }, "Space", "mark the failure, or no more", "Space", "mark", 70, NULL, PART_DO },
	{ ACTION_SAVE, { 's', UI_KEY_F2 }, "s F2", "save: text, pcap, JSON, CSV", NULL, "Save", 160, "F2", PART_DO },
	{ ACTION_LADDER, { 0 }, "F4", NULL, NULL, "Flow", 150, "F4", PART_LOOK },
	{ ACTION_RAW, { 0 }, "F6", NULL, NULL, "Raw", 150, "F6", PART_LOOK },
	{ ACTION_BACK, { UI_KEY_ESC, 'q', UI_KEY_BACKSPACE }, "Esc q", "back to the list", "Esc", "Back", 255, "q",
	    PART_MOVE },
};

const struct event *
detail_event(const struct viewer *v)
{
	const struct event *e = store_event_at(v->store, store_event_index(v->store, v->event_id));

	return e != NULL && e->id == v->event_id ? e : NULL;
}

bool
detail_is_logged(const struct store *s, const struct event *e)
{
	for (size_t i = 0; i < store_source_count(s); i++) {
		const struct source_stat *src = &store_source_at(s, i)->stat;

		if (src->text && slice_eq(e->source, slice_str(src->name)))
			return true;
	}
	return e->stamp.n > 0 || e->statement;
}

bool
detail_is_coarse(const struct store *s, const struct event *e, int64_t from_ns, int64_t to_ns)
{
	return from_ns % NS_PER_S == 0 && to_ns % NS_PER_S == 0 && (e->stamp.n == 0 || event_is_coarse(e)) &&
	    detail_is_logged(s, e);
}

enum command
detail_save(struct viewer *v, enum view_save form)
{
	if (detail_event(v) == NULL) {
		viewer_say(v, "this failure is no longer kept");
		return COMMAND_NONE;
	}
	v->request.save = form;
	v->request.path = "";
	v->request.ids = &v->event_id;
	v->request.n_ids = 1;
	return COMMAND_SAVE;
}

enum command
detail_copy(struct viewer *v, struct slice text)
{
	if (text.n == 0) {
		viewer_say(v, "nothing to copy");
		return COMMAND_NONE;
	}
	v->request.body = text;
	return COMMAND_COPY;
}

size_t
viewer_shown(const struct viewer *v)
{
	return sift_count(v->sift);
}

const struct event *
viewer_shown_at(const struct viewer *v, size_t row)
{
	return sift_at(v->sift, row);
}

/* Height is given away letters first, then head and bar. */
struct detail_rows
detail_rows(const struct canvas *c)
{
	int rows = canvas_rows(c);
	bool room = rows >= VIEW_ROWS_MIN, letters = rows >= 16 && canvas_cols(c) >= 60;
	struct detail_rows y = { room ? 0 : -1, room ? 1 : -1, room ? 2 : 0, rows, letters ? rows - 2 : -1,
		room ? rows - 1 : -1 };

	y.height = rows - y.body - (room ? 1 : 0) - (letters ? 1 : 0);
	return y;
}

void
detail_rows_draw(const struct viewer *v, const struct detail_rows *y, struct canvas *c, const char *place)
{
	int say = y->letters >= 0 ? y->letters : canvas_rows(c) > 2 ? canvas_rows(c) - (y->bar >= 0 ? 2 : 1) : -1;

	if (y->status >= 0)
		view_status_line(v, c, y->status, (struct view_follow){ .shown = false });
	if (y->bar >= 0)
		view_key_bar(v, c, y->bar);
	if (v->say[0] != '\0' && say >= 0) {
		canvas_fill(c, say, 0, canvas_cols(c), ROLE_TEXT, ' ');
		(void)canvas_printf(c, say, 1, canvas_cols(c) - 1, ROLE_TEXT_KEY, "%s", v->say);
	} else if (y->letters >= 0) {
		char apart[72];

		(void)snprintf(apart, sizeof apart, "%s%s", place[0] != '\0' ? "  " : "", place);
		view_letters(v, c, y->letters, apart);
	}
}

void
detail_gone_draw(struct canvas *c, int row)
{
	(void)canvas_printf(c, row, 1, canvas_cols(c) - 1, ROLE_TEXT_STRONG,
	    "This failure is no longer kept: newer ones pushed it out.  Esc goes back.");
}

static struct slice
detail_or_dash(struct slice s)
{
	return s.n > 0 ? s : slice_str("-");
}

/* The how manieth failure it is that was told in this run, of all; both stay what they are while it is kept. */
static void
detail_number(const struct viewer *v, const struct event *e, bool with_all, char *out, size_t cap)
{
	uint64_t before = store_event_evicted(v->store);
	char n[32], all[32];

	(void)snprintf(out, cap, "%s%s%s",
	    view_number(n, sizeof n, before + store_event_index(v->store, e->id) + 1, 13),
	    with_all ? " of " : "",
	    with_all ? view_number(all, sizeof all, before + store_event_count(v->store), 13) : "");
}

/* " Event 48,255  14:32:06.553  INVITE  1037 -> +442066627625      < prev  next >". */
static void
detail_title_draw(const struct viewer *v, const struct event *e, struct canvas *c, int row, bool letters)
{
	static const char steps[] = "< prev  next >";
	char clock[16], number[64];
	/* Without letters it stands here how far down the page is. */
	int cols = canvas_cols(c) - (letters ? 0 : DETAIL_PLACE);
	int col = 1, end = cols >= 72 ? cols - (int)sizeof steps - 1 : cols - 1, from;

	detail_number(v, e, cols >= DETAIL_LONG_TITLE, number, sizeof number);
	col += canvas_printf(c, row, col, cols, ROLE_TEXT_STRONG, "%s%s", cols >= 60 ? "Event " : "", number) + 2;
	col +=
	    canvas_printf(c, row, col, cols, ROLE_TEXT_DIM, "%s", timefmt_clock_ms(clock, sizeof clock, e->t_ns)) + 2;
	col += canvas_text(c, row, col, 12, ROLE_TEXT, detail_or_dash(e->method)) + 2;
	from = cols >= DETAIL_LONG_TITLE ? 32 : 16;
	if (end > col)
		col +=
		    canvas_text(c, row, col, from < end - col ? from : end - col, ROLE_TEXT, detail_or_dash(e->from));
	/* An arrow to nowhere says nothing. */
	if (end - col > 6) {
		col += canvas_printf(c, row, col, cols, ROLE_TEXT_DIM, " -> ");
		col += canvas_text(c, row, col, end - col - 1, ROLE_TEXT, detail_or_dash(e->to));
	}
	if (lens_is_marked(v, e->id))
		(void)canvas_printf(c, row, 0, 1, ROLE_LIST_MARKED, "*");
	if (end < cols - 1)
		(void)canvas_printf(c, row, end + 1, cols, ROLE_TEXT_DIM, "%s", steps);
}

static void
detail_write(struct page *p, const void *what)
{
	detail_page(p, what);
}

/* Screenful of how many: "1/4". */
static void
detail_place(const struct page *p, char *out, size_t cap)
{
	size_t last = p->line > (size_t)p->height ? p->line - (size_t)p->height : 0;
	size_t pages = p->height > 0 ? (p->line + (size_t)p->height - 1) / (size_t)p->height : 1;
	size_t now = p->height > 0 ? (p->top + (size_t)p->height - 1) / (size_t)p->height + 1 : 1;

	now = p->top >= last ? pages : now < pages ? now : pages;
	(void)snprintf(out, cap, "%zu/%zu", now, pages);
}

static void
detail_draw(struct viewer *v, void *state, struct canvas *c)
{
	struct detail_rows y = detail_rows(c);
	struct detail_messages m;
	struct detail d = { .v = v, .e = detail_event(v), .messages = &m };
	struct event whole;
	struct page p;
	char place[64] = "", name[ENDPOINT_TEXT];

	if (d.e == NULL) {
		detail_rows_draw(v, &y, c, "");
		detail_gone_draw(c, y.body);
		return;
	}
	if (view_peer_known(d.e) && d.e->peer.n < sizeof name) {
		(void)slice_copy(name, sizeof name, d.e->peer);
		d.peer = view_peer_find(v, name);
	}
	d.logged = detail_is_logged(v->store, d.e);
	detail_messages(v, d.e, &m);
	why_alike(v->store, d.e, false, &d.alike);
	whole = detail_whole(d.e, &m);
	d.e = &whole;
	if (y.title >= 0)
		detail_title_draw(v, d.e, c, y.title, y.letters >= 0);
	page_show(&p, c, y.body, y.height, state, detail_write, &d);
	detail_place(&p, place, sizeof place);
	detail_rows_draw(v, &y, c, place);
	if (y.letters < 0 && y.title >= 0)
		page_place_draw(&p, c, y.title, ROLE_TEXT_DIM);
}

/* The order is that of the Events view: what stands below is next. */
static void
detail_step(struct viewer *v, struct page_scroll *at, bool forward)
{
	size_t n = sift_count(v->sift), row = sift_row(v->sift, v->event_id);
	const struct event *e = NULL;

	if (row < n && sift_at(v->sift, row) != NULL && sift_at(v->sift, row)->id != v->event_id)
		row = n;
	if (row < n && forward && row + 1 < n)
		e = sift_at(v->sift, row + 1);
	else if (row < n && !forward && row > 0)
		e = sift_at(v->sift, row - 1);
	else if (row >= n && n > 0)
		e = sift_at(v->sift, 0);
	if (e == NULL) {
		viewer_say(
		    v, forward ? "this is the last failure of the list" : "this is the first failure of the list");
		return;
	}
	v->event_id = e->id;
	v->moved = true;
	v->message = 0;
	at->top = 0;
}

/* "14:32:06.553 503 Service Unavailable INVITE 1037 -> +44... peer, Call-ID": one line for a ticket. */
static enum command
detail_copy_line(struct viewer *v)
{
	const struct event *e = detail_event(v);
	char date[32], code[16];
	struct slice phrase;
	int n;

	if (e == NULL)
		return COMMAND_NONE;
	phrase = view_phrase(e);
	n = snprintf(v->request_text, sizeof v->request_text, "%s %s %.*s %.*s %.*s -> %.*s peer %.*s Call-ID %.*s",
	    timefmt_rfc3339(date, sizeof date, e->t_ns), view_code(code, sizeof code, e->code),
	    (int)(phrase.n < 60 ? phrase.n : 60), phrase.p, (int)(e->method.n < 16 ? e->method.n : 16), e->method.p,
	    (int)(e->from.n < 48 ? e->from.n : 48), e->from.p, (int)(e->to.n < 48 ? e->to.n : 48), e->to.p,
	    (int)(e->peer.n < 56 ? e->peer.n : 56), e->peer.p, (int)(e->call_id.n < 120 ? e->call_id.n : 120),
	    e->call_id.p);
	return detail_copy(v,
	    (struct slice){
		v->request_text, n > 0 && (size_t)n < sizeof v->request_text ? (size_t)n : strlen(v->request_text) });
}

static enum command
detail_mute(struct viewer *v)
{
	const struct event *e = detail_event(v);
	struct store_group g;

	if (e == NULL || !store_group_find(v->store, store_group_key(v->store, e), &g)) {
		viewer_say(v, "its group is not kept");
		return COMMAND_NONE;
	}
	v->request.id = g.key;
	viewer_say(v, g.muted ? "its group is shown again" : "its group is muted: m again shows it");
	return g.muted ? COMMAND_GROUP_UNMUTE : COMMAND_GROUP_MUTE;
}

static void
detail_open(struct viewer *v, const struct view_ops *ops)
{
	const struct event *e = detail_event(v);
	struct detail_messages m;

	if (e == NULL)
		return;
	detail_messages(v, e, &m);
	v->message = m.answer < m.n ? m.answer : 0;
	viewer_push(v, ops);
}

static enum command
detail_key(struct viewer *v, void *state, enum view_action action)
{
	if (page_move(state, action))
		return COMMAND_NONE;
	switch (action) {
	case ACTION_NEXT:
	case ACTION_PREVIOUS:
		detail_step(v, state, action == ACTION_NEXT);
		break;
	case ACTION_RAW:
		detail_open(v, &view_raw);
		break;
	case ACTION_LADDER:
		detail_open(v, &view_ladder);
		break;
	case ACTION_DIFF:
		v->n_message_marks = 0;
		detail_open(v, &view_diff);
		break;
	case ACTION_SDP:
		detail_open(v, &view_sdp);
		break;
	case ACTION_COPY:
		return detail_copy_line(v);
	case ACTION_EVIDENCE:
		return detail_save(v, VIEW_SAVE_EVIDENCE);
	case ACTION_SAVE:
		viewer_push(v, &view_save_form);
		break;
	case ACTION_MUTE:
		return detail_mute(v);
	case ACTION_MARK:
		lens_mark(v, v->event_id, !lens_is_marked(v, v->event_id));
		break;
	case ACTION_BACK:
		viewer_pop(v);
		break;
	default:
		break;
	}
	return COMMAND_NONE;
}

const struct view_ops view_detail = {
	.name = "detail",
	.title = "Failure",
	.keys = detail_keys,
	.n_keys = sizeof detail_keys / sizeof detail_keys[0],
	.state_size = sizeof(struct page_scroll),
	.draw = detail_draw,
	.key = detail_key,
};
