/*
 * track_int - the room's common table: what track.c, course.c, verdict.c, say.c and leg.c share.
 */
#ifndef TRACK_INT_H
#define TRACK_INT_H

#include <stdbool.h>
#include <stdint.h>

#include "sipwhy/track.h"
#include "track/attempt.h"
#include "track/fact.h"
#include "track/host.h"

struct callids;
struct incidents;
struct keep;
struct legs;
struct sight;

/* 64*T1 (RFC 3261 17.1.1.2), and the choices of doc/counting.md. */
enum {
	TRACK_TIMER_B_MS = 32000,
	TRACK_GLARE_MS = 4000,      /* 491: RFC 3261 14.1 */
	TRACK_IDLE_MS = 300000,     /* an INVITE that rings */
	TRACK_BRANCH_MS = 150000,   /* another branch, behind one that a line told of: proxies give up after 120 s */
	TRACK_LINGER_MS = 5000,     /* a success: its copies at other taps are near */
	TRACK_SESSION_MS = 1800000, /* an answered call without a word */
	TRACK_SESSION_MAX_S = 86400 /* a longer session interval is taken for none to wait for */
};

/* The message in hand.  m and s NULL: a timer. */
struct track_in {
	const struct message *m;
	const struct sipmsg *s;
	enum seen seen;
	int64_t at_ns;       /* its time, by a clock that does not jump */
	uint64_t call, from; /* hashes of Call-ID and From-tag */
	uint64_t sight;      /* what names the message, 0 nothing */
	uint64_t key;        /* of the attempt that it belongs to, or of the call that it may be inside of */
	uint32_t branch;
	const struct endpoint *client, *server; /* of the request */
	uint8_t own;                            /* HOP_OWN_*: which of them is ours, where a log says so */
	bool stated;                            /* a line of a log names the response, there is no message */
};

/* A clock of the messages, and what the time was when it stood there last. */
struct track_lane {
	int64_t last_ns;
	uint64_t clock_ns;
	bool used;
};

/* Clocks remembered beside the present one. */
enum { TRACK_LANES = 4 };

struct track {
	uint64_t seed;
	struct track_sink sink;
	struct sight *sight;
	struct callids *callids;
	struct attempts *attempts;
	struct hosts *hosts;
	struct legs *legs;
	struct incidents *incidents;
	struct keep *keep; /* NULL: nobody asked for messages */
	struct track_stats stats;
	size_t bytes_max;
	uint64_t next_id;
	bool started;
	int64_t last_ns;   /* newest time of the capture's clock */
	uint64_t lane_ns;  /* of clock_ns, when that clock stood at last_ns */
	uint64_t clock_ns; /* monotone */
	struct track_lane lane[TRACK_LANES];
	uint64_t due_ns; /* of it: when deadlines are looked at next */
	track_ms now;
	bool finished;
	const struct event *saying; /* the event that outcomes told now are about, NULL none */
	char src[ENDPOINT_TEXT], dst[ENDPOINT_TEXT], said[ENDPOINT_TEXT], peer[ENDPOINT_TEXT];
	char leg[256];
	char path[EVENT_HOPS_MAX * 160];
};

/* course.c: how attempts go. */
void course_request(struct track *t, const struct track_in *in);
void course_response(struct track *t, const struct track_in *in);
/* Set in->key from its message and hashes. */
void course_name(struct track_in *in);
/* A statement is in hand: what follows from it, and whether it says something new. */
enum seen statement_take(struct track *t, struct track_in *in);
/* The call that a message may be about or inside of, NULL none; and the key of an INVITE inside of it. */
struct attempt *course_call(struct track *t, const struct track_in *in);
uint64_t course_inner_key(const struct track_in *in);
/* A method that stands inside a dialog, or that a lone response can't be told to stand outside of one. */
bool course_is_inner(enum sip_method m);
/* A new attempt by the message in hand; NULL without room, and then it is told as evicted.  A later one of its kind:
 * the attempt goes on, or it is over and this is the next one. */
struct attempt *course_begin(struct track *t, const struct track_in *in, uint64_t key);
void course_later(struct track *t, struct attempt *a, const struct track_in *in);
/* The response in hand came over hop h; one to a BYE ends its call. */
void course_answer(struct track *t, struct attempt *a, const struct track_in *in, struct hop *h);
void course_bye_answered(struct track *t, const struct track_in *in);
/* Nothing says which request failed (failed: else it was challenged), but one did: it counts for itself. */
void course_lone(struct track *t, const struct track_in *in, uint32_t flags, bool failed);
/* A realm as attempts remember it. */
uint16_t course_realm(const struct track *t, struct slice realm);

/* verdict.c: how they end. */

/* The first final response of hop h is in hand and noted there. */
void verdict_final(struct track *t, struct attempt *a, const struct track_in *in, struct hop *h);
/* The first leg of the call that this one is a leg of, while that is known. */
struct attempt *verdict_first_leg(struct track *t, const struct attempt *a);
/* Does this code serve the purpose of a request, although it is a refusal? */
bool verdict_serves(enum sip_method method, unsigned code);
/* Did it fail, finally as it seemed? */
bool verdict_failed(const struct attempt *a);
/* It was over, and goes on: a try over another way, or an answer behind its time. */
void verdict_reopen(struct track *t, struct attempt *a);
/* The first final response of hop h is about to be noted: what it makes wrong is taken back while all is as it was
 * told. */
void verdict_late(struct track *t, struct attempt *a, const struct hop *h, unsigned code);
/* It was answered, as its ACK shows, by a response that was not captured. */
void verdict_taken(struct track *t, struct attempt *a);
/* Its session lasts from now on. */
void verdict_session(struct track *t, struct attempt *a);
/* It was answered, and nobody acknowledges that. */
void verdict_no_ack(struct track *t, struct attempt *a, const struct track_in *in, const struct hop *h);
/* Its deadline is there; there is no room for it any more.  ctx: struct track. */
void verdict_due(void *ctx, struct attempt *a);
void verdict_evict(void *ctx, struct attempt *a);
/* Nothing comes any more: what waits is decided. */
void verdict_finish(void *ctx, struct attempt *a);
/* Nothing comes to it any more: what was kept or counted for it is told. */
void verdict_close(void *ctx, struct attempt *a);

/* say.c: what is said of them. */

/* The event that the message in hand would be, of attempt a over hop h (a NULL: none).  Slices are borrowed from the
 * message and t. */
void say_event_of(
    struct track *t, const struct track_in *in, const struct attempt *a, const struct hop *h, struct event *ev);
/* The event of an attempt that nothing was kept of. */
void say_event_bare(struct track *t, const struct attempt *a, struct event *ev);
/* Complete it from the attempt and tell it.  whole: it stands for a failed attempt. */
void say_event(struct track *t, struct attempt *a, const struct hop *h, struct event *ev);
/* The attempt's event changed: what differs from when it was told.  h: it ended with the attempt's code now, over this
 * hop, and ev is the response (NULL: none is known); NULL: the code is as before. */
void say_update(struct track *t, struct attempt *a, const struct hop *h, const struct event *ev, bool recovered);
/* An attempt began. */
void say_attempt(struct track *t, const struct attempt *a, int64_t t_ns);
/* How it ended, in whole. */
void say_whole(struct track *t, struct attempt *a, const struct hop *h, enum outcome_kind kind, bool undo);
/* How its legs ended, those that have not been told; last: also those without a final response. */
void say_legs(struct track *t, struct attempt *a, bool last);
/* The message in hand, as a fact; a and h NULL when it belongs to none. */
void say_message(struct track *t, const struct track_in *in, const struct attempt *a, const struct hop *h);
/* A fact of a call: FACT_REPEAT_2XX, FACT_CALL_ENDED, FACT_SESSION_LOST. */
void say_call(struct track *t, enum fact_kind kind, const struct attempt *a, const struct track_in *in);
/* A good call of an attempt that ended over hop h; slices are borrowed from both and t. */
void say_good(struct track *t, const struct attempt *a, const struct hop *h, struct goodcall *g);
/* The far side of a hop. */
const struct endpoint *say_peer(struct track *t, const struct hop *h);
/* The hop whose answer the originator's was made of: h itself when nothing is known further on. */
const struct hop *say_origin_of(struct track *t, const struct attempt *a, const struct hop *h);

/* leg.c: attempts that are legs of one call (doc/counting.md). */
struct legs *legs_new(void);
void legs_free(struct legs *l);
/* The attempt of which this new INVITE is a further leg, by evidence (*by); NULL when there is none.  The new one is
 * remembered for those to come. */
struct attempt *
leg_find(struct track *t, struct attempt *a, const struct track_in *in, enum callmsg_evidence *by);
/* Its INVITE went on to another host, whose further legs are its legs, too. */
void leg_relayed(struct track *t, const struct attempt *a, const struct track_in *in);

#endif
