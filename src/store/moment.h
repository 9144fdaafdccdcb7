/*
 * moment - all that the getters of a store show.  The store has one that goes on and, while frozen, one that
 * stands still.
 */
#ifndef STORE_MOMENT_H
#define STORE_MOMENT_H

#include "sipwhy/store.h"
#include "store/event_list.h"
#include "store/groups.h"
#include "store/incident_list.h"
#include "store/kpi_list.h"
#include "store/ledger.h"
#include "store/notices.h"
#include "store/source.h"

/*
 * status: only what records told; sums over sources are made when asked.
 * newest_ns: of the records that counted something; first_ns: the time of the first of them, 0 before.
 * drops, evictions: of former engines in [0], of this one in [1].
 */
struct moment {
	struct counts counts;
	struct ledger ledger;
	struct source_table sources;
	struct store_status status;
	uint64_t drops[2], evictions[2];
	int64_t wall_ns, hello_wall_ns, newest_ns, first_ns;
	struct event_list events;
	struct peer_table *peers;
	struct series *series;
	struct kpi_list *kpi;
	struct groups *groups;
	struct incident_list *incidents;
	struct notices *notices;
};

/* What was told when the last tick came whole: an engine that dies has its successor read on from there. */
struct store_told {
	struct ledger ledger;
	uint64_t last_id, last_notice; /* events and notices above came after it */
	struct groups *groups;
};

struct store {
	struct moment now;
	struct moment *frozen;
	uint64_t revision;
	uint64_t last_id;
	uint64_t taken_back; /* while frozen: events of the frozen list above this id will come once more */
	struct store_told told;
	uint32_t engine; /* number of the last hello */
	uint64_t seed;
	store_phrase_fn phrase;
	struct record_decoder *decoder;
	struct feed *feed;
	size_t events_max, bytes_max;
};

/* The moment that getters show. */
const struct moment *store_moment(const struct store *s);

#endif
