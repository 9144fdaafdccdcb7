/*
 * ip - one IPv4 or IPv6 packet: addresses, upper protocol, payload, and whether it is a fragment.
 */
#ifndef WIRE_IP_H
#define WIRE_IP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipwhy/frame.h"

enum ip_verdict {
	IP_PAYLOAD,  /* a whole packet: proto, p, n, wire_n are set */
	IP_FRAGMENT, /* a piece of one: also id, off, more */
	IP_SHORT,    /* the capture cut it inside its headers */
	IP_BAD       /* a header lies */
};

enum { IP_PROTO_TCP = 6, IP_PROTO_UDP = 17, IP_PROTO_SCTP = 132 };

/*
 * Borrowed from the frame.  n: payload bytes captured; wire_n: payload bytes the header speaks of (n <= wire_n, less
 * when the capture cut the packet).  off in bytes.  For an IPv6 fragment proto is the header that follows in *this*
 * piece.
 */
struct ip_packet {
	const uint8_t *src, *dst;
	const uint8_t *p;
	size_t n, wire_n;
	uint32_t id;
	uint32_t off;
	uint8_t family, proto;
	bool more;
};

/*
 * Read the packet at p: n bytes captured of wire_n on the wire (n <= wire_n).  family 4 or 6, 0 takes the version
 * nibble. No checksum is verified: outgoing packets on the capturing host have none yet.
 */
enum ip_verdict ip_decode(const uint8_t *p, size_t n, size_t wire_n, unsigned family, struct ip_packet *out);

/* How long the packet says it is; 0 when it does not say, or its header is cut. */
size_t ip_claims(const uint8_t *p, size_t n);

/* Go on after reassembly: pkt->p, n, wire_n, proto hold the whole datagram; walks IPv6 headers left in front. */
enum ip_verdict ip_resume(struct ip_packet *pkt);

/* Addresses as endpoints. */
void ip_endpoint(struct endpoint *e, const uint8_t *addr, unsigned family, uint16_t port);

#endif
