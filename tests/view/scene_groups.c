/*
 * scene_groups - what the two drawings of the groups have: the inbox, and how the calls of each peer go; see
 * scene_drawing.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "scene_drawing.h"
#include "sipwhy/timefmt.h"

/* The groups of the drawing: how many in 5 minutes, by how many users, and what came in the hour before. */
static const struct {
	unsigned code, n, users, earlier;
	int q850, warn;
	bool calls, auth;
	const char *phrase, *method, *peer, *prefix;
	enum direction direction;
} groups_rows[] = {
	{ 503, 371, 41, 0, 34, -1, true, false, "Service Unavailable", "INVITE", "wholesale-c", "+44206",
	    DIRECTION_RECEIVED },
	{ 401, 96, 1, 0, -1, -1, false, true, "Unauthorized", "REGISTER", "10.20.4.41", "", DIRECTION_SENT },
	{ 486, 214, 37, 2200, -1, -1, true, false, "Busy Here", "INVITE", "carrier-a", "+44208", DIRECTION_RECEIVED },
	{ 404, 130, 52, 1300, 1, -1, true, false, "Not Found", "INVITE", "carrier-b", "+44203", DIRECTION_RECEIVED },
	{ 487, 118, 44, 1250, -1, -1, true, false, "Request Terminated", "INVITE", "carrier-b", "+44203",
	    DIRECTION_RECEIVED },
	{ 480, 71, 31, 700, -1, -1, true, false, "Temporarily Unavailable", "INVITE", "carrier-a", "+44208",
	    DIRECTION_RECEIVED },
	{ 404, 77, 9, 800, -1, -1, true, false, "Not Found", "INVITE", "pbx-lon-1", "", DIRECTION_SENT },
	{ 0, 24, 11, 30, -1, -1, true, false, "", "INVITE", "trunk-de", "+49305", DIRECTION_RECEIVED },
	{ 408, 19, 11, 20, -1, -1, true, false, "Request Timeout", "INVITE", "trunk-de", "+49305", DIRECTION_SENT },
	{ 488, 12, 4, 120, -1, 304, true, false, "Not Acceptable Here", "INVITE", "carrier-a", "+44207",
	    DIRECTION_RECEIVED },
	{ 423, 9, 2, 90, -1, -1, false, false, "Interval Too Brief", "REGISTER", "pbx-lon-1", "", DIRECTION_SENT },
	{ 603, 8, 6, 80, -1, -1, true, false, "Decline", "INVITE", "carrier-a", "+44200", DIRECTION_RECEIVED },
	{ 403, 5, 2, 10, -1, -1, true, false, "Forbidden", "INVITE", "carrier-a", "+44900", DIRECTION_RECEIVED },
	{ 481, 4, 2, 10, -1, -1, true, false, "Call Does Not Exist", "BYE", "phones", "", DIRECTION_RECEIVED },
	{ 501, 3, 1, 10, -1, -1, false, false, "Not Implemented", "PUBLISH", "phones", "", DIRECTION_SENT },
};

static void
groups_put(struct scene *s, unsigned kind, unsigned i, int64_t t_ns)
{
	struct event e = scene_failure(t_ns, groups_rows[kind].code, groups_rows[kind].phrase, groups_rows[kind].peer);
	char from[16], to[32], call[32];

	(void)snprintf(from, sizeof from, "%u", 1000 + (kind == 1 ? 31 : i % groups_rows[kind].users));
	(void)snprintf(to, sizeof to, "%s627625", groups_rows[kind].prefix);
	(void)snprintf(call, sizeof call, "%u-%u@10.20.0.10", kind, i);
	e.q850 = (int16_t)groups_rows[kind].q850;
	e.warn_code = (int16_t)groups_rows[kind].warn;
	e.auth = groups_rows[kind].auth;
	e.method = slice_str(groups_rows[kind].method);
	e.direction = groups_rows[kind].direction;
	e.from = slice_str(from);
	e.to = slice_str(groups_rows[kind].prefix[0] != '\0' ? to : from);
	e.call_id = slice_str(groups_rows[kind].calls ? call : "");
	e.source = slice_str("eth0");
	scene_put(s, &e);
}

/* Oldest first: the hour before, then five minutes of a trunk without circuits. */
void
scene_drawing_groups(struct scene *s)
{
	unsigned n = sizeof groups_rows / sizeof groups_rows[0];

	scene_drawing_hello(s);
	for (unsigned k = 0; k < 2200; k++)
		for (unsigned kind = 0; kind < n; kind++)
			if (k < groups_rows[kind].earlier)
				groups_put(s, kind, k,
				    SCENE_NOW - 3600 * NS_PER_S +
					(int64_t)k * 3300 * NS_PER_S / groups_rows[kind].earlier);
	for (unsigned k = 0; k < 371; k++)
		for (unsigned kind = 0; kind < n; kind++)
			if (k < groups_rows[kind].n)
				groups_put(s, kind, 10000 + k,
				    SCENE_NOW - 299 * NS_PER_S + (int64_t)k * 298 * NS_PER_S / groups_rows[kind].n);
	store_advance(s->store, SCENE_NOW);
	for (unsigned kind = 12; kind < n; kind++) {
		static struct store_group rows[STORE_GROUPS_MAX];
		size_t all = store_groups(s->store, true, rows, STORE_GROUPS_MAX);

		for (size_t i = 0; i < all; i++)
			if (rows[i].code == groups_rows[kind].code)
				store_group_mute(s->store, rows[i].key, true);
	}
}

/* Calls and registrations of a minute as it usually is, and of the last five. */
static const struct drawing_calls peers_usual[] = {
	{ "wholesale-c", PEER_ROLE_TRUNK, 70, 36, 70, 0, 0, 700 },
	{ "trunk-de", PEER_ROLE_TRUNK, 45, 22, 45, 0, 0, 2000 },
	{ "carrier-b", PEER_ROLE_TRUNK, 240, 137, 240, 0, 0, 2000 },
	{ "carrier-a", PEER_ROLE_TRUNK, 225, 137, 225, 0, 0, 2000 },
	{ "phones", PEER_ROLE_PHONES, 25, 22, 25, 34, 33, 30 },
};
static const struct drawing_calls peers_now[] = {
	{ "wholesale-c", PEER_ROLE_TRUNK, 387, 12, 23, 0, 0, 90 },
	{ "trunk-de", PEER_ROLE_TRUNK, 82, 33, 58, 0, 0, 3000 },
	{ "carrier-b", PEER_ROLE_TRUNK, 1229, 676, 1192, 0, 0, 2000 },
	{ "carrier-a", PEER_ROLE_TRUNK, 1980, 1226, 1940, 0, 0, 2000 },
	{ "phones", PEER_ROLE_PHONES, 100, 88, 99, 170, 161, 30 },
	{ "10.20.4.41", PEER_ROLE_PHONES, 0, 0, 0, 96, 0, 0 },
};

/*
 * Their failures: n in the last five minutes, at that rate since so many seconds (300 and more), or all of them in
 * those; before: in each five minutes of the hour that came first.
 */
static const struct {
	const char *peer, *address, *agent;
	unsigned code, n, since, before;
	const char *phrase, *method;
	enum direction direction;
} peers_rows[] = {
	{ "wholesale-c", "203.0.113.40:5060", "Wholesale-C", 404, 2, 300, 0, "Not Found", "INVITE",
	    DIRECTION_RECEIVED },
	{ "wholesale-c", "203.0.113.40:5060", "Wholesale-C", 503, 371, 660, 6, "Service Unavailable", "INVITE",
	    DIRECTION_RECEIVED },
	{ "trunk-de", "192.0.2.16:5060", "", 500, 1, 300, 0, "Server Internal Error", "INVITE", DIRECTION_RECEIVED },
	{ "trunk-de", "192.0.2.16:5060", "", 0, 24, 900, 3, "", "INVITE", DIRECTION_RECEIVED },
	{ "trunk-de", "192.0.2.16:5060", "", 408, 19, 900, 2, "Request Timeout", "INVITE", DIRECTION_SENT },
	{ "carrier-b", "198.51.100.23:5060", "", 404, 130, 300, 126, "Not Found", "INVITE", DIRECTION_RECEIVED },
	{ "carrier-b", "198.51.100.23:5060", "", 500, 3, 300, 3, "Server Internal Error", "INVITE",
	    DIRECTION_RECEIVED },
	{ "carrier-a", "198.51.100.7:5060", "", 486, 214, 300, 209, "Busy Here", "INVITE", DIRECTION_RECEIVED },
	{ "carrier-a", "198.51.100.7:5060", "", 480, 71, 300, 70, "Temporarily Unavailable", "INVITE",
	    DIRECTION_RECEIVED },
	{ "carrier-a", "198.51.100.7:5060", "", 488, 12, 300, 13, "Not Acceptable Here", "INVITE", DIRECTION_RECEIVED },
	{ "carrier-a", "198.51.100.7:5060", "", 404, 11, 300, 11, "Not Found", "INVITE", DIRECTION_RECEIVED },
	{ "carrier-a", "198.51.100.7:5060", "", 603, 8, 300, 8, "Decline", "INVITE", DIRECTION_RECEIVED },
	{ "phones", "10.20.4.19:5060", "", 423, 9, 300, 9, "Interval Too Brief", "REGISTER", DIRECTION_SENT },
	{ "10.20.4.41", "10.20.4.41:5060", "", 401, 96, 240, 0, "Unauthorized", "REGISTER", DIRECTION_SENT },
};

static void
peers_put(struct scene *s, size_t row, int64_t t_ns)
{
	struct event e = scene_failure(t_ns, peers_rows[row].code, peers_rows[row].phrase, peers_rows[row].peer);
	bool received = peers_rows[row].direction == DIRECTION_RECEIVED;
	struct slice pbx = slice_str("10.20.0.10:5060"), other = slice_str(peers_rows[row].address);

	e.method = slice_str(peers_rows[row].method);
	e.direction = peers_rows[row].direction;
	e.agent = slice_str(received ? peers_rows[row].agent : "");
	e.q850 = peers_rows[row].code == 503 ? 34 : -1;
	e.src = received ? other : pbx;
	e.dst = received ? pbx : other;
	e.source = slice_str("eth0");
	scene_put(s, &e);
	scene_drawing_counted(s, t_ns, peers_rows[row].code, peers_rows[row].peer);
}

/* Of n that come evenly in so many seconds, those of one second. */
static unsigned
peers_part(unsigned n, unsigned span, unsigned second)
{
	return n * (second + 1) / span - n * second / span;
}

static void
peers_second(struct scene *s, int64_t t_ns, unsigned ago)
{
	for (size_t i = 0; ago < 3600 && i < sizeof peers_rows / sizeof peers_rows[0]; i++) {
		unsigned since = peers_rows[i].since, span = since < 300 ? since : 300;
		unsigned k = ago < since ? peers_part(peers_rows[i].n, span, since - 1 - ago)
					 : peers_part(peers_rows[i].before, 300, 3599 - ago);

		while (k-- > 0)
			peers_put(s, i, t_ns);
	}
}

void
scene_drawing_peers(struct scene *s)
{
	scene_drawing_hello(s);
	for (int64_t ago = 5400; ago >= 0; ago--) {
		int64_t t = SCENE_NOW - ago * NS_PER_S;

		store_advance(s->store, t);
		/* Delays are kept by the minute: what is usual ends where the first minute of the window begins. */
		for (size_t i = 0; ago > 300 && ago % 60 == 0 && i < sizeof peers_usual / sizeof peers_usual[0]; i++)
			scene_drawing_calls(s, t, &peers_usual[i], 0, 1);
		for (size_t i = 0; ago < 300 && ago % 10 == 0 && i < sizeof peers_now / sizeof peers_now[0]; i++)
			scene_drawing_calls(s, t, &peers_now[i], 29 - ago / 10, 30);
		peers_second(s, t - 447 * NS_PER_MS, (unsigned)ago);
		if (ago == 45)
			scene_good(s, 90000, 45);
	}
	store_advance(s->store, SCENE_NOW);
}
