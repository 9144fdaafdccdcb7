/*
 * figures - the windows that ratios are over, the line of KPIs, and the figures of each peer (RFC 6076, ITU-T E.411 and
 * E.425 as sipwhy/kpi.h has them).
 * One thing to know: a ratio over few calls is drawn dim with its number of calls beside it, and one that is not known
 * is "-", never 0 % or 100 %.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "overview.h"

enum { FIGURES_SEGS = 16, FIGURES_GAP = 2, FIGURES_LIVE = 1, FIGURES_FILE = 5, FIGURES_POINTS = 5 };

static const struct {
	unsigned window_s;
	const char *name;
} figures_windows[] = { { 60, "1 min" }, { 300, "5 min" }, { 900, "15 min" }, { 3600, "1 h" }, { 86400, "24 h" },
	{ 0, "all" } };

enum { FIGURES_WINDOWS = sizeof figures_windows / sizeof figures_windows[0] };

/* A file is looked at as a whole, traffic by its last minutes, until the user says otherwise. */
static unsigned
figures_window(const struct viewer *v)
{
	struct store_status st;

	if (v->window > 0)
		return v->window - 1;
	store_status(v->store, &st);
	return st.live ? FIGURES_LIVE : FIGURES_FILE;
}

unsigned
view_window_s(const struct viewer *v)
{
	return figures_windows[figures_window(v)].window_s;
}

const char *
view_window_name(const struct viewer *v)
{
	return figures_windows[figures_window(v)].name;
}

void
view_window_set(struct viewer *v, int window_s)
{
	v->window = 0;
	for (unsigned i = 0; i < FIGURES_WINDOWS; i++)
		if (window_s >= 0 && figures_windows[i].window_s == (unsigned)window_s)
			v->window = i + 1;
}

bool
view_window_key(struct viewer *v, enum view_action action)
{
	unsigned window = figures_window(v);

	if (action == ACTION_WINDOW_LONGER && window + 1 < FIGURES_WINDOWS)
		v->window = window + 2;
	else if (action == ACTION_WINDOW_LONGER)
		viewer_say(v, "these are all figures since the start; - goes back");
	else if (action == ACTION_WINDOW_SHORTER && window > 0)
		v->window = window;
	else if (action == ACTION_WINDOW_SHORTER)
		viewer_say(v, "a minute is the shortest time there is; + goes back");
	else
		return false;
	return true;
}

/* Pieces of the line; what does not fit goes whole, the least wanted first. */
struct figures_seg {
	char text[40];
	enum ui_role role;
	uint8_t priority;
	bool joined, gone; /* joined: closer to what stands before it */
};

struct figures_line {
	struct figures_seg seg[FIGURES_SEGS];
	size_t n;
};

static void
figures_add(struct figures_line *l, uint8_t priority, enum ui_role role, const char *name, const char *value)
{
	struct figures_seg *s = &l->seg[l->n];

	if (l->n == FIGURES_SEGS)
		return;
	*s = (struct figures_seg){ .role = role, .priority = priority };
	(void)snprintf(s->text, sizeof s->text, "%s%s%s", name, name[0] != '\0' && value[0] != '\0' ? " " : "", value);
	l->n++;
}

static void
figures_ratio(struct figures_line *l, uint8_t priority, const char *name, double percent, int64_t sample)
{
	char text[16];

	figures_add(l, priority, sample < KPI_SAMPLE_MIN ? ROLE_TEXT_DIM : ROLE_TEXT, name,
	    view_percent(text, sizeof text, percent));
}

/* The same with a mark where it is lower or higher than what is usual by more than chance and habit make it. */
static void
figures_ratio_usual(
    struct figures_line *l, uint8_t priority, const char *name, double percent, int64_t sample, double usual)
{
	char text[16], marked[24];
	double points = percent - usual;
	bool told = sample >= KPI_SAMPLE_MIN && !isnan(points) && fabs(points) >= FIGURES_POINTS;

	(void)snprintf(marked, sizeof marked, "%s%s", view_percent(text, sizeof text, percent),
	    !told            ? ""
		: points < 0 ? " v"
			     : " ^");
	figures_add(l, priority,
	    sample < KPI_SAMPLE_MIN ? ROLE_TEXT_DIM
		: !told             ? ROLE_TEXT
		: points < 0        ? ROLE_DELTA_WORSE
				    : ROLE_DELTA_BETTER,
	    name, marked);
}

static void
figures_delay(struct figures_line *l, uint8_t priority, const char *name, double ms, int64_t sample)
{
	char text[16];

	figures_add(
	    l, priority, sample < KPI_SAMPLE_MIN ? ROLE_TEXT_DIM : ROLE_TEXT, name, view_ms(text, sizeof text, ms));
}

/* Seconds of the window that there is traffic of: the store knows how young a run is, and tells it in its rates. */
double
view_window_span_s(const struct store *s, unsigned window_s)
{
	for (unsigned cls = 1; cls <= 6; cls++) {
		uint64_t n = store_window(s, cls, window_s);
		double rate = store_rate(s, cls, window_s);

		if (n > 0 && rate > 0)
			return (double)n / rate;
	}
	return window_s;
}

/* Calls a second of a window; since the start the number itself tells more. */
static void
figures_calls(const struct viewer *v, struct figures_line *l, int64_t bids)
{
	unsigned window_s = view_window_s(v);
	char rate[24], text[32];

	if (bids <= 0 && store_from_lines(v->store)) {
		figures_add(l, 230, ROLE_TEXT, "INVITE", "-");
		return;
	}
	if (window_s == 0) {
		(void)view_number(text, sizeof text, bids > 0 ? (uint64_t)bids : 0, 9);
		figures_add(l, 230, ROLE_TEXT, "INVITE", bids < KPI_SAMPLE_MIN ? "" : text);
		return;
	}
	(void)snprintf(text, sizeof text, "%s/s",
	    view_rate(rate, sizeof rate, (double)bids / view_window_span_s(v->store, window_s)));
	figures_add(l, 230, ROLE_TEXT, "INVITE", text);
}

/* Why there are calls and no ratios of them. */
static void
figures_untold(struct figures_line *l)
{
	figures_add(l, 222, ROLE_TEXT_DIM, "(no success told)", "");
	l->seg[l->n - 1].joined = true;
}

static void
figures_collect(const struct viewer *v, struct figures_line *l)
{
	struct kpi_counts counts, past;
	struct kpi_figures f, usual;
	char few[40], n[32];

	store_kpi(v->store, view_window_s(v), &counts);
	store_figures(v->store, &counts, &f);
	(void)store_kpi_usual(v->store, view_window_s(v), &past);
	kpi_figures(&past, &usual);
	figures_calls(v, l, f.bids);
	if (f.bids < KPI_SAMPLE_MIN && !(f.bids <= 0 && store_from_lines(v->store))) {
		(void)snprintf(few, sizeof few, "(%s call%s)",
		    view_number(n, sizeof n, f.bids > 0 ? (uint64_t)f.bids : 0, 9), f.bids == 1 ? "" : "s");
		figures_add(l, 225, ROLE_TEXT_DIM, few, "");
		l->seg[l->n - 1].joined = true;
	}
	if (f.bids > 0 && isnan(f.isa))
		figures_untold(l);
	figures_ratio_usual(l, 220, "ASR", f.asr, f.bids, usual.asr);
	figures_ratio_usual(l, 210, "NER", f.ner, f.bids, usual.ner);
	figures_ratio_usual(l, 190, "SEER", f.seer, f.bids, usual.seer);
	figures_delay(l, 200, "PDD p50", f.delay[KPI_PDD].p50, f.delay[KPI_PDD].samples);
	figures_delay(l, 180, "p95", f.delay[KPI_PDD].p95, f.delay[KPI_PDD].samples);
	l->seg[l->n - 1].joined = true;
	if (f.registers > 0)
		figures_ratio(l, 170, "REG", 100 - f.registration_failure, f.registers);
	figures_ratio(l, 120, "SER", f.ser, f.bids);
	figures_ratio(l, 110, "ISA", f.isa, f.bids);
	if (store_counts(v->store)->copies > 0)
		figures_add(
		    l, 90, ROLE_TEXT_DIM, "relayed", view_number(n, sizeof n, store_counts(v->store)->copies, 9));
	figures_ratio(l, 100, "repeats", f.retransmission, counts.n[KPI_REQUESTS]);
}

static int
figures_width(const struct figures_line *l)
{
	int width = 0;

	for (size_t i = 0; i < l->n; i++)
		if (!l->seg[i].gone)
			width += (int)strlen(l->seg[i].text) + FIGURES_GAP - l->seg[i].joined;
	return width - FIGURES_GAP;
}

static void
figures_fit(struct figures_line *l, int width)
{
	while (figures_width(l) > width) {
		struct figures_seg *least = NULL;

		for (size_t i = 0; i < l->n; i++)
			if (!l->seg[i].gone && (least == NULL || l->seg[i].priority < least->priority))
				least = &l->seg[i];
		if (least == NULL)
			return;
		least->gone = true;
	}
}

void
figures_draw(const struct viewer *v, struct canvas *c, int row)
{
	struct figures_line l = { .n = 0 };
	int col = 1;

	figures_collect(v, &l);
	figures_fit(&l, canvas_cols(c) - 1);
	for (size_t i = 0; i < l.n; i++) {
		if (l.seg[i].gone)
			continue;
		col -= l.seg[i].joined;
		col += canvas_text(c, row, col, canvas_cols(c) - col, l.seg[i].role, slice_str(l.seg[i].text)) +
		    FIGURES_GAP;
	}
}

static void
figures_peer_failures(struct view_peer *row, const struct peer_stat *stat)
{
	row->stat = *stat;
	row->role = row->role != PEER_ROLE_UNKNOWN ? row->role : stat->role;
	row->failures = stat->events;
	for (size_t i = 0; i < PEER_CODES && stat->codes[i].n > 0; i++) {
		unsigned code = stat->codes[i].code;

		if (code == 0)
			row->silence += stat->codes[i].n;
		else if (code >= SIP_CODE_MIN && code <= SIP_CODE_MAX)
			row->by_class[code / 100 - 1] += stat->codes[i].n;
	}
}

static struct view_peer *
figures_peer_find(struct view_peers *p, const char *name)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->row[i].name, name) == 0)
			return &p->row[i];
	return NULL;
}

static struct view_peer *
figures_peer_row(struct view_peers *p, const char *name, uint8_t role)
{
	struct kpi_counts none = { .n = { 0 } };
	struct view_peer *row = &p->row[p->n];

	if (p->n == VIEW_PEERS_MAX)
		return NULL;
	*row = (struct view_peer){ .role = role };
	kpi_figures(&none, &row->figures);
	(void)snprintf(row->name, sizeof row->name, "%s", name);
	p->n++;
	return row;
}

static void
figures_peers_make(const struct viewer *v, struct view_peers *p)
{
	size_t n = store_kpi_peers(v->store, p->window_s, p->kpi, p->room, VIEW_PEERS_MAX);

	p->n = 0;
	for (size_t i = 0; i < n; i++) {
		struct view_peer *row = figures_peer_row(p, p->kpi[i].name, p->kpi[i].role);

		if (row != NULL)
			store_figures(v->store, p->kpi[i].counts, &row->figures);
	}
	n = store_top_peers(v->store, p->failing, VIEW_PEERS_MAX);
	for (size_t i = 0; i < n; i++) {
		const struct peer_stat *stat = &p->failing[i];
		struct view_peer *row = figures_peer_find(p, stat->name);

		if (row == NULL)
			row = figures_peer_row(p, stat->name, stat->role);
		if (row != NULL)
			figures_peer_failures(row, stat);
	}
}

const struct view_peers *
view_peers(struct viewer *v)
{
	struct view_peers *p = &v->peers;

	if (p->made && p->revision == store_revision(v->store) && p->window_s == view_window_s(v))
		return p;
	p->made = true;
	p->revision = store_revision(v->store);
	p->window_s = view_window_s(v);
	figures_peers_make(v, p);
	return p;
}

const struct view_peer *
view_peer_find(struct viewer *v, const char *name)
{
	(void)view_peers(v);
	return figures_peer_find(&v->peers, name);
}
