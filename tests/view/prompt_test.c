/*
 * prompt_test - the line of / : and T: every key of it, its completion and history, and the commands.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scene_drawing.h"
#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"
#include "view/prompt_int.h"

enum { ROWS = SCENE_ROWS, COLS = SCENE_COLS };

static const char *const history[] = { "/class:4xx -code:486", "/code:404 q850:1", "/code:5xx peer:wholesale-c",
	":goto 14:05" };
static const char *const themes[] = { "dark", "light", "mono", NULL };

static const char *
named(void *ctx, struct slice name)
{
	(void)ctx;
	return slice_eq(name, slice_str("problems")) ? "class:5xx,6xx or code:silence,408" : NULL;
}

static const struct view_cfg cfg = {
	.window_s = -1, .named = named, .history = history, .n_history = 4, .themes = themes
};

static const char *
typed(const struct scene *s)
{
	return s->viewer->prompt->edit.text;
}

static void
test_screens(void **state)
{
	struct scene s;

	(void)state;
	scene_drawing_open(&s, &cfg);
	scene_keys(&s, "/code:5xx peer:wholesale-c -method:OPTIONS u");
	scene_check_all(&s, "prompt");
	scene_keys(&s, "\x15peer:");
	scene_check(&s, "prompt-values", ROWS, COLS, false);
	scene_keys(&s,
	    "\x15"
	    "503 peer~(a");
	scene_check(&s, "prompt-wrong", ROWS, COLS, false);
	scene_keys(&s, "\x1b:");
	scene_check(&s, "prompt-command", ROWS, COLS, false);
	scene_check(&s, "prompt-command", 10, 40, true);
	scene_keys(&s, "\x1bT");
	scene_check(&s, "prompt-goto", ROWS, COLS, false);
	scene_close(&s);
}

/* Paused with a filter in force: the drawing without its prompt. */
static void
test_paused(void **state)
{
	struct scene s;
	struct event e = scene_failure(SCENE_NOW, 503, "Service Unavailable", "wholesale-c");

	(void)state;
	scene_drawing_open(&s, &cfg);
	scene_keys(&s, "/code:5xx peer:wholesale-c\r");
	assert_int_equal(store_freeze(s.store, true), 0);
	for (int i = 0; i < 3; i++)
		scene_put(&s, &e);
	scene_check(&s, "prompt-paused", ROWS, COLS, false);
	scene_close(&s);
}

/* As drawn: paused for 48 s, a filter that keeps 371 of 9,812, and one more word of it. */
static void
test_drawing(void **state)
{
	struct scene s;

	(void)state;
	scene_drawing_kept(&s, &cfg);
	assert_int_equal(store_freeze(s.store, true), 0);
	for (int i = 0; i < 121; i++)
		scene_code(&s, 503, "wholesale-c", i / 3 - 48);
	store_advance(s.store, SCENE_NOW + 48 * NS_PER_S);
	scene_keys(&s, "/code:5xx peer:wholesale-c -method:OPTIONS u");
	scene_check(&s, "prompt-drawing", ROWS, COLS, false);
	scene_check(&s, "prompt-drawing", ROWS, COLS, true);
	scene_close(&s);
}

static void
test_live(void **state)
{
	struct scene s;

	(void)state;
	scene_drawing_open(&s, &cfg);
	scene_keys(&s, "/50");
	assert_string_equal(s.viewer->filter_text, "50");
	scene_keys(&s, "3");
	assert_string_equal(s.viewer->filter_text, "503");
	assert_int_equal(sift_count(s.viewer->sift), 6);
	assert_true(scene_row_shows(&s, 22, "6 match"));
	/* A wrong one leaves the last good one in force, and Enter does not take it. */
	scene_keys(&s, " (");
	assert_string_equal(s.viewer->filter_text, "503");
	assert_int_equal(canvas_at(s.canvas, 22, 1)->role, ROLE_PROMPT_ERROR);
	scene_keys(&s, "\r");
	assert_true(prompt_active(s.viewer));
	assert_null(viewer_history_line(s.viewer));
	scene_keys(&s, "\x08\x08\r");
	assert_false(prompt_active(s.viewer));
	assert_string_equal(s.viewer->filter_text, "503");
	assert_string_equal(viewer_history_line(s.viewer), "/503");
	assert_null(viewer_history_line(s.viewer));
	/* Esc brings back what was there; an empty line drops the filter. */
	scene_keys(&s, "/486");
	assert_string_equal(s.viewer->filter_text, "503 486");
	assert_int_equal(sift_count(s.viewer->sift), 0);
	scene_keys(&s, "\x1b");
	assert_string_equal(s.viewer->filter_text, "503");
	scene_keys(&s, "/\x15\r");
	assert_null(s.viewer->filter);
	assert_null(viewer_history_line(s.viewer));
	/* Backspace in an empty line leaves. */
	scene_keys(&s, "/");
	(void)viewer_key(s.viewer, UI_KEY_BACKSPACE);
	assert_false(prompt_active(s.viewer));
	assert_int_equal(scene_keys(&s, "/5\x03"), COMMAND_QUIT);
	assert_int_equal(scene_keys(&s, "\x0c"), COMMAND_REPAINT);
	(void)viewer_key(s.viewer, UI_KEY_F2);
	assert_string_equal(typed(&s), "5");
	scene_close(&s);
}

static void
test_complete(void **state)
{
	struct scene s;

	(void)state;
	scene_drawing_open(&s, &cfg);
	scene_keys(&s, "/pee\t");
	assert_string_equal(typed(&s), "peer:");
	/* Values that were seen, most first: wholesale-c has six, carrier-a five. */
	scene_keys(&s, "\t");
	assert_string_equal(typed(&s), "peer:wholesale-c");
	scene_keys(&s, "\t");
	assert_string_equal(typed(&s), "peer:carrier-a");
	assert_string_equal(s.viewer->filter_text, "peer:carrier-a");
	(void)viewer_key(s.viewer, UI_KEY_STAB);
	assert_string_equal(typed(&s), "peer:wholesale-c");
	/* What all have in common goes in first. */
	scene_keys(&s, "\x15peer:ca\t");
	assert_string_equal(typed(&s), "peer:carrier-");
	scene_keys(&s, "b\x15is:mu\t");
	assert_string_equal(typed(&s), "is:muted");
	scene_keys(&s, "\x15-us\t");
	assert_string_equal(typed(&s), "-user:");
	scene_keys(&s, "\x15nosuch\t");
	assert_string_equal(typed(&s), "nosuch");
	scene_keys(&s, "\x1b:th\t");
	assert_string_equal(typed(&s), "theme ");
	scene_keys(&s, "li\t");
	assert_string_equal(typed(&s), "theme light");
	assert_int_equal(scene_keys(&s, "\r"), COMMAND_THEME);
	assert_string_equal(viewer_request(s.viewer)->text, "light");
	scene_close(&s);
}

static void
test_history(void **state)
{
	struct scene s;

	(void)state;
	scene_drawing_open(&s, &cfg);
	scene_keys(&s, "/x");
	(void)viewer_key(s.viewer, UI_KEY_UP);
	assert_string_equal(typed(&s), "code:5xx peer:wholesale-c");
	free(scene_draw(&s, ROWS, COLS, false));
	assert_int_equal(sift_count(s.viewer->sift), 6);
	(void)viewer_key(s.viewer, UI_KEY_UP);
	assert_string_equal(typed(&s), "code:404 q850:1");
	(void)viewer_key(s.viewer, UI_KEY_DOWN);
	(void)viewer_key(s.viewer, UI_KEY_DOWN);
	assert_string_equal(typed(&s), "x");
	scene_keys(&s, "\x1b:");
	(void)viewer_key(s.viewer, UI_KEY_UP);
	assert_string_equal(typed(&s), "goto 14:05");
	assert_int_equal(scene_keys(&s, "\r"), COMMAND_LOOK);
	assert_string_equal(viewer_history_line(s.viewer), ":goto 14:05");
	scene_close(&s);
}

static void
test_moments(void **state)
{
	static const struct {
		const char *text;
		int64_t back_s;
	} good[] = { { "14:05", 27 * 60 + 7 }, { "14:05:30", 26 * 60 + 37 }, { "14:33", 86400 - 53 }, { "-10m", 600 },
		{ "-2h", 7200 }, { "-30s", 30 }, { "+1m", -60 } };
	static const char *const bad[] = { "", "25:00", "14", "14:60", "-", "-m", "-10x", "14:05:61", "yesterday" };
	struct scene s;
	int64_t t_ns;

	(void)state;
	scene_drawing_open(&s, &cfg);
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		assert_true(command_moment(s.viewer, slice_str(good[i].text), &t_ns));
		assert_int_equal((SCENE_NOW - t_ns) / NS_PER_S, good[i].back_s);
	}
	assert_true(command_moment(s.viewer, slice_str("now"), &t_ns));
	assert_int_equal(t_ns, 0);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(command_moment(s.viewer, slice_str(bad[i]), &t_ns));
	assert_int_equal(scene_keys(&s, "T14:7x\r"), COMMAND_NONE);
	assert_true(scene_row_shows(&s, 22, "a time is 14:05"));
	assert_int_equal(scene_keys(&s, "\x15-10m\r"), COMMAND_LOOK);
	assert_int_equal(viewer_request(s.viewer)->t_ns, SCENE_NOW - 600 * NS_PER_S);
	scene_close(&s);
}

static void
test_commands(void **state)
{
	static const struct {
		const char *line, *said;
		enum command command;
	} rows[] = {
		{ "q", "", COMMAND_QUIT },
		{ "thme dark", "did you mean theme?", COMMAND_NONE },
		{ "zzzzzz", "no command zzzzzz: Tab", COMMAND_NONE },
		{ "theme", "theme NAME", COMMAND_NONE },
		{ "set mouse on", "", COMMAND_SET },
		{ "set mouse", "set NAME VALUE", COMMAND_NONE },
		{ "set window 2m", "window: use", COMMAND_NONE },
		{ "set time never", "time: use", COMMAND_NONE },
		{ "goto noon", "goto 14:05", COMMAND_NONE },
		{ "goto now", "", COMMAND_LOOK },
		{ "w", "which file", COMMAND_NONE },
		{ "filter (", "", COMMAND_NONE },
		{ "f nosuch", "nosuch", COMMAND_NONE },
		{ "mute 1h", "1 signature is muted until 15:32:07", COMMAND_GROUPS_MUTE },
		{ "mute code:699", "no failure like that", COMMAND_NONE },
		{ "mute code:699 2d", "no failure like that", COMMAND_NONE },
		{ "mute (", "", COMMAND_NONE },
		{ "mute", "1 signature is muted;", COMMAND_GROUPS_MUTE },
		{ "source add x", "at the start", COMMAND_NONE },
		{ "explain 503", "503 Service Unavailable: ", COMMAND_NONE },
		{ "explain 42", "explain CODE", COMMAND_NONE },
		{ "help w", ":w FILE", COMMAND_NONE },
		{ "help nextworse", "nextworse: key e", COMMAND_NONE },
		{ "help nosuch", "no help on nosuch", COMMAND_NONE },
		{ "", "", COMMAND_NONE },
		{ "  :  ", "", COMMAND_NONE },
	};
	struct scene s;

	(void)state;
	scene_drawing_open(&s, &cfg);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		viewer_say(s.viewer, "");
		assert_int_equal(viewer_command(s.viewer, slice_str(rows[i].line)), rows[i].command);
		assert_non_null(strstr(viewer_said(s.viewer), rows[i].said));
		if (rows[i].command == COMMAND_SET) {
			assert_string_equal(viewer_request(s.viewer)->text, "mouse");
			assert_true(slice_eq(viewer_request(s.viewer)->body, slice_str("on")));
		}
	}
	assert_int_equal(viewer_command(s.viewer, slice_str("f problems")), COMMAND_NONE);
	assert_string_equal(s.viewer->filter_text, "@problems");
	assert_int_equal(viewer_command(s.viewer, slice_str("f")), COMMAND_NONE);
	assert_null(s.viewer->filter);
	assert_int_equal(viewer_command(s.viewer, slice_str("set window 1h")), COMMAND_NONE);
	assert_int_equal(view_window_s(s.viewer), 3600);
	assert_int_equal(viewer_command(s.viewer, slice_str("set time utc")), COMMAND_NONE);
	assert_int_equal(s.viewer->time_form, TIME_IS_UTC);
	assert_int_equal(viewer_command(s.viewer, slice_str("set letters on")), COMMAND_NONE);
	assert_true(s.viewer->letters);
	assert_int_equal(viewer_command(s.viewer, slice_str("help")), COMMAND_NONE);
	assert_ptr_equal(s.viewer->stack[s.viewer->depth - 1].ops, &view_help);
	scene_close(&s);
}

static void
test_search(void **state)
{
	struct scene s;

	(void)state;
	scene_drawing_open(&s, &cfg);
	prompt_open(s.viewer, PROMPT_SEARCH, "");
	scene_keys(&s, "Via");
	assert_string_equal(s.viewer->search, "Via");
	scene_keys(&s, "\r");
	assert_string_equal(s.viewer->search, "Via");
	assert_string_equal(viewer_history_line(s.viewer), "/Via");
	prompt_open(s.viewer, PROMPT_SEARCH, "");
	scene_keys(&s, "Call\x1b");
	assert_string_equal(s.viewer->search, "Via");
	assert_null(s.viewer->filter);
	scene_close(&s);
}

static void
test_distance(void **state)
{
	(void)state;
	assert_int_equal(word_distance(slice_str("carier-a"), slice_str("carrier-a")), 1);
	assert_int_equal(word_distance(slice_str("Peer"), slice_str("peer")), 0);
	assert_int_equal(word_distance(slice_str(""), slice_str("abc")), 3);
	assert_int_equal(word_distance(slice_str("thme"), slice_str("them")), 2);
	assert_int_equal(
	    word_distance(slice_str("0123456789012345678901234567890123456789012345678901234"), slice_str("a")), 99);
}

/* Where memory ends nothing falls over. */
static void
test_memory(void **state)
{
	struct scene s;

	(void)state;
	for (long n = 1; n < 12; n++) {
		scene_drawing_open(&s, &cfg);
		mem_fail_at(n);
		scene_keys(&s, "/peer:\t\t5(\x1b:th\t\r/503\r");
		mem_fail_at(0);
		free(scene_draw(&s, ROWS, COLS, false));
		scene_close(&s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_screens),
		cmocka_unit_test(test_paused),
		cmocka_unit_test(test_drawing),
		cmocka_unit_test(test_live),
		cmocka_unit_test(test_complete),
		cmocka_unit_test(test_history),
		cmocka_unit_test(test_moments),
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_search),
		cmocka_unit_test(test_distance),
		cmocka_unit_test(test_memory),
	};

	return scene_ready() ? cmocka_run_group_tests(tests, NULL, NULL) : 99;
}
