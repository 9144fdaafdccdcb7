/* scene_drawing - the facts that the drawings of the screens have, told by records. */
#ifndef SCENE_DRAWING_H
#define SCENE_DRAWING_H

#include "scene.h"
#include "sipwhy/rule.h"

/* The rows of the drawing of the events: 18 failures of 71 s up to SCENE_NOW - 1 s. */
void scene_drawing_events(struct scene *s);
/* A viewer with these settings (NULL: defaults) at the events of that drawing. */
void scene_drawing_open(struct scene *s, const struct view_cfg *cfg);
/*
 * The same at the end of three days: of 48,255 failures 9,812 are kept, 371 of these 503 from wholesale-c in the last
 * five minutes.
 */
void scene_drawing_kept(struct scene *s, const struct view_cfg *cfg);
/* The rows of 5xx of the wide drawing: 21 failures with 503, 500 and 502, and the newest one's message. */
void scene_drawing_wide(struct scene *s);
/* A PBX called pbx-lon-1 with sources eth0 and hep:9060, up since 3 days and 4 hours. */
void scene_drawing_hello(struct scene *s);
/*
 * The PBX of the drawings of overview, alerts and sources: an hour and a half of quiet traffic, then a trunk that fails
 * from 14:21 on, and a phone that is refused from 14:28 on.
 */
void scene_drawing_trunk(struct scene *s);
/* The groups of the inbox, three of them muted: what failed in an hour, and since five minutes a trunk. */
void scene_drawing_groups(struct scene *s);
/* The groups by peer: six of them, the calls of one failing since 14:21, one that never succeeds since 14:28. */
void scene_drawing_peers(struct scene *s);

/* One failure as the engine counts it: a response of that peer; 0: none. */
void scene_drawing_counted(struct scene *s, int64_t t_ns, unsigned code, const char *peer);
/* Calls and registrations of a peer; pdd_ms: what most wait, one in 16 three times as long. */
struct drawing_calls {
	const char *peer;
	enum peer_role role;
	int64_t bids, answered, delivered, registers, registered;
	unsigned pdd_ms;
};
/* Of them the part-th of so many parts. */
void scene_drawing_calls(struct scene *s, int64_t t_ns, const struct drawing_calls *d, int64_t part, int64_t parts);

/* The rules that are built in and on, for the drawing's store; before the first record.  Free each with rule_free. */
size_t scene_drawing_rules(struct scene *s, struct rule *rules[RULE_MAX]);

#endif
