/*
 * view - screens.  Each reads a const store and draws on a canvas; a stack of them answers keys.
 * A key never changes the store: what it asks for comes back as a command for app to carry out.
 */
#ifndef SIPWHY_VIEW_H
#define SIPWHY_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipwhy/errmsg.h"
#include "sipwhy/filter.h"
#include "sipwhy/store.h"
#include "sipwhy/ui.h"

/*
 * What the user asked that a view cannot do itself.  What it is about stands in the request (viewer_request): in
 * brackets the members that count.
 */
enum command {
	COMMAND_NONE,
	COMMAND_QUIT,
	COMMAND_PAUSE,
	COMMAND_REPAINT,
	COMMAND_SUSPEND,
	COMMAND_GROUP_ACK,     /* [id] store_group_ack, key of a group */
	COMMAND_GROUP_MUTE,    /* [id] */
	COMMAND_GROUP_UNMUTE,  /* [id] */
	COMMAND_GROUPS_MUTE,   /* [ids: keys of groups, t_ns: until when, 0 until unmuted] store_group_mute_until */
	COMMAND_INCIDENT_ACK,  /* [id] dismiss until it ends */
	COMMAND_INCIDENT_MUTE, /* [id, t_ns: until when, 0 no more] */
	COMMAND_LOOK,          /* [t_ns: store_look; 0 back to live] */
	COMMAND_COPY,          /* [body: text for the clipboard] */
	COMMAND_SAVE,          /* [save, path: "" one is chosen] write a file */
	COMMAND_THEME,         /* [text: name or path] */
	COMMAND_RETRY,         /* try again to open what was refused at the start */
	COMMAND_DEMO,          /* made-up calls instead */
	COMMAND_SET,           /* [text: option, body: value] of those that can change while it runs */
	COMMAND_N
};

/* Forms of a file that is saved; TEXT, PCAP and JSON of the failures in `ids`, or of all that the filter shows. */
enum view_save { VIEW_SAVE_TEXT, VIEW_SAVE_PCAP, VIEW_SAVE_JSON, VIEW_SAVE_CSV, VIEW_SAVE_EVIDENCE };

struct viewer;

/*
 * What the last command is about.  Borrowed until the next key.  ids: failures that are meant, oldest first; for
 * VIEW_SAVE_EVIDENCE the one.
 */
struct view_request {
	uint64_t id;
	int64_t t_ns;
	enum view_save save;
	const char *text, *path;
	struct slice body;
	const uint64_t *ids;
	size_t n_ids;
};

/* A key that the user gave an action, or took from it (remove; key 0: all of them). */
struct view_keymap {
	const char *action;
	uint32_t key;
	bool remove;
};

/*
 * What a viewer is told at its start; all may be 0.  Borrowed for its whole life.  filters: named ones as
 * filter_env.named wants them.  columns: layouts as text, "events.80 = mark time code reason" ([columns] in
 * doc/config.md).  history: lines of earlier prompts, oldest first, "/" or ":" in front of each.
 */
struct view_cfg {
	const char *filter; /* in force at the start, NULL none; a wrong one is said on the status line and left out */
	int window_s;       /* of rates and shares: seconds, 0 the whole run, -1 as the input has it */
	int32_t utc_offset_s;
	enum view_quit { VIEW_QUIT_AUTO, VIEW_QUIT_ALWAYS, VIEW_QUIT_NEVER } confirm_quit;
	bool redact; /* of evidence: users and digests are hashed */
	const struct view_keymap *keys;
	size_t n_keys;
	void *ctx;
	const char *(*named)(void *ctx, struct slice name);
	const char *const *columns;
	size_t n_columns;
	const char *const *history;
	size_t n_history;
	const char *const *themes; /* names that :theme knows, NULL behind the last */
	/* A setting of the program as it is now ("theme", "glyphs", "mouse" ...), or "interfaces": those of this
	 * machine that could be captured on instead; written to out.  NULL: not known.  The function may be NULL. */
	void *value_ctx;
	const char *(*value)(void *value_ctx, const char *name, char *out, size_t cap);
};

/*
 * A stack with the overview on it.  store, theme and cfg (NULL: all 0, window -1) are borrowed for its whole life.
 * NULL when memory is short.
 */
struct viewer *viewer_new(const struct store *store, const struct theme *theme, const struct view_cfg *cfg);
void viewer_free(struct viewer *v);

/* Do what a line after ":" would (without the ":").  COMMAND_NONE when it was done here or was wrong, see viewer_said.
 */
enum command viewer_command(struct viewer *v, struct slice line);

/* Draw the top view for the store's present state; any size from 1x1.  Looks at a bounded number of events. */
void viewer_draw(struct viewer *v, struct canvas *c);

/* While nothing moves the clock shows minutes, so that a screen without news costs no byte. */
void viewer_quiet(struct viewer *v, bool quiet);

/* Is more to be drawn although nothing changed (events are still being looked at)? */
bool viewer_busy(const struct viewer *v);

/*
 * One key (ui.h) for the top view.  Tell viewer_clock the wall clock first: "since the last key" and times of day are
 * by it.
 */
enum command viewer_key(struct viewer *v, uint32_t key);
void viewer_clock(struct viewer *v, int64_t now_ns);

/*
 * What the mouse did on the screen as it was drawn last: a click brings the cursor to a row, sorts by the column whose
 * header it is, or does what an entry of a bar says; a double click is Enter as well; the wheel is Up and Down.
 */
enum command viewer_mouse(struct viewer *v, const struct ui_mouse *m);

/* What the last command is about. */
const struct view_request *viewer_request(const struct viewer *v);

/*
 * The failures that the filter shows: how many of those kept, and by row in the order of the Events view (borrowed
 * until the store changes; NULL out of range).  They are looked at in steps: final when viewer_busy is false.
 */
size_t viewer_shown(const struct viewer *v);
const struct event *viewer_shown_at(const struct viewer *v, size_t row);

/*
 * The most telling thing known of a failure: "Q.850/34 No circuit/channel available", "Warn 304 Media type not
 * available", a finding, the phrase.  What the reason column shows, and what reason: of a filter means.  Text as it was
 * received, with a NUL, cut to cap; 176 bytes hold it whole.  Returns out.
 */
char *view_reason(const struct event *e, char *out, size_t cap);

/*
 * What [columns] of the configuration may say: names of layouts ("events.80"), NULL behind the last; and is this a
 * column of one: "reason", or "reason:30" with its width?
 */
const char *view_layout_name(size_t i);
bool view_layout_word(struct slice word);
/* Names of columns, for a hint; NULL behind the last. */
const char *view_layout_column(size_t i);

/* One line for the status row until the next key ("paused", errors), copied; "" clears.  viewer_said: "" none. */
void viewer_say(struct viewer *v, const char *sentence);
const char *viewer_said(const struct viewer *v);

/* A prompt's line that is to be kept for the next run; NULL when none came since the last call.  With "/" or ":". */
const char *viewer_history_line(struct viewer *v);

/*
 * All actions, by the name that the configuration and the manual use, with the keys they have by default ("Up k") and
 * one phrase; view: the screen whose table has it, NULL for those that work everywhere.  An action stands at least once
 * for each screen that has it; help is NULL for one more key of an action that has its row.
 */
struct view_action_name {
	const char *name, *view, *keys, *help;
};
/* Row number `at`; false behind the last. */
bool view_action_row(size_t at, struct view_action_name *out);
/* Does the action of this name have this key by default, on any screen? */
bool view_action_has(const char *action, uint32_t key);

#endif
