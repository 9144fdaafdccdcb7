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

/* Realms kept of one message. */
enum { SIPMSG_REALMS = 4 };

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
	struct slice server;   /* Server, else User-Agent; of a request User-Agent, else Server */
	/*
	 * What follows is read only of the messages named, where somebody asks for it; of others it is absent.
	 * Credentials of a request but ACK and CANCEL (Authorization, Proxy-Authorization), challenges of a 401 or 407
	 * (WWW-Authenticate, Proxy-Authenticate), in the order of the message: the first realm of each header without
	 * its quotes, escapes left in (RFC 3261 20.7, 25.1); empty where none can be read.
	 */
	struct slice realm[SIPMSG_REALMS];
	uint8_t n_realms; /* such headers seen, at most SIPMSG_REALMS */
	bool stale;       /* one of these challenges says stale=true */
	bool sdp;         /* 183: Content-Type is application/sdp or multipart */
	/* Numbers: -1 absent or unreadable; one that is too large is the largest of its type. */
	int32_t expires;         /* REGISTER and its 2xx: seconds of the first Contact (0 for "*"), else of Expires */
	int32_t session_expires; /* INVITE, UPDATE and their final responses: seconds of Session-Expires (RFC 4028) */
	int16_t max_forwards;    /* INVITE */
	struct slice contact;    /* INVITE, REGISTER and its 2xx: host[:port] of the first Contact */
	/*
	 * INVITE: what joins the legs of a call, the first there is of X-CID or X-Call-ID, Session-ID (RFC 7989;
	 * without parameters, all zeros do not count), icid-value of P-Charging-Vector (RFC 7315; without quotes).
	 */
	struct slice link;
	struct slice reason; /* Reason (RFC 3326), of any message; raw, the first when repeated */
	/* responses >= 300 only; raw values, the first when repeated */
	struct slice warning;     /* Warning (RFC 3261 20.43) */
	struct slice retry_after; /* Retry-After */
	struct slice detail;      /* whole line of X-Asterisk-HangupCause, X-Twilio-Error or P-Registrar-Error */
	/*
	 * Whole line, folds as blanks, of the header that tells what the code asks for: Allow (405), Accept or
	 * Accept-Encoding (415, 406), Unsupported (420), Require (421), Min-SE (422), Min-Expires (423),
	 * Allow-Events (489), Security-Server (494), Call-Info (608).
	 */
	struct slice needs;
	/* Of a statement: host[:port] of the other end as its line has it, where that is a name and no address. */
	struct slice peer_name;
	/* Of a statement: its response went upstream, to who asked.  Others may be what one branch ended with. */
	bool upstream;
	int q850;       /* cause of a Reason with protocol Q.850; -1 absent */
	int reason_sip; /* cause of a Reason with protocol SIP; -1 absent */
	int warn_code;  /* first warn-code; -1 absent */
};

#endif
