/* source - the sources of a run over all its engines: figures add up when an engine is replaced. */
#ifndef STORE_SOURCE_H
#define STORE_SOURCE_H

#include "sipwhy/store.h"

/* base: what former engines counted; now: what this one says; shown: both, as the views see it. */
struct source_row {
	struct source_stat base, now;
	struct store_source shown;
};

struct source_table {
	size_t n;
	struct source_row row[STORE_SOURCES_MAX];
};

/* Figures as an engine tells them; no effect when there is no room for another source. */
void source_table_stat(struct source_table *t, const struct source_stat *s);

/* A source changed its state. */
void source_table_state(struct source_table *t, const struct record_source *s);

/* Another engine begins to count at 0. */
void source_table_rebase(struct source_table *t);

/* Every source came to its end (false without any). */
bool source_table_ended(const struct source_table *t);

/* Frames lost in all sources; bytes read and to read of all files. */
void source_table_sum(const struct source_table *t, struct store_status *out);

#endif
