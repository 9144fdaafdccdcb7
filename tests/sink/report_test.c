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
	struct sink_events *events;
	struct sink_report report;
	char *text;
	size_t n;
};

static void
scene_message(struct scene *s, enum sip_method m, unsigned code, bool is_event)
{
	struct sipmsg msg = { .kind = code > 0 ? SIP_RESPONSE : SIP_REQUEST, .method = m, .code = (uint16_t)code };
	struct endpoint e = { .family = 4, .addr = { 192, 0, 2, 1 } };

	tally_message(s->tally, &msg, SEEN_NEW, &e, is_event);
}

static void
scene_init(struct scene *s)
{
	struct event e = sample_event(1);

	*s = (struct scene){ .tally = tally_new(1), .events = sink_events_new(2, 0) };
	scene_message(s, METHOD_INVITE, 0, false);
	scene_message(s, METHOD_INVITE, 100, false);
	scene_message(s, METHOD_INVITE, 503, true);
	scene_message(s, METHOD_INVITE, 503, true);
	scene_message(s, METHOD_INVITE, 404, true);
	scene_message(s, METHOD_BYE, 0, false);
	scene_message(s, METHOD_BYE, 200, false);
	tally_malformed(s->tally);
	for (e.id = 1; e.id <= 3; e.id++)
		sink_events_add(s->events, &e);
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
		.evictions = 4,
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

/* The number at the end of a path of names ("a/b"); -1 when there is none. */
static json_int_t
number(json_t *o, const char *path)
{
	struct slice rest = slice_str(path);
	char name[32];

	while (rest.n > 0) {
		slice_copy(name, sizeof name, slice_cut(&rest, '/'));
		o = json_is_array(o) ? json_array_get(o, (size_t)strtoul(name, NULL, 10)) : json_object_get(o, name);
	}
	return json_is_integer(o) ? json_integer_value(o) : -1;
}

static void
test_json_first_members(void **state)
{
	static const char *const order[] = { "schema", "messages", "classes", "codes", "methods", "call_ids",
		"attempts", "failures", "kpi", "sources", "events" };
	struct scene s;
	json_t *o;
	void *it;

	(void)state;
	scene_init(&s);
	o = scene_json(&s);
	it = json_object_iter(o);
	for (size_t i = 0; i < sizeof order / sizeof order[0]; i++, it = json_object_iter_next(o, it))
		assert_string_equal(json_object_iter_key(it), order[i]);
	assert_string_equal(json_string_value(json_object_get(o, "schema")), "sipwhy.report/1");
	assert_true(json_is_null(json_object_get(json_object_get(o, "kpi"), "asr")));
	assert_true(json_is_null(json_object_get(json_object_get(json_object_get(o, "kpi"), "pdd_ms"), "p95")));
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
		{ "events_total", 3 },
		{ "events_dropped", 1 },
		{ "track/evictions", 4 },
		{ "peers/0/events", 3 },
		{ "peers/0/codes/503", 2 },
		{ "peers/0/responses/1xx", 1 },
		{ "events/0/id", 2 },
		{ "events/1/id", 3 },
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
	assert_int_equal(json_array_size(json_object_get(o, "events")), 2);
	assert_true(json_is_true(json_object_get(json_array_get(json_object_get(o, "sources"), 0), "balanced")));
	source = json_array_get(json_object_get(o, "sources"), 1);
	assert_true(json_is_false(json_object_get(source, "balanced")));
	assert_null(json_object_get(source, "name"));
	assert_string_equal(json_string_value(json_object_get(source, "name_b64")), "Yv8bWzJKfw==");
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
	s.tally = tally_new(1);
	s.report = (struct sink_report){ .host = "a\x7f\x1b\xc2\x9b", .version = "", .tally = s.tally };
	o = scene_json(&s);
	assert_null(json_object_get(o, "events"));
	assert_null(json_object_get(o, "events_dropped"));
	assert_true(json_is_null(json_object_get(json_object_get(o, "span"), "start")));
	assert_string_equal(json_string_value(json_object_get(o, "host")), "a\x7f\x1b\xc2\x9b");
	assert_int_equal(json_object_size(json_object_get(o, "codes")), 0);
	json_decref(o);
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
	assert_true(has(&s, "  503 Service Unavailable                     2   40.0%      1.00/s  failures 2\n"));
	assert_true(has(&s, "  404 Not Found                               1   20.0%      0.50/s  failures 1\n"));
	assert_true(has(&s, "192.0.2.1"));
	assert_true(has(&s, " 503 x 2, 404 x 1\n"));
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
	scene_fini(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json_first_members),
		cmocka_unit_test(test_json_numbers),
		cmocka_unit_test(test_json_of_nothing),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_text_quiet),
		cmocka_unit_test(test_disk_full),
		cmocka_unit_test(test_memory_short),
	};

	(void)setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
