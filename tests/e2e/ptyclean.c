/*
 * ptyclean - are these bytes only what is meant for a terminal?  A strict reader: it knows the sequences that terminfo
 * entries of common terminals hold, and everything else must be text that is shown as it is.
 *   ptyclean screen FILE...   bytes that a terminal got: motions, colours, modes, charsets; the clipboard (OSC 52)
 *   ptyclean file FILE...     text for people or machines: newlines, and a carriage return before one
 * Says the first fault of each file ("FILE: byte N: ...") and exits 1 when there was one.
 * The one thing to know: a sequence that asks the terminal to answer is never allowed, as its answer is typed as keys.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sipwhy/text.h"

struct ptyclean {
	const unsigned char *p;
	size_t n, at;
};

/* One byte ahead; -1 at the end. */
static int
ptyclean_peek(const struct ptyclean *c, size_t ahead)
{
	return c->at + ahead < c->n ? c->p[c->at + ahead] : -1;
}

/* ESC [ parameters final.  Length, 0 when it is none of ours, -1 when the end cut it. */
static long
ptyclean_csi(const struct ptyclean *c)
{
	bool private = ptyclean_peek(c, 2) == '?', bang;
	size_t i = private ? 3 : 2, digits = 0;
	int b;

	while ((b = ptyclean_peek(c, i)) == ';' || b == ':' || (b >= '0' && b <= '9')) {
		digits = b >= '0' && b <= '9' ? digits + 1 : 0;
		if (digits > 8)
			return 0;
		i++;
	}
	bang = b == '!';
	b = bang ? ptyclean_peek(c, ++i) : b;
	if (b < 0)
		return -1;
	if (bang)
		return b == 'p' ? (long)i + 1 : 0;
	return b != 0 && strchr(private ? "hlc" : "@ABCDGHJKLMPSTXbdgfhlmrt", b) != NULL ? (long)i + 1 : 0;
}

/* The clipboard's text is base64; colours are put back, never changed. */
static long
ptyclean_osc(const struct ptyclean *c)
{
	static const char *const whole[] = { "\033]R", "\033]104\007", "\033]104\033\\" };
	static const char copy[] = "\033]52;c;";
	size_t i = sizeof copy - 1;

	for (size_t k = 0; k < sizeof whole / sizeof whole[0]; k++)
		if (c->n - c->at >= strlen(whole[k]) && memcmp(c->p + c->at, whole[k], strlen(whole[k])) == 0)
			return (long)strlen(whole[k]);
	if (c->n - c->at < i || memcmp(c->p + c->at, copy, i) != 0)
		return 0;
	for (;; i++) {
		int b = ptyclean_peek(c, i);

		if (b < 0)
			return -1;
		if (b == '\007')
			return (long)i + 1;
		if (b == '\033')
			return ptyclean_peek(c, i + 1) == '\\' ? (long)i + 2 : 0;
		if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=", b) == NULL)
			return 0;
	}
}

static long
ptyclean_escape(const struct ptyclean *c)
{
	int b = ptyclean_peek(c, 1), set = ptyclean_peek(c, 2);

	if (b < 0)
		return -1;
	if (b == '[')
		return ptyclean_csi(c);
	if (b == ']')
		return ptyclean_osc(c);
	if (b == '(' || b == ')')
		return set < 0 ? -1 : set == 'B' || set == '0' || set == 'A' || set == 'U' ? 3 : 0;
	return strchr("78=>MDEHc", b) != NULL ? 2 : 0;
}

static bool
ptyclean_is_hidden(uint32_t cp)
{
	return (cp >= 0x7f && cp < 0xa0) || cp == 0xad || cp == 0x61c || (cp >= 0x200b && cp <= 0x200f) ||
	    (cp >= 0x2028 && cp <= 0x202e) || (cp >= 0x2060 && cp <= 0x206f) || cp == 0xfeff || cp >= 0xe0000;
}

/* The next piece: its length, 0 with a reason when it may not be there. */
static size_t
ptyclean_next(const struct ptyclean *c, bool screen, const char **why)
{
	uint32_t cp = c->p[c->at];
	size_t len = 1;
	long seq;

	if (cp == '\n' || (cp == '\r' && (screen || ptyclean_peek(c, 1) == '\n')))
		return 1;
	if (screen && cp == '\033') {
		*why = "a sequence that is none of ours";
		seq = ptyclean_escape(c);
		return seq < 0 ? c->n - c->at : (size_t)seq;
	}
	/* Motions by one, tabs, and the line drawing of a terminal without UTF-8. */
	if (screen && (cp == '\b' || cp == '\t' || cp == '\016' || cp == '\017'))
		return 1;
	*why = "a control byte";
	if (cp < 0x20 || cp == 0x7f)
		return 0;
	*why = "not UTF-8";
	if (cp >= 0x80)
		len = text_utf8((const char *)c->p + c->at, c->n - c->at, &cp);
	/* The last read may have cut a character. */
	if (len == 0 && screen && c->n - c->at < 4 && c->p[c->at] >= 0xc2)
		return c->n - c->at;
	if (len > 0 && ptyclean_is_hidden(cp)) {
		*why = "a character that is hidden, or turns the writing";
		return 0;
	}
	return len;
}

static int
ptyclean_check(const char *path, struct ptyclean *c, bool screen)
{
	const char *why = "";

	while (c->at < c->n) {
		size_t len = ptyclean_next(c, screen, &why);

		if (len == 0) {
			(void)printf("%s: byte %zu: %s:", path, c->at, why);
			for (size_t i = c->at < 8 ? 0 : c->at - 8; i < c->n && i < c->at + 16; i++)
				(void)printf(i == c->at ? " [%02x]" : " %02x", c->p[i]);
			(void)puts("");
			return 1;
		}
		c->at += len;
	}
	return 0;
}

static int
ptyclean_file(const char *path, bool screen)
{
	FILE *f = fopen(path, "rb");
	size_t cap = 16 * 1024 * 1024;
	unsigned char *p = malloc(cap);
	struct ptyclean c = { .p = p };
	int bad = 1;

	if (f != NULL && p != NULL) {
		c.n = fread(p, 1, cap, f);
		bad = c.n == cap || ferror(f) ? 1 : ptyclean_check(path, &c, screen);
	} else {
		perror(path);
	}
	if (f != NULL)
		(void)fclose(f);
	free(p);
	return bad;
}

int
main(int argc, char **argv)
{
	int bad = 0;

	if (argc < 3 || (strcmp(argv[1], "screen") != 0 && strcmp(argv[1], "file") != 0)) {
		(void)fputs("usage: ptyclean screen|file FILE...\n", stderr);
		return 2;
	}
	for (int i = 2; i < argc; i++)
		bad |= ptyclean_file(argv[i], argv[1][0] == 's');
	return bad;
}
