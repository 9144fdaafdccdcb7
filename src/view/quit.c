/*
 * quit - asks before live events are lost; see view_int.h.
 * One thing to know: nothing is kept on disk, so what this process counted is gone with it; Enter means "no".
 */
#include <stdio.h>

#include "view_int.h"

enum { QUIT_ROWS = 4, QUIT_COLS = 46, QUIT_NARROW = 40 };

static const struct view_key quit_keys[] = {
	{ ACTION_QUIT, { 'y', 'Y' }, "y", "yes, quit", "y", "Quit", 200, NULL, PART_PROGRAM },
	{ ACTION_BACK,
	    {
		UI_KEY_ENTER,
		'\n',
		UI_KEY_ESC,
		'n',
	    },
	    "Enter n Esc", "no, stay", "Enter", "Stay", 255, NULL, PART_PROGRAM },
};

/* Would anything be lost that does not come back when the same is started again? */
static bool
quit_loses(const struct store *s)
{
	struct store_status st;

	store_status(s, &st);
	return st.live && !st.ended && store_event_total(s) > 0;
}

enum command
quit_ask(struct viewer *v)
{
	if (v->cfg->confirm_quit == VIEW_QUIT_NEVER ||
	    (v->cfg->confirm_quit == VIEW_QUIT_AUTO && !quit_loses(v->store)))
		return COMMAND_QUIT;
	viewer_push(v, &view_quit);
	/* With no memory for a question nobody must be kept. */
	return v->stack[v->depth - 1].ops == &view_quit ? COMMAND_NONE : COMMAND_QUIT;
}

static void
quit_draw(struct viewer *v, void *state, struct canvas *c)
{
	struct ui_rect in;
	char n[32];

	(void)state;
	box_draw(c, box_centre(c, QUIT_ROWS, QUIT_COLS), "Quit", true, &in);
	if (in.rows > 0)
		(void)canvas_printf(c, in.row, in.col + 1, in.cols - 1, ROLE_POPUP,
		    "%s failure%s kept here will be lost.", view_number(n, sizeof n, store_event_count(v->store), 9),
		    store_event_count(v->store) == 1 ? "" : "s");
	if (in.rows > 1)
		(void)canvas_printf(
		    c, in.row + 1, in.col + 1, in.cols - 1, ROLE_POPUP, "Counters start again from zero.");
	if (in.rows > 3) {
		bool narrow = in.cols < QUIT_NARROW;
		int at = in.col + 1, end = in.col + in.cols;

		at += canvas_printf(
		    c, in.row + 3, at, end - at, ROLE_BUTTON_FOCUS, narrow ? "[ No: Enter ]" : "[ No, stay: Enter ]");
		at += narrow ? 2 : 3;
		(void)canvas_printf(
		    c, in.row + 3, at, end - at, ROLE_BUTTON, narrow ? "[ Yes: y ]" : "[ Yes, quit: y ]");
	}
	view_key_bar(v, c, canvas_rows(c) - 1);
}

static enum command
quit_key(struct viewer *v, void *state, enum view_action action)
{
	(void)state;
	if (action == ACTION_QUIT)
		return COMMAND_QUIT;
	if (action == ACTION_BACK)
		viewer_pop(v);
	return COMMAND_NONE;
}

const struct view_ops view_quit = {
	.name = "quit",
	.title = "Quit",
	.keys = quit_keys,
	.n_keys = sizeof quit_keys / sizeof quit_keys[0],
	.state_size = 1,
	.popup = true,
	.draw = quit_draw,
	.key = quit_key,
};
