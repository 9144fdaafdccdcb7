/*
 * diff_align - two messages beside each other: headers by their name, lines of a body by their kind; see detail.h.
 * One thing to know: an alignment is worth most where lines are equal, less where only their names are, and at most
 * DIFF_LINES of each message are compared, so cost is bounded.
 */
#include <stdio.h>
#include <string.h>

#include "detail.h"
#include "sipwhy/mem.h"

enum { DIFF_EQUAL_WORTH = 4, DIFF_NAME_WORTH = 3 };

/* Lines of one message.  body: the first behind the empty line. */
struct diff_side {
	struct slice line[DIFF_LINES];
	size_t n, body;
	bool cut;
};

static void
diff_split(struct diff_side *s, struct slice raw)
{
	struct slice line;
	bool begun = false;

	s->n = 0;
	s->body = SIZE_MAX;
	s->cut = false;
	while (message_line(&raw, &line)) {
		if (!begun && line.n == 0)
			continue;
		begun = true;
		if (s->n == DIFF_LINES) {
			s->cut = true;
			return;
		}
		s->line[s->n++] = line;
		if (line.n == 0 && s->body == SIZE_MAX)
			s->body = s->n;
	}
}

/* Headers whose short form means the same (RFC 3261 7.3.3). */
static struct slice
diff_long_name(struct slice name)
{
	static const char *const forms[][2] = { { "v", "Via" }, { "f", "From" }, { "t", "To" }, { "i", "Call-ID" },
		{ "m", "Contact" }, { "c", "Content-Type" }, { "l", "Content-Length" }, { "e", "Content-Encoding" },
		{ "k", "Supported" }, { "s", "Subject" } };

	name = slice_trim(name);
	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
		if (slice_ieq(name, slice_str(forms[i][0])))
			return slice_str(forms[i][1]);
	return name;
}

/* What a line is: start line, header name, empty line, "m=", "a=rtpmap". */
static struct slice
diff_key(const struct diff_side *s, size_t i)
{
	struct slice line = s->line[i], value;

	if (i == 0)
		return slice_str(" start");
	if (line.n == 0)
		return slice_str(" empty");
	if (i < s->body)
		return message_name(line) > 0 ? diff_long_name((struct slice){ line.p, message_name(line) }) : line;
	if (line.n > 2 && line.p[1] == '=' && line.p[0] == 'a') {
		value = line;
		return slice_cut(&value, ':');
	}
	return line.n > 1 && line.p[1] == '=' ? (struct slice){ line.p, 2 } : line;
}

/* Is a rtpmap or fmtp of the same format more alike than one of another? */
static bool
diff_same_format(struct slice a, struct slice b)
{
	(void)slice_cut(&a, ':');
	(void)slice_cut(&b, ':');
	return slice_eq(slice_cut(&a, ' '), slice_cut(&b, ' '));
}

static unsigned
diff_worth(const struct diff_side *a, size_t i, const struct diff_side *b, size_t k)
{
	struct slice key = diff_key(a, i);

	if ((i >= a->body) != (k >= b->body) || !slice_ieq(key, diff_key(b, k)))
		return 0;
	if (slice_eq(a->line[i], b->line[k]))
		return DIFF_EQUAL_WORTH;
	if (i >= a->body && key.n > 2 && !diff_same_format(a->line[i], b->line[k]))
		return 0;
	return DIFF_NAME_WORTH;
}

/* Values that differ between any two calls. */
static bool
diff_is_noise(struct slice key)
{
	static const char *const names[] = { "Call-ID", "Content-Length", "Date", "CSeq", "Timestamp", "Session-ID",
		"X-Call-ID", "X-CID", "RAck", "RSeq", "Max-Forwards", "Authorization", "Proxy-Authorization",
		"o=", "a=crypto", "a=ssrc", "a=ice-ufrag", "a=ice-pwd", "a=fingerprint" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (slice_ieq(key, slice_str(names[i])))
			return true;
	return false;
}

static bool
diff_is_token_end(char c)
{
	return c == ';' || c == '>' || c == ' ' || c == ',' || c == '\r' || c == '\n' || c == '"';
}

/* Skip ";tag=..." or ";branch=..." at the front; false when there is none. */
static bool
diff_skip_mark(struct slice *s)
{
	static const char *const marks[] = { ";tag=", ";branch=", ";received=", ";rport" };

	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
		if (slice_istarts(*s, slice_str(marks[i]))) {
			s->p++;
			s->n--;
			while (s->n > 0 && !diff_is_token_end(*s->p)) {
				s->p++;
				s->n--;
			}
			return true;
		}
	return false;
}

/* Equal without tags and branches? */
static bool
diff_same_but_marks(struct slice a, struct slice b)
{
	for (;;) {
		while (diff_skip_mark(&a))
			;
		while (diff_skip_mark(&b))
			;
		if (a.n == 0 || b.n == 0)
			return a.n == b.n;
		if (*a.p != *b.p)
			return false;
		a.p++;
		a.n--;
		b.p++;
		b.n--;
	}
}

/* "m=audio 30000 RTP/AVP 8 101" without its port. */
static bool
diff_same_media(struct slice a, struct slice b)
{
	(void)slice_cut(&a, ' ');
	(void)slice_cut(&b, ' ');
	(void)slice_cut(&a, ' ');
	(void)slice_cut(&b, ' ');
	return slice_eq(a, b);
}

static enum diff_kind
diff_kind_of(const struct diff_side *a, size_t i, const struct diff_side *b, size_t k)
{
	struct slice key = diff_key(a, i), x = a->line[i], y = b->line[k];

	if (slice_eq(x, y))
		return DIFF_SAME;
	if (diff_is_noise(key) || (i < a->body && diff_same_but_marks(x, y)))
		return DIFF_NOISE;
	return slice_eq(key, slice_str("m=")) && diff_same_media(x, y) ? DIFF_NOISE : DIFF_CHANGED;
}

static void
diff_put(struct diff *d, struct slice a, struct slice b, enum diff_kind kind)
{
	d->line[d->n++] = (struct diff_line){ a, b, kind };
}

/* table[i][k]: worth of what comes from line i of a and k of b on. */
static void
diff_walk(struct diff *d, const struct diff_side *a, const struct diff_side *b, const uint16_t *table)
{
	size_t i = 0, k = 0, w = b->n + 1;
	struct slice none = { NULL, 0 };

	while (i < a->n || k < b->n) {
		unsigned worth = i < a->n && k < b->n ? diff_worth(a, i, b, k) : 0;

		if (worth > 0 && table[i * w + k] == table[(i + 1) * w + k + 1] + worth) {
			diff_put(d, a->line[i], b->line[k], diff_kind_of(a, i, b, k));
			i++;
			k++;
		} else if (k == b->n || (i < a->n && table[(i + 1) * w + k] >= table[i * w + k + 1])) {
			diff_put(d, a->line[i], none, DIFF_LEFT);
			i++;
		} else {
			diff_put(d, none, b->line[k], DIFF_RIGHT);
			k++;
		}
	}
}

static bool
diff_align(struct diff *d, const struct diff_side *a, const struct diff_side *b)
{
	size_t w = b->n + 1;
	uint16_t *table = mem_zalloc((a->n + 1) * w * sizeof *table);

	if (table == NULL)
		return false;
	for (size_t i = a->n; i-- > 0;)
		for (size_t k = b->n; k-- > 0;) {
			unsigned worth = diff_worth(a, i, b, k);
			uint16_t best = table[(i + 1) * w + k];

			best = table[i * w + k + 1] > best ? table[i * w + k + 1] : best;
			if (worth > 0 && table[(i + 1) * w + k + 1] + worth > best)
				best = (uint16_t)(table[(i + 1) * w + k + 1] + worth);
			table[i * w + k] = best;
		}
	diff_walk(d, a, b, table);
	mem_free(table);
	return true;
}

/* "8,101" of "m=audio 30000 RTP/AVP 8 101". */
static void
diff_codecs(struct slice line, char *out, size_t cap)
{
	size_t at = 0;

	for (int i = 0; i < 3; i++)
		(void)slice_cut(&line, ' ');
	for (out[0] = '\0'; line.n > 0;) {
		struct slice format = slice_cut(&line, ' ');
		int n = snprintf(
		    out + at, cap - at, "%s%.*s", at > 0 ? "," : "", (int)(format.n < 16 ? format.n : 16), format.p);

		if (n < 0 || (size_t)n >= cap - at)
			return;
		at += (size_t)n;
	}
}

static bool
diff_is_media(struct slice line)
{
	return slice_istarts(line, slice_str("m="));
}

/* What an operator looks for first: codecs, then the first line that differs. */
static void
diff_say(struct diff *d)
{
	const struct diff_line *first = NULL;
	char a[72], b[72];

	for (size_t i = 0; i < d->n; i++) {
		const struct diff_line *l = &d->line[i];

		if (l->kind == DIFF_CHANGED && diff_is_media(l->a) && diff_is_media(l->b)) {
			diff_codecs(l->a, a, sizeof a);
			diff_codecs(l->b, b, sizeof b);
			if (strcmp(a, b) != 0) {
				(void)snprintf(d->headline, sizeof d->headline, "codecs: %s vs %s", a, b);
				return;
			}
		}
		if (first == NULL && i > 0 && l->kind > DIFF_NOISE)
			first = l;
	}
	if (first == NULL && d->n > 0 && d->line[0].kind > DIFF_NOISE)
		first = &d->line[0];
	if (first == NULL)
		return;
	if (first->kind == DIFF_CHANGED)
		(void)snprintf(d->headline, sizeof d->headline, "%.*s vs %.*s",
		    (int)(first->a.n < 80 ? first->a.n : 80), first->a.p, (int)(first->b.n < 80 ? first->b.n : 80),
		    first->b.p);
	else
		(void)snprintf(d->headline, sizeof d->headline, "only %s: %.*s",
		    first->kind == DIFF_LEFT ? "left" : "right",
		    (int)(first->kind == DIFF_LEFT ? (first->a.n < 120 ? first->a.n : 120)
						   : (first->b.n < 120 ? first->b.n : 120)),
		    first->kind == DIFF_LEFT ? first->a.p : first->b.p);
}

bool
diff_make(struct diff *d, struct slice a, struct slice b)
{
	struct diff_side *side = mem_alloc(2 * sizeof *side);
	bool ok;

	d->n = 0;
	d->headline[0] = '\0';
	if (side == NULL)
		return false;
	diff_split(&side[0], a);
	diff_split(&side[1], b);
	d->cut = side[0].cut || side[1].cut;
	ok = diff_align(d, &side[0], &side[1]);
	mem_free(side);
	diff_say(d);
	return ok;
}
