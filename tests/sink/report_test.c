/* report: what was counted is what stands in the JSON and in the text, whatever names the sources have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

#include "record/sample.h"
#include "sipwhy/mem.h"
#include "sipwhy/sink.h"

struct scene {
	struct tally *tally;
	struct source_stat sources[2];
	struct incident incidents[2];
	struct sink_events *events;
	struct sink_report report;
	char *text;
	size_t n;
};

static const struct endpoint scene_peer = { .family = 4, .addr = { 192, 0, 2, 1 } };

/* An attempt and how it ended. */
static void
scene_attempt(struct scene *s, enum sip_method m, enum outcome_kind kind, unsigned code)
{
	struct outcome o = { .kind = (uint8_t)kind,
		.method = (uint8_t)m,
		.code = (uint16_t)code,
		.q850 = -1,
		.whole = true,
		.leg = true,
		.t_ns = SAMPLE_T,
		.pdd_ms = 1000,
		.srd_ms = -1,
		.rrd_ms = 40,
		.peer = &scene_peer };

	tally_attempt(s->tally, m);
	tally_outcome(s->tally, &o);
}

static void
scene_event(struct scene *s, unsigned code)
{
	struct event e = { .code = (uint16_t)code, .peer = SAMPLE_TEXT("192.0.2.1"), .role = PEER_ROLE_TRUNK };

	tally_event(s->tally, &e);
}

static void
scene_message(struct scene *s, enum sip_method m, unsigned code)
{
	struct sipmsg msg = { .kind = code > 0 ? SIP_RESPONSE : SIP_REQUEST, .method = m, .code = (uint16_t)code };

	tally_message(s->tally, &msg, SEEN_NEW, &scene_peer);
}

/* Two calls without a circuit, one to nobody, one that no one answered, one that went through; two registrations. */
static void
scene_calls(struct scene *s)
{
	struct event_update back = { .old_code = 486, .recovered = true };

	scene_attempt(s, METHOD_INVITE, OUTCOME_FAILED, 503);
	scene_attempt(s, METHOD_INVITE, OUTCOME_FAILED, 503);
	scene_attempt(s, METHOD_INVITE, OUTCOME_FAILED, 404);
	scene_attempt(s, METHOD_INVITE, OUTCOME_NO_RESPONSE, 0);
	scene_attempt(s, METHOD_INVITE, OUTCOME_OK, 200);
	scene_attempt(s, METHOD_INVITE, OUTCOME_EVICTED, 0);
	tally_attempt(s->tally, METHOD_INVITE);
	scene_attempt(s, METHOD_REGISTER, OUTCOME_OK, 200);
	scene_attempt(s, METHOD_REGISTER, OUTCOME_CHALLENGED, 401);
	scene_event(s, 503);
	scene_event(s, 503);
	scene_event(s, 404);
	scene_event(s, 0);
	scene_event(s, 486);
	scene_event(s, 200);
	tally_update(s->tally, &back);
}

static void
scene_init(struct scene *s)
{
	struct event e = sample_event(1);
	struct event_update u = { .id = 3, .recovered = true, .repeats = 6, .copies = 1 };

	*s = (struct scene){ .tally = tally_new(1, NULL), .events = sink_events_new(2, 0) };
	scene_message(s, METHOD_INVITE, 0);
	scene_message(s, METHOD_INVITE, 100);
	scene_message(s, METHOD_INVITE, 503);
	scene_message(s, METHOD_INVITE, 503);
	scene_message(s, METHOD_INVITE, 404);
	scene_message(s, METHOD_BYE, 0);
	scene_message(s, METHOD_BYE, 200);
	scene_calls(s);
	s->incidents[0] = (struct incident){ .id = 7,
		.t_ns = SAMPLE_T,
		.since_ns = SAMPLE_T,
		.last_ns = SAMPLE_T,
		.pattern = 6,
		.level = INCIDENT_WARNING,
		.ended = true,
		.count = 9,
		.kind = SAMPLE_TEXT("scan"),
		.sentence = SAMPLE_TEXT("9 numbers tried by 203.0.113.9") };
	s->incidents[1] = (struct incident){ .id = 8,
		.t_ns = SAMPLE_T,
		.since_ns = SAMPLE_T,
		.last_ns = SAMPLE_T,
		.pattern = 1,
		.level = INCIDENT_CRITICAL,
		.count = 12,
		.kind = SAMPLE_TEXT("trunk-down"),
		.sentence = SAMPLE_TEXT("12 of 12 attempts to a\x1b[2J failed"),
		.events = { 1, 0, 2 } };
	tally_malformed(s->tally);
	for (e.id = 1; e.id <= 3; e.id++)
		sink_events_add(s->events, &e);
	sink_events_update(s->events, &u);
	s->sources[0] = sample_source("eth0", 3);
	s->sources[1] = (struct source_stat){ .name = "b\xff\x1b[2J\x7f", .kind = "file", .frames = 1 };
	s->report = (struct sink_report){ .host = "pbx1",
		.version = "0.1.0",
		.start_ns = SAMPLE_T,
		.end_ns = SAMPLE_T + 2 * NS_PER_S,
		.tally = s->tally,
		.sources = s->sources,
		.n_sources = 2,
		.call_ids = 12,
		.call_ids_exact = 1,
		.track = { .repeats_forgotten = 4, .bytes = 100, .bytes_max = 200, .bytes_limit = 300 },
		.incidents = s->incidents,
		.n_incidents = 2,
		.events = s->events };
}

static void
scene_fini(struct scene *s)
{
	tally_free(s->tally);
	sink_events_free(s->events);
	free(s->text);
}

/* The report as text in memory; the error that it gave. */
static int
scene_write(struct scene *s, bool json, int quiet)
{
	FILE *f;
	int err;

	free(s->text);
	s->text = NULL;
	f = open_memstream(&s->text, &s->n);
	assert_non_null(f);
	err = json ? sink_report_json(f, &s->report) : sink_report_text(f, &s->report, quiet);
	assert_int_equal(fclose(f), 0);
	return err;
}

static json_t *
scene_json(struct scene *s)
{
	json_t *o;

	assert_int_equal(scene_write(s, true, 0), 0);
	assert_int_equal(s->text[s->n - 1], '\n');
	for (size_t i = 0; i + 1 < s->n; i++)
		assert_in_range((unsigned char)s->text[i], 0x20, 0x7e);
	o = json_loads(s->text, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(o);
	return o;
}

/* What stands at the end of a path of names ("a/b"); NULL when nothing does. */
static json_t *
at(json_t *o, const char *path)
{
	struct slice rest = slice_str(path);
	char name[32];

	while (rest.n > 0) {
		slice_copy(name, sizeof name, slice_cut(&rest, '/'));
		o = json_is_array(o) ? json_array_get(o, (size_t)strtoul(name, NULL, 10)) : json_object_get(o, name);
	}
	return o;
}

/* The number there; -1 when there is none. */
static json_int_t
number(json_t *o, const char *path)
{
	o = at(o, path);
	return json_is_integer(o) ? json_integer_value(o) : -1;
}

/* The first members of an object, in order. */
static void
assert_keys(json_t *o, const char *const *order, size_t n)
{
	void *it = json_object_iter(o);

	for (size_t i = 0; i < n; i++, it = json_object_iter_next(o, it))
		assert_string_equal(json_object_iter_key(it), order[i]);
}

/* A log beside the capture: its own figures, its notices, and what its times lacked. */
static void
test_log(void **state)
{
	static const char *const lines[] = {
		"  full (follow, reading): 70 lines, 1,000 bytes",
		"SIP messages 10, of these cut 13, lines that state a code 11, said again 14",
		"not counted beside SIP text 15, notices 12, forgotten for lack of room 18",
		"rotations 17, connections 20, senders now 19, refused 21, closed by us 22",
		"turned away last: 2001:db8:0:1:2:3:4:5: TLS handshake: it takes too long",
		"open to everybody who can reach it (--allow)",
		"24 without a year: the year of their arrival was taken",
		"26 without a date: the date of a line near by, else of their arrival was taken",
		"27 without any time: the time of the line before, else of their arrival was taken",
		"25 without a time zone: local time was taken",
		/* 10 kernel, 10 interface, 10 given up, 16 too long, 23 broken. */
		"lost: 69 lines",
		"kernel 10, interface 10, given up 10, cut for their length 16, framing that makes no sense 23",
		"  notices                      12  log lines that tell of a failure without a code",
		"Notices by kind (the newest 2)",
		"  auth-failed                   2  ",
		"(10 older ones are not listed)",
		" auth-failed  a\\x1b[2J  1031  Registration from",
	};
	struct notice_list *notices = notice_list_new(2, 100000);
	struct record one = sample_notice("auth-failed", "a\x1b[2J");
	struct scene s;
	json_t *o;

	(void)state;
	scene_init(&s);
	s.sources[1] = sample_log("full", 10);
	memcpy(s.sources[1].kind, "follow", 7);
	for (unsigned i = 0; i < 3; i++) {
		one.notice.t_ns = SAMPLE_T + i * NS_PER_S;
		assert_int_equal(notice_list_add(notices, &one.notice), 0);
	}
	s.report.notices = notices;
	o = scene_json(&s);
	assert_int_equal(number(o, "notices_total"), 12);
	assert_int_equal(json_array_size(at(o, "notices")), 2);
	assert_string_equal(json_string_value(at(o, "notices/1/t")), "2023-11-14T22:13:22.123456Z");
	assert_string_equal(json_string_value(at(o, "notices/0/kind")), "auth-failed");
	assert_int_equal(number(o, "sources/1/packets"), 70);
	assert_int_equal(number(o, "sources/1/log/lines"), 70);
	assert_int_equal(number(o, "sources/1/log/messages"), 10);
	assert_int_equal(number(o, "sources/1/log/no_time"), 27);
	assert_int_equal(json_object_size(at(o, "sources/1/log")), 21);
	assert_string_equal(json_string_value(at(o, "sources/1/log/turned_away")), s.sources[1].turned_away);
	assert_true(json_is_true(at(o, "sources/0/receiver/open_to_all")));
	assert_null(at(o, "sources/0/log"));
	json_decref(o);
	assert_int_equal(scene_write(&s, false, 0), 0);
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		if (strstr(s.text, lines[i]) == NULL)
			fail_msg("without \"%s\":\n%s", lines[i], s.text);
	/* Without the list of events there is none of notices, but the count. */
	s.report.events = NULL;
	o = scene_json(&s);
	assert_null(at(o, "notices"));
	assert_int_equal(number(o, "notices_total"), 12);
	json_decref(o);
	notice_list_free(notices);
	scene_fini(&s);
}

/* Both reports of 30 lines of a log that name failures of one method, and then one more with `code`. */
static void
scene_lines(struct scene *s, unsigned code)
{
	scene_init(s);
	tally_free(s->tally);
	s->report.tally = s->tally = tally_new(1, NULL);
	for (unsigned i = 0; i < 30; i++) {
		scene_message(s, METHOD_INVITE, 486);
		scene_attempt(s, METHOD_INVITE, OUTCOME_FAILED, 486);
		scene_event(s, 486);
	}
	scene_attempt(s, METHOD_REGISTER, OUTCOME_FAILED, 403);
	if (code != 0)
		scene_message(s, METHOD_INVITE, code);
	s->sources[0] = (struct source_stat){ .name = "acc.log",
		.kind = "file",
		.state = "ended",
		.text = true,
		.frames = 31,
		.verdict = { [WIRE_SIP] = 31 },
		.statements = 31 };
	s->report.n_sources = 1;
	s->report.n_incidents = 0;
}

/* What lines that name failures alone cannot tell is null, "-" and no 0; one success, or a message, and it is told. */
static void
test_lines(void **state)
{
	static const char *const untold[] = { "messages/requests", "messages/retransmissions", "attempts/INVITE/open",
		"methods/INVITE/requests", "classes/1xx", "classes/2xx", "classes/5xx", "attempts/INVITE/ok",
		"attempts/INVITE/no_response", "kpi/asr", "kpi/ner", "kpi/ser", "kpi/seer", "kpi/isa", "kpi/abr",
		"kpi/scr", "kpi/registration_failure", "kpi/windows/60/asr", "peers/0/kpi/asr",
		"peers/0/responses/2xx" };
	static const char *const lines[] = {
		"  requests                      -  the log does not show them\n",
		"  retransmissions               -  the log does not show them\n",
		"  INVITE              30           -          30           -           -           -           -"
		"           0        -\n",
		"  calls             ASR -  NER -  SER -  SEER -  ISA -  ABR -  SCR -",
		"  SCR -  (the log tells failures alone)\n",
		"  registrations     failed -  (few: 1 registration)  (the log tells failures alone)\n",
		"  2xx Success                                 -  no line tells one\n",
		" 486 x 30  ASR -  NER -\n",
	};
	struct scene s;
	json_t *o;

	(void)state;
	scene_lines(&s, 0);
	o = scene_json(&s);
	for (size_t i = 0; i < sizeof untold / sizeof untold[0]; i++)
		if (!json_is_null(at(o, untold[i])))
			fail_msg("%s is told: %s", untold[i], s.text);
	assert_int_equal(number(o, "classes/4xx"), 30);
	assert_int_equal(number(o, "attempts/INVITE/failed"), 30);
	assert_int_equal(number(o, "attempts/INVITE/evicted"), 0);
	assert_int_equal(number(o, "kpi/bids"), 30);
	json_decref(o);
	assert_int_equal(scene_write(&s, false, 0), 0);
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		if (strstr(s.text, lines[i]) == NULL)
			fail_msg("without \"%s\":\n%s", lines[i], s.text);
	scene_fini(&s);

	scene_lines(&s, 200);
	o = scene_json(&s);
	assert_int_equal(number(o, "classes/2xx"), 1);
	assert_true(json_is_null(at(o, "messages/requests")));
	assert_true(json_is_null(at(o, "classes/1xx")));
	assert_true(json_real_value(at(o, "kpi/ner")) == 100.0);
	assert_true(json_is_null(at(o, "kpi/registration_failure")));
	json_decref(o);
	scene_fini(&s);

	scene_lines(&s, 0);
	s.sources[0].messages = 1;
	o = scene_json(&s);
	for (size_t i = 0; i < sizeof untold / sizeof untold[0]; i++)
		if (!json_is_number(at(o, untold[i])))
			fail_msg("%s is not told: %s", untold[i], s.text);
	json_decref(o);
	scene_fini(&s);
}

static void
test_json_first_members(void **state)
{
	static const char *const order[] = { "schema", "messages", "classes", "codes", "methods", "call_ids",
		"attempts", "failures", "kpi", "sources", "events" };
	static const char *const attempts[] = { "total", "ok", "failed", "cancelled", "challenged", "no_response",
		"open", "redirected", "evicted" };
	static const char *const kpi[] = { "asr", "ner", "ser", "seer", "isa", "pdd_ms", "abr", "scr", "srd_ms",
		"rrd_ms", "registration_failure", "retransmission", "bids", "registers", "windows" };
	struct scene s;
	json_t *o;

	(void)state;
	scene_init(&s);
	o = scene_json(&s);
	assert_keys(o, order, sizeof order / sizeof order[0]);
	assert_string_equal(json_string_value(json_object_get(o, "schema")), "sipwhy.report/1");
	assert_keys(
	    json_object_get(json_object_get(o, "attempts"), "INVITE"), attempts, sizeof attempts / sizeof attempts[0]);
	assert_keys(json_object_get(o, "kpi"), kpi, sizeof kpi / sizeof kpi[0]);
	json_decref(o);
	scene_fini(&s);
}

static void
test_json_numbers(void **state)
{
	static const struct {
		const char *path;
		json_int_t n;
	} want[] = {
		{ "messages/total", 7 },
		{ "messages/requests", 2 },
		{ "messages/responses", 5 },
		{ "messages/malformed", 1 },
		{ "messages/partial", 0 },
		{ "messages/retransmissions", 0 },
		{ "messages/copies", 0 },
		{ "classes/1xx", 1 },
		{ "classes/2xx", 1 },
		{ "classes/3xx", 0 },
		{ "classes/4xx", 1 },
		{ "classes/5xx", 2 },
		{ "classes/6xx", 0 },
		{ "codes/503", 2 },
		{ "codes/404", 1 },
		{ "codes/486", -1 },
		{ "methods/INVITE/requests", 1 },
		{ "methods/INVITE/responses/503", 2 },
		{ "methods/BYE/responses/200", 1 },
		{ "methods/ACK/requests", -1 },
		{ "call_ids", 12 },
		{ "failures/503", 2 },
		{ "failures/404", 1 },
		{ "failures/200", -1 },
		{ "failures/486", -1 },
		{ "failures/no_response", 1 },
		{ "attempts/INVITE/total", 7 },
		{ "attempts/INVITE/ok", 1 },
		{ "attempts/INVITE/failed", 3 },
		{ "attempts/INVITE/cancelled", 0 },
		{ "attempts/INVITE/challenged", 0 },
		{ "attempts/INVITE/no_response", 1 },
		{ "attempts/INVITE/open", 1 },
		{ "attempts/INVITE/redirected", 0 },
		{ "attempts/INVITE/evicted", 1 },
		{ "attempts/REGISTER/challenged", 1 },
		{ "attempts/REGISTER/open", 0 },
		{ "attempts/BYE/total", -1 },
		{ "kpi/bids", 5 },
		{ "kpi/registers", 1 },
		{ "kpi/pdd_ms/p50", 943 },
		{ "kpi/rrd_ms/p95", 42 },
		{ "kpi/windows/60/bids", 5 },
		{ "kpi/windows/900/registers", 1 },
		{ "peers/0/kpi/bids", 5 },
		{ "peers/0/codes/no_response", 1 },
		{ "incidents/0/id", 7 },
		{ "incidents/1/count", 12 },
		{ "sources/0/packets", 21 },
		{ "sources/0/frames", 21 },
		{ "sources/0/bytes", 300 },
		{ "sources/0/drops/kernel", 3 },
		{ "sources/0/drops/interface", 3 },
		{ "sources/0/drops/reassembly", 12 },
		{ "sources/0/drops/truncated", 3 },
		{ "sources/0/drops/frag-overlap", 3 },
		{ "sources/0/verdicts/sip", 3 },
		{ "sources/0/verdicts/held", 3 },
		{ "events_total", 6 },
		{ "recovered", 1 },
		{ "ack_missing", 1 },
		{ "events_dropped", 1 },
		{ "track/evictions", 1 },
		{ "track/repeats_forgotten", 4 },
		{ "track/bytes", 100 },
		{ "track/bytes_max", 200 },
		{ "track/bytes_limit", 300 },
		{ "peers/0/events", 6 },
		{ "peers/0/codes/503", 2 },
		{ "peers/0/responses/1xx", 1 },
		{ "events/0/id", 2 },
		{ "events/1/id", 3 },
		{ "events/1/repeats", 6 },
	};
	struct scene s;
	json_t *o, *source;

	(void)state;
	scene_init(&s);
	o = scene_json(&s);
	for (size_t i = 0; i < sizeof want / sizeof want[0]; i++)
		if (number(o, want[i].path) != want[i].n)
			fail_msg("%s is %lld", want[i].path, (long long)number(o, want[i].path));
	assert_true(json_is_true(json_object_get(o, "call_ids_exact")));
	assert_true(json_is_true(json_object_get(json_array_get(json_object_get(o, "events"), 1), "recovered")));
	assert_string_equal(json_string_value(at(o, "peers/0/role")), "trunk");
	assert_null(at(o, "peers/0/kpi/windows"));
	assert_int_equal(json_array_size(json_object_get(o, "events")), 2);
	assert_true(json_is_true(json_object_get(json_array_get(json_object_get(o, "sources"), 0), "balanced")));
	source = json_array_get(json_object_get(o, "sources"), 1);
	assert_true(json_is_false(json_object_get(source, "balanced")));
	assert_null(json_object_get(source, "name"));
	assert_string_equal(json_string_value(json_object_get(source, "name_b64")), "Yv8bWzJKfw==");
	json_decref(o);
	scene_fini(&s);
}

/* Ratios as they are printed: two decimals, null where there is nothing to divide by. */
static void
test_json_ratios(void **state)
{
	static const struct {
		const char *path;
		const char *text;
	} want[] = {
		{ "kpi/asr", "25.0" },
		{ "kpi/ner", "25.0" },
		{ "kpi/ser", "20.0" },
		{ "kpi/abr", "20.0" },
		{ "kpi/seer", "20.0" },
		{ "kpi/isa", "60.0" },
		{ "kpi/scr", "0.0" },
		{ "kpi/registration_failure", "0.0" },
		{ "kpi/retransmission", "0.0" },
		{ "kpi/srd_ms/p50", "null" },
		{ "kpi/windows/300/asr", "25.0" },
		{ "peers/0/kpi/asr", "25.0" },
	};
	struct scene s;
	json_t *o;

	(void)state;
	scene_init(&s);
	o = scene_json(&s);
	for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
		char *text = json_dumps(at(o, want[i].path), JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));

		if (text == NULL || strcmp(text, want[i].text) != 0)
			fail_msg("%s is %s", want[i].path, text);
		free(text);
	}
	json_decref(o);
	for (unsigned i = 0; i < 2; i++)
		scene_attempt(&s, METHOD_INVITE, OUTCOME_OK, 200);
	o = scene_json(&s);
	assert_non_null(
	    strstr(s.text, "\"kpi\":{\"asr\":50.0,\"ner\":50.0,\"ser\":42.86,\"seer\":42.86,\"isa\":42.86,"));
	json_decref(o);
	scene_fini(&s);
}

/* Who counts KPIs without any failure is listed too, behind the first hundred. */
static void
test_json_quiet_trunk(void **state)
{
	struct scene s;
	json_t *o, *peers;
	size_t n;

	(void)state;
	scene_init(&s);
	for (unsigned i = 0; i < 150; i++) {
		char name[ENDPOINT_TEXT];
		struct event e = { .code = 404 };

		(void)snprintf(name, sizeof name, "10.0.0.%u", i);
		e.peer = slice_str(name);
		for (unsigned k = 0; k < 9; k++)
			tally_event(s.tally, &e);
	}
	tally_completed(s.tally, NULL, SAMPLE_T);
	o = scene_json(&s);
	peers = json_object_get(o, "peers");
	n = json_array_size(peers);
	assert_int_equal(n, 102);
	assert_string_equal(json_string_value(at(json_array_get(peers, n - 2), "name")), "192.0.2.1");
	/* The rest has nothing but a completed call of nobody. */
	assert_string_equal(json_string_value(at(json_array_get(peers, n - 1), "name")), "other");
	assert_int_equal(number(json_array_get(peers, n - 1), "kpi/bids"), 0);
	assert_null(at(json_array_get(peers, 0), "kpi"));
	json_decref(o);
	scene_fini(&s);
}

static void
test_json_of_nothing(void **state)
{
	struct scene s;
	json_t *o;

	(void)state;
	scene_init(&s);
	tally_free(s.tally);
	s.tally = tally_new(1, NULL);
	s.report = (struct sink_report){ .host = "a\x7f\x1b\xc2\x9b", .version = "", .tally = s.tally };
	o = scene_json(&s);
	assert_null(json_object_get(o, "events"));
	assert_null(json_object_get(o, "events_dropped"));
	assert_true(json_is_null(json_object_get(json_object_get(o, "span"), "start")));
	assert_string_equal(json_string_value(json_object_get(o, "host")), "a\x7f\x1b\xc2\x9b");
	assert_int_equal(json_object_size(json_object_get(o, "codes")), 0);
	assert_int_equal(json_object_size(json_object_get(o, "attempts")), 0);
	assert_int_equal(json_object_size(json_object_get(o, "failures")), 0);
	assert_int_equal(json_array_size(json_object_get(o, "incidents")), 0);
	assert_true(json_is_null(at(o, "kpi/asr")));
	assert_true(json_is_null(at(o, "kpi/pdd_ms/p95")));
	assert_true(json_is_null(at(o, "kpi/windows/60/retransmission")));
	json_decref(o);
	scene_fini(&s);
}

/* What the list keeps and the filter does not mean is left out, and counted. */
static void
test_filter(void **state)
{
	struct scene s;
	struct filter *f;
	struct errmsg em = { "" };
	size_t all, kept;
	json_t *o;

	(void)state;
	scene_init(&s);
	o = scene_json(&s);
	all = json_array_size(json_object_get(o, "events"));
	assert_null(json_object_get(o, "events_filtered"));
	json_decref(o);
	assert_int_equal(filter_new(&f, slice_str("5xx -is:recovered"), NULL, &em, NULL), 0);
	s.report.filter = f;
	s.report.filtered = 3;
	o = scene_json(&s);
	kept = json_array_size(json_object_get(o, "events"));
	assert_true(kept > 0 && kept < all);
	assert_int_equal(number(o, "events_filtered"), 3 + all - kept);
	/* It was none when it was told: as they stand now counts. */
	for (size_t i = 0; i < kept; i++)
		assert_false(json_is_true(at(json_array_get(json_object_get(o, "events"), i), "recovered")));
	json_decref(o);
	filter_free(f);
	/* The list has no messages: what only they tell was decided before. */
	assert_int_equal(filter_new(&f, slice_str("branch:z9"), NULL, &em, NULL), 0);
	s.report.filter = f;
	o = scene_json(&s);
	assert_int_equal(json_array_size(json_object_get(o, "events")), all);
	json_decref(o);
	filter_free(f);
	scene_fini(&s);
}

static bool
has(const struct scene *s, const char *line)
{
	return strstr(s->text, line) != NULL;
}

static void
test_text(void **state)
{
	struct scene s;

	(void)state;
	scene_init(&s);
	assert_int_equal(scene_write(&s, false, 0), 0);
	assert_true(has(&s, "sipwhy 0.1.0 on pbx1\n"));
	assert_true(has(&s, "(2.0 s)\n"));
	assert_true(has(&s, "  503 Service Unavailable                     2   40.0%      1.00/s\n"));
	assert_true(has(&s, "  404 Not Found                               1   20.0%      0.50/s\n"));
	assert_true(has(&s, "\nFailures by code\n  404 Not Found                               1\n"));
	assert_true(has(
	    &s, "  503 Service Unavailable                     2\n  --- no response                             1\n"));
	assert_true(
	    has(&s, "  192.0.2.1                                trunk             6  503 x 2, no response x 1, "));
	assert_true(has(&s, "  ASR 25.0%  NER 25.0%  (few: 5 calls)\n"));
	assert_true(has(&s, "  INVITE               7           1           3           0           0           1 "));
	assert_true(has(&s,
	    "  calls             ASR 25.0%  NER 25.0%  SER 20.0%  SEER 20.0%  ISA 60.0%  ABR 20.0%  SCR 0.0%  "
	    "(few: 5 calls)\n"));
	assert_true(has(&s, "  registrations     failed 0.0%  (few: 1 registration)\n"));
	assert_true(has(&s, "\nIncidents\n  critical  since "));
	assert_true(has(&s, "  12 of 12 attempts to a\\x1b[2J failed\n  warning   since "));
	assert_true(has(&s, "  recovered                     1  "));
	assert_true(has(&s, "  recovered  in call  seen x8\n"));
	assert_true(has(&s, "frag-overlap 3"));
	assert_true(has(&s, "kernel 3"));
	assert_true(has(&s, "these do not add up"));
	assert_true(has(&s, "(1 older ones are not listed)"));
	for (size_t i = 0; i < s.n; i++)
		assert_true(s.text[i] == '\n' || ((unsigned char)s.text[i] >= 0x20 && s.text[i] != 0x7f));
	assert_true(has(&s, "b\\xff\\x1b[2J\\x7f"));
	scene_fini(&s);
}

static void
test_text_quiet(void **state)
{
	struct scene s;

	(void)state;
	scene_init(&s);
	s.sources[1].verdict[WIRE_SIP] = 1;
	assert_int_equal(scene_write(&s, false, 1), 0);
	assert_true(has(&s, "eth0"));
	assert_false(has(&s, "(file, )"));
	s.report.sources = &s.sources[1];
	s.report.n_sources = 1;
	assert_int_equal(scene_write(&s, false, 1), 0);
	assert_false(has(&s, "Sources"));
	assert_int_equal(scene_write(&s, false, 0), 0);
	assert_true(has(&s, "Sources"));
	scene_fini(&s);
}

static void
test_disk_full(void **state)
{
	struct scene s;
	FILE *f = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(f);
	scene_init(&s);
	assert_int_equal(sink_report_json(f, &s.report), -ENOSPC);
	(void)fclose(f);
	f = fopen("/dev/full", "w");
	assert_non_null(f);
	assert_int_equal(sink_report_text(f, &s.report, 0), -ENOSPC);
	(void)fclose(f);
	scene_fini(&s);
}

static void
test_memory_short(void **state)
{
	int err = -ENOMEM;
	struct scene s;
	long at;

	(void)state;
	scene_init(&s);
	for (at = 1; err != 0; at++) {
		mem_fail_at(at);
		err = scene_write(&s, true, 0);
		mem_fail_at(0);
		assert_true(err == 0 || err == -ENOMEM);
		assert_true(at < 1000);
	}
	assert_true(at > 5);
	for (at = 1; at < 10; at++) {
		mem_fail_at(at);
		assert_int_equal(scene_write(&s, false, 0), 0);
		mem_fail_at(0);
		assert_true(at > 4 || has(&s, "no memory to list them"));
	}
	scene_fini(&s);
}

/* Enough calls stand for themselves; silence alone has no ASR, and one seizure of many bids is few. */
static void
test_text_samples(void **state)
{
	struct scene s;

	(void)state;
	scene_init(&s);
	tally_free(s.tally);
	s.report.tally = s.tally = tally_new(1, NULL);
	for (unsigned i = 0; i < KPI_SAMPLE_MIN - 1; i++)
		scene_attempt(&s, METHOD_INVITE, OUTCOME_NO_RESPONSE, 0);
	assert_int_equal(scene_write(&s, false, 0), 0);
	assert_true(has(&s, "  calls             ASR -  NER -  SER 0.0%  "));
	assert_true(has(&s, "  (few: 19 calls)\n"));
	scene_attempt(&s, METHOD_INVITE, OUTCOME_OK, 200);
	assert_int_equal(scene_write(&s, false, 0), 0);
	assert_true(has(&s, "  ISA 95.0%  ABR 5.0%  SCR 0.0%  (few: 1 of 20 calls)\n"));
	for (unsigned i = 0; i < KPI_SAMPLE_MIN - 1; i++)
		scene_attempt(&s, METHOD_INVITE, OUTCOME_OK, 200);
	assert_int_equal(scene_write(&s, false, 0), 0);
	assert_true(has(
	    &s, "  calls             ASR 100.0%  NER 100.0%  SER 51.3%  SEER 51.3%  ISA 48.7%  ABR 51.3%  SCR 0.0%\n"));
	assert_true(has(&s, "  requests          sent again -\n"));
	scene_fini(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_log),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_json_first_members),
		cmocka_unit_test(test_json_numbers),
		cmocka_unit_test(test_json_ratios),
		cmocka_unit_test(test_json_quiet_trunk),
		cmocka_unit_test(test_json_of_nothing),
		cmocka_unit_test(test_filter),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_text_quiet),
		cmocka_unit_test(test_text_samples),
		cmocka_unit_test(test_disk_full),
		cmocka_unit_test(test_memory_short),
	};

	(void)setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
