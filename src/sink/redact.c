/*
 * redact - users and secrets made unreadable (RFC 3261 19.1, 22; RFC 4568 for keys of media); see redact.h.
 * One thing to know: it decodes nothing.  It walks the bytes and replaces what stands where a user or a secret stands,
 * so that a message no parser takes is redacted as well.
 */
#include "sink/redact.h"

#include <inttypes.h>

#include "sipwhy/hash.h"

enum { REDACT_NUMBER = 5, REDACT_WORD = 3, REDACT_DIGITS = 6 };

/* What stands on a line: nothing special; words for people, where a number is somebody's; all of it a secret. */
enum redact_line { REDACT_PLAIN, REDACT_WORDS, REDACT_ORIGIN, REDACT_CONTACT, REDACT_SIGNED };

static bool
redact_is_word(char c)
{
	unsigned char u = (unsigned char)c;

	return (u >= '0' && u <= '9') || (u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z') || u == '_' || u >= 0x80;
}

static bool
redact_is_number(struct slice s)
{
	size_t digits = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] >= '0' && s.p[i] <= '9')
			digits++;
		else if (!(s.p[i] == '+' && i == 0) && s.p[i] != '-' && s.p[i] != '.')
			return false;
	}
	return digits >= REDACT_NUMBER && s.p[s.n - 1] >= '0' && s.p[s.n - 1] <= '9' && s.p[s.n - 2] >= '0' &&
	    s.p[s.n - 2] <= '9';
}

static void
redact_hash(struct buf *out, const struct redact *r, char mark, struct slice s)
{
	buf_printf(out, "%c%08" PRIx32, mark, (uint32_t)hash64(s.p, s.n, r->seed));
}

void
redact_user(struct buf *out, const struct redact *r, struct slice user)
{
	if (user.n == 0)
		return;
	if (!redact_is_number(user)) {
		redact_hash(out, r, 'u', user);
		return;
	}
	redact_hash(out, r, 'n', user);
	buf_printf(out, "-%.2s", user.p + user.n - 2);
}

/* Bytes of a scheme at the front ("sip:"), 0 none. */
static size_t
redact_scheme(struct slice s)
{
	static const char *const schemes[] = { "sip:", "sips:", "tel:" };

	for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
		if (slice_istarts(s, slice_str(schemes[i])))
			return slice_str(schemes[i]).n;
	return 0;
}

/* Bytes of the user of a URI behind its scheme; 0 when it has none.  tel: is all user. */
static size_t
redact_uri_user(struct slice s, bool tel)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '@')
			return i;
		if (c == '>' || c == '"' || c == '<' || c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ',' ||
		    (tel && c == ';'))
			return tel ? i : 0;
	}
	return tel ? s.n : 0;
}

/* The user itself ends where its password or parameters begin; these go too. */
static void
redact_uri(struct buf *out, const struct redact *r, struct slice user)
{
	struct slice name = user;

	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] == ':' || name.p[i] == ';')
			name.n = i;
	redact_user(out, r, name);
}

/* Bytes of the name of a secret at the front, with its "=" or ":". */
static size_t
redact_secret(struct slice s, bool *user)
{
	static const char *const names[] = { "response=", "nonce=", "cnonce=", "opaque=", "rspauth=", "nextnonce=",
		"inline:", "ice-pwd:", "password=", "username=" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (slice_istarts(s, slice_str(names[i]))) {
			*user = i + 1 == sizeof names / sizeof names[0];
			return slice_str(names[i]).n;
		}
	return 0;
}

static size_t
redact_value(struct slice s)
{
	size_t i = 0;

	if (s.n > 0 && s.p[0] == '"') {
		for (i = 1; i < s.n && s.p[i] != '"' && s.p[i] != '\r' && s.p[i] != '\n'; i++)
			i += s.p[i] == '\\' && i + 1 < s.n;
		return i < s.n ? i + 1 : s.n;
	}
	while (i < s.n && s.p[i] != ',' && s.p[i] != ' ' && s.p[i] != '\r' && s.p[i] != '\n' && s.p[i] != '|')
		i++;
	return i;
}

static void
redact_put_value(struct buf *out, const struct redact *r, struct slice value, bool user)
{
	bool quoted = value.n >= 2 && value.p[0] == '"';

	if (quoted) {
		value.p++;
		value.n -= value.p[value.n - 2] == '"' ? 2 : 1;
		buf_putc(out, '"');
	}
	if (user)
		redact_user(out, r, value);
	else
		redact_hash(out, r, 'd', value);
	if (quoted)
		buf_putc(out, '"');
}

/* Bytes of a display name at the front: quoted, and a URI in angle brackets behind it. */
static size_t
redact_display(struct slice s)
{
	size_t n = s.n > 0 && s.p[0] == '"' ? redact_value(s) : 0, i = n;

	while (i < s.n && (s.p[i] == ' ' || s.p[i] == '\t'))
		i++;
	return n > 2 && i < s.n && s.p[i] == '<' ? n : 0;
}

/* "Basic dXNlcjpwYXNz": the value is the secret.  Bytes up to it. */
static size_t
redact_bare(struct slice s)
{
	static const char *const schemes[] = { "Basic ", "Bearer " };

	for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
		if (slice_istarts(s, slice_str(schemes[i])))
			return slice_str(schemes[i]).n;
	return 0;
}

/* Bytes of a known user at the front that is a word of its own. */
static size_t
redact_known(const struct redact *r, struct slice s)
{
	for (size_t i = 0; i < 2; i++) {
		size_t n = r->user[i].n;

		if (n >= REDACT_WORD && s.n >= n && slice_imemeq(s.p, r->user[i].p, n) &&
		    (s.n == n || !redact_is_word(s.p[n])))
			return n;
	}
	return 0;
}

/* A name without quotes before a "<" in a line: "From: Alice <sip:...". Bytes of it. */
static size_t
redact_bare_display(struct slice s)
{
	size_t i = 0;

	while (i < s.n && s.p[i] != '<' && s.p[i] != '\r' && s.p[i] != '\n' && s.p[i] != '"' && s.p[i] != ':' &&
	    s.p[i] != ';' && s.p[i] != ',')
		i++;
	if (i == s.n || s.p[i] != '<')
		return 0;
	while (i > 0 && (s.p[i - 1] == ' ' || s.p[i - 1] == '\t'))
		i--;
	return i;
}

/* A number at the front that is a word of its own: "+442066627625" in words for people.  `before`: the byte before. */
static size_t
redact_digits(struct slice s, char before)
{
	size_t plus = s.n > 0 && s.p[0] == '+', i = plus;

	if (before == '.' || before == '-' || before == '@')
		return 0;
	while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
		i++;
	if (i - plus < REDACT_DIGITS || (i < s.n && redact_is_word(s.p[i])))
		return 0;
	/* Of an address, a date or an id. */
	if (i + 1 < s.n && (s.p[i] == '.' || s.p[i] == '-') && redact_is_word(s.p[i + 1]))
		return 0;
	return i;
}

static bool
redact_ends(struct slice s, const char *end)
{
	size_t n = slice_str(end).n;

	return s.n >= n && slice_imemeq(s.p + s.n - n, end, n);
}

/* A header by which calls are joined is no words, though nobody defined it. */
static bool
redact_is_join(struct slice name)
{
	static const char *const ends[] = { "call-id", "callid", "cid", "uuid", "session-id", "correlation-id",
		"vector" };

	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
		if (redact_ends(name, ends[i]))
			return true;
	return false;
}

static enum redact_line
redact_header(struct slice name)
{
	static const char *const words[] = { "Reason", "Warning", "Subject", "s", "Error-Info", "Diversion",
		"History-Info", "Remote-Party-ID" };

	if (slice_ieq(name, slice_str("Identity")) || slice_ieq(name, slice_str("y")))
		return REDACT_SIGNED;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (slice_ieq(name, slice_str(words[i])))
			return REDACT_WORDS;
	if ((slice_istarts(name, slice_str("X-")) || slice_istarts(name, slice_str("P-"))) && !redact_is_join(name))
		return REDACT_WORDS;
	return REDACT_PLAIN;
}

/* Of the line that s begins with. */
static enum redact_line
redact_line(const struct redact *r, struct slice s)
{
	struct slice name = s;

	if (r->words || slice_istarts(s, slice_str("SIP/2.0 ")))
		return REDACT_WORDS;
	if (s.n > 2 && s.p[1] == '=')
		return s.p[0] == 'o' ? REDACT_ORIGIN : s.p[0] == 'e' || s.p[0] == 'p' ? REDACT_CONTACT : REDACT_PLAIN;
	for (name.n = 0; name.n < s.n && (redact_is_word(s.p[name.n]) || s.p[name.n] == '-'); name.n++)
		;
	return name.n < s.n && (s.p[name.n] == ':' || s.p[name.n] == ' ') ? redact_header(name) : REDACT_PLAIN;
}

/* A line whose value is one thing: its bytes that are taken, 0 it is another line. */
static size_t
redact_whole(struct buf *out, const struct redact *r, struct slice s, enum redact_line kind)
{
	size_t head = 2, end;

	if (kind != REDACT_ORIGIN && kind != REDACT_CONTACT && kind != REDACT_SIGNED)
		return 0;
	if (kind == REDACT_SIGNED)
		for (head = 0; head < s.n && s.p[head] != ':' && s.p[head] != '\r' && s.p[head] != '\n'; head++)
			;
	while (kind == REDACT_SIGNED && head < s.n && (s.p[head] == ':' || s.p[head] == ' '))
		head++;
	for (end = head; end < s.n && s.p[end] != '\r' && s.p[end] != '\n'; end++)
		if ((kind == REDACT_ORIGIN && s.p[end] == ' ') || (kind == REDACT_SIGNED && s.p[end] == ';'))
			break;
	buf_add(out, s.p, head);
	if (kind == REDACT_SIGNED)
		redact_hash(out, r, 'd', (struct slice){ s.p + head, end - head });
	else if (end - head == 1 && s.p[head] == '-')
		buf_putc(out, '-');
	else
		redact_user(out, r, (struct slice){ s.p + head, end - head });
	return end;
}

/* What is to be replaced at the front of s; bytes taken, 0 nothing is.  edge: no word goes on here. */
static size_t
redact_step(struct buf *out, const struct redact *r, struct slice s, bool edge, bool value)
{
	bool user = false;
	size_t n = edge ? redact_scheme(s) : 0, len;

	if (n > 0) {
		struct slice rest = { s.p + n, s.n - n };

		len = redact_uri_user(rest, s.p[0] == 't' || s.p[0] == 'T');
		buf_add(out, s.p, n);
		redact_uri(out, r, (struct slice){ rest.p, len });
		return n + len;
	}
	if (edge && (n = redact_secret(s, &user)) > 0) {
		len = redact_value((struct slice){ s.p + n, s.n - n });
		buf_add(out, s.p, n);
		redact_put_value(out, r, (struct slice){ s.p + n, len }, user);
		return n + len;
	}
	if (edge && (n = redact_bare(s)) > 0) {
		len = redact_value((struct slice){ s.p + n, s.n - n });
		buf_add(out, s.p, n);
		redact_hash(out, r, 'd', (struct slice){ s.p + n, len });
		return n + len;
	}
	if ((n = redact_display(s)) > 0) {
		redact_put_value(out, r, (struct slice){ s.p, n }, true);
		return n;
	}
	if (value && (n = redact_bare_display(s)) > 0) {
		redact_user(out, r, (struct slice){ s.p, n });
		return n;
	}
	n = edge ? redact_known(r, s) : 0;
	if (n > 0)
		redact_user(out, r, (struct slice){ s.p, n });
	return n;
}

void
redact_text(struct buf *out, const struct redact *r, struct slice text)
{
	enum redact_line line = REDACT_PLAIN;
	size_t begun = 0, i = 0;
	bool value = false; /* at the first byte of a header's value, or of one more in it */

	while (i < text.n) {
		struct slice rest = { text.p + i, text.n - i };
		bool edge = i == 0 || !redact_is_word(text.p[i - 1]);
		bool start = i == 0 || text.p[i - 1] == '\n';
		size_t before = i, n;

		/* A line that is folded goes on as what it was. */
		if (start && text.p[i] != ' ' && text.p[i] != '\t')
			line = redact_line(r, rest);
		if (text.p[i] != ' ' && text.p[i] != '\t') {
			/* What has been kept so far goes first. */
			buf_add(out, text.p + begun, i - begun);
			begun = i;
			n = start ? redact_whole(out, r, rest, line) : 0;
			if (n == 0)
				n = redact_step(out, r, rest, edge, value);
			if (n == 0 && edge && line == REDACT_WORDS &&
			    (n = redact_digits(rest, i > 0 ? text.p[i - 1] : ' ')) > 0)
				redact_user(out, r, (struct slice){ rest.p, n });
			value = n == 0 && (text.p[i] == ':' || text.p[i] == ',');
			i += n;
			begun = i;
		}
		if (i == before)
			i++;
	}
	if (begun < text.n)
		buf_add(out, text.p + begun, text.n - begun);
}
