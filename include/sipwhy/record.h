/*
 * record - the record stream `sipwhy.record/1`: NDJSON, UTF-8, one object a line (doc/records.md).  One encoder,
 * one decoder.  The reader treats the stream as hostile: sizes, depth, types and ranges are checked.
 */
#ifndef SIPWHY_RECORD_H
#define SIPWHY_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipwhy/buf.h"
#include "sipwhy/callmsg.h"
#include "sipwhy/event.h"
#include "sipwhy/incident.h"
#include "sipwhy/notice.h"
#include "sipwhy/tally.h"

#define RECORD_SCHEMA "sipwhy.record/1"
/* Longest line either side handles, newline included. */
#define RECORD_LINE_MAX (256 * 1024)
/* Longest text of any member but `raw` (EVENT_RAW_MAX, of a message CALLMSG_BYTES_MAX); the encoder cuts, the decoder
 * refuses more. */
#define RECORD_TEXT_MAX 1024

enum record_type {
	RECORD_HELLO,
	RECORD_TICK,
	RECORD_EVENT,
	RECORD_UPDATE,
	RECORD_INCIDENT,
	RECORD_NOTICE,
	RECORD_SOURCE,
	RECORD_BYE,
	RECORD_MESSAGE,
	RECORD_GOOD,
	RECORD_TYPE_N
};

/* hello: who speaks; told again when live changes.  engine: how many engines this run has had, 1 the first. */
struct record_hello {
	const char *version;
	int64_t start_ns;
	uint32_t engine;
	bool live; /* some source is live; else the time is that of the files */
};

/*
 * One row of folded events: n more with this signature that were not sent one by one.  Code 0: silence; a row without
 * method stands for all that found no row.
 */
struct record_fold {
	uint16_t code;
	uint64_t n;
	const char *phrase, *method, *peer;
	int16_t q850;      /* -1 absent */
	uint8_t direction; /* enum direction */
	bool recovered;    /* these worked after all: told, but no failures */
};

/*
 * tick: counter increments since the last tick delivered (counts, peers, kpi), cumulative figures of each source, and
 * what happened to the stream itself.  t_ns: the stream time they belong to.  lag_ms: how far the engine was behind.
 * evictions, call_ids: totals of track.  record_drops: records lost to a slow reader or short memory since the start;
 * message_drops: message records, and messages of an attempt beyond what is told of one.
 */
struct record_tick {
	const struct counts *counts;
	const struct peer_stat *peers;
	size_t n_peers;
	const struct source_stat *sources;
	size_t n_sources;
	const struct record_fold *folds;
	size_t n_folds;
	const struct kpi_counts *kpi; /* increments, NULL none */
	const struct kpi_peer *kpi_peers;
	size_t n_kpi_peers;
	uint64_t evictions, call_ids, record_drops, message_drops;
	bool call_ids_exact;
	uint32_t lag_ms;
};

/* source: an input came, went or stalled, or an engine did. */
struct record_source {
	const char *name, *kind, *state, *sentence;
};

/* A record as encoded or decoded; the member of `type` is set.  Pointers are borrowed from the maker. */
struct record {
	enum record_type type;
	int64_t t_ns;
	const char *host;
	struct record_hello hello;
	struct record_tick tick;
	struct event event;
	struct event_update update;
	struct incident incident;
	struct record_source source;
	struct notice notice;
	struct callmsg message;
	struct goodcall good;
};

/*
 * Append one line with its newline to b; a tick with many peers or folds becomes several lines, each a tick whose
 * increments add up, the one with counts, kpi and sources last.  Text that is not valid UTF-8 is carried so that it can
 * be restored (doc/records.md, "Bytes").  The output is ASCII only.  bye tells r->tick.counts and r->tick.kpi as totals
 * (NULL: none).
 * Returns 0, -ENOMEM, -EMSGSIZE (no room in b), -EINVAL for a type that does not exist; on failure b is unchanged.
 */
int record_encode(struct buf *b, const struct record *r);

/* Append a JSON member `"name":"text"`, or `"name_b64":"..."` when text is not valid UTF-8 (records.md, "Bytes"). */
void record_text(struct buf *b, const char *name, struct slice text);

/* A decoder; keeps the memory that decoded records borrow.  NULL when memory is short. */
struct record_decoder *record_decoder_new(void);
void record_decoder_free(struct record_decoder *d);

/*
 * Decode one line (without or with its newline).  *out borrows from d until the next call.  A tick's and bye's counts
 * are set, their kpi where the line has it; what a line leaves out is 0.  Increments stand within +-2^53, delays of
 * KPIs within +-(2^31 - 1); the sums of a stream that lies may be any number. Returns 0; 1 for a type this build does
 * not know (skip it); -EINVAL bad line; -EMSGSIZE; -ENOMEM.
 */
int record_decode(struct record_decoder *d, const char *line, size_t n, struct record *out);

#endif
