/* phrase - reason phrases that differ only in numbers, names and quoted parts made the same. */
#ifndef STORE_PHRASE_H
#define STORE_PHRASE_H

#include <stddef.h>

#include "sipwhy/slice.h"

/* Bytes of a phrase that are looked at: as many as an event and a folded row of it have in common. */
enum { PHRASE_MAX = 48 };

/*
 * The pattern of a phrase into out[PHRASE_MAX]: lower case, numbers and hexadecimal names as '#', quoted parts as '"',
 * parts in angle brackets as '<', blanks and control bytes as one space.  Returns its length, at most PHRASE_MAX.
 */
size_t phrase_pattern(char *out, struct slice in);

#endif
