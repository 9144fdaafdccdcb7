/* slice - borrowed text: what of it is too long or too rare to stand in its door; see sipwhy/slice.h. */
#include "sipwhy/slice.h"

#include <errno.h>
#include <string.h>

static unsigned char
slice_lower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? c | 32 : c;
}

bool
slice_imemeq(const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (a[i] != b[i] && slice_lower((unsigned char)a[i]) != slice_lower((unsigned char)b[i]))
			return false;
	return true;
}

bool
slice_istarts(struct slice s, struct slice prefix)
{
	return s.n >= prefix.n && slice_imemeq(s.p, prefix.p, prefix.n);
}

ptrdiff_t
slice_ifind(struct slice s, struct slice needle)
{
	unsigned char first;

	if (needle.n > s.n)
		return -1;
	if (needle.n == 0)
		return 0;
	first = slice_lower((unsigned char)needle.p[0]);
	for (size_t i = 0; i + needle.n <= s.n; i++)
		if (slice_lower((unsigned char)s.p[i]) == first && slice_imemeq(s.p + i, needle.p, needle.n))
			return (ptrdiff_t)i;
	return -1;
}

int
slice_u64(struct slice s, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;

	if (s.n == 0)
		return -EINVAL;
	for (size_t i = 0; i < s.n; i++) {
		unsigned d = (unsigned char)s.p[i] - (unsigned)'0';

		if (d > 9)
			return -EINVAL;
		if (v > (max - d) / 10 || d > max)
			return -ERANGE;
		v = v * 10 + d;
	}
	*out = v;
	return 0;
}

size_t
slice_copy(char *out, size_t cap, struct slice s)
{
	size_t n;

	if (cap == 0)
		return 0;
	n = s.n < cap - 1 ? s.n : cap - 1;
	if (n > 0)
		memcpy(out, s.p, n);
	out[n] = '\0';
	return n;
}
