/* overview: the drawings of the first screen, what Tab and Enter do, following, looking back, and who was away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>

#include "scene_drawing.h"
#include "sipwhy/timefmt.h"
#include "view/overview.h"
#include "view/view_int.h"

static void
type_key(struct scene *s, uint32_t key)
{
	(void)viewer_key(s->viewer, key);
	free(scene_draw(s, 24, 80, false));
}

/* As drawn, with the alerts of the rules that are built in; and the same PBX with nobody to alert. */
static void
test_drawing(void **state)
{
	struct rule *rules[RULE_MAX];
	struct scene s;
	size_t n;

	(void)state;
	scene_open(&s);
	n = scene_drawing_rules(&s, rules);
	scene_drawing_trunk(&s);
	scene_check_all(&s, "overview-drawing");
	scene_close(&s);
	while (n > 0)
		rule_free(rules[--n]);
	scene_open(&s);
	scene_drawing_trunk(&s);
	scene_check(&s, "overview-drawing-calm", 24, 80, false);
	/* One alert of the engine, which knows what is to be checked. */
	scene_incident(
	    &s, 1, INCIDENT_ERROR, 660, "wholesale-c", "", "359 of 371 calls to wholesale-c got 503 (usual: 1 in 300)");
	scene_check(&s, "overview-drawing-alert", 24, 80, false);
	scene_check(&s, "overview-drawing-alert", 40, 140, false);
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
	scene_drawing_trunk(&s);
	scene_must_not_show(&s, "\n>");
	type_key(&s, UI_KEY_TAB);
	scene_must_show(&s, "\n>1xx progress");
	type_key(&s, UI_KEY_ENTER);
	scene_must_show(&s, "these are no failures");
	assert_ptr_equal(viewer_top(s.viewer), &view_overview);
	for (int i = 0; i < 4; i++)
		type_key(&s, UI_KEY_DOWN);
	scene_must_show(&s, "\n>5xx server");
	type_key(&s, UI_KEY_ENTER);
	assert_string_equal(s.viewer->filter_text, "class:5xx");
	assert_ptr_equal(viewer_top(s.viewer), &view_events);
	scene_close(&s);

	scene_open(&s);
	scene_drawing_trunk(&s);
	free(scene_draw(&s, 24, 80, false));
	type_key(&s, UI_KEY_TAB);
	type_key(&s, UI_KEY_TAB);
	scene_must_show(&s, "\n>503 Service Unavailable");
	type_key(&s, UI_KEY_DOWN);
	type_key(&s, UI_KEY_TAB);
	scene_must_show(&s, ">wholesale-c");
	type_key(&s, UI_KEY_DOWN);
	type_key(&s, UI_KEY_ENTER);
	assert_string_equal(s.viewer->filter_text, "peer:\"carrier-a\"");
	scene_close(&s);

	scene_open(&s);
	scene_drawing_trunk(&s);
	free(scene_draw(&s, 24, 80, false));
	type_key(&s, UI_KEY_TAB);
	type_key(&s, UI_KEY_STAB);
	scene_must_show(&s, "\n>14:32:06 503");
	type_key(&s, UI_KEY_DOWN);
	scene_must_show(&s, "follow off");
	type_key(&s, UI_KEY_ENTER);
	assert_ptr_equal(viewer_top(s.viewer), &view_detail);
	type_key(&s, UI_KEY_ESC);
	type_key(&s, UI_KEY_ESC);
	scene_must_not_show(&s, "\n>");
	scene_must_show(&s, "LIVE  follow ");
	scene_close(&s);
}

/* Without a cursor Enter and d are about the worst alert; what was dismissed is told no more. */
static void
test_alert(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_drawing_trunk(&s);
	scene_incident(&s, 1, INCIDENT_ERROR, 660, "wholesale-c", "", "371 of 375 calls got 503");
	/* The hint is of what its keys act on, by the failures it was raised over; a row has its own. */
	scene_must_show(&s, "\n ! 503 All channels to that destination are in use.       Enter:alert d:dismiss\n");
	type_key(&s, UI_KEY_DOWN);
	scene_must_not_show(&s, "d:dismiss");
	scene_must_show(&s, "\n 503 All channels to that destination are in use.");
	type_key(&s, UI_KEY_ESC);
	scene_must_show(&s, "Alerts !1");
	type_key(&s, UI_KEY_ENTER);
	assert_ptr_equal(viewer_top(s.viewer), &view_alert);
	assert_int_equal(s.viewer->incident_id, 1);
	type_key(&s, UI_KEY_ESC);
	assert_int_equal(viewer_key(s.viewer, 'd'), COMMAND_INCIDENT_ACK);
	assert_int_equal(viewer_request(s.viewer)->id, 1);
	store_incident_dismiss(s.store, 1);
	scene_must_show(&s, "Alerts 0");
	scene_must_not_show(&s, "371 of 375");
	/* And what the sentence says about it is so. */
	scene_must_show(&s, "dismissed until it ends: 5, then M, shows it");
	type_key(&s, '5');
	scene_must_not_show(&s, "371 of 375");
	type_key(&s, 'M');
	scene_must_show(&s, "371 of 375");
	scene_close(&s);
}

/* Of an alert whose failures are not kept any more: what to check, or what a rule of the user's own measured. */
static void
test_alert_alone(void **state)
{
	struct record r = { .type = RECORD_INCIDENT, .t_ns = SCENE_NOW, .host = "pbx-lon-1" };
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_busy(&s);
	r.incident = (struct incident){ .id = 1,
		.t_ns = SCENE_NOW,
		.since_ns = SCENE_NOW - NS_PER_S,
		.pattern = 1,
		.level = INCIDENT_ERROR,
		.kind = slice_str("trunk-down"),
		.peer = slice_str("wholesale-c"),
		.sentence = slice_str("rate 1.2/s > 0.20/s"),
		.events = { 999999 } };
	scene_apply(&s, &r);
	scene_must_show(&s, "\n ! Trunk down: check ping and traceroute to the trunk     Enter:alert d:dismiss\n");
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
	scene_drawing_trunk(&s);
	free(scene_draw(&s, 24, 80, false));
	scene_keys(&s, "jj");
	scene_must_show(&s, "\n>14:32:05 404");
	scene_put(&s, &e);
	scene_put(&s, &e);
	scene_must_show(&s, "follow off +2 new");
	scene_must_show(&s, "\n>14:32:05 404");
	scene_must_not_show(&s, "carrier-z");
	scene_keys(&s, "G");
	scene_must_show(&s, "\n>14:32:07 500");
	scene_keys(&s, "g");
	scene_must_show(&s, "\n>13:02:17 503");
	scene_keys(&s, "E");
	scene_must_show(&s, "\n>13:02:17 503 Service Unavailable INVITE    wholesale-c     1037");
	scene_close(&s);
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
	scene_open_busy(&s);
	assert_int_equal(scene_cursor(&s), 40);
	scene_keys(&s, "jjjjjjjjjjjjjjjjjjjj");
	assert_int_equal(scene_cursor(&s), 20);
	for (size_t i = 0; i < sizeof moves / sizeof moves[0]; i++) {
		before = scene_cursor(&s);
		type_key(&s, moves[i].key);
		assert_int_equal((int64_t)scene_cursor(&s) - (int64_t)before, moves[i].by);
	}
	before = scene_cursor(&s);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		free(scene_draw(&s, sizes[i][0], sizes[i][1], false));
		assert_int_equal(scene_cursor(&s), before);
	}
	scene_close(&s);
}

/* A failure that was told late stands by its time, and keys still reach every row, and no other than they show. */
static void
test_told_late(void **state)
{
	enum { ALL = 40, LATE = 7, LATE_S = 3 };
	bool seen[ALL + 1] = { false };
	struct event late;
	struct scene s;
	size_t reached = 0;

	(void)state;
	scene_open(&s);
	scene_hello(&s, true);
	store_advance(s.store, SCENE_NOW);
	for (int i = 0; i < ALL; i++) {
		int64_t ago_s = ALL - i + (i % LATE == LATE - 1 ? LATE_S : 0);
		struct event e = scene_failure(SCENE_NOW - ago_s * NS_PER_S, 503, "", "carrier-a");

		scene_put(&s, &e);
	}
	scene_keys(&s, "j");
	for (int i = 0; i < 3 * ALL; i++) {
		uint64_t id = scene_cursor(&s);

		assert_in_range(id, 1, ALL);
		reached += !seen[id];
		seen[id] = true;
		scene_keys(&s, i < ALL ? "k" : "j");
	}
	assert_int_equal(reached, ALL);
	for (int i = 0; i < 3 * ALL; i++)
		scene_keys(&s, "k");
	assert_int_equal(scene_cursor(&s), ALL);
	/* What was told last happened three seconds before. */
	scene_keys(&s, "A");
	late = scene_failure(SCENE_NOW - 3 * NS_PER_S, 487, "", "carrier-a");
	scene_put(&s, &late);
	scene_must_show(&s, "\n>14:32:06 503");
	scene_must_show(&s, "\n 14:32:04 487");
	scene_keys(&s, "jj\r");
	assert_int_equal(s.viewer->event_id, ALL + 1);
	scene_close(&s);
}

/* e goes to the next older 5xx, 6xx or silence, E back. */
static void
test_worse(void **state)
{
	struct scene s;

	(void)state;
	scene_open_busy(&s);
	scene_keys(&s, "je");
	assert_true(scene_cursor(&s) < 39);
	assert_true(store_event_at(s.store, store_event_index(s.store, scene_cursor(&s)))->code >= 500);
	scene_keys(&s, "E");
	assert_int_equal(scene_cursor(&s), 40);
	scene_keys(&s, "E");
	scene_must_show(&s, "no later 5xx, 6xx or silence");
	scene_keys(&s, "ge");
	scene_must_show(&s, "no earlier 5xx, 6xx or silence");
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
	scene_drawing_trunk(&s);
	assert_int_equal(lens_filter(s.viewer, "code:404", &em, NULL), 0);
	scene_must_show(&s, "Filter code:404");
	scene_must_show(&s, "14:32:05 404 Not Found");
	scene_must_not_show(&s, "14:32:06 503");
	scene_must_show(&s, " 415 of 2,008 ─\n");
	assert_int_equal(lens_filter(s.viewer, "peer:nobody", &em, NULL), 0);
	scene_must_show(&s, "No failure matches the filter");
	scene_must_show(&s, " 0 of 2,008 ─\n");
	type_key(&s, UI_KEY_ESC);
	scene_must_show(&s, "Filter none");
	scene_close(&s);
}

/* While looking back the first line says so, and how to come back; totals are those of then. */
static void
test_past(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_drawing_trunk(&s);
	scene_must_show(&s, "\n 5xx server          660 ");
	store_look(s.store, SCENE_NOW - 1627 * NS_PER_S);
	scene_must_not_show(&s, "\n 5xx server          660 ");
	scene_must_show(&s, "\n 5xx server           80 ");
	scene_must_show(&s, "PAST 14:05:00  ] on  G live");
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
	scene_must_not_show(&s, "away");
	viewer_clock(s.viewer, SCENE_NOW);
	scene_must_show(&s, words);
	type_key(&s, UI_KEY_TAB);
	scene_must_show(&s, words);
	type_key(&s, UI_KEY_TAB);
	scene_must_not_show(&s, "away");
	scene_close(&s);
}

/* A log of which only lines with failures are known: no ratio, no class, no request is 0. */
static void
test_only_failures(void **state)
{
	struct source_stat stat = { .name = "acc.log",
		.kind = "follow",
		.state = "reading",
		.text = true,
		.frames = 42,
		.bytes = 7000,
		.statements = 42,
		.verdict = { [WIRE_SIP] = 42 } };
	struct kpi_counts kpi = {
		.n = { [KPI_BIDS] = 42, [KPI_SEIZURES] = 42, [KPI_EFFECTIVE] = 42, [KPI_DELIVERED] = 42 }
	};
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_hello(&s, true);
	store_advance(s.store, SCENE_NOW);
	scene_stat(&s, &stat);
	scene_responses(&s, SCENE_NOW - NS_PER_S, 486, 42, 42, "-");
	scene_kpi(&s, &kpi, "-", PEER_ROLE_UNKNOWN);
	for (int i = 0; i < 3; i++) {
		struct event e = scene_logged(SCENE_NOW - NS_PER_S, 486, "Busy Here", "Mar  3 10:15:01");

		e.statement = true;
		scene_put(&s, &e);
	}
	scene_check(&s, "overview-only-failures", 24, 80, false);
	scene_check(&s, "overview-only-failures", 12, 60, false);
	scene_keys(&s, "4");
	scene_must_show(&s, "calls 42, answered - (no success told); PDD p95 -");
	scene_must_show(&s, "  21.0      -    -      -     -     3     -  ");
	scene_keys(&s, "3");
	scene_must_show(&s, "486 Busy Here INVITE, no address is known: 3 since the start");
	scene_keys(&s, "1");
	/* One answered call says that such lines are written, too. */
	scene_responses(&s, SCENE_NOW, 200, 1, 0, NULL);
	scene_must_show(&s, "ASR 0.0%");
	scene_must_show(&s, "\n 1xx progress          -      -");
	scene_must_not_show(&s, "no success");
	scene_close(&s);
}

/* A log whose lines tell answers but no calls: that there were none is not told. */
static void
test_no_calls(void **state)
{
	struct source_stat stat = scene_log("messages", "follow", "reading");
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_hello(&s, true);
	store_advance(s.store, SCENE_NOW);
	stat.frames = stat.statements = stat.verdict[WIRE_SIP] = 3;
	stat.messages = 0;
	scene_stat(&s, &stat);
	scene_responses(&s, SCENE_NOW - NS_PER_S, 486, 3, 3, "203.0.113.5");
	for (int i = 0; i < 3; i++) {
		struct event e = scene_logged(SCENE_NOW - NS_PER_S, 486, "Busy Here", "Mar  3 10:15:01");

		e.peer = slice_str("203.0.113.5");
		e.statement = true;
		scene_put(&s, &e);
	}
	scene_keys(&s, "4");
	scene_must_show(&s, "calls -, answered - (ASR)");
	scene_keys(&s, "3");
	scene_must_show(&s, "INVITE from 203.0.113.5: 3 since the start");
	scene_keys(&s, "2");
	scene_keys(&s, "\n");
	scene_must_show(&s, "-  203.0.113.5 now, 5 min: - calls, ASR -");
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
	store_advance(s.store, SCENE_NOW);
	scene_word(&s, "eth0", "live", "failed", "no right to capture on eth0: socket: Operation not permitted");
	scene_check_all(&s, "refused");
	scene_keys(&s, "3");
	scene_must_show(&s, "--howto hep");
	assert_ptr_equal(viewer_top(s.viewer), &view_overview);
	assert_int_equal(viewer_key(s.viewer, 'r'), COMMAND_RETRY);
	assert_int_equal(viewer_key(s.viewer, 'd'), COMMAND_DEMO);
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
	scene_must_show(&s, "Own log 200");
	assert_int_equal(store_sentence_count(s.store), 200);
	scene_keys(&s, "g");
	scene_must_show(&s, "b reading: came");
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
		cmocka_unit_test(test_alert_alone),
		cmocka_unit_test(test_follow),
		cmocka_unit_test(test_moves),
		cmocka_unit_test(test_told_late),
		cmocka_unit_test(test_worse),
		cmocka_unit_test(test_filter),
		cmocka_unit_test(test_past),
		cmocka_unit_test(test_away),
		cmocka_unit_test(test_only_failures),
		cmocka_unit_test(test_no_calls),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_own_log),
	};

	return scene_ready() ? cmocka_run_group_tests(tests, NULL, NULL) : 99;
}
