/* copycut - see copycut.h. */
#include "copycut.h"

#include <string.h>

enum { COPYCUT_LINE = 4096 };

static size_t
copycut_blanks(struct slice s)
{
	size_t n = 0;

	while (n < s.n && (s.p[n] == '\r' || s.p[n] == '\n' || s.p[n] == '\0'))
		n++;
	return n;
}

/* "METHOD uri SIP/2.0" or "SIP/2.0 code phrase". */
static bool
copycut_is_start(struct slice line)
{
	struct slice version = slice_str("SIP/2.0");

	line = slice_trim(line);
	if (slice_istarts(line, slice_str("SIP/2.0 ")))
		return true;
	return line.n > version.n + 3 && slice_ieq((struct slice){ line.p + line.n - version.n, version.n }, version) &&
	    line.p[line.n - version.n - 1] == ' ';
}

enum copycut_start
copycut_start(struct slice s)
{
	size_t n = copycut_blanks(s);
	struct slice line = { s.p + n, s.n - n };
	const char *lf;

	if (line.n == 0)
		return COPYCUT_PERHAPS;
	if (line.p[0] < 'A' || line.p[0] > 'Z')
		return COPYCUT_NO;
	lf = memchr(line.p, '\n', line.n < COPYCUT_LINE ? line.n : COPYCUT_LINE);
	if (lf == NULL)
		return line.n < COPYCUT_LINE ? COPYCUT_PERHAPS : COPYCUT_NO;
	line.n = (size_t)(lf - line.p);
	return copycut_is_start(line) ? COPYCUT_YES : COPYCUT_NO;
}

/* Bytes of the head with the empty line that ends it; 0 when that is not there yet. */
static size_t
copycut_head(struct slice s, size_t from)
{
	const char *at = s.p + from, *end = s.p + s.n, *lf;

	while ((lf = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		at = lf + 1;
		if (at < end && *at == '\n')
			return (size_t)(at - s.p) + 1;
		if (end - at >= 2 && at[0] == '\r' && at[1] == '\n')
			return (size_t)(at - s.p) + 2;
	}
	return 0;
}

/* What its Content-Length says; more than COPYCUT_MAX when that is no number, or two that differ. */
static size_t
copycut_body(struct slice head)
{
	bool said = false;
	size_t body = 0;

	(void)slice_cut(&head, '\n');
	while (head.p != NULL && head.n > 0) {
		struct slice value = slice_cut(&head, '\n'), name = slice_trim(slice_cut(&value, ':'));
		uint64_t n;

		if (value.p == NULL ||
		    !(slice_ieq(name, slice_str("Content-Length")) || slice_ieq(name, slice_str("l"))))
			continue;
		if (slice_u64(slice_trim(value), COPYCUT_MAX, &n) != 0 || (said && n != body))
			return (size_t)COPYCUT_MAX + 1;
		body = (size_t)n;
		said = true;
	}
	return body;
}

enum copycut_verdict
copycut_next(struct copycut *c, struct slice unread, size_t *blanks, size_t *len)
{
	size_t n = copycut_blanks(unread), head;
	struct slice s = { unread.p + n, unread.n - n };

	*blanks = n;
	if (n > 0)
		c->looked = 0;
	switch (copycut_start(s)) {
	case COPYCUT_NO:
		return COPYCUT_BAD;
	case COPYCUT_PERHAPS:
		return COPYCUT_MORE;
	case COPYCUT_YES:
		break;
	}
	/* The three bytes before may be the beginning of the end. */
	head = copycut_head(s, c->looked > 3 ? c->looked - 3 : 0);
	c->looked = s.n;
	if (head == 0)
		return s.n <= COPYCUT_MAX ? COPYCUT_MORE : COPYCUT_BAD;
	*len = head + copycut_body((struct slice){ s.p, head });
	/* The head is found at once when it is looked for again. */
	c->looked = head;
	if (*len > COPYCUT_MAX)
		return COPYCUT_BAD;
	if (s.n < *len)
		return COPYCUT_MORE;
	c->looked = 0;
	return COPYCUT_MESSAGE;
}
