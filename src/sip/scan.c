/*
 * scan - light reading of Via, From, To, Call-ID and CSeq (RFC 3261 20, 25.1), for requests and for what libosip2
 * refuses.
 * The one thing to know: it looks at SHIELD_VALUE_MAX bytes of a value and passes over each byte a fixed
 * number of times, so its cost is bounded; what it yields must equal what libosip2 yields (equivalence_test).
 */
#include <errno.h>
#include <string.h>

#include "sip/scan.h"
#include "sip/shield.h"

/* Parameters looked at in one value; the tag or branch of a real one is among the first few. */
enum { SCAN_PARAMS_MAX = 64 };

static size_t
scan_find_unquoted(struct slice s, char stop)
{
	bool quoted = false;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '"')
			quoted = !quoted;
		else if (quoted && c == '\\')
			i++;
		else if (!quoted && c == stop)
			return i;
	}
	return s.n;
}

/* Quotes are rare before what is looked for, and where there are none memchr has the answer. */
static inline size_t
scan_at(struct slice s, char stop)
{
	const char *at = s.n ? memchr(s.p, stop, s.n) : NULL;

	if (!at)
		return s.n;
	if (at > s.p && memchr(s.p, '"', (size_t)(at - s.p)))
		return scan_find_unquoted(s, stop);
	return (size_t)(at - s.p);
}

size_t
scan_find(struct slice s, char stop)
{
	return scan_at(s, stop);
}

static struct slice
scan_from(struct slice s, size_t i)
{
	if (i >= s.n)
		return (struct slice){ NULL, 0 };
	return (struct slice){ s.p + i, s.n - i };
}

static struct slice
scan_limit(struct slice s)
{
	if (s.n > SHIELD_VALUE_MAX)
		s.n = SHIELD_VALUE_MAX;
	return s;
}

struct slice
scan_first(struct slice s)
{
	if (!s.n || !memchr(s.p, ',', s.n))
		return s;
	return slice_trim((struct slice){ s.p, scan_at(s, ',') });
}

bool
scan_param(struct slice *params, struct slice *name, struct slice *value)
{
	struct slice one;
	size_t end;

	if (params->n == 0)
		return false;
	*params = scan_from(*params, 1);
	end = scan_at(*params, ';');
	one = (struct slice){ params->p, end };
	*params = scan_from(*params, end);
	*name = slice_trim(slice_cut(&one, '='));
	*value = one.p ? slice_trim(one) : (struct slice){ NULL, 0 };
	return true;
}

/* The value of the first parameter called `wanted`. */
static struct slice
scan_param_find(struct slice params, struct slice wanted)
{
	struct slice name, value;

	for (unsigned n = 0; n < SCAN_PARAMS_MAX && scan_param(&params, &name, &value); n++) {
		if (slice_ieq(name, wanted))
			return value;
	}
	return (struct slice){ NULL, 0 };
}

/* Host and port of "host", "host:port", "[v6]", "[v6]:port", blanks allowed around the colon. */
static void
scan_host_port(struct slice s, struct slice *host, struct slice *port)
{
	const char *bracket = s.n && s.p[0] == '[' ? memchr(s.p, ']', s.n) : NULL;
	size_t skip = bracket ? (size_t)(bracket - s.p) : 0;
	const char *colon = s.n > skip ? memchr(s.p + skip, ':', s.n - skip) : NULL;

	*host = s;
	*port = (struct slice){ NULL, 0 };
	if (!colon)
		return;
	*host = slice_trim((struct slice){ s.p, (size_t)(colon - s.p) });
	*port = slice_trim((struct slice){ colon + 1, (size_t)(s.p + s.n - colon - 1) });
}

int
scan_via(struct slice value, struct scan_via *out)
{
	struct slice s = scan_first(scan_limit(value)), protocol, rest;
	size_t end;

	*out = (struct scan_via){ 0 };
	/* Name, version and transport may have blanks around their slashes (RFC 3261 25.1 SLASH). */
	protocol = slice_cut(&s, '/');
	if (!slice_ieq(slice_trim(protocol), (struct slice){ "SIP", 3 }) || !s.p)
		return -EINVAL;
	slice_cut(&s, '/');
	if (!s.p)
		return -EINVAL;
	s = slice_trim(s);
	for (end = 0; end < s.n && s.p[end] != ' ' && s.p[end] != '\t'; end++)
		;
	rest = slice_trim(scan_from(s, end));
	end = scan_at(rest, ';');
	scan_host_port(slice_trim((struct slice){ rest.p, end }), &out->host, &out->port);
	out->branch = scan_param_find(scan_from(rest, end), (struct slice){ "branch", 6 });
	return out->host.n ? 0 : -EINVAL;
}

/* User and host of "scheme:user:password@host:port;params"; tel: and its like have a user only. */
static void
scan_uri(struct slice uri, struct scan_address *out)
{
	struct slice scheme, rest = slice_trim(uri), port;
	const char *at;

	scheme = slice_cut(&rest, ':');
	if (!rest.p)
		return;
	if (!slice_ieq(scheme, (struct slice){ "sip", 3 }) && !slice_ieq(scheme, (struct slice){ "sips", 4 })) {
		out->user = slice_cut(&rest, ';');
		return;
	}
	at = rest.n ? memchr(rest.p, '@', rest.n) : NULL;
	if (at) {
		struct slice user = { rest.p, (size_t)(at - rest.p) };

		out->user = slice_cut(&user, ':');
		rest = scan_from(rest, (size_t)(at - rest.p) + 1);
	}
	rest.n = scan_at(rest, ';');
	rest.n = scan_at(rest, '?');
	scan_host_port(slice_trim(rest), &out->host, &port);
	if (out->host.n > 2 && out->host.p[0] == '[' && out->host.p[out->host.n - 1] == ']')
		out->host = (struct slice){ out->host.p + 1, out->host.n - 2 };
}

int
scan_address(struct slice value, struct scan_address *out)
{
	struct slice s = scan_limit(value);
	size_t open = scan_at(s, '<'), close;
	const char *end;

	*out = (struct scan_address){ 0 };
	if (open < s.n) {
		s = scan_from(s, open + 1);
		end = s.n ? memchr(s.p, '>', s.n) : NULL;
		close = end ? (size_t)(end - s.p) : s.n;
		scan_uri((struct slice){ s.p, close }, out);
		s = scan_from(s, close + 1);
		s = scan_from(s, scan_at(s, ';'));
	} else {
		/* Without brackets the parameters belong to the header, not to the URI (RFC 3261 20). */
		close = scan_at(s, ';');
		end = s.p;
		scan_uri((struct slice){ s.p, close }, out);
		s = scan_from(s, close);
	}
	out->tag = scan_param_find(s, (struct slice){ "tag", 3 });
	return end && (out->user.n || out->host.n) ? 0 : -EINVAL;
}

bool
scan_is_token(struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (!scan_is_token_char(s.p[i]))
			return false;
	}
	return s.n > 0;
}

int
scan_cseq(struct slice value, uint32_t *number, struct slice *method)
{
	struct slice s = slice_trim(scan_limit(value));
	uint64_t n = 0;
	size_t digits = 0;
	int err = 0;

	*number = 0;
	*method = (struct slice){ NULL, 0 };
	while (digits < s.n && s.p[digits] >= '0' && s.p[digits] <= '9')
		digits++;
	if (slice_u64((struct slice){ s.p, digits }, UINT32_MAX, &n) == 0)
		*number = (uint32_t)n;
	else
		err = -EINVAL;
	s = slice_trim(scan_from(s, digits));
	if (scan_is_token(s))
		*method = s;
	else
		err = -EINVAL;
	return err;
}

static int
scan_hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 32);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

struct slice
scan_decode(struct arena *a, struct slice s)
{
	char *out;
	size_t n = 0;

	if (!s.n || !memchr(s.p, '%', s.n))
		return s;
	out = arena_alloc(a, s.n);
	if (!out)
		return s;
	for (size_t i = 0; i < s.n; i++) {
		int hi = s.p[i] == '%' && i + 2 < s.n ? scan_hex(s.p[i + 1]) : -1;
		int lo = hi >= 0 ? scan_hex(s.p[i + 2]) : -1;

		out[n++] = lo >= 0 ? (char)(hi << 4 | lo) : s.p[i];
		if (lo >= 0)
			i += 2;
	}
	return (struct slice){ out, n };
}

struct slice
scan_sent_by(struct arena *a, struct slice host, struct slice port)
{
	char *out;

	if (!port.n)
		return host;
	if (port.p == host.p + host.n + 1)
		return (struct slice){ host.p, host.n + 1 + port.n };
	out = arena_alloc(a, host.n + 1 + port.n);
	if (!out)
		return host;
	memcpy(out, host.p, host.n);
	out[host.n] = ':';
	memcpy(out + host.n + 1, port.p, port.n);
	return (struct slice){ out, host.n + 1 + port.n };
}

struct slice
scan_who(struct arena *a, const struct scan_address *address, struct slice raw)
{
	if (address->user.n)
		return scan_decode(a, address->user);
	return address->host.n ? address->host : raw;
}

static int
scan_header_address(struct arena *a, struct slice value, struct slice *who, struct slice *tag)
{
	struct scan_address address;
	int err = scan_address(value, &address);

	*who = scan_who(a, &address, value);
	*tag = address.tag;
	return err;
}

int
scan_header(struct arena *a, enum header_id id, struct slice value, struct sipmsg *out)
{
	struct scan_via via;
	int err;

	switch (id) {
	case HEADER_VIA:
		err = scan_via(value, &via);
		out->sent_by = scan_sent_by(a, via.host, via.port);
		out->branch = via.branch;
		return err;
	case HEADER_FROM:
		return scan_header_address(a, value, &out->from, &out->from_tag);
	case HEADER_TO:
		return scan_header_address(a, value, &out->to, &out->to_tag);
	case HEADER_CALL_ID:
		out->call_id = value;
		return value.n ? 0 : -EINVAL;
	case HEADER_CSEQ:
		return scan_cseq(value, &out->cseq, &out->method_name);
	default:
		return 0;
	}
}

void
scan_request(struct arena *a, const struct header_block *block, struct sipmsg *out)
{
	static const enum header_id needed[] = { HEADER_VIA, HEADER_FROM, HEADER_TO, HEADER_CALL_ID, HEADER_CSEQ };
	struct slice method = out->method_name;

	for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
		enum header_id id = needed[i];
		struct slice value = scan_limit(block->value[id]);

		if (!header_is_clean(block, id))
			shield_copy(a, value, false, &value);
		if (value.n != block->value[id].n || scan_header(a, id, value, out) != 0)
			out->partial = true;
	}
	/* The start line decides; a CSeq that names another method does not rename the request. */
	out->method_name = method;
	out->server = block->value[block->value[HEADER_SERVER].n ? HEADER_SERVER : HEADER_USER_AGENT];
}
