/*
 * mouse - what a click means: the row, header or bar entry that was drawn there; see view_int.h.
 * One thing to know: a view is not asked where it draws; drawing leaves spots behind, and a click becomes the key or
 * the moves that would have done the same, so that a mouse can do nothing that keys can't.
 */
#include "view_int.h"

void
view_spots_clear(const struct viewer *v, bool bar)
{
	v->spots->n_bar = bar ? 0 : v->spots->n_bar;
	v->spots->n_columns = 0;
	v->spots->rows = 0;
}

static void
mouse_add(struct view_spot *spots, size_t *n, struct view_spot s)
{
	if (*n < VIEW_SPOTS && s.row >= 0 && s.width > 0)
		spots[(*n)++] = s;
}

void
view_spots_bar(const struct viewer *v, int row, int col, int width, const struct view_key *key)
{
	mouse_add(v->spots->bar, &v->spots->n_bar, (struct view_spot){ row, col, width, key, 0 });
}

void
view_spots_column(const struct viewer *v, int row, int col, int width, uint8_t column)
{
	mouse_add(v->spots->column, &v->spots->n_columns, (struct view_spot){ row, col, width, NULL, column });
}

void
view_spots_list(const struct viewer *v, int first, const struct list *l, int width)
{
	size_t rows = l->count > l->top ? l->count - l->top : 0;

	rows = rows < l->height ? rows : l->height;
	v->spots->first = first;
	v->spots->rows = (int)rows;
	v->spots->width = width;
	v->spots->cursor = (int)(l->cursor - l->top);
}

static const struct view_spot *
mouse_spot(const struct view_spot *spots, size_t n, const struct ui_mouse *m)
{
	for (size_t i = 0; i < n; i++)
		if (m->row == spots[i].row && m->col >= spots[i].col && m->col < spots[i].col + spots[i].width)
			return &spots[i];
	return NULL;
}

/* A key that means its action now; the user may have changed them.  UI_KEY_NONE: there is none. */
static uint32_t
mouse_key_of(const struct viewer *v, const struct view_key *k)
{
	for (size_t i = 0; i < VIEW_KEYS_EACH; i++)
		if (k->keys[i] != 0 && viewer_find(v, k->keys[i]) == k->action)
			return k->keys[i];
	for (size_t i = 0; i < v->cfg->n_keys; i++)
		if (v->cfg->keys[i].key != 0 && viewer_find(v, v->cfg->keys[i].key) == k->action)
			return v->cfg->keys[i].key;
	return UI_KEY_NONE;
}

/* Walk there: what a view keeps of its cursor follows each step. */
static bool
mouse_list(struct viewer *v, const struct ui_mouse *m)
{
	const struct view_ops *ops = v->stack[v->depth - 1].ops;
	struct view_spots *s = v->spots;
	int to = m->row - s->first;

	if (to < 0 || to >= s->rows || m->col >= s->width)
		return false;
	for (; s->cursor < to; s->cursor++)
		(void)ops->key(v, v->stack[v->depth - 1].state, ACTION_DOWN);
	for (; s->cursor > to; s->cursor--)
		(void)ops->key(v, v->stack[v->depth - 1].state, ACTION_UP);
	return true;
}

static bool
mouse_select(struct viewer *v, const struct ui_mouse *m)
{
	const struct view_ops *ops = v->stack[v->depth - 1].ops;

	return mouse_list(v, m) ||
	    (ops->click != NULL && ops->click(v, v->stack[v->depth - 1].state, m->row, m->col));
}

enum command
viewer_mouse(struct viewer *v, const struct ui_mouse *m)
{
	const struct view_spot *bar = mouse_spot(v->spots->bar, v->spots->n_bar, m);
	const struct view_spot *column = mouse_spot(v->spots->column, v->spots->n_columns, m);
	const struct view_ops *ops = v->stack[v->depth - 1].ops;

	if (m->kind == MOUSE_WHEEL_UP || m->kind == MOUSE_WHEEL_DOWN)
		return viewer_key(v, m->kind == MOUSE_WHEEL_UP ? UI_KEY_UP : UI_KEY_DOWN);
	/* The line that is typed covers what was drawn, and a click must not lose it. */
	if (prompt_active(v))
		return COMMAND_NONE;
	if (bar != NULL)
		return viewer_key(v, mouse_key_of(v, bar->key));
	/* For what a key does besides: the last sentence goes, the user is there. */
	(void)viewer_key(v, UI_KEY_MOUSE);
	if (column != NULL && ops->sort != NULL)
		ops->sort(v, v->stack[v->depth - 1].state, column->column);
	else if (mouse_select(v, m) && m->kind == MOUSE_DOUBLE)
		return viewer_key(v, UI_KEY_ENTER);
	return COMMAND_NONE;
}
