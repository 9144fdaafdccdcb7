/*
 * peers - the other sides: who they are, how their calls and registrations go over the window, and how they fail.
 * One thing to know: ratios and delays are over the window, failures by class are since the start, as the top lists
 * are; the header of the table says which is which.
 */
#include <stdio.h>
#include <string.h>

#include "view_int.h"

enum { PEERS_TAIL = 6 };

/* name "": the first row. */
struct peers {
	struct list list;
	char name[ENDPOINT_TEXT];
	struct view_visit visit;
};

enum peers_column {
	PEERS_PEER,
	PEERS_ROLE,
	PEERS_CALLS,
	PEERS_ASR,
	PEERS_NER,
	PEERS_SEER,
	PEERS_PDD,
	PEERS_PDD95,
	PEERS_REG,
	PEERS_4XX,
	PEERS_5XX,
	PEERS_6XX,
	PEERS_SILENT,
	PEERS_COLUMNS
};

static const struct view_column peers_columns[PEERS_COLUMNS] = {
	[PEERS_PEER] = { "PEER", 15, 40, 0, false },
	[PEERS_ROLE] = { "ROLE", 6, 6, 80, false },
	[PEERS_CALLS] = { "calls", 5, 7, 0, true },
	[PEERS_ASR] = { "ASR", 6, 6, 0, true },
	[PEERS_NER] = { "NER", 6, 6, 56, true },
	[PEERS_SEER] = { "SEER", 6, 6, 64, true },
	[PEERS_PDD] = { "PDD", 5, 5, 72, true },
	[PEERS_PDD95] = { "p95", 5, 5, 100, true },
	[PEERS_REG] = { "REG", 6, 6, 80, true },
	[PEERS_4XX] = { "4xx", 5, 6, 0, true },
	[PEERS_5XX] = { "5xx", 5, 6, 48, true },
	[PEERS_6XX] = { "6xx", 5, 6, 110, true },
	[PEERS_SILENT] = { "---", 4, 6, 80, true },
};

static const struct view_key peers_keys[] = {
	VIEW_LIST_KEYS,
	{ ACTION_HOME, { UI_KEY_HOME, 'g' }, "Home g", "first row, and stay", NULL, NULL, 0 },
	{ ACTION_END, { UI_KEY_END, 'G' }, "End G", "last row", NULL, NULL, 0 },
	{ ACTION_OPEN, { UI_KEY_ENTER, '\n' }, "Enter", "explain its newest", "Enter", "Explain", 200 },
	VIEW_WINDOW_KEYS(190),
	{ ACTION_BACK, { UI_KEY_ESC, 'q', UI_KEY_BACKSPACE }, "Esc q", "back", "Esc", "Back", 255 },
};

static void
peers_ratio_draw(
    const struct view_table *t, struct canvas *c, int row, enum peers_column column, double percent, int64_t sample)
{
	char text[16];

	view_table_cell(t, c, row, column, sample < KPI_SAMPLE_MIN ? ROLE_TEXT_DIM : ROLE_TEXT,
	    slice_str(view_percent(text, sizeof text, percent)));
}

static void
peers_delay_draw(
    const struct view_table *t, struct canvas *c, int row, enum peers_column column, double ms, int64_t sample)
{
	char text[16];

	view_table_cell(t, c, row, column, sample < KPI_SAMPLE_MIN ? ROLE_TEXT_DIM : ROLE_TEXT,
	    slice_str(view_ms(text, sizeof text, ms)));
}

static void
peers_count_draw(
    const struct view_table *t, struct canvas *c, int row, enum peers_column column, uint64_t n, enum ui_role role)
{
	char text[32];

	view_table_cell(t, c, row, column, n > 0 ? role : ROLE_TEXT_DIM,
	    slice_str(view_number(text, sizeof text, n, (size_t)(t->width[column] > 0 ? t->width[column] : 5))));
}

static void
peers_row_draw(const struct view_table *t, const struct view_peer *p, struct canvas *c, int row)
{
	const struct kpi_figures *f = &p->figures;
	uint64_t calls = f->bids > 0 ? (uint64_t)f->bids : 0;

	view_name(c, row, t->at[PEERS_PEER], t->width[PEERS_PEER], ROLE_TEXT, slice_str(p->name));
	view_table_cell(t, c, row, PEERS_ROLE, ROLE_TEXT_DIM, slice_str(peer_role_name(p->role)));
	peers_count_draw(t, c, row, PEERS_CALLS, calls, ROLE_TEXT);
	peers_ratio_draw(t, c, row, PEERS_ASR, f->asr, f->bids);
	peers_ratio_draw(t, c, row, PEERS_NER, f->ner, f->bids);
	peers_ratio_draw(t, c, row, PEERS_SEER, f->seer, f->bids);
	peers_delay_draw(t, c, row, PEERS_PDD, f->delay[KPI_PDD].p50, f->delay[KPI_PDD].samples);
	peers_delay_draw(t, c, row, PEERS_PDD95, f->delay[KPI_PDD].p95, f->delay[KPI_PDD].samples);
	peers_ratio_draw(t, c, row, PEERS_REG, 100 - f->registration_failure, f->registers);
	peers_count_draw(t, c, row, PEERS_4XX, p->by_class[3], ROLE_CLASS_4XX);
	peers_count_draw(t, c, row, PEERS_5XX, p->by_class[4], ROLE_CLASS_5XX);
	peers_count_draw(t, c, row, PEERS_6XX, p->by_class[5], ROLE_CLASS_6XX);
	peers_count_draw(t, c, row, PEERS_SILENT, p->silence, ROLE_CLASS_SILENCE);
}

/* "503 x371, 502 x2, no response x24", since the start. */
static void
peers_codes(const struct view_peer *p, char *out, size_t cap)
{
	size_t at = (size_t)snprintf(out, cap, "%s", p->failures == 0 ? "none" : "");
	char code[8], n[32];

	for (size_t i = 0; i < PEER_CODES && p->stat.codes[i].n > 0 && at < cap; i++)
		at += (size_t)snprintf(out + at, cap - at, "%s%s x%s", i > 0 ? ", " : "",
		    p->stat.codes[i].code == 0 ? "no response" : view_code(code, sizeof code, p->stat.codes[i].code),
		    view_number(n, sizeof n, p->stat.codes[i].n, 9));
	if (p->stat.other > 0 && at < cap)
		(void)snprintf(out + at, cap - at, ", others x%s", view_number(n, sizeof n, p->stat.other, 9));
}

static void
peers_tail_draw(const struct view_peer *p, const char *window, struct canvas *c, const struct view_rows *y)
{
	const struct kpi_figures *f = &p->figures;
	char title[160], text[320], a[16], b[16], d[16], e[16], n[32];
	struct page page;

	(void)snprintf(title, sizeof title, "%s%s%s", p->name, p->role != PEER_ROLE_UNKNOWN ? ", " : "",
	    p->role != PEER_ROLE_UNKNOWN ? peer_role_name(p->role) : "");
	page_begin(&page, c, y->tail, y->tail_height, 0);
	page_frame(&page, title);
	peers_codes(p, text, sizeof text);
	page_labelf(&page, "Failures", ROLE_TEXT, "%s (since the start)", text);
	page_labelf(&page, "Calls", ROLE_TEXT, "%s (%s): SER %s  ISA %s  ABR %s  SRD p95 %s",
	    view_number(n, sizeof n, f->bids > 0 ? (uint64_t)f->bids : 0, 11), window,
	    view_percent(a, sizeof a, f->ser), view_percent(b, sizeof b, f->isa), view_percent(d, sizeof d, f->abr),
	    view_ms(e, sizeof e, f->delay[KPI_SRD].p95));
	page_labelf(&page, "Registrations", ROLE_TEXT, "%s (%s): %s failed, RRD p50 %s p95 %s",
	    view_number(n, sizeof n, f->registers > 0 ? (uint64_t)f->registers : 0, 11), window,
	    view_percent(a, sizeof a, f->registration_failure), view_ms(b, sizeof b, f->delay[KPI_RRD].p50),
	    view_ms(d, sizeof d, f->delay[KPI_RRD].p95));
	page_labelf(&page, "Repeats", ROLE_TEXT_DIM, "%s of its requests were sent again (%s)",
	    view_percent(a, sizeof a, f->retransmission), window);
}

static void
peers_sync(const struct view_peers *all, struct peers *p, int height)
{
	if (p->name[0] == '\0')
		p->list.cursor = 0;
	for (size_t i = 0; p->name[0] != '\0' && i < all->n; i++)
		if (strcmp(all->row[i].name, p->name) == 0)
			p->list.cursor = i;
	list_set(&p->list, all->n, (size_t)(height > 0 ? height : 0));
}

static void
peers_draw(struct viewer *v, void *state, struct canvas *c)
{
	struct peers *p = state;
	const struct view_peers *all = view_peers(v);
	struct view_rows y = view_rows(v, c, PEERS_TAIL);
	struct view_table t;
	char title[96];

	view_visit_end(v, &p->visit);
	peers_sync(all, p, y.height);
	(void)snprintf(
	    title, sizeof title, "Peers %zu  ratios and delays: %s  failures: all", all->n, view_window_name(v));
	view_rows_draw(v, &y, &p->list, c, title);
	view_table_begin(&t, c, peers_columns, PEERS_COLUMNS);
	view_table_header(&t, c, y.header);
	if (all->n == 0)
		(void)canvas_text(c, y.first + (y.height > 2), 2, canvas_cols(c) - 2, ROLE_TEXT_DIM,
		    slice_str("No peer has been heard of yet."));
	for (size_t at = p->list.top; at < all->n && at - p->list.top < p->list.height; at++) {
		int row = y.first + (int)(at - p->list.top);

		peers_row_draw(&t, &all->row[at], c, row);
		if (at == p->list.cursor)
			view_table_cursor(c, row);
	}
	if (y.tail >= 0 && all->n > 0)
		peers_tail_draw(&all->row[p->list.cursor], view_window_name(v), c, &y);
}

/* The peer's newest failure that is kept; one that was recovered only when there is no other. */
static uint64_t
peers_newest(const struct store *s, const char *name)
{
	uint64_t recovered = 0;

	for (size_t at = store_event_count(s); at > 0; at--) {
		const struct event *e = store_event_at(s, at - 1);

		if (e == NULL || !slice_eq(e->peer, slice_str(name)))
			continue;
		if (!e->recovered)
			return e->id;
		recovered = recovered != 0 ? recovered : e->id;
	}
	return recovered;
}

static void
peers_open_event(struct viewer *v, struct peers *p, const struct view_peers *all)
{
	uint64_t id = p->list.cursor < all->n ? peers_newest(v->store, all->row[p->list.cursor].name) : 0;

	if (id == 0)
		viewer_say(v, "no failure of this peer is kept");
	else
		view_visit_open(v, &p->visit, id);
}

static enum command
peers_key(struct viewer *v, void *state, enum view_action action)
{
	struct peers *p = state;
	const struct view_peers *all = view_peers(v);

	if (view_window_key(v, action))
		return COMMAND_NONE;
	if (view_list_move(&p->list, action)) {
		bool home = action == ACTION_HOME || p->list.cursor >= all->n;

		(void)snprintf(p->name, sizeof p->name, "%s", home ? "" : all->row[p->list.cursor].name);
		return COMMAND_NONE;
	}
	if (action == ACTION_OPEN)
		peers_open_event(v, p, all);
	else if (action == ACTION_BACK)
		viewer_pop(v);
	return COMMAND_NONE;
}

static void
peers_open(struct viewer *v, void *state)
{
	peers_sync(view_peers(v), state, 1);
}

static void
peers_close(struct viewer *v, void *state)
{
	struct peers *p = state;

	view_visit_end(v, &p->visit);
}

const struct view_ops view_peers_list = {
	.name = "peers",
	.title = "Peers",
	.keys = peers_keys,
	.n_keys = sizeof peers_keys / sizeof peers_keys[0],
	.state_size = sizeof(struct peers),
	.open = peers_open,
	.draw = peers_draw,
	.key = peers_key,
	.close = peers_close,
};
