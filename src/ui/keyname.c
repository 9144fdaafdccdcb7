/*
 * keyname - keys as a person writes them ("F5", "^L", "Space", "PgUp", "a") to numbers and back; see ui.h.
 * One name is printed for each key; the others are read as well, letter case ignored but for single characters.
 */
#include "sipwhy/ui.h"

#include <stdio.h>
#include <string.h>

#include "sipwhy/text.h"

struct keyname_row {
	const char *name;
	uint32_t key;
};

/* The first name of a key is the one that is printed.  ';' and '#' begin comments where keys are configured. */
static const struct keyname_row keyname_rows[] = { { "Tab", UI_KEY_TAB }, { "Enter", UI_KEY_ENTER },
	{ "Return", UI_KEY_ENTER }, { "Esc", UI_KEY_ESC }, { "Escape", UI_KEY_ESC }, { "Space", ' ' },
	{ "Up", UI_KEY_UP }, { "Down", UI_KEY_DOWN }, { "Left", UI_KEY_LEFT }, { "Right", UI_KEY_RIGHT },
	{ "PgUp", UI_KEY_PGUP }, { "PageUp", UI_KEY_PGUP }, { "PgDn", UI_KEY_PGDN }, { "PgDown", UI_KEY_PGDN },
	{ "PageDown", UI_KEY_PGDN }, { "Home", UI_KEY_HOME }, { "End", UI_KEY_END }, { "Backspace", UI_KEY_BACKSPACE },
	{ "Insert", UI_KEY_INSERT }, { "Ins", UI_KEY_INSERT }, { "Delete", UI_KEY_DELETE }, { "Del", UI_KEY_DELETE },
	{ "S-Tab", UI_KEY_STAB }, { "Shift-Tab", UI_KEY_STAB }, { "C-Left", UI_KEY_WORD_LEFT },
	{ "C-Right", UI_KEY_WORD_RIGHT }, { "Semicolon", ';' }, { "Hash", '#' } };

enum { KEYNAME_ROWS = sizeof keyname_rows / sizeof keyname_rows[0] };

/* F1 to F10. */
static bool
keyname_function(struct slice s, uint32_t *key)
{
	uint64_t n;

	if (s.n < 2 || (*s.p != 'F' && *s.p != 'f') || s.p[1] == '0' ||
	    slice_u64((struct slice){ s.p + 1, s.n - 1 }, UI_KEY_F10 - UI_KEY_F1 + 1, &n) != 0)
		return false;
	*key = UI_KEY_F1 + (uint32_t)n - 1;
	return true;
}

/* ^A, C-a, Ctrl-A; what a terminal sends for ^I and ^M is Tab and Enter. */
static bool
keyname_control(struct slice s, uint32_t *key)
{
	static const char *const prefixes[] = { "^", "C-", "Ctrl-", "Ctrl+" };

	for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
		size_t n = strlen(prefixes[i]);
		char c;

		if (s.n != n + 1 || !slice_istarts(s, slice_str(prefixes[i])))
			continue;
		c = s.p[n];
		if ((c < 'A' || c > 'Z') && (c < 'a' || c > 'z'))
			return false;
		*key = UI_CTRL((uint32_t)c);
		return true;
	}
	return false;
}

bool
ui_key_parse(struct slice s, uint32_t *key)
{
	uint32_t cp;

	if (s.n > 0 && text_utf8(s.p, s.n, &cp) == s.n) {
		*key = cp;
		return cp > ' ' && cp != 0x7f && (cp < 0x80 || cp >= 0xa0);
	}
	for (size_t i = 0; i < KEYNAME_ROWS; i++)
		if (slice_ieq(s, slice_str(keyname_rows[i].name))) {
			*key = keyname_rows[i].key;
			return true;
		}
	return keyname_function(s, key) || keyname_control(s, key);
}

static size_t
keyname_utf8(char *out, uint32_t cp)
{
	static const uint8_t lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	size_t n = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;

	if (n == 1) {
		out[0] = (char)cp;
		return n;
	}
	for (size_t i = n - 1; i > 0; i--, cp >>= 6)
		out[i] = (char)(0x80 | (cp & 0x3f));
	out[0] = (char)(lead[n] | cp);
	return n;
}

const char *
ui_key_name(uint32_t key, char *out, size_t cap)
{
	char utf8[4];

	for (size_t i = 0; i < KEYNAME_ROWS; i++)
		if (keyname_rows[i].key == key) {
			(void)snprintf(out, cap, "%s", keyname_rows[i].name);
			return out;
		}
	if (key >= UI_KEY_F1 && key <= UI_KEY_F10)
		(void)snprintf(out, cap, "F%u", (unsigned)(key - UI_KEY_F1 + 1));
	else if (key > 0 && key <= 26)
		(void)snprintf(out, cap, "^%c", (char)('A' + key - 1));
	else if (key > ' ' && key < UI_KEY_BASE && key != 0x7f)
		(void)snprintf(out, cap, "%.*s", (int)keyname_utf8(utf8, key), utf8);
	else
		(void)snprintf(out, cap, "?");
	return out;
}
