/*
 * event_list - kept events, oldest out first: each in one heap block with its texts, pointers to them in a ring.
 */
#ifndef STORE_EVENT_LIST_H
#define STORE_EVENT_LIST_H

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

/* Drop the youngest n, or all. */
void event_list_drop_newest(struct event_list *l, uint64_t n);

/* Move the younger part of `old` that still fits before the old end of l, evict the rest; `old` ends empty. */
void event_list_join(struct event_list *l, struct event_list *old);

const struct event *event_list_at(const struct event_list *l, size_t index);
/* Index of the first event with an id of at least `id`; n when there is none. */
size_t event_list_find(const struct event_list *l, uint64_t id);

#endif
