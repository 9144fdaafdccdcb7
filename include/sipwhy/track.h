/*
 * track - messages to what happened: transactions, retransmissions and copies (RFC 3261 17), attempts and how they
 * ended, events, incidents.  Bounded tables; time is given, and comes from the messages unless track_advance says more.
 */
#ifndef SIPWHY_TRACK_H
#define SIPWHY_TRACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipwhy/callmsg.h"
#include "sipwhy/event.h"
#include "sipwhy/frame.h"
#include "sipwhy/incident.h"
#include "sipwhy/peers.h"
#include "sipwhy/sipmsg.h"

struct track;

/*
 * Who is told.  Any member may be NULL.  What is handed over is borrowed for the call; its slices may point into the
 * message being pushed.  None of them may call track.
 */
struct track_sink {
	void *ctx;
	/* An attempt began (a leg of another one's call is none). */
	void (*attempt)(void *ctx, enum sip_method method, int64_t t_ns);
	/* An attempt or a leg of it ended; see struct outcome for what is told twice. */
	void (*outcome)(void *ctx, const struct outcome *o);
	/* An answered session ended by a BYE that was answered; peer as in its outcome. */
	void (*completed)(void *ctx, const struct endpoint *peer, int64_t t_ns);
	/* One failed attempt, once.  Its id is set; source and explain are not. */
	void (*event)(void *ctx, const struct event *ev);
	/* An event told before changed its mind. */
	void (*update)(void *ctx, const struct event_update *u);
	/* A pattern started, went on or ended. */
	void (*incident)(void *ctx, const struct incident *i);
	/*
	 * A message of an attempt whose event (or good call) was told, c->of its id: those there are behind the event,
	 * in the order they came, and each that comes later until the attempt is forgotten.  False: no more of this id.
	 */
	bool (*message)(void *ctx, const struct callmsg *c);
	/* An INVITE or REGISTER that went well; its messages follow.  Its id is set; source is not. */
	void (*good)(void *ctx, const struct goodcall *g);
};

/* Thresholds of the patterns, by name; track_limits lists them all.  Whole numbers in the unit of the name. */
struct track_limit {
	const char *name; /* "trunk-down.attempts" */
	uint32_t value;   /* the default */
	uint32_t min, max;
	const char *help;
};
const struct track_limit *track_limits(size_t *n);
/* Index of a name in that list; -1 when there is none. */
int track_limit_find(struct slice name);

/*
 * seed      of the tables
 * entries   messages remembered to know repeats (rounded up to a power of two, 8 bytes each) [131072]
 * bytes     for attempts and what hangs on them; the oldest give way and are counted [32 MiB]
 * messages  bytes of a ring that holds the raw messages of recent attempts, to be told with their events, and of good
 *           calls, one for each peer and method every 30 s; 32 bytes for each attempt beside it.  0: none of that
 * first_id  of events, good calls and incidents
 * local     this machine's addresses, copied; they and peers of role pbx decide direction and peer, but of messages
 * with a flow peers     names and roles, borrowed for life; NULL: none limits    one value for each row of
 * track_limits, copied; NULL: the defaults sink      copied
 */
struct track_cfg {
	uint64_t seed;
	size_t entries;
	size_t bytes;
	size_t messages;
	uint64_t first_id;
	const struct endpoint *local;
	size_t n_local;
	const struct peers *peers;
	const uint32_t *limits;
	struct track_sink sink;
};

/* What is enough for the messages of the last thousands of attempts. */
enum { TRACK_MESSAGES_BYTES = 8 * 1024 * 1024 };

/* NULL cfg takes defaults.  NULL when memory is short.  Free with track_free. */
struct track *track_new(const struct track_cfg *cfg);
void track_free(struct track *t);

/*
 * Take one message.  Returns whether it is new, a retransmission (same transaction and first line, later than
 * 100 ms after the last sight, within 64*T1 = 32 s) or a copy (the same again within 100 ms).  With a flow, or with an
 * end that is not known, m is from a log, where the same again is a retransmission at once; what another tap (a wire,
 * a log of the other flow) has seen since is a copy there.  Tells the sink what follows from it, and from the time that
 * went by.
 *
 * A response without bytes (m->bytes.n 0) is a statement: a line of a log that names a code.  s needs kind and code;
 * method, phrase, call_id, tags, cseq and the others as far as the line has them.  It is new unless it says again what
 * was said, or is about an attempt whose messages are seen: a copy.  doc/counting.md, "Logs".
 */
enum seen track_push(struct track *t, const struct message *m, const struct sipmsg *s);

/*
 * No message until t_ns: timers run out (64*T1 of silence and the like).  For live sources about once a second; for
 * files the messages' own times do.  A time that is not later than what was seen changes nothing.
 */
void track_advance(struct track *t, int64_t t_ns);

/*
 * Nothing comes any more.  What waits for a follow-up is decided as if none came (a challenge is left, a 422 failed);
 * what has no final response stays open.  Call once; then only the getters and track_free.
 */
void track_finish(struct track *t);

/*
 * The other side of a message and which way it went: as its flow says; else sent by one of ours, received by one, or
 * unknown, when the peer is who sent a response and who gets a request.  The result points into m, and may be of
 * family 0 in logs.
 */
const struct endpoint *
track_peer(const struct track *t, const struct message *m, const struct sipmsg *s, enum direction *dir);

/*
 * What was forgotten before its time, and where everything went.  attempts = open + the sum of outcomes, at every
 * moment.  repeats_forgotten: messages whose repeats count as new.  messages_left: those of told attempts that were
 * beyond what is told of one (CALLMSG_MAX, and 64 KiB).
 */
struct track_stats {
	uint64_t repeats_forgotten, messages_left;
	uint64_t attempts;
	uint64_t outcomes[OUTCOME_N];
	uint64_t open;
	uint64_t events, recovered;          /* told; of these taken back */
	size_t bytes, bytes_most, bytes_max; /* of the attempts' tables: now, at most so far, allowed */
};
void track_stats(const struct track *t, struct track_stats *out);

/* Distinct Call-IDs so far; *exact false when it is an estimate (above 32,768; standard error 0.8 %). */
uint64_t track_call_ids(const struct track *t, bool *exact);

#endif
