/*
 * frame - the nouns that carry bytes: a captured frame, an address, a SIP message as seen at a tap.
 * Types only; the functions that go with endpoint are in base/.
 */
#ifndef SIPWHY_FRAME_H
#define SIPWHY_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipwhy/slice.h"

/* LINKTYPE numbers as they stand in capture files (tcpdump.org/linktypes); inputs map DLT_* to them. */
enum {
	LINK_NULL = 0,
	LINK_ETHERNET = 1,
	LINK_PPP = 9,
	LINK_RAW_BSD = 12,
	LINK_RAW_OPENBSD = 14,
	LINK_PPP_HDLC = 50,
	LINK_RAW = 101,
	LINK_LOOP = 108,
	LINK_LINUX_SLL = 113,
	LINK_IPV4 = 228,
	LINK_IPV6 = 229,
	LINK_LINUX_SLL2 = 276
};

/* The largest captured length any input hands on, as libpcap has it. */
#define FRAME_MAX 262144

/*
 * One captured frame.  data is borrowed for the call that hands it over; caplen <= origlen is not
 * promised (files lie), caplen <= FRAME_MAX is.  t_ns: capture time.  ifindex: interface
 * number as the capture tells it, 0 unknown.  link: LINKTYPE number.
 */
struct frame {
	int64_t t_ns;
	const uint8_t *data;
	uint32_t caplen;
	uint32_t origlen;
	uint32_t ifindex;
	uint16_t link;
};

/* A transport address.  family 4, 6 or 0 (unknown); IPv4 fills addr[0..4), the rest is 0.  port host order. */
struct endpoint {
	uint8_t addr[16];
	uint16_t port;
	uint8_t family;
};

/* Longest text of endpoint_format with its NUL: "[v6]:65535". */
#define ENDPOINT_TEXT 56

/*
 * "192.0.2.1:5060", "[2001:db8::1]:5060" or without port "192.0.2.1", "2001:db8::1"; "-" when unknown.
 * out[cap], cut to fit; returns out.
 */
char *endpoint_format(char *out, size_t cap, const struct endpoint *e, bool with_port);

/* Same family and address; ports ignored. */
bool endpoint_same_host(const struct endpoint *a, const struct endpoint *b);

enum transport { TRANSPORT_UDP, TRANSPORT_TCP, TRANSPORT_N };

/* "udp", "tcp"; "-" for anything else. */
const char *transport_name(unsigned t);

/*
 * One SIP message as it was seen on the wire: start line, headers, body as far as captured.
 * bytes is borrowed until the next wire_next or wire_push.  cut: the capture or a gap took bytes from its end.
 */
struct message {
	struct slice bytes;
	struct endpoint src, dst;
	int64_t t_ns;
	uint32_t ifindex;
	uint8_t transport;
	bool cut;
};

#endif
