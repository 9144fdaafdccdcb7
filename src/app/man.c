/*
 * man - see man.h.  Lines stay below 80 bytes and sentences begin lines: mandoc -Tlint asks for both.
 */
#include "app/man.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

enum { MAN_WIDTH = 78 };

/* Of one character: what roff prints as it is.  A hyphen of an option must not become a dash. */
static const char *
man_escape(char c)
{
	return c == '\\' ? "\\e"
	    : c == '-'   ? "\\-"
	    : c == '~'   ? "\\(ti"
	    : c == '^'   ? "\\(ha"
	    : c == '`'   ? "\\(ga"
	    : c == '\''  ? "\\(aq"
	    : c == '"'   ? "\\(dq"
			 : NULL;
}

/* One word, out NULL: only its length.  A point that begins a line would make a request of it. */
static size_t
man_word(FILE *out, const char *s, size_t n, bool first)
{
	size_t used = first && n > 0 && s[0] == '.' ? 2 : 0;

	if (used > 0 && out != NULL)
		(void)fputs("\\&", out);
	for (size_t i = 0; i < n; i++) {
		char plain[2] = { s[i], '\0' };
		const char *text = man_escape(s[i]);

		if (text == NULL)
			text = plain;
		used += strlen(text);
		if (out != NULL)
			(void)fputs(text, out);
	}
	return used;
}

void
man_line(FILE *out, const char *macro, const char *text)
{
	(void)fprintf(out, "%s ", macro);
	(void)man_word(out, text, strlen(text), true);
	(void)fputc('\n', out);
}

/* Each word is made text by the zero-width mark, so that "[" or "Up" is no macro and no delimiter. */
void
man_item(FILE *out, const char *text)
{
	(void)fputs(".It", out);
	while (*text != '\0') {
		size_t n = strcspn(text, " ");

		(void)fputs(" \\&", out);
		(void)man_word(out, text, n, false);
		text += n + (text[n] == ' ');
	}
	(void)fputc('\n', out);
}

void
man_text(FILE *out, const char *text)
{
	size_t at = 0;

	while (*text != '\0') {
		size_t n = strcspn(text, " ");
		bool end = n > 0 && text[n - 1] == '.';

		if (at > 0 && at + 1 + man_word(NULL, text, n, false) > MAN_WIDTH) {
			(void)fputc('\n', out);
			at = 0;
		} else if (at > 0) {
			(void)fputc(' ', out);
			at++;
		}
		at += man_word(out, text, n, at == 0);
		if (end) {
			(void)fputc('\n', out);
			at = 0;
		}
		text += n;
		while (*text == ' ')
			text++;
	}
	if (at > 0)
		(void)fputc('\n', out);
}

void
man_sentence(FILE *out, const char *text)
{
	char whole[512];
	size_t n = (size_t)snprintf(whole, sizeof whole - 1, "%s", text);

	if (n > sizeof whole - 2)
		n = sizeof whole - 2;
	whole[0] = (char)toupper((unsigned char)whole[0]);
	if (n > 0 && strchr(".?!", whole[n - 1]) == NULL)
		(void)memcpy(whole + n, ".", 2);
	man_text(out, whole);
}
