/*
 * incidents_int - what incidents.c, meter.c and limits.c share; patterns look at none of it.
 */
#ifndef TRACK_INCIDENTS_INT_H
#define TRACK_INCIDENTS_INT_H

#include "sipwhy/track.h"
#include "track/pattern.h"

/* Rows of incidents; buckets that find them. */
enum { INCIDENTS_ROWS = 256, INCIDENTS_BUCKETS = 256 };
/* Bytes of a row's texts, NUL included. */
enum { INCIDENTS_SENTENCE = 256, INCIDENTS_PEER = 64, INCIDENTS_WHAT = 96, INCIDENTS_CALL_ID = 128 };
/* The table that finds a threshold by its name: a power of two, at least twice the names. */
enum { LIMIT_BUCKETS = 512 };

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

struct meters;

struct incidents {
	struct incidents_cfg cfg; /* its limits: see below */
	uint64_t now_ms, tick_ms, next_id;
	int64_t now_ns;
	bool started;
	struct meters *meters;
	uint32_t *limits;                     /* one for each row of track_limits */
	uint16_t limit_bucket[LIMIT_BUCKETS]; /* row + 1, 0 free */
	uint16_t bucket[INCIDENTS_BUCKETS];   /* row + 1, 0 none */
	uint16_t rows_held[PATTERN_MAX + 1];
	uint8_t starts[PATTERN_MAX + 1]; /* in this second */
	uint32_t sentences;              /* written in this second */
	struct incidents_row row[INCIDENTS_ROWS];
};

struct meters *meters_new(uint64_t seed);
void meters_free(struct meters *t);

/* Set in->limits and the table that finds them.  0, or -ENOMEM. */
int limits_init(struct incidents *in);

#endif
