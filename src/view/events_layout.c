/*
 * events_layout - the columns of the events: what they are called, which of them a width shows; see events_int.h.
 * One thing to know: three layouts are kept apart, for 80, 100 and 140 columns; time, code, reason and peer are in all
 * of them, and what has no room goes by its weight, whole.
 */
#include <stdio.h>
#include <string.h>

#include "events_int.h"

enum { LAYOUT_NEVER = 255, LAYOUT_WIDTH_MAX = 160 };

static const struct events_column_info layout_columns[EVENTS_COLUMNS] = {
	[EVENTS_MARK] = { "mark", "", 1, 1, 1, LAYOUT_NEVER, false, SIFT_ORDER_N, NULL },
	[EVENTS_TIME] = { "time", "TIME", 9, 9, 9, LAYOUT_NEVER, false, SIFT_TIME, NULL },
	[EVENTS_CODE] = { "code", "COD", 3, 3, 3, LAYOUT_NEVER, false, SIFT_CODE, "code" },
	[EVENTS_REASON] = { "reason", "REASON", 20, 10, 44, LAYOUT_NEVER, false, SIFT_REASON, "reason" },
	[EVENTS_METHOD] = { "method", "METHOD", 8, 8, 8, 120, false, SIFT_METHOD, "method" },
	[EVENTS_PEER] = { "peer", "PEER", 11, 11, 24, LAYOUT_NEVER, false, SIFT_PEER, "peer" },
	[EVENTS_FROM] = { "from", "FROM", 6, 6, 12, 110, false, SIFT_FROM, "from" },
	[EVENTS_TO] = { "to", "TO", 13, 13, 20, 100, false, SIFT_TO, "to" },
	[EVENTS_N] = { "n", " n", 2, 2, 2, 130, false, SIFT_SEEN, "n" },
	[EVENTS_SAID_BY] = { "said-by", "SAID BY", 12, 12, 15, 60, false, SIFT_SAID_BY, "saidby" },
	[EVENTS_UA] = { "ua", "UA", 14, 14, 24, 50, false, SIFT_AGENT, "ua" },
	[EVENTS_SETUP] = { "setup", "SETUP", 6, 6, 6, 45, true, SIFT_SETUP, NULL },
	[EVENTS_SOURCE] = { "source", "SOURCE", 8, 8, 12, 40, false, SIFT_SOURCE, "source" },
	[EVENTS_CALL_ID] = { "call-id", "CALL-ID", 24, 24, 40, 30, false, SIFT_ORDER_N, "cid" },
	[EVENTS_TRANSPORT] = { "transport", "TRAN", 4, 4, 4, 28, false, SIFT_ORDER_N, "transport" },
	[EVENTS_Q850] = { "q850", "Q850", 4, 4, 4, 26, true, SIFT_ORDER_N, "q850" },
	[EVENTS_WARNING] = { "warning", "WARNING", 16, 16, 30, 24, false, SIFT_ORDER_N, "warn" },
	[EVENTS_PREFIX] = { "prefix", "PREFIX", 6, 6, 6, 22, false, SIFT_ORDER_N, "prefix" },
	[EVENTS_SRC] = { "src", "SRC", 16, 16, 24, 20, false, SIFT_ORDER_N, "src" },
	[EVENTS_DST] = { "dst", "DST", 16, 16, 24, 18, false, SIFT_ORDER_N, "dst" },
	[EVENTS_DIR] = { "dir", "DIR", 3, 3, 3, 16, false, SIFT_ORDER_N, "dir" },
};

static const struct {
	int from;
	const char *name, *text;
} layout_shipped[VIEW_LAYOUTS] = {
	{ 80, "events.80", "mark time code reason method peer from to n" },
	{ 100, "events.100", "mark time code reason method peer from to n said-by ua" },
	{ 140, "events.140", "mark time code reason method peer from to n said-by ua setup source" },
};

const struct events_column_info *
events_column(size_t column)
{
	return &layout_columns[column];
}

size_t
events_column_find(struct slice name)
{
	for (size_t i = 0; i < EVENTS_COLUMNS; i++)
		if (slice_ieq(name, slice_str(layout_columns[i].name)))
			return i;
	return EVENTS_COLUMNS;
}

const char *
view_layout_name(size_t i)
{
	return i < VIEW_LAYOUTS ? layout_shipped[i].name : NULL;
}

const char *
view_layout_column(size_t i)
{
	return i < EVENTS_COLUMNS ? layout_columns[i].name : NULL;
}

bool
view_layout_word(struct slice word)
{
	struct slice width = word, name = slice_cut(&width, ':');
	uint64_t n;

	return events_column_find(name) < EVENTS_COLUMNS &&
	    (name.n == word.n || (slice_u64(width, LAYOUT_WIDTH_MAX, &n) == 0 && n > 0));
}

size_t
events_layout_of(int cols)
{
	size_t which = VIEW_LAYOUTS - 1;

	while (which > 0 && cols < layout_shipped[which].from)
		which--;
	return which;
}

int
events_layout_from(size_t layout)
{
	return layout_shipped[layout].from;
}

static bool
layout_has(const struct view_layout *l, size_t column)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->column[i] == column)
			return true;
	return false;
}

static void
layout_add(struct view_layout *l, size_t column, uint64_t width)
{
	if (column >= EVENTS_COLUMNS || l->n == VIEW_LAYOUT_COLUMNS || layout_has(l, column))
		return;
	l->column[l->n] = (uint8_t)column;
	l->width[l->n++] = (uint8_t)(width > 0 ? width : layout_columns[column].width);
}

/* The margin is the first, and those that are never hidden and were not named stand at the left. */
static void
layout_complete(struct view_layout *l)
{
	struct view_layout whole = { 0 };

	layout_add(&whole, EVENTS_MARK, 0);
	for (size_t i = 0; i < EVENTS_COLUMNS; i++)
		if (layout_columns[i].keep == LAYOUT_NEVER && !layout_has(l, i))
			layout_add(&whole, i, 0);
	for (size_t i = 0; i < l->n; i++)
		layout_add(&whole, l->column[i], l->width[i]);
	*l = whole;
}

void
events_layout_parse(struct slice text, struct view_layout *out)
{
	*out = (struct view_layout){ 0 };
	while (text.n > 0) {
		struct slice width = slice_cut(&text, ' '), name = slice_cut(&width, ':');
		uint64_t n = 0;

		if (width.n > 0 && slice_u64(width, LAYOUT_WIDTH_MAX, &n) != 0)
			n = 0;
		layout_add(out, events_column_find(name), n);
	}
	layout_complete(out);
}

void
events_layout_shipped(size_t which, struct view_layout *out)
{
	events_layout_parse(slice_str(layout_shipped[which].text), out);
}

void
events_layout(const struct viewer *v, size_t which, struct view_layout *out)
{
	if (v->layout[which].n > 0) {
		*out = v->layout[which];
		return;
	}
	events_layout_shipped(which, out);
	for (size_t i = 0; i < v->cfg->n_columns; i++) {
		struct slice text = slice_str(v->cfg->columns[i]), name = slice_trim(slice_cut(&text, '='));

		if (slice_ieq(name, slice_str(layout_shipped[which].name)))
			events_layout_parse(slice_trim(text), out);
	}
}

char *
events_layout_text(const struct view_layout *l, char *out, size_t cap)
{
	size_t at = 0;

	out[0] = '\0';
	for (size_t i = 0; i < l->n && at < cap; i++) {
		const struct events_column_info *info = &layout_columns[l->column[i]];

		at += (size_t)snprintf(out + at, cap - at, "%s%s", at > 0 ? " " : "", info->name);
		if (l->width[i] != info->width && at < cap)
			at += (size_t)snprintf(out + at, cap - at, ":%u", l->width[i]);
	}
	return out;
}

int
events_layout_cells(const struct view_layout *l)
{
	int cells = 0;

	/* The margin has no gap behind it, nor has the last one. */
	for (size_t i = 0; i < l->n; i++)
		cells += l->column[i] == EVENTS_MARK ? 1 : l->width[i] + 1;
	return cells > 0 ? cells - 1 : 0;
}

static int
layout_width(const struct events_place *p)
{
	int cells = 0;

	for (size_t i = 0; i < p->n; i++)
		cells += p->column[i] == EVENTS_MARK ? 1 : p->width[i] + 1;
	return cells - 1;
}

/* The least wanted one goes, of equals the right one; false: none may. */
static bool
layout_drop(struct events_place *p)
{
	size_t least = p->n;

	for (size_t i = 0; i < p->n; i++)
		if (layout_columns[p->column[i]].keep != LAYOUT_NEVER &&
		    (least == p->n || layout_columns[p->column[i]].keep <= layout_columns[p->column[least]].keep))
			least = i;
	if (least == p->n)
		return false;
	for (size_t i = least; i + 1 < p->n; i++) {
		p->column[i] = p->column[i + 1];
		p->width[i] = p->width[i + 1];
	}
	p->n--;
	return true;
}

/* Make elastic ones narrower, or wider, by as much as there is. */
static void
layout_stretch(struct events_place *p, int spare)
{
	for (size_t i = 0; i < p->n && spare != 0; i++) {
		const struct events_column_info *info = &layout_columns[p->column[i]];
		int by = spare > 0 ? info->wish - p->width[i] : info->least - p->width[i];

		if ((spare > 0 && by <= 0) || (spare < 0 && by >= 0))
			continue;
		if ((spare > 0 && by > spare) || (spare < 0 && by < spare))
			by = spare;
		p->width[i] += by;
		spare -= by;
	}
}

void
events_place(const struct view_layout *l, int cols, struct events_place *out)
{
	int at = 0;

	*out = (struct events_place){ .n = l->n };
	for (size_t i = 0; i < l->n; i++) {
		out->column[i] = l->column[i];
		out->width[i] = l->width[i];
	}
	while (layout_width(out) > cols && layout_drop(out))
		;
	layout_stretch(out, cols - layout_width(out));
	for (size_t i = 0; i < out->n; i++) {
		out->at[i] = at;
		at += out->column[i] == EVENTS_MARK ? 1 : out->width[i] + 1;
	}
}
