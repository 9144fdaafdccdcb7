/*
 * ladder_test - the drawings of one failure (decoded, raw, ladder, diff, sdp) told by records, at all sizes; what the
 * ladder says of a code that was rewritten, and how two messages are aligned.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scene.h"
#include "sipwhy/timefmt.h"
#include "view/detail.h"

#define PHONE "10.20.4.47:5060"
#define PBX "10.20.0.10:5060"
#define TRUNK "203.0.113.40:5060"
#define SBC "10.20.0.20:5060"
#define OTHER "198.51.100.7:5060"
#define OFFER "v=0\r\no=- 1 1 IN IP4 10.20.0.10\r\ns=-\r\nc=IN IP4 10.20.0.10\r\nt=0 0\r\nm=audio 30000 RTP/AVP "
#define CODECS "\r\na=rtpmap:101 telephone-event/8000\r\na=ptime:20\r\na=sendrecv\r\n"

struct told {
	int64_t ms;
	unsigned code, leg;
	const char *src, *dst, *extra, *body;
	uint32_t seen;
	const char *method; /* NULL: INVITE */
};

/* The call of the drawing: a 503 of leg B passed on. */
static const struct told drawing_call[] = {
	{ 0, 0, 0, PHONE, PBX, "User-Agent: Desk/1\r\n", OFFER "0 8 101" CODECS, 1, NULL },
	{ 4, 100, 0, PBX, PHONE, "", "", 1, NULL },
	{ 10, 0, 1, PBX, TRUNK, "X-Call-ID: 7d2f91@10.20.4.47\r\n", OFFER "8 101" CODECS, 1, NULL },
	{ 22, 100, 1, TRUNK, PBX, "", "", 1, NULL },
	{ 82, 503, 1, TRUNK, PBX,
	    "Server: Wholesale-C\r\nRetry-After: 30\r\nReason: Q.850;cause=34;text=\"No circuit available\"\r\n", "", 1,
	    NULL },
	{ 83, 0, 1, PBX, TRUNK, "", "", 1, "ACK" },
	{ 86, 503, 0, PBX, PHONE, "Server: Asterisk\r\n", "", 1, NULL },
	{ 106, 0, 0, PHONE, PBX, "", "", 1, "ACK" },
};

static void
told_raw(char *out, size_t cap, const struct told *t, const char *method)
{
	char start[128];

	if (t->code == 0)
		(void)snprintf(start, sizeof start, "%s sip:+442066627625@203.0.113.40 SIP/2.0", method);
	else
		(void)snprintf(start, sizeof start, "SIP/2.0 %u %s", t->code, sip_code_phrase(t->code));
	(void)snprintf(out, cap,
	    "%s\r\nVia: SIP/2.0/UDP 10.20.0.10;branch=z9hG4bK8c38fb29;rport=5060\r\n"
	    "From: \"Ext 1037\" <sip:1037@pbx.example.net>;tag=i3\r\nTo: <sip:+442066627625@203.0.113.40>;tag=t3\r\n"
	    "Call-ID: %s\r\nCSeq: 1 %s\r\n%s%sContent-Length: %zu\r\n\r\n%s",
	    start, t->leg > 0 ? "8c38fb290003@10.20.0.10" : "7d2f91@10.20.4.47", method, t->extra,
	    t->body[0] != '\0' ? "Content-Type: application/sdp\r\n" : "", strlen(t->body), t->body);
}

static void
tell_messages(
    struct scene *s, uint64_t of, int64_t start_ns, const struct told *list, size_t n, enum callmsg_evidence joined)
{
	for (size_t i = 0; i < n; i++) {
		const struct told *t = &list[i];
		const char *method = t->method != NULL ? t->method : "INVITE";
		struct record r = { .type = RECORD_MESSAGE, .t_ns = start_ns + t->ms * NS_PER_MS, .host = "pbx-lon-1" };
		char raw[2048];

		told_raw(raw, sizeof raw, t, method);
		r.message = (struct callmsg){ .of = of,
			.at = (uint32_t)i,
			.t_ns = r.t_ns,
			.code = (uint16_t)t->code,
			.transport = TRANSPORT_UDP,
			.leg = (uint8_t)t->leg,
			.evidence = t->leg > 0 ? joined : CALLMSG_EVIDENCE_NONE,
			.seen = t->seen,
			.raw_len = (uint32_t)strlen(raw),
			.method = slice_str(method),
			.phrase = slice_str(t->code > 0 ? sip_code_phrase(t->code) : ""),
			.src = slice_str(t->src),
			.dst = slice_str(t->dst),
			.call_id = slice_str(t->leg > 0 ? "8c38fb290003@10.20.0.10" : "7d2f91@10.20.4.47"),
			.raw = slice_str(raw) };
		assert_int_equal(store_apply(s->store, &r), 0);
	}
}

static void
tell_good(struct scene *s, const char *codecs)
{
	char body[512];
	struct told call[] = { { 0, 0, 0, PBX, TRUNK, "", body, 1, NULL },
		{ 90, 200, 0, TRUNK, PBX, "", body, 1, NULL } };

	(void)snprintf(body, sizeof body, OFFER "%s" CODECS, codecs);
	scene_good(s, 9000, 40);
	tell_messages(s, 9000, SCENE_NOW - 41 * NS_PER_S, call, 2, CALLMSG_EVIDENCE_NONE);
}

static struct event
drawing_event(char *raw, size_t cap)
{
	struct event e = scene_failure(SCENE_NOW - 447 * NS_PER_MS, 503, "Service Unavailable", "wholesale-c");

	told_raw(raw, cap, &drawing_call[4], "INVITE");
	e.q850 = 34;
	e.transport = TRANSPORT_UDP;
	e.setup_ms = 82;
	e.hop_ms = 72;
	e.role = PEER_ROLE_TRUNK;
	e.from = slice_str("1037");
	e.to = slice_str("+442066627625");
	e.call_id = slice_str("8c38fb290003@10.20.0.10");
	e.src = slice_str(TRUNK);
	e.dst = slice_str(PBX);
	e.agent = slice_str("Wholesale-C");
	e.reason = slice_str("Q.850;cause=34;text=\"No circuit available\"");
	e.retry_after = slice_str("30");
	e.raw = slice_str(raw);
	e.raw_len = (uint32_t)strlen(raw);
	e.source = slice_str("eth0");
	return e;
}

/* n like it that came before: of so many users and calls with its own, in so many seconds. */
struct alike {
	unsigned n, users, calls;
	int64_t span_s;
};

static void
tell_alike(struct scene *s, struct event e, const struct alike *a)
{
	int64_t last_ns = e.t_ns;
	char from[16], call[40];

	for (unsigned i = 0; i < a->n; i++) {
		(void)snprintf(from, sizeof from, "%u", 1037 + i % a->users);
		(void)snprintf(
		    call, sizeof call, "%08x0003@10.20.0.10", a->calls > 1 ? i % (a->calls - 1) * 2654435761u : 0);
		e.t_ns = last_ns - a->span_s * NS_PER_S * (a->n - i) / a->n;
		e.from = slice_str(from);
		e.call_id = a->calls > 1 ? slice_str(call) : e.call_id;
		scene_put(s, &e);
	}
}

/* The failure of the drawings, the newest of those like it. */
static void
scene_call_of(struct scene *s, const struct alike *a, const struct told *list, size_t n, enum callmsg_evidence joined)
{
	char raw[2048];
	struct event e = drawing_event(raw, sizeof raw);

	scene_open(s);
	scene_hello(s, true);
	scene_source(s, "eth0", "reading", "capturing on eth0");
	store_advance(s->store, SCENE_NOW);
	s->next_id = 48255 - a->n;
	tell_alike(s, e, a);
	scene_put(s, &e);
	if (n > 0) {
		tell_good(s, "0 8 101");
		tell_messages(s, 48255, e.t_ns - 82 * NS_PER_MS, list, n, joined);
	}
	s->viewer->event_id = 48255;
	viewer_push(s->viewer, &view_detail);
	viewer_draw(s->viewer, s->canvas);
}

static const struct alike three = { 2, 1, 1, 90 };

static void
scene_call(struct scene *s, bool messages)
{
	scene_call_of(s, &three, drawing_call, messages ? sizeof drawing_call / sizeof drawing_call[0] : 0,
	    CALLMSG_EVIDENCE_HEADER);
}

static void
test_drawings(void **state)
{
	struct scene s;

	(void)state;
	scene_call(&s, true);
	scene_check_all(&s, "failure");
	(void)scene_keys(&s, "r");
	scene_check_all(&s, "raw");
	(void)scene_keys(&s, "qxww");
	/* Not what the key said, but what stands there afterwards. */
	viewer_say(s.viewer, "");
	scene_check_all(&s, "ladder");
	(void)scene_keys(&s, "t");
	scene_check(&s, "ladder-pane", 40, 140, false);
	(void)scene_keys(&s, "qD");
	scene_check_all(&s, "diff");
	(void)scene_keys(&s, "qd");
	scene_check_all(&s, "sdp");
	scene_close(&s);
}

/* As many as drawn: 371 of 41 users in 349 calls since 14:21. */
static void
test_impact(void **state)
{
	static const struct alike many = { 370, 41, 349, 658 };
	struct scene s;

	(void)state;
	scene_call_of(&s, &many, drawing_call, sizeof drawing_call / sizeof drawing_call[0], CALLMSG_EVIDENCE_HEADER);
	scene_check(&s, "failure-drawing", 24, 80, false);
	scene_check(&s, "failure-drawing", 24, 80, true);
	scene_close(&s);
}

/* Legs that only the numbers join are marked. */
static void
test_probable(void **state)
{
	struct scene s;

	(void)state;
	scene_call_of(&s, &three, drawing_call, sizeof drawing_call / sizeof drawing_call[0], CALLMSG_EVIDENCE_NUMBERS);
	(void)scene_keys(&s, "xww");
	viewer_say(s.viewer, "");
	scene_check(&s, "ladder-probable", 24, 80, false);
	scene_close(&s);
}

/* Of a log with whole seconds: between its messages, and from the first to the last. */
static void
test_coarse(void **state)
{
	static const struct told call[] = { { 0, 0, 0, PHONE, PBX, "", "", 1, NULL },
		{ 0, 100, 0, PBX, PHONE, "", "", 1, NULL }, { 4000, 503, 0, PBX, PHONE, "", "", 1, NULL } };
	struct event e = scene_logged(SCENE_NOW, 503, "Service Unavailable", "Nov 22 14:32:07");
	struct scene s;
	char *screen;

	(void)state;
	e.id = 1;
	scene_open(&s);
	scene_hello(&s, true);
	scene_put(&s, &e);
	tell_messages(&s, store_event_at(s.store, 0)->id, SCENE_NOW - 4 * NS_PER_S, call, 3, CALLMSG_EVIDENCE_NONE);
	store_advance(s.store, SCENE_NOW);
	(void)scene_keys(&s, "\r");
	screen = scene_draw(&s, 60, 140, false);
	assert_non_null(strstr(screen, "3 messages, ~4s"));
	free(screen);
	(void)scene_keys(&s, "xww");
	viewer_say(s.viewer, "");
	screen = scene_draw(&s, 40, 140, false);
	assert_non_null(strstr(screen, " <1s "));
	assert_non_null(strstr(screen, " ~4s "));
	assert_null(strstr(screen, "+4.000"));
	free(screen);
	scene_close(&s);
}

/* Of more parties than there is room for both ends of the selected arrow are in sight. */
static void
test_parties(void **state)
{
	static const struct told call[] = { { 0, 0, 0, PHONE, PBX, "", "", 1, NULL },
		{ 4, 100, 0, PBX, PHONE, "", "", 1, NULL }, { 6, 0, 1, PBX, SBC, "", "", 1, NULL },
		{ 8, 100, 1, SBC, PBX, "", "", 1, NULL }, { 10, 0, 2, SBC, TRUNK, "", "", 1, NULL },
		{ 82, 503, 2, TRUNK, SBC, "", "", 1, NULL }, { 83, 0, 2, SBC, TRUNK, "", "", 1, "ACK" },
		{ 85, 0, 3, SBC, OTHER, "", "", 1, NULL }, { 160, 480, 3, OTHER, SBC, "", "", 1, NULL },
		{ 161, 0, 3, SBC, OTHER, "", "", 1, "ACK" }, { 163, 503, 1, SBC, PBX, "", "", 1, NULL },
		{ 164, 0, 1, PBX, SBC, "", "", 1, "ACK" }, { 166, 503, 0, PBX, PHONE, "", "", 1, NULL },
		{ 170, 0, 0, PHONE, PBX, "", "", 1, "ACK" } };
	struct scene s;

	(void)state;
	scene_call_of(&s, &three, call, sizeof call / sizeof call[0], CALLMSG_EVIDENCE_HEADER);
	(void)scene_keys(&s, "xww");
	viewer_say(s.viewer, "");
	scene_check(&s, "ladder-parties", 24, 80, false);
	scene_check(&s, "ladder-parties", 40, 140, false);
	(void)scene_keys(&s, "jjj");
	scene_check(&s, "ladder-parties-other", 24, 80, false);
	(void)scene_keys(&s, "g");
	scene_check(&s, "ladder-parties-first", 24, 80, false);
	scene_close(&s);
}

/* What is not there is said in words. */
static void
test_without_messages(void **state)
{
	struct scene s;

	(void)state;
	scene_call(&s, false);
	(void)scene_keys(&s, "x");
	scene_check(&s, "ladder-none", 24, 80, false);
	(void)scene_keys(&s, "qD");
	scene_check(&s, "diff-none", 24, 80, false);
	scene_close(&s);
}

/* The way that an event without messages went: when, as far as its times tell. */
static void
test_path(void **state)
{
	static const struct {
		int32_t setup_ms;
		bool coarse;
		const char *when; /* NULL: none */
	} rows[] = { { 5000, false, "503  +4.200 s" }, { 5000, true, "503  ~4s" }, { -1, false, NULL } };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct event e = scene_failure(SCENE_NOW - 2 * NS_PER_S, 503, "Service Unavailable", "wholesale-c");
		struct scene s;

		e.setup_ms = rows[i].setup_ms;
		e.t_ns -= rows[i].coarse ? e.t_ns % NS_PER_S : 0;
		e.stamp = slice_str(rows[i].coarse ? "Nov 22 14:32:07" : "");
		e.path = slice_str("192.0.2.10:5060 203.0.113.40:5060 503 4200 1\n");
		scene_open(&s);
		scene_hello(&s, true);
		store_advance(s.store, SCENE_NOW);
		scene_put(&s, &e);
		s.viewer->event_id = s.next_id - 1;
		viewer_push(s.viewer, &view_detail);
		(void)scene_keys(&s, "x");
		assert_true(scene_shows(&s, "192.0.2.10:5060"));
		assert_true(rows[i].when == NULL ? !scene_shows(&s, "503  +") : scene_shows(&s, rows[i].when));
		scene_close(&s);
	}
}

static void
test_keys(void **state)
{
	struct scene s;

	(void)state;
	scene_call(&s, true);
	assert_int_equal(scene_keys(&s, "Y"), COMMAND_SAVE);
	assert_int_equal(viewer_request(s.viewer)->save, VIEW_SAVE_EVIDENCE);
	assert_int_equal(viewer_request(s.viewer)->n_ids, 1);
	assert_int_equal(viewer_request(s.viewer)->ids[0], 48255);
	assert_int_equal(scene_keys(&s, "y"), COMMAND_COPY);
	assert_true(slice_ifind(viewer_request(s.viewer)->body, slice_str("503 Service Unavailable")) > 0);
	/* Newest first: what is next is older. */
	(void)scene_keys(&s, "n");
	assert_int_equal(s.viewer->event_id, 48254);
	(void)scene_keys(&s, "N");
	assert_int_equal(s.viewer->event_id, 48255);
	(void)scene_keys(&s, "r");
	scene_must_show(&s, "message 5 of 8");
	(void)scene_keys(&s, "[");
	scene_must_show(&s, "message 4 of 8");
	(void)scene_keys(&s, "]]]]");
	scene_must_show(&s, "message 8 of 8");
	/* Two marked messages of the ladder. */
	(void)scene_keys(&s, "qxg jj jj D");
	scene_close(&s);
}

static void
test_marked(void **state)
{
	struct scene s;

	(void)state;
	scene_call(&s, true);
	(void)scene_keys(&s, "xg jj D");
	scene_must_show(&s, "codecs: 0,8,101 vs 8,101");
	scene_close(&s);
}

/* A gateway makes a 500 of the 503 and nobody tries another way. */
static void
test_rewritten(void **state)
{
	static struct detail_messages m;
	static struct ladder l;
	struct scene s;
	char raw[2048], text[200];
	struct event e = drawing_event(raw, sizeof raw);

	(void)state;
	scene_call(&s, true);
	detail_messages(s.viewer, store_event_at(s.store, 2), &m);
	assert_int_equal(m.n, 8);
	m.m[6].code = 500;
	m.m[7].seen = 3;
	e.code = 500;
	e.said_code = 503;
	e.said_by = slice_str(TRUNK);
	ladder_build(&l, s.viewer, &e, &m, -1);
	assert_int_equal(l.parties, 3);
	assert_int_equal(l.said, 4);
	assert_string_equal(l.row[4].note, "! said here");
	assert_string_equal(l.row[6].note, "503 became 500 here");
	assert_string_equal(l.row[7].note, "x3");
	assert_string_equal(ladder_join(&l, 0), "");
	assert_string_equal(ladder_join(&l, 2), "X-Call-ID");
	assert_string_equal(ladder_verdict(&l, &e, text, sizeof text),
	    "503 became 500 on the way from leg B to leg A. No second route was tried.");
	/* A request to somebody else after it. */
	m.m[7] = m.m[2];
	m.m[7].dst = slice_str("198.51.100.7:5060");
	ladder_build(&l, s.viewer, &e, &m, -1);
	assert_non_null(strstr(ladder_verdict(&l, &e, text, sizeof text), "Another route was tried."));
	scene_close(&s);
}

/* An offer in the 200 is answered by the ACK, not the other way round. */
static void
test_late_offer(void **state)
{
	static const struct told call[] = { { 0, 0, 0, PBX, TRUNK, "", "", 1, NULL },
		{ 9, 200, 0, TRUNK, PBX, "", OFFER "8 101" CODECS, 1, NULL },
		{ 12, 0, 0, PBX, TRUNK, "", OFFER "8" CODECS, 1, "ACK" } };
	char raw[2048];
	struct event e = drawing_event(raw, sizeof raw);
	struct scene s;

	(void)state;
	scene_call(&s, false);
	e.id = 48256;
	scene_put(&s, &e);
	tell_messages(&s, 48256, e.t_ns, call, 3, CALLMSG_EVIDENCE_NONE);
	s.viewer->event_id = 48256;
	(void)scene_keys(&s, "xGd");
	scene_must_show(&s, "              200 OK                       ACK");
	scene_must_show(&s, "! is what the two sides");
	scene_close(&s);
}

static void
test_align(void **state)
{
	static struct diff d;
	static const char a[] =
	    "INVITE sip:a SIP/2.0\r\nv: x;branch=1\r\nFrom: <sip:1@x>;tag=2\r\nAllow: ACK\r\n\r\nm=audio 1 RTP/AVP 8";
	static const char b[] =
	    "INVITE sip:a SIP/2.0\r\nVia: x;branch=9\r\nSupported: path\r\nFrom: <sip:1@x>;tag=3\r\n\r\n"
	    "m=audio 7 RTP/AVP 8";
	static const enum diff_kind want[] = { DIFF_SAME, DIFF_CHANGED, DIFF_RIGHT, DIFF_NOISE, DIFF_LEFT, DIFF_SAME,
		DIFF_NOISE };

	(void)state;
	assert_true(diff_make(&d, slice_str(a), slice_str(b)));
	assert_int_equal(d.n, sizeof want / sizeof want[0]);
	for (size_t i = 0; i < d.n; i++)
		assert_int_equal(d.line[i].kind, want[i]);
	for (size_t n = 0; n < sizeof a; n++)
		assert_true(diff_make(&d, (struct slice){ a, n }, slice_str(b)));
}

/* A message of a log that tells no address. */
struct logged {
	unsigned code;
	const char *method, *uri, *via; /* via: whole lines */
};

static void
tell_logged(struct scene *s, uint64_t of, int64_t start_ns, const struct logged *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct record r = {
			.type = RECORD_MESSAGE, .t_ns = start_ns + (int64_t)i * 20 * NS_PER_MS, .host = "pbx-lon-1"
		};
		char raw[1024], start[128];

		(void)snprintf(start, sizeof start, "%s %s SIP/2.0", list[i].method, list[i].uri);
		if (list[i].code > 0)
			(void)snprintf(
			    start, sizeof start, "SIP/2.0 %u %s", list[i].code, sip_code_phrase(list[i].code));
		(void)snprintf(raw, sizeof raw,
		    "%s\r\n%sFrom: <sip:1037@pbx.example.net>;tag=i3\r\nTo: <sip:1008@pbx.example.net>\r\n"
		    "Call-ID: 7d2f91\r\nCSeq: 1 %s\r\n\r\n",
		    start, list[i].via, list[i].method);
		r.message = (struct callmsg){ .of = of,
			.at = (uint32_t)i,
			.t_ns = r.t_ns,
			.code = (uint16_t)list[i].code,
			.transport = TRANSPORT_N,
			.seen = 1,
			.raw_len = (uint32_t)strlen(raw),
			.method = slice_str(list[i].method),
			.phrase = slice_str(list[i].code > 0 ? sip_code_phrase(list[i].code) : ""),
			.src = slice_str("-"),
			.dst = slice_str("-"),
			.call_id = slice_str("7d2f91"),
			.raw = slice_str(raw) };
		assert_int_equal(store_apply(s->store, &r), 0);
	}
}

/* Its failure, from a log without addresses, on the screen. */
static void
scene_logged_call(struct scene *s, const struct logged *list, size_t n)
{
	struct event e = scene_logged(SCENE_NOW - NS_PER_S, 503, "Service Unavailable", "14:32:05");
	struct source_stat log = scene_log("full", "follow", "reading");

	scene_open(s);
	scene_hello(s, true);
	scene_stat(s, &log);
	store_advance(s->store, SCENE_NOW);
	e.from = slice_str("1037");
	e.to = slice_str("1008");
	e.call_id = slice_str("7d2f91");
	e.orphan = false;
	s->next_id = 48255;
	scene_put(s, &e);
	tell_logged(s, 48255, e.t_ns - 40 * NS_PER_MS, list, n);
	s->viewer->event_id = 48255;
	viewer_push(s->viewer, &view_detail);
	viewer_draw(s->viewer, s->canvas);
}

/* Where a log tells no address the Via says who asked, and the request whom. */
static void
test_via(void **state)
{
	static const char via[] = "Via: SIP/2.0/UDP 192.0.2.40:5060;branch=z9hG4bK1;rport\r\n";
	static const char answered[] =
	    "Via: SIP/2.0/UDP 192.0.2.40:5060;branch=z9hG4bK1;received=192.0.2.40;rport=5060\r\n";
	static const struct logged call[] = { { 0, "INVITE", "sip:1008@203.0.113.5:5060", via },
		{ 100, "INVITE", "", answered }, { 503, "INVITE", "", answered },
		{ 0, "ACK", "sip:1008@203.0.113.5:5060", "Via: SIP/2.0/UDP 192.0.2.40:5060;branch=z9hG4bK12\r\n" } };
	struct scene s;

	(void)state;
	scene_logged_call(&s, call, sizeof call / sizeof call[0]);
	scene_must_show(&s, "Said by       -  (no address is known)");
	(void)scene_keys(&s, "x");
	viewer_say(s.viewer, "");
	scene_check(&s, "ladder-via", 24, 80, false);
	scene_check(&s, "ladder-via", 24, 80, true);
	scene_check(&s, "ladder-via", 30, 100, false);
	scene_check(&s, "ladder-via", 40, 140, false);
	(void)scene_keys(&s, "q2");
	scene_check(&s, "events-via", 40, 140, false);
	scene_close(&s);
}

/* A proxy is one lane, though it is asked by its name: what it passed on has the Via of who asked it below its own. */
static void
test_via_proxy(void **state)
{
	static const char phone[] = "v: SIP/2.0/TLS phone.example.net:5061;branch=z9hG4bK1\r\n";
	static const char proxy[] = "Via: SIP / 2.0 / UDP [2001:db8::20]:5060;branch=z9hG4bK2\r\n"
				    "v: SIP/2.0/TLS phone.example.net:5061;branch=z9hG4bK1\r\n";
	static const struct logged call[] = { { 0, "INVITE", "sips:1008@pbx.example.net", phone },
		{ 0, "INVITE", "sip:1008@Trunk.example.com:5080;user=phone", proxy }, { 503, "INVITE", "", proxy },
		{ 0, "ACK", "sip:1008@trunk.example.com", proxy }, { 503, "INVITE", "", phone },
		{ 0, "ACK", "sip:1008@pbx.example.net", phone },
		{ 0, "BYE", "sip:1008@10.9.9.9",
		    "Route: <sip:[2001:db8::20];lr>,<sip:x@far.example.com>\r\n"
		    "Via: SIP/2.0/TLS phone.example.net;branch=z9hG4bK3\r\n" } };
	struct scene s;

	(void)state;
	scene_logged_call(&s, call, sizeof call / sizeof call[0]);
	scene_must_show(&s, "Passed on     as it was, to phone.example.net");
	(void)scene_keys(&s, "x");
	viewer_say(s.viewer, "");
	scene_check(&s, "ladder-via-proxy", 24, 80, false);
	scene_close(&s);
}

/* Of each message one end: the other is who wrote the log. */
static void
test_one_end(void **state)
{
	static const struct told call[] = { { 0, 0, 0, PHONE, "-", "", "", 1, NULL },
		{ 82, 503, 0, "-", PHONE, "", "", 1, NULL }, { 83, 0, 0, PHONE, "-", "", "", 1, "ACK" } };
	struct event e = scene_logged(SCENE_NOW - NS_PER_S, 503, "Service Unavailable", "14:32:05");
	struct scene s;

	(void)state;
	scene_logged_call(&s, NULL, 0);
	e.direction = DIRECTION_SENT;
	e.dst = slice_str(PHONE);
	e.orphan = false;
	s.next_id = 48256;
	scene_put(&s, &e);
	tell_messages(&s, 48256, e.t_ns - 82 * NS_PER_MS, call, 3, CALLMSG_EVIDENCE_NONE);
	s.viewer->event_id = 48256;
	(void)scene_keys(&s, "x");
	viewer_say(s.viewer, "");
	scene_check(&s, "ladder-one-end", 24, 80, false);
	scene_close(&s);
}

/* Neither addresses nor messages: a dash for each. */
static void
test_nothing_known(void **state)
{
	struct event e = scene_logged(SCENE_NOW - NS_PER_S, 503, "Service Unavailable", "14:32:05");
	struct scene s;

	(void)state;
	scene_logged_call(&s, NULL, 0);
	e.src = e.dst = (struct slice){ NULL, 0 };
	e.call_id = slice_str("7d2f91");
	s.next_id = 48256;
	scene_put(&s, &e);
	s.viewer->event_id = 48256;
	scene_must_show(&s, "Said by       -  (no address is known)");
	(void)scene_keys(&s, "Gkkkk");
	scene_must_show(&s, "Via depth -   To-tag -   transport - - > -");
	(void)scene_keys(&s, "x");
	scene_must_show(&s, "\n   - \xe2\x94\x80\xe2\x96\xb6 -  503");
	scene_close(&s);
}

/* Nothing says who it was: one lane, and a sentence. */
static void
test_via_none(void **state)
{
	static const struct logged call[] = { { 0, "INVITE", "tel:1008", "" }, { 503, "INVITE", "", "" } };
	struct scene s;

	(void)state;
	scene_logged_call(&s, call, sizeof call / sizeof call[0]);
	(void)scene_keys(&s, "x");
	viewer_say(s.viewer, "");
	scene_check(&s, "ladder-via-none", 24, 80, false);
	scene_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_drawings), cmocka_unit_test(test_impact),
		cmocka_unit_test(test_probable), cmocka_unit_test(test_coarse), cmocka_unit_test(test_parties),
		cmocka_unit_test(test_without_messages), cmocka_unit_test(test_path), cmocka_unit_test(test_keys),
		cmocka_unit_test(test_marked), cmocka_unit_test(test_rewritten), cmocka_unit_test(test_late_offer),
		cmocka_unit_test(test_align), cmocka_unit_test(test_via), cmocka_unit_test(test_via_proxy),
		cmocka_unit_test(test_via_none), cmocka_unit_test(test_nothing_known), cmocka_unit_test(test_one_end) };

	return scene_ready() ? cmocka_run_group_tests(tests, NULL, NULL) : 99;
}
