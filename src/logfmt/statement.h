/*
 * statement - single lines that name a status code, or a failure without one; rows of a table in the same pattern
 * language as heads.
 */
#ifndef LOGFMT_STATEMENT_H
#define LOGFMT_STATEMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "logfmt/pattern.h"
#include "logfmt/seek.h"
#include "sipwhy/logfmt.h"
#include "sipwhy/slice.h"

/* The rows ready for use: their patterns compiled, and the texts of which each of their lines holds one. */
struct statement_rows {
	struct seek_set anchors;
	struct pattern pattern[];
};

/* NULL when memory is short; free with mem_free. */
struct statement_rows *statement_rows_new(void);

enum statement_kind {
	STATEMENT_NONE,
	STATEMENT_CODE,   /* names a code: item is a LOGFMT_STATEMENT */
	STATEMENT_NOTICE, /* a failure without a code: item is a LOGFMT_NOTICE */
	STATEMENT_NOT     /* known to be no response, whatever it holds (call detail records and the like) */
};

/*
 * Quick test: can this line hold a statement?  Looks for the anchors of all rows in one pass.  Used on every line that
 * is no SIP, so it must cost little; statement_scan is the same over many lines.
 */
bool statement_maybe(const struct statement_rows *r, struct slice line);

/* The first line in `lines` (many, with line feeds) that statement_maybe holds for: its begin; lines.n when none. */
size_t statement_scan(const struct statement_rows *r, struct slice lines);

/*
 * Read one line (escapes undone, no line end; the text inside a JSON object is found).  Fills all of *item but the
 * times and the notice's source; of a statement that names a code, notice holds peer and user alone.  Slices point into
 * line or are static.  *row: which row matched, for statement_again.
 */
enum statement_kind
statement_read(const struct statement_rows *r, struct slice line, struct logfmt_item *item, unsigned *row);

/*
 * The same response is often said by several rows (acc: "call missed" and "transaction answered").  A table of what was
 * said lately (bounded, seeded): each row keeps its own count for a key made of code, CSeq, Call-ID and method (user,
 * and peer where there is no CSeq, in place of Call-ID and method where a line has none), and a statement is new only
 * if its row has now said it more often than every other row of the same family.  True when this one repeats.
 */
struct statement_table;
struct statement_table *statement_table_new(uint64_t seed);
void statement_table_free(struct statement_table *t);
bool statement_again(struct statement_table *t, unsigned row, const struct logfmt_item *item);

#endif
