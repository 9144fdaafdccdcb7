/*
 * count - the frame accounting of the wire room: every frame stands in one counter, held ones move once.
 * Shared by the tables that hold frames back (frag, tcp) and by wire.c, which counts the frame just pushed.
 */
#ifndef WIRE_COUNT_H
#define WIRE_COUNT_H

#include <assert.h>
#include <stdint.h>

#include "sipwhy/wire.h"

/* What becomes of a frame; why is read only with WIRE_DROPPED. */
struct fate {
	enum wire_verdict verdict;
	enum wire_drop why;
};

static inline struct fate
fate_of(enum wire_verdict v)
{
	return (struct fate){ v, WIRE_DROP_N };
}

static inline struct fate
fate_drop(enum wire_drop why)
{
	return (struct fate){ WIRE_DROPPED, why };
}

/* Count n new frames. */
static inline void
count_add(struct wire_stats *st, uint64_t n, struct fate f)
{
	st->verdict[f.verdict] += n;
	if (f.verdict == WIRE_DROPPED)
		st->drop[f.why] += n;
}

/* Give n frames that were held their final counter. */
static inline void
count_settle(struct wire_stats *st, uint64_t n, struct fate f)
{
	assert(st->verdict[WIRE_HELD] >= n && f.verdict != WIRE_HELD);
	st->verdict[WIRE_HELD] -= n;
	count_add(st, n, f);
}

#endif
