/* source - the sources of a run over all its engines: figures add up when an engine is replaced. */
#ifndef STORE_SOURCE_H
#define STORE_SOURCE_H

#include "sipwhy/store.h"

/*
 * base: what former engines counted; now: what this one says; shown: both, as the views see it.  mark_ns, mark, sip:
 * when the figures were noted twice, 5 s or more apart, the frames then and those of them with SIP; mark_t_ns,
 * told_t_ns: the same moments by the time of what was told; told_ns: when they came last.  heard: SIP when it became
 * more at heard_ns, or since then, when the source was seen first.
 */
struct source_row {
	struct source_stat base, now;
	struct store_source shown;
	int64_t mark_ns[2], mark_t_ns[2], told_ns, told_t_ns, heard_ns;
	uint64_t mark[2], sip[2], heard;
};

struct source_table {
	size_t n;
	struct source_row row[STORE_SOURCES_MAX];
};

/* Figures up to t_ns as an engine tells them, at wall_ns; no effect when there is no room for another source. */
void source_table_stat(struct source_table *t, const struct source_stat *s, int64_t t_ns, int64_t wall_ns);

/* Frames a second at wall_ns, below 0 unknown. */
double source_rate(const struct source_row *r, int64_t wall_ns);
/* The same of frames with SIP; and since when there were none, below 0 unknown. */
double source_sip_rate(const struct source_row *r, int64_t wall_ns);
int64_t source_silent_ns(const struct source_row *r, int64_t wall_ns);

/* A source changed its state. */
void source_table_state(struct source_table *t, const struct record_source *s);

/* Another engine begins to count at 0. */
void source_table_rebase(struct source_table *t);

/* Every source came to its end (false without any). */
bool source_table_ended(const struct source_table *t);

/* Did they show lines of logs alone (counts_from_lines)? */
bool source_table_from_lines(const struct source_table *t);

/* Frames lost in all sources; bytes read and to read of all files. */
void source_table_sum(const struct source_table *t, struct store_status *out);

#endif
