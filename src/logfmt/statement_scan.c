/*
 * statement_scan - the quick test in front of the statements: one pass that jumps from byte pair to byte pair (Wu and
 * Manber's way to look for many texts at once) and looks closer only where an anchor may end.
 * Know: statement_near tells for a pair how far into the window of an anchor (eight bytes) it stands (1 to 7, the
 * furthest; 0 nowhere).  A pair that stands nowhere lets the window move by seven bytes.  statement_test holds the
 * table against the anchors of rows_statement.c.
 */
#include <string.h>

#include "logfmt/rows.h"
#include "logfmt/statement.h"

enum { STATEMENT_WINDOW = 8 };

#define STATEMENT_PAIR(a, b) (((unsigned)(unsigned char)(a)&127U) << 7 | ((unsigned)(unsigned char)(b)&127U))

static const uint8_t statement_near[16384] = {
	[STATEMENT_PAIR('\t', 'S')] = 1,
	[STATEMENT_PAIR(' ', '\'')] = 7,
	[STATEMENT_PAIR(' ', 'F')] = 4,
	[STATEMENT_PAIR(' ', 'H')] = 1,
	[STATEMENT_PAIR(' ', 'R')] = 1,
	[STATEMENT_PAIR(' ', 'S')] = 4,
	[STATEMENT_PAIR(' ', '[')] = 7,
	[STATEMENT_PAIR(' ', 'a')] = 6,
	[STATEMENT_PAIR(' ', 'e')] = 4,
	[STATEMENT_PAIR(' ', 'f')] = 4,
	[STATEMENT_PAIR(' ', 'l')] = 7,
	[STATEMENT_PAIR(' ', 'm')] = 4,
	[STATEMENT_PAIR(' ', 'o')] = 1,
	[STATEMENT_PAIR(' ', 's')] = 5,
	[STATEMENT_PAIR('-', '3')] = 1,
	[STATEMENT_PAIR('-', 'M')] = 3,
	[STATEMENT_PAIR('.', '0')] = 7,
	[STATEMENT_PAIR('/', '2')] = 5,
	[STATEMENT_PAIR('2', '.')] = 6,
	[STATEMENT_PAIR('3', '-')] = 2,
	[STATEMENT_PAIR(':', ' ')] = 2,
	[STATEMENT_PAIR('A', 'X')] = 5,
	[STATEMENT_PAIR('C', 'E')] = 3,
	[STATEMENT_PAIR('C', 'O')] = 7,
	[STATEMENT_PAIR('E', 'C')] = 7,
	[STATEMENT_PAIR('E', '_')] = 4,
	[STATEMENT_PAIR('E', 'v')] = 4,
	[STATEMENT_PAIR('F', 'a')] = 5,
	[STATEMENT_PAIR('G', 'o')] = 1,
	[STATEMENT_PAIR('H', 'a')] = 2,
	[STATEMENT_PAIR('I', 'C')] = 2,
	[STATEMENT_PAIR('I', 'E')] = 6,
	[STATEMENT_PAIR('I', 'P')] = 6,
	[STATEMENT_PAIR('M', 'A')] = 4,
	[STATEMENT_PAIR('O', 'I')] = 1,
	[STATEMENT_PAIR('P', ' ')] = 7,
	[STATEMENT_PAIR('P', '/')] = 4,
	[STATEMENT_PAIR('P', 'i')] = 1,
	[STATEMENT_PAIR('R', 'e')] = 2,
	[STATEMENT_PAIR('S', 'I')] = 5,
	[STATEMENT_PAIR('X', 'C')] = 6,
	[STATEMENT_PAIR('_', 'I')] = 5,
	[STATEMENT_PAIR('a', ':')] = 1,
	[STATEMENT_PAIR('a', 'c')] = 7,
	[STATEMENT_PAIR('a', 'i')] = 6,
	[STATEMENT_PAIR('a', 'l')] = 1,
	[STATEMENT_PAIR('a', 'n')] = 4,
	[STATEMENT_PAIR('a', 't')] = 6,
	[STATEMENT_PAIR('a', 'u')] = 4,
	[STATEMENT_PAIR('c', 'e')] = 2,
	[STATEMENT_PAIR('c', 't')] = 4,
	[STATEMENT_PAIR('d', ' ')] = 7,
	[STATEMENT_PAIR('d', 'e')] = 7,
	[STATEMENT_PAIR('d', 'i')] = 4,
	[STATEMENT_PAIR('e', ' ')] = 6,
	[STATEMENT_PAIR('e', 'c')] = 3,
	[STATEMENT_PAIR('e', 'd')] = 7,
	[STATEMENT_PAIR('e', 'g')] = 3,
	[STATEMENT_PAIR('e', 'i')] = 3,
	[STATEMENT_PAIR('e', 'j')] = 1,
	[STATEMENT_PAIR('e', 'n')] = 6,
	[STATEMENT_PAIR('e', 'r')] = 5,
	[STATEMENT_PAIR('e', 's')] = 4,
	[STATEMENT_PAIR('f', 'a')] = 5,
	[STATEMENT_PAIR('f', 'o')] = 4,
	[STATEMENT_PAIR('g', ' ')] = 7,
	[STATEMENT_PAIR('g', 'e')] = 3,
	[STATEMENT_PAIR('g', 'i')] = 4,
	[STATEMENT_PAIR('g', 'u')] = 5,
	[STATEMENT_PAIR('h', ' ')] = 7,
	[STATEMENT_PAIR('h', 'a')] = 1,
	[STATEMENT_PAIR('h', 'e')] = 4,
	[STATEMENT_PAIR('i', 'l')] = 7,
	[STATEMENT_PAIR('i', 'n')] = 5,
	[STATEMENT_PAIR('i', 'o')] = 2,
	[STATEMENT_PAIR('i', 's')] = 6,
	[STATEMENT_PAIR('i', 't')] = 1,
	[STATEMENT_PAIR('i', 'v')] = 4,
	[STATEMENT_PAIR('j', 'e')] = 2,
	[STATEMENT_PAIR('l', ' ')] = 3,
	[STATEMENT_PAIR('l', 'l')] = 2,
	[STATEMENT_PAIR('m', 'i')] = 5,
	[STATEMENT_PAIR('n', ' ')] = 4,
	[STATEMENT_PAIR('n', 'd')] = 6,
	[STATEMENT_PAIR('n', 'g')] = 6,
	[STATEMENT_PAIR('n', 's')] = 6,
	[STATEMENT_PAIR('n', 't')] = 7,
	[STATEMENT_PAIR('o', 'n')] = 5,
	[STATEMENT_PAIR('o', 'r')] = 5,
	[STATEMENT_PAIR('o', 't')] = 2,
	[STATEMENT_PAIR('p', ' ')] = 7,
	[STATEMENT_PAIR('p', 'o')] = 4,
	[STATEMENT_PAIR('q', 'u')] = 1,
	[STATEMENT_PAIR('r', ' ')] = 6,
	[STATEMENT_PAIR('r', 'e')] = 1,
	[STATEMENT_PAIR('r', 'o')] = 7,
	[STATEMENT_PAIR('r', 'r')] = 6,
	[STATEMENT_PAIR('s', 'e')] = 7,
	[STATEMENT_PAIR('s', 'p')] = 3,
	[STATEMENT_PAIR('s', 's')] = 7,
	[STATEMENT_PAIR('s', 't')] = 6,
	[STATEMENT_PAIR('s', 'u')] = 6,
	[STATEMENT_PAIR('s', 'w')] = 6,
	[STATEMENT_PAIR('t', ' ')] = 7,
	[STATEMENT_PAIR('t', 'a')] = 3,
	[STATEMENT_PAIR('t', 'e')] = 6,
	[STATEMENT_PAIR('t', 'h')] = 6,
	[STATEMENT_PAIR('t', 'i')] = 7,
	[STATEMENT_PAIR('t', 'r')] = 7,
	[STATEMENT_PAIR('t', 't')] = 7,
	[STATEMENT_PAIR('t', 'y')] = 2,
	[STATEMENT_PAIR('u', 'c')] = 7,
	[STATEMENT_PAIR('u', 'e')] = 2,
	[STATEMENT_PAIR('u', 'p')] = 6,
	[STATEMENT_PAIR('u', 't')] = 5,
	[STATEMENT_PAIR('v', 'e')] = 5,
	[STATEMENT_PAIR('w', 'e')] = 7,
	[STATEMENT_PAIR('y', 'E')] = 3,
};

/* Is the window at `at` that of an anchor which stands there as a whole?  Where the anchor begins, or SIZE_MAX. */
static size_t
statement_anchor_at(struct slice lines, size_t at)
{
	size_t n, len;
	const struct row_anchor *anchors = rows_anchors(&n);
	const char *p = lines.p + at, *text;

	for (size_t i = 0; i < n; i++) {
		text = anchors[i].text;
		if (text[anchors[i].window] != p[0] || text[anchors[i].window + 1] != p[1] || anchors[i].window > at)
			continue;
		len = strlen(text);
		if (lines.n - at + anchors[i].window >= len && memcmp(text, p - anchors[i].window, len) == 0)
			return at - anchors[i].window;
	}
	return SIZE_MAX;
}

/* Where an anchor stands; lines.n when there is none. */
static size_t
statement_find(struct slice lines)
{
	const unsigned char *p = (const unsigned char *)lines.p;
	size_t i = STATEMENT_WINDOW - 2, at;
	unsigned near;

	while (i + 1 < lines.n) {
		near = statement_near[STATEMENT_PAIR(p[i], p[i + 1])];
		if (near < STATEMENT_WINDOW - 1) {
			i += STATEMENT_WINDOW - 1 - near;
			continue;
		}
		at = statement_anchor_at(lines, i - (STATEMENT_WINDOW - 2));
		if (at != SIZE_MAX)
			return at;
		i++;
	}
	return lines.n;
}

bool
statement_maybe(struct slice line)
{
	return statement_find(line) < line.n;
}

size_t
statement_scan(struct slice lines)
{
	size_t at = statement_find(lines);
	const char *feed;

	if (at >= lines.n)
		return lines.n;
	feed = at > 0 ? memrchr(lines.p, '\n', at) : NULL;
	return feed != NULL ? (size_t)(feed - lines.p) + 1 : 0;
}
