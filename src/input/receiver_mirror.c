/*
 * receiver_mirror - the dialects of mirrored traffic: HEP and plain copies of SIP messages, and TZSP.  A datagram, or
 * one HEP packet of a stream, is a frame; who sent it and where it came in go with it.
 *
 * Know: its first line tells whether a stream is one of plain copies (copycut.h), which ends where it makes no sense;
 * any other is one of HEP, framed by the total lengths of its packets alone (sipwhy/hepcut.h).  Between them it is
 * searched for the next one, for a while; what never shows one is ended.
 */
#include "receiver_int.h"

#include <string.h>

#include "sipwhy/mem.h"

enum {
	MIRROR_LOOK = 8 << 10,   /* a stream that shows no packet until there carries none */
	MIRROR_LOST = 128 << 10, /* nor does one that lost its way for so long: no packet is longer than half of it */
	MIRROR_ROOM = 4 << 10    /* the least memory for a packet that has not ended */
};

static void
mirror_deliver(struct receiver *s, const struct endpoint *from, const struct endpoint *to, struct slice bytes, bool cut)
{
	const struct frame f = {
		.t_ns = s->now_ns,
		.data = (const uint8_t *)bytes.p,
		.caplen = (uint32_t)bytes.n,
		.origlen = (uint32_t)bytes.n + cut,
		.link = s->dialect->link,
		.from = *from,
		.to = *to,
	};

	if (!s->in.closing)
		input_deliver(&s->in, &f);
}

static void
mirror_datagram(struct receiver *s, const struct receiver_listener *l, const struct endpoint *from,
    const struct frame6587_record *record)
{
	/* Agents are told apart by what they say; addresses are only counted. */
	if (!endpoint_same_host(from, &s->heard) || s->heard.family == 0) {
		(void)receiver_origin(s, from);
		s->heard = *from;
	}
	mirror_deliver(s, from, &l->at, (struct slice){ (const char *)record->data, record->len }, record->cut);
}

static void
mirror_begin(struct receiver_conn *c)
{
	memset(&c->in.mirror, 0, sizeof c->in.mirror);
}

/* What the cutter holds beside the bytes is memory too. */
static void
mirror_weigh(struct receiver_conn *c)
{
	struct receiver_mirror_conn *m = &c->in.mirror;
	size_t now = hepcut_bytes(&m->cut);

	c->port.s->purse.used += now - m->z;
	m->z = now;
}

static void
mirror_free(struct receiver_conn *c)
{
	struct receiver_mirror_conn *m = &c->in.mirror;

	c->port.s->purse.used -= m->cap;
	mem_free(m->buf);
	m->buf = NULL;
	m->len = m->cap = 0;
}

/* Room for n bytes.  False when the connection is gone. */
static bool
mirror_room(struct receiver_conn *c, size_t n)
{
	struct receiver_mirror_conn *m = &c->in.mirror;
	struct frame6587_purse *purse = &c->port.s->purse;
	size_t cap = m->cap > 0 ? m->cap : MIRROR_ROOM;
	uint8_t *buf = NULL;

	if (n <= m->cap)
		return true;
	while (cap < n)
		cap *= 2;
	for (;;) {
		if (purse->used + cap - m->cap <= purse->max)
			buf = mem_realloc(m->buf, cap);
		if (buf != NULL)
			break;
		if (!receiver_conn_make_room(c))
			return false;
	}
	purse->used += cap - m->cap;
	m->buf = buf;
	m->cap = cap;
	return true;
}

/* Each time that the way was lost is a record that nobody gets. */
static void
mirror_count(struct receiver_conn *c, bool packet)
{
	struct receiver_mirror_conn *m = &c->in.mirror;
	struct input_stats *st = &c->port.s->in.st;

	st->trimmed += m->cut.skipped;
	m->astray = packet ? 0 : m->astray + m->cut.skipped;
	m->cut.skipped = 0;
	st->bad_frames += m->cut.lost;
	st->frames += m->cut.lost;
	st->skipped += m->cut.lost;
	m->cut.lost = 0;
}

static void
mirror_drop(struct slice *s, size_t n)
{
	s->p += n;
	s->n -= n;
}

/* Its first bytes are there.  What is neither is for HEP to look through. */
static void
mirror_judge(struct receiver_mirror_conn *m, struct slice s)
{
	size_t n = s.n < 4 ? s.n : 4;

	if (m->form != MIRROR_UNKNOWN)
		return;
	if (memcmp(s.p, "HEP3", n) == 0 || memcmp(s.p, "EEP3", n) == 0) {
		m->form = n == 4 ? MIRROR_HEP : MIRROR_UNKNOWN;
		return;
	}
	switch (copycut_start(s)) {
	case COPYCUT_NO:
		m->form = MIRROR_HEP;
		break;
	case COPYCUT_YES:
		m->form = MIRROR_COPY;
		break;
	case COPYCUT_PERHAPS:
		break;
	}
}

/* Hand over the messages in *unread, which is then what is left of it.  False when it makes no sense. */
static bool
mirror_copies(struct receiver_conn *c, struct slice *unread)
{
	size_t blanks, len;

	while (unread->n > 0) {
		enum copycut_verdict v = copycut_next(&c->in.mirror.copy, *unread, &blanks, &len);

		mirror_drop(unread, blanks);
		c->port.s->in.st.trimmed += blanks;
		if (v != COPYCUT_MESSAGE)
			return v == COPYCUT_MORE;
		c->since_ms = 0;
		mirror_deliver(c->port.s, &c->from, &c->to, (struct slice){ unread->p, len }, false);
		mirror_drop(unread, len);
	}
	return true;
}

/* The same of HEP, for as long as it is not astray. */
static bool
mirror_packets(struct receiver_conn *c, struct slice *unread, bool end)
{
	struct receiver_mirror_conn *m = &c->in.mirror;
	struct hepcut_step step;

	do {
		step = hepcut_next(&m->cut, *unread, end);
		mirror_drop(unread, step.eat);
		mirror_count(c, step.ready);
		if (!step.ready)
			break;
		c->since_ms = 0;
		mirror_deliver(c->port.s, &c->from, &c->to, (struct slice){ unread->p, step.len }, step.cut);
		mirror_drop(unread, step.len);
	} while (unread->n > 0);
	return m->astray <= (m->cut.found ? MIRROR_LOST : MIRROR_LOOK);
}

/* What is left waits for the rest of it.  False when the connection is gone. */
static bool
mirror_keep(struct receiver_conn *c, struct slice rest)
{
	struct receiver_mirror_conn *m = &c->in.mirror;

	if (rest.n == 0) {
		mirror_free(c);
		return true;
	}
	if (m->len == 0 && !mirror_room(c, rest.n))
		return false;
	memmove(m->buf, rest.p, rest.n);
	m->len = rest.n;
	return true;
}

static bool
mirror_is_tls(const struct receiver_conn *c, const uint8_t *p, size_t n)
{
	return c->tls == NULL && !c->in.mirror.begun && n > 0 && p[0] == 0x16 && (n == 1 || p[1] == 0x03);
}

static bool
mirror_take(struct receiver_conn *c, const uint8_t *p, size_t n)
{
	struct receiver_mirror_conn *m = &c->in.mirror;
	struct slice unread = { (const char *)p, n };

	if (mirror_is_tls(c, p, n)) {
		receiver_conn_bad(c, true);
		return false;
	}
	m->begun = true;
	if (m->len > 0) {
		if (!mirror_room(c, m->len + n))
			return false;
		memcpy(m->buf + m->len, p, n);
		m->len += n;
		unread = (struct slice){ (const char *)m->buf, m->len };
	}
	mirror_judge(m, unread);
	/* What made no sense is handed over to nobody. */
	if (m->form == MIRROR_COPY && !mirror_copies(c, &unread)) {
		m->len = 0;
		receiver_conn_bad(c, false);
		return false;
	}
	/* Each loss of HEP is counted by now. */
	if (m->form == MIRROR_HEP && !mirror_packets(c, &unread, false)) {
		m->len = 0;
		receiver_conn_close(c, "what it sends is no HEP");
		return false;
	}
	if (!mirror_keep(c, unread))
		return false;
	mirror_weigh(c);
	return c->port.s->purse.used <= c->port.s->purse.max || receiver_conn_make_room(c);
}

static bool
mirror_open(const struct receiver_conn *c)
{
	return c->in.mirror.len > 0;
}

static size_t
mirror_held(const struct receiver_conn *c)
{
	return c->in.mirror.cap + c->in.mirror.z;
}

static void
mirror_end(struct receiver_conn *c, bool deliver)
{
	struct receiver_mirror_conn *m = &c->in.mirror;
	struct slice unread = { (const char *)m->buf, m->len };

	if (deliver && m->len > 0) {
		receiver_stamp(c->port.s);
		if (m->form == MIRROR_COPY)
			mirror_deliver(c->port.s, &c->from, &c->to, unread, true);
		else
			(void)mirror_packets(c, &unread, true);
	}
	hepcut_fini(&m->cut);
	mirror_weigh(c);
	mirror_free(c);
}

static const struct receiver_stream mirror_stream = {
	.begin = mirror_begin,
	.take = mirror_take,
	.open = mirror_open,
	.held = mirror_held,
	.end = mirror_end,
};

const struct receiver_dialect receiver_mirror = {
	.what = "listener for mirrored SIP",
	.forms = "udp:9060, udp:ADDR:PORT, tcp:ADDR:PORT, tls:ADDR:PORT with ADDR an IPv4 address or [IPv6]",
	.rival = "another collector",
	.carriers = 1u << RECEIVER_UDP | 1u << RECEIVER_TCP | 1u << RECEIVER_TLS,
	.port = 9060,
	.tls_port = 9060,
	.link = LINK_MIRROR,
	.buffer = true,
	.stream = &mirror_stream,
	.datagram = mirror_datagram,
};

const struct receiver_dialect receiver_tzsp = {
	.what = "TZSP listener",
	.forms = "udp:37008 or udp:ADDR:PORT with ADDR an IPv4 address or [IPv6]",
	.rival = "another collector",
	.carriers = 1u << RECEIVER_UDP,
	.port = 37008,
	.link = LINK_TZSP,
	.buffer = true,
	.datagram = mirror_datagram,
};
