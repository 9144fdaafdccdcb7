/*
 * groups_signature - the inbox: failures folded by code, reason, method, peer and direction, new ones first; see
 * groups_int.h.
 * One thing to know: the store counts them from the start of the run; for a window or a filter they are counted from
 * the kept events, and where not all of it is kept by the store's columns of 2 minutes, whole ones, which "~" tells.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "groups_int.h"
#include "sipwhy/timefmt.h"

enum { SIGNATURE_NAMES = 64, SIGNATURE_NAME = 32, SIGNATURE_PREFIX = 6, SIGNATURE_PHRASE = 3, SIGNATURE_ADDRESS = 13 };

enum signature_column {
	SIGNATURE_MARK,
	SIGNATURE_CODE,
	SIGNATURE_REASON,
	SIGNATURE_METHOD,
	SIGNATURE_PEER,
	SIGNATURE_WAY,
	SIGNATURE_COUNT,
	SIGNATURE_CALLS,
	SIGNATURE_USERS,
	SIGNATURE_FIRST,
	SIGNATURE_LAST,
	SIGNATURE_HISTORY,
	SIGNATURE_COLUMNS
};

static const struct view_column signature_columns[SIGNATURE_COLUMNS] = {
	[SIGNATURE_MARK] = { "", 1, 1, 0, false },
	[SIGNATURE_CODE] = { "COD", 3, 3, 0, false },
	[SIGNATURE_REASON] = { "REASON", 13, 34, 0, false },
	[SIGNATURE_METHOD] = { "METHOD", 8, 8, 80, false },
	[SIGNATURE_PEER] = { "PEER", 11, 20, 0, false },
	[SIGNATURE_WAY] = { "DIR", 3, 3, 60, false },
	[SIGNATURE_COUNT] = { "n", 5, 6, 0, true },
	[SIGNATURE_CALLS] = { "calls", 5, 5, 64, true },
	[SIGNATURE_USERS] = { "users", 5, 5, 80, true },
	[SIGNATURE_FIRST] = { "FIRST", 8, 8, 120, false },
	[SIGNATURE_LAST] = { "LAST", 8, 8, 110, false },
	[SIGNATURE_HISTORY] = { "60 min", 8, STORE_GROUP_HISTORY, 80, true },
};

/* What the filter counted of a signature, NULL none. */
static const struct sift_group *
signature_kept(const struct groups *g, uint64_t key)
{
	char text[20];

	(void)snprintf(text, sizeof text, "%016llx", (unsigned long long)key);
	return groups_field_find(g, text);
}

/* Those that the filter means none of are not there. */
static void
signature_sieve(struct groups *g)
{
	size_t n = 0;

	for (size_t i = 0; i < g->n; i++)
		if (signature_kept(g, g->row[i].key) != NULL)
			g->row[n++] = g->row[i];
	g->n = n;
}

static void
signature_keep(struct groups *g, bool first)
{
	g->key = first || g->list.cursor >= g->n ? 0 : g->row[g->list.cursor].key;
}

static void
signature_summary(const struct viewer *v, const struct groups *g, char *out, size_t cap)
{
	size_t muted, all = store_group_count(v->store, &muted), fresh = 0, acked = 0, at;

	if (v->filter != NULL) {
		all = g->n;
		muted = 0;
	}
	for (size_t i = 0; i < g->n; i++) {
		fresh += g->row[i].fresh && !g->row[i].muted;
		acked += g->row[i].acked && !g->row[i].muted;
		muted += v->filter != NULL && g->row[i].muted;
	}
	at = (size_t)snprintf(out, cap, "%zu group%s", all, all == 1 ? "" : "s");
	if (fresh > 0 && at < cap)
		at += (size_t)snprintf(out + at, cap - at, "  %zu new", fresh);
	if (acked > 0 && at < cap)
		at += (size_t)snprintf(out + at, cap - at, "  %zu done", acked);
	if (muted > 0 && at < cap)
		(void)snprintf(out + at, cap - at, "  %zu muted", muted);
	if (v->filter != NULL)
		groups_state(v, g, out, cap);
}

static const char *
signature_empty(const struct viewer *v, const struct groups *g)
{
	size_t muted;

	(void)store_group_count(v->store, &muted);
	if (v->filter != NULL && g->field.whole)
		return "No failure of the filter in this window.  + longer   Esc drop the filter";
	return muted > 0 && !g->with_muted ? "All groups are muted; M shows them."
					   : "No failure so far, so there is nothing to group.";
}

static size_t
signature_make_columns(const struct viewer *v, const struct groups *g, struct view_column *out, char *text, size_t cap)
{
	size_t longest = signature_columns[SIGNATURE_PEER].least;

	/* An address is not cut as long as the reason has its least. */
	for (size_t i = 0; i < g->n; i++)
		if (strlen(g->row[i].peer) > longest)
			longest = strlen(g->row[i].peer);
	memcpy(out, signature_columns, sizeof signature_columns);
	out[SIGNATURE_PEER].least = (uint8_t)(longest < SIGNATURE_ADDRESS ? longest : SIGNATURE_ADDRESS);
	out[SIGNATURE_COUNT].title = groups_window_title(v, text, cap);
	return SIGNATURE_COLUMNS;
}

/* What tells most of why: the cause, else the words. */
static char *
signature_reason(const struct store_group *g, char *out, size_t cap)
{
	const char *cause = g->q850 >= 0 ? view_cause((unsigned)g->q850) : NULL;
	const char *words = g->phrase[0] != '\0' ? g->phrase : view_code_words(g->code);

	if (g->q850 >= 0)
		(void)snprintf(
		    out, cap, "%sQ.850/%d %s", g->in_call ? "in call: " : "", g->q850, cause != NULL ? cause : words);
	else
		(void)snprintf(out, cap, "%s%s", g->in_call ? "in call: " : "", words);
	return out;
}

/* What is known of a group in the window.  about: n holds whole columns, up to 2 minutes more than the window. */
struct signature_window {
	uint64_t n;
	unsigned calls, users;
	bool about;
};

static uint64_t
signature_columns_sum(const struct store_group *g, int64_t now_ns, int64_t window_ns)
{
	int64_t step = GROUPS_STEP_MIN * 60 * NS_PER_S;
	int64_t columns = now_ns / step - (now_ns - window_ns) / step + 1;
	uint64_t n = 0;

	columns = columns < STORE_GROUP_HISTORY ? columns : STORE_GROUP_HISTORY;
	for (int64_t i = STORE_GROUP_HISTORY - columns; i < STORE_GROUP_HISTORY; i++)
		n += g->history[i];
	return n;
}

static struct signature_window
signature_count(const struct viewer *v, const struct groups *groups, const struct store_group *g)
{
	int64_t now = store_now(v->store), window = (int64_t)view_window_s(v) * NS_PER_S;
	struct signature_window w = { .n = g->count, .calls = g->calls, .users = g->users };
	const struct sift_group *kept;

	if (v->filter == NULL && (window == 0 || g->first_ns >= now - window))
		return w;
	kept = signature_kept(groups, g->key);
	w.calls = kept != NULL ? kept->calls : 0;
	w.users = kept != NULL ? kept->users : 0;
	w.n = kept != NULL ? kept->count : 0;
	w.about = v->filter == NULL && !groups_field_covers(v);
	if (w.about)
		w.n = signature_columns_sum(g, now, window);
	return w;
}

/* Largest first but for codes; the first one is the store's own. */
enum signature_sort {
	SIGNATURE_BY_NEWS,
	SIGNATURE_BY_COUNT,
	SIGNATURE_BY_CALLS,
	SIGNATURE_BY_USERS,
	SIGNATURE_BY_FIRST,
	SIGNATURE_BY_LAST,
	SIGNATURE_BY_CODE,
	SIGNATURE_SORTS
};

static const char *
signature_sorted(const struct groups *g)
{
	static const char *const names[SIGNATURE_SORTS][2] = { { "new, rate v", "new, rate ^" }, { "n v", "n ^" },
		{ "calls v", "calls ^" }, { "users v", "users ^" }, { "first v", "first ^" }, { "last v", "last ^" },
		{ "code ^", "code v" } };

	return names[g->sort][g->sort_turned];
}

static int
signature_sort_of(size_t column)
{
	static const int sorts[SIGNATURE_COLUMNS] = { [SIGNATURE_MARK] = SIGNATURE_BY_NEWS,
		[SIGNATURE_CODE] = SIGNATURE_BY_CODE,
		[SIGNATURE_REASON] = -1,
		[SIGNATURE_METHOD] = -1,
		[SIGNATURE_PEER] = -1,
		[SIGNATURE_WAY] = -1,
		[SIGNATURE_COUNT] = SIGNATURE_BY_COUNT,
		[SIGNATURE_CALLS] = SIGNATURE_BY_CALLS,
		[SIGNATURE_USERS] = SIGNATURE_BY_USERS,
		[SIGNATURE_FIRST] = SIGNATURE_BY_FIRST,
		[SIGNATURE_LAST] = SIGNATURE_BY_LAST,
		[SIGNATURE_HISTORY] = SIGNATURE_BY_NEWS };

	return column < SIGNATURE_COLUMNS ? sorts[column] : -1;
}

/* What a row stands by, smallest first; at: where the store has it. */
struct signature_place {
	int64_t by;
	size_t at;
};

static int64_t
signature_by(const struct viewer *v, const struct groups *groups, const struct store_group *g)
{
	switch (groups->sort) {
	case SIGNATURE_BY_COUNT:
		return -(int64_t)signature_count(v, groups, g).n;
	case SIGNATURE_BY_CALLS:
		return -(int64_t)signature_count(v, groups, g).calls;
	case SIGNATURE_BY_USERS:
		return -(int64_t)signature_count(v, groups, g).users;
	case SIGNATURE_BY_FIRST:
		return -g->first_ns;
	case SIGNATURE_BY_LAST:
		return -g->last_ns;
	case SIGNATURE_BY_CODE:
		return g->code;
	default:
		return 0;
	}
}

static int
signature_compare(const void *x, const void *y)
{
	const struct signature_place *a = x, *b = y;

	if (a->by != b->by)
		return a->by < b->by ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

/* Turned round, equal ones too: as all tables are. */
static void
signature_sort(const struct viewer *v, struct groups *g)
{
	struct signature_place place[STORE_GROUPS_MAX];

	if (g->sort == SIGNATURE_BY_NEWS && !g->sort_turned)
		return;
	for (size_t i = 0; i < g->n; i++)
		place[i] = (struct signature_place){ signature_by(v, g, &g->row[i]), i };
	qsort(place, g->n, sizeof place[0], signature_compare);
	memcpy(g->unsorted, g->row, g->n * sizeof g->row[0]);
	for (size_t i = 0; i < g->n; i++)
		g->row[g->sort_turned ? g->n - 1 - i : i] = g->unsorted[place[i].at];
}

static size_t
signature_sync(struct viewer *v, struct groups *g, size_t *cursor)
{
	*cursor = g->list.cursor;
	groups_field_count(v, g);
	g->n = store_groups(v->store, g->with_muted, g->row, STORE_GROUPS_MAX);
	if (v->filter != NULL)
		signature_sieve(g);
	signature_sort(v, g);
	if (g->key == 0)
		*cursor = 0;
	for (size_t i = 0; g->key != 0 && i < g->n; i++)
		if (g->row[i].key == g->key)
			*cursor = i;
	return g->n;
}

static const char *
signature_way(const struct store_group *g)
{
	return g->direction == DIRECTION_SENT ? "out" : g->direction == DIRECTION_RECEIVED ? "in" : "-";
}

static const char *
signature_peer(const struct store_group *g)
{
	return g->peer[0] != '\0' ? g->peer : "-";
}

static const char *
signature_mark(const struct store_group *g)
{
	return g->muted ? "M" : g->acked ? "d" : g->fresh ? "N" : "";
}

static enum ui_role
signature_role(const struct store_group *g)
{
	return g->muted ? ROLE_LIST_MUTED : g->acked ? ROLE_TEXT_DIM : g->fresh ? ROLE_LIST_NEW : ROLE_TEXT;
}

static void
signature_figures_draw(const struct viewer *v, const struct groups *groups, const struct store_group *g,
    const struct view_table *t, struct canvas *c, int row)
{
	enum ui_role role = signature_role(g);
	struct signature_window w = signature_count(v, groups, g);
	char text[32], number[24];

	view_table_cellf(t, c, row, SIGNATURE_COUNT, role, "%s%s", w.about ? "~" : "",
	    view_number(number, sizeof number, w.n, w.about ? 4 : 5));
	view_table_cell(t, c, row, SIGNATURE_CALLS, role, slice_str(view_about(w.calls, w.n, text, sizeof text)));
	view_table_cell(t, c, row, SIGNATURE_USERS, role, slice_str(view_about(w.users, w.n, text, sizeof text)));
	view_table_cell(
	    t, c, row, SIGNATURE_FIRST, ROLE_TEXT_DIM, slice_str(timefmt_clock(text, sizeof text, g->first_ns)));
	view_table_cell(
	    t, c, row, SIGNATURE_LAST, ROLE_TEXT_DIM, slice_str(timefmt_clock(text, sizeof text, g->last_ns)));
	groups_spark(v, t, c, row, SIGNATURE_HISTORY, g->history);
}

static void
signature_draw(
    struct viewer *v, const struct groups *groups, const struct view_table *t, struct canvas *c, int row, size_t at)
{
	const struct store_group *g = &groups->row[at];
	enum ui_role role = signature_role(g);
	bool away = g->muted || g->acked;
	char text[96], code[16];

	view_table_cell(t, c, row, SIGNATURE_MARK, ROLE_TEXT_KEY, slice_str(signature_mark(g)));
	view_table_cell(t, c, row, SIGNATURE_CODE, away ? role : view_code_role(g->code),
	    slice_str(view_code(code, sizeof code, g->code)));
	view_shorten(signature_reason(g, text, sizeof text), t->width[SIGNATURE_REASON]);
	view_table_cell(t, c, row, SIGNATURE_REASON, role, slice_str(text));
	view_table_cell(t, c, row, SIGNATURE_METHOD, away ? role : ROLE_TEXT_DIM, slice_str(g->method));
	view_name(c, row, t->at[SIGNATURE_PEER], t->width[SIGNATURE_PEER], role, slice_str(signature_peer(g)));
	view_table_cell(t, c, row, SIGNATURE_WAY, ROLE_TEXT_DIM, slice_str(signature_way(g)));
	signature_figures_draw(v, groups, g, t, c, row);
}

/* How often each of the names among the newest failures came; the first SIGNATURE_NAMES are told apart. */
struct signature_names {
	struct {
		struct slice name;
		unsigned n;
	} one[SIGNATURE_NAMES];
	size_t n;
};

static void
signature_names_count(struct signature_names *u, struct slice name)
{
	size_t i = name.n > 0 ? 0 : SIGNATURE_NAMES;

	while (i < u->n && !slice_eq(u->one[i].name, name))
		i++;
	if (i == SIGNATURE_NAMES)
		return;
	if (i == u->n)
		u->one[u->n++].name = name;
	u->one[i].n++;
}

/* Append the most frequent ones: "1037 x22, 1003 x19"; returns the new length. */
static size_t
signature_names_text(struct signature_names *u, int many, char *out, size_t cap, size_t at)
{
	for (int told = 0; told < many; told++) {
		size_t most = 0;

		for (size_t i = 1; i < u->n; i++)
			most = u->one[i].n > u->one[most].n ? i : most;
		if (u->n == 0 || u->one[most].n == 0 || at >= cap)
			break;
		at += (size_t)snprintf(out + at, cap - at, "%s%.*s x%u", told > 0 ? ", " : "",
		    (int)(u->one[most].name.n < SIGNATURE_NAME ? u->one[most].name.n : SIGNATURE_NAME),
		    u->one[most].name.p, u->one[most].n);
		u->one[most].n = 0;
	}
	return at;
}

/* A number that was called, cut to what tells the country and the network. */
static struct slice
signature_prefix(struct slice to)
{
	bool number = to.n > SIGNATURE_PREFIX;

	for (size_t i = 0; i < to.n; i++)
		number = number && ((to.p[i] >= '0' && to.p[i] <= '9') || (i == 0 && to.p[i] == '+'));
	return (struct slice){ to.p, number ? SIGNATURE_PREFIX : 0 };
}

/* "Top users 1037 x22, 1003 x19; prefix +44206 x40", of the newest failures. */
static void
signature_who(const struct viewer *v, uint64_t key, char *out, size_t cap)
{
	struct signature_names users = { .n = 0 }, prefixes = { .n = 0 };
	size_t n = store_event_count(v->store), at;

	for (size_t i = 0; i < VIEW_LOOK_BACK && i < n; i++) {
		const struct event *e = store_event_at(v->store, n - 1 - i);

		if (e == NULL || e->recovered || store_group_key(v->store, e) != key)
			continue;
		signature_names_count(&users, e->from.n > 0 ? e->from : e->to);
		signature_names_count(&prefixes, signature_prefix(e->to));
	}
	out[0] = '\0';
	if (users.n == 0)
		return;
	at = (size_t)snprintf(out, cap, "Top users ");
	at = signature_names_text(&users, 3, out, cap, at);
	if (prefixes.n > 0 && at < cap) {
		at += (size_t)snprintf(out + at, cap - at, "; prefix ");
		(void)signature_names_text(&prefixes, 1, out, cap, at);
	}
}

static const char *
signature_state(const struct viewer *v, const struct store_group *g, char *out, size_t cap)
{
	char clock[32];

	if (g->muted && g->muted_until_ns != 0) {
		(void)snprintf(out, cap, "muted until %s, or until m is pressed on it again",
		    lens_time(v, clock, sizeof clock, g->muted_until_ns));
		return out;
	}
	if (g->muted)
		return "muted until m is pressed on it again";
	if (g->acked)
		return "acknowledged, it comes back when it happens again after 5 minutes of quiet";
	return g->fresh ? "new: not seen before in this run" : "seen before in this run";
}

static const char *
signature_toward(const struct store_group *g)
{
	return g->direction != DIRECTION_SENT ? "from" : g->code == 0 ? "to" : "sent to";
}

/* Who, since when, seen before? */
static void
signature_tail(struct viewer *v, const struct groups *groups, struct page *p, size_t at)
{
	const struct store_group *g = &groups->row[at];
	char reason[96], text[400], code[8], when[64], count[32], who[256], state[80], peer[96];

	(void)signature_reason(g, reason, sizeof reason);
	(void)snprintf(peer, sizeof peer, ", no address is known");
	if (g->peer[0] != '\0' && strcmp(g->peer, "-") != 0)
		(void)snprintf(peer, sizeof peer, " %s %s", signature_toward(g), g->peer);
	(void)snprintf(text, sizeof text, "%s %s %s%s: %s since the start, %s, %s.",
	    view_code(code, sizeof code, g->code), reason, g->method, peer,
	    view_number(count, sizeof count, g->count, 11), groups_when(v, g->first_ns, g->last_ns, when, sizeof when),
	    signature_state(v, g, state, sizeof state));
	page_text(p, ROLE_TEXT, 1, 1, slice_str(text));
	signature_who(v, g->key, who, sizeof who);
	page_text(p, ROLE_TEXT, 1, 1, slice_str(who));
	page_text(p, ROLE_TEXT, 1, 1, slice_str(groups_headline(v, g->newest, text, sizeof text)));
}

/* Phrases of one group differ in numbers and what is quoted: only what stands before can be asked for. */
static bool
signature_phrase(const struct store_group *g, char *out, size_t cap)
{
	size_t n = strcspn(g->phrase, "0123456789\"'");

	while (n > 0 && g->phrase[n - 1] == ' ')
		n--;
	n = n < cap ? n : cap - 1;
	memcpy(out, g->phrase, n);
	out[n] = '\0';
	return g->q850 < 0 && n >= SIGNATURE_PHRASE && strcmp(out, view_code_words(g->code)) != 0;
}

static bool
signature_terms(const struct viewer *v, const struct groups *groups, size_t at, char *out, size_t cap)
{
	const struct store_group *g = &groups->row[at];
	char text[64];
	bool fits;

	(void)v;
	(void)snprintf(text, sizeof text, "%u", g->code);
	fits = groups_term(out, cap, "code", g->code != 0 ? text : "silence");
	(void)snprintf(text, sizeof text, "%d", g->q850);
	if (g->q850 >= 0)
		fits = fits && groups_term(out, cap, "q850", text);
	if (signature_phrase(g, text, sizeof text))
		fits = fits && groups_term(out, cap, "phrase", text);
	if (g->method[0] != '\0')
		fits = fits && groups_term(out, cap, "method", g->method);
	if (g->peer[0] != '\0')
		fits = fits && groups_term(out, cap, "peer", g->peer);
	if (g->direction != DIRECTION_UNKNOWN)
		fits = fits && groups_term(out, cap, "dir", signature_way(g));
	return fits;
}

static uint64_t
signature_newest(const struct groups *g, size_t at)
{
	return g->row[at].newest;
}

static void
signature_line(struct viewer *v, const struct groups *groups, size_t at, char *out, size_t cap)
{
	const struct store_group *g = &groups->row[at];
	char reason[96], code[8], calls[24], users[24], when[64], window[16];
	struct signature_window w = signature_count(v, groups, g);

	(void)snprintf(out, cap, "%s %s %s %s %s, %s %s%llu, calls %s, users %s, %s",
	    view_code(code, sizeof code, g->code), signature_reason(g, reason, sizeof reason), g->method,
	    signature_peer(g), signature_way(g), groups_window_title(v, window, sizeof window), w.about ? "~" : "",
	    (unsigned long long)w.n, view_about(w.calls, w.n, calls, sizeof calls),
	    view_about(w.users, w.n, users, sizeof users), groups_when(v, g->first_ns, g->last_ns, when, sizeof when));
}

const struct groups_kind groups_kind_signature = {
	.sorted = signature_sorted,
	.sort_of = signature_sort_of,
	.sorts = SIGNATURE_SORTS,
	.sync = signature_sync,
	.keep = signature_keep,
	.summary = signature_summary,
	.empty = signature_empty,
	.columns = signature_make_columns,
	.draw = signature_draw,
	.tail = signature_tail,
	.legend = "N new here   d done   M muted",
	.terms = signature_terms,
	.newest = signature_newest,
	.line = signature_line,
};
