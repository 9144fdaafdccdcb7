/*
 * groups_int - between the Groups view (keys, title, block) and what it can be grouped by.
 */
#ifndef VIEW_GROUPS_INT_H
#define VIEW_GROUPS_INT_H

#include "view_int.h"

enum groups_by {
	GROUPS_BY_SIGNATURE,
	GROUPS_BY_CODE,
	GROUPS_BY_PEER,
	GROUPS_BY_USER,
	GROUPS_BY_AGENT,
	GROUPS_BY_METHOD,
	GROUPS_BY_PREFIX,
	GROUPS_BY_REASON,
	GROUPS_BY_SOURCE,
	GROUPS_BY_N
};

enum { GROUPS_LINE = 320, GROUPS_PEERS = VIEW_PEERS_MAX + SIFT_GROUPS_MAX + STORE_PEERS_MAX, GROUPS_STEP_MIN = 2 };

/* A peer with figures, with failures (kept ones, told ones), or with both; indexes, -1 none.  change: of its ASR
 * against the hour before, NAN unknown. */
struct groups_peer {
	char name[64];
	int figures, failures, told;
	uint64_t count; /* failures */
	double change;
	double by; /* what it is sorted by, smallest first, NAN behind all */
};

/* Failures of peers as the store counted them, where not all are kept; no row where they are.  Times: 0 not known. */
struct groups_told_row {
	struct store_peer peer;
	int64_t first_ns, last_ns;
};
struct groups_told {
	bool made;
	uint64_t revision;
	unsigned window_s;
	size_t n;
	struct groups_told_row row[STORE_PEERS_MAX];
};

/* What failed at a peer in the window.  silent: most of it had no answer; first_ns: 0 not known. */
struct groups_failed {
	uint64_t count, by_class[7];
	int64_t first_ns, last_ns;
	bool silent;
};

/*
 * Failures by a field.  set: what was asked for last, of a count that goes on; whole: it was finished once.
 */
struct groups_field {
	struct sift_groups *count;
	bool set, whole;
	enum groups_by by;
	unsigned window_s;
	const struct filter *filter;
	char filter_text[FILTER_TEXT_MAX + 1];
	uint64_t others;
	size_t n, n_peers;
	struct sift_group row[SIFT_GROUPS_MAX];
	struct groups_peer peer[GROUPS_PEERS];
	struct groups_told told;
};

/*
 * State of the view.  key, value: what the cursor is on, of signatures and of the others; 0, "": the first row, which
 * is where the new ones come.  line: text that was copied.
 */
struct groups {
	struct list list;
	enum groups_by by;
	bool with_muted;
	struct view_visit visit;
	uint64_t key;
	char value[64];
	size_t n;
	struct store_group row[STORE_GROUPS_MAX], unsorted[STORE_GROUPS_MAX];
	struct groups_field field;
	char line[GROUPS_LINE];
	unsigned sort; /* which of the kind's sorts; turned: the other way round */
	bool sort_turned;
};

/*
 * One way to group.  sync: fill the rows, tell how many and where the cursor is; keep: the cursor moved to the list's.
 * columns: at most VIEW_COLUMNS_MAX, returns how many; titles may stand in text.  terms: a filter that means the row's
 * events, false when there is none; line: the row as one line.
 */
struct groups_kind {
	const char *sort;
	const char *(*sorted)(const struct groups *g); /* NULL: it is always the same */
	int (*sort_of)(size_t column);                 /* which of `sorts` its header means or -1; or NULL */
	unsigned sorts;
	size_t (*sync)(struct viewer *v, struct groups *g, size_t *cursor);
	void (*keep)(struct groups *g, bool first);
	void (*summary)(const struct viewer *v, const struct groups *g, char *out, size_t cap);
	const char *(*empty)(const struct viewer *v, const struct groups *g);
	size_t (*columns)(
	    const struct viewer *v, const struct groups *g, struct view_column *out, char *text, size_t cap);
	void (*draw)(
	    struct viewer *v, const struct groups *g, const struct view_table *t, struct canvas *c, int row, size_t at);
	void (*tail)(struct viewer *v, const struct groups *g, struct page *p, size_t at);
	const char *legend;
	bool (*terms)(const struct viewer *v, const struct groups *g, size_t at, char *out, size_t cap);
	uint64_t (*newest)(const struct groups *g, size_t at);
	void (*line)(struct viewer *v, const struct groups *g, size_t at, char *out, size_t cap);
};

extern const struct groups_kind groups_kind_signature;
extern const struct groups_kind groups_kind_field;
extern const struct groups_kind groups_kind_peer;

/* groups.c: shared pieces.  The view itself, which the one of peers is too. */
void groups_view_open(struct viewer *v, void *state);
void groups_view_draw(struct viewer *v, void *state, struct canvas *c);
enum command groups_view_key(struct viewer *v, void *state, enum view_action action);
void groups_view_close(struct viewer *v, void *state);
void groups_view_sort(struct viewer *v, void *state, uint8_t sort);

/* "signature", "peer" ...: as the screen has it, and the filter's field ("ua"). */
const char *groups_by_name(enum groups_by by);
const char *groups_by_field(enum groups_by by);
/* "n 5m"; returns out. */
char *groups_window_title(const struct viewer *v, char *out, size_t cap);
/* "first 14:21:08, last 14:32:06", with the day of what did not begin today; without a first that is 0; returns out. */
char *groups_when(const struct viewer *v, int64_t first_ns, int64_t last_ns, char *out, size_t cap);
void groups_spark(const struct viewer *v, const struct view_table *t, struct canvas *c, int row, size_t column,
    const uint32_t history[30]);
/* Append what is to be said of the count: that it goes on, or that not all of the window is kept. */
void groups_state(const struct viewer *v, const struct groups *g, char *out, size_t cap);
/* Append a term to a filter; false when it does not fit. */
bool groups_term(char *out, size_t cap, const char *field, const char *value);
/* Headline of the explanation of an event, "" when it is not kept; returns out. */
char *groups_headline(const struct viewer *v, uint64_t id, char *out, size_t cap);

/* groups_told.c: fill field.told; the row of a name, -1 none; what of a peer failed, and when. */
bool groups_told_is_used(const struct viewer *v, const struct groups *g);
void groups_told_make(const struct viewer *v, struct groups *g);
int groups_told_find(const struct groups_told *t, const char *name);
void groups_failed(const struct groups *g, const struct groups_peer *p, struct groups_failed *out);
void groups_failed_history(
    const struct viewer *v, const struct groups *g, const struct groups_peer *p, uint32_t out[STORE_GROUP_HISTORY]);

/* groups_field.c: count on with the filter in force; fills field.row. */
void groups_field_count(struct viewer *v, struct groups *g);
/* The row of a value, NULL when it has none. */
const struct sift_group *groups_field_find(const struct groups *g, const char *value);
/* Are all failures of the window kept, so that what is counted is all there was? */
bool groups_field_covers(const struct viewer *v);

#endif
