/* incidents: the list of a report: its order, one row for each incident, who makes room, texts of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "record/sample.h"
#include "sipwhy/mem.h"
#include "sipwhy/sink.h"

enum { LIST_MAX = 64, LIST_TEXT = 255 };

static struct sink_incidents *
list_new(void)
{
	struct sink_incidents *l = sink_incidents_new();

	assert_non_null(l);
	return l;
}

/* `at` seconds: its newest sign. */
static void
put(struct sink_incidents *l, uint64_t id, unsigned pattern, unsigned level, int at, bool ended)
{
	struct incident i = sample_incident(id, pattern, level, SAMPLE_T).incident;

	i.last_ns = SAMPLE_T + at * NS_PER_S;
	i.ended = ended;
	sink_incidents_add(l, &i);
}

static void
assert_order(struct sink_incidents *l, const uint64_t *ids, size_t n)
{
	size_t got;
	const struct incident *list = sink_incidents_list(l, &got);

	assert_int_equal(got, n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(list[i].id, ids[i]);
}

static bool
holds(struct sink_incidents *l, uint64_t id)
{
	size_t n;
	const struct incident *list = sink_incidents_list(l, &n);

	for (size_t i = 0; i < n; i++)
		if (list[i].id == id)
			return true;
	return false;
}

static void
test_empty(void **state)
{
	struct sink_incidents *l = list_new();

	(void)state;
	assert_order(l, NULL, 0);
	sink_incidents_free(l);
	sink_incidents_free(NULL);
}

/* What goes on first, then the patterns' order of display (1, 2, 10, 5, 17, 3, then by number), level, newest sign. */
static void
test_order(void **state)
{
	static const uint64_t want[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13 };
	struct sink_incidents *l = list_new();

	(void)state;
	put(l, 13, 25, INCIDENT_CRITICAL, 99, true);
	put(l, 10, 25, INCIDENT_NOTICE, 0, false);
	put(l, 7, 17, INCIDENT_NOTICE, 0, false);
	put(l, 3, 1, INCIDENT_WARNING, 1, false);
	put(l, 12, 1, INCIDENT_NOTICE, 9, true);
	put(l, 1, 1, INCIDENT_CRITICAL, 0, false);
	put(l, 5, 10, INCIDENT_NOTICE, 0, false);
	put(l, 8, 3, INCIDENT_NOTICE, 0, false);
	put(l, 11, 1, INCIDENT_CRITICAL, 9, true);
	put(l, 4, 2, INCIDENT_CRITICAL, 9, false);
	put(l, 9, 4, INCIDENT_NOTICE, 0, false);
	put(l, 6, 5, INCIDENT_NOTICE, 0, false);
	put(l, 2, 1, INCIDENT_WARNING, 2, false);
	assert_order(l, want, 13);
	/* Asking twice changes nothing. */
	assert_order(l, want, 13);
	sink_incidents_free(l);
}

/* The newest word about an incident takes the place of the one before, in whole. */
static void
test_replaced(void **state)
{
	static const uint64_t before[] = { 1, 2 }, after[] = { 2, 1 };
	struct sink_incidents *l = list_new();
	struct incident i = sample_incident(1, 1, INCIDENT_WARNING, SAMPLE_T).incident;
	const struct incident *list;
	size_t n;

	(void)state;
	sink_incidents_add(l, &i);
	put(l, 2, 4, INCIDENT_WARNING, 0, false);
	assert_order(l, before, 2);
	i.count = 99;
	i.level = INCIDENT_CRITICAL;
	i.ended = true;
	i.sentence = slice_str("99 of 99");
	i.what = (struct slice){ NULL, 0 };
	i.events[2] = 0;
	sink_incidents_add(l, &i);
	assert_order(l, after, 2);
	list = sink_incidents_list(l, &n);
	assert_int_equal(list[1].count, 99);
	assert_int_equal(list[1].level, INCIDENT_CRITICAL);
	assert_true(list[1].ended);
	assert_true(slice_eq(list[1].sentence, slice_str("99 of 99")));
	assert_int_equal(list[1].what.n, 0);
	assert_int_equal(list[1].events[0], 7);
	assert_int_equal(list[1].events[2], 0);
	sink_incidents_free(l);
}

/* A full list: of those that are over, the one with the oldest sign makes room; when none is, of all. */
static void
test_full(void **state)
{
	struct sink_incidents *l = list_new();
	size_t n;

	(void)state;
	for (uint64_t id = 1; id <= LIST_MAX; id++)
		put(l, id, 8, INCIDENT_WARNING, (int)id, id == 30 || id == 40);
	(void)sink_incidents_list(l, &n);
	assert_int_equal(n, LIST_MAX);
	put(l, 100, 8, INCIDENT_WARNING, 1000, false);
	assert_false(holds(l, 30));
	assert_true(holds(l, 40));
	put(l, 101, 8, INCIDENT_WARNING, 1000, false);
	assert_false(holds(l, 40));
	/* Now all go on; the quietest one leaves, and a known one needs no room. */
	put(l, 102, 1, INCIDENT_CRITICAL, 1000, false);
	assert_false(holds(l, 1));
	assert_true(holds(l, 2));
	put(l, 2, 8, INCIDENT_WARNING, 2000, false);
	put(l, 103, 8, INCIDENT_WARNING, 1000, false);
	assert_true(holds(l, 2));
	assert_false(holds(l, 3));
	(void)sink_incidents_list(l, &n);
	assert_int_equal(n, LIST_MAX);
	sink_incidents_free(l);
}

/* Texts are copied and cut; the name of a known pattern is the table's. */
static void
test_texts(void **state)
{
	char text[2000];
	struct sink_incidents *l = list_new();
	struct incident i = sample_incident(1, 25, INCIDENT_WARNING, SAMPLE_T).incident;
	const struct incident *got;
	size_t n;

	(void)state;
	memset(text, 'a', sizeof text);
	i.kind = i.peer = i.what = i.sentence = (struct slice){ text, sizeof text };
	i.call_ids[2] = (struct slice){ text, sizeof text };
	sink_incidents_add(l, &i);
	memset(text, 'b', sizeof text);
	got = sink_incidents_list(l, &n);
	assert_int_equal(n, 1);
	assert_true(slice_eq(got->kind, slice_str("masked")));
	assert_int_equal(got->peer.n, LIST_TEXT);
	assert_int_equal(got->what.n, LIST_TEXT);
	assert_int_equal(got->sentence.n, LIST_TEXT);
	assert_int_equal(got->sentence.p[LIST_TEXT - 1], 'a');
	assert_true(slice_eq(got->call_ids[0], slice_str("a@b")));
	assert_int_equal(got->call_ids[2].n, LIST_TEXT);
	assert_int_equal(got->call_ids[2].p[0], 'a');
	sink_incidents_free(l);
}

/* A row that made room keeps nothing of whom it belonged to. */
static void
test_room_is_clean(void **state)
{
	struct sink_incidents *l = list_new();
	struct incident i = { .id = 1000, .pattern = 6, .level = INCIDENT_NOTICE };
	size_t n;

	(void)state;
	for (uint64_t id = 1; id <= LIST_MAX; id++)
		put(l, id, 1, INCIDENT_WARNING, (int)id, true);
	sink_incidents_add(l, &i);
	assert_int_equal(sink_incidents_list(l, &n)->id, 1000);
	assert_int_equal(sink_incidents_list(l, &n)->peer.n, 0);
	assert_int_equal(sink_incidents_list(l, &n)->sentence.n, 0);
	assert_int_equal(sink_incidents_list(l, &n)->call_ids[0].n, 0);
	assert_int_equal(sink_incidents_list(l, &n)->events[0], 0);
	sink_incidents_free(l);
}

/* All its memory is taken at once: without it there is no list, and later nothing can fail. */
static void
test_memory_is_short(void **state)
{
	struct sink_incidents *l;

	(void)state;
	mem_fail_at(1);
	assert_null(sink_incidents_new());
	mem_fail_at(0);
	l = list_new();
	mem_fail_at(1);
	for (uint64_t id = 1; id <= 2 * LIST_MAX; id++)
		put(l, id, 1 + (unsigned)id % 25, INCIDENT_WARNING, (int)id, id % 2);
	assert_int_equal(mem_calls(), 0);
	mem_fail_at(0);
	sink_incidents_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_replaced),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_room_is_clean),
		cmocka_unit_test(test_memory_is_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
