/*
 * inflate - compressed bytes from strangers (RFC 1950 zlib, 1951 raw deflate, 1952 gzip), made large only as far as
 * somebody allows.  One object works on one member at a time and may be used again.
 */
#ifndef SIPWHY_INFLATE_H
#define SIPWHY_INFLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "sipwhy/buf.h"
#include "sipwhy/slice.h"

struct inflate;

enum inflate_form {
	INFLATE_HEADED, /* zlib or gzip, told apart by the header */
	INFLATE_RAW     /* no header */
};

enum inflate_verdict {
	INFLATE_MORE,  /* all of the input is taken, and the member has not ended */
	INFLATE_END,   /* it ended */
	INFLATE_BAD,   /* damaged, or not of this form */
	INFLATE_LARGE, /* it becomes larger than allowed, or than 1 KiB and 32 times what it was: a bomb */
	INFLATE_MEMORY /* memory was short */
};

enum {
	INFLATE_BYTES = 44 * 1024 /* what one object holds while it works, about */
};

/* NULL when memory is short.  Free with inflate_free. */
struct inflate *inflate_new(void);

/* NULL is allowed. */
void inflate_free(struct inflate *z);

/* Begin a member that may become `max` bytes.  False when memory is short. */
bool inflate_begin(struct inflate *z, enum inflate_form form, size_t max);

/*
 * Go on with the next bytes of the member; *used gets how many of them belong to it.  What comes out is appended to
 * out, of which nothing else is asked; NULL throws it away.  After anything but MORE begin again.
 */
enum inflate_verdict inflate_feed(struct inflate *z, struct slice in, size_t *used, struct buf *out);

/*
 * The same into cap > 0 bytes at out, for input that is read in steps and may become any size: `max` and the rule about
 * bombs are not asked.  *made bytes came out.  MORE with *made 0 and all of in used: more input is wanted.
 */
enum inflate_verdict
inflate_step(struct inflate *z, struct slice in, size_t *used, uint8_t *out, size_t cap, size_t *made);

/*
 * A whole member: headed, else raw.  out is cleared first and gets at most max bytes, and no more than its own max.
 * *used as above.  Input that ends too early is MORE; what had come out by then stands in out whatever the verdict.
 */
enum inflate_verdict inflate_whole(struct inflate *z, struct slice in, size_t max, size_t *used, struct buf *out);

#endif
