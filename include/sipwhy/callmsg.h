/*
 * callmsg - one message of an attempt, kept for the eyes: a row of a ladder.  The noun between track, record, store,
 * sink and view.
 */
#ifndef SIPWHY_CALLMSG_H
#define SIPWHY_CALLMSG_H

#include <stdbool.h>
#include <stdint.h>

#include "sipwhy/slice.h"

/* Messages told of one attempt at most, legs joined to it included; and bytes of one message that are kept. */
enum { CALLMSG_MAX = 64, CALLMSG_BYTES_MAX = 8192 };

/*
 * A message of an attempt, legs joined to it included.  Slices are borrowed from whoever hands it over and are copied
 * by whoever keeps it; empty = absent.  A repeat is not told again: it raises `seen` of the first, which then comes
 * once more with the same `at` and without raw.  Above 16 that is done for powers of two alone.
 */
struct callmsg {
	uint64_t of; /* id of the event, or of the good call, that it belongs to */
	uint32_t at; /* which one of its messages, 0 the first that is told; the same number again changes `seen` */
	int64_t t_ns;
	uint16_t code;               /* of the status line, 100 to 699; 0: a request */
	uint8_t transport;           /* enum transport */
	uint8_t leg;                 /* 0: the attempt's own; 1, 2 ...: those joined to it */
	uint8_t evidence;            /* enum callmsg_evidence of the join; of leg 0 none */
	bool cut;                    /* the capture or the log cut it */
	uint32_t seen;               /* how often it was seen, repeats and copies included; at least 1 */
	uint32_t raw_len;            /* length as received; raw may hold less */
	struct slice method, phrase; /* method: of the CSeq */
	struct slice src, dst;       /* address:port, "-" unknown */
	struct slice call_id;
	struct slice raw; /* the message as received, at most CALLMSG_BYTES_MAX bytes */
};

struct event;

/*
 * What an event itself knows of its message: the response, or of silence the request that got none.  Slices are the
 * event's; leg 0; raw empty when it was not kept.
 */
struct callmsg callmsg_of_event(const struct event *e);

/* Why two legs are one call. */
enum callmsg_evidence {
	CALLMSG_EVIDENCE_NONE,
	CALLMSG_EVIDENCE_CALL_ID, /* the same Call-ID over another hop */
	CALLMSG_EVIDENCE_HEADER,  /* a header that both carry: X-Call-ID, X-CID, Session-ID, a correlation id */
	CALLMSG_EVIDENCE_NUMBERS, /* the same numbers through one host within a moment: probable, shown with a "?" */
	CALLMSG_EVIDENCE_N
};

/* "-", "Call-ID", "header", "numbers". */
const char *callmsg_evidence_name(unsigned e);

/*
 * A call that went well, kept to compare with: its messages follow as callmsg with of = id.  Ids are from the same
 * counter as those of events.
 */
struct goodcall {
	uint64_t id;
	int64_t t_ns; /* of its final response */
	uint16_t code;
	struct slice method, call_id, from, to, peer, source;
};

#endif
