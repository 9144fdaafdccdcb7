/* counts: sums over the table, and the accounting of a source. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "sipwhy/tally.h"

static void
test_sums_at_the_edges(void **state)
{
	static struct counts c;

	(void)state;
	c.requests[METHOD_INVITE] = 2;
	c.requests[METHOD_NONE] = 3;
	c.responses[METHOD_INVITE][100 - SIP_CODE_MIN] = 5;
	c.responses[METHOD_NONE][199 - SIP_CODE_MIN] = 7;
	c.responses[METHOD_BYE][200 - SIP_CODE_MIN] = 11;
	c.responses[METHOD_OTHER][699 - SIP_CODE_MIN] = 13;
	assert_int_equal(counts_requests(&c), 5);
	assert_int_equal(counts_responses(&c), 36);
	assert_int_equal(counts_class(&c, 1), 12);
	assert_int_equal(counts_class(&c, 2), 11);
	assert_int_equal(counts_class(&c, 6), 13);
	assert_int_equal(counts_class(&c, 0), 0);
	assert_int_equal(counts_class(&c, 7), 0);
	assert_int_equal(counts_code(&c, 199), 7);
	assert_int_equal(counts_code(&c, 99), 0);
	assert_int_equal(counts_code(&c, 700), 0);
	assert_int_equal(counts_code(&c, 699), 13);
}

/* Every number of the struct is added: all of them are uint64_t, so it can be looked at as an array. */
static void
test_add_reaches_every_member(void **state)
{
	static struct counts a, b;
	const size_t n = sizeof a / sizeof(uint64_t);
	uint64_t *pa = (uint64_t *)&a, *pb = (uint64_t *)&b;

	(void)state;
	for (size_t i = 0; i < n; i++) {
		pa[i] = i;
		pb[i] = 3 * i + 1;
	}
	counts_add(&a, &b);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(pa[i], 4 * i + 1);
}

static void
test_source_balance(void **state)
{
	/* Of a log: what else is told of its lines stands beside the sum. */
	struct source_stat s = { .frames = 28,
		.filtered_input = 3,
		.skipped = 4,
		.text = true,
		.messages = 9,
		.statements = 8,
		.notices = 7,
		.cut = 6,
		.bad_frames = 5,
		.refused = 4 };

	(void)state;
	for (unsigned v = 0; v < WIRE_VERDICT_N; v++)
		s.verdict[v] = v + 1;
	assert_true(source_stat_balanced(&s));
	for (unsigned v = 0; v < WIRE_VERDICT_N; v++) {
		s.verdict[v]++;
		assert_false(source_stat_balanced(&s));
		s.verdict[v]--;
	}
	s.skipped = 3;
	assert_false(source_stat_balanced(&s));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sums_at_the_edges),
		cmocka_unit_test(test_add_reaches_every_member),
		cmocka_unit_test(test_source_balance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
