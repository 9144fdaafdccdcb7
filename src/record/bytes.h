/* bytes - the rule for text in records: valid UTF-8 as text, all else as base64 (RFC 4648 section 4). */
#ifndef RECORD_BYTES_H
#define RECORD_BYTES_H

#include <stdbool.h>
#include <stddef.h>

#include "sipwhy/buf.h"
#include "sipwhy/slice.h"

/* True when all of s is UTF-8 (RFC 3629). */
bool bytes_utf8(struct slice s);

/* At most max bytes of s, not cut inside a UTF-8 character. */
struct slice bytes_cut(struct slice s, size_t max);

/* Append s as base64 with padding. */
void bytes_base64(struct buf *b, struct slice s);

/* Bytes that n characters of base64 stand for at most. */
size_t bytes_plain_max(size_t n);

/* Strict reverse into out[bytes_plain_max(s.n)]; 0 and *n, or -EINVAL. */
int bytes_plain(struct slice s, char *out, size_t *n);

#endif
