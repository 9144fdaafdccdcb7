/*
 * source - figures of each source over all engines; see source.h.
 * The one thing to know: a new engine starts a file anew and skips what the old one told, so the frames it skips
 * are those that stand in the base already and must not count twice.
 */
#include "store/source.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "sipwhy/timefmt.h"

#define SOURCE_MARK_NS (5 * NS_PER_S)

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

/* Figures that each engine counts of what it read itself, so that those of all engines add up. */
static const size_t source_logged[] = {
	offsetof(struct source_stat, tunnels),
	offsetof(struct source_stat, hep),
	offsetof(struct source_stat, hep_other),
	offsetof(struct source_stat, hep_left),
	offsetof(struct source_stat, hep_clock),
	offsetof(struct source_stat, tls),
	offsetof(struct source_stat, messages),
	offsetof(struct source_stat, statements),
	offsetof(struct source_stat, notices),
	offsetof(struct source_stat, cut),
	offsetof(struct source_stat, again),
	offsetof(struct source_stat, quiet),
	offsetof(struct source_stat, rotations),
	offsetof(struct source_stat, forgotten),
	offsetof(struct source_stat, connected),
	offsetof(struct source_stat, refused),
	offsetof(struct source_stat, closed),
	offsetof(struct source_stat, bad_frames),
	offsetof(struct source_stat, no_year),
	offsetof(struct source_stat, no_zone),
	offsetof(struct source_stat, no_date),
	offsetof(struct source_stat, no_time),
};
enum { SOURCE_LOGGED = sizeof source_logged / sizeof source_logged[0] };

static uint64_t *
source_at(struct source_stat *s, unsigned i)
{
	return (uint64_t *)((char *)s + source_logged[i]);
}

static uint64_t
source_get(const struct source_stat *s, unsigned i)
{
	return *(const uint64_t *)((const char *)s + source_logged[i]);
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
	now->long_records = source_max(now->long_records, s->long_records);
	for (unsigned i = 0; i < SOURCE_LOGGED; i++)
		*source_at(now, i) = source_max(source_get(now, i), source_get(s, i));
	/* Held frames become something else, so verdicts are taken as they are: their sum is that of one moment. */
	memcpy(now->verdict, s->verdict, sizeof now->verdict);
}

/* What is shown: base and now, without the frames that stand in both. */
static void
source_show(struct source_row *r)
{
	const struct source_stat *b = &r->base, *n = &r->now;
	struct source_stat *out = &r->shown.stat;
	/* A receiver's broken frames are skipped too, and stand in no base. */
	uint64_t twice = source_min(n->skipped - source_min(n->bad_frames, n->skipped), b->frames);

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
	out->long_records =
	    twice > 0 ? source_max(b->long_records, n->long_records) : b->long_records + n->long_records;
	for (unsigned i = 0; i < SOURCE_LOGGED; i++)
		*source_at(out, i) = source_get(b, i) + source_get(n, i);
}

static void
source_note(struct source_row *r, int64_t t_ns, int64_t wall_ns)
{
	uint64_t frames = r->shown.stat.frames, sip = store_source_sip(&r->shown.stat);

	if (wall_ns <= 0)
		return;
	if (r->heard_ns == 0 || wall_ns < r->heard_ns || sip > r->heard)
		r->heard_ns = wall_ns;
	r->heard = sip;
	if (r->told_ns == 0 || wall_ns < r->told_ns || frames < r->mark[1]) {
		r->mark_ns[0] = r->mark_ns[1] = wall_ns;
		r->mark_t_ns[0] = r->mark_t_ns[1] = t_ns;
		r->mark[0] = r->mark[1] = frames;
		r->sip[0] = r->sip[1] = sip;
	} else if (wall_ns - r->mark_ns[1] >= SOURCE_MARK_NS) {
		r->mark_ns[0] = r->mark_ns[1];
		r->mark[0] = r->mark[1];
		r->mark_ns[1] = wall_ns;
		r->mark_t_ns[0] = r->mark_t_ns[1];
		r->mark_t_ns[1] = t_ns;
		r->mark[1] = frames;
		r->sip[0] = r->sip[1];
		r->sip[1] = sip;
	}
	r->told_ns = wall_ns;
	r->told_t_ns = t_ns;
}

/*
 * `now` less `then`, a second.  What comes faster than it happened, as the past that a demo begins with, happened in
 * its own time, not in the second in which it was told.
 */
static double
source_per_s(const struct source_row *r, uint64_t now, uint64_t then, int64_t wall_ns)
{
	int64_t span_ns = wall_ns - r->mark_ns[0], own_ns;

	if (r->told_ns == 0 || strcmp(r->shown.stat.kind, "file") == 0 || strcmp(r->shown.stat.state, "failed") == 0 ||
	    span_ns < NS_PER_S)
		return -1;
	/* Who tells nothing any more has nothing to tell. */
	if (wall_ns - r->told_ns > 2 * SOURCE_MARK_NS)
		return 0;
	if (!__builtin_sub_overflow(r->told_t_ns, r->mark_t_ns[0], &own_ns) && own_ns > span_ns)
		span_ns = own_ns;
	return (double)(now > then ? now - then : 0) / ((double)span_ns / (double)NS_PER_S);
}

double
source_rate(const struct source_row *r, int64_t wall_ns)
{
	return source_per_s(r, r->shown.stat.frames, r->mark[0], wall_ns);
}

double
source_sip_rate(const struct source_row *r, int64_t wall_ns)
{
	return source_per_s(r, store_source_sip(&r->shown.stat), r->sip[0], wall_ns);
}

int64_t
source_silent_ns(const struct source_row *r, int64_t wall_ns)
{
	if (r->heard_ns == 0 || strcmp(r->shown.stat.kind, "file") == 0 || strcmp(r->shown.stat.state, "ended") == 0)
		return -1;
	return wall_ns > r->heard_ns ? wall_ns - r->heard_ns : 0;
}

void
source_table_stat(struct source_table *t, const struct source_stat *s, int64_t t_ns, int64_t wall_ns)
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
	out->senders = s->senders;
	out->text = s->text;
	out->open_to_all = s->open_to_all;
	if (s->turned_away[0] != '\0')
		memcpy(out->turned_away, s->turned_away, sizeof out->turned_away);
	source_note(r, t_ns, wall_ns);
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
		if (!b->text)
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

bool
source_table_from_lines(const struct source_table *t)
{
	struct counts_from from = { 0 };

	for (size_t i = 0; i < t->n; i++)
		counts_from_add(&from, &t->row[i].shown.stat);
	return counts_from_lines(&from);
}

uint64_t
store_source_sip(const struct source_stat *s)
{
	return s->text ? s->messages + s->statements : s->verdict[WIRE_SIP];
}

uint64_t
store_source_lost(const struct source_stat *s)
{
	uint64_t lost = s->kernel_drops + s->if_drops + s->bad_frames;

	if (s->text)
		return lost + s->verdict[WIRE_DROPPED] + s->long_records;
	for (unsigned d = 0; d < WIRE_DROP_N; d++)
		lost += s->drop[d];
	return lost;
}

void
source_table_sum(const struct source_table *t, struct store_status *out)
{
	out->lost = out->done = out->total = 0;
	for (size_t i = 0; i < t->n; i++) {
		const struct source_stat *s = &t->row[i].shown.stat;

		out->lost += store_source_lost(s);
		if (s->total > 0) {
			out->done += s->done;
			out->total += s->total;
		}
	}
}
