/*
 * spark - sparklines and bars; see sipwhy/ui.h.
 * Anything above zero shows at least the lowest mark: one failure in a quiet hour must not vanish beside a busy
 * minute.
 */
#include "sipwhy/ui.h"

enum { SPARK_LEVELS = 8 };

static const char spark_ascii[] = " .:-=+*%#";

/* 0 for 0, else 1..levels in proportion to max. */
static unsigned
spark_level(uint64_t v, uint64_t max, unsigned levels)
{
	double share;

	if (v == 0 || max == 0)
		return 0;
	if (v >= max)
		return levels;
	share = (double)v / (double)max * levels;
	return share < 1 ? 1 : share >= levels ? levels : (unsigned)(share + 0.5);
}

static uint32_t
spark_glyph(unsigned level, bool ascii)
{
	if (ascii || level == 0)
		return (unsigned char)spark_ascii[level];
	return 0x2580 + level;
}

void
spark_draw(struct canvas *c, int row, int col, int width, enum ui_role role, const uint64_t *v, size_t n)
{
	uint64_t max = 0;

	if (width <= 0 || col >= canvas_cols(c) || col < 0)
		return;
	if (n > (size_t)width) {
		v += n - (size_t)width;
		n = (size_t)width;
	}
	for (size_t i = 0; i < n; i++)
		max = v[i] > max ? v[i] : max;
	for (size_t i = 0; i < n && (int)i < canvas_cols(c); i++)
		canvas_fill(
		    c, row, col + (int)i, 1, role, spark_glyph(spark_level(v[i], max, SPARK_LEVELS), canvas_ascii(c)));
}

void
meter_draw(struct canvas *c, int row, int col, int width, enum ui_role role, uint64_t part, uint64_t whole)
{
	unsigned steps, full;

	if (width <= 0 || col >= canvas_cols(c) || col < 0)
		return;
	if (width > canvas_cols(c))
		width = canvas_cols(c);
	/* Eighths of a column; in ASCII a column is the least there is. */
	steps = spark_level(part, whole, (unsigned)width * (canvas_ascii(c) ? 1 : SPARK_LEVELS));
	full = canvas_ascii(c) ? steps : steps / SPARK_LEVELS;
	canvas_fill(c, row, col, width, role, ' ');
	canvas_fill(c, row, col, (int)full, role, canvas_ascii(c) ? '#' : 0x2588);
	if (!canvas_ascii(c) && steps % SPARK_LEVELS != 0)
		canvas_fill(c, row, col + (int)full, 1, role, 0x2590 - steps % SPARK_LEVELS);
}
