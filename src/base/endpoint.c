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
		with_port &= e->port != 0;
		end = endpoint_host(end, e, with_port);
		if (with_port) {
			*end++ = ':';
			end = endpoint_number(end, e->port);
		}
	}
	(void)slice_copy(out, cap, (struct slice){ text, (size_t)(end - text) });
	return out;
}

static bool
endpoint_port(struct slice text, uint16_t *out)
{
	unsigned v = 0;

	if (text.n == 0 || text.n > 5)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
		v = v * 10 + (unsigned)(text.p[i] - '0');
	}
	*out = (uint16_t)v;
	return v <= UINT16_MAX;
}

static bool
endpoint_address(struct slice text, int family, struct endpoint *out)
{
	char copy[INET6_ADDRSTRLEN];

	if (text.n == 0 || text.n >= sizeof copy || memchr(text.p, '\0', text.n) != NULL)
		return false;
	memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	out->family = family == AF_INET ? 4 : 6;
	return inet_pton(family, copy, out->addr) == 1;
}

/* Where the host of a text without brackets ends: at its port's colon, or at its end. */
static size_t
endpoint_host_end(struct slice text, bool last_colon, bool *v6)
{
	const char *first = memchr(text.p, ':', text.n), *last = memrchr(text.p, ':', text.n);

	*v6 = first != last;
	if (last == NULL || (*v6 && !last_colon))
		return text.n;
	return (size_t)(last - text.p);
}

static bool
endpoint_read(struct slice text, bool last_colon, struct endpoint *out)
{
	const char *end;
	size_t n;
	bool v6 = true;

	if (text.n > 0 && text.p[0] == '[') {
		end = memchr(text.p, ']', text.n);
		if (end == NULL ||
		    !endpoint_address((struct slice){ text.p + 1, (size_t)(end - text.p) - 1 }, AF_INET6, out))
			return false;
		n = (size_t)(end - text.p) + 1;
	} else {
		n = text.n > 0 ? endpoint_host_end(text, last_colon, &v6) : 0;
		if (!endpoint_address((struct slice){ text.p, n }, v6 ? AF_INET6 : AF_INET, out))
			return false;
	}
	return n == text.n ||
	    (text.p[n] == ':' && endpoint_port((struct slice){ text.p + n + 1, text.n - n - 1 }, &out->port));
}

bool
endpoint_parse(struct slice text, bool last_colon, struct endpoint *out)
{
	*out = (struct endpoint){ 0 };
	if (endpoint_read(text, last_colon, out))
		return true;
	*out = (struct endpoint){ 0 };
	return false;
}

bool
endpoint_same_host(const struct endpoint *a, const struct endpoint *b)
{
	return a->family == b->family && memcmp(a->addr, b->addr, sizeof a->addr) == 0;
}

const char *
transport_name(unsigned t)
{
	static const char *const names[TRANSPORT_N] = { [TRANSPORT_UDP] = "udp",
		[TRANSPORT_TCP] = "tcp",
		[TRANSPORT_TLS] = "tls",
		[TRANSPORT_SCTP] = "sctp",
		[TRANSPORT_WS] = "ws",
		[TRANSPORT_WSS] = "wss" };

	return t < TRANSPORT_N ? names[t] : "-";
}
