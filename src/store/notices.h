/* notices - the newest notices of logs, and how many there were of each kind and peer. */
#ifndef STORE_NOTICES_H
#define STORE_NOTICES_H

#include <stdbool.h>

#include "sipwhy/store.h"

struct notices {
	struct notice_list *list;
	size_t n;
	struct store_notice_group row[STORE_NOTICE_GROUPS_MAX];
};

/* NULL when memory is short. */
struct notices *notices_new(void);
struct notices *notices_clone(const struct notices *s);
void notices_free(struct notices *s);

/* Take one that was told at t_ns by a clock that can be trusted.  0, or as notice_list_add. */
int notices_add(struct notices *s, const struct notice *n, int64_t t_ns);
/* Those with a number above `number` will be told once more. */
void notices_drop_after(struct notices *s, uint64_t number);

/* The row of a notice, NULL when there is none. */
struct store_notice_group *notices_group(struct notices *s, const struct notice *n);
/* As store_notice_groups. */
size_t notices_groups(const struct notices *s, struct store_notice_group *out, size_t n);

#endif
