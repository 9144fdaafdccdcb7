/*
 * feed - lines out of bytes that come in any pieces; see feed.h.
 * The one thing to know: a line that lies whole in one piece is handed on where it lies, only begun lines are
 * copied.
 */
#include "store/feed.h"

#include <string.h>

#include "sipwhy/record.h"

void
feed_init(struct feed *f)
{
	/* The newline is not kept but counts. */
	buf_init(&f->part, RECORD_LINE_MAX - 1);
	f->skipping = false;
}

void
feed_fini(struct feed *f)
{
	buf_fini(&f->part);
}

static void
feed_end(struct feed *f, const char *p, size_t n, feed_line_fn line, void *ctx)
{
	if (f->skipping) {
		f->skipping = false;
		line(ctx, NULL, 0);
		return;
	}
	if (f->part.len == 0) {
		if (n > 0)
			line(ctx, n < RECORD_LINE_MAX ? p : NULL, n);
		return;
	}
	buf_add(&f->part, p, n);
	line(ctx, buf_ok(&f->part) ? f->part.data : NULL, f->part.len);
	buf_clear(&f->part);
}

static void
feed_keep(struct feed *f, const char *p, size_t n)
{
	if (f->skipping)
		return;
	buf_add(&f->part, p, n);
	if (!buf_ok(&f->part)) {
		f->skipping = true;
		buf_clear(&f->part);
	}
}

void
feed_push(struct feed *f, const char *p, size_t n, feed_line_fn line, void *ctx)
{
	const char *end;

	while (n > 0 && (end = memchr(p, '\n', n)) != NULL) {
		feed_end(f, p, (size_t)(end - p), line, ctx);
		n -= (size_t)(end - p) + 1;
		p = end + 1;
	}
	feed_keep(f, p, n);
}
