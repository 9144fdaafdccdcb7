/* help: three pages, searching them, and that every key of every table stands there; settings and the question at the
 * end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scene.h"
#include "sipwhy/timefmt.h"
#include "view/view_int.h"

enum { ROWS = SCENE_ROWS, COLS = SCENE_COLS };

static void
test_pages(void **state)
{
	struct scene s;

	(void)state;
	scene_open_busy(&s);
	scene_keys(&s, "2?");
	scene_check_all(&s, "help-events");
	scene_keys(&s, "2");
	scene_check_all(&s, "help-codes");
	scene_keys(&s, "3");
	scene_check_all(&s, "help-signs");
	/* Left and Right go round; an unknown key closes, and does nothing else. */
	viewer_key(s.viewer, UI_KEY_RIGHT);
	assert_true(scene_shows(&s, "help 1/3"));
	viewer_key(s.viewer, UI_KEY_LEFT);
	assert_true(scene_shows(&s, "help 3/3"));
	scene_keys(&s, "5");
	assert_ptr_equal(viewer_top(s.viewer), &view_events);
	scene_close(&s);
}

/* Page 1 of each view with a number fits a screen of 80x24. */
static void
test_fits(void **state)
{
	static const char views[] = "123456";
	struct scene s;

	(void)state;
	scene_open_busy(&s);
	for (const char *view = views; *view != '\0'; view++) {
		scene_keys(&s, (const char[]){ *view, '\0' });
		scene_keys(&s, "?");
		if (!scene_shows(&s, "FILTER") || !scene_shows(&s, "KEYS") || scene_shows(&s, "more  help"))
			fail_msg("the keys of view %c need more than a screen", *view);
		scene_keys(&s, "q");
	}
	scene_close(&s);
}

static void
test_search(void **state)
{
	struct scene s;

	(void)state;
	scene_open_busy(&s);
	scene_keys(&s, "?/teapot\r");
	assert_true(scene_shows(&s, "no such word"));
	scene_keys(&s, "/Loop Detected\r");
	assert_true(scene_shows(&s, "482"));
	assert_true(scene_shows(&s, "help 2/3"));
	/* On over the last page and round; back to it. */
	scene_keys(&s, "n");
	assert_true(scene_shows(&s, "482"));
	scene_keys(&s, "/SEER\rn");
	assert_true(scene_shows(&s, "RFC 6076"));
	scene_keys(&s, "N");
	assert_true(scene_shows(&s, "help 3/3"));
	/* Typing is typing: q is no way out while it lasts. */
	scene_keys(&s, "/q");
	assert_ptr_equal(s.viewer->stack[s.viewer->depth - 1].ops, &view_help);
	scene_keys(&s, "\x1bq");
	assert_ptr_equal(viewer_top(s.viewer), &view_overview);
	scene_close(&s);
}

struct value {
	char theme[16], set[64];
};

static const char *
value(void *ctx, const char *name, char *out, size_t cap)
{
	static const char *const values[][2] = { { "color", "auto" }, { "glyphs", "utf8" }, { "refresh", "1" },
		{ "mouse", "no" }, { "bell", "never" }, { "confirm-quit", "auto" }, { "redact", "yes" } };

	(void)ctx;
	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
		if (strcmp(name, values[i][0]) == 0) {
			(void)snprintf(out, cap, "%s", values[i][1]);
			return out;
		}
	return NULL;
}

static void
test_settings(void **state)
{
	static const char *const themes[] = { "dark", "light", "mono", NULL };
	const struct view_cfg cfg = { .window_s = -1, .themes = themes, .value = value };
	const struct view_request *r;
	struct scene s;

	(void)state;
	scene_open_busy(&s);
	scene_configure(&s, &cfg);
	free(scene_draw(&s, SCENE_ROWS, SCENE_COLS, false));
	r = viewer_request(s.viewer);
	scene_keys(&s, "o");
	scene_check_all(&s, "settings");
	assert_int_equal(viewer_key(s.viewer, UI_KEY_RIGHT), COMMAND_THEME);
	assert_string_equal(r->text, "light");
	assert_int_equal(viewer_key(s.viewer, UI_KEY_LEFT), COMMAND_THEME);
	assert_string_equal(r->text, "mono");
	scene_keys(&s, "jj");
	assert_int_equal(viewer_key(s.viewer, UI_KEY_RIGHT), COMMAND_SET);
	assert_string_equal(r->text, "glyphs");
	assert_true(slice_eq(r->body, slice_str("ascii")));
	/* The view's own change at once. */
	scene_keys(&s, "jjl");
	assert_int_equal(view_window_s(s.viewer), 900);
	scene_keys(&s, "jl");
	assert_int_equal(s.viewer->time_form, TIME_IS_UTC);
	scene_keys(&s, "jljl");
	assert_true(s.viewer->addresses && s.viewer->letters);
	scene_keys(&s, "gj");
	assert_int_equal(viewer_key(s.viewer, UI_KEY_RIGHT), COMMAND_NONE);
	assert_true(scene_shows(&s, "chosen at the start"));
	scene_keys(&s, "w");
	scene_check(&s, "settings-lines", ROWS, COLS, false);
	assert_int_equal(scene_keys(&s, "y"), COMMAND_COPY);
	assert_true(slice_ifind(r->body, slice_str("[options]\ntheme = ")) == 0);
	assert_true(slice_ifind(r->body, slice_str("\nwindow = 15m\n")) > 0);
	scene_keys(&s, "qq");
	assert_ptr_equal(s.viewer->stack[s.viewer->depth - 1].ops, &view_overview);
	scene_close(&s);
}

static void
test_quit(void **state)
{
	struct view_cfg cfg = { .window_s = -1 };
	struct scene s;

	(void)state;
	scene_open_busy(&s);
	scene_configure(&s, &cfg);
	free(scene_draw(&s, SCENE_ROWS, SCENE_COLS, false));
	assert_int_equal(scene_keys(&s, "q"), COMMAND_NONE);
	scene_check_all(&s, "quit");
	assert_int_equal(scene_keys(&s, "\r"), COMMAND_NONE);
	assert_int_equal(s.viewer->depth, 1);
	assert_int_equal(scene_keys(&s, "q\x1b"), COMMAND_NONE);
	assert_int_equal(s.viewer->depth, 1);
	assert_int_equal(scene_keys(&s, "qy"), COMMAND_QUIT);
	cfg.confirm_quit = VIEW_QUIT_NEVER;
	scene_configure(&s, &cfg);
	free(scene_draw(&s, SCENE_ROWS, SCENE_COLS, false));
	assert_int_equal(scene_keys(&s, "q"), COMMAND_QUIT);
	scene_close(&s);
	/* What is in a file comes back; unless the user wants to be asked whatever it is. */
	scene_open(&s);
	scene_hello(&s, false);
	scene_event(&s, SCENE_NOW, 0);
	assert_int_equal(scene_keys(&s, "q"), COMMAND_QUIT);
	cfg.confirm_quit = VIEW_QUIT_ALWAYS;
	scene_configure(&s, &cfg);
	free(scene_draw(&s, SCENE_ROWS, SCENE_COLS, false));
	assert_int_equal(scene_keys(&s, "q"), COMMAND_NONE);
	scene_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_fits),
		cmocka_unit_test(test_search),
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_quit),
	};

	return scene_ready() ? cmocka_run_group_tests(tests, NULL, NULL) : 99;
}
