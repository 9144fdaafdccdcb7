/* trend - what happened, in time: classes, failures by code, peers and texts; the buckets behind every window. */
#ifndef STORE_TREND_H
#define STORE_TREND_H

#include "sipwhy/store.h"
#include "store/topic.h"

/* Minutes of which it is known what their busiest second had: of an hour, and of what comes late. */
enum { TREND_PEAKS = 128 };

/* The most that one second of a minute had, by counter of the series; UINT64_MAX: it came too late to tell. */
struct trend_peak {
	int64_t minute;
	uint64_t most[STORE_CLASS_N - 1];
};

/* codes: keys of trend_code_key.  peaks: minute m is at m modulo TREND_PEAKS, until a later one is. */
struct trend {
	struct series *series;
	struct trend_peak peaks[TREND_PEAKS];
	struct book *codes;
	struct topic *peers;
	struct topic *facets[STORE_FACET_N];
};

/* False when memory is short; trend_fini is due either way. */
bool trend_init(struct trend *f, uint64_t seed);
bool trend_clone(struct trend *out, const struct trend *f);
void trend_fini(struct trend *f);
/* Bytes it holds. */
size_t trend_bytes(const struct trend *f);

/* False from here on: memory was short, some of it is not counted. */

/* A tick's increments. */
bool trend_counts(struct trend *f, int64_t t_ns, const struct counts *c);
bool trend_peer(struct trend *f, int64_t t_ns, const struct peer_stat *inc);
/* n failures with this final code, 0 silence. */
bool trend_failures(struct trend *f, int64_t t_ns, unsigned code, uint64_t n);
/* One that is known in full: counts as failure, and by its texts. */
bool trend_event(struct trend *f, int64_t t_ns, const struct event *e);
/* Take back an event that was counted at t_ns. */
void trend_take(struct trend *f, int64_t t_ns, const struct event *e);

/* The most that one second had in minutes first to last; false: they are too many, or gone. */
bool trend_most(const struct trend *f, unsigned counter, int64_t first, int64_t last, uint64_t *most);

/* The key of failures or responses of a code. */
uint32_t trend_code_key(unsigned code, bool responses);
/* The reverse; false for a key that is none. */
bool trend_code_of(uint32_t key, unsigned *code, bool *responses);

#endif
