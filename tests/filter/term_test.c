/* term: values out of events and back as conditions, and what the cursor stands on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdint.h>
#include <string.h>

#include "scene.h"

static void
term_expect(const char *field, const struct event *e, const char *value)
{
	char out[64];
	size_t n = filter_value(filter_field_find(slice_str(field)), e, &scene_env, out, sizeof out);

	if (n != strlen(value) || strcmp(out, value) != 0)
		fail_msg("%s: \"%s\", not \"%s\"", field, out, value);
}

static void
test_values(void **state)
{
	static const char *const values[][2] = { { "code", "503" }, { "class", "5xx" }, { "sip", "" },
		{ "reason", "Q.850/34 no circuit" }, { "phrase", "Service Unavailable" }, { "q850", "34" },
		{ "warn", "399" }, { "retry", "30" }, { "stale", "" }, { "peer", "carrier-a" },
		{ "src", "203.0.113.7:5060" }, { "user", "1037" }, { "prefix", "+44206" },
		{ "ua", "Yealink SIP-T46S 66.86.0.15" }, { "product", "Yealink SIP-T46S" },
		{ "saidby", "[2001:db8::9]:5060" }, { "dir", "in" }, { "source", "eth0" }, { "site", "" },
		{ "method", "INVITE" }, { "branch", "z9hG4bKnashds8" }, { "transport", "tcp" }, { "setup", "5400ms" },
		{ "n", "4" }, { "since", "" }, { "is", "" } };
	static const char *const products[][2] = { { "Asterisk PBX 18.10.0", "Asterisk PBX" },
		{ "kamailio (5.6.3 (x86_64/linux))", "kamailio" }, { "FPBX-16.0.40.7(18.2)", "FPBX" },
		{ "Linphone/5.0", "Linphone" }, { "OpenSIPS (3.2.5)", "OpenSIPS" }, { "snom320", "snom320" },
		{ "(x)", "(x)" }, { "Zoiper v2.10", "Zoiper" } };
	struct event e = scene_event();
	char out[5];

	(void)state;
	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
		term_expect(values[i][0], &e, values[i][1]);
	for (size_t i = 0; i < sizeof products / sizeof products[0]; i++) {
		e.user_agent = slice_str(products[i][0]);
		term_expect("product", &e, products[i][1]);
	}
	e.code = 0;
	e.to = slice_str("+44");
	term_expect("code", &e, "silence");
	term_expect("prefix", &e, "+44");
	e.to = slice_str("0044a");
	term_expect("prefix", &e, "");
	assert_int_equal(filter_value(filter_field_find(slice_str("peer")), &e, NULL, out, sizeof out), 4);
	assert_string_equal(out, "carr");
	assert_int_equal(filter_value(NULL, &e, NULL, out, sizeof out), 0);
	assert_int_equal(filter_value(filter_field_find(slice_str("peer")), &e, NULL, out, 0), 0);
}

/* Every value that a field can tell is a condition that matches its event, and its opposite does not. */
static void
test_value_is_term(void **state)
{
	struct event e = scene_event();
	size_t n;
	const struct filter_field *fields = filter_fields(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		char value[256], term[600];
		size_t len = filter_value(&fields[i], &e, &scene_env, value, sizeof value);

		if (len == 0)
			continue;
		assert_true(
		    filter_term_put(term, sizeof term, false, fields[i].name, (struct slice){ value, len }) > 0);
		if (scene(term) != 1)
			fail_msg("%s", term);
		assert_true(filter_term_put(term, sizeof term, true, fields[i].name, (struct slice){ value, len }) > 0);
		if (scene(term) != 0)
			fail_msg("%s", term);
	}
}

static void
term_expect_put(const char *value, const char *term)
{
	char out[64];
	size_t n = filter_term_put(out, sizeof out, false, "peer", slice_str(value));

	assert_string_equal(out, term);
	assert_int_equal(n, strlen(term));
	/* One byte less than what it needs. */
	assert_int_equal(filter_term_put(out, n, false, "peer", slice_str(value)), 0);
}

static void
test_put(void **state)
{
	char out[32];

	(void)state;
	term_expect_put("carrier-a", "peer:carrier-a");
	term_expect_put("a b", "peer:\"a b\"");
	term_expect_put("a\"\\b", "peer:\"a\\\"\\\\b\"");
	term_expect_put("a,b", "peer:\"a,b\"");
	term_expect_put("a*", "peer:\"a*\"");
	term_expect_put("1..2", "peer:\"1..2\"");
	term_expect_put("x)", "peer:\"x)\"");
	term_expect_put("a||b", "peer:\"a||b\"");
	term_expect_put("", "peer:\"\"");
	term_expect_put("-", "peer:-");
	assert_int_equal(filter_term_put(out, sizeof out, true, "code", slice_str("503")), 9);
	assert_string_equal(out, "-code:503");
	assert_int_equal(filter_term_put(NULL, 0, true, "code", slice_str("503")), 0);
}

static void
test_fields(void **state)
{
	(void)state;
	assert_string_equal(filter_field_find(slice_str("PEER"))->name, "peer");
	assert_string_equal(filter_field_find(slice_str("call-id"))->name, "cid");
	assert_null(filter_field_find(slice_str("colour")));
	assert_null(filter_field_find(slice_str("")));
	assert_string_equal(filter_flag_name(0), "new");
	assert_null(filter_flag_name(7));
}

/* The cursor is where the bar stands. */
static void
test_hint(void **state)
{
	static const struct {
		const char *text;
		enum filter_typing typing;
		const char *field, *part;
	} cases[] = { { "|", FILTER_TYPING_NOTHING, NULL, "" }, { "u|", FILTER_TYPING_FIELD, NULL, "u" },
		{ "code:503 pe|er", FILTER_TYPING_FIELD, NULL, "pe" },
		{ "code:503 |", FILTER_TYPING_NOTHING, NULL, "" }, { "503|", FILTER_TYPING_NOTHING, NULL, "503" },
		{ "peer:ca|", FILTER_TYPING_VALUE, "peer", "ca" }, { "-peer:ca|", FILTER_TYPING_VALUE, "peer", "ca" },
		{ "(!pe|", FILTER_TYPING_FIELD, NULL, "pe" }, { "peer:|", FILTER_TYPING_VALUE, "peer", "" },
		{ "peer!=x|", FILTER_TYPING_VALUE, "peer", "x" }, { "code:404,4|", FILTER_TYPING_VALUE, "code", "4" },
		{ "code:400..4|", FILTER_TYPING_VALUE, "code", "4" }, { "ua:\"a b|", FILTER_TYPING_VALUE, "ua", "a b" },
		{ "ua:\"a b\" q8|", FILTER_TYPING_FIELD, NULL, "q8" }, { "\"pe|", FILTER_TYPING_NOTHING, NULL, "\"pe" },
		{ "colour:r|", FILTER_TYPING_NOTHING, NULL, "r" }, { "call-id:a|", FILTER_TYPING_VALUE, "cid", "a" },
		{ "peer:a (me|", FILTER_TYPING_FIELD, NULL, "me" },
		{ "ua:\"a\\\"b|", FILTER_TYPING_VALUE, "ua", "a\\\"b" },
		{ "src:2001:db8|", FILTER_TYPING_VALUE, "src", "2001:db8" },
		{ "@pro|", FILTER_TYPING_NOTHING, NULL, "@pro" } };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *bar = strchr(cases[i].text, '|');
		char text[64];
		struct filter_hint h;
		size_t at = (size_t)(bar - cases[i].text), n = strlen(cases[i].text) - 1;

		memcpy(text, cases[i].text, at);
		memcpy(text + at, bar + 1, n - at);
		filter_hint((struct slice){ text, n }, at, &h);
		if (h.typing != cases[i].typing || !slice_eq(h.part, slice_str(cases[i].part)) ||
		    h.from + h.part.n != at ||
		    !slice_eq(slice_str(h.field != NULL ? h.field->name : NULL), slice_str(cases[i].field)))
			fail_msg("%s: %u %.*s", cases[i].text, (unsigned)h.typing, (int)h.part.n, h.part.p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_values), cmocka_unit_test(test_value_is_term),
		cmocka_unit_test(test_put), cmocka_unit_test(test_fields), cmocka_unit_test(test_hint) };

	return cmocka_run_group_tests_name("filter/term", tests, NULL, NULL);
}
