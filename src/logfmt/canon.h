/*
 * canon - the canonical text of one SIP message as a log had it line by line: CR LF everywhere, one empty line, the
 * body as counted (RFC 3261 20.14), or none when it is short: nobody knows whether what is there is all body.
 */
#ifndef LOGFMT_CANON_H
#define LOGFMT_CANON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipwhy/buf.h"
#include "sipwhy/slice.h"

enum { CANON_HEADERS_MAX = 32768, CANON_BODY_MAX = 32768, CANON_LENGTH_MAX = 1 << 24 };

/*
 * length: of Content-Length, -1 none.  full: a limit was met, what came after is missing.  broken: and that is within
 * the last line of the head.  Members may be read.
 */
struct canon {
	struct buf head, body;
	int32_t length;
	bool full, broken;
};

void canon_init(struct canon *c);
void canon_fini(struct canon *c);

/* Begin anew; memory is kept. */
void canon_start(struct canon *c, struct slice start_line);

/* One more header line without its end; a fold keeps its blanks. */
void canon_header(struct canon *c, struct slice line);

/* What goes on in the header line before. */
void canon_join(struct canon *c, struct slice rest);

/*
 * One more line of the body with the end it had on the wire ("\r\n" or "\n").  True when the body is complete; *used:
 * bytes of the line that belong to it.
 */
bool canon_body(struct canon *c, struct slice line, struct slice end, size_t *used);

/* Is there a body to wait for? */
bool canon_wants_body(const struct canon *c);

/*
 * Close the text.  IN_BODY: it was cut there, and the body is dropped.  IN_HEADERS: it was cut behind a header, and has
 * no empty line.  IN_LINE: in the last line, which stays open; that tells the parser.  False when memory was short.
 */
enum canon_end { CANON_WHOLE, CANON_IN_BODY, CANON_IN_HEADERS, CANON_IN_LINE };
bool canon_finish(struct canon *c, enum canon_end end, struct slice *out);

/* Value of a Content-Length header (or its short form), -1 when the line is another header or makes no sense. */
int32_t canon_length(struct slice line, struct slice *digits);

#endif
