/*
 * overview - the figures above the list: classes with rate, share and history; top codes, peers, sources.
 * Row k of the classes is counter k + 1 of the store; the seventh are failures (events), which have no share of
 * responses.
 */
#include <stdio.h>
#include <string.h>

#include "view_int.h"

enum { OVERVIEW_CLASSES = 7, OVERVIEW_RATE_S = 60, OVERVIEW_STEP_S = 10 };
enum { OVERVIEW_SPARK_MAX = 90, OVERVIEW_SPARK_COL = 43 };
/* Columns that a peer's commonest code takes. */
enum { OVERVIEW_SMALL_COLS = 41 };
enum { OVERVIEW_PEERS = 64, OVERVIEW_THREE_COLS = 120, OVERVIEW_PEER_CODE = 8 };

static const struct {
	const char *name, *small;
	enum ui_role role;
} overview_class[OVERVIEW_CLASSES] = {
	{ "1xx progress", "1xx", ROLE_CLASS_1XX },
	{ "2xx success", "2xx", ROLE_CLASS_2XX },
	{ "3xx redirect", "3xx", ROLE_CLASS_3XX },
	{ "4xx request", "4xx", ROLE_CLASS_4XX },
	{ "5xx server", "5xx", ROLE_CLASS_5XX },
	{ "6xx global", "6xx", ROLE_CLASS_6XX },
	{ "failures", "failures", ROLE_TEXT_STRONG },
};

static uint64_t
overview_total(const struct store *s, unsigned cls)
{
	return cls < OVERVIEW_CLASSES ? counts_class(store_counts(s), cls) : view_failures(s);
}

static bool
overview_has_row(const struct store *s, unsigned cls, bool with_zero)
{
	return with_zero || cls == OVERVIEW_CLASSES || overview_total(s, cls) > 0;
}

int
overview_class_rows(const struct store *s, bool with_zero)
{
	int rows = 0;

	for (unsigned cls = 1; cls <= OVERVIEW_CLASSES; cls++)
		rows += overview_has_row(s, cls, with_zero);
	return rows;
}

/* Columns of history: whole minutes. */
static int
overview_spark_cols(const struct canvas *c)
{
	int cols = canvas_cols(c) - OVERVIEW_SPARK_COL - 1;

	if (cols > OVERVIEW_SPARK_MAX)
		cols = OVERVIEW_SPARK_MAX;
	return cols / (60 / OVERVIEW_STEP_S) * (60 / OVERVIEW_STEP_S);
}

static void
overview_header_draw(struct canvas *c, int row)
{
	int minutes = overview_spark_cols(c) * OVERVIEW_STEP_S / 60;

	canvas_fill(c, row, 0, canvas_cols(c), ROLE_LIST_HEADER, ' ');
	(void)canvas_printf(
	    c, row, 1, canvas_cols(c), ROLE_LIST_HEADER, "%-12s %12s %7s %6s", "CLASS", "TOTAL", "/s", "share");
	if (minutes > 0)
		(void)canvas_printf(c, row, OVERVIEW_SPARK_COL, canvas_cols(c), ROLE_LIST_HEADER,
		    "last %d min, a column is %d s", minutes, OVERVIEW_STEP_S);
}

static void
overview_class_draw(const struct store *s, struct canvas *c, int row, unsigned cls)
{
	uint64_t history[OVERVIEW_SPARK_MAX], total = overview_total(s, cls);
	char number[32], rate[32], share[32];
	int cols = overview_spark_cols(c);
	enum ui_role role = overview_class[cls - 1].role, figures = total > 0 ? ROLE_TEXT : ROLE_TEXT_DIM;

	(void)canvas_text(c, row, 1, 12, role, slice_str(overview_class[cls - 1].name));
	(void)canvas_printf(c, row, 14, 12, figures, "%12s", view_number(number, sizeof number, total, 11));
	(void)canvas_printf(
	    c, row, 27, 7, figures, "%7s", view_rate(rate, sizeof rate, store_rate(s, cls, OVERVIEW_RATE_S)));
	if (cls < OVERVIEW_CLASSES)
		(void)canvas_printf(c, row, 35, 6, figures, "%6s",
		    view_share(share, sizeof share, total, counts_responses(store_counts(s))));
	if (cols <= 0)
		return;
	store_history(s, cls, OVERVIEW_STEP_S, history, (size_t)cols);
	spark_draw(c, row, OVERVIEW_SPARK_COL, cols, role, history, (size_t)cols);
}

void
overview_classes_draw(const struct store *s, struct canvas *c, int row, bool with_zero)
{
	overview_header_draw(c, row++);
	for (unsigned cls = 1; cls <= OVERVIEW_CLASSES; cls++)
		if (overview_has_row(s, cls, with_zero))
			overview_class_draw(s, c, row++, cls);
}

static int
overview_cell_draw(const struct store *s, struct canvas *c, int row, int col, int width, unsigned cls)
{
	char rate[32];
	int used;

	used = canvas_printf(c, row, col, width, overview_class[cls - 1].role, "%s", overview_class[cls - 1].small);
	(void)canvas_printf(c, row, col + used, width - used, ROLE_TEXT, " %s/s",
	    view_rate(rate, sizeof rate, store_rate(s, cls, OVERVIEW_RATE_S)));
	return col + width;
}

void
overview_small_draw(const struct store *s, struct canvas *c, int row)
{
	static const unsigned lines[2][3] = { { 1, 2, 3 }, { 4, 5, 6 } };
	char text[48], number[32];
	int n;

	for (int line = 0; line < 2; line++)
		for (int i = 0, col = 1; i < 3; i++)
			col = overview_cell_draw(s, c, row + line, col, 13, lines[line][i]);
	if (store_notice_total(s) == 0)
		return;
	n = snprintf(text, sizeof text, "notices %s: 8", view_number(number, sizeof number, store_notice_total(s), 6));
	if (OVERVIEW_SMALL_COLS + n < canvas_cols(c))
		(void)canvas_text(c, row, canvas_cols(c) - 1 - n, n, ROLE_TEXT_KEY, slice_str(text));
}

void
overview_one_line_draw(const struct store *s, struct canvas *c)
{
	struct store_status st;
	char trouble[320], n4[32], n5[32], lost[32];

	store_status(s, &st);
	if (view_trouble(s, trouble, sizeof trouble)) {
		(void)canvas_printf(c, 0, 0, canvas_cols(c), ROLE_PROMPT_ERROR, "%s", trouble);
		return;
	}
	if (store_incident_open(s) > 0 && canvas_cols(c) > 12) {
		incidents_small_draw(s, c, 0, 0, canvas_cols(c));
		return;
	}
	(void)canvas_printf(c, 0, 0, canvas_cols(c), ROLE_STATUS, "%s 5xx %s/s 4xx %s/s loss %s",
	    store_frozen(s) ? "PAUSED"
		: st.ended  ? "ENDED"
		: st.live   ? "LIVE"
			    : "FILE",
	    view_rate(n5, sizeof n5, store_rate(s, 5, OVERVIEW_RATE_S)),
	    view_rate(n4, sizeof n4, store_rate(s, 4, OVERVIEW_RATE_S)),
	    view_number(lost, sizeof lost, st.lost + st.record_drops, 7));
}

/* Codes that failures have, most failures first.  Returns how many. */
static size_t
overview_codes(const struct store *s, struct store_code codes[OVERVIEW_CODES])
{
	size_t all = store_top_codes(s, codes, OVERVIEW_CODES), n = 0;

	for (size_t i = 0; i < all; i++)
		if (codes[i].events > 0)
			codes[n++] = codes[i];
	return n;
}

static void
overview_code_draw(struct canvas *c, int row, int col, int width, const struct store_code *code, uint64_t most)
{
	int bar = width - 38 > 3 ? width - 38 : 0, text = width - bar - 15, at = col + 1;
	enum ui_role role = view_code_role(code->code), words = view_is_minor(code->code) ? ROLE_TEXT_DIM : ROLE_TEXT;
	char number[32];

	at += canvas_text(c, row, at, 3, role, slice_str(view_code(number, sizeof number, code->code))) + 1;
	(void)canvas_text(c, row, at, text, words, slice_str(view_code_words(code->code)));
	at += text + 1;
	(void)canvas_printf(c, row, at, 7, words, "%7s", view_number(number, sizeof number, code->events, 7));
	meter_draw(c, row, at + 8, bar, role, code->events, most);
}

static void
overview_codes_draw(const struct store *s, struct canvas *c, int row, int rows, int col, int width)
{
	struct store_code codes[OVERVIEW_CODES];
	size_t n = overview_codes(s, codes);
	uint64_t most = 1;

	for (size_t i = 0; i < n && (int)i < rows; i++)
		most = codes[i].events > most ? codes[i].events : most;
	for (size_t i = 0; i < n && (int)i < rows; i++)
		overview_code_draw(c, row + (int)i, col, width, &codes[i], most);
	if (n == 0)
		(void)canvas_printf(c, row, col + 1, width - 1, ROLE_TEXT_DIM, "no failure");
}

/* "503 x371  404 x2", as many codes as go whole, those of weight first; returns the column after them. */
static int
overview_peer_codes(const struct peer_stat *p, struct canvas *c, int row, int col, int end, bool minor)
{
	char number[32], code[8], word[48];

	for (size_t i = 0; i < PEER_CODES && p->codes[i].n > 0; i++) {
		int n = snprintf(word, sizeof word, "%s x%s", view_code(code, sizeof code, p->codes[i].code),
		    view_number(number, sizeof number, p->codes[i].n, 6));

		if (view_is_minor(p->codes[i].code) != minor)
			continue;
		if (col + n > end)
			return end;
		col += canvas_printf(c, row, col, end - col, minor ? ROLE_TEXT_DIM : ROLE_TEXT, "%s", word) + 2;
	}
	return col;
}

/* Its part of calls that were answered, or of registrations that were accepted when it has no calls, at the right end.
 */
static int
overview_peer_ratio_draw(const struct view_peer *p, struct canvas *c, int row, int col, int end)
{
	char text[24], percent[16];
	int64_t sample;

	if (p == NULL || p->figures.bids + p->figures.registers <= 0)
		return end;
	sample = p->figures.bids > 0 ? p->figures.bids : p->figures.registers;
	if (p->figures.bids > 0)
		(void)snprintf(text, sizeof text, "ASR %6s", view_percent(percent, sizeof percent, p->figures.asr));
	else
		(void)snprintf(text, sizeof text, "REG %6s",
		    view_percent(percent, sizeof percent, 100 - p->figures.registration_failure));
	if (end - (int)strlen(text) - 2 < col + OVERVIEW_PEER_CODE)
		return end;
	end -= (int)strlen(text) + 1;
	(void)canvas_text(
	    c, row, end, (int)strlen(text), sample < KPI_SAMPLE_MIN ? ROLE_TEXT_DIM : ROLE_TEXT, slice_str(text));
	return end - 1;
}

static void
overview_peer_draw(struct viewer *v, const struct peer_stat *p, struct canvas *c, int row, int col, int width)
{
	const struct view_peer *figures = view_peer_find(v, p->name);
	unsigned role = figures != NULL ? figures->role : p->role;
	int name = width > 56 ? 24 : 15, at = col + name + 3, end = col + width;

	view_name(c, row, col + 1, name, ROLE_TEXT, slice_str(p->name));
	if (width > 44) {
		if (role != PEER_ROLE_UNKNOWN)
			(void)canvas_text(c, row, at - 1, 6, ROLE_TEXT_DIM, slice_str(peer_role_name(role)));
		at += 6;
	}
	end = overview_peer_ratio_draw(figures, c, row, at, end);
	at = overview_peer_codes(p, c, row, at, end, false);
	(void)overview_peer_codes(p, c, row, at, end, true);
}

static void
overview_peers_draw(struct viewer *v, struct canvas *c, int row, int rows, int col, int width)
{
	struct peer_stat top[OVERVIEW_PEERS];
	size_t n = store_top_peers(v->store, top, OVERVIEW_PEERS);

	for (size_t i = 0; i < n && (int)i < rows; i++)
		overview_peer_draw(v, &top[i], c, row + (int)i, col, width);
	if (n == 0)
		(void)canvas_printf(c, row, col + 1, width - 1, ROLE_TEXT_DIM, "no peer refused anything");
}

/* What was lost stands there whole, then the unit gives way; where nothing was, its 0 gives way. */
static void
overview_source_draw(const struct store_source *src, struct canvas *c, int row, int col, int width)
{
	uint64_t gone = store_source_lost(&src->stat);
	const char *unit = view_source_is_log(&src->stat) ? view_source_unit(&src->stat) : "frames";
	char frames[32], number[32], lost[48], text[96];
	int at = col + 1, n_lost = snprintf(lost, sizeof lost, "lost %s", view_number(number, sizeof number, gone, 6)),
	    n;

	at += canvas_text(c, row, at, 14, ROLE_TEXT, slice_str(src->stat.name)) + 1;
	(void)view_number(frames, sizeof frames, src->stat.frames, 7);
	n = snprintf(text, sizeof text, "%s  %s %s", view_source_state(src), frames, unit);
	if (at + n + 2 + n_lost > col + width && gone == 0)
		lost[0] = '\0';
	else if (at + n + 2 + n_lost > col + width)
		(void)snprintf(text, sizeof text, "%s  %s", view_source_state(src), frames);
	at += canvas_text(c, row, at, col + width - at, ROLE_TEXT_DIM, slice_str(text)) + 2;
	(void)canvas_text(c, row, at, col + width - at, gone > 0 ? ROLE_STATUS_LOSS : ROLE_TEXT_DIM, slice_str(lost));
}

static void
overview_sources_draw(const struct store *s, struct canvas *c, int row, int rows, int col, int width)
{
	for (size_t i = 0; i < store_source_count(s) && (int)i < rows; i++)
		overview_source_draw(store_source_at(s, i), c, row + (int)i, col, width);
}

static void
overview_rule_draw(struct canvas *c, int row, int rows, int col)
{
	canvas_fill(c, row, col, 1, ROLE_FRAME, 0x252c);
	for (int i = 1; i <= rows; i++)
		canvas_fill(c, row + i, col, 1, ROLE_FRAME, 0x2502);
}

int
overview_top_rows(const struct store *s)
{
	struct store_code codes[OVERVIEW_CODES];
	struct peer_stat peers[OVERVIEW_PEERS];
	size_t n_codes = overview_codes(s, codes), n_peers = store_top_peers(s, peers, OVERVIEW_PEERS);

	return (int)(n_codes > n_peers ? n_codes : n_peers);
}

void
overview_tops_draw(struct viewer *v, struct canvas *c, int row, int rows)
{
	const struct store *s = v->store;
	int cols = canvas_cols(c);
	int parts = cols >= OVERVIEW_THREE_COLS ? 3 : 2;
	int second = parts == 3 ? cols * 38 / 100 : cols / 2 - 1, third = cols * 72 / 100;

	(void)view_frame(c, row, 0, cols, "Top codes, failures");
	(void)view_frame(c, row, second + 1, cols - second - 1, "Top failing peers");
	overview_rule_draw(c, row, rows, second);
	overview_codes_draw(s, c, row + 1, rows, 0, second);
	overview_peers_draw(v, c, row + 1, rows, second + 1, (parts == 3 ? third : cols) - second - 1);
	if (parts < 3)
		return;
	(void)view_frame(c, row, third + 1, cols - third - 1, "Sources");
	overview_rule_draw(c, row, rows, third);
	overview_sources_draw(s, c, row + 1, rows, third + 1, cols - third - 1);
}
