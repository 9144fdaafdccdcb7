/*
 * alert - one incident explained: its figures, what the pattern means, what only looks like it, what to check, and the
 * failures it was made from.
 * One thing to know: it shows viewer.incident_id, written anew at each draw; the evidence is at most three events, one
 * of them chosen, and Enter opens that wherever the page stands.
 */
#include <stdio.h>
#include <string.h>

#include "alert_int.h"
#include "sipwhy/timefmt.h"

/* Columns at the end of the hint, for the place in the page. */
enum { ALERT_PLACE = 8 };

struct alert {
	struct page_scroll at;
	size_t chosen;
	struct view_visit visit;
};

static const struct view_key alert_keys[] = {
	VIEW_PAGE_KEYS("last line"),
	{ ACTION_NEXT, { UI_KEY_RIGHT, 'n', 'l', UI_KEY_TAB }, "Right n Tab", "choose the next failure", "n", "Next",
	    190, NULL, PART_MOVE },
	{ ACTION_PREVIOUS, { UI_KEY_LEFT, 'N' }, "Left N", "choose the one before", NULL, NULL, 0, NULL, PART_MOVE },
	{ ACTION_OPEN, { UI_KEY_ENTER, '\n' }, "Enter", "explain the chosen one", "Enter", "Explain", 200, NULL,
	    PART_LOOK },
	{ ACTION_BACK, { UI_KEY_ESC, 'q', UI_KEY_BACKSPACE }, "Esc q", "back to the alerts", "Esc", "Back", 255, "q",
	    PART_LOOK },
};

static const struct incident *
alert_incident(const struct viewer *v)
{
	for (size_t at = 0; at < store_incident_count(v->store); at++) {
		const struct incident *i = store_incident_at(v->store, at);

		if (i != NULL && i->id == v->incident_id)
			return i;
	}
	return NULL;
}

/* Ids of its events, those that there are; returns how many. */
static size_t
alert_events(const struct incident *i, uint64_t ids[INCIDENT_EVIDENCE])
{
	size_t n = 0;

	for (size_t at = 0; at < INCIDENT_EVIDENCE; at++)
		if (i->events[at] != 0)
			ids[n++] = i->events[at];
	return n;
}

static void
alert_figures(struct page *p, const struct store *s, const struct incident *i)
{
	char since[32], last[32], span[32], n[32];

	page_label(p, "What", ROLE_TEXT_STRONG, i->sentence);
	page_labelf(p, "State", view_level_role(i), "%s%s", incident_level_name(i->level),
	    i->ended ? ", it has ended" : ", it goes on");
	page_label(p, "Peer", ROLE_TEXT, i->peer);
	page_label(p, "About", ROLE_TEXT, i->what);
	page_labelf(p, "Since", ROLE_TEXT, "%s, for %s", timefmt_date_ms(since, sizeof since, i->since_ns),
	    view_span(span, sizeof span, (i->ended ? i->last_ns : store_now(s)) - i->since_ns));
	(void)timefmt_date_ms(last, sizeof last, i->last_ns);
	(void)view_number(n, sizeof n, i->count, 13);
	/* A rule sums what is in its window, which may be no failure at all: silence, or calls that went elsewhere. */
	if ((i->id & INCIDENT_IS_RULE) == 0)
		page_labelf(p, "Last sign", ROLE_TEXT, "%s, %s sign%s in all", last, n, i->count == 1 ? "" : "s");
	else if (i->count > 0)
		page_labelf(
		    p, "Last sign", ROLE_TEXT, "%s, %s failure%s in its window", last, n, i->count == 1 ? "" : "s");
	else
		page_label(p, "Last sign", ROLE_TEXT, slice_str(last));
}

/* Of a rule: what it is held to, and how it was written. */
static void
alert_of_rule(struct page *p, const struct store_rule *r)
{
	char text[ALERT_TEXT];

	page_label(p, "Measured", ROLE_TEXT, slice_str(alert_rule_now(r, text, sizeof text)));
	page_label(p, "Ends", ROLE_TEXT, slice_str(alert_rule_clears(r, text, sizeof text)));
	page_labelf(p, "Rule", ROLE_TEXT_DIM, "%s = %s", r->rule->name, r->rule->text);
}

static void
alert_pattern(struct page *p, const struct sip_pattern *pattern)
{
	page_label(p, "Means", ROLE_TEXT, slice_str(pattern->meaning));
	page_label(p, "Harmless when", ROLE_TEXT_DIM, slice_str(pattern->harmless));
	if (pattern->checks == NULL || pattern->checks[0] == NULL)
		return;
	page_frame(p, "What to check next");
	for (size_t at = 0; pattern->checks[at] != NULL; at++) {
		char text[1024];

		(void)snprintf(text, sizeof text, "-  %s", pattern->checks[at]);
		page_text(p, ROLE_TEXT, 1, 4, slice_str(text));
	}
}

/* "14:32:06 503 Service Unavailable  INVITE  1037 -> +442066627625". */
static void
alert_event_text(const struct store *s, uint64_t id, char *out, size_t cap)
{
	const struct event *e = store_event_at(s, store_event_index(s, id));
	struct slice phrase, from, to;
	char clock[16], code[8];

	if (e == NULL || e->id != id) {
		(void)snprintf(out, cap, "a failure that is no longer kept");
		return;
	}
	phrase = view_phrase(e);
	from = e->from.n > 0 ? e->from : slice_str("-");
	to = e->to.n > 0 ? e->to : slice_str("-");
	(void)snprintf(out, cap, "%s %s %.*s  %.*s  %.*s -> %.*s", timefmt_clock(clock, sizeof clock, e->t_ns),
	    view_code(code, sizeof code, e->code), (int)(phrase.n < 60 ? phrase.n : 60), phrase.p,
	    (int)(e->method.n < 16 ? e->method.n : 16), e->method.n > 0 ? e->method.p : "",
	    (int)(from.n < 40 ? from.n : 40), from.p, (int)(to.n < 40 ? to.n : 40), to.p);
}

static void
alert_evidence(struct page *p, const struct store *s, const struct incident *i, size_t chosen)
{
	uint64_t ids[INCIDENT_EVIDENCE];
	size_t n = alert_events(i, ids);
	bool any = false;

	page_frame(p, "Failures it was seen in");
	for (size_t at = 0; at < n; at++) {
		char text[320], line[340];

		alert_event_text(s, ids[at], text, sizeof text);
		(void)snprintf(line, sizeof line, "%s %s", at == chosen ? ">" : " ", text);
		page_text(p, at == chosen ? ROLE_LIST_CURSOR : ROLE_TEXT, 0, 4, slice_str(line));
	}
	if (n == 0)
		page_text(p, ROLE_TEXT_DIM, 1, 1, slice_str("None is known by itself: the figures above tell it."));
	for (size_t at = 0; at < INCIDENT_EVIDENCE; at++) {
		page_label(p, any ? "" : "Call-ID", ROLE_TEXT_DIM, i->call_ids[at]);
		any = any || i->call_ids[at].n > 0;
	}
}

/* What a page is written of. */
struct alert_page {
	const struct viewer *v;
	const struct store *s;
	const struct incident *i;
	size_t chosen;
};

static void
alert_page(struct page *p, const void *what)
{
	const struct alert_page *a = what;
	const struct incident *i = a->i;
	const struct sip_pattern *pattern = sip_pattern_find(i->pattern);
	struct slice name = view_incident_title(i);
	char who[160], title[240];
	struct store_rule rule;

	(void)snprintf(title, sizeof title, "%c %.*s: %s", view_level_mark(i), (int)(name.n < 60 ? name.n : 60), name.p,
	    view_incident_who(who, sizeof who, i));
	page_frame(p, title);
	alert_figures(p, a->s, i);
	if (pattern != NULL)
		alert_pattern(p, pattern);
	else if (alert_rule(a->v, i, &rule))
		alert_of_rule(p, &rule);
	alert_evidence(p, a->s, i, a->chosen);
	if (pattern != NULL && pattern->kind != NULL)
		page_labelf(p, "Pattern", ROLE_TEXT_DIM, "P%u %s", (unsigned)pattern->number, pattern->kind);
}

static void
alert_body_draw(
    const struct viewer *v, struct alert *a, const struct incident *i, struct canvas *c, int row, int height)
{
	struct alert_page what = { v, v->store, i, a->chosen };
	struct page p;

	page_show(&p, c, row, height, &a->at, alert_page, &what);
	if (row > 0)
		page_place_draw(&p, c, canvas_rows(c) - 2, ROLE_TEXT_DIM);
}

/* What Enter does, for the page may stand where the evidence is out of sight. */
static void
alert_hint_draw(const struct viewer *v, const struct alert *a, const struct incident *i, struct canvas *c, int row)
{
	uint64_t ids[INCIDENT_EVIDENCE];
	size_t n = alert_events(i, ids);
	char text[320];

	if (v->say[0] != '\0') {
		view_say_draw(v, c, row);
		return;
	}
	if (n == 0)
		return;
	alert_event_text(v->store, ids[a->chosen], text, sizeof text);
	(void)canvas_printf(
	    c, row, 1, canvas_cols(c) - ALERT_PLACE, ROLE_TEXT_DIM, "Enter, %zu of %zu: %s", a->chosen + 1, n, text);
}

static void
alert_draw(struct viewer *v, void *state, struct canvas *c)
{
	struct alert *a = state;
	const struct incident *i = alert_incident(v);
	int rows = canvas_rows(c), head = rows >= VIEW_ROWS_MIN ? 1 : 0, foot = rows >= VIEW_ROWS_MIN ? 2 : 0;
	uint64_t ids[INCIDENT_EVIDENCE];
	size_t n = i != NULL ? alert_events(i, ids) : 0;

	view_visit_end(v, &a->visit);
	a->chosen = n == 0 ? 0 : a->chosen < n ? a->chosen : n - 1;
	if (head > 0) {
		view_status_line(v, c, 0, (struct view_follow){ .shown = false });
		view_key_bar(v, c, rows - 1);
	}
	if (i == NULL) {
		(void)canvas_printf(c, head, 1, canvas_cols(c) - 1, ROLE_TEXT_STRONG,
		    "This incident is no longer kept.  Esc goes back.");
		return;
	}
	if (foot > 0)
		alert_hint_draw(v, a, i, c, rows - 2);
	alert_body_draw(v, a, i, c, head, rows - head - foot);
}

static void
alert_open_event(struct viewer *v, struct alert *a)
{
	const struct incident *i = alert_incident(v);
	uint64_t ids[INCIDENT_EVIDENCE];
	size_t n = i != NULL ? alert_events(i, ids) : 0;

	if (n == 0)
		viewer_say(v, "it names no failure to open");
	else
		view_visit_open(v, &a->visit, ids[a->chosen < n ? a->chosen : n - 1]);
}

static enum command
alert_key(struct viewer *v, void *state, enum view_action action)
{
	struct alert *a = state;
	const struct incident *i = alert_incident(v);
	uint64_t ids[INCIDENT_EVIDENCE];
	size_t n = i != NULL ? alert_events(i, ids) : 0;

	if (page_move(&a->at, action))
		return COMMAND_NONE;
	if (action == ACTION_NEXT && n > 0)
		a->chosen = (a->chosen + 1) % n;
	else if (action == ACTION_PREVIOUS && n > 0)
		a->chosen = (a->chosen + n - 1) % n;
	else if (action == ACTION_OPEN)
		alert_open_event(v, a);
	else if (action == ACTION_BACK)
		viewer_pop(v);
	return COMMAND_NONE;
}

static void
alert_close(struct viewer *v, void *state)
{
	struct alert *a = state;

	view_visit_end(v, &a->visit);
}

const struct view_ops view_alert = {
	.name = "alert",
	.title = "Alert",
	.keys = alert_keys,
	.n_keys = sizeof alert_keys / sizeof alert_keys[0],
	.state_size = sizeof(struct alert),
	.draw = alert_draw,
	.key = alert_key,
	.close = alert_close,
};
