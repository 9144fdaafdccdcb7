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
	LINK_PPPOE = 51,
	LINK_RAW = 101,
	LINK_C_HDLC = 104,
	LINK_IEEE802_11 = 105,
	LINK_LOOP = 108,
	LINK_LINUX_SLL = 113,
	LINK_PRISM = 119,
	LINK_RADIOTAP = 127,
	LINK_AVS = 163,
	LINK_IPNET = 226,
	LINK_IPV4 = 228,
	LINK_IPV6 = 229,
	LINK_NFLOG = 239,
	LINK_UPPER_PDU = 252,
	LINK_PKTAP = 258,
	LINK_LINUX_SLL2 = 276,
	/*
	 * Of our own, in no file: what a listener received.  MIRROR: the payload of a datagram, or one packet of a
	 * stream, that is HEP or a plain copy of a SIP message; TZSP: the payload of a datagram of that protocol.  from
	 * and to of the frame are the sender and the listening address.
	 */
	LINK_MIRROR = 0xfff0,
	LINK_TZSP = 0xfff1
};

/* The largest captured length any input hands on, as libpcap has it. */
#define FRAME_MAX 262144

/* A transport address.  family 4, 6 or 0 (unknown); IPv4 fills addr[0..4), the rest is 0.  port host order. */
struct endpoint {
	uint8_t addr[16];
	uint16_t port;
	uint8_t family;
};

/*
 * One captured frame.  data is borrowed for the call that hands it over; caplen <= origlen is not
 * promised (files lie), caplen <= FRAME_MAX is.  t_ns: capture time.  ifindex: interface
 * number as the capture tells it, 0 unknown.  link: LINKTYPE number.
 * from, to: of LINK_MIRROR and LINK_TZSP; else family 0.
 */
struct frame {
	int64_t t_ns;
	const uint8_t *data;
	uint32_t caplen;
	uint32_t origlen;
	uint32_t ifindex;
	uint16_t link;
	struct endpoint from, to;
};

/* Longest text of endpoint_format with its NUL: "[v6]:65535". */
#define ENDPOINT_TEXT 56

/*
 * "192.0.2.1:5060", "[2001:db8::1]:5060" or without port (also where it is 0: not known) "192.0.2.1",
 * "2001:db8::1"; "-" when unknown.
 * out[cap], cut to fit; returns out.
 */
char *endpoint_format(char *out, size_t cap, const struct endpoint *e, bool with_port);

/*
 * Read "192.0.2.1", "192.0.2.1:5060", "[2001:db8::1]", "[2001:db8::1]:5060", "2001:db8::1", or with last_colon
 * "2001:db8::1:5060", where the port stands behind the last colon of a v6 address without brackets.  An absent port
 * is 0.  True when all of text is one; else false and *out is unknown.
 */
bool endpoint_parse(struct slice text, bool last_colon, struct endpoint *out);

/* Same family and address; ports ignored. */
bool endpoint_same_host(const struct endpoint *a, const struct endpoint *b);

/* TRANSPORT_N stands for "not known" (a log need not tell). */
enum transport {
	TRANSPORT_UDP,
	TRANSPORT_TCP,
	TRANSPORT_TLS,
	TRANSPORT_SCTP,
	TRANSPORT_WS,
	TRANSPORT_WSS,
	TRANSPORT_N
};

/* "udp", "tcp", "tls", "sctp", "ws", "wss"; "-" for anything else. */
const char *transport_name(unsigned t);

/* Which way a message went, where the tap itself says so: the machine that wrote the log got it or sent it. */
enum flow { FLOW_UNKNOWN, FLOW_IN, FLOW_OUT };

/*
 * One SIP message as it was seen on the wire: start line, headers, body as far as captured.
 * bytes is borrowed until the next wire_next or wire_push (logfmt_next or logfmt_push).  cut: the capture or a gap took
 * bytes from its end.  What a log does not tell is absent: family 0, TRANSPORT_N, FLOW_UNKNOWN.  With a flow, the end
 * that is absent is the machine that wrote the log.  stamp: the time as text, as the log has it; empty in captures.
 * untimed: the log shows no time of it; t_ns is that of the line before, or when the file changed, and measures
 * nothing.  agent: who mirrored it, as it names itself (HEP: the agent's name, else its number; a plain copy: the
 * sender's address); empty when it was captured here.  correlation: what the agent says joins it with other messages
 * (HEP chunk 0x11), empty when not told or no more than the Call-ID.  guessed: src and dst are not from the mirror but
 * from the message itself (Via, Contact), or absent.
 */
struct message {
	struct slice bytes;
	struct endpoint src, dst;
	int64_t t_ns;
	struct slice stamp;
	uint32_t ifindex;
	uint8_t transport;
	uint8_t flow; /* enum flow */
	bool cut;
	bool guessed;
	bool untimed;
	struct slice agent, correlation;
};

/* The largest line or syslog message any input hands on; what is longer is cut there, and counted. */
#define TEXT_MAX 65536

/*
 * A piece of log text.  Borrowed for the call that hands it over.
 * whole  false: lines of one stream (a file, a pipe), each with its line feed but for the last of a stream; what goes
 *        on in the next piece is never a line.  true: one syslog message, which may itself hold many lines and needs no
 *        line feed at its end.
 * lines  how many records these are: lines (an unended one counts), or 1 when whole; they are the "frames" of a log.
 * t_ns   when it was received; of a file read at its own speed when the file last changed.
 * live   it was written just now, or comes through a pipe; else the times in the text are those to go by.
 * origin number of the stream or sender within the source: text of two never mixes.
 * from   who sent it over the network; family 0 for files.
 * cut    the last (or only) record lost its end: it was longer than TEXT_MAX, or its connection broke.
 * plain  it is known that there is no ESC in it, so nothing is coloured (ECMA-48); false: that is not known.
 */
struct text {
	int64_t t_ns;
	const uint8_t *data;
	size_t len;
	uint32_t lines;
	uint32_t origin;
	struct endpoint from;
	bool whole, live, cut, plain;
};

#endif
