/* scene_drawing - the facts that the drawings of the screens have, told by records. */
#ifndef SCENE_DRAWING_H
#define SCENE_DRAWING_H

#include "scene.h"
#include "sipwhy/rule.h"

/* The rows of the drawing of the events: 18 failures of 71 s up to SCENE_NOW - 1 s. */
void scene_drawing_events(struct scene *s);
/* The rows of 5xx of the wide drawing: 21 failures with 503, 500 and 502, and the newest one's message. */
void scene_drawing_wide(struct scene *s);
/* A PBX called pbx-lon-1 with sources eth0 and hep:9060, up since 3 days and 4 hours. */
void scene_drawing_hello(struct scene *s);
/*
 * The PBX of the drawings of overview, alerts and sources: an hour and a half of quiet traffic, then a trunk that fails
 * from 14:21 on, and a phone that is refused from 14:28 on.
 */
void scene_drawing_trunk(struct scene *s);
/* The rules that are built in and on, for the drawing's store; before the first record.  Free each with rule_free. */
size_t scene_drawing_rules(struct scene *s, struct rule *rules[RULE_MAX]);

#endif
