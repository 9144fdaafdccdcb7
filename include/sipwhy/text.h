/*
 * text - the one sanitiser between bytes from the network and anything a person reads:
 * screen, text output, error sentences.  Nothing goes round it.
 */
#ifndef SIPWHY_TEXT_H
#define SIPWHY_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipwhy/slice.h"

/*
 * Make foreign bytes safe to show, at most max_cols columns wide and cap - 1 bytes long.
 *
 * Kept: ASCII 0x20-0x7e; with ascii false also valid UTF-8 scalars that are printable, one or two columns
 * wide, and up to two combining marks after a base.  All else becomes visible and reversible text:
 * control bytes (C0, DEL, C1) and invalid UTF-8 as \xHH, other scalars (bidi controls, zero-width,
 * line separators, private use, non-characters, the list of soft and filler characters) as <U+202E>.
 * The result is cut at a character; a cut is marked by "~" in the last column.
 * Idempotent on its own output except for the cut mark.
 *
 * out is always terminated when cap > 0.  Returns bytes written without the NUL; *cols (may be NULL) gets the
 * width in columns.  Width comes from wcwidth(3), so the caller's LC_CTYPE must be a UTF-8 one unless ascii.
 */
size_t text_clean(char *out, size_t cap, struct slice in, size_t max_cols, bool ascii, size_t *cols);

/*
 * Decode one UTF-8 scalar at s[0..n) (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF).
 * Returns its length 1..4 and sets *cp; 0 when the bytes are not valid UTF-8 or n is 0.
 */
size_t text_utf8(const char *s, size_t n, uint32_t *cp);

/* A scalar (at most U+10FFFF) as UTF-8; returns its length, 1..4. */
size_t text_utf8_put(char out[4], uint32_t cp);

/* The value of a hexadecimal digit, of either case; -1 for any other byte. */
int text_hex(char c);

/*
 * A scalar as a JSON string escapes it, a backslash, u and four digits (RFC 8259 7), at the start of s.  Returns the
 * bytes it takes, 6, or 12 with the other half of a surrogate pair, and sets *cp; a half without the other is '?'.  0
 * when s does not begin with one.
 */
size_t text_json_u(struct slice s, uint32_t *cp);

/* Columns (0, 1 or 2) of a scalar that text_clean keeps; -1 when text_clean would show it escaped. */
int text_width(uint32_t cp);

#endif
