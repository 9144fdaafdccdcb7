/* sift: kept events in any order, through filters, in steps, while the store goes on, stops, goes back and forgets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "drive.h"
#include "sipwhy/sift.h"

enum { STEP = 100, ROWS_MAX = 8000 };

static const char *const peers[] = { "198.51.100.7", "10.20.4.41", "10.100.0.1", "carrier-b", "carrier-a",
	"wholesale-carrier-two", "wholesale-carrier-one", "" };

static uint64_t
draw(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return *state >> 33;
}

static bool told_late;

static void
tell(struct store *s, uint64_t id, uint64_t *seed)
{
	static const uint16_t codes[] = { 503, 404, 486, 0, 603 };
	struct record r = sample_event_record(id);
	char from[16], to[24];

	(void)snprintf(from, sizeof from, "+4420%04u", (unsigned)(draw(seed) % 5000));
	(void)snprintf(to, sizeof to, "someone.else%u", (unsigned)(draw(seed) % 40));
	r.event.code = codes[draw(seed) % 5];
	r.event.outcome = r.event.code != 0 ? OUTCOME_FAILED : OUTCOME_NO_RESPONSE;
	r.event.peer = slice_str(peers[draw(seed) % 8]);
	r.event.from = slice_str(from);
	r.event.to = slice_str(to);
	r.event.repeats = (uint32_t)(draw(seed) % 4);
	r.event.copies = 0;
	r.event.setup_ms = (int32_t)(draw(seed) % 30) - 1;
	r.event.t_ns = SAMPLE_T + (int64_t)(told_late ? id * 37 % 1000 : id) * NS_PER_S;
	drive(s, &r);
}

static void
tell_all(struct store *s, uint64_t first, uint64_t last)
{
	uint64_t seed = first;

	for (uint64_t id = first; id <= last; id++)
		tell(s, id, &seed);
}

static void
change(struct store *s, uint64_t id, uint16_t code, bool recovered, uint32_t repeats)
{
	struct record r = sample_record(RECORD_UPDATE);

	r.update = (struct event_update){
		.id = id, .t_ns = SAMPLE_T, .code = code, .recovered = recovered, .repeats = repeats
	};
	drive(s, &r);
}

static struct sift *
open_sift(const struct store *s, const struct sift_env *env)
{
	struct sift *x = sift_new(s, env);

	assert_non_null(x);
	return x;
}

static void
finish(struct sift *x)
{
	size_t steps = 0;

	while (!sift_step(x, STEP))
		assert_true(++steps < 2 * ROWS_MAX / STEP);
	assert_true(sift_done(x));
	assert_false(sift_short(x));
}

static struct filter *
filter_of(const char *text)
{
	struct filter *f = NULL;
	struct errmsg em;

	assert_int_equal(filter_new(&f, slice_str(text), NULL, &em, NULL), 0);
	return f;
}

static int
text_compare(struct slice a, struct slice b)
{
	int order = strncasecmp(a.p, b.p, a.n < b.n ? a.n : b.n);

	return order != 0 ? order : (a.n > b.n) - (a.n < b.n);
}

/* Addresses before names, by their numbers; nothing first. */
static int
peer_rank(struct slice p)
{
	for (int i = 0; i < 8; i++)
		if (slice_eq(p, slice_str(peers[(const int[]){ 7, 1, 2, 0, 4, 3, 6, 5 }[i]])))
			return i;
	return -1;
}

static int
event_compare(const struct event *a, const struct event *b, enum sift_order order)
{
	int64_t by = 0;

	if (order == SIFT_CODE)
		by = (int64_t)a->code - b->code;
	else if (order == SIFT_SEEN)
		by = (int64_t)a->repeats - b->repeats;
	else if (order == SIFT_SETUP)
		by = a->setup_ms - b->setup_ms;
	else if (order == SIFT_PEER)
		by = peer_rank(a->peer) - peer_rank(b->peer);
	else if (order == SIFT_FROM)
		by = text_compare(a->from, b->from);
	else if (order == SIFT_TO)
		by = text_compare(a->to, b->to);
	else if (order == SIFT_TIME)
		by = a->t_ns < b->t_ns ? -1 : a->t_ns > b->t_ns;
	if (by == 0)
		by = a->id < b->id ? -1 : a->id > b->id;
	return by < 0 ? -1 : by > 0;
}

typedef bool (*want_fn)(const struct event *e);

/* Exactly the events wanted that the store shows, in order, each where sift_row says. */
static void
check(const struct store *s, const struct sift *x, enum sift_order order, bool descending, want_fn want)
{
	size_t n = 0;

	for (size_t i = 0; i < store_event_count(s); i++)
		n += want == NULL || want(store_event_at(s, i));
	assert_int_equal(sift_count(x), n);
	assert_int_equal(sift_looked(x), store_event_count(s));
	for (size_t i = 0; i < n; i++) {
		const struct event *e = sift_at(x, i);

		assert_non_null(e);
		assert_true(want == NULL || want(e));
		assert_true(i == 0 || event_compare(sift_at(x, i - 1), e, order) == (descending ? 1 : -1));
		assert_int_equal(sift_row(x, e->id), i);
	}
	assert_null(sift_at(x, n));
}

static const enum sift_order orders[] = { SIFT_TIME, SIFT_CODE, SIFT_SEEN, SIFT_SETUP, SIFT_PEER, SIFT_FROM, SIFT_TO };

static void
check_orders(void)
{
	struct store *s = drive_store(ROWS_MAX, 0);
	struct sift *x = open_sift(s, NULL);

	assert_true(sift_step(x, STEP));
	assert_int_equal(sift_count(x), 0);
	assert_int_equal(sift_row(x, 1), 0);
	tell_all(s, 1, 3000);
	for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++)
		for (unsigned down = 0; down < 2; down++) {
			sift_set(x, NULL, orders[i], down);
			finish(x);
			check(s, x, orders[i], down, NULL);
		}
	sift_free(x);
	store_free(s);
}

/* By the time of the events too where they were not told in that order. */
static void
test_orders(void **state)
{
	(void)state;
	check_orders();
	told_late = true;
	check_orders();
	told_late = false;
}

/* Newest first, never more than asked for, in order all the while. */
static void
test_steps(void **state)
{
	struct store *s = drive_store(ROWS_MAX, 0);
	struct sift *x = open_sift(s, NULL);
	size_t looked = 0;

	(void)state;
	tell_all(s, 1, 3000);
	sift_set(x, NULL, SIFT_PEER, false);
	while (looked < 3000) {
		assert_false(sift_done(x));
		(void)sift_step(x, STEP);
		looked += STEP;
		assert_int_equal(sift_looked(x), looked);
		assert_int_equal(sift_count(x), looked);
		for (size_t i = 0; i < looked; i++) {
			assert_true(sift_at(x, i)->id > 3000 - looked);
			assert_true(i == 0 || event_compare(sift_at(x, i - 1), sift_at(x, i), SIFT_PEER) < 0);
		}
	}
	assert_true(sift_done(x));
	/* What comes while it is looked at is taken in first. */
	sift_set(x, NULL, SIFT_TIME, true);
	(void)sift_step(x, STEP);
	tell_all(s, 3001, 3010);
	(void)sift_step(x, STEP);
	assert_int_equal(sift_looked(x), 2 * STEP);
	assert_int_equal(sift_at(x, 0)->id, 3010);
	assert_int_equal(sift_at(x, 2 * STEP - 1)->id, 3011 - 2 * STEP);
	/* After a long time away it begins anew at the young end. */
	tell_all(s, 3011, 4000);
	(void)sift_step(x, STEP);
	assert_int_equal(sift_at(x, 0)->id, 4000);
	assert_int_equal(sift_looked(x), STEP);
	sift_free(x);
	store_free(s);
}

/* Rows of ids that are not there. */
static void
test_row_of_none(void **state)
{
	struct store *s = drive_store(10, 0);
	struct sift *x = open_sift(s, NULL);
	uint64_t seed = 1;

	(void)state;
	for (uint64_t id = 10; id <= 50; id += 10)
		tell(s, id, &seed);
	sift_set(x, NULL, SIFT_TIME, false);
	finish(x);
	assert_int_equal(sift_row(x, 1), 0);
	assert_int_equal(sift_row(x, 25), 2);
	assert_int_equal(sift_row(x, 51), 5);
	sift_set(x, NULL, SIFT_TIME, true);
	finish(x);
	assert_int_equal(sift_row(x, 1), 5);
	assert_int_equal(sift_row(x, 25), 3);
	assert_int_equal(sift_row(x, 51), 0);
	sift_set(x, NULL, SIFT_CODE, true);
	finish(x);
	assert_int_equal(sift_row(x, 25), 5);
	sift_free(x);
	store_free(s);
}

static bool
want_503(const struct event *e)
{
	return e->code == 503;
}

static bool
want_404(const struct event *e)
{
	return e->code == 404;
}

/* Everything that can happen to a store, in any order, and after each: the truth. */
static void
test_goes_on(void **state)
{
	struct filter *f503 = filter_of("code:503");
	uint64_t seed = 4, next = 1;

	(void)state;
	for (size_t o = 0; o < 2 * sizeof orders / sizeof orders[0]; o++) {
		struct store *s = drive_store(1000, 0);
		struct sift *x = open_sift(s, NULL);
		bool filtered = o % 2;

		sift_set(x, filtered ? f503 : NULL, orders[o / 2], true);
		for (unsigned turn = 0; turn < 150; turn++) {
			unsigned what = (unsigned)(draw(&seed) % 8);
			uint64_t id = next > 900 ? next - draw(&seed) % 900 : 1;

			for (uint64_t n = draw(&seed) % 60; n > 0 && what != 3; n--)
				tell(s, next++, &seed);
			if (what == 0)
				for (unsigned i = 0; i < 20; i++)
					change(s, id + i, i % 2 ? 503 : 404, false, 5);
			else if (what == 1)
				change(s, id, 0, true, 9);
			else if (what == 2)
				assert_int_equal(store_freeze(s, !store_frozen(s)), 0);
			else if (what == 5)
				store_look(s, turn % 3 != 0 ? SAMPLE_T + (int64_t)id * NS_PER_S : 0);
			(void)sift_step(x, 1 + draw(&seed) % 300);
			if (what == 4)
				for (unsigned i = 0; i < 1200; i++)
					change(s, id + i % 700, 0, false, 10 + i);
			if (turn % 10 == 9) {
				finish(x);
				check(s, x, orders[o / 2], true, filtered ? want_503 : NULL);
			}
		}
		sift_free(x);
		store_free(s);
	}
	filter_free(f503);
}

/* A new engine takes back what it is going to tell again. */
static void
test_taken_back(void **state)
{
	struct store *s = drive_store(1000, 0);
	struct sift *x = open_sift(s, NULL);
	struct source_stat stat = { .name = "a.pcap", .kind = "file", .state = "reading" };
	struct event e;

	(void)state;
	drive_hello(s, 1, false);
	tell_all(s, 1, 300);
	drive_source(s, &stat);
	tell_all(s, 301, 400);
	sift_set(x, NULL, SIFT_PEER, false);
	finish(x);
	drive_hello(s, 2, false);
	assert_int_equal(store_event_count(s), 300);
	tell_all(s, 301, 350);
	finish(x);
	check(s, x, SIFT_PEER, false, NULL);
	e = *sift_at(x, 0);
	assert_int_equal(sift_row(x, e.id), 0);
	/* All of it gone, the young ones too. */
	sift_set(x, NULL, SIFT_TIME, false);
	(void)sift_step(x, 10);
	drive_hello(s, 3, false);
	assert_int_equal(store_event_count(s), 300);
	finish(x);
	check(s, x, SIFT_TIME, false, NULL);
	sift_free(x);
	store_free(s);
}

/* Another moment: the young end goes away and comes back. */
static void
test_looks_back(void **state)
{
	struct store *s = drive_store(ROWS_MAX, 0);
	struct sift *x = open_sift(s, NULL);

	(void)state;
	tell_all(s, 1, 1000);
	sift_set(x, NULL, SIFT_CODE, true);
	finish(x);
	store_look(s, SAMPLE_T + 900 * NS_PER_S);
	assert_true(store_event_count(s) < 970);
	finish(x);
	check(s, x, SIFT_CODE, true, NULL);
	store_look(s, 0);
	finish(x);
	assert_int_equal(sift_count(x), 1000);
	check(s, x, SIFT_CODE, true, NULL);
	sift_free(x);
	store_free(s);
}

/* A row is in its place as soon as the next step is done, and never without an event before. */
static void
test_changed(void **state)
{
	struct store *s = drive_store(1000, 0);
	struct sift *x = open_sift(s, NULL);
	struct filter *f404 = filter_of("code:404");
	size_t n;

	(void)state;
	tell_all(s, 1, 500);
	sift_set(x, f404, SIFT_CODE, false);
	finish(x);
	n = sift_count(x);
	for (uint64_t id = 1; id <= 500; id++)
		if (store_event_at(s, id - 1)->code == 0) {
			change(s, id, 404, false, 0);
			n++;
		}
	finish(x);
	assert_int_equal(sift_count(x), n);
	check(s, x, SIFT_CODE, false, want_404);
	/* While frozen nothing moves; then all at once. */
	assert_int_equal(store_freeze(s, true), 0);
	for (uint64_t id = 1; id <= 500; id++)
		if (store_event_at(s, id - 1)->code == 503) {
			change(s, id, 404, false, 0);
			n++;
		}
	finish(x);
	assert_true(sift_count(x) < n);
	assert_int_equal(store_freeze(s, false), 0);
	finish(x);
	assert_int_equal(sift_count(x), n);
	check(s, x, SIFT_CODE, false, want_404);
	/* Where the order does not depend on it, rows stay while all are looked at again. */
	sift_set(x, NULL, SIFT_TIME, true);
	finish(x);
	assert_int_equal(store_freeze(s, true), 0);
	assert_int_equal(store_freeze(s, false), 0);
	assert_false(sift_step(x, 10));
	assert_int_equal(sift_count(x), 500);
	assert_true(sift_done(x));
	finish(x);
	sift_free(x);
	filter_free(f404);
	store_free(s);
}

static bool
third(void *ctx, uint64_t id)
{
	return id % 3 == *(const uint64_t *)ctx;
}

static size_t
wall(struct store *s, struct sift *x, int64_t s_from_start)
{
	store_advance(s, SAMPLE_T + s_from_start * NS_PER_S);
	(void)sift_step(x, STEP);
	return sift_count(x);
}

/* What the user and groups decide is looked at again each second, no sooner. */
static void
test_fickle(void **state)
{
	struct store *s = drive_store(1000, 0);
	uint64_t rest = 0;
	struct sift_env env = { .ctx = &rest, .marked = third };
	struct sift *x = open_sift(s, &env);
	struct filter *marked = filter_of("is:marked"), *muted = filter_of("is:muted");
	struct store_group g[8];
	const struct event *e;
	size_t n;

	(void)state;
	drive_hello(s, 1, true);
	store_advance(s, SAMPLE_T + NS_PER_S);
	tell_all(s, 1, 60);
	sift_set(x, marked, SIFT_PEER, true);
	finish(x);
	assert_int_equal(sift_count(x), 20);
	e = sift_at(x, 0);
	assert_int_equal(e->id % 3, 0);
	rest = 9;
	assert_int_equal(wall(s, x, 1), 20);
	assert_int_equal(wall(s, x, 2), 0);
	rest = 1;
	assert_int_equal(wall(s, x, 3), 20);
	sift_set(x, muted, SIFT_TIME, true);
	finish(x);
	assert_int_equal(sift_count(x), 0);
	n = store_groups(s, true, g, 8);
	assert_true(n > 1);
	store_group_mute(s, g[0].key, true);
	assert_int_equal(wall(s, x, 4), g[0].count);
	for (size_t i = 0; i < sift_count(x); i++)
		assert_true(store_group_key(s, sift_at(x, i)) == g[0].key);
	sift_free(x);
	filter_free(marked);
	filter_free(muted);
	store_free(s);
}

static size_t
reason_of(void *ctx, const struct event *e, char *out, size_t cap)
{
	(void)ctx;
	return (size_t)snprintf(out, cap, "reason %u", (unsigned)(e->id % 7));
}

/* The reason is what the environment says it is; without one, the phrase. */
static void
test_reason(void **state)
{
	struct store *s = drive_store(1000, 0);
	struct filter_env filter = { .reason = reason_of };
	struct sift_env env = { .filter = &filter };
	struct sift *x = open_sift(s, &env);

	(void)state;
	tell_all(s, 1, 70);
	sift_set(x, NULL, SIFT_REASON, false);
	finish(x);
	for (size_t i = 0; i < 70; i++)
		assert_int_equal(sift_at(x, i)->id % 7, i / 10);
	sift_free(x);
	x = open_sift(s, NULL);
	sift_set(x, NULL, SIFT_REASON, false);
	finish(x);
	check(s, x, SIFT_TIME, false, NULL);
	sift_free(x);
	store_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_orders),
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_row_of_none),
		cmocka_unit_test(test_goes_on),
		cmocka_unit_test(test_taken_back),
		cmocka_unit_test(test_looks_back),
		cmocka_unit_test(test_changed),
		cmocka_unit_test(test_fickle),
		cmocka_unit_test(test_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
