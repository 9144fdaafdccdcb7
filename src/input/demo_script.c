/*
 * demo_script - how calls go: the steps of each kind of call, and how often it happens (RFC 3261 13, 15, 9).
 *
 * Know: codes, phrases, Reason and Warning are those that real carriers, phones and Asterisk send; the shares are those
 * of a small office, where two thirds of the attempts are answered.
 */
#include "demo_int.h"

/* clang-format off */
#define DEMO_LIST(a) { (a), sizeof(a) / sizeof((a)[0]) }

#define STEP(op, method, code, lo, hi, phrase, extra) { op, method, code, lo, hi, phrase, extra }
#define REQUEST(method) STEP(DEMO_OP_REQUEST, method, 0, 0, 0, NULL, NULL)
#define AUTH(method) STEP(DEMO_OP_AUTH, method, 0, 5, 50, NULL, NULL)
#define REPEAT(ms) STEP(DEMO_OP_REPEAT, 0, 0, ms, (ms) + 3, NULL, NULL)
#define ANSWER_WITH(code, phrase, lo, hi, extra) STEP(DEMO_OP_RESPOND, 0, code, lo, hi, phrase, extra)
#define ANSWER(code, phrase, lo, hi) ANSWER_WITH(code, phrase, lo, hi, NULL)
#define TRYING ANSWER(100, "Trying", 2, 40)
#define RINGING ANSWER(180, "Ringing", 150, 1400)
#define PROGRESS ANSWER(183, "Session Progress", 300, 1800)
#define ACK STEP(DEMO_OP_ACK, DEMO_ACK, 0, 2, 30, NULL, NULL)
#define CANCEL STEP(DEMO_OP_CANCEL, DEMO_CANCEL, 0, 3000, 19000, NULL, NULL)
#define CANCEL_OK STEP(DEMO_OP_CANCEL_OK, 0, 200, 2, 30, "OK", NULL)
#define TERMINATED ANSWER(487, "Request Terminated", 2, 25)
#define HANGUP STEP(DEMO_OP_REQUEST, DEMO_BYE, 0, 6000, 60000, NULL, Q850(16, "Normal Clearing"))
#define HANGUP_BACK STEP(DEMO_OP_BYE_BACK, DEMO_BYE, 0, 6000, 60000, NULL, NULL)
#define GOODBYE ANSWER(200, "OK", 2, 40)
#define UNAUTHORIZED ANSWER(401, "Unauthorized", 2, 15)
#define CHALLENGE REQUEST(DEMO_INVITE), UNAUTHORIZED, ACK, AUTH(DEMO_INVITE)
#define FAIL(code, phrase, lo, hi, extra) ANSWER_WITH(code, phrase, lo, hi, extra), ACK
#define END STEP(DEMO_OP_END, 0, 0, 0, 0, NULL, NULL)

#define Q850(cause, text) "Reason: Q.850;cause=" #cause ";text=\"" text "\"\r\n"
/* clang-format on */

/* Over a carrier, either way. */
static const struct demo_step answered[] = { REQUEST(DEMO_INVITE), TRYING, RINGING, ANSWER(200, "OK", 1500, 9000), ACK,
	HANGUP, GOODBYE, END };
static const struct demo_step answered_early[] = { REQUEST(DEMO_INVITE), TRYING, PROGRESS,
	ANSWER(200, "OK", 2000, 9000), ACK, HANGUP_BACK, GOODBYE, END };
static const struct demo_step answered_late_ack[] = { REQUEST(DEMO_INVITE), TRYING, RINGING,
	ANSWER(200, "OK", 2500, 7000), ANSWER(200, "OK", 500, 502), ACK, HANGUP, GOODBYE, END };
static const struct demo_step answered_repeat[] = { REQUEST(DEMO_INVITE), REPEAT(500), TRYING, RINGING,
	ANSWER(200, "OK", 2000, 8000), ACK, HANGUP_BACK, GOODBYE, END };
static const struct demo_step busy[] = { REQUEST(DEMO_INVITE), TRYING,
	FAIL(486, "Busy Here", 300, 2500, Q850(17, "User busy")), END };
static const struct demo_step busy_plain[] = { REQUEST(DEMO_INVITE), TRYING, FAIL(486, "Busy Here", 300, 2500, NULL),
	END };
static const struct demo_step cancelled[] = { REQUEST(DEMO_INVITE), TRYING, RINGING, CANCEL, CANCEL_OK, TERMINATED, ACK,
	END };
static const struct demo_step no_answer[] = { REQUEST(DEMO_INVITE), TRYING, PROGRESS,
	FAIL(480, "Temporarily Unavailable", 9000, 25000, Q850(19, "No answer from user")), END };
static const struct demo_step absent[] = { REQUEST(DEMO_INVITE), TRYING,
	FAIL(480, "Temporarily Unavailable", 700, 3000, Q850(20, "Subscriber absent")), END };
static const struct demo_step unallocated[] = { REQUEST(DEMO_INVITE), TRYING,
	FAIL(404, "Not Found", 300, 1500, Q850(1, "Unallocated (unassigned) number")), END };
static const struct demo_step incomplete[] = { REQUEST(DEMO_INVITE), TRYING,
	FAIL(484, "Address Incomplete", 100, 600, Q850(28, "Invalid number format")), END };
static const struct demo_step timed_out[] = { REQUEST(DEMO_INVITE), TRYING,
	FAIL(408, "Request Timeout", 8000, 12000, Q850(102, "Recovery on timer expiry")), END };
static const struct demo_step declined[] = { REQUEST(DEMO_INVITE), TRYING, RINGING,
	FAIL(603, "Decline", 1500, 6000, NULL), END };
static const struct demo_step codec[] = { REQUEST(DEMO_INVITE), TRYING,
	FAIL(488, "Not Acceptable Here", 20, 200, "Warning: 304 198.51.100.40 \"Media type not available\"\r\n"), END };
static const struct demo_step server_error[] = { REQUEST(DEMO_INVITE), TRYING,
	FAIL(500, "Internal Server Error", 50, 900, Q850(41, "Temporary failure")), END };
static const struct demo_step gateway[] = { REQUEST(DEMO_INVITE), TRYING,
	FAIL(502, "Bad Gateway", 200, 1500, Q850(27, "Destination out of order")), END };
static const struct demo_step silence[] = { REQUEST(DEMO_INVITE), REPEAT(500), REPEAT(1000), REPEAT(2000), REPEAT(4000),
	REPEAT(8000), REPEAT(16000), END };

const struct demo_script demo_answered = { answered, 1, false };

static const struct demo_script demo_out_list[] = {
	{ answered, 330, false },
	{ answered_early, 260, false },
	{ answered_late_ack, 14, false },
	{ answered_repeat, 14, false },
	{ busy, 70, false },
	{ cancelled, 85, false },
	{ no_answer, 60, false },
	{ absent, 22, false },
	{ unallocated, 24, false },
	{ incomplete, 5, false },
	{ timed_out, 9, false },
	{ declined, 10, false },
	{ codec, 7, false },
	{ server_error, 6, false },
	{ gateway, 7, false },
	{ silence, 2, false },
};
const struct demo_scripts demo_out = DEMO_LIST(demo_out_list);

static const struct demo_script demo_in_list[] = {
	{ answered, 420, false },
	{ answered_repeat, 12, false },
	{ busy_plain, 50, false },
	{ cancelled, 90, false },
	{ no_answer, 40, false },
	{ declined, 8, false },
};
const struct demo_scripts demo_in = DEMO_LIST(demo_in_list);

/* From a phone to the PBX, challenged first. */
static const struct demo_step inner_answered[] = { CHALLENGE, TRYING, RINGING, ANSWER(200, "OK", 1500, 7000), ACK,
	HANGUP, GOODBYE, END };
static const struct demo_step inner_busy[] = { CHALLENGE, TRYING, RINGING,
	FAIL(486, "Busy here", 400, 2500, Q850(17, "User busy")), END };
static const struct demo_step inner_cancelled[] = { CHALLENGE, TRYING, RINGING, CANCEL, CANCEL_OK, TERMINATED, ACK,
	END };
static const struct demo_step inner_missing[] = { CHALLENGE, TRYING,
	FAIL(404, "Not Found", 2, 30, Q850(3, "No route to destination")), END };
static const struct demo_step inner_absent[] = { CHALLENGE, TRYING,
	FAIL(480, "Temporarily Unavailable", 20, 100, Q850(20, "Subscriber absent")), END };
static const struct demo_step inner_codec[] = { CHALLENGE, TRYING,
	FAIL(488, "Not Acceptable Here", 5, 40, "Warning: 304 192.0.2.10 \"Media type not available\"\r\n"), END };

static const struct demo_script demo_internal_list[] = {
	{ inner_answered, 300, false },
	{ inner_busy, 30, false },
	{ inner_cancelled, 55, false },
	{ inner_missing, 12, false },
	{ inner_absent, 14, false },
	{ inner_codec, 5, false },
};
const struct demo_scripts demo_internal = DEMO_LIST(demo_internal_list);

/* The carrier in trouble: at once, or with a time to come back; half of the calls then go over another one. */
static const struct demo_step congested[] = { REQUEST(DEMO_INVITE), TRYING,
	FAIL(503, "Service Unavailable", 40, 500, Q850(34, "No circuit/channel available")), END };
static const struct demo_step congested_after[] = { REQUEST(DEMO_INVITE), TRYING,
	FAIL(503, "Service Unavailable", 40, 500, Q850(34, "No circuit/channel available") "Retry-After: 30\r\n"),
	END };
const struct demo_script demo_congested = { congested, 1, true };
const struct demo_script demo_congested_silent = { congested_after, 1, false };

/* The same as the phone sees it, through the PBX. */
static const struct demo_step refused_leg[] = { CHALLENGE, TRYING,
	FAIL(503, "Service Unavailable", 2, 4, Q850(34, "No circuit/channel available")), END };
const struct demo_script demo_refused_leg = { refused_leg, 1, false };

static const struct demo_step no_funds[] = { REQUEST(DEMO_INVITE), TRYING,
	FAIL(403, "Insufficient funds", 60, 300, Q850(21, "Call rejected")), END };
const struct demo_script demo_no_funds = { no_funds, 1, false };

/* A number that came over the trunk and that the PBX has no inbound route for. */
static const struct demo_step no_route[] = { REQUEST(DEMO_INVITE), FAIL(404, "Not Found", 2, 20, NULL), END };
const struct demo_script demo_no_route = { no_route, 1, false };

static const struct demo_step registers[] = { REQUEST(DEMO_REGISTER), UNAUTHORIZED, AUTH(DEMO_REGISTER),
	ANSWER(200, "OK", 2, 15), END };
static const struct demo_step registers_wrong[] = { REQUEST(DEMO_REGISTER), UNAUTHORIZED, AUTH(DEMO_REGISTER),
	UNAUTHORIZED, END };
static const struct demo_step registers_banned[] = { REQUEST(DEMO_REGISTER), UNAUTHORIZED, AUTH(DEMO_REGISTER),
	ANSWER(403, "Forbidden", 2, 15), END };
const struct demo_script demo_register = { registers, 1, false };
const struct demo_script demo_register_wrong = { registers_wrong, 1, false };
const struct demo_script demo_register_banned = { registers_banned, 1, false };

static const struct demo_step options[] = { REQUEST(DEMO_OPTIONS), ANSWER(200, "OK", 5, 80), END };
const struct demo_script demo_options = { options, 1, false };

static const struct demo_step scan_register[] = { REQUEST(DEMO_REGISTER), UNAUTHORIZED, END };
static const struct demo_step scan_invite[] = { REQUEST(DEMO_INVITE), UNAUTHORIZED, ACK, END };
static const struct demo_step scan_options[] = { REQUEST(DEMO_OPTIONS), ANSWER(404, "Not Found", 2, 8), END };
const struct demo_script demo_scan_register = { scan_register, 1, false };
const struct demo_script demo_scan_invite = { scan_invite, 1, false };
const struct demo_script demo_scan_options = { scan_options, 1, false };
