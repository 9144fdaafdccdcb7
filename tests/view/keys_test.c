/* keys: what a key asks of the app, the tables against the map of the manual, remapping, memory, numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scene.h"
#include "sipwhy/buf.h"
#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"
#include "view/overview.h"
#include "view/view_int.h"

enum { ROWS = SCENE_ROWS, COLS = SCENE_COLS };

static void
test_commands(void **state)
{
	struct scene s;

	(void)state;
	scene_open_busy(&s);
	assert_int_equal(scene_keys(&s, "p"), COMMAND_PAUSE);
	assert_int_equal(scene_keys(&s, "\x0c"), COMMAND_REPAINT);
	assert_int_equal(scene_keys(&s, "\x1b"), COMMAND_NONE);
	assert_true(scene_row_shows(&s, ROWS - 2, "q quits"));
	assert_int_equal(scene_keys(&s, "Z"), COMMAND_NONE);
	assert_int_equal(viewer_key(s.viewer, UI_KEY_RESIZE), COMMAND_NONE);
	assert_int_equal(scene_keys(&s, "\r\x03"), COMMAND_QUIT);
	assert_int_equal(scene_keys(&s, "?\x03"), COMMAND_QUIT);
	assert_int_equal(scene_keys(&s, "?\x0c"), COMMAND_REPAINT);
	viewer_say(s.viewer, "spoken \x1b[2J");
	scene_close(&s);
}

static void
test_open_nothing(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	free(scene_draw(&s, ROWS, COLS, false));
	scene_keys(&s, "\rGgkj eEAA");
	assert_true(scene_row_shows(&s, 0, "sipwhy"));
	scene_keys(&s, "\r");
	assert_true(scene_row_shows(&s, ROWS - 2, "no failure to open"));
	scene_close(&s);
}

static const struct view_ops *const all_views[] = { &view_overview, &view_events, &view_groups, &view_peers_list,
	&view_alerts, &view_alert, &view_sources, &view_source, &view_notices, &view_notice, &view_detail, &view_raw,
	&view_ladder, &view_diff, &view_sdp, &view_log, &view_help, &view_columns, &view_filter_form, &view_settings,
	&view_quit };

enum { ALL_VIEWS = sizeof all_views / sizeof all_views[0] };

/* No key means two things in one table, and every row of a table says how it is written. */
static void
test_tables(void **state)
{
	size_t n_common;
	const struct view_key *common = viewer_common_keys(&n_common);

	(void)state;
	for (size_t v = 0; v <= ALL_VIEWS; v++) {
		const struct view_key *keys = v < ALL_VIEWS ? all_views[v]->keys : common;
		size_t n_keys = v < ALL_VIEWS ? all_views[v]->n_keys : n_common, n = 0;
		uint32_t seen[160];

		for (size_t i = 0; i < n_keys; i++) {
			assert_non_null(keys[i].shown);
			for (size_t j = 0; j < VIEW_KEYS_EACH && keys[i].keys[j] != 0; j++) {
				for (size_t m = 0; m < n; m++)
					if (seen[m] == keys[i].keys[j])
						fail_msg("%s: %s is there twice",
						    v < ALL_VIEWS ? all_views[v]->name : "common", keys[i].shown);
				seen[n++] = keys[i].keys[j];
			}
		}
	}
}

static bool
has_key(const struct view_key *keys, size_t n, const char *action, uint32_t key)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < VIEW_KEYS_EACH; k++)
			if (strcmp(view_action_name(keys[i].action), action) == 0 && keys[i].keys[k] == key)
				return true;
	return false;
}

/* The keyboard map of the manual: each action stands in some table, with its key. */
static void
test_map(void **state)
{
	static const struct {
		const char *action, *keys;
	} map[] = { { "up", "Up k" }, { "down", "Down j" }, { "ppage", "PgUp ^B" }, { "npage", "PgDn ^F" },
		{ "hppage", "^U" }, { "hnpage", "^D" }, { "begin", "Home g" }, { "end", "End G" }, { "left", "Left h" },
		{ "right", "Right l" }, { "open", "Enter" }, { "prevscreen", "Esc q" }, { "overview", "1 i" },
		{ "events", "2" }, { "groups", "3" }, { "peers", "4" }, { "alerts", "5" }, { "sources", "6" },
		{ "nfield", "Tab" }, { "pfield", "S-Tab" }, { "nextworse", "e" }, { "prevworse", "E" },
		{ "search", "/ F3 \\" }, { "next", "n" }, { "prev", "N" }, { "filters", "F7 f" }, { "with", "=" },
		{ "without", "!" }, { "groupby", "b" }, { "longer", "+" }, { "shorter", "-" }, { "scrubback", "[" },
		{ "scrubon", "]" }, { "scrubback10", "{" }, { "scrubon10", "}" }, { "goto", "T" }, { "sortprev", "<" },
		{ "sortnext", ">" }, { "sortswap", "z" }, { "columns", "F10 t" }, { "split", "v" }, { "morepane", "9" },
		{ "lesspane", "0" }, { "select", "Space" }, { "diff", "D" }, { "raw", "F6 r" }, { "flowex", "F4 x" },
		{ "copy", "y" }, { "evidence", "Y" }, { "save", "F2 s" }, { "dismiss", "d" }, { "mute", "m" },
		{ "showmuted", "M" }, { "pause", "p" }, { "autoscroll", "A" }, { "clear", "F5" }, { "clearsoft", "F9" },
		{ "undo", "U" }, { "alias", "a" }, { "toggletime", "w" }, { "colormode", "c" }, { "togglesyntax", "C" },
		{ "hintalt", "K" }, { "settings", "F8 o" }, { "help", "F1 ? H" }, { "command", ":" },
		{ "redraw", "^L" }, { "leave", "^C" } };
	size_t n_common;
	const struct view_key *common = viewer_common_keys(&n_common);

	(void)state;
	for (size_t i = 0; i < sizeof map / sizeof map[0]; i++) {
		struct slice rest = slice_str(map[i].keys);

		while (rest.n > 0) {
			struct slice word = slice_cut(&rest, ' ');
			bool found;
			uint32_t key;

			assert_true(ui_key_parse(word, &key));
			found = has_key(common, n_common, map[i].action, key);
			for (size_t v = 0; v < ALL_VIEWS; v++)
				found |= has_key(all_views[v]->keys, all_views[v]->n_keys, map[i].action, key);
			if (!found)
				print_error("no table has %.*s for %s\n", (int)word.n, word.p, map[i].action);
			assert_true(found);
		}
	}
}

/* What the user gave or took holds, in what the key does and in what is shown of it. */
static void
test_remap(void **state)
{
	static const struct view_keymap keys[] = { { "alerts", 'X', false }, { "peers", 0, true },
		{ "help", 'Z', false }, { "help", '?', true } };
	const struct view_cfg cfg = { .window_s = -1, .keys = keys, .n_keys = 4 };
	struct scene s;
	char *screen;

	(void)state;
	scene_open_busy(&s);
	scene_configure(&s, &cfg);
	scene_keys(&s, "4");
	assert_ptr_equal(viewer_top(s.viewer), &view_overview);
	scene_keys(&s, "X");
	assert_ptr_equal(viewer_top(s.viewer), &view_alerts);
	scene_keys(&s, "?");
	assert_ptr_equal(s.viewer->stack[s.viewer->depth - 1].ops, &view_alerts);
	scene_keys(&s, "Z");
	screen = scene_draw(&s, 40, 140, false);
	assert_non_null(strstr(screen, "Z F1 H"));
	assert_non_null(strstr(screen, "X 5"));
	free(screen);
	scene_close(&s);
}

/* Every row with words stands on the help page of its view. */
static void
test_helped(void **state)
{
	struct scene s;

	(void)state;
	scene_open_busy(&s);
	for (size_t v = 0; v < ALL_VIEWS; v++) {
		char *screen;

		if (all_views[v] == &view_help || all_views[v] == &view_filter_form || all_views[v] == &view_quit)
			continue;
		viewer_push(s.viewer, all_views[v]);
		viewer_push(s.viewer, &view_help);
		screen = scene_draw(&s, 100, 140, false);
		for (size_t i = 0; i < all_views[v]->n_keys; i++) {
			const struct view_key *k = &all_views[v]->keys[i];

			if (k->help != NULL && strstr(screen, k->shown) == NULL)
				fail_msg("%s: %s is not on the help page", all_views[v]->name, k->shown);
		}
		free(screen);
		viewer_pop(s.viewer);
		viewer_pop(s.viewer);
	}
	scene_close(&s);
}

/* Where memory ends nothing falls over: a page that cannot open says so. */
static void
test_memory(void **state)
{
	struct scene s;

	(void)state;
	scene_open_busy(&s);
	mem_fail_at(1);
	assert_int_equal(viewer_key(s.viewer, UI_KEY_ENTER), COMMAND_NONE);
	mem_fail_at(0);
	assert_true(scene_row_shows(&s, ROWS - 2, "memory is short"));
	for (long n = 1; n <= 2; n++) {
		mem_fail_at(n);
		assert_null(viewer_new(s.store, &s.theme, NULL));
	}
	mem_fail_at(0);
	scene_close(&s);
}

static void
test_numbers(void **state)
{
	static const struct {
		uint64_t n;
		size_t width;
		const char *want;
	} numbers[] = {
		{ 0, 1, "0" },
		{ 999, 3, "999" },
		{ 1000, 5, "1,000" },
		{ 1000, 4, "1.0k" },
		{ 2500, 4, "2.5k" },
		{ 12500, 3, "12k" },
		{ 12345678, 11, "12,345,678" },
		{ 12345678, 9, "12.3M" },
		{ 999999999, 7, "1.0G" },
		{ UINT64_MAX, 26, "18,446,744,073,709,551,615" },
		{ UINT64_MAX, 8, "18.4E" },
	};
	char out[32];

	(void)state;
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		assert_string_equal(view_number(out, sizeof out, numbers[i].n, numbers[i].width), numbers[i].want);
	assert_string_equal(view_rate(out, sizeof out, 0), "0.0");
	assert_string_equal(view_rate(out, sizeof out, 0.01), "<0.1");
	assert_string_equal(view_rate(out, sizeof out, 31.23), "31.2");
	assert_string_equal(view_rate(out, sizeof out, 1234.4), "1,234");
	assert_string_equal(view_share(out, sizeof out, 1, 0), "-");
	assert_string_equal(view_share(out, sizeof out, 1, 100000), "<0.1%");
	assert_string_equal(view_share(out, sizeof out, 2, 2), "100.0%");
	assert_string_equal(view_percent(out, sizeof out, NAN), "-");
	assert_string_equal(view_percent(out, sizeof out, 0), "0.0%");
	assert_string_equal(view_percent(out, sizeof out, 0.01), "<0.1%");
	assert_string_equal(view_percent(out, sizeof out, 99.99), ">99.9%");
	assert_string_equal(view_percent(out, sizeof out, 100), "100.0%");
	assert_string_equal(view_ms(out, sizeof out, NAN), "-");
	assert_string_equal(view_ms(out, sizeof out, 72.4), "72ms");
	assert_string_equal(view_ms(out, sizeof out, 999.6), "1.0s");
	assert_string_equal(view_ms(out, sizeof out, 9960), "10s");
	assert_string_equal(view_span(out, sizeof out, -5), "0:00");
	assert_string_equal(view_span(out, sizeof out, 627 * NS_PER_S), "10:27");
	assert_string_equal(view_span(out, sizeof out, 11045 * NS_PER_S), "3:04:05");
	assert_string_equal(view_span(out, sizeof out, 50 * 3600 * NS_PER_S), "2d 02h");
	assert_string_equal(view_code(out, sizeof out, 0), "---");
}

static void
test_names(void **state)
{
	struct scene s;
	struct buf b;

	(void)state;
	scene_open(&s);
	free(scene_draw(&s, 1, 40, true));
	canvas_clear(s.canvas);
	view_name(s.canvas, 0, 0, 8, ROLE_TEXT, slice_str("+442079460940"));
	view_name(s.canvas, 0, 9, 8, ROLE_TEXT, slice_str("telephone1"));
	view_name(s.canvas, 0, 18, 8, ROLE_TEXT, slice_str("2001:db8::5678:15"));
	view_name(s.canvas, 0, 27, 8, ROLE_TEXT, slice_str("12345678"));
	buf_init(&b, 4096);
	term_dump(&b, s.canvas, false);
	assert_true(buf_ok(&b));
	assert_memory_equal(b.data, "~9460940 telepho~ ~5678:15 12345678", 35);
	buf_fini(&b);
	scene_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_open_nothing),
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_map),
		cmocka_unit_test(test_remap),
		cmocka_unit_test(test_helped),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_names),
	};

	return scene_ready() ? cmocka_run_group_tests(tests, NULL, NULL) : 99;
}
