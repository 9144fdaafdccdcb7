/*
 * incidents - those a report tells, as they stood last; see sipwhy/sink.h.
 * The one thing to know: the list is bounded, and what ended longest ago makes room first.
 */
#include <string.h>

#include "sipwhy/mem.h"
#include "sipwhy/sink.h"
#include "sipwhy/sip.h"

enum { INCIDENTS_MAX = 64, INCIDENT_TEXTS = 3 + INCIDENT_EVIDENCE, INCIDENT_TEXT = 256 };

struct sink_incident {
	struct incident i;
	char text[INCIDENT_TEXTS][INCIDENT_TEXT];
};

struct sink_incidents {
	struct sink_incident row[INCIDENTS_MAX];
	struct incident list[INCIDENTS_MAX];
	size_t n;
	uint64_t dropped;
};

struct sink_incidents *
sink_incidents_new(void)
{
	return mem_zalloc(sizeof(struct sink_incidents));
}

void
sink_incidents_free(struct sink_incidents *l)
{
	mem_free(l);
}

/* The row of an id; else a free one, else that of the incident which is over for longest or was quiet for longest. */
static struct sink_incident *
incidents_row(struct sink_incidents *l, uint64_t id)
{
	struct sink_incident *old = &l->row[0];

	for (size_t i = 0; i < l->n; i++) {
		const struct incident *a = &l->row[i].i, *b = &old->i;

		if (a->id == id)
			return &l->row[i];
		if (a->ended != b->ended ? a->ended : a->last_ns < b->last_ns)
			old = &l->row[i];
	}
	if (l->n < INCIDENTS_MAX)
		return &l->row[l->n++];
	l->dropped++;
	return old;
}

static void
incidents_text(struct sink_incident *row, unsigned at, struct slice *s)
{
	size_t n = slice_copy(row->text[at], INCIDENT_TEXT, *s);

	*s = (struct slice){ row->text[at], n };
}

void
sink_incidents_add(struct sink_incidents *l, const struct incident *i)
{
	const struct sip_pattern *pattern = sip_pattern_find(i->pattern);
	struct sink_incident *row = incidents_row(l, i->id);

	row->i = *i;
	if (pattern != NULL)
		row->i.kind = slice_str(pattern->kind);
	incidents_text(row, 0, &row->i.peer);
	incidents_text(row, 1, &row->i.what);
	incidents_text(row, 2, &row->i.sentence);
	for (unsigned k = 0; k < INCIDENT_EVIDENCE; k++)
		incidents_text(row, 3 + k, &row->i.call_ids[k]);
}

uint64_t
sink_incidents_dropped(const struct sink_incidents *l)
{
	return l->dropped;
}

static unsigned
incidents_rank(const struct incident *i)
{
	const struct sip_pattern *pattern = sip_pattern_find(i->pattern);

	return pattern != NULL ? pattern->rank : UINT8_MAX;
}

static bool
incidents_before(const struct incident *a, const struct incident *b)
{
	unsigned ra = incidents_rank(a), rb = incidents_rank(b);

	if (a->ended != b->ended)
		return b->ended;
	if (ra != rb)
		return ra < rb;
	return a->level != b->level ? a->level > b->level : a->last_ns > b->last_ns;
}

const struct incident *
sink_incidents_list(struct sink_incidents *l, size_t *n)
{
	for (size_t i = 0; i < l->n; i++) {
		size_t at = i;

		for (; at > 0 && incidents_before(&l->row[i].i, &l->list[at - 1]); at--)
			l->list[at] = l->list[at - 1];
		l->list[at] = l->row[i].i;
	}
	*n = l->n;
	return l->list;
}
