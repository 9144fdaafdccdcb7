/* man - text for mdoc(7): nothing in it is taken for a request, a macro or an end of sentence. */
#ifndef APP_MAN_H
#define APP_MAN_H

#include <stdio.h>

/* A macro with one argument of plain text, as ".Ss Title". */
void man_line(FILE *out, const char *macro, const char *text);

/* A tag that is text, as of a list of keys. */
void man_item(FILE *out, const char *text);

/* A phrase as a sentence: capital, full stop, wrapped. */
void man_sentence(FILE *out, const char *text);

/* Sentences, each on a line of its own, wrapped. */
void man_text(FILE *out, const char *text);

#endif
