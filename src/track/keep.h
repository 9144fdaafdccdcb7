/*
 * keep - the raw messages of recent attempts in a ring of bytes, told with the event of theirs and as they come after
 * it; and which calls that went well are worth telling.  All of it is there only where somebody asked (t->keep).
 */
#ifndef TRACK_KEEP_H
#define TRACK_KEEP_H

#include <stddef.h>
#include <stdint.h>

#include "sipwhy/callmsg.h"
#include "track/track_int.h"

struct keep;

/* bytes: of the ring, at least KEEP_BYTES_MIN are taken.  NULL when memory is short. */
enum { KEEP_BYTES_MIN = 64 * 1024 };
struct keep *keep_new(size_t bytes);
void keep_free(struct keep *k);

/* All of these do nothing without t->keep, or with a NULL attempt. */

/* The row of the attempt that has this number (0: none) is wanted soon. */
void keep_prefetch(const struct track *t, uint32_t number);
/* An attempt begins: what its record held before is nobody's. */
void keep_begin(struct track *t, const struct attempt *a);
/* Its messages stand with those of `call` from now on: as a further leg by this evidence, or (NONE) as what happens
 * inside of it. */
void keep_join(struct track *t, const struct attempt *a, const struct attempt *call, enum callmsg_evidence by);
/* The message in hand belongs to a: keep it, or raise `seen` of the one it repeats; tell it where a is told. */
void keep_message(struct track *t, const struct attempt *a, const struct track_in *in);
/* The event `id` of a was told: now its messages are. */
void keep_event(struct track *t, const struct attempt *a, uint64_t id);
/* The message in hand made the event `id` all by itself: nothing names an attempt. */
void keep_lone(struct track *t, const struct track_in *in, uint64_t id);
/* An attempt ends well over hop h: tell it as a good call, unless one like it was told within 30 s. */
void keep_good(struct track *t, const struct attempt *a, const struct hop *h);

/* Messages of told attempts that were beyond what is told of one; of those before its first one counts. */
uint64_t keep_left(const struct keep *k);

#endif
