/* lists: alerts and peers: what their keys ask for, where cursors stay, and what roles tell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scene_drawing.h"
#include "sipwhy/rule.h"
#include "sipwhy/timefmt.h"
#include "view/view_int.h"

enum { ROWS = SCENE_ROWS, COLS = SCENE_COLS };

/* A rule of the drawing: 1.2 failures a second of wholesale-c for ten minutes, and what else it shows. */
static struct rule *
open_alerts(struct scene *s)
{
	struct rule *r;
	struct errmsg em;
	static struct rule *one[1];

	scene_open(s);
	assert_int_equal(
	    rule_new(&r, slice_str("peer-5xx"),
		slice_str("crit rate > 0.2/s in 5m for 60s clear 0.1/s for 2m per peer, filter class:5xx"), NULL, &em),
	    0);
	one[0] = r;
	assert_int_equal(store_rules(s->store, one, 1), 0);
	scene_hello(s, true);
	scene_source(s, "eth0", "open", "");
	for (int64_t ago = 3540; ago >= 0; ago -= 5) {
		struct event e = scene_failure(SCENE_NOW - ago * NS_PER_S, 503, "Service Unavailable", "wholesale-c");

		store_advance(s->store, e.t_ns);
		for (int n = 0; n < (ago < 640 ? 6 : ago % 300 == 0); n++)
			scene_put(s, &e);
	}
	store_advance(s->store, SCENE_NOW);
	scene_incident(s, 1, INCIDENT_CRITICAL, 115, "203.0.113.40", "",
	    "19 of 20 calls in the last minute got 503 or no answer; the only trunk to +44");
	scene_incident(s, 21, INCIDENT_WARNING, 137, "198.51.100.7", "", "3 x 481 to BYE");
	scene_incident(s, 12, INCIDENT_NOTICE, 60, "", "sip.example.net", "2 names did not resolve");
	free(scene_draw(s, ROWS, COLS, false));
	return r;
}

static void
test_alerts_screen(void **state)
{
	struct scene s;
	struct rule *r;

	(void)state;
	r = open_alerts(&s);
	scene_keys(&s, "5");
	scene_keys(&s, "j");
	scene_check(&s, "alerts-rule", ROWS, COLS, false);
	scene_check(&s, "alerts-rule", ROWS, COLS, true);
	scene_check(&s, "alerts-rule", 40, 140, false);
	scene_keys(&s, "\r");
	scene_check(&s, "alert-rule", ROWS, COLS, false);
	scene_close(&s);
	rule_free(r);
}

/* What fires for want of anything has no sign to count. */
static void
test_alert_of_silence(void **state)
{
	struct rule *rules[1];
	struct errmsg em;
	struct scene s;

	(void)state;
	scene_open(&s);
	assert_int_equal(rule_new(&rules[0], slice_str("quiet"), slice_str("warn silence > 45s"), NULL, &em), 0);
	assert_int_equal(store_rules(s.store, rules, 1), 0);
	scene_hello(&s, true);
	scene_source(&s, "eth0", "open", "");
	for (int64_t ago = 120; ago >= 0; ago -= 5) {
		if (ago == 120)
			scene_frames(&s, "eth0", "reading", 5, 5, 0, 0, 0);
		store_advance(s.store, SCENE_NOW - ago * NS_PER_S);
	}
	scene_keys(&s, "5\r");
	scene_must_show(&s, "Last sign     2026-11-22 14:32:0");
	scene_must_not_show(&s, "0 sign");
	scene_must_not_show(&s, "0 failure");
	scene_close(&s);
	rule_free(rules[0]);
}

/* One of a kind is told as one; of a log in a file neither lag nor loss is. */
static void
test_source_of_one(void **state)
{
	struct source_stat mirror = { .truncated = 1, .tcp_gaps = 1, .tcp_oversize = 1, .closed = 1, .tunnels = 1 };
	struct source_stat log = scene_log("full", "file", "ended");
	struct event e = scene_logged(SCENE_NOW, 503, "Service Unavailable", "");
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_hello(&s, true);
	(void)snprintf(mirror.name, sizeof mirror.name, "hep");
	(void)snprintf(mirror.kind, sizeof mirror.kind, "mirror");
	(void)snprintf(mirror.state, sizeof mirror.state, "reading");
	scene_stat(&s, &mirror);
	scene_keys(&s, "6\r");
	scene_must_show(&s, "1 connection ended from here");
	scene_close(&s);
	scene_open(&s);
	scene_hello(&s, false);
	log.verdict[WIRE_DROPPED] = log.long_records = log.bad_frames = 0;
	scene_stat(&s, &log);
	scene_put(&s, &e);
	scene_keys(&s, "++++3bbbbbbbb");
	scene_must_show(&s, ">full ");
	scene_must_not_show(&s, " 0ms ");
	scene_must_show(&s, "503 x1        -     - ");
	scene_close(&s);
}

/* As drawn: alerts of the rules that are built in, the one under the cursor with its hour and what ends it. */
static void
test_alerts_drawing(void **state)
{
	struct rule *rules[RULE_MAX];
	struct scene s;
	size_t n;

	(void)state;
	scene_open(&s);
	n = scene_drawing_rules(&s, rules);
	scene_drawing_trunk(&s);
	scene_keys(&s, "5");
	scene_check_all(&s, "alerts-drawing");
	scene_close(&s);
	while (n > 0)
		rule_free(rules[--n]);
}

static void
carry_out(struct scene *s, const char *key)
{
	enum command command = scene_keys(s, key);
	const struct view_request *r = viewer_request(s->viewer);

	if (command == COMMAND_INCIDENT_ACK)
		store_incident_dismiss(s->store, r->id);
	else if (command == COMMAND_INCIDENT_MUTE)
		store_incident_mute(s->store, r->id, r->t_ns);
	else
		fail_msg("%s asks for nothing about an incident", key);
}

static void
test_alerts_aside(void **state)
{
	struct scene s;
	struct rule *r;

	(void)state;
	r = open_alerts(&s);
	scene_keys(&s, "5");
	assert_true(scene_row_shows(&s, 1, "Alerts   3 firing   1 info   "));
	assert_true(scene_row_shows(&s, 3, "trunk-down"));
	carry_out(&s, "d");
	assert_true(scene_row_shows(&s, 1, "2 firing   1 info   1 dismissed"));
	assert_true(scene_row_shows(&s, 3, "peer-5xx"));
	carry_out(&s, "m");
	assert_true(scene_row_shows(&s, 1, "1 firing   1 info   2 dismissed"));
	/* Shown again they say so, and one can be taken back. */
	scene_keys(&s, "M");
	assert_true(scene_row_shows(&s, 3, "d done trunk-down"));
	assert_true(scene_row_shows(&s, 4, "M mute peer-5xx"));
	scene_keys(&s, "gj");
	carry_out(&s, "m");
	assert_true(scene_row_shows(&s, 1, "2 firing   1 info   1 dismissed (shown)"));
	assert_int_equal(scene_keys(&s, "y"), COMMAND_COPY);
	assert_true(
	    slice_ifind(viewer_request(s.viewer)->body, slice_str("critical peer-5xx wholesale-c  rate 1.2/s")) > 0);
	/* With all of them aside the list says where they are. */
	scene_keys(&s, "Mg");
	for (int i = 0; i < 3; i++)
		carry_out(&s, "d");
	assert_true(scene_row_shows(&s, 4, "M shows them"));
	scene_close(&s);
	rule_free(r);
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
	assert_true(scene_row_shows(&s, ROWS - 2, "no incident to open"));
	scene_incident(&s, 25, INCIDENT_WARNING, 60, "", "", "");
	scene_keys(&s, "\r");
	assert_true(scene_row_shows(&s, ROWS - 2, "no longer kept"));
	scene_keys(&s, "\r");
	assert_true(scene_row_shows(&s, ROWS - 2, "no longer kept"));
	scene_close(&s);
}

/* 4 and the groups by peer are one table. */
static void
test_peers(void **state)
{
	struct scene s;
	char *peers, *groups;

	(void)state;
	scene_open(&s);
	scene_trouble(&s);
	scene_keys(&s, "4");
	peers = scene_draw(&s, ROWS, COLS, false);
	scene_keys(&s, "3bb");
	groups = scene_draw(&s, ROWS, COLS, false);
	assert_int_equal(strncmp(peers, groups, (size_t)(strstr(peers, "Group by (b)") - peers)), 0);
	free(peers);
	free(groups);
	/* Sorting: the next column, its other way round; a sentence tells which. */
	scene_keys(&s, "4>");
	assert_true(scene_row_shows(&s, ROWS - 2, "sorted by name ^"));
	assert_true(scene_row_shows(&s, 3, "10.20.0.0/22"));
	scene_keys(&s, "z");
	assert_true(scene_row_shows(&s, 3, "trunk-de"));
	scene_keys(&s, "z>");
	assert_true(scene_row_shows(&s, 3, "198.51.100.7 "));
	scene_keys(&s, "\r");
	assert_ptr_equal(viewer_top(s.viewer), &view_events);
	assert_true(slice_ifind(slice_str(s.viewer->filter_text), slice_str("peer:")) >= 0);
	scene_close(&s);
}

/* A trunk that fell silent: what it answered of all its calls is told beside what it answered of those it heard of. */
static void
test_silent_peer(void **state)
{
	struct kpi_counts kpi = { .n = { [KPI_BIDS] = 80,
				      [KPI_SEIZURES] = 40,
				      [KPI_ANSWERED] = 40,
				      [KPI_EFFECTIVE] = 40,
				      [KPI_DELIVERED] = 40 } };
	struct event e = scene_failure(SCENE_NOW - NS_PER_S, 0, "", "trunk-de");
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_busy(&s);
	scene_kpi(&s, &kpi, "trunk-de", PEER_ROLE_TRUNK);
	scene_responses(&s, SCENE_NOW, 503, 0, 200, "trunk-de");
	scene_put(&s, &e);
	scene_must_show(&s, "ABR 50.0%");
	scene_keys(&s, "4G");
	scene_must_show(&s, "calls 80, answered 50.0% (ABR), of those with any response 100.0% (ASR)");
	scene_close(&s);
}

/* One interface went away, a receiver is slower than what comes, a log is well. */
static void
sources_drawing(struct scene *s, int64_t ago_s)
{
	static struct counts none;
	uint64_t n = (uint64_t)(300 - ago_s);
	struct source_stat stat[] = {
		{ .name = "eth0",
		    .kind = "live",
		    .state = "reading",
		    .frames = 620400,
		    .verdict = { [WIRE_SIP] = 12000, [WIRE_NOT_SIP] = 608400 } },
		{ .name = "udp:0.0.0.0:5514",
		    .kind = "syslog",
		    .state = "reading",
		    .text = true,
		    .frames = 2410 * n,
		    .bytes = 2410 * 90 * n,
		    .messages = 2398 * n,
		    .again = 311,
		    .senders = 2,
		    .connected = 2,
		    .kernel_drops = 100 * n + 904,
		    .verdict = { [WIRE_SIP] = 2410 * n - 12, [WIRE_MALFORMED] = 12 } },
		{ .name = "full",
		    .kind = "follow",
		    .state = "reading",
		    .text = true,
		    .frames = 9 * n,
		    .bytes = 800 * n,
		    .messages = ago_s > 3 ? 7 * n : 7 * 297,
		    .verdict = { [WIRE_SIP] = 9 * n - 2, [WIRE_MALFORMED] = 2 } },
	};
	struct record r = { .type = RECORD_TICK,
		.t_ns = SCENE_NOW - ago_s * NS_PER_S,
		.host = "pbx-lon-1",
		.tick = { .counts = &none, .sources = stat, .n_sources = 3, .lag_ms = 2100 } };

	store_advance(s->store, r.t_ns);
	assert_int_equal(store_apply(s->store, &r), 0);
}

static void
test_sources_drawing(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_drawing_hello(&s);
	for (int64_t ago = 40; ago >= 0; ago--) {
		sources_drawing(&s, ago);
		if (ago <= 12)
			scene_source(&s, "eth0", "failed", "the interface went away (ENETDOWN)");
	}
	scene_keys(&s, "6");
	free(scene_draw(&s, ROWS, COLS, false));
	scene_keys(&s, "j");
	scene_check_all(&s, "sources-drawing");
	/* What is down is tried again without being told to. */
	assert_int_equal(scene_keys(&s, "r"), COMMAND_NONE);
	assert_true(scene_row_shows(&s, ROWS - 2, "by itself"));
	scene_keys(&s, "k");
	scene_check(&s, "sources-drawing-down", ROWS, COLS, false);
	scene_close(&s);
}

/* What was said while there was none is no longer so. */
static void
test_alerts_none(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_hello(&s, true);
	scene_keys(&s, "5\n");
	scene_must_show(&s, "there is no incident to open");
	scene_incident(&s, 1, INCIDENT_CRITICAL, 60, "10.0.0.1", "", "A trunk is down");
	scene_must_not_show(&s, "there is no incident to open");
	scene_close(&s);
}

/* Calls a second since the start are those of the time there is traffic of. */
static void
test_peer_rate(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_hello(&s, true);
	scene_responses(&s, SCENE_NOW - 500 * NS_PER_S, 200, 1200, 0, NULL);
	scene_calls(&s, "carrier-a", PEER_ROLE_TRUNK, 1200, 600, 900, 1);
	store_advance(s.store, SCENE_NOW);
	scene_keys(&s, "4++++");
	scene_must_show(&s, ">carrier-a                  2.4  50.0%");
	scene_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alerts_drawing),
		cmocka_unit_test(test_alerts_screen),
		cmocka_unit_test(test_alert_of_silence),
		cmocka_unit_test(test_source_of_one),
		cmocka_unit_test(test_alerts_aside),
		cmocka_unit_test(test_alert_without_event),
		cmocka_unit_test(test_alerts_none),
		cmocka_unit_test(test_peer_rate),
		cmocka_unit_test(test_peers),
		cmocka_unit_test(test_silent_peer),
		cmocka_unit_test(test_sources_drawing),
	};

	return scene_ready() ? cmocka_run_group_tests(tests, NULL, NULL) : 99;
}
