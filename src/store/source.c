/*
 * source - figures of each source over all engines; see source.h.
 * The one thing to know: a new engine starts a file anew and skips what the old one told, so the frames it skips
 * are those that stand in the base already and must not count twice.
 */
#include "store/source.h"

#include <stdio.h>
#include <string.h>

static struct source_row *
source_table_row(struct source_table *t, const char *name)
{
	struct source_row *r;

	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->row[i].shown.stat.name, name) == 0)
			return &t->row[i];
	if (t->n == STORE_SOURCES_MAX || name[0] == '\0')
		return NULL;
	r = &t->row[t->n++];
	memset(r, 0, sizeof *r);
	(void)snprintf(r->shown.stat.name, sizeof r->shown.stat.name, "%s", name);
	return r;
}

static uint64_t
source_max(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t
source_min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Figures that only grow, never fall back whatever a record says. */
static void
source_grow(struct source_stat *now, const struct source_stat *s)
{
	now->frames = source_max(now->frames, s->frames);
	now->bytes = source_max(now->bytes, s->bytes);
	now->filtered_input = source_max(now->filtered_input, s->filtered_input);
	now->skipped = source_max(now->skipped, s->skipped);
	for (unsigned d = 0; d < WIRE_DROP_N; d++)
		now->drop[d] = source_max(now->drop[d], s->drop[d]);
	now->kernel_drops = source_max(now->kernel_drops, s->kernel_drops);
	now->if_drops = source_max(now->if_drops, s->if_drops);
	now->truncated = source_max(now->truncated, s->truncated);
	now->tcp_gaps = source_max(now->tcp_gaps, s->tcp_gaps);
	now->tcp_oversize = source_max(now->tcp_oversize, s->tcp_oversize);
	/* Held frames become something else, so verdicts are taken as they are: their sum is that of one moment. */
	memcpy(now->verdict, s->verdict, sizeof now->verdict);
}

/* What is shown: base and now, without the frames that stand in both. */
static void
source_show(struct source_row *r)
{
	const struct source_stat *b = &r->base, *n = &r->now;
	struct source_stat *out = &r->shown.stat;
	uint64_t twice = source_min(n->skipped, b->frames);

	out->frames = b->frames + n->frames - source_min(twice, n->frames);
	out->bytes = twice > 0 ? source_max(b->bytes, n->bytes) : b->bytes + n->bytes;
	out->filtered_input = b->filtered_input + n->filtered_input;
	out->skipped = b->skipped + n->skipped - twice;
	for (unsigned v = 0; v < WIRE_VERDICT_N; v++)
		out->verdict[v] = b->verdict[v] + n->verdict[v];
	for (unsigned d = 0; d < WIRE_DROP_N; d++)
		out->drop[d] = b->drop[d] + n->drop[d];
	out->kernel_drops = b->kernel_drops + n->kernel_drops;
	out->if_drops = b->if_drops + n->if_drops;
	out->truncated = b->truncated + n->truncated;
	out->tcp_gaps = b->tcp_gaps + n->tcp_gaps;
	out->tcp_oversize = b->tcp_oversize + n->tcp_oversize;
}

void
source_table_stat(struct source_table *t, const struct source_stat *s)
{
	struct source_row *r = source_table_row(t, s->name);
	struct source_stat *out;

	if (r == NULL)
		return;
	source_grow(&r->now, s);
	source_show(r);
	out = &r->shown.stat;
	memcpy(out->kind, s->kind, sizeof out->kind);
	memcpy(out->state, s->state, sizeof out->state);
	out->done = s->done;
	out->total = s->total;
	out->buffer = s->buffer;
}

void
source_table_state(struct source_table *t, const struct record_source *s)
{
	struct source_row *r = source_table_row(t, s->name);

	if (r == NULL)
		return;
	(void)snprintf(r->shown.stat.kind, sizeof r->shown.stat.kind, "%s", s->kind);
	(void)snprintf(r->shown.stat.state, sizeof r->shown.stat.state, "%s", s->state);
	(void)snprintf(r->shown.sentence, sizeof r->shown.sentence, "%s", s->sentence);
}

void
source_table_rebase(struct source_table *t)
{
	for (size_t i = 0; i < t->n; i++) {
		struct source_row *r = &t->row[i];
		struct source_stat *b = &r->base;

		*b = r->shown.stat;
		/* What the old engine held went with it: pieces that never became whole. */
		b->verdict[WIRE_DROPPED] += b->verdict[WIRE_HELD];
		b->drop[WIRE_DROP_FRAG_INCOMPLETE] += b->verdict[WIRE_HELD];
		b->verdict[WIRE_HELD] = 0;
		memset(&r->now, 0, sizeof r->now);
		source_show(r);
	}
}

bool
source_table_ended(const struct source_table *t)
{
	static const char *const ends[] = { "ended", "damaged", "failed" };

	for (size_t i = 0; i < t->n; i++) {
		bool ended = false;

		/* An interface that failed is waited for. */
		if (strcmp(t->row[i].shown.stat.kind, "live") == 0)
			return false;

		for (unsigned e = 0; e < sizeof ends / sizeof ends[0]; e++)
			ended |= strcmp(t->row[i].shown.stat.state, ends[e]) == 0;
		if (!ended)
			return false;
	}
	return t->n > 0;
}

void
source_table_sum(const struct source_table *t, struct store_status *out)
{
	out->lost = out->done = out->total = 0;
	for (size_t i = 0; i < t->n; i++) {
		const struct source_stat *s = &t->row[i].shown.stat;

		out->lost += s->kernel_drops + s->if_drops;
		for (unsigned d = 0; d < WIRE_DROP_N; d++)
			out->lost += s->drop[d];
		if (s->total > 0) {
			out->done += s->done;
			out->total += s->total;
		}
	}
}
