/*
 * ladder - the messages of one attempt, legs joined to it included, as arrows between parties; ladder_model.c decides
 * what is told, ladder_draw.c draws it.
 * One thing to know: what an attempt without messages still knows is its path, and that is drawn in words.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "detail.h"
#include "sipwhy/timefmt.h"

enum { LADDER_TAIL = 4, LADDER_TAIL_ROWS = 16, LADDER_PANE_COLS = 120 };

/* one_leg: without the legs joined to it.  pane: the message beside the arrows. */
struct ladder_state {
	struct list list;
	bool one_leg, pane;
};

static const struct view_key ladder_keys[] = {
	VIEW_LIST_KEYS,
	{ ACTION_HOME, { UI_KEY_HOME, 'g' }, "Home g", "first message", NULL, NULL, 0, NULL, PART_MOVE },
	{ ACTION_END, { UI_KEY_END, 'G' }, "End G", "last message", NULL, NULL, 0, NULL, PART_MOVE },
	{ ACTION_SCRUB_BACK, { '[' }, "[", "message before", NULL, NULL, 0, NULL, PART_MOVE },
	{ ACTION_SCRUB_ON, { ']' }, "]", "next message", NULL, NULL, 0, NULL, PART_MOVE },
	{ ACTION_RAW, { UI_KEY_ENTER, 'r', UI_KEY_F6 }, "Enter r F6", "the message as received", "Enter", "raw", 250,
	    NULL, PART_LOOK },
	{ ACTION_MARK, { ' ' }, "Space", "mark a message, two at most", "Space", "mark", 200, NULL, PART_DO },
	{ ACTION_DIFF, { 'D' }, "D", "compare the two marked, or with the last good call", "D", "diff", 190, NULL,
	    PART_LOOK },
	{ ACTION_SDP, { 'd' }, "d", "media offered and answered", "d", "SDP", 180, NULL, PART_LOOK },
	{ ACTION_RAW_PANE, { 't' }, "t", "message beside the arrows (wide terminals)", "t", "pane", 120, NULL,
	    PART_LOOK },
	{ ACTION_LADDER, { 'x', UI_KEY_F4 }, "x F4", "one leg, or all", "x", "one leg", 160, NULL, PART_LOOK },
	{ ACTION_COPY, { 'y' }, "y", "copy the message", NULL, NULL, 0, NULL, PART_DO },
	{ ACTION_EVIDENCE, { 'Y' }, "Y", "evidence: text to clipboard and file", "Y", "evidence", 60, NULL, PART_DO },
	{ ACTION_SAVE, { 's', UI_KEY_F2 }, "s F2", "save: text, pcap, JSON, CSV", NULL, "Save", 160, "F2", PART_DO },
	{ ACTION_RAW, { 0 }, "F6", NULL, NULL, "Raw", 150, "F6", PART_LOOK },
	{ ACTION_BACK, { UI_KEY_ESC, 'q', UI_KEY_BACKSPACE }, "Esc q", "back", "Esc", "Back", 255, "q", PART_MOVE },
};

/* " Ladder   call 8c38fb29   2 legs joined by header   w:time delta   7 messages". */
static void
ladder_title_draw(
    const struct viewer *v, const struct event *e, const struct ladder *l, bool told, struct canvas *c, int row)
{
	static const char *const forms[TIME_FORM_N] = { "local", "UTC", "delta", "since first" };
	struct slice call = e->call_id;
	char legs[64] = "1 leg";
	int cols = canvas_cols(c), col = 1;

	for (size_t i = 0; i < call.n; i++)
		if (call.p[i] == '@')
			call.n = i;
	if (l->legs > 1 && cols < 60)
		(void)snprintf(legs, sizeof legs, "%zu legs", l->legs);
	else if (l->legs > 1)
		(void)snprintf(legs, sizeof legs, "%zu legs joined by %s%s", l->legs,
		    l->joined_by[0] != '\0' ? l->joined_by : callmsg_evidence_name(l->evidence),
		    l->evidence == CALLMSG_EVIDENCE_NUMBERS ? " ?" : "");
	col += canvas_printf(c, row, col, cols, ROLE_TEXT_STRONG, cols >= 60 ? "Ladder   call " : "Ladder ");
	col += canvas_text(c, row, col, cols >= 100 ? 40 : 12, ROLE_TEXT, call.n > 0 ? call : slice_str("-")) + 3;
	if (!told) {
		(void)canvas_printf(c, row, col, cols - col, ROLE_TEXT_DIM, "no messages");
		return;
	}
	col += canvas_printf(c, row, col, cols - col, ROLE_TEXT, "%s", legs) + 3;
	if (cols >= 60)
		col += canvas_printf(c, row, col, cols - col, ROLE_TEXT_DIM, "w:%s", forms[v->time_form]) + 3;
	col += canvas_printf(c, row, col, cols - col, ROLE_TEXT_DIM, cols >= 60 ? "%zu message%s" : "%zu msg%s", l->n,
	    l->n == 1 ? "" : "s");
	if (cols - col > 32)
		col += canvas_printf(c, row, col, cols - col, ROLE_TEXT_DIM, "%s",
		    l->row[0].m->code > 0     ? ", their beginning was not seen"
			: l->n >= CALLMSG_MAX ? ", no more are kept"
					      : "");
	if (l->by_text && cols - col > 15)
		(void)canvas_printf(c, row, col, cols - col, ROLE_TEXT_DIM, "   lanes by Via");
}

/* An attempt without messages: why, and the hops that the event knows. */
static void
ladder_path_draw(const struct event *e, const struct detail_messages *m, struct canvas *c, int row, int height)
{
	struct slice path = e->path;
	struct event_hop h;
	char code[16], at[32];
	int end = row + height, width = canvas_cols(c) - 1;

	(void)canvas_printf(c, row++, 1, width, ROLE_TEXT_DIM, "%s",
	    e->statement  ? "- No messages: a line of the log named the code."
		: m->gone ? "- The messages were kept; newer ones pushed them out."
			  : "- No messages of this attempt are kept, only what the failure itself tells.");
	if (row + 1 < end)
		(void)canvas_printf(c, ++row, 1, width, ROLE_TEXT, "%s",
		    path.n > 0 ? "The way it went, with what each hop answered:"
			       : "The way of the request, and what was answered:");
	row++;
	while (row < end && event_hop_next(&path, &h)) {
		int col = 3;

		(void)view_code(code, sizeof code, h.code);
		col += canvas_text(c, row, col, width - col, ROLE_LADDER_PARTY, h.src);
		col += canvas_printf(c, row, col, width - col, ROLE_LADDER_REQUEST,
		    canvas_ascii(c) ? " --> " : " \xe2\x94\x80\xe2\x96\xb6 ");
		col += canvas_text(c, row, col, width - col, ROLE_LADDER_PARTY, h.dst) + 2;
		col += canvas_printf(
		    c, row, col, width - col, view_code_role(h.code), "%s", h.code == 0 ? "nothing" : code);
		/* Nobody knows when, where the first request was not seen or its log has no times. */
		at[0] = '\0';
		if (e->setup_ms >= 0 && event_is_coarse(e))
			(void)timefmt_about(at, sizeof at, h.at_ms);
		else if (e->setup_ms >= 0)
			(void)snprintf(at, sizeof at, "+%" PRIu32 ".%03" PRIu32 " s", h.at_ms / 1000, h.at_ms % 1000);
		(void)canvas_printf(
		    c, row, col + 2, width - col - 2, ROLE_LADDER_TIME, "%s%s", at, h.seen > 1 ? "  seen again" : "");
		row++;
	}
	if (e->path.n == 0 && row < end) {
		int col = 3;

		col += canvas_text(c, row, col, width - col, ROLE_LADDER_PARTY, e->dst.n > 0 ? e->dst : slice_str("-"));
		col += canvas_printf(c, row, col, width - col, ROLE_LADDER_REQUEST,
		    canvas_ascii(c) ? " --> " : " \xe2\x94\x80\xe2\x96\xb6 ");
		col +=
		    canvas_text(c, row, col, width - col, ROLE_LADDER_PARTY, e->src.n > 0 ? e->src : slice_str("-")) +
		    2;
		(void)canvas_printf(c, row, col, width - col, view_code_role(e->code), "%s",
		    e->code == 0 ? "nothing" : view_code(code, sizeof code, e->code));
	}
}

/* The headers of a message that tell most, as many as go whole in one line of `room`; the first may be cut. */
static void
ladder_telling(const struct callmsg *m, size_t room, char *out, size_t cap)
{
	static const char *const answers[] = { "Reason", "Retry-After", "Warning", "X-Asterisk-HangupCause", "Contact",
		"Server", "Allow" };
	static const char *const requests[] = { "From", "To", "User-Agent", "Contact" };
	const char *const *names = m->code > 0 ? answers : requests;
	size_t n = m->code > 0 ? sizeof answers / sizeof answers[0] : sizeof requests / sizeof requests[0], at = 0;

	out[0] = '\0';
	for (size_t i = 0; i < n && at + 8 < cap; i++) {
		struct slice value = message_header(m->raw, names[i], NULL);
		int w;

		if (value.n == 0 || (at > 0 && at + strlen(names[i]) + value.n + 5 > room))
			continue;
		w = snprintf(out + at, cap - at, "%s%s: %.*s", at > 0 ? "   " : "", names[i],
		    (int)(value.n < 120 ? value.n : 120), value.p);
		at += w > 0 && (size_t)w < cap - at ? (size_t)w : cap - at - 1;
	}
}

static void
ladder_tail_draw(const struct ladder *l, const struct event *e, const struct ladder_state *s, struct canvas *c, int row)
{
	const struct ladder_row *r = &l->row[s->list.cursor];
	char label[160], title[200], text[512];
	int width = canvas_cols(c) - 2;

	(void)snprintf(title, sizeof title, "selected: %s", message_label(r->m, label, sizeof label));
	(void)view_frame(c, row, 0, canvas_cols(c), title);
	ladder_telling(r->m, (size_t)(width > 0 ? width : 0), text, sizeof text);
	(void)canvas_text(c, row + 1, 1, width, ROLE_TEXT,
	    slice_str(text[0] != '\0'  ? text
		    : r->m->raw.n == 0 ? "- not kept"
		    : r->m->code > 0   ? "It has no Reason, Warning, Retry-After or Server."
				       : "It has no User-Agent and no Contact."));
	(void)canvas_printf(c, row + 2, 1, width, ROLE_TEXT, "%s", ladder_verdict(l, e, text, sizeof text));
	text[0] = '\0';
	if (r->m->leg > 0)
		(void)snprintf(text, sizeof text, "leg %c: joined by %s%s%s", 'A' + (r->m->leg < 26 ? r->m->leg : 25),
		    ladder_join(l, s->list.cursor), r->m->evidence == CALLMSG_EVIDENCE_NUMBERS ? ", probable" : "",
		    l->by_text ? "; " : "");
	(void)canvas_printf(c, row + 3, 1, width, ROLE_TEXT_DIM, "%s%s", text, l->by_text ? LADDER_BY_TEXT : "");
}

static void
ladder_pane_draw(const struct viewer *v, const struct ladder *l, const struct ladder_state *s, struct canvas *c,
    const struct detail_rows *y, int col)
{
	struct raw_look look = { v->fold_shown, false, false, v->search };

	for (int row = y->body; row < y->body + y->height; row++)
		canvas_fill(c, row, col, 1, ROLE_FRAME, 0x2502);
	if (l->row[s->list.cursor].m->raw.n > 0)
		raw_draw_text(
		    l->row[s->list.cursor].m, &look, c, y->body, col + 2, canvas_cols(c) - col - 3, y->height, 0);
	else
		(void)canvas_printf(c, y->body, col + 2, canvas_cols(c) - col - 3, ROLE_TEXT_DIM, "- not kept");
}

static void
ladder_body_draw(struct viewer *v, struct ladder_state *s, const struct event *e, const struct ladder *l,
    struct canvas *c, const struct detail_rows *y)
{
	bool pane = s->pane && canvas_cols(c) >= LADDER_PANE_COLS;
	int tail = canvas_rows(c) >= LADDER_TAIL_ROWS ? LADDER_TAIL : 0;
	int cols = canvas_cols(c) < 160 ? canvas_cols(c) : 160;
	struct ladder_lanes at = { .row = y->body,
		.width = pane ? canvas_cols(c) * 3 / 5 : cols,
		.height = y->height - tail,
		.n_marks = v->message_marks_of == e->id ? v->n_message_marks : 0 };

	for (size_t i = 0; i < l->n; i++)
		if (l->row[i].index == v->message)
			s->list.cursor = i;
	list_set(&s->list, l->n, (size_t)(at.height > ladder_head(&at) ? at.height - ladder_head(&at) : 1));
	v->message = l->row[s->list.cursor].index;
	memcpy(at.marks, v->message_marks, sizeof at.marks);
	at.top = s->list.top;
	at.cursor = s->list.cursor;
	ladder_draw(v, l, c, &at);
	if (pane) {
		struct detail_rows p = *y;

		p.height -= tail;
		ladder_pane_draw(v, l, s, c, &p, at.width);
	}
	if (tail > 0)
		ladder_tail_draw(l, e, s, c, y->body + y->height - tail);
}

static void
ladder_make(const struct viewer *v, const struct ladder_state *s, const struct event *e, struct detail_messages *m,
    struct ladder *l)
{
	detail_messages(v, e, m);
	ladder_build(l, v, e, m, s->one_leg ? 0 : -1);
}

static void
ladder_view_draw(struct viewer *v, void *state, struct canvas *c)
{
	struct ladder_state *s = state;
	struct detail_rows y = detail_rows(c);
	const struct event *e = detail_event(v);
	struct detail_messages m;
	struct ladder l;
	char place[64] = "";

	if (e == NULL) {
		detail_rows_draw(v, &y, c, "");
		detail_gone_draw(c, y.body);
		return;
	}
	ladder_make(v, s, e, &m, &l);
	if (y.title >= 0)
		ladder_title_draw(v, e, &l, m.told && l.n > 0, c, y.title);
	if (!m.told || l.n == 0) {
		ladder_path_draw(e, &m, c, y.body, y.height);
	} else {
		ladder_body_draw(v, s, e, &l, c, &y);
		(void)snprintf(place, sizeof place, "%zu/%zu", s->list.cursor + 1, l.n);
	}
	detail_rows_draw(v, &y, c, place);
}

static void
ladder_move(struct viewer *v, struct ladder_state *s, enum view_action action)
{
	const struct event *e = detail_event(v);
	struct detail_messages m;
	struct ladder l;

	if (e == NULL)
		return;
	ladder_make(v, s, e, &m, &l);
	if (l.n == 0)
		return;
	list_set(&s->list, l.n, s->list.height > 0 ? s->list.height : 1);
	if (action == ACTION_SCRUB_BACK || action == ACTION_SCRUB_ON)
		list_move(&s->list, action == ACTION_SCRUB_ON ? LIST_DOWN : LIST_UP);
	else
		(void)view_list_move(&s->list, action);
	s->list.follow = false;
	v->message = l.row[s->list.cursor].index;
}

/* Two marks at most: a third takes the place of the first. */
static void
ladder_mark(struct viewer *v)
{
	if (v->message_marks_of != v->event_id)
		v->n_message_marks = 0;
	v->message_marks_of = v->event_id;
	for (size_t i = 0; i < v->n_message_marks; i++)
		if (v->message_marks[i] == v->message) {
			v->message_marks[i] = v->message_marks[--v->n_message_marks];
			return;
		}
	if (v->n_message_marks == 2) {
		v->message_marks[0] = v->message_marks[1];
		v->n_message_marks = 1;
	}
	v->message_marks[v->n_message_marks++] = v->message;
	if (v->n_message_marks == 2)
		viewer_say(v, "two messages are marked: D compares them");
}

static enum command
ladder_copy(struct viewer *v)
{
	const struct event *e = detail_event(v);
	struct detail_messages m;

	if (e == NULL)
		return COMMAND_NONE;
	detail_messages(v, e, &m);
	return v->message < m.n ? detail_copy(v, m.m[v->message].raw) : COMMAND_NONE;
}

static enum command
ladder_key(struct viewer *v, void *state, enum view_action action)
{
	struct ladder_state *s = state;

	switch (action) {
	case ACTION_RAW:
		viewer_push(v, &view_raw);
		break;
	case ACTION_MARK:
		ladder_mark(v);
		break;
	case ACTION_DIFF:
		viewer_push(v, &view_diff);
		break;
	case ACTION_SDP:
		viewer_push(v, &view_sdp);
		break;
	case ACTION_RAW_PANE:
		s->pane = !s->pane;
		break;
	case ACTION_LADDER:
		s->one_leg = !s->one_leg;
		viewer_say(v, s->one_leg ? "the attempt's own leg" : "all legs");
		break;
	case ACTION_COPY:
		return ladder_copy(v);
	case ACTION_EVIDENCE:
		return detail_save(v, VIEW_SAVE_EVIDENCE);
	case ACTION_SAVE:
		viewer_push(v, &view_save_form);
		break;
	case ACTION_BACK:
		viewer_pop(v);
		break;
	default:
		ladder_move(v, s, action);
	}
	return COMMAND_NONE;
}

const struct view_ops view_ladder = {
	.name = "ladder",
	.title = "Ladder",
	.keys = ladder_keys,
	.n_keys = sizeof ladder_keys / sizeof ladder_keys[0],
	.state_size = sizeof(struct ladder_state),
	.popup = false,
	.draw = ladder_view_draw,
	.key = ladder_key,
};
