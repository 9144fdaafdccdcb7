/*
 * incidents: meters, rows and how often they are told, thresholds; all of it bounded, whatever strangers send.
 * One pattern stands for all: what is raised here is raised by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "sipwhy/mem.h"
#include "sipwhy/track.h"
#include "track/pattern.h"

/* What was told. */
struct told {
	struct incidents *in;
	uint64_t now_ms;
	unsigned n, starts, ends;
	uint64_t newest;
	struct incident last; /* its slices point to what follows */
	char sentence[256], call_ids[INCIDENT_EVIDENCE][160], peer[80];
};

static void
told_take(void *ctx, const struct incident *i)
{
	struct told *t = ctx;

	t->n++;
	t->ends += i->ended;
	t->starts += i->id > t->newest;
	if (i->id > t->newest)
		t->newest = i->id;
	t->last = *i;
	(void)slice_copy(t->sentence, sizeof t->sentence, i->sentence);
	(void)slice_copy(t->peer, sizeof t->peer, i->peer);
	for (int k = 0; k < INCIDENT_EVIDENCE; k++)
		(void)slice_copy(t->call_ids[k], sizeof t->call_ids[k], i->call_ids[k]);
}

static void
told_at(struct told *t, uint64_t ms)
{
	t->now_ms = ms;
	incidents_advance(t->in, ms, (int64_t)ms * 1000000);
}

static void
told_open(struct told *t, const uint32_t *limits)
{
	*t = (struct told){ .n = 0 };
	t->in = incidents_new(
	    &(struct incidents_cfg){ .seed = 3, .first_id = 100, .limits = limits, .incident = told_take, .ctx = t });
	assert_non_null(t->in);
	told_at(t, 0);
}

static void
test_meter_window(void **state)
{
	struct told t;
	struct meter *m;

	(void)state;
	told_open(&t, NULL);
	m = meter_at(t.in, 1, 0, 7, 60000);
	assert_int_equal(meter_add(t.in, m, 3), 3);
	assert_int_equal(meter_age(t.in, m), 0);
	told_at(&t, 30000);
	assert_int_equal(meter_add(t.in, m, 2), 5);
	assert_int_equal(meter_age(t.in, m), 30000);
	told_at(&t, 59999);
	assert_int_equal(meter_sum(t.in, m), 5);
	told_at(&t, 60000);
	assert_int_equal(meter_sum(t.in, m), 2);
	/* Others have the same key. */
	assert_int_equal(meter_sum(t.in, meter_at(t.in, 1, 1, 7, 60000)), 0);
	assert_int_equal(meter_sum(t.in, meter_at(t.in, 2, 0, 7, 60000)), 0);
	assert_ptr_equal(meter_find(t.in, 1, 0, 7), m);
	assert_null(meter_find(t.in, 1, 0, 8));
	told_at(&t, 1000000);
	assert_int_equal(meter_add(t.in, m, UINT32_MAX), UINT32_MAX);
	assert_int_equal(meter_add(t.in, m, 10), UINT32_MAX);
	m->value = m->value2 = 5;
	meter_reset(m);
	assert_int_equal(meter_sum(t.in, m) + m->value + m->value2, 0);
	incidents_free(t.in);
}

static void
test_meter_distinct(void **state)
{
	struct told t;
	struct meter *m;
	uint64_t key = 0;
	uint32_t n = 0;

	(void)state;
	told_open(&t, NULL);
	m = meter_at(t.in, 1, 0, 7, 60000);
	for (unsigned i = 1; i <= 200; i++) {
		key = key_both(key, i);
		n = meter_distinct(t.in, m, key);
		assert_int_equal(meter_distinct(t.in, m, key), n);
		assert_in_range(n, i * 85 / 100, i * 115 / 100 + 1);
	}
	for (unsigned i = 0; i < 100000; i++)
		n = meter_distinct(t.in, m, key_both(i, 1));
	assert_in_range(n, 256, 2000);
	/* What is not noted again is forgotten after one to one and a half windows. */
	told_at(&t, 31000);
	(void)meter_distinct(t.in, m, 1);
	told_at(&t, 59000);
	assert_true(meter_distinct(t.in, m, 1) > 200);
	told_at(&t, 91000);
	assert_int_equal(meter_distinct(t.in, m, 1), 1);
	told_at(&t, 200000);
	assert_int_equal(meter_values(t.in, m), 0);
	incidents_free(t.in);
}

/* A million keys of one pattern: memory has an end, and others' meters stay. */
static void
test_meter_bound(void **state)
{
	struct told t;
	long calls;

	(void)state;
	told_open(&t, NULL);
	(void)meter_add(t.in, meter_at(t.in, 1, 0, 42, 3600000), 9);
	mem_fail_at(0);
	for (uint64_t i = 0; i < 1000000; i++)
		(void)meter_add(t.in, meter_at(t.in, 6, 0, i, 60000), 1);
	calls = mem_calls();
	assert_in_range(calls, 1, 16);
	assert_non_null(meter_find(t.in, 1, 0, 42));
	assert_int_equal(meter_sum(t.in, meter_find(t.in, 1, 0, 42)), 9);
	/* The newest stay, the one unused for longest went first. */
	assert_non_null(meter_find(t.in, 6, 0, 999999 - 4000));
	assert_null(meter_find(t.in, 6, 0, 999999 - 4100));
	assert_non_null(meter_find(t.in, 6, 0, 999999 - 4090));
	(void)meter_at(t.in, 6, 0, 1000001, 60000);
	(void)meter_at(t.in, 6, 0, 1000002, 60000);
	assert_non_null(meter_find(t.in, 6, 0, 999999 - 4090));
	assert_null(meter_find(t.in, 6, 0, 999999 - 4094));
	incidents_free(t.in);
}

/* Without memory there is a meter all the same, and it starts from nothing each time. */
static void
test_meter_spare(void **state)
{
	struct told t;
	struct meter *m;

	(void)state;
	told_open(&t, NULL);
	mem_fail_at(1);
	m = meter_at(t.in, 1, 0, 7, 60000);
	assert_non_null(m);
	assert_int_equal(meter_add(t.in, m, 3), 3);
	mem_fail_at(1);
	assert_int_equal(meter_sum(t.in, meter_at(t.in, 1, 0, 7, 60000)), 0);
	mem_fail_at(0);
	incidents_free(t.in);
}

static void
raise_at(struct told *t, uint64_t ms, uint64_t key, uint8_t level, const struct fact *f)
{
	told_at(t, ms);
	raise_incident(t->in, &pattern_masked,
	    &(struct raise){ .key = key, .level = level, .fact = f, .peer = slice_str("peer"), .quiet_ms = 60000 },
	    "told at %u", (unsigned)ms);
}

/* A start at once, a rise in level too, other changes every five seconds at most, the end at once when it was quiet. */
static void
test_row_told(void **state)
{
	struct told t;

	(void)state;
	told_open(&t, NULL);
	raise_at(&t, 1000, 1, INCIDENT_WARNING, NULL);
	assert_int_equal(t.n, 1);
	assert_int_equal(t.last.id, 100);
	assert_int_equal(t.last.pattern, 25);
	assert_int_equal(t.last.count, 1);
	assert_int_equal(t.last.since_ns, INT64_C(1000000000));
	assert_string_equal(t.peer, "peer");
	assert_false(t.last.ended);
	for (unsigned ms = 1100; ms <= 5900; ms += 100)
		raise_at(&t, ms, 1, ms == 2000 ? INCIDENT_ERROR : INCIDENT_NOTICE, NULL);
	assert_int_equal(t.n, 2);
	assert_int_equal(t.last.level, INCIDENT_ERROR);
	assert_string_equal(t.sentence, "told at 2000");
	/* The last of them is not lost, though none follows. */
	told_at(&t, 7000);
	assert_int_equal(t.n, 3);
	assert_int_equal(t.last.count, 50);
	assert_int_equal(t.last.level, INCIDENT_ERROR);
	assert_string_equal(t.sentence, "told at 5900");
	assert_int_equal(t.last.last_ns, INT64_C(5900000000));
	told_at(&t, 64900);
	assert_int_equal(t.n, 3);
	assert_true(incident_is_up(t.in, &pattern_masked, 1));
	assert_false(incident_is_up(t.in, &pattern_masked, 2));
	assert_false(incident_is_up(t.in, &pattern_tls, 1));
	told_at(&t, 66000);
	assert_int_equal(t.n, 4);
	assert_true(t.last.ended);
	assert_int_equal(t.last.t_ns, INT64_C(66000000000));
	assert_false(incident_is_up(t.in, &pattern_masked, 1));
	raise_at(&t, 67000, 1, INCIDENT_NOTICE, NULL);
	assert_int_equal(t.last.id, 101);
	assert_int_equal(t.last.level, INCIDENT_NOTICE);
	clear_incident(t.in, &pattern_masked, 1);
	assert_int_equal(t.ends, 2);
	clear_incident(t.in, &pattern_masked, 1);
	assert_int_equal(t.n, 6);
	incidents_free(t.in);
}

static void
test_row_flush(void **state)
{
	struct told t;

	(void)state;
	told_open(&t, NULL);
	raise_at(&t, 1000, 1, INCIDENT_WARNING, NULL);
	raise_at(&t, 1200, 1, INCIDENT_WARNING, NULL);
	assert_int_equal(t.n, 1);
	incidents_flush(t.in);
	incidents_flush(t.in);
	assert_int_equal(t.n, 2);
	assert_int_equal(t.last.count, 2);
	assert_false(t.last.ended);
	incidents_free(t.in);
}

/* The first sample and the newest two; each call once; texts of any length. */
static void
test_row_evidence(void **state)
{
	struct fact f = { .kind = FACT_OUTCOME };
	struct told t;
	char id[400], text[600];

	(void)state;
	told_open(&t, NULL);
	for (unsigned i = 0; i < 10; i++) {
		(void)snprintf(id, sizeof id, "call-%u", i / 2);
		f.call_id = slice_str(id);
		f.event_id = i % 2 ? 500 + i : 0;
		raise_at(&t, 1000, 1, INCIDENT_WARNING, &f);
	}
	incidents_flush(t.in);
	assert_string_equal(t.call_ids[0], "call-0");
	assert_string_equal(t.call_ids[1], "call-3");
	assert_string_equal(t.call_ids[2], "call-4");
	assert_int_equal(t.last.events[0], 501);
	assert_int_equal(t.last.events[1], 507);
	assert_int_equal(t.last.events[2], 509);
	memset(id, 'x', sizeof id);
	memset(text, 'y', sizeof text);
	text[sizeof text - 1] = '\0';
	f.call_id = (struct slice){ id, sizeof id };
	told_at(&t, 2000);
	raise_incident(t.in, &pattern_masked,
	    &(struct raise){ .key = 1,
		.fact = &f,
		.peer = { text, sizeof text - 1 },
		.what = { text, sizeof text - 1 },
		.signs = 7,
		.quiet_ms = 1000 },
	    "%s", text);
	incidents_flush(t.in);
	assert_int_equal(strlen(t.sentence), 255);
	assert_int_equal(strlen(t.call_ids[2]), 127);
	assert_int_equal(t.last.count, 11);
	told_at(&t, 4000);
	raise_incident(t.in, &pattern_masked,
	    &(struct raise){ .key = 1, .signs = 7, .since_ms = 1500, .quiet_ms = 1000 }, "again");
	assert_int_equal(t.last.count, 7);
	assert_int_equal(t.last.since_ns, INT64_C(2500000000));
	incidents_free(t.in);
}

/* A flood of keys: rows have an end, one pattern can't push out another's, and starts are told at a bounded rate. */
static void
test_row_bound(void **state)
{
	struct told t;

	(void)state;
	told_open(&t, NULL);
	told_at(&t, 500);
	raise_incident(
	    t.in, &pattern_tls, &(struct raise){ .key = 9, .level = INCIDENT_ERROR, .quiet_ms = 3600000 }, "stays");
	for (unsigned i = 0; i < 100000; i++)
		raise_at(&t, 1000 + i, i, INCIDENT_WARNING, NULL);
	assert_in_range(t.starts, 700, 900);
	/* 256 rows less those that are up. */
	assert_in_range(t.starts - t.ends, 200, 256);
	assert_true(incident_is_up(t.in, &pattern_tls, 9));
	assert_true(t.n < 2000);
	told_at(&t, 300000);
	assert_int_equal(t.starts - t.ends, 1);
	incidents_free(t.in);
}

static void
test_limits(void **state)
{
	const struct track_limit *rows;
	uint32_t values[256];
	struct told t;
	size_t n;

	(void)state;
	rows = track_limits(&n);
	assert_in_range(n, 50, 255);
	told_open(&t, NULL);
	for (size_t i = 0; i < n; i++) {
		assert_true(rows[i].min <= rows[i].value && rows[i].value <= rows[i].max);
		assert_int_equal(track_limit_find(slice_str(rows[i].name)), i);
		assert_non_null(strchr(rows[i].name, '.'));
		assert_int_equal(limit(t.in, (enum limit_row)i), rows[i].value);
		values[i] = (uint32_t)(1000 + i);
	}
	incidents_free(t.in);
	assert_int_equal(track_limit_find(slice_str("trunk-down")), -1);
	assert_int_equal(track_limit_find(slice_str("")), -1);
	told_open(&t, values);
	memset(values, 0, sizeof values);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(limit(t.in, (enum limit_row)i), 1000 + i);
	incidents_free(t.in);
}

static void
test_text_has(void **state)
{
	char text[2000];

	(void)state;
	memset(text, 'a', sizeof text);
	memcpy(text + 100, "LiMit", 5);
	memcpy(text + 1000, "funds", 5);
	assert_true(text_has((struct slice){ text, sizeof text }, "limit"));
	assert_false(text_has((struct slice){ text, sizeof text }, "funds"));
	assert_false(text_has((struct slice){ NULL, 0 }, "limit"));
}

static void
fact_of(struct fact *f, uint32_t *seed, const struct endpoint *client, const struct endpoint *server)
{
	static const char *const words[] = { "", "201", "+442079460000", "0049301234", "sipvicious", "Call limit",
		"503", "Insufficient funds", "\xff\x00\x01", "Q.850;cause=34" };
	static const uint16_t codes[] = { 0, 100, 180, 183, 200, 302, 401, 403, 404, 407, 408, 422, 480, 481, 482, 483,
		484, 486, 487, 488, 500, 503, 603, 608 };
	uint32_t r[8];

	for (int i = 0; i < 8; i++)
		r[i] = *seed = *seed * 1664525 + 1013904223;
	*f = (struct fact){ .kind = (enum fact_kind)(r[0] >> 8) % 6,
		.method = (enum sip_method)(r[1] >> 8) % METHOD_N,
		.code = codes[(r[2] >> 8) % (sizeof codes / sizeof codes[0])],
		.q850 = (int)(r[3] >> 8 & 127) - 1,
		.reason_sip = -1,
		.warn_code = -1,
		.client = client,
		.server = server,
		.own_client = r[4] >> 31,
		.own_server = r[4] >> 30 & 1,
		.role_client = r[4] >> 20 & 3,
		.role_server = r[4] >> 18 & 3,
		.name_client = slice_str("c"),
		.name_server = slice_str("s"),
		.from = slice_str(words[(r[5] >> 8) % 10]),
		.to = slice_str(words[(r[5] >> 16) % 10]),
		.user_agent = slice_str(words[(r[6] >> 8) % 10]),
		.phrase = slice_str(words[(r[6] >> 16) % 10]),
		.reason = slice_str(words[(r[7] >> 8) % 10]),
		.call_id = slice_str(words[(r[7] >> 16) % 10]),
		.outcome = (uint8_t)((r[0] >> 16) % OUTCOME_N),
		.credentials = r[1] >> 31,
		.auth = r[1] >> 30 & 1,
		.in_dialog = r[1] >> 29 & 1,
		.rang = r[2] >> 31,
		.seized = r[2] >> 30 & 1,
		.whole = r[3] >> 31,
		.leg = r[3] >> 30 & 1,
		.ms = (int32_t)(r[5] >> 4) - 10,
		.setup_ms = (int32_t)r[6],
		.duration_ms = (int32_t)r[7],
		.expires = (int32_t)r[5],
		.session_expires = (int32_t)r[4],
		.max_forwards = (int16_t)r[3],
		.repeats = r[2],
		.tries = r[1] };
}

/* A million facts of a million hosts, at odd times: every pattern sees them; rows and told words stay within bounds. */
static void
test_flood(void **state)
{
	struct told t;
	uint32_t seed = 1;
	uint64_t now_ms = 0;

	(void)state;
	told_open(&t, NULL);
	for (uint32_t i = 0; i < 1000000; i++) {
		struct endpoint client = { { (uint8_t)(i >> 24), (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i }, 0,
			4 };
		struct endpoint server = { { 10, 0, (uint8_t)(seed >> 9), 1 }, 5060, i % 7 ? 4 : 6 };
		struct fact f;

		fact_of(&f, &seed, &client, &server);
		now_ms += i % 50000 == 0 ? 4000000 : i % 3 == 0;
		f.now_ms = now_ms;
		f.t_ns = (int64_t)(now_ms * 1000000);
		incidents_see(t.in, &f);
		assert_true(t.starts - t.ends <= 256);
	}
	incidents_flush(t.in);
	/* 333 s and some hours: each pattern starts 8 in a second at most, and each start is told, changed and ended.
	 */
	assert_in_range(t.starts, 25, 340 * 8 * 25);
	assert_true(t.n <= t.starts * 2 + 340 / 5 * 256);
	incidents_free(t.in);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_meter_window), cmocka_unit_test(test_meter_distinct),
		cmocka_unit_test(test_meter_bound), cmocka_unit_test(test_meter_spare), cmocka_unit_test(test_row_told),
		cmocka_unit_test(test_row_flush), cmocka_unit_test(test_row_evidence), cmocka_unit_test(test_row_bound),
		cmocka_unit_test(test_limits), cmocka_unit_test(test_text_has), cmocka_unit_test(test_flood) };

	return cmocka_run_group_tests_name("incidents", tests, NULL, NULL);
}
