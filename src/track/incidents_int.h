/*
 * incidents_int - what incidents.c, meter.c and limits.c share; patterns look at none of it.
 */
#ifndef TRACK_INCIDENTS_INT_H
#define TRACK_INCIDENTS_INT_H

#include "sipwhy/track.h"
#include "track/pattern.h"

/* Rows of incidents; buckets that find them. */
enum { INCIDENTS_ROWS = 256, INCIDENTS_BUCKETS = 256, INCIDENTS_TEXTS = 64 };
/* Bytes of a row's texts, NUL included. */
enum { INCIDENTS_SENTENCE = 256, INCIDENTS_PEER = 64, INCIDENTS_WHAT = 96, INCIDENTS_CALL_ID = 128 };

struct incidents_row {
	const struct pattern *pattern; /* NULL: free */
	uint64_t key, id, count;
	int64_t since_ns, last_ns;
	uint64_t raised_ms, told_ms;
	uint32_t quiet_ms;
	uint16_t next; /* of its bucket: number + 1, 0 none */
	uint8_t level;
	bool news; /* something was not told yet */
	uint64_t events[INCIDENT_EVIDENCE];
	char call_id[INCIDENT_EVIDENCE][INCIDENTS_CALL_ID];
	char peer[INCIDENTS_PEER], what[INCIDENTS_WHAT], sentence[INCIDENTS_SENTENCE];
};

/* A fact that may be wanted as evidence. */
enum { INCIDENTS_KEPT = 16 };
struct incidents_kept {
	const struct pattern *pattern; /* NULL: free */
	uint64_t key, event_id;
	char call_id[INCIDENTS_CALL_ID], to[INCIDENTS_WHAT];
};

/* A host that something worked for: its key's upper half, when, and how often in this hour and the one before. */
enum { KNOWN_SLOTS = 4096 };
struct known_slot {
	uint32_t tag, seen_s, hour;
	uint16_t now, before;
	uint8_t bits; /* 0: free */
};

/* Several patterns ask the same of each fact. */
enum outbound { OUTBOUND_UNASKED, OUTBOUND_NO, OUTBOUND_YES };

struct meters;

struct incidents {
	struct incidents_cfg cfg; /* its limits: see below */
	uint64_t now_ms, start_ms, tick_ms, next_id;
	int64_t now_ns;
	bool started;
	struct meters *meters;
	uint64_t key_seed; /* a second one, made of the first */
	/* By topic, its bit's number: the patterns that want it, and how many. */
	const struct pattern *wanted[TOPIC_N][PATTERN_MAX];
	uint8_t n_wanted[TOPIC_N];
	uint8_t outbound; /* enum outbound: known_outbound's answer for the fact in hand */
	bool house_seen;  /* one of ours took part in some fact */
	/* The address last written in each of the two, client and server. */
	struct endpoint named[2];
	char name[2][ENDPOINT_TEXT];
	struct known_slot known[KNOWN_SLOTS];
	uint64_t texts[INCIDENTS_TEXTS]; /* keys of texts that are harmless */
	uint32_t limits[LIMIT_N];
	uint16_t bucket[INCIDENTS_BUCKETS]; /* row + 1, 0 none */
	uint16_t rows_held[PATTERN_MAX + 1], rows_up;
	uint8_t starts[PATTERN_MAX + 1]; /* in this second */
	uint32_t sentences;              /* written in this second */
	struct incidents_row row[INCIDENTS_ROWS];
	struct incidents_kept kept[INCIDENTS_KEPT];
};

struct meters *meters_new(uint64_t seed);
void meters_free(struct meters *t);

#endif
