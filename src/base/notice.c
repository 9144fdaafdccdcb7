/*
 * notice - the newest notices with their texts; see sipwhy/notice.h.
 * The one thing to know: each notice is one heap block that lists share by a count of owners, so that a clone (a screen
 * that stands still) costs pointers only.
 */
#include "sipwhy/notice.h"

#include <errno.h>
#include <string.h>

#include "sipwhy/mem.h"

struct notice_item {
	size_t owners, size;
	struct notice notice;
	char text[];
};

/* bytes: of the items in the ring, whoever shares them. */
struct notice_list {
	size_t max, first, n;
	size_t bytes, bytes_max;
	uint64_t newest;
	struct notice_item *ring[];
};

enum { NOTICE_SLICES = 9 };
_Static_assert(sizeof(struct notice) == offsetof(struct notice, stamp) + NOTICE_SLICES * sizeof(struct slice),
    "notice_slices names every slice of struct notice");

static void
notice_slices(struct notice *n, struct slice *out[NOTICE_SLICES])
{
	struct slice *all[NOTICE_SLICES] = { &n->stamp, &n->kind, &n->means, &n->method, &n->call_id, &n->peer,
		&n->user, &n->text, &n->source };

	memcpy(out, all, sizeof all);
}

struct notice_list *
notice_list_new(size_t max, size_t bytes)
{
	struct notice_list *l = mem_zalloc(sizeof *l + max * sizeof *l->ring);

	if (l == NULL)
		return NULL;
	l->max = max;
	l->bytes_max = bytes;
	return l;
}

static struct notice_item **
notice_slot(const struct notice_list *l, size_t index)
{
	return (struct notice_item **)&l->ring[(l->first + index) % l->max];
}

static void
notice_leave(struct notice_list *l, struct notice_item *it)
{
	l->bytes -= it->size;
	if (--it->owners == 0)
		mem_free(it);
}

static void
notice_drop_oldest(struct notice_list *l)
{
	notice_leave(l, *notice_slot(l, 0));
	l->first = (l->first + 1) % l->max;
	l->n--;
}

void
notice_list_free(struct notice_list *l)
{
	if (l == NULL)
		return;
	while (l->n > 0)
		notice_drop_oldest(l);
	mem_free(l);
}

struct notice_list *
notice_list_clone(const struct notice_list *l)
{
	struct notice_list *copy = notice_list_new(l->max, l->bytes_max);

	if (copy == NULL)
		return NULL;
	for (size_t i = 0; i < l->n; i++) {
		copy->ring[i] = *notice_slot(l, i);
		copy->ring[i]->owners++;
	}
	copy->n = l->n;
	copy->bytes = l->bytes;
	copy->newest = l->newest;
	return copy;
}

static struct notice_item *
notice_copy(const struct notice *n, size_t bytes_max, int *err)
{
	struct notice copy = *n;
	struct slice *s[NOTICE_SLICES];
	struct notice_item *it;
	size_t size = sizeof *it, at = 0;

	notice_slices(&copy, s);
	for (unsigned i = 0; i < NOTICE_SLICES; i++) {
		if (s[i]->n > NOTICE_TEXT_MAX)
			s[i]->n = NOTICE_TEXT_MAX;
		size += s[i]->n;
	}
	*err = size > bytes_max ? -EMSGSIZE : -ENOMEM;
	if (size > bytes_max || (it = mem_alloc(size)) == NULL)
		return NULL;
	for (unsigned i = 0; i < NOTICE_SLICES; i++) {
		if (s[i]->n > 0)
			memcpy(it->text + at, s[i]->p, s[i]->n);
		s[i]->p = it->text + at;
		at += s[i]->n;
	}
	it->owners = 1;
	it->size = size;
	it->notice = copy;
	return it;
}

int
notice_list_add(struct notice_list *l, const struct notice *n)
{
	int err;
	struct notice_item *it = notice_copy(n, l->bytes_max, &err);

	if (it == NULL)
		return err;
	while (l->n == l->max || l->bytes + it->size > l->bytes_max)
		notice_drop_oldest(l);
	*notice_slot(l, l->n++) = it;
	l->bytes += it->size;
	l->newest++;
	return 0;
}

void
notice_list_drop_after(struct notice_list *l, uint64_t number)
{
	if (number >= l->newest)
		return;
	while (l->n > 0 && l->newest > number) {
		notice_leave(l, *notice_slot(l, --l->n));
		l->newest--;
	}
	l->newest = number;
}

size_t
notice_list_count(const struct notice_list *l)
{
	return l->n;
}

uint64_t
notice_list_newest(const struct notice_list *l)
{
	return l->newest;
}

const struct notice *
notice_list_find(const struct notice_list *l, uint64_t number)
{
	if (number > l->newest || l->newest - number >= l->n)
		return NULL;
	return &(*notice_slot(l, l->n - 1 - (size_t)(l->newest - number)))->notice;
}
