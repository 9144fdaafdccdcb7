/*
 * engine - the conductor of the down stair: inputs on a loop, frames and log text down the pipeline, results out as
 * records or as a report.  Life: engine_new (opens inputs, with rights) -> the caller drops rights -> engine_threads ->
 * the caller seals the process -> engine_start -> engine_run -> engine_free.
 */
#ifndef APP_ENGINE_H
#define APP_ENGINE_H

#include <stdint.h>

#include "app/options.h"
#include "sipwhy/errmsg.h"
#include "sipwhy/frame.h"

/*
 * What an engine leaves to the next one, in memory both can reach: how far each file's frames (of a log its lines) are
 * told to the console, and which frame it is at.  A frame that ended an engine is left out by the next; of a log that
 * is the piece it stands in.  A followed file is told by its place: ino (0: not known) and offset; told and at count
 * the lines of one engine, from its place on.  Receivers and pipes leave nothing: what they brought is gone.
 */
struct engine_share {
	uint64_t told[OPTIONS_INPUTS_MAX];
	uint64_t at[OPTIONS_INPUTS_MAX];
	uint64_t ino[OPTIONS_INPUTS_MAX], offset[OPTIONS_INPUTS_MAX];
	int64_t start_ns; /* of the first engine: the demo's present begins there */
	struct endpoint collector; /* of --hep-send, as the first engine found it */
	uint32_t current; /* input whose frame `at` is the newest */
	uint32_t missing; /* bit i: input i could not be opened this time; the others go on without it */
	uint32_t refused; /* bit i: no right to open input i, which a screen can tell better than one sentence */
};

/*
 * fd: where records go, -1 for a report at the end.  number: 1 for the first engine of this run.
 * share: NULL when there is no next one.  poisoned: the last engine died over the frame in share->at.
 * openers: of each input the socket on which an opener answers, the engine's from now on; NULL when none is followed.
 */
struct engine_cfg {
	const struct options *options;
	int fd;
	unsigned number;
	struct engine_share *share;
	bool poisoned;
	const int *openers;
};

/* Exit statuses of an engine's process. */
enum { ENGINE_OK = 0, ENGINE_FAILED = 1, ENGINE_AGAIN = 3 };

struct engine;

/* Open all inputs and outputs; reads no traffic.  0 or negative errno with a sentence. */
int engine_new(struct engine **out, const struct engine_cfg *cfg, struct errmsg *em);

/*
 * Let another thread count, and with three processors one more parse, where that pays: for a report.  Call it after
 * the rights are dropped and before the process is sealed, so that the threads have no more than that; or not at all.
 * Without threads, whatever the reason, the engine does the same alone.
 */
void engine_threads(struct engine *e);

/* The only socket that may be connected once the process is sealed; -1 none. */
int engine_socket(const struct engine *e);

/* Start the inputs (judges the heads of files).  0 or negative errno with a sentence. */
int engine_start(struct engine *e, struct errmsg *em);

/*
 * Run until the sources end, the duration is over or INT or TERM come; then send the last records or print the report.
 * Returns an exit status; sentences about damaged sources go to stderr when there is a report.
 */
int engine_run(struct engine *e);

/* NULL is allowed. */
void engine_free(struct engine *e);

#endif
