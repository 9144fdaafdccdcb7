/*
 * outlet - records out of an engine to a descriptor that may be slow.  Increments wait (a tick that finds no room is
 * simply taken later and holds more); events that find no room are folded by signature and told in the next tick.
 */
#ifndef APP_OUTLET_H
#define APP_OUTLET_H

#include <stdbool.h>
#include <stdint.h>

#include "sipwhy/callmsg.h"
#include "sipwhy/event.h"
#include "sipwhy/notice.h"
#include "sipwhy/record.h"

struct uv_loop_s;
struct outlet;

/* rate: whole events a second at most (0: no limit); the rest are folded.  fd stays the caller's.  NULL when memory is
 * short. */
struct outlet *outlet_new(struct uv_loop_s *loop, int fd, const char *host, unsigned rate);

/* Another rate from now on. */
void outlet_rate(struct outlet *o, unsigned rate);

/* Close inside the loop; what waits is lost unless outlet_drain came first. */
void outlet_close(struct outlet *o);

/* Is there room for a tick?  While there is not, do not take the delta. */
bool outlet_ready(const struct outlet *o);
/* The reader is far behind: a source that can wait should. */
bool outlet_full(const struct outlet *o);
/* Writing failed for good: the reader is gone (-EPIPE), the disk is full ... */
bool outlet_broken(const struct outlet *o);
/* Why; 0 while it did not. */
int outlet_error(const struct outlet *o);

/*
 * Bytes taken since the start.  Records up to here reached the descriptor once as many are written;
 * `fn` is told after each write and returns which position it waits for next (UINT64_MAX: none).  No write goes beyond
 * that, and the last two bytes before it go alone: an engine that is killed between a write and what it notes of it
 * leaves the shortest doubt there can be.
 */
uint64_t outlet_taken(const struct outlet *o);
typedef uint64_t (*outlet_written_fn)(void *ctx, uint64_t written);
void outlet_watch(struct outlet *o, outlet_written_fn fn, void *ctx);

/*
 * Spoil and close a line that somebody else left half written to the same descriptor: it may lack its newline only.
 * 0, or -ENOMEM: nothing was taken.
 */
int outlet_after(struct outlet *o);
/* Send or fold an event; now_ms: of the loop, for the rate. */
void outlet_event(struct outlet *o, const struct event *ev, uint64_t now_ms);
/*
 * Send a message of an event, or of a good call; it may wait for what is sent next.  Messages give way first: none is
 * taken while the reader is far behind, which is counted.  False: its event was folded, and no more of it is wanted.
 */
bool outlet_message(struct outlet *o, const struct callmsg *c);
/* Messages left out because the reader was slow, since the start. */
uint64_t outlet_message_drops(const struct outlet *o);
/* Send an event's second thought.  Counts that only grew are left out when there are too many. */
void outlet_update(struct outlet *o, const struct event_update *u, uint64_t now_ms);
/* Send a notice, 200 a second at most where there is a rate; how many there were is told by the sources. */
void outlet_notice(struct outlet *o, const struct notice *n, uint64_t now_ms);
/* Send a record of any other type.  0, or negative when it found no room, which is counted. */
int outlet_record(struct outlet *o, const struct record *r);
/* The same in two steps, for one that is told again where it found none. */
int outlet_put(struct outlet *o, const struct record *r);
void outlet_flush(struct outlet *o);

/* Folded rows since the last tick; valid until outlet_folds_taken. */
const struct record_fold *outlet_folds(const struct outlet *o, size_t *n);
void outlet_folds_taken(struct outlet *o);
/* Records left out because the reader was slow or memory short, folded events among them, since the start. */
uint64_t outlet_drops(const struct outlet *o);

/* Write all that waits, blocking; no longer than timeout_ms without a reader (-1: as long as it takes).  False when
 * some was not written. */
bool outlet_drain(struct outlet *o, int timeout_ms);

#endif
