/*
 * shim - from an EtherType down to IP, through tags, labels and sessions.
 */
#ifndef WIRE_SHIM_H
#define WIRE_SHIM_H

#include <stdbool.h>

#include "sipwhy/cursor.h"
#include "wire/link.h"

enum {
	SHIM_LLC = 0, /* any value up to 1500 is a length: LLC follows */
	SHIM_LLC_MAX = 1500,
	SHIM_IP4 = 0x0800,
	SHIM_ETHERNET = 0x6558,
	SHIM_IP6 = 0x86dd,
	SHIM_MPLS = 0x8847,
	SHIM_PPP = 0x880b,
	SHIM_PPPOE = 0x8864,
	SHIM_NSH = 0x894f
};

/* Go on at c, which stands behind the EtherType `type`; sets p, n, family, vlan, id of *out. */
enum link_verdict shim_walk(struct cursor c, uint16_t type, struct link_net *out);

/* Do these bytes look like an Ethernet frame: an EtherType we can read, and an IP header that begins as one? */
bool shim_is_ethernet(const uint8_t *p, size_t n);

/* Does an IP packet begin here that is no longer than wire_n bytes, of which n are there? */
bool shim_is_ip(const uint8_t *p, size_t n, size_t wire_n);

#endif
