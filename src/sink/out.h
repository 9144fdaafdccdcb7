/* out - what both reports share: figures that neither works out for itself, and whether all of it reached the stream.
 */
#ifndef SINK_OUT_H
#define SINK_OUT_H

#include <stdint.h>
#include <stdio.h>

#include "sipwhy/sink.h"
#include "sipwhy/tally.h"

/* Flush.  0, or negative errno of any write since the stream was opened (-EIO when it is not known any more). */
int sink_flush(FILE *out);

/* Frames given up while fragments and streams were put together. */
uint64_t sink_reassembly_drops(const struct source_stat *s);

/* Frames known to be lost, for any reason; of a log lines given up, cut for their length, or lost to broken framing. */
uint64_t sink_lost(const struct source_stat *s);

/* Notices of all sources. */
uint64_t sink_notices(const struct sink_report *r);

/* Are these figures of lines of logs alone (counts_from_lines)?  And all counts then, else NULL, for counts_figures. */
bool sink_from_lines(const struct sink_report *r);
const struct counts *sink_lines(const struct sink_report *r);

/* Whether anything was attempted with a method, and how many of these attempts have no outcome yet. */
bool sink_attempted(const struct counts *c, unsigned method);
int64_t sink_open(const struct counts *c, unsigned method);

/* Calls that were answered and never acknowledged. */
uint64_t sink_ack_missing(const struct tally *t);

/* All peers, most events first, and the KPIs of those that have some. */
struct sink_peers {
	struct peer_stat *peer;
	struct kpi_peer *kpi;
	struct kpi_counts *counts;
	size_t n, n_kpi;
};

/* NULL when memory is short. */
struct sink_peers *sink_peers_new(const struct tally *t);
void sink_peers_free(struct sink_peers *p);
/* The KPIs of a peer; NULL when it has none. */
const struct kpi_peer *sink_peers_kpi(const struct sink_peers *p, const char *name);

#endif
