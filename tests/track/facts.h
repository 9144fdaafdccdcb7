/*
 * facts - what the tests of patterns share: facts of a small house with a PBX, a trunk and telephones, in virtual
 * time, and how often each pattern started and ended.  A near miss is told by counting the starts of one pattern; what
 * others make of the same facts is their tests' matter.
 */
#ifndef TESTS_FACTS_H
#define TESTS_FACTS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "track/incidents.h"

struct facts {
	struct incidents *in;
	uint64_t now_ms;
	unsigned call; /* number of the newest Call-ID */
	unsigned starts[PATTERN_MAX + 1], ends[PATTERN_MAX + 1], level[PATTERN_MAX + 1];
	uint64_t count[PATTERN_MAX + 1];
	char sentence[PATTERN_MAX + 1][256], peer[PATTERN_MAX + 1][64], what[PATTERN_MAX + 1][96];
	uint64_t ids[PATTERN_MAX + 1];
	char call_id[24];
};

/* 192.0.2.1 is ours, 198.51.100.7 the trunk "carrier-a"; telephones are 10.0.0.n. */
static const struct endpoint facts_pbx = { { 192, 0, 2, 1 }, 5060, 4 };
static const struct endpoint facts_trunk = { { 198, 51, 100, 7 }, 5060, 4 };
static const struct endpoint facts_phone = { { 10, 0, 0, 5 }, 5060, 4 };
/* A site behind a router on the public network, and one more. */
static const struct endpoint facts_site = { { 203, 0, 113, 5 }, 41000, 4 };
static const struct endpoint facts_site2 = { { 203, 0, 113, 77 }, 41000, 4 };

static inline void
facts_told(void *ctx, const struct incident *i)
{
	struct facts *t = ctx;

	assert_in_range(i->pattern, PATTERN_MIN, PATTERN_MAX);
	if (i->ended)
		t->ends[i->pattern]++;
	else if (i->id != t->ids[i->pattern])
		t->starts[i->pattern]++;
	t->ids[i->pattern] = i->id;
	t->level[i->pattern] = i->level;
	t->count[i->pattern] = i->count;
	slice_copy(t->sentence[i->pattern], sizeof t->sentence[0], i->sentence);
	slice_copy(t->peer[i->pattern], sizeof t->peer[0], i->peer);
	slice_copy(t->what[i->pattern], sizeof t->what[0], i->what);
}

static inline void
facts_open(struct facts *t)
{
	*t = (struct facts){ .now_ms = 1000 };
	t->in = incidents_new(&(struct incidents_cfg){ .seed = 7, .first_id = 1, .incident = facts_told, .ctx = t });
	assert_non_null(t->in);
}

static inline void
facts_close(struct facts *t)
{
	incidents_free(t->in);
}

static inline struct slice
facts_name(const struct endpoint *e)
{
	if (e == &facts_pbx)
		return slice_str("pbx");
	if (e == &facts_trunk)
		return slice_str("carrier-a");
	if (e == &facts_phone)
		return slice_str("10.0.0.5");
	return slice_str(e == &facts_site ? "203.0.113.5" : "other");
}

static inline uint8_t
facts_role(const struct endpoint *e)
{
	return e == &facts_pbx ? PEER_ROLE_PBX : e == &facts_trunk ? PEER_ROLE_TRUNK : PEER_ROLE_UNKNOWN;
}

/* A fact with nothing in it but its sides. */
static inline struct fact
facts_make(enum fact_kind kind, enum sip_method method, const struct endpoint *client, const struct endpoint *server)
{
	return (struct fact){ .kind = kind,
		.method = method,
		.client = client,
		.server = server,
		.own_client = client == &facts_pbx,
		.own_server = server == &facts_pbx,
		.role_client = facts_role(client),
		.role_server = facts_role(server),
		.name_client = facts_name(client),
		.name_server = facts_name(server),
		.from = slice_str("201"),
		.to = slice_str("+493012345"),
		.q850 = -1,
		.reason_sip = -1,
		.warn_code = -1,
		.ms = 20,
		.setup_ms = 40,
		.duration_ms = -1,
		.expires = -1,
		.session_expires = -1,
		.max_forwards = -1 };
}

/* An attempt over one hop that ended with a final code; 0 is silence. */
static inline struct fact
facts_end(enum sip_method method, const struct endpoint *client, const struct endpoint *server, uint16_t code)
{
	struct fact f = facts_make(FACT_OUTCOME, method, client, server);

	f.code = code;
	f.whole = f.leg = true;
	f.seized = code != 0;
	f.answered = code == 200 && method == METHOD_INVITE;
	f.outcome = code == 0 ? OUTCOME_NO_RESPONSE : code < 300 ? OUTCOME_OK : OUTCOME_FAILED;
	f.ms = f.setup_ms = code == 0 ? 32000 : 40;
	f.bytes = 900;
	return f;
}

/* Some ms later this happens; each with a Call-ID of its own unless it has one. */
static inline void
facts_see(struct facts *t, uint64_t after_ms, struct fact f)
{
	t->now_ms += after_ms;
	f.now_ms = t->now_ms;
	f.t_ns = (int64_t)t->now_ms * 1000000;
	if (f.call_id.n == 0) {
		snprintf(t->call_id, sizeof t->call_id, "call-%u", ++t->call);
		f.call_id = slice_str(t->call_id);
	}
	incidents_see(t->in, &f);
}

static inline void
facts_repeat(struct facts *t, int times, uint64_t apart_ms, struct fact f)
{
	for (int i = 0; i < times; i++)
		facts_see(t, apart_ms, f);
}

/* Alone in a new world, so often within a minute: does it start the pattern? */
static inline bool
facts_fires(unsigned pattern, int times, struct fact f)
{
	struct facts t;
	bool fired;

	facts_open(&t);
	facts_repeat(&t, times, 1000, f);
	fired = t.starts[pattern] > 0;
	facts_close(&t);
	return fired;
}

/* Nothing for so long. */
static inline void
facts_wait(struct facts *t, uint64_t ms)
{
	for (uint64_t end = t->now_ms + ms; t->now_ms < end;) {
		t->now_ms += end - t->now_ms < 1000 ? end - t->now_ms : 1000;
		incidents_advance(t->in, t->now_ms, (int64_t)t->now_ms * 1000000);
	}
}

/* The pattern started once and is up; or ended as often as it started. */
static inline void
facts_up(const struct facts *t, unsigned pattern, unsigned level)
{
	assert_int_equal(t->starts[pattern], t->ends[pattern] + 1);
	assert_int_equal(t->level[pattern], level);
}

static inline void
facts_none(const struct facts *t, unsigned pattern)
{
	assert_int_equal(t->starts[pattern], 0);
}

static inline void
facts_over(const struct facts *t, unsigned pattern, unsigned times)
{
	assert_int_equal(t->starts[pattern], times);
	assert_int_equal(t->ends[pattern], times);
}

#endif
