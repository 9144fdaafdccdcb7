/*
 * incidents - the 25 patterns over the stream of facts (doc/incidents.md): what is raised, kept and ended.
 */
#ifndef TRACK_INCIDENTS_H
#define TRACK_INCIDENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "sipwhy/incident.h"
#include "track/fact.h"

struct incidents;

struct incidents_cfg {
	uint64_t seed;
	uint64_t first_id;
	const uint32_t *limits; /* one for each row of track_limits, copied; NULL: defaults */
	void (*incident)(void *ctx, const struct incident *i); /* may be NULL */
	void *ctx;
};

/* NULL when memory is short. */
struct incidents *incidents_new(const struct incidents_cfg *cfg);
void incidents_free(struct incidents *in);

/* Of a fact what decides whether any pattern looks at it; members as there.  Sides' own: only of a 100. */
struct incidents_ask {
	enum fact_kind kind;
	enum sip_method method;
	uint16_t code;
	uint8_t outcome, transport;
	bool own_client, own_server, in_dialog, orphan, rang;
};
/* The topic of a fact (pattern.h), 0 when nobody looks at it.  Asked before it is made: most messages are nobody's. */
unsigned incidents_topic(const struct incidents_ask *ask);

/* Take one fact. */
void incidents_see(struct incidents *in, const struct fact *f);

/* Time went by: what is quiet ends, what went on is told.  Cheap when called often: it works once a second. */
void incidents_advance(struct incidents *in, uint64_t now_ms, int64_t t_ns);

/* The event of a call whose facts were seen before: samples of this Call-ID that had none get it. */
void incidents_event(struct incidents *in, struct slice call_id, uint64_t event_id);

/* Nothing comes any more: what waits for its turn to be told is told.  What is up stays up. */
void incidents_flush(struct incidents *in);

#endif
