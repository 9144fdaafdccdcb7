/*
 * prompt_draw - the prompt's line over the last rows of a screen, and the box above it; see prompt_int.h.
 */
#include <stdio.h>
#include <string.h>

#include "prompt_int.h"

enum {
	DRAW_OFFERS = 6,
	DRAW_BOX_ROWS = 18,
	DRAW_TALL_ROWS = 30,
	DRAW_LEFT = 20,
	DRAW_MIDDLE = 25,
	DRAW_BOX_COLS = 78,
	DRAW_BOX_LEAST = 50,
	DRAW_SCRAP = 8
};

static const char *const draw_fields[] = { "code class method", "peer src dst user", "ua reason q850 cid",
	"from to prefix n", "since until at", "is:new is:muted" };
static const char *const draw_operators[] = { "field:value   is/has", "field!:value  is not", "< <= > >= a..b  ~regex",
	"a,b,c  one of these", "*  anything   -  none", "\"two words\"  @name" };

/* Choices in one line after the other; returns how many stand there. */
static size_t
draw_choices(const struct prompt_choices *ch, struct canvas *c, struct ui_rect at)
{
	char n[32];
	size_t i = 0;

	for (; i < ch->n && (int)i < at.rows; i++) {
		int used = 0;

		if (ch->choice[i].count > 0)
			used = (int)strlen(view_number(n, sizeof n, ch->choice[i].count, 6));
		(void)canvas_printf(
		    c, at.row + (int)i, at.col, at.cols - used - (used > 0), ROLE_POPUP, "%s", ch->choice[i].text);
		if (used > 0)
			(void)canvas_printf(c, at.row + (int)i, at.col + at.cols - used, used, ROLE_TEXT_DIM, "%s", n);
	}
	return i;
}

static void
draw_title(struct canvas *c, int row, int col, int width, const char *title)
{
	int used = (int)strlen(title);

	if (width < used + 2)
		return;
	canvas_fill(c, row, col + 1, 1, ROLE_POPUP_TITLE, ' ');
	(void)canvas_printf(c, row, col + 2, used, ROLE_POPUP_TITLE, "%s", title);
	canvas_fill(c, row, col + 2 + used, 1, ROLE_POPUP_TITLE, ' ');
}

static void
draw_last_used(const struct edit_ring *ring, struct canvas *c, struct ui_rect at)
{
	size_t n = ring != NULL ? edit_ring_count(ring) : 0;

	for (size_t i = 0; i < n && (int)i < at.rows; i++)
		(void)canvas_text(
		    c, at.row + (int)i, at.col, at.cols, ROLE_POPUP, slice_str(edit_ring_at(ring, n - 1 - i)));
}

/* Walls of three parts. */
static void
draw_walls(struct canvas *c, struct ui_rect box, int first, int second)
{
	const int at[] = { first, second };

	for (size_t i = 0; i < 2; i++) {
		canvas_fill(c, box.row, at[i], 1, ROLE_FRAME, 0x252c);
		canvas_fill(c, box.row + box.rows - 1, at[i], 1, ROLE_FRAME, 0x2534);
		for (int row = box.row + 1; row < box.row + box.rows - 1; row++)
			canvas_fill(c, row, at[i], 1, ROLE_FRAME, 0x2502);
	}
}

/* All commands, for who does not know them, as far as half of the rows stay in sight. */
static int
draw_box_rows(const struct canvas *c, bool command)
{
	int rows = canvas_rows(c) >= DRAW_TALL_ROWS ? 6 : 3, most = canvas_rows(c) / 2, n = 0;

	while (command && command_name((size_t)n) != NULL)
		n++;
	return n <= rows ? rows : n < most ? n : most;
}

static void
draw_box(struct prompt *p, const struct prompt_choices *ch, struct canvas *c)
{
	bool command = p->kind == PROMPT_COMMAND, values = ch->field != NULL;
	int rows = draw_box_rows(c, command), foot = canvas_rows(c) - 4;
	struct ui_rect box = { foot - rows - 1, 1, rows + 2, canvas_cols(c) - 2 };
	int first, second, inside = box.row + 1;

	box.cols = box.cols > DRAW_BOX_COLS ? DRAW_BOX_COLS - 1 : box.cols;
	if (box.cols < DRAW_BOX_LEAST || (p->kind != PROMPT_FILTER && !command))
		return;
	first = box.col + DRAW_LEFT + 1;
	second = first + DRAW_MIDDLE + 1;
	/* What little of the rows would stand beside it means nothing. */
	for (int i = 0; i < rows + 2 && canvas_cols(c) - box.col - box.cols < DRAW_SCRAP; i++) {
		canvas_fill(c, box.row + i, 0, box.col, ROLE_TEXT, ' ');
		canvas_fill(c, box.row + i, box.col + box.cols, canvas_cols(c), ROLE_TEXT, ' ');
	}
	box_draw(c, box, NULL, false, NULL);
	draw_walls(c, box, first, second);
	draw_title(c, box.row, box.col, DRAW_LEFT, command ? "commands" : values ? "values seen" : "fields");
	draw_title(c, box.row, first, DRAW_MIDDLE, command ? "what it does" : "operators");
	draw_title(c, box.row, second, box.col + box.cols - second - 1, "last used");
	draw_title(c, foot, box.col, DRAW_LEFT, "Tab complete");
	draw_title(c, foot, second, box.col + box.cols - second - 1, "Up: older");
	if (!command)
		draw_title(c, foot, first, DRAW_MIDDLE, "and or not ( ) -");
	if (values || command)
		(void)draw_choices(ch, c, (struct ui_rect){ inside, box.col + 2, rows, DRAW_LEFT - 2 });
	for (int i = 0; i < rows; i++) {
		if (!values && !command)
			(void)canvas_printf(
			    c, inside + i, box.col + 2, DRAW_LEFT - 2, ROLE_POPUP, "%s", draw_fields[i]);
		if (!command)
			(void)canvas_printf(
			    c, inside + i, first + 2, DRAW_MIDDLE - 2, ROLE_POPUP, "%s", draw_operators[i]);
	}
	for (size_t i = 0; command && i < ch->n && (int)i < rows; i++)
		for (size_t k = 0; command_name(k) != NULL; k++)
			if (ch->from == 0 &&
			    slice_eq(slice_trim(slice_str(ch->choice[i].text)), slice_str(command_name(k))))
				(void)canvas_printf(
				    c, inside + (int)i, first + 2, DRAW_MIDDLE - 2, ROLE_POPUP, "%s", command_help(k));
	draw_last_used(command ? p->commands : p->filters, c,
	    (struct ui_rect){ inside, second + 2, rows, box.col + box.cols - second - 4 });
}

/* What follows the command that stands there: ":mute [FILTER] [1h]". */
static void
draw_usage(const struct prompt *p, char *out, size_t cap)
{
	struct slice line = edit_slice(&p->edit), name = slice_cut(&line, ' ');
	const char *args = command_args(name);

	out[0] = '\0';
	if (args != NULL)
		(void)snprintf(out, cap, ":%.*s %s", (int)name.n, name.p, args);
}

/* "fields starting with 'u': user  ua"; where there is no room "user  ua", as many as go whole. */
static void
draw_offers(const struct prompt *p, const struct prompt_choices *ch, size_t cols, char *out, size_t cap)
{
	const char *what = p->kind == PROMPT_COMMAND ? ch->from == 0 ? "commands" : "words"
	    : ch->field != NULL                      ? "values"
						     : "fields";
	size_t n = p->edit.at - ch->from, at;

	out[0] = '\0';
	if (p->kind == PROMPT_COMMAND && (ch->n == 0 || n == 0 || ch->from == 0))
		draw_usage(p, out, cap);
	if (out[0] != '\0' || ch->n == 0 || n == 0)
		return;
	at = (size_t)snprintf(
	    out, cap, "%s starting with '%.*s': ", what, (int)(n < 20 ? n : 20), p->edit.text + ch->from);
	if (at + strlen(ch->choice[0].text) > cols)
		at = 0;
	out[at] = '\0';
	for (size_t i = 0; i < ch->n && i < DRAW_OFFERS; i++) {
		struct slice text = slice_str(ch->choice[i].text);

		if (text.n > 0 && (text.p[text.n - 1] == ':' || text.p[text.n - 1] == ' '))
			text.n--;
		if (at + text.n + 2 >= cap || at + text.n + 2 * (i > 0) > cols)
			break;
		at += (size_t)snprintf(out + at, cap - at, "%s%.*s", i > 0 ? "  " : "", (int)text.n, text.p);
	}
}

static void
draw_hint(struct viewer *v, const struct prompt *p, const struct prompt_choices *ch, struct canvas *c, int row)
{
	static const char *const kept[] = { [PROMPT_FILTER] = "Enter keep  Esc undo",
		[PROMPT_SEARCH] = "Enter  n/N walk  Esc undo",
		[PROMPT_COMMAND] = "Enter do  Esc leave",
		[PROMPT_GOTO] = "14:05  14:05:30  -10m  now   Enter go  Esc leave" };
	char text[256], right[96], n[32];
	int cols = canvas_cols(c), end;

	canvas_fill(c, row, 0, cols, ROLE_PROMPT_HINT, ' ');
	if (p->wrong) {
		(void)canvas_printf(c, row, 1, cols - 1, ROLE_PROMPT_ERROR, "%s", p->em.text);
		return;
	}
	if (p->kind == PROMPT_FILTER)
		(void)snprintf(right, sizeof right, "%s%s match   %s", view_number(n, sizeof n, sift_count(v->sift), 9),
		    sift_done(v->sift) ? "" : "+", kept[p->kind]);
	else
		(void)snprintf(right, sizeof right, "%s", kept[p->kind]);
	end = cols - 1 - (int)strlen(right);
	(void)canvas_printf(c, row, end > 1 ? end : 1, cols, ROLE_PROMPT_HINT, "%s", right);
	draw_offers(p, ch, end > 6 ? (size_t)end - 3 : 0, text, sizeof text);
	if (text[0] == '\0' && v->say[0] != '\0')
		(void)slice_copy(text, sizeof text, slice_str(v->say));
	if (end > 6)
		(void)canvas_printf(c, row, 1, end - 3, ROLE_PROMPT_HINT, "%s", text);
}

void
prompt_draw(struct viewer *v, struct canvas *c)
{
	struct prompt *p = v->prompt;
	int rows = canvas_rows(c), cols = canvas_cols(c), row = rows >= 4 ? rows - 3 : rows - 1, col;
	enum ui_role role = p->wrong ? ROLE_PROMPT_ERROR : ROLE_PROMPT;
	struct prompt_choices *ch = &p->choices;

	/* While Tab walks through them they stay as they were. */
	if (!p->cycling)
		prompt_choices(v, p, ch);
	if (ch->more)
		v->counting = true;
	if (rows >= DRAW_BOX_ROWS)
		draw_box(p, ch, c);
	canvas_fill(c, row, 0, cols, role, ' ');
	col = canvas_printf(c, row, 0, cols, role, "%s",
	    p->kind == PROMPT_COMMAND    ? ":"
		: p->kind == PROMPT_GOTO ? "time: "
					 : "/");
	if (cols > col)
		(void)edit_draw(&p->edit, c, row, col, cols - col, role, ROLE_LIST_CURSOR);
	/* Where it goes wrong, as far as it is in sight. */
	if (p->wrong && p->at >= p->edit.left && p->at - p->edit.left < (size_t)(cols - col))
		canvas_paint(c, row, col + (int)(p->at - p->edit.left), 1, ROLE_MATCH);
	if (rows >= 4)
		draw_hint(v, p, ch, c, rows - 2);
}
