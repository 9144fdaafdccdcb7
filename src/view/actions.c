/*
 * actions - what keys mean: the names of actions, the keys that work in every view, and what the user changed.
 * One thing to know: a view's own rows come first, then the common ones, so that one key may mean another thing in a
 * text than in a list; what the user gave an action works wherever that action stands in a table.
 */
#include <stdio.h>
#include <string.h>

#include "view_int.h"

#define ACTIONS_NAME(id, name) name,
static const char *const actions_names[ACTION_N] = { VIEW_ACTIONS(ACTIONS_NAME) };
#undef ACTIONS_NAME

/* Help is the last but the way out to leave a narrow bar. */
static const struct view_key actions_common[] = {
	{ ACTION_HELP, { UI_KEY_F1, '?', 'H' }, "F1 ? H", "this page", "?", "Help", 250, "F1", PART_PROGRAM },
	{ ACTION_SETTINGS, { UI_KEY_F8, 'o' }, "F8 o", "settings", "o", "Set", 30, "F8", PART_PROGRAM },
	{ ACTION_LETTERS, { 'K' }, "K", "letters for function keys", "K", "alt keys", 40, NULL, PART_PROGRAM },
	{ ACTION_COMMAND, { ':' }, ":", "command", NULL, NULL, 0, NULL, PART_PROGRAM },
	{ ACTION_REPAINT, { UI_CTRL('l') }, "^L", "draw everything again", NULL, NULL, 0, NULL, PART_PROGRAM },
	{ ACTION_SUSPEND, { UI_CTRL('z') }, "^Z", "to the shell; fg comes back", NULL, NULL, 0, NULL, PART_PROGRAM },
	{ ACTION_LEAVE, { UI_CTRL('c') }, "^C", "leave at once", NULL, NULL, 0, NULL, PART_PROGRAM },
	{ ACTION_VIEW_OVERVIEW, { '1', 'i' }, "1 i", "overview", "1-6", "View", 240, "1-6", PART_VIEW },
	{ ACTION_VIEW_EVENTS, { '2' }, "2", "events: failures, newest first", NULL, NULL, 0, NULL, PART_VIEW },
	{ ACTION_VIEW_GROUPS, { '3' }, "3", "groups of failures", NULL, NULL, 0, NULL, PART_VIEW },
	{ ACTION_VIEW_PEERS, { '4' }, "4", "peers and their figures", NULL, NULL, 0, NULL, PART_VIEW },
	{ ACTION_VIEW_ALERTS, { '5' }, "5", "alerts: incidents and rules", NULL, NULL, 0, NULL, PART_VIEW },
	{ ACTION_VIEW_SOURCES, { '6' }, "6", "sources and their loss", NULL, NULL, 0, NULL, PART_VIEW },
	{ ACTION_VIEW_NOTICES, { '8' }, "8", "notices of logs", NULL, NULL, 0, NULL, PART_VIEW },
	{ ACTION_LOG, { 'L' }, "L", "sipwhy's own log", NULL, NULL, 0, NULL, PART_VIEW },
	{ ACTION_PAUSE, { 'p' }, "p", "freeze the display, go on", "p", "Pause", 150, NULL, PART_DO },
	{ ACTION_WINDOW_LONGER, { '+' }, "+", "figures of a longer time", "+-", "window", 60, NULL, PART_NARROW },
	{ ACTION_WINDOW_SHORTER, { '-' }, "-", "of a shorter time", NULL, NULL, 0, NULL, PART_NARROW },
	{ ACTION_SCRUB_BACK, { '[' }, "[", "a minute back", "[ ]", "time", 50, NULL, PART_NARROW },
	{ ACTION_SCRUB_ON, { ']' }, "]", "a minute on", NULL, NULL, 0, NULL, PART_NARROW },
	{ ACTION_SCRUB_BACK_10, { '{' }, "{", "ten minutes back", NULL, NULL, 0, NULL, PART_NARROW },
	{ ACTION_SCRUB_ON_10, { '}' }, "}", "ten minutes on", NULL, NULL, 0, NULL, PART_NARROW },
	{ ACTION_GOTO, { 'T' }, "T", "go to a time", NULL, NULL, 0, NULL, PART_NARROW },
	{ ACTION_TIME_FORM, { 'w' }, "w", "form of times", NULL, NULL, 0, NULL, PART_LOOK },
	{ ACTION_ALIAS, { 'a' }, "a", "names or addresses", NULL, NULL, 0, NULL, PART_VIEW },
};

static const struct view_ops *const actions_views[] = { &view_overview, &view_events, &view_groups, &view_peers_list,
	&view_alerts, &view_alert, &view_sources, &view_source, &view_notices, &view_notice, &view_detail, &view_raw,
	&view_ladder, &view_diff, &view_sdp, &view_log, &view_help, &view_columns, &view_filter_form, &view_settings,
	&view_save_form, &view_quit };

const struct view_key *
viewer_common_keys(size_t *n)
{
	*n = sizeof actions_common / sizeof actions_common[0];
	return actions_common;
}

const char *
view_action_name(enum view_action action)
{
	return action < ACTION_N ? actions_names[action] : "";
}

static bool
actions_has(const struct view_key *keys, size_t n, const char *action, uint32_t key)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < VIEW_KEYS_EACH; k++)
			if (key != 0 && keys[i].keys[k] == key &&
			    strcmp(actions_names[keys[i].action], action) == 0)
				return true;
	return false;
}

bool
view_action_has(const char *action, uint32_t key)
{
	size_t n;
	const struct view_key *common = viewer_common_keys(&n);

	if (actions_has(common, n, action, key))
		return true;
	for (size_t i = 0; i < sizeof actions_views / sizeof actions_views[0]; i++)
		if (actions_has(actions_views[i]->keys, actions_views[i]->n_keys, action, key))
			return true;
	return false;
}

/* Did the user take this key from the action?  To name a key that an action has anyway takes it from nobody. */
static bool
actions_taken(const struct viewer *v, enum view_action action, uint32_t key)
{
	bool taken = false;

	for (size_t i = 0; i < v->cfg->n_keys; i++) {
		const struct view_keymap *m = &v->cfg->keys[i];

		if (strcmp(m->action, actions_names[action]) == 0 && (m->key == key || (m->remove && m->key == 0)))
			taken = m->remove;
		else if (!m->remove && m->key == key && !view_action_has(m->action, key))
			taken = true;
	}
	return taken;
}

/* Did the user give it this key?  What came last counts. */
static bool
actions_given(const struct viewer *v, enum view_action action, uint32_t key)
{
	bool given = false;

	for (size_t i = 0; i < v->cfg->n_keys; i++) {
		const struct view_keymap *m = &v->cfg->keys[i];

		if (strcmp(m->action, actions_names[action]) == 0 && (m->key == key || m->key == 0))
			given = !m->remove && !view_action_has(m->action, key);
	}
	return given;
}

static enum view_action
actions_look(const struct viewer *v, const struct view_key *keys, size_t n, uint32_t key, bool given)
{
	for (size_t i = 0; i < n; i++) {
		if (given && actions_given(v, keys[i].action, key))
			return keys[i].action;
		for (size_t k = 0; !given && k < VIEW_KEYS_EACH; k++)
			if (keys[i].keys[k] == key && !actions_taken(v, keys[i].action, key))
				return keys[i].action;
	}
	return ACTION_NONE;
}

enum view_action
viewer_find(const struct viewer *v, uint32_t key)
{
	const struct view_ops *ops = v->stack[v->depth - 1].ops;
	enum view_action action = ACTION_NONE;
	size_t n;
	const struct view_key *common = viewer_common_keys(&n);

	if (v->cfg->n_keys > 0) {
		action = actions_look(v, ops->keys, ops->n_keys, key, true);
		if (action == ACTION_NONE)
			action = actions_look(v, common, n, key, true);
	}
	if (action == ACTION_NONE)
		action = actions_look(v, ops->keys, ops->n_keys, key, false);
	/* A popup has the keyboard for itself, but for the way out and what is about the terminal. */
	if (action == ACTION_NONE && !ops->popup)
		action = actions_look(v, common, n, key, false);
	if (action == ACTION_NONE && ops->popup && (key == UI_CTRL('c') || key == UI_CTRL('l')))
		action = key == UI_CTRL('c') ? ACTION_LEAVE : ACTION_REPAINT;
	return action;
}

const char *
view_key_shown(const struct viewer *v, const struct view_key *k, char *out, size_t cap)
{
	const char *name = view_action_name(k->action);
	char key[24];
	size_t at = 0;
	bool changed = false;

	for (size_t i = 0; i < v->cfg->n_keys; i++)
		changed |= strcmp(v->cfg->keys[i].action, name) == 0;
	for (size_t i = 0; i < VIEW_KEYS_EACH && k->keys[i] != 0; i++)
		changed |= actions_taken(v, k->action, k->keys[i]);
	if (!changed) {
		(void)snprintf(out, cap, "%s", k->shown);
		return out;
	}
	out[0] = '\0';
	for (size_t i = 0; i < v->cfg->n_keys && at < cap; i++)
		if (strcmp(v->cfg->keys[i].action, name) == 0 && !v->cfg->keys[i].remove)
			at += (size_t)snprintf(out + at, cap - at, "%s%s", at > 0 ? " " : "",
			    ui_key_name(v->cfg->keys[i].key, key, sizeof key));
	for (size_t i = 0; i < VIEW_KEYS_EACH && k->keys[i] != 0 && at < cap; i++)
		if (!actions_taken(v, k->action, k->keys[i]))
			at += (size_t)snprintf(
			    out + at, cap - at, "%s%s", at > 0 ? " " : "", ui_key_name(k->keys[i], key, sizeof key));
	return out;
}

bool
view_action_row(size_t at, struct view_action_name *out)
{
	size_t n = sizeof actions_common / sizeof actions_common[0];
	const struct view_key *k = NULL;
	const char *view = NULL;

	if (at < n)
		k = &actions_common[at];
	at -= k == NULL ? n : 0;
	for (size_t i = 0; k == NULL && i < sizeof actions_views / sizeof actions_views[0]; i++) {
		if (at < actions_views[i]->n_keys) {
			k = &actions_views[i]->keys[at];
			view = actions_views[i]->title;
		} else {
			at -= actions_views[i]->n_keys;
		}
	}
	if (k == NULL)
		return false;
	*out = (struct view_action_name){ view_action_name(k->action), view, k->shown, k->help };
	return true;
}
