/*
 * tell - the records an engine sends, and the bookkeeping of what is told: which increments were taken, and in the
 * share how far each file's frames or lines reached the console.  An engine that makes a report has no outlet, and
 * sends nothing.
 */
#ifndef APP_TELL_H
#define APP_TELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipwhy/callmsg.h"
#include "sipwhy/errmsg.h"
#include "sipwhy/event.h"
#include "sipwhy/incident.h"
#include "sipwhy/notice.h"
#include "sipwhy/tally.h"

struct engine;
struct engine_source;

/* Memory for what is told; nothing is sent yet.  0 or -ENOMEM with a sentence; tell_close comes after either. */
int tell_open(struct engine *e, struct errmsg *em);

/* Open the outlet on the running loop and say hello; inputs that are missing are told next.  0 or -ENOMEM with a
 * sentence. */
int tell_start(struct engine *e, struct errmsg *em);

/* Tell the increments.  Without room nothing is taken, and the next tick tells more. */
void tell_tick(struct engine *e);

/*
 * A frame of `s` is read and not yet pushed; t_ns: its time.  Notes in the share which one, and tells what came before
 * it where that can't wait for a tick.  Only for engines without by_clock.
 */
void tell_frame(struct engine_source *s, int64_t t_ns);

/* An input was started: an engine that dies before its first tick leaves the next one a place to go on from. */
void tell_started(struct engine_source *s);

/*
 * A block of log text of `s` was read and goes down in pieces: tell_block once, before the first (s->left and
 * s->left_bytes are the block's), then tell_piece before each (they hold it still).  Notes in the share where it is.
 */
void tell_block(struct engine_source *s);
void tell_piece(struct engine_source *s);

/* A pipeline_moment_fn, ctx is the engine: tells what came before this message where that can't wait for a tick. */
void tell_moment(void *ctx, int64_t t_ns);

/*
 * Whether what is told is new may have changed: the hello again if it has, which says so.  in_frame: the source whose
 * newest frame is read and not yet pushed, NULL none.  0, or negative: it was not told.
 */
int tell_live(struct engine *e, const struct engine_source *in_frame);

/* From now on time is the wall clock's. */
void tell_by_clock(struct engine *e);

/* A pipeline_event_fn, ctx is the engine: send or fold it; without an outlet it is kept for the report. */
void tell_event(void *ctx, const struct event *ev);

/* The same for second thoughts (pipeline_update_fn), incidents (pipeline_incident_fn), notices (pipeline_notice_fn). */
void tell_update(void *ctx, const struct event_update *u);
void tell_incident(void *ctx, const struct incident *i);
void tell_notice(void *ctx, const struct notice *n);

/* The messages of what was told, and good calls (pipeline_message_fn, pipeline_good_fn); only with an outlet. */
bool tell_message(void *ctx, const struct callmsg *c);
void tell_good(void *ctx, const struct goodcall *g);

/* The state of a source, with its sentence. */
void tell_source(const struct engine_source *s);

/* e->trouble, which an output made: on a screen nobody reads our last words on stderr. */
void tell_output(struct engine *e);

/* The same about what is sent on to a HOMER. */
void tell_relay(struct engine *e, bool trouble, const char *sentence);

/*
 * The last records: increments, sources, totals; then wait until they are read.  Needs the outlet.  Sets e->status and
 * e->trouble when they were not read.
 */
void tell_bye(struct engine *e);

/* Figures of all sources, for a tick or a report.  out: room for OPTIONS_INPUTS_MAX.  Returns how many. */
size_t tell_stats(const struct engine *e, struct source_stat *out);

/* Close the outlet inside the loop, and free what tell_open made; what waits is lost unless tell_bye came first. */
void tell_close(struct engine *e);

#endif
