/* box: frame, title, blanked inside, clipping at any place and size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <limits.h>
#include <locale.h>
#include <string.h>

#include "sipwhy/ui.h"

static void
check_row(const struct canvas *c, int row, const char *want)
{
	for (int col = 0; col < canvas_cols(c); col++)
		if (canvas_at(c, row, col)->ch[0] != (unsigned char)want[col])
			fail_msg("row %d, column %d: %c, wanted %c", row, col, (int)canvas_at(c, row, col)->ch[0],
			    want[col]);
}

static void
fill(struct canvas *c)
{
	for (int row = 0; row < canvas_rows(c); row++)
		canvas_fill(c, row, 0, canvas_cols(c), ROLE_TEXT, '.');
}

static void
test_box(void **state)
{
	struct canvas *c = canvas_new(5, 12);
	struct ui_rect in, at = { 0, 1, 4, 10 };

	(void)state;
	canvas_set_glyphs(c, GLYPHS_ASCII);
	fill(c);
	box_draw(c, at, "Top", false, &in);
	check_row(c, 0, ".+ Top ---+.");
	check_row(c, 1, ".|        |.");
	check_row(c, 3, ".+--------+.");
	check_row(c, 4, "............");
	assert_int_equal(in.row, 1);
	assert_int_equal(in.col, 2);
	assert_int_equal(in.rows, 2);
	assert_int_equal(in.cols, 8);
	assert_int_equal(canvas_at(c, 0, 1)->role, ROLE_FRAME);
	assert_int_equal(canvas_at(c, 0, 3)->role, ROLE_POPUP_TITLE);
	assert_int_equal(canvas_at(c, 1, 2)->role, ROLE_POPUP);
	box_draw(c, at, "A title that is too long", true, NULL);
	check_row(c, 0, ".+ A tit~ +.");
	assert_int_equal(canvas_at(c, 3, 1)->role, ROLE_FRAME_FOCUS);
	canvas_free(c);
}

/* Wherever it lies, the room it tells is on the canvas. */
static void
test_clip(void **state)
{
	static const int places[] = { INT_MIN, -300, -3, -1, 0, 1, 2, 4, 7, 300, INT_MAX };
	static const int sizes[] = { INT_MIN, -1, 0, 1, 2, 3, 9, 300, INT_MAX };
	struct canvas *c = canvas_new(4, 7);
	size_t np = sizeof places / sizeof places[0], ns = sizeof sizes / sizeof sizes[0];

	(void)state;
	for (size_t i = 0; i < np * ns * ns; i++) {
		struct ui_rect in,
		    at = { places[i % np], places[(i / 3) % np], sizes[i / np % ns], sizes[i / np / ns] };

		box_draw(c, at, "x", false, &in);
		assert_in_range(in.row, 0, 4);
		assert_in_range(in.col, 0, 7);
		assert_in_range(in.rows, 0, 4 - in.row);
		assert_in_range(in.cols, 0, 7 - in.col);
	}
	canvas_free(c);
}

static void
test_centre(void **state)
{
	struct canvas *c = canvas_new(24, 80);
	struct ui_rect r = box_centre(c, 10, 30);

	(void)state;
	assert_int_equal(r.row, 6);
	assert_int_equal(r.col, 24);
	assert_int_equal(r.rows, 12);
	assert_int_equal(r.cols, 32);
	r = box_centre(c, INT_MAX, 79);
	assert_int_equal(r.row, 0);
	assert_int_equal(r.rows, 24);
	assert_int_equal(r.cols, 80);
	canvas_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_box),
		cmocka_unit_test(test_clip),
		cmocka_unit_test(test_centre),
	};

	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
