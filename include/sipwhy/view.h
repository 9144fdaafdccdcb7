/*
 * view - screens.  Each reads a const store and draws on a canvas; a stack of them answers keys.
 * A key never changes the store: what it asks for comes back as a command for app to carry out.
 */
#ifndef SIPWHY_VIEW_H
#define SIPWHY_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "sipwhy/store.h"
#include "sipwhy/ui.h"

/*
 * What the user asked that a view cannot do itself.  The last three are about the group that viewer_group names:
 * store_group_ack, and store_group_mute with true and with false.
 */
enum command {
	COMMAND_NONE,
	COMMAND_QUIT,
	COMMAND_PAUSE,
	COMMAND_REPAINT,
	COMMAND_GROUP_ACK,
	COMMAND_GROUP_MUTE,
	COMMAND_GROUP_UNMUTE
};

struct viewer;

/* A stack with the dashboard on it.  Both borrowed for its whole life.  NULL when memory is short. */
struct viewer *viewer_new(const struct store *store, const struct theme *theme);
void viewer_free(struct viewer *v);

/* Draw the top view for the store's present state; any size from 1x1. */
void viewer_draw(struct viewer *v, struct canvas *c);

/* One key for the top view. */
enum command viewer_key(struct viewer *v, uint32_t key);

/* Key of the group that the last COMMAND_GROUP_ was about, as in struct store_group. */
uint64_t viewer_group(const struct viewer *v);

/* One line for the status row until the next key ("paused", errors); "" clears. */
void viewer_say(struct viewer *v, const char *sentence);

#endif
