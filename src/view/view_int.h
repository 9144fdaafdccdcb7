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

#include "sipwhy/sip.h"
#include "sipwhy/view.h"

/* What a key means to a view. */
enum view_action {
	ACTION_NONE,
	ACTION_UP,
	ACTION_DOWN,
	ACTION_PAGE_UP,
	ACTION_PAGE_DOWN,
	ACTION_HALF_UP,
	ACTION_HALF_DOWN,
	ACTION_HOME,
	ACTION_END,
	ACTION_OPEN,
	ACTION_BACK,
	ACTION_QUIT,
	ACTION_FOLLOW,
	ACTION_WORSE,
	ACTION_WORSE_BACK,
	ACTION_NEXT,
	ACTION_PREVIOUS,
	ACTION_PAUSE,
	ACTION_HELP,
	ACTION_REPAINT,
	ACTION_LEAVE,
	ACTION_ACK,
	ACTION_MUTE,
	ACTION_SHOW_MUTED,
	ACTION_WINDOW_LONGER,
	ACTION_WINDOW_SHORTER,
	ACTION_VIEW_DASHBOARD,
	ACTION_VIEW_GROUPS,
	ACTION_VIEW_PEERS,
	ACTION_VIEW_ALERTS,
	ACTION_VIEW_SOURCES,
	ACTION_VIEW_NOTICES
};

/* The deepest way down: dashboard, alerts, alert, detail, help. */
enum { VIEW_KEYS_EACH = 4, VIEW_STACK_MAX = 6, VIEW_COLS_MIN = 40, VIEW_ROWS_MIN = 8 };
/* All codes that can be failures. */
enum { OVERVIEW_CODES = 300 };
/* Peers that the views know figures of. */
enum { VIEW_PEERS_MAX = KPI_PEERS };
/* Newest failures that are looked at when something is counted over them: cost must not grow with the traffic. */
enum { VIEW_LOOK_BACK = 1000 };

/*
 * One row of a key table.  shown: the keys as people write them.  help: what it does, one short phrase, NULL
 * keeps the row off the help page.  bar, word: entry of the key bar, NULL none; entries of the lowest priority
 * go first when there is no room.
 */
struct view_key {
	enum view_action action;
	uint32_t keys[VIEW_KEYS_EACH];
	const char *shown, *help;
	const char *bar, *word;
	uint8_t priority;
};

/* Rows of a key table that every list has. */
#define VIEW_LIST_KEYS                                                                                                 \
	{ ACTION_UP, { UI_KEY_UP, 'k' }, "Up k", "one row up", NULL, NULL, 0 },                                        \
	    { ACTION_DOWN, { UI_KEY_DOWN, 'j' }, "Down j", "one row down", NULL, NULL, 0 },                            \
	    { ACTION_PAGE_UP, { UI_KEY_PGUP, UI_CTRL('b') }, "PgUp ^B", "a page up", NULL, NULL, 0 },                  \
	    { ACTION_PAGE_DOWN, { UI_KEY_PGDN, UI_CTRL('f') }, "PgDn ^F", "a page down", NULL, NULL, 0 },              \
	    { ACTION_HALF_UP, { UI_CTRL('u') }, "^U", "half a page up", NULL, NULL, 0 },                               \
	{                                                                                                              \
		ACTION_HALF_DOWN, { UI_CTRL('d') }, "^D", "half a page down", NULL, NULL, 0                            \
	}

/* Rows of a key table that every page has; end: what stands on its last line. */
#define VIEW_PAGE_KEYS(end)                                                                                            \
	{ ACTION_UP, { UI_KEY_UP, 'k' }, "Up k", "one line up", NULL, NULL, 0 },                                       \
	    { ACTION_DOWN, { UI_KEY_DOWN, 'j' }, "Down j", "one line down", NULL, NULL, 0 },                           \
	    { ACTION_PAGE_UP, { UI_KEY_PGUP, UI_CTRL('b') }, "PgUp ^B", "a page up", NULL, NULL, 0 },                  \
	    { ACTION_PAGE_DOWN, { UI_KEY_PGDN, UI_CTRL('f'), ' ' }, "PgDn ^F Space", "a page down", "PgDn", "More",    \
		    140 },                                                                                             \
	    { ACTION_HALF_UP, { UI_CTRL('u') }, "^U", "half a page up", NULL, NULL, 0 },                               \
	    { ACTION_HALF_DOWN, { UI_CTRL('d') }, "^D", "half a page down", NULL, NULL, 0 },                           \
	    { ACTION_HOME, { UI_KEY_HOME, 'g' }, "Home g", "first line", NULL, NULL, 0 },                              \
	{                                                                                                              \
		ACTION_END, { UI_KEY_END, 'G' }, "End G", end, NULL, NULL, 0                                           \
	}

/* Rows of the views whose figures are over a window. */
#define VIEW_WINDOW_KEYS(priority)                                                                                     \
	{ ACTION_WINDOW_LONGER, { '+', '=' }, "+", "figures of a longer time", "+-", "Window", priority },             \
	{                                                                                                              \
		ACTION_WINDOW_SHORTER, { '-' }, "-", "of a shorter time", NULL, NULL, 0                                \
	}

struct view_ops {
	const char *name, *title;
	const struct view_key *keys;
	size_t n_keys;
	size_t state_size;
	/* Any may be NULL.  state: state_size bytes, zeroed before open. */
	void (*open)(struct viewer *v, void *state);
	void (*draw)(struct viewer *v, void *state, struct canvas *c);
	enum command (*key)(struct viewer *v, void *state, enum view_action action);
	void (*close)(struct viewer *v, void *state);
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

/*
 * event_id: the event under the cursor, shared by list and detail; moved: the detail walked away from it.
 * incident_id: the one that the alert view shows; notice: number of the one that its page shows, moved_notice: the page
 * walked away from the list's; source: index of the one under the cursor.  group: of the last command about one.
 * window: 0 as the input has it, else 1 + index of the window that the user chose.
 */
struct viewer {
	const struct store *store;
	const struct theme *theme;
	struct {
		const struct view_ops *ops;
		void *state;
	} stack[VIEW_STACK_MAX];
	size_t depth;
	uint64_t event_id;
	bool moved;
	uint64_t incident_id, group, notice;
	bool moved_notice;
	size_t source;
	unsigned window;
	struct view_peers peers;
	char say[320];
};

extern const struct view_ops view_dashboard;
extern const struct view_ops view_groups;
extern const struct view_ops view_peers_list;
extern const struct view_ops view_alerts;
extern const struct view_ops view_alert;
extern const struct view_ops view_sources;
extern const struct view_ops view_source;
extern const struct view_ops view_notices;
extern const struct view_ops view_notice;
extern const struct view_ops view_detail;
extern const struct view_ops view_help;

/* view.c: the stack.  Pushing says so on the status line when memory is short or the stack is full. */
void viewer_push(struct viewer *v, const struct view_ops *ops);
void viewer_pop(struct viewer *v);
/* Where a key of the common table leads; NULL: nowhere. */
const struct view_ops *viewer_target(enum view_action action);
/* The keys that work in every view. */
const struct view_key *viewer_common_keys(size_t *n);

/* format.c: numbers, and the words of an event. */

/* "1,204,551", or "1.2M" when that is wider than width; returns out. */
char *view_number(char *out, size_t cap, uint64_t n, size_t width);
/* "3.6", "31.2", "1,204"; returns out. */
char *view_rate(char *out, size_t cap, double per_s);
/* "3.6%" of whole, "-" when whole is 0; returns out. */
char *view_share(char *out, size_t cap, uint64_t part, uint64_t whole);
/* "61.0%", "-" when it is not known; returns out. */
char *view_percent(char *out, size_t cap, double percent);
/* "72ms", "1.9s", "31s", "-" when it is not known; returns out. */
char *view_ms(char *out, size_t cap, double ms);
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
/* Does it say who the peer is? */
bool view_peer_known(const struct event *e);
/* A name in so many columns: of a number or an address the end is kept, which tells more than its beginning. */
void view_name(struct canvas *c, int row, int col, int width, enum ui_role role, struct slice name);
/* The phrase as received, else the registered one; "no response" for silence. */
struct slice view_phrase(const struct event *e);
/* The explanation of an event. */
void view_explain(const struct event *e, struct sip_explanation *out);

/* chrome.c: what all screens have around them. */

/* What follows the state word on the first line; follow false with fresh > 0 tells how many came since. */
struct view_follow {
	bool shown, follow;
	uint64_t fresh;
};
void view_status_line(const struct viewer *v, struct canvas *c, int row, struct view_follow f);
/* The key bar of the top view; entries go whole or not at all. */
void view_key_bar(const struct viewer *v, struct canvas *c, int row);
/* "─ Title ─────" over width columns; returns the column after the title. */
int view_frame(struct canvas *c, int row, int col, int width, const char *title);
/* Trouble with the engine or a source in one sentence; false when there is none. */
bool view_trouble(const struct store *s, char *out, size_t cap);

/* A sentence for the user, in the row above the key bar. */
void view_say_draw(const struct viewer *v, struct canvas *c, int row);

/* figures.c: windows and what is counted over them. */

/* Seconds of the window, 0 since the start; its name: "5 min", "all". */
unsigned view_window_s(const struct viewer *v);
const char *view_window_name(const struct viewer *v);
/* Take one step; false when the action is none of a window. */
bool view_window_key(struct viewer *v, enum view_action action);
/* "5 min  INVITE 9.0/s  ASR 61.0%  ..."; what does not fit goes whole. */
void figures_draw(const struct viewer *v, struct canvas *c, int row);
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
/* "full (log)", "eth0"; returns out. */
char *view_source_name(const struct source_stat *s, char *out, size_t cap);
/* What its frames are, as many as it has: "lines", "line", "packets". */
const char *view_source_unit(const struct source_stat *s);
/* A followed file that is not there, or cannot be opened, now. */
bool view_source_waits(const struct store_source *s);
/* "reading", "waiting", "ended". */
const char *view_source_state(const struct store_source *s);

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
/* Rows that the dashboard wants for them; 0 when nothing goes on. */
int incidents_rows(const struct store *s, const struct canvas *c);
void incidents_draw(const struct store *s, struct canvas *c, int row);
/* The worst one in so many columns. */
void incidents_small_draw(const struct store *s, struct canvas *c, int row, int col, int width);

/* dashboard_list.c, overview.c, why.c: parts of the dashboard. */
void dashboard_list_draw(const struct viewer *v, const struct list *l, struct canvas *c, int row, int height);
void dashboard_small_list_draw(const struct viewer *v, const struct list *l, struct canvas *c, int row, int height);
bool dashboard_list_has_meaning(const struct canvas *c);
void dashboard_hint_draw(const struct viewer *v, const struct list *l, struct canvas *c, int row);
/* The reason why the list is empty and what to do. */
void dashboard_empty_draw(const struct viewer *v, struct canvas *c, int row, int height);
/* Class rows the overview has, with or without those that are zero. */
int overview_class_rows(const struct store *s, bool with_zero);
void overview_classes_draw(const struct store *s, struct canvas *c, int row, bool with_zero);
void overview_small_draw(const struct store *s, struct canvas *c, int row);
void overview_one_line_draw(const struct store *s, struct canvas *c);
/* Rows that the longest of the top lists can fill. */
int overview_top_rows(const struct store *s);
void overview_tops_draw(struct viewer *v, struct canvas *c, int row, int rows);

/* What most failures of the last minute have in common (small: in 40 columns), what it means, and its role. */
struct why {
	char what[448], small[96], because[320];
	enum ui_role role;
};
void why_find(const struct store *s, struct why *out);
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
