/*
 * events_fold - a list that goes by faster than a page a second: what has no room stands in rows like "+312 more 503
 * wholesale-c"; see events_int.h.
 * One thing to know: rows that stay and rows that are folded are all of the last second, so the numbers are true; only
 * beyond FOLD_LOOK of them a "+" says that there are more.
 */
#include <stdio.h>
#include <string.h>

#include "events_int.h"
#include "sipwhy/timefmt.h"

enum { FOLD_LOOK = 4000, FOLD_KEYS = 64 };

/* Rows of the second before the newest data or the clock, whichever is older: a file has no clock. */
static size_t
fold_recent(const struct viewer *v, bool *over)
{
	size_t n = sift_count(v->sift), at = 0;
	int64_t since = store_now(v->store) - NS_PER_S;

	while (at < n && at < FOLD_LOOK) {
		const struct event *e = sift_at(v->sift, at);

		if (e == NULL || e->t_ns <= since)
			break;
		at++;
	}
	*over = at == FOLD_LOOK;
	return at;
}

static void
fold_add(struct events_fold *all, size_t *n, uint64_t *more, uint64_t key, uint64_t id)
{
	for (size_t i = 0; i < *n; i++)
		if (all[i].key == key) {
			all[i].count++;
			return;
		}
	if (*n < FOLD_KEYS)
		all[(*n)++] = (struct events_fold){ key, id, 1 };
	else
		(*more)++;
}

/* The most frequent first; few of them, so the plainest sort will do. */
static void
fold_sort(struct events_fold *all, size_t n)
{
	for (size_t i = 1; i < n; i++)
		for (size_t j = i; j > 0 && all[j].count > all[j - 1].count; j--) {
			struct events_fold t = all[j];

			all[j] = all[j - 1];
			all[j - 1] = t;
		}
}

/* What stands still can be read row by row. */
static bool
fold_goes_on(const struct viewer *v)
{
	struct store_status st;

	store_status(v->store, &st);
	return !st.ended && !store_frozen(v->store) && store_looking(v->store) == 0;
}

void
events_fold(const struct viewer *v, size_t height, struct events_folded *out)
{
	struct events_fold all[FOLD_KEYS];
	size_t n = 0, recent, rows = height > 2 * EVENTS_FOLDS ? EVENTS_FOLDS : 1;

	*out = (struct events_folded){ 0 };
	if (!fold_goes_on(v))
		return;
	recent = height > 2 ? fold_recent(v, &out->over) : 0;
	if (recent <= height)
		return;
	out->from = height - rows;
	for (size_t i = out->from; i < recent; i++) {
		const struct event *e = sift_at(v->sift, i);

		fold_add(all, &n, &out->more, store_group_key(v->store, e), e->id);
	}
	fold_sort(all, n);
	/* Rows that no group needs go to the list; what is in them is counted no more. */
	if (n < rows) {
		size_t spare = rows - n;

		for (size_t i = out->from; i < out->from + spare; i++)
			for (size_t k = 0; k < n; k++)
				if (all[k].key == store_group_key(v->store, sift_at(v->sift, i)))
					all[k].count--;
		out->from += spare;
		rows = n;
	}
	out->rows = rows;
	memcpy(out->fold, all, rows * sizeof all[0]);
	for (size_t i = rows; i < n; i++)
		out->more += all[i].count;
}

void
events_fold_draw(const struct viewer *v, const struct events_folded *f, struct canvas *c, int row, int width)
{
	char n[32], m[48] = "", code[8];

	for (size_t i = 0; i < f->rows; i++) {
		const struct events_fold *one = &f->fold[i];
		const struct event *e = store_event_at(v->store, store_event_index(v->store, one->id));
		int col = 1;

		if (e == NULL)
			continue;
		if (i + 1 == f->rows && f->more > 0)
			(void)snprintf(m, sizeof m, "   and %s others", view_number(n, sizeof n, f->more, 9));
		col += canvas_printf(c, row + (int)i, col, width - col, ROLE_TEXT_STRONG, "+%s%s more ",
		    view_number(n, sizeof n, one->count, 9), f->over ? "+" : "");
		col += canvas_printf(c, row + (int)i, col, width - col, view_event_role(e), "%s ",
		    view_code(code, sizeof code, e->code));
		col +=
		    canvas_text(c, row + (int)i, col, width - col, ROLE_TEXT, e->peer.n > 0 ? e->peer : slice_str("-"));
		(void)canvas_printf(c, row + (int)i, col, width - col, ROLE_TEXT_DIM, "   within the last second%s", m);
	}
}
