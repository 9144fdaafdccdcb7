/*
 * sift - the kept events that a filter means, in an order, and the same counted by a field.  Part of the store's door;
 * reads a const store, keeps ids only.  One thing to know: looking at many events takes many steps, so that a key never
 * waits: ask sift_done before calling a count final.
 */
#ifndef SIPWHY_SIFT_H
#define SIPWHY_SIFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipwhy/filter.h"
#include "sipwhy/store.h"

enum sift_order {
	SIFT_TIME,
	SIFT_CODE,
	SIFT_REASON,
	SIFT_METHOD,
	SIFT_PEER,
	SIFT_FROM,
	SIFT_TO,
	SIFT_SEEN,
	SIFT_SAID_BY,
	SIFT_AGENT,
	SIFT_SETUP,
	SIFT_SOURCE,
	SIFT_ORDER_N
};

struct sift;

/*
 * What a sift looks at besides the events.  marked: is this event marked by the user; env: as in filter.h, its reason
 * is what SIFT_REASON sorts by; hidden: is it out of the way whatever the filter says (asked once for each event; after
 * a change sift_set begins anew).  Borrowed for its life; members may be NULL.
 */
struct sift_env {
	const struct filter_env *filter;
	void *ctx;
	bool (*marked)(void *ctx, uint64_t id);
	bool (*hidden)(void *ctx, const struct event *e);
};

/* store is borrowed.  NULL when memory is short. */
struct sift *sift_new(const struct store *s, const struct sift_env *env);
void sift_free(struct sift *x);

/*
 * Begin anew with this filter (borrowed until the next call; NULL: all) and order.  descending: largest, newest first.
 * SIFT_TIME is the time of the events, whenever they were told.  Equal ones stand as they were told.  Events are looked
 * at from the newest back, so the first screenful is there after one step.
 */
void sift_set(struct sift *x, const struct filter *f, enum sift_order order, bool descending);

/*
 * Take in what is new in the store, drop what it no longer keeps, and look at up to `events` events.  The store may
 * have been frozen, unfrozen or told to look back since.  Returns true when all was looked at.  What does not fit into
 * memory stays out, and sift_short says so.
 */
bool sift_step(struct sift *x, size_t events);
bool sift_done(const struct sift *x);
bool sift_short(const struct sift *x);
/* How many of the store's visible events were looked at. */
size_t sift_looked(const struct sift *x);

/* Rows: how many, by index in the order asked for (borrowed until the store changes; NULL out of range), and the row of
 * an event's id (sift_count when it is not there; for SIFT_TIME then that of the next one told). */
size_t sift_count(const struct sift *x);
const struct event *sift_at(const struct sift *x, size_t row);
size_t sift_row(const struct sift *x, uint64_t id);

/*
 * The same events counted by a field (name of filter_fields: "peer", "ua", "prefix" ...), looked at in steps too.
 * Time of an event: within window_s before the store's now (0: all kept).  by NULL: by signature, the value is then
 * store_group_key in 16 hexadecimal digits.
 */
struct sift_group {
	char value[64];        /* as filter_value writes it, cut; "-" for events without one */
	uint64_t count;        /* failures of it in the window */
	uint64_t before;       /* in the window of the same length before that one */
	uint64_t by_class[7];  /* of count: silence at 0, else the first digit of the code */
	unsigned calls, users; /* of count: distinct Call-IDs and From (else To) users, exact to 64, then about */
	uint16_t top_code;     /* its most frequent code */
	uint64_t top_count;
	char top_peer[48]; /* and peer */
	char agent[48];    /* newest User-Agent (or Server) */
	uint64_t newest;   /* id of the newest event */
	/* Of those looked at: of a window as far back as two of it, an hour at least. */
	int64_t first_ns, last_ns;
	uint32_t history[30]; /* 2 minutes a column, oldest first, ends at the store's now */
};
enum { SIFT_GROUPS_MAX = 512 };
struct sift_groups;
/* store and env are borrowed.  NULL when memory is short. */
struct sift_groups *sift_groups_new(const struct store *s, const struct sift_env *env);
void sift_groups_free(struct sift_groups *g);
/* Begin anew: f is borrowed until the next call (NULL: all), by is one of filter_fields, window_s up to 86400. */
void sift_groups_set(struct sift_groups *g, const struct filter *f, const struct filter_field *by, unsigned window_s);
/*
 * Count up to `events` more.  True when the count is whole and no other one is due: the window moves, so all is counted
 * anew every 2 s (less often when many are kept).  The last whole count is shown meanwhile, the first one as it grows.
 */
bool sift_groups_step(struct sift_groups *g, size_t events);
/*
 * Those that have any in the window or the one before, most first; at most n rows, returns how many.  What found no
 * room among SIFT_GROUPS_MAX stands in *others (NULL: not asked); where there is such, rows may lack up to a 1,024th of
 * all.
 */
size_t sift_groups_top(const struct sift_groups *g, struct sift_group *out, size_t n, uint64_t *others);

#endif
