/* notices: kept and grouped by kind and address; counted by sources; taken back with the engine that told them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>

#include "store/drive.h"

static void
add(struct store *s, const char *kind, const char *peer)
{
	struct record r = sample_notice(kind, peer);

	drive(s, &r);
}

static void
test_groups(void **state)
{
	struct store *s = drive_store(0, 0);
	struct store_notice_group g[8];
	struct record none = sample_notice("", ""), port = sample_notice("auth-failed", "192.0.2.9");

	(void)state;
	drive_hello(s, 1, false);
	add(s, "hangup", "");
	add(s, "auth-failed", "192.0.2.9:5060");
	add(s, "auth-failed", "192.0.2.9:40001");
	add(s, "auth-failed", "[2001:db8::1]:5060");
	add(s, "hangup", "");
	add(s, "auth-failed", "192.0.2.9/5070");
	assert_int_equal(store_apply(s, &none), -EINVAL);
	assert_int_equal(store_notice_groups(s, g, 8), 3);
	assert_string_equal(g[0].kind, "auth-failed");
	assert_string_equal(g[0].peer, "192.0.2.9");
	assert_int_equal(g[0].count, 3);
	assert_int_equal(g[0].newest, 6);
	assert_string_equal(g[1].kind, "hangup");
	assert_int_equal(g[1].count, 2);
	assert_string_equal(g[2].peer, "2001:db8::1");
	assert_int_equal(store_notice_groups(s, g, 1), 1);
	assert_int_equal(g[0].count, 3);
	assert_true(store_notice_group_of(s, &port.notice, &g[0]));
	assert_int_equal(g[0].count, 3);
	port.notice.kind = SAMPLE_TEXT("no-extension");
	assert_false(store_notice_group_of(s, &port.notice, &g[0]));
	/* None is a response or an event. */
	assert_int_equal(store_event_total(s), 0);
	assert_int_equal(counts_responses(store_counts(s)), 0);
	store_free(s);
}

/* A scanner with a new address each time takes no more rows than there are; its newest one stands. */
static void
test_many_groups(void **state)
{
	struct store *s = drive_store(0, 0);
	struct store_notice_group g[STORE_NOTICE_GROUPS_MAX + 1];
	char peer[32];

	(void)state;
	drive_hello(s, 1, false);
	for (unsigned i = 0; i < 3000; i++) {
		(void)snprintf(peer, sizeof peer, "10.0.%u.%u", i / 256, i % 256);
		add(s, "auth-failed", peer);
	}
	assert_int_equal(store_notice_groups(s, g, STORE_NOTICE_GROUPS_MAX + 1), STORE_NOTICE_GROUPS_MAX);
	assert_string_equal(g[0].peer, peer);
	assert_int_equal(notice_list_count(store_notices(s)), STORE_NOTICES_MAX);
	assert_int_equal(store_notice_total(s), 3000);
	store_free(s);
}

/* Those that came too many at once stand in the source's figure alone. */
static void
test_total(void **state)
{
	struct store *s = drive_store(0, 0);
	struct source_stat log = sample_log("full", 500);

	(void)state;
	drive_hello(s, 1, true);
	add(s, "hangup", "");
	assert_int_equal(store_notice_total(s), 1);
	drive_source(s, &log);
	assert_int_equal(store_notice_total(s), 502);
	store_free(s);
}

static void
test_frozen(void **state)
{
	struct store *s = drive_store(0, 0);
	struct store_notice_group g[4];

	(void)state;
	drive_hello(s, 1, true);
	add(s, "hangup", "");
	assert_int_equal(store_freeze(s, true), 0);
	for (unsigned i = 0; i < 2 * STORE_NOTICES_MAX; i++)
		add(s, "hangup", "");
	assert_int_equal(notice_list_newest(store_notices(s)), 1);
	assert_non_null(notice_list_find(store_notices(s), 1));
	assert_int_equal(store_notice_groups(s, g, 4), 1);
	assert_int_equal(g[0].count, 1);
	assert_int_equal(store_freeze(s, false), 0);
	assert_int_equal(notice_list_newest(store_notices(s)), 2 * STORE_NOTICES_MAX + 1);
	assert_null(notice_list_find(store_notices(s), 1));
	store_free(s);
}

/* A new engine reads a file on from the last tick, so what came after it comes again. */
static void
test_taken_back(void **state)
{
	struct store *s = drive_store(0, 0);
	struct source_stat log = sample_log("full", 1);
	struct store_notice_group g[4];

	(void)state;
	drive_hello(s, 1, false);
	add(s, "hangup", "");
	drive_source(s, &log);
	add(s, "hangup", "");
	add(s, "auth-failed", "192.0.2.9");
	drive_hello(s, 2, false);
	assert_int_equal(notice_list_newest(store_notices(s)), 1);
	assert_int_equal(store_notice_groups(s, g, 4), 1);
	assert_int_equal(g[0].count, 1);
	add(s, "hangup", "");
	add(s, "auth-failed", "192.0.2.9");
	assert_int_equal(notice_list_newest(store_notices(s)), 3);
	assert_int_equal(store_notice_groups(s, g, 4), 2);
	assert_int_equal(g[0].count, 2);
	assert_int_equal(g[1].count, 1);
	store_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_many_groups),
		cmocka_unit_test(test_total),
		cmocka_unit_test(test_frozen),
		cmocka_unit_test(test_taken_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
