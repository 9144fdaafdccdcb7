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

const struct view_ops *
viewer_target(enum view_action action)
{
	switch (action) {
	case ACTION_VIEW_OVERVIEW:
		return &view_overview;
	case ACTION_VIEW_EVENTS:
		return &view_events;
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

static bool
viewer_marked(void *ctx, uint64_t id)
{
	return lens_is_marked(ctx, id);
}

static size_t
viewer_reason(void *ctx, const struct event *e, char *out, size_t cap)
{
	char text[128];
	size_t n = strlen(view_reason(e, text, sizeof text));

	(void)ctx;
	n = n < cap ? n : cap;
	memcpy(out, text, n);
	return n;
}

static bool
viewer_init(struct viewer *v, const struct store *store, const struct theme *theme, const struct view_cfg *cfg)
{
	v->none.window_s = -1;
	v->store = store;
	v->theme = theme;
	v->cfg = cfg != NULL ? cfg : &v->none;
	v->filter_env = (struct filter_env){ v->cfg->ctx, viewer_reason, v->cfg->named, v->cfg->utc_offset_s };
	v->sift_env = (struct sift_env){ &v->filter_env, v, viewer_marked, lens_is_hidden };
	v->sift = sift_new(store, &v->sift_env);
	v->spots = mem_zalloc(sizeof *v->spots);
	if (v->sift == NULL || v->spots == NULL)
		return false;
	sift_set(v->sift, NULL, SIFT_TIME, true);
	viewer_push(v, &view_overview);
	return v->depth > 0;
}

/* What the configuration asks for and cannot be had is said on the screen; it starts all the same. */
static void
viewer_begin(struct viewer *v)
{
	struct errmsg em;

	view_window_set(v, v->cfg->window_s);
	if (v->cfg->filter != NULL && lens_filter(v, v->cfg->filter, &em, NULL) != 0)
		viewer_say(v, em.text);
}

struct viewer *
viewer_new(const struct store *store, const struct theme *theme, const struct view_cfg *cfg)
{
	struct viewer *v = mem_zalloc(sizeof *v);

	if (v == NULL)
		return NULL;
	if (!viewer_init(v, store, theme, cfg)) {
		viewer_free(v);
		return NULL;
	}
	viewer_begin(v);
	return v;
}

void
viewer_free(struct viewer *v)
{
	if (v == NULL)
		return;
	while (v->depth > 0)
		viewer_pop(v);
	prompt_free(v);
	sift_free(v->sift);
	filter_free(v->filter);
	lens_free(v);
	mem_free(v->spots);
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

const struct view_ops *
viewer_top(const struct viewer *v)
{
	size_t at = v->depth - 1;

	while (at > 0 && v->stack[at].ops->popup)
		at--;
	return v->stack[at].ops;
}

void
viewer_quiet(struct viewer *v, bool quiet)
{
	v->quiet = quiet;
}

void
viewer_draw(struct viewer *v, struct canvas *c)
{
	size_t at = v->depth - 1;

	canvas_clear(c);
	v->counting = false;
	(void)sift_step(v->sift, VIEWER_SIFT);
	while (at > 0 && v->stack[at].ops->popup)
		at--;
	for (size_t base = at; at < v->depth; at++) {
		view_spots_clear(v, at == base);
		v->stack[at].ops->draw(v, v->stack[at].state, c);
	}
	if (prompt_active(v))
		prompt_draw(v, c);
}

bool
viewer_busy(const struct viewer *v)
{
	return !sift_done(v->sift) || v->counting;
}

static void
viewer_help(struct viewer *v)
{
	if (v->stack[v->depth - 1].ops == &view_help)
		viewer_pop(v);
	else
		viewer_push(v, &view_help);
}

void
viewer_go(struct viewer *v, const struct view_ops *ops)
{
	if (v->stack[v->depth - 1].ops == ops)
		return;
	while (v->depth > 1)
		viewer_pop(v);
	if (ops != &view_overview)
		viewer_push(v, ops);
}

bool
viewer_open_events(struct viewer *v, const char *filter)
{
	char before[FILTER_TEXT_MAX + 1];
	struct errmsg em;

	memcpy(before, v->filter_text, sizeof before);
	if (lens_filter(v, filter, &em, NULL) != 0) {
		viewer_say(v, em.text);
		return false;
	}
	viewer_push(v, &view_events);
	memcpy(v->opened.text, v->filter_text, sizeof v->opened.text);
	memcpy(v->opened.before, before, sizeof v->opened.before);
	v->opened.on = true;
	return true;
}

static enum command
viewer_common(struct viewer *v, enum view_action action)
{
	static const char *const forms[TIME_FORM_N] = { "times are local", "times are UTC",
		"times: since the row before", "times: since the first row" };

	switch (action) {
	case ACTION_LEAVE:
		return COMMAND_QUIT;
	case ACTION_REPAINT:
		return COMMAND_REPAINT;
	case ACTION_SUSPEND:
		return COMMAND_SUSPEND;
	case ACTION_PAUSE:
		return COMMAND_PAUSE;
	case ACTION_HELP:
		viewer_help(v);
		break;
	case ACTION_SETTINGS:
		viewer_push(v, &view_settings);
		break;
	case ACTION_LOG:
		viewer_push(v, &view_log);
		break;
	case ACTION_COMMAND:
		prompt_open(v, PROMPT_COMMAND, "");
		break;
	case ACTION_GOTO:
		prompt_open(v, PROMPT_GOTO, "");
		break;
	case ACTION_LETTERS:
		v->letters = !v->letters;
		break;
	case ACTION_ALIAS:
		v->addresses = !v->addresses;
		viewer_say(v, v->addresses ? "peers by address" : "peers by name");
		break;
	case ACTION_TIME_FORM:
		v->time_form = (v->time_form + 1) % TIME_FORM_N;
		viewer_say(v, forms[v->time_form]);
		break;
	case ACTION_SCRUB_BACK:
		return lens_scrub(v, -60);
	case ACTION_SCRUB_ON:
		return lens_scrub(v, 60);
	case ACTION_SCRUB_BACK_10:
		return lens_scrub(v, -600);
	case ACTION_SCRUB_ON_10:
		return lens_scrub(v, 600);
	default:
		if (viewer_target(action) != NULL)
			viewer_go(v, viewer_target(action));
		else
			(void)view_window_key(v, action);
	}
	return COMMAND_NONE;
}

static bool
viewer_has(const struct view_key *keys, size_t n, enum view_action action)
{
	for (size_t i = 0; i < n; i++)
		if (keys[i].action == action)
			return true;
	return false;
}

enum command
viewer_key(struct viewer *v, uint32_t key)
{
	const struct view_ops *ops = v->stack[v->depth - 1].ops;
	enum view_action action;

	if (key == UI_KEY_NONE || key == UI_KEY_RESIZE)
		return COMMAND_NONE;
	viewer_say(v, "");
	view_away_key(v);
	v->key_ns = v->now_ns;
	if (prompt_active(v))
		return prompt_key(v, key);
	if (ops->raw_key != NULL && ops->raw_key(v, v->stack[v->depth - 1].state, key))
		return COMMAND_NONE;
	action = viewer_find(v, key);
	if (action == ACTION_NONE)
		return COMMAND_NONE;
	/* The first line says so on every screen while an earlier moment is looked at. */
	if (key == 'G' && (action == ACTION_END || action == ACTION_NEWEST) && !ops->popup &&
	    store_looking(v->store) != 0)
		return lens_scrub(v, 0);
	if (viewer_has(ops->keys, ops->n_keys, action))
		return ops->key(v, v->stack[v->depth - 1].state, action);
	return viewer_common(v, action);
}

void
viewer_clock(struct viewer *v, int64_t now_ns)
{
	v->now_ns = now_ns;
	if (v->key_ns == 0)
		v->key_ns = now_ns;
}

const struct view_request *
viewer_request(const struct viewer *v)
{
	return &v->request;
}

void
viewer_say(struct viewer *v, const char *sentence)
{
	(void)snprintf(v->say, sizeof v->say, "%s", sentence);
}

const char *
viewer_said(const struct viewer *v)
{
	return v->say;
}
