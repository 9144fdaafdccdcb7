/*
 * ptyscreen - what a terminal would show of the bytes it was given: as much of xterm (ECMA-48) as curses uses of it.
 * The one thing to know: colours are dropped and each character is one column wide; what we want is the text.
 * Questions (OSC 11, device attributes, cursor position) are counted, so that the caller can answer them.
 */
#ifndef TESTS_BENCH_PTYSCREEN_H
#define TESTS_BENCH_PTYSCREEN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { PTYSCREEN_ROWS = 200, PTYSCREEN_COLS = 500, PTYSCREEN_PARAMS = 16, PTYSCREEN_TEXT = PTYSCREEN_COLS * 4 + 1 };

enum ptyscreen_state {
	PTYSCREEN_GROUND,
	PTYSCREEN_ESC,
	PTYSCREEN_CHARSET,
	PTYSCREEN_CSI,
	PTYSCREEN_OSC,
	PTYSCREEN_OSC_ESC
};

struct ptyscreen {
	int rows, cols, row, col, top, bottom, saved_row, saved_col;
	bool wrap; /* the last column is filled: the next character starts a row */
	enum ptyscreen_state state;
	int params[PTYSCREEN_PARAMS], n_params;
	char mark;            /* '?' or '>' of a CSI */
	uint32_t point, last; /* UTF-8 being read; the last one that was drawn */
	int missing;          /* bytes of it that are still to come */
	char osc[64];
	size_t n_osc;
	unsigned asked_colour, asked_kind, asked_cursor;
	uint32_t cell[PTYSCREEN_ROWS][PTYSCREEN_COLS];
};

static void
ptyscreen_erase(struct ptyscreen *s, int row, int from, int to)
{
	for (int c = from < 0 ? 0 : from; c < to && c < s->cols; c++)
		s->cell[row][c] = ' ';
}

static void
ptyscreen_init(struct ptyscreen *s, int rows, int cols)
{
	memset(s, 0, sizeof *s);
	s->rows = rows < PTYSCREEN_ROWS ? rows : PTYSCREEN_ROWS;
	s->cols = cols < PTYSCREEN_COLS ? cols : PTYSCREEN_COLS;
	s->bottom = s->rows - 1;
	for (int r = 0; r < s->rows; r++)
		ptyscreen_erase(s, r, 0, s->cols);
}

/* Rows top..bottom move up by n (down when n < 0). */
static void
ptyscreen_scroll(struct ptyscreen *s, int top, int bottom, int n)
{
	int height = bottom - top + 1, by = n < 0 ? -n : n;

	by = by > height ? height : by;
	if (n > 0)
		memmove(s->cell[top], s->cell[top + by], (size_t)(height - by) * sizeof s->cell[0]);
	else
		memmove(s->cell[top + by], s->cell[top], (size_t)(height - by) * sizeof s->cell[0]);
	for (int r = 0; r < by; r++)
		ptyscreen_erase(s, n > 0 ? bottom - r : top + r, 0, s->cols);
}

static int
ptyscreen_within(int v, int max)
{
	return v < 0 ? 0 : v > max ? max : v;
}

static void
ptyscreen_move(struct ptyscreen *s, int row, int col)
{
	s->row = ptyscreen_within(row, s->rows - 1);
	s->col = ptyscreen_within(col, s->cols - 1);
	s->wrap = false;
}

static void
ptyscreen_newline(struct ptyscreen *s)
{
	if (s->row == s->bottom)
		ptyscreen_scroll(s, s->top, s->bottom, 1);
	else if (s->row < s->rows - 1)
		s->row++;
	s->wrap = false;
}

static void
ptyscreen_put(struct ptyscreen *s, uint32_t point)
{
	if (s->wrap) {
		ptyscreen_newline(s);
		s->col = 0;
	}
	s->cell[s->row][s->col] = s->last = point;
	s->wrap = s->col == s->cols - 1;
	s->col += !s->wrap;
}

static int
ptyscreen_param(const struct ptyscreen *s, int i)
{
	return i < s->n_params ? s->params[i] : 0;
}

static void
ptyscreen_erase_display(struct ptyscreen *s, int how)
{
	for (int r = how == 0 ? s->row + 1 : 0; r < (how == 1 ? s->row : s->rows); r++)
		ptyscreen_erase(s, r, 0, s->cols);
	if (how < 2)
		ptyscreen_erase(s, s->row, how == 0 ? s->col : 0, how == 0 ? s->cols : s->col + 1);
}

static void
ptyscreen_shift(struct ptyscreen *s, int n)
{
	uint32_t *row = s->cell[s->row];
	int by = n < 0 ? -n : n, rest;

	by = by > s->cols - s->col ? s->cols - s->col : by;
	rest = s->cols - s->col - by;
	if (n > 0)
		memmove(row + s->col + by, row + s->col, (size_t)rest * sizeof row[0]);
	else
		memmove(row + s->col, row + s->col + by, (size_t)rest * sizeof row[0]);
	ptyscreen_erase(s, s->row, n > 0 ? s->col : s->col + rest, n > 0 ? s->col + by : s->cols);
}

static void
ptyscreen_lines(struct ptyscreen *s, int n)
{
	if (s->row >= s->top && s->row <= s->bottom)
		ptyscreen_scroll(s, s->row, s->bottom, n);
}

static void
ptyscreen_region(struct ptyscreen *s)
{
	int bottom = ptyscreen_param(s, 1);

	s->top = ptyscreen_within(ptyscreen_param(s, 0) - 1, s->rows - 1);
	s->bottom = ptyscreen_within(bottom > 0 ? bottom - 1 : s->rows - 1, s->rows - 1);
	if (s->top >= s->bottom) {
		s->top = 0;
		s->bottom = s->rows - 1;
	}
	ptyscreen_move(s, 0, 0);
}

static void
ptyscreen_csi_cursor(struct ptyscreen *s, char final, int n)
{
	switch (final) {
	case 'A':
		ptyscreen_move(s, s->row - n, s->col);
		break;
	case 'B':
		ptyscreen_move(s, s->row + n, s->col);
		break;
	case 'C':
		ptyscreen_move(s, s->row, s->col + n);
		break;
	case 'D':
		ptyscreen_move(s, s->row, s->col - n);
		break;
	case 'G':
		ptyscreen_move(s, s->row, n - 1);
		break;
	case 'd':
		ptyscreen_move(s, n - 1, s->col);
		break;
	default: /* H, f */
		ptyscreen_move(s, n - 1, ptyscreen_param(s, 1) - 1);
		break;
	}
}

static void
ptyscreen_csi(struct ptyscreen *s, char final)
{
	int n = ptyscreen_param(s, 0), one = n > 0 ? n : 1;

	if (s->mark == 0 && strchr("ABCDGdHf", final) != NULL)
		ptyscreen_csi_cursor(s, final, one);
	else if (final == 'J')
		ptyscreen_erase_display(s, n);
	else if (final == 'K')
		ptyscreen_erase(s, s->row, n == 0 ? s->col : 0, n == 1 ? s->col + 1 : s->cols);
	else if (final == 'X')
		ptyscreen_erase(s, s->row, s->col, s->col + one);
	else if (final == '@' || final == 'P')
		ptyscreen_shift(s, final == '@' ? one : -one);
	else if (final == 'L' || final == 'M')
		ptyscreen_lines(s, final == 'M' ? one : -one);
	else if (final == 'S' || final == 'T')
		ptyscreen_scroll(s, s->top, s->bottom, final == 'S' ? one : -one);
	else if (final == 'r' && s->mark == 0)
		ptyscreen_region(s);
	else if (final == 'b')
		for (int i = 0; i < one && i < s->cols; i++)
			ptyscreen_put(s, s->last);
	else if (final == 'c')
		s->asked_kind++;
	else if (final == 'n')
		s->asked_cursor++;
}

static void
ptyscreen_csi_byte(struct ptyscreen *s, unsigned char b)
{
	int *p = &s->params[s->n_params > 0 ? s->n_params - 1 : 0];

	if (b >= '0' && b <= '9') {
		s->n_params = s->n_params > 0 ? s->n_params : 1;
		*p = *p < 10000 ? *p * 10 + (b - '0') : *p;
	} else if (b == ';' || b == ':') {
		s->n_params = s->n_params > 0 ? s->n_params : 1;
		s->n_params += s->n_params < PTYSCREEN_PARAMS;
		s->params[s->n_params - 1] = 0;
	} else if (b >= '<' && b <= '?') {
		s->mark = (char)b;
	} else if (b >= '@' && b <= '~') {
		ptyscreen_csi(s, (char)b);
		s->state = PTYSCREEN_GROUND;
	}
}

static void
ptyscreen_escape(struct ptyscreen *s, unsigned char b)
{
	s->state = PTYSCREEN_GROUND;
	if (b == '[') {
		s->state = PTYSCREEN_CSI;
		s->n_params = 0;
		s->mark = 0;
		memset(s->params, 0, sizeof s->params);
	} else if (b == ']' || b == 'P') {
		s->state = PTYSCREEN_OSC;
		s->n_osc = 0;
	} else if (b == '(' || b == ')') {
		s->state = PTYSCREEN_CHARSET;
	} else if (b == 'M') {
		if (s->row == s->top)
			ptyscreen_scroll(s, s->top, s->bottom, -1);
		else
			ptyscreen_move(s, s->row - 1, s->col);
	} else if (b == '7') {
		s->saved_row = s->row;
		s->saved_col = s->col;
	} else if (b == '8') {
		ptyscreen_move(s, s->saved_row, s->saved_col);
	}
}

static void
ptyscreen_osc(struct ptyscreen *s, unsigned char b)
{
	if (s->state == PTYSCREEN_OSC_ESC || b == '\a') {
		s->asked_colour += s->n_osc >= 4 && memcmp(s->osc, "11;?", 4) == 0;
		s->state = PTYSCREEN_GROUND;
	} else if (b == 0x1b) {
		s->state = PTYSCREEN_OSC_ESC;
	} else if (s->n_osc < sizeof s->osc) {
		s->osc[s->n_osc++] = (char)b;
	}
}

static void
ptyscreen_ground(struct ptyscreen *s, unsigned char b)
{
	if (s->missing > 0 && (b & 0xc0) == 0x80) {
		s->point = s->point << 6 | (b & 0x3f);
		if (--s->missing == 0)
			ptyscreen_put(s, s->point);
	} else if (b >= 0xc0) {
		s->missing = b >= 0xf0 ? 3 : b >= 0xe0 ? 2 : 1;
		s->point = b & (0x3fu >> s->missing);
	} else if (b >= ' ' && b < 0x7f) {
		s->missing = 0;
		ptyscreen_put(s, b);
	} else if (b == '\r') {
		ptyscreen_move(s, s->row, 0);
	} else if (b == '\n') {
		ptyscreen_newline(s);
	} else if (b == '\b') {
		ptyscreen_move(s, s->row, s->col - 1);
	} else if (b == '\t') {
		ptyscreen_move(s, s->row, (s->col / 8 + 1) * 8);
	}
}

static void
ptyscreen_byte(struct ptyscreen *s, unsigned char b)
{
	switch (s->state) {
	case PTYSCREEN_OSC:
	case PTYSCREEN_OSC_ESC:
		ptyscreen_osc(s, b);
		break;
	case PTYSCREEN_CSI:
		ptyscreen_csi_byte(s, b);
		break;
	case PTYSCREEN_CHARSET:
		s->state = PTYSCREEN_GROUND;
		break;
	case PTYSCREEN_ESC:
		ptyscreen_escape(s, b);
		break;
	case PTYSCREEN_GROUND:
		if (b == 0x1b)
			s->state = PTYSCREEN_ESC;
		else
			ptyscreen_ground(s, b);
		break;
	}
}

/* A row as UTF-8, without the blanks at its end. */
static void
ptyscreen_text(const struct ptyscreen *s, int row, char out[PTYSCREEN_TEXT])
{
	size_t n = 0, end = 0;

	for (int c = 0; c < s->cols; c++) {
		uint32_t p = s->cell[row][c];

		if (p < 0x80) {
			out[n++] = (char)p;
		} else if (p < 0x800) {
			out[n++] = (char)(0xc0 | p >> 6);
			out[n++] = (char)(0x80 | (p & 0x3f));
		} else if (p < 0x10000) {
			out[n++] = (char)(0xe0 | p >> 12);
			out[n++] = (char)(0x80 | (p >> 6 & 0x3f));
			out[n++] = (char)(0x80 | (p & 0x3f));
		} else {
			out[n++] = '?';
		}
		end = p != ' ' ? n : end;
	}
	out[end] = '\0';
}

static bool
ptyscreen_shows(const struct ptyscreen *s, const char *text)
{
	char row[PTYSCREEN_TEXT];

	for (int r = 0; r < s->rows; r++) {
		ptyscreen_text(s, r, row);
		if (strstr(row, text) != NULL)
			return true;
	}
	return false;
}

static void
ptyscreen_print(const struct ptyscreen *s, FILE *to)
{
	char row[PTYSCREEN_TEXT];

	for (int r = 0; r < s->rows; r++) {
		ptyscreen_text(s, r, row);
		(void)fprintf(to, "#|%s\n", row);
	}
}

#endif
