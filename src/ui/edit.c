/*
 * edit - one line being typed; see sipwhy/ui.h.
 * Invariants after each call: text is valid UTF-8 of glyphs that text_clean keeps and ends with a NUL at n; at and left
 * stand before a base glyph, never before its marks.  So drawing needs no escapes and columns can be counted.
 */
#include <string.h>

#include "sipwhy/text.h"
#include "sipwhy/ui.h"

static size_t
edit_encode(char out[4], uint32_t cp)
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xc0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 63));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xe0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 63));
		out[2] = (char)(0x80 | (cp & 63));
		return 3;
	}
	out[0] = (char)(0xf0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 63));
	out[2] = (char)(0x80 | (cp >> 6 & 63));
	out[3] = (char)(0x80 | (cp & 63));
	return 4;
}

/* The scalar at `at`, which is before n. */
static uint32_t
edit_scalar(const struct edit *e, size_t at, size_t *len)
{
	uint32_t cp = 0;

	*len = text_utf8(e->text + at, e->n - at, &cp);
	if (*len == 0)
		*len = 1;
	return cp;
}

/* Behind the glyph at `at`: its base and its marks. */
static size_t
edit_next(const struct edit *e, size_t at)
{
	size_t len;

	if (at >= e->n)
		return e->n;
	(void)edit_scalar(e, at, &len);
	for (at += len; at < e->n && text_width(edit_scalar(e, at, &len)) == 0; at += len)
		;
	return at;
}

static size_t
edit_previous(const struct edit *e, size_t at)
{
	size_t len;

	while (at > 0) {
		do
			at--;
		while (at > 0 && (e->text[at] & 0xc0) == 0x80);
		if (text_width(edit_scalar(e, at, &len)) != 0)
			break;
	}
	return at;
}

static size_t
edit_columns(const struct edit *e, size_t from, size_t to)
{
	size_t cols = 0, len;

	for (; from < to; from += len) {
		int w = text_width(edit_scalar(e, from, &len));

		cols += w > 0 ? (size_t)w : 0;
	}
	return cols;
}

static void
edit_cut(struct edit *e, size_t from, size_t to)
{
	memmove(e->text + from, e->text + to, e->n - to + 1);
	e->n -= to - from;
	e->at = from;
}

static bool
edit_put(struct edit *e, uint32_t cp)
{
	char bytes[4];
	size_t len;

	/* A mark needs a base before it, and text_clean keeps two of them. */
	if (text_width(cp) < 1 && (text_width(cp) < 0 || e->at == 0))
		return false;
	if (text_width(cp) == 0) {
		size_t marks = 0, at = edit_previous(e, e->at), step;

		for (; at < e->at; at += step)
			marks += text_width(edit_scalar(e, at, &step)) == 0;
		if (marks >= 2)
			return false;
	}
	len = edit_encode(bytes, cp);
	if (e->n + len >= sizeof e->text)
		return false;
	memmove(e->text + e->at + len, e->text + e->at, e->n - e->at + 1);
	memcpy(e->text + e->at, bytes, len);
	e->n += len;
	e->at += len;
	return true;
}

void
edit_insert(struct edit *e, struct slice text)
{
	uint32_t cp;

	while (text.n > 0) {
		size_t len = text_utf8(text.p, text.n, &cp);

		if (len > 0)
			(void)edit_put(e, cp);
		len = len > 0 ? len : 1;
		text.p += len;
		text.n -= len;
	}
}

void
edit_set(struct edit *e, struct slice text)
{
	e->n = e->at = e->left = 0;
	e->text[0] = '\0';
	edit_insert(e, text);
}

struct slice
edit_slice(const struct edit *e)
{
	return (struct slice){ e->text, e->n };
}

void
edit_remove(struct edit *e, size_t n)
{
	size_t to = e->at, from = n < e->at ? e->at - n : 0;

	while (e->at > from)
		e->at = edit_previous(e, e->at);
	edit_cut(e, e->at, to);
}

static bool
edit_is_space(const struct edit *e, size_t at)
{
	return e->text[at] == ' ';
}

static size_t
edit_word_left(const struct edit *e)
{
	size_t at = e->at;

	while (at > 0 && edit_is_space(e, edit_previous(e, at)))
		at = edit_previous(e, at);
	while (at > 0 && !edit_is_space(e, edit_previous(e, at)))
		at = edit_previous(e, at);
	return at;
}

static size_t
edit_word_right(const struct edit *e)
{
	size_t at = e->at;

	while (at < e->n && edit_is_space(e, at))
		at = edit_next(e, at);
	while (at < e->n && !edit_is_space(e, at))
		at = edit_next(e, at);
	return at;
}

/* n lines back from the newest; 0 is what was being typed. */
static enum edit_result
edit_recall(struct edit *e, const struct edit_ring *ring, size_t back)
{
	const char *line;

	if (e->back == 0)
		memcpy(e->draft, e->text, e->n + 1);
	line = back == 0 ? e->draft : edit_ring_at(ring, edit_ring_count(ring) - back);
	e->back = back;
	edit_set(e, slice_str(line));
	return EDIT_CHANGED;
}

static enum edit_result
edit_history(struct edit *e, const struct edit_ring *ring, bool older)
{
	size_t count = ring != NULL ? edit_ring_count(ring) : 0;

	if (older)
		return e->back < count ? edit_recall(e, ring, e->back + 1) : EDIT_MOVED;
	/* The ring may have lost lines since. */
	return e->back > 0 ? edit_recall(e, ring, e->back <= count ? e->back - 1 : count) : EDIT_MOVED;
}

static enum edit_result
edit_move(struct edit *e, size_t at)
{
	e->at = at;
	return EDIT_MOVED;
}

static enum edit_result
edit_erase(struct edit *e, size_t from, size_t to)
{
	if (from == to)
		return EDIT_MOVED;
	edit_cut(e, from, to);
	return EDIT_CHANGED;
}

enum edit_result
edit_key(struct edit *e, uint32_t key, const struct edit_ring *ring)
{
	switch (key) {
	case UI_KEY_LEFT:
	case UI_CTRL('b'):
		return edit_move(e, edit_previous(e, e->at));
	case UI_KEY_RIGHT:
		return edit_move(e, edit_next(e, e->at));
	case UI_KEY_HOME:
	case UI_CTRL('a'):
		return edit_move(e, 0);
	case UI_KEY_END:
	case UI_CTRL('e'):
		return edit_move(e, e->n);
	case UI_KEY_WORD_LEFT:
		return edit_move(e, edit_word_left(e));
	case UI_KEY_WORD_RIGHT:
		return edit_move(e, edit_word_right(e));
	case UI_KEY_BACKSPACE:
	case UI_CTRL('h'):
		return edit_erase(e, edit_previous(e, e->at), e->at);
	case UI_KEY_DELETE:
	case UI_CTRL('d'):
		return edit_erase(e, e->at, edit_next(e, e->at));
	case UI_CTRL('u'):
		return edit_erase(e, 0, e->at);
	case UI_CTRL('k'):
		return edit_erase(e, e->at, e->n);
	case UI_CTRL('w'):
		return edit_erase(e, edit_word_left(e), e->at);
	case UI_KEY_UP:
	case UI_CTRL('p'):
		return edit_history(e, ring, true);
	case UI_KEY_DOWN:
	case UI_CTRL('n'):
		return edit_history(e, ring, false);
	default:
		if (key < 0x20 || key == 0x7f || key >= UI_KEY_BASE)
			return EDIT_OTHER;
		return edit_put(e, key) ? EDIT_CHANGED : EDIT_MOVED;
	}
}

/* Scroll by a third of the width, so that not every key moves the whole line. */
static void
edit_scroll(struct edit *e, size_t width)
{
	size_t step = width > 3 ? width / 3 : 1, cursor = edit_columns(e, 0, e->at);

	while (cursor < e->left)
		e->left = e->left > step ? e->left - step : 0;
	while (cursor >= e->left + width)
		e->left += step;
	if (edit_columns(e, 0, e->n) < width)
		e->left = 0;
}

/* One glyph; in ASCII, where it would become a longer escape, a sign of its width. */
static void
edit_glyph(const struct edit *e, struct canvas *c, int row, int col, enum ui_role role, size_t from, size_t to)
{
	if (canvas_ascii(c) && (e->text[from] & 0x80) != 0)
		canvas_fill(c, row, col, (int)edit_columns(e, from, to), role, '?');
	else
		(void)canvas_text(c, row, col, 2, role, (struct slice){ e->text + from, to - from });
}

int
edit_draw(struct edit *e, struct canvas *c, int row, int col, int width, enum ui_role role, enum ui_role cursor)
{
	size_t cols = 0, glyph = 1;
	int at = col;

	canvas_fill(c, row, col, width, role, ' ');
	if (width <= 0)
		return col;
	edit_scroll(e, (size_t)width);
	for (size_t from = 0, to; from < e->n; from = to, cols += glyph) {
		to = edit_next(e, from);
		glyph = edit_columns(e, from, to);
		if (cols >= e->left && cols + glyph <= e->left + (size_t)width)
			edit_glyph(e, c, row, col + (int)(cols - e->left), role, from, to);
	}
	at += (int)(edit_columns(e, 0, e->at) - e->left);
	canvas_paint(c, row, at, e->at < e->n && edit_columns(e, e->at, edit_next(e, e->at)) == 2 ? 2 : 1, cursor);
	return at;
}
