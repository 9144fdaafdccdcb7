/*
 * figure - what the patterns of load and fraud say and ask about figures: spans of time in words, where numbers lead.
 */
#ifndef TRACK_FIGURE_H
#define TRACK_FIGURE_H

#include <stddef.h>
#include <stdint.h>

#include "sipwhy/slice.h"
#include "track/pattern.h"

/* "minute", "5 minutes", "10 seconds", "hour" into out[cap], to stand behind "in the last"; returns out. */
char *figure_span(char *out, size_t cap, uint32_t seconds);

enum { FIGURE_PREFIX = 5 };

/* Key of where a called number leads: its first FIGURE_PREFIX digits, or the whole text when it is no number. */
uint64_t figure_prefix(const struct incidents *in, struct slice called);

/* Digits of the E.164 country code at the start of an international number, 1 to 3. */
unsigned figure_country(const char *digits, size_t n);

#endif
