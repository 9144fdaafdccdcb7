/*
 * redact_parts - what messages are made of: URIs (RFC 3261 19.1, RFC 3966), parameters and words; see redact.h.
 * One thing to know: here all is hidden that is not known to be harmless, so what nobody thought of does not leave.
 */
#include <string.h>

#include "sink/redact.h"
#include "sipwhy/frame.h"

enum { PARTS_SMALL = 2, PARTS_NAME = 24, PARTS_NUMBER = 3 };

bool
redact_is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool
redact_is_in(const char *const *list, struct slice s)
{
	for (; *list != NULL; list++)
		if (slice_ieq(s, slice_str(*list)))
			return true;
	return false;
}

size_t
redact_scheme(struct slice s)
{
	static const char *const schemes[] = { "sip:", "sips:", "tel:", "mailto:", "im:", "pres:", "xmpp:", "h323:" };

	for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
		if (slice_istarts(s, slice_str(schemes[i])))
			return slice_str(schemes[i]).n;
	return 0;
}

size_t
redact_quoted(struct slice s)
{
	size_t i;

	if (s.n == 0 || s.p[0] != '"')
		return 0;
	for (i = 1; i < s.n && s.p[i] != '"'; i++)
		i += s.p[i] == '\\' && i + 1 < s.n;
	return i < s.n ? i + 1 : s.n;
}

/* A user may have ";" and "," (RFC 3261 25.1), so both end a URI behind its "@" alone. */
size_t
redact_bare_uri(struct slice s)
{
	size_t n = redact_scheme(s), end = n, at;

	if (n == 0)
		return 0;
	while (end < s.n && !redact_is_space(s.p[end]) && s.p[end] != '<' && s.p[end] != '>' && s.p[end] != '"')
		end++;
	for (at = n; at < end && s.p[at] != '@'; at++)
		;
	/* What another element of a list has is not its "@". */
	for (size_t i = n; at < end && i < at; i++)
		if (s.p[i] == ',' && redact_scheme((struct slice){ s.p + i + 1, s.n - i - 1 }) > 0)
			at = end;
	for (at = at < end ? at : n; at < end && s.p[at] != ';' && s.p[at] != ','; at++)
		;
	return at;
}

/* Only figures and what is written between them. */
static bool
parts_is_number(struct slice s)
{
	size_t digits = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] >= '0' && s.p[i] <= '9')
			digits++;
		else if (s.p[i] != '+' && s.p[i] != '-' && s.p[i] != '.' && s.p[i] != '(' && s.p[i] != ')')
			return false;
	}
	return digits >= PARTS_NUMBER;
}

static bool
parts_is_address(struct slice s)
{
	struct endpoint e;

	return s.n > 0 && endpoint_parse(s, false, &e) && e.family != 0;
}

static bool
parts_is_known(const struct redact *r, struct slice s)
{
	return s.n > 0 && (slice_ieq(s, r->user[0]) || slice_ieq(s, r->user[1]));
}

static bool
parts_is_host(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' ||
	    c == ':' || c == '[' || c == ']' || c == '_';
}

/* What stands before its password and its parameters; those go. */
static void
parts_user(struct buf *out, const struct redact *r, struct slice user)
{
	struct slice name = user;

	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] == ':' || name.p[i] == ';')
			name.n = i;
	redact_user(out, r, name);
}

/* "example.net:5060;transport=tcp" */
static void
parts_host(struct buf *out, const struct redact *r, struct slice s, bool alone)
{
	struct slice host = s;

	for (host.n = 0; host.n < s.n && parts_is_host(s.p[host.n]); host.n++)
		;
	/* "sip:1037", "sip:alice": a user whose host was forgotten. */
	if (alone && host.n > 0 && !parts_is_address(host) && !slice_ieq(host, slice_str("localhost")) &&
	    (parts_is_number(host) || parts_is_known(r, host) || memchr(host.p, '.', host.n) == NULL))
		redact_user(out, r, host);
	else
		buf_add(out, host.p, host.n);
	s.p += host.n;
	s.n -= host.n;
	if (s.n > 0 && s.p[0] == ';')
		redact_params(out, r, s);
	else
		redact_tokens(out, r, s);
}

/* "?Reason=SIP%3Bcause%3D302&Subject=...": why stays, and so does what call is meant. */
static void
parts_headers(struct buf *out, const struct redact *r, struct slice s)
{
	static const char *const kept[] = { "Reason", "Privacy", "Replaces", NULL };
	struct redact words = *r;

	while (s.n > 0) {
		struct slice name = { s.p + 1, 0 }, value;
		size_t n = 1;

		while (n < s.n && s.p[n] != '&')
			n++;
		while (1 + name.n < n && name.p[name.n] != '=')
			name.n++;
		value = (struct slice){ name.p + name.n, n - 1 - name.n };
		buf_putc(out, s.p[0]);
		words.words = slice_ieq(name, slice_str("Reason"));
		if (redact_is_in(kept, name)) {
			buf_add(out, name.p, name.n);
			redact_text(out, &words, value);
		} else {
			redact_secret(out, r, (struct slice){ s.p + 1, n - 1 });
		}
		s.p += n;
		s.n -= n;
	}
}

static void
parts_sip(struct buf *out, const struct redact *r, struct slice rest)
{
	size_t at = rest.n, end = 0;
	bool alone;

	/* The last "@" before its headers, which are another message's (RFC 3261 19.1.1); a user may have a "?". */
	for (size_t i = 0; i < rest.n && (rest.p[i] != '?' || at == rest.n); i++)
		if (rest.p[i] == '@')
			at = i;
	alone = at == rest.n;
	if (!alone) {
		parts_user(out, r, (struct slice){ rest.p, at });
		buf_putc(out, '@');
		end = at + 1;
	}
	rest.p += end;
	rest.n -= end;
	for (end = 0; end < rest.n && rest.p[end] != '?'; end++)
		;
	parts_host(out, r, (struct slice){ rest.p, end }, alone);
	if (end < rest.n)
		parts_headers(out, r, (struct slice){ rest.p + end, rest.n - end });
}

static void
parts_tel(struct buf *out, const struct redact *r, struct slice rest)
{
	struct slice number = rest;

	for (number.n = 0; number.n < rest.n && rest.p[number.n] != ';' && rest.p[number.n] != '?'; number.n++)
		;
	redact_user(out, r, number);
	redact_params(out, r, (struct slice){ rest.p + number.n, rest.n - number.n });
}

/* Of a page the host; what it is called may be anybody's name. */
static void
parts_page(struct buf *out, const struct redact *r, struct slice rest)
{
	size_t i = 0;

	while (i < rest.n && rest.p[i] == '/')
		i++;
	while (i < rest.n && parts_is_host(rest.p[i]))
		i++;
	i += i < rest.n && rest.p[i] == '/';
	buf_add(out, rest.p, i);
	if (i < rest.n)
		redact_secret(out, r, (struct slice){ rest.p + i, rest.n - i });
}

void
redact_uri(struct buf *out, const struct redact *r, struct slice uri)
{
	size_t n = 0;
	struct slice rest;

	while (uri.n > 0 && redact_is_space(uri.p[0])) {
		buf_putc(out, uri.p[0]);
		uri.p++;
		uri.n--;
	}
	while (n < uri.n && n < PARTS_NAME && uri.p[n] != ':' && uri.p[n] != '@')
		n++;
	if (n == uri.n || uri.p[n] != ':' || uri.n == 0) {
		redact_tokens(out, r, uri);
		return;
	}
	rest = (struct slice){ uri.p + n + 1, uri.n - n - 1 };
	if (redact_scheme(uri) == n + 1) {
		buf_add(out, uri.p, n + 1);
		if (slice_istarts(uri, slice_str("tel:")))
			parts_tel(out, r, rest);
		else
			parts_sip(out, r, rest);
	} else if (slice_istarts(uri, slice_str("http:")) || slice_istarts(uri, slice_str("https:"))) {
		buf_add(out, uri.p, n + 1);
		parts_page(out, r, rest);
	} else if (slice_istarts(uri, slice_str("urn:")) || slice_istarts(uri, slice_str("cid:"))) {
		buf_add(out, uri.p, n + 1);
		redact_secret(out, r, rest);
	} else {
		redact_tokens(out, r, uri);
	}
}

static bool
parts_is_end(char c)
{
	return redact_is_space(c) || c == ',' || c == ';' || c == '=' || c == '<' || c == '>' || c == '"' || c == '(' ||
	    c == ')' || c == '|' || c == '\'';
}

/* Letters before a "=" with a value. */
static bool
parts_is_name(struct slice token, struct slice rest)
{
	if (token.n > PARTS_NAME || rest.n < 2 || rest.p[0] != '=' || rest.p[1] == '=' || redact_is_space(rest.p[1]))
		return false;
	for (size_t i = 0; i < token.n; i++)
		if ((token.p[i] < 'a' || token.p[i] > 'z') && (token.p[i] < 'A' || token.p[i] > 'Z') &&
		    token.p[i] != '-' && token.p[i] != '_')
			return false;
	return true;
}

static bool
parts_is_common(struct slice token)
{
	static const char *const common[] = { "true", "false", "yes", "no", "on", "off", "udp", "tcp", "tls", "ws",
		"wss", "sctp", "sip", "sips", "phone", "ip", "dialstring", "none", "unknown", "anonymous", "in", "out",
		"inbound", "outbound", "*", "-", "+", "/", "SIP/2.0", NULL };
	size_t digits = 0;

	while (digits < token.n && token.p[digits] >= '0' && token.p[digits] <= '9')
		digits++;
	return (digits == token.n && digits <= PARTS_SMALL) || redact_is_in(common, token);
}

static void
parts_token(struct buf *out, const struct redact *r, struct slice token, struct slice rest)
{
	size_t at = token.n;

	if (parts_is_common(token) || parts_is_address(token) || parts_is_name(token, rest)) {
		buf_add(out, token.p, token.n);
		return;
	}
	if (redact_scheme(token) > 0) {
		size_t n = redact_scheme(token);

		/* It may be cut: what is no address may be a user without its host. */
		token.p += n;
		token.n -= n;
		buf_add(out, token.p - n, n);
		if (parts_is_address(token)) {
			buf_add(out, token.p, token.n);
			return;
		}
		at = token.n;
	}
	for (size_t i = 0; i < token.n; i++)
		if (token.p[i] == '@')
			at = i;
	redact_user(out, r, (struct slice){ token.p, at });
	if (at == token.n)
		return;
	buf_putc(out, '@');
	/* Of "user@host" the host stays where it can be one. */
	if (parts_is_address((struct slice){ token.p + at + 1, token.n - at - 1 }))
		buf_add(out, token.p + at + 1, token.n - at - 1);
	else
		redact_user(out, r, (struct slice){ token.p + at + 1, token.n - at - 1 });
}

void
redact_tokens(struct buf *out, const struct redact *r, struct slice s)
{
	for (size_t i = 0; i < s.n;) {
		size_t n = redact_quoted((struct slice){ s.p + i, s.n - i });

		if (n > 1) {
			buf_putc(out, '"');
			redact_user(out, r, (struct slice){ s.p + i + 1, n - 1 - (s.p[i + n - 1] == '"') });
			buf_putc(out, '"');
			i += n;
			continue;
		}
		if (parts_is_end(s.p[i])) {
			buf_putc(out, s.p[i++]);
			continue;
		}
		while (i + n < s.n && !parts_is_end(s.p[i + n]))
			n++;
		parts_token(out, r, (struct slice){ s.p + i, n }, (struct slice){ s.p + i + n, s.n - i - n });
		i += n;
	}
}

/* Parameters whose values tell how a message went and nothing of who sent it. */
static bool
parts_is_plain(struct slice name)
{
	static const char *const plain[] = { "tag", "branch", "received", "rport", "transport", "ttl", "maddr", "comp",
		"method", "expires", "q", "reg-id", "index", "rc", "mp", "np", "reason", "privacy", "counter", "screen",
		"party", "id-type", "cause", "protocol", "limit", "handling", "purpose", "refresher", "order", "ppt",
		"alg", "retry-after", "duration", "to-tag", "from-tag", "refresh", "ftag", "alias", "nat", "keep", "oc",
		"verstat", "cpc", "isup-oli", "min-se", "audio", "video", "ccf", "ecf", "lr", "ob", NULL };

	return redact_is_in(plain, name);
}

/* Without a value. */
static bool
parts_is_flag(struct slice name)
{
	static const char *const flags[] = { "lr", "ob", "rport", "hide", "npdi", "r2", "isfocus", "early-only",
		"audio", "video", "automata", "text", "control", "data", "application", "message", "nat", "keep",
		NULL };

	return redact_is_in(flags, name);
}

static size_t
parts_value(struct slice s)
{
	size_t n = redact_quoted(s);

	if (n > 0)
		return n;
	if (s.n > 0 && s.p[0] == '<' && memchr(s.p, '>', s.n) != NULL)
		return (size_t)((const char *)memchr(s.p, '>', s.n) - s.p) + 1;
	while (n < s.n && s.p[n] != ';' && s.p[n] != ',' && s.p[n] != '>' && !redact_is_space(s.p[n]))
		n++;
	return n;
}

static void
parts_put(struct buf *out, const struct redact *r, struct slice name, struct slice value)
{
	bool text = slice_ieq(name, slice_str("text"));
	struct redact words = *r;

	if (value.n > 2 && value.p[0] == '<' && value.p[value.n - 1] == '>') {
		buf_putc(out, '<');
		redact_uri(out, r, (struct slice){ value.p + 1, value.n - 2 });
		buf_putc(out, '>');
		return;
	}
	if (!parts_is_plain(name) && !text) {
		redact_tokens(out, r, value);
		return;
	}
	words.words = text;
	redact_text(out, &words, value);
}

void
redact_params(struct buf *out, const struct redact *r, struct slice s)
{
	for (size_t i = 0; i < s.n;) {
		struct slice name = { s.p + i, 0 }, value;
		size_t eq;

		if (parts_is_end(s.p[i])) {
			/* What is quoted without a name. */
			size_t n = redact_quoted((struct slice){ s.p + i, s.n - i });

			if (n > 1)
				redact_tokens(out, r, (struct slice){ s.p + i, n });
			else
				buf_putc(out, s.p[i]);
			i += n > 1 ? n : 1;
			continue;
		}
		while (i + name.n < s.n && !parts_is_end(s.p[i + name.n]))
			name.n++;
		for (eq = i + name.n; eq < s.n && redact_is_space(s.p[eq]); eq++)
			;
		if (eq == s.n || s.p[eq] != '=') {
			if (parts_is_flag(name))
				buf_add(out, name.p, name.n);
			else
				redact_tokens(out, r, name);
			i += name.n;
			continue;
		}
		for (eq++; eq < s.n && redact_is_space(s.p[eq]); eq++)
			;
		value = (struct slice){ s.p + eq, parts_value((struct slice){ s.p + eq, s.n - eq }) };
		buf_add(out, name.p, name.n < PARTS_NAME ? name.n : PARTS_NAME);
		buf_putc(out, '=');
		parts_put(out, r, name, value);
		i = eq + value.n;
	}
}
