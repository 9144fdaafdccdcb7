/* said: incidents out of the way, until they end or for a while. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "sipwhy/mem.h"
#include "store/drive.h"

static void
tell(struct store *s, uint64_t id, unsigned pattern, const char *peer, unsigned level, bool ended)
{
	struct record r = sample_record(RECORD_INCIDENT);

	r.incident.id = id;
	r.incident.pattern = (uint8_t)pattern;
	r.incident.level = (uint8_t)level;
	r.incident.peer = slice_str(peer);
	r.incident.ended = ended;
	drive(s, &r);
}

static struct store_incident_word
said(const struct store *s, uint64_t id)
{
	for (size_t i = 0; i < store_incident_count(s); i++)
		if (store_incident_at(s, i)->id == id)
			return store_incident_said(s, store_incident_at(s, i));
	fail();
	return (struct store_incident_word){ 0 };
}

static void
test_dismiss(void **state)
{
	struct store *s = drive_store(0, 0);
	size_t levels[INCIDENT_LEVEL_N];

	(void)state;
	tell(s, 1, 2, "a", INCIDENT_CRITICAL, false);
	tell(s, 2, 2, "b", INCIDENT_CRITICAL, false);
	tell(s, 3, 9, "b", INCIDENT_NOTICE, false);
	store_incident_dismiss(s, 1);
	store_incident_dismiss(s, 77);
	assert_true(said(s, 1).dismissed);
	assert_false(said(s, 2).dismissed);
	assert_int_equal(store_incident_levels(s, levels), 1);
	assert_int_equal(levels[INCIDENT_CRITICAL], 1);
	assert_int_equal(levels[INCIDENT_NOTICE], 1);
	/* It goes on and stays out of the way; while frozen too the word is at once. */
	tell(s, 1, 2, "a", INCIDENT_CRITICAL, false);
	assert_int_equal(store_freeze(s, true), 0);
	store_incident_dismiss(s, 3);
	assert_int_equal(store_incident_levels(s, levels), 2);
	assert_int_equal(store_freeze(s, false), 0);
	/* The same trouble once more is another one. */
	tell(s, 1, 2, "a", INCIDENT_CRITICAL, true);
	tell(s, 4, 2, "a", INCIDENT_CRITICAL, false);
	assert_false(said(s, 1).dismissed);
	assert_false(said(s, 4).dismissed);
	assert_int_equal(store_incident_levels(s, levels), 1);
	assert_int_equal(levels[INCIDENT_CRITICAL], 2);
	store_free(s);
}

/* By pattern and peer, by the clock that goes on. */
static void
test_mute(void **state)
{
	struct store *s = drive_store(0, 0);
	size_t levels[INCIDENT_LEVEL_N];

	(void)state;
	drive_hello(s, 1, true);
	store_advance(s, SAMPLE_T);
	tell(s, 1, 2, "a", INCIDENT_ERROR, false);
	tell(s, 2, 2, "b", INCIDENT_ERROR, false);
	tell(s, 3, 9, "a", INCIDENT_ERROR, false);
	store_incident_mute(s, 1, SAMPLE_T + 3600 * NS_PER_S);
	tell(s, 1, 2, "a", INCIDENT_ERROR, true);
	tell(s, 4, 2, "a", INCIDENT_ERROR, false);
	assert_true(said(s, 4).muted);
	assert_int_equal(said(s, 4).until_ns, SAMPLE_T + 3600 * NS_PER_S);
	assert_false(said(s, 2).muted || said(s, 3).muted);
	assert_int_equal(store_incident_levels(s, levels), 1);
	assert_int_equal(levels[INCIDENT_ERROR], 2);
	store_advance(s, SAMPLE_T + 3600 * NS_PER_S);
	assert_false(said(s, 4).muted);
	store_incident_mute(s, 4, SAMPLE_T + 7200 * NS_PER_S);
	assert_true(said(s, 4).muted);
	store_incident_mute(s, 4, 0);
	assert_false(said(s, 4).muted);
	store_free(s);
}

/* More mutes than there is room for: the one that ends first makes room. */
static void
test_mutes_are_bounded(void **state)
{
	struct store *s = drive_store(0, 0);
	char peer[2] = "";
	size_t muted = 0;

	(void)state;
	for (unsigned i = 0; i < 60; i++) {
		peer[0] = (char)('0' + i);
		tell(s, i + 1, 3, peer, INCIDENT_ERROR, false);
		store_incident_mute(s, i + 1, SAMPLE_T + (1000 + (int64_t)i) * NS_PER_S);
	}
	for (unsigned i = 0; i < 60; i++) {
		peer[0] = (char)('0' + i);
		tell(s, 100 + i, 2, peer, INCIDENT_ERROR, false);
		store_incident_mute(s, 100 + i, SAMPLE_T + 2000 * NS_PER_S);
	}
	for (size_t i = 0; i < store_incident_count(s); i++)
		muted += said(s, store_incident_at(s, i)->id).muted;
	assert_int_equal(store_incident_count(s), STORE_INCIDENTS_MAX);
	/* Of the first ones those are left, in both lists, that came and end last. */
	assert_int_equal(muted, STORE_INCIDENTS_MAX);
	store_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dismiss),
		cmocka_unit_test(test_mute),
		cmocka_unit_test(test_mutes_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
