/*
 * detail - one failure explained: what it means, who said no, likely causes, what to check, the decoded fields and
 * the message as received.  It shows viewer.event_id and is written anew at each draw, so it needs no copy of
 * anything.
 */
#include <stdio.h>
#include <string.h>

#include "sipwhy/timefmt.h"
#include "view_int.h"

struct detail {
	size_t top, height;
};

enum { DETAIL_LONG_TITLE = 100, DETAIL_PLACE = 6 };

static const struct view_key detail_keys[] = {
	{ ACTION_UP, { UI_KEY_UP, 'k' }, "Up k", "one line up", NULL, NULL, 0 },
	{ ACTION_DOWN, { UI_KEY_DOWN, 'j' }, "Down j", "one line down", NULL, NULL, 0 },
	{ ACTION_PAGE_UP, { UI_KEY_PGUP, UI_CTRL('b') }, "PgUp ^B", "a page up", NULL, NULL, 0 },
	{ ACTION_PAGE_DOWN, { UI_KEY_PGDN, UI_CTRL('f'), ' ' }, "PgDn ^F Space", "a page down", "PgDn", "More", 140 },
	{ ACTION_HALF_UP, { UI_CTRL('u') }, "^U", "half a page up", NULL, NULL, 0 },
	{ ACTION_HALF_DOWN, { UI_CTRL('d') }, "^D", "half a page down", NULL, NULL, 0 },
	{ ACTION_HOME, { UI_KEY_HOME, 'g' }, "Home g", "first line", NULL, NULL, 0 },
	{ ACTION_END, { UI_KEY_END, 'G' }, "End G", "last line: the raw message", NULL, NULL, 0 },
	{ ACTION_NEXT, { UI_KEY_RIGHT, 'n', 'l' }, "Right n l", "next failure (newer)", "n", "Next", 190 },
	{ ACTION_PREVIOUS, { UI_KEY_LEFT, 'N' }, "Left N", "previous failure (older)", "N", "Previous", 180 },
	{ ACTION_BACK, { UI_KEY_ESC, 'q', UI_KEY_BACKSPACE }, "Esc q", "back to the list", "Esc", "Back", 255 },
};

static const struct event *
detail_event(const struct viewer *v, size_t *index)
{
	*index = store_event_index(v->store, v->event_id);
	return store_event_at(v->store, *index);
}

/* "503 Service Unavailable" as received. */
static void
detail_headline(struct page *p, const struct event *e)
{
	struct slice phrase = view_phrase(e);
	char title[160];

	(void)snprintf(title, sizeof title, "%u %.*s", e->code, (int)(phrase.n < 120 ? phrase.n : 120), phrase.p);
	page_frame(p, title);
}

/* NULL and the table's "-" both mean that nothing is known. */
static struct slice
detail_known(const char *s)
{
	return s != NULL && strcmp(s, "-") != 0 ? slice_str(s) : (struct slice){ NULL, 0 };
}

static const char *
detail_known_str(const char *s)
{
	return s != NULL && strcmp(s, "-") != 0 ? s : "";
}

/* ": meaning", or nothing when the headline has said it. */
static const char *
detail_more(const char *meaning, const char *headline, char *out, size_t cap)
{
	bool said = meaning == NULL || (headline != NULL && strcmp(meaning, headline) == 0);

	(void)snprintf(out, cap, "%s%s", said ? "" : ": ", said ? "" : meaning);
	return out;
}

static void
detail_cause(struct page *p, const struct event *e, const struct sip_explanation *why)
{
	char text[512];

	if (e->q850 >= 0 && why->q850 != NULL)
		page_labelf(p, "Q.850", ROLE_TEXT, "%d %s%s", e->q850, why->q850->name,
		    detail_more(why->q850->meaning, why->headline, text, sizeof text));
	else if (e->q850 >= 0)
		page_labelf(p, "Q.850", ROLE_TEXT, "%d: no cause with this number is known", e->q850);
	if (why->q850 != NULL)
		page_label(p, "", ROLE_TEXT_DIM, detail_known(why->q850->note));
	if (e->reason_sip >= SIP_CODE_MIN && e->reason_sip <= SIP_CODE_MAX)
		page_labelf(p, "SIP cause", ROLE_TEXT, "%d %s: the answer behind this one", e->reason_sip,
		    sip_code_phrase((unsigned)e->reason_sip));
	page_label(p, "Reason", ROLE_TEXT_DIM, slice_trim(e->reason));
}

static void
detail_warning(struct page *p, const struct event *e, const struct sip_explanation *why)
{
	const struct sip_warning *w = why->warning;
	char text[512];

	if (w == NULL && e->warn_code >= 0)
		w = sip_warning_find((unsigned)e->warn_code);
	if (w != NULL)
		page_labelf(p, "Warning", ROLE_TEXT, "%u %s%s", w->code, w->name,
		    detail_more(w->meaning, why->headline, text, sizeof text));
	page_label(p, w != NULL ? "" : "Warning", ROLE_TEXT_DIM, slice_trim(e->warning));
}

/* RFC 3261 20.33: seconds, then perhaps a comment or parameters. */
static void
detail_retry(struct page *p, const struct event *e)
{
	struct slice raw = slice_trim(e->retry_after), digits = raw;
	uint64_t seconds;

	digits.n = 0;
	while (digits.n < raw.n && raw.p[digits.n] >= '0' && raw.p[digits.n] <= '9')
		digits.n++;
	if (slice_u64(digits, UINT32_MAX, &seconds) != 0) {
		page_label(p, "Retry-After", ROLE_TEXT, raw);
		return;
	}
	page_labelf(p, "Retry-After", ROLE_TEXT, "%.*s: asks not to be tried again for %u s",
	    (int)(raw.n < 200 ? raw.n : 200), raw.p, (unsigned)seconds);
}

static void
detail_said_by(struct page *p, const struct event *e)
{
	static const char *const words[] = {
		[DIRECTION_UNKNOWN] = "neither is known to be this machine",
		[DIRECTION_SENT] = "this machine said it to the peer",
		[DIRECTION_RECEIVED] = "the peer said it to this machine",
	};
	const char *way = words[e->direction <= DIRECTION_RECEIVED ? e->direction : DIRECTION_UNKNOWN];

	page_labelf(p, "Who said no", ROLE_TEXT_STRONG, "%.*s, or a hop behind it",
	    (int)(e->src.n < 64 ? e->src.n : 64), e->src.n > 0 ? e->src.p : "");
	page_labelf(p, "To whom", ROLE_TEXT, "%.*s  (%s)", (int)(e->dst.n < 64 ? e->dst.n : 64),
	    e->dst.n > 0 ? e->dst.p : "", way);
	page_label(p, "Its software", ROLE_TEXT, slice_trim(e->agent));
}

/* How many more, and since when: one failure may be chance, a series is not. */
static void
detail_alike(struct page *p, const struct event *e, const struct why_alike *alike)
{
	char first[32], last[32], n[32];

	if (alike->n < 2) {
		page_labelf(p, "Alike", ROLE_TEXT, "none within 5 minutes: same code, same peer");
		return;
	}
	page_labelf(p, "Alike", ROLE_TEXT, "%s x %u, same peer, %s%s to %s", view_number(n, sizeof n, alike->n, 9),
	    e->code, timefmt_clock(first, sizeof first, alike->first_ns), alike->older ? " or earlier" : "",
	    timefmt_clock(last, sizeof last, alike->last_ns));
}

/* The first word of a phrase row's product stands in the message's own Server header. */
static bool
detail_is_product(const struct event *e, const char *product)
{
	struct slice word = { product, strcspn(product, " /(") };

	for (size_t i = 0; i + word.n <= e->agent.n; i++)
		if (slice_istarts((struct slice){ e->agent.p + i, e->agent.n - i }, word))
			return true;
	return false;
}

/* False when the row is known from another product than the one that sent the message: then it is a hint, no more. */
static bool
detail_phrase_fits(const struct event *e, const struct sip_explanation *why)
{
	const char *product = detail_known_str(why->phrase->product);

	return product[0] == '\0' || e->agent.n == 0 || detail_is_product(e, product);
}

static void
detail_phrase(struct page *p, const struct event *e, const struct sip_explanation *why)
{
	const char *product = detail_known_str(why->phrase->product);
	bool said = why->headline != NULL && strcmp(why->phrase->meaning, why->headline) == 0;
	enum ui_role role = detail_phrase_fits(e, why) ? ROLE_TEXT : ROLE_TEXT_DIM;

	if (said)
		page_labelf(p, "This phrase", ROLE_TEXT_DIM, "known from %s",
		    product[0] == '\0' ? "several products" : product);
	else
		page_labelf(p, "This phrase", role, "%s%s%s", product,
		    product[0] == '\0' ? "" : " means by it: ", why->phrase->meaning);
}

/* Meanings from the most special to the most general; none twice. */
static void
detail_meaning(struct page *p, const struct event *e, const struct sip_explanation *why, const struct why_alike *alike)
{
	const char *code = why->code != NULL ? why->code->meaning : why->cls != NULL ? why->cls->meaning : NULL;

	page_label(p, "Means", ROLE_TEXT_STRONG, detail_known(why->headline));
	if (why->code != NULL && strcmp(detail_known_str(why->code->expected), "yes") == 0)
		page_label(p, "Normal when", ROLE_TEXT, detail_known(why->code->expected_when));
	detail_said_by(p, e);
	detail_alike(p, e, alike);
	detail_cause(p, e, why);
	detail_warning(p, e, why);
	detail_retry(p, e);
	if (why->phrase != NULL)
		detail_phrase(p, e, why);
	if (code != NULL && (why->headline == NULL || strcmp(code, why->headline) != 0))
		page_labelf(p, "Code", ROLE_TEXT, "%u %s: %s", e->code, sip_code_phrase(e->code), code);
	if (why->code == NULL)
		page_label(p, "Rule", ROLE_TEXT, detail_known(why->cls != NULL ? why->cls->operator_rule : NULL));
}

static void
detail_numbered(struct page *p, const char *const *lines)
{
	for (unsigned i = 0; lines != NULL && lines[i] != NULL; i++) {
		char text[1024];

		(void)snprintf(text, sizeof text, "%u  %s", i + 1, lines[i]);
		page_text(p, ROLE_TEXT, 1, 4, slice_str(text));
	}
}

static void
detail_bullets(struct page *p, const char *const *lines)
{
	for (size_t i = 0; lines != NULL && lines[i] != NULL; i++) {
		char text[1024];

		(void)snprintf(text, sizeof text, "-  %s", lines[i]);
		page_text(p, ROLE_TEXT, 1, 4, slice_str(text));
	}
}

static bool
detail_any(const char *const *lines)
{
	return lines != NULL && lines[0] != NULL;
}

static void
detail_causes(struct page *p, const struct sip_explanation *why)
{
	bool warning = why->warning != NULL && detail_any(why->warning->causes);

	if (!warning && (why->code == NULL || !detail_any(why->code->causes)))
		return;
	page_frame(p, "Likely causes");
	detail_numbered(p, warning ? why->warning->causes : why->code->causes);
}

static void
detail_checks(struct page *p, const struct event *e, const struct sip_explanation *why)
{
	bool phrase = why->phrase != NULL && detail_known(why->phrase->check_next).n > 0;

	page_frame(p, "What to check next");
	if (phrase && detail_phrase_fits(e, why))
		detail_bullets(p, (const char *const[]){ why->phrase->check_next, NULL });
	if (why->warning != NULL)
		detail_bullets(p, why->warning->checks);
	if (why->code != NULL)
		detail_bullets(p, why->code->checks);
	if (phrase && !detail_phrase_fits(e, why))
		detail_bullets(p, (const char *const[]){ why->phrase->check_next, NULL });
	if (why->code == NULL)
		return;
	page_labelf(p, "Try again?", ROLE_TEXT, "%s%s%s", detail_known_str(why->code->retryable),
	    detail_known(why->code->retry_note).n > 0 ? ": " : "", detail_known_str(why->code->retry_note));
	page_label(p, "Usual from", ROLE_TEXT_DIM, detail_known(why->code->generated_by));
	if (strcmp(detail_known_str(why->code->expected), "depends") == 0)
		page_labelf(p, "Normal when", ROLE_TEXT_DIM, "%s", detail_known_str(why->code->expected_when));
	page_label(p, "Note", ROLE_TEXT, detail_known(why->code->seed_note));
	page_label(p, "Read", ROLE_TEXT_DIM, detail_known(why->code->rfc));
}

static void
detail_fields(struct page *p, const struct event *e)
{
	char text[64];

	page_frame(p, "Decoded fields");
	page_label(p, "Time", ROLE_TEXT, slice_str(timefmt_date_ms(text, sizeof text, e->t_ns)));
	page_label(p, "Method", ROLE_TEXT, e->method);
	page_label(p, "From", ROLE_TEXT, e->from);
	page_label(p, "To", ROLE_TEXT, e->to);
	page_label(p, "Peer", ROLE_TEXT, e->peer);
	page_labelf(p, "Transport", ROLE_TEXT, "%s%s", transport_name(e->transport),
	    e->direction == DIRECTION_SENT           ? ", sent by this machine"
		: e->direction == DIRECTION_RECEIVED ? ", received by this machine"
						     : "");
	page_label(p, "Call-ID", ROLE_TEXT, e->call_id);
	page_label(p, "Source", ROLE_TEXT, e->source);
	page_label(p, "Explained by", ROLE_TEXT_DIM, e->explain);
	if (e->partial)
		page_label(p, "Careful", ROLE_CLASS_4XX, slice_str("not all of this message could be decoded"));
	if (e->cut)
		page_label(p, "Careful", ROLE_CLASS_4XX, slice_str("the capture cut this message short"));
}

/* One line of the message; false at its end. */
static bool
detail_raw_next(struct slice *raw, struct slice *line)
{
	if (raw->n == 0)
		return false;
	*line = slice_cut(raw, '\n');
	if (line->n > 0 && line->p[line->n - 1] == '\r')
		line->n--;
	return true;
}

static void
detail_raw(struct page *p, const struct event *e)
{
	struct slice raw = e->raw, line;
	char title[96], n[32];
	bool start = true, body = false;

	(void)snprintf(title, sizeof title, "Message as received, %s bytes", view_number(n, sizeof n, e->raw_len, 11));
	page_frame(p, title);
	while (detail_raw_next(&raw, &line)) {
		const char *colon = line.n > 0 ? memchr(line.p, ':', line.n) : NULL;
		size_t head = !start && !body && colon != NULL ? (size_t)(colon - line.p) : 0;

		page_raw(p, ROLE_SYNTAX_HEADER, head,
		    start      ? ROLE_SYNTAX_START
			: body ? ROLE_SYNTAX_BODY
			       : ROLE_TEXT,
		    line);
		body = body || (!start && line.n == 0);
		start = start && line.n == 0;
	}
	if (e->raw.n == 0)
		page_text(p, ROLE_TEXT_DIM, 1, 1, slice_str("(not kept)"));
	else if (e->raw_len > e->raw.n)
		page_labelf(p, "", ROLE_TEXT_DIM, "(%s more bytes were not kept)",
		    view_number(n, sizeof n, e->raw_len - e->raw.n, 11));
}

static void
detail_page(struct page *p, const struct event *e, const struct why_alike *alike)
{
	struct sip_explanation why;

	view_explain(e, &why);
	detail_headline(p, e);
	detail_meaning(p, e, &why, alike);
	detail_causes(p, &why);
	detail_checks(p, e, &why);
	detail_fields(p, e);
	detail_raw(p, e);
}

/* " 5/9,812  14:32:06.553  INVITE  1037 -> +442066627625". */
static void
detail_title_draw(const struct viewer *v, const struct event *e, size_t index, struct canvas *c, int row)
{
	char clock[16], at[32], of[32];
	int cols = canvas_cols(c), col = 1;

	col += canvas_printf(c, row, col, cols, ROLE_TEXT_STRONG,
		   cols >= DETAIL_LONG_TITLE ? "Failure %s of %s" : "%s/%s", view_number(at, sizeof at, index + 1, 11),
		   view_number(of, sizeof of, store_event_count(v->store), 11)) +
	    2;
	col +=
	    canvas_printf(c, row, col, cols, ROLE_TEXT_DIM, "%s", timefmt_clock_ms(clock, sizeof clock, e->t_ns)) + 2;
	col += canvas_text(c, row, col, 12, ROLE_TEXT, e->method) + 2;
	col += canvas_text(c, row, col, 24, ROLE_TEXT, e->from);
	col += canvas_printf(c, row, col, cols, ROLE_TEXT_DIM, " -> ");
	(void)canvas_text(c, row, col, cols - col - DETAIL_PLACE, ROLE_TEXT, e->to);
}

static void
detail_gone_draw(struct canvas *c, int row)
{
	(void)canvas_printf(c, row, 1, canvas_cols(c) - 1, ROLE_TEXT_STRONG,
	    "This failure is no longer kept: newer ones pushed it out.  Esc goes back.");
}

/* Writes the page; once more when it turns out to end above the window. */
static void
detail_body_draw(const struct viewer *v, struct detail *d, const struct event *e, struct canvas *c, int row, int height)
{
	struct why_alike alike;
	struct page p;

	why_alike(v->store, e, false, &alike);
	page_begin(&p, c, -1, 0, 0);
	detail_page(&p, e, &alike);
	p.height = height;
	if (d->top > page_last_top(&p))
		d->top = page_last_top(&p);
	d->height = (size_t)(height > 0 ? height : 0);
	page_begin(&p, c, row, height, d->top);
	detail_page(&p, e, &alike);
	if (row > 0)
		page_place_draw(&p, c, row - 1, ROLE_TEXT_DIM);
}

static void
detail_draw(struct viewer *v, void *state, struct canvas *c)
{
	struct detail *d = state;
	size_t index;
	const struct event *e = detail_event(v, &index);
	int rows = canvas_rows(c), head = rows >= VIEW_ROWS_MIN ? 2 : 0, foot = rows >= VIEW_ROWS_MIN ? 1 : 0;

	if (head > 0)
		view_status_line(v, c, 0, (struct view_follow){ .shown = false });
	if (foot > 0)
		view_key_bar(v, c, rows - 1);
	if (e == NULL) {
		detail_gone_draw(c, head);
		return;
	}
	if (head > 0)
		detail_title_draw(v, e, index, c, 1);
	if (v->say[0] != '\0' && rows > head + foot + 1) {
		foot++;
		(void)canvas_printf(c, rows - foot, 1, canvas_cols(c) - 1, ROLE_TEXT_KEY, "%s", v->say);
	}
	detail_body_draw(v, d, e, c, head, rows - head - foot);
}

static void
detail_step(struct viewer *v, struct detail *d, bool forward)
{
	size_t n = store_event_count(v->store), index = store_event_index(v->store, v->event_id);
	const struct event *e = NULL;

	if (forward && index + 1 < n)
		e = store_event_at(v->store, index + 1);
	else if (!forward && index > 0 && index <= n)
		e = store_event_at(v->store, index - 1);
	if (e == NULL) {
		viewer_say(v, forward ? "this is the newest failure" : "this is the oldest failure kept");
		return;
	}
	v->event_id = e->id;
	v->moved = true;
	d->top = 0;
}

static enum command
detail_key(struct viewer *v, void *state, enum view_action action)
{
	struct detail *d = state;

	if (page_move(&d->top, d->height, action))
		return COMMAND_NONE;
	if (action == ACTION_NEXT || action == ACTION_PREVIOUS)
		detail_step(v, d, action == ACTION_NEXT);
	else if (action == ACTION_BACK)
		viewer_pop(v);
	return COMMAND_NONE;
}

const struct view_ops view_detail = {
	.name = "detail",
	.title = "Failure",
	.keys = detail_keys,
	.n_keys = sizeof detail_keys / sizeof detail_keys[0],
	.state_size = sizeof(struct detail),
	.draw = detail_draw,
	.key = detail_key,
};
