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
	ACTION_LEAVE
};

enum { VIEW_KEYS_EACH = 4, VIEW_STACK_MAX = 4, VIEW_COLS_MIN = 40, VIEW_ROWS_MIN = 8 };
/* All codes that can be failures. */
enum { OVERVIEW_CODES = 300 };

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

/* event_id: the event under the cursor, shared by list and detail; moved: the detail walked away from it. */
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
	char say[320];
};

extern const struct view_ops view_dashboard;
extern const struct view_ops view_detail;
extern const struct view_ops view_help;

/* view.c: the stack.  Pushing says so on the status line when memory is short or the stack is full. */
void viewer_push(struct viewer *v, const struct view_ops *ops);
void viewer_pop(struct viewer *v);
/* The keys that work in every view. */
const struct view_key *viewer_common_keys(size_t *n);

/* format.c: numbers, and the words of an event. */

/* "1,204,551", or "1.2M" when that is wider than width; returns out. */
char *view_number(char *out, size_t cap, uint64_t n, size_t width);
/* "3.6", "31.2", "1,204"; returns out. */
char *view_rate(char *out, size_t cap, double per_s);
/* "3.6%" of whole, "-" when whole is 0; returns out. */
char *view_share(char *out, size_t cap, uint64_t part, uint64_t whole);
/*
 * 0 a failure, 1 a call its caller cancelled (487), 2 a challenge (401, 407): what lists show first.  A challenge that
 * is answered, and 487 after CANCEL, are no failures; this build cannot tell them from those that are.
 */
unsigned view_rank(unsigned code);
/* Role of a status code's class; dim for what view_rank puts last. */
enum ui_role view_code_role(unsigned code);
/* A name in so many columns: of a number or an address the end is kept, which tells more than its beginning. */
void view_name(struct canvas *c, int row, int col, int width, enum ui_role role, struct slice name);
/* Role of a status code's class. */
enum ui_role view_class_role(unsigned code);
/* The phrase as received, else the registered one. */
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
void overview_tops_draw(const struct store *s, struct canvas *c, int row, int rows);

/* What most failures of the last minute have in common (small: in 40 columns), what it means, and its role. */
struct why {
	char what[320], small[96], because[320];
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
/* The largest top that makes sense for what was written. */
size_t page_last_top(const struct page *p);
/* How much of the page is in sight, at the right end of a line; only when not all is. */
void page_place_draw(const struct page *p, struct canvas *c, int row, enum ui_role role);
/* Apply a move to a top line; false when the action is no move. */
bool page_move(size_t *top, size_t height, enum view_action action);

#endif
