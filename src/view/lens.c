/*
 * lens - what is looked at: the filter, the moment, the user's marks and the form of times; see view_int.h.
 * One thing to know: these belong to the viewer, not to a view, so that going from one screen to the next never changes
 * what is meant.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sipwhy/timefmt.h"
#include "view_int.h"

enum { LENS_UNDO_S = 60, LENS_TERMS = 32 };

int
lens_filter(struct viewer *v, const char *text, struct errmsg *em, size_t *at)
{
	struct filter *f = NULL;
	int err = filter_new(&f, slice_str(text), &v->filter_env, em, at);

	if (err != 0)
		return err;
	if (filter_is_all(f) && filter_terms(f, NULL, 0) == 0) {
		filter_free(f);
		f = NULL;
	}
	/* The sift borrows the filter: the new one first. */
	sift_set(v->sift, f, v->order, !v->ascending);
	filter_free(v->filter);
	v->filter = f;
	(void)snprintf(v->filter_text, sizeof v->filter_text, "%s", f != NULL ? text : "");
	return 0;
}

char *
lens_with(const struct viewer *v, const char *term, char *out, size_t cap)
{
	/* "or" binds less than what is to stand beside it. */
	bool loose = filter_terms(v->filter, NULL, 0) < 2 && strpbrk(v->filter_text, " |") != NULL;

	(void)snprintf(out, cap, "%s%s%s%s%s", loose ? "(" : "", v->filter_text, loose ? ")" : "",
	    v->filter_text[0] != '\0' ? " " : "", term);
	return out;
}

void
lens_narrow(struct viewer *v, const char *term)
{
	char text[2 * FILTER_TEXT_MAX + FILTER_VALUE_MAX];
	struct slice has[LENS_TERMS];
	size_t n = filter_terms(v->filter, has, LENS_TERMS);
	struct errmsg em;

	for (size_t i = 0; i < n && i < LENS_TERMS; i++)
		if (slice_eq(has[i], slice_str(term))) {
			viewer_say(v, "the filter has this already");
			return;
		}
	if (lens_filter(v, lens_with(v, term, text, sizeof text), &em, NULL) != 0)
		viewer_say(v, em.text);
}

bool
lens_opened(const struct viewer *v)
{
	return v->opened.on && strcmp(v->opened.text, v->filter_text) == 0;
}

void
lens_close(struct viewer *v)
{
	struct errmsg em;

	if (lens_opened(v))
		(void)lens_filter(v, v->opened.before, &em, NULL);
	v->opened.on = false;
}

bool
lens_is_marked(const struct viewer *v, uint64_t id)
{
	for (size_t i = 0; i < v->n_marks; i++)
		if (v->marks[i] == id)
			return true;
	return false;
}

void
lens_mark(struct viewer *v, uint64_t id, bool on)
{
	size_t kept = 0;

	for (size_t i = 0; i < v->n_marks; i++)
		if (v->marks[i] != id)
			v->marks[kept++] = v->marks[i];
	v->n_marks = kept;
	if (!on)
		return;
	if (kept == VIEW_MARKS_MAX)
		viewer_say(v, "there are 1,000 marks already: Esc drops all of them");
	else
		v->marks[v->n_marks++] = id;
}

struct filter_facts
lens_facts(const struct viewer *v, const struct event *e)
{
	struct filter_facts facts = { .now_ns = store_now(v->store) };
	struct store_group g;

	facts.marked = v->n_marks > 0 && lens_is_marked(v, e->id);
	if (v->filter != NULL && filter_is_fickle(v->filter) &&
	    store_group_find(v->store, store_group_key(v->store, e), &g)) {
		facts.fresh = g.fresh;
		facts.muted = g.muted;
	}
	return facts;
}

bool
lens_match(const struct viewer *v, const struct event *e)
{
	struct filter_facts facts;

	if (v->filter == NULL)
		return true;
	facts = lens_facts(v, e);
	return filter_match(v->filter, e, &facts);
}

/* All layers, when there are more than `most`. */
static void
lens_forget(struct viewer *v, size_t most)
{
	if (v->n_hidden <= most)
		return;
	for (size_t i = 0; i < v->n_hidden; i++)
		filter_free(v->hidden[i].filter);
	v->n_hidden = 0;
}

void
lens_free(struct viewer *v)
{
	lens_forget(v, 0);
}

void
lens_hide(struct viewer *v, bool rest)
{
	struct filter *f = NULL;
	struct errmsg em;
	size_t n = store_event_count(v->store);
	const struct event *e = n > 0 ? store_event_at(v->store, n - 1) : NULL;

	if (e == NULL || (rest && v->filter == NULL)) {
		viewer_say(v, rest ? "nothing to hide: no filter is set" : "there is nothing to clear");
		return;
	}
	if (rest && filter_new(&f, filter_text(v->filter), &v->filter_env, &em, NULL) != 0) {
		viewer_say(v, em.text);
		return;
	}
	if (!rest)
		lens_forget(v, VIEW_HIDDEN_MAX - 1);
	if (v->n_hidden == VIEW_HIDDEN_MAX) {
		filter_free(f);
		viewer_say(v, "hidden too often: F5 clears all");
		return;
	}
	v->hidden[v->n_hidden++] = (struct view_hidden){ e->id, f, v->now_ns };
	sift_set(v->sift, v->filter, v->order, !v->ascending);
	viewer_say(v,
	    rest ? "all but these are hidden: U within a minute shows them again"
		 : "cleared: U within a minute shows them again");
}

bool
lens_unhide(struct viewer *v)
{
	struct view_hidden *h = v->n_hidden > 0 ? &v->hidden[v->n_hidden - 1] : NULL;

	if (h == NULL || v->now_ns - h->at_ns > LENS_UNDO_S * NS_PER_S) {
		viewer_say(v, h != NULL ? "too late: the minute is over" : "nothing was cleared");
		return false;
	}
	filter_free(h->filter);
	v->n_hidden--;
	sift_set(v->sift, v->filter, v->order, !v->ascending);
	viewer_say(v, "shown again");
	return true;
}

bool
lens_is_hidden(void *ctx, const struct event *e)
{
	const struct viewer *v = ctx;
	struct filter_facts facts;

	for (size_t i = v->n_hidden; i > 0; i--) {
		const struct view_hidden *h = &v->hidden[i - 1];

		if (e->id > h->up_to)
			continue;
		if (h->filter == NULL)
			return true;
		facts = (struct filter_facts){ .now_ns = store_now(v->store), .marked = lens_is_marked(v, e->id) };
		if (!filter_match(h->filter, e, &facts))
			return true;
	}
	return false;
}

static int
lens_id_compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

size_t
lens_save_ids(struct viewer *v)
{
	memcpy(v->save_ids, v->marks, v->n_marks * sizeof v->marks[0]);
	qsort(v->save_ids, v->n_marks, sizeof v->save_ids[0], lens_id_compare);
	v->request.ids = v->save_ids;
	v->request.n_ids = v->n_marks;
	return v->n_marks;
}

static bool
lens_broken_down(const struct viewer *v, int64_t t_ns, struct tm *out)
{
	time_t t = (time_t)(t_ns / INT64_C(1000000000));

	return (v->time_form == TIME_IS_UTC ? gmtime_r(&t, out) : localtime_r(&t, out)) != NULL;
}

char *
lens_time(const struct viewer *v, char *out, size_t cap, int64_t t_ns)
{
	struct tm tm;

	if (!lens_broken_down(v, t_ns, &tm) || strftime(out, cap, "%H:%M:%S", &tm) == 0)
		(void)snprintf(out, cap, "-");
	return out;
}

char *
lens_row_time(const struct viewer *v, char *out, size_t cap, int64_t t_ns, int width)
{
	struct tm now, tm;

	if (!lens_broken_down(v, store_now(v->store), &now) || !lens_broken_down(v, t_ns, &tm) ||
	    (now.tm_year == tm.tm_year && now.tm_yday == tm.tm_yday) ||
	    strftime(out, cap, width >= 11 ? "%m-%d %H:%M" : "%d %H:%M", &tm) == 0)
		return lens_time(v, out, cap, t_ns);
	return out;
}

enum command
lens_scrub(struct viewer *v, int64_t by_s)
{
	int64_t from = store_looking(v->store), to;

	if (by_s == 0) {
		v->request.t_ns = 0;
		return COMMAND_LOOK;
	}
	if (from == 0 && by_s > 0) {
		viewer_say(v, "this is the present; [ goes back");
		return COMMAND_NONE;
	}
	to = (from != 0 ? from : store_now(v->store)) + by_s * INT64_C(1000000000);
	if (to < store_oldest(v->store)) {
		to = store_oldest(v->store);
		viewer_say(v, "nothing older is kept");
	}
	v->request.t_ns = to;
	return COMMAND_LOOK;
}
