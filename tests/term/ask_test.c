/* ask: answers of the terminal told from keys, whole, late, in pieces; what a colour means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "term/ask.h"

/* What is left as keys. */
static void
feed(struct ask *a, const char *bytes, char *keys)
{
	size_t n = 0;

	for (; *bytes != '\0'; bytes++) {
		uint32_t out[3];
		size_t got = ask_feed(a, (unsigned char)*bytes, out);

		for (size_t i = 0; i < got; i++)
			keys[n++] = (char)out[i];
	}
	keys[n] = '\0';
}

static void
test_feed(void **state)
{
	static const struct {
		const char *bytes, *keys, *answer;
		bool done;
	} cases[] = {
		{ "\033]11;rgb:0000/0000/0000\033\\\033[?62;22c", "", "11;rgb:0000/0000/0000", true },
		{ "\033]11;rgb:ff/ff/ff\007\033[?1;2c", "", "11;rgb:ff/ff/ff", true },
		{ "a\033]11;rgb:f/f/f\007b\033[?6cc", "abc", "11;rgb:f/f/f", true },
		{ "\033[?62c", "", "", true },
		{ "\033[A", "\033[A", "", false },
		{ "\033x", "\033x", "", false },
		{ "jk", "jk", "", false },
		{ "\033]52;zz", "", "52;zz", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ask a = { .done = false };
		char keys[64];

		feed(&a, cases[i].bytes, keys);
		assert_string_equal(keys, cases[i].keys);
		assert_string_equal(a.answer, cases[i].answer);
		assert_int_equal(a.done, cases[i].done);
	}
}

/* A line that never ends gives the keyboard back. */
static void
test_endless(void **state)
{
	struct ask a = { .done = false };
	uint32_t keys[3];
	size_t given = 0;

	(void)state;
	(void)ask_feed(&a, 27, keys);
	(void)ask_feed(&a, ']', keys);
	for (int i = 0; i < 1000; i++)
		given += ask_feed(&a, 'x', keys);
	assert_in_range(given, 1000 - ASK_SWALLOW_MAX - 2, 1000 - ASK_SWALLOW_MAX + 2);
	assert_int_equal(strlen(a.answer), ASK_ANSWER - 1);
}

static void
test_light(void **state)
{
	static const struct {
		const char *answer;
		int light;
	} cases[] = {
		{ "11;rgb:0000/0000/0000", 0 },
		{ "11;rgb:ffff/ffff/ffff", 1 },
		{ "11;rgb:fdfd/f6f6/e3e3", 1 },
		{ "11;rgb:00/2b/36", 0 },
		{ "11;rgba:f/F/f/8", 1 },
		{ "11;rgb:0/0/", -1 },
		{ "11;rgb:", -1 },
		{ "11;?", -1 },
		{ "", -1 },
		{ "11;rgb:zz/00/00", -1 },
	};
	static const struct {
		const char *value;
		int light;
	} env[] = { { "15;0", 0 }, { "0;15", 1 }, { "0;default;7", 1 }, { "15;default", -1 }, { "0;8", 0 },
		{ "0;16", -1 }, { "", -1 }, { NULL, -1 }, { "0;7x", -1 }, { "0;", -1 } };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(ask_is_light(cases[i].answer), cases[i].light);
	for (size_t i = 0; i < sizeof env / sizeof env[0]; i++)
		assert_int_equal(ask_colorfgbg(env[i].value), env[i].light);
	assert_true(ask_may("xterm-256color"));
	assert_false(ask_may("linux"));
	assert_false(ask_may("vt100"));
	assert_false(ask_may(NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_feed),
		cmocka_unit_test(test_endless),
		cmocka_unit_test(test_light),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
