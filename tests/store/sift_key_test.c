/* sift_key: numbers in the order of texts, with words that begin alike, until no more are told apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>

#include "sipwhy/mem.h"
#include "store/sift_key.h"

enum { WORDS = 1500 };

static uint64_t
learn(struct sift_key_words *w, const char *s)
{
	return sift_key_text(w, slice_str(s));
}

/* Each text before the next. */
static void
test_order(void **state)
{
	static const char *texts[] = { "", "0049", "+1", "4", "42", "+42", "420", "5", "9.1.2.3", "10.20.4.41",
		"10.20.4.41:5060", "10.20.4.41:5061", "10.100.0.1", "-x", "10.20.4.256", "2001:db8:1234:5678::1",
		"2001:db8:1234:5678::2", "Alice", "alice b", "Asterisk PBX 18.2", "Asterisk PBX 20.9", "b", "wholesal",
		"wholesale", "wholesale-b", "wholesale-c", "z", "z\xc3\xbc" };
	struct sift_key_words *w = sift_key_words_new(7);
	uint64_t last = 0;

	(void)state;
	assert_non_null(w);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		(void)learn(w, texts[i]);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		uint64_t key, found;

		key = learn(w, texts[i]);
		assert_true(sift_key_find(w, slice_str(texts[i]), &found));
		assert_true(found == key);
		if (i > 0 && key <= last)
			fail_msg("%s is not behind %s", texts[i], texts[i - 1]);
		last = key;
	}
	assert_true(learn(w, "WHOLESALE-C") == learn(w, "wholesale-c"));
	assert_true(learn(w, "") == 0);
	mem_free(w);
}

/* Words of one prefix, rising: labels run out soon, and what was given before is told anew. */
static void
test_moved(void **state)
{
	struct sift_key_words *w = sift_key_words_new(7);
	uint64_t key[WORDS], found;
	unsigned moves = 0;
	char text[32];

	(void)state;
	assert_non_null(w);
	for (unsigned i = 0; i < WORDS; i++) {
		(void)snprintf(text, sizeof text, "carrier-%05u", i);
		key[i] = learn(w, text);
		moves += w->moved;
		for (unsigned k = 0; w->moved && k < i; k++)
			if (key[k] >= sift_key_moved_least(w) && key[k] <= sift_key_moved_most(w))
				key[k] = sift_key_moved(w, key[k]);
	}
	assert_true(moves > 10);
	for (unsigned i = 1; i < WORDS; i++)
		assert_true(key[i - 1] < key[i]);
	for (unsigned i = 0; i < WORDS; i++) {
		(void)snprintf(text, sizeof text, "carrier-%05u", i);
		assert_true(sift_key_find(w, slice_str(text), &found));
		assert_true(found == key[i]);
	}
	/* What is its own prefix keeps its key when others of that prefix move. */
	assert_true(sift_key_moved(w, learn(w, "carrier-")) == learn(w, "carrier-"));
	mem_free(w);
}

/* Behind the last word there is room for, one stands beside a neighbour and shares its key. */
static void
test_full(void **state)
{
	struct sift_key_words *w = sift_key_words_new(7);
	uint64_t low, high, key;
	char text[32];

	(void)state;
	assert_non_null(w);
	for (unsigned i = 0; i < KEY_WORDS; i++) {
		(void)snprintf(text, sizeof text, "phone-%06u", 2 * i);
		(void)learn(w, text);
	}
	low = learn(w, "phone-000010");
	high = learn(w, "phone-000012");
	key = learn(w, "phone-000011");
	assert_false(w->moved);
	assert_true(low < high);
	assert_true(key >= low && key <= high);
	assert_false(sift_key_find(w, slice_str("phone-000011"), &key));
	assert_true(key >= low && key <= high);
	/* A prefix that no word has still finds its place. */
	key = learn(w, "alpha-beta-gamma");
	assert_true(key < low && key > learn(w, "aaa"));
	sift_key_words_clear(w);
	assert_false(sift_key_find(w, slice_str("phone-000012"), &key));
	mem_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_moved),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
