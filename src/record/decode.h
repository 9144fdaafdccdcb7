/* decode - the decoder's inside: its memory, and the part that reads ticks. */
#ifndef RECORD_DECODE_H
#define RECORD_DECODE_H

#include "record/reader.h"
#include "sipwhy/record.h"

struct record_decoder {
	struct arena *arena;
	json_t *tree;              /* of the last line; decoded texts point into it */
	struct counts counts;
};

/* Members of "requests", "responses" and the single counters into d->counts. */
void decode_counts(struct reader *r, json_t *o, struct counts *c);

void decode_tick(struct reader *r, json_t *o, struct record_decoder *d, struct record_tick *t);

#endif
