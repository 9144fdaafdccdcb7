/*
 * text - the sanitiser for everything a person reads; see sipwhy/text.h (RFC 3629 for UTF-8).
 * One thing to know: the result is built token by token, and `safe` remembers the longest prefix that still leaves
 * room for the cut mark, so that cutting never looks back into the text.
 */
#include "sipwhy/text.h"

#include <string.h>
#include <wchar.h>

/* Scalars that hide, reorder or fill: shown by number whatever the C library thinks of them.  Sorted. */
static const struct text_range {
	uint32_t first, last;
} text_hidden[] = {
	{ 0x00ad, 0x00ad },
	{ 0x034f, 0x034f },
	{ 0x061c, 0x061c },
	{ 0x115f, 0x1160 },
	{ 0x17b4, 0x17b5 },
	{ 0x180b, 0x180f },
	{ 0x200b, 0x200f },
	{ 0x2028, 0x202e },
	{ 0x2060, 0x206f },
	{ 0x3164, 0x3164 },
	{ 0xd800, 0xf8ff },
	{ 0xfdd0, 0xfdef },
	{ 0xfe00, 0xfe0f },
	{ 0xfeff, 0xfeff },
	{ 0xffa0, 0xffa0 },
	{ 0xfff9, 0xfffb },
	{ 0x1bca0, 0x1bca3 },
	{ 0x1d173, 0x1d17a },
	{ 0xe0000, 0xe0fff },
	{ 0xf0000, 0x10ffff },
};

/* Marks that may stand on one base. */
enum { TEXT_MARKS = 2, TEXT_TOKEN = 16 };

/* The result under construction.  marks: how many more marks the last base takes. */
struct text_out {
	char *p;
	size_t room, len; /* bytes, without the NUL */
	size_t max_cols, cols;
	size_t safe_len, safe_cols;
	unsigned marks;
};

/* One piece that is kept or left out as a whole. */
struct text_token {
	char bytes[TEXT_TOKEN];
	size_t n, cols, eaten;
	unsigned marks;
};

size_t
text_utf8(const char *s, size_t n, uint32_t *cp)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char lead;
	size_t len;
	uint32_t v;

	if (n == 0)
		return 0;
	lead = (unsigned char)s[0];
	if (lead < 0x80) {
		*cp = lead;
		return 1;
	}
	len = lead >= 0xf0 && lead <= 0xf4 ? 4 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xc2 && lead < 0xe0 ? 2 : 0;
	if (len == 0 || len > n)
		return 0;
	v = lead & (0x7fu >> len);
	for (size_t i = 1; i < len; i++) {
		if (((unsigned char)s[i] & 0xc0) != 0x80)
			return 0;
		v = v << 6 | ((unsigned char)s[i] & 0x3f);
	}
	if (v < least[len] || v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff))
		return 0;
	*cp = v;
	return len;
}

static bool
text_is_hidden(uint32_t cp)
{
	size_t lo = 0, hi = sizeof text_hidden / sizeof text_hidden[0];

	if ((cp & 0xfffe) == 0xfffe)
		return true;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (cp > text_hidden[mid].last)
			lo = mid + 1;
		else if (cp < text_hidden[mid].first)
			hi = mid;
		else
			return true;
	}
	return false;
}

int
text_width(uint32_t cp)
{
	int width;

	if (cp < 0x7f)
		return cp >= 0x20 ? 1 : -1;
	if (cp < 0xa0 || cp > 0x10ffff || text_is_hidden(cp))
		return -1;
	width = wcwidth((wchar_t)cp);
	return width >= 0 && width <= 2 ? width : -1;
}

static void
text_put_hex(struct text_token *t, uint32_t v, unsigned digits, const char *alphabet)
{
	while (digits-- > 0)
		t->bytes[t->n++] = alphabet[v >> (4 * digits) & 15];
}

static void
text_token_bytes(struct text_token *t, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		t->bytes[t->n++] = '\\';
		t->bytes[t->n++] = 'x';
		text_put_hex(t, (unsigned char)s[i], 2, "0123456789abcdef");
	}
	t->cols = t->n;
}

static void
text_token_number(struct text_token *t, uint32_t cp)
{
	memcpy(t->bytes, "<U+", 3);
	t->n = 3;
	text_put_hex(t, cp, cp > 0xfffff ? 6 : cp > 0xffff ? 5 : 4, "0123456789ABCDEF");
	t->bytes[t->n++] = '>';
	t->cols = t->n;
}

/* The next piece of `in` (not empty).  marks: how many marks the base before it still takes. */
static struct text_token
text_token_next(struct slice in, bool ascii, unsigned marks)
{
	struct text_token t = { .n = 0 };
	uint32_t cp = 0;
	int width;

	t.eaten = text_utf8(in.p, in.n, &cp);
	if (t.eaten == 0 || cp < 0x20 || (cp >= 0x7f && cp < 0xa0)) {
		t.eaten = t.eaten != 0 ? t.eaten : 1;
		text_token_bytes(&t, in.p, t.eaten);
		return t;
	}
	width = ascii && cp >= 0x7f ? -1 : text_width(cp);
	if (width < 0 || (width == 0 && marks == 0)) {
		text_token_number(&t, cp);
		return t;
	}
	memcpy(t.bytes, in.p, t.eaten);
	t.n = t.eaten;
	t.cols = (size_t)width;
	t.marks = width > 0 ? TEXT_MARKS : marks - 1;
	return t;
}

static void
text_mark_safe(struct text_out *o)
{
	if (o->cols < o->max_cols && o->len < o->room) {
		o->safe_len = o->len;
		o->safe_cols = o->cols;
	}
}

static bool
text_put(struct text_out *o, const struct text_token *t)
{
	if (t->cols > o->max_cols - o->cols || t->n > o->room - o->len)
		return false;
	memcpy(o->p + o->len, t->bytes, t->n);
	o->len += t->n;
	o->cols += t->cols;
	o->marks = t->marks;
	text_mark_safe(o);
	return true;
}

static size_t
text_min(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Plain ASCII in one go: as much as there is and fits. */
static size_t
text_put_ascii(struct text_out *o, struct slice in)
{
	size_t fit = text_min(in.n, text_min(o->max_cols - o->cols, o->room - o->len));
	size_t n = 0, spare;

	while (n < fit && (unsigned char)(in.p[n] - 0x20) < 0x5f)
		n++;
	if (n == 0)
		return 0;
	memcpy(o->p + o->len, in.p, n);
	/* One column and one byte less than all the room: where the cut mark may have to stand. */
	spare = text_min(o->max_cols - o->cols, o->room - o->len) - 1;
	o->safe_len = o->len + text_min(n, spare);
	o->safe_cols = o->cols + text_min(n, spare);
	o->len += n;
	o->cols += n;
	o->marks = TEXT_MARKS;
	return n;
}

static void
text_cut(struct text_out *o)
{
	o->len = o->safe_len;
	o->cols = o->safe_cols;
	if (o->cols < o->max_cols && o->len < o->room) {
		o->p[o->len++] = '~';
		o->cols++;
	}
}

size_t
text_clean(char *out, size_t cap, struct slice in, size_t max_cols, bool ascii, size_t *cols)
{
	struct text_out o = { .p = out, .room = cap > 0 ? cap - 1 : 0, .max_cols = max_cols };

	while (in.n > 0) {
		size_t n = text_put_ascii(&o, in);

		if (n == 0) {
			struct text_token t = text_token_next(in, ascii, o.marks);

			if (!text_put(&o, &t)) {
				text_cut(&o);
				break;
			}
			n = t.eaten;
		}
		in.p += n;
		in.n -= n;
	}
	if (cap > 0)
		out[o.len] = '\0';
	if (cols != NULL)
		*cols = o.cols;
	return o.len;
}

size_t
text_utf8_put(char out[4], uint32_t cp)
{
	static const uint8_t lead[5] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	size_t n = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;

	for (size_t i = n - 1; i > 0; i--) {
		out[i] = (char)(0x80 | (cp & 0x3f));
		cp >>= 6;
	}
	out[0] = (char)(lead[n] | cp);
	return n;
}

int
text_hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* One backslash, u and four digits at the start of s; -1 when they are not there. */
static int32_t
text_json_unit(struct slice s)
{
	int32_t v = 0;

	if (s.n < 6 || s.p[0] != '\\' || s.p[1] != 'u')
		return -1;
	for (size_t i = 2; i < 6; i++) {
		int digit = text_hex(s.p[i]);

		if (digit < 0)
			return -1;
		v = v << 4 | digit;
	}
	return v;
}

size_t
text_json_u(struct slice s, uint32_t *cp)
{
	int32_t high = text_json_unit(s), low = -1;

	if (high < 0)
		return 0;
	*cp = (uint32_t)high;
	if (high < 0xd800 || high > 0xdfff)
		return 6;
	if (high < 0xdc00)
		low = text_json_unit((struct slice){ s.p + 6, s.n - 6 });
	*cp = '?';
	if (low < 0xdc00 || low > 0xdfff)
		return 6;
	*cp = 0x10000 + ((uint32_t)(high - 0xd800) << 10 | (uint32_t)(low - 0xdc00));
	return 12;
}
