/* prefix - the part of a line that repeats, with its numbers; see prefix.h. */
#include "logfmt/prefix.h"

#include <string.h>

#include "logfmt/seek.h"

static bool
prefix_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
prefix_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Four numbers with dots between: an address. */
static bool
prefix_in_quad(const struct prefix *p, size_t at)
{
	size_t from = at, to = at;
	unsigned dots = 0;

	while (from > 0 && at - from < 16 && (prefix_digit(p->text[from - 1]) || p->text[from - 1] == '.'))
		from--;
	while (to < p->n && to - at < 16 && (prefix_digit(p->text[to]) || p->text[to] == '.'))
		to++;
	for (size_t i = from; i < to; i++)
		dots += p->text[i] == '.';
	return dots == 3;
}

/* Does the number at `at` name something? "VERBOSE[2190]", "C-00000010", "pbx1"; the T of a time does not count. */
static bool
prefix_names(const struct prefix *p, size_t at)
{
	char before = at > 0 ? p->text[at - 1] : ' ';
	char further = at > 1 ? p->text[at - 2] : ' ';

	if (prefix_letter(before))
		return !(before == 'T' && prefix_digit(further));
	if (before == '[' || before == '-' || before == '_' || before == '/' || before == '.') {
		if (prefix_letter(further))
			return true;
	}
	/* "12(4953) INFO:" of Kamailio on a terminal. */
	if ((before == '(' || before == '[') && (prefix_letter(further) || prefix_digit(further)))
		return true;
	return prefix_in_quad(p, at);
}

bool
prefix_set(struct prefix *p, struct slice text)
{
	if (text.n > sizeof p->text)
		return false;
	p->n = text.n;
	if (text.n > 0)
		memcpy(p->text, text.p, text.n);
	return true;
}

static size_t
prefix_blanks(struct slice s, size_t at)
{
	size_t i = at;

	while (i < s.n && s.p[i] == ' ')
		i++;
	return i - at;
}

static size_t
prefix_digits(struct slice s, size_t at)
{
	size_t i = at;

	while (i < s.n && prefix_digit(s.p[i]))
		i++;
	return i - at;
}

/* One step of both: a number that runs on, or bytes that must be equal.  False when they differ. */
static bool
prefix_step(const struct prefix *p, struct slice text, size_t *i, struct slice line, size_t *j)
{
	size_t blanks = prefix_blanks(text, *i), digits = prefix_digits(text, *i + blanks), n;

	n = blanks + digits;
	/* Mostly they are the same. */
	if (line.n - *j >= n && seek_same(text.p + *i, line.p + *j, n) &&
	    (digits == 0 || *j + n == line.n || !prefix_digit(line.p[*j + n]))) {
		*i += n;
		*j += n;
		return true;
	}
	if (digits > 0 && !prefix_names(p, *i + blanks)) {
		*i += blanks + digits;
		*j += prefix_blanks(line, *j);
		n = prefix_digits(line, *j);
		*j += n;
		return n > 0;
	}
	return false;
}

/*
 * How far both are the same, from the begin to the last place where a step may begin: what is the same up to there
 * needs no steps.
 */
static size_t
prefix_same(const struct prefix *p, struct slice line)
{
	size_t i = seek_common(p->text, line.p, p->n < line.n ? p->n : line.n);

	while (i > 0 && prefix_digit(p->text[i - 1]))
		i--;
	while (i > 0 && p->text[i - 1] == ' ')
		i--;
	return i;
}

ptrdiff_t
prefix_match(const struct prefix *p, struct slice line)
{
	struct slice text = { p->text, p->n };
	size_t i = prefix_same(p, line), j = i;

	while (i < text.n && j < line.n) {
		char c = text.p[i];

		if (c != ' ' && !prefix_digit(c)) {
			if (c != line.p[j])
				break;
			i++;
			j++;
		} else if (!prefix_step(p, text, &i, line, &j)) {
			break;
		}
	}
	if (i == text.n)
		return (ptrdiff_t)j;
	while (i < text.n && text.p[i] == ' ')
		i++;
	while (j < line.n && (line.p[j] == ' ' || line.p[j] == '\r'))
		j++;
	return i == text.n && j == line.n ? (ptrdiff_t)j : -1;
}

size_t
prefix_indent(const struct prefix *p)
{
	return prefix_blanks((struct slice){ p->text, p->n }, 0) == p->n ? p->n : 0;
}

static bool
prefix_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool
prefix_ends(struct slice s, const char *with, size_t n)
{
	return s.n >= n && memcmp(s.p + s.n - n, with, n) == 0;
}

bool
prefix_is_mark(struct slice s)
{
	while (s.n > 0 && prefix_blank(s.p[s.n - 1]))
		s.n--;
	switch (s.n > 0 ? s.p[s.n - 1] : '\0') {
	case '<':
		return true;
	case '>':
		return prefix_ends(s, "--->", 4);
	case '-':
		return prefix_ends(s, "----", 4);
	case ':':
		return prefix_ends(s, "RAW PDU:", 8);
	default:
		return false;
	}
}
