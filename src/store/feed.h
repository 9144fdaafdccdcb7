/* feed - a byte stream cut anywhere, put together to lines of at most RECORD_LINE_MAX bytes. */
#ifndef STORE_FEED_H
#define STORE_FEED_H

#include <stdbool.h>
#include <stddef.h>

#include "sipwhy/buf.h"

/* A line without its newline, borrowed for the call; NULL for one that was too long or found no memory. */
typedef void (*feed_line_fn)(void *ctx, const char *line, size_t n);

struct feed {
	struct buf part; /* the begun line */
	bool skipping;   /* the begun line is given up */
};

void feed_init(struct feed *f);
void feed_fini(struct feed *f);

/* Take n bytes; each line they end is handed on at once. */
void feed_push(struct feed *f, const char *p, size_t n, feed_line_fn line, void *ctx);

#endif
