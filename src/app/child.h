/*
 * child - makes the two processes of a run with a screen.  Each gives up what it does not need before it reads a byte
 * from outside.
 */
#ifndef APP_CHILD_H
#define APP_CHILD_H

#include <sys/types.h>

#include "app/console.h"
#include "app/engine.h"
#include "app/history.h"
#include "app/options.h"
#include "sipwhy/errmsg.h"

/*
 * Make an engine in this process: opened, its rights dropped, sealed, started.  With cfg->share it also leaves the
 * terminal, and dies with `parent`.  0 or negative errno with a sentence.  *e is NULL before; the caller frees it
 * after either.
 */
int child_engine_ready(struct engine **e, const struct engine_cfg *cfg, pid_t parent, struct errmsg *em);

/*
 * The word of a child that was just forked, over a pipe: "" when it is ready, else the sentence of what failed, which
 * is cleaned: whoever wrote it may have no rights left.  0, or negative with the sentence.
 */
int child_hear(int fd, struct errmsg *em);

/*
 * Fork an engine, with an opener where one is needed, and wait for its word.  others: n descriptors that it does not
 * keep, -1 for those that are closed already.  0 and its process in *out, its opener's in *opener (0 none); or
 * negative with the sentence, cleaned: whoever wrote it had no rights left.
 */
int child_engine(pid_t *out, pid_t *opener, const struct engine_cfg *cfg, const int *others, size_t n,
    struct errmsg *em);

/*
 * Fork a console with these descriptors (see console_new).  others: n that it does not keep.  0 and its process in
 * *out, or negative errno.  What keeps it from starting it says on stderr itself.
 */
int child_console(pid_t *out, const struct options *o, const struct console_fds *fds, struct history *history,
    const int *others, size_t n);

/* Say on stderr why this process ends; the sentence is cleaned first.  Returns 1, the exit status. */
int child_fail(const char *sentence);

#endif
