/*
 * head - the lines that products print above or around a SIP message: who, which way, over what.  Rows of a table in
 * the small pattern language of doc/logs.md; users add rows of their own.
 */
#ifndef LOGFMT_HEAD_H
#define LOGFMT_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "logfmt/stamp.h"
#include "sipwhy/frame.h"
#include "sipwhy/logfmt.h"
#include "sipwhy/slice.h"

/*
 * What a head says.  src and dst are the ends of the message on the wire; the end a head does not name has family 0.
 * size: bytes on the wire, 0 not told.  of: 'q' the head says request, 'p' response, 0 neither.
 * stamp: a time inside the head's own pattern (text empty: none; the line's prefix is the caller's business).
 */
struct head {
	const char *name;
	struct endpoint src, dst;
	struct stamp stamp;
	uint32_t size;
	uint8_t transport; /* enum transport, TRANSPORT_N unknown */
	uint8_t flow;      /* enum flow */
	char of;
};

/*
 * The rows ready for use: their patterns compiled.  users: rows tried first, borrowed, NULL none.  NULL when memory is
 * short.
 */
struct head_rows;
struct head_rows *head_rows_new(const struct logfmt_heads *users);
void head_rows_free(struct head_rows *r);

/*
 * Is there a head in `line` (no line end)?  Lines that follow it and belong to it (sipdump's keys, CUCM's [n,NET]) are
 * told apart by head_continue.  True and *out filled.
 */
bool head_read(struct head_rows *r, struct slice line, struct head *out);

/* A further line of a head that has begun: more of its fields.  False when the line is not part of one. */
bool head_continue(struct head_rows *r, struct slice line, struct head *h);

/* Is this line a head that is built in, or the mark that ends a message (dash lines, "--end msg--", "]]", "|||")? */
bool head_is_end(struct head_rows *r, struct slice line);

#endif
