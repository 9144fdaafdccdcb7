/*
 * text_fuzz - any bytes through the sanitiser and onto a canvas.
 * The first bytes choose limits, the rest is the text.  What must hold: valid UTF-8, nothing but what the rules
 * keep, width as told and as wcswidth(3) sees it, within both limits, and a second cleaning changes nothing.
 */
#include <locale.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "sipwhy/mem.h"
#include "sipwhy/text.h"
#include "sipwhy/ui.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { FUZZ_HEAD = 8 };

static void
fuzz_must(bool truth)
{
	if (!truth)
		abort();
}

/* Each scalar of the result is one the rules keep, marks follow a base, widths add up. */
static void
fuzz_check_output(const char *out, size_t len, size_t cols, bool ascii)
{
	size_t width = 0, seen = 0;
	unsigned marks = 2;

	for (size_t at = 0, step; at < len; at += step, seen++) {
		uint32_t cp;
		int w;

		step = text_utf8(out + at, len - at, &cp);
		fuzz_must(step > 0);
		w = text_width(cp);
		fuzz_must(w >= 0 && w <= 2);
		fuzz_must(!ascii || (cp >= 0x20 && cp < 0x7f));
		fuzz_must(w == wcwidth((wchar_t)cp));
		marks = w > 0 ? 0 : marks + 1;
		fuzz_must(marks <= 2);
		width += (size_t)w;
	}
	fuzz_must(width == cols);
}

static void
fuzz_clean(struct slice in, size_t cap, size_t max_cols, bool ascii)
{
	char *out = mem_alloc(cap + 1), *again = mem_alloc(cap + 1);
	size_t cols, cols_again, len;

	if (out == NULL || again == NULL)
		abort();
	memset(out, 0x55, cap + 1);
	len = text_clean(out, cap, in, max_cols, ascii, &cols);
	fuzz_must(cap == 0 ? len == 0 : len < cap);
	fuzz_must(out[cap] == 0x55);
	fuzz_must(cols <= max_cols);
	if (cap > 0) {
		fuzz_must(out[len] == '\0' && memchr(out, '\0', len) == NULL);
		fuzz_check_output(out, len, cols, ascii);
		fuzz_must(text_clean(again, cap, (struct slice){ out, len }, max_cols, ascii, &cols_again) == len);
		fuzz_must(memcmp(out, again, len) == 0 && cols == cols_again);
	}
	mem_free(out);
	mem_free(again);
}

/* No half of a wide glyph stands alone anywhere. */
static void
fuzz_check_canvas(const struct canvas *c)
{
	for (int row = 0; row < canvas_rows(c); row++)
		for (int col = 0; col < canvas_cols(c); col++) {
			const struct cell *cell = canvas_at(c, row, col), *next = canvas_at(c, row, col + 1);

			fuzz_must(cell->role < ROLE_N);
			if (cell->width == 0)
				fuzz_must(col > 0 && canvas_at(c, row, col - 1)->width == 2);
			else
				fuzz_must(text_width(cell->ch[0]) == cell->width);
			if (cell->width == 2)
				fuzz_must(next != NULL && next->width == 0);
		}
}

static void
fuzz_canvas(const uint8_t *head, struct slice in)
{
	struct canvas *c = canvas_new(head[0] % 9, head[1] % 40);
	uint64_t v[16];
	size_t nv = in.n / 8 < 16 ? in.n / 8 : 16;

	if (c == NULL)
		abort();
	canvas_set_glyphs(c, head[2] & 3);
	if (nv > 0)
		memcpy(v, in.p, nv * 8);
	for (int i = 0; i < 4; i++) {
		int row = head[3] % 9 + i - 2, col = (int8_t)head[4] + i, width = (int8_t)head[5] * (i + 1);

		(void)canvas_text(c, row, col, width, head[6] % ROLE_N, in);
		spark_draw(c, row + 1, col, width, head[7] % ROLE_N, v, nv);
		if (nv > 1)
			meter_draw(c, row, col + 3, width, ROLE_METER, v[0], v[1]);
		canvas_fill(c, row, col * 3, width, ROLE_FRAME, 0x2500);
		canvas_paint(c, row, col, width * 5, ROLE_BAR);
		fuzz_check_canvas(c);
	}
	canvas_free(c);
}

static void
fuzz_list(struct slice in)
{
	struct list l = { .follow = true };

	for (size_t i = 0; i + 2 < in.n && i < 300; i += 3) {
		size_t count = (uint8_t)in.p[i] * (size_t)(in.p[i + 2] & 7), height = (uint8_t)in.p[i + 1] % 30;

		if (in.p[i + 2] & 8)
			list_set(&l, count, height);
		else
			list_move(&l, (enum list_move)((uint8_t)in.p[i] % 8));
		fuzz_must(l.count == 0 ? l.cursor == 0 : l.cursor < l.count);
		fuzz_must(l.top <= l.cursor && l.cursor - l.top < (l.height > 0 ? l.height : 1));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct theme t;
	struct errmsg em;
	struct slice in;

	if (n < FUZZ_HEAD || n > 65536)
		return 0;
	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		abort();
	in = (struct slice){ (const char *)data + FUZZ_HEAD, n - FUZZ_HEAD };
	fuzz_clean(in, (size_t)(data[0] | (data[1] & 15) << 8), (size_t)(data[2] | (data[3] & 15) << 8), data[4] & 1);
	fuzz_canvas(data, in);
	fuzz_list(in);
	if (data[5] & 1)
		(void)theme_parse(&t, "fuzz", in, &em);
	return 0;
}
