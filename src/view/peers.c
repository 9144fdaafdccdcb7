/*
 * peers - the other sides and how their calls go: the groups by peer, at a key of their own.
 * One thing to know: there is one table of peers (groups_peer.c), so that 4 and "group by peer" never tell different
 * figures.
 */
#include "groups_int.h"

static const struct view_key peers_keys[] = {
	VIEW_LIST_KEYS,
	{ ACTION_HOME, { UI_KEY_HOME, 'g' }, "Home g", "first row, and stay", NULL, NULL, 0, NULL, PART_MOVE },
	{ ACTION_END, { UI_KEY_END, 'G' }, "End G", "last row", NULL, NULL, 0, NULL, PART_MOVE },
	{ ACTION_SORT_PREVIOUS, { '<' }, "<", "sort by the column before", NULL, NULL, 0, NULL, PART_MOVE },
	{ ACTION_SORT_NEXT, { '>' }, ">", "sort by the next column", ">", "Sort", 165, NULL, PART_MOVE },
	{ ACTION_SORT_TURN, { 'z' }, "z", "turn the order", NULL, NULL, 0, NULL, PART_MOVE },
	{ ACTION_OPEN, { UI_KEY_ENTER, '\n' }, "Enter", "its events", "Enter", "Events", 200, NULL, PART_LOOK },
	{ ACTION_LADDER, { 'x', UI_KEY_F4 }, "x F4", "one example as ladder", "x", "Flow", 175, "F4", PART_LOOK },
	{ ACTION_RAW, { 'r', UI_KEY_F6 }, "r F6", "its newest message", "r", "Raw", 172, "F6", PART_LOOK },
	{ ACTION_DIFF, { 'D' }, "D", "it and a good call", NULL, NULL, 0, NULL, PART_LOOK },
	{ ACTION_FILTER, { '/', UI_KEY_F3, '\\' }, "/ F3 \\", "filter while typing", "/", "Filter", 185, "F3",
	    PART_NARROW },
	{ ACTION_FILTER_FORM, { UI_KEY_F7, 'f' }, "F7 f", "filter as a form", NULL, "Build", 0, "F7", PART_NARROW },
	{ ACTION_GROUP_BY, { 'b' }, "b", "group by another field", "b", "By", 180, NULL, PART_NARROW },
	{ ACTION_WITH, { '=' }, "=", "filter: only this peer", "=/!", "with/without", 100, NULL, PART_NARROW },
	{ ACTION_WITHOUT, { '!' }, "!", "filter: without it", NULL, NULL, 0, NULL, PART_NARROW },
	{ ACTION_COPY, { 'y' }, "y", "copy this line", "y", "Copy", 160, NULL, PART_DO },
	{ ACTION_SAVE, { 's', UI_KEY_F2 }, "s F2", "save marked, else shown", "s", "Save", 90, "F2", PART_DO },
	{ ACTION_BACK, { UI_KEY_ESC, UI_KEY_BACKSPACE }, "Esc", "drop the filter; back", NULL, NULL, 0, NULL,
	    PART_MOVE },
	{ ACTION_QUIT, { 'q' }, "q", "back", "q", "Back", 255, "q", PART_MOVE },
};

static void
peers_open(struct viewer *v, void *state)
{
	struct groups *g = state;

	g->by = GROUPS_BY_PEER;
	groups_view_open(v, g);
}

static enum command
peers_key(struct viewer *v, void *state, enum view_action action)
{
	if (action != ACTION_GROUP_BY)
		return groups_view_key(v, state, action);
	/* Other ways to group are the Groups view's. */
	viewer_go(v, &view_groups);
	return COMMAND_NONE;
}

const struct view_ops view_peers_list = {
	.name = "peers",
	.title = "Peers",
	.keys = peers_keys,
	.n_keys = sizeof peers_keys / sizeof peers_keys[0],
	.state_size = sizeof(struct groups),
	.open = peers_open,
	.draw = groups_view_draw,
	.key = peers_key,
	.close = groups_view_close,
	.sort = groups_view_sort,
};
