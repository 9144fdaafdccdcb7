/* phrase: what differs only in numbers, names and quoted parts is one pattern, and all else is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "store/phrase.h"

/* From a copy of just that size, so that reading past the end is seen. */
static void
assert_pattern(const char *in, size_t n, const char *want)
{
	char *copy = malloc(n + 1), out[PHRASE_MAX + 1];
	size_t used;

	assert_non_null(copy);
	memcpy(copy, in, n);
	used = phrase_pattern(out, (struct slice){ copy, n });
	assert_true(used <= PHRASE_MAX);
	out[used] = '\0';
	assert_string_equal(out, want);
	free(copy);
}

static void
test_patterns(void **state)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{ "", "" },
		{ "Busy Here", "busy here" },
		{ "  BUSY \t\r\n here\x7f ", "busy here" },
		{ "Channel limit 30 of 30", "channel limit # of #" },
		{ "No route to +49301234", "no route to #" },
		{ "no route to 198.51.100.7:5060!", "no route to #!" },
		{ "1,024 calls.", "# calls." },
		{ "cause 3.", "cause #." },
		{ "Q850 h323", "q# h#" },
		{ "User \"bob 7\" is unknown", "user \" is unknown" },
		{ "user 'bob' unknown", "user \" unknown" },
		{ "can't, won't", "can't, won't" },
		{ "User <sip:bob@x.org> gone", "user < gone" },
		{ "quote \"that never ends", "quote \"" },
		{ "id 550e8400-e29b-41d4-a716-446655440000", "id #" },
		{ "id a84b4c76e66710 left", "id # left" },
		{ "facade decade-face", "facade decade-face" },
		{ "a84b4c76e66710g", "a#b#c#e#g" },
		{ "+", "+" },
		{ "- 7 -", "- # -" },
		{ "Besch\xe4"
		  "ftigt",
		    "besch\xe4"
		    "ftigt" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_pattern(rows[i].in, strlen(rows[i].in), rows[i].want);
	assert_pattern("a\0b", 3, "a b");
}

/* A folded row has a phrase that was cut: what stands behind the first PHRASE_MAX bytes must not matter. */
static void
test_only_the_beginning_counts(void **state)
{
	char in[200], a[PHRASE_MAX], b[PHRASE_MAX];

	(void)state;
	for (unsigned c = 0; c < 256; c++) {
		size_t n;

		memset(in, (int)c, sizeof in);
		memset(in + PHRASE_MAX, '"', sizeof in - PHRASE_MAX);
		n = phrase_pattern(b, (struct slice){ in, PHRASE_MAX });
		assert_int_equal(phrase_pattern(a, (struct slice){ in, sizeof in }), n);
		assert_memory_equal(a, b, n);
		assert_int_equal(phrase_pattern(a, (struct slice){ in, PHRASE_MAX + 1 }), n);
		assert_memory_equal(a, b, n);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_patterns),
		cmocka_unit_test(test_only_the_beginning_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
