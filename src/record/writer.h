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
	bool comma; /* something stands before the next value */
};

/* A member's name, or NULL inside an array; names are our own words and need no escapes. */
void writer_open(struct writer *w, const char *name, char bracket);
void writer_close(struct writer *w, char bracket);
void writer_u64(struct writer *w, const char *name, uint64_t v);
void writer_i64(struct writer *w, const char *name, int64_t v);
void writer_bool(struct writer *w, const char *name, bool v);
/* A non-zero number; nothing for 0. */
void writer_count(struct writer *w, const char *name, uint64_t v);
void writer_delta(struct writer *w, const char *name, int64_t v);
/* A number that may be absent: nothing below 0. */
void writer_known(struct writer *w, const char *name, int64_t v);
/* Foreign text by the rule for bytes, at most max bytes of it. */
void writer_text(struct writer *w, const char *name, struct slice s, size_t max);
/* The text alone, as an element of an array: base64 when it is no UTF-8. */
void writer_value(struct writer *w, struct slice s);
/* As writer_text; nothing when it is empty. */
void writer_some(struct writer *w, const char *name, struct slice s, size_t max);
/* The same for the words of our enums: nothing for "-". */
void writer_word(struct writer *w, const char *name, const char *word);
void writer_time(struct writer *w, const char *name, int64_t t_ns);

#endif
