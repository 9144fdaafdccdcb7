/*
 * help - three pages: the keys of the view below out of its own table, all status codes, and colours and signs as they
 * look here.
 * One thing to know: any key that means nothing here closes it, so that nobody is caught.
 */
#include "help_int.h"

#include <stdio.h>
#include <string.h>

enum { HELP_PAGES = 3, HELP_NARROW = 60 };

/* top, height: of each page.  find: what was searched last; typing: it is being typed. */
struct help {
	size_t page, lines, height, top[HELP_PAGES];
	bool typing;
	struct edit find;
	size_t hit;
	int cols; /* of the screen: pages break their lines by it */
};

static const struct view_key help_keys[] = {
	VIEW_PAGE_KEYS("last line"),
	{ ACTION_RIGHT, { UI_KEY_RIGHT, 'l', UI_KEY_TAB }, "Right l Tab", "the next page", "Right", "Page", 190, NULL,
	    PART_MOVE },
	{ ACTION_LEFT, { UI_KEY_LEFT, 'h', UI_KEY_STAB }, "Left h", "the page before", NULL, NULL, 0, NULL, PART_MOVE },
	{ ACTION_CHOICE_1, { '1' }, "1", "keys", NULL, NULL, 0, NULL, PART_MOVE },
	{ ACTION_CHOICE_2, { '2' }, "2", "status codes", NULL, NULL, 0, NULL, PART_MOVE },
	{ ACTION_CHOICE_3, { '3' }, "3", "colours, signs, words", NULL, NULL, 0, NULL, PART_MOVE },
	{ ACTION_SEARCH, { '/', UI_KEY_F3 }, "/ F3", "search these pages", "/", "Search", 180, "F3", PART_LOOK },
	{ ACTION_NEXT, { 'n' }, "n", "the next hit", "n", "Next", 170, NULL, PART_LOOK },
	{ ACTION_PREVIOUS, { 'N' }, "N", "the hit before", NULL, NULL, 0, NULL, PART_LOOK },
	{ ACTION_BACK, { UI_KEY_ESC, 'q', UI_KEY_ENTER, UI_KEY_BACKSPACE }, "Esc q", "close this page", "Esc", "Close",
	    255, "q", PART_LOOK },
};

static const struct view_ops *
help_about(const struct viewer *v)
{
	return v->stack[v->depth > 1 ? v->depth - 2 : 0].ops;
}

static void
help_write(struct help_pen *p, const struct viewer *v, size_t page)
{
	p->lines = 0;
	if (page == 0)
		help_keys_page(p, help_about(v));
	else if (page == 1)
		help_codes_page(p);
	else
		help_signs_page(p);
}

void
help_put(struct help_pen *p, size_t line, int col, int width, enum ui_role role, const char *text)
{
	if (p->lines < line + 1)
		p->lines = line + 1;
	if (p->find[0] != '\0' && slice_ifind(slice_str(text), slice_str(p->find)) >= 0) {
		role = ROLE_MATCH;
		if (line >= p->from && (p->hit == SIZE_MAX || line < p->hit))
			p->hit = line;
		if (line < p->from && (p->before == SIZE_MAX || line > p->before))
			p->before = line;
	}
	if (line >= p->top && line - p->top < (size_t)(p->height > 0 ? p->height : 0))
		(void)canvas_text(p->c, p->row + (int)(line - p->top), col, width, role, slice_str(text));
}

size_t
help_wrap(struct help_pen *p, size_t line, int col, int width, enum ui_role role, const char *text)
{
	size_t lines = 0, room = width > 1 ? (size_t)width : 1;

	do {
		size_t n = strlen(text), cut = n;
		char piece[256];

		if (n > room)
			for (cut = room; cut > 0 && text[cut] != ' '; cut--)
				;
		cut = cut == 0 ? (n < room ? n : room) : cut;
		(void)slice_copy(piece, sizeof piece, (struct slice){ text, cut });
		help_put(p, line + lines++, col, width, role, piece);
		text += cut;
		text += strspn(text, " ");
	} while (*text != '\0');
	return lines;
}

void
help_heading(struct help_pen *p, size_t line, int col, int width, const char *text)
{
	help_put(p, line, col, width, ROLE_TEXT_STRONG, text);
}

static size_t
help_last(const struct help *h)
{
	return h->lines > h->height ? h->lines - h->height : 0;
}

static void
help_foot_draw(const struct viewer *v, struct help *h, struct canvas *c, int row)
{
	int cols = canvas_cols(c), end;
	char place[48];

	if (h->typing) {
		canvas_fill(c, row, 0, cols, ROLE_PROMPT, ' ');
		(void)canvas_text(c, row, 0, 1, ROLE_PROMPT, slice_str("/"));
		(void)edit_draw(&h->find, c, row, 1, cols - 2, ROLE_PROMPT, ROLE_LIST_CURSOR);
		return;
	}
	(void)snprintf(place, sizeof place, "%s  help %zu/%d",
	    help_last(h) == 0                     ? ""
		: h->top[h->page] >= help_last(h) ? "end"
						  : "more",
	    h->page + 1, HELP_PAGES);
	end = cols - 1 - (int)strlen(place);
	(void)canvas_printf(c, row, end, cols - end, ROLE_TEXT_DIM, "%s", place);
	if (v->say[0] != '\0')
		(void)canvas_printf(c, row, 1, end - 2, ROLE_TEXT_KEY, "%s", v->say);
	else
		(void)canvas_text(c, row, 1, end - 2, ROLE_TEXT_DIM,
		    slice_str(cols >= HELP_NARROW ? "Any key closes.  Space: more.  / searches.  Manual: man sipwhy"
						  : "Any key closes"));
}

static void
help_draw(struct viewer *v, void *state, struct canvas *c)
{
	struct help *h = state;
	int rows = canvas_rows(c), head = rows >= VIEW_ROWS_MIN ? 1 : 0, foot = head * 2;
	struct help_pen p = { .v = v, .c = c, .row = head, .find = h->find.text, .hit = SIZE_MAX, .before = SIZE_MAX };
	static const char *const titles[HELP_PAGES] = { "", "all status codes", "colours, signs and words" };
	char title[96];

	h->cols = canvas_cols(c);
	help_write(&p, v, h->page);
	h->lines = p.lines;
	h->height = (size_t)(rows - head - foot > 0 ? rows - head - foot : 0);
	if (h->top[h->page] > help_last(h))
		h->top[h->page] = help_last(h);
	p.height = (int)h->height;
	p.top = h->top[h->page];
	(void)snprintf(title, sizeof title, "Help: %s", h->page == 0 ? help_about(v)->title : titles[h->page]);
	for (int row = 0; row < rows; row++)
		canvas_fill(c, row, 0, canvas_cols(c), ROLE_TEXT, ' ');
	if (head > 0)
		(void)view_frame(c, 0, 0, canvas_cols(c), title);
	help_write(&p, v, h->page);
	if (foot == 0)
		return;
	help_foot_draw(v, h, c, rows - 2);
	view_key_bar(v, c, rows - 1);
}

/* Go to a hit: on from the last one, over the pages. */
static void
help_search(struct viewer *v, struct help *h, struct canvas *none, bool back, size_t from)
{
	for (size_t tried = 0; h->find.n > 0 && tried <= HELP_PAGES; tried++) {
		struct help_pen p = {
			.v = v, .c = none, .find = h->find.text, .from = from, .hit = SIZE_MAX, .before = SIZE_MAX
		};
		size_t hit;

		help_write(&p, v, h->page);
		hit = back ? p.before : p.hit;
		if (hit != SIZE_MAX) {
			h->hit = hit;
			h->top[h->page] = hit > 2 ? hit - 2 : 0;
			return;
		}
		h->page = (h->page + (back ? HELP_PAGES - 1 : 1)) % HELP_PAGES;
		from = back ? SIZE_MAX : 0;
	}
	viewer_say(v, h->find.n > 0 ? "no such word on these pages" : "/ searches");
}

static void
help_find(struct viewer *v, struct help *h, bool back, size_t from)
{
	struct canvas *c = canvas_new(1, h->cols);

	if (c == NULL)
		viewer_say(v, "memory is short");
	else
		help_search(v, h, c, back, from);
	canvas_free(c);
}

static bool
help_typed(struct viewer *v, struct help *h, uint32_t key)
{
	if (key == UI_KEY_ESC || key == UI_CTRL('c') || key == UI_KEY_ENTER || key == '\n') {
		h->typing = false;
		if (key == UI_KEY_ESC)
			edit_set(&h->find, slice_str(""));
		else if (key != UI_CTRL('c'))
			help_find(v, h, false, h->top[h->page]);
	} else {
		(void)edit_key(&h->find, key, NULL);
	}
	return key != UI_CTRL('c');
}

static bool
help_raw_key(struct viewer *v, void *state, uint32_t key)
{
	struct help *h = state;
	enum view_action action;

	if (h->typing)
		return help_typed(v, h, key);
	action = viewer_find(v, key);
	for (size_t i = 0; i < sizeof help_keys / sizeof help_keys[0]; i++)
		if (help_keys[i].action == action)
			return false;
	if (action == ACTION_LEAVE || action == ACTION_REPAINT)
		return false;
	viewer_pop(v);
	return true;
}

static bool
help_turn(struct help *h, enum view_action action)
{
	size_t *top = &h->top[h->page], page = h->height > 1 ? h->height - 1 : 1;
	struct page_scroll at = { *top, h->height };

	if (action >= ACTION_CHOICE_1 && action <= ACTION_CHOICE_3)
		h->page = (size_t)(action - ACTION_CHOICE_1);
	else if (action == ACTION_RIGHT || (action == ACTION_PAGE_DOWN && *top >= help_last(h)))
		h->page = (h->page + 1) % HELP_PAGES;
	else if (action == ACTION_LEFT || (action == ACTION_PAGE_UP && *top == 0))
		h->page = (h->page + HELP_PAGES - 1) % HELP_PAGES;
	else if (action == ACTION_PAGE_DOWN)
		*top += page;
	else if (page_move(&at, action))
		*top = at.top;
	else
		return false;
	return true;
}

static enum command
help_key(struct viewer *v, void *state, enum view_action action)
{
	struct help *h = state;

	if (help_turn(h, action))
		return COMMAND_NONE;
	if (action == ACTION_BACK) {
		viewer_pop(v);
	} else if (action == ACTION_SEARCH) {
		h->typing = true;
		edit_set(&h->find, slice_str(""));
	} else if (action == ACTION_NEXT || action == ACTION_PREVIOUS) {
		help_find(v, h, action == ACTION_PREVIOUS, h->hit + (action == ACTION_NEXT));
	}
	return COMMAND_NONE;
}

const struct view_ops view_help = {
	.name = "help",
	.title = "Help",
	.keys = help_keys,
	.n_keys = sizeof help_keys / sizeof help_keys[0],
	.state_size = sizeof(struct help),
	.popup = true,
	.draw = help_draw,
	.key = help_key,
	.raw_key = help_raw_key,
};
