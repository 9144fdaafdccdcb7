/*
 * lots - messages on their way to another thread, parsed or not, and lines of logs: copied in lots of some dozens,
 * taken there one by one and in order.  A ring of few lots, so that memory stays small and a fast reader waits.
 *
 * Two threads: the owner, which calls everything here, and the taker, in which `take` runs.  What `take` touches
 * belongs to the taker; the owner may touch it after lots_sync (or before lots_new), until its next lots_put.  With
 * `parse` there is a third, the helper, which parses what waits behind the taker; what `parse` touches is its alone.
 */
#ifndef APP_LOTS_H
#define APP_LOTS_H

#include <stdbool.h>
#include <stddef.h>

#include "sipwhy/frame.h"
#include "sipwhy/logfmt.h"
#include "sipwhy/sipmsg.h"

/* Items of one lot, bytes of their texts, and lots (a power of two): about 0.6 MiB. */
enum { LOTS_ITEMS = 24, LOTS_TEXT = 24 * 1024, LOTS_N = 16 };

/* Where an item is from: the name of its source, and the log of which m.bytes is a line to read (NULL: it is SIP). */
struct lots_from {
	const char *name;
	struct logfmt *line_of;
};

/*
 * One item, borrowed for the call: what was given to lots_put.  s NULL: not parsed or read yet; m NULL too: something
 * that can't be.  May not call lots.
 */
typedef void (*lots_take_fn)(void *ctx, const struct message *m, const struct sipmsg *s, const struct lots_from *from);

/* Parse a message that nobody parsed.  False: it can't be, and is taken as something that can't. */
typedef bool (*lots_parse_fn)(void *ctx, const struct message *m, struct sipmsg *s);

struct lots_cfg {
	lots_take_fn take;
	lots_parse_fn parse; /* NULL: no helper */
	void *ctx;
};

struct lots;

/*
 * Make the ring and start the threads, which run when this returns, with all signals blocked but those of their own
 * faults.  0; -ENOMEM or what starting a thread failed with, *out NULL then: call `take` yourself.
 */
int lots_new(struct lots **out, const struct lots_cfg *cfg);

/* What waits is taken, then the threads end.  NULL is allowed. */
void lots_free(struct lots *l);

/*
 * Put an item in; its bytes and all slices of m and s are copied, what `from` points to is borrowed until it was taken.
 * s may be NULL, or both.  Waits while all lots are full.  What is too large for a lot is taken at once by the calling
 * thread, after all that came before.
 */
void lots_put(struct lots *l, const struct message *m, const struct sipmsg *s, const struct lots_from *from);

/* The others are not far behind: what they can do as well as the owner, they should.  A guess, as old as the lot. */
bool lots_hungry(const struct lots *l);

/* Send what was put in on its way, full lot or not. */
void lots_submit(struct lots *l);

/* The same, and wait until everything was taken.  The taker sleeps then. */
void lots_sync(struct lots *l);

#endif
