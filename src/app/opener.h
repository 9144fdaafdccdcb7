/*
 * opener - the process that opens followed logs for an engine that may open nothing: a log is rotated, and the new file
 * has to be opened long after the engine gave up its rights.  It reads no byte, holds only the right to read files
 * (started by root) or nothing but its user (started by anybody else), and ends with the engine that asks it.
 */
#ifndef APP_OPENER_H
#define APP_OPENER_H

#include <sys/types.h>

#include "app/options.h"
#include "sipwhy/errmsg.h"

/*
 * fd: by number of the input, where its opener answers; -1 for an input that is not followed.  pid: its process, a
 * child of this one; 0 when nothing is followed.  It exits with 0 when nobody asks any more.
 */
struct opener {
	int fd[OPTIONS_INPUTS_MAX];
	pid_t pid;
};

/*
 * Fork an opener when an input is followed; with rights, before they are dropped.  It lives as long as one end of
 * these sockets is open and this process runs.  0 and *op filled, or negative errno with a sentence.
 */
int opener_start(struct opener *op, const struct options *o, struct errmsg *em);

/* Close this process's ends: another one has them now. */
void opener_close(struct opener *op);

#endif
