/* alert rules: what they count, when they fire and clear, and what stays within bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"
#include "store/drive.h"

#define T0 (INT64_C(1795357920) * NS_PER_S)

/* One rule from its text. */
static struct rule *
rule(const char *name, const char *text)
{
	struct rule *r;
	struct errmsg em = { "" };

	if (rule_new(&r, slice_str(name), slice_str(text), NULL, &em) != 0)
		fail_msg("%s: %s", text, em.text);
	assert_int_equal(store_rule_check(r, &em), 0);
	return r;
}

static void
says(struct slice s, const char *wanted)
{
	char text[256];

	assert_true(s.n < sizeof text);
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	assert_string_equal(text, wanted);
}

static struct store *
watch(struct rule **r)
{
	struct store *s = drive_store(0, 0);

	drive_hello(s, 1, true);
	assert_int_equal(store_rules(s, r, 1), 0);
	store_advance(s, T0);
	return s;
}

static uint64_t
fail_call(struct store *s, uint64_t id, int64_t at_s, unsigned code, const char *peer)
{
	struct record r = sample_event_record(id);

	r.event.t_ns = T0 + at_s * NS_PER_S;
	r.event.code = (uint16_t)code;
	r.event.peer = slice_str(peer);
	r.event.recovered = false;
	drive(s, &r);
	return id;
}

static void
frames(struct store *s, const char *name, const char *kind, uint64_t n, uint64_t lost)
{
	struct source_stat stat = { .frames = n, .kernel_drops = lost };
	struct record r = sample_record(RECORD_TICK);

	(void)snprintf(stat.name, sizeof stat.name, "%s", name);
	(void)snprintf(stat.kind, sizeof stat.kind, "%s", kind);
	(void)snprintf(stat.state, sizeof stat.state, "open");
	stat.verdict[WIRE_SIP] = n;
	r.t_ns = T0;
	r.tick = (struct record_tick){ .sources = &stat, .n_sources = 1 };
	drive(s, &r);
}

static void
advance(struct store *s, int64_t from_s, int64_t to_s)
{
	for (int64_t at = from_s; at <= to_s; at++)
		store_advance(s, T0 + at * NS_PER_S);
}

static void
test_rate(void **state)
{
	struct rule *r =
	    rule("peer-5xx", "crit rate > 0.2/s in 1m for 5s clear 0.1/s for 10s per peer, filter class:5xx");
	struct store *s = watch(&r);
	const struct incident *i;
	struct store_rule told;
	size_t levels[INCIDENT_LEVEL_N];

	(void)state;
	for (uint64_t id = 1; id <= 30; id++)
		fail_call(s, id, (int64_t)id / 3, id <= 13 ? 503 : 404, id == 1 ? "b" : "a");
	/* 12 of a within a minute are 0.2 a second: not above; one of b is not near it. */
	advance(s, 10, 30);
	assert_int_equal(store_incident_open(s), 0);
	fail_call(s, 31, 30, 500, "a");
	store_advance(s, T0 + 31 * NS_PER_S);
	assert_int_equal(store_incident_open(s), 0);
	advance(s, 32, 37);
	assert_int_equal(store_incident_open(s), 1);
	i = store_incident_at(s, 0);
	assert_int_equal(i->pattern, 0);
	assert_true((i->id & INCIDENT_IS_RULE) != 0);
	says(i->kind, "peer-5xx");
	says(i->peer, "a");
	assert_int_equal(i->level, INCIDENT_CRITICAL);
	assert_int_equal(i->since_ns, T0 + 31 * NS_PER_S);
	assert_int_equal(i->count, 13);
	assert_int_equal(i->events[0], 31);
	says(i->sentence, "rate 0.22/s > 0.20/s");
	assert_true(store_rule_of(s, i, &told));
	assert_ptr_equal(told.rule, r);
	assert_true(told.history[STORE_RULE_HISTORY - 1] > 0.2);
	/* The window went by: it clears after 10 s below. */
	store_incident_mute(s, i->id, T0 + 1000 * NS_PER_S);
	assert_int_equal(store_incident_levels(s, levels), 1);
	advance(s, 38, 70);
	assert_int_equal(store_incident_open(s), 1);
	/* Most of them left the window: the limit is no longer passed. */
	assert_int_equal(i->sentence.n, strlen("rate 0.22/s > 0.20/s at worst, 0.02/s now"));
	says(i->sentence, "rate 0.22/s > 0.20/s at worst, 0.02/s now");
	advance(s, 71, 110);
	assert_int_equal(store_incident_open(s), 0);
	assert_true(store_incident_at(s, 0)->ended);
	/* Once more is another one, of the same peer: still muted. */
	for (uint64_t id = 32; id <= 50; id++)
		fail_call(s, id, 110, 503, "a");
	advance(s, 111, 117);
	assert_int_equal(store_incident_open(s), 1);
	assert_int_equal(store_incident_levels(s, levels), 1);
	for (uint64_t id = 51; id <= 70; id++)
		fail_call(s, id, 117, 503, "c");
	advance(s, 118, 124);
	assert_int_equal(store_incident_levels(s, levels), 1);
	assert_int_equal(levels[INCIDENT_CRITICAL], 1);
	store_free(s);
	rule_free(r);
}

/* What worked after all counts no more. */
static void
test_recovered(void **state)
{
	struct rule *r = rule("few", "warn count >= 3 in 1m");
	struct store *s = watch(&r);

	(void)state;
	for (uint64_t id = 1; id <= 3; id++)
		fail_call(s, id, 1, 503, "a");
	for (uint64_t id = 1; id <= 2; id++) {
		struct record u = sample_record(RECORD_UPDATE);

		u.update = (struct event_update){ .id = id, .code = 200, .old_code = 503, .recovered = true };
		drive(s, &u);
	}
	advance(s, 2, 5);
	assert_int_equal(store_incident_open(s), 0);
	fail_call(s, 4, 5, 503, "a");
	fail_call(s, 5, 5, 503, "a");
	advance(s, 6, 7);
	assert_int_equal(store_incident_open(s), 1);
	/* Another engine ends the incidents of the one before, not the rules. */
	drive_hello(s, 2, true);
	assert_int_equal(store_incident_open(s), 1);
	store_free(s);
	rule_free(r);
}

/* What has another code counts where its own words say, and no more where the old ones did. */
static void
test_new_code(void **state)
{
	struct rule *r = rule("few", "warn count >= 3 in 1m, filter phrase:unavailable");
	struct store *s = watch(&r);
	struct record u = sample_update(2);

	(void)state;
	for (uint64_t id = 1; id <= 3; id++) {
		struct record e = sample_event_record(id);

		e.event.t_ns = T0 + NS_PER_S;
		e.event.recovered = false;
		e.event.phrase = slice_str("Service Unavailable");
		drive(s, &e);
	}
	drive(s, &u);
	advance(s, 2, 5);
	assert_int_equal(store_incident_open(s), 0);
	u.update.id = 3;
	u.update.code = 408;
	u.update.phrase = slice_str("Temporarily Unavailable");
	drive(s, &u);
	u.update.id = 2;
	drive(s, &u);
	advance(s, 6, 7);
	assert_int_equal(store_incident_open(s), 1);
	store_free(s);
	rule_free(r);
}

static void
test_silence(void **state)
{
	struct rule *r = rule("no-traffic", "warn silence > 45s per source");
	struct store *s = watch(&r);

	(void)state;
	/* Nothing at all was seen: that has a screen of its own. */
	frames(s, "eth0", "live", 0, 0);
	advance(s, 1, 100);
	assert_int_equal(store_incident_open(s), 0);
	frames(s, "eth0", "live", 5, 0);
	frames(s, "old.pcap", "file", 5, 0);
	advance(s, 101, 144);
	assert_int_equal(store_incident_open(s), 0);
	advance(s, 145, 150);
	assert_int_equal(store_incident_open(s), 1);
	says(store_incident_at(s, 0)->what, "eth0");
	frames(s, "eth0", "live", 6, 0);
	advance(s, 151, 153);
	assert_int_equal(store_incident_open(s), 0);
	/* What is over says how bad it was, not how good it is now. */
	says(store_incident_at(s, 0)->sentence, "silence 49 s > 45 s");
	store_free(s);
	rule_free(r);
}

/* A past that is told before the clock was is no silence when the clock comes. */
static void
test_silence_of_past(void **state)
{
	struct rule *r = rule("no-traffic", "warn silence > 45s per source");
	struct store *s = drive_store(0, 0);

	(void)state;
	assert_int_equal(store_rules(s, &r, 1), 0);
	drive_hello(s, 1, true);
	fail_call(s, 1, -460, 503, "a");
	frames(s, "demo", "demo", 5, 0);
	fail_call(s, 2, -456, 503, "a");
	advance(s, 0, 44);
	assert_int_equal(store_incident_count(s), 0);
	advance(s, 45, 50);
	assert_int_equal(store_incident_open(s), 1);
	store_free(s);
	rule_free(r);
}

static void
test_loss(void **state)
{
	struct rule *r = rule("loss", "warn loss > 1% in 1m for 3s clear 0.1% for 5s");
	struct store *s = watch(&r);

	(void)state;
	frames(s, "eth0", "live", 1000, 0);
	advance(s, 1, 5);
	frames(s, "eth0", "live", 2000, 15);
	advance(s, 6, 9);
	assert_int_equal(store_incident_open(s), 0);
	frames(s, "eth0", "live", 2000, 60);
	advance(s, 10, 14);
	assert_int_equal(store_incident_open(s), 1);
	says(store_incident_at(s, 0)->sentence, "loss 2.9% > 1.0%");
	advance(s, 15, 90);
	assert_int_equal(store_incident_open(s), 1);
	/* Nothing came in the window: there is no figure, and what there was is told as what it was. */
	says(store_incident_at(s, 0)->sentence, "loss 100.0% > 1.0% at worst; too little comes to tell how it is now");
	frames(s, "eth0", "live", 5000, 60);
	advance(s, 91, 99);
	assert_int_equal(store_incident_open(s), 0);
	store_free(s);
	rule_free(r);
}

static void
test_asr(void **state)
{
	struct rule *r = rule("asr", "warn asr < 40% in 5m for 20s min 20 per peer");
	struct store *s = watch(&r);
	struct kpi_counts kpi = { .n = { [KPI_BIDS] = 40, [KPI_SEIZURES] = 40, [KPI_ANSWERED] = 4 } };
	struct kpi_peer of[2] = { { "a", 0, &kpi }, { "b", 0, &kpi } };
	struct kpi_counts good = { .n = { [KPI_BIDS] = 40, [KPI_SEIZURES] = 40, [KPI_ANSWERED] = 30 } };
	struct record t = sample_record(RECORD_TICK);

	(void)state;
	of[1].counts = &good;
	t.t_ns = T0;
	t.tick = (struct record_tick){ .kpi = &kpi, .kpi_peers = of, .n_kpi_peers = 2 };
	drive(s, &t);
	advance(s, 1, 60);
	assert_int_equal(store_incident_open(s), 1);
	says(store_incident_at(s, 0)->peer, "a");
	says(store_incident_at(s, 0)->sentence, "asr 10.0% < 40.0%");
	store_free(s);
	rule_free(r);
}

/* Lines of a log that name failures alone: all that is known failed, and no rule rings over a part of the calls. */
static void
test_asr_of_lines(void **state)
{
	static const char *const texts[] = { "warn asr < 40% in 5m min 20", "warn share > 50% in 5m min 20" };
	struct source_stat stat = {
		.name = "acc.log", .kind = "follow", .state = "reading", .text = true, .frames = 40, .statements = 40
	};
	struct kpi_counts kpi = { .n = { [KPI_BIDS] = 40, [KPI_SEIZURES] = 40 } };

	(void)state;
	for (unsigned i = 0; i < 2; i++)
		for (unsigned messages = 0; messages < 2; messages++) {
			struct rule *r = rule("part", texts[i]);
			struct store *s = watch(&r);
			struct record t = sample_record(RECORD_TICK);

			t.t_ns = T0;
			stat.messages = messages;
			t.tick = (struct record_tick){ .kpi = &kpi, .sources = &stat, .n_sources = 1 };
			drive(s, &t);
			for (uint64_t id = 1; id <= 40; id++)
				fail_call(s, id, 0, 486, "a");
			advance(s, 1, 60);
			assert_int_equal(store_incident_open(s), messages);
			store_free(s);
			rule_free(r);
		}
}

/* Strangers choose the values: there are never more than so many, and one that fires stays. */
static void
test_bounds(void **state)
{
	struct rule *r = rule("each", "info count > 2 in 1h per peer");
	struct store *s = watch(&r);
	const struct incident *i;
	struct store_rule told;
	char name[16];

	(void)state;
	for (uint64_t id = 1; id <= 3; id++)
		fail_call(s, id, 1, 503, "first");
	advance(s, 2, 3);
	for (uint64_t id = 4; id < 400; id++) {
		(void)snprintf(name, sizeof name, "p%u", (unsigned)id);
		fail_call(s, id, 3, 503, name);
	}
	advance(s, 4, 6);
	assert_int_equal(store_incident_open(s), 1);
	i = store_incident_at(s, 0);
	assert_true(store_rule_of(s, i, &told));
	assert_int_equal(i->count, 3);
	/* Paused and looking back it goes on. */
	assert_int_equal(store_freeze(s, true), 0);
	for (uint64_t id = 400; id < 404; id++)
		fail_call(s, id, 6, 503, "later");
	advance(s, 7, 9);
	assert_int_equal(store_incident_open(s), 1);
	assert_int_equal(store_freeze(s, false), 0);
	assert_int_equal(store_incident_open(s), 2);
	store_free(s);
	rule_free(r);
}

static void
test_check(void **state)
{
	static const char *const wrong[] = { "warn asr < 50% per code", "warn loss > 1% per peer",
		"warn silence > 45s per peer", "warn share > 5% per method" };
	struct errmsg em;

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		struct rule *r;

		assert_int_equal(rule_new(&r, slice_str("x"), slice_str(wrong[i]), NULL, &em), 0);
		assert_true(store_rule_check(r, &em) < 0);
		rule_free(r);
	}
}

static void
test_memory(void **state)
{
	struct rule *r = rule("few", "warn count >= 1 in 1m per peer");
	struct store *s = drive_store(0, 0);
	struct store_status st;

	(void)state;
	mem_fail_at(1);
	assert_true(store_rules(s, &r, 1) < 0);
	mem_fail_at(0);
	assert_int_equal(store_rule_count(s), 0);
	store_free(s);
	s = watch(&r);
	for (long n = 1; n < 12; n++) {
		mem_fail_at(n);
		struct record e = sample_event_record((uint64_t)n);

		(void)store_apply(s, &e);
		mem_fail_at(0);
	}
	advance(s, 1, 3);
	store_status(s, &st);
	assert_true(st.record_drops > 0);
	store_free(s);
	rule_free(r);
}

/* In a file, and in the first hour of a run, all is new: that is nothing to tell.  Later it is. */
static void
test_new(void **state)
{
	static const struct {
		bool live;
		size_t late;
	} rows[] = { { true, 1 }, { false, 0 } };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct rule *r = rule("new-signature", "info count > 0 in 5m per signature, filter is:new");
		struct store *s = drive_store(0, 0);

		drive_hello(s, 1, rows[i].live);
		assert_int_equal(store_rules(s, &r, 1), 0);
		store_advance(s, T0);
		fail_call(s, 1, 0, 503, "a");
		advance(s, 1, 1000);
		fail_call(s, 2, 1000, 404, "b");
		advance(s, 1001, 3599);
		assert_int_equal(store_incident_count(s), 0);
		fail_call(s, 3, 3599, 486, "c");
		advance(s, 3600, 3605);
		assert_int_equal(store_incident_count(s), 0);
		fail_call(s, 4, 3605, 488, "d");
		advance(s, 3606, 3607);
		assert_int_equal(store_incident_open(s), rows[i].late);
		if (rows[i].late > 0)
			says(store_incident_at(s, 0)->sentence, "1 time in 5 min");
		store_free(s);
		rule_free(r);
	}
}

/* It goes on for a while: what it was, and what it is. */
static void
test_back(void **state)
{
	struct rule *r = rule("again", "info count >= 2 in 1m clear 1 for 60s per signature");
	struct store *s = watch(&r);
	const struct incident *i;

	(void)state;
	fail_call(s, 1, 1, 503, "a");
	fail_call(s, 2, 2, 503, "a");
	advance(s, 3, 10);
	assert_int_equal(store_incident_open(s), 1);
	i = store_incident_at(s, 0);
	assert_true(slice_eq(i->sentence, slice_str("2 times in 1 min")));
	advance(s, 11, 80);
	assert_int_equal(store_incident_open(s), 1);
	i = store_incident_at(s, 0);
	assert_true(slice_eq(i->sentence, slice_str("2 times in 1 min at worst, 0 now")));
	advance(s, 81, 130);
	assert_int_equal(store_incident_open(s), 0);
	i = store_incident_at(s, 0);
	assert_true(slice_eq(i->sentence, slice_str("2 times in 1 min")));
	store_free(s);
	rule_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rate),
		cmocka_unit_test(test_new),
		cmocka_unit_test(test_back),
		cmocka_unit_test(test_recovered),
		cmocka_unit_test(test_new_code),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_silence_of_past),
		cmocka_unit_test(test_loss),
		cmocka_unit_test(test_asr),
		cmocka_unit_test(test_asr_of_lines),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
