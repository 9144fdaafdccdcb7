/*
 * journal - the newest sentences about engine and sources, for the program's own log.
 */
#ifndef STORE_JOURNAL_H
#define STORE_JOURNAL_H

#include "sipwhy/store.h"

struct journal;

/* NULL when memory is short; the calls below take that as one that keeps nothing. */
struct journal *journal_new(void);
void journal_free(struct journal *j);
/* Said again right away it is counted, not kept twice.  An empty sentence is none. */
void journal_add(struct journal *j, int64_t t_ns, const char *name, const char *state, const char *sentence);
size_t journal_count(const struct journal *j);
/* 0 is the oldest; NULL out of range. */
const struct store_sentence *journal_at(const struct journal *j, size_t index);

#endif
