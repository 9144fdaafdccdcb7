/*
 * kpi_past - KPI counters in time beyond the 15 minutes of a kpi_window: buckets of 1 min and of 10 min, 3 days back,
 * each with what moved in it, 4 bytes a figure.
 */
#ifndef STORE_KPI_PAST_H
#define STORE_KPI_PAST_H

#include "sipwhy/kpi.h"

/* Buckets of 1 min: for 3 h, or for all 3 days; and those of 10 min. */
enum { KPI_PAST_SHORT = 180, KPI_PAST_LONG = 4320, KPI_PAST_TENS = 450 };

struct kpi_past;

/* minutes: KPI_PAST_SHORT or KPI_PAST_LONG.  NULL when memory is short. */
struct kpi_past *kpi_past_new(unsigned minutes);
/* Shares its buckets until one of them is written. */
struct kpi_past *kpi_past_clone(const struct kpi_past *p);
void kpi_past_free(struct kpi_past *p);
/* Bytes it holds. */
size_t kpi_past_bytes(const struct kpi_past *p);

/*
 * False: memory was short.  Of one figure 2^23 - 1 are taken at a time.  A time more than 3 days before the newest
 * starts it anew.
 */
bool kpi_past_add(struct kpi_past *p, int64_t t_ns, const struct kpi_counts *inc);
/*
 * The sum over the window_s seconds that end at now_ns, in whole buckets of the finest kind that reaches back to where
 * the window begins; never below 0.
 */
void kpi_past_sum(const struct kpi_past *p, int64_t now_ns, unsigned window_s, struct kpi_counts *out);
/* What came after the bucket that holds at_ns, as it was told: taken back too. */
void kpi_past_after(const struct kpi_past *p, int64_t at_ns, struct kpi_counts *out);
/* Forget buckets of 10 min that ended before t_ns, and those of 1 min. */
void kpi_past_forget(struct kpi_past *p, int64_t t_ns);

#endif
