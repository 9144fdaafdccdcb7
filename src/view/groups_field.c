/*
 * groups_field - failures by one of their fields: code, user, User-Agent, method, prefix, reason, source; see
 * groups_int.h.
 * One thing to know: they are counted from the kept events with the filter in force, some thousand at each draw, so a
 * key never waits; what no event tells reads "-".
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "groups_int.h"

enum { FIELD_STEP = 20000, FIELD_LIST = 12 };

enum field_column {
	FIELD_END,
	FIELD_VALUE,
	FIELD_COUNT,
	FIELD_BEFORE,
	FIELD_SHARE,
	FIELD_TOP,
	FIELD_SILENT,
	FIELD_CALLS,
	FIELD_USERS,
	FIELD_PEER,
	FIELD_AGENT,
	FIELD_LOSS,
	FIELD_LAG,
	FIELD_HISTORY,
	FIELD_COLUMNS
};

static const struct view_column field_columns[FIELD_COLUMNS] = {
	[FIELD_VALUE] = { "", 16, 40, 0, false },
	[FIELD_COUNT] = { "n", 5, 6, 0, true },
	[FIELD_BEFORE] = { "prev", 5, 6, 64, true },
	[FIELD_SHARE] = { "share", 5, 6, 56, true },
	[FIELD_TOP] = { "MOSTLY", 9, 10, 40, false },
	[FIELD_SILENT] = { "---", 4, 5, 60, true },
	[FIELD_CALLS] = { "calls", 5, 5, 72, true },
	[FIELD_USERS] = { "users", 5, 5, 72, true },
	[FIELD_PEER] = { "TOP PEER", 11, 20, 60, false },
	[FIELD_AGENT] = { "UA", 14, 24, 80, false },
	[FIELD_LOSS] = { "loss", 5, 6, 60, true },
	[FIELD_LAG] = { "lag", 5, 6, 60, true },
	[FIELD_HISTORY] = { "60 min", 10, STORE_GROUP_HISTORY, 80, true },
};

/* Which columns in which order, and the title of the first. */
static const struct {
	const char *title;
	uint8_t column[FIELD_LIST];
} field_lists[GROUPS_BY_N] = {
	[GROUPS_BY_CODE] = { "CODE",
	    { FIELD_VALUE, FIELD_COUNT, FIELD_BEFORE, FIELD_SHARE, FIELD_CALLS, FIELD_USERS, FIELD_PEER,
		FIELD_HISTORY } },
	[GROUPS_BY_USER] = { "USER",
	    { FIELD_VALUE, FIELD_COUNT, FIELD_TOP, FIELD_CALLS, FIELD_PEER, FIELD_AGENT, FIELD_HISTORY } },
	[GROUPS_BY_AGENT] = { "USER-AGENT",
	    { FIELD_VALUE, FIELD_COUNT, FIELD_BEFORE, FIELD_TOP, FIELD_USERS, FIELD_PEER, FIELD_HISTORY } },
	[GROUPS_BY_METHOD] = { "METHOD",
	    { FIELD_VALUE, FIELD_COUNT, FIELD_BEFORE, FIELD_SILENT, FIELD_TOP, FIELD_PEER, FIELD_HISTORY } },
	[GROUPS_BY_PREFIX] = { "PREFIX",
	    { FIELD_VALUE, FIELD_COUNT, FIELD_BEFORE, FIELD_CALLS, FIELD_TOP, FIELD_PEER, FIELD_HISTORY } },
	[GROUPS_BY_REASON] = { "REASON",
	    { FIELD_VALUE, FIELD_TOP, FIELD_COUNT, FIELD_BEFORE, FIELD_USERS, FIELD_PEER, FIELD_HISTORY } },
	[GROUPS_BY_SOURCE] = { "SOURCE",
	    { FIELD_VALUE, FIELD_COUNT, FIELD_TOP, FIELD_LOSS, FIELD_LAG, FIELD_PEER, FIELD_HISTORY } },
};

/* Does the count that goes on answer what is asked now?  The old filter may be gone: it is only compared. */
static bool
field_is_set(const struct viewer *v, const struct groups *g)
{
	const struct groups_field *f = &g->field;

	return f->set && f->by == g->by && f->window_s == view_window_s(v) && f->filter == v->filter &&
	    strcmp(f->filter_text, v->filter_text) == 0;
}

static void
field_set(struct viewer *v, struct groups *g)
{
	struct groups_field *f = &g->field;

	f->set = true;
	f->whole = false;
	f->by = g->by;
	f->window_s = view_window_s(v);
	f->filter = v->filter;
	memcpy(f->filter_text, v->filter_text, sizeof f->filter_text);
	sift_groups_set(f->count, f->filter, filter_field_find(slice_str(groups_by_field(g->by))), f->window_s);
}

void
groups_field_count(struct viewer *v, struct groups *g)
{
	struct groups_field *f = &g->field;

	if (f->count == NULL)
		f->count = sift_groups_new(v->store, &v->sift_env);
	f->n = 0;
	if (f->count == NULL)
		return;
	if (!field_is_set(v, g))
		field_set(v, g);
	if (sift_groups_step(f->count, FIELD_STEP))
		f->whole = true;
	else
		v->counting = true;
	f->n = sift_groups_top(f->count, f->row, SIFT_GROUPS_MAX, &f->others);
}

/* Older ones than these were pushed out, or were never told one by one. */
bool
groups_field_covers(const struct viewer *v)
{
	const struct event *oldest = store_event_at(v->store, 0);
	int64_t begin = store_now(v->store) - (int64_t)view_window_s(v) * INT64_C(1000000000);

	if (store_event_folded(v->store) > 0)
		return false;
	return store_event_evicted(v->store) == 0 || (view_window_s(v) > 0 && oldest != NULL && oldest->t_ns < begin);
}

const struct sift_group *
groups_field_find(const struct groups *g, const char *value)
{
	for (size_t i = 0; i < g->field.n; i++)
		if (strcmp(g->field.row[i].value, value) == 0)
			return &g->field.row[i];
	return NULL;
}

static size_t
field_sync(struct viewer *v, struct groups *g, size_t *cursor)
{
	groups_field_count(v, g);
	*cursor = g->value[0] != '\0' ? g->list.cursor : 0;
	for (size_t i = 0; g->value[0] != '\0' && i < g->field.n; i++)
		if (strcmp(g->field.row[i].value, g->value) == 0)
			*cursor = i;
	return g->field.n;
}

static void
field_keep(struct groups *g, bool first)
{
	g->value[0] = '\0';
	if (!first && g->list.cursor < g->field.n)
		memcpy(g->value, g->field.row[g->list.cursor].value, sizeof g->value);
}

static void
field_summary(const struct viewer *v, const struct groups *g, char *out, size_t cap)
{
	char n[24], others[24];

	(void)v;
	(void)snprintf(
	    out, cap, "%s %s", view_number(n, sizeof n, g->field.n, 5), g->field.n == 1 ? "group" : "groups");
	if (g->field.others > 0)
		(void)snprintf(out + strlen(out), cap - strlen(out), ", %s in others",
		    view_number(others, sizeof others, g->field.others, 7));
	groups_state(v, g, out, cap);
}

static const char *
field_empty(const struct viewer *v, const struct groups *g)
{
	if (g->field.count == NULL)
		return "Memory is short: failures cannot be counted now.";
	if (!g->field.whole)
		return "Counting.";
	return v->filter != NULL ? "No failure of the filter in this window.  + longer   Esc drop the filter"
				 : "No failure in this window; + makes it longer.";
}

static size_t
field_make_columns(const struct viewer *v, const struct groups *g, struct view_column *out, char *text, size_t cap)
{
	size_t n = 0;

	for (; n < FIELD_LIST && field_lists[g->by].column[n] != FIELD_END; n++) {
		unsigned id = field_lists[g->by].column[n];

		out[n] = field_columns[id];
		if (id == FIELD_VALUE)
			out[n].title = field_lists[g->by].title;
		else if (id == FIELD_COUNT)
			out[n].title = groups_window_title(v, text, cap);
	}
	return n;
}

/* "503 Service Unavailable" of a code, else the value. */
static char *
field_value(const struct groups *g, const struct sift_group *row, char *out, size_t cap)
{
	char code[16];

	if (g->by == GROUPS_BY_CODE)
		(void)snprintf(
		    out, cap, "%s %s", view_code(code, sizeof code, row->top_code), view_code_words(row->top_code));
	else
		(void)snprintf(out, cap, "%s", row->value);
	return out;
}

static uint64_t
field_sum(const struct groups *g)
{
	uint64_t sum = g->field.others;

	for (size_t i = 0; i < g->field.n; i++)
		sum += g->field.row[i].count;
	return sum;
}

static const struct store_source *
field_source(const struct viewer *v, const char *name)
{
	for (size_t i = 0; i < store_source_count(v->store); i++)
		if (strcmp(store_source_at(v->store, i)->stat.name, name) == 0)
			return store_source_at(v->store, i);
	return NULL;
}

/* What is known of a source besides its failures; the lag is the engine's, and what is read from a file has none. */
static void
field_source_text(const struct viewer *v, const char *name, bool lag, char *out, size_t cap)
{
	const struct store_source *s = field_source(v, name);
	struct store_status st;

	(void)snprintf(out, cap, "-");
	if (s == NULL || (lag && strcmp(s->stat.kind, "file") == 0))
		return;
	if (lag) {
		store_status(v->store, &st);
		(void)view_ms(out, cap, st.lag_ms);
	} else if (!view_source_is_log(&s->stat) || store_source_lost(&s->stat) > 0) {
		(void)view_number(out, cap, store_source_lost(&s->stat), 5);
	}
}

/* Of a user its device, which is what sent the newest request; else what the newest answer names. */
static const char *
field_agent(const struct viewer *v, const struct groups *g, const struct sift_group *row, char *out, size_t cap)
{
	const struct event *e = store_event_at(v->store, store_event_index(v->store, row->newest));

	if (g->by == GROUPS_BY_AGENT)
		return "";
	if (g->by != GROUPS_BY_USER)
		return row->agent;
	(void)slice_copy(out, cap, e != NULL && e->id == row->newest ? e->user_agent : slice_str(""));
	return out;
}

/* Text of a column of plain text or figures; "-" unknown. */
static char *
field_text(
    const struct viewer *v, const struct groups *g, const struct sift_group *row, unsigned id, char *out, size_t cap)
{
	char code[16], n[24], device[48];
	const char *agent = field_agent(v, g, row, device, sizeof device);

	(void)snprintf(out, cap, "-");
	if (id == FIELD_COUNT)
		(void)view_number(out, cap, row->count, 5);
	else if (id == FIELD_BEFORE && view_window_s(v) > 0)
		(void)view_number(out, cap, row->before, 5);
	else if (id == FIELD_SHARE)
		(void)view_share(out, cap, row->count, field_sum(g));
	else if (id == FIELD_TOP && row->count > 0)
		(void)snprintf(out, cap, "%s x%s", view_code(code, sizeof code, row->top_code),
		    view_number(n, sizeof n, row->top_count, 5));
	else if (id == FIELD_SILENT)
		(void)view_number(out, cap, row->by_class[0], 4);
	else if (id == FIELD_CALLS)
		(void)view_about(row->calls, row->count, out, cap);
	else if (id == FIELD_USERS)
		(void)view_about(row->users, row->count, out, cap);
	else if (id == FIELD_AGENT && agent[0] != '\0')
		(void)snprintf(out, cap, "%s", agent);
	else if (id == FIELD_LOSS || id == FIELD_LAG)
		field_source_text(v, row->value, id == FIELD_LAG, out, cap);
	return out;
}

static void
field_draw(struct viewer *v, const struct groups *g, const struct view_table *t, struct canvas *c, int row, size_t at)
{
	const struct sift_group *r = &g->field.row[at];
	enum ui_role role = r->count > 0 ? ROLE_TEXT : ROLE_TEXT_DIM;
	char text[128];

	for (size_t i = 0; i < t->n; i++) {
		unsigned id = field_lists[g->by].column[i];

		if (id == FIELD_HISTORY)
			groups_spark(v, t, c, row, i, r->history);
		else if (id == FIELD_VALUE)
			view_table_cell(t, c, row, i,
			    g->by == GROUPS_BY_CODE && r->count > 0 ? view_code_role(r->top_code) : role,
			    slice_str(field_value(g, r, text, sizeof text)));
		else if (id == FIELD_PEER && t->width[i] > 0)
			view_name(
			    c, row, t->at[i], t->width[i], role, slice_str(r->top_peer[0] != '\0' ? r->top_peer : "-"));
		else if (id == FIELD_TOP && r->count > 0)
			view_table_cell(t, c, row, i, view_code_role(r->top_code),
			    slice_str(field_text(v, g, r, id, text, sizeof text)));
		else
			view_table_cell(t, c, row, i, role, slice_str(field_text(v, g, r, id, text, sizeof text)));
	}
}

static void
field_tail(struct viewer *v, const struct groups *g, struct page *p, size_t at)
{
	const struct sift_group *r = &g->field.row[at];
	char text[400], value[128], n[24], before[32] = "", calls[24], users[24], when[64], top[64] = "";
	char code[16], device[48];
	const char *agent = field_agent(v, g, r, device, sizeof device);

	if (view_window_s(v) > 0)
		(void)snprintf(before, sizeof before, ", %llu in the %s before", (unsigned long long)r->before,
		    view_window_name(v));
	(void)snprintf(text, sizeof text, "%s: %s failure%s%s; calls %s, users %s; %s.",
	    field_value(g, r, value, sizeof value), view_number(n, sizeof n, r->count, 11), r->count == 1 ? "" : "s",
	    before, view_about(r->calls, r->count, calls, sizeof calls),
	    view_about(r->users, r->count, users, sizeof users),
	    groups_when(v, r->first_ns, r->last_ns, when, sizeof when));
	page_text(p, ROLE_TEXT, 1, 1, slice_str(text));
	if (r->count > 0)
		(void)snprintf(top, sizeof top, "Mostly %s x%s", view_code(code, sizeof code, r->top_code),
		    view_number(n, sizeof n, r->top_count, 9));
	(void)snprintf(text, sizeof text, "%s%s%s%s%s%s%s", top, top[0] != '\0' && r->top_peer[0] != '\0' ? ", " : "",
	    r->top_peer[0] != '\0' ? "peer " : "", r->top_peer, agent[0] != '\0' ? "; newest UA \"" : "", agent,
	    agent[0] != '\0' ? "\"" : "");
	page_text(p, ROLE_TEXT, 1, 1, slice_str(text));
	page_text(p, ROLE_TEXT, 1, 1, slice_str(groups_headline(v, r->newest, text, sizeof text)));
}

static bool
field_terms(const struct viewer *v, const struct groups *g, size_t at, char *out, size_t cap)
{
	const struct sift_group *r = &g->field.row[at];

	(void)v;
	return groups_term(out, cap, groups_by_field(g->by), r->value);
}

static uint64_t
field_newest(const struct groups *g, size_t at)
{
	return g->field.row[at].newest;
}

static void
field_line(struct viewer *v, const struct groups *g, size_t at, char *out, size_t cap)
{
	const struct sift_group *r = &g->field.row[at];
	char value[128], top[64], calls[24], users[24], when[64], window[16];

	(void)snprintf(out, cap, "%s %s, %s %llu, mostly %s, peer %s, calls %s, users %s, %s", groups_by_name(g->by),
	    field_value(g, r, value, sizeof value), groups_window_title(v, window, sizeof window),
	    (unsigned long long)r->count, field_text(v, g, r, FIELD_TOP, top, sizeof top),
	    r->top_peer[0] != '\0' ? r->top_peer : "-", view_about(r->calls, r->count, calls, sizeof calls),
	    view_about(r->users, r->count, users, sizeof users),
	    groups_when(v, r->first_ns, r->last_ns, when, sizeof when));
}

const struct groups_kind groups_kind_field = {
	.sort = "n v",
	.sync = field_sync,
	.keep = field_keep,
	.summary = field_summary,
	.empty = field_empty,
	.columns = field_make_columns,
	.draw = field_draw,
	.tail = field_tail,
	.terms = field_terms,
	.newest = field_newest,
	.line = field_line,
};
