/*
 * raw - the message as received, with line numbers, and notes on what its lines mean; raw_text.c draws the lines.
 * One thing to know: it stands on viewer.message of the event, which ladder and diff share.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "detail.h"
#include "sipwhy/timefmt.h"

enum { RAW_NOTES = 6, RAW_NOTES_ROWS = 24 };

/* plain: without colours; width, ascii: of the last drawing, for the search. */
struct raw_state {
	struct page_scroll at;
	bool plain, ascii;
	int width;
};

static const struct view_key raw_keys[] = {
	VIEW_PAGE_KEYS("last line"),
	{ ACTION_SEARCH, { '/', UI_KEY_F3 }, "/ F3", "search in the message", "/", "search", 200, NULL, PART_NARROW },
	{ ACTION_NEXT, { 'n' }, "n", "next hit", "n/N", "hit", 150, NULL, PART_NARROW },
	{ ACTION_PREVIOUS, { 'N' }, "N", "hit before", NULL, NULL, 0, NULL, PART_NARROW },
	{ ACTION_SYNTAX, { 'C' }, "C", "colours of the parts, or none", "C", "colour", 90, NULL, PART_LOOK },
	{ ACTION_UNFOLD, { 'o' }, "o", "digests as they are, or hidden", "o", "digest", 80, NULL, PART_LOOK },
	{ ACTION_SCRUB_BACK, { '[', UI_KEY_LEFT }, "[ Left", "message before", "[ ]", "message", 180, NULL, PART_MOVE },
	{ ACTION_SCRUB_ON, { ']', UI_KEY_RIGHT }, "] Right", "next message", NULL, NULL, 0, NULL, PART_MOVE },
	{ ACTION_COPY, { 'y' }, "y", "copy the message", "y", "copy", 170, NULL, PART_DO },
	{ ACTION_EVIDENCE, { 'Y' }, "Y", "evidence: text to clipboard and file", "Y", "evidence", 70, NULL, PART_DO },
	{ ACTION_SAVE, { 's', UI_KEY_F2 }, "s F2", "save: text, pcap, JSON, CSV", NULL, "Save", 160, "F2", PART_DO },
	{ ACTION_LADDER, { 'x', UI_KEY_F4 }, "x F4", "ladder of the call", "x", "ladder", 60, NULL, PART_LOOK },
	{ ACTION_LADDER, { 0 }, "F4", NULL, NULL, "Flow", 150, "F4", PART_LOOK },
	{ ACTION_SEARCH, { 0 }, "F3", NULL, NULL, "Search", 150, "F3", PART_NARROW },
	{ ACTION_SDP, { 'd' }, "d", "media offered and answered", NULL, NULL, 0, NULL, PART_LOOK },
	{ ACTION_BACK, { UI_KEY_ESC, 'q', UI_KEY_BACKSPACE }, "Esc q", "back", "Esc", "Back", 255, "q", PART_MOVE },
};

/* A note about line `line` of the message (0: of none). */
struct raw_notes {
	char text[RAW_NOTES][200];
	size_t n;
};

static char *
raw_note(struct raw_notes *notes, size_t *cap)
{
	*cap = sizeof notes->text[0];
	return notes->n < RAW_NOTES ? notes->text[notes->n++] : NULL;
}

/* Number of the first line with this header, 0 none. */
static size_t
raw_header_line(struct slice raw, const char *name)
{
	struct slice rest = raw, line;

	for (size_t n = 1; message_line(&rest, &line) && (n == 1 || line.n > 0); n++)
		if (slice_ieq(slice_trim((struct slice){ line.p, message_name(line) }), slice_str(name)))
			return n;
	return 0;
}

/* Our next request of that kind to the same peer, among the failures kept; ms after this one, -1 not known. */
static int64_t
raw_next_call_ms(const struct viewer *v, const struct event *e)
{
	size_t i = store_event_index(v->store, e->id) + 1, n = store_event_count(v->store);

	if (!view_peer_known(e))
		return -1;
	for (size_t end = i + VIEW_LOOK_BACK < n ? i + VIEW_LOOK_BACK : n; i < end; i++) {
		const struct event *later = store_event_at(v->store, i);
		int64_t began;

		if (later == NULL || later->setup_ms < 0 || later->in_call || !slice_eq(later->peer, e->peer) ||
		    !slice_eq(later->method, e->method) || slice_eq(later->call_id, e->call_id))
			continue;
		began = later->t_ns - (int64_t)later->setup_ms * NS_PER_MS;
		if (began >= e->t_ns)
			return (began - e->t_ns) / NS_PER_MS;
	}
	return -1;
}

static void
raw_note_retry(struct raw_notes *notes, const struct viewer *v, const struct event *e, const struct callmsg *m)
{
	struct slice value = message_header(m->raw, "Retry-After", NULL), digits = value;
	int64_t next = raw_next_call_ms(v, e);
	uint64_t seconds;
	size_t cap;
	char *out;

	digits.n = 0;
	while (digits.n < value.n && value.p[digits.n] >= '0' && value.p[digits.n] <= '9')
		digits.n++;
	if (slice_u64(digits, UINT32_MAX, &seconds) != 0 || (out = raw_note(notes, &cap)) == NULL)
		return;
	if (next >= 0)
		(void)snprintf(out, cap,
		    "line %zu: asks for %" PRIu64 " s; our next failed call to this peer began %" PRId64 ".%" PRId64
		    " s later",
		    raw_header_line(m->raw, "Retry-After"), seconds, next / 1000, next / 100 % 10);
	else
		(void)snprintf(out, cap, "line %zu: asks for %" PRIu64 " s of quiet",
		    raw_header_line(m->raw, "Retry-After"), seconds);
}

/* The number behind "cause=", -1 none. */
static int
raw_cause(struct slice reason, const char *protocol)
{
	ptrdiff_t at = slice_ifind(reason, slice_str("cause="));
	struct slice digits;
	uint64_t cause;

	if (at < 0 || slice_ifind(reason, slice_str(protocol)) != 0)
		return -1;
	digits = (struct slice){ reason.p + at + 6, 0 };
	while ((size_t)at + 6 + digits.n < reason.n && digits.p[digits.n] >= '0' && digits.p[digits.n] <= '9')
		digits.n++;
	return slice_u64(digits, 699, &cause) == 0 ? (int)cause : -1;
}

static void
raw_note_reason(struct raw_notes *notes, const struct callmsg *m)
{
	struct slice reason = message_header(m->raw, "Reason", NULL);
	int q850 = raw_cause(reason, "Q.850"), sip = raw_cause(reason, "SIP");
	const struct q850_cause *cause = q850 >= 0 ? q850_find((unsigned)q850) : NULL;
	size_t cap, line = raw_header_line(m->raw, "Reason");
	char *out = q850 >= 0 || sip >= SIP_CODE_MIN ? raw_note(notes, &cap) : NULL;

	if (out == NULL)
		return;
	if (q850 < 0)
		(void)snprintf(out, cap, "line %zu: %d = %s, the answer behind this one", line, sip,
		    sip_code_phrase((unsigned)sip));
	else if (cause != NULL)
		(void)snprintf(out, cap, "line %zu: cause %d = %s (ITU-T Q.850)", line, q850, cause->name);
	else
		(void)snprintf(out, cap, "line %zu: no cause %d is known (ITU-T Q.850)", line, q850);
}

static void
raw_note_warning(struct raw_notes *notes, const struct callmsg *m)
{
	struct slice value = message_header(m->raw, "Warning", NULL), number = value;
	const struct sip_warning *w;
	uint64_t code;
	size_t cap;
	char *out;

	number = slice_cut(&value, ' ');
	if (number.n == 0 || slice_u64(number, 999, &code) != 0 || (w = sip_warning_find((unsigned)code)) == NULL)
		return;
	out = raw_note(notes, &cap);
	if (out != NULL)
		(void)snprintf(
		    out, cap, "line %zu: warning %u = %s", raw_header_line(m->raw, "Warning"), w->code, w->name);
}

static void
raw_note_size(struct raw_notes *notes, const struct event *e, const struct callmsg *m, bool answer)
{
	char bytes[24], seen[64];
	size_t cap;
	char *out = raw_note(notes, &cap);

	if (out == NULL)
		return;
	if (m->seen > 1)
		(void)snprintf(seen, sizeof seen, "seen %" PRIu32 " times, repeats and copies counted", m->seen);
	else
		(void)snprintf(seen, sizeof seen, "seen once, no retransmission");
	(void)snprintf(out, cap, "%s bytes, %s; %s%s", view_number(bytes, sizeof bytes, m->raw_len, 11), seen,
	    m->cut                      ? "its end was not captured"
		: m->raw_len > m->raw.n ? "its end is not kept"
					: "kept whole",
	    !answer          ? ""
		: e->partial ? ", decoded in part"
			     : ", decoded whole");
}

static void
raw_notes_make(
    struct raw_notes *notes, const struct viewer *v, const struct event *e, const struct detail_messages *all)
{
	const struct callmsg *m = &all->m[v->message];

	notes->n = 0;
	if (m->code >= 300)
		raw_note_retry(notes, v, e, m);
	raw_note_reason(notes, m);
	raw_note_warning(notes, m);
	raw_note_size(notes, e, m, v->message == all->answer);
}

static void
raw_title_draw(const struct viewer *v, const struct detail_messages *all, struct canvas *c, int row)
{
	const struct callmsg *m = &all->m[v->message];
	char time[32], transport[8];
	int cols = canvas_cols(c), col = 1;

	(void)snprintf(transport, sizeof transport, "%s", transport_name(m->transport));
	for (char *p = transport; *p != '\0'; p++)
		*p = (char)(*p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p);
	col += canvas_printf(c, row, col, cols - col, ROLE_TEXT_STRONG,
		   cols >= 72 ? "Raw   message %zu of %zu" : "Raw %zu/%zu", v->message + 1, all->n) +
	    2;
	col += canvas_printf(c, row, col, cols - col, ROLE_TEXT_DIM, "%s",
		   ladder_time(v, m->t_ns, m->t_ns, m->t_ns, true, time, sizeof time)) +
	    2;
	col += canvas_text(c, row, col, cols - col, ROLE_TEXT, m->src.n > 0 ? m->src : slice_str("-"));
	col += canvas_printf(c, row, col, cols - col, ROLE_TEXT_DIM, " > ");
	col += canvas_text(c, row, col, cols - col, ROLE_TEXT, m->dst.n > 0 ? m->dst : slice_str("-"));
	if (cols - col > 5)
		(void)canvas_printf(c, row, col + 2, cols - col - 2, ROLE_TEXT_DIM, "%s", transport);
}

static struct raw_look
raw_look_of(const struct viewer *v, const struct raw_state *s)
{
	return (
	    struct raw_look){ .fold_shown = v->fold_shown, .plain = s->plain, .numbers = true, .search = v->search };
}

/* "Top", "43%", "All". */
static void
raw_place(const struct raw_state *s, size_t lines, char *out, size_t cap)
{
	if (lines <= s->at.height)
		(void)snprintf(out, cap, "All");
	else if (s->at.top == 0)
		(void)snprintf(out, cap, "Top");
	else if (s->at.top + s->at.height >= lines)
		(void)snprintf(out, cap, "End");
	else
		(void)snprintf(out, cap, "%zu%%", 100 * (s->at.top + s->at.height) / lines);
}

/* Why there is no message to show. */
static void
raw_absent_draw(
    const struct viewer *v, const struct event *e, const struct detail_messages *all, struct canvas *c, int row)
{
	const char *why = "- No message is kept of this failure.";

	if (e->statement)
		why = "- There is no message: a line of the log named the code.";
	else if (all->gone || (all->n == 0 && e->raw_len > 0))
		why = "- The message was kept; newer ones pushed it out.";
	else if (all->n > 0 && v->message < all->n)
		why = "- The bytes of this message were not kept.";
	(void)canvas_printf(c, row, 1, canvas_cols(c) - 1, ROLE_TEXT_DIM, "%s", why);
}

static void
raw_body_draw(struct viewer *v, struct raw_state *s, const struct event *e, const struct detail_messages *all,
    struct canvas *c, struct detail_rows *y, char *place, size_t cap)
{
	const struct callmsg *m = &all->m[v->message];
	struct raw_look look = raw_look_of(v, s);
	struct raw_notes notes;
	int row = y->body, height = y->height, below = 0;
	char label[160];
	size_t lines;

	raw_notes_make(&notes, v, e, all);
	s->width = canvas_cols(c) < 160 ? canvas_cols(c) : 160;
	s->ascii = canvas_ascii(c);
	lines = raw_lines(m, &look, s->width - 1, s->ascii);
	if (height >= 8) {
		(void)view_frame(c, row, 0, canvas_cols(c), message_label(m, label, sizeof label));
		row++;
		height--;
	}
	if (canvas_rows(c) >= RAW_NOTES_ROWS)
		below = (int)notes.n + 2;
	height -= below;
	s->at.height = (size_t)(height > 0 ? height : 0);
	if (lines <= s->at.height)
		s->at.top = 0;
	else if (s->at.top > lines - s->at.height)
		s->at.top = lines - s->at.height;
	raw_draw_text(m, &look, c, row, 1, s->width - 1, height, s->at.top);
	raw_place(s, lines, place, cap);
	if (below == 0)
		return;
	/* Notes follow a short message at once. */
	row += lines + 1 < s->at.height ? (int)lines + 1 : height;
	row += row == y->body + 1 + height ? 1 : 0;
	(void)view_frame(c, row, 0, canvas_cols(c), "notes");
	for (size_t i = 0; i < notes.n; i++)
		(void)canvas_printf(c, row + 1 + (int)i, 1, canvas_cols(c) - 1, ROLE_TEXT, "%s", notes.text[i]);
}

static void
raw_draw(struct viewer *v, void *state, struct canvas *c)
{
	struct detail_rows y = detail_rows(c);
	const struct event *e = detail_event(v);
	struct detail_messages all;
	char place[16] = "";

	if (e == NULL) {
		detail_rows_draw(v, &y, c, "");
		detail_gone_draw(c, y.body);
		return;
	}
	detail_messages(v, e, &all);
	if (v->message >= all.n)
		v->message = all.n > 0 ? all.n - 1 : 0;
	if (all.n > 0 && y.title >= 0)
		raw_title_draw(v, &all, c, y.title);
	if (all.n == 0 || all.m[v->message].raw.n == 0)
		raw_absent_draw(v, e, &all, c, y.body + (y.height > 2));
	else
		raw_body_draw(v, state, e, &all, c, &y, place, sizeof place);
	detail_rows_draw(v, &y, c, place);
}

static void
raw_hit(struct viewer *v, struct raw_state *s, bool forward)
{
	const struct event *e = detail_event(v);
	struct raw_look look = raw_look_of(v, s);
	struct detail_messages all;
	size_t line;

	if (v->search[0] == '\0') {
		viewer_say(v, "nothing to search for: / asks");
		return;
	}
	if (e == NULL)
		return;
	detail_messages(v, e, &all);
	if (v->message >= all.n)
		return;
	line = raw_find(&all.m[v->message], &look, s->width - 1, s->ascii, s->at.top + (forward ? 1 : 0), forward);
	if (line == SIZE_MAX)
		line = raw_find(&all.m[v->message], &look, s->width - 1, s->ascii, forward ? 0 : SIZE_MAX / 2, forward);
	if (line == SIZE_MAX)
		viewer_say(v, "not found in this message");
	else
		s->at.top = line;
}

static void
raw_step(struct viewer *v, struct raw_state *s, bool forward)
{
	const struct event *e = detail_event(v);
	struct detail_messages all;

	if (e == NULL)
		return;
	detail_messages(v, e, &all);
	if (forward ? v->message + 1 >= all.n : v->message == 0) {
		viewer_say(v, forward ? "this is the last message of the attempt" : "this is its first message");
		return;
	}
	v->message += forward ? 1 : (size_t)-1;
	s->at.top = 0;
}

static enum command
raw_copy(struct viewer *v)
{
	const struct event *e = detail_event(v);
	struct detail_messages all;

	if (e == NULL)
		return COMMAND_NONE;
	detail_messages(v, e, &all);
	return v->message < all.n ? detail_copy(v, all.m[v->message].raw) : COMMAND_NONE;
}

static enum command
raw_key(struct viewer *v, void *state, enum view_action action)
{
	struct raw_state *s = state;

	if (page_move(&s->at, action))
		return COMMAND_NONE;
	switch (action) {
	case ACTION_SEARCH:
		prompt_open(v, PROMPT_SEARCH, v->search);
		break;
	case ACTION_NEXT:
	case ACTION_PREVIOUS:
		raw_hit(v, s, action == ACTION_NEXT);
		break;
	case ACTION_SYNTAX:
		s->plain = !s->plain;
		break;
	case ACTION_UNFOLD:
		v->fold_shown = !v->fold_shown;
		viewer_say(v, v->fold_shown ? "digests are shown" : "digests are hidden");
		break;
	case ACTION_SCRUB_BACK:
	case ACTION_SCRUB_ON:
		raw_step(v, s, action == ACTION_SCRUB_ON);
		break;
	case ACTION_COPY:
		return raw_copy(v);
	case ACTION_EVIDENCE:
		return detail_save(v, VIEW_SAVE_EVIDENCE);
	case ACTION_SAVE:
		viewer_push(v, &view_save_form);
		break;
	case ACTION_LADDER:
		viewer_push(v, &view_ladder);
		break;
	case ACTION_SDP:
		viewer_push(v, &view_sdp);
		break;
	case ACTION_BACK:
		viewer_pop(v);
		break;
	default:
		break;
	}
	return COMMAND_NONE;
}

const struct view_ops view_raw = {
	.name = "raw",
	.title = "Raw",
	.keys = raw_keys,
	.n_keys = sizeof raw_keys / sizeof raw_keys[0],
	.state_size = sizeof(struct raw_state),
	.popup = false,
	.draw = raw_draw,
	.key = raw_key,
};
