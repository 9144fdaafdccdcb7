/*
 * sink - where results go besides the console: the report (JSON, text), a capture file, and a HOMER.
 */
#ifndef SIPWHY_SINK_H
#define SIPWHY_SINK_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "sipwhy/buf.h"
#include "sipwhy/callmsg.h"
#include "sipwhy/errmsg.h"
#include "sipwhy/event.h"
#include "sipwhy/filter.h"
#include "sipwhy/frame.h"
#include "sipwhy/incident.h"
#include "sipwhy/notice.h"
#include "sipwhy/tally.h"

struct sink_hep_stats;
struct sink_events;

/* A list of the newest events for a report: at most `events` [10000] and `bytes` [320 an event], oldest first out,
 * counted. */
struct sink_events *sink_events_new(size_t events, size_t bytes);
void sink_events_free(struct sink_events *l);
/* Copy one (without its raw message).  Ids rise from call to call. */
void sink_events_add(struct sink_events *l, const struct event *e);
/*
 * Change one that is still in the list: code, recovered, repeats, copies, path (a longer path may take the place of
 * the oldest events; one for which no place can be made leaves the path as it was).  An id that is not there changes
 * nothing.
 */
void sink_events_update(struct sink_events *l, const struct event_update *u);

struct sink_incidents;

/* A list of incidents as they stand, at most 64 (those that ended longest ago make room); NULL when memory is short. */
struct sink_incidents *sink_incidents_new(void);
void sink_incidents_free(struct sink_incidents *l);
/* Copy the newest word about one; an id that is there is replaced. */
void sink_incidents_add(struct sink_incidents *l, const struct incident *i);
/* How many found no place any more. */
uint64_t sink_incidents_dropped(const struct sink_incidents *l);
/* All, those that go on first, in the order of display of their patterns.  Valid until l changes. */
const struct incident *sink_incidents_list(struct sink_incidents *l, size_t *n);

/*
 * What became of track's tables.  repeats_forgotten: messages whose repeats counted as new.  bytes, bytes_max: of
 * the attempts' tables, at the end and at most; bytes_limit: what they were allowed, 0 unknown.
 */
struct sink_track {
	uint64_t repeats_forgotten;
	uint64_t bytes, bytes_max, bytes_limit;
};

/* All a report tells; borrowed for the call.  KPI windows end at end_ns.  events NULL: without the list. */
struct sink_report {
	const char *host, *version;
	int64_t start_ns, end_ns; /* stream time of the first and last message, 0 none */
	const struct tally *tally;
	const struct source_stat *sources;
	size_t n_sources;
	uint64_t call_ids;
	int call_ids_exact;
	struct sink_track track;
	const struct incident *incidents; /* as they stood last, each id once, in the order to be shown */
	size_t n_incidents;
	uint64_t incidents_dropped;
	const struct sink_events *events;
	const struct filter *filter; /* of what events keeps those are listed that it means as they stand; NULL all */
	uint64_t filtered;           /* and so many were left out before */
	const struct notice_list *notices; /* listed where events are; how many there were is told by the sources */
	const struct sink_hep_stats *hep;  /* NULL: nothing is sent on */
};

/*
 * sipwhy.report/1 as one JSON object and a newline (doc/records.md, "The report": the first members are fixed).
 * 0 or negative errno (-EPIPE, -ENOSPC, -ENOMEM ...).
 */
int sink_report_json(FILE *out, const struct sink_report *r);

/*
 * The same for people: incidents, messages, attempts by method, KPIs, failures by code, classes and codes with phrase,
 * share and rate, top failing peers, sources with every drop.  A ratio of fewer than KPI_SAMPLE_MIN attempts has its
 * sample beside it.
 * `quiet` leaves out the sources of which nothing was lost.
 */
int sink_report_text(FILE *out, const struct sink_report *r, int quiet);

struct sink_pcap;

/*
 * Open a capture file for writing (new file, 0600, never through a link; refuses to overwrite).  Classic pcap with
 * nanoseconds: all frames must have the link type of the first, others are counted.
 * -EEXIST, -EACCES ... with a sentence.
 */
int sink_pcap_open(struct sink_pcap **out, const char *path, struct errmsg *em);
/* Write one frame; buffered.  0, -EMEDIUMTYPE (other link type, counted), or negative errno when the disk refuses. */
int sink_pcap_write(struct sink_pcap *p, const struct frame *f);
/* Flush and close.  0 or negative errno of any write since open; em tells, also what a 0 left out. */
int sink_pcap_close(struct sink_pcap *p, struct errmsg *em);

/*
 * One failure with its messages, to be handed on: to a carrier, into a ticket.  Appended to b; 0, or -ENOMEM when b is
 * short of memory or full.
 *
 * redact: users, display names and secrets become hashes: "u" and 8 hexadecimal digits; of numbers of 5 digits and more
 * "n", 8 digits, "-" and the last 2 of the number; "d" and 8 for digests, nonces and keys of media.  The same user has
 * the same hash under one seed.  seed: drawn at random for each run, never written; then a hash tells nothing without
 * trying all numbers under all seeds.  Hosts, Call-IDs and tags stay: whoever is asked needs them.  Of headers that are
 * not known to be harmless each word is hashed as a user is; a body that is neither SDP nor a piece of SIP is left out
 * ("(13 bytes hidden)").  Content-Length is as right or wrong as it was.
 */
struct sink_evidence {
	const struct event *event;
	const struct callmsg *messages; /* by time; without any the event's own is taken */
	size_t n;
	bool redact;
	uint64_t seed;
};
/* Decoded text, then each message; no byte but printable UTF-8 and line ends. */
int sink_evidence_text(struct buf *b, const struct sink_evidence *x);
/* One object of sipwhy.evidence/1 (doc/records.md) and a newline, ASCII. */
int sink_evidence_json(struct buf *b, const struct sink_evidence *x);
/* RFC 4180; a field that a spreadsheet would take for a formula gets a ' in front. */
int sink_evidence_csv_head(struct buf *b);
int sink_evidence_csv(struct buf *b, const struct sink_evidence *x);
/*
 * A capture of the messages: head once, then those of each failure (pcap with nanoseconds, LINKTYPE_RAW).  Each message
 * is one UDP datagram whatever carried it; an end that is not known is 192.0.2.1 (src) or 192.0.2.2 (dst), a port that
 * is not known 5060.  *packets (may be NULL) is raised by those written: messages without bytes have none.
 */
int sink_evidence_pcap_head(struct buf *b);
int sink_evidence_pcap(struct buf *b, const struct sink_evidence *x, size_t *packets);

/*
 * What is seen, sent on to a HOMER as HEP version 3 (doc/config.md, "Sending to HOMER").  Never waits: what the
 * collector does not take in time is left out and counted.
 */
struct sink_hep;
struct uv_loop_s;

enum sink_hep_drop {
	SINK_HEP_DROP_ABSENT, /* no connection, and more than is kept for one */
	SINK_HEP_DROP_SLOW,   /* there is a connection, and it takes less than comes */
	SINK_HEP_DROP_SIZE,   /* the message is larger than a packet can be */
	SINK_HEP_DROP_NET,    /* the network refused it */
	SINK_HEP_DROP_MEMORY, /* memory was short */
	SINK_HEP_DROP_N
};

/* "not-connected", "slow", "too-large", "network", "memory". */
const char *sink_hep_drop_name(enum sink_hep_drop d);

/*
 * messages = sent + drop[] + waiting at all times.  sent: handed to the kernel; what it held when a connection broke
 * is not known.  refused: times that the collector's machine said that nobody listens (udp: of messages sent).
 * connects: connections made; broken: connections lost, or attempts that failed; connected: now (udp: always).
 */
struct sink_hep_stats {
	const char *name; /* "udp:192.0.2.1:9060" */
	uint64_t messages, sent, bytes, waiting;
	uint64_t drop[SINK_HEP_DROP_N];
	uint64_t refused, connects, broken;
	bool connected;
};

/*
 * where: "udp:HOST:PORT", "tcp:...", "tls:..."; HOST a name, an IPv4 address or [IPv6]; without :PORT 9060.  to: take
 * this address instead of asking for the name again (family 0: ask).  id: the capture agent's number.  agent: its name;
 * key: the authentication key; both borrowed until sink_hep_close, empty: none.  ca: certificates (PEM) of which one
 * must have signed the collector's, or be it; of tls alone, which needs it.
 */
struct sink_hep_cfg {
	const char *where, *ca;
	struct endpoint to;
	uint32_t id;
	struct slice agent, key;
};

/* Is this a place to send to?  Opens and asks nothing.  0, or -EINVAL with a sentence. */
int sink_hep_judge(const char *where, struct errmsg *em);

/*
 * Find the address and make the socket; nothing is sent yet.  0; negative errno with a sentence (-EINVAL, -ENOENT: the
 * name is not known, -ENOTSUP: tls in a build without it, -ENOMEM ...).
 */
int sink_hep_open(struct sink_hep **out, const struct sink_hep_cfg *cfg, struct errmsg *em);

/* Where it goes. */
const struct endpoint *sink_hep_to(const struct sink_hep *h);
/* Does it arrive at somebody who listens on that address ("0.0.0.0" and "::" stand for all of this machine)? */
bool sink_hep_reaches(const struct sink_hep *h, bool stream, const struct endpoint *listener);
/* The socket that connects again when a connection broke; -1 for udp, which connects once. */
int sink_hep_socket(const struct sink_hep *h);

/* Go.  say: a connection came or went, or messages are lost; one line for people, borrowed. */
typedef void (*sink_hep_say_fn)(void *ctx, bool trouble, const char *sentence);
void sink_hep_start(struct sink_hep *h, struct uv_loop_s *loop, sink_hep_say_fn say, void *ctx);

/* Take one message; its correlation, without one call_id, goes with it. */
void sink_hep_put(struct sink_hep *h, const struct message *m, struct slice call_id);
/* Send what waits for others to go with it. */
void sink_hep_flush(struct sink_hep *h);
/* Much waits, and there is a connection, or one comes about: a source that can wait should. */
bool sink_hep_full(const struct sink_hep *h);
/* Send all that waits, blocking, no longer than about timeout_ms; what is left then is dropped.  The last call. */
void sink_hep_drain(struct sink_hep *h, int timeout_ms);

void sink_hep_stats(const struct sink_hep *h, struct sink_hep_stats *out);

/* Close inside the loop, and free; as input_close.  NULL is allowed. */
void sink_hep_close(struct sink_hep *h);

/*
 * One message as a packet of HEP version 3, appended to b.  0; -EMSGSIZE when it would be larger than 65,535 bytes,
 * -ENOMEM.  b is unchanged on failure.
 */
int sink_hep_encode(struct buf *b, const struct sink_hep_cfg *cfg, const struct message *m, struct slice call_id);

#endif
