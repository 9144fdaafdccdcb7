/* console_pace: when frames come, by told times and costs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "app/console_pace.h"

static void
test_waits(void **state)
{
	struct console_pace p;

	(void)state;
	console_pace_init(&p, 1000, 50000);
	console_pace_drew(&p, 50000, 3000, false);
	assert_int_equal(console_pace_wait(&p, WHY_KEY, 50001), 0);
	assert_int_equal(console_pace_wait(&p, WHY_FIGURES, 50001), 999);
	assert_int_equal(console_pace_wait(&p, WHY_FIGURES, 51000), 0);
	assert_int_equal(console_pace_wait(&p, WHY_RESIZE, 50010), 90);
	assert_int_equal(console_pace_wait(&p, WHY_RESIZE, 50100), 0);
	console_pace_init(&p, 250, 50000);
	assert_int_equal(console_pace_wait(&p, WHY_FIGURES, 50100), 150);
}

/* A failure on a quiet screen shows at once: within a tenth of a second of the frame before. */
static void
test_quiet_failure(void **state)
{
	struct console_pace p;

	(void)state;
	console_pace_init(&p, 1000, 0);
	for (uint64_t t = 5000; t < 60000; t += 3000) {
		assert_int_equal(console_pace_wait(&p, WHY_FAILURE, t), 0);
		console_pace_drew(&p, t, 900, false);
		assert_int_equal(console_pace_wait(&p, WHY_FAILURE, t + 20), 80);
	}
}

/* Under many, the line's share is kept: what frames of this cost come to in a minute, a second. */
static uint64_t
bytes_a_second(uint64_t refresh_ms, size_t cost)
{
	struct console_pace p;
	uint64_t sum = 0;

	console_pace_init(&p, refresh_ms, 0);
	for (uint64_t t = 0; t < 60000; t += 20)
		if (console_pace_wait(&p, WHY_FAILURE, t) == 0) {
			console_pace_drew(&p, t, cost, false);
			sum += cost;
		}
	return sum / 60;
}

static void
test_budget(void **state)
{
	(void)state;
	assert_in_range(bytes_a_second(1000, 150), 1300, 1500);
	assert_in_range(bytes_a_second(1000, 500), 1300, 1500);
	assert_in_range(bytes_a_second(1000, 1200), 1200, 1600);
	/* One frame a second is never refused. */
	assert_in_range(bytes_a_second(1000, 3000), 2900, 3100);
	/* Ten frames a second at most, and what a fast line bears. */
	assert_in_range(bytes_a_second(250, 500), 4900, 5100);
	assert_in_range(bytes_a_second(250, 1500), 7800, 8400);
}

static void
test_idle(void **state)
{
	struct console_pace p;
	uint64_t t = 1000;

	(void)state;
	console_pace_init(&p, 1000, t);
	for (; t < 11000; t += 1000) {
		/* The clock's seconds are no news. */
		assert_int_equal(console_pace_idle(&p, t, 30000), 1000 - (t > 1000 ? 1000 : 0));
		assert_false(console_pace_quiet(&p, t));
		console_pace_drew(&p, t, 20, false);
	}
	assert_true(console_pace_quiet(&p, t));
	for (int i = 0; i < 3; i++, t += 1000)
		console_pace_drew(&p, t, 0, false);
	assert_int_equal(console_pace_idle(&p, t, 30000), 5000);
	assert_int_equal(console_pace_idle(&p, t, 2000), 2001);
	/* A key or a figure wakes it. */
	console_pace_drew(&p, t, 0, true);
	assert_false(console_pace_quiet(&p, t));
	assert_int_equal(console_pace_idle(&p, t, 30000), 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_waits),
		cmocka_unit_test(test_quiet_failure),
		cmocka_unit_test(test_budget),
		cmocka_unit_test(test_idle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
