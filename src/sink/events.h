/* events - the list behind a report, from inside sink. */
#ifndef SINK_EVENTS_H
#define SINK_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipwhy/record.h"
#include "sipwhy/sink.h"

/* A place in the list; start with all zero. */
struct sink_events_at {
	size_t index;
	char path[RECORD_TEXT_MAX];
};

/* The next event, oldest first; its slices point into the list, its path into *at.  False at the end. */
bool sink_events_next(const struct sink_events *l, struct sink_events_at *at, struct event *out);

/* The same, of a report's list: without those that its filter does not mean any more.  What such a list has not kept
 * (the message) it is not asked about. */
bool sink_events_next_of(const struct sink_report *r, struct sink_events_at *at, struct event *out);

/* Not listed because the filter does not mean them, now or when they were told. */
uint64_t sink_events_filtered(const struct sink_report *r);

/* Kept now, and given to sink_events_add but not kept any more. */
size_t sink_events_count(const struct sink_events *l);
uint64_t sink_events_dropped(const struct sink_events *l);

#endif
