/* out - what both reports share; see out.h. */
#include "sink/out.h"

#include <errno.h>

int
sink_flush(FILE *out)
{
	errno = 0;
	if (fflush(out) != 0)
		return errno != 0 ? -errno : -EIO;
	return ferror(out) ? -EIO : 0;
}

uint64_t
sink_reassembly_drops(const struct source_stat *s)
{
	return s->drop[WIRE_DROP_FRAG_INCOMPLETE] + s->drop[WIRE_DROP_FRAG_OVERLAP] + s->drop[WIRE_DROP_FRAG_LIMIT] +
	    s->drop[WIRE_DROP_TCP_LIMIT];
}

uint64_t
sink_lost(const struct source_stat *s)
{
	uint64_t sum = s->kernel_drops + s->if_drops;

	for (unsigned d = 0; d < WIRE_DROP_N; d++)
		sum += s->drop[d];
	return sum;
}
