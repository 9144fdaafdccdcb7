/*
 * stream - messages for tests, a line each, pushed through track's door, and what came of them.
 *
 * A line: "MS SRC>DST INVITE [key=value ...]" or "MS SRC>DST 503 INVITE [...]"; MS is the time in ms, "+MS" after the
 * line before.  Hosts: phone, phone2, phone3 (10.0.0.1-3), pbx (192.0.2.10), proxy (192.0.2.20), carrier, carrier2
 * (198.51.100.7, .20), scan (203.0.113.66), an IPv4 address or an IPv6 one in brackets; ":port" may follow, else 5060.
 * Keys: c Call-ID [c1], f From-tag [f1], t To-tag [none in requests, t1 in responses above 100], n CSeq [1], b branch
 * [made of call, CSeq and hosts, CANCEL and ACK as their INVITE], via (sent-by) [the client's address], from [1001],
 * to [4930123456], ua, realm (repeatable), exp, se, q850, sip, warn, phrase, reason, retry, needs, link, contact,
 * warning, uri, maxf, len; of mirrors tap (who mirrored it), corr (correlation); flags stale, sdp, tcp, part.
 * Of logs: host "-" (unknown), flags in, out (flow), stated (a line of a log names it: no message, no branch, and of
 * the other keys only those given), untimed (its log has no time of it), key stamp, method "-" (none).
 * "_" in a value stands for a blank.  "MS tick" advances time, "finish" ends.
 */
#ifndef TESTS_STREAM_H
#define TESTS_STREAM_H

#include <stddef.h>

#include "sipwhy/track.h"

enum { STREAM_KEPT = 512 };

/* How the lines are seen: on the wire, or in the log of 192.0.2.10, which tells of its own end nothing, or both ends,
 * or of neither more than the flow. */
enum stream_seen { STREAM_WIRE, STREAM_LOG_FAR, STREAM_LOG_BOTH, STREAM_LOG_FLOW };

struct stream_event {
	uint64_t id;
	unsigned code, said_code, outcome, repeats, copies, tries;
	int q850, setup_ms, hop_ms;
	unsigned direction, role;
	int64_t t_ns;
	int recovered, in_call, auth, rang, orphan, ack_missing, partial, statement;
	unsigned transport, raw_len;
	char call_id[64], from[64], to[64], method[16], phrase[64], peer[64], src[64], dst[64], said_by[64], leg[64];
	char path[512], stamp[64], tap[64];
	char user_agent[64], raw[64];
};

struct stream_incident {
	uint64_t id;
	unsigned pattern, level;
	uint64_t count;
	int ended;
	char kind[32], peer[64], what[64], sentence[256], call_id[64];
	uint64_t events[INCIDENT_EVIDENCE];
	char call_ids[INCIDENT_EVIDENCE][64]; /* call_id is the first */
};

struct stream {
	struct track *t;
	int64_t now_ms;
	enum stream_seen mode; /* set behind stream_open */
	long grain_ms;         /* of a log's times, 0 none */
	enum seen seen;        /* of the last line */
	unsigned attempts, completed;
	long whole[OUTCOME_N]; /* whole outcomes, undone ones taken back; in-call ones left out */
	long legs[OUTCOME_N];
	struct stream_event events[STREAM_KEPT];
	size_t n_events, n_updates;
	struct event_update last_update;
	struct outcome last_whole; /* peer not valid */
	char last_peer[64];        /* of the last outcome that was a leg */
	char outcomes[16384];      /* all, a line each: what none of times and own address says */
	size_t outcomes_n;
	struct stream_incident incidents[STREAM_KEPT]; /* by id, the newest word about each */
	size_t n_incidents, n_words;
	/*
	 * What cfg.messages brought, a line each: "OF.AT LEG EVIDENCE CODE METHOD SRC>DST xSEEN", SRC and DST the last
	 * number of the address, behind it " -" when it came without raw; "OF good CODE METHOD PEER CALL-ID".  Numbers
	 * of OF count from the first id told.
	 */
	char told[16384];
	size_t told_n, n_told, n_good;
	uint64_t first_of, refuse; /* refuse: an id of which no more is wanted */
};

/* cfg: sink is overwritten; NULL takes defaults and 192.0.2.10 as local. */
void stream_open(struct stream *st, const struct track_cfg *cfg);
void stream_close(struct stream *st);
/* Lines separated by newlines. */
void stream_play(struct stream *st, const char *lines);
/* One line made by printf. */
void stream_line(struct stream *st, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The first incident of a pattern's kind, NULL when there was none. */
const struct stream_incident *stream_incident(const struct stream *st, const char *kind);
/* Everything that must hold at any time; with finished also what must hold at the end. */
void stream_check(const struct stream *st, int finished);

#endif
