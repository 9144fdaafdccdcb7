/* theme: the shipped file equals the built-in theme, wrong lines are named, inheritance and depths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sipwhy/mem.h"
#include "sipwhy/ui.h"
#include "ui/colour.h"

static const char *
theme_path(char *out, size_t cap, const char *name)
{
	const char *root = getenv("srcdir");

	(void)snprintf(out, cap, "%s/%s", root != NULL ? root : ".", name);
	return out;
}

static void
check_style(const struct theme *t, enum ui_role role, enum theme_depth depth, int fg, int bg, int attr)
{
	const struct theme_style *s = &t->style[role][depth];

	assert_int_equal(s->fg, fg);
	assert_int_equal(s->bg, bg);
	assert_int_equal(s->attr, attr);
}

static void
check_equal(const struct theme *a, const struct theme *b)
{
	for (unsigned r = 0; r < ROLE_N; r++)
		for (unsigned d = 0; d < DEPTH_N; d++)
			check_style(a, r, d, b->style[r][d].fg, b->style[r][d].bg, b->style[r][d].attr);
}

/* The name of each file is in its first line, and all of them are built in as they are. */
static void
test_shipped(void **state)
{
	(void)state;
	for (size_t i = 0; theme_builtin_name(i) != NULL; i++) {
		const char *name = theme_builtin_name(i);
		struct theme built_in, shipped;
		struct errmsg em = { "" };
		char path[512], file[64];

		(void)snprintf(file, sizeof file, "themes/%s.theme", name);
		assert_int_equal(theme_load(&shipped, theme_path(path, sizeof path, file), &em), 0);
		assert_string_equal(em.text, "");
		assert_string_equal(shipped.name, name);
		assert_int_equal(theme_builtin(&built_in, slice_str(name)), 0);
		assert_string_equal(built_in.name, name);
		assert_int_equal(built_in.light, strcmp(name, "light") == 0);
		check_equal(&built_in, &shipped);
		/* Complete: nothing of it stands on the dark one. */
		if (strcmp(name, "dark") != 0)
			assert_non_null(strstr(theme_builtin_text(i).p, "\ntext = "));
	}
	assert_null(theme_builtin_name(7));
	assert_int_equal(theme_builtin_text(7).n, 0);
}

static void
test_dark(void **state)
{
	struct theme t;

	(void)state;
	theme_default(&t);
	assert_string_equal(t.name, "dark");
	check_style(&t, ROLE_CLASS_5XX, DEPTH_TRUE, 0xff0000, -1, ATTR_BOLD);
	check_style(&t, ROLE_CLASS_5XX, DEPTH_256, 196, -1, ATTR_BOLD);
	check_style(&t, ROLE_CLASS_4XX, DEPTH_16, 11, -1, 0);
	check_style(&t, ROLE_LIST_CURSOR, DEPTH_MONO, -1, -1, ATTR_REVERSE);
	check_style(&t, ROLE_CLASS_SILENCE, DEPTH_MONO, -1, -1, ATTR_REVERSE);
	check_style(&t, ROLE_BAR_WORD, DEPTH_256, 251, 236, 0);
}

static bool
styles_equal(const struct theme_style *a, const struct theme_style *b)
{
	return a->fg == b->fg && a->bg == b->bg && a->attr == b->attr;
}

/* No two classes look alike, in any theme and any depth that has colours; nothing is coloured in mono. */
static void
test_classes_differ(void **state)
{
	struct theme t;

	(void)state;
	for (size_t i = 0; theme_builtin_name(i) != NULL; i++) {
		assert_int_equal(theme_builtin(&t, slice_str(theme_builtin_name(i))), 0);
		for (unsigned d = 0; d < DEPTH_MONO; d++)
			for (unsigned a = ROLE_CLASS_1XX; a <= ROLE_CLASS_CHALLENGE; a++)
				for (unsigned b = a + 1; b <= ROLE_CLASS_CHALLENGE; b++)
					if (styles_equal(&t.style[a][d], &t.style[b][d]))
						fail_msg("%s: %s and %s are alike at depth %u", t.name, ui_role_name(a),
						    ui_role_name(b), d);
		for (unsigned r = 0; r < ROLE_N; r++) {
			assert_int_equal(t.style[r][DEPTH_MONO].fg, -1);
			assert_int_equal(t.style[r][DEPTH_MONO].bg, -1);
		}
	}
}

static uint32_t
gamma_back(double v)
{
	v = v < 0 ? 0 : v > 1 ? 1 : v;
	v = v <= 0.0031308 ? v * 12.92 : 1.055 * pow(v, 1 / 2.4) - 0.055;
	return (uint32_t)lround(v * 255);
}

/* As three kinds of colour-blind eyes see it: Machado and others 2009, severity 1. */
static uint32_t
seen(uint32_t rgb, unsigned kind)
{
	static const double sight[3][3][3] = {
		{ { 0.152286, 1.052583, -0.204868 }, { 0.114503, 0.786281, 0.099216 },
		    { -0.003882, -0.048116, 1.051998 } },
		{ { 0.367322, 0.860646, -0.227968 }, { 0.280085, 0.672501, 0.047413 },
		    { -0.011820, 0.042940, 0.968881 } },
		{ { 1.255528, -0.076749, -0.178779 }, { -0.078411, 0.930809, 0.147602 },
		    { 0.004733, 0.691367, 0.303900 } },
	};
	double in[3], out[3];

	if (kind == 3)
		return rgb;
	for (unsigned i = 0; i < 3; i++) {
		double s = (rgb >> (16 - 8 * i) & 255) / 255.0;

		in[i] = s <= 0.04045 ? s / 12.92 : pow((s + 0.055) / 1.055, 2.4);
	}
	for (unsigned i = 0; i < 3; i++)
		out[i] = sight[kind][i][0] * in[0] + sight[kind][i][1] * in[1] + sight[kind][i][2] * in[2];
	return gamma_back(out[0]) << 16 | gamma_back(out[1]) << 8 | gamma_back(out[2]);
}

/* The smallest distance between two of the seven classes, to any of the four kinds of eyes. */
static double
nearest_classes(const char *name, enum theme_depth depth)
{
	struct theme t;
	double least = 1000;

	assert_int_equal(theme_builtin(&t, slice_str(name)), 0);
	for (unsigned kind = 0; kind < 4; kind++)
		for (unsigned a = ROLE_CLASS_1XX; a <= ROLE_CLASS_SILENCE; a++)
			for (unsigned b = a + 1; b <= ROLE_CLASS_SILENCE; b++) {
				uint32_t x = (uint32_t)t.style[a][depth].fg, y = (uint32_t)t.style[b][depth].fg;
				double d;

				x = seen(depth == DEPTH_256 ? theme_palette(x) : x, kind);
				y = seen(depth == DEPTH_256 ? theme_palette(y) : y, kind);
				d = colour_distance(colour_lab(x), colour_lab(y));
				least = d < least ? d : least;
			}
	return least;
}

static void
test_classes_seen(void **state)
{
	(void)state;
	for (unsigned depth = DEPTH_TRUE; depth <= DEPTH_256; depth++) {
		assert_true(nearest_classes("dark", depth) > 16.3);
		assert_true(nearest_classes("light", depth) > 14.1);
	}
}

static int
parse(struct theme *t, const char *text, char *why, size_t cap)
{
	struct errmsg em = { "" };
	int err = theme_parse(t, "x.theme", slice_str(text), &em);

	(void)snprintf(why, cap, "%s", em.text);
	return err;
}

static void
test_faults(void **state)
{
	static const struct {
		const char *text, *word;
	} bad[] = {
		{ "\nclass.9xx = #ffffff | 1 | red |\n", "x.theme:2: \"class.9xx\" is not a role" },
		{ "text = #fffff\n", "x.theme:1: text: \"#fffff\" is no colour" },
		{ "te\x1bxt = #fffff\n", "x.theme:1: te\\x1bxt: \"#fffff\" is no colour" },
		/* Bytes that only a careless lower case makes digits of. */
		{ "text = #1\x10\x11\x15\x18\x19\n", "is no colour" },
		{ "text = #ffffff | 256\n", "\"256\" is no colour" },
		{ "text = #ffffff | 2 | pink\n", "\"pink\" is no colour name" },
		{ "text = #ffffff | 2 | red | red\n", "\"red\" is no attribute" },
		{ "text = default | 2 | red | bold | 5\n", "one field too many" },
		{ "text\n", "is no line of a theme" },
		{ "= bold\n", "is no line of a theme" },
		{ "cla = bold\n", "\"cla\" is not a role" },
		{ "te\x1bxt = bold\n", "\"te\\x1bxt\" is not a role" },
	};
	struct theme t;
	char why[400];

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_int_equal(parse(&t, bad[i].text, why, sizeof why), -EINVAL);
		assert_non_null(strstr(why, bad[i].word));
	}
	/* The first fault is told, the rest still loads. */
	assert_int_equal(parse(&t, "nix = bold\nbar = #010203\nnox = dim\n", why, sizeof why), -EINVAL);
	assert_non_null(strstr(why, "x.theme:1:"));
	assert_int_equal(t.faults, 2);
	assert_int_equal(t.style[ROLE_BAR][DEPTH_TRUE].fg, 0x010203);
	assert_int_equal(parse(&t, "bar = #010203\n", why, sizeof why), 0);
	assert_int_equal(t.faults, 0);
}

static char wrong_lines[400];

static void
wrong(const char *sentence)
{
	size_t n = strlen(wrong_lines);

	(void)snprintf(wrong_lines + n, sizeof wrong_lines - n, "%s/", sentence);
}

/* Whoever asks hears of each wrong line, once. */
static void
test_all_faults(void **state)
{
	struct errmsg em = { "" };
	struct theme t;

	(void)state;
	assert_int_equal(theme_parse_all(&t, "x.theme",
			     slice_str("nix = bold\nbar = #010203\nnox = pink | pink | pink\n"), wrong, &em),
	    -EINVAL);
	assert_string_equal(wrong_lines,
	    "x.theme:1: \"nix\" is not a role/"
	    "x.theme:3: nox: \"pink\" is no colour: use #rrggbb, a name or default/");
	assert_string_equal(em.text, "x.theme:1: \"nix\" is not a role");
}

static void
test_inheritance(void **state)
{
	struct theme t, standard;
	char why[400];

	(void)state;
	theme_default(&standard);
	assert_int_equal(
	    parse(&t, "status.live = #111111\nstatus = #222222\nlist = #333333\n# name: mine\n", why, sizeof why), 0);
	assert_int_equal(t.style[ROLE_STATUS_LIVE][DEPTH_TRUE].fg, 0x111111);
	assert_int_equal(t.style[ROLE_STATUS_LOSS][DEPTH_TRUE].fg, 0x222222);
	assert_int_equal(t.style[ROLE_LIST_HEADER][DEPTH_TRUE].fg, 0x333333);
	check_style(&t, ROLE_BAR, DEPTH_TRUE, standard.style[ROLE_BAR][0].fg, standard.style[ROLE_BAR][0].bg, 0);
	assert_string_equal(t.name, "mine");
	assert_int_equal(parse(&t, "bar = #222222\ntext = #444444\n", why, sizeof why), 0);
	assert_int_equal(t.style[ROLE_BAR_KEY][DEPTH_TRUE].fg, 0x222222);
	assert_int_equal(t.style[ROLE_CLASS_1XX][DEPTH_TRUE].fg, 0x444444);
	/* Step by step up the dots, in any order. */
	assert_int_equal(
	    parse(&t, "list.cursor.unfocused = #010101\nlist.cursor = #020202\nlist = #030303\n", why, sizeof why), 0);
	assert_int_equal(t.style[ROLE_LIST_CURSOR_UNFOCUSED][DEPTH_TRUE].fg, 0x010101);
	assert_int_equal(t.style[ROLE_LIST_CURSOR][DEPTH_TRUE].fg, 0x020202);
	assert_int_equal(t.style[ROLE_LIST_MARKED][DEPTH_TRUE].fg, 0x030303);
	assert_int_equal(parse(&t, "list.cursor = #020202\nlist = #030303\n", why, sizeof why), 0);
	assert_int_equal(t.style[ROLE_LIST_CURSOR_UNFOCUSED][DEPTH_TRUE].fg, 0x020202);
}

/* What is left out of a theme for a light background is the light one's. */
static void
test_background(void **state)
{
	struct theme t, light;
	char why[400];

	(void)state;
	assert_int_equal(theme_builtin(&light, slice_str("light")), 0);
	assert_int_equal(parse(&t, "# name: mine  background: light  me\nbar = #010203\n", why, sizeof why), 0);
	assert_true(t.light);
	assert_string_equal(t.name, "mine");
	assert_int_equal(t.style[ROLE_BAR_KEY][DEPTH_TRUE].fg, 0x010203);
	assert_int_equal(t.style[ROLE_CLASS_4XX][DEPTH_TRUE].fg, light.style[ROLE_CLASS_4XX][DEPTH_TRUE].fg);
	assert_int_equal(t.style[ROLE_CLASS_4XX][DEPTH_TRUE].fg, 0xaf5f00);
	assert_int_equal(parse(&t, "# name: mine background: dark\n", why, sizeof why), 0);
	assert_false(t.light);
	assert_int_equal(theme_builtin(&t, slice_str("ligh")), -ENOENT);
	assert_string_equal(t.name, "mine");
}

static void
test_missing_depths(void **state)
{
	struct theme t;
	char why[400];

	(void)state;
	assert_int_equal(
	    parse(&t, "bar = #ff0000 on #0000d7 bold\nframe = #00af87 | 36 | cyan |\r\n", why, sizeof why), 0);
	check_style(&t, ROLE_BAR, DEPTH_256, 196, 20, ATTR_BOLD);
	check_style(&t, ROLE_BAR, DEPTH_MONO, -1, -1, ATTR_BOLD);
	assert_int_equal(t.style[ROLE_BAR][DEPTH_16].bg, 4);
	assert_in_range(t.style[ROLE_BAR][DEPTH_16].fg, 0, 15);
	check_style(&t, ROLE_FRAME, DEPTH_16, 6, -1, 0);
	check_style(&t, ROLE_FRAME, DEPTH_MONO, -1, -1, 0);
	/* Names stand in any field; a palette index of a name stays that index. */
	assert_int_equal(parse(&t, "bar = lightred | lightred\n", why, sizeof why), 0);
	check_style(&t, ROLE_BAR, DEPTH_TRUE, 0xff5555, -1, 0);
	check_style(&t, ROLE_BAR, DEPTH_256, 9, -1, 0);
	check_style(&t, ROLE_BAR, DEPTH_16, 9, -1, 0);
}

/* Every truncation of the shipped file is read without a step outside. */
static void
test_truncations(void **state)
{
	char path[512], *text = malloc(65536);
	FILE *f = fopen(theme_path(path, sizeof path, "themes/dark.theme"), "r");
	size_t n;

	(void)state;
	assert_non_null(f);
	n = fread(text, 1, 65536, f);
	fclose(f);
	for (size_t len = 0; len <= n; len++) {
		char *part = malloc(len + 1);
		struct errmsg em = { "" };
		struct theme t;
		int err;

		memcpy(part, text, len);
		err = theme_parse(&t, "cut", (struct slice){ part, len }, &em);
		assert_true((err == 0) == (em.text[0] == '\0'));
		free(part);
	}
	free(text);
}

static void
test_files(void **state)
{
	struct theme t;
	struct errmsg em = { "" };

	(void)state;
	assert_int_equal(theme_load(&t, "/nonexistent/x.theme", &em), -ENOENT);
	assert_non_null(strstr(em.text, "/nonexistent/x.theme"));
	assert_int_equal(theme_load(&t, "/", &em), -EINVAL);
	assert_int_equal(theme_load(&t, "/dev/zero", &em), -EINVAL);
	assert_string_equal(t.name, "dark");
	assert_string_equal(ui_role_name(ROLE_CLASS_5XX), "class.5xx");
	assert_string_equal(ui_role_name(ROLE_N), "-");
}

static void
put_file(const char *folder, const char *name, const char *text)
{
	char path[600];
	FILE *f;

	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	f = fopen(path, "w");
	assert_non_null(f);
	(void)fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

/* What is too large, and what memory is short for. */
static void
test_file_limits(void **state)
{
	char file[] = "/tmp/theme-test-XXXXXX", path[512], line[64];
	int fd = mkstemp(file);
	struct errmsg em = { "" };
	struct theme t;

	(void)state;
	assert_true(fd >= 0);
	memset(line, '#', sizeof line - 1);
	line[sizeof line - 1] = '\n';
	for (unsigned n = 0; n < 65536; n += sizeof line)
		assert_int_equal(write(fd, line, sizeof line), sizeof line);
	assert_int_equal(theme_load(&t, file, &em), 0);
	assert_int_equal(write(fd, "\n", 1), 1);
	assert_int_equal(theme_load(&t, file, &em), -EFBIG);
	assert_int_equal(close(fd), 0);
	assert_int_equal(unlink(file), 0);
	(void)theme_path(path, sizeof path, "themes/dark.theme");
	mem_fail_at(1);
	assert_int_equal(theme_load(&t, path, &em), -ENOMEM);
	mem_fail_at(0);
	assert_string_equal(t.name, "dark");
}

static void
test_find(void **state)
{
	char user[] = "/tmp/theme-test-XXXXXX", path[600];
	const char *const folders[] = { "/nonexistent", user, NULL };
	struct theme t;
	struct errmsg em = { "" };

	(void)state;
	assert_non_null(mkdtemp(user));
	put_file(user, "mine.theme", "# name: mine\nbar = #010203\n");
	put_file(user, "light.theme", "# name: own-light\n");
	put_file(user, "bad.theme", "# name: bad\nnix = bold\nbar = #010203\n");
	assert_int_equal(theme_find(&t, "mine", folders, &em), 0);
	assert_string_equal(t.name, "mine");
	/* The user's own goes before the shipped one of that name. */
	assert_int_equal(theme_find(&t, "light", folders, &em), 0);
	assert_string_equal(t.name, "own-light");
	assert_int_equal(theme_find(&t, "light", NULL, &em), 0);
	assert_string_equal(t.name, "light");
	assert_string_equal(em.text, "");
	assert_int_equal(theme_find(&t, "solarized", folders, &em), 0);
	/* One with a fault is told by file, line and role, and loads. */
	assert_int_equal(theme_find(&t, "bad", folders, &em), -EINVAL);
	assert_non_null(strstr(em.text, "/bad.theme:2: \"nix\" is not a role"));
	assert_int_equal(t.style[ROLE_BAR][DEPTH_TRUE].fg, 0x010203);
	(void)snprintf(path, sizeof path, "%s/mine.theme", user);
	assert_int_equal(theme_find(&t, path, NULL, &em), 0);
	assert_string_equal(t.name, "mine");
	assert_int_equal(theme_find(&t, "./nowhere.theme", folders, &em), -ENOENT);
	assert_int_equal(theme_find(&t, "no\x1bsuch", folders, &em), -ENOENT);
	assert_string_equal(em.text,
	    "theme \"no\\x1bsuch\" is not known: take "
	    "dark, light, mono, 16, highcontrast, sngrep, solarized, or a file");
	assert_int_equal(theme_find(&t, "", folders, &em), -ENOENT);
	assert_string_equal(t.name, "dark");
	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(
		    path, sizeof path, "%s/%s.theme", user, (const char *const[]){ "mine", "light", "bad" }[i]);
		assert_int_equal(remove(path), 0);
	}
	assert_int_equal(remove(user), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shipped),
		cmocka_unit_test(test_dark),
		cmocka_unit_test(test_classes_differ),
		cmocka_unit_test(test_classes_seen),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_all_faults),
		cmocka_unit_test(test_inheritance),
		cmocka_unit_test(test_missing_depths),
		cmocka_unit_test(test_truncations),
		cmocka_unit_test(test_background),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_file_limits),
		cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
