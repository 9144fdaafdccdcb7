/*
 * attempt - the memory of what goes on: attempts and their hops in bounded tables, found by key, with a deadline each.
 */
#ifndef TRACK_ATTEMPT_H
#define TRACK_ATTEMPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipwhy/event.h"
#include "sipwhy/frame.h"
#include "sipwhy/sipmsg.h"

/* Milliseconds since the first message, cut to 32 bits: only differences mean something. */
typedef uint32_t track_ms;

enum hop_flag {
	HOP_ROOT = 1,      /* nearest to the originator: the first one, or a fork of the same sender */
	HOP_CANCELLED = 2, /* a CANCEL went over it */
	HOP_TOLD = 4,      /* its leg's outcome was told */
	HOP_ORPHAN = 8,    /* its request was not seen */
	/* A log says who wrote it: the machine that sent the request, or the one that got it; and HOP_MET: both did. */
	HOP_OWN_CLIENT = 16,
	HOP_OWN_SERVER = 32,
	HOP_OWN = HOP_OWN_CLIENT | HOP_OWN_SERVER,
	HOP_MET = 64
};

/* One transaction of an attempt between two neighbours. */
struct hop {
	uint32_t next;            /* number of the next one of the attempt, 0 none */
	uint32_t branch;          /* of top Via branch and sent-by, hashed */
	struct endpoint src, dst; /* of the request */
	track_ms at, done;        /* request; final response */
	uint16_t code;            /* newest response, 0 none */
	int16_t q850;             /* of it, -1 absent */
	uint16_t seen, copies;    /* sights of the final response; of these copies */
	uint8_t flags, transport;
};

/* Where an attempt stands (doc/counting.md). */
enum attempt_state {
	ATTEMPT_NEW,      /* no response yet */
	ATTEMPT_PROGRESS, /* a provisional response */
	ATTEMPT_WAIT,     /* a final response that a follow-up may heal: challenge, redirect, 422 ... */
	ATTEMPT_HELD,     /* a hop further on failed, the originator was not told yet */
	ATTEMPT_ANSWERED, /* INVITE with 2xx, until its BYE */
	ATTEMPT_DONE      /* decided; kept for what comes late */
};

enum attempt_flag {
	ATTEMPT_SEIZED = 1 << 0,     /* some response came */
	ATTEMPT_RANG = 1 << 1,       /* 101-199 */
	ATTEMPT_RANG_180 = 1 << 2,   /* 180 */
	ATTEMPT_EARLY = 1 << 3,      /* 183 with SDP */
	ATTEMPT_CANCELLED = 1 << 4,  /* the originator sent CANCEL */
	ATTEMPT_CREDS = 1 << 5,      /* the last request had credentials */
	ATTEMPT_CREDS_OLD = 1 << 6,  /* waits because credentials of before were not taken */
	ATTEMPT_AUTH = 1 << 7,       /* credentials were refused for good */
	ATTEMPT_IN_CALL = 1 << 8,    /* inside a dialog: no attempt, but its failure is an event */
	ATTEMPT_LEG = 1 << 9,        /* a further leg of a call that another attempt stands for */
	ATTEMPT_ORPHAN = 1 << 10,    /* made by a response */
	ATTEMPT_TOLD = 1 << 11,      /* its outcome was told */
	ATTEMPT_STUMBLED = 1 << 12,  /* a failure came before the success */
	ATTEMPT_ACKED = 1 << 13,     /* the 2xx was acknowledged */
	ATTEMPT_ENDED = 1 << 14,     /* BYE was seen */
	ATTEMPT_COMPLETED = 1 << 15, /* and answered */
	ATTEMPT_KEEP = 1 << 16,      /* its failure waits for the other leg's outcome */
	ATTEMPT_GONE = 1 << 17,      /* REGISTER that takes bindings back */
	ATTEMPT_BLOCKED = 1 << 18,
	ATTEMPT_USER = 1 << 19,     /* Q.850 location user */
	ATTEMPT_NO_ACK = 1 << 20,   /* told that its ACK is missing */
	ATTEMPT_UNSEEN = 1 << 21,   /* what followed shows a final response that was not captured */
	ATTEMPT_TAKEN = 1 << 22,    /* and that it was a 2xx */
	ATTEMPT_HEALED = 1 << 23,   /* its event was told as recovered */
	ATTEMPT_SENT_ON = 1 << 24,  /* it has a further leg */
	ATTEMPT_STATED = 1 << 25,   /* known by single lines of a log only, whose messages were not seen */
	ATTEMPT_LONE = 1 << 26,     /* by one of them, which names no call */
	ATTEMPT_COARSE = 1 << 27,   /* its log has whole seconds: a delay can't be told */
	ATTEMPT_UNTIMED = 1 << 28,  /* its log has no time of one of its messages: no delay is known */
	ATTEMPT_UPSTREAM = 1 << 29, /* a line of a log said that its answer went to the originator */
	ATTEMPT_BRANCH = 1 << 30    /* its event is about a branch; it ended otherwise, and that was no failure */
};

/* What an event tells that its record can't hold: a copy on the heap, made when it may be wanted later. */
struct kept;

enum { ATTEMPT_REALMS = 4 };

/* Names of an attempt, kept while an event may have to be made without a response; longer ones are cut. */
enum { ATTEMPT_CALL_ID_MAX = 128, ATTEMPT_USER_MAX = 64, ATTEMPT_AGENT_MAX = 48, ATTEMPT_TAP_MAX = 48 };

struct attempt {
	uint64_t key;
	uint64_t event_id; /* its event, 0 none */
	int64_t t0_ns;     /* first request, by the capture's clock */
	struct kept *kept;
	char *text; /* Call-ID, From user, To user, User-Agent, who mirrored it, of these lengths; NULL none */
	char *event_peer;          /* as its event was told; NULL none, or memory was short */
	uint32_t chain;            /* next of its bucket */
	uint32_t due;              /* deadline, in ticks */
	uint32_t wheel[2], age[2]; /* neighbours in their lists */
	uint16_t wheel_slot;
	uint8_t age_list;
	uint8_t state; /* enum attempt_state */
	uint32_t flags;
	track_ms first, try_at, ring, end; /* first request, that of this try, first 101-199, final response */
	uint32_t cseq;
	uint32_t dialog, loser; /* To-tags, hashed, of the 2xx; of another fork's 2xx behind it; 0 none */
	uint32_t leg;           /* number of the attempt that is the failed further leg, 0 none */
	int32_t session_s;
	uint32_t bytes;                  /* of the last request */
	uint16_t code;                   /* final; while it waits: what it waits for */
	uint16_t said_code;              /* what a branch gave, as a line of a log said, 0 none */
	uint16_t event_code, event_seen; /* what its event says */
	int16_t q850, reason_sip;
	uint16_t tries, repeats; /* repeats: of the request, and once answered of the 2xx */
	uint16_t asked[ATTEMPT_REALMS], sent[ATTEMPT_REALMS]; /* realms: challenged so far, credentials of this try */
	uint8_t n_asked, n_sent, n_stale;
	uint8_t method;  /* enum sip_method */
	uint8_t outcome; /* enum outcome_kind, when told */
	uint8_t n_call_id, n_from, n_to, n_agent, n_tap;
	uint8_t event_hops;
	bool event_whole; /* its event stands for the attempt, and is no recovered one */
	struct hop hop;   /* the first one */
};

static inline struct slice
attempt_text(const struct attempt *a, size_t at, size_t n)
{
	return a->text != NULL ? (struct slice){ a->text + at, n } : (struct slice){ NULL, 0 };
}

static inline struct slice
attempt_call_id(const struct attempt *a)
{
	return attempt_text(a, 0, a->n_call_id);
}

static inline struct slice
attempt_from(const struct attempt *a)
{
	return attempt_text(a, a->n_call_id, a->n_from);
}

static inline struct slice
attempt_to(const struct attempt *a)
{
	return attempt_text(a, (size_t)a->n_call_id + a->n_from, a->n_to);
}

static inline struct slice
attempt_agent(const struct attempt *a)
{
	return attempt_text(a, (size_t)a->n_call_id + a->n_from + a->n_to, a->n_agent);
}

static inline struct slice
attempt_tap(const struct attempt *a)
{
	return attempt_text(a, (size_t)a->n_call_id + a->n_from + a->n_to + a->n_agent, a->n_tap);
}

struct attempts;

struct attempts_cfg {
	size_t bytes; /* of everything that hangs here */
	/* One must go to make room: its outcome is to be told before. */
	void (*evict)(void *ctx, struct attempt *a);
	/* Its deadline is there; it may be given a new one, or be dropped. */
	void (*due)(void *ctx, struct attempt *a);
	void *ctx;
};

/* NULL when memory is short. */
struct attempts *attempts_new(const struct attempts_cfg *cfg);
void attempts_free(struct attempts *t);

/* NULL when there is none. */
struct attempt *attempt_find(struct attempts *t, uint64_t key);
/* The bucket of a key is wanted soon; and, once that is there, the record: returns the number it may have, 0 none. */
void attempt_prefetch(const struct attempts *t, uint64_t key);
uint32_t attempt_prefetch_record(const struct attempts *t, uint64_t key);
/* A new one, cleared; NULL when memory is short and nothing can go. */
struct attempt *attempt_make(struct attempts *t, uint64_t key);
void attempt_drop(struct attempts *t, struct attempt *a);

/* A number to remember it by (never 0), and back: NULL when the number was given to another one since. */
uint32_t attempt_number(const struct attempts *t, const struct attempt *a);
struct attempt *attempt_at(struct attempts *t, uint32_t number);

/* Which go first when room is wanted: decided ones, then those nobody answered, then the rest. */
enum attempt_age { AGE_DONE, AGE_SILENT, AGE_OPEN, AGE_N };
void attempt_age(struct attempts *t, struct attempt *a, enum attempt_age age);

/* Deadlines are kept in ticks of 250 ms; in_ms is at least 1. */
enum { ATTEMPT_TICK_MS = 250 };
void attempt_due(struct attempts *t, struct attempt *a, track_ms now, uint32_t in_ms);
/* When it is, or was. */
track_ms attempt_deadline(const struct attempts *t, const struct attempt *a);
/* Hand over all that are due. */
void attempts_advance(struct attempts *t, track_ms now);
/* Call fn for each one; it may drop the one it is given. */
void attempts_each(struct attempts *t, void (*fn)(void *ctx, struct attempt *a), void *ctx);

/* A hop more, behind the others; NULL when there is no room or there are EVENT_HOPS_MAX already. */
struct hop *hop_add(struct attempts *t, struct attempt *a);
/* The next one, NULL behind the last. */
struct hop *hop_next(struct attempts *t, const struct hop *h);
/* All but the first go. */
void hop_drop_rest(struct attempts *t, struct attempt *a);

/* Remember names, or forget them.  Without memory there are none. */
void attempt_name(struct attempts *t, struct attempt *a, struct slice call_id, struct slice from, struct slice to,
    struct slice agent, struct slice tap);
void attempt_unname(struct attempts *t, struct attempt *a);

/* Keep a copy of ev (its raw cut to KEPT_RAW bytes); what was kept before goes.  Without memory nothing is kept. */
enum { KEPT_RAW = 2048 };
void attempt_keep(struct attempts *t, struct attempt *a, const struct event *ev);
/* NULL when there is none. */
const struct event *attempt_kept(const struct attempt *a);
void attempt_unkeep(struct attempts *t, struct attempt *a);

/* Remember whom its event was counted of, at most ENDPOINT_TEXT - 1 bytes; an empty peer is forgotten. */
void attempt_event_peer(struct attempts *t, struct attempt *a, struct slice peer);

/* Spent now; *most: at most so far. */
size_t attempts_bytes(const struct attempts *t, size_t *most);

#endif
