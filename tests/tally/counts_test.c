/* counts: sums over the table, and the accounting of a source. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <math.h>

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

/* Lines alone: of a log with one message, or beside a capture with SIP, all is told as ever. */
static void
test_from_lines(void **state)
{
	struct source_stat log = { .text = true, .frames = 30, .statements = 30, .verdict = { [WIRE_SIP] = 30 } };
	struct source_stat quiet = { .frames = 9, .verdict = { [WIRE_NOT_SIP] = 9 } };
	struct counts_from from = { 0 };

	(void)state;
	assert_false(counts_from_lines(&from));
	counts_from_add(&from, &quiet);
	assert_false(counts_from_lines(&from));
	counts_from_add(&from, &log);
	assert_true(counts_from_lines(&from));
	log.messages = 1;
	counts_from_add(&from, &log);
	assert_false(counts_from_lines(&from));
	from = (struct counts_from){ 0 };
	log.messages = 0;
	quiet.verdict[WIRE_SIP] = 1;
	counts_from_add(&from, &log);
	counts_from_add(&from, &quiet);
	assert_false(counts_from_lines(&from));
}

/* Which ratios are known: "c" of calls, "r" of registrations. */
static const char *
told(const struct counts *c)
{
	static char text[4];
	struct kpi_counts k = { .n = { [KPI_BIDS] = 30, [KPI_SEIZURES] = 30, [KPI_REGISTERS] = 5 } };
	struct kpi_figures f;
	size_t n = 0;

	counts_figures(c, &k, &f);
	assert_int_equal(f.bids, 30);
	assert_int_equal(f.registers, 5);
	if (!isnan(f.asr) && !isnan(f.ner) && !isnan(f.seer) && !isnan(f.scr))
		text[n++] = 'c';
	else
		assert_true(isnan(f.asr) && isnan(f.abr) && isnan(f.ner) && isnan(f.ser) && isnan(f.seer) &&
		    isnan(f.isa) && isnan(f.scr));
	if (!isnan(f.registration_failure))
		text[n++] = 'r';
	text[n] = '\0';
	return text;
}

/* Lines that never named a success, nor progress, say nothing of how many there were: of calls and logins apart. */
static void
test_figures_told(void **state)
{
	static struct counts c;
	struct kpi_counts k = { .n = { [KPI_BIDS] = 2, [KPI_SEIZURES] = 2, [KPI_ANSWERED] = 1 } };
	struct kpi_figures f;

	(void)state;
	assert_string_equal(told(NULL), "cr");
	assert_string_equal(told(&c), "");
	c.responses[METHOD_INVITE][486 - SIP_CODE_MIN] = 30;
	c.responses[METHOD_INVITE][302 - SIP_CODE_MIN] = 1;
	c.responses[METHOD_BYE][200 - SIP_CODE_MIN] = 1;
	assert_string_equal(told(&c), "");
	c.responses[METHOD_INVITE][200 - SIP_CODE_MIN] = 1;
	assert_string_equal(told(&c), "c");
	c.responses[METHOD_REGISTER][200 - SIP_CODE_MIN] = 1;
	assert_string_equal(told(&c), "cr");
	c.responses[METHOD_INVITE][200 - SIP_CODE_MIN] = 0;
	assert_string_equal(told(&c), "r");
	c.responses[METHOD_INVITE][183 - SIP_CODE_MIN] = 1;
	assert_string_equal(told(&c), "cr");
	c.responses[METHOD_INVITE][183 - SIP_CODE_MIN] = 0;
	c.requests[METHOD_INVITE] = 1;
	assert_string_equal(told(&c), "cr");
	/* That no line is about the end of a call does not mean that none was hung up. */
	c.responses[METHOD_BYE][200 - SIP_CODE_MIN] = 0;
	counts_figures(&c, &k, &f);
	assert_true(isnan(f.scr) && f.asr == 50.0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sums_at_the_edges),
		cmocka_unit_test(test_add_reaches_every_member),
		cmocka_unit_test(test_source_balance),
		cmocka_unit_test(test_from_lines),
		cmocka_unit_test(test_figures_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
