/*
 * save_form - F2: in which form failures are saved; see view_int.h.
 * One thing to know: which failures depends on what stands below.  On the page of one it is that one; elsewhere those
 * that are marked, else those that the filter shows.
 */
#include <stdio.h>

#include "detail.h"
#include "view_int.h"

enum { SAVE_FORM_ROWS = 8, SAVE_FORM_COLS = 48, SAVE_FORM_FIRST = 2 };

struct save_form {
	size_t cursor;
};

static const struct {
	char key;
	const char *name, *what, *ending;
	enum view_save save;
} save_form_forms[] = {
	{ 't', "text", "decoded, with its messages", ".txt", VIEW_SAVE_TEXT },
	{ 'p', "pcap", "the messages, for Wireshark", ".pcap", VIEW_SAVE_PCAP },
	{ 'j', "JSON", "one object a line", ".json", VIEW_SAVE_JSON },
	{ 'c', "CSV", "one row each, for a sheet", ".csv", VIEW_SAVE_CSV },
};
enum { SAVE_FORM_N = sizeof save_form_forms / sizeof save_form_forms[0] };

static const struct view_key save_form_keys[] = {
	{ ACTION_UP, { UI_KEY_UP }, "Up", "one row up", NULL, NULL, 0, NULL, PART_MOVE },
	{ ACTION_DOWN, { UI_KEY_DOWN }, "Down", "one row down", NULL, NULL, 0, NULL, PART_MOVE },
	{ ACTION_OPEN, { UI_KEY_ENTER, '\n', UI_KEY_F2, 's' }, "Enter F2 s", "save", "Enter", "Save", 200, "Enter",
	    PART_DO },
	{ ACTION_CHOICE_1, { 't' }, "t", "save as text", "t", "text", 150, NULL, PART_DO },
	{ ACTION_CHOICE_2, { 'p' }, "p", "save as pcap", "p", "pcap", 150, NULL, PART_DO },
	{ ACTION_CHOICE_3, { 'j' }, "j", "save as JSON", "j", "JSON", 150, NULL, PART_DO },
	{ ACTION_CHOICE_4, { 'c' }, "c", "save as CSV", "c", "CSV", 150, NULL, PART_DO },
	{ ACTION_COMMAND, { ':' }, ":", "name the file", ":", "name it", 120, NULL, PART_DO },
	{ ACTION_BACK, { UI_KEY_ESC, 'q' }, "Esc q", "save nothing", "Esc", "Back", 255, "Esc", PART_MOVE },
};

/* Does it stand on the page of one failure? */
static bool
save_form_one(const struct viewer *v)
{
	const struct view_ops *top = viewer_top(v);

	return top == &view_detail || top == &view_raw || top == &view_ladder || top == &view_diff ||
	    top == &view_sdp;
}

static char *
save_form_which(const struct viewer *v, char *out, size_t cap)
{
	size_t n = v->n_marks > 0 ? v->n_marks : viewer_shown(v);
	char number[32];

	if (save_form_one(v)) {
		(void)snprintf(out, cap, "this failure");
		return out;
	}
	(void)snprintf(out, cap, "%s %sfailure%s%s", view_number(number, sizeof number, n, 11),
	    v->n_marks > 0 ? "marked " : "", n == 1 ? "" : "s",
	    v->n_marks > 0 ? "" : v->filter != NULL ? " that the filter shows" : ": all that are kept");
	return out;
}

static void
save_form_draw(struct viewer *v, void *state, struct canvas *c)
{
	struct save_form *s = state;
	struct ui_rect in;
	char which[96];

	box_draw(c, box_centre(c, SAVE_FORM_ROWS, SAVE_FORM_COLS), "Save", true, &in);
	if (in.rows > 0)
		(void)canvas_printf(c, in.row, in.col + 1, in.cols - 1, ROLE_POPUP, "%s",
		    save_form_which(v, which, sizeof which));
	for (size_t i = 0; i < SAVE_FORM_N && SAVE_FORM_FIRST + (int)i < in.rows; i++) {
		int row = in.row + SAVE_FORM_FIRST + (int)i;
		enum ui_role role = i == s->cursor ? ROLE_LIST_CURSOR : ROLE_POPUP;

		canvas_fill(c, row, in.col, in.cols, role, ' ');
		(void)canvas_printf(c, row, in.col, in.cols, role, "%c %c  %-5s %-5s  %s", i == s->cursor ? '>' : ' ',
		    save_form_forms[i].key, save_form_forms[i].name, save_form_forms[i].ending,
		    save_form_forms[i].what);
	}
	if (in.rows == SAVE_FORM_ROWS)
		(void)canvas_printf(c, in.row + SAVE_FORM_ROWS - 1, in.col + 1, in.cols - 1, ROLE_POPUP, "%s",
		    v->cfg->redact ? "users and digests are hashed in it"
				   : "users are readable; :set redact yes hashes them");
	view_key_bar(v, c, canvas_rows(c) - 1);
}

static enum command
save_form_save(struct viewer *v, enum view_save form)
{
	bool one = save_form_one(v);

	viewer_pop(v);
	if (one)
		return detail_save(v, form);
	v->request = (struct view_request){ .save = form, .path = "" };
	(void)lens_save_ids(v);
	return COMMAND_SAVE;
}

/* ":w" is about what is marked or shown; on the page of one failure it would save others. */
static enum command
save_form_name(struct viewer *v)
{
	bool one = save_form_one(v);

	viewer_pop(v);
	if (one)
		viewer_say(v, "w FILE saves what is marked or shown; this one: w FILE evidence");
	prompt_open(v, PROMPT_COMMAND, "w ");
	return COMMAND_NONE;
}

static enum command
save_form_key(struct viewer *v, void *state, enum view_action action)
{
	struct save_form *s = state;

	switch (action) {
	case ACTION_UP:
		s->cursor -= s->cursor > 0 ? 1 : 0;
		return COMMAND_NONE;
	case ACTION_DOWN:
		s->cursor += s->cursor + 1 < SAVE_FORM_N ? 1 : 0;
		return COMMAND_NONE;
	case ACTION_OPEN:
		return save_form_save(v, save_form_forms[s->cursor].save);
	case ACTION_CHOICE_1:
	case ACTION_CHOICE_2:
	case ACTION_CHOICE_3:
	case ACTION_CHOICE_4:
		return save_form_save(v, save_form_forms[action - ACTION_CHOICE_1].save);
	case ACTION_COMMAND:
		return save_form_name(v);
	default:
		viewer_pop(v);
		return COMMAND_NONE;
	}
}

const struct view_ops view_save_form = {
	.name = "save",
	.title = "Save",
	.keys = save_form_keys,
	.n_keys = sizeof save_form_keys / sizeof save_form_keys[0],
	.state_size = sizeof(struct save_form),
	.popup = true,
	.draw = save_form_draw,
	.key = save_form_key,
};
