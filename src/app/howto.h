/* howto - `--howto`: what to switch on at the other end so that sipwhy sees its calls. */
#ifndef APP_HOWTO_H
#define APP_HOWTO_H

#include <stdio.h>

/* The names of all texts, parted by blanks. */
void howto_names(FILE *out);

/*
 * Print the text of that name; "list" prints the names with a line each.  An exit status: 0, 2 when there is none of
 * that name, with a sentence on stderr.
 */
int howto_print(FILE *out, const char *name);

#endif
