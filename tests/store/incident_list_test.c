/* incident_list: the order in which incidents are shown, and who makes room. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>

#include "record/sample.h"
#include "sipwhy/mem.h"
#include "store/incident_list.h"

static struct incident_list *
list_new(void)
{
	struct incident_list *l = incident_list_new();

	assert_non_null(l);
	return l;
}

/* `at` seconds: when it began, or when it ended. */
static void
put(struct incident_list *l, uint64_t id, unsigned pattern, unsigned level, int at, bool ended)
{
	struct record r = sample_incident(id, pattern, level, SAMPLE_T + at * NS_PER_S);

	r.incident.ended = ended;
	if (ended)
		r.incident.t_ns = r.incident.since_ns;
	incident_list_put(l, &r.incident);
}

static void
assert_order(const struct incident_list *l, const uint64_t *ids, size_t n)
{
	assert_int_equal(l->n, n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(incident_list_at(l, i)->id, ids[i]);
	assert_null(incident_list_at(l, n));
}

static void
test_order(void **state)
{
	static const uint64_t want[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13 };
	struct incident_list *l = list_new();

	(void)state;
	put(l, 13, 1, INCIDENT_CRITICAL, 1, true);
	put(l, 9, 7, INCIDENT_ERROR, 8, false);
	put(l, 6, 17, INCIDENT_NOTICE, 0, false);
	put(l, 10, 25, INCIDENT_ERROR, 7, false);
	put(l, 1, 1, INCIDENT_CRITICAL, 0, false);
	put(l, 12, 9, INCIDENT_NOTICE, 2, true);
	put(l, 5, 5, INCIDENT_NOTICE, 0, false);
	put(l, 8, 25, INCIDENT_CRITICAL, 0, false);
	put(l, 3, 2, INCIDENT_NOTICE, 9, false);
	put(l, 2, 1, INCIDENT_WARNING, 50, false);
	put(l, 7, 3, INCIDENT_NOTICE, 0, false);
	put(l, 4, 10, INCIDENT_NOTICE, 0, false);
	put(l, 11, 8, INCIDENT_NOTICE, 99, false);
	assert_order(l, want, 13);
	assert_int_equal(l->open, 11);
	mem_free(l);
}

/* The same incident again is one row: figures move, it ends, and it may come back. */
static void
test_one_row_for_each(void **state)
{
	static const uint64_t before[] = { 1, 2 }, after[] = { 2, 1 };
	struct incident_list *l = list_new();
	struct record r = sample_incident(1, 1, INCIDENT_WARNING, SAMPLE_T);

	(void)state;
	incident_list_put(l, &r.incident);
	put(l, 2, 4, INCIDENT_WARNING, 0, false);
	r.incident.count = 99;
	r.incident.sentence = slice_str("99 of 99");
	incident_list_put(l, &r.incident);
	assert_order(l, before, 2);
	assert_int_equal(incident_list_at(l, 0)->count, 99);
	assert_true(slice_eq(incident_list_at(l, 0)->sentence, slice_str("99 of 99")));
	r.incident.ended = true;
	incident_list_put(l, &r.incident);
	assert_order(l, after, 2);
	assert_int_equal(l->open, 1);
	r.incident.ended = false;
	incident_list_put(l, &r.incident);
	assert_order(l, before, 2);
	incident_list_end(l);
	assert_int_equal(l->open, 0);
	assert_int_equal(l->n, 2);
	mem_free(l);
}

/* A full list keeps what comes first in order; only incidents that go on are missed. */
static void
test_full(void **state)
{
	struct incident_list *l = list_new();
	uint64_t id = 1;

	(void)state;
	for (; id <= STORE_INCIDENTS_MAX; id++)
		put(l, id, 8, INCIDENT_WARNING, (int)id, id <= 2);
	/* The older of the ended ones goes, then the other. */
	put(l, 100, 8, INCIDENT_WARNING, 0, false);
	put(l, 101, 1, INCIDENT_CRITICAL, 0, false);
	assert_int_equal(l->n, STORE_INCIDENTS_MAX);
	assert_int_equal(l->open, STORE_INCIDENTS_MAX);
	assert_int_equal(l->dropped, 0);
	assert_int_equal(incident_list_at(l, 0)->id, 101);
	/* Now one that goes on gives way, or the new one does. */
	put(l, 102, 2, INCIDENT_NOTICE, 0, false);
	assert_int_equal(l->dropped, 1);
	assert_int_equal(incident_list_at(l, 1)->id, 102);
	put(l, 103, 8, INCIDENT_NOTICE, 0, false);
	assert_int_equal(l->dropped, 2);
	put(l, 104, 1, INCIDENT_CRITICAL, 0, true);
	assert_int_equal(l->dropped, 2);
	for (size_t i = 0; i < l->n; i++)
		assert_in_range(incident_list_at(l, i)->id, 3, 102);
	mem_free(l);
}

/* Texts are copied, cut where they are too long, and a clone has its own. */
static void
test_texts(void **state)
{
	char text[2000];
	struct incident_list *l = list_new(), *copy;
	struct record r = sample_incident(1, 1, INCIDENT_WARNING, SAMPLE_T);
	const struct incident *i;

	(void)state;
	memset(text, 'a', sizeof text);
	r.incident.kind = r.incident.peer = r.incident.what = r.incident.sentence = (struct slice){ text, sizeof text };
	r.incident.call_ids[2] = (struct slice){ text, sizeof text };
	incident_list_put(l, &r.incident);
	memset(text, 'b', sizeof text);
	copy = incident_list_clone(l);
	assert_non_null(copy);
	memset(l, 'b', sizeof *l);
	mem_free(l);
	i = incident_list_at(copy, 0);
	assert_int_equal(i->sentence.n, INCIDENT_SENTENCE - 1);
	assert_int_equal(i->sentence.p[INCIDENT_SENTENCE - 2], 'a');
	assert_int_equal(i->kind.n, INCIDENT_KIND - 1);
	assert_int_equal(i->call_ids[2].n, INCIDENT_CALL_ID - 1);
	assert_int_equal(i->call_ids[2].p[0], 'a');
	assert_true(slice_eq(i->call_ids[0], slice_str("a@b")));
	mem_free(copy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_one_row_for_each),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
