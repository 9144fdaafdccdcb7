/*
 * link - strip the link layer and its shims from a captured frame, down to the IP header.
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

/*
 * The network layer of a frame: n captured bytes at p, borrowed from it.  family 4 or 6 as the link says, 0 when only
 * the version nibble tells.  vlan: the last two VLAN IDs, 12 bits each.  ifindex: of the frame, else of its header.
 */
struct link_net {
	const uint8_t *p;
	size_t n;
	uint32_t vlan;
	uint32_t ifindex;
	uint8_t family;
};

enum link_verdict link_decode(const struct frame *f, struct link_net *out);

#endif
