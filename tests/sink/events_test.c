/* events: the list of a report against a plain model, and what it costs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "record/sample.h"
#include "sink/events.h"
#include "sipwhy/mem.h"

static void
assert_same(const struct event *a, struct event b)
{
	const struct slice *pa = &a->method;

	assert_int_equal(a->id, b.id);
	assert_int_equal(a->t_ns, b.t_ns);
	assert_int_equal(a->code, b.code);
	assert_int_equal(a->q850, b.q850);
	assert_int_equal(a->reason_sip, b.reason_sip);
	assert_int_equal(a->warn_code, b.warn_code);
	assert_int_equal(a->transport, b.transport);
	assert_int_equal(a->direction, b.direction);
	assert_int_equal(a->partial, b.partial);
	assert_int_equal(a->cut, b.cut);
	assert_int_equal(a->raw_len, b.raw_len);
	/* All slices from method on; the raw message is not kept. */
	b.raw = (struct slice){ NULL, 0 };
	for (size_t i = 0; i < (sizeof b - offsetof(struct event, method)) / sizeof *pa; i++)
		assert_true(slice_eq(pa[i], (&b.method)[i]));
}

static void
test_kept_as_given(void **state)
{
	static char text[RECORD_TEXT_MAX];
	struct sink_events *l = sink_events_new(0, 0);
	struct sink_events_at at = { 0, 0 };
	struct event given[3] = { sample_event(1), sample_event(2), { .id = 3, .code = 699, .q850 = -1, .cut = true } },
		     out;

	(void)state;
	memset(text, 'x', sizeof text);
	given[1].reason = (struct slice){ text, sizeof text };
	given[1].agent = (struct slice){ text, 127 };
	given[1].warning = (struct slice){ text, 128 };
	for (unsigned i = 0; i < 3; i++)
		sink_events_add(l, &given[i]);
	for (unsigned i = 0; i < 3; i++) {
		assert_true(sink_events_next(l, &at, &out));
		assert_same(&out, given[i]);
	}
	assert_false(sink_events_next(l, &at, &out));
	sink_events_free(l);
}

/* Texts of random length round a small ring many times: always the newest, without a gap, in order. */
static void
test_ring(void **state)
{
	static char text[RECORD_TEXT_MAX * 2];
	struct sink_events *l = sink_events_new(150, 1);
	uint64_t seed = 3;

	(void)state;
	for (uint64_t id = 1; id <= 5000; id++) {
		struct event e = { .id = id, .code = 404 }, out;
		struct sink_events_at at = { 0, 0 };
		uint64_t want;

		seed = seed * 6364136223846793005u + 1442695040888963407u;
		/* First the number of events is the limit, then the bytes are. */
		e.reason = (struct slice){ text, (size_t)(seed >> 33) % (id % 200 + 1) };
		e.phrase = (struct slice){ text, id > 2500 ? (size_t)(seed >> 40) % sizeof text : 0 };
		sink_events_add(l, &e);
		assert_int_equal(sink_events_count(l) + sink_events_dropped(l), id);
		assert_in_range(sink_events_count(l), id < 20 ? id : id > 150 && id < 2500 ? 150 : 20, 150);
		if (id % 7 != 0)
			continue;
		want = sink_events_dropped(l);
		while (sink_events_next(l, &at, &out))
			assert_int_equal(out.id, ++want);
		assert_int_equal(want, id);
	}
	sink_events_free(l);
}

/* Ten thousand events as they are on a busy PBX. */
static void
test_size(void **state)
{
	struct sink_events *l = sink_events_new(10000, 3 * 1024 * 1024);

	(void)state;
	for (uint64_t id = 1; id <= 10000; id++) {
		struct event e = sample_event(id);

		e.warning.n = 0;
		sink_events_add(l, &e);
	}
	assert_int_equal(sink_events_count(l), 10000);
	sink_events_free(l);
}

/* The shortest list still holds the longest event. */
static void
test_longest_in_the_shortest(void **state)
{
	static char text[RECORD_TEXT_MAX];
	struct event e = sample_event(1);
	struct slice *texts = &e.method;
	struct sink_events *l = sink_events_new(10, 0);

	(void)state;
	memset(text, 'x', sizeof text);
	for (size_t i = 0; i < (sizeof e - offsetof(struct event, method)) / sizeof *texts; i++)
		texts[i] = (struct slice){ text, sizeof text };
	for (e.id = 1; e.id <= 30; e.id++)
		sink_events_add(l, &e);
	assert_in_range(sink_events_count(l), 1, 10);
	assert_int_equal(sink_events_count(l) + sink_events_dropped(l), 30);
	sink_events_free(l);
}

static void
test_memory_short(void **state)
{
	struct event e = sample_event(1);
	struct sink_events *l;

	(void)state;
	mem_fail_at(1);
	assert_null(sink_events_new(0, 0));
	mem_fail_at(0);
	l = sink_events_new(0, 0);
	mem_fail_at(1);
	sink_events_add(l, &e);
	mem_fail_at(0);
	sink_events_add(l, &e);
	assert_int_equal(sink_events_dropped(l), 1);
	assert_int_equal(sink_events_count(l), 1);
	sink_events_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kept_as_given),
		cmocka_unit_test(test_ring),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_longest_in_the_shortest),
		cmocka_unit_test(test_memory_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
