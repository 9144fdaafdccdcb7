/*
 * link - strip the link layer and its shims from a captured frame or from what a tunnel carried, down to the IP header.
 */
#ifndef WIRE_LINK_H
#define WIRE_LINK_H

#include <stddef.h>
#include <stdint.h>

#include "sipwhy/frame.h"

enum link_verdict {
	LINK_IP,     /* out is set */
	LINK_OTHER,  /* a well-formed frame that carries something else */
	LINK_SHORT,  /* the bytes end inside the link header */
	LINK_BAD,    /* more shims than any network stacks */
	LINK_UNKNOWN /* no decoder for this link type */
};

/* A link number of our own for what stands behind an EtherType that was in another header (GRE, Geneve). */
enum { LINK_ETHERTYPE = 0xffe0 };

/*
 * Bytes to read from a known layer on: n captured of wire_n (n <= wire_n).  link: LINKTYPE number; type: the EtherType
 * of LINK_ETHERTYPE.  id: what tells tunnels between the same ends apart (VNI, key, session).
 */
struct link_layer {
	const uint8_t *p;
	size_t n, wire_n;
	uint32_t id;
	uint16_t link, type;
};

/*
 * The network layer of a frame: n captured bytes at p, borrowed from it.  family 4 or 6 as the link says, 0 when only
 * the version nibble tells.  vlan: the last two VLAN IDs, 12 bits each.  id: MPLS labels and PPPoE sessions, mixed; 0
 * without.  ifindex: of the header, 0 when it has none.  shims: headers seen so far, for the limit.
 */
struct link_net {
	const uint8_t *p;
	size_t n;
	uint32_t vlan;
	uint32_t id;
	uint32_t ifindex;
	uint8_t family, shims;
};

enum link_verdict link_decode(const struct link_layer *l, struct link_net *out);

#endif
