/*
 * statement_scan - the quick test in front of the statements: is there an anchor of rows_statement.c in these lines?
 * One pass for all of them (seek.h).
 */
#include <string.h>

#include "logfmt/statement.h"

bool
statement_maybe(const struct statement_rows *r, struct slice line)
{
	return line.n > 0 && seek_any(&r->anchors, line.p, line.p + line.n) != NULL;
}

size_t
statement_scan(const struct statement_rows *r, struct slice lines)
{
	const char *feed, *at = lines.n > 0 ? seek_any(&r->anchors, lines.p, lines.p + lines.n) : NULL;

	if (at == NULL)
		return lines.n;
	feed = at > lines.p ? memrchr(lines.p, '\n', (size_t)(at - lines.p)) : NULL;
	return feed != NULL ? (size_t)(feed - lines.p) + 1 : 0;
}
