/*
 * redact - users and secrets made unreadable in fields and in sentences (RFC 3261 19.1, 22); see redact.h.
 * One thing to know: here is what operators need to read, so only what stands where a user or a secret stands is
 * replaced; nothing is decoded but the %-escapes of a user.
 */
#include "sink/redact.h"

#include <inttypes.h>

#include "sipwhy/hash.h"
#include "sipwhy/text.h"

enum { REDACT_NUMBER = 5, REDACT_WORD = 3, REDACT_DIGITS = 6, REDACT_USER = 256, REDACT_MAILBOX = 128 };

static bool
redact_is_word(char c)
{
	unsigned char u = (unsigned char)c;

	return (u >= '0' && u <= '9') || (u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z') || u == '_' || u >= 0x80;
}

static bool
redact_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "+44 (20) 7946-0123", "1037": only figures and what is written between them. */
static bool
redact_is_number(struct slice s)
{
	size_t digits = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (redact_is_digit(s.p[i]))
			digits++;
		else if (s.p[i] != '+' && s.p[i] != '-' && s.p[i] != '.' && s.p[i] != '(' && s.p[i] != ')' &&
		    s.p[i] != ' ')
			return false;
	}
	return digits >= REDACT_NUMBER;
}

static void
redact_hash(struct buf *out, const struct redact *r, char mark, struct slice s)
{
	buf_printf(out, "%c%08" PRIx32, mark, (uint32_t)hash64(s.n > 0 ? s.p : "", s.n, r->seed));
}

void
redact_secret(struct buf *out, const struct redact *r, struct slice secret)
{
	if (secret.n > 0)
		redact_hash(out, r, 'd', secret);
}

/* What is the same user for people: %-escapes decoded, in small letters; of more bytes than `cap` the first. */
static struct slice
redact_same(struct slice user, char *out, size_t cap)
{
	size_t n = 0;

	for (size_t i = 0; i < user.n && n < cap; i++) {
		char c = user.p[i];
		int high = c == '%' && i + 2 < user.n ? text_hex(user.p[i + 1]) : -1;
		int low = high >= 0 ? text_hex(user.p[i + 2]) : -1;

		if (low >= 0) {
			c = (char)(high << 4 | low);
			i += 2;
		}
		out[n++] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
	}
	return (struct slice){ out, n };
}

void
redact_user(struct buf *out, const struct redact *r, struct slice user)
{
	char same[REDACT_USER], digits[REDACT_USER];
	struct slice s = redact_same(slice_trim(user), same, sizeof same);
	size_t n = 0;

	if (s.n == 0)
		return;
	if (slice_eq(s, slice_str("anonymous"))) {
		buf_add(out, s.p, s.n);
		return;
	}
	if (!redact_is_number(s)) {
		redact_hash(out, r, 'u', s);
		return;
	}
	/* Separators are no part of it (RFC 3966 5.1.1), and some leave the "+" out. */
	for (size_t i = 0; i < s.n; i++)
		if (redact_is_digit(s.p[i]))
			digits[n++] = s.p[i];
	redact_hash(out, r, 'n', (struct slice){ digits, n });
	buf_printf(out, "-%.2s", digits + n - 2);
}

/* Bytes of the name of a secret at the front, with its "=" or ":". */
static size_t
redact_name(struct slice s, bool *user)
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
		redact_secret(out, r, value);
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
	for (size_t i = 0; i < 4; i++) {
		struct slice user = r->user[i % 2];

		/* A number without its "+". */
		if (user.n == 0 || (i >= 2 && user.p[0] != '+'))
			continue;
		user.p += i >= 2;
		user.n -= i >= 2;
		if (user.n >= REDACT_WORD && s.n >= user.n && slice_imemeq(s.p, user.p, user.n) &&
		    (s.n == user.n || !redact_is_word(s.p[user.n])))
			return user.n;
	}
	return 0;
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

/* "alice@example.net" in words: bytes before the "@". */
static size_t
redact_mailbox(struct slice s)
{
	size_t n = 0;

	while (n < s.n && n < REDACT_MAILBOX &&
	    (redact_is_word(s.p[n]) || s.p[n] == '.' || s.p[n] == '-' || s.p[n] == '+' || s.p[n] == '%'))
		n++;
	return n > 0 && n + 1 < s.n && s.p[n] == '@' && redact_is_word(s.p[n + 1]) ? n : 0;
}

/* What is to be replaced at the front of s; bytes taken, 0 nothing is.  edge: no word goes on here. */
static size_t
redact_step(struct buf *out, const struct redact *r, struct slice s, bool edge, char before)
{
	bool user = false;
	size_t n = edge ? redact_bare_uri(s) : 0, len;

	if (n > 0) {
		redact_uri(out, r, (struct slice){ s.p, n });
		return n;
	}
	if (edge && (n = redact_name(s, &user)) > 0) {
		len = redact_value((struct slice){ s.p + n, s.n - n });
		buf_add(out, s.p, n);
		redact_put_value(out, r, (struct slice){ s.p + n, len }, user);
		return n + len;
	}
	if (edge && (n = redact_bare(s)) > 0) {
		len = redact_value((struct slice){ s.p + n, s.n - n });
		buf_add(out, s.p, n);
		redact_secret(out, r, (struct slice){ s.p + n, len });
		return n + len;
	}
	if ((n = redact_display(s)) > 0) {
		redact_put_value(out, r, (struct slice){ s.p, n }, true);
		return n;
	}
	n = edge ? redact_known(r, s) : 0;
	if (n == 0 && edge && r->words && (n = redact_mailbox(s)) == 0)
		n = redact_digits(s, before);
	redact_user(out, r, (struct slice){ s.p, n });
	return n;
}

void
redact_text(struct buf *out, const struct redact *r, struct slice text)
{
	size_t begun = 0, i = 0;

	while (i < text.n) {
		struct slice rest = { text.p + i, text.n - i };
		char before = i > 0 ? text.p[i - 1] : ' ';
		size_t n;

		/* What has been kept so far goes first. */
		buf_add(out, text.p + begun, i - begun);
		begun = i;
		n = redact_step(out, r, rest, !redact_is_word(before), before);
		i += n > 0 ? n : 1;
		begun += n;
	}
	if (begun < text.n)
		buf_add(out, text.p + begun, text.n - begun);
}
