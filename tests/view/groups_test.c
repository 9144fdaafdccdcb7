/* groups: the inbox and the same failures by every field: what is drawn, where cursors stay, what keys ask for. */
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

/* What an operator finds in the inbox: number of failures and users, from how many minutes ago to now. */
static const struct {
	unsigned code, n, users, minutes;
	int q850;
	const char *phrase, *method, *peer, *prefix, *agent;
	enum direction direction;
	const char *address;
} inbox[] = {
	{ 503, 371, 41, 10, 34, "Service Unavailable", "INVITE", "wholesale-c", "+44206", "Wholesale-C",
	    DIRECTION_RECEIVED, "203.0.113.40:5060" },
	{ 401, 96, 1, 3, -1, "Unauthorized", "REGISTER", "10.20.4.41", "", "Yealink T46", DIRECTION_SENT,
	    "10.20.4.41:5060" },
	{ 486, 214, 37, 58, -1, "Busy Here", "INVITE", "carrier-a", "+44208", "", DIRECTION_RECEIVED,
	    "198.51.100.7:5060" },
	{ 404, 130, 52, 58, 1, "Not Found", "INVITE", "carrier-b", "+44203", "", DIRECTION_RECEIVED,
	    "198.51.100.23:5060" },
	{ 480, 71, 31, 58, -1, "Temporarily Unavailable", "INVITE", "carrier-a", "+44208", "", DIRECTION_RECEIVED,
	    "198.51.100.7:5060" },
	{ 404, 77, 9, 58, -1, "Not Found", "INVITE", "pbx-lon-1", "", "Asterisk PBX 20.9.2", DIRECTION_SENT,
	    "10.20.4.1:5060" },
	{ 0, 24, 11, 8, -1, "", "INVITE", "trunk-de", "+49301", "", DIRECTION_RECEIVED, "192.0.2.16:5060" },
	{ 488, 12, 4, 58, -1, "Not Acceptable Here", "INVITE", "carrier-a", "+44207", "", DIRECTION_RECEIVED,
	    "198.51.100.7:5060" },
	{ 423, 9, 2, 58, -1, "Interval Too Brief", "REGISTER", "pbx-lon-1", "", "Asterisk PBX 20.9.2", DIRECTION_SENT,
	    "10.20.4.1:5060" },
	{ 603, 8, 6, 58, -1, "No call 4711 please", "INVITE", "carrier-a", "+44200", "", DIRECTION_RECEIVED,
	    "198.51.100.7:5060" },
};

static void
put(struct scene *s, unsigned kind, unsigned i)
{
	unsigned ago_s = inbox[kind].minutes * 60 * (inbox[kind].n - 1 - i) / inbox[kind].n + 1 + kind;
	struct event e = scene_failure(
	    SCENE_NOW - (int64_t)ago_s * NS_PER_S, inbox[kind].code, inbox[kind].phrase, inbox[kind].peer);
	char from[16], to[32], call[32];

	(void)snprintf(from, sizeof from, "%u", 1000 + (i * i + 37) % inbox[kind].users);
	(void)snprintf(
	    to, sizeof to, "%s%s%u", inbox[kind].prefix, inbox[kind].prefix[0] != '\0' ? "66276" : "", 25 + i % 9);
	(void)snprintf(call, sizeof call, "%u-%u@pbx", kind, i);
	e.q850 = (int16_t)inbox[kind].q850;
	e.method = slice_str(inbox[kind].method);
	e.direction = inbox[kind].direction;
	e.from = slice_str(from);
	e.to = slice_str(inbox[kind].prefix[0] != '\0' ? to : from);
	e.call_id = slice_str(call);
	/* Who answers names a server, a phone that asks its device. */
	if (inbox[kind].direction == DIRECTION_RECEIVED)
		e.agent = slice_str(inbox[kind].agent);
	else
		e.user_agent = slice_str(inbox[kind].agent);
	e.src = slice_str(inbox[kind].direction == DIRECTION_RECEIVED ? inbox[kind].address : "10.20.0.10:5060");
	e.dst = slice_str(inbox[kind].direction == DIRECTION_RECEIVED ? "10.20.0.10:5060" : inbox[kind].address);
	e.source = slice_str("eth0");
	scene_put(s, &e);
}

/* Round about, so that the times of all rise together. */
static void
open_inbox(struct scene *s)
{
	scene_open(s);
	scene_hello(s, true);
	scene_source(s, "eth0", "reading", "capturing on eth0, 32 MiB buffer");
	store_advance(s->store, SCENE_NOW);
	for (unsigned i = 0; i < 371; i++)
		for (unsigned kind = 0; kind < sizeof inbox / sizeof inbox[0]; kind++)
			if (i < inbox[kind].n)
				put(s, kind, i);
	scene_calls(s, "wholesale-c", PEER_ROLE_TRUNK, 371, 12, 22, 1);
	scene_calls(s, "carrier-b", PEER_ROLE_TRUNK, 1204, 662, 1168, 2);
	scene_calls(s, "carrier-a", PEER_ROLE_TRUNK, 1980, 1226, 1941, 2);
	scene_registers(s, "10.20.4.41", PEER_ROLE_PHONES, 96, 96);
	scene_frames(s, "eth0", "reading", 118204, 51877, 0, 0, 0);
	free(scene_draw(s, ROWS, COLS, false));
}

static uint64_t
group_of(const struct scene *s, size_t at)
{
	static struct store_group rows[STORE_GROUPS_MAX];

	return at < store_groups(s->store, true, rows, STORE_GROUPS_MAX) ? rows[at].key : 0;
}

static void
test_drawing(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_drawing_groups(&s);
	free(scene_draw(&s, ROWS, COLS, false));
	scene_keys(&s, "3");
	scene_check(&s, "groups-drawing", ROWS, COLS, false);
	scene_check(&s, "groups-drawing", ROWS, COLS, true);
	scene_close(&s);
	scene_open(&s);
	scene_drawing_peers(&s);
	scene_keys(&s, "3bb");
	scene_check_all(&s, "groups-drawing-by-peer");
	scene_close(&s);
}

/* A filter in force is asked of signatures as of all else, and what is opened goes back to what was looked at. */
static void
test_filter(void **state)
{
	struct scene s;

	(void)state;
	open_inbox(&s);
	scene_keys(&s, "3/404\r");
	assert_ptr_equal(viewer_top(s.viewer), &view_groups);
	assert_true(scene_row_shows(&s, 1, "Filter 404"));
	assert_true(scene_row_shows(&s, 1, "2 groups"));
	assert_true(scene_row_shows(&s, 3, " 404 Q.850/1"));
	assert_false(scene_row_shows(&s, 5, "4"));
	scene_check(&s, "groups-filter", ROWS, COLS, false);
	scene_keys(&s, "\r");
	assert_ptr_equal(viewer_top(s.viewer), &view_events);
	assert_string_equal(s.viewer->filter_text, "404 code:404 q850:1 method:INVITE peer:carrier-b dir:in");
	/* Up again the filter is the one from before; what was added there comes off first. */
	scene_keys(&s, "ll=");
	assert_true(strstr(s.viewer->filter_text, " reason:") != NULL);
	scene_keys(&s, "\x1b");
	assert_ptr_equal(viewer_top(s.viewer), &view_events);
	scene_keys(&s, "\x1b");
	assert_ptr_equal(viewer_top(s.viewer), &view_groups);
	assert_string_equal(s.viewer->filter_text, "404");
	scene_keys(&s, "\rq");
	assert_string_equal(s.viewer->filter_text, "404");
	/* All but such; "or" is put in brackets. */
	assert_int_equal(lens_filter(s.viewer, "404 or 503", NULL, NULL), 0);
	scene_keys(&s, "gb!");
	assert_true(slice_istarts(slice_str(s.viewer->filter_text), slice_str("(404 or 503) -code:")));
	/* What goes elsewhere by a number takes the filter along. */
	scene_keys(&s, "\r1");
	assert_true(strlen(s.viewer->filter_text) > 16);
	scene_keys(&s, "3\x1b");
	assert_null(s.viewer->filter);
	assert_ptr_equal(viewer_top(s.viewer), &view_groups);
	scene_keys(&s, "/user:nobody\r");
	scene_check(&s, "groups-filtered-out", ROWS, COLS, false);
	scene_close(&s);
}

/* Newest data is always in sight, however many columns there are. */
static void
test_spark(void **state)
{
	struct scene s;

	(void)state;
	for (int cols = 80; cols < 150; cols += 7) {
		char *screen, *end;

		scene_open(&s);
		scene_hello(&s, true);
		scene_code(&s, 500, "10.9.9.9", 3);
		store_advance(s.store, SCENE_NOW);
		scene_keys(&s, "3");
		screen = scene_draw(&s, ROWS, cols, true);
		end = strstr(screen, "500 ");
		assert_non_null(end);
		end = strchr(end, '\n');
		assert_true(end[-1] == '#');
		free(screen);
		scene_close(&s);
	}
}

static void
test_screens(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_keys(&s, "3");
	scene_check(&s, "groups-none", ROWS, COLS, false);
	scene_keys(&s, "b");
	scene_check(&s, "groups-by-code-none", ROWS, COLS, false);
	scene_close(&s);
	open_inbox(&s);
	scene_keys(&s, "3");
	scene_check_all(&s, "groups");
	/* Done with the first, the next muted and shown. */
	scene_keys(&s, "dmM");
	scene_check(&s, "groups-done", ROWS, COLS, false);
	scene_keys(&s, "G");
	scene_check(&s, "groups-muted", ROWS, COLS, true);
	scene_close(&s);
}

static void
test_by_screens(void **state)
{
	static const char *const names[] = { "code", "peer", "user", "ua", "method", "prefix", "reason", "source" };
	char name[64];
	struct scene s;

	(void)state;
	open_inbox(&s);
	scene_keys(&s, "3");
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		scene_keys(&s, "b");
		(void)snprintf(name, sizeof name, "groups-by-%s", names[i]);
		scene_check(&s, name, ROWS, COLS, false);
		if (i == 1)
			scene_check_all(&s, name);
		if (i == 2)
			scene_check(&s, name, 40, 140, true);
	}
	scene_keys(&s, "b");
	assert_true(scene_row_shows(&s, 1, "Groups by signature"));
	scene_close(&s);
}

/* d and m are told to the app, by the key of the group under the cursor, which then stands on the next one. */
static void
test_word(void **state)
{
	struct scene s;
	uint64_t first, second;
	struct store_group g;

	(void)state;
	open_inbox(&s);
	first = group_of(&s, 0);
	second = group_of(&s, 1);
	assert_int_equal(scene_keys(&s, "3"), COMMAND_NONE);
	assert_true(scene_row_shows(&s, 3, ">N 503"));
	assert_int_equal(scene_keys(&s, "d"), COMMAND_GROUP_ACK);
	assert_int_equal(viewer_request(s.viewer)->id, first);
	assert_true(store_group_find(s.store, first, &g) && g.acked);
	assert_int_equal(scene_keys(&s, "m"), COMMAND_GROUP_MUTE);
	assert_int_equal(viewer_request(s.viewer)->id, second);
	assert_true(store_group_find(s.store, second, &g) && g.muted);
	assert_true(scene_row_shows(&s, 1, "1 done  1 muted"));
	/* The muted one is last when it is shown, and m there takes it back. */
	assert_int_equal(scene_keys(&s, "MG"), COMMAND_NONE);
	assert_int_equal(scene_keys(&s, "m"), COMMAND_GROUP_UNMUTE);
	assert_int_equal(viewer_request(s.viewer)->id, second);
	assert_true(store_group_find(s.store, second, &g) && !g.muted);
	/* Once done is enough. */
	scene_keys(&s, "G");
	assert_int_equal(scene_keys(&s, "d"), COMMAND_NONE);
	assert_true(scene_row_shows(&s, ROWS - 2, "acknowledged already"));
	/* What is grouped by a field cannot be muted. */
	assert_int_equal(scene_keys(&s, "bm"), COMMAND_NONE);
	assert_true(scene_row_shows(&s, ROWS - 2, "only signatures"));
	scene_close(&s);
}

/* The cursor is on a group, not on a row: what comes above does not move Enter to another one. */
static void
test_keep_place(void **state)
{
	struct scene s;
	uint64_t key;

	(void)state;
	open_inbox(&s);
	scene_keys(&s, "3jj");
	key = group_of(&s, 2);
	for (int i = 0; i < 90; i++)
		scene_code(&s, 500, "10.9.9.9", 1);
	assert_true(scene_row_shows(&s, 3, " 500 "));
	assert_int_equal(group_of(&s, 3), key);
	assert_true(scene_row_shows(&s, 6, ">"));
	/* Home stays with whatever is first. */
	scene_keys(&s, "g");
	for (int i = 0; i < 190; i++)
		scene_code(&s, 501, "10.9.9.9", 1);
	assert_true(scene_row_shows(&s, 3, ">"));
	assert_true(scene_row_shows(&s, 3, " 501 "));
	/* The same of a field's values, when they are counted anew. */
	scene_keys(&s, "bbbbbj");
	assert_true(scene_row_shows(&s, 4, ">REGISTER"));
	for (int i = 0; i < 2000; i++) {
		struct event e = scene_failure(SCENE_NOW, 481, "", "10.9.9.9");

		e.method = slice_str("BYE");
		scene_put(&s, &e);
	}
	store_advance(s.store, SCENE_NOW + 3 * NS_PER_S);
	assert_true(scene_row_shows(&s, 3, "BYE"));
	assert_true(scene_row_shows(&s, 5, ">REGISTER"));
	scene_close(&s);
}

/* Enter: the Events view with a filter that means exactly what was counted. */
static void
test_events(void **state)
{
	static const struct {
		const char *keys, *filter;
		size_t n;
	} ways[] = { { "3\r", "code:503 q850:34 method:INVITE peer:wholesale-c dir:in", 371 },
		{ "3bG\r", "code:603", 8 }, { "3bb\r", "peer:wholesale-c", 371 },
		{ "3bbbbb\r", "method:INVITE", 907 } };
	struct scene s;

	(void)state;
	open_inbox(&s);
	/* All that is kept. */
	scene_keys(&s, "++++");
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		scene_keys(&s, ways[i].keys);
		assert_ptr_equal(viewer_top(s.viewer), &view_events);
		assert_string_equal(s.viewer->filter_text, ways[i].filter);
		assert_int_equal(sift_count(s.viewer->sift), ways[i].n);
		assert_int_equal(lens_filter(s.viewer, "", NULL, NULL), 0);
		scene_keys(&s, "1");
	}
	/* A phrase with a number: only what stands before it is the group's. */
	scene_keys(&s, "3G\r");
	assert_string_equal(s.viewer->filter_text, "code:603 phrase:\"No call\" method:INVITE peer:carrier-a dir:in");
	assert_int_equal(sift_count(s.viewer->sift), 8);
	/* The filter in force counts, and stays. */
	scene_keys(&s, "1");
	assert_int_equal(lens_filter(s.viewer, "code:404 or code:503", NULL, NULL), 0);
	scene_keys(&s, "3bb");
	assert_true(scene_row_shows(&s, 1, "Filter code:404"));
	scene_keys(&s, "\r");
	assert_string_equal(s.viewer->filter_text, "(code:404 or code:503) peer:wholesale-c");
	assert_int_equal(sift_count(s.viewer->sift), 371);
	scene_close(&s);
}

/* A clock alone would make two days of two seconds. */
static void
test_days(void **state)
{
	struct event old = scene_failure(SCENE_NOW - 2 * 86400 * NS_PER_S, 503, "Service Unavailable", "carrier-a");
	struct event new = scene_failure(SCENE_NOW - NS_PER_S, 503, "Service Unavailable", "carrier-a");
	struct scene s;
	char *screen;

	(void)state;
	scene_open(&s);
	scene_hello(&s, true);
	scene_put(&s, &old);
	scene_put(&s, &old);
	scene_put(&s, &new);
	scene_keys(&s, "++++");
	scene_must_show(&s, "\n 14:32:06 503");
	scene_must_show(&s, "\n 20 14:32 503");
	screen = scene_draw(&s, 40, 140, false);
	assert_non_null(strstr(screen, "\n 14:32:06.000 503"));
	assert_non_null(strstr(screen, "\n 11-20 14:32  503"));
	free(screen);
	scene_keys(&s, "4");
	scene_must_show(&s, "first 2026-11-20 14:32:07, last 2026-11-22 14:32:06.");
	scene_keys(&s, "\r");
	assert_true(scene_row_shows(&s, 3, ">14:32:06  503"));
	assert_true(scene_row_shows(&s, 4, " 20 14:32  503"));
	scene_keys(&s, "\r");
	scene_must_show(&s, "since 2026-11-20 14:32:07");
	scene_close(&s);
	/* Both of the same day, which is not the present one. */
	scene_open(&s);
	scene_hello(&s, true);
	store_advance(s.store, SCENE_NOW);
	scene_put(&s, &old);
	scene_keys(&s, "++++4");
	scene_must_show(&s, "first 2026-11-20 14:32:07, last 14:32:07.");
	scene_close(&s);
}

/* What is told of no one reads "-", and that is a filter too. */
static void
test_events_of_none(void **state)
{
	static const struct {
		const char *keys, *filter;
	} ways[] = { { "4\r", "peer:-" }, { "3bbb\r", "user:-" }, { "3bbbb\r", "ua:-" }, { "3bbbbbb\r", "prefix:-" },
		{ "3bbbbbbbb\r", "source:-" } };
	struct event e = scene_failure(SCENE_NOW - NS_PER_S, 503, "Service Unavailable", "");
	struct scene s;

	(void)state;
	e.from = e.to = slice_str("");
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		scene_open(&s);
		scene_hello(&s, true);
		scene_put(&s, &e);
		scene_keys(&s, ways[i].keys);
		assert_ptr_equal(viewer_top(s.viewer), &view_events);
		assert_string_equal(s.viewer->filter_text, ways[i].filter);
		assert_int_equal(sift_count(s.viewer->sift), 1);
		scene_close(&s);
	}
}

/* A table of signatures is sorted like every other one: by column, the other way round, and as the store has it. */
static void
test_sort(void **state)
{
	static const struct {
		const char *keys, *said, *first;
	} steps[] = {
		{ ">", "sorted by n v", "503 Q.850/34" },
		{ "z", "sorted by n ^", "603 No call" },
		{ "z>", "sorted by calls v", "503 Q.850/34" },
		{ ">", "sorted by users v", "503 Q.850/34" },
		{ ">>>", "sorted by code ^", "--- no response" },
		{ "z", "sorted by code v", "603 No call" },
		{ ">", "sorted by new, rate ^", "" },
		{ "z", "sorted by new, rate v", "503 Q.850/34" },
		{ "<", "sorted by code ^", "--- no response" },
		{ "b>", "stand by their number", "" },
	};
	struct scene s;

	(void)state;
	open_inbox(&s);
	scene_keys(&s, "3");
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		scene_keys(&s, steps[i].keys);
		scene_must_show(&s, steps[i].said);
		assert_true(scene_row_shows(&s, 3, steps[i].first));
	}
	scene_close(&s);
}

/* Far more failed than is kept: who, how often and since when is told all the same, of the kept ones as such. */
static void
test_pushed_out(void **state)
{
	static const struct store_cfg cfg = { .events = 10 };
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_store(&s, &cfg);
	scene_began(&s, true, 3600);
	for (int i = 0; i < 60; i++) {
		int64_t t_ns = SCENE_NOW - (3000 - i * 50) * NS_PER_S;
		unsigned code = i < 12 ? 404 : 503;
		struct event e = scene_failure(t_ns, code, "", i == 5 ? "carrier-z" : "wholesale-c");

		scene_put(&s, &e);
		scene_responses(&s, t_ns, code, 1, 1, i == 5 ? "carrier-z" : "wholesale-c");
	}
	store_advance(s.store, SCENE_NOW);
	scene_keys(&s, "4++++");
	free(scene_draw(&s, ROWS, COLS, false));
	scene_must_not_show(&s, "kept");
	scene_must_show(&s, "    48    11     0");
	/* Nothing of it is kept. */
	scene_must_show(&s, "     0     1     0");
	scene_must_show(&s, "59 failures here; first 13:42:07, last 14:31:17.");
	/* Of a window too that goes back further than what is kept. */
	scene_keys(&s, "---");
	scene_must_show(&s, "17 failures here in 15 min; first 13:42:07, last 14:31:17.");
	scene_keys(&s, "+++\n");
	scene_must_show(&s, "10 kept of 60 errors");
	scene_keys(&s, ":filter peer:wholesale-c -code:404 user:1055 from:nobody\r");
	for (int i = 0; i < 4; i++)
		free(scene_draw(&s, ROWS, COLS, false));
	scene_must_show(&s, "0 of 10 kept");
	scene_keys(&s, "4:filter code:503\r");
	scene_must_show(&s, "of the 10 kept");
	scene_close(&s);
}

/* y copies the row under the cursor as one line; = narrows the filter and stays. */
static void
test_line(void **state)
{
	struct scene s;

	(void)state;
	open_inbox(&s);
	assert_int_equal(scene_keys(&s, "3y"), COMMAND_COPY);
	assert_true(slice_istarts(
	    viewer_request(s.viewer)->body, slice_str("503 Q.850/34 no circuit INVITE wholesale-c in, n 5m ")));
	assert_int_equal(scene_keys(&s, "bby"), COMMAND_COPY);
	assert_true(slice_istarts(viewer_request(s.viewer)->body, slice_str("peer wholesale-c, ASR ")));
	assert_int_equal(scene_keys(&s, "by"), COMMAND_COPY);
	assert_true(slice_istarts(viewer_request(s.viewer)->body, slice_str("user 1")));
	scene_keys(&s, "=");
	assert_ptr_equal(viewer_top(s.viewer), &view_groups);
	assert_true(slice_istarts(slice_str(s.viewer->filter_text), slice_str("user:1")));
	scene_close(&s);
}

/* The events' own cursor is where it was after a look at an example. */
static void
test_example(void **state)
{
	struct scene s;
	uint64_t id;

	(void)state;
	open_inbox(&s);
	id = s.viewer->event_id;
	scene_keys(&s, "3jx");
	assert_ptr_equal(viewer_top(s.viewer), &view_ladder);
	assert_true(s.viewer->event_id != id);
	scene_keys(&s, "\x1b");
	assert_ptr_equal(viewer_top(s.viewer), &view_groups);
	assert_int_equal(s.viewer->event_id, id);
	scene_close(&s);
}

/* Whatever a group's texts are, each size draws them, and every key works on nothing. */
static void
test_hostile(void **state)
{
	static const char keys[] = "jkgGdmM=xy\r";
	struct scene s;

	(void)state;
	scene_open(&s);
	for (unsigned by = 0; by < 10; by++) {
		scene_keys(&s, "3");
		for (unsigned i = 0; i < by; i++)
			scene_keys(&s, "b");
		scene_keys(&s, keys);
		scene_keys(&s, "1");
		assert_int_equal(lens_filter(s.viewer, "", NULL, NULL), 0);
	}
	for (unsigned i = 0; i < 70; i++)
		scene_event(&s, SCENE_NOW - i * NS_PER_S, i);
	store_advance(s.store, SCENE_NOW);
	for (unsigned by = 0; by < 9; by++) {
		scene_keys(&s, "3");
		for (unsigned i = 0; i < by; i++)
			scene_keys(&s, "b");
		for (int size = 1; size < 60; size++) {
			char *screen = scene_draw(&s, size, size * 3, size % 2);

			assert_null(strchr(screen, '\x1b'));
			free(screen);
		}
		scene_keys(&s, keys);
		scene_keys(&s, "1");
		assert_int_equal(lens_filter(s.viewer, "", NULL, NULL), 0);
	}
	scene_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_screens),
		cmocka_unit_test(test_drawing),
		cmocka_unit_test(test_filter),
		cmocka_unit_test(test_spark),
		cmocka_unit_test(test_by_screens),
		cmocka_unit_test(test_word),
		cmocka_unit_test(test_keep_place),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_events_of_none),
		cmocka_unit_test(test_days),
		cmocka_unit_test(test_sort),
		cmocka_unit_test(test_pushed_out),
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_example),
		cmocka_unit_test(test_hostile),
	};

	return scene_ready() ? cmocka_run_group_tests(tests, NULL, NULL) : 99;
}
