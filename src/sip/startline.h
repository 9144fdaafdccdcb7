/*
 * startline - the first line of a message (RFC 3261 7.1, 7.2), read without the help of libosip2.
 */
#ifndef SIP_STARTLINE_H
#define SIP_STARTLINE_H

#include <stdbool.h>
#include <stdint.h>

#include "sipwhy/sip.h"

/* CR and LF bytes that may stand before a message (RFC 3261 7.5 asks for tolerance). */
enum { STARTLINE_SKIP_MAX = 64 };

/* Bytes of a reason phrase that are kept. */
enum { STARTLINE_PHRASE_MAX = 256 };

/* code is 0 for a request; slices point into the line.  cut: the phrase was longer than what is kept. */
struct startline {
	enum sip_kind kind;
	uint16_t code;
	struct slice phrase;
	struct slice method, uri;
	bool cut;
};

/* bytes without the CR and LF before the message. */
struct slice startline_skip(struct slice bytes);

/* True for a response-like start: "SIP/" in any letter case. */
bool startline_is_response(struct slice bytes);

/*
 * Split "METHOD URI SIP/x" (line without its end) and look at the version.  SIP_OK; SIP_MALFORMED for another SIP
 * version or an empty URI; SIP_NOT_SIP.  out is set on SIP_OK.
 */
enum sip_verdict startline_request(struct slice line, struct startline *out);

/* Read a start line without its end.  SIP_OK, SIP_MALFORMED or SIP_NOT_SIP; out is set on SIP_OK. */
enum sip_verdict startline_read(struct slice line, struct startline *out);

#endif
