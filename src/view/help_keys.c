/*
 * help_keys - the page of keys: the rows of the view's table and of the common one, by parts, in as many columns as
 * there is room for; see help_int.h.
 * One thing to know: keys that belong together stand in one line, so that all of them fit a screen of 80x24; what a
 * table has and no line here joins stands by itself, so that no key is ever left out.
 */
#include <stdio.h>
#include <string.h>

#include "help_int.h"

enum { HELP_ENTRIES = 80, HELP_COLUMNS = 3, HELP_KEY = 7, HELP_JOINED = 4, HELP_TIGHT = 17 };

struct help_entry {
	char keys[64];
	const char *text;
	enum view_part part;
};

/* Actions that share a line, and what it says. */
static const struct {
	enum view_action action[HELP_JOINED];
	const char *text;
} help_joined[] = {
	{ { ACTION_UP, ACTION_DOWN }, "line" },
	{ { ACTION_PAGE_UP, ACTION_PAGE_DOWN }, "page" },
	{ { ACTION_HALF_UP, ACTION_HALF_DOWN }, "half page" },
	{ { ACTION_LEFT, ACTION_RIGHT }, "sideways" },
	{ { ACTION_HOME, ACTION_END }, "first, last" },
	{ { ACTION_OLDEST, ACTION_NEWEST, ACTION_FOLLOW }, "old new follow" },
	{ { ACTION_NEWEST, ACTION_FOLLOW }, "newest, follow" },
	{ { ACTION_RAW, ACTION_LADDER }, "raw, ladder" },
	{ { ACTION_WORSE, ACTION_WORSE_BACK }, "next/prev worse" },
	{ { ACTION_NEXT, ACTION_PREVIOUS }, "next, previous" },
	{ { ACTION_FIELD_NEXT, ACTION_FIELD_PREVIOUS }, "next, last panel" },
	{ { ACTION_SORT_PREVIOUS, ACTION_SORT_NEXT, ACTION_SORT_TURN }, "sort column, turn" },
	{ { ACTION_WITH, ACTION_WITHOUT }, "this only, or not" },
	{ { ACTION_WINDOW_LONGER, ACTION_WINDOW_SHORTER }, "time window" },
	{ { ACTION_SCRUB_BACK, ACTION_SCRUB_ON, ACTION_SCRUB_BACK_10, ACTION_SCRUB_ON_10 }, "1 or 10 min back" },
	{ { ACTION_FILTER, ACTION_FILTER_FORM }, "filter, form" },
	{ { ACTION_SETTINGS, ACTION_LETTERS }, "settings, letters" },
	{ { ACTION_SPLIT, ACTION_PANE_WIDER, ACTION_PANE_NARROWER }, "detail, its width" },
	{ { ACTION_COPY, ACTION_EVIDENCE }, "copy, evidence" },
	{ { ACTION_ACK, ACTION_MUTE, ACTION_SHOW_MUTED }, "dismiss, mute" },
	{ { ACTION_CLEAR, ACTION_CLEAR_SOFT, ACTION_UNDO }, "clear all, shown" },
	{ { ACTION_COLOR_BY, ACTION_SYNTAX }, "colour by, markup" },
	{ { ACTION_BACK, ACTION_QUIT }, "drop it, go back" },
	{ { ACTION_VIEW_OVERVIEW, ACTION_VIEW_EVENTS }, "overview, events" },
	{ { ACTION_VIEW_GROUPS, ACTION_VIEW_PEERS }, "groups, peers" },
	{ { ACTION_VIEW_ALERTS, ACTION_VIEW_SOURCES }, "alerts, sources" },
	{ { ACTION_VIEW_NOTICES, ACTION_LOG }, "notices, own log" },
	{ { ACTION_REPAINT, ACTION_SUSPEND, ACTION_LEAVE }, "redraw stop quit" },
};

/* What a narrow column has room for; NULL: the table's own words. */
static const char *
help_short(enum view_action action)
{
	static const struct {
		enum view_action action;
		const char *text;
	} words[] = { { ACTION_OPEN, "open, deeper" }, { ACTION_BACK, "drop it, go back" },
		{ ACTION_HOME, "first row" }, { ACTION_END, "last row" }, { ACTION_NEWEST, "newest, follow" },
		{ ACTION_OLDEST, "oldest" }, { ACTION_FOLLOW, "follow on/off" }, { ACTION_GROUP_BY, "group by ..." },
		{ ACTION_FILTER, "filter, live" }, { ACTION_FILTER_FORM, "filter form" }, { ACTION_SEARCH, "find" },
		{ ACTION_SPLIT, "detail beside" }, { ACTION_FIELD_NEXT, "next panel" },
		{ ACTION_ALIAS, "names/addresses" }, { ACTION_LETTERS, "other key names" },
		{ ACTION_MARK, "mark (diff, save)" }, { ACTION_DIFF, "with a good call" },
		{ ACTION_RAW, "raw message" }, { ACTION_LADDER, "ladder, all legs" }, { ACTION_PAUSE, "pause display" },
		{ ACTION_COLUMNS, "columns" }, { ACTION_CLEAR, "clear all" }, { ACTION_SAVE, "save" },
		{ ACTION_WITH, "only such" }, { ACTION_COPY, "copy this line" }, { ACTION_EVIDENCE, "evidence" },
		{ ACTION_SDP, "SDP only" }, { ACTION_LEGS, "one leg or all" },
		{ ACTION_COLOR_BY, "colour peer, call" } };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (words[i].action == action)
			return words[i].text;
	return NULL;
}

/* Both tables as one; a row of the view hides the common one with its action. */
struct help_table {
	const struct view_key *row[HELP_ENTRIES];
	bool done[HELP_ENTRIES];
	size_t n;
};

static void
help_table_add(struct help_table *t, const struct view_key *keys, size_t n)
{
	for (size_t i = 0; i < n && t->n < HELP_ENTRIES; i++) {
		bool hidden = keys[i].help == NULL;

		for (size_t k = 0; k < t->n; k++)
			hidden |= t->row[k]->action == keys[i].action;
		if (!hidden)
			t->row[t->n++] = &keys[i];
	}
}

static size_t
help_table_find(const struct help_table *t, enum view_action action)
{
	size_t i = 0;

	while (i < t->n && (action == ACTION_NONE || t->row[i]->action != action || t->done[i]))
		i++;
	return i;
}

/* Keys and words of row i, with those that share its line, which are then done. */
static void
help_entry(const struct viewer *v, struct help_table *t, size_t i, bool narrow, struct help_entry *out)
{
	char shown[48];
	size_t j = 0, n = sizeof help_joined / sizeof help_joined[0];

	*out = (struct help_entry){ .text = t->row[i]->help, .part = t->row[i]->part };
	(void)snprintf(out->keys, sizeof out->keys, "%s", view_key_shown(v, t->row[i], shown, sizeof shown));
	if (narrow && help_short(t->row[i]->action) != NULL)
		out->text = help_short(t->row[i]->action);
	if (t->row[i]->action == ACTION_OPEN || t->row[i]->action == ACTION_BACK)
		out->part = PART_LOOK;
	t->done[i] = true;
	while (j < n && help_joined[j].action[0] != t->row[i]->action)
		j++;
	for (size_t k = 1; j < n && k < HELP_JOINED; k++) {
		size_t other = help_table_find(t, help_joined[j].action[k]), used = strlen(out->keys);

		if (other == t->n || used + 2 >= sizeof out->keys)
			continue;
		/* Where q is the end it is no way back. */
		if (t->row[other]->action == ACTION_QUIT && strcmp(t->row[other]->help, "back") != 0)
			continue;
		(void)snprintf(out->keys + used, sizeof out->keys - used, " %s",
		    view_key_shown(v, t->row[other], shown, sizeof shown));
		out->text = help_joined[j].text;
		t->done[other] = true;
	}
}

static size_t
help_collect(const struct viewer *v, const struct view_ops *about, bool narrow, struct help_entry *out)
{
	struct help_table t = { .n = 0 };
	size_t n_common, n = 0;
	const struct view_key *common = viewer_common_keys(&n_common);

	help_table_add(&t, about->keys, about->n_keys);
	if (!about->popup)
		help_table_add(&t, common, n_common);
	for (size_t i = 0; i < t.n; i++)
		if (!t.done[i])
			help_entry(v, &t, i, narrow, &out[n++]);
	return n;
}

/* "PgUp ^B PgDn ^F page": words stand below each other where keys are short. */
static size_t
help_entry_put(struct help_pen *p, const struct help_entry *e, size_t line, int col, int width)
{
	int keys = (int)strlen(e->keys), at = keys < HELP_KEY ? HELP_KEY + 1 : keys + 1;

	help_put(p, line, col, width, ROLE_TEXT_KEY, e->keys);
	if (at + (int)strlen(e->text) <= width) {
		help_put(p, line, col + at, width - at, ROLE_TEXT, e->text);
		return 1;
	}
	if (keys < HELP_KEY + 1)
		return help_wrap(p, line, col + at, width - at, ROLE_TEXT, e->text);
	return 1 + help_wrap(p, line + 1, col + HELP_KEY + 1, width - HELP_KEY - 1, ROLE_TEXT, e->text);
}

static size_t
help_part_put(
    struct help_pen *p, const struct help_entry *e, size_t n, enum view_part part, size_t line, int col, int width)
{
	static const char *const names[PART_N] = { "MOVE", "LOOK", "NARROW", "DO", "VIEW", "PROGRAM" };
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		if (e[i].part != part)
			continue;
		if (!any)
			help_heading(p, line++, col, width, names[part]);
		any = true;
		line += help_entry_put(p, &e[i], line, col, width);
	}
	return any ? line + 1 : line;
}

static void
help_notes_put(struct help_pen *p, size_t line, int width)
{
	static const char *const notes[][2] = {
		{ "CODE", "3-digit code; --- is silence: no final answer within 64*T1 (32 s)" },
		{ "MARKS", "> cursor  * marked  N new  M muted  x7 sent again or seen 7 times" },
		{ "FILTER", "503  5xx  code:480..488  peer:carrier-a  -method:OPTIONS  ua~yealink" },
		{ "KEYS", "can be changed: [keys] in the configuration; sipwhy -D prints them all" },
	};

	size_t n = sizeof notes / sizeof notes[0];

	/* On a screen of 24 rows the blank line gives way first, then the last note. */
	if (line > HELP_TIGHT && width < 100)
		line--;
	if (line > HELP_TIGHT && width < 100)
		n--;
	for (size_t i = 0; i < n; i++) {
		help_put(p, line, 1, 7, ROLE_TEXT_STRONG, notes[i][0]);
		line += help_wrap(p, line, 9, width - 10, ROLE_TEXT, notes[i][1]);
	}
}

/* Lines of a part in a column. */
static size_t
help_part_lines(const struct help_pen *p, const struct help_entry *e, size_t n, enum view_part part, int width)
{
	struct help_pen nowhere = { .v = p->v, .c = p->c, .find = "", .top = SIZE_MAX };

	return help_part_put(&nowhere, e, n, part, 0, 0, width);
}

/* Which column each part goes to, so that the page is as short as can be; the order stays where it can. */
static void
help_balance(const size_t lines[PART_N], int columns, int place[PART_N])
{
	size_t best = SIZE_MAX;

	for (unsigned way = 0; way < 729; way++) {
		size_t high[HELP_COLUMNS] = { 0 }, most = 0;
		unsigned rest = way;
		int at[PART_N];

		for (int part = PART_N - 1; part >= 0; part--, rest /= 3)
			at[part] = (int)(rest % 3) < columns ? (int)(rest % 3) : 0;
		for (int part = 0; part < PART_N; part++)
			high[at[part]] += lines[part];
		for (int i = 0; i < columns; i++)
			most = high[i] > most ? high[i] : most;
		if (most >= best)
			continue;
		best = most;
		memcpy(place, at, sizeof at);
	}
}

void
help_keys_page(struct help_pen *p, const struct view_ops *about)
{
	int cols = canvas_cols(p->c), columns = cols >= 76 ? 3 : cols >= 52 ? 2 : 1, width = (cols - 1) / columns;
	struct help_entry e[HELP_ENTRIES];
	size_t n, lines[PART_N], end[HELP_COLUMNS] = { 0 }, most = 0;
	int place[PART_N];

	width = width > 46 ? 46 : width;
	n = help_collect(p->v, about, width < 40, e);
	for (int part = 0; part < PART_N; part++)
		lines[part] = help_part_lines(p, e, n, (enum view_part)part, width - 1);
	help_balance(lines, columns, place);
	for (int part = 0; part < PART_N; part++)
		end[place[part]] =
		    help_part_put(p, e, n, (enum view_part)part, end[place[part]], 1 + place[part] * width, width - 1);
	/* Each part leaves a line behind it; below the longest column it parts the notes. */
	for (int i = 0; i < columns; i++)
		most = end[i] > most ? end[i] : most;
	help_notes_put(p, most, cols);
}
