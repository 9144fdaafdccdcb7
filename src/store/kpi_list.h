/* kpi_list - KPI counters of the whole and of at most KPI_PEERS peers: since the start, and in time, 3 days back. */
#ifndef STORE_KPI_LIST_H
#define STORE_KPI_LIST_H

#include "sipwhy/tally.h"
#include "store/kpi_past.h"

/* Bytes of the past of all peers, about; above it the oldest goes. */
enum { KPI_LIST_PAST_MAX = 24 * 1024 * 1024 };

/* refs: how many lists have this row; only one that has it alone writes it. */
struct kpi_row {
	unsigned refs;
	struct kpi_counts total;
	struct kpi_window *window;
	struct kpi_past *past;
	uint8_t role;
	char name[ENDPOINT_TEXT];
};

/*
 * all: its name is empty.  row[0] is "other": peers for which there was no room or no memory.  kept_ns: where the past
 * of peers begins for lack of room.
 */
struct kpi_list {
	uint64_t seed;
	struct kpi_row *all;
	size_t n, past_max;
	int64_t kept_ns;
	uint64_t key[KPI_PEERS + 1]; /* of the rows, so that a search touches 2 KB */
	struct kpi_row *row[KPI_PEERS + 1];
};

/* NULL when memory is short. */
struct kpi_list *kpi_list_new(uint64_t seed);
/* Shares its rows with t until one of them is written. */
struct kpi_list *kpi_list_clone(const struct kpi_list *t);
void kpi_list_free(struct kpi_list *t);

/* Add increments to the whole, and to a peer.  False: memory was short, some of it is not counted. */
bool kpi_list_add(struct kpi_list *t, int64_t t_ns, const struct kpi_counts *inc);
bool kpi_list_add_peer(struct kpi_list *t, int64_t t_ns, const struct kpi_peer *inc);

/* Counters of a row over window_s seconds that end at now_ns, or of all time up to then (0). */
void kpi_list_sum(const struct kpi_row *r, int64_t now_ns, unsigned window_s, struct kpi_counts *out);
/* The row of a name, NULL when there is none. */
const struct kpi_row *kpi_list_row_of(const struct kpi_list *t, const char *name);
/* Bytes it holds. */
size_t kpi_list_bytes(const struct kpi_list *t);

/* Peers that have any, most bids and registrations first, then by name; as store_kpi_peers. */
size_t kpi_list_top(const struct kpi_list *t, int64_t now_ns, unsigned window_s, struct kpi_peer *out,
    struct kpi_counts *room, size_t n);

#endif
