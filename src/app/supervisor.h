/*
 * supervisor - the process that was started: makes the engine and the console, starts a new engine when one dies,
 * keeps only the right to open inputs, reads none.
 */
#ifndef APP_SUPERVISOR_H
#define APP_SUPERVISOR_H

#include "app/options.h"

/* Wishes of a console that shows what was refused, a byte each, on the way back of its stream. */
enum { SUPERVISOR_AGAIN = 'r', SUPERVISOR_DEMO = 'd' };

/* Run the program with a screen.  Returns the exit status; sentences go to stderr. */
int supervisor_run(const struct options *o);

/* Run the engine alone in this process (-N), with its rights dropped before the first byte is read.  Returns the exit
 * status. */
int supervisor_headless(const struct options *o);

#endif
