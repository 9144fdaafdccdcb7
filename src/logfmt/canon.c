/* canon - log lines to the one form of a SIP message; see canon.h. */
#include "logfmt/canon.h"

#include <assert.h>
#include <string.h>

void
canon_init(struct canon *c)
{
	*c = (struct canon){ .length = -1 };
	buf_init(&c->head, CANON_HEADERS_MAX + CANON_BODY_MAX + 64);
	buf_init(&c->body, CANON_BODY_MAX);
}

void
canon_fini(struct canon *c)
{
	buf_fini(&c->head);
	buf_fini(&c->body);
}

void
canon_start(struct canon *c, struct slice start_line)
{
	buf_clear(&c->head);
	buf_clear(&c->body);
	c->length = -1;
	c->full = c->broken = start_line.n > CANON_HEADERS_MAX;
	buf_add(&c->head, start_line.p, c->full ? CANON_HEADERS_MAX : start_line.n);
}

int32_t
canon_length(struct slice line, struct slice *digits)
{
	struct slice value = line, name;
	uint64_t n;

	/* Asked of every header line: the ninth letter tells it from the others with a C. */
	if (line.n < 3 ||
	    !(((line.p[0] | ' ') == 'c' && line.n > 8 && (line.p[8] | ' ') == 'l') || (line.p[0] | ' ') == 'l'))
		return -1;
	name = slice_trim(slice_cut(&value, ':'));
	if (!slice_ieq(name, slice_str("Content-Length")) && !slice_ieq(name, slice_str("l")))
		return -1;
	*digits = slice_trim(value);
	/* A record that was cut may end in a piece of an escaped line end. */
	for (size_t i = 0; i < digits->n; i++) {
		if (digits->p[i] < '0' || digits->p[i] > '9')
			digits->n = i;
	}
	return slice_u64(*digits, CANON_LENGTH_MAX, &n) == 0 ? (int32_t)n : -1;
}

void
canon_header(struct canon *c, struct slice line)
{
	struct slice digits;
	int32_t length = c->length < 0 ? canon_length(line, &digits) : c->length;

	c->full = c->full || c->head.len + line.n + 2 > CANON_HEADERS_MAX;
	if (c->full)
		return;
	buf_add(&c->head, "\r\n", 2);
	c->length = length;
	buf_add(&c->head, line.p, line.n);
}

void
canon_join(struct canon *c, struct slice rest)
{
	if (c->full)
		return;
	c->full = c->broken = c->head.len + rest.n > CANON_HEADERS_MAX;
	if (!c->full)
		buf_add(&c->head, rest.p, rest.n);
}

bool
canon_wants_body(const struct canon *c)
{
	return c->length > 0;
}

bool
canon_body(struct canon *c, struct slice line, struct slice end, size_t *used)
{
	size_t left = (size_t)c->length - c->body.len;

	*used = line.n < left ? line.n : left;
	c->full = c->full || c->body.len + *used + 2 > CANON_BODY_MAX;
	if (c->full)
		return false;
	buf_add(&c->body, line.p, *used);
	left -= *used;
	if (end.n > left)
		end.n = left;
	buf_add(&c->body, end.p, end.n);
	return end.n == left && buf_ok(&c->body);
}

bool
canon_finish(struct canon *c, enum canon_end end, struct slice *out)
{
	size_t missing = c->length > 0 ? (size_t)c->length - c->body.len : 0;
	bool whole = end == CANON_WHOLE;

	assert(!whole || missing <= 2);
	/* Not all of it is there, the length perhaps not. */
	if (!buf_ok(&c->head))
		return false;
	buf_add(&c->head, "\r\n\r\n", end == CANON_IN_LINE ? 0 : end == CANON_IN_HEADERS ? 2 : 4);
	if (whole && c->length > 0) {
		buf_add(&c->head, c->body.data, c->body.len);
		/* The last line end is the first thing that carriers take. */
		buf_add(&c->head, missing == 1 ? "\n" : "\r\n", missing);
	}
	*out = buf_slice(&c->head);
	return buf_ok(&c->head) && (!whole || buf_ok(&c->body));
}
