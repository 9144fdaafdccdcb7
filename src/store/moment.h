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
#include "store/journal.h"
#include "store/kpi_list.h"
#include "store/ledger.h"
#include "store/messages.h"
#include "store/notices.h"
#include "store/sift_changes.h"
#include "store/source.h"
#include "store/trend.h"

/*
 * status: only what records told; sums over sources are made when asked.
 * newest_ns: of the records that counted something; first_ns: the time of the first of them, 0 before.
 * drops, message_drops, evictions: of former engines in [0], of this one in [1].
 */
struct moment {
	struct counts counts;
	struct ledger ledger;
	struct source_table sources;
	struct store_status status;
	uint64_t drops[2], message_drops[2], evictions[2];
	int64_t wall_ns, hello_wall_ns, newest_ns, first_ns;
	struct event_list events;
	struct peer_table *peers;
	struct trend trend;
	struct kpi_list *kpi;
	struct groups *groups;
	struct incident_list *incidents;
	struct notices *notices;
};

/* What the user said about incidents, whatever moment is shown: ids, 0 free; patterns of peers, and until when. */
struct store_said {
	uint64_t dismissed[STORE_INCIDENTS_MAX];
	struct {
		uint64_t key;
		int64_t until_ns;
	} mute[STORE_MUTES_MAX];
};

/* at_ns: 0 live.  shown: events of the moment that came up to then. */
struct store_look {
	int64_t at_ns;
	size_t shown;
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
	struct sift_changes changes;
	uint32_t engine; /* number of the last hello */
	uint64_t seed;
	store_phrase_fn phrase;
	struct record_decoder *decoder;
	struct feed *feed;
	size_t events_max, bytes_max;
	struct messages *messages; /* of all moments */
	struct journal *journal;   /* the same; may be NULL */
	struct store_look look;
	struct store_said said;
	struct alert_rules *rules; /* NULL: none */
};

/* The moment that getters show. */
const struct moment *store_moment(const struct store *s);

/* The time that goes on, whatever is shown. */
int64_t moment_now(const struct moment *m);
/* s seconds before t_ns; all that int64_t holds may be told as times. */
int64_t moment_before(int64_t t_ns, int64_t s);
/* Whole seconds from `from_ns` to `to_ns`, below 0 when that is earlier. */
int64_t moment_span_s(int64_t from_ns, int64_t to_ns);

/*
 * How many seconds of the hour before the window are known, at least 10 minutes of it, else 0; *end_ns: where the
 * window begins.
 */
int64_t moment_usual(const struct moment *m, int64_t now_ns, unsigned window_s, int64_t *end_ns);

/* An incident ended: what was said about it is done with. */
void store_incident_over(struct store *s, uint64_t id);

/* What came since: bring the events that are shown up to date. */
void store_look_again(struct store *s);

#endif
