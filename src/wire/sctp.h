/*
 * sctp - SIP messages from SCTP packets: a bounded table of one-way associations.
 */
#ifndef WIRE_SCTP_H
#define WIRE_SCTP_H

#include <stddef.h>
#include <stdint.h>

#include "sipwhy/frame.h"
#include "sipwhy/wire.h"
#include "wire/count.h"
#include "wire/ip.h"
#include "wire/path.h"

struct sctp;

/*
 * Takes its limits and seed from cfg (no zeros left in it): frag_bytes and frag_timeout_ns for messages in pieces,
 * tcp_idle_ns for associations.  Settles held frames in st.  NULL when memory is short.
 */
struct sctp *sctp_new(const struct wire_cfg *cfg, struct wire_stats *st);

/* NULL is allowed. */
void sctp_free(struct sctp *s);

/*
 * Take a packet (protocol 132); messages not taken are dropped.  The frame is WIRE_SIP when a message or a copy of one
 * already taken was in it, WIRE_HELD when it only holds pieces.  now_ns never goes back.
 */
struct fate sctp_push(struct sctp *s, const struct ip_packet *pkt, const struct path *at, int64_t now_ns);

/* Next message: 1 and *out set (bytes borrowed until the next push), 0 when there is none. */
int sctp_next(struct sctp *s, struct message *out);

/* Forget the messages not taken. */
void sctp_drain(struct sctp *s);

/* Give up what is too old, a few associations per call. */
void sctp_expire(struct sctp *s, int64_t now_ns);

/* Give up everything. */
void sctp_flush(struct sctp *s);

/* Bytes held in pieces, for tests of the limit. */
size_t sctp_bytes(const struct sctp *s);

#endif
