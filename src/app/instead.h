/* instead - what is asked for instead of running: help, version, texts, the settings in force. */
#ifndef APP_INSTEAD_H
#define APP_INSTEAD_H

#include "app/options.h"

/* Do what o->action says, which is not ACTION_RUN, and return the exit status. */
int instead_do(const struct options *o);

/* Does it need the configuration? */
bool instead_reads(enum options_action action);

#endif
