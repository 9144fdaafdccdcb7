/* kpi_list - KPI counters of the whole and of at most KPI_PEERS peers: since the start, and over the last 15 minutes.
 */
#ifndef STORE_KPI_LIST_H
#define STORE_KPI_LIST_H

#include "sipwhy/tally.h"

struct kpi_row {
	uint64_t key; /* hash of the name */
	struct kpi_counts total;
	struct kpi_window *window;
	uint8_t role;
	char name[ENDPOINT_TEXT];
};

/* all: its name is empty.  row[0] is "other": peers for which there was no room or no memory. */
struct kpi_list {
	uint64_t seed;
	struct kpi_row all;
	size_t n;
	struct kpi_row *row[KPI_PEERS + 1];
};

/* NULL when memory is short. */
struct kpi_list *kpi_list_new(uint64_t seed);
struct kpi_list *kpi_list_clone(const struct kpi_list *t);
void kpi_list_free(struct kpi_list *t);

/* Add increments to the whole, and to a peer. */
void kpi_list_add(struct kpi_list *t, int64_t t_ns, const struct kpi_counts *inc);
void kpi_list_add_peer(struct kpi_list *t, int64_t t_ns, const struct kpi_peer *inc);

/* Counters of a row over window_s seconds that end at now_ns, or of all time (0). */
void kpi_list_sum(const struct kpi_row *r, int64_t now_ns, unsigned window_s, struct kpi_counts *out);

/* Peers that have any, most bids and registrations first, then by name; as store_kpi_peers. */
size_t kpi_list_top(const struct kpi_list *t, int64_t now_ns, unsigned window_s, struct kpi_peer *out,
    struct kpi_counts *room, size_t n);

#endif
