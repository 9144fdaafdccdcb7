/*
 * log - the program's own log: what engine and sources said, newest at the end.
 * One thing to know: the page stands at its end when it opens; what comes later shows as long as nobody scrolled up.
 */
#include <stdio.h>

#include "sipwhy/timefmt.h"
#include "view_int.h"

struct log_state {
	struct page_scroll at;
	bool still;
};

static const struct view_key log_keys[] = {
	VIEW_PAGE_KEYS("newest line"),
	{ ACTION_BACK, { UI_KEY_ESC, 'q', UI_KEY_BACKSPACE }, "Esc q", "back", "Esc", "Back", 255, "q", PART_MOVE },
};

static void
log_line(struct page *p, const struct store_sentence *s)
{
	char text[512], clock[32], times[32] = "", n[24];

	if (s->t_ns > 0)
		(void)timefmt_date_ms(clock, sizeof clock, s->t_ns);
	else
		(void)snprintf(clock, sizeof clock, "%-19s", "-");
	clock[19] = '\0';
	if (s->times > 1)
		(void)snprintf(times, sizeof times, "  (%s times)", view_number(n, sizeof n, s->times, 9));
	(void)snprintf(text, sizeof text, "%s  %s%s%s: %s%s", clock, s->name, s->state[0] != '\0' ? " " : "", s->state,
	    s->sentence, times);
	page_text(p, ROLE_TEXT, 1, 22, slice_str(text));
}

static void
log_write(struct page *p, const void *what)
{
	const struct viewer *v = what;
	size_t n = store_sentence_count(v->store);

	for (size_t i = 0; i < n; i++)
		log_line(p, store_sentence_at(v->store, i));
	if (n == 0)
		page_text(p, ROLE_TEXT_DIM, 1, 1, slice_str("Neither engine nor sources have said anything yet."));
}

static void
log_draw(struct viewer *v, void *state, struct canvas *c)
{
	struct log_state *l = state;
	int rows = canvas_rows(c), head = rows >= VIEW_ROWS_MIN ? 2 : 0, foot = head > 0 ? 2 : 0;
	char title[64];
	struct page p;

	if (!l->still)
		(void)page_move(&l->at, ACTION_END);
	page_show(&p, c, head, rows - head - foot, &l->at, log_write, v);
	if (head == 0)
		return;
	view_status_line(v, c, 0, (struct view_follow){ .shown = false });
	(void)snprintf(title, sizeof title, "Own log %zu", store_sentence_count(v->store));
	(void)view_frame(c, 1, 0, canvas_cols(c), title);
	view_say_draw(v, c, rows - 2);
	page_place_draw(&p, c, rows - 2, ROLE_TEXT_DIM);
	view_key_bar(v, c, rows - 1);
}

static enum command
log_key(struct viewer *v, void *state, enum view_action action)
{
	struct log_state *l = state;

	if (page_move(&l->at, action))
		l->still = action != ACTION_END;
	else if (action == ACTION_BACK)
		viewer_pop(v);
	return COMMAND_NONE;
}

const struct view_ops view_log = {
	.name = "log",
	.title = "Log",
	.keys = log_keys,
	.n_keys = sizeof log_keys / sizeof log_keys[0],
	.state_size = sizeof(struct log_state),
	.draw = log_draw,
	.key = log_key,
};
