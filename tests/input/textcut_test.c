/* textcut: blocks end at line feeds, long lines are cut once, and in FULL mode only the text decides. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "input/textcut.h"
#include "sipwhy/frame.h"

enum { BIG = 5 * TEXT_MAX };

static uint8_t text[BIG], kept[BIG];

struct cuts {
	size_t blocks, lines, cut, bytes;
	size_t len[64]; /* of the first blocks */
};

/* The text arrives in steps; what is kept is written to kept[], a cut line with a line feed. */
static void
run(struct cuts *c, size_t n, size_t step, enum textcut_mode mode)
{
	struct textcut t = { false };
	struct textcut_block b;
	size_t pos = 0, end = 0;

	memset(c, 0, sizeof *c);
	for (;;) {
		enum textcut_mode now = end == n ? TEXTCUT_LAST : mode;

		if (textcut_next(&t, text + pos, end - pos, now, &b)) {
			assert_in_range(b.take, 1, end - pos);
			assert_true(b.len <= TEXT_MAX && b.len <= b.take);
			assert_ptr_equal(b.data, text + pos);
			pos += b.take;
			if (b.len == 0)
				continue;
			memcpy(kept + c->bytes, b.data, b.len);
			c->bytes += b.len;
			if (b.cut)
				kept[c->bytes++] = '\n';
			if (c->blocks < 64)
				c->len[c->blocks] = b.len;
			c->blocks++;
			c->lines += b.lines;
			c->cut += b.cut;
		} else if (end == n) {
			break;
		} else {
			assert_true(textcut_need(end - pos, mode) > end - pos);
			end = n - end < step ? n : end + step;
		}
	}
	assert_int_equal(pos, n);
}

static size_t
put(size_t at, char fill, size_t n)
{
	memset(text + at, fill, n);
	return at + n;
}

static void
test_count(void **state)
{
	bool escapes;

	(void)state;
	srand(7);
	for (size_t n = 0; n < 40000; n = n * 2 + 1) {
		size_t want = 0;

		for (size_t i = 0; i < n; i++) {
			text[i] = rand() % 3 == 0 ? '\n' : (uint8_t)(32 + rand() % 224);
			want += text[i] == '\n';
		}
		assert_int_equal(textcut_count(text, n, &escapes), want);
		assert_false(escapes);
		if (n > 0) {
			text[(size_t)rand() % n] = 0x1b;
			(void)textcut_count(text, n, &escapes);
			assert_true(escapes);
		}
	}
	(void)put(0, '\n', BIG);
	assert_int_equal(textcut_count(text + 1, BIG - 1, &escapes), BIG - 1);
}

static void
test_lines(void **state)
{
	struct cuts c;

	(void)state;
	memcpy(text, "one\n\nthree\nfour", 15);
	run(&c, 15, 15, TEXTCUT_FULL);
	assert_int_equal(c.blocks, 2);
	assert_int_equal(c.len[0], 11);
	assert_int_equal(c.lines, 4);
	assert_memory_equal(kept, text, 15);
	run(&c, 15, 1, TEXTCUT_EAGER);
	assert_int_equal(c.blocks, 4);
	assert_int_equal(c.len[1], 1);
	assert_memory_equal(kept, text, 15);
	run(&c, 0, 1, TEXTCUT_FULL);
	assert_int_equal(c.blocks, 0);
}

/* Lengths around the limit; with its line feed a line of 65,536 bytes fits, one of 65,537 does not. */
static void
test_long(void **state)
{
	static const struct {
		size_t line;
		size_t cut, first;
	} want[] = { { TEXT_MAX - 1, 0, TEXT_MAX }, { TEXT_MAX, 1, TEXT_MAX }, { TEXT_MAX + 1, 1, TEXT_MAX },
		{ 2 * TEXT_MAX, 1, TEXT_MAX }, { 3 * TEXT_MAX + 5, 1, TEXT_MAX } };

	(void)state;
	for (size_t i = 0; i < sizeof want / sizeof want[0]; i++)
		for (size_t step = 4099; step < BIG; step *= 5) {
			struct cuts c;
			size_t n = put(put(put(0, 'x', want[i].line), '\n', 1), 'y', 10);

			run(&c, n, step, i % 2 ? TEXTCUT_EAGER : TEXTCUT_FULL);
			assert_int_equal(c.cut, want[i].cut);
			assert_int_equal(c.len[0], want[i].first);
			assert_int_equal(c.lines, 2);
			assert_memory_equal(kept + c.bytes - 11, "\nyyyyyyyyyy", 11);
		}
}

/* An unended line of exactly the limit is whole; a longer one is cut, and its rest is no line. */
static void
test_last(void **state)
{
	struct cuts c;

	(void)state;
	(void)put(0, 'x', BIG);
	run(&c, TEXT_MAX, 1000, TEXTCUT_EAGER);
	assert_int_equal(c.cut, 0);
	assert_int_equal(c.lines, 1);
	run(&c, TEXT_MAX + 1, 1000, TEXTCUT_EAGER);
	assert_int_equal(c.cut, 1);
	assert_int_equal(c.lines, 1);
}

static void
test_full_is_deterministic(void **state)
{
	struct cuts first, c;
	size_t n = 0;

	(void)state;
	for (size_t k = 1; n + k + 1 < BIG; k = (k * 7 + 3) % 9001)
		n = put(put(n, 'a', k), '\n', 1);
	run(&first, n, n, TEXTCUT_FULL);
	assert_true(first.blocks >= BIG / TEXT_MAX);
	for (size_t step = 1; step < 200000; step = step * 9 + 4) {
		run(&c, n, step, TEXTCUT_FULL);
		assert_memory_equal(&c, &first, sizeof c);
	}
	run(&c, n, 777, TEXTCUT_EAGER);
	assert_int_equal(c.lines, first.lines);
	assert_memory_equal(kept, text, n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_count),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_last),
		cmocka_unit_test(test_full_is_deterministic),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
