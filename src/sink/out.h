/* out - the end of a report: did all of it reach the stream? */
#ifndef SINK_OUT_H
#define SINK_OUT_H

#include <stdint.h>
#include <stdio.h>

#include "sipwhy/tally.h"

/* Flush.  0, or negative errno of any write since the stream was opened (-EIO when it is not known any more). */
int sink_flush(FILE *out);

/* Frames given up while fragments and streams were put together. */
uint64_t sink_reassembly_drops(const struct source_stat *s);

/* Frames known to be lost, for any reason. */
uint64_t sink_lost(const struct source_stat *s);

#endif
