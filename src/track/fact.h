/*
 * fact - one thing that incidents are made of, as the attempts tell it.
 */
#ifndef TRACK_FACT_H
#define TRACK_FACT_H

#include <stdbool.h>
#include <stdint.h>

#include "sipwhy/event.h"
#include "sipwhy/frame.h"
#include "sipwhy/sipmsg.h"
#include "sipwhy/slice.h"

enum fact_kind {
	FACT_REQUEST,     /* a request of a new transaction, ACK and CANCEL included; no repeat */
	FACT_RESPONSE,    /* a response seen for the first time, provisional too; the request's side if it was seen */
	FACT_OUTCOME,     /* an attempt (whole) or a leg of it ended; silence too */
	FACT_REPEAT_2XX,  /* a 200 to INVITE came again without an ACK: `repeats` times so far */
	FACT_CALL_ENDED,  /* a call that was answered ended by BYE: `duration_ms`, Reason of the BYE */
	FACT_SESSION_LOST /* an answered call saw no BYE and no refresh within its Session-Expires */
};

/*
 * Client: who sent the request.  Server: who was to answer it.  own: an address of ours (this machine's, or of role
 * pbx).  Slices and pointers are borrowed for the call; absent members are empty, -1 or false.
 */
struct fact {
	enum fact_kind kind;
	unsigned topic;  /* what incidents_topic said, 0 not asked */
	uint64_t now_ms; /* monotone; only differences mean something */
	int64_t t_ns;    /* for people */
	enum sip_method method;
	uint16_t code; /* response: status; outcome: final code, 0 silence */
	int q850, reason_sip, warn_code;
	const struct endpoint *client, *server; /* never NULL */
	bool own_client, own_server;
	uint8_t role_client, role_server;      /* enum peer_role */
	uint8_t transport;                     /* enum transport */
	struct slice name_client, name_server; /* the user's names, empty without one */
	struct slice call_id, from, to;
	struct slice user_agent; /* of the request */
	struct slice agent;      /* Server of the response */
	struct slice phrase, reason, warning, retry_after, needs;
	struct slice contact; /* request: host[:port] of Contact */
	struct slice sent_by; /* request: of the top Via */
	struct slice uri;     /* request: Request-URI */
	bool credentials;     /* the request had credentials */
	bool stale;           /* response: challenge with stale=true */
	bool auth;            /* credentials were sent and refused (response or outcome) */
	bool in_dialog;       /* the request had a To-tag */
	bool seized;          /* some response came to the attempt */
	bool rang;            /* 101-199 came before */
	bool rang_180;        /* 180 came before */
	bool early_media;     /* 183 with SDP came before */
	bool cancelled;       /* the caller gave up */
	bool answered;        /* 2xx to INVITE */
	bool recovered;
	bool orphan;             /* response whose request was not seen */
	bool whole, leg;         /* FACT_OUTCOME, as in struct outcome */
	uint8_t outcome;         /* FACT_OUTCOME: enum outcome_kind */
	uint16_t said_code;      /* FACT_OUTCOME: code that a relay rewrote, 0 none */
	bool passed_on;          /* FACT_OUTCOME: another hop or leg said it first, and is told on its own */
	uint32_t bytes;          /* length of the request (request facts and outcomes) */
	int32_t ms;              /* response, outcome: since the last request of the try; -1 unknown */
	int32_t setup_ms;        /* outcome: since the first request; -1 unknown */
	int32_t duration_ms;     /* FACT_CALL_ENDED: from 2xx to BYE */
	int32_t expires;         /* REGISTER and its 2xx; -1 absent */
	int32_t session_expires; /* -1 absent */
	int16_t max_forwards;    /* request; -1 absent */
	uint32_t repeats;        /* FACT_REPEAT_2XX */
	uint32_t tries;          /* requests of the attempt with their own CSeq */
	uint64_t event_id;       /* FACT_OUTCOME: its event, 0 none */
};

#endif
