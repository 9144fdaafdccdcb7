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

/* evicted: pushed out by the limits since event_list_init. */
struct event_list {
	struct event_list_item **ring;
	size_t cap, first, n;
	size_t bytes, bytes_max;
	uint64_t evicted;
};

/* 0 or -ENOMEM. */
int event_list_init(struct event_list *l, size_t cap, size_t bytes_max);
void event_list_fini(struct event_list *l);

/* Copy e to the young end under this id.  0, -EMSGSIZE (alone above the limit) or -ENOMEM (nothing changed). */
int event_list_push(struct event_list *l, const struct event *e, uint64_t id);

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

/* Move the younger part of `old` that still fits before the old end of l, evict the rest; `old` ends empty. */
void event_list_join(struct event_list *l, struct event_list *old);

const struct event *event_list_at(const struct event_list *l, size_t index);
/* Index of the first event with an id of at least `id`; n when there is none. */
size_t event_list_find(const struct event_list *l, uint64_t id);

#endif
