/*
 * logfmt - log text to SIP messages, statements and notices: one tolerant detector for all products, and optional heads
 * (direction, peer, own address, time) that are rows of a table.  SIP is found by its start line and a header below it,
 * whatever stands in front of the lines.
 *
 * push/next: hand over text, then take what it completed.  One struct logfmt per source.  State is kept for each stream
 * and, where the text shows it, host, tag, process and prefix, so that woven logs come apart; all of it is bounded.
 * Knows no clock: times come with the text.
 */
#ifndef SIPWHY_LOGFMT_H
#define SIPWHY_LOGFMT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipwhy/errmsg.h"
#include "sipwhy/frame.h"
#include "sipwhy/notice.h"
#include "sipwhy/sipmsg.h"
#include "sipwhy/slice.h"

struct logfmt;

/*
 * Heads that users add (configuration section [heads]), in the pattern language of doc/logs.md.
 * logfmt_heads_add: name and pattern are copied; 0, -EINVAL with a sentence that names what is wrong in the pattern,
 * -EEXIST for a name that is taken, -ENOSPC above LOGFMT_HEADS_MAX, -ENOMEM.
 */
enum { LOGFMT_HEADS_MAX = 32 };
struct logfmt_heads;
struct logfmt_heads *logfmt_heads_new(void);
void logfmt_heads_free(struct logfmt_heads *h);
int logfmt_heads_add(struct logfmt_heads *h, struct slice name, struct slice pattern, struct errmsg *em);

/* heads: borrowed for life, NULL none.  seed: of the tables. */
struct logfmt_cfg {
	uint64_t seed;
	const struct logfmt_heads *heads;
};

enum logfmt_kind {
	LOGFMT_MESSAGE,   /* m.bytes is a SIP message, made canonical: CR LF, its body as counted or none */
	LOGFMT_STATEMENT, /* a line that names a code; s is what it says, m.bytes is empty */
	LOGFMT_NOTICE,    /* a line that tells of a failure without a code */
	LOGFMT_LINE, /* m.bytes is a line that may be one of these two, for logfmt_read (after logfmt_ahead only) */
	LOGFMT_WAIT  /* nothing: all lines given so far must have been read before the next call (likewise) */
};

/*
 * What was found.  m: time, stamp, addresses, transport and flow of all kinds.  A message that was cut within its
 * headers has no empty line, and where its last line may be a piece no end of that, as in a capture.  s: of a statement
 * only: kind, code, method and what else the line names; every other member is absent; partial is not set.  notice: of
 * a notice; peer and user of a statement too.  Neither is touched where a message is given.  head: name of the head or
 * statement row that matched, "" none (static or as long as the heads).  Of a line m.bytes and m.t_ns alone are set.
 */
struct logfmt_item {
	enum logfmt_kind kind;
	struct message m;
	struct sipmsg s;
	struct notice notice;
	const char *head;
};

/* What became of a line (or of a whole syslog message).  Each stands in exactly one of these at any time. */
enum logfmt_verdict {
	LOGFMT_SIP,       /* part of a SIP message, or a statement that counts */
	LOGFMT_NOT_SIP,   /* anything else, notices and what is said a second time among it */
	LOGFMT_FILTERED,  /* SIP that the user's filter hides (logfmt_reclass) */
	LOGFMT_MALFORMED, /* looks like SIP and is not (logfmt_reclass), or framing that makes no sense */
	LOGFMT_DROPPED,   /* given up: memory, or a collection that found no room */
	LOGFMT_HELD,      /* part of a message that is not complete yet, or given ahead; moves to one of the above */
	LOGFMT_VERDICT_N
};

/*
 * Figures; all only grow but verdict[LOGFMT_HELD].  lines = sum of verdict.  cut: messages handed over although their
 * end was missing.  again: statements that repeat what the SIP text or another statement said.  quiet: statements not
 * counted because this source shows its SIP text.  forgotten: collections and sources that gave way to newer ones.
 * long_lines: lines cut here; those that came cut are not counted again.
 * no_year, no_zone, no_date, no_time: messages and statements whose time lacked this, and was completed from the time
 * the text came with (no_time: was taken from it).
 */
struct logfmt_stats {
	uint64_t lines, bytes;
	uint64_t verdict[LOGFMT_VERDICT_N];
	uint64_t messages, statements, notices;
	uint64_t cut, again, quiet, forgotten, long_lines;
	uint64_t no_year, no_zone, no_date, no_time;
};

/* cfg is copied; NULL takes defaults.  NULL when memory is short.  Free with logfmt_free. */
struct logfmt *logfmt_new(const struct logfmt_cfg *cfg);
void logfmt_free(struct logfmt *l);

/*
 * Take a piece of text and count it.  Its bytes are borrowed until its items have been taken, at the latest until the
 * next call but logfmt_next and logfmt_reclass; what must outlive that is copied.  A piece is read as its items are
 * taken, and lines not read yet are held; the rest of one that was not taken to its end is given up and counts as
 * dropped.
 * Bounded: time in proportion to its length, memory in all by a limit (about 8 MiB), whatever the bytes.
 */
void logfmt_push(struct logfmt *l, const struct text *t);

/*
 * The first time that a line of the text begins with, or a JSON record has, completed like those of messages; false:
 * none.  For somebody who must know how old a text is before it is pushed.
 */
bool logfmt_time(const struct text *t, int64_t *t_ns);

/*
 * Text that is not live and will be pushed first, perhaps in pieces: the first date in it is taken for times of day
 * that stand before any date.
 */
void logfmt_foresee(struct logfmt *l, const struct text *t);

/*
 * The next item that the last push, advance, end or flush completed: true and *out set; false when there is none.
 * What *out borrows lives until the next call of any but logfmt_reclass.
 */
bool logfmt_next(struct logfmt *l, struct logfmt_item *out);

/*
 * For two threads.  From the next push on lines that may be statements are given as they are, for logfmt_read, which
 * another thread may call, in the order of the lines, while this one goes on with all else.  That ends by itself, for
 * good and with a LOGFMT_WAIT, where statements and other text have to do with each other: at the first SIP text of
 * this log, at a record with some (JSON, escapes), at a line that was put off, for it might have been the head of a
 * message, and at text that is live, whole or of another origin than the first.  Call it before the first push.
 * logfmt_together ends it otherwise: all lines that were given have been read.  Until then none but logfmt_push,
 * logfmt_next and logfmt_read may be called; figures of lines are joined with the others then.  No logfmt_reclass for
 * what logfmt_read gives.
 */
void logfmt_ahead(struct logfmt *l);
void logfmt_together(struct logfmt *l);

/*
 * Read a line (the m of its item; t_ns and all of its bytes are still there).  True: *out is a statement or a notice,
 * which borrows from these bytes and, until the next call of this, from l.  False: it is none that counts.
 */
bool logfmt_read(struct logfmt *l, const struct message *line, struct logfmt_item *out);

/*
 * How far the last push is read: what is left of it, and how many lines before it are held.  known is false when that
 * is no place to go on from: a message is open in the middle, or the text is not read as it came.
 */
struct logfmt_place {
	const char *from, *to;
	uint64_t held;
	bool known;
};

/* Where reading stands now, before the next item is taken.  Cheap.  Its pointers go with the bytes of the push. */
struct logfmt_place logfmt_place(const struct logfmt *l);

/* Lines that are not decided at this place; somebody who reads these again, from the first on, misses nothing. */
uint64_t logfmt_place_lines(const struct logfmt_place *place);

/* Move the lines of the item taken last from LOGFMT_SIP to `to` (LOGFMT_FILTERED or LOGFMT_MALFORMED). */
void logfmt_reclass(struct logfmt *l, enum logfmt_verdict to);

/* Nothing came until t_ns: a message whose text stood still for half a second is complete, or cut. */
void logfmt_advance(struct logfmt *l, int64_t t_ns);

/* The stream `origin` ended (a connection closed, a file was rotated away): what was held of it is decided. */
void logfmt_end(struct logfmt *l, uint32_t origin);

/* Nothing comes any more: what was held is decided. */
void logfmt_flush(struct logfmt *l);

/* The counters; valid as long as l. */
const struct logfmt_stats *logfmt_stats(const struct logfmt *l);

/* One of the built-in heads or statements, for tests and the manual; NULL behind the last. */
struct logfmt_row {
	const char *name;    /* "asterisk-pjsip" */
	const char *pattern; /* in the language of doc/logs.md */
	const char *about;   /* product and where it prints this */
	bool statement;      /* a line on its own; else the head of a message */
};
const struct logfmt_row *logfmt_row_at(size_t index);

#endif
