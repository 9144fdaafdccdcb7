/*
 * wire - frames to SIP messages: link layer and its shims, tunnels, IP, fragments, UDP, TCP streams, SCTP (RFC 791,
 * 8200, 9293, 9260), WebSocket (RFC 6455, 7118), HEP, and the framing of SIP on them (RFC 3261 18.3).  SIP is found by
 * content, never by port.
 *
 * push/next: hand over a frame, then take the messages it completed (one TCP segment can end many).
 * One struct wire per source, so that two taps never mix their fragments.  Told the time by its frames; knows no clock.
 */
#ifndef SIPWHY_WIRE_H
#define SIPWHY_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipwhy/frame.h"

struct wire;

/* What became of a frame.  Every frame pushed stands in exactly one of these counters at any time. */
enum wire_verdict {
	WIRE_SIP,       /* it carried SIP, whole or in part */
	WIRE_NOT_SIP,   /* well-formed, something else (or TCP without payload) */
	WIRE_FILTERED,  /* SIP that the user's filter hides (set by wire_reclass) */
	WIRE_MALFORMED, /* a header lies, or it looks like SIP and is not (wire_reclass) */
	WIRE_DROPPED,   /* given up for a reason counted in wire_stats.drop */
	WIRE_HELD,      /* kept: a fragment or an undecided TCP segment; moves to one of the above later */
	WIRE_VERDICT_N
};

/* Why frames were given up. */
enum wire_drop {
	WIRE_DROP_FRAG_INCOMPLETE, /* fragments whose datagram never became whole */
	WIRE_DROP_FRAG_OVERLAP,    /* fragments that overlap in a way the RFCs forbid (RFC 5722) */
	WIRE_DROP_FRAG_LIMIT,      /* evicted: too many or too large datagrams in reassembly */
	WIRE_DROP_TCP_LIMIT,       /* evicted or refused: too many streams or bytes */
	WIRE_DROP_TRUNCATED,       /* the capture cut it before SIP could be recognised */
	WIRE_DROP_LINK,            /* link type not understood */
	WIRE_DROP_MEMORY,          /* memory was short */
	WIRE_DROP_DEPTH,           /* tunnels in tunnels beyond wire_cfg.depth */
	WIRE_DROP_INFLATE,         /* compressed HEP that is damaged, a bomb, or larger than wire_cfg.inflate_bytes */
	WIRE_DROP_KEY,             /* HEP without the key that wire_cfg.hep_key asks for */
	WIRE_DROP_N
};

/* A short word for each drop reason ("frag-incomplete", ...), as used in reports and records. */
const char *wire_drop_name(enum wire_drop d);

/*
 * frames: sum over verdict[] at every moment.  bytes: captured bytes of all frames.
 * drop[]: parts of verdict[WIRE_DROPPED].
 * Stream figures count events, not frames: gaps skipped, resynchronisations, oversize messages given up.
 */
struct wire_stats {
	uint64_t frames;
	uint64_t bytes;
	uint64_t verdict[WIRE_VERDICT_N];
	uint64_t drop[WIRE_DROP_N];
	uint64_t tcp_gaps;
	uint64_t tcp_resyncs;
	uint64_t tcp_oversize;
	uint64_t truncated; /* frames with caplen < origlen */
	uint64_t tunnels;   /* tunnel headers taken off */
	uint64_t hep;       /* HEP packets read */
	uint64_t hep_other; /* of these, those that carry no SIP (RTCP, logs, ...) */
	uint64_t hep_left;  /* HEP packets seen and not read, for want of wire_cfg.hep */
	uint64_t hep_clock; /* HEP packets and plain copies 2 s and more off the frame, whose time was taken instead */
	uint64_t tls;       /* TCP connections that began with a TLS handshake: nothing in them can be read */
};

/* Limits; a 0 takes the default in brackets.  seed: of the hash tables. */
struct wire_cfg {
	size_t frag_bytes;        /* all datagrams in reassembly [4 MiB] */
	unsigned frag_datagrams;  /* [1024] */
	int64_t frag_timeout_ns;  /* [30 s] */
	size_t tcp_bytes;         /* buffered in all streams [64 MiB] */
	unsigned tcp_streams;     /* directions known at once [65536] */
	int64_t tcp_idle_ns;      /* streams that carry SIP [1 h] */
	int64_t tcp_undecided_ns; /* streams not yet recognised [30 s] */
	unsigned depth;           /* tunnels in tunnels [8] */
	size_t inflate_bytes;     /* what the compressed HEP of one datagram or stream packet may become [256 KiB] */
	bool hep;                 /* read HEP that frames of a capture carry; of LINK_MIRROR it is always read */
	struct slice hep_key;     /* HEP without this key (chunk 0x0e) is dropped; borrowed as long as the wire */
	uint64_t seed;
};

/* cfg is copied; NULL takes all defaults.  NULL when memory is short.  Free with wire_free. */
struct wire *wire_new(const struct wire_cfg *cfg);

/* NULL is allowed. */
void wire_free(struct wire *w);

/*
 * Take one frame and count it.  f->data is borrowed until its messages have been taken, at the latest until the next
 * wire_push, wire_flush or wire_free; what must outlive that is copied.
 * Drops messages of earlier frames that were not taken.  Time runs by f->t_ns, guarded against jumps: it stands still
 * while stamps go back, and a leap forward counts as two hours at most.
 * Returns the frame's verdict so far.  Bounded: no frame costs more than its own length plus what it completes.
 */
enum wire_verdict wire_push(struct wire *w, const struct frame *f);

/*
 * Next message that the last push (or wire_flush) completed, or that it gave up waiting for: 1 and *out set, 0 when
 * there is none.  A message of a stream bears the time of the stream's latest segment.
 */
int wire_next(struct wire *w, struct message *out);

/* Move the last pushed frame from WIRE_SIP to `to` (WIRE_FILTERED or WIRE_MALFORMED); no effect on other frames. */
void wire_reclass(struct wire *w, enum wire_verdict to);

/* End of input: held frames get their final verdict, cut messages become ready (take them with wire_next). */
void wire_flush(struct wire *w);

/* The counters; valid as long as w. */
const struct wire_stats *wire_stats(const struct wire *w);

#endif
