/*
 * ws - SIP messages out of one direction of a WebSocket connection (RFC 6455, RFC 7118): the HTTP upgrade, frames,
 * masks, messages in pieces with pings between.  Each byte is moved and unmasked once, in the caller's buffer.
 */
#ifndef WIRE_WS_H
#define WIRE_WS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipwhy/slice.h"

enum { WS_MESSAGE_MAX = 262144, WS_HTTP_MAX = 8192 };

/*
 * One direction.  Zeroed memory begins where ws_start said so; members are private but found, other and the counters.
 * found: a SIP message was seen.  other: none, and what came instead shows that none will (another protocol, or
 * permessage-deflate, which is not read).
 */
struct ws {
	size_t have;   /* bytes at the front of the unread ones: the message so far, unmasked */
	size_t raw;    /* where the bytes not looked at begin */
	uint64_t need; /* SKIP: bytes still to throw away */
	uint32_t resyncs, oversize;
	uint8_t mode;
	bool partial; /* a message has begun and its last frame is to come */
	bool found, other;
};

/* One step: drop `eat` bytes, then, when `ready`, the next `len` are a message; of those after it drop `drop`. */
struct ws_step {
	size_t eat;
	size_t len;
	size_t drop;
	bool ready;
	bool cut;
};

enum ws_start { WS_NO, WS_PERHAPS, WS_YES };

/* Is this a request or an answer that upgrades to WebSocket, for SIP or for nothing named? */
enum ws_start ws_upgrade(struct slice s);

/* Does a frame with the begin of a SIP message stand here, in the middle of anything? */
enum ws_start ws_frame(struct slice s);

/*
 * Look at the n unread bytes at p, which it may rearrange; those of an earlier look, without what was dropped, must be
 * at the front as it left them.  end: no more will come; a begun message is then handed out cut.
 */
struct ws_step ws_next(struct ws *w, char *p, size_t n, bool end);

/*
 * `lost` bytes behind the unread ones will never come.  May hand out the begun message, cut; the caller then drops all
 * unread bytes, message or not.
 */
struct ws_step ws_gap(struct ws *w, char *p, size_t n, uint64_t lost);

#endif
