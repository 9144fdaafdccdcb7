/*
 * events_test - the Events view: its screens, and what each of its keys does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scene_drawing.h"
#include "sipwhy/timefmt.h"
#include "view/view_int.h"

enum { ROWS = SCENE_ROWS, COLS = SCENE_COLS };

static const struct event *
current(const struct scene *s)
{
	const struct event *e = store_event_at(s->store, store_event_index(s->store, s->viewer->event_id));

	assert_non_null(e);
	assert_int_equal(e->id, s->viewer->event_id);
	return e;
}

static void
test_screens(void **state)
{
	struct scene s;

	(void)state;
	scene_drawing_open(&s, NULL);
	lens_mark(s.viewer, 15, true);
	scene_check_all(&s, "events");
	scene_close(&s);
}

/* As drawn, of many more than are kept; and where the filter hides them all. */
static void
test_kept(void **state)
{
	struct scene s;

	(void)state;
	scene_drawing_kept(&s, NULL);
	lens_mark(s.viewer, 48252, true);
	scene_check(&s, "events-drawing", ROWS, COLS, false);
	scene_check(&s, "events-drawing", ROWS, COLS, true);
	scene_keys(&s, ":filter code:503 peer:carier-a\r");
	for (int i = 0; i < 4; i++)
		free(scene_draw(&s, ROWS, COLS, false));
	scene_check(&s, "events-drawing-hidden", ROWS, COLS, false);
	scene_close(&s);
}

static void
test_wide(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_drawing_hello(&s);
	scene_drawing_wide(&s);
	free(scene_draw(&s, 40, 140, false));
	scene_keys(&s, "2:filter class:5xx\r");
	scene_check(&s, "events-wide", 40, 140, false);
	scene_keys(&s, "v");
	scene_check(&s, "events-wide-list", 40, 140, false);
	/* Wider and narrower, never so far that a side is of no use. */
	scene_keys(&s, "v99999999999999999999999999999999");
	scene_check(&s, "events-wide-pane", 40, 140, false);
	scene_close(&s);
}

static void
test_empty(void **state)
{
	struct scene s;

	(void)state;
	scene_drawing_open(&s, NULL);
	scene_keys(&s, ":filter code:503 peer:carier-a\r");
	for (int i = 0; i < 4; i++)
		free(scene_draw(&s, ROWS, COLS, false));
	scene_check(&s, "events-hidden", ROWS, COLS, false);
	scene_check(&s, "events-hidden", 10, 40, true);
	scene_keys(&s, "\t");
	assert_string_equal(s.viewer->filter_text, "code:503 peer:carrier-a");
	scene_keys(&s, "\x1b");
	assert_null(s.viewer->filter);
	assert_true(scene_row_shows(&s, 1, "18 kept"));
	scene_close(&s);
}

static void
test_nothing(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_drawing_hello(&s);
	scene_keys(&s, "2");
	scene_check(&s, "events-none", ROWS, COLS, false);
	/* No key needs a row. */
	scene_keys(&s, "jkgGAeEnN=!<>zvtq");
	scene_keys(&s, "2 DrxyYsdm\r\t");
	(void)viewer_key(s.viewer, UI_KEY_F5);
	(void)viewer_key(s.viewer, UI_KEY_F9);
	scene_keys(&s, "U");
	scene_close(&s);
}

static void
test_follow(void **state)
{
	struct scene s;
	uint64_t newest;
	struct event e = scene_failure(SCENE_NOW, 500, "Server Error", "carrier-b");

	(void)state;
	scene_drawing_open(&s, NULL);
	assert_int_equal(s.viewer->event_id, 18);
	assert_true(scene_row_shows(&s, 0, "follow"));
	scene_put(&s, &e);
	free(scene_draw(&s, ROWS, COLS, false));
	assert_int_equal(s.viewer->event_id, 19);
	/* Away from the newest: follow is off and nothing moves. */
	scene_keys(&s, "jjj");
	assert_int_equal(s.viewer->event_id, 16);
	assert_true(scene_row_shows(&s, 6, ">14:32:05"));
	assert_true(scene_row_shows(&s, 0, "follow off"));
	scene_put(&s, &e);
	scene_put(&s, &e);
	assert_true(scene_row_shows(&s, 0, "follow off +2 new"));
	assert_true(scene_row_shows(&s, 6, ">14:32:05"));
	newest = s.next_id - 1;
	scene_keys(&s, "G");
	assert_int_equal(s.viewer->event_id, newest);
	assert_false(scene_row_shows(&s, 0, "follow off"));
	scene_keys(&s, "g");
	assert_int_equal(s.viewer->event_id, 1);
	(void)viewer_key(s.viewer, UI_KEY_HOME);
	assert_int_equal(s.viewer->event_id, newest);
	(void)viewer_key(s.viewer, UI_KEY_END);
	assert_int_equal(s.viewer->event_id, 1);
	scene_keys(&s, "A");
	assert_int_equal(s.viewer->event_id, newest);
	scene_keys(&s, "A");
	assert_true(scene_row_shows(&s, 0, "follow off"));
	scene_close(&s);
}

/* Whatever the size, the same failure is under the cursor and in sight; what is new moves nothing. */
static void
test_resize(void **state)
{
	static const int sizes[][2] = { { 40, 140 }, { 10, 40 }, { 1, 1 }, { 12, 60 }, { 24, 80 } };
	struct scene s;
	struct event e = scene_failure(SCENE_NOW, 500, "Server Error", "carrier-b");

	(void)state;
	scene_drawing_open(&s, NULL);
	scene_keys(&s, "jjjjjjjjjj");
	assert_int_equal(s.viewer->event_id, 8);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		char *screen = scene_draw(&s, sizes[i][0], sizes[i][1], false);

		assert_int_equal(s.viewer->event_id, 8);
		if (sizes[i][0] > 1)
			assert_non_null(strstr(screen, ">14:31:55  480"));
		free(screen);
		scene_put(&s, &e);
	}
	assert_true(scene_row_shows(&s, 0, "+5 new"));
	scene_close(&s);
}

/* While an earlier moment is looked at the first line offers G, on any list. */
static void
test_past(void **state)
{
	static const char views[] = "123456";
	struct scene s;

	(void)state;
	scene_drawing_open(&s, NULL);
	for (const char *view = views; *view != '\0'; view++) {
		scene_keys(&s, (const char[]){ *view, '\0' });
		store_look(s.store, SCENE_NOW - 10 * NS_PER_S);
		assert_true(scene_row_shows(&s, 0, "PAST"));
		assert_int_equal(scene_keys(&s, "G"), COMMAND_LOOK);
		assert_int_equal(viewer_request(s.viewer)->t_ns, 0);
		store_look(s.store, 0);
		assert_int_equal(scene_keys(&s, "G"), COMMAND_NONE);
	}
	scene_close(&s);
}

static void
test_walk(void **state)
{
	struct scene s;

	(void)state;
	scene_drawing_open(&s, NULL);
	scene_keys(&s, "e");
	assert_int_equal(current(&s)->code, 503);
	assert_int_equal(s.viewer->event_id, 17);
	scene_keys(&s, "ee");
	assert_int_equal(current(&s)->code, 0);
	scene_keys(&s, "EEE");
	assert_int_equal(s.viewer->event_id, 18);
	scene_keys(&s, "E");
	assert_true(scene_row_shows(&s, 21, "no 5xx, 6xx or silence above this one"));
	/* The same signature: a cause makes another one of it. */
	scene_keys(&s, "nn");
	assert_int_equal(s.viewer->event_id, 9);
	scene_keys(&s, "NN");
	assert_int_equal(s.viewer->event_id, 18);
	scene_close(&s);
}

static void
test_sort(void **state)
{
	struct scene s;

	(void)state;
	scene_drawing_open(&s, NULL);
	scene_keys(&s, ">");
	assert_int_equal(s.viewer->order, SIFT_CODE);
	assert_true(scene_row_shows(&s, 1, "sort code v"));
	/* Who followed the newest sees the largest; who stands on a row stays on it. */
	assert_int_equal(current(&s)->code, 603);
	scene_keys(&s, "j<>");
	assert_int_not_equal(current(&s)->code, 603);
	(void)viewer_key(s.viewer, UI_KEY_HOME);
	assert_int_equal(current(&s)->code, 603);
	scene_keys(&s, "z");
	(void)viewer_key(s.viewer, UI_KEY_HOME);
	assert_int_equal(current(&s)->code, 0);
	assert_true(scene_row_shows(&s, 1, "sort code ^"));
	scene_keys(&s, "<");
	assert_int_equal(s.viewer->order, SIFT_TIME);
	scene_keys(&s, ">>>>");
	assert_int_equal(s.viewer->order, SIFT_PEER);
	scene_keys(&s, "G");
	assert_int_equal(s.viewer->event_id, 18);
	scene_close(&s);
}

static void
test_with(void **state)
{
	struct scene s;

	(void)state;
	scene_drawing_open(&s, NULL);
	scene_keys(&s, "=");
	assert_string_equal(s.viewer->filter_text, "code:503");
	assert_int_equal(sift_count(s.viewer->sift), 6);
	assert_true(scene_row_shows(&s, 1, "6 of 18"));
	/* The first press shows which column it is, the next ones go on. */
	scene_keys(&s, "lll");
	assert_true(scene_row_shows(&s, 21, "column method"));
	scene_keys(&s, "l");
	assert_true(scene_row_shows(&s, 21, "column peer: = only wholesale-c"));
	scene_keys(&s, "!");
	assert_string_equal(s.viewer->filter_text, "code:503 -peer:wholesale-c");
	assert_int_equal(sift_count(s.viewer->sift), 0);
	scene_keys(&s, "\x1b");
	assert_null(s.viewer->filter);
	scene_keys(&s, "\x1b");
	assert_ptr_equal(viewer_top(s.viewer), &view_overview);
	scene_close(&s);
}

static void
test_marks(void **state)
{
	struct scene s;
	const struct view_request *r;

	(void)state;
	scene_drawing_open(&s, NULL);
	scene_keys(&s, " j ");
	assert_int_equal(s.viewer->n_marks, 2);
	assert_true(lens_is_marked(s.viewer, 18));
	assert_true(lens_is_marked(s.viewer, 16));
	assert_true(scene_row_shows(&s, 3, "*14:32:06  503"));
	scene_keys(&s, "s:");
	assert_true(prompt_active(s.viewer));
	assert_int_equal(scene_keys(&s, "/tmp/x.pcap\r"), COMMAND_SAVE);
	r = viewer_request(s.viewer);
	assert_int_equal(r->save, VIEW_SAVE_PCAP);
	assert_string_equal(r->path, "/tmp/x.pcap");
	assert_int_equal(r->n_ids, 2);
	assert_int_equal(r->ids[0], 16);
	assert_int_equal(r->ids[1], 18);
	assert_int_equal(scene_keys(&s, ":w all.txt csv\r"), COMMAND_SAVE);
	assert_int_equal(r->save, VIEW_SAVE_CSV);
	assert_string_equal(r->path, "all.txt");
	assert_int_equal(scene_keys(&s, "Y"), COMMAND_SAVE);
	assert_int_equal(r->save, VIEW_SAVE_EVIDENCE);
	assert_int_equal(r->n_ids, 1);
	assert_int_equal(r->ids[0], s.viewer->event_id);
	assert_int_equal(scene_keys(&s, "y"), COMMAND_COPY);
	assert_non_null(strstr(r->body.p, "2026-11-22T14:32:04"));
	/* Esc drops marks first; then w means what is shown. */
	scene_keys(&s, "\x1b");
	assert_int_equal(s.viewer->n_marks, 0);
	assert_ptr_equal(viewer_top(s.viewer), &view_events);
	assert_int_equal(scene_keys(&s, ":w all.json\r"), COMMAND_SAVE);
	assert_int_equal(r->save, VIEW_SAVE_JSON);
	assert_int_equal(r->n_ids, 0);
	scene_close(&s);
}

/* Whoever types 2 and Enter in one go has not seen the list yet. */
static void
test_quick_keys(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_drawing_hello(&s);
	scene_drawing_events(&s);
	free(scene_draw(&s, 24, 80, false));
	(void)viewer_key(s.viewer, '2');
	(void)viewer_key(s.viewer, UI_KEY_ENTER);
	assert_ptr_equal(viewer_top(s.viewer), &view_detail);
	assert_int_equal(s.viewer->event_id, store_event_at(s.store, store_event_count(s.store) - 1)->id);
	scene_close(&s);
}

static void
test_clear(void **state)
{
	struct scene s;
	struct event e = scene_failure(SCENE_NOW, 500, "Server Error", "carrier-b");

	(void)state;
	scene_drawing_open(&s, NULL);
	viewer_clock(s.viewer, SCENE_NOW);
	(void)viewer_key(s.viewer, UI_KEY_F5);
	assert_true(scene_row_shows(&s, 21, "Clear all 18 failures"));
	scene_keys(&s, "n");
	assert_true(scene_row_shows(&s, 1, "18 kept"));
	(void)viewer_key(s.viewer, UI_KEY_F5);
	scene_keys(&s, "y");
	assert_true(scene_row_shows(&s, 1, "0 kept"));
	scene_put(&s, &e);
	assert_true(scene_row_shows(&s, 1, "1 kept"));
	assert_int_equal(s.viewer->event_id, 19);
	scene_keys(&s, "U");
	assert_true(scene_row_shows(&s, 1, "19 kept"));
	/* All but those shown. */
	scene_keys(&s, ":filter peer:trunk-de\r");
	(void)viewer_key(s.viewer, UI_KEY_F9);
	scene_keys(&s, "\x1b");
	free(scene_draw(&s, ROWS, COLS, false));
	assert_int_equal(sift_count(s.viewer->sift), 2);
	viewer_clock(s.viewer, SCENE_NOW + 61 * NS_PER_S);
	scene_keys(&s, "U");
	assert_true(scene_row_shows(&s, 21, "too late"));
	assert_int_equal(sift_count(s.viewer->sift), 2);
	scene_close(&s);
}

/* Faster than a page a second: what has no room is folded, and the numbers add up. */
static void
test_flood(void **state)
{
	const struct record bye = { .type = RECORD_BYE, .t_ns = SCENE_NOW, .host = "pbx-lon-1" };
	struct scene s;

	(void)state;
	scene_drawing_open(&s, NULL);
	for (unsigned i = 0; i < 330; i++) {
		struct event e = scene_failure(SCENE_NOW - 900000000 + i, i % 11 == 0 ? 404 : 503,
		    i % 11 == 0 ? "Not Found" : "Service Unavailable", i % 11 == 0 ? "carrier-b" : "wholesale-c");

		scene_put(&s, &e);
	}
	/* 18 rows: 16 and two groups; of 330 there are 30 404. */
	scene_check(&s, "events-flood", ROWS, COLS, false);
	scene_keys(&s, "j");
	assert_false(scene_row_shows(&s, 20, "more"));
	/* Nor does what stands still hide rows: an earlier moment, and what has ended. */
	scene_keys(&s, "G");
	assert_true(scene_row_shows(&s, 20, "more"));
	store_look(s.store, SCENE_NOW - NS_PER_S);
	assert_false(scene_row_shows(&s, 20, "more"));
	store_look(s.store, 0);
	assert_int_equal(store_freeze(s.store, true), 0);
	assert_false(scene_row_shows(&s, 20, "more"));
	assert_int_equal(store_freeze(s.store, false), 0);
	assert_true(scene_row_shows(&s, 20, "more"));
	assert_int_equal(store_apply(s.store, &bye), 0);
	assert_false(scene_row_shows(&s, 20, "more"));
	scene_close(&s);
}

static void
put_call(struct scene *s, const char *phrase, const char *peer, const char *from, const char *to)
{
	struct event e = scene_failure(SCENE_NOW, 503, phrase, peer);

	e.from = slice_str(from);
	e.to = slice_str(to);
	scene_put(s, &e);
}

/* An IPv4 address is whole while others have blanks, and their columns do not come and go with the rows. */
static void
test_fit(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_hello(&s, true);
	scene_keys(&s, "2");
	put_call(&s, "", "carrier-b", "1001", "1002");
	assert_true(scene_row_shows(&s, 2, "  PEER        FROM   TO  "));
	put_call(&s, "", "198.51.100.117", "1001", "+4930100539");
	scene_must_show(&s, " 198.51.100.117 1001   +4930100539\n");
	/* A longer callee takes its blanks back, from FROM and REASON. */
	put_call(&s, "", "198.51.100.7", "1001", "+442066627625");
	scene_must_show(&s, " 198.51.100.117 1001 +4930100539\n");
	scene_must_show(&s, "+442066627625");
	/* What is out of sight now is not given up ... */
	for (int i = 0; i < 30; i++)
		put_call(&s, "", "b", "1001", "1002");
	scene_must_show(&s, " b              1001 1002\n");
	/* ... but with another filter. */
	scene_keys(&s, ":filter peer:b\r");
	assert_true(scene_row_shows(&s, 2, "  PEER        FROM   TO  "));
	scene_keys(&s, ":filter\r");
	/* A name that fits nowhere takes no more than an address would. */
	put_call(&s, "", "sbc-17.frankfurt.example.net", "1001", "1002");
	scene_must_show(&s, " sbc-17.frankfu~ 1001   1002\n");
	scene_close(&s);
}

/* In small windows the title of a failure leaves room for how far down its page is. */
static void
test_title(void **state)
{
	static const struct {
		int rows, cols;
		const char *title;
	} sizes[] = { { 15, 80, "-> +493055530001 " }, { 15, 80, " < prev  next >  " }, { 12, 60, " 1055 -> " },
		{ 10, 40, " INVITE  1055 " } };
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_hello(&s, true);
	put_call(&s, "Service Unavailable", "carrier-b", "1055", "+493055530001");
	scene_keys(&s, "2\n");
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		char *screen = scene_draw(&s, sizes[i].rows, sizes[i].cols, true), *title = strchr(screen, '\n') + 1;

		*strchr(title, '\n') = '\0';
		assert_int_equal(title[strlen(title) - 1], '%');
		assert_non_null(strstr(title, sizes[i].title));
		assert_true(strstr(title, "->") == NULL || strstr(title, "-> +") != NULL);
		free(screen);
	}
	scene_close(&s);
}

/* While anything goes on the tabs tell it by weight, as those of the overview do. */
static void
test_tabs(void **state)
{
	struct scene s;
	char *screen;

	(void)state;
	scene_open(&s);
	scene_hello(&s, true);
	scene_incident(&s, 1, INCIDENT_CRITICAL, 60, "10.0.0.1", "", "A trunk is down");
	scene_incident(&s, 3, INCIDENT_NOTICE, 60, "10.0.0.2", "", "Something less");
	scene_keys(&s, "2");
	screen = scene_draw(&s, 40, 140, true);
	assert_non_null(strstr(screen, "5 Alerts !1 i1  6 Sources"));
	free(screen);
	scene_close(&s);
}

static void
test_group(void **state)
{
	struct scene s;
	struct store_group g;

	(void)state;
	scene_drawing_open(&s, NULL);
	assert_int_equal(scene_keys(&s, "m"), COMMAND_GROUP_MUTE);
	assert_true(store_group_find(s.store, viewer_request(s.viewer)->id, &g));
	assert_true(g.muted);
	assert_int_equal(scene_keys(&s, "m"), COMMAND_GROUP_UNMUTE);
	assert_int_equal(scene_keys(&s, "d"), COMMAND_GROUP_ACK);
	/* All signatures of a filter, for a while: wholesale-c has two, 503 with a cause and without. */
	assert_int_equal(scene_keys(&s, ":mute peer:wholesale-c 30m\r"), COMMAND_GROUPS_MUTE);
	assert_int_equal(viewer_request(s.viewer)->n_ids, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_true(store_group_find(s.store, viewer_request(s.viewer)->ids[i], &g));
		assert_true(g.code == 503 && g.muted);
		assert_int_equal(g.muted_until_ns, SCENE_NOW + 1800 * NS_PER_S);
	}
	assert_true(scene_row_shows(&s, 21, "2 signatures are muted until 15:02:07"));
	store_advance(s.store, SCENE_NOW + 1799 * NS_PER_S);
	assert_true(store_group_find(s.store, viewer_request(s.viewer)->ids[0], &g) && g.muted);
	store_advance(s.store, SCENE_NOW + 1800 * NS_PER_S);
	assert_true(store_group_find(s.store, viewer_request(s.viewer)->ids[0], &g) && !g.muted);
	/* Without a time until it is taken back. */
	assert_int_equal(scene_keys(&s, ":mute code:486\r"), COMMAND_GROUPS_MUTE);
	store_advance(s.store, SCENE_NOW + 86400 * NS_PER_S);
	assert_true(store_group_find(s.store, viewer_request(s.viewer)->ids[0], &g) && g.muted);
	scene_close(&s);
}

static void
test_columns(void **state)
{
	struct scene s;
	const struct view_request *r;

	(void)state;
	scene_drawing_open(&s, NULL);
	scene_keys(&s, "t");
	scene_check(&s, "events-columns", ROWS, COLS, false);
	scene_check(&s, "events-columns", ROWS, COLS, true);
	scene_check(&s, "events-columns", 10, 40, false);
	free(scene_draw(&s, ROWS, COLS, false));
	/* Time can't be hidden, the method can. */
	scene_keys(&s, " ");
	scene_keys(&s, "jjj ");
	assert_false(scene_row_shows(&s, 2, "METHOD"));
	assert_true(scene_row_shows(&s, 2, "TIME"));
	/* The peer moves before the reason and is made wider. */
	scene_keys(&s, "-hl");
	assert_int_equal(scene_keys(&s, "s"), COMMAND_SET);
	r = viewer_request(s.viewer);
	assert_string_equal(r->text, "columns");
	assert_memory_equal(r->body.p, "events.80 = mark time code peer reason from to n", r->body.n);
	scene_keys(&s, "\x1b");
	assert_true(scene_row_shows(&s, 2, "METHOD"));
	scene_keys(&s, "tjjj<\r");
	assert_int_equal(s.viewer->order, SIFT_METHOD);
	scene_keys(&s, "tr\r");
	assert_true(scene_row_shows(&s, 2, "METHOD"));
	scene_close(&s);
}

/* What the configuration has is taken, with what is never hidden put in. */
static void
test_layout_of_config(void **state)
{
	static const char *const columns[] = { "events.80 = time code peer:20 nonsense ua", "groups.80 = x" };
	struct view_cfg cfg = { .window_s = -1, .columns = columns, .n_columns = 2 };
	struct scene s;

	(void)state;
	scene_drawing_open(&s, &cfg);
	assert_true(scene_row_shows(&s, 2, "METHOD") == false && scene_row_shows(&s, 2, "COD PEER "));
	assert_true(scene_row_shows(&s, 2, "REASON"));
	assert_true(scene_row_shows(&s, 2, " UA"));
	scene_close(&s);
}

static void
test_form(void **state)
{
	struct scene s;

	(void)state;
	scene_drawing_open(&s, NULL);
	scene_keys(&s, ":filter class:5xx -method:OPTIONS peer:wholesale-c\r");
	scene_keys(&s, "f");
	scene_check(&s, "events-form", ROWS, COLS, false);
	scene_check(&s, "events-form", 10, 40, false);
	scene_keys(&s, "\t503\r");
	assert_string_equal(s.viewer->filter_text, "class:5xx code:503 peer:wholesale-c -method:OPTIONS");
	scene_keys(&s, "f\tx\r");
	assert_ptr_equal(s.viewer->stack[s.viewer->depth - 1].ops, &view_filter_form);
	scene_keys(&s, "\x1b");
	assert_string_equal(s.viewer->filter_text, "class:5xx code:503 peer:wholesale-c -method:OPTIONS");
	scene_close(&s);
}

/* Bold is not all that tells what came while nobody looked: line 1 counts it; here the role is there. */
static void
test_dim(void **state)
{
	struct scene s;
	struct event e = scene_failure(SCENE_NOW, 503, "Service Unavailable", "carrier-b");
	char kept[64];

	(void)state;
	scene_drawing_open(&s, NULL);
	e.recovered = true;
	e.outcome = OUTCOME_OK;
	scene_put(&s, &e);
	assert_true(scene_row_shows(&s, 3, "503 recovered"));
	/* It stands in the list, so it is one of those that are kept, and of those they are kept of. */
	(void)snprintf(
	    kept, sizeof kept, "%zu kept of %zu errors", store_event_count(s.store), store_event_count(s.store));
	scene_must_show(&s, kept);
	scene_keys(&s, "j");
	free(scene_draw(&s, ROWS, COLS, false));
	assert_int_equal(canvas_at(s.canvas, 3, 15)->role, ROLE_TEXT_DIM);
	s.viewer->away_ns = SCENE_NOW - 2 * NS_PER_S;
	free(scene_draw(&s, ROWS, COLS, false));
	assert_int_equal(canvas_at(s.canvas, 5, 15)->role, ROLE_LIST_NEW);
	scene_keys(&s, "c");
	assert_true(canvas_at(s.canvas, 5, 45)->role >= ROLE_CALL_0);
	scene_keys(&s, "cc");
	assert_true(canvas_at(s.canvas, 5, 45)->role < ROLE_CALL_0);
	scene_close(&s);
}

/* No key means two things in the view, and two rows of help stand in 80 columns. */
static void
test_table(void **state)
{
	size_t n_common, n = 0;
	const struct view_key *common = viewer_common_keys(&n_common);
	uint32_t seen[160];

	(void)state;
	for (size_t i = 0; i < view_events.n_keys + n_common; i++) {
		const struct view_key *k =
		    i < view_events.n_keys ? &view_events.keys[i] : &common[i - view_events.n_keys];

		assert_true(i >= view_events.n_keys || k->help == NULL || strlen(k->help) <= 26);
		for (size_t j = 0; j < VIEW_KEYS_EACH && k->keys[j] != 0; j++) {
			for (size_t m = 0; m < n; m++)
				assert_int_not_equal(seen[m], k->keys[j]);
			seen[n++] = k->keys[j];
		}
	}
}

/* Beside the list: one user is one, and a sentence that is cut ends with a word. */
static void
test_pane_words(void **state)
{
	struct event e = scene_logged(SCENE_NOW - NS_PER_S, 503, "Service Unavailable", "");
	struct scene s;
	char *screen, word[64];
	const char *at, *from;
	int cut = 0;

	(void)state;
	e.statement = true;
	for (int cols = 140; cols < 160; cols++) {
		scene_open(&s);
		scene_hello(&s, true);
		scene_put(&s, &e);
		scene_put(&s, &e);
		scene_keys(&s, "2");
		screen = scene_draw(&s, 40, cols, false);
		assert_non_null(strstr(screen, "1 user, since"));
		at = strstr(screen, "~\n");
		if (at != NULL) {
			for (from = at; from[-1] != ' '; from--)
				;
			(void)snprintf(word, sizeof word, " %.*s ", (int)(at - from), from);
			assert_non_null(
			    strstr(" Only a log line named this code; the message itself was not in ", word));
			cut++;
		}
		free(screen);
		scene_close(&s);
	}
	assert_int_not_equal(cut, 0);
}

/* A log that is followed from its begin tells of times before the start. */
static void
test_since(void **state)
{
	struct event e = scene_failure(SCENE_NOW - 600 * NS_PER_S, 503, "", "carrier-a");
	struct scene s;
	char *screen;

	(void)state;
	scene_open(&s);
	scene_began(&s, true, 4);
	scene_source(&s, "full", "reading", "");
	scene_responses(&s, SCENE_NOW - 600 * NS_PER_S, 503, 1, 1, "carrier-a");
	scene_put(&s, &e);
	store_advance(s.store, SCENE_NOW);
	scene_keys(&s, "2");
	screen = scene_draw(&s, 24, 80, false);
	assert_non_null(strstr(screen, "1 kept of 1 error since 10:0"));
	free(screen);
	scene_close(&s);
}

/* Of a log with whole seconds no delay is known to the millisecond. */
static void
test_coarse(void **state)
{
	struct event e = scene_logged(SCENE_NOW - NS_PER_S, 503, "Service Unavailable", "Nov 22 14:32:06");
	struct scene s;
	char *screen;

	(void)state;
	scene_open(&s);
	scene_hello(&s, true);
	e.setup_ms = 0;
	scene_put(&s, &e);
	e.t_ns += NS_PER_S;
	e.setup_ms = 4000;
	scene_put(&s, &e);
	store_advance(s.store, SCENE_NOW);
	screen = scene_draw(&s, 50, 240, false);
	assert_non_null(strstr(screen, " <1s "));
	assert_non_null(strstr(screen, " ~4s "));
	free(screen);
	scene_keys(&s, "2");
	screen = scene_draw(&s, 50, 240, false);
	assert_non_null(strstr(screen, " <1s "));
	assert_non_null(strstr(screen, " ~4s "));
	assert_null(strstr(screen, "~1s"));
	free(screen);
	s.viewer->time_form = TIME_IS_DELTA;
	screen = scene_draw(&s, 50, 240, false);
	assert_non_null(strstr(screen, "~1s"));
	free(screen);
	scene_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_screens),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_wide),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_follow),
		cmocka_unit_test(test_resize),
		cmocka_unit_test(test_past),
		cmocka_unit_test(test_walk),
		cmocka_unit_test(test_sort),
		cmocka_unit_test(test_with),
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_clear),
		cmocka_unit_test(test_flood),
		cmocka_unit_test(test_fit),
		cmocka_unit_test(test_title),
		cmocka_unit_test(test_tabs),
		cmocka_unit_test(test_group),
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_layout_of_config),
		cmocka_unit_test(test_form),
		cmocka_unit_test(test_dim),
		cmocka_unit_test(test_quick_keys),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_pane_words),
		cmocka_unit_test(test_since),
		cmocka_unit_test(test_coarse),
	};

	return scene_ready() ? cmocka_run_group_tests(tests, NULL, NULL) : 99;
}
