/*
 * scene - what is told to the store, as records; see scene.h.  What is drawn of it: scene_screen.c.
 */
#include "scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sipwhy/timefmt.h"

/* %u: number of the event, to tell them apart. */
static const struct {
	unsigned code;
	int q850, warn;
	const char *phrase, *method, *to, *peer, *agent, *reason, *warning, *retry;
	enum direction direction;
} scene_kinds[] = {
	{ 503, 34, -1, "Service Unavailable", "INVITE", "+442066627625", "203.0.113.40", "Wholesale-C",
	    "Q.850;cause=34;text=\"No circuit available\"", "", "30", DIRECTION_RECEIVED },
	{ 404, 1, -1, "Not Found", "INVITE", "+442038646352", "198.51.100.23", "", "Q.850;cause=1", "", "",
	    DIRECTION_RECEIVED },
	{ 486, -1, -1, "Busy Here", "INVITE", "+442089745048", "198.51.100.7", "Carrier-A SBC", "", "", "",
	    DIRECTION_RECEIVED },
	{ 403, -1, -1, "Forbidden", "REGISTER", "1031", "10.20.4.41", "Asterisk PBX 20.9.2", "", "", "",
	    DIRECTION_SENT },
	{ 488, -1, 304, "Not Acceptable Here", "INVITE", "+442075201674", "2001:db8:1234:5678::9abc:def0", "", "",
	    "304 carrier-a \"Media type not available\"", "", DIRECTION_RECEIVED },
	{ 603, -1, -1, "Decline", "INVITE", "+442008812345", "198.51.100.7", "", "", "", "", DIRECTION_UNKNOWN },
	{ 480, -1, -1,
	    "Evil \x1b]0;owned\x07\xe2\x80\xae"
	    "phrase",
	    "INVITE", "M\xc3\xbcller \xe6\x97\xa5\xe6\x9c\xac", "198.51.100.7",
	    "bad\xff"
	    "agent",
	    "", "", "", DIRECTION_RECEIVED },
};

bool
scene_ready(void)
{
	(void)setenv("TZ", "UTC", 1);
	tzset();
	return setlocale(LC_CTYPE, "C.UTF-8") != NULL;
}

void
scene_open(struct scene *s)
{
	*s = (struct scene){ .next_id = 1, .next_incident = 1 };
	theme_default(&s->theme);
	s->store = store_new(NULL);
	s->canvas = canvas_new(24, 80);
	assert_non_null(s->store);
	assert_non_null(s->canvas);
	s->viewer = viewer_new(s->store, &s->theme, NULL);
	assert_non_null(s->viewer);
}

void
scene_close(struct scene *s)
{
	viewer_free(s->viewer);
	canvas_free(s->canvas);
	store_free(s->store);
}

void
scene_store(struct scene *s, const struct store_cfg *cfg)
{
	viewer_free(s->viewer);
	s->viewer = NULL;
	store_free(s->store);
	s->store = store_new(cfg);
	assert_non_null(s->store);
	scene_configure(s, NULL);
}

void
scene_configure(struct scene *s, const struct view_cfg *cfg)
{
	viewer_free(s->viewer);
	s->viewer = viewer_new(s->store, &s->theme, cfg);
	assert_non_null(s->viewer);
}

void
scene_apply(struct scene *s, const struct record *r)
{
	assert_int_equal(store_apply(s->store, r), 0);
}

void
scene_began(struct scene *s, bool live, int64_t ago_s)
{
	struct record r = {
		.type = RECORD_HELLO,
		.t_ns = SCENE_NOW - ago_s * NS_PER_S,
		.host = "pbx-lon-1",
		.hello = { .version = "0.1.0", .start_ns = SCENE_NOW - ago_s * NS_PER_S, .engine = 1, .live = live },
	};

	scene_apply(s, &r);
}

void
scene_hello(struct scene *s, bool live)
{
	scene_began(s, live, 600);
}

void
scene_source(struct scene *s, const char *name, const char *state, const char *sentence)
{
	struct record r = {
		.type = RECORD_SOURCE,
		.t_ns = SCENE_NOW,
		.host = "pbx-lon-1",
		.source = { .name = name,
		    .kind = strchr(name, '.') != NULL ? "file" : "live",
		    .state = state,
		    .sentence = sentence },
	};

	scene_apply(s, &r);
}

void
scene_responses(struct scene *s, int64_t t_ns, unsigned code, uint64_t n, uint64_t events, const char *peer)
{
	static struct counts counts;
	struct peer_stat stat;
	struct record r = { .type = RECORD_TICK,
		.t_ns = t_ns,
		.host = "pbx-lon-1",
		.tick = { .counts = &counts, .peers = &stat, .n_peers = peer != NULL } };

	memset(&counts, 0, sizeof counts);
	memset(&stat, 0, sizeof stat);
	counts.responses[METHOD_INVITE][code - SIP_CODE_MIN] = n;
	counts.events = events;
	stat.responses[code / 100 - 1] = n;
	stat.events = events;
	stat.codes[0].code = (uint16_t)code;
	stat.codes[0].n = events;
	(void)snprintf(stat.name, sizeof stat.name, "%s", peer != NULL ? peer : "");
	scene_apply(s, &r);
}

void
scene_frames(struct scene *s, const char *name, const char *state, uint64_t frames, uint64_t sip, uint64_t lost,
    uint64_t done, uint64_t total)
{
	static struct counts none;
	struct source_stat stat = { .frames = frames, .kernel_drops = lost, .done = done, .total = total };
	struct record r = { .type = RECORD_TICK,
		.t_ns = SCENE_NOW,
		.host = "pbx-lon-1",
		.tick = { .counts = &none, .sources = &stat, .n_sources = 1 } };

	(void)snprintf(stat.name, sizeof stat.name, "%s", name);
	(void)snprintf(stat.kind, sizeof stat.kind, "%s", total > 0 ? "file" : "live");
	(void)snprintf(stat.state, sizeof stat.state, "%s", state);
	stat.verdict[WIRE_SIP] = sip;
	stat.verdict[WIRE_NOT_SIP] = frames - sip;
	scene_apply(s, &r);
}

void
scene_stat(struct scene *s, const struct source_stat *stat)
{
	static struct counts none;
	struct record r = { .type = RECORD_TICK,
		.t_ns = SCENE_NOW,
		.host = "pbx-lon-1",
		.tick = { .counts = &none, .sources = stat, .n_sources = 1 } };

	scene_apply(s, &r);
}

void
scene_word(struct scene *s, const char *name, const char *kind, const char *state, const char *sentence)
{
	struct record r = { .type = RECORD_SOURCE,
		.t_ns = SCENE_NOW,
		.host = "pbx-lon-1",
		.source = { .name = name, .kind = kind, .state = state, .sentence = sentence } };

	scene_apply(s, &r);
}

struct source_stat
scene_log(const char *name, const char *kind, const char *state)
{
	struct source_stat stat = { .frames = 1204551,
		.bytes = 98123456,
		.verdict = { [WIRE_SIP] = 904000,
		    [WIRE_NOT_SIP] = 300500,
		    [WIRE_MALFORMED] = 12,
		    [WIRE_DROPPED] = 31,
		    [WIRE_HELD] = 3 },
		.skipped = 5,
		.text = true,
		.messages = 51877,
		.statements = 4,
		.notices = 33,
		.cut = 3,
		.again = 7,
		.quiet = 2,
		.long_records = 9,
		.forgotten = 6,
		.no_year = 51880 };

	(void)snprintf(stat.name, sizeof stat.name, "%s", name);
	(void)snprintf(stat.kind, sizeof stat.kind, "%s", kind);
	(void)snprintf(stat.state, sizeof stat.state, "%s", state);
	if (strcmp(kind, "file") == 0) {
		stat.total = 228000000;
		stat.done = 98123456;
	} else if (strcmp(kind, "follow") == 0) {
		stat.rotations = 2;
		stat.no_zone = 51880;
	} else {
		stat.senders = 3;
		stat.connected = 12;
		stat.refused = 231;
		stat.closed = 2;
		(void)snprintf(stat.turned_away, sizeof stat.turned_away, "203.0.113.9: not in --allow");
		stat.bad_frames = 5;
		stat.no_zone = 880;
		stat.no_date = 4;
		stat.no_time = 1;
	}
	return stat;
}

void
scene_notice(struct scene *s, int64_t t_ns, unsigned kind)
{
	static const struct {
		const char *stamp, *kind, *means, *method, *call_id, *peer, *user, *text;
	} kinds[] = {
		{ "2026-11-22 14:32:01", "auth-failed", "the credentials were wrong or missing; a 401 or 403 follows",
		    "REGISTER", "1234@203.0.113.99", "203.0.113.99:5062", "\"Alice\" <sip:1001@pbx>;tag=9f",
		    "Request 'REGISTER' from '<sip:1001@pbx>' failed for '203.0.113.99:5062' "
		    "(callid: 1234@203.0.113.99) - "
		    "Failed to authenticate" },
		{ "Nov 22 14:32:03", "no-extension", "nobody has this number in the dialplan; a 404 follows", "INVITE",
		    "", "198.51.100.7", "00442066627625",
		    "Call (UDP:198.51.100.7:5060) to extension '00442066627625' rejected because "
		    "extension not found in "
		    "context 'from-trunk'." },
		{ "", "hangup", "", "", "", "", "",
		    "Hangup sofia/external/M\xc3\xbcller\x1b[31m\xe2\x80\xae "
		    "[CS_CONSUME_MEDIA] [NO_ROUTE_DESTINATION]" },
	};
	unsigned k = kind % (sizeof kinds / sizeof kinds[0]);
	struct record r = { .type = RECORD_NOTICE, .t_ns = t_ns, .host = "pbx-lon-1" };

	r.notice = (struct notice){ .t_ns = t_ns,
		.stamp = slice_str(kinds[k].stamp),
		.kind = slice_str(kinds[k].kind),
		.means = slice_str(kinds[k].means),
		.method = slice_str(kinds[k].method),
		.call_id = slice_str(kinds[k].call_id),
		.peer = slice_str(kinds[k].peer),
		.user = slice_str(kinds[k].user),
		.text = slice_str(kinds[k].text),
		.source = slice_str("full") };
	scene_apply(s, &r);
}

struct event
scene_logged(int64_t t_ns, unsigned code, const char *phrase, const char *stamp)
{
	struct event e = scene_failure(t_ns, code, phrase, "");

	e.direction = DIRECTION_UNKNOWN;
	e.transport = TRANSPORT_N;
	e.src = e.dst = slice_str("-");
	e.orphan = true;
	e.stamp = slice_str(stamp);
	e.source = slice_str("full");
	return e;
}

void
scene_event(struct scene *s, int64_t t_ns, unsigned kind)
{
	unsigned k = kind % (sizeof scene_kinds / sizeof scene_kinds[0]);
	char raw[1024], from[16], call_id[64], src[96];
	struct record r = { .type = RECORD_EVENT, .t_ns = t_ns, .host = "pbx-lon-1" };
	struct event *e = &r.event;

	(void)snprintf(from, sizeof from, "10%02u", (unsigned)(s->next_id * 7 % 60));
	(void)snprintf(call_id, sizeof call_id, "8c38fb29%04u@10.20.0.10", (unsigned)s->next_id);
	(void)snprintf(
	    src, sizeof src, strchr(scene_kinds[k].peer, ':') != NULL ? "[%s]:5060" : "%s:5060", scene_kinds[k].peer);
	(void)snprintf(raw, sizeof raw,
	    "SIP/2.0 %u %s\r\nVia: SIP/2.0/UDP 10.20.0.10;branch=z9hG4bK8c38fb29;rport=5060\r\n"
	    "From: \"Ext %s\" <sip:%s@pbx.example.net>;tag=i3\r\nTo: <sip:%s@%s>;tag=t3\r\n"
	    "Call-ID: %s\r\nCSeq: 1 %s\r\n%s%s%s"
	    "Content-Length: 12\r\n\r\nv=0\r\no=- 1 1\r\n",
	    scene_kinds[k].code, scene_kinds[k].phrase, from, from, scene_kinds[k].to, scene_kinds[k].peer, call_id,
	    scene_kinds[k].method, scene_kinds[k].reason[0] != '\0' ? "Reason: " : "", scene_kinds[k].reason,
	    scene_kinds[k].reason[0] != '\0' ? "\r\n" : "");
	*e = (struct event){
		.id = s->next_id++,
		.t_ns = t_ns,
		.code = (uint16_t)scene_kinds[k].code,
		.q850 = (int16_t)scene_kinds[k].q850,
		.reason_sip = -1,
		.warn_code = (int16_t)scene_kinds[k].warn,
		.transport = TRANSPORT_UDP,
		.direction = (uint8_t)scene_kinds[k].direction,
		.outcome = OUTCOME_FAILED,
		.setup_ms = 72,
		.hop_ms = 60,
		.tries = 1,
		.partial = k == 6,
		.raw_len = (uint32_t)strlen(raw),
		.method = slice_str(scene_kinds[k].method),
		.phrase = slice_str(scene_kinds[k].phrase),
		.call_id = slice_str(call_id),
		.from = slice_str(from),
		.to = slice_str(scene_kinds[k].to),
		.peer = slice_str(scene_kinds[k].peer),
		.src = slice_str(src),
		.dst = slice_str("10.20.0.10:5060"),
		.agent = slice_str(scene_kinds[k].agent),
		.reason = slice_str(scene_kinds[k].reason),
		.warning = slice_str(scene_kinds[k].warning),
		.retry_after = slice_str(scene_kinds[k].retry),
		.explain = slice_str("code"),
		.source = slice_str("eth0"),
		.raw = slice_str(raw),
	};
	scene_apply(s, &r);
}

struct event
scene_failure(int64_t t_ns, unsigned code, const char *phrase, const char *peer)
{
	return (struct event){
		.t_ns = t_ns,
		.code = (uint16_t)code,
		.q850 = -1,
		.reason_sip = -1,
		.warn_code = -1,
		.direction = DIRECTION_RECEIVED,
		.outcome = code == 0 ? OUTCOME_NO_RESPONSE : OUTCOME_FAILED,
		.setup_ms = -1,
		.hop_ms = -1,
		.tries = 1,
		.method = slice_str("INVITE"),
		.phrase = slice_str(phrase),
		.from = slice_str("1055"),
		.to = slice_str("+493055530001"),
		.peer = slice_str(peer),
	};
}

void
scene_put(struct scene *s, const struct event *e)
{
	struct record r = { .type = RECORD_EVENT, .t_ns = e->t_ns, .host = "pbx-lon-1", .event = *e };

	r.event.id = s->next_id++;
	scene_apply(s, &r);
}

void
scene_code(struct scene *s, unsigned code, const char *peer, int age_s)
{
	struct event e = scene_failure(SCENE_NOW - age_s * NS_PER_S, code, "", peer);

	scene_put(s, &e);
}

void
scene_incident(struct scene *s, unsigned pattern, enum incident_level level, int64_t ago_s, const char *peer,
    const char *what, const char *sentence)
{
	struct record r = { .type = RECORD_INCIDENT, .t_ns = SCENE_NOW, .host = "pbx-lon-1" };

	r.incident = (struct incident){
		.id = s->next_incident++,
		.t_ns = SCENE_NOW,
		.since_ns = SCENE_NOW - ago_s * NS_PER_S,
		.last_ns = SCENE_NOW - NS_PER_S,
		.pattern = (uint8_t)pattern,
		.level = (uint8_t)level,
		.count = 12,
		.kind = slice_str("some-kind"),
		.peer = slice_str(peer),
		.what = slice_str(what),
		.sentence = slice_str(sentence),
		.events = { 38, 40, 0 },
		.call_ids = { slice_str("8c38fb290038@10.20.0.10"), slice_str("8c38fb290040@10.20.0.10") },
	};
	scene_apply(s, &r);
}

void
scene_good(struct scene *s, uint64_t id, int64_t ago_s)
{
	struct record r = { .type = RECORD_GOOD, .t_ns = SCENE_NOW - ago_s * NS_PER_S, .host = "pbx-lon-1" };

	r.good = (struct goodcall){ .id = id,
		.t_ns = r.t_ns,
		.code = 200,
		.method = slice_str("INVITE"),
		.call_id = slice_str("good@10.20.0.10"),
		.peer = slice_str("wholesale-c"),
		.source = slice_str("eth0") };
	scene_apply(s, &r);
}

void
scene_kpi(struct scene *s, const struct kpi_counts *kpi, const char *peer, enum peer_role role)
{
	static struct counts none;
	struct kpi_peer of = { .name = peer, .role = (uint8_t)role, .counts = kpi };
	struct record r = { .type = RECORD_TICK,
		.t_ns = SCENE_NOW,
		.host = "pbx-lon-1",
		.tick = { .counts = &none, .kpi = kpi, .kpi_peers = &of, .n_kpi_peers = 1 } };

	scene_apply(s, &r);
}

void
scene_calls(struct scene *s, const char *peer, enum peer_role role, int64_t bids, int64_t answered, int64_t delivered,
    unsigned pdd_s)
{
	struct kpi_counts kpi = { .n = { [KPI_BIDS] = bids,
				      [KPI_SEIZURES] = bids,
				      [KPI_ANSWERED] = answered,
				      [KPI_EFFECTIVE] = delivered,
				      [KPI_DELIVERED] = delivered,
				      [KPI_INEFFECTIVE] = bids - delivered,
				      [KPI_REQUESTS] = 3 * bids,
				      [KPI_RETRANSMITS] = bids - delivered } };

	kpi.delay[KPI_PDD][kpi_bin(pdd_s * 1000)] = (int32_t)answered;
	kpi.delay[KPI_PDD][kpi_bin(pdd_s * 3000)] = (int32_t)(answered / 8);
	scene_kpi(s, &kpi, peer, role);
}

void
scene_registers(struct scene *s, const char *peer, enum peer_role role, int64_t n, int64_t refused)
{
	struct kpi_counts kpi = { .n = {
				      [KPI_REGISTERS] = n, [KPI_REGISTERED] = n - refused, [KPI_REQUESTS] = 2 * n } };

	scene_kpi(s, &kpi, peer, role);
}

void
scene_trouble(struct scene *s)
{
	struct event e = scene_failure(SCENE_NOW - 9 * NS_PER_S, 0, "", "trunk-de");

	scene_busy(s);
	scene_calls(s, "203.0.113.40", PEER_ROLE_TRUNK, 371, 12, 22, 1);
	scene_calls(s, "198.51.100.23", PEER_ROLE_TRUNK, 1204, 662, 1168, 2);
	scene_calls(s, "198.51.100.7", PEER_ROLE_TRUNK, 1980, 1226, 1941, 2);
	scene_calls(s, "10.20.0.0/22", PEER_ROLE_PHONES, 7, 6, 7, 0);
	scene_registers(s, "10.20.4.41", PEER_ROLE_PHONES, 96, 96);
	scene_put(s, &e);
	e = scene_failure(SCENE_NOW - 7 * NS_PER_S, 503, "Service Unavailable", "203.0.113.40");
	e.outcome = OUTCOME_OK;
	e.recovered = true;
	scene_put(s, &e);
	e = scene_failure(SCENE_NOW - 5 * NS_PER_S, 481, "Call/Transaction Does Not Exist", "198.51.100.7");
	e.in_call = true;
	e.method = slice_str("BYE");
	scene_put(s, &e);
	e = scene_failure(SCENE_NOW - 3 * NS_PER_S, 401, "Unauthorized", "10.20.4.41");
	e.direction = DIRECTION_SENT;
	e.method = slice_str("REGISTER");
	e.auth = true;
	e.repeats = 2;
	e.copies = 4;
	e.from = e.to = slice_str("1031");
	scene_put(s, &e);
	scene_incident(s, 1, INCIDENT_CRITICAL, 640, "203.0.113.40", "",
	    "19 of 20 calls in the last minute got 503 or no answer; the only trunk to +44");
	scene_incident(s, 15, INCIDENT_ERROR, 300, "10.20.4.41", "1031", "7 logins in a row refused");
	scene_incident(s, 21, INCIDENT_WARNING, 120, "198.51.100.7", "", "3 x 481 to BYE");
	scene_incident(s, 12, INCIDENT_NOTICE, 60, "", "sip.example.net", "2 names did not resolve");
	scene_incident(s, 7, INCIDENT_WARNING, 50, "10.20.4.47", "10.20.4.48", "3 x 488 for the same pair");
}

void
scene_busy(struct scene *s)
{
	scene_hello(s, true);
	scene_source(s, "eth0", "reading", "capturing on eth0, 32 MiB buffer");
	store_advance(s->store, SCENE_NOW - 590 * NS_PER_S);
	for (int64_t ago = 580; ago >= 0; ago -= 10) {
		int64_t t = SCENE_NOW - ago * NS_PER_S;
		uint64_t wave = (uint64_t)(ago / 10 % 7);

		store_advance(s->store, t);
		scene_responses(s, t, 100, 300 + 20 * wave, 0, NULL);
		scene_responses(s, t, 200, 420 - 15 * wave, 0, "198.51.100.7");
		scene_responses(s, t, 401, 20 + wave, 0, "10.20.4.41");
		scene_responses(s, t, 486, 4, 4, "198.51.100.7");
		scene_responses(s, t, 404, 2, 2, "198.51.100.23");
		scene_responses(s, t, 503, ago < 100 ? 24 : ago == 300, ago < 100 ? 12 : ago == 300, "203.0.113.40");
	}
	for (unsigned i = 0; i < 40; i++)
		scene_event(s, SCENE_NOW - (40 - (int64_t)i) * 2 * NS_PER_S, i % 3 == 0 ? 0 : i);
	scene_frames(s, "eth0", "reading", 118204, 51877, 0, 0, 0);
	store_advance(s->store, SCENE_NOW);
}

void
scene_open_busy(struct scene *s)
{
	scene_open(s);
	scene_busy(s);
	free(scene_draw(s, SCENE_ROWS, SCENE_COLS, false));
}
