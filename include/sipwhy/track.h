/*
 * track - messages to what happened: which are retransmissions (RFC 3261 17.1.1.2, 17.2.1) or copies, which are events.
 * Bounded tables, time is given.
 */
#ifndef SIPWHY_TRACK_H
#define SIPWHY_TRACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipwhy/event.h"
#include "sipwhy/frame.h"
#include "sipwhy/sipmsg.h"

struct track;

/* seed of the tables; entries: messages remembered (rounded up to a power of two, 8 bytes each) [131072].
 * local: this machine's addresses, copied; they decide direction and peer. */
struct track_cfg {
	uint64_t seed;
	size_t entries;
	const struct endpoint *local;
	size_t n_local;
};

/* NULL cfg takes defaults.  NULL when memory is short.  Free with track_free. */
struct track *track_new(const struct track_cfg *cfg);
void track_free(struct track *t);

/*
 * Take one message.  Returns whether it is new, a retransmission (same transaction and first line, later than
 * 100 ms after the last sight, within 64*T1 = 32 s) or a copy (the same again within 100 ms).
 *
 * A new final response >= 400 is an event: *is_event is set, and *ev filled except id and source; its slices
 * borrow from m, s and t until the next track_push.  ev NULL: nobody listens, and nothing is filled.
 */
enum seen
track_push(struct track *t, const struct message *m, const struct sipmsg *s, struct event *ev, bool *is_event);

/*
 * The other side of a message and which way it went: sent by a local address, received by one, or unknown, when the
 * peer is who sent a response and who gets a request.  The result points into m.
 */
const struct endpoint *
track_peer(const struct track *t, const struct message *m, const struct sipmsg *s, enum direction *dir);

/* Entries pushed out before their 32 s were over: the repeats of those messages count as new. */
uint64_t track_evictions(const struct track *t);

/* Distinct Call-IDs so far; *exact false when it is an estimate (above 32,768; standard error 0.8 %). */
uint64_t track_call_ids(const struct track *t, bool *exact);

#endif
