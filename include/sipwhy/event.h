/*
 * event - one failed attempt: one line on the screen, once.  The noun between track, record, store and sink.
 */
#ifndef SIPWHY_EVENT_H
#define SIPWHY_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "sipwhy/slice.h"

/* How often was this message seen before (reference: RFC 3261 17.1, 17.2). */
enum seen { SEEN_NEW, SEEN_RETRANSMISSION, SEEN_COPY };

/* As seen from this machine: we sent the response, we got it, or neither end is ours / unknown. */
enum direction { DIRECTION_UNKNOWN, DIRECTION_SENT, DIRECTION_RECEIVED };

/* "sent", "received", "-". */
const char *direction_name(enum direction d);

/* Bytes of the raw message that an event keeps at most. */
#define EVENT_RAW_MAX 8192

/*
 * An event.  Slices are borrowed from whoever hands the event over (sip parser, record decoder, store) and are
 * copied by whoever keeps it.  Empty = absent, number -1 = absent.  Text is as received until record encodes it.
 */
struct event {
	uint64_t id;  /* unique in one run of the engine chain, rising */
	int64_t t_ns; /* when the response was captured */
	uint16_t code;
	int16_t q850;       /* Q.850 cause from Reason, -1 absent */
	int16_t reason_sip; /* SIP cause from Reason, -1 absent */
	int16_t warn_code;  /* Warning code, -1 absent */
	uint8_t transport;  /* enum transport */
	uint8_t direction;  /* enum direction */
	bool partial;       /* decoded in part */
	bool cut;           /* capture cut the message */
	uint32_t raw_len;   /* length of the message on the wire; raw may hold less */
	struct slice method;
	struct slice phrase;
	struct slice call_id;
	struct slice from, to;                     /* user, else host */
	struct slice peer;                         /* the other side: address without port */
	struct slice src, dst;                     /* address:port; src sent the response */
	struct slice agent;                        /* Server or User-Agent of the response */
	struct slice reason, warning, retry_after; /* raw header values */
	struct slice detail;  /* a product's own header line that refines the code, as sipmsg has it */
	struct slice explain;                      /* key of the explanation, see sip_explain */
	struct slice source;                       /* name of the source */
	struct slice raw;                          /* the message, at most EVENT_RAW_MAX bytes */
};

#endif
