/*
 * spark - sparklines and bars; see sipwhy/ui.h.
 * Anything above zero shows at least the lowest mark: one failure in a quiet hour must not vanish beside a busy
 * minute.
 */
#include "sipwhy/ui.h"

enum { SPARK_LEVELS = 8 };

/* The marks of a glyph set, from a blank up, and how many parts of a column a bar can show. */
struct spark_set {
	const uint32_t *marks;
	unsigned levels, parts;
};

static const uint32_t spark_ascii[] = { ' ', '.', ':', '-', '=', '+', '*', '%', '#' };
static const uint32_t spark_shades[] = { ' ', 0x2591, 0x2592, 0x2593, 0x2588 };
static const uint32_t spark_eighths[] = { ' ', 0x2581, 0x2582, 0x2583, 0x2584, 0x2585, 0x2586, 0x2587, 0x2588 };

static struct spark_set
spark_set(const struct canvas *c)
{
	switch (canvas_glyphs(c)) {
	case GLYPHS_ASCII:
		return (struct spark_set){ spark_ascii, SPARK_LEVELS, 1 };
	case GLYPHS_CP437:
		return (struct spark_set){ spark_shades, 4, 2 };
	default:
		return (struct spark_set){ spark_eighths, SPARK_LEVELS, SPARK_LEVELS };
	}
}

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

void
spark_draw(struct canvas *c, int row, int col, int width, enum ui_role role, const uint64_t *v, size_t n)
{
	struct spark_set set = spark_set(c);
	uint64_t max = 0;

	if (width <= 0 || col >= canvas_cols(c) || col < 0)
		return;
	if (n > (size_t)width) {
		v += n - (size_t)width;
		n = (size_t)width;
	}
	for (size_t i = 0; i < n; i++)
		max = v[i] > max && v[i] != SPARK_NONE ? v[i] : max;
	for (size_t i = 0; i < n && (int)i < canvas_cols(c); i++)
		canvas_fill(c, row, col + (int)i, 1, role,
		    v[i] == SPARK_NONE ? '?' : set.marks[spark_level(v[i], max, set.levels)]);
}

void
meter_draw(struct canvas *c, int row, int col, int width, enum ui_role role, uint64_t part, uint64_t whole)
{
	unsigned steps, full, parts = spark_set(c).parts;

	if (width <= 0 || col >= canvas_cols(c) || col < 0)
		return;
	if (width > canvas_cols(c))
		width = canvas_cols(c);
	steps = spark_level(part, whole, (unsigned)width * parts);
	full = steps / parts;
	canvas_fill(c, row, col, width, role, ' ');
	canvas_fill(c, row, col, (int)full, role, canvas_ascii(c) ? '#' : 0x2588);
	if (steps % parts != 0)
		canvas_fill(c, row, col + (int)full, 1, role, 0x2590 - steps % parts * SPARK_LEVELS / parts);
}
