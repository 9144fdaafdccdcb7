/*
 * outlet - records out of an engine to a descriptor that may be slow.  Increments wait (a tick that finds no room is
 * simply taken later and holds more); events that find no room are folded by signature and told in the next tick.
 */
#ifndef APP_OUTLET_H
#define APP_OUTLET_H

#include <stdbool.h>
#include <stdint.h>

#include "sipwhy/event.h"
#include "sipwhy/record.h"

struct uv_loop_s;
struct outlet;

/* rate: whole events a second at most (0: no limit); the rest are folded.  fd stays the caller's.  NULL when memory is
 * short. */
struct outlet *outlet_new(struct uv_loop_s *loop, int fd, const char *host, unsigned rate);

/* Close inside the loop; what waits is lost unless outlet_drain came first. */
void outlet_close(struct outlet *o);

/* Is there room for a tick?  While there is not, do not take the delta. */
bool outlet_ready(const struct outlet *o);
/* The reader is far behind: a source that can wait should. */
bool outlet_full(const struct outlet *o);
/* The reader is gone (EPIPE). */
bool outlet_broken(const struct outlet *o);

/* Send or fold an event; now_ms: of the loop, for the rate. */
void outlet_event(struct outlet *o, const struct event *ev, uint64_t now_ms);
/* Send a record of any other type.  0, or negative when it found no room. */
int outlet_record(struct outlet *o, const struct record *r);

/* Folded rows since the last tick; valid until outlet_folds_taken. */
const struct record_fold *outlet_folds(const struct outlet *o, size_t *n);
void outlet_folds_taken(struct outlet *o);
/* Events folded because the reader was slow, since the start. */
uint64_t outlet_drops(const struct outlet *o);

/* Write all that waits, blocking; at most timeout_ms. */
void outlet_drain(struct outlet *o, int timeout_ms);

#endif
