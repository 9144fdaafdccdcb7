/*
 * relay - the engine's -H: messages as they were counted, sent on to a HOMER.  Those that were left out by MATCH,
 * copies of a message that was sent, and statements of logs are not.
 */
#ifndef APP_RELAY_H
#define APP_RELAY_H

#include "app/options.h"
#include "sipwhy/errmsg.h"
#include "sipwhy/event.h"
#include "sipwhy/frame.h"
#include "sipwhy/sipmsg.h"

struct engine;

/* Does all that was said of -H fit together?  0; -EINVAL with a sentence. */
int relay_check(const struct options *o, struct errmsg *em);

/* Find the collector and make the socket; after the inputs are open.  Without -H it does nothing.  0 or negative errno
 * with a sentence. */
int relay_open(struct engine *e, struct slice key, struct errmsg *em);

/* The only socket that may be connected once the process is sealed; -1 none. */
int relay_socket(const struct engine *e);

/* On the running loop. */
void relay_start(struct engine *e);

/* A pipeline_relay_fn; ctx is the engine. */
void relay_message(void *ctx, const struct message *m, const struct sipmsg *s);

/* The end: what waits is sent, as long as that takes at most some seconds. */
void relay_end(struct engine *e);

#endif
