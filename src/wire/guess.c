/*
 * guess - the ends and the transport of a message from its own headers (RFC 3261 18.2, 20.42; RFC 3581).
 * A request was sent by who wrote the topmost Via, a response goes there; the other end is a weaker guess, and only
 * addresses count, since a name would have to be asked for.
 */
#include "wire/guess.h"

#include <string.h>

#include "sipwhy/timefmt.h"

enum { GUESS_HEADERS_MAX = 64, GUESS_LOOK = 8192 /* where Via and Contact of any real message are */ };

static struct slice
guess_look(struct slice message)
{
	return (struct slice){ message.p, message.n < GUESS_LOOK ? message.n : GUESS_LOOK };
}

/* The next line without its end, its folded lines with it.  False at the blank line or the end. */
static bool
guess_line(struct slice *rest, struct slice *line)
{
	const char *from = rest->p;
	struct slice part;

	if (rest->n == 0)
		return false;
	do
		part = slice_cut(rest, '\n');
	while (rest->n > 0 && (*rest->p == ' ' || *rest->p == '\t'));
	*line = slice_trim((struct slice){ from, (size_t)(part.p + part.n - from) });
	return line->n > 0;
}

struct slice
guess_header(struct slice message, const char *name, char compact)
{
	struct slice rest = guess_look(message), line, want = slice_str(name), other = { &compact, 1 };

	for (int i = 0; i < GUESS_HEADERS_MAX && guess_line(&rest, &line); i++) {
		struct slice value = line, head = slice_trim(slice_cut(&value, ':'));

		if (value.p != NULL && i > 0 && (slice_ieq(head, want) || slice_ieq(head, other)))
			return slice_trim(value);
	}
	return (struct slice){ NULL, 0 };
}

static bool
guess_is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The topmost Via: what stands behind the second "/", up to the next Via. */
static struct slice
guess_via(struct slice message)
{
	struct slice v = guess_header(message, "via", 'v'), via = slice_cut(&v, ',');

	slice_cut(&via, '/');
	slice_cut(&via, '/');
	return slice_trim(via);
}

enum transport
guess_transport(struct slice message)
{
	struct slice via = guess_via(message), word = via;
	unsigned t = 0;

	word.n = 0;
	while (word.n < via.n && !guess_is_space(via.p[word.n]))
		word.n++;
	while (t < TRANSPORT_N && !slice_ieq(word, slice_str(transport_name(t))))
		t++;
	return (enum transport)t;
}

bool
guess_clock_is_right(int64_t told_ns, int64_t frame_ns)
{
	uint64_t told = (uint64_t)told_ns, frame = (uint64_t)frame_ns;

	return (told_ns > frame_ns ? told - frame : frame - told) < (uint64_t)(2 * NS_PER_S);
}

bool
guess_is_nobody(const struct endpoint *e)
{
	static const uint8_t none[sizeof e->addr];

	return e->family == 0 || memcmp(e->addr, none, sizeof none) == 0;
}

static bool
guess_address(struct slice text, struct endpoint *out)
{
	return endpoint_parse(slice_trim(text), false, out) && !guess_is_nobody(out);
}

/* "host:port;received=...;rport=...": where the request came from as the next hop saw it, else as its sender says. */
static bool
guess_from_via(struct slice message, struct endpoint *out)
{
	struct slice rest = guess_via(message), sent_by;
	struct endpoint seen;
	uint64_t port = 0;
	bool known;

	while (rest.n > 0 && !guess_is_space(*rest.p)) {
		rest.p++;
		rest.n--;
	}
	sent_by = slice_cut(&rest, ';');
	known = guess_address(sent_by, out);
	while (rest.n > 0) {
		struct slice value = slice_cut(&rest, ';'), name = slice_trim(slice_cut(&value, '='));

		if (slice_ieq(name, slice_str("received")) && guess_address(value, &seen)) {
			seen.port = known ? out->port : 0;
			*out = seen;
			known = true;
		} else if (slice_ieq(name, slice_str("rport")) && slice_u64(slice_trim(value), 65535, &port) != 0)
			port = 0;
	}
	if (known && port != 0)
		out->port = (uint16_t)port;
	return known;
}

/* The host of the first URI in the text. */
static bool
guess_from_uri(struct slice text, struct endpoint *out)
{
	ptrdiff_t at = slice_ifind(text, slice_str("sip"));
	struct slice uri = text;
	size_t n = 0;

	if (at < 0)
		return false;
	uri.p += at;
	uri.n -= (size_t)at;
	slice_cut(&uri, ':');
	while (n < uri.n && memchr(" \t\r\n>,", uri.p[n], 6) == NULL)
		n++;
	uri.n = n;
	for (n = 0; n < uri.n; n++) {
		if (uri.p[n] == '@') {
			uri = (struct slice){ uri.p + n + 1, uri.n - n - 1 };
			break;
		}
	}
	for (n = 0; n < uri.n && uri.p[n] != ';' && uri.p[n] != '?'; n++)
		continue;
	return n > 0 && guess_address((struct slice){ uri.p, n }, out);
}

static void
guess_end(struct endpoint *e, bool known, const struct endpoint *found)
{
	uint16_t port = e->port;

	if (!known) {
		*e = (struct endpoint){ .port = port };
		return;
	}
	*e = *found;
	if (port != 0)
		e->port = port;
}

void
guess_ends(struct message *m)
{
	struct slice rest = guess_look(m->bytes), start = slice_cut(&rest, '\n');
	bool response = slice_istarts(start, slice_str("sip/"));
	struct endpoint *by_via = response ? &m->dst : &m->src, *other = response ? &m->src : &m->dst, found;
	bool known;

	m->guessed = guess_is_nobody(&m->src) || guess_is_nobody(&m->dst);
	if (guess_is_nobody(by_via)) {
		known = guess_from_via(m->bytes, &found);
		guess_end(by_via, known, &found);
	}
	if (guess_is_nobody(other)) {
		slice_cut(&start, ' ');
		known = guess_from_uri(response ? guess_header(m->bytes, "contact", 'm') : start, &found);
		guess_end(other, known, &found);
	}
}
