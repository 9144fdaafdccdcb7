/* why: what the head of the dashboard says about the last minute. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "scene.h"
#include "sipwhy/timefmt.h"
#include "view/view_int.h"

static void
assert_why(struct scene *s, const char *what)
{
	struct why why;

	why_find(s->store, &why);
	assert_string_equal(why.what, what);
}

static void
test_why(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_hello(&s, true);
	scene_source(&s, "eth0", "reading", "");
	scene_frames(&s, "eth0", "reading", 1, 1, 0, 0, 0);
	store_advance(s.store, SCENE_NOW);
	assert_why(&s, "No failure seen so far");
	for (int i = 0; i < 9; i++)
		scene_code(&s, i % 2 ? 401 : 407, "10.0.0.1", 30);
	assert_why(&s, "Last minute: 5 x 407 Proxy Authentication Requi~ from 10.0.0.1, since 14:31:37");
	/* What worked after all is none, and a call that its caller gave up stands behind. */
	for (int i = 0; i < 9; i++) {
		struct event e = scene_failure(SCENE_NOW - 20 * NS_PER_S, 503, "", "10.0.0.3");

		e.recovered = true;
		e.outcome = OUTCOME_OK;
		scene_put(&s, &e);
		scene_code(&s, 487, "10.0.0.1", 29);
	}
	assert_why(&s, "Last minute: 5 x 407 Proxy Authentication Requi~ from 10.0.0.1, since 14:31:37");
	/* A series goes back to its last pause, not only a minute. */
	scene_code(&s, 503, "10.0.0.2", 700);
	scene_code(&s, 503, "10.0.0.2", 200);
	scene_code(&s, 503, "10.0.0.2", 20);
	scene_code(&s, 503, "10.0.0.2", 19);
	assert_why(&s, "Last minute: 2 x 503 Service Unavailable from 10.0.0.2, since 14:28:47");
	/* One code of many peers outnumbers one peer. */
	for (int i = 0; i < 5; i++)
		scene_code(&s, 404, (const char *[]){ "a", "b", "c", "d", "e" }[i], 10 - i);
	assert_why(&s, "Last minute: 5 x 404 Not Found in traffic with 5 peers, since 14:31:57");
	for (int i = 0; i < 6; i++)
		scene_code(&s, 0, "trunk-de", 5);
	assert_why(&s, "Last minute: 6 x no response from trunk-de, since 14:32:02");
	scene_close(&s);
}

/* Inside calls: told when there is nothing else, and never mixed with attempts of the same code. */
static void
test_why_in_call(void **state)
{
	struct scene s;
	struct event e = scene_failure(SCENE_NOW - 5 * NS_PER_S, 0, "", "10.0.0.9");

	(void)state;
	scene_open(&s);
	scene_hello(&s, true);
	store_advance(s.store, SCENE_NOW);
	e.in_call = true;
	e.direction = DIRECTION_SENT;
	for (int i = 0; i < 3; i++)
		scene_put(&s, &e);
	assert_why(&s, "Last minute: 3 x no response inside calls to 10.0.0.9, since 14:32:02");
	scene_code(&s, 0, "10.0.0.9", 3);
	assert_why(&s, "Last minute: 1 x no response from 10.0.0.9, since 14:32:04");
	scene_close(&s);
}

/* What failed before the last minute is told by its newest, whatever worked after it. */
static void
test_why_quiet(void **state)
{
	struct scene s;
	struct event e = scene_failure(SCENE_NOW - 90 * NS_PER_S, 503, "", "a");

	(void)state;
	scene_open(&s);
	scene_hello(&s, true);
	store_advance(s.store, SCENE_NOW);
	scene_code(&s, 0, "a", 100);
	e.recovered = true;
	e.outcome = OUTCOME_OK;
	scene_put(&s, &e);
	assert_why(&s, "No failure in the last minute; the last of 1 was no response at 14:30:27");
	scene_close(&s);
}

/* What a log does not tell is not made up: neither one peer nor a number of them. */
static void
test_why_unknown_peers(void **state)
{
	struct event e = scene_failure(SCENE_NOW - 9 * NS_PER_S, 503, "", "-");
	struct scene s;
	struct why why;

	(void)state;
	scene_open(&s);
	scene_hello(&s, true);
	store_advance(s.store, SCENE_NOW);
	scene_put(&s, &e);
	e.direction = DIRECTION_SENT;
	scene_put(&s, &e);
	assert_why(&s, "Last minute: 2 x 503 Service Unavailable (peers not known), since 14:31:58");
	why_find(s.store, &why);
	assert_string_equal(why.small, "2 x 503 since 14:31:58");
	scene_code(&s, 503, "10.0.0.1", 8);
	scene_code(&s, 503, "10.0.0.2", 8);
	assert_why(&s, "Last minute: 4 x 503 Service Unavailable (not all peers known), since 14:31:58");
	/* One peer is one, whoever of the two said no. */
	e = scene_failure(SCENE_NOW - 7 * NS_PER_S, 404, "", "10.0.0.3");
	for (int i = 0; i < 6; i++) {
		e.direction = i % 2 != 0 ? DIRECTION_SENT : DIRECTION_RECEIVED;
		scene_put(&s, &e);
	}
	assert_why(&s, "Last minute: 6 x 404 Not Found in traffic with 10.0.0.3, since 14:32:00");
	scene_close(&s);
}

/* A log of failures without codes is not silent. */
static void
test_why_notices(void **state)
{
	struct scene s;
	struct why why;

	(void)state;
	scene_open(&s);
	scene_hello(&s, false);
	scene_notice(&s, SCENE_NOW, 0);
	assert_why(&s, "No failure with a code so far, but 1 notice without one (8 shows it)");
	scene_notice(&s, SCENE_NOW, 0);
	scene_notice(&s, SCENE_NOW, 1);
	assert_why(&s, "No failure with a code so far, but 3 notices without one (8 shows them)");
	why_find(s.store, &why);
	assert_string_equal(why.because, "Most of them: auth-failed from 203.0.113.99, 2 x");
	scene_code(&s, 404, "10.0.0.3", 1);
	why_find(s.store, &why);
	assert_non_null(strstr(why.what, "1 x 404 Not Found from 10.0.0.3"));
	scene_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_why),
		cmocka_unit_test(test_why_in_call),
		cmocka_unit_test(test_why_quiet),
		cmocka_unit_test(test_why_unknown_peers),
		cmocka_unit_test(test_why_notices),
	};

	return scene_ready() ? cmocka_run_group_tests(tests, NULL, NULL) : 99;
}
