/*
 * alert_rule - a rule in words, and its measure over the last hour as a graph; see alert_int.h.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "alert_int.h"
#include "sipwhy/timefmt.h"

/* Columns before the graph, with its axis; eighths in a cell. */
enum { GRAPH_LEFT = 14, GRAPH_EIGHTHS = 8 };

struct slice
alert_name(const struct incident *i)
{
	const struct sip_pattern *p = sip_pattern_find(i->pattern);

	if (p != NULL && p->kind != NULL)
		return slice_str(p->kind);
	return i->kind.n > 0 ? i->kind : slice_str("-");
}

bool
alert_rule(const struct viewer *v, const struct incident *i, struct store_rule *out)
{
	return store_rule_of(v->store, i, out);
}

/* A figure in the unit of the measure, as rule_say writes it. */
static char *
alert_figure(const struct rule *r, double value, char *out, size_t cap)
{
	static const char *const units[RULE_MEASURES] = { "/s", "%", "%", "", " s", "%" };
	bool whole = r->measure == RULE_COUNT || r->measure == RULE_SILENCE;

	if (isnan(value))
		(void)snprintf(out, cap, "-");
	else
		(void)snprintf(out, cap, "%.*f%s",
		    whole                      ? 0
			: value > 0 && value < 1 ? 2
						 : 1,
		    value, units[r->measure]);
	return out;
}

/* "0.2/s", "usual x 3"; what that is now in brackets. */
static char *
alert_limit(const struct store_rule *r, const struct rule_limit *l, char *out, size_t cap)
{
	char now[32];

	if (!l->usual)
		return alert_figure(r->rule, l->value, out, cap);
	(void)snprintf(
	    out, cap, "usual x %g (%s)", l->value, alert_figure(r->rule, l->value * r->usual, now, sizeof now));
	return out;
}

static char *
alert_seconds(uint32_t s, char *out, size_t cap)
{
	if (s > 0 && s % 60 == 0)
		(void)snprintf(out, cap, "%u min", (unsigned)s / 60);
	else
		(void)snprintf(out, cap, "%u s", (unsigned)s);
	return out;
}

char *
alert_rule_now(const struct store_rule *r, char *out, size_t cap)
{
	char value[32], usual[32], limit[64], window[24], lasts[24];
	bool mere = r->rule->measure == RULE_SILENCE;

	(void)snprintf(out, cap, "%s %s%s%s%s, usual %s, limit %s", rule_measure_name(r->rule->measure),
	    alert_figure(r->rule, r->state.value, value, sizeof value), mere ? "" : " (",
	    mere ? "" : alert_seconds(r->rule->window_s, window, sizeof window), mere ? "" : ")",
	    alert_figure(r->rule, r->usual, usual, sizeof usual), alert_limit(r, &r->rule->limit, limit, sizeof limit));
	if (r->rule->for_s > 0)
		(void)snprintf(out + strlen(out), cap - strlen(out), " for %s",
		    alert_seconds(r->rule->for_s, lasts, sizeof lasts));
	return out;
}

char *
alert_rule_clears(const struct store_rule *r, char *out, size_t cap)
{
	static const char *const opposite[] = {
		[RULE_ABOVE] = "<=", [RULE_AT_LEAST] = "<", [RULE_BELOW] = ">=", [RULE_AT_MOST] = ">"
	};
	char limit[64], lasts[24];

	(void)snprintf(out, cap, "clears at %s %s %s", rule_measure_name(r->rule->measure), opposite[r->rule->compare],
	    alert_limit(r, &r->rule->clear, limit, sizeof limit));
	if (r->rule->clear_s > 0)
		(void)snprintf(out + strlen(out), cap - strlen(out), " for %s",
		    alert_seconds(r->rule->clear_s, lasts, sizeof lasts));
	return out;
}

/* One cell of a column that is `eighths` high in all; level: rows below this one. */
static void
alert_graph_cell(struct canvas *c, int row, int col, int eighths, int level)
{
	int here = eighths - level * GRAPH_EIGHTHS;

	if (here <= 0)
		return;
	here = here > GRAPH_EIGHTHS ? GRAPH_EIGHTHS : here;
	if (canvas_glyphs(c) == GLYPHS_CP437)
		here = here > 4 ? GRAPH_EIGHTHS : 4;
	if (canvas_ascii(c))
		(void)canvas_text(c, row, col, 1, ROLE_SPARK, slice_str(here > 4 ? "#" : here > 2 ? "+" : "."));
	else
		canvas_fill(c, row, col, 1, ROLE_SPARK, 0x2580u + (uint32_t)here);
}

static void
alert_graph_axis(const struct viewer *v, const struct store_rule *r, struct canvas *c, int row, double most)
{
	int64_t now_ns = store_now(v->store), minutes = (now_ns - r->state.since_ns) / (60 * NS_PER_S);
	char text[32];

	for (int i = 0; i < ALERT_GRAPH_ROWS - 1; i++) {
		int n = (int)strlen(alert_figure(
		    r->rule, most * (ALERT_GRAPH_ROWS - 2 - i) / (ALERT_GRAPH_ROWS - 2), text, sizeof text));

		(void)canvas_printf(c, row + i, GRAPH_LEFT - 2 - n, n, ROLE_TEXT_DIM, "%s", text);
		canvas_fill(c, row + i, GRAPH_LEFT - 1, 1, ROLE_FRAME, i < ALERT_GRAPH_ROWS - 2 ? 0x2524 : 0x253c);
	}
	row += ALERT_GRAPH_ROWS - 1;
	(void)lens_time(v, text, sizeof text, now_ns - (STORE_RULE_HISTORY - 1) * 60 * NS_PER_S);
	(void)canvas_printf(c, row, GRAPH_LEFT, 5, ROLE_TEXT_DIM, "%.5s", text);
	if (r->state.since_ns == 0 || minutes < 0 || minutes > STORE_RULE_HISTORY - 8)
		return;
	(void)lens_time(v, text, sizeof text, r->state.since_ns);
	(void)canvas_printf(c, row, GRAPH_LEFT + STORE_RULE_HISTORY - 1 - (int)minutes, 5, ROLE_TEXT_DIM, "%.5s", text);
}

void
alert_graph_draw(const struct viewer *v, const struct store_rule *r, struct canvas *c, int row)
{
	int high = (ALERT_GRAPH_ROWS - 1) * GRAPH_EIGHTHS;
	double most = 0;

	for (size_t i = 0; i < STORE_RULE_HISTORY; i++)
		most = r->history[i] > most ? r->history[i] : most;
	alert_graph_axis(v, r, c, row, most);
	for (int i = 0; i < STORE_RULE_HISTORY; i++) {
		double value = r->history[i];
		int eighths = isnan(value) ? 0 : most > 0 ? (int)(value / most * high + 0.5) : 0;

		/* What is 0 has a mark: it is known. */
		eighths = !isnan(value) && eighths < 1 ? 1 : eighths;
		for (int level = 0; level < ALERT_GRAPH_ROWS - 1; level++)
			alert_graph_cell(c, row + ALERT_GRAPH_ROWS - 2 - level, GRAPH_LEFT + i, eighths, level);
	}
}
