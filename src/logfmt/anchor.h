/*
 * anchor - where a SIP text begins: its start line (RFC 3261 7.1, 7.2), found in a line of log whatever stands in
 * front. Also what the products do to the ends of lines, learned at the start line and undone on those that follow.
 */
#ifndef LOGFMT_ANCHOR_H
#define LOGFMT_ANCHOR_H

#include <stdbool.h>
#include <stddef.h>

#include "sipwhy/slice.h"

/* How lines end before their line feed.  mark: 0, or the length of "#015" (4) or "^M" (2) in place of CR. */
struct style {
	bool cr;  /* a real CR */
	bool pad; /* a blank of the product's own */
	bool dot; /* a dot in place of CR */
	unsigned char mark;
};

/* A start line.  at: where it begins in the line, what stands left of it is the prefix.  text: it without line end. */
struct anchor {
	size_t at;
	bool response;
	struct slice text;
	struct style style;
};

/* The first "SIP/2.0" in p..end, NULL when there is none. */
const char *anchor_scan(const char *p, const char *end);

/*
 * A start line in `line` (without its line feed): "SIP/2.0 [1-6]dd" followed by a blank and text or the end, or
 * "TOKEN uri SIP/2.0" at the end.  The first that there is.
 */
bool anchor_find(struct slice line, struct anchor *out);

/* The same where it is known that "SIP/2.0" does not stand before line.p + from. */
bool anchor_find_from(struct slice line, size_t from, struct anchor *out);

/* Is the "SIP/2.0" at s.p + at the begin of a response's start line? */
bool anchor_is_response(struct slice s, size_t at);

/* A byte of a token (RFC 3261 25.1), and so of a header name? */
bool anchor_token(char c);

/* Does the line begin with a header name and a colon? */
bool anchor_is_header(struct slice line);

/* The same with a name that stands near the top of SIP messages; for lines that a log line could look like. */
bool anchor_is_known_header(struct slice line);

/* The line's text without its end: of a header also without blanks behind it, but in style.cr. */
struct slice anchor_header_text(struct slice line, struct style style);
struct slice anchor_body_text(struct slice line, struct style style, bool *cr);

/* Do lines of this style show where they end, and this one that it does? */
bool anchor_shows_end(struct style style);
bool anchor_has_end(struct slice line, struct style style);

/* Was the start line's last dot a CR?  Only if the next line ends in one too. */
void anchor_settle_dot(struct style *style, struct slice next);

#endif
