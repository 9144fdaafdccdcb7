/*
 * pattern - the small language in which heads and statements are written (doc/logs.md): literal text, fields in braces,
 * optional parts in brackets.  Compiled into a program of bounded size; a match costs time in proportion to the line.
 */
#ifndef LOGFMT_PATTERN_H
#define LOGFMT_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "logfmt/stamp.h"
#include "sipwhy/errmsg.h"
#include "sipwhy/frame.h"
#include "sipwhy/slice.h"

/* Ends of the message, in the order of the fields PATTERN_SRC.. and their address and port forms. */
enum pattern_end { PATTERN_END_SRC, PATTERN_END_DST, PATTERN_END_PEER, PATTERN_END_OWN, PATTERN_END_N };

enum pattern_field {
	PATTERN_ANY,
	PATTERN_SRC,
	PATTERN_DST,
	PATTERN_PEER,
	PATTERN_OWN,
	PATTERN_SRC_IP,
	PATTERN_DST_IP,
	PATTERN_PEER_IP,
	PATTERN_OWN_IP,
	PATTERN_SRC_PORT,
	PATTERN_DST_PORT,
	PATTERN_PEER_PORT,
	PATTERN_OWN_PORT,
	PATTERN_PEER_URI,
	PATTERN_TRANSPORT,
	PATTERN_SIZE,
	PATTERN_TIME,
	PATTERN_CODE,
	PATTERN_PHRASE,
	PATTERN_METHOD,
	PATTERN_CALL_ID,
	PATTERN_CSEQ,
	PATTERN_FROM_TAG,
	PATTERN_TO_TAG,
	PATTERN_USER,
	PATTERN_DETAIL,
	PATTERN_NUMBER,
	PATTERN_WORD,
	PATTERN_FLOW,
	PATTERN_OF,
	PATTERN_FIELD_N
};

/* What a line gave.  text: of each field, as it stands in the line, empty = absent.  behind: where the match ended. */
struct pattern_values {
	struct slice text[PATTERN_FIELD_N];
	struct endpoint end[PATTERN_END_N];
	struct stamp time;
	uint8_t transport; /* enum transport */
	uint8_t flow;      /* enum flow */
	char of;           /* 'q', 'p' or 0 */
	size_t begin, behind;
};

/* Parts, bytes of literal text and words a pattern may have. */
enum { PATTERN_OPS = 48, PATTERN_TEXT = 400, PATTERN_WORDS = 48 };

struct pattern_op {
	uint8_t kind;  /* of pattern.c */
	uint8_t field; /* enum pattern_field */
	uint16_t n;    /* literal: bytes; words: their number; optional part: number of the op behind it */
	uint16_t at;   /* literal: place in text; words: the first */
};

/* "Received=in": the word, in the caller's text, and the number its value stands for. */
struct pattern_word {
	const char *p;
	uint16_t n;
	uint8_t value;
};

struct pattern {
	uint16_t n_ops, n_text, n_words;
	uint16_t longest; /* op of the longest literal that every match has; n_ops when there is none */
	bool from_start, to_end;
	struct pattern_op ops[PATTERN_OPS];
	struct pattern_word words[PATTERN_WORDS];
	char text[PATTERN_TEXT];
};

/*
 * Compile `text`, which is borrowed as long as *p.  0; -EINVAL with a sentence that names the position (counted from 1)
 * and what is wrong there.  em may be NULL.
 */
int pattern_compile(struct pattern *p, struct slice text, struct errmsg *em);

/* Does the line hold a match?  The first one counts.  True and *out filled; false and *out undefined. */
bool pattern_match(const struct pattern *p, struct slice line, struct pattern_values *out);

/* "192.0.2.1" at s, behind it nothing of an address but a port: its length, else 0.  Sets family and addr of *out. */
size_t pattern_quad(struct slice s, struct endpoint *out);

/* "5060" as a port at s: its length, 0 when it is none. */
size_t pattern_port(struct slice s, uint16_t *out);

#endif
