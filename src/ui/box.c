/*
 * box - a window over what is drawn; see sipwhy/ui.h.
 * A frame of less than two rows or columns has no inside, but is drawn as far as it goes.
 */
#include "sipwhy/ui.h"

enum { BOX_FAR = 10000 };

static int
box_least(int a, int b)
{
	return a < b ? a : b;
}

static int
box_between(int low, int v, int high)
{
	return v < low ? low : v > high ? high : v;
}

/* Numbers that can be added up; what lies farther out is outside of any canvas. */
static struct ui_rect
box_sane(struct ui_rect r)
{
	r.row = box_between(-BOX_FAR, r.row, BOX_FAR);
	r.col = box_between(-BOX_FAR, r.col, BOX_FAR);
	r.rows = box_between(0, r.rows, 2 * BOX_FAR);
	r.cols = box_between(0, r.cols, 2 * BOX_FAR);
	return r;
}

/* The part of a rectangle that lies on the canvas; nothing of it: 0 x 0 at its corner. */
static struct ui_rect
box_clip(const struct canvas *c, struct ui_rect r)
{
	int bottom = r.row + r.rows, right = r.col + r.cols;

	r.row = r.row < 0 ? 0 : box_least(r.row, canvas_rows(c));
	r.col = r.col < 0 ? 0 : box_least(r.col, canvas_cols(c));
	r.rows = box_between(r.row, bottom, canvas_rows(c)) - r.row;
	r.cols = box_between(r.col, right, canvas_cols(c)) - r.col;
	return r;
}

static void
box_edge(struct canvas *c, struct ui_rect at, int row, enum ui_role role, uint32_t left, uint32_t right)
{
	canvas_fill(c, row, at.col, at.cols, role, 0x2500);
	canvas_fill(c, row, at.col, 1, role, left);
	if (at.cols > 1)
		canvas_fill(c, row, at.col + at.cols - 1, 1, role, right);
}

static void
box_title(struct canvas *c, struct ui_rect at, const char *title)
{
	int used;

	if (title == NULL || title[0] == '\0' || at.cols < 6)
		return;
	used = canvas_text(c, at.row, at.col + 2, at.cols - 4, ROLE_POPUP_TITLE, slice_str(title));
	canvas_fill(c, at.row, at.col + 1, 1, ROLE_POPUP_TITLE, ' ');
	canvas_fill(c, at.row, at.col + 2 + used, 1, ROLE_POPUP_TITLE, ' ');
}

void
box_draw(struct canvas *c, struct ui_rect at, const char *title, bool focus, struct ui_rect *in)
{
	enum ui_role role = focus ? ROLE_FRAME_FOCUS : ROLE_FRAME;
	struct ui_rect inside;

	at = box_sane(at);
	inside = (struct ui_rect){ at.row, at.col, 0, 0 };
	if (at.rows > 0 && at.cols > 0) {
		if (at.rows > 2 && at.cols > 2)
			inside = (struct ui_rect){ at.row + 1, at.col + 1, at.rows - 2, at.cols - 2 };
		inside = box_clip(c, inside);
		for (int row = 0; row < inside.rows; row++)
			canvas_fill(c, inside.row + row, inside.col, inside.cols, ROLE_POPUP, ' ');
		for (int row = 0; row < inside.rows; row++) {
			canvas_fill(c, inside.row + row, at.col, 1, role, 0x2502);
			canvas_fill(c, inside.row + row, at.col + at.cols - 1, 1, role, 0x2502);
		}
		box_edge(c, at, at.row, role, 0x250c, 0x2510);
		if (at.rows > 1)
			box_edge(c, at, at.row + at.rows - 1, role, 0x2514, 0x2518);
		box_title(c, at, title);
	}
	if (in != NULL)
		*in = box_clip(c, inside);
}

struct ui_rect
box_centre(const struct canvas *c, int rows, int cols)
{
	struct ui_rect r = { 0, 0, 0, 0 };

	r.rows = box_least(box_least(rows, canvas_rows(c)) + 2, canvas_rows(c));
	r.cols = box_least(box_least(cols, canvas_cols(c)) + 2, canvas_cols(c));
	r.row = (canvas_rows(c) - r.rows) / 2;
	r.col = (canvas_cols(c) - r.cols) / 2;
	return r;
}
