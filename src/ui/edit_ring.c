/* edit_ring - lines typed before; see sipwhy/ui.h.  Few and short: the oldest goes by moving the rest. */
#include <errno.h>
#include <string.h>

#include "sipwhy/mem.h"
#include "sipwhy/ui.h"

enum { EDIT_RING_MAX = 10000 };

struct edit_ring {
	size_t max, n;
	char **lines;
};

struct edit_ring *
edit_ring_new(size_t max)
{
	struct edit_ring *r = mem_zalloc(sizeof *r);

	if (r == NULL)
		return NULL;
	r->max = max < 1 ? 1 : max > EDIT_RING_MAX ? EDIT_RING_MAX : max;
	r->lines = mem_zalloc(r->max * sizeof *r->lines);
	if (r->lines == NULL) {
		mem_free(r);
		return NULL;
	}
	return r;
}

void
edit_ring_free(struct edit_ring *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->n; i++)
		mem_free(r->lines[i]);
	mem_free(r->lines);
	mem_free(r);
}

static void
edit_ring_drop(struct edit_ring *r, size_t index)
{
	mem_free(r->lines[index]);
	memmove(r->lines + index, r->lines + index + 1, (r->n - index - 1) * sizeof *r->lines);
	r->n--;
}

int
edit_ring_add(struct edit_ring *r, struct slice line)
{
	char *copy = line.n < EDIT_TEXT ? mem_alloc(line.n + 1) : NULL;

	if (copy == NULL)
		return line.n < EDIT_TEXT ? -ENOMEM : -EMSGSIZE;
	if (line.n > 0)
		memcpy(copy, line.p, line.n);
	copy[line.n] = '\0';
	for (size_t i = r->n; i-- > 0;)
		if (strcmp(r->lines[i], copy) == 0)
			edit_ring_drop(r, i);
	if (r->n == r->max)
		edit_ring_drop(r, 0);
	r->lines[r->n++] = copy;
	return 0;
}

size_t
edit_ring_count(const struct edit_ring *r)
{
	return r->n;
}

const char *
edit_ring_at(const struct edit_ring *r, size_t index)
{
	return index < r->n ? r->lines[index] : NULL;
}
