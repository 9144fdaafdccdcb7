/* instead - what is asked for instead of running: help, version, texts, the settings in force. */
#ifndef APP_INSTEAD_H
#define APP_INSTEAD_H

#include "app/options.h"

/* Do what o->action says, which is not ACTION_RUN, and return the exit status. */
int instead_do(const struct options *o);

/* Without a screen the theme is not read; is the one of the command line there at all?  0; -EINVAL with a sentence. */
int instead_headless_theme(const struct options *o, struct errmsg *em);

/* One of several things wrong that are told. */
void instead_wrong(const char *sentence);

/* Does it need the configuration? */
bool instead_reads(enum options_action action);

#endif
