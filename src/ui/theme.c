/*
 * theme - roles to colours; the file format is described in themes/default.theme, which says the same as
 * theme_builtin below (a test compares them).
 * One thing to know: inheritance is by rank.  A line reaches the role it names and all below it, and never
 * overrules a line that named a role more exactly, so the order of lines does not matter.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sipwhy/buf.h"
#include "sipwhy/text.h"
#include "sipwhy/ui.h"

enum { THEME_FILE_MAX = 64 * 1024 };

static const char theme_builtin[] =
    "# name: default\n"
    "text = default | default | default |\n"
    "text.dim = #8a8a8a | 245 | dim | dim\n"
    "text.strong = default bold | default bold | default bold | bold\n"
    "text.key = #87d7ff bold | 117 bold | lightcyan bold | bold\n"
    "frame = #6c6c6c | 242 | dim | dim\n"
    "frame.title = default bold | default bold | default bold | bold\n"
    "bar = #c6c6c6 on #303030 | 251 on 236 | black on cyan | reverse\n"
    "bar.key = #ffffff on #303030 bold | 231 on 236 bold | black on cyan bold | reverse bold\n"
    "status = #d0d0d0 on #303030 | 252 on 236 | white on blue | reverse\n"
    "status.live = #00d7af on #303030 bold | 43 on 236 bold | lightgreen on blue bold | reverse bold\n"
    "status.paused = #000000 on #ffd700 bold | 16 on 220 bold | black on brown | bold\n"
    "status.follow = #87d7ff on #303030 | 117 on 236 | lightcyan on blue | reverse\n"
    "status.loss = #ffffff on #d70000 bold | 231 on 160 bold | brightwhite on red bold | bold\n"
    "class.1xx = #6c6c6c | 242 | dim | dim\n"
    "class.2xx = #00af87 | 36 | cyan |\n"
    "class.3xx = #afafff | 147 | lightblue |\n"
    "class.4xx = #ffd700 | 220 | yellow |\n"
    "class.5xx = #ff0000 bold | 196 bold | lightred bold | bold\n"
    "class.6xx = #d700af | 163 | magenta bold | bold\n"
    "class.silence = #ffffff bold | 231 bold | brightwhite bold | bold\n"
    "state.warn = #ffd700 | 220 | yellow |\n"
    "state.crit = #ff0000 bold | 196 bold | lightred bold | bold\n"
    "list.header = #9e9e9e underline | 247 underline | default underline | underline\n"
    "list.cursor = #ffffff on #444466 bold | 231 on 60 bold | brightwhite on blue bold | reverse\n"
    "list.new = default bold | default bold | default bold | bold\n"
    "list.muted = #6c6c6c | 242 | dim | dim\n"
    "spark = #5fafd7 | 74 | cyan |\n"
    "spark.peak = #ffffff bold | 231 bold | brightwhite bold | bold\n"
    "meter = #5fafd7 | 74 | cyan |\n"
    "popup = default | default | default |\n"
    "popup.title = default bold | default bold | default bold | bold\n"
    "prompt.error = #ffffff on #d70000 bold | 231 on 160 bold | brightwhite on red bold | reverse bold\n"
    "syntax.start = #ffffff bold | 231 bold | brightwhite bold | bold\n"
    "syntax.header = #5fafd7 | 74 | cyan | bold\n"
    "syntax.body = #8a8a8a | 245 | dim | dim\n";

/* Colour names of the 16-colour field, by index; "brown" is what many call dark yellow. */
static const struct theme_colour {
	const char *name;
	uint32_t rgb;
} theme_colours[16] = {
	{ "black", 0x000000 },
	{ "red", 0xaa0000 },
	{ "green", 0x00aa00 },
	{ "brown", 0xaa5500 },
	{ "blue", 0x0000aa },
	{ "magenta", 0xaa00aa },
	{ "cyan", 0x00aaaa },
	{ "white", 0xaaaaaa },
	{ "gray", 0x555555 },
	{ "lightred", 0xff5555 },
	{ "lightgreen", 0x55ff55 },
	{ "yellow", 0xffff55 },
	{ "lightblue", 0x5555ff },
	{ "lightmagenta", 0xff55ff },
	{ "lightcyan", 0x55ffff },
	{ "brightwhite", 0xffffff },
};

/* What a read keeps: where messages go, and how exactly each role was named so far. */
struct theme_reader {
	struct theme *theme;
	const char *name;
	struct errmsg *em;
	unsigned line;
	int err;
	uint8_t rank[ROLE_N];
};

/* Remember the first fault only; loading goes on. */
static void
theme_fault(struct theme_reader *r, const char *what, struct slice word)
{
	char name[128], shown[64];

	if (r->err != 0)
		return;
	(void)text_clean(name, sizeof name, slice_str(r->name), 100, true, NULL);
	(void)text_clean(shown, sizeof shown, word, 40, true, NULL);
	r->err = errmsg_set(r->em, -EINVAL, "%s:%u: \"%s\" %s", name, r->line, shown, what);
}

static uint32_t
theme_palette_rgb(unsigned index)
{
	static const uint8_t steps[6] = { 0x00, 0x5f, 0x87, 0xaf, 0xd7, 0xff };
	uint32_t gray;

	if (index < 16)
		return theme_colours[index].rgb;
	if (index >= 232) {
		gray = 8 + (index - 232) * 10;
		return gray << 16 | gray << 8 | gray;
	}
	index -= 16;
	return (uint32_t)steps[index / 36] << 16 | (uint32_t)steps[index / 6 % 6] << 8 | steps[index % 6];
}

/* Squared distance with green weighing most, as in the eye. */
static uint32_t
theme_distance(uint32_t a, uint32_t b)
{
	int32_t r = (int32_t)(a >> 16 & 255) - (int32_t)(b >> 16 & 255);
	int32_t g = (int32_t)(a >> 8 & 255) - (int32_t)(b >> 8 & 255);
	int32_t blue = (int32_t)(a & 255) - (int32_t)(b & 255);

	return (uint32_t)(2 * r * r + 4 * g * g + 3 * blue * blue);
}

static int32_t
theme_nearest(uint32_t rgb, unsigned first, unsigned last)
{
	unsigned best = first;

	for (unsigned i = first; i <= last; i++)
		if (theme_distance(rgb, theme_palette_rgb(i)) < theme_distance(rgb, theme_palette_rgb(best)))
			best = i;
	return (int32_t)best;
}

static int32_t
theme_lower_colour(int32_t colour, enum theme_depth from)
{
	if (colour < 0)
		return -1;
	if (from == DEPTH_TRUE)
		return theme_nearest((uint32_t)colour, 16, 255);
	return theme_nearest(theme_palette_rgb((unsigned)colour), 0, 15);
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
		static const char digits[] = "0123456789abcdef";
		const char *d = memchr(digits, word.p[i] | 32, 16);

		if (d == NULL)
			return -EINVAL;
		v = v << 4 | (int32_t)(d - digits);
	}
	*out = v;
	return 0;
}

static int
theme_colour(struct slice word, enum theme_depth depth, int32_t *out)
{
	uint64_t v;

	if (slice_ieq(word, slice_str("default"))) {
		*out = -1;
		return 0;
	}
	if (depth == DEPTH_TRUE)
		return theme_hex(word, out);
	if (depth == DEPTH_256) {
		if (slice_u64(word, 255, &v) != 0)
			return -EINVAL;
		*out = (int32_t)v;
		return 0;
	}
	for (int i = 0; depth == DEPTH_16 && i < 16; i++)
		if (slice_ieq(word, slice_str(theme_colours[i].name))) {
			*out = i;
			return 0;
		}
	return -EINVAL;
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
		[DEPTH_TRUE] = "is no colour: use #rrggbb or default",
		[DEPTH_256] = "is no colour: use 0..255 or default",
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

/* How exactly `name` names role: 0 not at all, 1 as its root "text", 2 as its parent, 3 itself. */
static unsigned
theme_rank(struct slice name, enum ui_role role)
{
	struct slice full = slice_str(ui_role_name(role));

	if (slice_eq(name, full))
		return 3;
	if (full.n > name.n && full.p[name.n] == '.' && memcmp(full.p, name.p, name.n) == 0)
		return 2;
	return slice_eq(name, slice_str("text")) ? 1 : 0;
}

static void
theme_assign(struct theme_reader *r, struct slice name, const struct theme_style style[DEPTH_N])
{
	bool known = false;

	for (unsigned role = 0; role < ROLE_N; role++) {
		unsigned rank = theme_rank(name, role);

		known = known || rank > 1 || (rank == 1 && role == ROLE_TEXT);
		if (rank == 0 || rank < r->rank[role])
			continue;
		r->rank[role] = (uint8_t)rank;
		memcpy(r->theme->style[role], style, sizeof r->theme->style[role]);
	}
	if (!known)
		theme_fault(r, "is not a role", name);
}

static void
theme_comment(struct theme_reader *r, struct slice line)
{
	struct slice key = slice_str("# name:");

	if (!slice_istarts(line, key))
		return;
	line.p += key.n;
	line.n -= key.n;
	(void)text_clean(
	    r->theme->name, sizeof r->theme->name, slice_trim(line), sizeof r->theme->name - 1, true, NULL);
}

static void
theme_line(struct theme_reader *r, struct slice line)
{
	struct theme_style style[DEPTH_N];
	struct slice whole = line, name = slice_trim(slice_cut(&line, '='));

	if (line.p == NULL || name.n == 0) {
		theme_fault(r, "is no line of a theme: use role = direct | 256 | 16 | mono", whole);
		return;
	}
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
	theme_assign(r, name, style);
}

static int
theme_read(struct theme *t, const char *name, struct slice text, struct errmsg *em)
{
	struct theme_reader r = { .theme = t, .name = name, .em = em };

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

void
theme_default(struct theme *t)
{
	struct errmsg em = { "" };

	memset(t, 0, sizeof *t);
	(void)theme_read(t, "built-in theme", slice_str(theme_builtin), &em);
}

int
theme_parse(struct theme *t, const char *name, struct slice text, struct errmsg *em)
{
	theme_default(t);
	return theme_read(t, name, text, em);
}

/* The whole file, of THEME_FILE_MAX bytes at most. */
static int
theme_slurp(struct buf *b, int fd)
{
	char chunk[4096];
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) != 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	while ((n = read(fd, chunk, sizeof chunk)) > 0)
		buf_add(b, chunk, (size_t)n);
	if (n < 0)
		return -errno;
	return buf_ok(b) ? 0 : -EFBIG;
}

int
theme_load(struct theme *t, const char *path, struct errmsg *em)
{
	char shown[160];
	struct buf b;
	int fd, err;

	theme_default(t);
	(void)text_clean(shown, sizeof shown, slice_str(path), 150, true, NULL);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return errmsg_set(em, -errno, "theme %s cannot be read: %s", shown, strerror(errno));
	buf_init(&b, THEME_FILE_MAX);
	err = theme_slurp(&b, fd);
	(void)close(fd);
	if (err == 0)
		err = theme_read(t, path, buf_slice(&b), em);
	else
		(void)errmsg_set(em, err, "theme %s cannot be read: %s", shown,
		    err == -EINVAL ? "it is not a regular file" : strerror(-err));
	buf_fini(&b);
	return err;
}
