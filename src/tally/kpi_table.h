/*
 * kpi_table - KPI counters in total and by peer: since the start, since the last tick, and in a window each.
 */
#ifndef TALLY_KPI_TABLE_H
#define TALLY_KPI_TABLE_H

#include "sipwhy/tally.h"
#include "tally/kpi_move.h"

struct peer;
struct kpi_row;
struct kpi_table;

/* NULL when memory is short. */
struct kpi_table *kpi_table_new(void);
void kpi_table_free(struct kpi_table *t);

/* What is counted from now on belongs to t_ns. */
void kpi_table_time(struct kpi_table *t, int64_t t_ns);

/* Count what an outcome at t_ns moves in total. */
void kpi_table_outcome(struct kpi_table *t, const struct kpi_move *m, int64_t t_ns);
/* Count it of a peer (NULL: of the rest); p->kpi is set when there is room for one more. */
void kpi_table_leg(struct kpi_table *t, struct peer *p, const struct kpi_move *m, int64_t t_ns);
/* An answered session ended well; p NULL: of no peer that is known. */
void kpi_table_completed(struct kpi_table *t, const struct peer *p, int64_t t_ns);
/* Count a request in total, and of a peer that has KPIs (NULL: none). */
void kpi_table_request(struct kpi_table *t, const struct peer *p, bool again);

/* Increments are counted from now on; so far they are all there is. */
void kpi_table_tell(struct kpi_table *t);

/* What tally.h says of tally_kpi, tally_kpi_window, tally_kpi_peers, tally_delta_kpi, _peers and tally_taken. */
const struct kpi_counts *kpi_table_total(const struct kpi_table *t);
void kpi_table_window(struct kpi_table *t, int64_t now_ns, unsigned window_s, struct kpi_counts *out);
size_t kpi_table_peers(
    struct kpi_table *t, int64_t now_ns, unsigned window_s, struct kpi_peer *out, struct kpi_counts *room, size_t n);
const struct kpi_counts *kpi_table_delta(const struct kpi_table *t);
const struct kpi_peer *kpi_table_delta_peers(struct kpi_table *t, size_t *n);
void kpi_table_taken(struct kpi_table *t);

#endif
