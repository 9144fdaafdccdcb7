/*
 * tunnel - what IP packets and UDP datagrams carry that is itself a packet or a frame.
 */
#ifndef WIRE_TUNNEL_H
#define WIRE_TUNNEL_H

#include <stddef.h>
#include <stdint.h>

#include "sipwhy/cursor.h"
#include "wire/ip.h"
#include "wire/link.h"

enum tunnel_verdict {
	TUNNEL_INNER, /* in is set */
	TUNNEL_NONE,  /* no tunnel, or one that carries nothing here (control, acknowledgement, encrypted) */
	TUNNEL_SHORT, /* the bytes end inside its header */
	TUNNEL_BAD    /* its header lies */
};

/* What is left at c, of which the capture lost `lost` bytes, is the inside: by link, or with LINK_ETHERTYPE by type. */
enum tunnel_verdict
tunnel_give(struct cursor c, size_t lost, uint16_t link, uint16_t type, struct link_layer *in);

/* By the protocol number of pkt: IPIP, 6in4, 4in6, GRE, EtherIP, L2TPv3, MPLS.  TUNNEL_NONE for all others. */
enum tunnel_verdict tunnel_of_ip(const struct ip_packet *pkt, struct link_layer *in);

/*
 * By the destination port of a datagram and a plausible header: VXLAN, VXLAN-GPE, Geneve, TZSP, GTP-U, L2TP, HP and
 * Aruba remote mirrors.  n payload bytes captured of wire_n.
 */
enum tunnel_verdict tunnel_of_udp(unsigned dport, const uint8_t *p, size_t n, size_t wire_n, struct link_layer *in);

/* The payload of a TZSP datagram, whatever its port. */
enum tunnel_verdict tunnel_tzsp(const uint8_t *p, size_t n, size_t wire_n, struct link_layer *in);

#endif
