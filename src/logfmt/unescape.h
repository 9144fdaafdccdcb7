/*
 * unescape - one record that carries a SIP text in an escaped form, back to real lines.  Only ever for a record that
 * holds "SIP/2.0": Call-IDs may hold # and \ of their own.
 */
#ifndef LOGFMT_UNESCAPE_H
#define LOGFMT_UNESCAPE_H

#include <stdbool.h>

#include "sipwhy/buf.h"
#include "sipwhy/slice.h"

/*
 * Append the record's text with real line ends to b (rsyslog's #015#012 and #011, two characters as backslash r / n /
 * t, backslash n before a header name, CR and a blank before a header name, JSON strings under the keys message,
 * MESSAGE (also an array of byte values), log, msg, with their escapes; @cee: in front of JSON).  What stands before
 * and behind the escaped text stays; of JSON it is one line in front of the text.  docker's objects (key log) hold one
 * line each: theirs is left out but above a start line, so that the lines of a message stay together.  True when
 * something was unescaped; false (b unchanged) when the record is plain, or memory is short.
 */
bool unescape_record(struct slice record, struct buf *b);

/*
 * Lines of docker's json-file driver, one object for each line of output: append the piece with each such object made a
 * line "time stream F text" (the form of containerd, whose prefix repeats as any other).  Lines that are no such
 * object, or whose text has line ends inside, are copied as they are.  Never longer than the piece.  False when memory
 * is short: b is not to be used.
 */
bool unescape_docker(struct slice piece, struct buf *b);

/* Does the line begin with such an object? */
bool unescape_docker_wanted(struct slice line);

/* Does this line look as if unescape_record had work?  A few compares and one memchr or two. */
bool unescape_wanted(struct slice record);

#endif
