/*
 * detail - one failure explained, in a page that scrolls; detail_page.c has what stands on it.
 * One thing to know: it shows viewer.event_id and is written anew at each draw, so it needs no copy of anything.
 */
#include <stdio.h>
#include <string.h>

#include "detail.h"
#include "sipwhy/timefmt.h"

/* What a page is written of. */
struct detail {
	const struct event *e;
	struct why_alike alike;
	bool logged;
};

enum { DETAIL_LONG_TITLE = 100, DETAIL_PLACE = 6 };

static const struct view_key detail_keys[] = {
	VIEW_PAGE_KEYS("last line: the raw message"),
	{ ACTION_NEXT, { UI_KEY_RIGHT, 'n', 'l' }, "Right n l", "next failure (newer)", "n", "Next", 190 },
	{ ACTION_PREVIOUS, { UI_KEY_LEFT, 'N' }, "Left N", "previous failure (older)", "N", "Previous", 180 },
	{ ACTION_BACK, { UI_KEY_ESC, 'q', UI_KEY_BACKSPACE }, "Esc q", "back to the list", "Esc", "Back", 255 },
};

static const struct event *
detail_event(const struct viewer *v, size_t *index)
{
	*index = store_event_index(v->store, v->event_id);
	return store_event_at(v->store, *index);
}

static struct slice
detail_or_dash(struct slice s)
{
	return s.n > 0 ? s : slice_str("-");
}

/* Does it come from a log?  A log need not have times, so its source is asked too. */
static bool
detail_is_logged(const struct store *s, const struct event *e)
{
	for (size_t i = 0; i < store_source_count(s); i++) {
		const struct source_stat *src = &store_source_at(s, i)->stat;

		if (src->text && slice_eq(e->source, slice_str(src->name)))
			return true;
	}
	return e->stamp.n > 0 || e->statement;
}

/* " 5/9,812  14:32:06.553  INVITE  1037 -> +442066627625". */
static void
detail_title_draw(const struct viewer *v, const struct event *e, size_t index, struct canvas *c, int row)
{
	char clock[16], at[32], of[32];
	int cols = canvas_cols(c), col = 1;

	col += canvas_printf(c, row, col, cols, ROLE_TEXT_STRONG,
		   cols >= DETAIL_LONG_TITLE ? "Failure %s of %s" : "%s/%s", view_number(at, sizeof at, index + 1, 11),
		   view_number(of, sizeof of, store_event_count(v->store), 11)) +
	    2;
	col +=
	    canvas_printf(c, row, col, cols, ROLE_TEXT_DIM, "%s", timefmt_clock_ms(clock, sizeof clock, e->t_ns)) + 2;
	col += canvas_text(c, row, col, 12, ROLE_TEXT, detail_or_dash(e->method)) + 2;
	col += canvas_text(c, row, col, 24, ROLE_TEXT, detail_or_dash(e->from));
	col += canvas_printf(c, row, col, cols, ROLE_TEXT_DIM, " -> ");
	(void)canvas_text(c, row, col, cols - col - DETAIL_PLACE, ROLE_TEXT, detail_or_dash(e->to));
}

static void
detail_gone_draw(struct canvas *c, int row)
{
	(void)canvas_printf(c, row, 1, canvas_cols(c) - 1, ROLE_TEXT_STRONG,
	    "This failure is no longer kept: newer ones pushed it out.  Esc goes back.");
}

static void
detail_write(struct page *p, const void *what)
{
	const struct detail *d = what;

	detail_page(p, d->e, &d->alike, d->logged);
}

static void
detail_body_draw(
    const struct viewer *v, struct page_scroll *at, const struct event *e, struct canvas *c, int row, int height)
{
	struct detail d = { .e = e, .logged = detail_is_logged(v->store, e) };
	struct page p;

	why_alike(v->store, e, false, &d.alike);
	page_show(&p, c, row, height, at, detail_write, &d);
	if (row > 0)
		page_place_draw(&p, c, row - 1, ROLE_TEXT_DIM);
}

static void
detail_draw(struct viewer *v, void *state, struct canvas *c)
{
	size_t index;
	const struct event *e = detail_event(v, &index);
	int rows = canvas_rows(c), head = rows >= VIEW_ROWS_MIN ? 2 : 0, foot = rows >= VIEW_ROWS_MIN ? 1 : 0;

	if (head > 0)
		view_status_line(v, c, 0, (struct view_follow){ .shown = false });
	if (foot > 0)
		view_key_bar(v, c, rows - 1);
	if (e == NULL) {
		detail_gone_draw(c, head);
		return;
	}
	if (head > 0)
		detail_title_draw(v, e, index, c, 1);
	if (v->say[0] != '\0' && rows > head + foot + 1) {
		foot++;
		(void)canvas_printf(c, rows - foot, 1, canvas_cols(c) - 1, ROLE_TEXT_KEY, "%s", v->say);
	}
	detail_body_draw(v, state, e, c, head, rows - head - foot);
}

static void
detail_step(struct viewer *v, struct page_scroll *at, bool forward)
{
	size_t n = store_event_count(v->store), index = store_event_index(v->store, v->event_id);
	const struct event *e = NULL;

	if (forward && index + 1 < n)
		e = store_event_at(v->store, index + 1);
	else if (!forward && index > 0 && index <= n)
		e = store_event_at(v->store, index - 1);
	if (e == NULL) {
		viewer_say(v, forward ? "this is the newest failure" : "this is the oldest failure kept");
		return;
	}
	v->event_id = e->id;
	v->moved = true;
	at->top = 0;
}

static enum command
detail_key(struct viewer *v, void *state, enum view_action action)
{
	if (page_move(state, action))
		return COMMAND_NONE;
	if (action == ACTION_NEXT || action == ACTION_PREVIOUS)
		detail_step(v, state, action == ACTION_NEXT);
	else if (action == ACTION_BACK)
		viewer_pop(v);
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
