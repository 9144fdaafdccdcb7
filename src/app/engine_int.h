/*
 * engine_int - the engine as its two files share it: engine.c runs it, tell.c sends what it has to say.
 */
#ifndef APP_ENGINE_INT_H
#define APP_ENGINE_INT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "app/engine.h"
#include "app/options.h"
#include "app/pipeline.h"
#include "sipwhy/errmsg.h"
#include "sipwhy/input.h"
#include "sipwhy/tally.h"

struct match;
struct outlet;
struct sink_events;
struct sink_incidents;
struct sink_pcap;
struct tell_mark;

struct engine_source {
	struct engine *e;
	struct input *in;
	struct wire *lane;
	enum input_state state;
	size_t index;           /* in options */
	uint64_t poison;        /* frame left out, until that is told */
	char name[SOURCE_NAME]; /* the input's; told apart from its namesakes */
	char sentence[320];
};

struct engine {
	uv_loop_t loop;
	bool loop_ok, stopping;
	struct engine_cfg cfg;
	const struct options *o;
	char host[64];
	struct match *match;
	struct pipeline *pipe;
	struct sink_events *events;       /* of a report, NULL: not wanted */
	struct sink_incidents *incidents; /* of a report */
	struct sink_pcap *pcap;
	struct engine_source sources[OPTIONS_INPUTS_MAX];
	size_t n_sources;
	uv_timer_t tick, duration;
	uv_signal_t sigint, sigterm;
	int64_t start_ns;
	uint32_t lag_ms;
	bool by_clock; /* a capture runs: its time is the wall clock's */
	bool hurry;    /* somebody wants us to end */
	int status;
	struct errmsg trouble;

	/* tell.c alone changes these. */
	struct outlet *outlet;   /* NULL: a report at the end, no records */
	int64_t tick_second;     /* second that the open tick belongs to; without by_clock */
	uint64_t told_frames;    /* sum of frames at the last tick */
	struct tell_mark *marks; /* a ring; NULL without a share */
	size_t first_mark, n_marks;
};

#endif
