/*
 * scan - light reading of Via, From, To, Call-ID and CSeq (RFC 3261 20, 25.1) for requests and for what libosip2
 * refuses, and of what is asked of requests and responses alike.
 * The one thing to know: it looks at SHIELD_VALUE_MAX bytes of a value and passes over each byte a fixed
 * number of times, so its cost is bounded; what it yields must equal what libosip2 yields (equivalence_test).
 */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "sip/reason.h"
#include "sip/scan.h"
#include "sip/shield.h"
#include "sipwhy/text.h"

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

/* Does the text at p, of which at least n bytes are there, begin with `known`?  known: lower case letters. */
static inline bool
scan_begins(const char *p, const char *known, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if ((p[i] | 32) != known[i])
			return false;
	}
	return true;
}

/* The value of the first parameter called `wanted` (lower case letters), as scan_param has it. */
static inline struct slice
scan_param_find(struct slice params, struct slice wanted)
{
	for (unsigned n = 0; n < SCAN_PARAMS_MAX && params.n > 0; n++) {
		struct slice one, rest;

		params = scan_from(params, 1);
		one = (struct slice){ params.p, scan_at(params, ';') };
		params = scan_from(params, one.n);
		one = slice_trim(one);
		if (one.n < wanted.n || !scan_begins(one.p, wanted.p, wanted.n))
			continue;
		rest = slice_trim((struct slice){ one.p + wanted.n, one.n - wanted.n });
		if (!rest.n)
			return (struct slice){ NULL, 0 };
		if (*rest.p == '=')
			return slice_trim((struct slice){ rest.p + 1, rest.n - 1 });
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
	if (s.n > 8 && memcmp(s.p, "SIP/2.0/", 8) == 0) {
		s = (struct slice){ s.p + 8, s.n - 8 };
	} else {
		/* Name, version and transport may have blanks around their slashes (RFC 3261 25.1 SLASH). */
		protocol = slice_cut(&s, '/');
		if (!slice_ieq(slice_trim(protocol), (struct slice){ "SIP", 3 }) || !s.p)
			return -EINVAL;
		slice_cut(&s, '/');
		if (!s.p)
			return -EINVAL;
	}
	s = slice_trim(s);
	for (end = 0; end < s.n && s.p[end] != ' ' && s.p[end] != '\t'; end++)
		;
	rest = slice_trim(scan_from(s, end));
	end = scan_at(rest, ';');
	scan_host_port(slice_trim((struct slice){ rest.p, end }), &out->host, &out->port);
	out->branch = scan_param_find(scan_from(rest, end), (struct slice){ "branch", 6 });
	return out->host.n ? 0 : -EINVAL;
}

/* Take "sip:" or "sips:" off a URI.  False for another scheme, which is taken off as well. */
static inline bool
scan_take_scheme(struct slice *uri)
{
	struct slice scheme;

	if (uri->n >= 4 && uri->p[3] == ':' && scan_begins(uri->p, "sip", 3)) {
		*uri = (struct slice){ uri->p + 4, uri->n - 4 };
		return true;
	}
	scheme = slice_cut(uri, ':');
	return slice_ieq(scheme, (struct slice){ "sip", 3 }) || slice_ieq(scheme, (struct slice){ "sips", 4 });
}

/*
 * The user of "scheme:user:password@host:port;params", and what stands behind its "@"; tel: and its like have a user
 * only.
 */
static inline struct slice
scan_user(struct slice uri, struct slice *user)
{
	struct slice rest = slice_trim(uri), before;
	bool sip = scan_take_scheme(&rest);
	const char *at;

	if (!rest.p)
		return rest;
	if (!sip) {
		*user = slice_cut(&rest, ';');
		return (struct slice){ NULL, 0 };
	}
	at = rest.n ? memchr(rest.p, '@', rest.n) : NULL;
	if (!at)
		return rest;
	before = (struct slice){ rest.p, (size_t)(at - rest.p) };
	*user = slice_cut(&before, ':');
	return scan_from(rest, (size_t)(at - rest.p) + 1);
}

/* Host and port of what scan_user left. */
static inline void
scan_host(struct slice rest, struct slice *host, struct slice *port)
{
	rest.n = scan_at(rest, ';');
	rest.n = scan_at(rest, '?');
	scan_host_port(slice_trim(rest), host, port);
}

/*
 * Take the URI off a name-addr or addr-spec; *s is left with what stands behind it.  False when a bracket is not
 * closed. Without brackets the parameters belong to the header, not to the URI (RFC 3261 20).
 */
static inline bool
scan_take_uri(struct slice *s, struct slice *uri)
{
	size_t open = scan_at(*s, '<'), end;
	bool some = s->p;

	if (open < s->n) {
		*s = scan_from(*s, open + 1);
		*uri = slice_cut(s, '>');
		return s->p;
	}
	end = scan_at(*s, ';');
	*uri = (struct slice){ s->p, end };
	*s = scan_from(*s, end);
	return some;
}

/* As scan_address; the host only where it is asked for, or there is no user. */
static inline int
scan_address_of(struct slice value, bool with_host, struct scan_address *out)
{
	struct slice s = scan_limit(value), uri, rest, port;
	bool closed;

	*out = (struct scan_address){ 0 };
	closed = scan_take_uri(&s, &uri);
	rest = scan_user(uri, &out->user);
	if (with_host || !out->user.n) {
		scan_host(rest, &out->host, &port);
		if (out->host.n > 2 && out->host.p[0] == '[' && out->host.p[out->host.n - 1] == ']')
			out->host = (struct slice){ out->host.p + 1, out->host.n - 2 };
	}
	/* Most often the parameters begin where the URI ends. */
	if (s.n && *s.p != ';')
		s = scan_from(s, scan_at(s, ';'));
	out->tag = scan_param_find(s, (struct slice){ "tag", 3 });
	return closed && (out->user.n || out->host.n) ? 0 : -EINVAL;
}

int
scan_address(struct slice value, struct scan_address *out)
{
	return scan_address_of(value, true, out);
}

int32_t
scan_seconds(struct slice value)
{
	struct slice s = slice_trim(value);
	uint64_t n = 0;
	size_t i = 0;

	for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++)
		n = n < INT32_MAX ? n * 10 + (unsigned)(s.p[i] - '0') : n;
	/* "3600(comment)", "1800;refresher=uac", "60 ;x" */
	if (i == 0 || (i < s.n && s.p[i] != ';' && s.p[i] != '(' && s.p[i] != ' ' && s.p[i] != '\t'))
		return -1;
	return n < INT32_MAX ? (int32_t)n : INT32_MAX;
}

/* Position of the quote that ends the quoted-string at s, s.n when nothing ends it. */
static size_t
scan_quote_end(struct slice s)
{
	const char *quote = s.n > 1 ? memchr(s.p + 1, '"', s.n - 1) : NULL;

	if (!quote)
		return s.n;
	/* Escapes are rare; where there may be one the bytes are walked. */
	if (quote[-1] != '\\')
		return (size_t)(quote - s.p);
	for (size_t i = 1; i < s.n; i++) {
		if (s.p[i] == '"')
			return i;
		i += s.p[i] == '\\';
	}
	return s.n;
}

/* What stands in the quotes at s, of which the second is at `end`; empty when there is none. */
static struct slice
scan_quoted(struct slice s, size_t end)
{
	return end < s.n ? (struct slice){ s.p + 1, end - 1 } : (struct slice){ NULL, 0 };
}

/* A value without its quotes, if it has any. */
static struct slice
scan_unquote(struct slice s)
{
	return s.n && s.p[0] == '"' ? scan_quoted(s, scan_quote_end(s)) : s;
}

void
scan_contact(struct slice value, struct scan_contact *out)
{
	struct slice s = scan_limit(value), uri, user = { NULL, 0 };

	*out = (struct scan_contact){ .expires = -1 };
	if (s.n && s.p[0] == '*') {
		out->star = scan_first(s).n == 1;
		return;
	}
	/* A comma within brackets is the URI's own; one before them, or without any, ends the value. */
	if (s.n && s.p[0] != '<' && scan_at(s, ',') < scan_at(s, '<'))
		s = scan_first(s);
	if (!scan_take_uri(&s, &uri))
		return;
	scan_host(scan_user(uri, &user), &out->host, &out->port);
	s.n = scan_at(s, ',');
	s = scan_param_find(scan_from(s, scan_at(s, ';')), (struct slice){ "expires", 7 });
	out->expires = scan_seconds(scan_unquote(s));
}

bool
scan_has_sdp(struct slice value)
{
	struct slice sub = value, type;

	/* As nearly everyone writes it. */
	if (slice_ieq(value, (struct slice){ "application/sdp", 15 }))
		return true;
	type = slice_trim(slice_cut(&sub, '/'));
	if (slice_ieq(type, (struct slice){ "multipart", 9 }))
		return sub.n > 0;
	return slice_ieq(type, (struct slice){ "application", 11 }) &&
	    slice_ieq(slice_trim(slice_cut(&sub, ';')), (struct slice){ "sdp", 3 });
}

/*
 * The next "name=value" of *s, the value without quotes; false when there is none.  *name is all that stands before the
 * "=" (scan_is_named tells the name), so that a scheme or what separates the pairs needs no look; only a value without
 * quotes has to know its end.
 */
static bool
scan_pair(struct slice *s, char sep, struct slice *name, struct slice *value)
{
	const char *eq = s->n ? memchr(s->p, '=', s->n) : NULL;
	size_t end;

	if (!eq)
		return false;
	*name = slice_trim((struct slice){ s->p, (size_t)(eq - s->p) });
	*s = slice_trim((struct slice){ eq + 1, (size_t)(s->p + s->n - eq - 1) });
	if (s->n && *s->p == '"') {
		end = scan_quote_end(*s);
		*value = scan_quoted(*s, end++);
	} else {
		const char *at = s->n ? memchr(s->p, sep, s->n) : NULL;

		end = at ? (size_t)(at - s->p) : s->n;
		*value = slice_trim((struct slice){ s->p, end });
	}
	*s = scan_from(*s, end);
	return true;
}

/* Is the token that `before` ends with this name? */
static inline bool
scan_is_named(struct slice before, struct slice name)
{
	size_t from = before.n - name.n;

	return before.n >= name.n && slice_imemeq(before.p + from, name.p, name.n) &&
	    (from == 0 || !scan_is_token_char(before.p[from - 1]));
}

struct slice
scan_realm(struct slice value, bool *stale)
{
	struct slice s = scan_limit(value), name, one, realm = { NULL, 0 };
	bool found = false;

	for (unsigned n = 0; n < SCAN_PARAMS_MAX && (stale || !found) && scan_pair(&s, ',', &name, &one); n++) {
		if (!found && scan_is_named(name, (struct slice){ "realm", 5 })) {
			realm = one;
			found = true;
		}
		if (stale && scan_is_named(name, (struct slice){ "stale", 5 }))
			*stale |= slice_ieq(one, (struct slice){ "true", 4 });
	}
	return realm;
}

struct slice
scan_icid(struct slice value)
{
	struct slice s = scan_limit(value), name, one;

	for (unsigned n = 0; n < SCAN_PARAMS_MAX && scan_pair(&s, ';', &name, &one); n++) {
		if (scan_is_named(name, (struct slice){ "icid-value", 10 }))
			return one;
	}
	return (struct slice){ NULL, 0 };
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
	for (; digits < s.n && s.p[digits] >= '0' && s.p[digits] <= '9'; digits++)
		n = n <= UINT32_MAX ? n * 10 + (unsigned)(s.p[digits] - '0') : n;
	if (digits > 0 && n <= UINT32_MAX)
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
		int hi = s.p[i] == '%' && i + 2 < s.n ? text_hex(s.p[i + 1]) : -1;
		int lo = hi >= 0 ? text_hex(s.p[i + 2]) : -1;

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
	int err = scan_address_of(value, false, &address);

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

struct slice
scan_value(struct arena *a, const struct header_block *block, enum header_id id, struct slice value, struct sipmsg *out)
{
	struct slice s = scan_limit(value);

	if (s.n != value.n)
		out->partial = true;
	if (!header_is_clean(block, id))
		shield_copy(a, s, false, &s);
	return s;
}

static void
scan_reasons(struct arena *a, const struct header_block *block, struct sipmsg *out)
{
	for (unsigned i = 0; i < HEADER_LIST_MAX && i < block->seen[HEADER_REASON]; i++) {
		struct slice s = scan_value(a, block, HEADER_REASON, block->list[HEADER_REASON][i], out);

		if (i == 0)
			out->reason = s;
		reason_read(s, &out->q850, &out->reason_sip);
	}
}

static void
scan_realms(struct arena *a, const struct header_block *block, enum header_id id, struct sipmsg *out)
{
	static_assert((int)SIPMSG_REALMS == (int)HEADER_LIST_MAX, "as many as are kept");

	while (out->n_realms < SIPMSG_REALMS && out->n_realms < block->seen[id]) {
		struct slice s = scan_value(a, block, id, block->list[id][out->n_realms], out);

		out->realm[out->n_realms++] = scan_realm(s, id == HEADER_CHALLENGE ? &out->stale : NULL);
	}
}

/* Contact of an INVITE; of a REGISTER and its 2xx also until when it holds. */
static void
scan_where(struct arena *a, const struct header_block *block, struct sipmsg *out)
{
	struct slice value = header_value(block, HEADER_CONTACT);
	struct scan_contact contact;

	if (!value.n)
		return;
	scan_contact(scan_value(a, block, HEADER_CONTACT, value, out), &contact);
	out->contact = scan_sent_by(a, contact.host, contact.port);
	if (out->method == METHOD_REGISTER)
		out->expires = contact.star ? 0 : contact.expires;
}

/* RFC 7989 4.1: 32 zeros are the null value, which says that the other side's is not known. */
static struct slice
scan_session(struct slice value)
{
	struct slice id = slice_trim(slice_cut(&value, ';'));
	size_t zeros = 0;

	while (zeros < id.n && id.p[zeros] == '0')
		zeros++;
	return zeros < id.n ? id : (struct slice){ NULL, 0 };
}

/* The link of an INVITE, from the header that is meant for it before those that may serve. */
static struct slice
scan_link(struct arena *a, const struct header_block *block, struct sipmsg *out)
{
	struct slice link = { NULL, 0 };

	if (block->seen[HEADER_X_CID])
		link = scan_value(a, block, HEADER_X_CID, block->value[HEADER_X_CID], out);
	if (!link.n && block->seen[HEADER_SESSION_ID])
		link = scan_session(scan_value(a, block, HEADER_SESSION_ID, block->value[HEADER_SESSION_ID], out));
	if (!link.n && block->seen[HEADER_CHARGING])
		link = scan_icid(scan_value(a, block, HEADER_CHARGING, block->value[HEADER_CHARGING], out));
	return link;
}

static int32_t
scan_number(struct arena *a, const struct header_block *block, enum header_id id, struct sipmsg *out)
{
	struct slice value = header_value(block, id);

	return value.n ? scan_seconds(scan_value(a, block, id, value, out)) : -1;
}

/* What an INVITE has besides. */
static void
scan_invite(struct arena *a, const struct header_block *block, struct sipmsg *out)
{
	int32_t hops = scan_number(a, block, HEADER_MAX_FORWARDS, out);

	out->max_forwards = (int16_t)(hops < INT16_MAX ? hops : INT16_MAX);
	scan_where(a, block, out);
	out->link = scan_link(a, block, out);
}

/* What a method makes of a request (code 0) or of a final response. */
static void
scan_method(struct arena *a, const struct header_block *block, struct sipmsg *out)
{
	switch (out->method) {
	case METHOD_REGISTER:
		if (out->code >= 300)
			return;
		scan_where(a, block, out);
		if (out->expires < 0)
			out->expires = scan_number(a, block, HEADER_EXPIRES, out);
		return;
	case METHOD_INVITE:
	case METHOD_UPDATE:
		out->session_expires = scan_number(a, block, HEADER_SESSION_EXPIRES, out);
		if (out->code == 0 && out->method == METHOD_INVITE)
			scan_invite(a, block, out);
		return;
	default:
		return;
	}
}

void
scan_common(struct arena *a, const struct header_block *block, struct sipmsg *out)
{
	struct slice type = header_value(block, HEADER_CONTENT_TYPE);

	if (block->seen[HEADER_REASON])
		scan_reasons(a, block, out);
	if (out->code == 0 || out->code >= 200)
		scan_method(a, block, out);
	if (out->code == 183 && type.n)
		out->sdp = scan_has_sdp(scan_value(a, block, HEADER_CONTENT_TYPE, type, out));
	if (out->code == 401 || out->code == 407)
		scan_realms(a, block, HEADER_CHALLENGE, out);
	else if (out->code == 0 && out->method != METHOD_ACK && out->method != METHOD_CANCEL)
		scan_realms(a, block, HEADER_CREDENTIALS, out);
}

void
scan_request(struct arena *a, const struct header_block *block, struct sipmsg *out)
{
	static const enum header_id needed[] = { HEADER_VIA, HEADER_FROM, HEADER_TO, HEADER_CALL_ID, HEADER_CSEQ };
	struct slice method = out->method_name;

	for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
		enum header_id id = needed[i];
		struct slice whole = header_value(block, id), value = scan_limit(whole);

		if (!header_is_clean(block, id))
			shield_copy(a, value, false, &value);
		if (value.n != whole.n || scan_header(a, id, value, out) != 0)
			out->partial = true;
	}
	/* The start line decides; a CSeq that names another method does not rename the request. */
	out->method_name = method;
	out->server = header_value(block, HEADER_USER_AGENT);
	if (!out->server.n)
		out->server = header_value(block, HEADER_SERVER);
	scan_common(a, block, out);
}
