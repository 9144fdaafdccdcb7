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

enum hit { HIT_NONE, HIT_MESSAGE, HIT_RECORD };

/*
 * p..end is left; nothing before floor belongs to a head.  hit: what comes next, at line..line_end, with nothing but
 * statements up to gap_end (scanned: it was looked for).  stamp, key: of the record.
 */
struct run {
	const char *p, *end, *begin, *floor;
	const char *gap_end, *line, *line_end;
	enum hit hit;
	struct anchor anchor;
	struct prefix prefix;
	struct about about;
	struct source *src;
	struct stamp stamp;
	struct slice stamp_line; /* the line with the time that stands before the head */
	uint64_t key;
	bool scanned, record, session, claimed;
};

/* Everything that logfmt.h promises; run[1] is a record within run[0]. */
struct logfmt {
	uint64_t seed;
	const struct logfmt_heads *heads;
	struct logfmt_stats st;
	struct statement_table *said;
	struct pool pool;
	struct source record; /* open messages of the record that is being read */
	struct run run[2];
	unsigned depth;
	struct when when;
	uint32_t when_origin;  /* the stream it is of */
	struct buf text, line; /* a record unescaped; a line without colours */
	struct collect *given;
	uint32_t pending; /* lines of the last push that are in no verdict but held */
	uint32_t last_lines;
	struct text now; /* the last push, without its bytes */
	struct logfmt_item item;
	bool have_item;
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

/* ---- between detect.c and detect_say.c ---- */

/* End of the line at p; begin of the next; what lies between two points. */
const char *detect_eol(const char *p, const char *end);
const char *detect_next(const char *eol, const char *end);
struct slice detect_slice(const char *from, const char *to);

/* Take up to n lines of this push for something; they stay held until detect_settle moves them. */
uint32_t detect_claim(struct logfmt *l, struct run *r, uint32_t n);
void detect_settle(struct logfmt *l, uint32_t n, enum logfmt_verdict to);

/* Keys of sources; the program that wrote a line, where its syslog head says so. */
uint64_t detect_key(const struct logfmt *l, uint32_t origin, struct slice a, struct slice b);
bool detect_program(const struct logfmt *l, struct slice line, uint64_t *key);

/* The times of a stream. */
struct when *detect_when(struct logfmt *l, uint32_t origin);

/* The next statement up to r->gap_end; the line that was put off.  True when it gave an item. */
bool detect_gap(struct logfmt *l, struct run *r);
bool detect_pend(struct logfmt *l, struct source *s);

#endif
