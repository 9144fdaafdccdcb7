/*
 * chrome - the first line, the key bar and frames that all screens share; see view_int.h.
 * One thing to know: both bars are lists of segments with priorities; what does not fit goes whole, the least
 * wanted first.
 */
#include <stdio.h>
#include <string.h>

#include "sipwhy/text.h"
#include "sipwhy/timefmt.h"
#include "view_int.h"

enum { CHROME_KEYS = 32, CHROME_SEGS = 12, CHROME_GAP = 2, CHROME_METER = 10 };
enum { CHROME_LENS_COLS = 80, CHROME_LENS_ROWS = 16, CHROME_UP_COLS = 120 };
enum { CHROME_SOURCES = 1, CHROME_LAG_MS = 1000, CHROME_RESTART_SHOWN_S = 60 };

/* A piece of the first line.  meter: columns of a progress bar after the text. */
struct chrome_seg {
	char text[128];
	enum ui_role role;
	int cols, meter;
	uint8_t priority;
	bool right, gone, joined; /* joined: one column from what stands before it, not two */
};

struct chrome_line {
	struct chrome_seg seg[CHROME_SEGS];
	size_t n;
	bool ascii;
};

static void
chrome_add(struct chrome_line *l, uint8_t priority, bool right, enum ui_role role, size_t max_cols, const char *text)
{
	struct chrome_seg *s;
	size_t cols;

	if (l->n == CHROME_SEGS || text[0] == '\0')
		return;
	s = &l->seg[l->n++];
	*s = (struct chrome_seg){ .role = role, .priority = priority, .right = right };
	(void)text_clean(s->text, sizeof s->text, slice_str(text), max_cols, l->ascii, &cols);
	s->cols = (int)cols;
}

static int
chrome_width(const struct chrome_line *l)
{
	int width = 1;

	for (size_t i = 0; i < l->n; i++)
		if (!l->seg[i].gone)
			width += l->seg[i].cols + l->seg[i].meter + CHROME_GAP - l->seg[i].joined;
	return width - 1;
}

static void
chrome_fit(struct chrome_line *l, int width)
{
	while (chrome_width(l) > width) {
		struct chrome_seg *least = NULL;

		for (size_t i = 0; i < l->n; i++)
			if (!l->seg[i].gone && (least == NULL || l->seg[i].priority < least->priority))
				least = &l->seg[i];
		if (least == NULL || least->priority == UINT8_MAX)
			return;
		least->gone = true;
	}
}

/* What was cut takes the cells that nothing else wants. */
static void
chrome_widen(struct chrome_line *l, size_t which, const char *text, int width)
{
	struct chrome_seg *s = which < l->n ? &l->seg[which] : NULL;
	int spare = width - chrome_width(l);
	size_t cols;

	if (s == NULL || s->gone || spare <= 0)
		return;
	(void)text_clean(s->text, sizeof s->text, slice_str(text), (size_t)(s->cols + spare), l->ascii, &cols);
	s->cols = (int)cols;
}

static void
chrome_sources(const struct store *s, char *out, size_t cap)
{
	size_t n = store_source_count(s), at = 0;
	char name[SOURCE_NAME + 8];

	out[0] = '\0';
	for (size_t i = 0; i < n && at < cap; i++) {
		const struct source_stat *src = &store_source_at(s, i)->stat;

		at += (size_t)snprintf(out + at, cap - at, "%s%s%s", i > 0 ? "+" : "",
		    view_source_name(src, name, sizeof name), strcmp(src->state, "failed") == 0 ? " DOWN" : "");
	}
}

static bool
chrome_all_down(const struct store *s)
{
	size_t n = store_source_count(s), down = 0;

	for (size_t i = 0; i < n; i++)
		down += strcmp(store_source_at(s, i)->stat.state, "failed") == 0;
	return n > 0 && down == n;
}

static void
chrome_state(struct chrome_line *l, const struct viewer *v, const struct store_status *st)
{
	const struct store *s = v->store;
	char past[64], clock[16];

	if (store_looking(s) != 0) {
		(void)snprintf(past, sizeof past, "PAST %s", lens_time(v, clock, sizeof clock, store_looking(s)));
		chrome_add(l, 240, false, ROLE_STATUS_PAUSED, 16, past);
		chrome_add(l, 200, false, ROLE_STATUS_PAUSED, 24, "] on  G live");
		return;
	}
	if (store_source_count(s) == 0 && st->engine_alive)
		chrome_add(l, 240, false, ROLE_STATUS_FOLLOW, 16, st->ended ? "ENDED" : "STARTING");
	else if (!st->engine_alive && !st->ended)
		chrome_add(l, 240, false, ROLE_STATUS_LOSS, 16, "ENGINE DOWN");
	else if (st->ended)
		chrome_add(l, 240, false, ROLE_STATUS_FOLLOW, 16, "ENDED");
	else if (chrome_all_down(s))
		chrome_add(l, 240, false, ROLE_STATUS_LOSS, 16, "NO SOURCE");
	else
		chrome_add(l, 240, false, ROLE_STATUS_LIVE, 16, st->live ? "LIVE" : "FILE");
}

/* "PAUSED 00:48 +121 new": for how long where that is known, and how many wait. */
static void
chrome_pause(const struct store *s, char *out, size_t cap)
{
	int64_t paused_s = store_frozen_ns(s) / NS_PER_S;
	char since[16] = "", n[32], waiting[48] = "";

	if (paused_s >= 3600)
		(void)view_span(since, sizeof since, paused_s * NS_PER_S);
	else if (paused_s > 0)
		(void)snprintf(since, sizeof since, "%02d:%02d", (int)(paused_s / 60), (int)(paused_s % 60));
	if (store_waiting(s) > 0)
		(void)snprintf(waiting, sizeof waiting, " +%s new", view_number(n, sizeof n, store_waiting(s), 7));
	(void)snprintf(out, cap, "PAUSED%s%s%s", since[0] != '\0' ? " " : "", since, waiting);
}

static void
chrome_follow(struct chrome_line *l, const struct store *s, struct view_follow f, bool ended)
{
	char n[32], text[80];

	if (store_frozen(s)) {
		chrome_pause(s, text, sizeof text);
		chrome_add(l, 230, false, ROLE_STATUS_PAUSED, 32, text);
		return;
	}
	/* Nothing comes any more that could be followed. */
	if (!f.shown || store_looking(s) != 0 || (ended && f.fresh == 0))
		return;
	if (f.follow)
		chrome_add(l, 200, false, ROLE_STATUS_FOLLOW, 24, "follow");
	else if (f.fresh == 0)
		chrome_add(l, 200, false, ROLE_STATUS, 24, "follow off");
	else {
		(void)snprintf(text, sizeof text, "follow off +%s new", view_number(n, sizeof n, f.fresh, 7));
		chrome_add(l, 200, false, ROLE_STATUS_PAUSED, 24, text);
	}
}

static void
chrome_progress(struct chrome_line *l, const struct store_status *st)
{
	char text[16];
	double share;

	if (st->total == 0 || st->ended || st->live || st->done >= st->total)
		return;
	share = 100.0 * (double)st->done / (double)st->total;
	(void)snprintf(text, sizeof text, "%d%% ", (int)share);
	chrome_add(l, 220, true, ROLE_STATUS, 8, text);
	l->seg[l->n - 1].meter = CHROME_METER;
}

/* What came to all sources, with what was lost before it could be counted among them. */
static uint64_t
chrome_came(const struct store *s)
{
	uint64_t came = 0;

	for (size_t i = 0; i < store_source_count(s); i++) {
		const struct source_stat *stat = &store_source_at(s, i)->stat;

		came += stat->frames + stat->kernel_drops + stat->if_drops;
	}
	return came;
}

/* Where nothing could come nothing is known of a loss. */
static void
chrome_loss(struct chrome_line *l, const struct store *s, const struct store_status *st, bool brief)
{
	uint64_t lost = st->lost + st->record_drops, came = chrome_came(s);
	char n[32], share[16], text[64];

	if (lost == 0 && came == 0 && (store_source_count(s) == 0 || chrome_all_down(s)))
		return;
	(void)snprintf(text, sizeof text, "%s %s", lost > 0 ? "LOSS" : "loss", view_number(n, sizeof n, lost, 9));
	chrome_add(l, 225, true, lost > 0 ? ROLE_STATUS_LOSS : ROLE_STATUS, 24, text);
	if (lost == 0 || lost > came || brief)
		return;
	/* Gives way before the host does. */
	(void)snprintf(text, sizeof text, "(%s)", view_share(share, sizeof share, lost, came));
	chrome_add(l, 95, true, ROLE_STATUS_LOSS, 12, text);
	l->seg[l->n - 1].joined = true;
}

/* Strangers at a receiver's door; no loss, but one of them may be a PBX that nobody allowed. */
static void
chrome_refused(struct chrome_line *l, const struct store *s)
{
	uint64_t refused = 0;
	char n[32], text[48];

	for (size_t i = 0; i < store_source_count(s); i++)
		refused += store_source_at(s, i)->stat.refused;
	if (refused == 0)
		return;
	(void)snprintf(text, sizeof text, "refused %s", view_number(n, sizeof n, refused, 5));
	chrome_add(l, 105, true, ROLE_STATUS, 16, text);
}

/* Followed files that are not there: a slip in a path, or a log that was not written again. */
static void
chrome_waiting(struct chrome_line *l, const struct store *s)
{
	size_t waiting = 0;
	char text[48];

	for (size_t i = 0; i < store_source_count(s); i++)
		waiting += view_source_waits(store_source_at(s, i));
	if (waiting == 0)
		return;
	(void)snprintf(text, sizeof text, "waiting %zu", waiting);
	chrome_add(l, 130, true, ROLE_STATUS_PAUSED, 16, text);
}

/* What goes on by weight, where no second line tells it. */
static void
chrome_alerts(struct chrome_line *l, const struct store *s)
{
	size_t n[INCIDENT_LEVEL_N];
	char levels[32], text[48];

	(void)store_incident_levels(s, n);
	if (strcmp(view_levels(s, levels, sizeof levels), "0") == 0)
		return;
	(void)snprintf(text, sizeof text, "ALERTS %s", levels);
	chrome_add(
	    l, 205, true, n[INCIDENT_CRITICAL] + n[INCIDENT_ERROR] > 0 ? ROLE_STATUS_LOSS : ROLE_STATUS, 24, text);
}

static void
chrome_lag(struct chrome_line *l, const struct store_status *st)
{
	char text[32];

	if (st->lag_ms < CHROME_LAG_MS || !st->live)
		return;
	(void)snprintf(text, sizeof text, "lag %.1fs", st->lag_ms / 1000.0);
	chrome_add(l, 150, true, ROLE_STATUS_PAUSED, 16, text);
}

static int
chrome_draw_seg(struct canvas *c, int row, int col, const struct chrome_seg *s, const struct store_status *st)
{
	int used = canvas_text(c, row, col, s->cols, s->role, slice_str(s->text));

	if (s->meter > 0) {
		canvas_fill(c, row, col + used, s->meter, ROLE_STATUS, canvas_ascii(c) ? '.' : 0xb7);
		meter_draw(c, row, col + used, (int)((double)st->done / (double)st->total * s->meter + 0.999),
		    ROLE_STATUS_LIVE, 1, 1);
	}
	return col + s->cols + s->meter + CHROME_GAP;
}

static void
chrome_draw(struct chrome_line *l, struct canvas *c, int row, const struct store_status *st)
{
	int left = 1, right = canvas_cols(c) + 1;

	chrome_fit(l, canvas_cols(c));
	canvas_fill(c, row, 0, canvas_cols(c), ROLE_STATUS, ' ');
	for (size_t i = 0; i < l->n; i++)
		if (!l->seg[i].gone && l->seg[i].right)
			right -= l->seg[i].cols + l->seg[i].meter + CHROME_GAP - l->seg[i].joined;
	for (size_t i = 0; i < l->n; i++) {
		if (l->seg[i].gone)
			continue;
		if (l->seg[i].right)
			right = chrome_draw_seg(c, row, right - l->seg[i].joined, &l->seg[i], st);
		else
			left = chrome_draw_seg(c, row, left, &l->seg[i], st);
	}
}

static const char *
chrome_clock(const struct viewer *v, bool brief, char *out, size_t cap)
{
	(void)lens_time(v, out, cap, store_now(v->store));
	if (brief && strlen(out) > 5)
		out[5] = '\0';
	return out;
}

/* "41/128M" */
static void
chrome_memory(const struct store *s, char *out, size_t cap)
{
	size_t used, max;

	store_memory(s, &used, &max);
	(void)snprintf(out, cap, "%zu/%zuM", used >> 20, max >> 20);
}

/* For how long it runs, and what it told and keeps. */
static void
chrome_wide(struct chrome_line *l, const struct store *s, const struct store_status *st)
{
	char text[96], up[32], n[32], kept[32];
	int64_t age_s = (store_now(s) - st->start_ns) / NS_PER_S;

	if (st->live && st->start_ns > 0 && age_s >= 60) {
		if (age_s >= 86400)
			(void)snprintf(
			    up, sizeof up, "%lldd%02lldh", (long long)(age_s / 86400), (long long)(age_s / 3600 % 24));
		else
			(void)snprintf(
			    up, sizeof up, "%lldh%02lldm", (long long)(age_s / 3600), (long long)(age_s / 60 % 60));
		(void)snprintf(text, sizeof text, "up %s", up);
		chrome_add(l, 60, true, ROLE_STATUS, 16, text);
	}
	(void)snprintf(text, sizeof text, "events %s (kept %s)", view_number(n, sizeof n, store_event_total(s), 11),
	    view_number(kept, sizeof kept, store_event_count(s), 11));
	chrome_add(l, 50, true, ROLE_STATUS, 40, text);
	chrome_memory(s, up, sizeof up);
	(void)snprintf(text, sizeof text, "mem %s", up);
	chrome_add(l, 45, true, ROLE_STATUS, 24, text);
}

void
view_status_line(const struct viewer *v, struct canvas *c, int row, struct view_follow f)
{
	struct chrome_line l = { .ascii = canvas_ascii(c) };
	struct store_status st;
	char text[160];
	int wide = canvas_cols(c) >= 100 ? 40 : 16;
	bool brief = canvas_cols(c) < CHROME_LENS_COLS;

	store_status(v->store, &st);
	(void)snprintf(text, sizeof text, "sipwhy%s%s", st.host[0] != '\0' ? " " : "", st.host);
	chrome_add(&l, 100, false, ROLE_STATUS, (size_t)wide + 7, text);
	chrome_sources(v->store, text, sizeof text);
	chrome_add(&l, 110, false, ROLE_STATUS, (size_t)wide, text);
	chrome_state(&l, v, &st);
	chrome_follow(&l, v->store, f, st.ended);
	chrome_progress(&l, &st);
	if (canvas_cols(c) < CHROME_LENS_COLS || canvas_rows(c) < CHROME_LENS_ROWS)
		chrome_alerts(&l, v->store);
	chrome_refused(&l, v->store);
	chrome_waiting(&l, v->store);
	chrome_loss(&l, v->store, &st, brief);
	chrome_lag(&l, &st);
	if (canvas_cols(c) >= CHROME_UP_COLS)
		chrome_wide(&l, v->store, &st);
	if (store_now(v->store) > 0)
		chrome_add(
		    &l, brief ? 215 : 120, true, ROLE_STATUS, 8, chrome_clock(v, brief || v->quiet, text, sizeof text));
	chrome_sources(v->store, text, sizeof text);
	chrome_fit(&l, canvas_cols(c));
	if (text[0] != '\0')
		chrome_widen(&l, CHROME_SOURCES, text, canvas_cols(c));
	chrome_draw(&l, c, row, &st);
}

char *
view_levels(const struct store *s, char *out, size_t cap)
{
	size_t n[INCIDENT_LEVEL_N], at = 0;

	(void)store_incident_levels(s, n);
	out[0] = '\0';
	if (n[INCIDENT_CRITICAL] + n[INCIDENT_ERROR] + n[INCIDENT_WARNING] > 0)
		at = (size_t)snprintf(
		    out, cap, "!%zu", n[INCIDENT_CRITICAL] + n[INCIDENT_ERROR] + n[INCIDENT_WARNING]);
	if (n[INCIDENT_NOTICE] > 0)
		at += (size_t)snprintf(out + at, cap - at, "%si%zu", at > 0 ? " " : "", n[INCIDENT_NOTICE]);
	if (at == 0)
		(void)snprintf(out, cap, "0");
	return out;
}

void
view_lens_line(const struct viewer *v, struct canvas *c, int row, const char *left, const char *right)
{
	char text[FILTER_TEXT_MAX + 200], levels[48], kept[32], memory[48];
	int end = canvas_cols(c) - 1;

	if (right == NULL) {
		chrome_memory(v->store, memory, sizeof memory);
		(void)snprintf(text, sizeof text, "Alerts %s   kept %s   mem %s",
		    view_levels(v->store, levels, sizeof levels),
		    view_number(kept, sizeof kept, store_event_count(v->store), 9), memory);
		right = text;
	}
	end -= (int)strlen(right);
	(void)canvas_printf(c, row, end, canvas_cols(c) - end, ROLE_TEXT, "%s", right);
	(void)snprintf(text, sizeof text, "%s%sWindow %s   Filter %s", left, left[0] != '\0' ? "   " : "",
	    view_window_name(v), v->filter != NULL ? v->filter_text : "none");
	(void)canvas_printf(c, row, 1, end - 3, v->filter != NULL ? ROLE_TEXT_KEY : ROLE_TEXT, "%s", text);
}

static int
chrome_key_cols(const struct view_key *k)
{
	return (int)(strlen(k->bar) + 1 + strlen(k->word)) + CHROME_GAP;
}

/* Entries of both tables below this priority go: the least number that makes the rest fit. */
static unsigned
chrome_key_limit(const struct view_key *const *keys, size_t n, int width)
{
	unsigned limit = 0;

	for (;;) {
		unsigned next = UINT8_MAX + 1u;
		int cols = 1 - CHROME_GAP;

		for (size_t i = 0; i < n; i++) {
			if (keys[i]->priority < limit)
				continue;
			cols += chrome_key_cols(keys[i]);
			next = keys[i]->priority < next ? keys[i]->priority : next;
		}
		if (cols <= width || next > UINT8_MAX)
			return limit;
		limit = next + 1;
	}
}

/* The way out stands at the end, where eyes look for it. */
static size_t
chrome_keys_collect(const struct view_key **out, size_t at, const struct view_key *keys, size_t n, bool way_out)
{
	for (size_t i = 0; i < n && at < CHROME_KEYS; i++)
		if (keys[i].word != NULL && keys[i].bar != NULL && (keys[i].priority == UINT8_MAX) == way_out)
			out[at++] = &keys[i];
	return at;
}

/* Without the keys that lead to where the user is. */
static size_t
chrome_keys_drop(const struct view_key **keys, size_t n, const struct view_ops *here)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (viewer_target(keys[i]->action) != here)
			keys[kept++] = keys[i];
	return kept;
}

/* No longer than the table's word, for which room was found. */
static const char *
chrome_key_word(const struct viewer *v, const struct view_key *k)
{
	return k->action == ACTION_PAUSE && store_frozen(v->store) ? "Go on" : k->word;
}

/* Rows of both tables that a bar may show, the way out last. */
static size_t
chrome_keys(const struct viewer *v, const struct view_key **keys)
{
	const struct view_ops *ops = v->stack[v->depth - 1].ops;
	size_t common, n;
	const struct view_key *everywhere = viewer_common_keys(&common);

	n = chrome_keys_collect(keys, 0, ops->keys, ops->n_keys, false);
	if (!ops->popup)
		n = chrome_keys_collect(keys, n, everywhere, common, false);
	n = chrome_keys_collect(keys, n, ops->keys, ops->n_keys, true);
	return chrome_keys_drop(keys, n, ops);
}

static int
chrome_letters_draw(const struct viewer *v, struct canvas *c, int row, int width, enum ui_role key, enum ui_role word)
{
	const struct view_key *keys[CHROME_KEYS];
	size_t n = chrome_keys(v, keys);
	unsigned limit = chrome_key_limit(keys, n, width);
	int col = 1;

	for (size_t i = 0; i < n; i++) {
		if (keys[i]->priority < limit || keys[i]->bar == NULL)
			continue;
		view_spots_bar(v, row, col, chrome_key_cols(keys[i]) - CHROME_GAP, keys[i]);
		col += canvas_printf(c, row, col, canvas_cols(c), key, "%s", keys[i]->bar) + 1;
		col += canvas_printf(c, row, col, canvas_cols(c), word, "%s", chrome_key_word(v, keys[i])) + CHROME_GAP;
	}
	return col;
}

void
view_letters(const struct viewer *v, struct canvas *c, int row, const char *place)
{
	int end = canvas_cols(c) - 1 - (int)strlen(place);

	(void)chrome_letters_draw(v, c, row, end - 2 * (place[0] != '\0'), ROLE_TEXT_KEY, ROLE_TEXT_DIM);
	(void)canvas_printf(c, row, end, canvas_cols(c) - end, ROLE_TEXT_DIM, "%s", place);
}

/* Function keys: in the order of their numbers, from both tables; the way out last. */
static size_t
chrome_fkeys(const struct viewer *v, const struct view_key **out)
{
	const struct view_ops *ops = v->stack[v->depth - 1].ops;
	const struct view_key *way_out = NULL;
	size_t common, n = 0;
	const struct view_key *everywhere = viewer_common_keys(&common);

	for (unsigned number = 1; number <= 11; number++)
		for (size_t i = 0; i < ops->n_keys + (ops->popup ? 0 : common) && n < CHROME_KEYS - 1; i++) {
			const struct view_key *k = i < ops->n_keys ? &ops->keys[i] : &everywhere[i - ops->n_keys];
			unsigned is = 0;

			if (k->fkey == NULL)
				continue;
			if (k->fkey[0] == 'F')
				for (const char *p = k->fkey + 1; *p >= '0' && *p <= '9'; p++)
					is = is * 10 + (unsigned)(*p - '0');
			else
				is = 11;
			if (k->priority == UINT8_MAX)
				way_out = k;
			else if (is == number)
				out[n++] = k;
		}
	if (way_out != NULL)
		out[n++] = way_out;
	return n;
}

/* Which of n goes when there is no room: one that its table lets go first, else the middle one. */
static size_t
chrome_fkey_gone(const struct view_key *const *keys, size_t n)
{
	for (size_t i = 1; i + 1 < n; i++)
		if (keys[i]->priority == VIEW_KEY_FIRST_TO_GO)
			return i;
	return n / 2;
}

static void
chrome_fbar_draw(const struct viewer *v, struct canvas *c, int row)
{
	const struct view_key *keys[CHROME_KEYS];
	size_t n = chrome_fkeys(v, keys);
	int col = 0, gap = canvas_cols(c) >= 100 ? 2 : 1, inner = gap - 1;

	/* Never the first (help) or the last (the way out). */
	for (;;) {
		int cols = -gap;
		size_t gone;

		for (size_t i = 0; i < n; i++)
			cols += (int)(strlen(keys[i]->fkey) + strlen(keys[i]->word)) + inner + gap;
		if (cols <= canvas_cols(c) || n <= 2)
			break;
		gone = chrome_fkey_gone(keys, n);
		memmove(&keys[gone], &keys[gone + 1], (n - gone - 1) * sizeof keys[0]);
		n--;
	}
	for (size_t i = 0; i < n; i++) {
		view_spots_bar(
		    v, row, col, (int)(strlen(keys[i]->fkey) + strlen(keys[i]->word)) + inner, keys[i]);
		col += canvas_printf(c, row, col, canvas_cols(c), ROLE_BAR_KEY, "%s", keys[i]->fkey) + inner;
		col += canvas_printf(c, row, col, canvas_cols(c), ROLE_BAR, "%s", keys[i]->word) + gap;
	}
}

void
view_key_bar(const struct viewer *v, struct canvas *c, int row)
{
	canvas_fill(c, row, 0, canvas_cols(c), ROLE_BAR, ' ');
	if (v->letters)
		(void)chrome_letters_draw(v, c, row, canvas_cols(c), ROLE_BAR_KEY, ROLE_BAR);
	else
		chrome_fbar_draw(v, c, row);
}

int
view_frame(struct canvas *c, int row, int col, int width, const char *title)
{
	int used;

	canvas_fill(c, row, col, width, ROLE_FRAME, 0x2500);
	if (width < 6)
		return col;
	used = canvas_text(c, row, col + 2, width - 4, ROLE_FRAME_TITLE, slice_str(title));
	canvas_fill(c, row, col + 1, 1, ROLE_FRAME, ' ');
	canvas_fill(c, row, col + 2 + used, 1, ROLE_FRAME, ' ');
	return col + 3 + used;
}

bool
view_trouble(const struct store *s, char *out, size_t cap)
{
	struct store_status st;

	store_status(s, &st);
	if (!st.engine_alive && !st.ended) {
		(void)snprintf(
		    out, cap, "The engine is down: %s", st.sentence[0] != '\0' ? st.sentence : "no word from it yet");
		return true;
	}
	if (st.restarted_s >= 0 && st.restarted_s < CHROME_RESTART_SHOWN_S && st.sentence[0] != '\0') {
		(void)snprintf(out, cap, "A new engine runs, number %u: %s", (unsigned)st.engines, st.sentence);
		return true;
	}
	for (size_t i = 0; i < store_source_count(s); i++) {
		const struct store_source *src = store_source_at(s, i);

		if (strcmp(src->stat.state, "failed") != 0 && strcmp(src->stat.state, "damaged") != 0)
			continue;
		(void)snprintf(out, cap, "%s %s: %s", src->stat.name, src->stat.state, src->sentence);
		return true;
	}
	return false;
}
