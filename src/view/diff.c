/*
 * diff - two messages beside each other: the two that are marked, or the failure's with the same message of the last
 * good call to that peer; diff_align.c aligns them.
 * One thing to know: what differs between any two calls (tags, branches, Call-ID, dates) is dim; "!" is what counts.
 */
#include <stdio.h>
#include <string.h>

#include "detail.h"
#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"

enum { DIFF_BESIDE_COLS = 100 };

static const struct view_key diff_keys[] = {
	VIEW_PAGE_KEYS("last line"),
	{ ACTION_SDP, { 'd' }, "d", "media offered and answered", "d", "SDP", 100, NULL, PART_LOOK },
	{ ACTION_EVIDENCE, { 'Y' }, "Y", "evidence: text to clipboard and file", "Y", "evidence", 90, NULL, PART_DO },
	{ ACTION_BACK, { UI_KEY_ESC, 'q', UI_KEY_BACKSPACE }, "Esc q", "back", "Esc", "Back", 255, "q", PART_MOVE },
};

/* What is compared; why: the sentence when it cannot be, NULL it can. */
struct diff_sides {
	struct callmsg a, b;
	struct goodcall good;
	bool good_call;
	const char *why;
};

/* The message of a good call that means the same: same code, else the final answer for an answer; same method. */
static bool
diff_counterpart(const struct callmsg *list, size_t n, const struct callmsg *like, struct callmsg *out)
{
	size_t best = n;

	for (size_t i = 0; i < n; i++) {
		if (!slice_eq(list[i].method, like->method) || (list[i].code == 0) != (like->code == 0) ||
		    list[i].raw.n == 0)
			continue;
		if (list[i].code == like->code) {
			*out = list[i];
			return true;
		}
		best = i;
	}
	if (best < n)
		*out = list[best];
	return best < n;
}

/* Of a failure the request tells more than the refusal: that is what was different. */
static const struct callmsg *
diff_request(const struct event *e, const struct detail_messages *m)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->m[i].code == 0 && slice_eq(m->m[i].method, e->method) && m->m[i].raw.n > 0 &&
		    (slice_eq(m->m[i].dst, e->src) || e->src.n < 2))
			return &m->m[i];
	for (size_t i = 0; i < m->n; i++)
		if (m->m[i].code == 0 && slice_eq(m->m[i].method, e->method) && m->m[i].raw.n > 0)
			return &m->m[i];
	return NULL;
}

static void
diff_with_good(const struct viewer *v, const struct event *e, const struct detail_messages *m, struct diff_sides *s)
{
	struct callmsg *list;
	const struct callmsg *mine = diff_request(e, m);
	size_t n;

	/* A message that the user stands on in the ladder, when that is another one than the answer. */
	if (m->told && v->message < m->n && v->message != m->answer && m->m[v->message].raw.n > 0)
		mine = &m->m[v->message];
	if (mine == NULL && m->answer < m->n && m->m[m->answer].raw.n > 0)
		mine = &m->m[m->answer];
	s->why = mine == NULL ? "- No message is kept of this failure, so there is nothing to compare." : NULL;
	if (mine == NULL)
		return;
	s->a = *mine;
	s->good_call = store_goodcall(v->store, e->peer, e->method, &s->good);
	s->why = s->good_call ? NULL : "- No good call of this kind was seen yet: nothing to compare with.";
	list = s->good_call ? mem_alloc(CALLMSG_MAX * sizeof *list) : NULL;
	if (!s->good_call)
		return;
	s->why = "- The messages of the good call are not kept.";
	if (list == NULL)
		return;
	n = store_messages(v->store, s->good.id, list, CALLMSG_MAX);
	if (diff_counterpart(list, n < CALLMSG_MAX ? n : CALLMSG_MAX, mine, &s->b))
		s->why = NULL;
	mem_free(list);
}

static void
diff_choose(const struct viewer *v, const struct event *e, const struct detail_messages *m, struct diff_sides *s)
{
	size_t a = v->message_marks[0], b = v->message_marks[1];

	*s = (struct diff_sides){ .good_call = false };
	if (v->message_marks_of != e->id || v->n_message_marks != 2) {
		diff_with_good(v, e, m, s);
		return;
	}
	s->why = "- The marked messages are no longer kept.";
	if (a >= m->n || b >= m->n || m->m[a].raw.n == 0 || m->m[b].raw.n == 0)
		return;
	s->a = m->m[a < b ? a : b];
	s->b = m->m[a < b ? b : a];
	s->why = NULL;
}

static enum ui_role
diff_role(enum diff_kind kind)
{
	switch (kind) {
	case DIFF_NOISE:
		return ROLE_TEXT_DIM;
	case DIFF_CHANGED:
	case DIFF_LEFT:
	case DIFF_RIGHT:
		return ROLE_MATCH;
	default:
		return ROLE_TEXT;
	}
}

/* A line, cut at its end: what is not seen here is in the raw view. */
static void
diff_text(struct canvas *c, int row, int col, int width, enum ui_role role, struct slice line)
{
	char text[2048];
	size_t n = message_clean(text, sizeof text, line, canvas_ascii(c), NULL);

	if (width > 0)
		(void)canvas_text(c, row, col, width, role, (struct slice){ text, n });
}

/* Screen lines: one for each pair beside, up to two below each other. */
static size_t
diff_rows_of(const struct diff_line *l, bool beside)
{
	return beside || l->kind == DIFF_SAME || l->kind == DIFF_LEFT || l->kind == DIFF_RIGHT ? 1 : 2;
}

static void
diff_line_draw(const struct diff_line *l, struct canvas *c, int row, bool beside, bool second)
{
	int cols = canvas_cols(c), half = (cols - 1) / 2;
	enum ui_role role = diff_role(l->kind);

	if (l->kind > DIFF_NOISE)
		(void)canvas_printf(c, row, 0, 1, ROLE_STATE_WARN, "!");
	if (beside) {
		diff_text(c, row, 2, half - 3, role, l->a);
		canvas_fill(c, row, half, 1, ROLE_FRAME, 0x2502);
		diff_text(c, row, half + 2, cols - half - 2, role, l->b);
		return;
	}
	if (l->kind == DIFF_SAME) {
		diff_text(c, row, 4, cols - 4, role, l->a);
		return;
	}
	(void)canvas_printf(c, row, 2, 1, ROLE_TEXT_DIM, "%s", second || l->kind == DIFF_RIGHT ? "+" : "-");
	diff_text(c, row, 4, cols - 4, role, second || l->kind == DIFF_RIGHT ? l->b : l->a);
}

static void
diff_lines_draw(const struct diff *d, struct page_scroll *at, struct canvas *c, int row, int height, bool beside)
{
	size_t total = 0, line = 0;

	for (size_t i = 0; i < d->n; i++)
		total += diff_rows_of(&d->line[i], beside);
	at->height = (size_t)(height > 0 ? height : 0);
	if (total <= at->height)
		at->top = 0;
	else if (at->top > total - at->height)
		at->top = total - at->height;
	for (size_t i = 0; i < d->n; i++)
		for (size_t k = 0; k < diff_rows_of(&d->line[i], beside); k++, line++)
			if (line >= at->top && line - at->top < at->height)
				diff_line_draw(&d->line[i], c, row + (int)(line - at->top), beside, k > 0);
}

/* What stands on which side, in the longest form that has room. */
static void
diff_title_draw(const struct diff_sides *s, struct canvas *c, int row)
{
	bool beside = canvas_cols(c) >= DIFF_BESIDE_COLS;
	const char *left = beside ? "left" : "-", *right = beside ? "right" : "+";
	char a[160], b[160], clock[16], text[3][480];
	size_t at = 0;

	(void)message_label(&s->a, a, sizeof a);
	(void)message_label(&s->b, b, sizeof b);
	(void)timefmt_clock(clock, sizeof clock, s->good.t_ns);
	(void)snprintf(text[0], sizeof text[0], "Diff   %s %s of this failure   %s %s of a good call, %s, peer %.*s",
	    left, a, right, b, clock, (int)(s->good.peer.n < 48 ? s->good.peer.n : 48),
	    s->good.peer.n > 0 ? s->good.peer.p : "");
	(void)snprintf(text[1], sizeof text[1], "Diff   %s %s of this failure   %s %s of a good call, %s", left, a,
	    right, b, clock);
	(void)snprintf(text[2], sizeof text[2], "Diff   %s failure   %s good %s", left, right, clock);
	if (!s->good_call)
		(void)snprintf(text[0], sizeof text[0], "Diff   %s %s   %s %s", left, a, right, b);
	while (s->good_call && at < 2 && strlen(text[at]) > (size_t)(canvas_cols(c) > 2 ? canvas_cols(c) - 2 : 0))
		at++;
	(void)canvas_printf(c, row, 1, canvas_cols(c) - 2, ROLE_TEXT_STRONG, "%s", text[at]);
}

static size_t
diff_body_draw(struct page_scroll *at, const struct diff_sides *s, struct canvas *c, const struct detail_rows *y)
{
	struct diff *d = mem_alloc(sizeof *d);
	bool beside = canvas_cols(c) >= DIFF_BESIDE_COLS;
	char title[320];
	size_t changed = 0;
	int row = y->body;

	if (d == NULL || !diff_make(d, s->a.raw, s->b.raw)) {
		(void)canvas_printf(c, row, 1, canvas_cols(c) - 1, ROLE_TEXT_DIM, "- Memory is short.");
		mem_free(d);
		return 0;
	}
	for (size_t i = 0; i < d->n; i++)
		changed += d->line[i].kind > DIFF_NOISE;
	(void)snprintf(title, sizeof title, "%s%s%s",
	    d->headline[0] != '\0' ? d->headline : "nothing that counts differs",
	    d->cut ? "  (only the first 256 lines are compared)" : "",
	    message_is_cut(&s->a) || message_is_cut(&s->b) ? "  (not all of them was captured or kept)" : "");
	if (y->height >= 4) {
		(void)view_frame(c, row, 0, canvas_cols(c), title);
		row++;
	}
	diff_lines_draw(d, at, c, row, y->body + y->height - row, beside);
	mem_free(d);
	return changed;
}

static void
diff_draw(struct viewer *v, void *state, struct canvas *c)
{
	struct detail_rows y = detail_rows(c);
	const struct event *e = detail_event(v);
	struct detail_messages m;
	struct diff_sides s;
	char place[40] = "";

	if (e == NULL) {
		detail_rows_draw(v, &y, c, "");
		detail_gone_draw(c, y.body);
		return;
	}
	detail_messages(v, e, &m);
	diff_choose(v, e, &m, &s);
	if (s.why != NULL) {
		if (y.title >= 0)
			(void)canvas_printf(c, y.title, 1, canvas_cols(c) - 1, ROLE_TEXT_STRONG, "Diff");
		(void)canvas_printf(c, y.body + (y.height > 2), 1, canvas_cols(c) - 1, ROLE_TEXT_DIM, "%s", s.why);
	} else {
		size_t changed;

		if (y.title >= 0)
			diff_title_draw(&s, c, y.title);
		changed = diff_body_draw(state, &s, c, &y);
		(void)snprintf(place, sizeof place, "%zu differ", changed);
	}
	detail_rows_draw(v, &y, c, place);
}

static enum command
diff_key(struct viewer *v, void *state, enum view_action action)
{
	if (page_move(state, action))
		return COMMAND_NONE;
	if (action == ACTION_EVIDENCE)
		return detail_save(v, VIEW_SAVE_EVIDENCE);
	if (action == ACTION_SDP)
		viewer_push(v, &view_sdp);
	else if (action == ACTION_BACK)
		viewer_pop(v);
	return COMMAND_NONE;
}

const struct view_ops view_diff = {
	.name = "diff",
	.title = "Diff",
	.keys = diff_keys,
	.n_keys = sizeof diff_keys / sizeof diff_keys[0],
	.state_size = sizeof(struct page_scroll),
	.popup = false,
	.draw = diff_draw,
	.key = diff_key,
};
