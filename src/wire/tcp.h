/*
 * tcp - SIP messages from TCP segments: a bounded table of one-way streams.
 */
#ifndef WIRE_TCP_H
#define WIRE_TCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipwhy/frame.h"
#include "sipwhy/wire.h"
#include "wire/count.h"
#include "wire/ip.h"

/* A segment: n payload bytes at p, `lost` more that the capture cut off.  frames: how many frames carried it. */
struct tcp_segment {
	const struct ip_packet *ip;
	const uint8_t *p;
	size_t n, lost;
	uint64_t frames;
	int64_t t_ns;
	uint32_t vlan, path, ifindex;
	uint32_t seq;
	uint16_t sport, dport;
	uint8_t flags;
};

enum { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4 };

/* Read the TCP header of pkt into *seg (the other members are the caller's).  WIRE_SIP stands for "push it". */
struct fate tcp_decode(const struct ip_packet *pkt, struct tcp_segment *seg);

struct tcp;

/* Takes its limits and seed from cfg (no zeros left in it); settles held frames in st.  NULL when memory is short. */
struct tcp *tcp_new(const struct wire_cfg *cfg, struct wire_stats *st);

/* NULL is allowed. */
void tcp_free(struct tcp *t);

/* Take a segment; messages of earlier calls must have been taken.  now_ns never goes back. */
struct fate tcp_push(struct tcp *t, const struct tcp_segment *seg, int64_t now_ns);

/* Next message: 1 and *out set (bytes borrowed until the next call), 0 when there is none. */
int tcp_next(struct tcp *t, struct message *out);

/* Close what has been idle for too long and give up gaps that waited long enough, a few streams per call. */
void tcp_expire(struct tcp *t, int64_t now_ns);

/* Close everything; cut messages become ready. */
void tcp_flush(struct tcp *t);

/* Bytes buffered in streams, for tests of the limit. */
size_t tcp_bytes(const struct tcp *t);

#endif
