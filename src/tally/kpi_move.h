/* kpi_move - what one outcome moves, told in a few bytes, so that it can be counted in several tables at once. */
#ifndef TALLY_KPI_MOVE_H
#define TALLY_KPI_MOVE_H

#include "sipwhy/kpi.h"

enum { KPI_NO_BIN = -1 };

/* counters: bit c for enum kpi_counter c.  bin: of each delay, KPI_NO_BIN without a sample.  sign: -1 takes back. */
struct kpi_move {
	uint32_t counters;
	int sign;
	int8_t bin[KPI_DELAYS];
};

/* False when the outcome moves nothing: in a call, forgotten, a method without KPIs. */
bool kpi_move_outcome(struct kpi_move *out, const struct outcome *o);
void kpi_move_count(struct kpi_counts *c, const struct kpi_move *m);

void kpi_window_move(struct kpi_window *w, int64_t t_ns, const struct kpi_move *m);
/* Count n more of one counter. */
void kpi_window_count(struct kpi_window *w, int64_t t_ns, enum kpi_counter c, int64_t n);
/* Add all of src, bucket by bucket. */
void kpi_window_merge(struct kpi_window *dst, const struct kpi_window *src);
/* Empty it. */
void kpi_window_reset(struct kpi_window *w);

/* The number of the 10 s bucket that holds a time. */
int64_t kpi_window_bucket(int64_t t_ns);

#endif
