/*
 * event - one failed attempt: one line on the screen, once.  The noun between track, record, store and sink.
 */
#ifndef SIPWHY_EVENT_H
#define SIPWHY_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "sipwhy/frame.h"
#include "sipwhy/slice.h"

/* How often was this message seen before (reference: RFC 3261 17.1, 17.2). */
enum seen { SEEN_NEW, SEEN_RETRANSMISSION, SEEN_COPY };

/* As seen from this machine, or the one that wrote the log: we sent the response, we got it, or neither end is ours. */
enum direction { DIRECTION_UNKNOWN, DIRECTION_SENT, DIRECTION_RECEIVED };

/* "sent", "received", "-". */
const char *direction_name(enum direction d);

/*
 * How an attempt ended (doc/counting.md).  OK: a final answer that serves its
 * purpose; REDIRECTED: a 3xx that nobody followed; CHALLENGED: a 401 or 407 that nobody answered; EVICTED: forgotten
 * for lack of room, so nobody knows.
 */
enum outcome_kind {
	OUTCOME_OK,
	OUTCOME_FAILED,
	OUTCOME_CANCELLED,
	OUTCOME_CHALLENGED,
	OUTCOME_NO_RESPONSE,
	OUTCOME_REDIRECTED,
	OUTCOME_EVICTED,
	OUTCOME_N
};

/* "ok", "failed", "cancelled", "challenged", "no_response", "redirected", "evicted"; "-" above. */
const char *outcome_name(unsigned kind);

/*
 * How one attempt, or one leg of it, ended.  whole: the attempt itself, counted once end to end; leg: one
 * transaction towards `peer`, counted once for each peer that was tried (an attempt over one hop is both).
 * undo: take back what was told of the same attempt before (it went on after all), of its leg only where nothing tells
 * the peer; t_ns and delays are those of then.
 * Delays in ms, -1 unknown.  peer is borrowed for the call.
 */
struct outcome {
	uint8_t kind;   /* enum outcome_kind */
	uint8_t method; /* enum sip_method */
	uint16_t code;  /* final code, 0 none */
	int16_t q850;   /* -1 absent */
	bool whole, leg, undo;
	bool in_call;    /* a request inside a dialog: neither an attempt nor a session (whole and leg still told) */
	bool seized;     /* some response came, 100 counts */
	bool rang;       /* a response 101-199 came */
	bool auth;       /* credentials were sent and refused */
	bool recovered;  /* OK after a failure over another leg or in an earlier try */
	bool unregister; /* REGISTER with Expires 0 */
	bool blocked;    /* 603 or 607 that an analytics service sent ("Network Blocked", v=analytics1) */
	bool user_released; /* Reason location says that the user's side released (Q.850 location "user") */
	bool lone;       /* said by a log line that names no call: an attempt, but it moves no ratio */
	int64_t t_ns;    /* when it ended */
	int32_t pdd_ms;  /* INVITE: first request to first 101-199, else to 2xx (post-dial delay) */
	int32_t srd_ms;  /* INVITE: request of the last try to first 101-199 or final (RFC 6076 4.3) */
	int32_t rrd_ms;  /* REGISTER: first request to 2xx (RFC 6076 4.1) */
	const struct endpoint *peer;
};

/* Hops that an event names at most. */
enum { EVENT_HOPS_MAX = 8 };

/* One hop of an attempt: the request went src to dst, which gave `code` (0: none).  at_ms after the first request. */
struct event_hop {
	struct slice src, dst; /* address:port, address alone where a log has no port, "-" unknown */
	uint16_t code;
	uint32_t at_ms;
	uint32_t seen; /* how often its final response was seen, repeats and copies included */
};

/*
 * A path is a text, a hop a line: "src dst code at_ms seen\n", the hop nearest to the originator first.  Appends one
 * to out[cap] behind `used` bytes, without a NUL; returns the new length, `used` when there is no room or src or dst is
 * none of endpoint_format's texts (empty, ENDPOINT_TEXT bytes or longer, or not visible ASCII).
 */
size_t event_hop_put(char *out, size_t cap, size_t used, const struct event_hop *h);
/* Take the first hop off *path; its slices point into it.  False, *path as it was, at the end or when the rest is no
 * path: a line that is cut, a field too few or too many, a code that is none. */
bool event_hop_next(struct slice *path, struct event_hop *out);

/* What a peer is, by the configuration or learnt. */
enum peer_role { PEER_ROLE_UNKNOWN, PEER_ROLE_TRUNK, PEER_ROLE_PHONES, PEER_ROLE_PBX, PEER_ROLE_N };

/* "-", "trunk", "phones", "pbx". */
const char *peer_role_name(unsigned role);
/* The role of a name; PEER_ROLE_N when there is none. */
enum peer_role peer_role_find(struct slice name);

/* Bytes of the raw message that an event keeps at most. */
#define EVENT_RAW_MAX 8192

/*
 * An event.  Slices are borrowed from whoever hands the event over (track, record decoder, store) and are
 * copied by whoever keeps it.  Empty = absent, number -1 = absent.  Text is as received until record encodes it.
 * Code 0: no final response came (outcome NO_RESPONSE).  A code below 300 stands with ack_missing only.
 */
struct event {
	uint64_t id;  /* unique in one run of the engine chain, rising */
	int64_t t_ns; /* when the response was captured, or the silence was over */
	uint16_t code;
	uint16_t said_code; /* code that said_by gave, when a relay made another one of it; else 0 */
	int16_t q850;       /* Q.850 cause from Reason, -1 absent */
	int16_t reason_sip; /* SIP cause from Reason, -1 absent */
	int16_t warn_code;  /* Warning code, -1 absent */
	uint8_t transport;  /* enum transport */
	uint8_t direction;  /* enum direction, of the response; of silence: of the response that did not come */
	uint8_t outcome;    /* enum outcome_kind: FAILED, NO_RESPONSE; OK with recovered or ack_missing */
	uint8_t role;       /* enum peer_role of the peer */
	bool partial;       /* decoded in part */
	bool cut;           /* capture cut the message */
	bool recovered;     /* the call succeeded after all, over another leg or in a later try */
	bool in_call;       /* a request inside a dialog failed, not an attempt */
	bool auth;          /* credentials were sent and refused */
	bool rang;          /* it rang (101-199) before */
	bool orphan;        /* the request was not seen */
	bool ack_missing;   /* the call was answered and the answer never acknowledged */
	bool statement;     /* a log line named the code; there is no message: raw is empty, raw_len 0 */
	uint32_t raw_len;   /* length of the message on the wire; raw may hold less */
	int32_t setup_ms;   /* first request of the attempt to t_ns, -1 unknown */
	int32_t hop_ms;     /* last request of that transaction to its final response, -1 unknown */
	uint32_t repeats, copies; /* of the final response on its hop, so far */
	uint32_t tries;     /* requests of the attempt with their own CSeq, at least 1 */
	struct slice method;
	struct slice phrase;
	struct slice call_id;
	struct slice from, to;                     /* user, else host */
	struct slice peer;                         /* the other side: the user's name for it, else its address */
	struct slice peer_name;                    /* of a statement: its name in the log, where that is no address */
	struct slice src, dst;                     /* address:port, "-" unknown; src sent the response */
	struct slice said_by;                      /* address:port that gave the code first, if a relay passed it on */
	struct slice said_phrase;                  /* reason phrase of said_code, where a log tells it */
	struct slice agent;                        /* Server or User-Agent of the response */
	struct slice user_agent;                   /* User-Agent of the request */
	struct slice reason, warning, retry_after; /* raw header values; reason: also that of an earlier 183 */
	struct slice detail;  /* a product's own header line that refines the code, as sipmsg has it */
	struct slice needs;   /* the header line that says what the code asks for, as sipmsg has it */
	struct slice leg;     /* Call-ID of the other leg that is the cause, when the legs are linked by evidence */
	struct slice path;    /* the hops, see event_hop_next; empty when there is one and its request was not seen */
	struct slice explain; /* key of the explanation, see sip_explain */
	struct slice source;  /* name of the source */
	struct slice tap;     /* who mirrored it, as it names itself (struct message, agent); empty: nobody did */
	struct slice stamp;   /* time of the message as the log has it; empty of captures and of silence */
	struct slice raw;     /* the message (of silence: the request), at most EVENT_RAW_MAX bytes */
};

/*
 * True when the times of the event's log are whole seconds (its stamp has no fraction), so that its delays may be wrong
 * by one.  False for captures, and for what goes by the time of its arrival.  The same of a stamp alone.
 */
bool event_stamp_is_coarse(struct slice stamp);
bool event_is_coarse(const struct event *ev);

/*
 * An event changed its mind.  What did not change stays as it was: code 0, path empty.  repeats and copies are
 * totals.  recovered: it is no failure any more.  With a new code all of phrase, said_by and said_code are new, too:
 * what is empty there is absent from now on; explain was about the old code, and said_phrase becomes what
 * event_said_phrase gives.
 */
struct event_update {
	uint64_t id;
	int64_t t_ns;
	uint16_t code;     /* new code of the event; 0: as before */
	uint16_t old_code; /* code before this update: whoever sums failures moves one from here */
	uint16_t said_code; /* as in an event, of the new code */
	bool recovered;
	uint32_t repeats, copies;
	struct slice phrase, said_by; /* as in an event, of the new code */
	struct slice peer; /* of the event, as it was told; no record has it, and it is empty where memory was short */
	struct slice path;
};

/*
 * The reason phrase of u's said_code, of the event as it was before u: its own, where that was its code.  Empty when it
 * is not known.  Borrowed from e.
 */
struct slice event_said_phrase(const struct event *e, const struct event_update *u);

#endif
