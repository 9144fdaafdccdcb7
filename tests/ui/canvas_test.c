/* canvas: cells, clipping, wide glyphs, ASCII; sparklines and bars drawn on it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <errno.h>
#include <limits.h>
#include <locale.h>
#include <string.h>

#include "sipwhy/mem.h"
#include "sipwhy/ui.h"

/* One row as UTF-32 without the right halves. */
static void
check_row(const struct canvas *c, int row, const wchar_t *want)
{
	int i = 0;

	for (int col = 0; col < canvas_cols(c); col++) {
		const struct cell *cell = canvas_at(c, row, col);

		if (cell->width == 0) {
			assert_int_equal(canvas_at(c, row, col - 1)->width, 2);
			continue;
		}
		if (cell->width == 2)
			assert_int_equal(canvas_at(c, row, col + 1)->width, 0);
		assert_int_equal(cell->ch[0], (uint32_t)want[i++]);
	}
	assert_int_equal(want[i], 0);
}

static void
test_text(void **state)
{
	struct canvas *c = canvas_new(2, 8);

	(void)state;
	check_row(c, 0, L"        ");
	assert_int_equal(canvas_text(c, 0, 1, 5, ROLE_BAR, slice_str("abc")), 3);
	check_row(c, 0, L" abc    ");
	assert_int_equal(canvas_at(c, 0, 1)->role, ROLE_BAR);
	assert_int_equal(canvas_at(c, 0, 4)->role, ROLE_TEXT);
	assert_int_equal(canvas_text(c, 1, 5, 100, ROLE_TEXT, slice_str("abcdef")), 3);
	check_row(c, 1, L"     ab~");
	assert_int_equal(canvas_text(c, 1, -2, 5, ROLE_TEXT, slice_str("12345")), 5);
	check_row(c, 1, L"345  ab~");
	assert_int_equal(canvas_text(c, 2, 0, 5, ROLE_TEXT, slice_str("x")), 0);
	assert_int_equal(canvas_text(c, 0, 8, 5, ROLE_TEXT, slice_str("x")), 0);
	assert_int_equal(canvas_text(c, 0, INT_MIN, INT_MAX, ROLE_TEXT, slice_str("x")), 0);
	assert_int_equal(canvas_printf(c, 0, 0, 8, ROLE_TEXT, "%d\n", 7), 5);
	check_row(c, 0, L"7\\x0a   ");
	canvas_free(c);
}

static void
test_wide(void **state)
{
	struct canvas *c = canvas_new(1, 6);

	(void)state;
	canvas_text(c, 0, 0, 6, ROLE_TEXT, slice_str("\xe6\x97\xa5\xe6\x9c\xac"));
	check_row(c, 0, L"\u65e5\u672c  ");
	/* Writing over one half leaves a blank in the other. */
	canvas_text(c, 0, 1, 1, ROLE_TEXT, slice_str("x"));
	check_row(c, 0, L" x\u672c  ");
	canvas_fill(c, 0, 2, 1, ROLE_TEXT, '-');
	check_row(c, 0, L" x-   ");
	/* A wide glyph over the left edge is not shown by half. */
	canvas_text(c, 0, -1, 6, ROLE_TEXT, slice_str("\xe6\x97\xa5z"));
	check_row(c, 0, L" z-   ");
	canvas_text(c, 0, 5, 1, ROLE_TEXT, slice_str("\xe6\x97\xa5"));
	check_row(c, 0, L" z-  ~");
	canvas_text(c, 0, 0, 6, ROLE_TEXT, slice_str("e\xcc\x81"));
	assert_int_equal(canvas_at(c, 0, 0)->ch[1], 0x301);
	canvas_free(c);
}

static void
test_fill_and_paint(void **state)
{
	struct canvas *c = canvas_new(1, 4);

	(void)state;
	canvas_fill(c, 0, -1, 3, ROLE_FRAME, 0x2500);
	check_row(c, 0, L"\u2500\u2500  ");
	canvas_paint(c, 0, 1, INT_MAX, ROLE_BAR);
	assert_int_equal(canvas_at(c, 0, 0)->role, ROLE_FRAME);
	assert_int_equal(canvas_at(c, 0, 3)->role, ROLE_BAR);
	canvas_paint(c, -1, 0, 4, ROLE_TEXT);
	canvas_fill(c, 0, INT_MIN, INT_MAX, ROLE_TEXT, 'x');
	check_row(c, 0, L"\u2500\u2500  ");
	canvas_set_glyphs(c, GLYPHS_ASCII);
	canvas_fill(c, 0, 0, 1, ROLE_FRAME, 0x2500);
	canvas_fill(c, 0, 1, 1, ROLE_FRAME, 0x2502);
	canvas_fill(c, 0, 2, 1, ROLE_FRAME, 0x252c);
	canvas_fill(c, 0, 3, 1, ROLE_FRAME, 0x2588);
	check_row(c, 0, L"-|+#");
	canvas_free(c);
}

static void
test_sizes(void **state)
{
	struct canvas *c = canvas_new(0, -5);

	(void)state;
	assert_int_equal(canvas_rows(c), 1);
	assert_int_equal(canvas_cols(c), 1);
	assert_null(canvas_at(c, 0, 1));
	assert_null(canvas_at(c, -1, 0));
	assert_int_equal(canvas_resize(c, 100000, 100000), 0);
	assert_int_equal(canvas_rows(c), 500);
	assert_int_equal(canvas_cols(c), 1000);
	mem_fail_at(1);
	assert_int_equal(canvas_resize(c, 3, 3), -ENOMEM);
	assert_int_equal(canvas_rows(c), 500);
	for (long n = 1; n <= 2; n++) {
		mem_fail_at(n);
		assert_null(canvas_new(3, 3));
	}
	mem_fail_at(0);
	canvas_free(c);
	canvas_free(NULL);
}

static void
test_spark(void **state)
{
	static const uint64_t v[] = { 0, 1, 1000, 500, 999, 1000 };
	static const uint64_t huge[] = { UINT64_MAX - 1, 1, UINT64_MAX - 2, 0 };
	static const uint64_t gap[] = { SPARK_NONE, 4, 1, 0, 2, SPARK_NONE };
	struct canvas *c = canvas_new(1, 8);

	(void)state;
	spark_draw(c, 0, 1, 7, ROLE_SPARK, v, 6);
	check_row(c, 0, L"  \u2581\u2588\u2584\u2588\u2588 ");
	assert_int_equal(canvas_at(c, 0, 3)->role, ROLE_SPARK);
	/* Too narrow: the newest values stay. */
	canvas_clear(c);
	spark_draw(c, 0, 0, 2, ROLE_SPARK, v, 4);
	check_row(c, 0, L"\u2588\u2584      ");
	canvas_set_glyphs(c, GLYPHS_ASCII);
	canvas_clear(c);
	spark_draw(c, 0, 0, 8, ROLE_SPARK, huge, 4);
	check_row(c, 0, L"#.#     ");
	spark_draw(c, 0, 0, 8, ROLE_SPARK, (const uint64_t[2]){ 0, 0 }, 2);
	check_row(c, 0, L"  #     ");
	/* No data is no zero, and no scale either. */
	canvas_clear(c);
	spark_draw(c, 0, 0, 8, ROLE_SPARK, gap, 6);
	check_row(c, 0, L"?#: =?  ");
	canvas_set_glyphs(c, GLYPHS_CP437);
	spark_draw(c, 0, 0, 8, ROLE_SPARK, gap, 6);
	check_row(c, 0, L"?\u2588\u2591 \u2592?  ");
	canvas_free(c);
}

static void
test_meter(void **state)
{
	struct canvas *c = canvas_new(1, 6);

	(void)state;
	meter_draw(c, 0, 0, 4, ROLE_METER, 1, 2);
	check_row(c, 0, L"\u2588\u2588    ");
	meter_draw(c, 0, 0, 4, ROLE_METER, 5, 8);
	check_row(c, 0, L"\u2588\u2588\u258c   ");
	meter_draw(c, 0, 0, 4, ROLE_METER, 1, 1000000);
	check_row(c, 0, L"\u258f     ");
	meter_draw(c, 0, 0, 4, ROLE_METER, 9, 8);
	check_row(c, 0, L"\u2588\u2588\u2588\u2588  ");
	meter_draw(c, 0, 0, 4, ROLE_METER, 9, 0);
	check_row(c, 0, L"      ");
	canvas_set_glyphs(c, GLYPHS_ASCII);
	meter_draw(c, 0, 0, 4, ROLE_METER, 1, 100);
	check_row(c, 0, L"#     ");
	canvas_set_glyphs(c, GLYPHS_CP437);
	meter_draw(c, 0, 0, 4, ROLE_METER, 5, 8);
	check_row(c, 0, L"\u2588\u2588\u258c   ");
	canvas_free(c);
}

/* Blocks that a console font has: halves, shades, lines. */
static void
test_cp437(void **state)
{
	struct canvas *c = canvas_new(1, 8);
	static const uint32_t glyphs[8] = { 0x2581, 0x2584, 0x2585, 0x2589, 0x258d, 0x2591, 0x2500, 0x2588 };

	(void)state;
	assert_int_equal(canvas_glyphs(c), GLYPHS_UTF8);
	canvas_set_glyphs(c, GLYPHS_CP437);
	assert_false(canvas_ascii(c));
	for (int i = 0; i < 8; i++)
		canvas_fill(c, 0, i, 1, ROLE_TEXT, glyphs[i]);
	check_row(c, 0, L"\u2584\u2584\u2588\u2588\u258c\u2591\u2500\u2588");
	canvas_set_glyphs(c, GLYPHS_AUTO);
	assert_int_equal(canvas_glyphs(c), GLYPHS_UTF8);
	canvas_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_wide),
		cmocka_unit_test(test_fill_and_paint),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_cp437),
		cmocka_unit_test(test_spark),
		cmocka_unit_test(test_meter),
	};

	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
