/*
 * detail_message - the messages of one failure, and the lines of one; see detail.h.
 * One thing to know: nothing is decoded here, lines are those of the message as received.
 */
#include <stdio.h>
#include <string.h>

#include "detail.h"
#include "sipwhy/text.h"

/* The answer that the event tells of; of silence the request that got none. */
static size_t
message_answer(const struct event *e, const struct detail_messages *m)
{
	size_t loose = m->n;

	for (size_t i = m->n; i-- > 0;) {
		if (m->m[i].code != e->code || (e->method.n > 0 && !slice_eq(m->m[i].method, e->method)))
			continue;
		if (e->code == 0 ? slice_eq(m->m[i].dst, e->src) : slice_eq(m->m[i].src, e->src))
			return i;
		loose = i;
	}
	return loose;
}

void
detail_messages(const struct viewer *v, const struct event *e, struct detail_messages *out)
{
	out->n = store_messages(v->store, e->id, out->m, CALLMSG_MAX);
	out->n = out->n < CALLMSG_MAX ? out->n : CALLMSG_MAX;
	out->told = out->n > 0;
	out->gone = !out->told && store_messages_gone(v->store, e->id);
	if (!out->told && e->raw.n > 0) {
		out->m[0] = callmsg_of_event(e);
		out->n = 1;
	}
	out->answer = message_answer(e, out);
	/* A message that is kept twice may be kept whole with the event alone. */
	if (out->answer < out->n && out->m[out->answer].raw.n == 0)
		out->m[out->answer].raw = e->raw;
}

struct event
detail_whole(const struct event *e, const struct detail_messages *m)
{
	struct event whole = *e;

	if (whole.raw.n == 0 && m->told && m->answer < m->n) {
		whole.raw = m->m[m->answer].raw;
		whole.raw_len = m->m[m->answer].raw_len;
	}
	return whole;
}

bool
message_line(struct slice *rest, struct slice *line)
{
	if (rest->n == 0)
		return false;
	*line = slice_cut(rest, '\n');
	if (line->n > 0 && line->p[line->n - 1] == '\r')
		line->n--;
	return true;
}

size_t
message_name(struct slice line)
{
	const char *colon = line.n > 0 ? memchr(line.p, ':', line.n) : NULL;

	if (colon == NULL || line.p[0] == ' ' || line.p[0] == '\t')
		return 0;
	return (size_t)(colon - line.p);
}

struct slice
message_header(struct slice raw, const char *name, const char *compact)
{
	struct slice rest = raw, line;

	for (bool first = true; message_line(&rest, &line); first = false) {
		size_t n = message_name(line);
		struct slice is = slice_trim((struct slice){ line.p, n });

		if (!first && line.n == 0)
			break;
		if (first || n == 0)
			continue;
		if (slice_ieq(is, slice_str(name)) || (compact != NULL && slice_ieq(is, slice_str(compact))))
			return slice_trim((struct slice){ line.p + n + 1, line.n - n - 1 });
	}
	return (struct slice){ NULL, 0 };
}

struct slice
message_body(struct slice raw)
{
	struct slice rest = raw, line;

	for (bool first = true; message_line(&rest, &line); first = first && line.n == 0)
		if (!first && line.n == 0)
			return rest;
	return (struct slice){ NULL, 0 };
}

struct slice
message_branch(struct slice raw)
{
	struct slice via = message_header(raw, "Via", "v");
	ptrdiff_t at = slice_ifind(via, slice_str("branch="));

	if (at < 0)
		return (struct slice){ NULL, 0 };
	via.p += at + 7;
	via.n -= (size_t)at + 7;
	for (size_t i = 0; i < via.n; i++)
		if (via.p[i] == ';' || via.p[i] == ',' || via.p[i] == ' ')
			via.n = i;
	return via;
}

bool
message_is_cut(const struct callmsg *m)
{
	return m->cut || m->raw_len > m->raw.n;
}

char *
message_label(const struct callmsg *m, char *out, size_t cap)
{
	struct slice phrase = slice_trim(m->phrase);
	struct slice method = m->method;

	if (m->code == 0) {
		(void)snprintf(out, cap, "%.*s", method.n > 0 ? (int)(method.n < 32 ? method.n : 32) : 1,
		    method.n > 0 ? method.p : "-");
		return out;
	}
	if (phrase.n == 0)
		phrase = slice_str(sip_code_phrase(m->code));
	(void)snprintf(out, cap, "%u %.*s", m->code, (int)(phrase.n < 64 ? phrase.n : 64), phrase.p);
	return out;
}

enum ui_role
message_role(const struct callmsg *m)
{
	if (m->code == 0)
		return ROLE_LADDER_REQUEST;
	if (m->code == 401 || m->code == 407)
		return ROLE_CLASS_CHALLENGE;
	return m->code >= 300 ? view_code_role(m->code) : ROLE_LADDER_RESPONSE;
}

struct slice
message_host(struct slice address)
{
	struct slice host = address;
	struct endpoint e;

	if (!endpoint_parse(address, false, &e) || e.port == 0)
		return host;
	while (host.n > 0 && host.p[host.n - 1] != ':')
		host.n--;
	if (host.n > 0)
		host.n--;
	if (host.n > 1 && host.p[0] == '[' && host.p[host.n - 1] == ']') {
		host.p++;
		host.n -= 2;
	}
	return host;
}

size_t
message_clean(char *out, size_t cap, struct slice in, bool ascii, size_t *used)
{
	static const char hex[] = "0123456789abcdef";
	size_t at = 0, i = 0;
	unsigned marks = 0;

	while (i < in.n) {
		uint32_t cp = 0;
		size_t n = text_utf8(in.p + i, in.n - i, &cp);
		int w = n > 0 ? text_width(cp) : -1;
		/* A pile of combining marks would climb over the lines above; the canvas shows two as well. */
		bool keep = w > 0 || (w == 0 && at > 0 && marks < 2);

		if (keep && !(ascii && cp > 126)) {
			if (cap - at < n)
				break;
			memcpy(out + at, in.p + i, n);
			at += n;
			marks = w == 0 ? marks + 1 : 0;
			i += n;
			continue;
		}
		n = n > 0 ? n : 1;
		if (cap - at < n * 4)
			break;
		for (size_t k = 0; k < n; k++) {
			unsigned char byte = (unsigned char)in.p[i + k];

			out[at++] = '\\';
			out[at++] = 'x';
			out[at++] = hex[byte >> 4];
			out[at++] = hex[byte & 15];
		}
		marks = 0;
		i += n;
	}
	if (used != NULL)
		*used = i;
	return at;
}
