/*
 * theme_fuzz - any bytes as a theme.  What must hold: a refusal has one sentence of one line that names the file; every
 * role has a style within its depth whatever was wrong; what a theme says, written out role by role, reads back as the
 * same theme; reading twice makes no difference.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sipwhy/buf.h"
#include "sipwhy/ui.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { FUZZ_ATTRS = ATTR_BOLD | ATTR_DIM | ATTR_REVERSE | ATTR_UNDERLINE };

static void
fuzz_must(bool truth)
{
	if (!truth)
		abort();
}

static bool
fuzz_colour(int32_t v, enum theme_depth d)
{
	static const int32_t most[DEPTH_N] = { 0xffffff, 255, 15, -1 };

	return v >= -1 && v <= most[d];
}

static void
fuzz_styles(const struct theme *t)
{
	fuzz_must(memchr(t->name, '\0', sizeof t->name) != NULL);
	for (size_t i = 0; i < sizeof t->name && t->name[i] != '\0'; i++)
		fuzz_must((unsigned char)t->name[i] >= ' ' && (unsigned char)t->name[i] < 0x7f);
	for (int r = 0; r < ROLE_N; r++)
		for (int d = 0; d < DEPTH_N; d++) {
			const struct theme_style *s = &t->style[r][d];

			fuzz_must(fuzz_colour(s->fg, (enum theme_depth)d) && fuzz_colour(s->bg, (enum theme_depth)d));
			fuzz_must((s->attr & ~FUZZ_ATTRS) == 0);
		}
}

static bool
fuzz_same(const struct theme *a, const struct theme *b)
{
	for (int r = 0; r < ROLE_N; r++)
		for (int d = 0; d < DEPTH_N; d++) {
			const struct theme_style *x = &a->style[r][d], *y = &b->style[r][d];

			if (x->fg != y->fg || x->bg != y->bg || x->attr != y->attr)
				return false;
		}
	return a->light == b->light;
}

/* One field in the words of a theme. */
static void
fuzz_field(struct buf *b, const struct theme_style *s, enum theme_depth d)
{
	static const char *const names[16] = { "black", "red", "green", "brown", "blue", "magenta", "cyan", "white",
		"gray", "lightred", "lightgreen", "yellow", "lightblue", "lightmagenta", "lightcyan", "brightwhite" };
	static const char *const attrs[] = { "bold", "dim", "reverse", "underline" };
	const int32_t colours[] = { s->fg, s->bg };

	for (int i = 0; i < 2 && d != DEPTH_MONO; i++) {
		buf_puts(b, i == 0 ? " " : " on ");
		if (colours[i] < 0)
			buf_puts(b, "default");
		else if (d == DEPTH_16)
			buf_puts(b, names[colours[i]]);
		else
			buf_printf(b, d == DEPTH_TRUE ? "#%06x" : "%u", (unsigned)colours[i]);
	}
	for (unsigned i = 0; i < 4; i++)
		if ((s->attr >> i & 1) != 0)
			buf_printf(b, " %s", attrs[i]);
}

/* Written out role by role it is the same theme. */
static void
fuzz_again(const struct theme *t)
{
	struct errmsg em = { "" };
	struct theme again;
	struct buf b;

	buf_init(&b, 65536);
	buf_puts(&b, t->light ? "# background: light\n" : "# name: again\n");
	for (int r = 0; r < ROLE_N; r++) {
		buf_printf(&b, "%s =", ui_role_name((enum ui_role)r));
		for (int d = 0; d < DEPTH_N; d++) {
			if (d > 0)
				buf_puts(&b, " |");
			fuzz_field(&b, &t->style[r][d], (enum theme_depth)d);
		}
		buf_putc(&b, '\n');
	}
	fuzz_must(buf_ok(&b) && theme_parse(&again, "again", buf_slice(&b), &em) == 0 && fuzz_same(t, &again));
	buf_fini(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct slice text = { (const char *)data, n };
	struct errmsg em = { "" };
	struct theme t, again;
	int err;

	if (n > 65536)
		return 0;
	memset(&t, 0xa5, sizeof t);
	err = theme_parse(&t, "fuzz", text, &em);
	fuzz_must((err == 0) == (em.text[0] == '\0'));
	fuzz_must(err == 0 || strncmp(em.text, "fuzz:", 5) == 0);
	for (const char *p = em.text; *p != '\0'; p++)
		fuzz_must(*p >= ' ' && *p <= '~');
	fuzz_styles(&t);
	memset(&again, 0x5a, sizeof again);
	em.text[0] = '\0';
	fuzz_must(theme_parse(&again, "fuzz", text, &em) == err && fuzz_same(&t, &again));
	fuzz_again(&t);
	return 0;
}
