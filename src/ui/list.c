/*
 * list - a cursor and a window over rows, by index; see sipwhy/ui.h.
 * Invariant after each call: cursor < count (or both 0), top <= cursor < top + height, and no empty rows
 * at the end while rows stand above the window.
 */
#include "sipwhy/ui.h"

static void
list_settle(struct list *l)
{
	size_t height = l->height > 0 ? l->height : 1;

	if (l->count == 0) {
		l->cursor = l->top = 0;
		return;
	}
	if (l->follow || l->cursor >= l->count)
		l->cursor = l->count - 1;
	if (l->top > l->cursor)
		l->top = l->cursor;
	if (l->cursor - l->top >= height)
		l->top = l->cursor - height + 1;
	if (l->count <= height)
		l->top = 0;
	else if (l->top > l->count - height)
		l->top = l->count - height;
}

void
list_set(struct list *l, size_t count, size_t height)
{
	l->count = count;
	l->height = height;
	list_settle(l);
}

static void
list_up(struct list *l, size_t n)
{
	l->cursor = l->cursor > n ? l->cursor - n : 0;
}

static void
list_down(struct list *l, size_t n)
{
	size_t left = l->count > 0 ? l->count - 1 - l->cursor : 0;

	l->cursor += n < left ? n : left;
}

void
list_move(struct list *l, enum list_move m)
{
	size_t page = l->height > 1 ? l->height - 1 : 1;
	size_t half = l->height > 1 ? l->height / 2 : 1;

	l->follow = m == LIST_END;
	switch (m) {
	case LIST_UP:
		list_up(l, 1);
		break;
	case LIST_DOWN:
		list_down(l, 1);
		break;
	case LIST_PAGE_UP:
		list_up(l, page);
		break;
	case LIST_PAGE_DOWN:
		list_down(l, page);
		break;
	case LIST_HALF_UP:
		list_up(l, half);
		break;
	case LIST_HALF_DOWN:
		list_down(l, half);
		break;
	case LIST_HOME:
		l->cursor = 0;
		break;
	case LIST_END:
		break;
	}
	list_settle(l);
}
