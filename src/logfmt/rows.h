/*
 * rows - the tables of heads and statements: patterns as data, each with lines it must read and what they must give.
 */
#ifndef LOGFMT_ROWS_H
#define LOGFMT_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "sipwhy/frame.h"
#include "sipwhy/logfmt.h"

enum { ROW_SAMPLES = 4 };

/* A line and what it gives; addresses as endpoint_format prints them with port, NULL not compared, "-" none. */
struct row_head_sample {
	const char *line, *src, *dst;
	uint8_t flow, transport;
	uint32_t size;
	const char *stamp;
};

/*
 * need: a part of the pattern's text, NULL none.  flow, of: what the row means where its pattern has no such field.
 */
struct row_head {
	struct logfmt_row row;
	const char *need;
	uint8_t flow;
	char of;
	struct row_head_sample samples[ROW_SAMPLES];
};

/* The heads in the order in which they are tried; *n their number. */
const struct row_head *rows_head(size_t *n);

/* What a statement row is: says a code, tells of a failure, or says neither whatever stands in it. */
enum row_kind { ROW_CODE, ROW_NOTICE, ROW_NEITHER };

/* Fields beyond the pattern's that a row's own reader fills (statement.c). */
enum row_reader { ROW_PLAIN, ROW_ACC, ROW_SECURITY, ROW_CAUSE };

/*
 * One way in which a product says something in one line.  anchor: index in the table of anchors (rows_statement.c), a
 * part of the pattern's text.  need: a further part of it, NULL none.  family: rows that may say the same response;
 * 0 a row of its own.  method: where the pattern has none.  kind_name, means: of notices.
 */
struct row_statement {
	struct logfmt_row row;
	uint8_t anchor;
	const char *need;
	uint8_t kind;   /* enum row_kind */
	uint8_t reader; /* enum row_reader */
	uint8_t family;
	uint8_t flow; /* enum flow */
	const char *method;
	const char *kind_name, *means;
	/* A line of each row, and what it gives: code 0 for notices. */
	const char *sample;
	unsigned code;
};

const struct row_statement *rows_statement(size_t *n);

/* Texts, each in all lines of some rows; every statement holds one of these.  *n their number. */
const char *const *rows_anchors(size_t *n);

#endif
