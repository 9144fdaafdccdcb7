/* journal: sentences in order, repeats counted, the oldest forgotten. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>

#include "store/journal.h"

static void
test_ring(void **state)
{
	struct journal *j = journal_new();
	char text[32];

	(void)state;
	assert_non_null(j);
	assert_null(journal_at(j, 0));
	journal_add(j, 1, "eth0", "reading", "");
	assert_int_equal(journal_count(j), 0);
	for (int i = 0; i < STORE_SENTENCES_MAX + 5; i++) {
		(void)snprintf(text, sizeof text, "number %d", i);
		journal_add(j, i, "eth0", "reading", text);
	}
	assert_int_equal(journal_count(j), STORE_SENTENCES_MAX);
	assert_string_equal(journal_at(j, 0)->sentence, "number 5");
	assert_int_equal(journal_at(j, STORE_SENTENCES_MAX - 1)->t_ns, STORE_SENTENCES_MAX + 4);
	assert_null(journal_at(j, STORE_SENTENCES_MAX));
	journal_free(j);
}

/* Only what follows right away and is about the same source is a repeat. */
static void
test_repeats(void **state)
{
	struct journal *j = journal_new();

	(void)state;
	assert_non_null(j);
	journal_add(j, 1, "a", "failed", "went away");
	journal_add(j, 2, "a", "failed", "went away");
	journal_add(j, 3, "b", "failed", "went away");
	journal_add(j, 4, "a", "failed", "went away");
	assert_int_equal(journal_count(j), 3);
	assert_int_equal(journal_at(j, 0)->times, 2);
	assert_int_equal(journal_at(j, 0)->t_ns, 2);
	assert_int_equal(journal_at(j, 2)->times, 1);
	journal_free(j);
	/* Short of memory nothing is kept, and nothing breaks. */
	journal_add(NULL, 1, "a", "", "b");
	assert_int_equal(journal_count(NULL), 0);
	assert_null(journal_at(NULL, 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ring),
		cmocka_unit_test(test_repeats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
