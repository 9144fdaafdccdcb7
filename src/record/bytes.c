/*
 * bytes - what may stand in JSON as text, and base64 for the rest (RFC 3629, RFC 4648 section 4).
 * The one thing to know: the decoder is strict (padding, no spare bits), so that one run of bytes has one form.
 */
#include "record/bytes.h"

#include <errno.h>
#include <stdint.h>

#include "sipwhy/text.h"

static const char bytes_alphabet[65] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bool
bytes_utf8(struct slice s)
{
	uint32_t cp;
	size_t i = 0, n;

	while (i < s.n) {
		if ((unsigned char)s.p[i] < 0x80) {
			i++;
			continue;
		}
		n = text_utf8(s.p + i, s.n - i, &cp);
		if (n == 0)
			return false;
		i += n;
	}
	return true;
}

struct slice
bytes_cut(struct slice s, size_t max)
{
	size_t n = max;

	if (s.n <= max)
		return s;
	/* Three continuation bytes at most belong to one character; more of them are no UTF-8 anyway. */
	while (n > 0 && max - n < 3 && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n--;
	return (struct slice){ s.p, n };
}

void
bytes_base64(struct buf *b, struct slice s)
{
	for (size_t i = 0; i < s.n; i += 3) {
		size_t left = s.n - i;
		uint32_t v = (uint32_t)(unsigned char)s.p[i] << 16;
		char quad[4];

		if (left > 1)
			v |= (uint32_t)(unsigned char)s.p[i + 1] << 8;
		if (left > 2)
			v |= (unsigned char)s.p[i + 2];
		quad[0] = bytes_alphabet[v >> 18];
		quad[1] = bytes_alphabet[v >> 12 & 63];
		quad[2] = left > 1 ? bytes_alphabet[v >> 6 & 63] : '=';
		quad[3] = left > 2 ? bytes_alphabet[v & 63] : '=';
		buf_add(b, quad, sizeof quad);
	}
}

size_t
bytes_plain_max(size_t n)
{
	return n / 4 * 3;
}

static int
bytes_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* One group of four; `pad` of its characters are '='.  -1 when a character is none of ours. */
static int
bytes_quad(const char *q, unsigned pad, uint32_t *v)
{
	*v = 0;
	for (unsigned i = 0; i < 4; i++) {
		int d = i < 4 - pad ? bytes_digit(q[i]) : 0;

		if (d < 0)
			return -1;
		*v = *v << 6 | (uint32_t)d;
	}
	/* Bits that no byte takes must be 0. */
	return (*v & ((UINT32_C(1) << 8 * pad) - 1)) == 0 ? 0 : -1;
}

int
bytes_plain(struct slice s, char *out, size_t *n)
{
	unsigned pad = 0;
	uint32_t v;

	*n = 0;
	if (s.n % 4 != 0)
		return -EINVAL;
	for (size_t i = 0; i < s.n; i += 4) {
		if (i + 4 == s.n)
			pad = (unsigned)(s.p[i + 3] == '=') + (s.p[i + 3] == '=' && s.p[i + 2] == '=');
		if (bytes_quad(s.p + i, pad, &v) != 0)
			return -EINVAL;
		for (unsigned k = 0; k < 3 - pad; k++)
			out[(*n)++] = (char)(v >> (16 - 8 * k));
	}
	return 0;
}
