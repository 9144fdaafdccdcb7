/* keys: moving, following, opening, walking and leaving; what a key asks of the app; what the key tables promise. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "scene.h"
#include "sipwhy/buf.h"
#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"
#include "view/view_int.h"

enum { ROWS = 24, COLS = 80 };

static void
open_busy(struct scene *s)
{
	scene_open(s);
	scene_busy(s);
	free(scene_draw(s, ROWS, COLS, false));
}

static uint64_t
cursor(const struct scene *s)
{
	return s->viewer->event_id;
}

/* Does the screen show this text in that row? */
static bool
shows(struct scene *s, int row, const char *text)
{
	char *screen = scene_draw(s, ROWS, COLS, false), *line = screen, *end;
	bool found;

	for (int i = 0; i < row; i++)
		line = strchr(line, '\n') + 1;
	end = strchr(line, '\n');
	*end = '\0';
	found = strstr(line, text) != NULL;
	free(screen);
	return found;
}

static void
test_follow(void **state)
{
	struct scene s;

	(void)state;
	open_busy(&s);
	assert_int_equal(cursor(&s), 40);
	assert_true(shows(&s, 0, "follow  "));
	scene_event(&s, SCENE_NOW, 0);
	free(scene_draw(&s, ROWS, COLS, false));
	assert_int_equal(cursor(&s), 41);
	/* Up switches follow off; what comes after is counted and moves nothing. */
	scene_keys(&s, "k");
	assert_int_equal(cursor(&s), 40);
	assert_true(shows(&s, 0, "follow off"));
	assert_false(shows(&s, 0, "new"));
	scene_event(&s, SCENE_NOW, 1);
	scene_event(&s, SCENE_NOW, 2);
	assert_true(shows(&s, 0, "follow off +2 new"));
	assert_int_equal(cursor(&s), 40);
	scene_keys(&s, "G");
	assert_int_equal(cursor(&s), 43);
	assert_true(shows(&s, 0, "LIVE  follow  "));
	scene_keys(&s, "A");
	assert_true(shows(&s, 0, "follow off"));
	scene_keys(&s, "A");
	assert_false(shows(&s, 0, "follow off"));
	assert_int_equal(viewer_key(s.viewer, UI_KEY_HOME), COMMAND_NONE);
	assert_int_equal(cursor(&s), 1);
	assert_int_equal(viewer_key(s.viewer, UI_KEY_END), COMMAND_NONE);
	assert_int_equal(cursor(&s), 43);
	scene_close(&s);
}

static void
test_moves(void **state)
{
	static const struct {
		uint32_t key;
		int by;
	} moves[] = {
		{ UI_KEY_UP, -1 },
		{ 'k', -1 },
		{ UI_KEY_DOWN, 1 },
		{ 'j', 1 },
		{ UI_KEY_PGUP, -5 },
		{ UI_CTRL('b'), -5 },
		{ UI_KEY_PGDN, 5 },
		{ UI_CTRL('f'), 5 },
		{ UI_CTRL('u'), -3 },
		{ UI_CTRL('d'), 3 },
	};
	struct scene s;

	(void)state;
	open_busy(&s);
	scene_keys(&s, "kkkkkkkkkkkkkkkkkkkk");
	for (size_t i = 0; i < sizeof moves / sizeof moves[0]; i++) {
		uint64_t before = cursor(&s);

		assert_int_equal(viewer_key(s.viewer, moves[i].key), COMMAND_NONE);
		free(scene_draw(&s, ROWS, COLS, false));
		assert_int_equal((int64_t)cursor(&s) - (int64_t)before, moves[i].by);
	}
	scene_close(&s);
}

static void
test_worse(void **state)
{
	struct scene s;

	(void)state;
	open_busy(&s);
	scene_keys(&s, "g");
	scene_keys(&s, "e");
	assert_true(cursor(&s) > 1);
	assert_true(store_event_at(s.store, store_event_index(s.store, cursor(&s)))->code >= 500);
	scene_keys(&s, "E");
	assert_int_equal(cursor(&s), 1);
	scene_keys(&s, "E");
	assert_true(shows(&s, ROWS - 2, "no earlier 5xx, 6xx or silence"));
	scene_keys(&s, "G");
	scene_keys(&s, "e");
	assert_true(shows(&s, ROWS - 2, "no later 5xx, 6xx or silence"));
	/* A sentence stays until the next key. */
	scene_keys(&s, "j");
	assert_false(shows(&s, ROWS - 2, "no later"));
	scene_close(&s);
}

static void
test_detail(void **state)
{
	struct scene s;

	(void)state;
	open_busy(&s);
	scene_keys(&s, "\r");
	assert_true(shows(&s, 1, " 40/40 "));
	scene_keys(&s, "n");
	assert_true(shows(&s, ROWS - 2, "newest failure"));
	scene_keys(&s, "NN");
	assert_true(shows(&s, 1, " 38/40 "));
	assert_int_equal(viewer_key(s.viewer, UI_KEY_RIGHT), COMMAND_NONE);
	assert_true(shows(&s, 1, " 39/40 "));
	assert_int_equal(viewer_key(s.viewer, UI_KEY_LEFT), COMMAND_NONE);
	/* Scrolling shows other lines, and the next failure starts at its top. */
	assert_false(shows(&s, 3, "Decline"));
	scene_keys(&s, "j");
	assert_false(shows(&s, 2, "503") && shows(&s, 3, "Means"));
	scene_keys(&s, "N");
	assert_true(shows(&s, 3, "Means"));
	/* Back on the list the cursor stands where the walk ended, and follow is off. */
	scene_keys(&s, "\x1b");
	assert_int_equal(cursor(&s), 37);
	assert_true(shows(&s, 0, "follow off"));
	scene_keys(&s, "\rq");
	assert_int_equal(scene_keys(&s, "q"), COMMAND_QUIT);
	scene_close(&s);
}

/* The detail never shows another failure than the one opened, though the list moves below it. */
static void
test_detail_keeps_its_event(void **state)
{
	struct scene s;

	(void)state;
	open_busy(&s);
	scene_keys(&s, "kkk\r");
	assert_true(shows(&s, 1, " 37/40 "));
	scene_event(&s, SCENE_NOW, 5);
	assert_true(shows(&s, 1, " 37/41 "));
	scene_close(&s);
}

static void
test_evicted(void **state)
{
	struct scene s;
	struct store_cfg cfg = { .events = 20 };

	(void)state;
	scene_open(&s);
	viewer_free(s.viewer);
	store_free(s.store);
	s.store = store_new(&cfg);
	assert_non_null(s.store);
	s.viewer = viewer_new(s.store, &s.theme);
	scene_busy(&s);
	free(scene_draw(&s, ROWS, COLS, false));
	scene_keys(&s, "kk\r");
	assert_true(shows(&s, 1, " 18/20 "));
	for (unsigned i = 0; i < 5; i++)
		scene_event(&s, SCENE_NOW, i);
	assert_true(shows(&s, 1, " 13/20 "));
	scene_keys(&s, "q");
	assert_true(shows(&s, 14, "kept 20  pushed out 25"));
	/* Pushed out altogether: the cursor goes to the oldest kept, the detail says so or shows that. */
	for (unsigned i = 0; i < 30; i++)
		scene_event(&s, SCENE_NOW, i);
	free(scene_draw(&s, ROWS, COLS, false));
	assert_int_equal(cursor(&s), s.next_id - 20);
	scene_close(&s);
}

static void
test_resize_keeps_place(void **state)
{
	static const int sizes[][2] = { { 10, 40 }, { 1, 1 }, { 40, 140 }, { 24, 80 }, { 8, 200 }, { 24, 80 } };
	struct scene s;
	uint64_t before;

	(void)state;
	open_busy(&s);
	scene_keys(&s, "kkkkkkkkkkkk");
	before = cursor(&s);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		free(scene_draw(&s, sizes[i][0], sizes[i][1], false));
		assert_int_equal(cursor(&s), before);
	}
	scene_close(&s);
}

static void
test_commands(void **state)
{
	struct scene s;

	(void)state;
	open_busy(&s);
	assert_int_equal(scene_keys(&s, "p"), COMMAND_PAUSE);
	assert_int_equal(scene_keys(&s, "\x0c"), COMMAND_REPAINT);
	assert_int_equal(scene_keys(&s, "\x1b"), COMMAND_NONE);
	assert_true(shows(&s, ROWS - 2, "q quits"));
	assert_int_equal(scene_keys(&s, "Z"), COMMAND_NONE);
	assert_int_equal(viewer_key(s.viewer, UI_KEY_RESIZE), COMMAND_NONE);
	assert_int_equal(scene_keys(&s, "\r\x03"), COMMAND_QUIT);
	assert_int_equal(scene_keys(&s, "?\x03"), COMMAND_QUIT);
	assert_int_equal(scene_keys(&s, "?\x0c"), COMMAND_REPAINT);
	viewer_say(s.viewer, "spoken \x1b[2J");
	scene_close(&s);
}

static void
test_help(void **state)
{
	struct scene s;

	(void)state;
	open_busy(&s);
	scene_keys(&s, "?");
	assert_true(shows(&s, 1, "Keys: Dashboard"));
	scene_keys(&s, "?");
	assert_true(shows(&s, 0, "follow"));
	assert_int_equal(viewer_key(s.viewer, UI_KEY_F1), COMMAND_NONE);
	assert_true(shows(&s, 1, "Keys: Dashboard"));
	assert_int_equal(scene_keys(&s, "q"), COMMAND_NONE);
	scene_keys(&s, "\rh");
	assert_true(shows(&s, 1, "Keys: Failure"));
	assert_int_equal(scene_keys(&s, "qq"), COMMAND_NONE);
	assert_int_equal(scene_keys(&s, "q"), COMMAND_QUIT);
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
	assert_true(shows(&s, 0, "sipwhy"));
	scene_keys(&s, "\r");
	assert_true(shows(&s, ROWS - 2, "no failure to open"));
	scene_close(&s);
}

/* No key means two things in one view, and every row of a table says how it is written. */
static void
test_tables(void **state)
{
	static const struct view_ops *const views[] = { &view_dashboard, &view_detail, &view_help, &view_groups,
		&view_peers_list, &view_alerts, &view_alert };
	size_t n_common;
	const struct view_key *common = viewer_common_keys(&n_common);

	(void)state;
	for (size_t v = 0; v < sizeof views / sizeof views[0]; v++) {
		uint32_t seen[128];
		size_t n = 0;

		for (size_t i = 0; i < views[v]->n_keys + n_common; i++) {
			const struct view_key *k =
			    i < views[v]->n_keys ? &views[v]->keys[i] : &common[i - views[v]->n_keys];

			assert_non_null(k->shown);
			/* Two of them stand in a line of 80 columns. */
			assert_true(k->help == NULL || strlen(k->help) <= 26);
			for (size_t j = 0; j < VIEW_KEYS_EACH && k->keys[j] != 0; j++) {
				for (size_t m = 0; m < n; m++)
					assert_int_not_equal(seen[m], k->keys[j]);
				seen[n++] = k->keys[j];
			}
		}
	}
}

/* Where memory ends nothing falls over: a page that cannot open says so. */
static void
test_memory(void **state)
{
	struct scene s;

	(void)state;
	open_busy(&s);
	mem_fail_at(1);
	assert_int_equal(viewer_key(s.viewer, UI_KEY_ENTER), COMMAND_NONE);
	mem_fail_at(0);
	assert_true(shows(&s, ROWS - 2, "memory is short"));
	for (long n = 1; n <= 2; n++) {
		mem_fail_at(n);
		assert_null(viewer_new(s.store, &s.theme));
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
		{ 1000, 4, "1k" },
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
		cmocka_unit_test(test_follow),
		cmocka_unit_test(test_moves),
		cmocka_unit_test(test_worse),
		cmocka_unit_test(test_detail),
		cmocka_unit_test(test_detail_keeps_its_event),
		cmocka_unit_test(test_evicted),
		cmocka_unit_test(test_resize_keeps_place),
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_help),
		cmocka_unit_test(test_open_nothing),
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_names),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
