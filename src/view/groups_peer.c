/*
 * groups_peer - failures by peer beside how its calls go (RFC 6076, ITU-T E.425), worst change first; see groups_int.h.
 * One thing to know: figures come from the store's KPIs, failures from the kept events or, where these are not all,
 * from what the store counted (groups_told.c), so a peer may have one without the other; what is not known reads "-".
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "groups_int.h"
#include "sipwhy/timefmt.h"

/* Canvas columns left of the codes, and of what stands behind the last of them. */
enum { PEER_CODES_AT = 19, PEER_OTHERS = 16, PEER_SORTS = 8 };

enum peer_column {
	PEER_NAME,
	PEER_ROLE,
	PEER_ADDRESSES,
	PEER_RATE,
	PEER_ASR,
	PEER_CHANGE,
	PEER_NER,
	PEER_5XX,
	PEER_4XX,
	PEER_SILENCE,
	PEER_HISTORY,
	PEER_COLUMNS
};

static const struct view_column peer_columns[PEER_COLUMNS] = {
	[PEER_NAME] = { "PEER", 12, 24, 0, false },
	[PEER_ROLE] = { "ROLE", 6, 6, 100, false },
	[PEER_ADDRESSES] = { "ADDRESSES", 15, 24, 76, false },
	[PEER_RATE] = { "/s", 4, 5, 48, true },
	[PEER_ASR] = { "ASR", 6, 6, 0, true },
	[PEER_CHANGE] = { "1 h", 4, 4, 60, true },
	[PEER_NER] = { "NER", 6, 6, 56, true },
	[PEER_5XX] = { "5xx", 4, 5, 0, true },
	[PEER_4XX] = { "4xx", 4, 5, 0, true },
	[PEER_SILENCE] = { "---", 4, 5, 48, true },
	[PEER_HISTORY] = { "60 min", 10, STORE_GROUP_HISTORY, 80, true },
};

static const struct view_peer *
peer_figures(const struct viewer *v, const struct groups_peer *p)
{
	return p->figures >= 0 ? &v->peers.row[p->figures] : NULL;
}

/* Its kept failures. */
static const struct sift_group *
peer_failures(const struct groups *g, const struct groups_peer *p)
{
	return p->failures >= 0 ? &g->field.row[p->failures] : NULL;
}

/* ASR against the hour before; NAN when either is not known, or by too few calls. */
static double
peer_change(const struct viewer *v, const struct view_peer *row)
{
	struct kpi_counts counts;
	struct kpi_figures usual;

	if (row->figures.seized == 0 || view_window_s(v) == 0 ||
	    !store_kpi_peer_usual(v->store, row->name, view_window_s(v), &counts))
		return NAN;
	kpi_figures(&counts, &usual);
	return usual.bids >= KPI_SAMPLE_MIN ? row->figures.asr - usual.asr : NAN;
}

static int
peer_of_failures(const struct groups_field *f, const char *name)
{
	for (size_t i = 0; i < f->n; i++)
		if (strcmp(f->row[i].value, name) == 0)
			return (int)i;
	return -1;
}

/* What its columns sort by: the worst, the most, first. */
static double
peer_by(const struct viewer *v, const struct groups *g, const struct groups_peer *p)
{
	const struct view_peer *f = peer_figures(v, p);
	struct groups_failed r;
	bool any = p->failures >= 0 || p->told >= 0;

	groups_failed(g, p, &r);
	switch (g->sort) {
	case 0:
		return p->change;
	case 1:
		return 0;
	case 2:
		return f != NULL ? -(double)(f->figures.bids + f->figures.registers) : NAN;
	case 3:
		return f != NULL ? f->figures.asr : NAN;
	case 4:
		return f != NULL ? f->figures.ner : NAN;
	case 5:
		return any ? -(double)r.by_class[5] : NAN;
	case 6:
		return any ? -(double)r.by_class[4] : NAN;
	default:
		return any ? -(double)r.by_class[0] : NAN;
	}
}

/* "ASR change ^": the arrow as the figures run down the screen. */
static const char *
peer_sorted(const struct groups *g)
{
	static const char *const names[PEER_SORTS][2] = { { "ASR change ^", "ASR change v" }, { "name ^", "name v" },
		{ "calls v", "calls ^" }, { "ASR ^", "ASR v" }, { "NER ^", "NER v" }, { "5xx v", "5xx ^" },
		{ "4xx v", "4xx ^" }, { "silence v", "silence ^" } };

	return names[g->sort][g->sort_turned];
}

static int
peer_sort_of(size_t column)
{
	static const int sorts[PEER_COLUMNS] = { [PEER_NAME] = 1,
		[PEER_ROLE] = -1,
		[PEER_ADDRESSES] = -1,
		[PEER_RATE] = 2,
		[PEER_ASR] = 3,
		[PEER_CHANGE] = 0,
		[PEER_NER] = 4,
		[PEER_5XX] = 5,
		[PEER_4XX] = 6,
		[PEER_SILENCE] = 7,
		[PEER_HISTORY] = -1 };

	return column < PEER_COLUMNS ? sorts[column] : -1;
}

static int
peer_compare_name(const void *x, const void *y)
{
	return strcmp(((const struct groups_peer *)x)->name, ((const struct groups_peer *)y)->name);
}

/* Those of which it is not known behind, most failures first. */
static int
peer_compare(const void *x, const void *y)
{
	const struct groups_peer *a = x, *b = y;

	if (isnan(a->by) != isnan(b->by))
		return isnan(a->by) ? 1 : -1;
	if (!isnan(a->by) && a->by != b->by)
		return a->by < b->by ? -1 : 1;
	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	/* Rows of failures stand by how many they are; those without come last. */
	if (a->failures != b->failures)
		return a->failures < 0 ? 1 : b->failures < 0 ? -1 : a->failures - b->failures;
	return a->figures - b->figures;
}

static void
peer_add(struct groups *g, const char *name, int figures, double change)
{
	struct groups_field *f = &g->field;
	struct groups_peer *p = &f->peer[f->n_peers++];
	struct groups_failed r;

	*p = (struct groups_peer){ .figures = figures, .change = change };
	p->failures = peer_of_failures(f, name);
	p->told = groups_told_find(&f->told, name);
	(void)snprintf(p->name, sizeof p->name, "%s", name);
	groups_failed(g, p, &r);
	p->count = r.count;
}

/* Peers with figures, then those that only failed. */
static void
peer_collect(struct viewer *v, struct groups *g)
{
	struct groups_field *f = &g->field;
	const struct view_peers *all = view_peers(v);
	bool kept[SIFT_GROUPS_MAX] = { false }, told[STORE_PEERS_MAX] = { false };

	f->n_peers = 0;
	for (size_t i = 0; i < all->n; i++) {
		peer_add(g, all->row[i].name, (int)i, peer_change(v, &all->row[i]));
		if (f->peer[i].failures >= 0)
			kept[f->peer[i].failures] = true;
		if (f->peer[i].told >= 0)
			told[f->peer[i].told] = true;
	}
	for (size_t i = 0; i < f->told.n; i++) {
		if (told[i])
			continue;
		peer_add(g, f->told.row[i].peer.name, -1, NAN);
		if (f->peer[f->n_peers - 1].failures >= 0)
			kept[f->peer[f->n_peers - 1].failures] = true;
	}
	for (size_t i = 0; i < f->n; i++)
		if (!kept[i])
			peer_add(g, f->row[i].value, -1, NAN);
}

static size_t
peer_sync(struct viewer *v, struct groups *g, size_t *cursor)
{
	struct groups_field *f = &g->field;

	groups_field_count(v, g);
	groups_told_make(v, g);
	peer_collect(v, g);
	for (size_t i = 0; i < f->n_peers; i++) {
		f->peer[i].by = peer_by(v, g, &f->peer[i]);
		f->peer[i].by = g->sort_turned ? -f->peer[i].by : f->peer[i].by;
	}
	qsort(f->peer, f->n_peers, sizeof *f->peer, g->sort == 1 ? peer_compare_name : peer_compare);
	for (size_t i = 0; g->sort == 1 && g->sort_turned && i < f->n_peers / 2; i++) {
		struct groups_peer other = f->peer[i];

		f->peer[i] = f->peer[f->n_peers - 1 - i];
		f->peer[f->n_peers - 1 - i] = other;
	}
	*cursor = g->value[0] != '\0' ? g->list.cursor : 0;
	for (size_t i = 0; g->value[0] != '\0' && i < f->n_peers; i++)
		if (strcmp(f->peer[i].name, g->value) == 0)
			*cursor = i;
	return f->n_peers;
}

static void
peer_keep(struct groups *g, bool first)
{
	g->value[0] = '\0';
	if (!first && g->list.cursor < g->field.n_peers)
		memcpy(g->value, g->field.peer[g->list.cursor].name, sizeof g->value);
}

/* Of those that failed in the window, most by not answering at all. */
static void
peer_summary(const struct viewer *v, const struct groups *g, char *out, size_t cap)
{
	size_t silent = 0;

	for (size_t i = 0; i < g->field.n_peers; i++) {
		struct groups_failed r;

		groups_failed(g, &g->field.peer[i], &r);
		silent += r.silent;
	}
	(void)snprintf(out, cap, "%zu peer%s", g->field.n_peers, g->field.n_peers == 1 ? "" : "s");
	if (silent > 0)
		(void)snprintf(out + strlen(out), cap - strlen(out), "  %zu silent", silent);
	groups_state(v, g, out, cap);
}

static const char *
peer_empty(const struct viewer *v, const struct groups *g)
{
	(void)v;
	return g->field.count == NULL ? "Memory is short: failures cannot be counted now."
				      : "No peer has been seen so far.";
}

/* Where it was seen last: the end of its newest failure that is not ours. */
static struct slice
peer_address(const struct viewer *v, const struct sift_group *r)
{
	const struct event *e = r != NULL ? store_event_at(v->store, store_event_index(v->store, r->newest)) : NULL;
	struct slice end;
	const char *colon;

	if (e == NULL || e->id != r->newest || e->direction == DIRECTION_UNKNOWN)
		return slice_str("-");
	end = e->direction == DIRECTION_RECEIVED ? e->src : e->dst;
	/* Without the port, which seldom tells more. */
	colon = end.n > 0 ? memrchr(end.p, ':', end.n) : NULL;
	if (colon != NULL && (end.p[0] == '[' || memchr(end.p, ':', end.n) == colon))
		end.n = (size_t)(colon - end.p);
	return end.n > 0 ? end : slice_str("-");
}

static size_t
peer_make_columns(const struct viewer *v, const struct groups *g, struct view_column *out, char *text, size_t cap)
{
	bool any = false;

	(void)text;
	(void)cap;
	memcpy(out, peer_columns, sizeof peer_columns);
	for (size_t i = 0; i < g->field.n_peers && !any; i++)
		any = !slice_eq(peer_address(v, peer_failures(g, &g->field.peer[i])), slice_str("-"));
	/* Where peers have no other names than their addresses, those have the room. */
	if (!any)
		out[PEER_ADDRESSES].least = out[PEER_ADDRESSES].wish = 0;
	return PEER_COLUMNS;
}

/* Calls and registrations a second over the window; "-" when there is none, or no figures. */
static char *
peer_rate(const struct viewer *v, const struct view_peer *row, char *out, size_t cap)
{
	double span_s = view_window_span_s(v->store, view_window_s(v));

	(void)snprintf(out, cap, "-");
	if (row != NULL && span_s > 0 && row->figures.bids + row->figures.registers > 0)
		(void)view_rate(out, cap, (double)(row->figures.bids + row->figures.registers) / span_s);
	return out;
}

/* "-48" points, or "new" for a peer without anything in the window before this one. */
static char *
peer_change_text(const struct viewer *v, const struct groups *g, const struct groups_peer *p, char *out, size_t cap)
{
	const struct sift_group *r = peer_failures(g, p);
	bool fresh = p->count > 0 && store_before_known(v->store, view_window_s(v));

	if (p->told >= 0)
		fresh = fresh && view_window_s(v) > 0 && g->field.told.row[p->told].peer.before == 0;
	else
		fresh = fresh && r->first_ns > store_now(v->store) - (int64_t)view_window_s(v) * NS_PER_S;
	if (!isnan(p->change))
		(void)snprintf(out, cap, "%+.0f", p->change);
	else
		(void)snprintf(out, cap, "%s", fresh ? "new" : "-");
	return out;
}

/* How many; of lines of a log alone 0 is not told. */
static char *
peer_count(const struct viewer *v, uint64_t n, size_t width, char *out, size_t cap)
{
	(void)snprintf(out, cap, "-");
	if (n > 0 || !store_from_lines(v->store))
		(void)view_number(out, cap, n, width);
	return out;
}

static void
peer_draw(struct viewer *v, const struct groups *g, const struct view_table *t, struct canvas *c, int row, size_t at)
{
	const struct groups_peer *p = &g->field.peer[at];
	const struct view_peer *f = peer_figures(v, p);
	uint32_t history[STORE_GROUP_HISTORY];
	struct groups_failed r;
	enum ui_role ratio = f != NULL && f->figures.bids >= KPI_SAMPLE_MIN ? ROLE_TEXT : ROLE_TEXT_DIM;
	char text[64];

	struct slice name = slice_str(p->name), address = peer_address(v, peer_failures(g, p));

	groups_failed(g, p, &r);
	if (v->addresses && !slice_eq(address, slice_str("-"))) {
		struct slice other = name;

		name = address;
		address = other;
	}
	view_name(c, row, t->at[PEER_NAME], t->width[PEER_NAME], ROLE_TEXT, name);
	view_table_cell(t, c, row, PEER_ROLE, ROLE_TEXT_DIM,
	    slice_str(f != NULL && f->role != PEER_ROLE_UNKNOWN ? peer_role_name(f->role) : "-"));
	if (t->width[PEER_ADDRESSES] > 0)
		view_name(c, row, t->at[PEER_ADDRESSES], t->width[PEER_ADDRESSES], ROLE_TEXT_DIM, address);
	view_table_cell(t, c, row, PEER_RATE, ROLE_TEXT, slice_str(peer_rate(v, f, text, sizeof text)));
	view_table_cell(
	    t, c, row, PEER_ASR, ratio, slice_str(view_percent(text, sizeof text, f != NULL ? f->figures.asr : NAN)));
	view_table_cell(t, c, row, PEER_CHANGE, p->change < -5 ? ROLE_STATE_WARN : ROLE_TEXT,
	    slice_str(peer_change_text(v, g, p, text, sizeof text)));
	view_table_cell(
	    t, c, row, PEER_NER, ratio, slice_str(view_percent(text, sizeof text, f != NULL ? f->figures.ner : NAN)));
	view_table_cell(t, c, row, PEER_5XX, r.by_class[5] > 0 ? ROLE_CLASS_5XX : ROLE_TEXT_DIM,
	    slice_str(peer_count(v, r.by_class[5], 4, text, sizeof text)));
	view_table_cell(t, c, row, PEER_4XX, r.by_class[4] > 0 ? ROLE_CLASS_4XX : ROLE_TEXT_DIM,
	    slice_str(peer_count(v, r.by_class[4], 4, text, sizeof text)));
	view_table_cell(t, c, row, PEER_SILENCE, r.by_class[0] > 0 ? ROLE_CLASS_SILENCE : ROLE_TEXT_DIM,
	    slice_str(peer_count(v, r.by_class[0], 4, text, sizeof text)));
	groups_failed_history(v, g, p, history);
	groups_spark(v, t, c, row, PEER_HISTORY, history);
}

/* "503 x371  486 x2  --- x4", since the start; those that do not fit the width are among the others. */
static void
peer_codes(const struct view_peer *f, int width, char *out, size_t cap)
{
	uint64_t others = f->stat.other;
	char code[8], n[32], one[48];
	size_t at = 0;

	out[0] = '\0';
	for (size_t i = 0; i < PEER_CODES && f->stat.codes[i].n > 0; i++) {
		(void)snprintf(one, sizeof one, "%s%s x%s", at > 0 ? "  " : "",
		    view_code(code, sizeof code, f->stat.codes[i].code),
		    view_number(n, sizeof n, f->stat.codes[i].n, 9));
		if (at + strlen(one) >= cap || (int)(at + strlen(one)) > width - PEER_OTHERS) {
			others += f->stat.codes[i].n;
			continue;
		}
		at += (size_t)snprintf(out + at, cap - at, "%s", one);
	}
	if (others > 0 && at < cap)
		(void)snprintf(out + at, cap - at, "  others x%s", view_number(n, sizeof n, others, 9));
}

/* Calls, registrations and delays over the window, and what the delay usually is. */
static void
peer_tail_figures(struct viewer *v, const struct view_peer *f, struct page *page)
{
	struct kpi_counts counts;
	struct kpi_figures usual = { .delay = { [KPI_PDD] = { .p95 = NAN } } };
	char text[400], bids[24] = "-", a[16], b[16], d[16], e[16];

	if (f->figures.bids > 0 || !store_from_lines(v->store))
		(void)snprintf(bids, sizeof bids, "%lld", (long long)f->figures.bids);
	if (store_kpi_peer_usual(v->store, f->name, view_window_s(v), &counts))
		kpi_figures(&counts, &usual);
	/* ASR knows nothing of calls that got no response at all: a trunk that fell silent would keep its figure. */
	if (!isnan(f->figures.abr) && f->figures.abr + 0.05 < f->figures.asr)
		(void)snprintf(text, sizeof text, "calls %s, answered %s (ABR), of those with any response %s (ASR)",
		    bids, view_percent(e, sizeof e, f->figures.abr), view_percent(a, sizeof a, f->figures.asr));
	else
		(void)snprintf(text, sizeof text, "calls %s, answered %s (%s)", bids,
		    view_percent(a, sizeof a, f->figures.asr),
		    f->figures.bids > 0 && isnan(f->figures.isa) ? "no success told" : "ASR");
	(void)snprintf(text + strlen(text), sizeof text - strlen(text), "; PDD p95 %s, usual %s",
	    view_ms(b, sizeof b, f->figures.delay[KPI_PDD].p95), view_ms(d, sizeof d, usual.delay[KPI_PDD].p95));
	if (f->figures.registers > 0)
		(void)snprintf(text + strlen(text), sizeof text - strlen(text), "; REG %lld, %s accepted",
		    (long long)f->figures.registers, view_percent(e, sizeof e, 100 - f->figures.registration_failure));
	page_text(page, ROLE_TEXT, 1, 3, slice_str(text));
}

static void
peer_tail(struct viewer *v, const struct groups *g, struct page *page, size_t at)
{
	const struct groups_peer *p = &g->field.peer[at];
	const struct view_peer *f = peer_figures(v, p);
	const struct sift_group *r = peer_failures(g, p);
	struct groups_failed failed;
	struct goodcall good;
	char text[400], when[64], clock[32], codes[200];

	(void)snprintf(text, sizeof text, "%s: role %s%s%s%s", p->name,
	    peer_role_name(f != NULL ? f->role : PEER_ROLE_UNKNOWN), r != NULL && r->agent[0] != '\0' ? ", UA \"" : "",
	    r != NULL ? r->agent : "", r != NULL && r->agent[0] != '\0' ? "\"" : "");
	if (store_goodcall(v->store, slice_str(p->name), slice_str("INVITE"), &good) &&
	    slice_eq(good.peer, slice_str(p->name)))
		(void)snprintf(text + strlen(text), sizeof text - strlen(text), ", good call kept from %s",
		    view_when(clock, sizeof clock, good.t_ns, store_now(v->store)));
	page_text(page, ROLE_TEXT, 1, 3, slice_str(text));
	if (f != NULL)
		peer_tail_figures(v, f, page);
	groups_failed(g, p, &failed);
	if (failed.count == 0 && r == NULL) {
		page_text(page, ROLE_TEXT, 1, 1, slice_str("No failure of it in this window."));
	} else {
		(void)snprintf(text, sizeof text, "%llu failure%s here%s%s; %s. %s", (unsigned long long)failed.count,
		    failed.count == 1 ? "" : "s", view_window_s(v) > 0 ? " in " : "",
		    view_window_s(v) > 0 ? view_window_name(v) : "",
		    groups_when(v, failed.first_ns, failed.last_ns, when, sizeof when),
		    groups_headline(v, r != NULL ? r->newest : 0, (char[200]){ 0 }, 200));
		page_text(page, ROLE_TEXT, 1, 3, slice_str(text));
	}
	if (f != NULL && f->failures > 0) {
		peer_codes(f, canvas_cols(page->c) - PEER_CODES_AT, codes, sizeof codes);
		(void)snprintf(text, sizeof text, "since the start %s", codes);
		page_text(page, ROLE_TEXT, 1, 3, slice_str(text));
	}
}

static bool
peer_terms(const struct viewer *v, const struct groups *g, size_t at, char *out, size_t cap)
{
	const struct groups_peer *p = &g->field.peer[at];

	(void)v;
	return groups_term(out, cap, "peer", p->name);
}

static uint64_t
peer_newest(const struct groups *g, size_t at)
{
	const struct sift_group *r = peer_failures(g, &g->field.peer[at]);

	return r != NULL ? r->newest : 0;
}

static void
peer_line(struct viewer *v, const struct groups *g, size_t at, char *out, size_t cap)
{
	const struct groups_peer *p = &g->field.peer[at];
	const struct view_peer *f = peer_figures(v, p);
	struct groups_failed r;
	char asr[16], ner[16], change[16], window[16];

	groups_failed(g, p, &r);
	(void)snprintf(out, cap, "peer %s, ASR %s (%s), NER %s, %s %llu, 5xx %llu, 4xx %llu", p->name,
	    view_percent(asr, sizeof asr, f != NULL ? f->figures.asr : NAN),
	    peer_change_text(v, g, p, change, sizeof change),
	    view_percent(ner, sizeof ner, f != NULL ? f->figures.ner : NAN),
	    groups_window_title(v, window, sizeof window), (unsigned long long)r.count,
	    (unsigned long long)r.by_class[5], (unsigned long long)r.by_class[4]);
}

const struct groups_kind groups_kind_peer = {
	.sort = "ASR change ^",
	.sorted = peer_sorted,
	.sorts = PEER_SORTS,
	.sort_of = peer_sort_of,
	.sync = peer_sync,
	.keep = peer_keep,
	.summary = peer_summary,
	.empty = peer_empty,
	.columns = peer_make_columns,
	.draw = peer_draw,
	.tail = peer_tail,
	.terms = peer_terms,
	.newest = peer_newest,
	.line = peer_line,
};
