/*
 * copy - plain copies of SIP messages, as a proxy sends them to a collector.
 */
#ifndef WIRE_COPY_H
#define WIRE_COPY_H

#include "sipwhy/frame.h"
#include "sipwhy/wire.h"
#include "wire/count.h"

struct copy;

/* Counts clocks that are off in st.  NULL when memory is short. */
struct copy *copy_new(struct wire_stats *st);

/* NULL is allowed. */
void copy_free(struct copy *c);

/*
 * Read the datagram or packet of f (LINK_MIRROR).  WIRE_SIP: *out is set whole, borrowed from f and c until the next
 * call; else what becomes of the frame.
 */
struct fate copy_read(struct copy *c, const struct frame *f, struct message *out);

#endif
