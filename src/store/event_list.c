/*
 * event_list - events that the console keeps; see event_list.h.
 * The one thing to know: an event that changes gets a new block, so a frozen list can show the old one and keep the
 * new.
 */
#include "store/event_list.h"

#include <errno.h>
#include <string.h>

#include "sipwhy/mem.h"

/* later: the event as it is, while the list shows how it was; its size counts in the list's bytes too. */
struct event_list_item {
	size_t size;
	struct event_list_item *later;
	struct event event;
	char text[];
};

int
event_list_init(struct event_list *l, size_t cap, size_t bytes_max)
{
	*l = (struct event_list){ .cap = cap, .bytes_max = bytes_max };
	l->ring = mem_alloc(cap * sizeof *l->ring);
	return l->ring != NULL ? 0 : -ENOMEM;
}

static struct event_list_item **
event_list_slot(const struct event_list *l, size_t index)
{
	return &l->ring[(l->first + index) % l->cap];
}

/* Bytes of an item with what it keeps for later. */
static size_t
event_list_size(const struct event_list_item *it)
{
	return it->size + (it->later != NULL ? it->later->size : 0);
}

static void
event_list_free(struct event_list *l, struct event_list_item *it)
{
	l->bytes -= event_list_size(it);
	mem_free(it->later);
	mem_free(it);
}

static void
event_list_drop_oldest(struct event_list *l)
{
	struct event_list_item *it = *event_list_slot(l, 0);

	l->first = (l->first + 1) % l->cap;
	l->n--;
	event_list_free(l, it);
}

void
event_list_fini(struct event_list *l)
{
	while (l->n > 0)
		event_list_drop_oldest(l);
	mem_free(l->ring);
	l->ring = NULL;
}

/* Slices of an event; a new member must stand in event_list_slices too. */
enum { EVENT_LIST_SLICES = 22 };
_Static_assert(sizeof(struct event) == offsetof(struct event, method) + EVENT_LIST_SLICES * sizeof(struct slice),
    "event_list_slices names every slice of struct event");

static void
event_list_slices(struct event *e, struct slice *out[EVENT_LIST_SLICES])
{
	struct slice *all[EVENT_LIST_SLICES] = { &e->method, &e->phrase, &e->call_id, &e->from, &e->to, &e->peer,
		&e->src, &e->dst, &e->said_by, &e->agent, &e->user_agent, &e->reason, &e->warning, &e->retry_after,
		&e->detail, &e->needs, &e->leg, &e->path, &e->explain, &e->source, &e->stamp, &e->raw };

	memcpy(out, all, sizeof all);
}

static struct event_list_item *
event_list_copy(const struct event *e, size_t bytes_max, int *err)
{
	struct event copy = *e;
	struct slice *s[EVENT_LIST_SLICES];
	struct event_list_item *it;
	size_t size = sizeof *it, at = 0;

	event_list_slices(&copy, s);
	for (unsigned i = 0; i < EVENT_LIST_SLICES; i++)
		size += s[i]->n;
	*err = size > bytes_max ? -EMSGSIZE : -ENOMEM;
	if (size > bytes_max || (it = mem_alloc(size)) == NULL)
		return NULL;
	for (unsigned i = 0; i < EVENT_LIST_SLICES; i++) {
		if (s[i]->n > 0)
			memcpy(it->text + at, s[i]->p, s[i]->n);
		s[i]->p = it->text + at;
		at += s[i]->n;
	}
	it->size = size;
	it->later = NULL;
	it->event = copy;
	return it;
}

int
event_list_push(struct event_list *l, const struct event *e, uint64_t id)
{
	int err;
	struct event_list_item *it = event_list_copy(e, l->bytes_max, &err);

	if (it == NULL)
		return err;
	it->event.id = id;
	while (l->n == l->cap || (l->n > 0 && l->bytes + it->size > l->bytes_max)) {
		event_list_drop_oldest(l);
		l->evicted++;
	}
	*event_list_slot(l, l->n) = it;
	l->n++;
	l->bytes += it->size;
	return 0;
}

void
event_list_drop_after(struct event_list *l, uint64_t id)
{
	while (l->n > 0) {
		struct event_list_item *it = *event_list_slot(l, l->n - 1);

		if (it->event.id <= id)
			return;
		l->n--;
		event_list_free(l, it);
	}
}

const struct event *
event_list_latest(const struct event_list *l, size_t index)
{
	const struct event_list_item *it = *event_list_slot(l, index);

	return it->later != NULL ? &it->later->event : &it->event;
}

/* An event as it is after u: what u leaves out stays. */
static struct event
event_list_changed(const struct event *e, const struct event_update *u)
{
	struct event now = *e;

	if (u->code != 0) {
		now.code = u->code;
		now.outcome = now.outcome == OUTCOME_NO_RESPONSE ? OUTCOME_FAILED : now.outcome;
	}
	if (u->recovered) {
		now.recovered = true;
		now.outcome = OUTCOME_OK;
	}
	now.repeats = u->repeats > now.repeats ? u->repeats : now.repeats;
	now.copies = u->copies > now.copies ? u->copies : now.copies;
	if (u->path.n > 0)
		now.path = u->path;
	return now;
}

int
event_list_change(struct event_list *l, size_t index, const struct event_update *u, bool later)
{
	struct event_list_item **slot = event_list_slot(l, index), *old = *slot, *it;
	struct event now = event_list_changed(event_list_latest(l, index), u);
	int err;

	it = event_list_copy(&now, l->bytes_max, &err);
	if (it == NULL)
		return err;
	l->bytes += it->size;
	if (later) {
		l->bytes -= event_list_size(old) - old->size;
		mem_free(old->later);
		old->later = it;
		return 0;
	}
	*slot = it;
	event_list_free(l, old);
	while (l->bytes > l->bytes_max) {
		event_list_drop_oldest(l);
		l->evicted++;
	}
	return 0;
}

void
event_list_thaw(struct event_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		struct event_list_item **slot = event_list_slot(l, i), *old = *slot;

		if (old->later == NULL)
			continue;
		*slot = old->later;
		old->later = NULL;
		event_list_free(l, old);
	}
}

void
event_list_join(struct event_list *l, struct event_list *old)
{
	while (old->n > 0 && l->evicted == 0 && l->n < l->cap) {
		struct event_list_item *it = *event_list_slot(old, old->n - 1);

		if (l->bytes + it->size > l->bytes_max)
			break;
		l->first = (l->first + l->cap - 1) % l->cap;
		*event_list_slot(l, 0) = it;
		l->n++;
		l->bytes += it->size;
		old->n--;
		old->bytes -= it->size;
	}
	l->evicted += old->evicted + old->n;
	event_list_fini(old);
}

const struct event *
event_list_at(const struct event_list *l, size_t index)
{
	return index < l->n ? &(*event_list_slot(l, index))->event : NULL;
}

size_t
event_list_find(const struct event_list *l, uint64_t id)
{
	size_t low = 0, high = l->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if ((*event_list_slot(l, mid))->event.id < id)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}
