/*
 * arena - memory for one message: bump allocation, dropped whole.
 */
#ifndef SIPWHY_ARENA_H
#define SIPWHY_ARENA_H

#include <stddef.h>

struct arena;

/*
 * A new arena.  first: bytes kept for good, in one block.  limit: bytes that one message may use
 * in all; what `first` cannot hold is taken from the heap in blocks and given back by arena_reset.
 * NULL when memory is short.  Free with arena_free.
 */
struct arena *arena_new(size_t first, size_t limit);

/* n bytes, aligned for any type, valid until arena_reset.  NULL above the limit or when memory is short. */
void *arena_alloc(struct arena *a, size_t n);

/*
 * As realloc(3) for a block of this arena (NULL allocates).  The old bytes are copied when the block
 * must move; the old block stays unused until reset.  NULL as arena_alloc; the old block stays valid.
 */
void *arena_grow(struct arena *a, void *p, size_t n);

/* Drop all that was allocated. */
void arena_reset(struct arena *a);

/* Bytes handed out since the last reset, headers included. */
size_t arena_used(const struct arena *a);

/* Give everything back; NULL is allowed. */
void arena_free(struct arena *a);

#endif
