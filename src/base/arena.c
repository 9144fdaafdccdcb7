/*
 * arena - bump memory for one message; see sipwhy/arena.h.
 * Each block carries its size in front of it, because arena_grow must know how much to move.
 */
#include "sipwhy/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <string.h>

#include "sipwhy/mem.h"

enum { ARENA_ALIGN = alignof(max_align_t), ARENA_HEAD = ARENA_ALIGN };

struct arena_block {
	struct arena_block *next;
	alignas(max_align_t) unsigned char data[];
};

struct arena {
	size_t first;
	size_t limit;
	size_t room;         /* left in the first block */
	unsigned char *next; /* free byte of the first block */
	size_t extra_used;
	struct arena_block *extra; /* what the first block could not hold */
	alignas(max_align_t) unsigned char data[];
};

struct arena *
arena_new(size_t first, size_t limit)
{
	struct arena *a = mem_alloc(sizeof *a + first);

	if (a == NULL)
		return NULL;
	*a = (struct arena){ .first = first & ~(size_t)(ARENA_ALIGN - 1), .limit = limit };
	arena_reset(a);
	return a;
}

static void *
arena_mark(unsigned char *block, size_t n)
{
	memcpy(block, &n, sizeof n);
	return block + ARENA_HEAD;
}

static void *
arena_extra(struct arena *a, size_t want, size_t n)
{
	struct arena_block *b;

	if (n > a->limit || want > a->limit - arena_used(a) || (b = mem_alloc(sizeof *b + want)) == NULL)
		return NULL;
	b->next = a->extra;
	a->extra = b;
	a->extra_used += want;
	return arena_mark(b->data, n);
}

/* libosip2 asks some fifty times a message, so the way through the first block is as short as it can be. */
void *
arena_alloc(struct arena *a, size_t n)
{
	size_t want = (ARENA_HEAD + n + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
	unsigned char *p = a->next;

	if (want > a->room || want < n)
		return arena_extra(a, want, n);
	a->room -= want;
	a->next += want;
	return arena_mark(p, n);
}

void *
arena_grow(struct arena *a, void *p, size_t n)
{
	size_t old;
	void *q;

	if (p == NULL)
		return arena_alloc(a, n);
	memcpy(&old, (unsigned char *)p - ARENA_HEAD, sizeof old);
	if (n <= old)
		return p;
	q = arena_alloc(a, n);
	if (q != NULL)
		memcpy(q, p, old);
	return q;
}

void
arena_reset(struct arena *a)
{
	a->room = a->first < a->limit ? a->first : a->limit & ~(size_t)(ARENA_ALIGN - 1);
	a->next = a->data;
	a->extra_used = 0;
	while (a->extra != NULL) {
		struct arena_block *next = a->extra->next;

		mem_free(a->extra);
		a->extra = next;
	}
}

size_t
arena_used(const struct arena *a)
{
	return (size_t)(a->next - a->data) + a->extra_used;
}

void
arena_free(struct arena *a)
{
	if (a == NULL)
		return;
	arena_reset(a);
	mem_free(a);
}
