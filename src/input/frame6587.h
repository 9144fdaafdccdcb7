/*
 * frame6587 - the bytes of one syslog connection as a stream, whole messages out (RFC 6587; RFC 5425 4.3).
 * Knows no descriptor and no loop; the same messages come out however the bytes are cut.
 *
 * Each message is told apart by its first bytes, so that a connection may change at any of them:
 *   "LEN SP MSG"  when a "<" follows the blank, or when the message before was counted (or the carrier counts always).
 *                 LEN: 1 to 5 digits, no leading zero.  Up to 99,999 bytes; what is above TEXT_MAX is cut off.
 *   a line        else, up to LF; CR and NUL in front of the LF are no part of it.  So "2026-03-03 ...", "12 Mar ..."
 *                 and "123: ..." are lines.  A NUL ends a line too when "<" follows it (what syslog(3) sends on a
 *                 stream socket), or when nothing follows it (frame6587_settle).
 * No sense at all: a count that is 0, signed, has a leading zero or more than five digits; digits with "<" right behind
 * them; 20 digits in a row.  Between messages LF, CR and NUL are passed over and counted.
 */
#ifndef INPUT_FRAME6587_H
#define INPUT_FRAME6587_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipwhy/frame.h"

/* Bytes that all connections together may hold of unfinished messages.  used is theirs to change. */
struct frame6587_purse {
	size_t used, max;
};

enum frame6587_phase {
	FRAME6587_AT_START,
	FRAME6587_IN_COUNT,
	FRAME6587_IN_LINE,
	FRAME6587_SKIP_COUNT,
	FRAME6587_SKIP_LINE,
	FRAME6587_AT_END
};

enum { FRAME6587_HEAD = 24 };

/*
 * One connection.  Members may be read; only frame6587_* change them, but for blanks, which whoever counts them may
 * set to 0.  cap: bytes held now, at most TEXT_MAX.  blanks: bytes passed over between messages.
 */
struct frame6587 {
	const uint8_t *p;
	size_t n;
	uint8_t *buf;
	size_t len, cap;
	struct frame6587_purse *purse;
	uint64_t blanks;
	uint32_t left; /* bytes of a counted message still to come */
	uint8_t head[FRAME6587_HEAD];
	uint8_t n_head; /* first bytes of a message that is not yet known to be counted or a line */
	enum frame6587_phase phase;
	bool begun;   /* something was seen on this connection */
	bool counted; /* the message before was */
	bool nul;     /* the last byte of the line so far */
	bool given;   /* buf was handed over and is free at the next call */
};

/* Borrowed until the next call, and as long as the pushed bytes.  cut: it was longer than TEXT_MAX, or it broke off. */
struct frame6587_record {
	const uint8_t *data;
	size_t len;
	bool cut;
};

enum frame6587_verdict {
	FRAME6587_RECORD, /* *out is set */
	FRAME6587_MORE,   /* all that was pushed is taken */
	FRAME6587_BAD,    /* the framing makes no sense; nothing more comes of this connection */
	FRAME6587_TLS,    /* the connection begins with a TLS record; nothing more comes of it */
	FRAME6587_FULL    /* the purse is empty or memory is short; nothing is lost, ask again when there is some */
};

/* counted: the carrier always counts (RFC 5425).  Allocates nothing; purse is borrowed for life. */
void frame6587_init(struct frame6587 *f, struct frame6587_purse *purse, bool counted);

/* Give back what it holds. */
void frame6587_fini(struct frame6587 *f);

/* Bytes that came; borrowed until frame6587_next says anything but RECORD or FULL.  Only when the last was taken. */
void frame6587_push(struct frame6587 *f, const uint8_t *p, size_t n);

/* The next message. */
enum frame6587_verdict frame6587_next(struct frame6587 *f, struct frame6587_record *out);

/* Nothing came for a while: true when this shows that a message ended with a NUL, which is then in *out. */
bool frame6587_settle(struct frame6587 *f, struct frame6587_record *out);

/* The connection ended: true when a part of a message was there, which is then in *out. */
bool frame6587_end(struct frame6587 *f, struct frame6587_record *out);

/* Has a message begun that has not ended? */
bool frame6587_open(const struct frame6587 *f);

#endif
