/*
 * console - the conductor of the up stair: records to a store, the store to screens, keys back.  Never sees a packet.
 */
#ifndef APP_CONSOLE_H
#define APP_CONSOLE_H

#include "app/history.h"
#include "app/options.h"
#include "sipwhy/errmsg.h"

struct console;

/*
 * Take the terminal and the themes (with rights); in_fd: the record stream; history: lines of prompts, read and added to,
 * NULL none.  0 or negative errno with a sentence.
 */
int console_new(
    struct console **out, const struct options *o, int in_fd, struct history *history, struct errmsg *em);

/* Run until the user leaves, the terminal goes or a signal ends it; the terminal is restored.  Returns an exit status.
 */
int console_run(struct console *c);

void console_free(struct console *c);

#endif
