/*
 * detect_start - a line that holds "SIP/2.0": does a message begin there?  The lines behind it decide.
 * Know: scripts of Kamailio print "SIP/2.0 200 OK for INVITE" in every other line, and none is a message.  So what can
 * be told of a whole run is looked for once (where the next line is that could go on behind such a prefix), and most of
 * those lines are left without a look at their neighbours; what is left is the same.
 */
#include <string.h>

#include "logfmt/back.h"
#include "logfmt/detect.h"
#include "logfmt/seek.h"
#include "logfmt/unescape.h"

/*
 * near: so far a Via may stand from its start line.  last: the end of a piece, which does not show what comes.
 * tail: bytes at the end of a prefix that are looked for.  looks: how often they may change in a run, for each costs a
 * pass over it.
 */
enum { START_NEAR = 32768, START_LAST = 2048, START_TAIL_MIN = 2, START_TAIL_MAX = 8, START_LOOKS = 4 };

/* End of the line at p, which may be asked for several times. */
static const char *
start_ahead(struct run *r, const char *p)
{
	unsigned i;

	for (i = 0; i < RUN_AHEAD; i++) {
		if (r->ahead[i].begin == p)
			return r->ahead[i].eol;
	}
	i = r->n_ahead++ % RUN_AHEAD;
	r->ahead[i].begin = p;
	r->ahead[i].eol = detect_eol(p, r->end);
	return r->ahead[i].eol;
}

/* Is a Via near behind `from`?  What was looked through before is not again. */
static bool
start_has_via(struct run *r, const char *from)
{
	static const char via[] = "SIP/2.0/";
	const char *to = r->end - from > START_NEAR ? from + START_NEAR : r->end, *end = r->end, *hit;

	if (r->via == NULL || r->via < from) {
		r->via = from;
		r->has_via = false;
	}
	if (!r->has_via && r->via < to) {
		if (end - to > (ptrdiff_t)(sizeof via - 2))
			end = to + sizeof via - 2;
		hit = seek_text(r->via, end, via, sizeof via - 1);
		r->has_via = hit != NULL;
		r->via = hit != NULL ? hit : to;
	}
	return r->has_via && r->via < to;
}

unsigned
detect_reach(struct run *r, const char *from)
{
	/* At the end of a piece it may be in the next one. */
	return start_has_via(r, from) || r->end - from < START_LAST ? COLLECT_FOREIGN_START : COLLECT_FOREIGN_NEAR;
}

/* Do the lines after a start line go on as a message?  *sure: the piece says so or not; else it ended before. */
static bool
start_goes_on(struct run *r, bool *sure)
{
	const char *p = detect_next(r->line_end, r->end);
	unsigned reach = r->prefix.n > 0 ? detect_reach(r, r->line_end) : COLLECT_FOREIGN_NEAR;

	*sure = true;
	for (unsigned i = 0; i < reach && p < r->end; i++) {
		const char *eol = start_ahead(r, p);
		struct slice line = detect_slice(p, eol);
		ptrdiff_t n = prefix_match(&r->prefix, line);

		if (n < 0 && i == 0 && collect_adapts(&r->prefix, line))
			return true;
		/* Of a line with colours collect.c sees more. */
		if (n >= 0)
			return anchor_is_header((struct slice){ line.p + n, line.n - (size_t)n }) ||
			    memchr(line.p + n, DETECT_ESC, line.n - (size_t)n) != NULL;
		p = detect_next(eol, r->end);
		if (p >= r->end)
			*sure = i + 1 >= reach;
	}
	if (r->line_end >= r->end || detect_next(r->line_end, r->end) >= r->end)
		*sure = false;
	return false;
}

/*
 * The end of a prefix as far as each line behind the same prefix must have it: no numbers, which run on.
 * Mostly it is that of the prefix before.
 */
static struct slice
start_tail(const struct run *r, struct slice prefix)
{
	size_t n = 0;

	if (r->tail.text.n == START_TAIL_MAX && prefix.n >= START_TAIL_MAX &&
	    memcmp(prefix.p + prefix.n - START_TAIL_MAX, r->tail.text.p, START_TAIL_MAX) == 0)
		return r->tail.text;
	while (n < START_TAIL_MAX && n < prefix.n) {
		char c = prefix.p[prefix.n - 1 - n];

		if (c >= '0' && c <= '9')
			break;
		n++;
	}
	return (struct slice){ prefix.p + prefix.n - n, n };
}

/* The first header name behind `tail` from p on; the end of the run when there is none. */
static const char *
start_header(const struct run *r, struct slice tail, const char *p)
{
	for (; (p = seek_before_name(p, r->end, tail.p, tail.n)) != NULL; p++) {
		if (p + tail.n < r->end && anchor_is_header(detect_slice(p + tail.n, r->end)))
			return p + tail.n;
	}
	return r->end;
}

/* The same behind the line of the hit, in r->tail.  False when it would cost too much. */
static bool
start_look(struct run *r, struct slice tail)
{
	bool same = r->tail.text.n == tail.n && seek_same(r->tail.text.p, tail.p, tail.n);

	if (same && r->line_end >= r->tail.from && r->line_end <= r->tail.at)
		return true;
	if (!same || r->line_end < r->tail.from) {
		/* Names that run into each other would be read again and again. */
		if (tail.n < START_TAIL_MIN || anchor_token(tail.p[tail.n - 1]) || r->tail.looks >= START_LOOKS)
			return false;
		r->tail.looks++;
		r->tail.text = tail;
	}
	r->tail.from = r->line_end;
	r->tail.at = start_header(r, tail, r->line_end);
	return true;
}

/* Where the last lines of the run begin, as many as a message is looked for in; its begin when there are fewer. */
static void
start_ends(struct run *r)
{
	const char *p = r->end;

	r->last_near = r->begin;
	for (unsigned n = 1; n <= COLLECT_FOREIGN_START && p > r->begin; n++) {
		const char *lf = memrchr(r->begin, '\n', (size_t)(p - 1 - r->begin));

		if (lf == NULL) {
			p = r->begin;
			break;
		}
		p = lf + 1;
		if (n == COLLECT_FOREIGN_NEAR)
			r->last_near = p;
	}
	r->last_start = p;
}

/*
 * Known without a look at the lines: start_goes_on would say no, and be sure of it?  False tells nothing.
 * No line goes on but behind the same prefix (or its blanks alone, the first one), with a header name or a colour.
 */
static bool
start_is_false(struct run *r, struct slice prefix)
{
	const char *p = detect_next(r->line_end, r->end);

	if (prefix.n == 0 || prefix.n > PREFIX_MAX || r->colours || !start_look(r, start_tail(r, prefix)))
		return false;
	if (r->last_start == NULL)
		start_ends(r);
	/* How far it reaches need not be asked where nothing comes at all. */
	if (r->tail.at < r->end || r->line >= r->last_start) {
		if (r->line >= r->last_near || detect_reach(r, r->line_end) > COLLECT_FOREIGN_NEAR)
			return false;
		for (unsigned i = 0; i < COLLECT_FOREIGN_NEAR && r->tail.at < r->end; i++) {
			if (r->tail.at < (p = detect_next(start_ahead(r, p), r->end)))
				return false;
		}
		p = detect_next(r->line_end, r->end);
	}
	while (p < r->end && *p == ' ')
		p++;
	return p >= r->end || !anchor_is_header(detect_slice(p, r->end));
}

/* The end of the line is looked for in the same pass as what escapes need, but for the last CR. */
bool
detect_start_line(struct run *r, bool escapes)
{
	static const char odd[] = "{#\\\r";
	const char *end;
	bool any;

	end = r->line_end = seek_line(r->line, r->end, odd, &any);
	if (!any || !escapes)
		return false;
	if (end[-1] == '\r')
		end--;
	return seek_byte(r->line, end, odd) && unescape_wanted(detect_slice(r->line, r->line_end));
}

/* Lines behind a mark are bare.  Zeros are a hole in a file that was truncated. */
static bool
start_is_mark(struct slice prefix)
{
	return prefix.n > 0 && (prefix.p[prefix.n - 1] == '\0' || prefix_is_mark(prefix));
}

/*
 * The start line of a response at line.p + at, with blanks or more behind it, that no line can go on: what the end of
 * the line is does not matter then.
 */
static bool
start_is_alone(struct run *r, struct slice line, size_t at)
{
	const char *p = line.p + at + sizeof "SIP/2.0" - 1;
	struct slice prefix = { line.p, at };

	return at > 0 && line.n - at > sizeof "SIP/2.0 200" - 1 && p[4] == ' ' && anchor_is_response(line, at) &&
	    !start_is_mark(prefix) && start_is_false(r, prefix);
}

bool
detect_anchor(struct logfmt *l, struct run *r, struct slice line, size_t from)
{
	struct slice prefix;
	struct logfmt_item item;
	unsigned row;
	bool sure;

	if (!l->thorough && start_is_alone(r, line, from))
		return false;
	if (!anchor_find_from(line, from, &r->anchor)) {
		/* Colours stand between. */
		if (memchr(line.p, DETECT_ESC, line.n) == NULL || !back_plain(line, &l->line) ||
		    !anchor_find(buf_slice(&l->line), &r->anchor) || r->anchor.at > 0)
			return false;
	}
	prefix = (struct slice){ line.p, r->anchor.at };
	if (start_is_mark(prefix))
		prefix.n = 0;
	if ((!l->thorough && start_is_false(r, prefix)) || !prefix_set(&r->prefix, prefix))
		return false;
	if (!start_goes_on(r, &sure) && sure)
		return false;
	/* A line that says it all by itself. */
	return r->prefix.n == 0 || !statement_maybe(l->say.rows, line) ||
	    statement_read(l->say.rows, line, &item, &row) == STATEMENT_NONE;
}
