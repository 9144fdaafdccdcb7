/*
 * textcut - see textcut.h.
 *
 * Know: line feeds are counted sixteen bytes at a time, and whether there is an ESC is seen on the way; it is the only
 * place that looks at every byte of a log once more, so it has to be nearly free.
 */
#include "textcut.h"

#include <string.h>

#include "sipwhy/frame.h"

enum { TEXTCUT_LANE = 16, TEXTCUT_ROWS = 255, TEXTCUT_ESC = 0x1b };

typedef uint8_t textcut_lane __attribute__((vector_size(TEXTCUT_LANE)));

/* At most 255 rows, so that no lane overflows.  *escapes is set when there is an ESC. */
static size_t
textcut_count_rows(const uint8_t *p, size_t rows, bool *escapes)
{
	textcut_lane sum = { 0 }, seen = { 0 }, v;
	size_t n = 0;

	for (size_t i = 0; i < rows; i++) {
		memcpy(&v, p + i * TEXTCUT_LANE, sizeof v);
		sum -= (textcut_lane)(v == '\n');
		seen |= (textcut_lane)(v == TEXTCUT_ESC);
	}
	for (size_t i = 0; i < TEXTCUT_LANE; i++) {
		n += sum[i];
		*escapes |= seen[i] != 0;
	}
	return n;
}

size_t
textcut_count(const uint8_t *p, size_t n, bool *escapes)
{
	size_t count = 0;

	*escapes = false;
	while (n >= TEXTCUT_LANE) {
		size_t rows = n / TEXTCUT_LANE < TEXTCUT_ROWS ? n / TEXTCUT_LANE : TEXTCUT_ROWS;

		count += textcut_count_rows(p, rows, escapes);
		p += rows * TEXTCUT_LANE;
		n -= rows * TEXTCUT_LANE;
	}
	for (size_t i = 0; i < n; i++) {
		count += p[i] == '\n';
		*escapes |= p[i] == TEXTCUT_ESC;
	}
	return count;
}

static void
textcut_skip(struct textcut *t, const uint8_t *p, size_t n, enum textcut_mode mode, struct textcut_block *b)
{
	const uint8_t *lf = memchr(p, '\n', n);

	b->take = lf != NULL ? (size_t)(lf - p) + 1 : n;
	t->skipping = lf == NULL && mode != TEXTCUT_LAST;
}

static void
textcut_give(struct textcut_block *b, size_t len, size_t lines, bool cut)
{
	b->len = b->take = len;
	b->lines = (uint32_t)lines;
	b->cut = cut;
}

bool
textcut_next(struct textcut *t, const uint8_t *p, size_t n, enum textcut_mode mode, struct textcut_block *b)
{
	size_t whole = n < TEXT_MAX ? n : TEXT_MAX;
	const uint8_t *lf;
	bool escapes;

	*b = (struct textcut_block){ .data = p };
	if (n == 0)
		return false;
	if (t->skipping) {
		textcut_skip(t, p, n, mode, b);
		return true;
	}
	if (n < TEXT_MAX && mode == TEXTCUT_FULL)
		return false;
	if ((lf = memrchr(p, '\n', whole)) != NULL) {
		whole = (size_t)(lf - p) + 1;
		textcut_give(b, whole, textcut_count(p, whole, &escapes), false);
		b->plain = !escapes;
	} else if (n > TEXT_MAX) {
		textcut_give(b, TEXT_MAX, 1, true);
		t->skipping = true;
	} else if (mode == TEXTCUT_LAST) {
		textcut_give(b, n, 1, false);
	} else {
		return false;
	}
	return true;
}

size_t
textcut_need(size_t n, enum textcut_mode mode)
{
	return mode == TEXTCUT_FULL && n < TEXT_MAX ? TEXT_MAX : n + 1;
}
