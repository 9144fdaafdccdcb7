/*
 * store - what the console remembers: events and notices (newest kept), counters, peers, sources, the engine's state.
 * Formats nothing, knows no colour.  Changed only by store_apply, store_feed, store_note, store_advance,
 * store_freeze, store_look, store_rules, store_group_ack/mute and store_incident_dismiss/mute.
 *
 * Windows: window_s below is any number of seconds up to 86400, 0 since the start; the views use 60, 300, 900, 3600 and
 * 86400.  A window ends at store_now and holds whole buckets: of 1 s while it begins less than 10 minutes before the
 * newest data, of 10 s up to 3 hours, of 1 minute up to 3 days.
 */
#ifndef SIPWHY_STORE_H
#define SIPWHY_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipwhy/callmsg.h"
#include "sipwhy/event.h"
#include "sipwhy/incident.h"
#include "sipwhy/notice.h"
#include "sipwhy/record.h"
#include "sipwhy/rule.h"
#include "sipwhy/tally.h"

/* The phrase that is registered for a status code, as sip_code_phrase; it says no more than the code. */
typedef const char *(*store_phrase_fn)(unsigned code);

/*
 * events: kept at most [10000].  bytes: of these with their texts and raw messages at most [64 MiB, and 1 KiB more for
 * each event above 10000].  When bytes run out the oldest events lose their raw message (raw empty, raw_len stays), and
 * when none has one any more the oldest go, counted.
 * message_bytes: of the messages of attempts with their texts at most [32 MiB], and of 16,384 attempts; those of the
 * oldest attempt go first.
 * phrase: so that an event with the registered phrase and one without any are in one group; NULL: every phrase counts.
 */
struct store_cfg {
	size_t events;
	size_t bytes;
	size_t message_bytes;
	uint64_t seed;
	store_phrase_fn phrase;
};

struct store;

/* NULL cfg takes defaults.  NULL when memory is short.  Free with store_free. */
struct store *store_new(const struct store_cfg *cfg);
void store_free(struct store *s);

/*
 * Take one record (copied).  0; -EINVAL for one that makes no sense here; -EMSGSIZE for an event alone above the limit,
 * -ENOMEM (both counted as lost).  An update of an event that is not kept any more moves the sums, not its group.
 */
int store_apply(struct store *s, const struct record *r);

/* Take bytes of the stream, cut anywhere; whole lines are decoded and applied.  Bad or oversize lines are counted. */
void store_feed(struct store *s, const void *p, size_t n);

/* The console's own word about the engine, shown until the next hello ("engine ended by signal 9, ..."). */
void store_note(struct store *s, bool engine_alive, const char *sentence);

/* Tell the time (wall clock).  While a source is live, rates run by it; with files only, by the records' times. */
void store_advance(struct store *s, int64_t wall_ns);

/* Pause: getters below show the state of this moment (events added later are hidden) until unfrozen.  0 or -ENOMEM. */
int store_freeze(struct store *s, bool freeze);
bool store_frozen(const struct store *s);
/* For how long, by the wall clock; 0 when it is not, or when files are read. */
int64_t store_frozen_ns(const struct store *s);
/* Events that came since the freeze. */
uint64_t store_waiting(const struct store *s);

/* Rises with every visible change: a view draws again only when it moved. */
uint64_t store_revision(const struct store *s);

/* The time that rates and histories end at; while looking back, the moment that is looked at. */
int64_t store_now(const struct store *s);

/*
 * Look back: show the moment at_ns out of kept buckets, until told otherwise; 0, or a moment that is not before now, is
 * live again; one before store_oldest is pulled to it.  Works while frozen (then within the frozen moment) and while
 * data goes on coming.  The bucket that holds the moment is shown whole, so 1 s, 10 s or 1 minute after it may count.
 * Shown as of then: store_now, rates, windows, totals of classes, histories, usual, tops of any window, KPIs, events
 * (those told up to then), groups (counts as far as the hour that they keep; those first seen later are not there;
 * newest is 0 when it came later), incidents that began before it (as known now).  Not: store_counts, store_top_peers,
 * store_event_total/folded/recovered/evicted, notices, messages, sources, store_status.
 */
void store_look(struct store *s, int64_t at_ns);
/* The moment looked at, 0 live. */
int64_t store_looking(const struct store *s);
/* The earliest moment that can be looked at; 0 while nothing was counted. */
int64_t store_oldest(const struct store *s);

/* Totals since the start, all engines together. */
const struct counts *store_counts(const struct store *s);
/* Do they come of lines of logs alone (counts_from_lines)?  Then 0 requests, or of a class, are not told. */
bool store_from_lines(const struct store *s);
/* Ratios of KPI counters, as far as they can be told (counts_figures). */
void store_figures(const struct store *s, const struct kpi_counts *k, struct kpi_figures *out);

/*
 * Classes: 1..6 responses; 7: events as they were told, those that recovered included; 8: silence, events without a
 * final code, without what recovered or got a code later (folded ones included).
 */
enum { STORE_CLASS_EVENTS = 7, STORE_CLASS_SILENCE = 8, STORE_CLASS_N };
/* A second, over the window; of a run younger than the window over its age. */
double store_rate(const struct store *s, unsigned cls, unsigned window_s);
/* Sum over the window. */
uint64_t store_window(const struct store *s, unsigned cls, unsigned window_s);
/*
 * History for a sparkline: n buckets of step_s seconds ending now, oldest first.  step_s: 1, or a multiple of 10 or 60;
 * seconds reach back 10 minutes before the newest data, tens of seconds 3 hours, minutes 3 days; 0 before.
 */
void store_history(const struct store *s, unsigned cls, unsigned step_s, uint64_t *out, size_t n);
/*
 * The most that one second of that history had; false (*most 0) when it is not known: over 10 minutes before the newest
 * data it is by whole minutes, at most 2 hours back.
 */
bool store_peak(const struct store *s, unsigned cls, unsigned step_s, size_t n, uint64_t *most);
/*
 * The mean a second over the hour before the window, or over what is known of it; false (*per_s 0) when less than 10
 * minutes of it are known, and for window 0.
 */
bool store_usual(const struct store *s, unsigned cls, unsigned window_s, double *per_s);
/* Is the whole window before this one known (the run was as old by then)?  Only then is what had none in it "new". */
bool store_before_known(const struct store *s, unsigned window_s);

/*
 * Failure codes (>= 400, and 0: silence) in the window, most events first, then most responses; returns rows set, at
 * most n.  events: failures by final code, without what recovered; before: events in the window of the same length
 * before this one, 0 for window 0.  store_top_codes: since the start.
 */
struct store_code {
	uint16_t code;
	uint64_t responses;
	uint64_t events;
	uint64_t before;
};
size_t store_window_codes(const struct store *s, unsigned window_s, struct store_code *out, size_t n);
size_t store_top_codes(const struct store *s, struct store_code *out, size_t n);
/* History of one code, as store_history: failures, or responses. */
void store_code_history(
    const struct store *s, unsigned code, bool responses, unsigned step_s, uint64_t *out, size_t n);

/*
 * Failing peers in the window, most events first, then by name.  As ticks tell them: a leg that failed counts, whatever
 * became of the call.  before: as with codes.  code: the one it has most of, code_events of them; in a window one that
 * changed more than 10 minutes after its event stays what it was.  STORE_PEERS_MAX are
 * kept apart, those quiet for an hour and then those with least to tell give way and stand under "other"; with window 0
 * at most STORE_PEERS_MAX rows of store_top_peers.
 */
enum { STORE_PEERS_MAX = 256 };
struct store_peer {
	char name[ENDPOINT_TEXT];
	uint8_t role; /* enum peer_role */
	uint16_t code;
	uint64_t events, before, code_events;
	uint64_t by_class[7]; /* of events, as far as codes are kept apart: silence at 0, else the first digit */
};
size_t store_window_peers(const struct store *s, unsigned window_s, struct store_peer *out, size_t n);
/* History of one peer's failures, as store_history. */
void store_peer_history(const struct store *s, const char *name, unsigned step_s, uint64_t *out, size_t n);
/* Failing peers by events since the start, most first. */
size_t store_top_peers(const struct store *s, struct peer_stat *out, size_t n);

/*
 * Failures (events that did not recover) in the window by a text of theirs: the user (From, else To), the prefix of the
 * number called (a + if there is one, and 5 digits; numbers of at least 7 digits have one), the User-Agent of the
 * request (else what the response says).  Most first, then newest.  At most STORE_FACETS_MAX values of each are kept,
 * those quiet for an hour and then those with least to tell give way; window 0 is all that is kept, 3 days.  Folded
 * events have no such texts, and an event that was no longer kept when it recovered stays counted (in codes and silence
 * of a window too).
 */
enum store_facet { STORE_FACET_USER, STORE_FACET_PREFIX, STORE_FACET_AGENT, STORE_FACET_N };
enum { STORE_FACETS_MAX = 256 };
struct store_facet_row {
	char value[48];
	uint64_t count;
	uint16_t code; /* the one it has most of, code_count of them */
	uint64_t code_count;
	int64_t last_ns;          /* newest failure */
	char peer[ENDPOINT_TEXT]; /* of its newest failure */
	char agent[48];           /* newest one known, cut */
};
size_t store_top_values(
    const struct store *s, enum store_facet facet, unsigned window_s, struct store_facet_row *out, size_t n);

/* Since t_ns (as with windows, in whole buckets): failures told, groups first seen, incidents begun. */
struct store_away {
	uint64_t failures;
	size_t groups, incidents;
};
void store_since(const struct store *s, int64_t t_ns, struct store_away *out);

/* Bytes that kept events and messages use, and what they may (while frozen events may use twice that); NULL: not
 * asked. */
void store_memory(const struct store *s, size_t *used, size_t *max);

/* Visible events: index 0 is the oldest kept. */
size_t store_event_count(const struct store *s);
/* Borrowed until the store changes; NULL out of range. */
const struct event *store_event_at(const struct store *s, size_t index);
/* Index of an event id, or of the next younger one kept; count when there is none. */
size_t store_event_index(const struct store *s, uint64_t id);
/* Events told in all (folded and recovered ones included), pushed out of the list by limits, and folded away unseen. */
uint64_t store_event_total(const struct store *s);
uint64_t store_event_evicted(const struct store *s);
uint64_t store_event_folded(const struct store *s);
/* Of the events told, those that worked after all; what is left of the total failed. */
uint64_t store_event_recovered(const struct store *s);

/*
 * KPI counters over the window.  A window of at most 900 s that begins less than 15 minutes before the newest data is
 * told as kpi_window_sum has it; others in whole minutes, and those of peers that begin more than 3 hours before the
 * newest data in whole 10 minutes.
 */
void store_kpi(const struct store *s, unsigned window_s, struct kpi_counts *out);
/*
 * What was usual: KPI counters of the hour before the window, or of what is known of it; of all (name NULL), or of a
 * peer.  False, *out all 0, when less than 10 minutes of it are known, for window 0 and for a peer without KPIs then.
 */
bool store_kpi_usual(const struct store *s, unsigned window_s, struct kpi_counts *out);
bool store_kpi_peer_usual(const struct store *s, const char *name, unsigned window_s, struct kpi_counts *out);
/*
 * The same of peers that have any, most bids and registrations first, then by name.  At most KPI_PEERS are kept apart,
 * the rest stand under "other".  counts point into room, n of them; names are borrowed until the store changes. Returns
 * rows set, at most n.
 */
size_t
store_kpi_peers(const struct store *s, unsigned window_s, struct kpi_peer *out, struct kpi_counts *room, size_t n);

/*
 * Incidents, at most STORE_INCIDENTS_MAX: those that go on first, in the order of display of doc/incidents.md (P1, P2,
 * P10, P5, P17, P3; then, and among equals, by level and by newest start), then those that ended, newest end first.
 * The last in order make room.  Texts are cut: sentence at 511 bytes, call_ids at 255.  Borrowed until the store
 * changes.
 */
enum { STORE_INCIDENTS_MAX = 64 };
size_t store_incident_count(const struct store *s);
const struct incident *store_incident_at(const struct store *s, size_t index);
/* How many go on. */
size_t store_incident_open(const struct store *s);
/* How often one that went on found no room, or had to make it. */
uint64_t store_incident_dropped(const struct store *s);
/*
 * The user's word about incidents, shown at once even while frozen; an unknown id changes nothing.  Dismissed: out of
 * the way until it ends.  Muted: all of its pattern and peer, until a time by the store's live clock (0: no longer
 * muted); at most STORE_MUTES_MAX, the one that ends first makes room.
 */
enum { STORE_MUTES_MAX = 64 };
void store_incident_dismiss(struct store *s, uint64_t id);
void store_incident_mute(struct store *s, uint64_t id, int64_t until_ns);
struct store_incident_word {
	bool dismissed, muted;
	int64_t until_ns; /* of muted, else 0 */
};
/* What was said about an incident (one of store_incident_at). */
struct store_incident_word store_incident_said(const struct store *s, const struct incident *i);
/* How many go on by level, dismissed and muted ones left out; returns how many of these were left out. */
size_t store_incident_levels(const struct store *s, size_t levels[INCIDENT_LEVEL_N]);

/*
 * Alert rules (rule.h), judged about once a second as time goes on; what fires stands among the incidents: pattern 0,
 * an id of INCIDENT_IS_RULE, kind is its name, peer or else what has the value that it is held to, the sentence says
 * what was measured.  Of each rule at most STORE_RULE_VALUES values are watched; those quiet for longest make room.
 * Silence and loss without a filter are of live sources, from the first message on.
 */
enum { STORE_RULE_VALUES = 64, STORE_RULE_HISTORY = 60 };
/* Once, before the first record; rules are borrowed for the store's life.  0 or -ENOMEM; -EINVAL above RULE_MAX. */
int store_rules(struct store *s, struct rule *const *rules, size_t n);
size_t store_rule_count(const struct store *s);
/* Can it be told here?  ASR is known of all and of peers, loss and mere silence of all and of sources. */
int store_rule_check(const struct rule *r, struct errmsg *em);
/* history: what was measured in each of the last 60 minutes, oldest first, NAN unknown; of the live moment. */
struct store_rule {
	const struct rule *rule;
	struct rule_state state;
	double usual; /* NAN unknown */
	double history[STORE_RULE_HISTORY];
};
/* The rule behind one of store_incident_at; false for an engine's incident, and when the value made room. */
bool store_rule_of(const struct store *s, const struct incident *i, struct store_rule *out);

/*
 * The error inbox: events folded by signature: code, Q.850 cause or else pattern of the phrase (letter case, numbers
 * and quoted parts do not count, nor does a registered phrase), method, peer, direction.  Folded rows of ticks count in
 * the group of theirs.  Recovered events leave their group's count, and a group without events is not there.  At most
 * STORE_GROUPS_MAX groups; the ones quiet for longest make room and are counted.
 */
enum { STORE_GROUPS_MAX = 512, STORE_GROUP_HISTORY = 30 };
struct store_group {
	uint64_t key;  /* names it: for ack, mute and store_group_find */
	uint16_t code; /* 0: silence */
	uint8_t direction, role;
	bool in_call;
	/* As first seen, cut, unclean. */
	char phrase[48], method[16], peer[ENDPOINT_TEXT];
	int16_t q850;   /* the cause that stands in for the phrase, -1 none */
	uint64_t count; /* events since the start of this run */
	/* Distinct From (else To) users and Call-IDs; exact to 64, then about; those of folded events are not known. */
	unsigned users, calls;
	uint64_t newest; /* id of its newest event, 0 when it is not kept */
	int64_t first_ns, last_ns;
	uint64_t last_minute;                  /* events within the 55 to 60 s that end at store_now */
	uint32_t history[STORE_GROUP_HISTORY]; /* 2 minutes a column, oldest first, ends at store_now */
	bool fresh; /* first seen within the last 15 minutes, after the run was two minutes old; not acknowledged */
	bool acked; /* acknowledged: out of the way until it comes again after 5 minutes of quiet */
	bool muted; /* out of the way until unmuted, or until: */
	int64_t muted_until_ns; /* 0: no such time */
};
/*
 * Fill out with at most n groups: fresh ones first, then by last_minute, then by last_ns; acknowledged ones after
 * these; muted ones last, or not at all without with_muted.  Returns rows set.
 */
size_t store_groups(const struct store *s, bool with_muted, struct store_group *out, size_t n);
/* All groups, and how many of them are muted (NULL: not asked). */
size_t store_group_count(const struct store *s, size_t *muted);
/* Groups that made room. */
uint64_t store_group_evicted(const struct store *s);
/* The group of a key; false when there is none. */
bool store_group_find(const struct store *s, uint64_t key, struct store_group *out);
/* The key of an event's group. */
uint64_t store_group_key(const struct store *s, const struct event *e);
/* The user's word about a group, shown at once even while frozen; an unknown key changes nothing. */
void store_group_ack(struct store *s, uint64_t key);
void store_group_mute(struct store *s, uint64_t key, bool mute);
/* Muted until a time by the store's live clock, told by store_advance; 0: until unmuted. */
void store_group_mute_until(struct store *s, uint64_t key, int64_t until_ns);

/*
 * Notices: lines of logs that tell of a failure without a code.  The newest STORE_NOTICES_MAX are kept, numbered from 1
 * as they came (see notice_list in notice.h).  store_notice_total: how many there were in all, those among them that
 * were not told one by one.
 */
enum { STORE_NOTICES_MAX = 1000, STORE_NOTICES_BYTES = 4 * 1024 * 1024 };
const struct notice_list *store_notices(const struct store *s);
uint64_t store_notice_total(const struct store *s);

/* Notices of one kind and peer (without its port); texts cut, unclean. */
struct store_notice_group {
	char kind[32], peer[ENDPOINT_TEXT];
	uint64_t count;  /* of those told one by one */
	uint64_t newest; /* number of the newest */
	int64_t first_ns, last_ns;
};
/*
 * Most of them first, then newest first; at most n rows, returns how many.  At most STORE_NOTICE_GROUPS_MAX are kept;
 * the one quiet for longest makes room.
 */
enum { STORE_NOTICE_GROUPS_MAX = 128 };
size_t store_notice_groups(const struct store *s, struct store_notice_group *out, size_t n);
/* The group of a notice; false when it made room. */
bool store_notice_group_of(const struct store *s, const struct notice *n, struct store_notice_group *out);

/*
 * Messages of an attempt, kept by the id of its event or good call in at most `message_bytes` of store_cfg.  Texts are
 * borrowed until the store changes.  What is frozen shares them: messages that come later show at once.
 */

/* Fill out with the first n by time; returns how many there are (at most CALLMSG_MAX), 0 also when none were told. */
size_t store_messages(const struct store *s, uint64_t of, struct callmsg *out, size_t n);
/* There were messages, and newer ones pushed them out. */
bool store_messages_gone(const struct store *s, uint64_t of);
/*
 * The newest good call of that method with that peer; else the newest with any peer (`out->peer` tells).  False when
 * there is none.  At most STORE_GOODCALLS_MAX are kept, one for each peer and method; the oldest make room.
 */
enum { STORE_GOODCALLS_MAX = 128 };
bool store_goodcall(const struct store *s, struct slice peer, struct slice method, struct goodcall *out);

/* Sources as last told; at most STORE_SOURCES_MAX.  sentence: last word about it. */
enum { STORE_SOURCES_MAX = 32 };
struct store_source {
	struct source_stat stat;
	char sentence[256];
};
size_t store_source_count(const struct store *s);
const struct store_source *store_source_at(const struct store *s, size_t index);
/* Its frames a second over the last 5 to 10 s by the wall clock; below 0: not known, read at its own speed, failed. */
double store_source_rate(const struct store *s, size_t index);
/* The same of those that carried SIP: packets of a capture; messages and statements of a log. */
double store_source_sip_rate(const struct store *s, size_t index);
/* Since when it brought none of these, by the wall clock; below 0: not known, or read at its own speed. */
int64_t store_source_silent_ns(const struct store *s, size_t index);
/* Of a source's frames: packets that carried SIP; messages and statements of a log. */
uint64_t store_source_sip(const struct source_stat *s);
/* What should have been seen whole and was not, see store_status.lost. */
uint64_t store_source_lost(const struct source_stat *s);

/*
 * The program's own log: sentences about engine and sources as they came, oldest first; the newest STORE_SENTENCES_MAX
 * are kept, one said again right away is counted.  Not frozen, not looked back at.  NULL out of range.
 */
enum { STORE_SENTENCES_MAX = 200 };
struct store_sentence {
	int64_t t_ns; /* of the last time it was said; 0 not known */
	uint64_t times;
	char name[SOURCE_NAME]; /* source, or "engine" */
	char state[12];         /* of the source then; "" none */
	char sentence[256];
};
size_t store_sentence_count(const struct store *s);
const struct store_sentence *store_sentence_at(const struct store *s, size_t index);

/* What the top line tells. */
struct store_status {
	char host[64];
	char version[32];
	int64_t start_ns;
	bool live;  /* a live source; else files */
	bool ended; /* bye seen or every source ended */
	bool engine_alive;
	int64_t restarted_s; /* seconds since a new engine took over, by the wall clock; -1 when none did */
	uint32_t engines;    /* started so far */
	char sentence[256];  /* newest word about engine or source; "" none */
	/*
	 * What should have been seen whole and was not, all sources: kernel, interface, reassembly and engine drops; of
	 * logs lines that were given up, cut for their length, or lost to framing that made no sense.
	 */
	uint64_t lost;
	uint64_t record_drops; /* event records lost between engine and console */
	uint64_t message_drops; /* the same of messages; and those of an attempt beyond what is told of one */
	uint64_t bad_lines;    /* stream lines that made no sense */
	uint64_t evictions;    /* track's */
	uint32_t lag_ms;
	uint64_t done, total; /* progress over all files, bytes; total 0 unknown or nothing to read */
};
void store_status(const struct store *s, struct store_status *out);

#endif
