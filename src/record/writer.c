/*
 * writer - JSON straight into a buf (RFC 8259); see writer.h.
 * The one thing to know: everything outside printable ASCII is escaped, so that a record shown raw on a terminal
 * can neither move its cursor nor turn its text around.
 */
#include "record/writer.h"

#include <string.h>

#include "record/bytes.h"
#include "sipwhy/record.h"
#include "sipwhy/text.h"
#include "sipwhy/timefmt.h"

static void
writer_name(struct writer *w, const char *name, const char *suffix)
{
	if (w->comma)
		buf_putc(w->b, ',');
	w->comma = true;
	if (name == NULL)
		return;
	buf_putc(w->b, '"');
	buf_puts(w->b, name);
	buf_puts(w->b, suffix);
	buf_add(w->b, "\":", 2);
}

void
writer_open(struct writer *w, const char *name, char bracket)
{
	writer_name(w, name, "");
	buf_putc(w->b, bracket);
	w->comma = false;
}

void
writer_close(struct writer *w, char bracket)
{
	buf_putc(w->b, bracket);
	w->comma = true;
}

static void
writer_digits(struct buf *b, uint64_t v)
{
	char digits[20];
	size_t at = sizeof digits;

	do {
		digits[--at] = (char)('0' + v % 10);
		v /= 10;
	} while (v > 0);
	buf_add(b, digits + at, sizeof digits - at);
}

void
writer_u64(struct writer *w, const char *name, uint64_t v)
{
	writer_name(w, name, "");
	writer_digits(w->b, v);
}

void
writer_i64(struct writer *w, const char *name, int64_t v)
{
	writer_name(w, name, "");
	if (v < 0)
		buf_putc(w->b, '-');
	writer_digits(w->b, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

void
writer_bool(struct writer *w, const char *name, bool v)
{
	writer_name(w, name, "");
	buf_puts(w->b, v ? "true" : "false");
}

void
writer_count(struct writer *w, const char *name, uint64_t v)
{
	if (v > 0)
		writer_u64(w, name, v);
}

void
writer_delta(struct writer *w, const char *name, int64_t v)
{
	if (v != 0)
		writer_i64(w, name, v);
}

void
writer_known(struct writer *w, const char *name, int64_t v)
{
	if (v >= 0)
		writer_u64(w, name, (uint64_t)v);
}

static void
writer_unit(struct buf *b, uint32_t unit)
{
	static const char hex[] = "0123456789abcdef";
	char esc[6] = { '\\', 'u', hex[unit >> 12 & 15], hex[unit >> 8 & 15], hex[unit >> 4 & 15], hex[unit & 15] };

	buf_add(b, esc, sizeof esc);
}

static void
writer_escape(struct buf *b, uint32_t cp)
{
	static const char short_of[] = "\"\\\b\f\n\r\t", short_to[] = "\"\\bfnrt";
	const char *at = cp > 0 && cp < 0x80 ? strchr(short_of, (int)cp) : NULL;

	if (at != NULL) {
		char esc[2] = { '\\', short_to[at - short_of] };

		buf_add(b, esc, sizeof esc);
	} else if (cp >= 0x10000) {
		writer_unit(b, 0xd800 + ((cp - 0x10000) >> 10));
		writer_unit(b, 0xdc00 + ((cp - 0x10000) & 0x3ff));
	} else {
		writer_unit(b, cp);
	}
}

static bool
writer_plain(char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* s is valid UTF-8. */
static void
writer_string(struct buf *b, struct slice s)
{
	size_t i = 0, from = 0;
	uint32_t cp = 0;

	while (i < s.n) {
		if (writer_plain(s.p[i])) {
			i++;
			continue;
		}
		buf_add(b, s.p + from, i - from);
		i += text_utf8(s.p + i, s.n - i, &cp);
		writer_escape(b, cp);
		from = i;
	}
	buf_add(b, s.p + from, i - from);
}

static void
writer_quoted(struct buf *b, struct slice s, bool utf8)
{
	buf_putc(b, '"');
	if (utf8)
		writer_string(b, s);
	else
		bytes_base64(b, s);
	buf_putc(b, '"');
}

void
writer_text(struct writer *w, const char *name, struct slice s, size_t max)
{
	bool utf8;

	s = bytes_cut(s, max);
	utf8 = bytes_utf8(s);
	writer_name(w, name, utf8 ? "" : "_b64");
	writer_quoted(w->b, s, utf8);
}

void
writer_value(struct writer *w, struct slice s)
{
	writer_name(w, NULL, "");
	writer_quoted(w->b, s, bytes_utf8(s));
}

void
writer_some(struct writer *w, const char *name, struct slice s, size_t max)
{
	if (s.n > 0)
		writer_text(w, name, s, max);
}

void
writer_word(struct writer *w, const char *name, const char *word)
{
	if (strcmp(word, "-") != 0)
		writer_text(w, name, slice_str(word), RECORD_TEXT_MAX);
}

void
writer_time(struct writer *w, const char *name, int64_t t_ns)
{
	char text[32];

	writer_text(w, name, slice_str(timefmt_rfc3339(text, sizeof text, t_ns)), sizeof text);
}

void
record_text(struct buf *b, const char *name, struct slice text)
{
	struct writer w = { b, false };

	writer_text(&w, name, text, RECORD_TEXT_MAX);
}
