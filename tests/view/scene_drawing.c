/*
 * scene_drawing - see scene_drawing.h.
 */
#include "scene_drawing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sipwhy/timefmt.h"

/* ago: seconds before SCENE_NOW. */
static const struct {
	unsigned ago, code;
	int q850, warn;
	const char *phrase, *method, *peer, *from, *to;
	unsigned repeats;
	bool auth;
	const char *needs, *said_by;
	int setup_ms;
} drawing_rows[] = {
	{ 23, 486, -1, -1, "Busy Here", "INVITE", "carrier-a", "1052", "+442020011122", 0, false, "", "", 900 },
	{ 20, 503, 34, -1, "Service Unavailable", "INVITE", "wholesale-c", "1027", "+442063667109", 0, false, "", "",
	    72 },
	{ 19, 423, -1, -1, "Interval Too Brief", "REGISTER", "10.20.4.19", "1009", "1009", 1, false,
	    "Min-Expires: 3600", "", 4 },
	{ 17, 408, -1, -1, "Request Timeout", "INVITE", "trunk-de", "1051", "+493055530007", 0, false, "",
	    "10.20.0.10:5060", 5000 },
	{ 16, 503, -1, -1, "Service Unavailable", "INVITE", "wholesale-c", "1016", "+442067330777", 0, false, "", "",
	    72 },
	{ 15, 603, -1, -1, "Decline", "INVITE", "carrier-a", "1021", "+442008812345", 0, false, "", "", 2000 },
	{ 12, 404, 1, -1, "Not Found", "INVITE", "carrier-b", "1043", "+442067330181", 0, false, "", "", 80 },
	{ 12, 480, -1, -1, "Temporarily Unavailable", "INVITE", "carrier-a", "1054", "+442057917877", 0, false, "", "",
	    90 },
	{ 10, 503, -1, -1, "Service Unavailable", "INVITE", "wholesale-c", "1046", "+442018422000", 0, false, "", "",
	    72 },
	{ 9, 487, -1, -1, "Request Terminated", "INVITE", "carrier-b", "1033", "+442034841887", 0, false, "", "",
	    4000 },
	{ 8, 488, -1, 304, "media type", "INVITE", "carrier-a", "1034", "+442075201674", 0, false, "", "", 70 },
	{ 6, 0, -1, -1, "", "INVITE", "trunk-de", "1055", "+493055530001", 0, false, "", "", 32000 },
	{ 5, 503, 34, -1, "Service Unavailable", "INVITE", "wholesale-c", "1014", "+442033234300", 1, false, "", "",
	    72 },
	{ 3, 486, -1, -1, "Busy Here", "INVITE", "carrier-a", "1029", "+442089745048", 0, false, "", "", 800 },
	{ 3, 401, -1, -1, "Unauthorized", "REGISTER", "10.20.4.41", "1031", "1031", 6, true, "", "", 3 },
	{ 2, 404, 1, -1, "Not Found", "INVITE", "carrier-b", "1057", "+442038646352", 0, false, "", "", 70 },
	{ 1, 503, -1, -1, "Service Unavailable", "INVITE", "wholesale-c", "1003", "+442009375836", 0, false, "", "",
	    72 },
	{ 1, 503, -1, -1, "Service Unavailable", "INVITE", "wholesale-c", "1037", "+442066627625", 0, false, "", "",
	    72 },
};

void
scene_drawing_hello(struct scene *s)
{
	struct record r = {
		.type = RECORD_HELLO,
		.t_ns = SCENE_NOW,
		.host = "pbx-lon-1",
		.hello = { .version = "0.1.0",
		    .start_ns = SCENE_NOW - (3 * 86400 + 4 * 3600) * NS_PER_S,
		    .engine = 1,
		    .live = true },
	};

	assert_int_equal(store_apply(s->store, &r), 0);
	scene_source(s, "eth0", "reading", "capturing on eth0");
	store_advance(s->store, SCENE_NOW);
}

void
scene_drawing_events(struct scene *s)
{
	for (size_t i = 0; i < sizeof drawing_rows / sizeof drawing_rows[0]; i++) {
		struct event e = scene_failure(SCENE_NOW - (int64_t)drawing_rows[i].ago * NS_PER_S,
		    drawing_rows[i].code, drawing_rows[i].phrase, drawing_rows[i].peer);

		e.q850 = (int16_t)drawing_rows[i].q850;
		e.warn_code = (int16_t)drawing_rows[i].warn;
		e.method = slice_str(drawing_rows[i].method);
		e.from = slice_str(drawing_rows[i].from);
		e.to = slice_str(drawing_rows[i].to);
		e.repeats = drawing_rows[i].repeats;
		e.auth = drawing_rows[i].auth;
		e.needs = slice_str(drawing_rows[i].needs);
		e.said_by = slice_str(drawing_rows[i].said_by);
		e.src = slice_str(drawing_rows[i].said_by[0] != '\0' ? "203.0.113.9:5060" : "");
		e.setup_ms = drawing_rows[i].setup_ms;
		e.retry_after = slice_str(strcmp(drawing_rows[i].peer, "wholesale-c") == 0 ? "30" : "");
		e.source = slice_str("eth0");
		scene_put(s, &e);
	}
	store_advance(s->store, SCENE_NOW);
}

void
scene_drawing_open(struct scene *s, const struct view_cfg *cfg)
{
	scene_open(s);
	if (cfg != NULL)
		scene_configure(s, cfg);
	scene_drawing_hello(s);
	scene_drawing_events(s);
	free(scene_draw(s, SCENE_ROWS, SCENE_COLS, false));
	scene_keys(s, "2");
}

void
scene_drawing_kept(struct scene *s, const struct view_cfg *cfg)
{
	enum { ALL = 48255, KEPT = 9812, ALIKE = 365, ROWS = sizeof drawing_rows / sizeof drawing_rows[0] };
	static const struct {
		unsigned code;
		const char *peer;
	} usual[] = { { 486, "carrier-a" }, { 404, "carrier-b" }, { 487, "carrier-b" }, { 480, "carrier-a" } };
	const int64_t began_s = 3 * 86400 + 4 * 3600;

	scene_open(s);
	scene_store(s, &(struct store_cfg){ .events = KEPT });
	if (cfg != NULL)
		scene_configure(s, cfg);
	scene_drawing_hello(s);
	for (int64_t i = 0; i < ALL - ALIKE - ROWS; i++)
		scene_code(s, usual[i % 4].code, usual[i % 4].peer,
		    (int)(began_s - i * (began_s - 300) / (ALL - ALIKE - ROWS)));
	for (unsigned i = 0; i < ALIKE; i++) {
		struct event e = scene_failure(
		    SCENE_NOW - (299 - (int64_t)i * 275 / ALIKE) * NS_PER_S, 503, "Service Unavailable", "wholesale-c");
		char from[16], to[32];

		(void)snprintf(from, sizeof from, "%u", 1000 + i * 7 % 41);
		(void)snprintf(to, sizeof to, "+4420666%05u", i * 7919 % 100000);
		e.from = slice_str(from);
		e.to = slice_str(to);
		e.retry_after = slice_str("30");
		scene_put(s, &e);
	}
	scene_drawing_events(s);
	free(scene_draw(s, SCENE_ROWS, SCENE_COLS, false));
	scene_keys(s, "2");
}

void
scene_drawing_wide(struct scene *s)
{
	static const unsigned agos[] = { 47, 46, 45, 42, 41, 39, 37, 36, 34, 32, 30, 29, 27, 26, 24, 20, 16, 10, 5, 1,
		1 };
	static const char *const ends[][2] = { { "1055", "+442066746410" }, { "1052", "+442066738491" },
		{ "1049", "+442066730572" }, { "1046", "+442066722653" }, { "1043", "+442066714734" },
		{ "1040", "+442066706815" }, { "1037", "+442066698896" }, { "1034", "+442066690977" },
		{ "1031", "+442066683058" }, { "1028", "+442066675139" }, { "1025", "+442066667220" },
		{ "1022", "+442066659301" }, { "1019", "+442066651382" }, { "1016", "+442066643463" },
		{ "1013", "+442066635544" }, { "1027", "+442063667109" }, { "1016", "+442067330777" },
		{ "1046", "+442018422000" }, { "1014", "+442033234300" }, { "1003", "+442009375836" },
		{ "1037", "+442066627625" } };

	for (size_t i = 0; i < sizeof agos / sizeof agos[0]; i++) {
		unsigned code = i == 5 ? 502 : i == 11 ? 500 : 503;
		struct event e = scene_failure(SCENE_NOW - (int64_t)agos[i] * NS_PER_S, code,
		    code == 502       ? "Bad Gateway"
			: code == 500 ? "Server Internal Error"
				      : "Service Unavailable",
		    code == 503 ? "wholesale-c" : "carrier-a");
		char call[32];

		e.q850 = (int16_t)(code == 503 && i % 3 == 0 ? 34 : -1);
		(void)snprintf(call, sizeof call, "%08zx0003@10.20.0.10", 0x8c38fb29 - (20 - i) * 0x10f);
		e.call_id = slice_str(call);
		e.from = slice_str(ends[i][0]);
		e.to = slice_str(ends[i][1]);
		e.repeats = i == 18;
		e.retry_after = slice_str("30");
		e.src = slice_str("203.0.113.40:5060");
		e.dst = slice_str("10.20.0.10:5060");
		e.setup_ms = 72;
		e.raw = slice_str("SIP/2.0 503 Service Unavailable\r\n"
				  "Via: SIP/2.0/UDP 10.20.0.10;branch=z9hG4bK8c38fb29\r\n"
				  "From: \"Ext 1037\" <sip:1037@pbx.example.net>;tag=i3\r\n"
				  "To: <sip:+442066627625@203.0.113.40>;tag=t3\r\n"
				  "Call-ID: 8c38fb290003@10.20.0.10\r\nCSeq: 1 INVITE\r\n"
				  "Server: Wholesale-C\r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n");
		e.raw_len = (uint32_t)e.raw.n;
		scene_put(s, &e);
	}
	store_advance(s->store, SCENE_NOW);
}

/*
 * What fails in five minutes of the drawings; one row of it an event and a failure of the peer each.  users: how many
 * numbers from `from` on; before: as many in the five minutes before; late: seconds that nothing came of it.
 */
static const struct {
	unsigned n, before, code;
	int q850;
	const char *phrase, *method, *peer, *to;
	unsigned from, users;
	bool ours, auth;
	int setup_ms;
	unsigned late;
} drawing_mass[] = {
	{ 311, 88, 503, 34, "Service Unavailable", "INVITE", "wholesale-c", "+442066627625", 1060, 37, false, false, 71,
	    0 },
	{ 22, 4, 503, 34, "Service Unavailable", "INVITE", "wholesale-c", "+442066627625", 1037, 1, false, false, 72,
	    0 },
	{ 19, 4, 503, 34, "Service Unavailable", "INVITE", "wholesale-c", "+442009375836", 1003, 1, false, false, 70,
	    0 },
	{ 17, 4, 503, 34, "Service Unavailable", "INVITE", "wholesale-c", "+442033234300", 1014, 1, false, false, 71,
	    0 },
	{ 213, 209, 486, -1, "Busy Here", "INVITE", "carrier-a", "+442089745048", 1100, 37, false, false, 4100, 0 },
	{ 129, 131, 404, 1, "Not Found", "INVITE", "carrier-b", "+442038646352", 1140, 52, false, false, 180, 0 },
	{ 77, 75, 404, -1, "Not Found", "INVITE", "pbx-lon-1", "4711", 1200, 9, true, false, 1, 0 },
	{ 118, 121, 487, -1, "Request Terminated", "INVITE", "carrier-b", "+442034841887", 1210, 44, false, false, 9200,
	    0 },
	{ 95, 0, 401, -1, "Unauthorized", "REGISTER", "10.20.4.41", "", 1031, 1, true, true, 3, 60 },
	{ 71, 70, 480, -1, "Temporarily Unavailable", "INVITE", "carrier-a", "+442057917877", 1260, 31, false, false,
	    90, 0 },
	{ 24, 3, 0, -1, "", "INVITE", "trunk-de", "+493055530001", 1300, 11, false, false, 32000, 0 },
	{ 19, 16, 408, -1, "Request Timeout", "INVITE", "trunk-de", "+493055530007", 1320, 11, true, false, 32000, 0 },
	{ 12, 13, 488, -1, "Not Acceptable Here", "INVITE", "carrier-a", "+442075201674", 1034, 4, false, false, 95,
	    0 },
	{ 9, 9, 423, -1, "Interval Too Brief", "REGISTER", "phones", "", 1340, 2, true, false, 4, 0 },
	{ 8, 8, 603, -1, "Decline", "INVITE", "carrier-a", "+442008812345", 1021, 6, false, false, 2000, 0 },
};
enum { DRAWING_MASS = sizeof drawing_mass / sizeof drawing_mass[0], DRAWING_SPAN = 286 };

/* A request that nobody answers is a failure of its peer, and no response. */
static void
drawing_silence(struct scene *s, int64_t t_ns, const char *peer)
{
	static struct counts counts;
	struct peer_stat stat = { .events = 1, .codes = { { 0, 1 } } };
	struct record r = { .type = RECORD_TICK,
		.t_ns = t_ns,
		.host = "pbx-lon-1",
		.tick = { .counts = &counts, .peers = &stat, .n_peers = 1 } };

	counts.events = 1;
	(void)snprintf(stat.name, sizeof stat.name, "%s", peer);
	assert_int_equal(store_apply(s->store, &r), 0);
}

void
scene_drawing_counted(struct scene *s, int64_t t_ns, unsigned code, const char *peer)
{
	if (code == 0)
		drawing_silence(s, t_ns, peer);
	else
		scene_responses(s, t_ns, code, 1, 1, peer);
}

static void
drawing_event(struct scene *s, int64_t t_ns, size_t row, unsigned from, const char *to)
{
	struct event e = scene_failure(t_ns, drawing_mass[row].code, drawing_mass[row].phrase, drawing_mass[row].peer);
	char user[16], call_id[40];

	(void)snprintf(user, sizeof user, "%u", from);
	(void)snprintf(call_id, sizeof call_id, "%08x@10.20.0.10", ((unsigned)s->next_id * 2654435761u) ^ 0x8c38fb29u);
	e.q850 = (int16_t)drawing_mass[row].q850;
	e.method = slice_str(drawing_mass[row].method);
	e.from = slice_str(user);
	e.to = slice_str(to);
	e.auth = drawing_mass[row].auth;
	e.direction = drawing_mass[row].ours ? DIRECTION_SENT : DIRECTION_RECEIVED;
	e.setup_ms = drawing_mass[row].setup_ms;
	e.call_id = slice_str(call_id);
	scene_put(s, &e);
	scene_drawing_counted(s, t_ns, drawing_mass[row].code, drawing_mass[row].peer);
}

/* Of n that come evenly until the end of the span, those of one second. */
static unsigned
drawing_part(unsigned n, unsigned second, unsigned late)
{
	unsigned span = DRAWING_SPAN - late;

	return second < late ? 0 : n * (second - late + 1) / span - n * (second - late) / span;
}

static void
drawing_second(struct scene *s, int64_t t_ns, unsigned second, bool before)
{
	for (size_t i = 0; i < DRAWING_MASS; i++) {
		unsigned n = before ? drawing_mass[i].before : drawing_mass[i].n, done = n * second / DRAWING_SPAN;

		for (unsigned k = 0; k < drawing_part(n, second, drawing_mass[i].late); k++)
			drawing_event(
			    s, t_ns, i, drawing_mass[i].from + (done + k) % drawing_mass[i].users, drawing_mass[i].to);
	}
}

/* The newest ones, by name. */
static void
drawing_newest(struct scene *s)
{
	static const struct {
		int64_t ago_ms;
		size_t row;
		unsigned from;
		const char *to;
	} rows[] = {
		{ 2690, 4, 1029, "+442089745048" },
		{ 2129, 8, 1031, "" },
		{ 1996, 5, 1057, "+442038646352" },
		{ 880, 0, 1003, "+442009375836" },
		{ 447, 0, 1037, "+442066627625" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		drawing_event(s, SCENE_NOW - rows[i].ago_ms * NS_PER_MS, rows[i].row, rows[i].from, rows[i].to);
}

void
scene_drawing_calls(struct scene *s, int64_t t_ns, const struct drawing_calls *d, int64_t part, int64_t parts)
{
	static struct counts none;
	struct kpi_counts kpi = { .n = { 0 } };
	struct kpi_peer of = { .name = d->peer, .role = (uint8_t)d->role, .counts = &kpi };
	struct record r = { .type = RECORD_TICK,
		.t_ns = t_ns,
		.host = "pbx-lon-1",
		.tick = { .counts = &none, .kpi = &kpi, .kpi_peers = &of, .n_kpi_peers = 1 } };
	int64_t bids = d->bids * (part + 1) / parts - d->bids * part / parts;
	int64_t answered = d->answered * (part + 1) / parts - d->answered * part / parts;
	int64_t registers = d->registers * (part + 1) / parts - d->registers * part / parts;

	kpi.n[KPI_BIDS] = kpi.n[KPI_SEIZURES] = bids;
	kpi.n[KPI_ANSWERED] = answered;
	kpi.n[KPI_DELIVERED] = kpi.n[KPI_EFFECTIVE] = d->delivered * (part + 1) / parts - d->delivered * part / parts;
	kpi.n[KPI_INEFFECTIVE] = bids - kpi.n[KPI_DELIVERED];
	kpi.n[KPI_REGISTERS] = registers;
	kpi.n[KPI_REGISTERED] = d->registered * (part + 1) / parts - d->registered * part / parts;
	kpi.n[KPI_REQUESTS] = 3 * bids + 2 * registers;
	kpi.delay[KPI_PDD][kpi_bin(d->pdd_ms)] = (int32_t)answered;
	kpi.delay[KPI_PDD][kpi_bin(3 * d->pdd_ms)] = (int32_t)(bids / 16);
	assert_int_equal(store_apply(s->store, &r), 0);
}

/* A minute of what each peer usually has: ASR 51 % of wholesale-c, 57 and 61 of the carriers, 49 of trunk-de. */
static const struct drawing_calls drawing_usual[] = {
	{ "wholesale-c", PEER_ROLE_TRUNK, 70, 36, 70, 0, 0, 2000 },
	{ "carrier-b", PEER_ROLE_TRUNK, 240, 137, 240, 0, 0, 2000 },
	{ "carrier-a", PEER_ROLE_TRUNK, 225, 137, 225, 0, 0, 2000 },
	{ "trunk-de", PEER_ROLE_TRUNK, 45, 22, 45, 0, 0, 2000 },
	{ "phones", PEER_ROLE_PHONES, 0, 0, 0, 300, 298, 0 },
};
/* And the last five minutes. */
static const struct drawing_calls drawing_now[] = {
	{ "wholesale-c", PEER_ROLE_TRUNK, 371, 12, 22, 0, 0, 2000 },
	{ "carrier-b", PEER_ROLE_TRUNK, 1204, 662, 1168, 0, 0, 2000 },
	{ "carrier-a", PEER_ROLE_TRUNK, 1125, 697, 1102, 0, 0, 2000 },
	{ "trunk-de", PEER_ROLE_TRUNK, 224, 90, 159, 0, 0, 3000 },
	{ "10.20.4.41", PEER_ROLE_PHONES, 0, 0, 0, 96, 0, 0 },
	{ "phones", PEER_ROLE_PHONES, 0, 0, 0, 1500, 1491, 0 },
};

static void
drawing_calls(struct scene *s, int64_t t_ns, int64_t ago)
{
	if (ago >= 300 && ago % 60 == 0)
		for (size_t i = 0; i < sizeof drawing_usual / sizeof drawing_usual[0]; i++)
			scene_drawing_calls(s, t_ns, &drawing_usual[i], 0, 1);
	else if (ago < 300)
		for (size_t i = 0; i < sizeof drawing_now / sizeof drawing_now[0]; i++)
			scene_drawing_calls(s, t_ns, &drawing_now[i], 29 - ago / 10, 30);
}

static void
drawing_sources(struct scene *s, int64_t t_ns, int64_t ago)
{
	static struct counts none;
	/* The log is silent for a minute. */
	uint64_t n = (uint64_t)(5400 - ago), lines = ago >= 4660 && ago <= 4720 ? 680 : n;
	struct source_stat stat[2] = { { .name = "eth0",
					   .kind = "live",
					   .state = "reading",
					   .frames = 6204 * n,
					   .bytes = 3000000 * n,
					   .verdict = { [WIRE_SIP] = 120 * n, [WIRE_NOT_SIP] = 6084 * n } },
		{ .name = "full",
		    .kind = "follow",
		    .state = "reading",
		    .text = true,
		    .frames = 9 * lines,
		    .bytes = 800 * lines,
		    .messages = 3 * lines,
		    .verdict = { [WIRE_SIP] = 8 * lines, [WIRE_NOT_SIP] = lines } } };
	struct record r = { .type = RECORD_TICK,
		.t_ns = t_ns,
		.host = "pbx-lon-1",
		.tick = { .counts = &none, .sources = stat, .n_sources = 2 } };

	assert_int_equal(store_apply(s->store, &r), 0);
}

/* What 10 seconds of such a PBX have that goes well. */
static void
drawing_good(struct scene *s, int64_t t_ns, int64_t ago)
{
	scene_responses(s, t_ns, 100, 303 + (uint64_t)(ago / 60 % 5), 0, NULL);
	scene_responses(s, t_ns, 200, ago <= 300 ? 426 : 479, 0, NULL);
	scene_responses(s, t_ns, 401, ago <= 300 ? 12 : 33, 0, NULL);
	scene_responses(s, t_ns, 503, ago > 690 && ago % 50 == 0, 0, NULL);
	if (ago % 600 == 0)
		scene_responses(s, t_ns, 302, 1, 0, NULL);
}

void
scene_drawing_trunk(struct scene *s)
{
	scene_drawing_hello(s);
	for (int64_t ago = 5400; ago >= 0; ago -= 10) {
		int64_t t = SCENE_NOW - ago * NS_PER_S;

		store_advance(s->store, t);
		drawing_good(s, t, ago);
		drawing_calls(s, t, ago);
		drawing_sources(s, t, ago);
		/* What fails now and then was seen before, so that it is not new. */
		for (size_t i = 0; ago == 5390 && i < DRAWING_MASS; i++)
			if (drawing_mass[i].before > 0)
				drawing_event(s, t, i, drawing_mass[i].from, drawing_mass[i].to);
		for (unsigned k = 0; k < 10 && ago > 600 && ago <= 690; k++)
			drawing_event(s, t + k * NS_PER_S, 0, 1060 + k, drawing_mass[0].to);
		for (unsigned k = 0; k < 10 && ago > 0 && ago <= 600; k++) {
			unsigned second = (600 - (unsigned)ago + k) % 300;

			store_advance(s->store, t + k * NS_PER_S);
			if (second >= 10 && second < 10 + DRAWING_SPAN)
				drawing_second(s, t + k * NS_PER_S, second - 10, ago > 300);
		}
	}
	drawing_newest(s);
	store_advance(s->store, SCENE_NOW);
}

size_t
scene_drawing_rules(struct scene *s, struct rule *rules[RULE_MAX])
{
	const char *name, *text;
	struct errmsg em;
	size_t n = 0;

	for (; rule_builtin(n, &name, &text); n++)
		assert_int_equal(rule_new(&rules[n], slice_str(name), slice_str(text), NULL, &em), 0);
	assert_int_equal(store_rules(s->store, rules, n), 0);
	return n;
}
