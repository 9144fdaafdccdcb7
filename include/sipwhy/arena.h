/*
 * arena - memory for one message: bump allocation, dropped whole.
 */
#ifndef SIPWHY_ARENA_H
#define SIPWHY_ARENA_H

#include <stdalign.h>
#include <stddef.h>
#include <string.h>

/* Each allocation is aligned for any type and has its size in front, because arena_grow must know how much to move. */
enum { ARENA_ALIGN = alignof(max_align_t), ARENA_HEAD = ARENA_ALIGN };

struct arena_block;

/* Laid open for arena_alloc alone. */
struct arena {
	unsigned char *next, *end; /* the free bytes of the first block */
	size_t first, limit, extra_used;
	struct arena_block *extra; /* what the first block could not hold */
	alignas(max_align_t) unsigned char data[];
};

/*
 * A new arena.  first: bytes kept for good, in one block.  limit: bytes that one message may use
 * in all; what `first` cannot hold is taken from the heap in blocks and given back by arena_reset.
 * NULL when memory is short.  Free with arena_free.
 */
struct arena *arena_new(size_t first, size_t limit);

/* What arena_alloc does when the first block has no room for `want` bytes, n and its head rounded up. */
void *arena_extra(struct arena *a, size_t want, size_t n);

/*
 * n bytes, aligned for any type, valid until arena_reset.  NULL above the limit or when memory is short.
 * Inline because libosip2 asks some fifty times a message.
 */
static inline void *
arena_alloc(struct arena *a, size_t n)
{
	size_t want = (ARENA_HEAD + n + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
	unsigned char *p = a->next;

	if (want > (size_t)(a->end - p) || want < n)
		return arena_extra(a, want, n);
	a->next = p + want;
	memcpy(p, &n, sizeof n);
	return p + ARENA_HEAD;
}

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
