/*
 * phrase - what stays of a reason phrase when its numbers and names are taken out; see phrase.h.
 * The one thing to know: a phrase may be cut, so a quote that does not end goes on to the end, and no step looks at
 * more than PHRASE_MAX bytes.
 */
#include "store/phrase.h"

/* The shortest run of hexadecimal digits and dashes that is taken for a name ("550e8400-e29b-..."). */
enum { PHRASE_HEX_MIN = 8 };

static bool
phrase_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
phrase_word(char c)
{
	return phrase_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static bool
phrase_hex(char c)
{
	return phrase_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == '-';
}

/* Length of a hexadecimal name at the beginning of s; 0 when there is none. */
static size_t
phrase_hex_run(struct slice s)
{
	bool digit = false;
	size_t n = 0;

	for (; n < s.n && phrase_hex(s.p[n]); n++)
		digit |= phrase_digit(s.p[n]);
	return digit && n >= PHRASE_HEX_MIN && (n == s.n || !phrase_word(s.p[n])) ? n : 0;
}

/* Length of a number with what stands between its digits ("198.51.100.7:5060", "+49 30" is two); 0 for none. */
static size_t
phrase_number_run(struct slice s)
{
	size_t n = s.n > 1 && s.p[0] == '+' && phrase_digit(s.p[1]) ? 1 : 0;

	if (s.n <= n || !phrase_digit(s.p[n]))
		return 0;
	while (n < s.n &&
	    (phrase_digit(s.p[n]) ||
		((s.p[n] == '.' || s.p[n] == ':' || s.p[n] == ',') && n + 1 < s.n && phrase_digit(s.p[n + 1]))))
		n++;
	return n;
}

/* Length of a part between marks, both counted; 0 when s begins with none. */
static size_t
phrase_quoted_run(struct slice s, bool inside_word)
{
	char end = s.p[0] == '<' ? '>' : s.p[0];
	size_t n = 1;

	/* "can't" quotes nothing. */
	if (s.p[0] != '"' && s.p[0] != '<' && (s.p[0] != '\'' || inside_word))
		return 0;
	while (n < s.n && s.p[n] != end)
		n++;
	return n < s.n ? n + 1 : n;
}

/* What stands at the beginning of s: its length, and in *as the byte that stands for it. */
static size_t
phrase_part(struct slice s, bool inside_word, char *as)
{
	size_t n = phrase_quoted_run(s, inside_word);

	*as = s.p[0] == '<' ? '<' : '"';
	if (n > 0)
		return n;
	*as = '#';
	if (!inside_word && (n = phrase_hex_run(s)) > 0)
		return n;
	if ((n = phrase_number_run(s)) > 0)
		return n;
	*as = s.p[0] >= 'A' && s.p[0] <= 'Z' ? (char)(s.p[0] - 'A' + 'a') : s.p[0];
	if ((unsigned char)s.p[0] <= ' ' || s.p[0] == 0x7f)
		*as = ' ';
	return 1;
}

size_t
phrase_pattern(char *out, struct slice in)
{
	bool inside_word = false;
	size_t used = 0;

	if (in.n > PHRASE_MAX)
		in.n = PHRASE_MAX;
	in = slice_trim(in);
	while (in.n > 0) {
		char as;
		size_t n = phrase_part(in, inside_word, &as);

		inside_word = phrase_word(in.p[n - 1]);
		if (as != ' ' || (used > 0 && out[used - 1] != ' '))
			out[used++] = as;
		in.p += n;
		in.n -= n;
	}
	while (used > 0 && out[used - 1] == ' ')
		used--;
	return used;
}
