/*
 * startline - status line and request line by our own rules (RFC 3261 7.1, 7.2).
 * The one thing to know: libosip2 5.3.0 takes code 4294967699 for 403 and swallows the next header when the
 * phrase is missing, so its idea of the start line is never asked for; exactly three digits count here.
 */
#include <string.h>

#include "sip/scan.h"
#include "sip/startline.h"

/* Longest method token that is believed; registered ones have at most nine letters. */
enum { STARTLINE_METHOD_MAX = 32 };

struct slice
startline_skip(struct slice bytes)
{
	size_t i = 0;

	while (i < bytes.n && i < STARTLINE_SKIP_MAX && (bytes.p[i] == '\r' || bytes.p[i] == '\n'))
		i++;
	if (i == 0)
		return bytes;
	return (struct slice){ bytes.p + i, bytes.n - i };
}

bool
startline_is_response(struct slice bytes)
{
	return bytes.n >= 4 && (bytes.p[0] | 32) == 's' && (bytes.p[1] | 32) == 'i' && (bytes.p[2] | 32) == 'p' &&
	    bytes.p[3] == '/';
}

static struct slice
startline_trim_end(struct slice s)
{
	while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

/* Three digits 100..699 that end where the line ends or at a blank; 0 for anything else. */
static unsigned
startline_code(struct slice s)
{
	unsigned code = 0;

	if (s.n < 3 || (s.n > 3 && s.p[3] != ' '))
		return 0;
	for (size_t i = 0; i < 3; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return 0;
		code = code * 10 + (unsigned)(s.p[i] - '0');
	}
	return code >= SIP_CODE_MIN && code <= SIP_CODE_MAX ? code : 0;
}

static enum sip_verdict
startline_response(struct slice line, struct startline *out)
{
	struct slice rest;
	unsigned code;

	if (line.n < 8 || memcmp(line.p + 4, "2.0 ", 4) != 0)
		return SIP_MALFORMED;
	rest = (struct slice){ line.p + 8, line.n - 8 };
	code = startline_code(rest);
	if (code == 0)
		return SIP_MALFORMED;
	*out = (struct startline){ .kind = SIP_RESPONSE, .code = (uint16_t)code };
	if (rest.n > 4)
		out->phrase = startline_trim_end((struct slice){ rest.p + 4, rest.n - 4 });
	if (out->phrase.n > STARTLINE_PHRASE_MAX) {
		out->phrase.n = STARTLINE_PHRASE_MAX;
		out->cut = true;
	}
	return SIP_OK;
}

enum sip_verdict
startline_request(struct slice line, struct startline *out)
{
	size_t method = 0;
	const char *last;
	struct slice version, uri;

	while (method < line.n && method <= STARTLINE_METHOD_MAX && scan_is_token_char(line.p[method]))
		method++;
	/* A token may begin with a digit, but no method does and the gate turns such bytes away. */
	if (method == 0 || (line.p[0] | 32) < 'a' || (line.p[0] | 32) > 'z')
		return SIP_NOT_SIP;
	if (method > STARTLINE_METHOD_MAX || method >= line.n || line.p[method] != ' ')
		return SIP_NOT_SIP;
	line = startline_trim_end(line);
	if (line.n <= method)
		return SIP_NOT_SIP;
	last = memrchr(line.p + method, ' ', line.n - method);
	version = (struct slice){ last + 1, (size_t)(line.p + line.n - last - 1) };
	if (!startline_is_response(version))
		return SIP_NOT_SIP;
	uri = slice_trim((struct slice){ line.p + method, (size_t)(last - line.p) - method });
	if (uri.n == 0 || version.n != 7 || memcmp(version.p + 4, "2.0", 3) != 0)
		return SIP_MALFORMED;
	*out = (struct startline){ .kind = SIP_REQUEST, .method = { line.p, method }, .uri = uri };
	return SIP_OK;
}

enum sip_verdict
startline_read(struct slice line, struct startline *out)
{
	if (startline_is_response(line))
		return startline_response(line, out);
	return startline_request(line, out);
}
