/*
 * groups - the error inbox: events by signature, at most STORE_GROUPS_MAX of them, under 1 KB each.
 */
#ifndef STORE_GROUPS_H
#define STORE_GROUPS_H

#include "sipwhy/store.h"
#include "store/distinct.h"

/* Columns of the last minute. */
enum { GROUPS_MINUTE = 12 };

struct group {
	uint64_t key, count, newest;
	int64_t first_ns, last_ns;
	int64_t muted_until_ns; /* 0: until unmuted */
	int64_t minute_at, history_at; /* numbers of the newest columns */
	uint32_t minute[GROUPS_MINUTE], history[STORE_GROUP_HISTORY];
	struct distinct users, calls;
	uint16_t code;
	int16_t q850;
	uint8_t direction, role;
	bool in_call, acked, muted;
	char phrase[48], method[16], peer[ENDPOINT_TEXT];
};

/*
 * Rows never move; one that makes room leaves its place to the next.  keys beside them, so that a search touches 4 KB.
 * A row whose count fell to 0 is not shown, but keeps the user's word about it.
 */
struct groups {
	size_t n;
	uint64_t evicted; /* rows with events that made room */
	uint64_t keys[STORE_GROUPS_MAX];
	uint64_t dirty[STORE_GROUPS_MAX / 64]; /* rows that changed since groups_save */
	struct group row[];
};

/* NULL when memory is short; what is not used of it is never touched. */
struct groups *groups_new(void);
struct groups *groups_clone(const struct groups *g);
void groups_free(struct groups *g);

/* The signature of an event.  registered: the phrase that says no more than its code; empty: none. */
uint64_t groups_key(uint64_t seed, struct slice registered, const struct event *e);

/* Count n events like e at t_ns.  e->id 0: rows folded away, whose users and calls are not known. */
void groups_add(struct groups *g, uint64_t seed, uint64_t key, const struct event *e, int64_t t_ns, uint64_t n);

/* Take one back that was counted at t_ns; an unknown key changes nothing. */
void groups_take(struct groups *g, uint64_t key, int64_t t_ns);

/* The row of a key, NULL when there is none. */
struct group *groups_find(struct groups *g, uint64_t key);

/* Those whose time to be muted is over are muted no more. */
void groups_unmute(struct groups *g, int64_t now_ns);

/* Bring `kept` to what g is; both began empty, and kept is changed by nothing but this and groups_take. */
void groups_save(struct groups *kept, struct groups *g);

/* Bring g back to what `kept` is, but for the user's word about groups that were there then. */
void groups_restore(struct groups *g, const struct groups *kept);

/* Events in the columns of the history after the one that holds t_ns. */
uint64_t groups_after(const struct group *row, int64_t t_ns);

/* Events within the minute that ends at now_ns; where that is no longer known, half of those of 2 minutes. */
uint64_t groups_minute(const struct group *row, int64_t now_ns);

/* Is it new, see struct store_group?  run_ns: when the run began. */
bool groups_fresh(const struct group *row, int64_t run_ns, int64_t now_ns);

/* What is shown of a row. */
void groups_show(const struct group *row, int64_t run_ns, int64_t now_ns, struct store_group *out);

#endif
