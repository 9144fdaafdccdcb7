/*
 * leaf - one notice, or one source, on a page that scrolls.
 * One thing to know: the page is written anew at each draw from what the store has then, so a notice that made room
 * for newer ones is gone from here too, and says so.
 */
#include "view_int.h"

static const struct view_key leaf_keys[] = {
	VIEW_PAGE_KEYS("last line"),
	{ ACTION_NEXT, { UI_KEY_RIGHT, 'n', 'l', UI_KEY_TAB }, "Right n Tab", "the one below", "n", "Next", 190, NULL,
	    PART_MOVE },
	{ ACTION_PREVIOUS, { UI_KEY_LEFT, 'N' }, "Left N", "the one above", NULL, NULL, 0, NULL, PART_MOVE },
	{ ACTION_BACK, { UI_KEY_ESC, 'q', UI_KEY_ENTER, UI_KEY_BACKSPACE }, "Esc q", "back to the list", "Esc", "Back",
	    255, "q", PART_MOVE },
};

static void
leaf_gone(struct page *p)
{
	page_text(p, ROLE_TEXT_STRONG, 1, 1, slice_str("It is no longer kept: newer ones pushed it out."));
}

static void
leaf_notice(struct page *p, const void *what)
{
	const struct viewer *v = what;
	const struct notice *n = notice_list_find(store_notices(v->store), v->notice);

	if (n != NULL)
		notice_page(p, v->store, n);
	else
		leaf_gone(p);
}

static void
leaf_source(struct page *p, const void *what)
{
	const struct viewer *v = what;
	const struct store_source *s = store_source_at(v->store, v->source);

	if (s != NULL)
		source_page(p, s);
	else
		leaf_gone(p);
}

static void
leaf_draw(struct viewer *v, struct page_scroll *at, struct canvas *c, page_write_fn write)
{
	int rows = canvas_rows(c), head = rows >= VIEW_ROWS_MIN ? 1 : 0, foot = head > 0 ? 2 : 0;
	struct page p;

	page_show(&p, c, head, rows - head - foot, at, write, v);
	if (head == 0)
		return;
	view_status_line(v, c, 0, (struct view_follow){ .shown = false });
	view_say_draw(v, c, rows - 2);
	page_place_draw(&p, c, rows - 2, ROLE_TEXT_DIM);
	view_key_bar(v, c, rows - 1);
}

/* False when the action is none of a page. */
static bool
leaf_moved(struct viewer *v, struct page_scroll *at, enum view_action action)
{
	if (page_move(at, action))
		return true;
	if (action == ACTION_BACK)
		viewer_pop(v);
	return action == ACTION_BACK;
}

static void
leaf_notice_draw(struct viewer *v, void *state, struct canvas *c)
{
	leaf_draw(v, state, c, leaf_notice);
}

static enum command
leaf_notice_key(struct viewer *v, void *state, enum view_action action)
{
	struct page_scroll *at = state;
	const struct notice_list *all = store_notices(v->store);
	uint64_t to = action == ACTION_NEXT ? v->notice - 1 : v->notice + 1;

	if (leaf_moved(v, at, action) || (action != ACTION_NEXT && action != ACTION_PREVIOUS))
		return COMMAND_NONE;
	if (notice_list_find(all, to) == NULL) {
		viewer_say(v, action == ACTION_NEXT ? "this is the oldest that is kept" : "this is the newest");
		return COMMAND_NONE;
	}
	v->notice = to;
	v->moved_notice = true;
	at->top = 0;
	return COMMAND_NONE;
}

static void
leaf_source_draw(struct viewer *v, void *state, struct canvas *c)
{
	leaf_draw(v, state, c, leaf_source);
}

static enum command
leaf_source_key(struct viewer *v, void *state, enum view_action action)
{
	struct page_scroll *at = state;
	size_t to = action == ACTION_NEXT ? v->source + 1 : v->source - 1;

	if (leaf_moved(v, at, action) || (action != ACTION_NEXT && action != ACTION_PREVIOUS))
		return COMMAND_NONE;
	if (store_source_at(v->store, to) == NULL) {
		viewer_say(v, action == ACTION_NEXT ? "this is the last source" : "this is the first source");
		return COMMAND_NONE;
	}
	v->source = to;
	at->top = 0;
	return COMMAND_NONE;
}

const struct view_ops view_notice = {
	.name = "notice",
	.title = "Notice",
	.keys = leaf_keys,
	.n_keys = sizeof leaf_keys / sizeof leaf_keys[0],
	.state_size = sizeof(struct page_scroll),
	.draw = leaf_notice_draw,
	.key = leaf_notice_key,
};

const struct view_ops view_source = {
	.name = "source",
	.title = "Source",
	.keys = leaf_keys,
	.n_keys = sizeof leaf_keys / sizeof leaf_keys[0],
	.state_size = sizeof(struct page_scroll),
	.draw = leaf_source_draw,
	.key = leaf_source_key,
};
