/*
 * unescape - the forms in which syslog daemons, file shippers and JSON formatters carry a SIP text on one line.
 * Know: nothing here grows; each form gives at most as many bytes as it took, so one block of the record's size (and a
 * few line ends) always holds the result.
 */
#include <string.h>

#include "logfmt/unescape.h"
#include "sipwhy/mem.h"
#include "sipwhy/text.h"

/* Lines that are added around a text taken out of JSON. */
enum { UNESCAPE_ROOM = 4 };

struct unescape_out {
	char *p;
	size_t n;
};

static void
unescape_put(struct unescape_out *o, char c)
{
	o->p[o->n++] = c;
}

static void
unescape_copy(struct unescape_out *o, const char *p, size_t n)
{
	if (n > 0)
		memcpy(o->p + o->n, p, n);
	o->n += n;
}

static bool
unescape_has(struct slice s, const char *what)
{
	return s.n > 0 && memmem(s.p, s.n, what, strlen(what)) != NULL;
}

static bool
unescape_at(struct slice s, size_t i, const char *what)
{
	size_t n = strlen(what);

	return i <= s.n && s.n - i >= n && memcmp(s.p + i, what, n) == 0;
}

static bool
unescape_is_token(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

/* Does a header begin here: a name and its colon? */
static bool
unescape_is_header(struct slice s, size_t i)
{
	size_t k = i;

	while (k < s.n && k - i < 40 && unescape_is_token(s.p[k]))
		k++;
	if (k == i || (s.p[i] >= '0' && s.p[i] <= '9'))
		return false;
	while (k < s.n && (s.p[k] == ' ' || s.p[k] == '\t') && k - i < 44)
		k++;
	return k < s.n && s.p[k] == ':';
}

/* Does a start line begin here: "SIP/2.0 ", or a method in capitals and a blank? */
static bool
unescape_is_start(struct slice s, size_t i)
{
	size_t k = i;

	if (unescape_at(s, i, "SIP/2.0 "))
		return true;
	while (k < s.n && k - i < 20 && s.p[k] >= 'A' && s.p[k] <= 'Z')
		k++;
	return k - i >= 3 && k < s.n && s.p[k] == ' ';
}

/* rsyslog's default: control characters as # and three octal digits. */
static void
unescape_octal(struct slice s, struct unescape_out *o)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '#' && s.n - i >= 4 && s.p[i + 1] == '0' && s.p[i + 2] == '1' &&
		    (s.p[i + 3] == '2' || s.p[i + 3] == '5' || s.p[i + 3] == '1')) {
			unescape_put(o, s.p[i + 3] == '2' ? '\n' : s.p[i + 3] == '5' ? '\r' : '\t');
			i += 3;
		} else {
			unescape_put(o, c);
		}
	}
}

/* C style: backslash r, n and t as two characters each. */
static void
unescape_c_style(struct slice s, struct unescape_out *o)
{
	for (size_t i = 0; i < s.n; i++) {
		char next = s.p[i] == '\\' && i + 1 < s.n ? s.p[i + 1] : '\0';

		if (next != 'r' && next != 'n' && next != 't') {
			unescape_put(o, s.p[i]);
			continue;
		}
		unescape_put(o, next == 'r' ? '\r' : next == 'n' ? '\n' : '\t');
		i++;
	}
}

/* What a record that was cut ends with may be the begin of a header's name. */
static bool
unescape_is_torn(struct slice s, size_t i)
{
	size_t k = i;

	while (k < s.n && k - i < 40 && unescape_is_token(s.p[k]))
		k++;
	return k == s.n;
}

/* Is the backslash n at s.p[i] a line end?  Call-IDs and display names may hold the two characters as well. */
static bool
unescape_is_break(struct slice s, size_t i, bool body)
{
	size_t next = i + 2;

	if (body || next >= s.n || (i > 0 && s.p[i - 1] == '\r'))
		return true;
	if (i >= 2 && unescape_at(s, i - 2, "\\n"))
		return true;
	return unescape_at(s, next, "\\n") || s.p[next] == '\r' || unescape_is_header(s, next) ||
	    unescape_is_start(s, next) || unescape_is_torn(s, next);
}

/* Only LF was escaped (imfile): CR, where there is one, is still the byte.  Behind the empty line all is body. */
static void
unescape_lf_only(struct slice s, struct unescape_out *o)
{
	bool body = false;

	/* Of a line end that was cut. */
	s.n -= s.n > 0 && s.p[s.n - 1] == '\\';
	for (size_t i = 0; i < s.n; i++) {
		if (!unescape_at(s, i, "\\n") || !unescape_is_break(s, i, body)) {
			unescape_put(o, s.p[i]);
			continue;
		}
		if (o->n >= 1 &&
		    (o->p[o->n - 1] == '\n' || (o->n >= 2 && o->p[o->n - 1] == '\r' && o->p[o->n - 2] == '\n')))
			body = true;
		unescape_put(o, '\n');
		i++;
	}
}

/* LF was made a blank and CR left alone. */
static void
unescape_cr_blank(struct slice s, struct unescape_out *o)
{
	for (size_t i = 0; i < s.n; i++) {
		unescape_put(o, s.p[i]);
		if (s.p[i] == '\r' && i + 1 < s.n && s.p[i + 1] == ' ') {
			unescape_put(o, '\n');
			i++;
		}
	}
}

static bool
unescape_has_lf_header(struct slice s)
{
	const char *at = s.p;
	size_t i;

	while ((at = memmem(at, s.n - (size_t)(at - s.p), "\\n", 2)) != NULL) {
		i = (size_t)(at - s.p) + 2;
		if (unescape_is_header(s, i))
			return true;
		at += 2;
	}
	return false;
}

static bool
unescape_has_cr_header(struct slice s)
{
	const char *at = s.p;
	size_t i;

	while ((at = memmem(at, s.n - (size_t)(at - s.p), "\r ", 2)) != NULL) {
		i = (size_t)(at - s.p) + 2;
		if (unescape_is_header(s, i))
			return true;
		at += 2;
	}
	return false;
}

/* A backslash u and its second half where it is a surrogate; returns how many bytes of s it took. */
static size_t
unescape_json_u(struct slice s, size_t i, struct unescape_out *o)
{
	uint32_t cp;
	char utf8[4];
	size_t n = text_json_u((struct slice){ s.p + i, s.n - i }, &cp), len;

	if (n == 0) {
		unescape_put(o, s.p[i]);
		return 1;
	}
	len = text_utf8_put(utf8, cp);
	for (size_t k = 0; k < len; k++)
		unescape_put(o, utf8[k]);
	return n;
}

static void
unescape_json_text(struct slice s, struct unescape_out *o)
{
	static const char from[] = "nrtbf\"\\/", to[] = "\n\r\t\b\f\"\\/";
	const char *at;

	for (size_t i = 0; i < s.n;) {
		if (s.p[i] != '\\' || i + 1 == s.n) {
			unescape_put(o, s.p[i++]);
		} else if (s.p[i + 1] == 'u') {
			i += unescape_json_u(s, i, o);
		} else {
			at = s.p[i + 1] != '\0' ? strchr(from, s.p[i + 1]) : NULL;
			unescape_put(o, at != NULL ? to[at - from] : s.p[i + 1]);
			i += 2;
		}
	}
}

/* "83, 73, 80": byte values; anything else between them separates. */
static void
unescape_json_bytes(struct slice s, struct unescape_out *o)
{
	unsigned v = 0;
	bool digits = false;

	for (size_t i = 0; i <= s.n; i++) {
		if (i < s.n && s.p[i] >= '0' && s.p[i] <= '9') {
			v = v * 10 + (unsigned)(s.p[i] - '0');
			v = v > 999 ? 999 : v;
			digits = true;
			continue;
		}
		if (digits && v <= 255)
			unescape_put(o, (char)v);
		v = 0;
		digits = false;
	}
}

/* Where the JSON string that begins behind s.p[i - 1] == '"' ends: at its quote, or at the end of a record that was
 * cut. */
static size_t
unescape_string_end(struct slice s, size_t i)
{
	while (i < s.n && s.p[i] != '"')
		i += s.p[i] == '\\' ? 2 : 1;
	return i < s.n ? i : s.n;
}

/* The value that holds the text.  line: the key is "log", which carries one line of output each (docker). */
struct unescape_value {
	struct slice raw;
	bool bytes, line;
};

static bool
unescape_is_key(struct slice name, bool *line)
{
	*line = slice_eq(name, slice_str("log"));
	return *line || slice_eq(name, slice_str("message")) || slice_eq(name, slice_str("MESSAGE")) ||
	    slice_eq(name, slice_str("msg"));
}

static size_t
unescape_blanks(struct slice s, size_t i)
{
	while (i < s.n && (s.p[i] == ' ' || s.p[i] == '\t'))
		i++;
	return i;
}

/* Behind a key's colon: its value when that is a string or an array. */
static bool
unescape_take(struct slice s, size_t i, struct unescape_value *v)
{
	const char *close;

	if (i >= s.n || (s.p[i] != '"' && s.p[i] != '['))
		return false;
	v->bytes = s.p[i] == '[';
	i++;
	v->raw = (struct slice){ s.p + i, s.n - i };
	if (v->bytes) {
		close = v->raw.n > 0 ? memchr(v->raw.p, ']', v->raw.n) : NULL;
		if (close != NULL)
			v->raw.n = (size_t)(close - v->raw.p);
	} else {
		v->raw.n = unescape_string_end(s, i) - i;
	}
	return true;
}

/* Walks over the strings of an object from s.p[i] on and stops at the first key that carries text. */
static bool
unescape_find_value(struct slice s, size_t i, struct unescape_value *v)
{
	size_t end, next;

	while (i < s.n) {
		if (s.p[i] != '"') {
			i++;
			continue;
		}
		end = unescape_string_end(s, i + 1);
		next = unescape_blanks(s, end < s.n ? end + 1 : s.n);
		if (next < s.n && s.p[next] == ':' &&
		    unescape_is_key((struct slice){ s.p + i + 1, end - i - 1 }, &v->line) &&
		    unescape_take(s, unescape_blanks(s, next + 1), v))
			return true;
		i = end < s.n ? end + 1 : s.n;
	}
	return false;
}

/* Where an object begins that fills the record: at its first byte, or behind "@cee:". */
static bool
unescape_is_json(struct slice s, size_t *begin)
{
	const char *cee;
	size_t i = unescape_blanks(s, 0);

	*begin = i;
	if (i < s.n && s.p[i] == '{')
		return true;
	cee = s.n > 0 ? memmem(s.p, s.n, "@cee:", 5) : NULL;
	if (cee == NULL)
		return false;
	*begin = unescape_blanks(s, (size_t)(cee - s.p) + 5);
	return *begin < s.n && s.p[*begin] == '{';
}

static bool
unescape_starts_message(struct slice text)
{
	const char *eol = text.n > 0 ? memchr(text.p, '\n', text.n) : NULL;

	if (eol != NULL)
		text.n = (size_t)(eol - text.p);
	return unescape_has(text, "SIP/2.0 ") ||
	    (unescape_has(text, " SIP/2.0") && !unescape_has(text, ": SIP/2.0") && !unescape_has(text, " SIP/2.0/"));
}

/*
 * The object without the text as one line, then the text.  docker writes one object for each line: there the object is
 * kept only above a start line, so that the lines of one message stay together.
 */
static void
unescape_json(struct slice s, const struct unescape_value *v, struct unescape_out *o)
{
	const char *behind = v->raw.p + v->raw.n, *end = s.p + s.n;
	struct unescape_out text;
	size_t outer = (size_t)(v->raw.p - s.p) + (size_t)(end - behind) + 1;

	text = (struct unescape_out){ o->p + outer, 0 };
	if (v->bytes)
		unescape_json_bytes(v->raw, &text);
	else
		unescape_json_text(v->raw, &text);
	if (text.n > 0 && text.p[text.n - 1] != '\n')
		unescape_put(&text, '\n');
	if (v->line && !unescape_starts_message((struct slice){ text.p, text.n })) {
		memmove(o->p, text.p, text.n);
		o->n = text.n;
		return;
	}
	unescape_copy(o, s.p, (size_t)(v->raw.p - s.p));
	unescape_copy(o, behind, (size_t)(end - behind));
	/* A line end of the record itself belongs to the object's line. */
	if (o->n > 0 && o->p[o->n - 1] == '\n')
		o->n--;
	unescape_put(o, '\n');
	memmove(o->p + o->n, text.p, text.n);
	o->n += text.n;
}

/* rsyslog's escapes somewhere in the text; one line feed at its very end may stand behind any of the other forms. */
static bool
unescape_has_octal(struct slice s)
{
	while (s.n >= 4 && (unescape_at(s, s.n - 4, "#012") || unescape_at(s, s.n - 4, "#015")))
		s.n -= 4;
	return unescape_has(s, "#012");
}

/* Which of the forms the record has; false when it is plain. */
static bool
unescape_into(struct slice s, struct unescape_out *o)
{
	struct unescape_value v;
	size_t begin;

	if (unescape_is_json(s, &begin) && unescape_find_value(s, begin, &v))
		unescape_json(s, &v, o);
	else if (unescape_has_octal(s))
		unescape_octal(s, o);
	else if (unescape_has(s, "\\r\\n"))
		unescape_c_style(s, o);
	else if (unescape_has_lf_header(s))
		unescape_lf_only(s, o);
	else if (unescape_has_cr_header(s))
		unescape_cr_blank(s, o);
	else if (unescape_has(s, "#012"))
		unescape_octal(s, o);
	else
		return false;
	return true;
}

bool
unescape_record(struct slice record, struct buf *b)
{
	struct unescape_out o = { NULL, 0 };
	bool done;

	if (record.n == 0 || !buf_ok(b))
		return false;
	o.p = mem_alloc(record.n + UNESCAPE_ROOM);
	if (o.p == NULL)
		return false;
	done = unescape_into(record, &o);
	if (done)
		buf_add(b, o.p, o.n);
	mem_free(o.p);
	return done && buf_ok(b);
}

/* ---- docker ---- */

static const char unescape_docker_begin[] = "{\"log\":\"";

/* "key":"value" in what follows the text of an object; empty when it is not there, or without its end. */
static struct slice
unescape_docker_value(struct slice s, const char *key)
{
	const char *at = s.n > 0 ? memmem(s.p, s.n, key, strlen(key)) : NULL;
	size_t i, end;

	if (at == NULL)
		return (struct slice){ NULL, 0 };
	i = (size_t)(at - s.p) + strlen(key);
	end = unescape_string_end(s, i);
	return end < s.n ? (struct slice){ s.p + i, end - i } : (struct slice){ NULL, 0 };
}

/*
 * One object to "time stream F text", as containerd writes it.  open: the object before was a part of a line (docker
 * splits above 16 KiB), and this one goes on with it.  False, and nothing written, for anything else: a text of several
 * lines is a record of its own.
 */
static bool
unescape_docker_line(struct slice line, bool *open, struct unescape_out *o)
{
	size_t begin = sizeof unescape_docker_begin - 1, end, kept = o->n, text;
	struct slice rest, part;

	if (!unescape_at(line, 0, unescape_docker_begin))
		return false;
	end = unescape_string_end(line, begin);
	if (end == line.n)
		return false;
	rest = (struct slice){ line.p + end, line.n - end };
	part = unescape_docker_value(rest, "\"time\":\"");
	if (!*open && part.n > 0) {
		unescape_copy(o, part.p, part.n);
		part = unescape_docker_value(rest, "\"stream\":\"");
		unescape_put(o, ' ');
		unescape_copy(o, part.p, part.n);
		unescape_copy(o, part.n > 0 ? " F " : "F ", part.n > 0 ? 3 : 2);
	}
	text = o->n;
	unescape_json_text((struct slice){ line.p + begin, end - begin }, o);
	if (o->n > text && memchr(o->p + text, '\n', o->n - text - 1) != NULL) {
		o->n = kept;
		return false;
	}
	*open = o->n == text || o->p[o->n - 1] != '\n';
	return true;
}

bool
unescape_docker_wanted(struct slice line)
{
	return unescape_at(line, 0, unescape_docker_begin);
}

bool
unescape_docker(struct slice piece, struct buf *b)
{
	struct unescape_out o = { NULL, 0 };
	bool open = false;

	if (piece.n == 0 || !buf_ok(b))
		return false;
	o.p = mem_alloc(piece.n + UNESCAPE_ROOM);
	if (o.p == NULL)
		return false;
	for (size_t i = 0, n; i < piece.n; i += n) {
		const char *lf = memchr(piece.p + i, '\n', piece.n - i);

		n = lf != NULL ? (size_t)(lf - piece.p) + 1 - i : piece.n - i;
		if (!unescape_docker_line((struct slice){ piece.p + i, n }, &open, &o))
			unescape_copy(&o, piece.p + i, n);
	}
	buf_add(b, o.p, o.n);
	mem_free(o.p);
	return buf_ok(b);
}

bool
unescape_wanted(struct slice record)
{
	size_t begin;
	const char *cr;

	if (record.n == 0)
		return false;
	if (unescape_is_json(record, &begin))
		return true;
	if (memchr(record.p, '#', record.n) != NULL && unescape_has(record, "#012"))
		return true;
	if (memchr(record.p, '\\', record.n) != NULL && (unescape_has(record, "\\r\\n") || unescape_has(record, "\\n")))
		return true;
	cr = memchr(record.p, '\r', record.n);
	return cr != NULL && (size_t)(cr - record.p) + 1 < record.n && cr[1] == ' ';
}
