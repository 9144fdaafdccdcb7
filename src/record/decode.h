/* decode - the decoder's inside: its memory, and the parts that read events and ticks. */
#ifndef RECORD_DECODE_H
#define RECORD_DECODE_H

#include "record/reader.h"
#include "sipwhy/record.h"

struct record_decoder {
	struct arena *arena;
	json_t *tree; /* of the last line; decoded texts point into it */
	struct counts counts;
	struct kpi_counts kpi;
};

void decode_event(struct reader *r, json_t *o, int64_t t_ns, struct event *e);
void decode_update(struct reader *r, json_t *o, int64_t t_ns, struct event_update *u);
void decode_message(struct reader *r, json_t *o, int64_t t_ns, struct callmsg *m);
void decode_good(struct reader *r, json_t *o, int64_t t_ns, struct goodcall *g);
void decode_notice(struct reader *r, json_t *o, int64_t t_ns, struct notice *n);
void decode_incident(struct reader *r, json_t *o, int64_t t_ns, struct incident *i);

/* The members of tick and bye that stand for the whole engine: counts and kpi, kept in d. */
void decode_totals(struct reader *r, json_t *o, struct record_decoder *d, struct record_tick *t);

void decode_tick(struct reader *r, json_t *o, struct record_decoder *d, struct record_tick *t);

/* The role of a member "role"; a name of a later version is no error. */
uint8_t decode_role(struct reader *r, json_t *o);
/* The same for "direction". */
uint8_t decode_direction(struct reader *r, json_t *o);
/* A number that may be absent, then -1. */
int32_t decode_known(struct reader *r, json_t *o, const char *name, int32_t max);

#endif
