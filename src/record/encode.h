/* encode - the encoder's parts: what hangs on one event, and what stands in ticks. */
#ifndef RECORD_ENCODE_H
#define RECORD_ENCODE_H

#include "record/writer.h"
#include "sipwhy/record.h"

void encode_event(struct writer *w, const struct event *e);
void encode_update(struct writer *w, const struct event_update *u);
void encode_notice(struct writer *w, const struct notice *n);
void encode_message(struct writer *w, const struct callmsg *m);
void encode_good(struct writer *w, const struct goodcall *g);
void encode_incident(struct writer *w, const struct incident *i);

/* Members of "requests" to the single counters; nothing for NULL. */
void encode_counts(struct writer *w, const struct counts *c);

/* The object "kpi"; nothing for NULL and for zeros. */
void encode_kpi(struct writer *w, const struct kpi_counts *c);

/* All of a tick in one line. */
void encode_tick(struct writer *w, const struct record_tick *t);

#endif
