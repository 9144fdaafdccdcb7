/*
 * kpi - what outcomes mean for the ratios and delays that telephony people know: RFC 6076 (SER, SEER, ISA, SCR, RRD,
 * SRD), ITU-T E.411 and E.425 (ASR, ABR, NER), and how they are kept over sliding windows.
 * Counting is by attempts, so that a challenge or a redirect is no second call (doc/kpi.md has the choices).
 */
#ifndef SIPWHY_KPI_H
#define SIPWHY_KPI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipwhy/event.h"
#include "sipwhy/sipmsg.h"

enum kpi_counter {
	KPI_BIDS,        /* INVITE attempts that ended or were answered, silent ones too */
	KPI_SEIZURES,    /* of these: some response came */
	KPI_ANSWERED,    /* 2xx */
	KPI_ASIDE,       /* final 3xx, 401, 402, 407: left out of SER, SEER and NER (RFC 6076 4.6, "a") */
	KPI_EFFECTIVE,   /* 200, 480, 486, 600, 603: numerator of SEER (RFC 6076 4.7, "b") */
	KPI_DELIVERED,   /* the network did its part: numerator of NER (E.425) */
	KPI_INEFFECTIVE, /* 408, 500, 503, 504 and silence: numerator of ISA (RFC 6076 4.8) */
	KPI_ABANDONED,   /* the caller hung up first */
	KPI_COMPLETED,   /* answered sessions that ended by an answered BYE: numerator of SCR (RFC 6076 4.9) */
	KPI_REGISTERS,   /* REGISTER attempts that ended, without challenges left and without unregistrations */
	KPI_REGISTERED,  /* of these: 2xx */
	KPI_REQUESTS,    /* requests on the wire, copies left out */
	KPI_RETRANSMITS, /* of these: retransmissions */
	KPI_COUNTERS
};

enum kpi_delay { KPI_PDD, KPI_SRD, KPI_RRD, KPI_DELAYS };

/*
 * Delays are counted in bins that grow by a quarter of an octave, 1 ms to 65 s; longer ones stand in the last.  The
 * middle of a bin is within 10 % of all that is in it; a percentile lies in the right bin, so it is within 19 % even
 * where many samples crowd at one end of it, and within a few percent where they spread.
 */
enum { KPI_BINS = 64, KPI_PEERS = 256, KPI_SAMPLE_MIN = 20 };

/* Increments or totals; an increment is negative where an outcome was taken back.  Sums stay at their ends. */
struct kpi_counts {
	int64_t n[KPI_COUNTERS];
	int32_t delay[KPI_DELAYS][KPI_BINS];
};

/* "bids", "seizures", ...; "pdd", "srd", "rrd".  "-" above. */
const char *kpi_counter_name(unsigned c);
const char *kpi_delay_name(unsigned d);

/*
 * Add what an outcome moves (undo takes it back).  whole and leg are the caller's business; in_call, EVICTED and other
 * methods than INVITE and REGISTER move nothing.
 */
void kpi_outcome(struct kpi_counts *c, const struct outcome *o);
/* Add src to dst, member by member. */
void kpi_add(struct kpi_counts *dst, const struct kpi_counts *src);
bool kpi_is_zero(const struct kpi_counts *c);

/* The bin of a delay in ms, and the middle of a bin in whole ms. */
unsigned kpi_bin(uint32_t ms);
uint32_t kpi_bin_ms(unsigned bin);

/*
 * Percent, or NAN where the denominator is 0; within 0 to 100 also in a window that caught the end of a call and not
 * its beginning.  Percentiles by nearest rank, samples of a bin taken to lie evenly in it.
 */
struct kpi_figures {
	double asr, abr, ner, ser, seer, isa, scr, registration_failure, retransmission;
	struct {
		double p50, p95; /* ms, NAN without a sample */
		int64_t samples;
	} delay[KPI_DELAYS];
	int64_t bids, registers; /* sample sizes: below KPI_SAMPLE_MIN a ratio is to be shown as uncertain */
	int64_t offered, seized; /* what is divided by: SER, SEER and ABR; ASR and NER.  At most bids, and 0 for none */
};
void kpi_figures(const struct kpi_counts *c, struct kpi_figures *out);

/*
 * Counters over the last 15 minutes in buckets of 10 s, delays in buckets of 30 s (14 KB; 28 KB once more than 32,767
 * of one kind came in a bucket).  Times may come late by as much; later than that they count nowhere, and a time more
 * than 3 days before the newest starts the window anew.
 */
struct kpi_window;
/* NULL when memory is short. */
struct kpi_window *kpi_window_new(void);
struct kpi_window *kpi_window_clone(const struct kpi_window *w);
void kpi_window_free(struct kpi_window *w);
void kpi_window_add(struct kpi_window *w, int64_t t_ns, const struct kpi_counts *inc);
/*
 * The sum over the window_s seconds that end at now_ns (at most 900); never below 0.  Whole buckets: the one that holds
 * now_ns is still filling, so of counters the last window_s - 10 to window_s seconds are told, and delays reach back
 * up to 20 s further.
 */
void kpi_window_sum(const struct kpi_window *w, int64_t now_ns, unsigned window_s, struct kpi_counts *out);
/* Does it still hold all of that window: is the window within 900 s of what came last? */
bool kpi_window_holds(const struct kpi_window *w, int64_t now_ns, unsigned window_s);
/* Bytes it holds. */
size_t kpi_window_bytes(const struct kpi_window *w);

#endif
