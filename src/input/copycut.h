/*
 * copycut - where plain copies of SIP messages begin and end in a byte stream (RFC 3261 18.3): by Content-Length, none
 * being 0.  Knows no loop and holds nothing; the same messages come out however the bytes are cut.
 */
#ifndef INPUT_COPYCUT_H
#define INPUT_COPYCUT_H

#include <stddef.h>

#include "sipwhy/slice.h"

/* A longer message is none. */
enum { COPYCUT_MAX = 65535 };

/* One stream; zeroed memory is one that begins.  looked: bytes at the front in which no end of a head was found. */
struct copycut {
	size_t looked;
};

enum copycut_verdict {
	COPYCUT_MESSAGE, /* behind *blanks bytes that are to be dropped *len bytes are a message */
	COPYCUT_MORE,    /* more bytes are needed; *blanks bytes are to be dropped, at most COPYCUT_MAX stay */
	COPYCUT_BAD      /* it makes no sense: no start line, or too long */
};

enum copycut_start { COPYCUT_NO, COPYCUT_PERHAPS, COPYCUT_YES };

/* Does a stream of messages begin here?  PERHAPS: its first line is not there yet. */
enum copycut_start copycut_start(struct slice s);

/* Look at the unread bytes; those of an earlier look must still be at the front. */
enum copycut_verdict copycut_next(struct copycut *c, struct slice unread, size_t *blanks, size_t *len);

#endif
