/* feed: the same lines whatever the pieces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "sipwhy/mem.h"
#include "sipwhy/record.h"
#include "store/feed.h"

struct heard {
	char text[256];
	size_t n, lines, lost;
};

static void
hear(void *ctx, const char *line, size_t n)
{
	struct heard *h = ctx;

	if (line == NULL) {
		h->lost++;
		return;
	}
	h->lines++;
	if (h->n + n + 1 < sizeof h->text) {
		memcpy(h->text + h->n, line, n);
		h->n += n;
		h->text[h->n++] = '|';
	}
}

static void
test_every_cut(void **state)
{
	static const char stream[] = "one\ntwo two\n\n{\"three\":3}\r\nfour\nunfinished";
	const size_t n = sizeof stream - 1;

	(void)state;
	for (size_t a = 0; a <= n; a++)
		for (size_t b = a; b <= n; b++) {
			struct heard h = { 0 };
			struct feed f;

			feed_init(&f);
			feed_push(&f, stream, a, hear, &h);
			feed_push(&f, stream + a, b - a, hear, &h);
			feed_push(&f, stream + b, n - b, hear, &h);
			h.text[h.n] = '\0';
			assert_string_equal(h.text, "one|two two|{\"three\":3}\r|four|");
			feed_fini(&f);
		}
}

/* A line of exactly the limit passes and one byte more does not, in one piece and in many. */
static void
test_oversize(void **state)
{
	char *line = malloc(RECORD_LINE_MAX + 8);

	(void)state;
	assert_non_null(line);
	memset(line, 'x', RECORD_LINE_MAX + 8);
	for (size_t over = 0; over < 2; over++)
		for (size_t piece = 1000; piece <= RECORD_LINE_MAX + 8; piece *= 262) {
			size_t n = RECORD_LINE_MAX + over;
			struct heard h = { 0 };
			struct feed f;

			feed_init(&f);
			line[n - 1] = '\n';
			for (size_t at = 0; at < n; at += piece)
				feed_push(&f, line + at, n - at < piece ? n - at : piece, hear, &h);
			assert_int_equal(h.lines, 1 - over);
			assert_int_equal(h.lost, over);
			feed_push(&f, "next\n", 5, hear, &h);
			assert_int_equal(h.lines, 2 - over);
			assert_int_equal(h.lost, over);
			feed_fini(&f);
			line[n - 1] = 'x';
		}
	free(line);
}

static void
test_memory_short(void **state)
{
	struct heard h = { 0 };
	struct feed f;

	(void)state;
	feed_init(&f);
	mem_fail_at(1);
	feed_push(&f, "begun", 5, hear, &h);
	mem_fail_at(0);
	feed_push(&f, " line\nwhole\n", 12, hear, &h);
	assert_int_equal(h.lost, 1);
	assert_int_equal(h.lines, 1);
	feed_fini(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_cut),
		cmocka_unit_test(test_oversize),
		cmocka_unit_test(test_memory_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
