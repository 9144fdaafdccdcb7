/*
 * udp - one UDP header, and whether the datagram is a SIP message.
 */
#ifndef WIRE_UDP_H
#define WIRE_UDP_H

#include <stdbool.h>
#include <stdint.h>

#include "sipwhy/slice.h"
#include "wire/count.h"
#include "wire/ip.h"

/* bytes: the message, borrowed from the packet; without WIRE_SIP, all of the payload.  cut: the capture lost `lost`. */
struct udp_message {
	struct slice bytes;
	size_t lost;
	uint16_t sport, dport;
	bool cut;
};

/*
 * WIRE_SIP and *out set.  WIRE_NOT_SIP: a good datagram with something else, *out set as well.  Otherwise what becomes
 * of the packet.
 */
struct fate udp_decode(const struct ip_packet *pkt, struct udp_message *out);

#endif
