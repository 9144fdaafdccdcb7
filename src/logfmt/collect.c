/*
 * collect - a SIP message line by line; see collect.h.
 * A message may lose its empty line on the way (some carriers drop it), and its end (all carriers cut): the first line
 * that is no header ends the headers, and a body that stops short is dropped, never the message.
 */
#include "logfmt/collect.h"

#include <string.h>

#include "sipwhy/sipmsg.h"

void
collect_set_stamp(struct collect *c, const struct stamp *s)
{
	c->about.stamp = *s;
	if (c->about.stamp.text.n > sizeof c->stamp_text)
		c->about.stamp.text.n = sizeof c->stamp_text;
	if (c->about.stamp.text.n > 0)
		memcpy(c->stamp_text, s->text.p, c->about.stamp.text.n);
	c->about.stamp.text.p = c->stamp_text;
}

bool
collect_begin(struct collect *c, const struct anchor *a, const struct about *about)
{
	c->state = COLLECT_START;
	c->style = a->style;
	c->about = *about;
	collect_set_stamp(c, &about->stamp);
	c->lines = 0;
	c->foreign = 0;
	c->after = 0;
	c->message = false;
	c->waits = c->known = c->sdp = c->torn = c->broken = false;
	c->whole = false;
	/* A dot at its end comes back when the next line has none. */
	canon_start(&c->canon, (struct slice){ a->text.p, a->text.n - a->style.dot });
	return buf_ok(&c->canon.head);
}

/* Could this be a piece of a line?  Else it is taken for a whole one: most logs lose the empty line below, not more. */
static bool
collect_is_broken(const struct collect *c, struct slice line, struct slice name, struct slice value)
{
	enum sip_method method;

	if (anchor_shows_end(c->style))
		return !anchor_has_end(line, c->style);
	if (!slice_ieq(name, slice_str("CSeq")))
		return c->torn;
	value = slice_trim(value);
	(void)slice_cut(&value, ' ');
	method = sip_method_find(slice_trim(value));
	return method == METHOD_OTHER || method == METHOD_NONE;
}

static void
collect_put(struct collect *c, struct slice line, struct slice header)
{
	struct slice value = header, name = slice_trim(slice_cut(&value, ':'));

	c->known = c->known || anchor_is_known_header(header);
	if (slice_ieq(name, slice_str("Content-Type")) || slice_ieq(name, slice_str("c")))
		c->sdp = slice_istarts(slice_trim(value), slice_str("application/sdp"));
	c->broken = collect_is_broken(c, line, name, value);
	canon_header(&c->canon, header);
}

/* The dot of a start line belongs to it when the line after it has none. */
static enum collect_got
collect_start(struct collect *c, struct slice line)
{
	struct slice text;
	bool dot = c->style.dot;

	anchor_settle_dot(&c->style, line);
	text = anchor_header_text(line, c->style);
	if (!anchor_is_header(text))
		return COLLECT_NOT;
	if (dot && !c->style.dot)
		canon_join(&c->canon, (struct slice){ ".", 1 });
	collect_put(c, line, text);
	c->state = COLLECT_HEADERS;
	return COLLECT_TOOK;
}

static enum collect_got
collect_complete(struct collect *c)
{
	if (c->waits) {
		c->state = COLLECT_AFTER;
		return COLLECT_TOOK;
	}
	return COLLECT_DONE;
}

static enum collect_got
collect_body(struct collect *c, struct slice line, struct slice *rest)
{
	bool cr;
	size_t used;
	struct slice text = anchor_body_text(line, c->style, &cr);
	struct slice end = { "\r\n", 2 };

	/* Where CR is kept a bare line feed is what the wire had. */
	if (c->style.cr && !cr)
		end = (struct slice){ "\n", 1 };
	if (!canon_body(&c->canon, text, end, &used))
		return COLLECT_TOOK;
	*rest = (struct slice){ text.p + used, text.n - used };
	c->whole = true;
	return collect_complete(c);
}

/* A line that is no header, with no empty line before it: the body, or something else. */
static enum collect_got
collect_no_header(struct collect *c, struct slice line, struct slice *rest)
{
	if (!canon_wants_body(&c->canon) || when_leads(line) || head_is_end(c->heads, line)) {
		(void)collect_decide(c);
		return COLLECT_OVER;
	}
	c->state = COLLECT_BODY;
	return collect_body(c, line, rest);
}

static enum collect_got
collect_header(struct collect *c, struct slice line, struct slice *rest)
{
	struct slice text = anchor_header_text(line, c->style), content = slice_trim(text);

	if (content.n == 0) {
		c->state = COLLECT_BODY;
		if (canon_wants_body(&c->canon))
			return COLLECT_TOOK;
		c->whole = true;
		return collect_complete(c);
	}
	if (!anchor_is_header(text) && text.p[0] != ' ' && text.p[0] != '\t')
		return collect_no_header(c, line, rest);
	collect_put(c, line, text);
	return COLLECT_TOOK;
}

/* The time of the message stands behind it; a few empty lines may come before. */
static enum collect_got
collect_after(struct collect *c, struct slice line)
{
	struct stamp s;
	struct slice text = slice_trim(line);

	if (text.n == 0 && ++c->after < COLLECT_AFTER_MAX)
		return COLLECT_TOOK;
	if (text.n == 0 || !slice_istarts(text, slice_str("[Time:")))
		return COLLECT_OVER;
	if (stamp_find(text, 16, &s))
		collect_set_stamp(c, &s);
	return COLLECT_DONE;
}

enum collect_got
collect_line(struct collect *c, struct slice line, struct slice *rest)
{
	enum collect_got got = COLLECT_NOT;

	*rest = (struct slice){ NULL, 0 };
	switch (c->state) {
	case COLLECT_START:
		got = collect_start(c, line);
		break;
	case COLLECT_HEADERS:
		got = collect_header(c, line, rest);
		break;
	case COLLECT_BODY:
		got = collect_body(c, line, rest);
		break;
	case COLLECT_AFTER:
		got = collect_after(c, line);
		break;
	}
	if (got == COLLECT_TOOK && (c->canon.full || !buf_ok(&c->canon.head) || !buf_ok(&c->canon.body))) {
		(void)collect_decide(c);
		got = COLLECT_DONE;
	}
	return got;
}

bool
collect_adapts(struct prefix *p, struct slice line)
{
	size_t n = 0;

	while (n < line.n && line.p[n] == ' ')
		n++;
	if (p->n == 0 || !anchor_is_known_header((struct slice){ line.p + n, line.n - n }))
		return false;
	return prefix_set(p, (struct slice){ line.p, n });
}

void
collect_go_on(struct collect *c, struct slice line)
{
	if (c->state != COLLECT_HEADERS || !buf_ok(&c->canon.head))
		return;
	canon_join(&c->canon, anchor_header_text(line, c->style));
	c->broken = anchor_shows_end(c->style) ? !anchor_has_end(line, c->style) : c->torn;
}

bool
collect_decide(struct collect *c)
{
	const struct canon *n = &c->canon;

	if (c->state == COLLECT_START || (c->state == COLLECT_HEADERS && !c->known))
		return false;
	if (n->full || !buf_ok(&n->head) || !buf_ok(&n->body))
		c->whole = false;
	else if (c->state == COLLECT_HEADERS)
		c->whole = n->length == 0;
	else if (c->state == COLLECT_BODY)
		c->whole = n->length <= 0 || (size_t)n->length - n->body.len <= 2;
	return true;
}

enum canon_end
collect_end(const struct collect *c)
{
	const struct canon *n = &c->canon;

	if (c->whole)
		return CANON_WHOLE;
	if (c->state != COLLECT_HEADERS)
		return CANON_IN_BODY;
	/* What did not fit is left out with all of its line. */
	if (n->full ? n->broken : c->broken)
		return CANON_IN_LINE;
	/* The length is the last of the headers with most writers; what is missing is the body. */
	return n->length >= 0 && !n->full ? CANON_IN_BODY : CANON_IN_HEADERS;
}
