/*
 * path - how a packet came to be where it is being read: the tunnels around it and the frames that carried it.
 * Everything that keeps state across frames puts id and vlan into its keys, so that two mirrors of the same addresses
 * never mix.
 */
#ifndef WIRE_PATH_H
#define WIRE_PATH_H

#include <stdint.h>

/*
 * frames: 1, or how many carried the fragments of it.  id: of the tunnels (and labels, sessions) it came through, 0
 * without any.  vlan: of its own link layer.  depth: tunnels taken off.
 */
struct path {
	uint64_t frames;
	int64_t t_ns;
	uint32_t id;
	uint32_t vlan, ifindex;
	unsigned depth;
};

#endif
