/*
 * store - what the console remembers: events (newest kept), counters, peers, sources, the state of the engine.
 * Formats nothing, knows no colour.  Changed only by store_apply, store_feed, store_note, store_advance and
 * store_freeze.
 */
#ifndef SIPWHY_STORE_H
#define SIPWHY_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipwhy/event.h"
#include "sipwhy/record.h"
#include "sipwhy/tally.h"

/* events: kept at most [10000].  bytes: of their texts and raw messages at most [64 MiB]; oldest go first, counted. */
struct store_cfg {
	size_t events;
	size_t bytes;
	uint64_t seed;
};

struct store;

/* NULL cfg takes defaults.  NULL when memory is short.  Free with store_free. */
struct store *store_new(const struct store_cfg *cfg);
void store_free(struct store *s);

/* Take one record (copied).  0; -EINVAL for one that makes no sense here; -ENOMEM (counted as lost). */
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
/* Sum of class 1..6 (7: events) over the window. */
uint64_t store_window(const struct store *s, unsigned cls, unsigned window_s);
/* History for a sparkline: n buckets of step_s seconds ending now, oldest first. */
void store_history(const struct store *s, unsigned cls, unsigned step_s, uint64_t *out, size_t n);

/* Failure codes (>= 400) by responses since the start, most first; returns rows set, at most n. */
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
/* Events seen in all (folded ones included), pushed out of the list by limits, and folded away unseen. */
uint64_t store_event_total(const struct store *s);
uint64_t store_event_evicted(const struct store *s);
uint64_t store_event_folded(const struct store *s);

/* Sources as last told; at most STORE_SOURCES_MAX.  sentence: last word about it. */
enum { STORE_SOURCES_MAX = 32 };
struct store_source {
	struct source_stat stat;
	char sentence[256];
};
size_t store_source_count(const struct store *s);
const struct store_source *store_source_at(const struct store *s, size_t index);

/* What the top line tells. */
struct store_status {
	char host[64];
	char version[32];
	int64_t start_ns;
	bool live;  /* a live source; else files */
	bool ended; /* bye seen or every source ended */
	bool engine_alive;
	int64_t restarted_s;       /* seconds since a new engine took over, by the wall clock; -1 when none did */
	uint32_t engines;      /* started so far */
	char sentence[256];    /* newest word about engine or source; "" none */
	uint64_t lost;         /* kernel + interface + reassembly + engine drops, all sources */
	uint64_t record_drops; /* event records lost between engine and console */
	uint64_t bad_lines;    /* stream lines that made no sense */
	uint64_t evictions;    /* track's */
	uint32_t lag_ms;
	uint64_t done, total; /* progress over all files, bytes; total 0 unknown or nothing to read */
};
void store_status(const struct store *s, struct store_status *out);

#endif
