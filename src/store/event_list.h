/*
 * event_list - kept events by rising ids, oldest out first: each in one heap block with its texts, pointers to them in
 * a ring.
 */
#ifndef STORE_EVENT_LIST_H
#define STORE_EVENT_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipwhy/event.h"

struct event_list_item;

/*
 * bare: how many of the oldest have no raw message any more.  late: newest of those that wait for event_list_thaw.
 * evicted: pushed out by the limits since event_list_init.
 */
struct event_list {
	struct event_list_item **ring;
	size_t cap, first, n, bare;
	size_t bytes, bytes_max;
	struct event_list_item *late;
	uint64_t evicted;
};

/* 0 or -ENOMEM. */
int event_list_init(struct event_list *l, size_t cap, size_t bytes_max);
void event_list_fini(struct event_list *l);

/*
 * Copy e to the young end under this id; t_ns: when it is counted.  What is above the limit takes the raw messages of
 * the oldest, then the oldest.  0, -EMSGSIZE (alone above the limit) or -ENOMEM (nothing changed).
 */
int event_list_push(struct event_list *l, const struct event *e, uint64_t id, int64_t t_ns);

/* Drop the youngest, those with an id above `id`. */
void event_list_drop_after(struct event_list *l, uint64_t id);

/*
 * Change the event at index as u says; of what is shown nothing changes before event_list_thaw when `later`.  0,
 * -EMSGSIZE or -ENOMEM (nothing changed).
 */
int event_list_change(struct event_list *l, size_t index, const struct event_update *u, bool later);
/* The event as it is, shown or not. */
const struct event *event_list_latest(const struct event_list *l, size_t index);
/* Show all that was put off. */
void event_list_thaw(struct event_list *l);

/* Put `old` before the old end of l, as far as both fit, evict the rest; `old` ends empty. */
void event_list_join(struct event_list *l, struct event_list *old);

/* When the event at index was counted. */
int64_t event_list_counted(const struct event_list *l, size_t index);
/* How many came up to then: all before the first that was counted later. */
size_t event_list_until(const struct event_list *l, int64_t t_ns);

const struct event *event_list_at(const struct event_list *l, size_t index);
/* Index of the first event with an id of at least `id`; n when there is none. */
size_t event_list_find(const struct event_list *l, uint64_t id);

#endif
