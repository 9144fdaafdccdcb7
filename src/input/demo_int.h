/*
 * demo_int - what the files of the demo share: the cast, the scripts, and one call on its way through a script.
 * Texts of a call (tags, branches, Call-ID) are computed from its number, so that a retransmission is the same bytes.
 */
#ifndef INPUT_DEMO_INT_H
#define INPUT_DEMO_INT_H

#include "demo_traffic.h"
#include "sipwhy/buf.h"

enum { DEMO_PHONES = 40, DEMO_CALLS = 512, DEMO_TEXT_MAX = 2048 };

enum demo_carrier { DEMO_WHOLESALE, DEMO_NORTHLINK, DEMO_CITYTEL, DEMO_GLOBALVOICE, DEMO_CARRIERS };

enum demo_method { DEMO_INVITE, DEMO_REGISTER, DEMO_OPTIONS, DEMO_BYE, DEMO_CANCEL, DEMO_ACK };

/* One side.  host: as it stands in SIP ("[v6]" included). */
struct demo_end {
	char host[48];
	uint8_t addr[16];
	uint16_t port;
	uint8_t family;
	const char *agent;
	const char *domain;
};

enum demo_op {
	DEMO_OP_END,
	DEMO_OP_REQUEST, /* a new transaction of the caller */
	DEMO_OP_AUTH,    /* the same with credentials */
	DEMO_OP_REPEAT,  /* the last request again */
	DEMO_OP_RESPOND, /* answer the transaction at hand */
	DEMO_OP_ACK,
	DEMO_OP_CANCEL,
	DEMO_OP_CANCEL_OK,
	DEMO_OP_BYE_BACK /* BYE by the called side */
};

/* Extra headers end in CRLF.  lo_ms..hi_ms: time since the step before. */
struct demo_step {
	uint8_t op;
	uint8_t method;
	uint16_t code;
	uint32_t lo_ms, hi_ms;
	const char *phrase;
	const char *extra;
};

/* A script and how often it is drawn, in parts of its list's sum. */
struct demo_script {
	const struct demo_step *step;
	unsigned weight;
	bool fail_over; /* when it is over, try the same number over the next carrier */
};

struct demo_scripts {
	const struct demo_script *script;
	unsigned n;
};

/* Lists to draw from. */
extern const struct demo_scripts demo_out, demo_in, demo_internal;
extern const struct demo_script demo_congested, demo_congested_silent, demo_refused_leg, demo_no_funds, demo_no_route,
    demo_register, demo_register_wrong, demo_register_banned, demo_options, demo_answered, demo_scan_register,
    demo_scan_invite, demo_scan_options;

struct demo_call {
	int64_t t_ns;
	const struct demo_script *script;
	const struct demo_step *step; /* the next one; NULL when the place is free */
	uint64_t id;
	struct demo_end a, b; /* caller, called */
	char from[24], to[24];
	uint32_t cseq;
	uint32_t branch;
	uint16_t code;  /* of the last response */
	uint8_t method; /* of the transaction at hand */
	bool back;      /* it runs from b to a */
	bool auth;
	uint16_t other; /* place + 1 of the other leg through the PBX, 0 none */
	char cid[64];   /* Call-ID of the leg before it, for X-CID */
};

/* 64 well-mixed bits of x. */
uint64_t demo_mix(uint64_t x);

/* The cast. */
void demo_end_pbx(struct demo_end *e, bool v6);
void demo_end_phone(struct demo_end *e, unsigned n);
void demo_end_carrier(struct demo_end *e, unsigned n);
void demo_end_scanner(struct demo_end *e);

/* The call's Call-ID; returns out. */
char *demo_call_id(const struct demo_call *call, char *out, size_t cap);

/* Text of the step the call is at; *from_a says who sends.  Changes the call's transaction as the step says. */
void demo_text(struct buf *out, struct demo_call *call, const struct demo_step *step, bool *from_a);

/* IP and UDP around the text, into pkt; bytes written. */
size_t demo_packet(uint8_t *pkt, size_t cap, const struct demo_end *src, const struct demo_end *dst, uint16_t ip_id,
    struct slice text);

#endif
