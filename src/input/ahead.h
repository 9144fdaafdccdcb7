/*
 * ahead - a file read in a thread of its own, one piece before whoever works on it: while one buffer is looked at, the
 * kernel fills the other.
 * Knows nothing of what it reads.  Two buffers in all, which change hands whole: nothing is copied.
 */
#ifndef INPUT_AHEAD_H
#define INPUT_AHEAD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct ahead;

/*
 * The thread runs at once and waits.  Pieces have at most `piece` bytes, and stand behind `front` bytes of their buffer
 * that are the caller's.  0, or negative errno (no memory, no thread).
 */
int ahead_new(struct ahead **out, size_t front, size_t piece);

/* Waits for a read that goes on; its descriptor stays open.  NULL is allowed. */
void ahead_free(struct ahead *a);

/* Read fd from where it stands.  Once; nobody else may read it from now on. */
void ahead_begin(struct ahead *a, int fd);

/*
 * Wait for the next piece: its length, and *buf, the buffer that it stands in, is the caller's until ahead_give.
 * 0 at the end, or a negative errno: then there is no buffer to give back, and nothing more is read.
 */
ssize_t ahead_take(struct ahead *a, uint8_t **buf);

/* Read the next piece into this one: front + piece bytes of mem_alloc, which are not the caller's any more. */
void ahead_give(struct ahead *a, uint8_t *buf);

#endif
