/*
 * theme - roles to colours; the form of the text is described in themes/dark.theme.
 * One thing to know: inheritance is by rank.  A line reaches the role it names and all below it, and never
 * overrules a line that named a role more exactly, so the order of lines does not matter.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sipwhy/text.h"
#include "sipwhy/ui.h"
#include "ui/colour.h"

/* Colour names of the 16-colour field, by index; "brown" is what many call dark yellow. */
static const char *const theme_colours[16] = { "black", "red", "green", "brown", "blue", "magenta", "cyan", "white",
	"gray", "lightred", "lightgreen", "yellow", "lightblue", "lightmagenta", "lightcyan", "brightwhite" };

/* What a read keeps: where messages go, and how exactly each role was named so far. */
struct theme_reader {
	struct theme *theme;
	const char *name;
	struct errmsg *em;
	theme_wrong_fn wrong;
	unsigned line, fault_line;
	struct slice role; /* that the line is about, empty before it is known */
	int err;
	uint8_t rank[ROLE_N];
};

/* Of a line the first fault, and of the text the first line; loading goes on. */
static void
theme_fault(struct theme_reader *r, const char *what, struct slice word)
{
	char name[128], role[48], shown[64];
	struct errmsg em;

	if (r->fault_line == r->line)
		return;
	r->fault_line = r->line;
	r->theme->faults++;
	(void)text_clean(name, sizeof name, slice_str(r->name), 100, true, NULL);
	(void)text_clean(role, sizeof role, r->role, 40, true, NULL);
	(void)text_clean(shown, sizeof shown, word, 40, true, NULL);
	(void)errmsg_set(
	    &em, -EINVAL, "%s:%u: %s%s\"%s\" %s", name, r->line, role, role[0] != '\0' ? ": " : "", shown, what);
	if (r->wrong != NULL)
		r->wrong(em.text);
	if (r->err == 0)
		*r->em = em;
	r->err = -EINVAL;
}

static int32_t
theme_lower_colour(int32_t colour, enum theme_depth from)
{
	if (colour < 0)
		return -1;
	if (from == DEPTH_TRUE)
		return (int32_t)colour_nearest((uint32_t)colour, 16, 255);
	return colour < 16 ? colour : (int32_t)colour_nearest(colour_palette((unsigned)colour), 0, 15);
}

/* The style of the next depth down when a theme does not give it. */
static struct theme_style
theme_lower(struct theme_style s, enum theme_depth from)
{
	if (from >= DEPTH_16)
		return (struct theme_style){ -1, -1, s.attr };
	return (struct theme_style){ theme_lower_colour(s.fg, from), theme_lower_colour(s.bg, from), s.attr };
}

static uint8_t
theme_attr(struct slice word)
{
	static const struct {
		const char *name;
		uint8_t attr;
	} attrs[] = {
		{ "bold", ATTR_BOLD },
		{ "dim", ATTR_DIM },
		{ "reverse", ATTR_REVERSE },
		{ "underline", ATTR_UNDERLINE },
	};

	for (size_t i = 0; i < sizeof attrs / sizeof attrs[0]; i++)
		if (slice_ieq(word, slice_str(attrs[i].name)))
			return attrs[i].attr;
	return 0;
}

static int
theme_hex(struct slice word, int32_t *out)
{
	int32_t v = 0;

	if (word.n != 7 || word.p[0] != '#')
		return -EINVAL;
	for (size_t i = 1; i < word.n; i++) {
		static const char digits[] = "0123456789abcdefABCDEF";
		const char *d = memchr(digits, word.p[i], sizeof digits - 1);
		int32_t digit = d != NULL ? (int32_t)(d - digits) : -1;

		if (digit < 0)
			return -EINVAL;
		v = v << 4 | (digit < 16 ? digit : digit - 6);
	}
	*out = v;
	return 0;
}

/* A name means the same colour in each field, in the first one as most terminals show it. */
static int
theme_colour(struct slice word, enum theme_depth depth, int32_t *out)
{
	uint64_t v;

	if (depth == DEPTH_MONO)
		return -EINVAL;
	if (slice_ieq(word, slice_str("default"))) {
		*out = -1;
		return 0;
	}
	for (unsigned i = 0; i < 16; i++)
		if (slice_ieq(word, slice_str(theme_colours[i]))) {
			*out = depth == DEPTH_TRUE ? (int32_t)colour_palette(i) : (int32_t)i;
			return 0;
		}
	if (depth == DEPTH_TRUE)
		return theme_hex(word, out);
	if (depth != DEPTH_256 || slice_u64(word, 255, &v) != 0)
		return -EINVAL;
	*out = (int32_t)v;
	return 0;
}

static struct slice
theme_word(struct slice *s)
{
	struct slice word = { NULL, 0 };

	*s = slice_trim(*s);
	word.p = s->p;
	while (word.n < s->n && s->p[word.n] != ' ' && s->p[word.n] != '\t')
		word.n++;
	s->p += word.n;
	s->n -= word.n;
	return word;
}

static const char *
theme_colour_fault(enum theme_depth depth)
{
	static const char *const faults[DEPTH_N] = {
		[DEPTH_TRUE] = "is no colour: use #rrggbb, a name or default",
		[DEPTH_256] = "is no colour: use 0..255, a name or default",
		[DEPTH_16] = "is no colour name: use black, red, lightred, yellow ... or default",
		[DEPTH_MONO] = "is no attribute: use bold, dim, reverse or underline (no colour here)",
	};

	return faults[depth];
}

/* One field: [colour] [on colour] [attributes]. */
static struct theme_style
theme_field(struct theme_reader *r, struct slice field, enum theme_depth depth)
{
	struct theme_style s = { -1, -1, 0 };
	bool back = false;
	struct slice word;

	while ((word = theme_word(&field)).n > 0) {
		uint8_t attr = theme_attr(word);

		if (attr != 0)
			s.attr |= attr;
		else if (slice_ieq(word, slice_str("on")))
			back = true;
		else if (theme_colour(word, depth, back ? &s.bg : &s.fg) != 0)
			theme_fault(r, theme_colour_fault(depth), word);
	}
	return s;
}

/* How exactly `name` names role: 0 not at all, 1 as the root of all, else the more the nearer. */
static unsigned
theme_rank(struct slice name, enum ui_role role)
{
	struct slice full = slice_str(ui_role_name(role));

	if (slice_eq(name, full) || (full.n > name.n && full.p[name.n] == '.' && memcmp(full.p, name.p, name.n) == 0))
		return 2 + (unsigned)name.n;
	return slice_eq(name, slice_str("text")) ? 1 : 0;
}

static void
theme_assign(struct theme_reader *r, struct slice name, const struct theme_style style[DEPTH_N])
{
	bool known = false;

	for (unsigned role = 0; role < ROLE_N; role++) {
		unsigned rank = theme_rank(name, role);

		known = known || rank > 1;
		if (rank == 0 || rank < r->rank[role])
			continue;
		r->rank[role] = (uint8_t)rank;
		memcpy(r->theme->style[role], style, sizeof r->theme->style[role]);
	}
	if (!known)
		theme_fault(r, "is not a role", name);
}

/* The word behind `key` in a comment; empty when it is not there. */
static struct slice
theme_said(struct slice comment, const char *key)
{
	ptrdiff_t at = slice_ifind(comment, slice_str(key));
	size_t skip;

	if (at < 0)
		return (struct slice){ NULL, 0 };
	skip = (size_t)at + strlen(key);
	comment.p += skip;
	comment.n -= skip;
	return theme_word(&comment);
}

static void
theme_comment(struct theme_reader *r, struct slice line)
{
	struct slice name = theme_said(line, "# name:");

	if (name.n > 0)
		(void)text_clean(r->theme->name, sizeof r->theme->name, name, sizeof r->theme->name - 1, true, NULL);
}

static void
theme_line(struct theme_reader *r, struct slice line)
{
	struct theme_style style[DEPTH_N];
	struct slice whole = line, name = slice_trim(slice_cut(&line, '='));

	r->role = (struct slice){ NULL, 0 };
	if (line.p == NULL || name.n == 0) {
		theme_fault(r, "is no line of a theme: use role = direct | 256 | 16 | mono", whole);
		return;
	}
	r->role = name;
	for (unsigned depth = 0; depth < DEPTH_N; depth++) {
		bool given = line.p != NULL;
		struct slice field = slice_trim(slice_cut(&line, '|'));

		if (given && (field.n > 0 || depth == DEPTH_MONO))
			style[depth] = theme_field(r, field, depth);
		else
			style[depth] =
			    depth == 0 ? (struct theme_style){ -1, -1, 0 } : theme_lower(style[depth - 1], depth - 1);
	}
	if (line.p != NULL)
		theme_fault(r, "is one field too many: there are four", slice_trim(line));
	r->role = (struct slice){ NULL, 0 };
	theme_assign(r, name, style);
}

static int
theme_read(struct theme *t, const char *name, struct slice text, theme_wrong_fn wrong, struct errmsg *em)
{
	struct theme_reader r = { .theme = t, .name = name, .em = em, .wrong = wrong };

	while (text.n > 0) {
		struct slice line = slice_trim(slice_cut(&text, '\n'));

		r.line++;
		if (line.n > 0 && line.p[0] == '#')
			theme_comment(&r, line);
		else if (line.n > 0)
			theme_line(&r, line);
	}
	return r.err;
}

uint32_t
theme_palette(unsigned index)
{
	return colour_palette(index);
}

void
theme_default(struct theme *t)
{
	struct errmsg em = { "" };

	memset(t, 0, sizeof *t);
	(void)theme_read(t, "built-in theme", theme_builtin_text(0), NULL, &em);
}

/* What a text is made for decides what stands under it. */
static bool
theme_is_light(struct slice text)
{
	while (text.n > 0) {
		struct slice line = slice_trim(slice_cut(&text, '\n'));

		if (line.n > 0 && line.p[0] == '#' && slice_ieq(theme_said(line, "background:"), slice_str("light")))
			return true;
	}
	return false;
}

static struct slice
theme_light_text(void)
{
	size_t i = 0;

	while (theme_builtin_name(i) != NULL && strcmp(theme_builtin_name(i), "light") != 0)
		i++;
	return theme_builtin_text(i);
}

int
theme_parse_all(struct theme *t, const char *name, struct slice text, theme_wrong_fn wrong, struct errmsg *em)
{
	struct errmsg none = { "" };

	theme_default(t);
	if (theme_is_light(text)) {
		(void)theme_read(t, "built-in theme", theme_light_text(), NULL, &none);
		t->light = true;
	}
	return theme_read(t, name, text, wrong, em);
}

int
theme_parse(struct theme *t, const char *name, struct slice text, struct errmsg *em)
{
	return theme_parse_all(t, name, text, NULL, em);
}

int
theme_builtin(struct theme *t, struct slice name)
{
	struct errmsg none = { "" };

	for (size_t i = 0; theme_builtin_name(i) != NULL; i++)
		if (slice_eq(name, slice_str(theme_builtin_name(i))))
			return theme_parse(t, "built-in theme", theme_builtin_text(i), &none);
	return -ENOENT;
}
