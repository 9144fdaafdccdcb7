/*
 * console - the conductor of the up stair: records to a store, the store to screens, keys back.  Never sees a packet.
 */
#ifndef APP_CONSOLE_H
#define APP_CONSOLE_H

#include "app/history.h"
#include "app/options.h"
#include "sipwhy/errmsg.h"

struct console;

/* records: the stream of an engine.  saver: where files are asked for (saver.h), -1: it writes them itself. */
struct console_fds {
	int records, saver;
};

/*
 * Take the terminal and the themes (with rights); history: lines of prompts, read and added to,
 * NULL none.  0 or negative errno with a sentence.
 */
int console_new(struct console **out, const struct options *o, const struct console_fds *fds, struct history *history,
    struct errmsg *em);

/* Run until the user leaves, the terminal goes or a signal ends it; the terminal is restored.  Returns an exit status.
 */
int console_run(struct console *c);

void console_free(struct console *c);

#endif
