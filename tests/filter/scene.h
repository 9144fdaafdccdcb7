/* scene - one event with something in every field, and a filter made and asked in a line. */
#ifndef TESTS_FILTER_SCENE_H
#define TESTS_FILTER_SCENE_H

#include <stdbool.h>

#include "sipwhy/filter.h"

/* 2026-11-22T14:07:30Z: the time of the event. */
#define SCENE_T INT64_C(1795356450000000000)

/* 503 from carrier-a (203.0.113.7) at SCENE_T, INVITE 1037 to +442066627625, Q.850/34, with a raw message. */
struct event scene_event(void);

/* An env whose reason is "Q.850/34 no circuit" for events with that cause, and whose named filters are "problems"
 * (class:5xx,6xx or code:silence,408), "loop" (@loop), "blank" (nothing), "bad" (colour:red) and "twice" (@twice
 * @twice). */
extern const struct filter_env scene_env;

/* Does the filter mean the event?  1, 0; -1 when the text is refused. */
int scene_match(const char *text, const struct event *e, const struct filter_facts *facts);
int scene(const char *text);

#endif
