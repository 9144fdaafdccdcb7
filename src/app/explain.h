/* explain - `--explain`: what a code, a phrase or a cause means, as text. */
#ifndef APP_EXPLAIN_H
#define APP_EXPLAIN_H

#include <stdio.h>

/* what: "403", or "q850:34"; phrase may be NULL.  Returns an exit status: 0, 1 for a cause
 * that is not in the table, 2 when `what` is no code (each with a sentence on stderr). */
int explain_print(FILE *out, const char *what, const char *phrase);

#endif
