/*
 * sipmsg - one SIP message (RFC 3261 section 7) as fields.  The noun between sip, track, tally and record.
 */
#ifndef SIPWHY_SIPMSG_H
#define SIPWHY_SIPMSG_H

#include <stdbool.h>
#include <stdint.h>

#include "sipwhy/slice.h"

enum sip_kind { SIP_REQUEST, SIP_RESPONSE };

/* Methods of the IANA registry; OTHER is a well-formed token outside it, NONE means no readable CSeq. */
enum sip_method {
	METHOD_INVITE,
	METHOD_ACK,
	METHOD_BYE,
	METHOD_CANCEL,
	METHOD_OPTIONS,
	METHOD_REGISTER,
	METHOD_PRACK,
	METHOD_SUBSCRIBE,
	METHOD_NOTIFY,
	METHOD_PUBLISH,
	METHOD_INFO,
	METHOD_REFER,
	METHOD_MESSAGE,
	METHOD_UPDATE,
	METHOD_OTHER,
	METHOD_NONE,
	METHOD_N
};

/* "INVITE" ...; "OTHER"; "-" for METHOD_NONE. */
const char *sip_method_name(enum sip_method m);

/* The number of a method token (methods are case-sensitive, RFC 3261 7.1); empty gives METHOD_NONE. */
enum sip_method sip_method_find(struct slice token);

/* Status codes that exist: RFC 3261 7.2, classes 1 to 6. */
enum { SIP_CODE_MIN = 100, SIP_CODE_MAX = 699, SIP_CODE_N = 600 };

/*
 * Decoded message.  Every slice is borrowed: valid until the next sip_parse on the same parser or until the
 * message's bytes go, whichever is first.  Absent fields are empty slices; numbers say "absent" as told.
 * Bytes are as received (not printable-safe): anything shown passes text_clean.
 */
struct sipmsg {
	enum sip_kind kind;
	enum sip_method method;   /* request: of the start line; response: of CSeq */
	struct slice method_name; /* the token itself */
	uint16_t code;            /* response: 100..699; request: 0 */
	bool partial;             /* something was unreadable, refused or cut; code and kind still stand */
	uint32_t cseq;            /* CSeq number, 0 absent */
	struct slice phrase;      /* reason phrase */
	struct slice uri;         /* request: Request-URI */
	struct slice branch;      /* top Via: branch parameter */
	struct slice sent_by;     /* top Via: host[:port] */
	struct slice call_id;
	struct slice from_tag, to_tag;
	struct slice from, to; /* user part of the URI, else its host, else the raw value */
	struct slice server;   /* Server, else User-Agent */
	/* responses >= 300 only; raw values, the first when repeated */
	struct slice reason;      /* Reason (RFC 3326) */
	struct slice warning;     /* Warning (RFC 3261 20.43) */
	struct slice retry_after; /* Retry-After */
	struct slice detail;      /* whole line of X-Asterisk-HangupCause, X-Twilio-Error or P-Registrar-Error */
	int q850;                 /* cause of a Reason with protocol Q.850; -1 absent */
	int reason_sip;           /* cause of a Reason with protocol SIP; -1 absent */
	int warn_code;            /* first warn-code; -1 absent */
};

#endif
