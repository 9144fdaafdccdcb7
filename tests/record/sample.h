/* sample - records of every type, for the tests of record, store and sink. */
#ifndef TESTS_RECORD_SAMPLE_H
#define TESTS_RECORD_SAMPLE_H

#include <stdio.h>
#include <string.h>

#include "sipwhy/record.h"
#include "sipwhy/timefmt.h"

#define SAMPLE_T (1700000000 * NS_PER_S + 123456000)
#define SAMPLE_TEXT(s) ((struct slice){ (s), sizeof(s) - 1 })

static const char sample_raw[] = "SIP/2.0 503 Service Unavailable\r\n"
				 "Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK776asdhds;rport=5060\r\n"
				 "From: \"Anna\" <sip:4930123456@pbx.example.com>;tag=1928301774\r\n"
				 "To: <sip:49301234567@carrier.example.net>;tag=a6c85cf\r\n"
				 "Call-ID: a84b4c76e66710@pc33.example.com\r\n"
				 "CSeq: 314159 INVITE\r\n"
				 "Server: Carrier SBC 7.2.1\r\n"
				 "Reason: Q.850;cause=34;text=\"no circuit available\"\r\n"
				 "Retry-After: 30\r\n"
				 "Contact: <sip:49301234567@198.51.100.7:5060>\r\n"
				 "Content-Length: 0\r\n\r\n";

static const char sample_path[] = "192.0.2.10:5060 198.51.100.7:5060 500 72 7\n"
				  "198.51.100.7:5060 203.0.113.40:5060 503 40 1\n"
				  "203.0.113.40:5060 203.0.113.41:5060 0 0 0\n";

/* An event with every member set. */
static inline struct event
sample_event(uint64_t id)
{
	return (struct event){ .id = id,
		.t_ns = SAMPLE_T + (int64_t)(id % 1000000) * 1000,
		.code = 503,
		.said_code = 500,
		.q850 = 34,
		.reason_sip = -1,
		.warn_code = 399,
		.transport = TRANSPORT_UDP,
		.direction = DIRECTION_RECEIVED,
		.outcome = OUTCOME_FAILED,
		.role = PEER_ROLE_TRUNK,
		.partial = true,
		.in_call = true,
		.rang = true,
		.raw_len = sizeof sample_raw - 1,
		.setup_ms = 1250,
		.hop_ms = 0,
		.repeats = 6,
		.copies = 7,
		.tries = 2,
		.method = SAMPLE_TEXT("INVITE"),
		.phrase = SAMPLE_TEXT("Service Unavailable"),
		.call_id = SAMPLE_TEXT("a84b4c76e66710@pc33.example.com"),
		.from = SAMPLE_TEXT("4930123456"),
		.to = SAMPLE_TEXT("49301234567"),
		.peer = SAMPLE_TEXT("198.51.100.7"),
		.peer_name = SAMPLE_TEXT("sip.example.net"),
		.src = SAMPLE_TEXT("198.51.100.7:5060"),
		.dst = SAMPLE_TEXT("192.0.2.10:5060"),
		.said_by = SAMPLE_TEXT("203.0.113.40:5060"),
		.said_phrase = SAMPLE_TEXT("Trunk full"),
		.agent = SAMPLE_TEXT("Carrier SBC 7.2.1"),
		.user_agent = SAMPLE_TEXT("Asterisk PBX 20.1"),
		.reason = SAMPLE_TEXT("Q.850;cause=34;text=\"no circuit available\""),
		.warning = SAMPLE_TEXT("399 carrier \"busy\""),
		.retry_after = SAMPLE_TEXT("30"),
		.detail = SAMPLE_TEXT("X-Carrier-Cause: trunk 7 full"),
		.needs = SAMPLE_TEXT("Min-SE: 1800"),
		.leg = SAMPLE_TEXT("b2b-1@192.0.2.10"),
		.path = SAMPLE_TEXT(sample_path),
		.explain = SAMPLE_TEXT("q850:34"),
		.source = SAMPLE_TEXT("eth0"),
		.tap = SAMPLE_TEXT("edge-1"),
		.stamp = SAMPLE_TEXT("Nov 14 22:13:20"),
		.raw = SAMPLE_TEXT(sample_raw) };
}

static inline struct record
sample_record(enum record_type type)
{
	return (struct record){ .type = type, .t_ns = SAMPLE_T, .host = "pbx1" };
}

static inline struct record
sample_hello(unsigned engine, bool live)
{
	struct record r = sample_record(RECORD_HELLO);

	r.hello = (struct record_hello){ "0.1.0", SAMPLE_T, engine, live };
	return r;
}

static inline struct record
sample_event_record(uint64_t id)
{
	struct record r = sample_record(RECORD_EVENT);

	r.event = sample_event(id);
	r.t_ns = r.event.t_ns;
	return r;
}

/* A notice with every member set. */
static inline struct record
sample_notice(const char *kind, const char *peer)
{
	struct record r = sample_record(RECORD_NOTICE);

	r.notice = (struct notice){ .t_ns = SAMPLE_T,
		.stamp = SAMPLE_TEXT("Nov 14 22:13:20"),
		.kind = slice_str(kind),
		.means = SAMPLE_TEXT("the login was refused; 401 or 403 follows"),
		.method = SAMPLE_TEXT("REGISTER"),
		.call_id = SAMPLE_TEXT("a84b4c76e66710@pc33.example.com"),
		.peer = slice_str(peer),
		.user = SAMPLE_TEXT("1031"),
		.text = SAMPLE_TEXT("Registration from '<sip:1031@pbx>' failed for '192.0.2.9:5060' - Wrong password"),
		.source = SAMPLE_TEXT("messages") };
	return r;
}

/* A message with every member set. */
static inline struct record
sample_message(uint64_t of, uint32_t at)
{
	struct record r = sample_record(RECORD_MESSAGE);

	r.t_ns += (int64_t)at * 1000000;
	r.message = (struct callmsg){ .of = of,
		.at = at,
		.t_ns = r.t_ns,
		.code = 503,
		.transport = TRANSPORT_TLS,
		.leg = 2,
		.evidence = CALLMSG_EVIDENCE_HEADER,
		.cut = true,
		.seen = 3,
		.raw_len = 9000,
		.method = SAMPLE_TEXT("INVITE"),
		.phrase = SAMPLE_TEXT("Service Unavailable"),
		.src = SAMPLE_TEXT("198.51.100.7:5060"),
		.dst = SAMPLE_TEXT("192.0.2.10:5060"),
		.call_id = SAMPLE_TEXT("a84b4c76e66710@pc33.example.com"),
		.raw = SAMPLE_TEXT(sample_raw) };
	return r;
}

/* A good call with every member set. */
static inline struct record
sample_good(uint64_t id, const char *peer, const char *method)
{
	struct record r = sample_record(RECORD_GOOD);

	r.good = (struct goodcall){ .id = id,
		.t_ns = r.t_ns,
		.code = 200,
		.method = slice_str(method),
		.call_id = SAMPLE_TEXT("b84b4c76e66710@pc33.example.com"),
		.from = SAMPLE_TEXT("4930123456"),
		.to = SAMPLE_TEXT("49301234567"),
		.peer = slice_str(peer),
		.source = SAMPLE_TEXT("eth0") };
	return r;
}

/* An update with every member set. */
static inline struct record
sample_update(uint64_t id)
{
	struct record r = sample_record(RECORD_UPDATE);

	r.update = (struct event_update){ .id = id,
		.t_ns = SAMPLE_T,
		.code = 500,
		.old_code = 503,
		.repeats = 9,
		.copies = 8,
		.said_code = 503,
		.phrase = SAMPLE_TEXT("Server Internal Error"),
		.said_by = SAMPLE_TEXT("203.0.113.40:5060"),
		.path = SAMPLE_TEXT(sample_path) };
	return r;
}

/* An incident with every member set. */
static inline struct record
sample_incident(uint64_t id, unsigned pattern, unsigned level, int64_t since_ns)
{
	struct record r = sample_record(RECORD_INCIDENT);

	r.incident = (struct incident){ .id = id,
		.t_ns = SAMPLE_T,
		.since_ns = since_ns,
		.last_ns = SAMPLE_T,
		.pattern = (uint8_t)pattern,
		.level = (uint8_t)level,
		.count = 12,
		.kind = SAMPLE_TEXT("trunk-down"),
		.peer = SAMPLE_TEXT("carrier-a"),
		.what = SAMPLE_TEXT("49301234567"),
		.sentence =
		    SAMPLE_TEXT("12 of 12 attempts to carrier-a failed in the last minute (503 x9, no response x3)"),
		.events = { 7, 8, 9 },
		.call_ids = { SAMPLE_TEXT("a@b"), SAMPLE_TEXT("c@d"), SAMPLE_TEXT("e@f") } };
	return r;
}

/* KPI counters, each of them n and a little, some of them taken back. */
static inline struct kpi_counts
sample_kpi(int64_t n)
{
	struct kpi_counts c = { { 0 }, { { 0 } } };

	for (unsigned i = 0; i < KPI_COUNTERS; i++)
		c.n[i] = i % 5 == 3 ? -n : n + i;
	c.delay[KPI_PDD][12] = 3;
	c.delay[KPI_SRD][0] = -1;
	c.delay[KPI_RRD][KPI_BINS - 1] = 2;
	return c;
}

/* One source with every figure set and balanced. */
static inline struct source_stat
sample_source(const char *name, uint64_t n)
{
	struct source_stat s = { .kind = "file",
		.state = "reading",
		.bytes = 100 * n,
		.filtered_input = n,
		.skipped = 0,
		.kernel_drops = n,
		.if_drops = n,
		.truncated = n,
		.tcp_gaps = n,
		.tcp_oversize = n,
		.done = n,
		.total = 2 * n,
		.buffer = n };

	memcpy(s.name, name, strnlen(name, sizeof s.name - 1));
	(void)snprintf(s.turned_away, sizeof s.turned_away, "2001:db8:0:1:2:3:4:5: TLS handshake: it takes too long");
	s.open_to_all = true;
	for (unsigned v = 0; v < WIRE_VERDICT_N; v++)
		s.verdict[v] = n;
	for (unsigned d = 0; d < WIRE_DROP_N; d++)
		s.drop[d] = n;
	s.frames = (WIRE_VERDICT_N + 1) * n;
	return s;
}

/* The same of a log. */
static inline struct source_stat
sample_log(const char *name, uint64_t n)
{
	struct source_stat s = sample_source(name, n);

	s.text = true;
	s.messages = n;
	s.statements = n + 1;
	s.notices = n + 2;
	s.cut = n + 3;
	s.again = n + 4;
	s.quiet = n + 5;
	s.long_records = n + 6;
	s.rotations = n + 7;
	s.forgotten = n + 8;
	s.senders = n + 9;
	s.connected = n + 10;
	s.refused = n + 11;
	s.closed = n + 12;
	s.bad_frames = n + 13;
	s.no_year = n + 14;
	s.no_zone = n + 15;
	s.no_date = n + 16;
	s.no_time = n + 17;
	return s;
}

#endif
