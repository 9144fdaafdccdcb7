/*
 * sipframe - where SIP messages begin and end: the start-line recogniser for all transports, and the framing of
 * messages on a byte stream.  Knows no header but Content-Length.
 */
#ifndef WIRE_SIPFRAME_H
#define WIRE_SIPFRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipwhy/slice.h"

enum sipframe_start { SIPFRAME_NO, SIPFRAME_PERHAPS, SIPFRAME_YES };

enum {
	SIPFRAME_WHOLE = 1,       /* no more bytes will come: never PERHAPS */
	SIPFRAME_STRICT = 2,      /* for a guess in the middle of a stream: exact form, and a header line must follow */
	SIPFRAME_LINE_MAX = 8192, /* a start line on a stream */
	SIPFRAME_HEAD_MAX = 65536,
	SIPFRAME_MESSAGE_MAX = 262144
};

/*
 * Do these bytes begin with a SIP start line (RFC 3261 7.1, 7.2; compared without case)?  how: SIPFRAME_WHOLE, _STRICT.
 * Without STRICT a status line is "SIP/" and a digit, so that a wrong version or code reaches whoever counts it as
 * malformed.
 */
enum sipframe_start sipframe_start(struct slice s, unsigned how);

/* s without the CR, LF and NUL at its front, which are keep-alive habits. */
struct slice sipframe_skip_blank(struct slice s);

enum sipframe_length { SIPFRAME_LENGTH_NONE, SIPFRAME_LENGTH_OK, SIPFRAME_LENGTH_BAD };

/*
 * Walk the header lines of the message at s: *head gets the bytes up to and with the blank line, 0 when there is none.
 * Content-Length (also `l`, folded, repeated alike) goes to *length, capped at UINT32_MAX; BAD when not a number or
 * when two differ.
 */
enum sipframe_length sipframe_head(struct slice s, size_t *head, uint64_t *length);

/* State of one stream.  Zeroed memory is a stream that begins here; members are private but `found` and the counters.
 */
struct sipframe {
	size_t line;      /* HEAD: start of the line being read */
	size_t looked;    /* HEAD: no line end in [line, looked) */
	size_t need;      /* BODY: length of the whole message; SKIP: bytes still to throw away */
	uint32_t resyncs; /* messages searched for after bytes that made no sense */
	uint32_t oversize;
	uint8_t mode;
	bool line_start; /* SEARCH: the next byte begins a line */
	bool found;      /* a start line was recognised */
};

/* One step: drop `eat` bytes, then, when `ready`, the next `len` are a message.  cut: its end is missing. */
struct sipframe_step {
	size_t eat;
	size_t len;
	bool ready;
	bool cut;
};

/*
 * Look at the unread bytes; those of an earlier look must still be at the front.  Not ready means: more bytes are
 * needed. end: no more will come; a begun message is then handed out cut.  After a message the caller drops its len
 * bytes.
 */
struct sipframe_step sipframe_next(struct sipframe *f, struct slice unread, bool end);

/*
 * `lost` bytes behind the unread ones will never come.  May hand out the begun message, cut; the caller then drops all
 * unread bytes, message or not.
 */
struct sipframe_step sipframe_gap(struct sipframe *f, struct slice unread, uint64_t lost);

#endif
