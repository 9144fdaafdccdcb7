/* apply - the record types that change what happened: ticks, events and what becomes of them, notices. */
#ifndef STORE_APPLY_H
#define STORE_APPLY_H

#include "store/moment.h"

/* The signature of an event, see groups_key. */
uint64_t apply_key(const struct store *s, const struct event *e);

void apply_tick(struct store *s, const struct record *r);
/* 0, or as store_apply. */
int apply_event(struct store *s, const struct event *e);
int apply_update(struct store *s, const struct event_update *u);
int apply_notice(struct store *s, const struct notice *n);
/* A message of an attempt, or a good call. */
int apply_message(struct store *s, const struct record *r);

/* Another engine reads the same files on from the last whole tick: what came after it will come once more. */
void apply_take_back(struct store *s);

#endif
