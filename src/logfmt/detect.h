/*
 * detect - the detector: walks a piece of text, finds what there is to find, and gives one item at a time.
 * A run is a stretch of lines: a piece of a stream, or the text of one record (a syslog message, an escaped line).
 */
#ifndef LOGFMT_DETECT_H
#define LOGFMT_DETECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "logfmt/anchor.h"
#include "logfmt/collect.h"
#include "logfmt/source.h"
#include "logfmt/statement.h"
#include "logfmt/when.h"
#include "sipwhy/buf.h"
#include "sipwhy/frame.h"
#include "sipwhy/logfmt.h"

/* ECMA-48: begins a colour. */
enum { DETECT_ESC = 0x1b, DETECT_BEGINS = 16, RUN_AHEAD = 8 };

enum hit { HIT_NONE, HIT_MESSAGE, HIT_RECORD };

/*
 * p..end is left; nothing before floor belongs to a head.  hit: what comes next, at line..line_end, with nothing but
 * statements up to gap_end (scanned: it was looked for).  stamp, key: of the record.  colours: there is one somewhere.
 */
struct run {
	const char *p, *end, *begin, *floor;
	const char *gap_end, *line, *line_end;
	enum hit hit;
	struct anchor anchor;
	struct prefix prefix;
	struct about about;
	struct source *src;
	struct {
		const char *begin, *eol;
	} ahead[RUN_AHEAD]; /* lines whose ends were looked for lately, for start lines that follow closely */
	unsigned n_ahead;
	const char *via; /* the next Via behind the start line looked at last; without has_via: none up to there */
	struct {
		struct slice text;
		const char *from, *at;
		unsigned looks;
	} tail; /* the end of a prefix, and the first header name behind one from there on; end: none */
	const char *last_near, *last_start; /* where the last lines begin that a start line needs behind it */
	struct stamp stamp;
	struct slice stamp_line; /* the line with the time that stands before the head */
	uint64_t key;
	bool scanned, record, session, claimed, colours, has_via;
	bool json; /* some of its lines may be objects */
};

/*
 * What reads the lines that may be statements, and touches nothing else: rows, which nobody changes; what was said
 * lately; the times of a stream; a line without its escapes; figures of the lines that were read ahead.
 */
struct say {
	struct statement_rows *rows;
	struct statement_table *table;
	struct when when;
	uint32_t when_origin; /* the stream it is of */
	struct buf text;
	uint32_t ahead_origin; /* the stream of the lines that are read ahead */
	struct logfmt_stats st;
};

/*
 * Everything that logfmt.h promises; run[1] is a record within run[0].
 * ahead: somebody else may have say (but its rows), which is free again when waits was told.
 */
struct logfmt {
	uint64_t seed;
	struct head_rows *heads;
	struct logfmt_stats st;
	struct say say;
	bool ahead, waits;
	uint64_t ahead_lines; /* that were given ahead, and are held */
	struct pool pool;
	struct source record; /* open messages of the record that is being read */
	struct run run[2];
	unsigned depth;
	struct buf text, line; /* a record unescaped; a line without colours */
	struct buf docker;     /* a piece without docker's objects */
	struct collect *given;
	uint32_t pending; /* lines of the last push that are in no verdict but held */
	uint32_t last_lines;
	bool json, by_docker; /* lines of this log were objects, such as docker writes */
	struct text now; /* the last push, without its bytes */
	struct logfmt_item item;
	bool have_item;
	bool thorough; /* for tests: no short ways; all messages are collected line by line */
};

/* Begin to read a piece of text. */
void detect_push(struct logfmt *l, const struct text *t);

/* Go on until there is something to give (l->pool.ready, l->have_item) or all is read: then false. */
bool detect_step(struct logfmt *l);

/* A line that was put off is a statement after all: true when it was one of those. */
bool detect_due(struct logfmt *l);

/* The item of a message that was collected. */
void detect_collected(struct logfmt *l, struct collect *c, struct slice bytes);

/* End what stood still since t_ns; what is open of a stream (NULL: of all), whose last lines are forgotten. */
void detect_silence(struct logfmt *l, int64_t t_ns);
void detect_end(struct logfmt *l, const uint32_t *origin);

/* The rest of the last piece is not read. */
void detect_abandon(struct logfmt *l);

/* ---- between the files of detect ---- */

/* End of the line at p; begin of the next; what lies between two points. */
const char *detect_eol(const char *p, const char *end);
const char *detect_next(const char *eol, const char *end);
struct slice detect_slice(const char *from, const char *to);

/* Take up to n lines of this push for something; they stay held until detect_settle moves them. */
uint32_t detect_claim(struct logfmt *l, struct run *r, uint32_t n);
void detect_settle(struct logfmt *l, uint64_t n, enum logfmt_verdict to);

/* What comes now has to do with lines that another thread may still read: true when it must wait for these. */
bool detect_must_wait(struct logfmt *l);

/* Set the item of a message. */
void detect_message_item(struct logfmt *l, const struct about *about, struct slice bytes, int64_t t_ns, bool cut);

/* Set the end of the line r->line.  escapes: is it an escaped record? */
bool detect_start_line(struct run *r, bool escapes);

/* A line with "SIP/2.0", which does not stand before `from`: is it the start line of a message? */
bool detect_anchor(struct logfmt *l, struct run *r, struct slice line, size_t from);

/*
 * How many lines of other writers may stand between a start line that ends before `from` and its first header: few
 * where no Via is near, for there are logs in which every other line looks like a start line.
 */
unsigned detect_reach(struct run *r, const char *from);

/* The key under which the SIP text at the hit is shown. */
uint64_t detect_shows(struct logfmt *l, struct run *r);

/* The message at the hit, given as it lies there (or it waits).  False when it must be collected. */
bool detect_fast(struct logfmt *l, struct run *r);

/* Keys of sources; the program that wrote a line, where its syslog head says so. */
uint64_t detect_key(const struct logfmt *l, uint32_t origin, struct slice a, struct slice b);
bool detect_program(const struct logfmt *l, struct slice line, uint64_t *key);

/* Make and end it; false when memory is short, which say_fini ends too. */
bool say_init(struct say *y, uint64_t seed, size_t text_max);
void say_fini(struct say *y);

/* The times of a stream. */
struct when *say_when(struct say *y, uint32_t origin);

/* As logfmt_read. */
bool say_ahead(struct say *y, const struct message *line, struct logfmt_item *item);

/* All lines that were given ahead have been read. */
void detect_together(struct logfmt *l);

/* The next statement up to r->gap_end; the line that was put off.  True when it gave an item. */
bool detect_gap(struct logfmt *l, struct run *r);
bool detect_pend(struct logfmt *l, struct source *s);

#endif
