/*
 * syslog_head - heads of syslog records: RFC 5424 section 6, RFC 3164 section 4.1, and what is really sent and written.
 * Know: a head is believed only when its parts fit together.  A SIP header or a request line that a relay took for a
 * record of its own has no tag, although "Via:" looks like one; a log line with a time and no host is no syslog at all.
 */
#include <string.h>

#include "logfmt/syslog_head.h"

enum { SYSLOG_TAG_MAX = 128, SYSLOG_HOST_MAX = 255, SYSLOG_PID_MAX = 32, SYSLOG_STAMP_MAX = 48 };

static bool
syslog_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static struct slice
syslog_behind(struct slice s, size_t n)
{
	return n < s.n ? (struct slice){ s.p + n, s.n - n } : (struct slice){ s.p + s.n, 0 };
}

static struct slice
syslog_word(struct slice s)
{
	const char *blank = s.n > 0 ? memchr(s.p, ' ', s.n) : NULL;

	return blank != NULL ? (struct slice){ s.p, (size_t)(blank - s.p) } : s;
}

/* "<135>" with one to three digits; rest is what follows. */
static int
syslog_pri(struct slice *rest)
{
	struct slice s = *rest;
	int v = 0;
	size_t i = 1;

	if (s.n < 3 || s.p[0] != '<')
		return -1;
	for (; i < s.n && i < 4 && syslog_is_digit(s.p[i]); i++)
		v = v * 10 + (s.p[i] - '0');
	if (i == 1 || i >= s.n || s.p[i] != '>')
		return -1;
	*rest = syslog_behind(s, i + 1);
	return v;
}

static struct slice
syslog_without_bom(struct slice s)
{
	return s.n >= 3 && memcmp(s.p, "\xef\xbb\xbf", 3) == 0 ? syslog_behind(s, 3) : s;
}

static struct slice
syslog_nil(struct slice s)
{
	return s.n == 1 && s.p[0] == '-' ? (struct slice){ NULL, 0 } : s;
}

/* "[id name=\"v\"][..]" or "-": its length; 0 when it is neither. */
static size_t
syslog_structured(struct slice s)
{
	size_t i = 0;
	bool quoted = false;

	if (s.n > 0 && s.p[0] == '-')
		return 1;
	while (i < s.n && s.p[i] == '[') {
		for (i++; i < s.n && (quoted || s.p[i] != ']'); i++) {
			if (quoted && s.p[i] == '\\' && i + 1 < s.n)
				i++;
			else if (s.p[i] == '"')
				quoted = !quoted;
		}
		if (i == s.n)
			return 0;
		i++;
	}
	return i;
}

/* The next word of an RFC 5424 head; false when the record ends first or the word is too long. */
static bool
syslog_field(struct slice *rest, size_t max, struct slice *out)
{
	struct slice w = syslog_word(*rest);

	if (w.n == 0 || w.n > max || w.n == rest->n)
		return false;
	*out = syslog_nil(w);
	*rest = syslog_behind(*rest, w.n + 1);
	return true;
}

static bool
syslog_5424(struct slice s, struct syslog_head *out)
{
	struct slice time, msgid, sd;
	struct syslog_head h = *out;
	size_t n;

	if (s.n < 3 || s.p[0] < '1' || s.p[0] > '9')
		return false;
	n = syslog_is_digit(s.p[1]) ? 2 : 1;
	if (s.p[n] != ' ')
		return false;
	s = syslog_behind(s, n + 1);
	if (!syslog_field(&s, SYSLOG_STAMP_MAX, &time) || !syslog_field(&s, SYSLOG_HOST_MAX, &h.host) ||
	    !syslog_field(&s, SYSLOG_TAG_MAX, &h.tag) || !syslog_field(&s, SYSLOG_TAG_MAX, &h.pid) ||
	    !syslog_field(&s, SYSLOG_TAG_MAX, &msgid))
		return false;
	if (time.n > 0 && (!stamp_find(time, 1, &h.stamp) || !h.stamp.has_year))
		return false;
	n = syslog_structured(s);
	sd = syslog_behind(s, n);
	if (n == 0 || (sd.n > 0 && sd.p[0] != ' '))
		return false;
	/* A text that came by RFC 3164 before has a second blank. */
	sd = syslog_behind(sd, sd.n >= 2 && sd.p[1] == ' ' ? 2 : 1);
	h.text = syslog_without_bom(sd);
	h.rfc5424 = true;
	*out = h;
	return true;
}

/* SIP header names and start lines that relays took for tags and hosts. */
static bool
syslog_is_sip(struct slice word, struct slice behind)
{
	static const char *const names[] = { "Via", "From", "To", "Call-ID", "CSeq", "Contact", "Max-Forwards",
		"Content-Length", "Content-Type", "Allow", "Supported", "User-Agent", "Server", "Record-Route", "Route",
		"Accept", "Expires", "Event", "WWW-Authenticate", "Authorization", "Proxy-Authenticate",
		"Proxy-Authorization", "Warning", "Retry-After", "Reason", "Min-Expires", "Min-SE", "Date", "Subject",
		"Session-Expires", "Session-ID", "Require", "Unsupported", "Refer-To", "Referred-By",
		"Subscription-State", "Timestamp", "Privacy", "Allow-Events", "Accept-Language", "Accept-Encoding",
		"Content-Disposition", "Organization", "RAck", "RSeq", "Path", "Service-Route", "Diversion",
		"History-Info", "Replaces", "Identity", "Remote-Party-ID", "Proxy-Require", "Priority", "Alert-Info",
		"Call-Info", "Error-Info", "MIME-Version" };
	static const char *const schemes[] = { "sip:", "sips:", "tel:", "urn:" };

	if (slice_istarts(word, slice_str("P-")) || slice_istarts(word, slice_str("X-")))
		return true;
	if (slice_istarts(word, slice_str("SIP/2.0")))
		return true;
	/* Their first letters tell most of them apart. */
	for (size_t i = 0; word.n > 0 && i < sizeof names / sizeof names[0]; i++)
		if ((word.p[0] | ' ') == (names[i][0] | ' ') && slice_ieq(word, slice_str(names[i])))
			return true;
	for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
		if (slice_istarts(behind, slice_str(schemes[i])))
			return true;
	return false;
}

static bool
syslog_is_host(struct slice w)
{
	size_t digits = 0;

	if (w.n == 0 || w.n > SYSLOG_HOST_MAX || w.p[w.n - 1] == ':')
		return false;
	if (w.p[0] == '[')
		return w.n > 3 && w.p[w.n - 1] == ']' && memchr(w.p, ':', w.n) != NULL && memchr(w.p, '=', w.n) == NULL;
	for (size_t i = 0; i < w.n; i++) {
		char c = w.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || syslog_is_digit(c) || c == '.' || c == '-' ||
			c == '_' || c == ':'))
			return false;
		digits += syslog_is_digit(c);
	}
	/* "192.0.2.1:5060" is an address of something else: hosts have no port. */
	if (memchr(w.p, ':', w.n) != NULL && memchr(w.p, '.', w.n) != NULL && digits + 4 >= w.n)
		return false;
	return true;
}

static bool
syslog_is_tag_byte(char c)
{
	return c > ' ' && c < 0x7f && strchr("[]:=<>\"(){};,@*'", c) == NULL;
}

/*
 * "tag[pid]:", "tag:", "tag[pid]" and a blank: sets tag, pid and text.  In front of a colon anything of a program's
 * name will do but numbers, which are IOS sequence numbers.
 */
static bool
syslog_tag(struct slice s, struct syslog_head *out)
{
	size_t n = 0, i, digits = 0;
	bool pid = false;

	for (; n < s.n && n < SYSLOG_TAG_MAX && syslog_is_tag_byte(s.p[n]); n++)
		digits += syslog_is_digit(s.p[n]);
	if (n == 0 || n == s.n || digits == n)
		return false;
	i = n;
	if (s.p[i] == '[') {
		while (++i < s.n && i - n <= SYSLOG_PID_MAX && s.p[i] != ']' && s.p[i] > ' ')
			continue;
		if (i >= s.n || s.p[i] != ']' || i == n + 1)
			return false;
		out->pid = (struct slice){ s.p + n + 1, i - n - 1 };
		i++;
		pid = true;
	}
	if (i < s.n && s.p[i] == ':')
		i++;
	else if (!pid)
		return false;
	if (i < s.n && s.p[i] != ' ' && !pid)
		return false;
	/* A letter alone is a header's short form. */
	if (!pid && (n == 1 || syslog_is_sip((struct slice){ s.p, n }, (struct slice){ NULL, 0 })))
		return false;
	out->tag = (struct slice){ s.p, n };
	if (i < s.n && s.p[i] == ' ')
		i++;
	out->text = syslog_without_bom(syslog_behind(s, i));
	return true;
}

/* What follows the time: host and tag, host alone, tag alone.  plain: the time's form is one that only syslog writes.
 */
static bool
syslog_3164_rest(struct slice s, bool plain, struct syslog_head *out)
{
	struct slice word = syslog_word(s), behind = syslog_behind(s, word.n + 1);

	out->text = s;
	if (syslog_is_host(word) && !syslog_is_sip(word, behind)) {
		out->host = word;
		if (syslog_tag(behind, out))
			return true;
		out->text = behind;
		if (plain && word.n < s.n && !slice_eq(word, slice_str("On")))
			return true;
		out->host = (struct slice){ NULL, 0 };
		out->text = s;
		return out->pri >= 0;
	}
	if (syslog_tag(s, out) && (plain || out->pri >= 0 || out->pid.n > 0))
		return true;
	out->tag = out->pid = (struct slice){ NULL, 0 };
	out->text = s;
	return out->pri >= 0 || (plain && s.n > 0 && syslog_is_sip(word, behind));
}

/* IOS: a sequence number and the marks of a clock that is not set, both before the time. */
static struct slice
syslog_skip_ios(struct slice s, bool pri)
{
	size_t i = 0;

	while (i < s.n && i < 12 && syslog_is_digit(s.p[i]))
		i++;
	if (pri && i > 0 && s.n - i >= 2 && s.p[i] == ':' && s.p[i + 1] == ' ')
		s = syslog_behind(s, i + 2);
	if (pri && s.n > 0 && (s.p[0] == '*' || s.p[0] == '.'))
		s = syslog_behind(s, 1);
	return s;
}

static bool
syslog_3164(struct slice s, struct syslog_head *out)
{
	struct slice at = syslog_skip_ios(s, out->pri >= 0), rest;
	const struct stamp *t = &out->stamp;
	bool plain;

	if (!stamp_find(at, 1, &out->stamp) || !t->has_date || t->is_epoch) {
		out->stamp = (struct stamp){ 0 };
		if (out->pri < 0)
			return false;
		if (!syslog_tag(s, out)) {
			out->tag = out->pid = (struct slice){ NULL, 0 };
			out->text = syslog_without_bom(s);
		}
		return true;
	}
	rest = syslog_behind(at, t->text.n);
	/* IOS has a colon behind the time and no host, nor a tag. */
	if (rest.n > 0 && rest.p[0] != ' ') {
		rest = syslog_behind(rest, rest.p[0] == ':' ? 1 : 0);
		out->text = syslog_behind(rest, rest.n > 0 && rest.p[0] == ' ' ? 1 : 0);
		return out->pri >= 0;
	}
	rest = syslog_behind(rest, 1);
	/* "Mmm dd hh:mm:ss" without a fraction, or a T between date and time. */
	plain = t->has_year ? t->text.n > 10 && t->text.p[10] == 'T' : t->ns == 0 && t->text.n == 15;
	return syslog_3164_rest(rest, plain, out);
}

bool
syslog_head_read(struct slice line, struct syslog_head *out)
{
	struct slice s = line;

	*out = (struct syslog_head){ .pri = -1 };
	out->pri = syslog_pri(&s);
	if (out->pri >= 0 && syslog_5424(s, out))
		return true;
	if (s.n > 0 && syslog_3164(s, out))
		return true;
	*out = (struct syslog_head){ .pri = -1, .text = line };
	return false;
}
