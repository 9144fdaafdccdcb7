/* explain_test - what decides, and that every phrase row is reachable. */
#include "fixture.h"
#include "sip/tables.h"

static struct sip_explain_in
failure(unsigned code, const char *phrase)
{
	return (struct sip_explain_in){ .code = code, .phrase = slice_str(phrase), .q850 = -1, .warn_code = -1 };
}

static struct sip_explanation
explain(struct sip_explain_in in)
{
	struct sip_explanation out;

	sip_explain(&in, &out);
	return out;
}

/* The input in which a row should be found: its pattern inside other text, its sender named. */
static struct sip_explain_in
input_for(const struct sip_phrase *row, const struct phrase_rule *rule, char *text, size_t cap)
{
	struct sip_explain_in in = failure(row->code, "");
	struct slice s;

	snprintf(text, cap, "1 %s 2", row->pattern);
	for (char *c = text; *c; c++)
		*c = *c >= 'a' && *c <= 'z' ? (char)(*c - 32) : *c;
	s = slice_str(text);
	in.phrase = rule->field == PHRASE_IN_STATUS ? s : in.phrase;
	in.reason = rule->field == PHRASE_IN_REASON ? s : in.reason;
	in.warning = rule->field == PHRASE_IN_WARNING ? s : in.warning;
	in.detail = rule->field == PHRASE_IN_DETAIL ? s : in.detail;
	in.server = slice_str(rule->need ? rule->need[0] : row->product);
	in.own = rule->own;
	return in;
}

static void
every_phrase_row_is_found(void **state)
{
	size_t n;
	const struct sip_phrase *rows = sip_phrases(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		char text[128], key[96];
		struct sip_explanation out = explain(input_for(&rows[i], &tables_rules[i], text, sizeof text));

		assert_non_null(out.phrase);
		if (strlen(out.phrase->pattern) > strlen(rows[i].pattern))
			continue;
		if (out.phrase != &rows[i])
			fail_msg("row %u %s (%s) hidden by %u %s (%s)", rows[i].code, rows[i].pattern, rows[i].product,
			    out.phrase->code, out.phrase->pattern, out.phrase->product);
		if (rows[i].code)
			snprintf(key, sizeof key, "phrase:%u:%s", (unsigned)rows[i].code, rows[i].pattern);
		else
			snprintf(key, sizeof key, "phrase:*:%s", rows[i].pattern);
		if (strncmp(out.key, "phrase", 6) == 0)
			assert_string_equal(out.key, key);
	}
}

static void
rows_of_one_product_need_that_product(void **state)
{
	struct sip_explain_in in = failure(404, "Not Found");

	(void)state;
	assert_string_equal(explain(in).key, "code:404");
	in.server = slice_str("FPBX-16.0.40(18.20)");
	assert_string_equal(explain(in).key, "phrase:404:not found");
	assert_non_null(strstr(explain(in).headline, "extension is missing"));
	in.server = slice_str("kamailio (5.6)");
	assert_string_equal(explain(in).key, "code:404");
	in.own = true;
	assert_non_null(strstr(explain(in).headline, "no inbound route"));
	/* "unavailable" is a word of one maker, but also of the registered phrase that all send. */
	in = failure(503, "Service Unavailable");
	assert_string_equal(explain(in).key, "code:503");
	in.server = slice_str("Carrier SBC 7.2");
	assert_string_equal(explain(in).key, "code:503");
	in = failure(503, "Temporarily unavailable here");
	assert_string_equal(explain(in).key, "phrase:503:unavailable");
}

static void
of_equals_the_senders_own_row_wins(void **state)
{
	struct sip_explain_in in = failure(403, "Restricted, stale date");

	(void)state;
	in.server = slice_str("Telnyx SIP Proxy");
	assert_string_equal(explain(in).key, "phrase:403:restricted");
	in.server = slice_str("Asterisk PBX 20.5");
	assert_string_equal(explain(in).key, "phrase:403:stale date");
}

static void
longest_pattern_wins(void **state)
{
	struct sip_explain_in in = failure(403, "Connection Channel Limit Exceeded D3");

	(void)state;
	assert_string_equal(explain(in).key, "phrase:403:connection channel limit exceeded");
	in.phrase = slice_str("Channel limit exceeded");
	assert_string_equal(explain(in).key, "phrase:403:channel limit exceeded");
	in = failure(404, "Insufficient funds");
	assert_string_equal(explain(in).key, "code:404");
}

static void
funds_are_told_from_forbidden(void **state)
{
	struct sip_explanation out = explain(failure(403, "Insufficient funds"));

	(void)state;
	assert_string_equal(out.key, "phrase:403:insufficient funds");
	assert_non_null(strstr(out.headline, "fraud control"));
	assert_string_equal(explain(failure(403, "Forbidden")).key, "code:403");
}

static void
order_of_what_decides(void **state)
{
	struct sip_explain_in in = failure(403, "Insufficient funds");

	(void)state;
	in.warn_code = 399;
	assert_string_equal(explain(in).key, "phrase:403:insufficient funds");
	in.warn_code = 304;
	assert_string_equal(explain(in).key, "warning:304");
	in.reason = slice_str("SIP;cause=486");
	assert_string_equal(explain(in).key, "reason:486");
	in.q850 = 16;
	assert_string_equal(explain(in).key, "reason:486");
	in.q850 = 34;
	assert_string_equal(explain(in).key, "q850:34");
	assert_string_equal(explain(in).headline, q850_find(34)->meaning);
	assert_int_equal(explain(in).phrase->code, 403);
	assert_int_equal(explain(in).warning->code, 304);
}

static void
vague_causes_stand_back(void **state)
{
	struct sip_explain_in in = failure(603, "x");

	(void)state;
	in.q850 = 31;
	assert_string_equal(explain(in).key, "code:603");
	assert_int_equal(explain(in).q850->cause, 31);
	in.code = 0;
	assert_string_equal(explain(in).key, "q850:31");
	in = failure(403, "x");
	in.reason = slice_str("SIP;cause=403");
	assert_string_equal(explain(in).key, "code:403");
}

static void
freeswitch_causes_come_as_sip(void **state)
{
	struct sip_explain_in in = failure(480, "x");

	(void)state;
	in.reason = slice_str("SIP;cause=806;text=\"X\"");
	assert_string_equal(explain(in).key, "q850:806");
	in.reason = slice_str("Q.850;cause=20");
	assert_string_equal(explain(in).key, "q850:20");
}

static void
unknown_numbers_fall_to_the_class(void **state)
{
	struct sip_explanation out = explain(failure(599, "Whatever"));

	(void)state;
	assert_string_equal(out.key, "class:5xx");
	assert_null(out.code);
	assert_non_null(out.headline);
	out = explain(failure(0, ""));
	assert_string_equal(out.key, "");
	assert_null(out.headline);
	assert_null(out.cls);
}

static void
every_code_has_a_headline(void **state)
{
	(void)state;
	for (unsigned code = SIP_CODE_MIN; code <= SIP_CODE_MAX; code++) {
		struct sip_explanation out = explain(failure(code, sip_code_phrase(code)));

		assert_non_null(out.headline);
		assert_int_not_equal(out.key[0], 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_phrase_row_is_found),
		cmocka_unit_test(rows_of_one_product_need_that_product),
		cmocka_unit_test(of_equals_the_senders_own_row_wins),
		cmocka_unit_test(longest_pattern_wins),
		cmocka_unit_test(funds_are_told_from_forbidden),
		cmocka_unit_test(order_of_what_decides),
		cmocka_unit_test(vague_causes_stand_back),
		cmocka_unit_test(freeswitch_causes_come_as_sip),
		cmocka_unit_test(unknown_numbers_fall_to_the_class),
		cmocka_unit_test(every_code_has_a_headline),
	};

	return cmocka_run_group_tests_name("sip/explain", tests, NULL, NULL);
}
