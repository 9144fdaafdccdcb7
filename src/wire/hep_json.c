/*
 * hep_json - the message inside the JSON that OpenSIPS sends with homer5_on=0 (RFC 8259 7).
 * No JSON is parsed: the one string wanted is found by its name, and unescaped where it stands, since it only shrinks.
 */
#include <string.h>

#include "sipwhy/text.h"
#include "wire/hep_int.h"

/* What stands behind a backslash at `at`.  Bytes taken. */
static size_t
hep_json_escape(struct slice s, size_t at, char *out, size_t *made)
{
	static const char from[] = "nrtbf", to[] = "\n\r\t\b\f";
	const char *named = memchr(from, s.p[at], sizeof from - 1);
	uint32_t cp;
	size_t n = text_json_u((struct slice){ s.p + at - 1, s.n - at + 1 }, &cp);

	if (n > 0) {
		*made = text_utf8_put(out, cp);
		return n - 1;
	}
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
