/*
 * sight - which messages were seen before: repeats later (retransmissions) and at once (copies at another tap).
 */
#ifndef TRACK_SIGHT_H
#define TRACK_SIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipwhy/event.h"
#include "sipwhy/sipmsg.h"

struct sight;

/* entries: messages remembered, rounded up to a power of two.  NULL when memory is short. */
struct sight *sight_new(uint64_t seed, size_t entries);
void sight_free(struct sight *g);

/* What names a message's transaction: top Via branch and sent-by, hashed. */
uint64_t sight_transaction(const struct sight *g, const struct sipmsg *s);
/* The key of a message of that transaction; 0 when nothing names it. */
uint64_t sight_key(const struct sight *g, const struct sipmsg *s, uint64_t transaction);
/* Its place is wanted soon. */
void sight_prefetch(const struct sight *g, uint64_t key);
/*
 * Where a message was seen: on a wire, where taps may see one packet twice; or in the log of the machine that got it,
 * that sent it, or that does not say which: such a log has each message once.
 */
enum sight_tap { SIGHT_WIRE, SIGHT_LOG_IN, SIGHT_LOG_OUT, SIGHT_LOG, SIGHT_TAPS };

/* Was it seen?  It is now.  at_ns: by a clock that does not jump. */
enum seen sight_see(struct sight *g, uint64_t key, enum sight_tap tap, int64_t at_ns);

/* Was the INVITE of this response cancelled, by a CANCEL seen within 64*T1? */
bool sight_cancelled(const struct sight *g, const struct sipmsg *s, int64_t at_ns);

/* Entries pushed out before their 32 s were over. */
uint64_t sight_forgotten(const struct sight *g);

#endif
