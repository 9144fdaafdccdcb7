/*
 * pipeline - the down stair for one frame or one piece of log text: wire or logfmt -> sip -> track -> tally -> event.
 * Knows no loop and no clock, so a test walks it with frames or lines alone.
 *
 * One thread, or after pipeline_threads two: then track and tally run in the second, behind the first by a few lots
 * (lots.h), and event, update and incident are called there; it parses too, as far as it has the time, and reads the
 * lines of a log without SIP text, so that notice is called in either (never in both at a time).  What comes of it is
 * the same, in the same order; but a notice may come before an event that stands before it in the log.  A third thread
 * does nothing but parse.
 */
#ifndef APP_PIPELINE_H
#define APP_PIPELINE_H

#include <stdint.h>

#include "app/match.h"
#include "sipwhy/event.h"
#include "sipwhy/frame.h"
#include "sipwhy/input.h"
#include "sipwhy/logfmt.h"
#include "sipwhy/notice.h"
#include "sipwhy/tally.h"
#include "sipwhy/track.h"
#include "sipwhy/wire.h"

/* An event was born; an event changed its mind; an incident starts, goes on or ends.  Borrowed for the call. */
typedef void (*pipeline_event_fn)(void *ctx, const struct event *ev);
typedef void (*pipeline_update_fn)(void *ctx, const struct event_update *u);
typedef void (*pipeline_incident_fn)(void *ctx, const struct incident *i);
/* A message of an attempt that was told; a call that went well.  As the members of struct track_sink. */
typedef bool (*pipeline_message_fn)(void *ctx, const struct callmsg *c);
typedef void (*pipeline_good_fn)(void *ctx, const struct goodcall *g);
/* A line of a log tells of a failure without a code. */
typedef void (*pipeline_notice_fn)(void *ctx, const struct notice *n);
/* A message was counted that is no copy of another one; s: its fields, m: its bytes. */
typedef void (*pipeline_relay_fn)(void *ctx, const struct message *m, const struct sipmsg *s);
/* A message or statement of a log is about to be counted; t_ns: its time. */
typedef void (*pipeline_moment_fn)(void *ctx, int64_t t_ns);

/*
 * local: this machine's addresses.  first_id: id of the first event.  match, peers (NULL: no names) and heads (NULL:
 * none but the built-in ones) are borrowed.  limits: one value for each row of track_limits, NULL the defaults.
 * own_agent: HEP by this agent that a capture carries is our own, and left out as filtered; empty: none is.
 * event, update, incident, notice, moment, relay NULL: nobody listens.  message NULL: no messages are kept, and there
 * are no good calls.
 */
struct pipeline_cfg {
	uint64_t seed;
	uint64_t first_id;
	const struct endpoint *local;
	size_t n_local;
	const struct peers *peers;
	const uint32_t *limits;
	const struct match *match;
	const struct logfmt_heads *heads;
	bool hep;             /* read HEP that captures carry */
	struct slice hep_key; /* as in wire_cfg; borrowed as long as the lanes */
	pipeline_event_fn event;
	pipeline_update_fn update;
	pipeline_incident_fn incident;
	pipeline_message_fn message;
	pipeline_good_fn good;
	pipeline_notice_fn notice;
	pipeline_moment_fn moment;
	pipeline_relay_fn relay; /* not with pipeline_threads */
	struct slice own_agent;  /* borrowed */
	void *ctx;
};

struct pipeline;

/* NULL when memory is short. */
struct pipeline *pipeline_new(const struct pipeline_cfg *cfg);
/* Takes what waits before it ends its threads: ctx must still be there. */
void pipeline_free(struct pipeline *p);

/*
 * From now on work in n threads, this one included, as far as so many are of use (three); at most once.  They inherit
 * the rights of the caller, and block signals.  0, or negative errno (no memory, no thread): then everything goes on in
 * one.  With two or more the caller may not touch what event, update and incident touch, but after pipeline_sync and
 * before its next frame or text.
 */
int pipeline_threads(struct pipeline *p, unsigned n);

/* What was handed over may be counted now: call after each batch.  Does nothing with one thread. */
void pipeline_submit(struct pipeline *p);

/* Wait until all that was handed over is counted. */
void pipeline_sync(const struct pipeline *p);

/*
 * A lane for one source: fragments, streams and lines of two sources never mix.  A source is packets, or from its first
 * text on a log.  log is NULL before that, and as long as memory is short; lines that came then are counted in `lost`.
 */
struct lane {
	struct wire *wire;
	struct logfmt *log;
	uint64_t lost;
	bool ahead;                 /* the other thread reads lines of the log */
	bool at_moment;             /* cfg.moment is told: figures are those before what comes next */
	struct logfmt_stats before; /* before that was taken */
	struct logfmt_place place;
};

/* NULL when memory is short. */
struct lane *pipeline_lane(struct pipeline *p);
/* NULL is allowed.  What waits of its lines is read before. */
void pipeline_lane_free(struct pipeline *p, struct lane *lane);

/* One frame down a lane; name: of the source, for its events.  Returns what became of the frame. */
enum wire_verdict pipeline_frame(struct pipeline *p, struct lane *lane, const char *name, const struct frame *f);

/* A piece of log text down a lane. */
void pipeline_text(struct pipeline *p, struct lane *lane, const char *name, const struct text *t);

/* The stream or sender `origin` of a log ended: what was held of it is decided. */
void pipeline_text_end(struct pipeline *p, struct lane *lane, const char *name, uint32_t origin);

/* Log text that will come, perhaps in pieces, as the first of this lane (logfmt_foresee). */
void pipeline_foresee(struct pipeline *p, struct lane *lane, const struct text *t);

/* The source of this lane ended: what was held is decided. */
void pipeline_flush(struct pipeline *p, struct lane *lane, const char *name);

/* Nothing came on this lane until t_ns (live sources): what a log held for too long is decided. */
void pipeline_quiet(struct pipeline *p, struct lane *lane, const char *name, int64_t t_ns);

/* Time goes by without messages (live sources). */
void pipeline_advance(struct pipeline *p, int64_t t_ns);
/* Nothing comes any more: what waits for more is decided. */
void pipeline_finish(struct pipeline *p);

/* Both wait first, as pipeline_sync does; valid until the next frame or text. */
struct tally *pipeline_tally(struct pipeline *p);
const struct track *pipeline_track(const struct pipeline *p);

/* The earliest and the latest time of all messages, and that of the newest one, 0 before the first.  They wait too. */
int64_t pipeline_first_ns(const struct pipeline *p);
int64_t pipeline_end_ns(const struct pipeline *p);
int64_t pipeline_last_ns(const struct pipeline *p);

/* What became of a lane's frames or lines, by the names of packets: verdict, drop, and all that a log counts. */
void pipeline_lane_stat(struct source_stat *out, const struct lane *lane);

/* A source's figures: what its input and its lane counted, joined. */
void pipeline_source_stat(struct source_stat *out, struct input *in, enum input_state state, const struct lane *lane);

#endif
