/* seek: what the fast ways find is what plain ones find, at every place and length, and nothing is read outside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "logfmt/anchor.h"
#include "logfmt/rows.h"
#include "logfmt/seek.h"
#include "sipwhy/mem.h"

enum { TEST_ROUNDS = 20000, TEST_MAX = 400 };

/* A sequence that is the same in every run. */
static unsigned
next(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(*state >> 33);
}

/* n bytes in memory of just that size, of few letters, so that beginnings of what is looked for are frequent. */
static char *
make(uint64_t *state, size_t n, const char *letters)
{
	char *p = mem_alloc(n > 0 ? n : 1);
	size_t kinds = strlen(letters);

	assert_non_null(p);
	for (size_t i = 0; i < n; i++)
		p[i] = letters[next(state) % kinds];
	return p;
}

static void
put(char *p, size_t n, const char *text, uint64_t *state)
{
	size_t len = strlen(text);

	if (n >= len)
		memcpy(p + next(state) % (n - len + 1), text, len);
}

static void
test_text(void **unused)
{
	static const char *const what[] = { "a", "ab", "abca", "aabaab", "SIP/2.0", "SSIP/2.0 SIP/2.0 S" };
	static const char text[] = "abc";
	uint64_t state = 1;

	(void)unused;
	for (int i = 0; i < TEST_ROUNDS; i++) {
		size_t n = next(&state) % TEST_MAX;
		char *p = make(&state, n, i % 2 == 0 ? "abcb" : "SIP/2.0 ");
		const char *w = what[next(&state) % 6];

		if (i % 3 == 0)
			put(p, n, w, &state);
		assert_ptr_equal(seek_text(p, p + n, w, strlen(w)), memmem(p, n, w, strlen(w)));
		assert_ptr_equal(anchor_scan(p, p + n), memmem(p, n, "SIP/2.0", 7));
		if (n > 0) {
			p[next(&state) % n] = '\n';
			assert_ptr_equal(seek_lf(p, p + n), memchr(p, '\n', n));
		}
		assert_int_equal(seek_byte(p, p + n, "cxyz"), n > 0 && memchr(p, 'c', n) != NULL);
		assert_int_equal(seek_same(p, p + n / 2, n / 2), memcmp(p, p + n / 2, n / 2) == 0);
		mem_free(p);
	}
	assert_null(seek_text(text, text + 3, "", 0));
}

/* The texts that stand in p, and the first place at which all of them have shown their prints. */
static uint64_t
slowly(const struct seek_set *s, const char *p, size_t n, const char **first)
{
	uint64_t all = 0;

	*first = NULL;
	for (unsigned i = 0; i < s->n; i++) {
		const char *at = memmem(p, n, s->member[i].text, s->member[i].n);

		if (at == NULL)
			continue;
		all |= UINT64_C(1) << i;
		at += s->member[i].print;
		if (*first == NULL || at < *first)
			*first = at;
	}
	return all;
}

/* What is left out can be no header; what is found is the text, and the first that may be one is never passed over. */
static void
test_before_name(void **unused)
{
	static const char *const what[] = { "> ", ": ", "p>: " };
	uint64_t state = 3;

	(void)unused;
	for (int i = 0; i < TEST_ROUNDS; i++) {
		size_t n = next(&state) % TEST_MAX;
		char *p = make(&state, n, i % 2 == 0 ? "Vp>: -/" : "ap>: \t.");
		const char *w = what[next(&state) % 3], *at = p, *end = p + n;
		size_t len = strlen(w);

		put(p, n, "p>: Max-Forwards", &state);
		put(p, n, "p>: v :", &state);
		for (const char *s = p; s + len <= end; s++) {
			struct slice behind = { s + len, (size_t)(end - s) - len };

			if (memcmp(s, w, len) != 0 || !anchor_is_header(behind))
				continue;
			while ((at = seek_before_name(at, end, w, len)) != NULL && at < s) {
				assert_memory_equal(at, w, len);
				at++;
			}
			assert_ptr_equal(at++, s);
		}
		mem_free(p);
	}
}

/* The end of a line, and whether one of four bytes stands in it, at each length. */
static void
test_line(void **unused)
{
	uint64_t state = 5;

	(void)unused;
	for (int i = 0; i < TEST_ROUNDS; i++) {
		size_t n = next(&state) % TEST_MAX;
		char *p = make(&state, n, i % 2 == 0 ? "abcdefghijklmnop" : "a");
		const char *end;
		bool any;

		put(p, n, "\n", &state);
		put(p, n, i % 3 == 0 ? "#" : "\n", &state);
		end = memchr(p, '\n', n);
		end = end != NULL ? end : p + n;
		assert_ptr_equal(seek_line(p, p + n, "{#\\\r", &any), end);
		assert_int_equal(any, memchr(p, '#', (size_t)(end - p)) != NULL);
		mem_free(p);
	}
}

static void
test_set(void **unused)
{
	struct seek_set fast, plain;
	uint64_t state = 7;
	size_t n_anchors;
	const char *const *anchors = rows_anchors(&n_anchors);

	(void)unused;
	seek_set_init(&fast);
	for (size_t i = 0; i < n_anchors; i++)
		assert_true(seek_set_add(&fast, anchors[i]));
	assert_false(seek_set_add(&fast, "abc"));
	assert_false(seek_set_add(&fast, "caf\xc3\xa9"));
	plain = fast;
	plain.avx2 = false;
	for (int i = 0; i < TEST_ROUNDS; i++) {
		size_t n = next(&state) % TEST_MAX;
		char *p = make(&state, n, i % 4 > 0 ? "ACC: Got SIPng\t/2.0" : "A\xc3:\xba \xd3\xff");
		const char *first;
		uint64_t all;

		for (int k = i % 3; k > 0; k--)
			put(p, n, anchors[next(&state) % n_anchors], &state);
		all = slowly(&fast, p, n, &first);
		assert_int_equal(seek_all(&fast, p, p + n), all);
		assert_int_equal(seek_all(&plain, p, p + n), all);
		assert_ptr_equal(seek_any(&fast, p, p + n), first);
		assert_ptr_equal(seek_any(&plain, p, p + n), first);
		mem_free(p);
	}
}

static void
test_full(void **unused)
{
	static char text[SEEK_TEXTS_MAX + 1][8];
	struct seek_set s;

	(void)unused;
	seek_set_init(&s);
	for (unsigned i = 0; i <= SEEK_TEXTS_MAX; i++) {
		memcpy(text[i], "text..\0", 8);
		text[i][4] = (char)('A' + i / 26);
		text[i][5] = (char)('A' + i % 26);
		assert_int_equal(seek_set_add(&s, text[i]), i < SEEK_TEXTS_MAX);
	}
	for (unsigned i = 0; i < SEEK_TEXTS_MAX; i++)
		assert_int_equal(seek_all(&s, text[i], text[i] + 6), UINT64_C(1) << i);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_text), cmocka_unit_test(test_before_name),
		cmocka_unit_test(test_line), cmocka_unit_test(test_set), cmocka_unit_test(test_full) };

	return cmocka_run_group_tests_name("seek", tests, NULL, NULL);
}
