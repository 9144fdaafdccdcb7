/*
 * view_int - what the screens share among themselves: the view table's row, keys, and small drawing helpers.
 * One thing to know: a view is a const struct view_ops; its key table makes its key bar, its help page and its
 * behaviour, so these cannot tell different stories.
 */
#ifndef VIEW_INT_H
#define VIEW_INT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipwhy/filter.h"
#include "sipwhy/sift.h"
#include "sipwhy/sip.h"
#include "sipwhy/view.h"

/*
 * What a key means to a view, with the name that the configuration and the manual use (sngrep's where it has one).
 */
#define VIEW_ACTIONS(X)                                                                                                \
	X(NONE, "")                                                                                                    \
	X(UP, "up")                                                                                                    \
	X(DOWN, "down")                                                                                                \
	X(PAGE_UP, "ppage")                                                                                            \
	X(PAGE_DOWN, "npage")                                                                                          \
	X(HALF_UP, "hppage")                                                                                           \
	X(HALF_DOWN, "hnpage")                                                                                         \
	X(HOME, "begin")                                                                                               \
	X(END, "end")                                                                                                  \
	X(OLDEST, "oldest")                                                                                            \
	X(NEWEST, "newest")                                                                                            \
	X(LEFT, "left")                                                                                                \
	X(RIGHT, "right")                                                                                              \
	X(OPEN, "open")                                                                                                \
	X(BACK, "prevscreen")                                                                                          \
	X(QUIT, "quit")                                                                                                \
	X(FOLLOW, "autoscroll")                                                                                        \
	X(WORSE, "nextworse")                                                                                          \
	X(WORSE_BACK, "prevworse")                                                                                     \
	X(NEXT, "next")                                                                                                \
	X(PREVIOUS, "prev")                                                                                            \
	X(FIELD_NEXT, "nfield")                                                                                        \
	X(FIELD_PREVIOUS, "pfield")                                                                                    \
	X(FILTER, "search")                                                                                            \
	X(FILTER_FORM, "filters")                                                                                      \
	X(SEARCH, "find")                                                                                              \
	X(WITH, "with")                                                                                                \
	X(WITHOUT, "without")                                                                                          \
	X(GROUP_BY, "groupby")                                                                                         \
	X(WINDOW_LONGER, "longer")                                                                                     \
	X(WINDOW_SHORTER, "shorter")                                                                                   \
	X(SCRUB_BACK, "scrubback")                                                                                     \
	X(SCRUB_ON, "scrubon")                                                                                         \
	X(SCRUB_BACK_10, "scrubback10")                                                                                \
	X(SCRUB_ON_10, "scrubon10")                                                                                    \
	X(GOTO, "goto")                                                                                                \
	X(SORT_PREVIOUS, "sortprev")                                                                                   \
	X(SORT_NEXT, "sortnext")                                                                                       \
	X(SORT_TURN, "sortswap")                                                                                       \
	X(COLUMNS, "columns")                                                                                          \
	X(SPLIT, "split")                                                                                              \
	X(PANE_WIDER, "morepane")                                                                                      \
	X(PANE_NARROWER, "lesspane")                                                                                   \
	X(MARK, "select")                                                                                              \
	X(DIFF, "diff")                                                                                                \
	X(RAW, "raw")                                                                                                  \
	X(LADDER, "flowex")                                                                                            \
	X(LEGS, "legs")                                                                                                \
	X(SDP, "sdp")                                                                                                  \
	X(RAW_PANE, "rawpane")                                                                                         \
	X(COPY, "copy")                                                                                                \
	X(EVIDENCE, "evidence")                                                                                        \
	X(SAVE, "save")                                                                                                \
	X(ACK, "dismiss")                                                                                              \
	X(MUTE, "mute")                                                                                                \
	X(SHOW_MUTED, "showmuted")                                                                                     \
	X(PAUSE, "pause")                                                                                              \
	X(CLEAR, "clear")                                                                                              \
	X(CLEAR_SOFT, "clearsoft")                                                                                     \
	X(UNDO, "undo")                                                                                                \
	X(ALIAS, "alias")                                                                                              \
	X(TIME_FORM, "toggletime")                                                                                     \
	X(COLOR_BY, "colormode")                                                                                       \
	X(SYNTAX, "togglesyntax")                                                                                      \
	X(UNFOLD, "unfold")                                                                                            \
	X(LETTERS, "hintalt")                                                                                          \
	X(SETTINGS, "settings")                                                                                        \
	X(HELP, "help")                                                                                                \
	X(COMMAND, "command")                                                                                          \
	X(REPAINT, "redraw")                                                                                           \
	X(SUSPEND, "suspend")                                                                                          \
	X(LEAVE, "leave")                                                                                              \
	X(LOG, "log")                                                                                                  \
	X(VIEW_OVERVIEW, "overview")                                                                                   \
	X(VIEW_EVENTS, "events")                                                                                       \
	X(VIEW_GROUPS, "groups")                                                                                       \
	X(VIEW_PEERS, "peers")                                                                                         \
	X(VIEW_ALERTS, "alerts")                                                                                       \
	X(VIEW_SOURCES, "sources")                                                                                     \
	X(VIEW_NOTICES, "notices")                                                                                     \
	X(CHOICE_1, "choice1")                                                                                         \
	X(CHOICE_2, "choice2")                                                                                         \
	X(CHOICE_3, "choice3")                                                                                         \
	X(CHOICE_4, "choice4")                                                                                         \
	X(CHOICE_5, "choice5")
#define VIEW_ACTION_ENUM(id, name) ACTION_##id,
enum view_action { VIEW_ACTIONS(VIEW_ACTION_ENUM) ACTION_N };
#undef VIEW_ACTION_ENUM

/* The deepest way down: overview, alerts, alert, event, ladder, raw, a popup, help. */
enum { VIEW_KEYS_EACH = 4, VIEW_STACK_MAX = 10, VIEW_COLS_MIN = 40, VIEW_ROWS_MIN = 8 };
/* Priority of a function key that leaves a narrow bar before those of the middle. */
enum { VIEW_KEY_FIRST_TO_GO = 1 };
/* All codes that can be failures. */
enum { OVERVIEW_CODES = 300 };
/* Peers that the views know figures of. */
enum { VIEW_PEERS_MAX = KPI_PEERS };
/* Newest failures that are looked at when something is counted over them: cost must not grow with the traffic. */
enum { VIEW_LOOK_BACK = 1000 };
/* Events that are looked at for one frame: a screenful at once, never longer than a key may wait. */
enum { VIEWER_SIFT = 20000 };

/*
 * One row of a key table.  shown: the keys as people write them.  help: what it does, one short phrase, NULL
 * keeps the row off the help page.  bar, word: entry of the row of letters, NULL none; entries of the lowest priority
 * go first when there is no room.  fkey: with the same word it stands in the bar of function keys ("F2", "1-6", "q").
 * part: heading that the help page puts it under.
 */
enum view_part { PART_MOVE, PART_LOOK, PART_NARROW, PART_DO, PART_VIEW, PART_PROGRAM, PART_N };
struct view_key {
	enum view_action action;
	uint32_t keys[VIEW_KEYS_EACH];
	const char *shown, *help;
	const char *bar, *word;
	uint8_t priority;
	const char *fkey;
	enum view_part part;
};

/* Rows of a key table that every list has. */
#define VIEW_LIST_KEYS                                                                                                 \
	{ ACTION_UP, { UI_KEY_UP, 'k' }, "Up k", "one row up", NULL, NULL, 0, NULL, PART_MOVE },                       \
	    { ACTION_DOWN, { UI_KEY_DOWN, 'j' }, "Down j", "one row down", NULL, NULL, 0, NULL, PART_MOVE },           \
	    { ACTION_PAGE_UP, { UI_KEY_PGUP, UI_CTRL('b') }, "PgUp ^B", "a page up", NULL, NULL, 0, NULL, PART_MOVE }, \
	    { ACTION_PAGE_DOWN, { UI_KEY_PGDN, UI_CTRL('f') }, "PgDn ^F", "a page down", NULL, NULL, 0, NULL,          \
		    PART_MOVE },                                                                                       \
	    { ACTION_HALF_UP, { UI_CTRL('u') }, "^U", "half a page up", NULL, NULL, 0, NULL, PART_MOVE },              \
	{                                                                                                              \
		ACTION_HALF_DOWN, { UI_CTRL('d') }, "^D", "half a page down", NULL, NULL, 0, NULL, PART_MOVE           \
	}

/* Rows of a key table that every page has; end: what stands on its last line. */
#define VIEW_PAGE_KEYS(end)                                                                                            \
	{ ACTION_UP, { UI_KEY_UP, 'k' }, "Up k", "one line up", NULL, NULL, 0, NULL, PART_MOVE },                      \
	    { ACTION_DOWN, { UI_KEY_DOWN, 'j' }, "Down j", "one line down", NULL, NULL, 0, NULL, PART_MOVE },          \
	    { ACTION_PAGE_UP, { UI_KEY_PGUP, UI_CTRL('b') }, "PgUp ^B", "a page up", NULL, NULL, 0, NULL, PART_MOVE }, \
	    { ACTION_PAGE_DOWN, { UI_KEY_PGDN, UI_CTRL('f'), ' ' }, "PgDn ^F Space", "a page down", "PgDn", "More",    \
		    140, NULL, PART_MOVE },                                                                            \
	    { ACTION_HALF_UP, { UI_CTRL('u') }, "^U", "half a page up", NULL, NULL, 0, NULL, PART_MOVE },              \
	    { ACTION_HALF_DOWN, { UI_CTRL('d') }, "^D", "half a page down", NULL, NULL, 0, NULL, PART_MOVE },          \
	    { ACTION_HOME, { UI_KEY_HOME, 'g' }, "Home g", "first line", NULL, NULL, 0, NULL, PART_MOVE },             \
	{                                                                                                              \
		ACTION_END, { UI_KEY_END, 'G' }, "End G", end, NULL, NULL, 0, NULL, PART_MOVE                          \
	}

struct view_ops {
	const char *name, *title;
	const struct view_key *keys;
	size_t n_keys;
	size_t state_size;
	bool popup; /* drawn over what stands below it on the stack */
	/* Any may be NULL.  state: state_size bytes, zeroed before open. */
	void (*open)(struct viewer *v, void *state);
	void (*draw)(struct viewer *v, void *state, struct canvas *c);
	enum command (*key)(struct viewer *v, void *state, enum view_action action);
	/* A key before it becomes an action, for forms that are typed into; true: taken. */
	bool (*raw_key)(struct viewer *v, void *state, uint32_t key);
	void (*close)(struct viewer *v, void *state);
	/* A click on what is no list of view_spots_list: bring the cursor to what was drawn there; false: nothing. */
	bool (*click)(struct viewer *v, void *state, int row, int col);
	/* A click on a header of view_spots_column: sort by that column, or turn the order round. */
	void (*sort)(struct viewer *v, void *state, uint8_t column);
};

/*
 * What a click can mean, as it was drawn last.  bar: the letters or function keys of a row.  list: rows from `first` on
 * over `width` columns, number `cursor` of them is the one under the cursor.  column: headers.
 */
enum { VIEW_SPOTS = 64 };
struct view_spot {
	int row, col, width;
	const struct view_key *key;
	uint8_t column;
};
struct view_spots {
	struct view_spot bar[VIEW_SPOTS], column[VIEW_SPOTS];
	size_t n_bar, n_columns;
	int first, rows, width, cursor;
};

/* A peer's figures over the window, and its failures since the start. */
struct view_peer {
	char name[ENDPOINT_TEXT];
	uint8_t role; /* enum peer_role */
	struct kpi_figures figures;
	uint64_t failures, silence, by_class[6];
	struct peer_stat stat; /* codes of its failures; all zero when it has none */
};

/* Made once for each state of the store and window; see view_peers. */
struct view_peers {
	bool made;
	uint64_t revision;
	unsigned window_s;
	size_t n;
	struct view_peer row[VIEW_PEERS_MAX];
	struct kpi_peer kpi[VIEW_PEERS_MAX];
	struct kpi_counts room[VIEW_PEERS_MAX];
	struct peer_stat failing[VIEW_PEERS_MAX];
};

/* How times are written. */
enum view_time_form { TIME_IS_LOCAL, TIME_IS_UTC, TIME_IS_DELTA, TIME_IS_SINCE_FIRST, TIME_FORM_N };

enum { VIEW_MARKS_MAX = 1000 };

/* Columns of the events from a width on: 80, 100, 140; see events_int.h for what they are.  n 0: as shipped. */
enum { VIEW_LAYOUTS = 3, VIEW_LAYOUT_COLUMNS = 24 };
struct view_layout {
	size_t n;
	uint8_t column[VIEW_LAYOUT_COLUMNS], width[VIEW_LAYOUT_COLUMNS];
};

/*
 * Events that the user cleared away: all up to an id, or (filter) those of them that it does not mean.  Undone within a
 * minute of at_ns.
 */
struct view_hidden {
	uint64_t up_to;
	struct filter *filter;
	int64_t at_ns;
};
enum { VIEW_HIDDEN_MAX = 8 };

/*
 * event_id: the event under the cursor, shared by list and detail; moved: the detail walked away from it.
 * incident_id: the one that the alert view shows; notice: number of the one that its page shows, moved_notice: the page
 * walked away from the list's; source: index of the one under the cursor.
 * window: 0 as the input has it, else 1 + index of the window that the user chose.
 * filter: in force, NULL none; filter_text: as the user wrote it.  opened: the Events were opened by a row of another
 * view with the filter `text`; `before` was in force until then.  sift: the events that it means, in the order of the
 * Events view.  message: row of store_messages that ladder and raw stand on, 0 the first.
 * message_marks: rows of the messages of event message_marks_of that are to be compared.
 * marks: events that the user marked, in the order of marking.  letters: the bar shows letters, no function keys.
 * addresses: of peers instead of the names.  now_ns: wall clock at the last key or frame, key_ns: at the last key.
 */
struct viewer {
	const struct store *store;
	const struct theme *theme;
	const struct view_cfg *cfg;
	struct view_cfg none;
	struct {
		const struct view_ops *ops;
		void *state;
	} stack[VIEW_STACK_MAX];
	size_t depth;
	uint64_t event_id;
	bool moved;
	uint64_t incident_id, notice;
	bool moved_notice;
	size_t source;
	unsigned window;
	struct view_peers peers;
	struct filter *filter;
	char filter_text[FILTER_TEXT_MAX + 1];
	struct {
		bool on;
		char text[FILTER_TEXT_MAX + 1], before[FILTER_TEXT_MAX + 1];
	} opened;
	struct filter_env filter_env;
	struct sift_env sift_env;
	struct sift *sift;
	enum sift_order order;
	bool ascending;
	size_t message;
	uint64_t marks[VIEW_MARKS_MAX];
	size_t n_marks;
	uint64_t save_ids[VIEW_MARKS_MAX]; /* of a request */
	struct view_hidden hidden[VIEW_HIDDEN_MAX];
	size_t n_hidden;
	struct view_layout layout[VIEW_LAYOUTS];
	uint8_t color_by; /* of the events: 0 class alone, 1 peer, 2 call too */
	size_t message_marks[2], n_message_marks;
	uint64_t message_marks_of;
	enum view_time_form time_form;
	bool letters, addresses, fold_shown;
	bool quiet;
	bool counting; /* what was drawn last is not counted to its end: draw again soon */
	int64_t now_ns, key_ns, away_ns;
	struct prompt *prompt;
	struct view_spots *spots; /* drawing a const viewer remembers them all the same */
	struct view_request request;
	char request_text[FILTER_TEXT_MAX + 1];
	char search[FILTER_TEXT_MAX + 1]; /* text that n and N walk to in a page; "" none */
	char say[320];
};

extern const struct view_ops view_overview;
extern const struct view_ops view_events;
extern const struct view_ops view_groups;
extern const struct view_ops view_peers_list;
extern const struct view_ops view_alerts;
extern const struct view_ops view_alert;
extern const struct view_ops view_sources;
extern const struct view_ops view_source;
extern const struct view_ops view_notices;
extern const struct view_ops view_notice;
extern const struct view_ops view_detail;
extern const struct view_ops view_raw;
extern const struct view_ops view_ladder;
extern const struct view_ops view_diff;
extern const struct view_ops view_sdp;
extern const struct view_ops view_help;
extern const struct view_ops view_log;
/* Popups. */
extern const struct view_ops view_columns;
extern const struct view_ops view_filter_form;
extern const struct view_ops view_settings;
extern const struct view_ops view_save_form;
extern const struct view_ops view_quit;

/* view.c: the stack.  Pushing says so on the status line when memory is short or the stack is full. */
void viewer_push(struct viewer *v, const struct view_ops *ops);
void viewer_pop(struct viewer *v);
/* Where a key of the common table leads; NULL: nowhere. */
const struct view_ops *viewer_target(enum view_action action);
/* Go to one of the screens that have a number; it stands on the overview, so Esc always leads there. */
void viewer_go(struct viewer *v, const struct view_ops *ops);
/* The screen on top, popups aside. */
const struct view_ops *viewer_top(const struct viewer *v);
/* The Events view with this filter in force, as when a row of figures is opened.  False: the filter is wrong (said). */
bool viewer_open_events(struct viewer *v, const char *filter);

/* actions.c: names of actions, and which keys mean them after what the user changed. */

/* The keys that work in every view. */
const struct view_key *viewer_common_keys(size_t *n);
const char *view_action_name(enum view_action action);
/* The action that a key means in the top view; ACTION_NONE none. */
enum view_action viewer_find(const struct viewer *v, uint32_t key);
/* The row's keys as people write them, with what the user changed; returns out. */
const char *view_key_shown(const struct viewer *v, const struct view_key *k, char *out, size_t cap);

/* lens.c: what is looked at: filter, moment, marks. */

/* Put a filter in force (blank: none).  0; else the sentence in em, the byte in *at, and the old one stays. */
int lens_filter(struct viewer *v, const char *text, struct errmsg *em, size_t *at);
/* The filter in force and one more term, as text; returns out. */
char *lens_with(const struct viewer *v, const char *term, char *out, size_t cap);
/* Add a term to the filter in force; says what is wrong. */
void lens_narrow(struct viewer *v, const char *term);
/* The filter that a row was opened with comes off again when what it opened is left; false: it is not that one. */
bool lens_opened(const struct viewer *v);
void lens_close(struct viewer *v);
bool lens_match(const struct viewer *v, const struct event *e);
struct filter_facts lens_facts(const struct viewer *v, const struct event *e);
bool lens_is_marked(const struct viewer *v, uint64_t id);
void lens_mark(struct viewer *v, uint64_t id, bool on);
/* Hide all failures up to now, or (rest) all but those that the filter shows; and show what was hidden last again. */
void lens_hide(struct viewer *v, bool rest);
bool lens_unhide(struct viewer *v);
bool lens_is_hidden(void *v, const struct event *e);
void lens_free(struct viewer *v);
/* The marked failures, oldest first, as ids of the request; how many. */
size_t lens_save_ids(struct viewer *v);
/* A time in local or UTC as the user chose: "14:32:07". */
char *lens_time(const struct viewer *v, char *out, size_t cap, int64_t t_ns);
/* The same in a row of a list; of another day than the present one "11-20 14:32", "20 14:32" in less than 11 columns.
 */
char *lens_row_time(const struct viewer *v, char *out, size_t cap, int64_t t_ns, int width);
/* The command for another moment: `by_s` seconds from the one looked at; 0 s: back to live. */
enum command lens_scrub(struct viewer *v, int64_t by_s);

/*
 * mouse.c: called while drawing.  Forget the spots (bar false: a popup is drawn, whose bar stands already); an entry of
 * a bar; the rows of a list; the header of a column that can be sorted.
 */
void view_spots_clear(const struct viewer *v, bool bar);
void view_spots_bar(const struct viewer *v, int row, int col, int width, const struct view_key *key);
void view_spots_list(const struct viewer *v, int first, const struct list *l, int width);
void view_spots_column(const struct viewer *v, int row, int col, int width, uint8_t column);

/* quit.c: leave the program, or ask whether: COMMAND_QUIT, or nothing and the question is on the screen. */
enum command quit_ask(struct viewer *v);

/* prompt.c: the line of / and : with its completion, drawn over the last rows. */
enum prompt_kind { PROMPT_FILTER, PROMPT_SEARCH, PROMPT_COMMAND, PROMPT_GOTO };
void prompt_open(struct viewer *v, enum prompt_kind kind, const char *text);
bool prompt_active(const struct viewer *v);
enum command prompt_key(struct viewer *v, uint32_t key);
void prompt_draw(struct viewer *v, struct canvas *c);
void prompt_free(struct viewer *v);
/* prompt_command.c: names of commands, and what may stand behind one; NULL behind the last. */
const char *command_name(size_t i);
const char *command_help(size_t i);
/* What is to follow a command, "" nothing; NULL: there is no such command. */
const char *command_args(struct slice name);
const char *command_word(const struct viewer *v, struct slice command, size_t i);
/* "14:05", "14:05:30", "-10m", "now": the moment, 0 the present; false when it is none. */
bool command_moment(const struct viewer *v, struct slice text, int64_t *t_ns);
/* Changes of one letter that make one text the other, letter case ignored; 99 for what is far off. */
unsigned word_distance(struct slice a, struct slice b);

/* format.c: numbers, and the words of an event. */

/* "1,204,551", or "1.2M" when that is wider than width; returns out. */
char *view_number(char *out, size_t cap, uint64_t n, size_t width);
/* Distinct calls or users of `most` failures: above 64 they are estimates, "-" for none.  Returns out. */
char *view_about(unsigned n, uint64_t most, char *out, size_t cap);
/* "3.6", "31.2", "1,204"; returns out. */
char *view_rate(char *out, size_t cap, double per_s);
/* "3.6%" of whole, "-" when whole is 0; returns out. */
char *view_share(char *out, size_t cap, uint64_t part, uint64_t whole);
/* "61.0%", "-" when it is not known; returns out. */
char *view_percent(char *out, size_t cap, double percent);
/* "72ms", "1.9s", "31s", "-" when it is not known; returns out. */
char *view_ms(char *out, size_t cap, double ms);
/* A delay of an event, as view_ms; "<1s", "~32s" where its log has whole seconds; returns out. */
char *view_delay(char *out, size_t cap, const struct event *e, int32_t ms);
/* "0:45", "10:27", "3:04:12", "2d 03h"; returns out. */
char *view_span(char *out, size_t cap, int64_t ns);
/* "503"; "---" for silence; returns out. */
char *view_code(char *out, size_t cap, unsigned code);
/* "Service Unavailable"; "no response" for silence. */
const char *view_code_words(unsigned code);
/* A code of little weight: what users and busy lines do all day (severity of the code table). */
bool view_is_minor(unsigned code);
/* 0 a failure, 1 one inside a call or of little weight, 2 none any more: what sentences speak of first. */
unsigned view_rank(const struct event *e);
/* Role of a status code's class, or of silence. */
enum ui_role view_code_role(unsigned code);
/* The same of an event; dim when it is no failure any more. */
enum ui_role view_event_role(const struct event *e);
/* How often its answer was seen in all. */
uint64_t view_seen(const struct event *e);
/* Failures since the start, without what worked after all. */
uint64_t view_failures(const struct store *s);
/* "14:32:07"; "2026-11-20 14:32:07" when that is another day than than_ns, beside which it stands.  Returns out. */
char *view_when(char *out, size_t cap, int64_t t_ns, int64_t than_ns);
/* Does it say who the peer is? */
bool view_peer_known(const struct event *e);
/* A name in so many columns: of a number or an address the end is kept, which tells more than its beginning. */
void view_name(struct canvas *c, int row, int col, int width, enum ui_role role, struct slice name);
/* The phrase as received, else the registered one; "no response" for silence. */
struct slice view_phrase(const struct event *e);
/* A Q.850 cause in a word or two, so that it stands whole in a list; NULL: none is known. */
const char *view_cause(unsigned q850);
/* events_cell.c: a phrase that would be cut, in the form that people write where there is little room. */
void view_shorten(char *text, int width);
/* The explanation of an event. */
void view_explain(const struct event *e, struct sip_explanation *out);

/* chrome.c: what all screens have around them. */

/* What follows the state word on the first line; follow false with fresh > 0 tells how many came since. */
struct view_follow {
	bool shown, follow;
	uint64_t fresh;
};
void view_status_line(const struct viewer *v, struct canvas *c, int row, struct view_follow f);
/* The second line: window, filter, alerts, what is kept; left: what the view says of itself first ("Events  sort time
 * v"), right: instead of the alerts and memory, NULL for these. */
void view_lens_line(const struct viewer *v, struct canvas *c, int row, const char *left, const char *right);
/* The last line of the top view: function keys, or letters when the user wants these; entries go whole or not at all.
 */
void view_key_bar(const struct viewer *v, struct canvas *c, int row);
/* The letters of the top view, with `place` ("1/9812") at the right end; for the row above the bar. */
void view_letters(const struct viewer *v, struct canvas *c, int row, const char *place);
/* "─ Title ─────" over width columns; returns the column after the title. */
int view_frame(struct canvas *c, int row, int col, int width, const char *title);
/* Incidents and rules that go on, by weight: "!2 -1 i1"; "0" for none; returns out. */
char *view_levels(const struct store *s, char *out, size_t cap);
/* Trouble with the engine or a source in one sentence; false when there is none. */
bool view_trouble(const struct store *s, char *out, size_t cap);

/* A sentence for the user, in the row above the key bar. */
void view_say_draw(const struct viewer *v, struct canvas *c, int row);

/* figures.c: windows and what is counted over them. */

/* Seconds of the window, 0 since the start; its name: "5 min", "all". */
unsigned view_window_s(const struct viewer *v);
const char *view_window_name(const struct viewer *v);
/* The window of so many seconds; -1: as the input has it. */
void view_window_set(struct viewer *v, int window_s);
/* Take one step; false when the action is none of a window. */
bool view_window_key(struct viewer *v, enum view_action action);
/* "5 min  INVITE 9.0/s  ASR 61.0%  ..."; what does not fit goes whole. */
void figures_draw(const struct viewer *v, struct canvas *c, int row);
/* Seconds of the window that there is traffic of; 0 when that is not known. */
double view_window_span_s(const struct store *s, unsigned window_s);
/* Figures of all peers, most calls and registrations first, then those that only failed.  Good until the next call. */
const struct view_peers *view_peers(struct viewer *v);
/* The row of a name, NULL when it has none. */
const struct view_peer *view_peer_find(struct viewer *v, const char *name);

/* table.c: lists with columns, a title above and a block about the row under the cursor below. */

/* A column is left out of canvases narrower than `from`; spare columns go to those with a wish, in order. */
struct view_column {
	const char *title;
	uint8_t least, wish, from;
	bool right;
};
enum { VIEW_COLUMNS_MAX = 16 };
/* at: first canvas column of each; width: 0 leaves it out. */
struct view_table {
	const struct view_column *columns;
	size_t n;
	int at[VIEW_COLUMNS_MAX], width[VIEW_COLUMNS_MAX];
};
void view_table_begin(struct view_table *t, const struct canvas *c, const struct view_column *columns, size_t n);
void view_table_header(const struct view_table *t, struct canvas *c, int row);
void view_table_cell(
    const struct view_table *t, struct canvas *c, int row, size_t column, enum ui_role role, struct slice text);
void view_table_cellf(const struct view_table *t, struct canvas *c, int row, size_t column, enum ui_role role,
    const char *fmt, ...) __attribute__((format(printf, 6, 7)));
void view_table_cursor(struct canvas *c, int row);

/* Rows of a canvas for such a list; -1: not drawn. */
struct view_rows {
	int title, header, first, height, tail, tail_height, say, bar;
};
/* tail: rows that the block wants, with its frame line. */
struct view_rows view_rows(const struct viewer *v, const struct canvas *c, int tail);
/* The first line, the title with the place of the cursor at its right end, what is to be said, and the key bar. */
void view_rows_draw(
    const struct viewer *v, const struct view_rows *y, const struct list *l, struct canvas *c, const char *title);
/* The move of a list that an action means; false when it means none. */
bool view_move_of(enum view_action action, enum list_move *out);
/* False when the action is no move. */
bool view_list_move(struct list *l, enum view_action action);

/*
 * A failure opened from another place than the dashboard: the detail shows viewer.event_id, which is the dashboard's
 * cursor, so that is put back when the detail is closed.
 */
struct view_visit {
	uint64_t id;
	bool moved, open;
};
/* Says so when the failure is no longer kept. */
void view_visit_open(struct viewer *v, struct view_visit *visit, uint64_t event_id);
void view_visit_end(struct viewer *v, struct view_visit *visit);

/* Tells it lines, or will when the first one comes? */
bool view_source_is_log(const struct source_stat *s);
/* Do others send to it: syslog, HEP, TZSP? */
bool view_source_listens(const struct source_stat *s);
/* "full (log)", "eth0"; returns out. */
char *view_source_name(const struct source_stat *s, char *out, size_t cap);
/* "UDP", as operators write it; returns out. */
char *view_transport(char *out, size_t cap, unsigned transport);
/* What its frames are, as many as it has: "lines", "line", "packets". */
const char *view_source_unit(const struct source_stat *s);
/* A followed file that is not there, or cannot be opened, now. */
bool view_source_waits(const struct store_source *s);
/* sources.c: its state in a word for a table: "ok", "LATE", "DOWN", "reading", "waiting", "ended", "damaged". */
const char *view_source_word(const struct store *st, const struct store_source *s);
/* "reading", "waiting", "ended". */
const char *view_source_state(const struct store_source *s);

/* detail_pane.c: one failure in a part of the screen: decoded, ladder, message; nothing for e NULL but words. */
void detail_pane_draw(
    const struct viewer *v, const struct event *e, struct canvas *c, int row, int col, int width, int height);

/* incidents.c: incidents in lines, for dashboard and alerts. */

/* '!' for errors and what is critical, '-' for warnings, 'i' for notices. */
char view_level_mark(const struct incident *i);
enum ui_role view_level_role(const struct incident *i);
/* "Trunk down"; the kind when the table does not know the pattern. */
struct slice view_incident_title(const struct incident *i);
/* Its peer and what it is about, in one; "-" when neither is known. */
char *view_incident_who(char *out, size_t cap, const struct incident *i);
/* Its first check, else its meaning; "" when nothing is known. */
const char *view_incident_advice(const struct incident *i, bool *check);
/* As much of a sentence as stands in `room` columns, cut where a part of it ends; all of it when none does. */
struct slice view_clause(const char *text, int room);
/* Those that go on and were neither dismissed nor muted, in the order of the store; NULL out of range. */
size_t incidents_count(const struct store *s);
const struct incident *incidents_at(const struct store *s, size_t at);
/*
 * Lines of them for the head of the overview; one: the first alone, a block elsewhere lists all.  Rows wanted, 0 when
 * nothing goes on; how many are told; the line that one of these begins on.
 */
int incidents_rows(const struct store *s, const struct canvas *c, bool one);
size_t incidents_shown(const struct store *s, const struct canvas *c, bool one);
int incidents_line(const struct store *s, const struct canvas *c, bool one, size_t at);
void incidents_draw(const struct store *s, struct canvas *c, int row, bool one);
/* The worst one in so many columns. */
void incidents_small_draw(const struct store *s, struct canvas *c, int row, int col, int width);
/* One of them in a block: "! 14:21 Trunk down wholesale-c". */
void incidents_block_draw(
    const struct store *s, const struct incident *i, struct canvas *c, int row, int col, int width);

/* away.c: "while you were away (12 min): 121 failures, ..."; false when nobody was away, or nothing came. */
bool view_away(const struct viewer *v, char *out, size_t cap);
/* A key came: was the user away before it? */
void view_away_key(struct viewer *v);

/* What most failures of the last minute have in common (small: in 40 columns), what it means, and its role. */
struct why {
	char what[448], small[96], because[320];
	char code[8]; /* of what because is about, "" when that has none */
	enum ui_role role;
};
void why_find(const struct store *s, struct why *out);
/* What one failure means, in one line with its cause; "" when nothing is known. */
void why_because(const struct event *e, char *out, size_t cap);
/*
 * Failures kept with like's code, peer and direction (any_peer: code alone) around it in time without a pause of 5
 * minutes.  older: it may have begun before, with failures no longer kept.
 */
struct why_alike {
	size_t n;
	int64_t first_ns, last_ns;
	bool older;
};
void why_alike(const struct store *s, const struct event *like, bool any_peer, struct why_alike *out);

/*
 * page.c: text that scrolls.  A page is written whole each time; only lines in sight reach the canvas, and
 * `line` counts all.
 */
struct page {
	struct canvas *c;
	int row, height, width;
	size_t top, line;
};

void page_begin(struct page *p, struct canvas *c, int row, int height, size_t top);
void page_blank(struct page *p);
/* A frame line with a title. */
void page_frame(struct page *p, const char *title);
/* A paragraph of foreign text: indent columns, wrapped at blanks; lines after the first at `hang`. */
void page_text(struct page *p, enum ui_role role, int indent, int hang, struct slice text);
/* "Label    text", wrapped beside the label; nothing at all when text is empty. */
void page_label(struct page *p, const char *label, enum ui_role role, struct slice text);
void page_labelf(struct page *p, const char *label, enum ui_role role, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* A line of a message as received; the first head_len bytes have head_role.  Wrapped anywhere. */
void page_raw(struct page *p, enum ui_role head_role, size_t head_len, enum ui_role role, struct slice text);
/* sources.c, notices.c: all that is known of one. */
void source_page(struct page *p, const struct store_source *src);
void notice_page(struct page *p, const struct store *s, const struct notice *n);
/* Where a page stands: its first line in sight, and how many are. */
struct page_scroll {
	size_t top, height;
};
/* Writes a whole page. */
typedef void (*page_write_fn)(struct page *p, const void *what);
/* Show a page in `height` rows from `row` on, where it stands; a place behind its end is brought back. */
void page_show(struct page *p, struct canvas *c, int row, int height, struct page_scroll *at, page_write_fn write,
    const void *what);
/* How much of the page is in sight, at the right end of a line; only when not all is. */
void page_place_draw(const struct page *p, struct canvas *c, int row, enum ui_role role);
/* Move; false when the action is no move. */
bool page_move(struct page_scroll *at, enum view_action action);

#endif
