/*
 * sieve - which events are told without a screen: those that --filter means, and what is told of them later.  Counters
 * and incidents are never sifted.
 */
#ifndef APP_SIEVE_H
#define APP_SIEVE_H

#include <stdbool.h>
#include <stdint.h>

#include "app/options.h"
#include "sipwhy/errmsg.h"
#include "sipwhy/event.h"
#include "sipwhy/filter.h"
#include "sipwhy/slice.h"

struct sieve;

/* *out is NULL when there is no filter, or a screen that has its own.  0; -EINVAL, -ENOMEM with a sentence.  o is
 * borrowed. */
int sieve_new(struct sieve **out, const struct options *o, struct errmsg *em);
void sieve_free(struct sieve *s);

/* Is this new event told?  s NULL: every one is, here and below.  host: what site: means.  A span before now counts
 * from the event itself: it happens now. */
bool sieve_event(struct sieve *s, const struct event *e, struct slice host);
/* Was the event of this id told?  What is older than the newest SIEVE_IDS ids was not. */
enum { SIEVE_IDS = 1 << 20 };
bool sieve_told(const struct sieve *s, uint64_t id);

/* Events that were not told; 0 for NULL. */
uint64_t sieve_left_out(const struct sieve *s);
/* NULL: all. */
const struct filter *sieve_filter(const struct sieve *s);

#endif
