/*
 * store - what the console remembers: events and notices (newest kept), counters, peers, sources, the engine's state.
 * Formats nothing, knows no colour.  Changed only by store_apply, store_feed, store_note, store_advance,
 * store_freeze and store_group_ack/mute.
 */
#ifndef SIPWHY_STORE_H
#define SIPWHY_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipwhy/event.h"
#include "sipwhy/notice.h"
#include "sipwhy/record.h"
#include "sipwhy/tally.h"

/* The phrase that is registered for a status code, as sip_code_phrase; it says no more than the code. */
typedef const char *(*store_phrase_fn)(unsigned code);

/*
 * events: kept at most [10000].  bytes: of their texts and raw messages at most [64 MiB]; oldest go first, counted.
 * phrase: so that an event with the registered phrase and one without any are in one group; NULL: every phrase counts.
 */
struct store_cfg {
	size_t events;
	size_t bytes;
	uint64_t seed;
	store_phrase_fn phrase;
};

struct store;

/* NULL cfg takes defaults.  NULL when memory is short.  Free with store_free. */
struct store *store_new(const struct store_cfg *cfg);
void store_free(struct store *s);

/*
 * Take one record (copied).  0; -EINVAL for one that makes no sense here; -EMSGSIZE, -ENOMEM (counted as lost).  An
 * update of an event that is not kept any more moves the sums, not its group.
 */
int store_apply(struct store *s, const struct record *r);

/* Take bytes of the stream, cut anywhere; whole lines are decoded and applied.  Bad or oversize lines are counted. */
void store_feed(struct store *s, const void *p, size_t n);

/* The console's own word about the engine, shown until the next hello ("engine ended by signal 9, ..."). */
void store_note(struct store *s, bool engine_alive, const char *sentence);

/* Tell the time (wall clock).  While a source is live, rates run by it; with files only, by the records' times. */
void store_advance(struct store *s, int64_t wall_ns);

/* Pause: getters below show the state of this moment (events added later are hidden) until unfrozen.  0 or -ENOMEM. */
int store_freeze(struct store *s, bool freeze);
bool store_frozen(const struct store *s);
/* Events that came since the freeze. */
uint64_t store_waiting(const struct store *s);

/* Rises with every visible change: a view draws again only when it moved. */
uint64_t store_revision(const struct store *s);

/* The time that rates and histories end at. */
int64_t store_now(const struct store *s);

/* Totals since the start, all engines together. */
const struct counts *store_counts(const struct store *s);
/* Responses a second of class 1..6 (7: events) over the last window_s seconds. */
double store_rate(const struct store *s, unsigned cls, unsigned window_s);
/* Sum of class 1..6 (7: events as they were told, those that recovered included) over the window. */
uint64_t store_window(const struct store *s, unsigned cls, unsigned window_s);
/* History for a sparkline: n buckets of step_s seconds ending now, oldest first. */
void store_history(const struct store *s, unsigned cls, unsigned step_s, uint64_t *out, size_t n);

/* Failure codes (>= 400, and 0: silence) since the start, most events first, then most responses; returns rows set, at
 * most n.  events: failures by final code, without what recovered. */
struct store_code {
	uint16_t code;
	uint64_t responses;
	uint64_t events;
};
size_t store_top_codes(const struct store *s, struct store_code *out, size_t n);
/* Failing peers by events since the start, most first. */
size_t store_top_peers(const struct store *s, struct peer_stat *out, size_t n);

/* Visible events: index 0 is the oldest kept. */
size_t store_event_count(const struct store *s);
/* Borrowed until the store changes; NULL out of range. */
const struct event *store_event_at(const struct store *s, size_t index);
/* Index of an event id, or of the next younger one kept; count when there is none. */
size_t store_event_index(const struct store *s, uint64_t id);
/* Events told in all (folded and recovered ones included), pushed out of the list by limits, and folded away unseen. */
uint64_t store_event_total(const struct store *s);
uint64_t store_event_evicted(const struct store *s);
uint64_t store_event_folded(const struct store *s);
/* Of the events told, those that worked after all; what is left of the total failed. */
uint64_t store_event_recovered(const struct store *s);

/* KPI counters over the last window_s seconds (60, 300, 900), or since the start (0). */
void store_kpi(const struct store *s, unsigned window_s, struct kpi_counts *out);
/*
 * The same of peers that have any, most bids and registrations first, then by name.  At most KPI_PEERS are kept apart,
 * the rest stand under "other".  counts point into room, n of them; names are borrowed until the store changes. Returns
 * rows set, at most n.
 */
size_t
store_kpi_peers(const struct store *s, unsigned window_s, struct kpi_peer *out, struct kpi_counts *room, size_t n);

/*
 * Incidents, at most STORE_INCIDENTS_MAX: those that go on first, in the order of display of doc/incidents.md (P1, P2,
 * P10, P5, P17, P3; then, and among equals, by level and by newest start), then those that ended, newest end first.
 * The last in order make room.  Texts are cut: sentence at 511 bytes, call_ids at 255.  Borrowed until the store
 * changes.
 */
enum { STORE_INCIDENTS_MAX = 64 };
size_t store_incident_count(const struct store *s);
const struct incident *store_incident_at(const struct store *s, size_t index);
/* How many go on. */
size_t store_incident_open(const struct store *s);
/* How often one that went on found no room, or had to make it. */
uint64_t store_incident_dropped(const struct store *s);

/*
 * The error inbox: events folded by signature: code, Q.850 cause or else pattern of the phrase (letter case, numbers
 * and quoted parts do not count, nor does a registered phrase), method, peer, direction.  Folded rows of ticks count in
 * the group of theirs.  Recovered events leave their group's count, and a group without events is not there.  At most
 * STORE_GROUPS_MAX groups; the ones quiet for longest make room and are counted.
 */
enum { STORE_GROUPS_MAX = 512, STORE_GROUP_HISTORY = 30 };
struct store_group {
	uint64_t key;  /* names it: for ack, mute and store_group_find */
	uint16_t code; /* 0: silence */
	uint8_t direction, role;
	bool in_call;
	/* As first seen, cut, unclean. */
	char phrase[48], method[16], peer[ENDPOINT_TEXT];
	int16_t q850;   /* the cause that stands in for the phrase, -1 none */
	uint64_t count; /* events since the start of this run */
	/* Distinct From (else To) users and Call-IDs; exact to 64, then about; those of folded events are not known. */
	unsigned users, calls;
	uint64_t newest; /* id of its newest event, 0 when it is not kept */
	int64_t first_ns, last_ns;
	uint64_t last_minute;                  /* events within the 55 to 60 s that end at store_now */
	uint32_t history[STORE_GROUP_HISTORY]; /* 2 minutes a column, oldest first, ends at store_now */
	bool fresh; /* first seen within the last 15 minutes, after the run was two minutes old; not acknowledged */
	bool acked; /* acknowledged: out of the way until it comes again after 5 minutes of quiet */
	bool muted; /* out of the way until unmuted */
};
/*
 * Fill out with at most n groups: fresh ones first, then by last_minute, then by last_ns; acknowledged ones after
 * these; muted ones last, or not at all without with_muted.  Returns rows set.
 */
size_t store_groups(const struct store *s, bool with_muted, struct store_group *out, size_t n);
/* All groups, and how many of them are muted (NULL: not asked). */
size_t store_group_count(const struct store *s, size_t *muted);
/* Groups that made room. */
uint64_t store_group_evicted(const struct store *s);
/* The group of a key; false when there is none. */
bool store_group_find(const struct store *s, uint64_t key, struct store_group *out);
/* The key of an event's group. */
uint64_t store_group_key(const struct store *s, const struct event *e);
/* The user's word about a group, shown at once even while frozen; an unknown key changes nothing. */
void store_group_ack(struct store *s, uint64_t key);
void store_group_mute(struct store *s, uint64_t key, bool mute);

/*
 * Notices: lines of logs that tell of a failure without a code.  The newest STORE_NOTICES_MAX are kept, numbered from 1
 * as they came (see notice_list in notice.h).  store_notice_total: how many there were in all, those among them that
 * were not told one by one.
 */
enum { STORE_NOTICES_MAX = 1000, STORE_NOTICES_BYTES = 4 * 1024 * 1024 };
const struct notice_list *store_notices(const struct store *s);
uint64_t store_notice_total(const struct store *s);

/* Notices of one kind and peer (without its port); texts cut, unclean. */
struct store_notice_group {
	char kind[32], peer[ENDPOINT_TEXT];
	uint64_t count;  /* of those told one by one */
	uint64_t newest; /* number of the newest */
	int64_t first_ns, last_ns;
};
/*
 * Most of them first, then newest first; at most n rows, returns how many.  At most STORE_NOTICE_GROUPS_MAX are kept;
 * the one quiet for longest makes room.
 */
enum { STORE_NOTICE_GROUPS_MAX = 128 };
size_t store_notice_groups(const struct store *s, struct store_notice_group *out, size_t n);
/* The group of a notice; false when it made room. */
bool store_notice_group_of(const struct store *s, const struct notice *n, struct store_notice_group *out);

/* Sources as last told; at most STORE_SOURCES_MAX.  sentence: last word about it. */
enum { STORE_SOURCES_MAX = 32 };
struct store_source {
	struct source_stat stat;
	char sentence[256];
};
size_t store_source_count(const struct store *s);
const struct store_source *store_source_at(const struct store *s, size_t index);
/* Its frames a second over the last 5 to 10 s by the wall clock; below 0: not known, or read at its own speed. */
double store_source_rate(const struct store *s, size_t index);
/* What should have been seen whole and was not, see store_status.lost. */
uint64_t store_source_lost(const struct source_stat *s);

/* What the top line tells. */
struct store_status {
	char host[64];
	char version[32];
	int64_t start_ns;
	bool live;  /* a live source; else files */
	bool ended; /* bye seen or every source ended */
	bool engine_alive;
	int64_t restarted_s; /* seconds since a new engine took over, by the wall clock; -1 when none did */
	uint32_t engines;    /* started so far */
	char sentence[256];  /* newest word about engine or source; "" none */
	/*
	 * What should have been seen whole and was not, all sources: kernel, interface, reassembly and engine drops; of
	 * logs lines that were given up, cut for their length, or lost to framing that made no sense.
	 */
	uint64_t lost;
	uint64_t record_drops; /* event records lost between engine and console */
	uint64_t bad_lines;    /* stream lines that made no sense */
	uint64_t evictions;    /* track's */
	uint32_t lag_ms;
	uint64_t done, total; /* progress over all files, bytes; total 0 unknown or nothing to read */
};
void store_status(const struct store *s, struct store_status *out);

#endif
