/*
 * redact_message - a whole message made unreadable where it tells of people (RFC 3261 7, 20, 22; RFC 8224, 8866,
 * 2046 5.1); see redact.h.
 * One thing to know: a header decides by its name how it is read, and one that is not known is hidden but for its
 * shape; so is a body that is neither a session description nor a piece of SIP.
 */
#include <string.h>

#include "sink/redact.h"
#include "sipwhy/callmsg.h"

enum { MESSAGE_DEPTH = 3, MESSAGE_TOKEN = 32 };

enum message_kind {
	MESSAGE_TOKENS, /* nothing is known of it */
	MESSAGE_PLAIN,
	MESSAGE_WORDS,
	MESSAGE_ADDRESS,
	MESSAGE_AUTH,
	MESSAGE_SIGNED,
	MESSAGE_LENGTH
};

static const char *const message_plain[] = { "Via", "v", "Call-ID", "i", "CSeq", "Max-Forwards", "Content-Type", "c",
	"Content-Encoding", "e", "Content-Disposition", "Content-Language", "MIME-Version", "Expires", "Min-Expires",
	"Min-SE", "Session-Expires", "x", "Allow", "Allow-Events", "u", "Event", "o", "Supported", "k", "Require",
	"Proxy-Require", "Unsupported", "Accept", "Accept-Encoding", "Accept-Language", "Server", "User-Agent", "Date",
	"Timestamp", "RSeq", "RAck", "Subscription-State", "Privacy", "Priority", "In-Reply-To", "Replaces", "Join",
	"Target-Dialog", "P-Charging-Function-Addresses", "P-Early-Media", "Security-Client", "Security-Server",
	"Security-Verify", "Recv-Info", "Info-Package", "Feature-Caps", "Flow-Timer", "Max-Breadth",
	"Request-Disposition", "SIP-ETag", "SIP-If-Match", "Answer-Mode", "P-RTP-Stat", "X-RTP-Stat",
	"P-Asserted-Service", "P-Preferred-Service", NULL };

static const char *const message_addresses[] = { "From", "f", "To", "t", "Contact", "m", "Reply-To", "Refer-To", "r",
	"Referred-By", "b", "Route", "Record-Route", "Path", "Service-Route", "P-Asserted-Identity",
	"P-Preferred-Identity", "P-Called-Party-ID", "P-Associated-URI", "P-Served-User", "P-Profile-Key",
	"Remote-Party-ID", "Diversion", "History-Info", "Alert-Info", "Call-Info", "Error-Info", "Accept-Contact", "a",
	"Reject-Contact", "j", NULL };

static const char *const message_auth[] = { "Authorization", "Proxy-Authorization", "WWW-Authenticate",
	"Proxy-Authenticate", "Authentication-Info", "Proxy-Authentication-Info", NULL };

static const char *const message_words[] = { "Reason", "Warning", "Retry-After", NULL };

/* How names end of headers by which calls are joined, and of those that tell why. */
static const char *const message_joins[] = { "call-id", "callid", "cid", "uuid", "session-id", "correlation-id",
	"vector", NULL };
static const char *const message_whys[] = { "cause", "causecode", "cause-code", "reason", "error", "status",
	"error-code", "reason-code", "status-code", NULL };

static bool
message_ends(struct slice s, const char *const *ends)
{
	for (; *ends != NULL; ends++) {
		size_t n = slice_str(*ends).n;

		if (s.n >= n && slice_imemeq(s.p + s.n - n, *ends, n))
			return true;
	}
	return false;
}

static enum message_kind
message_kind(struct slice name)
{
	if (slice_ieq(name, slice_str("Content-Length")) || slice_ieq(name, slice_str("l")))
		return MESSAGE_LENGTH;
	if (slice_ieq(name, slice_str("Identity")) || slice_ieq(name, slice_str("y")))
		return MESSAGE_SIGNED;
	if (redact_is_in(message_addresses, name))
		return MESSAGE_ADDRESS;
	if (redact_is_in(message_auth, name))
		return MESSAGE_AUTH;
	if (redact_is_in(message_words, name) || message_ends(name, message_whys))
		return MESSAGE_WORDS;
	if (redact_is_in(message_plain, name) || message_ends(name, message_joins))
		return MESSAGE_PLAIN;
	return MESSAGE_TOKENS;
}

/* Bytes of a line with its end; a CR alone ends one, too. */
static size_t
message_line(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '\n' || (s.p[i] == '\r' && (i + 1 == s.n || s.p[i + 1] != '\n')))
			return i + 1;
	return s.n;
}

/* Its bytes without its end. */
static size_t
message_text(struct slice line)
{
	while (line.n > 0 && (line.p[line.n - 1] == '\r' || line.p[line.n - 1] == '\n'))
		line.n--;
	return line.n;
}

/* A header with the lines that are folded behind it. */
static size_t
message_header(struct slice s)
{
	size_t n = message_line(s);

	while (n < s.n && (s.p[n] == ' ' || s.p[n] == '\t'))
		n += message_line((struct slice){ s.p + n, s.n - n });
	return n;
}

/* Bytes of a header's name, 0 it has none; *value: where its value begins. */
static size_t
message_name(struct slice s, size_t *value)
{
	size_t n = 0, at;

	while (n < s.n && s.p[n] > ' ' && s.p[n] < 127 && strchr(":()<>@,;\\\"/[]?={}", s.p[n]) == NULL)
		n++;
	for (at = n; at < s.n && (s.p[at] == ' ' || s.p[at] == '\t'); at++)
		;
	if (n == 0 || at == s.n || s.p[at] != ':')
		return 0;
	*value = at + 1;
	return n;
}

/* Where an element of a list of addresses ends: at a "," that is neither quoted nor within brackets. */
static size_t
message_element(struct slice s)
{
	size_t i = 0;

	while (i < s.n && s.p[i] != ',') {
		size_t n = redact_quoted((struct slice){ s.p + i, s.n - i });

		i += n > 0 ? n : 1;
	}
	return i;
}

/* "<sip:...>" at the front; bytes of it. */
static size_t
message_brackets(struct buf *out, const struct redact *r, struct slice s)
{
	const char *end = memchr(s.p, '>', s.n);
	size_t n = end != NULL ? (size_t)(end - s.p) : s.n;

	if (end == NULL) {
		redact_tokens(out, r, s);
		return n;
	}
	buf_putc(out, '<');
	redact_uri(out, r, (struct slice){ s.p + 1, n - 1 });
	buf_putc(out, '>');
	return n + 1;
}

/* A display name at the front, up to its "<"; bytes of it, 0 there is none. */
static size_t
message_display(struct buf *out, const struct redact *r, struct slice s)
{
	const char *open;
	size_t n = redact_quoted(s), len;

	if (n > 0) {
		buf_putc(out, '"');
		redact_user(out, r, (struct slice){ s.p + 1, n - 1 - (n > 1 && s.p[n - 1] == '"') });
		buf_putc(out, '"');
		return n;
	}
	len = message_element(s);
	open = memchr(s.p, '<', len);
	if (open == NULL || redact_bare_uri(s) > 0)
		return 0;
	n = (size_t)(open - s.p);
	len = slice_trim((struct slice){ s.p, n }).n;
	redact_user(out, r, (struct slice){ s.p, len });
	buf_add(out, s.p + len, n - len);
	return n;
}

static void
message_address(struct buf *out, const struct redact *r, struct slice s)
{
	while (s.n > 0) {
		size_t n = 0;

		if (redact_is_space(s.p[0]) || s.p[0] == ',') {
			buf_putc(out, s.p[0]);
			n = 1;
		} else if (s.p[0] == '<') {
			n = message_brackets(out, r, s);
		} else if (s.p[0] == ';') {
			n = message_element(s);
			redact_params(out, r, (struct slice){ s.p, n });
		} else if ((n = message_display(out, r, s)) == 0) {
			n = redact_bare_uri(s);
			if (n > 0)
				redact_uri(out, r, (struct slice){ s.p, n });
			else
				redact_tokens(out, r, (struct slice){ s.p, n = message_element(s) });
		}
		s.p += n;
		s.n -= n;
	}
}

/* What a parameter of credentials or of a challenge is (RFC 3261 22, 7616, 3310). */
static const char *const message_public[] = { "realm", "algorithm", "qop", "nc", "stale", "charset", "userhash",
	"scope", "error", "domain", NULL };
static const char *const message_private[] = { "nonce", "cnonce", "response", "opaque", "nextnonce", "rspauth", "auts",
	"ik", "ck", "password", "token", "gssapi-data", "targetname", "version", "crand", "cnum", "srand", "snum",
	NULL };

static void
message_auth_value(struct buf *out, const struct redact *r, struct slice name, struct slice value)
{
	size_t quoted = redact_quoted(value);
	bool closed = quoted > 1 && value.p[quoted - 1] == '"';

	if (quoted > 0) {
		buf_putc(out, '"');
		value = (struct slice){ value.p + 1, quoted - 1 - closed };
	}
	if (redact_is_in(message_public, name))
		redact_text(out, r, value);
	else if (slice_ieq(name, slice_str("uri")))
		redact_uri(out, r, value);
	else if (slice_istarts(name, slice_str("username")))
		redact_user(out, r, value);
	else
		redact_secret(out, r, value);
	if (closed)
		buf_putc(out, '"');
}

static bool
message_is_auth_end(char c)
{
	return redact_is_space(c) || c == ',' || c == ';' || c == '=' || c == '"';
}

/* One parameter, or credentials without a name, at the front; bytes of it. */
static size_t
message_auth_param(struct buf *out, const struct redact *r, struct slice s)
{
	struct slice name = { s.p, 0 }, value;
	size_t at;
	bool known;

	while (name.n < s.n && !message_is_auth_end(s.p[name.n]))
		name.n++;
	for (at = name.n; at < s.n && redact_is_space(s.p[at]); at++)
		;
	known = redact_is_in(message_public, name) || redact_is_in(message_private, name) ||
	    slice_ieq(name, slice_str("uri")) || slice_ieq(name, slice_str("username")) ||
	    slice_ieq(name, slice_str("username*"));
	if (!known || at == s.n || s.p[at] != '=') {
		/* "dXNlcjpwYXNz==", or of a scheme that nobody knows. */
		for (at = name.n; at < s.n && s.p[at] != ',' && !redact_is_space(s.p[at]); at++)
			;
		redact_secret(out, r, (struct slice){ s.p, at });
		return at;
	}
	for (at++; at < s.n && redact_is_space(s.p[at]); at++)
		;
	value = (struct slice){ s.p + at, redact_quoted((struct slice){ s.p + at, s.n - at }) };
	while (value.n == 0 || (value.p[0] != '"' && at + value.n < s.n))
		if (at + value.n < s.n && s.p[at + value.n] != ',' && !redact_is_space(s.p[at + value.n]))
			value.n++;
		else
			break;
	buf_add(out, name.p, name.n);
	buf_putc(out, '=');
	message_auth_value(out, r, name, value);
	return at + value.n;
}

static void
message_credentials(struct buf *out, const struct redact *r, struct slice s)
{
	static const char *const schemes[] = { "Digest", "Basic", "Bearer", "NTLM", "Kerberos", "TLS-DSK", NULL };
	bool scheme = true;

	while (s.n > 0) {
		size_t n = 0;

		while (n < s.n && !message_is_auth_end(s.p[n]))
			n++;
		if (n == 0) {
			n = redact_quoted(s);
			if (n > 0)
				redact_secret(out, r, (struct slice){ s.p, n });
			else
				buf_putc(out, s.p[n++]);
		} else if (scheme && redact_is_in(schemes, (struct slice){ s.p, n })) {
			buf_add(out, s.p, n);
			scheme = false;
		} else {
			n = message_auth_param(out, r, s);
			scheme = false;
		}
		s.p += n;
		s.n -= n;
	}
}

/* "eyJ...;info=<https://...>;alg=ES256;ppt=shaken" */
static void
message_signed(struct buf *out, const struct redact *r, struct slice s)
{
	struct slice token;
	size_t n;

	for (n = 0; n < s.n && redact_is_space(s.p[n]); n++)
		;
	buf_add(out, s.p, n);
	token = (struct slice){ s.p + n, 0 };
	while (n + token.n < s.n && token.p[token.n] != ';')
		token.n++;
	redact_secret(out, r, slice_trim(token));
	s.p = token.p + token.n;
	s.n -= n + token.n;
	message_address(out, r, s);
}

/* Its length is what it was, plus what the body became longer. */
static void
message_length(struct buf *out, struct slice s, ptrdiff_t longer)
{
	struct slice digits = slice_trim(s);
	size_t at = digits.n > 0 ? (size_t)(digits.p - s.p) : 0, n = 0;
	int64_t length = 0;

	while (n < digits.n && n < 9 && digits.p[n] >= '0' && digits.p[n] <= '9')
		length = length * 10 + (digits.p[n++] - '0');
	if (n == 0 || n != digits.n || length + longer < 0) {
		buf_add(out, s.p, s.n);
		return;
	}
	buf_add(out, s.p, at);
	buf_printf(out, "%lld", (long long)(length + longer));
	buf_add(out, s.p + at + n, s.n - at - n);
}

static void
message_value(struct buf *out, const struct redact *r, enum message_kind kind, struct slice value, ptrdiff_t longer)
{
	struct redact words = *r;

	words.words = kind == MESSAGE_WORDS;
	switch (kind) {
	case MESSAGE_PLAIN:
	case MESSAGE_WORDS:
		redact_text(out, &words, value);
		break;
	case MESSAGE_ADDRESS:
		message_address(out, r, value);
		break;
	case MESSAGE_AUTH:
		message_credentials(out, r, value);
		break;
	case MESSAGE_SIGNED:
		message_signed(out, r, value);
		break;
	case MESSAGE_LENGTH:
		message_length(out, value, longer);
		break;
	default:
		redact_tokens(out, r, value);
	}
}

/* "INVITE sip:1037@example.net SIP/2.0", "SIP/2.0 404 Not Found". */
static bool
message_start(struct buf *out, const struct redact *r, struct slice line)
{
	ptrdiff_t version = slice_ifind(line, slice_str(" SIP/2.0"));
	size_t method = 0, end;

	if (slice_istarts(line, slice_str("SIP/2.0 "))) {
		struct redact words = *r;

		words.words = true;
		redact_text(out, &words, line);
		return true;
	}
	while (method < line.n && method < MESSAGE_TOKEN && !redact_is_space(line.p[method]) && line.p[method] != ':')
		method++;
	if (version < 0 || method == 0 || method >= (size_t)version || line.p[method] != ' ')
		return false;
	end = (size_t)version;
	buf_add(out, line.p, method + 1);
	redact_uri(out, r, (struct slice){ line.p + method + 1, end - method - 1 });
	buf_add(out, line.p + end, line.n - end);
	return true;
}

/* Session descriptions. */

/* Attributes that tell of media alone. */
static const char *const message_media[] = { "rtpmap", "fmtp", "ptime", "maxptime", "minptime", "sendrecv", "sendonly",
	"recvonly", "inactive", "rtcp", "rtcp-mux", "rtcp-fb", "rtcp-xr", "rtcp-rsize", "setup", "connection", "mid",
	"group", "candidate", "end-of-candidates", "framerate", "silenceSupp", "T38FaxVersion", "T38MaxBitRate",
	"T38FaxRateManagement", "T38FaxMaxBuffer", "T38FaxMaxDatagram", "T38FaxUdpEC", "extmap", "bundle-only", "label",
	"content", "curr", "des", "conf", "nortpproxy", "direction", "range", "sqn", "cdsc", "cpar", "ice-lite",
	"ice-options", "imageattr", "tcap", "pcfg", "acfg", "gpmd", "eptime", "alt", "mptime", "DTMF", NULL };

/* "1 AES_CM_128_HMAC_SHA1_80 inline:key|2^20": what its first `words` are is no secret. */
static void
message_attribute(struct buf *out, const struct redact *r, struct slice value, unsigned words)
{
	struct slice rest = value, head = value;

	while (words-- > 0) {
		size_t n = 0;

		while (n < rest.n && rest.p[n] != ' ')
			n++;
		while (n < rest.n && rest.p[n] == ' ')
			n++;
		rest.p += n;
		rest.n -= n;
	}
	head.n -= rest.n;
	redact_text(out, r, head);
	redact_secret(out, r, rest);
}

static void
message_sdp_attribute(struct buf *out, const struct redact *r, struct slice line)
{
	struct slice name = { line.p + 2, 0 }, value;

	while (2 + name.n < line.n && name.p[name.n] != ':')
		name.n++;
	value = (struct slice){ name.p + name.n, line.n - 2 - name.n };
	if (redact_is_in(message_media, slice_trim(name))) {
		redact_text(out, r, line);
		return;
	}
	buf_add(out, line.p, 2);
	if (value.n == 0) {
		redact_tokens(out, r, name);
		return;
	}
	buf_add(out, name.p, name.n < MESSAGE_TOKEN ? name.n : MESSAGE_TOKEN);
	buf_putc(out, ':');
	value.p++;
	value.n--;
	message_attribute(out, r, value,
	    slice_ieq(name, slice_str("crypto")) ? 2
		: slice_ieq(name, slice_str("fingerprint")) || slice_ieq(name, slice_str("key-mgmt")) ||
		    slice_ieq(name, slice_str("ssrc"))
		? 1
		: 0);
}

static void
message_sdp_line(struct buf *out, const struct redact *r, struct slice line)
{
	struct slice value = { line.p + 2, line.n - 2 };

	switch (line.p[0]) {
	case 'v':
	case 'c':
	case 'b':
	case 't':
	case 'r':
	case 'z':
	case 'm':
		redact_text(out, r, line);
		return;
	case 'a':
		message_sdp_attribute(out, r, line);
		return;
	case 'o':
		buf_add(out, line.p, 2);
		line = slice_cut(&value, ' ');
		if (slice_eq(line, slice_str("-")))
			buf_putc(out, '-');
		else
			redact_user(out, r, line);
		if (value.p != NULL)
			buf_putc(out, ' ');
		redact_text(out, r, value);
		return;
	default:
		buf_add(out, line.p, 2);
		if (slice_eq(value, slice_str("-")) || value.n == 0)
			buf_add(out, value.p, value.n);
		else
			redact_secret(out, r, value);
	}
}

static void
message_sdp(struct buf *out, const struct redact *r, struct slice body)
{
	while (body.n > 0) {
		size_t n = message_line(body), text = message_text((struct slice){ body.p, n });
		struct slice line = { body.p, text };

		if (text > 2 && line.p[1] == '=')
			message_sdp_line(out, r, line);
		else if (text == 2 && line.p[1] == '=')
			buf_add(out, line.p, line.n);
		else
			redact_tokens(out, r, line);
		buf_add(out, body.p + text, n - text);
		body.p += n;
		body.n -= n;
	}
}

/* Bodies. */

static void message_all(struct buf *out, const struct redact *r, struct slice s, unsigned depth, bool start);

/* "boundary=xyz" of a Content-Type; empty there is none. */
static struct slice
message_boundary(struct slice type)
{
	ptrdiff_t at = slice_ifind(type, slice_str("boundary="));
	struct slice b = { NULL, 0 };
	size_t quoted;

	if (at < 0)
		return b;
	b = (struct slice){ type.p + at + 9, type.n - (size_t)at - 9 };
	quoted = redact_quoted(b);
	if (quoted > 2)
		return (struct slice){ b.p + 1, quoted - 2 };
	for (quoted = 0; quoted < b.n && b.p[quoted] != ';' && !redact_is_space(b.p[quoted]); quoted++)
		;
	b.n = quoted;
	return b;
}

static bool
message_is_boundary(struct slice line, struct slice boundary)
{
	return line.n >= boundary.n + 2 && line.p[0] == '-' && line.p[1] == '-' &&
	    memcmp(line.p + 2, boundary.p, boundary.n) == 0;
}

static void
message_hidden(struct buf *out, struct slice body)
{
	if (slice_trim(body).n > 0)
		buf_printf(out, "(%zu bytes hidden)\r\n", body.n);
	else
		buf_add(out, body.p, body.n);
}

/* Each part is headers and a body of its own; what stands before the first is for people. */
static void
message_parts(struct buf *out, const struct redact *r, struct slice body, struct slice boundary, unsigned depth)
{
	struct slice part = { body.p, 0 };
	bool first = true;

	for (;;) {
		struct slice rest = { part.p + part.n, body.n - (size_t)(part.p + part.n - body.p) };
		size_t n = message_line(rest);
		bool edge = message_is_boundary((struct slice){ rest.p, n }, boundary);

		if (rest.n > 0 && !edge) {
			part.n += n;
			continue;
		}
		if (first)
			message_hidden(out, part);
		else
			message_all(out, r, part, depth + 1, false);
		first = false;
		if (rest.n == 0)
			return;
		buf_add(out, rest.p, 2 + boundary.n);
		buf_puts(out, n > boundary.n + 3 && rest.p[2 + boundary.n] == '-' ? "--\r\n" : "\r\n");
		part = (struct slice){ rest.p + n, 0 };
	}
}

static void
message_body(struct buf *out, const struct redact *r, struct slice body, struct slice type, unsigned depth)
{
	struct slice boundary = message_boundary(type);

	if (slice_istarts(type, slice_str("application/sdp")) || (type.n == 0 && slice_istarts(body, slice_str("v=0"))))
		message_sdp(out, r, body);
	else if (slice_istarts(type, slice_str("message/sipfrag")) && depth < MESSAGE_DEPTH)
		message_all(out, r, body, depth + 1, true);
	else if (slice_istarts(type, slice_str("multipart/")) && boundary.n > 0 && depth < MESSAGE_DEPTH)
		message_parts(out, r, body, boundary, depth);
	else
		message_hidden(out, body);
}

/* Bytes of the headers with the empty line behind them; *type: value of Content-Type. */
static size_t
message_head(struct slice s, struct slice *type)
{
	size_t at = 0;

	*type = (struct slice){ NULL, 0 };
	while (at < s.n) {
		struct slice rest = { s.p + at, s.n - at };
		size_t n = message_header(rest), value = 0, name = message_name((struct slice){ rest.p, n }, &value);

		if (message_text((struct slice){ rest.p, message_line(rest) }) == 0)
			return at + message_line(rest);
		if (slice_ieq((struct slice){ rest.p, name }, slice_str("Content-Type")) ||
		    (name == 1 && (rest.p[0] == 'c' || rest.p[0] == 'C')))
			*type = slice_trim((struct slice){ rest.p + value, n - value });
		at += n;
	}
	return at;
}

/* One line of a head with what is folded behind it; cut: its end is missing, so a user may look like a host. */
static void
message_head_line(struct buf *out, const struct redact *r, struct slice line, bool start, bool cut, ptrdiff_t longer)
{
	size_t value = 0, name;
	enum message_kind kind;

	if (start && message_start(out, r, line))
		return;
	name = message_name(line, &value);
	/* Where a message begins somewhere, what looks like a name need not be one. */
	if (name == 0 || start) {
		redact_tokens(out, r, line);
		return;
	}
	kind = message_kind((struct slice){ line.p, name });
	if (cut && (kind == MESSAGE_ADDRESS || kind == MESSAGE_WORDS))
		kind = MESSAGE_TOKENS;
	buf_add(out, line.p, value);
	message_value(out, r, kind, (struct slice){ line.p + value, line.n - value }, longer);
}

static void
message_all(struct buf *out, const struct redact *r, struct slice s, unsigned depth, bool start)
{
	struct slice type, head = s;
	struct buf body;
	size_t at = 0;

	/* Line ends before a message keep a connection open (RFC 5626 3.5.1). */
	while (start && s.n > 0 && (s.p[0] == '\r' || s.p[0] == '\n')) {
		buf_putc(out, s.p[0]);
		s.p++;
		s.n--;
	}
	head = (struct slice){ s.p, message_head(s, &type) };
	s.p += head.n;
	s.n -= head.n;
	buf_init(&body, CALLMSG_BYTES_MAX * 8);
	message_body(&body, r, s, type, depth);
	out->failed |= !buf_ok(&body);
	while (at < head.n) {
		struct slice rest = { head.p + at, head.n - at };
		size_t n = message_header(rest), text = message_text((struct slice){ rest.p, n });

		message_head_line(out, r, (struct slice){ rest.p, text }, start && at == 0, text == n,
		    (ptrdiff_t)body.len - (ptrdiff_t)s.n);
		buf_add(out, rest.p + text, n - text);
		at += n;
	}
	buf_add(out, body.data, body.len);
	buf_fini(&body);
}

void
redact_message(struct buf *out, const struct redact *r, struct slice raw)
{
	message_all(out, r, raw, 0, true);
}
