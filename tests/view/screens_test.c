/* screens: every view at every size in both glyph sets, against tests/view/golden. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "scene.h"
#include "sipwhy/timefmt.h"

static void
test_overview(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_busy(&s);
	scene_check_all(&s, "overview");
	scene_close(&s);
}

static void
test_detail(void **state)
{
	struct scene s;

	(void)state;
	scene_open_busy(&s);
	scene_keys(&s, "\r");
	scene_check_all(&s, "detail");
	/* Hostile text, and the end of the page. */
	scene_keys(&s,
	    "\x1b"
	    "jjjjj\r");
	scene_check(&s, "detail-hostile", 30, 100, false);
	scene_keys(&s, "G");
	scene_check(&s, "detail-raw", 24, 80, false);
	scene_close(&s);
}

static void
test_help(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_busy(&s);
	scene_keys(&s, "?");
	scene_check_all(&s, "help");
	scene_keys(&s, "q\r?");
	scene_check(&s, "help-detail", 24, 80, false);
	scene_close(&s);
}

static void
test_empty(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_check(&s, "empty-down", 24, 80, false);
	scene_hello(&s, true);
	scene_source(&s, "eth0", "reading", "capturing on eth0, 32 MiB buffer");
	scene_frames(&s, "eth0", "reading", 18204, 0, 0, 0, 0);
	store_advance(s.store, SCENE_NOW);
	scene_check_all(&s, "empty");
	scene_responses(&s, SCENE_NOW, 200, 1234567, 0, NULL);
	scene_check(&s, "empty-good", 24, 80, false);
	scene_close(&s);
	/* As drawn: for 34 seconds. */
	scene_open(&s);
	scene_began(&s, true, 34);
	scene_source(&s, "eth0", "reading", "");
	scene_frames(&s, "eth0", "reading", 18204, 0, 0, 0, 0);
	store_advance(s.store, SCENE_NOW);
	scene_check(&s, "empty-drawing", 24, 80, false);
	scene_check(&s, "empty-drawing", 10, 40, true);
	scene_close(&s);
}

static void
test_file(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_hello(&s, false);
	scene_source(&s, "calls.pcap", "reading", "");
	scene_frames(&s, "calls.pcap", "reading", 4000, 0, 0, 430000, 1000000);
	scene_check(&s, "file-reading", 24, 80, false);
	scene_check(&s, "file-reading", 24, 80, true);
	scene_frames(&s, "calls.pcap", "ended", 9590, 0, 0, 1000000, 1000000);
	scene_source(&s, "calls.pcap", "ended", "");
	scene_check(&s, "file-ended-empty", 24, 80, false);
	scene_close(&s);
	/* 9,590 messages of 14:00:00 to 14:08:12. */
	scene_open(&s);
	scene_hello(&s, false);
	scene_source(&s, "mix.pcap", "reading", "");
	for (int64_t ago = 1927; ago >= 1435; ago -= 4) {
		int64_t t = SCENE_NOW - ago * NS_PER_S;

		scene_responses(&s, t, 200, 60, 0, NULL);
		scene_responses(&s, t, 486, 2, 2, "198.51.100.7");
		scene_event(&s, t, 2);
		scene_event(&s, t, 2);
	}
	scene_frames(&s, "mix.pcap", "ended", 9590, 9590, 0, 1000000, 1000000);
	scene_source(&s, "mix.pcap", "ended", "");
	scene_check(&s, "file-ended", 24, 80, false);
	scene_keys(&s, "6");
	scene_check(&s, "file-ended-sources", 24, 80, false);
	scene_close(&s);
}

/* Trouble: loss, a source that failed, a dead engine, pause, follow off. */
static void
test_trouble(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_busy(&s);
	scene_frames(&s, "eth0", "failed", 200000, 51877, 12345, 0, 0);
	scene_source(&s, "eth0", "failed", "the interface went away (ENETDOWN)");
	scene_check(&s, "trouble-source", 24, 80, false);
	scene_close(&s);
	scene_open(&s);
	scene_busy(&s);
	store_note(s.store, false, "engine ended by signal 9, starting another");
	free(scene_draw(&s, 24, 80, false));
	scene_keys(&s, "kkk");
	scene_event(&s, SCENE_NOW, 0);
	scene_event(&s, SCENE_NOW, 1);
	scene_check(&s, "trouble-engine", 24, 80, false);
	scene_check(&s, "trouble-engine", 10, 40, false);
	assert_int_equal(store_freeze(s.store, true), 0);
	scene_event(&s, SCENE_NOW, 2);
	store_advance(s.store, SCENE_NOW + 48 * NS_PER_S);
	scene_check(&s, "trouble-paused", 24, 80, false);
	scene_close(&s);
}

/* What goes on stands on top, each failure says what is special about it, and figures are over many calls. */
static void
test_incidents(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_trouble(&s);
	scene_check_all(&s, "incidents");
	scene_check(&s, "incidents", 24, 140, false);
	scene_check(&s, "incidents", 18, 80, false);
	scene_close(&s);
}

/* A ratio over few calls, one over none, and nothing that goes on. */
static void
test_few_calls(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_busy(&s);
	scene_calls(&s, "198.51.100.7", PEER_ROLE_TRUNK, 7, 4, 5, 2);
	scene_check(&s, "few-calls", 24, 80, false);
	scene_check(&s, "few-calls", 40, 140, true);
	scene_keys(&s, "+");
	scene_check(&s, "few-calls-15-min", 24, 80, false);
	scene_keys(&s, "+++");
	scene_check(&s, "few-calls-all", 24, 80, false);
	scene_close(&s);
}

static void
test_alerts(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_hello(&s, true);
	scene_keys(&s, "5");
	scene_check(&s, "alerts-none", 24, 80, false);
	scene_keys(&s, "q");
	scene_trouble(&s);
	scene_keys(&s, "5");
	scene_check_all(&s, "alerts");
	scene_keys(&s, "\r");
	scene_check_all(&s, "alert");
	scene_keys(&s, "nG");
	scene_check(&s, "alert-end", 24, 80, false);
	scene_close(&s);
}

static void
test_peers(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_keys(&s, "4");
	scene_check(&s, "peers-none", 24, 80, false);
	scene_trouble(&s);
	scene_check_all(&s, "peers");
	scene_close(&s);
}

/* A capture beside three kinds of logs; each in turn with all its figures. */
static void
test_sources(void **state)
{
	const struct source_stat full = scene_log("full", "follow", "reading"),
				 file = scene_log("old.log", "file", "reading"),
				 syslog = scene_log("udp:127.0.0.1:5514", "syslog", "reading");
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_keys(&s, "6");
	scene_check(&s, "sources-none", 24, 80, false);
	scene_hello(&s, true);
	store_advance(s.store, SCENE_NOW - 8 * NS_PER_S);
	scene_frames(&s, "eth0", "reading", 118204, 51877, 12, 0, 0);
	scene_stat(&s, &full);
	scene_word(&s, "full", "follow", "reading", "full was rotated: going on with the new file");
	scene_stat(&s, &file);
	scene_stat(&s, &syslog);
	store_advance(s.store, SCENE_NOW);
	scene_frames(&s, "eth0", "reading", 119204, 52877, 12, 0, 0);
	scene_check(&s, "sources-capture", 24, 80, false);
	scene_keys(&s, "j");
	scene_check_all(&s, "sources");
	scene_keys(&s, "j");
	scene_check(&s, "sources-file", 24, 80, true);
	scene_keys(&s, "j");
	scene_check(&s, "sources-syslog", 24, 80, false);
	scene_keys(&s, "\r");
	scene_check(&s, "source", 24, 80, false);
	scene_keys(&s, "N");
	scene_check(&s, "source", 10, 40, false);
	scene_keys(&s, "q");
	scene_check(&s, "sources-file", 40, 140, false);
	scene_close(&s);
}

static void
scene_notices(struct scene *s, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		scene_notice(s, SCENE_NOW - (int64_t)(n - i) * NS_PER_S, i);
}

static void
test_notices(void **state)
{
	const struct source_stat full = scene_log("full", "follow", "reading");
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_keys(&s, "8");
	scene_check(&s, "notices-none", 24, 80, false);
	scene_hello(&s, true);
	scene_stat(&s, &full);
	store_advance(s.store, SCENE_NOW);
	scene_notices(&s, 30);
	scene_check_all(&s, "notices");
	free(scene_draw(&s, 24, 80, false));
	scene_keys(&s, "j\r");
	scene_check_all(&s, "notice");
	free(scene_draw(&s, 24, 80, false));
	/* The cursor stays on the line it was put on, and goes where the page went. */
	scene_notices(&s, 2);
	scene_keys(&s, "nq");
	scene_check(&s, "notices-later", 24, 80, false);
	scene_close(&s);
}

/* What a log does not tell reads "-"; notices stand beside the failures, in no counter. */
static void
test_log(void **state)
{
	struct source_stat full = scene_log("full", "follow", "reading");
	struct scene s;
	struct event e;

	(void)state;
	scene_open(&s);
	scene_hello(&s, true);
	scene_stat(&s, &full);
	store_advance(s.store, SCENE_NOW);
	scene_responses(&s, SCENE_NOW - 9 * NS_PER_S, 404, 4, 4, NULL);
	for (int64_t i = 0; i < 4; i++) {
		e = scene_logged(SCENE_NOW - (9 - i) * NS_PER_S, 404, "Not Found", "2026-11-22 14:31:58");
		scene_put(&s, &e);
	}
	e = scene_logged(SCENE_NOW - 2 * NS_PER_S, 503, "", "Nov 22 14:32:05");
	e.statement = true;
	e.method = e.from = e.to = slice_str("");
	scene_put(&s, &e);
	scene_notices(&s, 3);
	scene_check_all(&s, "log");
	scene_check(&s, "log", 15, 60, false);
	/* Of two logs one is not there: that is told beside what the other says. */
	scene_word(&s, "queue", "follow", "reading", "waiting for /var/log/asterisk/queue to appear");
	scene_check(&s, "log-waiting-beside", 24, 80, false);
	scene_keys(&s, "\r");
	scene_check(&s, "log-statement", 40, 140, false);
	scene_check(&s, "log-statement", 24, 80, false);
	scene_keys(&s, "G");
	scene_check(&s, "log-statement-end", 24, 80, false);
	scene_keys(&s, "N");
	scene_check(&s, "log-detail", 40, 140, false);
	scene_keys(&s, "G");
	scene_check(&s, "log-detail-end", 24, 80, false);
	scene_close(&s);
}

/* A line that names a host, and no address of it. */
static void
test_log_named(void **state)
{
	struct event e = scene_logged(SCENE_NOW - NS_PER_S, 403, "Forbidden", "2026-11-22 14:32:06");
	struct source_stat full = scene_log("full", "follow", "reading");
	struct scene s;

	(void)state;
	e.statement = true;
	e.method = slice_str("REGISTER");
	e.from = e.to = e.call_id = slice_str("");
	e.direction = DIRECTION_RECEIVED;
	e.peer = slice_str("-");
	e.peer_name = slice_str("sip.example.net:5061");
	scene_open(&s);
	scene_hello(&s, true);
	scene_stat(&s, &full);
	scene_put(&s, &e);
	store_advance(s.store, SCENE_NOW);
	scene_keys(&s, "\r");
	scene_check(&s, "log-named", 24, 80, false);
	scene_keys(&s, "G");
	scene_check(&s, "log-named-end", 24, 80, false);
	scene_keys(&s, "q2");
	scene_check(&s, "log-named-list", 40, 140, false);
	scene_close(&s);
	/* What this machine said went to the host. */
	e.direction = DIRECTION_SENT;
	scene_open(&s);
	scene_hello(&s, true);
	scene_stat(&s, &full);
	scene_put(&s, &e);
	store_advance(s.store, SCENE_NOW);
	scene_keys(&s, "\r");
	scene_check(&s, "log-named-sent", 24, 80, false);
	scene_close(&s);
}

/* A log without SIP text says so, and what to switch on; before it was read it does not. */
static void
test_log_without_sip(void **state)
{
	struct source_stat stat = { .name = "messages",
		.kind = "file",
		.state = "ended",
		.frames = 412,
		.bytes = 51200,
		.verdict = { [WIRE_NOT_SIP] = 412 },
		.text = true,
		.notices = 33,
		.done = 51200,
		.total = 51200 };
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_hello(&s, false);
	scene_stat(&s, &stat);
	scene_notices(&s, 33);
	scene_check_all(&s, "log-notices");
	scene_close(&s);
	scene_open(&s);
	scene_hello(&s, false);
	stat.notices = 0;
	(void)snprintf(stat.state, sizeof stat.state, "reading");
	stat.total = 90000;
	scene_stat(&s, &stat);
	scene_check(&s, "log-reading", 24, 80, false);
	(void)snprintf(stat.state, sizeof stat.state, "ended");
	stat.done = 90000;
	scene_stat(&s, &stat);
	scene_check(&s, "log-no-sip", 24, 80, false);
	scene_close(&s);
}

/* Nothing came yet: what is said about it is about logs, and who was turned away stands there. */
static void
test_log_waiting(void **state)
{
	struct source_stat syslog = { .name = "udp:5514", .kind = "syslog", .state = "reading" };
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_hello(&s, true);
	scene_word(&s, "full", "follow", "reading", "waiting for /var/log/asterisk/full to appear");
	store_advance(s.store, SCENE_NOW);
	scene_check(&s, "log-waiting", 24, 80, false);
	scene_keys(&s, "6");
	scene_check(&s, "sources-waiting", 24, 80, false);
	scene_check(&s, "sources-waiting", 15, 60, false);
	scene_close(&s);
	scene_open(&s);
	scene_hello(&s, true);
	syslog.refused = 2;
	syslog.connected = syslog.closed = 3;
	syslog.open_to_all = true;
	(void)snprintf(syslog.turned_away, sizeof syslog.turned_away,
	    "198.51.100.7: TLS handshake: peer did not return a certificate");
	scene_stat(&s, &syslog);
	store_advance(s.store, SCENE_NOW);
	scene_check(&s, "log-refused", 24, 80, false);
	scene_keys(&s, "6");
	scene_check(&s, "sources-refused", 24, 80, false);
	scene_keys(&s, "1");
	/* Codes came, none of them a failure: not good news while the log tells of failures without one. */
	scene_responses(&s, SCENE_NOW, 200, 12, 0, NULL);
	scene_notice(&s, SCENE_NOW, 0);
	scene_check(&s, "log-good", 24, 80, false);
	scene_close(&s);
}

/* Any size draws without a step outside; the sanitisers watch. */
static void
test_sizes(void **state)
{
	static const int sizes[] = { 1, 2, 3, 5, 7, 8, 9, 11, 15, 16, 17, 21, 29, 30, 39, 40, 41, 60, 79, 80, 81, 131,
		200, 500 };
	static const char *const keys[] = { "", "\r", "?", "qq", "3", "4", "5", "5\r", "6", "6\r", "8", "8\r" };
	const size_t n = sizeof sizes / sizeof sizes[0];
	const struct source_stat syslog = scene_log("udp:127.0.0.1:5514", "syslog", "reading");
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_trouble(&s);
	scene_stat(&s, &syslog);
	scene_notices(&s, 30);
	for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++) {
		scene_keys(&s, keys[k]);
		for (size_t r = 0; r < n; r++)
			for (size_t c = 0; c < n; c++)
				if (sizes[r] <= 81 || sizes[c] <= 81)
					free(scene_draw(&s, sizes[r], sizes[c], (r + c) % 2));
	}
	scene_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_overview),
		cmocka_unit_test(test_detail),
		cmocka_unit_test(test_help),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_trouble),
		cmocka_unit_test(test_incidents),
		cmocka_unit_test(test_few_calls),
		cmocka_unit_test(test_alerts),
		cmocka_unit_test(test_peers),
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_notices),
		cmocka_unit_test(test_log),
		cmocka_unit_test(test_log_named),
		cmocka_unit_test(test_log_without_sip),
		cmocka_unit_test(test_log_waiting),
		cmocka_unit_test(test_sizes),
	};

	return scene_ready() ? cmocka_run_group_tests(tests, NULL, NULL) : 99;
}
