/*
 * detail - between the screens about one failure (decoded, raw, ladder, diff, sdp): its messages, and what stands on
 * its pages.
 */
#ifndef VIEW_DETAIL_H
#define VIEW_DETAIL_H

#include "sipwhy/callmsg.h"
#include "view_int.h"

/*
 * The messages of one failure, by time.  told: they were told one by one; else there is at most the one that the event
 * carries.  gone: they were told and newer ones pushed them out.  answer: row of the failure's own, n when it is not
 * there.  Borrowed from the store.
 */
struct detail_messages {
	struct callmsg m[CALLMSG_MAX];
	size_t n, answer;
	bool told, gone;
};

/* What a page is written of. */
struct detail {
	const struct viewer *v;
	const struct event *e;
	struct why_alike alike;
	const struct detail_messages *messages;
	const struct view_peer *peer; /* figures of its peer, NULL none */
	bool logged;
};

/* detail.c */

/* The event that is shown; NULL when it is no longer kept. */
const struct event *detail_event(const struct viewer *v);
/* Does it come from a log?  A log need not have times, so its source is asked too. */
bool detail_is_logged(const struct store *s, const struct event *e);
/* Are these two, of its messages, times of a log that has whole seconds?  Of silence no log has a stamp. */
bool detail_is_coarse(const struct store *s, const struct event *e, int64_t from_ns, int64_t to_ns);
/* Save or copy the evidence of one failure. */
enum command detail_save(struct viewer *v, enum view_save form);
enum command detail_copy(struct viewer *v, struct slice text);
/* Rows that a screen about one failure has; -1: not drawn. */
struct detail_rows {
	int status, title, body, height, letters, bar;
};
struct detail_rows detail_rows(const struct canvas *c);
/* Status line, letters with the place at the right end (or what is to be said), key bar. */
void detail_rows_draw(const struct viewer *v, const struct detail_rows *y, struct canvas *c, const char *place);
/* The sentence for a failure that is no longer kept. */
void detail_gone_draw(struct canvas *c, int row);

/* detail_message.c: messages, and the lines of one. */
void detail_messages(const struct viewer *v, const struct event *e, struct detail_messages *out);
/* The event with the bytes of its message, where they are kept with the messages alone. */
struct event detail_whole(const struct event *e, const struct detail_messages *m);
/* Take one line off *rest, without its end; false when nothing is left. */
bool message_line(struct slice *rest, struct slice *line);
/* Value of the first header of that name (or its compact form, NULL none), trimmed; empty when there is none. */
struct slice message_header(struct slice raw, const char *name, const char *compact);
/* What follows the empty line. */
struct slice message_body(struct slice raw);
/* "z9hG4bK8c38fb29" of the topmost Via; empty when it has none. */
struct slice message_branch(struct slice raw);
/* The bytes before a header line's colon, 0 when it is none. */
size_t message_name(struct slice line);
/* Is an end of it missing: not captured, or not kept? */
bool message_is_cut(const struct callmsg *m);
/* "503 Service Unavailable", "INVITE"; unclean; returns out. */
char *message_label(const struct callmsg *m, char *out, size_t cap);
/* Role of its arrow and start line. */
enum ui_role message_role(const struct callmsg *m);
/* The address without its port. */
struct slice message_host(struct slice address);
/* Every byte outside printable UTF-8 (ascii: outside ASCII) as \xNN; returns bytes, at most cap; *used: bytes of in. */
size_t message_clean(char *out, size_t cap, struct slice in, bool ascii, size_t *used);

/* detail_page.c: everything known of one failure, most telling first. */
void detail_page(struct page *p, const struct detail *d);
/* detail_more.c: parts of the page that need more than the event. */
void detail_impact(struct page *p, const struct detail *d);
/* What is known now of its peer, before the table's advice. */
void detail_now(struct page *p, const struct detail *d);
void detail_headers(struct page *p, const struct detail *d);
void detail_dialog(struct page *p, const struct detail *d);
/* The ground of a sentence, in grey at the right end of the line written last when there is room. */
void detail_ground(struct page *p, const char *ground);
/* "usual for Q.850 34": what decided the explanation; returns out. */
char *detail_ground_of(const struct event *e, const struct sip_explanation *why, char *out, size_t cap);

/* ladder_model.c: parties and arrows of the messages of one failure. */
enum { LADDER_PARTIES = 24 };
#define LADDER_BY_TEXT "lanes by Via: no address is known"
struct ladder_party {
	char address[ENDPOINT_TEXT];
	char name[64]; /* "" none is known */
	bool own;
};
/* note: what is to be said beside it, "" nothing. */
struct ladder_row {
	const struct callmsg *m;
	size_t index, from, to; /* row of the messages; parties */
	char note[64];
};
/*
 * said: row where the failure was first said, n when that is not known.  passed: the last row that carried it on, n
 * none.  by_text: of no message an address is known, so parties are named by what the messages say.
 */
struct ladder {
	struct ladder_party party[LADDER_PARTIES];
	size_t parties;
	struct ladder_row row[CALLMSG_MAX];
	size_t n, said, passed, legs;
	bool by_text;
	uint8_t evidence; /* of the weakest join */
	/* Header that joins the legs, where all are joined by the same one; "" not known. */
	char joined_by[24];
};
/* leg: only that one; -1 all. */
void ladder_build(
    struct ladder *l, const struct viewer *v, const struct event *e, const struct detail_messages *msgs, int leg);
/* "X-Call-ID", "numbers": what joins the leg of a row; "" its leg is the attempt's own. */
const char *ladder_join(const struct ladder *l, size_t row);
/* ", to 192.0.2.40": whom a row's message went to; "" not known; returns out. */
char *ladder_to(const struct ladder *l, size_t row, char *out, size_t cap);
/* "Code unchanged from leg B to leg A. No second route was tried."; returns out. */
char *ladder_verdict(const struct ladder *l, const struct event *e, char *out, size_t cap);

/* ladder_draw.c: lanes and arrows in a part of the screen. */
struct ladder_lanes {
	int row, col, width, height;
	size_t top, cursor; /* rows of the ladder */
	bool small;         /* times behind, one line of names */
	size_t marks[2], n_marks;
};
/* Rows of its head. */
int ladder_head(const struct ladder_lanes *at);
void ladder_draw(const struct viewer *v, const struct ladder *l, struct canvas *c, const struct ladder_lanes *at);
/* "14:32:06.471", "+0.004", "~4s" by the form of times that the user chose; first NULL: absolute. */
char *ladder_time(
    const struct viewer *v, int64_t t_ns, int64_t first_ns, int64_t before_ns, bool is_first, char *out, size_t cap);

/* raw_text.c: one message on screen. */
struct raw_look {
	bool fold_shown; /* digests as they are */
	bool plain;      /* no syntax colours */
	bool numbers;
	const char *search; /* "" none */
};
/* Screen lines of a message in `width` columns. */
size_t raw_lines(const struct callmsg *m, const struct raw_look *look, int width, bool ascii);
/* Draw those from `top` on. */
void raw_draw_text(const struct callmsg *m, const struct raw_look *look, struct canvas *c, int row, int col, int width,
    int height, size_t top);
/* Screen line of the next hit from `from` on (forward) or before it; SIZE_MAX when there is none. */
size_t raw_find(const struct callmsg *m, const struct raw_look *look, int width, bool ascii, size_t from, bool forward);

/* diff_align.c: two messages beside each other. */
enum { DIFF_LINES = 256 };
enum diff_kind { DIFF_SAME, DIFF_NOISE, DIFF_CHANGED, DIFF_LEFT, DIFF_RIGHT };
struct diff_line {
	struct slice a, b;
	enum diff_kind kind;
};
struct diff {
	struct diff_line line[2 * DIFF_LINES];
	size_t n;
	bool cut;           /* a message has more than DIFF_LINES lines */
	char headline[200]; /* what differs first, unclean; "" nothing does */
};
/* False when memory is short. */
bool diff_make(struct diff *d, struct slice a, struct slice b);

/* sdp_read.c: a session description (RFC 8866) as far as telephones need it. */
enum { SDP_MEDIA = 8, SDP_CODECS = 24 };
struct sdp_codec {
	struct slice format, name; /* "8", "PCMA/8000" */
};
struct sdp_media {
	struct slice kind, port, protocol, address, ptime, crypto;
	const char *direction;
	struct sdp_codec codec[SDP_CODECS];
	size_t n_codecs, codecs_left_out;
};
struct sdp {
	struct sdp_media media[SDP_MEDIA];
	size_t n, media_left_out;
	struct slice user, session;
};
/* False when it is none. */
bool sdp_read(struct slice body, struct sdp *out);

#endif
