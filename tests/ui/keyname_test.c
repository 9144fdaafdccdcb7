/* keyname: what a person may write for a key, and that each name that is printed is read as the same key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "sipwhy/slice.h"
#include "sipwhy/ui.h"

static void
test_read(void **state)
{
	static const struct {
		const char *text;
		uint32_t key;
	} rows[] = { { "a", 'a' }, { "A", 'A' }, { "/", '/' }, { "=", '=' }, { "^", '^' }, { "^L", 12 }, { "^l", 12 },
		{ "C-l", 12 }, { "ctrl-L", 12 }, { "^I", UI_KEY_TAB }, { "^M", UI_KEY_ENTER }, { "F1", UI_KEY_F1 },
		{ "f10", UI_KEY_F10 }, { "F", 'F' }, { "space", ' ' }, { "PAGEUP", UI_KEY_PGUP },
		{ "PgUp", UI_KEY_PGUP }, { "Esc", UI_KEY_ESC }, { "S-Tab", UI_KEY_STAB }, { "Del", UI_KEY_DELETE },
		{ "Semicolon", ';' }, { "\xc3\xa4", 0xe4 } };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint32_t key = 0;

		if (!ui_key_parse(slice_str(rows[i].text), &key) || key != rows[i].key)
			fail_msg("%s gave %u", rows[i].text, (unsigned)key);
	}
}

static void
test_refused(void **state)
{
	static const char *const rows[] = { "", " ", "ab", "F0", "F01", "F11", "F1x", "^1", "^LL", "C-", "Ctrl-",
		"\x7f", "\x1b", "\xc2\x9b", "\xc3", "\xff", "Space ", "S-a" };
	uint32_t key;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (ui_key_parse(slice_str(rows[i]), &key))
			fail_msg("\"%s\" was taken", rows[i]);
}

/* Every key that can come, but for those that nobody presses: back by its name. */
static void
test_names(void **state)
{
	char name[16];

	(void)state;
	for (uint32_t key = 1; key < UI_KEY_MOUSE; key++) {
		uint32_t again = 0;

		(void)ui_key_name(key, name, sizeof name);
		if (strcmp(name, "?") == 0 && key != '?')
			continue;
		if (strchr(name, ' ') != NULL || (ui_key_parse(slice_str(name), &again) && again != key))
			fail_msg("%u is printed as %s, which is %u", (unsigned)key, name, (unsigned)again);
		if (key < 0xd800 && key > ' ' && (key < 0x7f || key >= 0xa0))
			assert_int_equal(again, key);
		if (key > UI_KEY_BASE && key != UI_KEY_RESIZE)
			assert_int_equal(again, key);
	}
	assert_string_equal(ui_key_name(UI_KEY_PGDN, name, sizeof name), "PgDn");
	assert_string_equal(ui_key_name(UI_CTRL('l'), name, sizeof name), "^L");
	assert_string_equal(ui_key_name(UI_KEY_F10, name, sizeof name), "F10");
	assert_string_equal(ui_key_name(UI_KEY_RESIZE, name, sizeof name), "?");
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_read), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_names) };

	return cmocka_run_group_tests_name("keyname", tests, NULL, NULL);
}
