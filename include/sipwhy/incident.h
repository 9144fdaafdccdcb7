/*
 * incident - a recognised pattern over many events: trunk down, registration storm, scan ...  The noun between track,
 * record and store.  What each pattern means and what to check stands in sip's table (sip_pattern_find).
 */
#ifndef SIPWHY_INCIDENT_H
#define SIPWHY_INCIDENT_H

#include <stdbool.h>
#include <stdint.h>

#include "sipwhy/slice.h"

/* Patterns are numbered 1 to 25. */
enum { PATTERN_MIN = 1, PATTERN_MAX = 25 };

/* Set in the id of one that an alert rule of the user made: it comes from no engine, and its pattern is 0. */
#define INCIDENT_IS_RULE (UINT64_C(1) << 63)

enum incident_level { INCIDENT_NOTICE, INCIDENT_WARNING, INCIDENT_ERROR, INCIDENT_CRITICAL, INCIDENT_LEVEL_N };

/* "notice", "warning", "error", "critical"; "-" above. */
const char *incident_level_name(unsigned level);

enum { INCIDENT_EVIDENCE = 3 };

/*
 * An incident as it stands now.  One for each pattern and key (peer, number, user ...) at a time; the same id from its
 * start to its end.  Slices are borrowed from whoever hands it over; empty = absent.
 */
struct incident {
	uint64_t id;      /* unique in one run of the engine chain, rising */
	int64_t t_ns;     /* of this word about it */
	int64_t since_ns; /* first sign */
	int64_t last_ns;  /* newest sign */
	uint8_t pattern;  /* PATTERN_MIN to PATTERN_MAX; 0: an alert rule */
	uint8_t level;    /* enum incident_level */
	bool ended;
	uint64_t count;   /* signs so far */
	struct slice kind;     /* "trunk-down", as sip_pattern has it */
	struct slice peer;     /* name or address it is about */
	struct slice what;     /* number, prefix, user or domain it is about */
	struct slice sentence; /* one sentence with the figures that made it */
	uint64_t events[INCIDENT_EVIDENCE];      /* ids of events, 0 none */
	struct slice call_ids[INCIDENT_EVIDENCE]; /* samples */
};

#endif
