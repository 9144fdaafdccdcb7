/*
 * events_fit - an IPv4 address whole in the column of peers, from blanks that other columns have; see events_int.h.
 * One thing to know: what was lent stays lent until another size, order, filter or layout, so that columns do not move
 * while rows come and go; only when a lender's own text is cut does another one with blanks take over.
 */
#include <string.h>

#include "events_int.h"

enum { FIT_PEER = 15, FIT_TEXT = 192 };

/* Who lends, first to last, and what each keeps at least. */
static const struct {
	uint8_t column, least;
} fit_lenders[EVENTS_LENDERS] = { { EVENTS_TO, 6 }, { EVENTS_REASON, 12 }, { EVENTS_FROM, 4 } };

/* Widths: as placed, and of the longest text that is drawn now; index in the place, n of it when not there. */
struct fit {
	size_t at[EVENTS_LENDERS];
	int width[EVENTS_LENDERS], longest[EVENTS_LENDERS];
};

static size_t
fit_find(const struct events_place *p, unsigned column)
{
	size_t i = 0;

	while (i < p->n && p->column[i] != column)
		i++;
	return i;
}

static int
fit_longest(const struct viewer *v, const struct events *s, size_t column)
{
	char text[FIT_TEXT];
	int longest = 0;

	for (size_t i = 0; i < s->height; i++) {
		const struct event *e = sift_at(v->sift, s->top + i);
		int n = e != NULL ? (int)strlen(events_cell(v, e, NULL, column, text, sizeof text)) : 0;

		longest = n > longest ? n : longest;
	}
	return longest;
}

/* Other rows in other columns: nothing is lent. */
static void
fit_begin(const struct viewer *v, struct events_lent *l, const struct view_layout *layout, int cols)
{
	if (l->cols == cols && l->order == v->order && l->ascending == v->ascending && l->addresses == v->addresses &&
	    strcmp(l->filter, v->filter_text) == 0 && memcmp(&l->layout, layout, sizeof *layout) == 0)
		return;
	memset(l, 0, sizeof *l);
	l->cols = cols;
	l->order = v->order;
	l->ascending = v->ascending;
	l->addresses = v->addresses;
	l->layout = *layout;
	memcpy(l->filter, v->filter_text, sizeof l->filter);
}

static int
fit_blanks(const struct events_lent *l, const struct fit *f, size_t i)
{
	int least = f->longest[i] > fit_lenders[i].least ? f->longest[i] : fit_lenders[i].least;

	return f->width[i] - l->cells[i] - least;
}

static bool
fit_take(struct events_lent *l, const struct fit *f)
{
	for (size_t i = 0; i < EVENTS_LENDERS; i++)
		if (fit_blanks(l, f, i) > 0) {
			l->cells[i]++;
			return true;
		}
	return false;
}

static void
fit_lend(struct events_lent *l, const struct fit *f, int need)
{
	for (size_t i = 0; i < EVENTS_LENDERS; i++)
		need -= l->cells[i];
	while (need > 0 && fit_take(l, f))
		need--;
	for (size_t i = 0; i < EVENTS_LENDERS; i++)
		while (l->cells[i] > 0 && f->longest[i] > f->width[i] - l->cells[i] && fit_take(l, f))
			l->cells[i]--;
}

static void
fit_apply(const struct events_lent *l, const struct fit *f, struct events_place *p, size_t peer)
{
	int at = 0;

	for (size_t i = 0; i < EVENTS_LENDERS; i++) {
		if (f->at[i] == p->n)
			continue;
		p->width[f->at[i]] -= l->cells[i];
		p->width[peer] += l->cells[i];
	}
	for (size_t i = 0; i < p->n; i++) {
		p->at[i] = at;
		at += p->column[i] == EVENTS_MARK ? 1 : p->width[i] + 1;
	}
}

void
events_fit(const struct viewer *v, struct events *s, const struct view_layout *layout, int cols, struct events_place *p)
{
	size_t peer = fit_find(p, EVENTS_PEER), chosen = 0;
	struct fit f = { .at = { 0 } };
	int longest;

	while (chosen < layout->n && layout->column[chosen] != EVENTS_PEER)
		chosen++;
	/* A width that the user chose is kept. */
	if (peer == p->n || chosen == layout->n || layout->width[chosen] != events_column(EVENTS_PEER)->width)
		return;
	fit_begin(v, &s->lent, layout, cols);
	for (size_t i = 0; i < EVENTS_LENDERS; i++) {
		f.at[i] = fit_find(p, fit_lenders[i].column);
		f.width[i] = f.at[i] < p->n ? p->width[f.at[i]] : 0;
		f.longest[i] = f.at[i] < p->n ? fit_longest(v, s, fit_lenders[i].column) : 0;
	}
	longest = fit_longest(v, s, EVENTS_PEER);
	fit_lend(&s->lent, &f, (longest < FIT_PEER ? longest : FIT_PEER) - p->width[peer]);
	fit_apply(&s->lent, &f, p, peer);
}
