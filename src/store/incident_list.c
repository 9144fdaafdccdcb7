/*
 * incident_list - what goes wrong as a pattern; see incident_list.h.
 * The one thing to know: a row that goes on keeps its place while figures move, so that nothing jumps under a cursor:
 * the order asks when it began, not when it was last seen.
 */
#include "store/incident_list.h"

#include <string.h>

#include "sipwhy/mem.h"

struct incident_list *
incident_list_new(void)
{
	return mem_zalloc(sizeof(struct incident_list));
}

/* Point the slices to the row's own texts, as long as they are. */
static void
incident_list_point(struct incident_row *r)
{
	r->i.kind.p = r->kind;
	r->i.peer.p = r->peer;
	r->i.what.p = r->what;
	r->i.sentence.p = r->sentence;
	for (unsigned k = 0; k < INCIDENT_EVIDENCE; k++)
		r->i.call_ids[k].p = r->call_id[k];
}

struct incident_list *
incident_list_clone(const struct incident_list *l)
{
	struct incident_list *copy = mem_alloc(sizeof *copy);

	if (copy == NULL)
		return NULL;
	memcpy(copy, l, sizeof *copy);
	for (size_t i = 0; i < copy->n; i++)
		incident_list_point(&copy->row[i]);
	return copy;
}

/* Patterns that come first whatever their level, by the order of display (doc/incidents.md). */
static unsigned
incident_list_rank(unsigned pattern)
{
	static const uint8_t first[] = { 1, 2, 10, 5, 17, 3 };
	unsigned i = 0;

	while (i < sizeof first && first[i] != pattern)
		i++;
	return i;
}

static bool
incident_list_before(const struct incident *a, const struct incident *b)
{
	unsigned ra = incident_list_rank(a->pattern), rb = incident_list_rank(b->pattern);

	if (a->ended != b->ended)
		return b->ended;
	if (a->ended)
		return a->t_ns != b->t_ns ? a->t_ns > b->t_ns : a->id > b->id;
	if (ra != rb)
		return ra < rb;
	if (a->level != b->level)
		return a->level > b->level;
	return a->since_ns != b->since_ns ? a->since_ns > b->since_ns : a->id > b->id;
}

static void
incident_list_sort(struct incident_list *l)
{
	l->open = 0;
	for (size_t i = 0; i < l->n; i++) {
		size_t at = i;

		for (; at > 0 && incident_list_before(&l->row[i].i, &l->row[l->order[at - 1]].i); at--)
			l->order[at] = l->order[at - 1];
		l->order[at] = (uint8_t)i;
		l->open += !l->row[i].i.ended;
	}
}

static void
incident_list_text(struct slice *s, char *text, size_t cap)
{
	s->n = slice_copy(text, cap, *s);
}

static void
incident_list_set(struct incident_row *r, const struct incident *i)
{
	r->i = *i;
	incident_list_text(&r->i.kind, r->kind, sizeof r->kind);
	incident_list_text(&r->i.peer, r->peer, sizeof r->peer);
	incident_list_text(&r->i.what, r->what, sizeof r->what);
	incident_list_text(&r->i.sentence, r->sentence, sizeof r->sentence);
	for (unsigned k = 0; k < INCIDENT_EVIDENCE; k++)
		incident_list_text(&r->i.call_ids[k], r->call_id[k], sizeof r->call_id[k]);
	incident_list_point(r);
}

/* The row for i: its own, a free one, or that of the last in order when i comes before it; NULL when there is none. */
static struct incident_row *
incident_list_row(struct incident_list *l, const struct incident *i)
{
	struct incident_row *last;

	for (size_t k = 0; k < l->n; k++)
		if (l->row[k].i.id == i->id)
			return &l->row[k];
	if (l->n < STORE_INCIDENTS_MAX)
		return &l->row[l->n++];
	last = &l->row[l->order[l->n - 1]];
	if (!incident_list_before(i, &last->i)) {
		l->dropped += !i->ended;
		return NULL;
	}
	l->dropped += !last->i.ended;
	return last;
}

void
incident_list_put(struct incident_list *l, const struct incident *i)
{
	struct incident_row *r = incident_list_row(l, i);

	if (r == NULL)
		return;
	incident_list_set(r, i);
	incident_list_sort(l);
}

void
incident_list_end(struct incident_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		l->row[i].i.ended |= (l->row[i].i.id & INCIDENT_IS_RULE) == 0;
	incident_list_sort(l);
}

const struct incident *
incident_list_at(const struct incident_list *l, size_t index)
{
	return index < l->n ? &l->row[l->order[index]].i : NULL;
}
