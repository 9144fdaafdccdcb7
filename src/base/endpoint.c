/* endpoint - transport addresses as text and compared; see sipwhy/frame.h. */
#include <arpa/inet.h>
#include <string.h>

#include "sipwhy/frame.h"

/* Decimal number 0..65535 at out; returns the end.  Addresses are written for every event: no format string is parsed
 * for them. */
static char *
endpoint_number(char *out, unsigned v)
{
	char digits[5];
	int n = 0;

	do
		digits[n++] = (char)('0' + v % 10);
	while ((v /= 10) > 0);
	while (n > 0)
		*out++ = digits[--n];
	return out;
}

static char *
endpoint_host(char *out, const struct endpoint *e, bool bracket)
{
	if (e->family == 6) {
		if (bracket)
			*out++ = '[';
		(void)inet_ntop(AF_INET6, e->addr, out, INET6_ADDRSTRLEN);
		out += strlen(out);
		if (bracket)
			*out++ = ']';
		return out;
	}
	for (int i = 0; i < 4; i++) {
		if (i > 0)
			*out++ = '.';
		out = endpoint_number(out, e->addr[i]);
	}
	return out;
}

char *
endpoint_format(char *out, size_t cap, const struct endpoint *e, bool with_port)
{
	char text[ENDPOINT_TEXT], *end = text;

	if (e->family != 4 && e->family != 6) {
		*end++ = '-';
	} else {
		end = endpoint_host(end, e, with_port);
		if (with_port) {
			*end++ = ':';
			end = endpoint_number(end, e->port);
		}
	}
	(void)slice_copy(out, cap, (struct slice){ text, (size_t)(end - text) });
	return out;
}

bool
endpoint_same_host(const struct endpoint *a, const struct endpoint *b)
{
	return a->family == b->family && memcmp(a->addr, b->addr, sizeof a->addr) == 0;
}

const char *
transport_name(unsigned t)
{
	static const char *const names[TRANSPORT_N] = { [TRANSPORT_UDP] = "udp", [TRANSPORT_TCP] = "tcp" };

	return t < TRANSPORT_N ? names[t] : "-";
}
