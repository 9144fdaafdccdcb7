/* arena - bump memory for one message: what is behind the fast way of its door; see sipwhy/arena.h. */
#include "sipwhy/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <string.h>

#include "sipwhy/mem.h"

struct arena_block {
	struct arena_block *next;
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

void *
arena_extra(struct arena *a, size_t want, size_t n)
{
	struct arena_block *b;

	if (n > a->limit || want > a->limit - arena_used(a) || (b = mem_alloc(sizeof *b + want)) == NULL)
		return NULL;
	b->next = a->extra;
	a->extra = b;
	a->extra_used += want;
	memcpy(b->data, &n, sizeof n);
	return b->data + ARENA_HEAD;
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
	a->next = a->data;
	a->end = a->data + (a->first < a->limit ? a->first : a->limit & ~(size_t)(ARENA_ALIGN - 1));
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
