/*
 * back - what the lines above a start line say of the message: the nearest head, and the time nearest to it.
 */
#ifndef LOGFMT_BACK_H
#define LOGFMT_BACK_H

#include <stdbool.h>

#include "logfmt/collect.h"
#include "sipwhy/buf.h"
#include "sipwhy/logfmt.h"
#include "sipwhy/slice.h"

/*
 * at: begin of the start line's line.  Lines between floor and at are looked at, then those of tail.  Set by
 * back_about: first: begin of the head, NULL when it is not between floor and at; stamp_line: the line that had the
 * time.
 */
struct back {
	const char *at, *floor;
	const struct prefix *prefix;
	struct slice tail;
	const char *first;
	struct slice stamp_line;
};

/* own: what stands before the start line on its own line.  about: all of it is set. */
void back_about(struct back *b, struct head_rows *heads, struct slice own, struct about *about);

/* The line without colours (ECMA-48 control sequences).  False when it has none, or memory is short. */
bool back_plain(struct slice line, struct buf *out);

#endif
