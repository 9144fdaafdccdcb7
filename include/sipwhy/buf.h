/*
 * buf - a growing byte buffer that states its maximum at birth.
 * Errors stick: after the first failed append nothing more is added and buf_ok() is false,
 * so a writer appends freely and looks once at the end.
 */
#ifndef SIPWHY_BUF_H
#define SIPWHY_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipwhy/slice.h"

/* Members may be read; only buf_* change them.  data is NULL while cap is 0. */
struct buf {
	char *data;
	size_t len;
	size_t cap;
	size_t max;
	bool failed;
};

/* Prepare caller's memory; allocates nothing.  max: bytes it may ever hold. */
void buf_init(struct buf *b, size_t max);

/* Give the bytes back; the buffer may be used again (same max). */
void buf_fini(struct buf *b);

/* Forget the content and the error, keep the memory. */
void buf_clear(struct buf *b);

/* False after an append that did not fit or for which memory was short. */
bool buf_ok(const struct buf *b);

/* Append n bytes. */
void buf_add(struct buf *b, const void *p, size_t n);

/* Append a C string. */
void buf_puts(struct buf *b, const char *s);

/* Append one byte. */
void buf_putc(struct buf *b, char c);

/* Append formatted text; at most 4,096 bytes a call. */
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Drop the first n bytes (n <= len), moving the rest to the front. */
void buf_drop(struct buf *b, size_t n);

/* The content as a slice; valid until the next append. */
struct slice buf_slice(const struct buf *b);

#endif
