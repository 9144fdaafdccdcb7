/*
 * tally - counters: class, code, method, peer, source.  Raw counters count what was on the wire, repeats included.
 * Counters never go away; what finds no room is counted under "other".
 */
#ifndef SIPWHY_TALLY_H
#define SIPWHY_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipwhy/event.h"
#include "sipwhy/frame.h"
#include "sipwhy/kpi.h"
#include "sipwhy/peers.h"
#include "sipwhy/sipmsg.h"
#include "sipwhy/wire.h"

/*
 * Messages by kind.  responses[m][c] is code 100 + c with CSeq method m.  retransmissions, copies and
 * partial count within requests and responses.
 */
struct counts {
	uint64_t requests[METHOD_N];
	uint64_t responses[METHOD_N][SIP_CODE_N];
	uint64_t retransmissions, copies, malformed, partial;
	uint64_t events;                       /* attempts, and requests in a call, that failed */
	uint64_t recovered;                    /* of these, taken back: it worked after all */
	int64_t attempts[METHOD_N];            /* begun */
	int64_t outcomes[METHOD_N][OUTCOME_N]; /* ended; an increment is negative where one was taken back */
};

/* Add src to dst, member by member. */
void counts_add(struct counts *dst, const struct counts *src);

/* Sums over the table. */
uint64_t counts_requests(const struct counts *c);
uint64_t counts_responses(const struct counts *c);
/* Responses of one code (100..699), over all methods. */
uint64_t counts_code(const struct counts *c, unsigned code);
/* Responses of one class 1..6, over all methods. */
uint64_t counts_class(const struct counts *c, unsigned cls);

/* Names longer than this are cut. */
#define SOURCE_NAME 64
#define SOURCE_TURNED 96

/*
 * One source's figures; all but progress, state and sentence only grow.  frames = sum of verdict (the accounting
 * invariant: sip + not-sip + filtered + malformed + dropped + held; held is 0 after the end).
 * filtered_input: frames the capture filter hid from us (files) and skipped: frames a restart left out; both are
 * in frames and have their own terms in the sum.
 */
struct source_stat {
	char name[SOURCE_NAME];
	char kind[8];                    /* live, file, demo, follow, syslog, mirror, tzsp */
	char state[12];                  /* open, reading, ended, damaged, failed */
	char turned_away[SOURCE_TURNED]; /* of receivers, as input_stats has it */
	uint64_t frames, bytes;
	uint64_t verdict[WIRE_VERDICT_N];
	uint64_t filtered_input, skipped;
	uint64_t drop[WIRE_DROP_N];
	uint64_t kernel_drops, if_drops, truncated, tcp_gaps, tcp_oversize;
	uint64_t done, total; /* bytes of a file read and its size; total 0 = unknown */
	uint64_t buffer;      /* kernel buffer granted, bytes */
	uint64_t tunnels, hep, hep_other, hep_left, hep_clock, tls; /* as wire_stats has them */
	uint64_t senders, connected, refused, closed, bad_frames;   /* of receivers, as input_stats has them */
	/* Of logs; text: its frames are lines or syslog messages.  As input_stats and logfmt_stats have them. */
	bool text;
	bool open_to_all; /* of receivers, as input_stats has it */
	uint64_t messages, statements, notices, cut, again, quiet;
	uint64_t long_records, rotations, forgotten;
	uint64_t no_year, no_zone, no_date, no_time;
};

/* True when the source's frames equal the sum of their verdicts. */
bool source_stat_balanced(const struct source_stat *s);

/*
 * What figures are made of: SIP messages that sources showed (packets that carried some), and lines of logs.  Lines
 * alone name no request, and of a class that none of them named nothing is known: 0 is not told of either.
 */
struct counts_from {
	uint64_t messages, lines;
};
void counts_from_add(struct counts_from *f, const struct source_stat *s);
bool counts_from_lines(const struct counts_from *f);

/*
 * kpi_figures.  c: all counted since the start, where that came of lines alone, else NULL.  Lines that never named a
 * response below 300 to INVITE need not name answered calls at all: then no ratio of calls is known (NAN); the same of
 * REGISTER and registrations, and of BYE and SCR.
 */
void counts_figures(const struct counts *c, const struct kpi_counts *k, struct kpi_figures *out);

/* "sip", "not_sip", "filtered", "malformed", "dropped", "held": as in records and reports; "-" above. */
const char *source_verdict_name(unsigned v);

/* How many codes one peer keeps apart. */
enum { PEER_CODES = 8, TALLY_PEERS_MAX = 1024 };

/*
 * One peer: events (failures) by code, most frequent kept apart, code 0 silence; other: events of further codes.  They
 * add up to events.  An increment below 0 are events told before that have another code now: another n, or other,
 * counts them.  responses: by class 1..6 at [cls-1].
 */
struct peer_stat {
	char name[ENDPOINT_TEXT];
	uint8_t role; /* enum peer_role */
	uint64_t responses[6];
	uint64_t events;
	struct {
		uint16_t code;
		int64_t n;
	} codes[PEER_CODES];
	uint64_t other;
};

/* Stands for the code of those under `other`. */
enum { PEER_NO_CODE = UINT16_MAX };
/*
 * Call fn for each pair of codes between which an increment moves n events, and leave in *inc what is new.  What is
 * below 0 and counted nowhere is left out.
 */
typedef void (*peer_moved_fn)(void *ctx, unsigned from, unsigned to, uint64_t n);
void peer_stat_moves(struct peer_stat *inc, peer_moved_fn fn, void *ctx);

/*
 * A table of peers by name, at most TALLY_PEERS_MAX; the rest, and all for which memory is short, stand under "other".
 * Of each peer the first 32 codes are kept apart, and the PEER_CODES most frequent of them are told.
 */
struct peer_table;
struct peer_table *peer_table_new(uint64_t seed);
struct peer_table *peer_table_clone(const struct peer_table *t);
void peer_table_free(struct peer_table *t);
/* Add increments to the peer of that name; the name "other" is the rest's.  Nothing falls below 0. */
void peer_table_add(struct peer_table *t, const struct peer_stat *inc);
/* Most events first (then most responses, then by name), at most n; returns how many. */
size_t peer_table_top(const struct peer_table *t, struct peer_stat *out, size_t n);

struct tally;

/* seed: of the peer table.  peers: names, borrowed for life; NULL: none.  A named set of addresses is one peer.
 * NULL when memory is short.  Free with tally_free. */
struct tally *tally_new(uint64_t seed, const struct peers *peers);
void tally_free(struct tally *t);

/*
 * What is counted from now on belongs to t_ns (cheap: say it with each message).  It places requests and
 * retransmissions in the KPI windows; without it the newest outcome's time is taken.
 */
void tally_time(struct tally *t, int64_t t_ns);

/*
 * Count one message, or one statement of a log as the response it names.  peer: the other side (track_peer tells it;
 * NULL when there is none); all whose address a log does not tell are one peer, "-".  Requests and retransmissions
 * count among a peer's KPIs from its first outcome on.
 */
void tally_message(struct tally *t, const struct sipmsg *s, enum seen seen, const struct endpoint *peer);

/* An attempt began. */
void tally_attempt(struct tally *t, enum sip_method method);

/*
 * An attempt or a leg ended: outcomes (whole, not in a call), and the KPIs in total (whole) and of the peer (leg).  A
 * peer without row gets one; when all KPI_PEERS are taken, a peer whose last outcome is more than 15 minutes older
 * is told under "other" from then on, with all it counted, and gives its row to the new one; a peer that the user
 * named gets a row from the one without name that was quiet for longest.
 */
void tally_outcome(struct tally *t, const struct outcome *o);

/* An answered session ended by an answered BYE; of a peer without KPIs it counts under "other". */
void tally_completed(struct tally *t, const struct endpoint *peer, int64_t t_ns);

/* An event was told.  Its peer is found by ev->peer, the user's name or the address; any other text is "other". */
void tally_event(struct tally *t, const struct event *ev);

/*
 * An event changed its mind: its code moved, that of u->peer's event too, or it is no failure any more.  Its peer's
 * events stay then: the leg failed.
 */
void tally_update(struct tally *t, const struct event_update *u);

/* Count one malformed message. */
void tally_malformed(struct tally *t);

/* All since the start. */
const struct counts *tally_total(const struct tally *t);

/*
 * Events since the start by final code (SIP_CODE_N numbers, code 100 first), without what recovered; with
 * tally_event_silent they add up to events - recovered.  A code below 300: answered, but never acknowledged.
 */
const uint64_t *tally_event_codes(const struct tally *t);
/* The same without a final code: silence. */
uint64_t tally_event_silent(const struct tally *t);

/* KPI counters since the start; and over the window_s seconds that end at now_ns (as kpi_window_sum has it). */
const struct kpi_counts *tally_kpi(const struct tally *t);
void tally_kpi_window(const struct tally *t, int64_t now_ns, unsigned window_s, struct kpi_counts *out);

/* KPI counters of one peer.  name is borrowed until t changes. */
struct kpi_peer {
	const char *name;
	uint8_t role; /* enum peer_role */
	const struct kpi_counts *counts;
};
/*
 * Peers with KPIs in that window, most bids and registrations first, at most n; returns how many.  window_s 0: since
 * the start.  At most KPI_PEERS are kept apart; the rest stand under "other".  counts point into `room`, n of them.
 */
size_t tally_kpi_peers(
    const struct tally *t, int64_t now_ns, unsigned window_s, struct kpi_peer *out, struct kpi_counts *room, size_t n);

/*
 * KPI increments since the last tally_taken: in total, and of the peers that moved (*n rows, at most KPI_PEERS + 1;
 * valid until the next call that changes t).  Increments are counted apart only once they were asked for.
 */
const struct kpi_counts *tally_delta_kpi(struct tally *t);
const struct kpi_peer *tally_delta_kpi_peers(struct tally *t, size_t *n);

/*
 * All since the last tally_taken: counts, and the peers that moved (increments; *n rows; valid until the next call
 * that changes t).  The last row "other" stands for peers above TALLY_PEERS_MAX.
 */
const struct counts *tally_delta(struct tally *t);
const struct peer_stat *tally_delta_peers(struct tally *t, size_t *n);

/* True when anything was counted since the last tally_taken. */
bool tally_dirty(const struct tally *t);

/* The delta was delivered: start a new one. */
void tally_taken(struct tally *t);

/* Peers since the start, most events first, at most n; returns how many. */
size_t tally_top_peers(const struct tally *t, struct peer_stat *out, size_t n);

/*
 * A history of 8 counters (classes 1..6 at 0..5, events at 6, silence at 7) in time: 1 s buckets for 10 min, 10 s for
 * 3 h, 1 min for 3 days (192 KB).  A bucket that reaches 2^32 - 1 stays there.  Shared by whoever draws rates.
 */
enum { SERIES_COUNTERS = 8 };
struct series;
struct series *series_new(void);
struct series *series_clone(const struct series *s);
void series_free(struct series *s);
/* Add n to a counter at time t_ns.  Later times move the window; times before it go to no bucket; a time
 * more than 3 days before the newest starts the history anew. */
void series_add(struct series *s, unsigned counter, int64_t t_ns, uint64_t n);
/* Take n back that were added at t_ns; no bucket falls below 0, what is out of reach stays. */
void series_take(struct series *s, unsigned counter, int64_t t_ns, uint64_t n);
/*
 * n buckets of step_s seconds (1, or a multiple of 10, or of 60) that end at now_ns, oldest first, into out[n].
 * Buckets begin at multiples of step_s since the epoch, so the last one, which holds now_ns, is still filling.
 * Buckets outside the history are 0: seconds reach back 10 min, multiples of 10 s 3 h, multiples of 60 s 3 days.
 */
void series_get(const struct series *s, unsigned counter, int64_t now_ns, unsigned step_s, uint64_t *out, size_t n);
/*
 * Sum over the window_s seconds that end at now_ns, in whole buckets: of 1 s when the window begins within the 10
 * minutes that end with the newest second, of 10 s within 3 h, else of minutes.
 */
uint64_t series_sum(const struct series *s, unsigned counter, int64_t now_ns, unsigned window_s);
/* Sum of all after the bucket that holds at_ns, the finest one that is kept. */
uint64_t series_after(const struct series *s, unsigned counter, int64_t at_ns);

#endif
