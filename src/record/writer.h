/*
 * writer - JSON straight into a buf (RFC 8259), ASCII only; no tree, no allocation of its own.
 * Commas are the writer's business; errors stick in the buf.
 */
#ifndef RECORD_WRITER_H
#define RECORD_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "sipwhy/buf.h"
#include "sipwhy/slice.h"

struct writer {
	struct buf *b;
	bool comma;                /* something stands before the next value */
};

/* A member's name, or NULL inside an array; names are our own words and need no escapes. */
void writer_open(struct writer *w, const char *name, char bracket);
void writer_close(struct writer *w, char bracket);
void writer_u64(struct writer *w, const char *name, uint64_t v);
void writer_bool(struct writer *w, const char *name, bool v);
/* A non-zero number; nothing for 0. */
void writer_count(struct writer *w, const char *name, uint64_t v);
/* Foreign text by the rule for bytes, at most max bytes of it. */
void writer_text(struct writer *w, const char *name, struct slice s, size_t max);
/* The same; nothing when it is empty. */
void writer_some(struct writer *w, const char *name, struct slice s, size_t max);
void writer_time(struct writer *w, const char *name, int64_t t_ns);

#endif
