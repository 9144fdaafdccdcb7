/* overview: the drawings of the first screen, what Tab and Enter do, following, looking back, and who was away. */
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
#include "view/overview.h"
#include "view/view_int.h"

static void
assert_shown(struct scene *s, const char *words)
{
	char *text = scene_draw(s, 24, 80, false);

	if (strstr(text, words) == NULL)
		print_error("'%s' is not in\n%s", words, text);
	assert_non_null(strstr(text, words));
	free(text);
}

static void
assert_not_shown(struct scene *s, const char *words)
{
	char *text = scene_draw(s, 24, 80, false);

	assert_null(strstr(text, words));
	free(text);
}

static void
type_key(struct scene *s, uint32_t key)
{
	(void)viewer_key(s->viewer, key);
	free(scene_draw(s, 24, 80, false));
}

/* Failures of a code and peer, spread over the last five minutes. */
static void
drawing_failures(struct scene *s, unsigned n, unsigned code, const char *peer)
{
	for (unsigned i = 0; i < n; i++)
		scene_responses(s, SCENE_NOW - (int64_t)(i % 280) * NS_PER_S, code, 1, 1, peer);
}

static void
drawing_event(struct scene *s, int64_t ago_ms, struct event e, const char *method, const char *from, const char *to)
{
	e.t_ns = SCENE_NOW - ago_ms * NS_PER_MS;
	e.method = slice_str(method);
	e.from = slice_str(from);
	e.to = slice_str(to);
	e.call_id = slice_str("8c38fb290001@10.20.0.10");
	e.setup_ms = 72;
	scene_put(s, &e);
}

static void
drawing_events(struct scene *s)
{
	struct event lost = scene_failure(0, 503, "Service Unavailable", "wholesale-c"), auth;

	lost.q850 = 34;
	auth = scene_failure(0, 401, "Unauthorized", "10.20.4.41");
	auth.auth = true;
	auth.direction = DIRECTION_SENT;
	for (unsigned i = 0; i < 370; i++)
		drawing_event(s, 9000 + 700 * (370 - i), lost, "INVITE", "1014", "+442033234300");
	drawing_event(s, 2690, scene_failure(0, 486, "Busy Here", "carrier-a"), "INVITE", "1029", "+442089745048");
	drawing_event(s, 2129, auth, "REGISTER", "1031", "");
	drawing_event(s, 1996, scene_failure(0, 404, "Not Found", "carrier-b"), "INVITE", "1057", "+442038646352");
	drawing_event(s, 880, lost, "INVITE", "1003", "+442009375836");
	drawing_event(s, 447, lost, "INVITE", "1037", "+442066627625");
}

/* The PBX of the drawings: an hour and more of quiet traffic, then a trunk that fails from 14:21 on. */
static void
scene_drawing(struct scene *s)
{
	scene_hello(s, true);
	scene_source(s, "eth0", "reading", "capturing on eth0, 32 MiB buffer");
	for (int64_t ago = 5400; ago >= 0; ago -= 10) {
		int64_t t = SCENE_NOW - ago * NS_PER_S;

		store_advance(s->store, t);
		scene_responses(s, t, 100, 303 + (uint64_t)(ago / 60 % 5), 0, NULL);
		scene_responses(s, t, 200, ago <= 300 ? 426 : 479, 0, NULL);
		scene_responses(s, t, 401, ago <= 300 ? 36 : 33, 0, NULL);
		scene_responses(s, t, 503, ago <= 660 ? 1 : ago % 50 == 0, 0, NULL);
		if (ago % 600 == 0)
			scene_responses(s, t, 302, 1, 0, NULL);
	}
	drawing_failures(s, 367, 503, "wholesale-c");
	drawing_failures(s, 213, 486, "carrier-a");
	drawing_failures(s, 129, 404, "carrier-b");
	drawing_failures(s, 95, 401, "10.20.4.41");
	drawing_events(s);
	scene_calls(s, "wholesale-c", PEER_ROLE_TRUNK, 371, 12, 22, 2);
	scene_calls(s, "carrier-b", PEER_ROLE_TRUNK, 1204, 662, 1168, 2);
	scene_calls(s, "carrier-a", PEER_ROLE_TRUNK, 1125, 697, 1102, 2);
	scene_registers(s, "10.20.4.41", PEER_ROLE_PHONES, 96, 96);
	scene_frames(s, "eth0", "reading", 118204, 51877, 0, 0, 0);
	store_advance(s->store, SCENE_NOW);
}

static void
test_drawing(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_drawing(&s);
	scene_check(&s, "overview-drawing", 24, 80, false);
	scene_check(&s, "overview-drawing", 24, 80, true);
	scene_incident(&s, 1, INCIDENT_ERROR, 660, "wholesale-c", "", "371 of 375 calls got 503 (usual: 1 in 300)");
	scene_check(&s, "overview-drawing-alert", 24, 80, false);
	scene_incident(&s, 15, INCIDENT_WARNING, 120, "10.20.4.41", "1031", "96 logins in a row refused, same nonce");
	scene_check(&s, "overview-drawing", 40, 140, false);
	scene_check(&s, "overview-drawing", 40, 140, true);
	scene_check(&s, "overview-drawing", 10, 40, false);
	scene_close(&s);
}

/* Ten seconds after the start ten marks are there, and the scale says what they are. */
static void
test_young(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_hello(&s, true);
	scene_source(&s, "eth0", "reading", "");
	for (int64_t ago = 9; ago >= 0; ago--) {
		store_advance(s.store, SCENE_NOW - ago * NS_PER_S);
		scene_responses(&s, SCENE_NOW - ago * NS_PER_S, 503, 2 + (uint64_t)ago % 3, 1, "trunk-de");
		scene_event(&s, SCENE_NOW - ago * NS_PER_S, 0);
	}
	scene_check(&s, "overview-young", 24, 80, false);
	scene_close(&s);
}

/* Tab goes from block to block, Enter opens the failures behind the row, Esc leaves the block. */
static void
test_focus(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_drawing(&s);
	assert_not_shown(&s, "\n>");
	type_key(&s, UI_KEY_TAB);
	assert_shown(&s, "\n>1xx progress");
	for (int i = 0; i < 4; i++)
		type_key(&s, UI_KEY_DOWN);
	assert_shown(&s, "\n>5xx server");
	type_key(&s, UI_KEY_ENTER);
	assert_string_equal(s.viewer->filter_text, "class:5xx");
	assert_ptr_equal(viewer_top(s.viewer), &view_events);
	scene_close(&s);

	scene_open(&s);
	scene_drawing(&s);
	free(scene_draw(&s, 24, 80, false));
	type_key(&s, UI_KEY_TAB);
	type_key(&s, UI_KEY_TAB);
	assert_shown(&s, "\n>503 Service Unavailable");
	type_key(&s, UI_KEY_DOWN);
	type_key(&s, UI_KEY_TAB);
	assert_shown(&s, ">wholesale-c");
	type_key(&s, UI_KEY_DOWN);
	type_key(&s, UI_KEY_ENTER);
	assert_string_equal(s.viewer->filter_text, "peer:\"carrier-a\"");
	scene_close(&s);

	scene_open(&s);
	scene_drawing(&s);
	free(scene_draw(&s, 24, 80, false));
	type_key(&s, UI_KEY_TAB);
	type_key(&s, UI_KEY_STAB);
	assert_shown(&s, "\n>14:32:06 503");
	type_key(&s, UI_KEY_DOWN);
	assert_shown(&s, "follow off");
	type_key(&s, UI_KEY_ENTER);
	assert_ptr_equal(viewer_top(s.viewer), &view_detail);
	type_key(&s, UI_KEY_ESC);
	type_key(&s, UI_KEY_ESC);
	assert_not_shown(&s, "\n>");
	assert_shown(&s, "LIVE  follow ");
	scene_close(&s);
}

/* Without a cursor Enter and d are about the worst alert; what was dismissed is told no more. */
static void
test_alert(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_drawing(&s);
	scene_incident(&s, 1, INCIDENT_ERROR, 660, "wholesale-c", "", "371 of 375 calls got 503");
	assert_shown(&s, "Enter:open d:dismiss");
	assert_shown(&s, "Alerts !1");
	type_key(&s, UI_KEY_ENTER);
	assert_ptr_equal(viewer_top(s.viewer), &view_alert);
	assert_int_equal(s.viewer->incident_id, 1);
	type_key(&s, UI_KEY_ESC);
	assert_int_equal(viewer_key(s.viewer, 'd'), COMMAND_INCIDENT_ACK);
	assert_int_equal(viewer_request(s.viewer)->id, 1);
	store_incident_dismiss(s.store, 1);
	assert_shown(&s, "Alerts 0");
	assert_not_shown(&s, "371 of 375");
	scene_close(&s);
}

/* With the cursor moved rows stay where they are, and what comes is counted; G goes back to following. */
static void
test_follow(void **state)
{
	struct event e = scene_failure(SCENE_NOW, 500, "", "carrier-z");
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_drawing(&s);
	free(scene_draw(&s, 24, 80, false));
	scene_keys(&s, "jj");
	assert_shown(&s, "\n>14:32:05 404");
	scene_put(&s, &e);
	scene_put(&s, &e);
	assert_shown(&s, "follow off +2 new");
	assert_shown(&s, "\n>14:32:05 404");
	assert_not_shown(&s, "carrier-z");
	scene_keys(&s, "G");
	assert_shown(&s, "\n>14:32:07 500");
	scene_keys(&s, "g");
	assert_shown(&s, "\n>14:27:39 503");
	scene_keys(&s, "E");
	assert_shown(&s, "\n>14:27:39 503");
	scene_close(&s);
}

static uint64_t
cursor(const struct scene *s)
{
	const struct overview *o = s->viewer->stack[0].state;

	return strtoull(o->block[FOCUS_NEWEST].key, NULL, 10);
}

/* Each key moves as far as it says; the place stays at any size. */
static void
test_moves(void **state)
{
	static const struct {
		uint32_t key;
		int by;
	} moves[] = { { UI_KEY_UP, 1 }, { 'k', 1 }, { UI_KEY_DOWN, -1 }, { 'j', -1 }, { UI_KEY_PGUP, 4 },
		{ UI_CTRL('b'), 4 }, { UI_KEY_PGDN, -4 }, { UI_CTRL('f'), -4 }, { UI_CTRL('u'), 2 },
		{ UI_CTRL('d'), -2 } };
	static const int sizes[][2] = { { 10, 40 }, { 1, 1 }, { 40, 140 }, { 24, 80 }, { 8, 200 }, { 24, 80 } };
	struct scene s;
	uint64_t before;

	(void)state;
	scene_open(&s);
	scene_busy(&s);
	free(scene_draw(&s, 24, 80, false));
	assert_int_equal(cursor(&s), 40);
	scene_keys(&s, "jjjjjjjjjjjjjjjjjjjj");
	assert_int_equal(cursor(&s), 20);
	for (size_t i = 0; i < sizeof moves / sizeof moves[0]; i++) {
		before = cursor(&s);
		type_key(&s, moves[i].key);
		assert_int_equal((int64_t)cursor(&s) - (int64_t)before, moves[i].by);
	}
	before = cursor(&s);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		free(scene_draw(&s, sizes[i][0], sizes[i][1], false));
		assert_int_equal(cursor(&s), before);
	}
	scene_close(&s);
}

/* e goes to the next older 5xx, 6xx or silence, E back. */
static void
test_worse(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_busy(&s);
	free(scene_draw(&s, 24, 80, false));
	scene_keys(&s, "je");
	assert_true(cursor(&s) < 39);
	assert_true(store_event_at(s.store, store_event_index(s.store, cursor(&s)))->code >= 500);
	scene_keys(&s, "E");
	assert_int_equal(cursor(&s), 40);
	scene_keys(&s, "E");
	assert_shown(&s, "no later 5xx, 6xx or silence");
	scene_keys(&s, "ge");
	assert_shown(&s, "no earlier 5xx, 6xx or silence");
	scene_close(&s);
}

/* The filter counts for the list, and says so when nothing is left. */
static void
test_filter(void **state)
{
	struct errmsg em;
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_drawing(&s);
	assert_int_equal(lens_filter(s.viewer, "code:404", &em, NULL), 0);
	assert_shown(&s, "Filter code:404");
	assert_shown(&s, "14:32:05 404  Not Found");
	assert_not_shown(&s, "14:32:06 503");
	assert_int_equal(lens_filter(s.viewer, "peer:nobody", &em, NULL), 0);
	assert_shown(&s, "No failure matches the filter");
	type_key(&s, UI_KEY_ESC);
	assert_shown(&s, "Filter none");
	scene_close(&s);
}

/* While looking back the first line says so, and how to come back. */
static void
test_past(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_drawing(&s);
	store_look(s.store, SCENE_NOW - 1627 * NS_PER_S);
	assert_shown(&s, "PAST 14:05:00  ] on  G live");
	assert_int_equal(viewer_key(s.viewer, 'G'), COMMAND_LOOK);
	assert_int_equal(viewer_request(s.viewer)->t_ns, 0);
	scene_close(&s);
}

/* Two minutes without a key: what came since is told, after the first key too, and not after the second. */
static void
test_away(void **state)
{
	const char *words = "while you were away (12 min): 121 failures";
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_hello(&s, true);
	scene_responses(&s, SCENE_NOW - 900 * NS_PER_S, 200, 5, 0, NULL);
	store_advance(s.store, SCENE_NOW - 720 * NS_PER_S);
	viewer_clock(s.viewer, SCENE_NOW - 720 * NS_PER_S);
	(void)viewer_key(s.viewer, 'K');
	store_advance(s.store, SCENE_NOW);
	for (unsigned i = 0; i < 121; i++)
		scene_event(&s, SCENE_NOW - 300 * NS_PER_S, 0);
	scene_responses(&s, SCENE_NOW - 300 * NS_PER_S, 503, 121, 121, "trunk");
	viewer_clock(s.viewer, SCENE_NOW - 601 * NS_PER_S);
	assert_not_shown(&s, "away");
	viewer_clock(s.viewer, SCENE_NOW);
	assert_shown(&s, words);
	type_key(&s, UI_KEY_TAB);
	assert_shown(&s, words);
	type_key(&s, UI_KEY_TAB);
	assert_not_shown(&s, "away");
	scene_close(&s);
}

/* First start: the exact words, five choices, and more about each. */
static void
test_refused(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_hello(&s, true);
	scene_word(&s, "eth0", "live", "failed", "no right to capture on eth0: socket: Operation not permitted");
	scene_check_all(&s, "refused");
	scene_keys(&s, "3");
	assert_shown(&s, "rsyslog");
	assert_ptr_equal(viewer_top(s.viewer), &view_overview);
	scene_close(&s);
}

/* Own log: sentences with their times, repeats counted. */
static void
test_own_log(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_keys(&s, "L");
	scene_check(&s, "own-log-none", 24, 80, false);
	scene_hello(&s, true);
	scene_source(&s, "eth0", "reading", "capturing on eth0, 32 MiB buffer");
	for (int i = 0; i < 3; i++)
		scene_source(&s, "eth0", "failed", "the interface went away (ENETDOWN)");
	store_note(s.store, false, "engine ended by signal 9, starting another");
	scene_check_all(&s, "own-log");
	for (int i = 0; i < 250; i++)
		scene_source(&s, i % 2 ? "a" : "b", "reading", i % 2 ? "went" : "came");
	assert_shown(&s, "Own log 200");
	assert_int_equal(store_sentence_count(s.store), 200);
	scene_keys(&s, "g");
	assert_shown(&s, "b reading: came");
	scene_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_drawing),
		cmocka_unit_test(test_young),
		cmocka_unit_test(test_focus),
		cmocka_unit_test(test_alert),
		cmocka_unit_test(test_follow),
		cmocka_unit_test(test_moves),
		cmocka_unit_test(test_worse),
		cmocka_unit_test(test_filter),
		cmocka_unit_test(test_past),
		cmocka_unit_test(test_away),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_own_log),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
