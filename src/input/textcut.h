/*
 * textcut - text into blocks of whole lines, none longer than TEXT_MAX; a longer line is cut there and its rest left
 * out up to the line feed.
 *
 * Know: it works on the caller's window and copies nothing; all it remembers is that it stands inside a rest.
 */
#ifndef INPUT_TEXTCUT_H
#define INPUT_TEXTCUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Starts zeroed. */
struct textcut {
	bool skipping;
};

/*
 * FULL: a block is as long as it can be, so that boundaries depend on the text alone and never on how it arrived.
 * EAGER: hand over what lines there are.  LAST: nothing follows these bytes; an unended line is a line.
 */
enum textcut_mode { TEXTCUT_FULL, TEXTCUT_EAGER, TEXTCUT_LAST };

/*
 * data[0..len): lines of them, len 0 when bytes were only left out.  take: bytes of the window that are done with.
 * plain: there is no ESC in it; false tells nothing.
 */
struct textcut_block {
	const uint8_t *data;
	size_t len, take;
	uint32_t lines;
	bool cut, plain;
};

/* The next block at p[0..n): true and *b set with take > 0, false when more bytes are needed (or n is 0). */
bool textcut_next(struct textcut *t, const uint8_t *p, size_t n, enum textcut_mode mode, struct textcut_block *b);

/* Bytes at which textcut_next can say more than it could at n: always above n. */
size_t textcut_need(size_t n, enum textcut_mode mode);

/* Line feeds in p[0..n), and whether there is an ESC. */
size_t textcut_count(const uint8_t *p, size_t n, bool *escapes);

#endif
