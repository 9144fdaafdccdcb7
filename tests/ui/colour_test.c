/* colour: CIEDE2000 against the published pairs of Sharma, Wu and Dalal (2005), the palette, the nearest of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <math.h>

#include "ui/colour.h"

static void
test_distance(void **state)
{
	static const struct {
		struct colour_lab x, y;
		double want;
	} pairs[] = {
		{ { 50, 2.6772, -79.7751 }, { 50, 0, -82.7485 }, 2.0425 },
		{ { 50, 3.1571, -77.2803 }, { 50, 0, -82.7485 }, 2.8615 },
		{ { 50, -1.3802, -84.2814 }, { 50, 0, -82.7485 }, 1.0000 },
		{ { 50, 0, 0 }, { 50, -1, 2 }, 2.3669 },
		{ { 50, 2.4900, -0.0010 }, { 50, -2.4900, 0.0009 }, 7.1792 },
		{ { 50, 2.4900, -0.0010 }, { 50, -2.4900, 0.0011 }, 7.2195 },
		{ { 50, 2.5, 0 }, { 50, 0, -2.5 }, 4.3065 },
		{ { 50, 2.5, 0 }, { 73, 25, -18 }, 27.1492 },
		{ { 50, 2.5, 0 }, { 58, 24, 15 }, 19.4535 },
		{ { 60.2574, -34.0099, 36.2677 }, { 60.4626, -34.1751, 39.4387 }, 1.2644 },
		{ { 22.7233, 20.0904, -46.6940 }, { 23.0331, 14.9730, -42.5619 }, 2.0373 },
		{ { 2.0776, 0.0795, -1.1350 }, { 0.9033, -0.0636, -0.5514 }, 0.9082 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		assert_true(fabs(colour_distance(pairs[i].x, pairs[i].y) - pairs[i].want) < 0.0001);
		assert_true(fabs(colour_distance(pairs[i].y, pairs[i].x) - pairs[i].want) < 0.0001);
	}
}

static void
test_lab(void **state)
{
	struct colour_lab white = colour_lab(0xffffff), red = colour_lab(0xff0000), black = colour_lab(0);

	(void)state;
	assert_true(fabs(white.l - 100) < 0.01 && fabs(white.a) < 0.02 && fabs(white.b) < 0.02);
	assert_true(fabs(red.l - 53.24) < 0.01 && fabs(red.a - 80.09) < 0.05 && fabs(red.b - 67.20) < 0.05);
	assert_true(fabs(black.l) < 0.01);
}

static void
test_palette(void **state)
{
	(void)state;
	assert_int_equal(colour_palette(0), 0);
	assert_int_equal(colour_palette(16), 0);
	assert_int_equal(colour_palette(196), 0xff0000);
	assert_int_equal(colour_palette(67), 0x5f87af);
	assert_int_equal(colour_palette(231), 0xffffff);
	assert_int_equal(colour_palette(232), 0x080808);
	assert_int_equal(colour_palette(255), 0xeeeeee);
	for (unsigned i = 16; i < 256; i++)
		assert_int_equal(colour_palette(colour_nearest(colour_palette(i), 16, 255)), colour_palette(i));
	assert_int_equal(colour_nearest(0xfe0101, 16, 255), 196);
	assert_int_equal(colour_nearest(0xfe5050, 0, 15), 9);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_distance),
		cmocka_unit_test(test_lab),
		cmocka_unit_test(test_palette),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
