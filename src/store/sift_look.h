/* sift_look - one look at an event: does the filter mean it, and what is the filter told of it. */
#ifndef STORE_SIFT_LOOK_H
#define STORE_SIFT_LOOK_H

#include "sipwhy/sift.h"

/* fickle: the filter may want to know what only groups and the user know. */
struct sift_look {
	const struct store *store;
	struct sift_env env;
	const struct filter *filter;
	bool fickle;
};

void sift_look_set(struct sift_look *l, const struct filter *f);
bool sift_look_wants(const struct sift_look *l, const struct event *e);
/* Have the processor fetch an event before it is looked at; NULL is allowed. */
void sift_look_ahead(const struct event *e);

/*
 * When what depends on the moment was looked at last.  due: has something moved since, and is it as many seconds ago as
 * n events and `least` seconds ask for?  Without a wall clock the store's revision decides alone.
 */
struct sift_when {
	int64_t wall_ns;
	uint64_t revision;
};
void sift_when_set(struct sift_when *w, const struct store *s);
bool sift_when_due(const struct sift_when *w, const struct store *s, unsigned least_s, size_t n);

#endif
