/* kpi: what each outcome moves, against the table and the worked examples of the counting rules (doc/kpi.md). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sipwhy/kpi.h"

enum { NONE, RANG };

static struct outcome
invite(enum outcome_kind kind, unsigned code, int rang)
{
	return (struct outcome){ .kind = (uint8_t)kind,
		.method = METHOD_INVITE,
		.code = (uint16_t)code,
		.q850 = -1,
		.whole = true,
		.leg = true,
		.seized = kind != OUTCOME_NO_RESPONSE,
		.rang = rang == RANG,
		.pdd_ms = -1,
		.srd_ms = -1,
		.rrd_ms = -1 };
}

/* Which of SER's, SEER's, ISA's and NER's counters an outcome moves: "s", "e", "a" (aside), "i", "n". */
static const char *
moved(const struct outcome *o)
{
	static char text[8];
	struct kpi_counts c = { .n = { 0 } };
	size_t n = 0;

	kpi_outcome(&c, o);
	assert_int_equal(c.n[KPI_BIDS], 1);
	if (c.n[KPI_ANSWERED] == 1)
		text[n++] = 's';
	if (c.n[KPI_EFFECTIVE] == 1)
		text[n++] = 'e';
	if (c.n[KPI_ASIDE] == 1)
		text[n++] = 'a';
	if (c.n[KPI_INEFFECTIVE] == 1)
		text[n++] = 'i';
	if (c.n[KPI_DELIVERED] == 1)
		text[n++] = 'n';
	text[n] = '\0';
	return text;
}

static void
test_table(void **state)
{
	static const struct {
		enum outcome_kind kind;
		unsigned code;
		const char *silent, *rang;
	} rows[] = {
		{ OUTCOME_OK, 200, "sen", "sen" },
		{ OUTCOME_OK, 202, "sen", "sen" },
		{ OUTCOME_REDIRECTED, 302, "a", "a" },
		{ OUTCOME_FAILED, 305, "a", "a" },
		{ OUTCOME_CHALLENGED, 401, "a", "a" },
		{ OUTCOME_CHALLENGED, 407, "a", "a" },
		{ OUTCOME_FAILED, 401, "a", "a" },
		{ OUTCOME_FAILED, 407, "a", "a" },
		{ OUTCOME_FAILED, 402, "a", "a" },
		{ OUTCOME_FAILED, 480, "e", "en" },
		{ OUTCOME_FAILED, 486, "en", "en" },
		{ OUTCOME_FAILED, 600, "en", "en" },
		{ OUTCOME_FAILED, 603, "en", "en" },
		{ OUTCOME_FAILED, 607, "n", "n" },
		{ OUTCOME_FAILED, 608, "", "" },
		{ OUTCOME_CANCELLED, 487, "", "n" },
		{ OUTCOME_FAILED, 487, "", "n" },
		{ OUTCOME_CANCELLED, 0, "", "n" },
		{ OUTCOME_FAILED, 408, "i", "in" },
		{ OUTCOME_FAILED, 500, "i", "i" },
		{ OUTCOME_FAILED, 503, "i", "i" },
		{ OUTCOME_FAILED, 504, "i", "i" },
		{ OUTCOME_NO_RESPONSE, 0, "i", "i" },
		{ OUTCOME_FAILED, 404, "", "" },
		{ OUTCOME_FAILED, 403, "", "" },
		{ OUTCOME_FAILED, 484, "", "" },
		{ OUTCOME_FAILED, 488, "", "" },
		{ OUTCOME_FAILED, 501, "", "" },
		{ OUTCOME_FAILED, 604, "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct outcome o = invite(rows[i].kind, rows[i].code, NONE);

		if (strcmp(moved(&o), rows[i].silent) != 0)
			fail_msg("%u moves %s", rows[i].code, moved(&o));
		o.rang = true;
		if (strcmp(moved(&o), rows[i].rang) != 0)
			fail_msg("%u after ringing moves %s", rows[i].code, moved(&o));
	}
}

/* Causes and phrases that change what a code says of the network. */
static void
test_refined_codes(void **state)
{
	struct outcome o = invite(OUTCOME_FAILED, 480, NONE);

	(void)state;
	for (o.q850 = 16; o.q850 <= 21; o.q850++)
		assert_string_equal(moved(&o), o.q850 >= 17 && o.q850 <= 20 ? "en" : "e");
	o = invite(OUTCOME_FAILED, 603, NONE);
	o.blocked = true;
	assert_string_equal(moved(&o), "e");
	o.code = 607;
	assert_string_equal(moved(&o), "");
	o = invite(OUTCOME_FAILED, 403, RANG);
	o.q850 = 21;
	assert_string_equal(moved(&o), "");
	o.user_released = true;
	assert_string_equal(moved(&o), "n");
	o.q850 = 20;
	assert_string_equal(moved(&o), "");
}

static void
feed(struct kpi_counts *c, unsigned n, struct outcome o)
{
	while (n-- > 0)
		kpi_outcome(c, &o);
}

static void
assert_percent(double got, double want)
{
	if (isnan(got) || fabs(got - want) > 0.005)
		fail_msg("%f is not %f", got, want);
}

/* Ten calls, each challenged once: 7 answered, 1 busy, 1 given up while it rang, 1 without a circuit. */
static void
test_example_of_ten_calls(void **state)
{
	struct kpi_counts c = { .n = { 0 } };
	struct kpi_figures f;

	(void)state;
	feed(&c, 7, invite(OUTCOME_OK, 200, RANG));
	feed(&c, 1, invite(OUTCOME_FAILED, 486, NONE));
	feed(&c, 1, invite(OUTCOME_CANCELLED, 487, RANG));
	feed(&c, 1, invite(OUTCOME_FAILED, 503, NONE));
	c.n[KPI_COMPLETED] = 7;
	kpi_figures(&c, &f);
	assert_percent(f.ser, 70);
	assert_percent(f.seer, 80);
	assert_percent(f.isa, 10);
	assert_percent(f.asr, 70);
	assert_percent(f.abr, 70);
	assert_percent(f.ner, 90);
	assert_percent(f.scr, 70);
	assert_int_equal(f.bids, 10);
	assert_int_equal(c.n[KPI_ABANDONED], 1);
	assert_true(isnan(f.registration_failure));
	assert_true(isnan(f.retransmission));
}

/* One call to a dead trunk; then a bid without seizure lies in ABR and SER and not in ASR and NER. */
static void
test_silence(void **state)
{
	struct kpi_counts c = { .n = { 0 } };
	struct kpi_figures f;

	(void)state;
	feed(&c, 1, invite(OUTCOME_NO_RESPONSE, 0, NONE));
	kpi_figures(&c, &f);
	assert_percent(f.isa, 100);
	assert_int_equal(f.offered, 1);
	assert_int_equal(f.seized, 0);
	assert_true(isnan(f.asr));
	assert_true(isnan(f.ner));
	assert_percent(f.abr, 0);
	feed(&c, 3, invite(OUTCOME_OK, 200, NONE));
	kpi_figures(&c, &f);
	assert_percent(f.asr, 100);
	assert_percent(f.ner, 100);
	assert_percent(f.abr, 75);
	assert_percent(f.ser, 75);
	assert_percent(f.seer, 75);
}

/* Left challenges and redirects leave the denominators, but not that of ISA. */
static void
test_aside(void **state)
{
	struct kpi_counts c = { .n = { 0 } };
	struct kpi_figures f;

	(void)state;
	feed(&c, 1, invite(OUTCOME_CHALLENGED, 407, NONE));
	feed(&c, 1, invite(OUTCOME_REDIRECTED, 302, NONE));
	kpi_figures(&c, &f);
	assert_true(isnan(f.ser) && isnan(f.seer) && isnan(f.asr) && isnan(f.abr) && isnan(f.ner));
	assert_percent(f.isa, 0);
	feed(&c, 1, invite(OUTCOME_OK, 200, NONE));
	feed(&c, 1, invite(OUTCOME_FAILED, 500, NONE));
	kpi_figures(&c, &f);
	assert_int_equal(f.bids, 4);
	assert_int_equal(f.offered, 2);
	assert_int_equal(f.seized, 2);
	assert_percent(f.ser, 50);
	assert_percent(f.asr, 50);
	assert_percent(f.isa, 25);
}

static void
test_registrations(void **state)
{
	struct kpi_counts c = { .n = { 0 } };
	struct outcome o = { .method = METHOD_REGISTER, .code = 200, .rrd_ms = 40, .pdd_ms = 9, .srd_ms = 9 };
	struct kpi_figures f;

	(void)state;
	feed(&c, 60, o);
	kpi_figures(&c, &f);
	assert_percent(f.registration_failure, 0);
	assert_int_equal(f.delay[KPI_RRD].samples, 60);
	assert_int_equal(f.delay[KPI_PDD].samples + f.delay[KPI_SRD].samples, 0);
	o.unregister = true;
	feed(&c, 5, o);
	o = (struct outcome){ .method = METHOD_REGISTER, .kind = OUTCOME_CHALLENGED, .code = 401, .rrd_ms = 40 };
	feed(&c, 5, o);
	assert_int_equal(c.n[KPI_REGISTERS], 60);
	o = (struct outcome){ .method = METHOD_REGISTER, .kind = OUTCOME_FAILED, .code = 401, .auth = true };
	feed(&c, 19, o);
	o = (struct outcome){ .method = METHOD_REGISTER, .kind = OUTCOME_NO_RESPONSE };
	feed(&c, 1, o);
	kpi_figures(&c, &f);
	assert_percent(f.registration_failure, 25);
	assert_int_equal(f.registers, 80);
	assert_int_equal(f.delay[KPI_RRD].samples, 60);
	assert_int_equal(f.bids, 0);
}

static void
test_what_moves_nothing(void **state)
{
	struct kpi_counts c = { .n = { 0 } };
	struct outcome o = invite(OUTCOME_FAILED, 488, NONE);

	(void)state;
	o.in_call = true;
	kpi_outcome(&c, &o);
	o = invite(OUTCOME_EVICTED, 0, RANG);
	o.pdd_ms = 5;
	kpi_outcome(&c, &o);
	o = invite(OUTCOME_FAILED, 503, NONE);
	o.method = METHOD_OPTIONS;
	kpi_outcome(&c, &o);
	o = invite(OUTCOME_N, 503, NONE);
	kpi_outcome(&c, &o);
	assert_true(kpi_is_zero(&c));
}

/* A log line that names a failure and no call: there is nothing to hold it against. */
static void
test_lone(void **state)
{
	struct outcome o = invite(OUTCOME_FAILED, 503, NONE);
	struct kpi_counts c = { .n = { 0 } };

	(void)state;
	o.lone = true;
	kpi_outcome(&c, &o);
	o.method = METHOD_REGISTER;
	kpi_outcome(&c, &o);
	assert_true(kpi_is_zero(&c));
	o.lone = false;
	kpi_outcome(&c, &o);
	assert_int_equal(c.n[KPI_REGISTERS], 1);
}

/* Whatever was counted can be taken back, delays too. */
static void
test_undo(void **state)
{
	static const unsigned codes[] = { 200, 302, 401, 403, 408, 480, 486, 487, 503, 603, 607 };
	struct kpi_counts c = { .n = { 0 } }, sum = { .n = { 0 } };

	(void)state;
	for (unsigned round = 0; round < 2; round++)
		for (size_t i = 0; i < sizeof codes / sizeof codes[0] * OUTCOME_N * 4; i++) {
			struct outcome o = invite(i / 4 % OUTCOME_N, codes[i / 4 / OUTCOME_N], i % 2 ? RANG : NONE);

			o.undo = round == 1;
			o.method = i % 4 > 1 ? METHOD_REGISTER : METHOD_INVITE;
			o.pdd_ms = (int32_t)i;
			o.srd_ms = (int32_t)i * 2;
			o.rrd_ms = (int32_t)i * 3;
			kpi_outcome(&c, &o);
			assert_true(round == 1 || !kpi_is_zero(&c));
		}
	assert_true(kpi_is_zero(&c));
	c.n[KPI_REQUESTS] = 3;
	c.delay[KPI_RRD][63] = -2;
	kpi_add(&sum, &c);
	kpi_add(&sum, &c);
	assert_int_equal(sum.n[KPI_REQUESTS], 6);
	assert_int_equal(sum.delay[KPI_RRD][63], -4);
	assert_false(kpi_is_zero(&sum));
}

/* Sums that a hostile stream drives to their ends stay there, and figures come out of them. */
static void
test_ends(void **state)
{
	struct kpi_counts c, sum = { .n = { 0 } };
	struct kpi_figures f;

	(void)state;
	for (unsigned sign = 0; sign < 2; sign++) {
		for (unsigned i = 0; i < KPI_COUNTERS; i++)
			c.n[i] = (i + sign) % 2 ? INT64_MAX : INT64_MIN;
		for (unsigned i = 0; i < KPI_DELAYS * KPI_BINS; i++)
			c.delay[i / KPI_BINS][i % KPI_BINS] = sign ? INT32_MAX : INT32_MIN;
		for (unsigned i = 0; i < 5; i++)
			kpi_add(&sum, &c);
		kpi_figures(&sum, &f);
		kpi_figures(&c, &f);
	}
	assert_int_equal(sum.delay[0][0], INT32_MAX);
	assert_in_range(f.delay[KPI_PDD].samples, INT32_MAX, INT64_MAX);
	assert_true(f.delay[KPI_PDD].p95 > f.delay[KPI_PDD].p50);
}

static void
test_bins(void **state)
{
	(void)state;
	assert_int_equal(kpi_bin(0), 0);
	assert_int_equal(kpi_bin(1), 0);
	assert_int_equal(kpi_bin(2), 4);
	assert_int_equal(kpi_bin(1023), 39);
	assert_int_equal(kpi_bin(1024), 40);
	assert_int_equal(kpi_bin(65535), 63);
	assert_int_equal(kpi_bin(UINT32_MAX), 63);
	for (uint32_t ms = 1; ms < 65536; ms++) {
		unsigned bin = kpi_bin(ms);

		assert_true(bin >= kpi_bin(ms - 1));
		/* Against the definition, and its promise: a tenth, and the half millisecond of the rounding. */
		assert_int_equal(bin, (unsigned)floor(log2(ms) * 4 + 1e-12));
		assert_true(fabs((double)kpi_bin_ms(bin) - ms) <= 0.1 * ms + 0.5);
	}
	assert_int_equal(kpi_bin_ms(KPI_BINS), kpi_bin_ms(KPI_BINS - 1));
}

static int
compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Figures of samples against the same by sorting; `part` is how far off they may be. */
static void
check_percentiles(uint32_t *ms, size_t n, double part)
{
	struct kpi_counts c = { .n = { 0 } };
	struct kpi_figures f;

	for (size_t i = 0; i < n; i++)
		c.delay[KPI_SRD][kpi_bin(ms[i])]++;
	kpi_figures(&c, &f);
	qsort(ms, n, sizeof *ms, compare);
	assert_int_equal(f.delay[KPI_SRD].samples, n);
	assert_true(fabs(f.delay[KPI_SRD].p50 / ms[(n + 1) / 2 - 1] - 1) <= part);
	assert_true(fabs(f.delay[KPI_SRD].p95 / ms[(n * 95 + 99) / 100 - 1] - 1) <= part);
	assert_true(isnan(f.delay[KPI_PDD].p50));
}

static void
test_percentiles(void **state)
{
	static uint32_t ms[5000];
	uint64_t seed = 11;

	(void)state;
	/* One sample; all at one end of a bin; spread evenly; spread over decades. */
	for (ms[0] = 10; ms[0] < 60000; ms[0] += 7)
		check_percentiles(ms, 1, 0.1);
	for (unsigned at = 64; at <= 32768; at *= 2) {
		for (size_t i = 0; i < 1000; i++)
			ms[i] = i < 500 ? at : at - 1;
		check_percentiles(ms, 1000, 0.19);
	}
	for (size_t i = 0; i < 5000; i++)
		ms[i] = 500 + (uint32_t)i;
	check_percentiles(ms, 5000, 0.05);
	for (size_t i = 0; i < 5000; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		ms[i] = (uint32_t)exp(3.0 + (double)(seed >> 40) / (1 << 24) * 7.0);
	}
	check_percentiles(ms, 5000, 0.05);
}

/* A challenge left is no session whose delay tells anything; what rang has one. */
static void
test_delays_of_invites(void **state)
{
	struct kpi_counts c = { .n = { 0 } };
	struct outcome o = invite(OUTCOME_FAILED, 404, NONE);
	struct kpi_figures f;

	(void)state;
	o.srd_ms = 100;
	kpi_outcome(&c, &o);
	o = invite(OUTCOME_CHALLENGED, 401, NONE);
	o.srd_ms = 100;
	kpi_outcome(&c, &o);
	o = invite(OUTCOME_OK, 200, RANG);
	o.pdd_ms = 0;
	o.srd_ms = INT32_MAX;
	kpi_outcome(&c, &o);
	kpi_figures(&c, &f);
	assert_int_equal(f.delay[KPI_SRD].samples, 2);
	assert_int_equal(f.delay[KPI_PDD].samples, 1);
	assert_int_equal(c.delay[KPI_PDD][0], 1);
	assert_int_equal(c.delay[KPI_SRD][KPI_BINS - 1], 1);
}

static void
test_names(void **state)
{
	(void)state;
	for (unsigned i = 0; i < KPI_COUNTERS; i++)
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(kpi_counter_name(i), kpi_counter_name(j));
	assert_string_equal(kpi_counter_name(KPI_RETRANSMITS), "retransmits");
	assert_string_equal(kpi_counter_name(KPI_COUNTERS), "-");
	assert_string_equal(kpi_delay_name(KPI_RRD), "rrd");
	assert_string_equal(kpi_delay_name(KPI_DELAYS), "-");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_refined_codes),
		cmocka_unit_test(test_example_of_ten_calls),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_aside),
		cmocka_unit_test(test_registrations),
		cmocka_unit_test(test_what_moves_nothing),
		cmocka_unit_test(test_lone),
		cmocka_unit_test(test_undo),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_bins),
		cmocka_unit_test(test_percentiles),
		cmocka_unit_test(test_delays_of_invites),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
