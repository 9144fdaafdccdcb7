/*
 * copy - SIP messages that a proxy sent on as they were: Kamailio siptrace, OpenSIPS tracer (RFC 3261 messages).
 * The sender of the datagram is the proxy.  The true ends are in X-Siptrace headers, which it added and which are taken
 * out again, or nowhere; then they are guessed from the message.
 */
#include "wire/copy.h"

#include <string.h>

#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"
#include "wire/guess.h"
#include "wire/sipframe.h"

#define COPY_HEADER "X-Siptrace-"

/* buf: the message without the headers of the mirror, made on first use. */
struct copy {
	struct wire_stats *st;
	char *buf;
	size_t cap;
	char agent[ENDPOINT_TEXT];
};

/* What the mirror says: absent is family 0, TRANSPORT_N, no time. */
struct copy_told {
	struct endpoint from, to;
	int64_t t_ns;
	enum transport transport;
	bool have_time;
};

struct copy *
copy_new(struct wire_stats *st)
{
	struct copy *c = mem_zalloc(sizeof(*c));

	if (c)
		c->st = st;
	return c;
}

void
copy_free(struct copy *c)
{
	if (!c)
		return;
	mem_free(c->buf);
	mem_free(c);
}

/* "udp:192.0.2.1:5060", IPv6 in brackets or not. */
static void
copy_end(struct slice value, struct endpoint *e, enum transport *t)
{
	struct slice word = slice_cut(&value, ':');
	unsigned i = 0;

	if (!endpoint_parse(slice_trim(value), true, e)) {
		*e = (struct endpoint){ .family = 0 };
		return;
	}
	while (i < TRANSPORT_N && !slice_ieq(word, slice_str(transport_name(i))))
		i++;
	*t = (enum transport)i;
}

/* "seconds microseconds" */
static void
copy_time(struct slice value, struct copy_told *told)
{
	struct slice s = slice_cut(&value, ' ');
	uint64_t sec, usec;

	if (slice_u64(s, UINT32_MAX, &sec) != 0 || slice_u64(slice_trim(value), 999999, &usec) != 0)
		return;
	told->t_ns = (int64_t)sec * NS_PER_S + (int64_t)usec * 1000;
	told->have_time = true;
}

static void
copy_header(struct slice line, struct copy_told *told)
{
	struct slice value = line, name = slice_cut(&value, ':');

	name.p += strlen(COPY_HEADER);
	name.n -= strlen(COPY_HEADER);
	name = slice_trim(name);
	value = slice_trim(value);
	if (slice_ieq(name, slice_str("fromip")))
		copy_end(value, &told->from, &told->transport);
	else if (slice_ieq(name, slice_str("toip")))
		copy_end(value, &told->to, &told->transport);
	else if (slice_ieq(name, slice_str("time")))
		copy_time(value, told);
}

/* The next line with its end and those folded to it. */
static struct slice
copy_line(struct slice *rest)
{
	struct slice line = { rest->p, 0 };

	do {
		size_t n = 0;

		/* Lines are short: memchr costs more than it saves. */
		while (n < rest->n && rest->p[n++] != '\n')
			continue;
		line.n += n;
		rest->p += n;
		rest->n -= n;
	} while (rest->n && (*rest->p == ' ' || *rest->p == '\t'));
	return line;
}

static bool
copy_is_ours(struct slice line)
{
	const char *colon = memchr(line.p, ':', line.n);
	size_t n = strlen(COPY_HEADER);

	return colon && (size_t)(colon - line.p) > n && slice_istarts(line, slice_str(COPY_HEADER));
}

static bool
copy_reserve(struct copy *c, size_t n)
{
	char *buf;

	if (n <= c->cap)
		return true;
	buf = mem_realloc(c->buf, n);
	if (!buf)
		return false;
	c->buf = buf;
	c->cap = n;
	return true;
}

/* Read the headers of the mirror and give back the message without them.  False when memory is short. */
static bool
copy_strip(struct copy *c, struct slice *message, struct copy_told *told)
{
	struct slice rest = *message, line;
	const char *kept = rest.p;
	size_t n = 0;

	while (rest.n) {
		line = copy_line(&rest);
		if (slice_trim(line).n == 0)
			break;
		if (!copy_is_ours(line))
			continue;
		if (!copy_reserve(c, message->n))
			return false;
		memcpy(c->buf + n, kept, (size_t)(line.p - kept));
		n += (size_t)(line.p - kept);
		kept = line.p + line.n;
		copy_header(line, told);
	}
	if (kept == message->p)
		return true;
	memcpy(c->buf + n, kept, (size_t)(message->p + message->n - kept));
	*message = (struct slice){ c->buf, n + (size_t)(message->p + message->n - kept) };
	return true;
}

/* A clock that is off says nothing about when the message passed. */
static int64_t
copy_clock(struct copy *c, const struct copy_told *told, int64_t t_ns)
{
	if (!told->have_time)
		return t_ns;
	if (guess_clock_is_right(told->t_ns, t_ns))
		return told->t_ns;
	c->st->hep_clock++;
	return t_ns;
}

struct fate
copy_read(struct copy *c, const struct frame *f, struct message *out)
{
	struct slice s = sipframe_skip_blank((struct slice){ (const char *)f->data, f->caplen });
	struct copy_told told = { .transport = TRANSPORT_N };
	bool cut = f->origlen > f->caplen;

	switch (sipframe_start(s, cut ? 0 : SIPFRAME_WHOLE)) {
	case SIPFRAME_NO:
		return fate_of(WIRE_NOT_SIP);
	case SIPFRAME_PERHAPS:
		return fate_drop(WIRE_DROP_TRUNCATED);
	case SIPFRAME_YES:
		break;
	}
	if (!copy_strip(c, &s, &told))
		return fate_drop(WIRE_DROP_MEMORY);
	endpoint_format(c->agent, sizeof(c->agent), &f->from, false);
	*out = (struct message){ .bytes = s,
		.src = told.from,
		.dst = told.to,
		.t_ns = copy_clock(c, &told, f->t_ns),
		.ifindex = f->ifindex,
		.transport = (uint8_t)told.transport,
		.cut = cut,
		.agent = f->from.family ? slice_str(c->agent) : (struct slice){ NULL, 0 } };
	if (out->transport == TRANSPORT_N)
		out->transport = (uint8_t)guess_transport(s);
	guess_ends(out);
	return fate_of(WIRE_SIP);
}
