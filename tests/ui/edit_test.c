/* edit: keys on a line of text, history, scrolling; invariants under many keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <errno.h>
#include <locale.h>
#include <string.h>

#include "sipwhy/mem.h"
#include "sipwhy/text.h"
#include "sipwhy/ui.h"

static void
type(struct edit *e, const char *keys)
{
	for (; *keys != '\0'; keys++)
		(void)edit_key(e, (unsigned char)*keys, NULL);
}

/* The text with the cursor as "|". */
static void
check(const struct edit *e, const char *want)
{
	char text[EDIT_TEXT + 1];

	memcpy(text, e->text, e->at);
	text[e->at] = '|';
	memcpy(text + e->at + 1, e->text + e->at, e->n - e->at + 1);
	assert_string_equal(text, want);
	assert_int_equal(strlen(e->text), e->n);
}

static void
test_keys(void **state)
{
	static const struct {
		uint32_t key;
		enum edit_result result;
		const char *want;
	} steps[] = {
		{ UI_KEY_LEFT, EDIT_MOVED, "code:5xx pee|r" },
		{ UI_KEY_BACKSPACE, EDIT_CHANGED, "code:5xx pe|r" },
		{ UI_KEY_WORD_LEFT, EDIT_MOVED, "code:5xx |per" },
		{ UI_KEY_WORD_LEFT, EDIT_MOVED, "|code:5xx per" },
		{ UI_KEY_WORD_LEFT, EDIT_MOVED, "|code:5xx per" },
		{ UI_KEY_BACKSPACE, EDIT_MOVED, "|code:5xx per" },
		{ UI_KEY_DELETE, EDIT_CHANGED, "|ode:5xx per" },
		{ UI_KEY_WORD_RIGHT, EDIT_MOVED, "ode:5xx| per" },
		{ UI_CTRL('e'), EDIT_MOVED, "ode:5xx per|" },
		{ UI_KEY_RIGHT, EDIT_MOVED, "ode:5xx per|" },
		{ UI_CTRL('w'), EDIT_CHANGED, "ode:5xx |" },
		{ UI_CTRL('w'), EDIT_CHANGED, "|" },
		{ 'x', EDIT_CHANGED, "x|" },
		{ 0x65e5, EDIT_CHANGED, "x\xe6\x97\xa5|" },
		{ UI_CTRL('a'), EDIT_MOVED, "|x\xe6\x97\xa5" },
		{ UI_KEY_RIGHT, EDIT_MOVED, "x|\xe6\x97\xa5" },
		{ UI_CTRL('k'), EDIT_CHANGED, "x|" },
		{ UI_CTRL('k'), EDIT_MOVED, "x|" },
		{ UI_CTRL('u'), EDIT_CHANGED, "|" },
		{ 0x301, EDIT_MOVED, "|" },  /* a mark on nothing */
		{ 0x202e, EDIT_MOVED, "|" }, /* turns the direction */
		{ 0x200b, EDIT_MOVED, "|" }, /* cannot be seen */
		{ 0x10ffff, EDIT_MOVED, "|" },
		{ 'e', EDIT_CHANGED, "e|" },
		{ 0x301, EDIT_CHANGED, "e\xcc\x81|" },
		{ UI_KEY_LEFT, EDIT_MOVED, "|e\xcc\x81" },
		{ UI_KEY_ENTER, EDIT_OTHER, "|e\xcc\x81" },
		{ UI_KEY_ESC, EDIT_OTHER, "|e\xcc\x81" },
		{ UI_KEY_TAB, EDIT_OTHER, "|e\xcc\x81" },
		{ UI_KEY_F1, EDIT_OTHER, "|e\xcc\x81" },
		{ UI_KEY_MOUSE, EDIT_OTHER, "|e\xcc\x81" },
		{ UI_CTRL('d'), EDIT_CHANGED, "|" },
	};
	struct edit e = { .n = 0 };

	(void)state;
	type(&e, "code:5xx peer");
	check(&e, "code:5xx peer|");
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		assert_int_equal(edit_key(&e, steps[i].key, NULL), steps[i].result);
		check(&e, steps[i].want);
	}
}

static void
test_set(void **state)
{
	struct edit e = { .n = 0 };
	char big[2 * EDIT_TEXT];

	(void)state;
	edit_set(&e, slice_str("a\x1b[2J\xff\xe2\x80\xaez"));
	check(&e, "a[2Jz|");
	edit_remove(&e, 2);
	check(&e, "a[2|");
	edit_remove(&e, 100);
	check(&e, "|");
	memset(big, 'x', sizeof big);
	edit_set(&e, (struct slice){ big, sizeof big });
	assert_int_equal(edit_slice(&e).n, EDIT_TEXT - 1);
	assert_int_equal(edit_key(&e, 'y', NULL), EDIT_MOVED);
}

static void
test_history(void **state)
{
	struct edit_ring *r = edit_ring_new(3);
	struct edit e = { .n = 0 };
	char big[EDIT_TEXT];

	(void)state;
	assert_int_equal(edit_key(&e, UI_KEY_UP, r), EDIT_MOVED);
	assert_int_equal(edit_ring_add(r, slice_str("one")), 0);
	assert_int_equal(edit_ring_add(r, slice_str("two")), 0);
	assert_int_equal(edit_ring_add(r, slice_str("one")), 0);
	assert_int_equal(edit_ring_count(r), 2);
	type(&e, "dra");
	(void)edit_key(&e, UI_KEY_UP, r);
	check(&e, "one|");
	(void)edit_key(&e, UI_CTRL('p'), r);
	check(&e, "two|");
	(void)edit_key(&e, UI_KEY_UP, r);
	check(&e, "two|");
	(void)edit_key(&e, UI_KEY_DOWN, r);
	(void)edit_key(&e, UI_CTRL('n'), r);
	check(&e, "dra|");
	(void)edit_key(&e, UI_KEY_DOWN, r);
	check(&e, "dra|");
	assert_int_equal(edit_ring_add(r, slice_str("three")), 0);
	assert_int_equal(edit_ring_add(r, slice_str("four")), 0);
	assert_int_equal(edit_ring_count(r), 3);
	assert_string_equal(edit_ring_at(r, 0), "one");
	assert_string_equal(edit_ring_at(r, 2), "four");
	assert_null(edit_ring_at(r, 3));
	memset(big, 'x', sizeof big);
	assert_int_equal(edit_ring_add(r, (struct slice){ big, sizeof big }), -EMSGSIZE);
	mem_fail_at(1);
	assert_int_equal(edit_ring_add(r, slice_str("five")), -ENOMEM);
	mem_fail_at(0);
	assert_int_equal(edit_ring_count(r), 3);
	edit_ring_free(r);
	edit_ring_free(NULL);
	for (long n = 1; n <= 2; n++) {
		mem_fail_at(n);
		assert_null(edit_ring_new(5));
	}
	mem_fail_at(0);
}

static void
test_draw(void **state)
{
	struct canvas *c = canvas_new(1, 10);
	struct edit e = { .n = 0 };

	(void)state;
	edit_set(&e, slice_str("0123456789abcdef"));
	/* The end is in sight, with room for the cursor; so is the beginning after Home. */
	assert_int_equal(edit_draw(&e, c, 0, 1, 8, ROLE_PROMPT, ROLE_LIST_CURSOR), 7);
	assert_int_equal(canvas_at(c, 0, 0)->ch[0], ' ');
	assert_int_equal(canvas_at(c, 0, 6)->ch[0], 'f');
	assert_int_equal(canvas_at(c, 0, 7)->role, ROLE_LIST_CURSOR);
	assert_int_equal(canvas_at(c, 0, 9)->role, ROLE_TEXT);
	(void)edit_key(&e, UI_KEY_HOME, NULL);
	assert_int_equal(edit_draw(&e, c, 0, 1, 8, ROLE_PROMPT, ROLE_LIST_CURSOR), 1);
	assert_int_equal(canvas_at(c, 0, 1)->ch[0], '0');
	assert_int_equal(canvas_at(c, 0, 8)->ch[0], '7');
	edit_set(&e, slice_str("\xe6\x97\xa5\xe6\x9c\xac"));
	(void)edit_key(&e, UI_KEY_LEFT, NULL);
	assert_int_equal(edit_draw(&e, c, 0, 0, 8, ROLE_PROMPT, ROLE_LIST_CURSOR), 2);
	assert_int_equal(canvas_at(c, 0, 3)->role, ROLE_LIST_CURSOR);
	/* In ASCII a glyph keeps its place. */
	canvas_set_glyphs(c, GLYPHS_ASCII);
	assert_int_equal(edit_draw(&e, c, 0, 0, 8, ROLE_PROMPT, ROLE_LIST_CURSOR), 2);
	assert_int_equal(canvas_at(c, 0, 3)->ch[0], '?');
	assert_int_equal(edit_draw(&e, c, 0, 3, 0, ROLE_PROMPT, ROLE_LIST_CURSOR), 3);
	canvas_free(c);
}

/* Whatever is pressed: valid text, cursor before a base glyph and in sight. */
static void
test_any_keys(void **state)
{
	static const uint32_t keys[] = { 'a', ' ', 0x301, 0xe9, 0x65e5, 0x1f600, UI_KEY_LEFT, UI_KEY_RIGHT, UI_KEY_HOME,
		UI_KEY_END, UI_KEY_WORD_LEFT, UI_KEY_WORD_RIGHT, UI_KEY_BACKSPACE, UI_KEY_DELETE, UI_CTRL('w'),
		UI_CTRL('k'), UI_KEY_UP, UI_KEY_DOWN, 'a', 'b', 0x6f22, 0x302, 'c', 'd' };
	struct edit_ring *r = edit_ring_new(4);
	struct canvas *c = canvas_new(1, 12);
	struct edit e = { .n = 0 };
	uint32_t seed = 7;

	(void)state;
	assert_int_equal(edit_ring_add(r, slice_str("e\xcc\x81 \xe6\x97\xa5")), 0);
	for (int i = 0; i < 20000; i++) {
		uint32_t cp;
		int at;

		seed = seed * 1103515245u + 12345u;
		(void)edit_key(&e, keys[(seed >> 16) % (sizeof keys / sizeof keys[0])], r);
		for (size_t k = 0, len; k < e.n; k += len) {
			len = text_utf8(e.text + k, e.n - k, &cp);
			assert_true(len > 0 && text_width(cp) >= (k == 0 ? 1 : 0));
		}
		assert_true(e.at <= e.n && e.text[e.n] == '\0');
		if (e.at < e.n) {
			(void)text_utf8(e.text + e.at, e.n - e.at, &cp);
			assert_true(text_width(cp) > 0);
		}
		at = edit_draw(&e, c, 0, 2, 9, ROLE_PROMPT, ROLE_LIST_CURSOR);
		assert_in_range(at, 2, 10);
	}
	canvas_free(c);
	edit_ring_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_history),
		cmocka_unit_test(test_draw),
		cmocka_unit_test(test_any_keys),
	};

	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
