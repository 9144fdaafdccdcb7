/*
 * incidents - what goes on, in lines: the head of the dashboard, and the words that the alert views share.
 * One thing to know: the store has them in the order of display, those that go on first, so the first one is what the
 * user must hear of.
 */
#include <stdio.h>
#include <string.h>

#include "sipwhy/timefmt.h"
#include "view_int.h"

enum { INCIDENTS_HIGH_ROWS = 40, INCIDENTS_HIGH = 6, INCIDENTS_MID_ROWS = 24, INCIDENTS_MID = 3 };
/* Below this height an incident has one line. */
enum { INCIDENTS_ADVICE_ROWS = 22, INCIDENTS_DAY_S = 20 * 3600 };

char
view_level_mark(const struct incident *i)
{
	return i->level >= INCIDENT_ERROR ? '!' : i->level == INCIDENT_WARNING ? '-' : 'i';
}

enum ui_role
view_level_role(const struct incident *i)
{
	if (i->ended)
		return ROLE_TEXT_DIM;
	return i->level >= INCIDENT_ERROR  ? ROLE_STATE_CRIT
	    : i->level == INCIDENT_WARNING ? ROLE_STATE_WARN
					   : ROLE_TEXT_STRONG;
}

struct slice
view_incident_title(const struct incident *i)
{
	const struct sip_pattern *p = sip_pattern_find(i->pattern);

	if (p != NULL && p->title != NULL)
		return slice_str(p->title);
	return i->kind.n > 0 ? i->kind : slice_str("Incident");
}

/* A part of a text from the stream, for a format. */
static int
incidents_n(struct slice s, size_t most)
{
	return (int)(s.n < most ? s.n : most);
}

char *
view_incident_who(char *out, size_t cap, const struct incident *i)
{
	const char *peer = i->peer.n > 0 ? i->peer.p : "", *what = i->what.n > 0 ? i->what.p : "";

	if (i->peer.n + i->what.n == 0)
		(void)snprintf(out, cap, "-");
	else
		(void)snprintf(out, cap, "%.*s%s%.*s", incidents_n(i->peer, 60), peer,
		    i->peer.n > 0 && i->what.n > 0 ? ", " : "", incidents_n(i->what, 60), what);
	return out;
}

const char *
view_incident_advice(const struct incident *i, bool *check)
{
	const struct sip_pattern *p = sip_pattern_find(i->pattern);

	*check = p != NULL && p->checks != NULL && p->checks[0] != NULL;
	if (*check)
		return p->checks[0];
	return p != NULL && p->meaning != NULL ? p->meaning : "";
}

/* "14:21"; with the date when that is not today's. */
static char *
incidents_since(const struct store *s, const struct incident *i, char *out, size_t cap)
{
	bool date = store_now(s) - i->since_ns > INCIDENTS_DAY_S * NS_PER_S;

	if (date)
		(void)timefmt_date_ms(out, cap, i->since_ns);
	else
		(void)timefmt_clock(out, cap, i->since_ns);
	out[date ? 16 : 5] = '\0';
	return out;
}

/* "  wholesale-c  since 14:21", what stands behind the title. */
static void
incidents_head(const struct store *s, const struct incident *i, char *out, size_t cap)
{
	char who[160], since[32];

	(void)view_incident_who(who, sizeof who, i);
	(void)incidents_since(s, i, since, sizeof since);
	if (strcmp(who, "-") == 0)
		(void)snprintf(out, cap, "since %s", since);
	else
		(void)snprintf(out, cap, "%s  since %s", who, since);
}

/* Does its sentence stand whole on the first line?  Bytes are at least as many as columns, but for what is escaped. */
static bool
incidents_fits(const struct store *s, const struct incident *i, const struct canvas *c)
{
	char head[256];

	incidents_head(s, i, head, sizeof head);
	return 3 + view_incident_title(i).n + 2 + strlen(head) + 2 + i->sentence.n <= (size_t)canvas_cols(c);
}

/* How many are told. */
static size_t
incidents_shown(const struct store *s, const struct canvas *c)
{
	size_t open = store_incident_open(s);
	size_t most = canvas_rows(c) >= INCIDENTS_HIGH_ROWS ? INCIDENTS_HIGH
	    : canvas_rows(c) >= INCIDENTS_MID_ROWS          ? INCIDENTS_MID
							    : 1;

	return open < most ? open : most;
}

int
incidents_rows(const struct store *s, const struct canvas *c)
{
	const struct incident *first = store_incident_open(s) > 0 ? store_incident_at(s, 0) : NULL;
	bool advice = canvas_rows(c) >= INCIDENTS_ADVICE_ROWS;

	if (first == NULL)
		return 0;
	return (int)incidents_shown(s, c) + advice + (advice && !incidents_fits(s, first, c));
}

/* Mark, title, who and since in `width` columns; returns the column after them. */
static int
incidents_head_draw(const struct store *s, const struct incident *i, struct canvas *c, int row, int col, int width)
{
	int end = col + width;
	char head[256];

	incidents_head(s, i, head, sizeof head);
	col += canvas_printf(c, row, col, end - col, view_level_role(i), "%c ", view_level_mark(i));
	col += canvas_text(c, row, col, end - col, view_level_role(i), view_incident_title(i)) + 2;
	if (col < end)
		col += canvas_text(c, row, col, end - col, ROLE_TEXT_STRONG, slice_str(head)) + 2;
	return col;
}

static void
incidents_sentence_draw(const struct incident *i, struct canvas *c, int row, int col, int end)
{
	if (col < end)
		(void)canvas_text(c, row, col, end - col, ROLE_TEXT, i->sentence);
}

/* The first one has what to do, or what it means, below it; returns the next row. */
static int
incidents_first_draw(const struct store *s, const struct incident *i, struct canvas *c, int row, int end)
{
	bool low = canvas_rows(c) < INCIDENTS_ADVICE_ROWS, check;
	int col = incidents_head_draw(s, i, c, row, 1, end - 1);
	const char *advice = view_incident_advice(i, &check);

	if (low || incidents_fits(s, i, c))
		incidents_sentence_draw(i, c, row++, col, end);
	else {
		incidents_sentence_draw(i, c, row + 1, 3, canvas_cols(c));
		row += 2;
	}
	if (!low)
		(void)canvas_printf(
		    c, row++, 3, canvas_cols(c) - 3, ROLE_TEXT_DIM, "%s%s", check ? "Check: " : "", advice);
	return row;
}

void
incidents_draw(const struct store *s, struct canvas *c, int row)
{
	size_t shown = incidents_shown(s, c), more = store_incident_open(s) - shown;
	char tail[48] = "";

	if (more > 0)
		(void)snprintf(tail, sizeof tail, "  +%zu more, 5 shows all", more);
	for (size_t n = 0; n < shown; n++) {
		const struct incident *i = store_incident_at(s, n);
		int end = canvas_cols(c) - (n + 1 == shown ? (int)strlen(tail) : 0);

		if (i == NULL)
			return;
		if (n == 0)
			row = incidents_first_draw(s, i, c, row, end);
		else {
			incidents_sentence_draw(i, c, row, incidents_head_draw(s, i, c, row, 1, end - 1), end);
			row++;
		}
	}
	(void)canvas_text(
	    c, row - 1, canvas_cols(c) - (int)strlen(tail), (int)strlen(tail), ROLE_TEXT_KEY, slice_str(tail));
}

void
incidents_small_draw(const struct store *s, struct canvas *c, int row, int col, int width)
{
	const struct incident *i = store_incident_open(s) > 0 ? store_incident_at(s, 0) : NULL;

	if (i != NULL)
		(void)incidents_head_draw(s, i, c, row, col, width);
}
