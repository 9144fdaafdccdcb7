/*
 * console_pace - when to draw: keys at once, figures once a second, new failures at once as long as the line can bear
 * it.  Pure: the time is told.
 */
#ifndef APP_CONSOLE_PACE_H
#define APP_CONSOLE_PACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct console_pace {
	uint64_t refresh_ms, drawn_ms, credit_ms;
	int64_t credit;      /* bytes that frames beyond one a refresh may cost */
	unsigned still;      /* frames in a row that changed nothing */
	uint64_t changed_ms; /* newest frame that a key asked for or that changed more than the clock */
};

/* What asks for a frame. */
enum console_why { WHY_KEY, WHY_FAILURE, WHY_FIGURES, WHY_RESIZE };

void console_pace_init(struct console_pace *p, uint64_t refresh_ms, uint64_t now_ms);

/* Milliseconds until that frame is due, 0 now. */
uint64_t console_pace_wait(struct console_pace *p, enum console_why why, uint64_t now_ms);

/* A frame was drawn; cost as term_present told it.  free: asked for by the user, whose keys cost nothing. */
void console_pace_drew(struct console_pace *p, uint64_t now_ms, size_t cost, bool free);

/* Nothing but the clock moved for ten seconds: a clock of minutes is enough. */
bool console_pace_quiet(const struct console_pace *p, uint64_t now_ms);

/* Milliseconds until the next look when nothing asks for one.  minute_ms: what is left of the minute. */
uint64_t console_pace_idle(const struct console_pace *p, uint64_t now_ms, uint64_t minute_ms);

#endif
