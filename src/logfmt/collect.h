/*
 * collect - one SIP message as its lines come in: start line, headers, body, and where it ends.  A message that lies
 * whole in a piece of text never gets here (detect.c).
 */
#ifndef LOGFMT_COLLECT_H
#define LOGFMT_COLLECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "logfmt/anchor.h"
#include "logfmt/canon.h"
#include "logfmt/head.h"
#include "logfmt/prefix.h"
#include "logfmt/stamp.h"
#include "logfmt/when.h"

enum {
	COLLECT_STAMP_MAX = 64,
	COLLECT_FOREIGN_NEAR = 4,
	COLLECT_FOREIGN_START = 64,
	COLLECT_FOREIGN_MAX = 256,
	COLLECT_AFTER_MAX = 4
};

enum collect_state {
	COLLECT_START, /* the line after the start line decides */
	COLLECT_HEADERS,
	COLLECT_BODY,
	COLLECT_AFTER /* complete; its time comes behind it */
};

/*
 * What the lines around a message say of it.  stamp.text points where the stamp was found.  date: if it has none.
 * leads: its lines open with a stamp, so that one which does ends a body.  copy: a record that repeats a message.
 */
struct about {
	struct head head;
	struct stamp stamp;
	struct when_date date;
	bool has_head, leads, copy;
};

struct collect {
	struct collect *next;
	struct head_rows *heads; /* borrowed, set by whoever opens it */
	enum collect_state state;
	struct prefix prefix;
	struct style style;
	struct canon canon;
	struct about about;
	char stamp_text[COLLECT_STAMP_MAX];
	uint64_t quiet_key; /* of the source that shows its SIP text */
	uint64_t age;       /* number among all collections */
	int64_t near_ns, last_ns;
	uint32_t origin, lines;
	unsigned foreign, after;
	bool live, whole, message;
	bool waits;      /* its own time stands behind it */
	bool known, sdp; /* it had a header that all messages have; its body is a session description */
	bool torn;       /* the line in hand ends with its text, without a line feed */
	bool broken;     /* its last header line may be a piece of one */
};

enum collect_got {
	COLLECT_TOOK, /* the line is part of it */
	COLLECT_DONE, /* the same, and the message is complete; *rest is what the line holds behind it */
	COLLECT_OVER, /* the line is none of it; the message ended before */
	COLLECT_NOT   /* the line is none of it, and there is no message */
};

/* Begin with a start line; what about points to is copied.  False when memory is short. */
bool collect_begin(struct collect *c, const struct anchor *a, const struct about *about);

/* One more line, its prefix gone, without line feed. */
enum collect_got collect_line(struct collect *c, struct slice line, struct slice *rest);

/*
 * The second line of a message does not begin with the prefix of the first: does it go on in another way, bare or
 * indented?  True: *p is what its lines begin with.
 */
bool collect_adapts(struct prefix *p, struct slice line);

/* The begin of a record that goes on with a line broken before. */
void collect_go_on(struct collect *c, struct slice line);

/*
 * Nothing more comes: is it a message, and whole?  Sets c->whole.  A start line with lines below that only look like
 * headers is none without their empty line.
 */
bool collect_decide(struct collect *c);

/* How far it came, once that is decided. */
enum canon_end collect_end(const struct collect *c);

/* Keep a stamp whose text may go. */
void collect_set_stamp(struct collect *c, const struct stamp *s);

#endif
