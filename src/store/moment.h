/*
 * moment - all that the getters of a store show.  The store has one that goes on and, while frozen, one that
 * stands still.
 */
#ifndef STORE_MOMENT_H
#define STORE_MOMENT_H

#include "sipwhy/store.h"
#include "store/event_list.h"
#include "store/source.h"

/*
 * status: only what records told; sums over sources are made when asked.
 * newest_ns: of the records that counted something; first_ns: the time of the first of them, 0 before.
 * drops, evictions: of former engines in [0], of this one in [1].
 */
struct moment {
	struct counts counts;
	uint64_t code_events[SIP_CODE_N];
	struct source_table sources;
	struct store_status status;
	uint64_t drops[2], evictions[2];
	uint64_t events_total, events_folded;
	int64_t wall_ns, hello_wall_ns, newest_ns, first_ns;
	struct event_list events;
	struct peer_table *peers;
	struct series *series;
};

/* What was told when the last tick came whole: an engine that dies has its successor read on from there. */
struct store_told {
	uint64_t events_total;
	uint64_t code_events[SIP_CODE_N];
	uint64_t since; /* events that came after it */
};

struct store {
	struct moment now;
	struct moment *frozen;
	uint64_t revision;
	uint64_t last_id;
	struct store_told told;
	uint32_t engine; /* number of the last hello */
	struct record_decoder *decoder;
	struct feed *feed;
	size_t events_max, bytes_max;
};

/* The moment that getters show. */
const struct moment *store_moment(const struct store *s);

#endif
