/* back - heads and times above a start line; see back.h. */
#include "logfmt/back.h"

#include <string.h>

#include "logfmt/seek.h"

/*
 * Lines looked at in all, those with text where the head is not found, and those above the head for its time (some
 * products print the head as a line of its own under the log's prefix).
 */
enum { BACK_LINES = 16, BACK_NEAR = 3, BACK_ABOVE = 3, BACK_LINE_MAX = 1024, BACK_ESC = 0x1b };

/* The line before; false when there is none. */
static bool
back_prev(struct back *b, struct slice *line, bool *here)
{
	const char *end, *lf;

	*here = b->at > b->floor;
	if (*here) {
		end = b->at - 1;
		lf = end > b->floor ? memrchr(b->floor, '\n', (size_t)(end - b->floor)) : NULL;
		b->at = lf != NULL ? lf + 1 : b->floor;
		*line = (struct slice){ b->at, (size_t)(end - b->at) };
		return true;
	}
	if (b->tail.n == 0)
		return false;
	end = b->tail.p + b->tail.n - 1;
	lf = end > b->tail.p ? memrchr(b->tail.p, '\n', (size_t)(end - b->tail.p)) : NULL;
	line->p = lf != NULL ? lf + 1 : b->tail.p;
	line->n = (size_t)(end - line->p);
	b->tail.n = (size_t)(line->p - b->tail.p);
	return true;
}

/* A record that repeats a message, without addresses: Oracle's, and SIPp's of one it did not wait for. */
static bool
back_is_copy(struct slice line)
{
	static const char unexpected[] = "Unexpected ", received[] = " message received:";
	size_t begin = line.n < 64 ? line.n : 64;

	if (line.n >= sizeof unexpected + sizeof received && memcmp(line.p, unexpected, sizeof unexpected - 1) == 0 &&
	    memcmp(line.p + line.n - (sizeof received - 1), received, sizeof received - 1) == 0)
		return true;
	return line.n > 12 &&
	    (memcmp(line.p, "Pre-NAT ", 8) == 0 || memcmp(line.p, "Post-NAT ", 9) == 0 ||
		seek_text(line.p, line.p + begin, " Pre-NAT ", 9) != NULL ||
		seek_text(line.p, line.p + begin, " Post-NAT ", 10) != NULL);
}

/* Lines that heads of many lines are made of ("srcip: 192.0.2.1", rows of one character). */
static bool
back_is_key(struct slice line)
{
	size_t i = 0;

	while (i < line.n && line.p[i] >= 'a' && line.p[i] <= 'z')
		i++;
	if (i > 0 && i + 1 < line.n)
		return line.p[i] == ':' && line.p[i + 1] == ' ';
	return line.n > 8 && line.p[0] == line.p[line.n - 1] && (line.p[0] == '~' || line.p[0] == '=');
}

/* n, near: how many, and with text of their own. */
struct back_seen {
	struct slice line[BACK_LINES], full[BACK_LINES];
	unsigned n, near;
};

static bool
back_keep(struct back_seen *seen, struct slice full, struct slice content)
{
	content = slice_trim(content);
	seen->full[seen->n] = full;
	seen->line[seen->n++] = content;
	if (content.n > 0 && !back_is_key(content))
		seen->near++;
	return content.n > 0;
}

/* The next line above that belongs to the same writer; false when there is none within reach. */
static bool
back_step(struct back *b, struct back_seen *seen, const char **begin)
{
	struct slice line;
	ptrdiff_t n;
	bool here;

	for (unsigned foreign = 0; seen->n < BACK_LINES && foreign < BACK_LINES; foreign++) {
		if (!back_prev(b, &line, &here))
			return false;
		if (line.n > BACK_LINE_MAX) {
			line.p += line.n - BACK_LINE_MAX;
			line.n = BACK_LINE_MAX;
		}
		/* The head of an indented text stands outside of the indent. */
		n = prefix_match(b->prefix, line);
		if (n < 0 && prefix_indent(b->prefix) == 0)
			continue;
		*begin = here ? b->at : NULL;
		n = n < 0 ? 0 : n;
		(void)back_keep(seen, line, (struct slice){ line.p + n, line.n - (size_t)n });
		return true;
	}
	return false;
}

/* The head's further lines stand between it and the start line. */
static void
back_further(const struct back_seen *seen, struct head_rows *heads, struct head *h)
{
	for (unsigned i = seen->n - 1; i-- > 0;)
		(void)head_continue(heads, seen->line[i], h);
}

static void
back_stamp(struct back *b, struct back_seen *seen, struct slice own, struct about *about)
{
	unsigned i = 0, above = 0;
	const char *begin;

	if (own.n > 0 && when_last_stamp(own, &about->stamp, &about->date, &about->leads))
		b->stamp_line = own;
	for (; about->stamp.text.n == 0; i++) {
		if (i >= seen->n && (++above > BACK_ABOVE || !back_step(b, seen, &begin)))
			return;
		if (when_last_stamp(seen->full[i], &about->stamp, &about->date, &about->leads))
			b->stamp_line = seen->full[i];
	}
}

/* The head has a time of day: the date stands before it on its line, or on a line above. */
static void
back_date(struct back *b, struct back_seen *seen, struct about *about)
{
	const char *begin;
	struct slice line = b->stamp_line;

	for (unsigned i = seen->n, above = 0; above <= BACK_ABOVE; above++) {
		about->date.beside = above == 0;
		if (line.n > 0 && when_first_date(line, &about->date.stamp))
			return;
		if (i >= seen->n && !back_step(b, seen, &begin))
			break;
		line = seen->full[i++];
	}
	about->date.stamp = (struct stamp){ .has_date = false };
}

void
back_about(struct back *b, struct head_rows *heads, struct slice own, struct about *about)
{
	struct back_seen seen;
	struct slice trimmed = slice_trim(own);
	const char *begin;

	*about = (struct about){ .has_head = false };
	seen.n = seen.near = 0;
	b->first = NULL;
	b->stamp_line = own;
	about->has_head = prefix_is_mark(trimmed) && head_read(heads, trimmed, &about->head);
	while (!about->has_head && seen.near < BACK_NEAR && back_step(b, &seen, &begin)) {
		struct slice line = seen.line[seen.n - 1];

		if (line.n == 0)
			continue;
		about->has_head = head_read(heads, line, &about->head);
		if (about->has_head) {
			back_further(&seen, heads, &about->head);
			b->first = begin;
		} else if (back_is_copy(line)) {
			about->copy = true;
			break;
		}
	}
	if (about->has_head && about->head.stamp.text.n > 0) {
		about->stamp = about->head.stamp;
		b->stamp_line = seen.n > 0 ? seen.full[seen.n - 1] : own;
		about->leads = when_leads(b->stamp_line);
		if (!about->stamp.has_date && !about->stamp.is_epoch)
			back_date(b, &seen, about);
		return;
	}
	back_stamp(b, &seen, own, about);
}

bool
back_plain(struct slice line, struct buf *out)
{
	bool any = false;

	buf_clear(out);
	for (size_t i = 0; i < line.n; i++) {
		if (line.p[i] != BACK_ESC || i + 1 >= line.n || line.p[i + 1] != '[') {
			buf_putc(out, line.p[i]);
			continue;
		}
		any = true;
		for (i += 2; i < line.n && !(line.p[i] >= '@' && line.p[i] <= '~');)
			i++;
	}
	return any && buf_ok(out);
}
