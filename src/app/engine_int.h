/*
 * engine_int - the engine as its files share it: engine.c runs it, engine_text.c takes logs, tell.c sends what it has
 * to say.
 */
#ifndef APP_ENGINE_INT_H
#define APP_ENGINE_INT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "app/engine.h"
#include "app/hepkey.h"
#include "app/options.h"
#include "app/pipeline.h"
#include "sipwhy/errmsg.h"
#include "sipwhy/input.h"
#include "sipwhy/notice.h"
#include "sipwhy/tally.h"

struct match;
struct outlet;
struct sieve;
struct sink_events;
struct sink_hep;
struct sink_incidents;
struct sink_pcap;
struct tell_mark;

/* How old is what an input brings?  Of a pipe that is not known before it shows a time; all else but files is new. */
enum engine_age { AGE_NEW, AGE_UNKNOWN, AGE_PAST };

struct engine_source {
	struct engine *e;
	struct input *in;
	struct lane *lane;
	bool closed;
	enum input_state state;
	size_t piece;                  /* bytes of a log that go down at once, see engine_pieces */
	uint64_t block_end;            /* number of the last line of the block that goes down */
	uint64_t left, left_bytes;     /* lines and bytes of it that the input counts and that were not sent down yet */
	uint64_t piece_bytes;          /* of the piece that is on its way down */
	bool fresh;                    /* nothing of that piece was counted yet */
	struct source_stat before;     /* while fresh: figures without that piece */
	enum engine_age age;
	bool came;                     /* text, since the last tick */
	size_t index;                  /* in options */
	uint64_t poison;               /* frame left out, until that is told */
	char name[SOURCE_NAME];        /* the input's; told apart from its namesakes */
	char sentence[320], said[320]; /* said: the last that went to stderr */
};

struct engine {
	uv_loop_t loop;
	bool loop_ok, stopping;
	bool finished; /* nothing may go down any more */
	struct engine_cfg cfg;
	const struct options *o;
	char host[64];
	char hep_key[HEPKEY_MAX];
	struct match *match;
	struct pipeline *pipe;
	struct sieve *sieve;              /* which events are told; NULL: all */
	struct sink_events *events;       /* of a report, NULL: not wanted */
	struct sink_incidents *incidents; /* of a report */
	struct notice_list *notices;      /* of a report */
	struct sink_pcap *pcap;
	struct sink_hep *hep; /* NULL: nothing is sent on */
	struct engine_source sources[OPTIONS_INPUTS_MAX];
	size_t n_sources;
	uv_timer_t tick, duration;
	uv_signal_t sigint, sigterm;
	int64_t start_ns;
	uint32_t lag_ms;
	bool by_clock; /* a capture runs, or a log is written: its time is the wall clock's; tell_by_clock sets it later
			*/
	bool hurry;    /* somebody wants us to end */
	int status;
	struct errmsg trouble;

	/* tell.c alone changes these. */
	struct outlet *outlet;          /* NULL: a report at the end, no records */
	struct engine_source *speaking; /* whose log went down last, NULL none */
	int64_t tick_second;            /* second that the open tick belongs to; without by_clock */
	bool told_live;                 /* what the last hello said */
	uint64_t told_frames;           /* sum of frames, drops and senders at the last tick */
	struct tell_mark *marks;        /* a ring; NULL without a share */
	size_t first_mark, n_marks;
};

/*
 * A pipe shows the time t_ns: if it is long ago, what it brings goes by its own times, until they are now.  in_frame:
 * it is that of a frame that was read and not yet pushed.
 */
void engine_shows_time(struct engine_source *s, int64_t t_ns, bool in_frame);

/* An input_sink's text and text_end; ctx is the source. */
void engine_text(void *ctx, const struct text *t);
void engine_text_end(void *ctx, uint32_t origin);

/* s->sentence, of a source that goes on: to the screen, or on stderr to whoever waits for a report. */
void engine_say(struct engine_source *s);

#endif
