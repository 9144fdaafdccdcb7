/*
 * leaf - one notice, or one source, on a page that scrolls.
 * One thing to know: the page is written anew at each draw from what the store has then, so a notice that made room
 * for newer ones is gone from here too, and says so.
 */
#include "view_int.h"

struct leaf {
	size_t top, height;
};

/* Writes the page; false when there is nothing to write of. */
typedef bool (*leaf_write_fn)(struct page *p, const struct viewer *v);

static const struct view_key leaf_keys[] = {
	{ ACTION_UP, { UI_KEY_UP, 'k' }, "Up k", "one line up", NULL, NULL, 0 },
	{ ACTION_DOWN, { UI_KEY_DOWN, 'j' }, "Down j", "one line down", NULL, NULL, 0 },
	{ ACTION_PAGE_UP, { UI_KEY_PGUP, UI_CTRL('b') }, "PgUp ^B", "a page up", NULL, NULL, 0 },
	{ ACTION_PAGE_DOWN, { UI_KEY_PGDN, UI_CTRL('f'), ' ' }, "PgDn ^F Space", "a page down", "PgDn", "More", 140 },
	{ ACTION_HALF_UP, { UI_CTRL('u') }, "^U", "half a page up", NULL, NULL, 0 },
	{ ACTION_HALF_DOWN, { UI_CTRL('d') }, "^D", "half a page down", NULL, NULL, 0 },
	{ ACTION_HOME, { UI_KEY_HOME, 'g' }, "Home g", "first line", NULL, NULL, 0 },
	{ ACTION_END, { UI_KEY_END, 'G' }, "End G", "last line", NULL, NULL, 0 },
	{ ACTION_NEXT, { UI_KEY_RIGHT, 'n', 'l', UI_KEY_TAB }, "Right n Tab", "the one below", "n", "Next", 190 },
	{ ACTION_PREVIOUS, { UI_KEY_LEFT, 'N' }, "Left N", "the one above", NULL, NULL, 0 },
	{ ACTION_BACK, { UI_KEY_ESC, 'q', UI_KEY_ENTER, UI_KEY_BACKSPACE }, "Esc q", "back to the list", "Esc", "Back",
	    255 },
};

static bool
leaf_notice(struct page *p, const struct viewer *v)
{
	const struct notice *n = notice_list_find(store_notices(v->store), v->notice);

	if (n != NULL)
		notice_page(p, v->store, n);
	return n != NULL;
}

static bool
leaf_source(struct page *p, const struct viewer *v)
{
	const struct store_source *s = store_source_at(v->store, v->source);

	if (s != NULL)
		source_page(p, s);
	return s != NULL;
}

static void
leaf_draw(struct viewer *v, struct leaf *f, struct canvas *c, leaf_write_fn write)
{
	int rows = canvas_rows(c), head = rows >= VIEW_ROWS_MIN ? 1 : 0, foot = head > 0 ? 2 : 0;
	struct page p;
	bool there;

	page_begin(&p, c, -1, 0, 0);
	there = write(&p, v);
	p.height = rows - head - foot;
	if (f->top > page_last_top(&p))
		f->top = page_last_top(&p);
	f->height = (size_t)(p.height > 0 ? p.height : 0);
	page_begin(&p, c, head, rows - head - foot, f->top);
	if (there)
		(void)write(&p, v);
	else
		page_text(&p, ROLE_TEXT_STRONG, 1, 1, slice_str("It is no longer kept: newer ones pushed it out."));
	if (head == 0)
		return;
	view_status_line(v, c, 0, (struct view_follow){ .shown = false });
	view_say_draw(v, c, rows - 2);
	page_place_draw(&p, c, rows - 2, ROLE_TEXT_DIM);
	view_key_bar(v, c, rows - 1);
}

/* False when the action is none of a page. */
static bool
leaf_moved(struct viewer *v, struct leaf *f, enum view_action action)
{
	if (page_move(&f->top, f->height, action))
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
	struct leaf *f = state;
	const struct notice_list *all = store_notices(v->store);
	uint64_t to = action == ACTION_NEXT ? v->notice - 1 : v->notice + 1;

	if (leaf_moved(v, f, action) || (action != ACTION_NEXT && action != ACTION_PREVIOUS))
		return COMMAND_NONE;
	if (notice_list_find(all, to) == NULL) {
		viewer_say(v, action == ACTION_NEXT ? "this is the oldest that is kept" : "this is the newest");
		return COMMAND_NONE;
	}
	v->notice = to;
	v->moved_notice = true;
	f->top = 0;
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
	struct leaf *f = state;
	size_t to = action == ACTION_NEXT ? v->source + 1 : v->source - 1;

	if (leaf_moved(v, f, action) || (action != ACTION_NEXT && action != ACTION_PREVIOUS))
		return COMMAND_NONE;
	if (store_source_at(v->store, to) == NULL) {
		viewer_say(v, action == ACTION_NEXT ? "this is the last source" : "this is the first source");
		return COMMAND_NONE;
	}
	v->source = to;
	f->top = 0;
	return COMMAND_NONE;
}

const struct view_ops view_notice = {
	.name = "notice",
	.title = "Notice",
	.keys = leaf_keys,
	.n_keys = sizeof leaf_keys / sizeof leaf_keys[0],
	.state_size = sizeof(struct leaf),
	.draw = leaf_notice_draw,
	.key = leaf_notice_key,
};

const struct view_ops view_source = {
	.name = "source",
	.title = "Source",
	.keys = leaf_keys,
	.n_keys = sizeof leaf_keys / sizeof leaf_keys[0],
	.state_size = sizeof(struct leaf),
	.draw = leaf_source_draw,
	.key = leaf_source_key,
};
