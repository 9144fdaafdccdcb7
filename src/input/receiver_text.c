/*
 * receiver_text - the dialect of syslog (RFC 3164, RFC 5424 to 5426, RFC 6587): each message whole, as a text.
 */
#include "receiver_int.h"

static void
text_deliver(struct receiver *s, uint32_t origin, const struct endpoint *from, const struct frame6587_record *record)
{
	const struct text t = {
		.t_ns = s->now_ns,
		.data = record->data,
		.len = record->len,
		.lines = 1,
		.origin = origin,
		.from = *from,
		.whole = true,
		.live = true,
		.cut = record->cut,
	};

	if (!s->in.closing)
		input_deliver_text(&s->in, &t);
}

static void
text_datagram(struct receiver *s, const struct receiver_listener *l, const struct endpoint *from,
    const struct frame6587_record *record)
{
	(void)l;
	text_deliver(s, receiver_origin(s, from), from, record);
}

static void
text_begin(struct receiver_conn *c)
{
	struct receiver *s = c->port.s;

	frame6587_init(&c->in.frame, &s->purse, c->tls != NULL);
	c->origin = receiver_origin_new(s);
}

static bool
text_take(struct receiver_conn *c, const uint8_t *p, size_t n)
{
	struct receiver *s = c->port.s;
	struct frame6587_record record;

	frame6587_push(&c->in.frame, p, n);
	for (;;) {
		enum frame6587_verdict v = frame6587_next(&c->in.frame, &record);

		s->in.st.trimmed += c->in.frame.blanks;
		c->in.frame.blanks = 0;
		switch (v) {
		case FRAME6587_RECORD:
			c->since_ms = 0;
			text_deliver(s, c->origin, &c->from, &record);
			break;
		case FRAME6587_MORE:
			return true;
		case FRAME6587_FULL:
			if (!receiver_conn_make_room(c))
				return false;
			break;
		case FRAME6587_BAD:
		case FRAME6587_TLS:
			receiver_conn_bad(c, v == FRAME6587_TLS);
			return false;
		}
	}
}

static bool
text_open(const struct receiver_conn *c)
{
	return frame6587_open(&c->in.frame);
}

static size_t
text_held(const struct receiver_conn *c)
{
	return c->in.frame.cap;
}

/* A NUL may have been the end of a message: when nothing follows it was. */
static void
text_settle(struct receiver_conn *c)
{
	struct receiver *s = c->port.s;
	struct frame6587_record record;

	if (!frame6587_settle(&c->in.frame, &record))
		return;
	receiver_stamp(s);
	text_deliver(s, c->origin, &c->from, &record);
}

static void
text_end(struct receiver_conn *c, bool deliver)
{
	struct receiver *s = c->port.s;
	struct frame6587_record rest;

	if (deliver && frame6587_end(&c->in.frame, &rest)) {
		receiver_stamp(s);
		text_deliver(s, c->origin, &c->from, &rest);
	}
	frame6587_fini(&c->in.frame);
	receiver_origin_ends(s, c->origin);
}

static const struct receiver_stream text_stream = {
	.begin = text_begin,
	.take = text_take,
	.open = text_open,
	.held = text_held,
	.settle = text_settle,
	.end = text_end,
};

const struct receiver_dialect receiver_syslog = {
	.what = "syslog receiver",
	.forms =
	    "udp:514, udp:ADDR:PORT, tcp:ADDR:PORT, tls:ADDR:PORT with ADDR an IPv4 address or [IPv6], unix:PATH or "
	    "unix-stream:PATH",
	.rival = "a syslog daemon",
	.carriers = 1u << RECEIVER_UDP | 1u << RECEIVER_TCP | 1u << RECEIVER_TLS | 1u << RECEIVER_UNIX |
	    1u << RECEIVER_UNIX_STREAM,
	.port = 514,
	.tls_port = 6514,
	.stream = &text_stream,
	.datagram = text_datagram,
};
