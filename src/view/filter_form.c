/*
 * filter_form - the filter as a form: a row for what is asked for most; see view_int.h.
 * One thing to know: it writes the same language as the prompt, and what it has no row for stands in the last one as it
 * was written, so that nothing is lost by opening it.
 */
#include <stdio.h>
#include <string.h>

#include "view_int.h"

enum {
	FORM_CLASS,
	FORM_CODE,
	FORM_METHOD,
	FORM_PEER,
	FORM_USER,
	FORM_TEXT,
	FORM_SINCE,
	FORM_DIR,
	FORM_ALSO,
	FORM_ROWS
};
enum { FORM_LABEL = 11, FORM_COLS = 70 };

struct filter_form {
	struct edit row[FORM_ROWS];
	size_t at;
	char wrong[320];
};

/* field NULL: no term of one. */
static const struct {
	const char *label, *field, *example;
} form_rows[FORM_ROWS] = {
	[FORM_CLASS] = { "class", "class", "such as 5xx,6xx or silence" },
	[FORM_CODE] = { "code", "code", "such as 503, 480..488 or 404,410" },
	[FORM_METHOD] = { "method", "method", "such as INVITE" },
	[FORM_PEER] = { "peer", "peer", "part of its name, or 10.0.0.0/8" },
	[FORM_USER] = { "user", "user", "such as 1037 or +44*" },
	[FORM_TEXT] = { "text", NULL, "part of any field" },
	[FORM_SINCE] = { "since", "since", "such as 10m or 14:05" },
	[FORM_DIR] = { "direction", "dir", "in, out, or - where it is not known" },
	[FORM_ALSO] = { "and also", NULL, "anything else: setup>5s -method:OPTIONS" },
};

static const struct view_key form_keys[] = {
	{ ACTION_UP, { UI_KEY_UP, UI_KEY_STAB }, "Up S-Tab", "row above", NULL, NULL, 0, NULL, PART_MOVE },
	{ ACTION_DOWN, { UI_KEY_DOWN, UI_KEY_TAB }, "Down Tab", "row below", "Tab", "Next row", 100, "Tab",
	    PART_MOVE },
	{ ACTION_OPEN, { UI_KEY_ENTER, '\n' }, "Enter", "put it in force", "Enter", "Apply", 200, "Enter", PART_DO },
	{ ACTION_BACK, { UI_KEY_ESC }, "Esc", "undo", "Esc", "Undo", 255, "Esc", PART_MOVE },
};

static void
form_add(struct edit *e, struct slice text)
{
	e->at = e->n;
	if (e->n > 0)
		edit_insert(e, slice_str(" "));
	edit_insert(e, text);
}

static bool
form_has(struct slice s, const char *any)
{
	for (size_t i = 0; i < s.n; i++)
		if (strchr(any, s.p[i]) != NULL)
			return true;
	return false;
}

static bool
form_is_code(struct slice s)
{
	uint64_t code;

	return slice_u64(s, 699, &code) == 0 && code >= 100;
}

/* The row that a term belongs into, with its value; FORM_ALSO for the rest. */
static size_t
form_row_of(const struct filter_form *f, struct slice term, struct slice *value)
{
	struct slice rest = term, name;

	*value = term;
	if (form_has(term, "\"( ") || term.p[0] == '-' || term.p[0] == '!')
		return FORM_ALSO;
	if (!form_has(term, ":=<>~!@")) {
		if (form_is_code(term) && f->row[FORM_CODE].n == 0)
			return FORM_CODE;
		return f->row[FORM_TEXT].n == 0 ? FORM_TEXT : FORM_ALSO;
	}
	name = slice_cut(&rest, ':');
	if (rest.n == 0)
		return FORM_ALSO;
	for (size_t i = 0; i < FORM_ROWS; i++)
		if (form_rows[i].field != NULL && slice_ieq(name, slice_str(form_rows[i].field)) && f->row[i].n == 0) {
			*value = rest;
			return i;
		}
	return FORM_ALSO;
}

static void
form_open(struct viewer *v, void *state)
{
	struct filter_form *f = state;
	struct slice term[16];
	size_t n = filter_terms(v->filter, term, 16);

	/* More than there is room for: all of it as it was written. */
	if (n > 16) {
		form_add(&f->row[FORM_ALSO], filter_text(v->filter));
		return;
	}
	for (size_t i = 0; i < n; i++) {
		struct slice value;
		size_t row = term[i].n > 0 ? form_row_of(f, term[i], &value) : FORM_ROWS;

		if (row < FORM_ROWS)
			form_add(&f->row[row], value);
	}
}

static void
form_draw(struct viewer *v, void *state, struct canvas *c)
{
	struct filter_form *f = state;
	struct ui_rect box = box_centre(c, FORM_ROWS + 2, FORM_COLS), in;

	box_draw(c, box, "Filter", true, &in);
	for (size_t i = 0; i < FORM_ROWS && (int)i < in.rows; i++) {
		int row = in.row + (int)i, col = in.col + FORM_LABEL + 1, width = in.cols - FORM_LABEL - 2;
		bool here = i == f->at;

		(void)canvas_printf(c, row, in.col + 1, in.cols - 1 < FORM_LABEL ? in.cols - 1 : FORM_LABEL,
		    here ? ROLE_TEXT_KEY : ROLE_POPUP, "%s", form_rows[i].label);
		if (width < 1)
			continue;
		if (here)
			(void)edit_draw(&f->row[i], c, row, col, width, ROLE_PROMPT, ROLE_LIST_CURSOR);
		else if (f->row[i].n > 0)
			(void)canvas_text(c, row, col, width, ROLE_POPUP, edit_slice(&f->row[i]));
		else
			(void)canvas_printf(c, row, col, width, ROLE_TEXT_DIM, "(%s)", form_rows[i].example);
	}
	if (in.rows > FORM_ROWS + 1 && f->wrong[0] != '\0')
		(void)canvas_printf(
		    c, in.row + FORM_ROWS + 1, in.col + 1, in.cols - 2, ROLE_PROMPT_ERROR, "%s", f->wrong);
	else if (in.rows > FORM_ROWS + 1)
		(void)canvas_printf(c, in.row + FORM_ROWS + 1, in.col + 1, in.cols - 2, ROLE_TEXT_DIM,
		    "Tab next row   Enter apply   Esc undo");
	view_key_bar(v, c, canvas_rows(c) - 1);
}

/* The rows as one filter; false when it is too long. */
static bool
form_text(const struct filter_form *f, char *out, size_t cap)
{
	size_t at = 0;

	out[0] = '\0';
	for (size_t i = 0; i < FORM_ROWS; i++) {
		char term[EDIT_TEXT + 32];
		struct slice value = slice_trim(edit_slice(&f->row[i]));
		bool plain = value.n > 0 && memchr(value.p, ' ', value.n) == NULL;

		if (value.n == 0)
			continue;
		/* "or" binds less than what stands beside it. */
		if (i == FORM_ALSO && at > 0 && !plain)
			(void)snprintf(term, sizeof term, "(%.*s)", (int)value.n, value.p);
		else if (i == FORM_TEXT && !plain && !form_has(value, "\""))
			(void)snprintf(term, sizeof term, "\"%.*s\"", (int)value.n, value.p);
		else if (form_rows[i].field == NULL)
			(void)snprintf(term, sizeof term, "%.*s", (int)value.n, value.p);
		else if (plain)
			(void)snprintf(term, sizeof term, "%s:%.*s", form_rows[i].field, (int)value.n, value.p);
		else if (filter_term_put(term, sizeof term, false, form_rows[i].field, value) == 0)
			return false;
		at += (size_t)snprintf(out + at, cap - at, "%s%s", at > 0 ? " " : "", term);
		if (at >= cap)
			return false;
	}
	return true;
}

static void
form_apply(struct viewer *v, struct filter_form *f)
{
	char text[FILTER_TEXT_MAX + 1];
	struct errmsg em;

	if (!form_text(f, text, sizeof text))
		(void)snprintf(f->wrong, sizeof f->wrong, "a filter has at most %d characters", FILTER_TEXT_MAX);
	else if (lens_filter(v, text, &em, NULL) != 0)
		(void)snprintf(f->wrong, sizeof f->wrong, "%s", em.text);
	else
		viewer_pop(v);
}

/* Typing; arrows up and down go from row to row, not through a history. */
static bool
form_raw_key(struct viewer *v, void *state, uint32_t key)
{
	struct filter_form *f = state;

	(void)v;
	if (key == UI_KEY_UP || key == UI_KEY_DOWN || key == UI_CTRL('c') || key == UI_CTRL('l'))
		return false;
	if (edit_key(&f->row[f->at], key, NULL) == EDIT_OTHER)
		return false;
	f->wrong[0] = '\0';
	return true;
}

static enum command
form_key(struct viewer *v, void *state, enum view_action action)
{
	struct filter_form *f = state;

	if (action == ACTION_UP)
		f->at = f->at > 0 ? f->at - 1 : FORM_ROWS - 1;
	else if (action == ACTION_DOWN)
		f->at = (f->at + 1) % FORM_ROWS;
	else if (action == ACTION_OPEN)
		form_apply(v, f);
	else
		viewer_pop(v);
	return COMMAND_NONE;
}

const struct view_ops view_filter_form = {
	.name = "filters",
	.title = "Filter form",
	.keys = form_keys,
	.n_keys = sizeof form_keys / sizeof form_keys[0],
	.state_size = sizeof(struct filter_form),
	.popup = true,
	.open = form_open,
	.draw = form_draw,
	.key = form_key,
	.raw_key = form_raw_key,
};
