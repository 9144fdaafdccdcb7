/* distinct: exact to 64, then near enough, and never less than before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "sipwhy/hash.h"
#include "store/distinct.h"

static void
test_exact(void **state)
{
	struct distinct d = { 0 };

	(void)state;
	assert_int_equal(distinct_count(&d), 0);
	for (unsigned round = 0; round < 3; round++)
		for (uint32_t i = 0; i < DISTINCT_EXACT; i++) {
			distinct_add(&d, i * 7919);
			if (round == 0)
				assert_int_equal(distinct_count(&d), i + 1);
		}
	assert_int_equal(distinct_count(&d), DISTINCT_EXACT);
	/* One more is more, also as an estimate. */
	distinct_add(&d, UINT32_MAX);
	assert_true(distinct_count(&d) > DISTINCT_EXACT);
}

/* Within 20 % (three standard errors) at any size, seen once or often. */
static void
test_estimate(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 5; seed++) {
		struct distinct d = { 0 };
		uint64_t next = 100;

		for (uint64_t i = 1; i <= 1000000; i++) {
			uint32_t hash = (uint32_t)(hash64(&i, sizeof i, seed) >> 32);

			distinct_add(&d, hash);
			distinct_add(&d, hash);
			if (i != next)
				continue;
			assert_in_range(distinct_count(&d), i * 8 / 10, i * 12 / 10);
			next *= 10;
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exact),
		cmocka_unit_test(test_estimate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
