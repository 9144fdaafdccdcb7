/*
 * events_empty - what stands there when the filter hides everything: which of its terms alone matches how many, and
 * what a name was probably meant to be; see events_int.h.
 * One thing to know: it counts in steps, newest first, so that a key never waits; a "+" stands behind a count that is
 * not at its end.
 */
#include <stdio.h>
#include <string.h>

#include "events_int.h"

/* Groups that are looked through for a name. */
enum { EMPTY_GROUPS = 128 };

void
events_empty_free(struct events_empty *x)
{
	for (size_t i = 0; i < x->n; i++)
		filter_free(x->filter[i]);
	sift_groups_free(x->seen);
	*x = (struct events_empty){ 0 };
}

static void
empty_begin(struct viewer *v, struct events_empty *x)
{
	struct slice term[EVENTS_TERMS];
	size_t n = filter_terms(v->filter, term, EVENTS_TERMS);
	struct slice whole = filter_text(v->filter);
	struct errmsg em;

	events_empty_free(x);
	x->begun = true;
	(void)slice_copy(x->text, sizeof x->text, whole);
	for (size_t i = 0; i < n && i < EVENTS_TERMS; i++) {
		x->term[i] = (struct slice){ x->text + (term[i].p - whole.p), term[i].n };
		x->n = i + 1;
		if (filter_new(&x->filter[i], term[i], &v->filter_env, &em, NULL) != 0)
			x->filter[i] = NULL;
	}
	x->wrong = x->n;
	x->from_id = UINT64_MAX;
}

/* `field:value` and no opposite. */
static const struct filter_field *
empty_field(struct slice term, struct slice *value)
{
	struct filter_hint h;

	if (term.n == 0 || term.p[0] == '-' || term.p[0] == '!')
		return NULL;
	filter_hint(term, term.n, &h);
	if (h.typing != FILTER_TYPING_VALUE || h.field == NULL || h.from < 2 || term.p[h.from - 1] != ':')
		return NULL;
	*value = h.part;
	return h.field->kind == FILTER_TEXT || h.field->kind == FILTER_ADDRESS ? h.field : NULL;
}

/* The first name that nothing has. */
static void
empty_wrong(struct viewer *v, struct events_empty *x)
{
	struct slice value;

	for (size_t i = 0; i < x->n && x->wrong == x->n; i++)
		if (x->count[i] == 0 && empty_field(x->term[i], &value) != NULL)
			x->wrong = i;
	if (x->wrong == x->n)
		return;
	x->seen = sift_groups_new(v->store, &v->sift_env);
	if (x->seen != NULL)
		sift_groups_set(x->seen, NULL, empty_field(x->term[x->wrong], &value), 0);
}

static void
empty_meant(struct events_empty *x)
{
	struct sift_group group[EMPTY_GROUPS];
	size_t n = sift_groups_top(x->seen, group, EMPTY_GROUPS, NULL);
	unsigned best = 99, most;
	struct slice value;

	x->meant[0] = '\0';
	if (empty_field(x->term[x->wrong], &value) == NULL)
		return;
	most = value.n < 4 ? 1 : 2;
	for (size_t i = 0; i < n; i++) {
		unsigned d = word_distance(value, slice_str(group[i].value));

		if (d >= best || d > most || strcmp(group[i].value, "-") == 0)
			continue;
		best = d;
		(void)snprintf(x->meant, sizeof x->meant, "%s", group[i].value);
	}
}

static void
empty_count(struct viewer *v, struct events_empty *x, size_t events)
{
	size_t at = x->from_id == UINT64_MAX ? store_event_count(v->store) : store_event_index(v->store, x->from_id);

	events = x->n > 0 ? events / x->n : events;
	for (; at > 0 && events > 0; at--, events--) {
		const struct event *e = store_event_at(v->store, at - 1);
		struct filter_facts facts = lens_facts(v, e);

		x->from_id = e->id;
		if (lens_is_hidden(v, e))
			continue;
		for (size_t i = 0; i < x->n; i++)
			x->count[i] += x->filter[i] != NULL && filter_match(x->filter[i], e, &facts);
	}
	if (at > 0)
		return;
	x->from_id = 0;
	empty_wrong(v, x);
}

void
events_empty_step(struct viewer *v, struct events_empty *x, size_t events)
{
	bool whole = true;

	if (v->filter == NULL)
		return;
	if (!x->begun || !slice_eq(slice_str(x->text), filter_text(v->filter)))
		empty_begin(v, x);
	if (x->from_id != 0)
		empty_count(v, x, events);
	else if (x->seen != NULL) {
		whole = sift_groups_step(x->seen, events);
		empty_meant(x);
	}
	if (x->from_id != 0 || !whole || (x->seen != NULL && x->meant[0] == '\0' && !whole))
		v->counting = true;
}

static void
empty_terms_draw(const struct events_empty *x, struct canvas *c, int row, int end, int col, int width)
{
	size_t wide = 0, digits = 1;
	char n[32];

	for (size_t i = 0; i < x->n; i++) {
		size_t d = strlen(view_number(n, sizeof n, x->count[i], 9));

		wide = x->term[i].n > wide ? x->term[i].n : wide;
		digits = d > digits ? d : digits;
	}
	wide = wide > 40 ? 40 : wide;
	for (size_t i = 0; i < x->n && row < end; i++, row++) {
		int at = col;

		at += canvas_printf(c, row, at, width - at, ROLE_TEXT_DIM, "alone   ");
		(void)canvas_text(c, row, at, (int)wide, ROLE_TEXT, x->term[i]);
		at += (int)wide + 2;
		at += canvas_printf(c, row, at, width - at, ROLE_TEXT, "%*s%s match", (int)digits,
		    view_number(n, sizeof n, x->count[i], 9), x->from_id != 0 ? "+" : "");
		if (i == x->wrong && x->meant[0] != '\0')
			(void)canvas_printf(
			    c, row, at + 3, width - at - 3, ROLE_TEXT_KEY, "did you mean  %s ?", x->meant);
	}
}

/* No filter: nothing failed, or all was cleared away. */
static void
empty_plain_draw(const struct viewer *v, struct canvas *c, int row, int col, int width)
{
	if (store_event_count(v->store) > 0)
		(void)canvas_printf(
		    c, row, col, width - col, ROLE_TEXT, "All failures so far are cleared away; new ones come here.");
	else
		(void)canvas_printf(c, row, col, width - col, ROLE_TEXT, "No failure yet.");
}

void
events_empty_draw(
    const struct viewer *v, const struct events_empty *x, struct canvas *c, int row, int height, int width)
{
	int col = width >= 80 ? 14 : 1, end = row + height, gap = height >= 14 ? 3 : height >= 8 ? 1 : 0, at;

	row += gap;
	if (height <= 0)
		return;
	if (v->filter == NULL) {
		empty_plain_draw(v, c, row, col, width);
		return;
	}
	at = col + canvas_printf(c, row, col, width - col, ROLE_TEXT, "No event matches   ");
	(void)canvas_printf(c, row, at, width - at, ROLE_TEXT_KEY, "%s", v->filter_text);
	row += gap > 0 ? 2 : 1;
	if (x->n > 1 || x->meant[0] != '\0') {
		empty_terms_draw(x, c, row, end, col, width);
		row += (int)x->n + (gap > 0);
	}
	if (row < end)
		(void)canvas_printf(c, row, col, width - col, ROLE_TEXT, "Esc drop the filter    / change it%s%s",
		    x->meant[0] != '\0' ? "    Tab take " : "", x->meant);
}

bool
events_empty_take(struct viewer *v, struct events_empty *x)
{
	char text[FILTER_TEXT_MAX + FILTER_VALUE_MAX], term[FILTER_VALUE_MAX];
	const struct filter_field *field;
	struct slice value;
	struct errmsg em;
	size_t before;

	if (v->filter == NULL || x->wrong >= x->n || x->meant[0] == '\0' ||
	    !slice_eq(slice_str(x->text), filter_text(v->filter)))
		return false;
	field = empty_field(x->term[x->wrong], &value);
	if (field == NULL || filter_term_put(term, sizeof term, false, field->name, slice_str(x->meant)) == 0)
		return false;
	before = (size_t)(x->term[x->wrong].p - x->text);
	(void)snprintf(
	    text, sizeof text, "%.*s%s%s", (int)before, x->text, term, x->term[x->wrong].p + x->term[x->wrong].n);
	if (lens_filter(v, text, &em, NULL) != 0)
		viewer_say(v, em.text);
	return true;
}
