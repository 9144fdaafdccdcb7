/*
 * words - texts that many events share, each kept once: methods, phrases, products, explanations.
 */
#ifndef SINK_WORDS_H
#define SINK_WORDS_H

#include "sipwhy/slice.h"

/* Numbers of words go from 0 to WORDS_N - 1. */
enum { WORDS_N = 512, WORDS_NONE = -1 };

struct words;

/* NULL when memory is short. */
struct words *words_new(void);
void words_free(struct words *w);

/*
 * The number of a text, which is kept until it was given back as often as it was taken.  WORDS_NONE when it is too
 * short or too long to be worth it, or finds no room.
 */
int words_take(struct words *w, struct slice text);
void words_give(struct words *w, unsigned number);

/* The text of a number in use; it stays where it is. */
struct slice words_text(const struct words *w, unsigned number);

#endif
