/*
 * demo_traffic - made-up SIP traffic of a small PBX: 40 phones, four carriers, one of them in trouble, and a scanner.
 * Pure: it is given the time and emits the frames that are due; the same seed and start give the same frames.
 */
#ifndef INPUT_DEMO_TRAFFIC_H
#define INPUT_DEMO_TRAFFIC_H

#include "sipwhy/frame.h"

struct demo;

/* Traffic begins this long before the start, so that a screen has a past. */
#define DEMO_PAST_NS (INT64_C(600) * 1000000000)

/* seed 0 is as good as any.  NULL when memory is short. */
struct demo *demo_new(uint64_t seed, int64_t start_ns);

/* NULL is allowed. */
void demo_free(struct demo *d);

/*
 * The next frame due at or before until_ns, in order of time: 1 and *out (LINK_RAW; valid until the next call),
 * 0 when none is due.
 */
int demo_next(struct demo *d, int64_t until_ns, struct frame *out);

/* When the next frame is due. */
int64_t demo_due(const struct demo *d);

#endif
