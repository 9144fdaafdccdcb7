/*
 * detail_more - what stands on a failure's page besides the event: its group, its peer now, the headers that matter and
 * the other messages of the attempt; see detail.h.
 * One thing to know: what is not known is left out or named "-" with the reason, nothing is guessed.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "detail.h"
#include "sipwhy/timefmt.h"

void
detail_ground(struct page *p, const char *ground)
{
	int len = (int)strlen(ground), col = p->width - len - 3, row;

	if (p->line == 0 || ground[0] == '\0' || p->line - 1 < p->top)
		return;
	row = p->row + (int)(p->line - 1 - p->top);
	if (p->line - 1 - p->top >= (size_t)(p->height > 0 ? p->height : 0) || col < 20)
		return;
	for (int at = col - 2; at < p->width; at++) {
		const struct cell *cell = canvas_at(p->c, row, at);

		if (cell == NULL || cell->width != 1 || cell->ch[0] != ' ')
			return;
	}
	(void)canvas_printf(p->c, row, col, len + 2, ROLE_TEXT_DIM, "[%s]", ground);
}

char *
detail_ground_of(const struct event *e, const struct sip_explanation *why, char *out, size_t cap)
{
	const char *rest = strchr(why->key, ':');

	out[0] = '\0';
	rest = rest != NULL ? rest + 1 : "";
	if (strncmp(why->key, "q850:", 5) == 0)
		(void)snprintf(out, cap, "usual for Q.850 %s", rest);
	else if (strncmp(why->key, "warning:", 8) == 0)
		(void)snprintf(out, cap, "usual for Warning %s", rest);
	else if (strncmp(why->key, "phrase:", 7) == 0)
		(void)snprintf(out, cap, "by its wording");
	else if (strncmp(why->key, "reason:", 7) == 0)
		(void)snprintf(out, cap, "by its Reason: SIP %s", rest);
	else if (strncmp(why->key, "code:", 5) == 0 || strncmp(why->key, "class:", 6) == 0)
		(void)snprintf(out, cap, "usual for %s", rest);
	else if (strncmp(why->key, "said:", 5) == 0)
		(void)snprintf(out, cap, "by the %s behind it", rest);
	else if (e->code == 0)
		(void)snprintf(out, cap, "usual for silence");
	return out;
}

void
detail_impact(struct page *p, const struct detail *d)
{
	struct store_group g;
	char n[24], calls[24], users[24], since[32];

	if (!store_group_find(d->v->store, store_group_key(d->v->store, d->e), &g) || g.count < 2)
		return;
	page_labelf(p, "Impact", ROLE_TEXT, "%s events like it, %s call%s, %s user%s since %s%s%s",
	    view_number(n, sizeof n, g.count, 9), view_about(g.calls, g.count, calls, sizeof calls),
	    g.calls == 1 ? "" : "s", view_about(g.users, g.count, users, sizeof users), g.users == 1 ? "" : "s",
	    view_when(since, sizeof since, g.first_ns, d->e->t_ns), g.fresh ? "; new" : "", g.muted ? "; muted" : "");
}

/* "12 s before", "3:10 after". */
static const char *
detail_beside(char *out, size_t cap, int64_t t_ns, int64_t than_ns)
{
	char span[24];
	int64_t by = t_ns < than_ns ? than_ns - t_ns : t_ns - than_ns;

	if (by < NS_PER_S)
		(void)snprintf(out, cap, "less than a second %s", t_ns < than_ns ? "before" : "after");
	else
		(void)snprintf(
		    out, cap, "%s %s", view_span(span, sizeof span, by), t_ns < than_ns ? "before" : "after");
	return out;
}

/* A good call with the very peer, of that method: of many in half a minute one is kept. */
static bool
detail_good(const struct detail *d, const char *method, char *out, size_t cap)
{
	struct goodcall g;
	char clock[32], beside[40];

	if (!store_goodcall(d->v->store, d->e->peer, slice_str(method), &g) || !slice_ieq(g.peer, d->e->peer) ||
	    !slice_eq(g.method, slice_str(method)))
		return false;
	(void)snprintf(out, cap, "%u at %s, %s this failure", g.code,
	    view_when(clock, sizeof clock, g.t_ns, d->e->t_ns),
	    detail_beside(beside, sizeof beside, g.t_ns, d->e->t_ns));
	return true;
}

static void
detail_peer_now(struct page *p, const struct detail *d)
{
	char text[320], bids[24], failures[24], asr[16];
	const struct view_peer *peer = d->peer;

	if (peer == NULL || (peer->figures.bids == 0 && peer->failures == 0))
		return;
	(void)snprintf(bids, sizeof bids, "-");
	if (peer->figures.bids > 0 || !store_from_lines(d->v->store))
		(void)view_number(bids, sizeof bids, (uint64_t)peer->figures.bids, 9);
	(void)snprintf(text, sizeof text, "-  %s now, %s: %s call%s, ASR %s; failures since the start %s", peer->name,
	    view_window_name(d->v), bids, peer->figures.bids == 1 ? "" : "s",
	    view_percent(asr, sizeof asr, peer->figures.asr),
	    view_number(failures, sizeof failures, peer->failures, 9));
	page_text(p, ROLE_TEXT, 1, 4, slice_str(text));
	detail_ground(p, "Peers (4)");
}

void
detail_now(struct page *p, const struct detail *d)
{
	char text[320], method[24], good[128];

	if (!view_peer_known(d->e))
		return;
	(void)slice_copy(method, sizeof method, d->e->method);
	detail_peer_now(p, d);
	if (strcmp(method, "OPTIONS") != 0 && detail_good(d, "OPTIONS", good, sizeof good)) {
		(void)snprintf(text, sizeof text, "-  It answered OPTIONS: %s", good);
		page_text(p, ROLE_TEXT, 1, 4, slice_str(text));
	}
	if (method[0] != '\0' && detail_good(d, method, good, sizeof good)) {
		(void)snprintf(text, sizeof text, "-  Kept good %s with it: %s; D compares", method, good);
		page_text(p, ROLE_TEXT, 1, 4, slice_str(text));
	}
}

/* "Name: value", "-" where the message has none. */
static void
headers_line(struct page *p, const char *name, struct slice value)
{
	char line[512];

	(void)snprintf(
	    line, sizeof line, "%s: %.*s", name, (int)(value.n < 400 ? value.n : 400), value.n > 0 ? value.p : "");
	page_text(p, ROLE_TEXT, 1, 4, slice_str(line));
}

/* How many Via values a message has: hops it went over. */
static unsigned
headers_via_depth(struct slice raw)
{
	struct slice rest = raw, line;
	unsigned n = 0;

	for (bool first = true; message_line(&rest, &line) && (first || line.n > 0); first = false) {
		size_t name = message_name(line);
		struct slice is = slice_trim((struct slice){ line.p, name });

		if (name == 0 || !(slice_ieq(is, slice_str("Via")) || slice_ieq(is, slice_str("v"))))
			continue;
		n++;
		for (size_t i = name; i < line.n; i++)
			n += line.p[i] == ',';
	}
	return n;
}

/* The part of a header that is worth half a line; "-" where the message has none. */
static struct slice
headers_part(struct slice s, size_t most)
{
	s = slice_trim(s);
	s = s.n > 0 ? s : slice_str("-");
	return (struct slice){ s.p, s.n < most ? s.n : most };
}

static void
headers_transport(struct page *p, const struct event *e, struct slice raw)
{
	char line[320], depth[16] = "-", transport[8];
	struct slice to = message_header(raw, "To", "t"), src = headers_part(e->src, 60),
		     dst = headers_part(e->dst, 60);

	if (headers_via_depth(raw) > 0)
		(void)snprintf(depth, sizeof depth, "%u", headers_via_depth(raw));
	(void)snprintf(line, sizeof line, "Via depth %s   To-tag %s   transport %s %.*s > %.*s", depth,
	    to.n == 0                                      ? "-"
		: slice_ifind(to, slice_str(";tag=")) >= 0 ? "yes"
							   : "no",
	    view_transport(transport, sizeof transport, e->transport), (int)src.n, src.p, (int)dst.n, dst.p);
	page_text(p, ROLE_TEXT, 1, 4, slice_str(line));
}

/* What the event was told of it, else what its message says. */
static struct slice
headers_or(struct slice told, struct slice raw, const char *name)
{
	return told.n > 0 ? told : message_header(raw, name, NULL);
}

void
detail_headers(struct page *p, const struct detail *d)
{
	const struct event *e = d->e;
	struct slice raw = e->raw, cseq = message_header(raw, "CSeq", NULL), call, branch;
	char line[640];

	if (raw.n == 0 && e->call_id.n == 0)
		return;
	page_frame(p, "Headers that matter");
	if (e->reason.n > 0)
		headers_line(p, "Reason", slice_trim(e->reason));
	call = headers_part(e->call_id, 160);
	cseq = headers_part(cseq, 40);
	branch = headers_part(message_branch(raw), 80);
	if (e->code != 0) {
		struct slice retry = headers_part(headers_or(slice_trim(e->retry_after), raw, "Retry-After"), 60);
		struct slice agent = headers_part(headers_or(e->agent, raw, "Server"), 60);
		struct slice warning = headers_part(headers_or(e->warning, raw, "Warning"), 200);

		(void)snprintf(line, sizeof line, "Retry-After: %.*s   Server: %.*s   Warning: %.*s", (int)retry.n,
		    retry.p, (int)agent.n, agent.p, (int)warning.n, warning.p);
		page_text(p, ROLE_TEXT, 1, 4, slice_str(line));
	}
	(void)snprintf(line, sizeof line, "Call-ID: %.*s   CSeq: %.*s   branch %.*s", (int)call.n, call.p, (int)cseq.n,
	    cseq.p, (int)branch.n, branch.p);
	page_text(p, ROLE_TEXT, 1, 4, slice_str(line));
	headers_transport(p, e, raw);
}

/* "INVITE 100 503 ACK", of more than `room` columns the first. */
static void
dialog_messages(const struct detail_messages *m, size_t room, char *out, size_t cap)
{
	size_t at = 0, i = 0;

	out[0] = '\0';
	for (; i < m->n && at + 24 < cap && at + 12 < room; i++) {
		if (m->m[i].code > 0)
			at += (size_t)snprintf(out + at, cap - at, "%s%u", at > 0 ? " " : "", m->m[i].code);
		else
			at += (size_t)snprintf(out + at, cap - at, "%s%.*s", at > 0 ? " " : "",
			    (int)(m->m[i].method.n < 12 ? m->m[i].method.n : 12),
			    m->m[i].method.n > 0 ? m->m[i].method.p : "");
	}
	if (i < m->n)
		(void)snprintf(out + at, cap - at, " ...");
}

void
detail_dialog(struct page *p, const struct detail *d)
{
	const struct detail_messages *m = d->messages;
	char title[260], list[160], length[32];
	int64_t from, to;

	if (!m->told) {
		page_frame(p, "Same dialog");
		page_text(p, ROLE_TEXT_DIM, 1, 1,
		    slice_str(m->gone         ? "-  (its messages were kept; newer ones pushed them out)"
			    : d->e->statement ? "-  (a line of the log named the code; there are no messages)"
					      : "-  (no other message of this attempt is kept)"));
		return;
	}
	/* Behind it is how many there are. */
	dialog_messages(m, p->width > 60 ? (size_t)p->width - 44 : 16, list, sizeof list);
	from = m->m[0].t_ns;
	to = m->m[m->n - 1].t_ns;
	if (detail_is_coarse(d->v->store, d->e, from, to))
		(void)timefmt_about(length, sizeof length, (to - from) / NS_PER_MS);
	else
		(void)snprintf(length, sizeof length, "%" PRId64 ".%03" PRId64 " s", (to - from) / NS_PER_S,
		    (to - from) / NS_PER_MS % 1000);
	(void)snprintf(
	    title, sizeof title, "Same dialog: %s   %zu message%s, %s", list, m->n, m->n == 1 ? "" : "s", length);
	page_frame(p, title);
}
