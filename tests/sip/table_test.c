/* table_test - every row of the tables is there, sorted, whole and found by its number. */
#include "fixture.h"
#include "sip/tables.h"
#include "sipwhy/incident.h"

static void
codes(void **state)
{
	size_t n;
	const struct sip_code *rows = sip_codes(&n);

	(void)state;
	assert_int_equal(n, 88);
	for (size_t i = 0; i < n; i++) {
		const struct sip_code *r = &rows[i];

		assert_ptr_equal(sip_code_find(r->code), r);
		assert_true(r->code >= SIP_CODE_MIN && r->code <= SIP_CODE_MAX);
		assert_true(i == 0 || rows[i - 1].code < r->code);
		assert_non_null(r->phrase);
		assert_non_null(r->meaning);
		assert_non_null(r->severity);
		assert_non_null(r->bucket);
		assert_non_null(r->causes[0]);
		assert_non_null(r->checks[0]);
		assert_string_equal(sip_code_phrase(r->code), r->phrase);
	}
	assert_null(sip_code_find(0));
	assert_null(sip_code_find(499));
	assert_null(sip_code_find(UINT16_MAX + 404));
}

/* The page of codes that the project started from has ten notes; each must be reachable by its code. */
static void
seed_notes(void **state)
{
	static const unsigned noted[] = { 401, 402, 403, 404, 408, 410, 420, 493, 501, 505 };
	size_t n, found = 0;
	const struct sip_code *rows = sip_codes(&n);

	(void)state;
	for (size_t i = 0; i < n; i++)
		found += rows[i].seed_note != NULL;
	assert_int_equal(found, sizeof noted / sizeof *noted);
	for (size_t i = 0; i < sizeof noted / sizeof *noted; i++)
		assert_non_null(sip_code_find(noted[i])->seed_note);
	assert_non_null(strstr(sip_code_find(404)->seed_note, "no inbound route exists for the DID"));
	assert_non_null(strstr(sip_code_find(404)->causes[0], "no inbound route"));
	assert_non_null(strstr(sip_code_find(403)->seed_note, "Insufficient funds"));
}

static void
classes(void **state)
{
	size_t n;
	const struct sip_class *rows = sip_classes(&n);

	(void)state;
	assert_int_equal(n, 6);
	for (unsigned code = SIP_CODE_MIN; code <= SIP_CODE_MAX; code++)
		assert_int_equal(sip_class_find(code)->first, code / 100 * 100);
	for (size_t i = 0; i < n; i++) {
		assert_non_null(rows[i].name);
		assert_non_null(rows[i].seed_note);
		assert_non_null(rows[i].meaning);
		assert_non_null(rows[i].operator_rule);
	}
	assert_null(sip_class_find(99));
	assert_null(sip_class_find(700));
	assert_string_equal(sip_code_phrase(599), "Server failure");
	assert_string_equal(sip_code_phrase(700), "-");
}

static void
causes(void **state)
{
	size_t n;
	const struct q850_cause *rows = q850_causes(&n);

	(void)state;
	assert_int_equal(n, 107);
	for (size_t i = 0; i < n; i++) {
		assert_ptr_equal(q850_find(rows[i].cause), &rows[i]);
		assert_true(i == 0 || rows[i - 1].cause < rows[i].cause);
		assert_non_null(rows[i].name);
		assert_non_null(rows[i].kind);
		assert_non_null(rows[i].meaning);
	}
	assert_string_equal(q850_find(34)->asterisk_name, "AST_CAUSE_NORMAL_CIRCUIT_CONGESTION");
	assert_string_equal(q850_find(1)->to_sip, "404");
	assert_null(q850_find(4)->freeswitch_name);
	assert_null(q850_find(10));
}

static void
warnings(void **state)
{
	size_t n;
	const struct sip_warning *rows = sip_warnings(&n);

	(void)state;
	assert_int_equal(n, 15);
	for (size_t i = 0; i < n; i++) {
		assert_ptr_equal(sip_warning_find(rows[i].code), &rows[i]);
		assert_non_null(rows[i].name);
		assert_non_null(rows[i].meaning);
		assert_non_null(rows[i].causes[0]);
		assert_non_null(rows[i].checks[0]);
	}
	assert_null(sip_warning_find(398));
}

static void
phrases(void **state)
{
	size_t n;
	const struct sip_phrase *rows = sip_phrases(&n);

	(void)state;
	assert_int_equal(n, 280);
	for (size_t i = 0; i < n; i++) {
		assert_true(i == 0 || rows[i - 1].code <= rows[i].code);
		assert_non_null(rows[i].field);
		assert_non_null(rows[i].meaning);
		assert_non_null(rows[i].evidence);
		for (const char *c = rows[i].pattern; *c; c++)
			assert_false(*c >= 'A' && *c <= 'Z');
		/* A key is "phrase:code:pattern" and must fit. */
		assert_true(
		    strlen(rows[i].pattern) + sizeof "phrase:600:" <= sizeof((struct sip_explanation *)NULL)->key);
	}
}

/* Kinds are names in records and configuration: they never change. */
static void
patterns(void **state)
{
	static const char *const kinds[] = { "trunk-down", "congestion", "refused", "register-storm", "brute-force",
		"scan", "codec", "nat", "loop", "fraud", "stir", "dns", "session-timer", "early-media", "credentials",
		"number-format", "inbound-route", "too-big", "overload", "ack-missing", "alg", "analytics", "tls",
		"subscription", "masked" };
	static const unsigned first[] = { 1, 2, 10, 5, 17, 3 };
	size_t n;
	const struct sip_pattern *rows = sip_patterns(&n);
	unsigned last = 0;

	(void)state;
	assert_int_equal(n, PATTERN_MAX);
	assert_int_equal(n, sizeof kinds / sizeof *kinds);
	for (size_t i = 0; i < n; i++) {
		assert_ptr_equal(sip_pattern_find((unsigned)i + PATTERN_MIN), &rows[i]);
		assert_int_equal(rows[i].number, i + PATTERN_MIN);
		assert_string_equal(rows[i].kind, kinds[i]);
		assert_non_null(rows[i].title);
		assert_non_null(rows[i].meaning);
		assert_non_null(rows[i].harmless);
		assert_non_null(rows[i].checks);
		assert_non_null(rows[i].checks[0]);
		if (rows[i].rank > sizeof first / sizeof *first) {
			assert_true(rows[i].rank > last);
			last = rows[i].rank;
		}
	}
	assert_int_equal(last, PATTERN_MAX);
	for (size_t i = 0; i < sizeof first / sizeof *first; i++)
		assert_int_equal(sip_pattern_find(first[i])->rank, i + 1);
	assert_null(sip_pattern_find(0));
	assert_null(sip_pattern_find(PATTERN_MAX + 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes),
		cmocka_unit_test(seed_notes),
		cmocka_unit_test(classes),
		cmocka_unit_test(causes),
		cmocka_unit_test(warnings),
		cmocka_unit_test(phrases),
		cmocka_unit_test(patterns),
	};

	return cmocka_run_group_tests_name("sip/table", tests, NULL, NULL);
}
