/*
 * incidents - what goes on, in lines: the head of the dashboard, and the words that the alert views share.
 * One thing to know: the store has them in the order of display, those that go on first, so the first one is what the
 * user must hear of.
 */
#include <stdio.h>
#include <string.h>

#include "sipwhy/timefmt.h"
#include "view_int.h"

enum { INCIDENTS_DAY_S = 20 * 3600, INCIDENTS_SHOWN = 3 };

/* Which lines are drawn: how many incidents, and below the first its sentence and what to check. */
struct incidents_plan {
	size_t shown;
	bool sentence, advice;
};

char
view_level_mark(const struct incident *i)
{
	return i->level >= INCIDENT_WARNING ? '!' : 'i';
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

/* Not those that the user put out of the way. */
static bool
incidents_is_told(const struct store *s, const struct incident *i)
{
	struct store_incident_word word = store_incident_said(s, i);

	return !word.dismissed && !word.muted;
}

size_t
incidents_count(const struct store *s)
{
	size_t open = store_incident_open(s), n = 0;

	for (size_t i = 0; i < open; i++)
		n += incidents_is_told(s, store_incident_at(s, i));
	return n;
}

const struct incident *
incidents_at(const struct store *s, size_t at)
{
	size_t open = store_incident_open(s);

	for (size_t i = 0; i < open; i++) {
		const struct incident *incident = store_incident_at(s, i);

		if (incidents_is_told(s, incident) && at-- == 0)
			return incident;
	}
	return NULL;
}

/* Those of the ones told that need somebody: information does not count. */
static size_t
incidents_serious(const struct store *s)
{
	size_t open = store_incident_open(s), n = 0;

	for (size_t i = 0; i < open; i++) {
		const struct incident *at = store_incident_at(s, i);

		n += at->level >= INCIDENT_WARNING && incidents_is_told(s, at);
	}
	return n;
}

/* Rows that they may take, and how many are told at most; one: a block elsewhere lists all. */
static int
incidents_room(const struct canvas *c, bool one, size_t *most)
{
	int rows = canvas_rows(c);

	*most = one ? 1 : rows >= 40 ? 2 * INCIDENTS_SHOWN : INCIDENTS_SHOWN;
	return rows >= 40 ? 8 : rows >= 30 ? 5 : rows >= 22 ? 3 : 1;
}

static int
incidents_plan_rows(const struct incidents_plan *p)
{
	return (int)p->shown + p->sentence + p->advice;
}

/* Information takes no room from what is serious.  What gives way: further incidents, then what to check, then the
 * sentence: the worst one is told whole first. */
static struct incidents_plan
incidents_plan(const struct store *s, const struct canvas *c, bool one)
{
	const struct incident *first = incidents_at(s, 0);
	size_t serious = incidents_serious(s);
	struct incidents_plan p = { .shown = serious > 0 ? serious : incidents_count(s) };
	size_t most;
	bool check;
	int room = incidents_room(c, one, &most);

	if (first == NULL)
		return p;
	p.shown = p.shown < most ? p.shown : most;
	p.advice = view_incident_advice(first, &check)[0] != '\0';
	p.sentence = !incidents_fits(s, first, c);
	while (incidents_plan_rows(&p) > room)
		if (p.shown > 1)
			p.shown--;
		else if (p.advice)
			p.advice = false;
		else if (p.sentence)
			p.sentence = false;
		else
			break;
	return p;
}

int
incidents_rows(const struct store *s, const struct canvas *c, bool one)
{
	struct incidents_plan p = incidents_plan(s, c, one);

	return incidents_plan_rows(&p);
}

size_t
incidents_shown(const struct store *s, const struct canvas *c, bool one)
{
	return incidents_plan(s, c, one).shown;
}

int
incidents_line(const struct store *s, const struct canvas *c, bool one, size_t at)
{
	struct incidents_plan p = incidents_plan(s, c, one);

	return at == 0 ? 0 : (int)at + p.sentence + p.advice;
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

struct slice
view_clause(const char *text, int room)
{
	static const char *const ends[] = { ":;", "," };
	size_t n = strlen(text);

	if (room <= 0 || n <= (size_t)room)
		return (struct slice){ text, n };
	for (size_t e = 0; e < sizeof ends / sizeof ends[0]; e++)
		for (size_t at = (size_t)room; at > (size_t)room / 3; at--)
			if (strchr(ends[e], text[at]) != NULL)
				return (struct slice){ text, at };
	return (struct slice){ text, n };
}

/* The first one has its sentence, and what to do or what it means; returns the next row. */
static int
incidents_first_draw(
    const struct store *s, const struct incident *i, struct canvas *c, int row, int end, const struct incidents_plan *p)
{
	bool check;
	int col = incidents_head_draw(s, i, c, row, 1, end - 1);
	const char *advice = view_incident_advice(i, &check);
	struct slice told = view_clause(advice, canvas_cols(c) - 3 - (check ? 7 : 0));

	if (p->sentence)
		incidents_sentence_draw(i, c, ++row, 3, canvas_cols(c));
	else
		incidents_sentence_draw(i, c, row, col, end);
	row++;
	if (p->advice)
		(void)canvas_printf(c, row++, 3, canvas_cols(c) - 3, ROLE_TEXT_DIM, "%s%.*s", check ? "Check: " : "",
		    (int)told.n, told.p);
	return row;
}

void
incidents_draw(const struct store *s, struct canvas *c, int row, bool one)
{
	struct incidents_plan p = incidents_plan(s, c, one);
	size_t serious = incidents_serious(s), more = serious > p.shown ? serious - p.shown : 0;
	char tail[48] = "";

	if (more > 0 && !one)
		(void)snprintf(tail, sizeof tail, "  +%zu more: 5", more);
	for (size_t n = 0; n < p.shown; n++) {
		const struct incident *i = incidents_at(s, n);
		int end = canvas_cols(c) - (n + 1 == p.shown ? (int)strlen(tail) : 0);

		if (i == NULL)
			return;
		if (n + 1 == p.shown)
			(void)canvas_text(c, row, end, canvas_cols(c) - end, ROLE_TEXT_KEY, slice_str(tail));
		if (n == 0)
			row = incidents_first_draw(s, i, c, row, end, &p);
		else {
			incidents_sentence_draw(i, c, row, incidents_head_draw(s, i, c, row, 1, end - 1), end);
			row++;
		}
	}
}

void
incidents_small_draw(const struct store *s, struct canvas *c, int row, int col, int width)
{
	const struct incident *i = incidents_at(s, 0);

	if (i != NULL)
		(void)incidents_head_draw(s, i, c, row, col, width);
}

void
incidents_block_draw(const struct store *s, const struct incident *i, struct canvas *c, int row, int col, int width)
{
	char since[32], who[160];
	int end = col + width;

	(void)incidents_since(s, i, since, sizeof since);
	(void)view_incident_who(who, sizeof who, i);
	col += canvas_printf(c, row, col, width, view_level_role(i), "%c %s ", view_level_mark(i), since);
	/* Of the two the name is worth more. */
	col += canvas_text(c, row, col, end - col - (int)(strlen(who) < 16 ? strlen(who) : 16) - 1, view_level_role(i),
		   view_incident_title(i)) +
	    1;
	(void)canvas_text(c, row, col, end - col, ROLE_TEXT, slice_str(who));
}
