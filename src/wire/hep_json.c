/*
 * hep_json - the message inside the JSON that OpenSIPS sends with homer5_on=0 (RFC 8259 7).
 * No JSON is parsed: the one string wanted is found by its name, and unescaped where it stands, since it only shrinks.
 */
#include <string.h>

#include "wire/hep_int.h"

static int
hep_json_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Four digits at `at`; -1 when they are not. */
static int32_t
hep_json_unit(struct slice s, size_t at)
{
	int32_t v = 0;

	if (at > s.n || s.n - at < 4)
		return -1;
	for (size_t i = at; i < at + 4; i++) {
		int d = hep_json_digit(s.p[i]);

		if (d < 0)
			return -1;
		v = v << 4 | d;
	}
	return v;
}

static size_t
hep_json_utf8(char *out, uint32_t c)
{
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const uint8_t lead[5] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	for (size_t i = n - 1; i > 0; i--) {
		out[i] = (char)(0x80 | (c & 0x3f));
		c >>= 6;
	}
	out[0] = (char)(lead[n] | c);
	return n;
}

/* "uXXXX" at `at`, perhaps with its other half behind it.  Bytes taken; 0 when it is none. */
static size_t
hep_json_unicode(struct slice s, size_t at, char *out, size_t *made)
{
	int32_t high = hep_json_unit(s, at + 1), low;

	if (high < 0)
		return 0;
	if (high >= 0xd800 && high < 0xdc00 && at + 6 < s.n && s.p[at + 5] == '\\' && s.p[at + 6] == 'u') {
		low = hep_json_unit(s, at + 7);
		if (low >= 0xdc00 && low < 0xe000) {
			*made =
			    hep_json_utf8(out, 0x10000 + ((uint32_t)(high - 0xd800) << 10 | (uint32_t)(low - 0xdc00)));
			return 11;
		}
	}
	*made = hep_json_utf8(out, (uint32_t)high);
	return 5;
}

/* What stands behind a backslash at `at`.  Bytes taken. */
static size_t
hep_json_escape(struct slice s, size_t at, char *out, size_t *made)
{
	static const char from[] = "nrtbf", to[] = "\n\r\t\b\f";
	const char *named = memchr(from, s.p[at], sizeof from - 1);
	size_t n;

	if (s.p[at] == 'u' && (n = hep_json_unicode(s, at, out, made)) > 0)
		return n;
	*out = named != NULL ? to[named - from] : s.p[at];
	*made = 1;
	return 1;
}

static size_t
hep_json_space(struct slice s, size_t at)
{
	while (at < s.n && (s.p[at] == ' ' || s.p[at] == '\t' || s.p[at] == '\r' || s.p[at] == '\n'))
		at++;
	return at;
}

/* Offset of the first byte of the wanted string, 0 when it is not there. */
static size_t
hep_json_find(struct slice s)
{
	static const char name[] = "\"payload\"";
	size_t at = 0;

	while (at < s.n) {
		const char *p = memmem(s.p + at, s.n - at, name, sizeof name - 1);

		if (p == NULL)
			return 0;
		at = hep_json_space(s, (size_t)(p - s.p) + sizeof name - 1);
		if (at >= s.n || s.p[at] != ':')
			continue;
		at = hep_json_space(s, at + 1);
		if (at < s.n && s.p[at] == '"')
			return at + 1;
	}
	return 0;
}

bool
hep_json(struct buf *b, bool *cut)
{
	struct slice s = { b->data, b->len };
	size_t at = hep_json_find(s), made = 0;

	if (at == 0)
		return false;
	while (at < s.n && s.p[at] != '"') {
		size_t n = 1;

		if (s.p[at] == '\\' && at + 1 < s.n) {
			at += 1 + hep_json_escape(s, at + 1, b->data + made, &n);
		} else {
			b->data[made] = s.p[at];
			at++;
		}
		made += n;
	}
	*cut = at >= s.n;
	b->len = made;
	return true;
}
