/*
 * sdp - what was offered and what was answered, side by side; sdp_read.c reads the descriptions.
 * One thing to know: what both do not have in common is marked, since that is why media fails; a body that is no
 * description is shown as text.
 */
#include <stdio.h>
#include <string.h>

#include "detail.h"

static const struct view_key sdp_keys[] = {
	VIEW_PAGE_KEYS("last line"),
	{ ACTION_RAW, { 'r', UI_KEY_ENTER }, "r Enter", "the message as received", "r", "raw", 100, NULL, PART_LOOK },
	{ ACTION_BACK, { UI_KEY_ESC, 'q', UI_KEY_BACKSPACE }, "Esc q", "back", "Esc", "Back", 255, "q", PART_MOVE },
};

/* offer, answer: rows of the messages, n none. */
struct sdp_look {
	const struct detail_messages *m;
	size_t offer, answer;
};

static bool
sdp_is_in(const struct callmsg *m)
{
	struct slice type = message_header(m->raw, "Content-Type", "c");

	return slice_ifind(type, slice_str("sdp")) >= 0 && message_body(m->raw).n > 0;
}

/* Responses answer offers of requests; where a response has the offer, ACK or PRACK has the answer (RFC 3264 4). */
static bool
sdp_answers(const struct detail_messages *m, const struct sdp_look *look, size_t i)
{
	const struct callmsg *offer = look->offer < m->n ? &m->m[look->offer] : NULL;

	if (offer == NULL || look->answer < m->n || m->m[i].leg != offer->leg)
		return false;
	if (offer->code == 0)
		return m->m[i].code != 0;
	return m->m[i].code == 0 &&
	    (slice_eq(m->m[i].method, slice_str("ACK")) || slice_eq(m->m[i].method, slice_str("PRACK")));
}

/* From the message the user stands on back: the newest offer, and what answered it on the same leg. */
static void
sdp_find(const struct detail_messages *m, size_t from, struct sdp_look *out)
{
	*out = (struct sdp_look){ m, m->n, m->n };
	for (size_t i = 0; i < m->n; i++) {
		if (!sdp_is_in(&m->m[i]))
			continue;
		if (sdp_answers(m, out, i))
			out->answer = i;
		else if (out->offer == m->n || (i <= from && m->m[i].code == 0)) {
			out->offer = i;
			out->answer = m->n;
		}
	}
}

static bool
sdp_has(const struct sdp_media *m, const struct sdp_codec *codec)
{
	for (size_t i = 0; m != NULL && i < m->n_codecs; i++) {
		const struct sdp_codec *other = &m->codec[i];

		if (codec->name.n > 0 && other->name.n > 0 ? slice_ieq(codec->name, other->name)
							   : slice_eq(codec->format, other->format))
			return true;
	}
	return false;
}

static struct slice
sdp_or_dash(struct slice s)
{
	return s.n > 0 ? s : slice_str("-");
}

/* One row: a word, the offer's value and the answer's; differs: say so with a sign. */
static void
sdp_row(struct page *p, const char *word, struct slice a, struct slice b, bool differs)
{
	char text[512];
	size_t n;

	a = sdp_or_dash(a);
	b = sdp_or_dash(b);
	n = (size_t)snprintf(text, sizeof text, "%c %-10s ", differs ? '!' : ' ', word);
	n += message_clean(text + n, 60, (struct slice){ a.p, a.n < 60 ? a.n : 60 }, canvas_ascii(p->c), NULL);
	while (n < 13 + 28)
		text[n++] = ' ';
	text[n++] = ' ';
	n += message_clean(text + n, 120, (struct slice){ b.p, b.n < 120 ? b.n : 120 }, canvas_ascii(p->c), NULL);
	page_raw(p, differs ? ROLE_STATE_WARN : ROLE_TEXT_DIM, 12, differs ? ROLE_STATE_WARN : ROLE_TEXT,
	    (struct slice){ text, n });
}

static struct slice
sdp_codec_text(const struct sdp_codec *codec, char *out, size_t cap)
{
	int n = snprintf(out, cap, "%.*s %.*s", (int)(codec->format.n < 12 ? codec->format.n : 12), codec->format.p,
	    (int)(codec->name.n < 40 ? codec->name.n : 40), codec->name.n > 0 ? codec->name.p : "");

	return (struct slice){ out, n > 0 && (size_t)n < cap ? (size_t)n : 0 };
}

static void
sdp_codecs(struct page *p, const struct sdp_media *a, const struct sdp_media *b)
{
	char left[64], right[64];
	struct slice none = { NULL, 0 };

	for (size_t i = 0; a != NULL && i < a->n_codecs; i++) {
		bool both = sdp_has(b, &a->codec[i]);
		struct slice text = sdp_codec_text(&a->codec[i], left, sizeof left);

		sdp_row(p, i == 0 ? "codecs" : "", text, both ? text : none, b != NULL && !both);
	}
	for (size_t i = 0; b != NULL && i < b->n_codecs; i++)
		if (!sdp_has(a, &b->codec[i]))
			sdp_row(p, "codec", none, sdp_codec_text(&b->codec[i], right, sizeof right), a != NULL);
	if ((a != NULL && a->codecs_left_out > 0) || (b != NULL && b->codecs_left_out > 0))
		page_text(p, ROLE_TEXT_DIM, 2, 2, slice_str("(more codecs are not shown)"));
}

/* sendonly fits recvonly, not itself. */
static bool
sdp_directions_fit(const char *a, const char *b)
{
	if (strcmp(a, "sendrecv") == 0)
		return true;
	if (strcmp(a, "sendonly") == 0)
		return strcmp(b, "recvonly") == 0 || strcmp(b, "inactive") == 0;
	if (strcmp(a, "recvonly") == 0)
		return strcmp(b, "sendonly") == 0 || strcmp(b, "inactive") == 0;
	return strcmp(b, "inactive") == 0;
}

static void
sdp_medium(struct page *p, const struct sdp_media *a, const struct sdp_media *b)
{
	static const struct sdp_media none;
	const struct sdp_media *x = a != NULL ? a : &none, *y = b != NULL ? b : &none;
	bool both = a != NULL && b != NULL;

	sdp_row(p, "media", x->kind, y->kind, both && !slice_eq(x->kind, y->kind));
	sdp_row(p, "address", x->address, y->address, false);
	sdp_row(p, "port", x->port, y->port, both && slice_eq(y->port, slice_str("0")));
	sdp_row(p, "protocol", x->protocol, y->protocol, both && !slice_eq(x->protocol, y->protocol));
	sdp_codecs(p, a, b);
	sdp_row(
	    p, "ptime", x->ptime, y->ptime, both && x->ptime.n > 0 && y->ptime.n > 0 && !slice_eq(x->ptime, y->ptime));
	sdp_row(p, "direction", slice_str(x->direction), slice_str(y->direction),
	    both && !sdp_directions_fit(x->direction, y->direction));
	sdp_row(p, "crypto", x->crypto, y->crypto, both && !slice_eq(x->crypto, y->crypto));
}

static void
sdp_plain(struct page *p, const struct callmsg *m)
{
	struct slice body = message_body(m->raw), line;

	while (message_line(&body, &line))
		page_raw(p, ROLE_SYNTAX_BODY, 0, ROLE_SYNTAX_BODY, line);
}

/* What is missing of a description is not there to be compared. */
static void
sdp_cut(struct page *p, const struct callmsg *m)
{
	char label[96], text[160];
	int n;

	if (!message_is_cut(m))
		return;
	n = snprintf(text, sizeof text, "- The end of the %.80s %s.", message_label(m, label, sizeof label),
	    m->cut ? "was not captured" : "is not kept");
	page_blank(p);
	page_text(p, ROLE_STATE_WARN, 1, 3, (struct slice){ text, n > 0 ? (size_t)n : 0 });
}

static void
sdp_write(struct page *p, const void *what)
{
	const struct sdp_look *look = what;
	const struct detail_messages *m = look->m;
	struct sdp a = { .n = 0 }, b = { .n = 0 };
	char x[96], y[96] = "no answer with SDP";
	bool offered = look->offer < m->n, answered = look->answer < m->n;

	if (!offered) {
		page_text(p, ROLE_TEXT_DIM, 1, 1, slice_str("- None of the messages kept has a session description."));
		return;
	}
	offered = sdp_read(message_body(m->m[look->offer].raw), &a);
	if (!offered) {
		page_text(p, ROLE_TEXT_DIM, 1, 1, slice_str("- This is no session description that can be read:"));
		sdp_plain(p, &m->m[look->offer]);
		return;
	}
	(void)message_label(&m->m[look->offer], x, sizeof x);
	if (answered)
		(void)message_label(&m->m[look->answer], y, sizeof y);
	if (answered && !sdp_read(message_body(m->m[look->answer].raw), &b)) {
		page_text(p, ROLE_TEXT_DIM, 1, 1, slice_str("- The answer cannot be read:"));
		sdp_plain(p, &m->m[look->answer]);
		answered = false;
	}
	sdp_row(p, "", slice_str(x), slice_str(y), false);
	for (size_t i = 0; i < a.n || i < b.n; i++) {
		page_blank(p);
		sdp_medium(p, i < a.n ? &a.media[i] : NULL, answered && i < b.n ? &b.media[i] : NULL);
	}
	if (a.media_left_out > 0 || b.media_left_out > 0)
		page_text(p, ROLE_TEXT_DIM, 1, 1, slice_str("(more media are not shown)"));
	sdp_cut(p, &m->m[look->offer]);
	if (!answered)
		return;
	sdp_cut(p, &m->m[look->answer]);
	page_blank(p);
	page_text(p, ROLE_TEXT_DIM, 1, 1, slice_str("! is what the two sides do not have in common."));
}

/* " SDP   offer and answer   10.20.4.47 > 10.20.0.10   leg B". */
static void
sdp_title_draw(const struct sdp_look *look, struct canvas *c, int row)
{
	int cols = canvas_cols(c), col = 1;
	const struct callmsg *m;

	col += canvas_printf(c, row, col, cols - col, ROLE_TEXT_STRONG, "SDP   offer and answer") + 3;
	if (look->offer >= look->m->n || cols < 60)
		return;
	m = &look->m->m[look->offer];
	col += canvas_text(c, row, col, 40, ROLE_TEXT, m->src);
	col += canvas_printf(c, row, col, 3, ROLE_TEXT, " > ");
	col += canvas_text(c, row, col, 40, ROLE_TEXT, m->dst) + 3;
	if (m->leg > 0 && col < cols - 8)
		(void)canvas_printf(
		    c, row, col, cols - col - 8, ROLE_TEXT_DIM, "leg %c", 'A' + (m->leg < 26 ? m->leg : 25));
}

static void
sdp_draw(struct viewer *v, void *state, struct canvas *c)
{
	struct detail_rows y = detail_rows(c);
	const struct event *e = detail_event(v);
	struct detail_messages m;
	struct sdp_look look;
	struct page p;

	if (e == NULL) {
		detail_rows_draw(v, &y, c, "");
		detail_gone_draw(c, y.body);
		return;
	}
	detail_messages(v, e, &m);
	sdp_find(&m, v->message, &look);
	if (y.title >= 0)
		sdp_title_draw(&look, c, y.title);
	page_show(&p, c, y.body, y.height, state, sdp_write, &look);
	detail_rows_draw(v, &y, c, "");
	if (y.title >= 0)
		page_place_draw(&p, c, y.title, ROLE_TEXT_DIM);
}

static enum command
sdp_key(struct viewer *v, void *state, enum view_action action)
{
	if (page_move(state, action))
		return COMMAND_NONE;
	if (action == ACTION_RAW)
		viewer_push(v, &view_raw);
	else if (action == ACTION_BACK)
		viewer_pop(v);
	return COMMAND_NONE;
}

const struct view_ops view_sdp = {
	.name = "sdp",
	.title = "SDP",
	.keys = sdp_keys,
	.n_keys = sizeof sdp_keys / sizeof sdp_keys[0],
	.state_size = sizeof(struct page_scroll),
	.popup = false,
	.draw = sdp_draw,
	.key = sdp_key,
};
