/*
 * pipeline - the down stair for one frame: wire -> sip -> track -> tally -> event.  Knows no loop and no clock,
 * so a test walks it with frames alone.
 */
#ifndef APP_PIPELINE_H
#define APP_PIPELINE_H

#include <stdint.h>

#include "app/match.h"
#include "sipwhy/event.h"
#include "sipwhy/frame.h"
#include "sipwhy/input.h"
#include "sipwhy/tally.h"
#include "sipwhy/track.h"
#include "sipwhy/wire.h"

/* An event was born; an event changed its mind; an incident starts, goes on or ends.  Borrowed for the call. */
typedef void (*pipeline_event_fn)(void *ctx, const struct event *ev);
typedef void (*pipeline_update_fn)(void *ctx, const struct event_update *u);
typedef void (*pipeline_incident_fn)(void *ctx, const struct incident *i);

/*
 * local: this machine's addresses.  first_id: id of the first event.  match and peers (NULL: no names) are borrowed.
 * limits: one value for each row of track_limits, NULL the defaults.  event, update, incident NULL: nobody listens.
 */
struct pipeline_cfg {
	uint64_t seed;
	uint64_t first_id;
	const struct endpoint *local;
	size_t n_local;
	const struct peers *peers;
	const uint32_t *limits;
	const struct match *match;
	pipeline_event_fn event;
	pipeline_update_fn update;
	pipeline_incident_fn incident;
	void *ctx;
};

struct pipeline;

/* NULL when memory is short. */
struct pipeline *pipeline_new(const struct pipeline_cfg *cfg);
void pipeline_free(struct pipeline *p);

/* A lane for one source: fragments and streams of two sources never mix.  NULL when memory is short. */
struct wire *pipeline_lane(struct pipeline *p);

/* One frame down a lane; name: of the source, for its events.  Returns what became of the frame. */
enum wire_verdict pipeline_frame(struct pipeline *p, struct wire *lane, const char *name, const struct frame *f);

/* The source of this lane ended: what was held is decided. */
void pipeline_flush(struct pipeline *p, struct wire *lane, const char *name);

/* Time goes by without messages (live sources). */
void pipeline_advance(struct pipeline *p, int64_t t_ns);
/* Nothing comes any more: what waits for more is decided. */
void pipeline_finish(struct pipeline *p);

struct tally *pipeline_tally(struct pipeline *p);
const struct track *pipeline_track(const struct pipeline *p);

/* Time of the first and of the newest message, 0 before the first. */
int64_t pipeline_first_ns(const struct pipeline *p);
int64_t pipeline_last_ns(const struct pipeline *p);

/* A source's figures: what its input and its lane counted, joined. */
void pipeline_source_stat(struct source_stat *out, struct input *in, enum input_state state, const struct wire *lane);

#endif
