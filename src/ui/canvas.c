/*
 * canvas - a grid of cells with roles; see sipwhy/ui.h.
 * One thing to know: a wide glyph owns two cells (width 2, then 0), and every write goes through canvas_put,
 * which blanks the other half of whatever it cuts in two, so no reader ever meets half a glyph.
 */
#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sipwhy/mem.h"
#include "sipwhy/text.h"
#include "sipwhy/ui.h"

enum { CANVAS_ROWS_MAX = 500, CANVAS_COLS_MAX = 1000, CANVAS_MARKS = 2 };
/* Bytes of the longest cell: a base and its marks, four bytes each. */
enum { CANVAS_CELL_BYTES = 4 * (1 + CANVAS_MARKS) };

struct canvas {
	int rows, cols;
	enum ui_glyphs glyphs;
	struct cell *cells;
};

static int
canvas_clamp(int v, int max)
{
	return v < 1 ? 1 : v > max ? max : v;
}

static const struct cell canvas_blank = { .ch = { ' ' }, .width = 1, .role = ROLE_TEXT };

struct canvas *
canvas_new(int rows, int cols)
{
	struct canvas *c = mem_zalloc(sizeof *c);

	if (c == NULL)
		return NULL;
	c->glyphs = GLYPHS_UTF8;
	if (canvas_resize(c, rows, cols) != 0) {
		mem_free(c);
		return NULL;
	}
	return c;
}

void
canvas_free(struct canvas *c)
{
	if (c == NULL)
		return;
	mem_free(c->cells);
	mem_free(c);
}

int
canvas_resize(struct canvas *c, int rows, int cols)
{
	struct cell *cells;

	rows = canvas_clamp(rows, CANVAS_ROWS_MAX);
	cols = canvas_clamp(cols, CANVAS_COLS_MAX);
	if (rows != c->rows || cols != c->cols) {
		cells = mem_realloc(c->cells, (size_t)rows * (size_t)cols * sizeof *cells);
		if (cells == NULL)
			return -ENOMEM;
		c->cells = cells;
		c->rows = rows;
		c->cols = cols;
	}
	canvas_clear(c);
	return 0;
}

int
canvas_rows(const struct canvas *c)
{
	return c->rows;
}

int
canvas_cols(const struct canvas *c)
{
	return c->cols;
}

void
canvas_clear(struct canvas *c)
{
	size_t n = (size_t)c->rows * (size_t)c->cols;

	for (size_t i = 0; i < n; i++)
		c->cells[i] = canvas_blank;
}

void
canvas_set_glyphs(struct canvas *c, enum ui_glyphs glyphs)
{
	c->glyphs = glyphs == GLYPHS_AUTO ? GLYPHS_UTF8 : glyphs;
}

enum ui_glyphs
canvas_glyphs(const struct canvas *c)
{
	return c->glyphs;
}

bool
canvas_ascii(const struct canvas *c)
{
	return c->glyphs == GLYPHS_ASCII;
}

static struct cell *
canvas_cell(const struct canvas *c, int row, int col)
{
	if (row < 0 || row >= c->rows || col < 0 || col >= c->cols)
		return NULL;
	return &c->cells[(size_t)row * (size_t)c->cols + (size_t)col];
}

const struct cell *
canvas_at(const struct canvas *c, int row, int col)
{
	return canvas_cell(c, row, col);
}

/* The cell at (row, col) is about to change: the other half of a wide glyph becomes a blank. */
static void
canvas_split(struct canvas *c, int row, int col)
{
	const struct cell *old = canvas_cell(c, row, col);
	struct cell *other = NULL;

	if (old->width == 2)
		other = canvas_cell(c, row, col + 1);
	else if (old->width == 0)
		other = canvas_cell(c, row, col - 1);
	if (other != NULL)
		*other = (struct cell){ .ch = { ' ' }, .width = 1, .role = other->role };
}

/* One glyph of 1 or 2 columns; one that does not fit whole leaves blanks in the part that does. */
static void
canvas_put(struct canvas *c, int row, int col, const struct cell *glyph)
{
	bool whole = canvas_cell(c, row, col) != NULL && canvas_cell(c, row, col + glyph->width - 1) != NULL;

	for (int i = 0; i < glyph->width; i++) {
		struct cell *cell = canvas_cell(c, row, col + i);

		if (cell == NULL)
			continue;
		canvas_split(c, row, col + i);
		if (!whole)
			*cell = (struct cell){ .ch = { ' ' }, .width = 1, .role = glyph->role };
		else if (i == 0)
			*cell = *glyph;
		else
			*cell = (struct cell){ .width = 0, .role = glyph->role };
	}
}

/* Take the next glyph with its marks from clean text; false at the end. */
static bool
canvas_glyph(struct slice *s, enum ui_role role, struct cell *out)
{
	uint32_t cp;
	size_t n = text_utf8(s->p, s->n, &cp);
	int marks = 0;

	if (n == 0)
		return false;
	*out = (struct cell){ .ch = { cp }, .width = (uint8_t)(text_width(cp) == 2 ? 2 : 1), .role = (uint8_t)role };
	do {
		s->p += n;
		s->n -= n;
		if (marks > 0)
			out->ch[marks] = cp;
		n = text_utf8(s->p, s->n, &cp);
	} while (n != 0 && text_width(cp) == 0 && ++marks <= CANVAS_MARKS);
	return true;
}

int
canvas_text(struct canvas *c, int row, int col, int width, enum ui_role role, struct slice s)
{
	char clean[CANVAS_COLS_MAX * CANVAS_CELL_BYTES + 1];
	struct slice left = { clean, 0 };
	struct cell glyph;
	size_t used;

	assert((unsigned)role < ROLE_N);
	if (row < 0 || row >= c->rows || col >= c->cols || width <= 0 || col <= -CANVAS_COLS_MAX)
		return 0;
	if (width > c->cols - col)
		width = c->cols - col;
	if (width > CANVAS_COLS_MAX)
		width = CANVAS_COLS_MAX;
	left.n = text_clean(clean, sizeof clean, s, (size_t)width, canvas_ascii(c), &used);
	while (canvas_glyph(&left, role, &glyph)) {
		canvas_put(c, row, col, &glyph);
		col += glyph.width;
	}
	return (int)used;
}

int
canvas_printf(struct canvas *c, int row, int col, int width, enum ui_role role, const char *fmt, ...)
{
	char text[4096];
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(text, sizeof text, fmt, ap) < 0)
		text[0] = '\0';
	va_end(ap);
	return canvas_text(c, row, col, width, role, slice_str(text));
}

static uint32_t
canvas_ascii_glyph(uint32_t glyph)
{
	switch (glyph) {
	case 0x2500:
		return '-';
	case 0x2502:
		return '|';
	case 0x250c:
	case 0x2510:
	case 0x2514:
	case 0x2518:
	case 0x251c:
	case 0x2524:
	case 0x252c:
	case 0x2534:
	case 0x253c:
		return '+';
	default:
		return glyph < 0x7f ? glyph : '#';
	}
}

/* Eighths become halves: up to a half and above it. */
static uint32_t
canvas_cp437_glyph(uint32_t glyph)
{
	if (glyph >= 0x2581 && glyph <= 0x2587)
		return glyph <= 0x2584 ? 0x2584 : 0x2588;
	if (glyph >= 0x2589 && glyph <= 0x258f)
		return glyph >= 0x258c ? 0x258c : 0x2588;
	return glyph;
}

static uint32_t
canvas_own_glyph(const struct canvas *c, uint32_t glyph)
{
	if (c->glyphs == GLYPHS_ASCII)
		return canvas_ascii_glyph(glyph);
	return c->glyphs == GLYPHS_CP437 ? canvas_cp437_glyph(glyph) : glyph;
}

/* The part of [col, col + width) that lies on the canvas; widths and places may be any number. */
static int
canvas_first(int col)
{
	return col < 0 ? 0 : col;
}

static int
canvas_end(const struct canvas *c, int row, int col, int width)
{
	int64_t end = (int64_t)col + width;

	if (row < 0 || row >= c->rows)
		return 0;
	return end < 0 ? 0 : end > c->cols ? c->cols : (int)end;
}

void
canvas_fill(struct canvas *c, int row, int col, int width, enum ui_role role, uint32_t glyph)
{
	struct cell cell = { .ch = { canvas_own_glyph(c, glyph) }, .width = 1, .role = (uint8_t)role };

	assert((unsigned)role < ROLE_N);
	for (int at = canvas_first(col), end = canvas_end(c, row, col, width); at < end; at++)
		canvas_put(c, row, at, &cell);
}

void
canvas_paint(struct canvas *c, int row, int col, int width, enum ui_role role)
{
	assert((unsigned)role < ROLE_N);
	for (int at = canvas_first(col), end = canvas_end(c, row, col, width); at < end; at++)
		canvas_cell(c, row, at)->role = (uint8_t)role;
}
