/*
 * view - the stack of screens and the keys that work in all of them; see sipwhy/view.h.
 * A key is looked up in the top view's table first, then in the common one; a view gets actions, never keys.
 */
#include "sipwhy/view.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "sipwhy/mem.h"
#include "view_int.h"

/* Help is the last but the way out to leave a narrow key bar. */
static const struct view_key viewer_keys[] = {
	{ ACTION_VIEW_DASHBOARD, { '1' }, "1", "dashboard", "1", "Dashboard", 100 },
	{ ACTION_VIEW_GROUPS, { '3' }, "3", "groups of failures", "3", "Groups", 110 },
	{ ACTION_VIEW_PEERS, { '4' }, "4", "peers and their figures", "4", "Peers", 105 },
	{ ACTION_VIEW_ALERTS, { '5' }, "5", "alerts: incidents", "5", "Alerts", 115 },
	{ ACTION_VIEW_SOURCES, { '6' }, "6", "sources and their loss", "6", "Sources", 66 },
	{ ACTION_VIEW_NOTICES, { '8' }, "8", "notices of logs", "8", "Notices", 65 },
	{ ACTION_PAUSE, { 'p' }, "p", "pause the display, go on", "p", "Pause", 150 },
	{ ACTION_HELP, { UI_KEY_F1, '?', 'h', 'H' }, "F1 ? h", "this page", "?", "Help", 250 },
	{ ACTION_REPAINT, { UI_CTRL('l') }, "^L", "draw everything again", NULL, NULL, 0 },
	{ ACTION_LEAVE, { UI_CTRL('c') }, "^C", "leave at once", NULL, NULL, 0 },
};

const struct view_key *
viewer_common_keys(size_t *n)
{
	*n = sizeof viewer_keys / sizeof viewer_keys[0];
	return viewer_keys;
}

const struct view_ops *
viewer_target(enum view_action action)
{
	switch (action) {
	case ACTION_VIEW_DASHBOARD:
		return &view_dashboard;
	case ACTION_VIEW_GROUPS:
		return &view_groups;
	case ACTION_VIEW_PEERS:
		return &view_peers_list;
	case ACTION_VIEW_ALERTS:
		return &view_alerts;
	case ACTION_VIEW_SOURCES:
		return &view_sources;
	case ACTION_VIEW_NOTICES:
		return &view_notices;
	default:
		return NULL;
	}
}

struct viewer *
viewer_new(const struct store *store, const struct theme *theme)
{
	struct viewer *v = mem_zalloc(sizeof *v);

	if (v == NULL)
		return NULL;
	v->store = store;
	v->theme = theme;
	viewer_push(v, &view_dashboard);
	if (v->depth == 0) {
		mem_free(v);
		return NULL;
	}
	return v;
}

void
viewer_free(struct viewer *v)
{
	if (v == NULL)
		return;
	while (v->depth > 0)
		viewer_pop(v);
	mem_free(v);
}

void
viewer_push(struct viewer *v, const struct view_ops *ops)
{
	void *state = v->depth < VIEW_STACK_MAX ? mem_zalloc(ops->state_size) : NULL;

	if (state == NULL) {
		viewer_say(
		    v, v->depth < VIEW_STACK_MAX ? "memory is short" : "too many pages are open: Esc closes one");
		return;
	}
	v->stack[v->depth].ops = ops;
	v->stack[v->depth].state = state;
	v->depth++;
	if (ops->open != NULL)
		ops->open(v, state);
}

void
viewer_pop(struct viewer *v)
{
	const struct view_ops *ops;

	assert(v->depth > 0);
	ops = v->stack[--v->depth].ops;
	if (ops->close != NULL)
		ops->close(v, v->stack[v->depth].state);
	mem_free(v->stack[v->depth].state);
}

void
viewer_draw(struct viewer *v, struct canvas *c)
{
	canvas_clear(c);
	v->stack[v->depth - 1].ops->draw(v, v->stack[v->depth - 1].state, c);
}

static enum view_action
viewer_find(const struct view_key *keys, size_t n, uint32_t key)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < VIEW_KEYS_EACH; k++)
			if (keys[i].keys[k] == key)
				return keys[i].action;
	return ACTION_NONE;
}

static void
viewer_help(struct viewer *v)
{
	if (v->stack[v->depth - 1].ops == &view_help)
		viewer_pop(v);
	else
		viewer_push(v, &view_help);
}

/* All of them stand on the dashboard, so Esc always leads there. */
static void
viewer_go(struct viewer *v, const struct view_ops *ops)
{
	if (v->stack[v->depth - 1].ops == ops)
		return;
	while (v->depth > 1)
		viewer_pop(v);
	if (ops != &view_dashboard)
		viewer_push(v, ops);
}

enum command
viewer_key(struct viewer *v, uint32_t key)
{
	const struct view_ops *ops = v->stack[v->depth - 1].ops;
	enum view_action action;

	if (key == UI_KEY_NONE || key == UI_KEY_RESIZE)
		return COMMAND_NONE;
	viewer_say(v, "");
	action = viewer_find(ops->keys, ops->n_keys, key);
	if (action == ACTION_NONE)
		action = viewer_find(viewer_keys, sizeof viewer_keys / sizeof viewer_keys[0], key);
	switch (action) {
	case ACTION_NONE:
		return COMMAND_NONE;
	case ACTION_LEAVE:
		return COMMAND_QUIT;
	case ACTION_REPAINT:
		return COMMAND_REPAINT;
	case ACTION_PAUSE:
		return COMMAND_PAUSE;
	case ACTION_HELP:
		viewer_help(v);
		return COMMAND_NONE;
	case ACTION_VIEW_DASHBOARD:
	case ACTION_VIEW_GROUPS:
	case ACTION_VIEW_PEERS:
	case ACTION_VIEW_ALERTS:
	case ACTION_VIEW_SOURCES:
	case ACTION_VIEW_NOTICES:
		viewer_go(v, viewer_target(action));
		return COMMAND_NONE;
	default:
		return ops->key(v, v->stack[v->depth - 1].state, action);
	}
}

uint64_t
viewer_group(const struct viewer *v)
{
	return v->group;
}

void
viewer_say(struct viewer *v, const char *sentence)
{
	(void)snprintf(v->say, sizeof v->say, "%s", sentence);
}
