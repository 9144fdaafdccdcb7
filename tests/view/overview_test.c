/* overview: the drawings of the first screen, what Tab and Enter do, following, looking back, and who was away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <locale.h>
#include <stdio.h>
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
		fprintf(stderr, "'%s' is not in\n%s", words, text);
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

/* What fails in five minutes of the drawings; one row of it an event and a failure of the peer each.  users: how many
 * numbers from `from` on; before: as many in the five minutes before. */
static const struct {
	unsigned n, before, code;
	int q850;
	const char *phrase, *method, *peer, *to;
	unsigned from, users;
	bool ours, auth;
	int setup_ms;
} drawing_mass[] = {
	{ 311, 88, 503, 34, "Service Unavailable", "INVITE", "wholesale-c", "+442066627625", 1060, 37, false, false,
	    71 },
	{ 22, 4, 503, 34, "Service Unavailable", "INVITE", "wholesale-c", "+442066627625", 1037, 1, false, false, 72 },
	{ 19, 4, 503, 34, "Service Unavailable", "INVITE", "wholesale-c", "+442009375836", 1003, 1, false, false, 70 },
	{ 17, 4, 503, 34, "Service Unavailable", "INVITE", "wholesale-c", "+442033234300", 1014, 1, false, false, 71 },
	{ 213, 209, 486, -1, "Busy Here", "INVITE", "carrier-a", "+442089745048", 1100, 37, false, false, 4100 },
	{ 129, 131, 404, 1, "Not Found", "INVITE", "carrier-b", "+442038646352", 1140, 52, false, false, 180 },
	{ 77, 75, 404, -1, "Not Found", "INVITE", "pbx-lon-1", "4711", 1200, 9, true, false, 1 },
	{ 118, 121, 487, -1, "Request Terminated", "INVITE", "carrier-b", "+442034841887", 1210, 44, false, false,
	    9200 },
	{ 95, 0, 401, -1, "Unauthorized", "REGISTER", "10.20.4.41", "", 1031, 1, true, true, 3 },
	{ 71, 70, 480, -1, "Temporarily Unavailable", "INVITE", "carrier-a", "+442057917877", 1260, 31, false, false,
	    90 },
	{ 24, 3, 0, -1, "", "INVITE", "trunk-de", "+493055530001", 1300, 11, false, false, 32000 },
	{ 19, 16, 408, -1, "Request Timeout", "INVITE", "trunk-de", "+493055530007", 1320, 11, true, false, 32000 },
	{ 12, 13, 488, -1, "Not Acceptable Here", "INVITE", "carrier-a", "+442075201674", 1034, 4, false, false, 95 },
	{ 9, 9, 423, -1, "Interval Too Brief", "REGISTER", "phones", "", 1340, 2, true, false, 4 },
	{ 8, 8, 603, -1, "Decline", "INVITE", "carrier-a", "+442008812345", 1021, 6, false, false, 2000 },
};

static void
drawing_event(struct scene *s, int64_t t_ns, size_t row, unsigned from, const char *to)
{
	struct event e = scene_failure(t_ns, drawing_mass[row].code, drawing_mass[row].phrase, drawing_mass[row].peer);
	char user[16], call_id[40];

	(void)snprintf(user, sizeof user, "%u", from);
	(void)snprintf(call_id, sizeof call_id, "%08x@10.20.0.10", ((unsigned)s->next_id * 2654435761u) ^ 0x8c38fb29u);
	e.q850 = (int16_t)drawing_mass[row].q850;
	e.method = slice_str(drawing_mass[row].method);
	e.from = slice_str(user);
	e.to = slice_str(to);
	e.auth = drawing_mass[row].auth;
	e.direction = drawing_mass[row].ours ? DIRECTION_SENT : DIRECTION_RECEIVED;
	e.setup_ms = drawing_mass[row].setup_ms;
	e.call_id = slice_str(call_id);
	scene_put(s, &e);
}

/* So many of a row within one of 286 seconds. */
static unsigned
drawing_part(unsigned n, unsigned second)
{
	return n * (second + 1) / 286 - n * second / 286;
}

static void
drawing_second(struct scene *s, int64_t t_ns, unsigned second, bool before)
{
	for (size_t i = 0; i < sizeof drawing_mass / sizeof drawing_mass[0]; i++) {
		unsigned n = before ? drawing_mass[i].before : drawing_mass[i].n, done = n * second / 286;

		for (unsigned k = 0; k < drawing_part(n, second); k++) {
			drawing_event(s, t_ns, i, drawing_mass[i].from + (done + k) % drawing_mass[i].users,
			    drawing_mass[i].to);
			if (drawing_mass[i].code != 0)
				scene_responses(s, t_ns, drawing_mass[i].code, 1, 1, drawing_mass[i].peer);
		}
	}
}

/* The newest ones, by name. */
static void
drawing_newest(struct scene *s)
{
	static const struct {
		int64_t ago_ms;
		size_t row;
		unsigned from;
		const char *to;
	} rows[] = {
		{ 2690, 4, 1029, "+442089745048" },
		{ 2129, 8, 1031, "" },
		{ 1996, 5, 1057, "+442038646352" },
		{ 880, 0, 1003, "+442009375836" },
		{ 447, 0, 1037, "+442066627625" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int64_t t = SCENE_NOW - rows[i].ago_ms * NS_PER_MS;

		drawing_event(s, t, rows[i].row, rows[i].from, rows[i].to);
		scene_responses(s, t, drawing_mass[rows[i].row].code, 1, 1, drawing_mass[rows[i].row].peer);
	}
}

/* A minute of what each peer usually has: ASR 51 % of wholesale-c, 57 and 61 of the carriers, 49 of trunk-de. */
static void
drawing_usual(struct scene *s, int64_t t_ns)
{
	static const struct {
		const char *peer;
		int64_t bids, answered;
	} rows[] = { { "wholesale-c", 70, 36 }, { "carrier-b", 240, 137 }, { "carrier-a", 225, 137 },
		{ "trunk-de", 45, 22 } };
	static struct counts none;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct kpi_counts kpi = { .n = { [KPI_BIDS] = rows[i].bids,
					      [KPI_SEIZURES] = rows[i].bids,
					      [KPI_ANSWERED] = rows[i].answered,
					      [KPI_EFFECTIVE] = rows[i].bids,
					      [KPI_DELIVERED] = rows[i].bids } };
		struct kpi_peer of = { .name = rows[i].peer, .role = PEER_ROLE_TRUNK, .counts = &kpi };
		struct record r = { .type = RECORD_TICK,
			.t_ns = t_ns,
			.host = "pbx-lon-1",
			.tick = { .counts = &none, .kpi = &kpi, .kpi_peers = &of, .n_kpi_peers = 1 } };

		assert_int_equal(store_apply(s->store, &r), 0);
	}
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
		scene_responses(s, t, 401, ago <= 300 ? 12 : 33, 0, NULL);
		scene_responses(s, t, 503, ago > 660 && ago % 50 == 0, 0, NULL);
		if (ago % 600 == 0)
			scene_responses(s, t, 302, 1, 0, NULL);
		if (ago > 600 && ago % 60 == 0)
			drawing_usual(s, t);
		for (unsigned k = 0; k < 10 && ago > 0 && ago <= 600; k++) {
			unsigned second = (600 - (unsigned)ago + k) % 300;

			if (second >= 10 && second < 296)
				drawing_second(s, t + k * NS_PER_S, second - 10, ago > 300);
		}
	}
	drawing_newest(s);
	scene_calls(s, "wholesale-c", PEER_ROLE_TRUNK, 371, 12, 22, 2);
	scene_calls(s, "carrier-b", PEER_ROLE_TRUNK, 1204, 662, 1168, 2);
	scene_calls(s, "carrier-a", PEER_ROLE_TRUNK, 1125, 697, 1102, 2);
	scene_calls(s, "trunk-de", PEER_ROLE_TRUNK, 224, 90, 159, 3);
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
	scene_incident(&s, 1, INCIDENT_ERROR, 660, "wholesale-c", "",
	    "359 of 371 calls to wholesale-c got 503 (usual: 1 in 300)");
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
	assert_shown(&s, "\n>14:22:18 486");
	scene_keys(&s, "E");
	assert_shown(&s, "\n>14:22:20 503");
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
	} moves[] = { { UI_KEY_UP, 1 }, { 'k', 1 }, { UI_KEY_DOWN, -1 }, { 'j', -1 }, { UI_KEY_PGUP, 5 },
		{ UI_CTRL('b'), 5 }, { UI_KEY_PGDN, -5 }, { UI_CTRL('f'), -5 }, { UI_CTRL('u'), 3 },
		{ UI_CTRL('d'), -3 } };
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
