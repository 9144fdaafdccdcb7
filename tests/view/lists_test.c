/* lists: groups, alerts and peers: what their keys ask for, where cursors stay, and what roles tell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "scene.h"
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
code_from(struct scene *s, unsigned code, const char *peer, int age_s)
{
	struct event e = scene_failure(SCENE_NOW - age_s * NS_PER_S, code, "", peer);

	scene_put(s, &e);
}

static uint64_t
group_of(const struct scene *s, size_t at)
{
	static struct store_group rows[STORE_GROUPS_MAX];

	return at < store_groups(s->store, true, rows, STORE_GROUPS_MAX) ? rows[at].key : 0;
}

/* d and m are told to the app, by the key of the group under the cursor, which then stands on the next one. */
static void
test_groups(void **state)
{
	struct scene s;
	uint64_t first, second;
	struct store_group g;

	(void)state;
	open_busy(&s);
	first = group_of(&s, 0);
	second = group_of(&s, 1);
	assert_int_equal(scene_keys(&s, "3"), COMMAND_NONE);
	assert_true(shows(&s, 3, ">N 503"));
	assert_int_equal(scene_keys(&s, "d"), COMMAND_GROUP_ACK);
	assert_int_equal(viewer_group(s.viewer), first);
	assert_true(store_group_find(s.store, first, &g) && g.acked);
	assert_int_equal(scene_keys(&s, "m"), COMMAND_GROUP_MUTE);
	assert_int_equal(viewer_group(s.viewer), second);
	assert_true(store_group_find(s.store, second, &g) && g.muted);
	assert_true(shows(&s, 1, "done 1  muted 1 (M)"));
	/* The muted one is last when it is shown, and m there takes it back. */
	assert_int_equal(scene_keys(&s, "MG"), COMMAND_NONE);
	assert_int_equal(scene_keys(&s, "m"), COMMAND_GROUP_UNMUTE);
	assert_int_equal(viewer_group(s.viewer), second);
	assert_true(store_group_find(s.store, second, &g) && !g.muted);
	/* Once done is enough. */
	scene_keys(&s, "G");
	assert_int_equal(scene_keys(&s, "d"), COMMAND_NONE);
	assert_true(shows(&s, ROWS - 2, "acknowledged already"));
	scene_close(&s);
}

/* Enter shows the group's newest failure; the dashboard's own cursor is where it was afterwards. */
static void
test_visit(void **state)
{
	static const char *const ways[] = { "\x1b\x1b", "1", "NN\x1b\x1b", "?q1" };
	struct scene s;

	(void)state;
	open_busy(&s);
	scene_keys(&s, "kkkkk");
	assert_int_equal(cursor(&s), 35);
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		scene_keys(&s, "3\r");
		assert_true(shows(&s, 1, " 40/40 "));
		scene_keys(&s, ways[i]);
		assert_int_equal(cursor(&s), 35);
		assert_true(shows(&s, 0, "follow off"));
	}
	scene_close(&s);
}

/* The cursor is on a group, not on a row: what comes above does not move Enter to another one. */
static void
test_groups_keep_place(void **state)
{
	struct scene s;
	uint64_t key;

	(void)state;
	open_busy(&s);
	scene_keys(&s, "3jj");
	key = group_of(&s, 2);
	for (int i = 0; i < 50; i++)
		code_from(&s, 500, "10.9.9.9", 1);
	assert_true(shows(&s, 3, " 500 "));
	assert_int_equal(group_of(&s, 3), key);
	assert_true(shows(&s, 6, ">"));
	/* Home stays with whatever is first. */
	scene_keys(&s, "g");
	assert_true(shows(&s, 3, ">"));
	for (int i = 0; i < 90; i++)
		code_from(&s, 501, "10.9.9.9", 1);
	assert_true(shows(&s, 3, " 501 "));
	assert_true(shows(&s, 3, ">"));
	scene_close(&s);
}

static void
test_alerts(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_trouble(&s);
	free(scene_draw(&s, ROWS, COLS, false));
	scene_keys(&s, "5");
	assert_true(shows(&s, 1, "Alerts  5 going on, 0 ended"));
	assert_true(shows(&s, 3, ">"));
	scene_keys(&s, "\r");
	assert_true(shows(&s, 1, "Trunk down: 203.0.113.40"));
	assert_true(shows(&s, ROWS - 2, "Enter, 1 of 2: 14:32:01"));
	scene_keys(&s, "n");
	assert_true(shows(&s, ROWS - 2, "Enter, 2 of 2: 14:32:05"));
	scene_keys(&s, "\r");
	assert_true(shows(&s, 1, " 40/44 "));
	/* The way down is as deep as it gets, and help still opens there. */
	scene_keys(&s, "?");
	assert_true(shows(&s, 1, "Keys: Failure"));
	scene_keys(&s, "\x1b\x1b");
	assert_true(shows(&s, ROWS - 2, "Enter, 2 of 2"));
	scene_keys(&s, "\x1b");
	assert_true(shows(&s, 1, "Alerts"));
	scene_keys(&s, "\x1b");
	assert_true(shows(&s, 1, "! Trunk down"));
	scene_close(&s);
}

/* An event that is evidence may be gone before its incident is. */
static void
test_alert_without_event(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_hello(&s, true);
	store_advance(s.store, SCENE_NOW);
	scene_keys(&s, "5\r");
	assert_true(shows(&s, ROWS - 2, "no incident to open"));
	scene_incident(&s, 25, INCIDENT_WARNING, 60, "", "", "");
	scene_keys(&s, "\r");
	assert_true(shows(&s, ROWS - 2, "no longer kept"));
	scene_keys(&s, "\r");
	assert_true(shows(&s, ROWS - 2, "no longer kept"));
	scene_close(&s);
}

static void
test_window(void **state)
{
	static const char *const names[] = { "5 min", "15 min", "all", "all", "15 min", "5 min", "1 min", "1 min" };
	static const char keys[] = "+++----";
	struct scene s;

	(void)state;
	open_busy(&s);
	scene_keys(&s, "4");
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (i > 0)
			scene_keys(&s, (const char[]){ keys[i - 1], '\0' });
		assert_true(shows(&s, 1, names[i]));
	}
	assert_true(shows(&s, ROWS - 2, "shortest"));
	scene_close(&s);
	/* A file is looked at as a whole. */
	scene_open(&s);
	scene_hello(&s, false);
	scene_keys(&s, "4");
	assert_true(shows(&s, 1, "delays: all"));
	scene_close(&s);
}

static void
test_peers(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_trouble(&s);
	scene_keys(&s, "4");
	assert_true(shows(&s, 3, ">"));
	/* Its newest that failed, not the one that recovered after it. */
	while (!shows(&s, ROWS - 7, "203.0.113.40, trunk"))
		scene_keys(&s, "j");
	scene_keys(&s, "\r");
	assert_true(shows(&s, 1, " 40/44 "));
	scene_keys(&s, "q");
	while (!shows(&s, ROWS - 7, "10.20.0.0/22, phones"))
		scene_keys(&s, shows(&s, 1, "5 of 5") ? "g" : "j");
	scene_keys(&s, "\r");
	assert_true(shows(&s, ROWS - 2, "no failure of this peer"));
	scene_close(&s);
}

static void
test_roles(void **state)
{
	static const struct {
		int row, col;
		enum ui_role role;
	} cells[] = {
		{ 1, 1, ROLE_STATE_CRIT },      /* the trunk that is down */
		{ 5, 1, ROLE_STATE_WARN },      /* the third incident */
		{ 5, 60, ROLE_TEXT_KEY },       /* "+2 more" */
		{ 12, 20, ROLE_TEXT },          /* ASR over many calls */
		{ 18, 10, ROLE_CLASS_SILENCE }, /* --- */
		{ 19, 10, ROLE_TEXT_DIM },      /* recovered: its code */
		{ 19, 53, ROLE_TEXT_DIM },      /* and all the rest */
		{ 20, 15, ROLE_TEXT_DIM },      /* "in call" */
	};
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_trouble(&s);
	free(scene_draw(&s, ROWS, COLS, false));
	for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++)
		assert_int_equal(canvas_at(s.canvas, cells[i].row, cells[i].col)->role, cells[i].role);
	scene_close(&s);
	/* A run of ten seconds has no five minutes to divide by. */
	scene_open(&s);
	scene_hello(&s, true);
	store_advance(s.store, SCENE_NOW);
	scene_responses(&s, SCENE_NOW - 9 * NS_PER_S, 200, 10, 0, NULL);
	scene_calls(&s, "a", PEER_ROLE_TRUNK, 40, 4, 5, 2);
	assert_true(shows(&s, 6, "5m  INVITE 4.0/s"));
	scene_close(&s);
	/* Over few calls a ratio is not shown as if it were one. */
	scene_open(&s);
	scene_busy(&s);
	scene_calls(&s, "a", PEER_ROLE_TRUNK, KPI_SAMPLE_MIN - 1, 4, 5, 2);
	assert_true(shows(&s, 9, "(19 calls)"));
	assert_int_equal(canvas_at(s.canvas, 9, 35)->role, ROLE_TEXT_DIM);
	scene_calls(&s, "a", PEER_ROLE_TRUNK, 1, 0, 0, 2);
	assert_false(shows(&s, 9, "calls)"));
	assert_int_equal(canvas_at(s.canvas, 9, 35)->role, ROLE_TEXT);
	scene_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_visit),
		cmocka_unit_test(test_groups_keep_place),
		cmocka_unit_test(test_alerts),
		cmocka_unit_test(test_alert_without_event),
		cmocka_unit_test(test_window),
		cmocka_unit_test(test_peers),
		cmocka_unit_test(test_roles),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
