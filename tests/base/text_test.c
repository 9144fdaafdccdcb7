/* text: what is kept, what is written out, where it is cut (reliability rules of the sanitiser, RFC 3629). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <locale.h>
#include <string.h>

#include "sipwhy/text.h"

enum { WIDE = 4096 };

static void
check_n(const char *in, size_t n, const char *want, size_t max_cols, bool ascii, size_t want_cols)
{
	char out[WIDE];
	size_t cols, len = text_clean(out, sizeof out, (struct slice){ in, n }, max_cols, ascii, &cols);

	assert_string_equal(out, want);
	assert_int_equal(len, strlen(want));
	assert_int_equal(cols, want_cols);
}

static void
check(const char *in, const char *want, size_t want_cols)
{
	check_n(in, strlen(in), want, WIDE, false, want_cols);
}

static void
test_kept(void **state)
{
	char all[96];

	(void)state;
	for (int i = 0; i < 95; i++)
		all[i] = (char)(0x20 + i);
	all[95] = '\0';
	check(all, all, 95);
	check("M\xc3\xbcller", "M\xc3\xbcller", 6);
	check("\xe6\x97\xa5\xe6\x9c\xac", "\xe6\x97\xa5\xe6\x9c\xac", 4);
	check("e\xcc\x81", "e\xcc\x81", 1);
	check("", "", 0);
}

static void
test_controls(void **state)
{
	(void)state;
	check("a\x1b[2Jb", "a\\x1b[2Jb", 9);
	check("\x1b]0;owned\x07", "\\x1b]0;owned\\x07", 16);
	check("a\nb\rc\td", "a\\x0ab\\x0dc\\x09d", 16);
	check_n("\0\x7f", 2, "\\x00\\x7f", WIDE, false, 8);
	/* C1 raw (no UTF-8) and as UTF-8: told apart. */
	check("\x9b"
	      "31m",
	    "\\x9b31m", 7);
	check("\xc2\x9b"
	      "31m",
	    "\\xc2\\x9b31m", 11);
}

static void
test_invalid(void **state)
{
	(void)state;
	check("\xff\xfe", "\\xff\\xfe", 8);
	check("\xc0\xaf", "\\xc0\\xaf", 8); /* overlong / */
	check("\xe0\x80\xaf", "\\xe0\\x80\\xaf", 12);
	check("\xf0\x80\x80\xaf", "\\xf0\\x80\\x80\\xaf", 16);
	check("\xed\xa0\x80", "\\xed\\xa0\\x80", 12); /* surrogate */
	check("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80", 16);
	check("\xe6\x97", "\\xe6\\x97", 8); /* cut */
	check("\xe6(", "\\xe6(", 5);
	check("\xf8\x88\x80\x80\x80", "\\xf8\\x88\\x80\\x80\\x80", 20);
}

/* First and last of each range that is hidden whatever wcwidth says. */
static void
test_hidden(void **state)
{
	static const uint32_t hidden[] = {
		0xad,
		0x34f,
		0x61c,
		0x115f,
		0x1160,
		0x17b4,
		0x17b5,
		0x180b,
		0x180f,
		0x200b,
		0x200f,
		0x2028,
		0x202e,
		0x2060,
		0x206f,
		0x3164,
		0xe000,
		0xf8ff,
		0xfdd0,
		0xfdef,
		0xfe00,
		0xfe0f,
		0xfeff,
		0xffa0,
		0xfff9,
		0xfffb,
		0xfffe,
		0xffff,
		0x1fffe,
		0xe0000,
		0xe0fff,
		0xf0000,
		0x10ffff,
		0xd800,
		0x1bca0,
		0x1d173,
		0x7f,
		0x80,
		0x9f,
		0,
		0x1f,
		0x110000,
		UINT32_MAX,
	};

	(void)state;
	for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++)
		assert_int_equal(text_width(hidden[i]), -1);
	check("a\xe2\x80\xae"
	      "b",
	    "a<U+202E>b", 10);
	check("\xef\xbb\xbf", "<U+FEFF>", 8);
	check("\xf3\xa0\x81\x81", "<U+E0041>", 9);
	check("\xf4\x8f\xbf\xbd", "<U+10FFFD>", 10);
	check("\xc2\xad", "<U+00AD>", 8);
	assert_int_equal(text_width(' '), 1);
	assert_int_equal(text_width(0xe9), 1);
	assert_int_equal(text_width(0x65e5), 2);
	assert_int_equal(text_width(0x301), 0);
}

static void
test_marks(void **state)
{
	(void)state;
	check("a\xcc\x81\xcc\x82\xcc\x83"
	      "b",
	    "a\xcc\x81\xcc\x82<U+0303>b", 10);
	check("\xcc\x81"
	      "a",
	    "<U+0301>a", 9);
	/* A mark may not sit on what was written out. */
	check("\x01\xcc\x81", "\\x01<U+0301>", 12);
	check("\xe6\x97\xa5\xcc\x81", "\xe6\x97\xa5\xcc\x81", 2);
}

static void
test_ascii(void **state)
{
	(void)state;
	check_n("M\xc3\xbcller", 7, "M<U+00FC>ller", WIDE, true, 13);
	check_n("\xff", 1, "\\xff", WIDE, true, 4);
	check_n("e\xcc\x81", 3, "e<U+0301>", WIDE, true, 9);
}

static void
test_cut_columns(void **state)
{
	(void)state;
	check_n("abcdef", 6, "abcdef", 6, false, 6);
	check_n("abcdefg", 7, "abcde~", 6, false, 6);
	check_n("ab", 2, "~", 1, false, 1);
	check_n("ab", 2, "", 0, false, 0);
	check_n("abc\x1b", 4, "abc~", 5, false, 4);
	check_n("ab\xe6\x97\xa5\xe6\x97\xa5", 8, "ab\xe6\x97\xa5~", 5, false, 5);
	check_n("ab\xe6\x97\xa5\xe6\x97\xa5", 8, "ab~", 4, false, 3);
	check_n("abc\xcc\x81"
		"d",
	    6, "ab~", 3, false, 3);
	check_n("ab\xcc\x81"
		"cd",
	    6, "ab\xcc\x81~", 3, false, 3);
	check_n("abc\xcc\x81", 5, "abc\xcc\x81", 3, false, 3);
}

static void
test_cut_bytes(void **state)
{
	char out[8];
	size_t cols;

	(void)state;
	memset(out, 'Z', sizeof out);
	assert_int_equal(text_clean(out, 5, slice_str("abcdef"), WIDE, false, &cols), 4);
	assert_string_equal(out, "abc~");
	assert_int_equal(out[5], 'Z');
	assert_int_equal(text_clean(out, 4, slice_str("a\xe6\x97\xa5"), WIDE, false, &cols), 2);
	assert_string_equal(out, "a~");
	assert_int_equal(cols, 2);
	assert_int_equal(text_clean(out, 1, slice_str("ab"), WIDE, false, &cols), 0);
	assert_string_equal(out, "");
	assert_int_equal(text_clean(NULL, 0, slice_str("ab"), WIDE, false, NULL), 0);
}

/* Every prefix of a nasty text, at every width: valid, within bounds, stable. */
static void
test_prefixes(void **state)
{
	static const char nasty[] =
	    "A\xc3\xbc\x1b[31m\xe2\x80\xae\xe6\x97\xa5\xcc\x81\xcc\x81\xcc\x81\xff~\xf0\x9f\x98\x80z";
	char out[256], again[256];
	size_t cols, cols_again;

	(void)state;
	for (size_t n = 0; n < sizeof nasty; n++)
		for (size_t max = 0; max < 60; max++) {
			size_t len = text_clean(out, sizeof out, (struct slice){ nasty, n }, max, false, &cols);

			assert_true(cols <= max);
			assert_int_equal(
			    text_clean(again, sizeof again, (struct slice){ out, len }, max, false, &cols_again), len);
			assert_string_equal(out, again);
			assert_int_equal(cols, cols_again);
		}
}

static void
test_utf8(void **state)
{
	uint32_t cp = 7;

	(void)state;
	assert_int_equal(text_utf8("", 0, &cp), 0);
	assert_int_equal(cp, 7);
	assert_int_equal(text_utf8("\0", 1, &cp), 1);
	assert_int_equal(cp, 0);
	assert_int_equal(text_utf8("\xc2\x80", 2, &cp), 2);
	assert_int_equal(cp, 0x80);
	assert_int_equal(text_utf8("\xe0\xa0\x80", 3, &cp), 3);
	assert_int_equal(cp, 0x800);
	assert_int_equal(text_utf8("\xf4\x8f\xbf\xbf", 4, &cp), 4);
	assert_int_equal(cp, 0x10ffff);
	assert_int_equal(text_utf8("\xf4\x8f\xbf\xbf", 3, &cp), 0);
	assert_int_equal(text_utf8("\x80", 1, &cp), 0);
}

/* What one writes the other reads back, at both ends of each length. */
static void
test_utf8_put(void **state)
{
	static const uint32_t at[] = { 0, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff };

	(void)state;
	for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) {
		char s[4];
		uint32_t cp = 7;
		size_t n = text_utf8_put(s, at[i]);

		assert_int_equal(text_utf8(s, n, &cp), n);
		assert_int_equal(cp, at[i]);
	}
}

static void
test_json_u(void **state)
{
	static const struct {
		const char *s;
		size_t took;
		uint32_t cp;
	} rows[] = {
		{ "\\u00e9t", 6, 0xe9 },
		{ "\\uABCD", 6, 0xabcd },
		{ "\\uD83D\\uDE00!", 12, 0x1f600 },
		{ "\\udbff\\udfff", 12, 0x10ffff },
		{ "\\ud83d", 6, '?' },
		{ "\\ud83d\\u0041", 6, '?' },
		{ "\\ud83d\\ud83d", 6, '?' },
		{ "\\ude00\\ud83d", 6, '?' },
		{ "\\u12g4", 0, 0 },
		{ "\\U1234", 0, 0 },
		{ "xu1234", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		size_t n = strlen(rows[i].s);
		uint32_t cp = 0;

		assert_int_equal(text_json_u((struct slice){ rows[i].s, n }, &cp), rows[i].took);
		assert_int_equal(cp, rows[i].cp);
		for (n = 0; n < 6; n++)
			assert_int_equal(text_json_u((struct slice){ rows[i].s, n }, &cp), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_controls),
		cmocka_unit_test(test_invalid),
		cmocka_unit_test(test_hidden),
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_ascii),
		cmocka_unit_test(test_cut_columns),
		cmocka_unit_test(test_cut_bytes),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_utf8_put),
		cmocka_unit_test(test_json_u),
	};

	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
