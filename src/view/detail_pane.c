/*
 * detail_pane - one failure in a part of the screen: decoded, its ladder and its message one below the other; for the
 * split of Events.
 * One thing to know: height goes to the sentences first, then to the ladder, and what is left to the message.
 */
#include <stdio.h>
#include <string.h>

#include "detail.h"
#include "sipwhy/timefmt.h"

enum { PANE_LABEL = 8, PANE_CAUSES = 3, PANE_LADDER_ROWS = 14, PANE_RAW_ROWS = 6 };

struct pane {
	const struct viewer *v;
	struct canvas *c;
	int row, end, col, width;
};

/* Bytes that fit into `width` columns, ended at a blank. */
static size_t
pane_fit(const char *s, int width)
{
	size_t n = strlen(s), at;

	if (n <= (size_t)width)
		return n;
	for (at = (size_t)width; at > 0 && s[at] != ' '; at--)
		;
	return at > 0 ? at : (size_t)width;
}

/* "Means   the next hop ...", further lines below it, at most `lines`. */
static void
pane_text(struct pane *p, const char *label, const char *text, int lines, enum ui_role role)
{
	int room = p->width - PANE_LABEL;

	if (text == NULL || text[0] == '\0' || room < 8)
		return;
	for (int i = 0; i < lines && text[0] != '\0' && p->row < p->end; i++) {
		bool cut = strlen(text) > (size_t)room && (i + 1 == lines || p->row + 1 == p->end);
		size_t n = pane_fit(text, room - cut);

		if (i == 0)
			(void)canvas_printf(p->c, p->row, p->col, PANE_LABEL, ROLE_TEXT_DIM, "%s", label);
		/* The sign that says so takes the place of the blank behind the last word. */
		(void)canvas_text(p->c, p->row++, p->col + PANE_LABEL, cut ? (int)n + 1 : room, role,
		    (struct slice){ text, cut ? strlen(text) : n });
		text += n;
		while (*text == ' ')
			text++;
	}
}

static void
pane_head(struct pane *p, const struct event *e)
{
	struct slice phrase = view_phrase(e);
	char title[160], code[16], clock[16];
	int col = p->col, end = p->col + p->width;

	(void)snprintf(title, sizeof title, "%s %.*s", view_code(code, sizeof code, e->code),
	    (int)(phrase.n < 100 ? phrase.n : 100), phrase.p);
	(void)view_frame(p->c, p->row++, p->col - 1, p->width + 1, title);
	col += canvas_printf(
	    p->c, p->row, col, p->width, ROLE_TEXT_DIM, "%s  ", timefmt_clock_ms(clock, sizeof clock, e->t_ns));
	col += canvas_text(p->c, p->row, col, end - col, ROLE_TEXT, e->method) + 2;
	col += canvas_text(p->c, p->row, col, end - col, ROLE_TEXT, e->from.n > 0 ? e->from : slice_str("-"));
	col += canvas_printf(p->c, p->row, col, end - col, ROLE_TEXT_DIM, " -> ");
	(void)canvas_text(p->c, p->row, col, end - col, ROLE_TEXT, e->to.n > 0 ? e->to : slice_str("-"));
	p->row += 2;
}

static void
pane_who(struct pane *p, const struct event *e)
{
	struct slice by = e->said_by.n > 0 ? e->said_by : e->src;
	bool named = view_peer_known(e) && slice_eq(by, e->src) && slice_ifind(by, e->peer) < 0;
	char text[240], span[24];

	if (by.n < 2 && e->peer_name.n > 0 && e->direction != DIRECTION_SENT)
		(void)snprintf(text, sizeof text, "%.*s  (name from the log)",
		    (int)(e->peer_name.n < 200 ? e->peer_name.n : 200), e->peer_name.p);
	else if (by.n < 2)
		(void)snprintf(text, sizeof text, "-  (no address is known)");
	else
		(void)snprintf(text, sizeof text, "%.*s%s%.*s%s%s", named ? (int)(e->peer.n < 48 ? e->peer.n : 48) : 0,
		    named ? e->peer.p : "", named ? " (" : "", (int)(by.n < 60 ? by.n : 60), by.p, named ? ")" : "",
		    e->said_by.n == 0 || slice_eq(e->said_by, e->src)  ? ""
			: e->said_code != 0 && e->said_code != e->code ? ", passed on as another code"
								       : ", passed on as is");
	pane_text(p, e->code == 0 ? "Silent" : "Said by", text, 2, ROLE_TEXT_STRONG);
	if (e->hop_ms >= 0) {
		(void)snprintf(text, sizeof text, "%s after the request%s", view_delay(span, sizeof span, e, e->hop_ms),
		    e->rang ? ", it rang before" : "");
		pane_text(p, "When", text, 1, ROLE_TEXT);
	}
}

static void
pane_impact(struct pane *p, const struct event *e)
{
	struct store_group g;
	char text[160], n[24], calls[24], users[24], clock[32];

	if (!store_group_find(p->v->store, store_group_key(p->v->store, e), &g) || g.count < 2)
		return;
	(void)snprintf(text, sizeof text, "%s events, %s call%s, %s user%s, since %s",
	    view_number(n, sizeof n, g.count, 9), view_about(g.calls, g.count, calls, sizeof calls),
	    g.calls == 1 ? "" : "s", view_about(g.users, g.count, users, sizeof users), g.users == 1 ? "" : "s",
	    view_when(clock, sizeof clock, g.first_ns, e->t_ns));
	pane_text(p, "Impact", text, 2, ROLE_TEXT);
}

static void
pane_decoded(struct pane *p, const struct event *e)
{
	struct sip_explanation why;
	char text[SIP_COMPOSE_MAX];

	view_explain(e, &why);
	(void)sip_compose(e, &why, text, sizeof text);
	pane_text(p, "Means", text, 3, ROLE_TEXT_STRONG);
	if (why.q850 != NULL && e->q850 >= 0) {
		(void)snprintf(text, sizeof text, "Q.850 %d: %s", e->q850, why.q850->name);
		pane_text(p, "Cause", text, 2, ROLE_TEXT);
	}
	pane_who(p, e);
	pane_impact(p, e);
	p->row++;
	for (size_t i = 0; why.causes != NULL && why.causes[i] != NULL && i < PANE_CAUSES; i++) {
		(void)snprintf(text, sizeof text, "%zu %s", i + 1, why.causes[i]);
		pane_text(p, i == 0 ? "Likely" : "", text, 2, ROLE_TEXT);
	}
	if (why.checks != NULL)
		pane_text(p, "Check", why.checks[0], 2, ROLE_TEXT);
}

/* A frame; false when there is no room for it and `rows` more. */
static bool
pane_frame(struct pane *p, const char *title, int rows)
{
	if (p->end - p->row < rows + 2)
		return false;
	p->row++;
	(void)view_frame(p->c, p->row++, p->col - 1, p->width + 1, title);
	return true;
}

static void
pane_ladder(struct pane *p, const struct event *e, const struct detail_messages *m)
{
	struct ladder l;
	struct ladder_lanes at = { .col = p->col, .width = p->width, .small = true };
	int rows;

	if (!m->told)
		return;
	ladder_build(&l, p->v, e, m, -1);
	rows = (int)l.n + 1 < PANE_LADDER_ROWS ? (int)l.n + 1 : PANE_LADDER_ROWS;
	if (!pane_frame(p, l.by_text ? "Ladder, " LADDER_BY_TEXT : "Ladder", rows < 5 ? rows : 5))
		return;
	at.row = p->row;
	at.height = p->end - p->row - (PANE_RAW_ROWS + 2) > rows ? rows : p->end - p->row - (PANE_RAW_ROWS + 2);
	at.height = at.height < 5 ? (rows < 5 ? rows : 5) : at.height;
	at.cursor = l.said < l.n ? l.said : 0;
	if ((int)at.cursor >= at.height - 1)
		at.top = at.cursor - (size_t)(at.height - 2);
	ladder_draw(p->v, &l, p->c, &at);
	p->row += at.height;
}

void
detail_pane_draw(
    const struct viewer *v, const struct event *e, struct canvas *c, int row, int col, int width, int height)
{
	struct pane p = { v, c, row, row + height, col + 1, width - 1 };
	struct raw_look look = { v->fold_shown, false, false, "" };
	struct detail_messages m;

	if (width < 24 || height < 3)
		return;
	if (e == NULL) {
		(void)canvas_printf(c, row + 1, col + 1, width - 1, ROLE_TEXT_DIM, "no failure is selected");
		return;
	}
	detail_messages(v, e, &m);
	pane_head(&p, e);
	pane_decoded(&p, e);
	pane_ladder(&p, e, &m);
	if (m.answer < m.n && m.m[m.answer].raw.n > 0 && pane_frame(&p, "Raw", 3))
		raw_draw_text(&m.m[m.answer], &look, c, p.row, p.col, p.width, p.end - p.row, 0);
	else if (e->statement && pane_frame(&p, "Raw", 1))
		(void)canvas_printf(
		    c, p.row, p.col, p.width, ROLE_TEXT_DIM, "- not in the log: one line named the code");
}
