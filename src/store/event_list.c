/*
 * event_list - events that the console keeps; see event_list.h.
 * The one thing to know: an event that changes gets a new block, so a frozen list can show the old one and keep the
 * new.
 */
#include "store/event_list.h"

#include <errno.h>
#include <string.h>

#include "sipwhy/mem.h"

/*
 * later: the event as it is, while the list shows how it was; its size counts in the list's bytes too; then next_late
 * is the one that was put off before.  t_ns: when it was counted; seen_ns: the latest of these up to it, which rises.
 */
struct event_list_item {
	size_t size;
	int64_t t_ns, seen_ns;
	struct event_list_item *later, *next_late;
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
	l->bare -= l->bare > 0;
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
enum { EVENT_LIST_SLICES = 25 };
_Static_assert(sizeof(struct event) == offsetof(struct event, method) + EVENT_LIST_SLICES * sizeof(struct slice),
    "event_list_slices names every slice of struct event");

static void
event_list_slices(struct event *e, struct slice *out[EVENT_LIST_SLICES])
{
	struct slice *all[EVENT_LIST_SLICES] = { &e->method, &e->phrase, &e->call_id, &e->from, &e->to, &e->peer,
		&e->peer_name, &e->src, &e->dst, &e->said_by, &e->said_phrase, &e->agent, &e->user_agent, &e->reason,
		&e->warning, &e->retry_after, &e->detail, &e->needs, &e->leg, &e->path, &e->explain, &e->source,
		&e->tap, &e->stamp, &e->raw };

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
	it->later = it->next_late = NULL;
	it->event = copy;
	return it;
}

/* Take the raw message off an event; it stands last in the block. */
static void
event_list_strip(struct event_list *l, struct event_list_item **slot)
{
	struct event_list_item *it = *slot, *small;
	struct slice *s[EVENT_LIST_SLICES];
	size_t raw = it->event.raw.n, at = 0;

	if (raw == 0)
		return;
	it->event.raw = (struct slice){ NULL, 0 };
	small = mem_realloc(it, it->size - raw);
	/* A block that does not shrink is as large as it was. */
	if (small == NULL)
		return;
	*slot = small;
	small->size -= raw;
	l->bytes -= raw;
	event_list_slices(&small->event, s);
	for (unsigned i = 0; i < EVENT_LIST_SLICES; i++) {
		s[i]->p = small->text + at;
		at += s[i]->n;
	}
}

/* Make room for this many bytes: raw messages go before events, the oldest first. */
static void
event_list_fit(struct event_list *l, size_t want)
{
	while (l->bytes + want > l->bytes_max && l->bare < l->n)
		event_list_strip(l, event_list_slot(l, l->bare++));
	while (l->bytes + want > l->bytes_max && l->n > 0) {
		event_list_drop_oldest(l);
		l->evicted++;
	}
}

int
event_list_push(struct event_list *l, const struct event *e, uint64_t id, int64_t t_ns)
{
	int64_t seen_ns = l->n > 0 ? (*event_list_slot(l, l->n - 1))->seen_ns : t_ns;
	int err;
	struct event_list_item *it = event_list_copy(e, l->bytes_max, &err);

	if (it == NULL)
		return err;
	it->event.id = id;
	it->t_ns = t_ns;
	it->seen_ns = t_ns > seen_ns ? t_ns : seen_ns;
	if (l->n == l->cap) {
		event_list_drop_oldest(l);
		l->evicted++;
	}
	event_list_fit(l, it->size);
	*event_list_slot(l, l->n) = it;
	l->n++;
	l->bytes += it->size;
	return 0;
}

/* An event that goes does not wait any more. */
static void
event_list_unlate(struct event_list *l, const struct event_list_item *it)
{
	struct event_list_item **at = &l->late;

	if (it->later == NULL)
		return;
	while (*at != it)
		at = &(*at)->next_late;
	*at = it->next_late;
}

void
event_list_drop_after(struct event_list *l, uint64_t id)
{
	while (l->n > 0) {
		struct event_list_item *it = *event_list_slot(l, l->n - 1);

		if (it->event.id <= id)
			return;
		l->n--;
		event_list_unlate(l, it);
		event_list_free(l, it);
	}
	l->bare = l->bare < l->n ? l->bare : l->n;
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
		now.said_phrase = event_said_phrase(e, u);
		now.phrase = u->phrase;
		now.said_code = u->said_code;
		now.said_by = u->said_by;
		now.explain = (struct slice){ NULL, 0 };
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
	it->t_ns = old->t_ns;
	it->seen_ns = old->seen_ns;
	l->bytes += it->size;
	if (later) {
		if (old->later == NULL) {
			old->next_late = l->late;
			l->late = old;
		}
		l->bytes -= event_list_size(old) - old->size;
		mem_free(old->later);
		old->later = it;
		return 0;
	}
	*slot = it;
	event_list_free(l, old);
	event_list_fit(l, 0);
	return 0;
}

void
event_list_thaw(struct event_list *l)
{
	struct event_list_item *old, *next;

	for (old = l->late; old != NULL; old = next) {
		next = old->next_late;
		*event_list_slot(l, event_list_find(l, old->event.id)) = old->later;
		old->later = NULL;
		event_list_free(l, old);
	}
	l->late = NULL;
}

/* New ones are few and old ones many, so it is the new ones that move. */
void
event_list_join(struct event_list *l, struct event_list *old)
{
	struct event_list new = *l;

	/* What did not fit alone leaves a gap that nothing older may stand before. */
	while (new.evicted > 0 && old->n > 0) {
		event_list_drop_oldest(old);
		old->evicted++;
	}
	*l = *old;
	l->evicted += new.evicted;
	for (size_t i = 0; i < new.n; i++) {
		struct event_list_item *it = *event_list_slot(&new, i);

		if (l->n > 0 && (*event_list_slot(l, l->n - 1))->seen_ns > it->seen_ns)
			it->seen_ns = (*event_list_slot(l, l->n - 1))->seen_ns;
		if (l->n == l->cap) {
			event_list_drop_oldest(l);
			l->evicted++;
		}
		*event_list_slot(l, l->n++) = it;
		l->bytes += it->size;
	}
	event_list_fit(l, 0);
	mem_free(new.ring);
	*old = (struct event_list){ .cap = old->cap };
}

int64_t
event_list_counted(const struct event_list *l, size_t index)
{
	return (*event_list_slot(l, index))->t_ns;
}

size_t
event_list_until(const struct event_list *l, int64_t t_ns)
{
	size_t low = 0, high = l->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if ((*event_list_slot(l, mid))->seen_ns <= t_ns)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
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
