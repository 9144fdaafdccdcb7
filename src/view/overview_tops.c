/*
 * overview_tops - the blocks beside each other: codes, peers and users that fail over the window; below them on a wide
 * canvas alerts, sources, prefixes and devices.
 * One thing to know: each block leaves the names of its rows in its overview_block, so that keys act on what is drawn.
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "overview.h"
#include "sipwhy/timefmt.h"

enum {
	TOPS_PEERS = 64,
	TOPS_HISTORY = 6,
	TOPS_USERS = 48,
	TOPS_LOWS = 4,
	TOPS_NAME = 15,
	TOPS_OTHERS = 2,
	TOPS_AGENT = 8,
	TOPS_KEPT_S = 3 * 86400
};

void
overview_begin(struct overview_block *b)
{
	b->n = 0;
	b->place = (struct ui_rect){ 0 };
}

void
overview_place(struct overview_block *b, int row, int col, int width)
{
	b->place = (struct ui_rect){ row, col, (int)b->n, width };
}

void
overview_add(struct overview_block *b, const char *fmt, ...)
{
	va_list ap;

	if (b->n == OVERVIEW_ROWS)
		return;
	va_start(ap, fmt);
	if (vsnprintf(b->row[b->n], sizeof b->row[0], fmt, ap) < 0)
		b->row[b->n][0] = '\0';
	va_end(ap);
	b->n++;
}

void
overview_end(struct overview_block *b)
{
	for (size_t i = 0; i < b->n; i++)
		if (strcmp(b->row[i], b->key) == 0) {
			b->at = i;
			return;
		}
	if (b->at >= b->n)
		b->at = b->n > 0 ? b->n - 1 : 0;
	if (b->n > 0)
		memcpy(b->key, b->row[b->at], sizeof b->key);
}

void
overview_cursor(
    const struct overview *o, enum overview_focus f, size_t at, struct canvas *c, int row, int col, int width)
{
	if (o->focus != f || o->block[f].n == 0 || o->block[f].at != at)
		return;
	(void)canvas_text(c, row, col, 1, ROLE_LIST_CURSOR, slice_str(">"));
	canvas_paint(c, row, col, width, ROLE_LIST_CURSOR);
}

/* Codes that failures of the window have, most failures first. */
static size_t
tops_codes(const struct viewer *v, struct store_code codes[OVERVIEW_CODES])
{
	size_t all = store_window_codes(v->store, view_window_s(v), codes, OVERVIEW_CODES), n = 0;

	for (size_t i = 0; i < all; i++)
		if (codes[i].events > 0)
			codes[n++] = codes[i];
	return n;
}

/* "+48", "-3", "new"; blank when the window before is not known, or the same. */
static void
tops_change(const struct viewer *v, uint64_t now, uint64_t before, char *out, size_t cap)
{
	out[0] = '\0';
	if (!store_before_known(v->store, view_window_s(v)) || now == before)
		return;
	if (before == 0)
		(void)snprintf(out, cap, "new");
	else
		(void)snprintf(out, cap, "%+lld", (long long)(now - before));
	if (strlen(out) > 5)
		(void)snprintf(out, cap, now > before ? ">+999" : "<-999");
}

/* Seconds of a column: all of them hold the window, or what is known of it, in whole buckets of the store. */
static unsigned
tops_step_s(const struct viewer *v)
{
	unsigned window_s = view_window_s(v), bucket_s;
	int64_t known_s = overview_known_s(v->store), span_s = window_s;

	if (window_s == 0 || known_s < span_s)
		span_s = known_s < TOPS_KEPT_S ? known_s : TOPS_KEPT_S;
	bucket_s = span_s <= TOPS_HISTORY ? 1 : span_s <= 10800 - 600 ? 10 : 60;
	return (unsigned)((span_s + TOPS_HISTORY * bucket_s - 1) / (TOPS_HISTORY * bucket_s)) * bucket_s;
}

/* The newest column may have just begun, which would look like the end of it: see overview_classes.c. */
static void
tops_code_spark(const struct viewer *v, struct canvas *c, int row, int col, enum ui_role role, unsigned code)
{
	uint64_t history[TOPS_HISTORY + 1];
	unsigned step_s = tops_step_s(v), filled_s = (unsigned)(store_now(v->store) / NS_PER_S % step_s) + 1;
	bool shown = 2 * filled_s >= step_s;

	store_code_history(v->store, code, false, step_s, history, TOPS_HISTORY + 1);
	history[TOPS_HISTORY] = history[TOPS_HISTORY] * step_s / filled_s;
	spark_draw(c, row, col, TOPS_HISTORY, role, history + shown, TOPS_HISTORY);
}

static void
tops_code_draw(
    const struct viewer *v, struct canvas *c, struct overview_place p, const struct store_code *code, uint64_t most)
{
	bool wide = p.width >= 44;
	int end = p.col + p.width - 1, bar = wide ? TOPS_HISTORY : 7, at = p.col + 1,
	    count = end - bar - (wide ? 13 : 6);
	enum ui_role role = view_code_role(code->code), words = view_is_minor(code->code) ? ROLE_TEXT_DIM : ROLE_TEXT;
	char text[32], number[16];
	bool full = strlen(view_number(number, sizeof number, code->events, 5)) == 5;

	at += canvas_text(c, p.row, at, 3, role, slice_str(view_code(text, sizeof text, code->code))) + 1;
	(void)canvas_text(c, p.row, at, count - at - full, words, slice_str(view_code_words(code->code)));
	(void)canvas_printf(c, p.row, count, 5, words, "%5s", number);
	if (!wide) {
		meter_draw(c, p.row, count + 6, end - count - 6, role, code->events, most);
		return;
	}
	tops_code_spark(v, c, p.row, count + 6, role, code->code);
	tops_change(v, code->events, code->before, text, sizeof text);
	(void)canvas_printf(c, p.row, end - 6, 5, ROLE_TEXT_DIM, "%5s", text);
}

static void
tops_codes_draw(const struct viewer *v, struct overview *o, struct canvas *c, struct overview_place p)
{
	struct store_code codes[OVERVIEW_CODES];
	struct overview_block *b = &o->block[FOCUS_CODES];
	size_t n = tops_codes(v, codes);

	overview_begin(b);
	for (size_t i = 0; i < n && (int)i < p.rows; i++) {
		struct overview_place row = { p.row + (int)i, 1, p.col, p.width };

		tops_code_draw(v, c, row, &codes[i], codes[0].events);
		overview_add(b, "%u", codes[i].code);
	}
	overview_end(b);
	overview_place(b, p.row, p.col, p.width);
	overview_cursor(o, FOCUS_CODES, b->at, c, p.row + (int)b->at, p.col, p.width);
	if (n == 0)
		(void)canvas_printf(
		    c, p.row, p.col + 1, p.width - 1, ROLE_TEXT_DIM, "no failure in this window; + makes it longer");
}

/* Which part of its calls was answered: of all (ABR) where some got no response, of which ASR knows nothing. */
static bool
tops_is_abr(const struct kpi_figures *f)
{
	return !isnan(f->abr) && (isnan(f->asr) || f->abr + 0.5 < f->asr);
}

/*
 * "ASR  3.1%   -48": its part of calls that were answered (of registrations accepted when it has no calls), and how
 * many points that is from what is usual; "new" for one that did not fail before.
 */
static void
tops_ratio(struct viewer *v, const struct store_peer *peer, char *ratio, char *change, size_t cap, bool *few)
{
	const struct view_peer *known = view_peer_find(v, peer->name);
	struct kpi_counts counts;
	struct kpi_figures usual;
	char percent[16];
	double now, was = NAN;
	bool calls, abr;

	ratio[0] = change[0] = '\0';
	*few = false;
	if (peer->before == 0 && store_before_known(v->store, view_window_s(v)))
		(void)snprintf(change, cap, "new");
	if (known == NULL || known->figures.bids + known->figures.registers <= 0)
		return;
	calls = known->figures.bids > 0;
	abr = tops_is_abr(&known->figures);
	now = !calls ? 100 - known->figures.registration_failure : abr ? known->figures.abr : known->figures.asr;
	*few = (calls ? known->figures.bids : known->figures.registers) < KPI_SAMPLE_MIN;
	/* All of them is a figure shorter, and no less exact. */
	(void)snprintf(ratio, cap, "%s %5s", !calls ? "REG" : abr ? "ABR" : "ASR",
	    now >= 100 ? "100%" : view_percent(percent, sizeof percent, now));
	if (change[0] != '\0' || !store_kpi_peer_usual(v->store, peer->name, view_window_s(v), &counts))
		return;
	kpi_figures(&counts, &usual);
	was = !calls ? 100 - usual.registration_failure : abr ? usual.abr : usual.asr;
	if (!isnan(was) && !isnan(now) && !*few)
		(void)snprintf(change, cap, fabs(now - was) < 0.5 ? "0" : "%+.0f", now - was);
}

static void
tops_peer_draw(struct viewer *v, struct canvas *c, struct overview_place p, const struct store_peer *peer)
{
	char ratio[24], change[24], code[8], n[16];
	int end = p.col + p.width - (p.width >= 45), name = p.width >= 45 ? TOPS_NAME + 3 : TOPS_NAME;
	bool few, minor = view_is_minor(peer->code);

	tops_ratio(v, peer, ratio, change, sizeof ratio, &few);
	view_name(c, p.row, p.col + 1, name, ROLE_TEXT, slice_str(peer->name));
	(void)canvas_printf(c, p.row, p.col + name + 2, 9, minor ? ROLE_TEXT_DIM : view_code_role(peer->code), "%s x%s",
	    view_code(code, sizeof code, peer->code), view_number(n, sizeof n, peer->code_events, 4));
	(void)canvas_printf(c, p.row, p.col + name + 12, 9, few ? ROLE_TEXT_DIM : ROLE_TEXT, "%s", ratio);
	(void)canvas_printf(c, p.row, end - 4, 4, change[0] == '-' ? ROLE_DELTA_WORSE : ROLE_TEXT_DIM, "%4s", change);
}

static void
tops_peers_draw(struct viewer *v, struct overview *o, struct canvas *c, struct overview_place p)
{
	struct store_peer top[TOPS_PEERS];
	struct overview_block *b = &o->block[FOCUS_PEERS];
	size_t n = store_window_peers(v->store, view_window_s(v), top, TOPS_PEERS);

	overview_begin(b);
	for (size_t i = 0; i < n && (int)i < p.rows; i++) {
		tops_peer_draw(v, c, (struct overview_place){ p.row + (int)i, 1, p.col, p.width }, &top[i]);
		overview_add(b, "%s", top[i].name);
	}
	overview_end(b);
	overview_place(b, p.row, p.col, p.width);
	overview_cursor(o, FOCUS_PEERS, b->at, c, p.row + (int)b->at, p.col, p.width);
	if (n == 0)
		(void)canvas_text(c, p.row, p.col + 1, p.width - 1, ROLE_TEXT_DIM,
		    slice_str(store_window(v->store, STORE_CLASS_EVENTS, view_window_s(v)) > 0
			    ? "the peers are not known"
			    : "no peer refused anything"));
}

/* "1031  401 x96 of 98  10.20.4.41": the order is that of all failures, so those are told where they are more. */
static void
tops_user_draw(struct canvas *c, struct overview_place p, const struct store_facet_row *top)
{
	int at = p.col + 1, end = p.col + p.width, agent = at + 46;
	char code[8], number[16];

	view_name(c, p.row, at, 13, ROLE_TEXT, slice_str(top->value));
	at += 14;
	at += canvas_printf(c, p.row, at, 8, view_code_role(top->code), "%s x%s",
	    view_code(code, sizeof code, top->code), view_number(number, sizeof number, top->code_count, 4));
	if (top->count > top->code_count)
		(void)canvas_printf(c, p.row, at + 1, p.col + 30 - at - 1, ROLE_TEXT_DIM, "of %s",
		    view_number(number, sizeof number, top->count, 4));
	view_name(c, p.row, p.col + 31, end - p.col - 31 < 15 ? end - p.col - 31 : 15, ROLE_TEXT_DIM,
	    slice_str(top->peer));
	if (end - agent >= TOPS_AGENT)
		(void)canvas_text(c, p.row, agent + 1, end - agent - 1, ROLE_TEXT_DIM, slice_str(top->agent));
}

static void
tops_users_draw(const struct viewer *v, struct overview *o, struct canvas *c, struct overview_place p)
{
	struct store_facet_row top[TOPS_USERS];
	struct overview_block *b = &o->block[FOCUS_USERS];
	size_t n = store_top_values(v->store, STORE_FACET_USER, view_window_s(v), top, TOPS_USERS);

	overview_begin(b);
	for (size_t i = 0; i < n && (int)i < p.rows; i++) {
		tops_user_draw(c, (struct overview_place){ p.row + (int)i, 1, p.col, p.width }, &top[i]);
		overview_add(b, "%s", top[i].value);
	}
	overview_end(b);
	overview_place(b, p.row, p.col, p.width);
	overview_cursor(o, FOCUS_USERS, b->at, c, p.row + (int)b->at, p.col, p.width);
	if (n == 0)
		(void)canvas_text(c, p.row, p.col + 1, p.width - 1, ROLE_TEXT_DIM, slice_str("none"));
}

/* Where the blocks of a canvas begin. */
static int
tops_places(const struct canvas *c, int row, int rows, struct overview_place out[3])
{
	int cols = canvas_cols(c), n = cols >= OVERVIEW_WIDE_COLS ? 3 : 2, second = n == 3 ? cols / 3 : cols / 2 - 1;
	int third = 2 * cols / 3 + 1;

	out[0] = (struct overview_place){ row, rows, 0, second };
	out[1] = (struct overview_place){ row, rows, second + 1, (n == 3 ? third : cols) - second - 1 };
	out[2] = (struct overview_place){ row, rows, third + 1, cols - third - 1 };
	return n;
}

static void
tops_frame_draw(struct canvas *c, const struct overview_place *p, uint32_t joint, const char *title)
{
	(void)view_frame(c, p->row - 1, p->col, p->width, title);
	if (p->col == 0)
		return;
	canvas_fill(c, p->row - 1, p->col - 1, 1, ROLE_FRAME, joint);
	for (int i = 0; i < p->rows; i++)
		canvas_fill(c, p->row + i, p->col - 1, 1, ROLE_FRAME, 0x2502);
}

int
overview_top_rows(const struct viewer *v, bool wide)
{
	struct store_code codes[OVERVIEW_CODES];
	struct store_peer peers[TOPS_PEERS];
	struct store_facet_row users[TOPS_USERS];
	size_t n = tops_codes(v, codes), n_peers = store_window_peers(v->store, view_window_s(v), peers, TOPS_PEERS);
	size_t n_users = wide ? store_top_values(v->store, STORE_FACET_USER, view_window_s(v), users, TOPS_USERS) : 0;

	n = n > n_peers ? n : n_peers;
	return (int)(n > n_users ? n : n_users);
}

void
overview_tops_draw(struct viewer *v, struct overview *o, struct canvas *c, int row, int rows)
{
	struct overview_place p[3];
	int n = tops_places(c, row + 1, rows, p);
	char title[3][48];

	(void)snprintf(title[0], sizeof title[0], "Top codes  %s", view_window_name(v));
	(void)snprintf(title[1], sizeof title[1], "Top failing peers  %s", view_window_name(v));
	(void)snprintf(title[2], sizeof title[2], "Top failing users  %s", view_window_name(v));
	for (int i = 0; i < n; i++)
		tops_frame_draw(c, &p[i], 0x252c, title[i]);
	tops_codes_draw(v, o, c, p[0]);
	tops_peers_draw(v, o, c, p[1]);
	overview_begin(&o->block[FOCUS_USERS]);
	if (n == 3)
		tops_users_draw(v, o, c, p[2]);
}

static void
lows_alerts_draw(const struct viewer *v, struct overview *o, struct canvas *c, struct overview_place p)
{
	struct overview_block *b = &o->block[FOCUS_ALERTS];
	size_t n = incidents_count(v->store);

	overview_begin(b);
	for (size_t i = 0; i < n && (int)i < p.rows; i++) {
		const struct incident *at = incidents_at(v->store, i);

		incidents_block_draw(v->store, at, c, p.row + (int)i, p.col + 1, p.width - 1);
		overview_add(b, "%llu", (unsigned long long)at->id);
	}
	overview_end(b);
	overview_place(b, p.row, p.col, p.width);
	overview_cursor(o, FOCUS_ALERTS, b->at, c, p.row + (int)b->at, p.col, p.width);
	if (n == 0)
		(void)canvas_text(c, p.row, p.col + 1, p.width - 1, ROLE_TEXT_DIM, slice_str("none"));
}

static void
lows_sources_draw(const struct store *s, struct canvas *c, struct overview_place p)
{
	char name[64], rate[24], text[96], number[24];

	for (size_t i = 0; i < store_source_count(s) && (int)i < p.rows; i++) {
		const struct store_source *src = store_source_at(s, i);
		uint64_t lost = store_source_lost(&src->stat);
		double per_s = store_source_rate(s, i);
		int at = p.col + 2, end = p.col + p.width;

		at += canvas_text(c, p.row + (int)i, at, 13, ROLE_TEXT,
			  slice_str(view_source_name(&src->stat, name, sizeof name))) +
		    1;
		if (per_s < 0)
			(void)snprintf(text, sizeof text, "%s  %s %s", view_source_word(s, src),
			    view_number(number, sizeof number, src->stat.frames, 7), view_source_unit(&src->stat));
		else
			(void)snprintf(text, sizeof text, "%s  %s %s/s", view_source_word(s, src),
			    view_rate(rate, sizeof rate, per_s), view_source_unit(&src->stat));
		at += canvas_text(c, p.row + (int)i, at, end - at, ROLE_TEXT_DIM, slice_str(text)) + 2;
		(void)canvas_printf(c, p.row + (int)i, at, end - at, lost > 0 ? ROLE_STATUS_LOSS : ROLE_TEXT_DIM,
		    "%s %s", lost > 0 ? "LOST" : "lost", view_number(number, sizeof number, lost, 6));
	}
}

static int
lows_values_draw(const struct viewer *v, struct canvas *c, struct overview_place p, enum store_facet facet, int most)
{
	struct store_facet_row top[TOPS_LOWS];
	size_t n = store_top_values(v->store, facet, view_window_s(v), top, TOPS_LOWS);
	char code[8], number[16];
	int i = 0;

	for (; i < (int)n && i < most && i < p.rows; i++) {
		view_name(c, p.row + i, p.col + 1, 16, ROLE_TEXT, slice_str(top[i].value));
		(void)canvas_printf(c, p.row + i, p.col + 18, 9, view_code_role(top[i].code), "%s x%s",
		    view_code(code, sizeof code, top[i].code),
		    view_number(number, sizeof number, top[i].code_count, 4));
		(void)canvas_printf(c, p.row + i, p.col + 28, p.width - 28, ROLE_TEXT_DIM, "of %s failure%s",
		    view_number(number, sizeof number, top[i].count, 6), top[i].count == 1 ? "" : "s");
	}
	return i;
}

int
overview_low_rows(const struct viewer *v)
{
	size_t n = incidents_count(v->store), sources = store_source_count(v->store);

	n = n > sources ? n : sources;
	return n > TOPS_LOWS ? TOPS_LOWS : n < TOPS_OTHERS ? TOPS_OTHERS : (int)n;
}

void
overview_lows_draw(struct viewer *v, struct overview *o, struct canvas *c, int row, int rows)
{
	static const char *const titles[] = { "Alerts", "Sources", "Prefixes, devices" };
	struct overview_place p[3];
	int n = tops_places(c, row + 1, rows, p), used;

	for (int i = 0; i < n; i++)
		tops_frame_draw(c, &p[i], 0x253c, titles[i]);
	lows_alerts_draw(v, o, c, p[0]);
	lows_sources_draw(v->store, c, p[1]);
	used = lows_values_draw(v, c, p[2], STORE_FACET_PREFIX, (rows + 1) / 2);
	p[2].row += used;
	p[2].rows -= used;
	used += lows_values_draw(v, c, p[2], STORE_FACET_AGENT, rows);
	if (used == 0)
		(void)canvas_text(c, p[2].row, p[2].col + 1, p[2].width - 1, ROLE_TEXT_DIM, slice_str("none"));
}
