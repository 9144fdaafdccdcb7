/* theme: the shipped file equals the built-in theme, wrong lines are named, inheritance and depths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sipwhy/ui.h"

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

static void
test_shipped(void **state)
{
	struct theme built_in, shipped;
	struct errmsg em = { "" };
	char path[512];

	(void)state;
	theme_default(&built_in);
	assert_int_equal(theme_load(&shipped, theme_path(path, sizeof path, "themes/default.theme"), &em), 0);
	assert_string_equal(em.text, "");
	assert_string_equal(shipped.name, "default");
	check_equal(&built_in, &shipped);
	assert_string_equal(built_in.name, shipped.name);
	check_style(&built_in, ROLE_CLASS_5XX, DEPTH_TRUE, 0xff0000, -1, ATTR_BOLD);
	check_style(&built_in, ROLE_CLASS_5XX, DEPTH_256, 196, -1, ATTR_BOLD);
	check_style(&built_in, ROLE_CLASS_4XX, DEPTH_16, 11, -1, 0);
	check_style(&built_in, ROLE_LIST_CURSOR, DEPTH_MONO, -1, -1, ATTR_REVERSE);
}

/* No two classes look alike, in any depth that has colours; nothing is coloured in mono. */
static void
test_classes_differ(void **state)
{
	struct theme t;

	(void)state;
	theme_default(&t);
	for (unsigned d = 0; d < DEPTH_MONO; d++)
		for (unsigned a = ROLE_CLASS_1XX; a <= ROLE_CLASS_SILENCE; a++)
			for (unsigned b = a + 1; b <= ROLE_CLASS_SILENCE; b++)
				assert_true(
				    t.style[a][d].fg != t.style[b][d].fg || t.style[a][d].attr != t.style[b][d].attr);
	for (unsigned r = 0; r < ROLE_N; r++) {
		assert_int_equal(t.style[r][DEPTH_MONO].fg, -1);
		assert_int_equal(t.style[r][DEPTH_MONO].bg, -1);
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
		{ "text = #fffff\n", "x.theme:1: \"#fffff\" is no colour" },
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
	assert_int_equal(t.style[ROLE_BAR][DEPTH_TRUE].fg, 0x010203);
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
	assert_in_range(t.style[ROLE_BAR][DEPTH_16].fg, 0, 15);
	check_style(&t, ROLE_FRAME, DEPTH_16, 6, -1, 0);
	check_style(&t, ROLE_FRAME, DEPTH_MONO, -1, -1, 0);
}

/* Every truncation of the shipped file is read without a step outside. */
static void
test_truncations(void **state)
{
	char path[512], *text = malloc(65536);
	FILE *f = fopen(theme_path(path, sizeof path, "themes/default.theme"), "r");
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
	assert_string_equal(t.name, "default");
	assert_string_equal(ui_role_name(ROLE_CLASS_5XX), "class.5xx");
	assert_string_equal(ui_role_name(ROLE_N), "-");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shipped),
		cmocka_unit_test(test_classes_differ),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_inheritance),
		cmocka_unit_test(test_missing_depths),
		cmocka_unit_test(test_truncations),
		cmocka_unit_test(test_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
