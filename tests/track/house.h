/*
 * house - what the tests of patterns at track's door share: a PBX (192.0.2.10) with two trunks (carrier-a, carrier-b)
 * and telephones, what happens there as lines of stream.h, and what must hold of an incident.
 * A near miss is told by the one pattern that must not start; what others make of the same messages is their tests'
 * matter.
 */
#ifndef TESTS_HOUSE_H
#define TESTS_HOUSE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "stream.h"

/* One test for each pattern: those up to here in patterns_test.c, the others in patterns_late_test.c. */
enum { HOUSE_SPLIT = 11 };

struct house_row {
	unsigned number;
	const char *kind;
	void (*test)(void);
};

static struct stream house;
static struct peers *house_peers;
static unsigned house_calls;              /* number of the newest call */
static bool house_fired[PATTERN_MAX + 1]; /* by the tests so far */

/* limit NULL: all thresholds as they are; else one of them, by name. */
static inline void
house_open_limit(const char *limit, uint32_t value)
{
	static const struct {
		const char *name, *cidr;
		enum peer_role role;
	} rows[] = { { "pbx", "192.0.2.10", PEER_ROLE_PBX }, { "carrier-a", "198.51.100.7", PEER_ROLE_TRUNK },
		{ "carrier-b", "198.51.100.20", PEER_ROLE_TRUNK } };
	struct track_cfg cfg = { .seed = 7 };
	struct errmsg em = { "" };
	uint32_t limits[256];
	size_t n;
	const struct track_limit *table = track_limits(&n);

	assert_true(n <= sizeof limits / sizeof limits[0]);
	for (size_t i = 0; i < n; i++)
		limits[i] = table[i].value;
	if (limit != NULL) {
		assert_true(track_limit_find(slice_str(limit)) >= 0);
		limits[track_limit_find(slice_str(limit))] = value;
		cfg.limits = limits;
	}
	cfg.peers = house_peers = peers_new();
	assert_non_null(house_peers);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(
		    peers_add(house_peers, slice_str(rows[i].name), rows[i].role, slice_str(rows[i].cidr), &em), 0);
	house_calls = 0;
	stream_open(&house, &cfg);
	assert_non_null(house.t);
}

static inline void
house_open(void)
{
	house_open_limit(NULL, 0);
}

static inline void
house_close(void)
{
	stream_check(&house, 0);
	stream_close(&house);
	peers_free(house_peers);
	house_peers = NULL;
}

static inline void
house_wait(unsigned seconds)
{
	while (seconds-- > 0)
		stream_line(&house, "+1000 tick");
}

/* A line of dialog `call` (Call-ID and From-tag); way "pbx>carrier", back: the other way round. */
static __attribute__((noinline)) void
house_say(unsigned after_ms, const char *way, bool back, unsigned call, const char *words, const char *more)
{
	int n = (int)strcspn(way, ">");

	if (back)
		stream_line(&house, "+%u %s>%.*s %s c=call-%u f=f%u %s", after_ms, way + n + 1, n, way, words, call,
		    call, more);
	else
		stream_line(&house, "+%u %s %s c=call-%u f=f%u %s", after_ms, way, words, call, call, more);
}

/*
 * A request, a second after the last line, and its final response 40 ms later; code 0: none.  names: words of both
 * lines; said: words of the response.  An INVITE gets its 100 and its ACK.  Returns the number of its dialog.
 */
static inline unsigned
house_ask(const char *way, const char *method, unsigned code, const char *names, const char *said)
{
	bool invite = strcmp(method, "INVITE") == 0;
	unsigned call = ++house_calls;
	char words[32], more[256];

	house_say(1000, way, false, call, method, names);
	if (code == 0)
		return call;
	if (invite)
		house_say(10, way, true, call, "100 INVITE", names);
	(void)snprintf(words, sizeof words, "%u %s", code, method);
	(void)snprintf(more, sizeof more, "%s %s", names, said);
	house_say(30, way, true, call, words, more);
	if (invite)
		house_say(10, way, false, call, "ACK t=t1", code < 300 ? "b=z9hG4bK-ack" : "");
	return call;
}

static inline unsigned
house_call(const char *way, unsigned code, const char *names, const char *said)
{
	return house_ask(way, "INVITE", code, names, said);
}

/* Calls to numbers that begin alike: names "to=<prefix><two digits>". */
static inline void
house_call_numbers(const char *way, unsigned n, unsigned code, const char *prefix, const char *said)
{
	char names[64];

	for (unsigned i = 0; i < n; i++) {
		(void)snprintf(names, sizeof names, "to=%s%02u", prefix, i);
		(void)house_call(way, code, names, said);
	}
}

/*
 * A call through the PBX, both legs seen: in>PBX, PBX>out.  The far side fails it, after 183 with SDP when early, and
 * the PBX passes that on.
 */
static inline void
house_through(const char *in, const char *out, unsigned code, bool early, const char *names, const char *said)
{
	unsigned first = ++house_calls, second = ++house_calls;
	char words[32], more[256];

	(void)snprintf(words, sizeof words, "%u INVITE", code);
	(void)snprintf(more, sizeof more, "%s %s", names, said);
	house_say(2000, in, false, first, "INVITE", names);
	house_say(20, out, false, second, "INVITE", names);
	if (early) {
		house_say(100, out, true, second, "183 INVITE sdp", names);
		house_say(20, in, true, first, "183 INVITE sdp", names);
	}
	if (code == 487) {
		house_say(5000, in, false, first, "CANCEL", names);
		house_say(5, out, false, second, "CANCEL", names);
	}
	house_say(50, out, true, second, words, more);
	house_say(20, in, true, first, words, more);
}

/* The same from a telephone to the trunk, to so many numbers that begin alike. */
static inline void
house_through_numbers(unsigned n, unsigned code, bool early, const char *said)
{
	char names[64];

	for (unsigned i = 0; i < n; i++) {
		(void)snprintf(names, sizeof names, "from=1001 to=+49301111%02u", i);
		house_through("phone>pbx", "pbx>carrier", code, early, names, said);
	}
}

/* An answered call ends; who: words of the BYE. */
static inline void
house_bye(unsigned after_ms, const char *way, unsigned call, const char *who)
{
	house_say(after_ms, way, false, call, "BYE n=9 t=t1", who);
	house_say(20, way, true, call, "200 BYE n=9", who);
}

/* A login: REGISTER, 401, REGISTER with credentials, and what came of it. */
static inline void
house_login(unsigned after_ms, const char *way, const char *user, unsigned code)
{
	unsigned call = ++house_calls;
	char names[96], words[32];

	(void)snprintf(names, sizeof names, "from=%s to=%s exp=3600", user, user);
	(void)snprintf(words, sizeof words, "%u REGISTER n=2", code);
	house_say(after_ms, way, false, call, "REGISTER", names);
	house_say(5, way, true, call, "401 REGISTER realm=pbx", names);
	house_say(5, way, false, call, "REGISTER n=2 realm=pbx", names);
	if (code == 401)
		house_say(5, way, true, call, "401 REGISTER n=2 realm=pbx", names);
	else if (code != 0)
		house_say(5, way, true, call, words, names);
}

static inline unsigned
house_count(unsigned pattern)
{
	unsigned n = 0;

	for (size_t i = 0; i < house.n_incidents; i++)
		n += house.incidents[i].pattern == pattern;
	return n;
}

static inline void
house_none(unsigned pattern)
{
	assert_int_equal(house_count(pattern), 0);
}

/* Changes of an incident are told every 5 s. */
static inline void
house_told(void)
{
	house_wait(6);
}

/*
 * The one incident of a pattern, which is up: of that level, about that peer and that what ("" any), with figures in
 * its sentence and a Call-ID that was seen.
 */
static inline const struct stream_incident *
house_up(unsigned pattern, enum incident_level level, const char *peer, const char *what)
{
	const struct stream_incident *found = NULL;

	assert_int_equal(house_count(pattern), 1);
	for (size_t i = 0; i < house.n_incidents; i++)
		if (house.incidents[i].pattern == pattern)
			found = &house.incidents[i];
	assert_non_null(found);
	assert_false(found->ended);
	assert_string_equal(incident_level_name(found->level), incident_level_name(level));
	assert_string_equal(found->peer, peer);
	if (what[0] != '\0')
		assert_string_equal(found->what, what);
	assert_non_null(strpbrk(found->sentence, "0123456789"));
	assert_int_equal(strncmp(found->call_id, "call-", 5), 0);
	house_fired[pattern] = true;
	return found;
}

/* The same, and its samples are events of these very calls, or of their other legs. */
static inline const struct stream_incident *
house_up_events(unsigned pattern, enum incident_level level, const char *peer, const char *what)
{
	const struct stream_incident *found = house_up(pattern, level, peer, what);
	unsigned n = 0;

	for (int k = 0; k < INCIDENT_EVIDENCE; k++)
		for (size_t i = 0; i < house.n_events; i++)
			if (found->events[k] != 0 && house.events[i].id == found->events[k]) {
				assert_true(strcmp(house.events[i].call_id, found->call_ids[k]) == 0 ||
				    strcmp(house.events[i].leg, found->call_ids[k]) == 0);
				n++;
			}
	assert_true(n > 0);
	return found;
}

static inline void
house_ended(unsigned pattern)
{
	assert_int_equal(house_count(pattern), 1);
	for (size_t i = 0; i < house.n_incidents; i++)
		assert_true(house.incidents[i].pattern != pattern || house.incidents[i].ended);
}

/* Does a threshold "kind.what" belong to a kind? */
static inline bool
house_is_of(const char *limit, const char *kind)
{
	size_t n = strcspn(limit, ".");

	return strlen(kind) == n && memcmp(limit, kind, n) == 0;
}

/*
 * Behind all tests: the rows are the patterns from `first` on without a gap, their kinds are track's (those of the
 * thresholds, of which there are as many as patterns), and each of them fired.
 */
static inline void
house_covers(const struct house_row *rows, size_t n, unsigned first)
{
	size_t limits, kinds = 0;
	const struct track_limit *table = track_limits(&limits);

	for (size_t i = 0; i < n; i++) {
		size_t k = 0;

		assert_int_equal(rows[i].number, first + i);
		while (k < limits && !house_is_of(table[k].name, rows[i].kind))
			k++;
		assert_true(k < limits);
		if (!house_fired[rows[i].number])
			fail_msg("%s never fired", rows[i].kind);
	}
	for (size_t i = 0; i < limits; i++) {
		bool before = false;

		for (size_t k = 0; k < i; k++)
			before |= strncmp(table[k].name, table[i].name, strcspn(table[i].name, ".") + 1) == 0;
		kinds += !before;
	}
	assert_int_equal(kinds, PATTERN_MAX);
}

/* A row as a test: the row is its state. */
static void
house_row(void **state)
{
	const struct house_row *row = *state;

	row->test();
	for (size_t i = 0; i < house.n_incidents; i++)
		if (house.incidents[i].pattern == row->number)
			assert_string_equal(house.incidents[i].kind, row->kind);
}

/* One test for each row. */
static inline void
house_tests(const struct house_row *rows, size_t n, struct CMUnitTest *out)
{
	(void)setenv("TZ", "UTC", 1);
	tzset();
	for (size_t i = 0; i < n; i++)
		out[i] = (struct CMUnitTest){
			.name = rows[i].kind, .test_func = house_row, .initial_state = (void *)&rows[i]
		};
}

#endif
