/*
 * hep - messages to HEP version 3, the queue they wait in, and datagrams out of it (the protocol: sipcapture's HEP3
 * revision 37; the quirks of its readers: heplify-server and Kamailio's siptrace).
 *
 * Know: a packet is made at once and whole, and nothing ever waits for the collector: what finds no room in the queue
 * is counted and gone.
 */
#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sink/hep_int.h"
#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"
#include "sipwhy/tls.h"

enum {
	HEP_HEAD = 6,
	CHUNK_FAMILY = 0x01,
	CHUNK_PROTOCOL = 0x02,
	CHUNK_SRC4 = 0x03,
	CHUNK_DST4 = 0x04,
	CHUNK_SRC6 = 0x05,
	CHUNK_DST6 = 0x06,
	CHUNK_SPORT = 0x07,
	CHUNK_DPORT = 0x08,
	CHUNK_SECONDS = 0x09,
	CHUNK_MICROSECONDS = 0x0a,
	CHUNK_TYPE = 0x0b,
	CHUNK_AGENT_ID = 0x0c,
	CHUNK_KEY = 0x0e,
	CHUNK_PAYLOAD = 0x0f,
	CHUNK_CORRELATION = 0x11,
	CHUNK_AGENT = 0x13,
	TYPE_SIP = 1,
	FAMILY_4 = 2,
	FAMILY_6 = 10,
	DRAIN_STEP_MS = 50
};

const char *
sink_hep_drop_name(enum sink_hep_drop d)
{
	static const char *const names[SINK_HEP_DROP_N] = { "not-connected", "slow", "too-large", "network", "memory" };

	return d < SINK_HEP_DROP_N ? names[d] : "-";
}

/* Packets. */

static void
hep_put_u16(struct buf *b, unsigned v)
{
	buf_putc(b, (char)(v >> 8 & 0xff));
	buf_putc(b, (char)(v & 0xff));
}

static void
hep_chunk(struct buf *b, unsigned type, const void *p, size_t n)
{
	hep_put_u16(b, 0);
	hep_put_u16(b, type);
	hep_put_u16(b, (unsigned)(HEP_HEAD + n));
	buf_add(b, p, n);
}

static void
hep_chunk_u8(struct buf *b, unsigned type, uint8_t v)
{
	hep_chunk(b, type, &v, 1);
}

static void
hep_chunk_u16(struct buf *b, unsigned type, uint16_t v)
{
	hep_chunk(b, type, (uint8_t[]){ (uint8_t)(v >> 8), (uint8_t)v }, 2);
}

static void
hep_chunk_u32(struct buf *b, unsigned type, uint32_t v)
{
	uint32_t big = htonl(v);

	hep_chunk(b, type, &big, 4);
}

static void
hep_chunk_text(struct buf *b, unsigned type, struct slice text)
{
	if (text.n > 0)
		hep_chunk(b, type, text.p, text.n);
}

/* There is no number for TLS and WebSocket; Kamailio says 22, and readers know it. */
static uint8_t
hep_protocol(unsigned transport)
{
	switch (transport) {
	case TRANSPORT_TCP:
		return 6;
	case TRANSPORT_TLS:
	case TRANSPORT_WS:
	case TRANSPORT_WSS:
		return 22;
	case TRANSPORT_SCTP:
		return 132;
	default:
		return 17;
	}
}

/* As it stands in a packet of IPv6; an end that is not known is all zero in either family. */
static void
hep_address6(uint8_t out[16], const struct endpoint *e)
{
	static const uint8_t mapped[12] = { [10] = 0xff, 0xff };

	memset(out, 0, 16);
	if (e->family == 4) {
		memcpy(out, mapped, sizeof mapped);
		memcpy(out + sizeof mapped, e->addr, 4);
	} else if (e->family == 6) {
		memcpy(out, e->addr, 16);
	}
}

static void
hep_put_ends(struct buf *b, const struct message *m)
{
	bool six = m->src.family == 6 || m->dst.family == 6;
	uint8_t src[16] = { 0 }, dst[16] = { 0 };

	hep_chunk_u8(b, CHUNK_FAMILY, six ? FAMILY_6 : FAMILY_4);
	hep_chunk_u8(b, CHUNK_PROTOCOL, hep_protocol(m->transport));
	if (six) {
		hep_address6(src, &m->src);
		hep_address6(dst, &m->dst);
		hep_chunk(b, CHUNK_SRC6, src, 16);
		hep_chunk(b, CHUNK_DST6, dst, 16);
	} else {
		memcpy(src, m->src.addr, m->src.family == 4 ? 4 : 0);
		memcpy(dst, m->dst.addr, m->dst.family == 4 ? 4 : 0);
		hep_chunk(b, CHUNK_SRC4, src, 4);
		hep_chunk(b, CHUNK_DST4, dst, 4);
	}
	hep_chunk_u16(b, CHUNK_SPORT, m->src.port);
	hep_chunk_u16(b, CHUNK_DPORT, m->dst.port);
}

static void
hep_put_time(struct buf *b, int64_t t_ns)
{
	int64_t t = t_ns > 0 ? t_ns : 0;

	hep_chunk_u32(b, CHUNK_SECONDS, (uint32_t)(t / NS_PER_S));
	hep_chunk_u32(b, CHUNK_MICROSECONDS, (uint32_t)(t % NS_PER_S / 1000));
}

/* Texts come from outside: none may be so long that a chunk's length would not hold it. */
static bool
hep_fits(const struct sink_hep_cfg *cfg, const struct message *m, struct slice correlation)
{
	static const size_t most = HEP_PACKET_MAX;

	return cfg->agent.n <= most && cfg->key.n <= most && correlation.n <= most && m->bytes.n <= most;
}

int
sink_hep_encode(struct buf *b, const struct sink_hep_cfg *cfg, const struct message *m, struct slice call_id)
{
	struct slice correlation = m->correlation.n > 0 ? m->correlation : call_id;
	size_t at = b->len, total;

	if (!hep_fits(cfg, m, correlation))
		return -EMSGSIZE;
	buf_add(b, "HEP3", 4);
	hep_put_u16(b, 0);
	hep_put_ends(b, m);
	hep_put_time(b, m->t_ns);
	hep_chunk_u8(b, CHUNK_TYPE, TYPE_SIP);
	hep_chunk_u32(b, CHUNK_AGENT_ID, cfg->id);
	hep_chunk_text(b, CHUNK_KEY, cfg->key);
	hep_chunk_text(b, CHUNK_AGENT, cfg->agent);
	hep_chunk_text(b, CHUNK_CORRELATION, correlation);
	hep_chunk(b, CHUNK_PAYLOAD, m->bytes.p, m->bytes.n);
	total = b->len - at;
	if (buf_ok(b) && total <= HEP_PACKET_MAX) {
		b->data[at + 4] = (char)(total >> 8);
		b->data[at + 5] = (char)(total & 0xff);
		return 0;
	}
	b->len = at;
	if (buf_ok(b))
		return -EMSGSIZE;
	b->failed = false;
	return -ENOMEM;
}

/* The queue. */

size_t
hep_packet_len(const struct sink_hep *h, size_t at)
{
	size_t n = (size_t)h->queue[at + 4] << 8 | h->queue[at + 5];

	assert(n >= HEP_HEAD && at + n <= h->tail);
	return n;
}

static void
hep_drop(struct sink_hep *h, enum sink_hep_drop why)
{
	h->st.drop[why]++;
}

static void
hep_leave_front(struct sink_hep *h)
{
	h->head += hep_packet_len(h, h->head);
	h->st.waiting--;
	if (h->head == h->tail)
		h->head = h->tail = 0;
}

void
hep_give_up(struct sink_hep *h, enum sink_hep_drop why)
{
	hep_leave_front(h);
	hep_drop(h, why);
}

void
hep_taken(struct sink_hep *h, size_t n)
{
	h->part += n;
	h->st.bytes += n;
	while (h->head < h->tail && h->part >= hep_packet_len(h, h->head)) {
		h->part -= hep_packet_len(h, h->head);
		hep_leave_front(h);
		h->st.sent++;
	}
}

/* A place for n bytes behind the last packet; memory grows with what waits. */
static bool
hep_room(struct sink_hep *h, size_t n)
{
	size_t used = h->tail - h->head, cap = h->cap;
	uint8_t *more;

	if (used + n > HEP_QUEUE_MAX)
		return false;
	if (h->tail + n <= h->cap)
		return true;
	if (h->head >= used) {
		memmove(h->queue, h->queue + h->head, used);
		h->head = 0;
		h->tail = used;
		if (used + n <= h->cap)
			return true;
	}
	/* Twice what waits at most, so that what is moved pays for itself. */
	while (cap < 2 * HEP_QUEUE_MAX && h->tail + n > cap)
		cap *= 2;
	more = h->tail + n <= cap ? mem_realloc(h->queue, cap) : NULL;
	if (more == NULL)
		return false;
	h->queue = more;
	h->cap = cap;
	return true;
}

static enum sink_hep_drop
hep_why_full(const struct sink_hep *h)
{
	if (h->tail - h->head + h->one.len <= HEP_QUEUE_MAX)
		return SINK_HEP_DROP_MEMORY;
	return h->state == HEP_UP ? SINK_HEP_DROP_SLOW : SINK_HEP_DROP_ABSENT;
}

void
sink_hep_put(struct sink_hep *h, const struct message *m, struct slice call_id)
{
	int err;

	h->st.messages++;
	buf_clear(&h->one);
	err = sink_hep_encode(&h->one, &h->cfg, m, call_id);
	if (err == 0 && h->carrier == HEP_UDP && h->one.len > HEP_DATAGRAM_MAX)
		err = -EMSGSIZE;
	if (err != 0) {
		hep_drop(h, err == -ENOMEM ? SINK_HEP_DROP_MEMORY : SINK_HEP_DROP_SIZE);
	} else if (!hep_room(h, h->one.len)) {
		hep_drop(h, hep_why_full(h));
	} else {
		memcpy(h->queue + h->tail, h->one.data, h->one.len);
		h->tail += h->one.len;
		h->st.waiting++;
	}
	if (h->carrier == HEP_UDP && h->st.waiting % HEP_BATCH == 0)
		sink_hep_flush(h);
}

/* Datagrams. */

/* What the kernel has against the datagram in front.  False: nothing goes at the moment. */
static bool
hep_udp_error(struct sink_hep *h, int err)
{
	switch (err) {
	case EAGAIN:
	case ENOBUFS:
		return false;
	case EINTR:
		return true;
	case ECONNREFUSED:
		/* That is said of one that was sent before; the one in front was not tried. */
		if (h->st.refused++ == 0)
			hep_say(h, true, "nobody listens there; what is sent is lost until somebody does");
		return true;
	default:
		if (h->st.drop[SINK_HEP_DROP_NET] == 0 && err != EMSGSIZE)
			hep_say(h, true, "%s; what can't be sent is left out", strerror(err));
		hep_give_up(h, err == EMSGSIZE ? SINK_HEP_DROP_SIZE : SINK_HEP_DROP_NET);
		return true;
	}
}

static int
hep_udp_batch(struct sink_hep *h)
{
	struct mmsghdr msg[HEP_BATCH];
	struct iovec iov[HEP_BATCH];
	unsigned n = 0;

	memset(msg, 0, sizeof msg);
	for (size_t at = h->head; n < HEP_BATCH && at < h->tail; n++) {
		iov[n] = (struct iovec){ h->queue + at, hep_packet_len(h, at) };
		msg[n].msg_hdr.msg_iov = &iov[n];
		msg[n].msg_hdr.msg_iovlen = 1;
		at += iov[n].iov_len;
	}
	return sendmmsg(h->fd, msg, n, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* Send what waits; false when the kernel takes no more of it now. */
static bool
hep_udp_send(struct sink_hep *h)
{
	while (h->head < h->tail) {
		int n = hep_udp_batch(h);
		size_t bytes = 0, at = h->head;

		if (n < 0 && !hep_udp_error(h, errno))
			return false;
		for (int i = 0; i < n; i++) {
			bytes += hep_packet_len(h, at);
			at = h->head + bytes;
		}
		hep_taken(h, bytes);
	}
	return true;
}

void
sink_hep_flush(struct sink_hep *h)
{
	if (h->loop == NULL || h->head == h->tail)
		return;
	if (h->carrier != HEP_UDP)
		hep_conn_serve(h);
	else
		hep_watch(h, hep_udp_send(h) ? 0 : UV_WRITABLE);
}

bool
sink_hep_full(const struct sink_hep *h)
{
	return h->state != HEP_DOWN && h->tail - h->head >= HEP_QUEUE_FULL;
}

/* Life on the loop. */

void
hep_say(struct sink_hep *h, bool trouble, const char *fmt, ...)
{
	struct errmsg em;
	char text[240];
	va_list ap;

	if (h->say == NULL)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	(void)errmsg_set(&em, 0, "sending HEP to %s: %s", h->name, text);
	h->say(h->say_ctx, trouble, em.text);
}

uint64_t
hep_now_ms(const struct sink_hep *h)
{
	return h->now_ms;
}

static void
hep_on_poll(uv_poll_t *p, int status, int events)
{
	(void)status;
	(void)events;
	if (((struct sink_hep *)p->data)->carrier == HEP_UDP)
		sink_hep_flush(p->data);
	else
		hep_conn_serve(p->data);
}

void
hep_watch(struct sink_hep *h, int events)
{
	if (h->loop == NULL || events == h->events || uv_is_closing((uv_handle_t *)&h->poll))
		return;
	h->events = events;
	if (events == 0)
		(void)uv_poll_stop(&h->poll);
	else if (uv_poll_start(&h->poll, events, hep_on_poll) != 0)
		h->events = 0;
}

static uint64_t
hep_dropped(const struct sink_hep *h)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < SINK_HEP_DROP_N; i++)
		n += h->st.drop[i];
	return n;
}

/* At once when it begins, then now and again. */
static void
hep_tell_losses(struct sink_hep *h)
{
	uint64_t lost = hep_dropped(h);

	if (lost == h->told_lost || (h->told_lost > 0 && h->now_ms - h->told_ms < HEP_TELL_MS))
		return;
	hep_say(h, true, "%llu of %llu messages were left out so far", (unsigned long long)lost,
	    (unsigned long long)h->st.messages);
	h->told_lost = lost;
	h->told_ms = h->now_ms;
}

static void
hep_on_timer(uv_timer_t *t)
{
	struct sink_hep *h = t->data;

	h->now_ms += HEP_TICK_MS;
	if (h->carrier != HEP_UDP)
		hep_conn_tick(h);
	else
		sink_hep_flush(h);
	hep_tell_losses(h);
}

void
sink_hep_start(struct sink_hep *h, uv_loop_t *loop, sink_hep_say_fn say, void *ctx)
{
	h->say = say;
	h->say_ctx = ctx;
	(void)uv_timer_init(loop, &h->timer);
	h->timer.data = h;
	h->open_handles = 1;
	if (uv_poll_init_socket(loop, &h->poll, h->fd) == 0)
		h->open_handles = 2;
	h->poll.data = h;
	h->loop = loop;
	(void)uv_timer_start(&h->timer, hep_on_timer, HEP_TICK_MS, HEP_TICK_MS);
	/* It keeps no loop alive: the sources do. */
	uv_unref((uv_handle_t *)&h->timer);
	if (h->open_handles == 2)
		uv_unref((uv_handle_t *)&h->poll);
	if (h->carrier != HEP_UDP)
		hep_conn_start(h);
}

static bool
hep_drain_step(struct sink_hep *h)
{
	struct pollfd p = { .fd = h->fd, .events = h->carrier == HEP_UDP ? POLLOUT : hep_conn_wants(h) };
	bool waited = poll(&p, 1, DRAIN_STEP_MS) == 0;

	if (h->carrier == HEP_UDP)
		(void)hep_udp_send(h);
	else
		hep_conn_serve(h);
	return waited;
}

/* Without a clock: waiting is counted as long as it was, and a step forward as a millisecond. */
void
sink_hep_drain(struct sink_hep *h, int timeout_ms)
{
	hep_watch(h, 0);
	h->draining = true;
	if (h->carrier == HEP_UDP)
		(void)hep_udp_send(h);
	else
		hep_conn_again(h);
	while (h->head < h->tail && timeout_ms > 0 && h->state != HEP_DOWN)
		timeout_ms -= hep_drain_step(h) ? DRAIN_STEP_MS : 1;
	while (h->head < h->tail)
		hep_give_up(h, h->state == HEP_UP ? SINK_HEP_DROP_SLOW : SINK_HEP_DROP_ABSENT);
	if (h->carrier != HEP_UDP)
		hep_conn_end(h);
	hep_tell_losses(h);
}

void
sink_hep_stats(const struct sink_hep *h, struct sink_hep_stats *out)
{
	*out = h->st;
	out->name = h->name;
	out->connected = h->state == HEP_UP;
}

static void
hep_free(struct sink_hep *h)
{
	tls_free(h->tls);
	tls_ctx_free(h->tls_ctx);
	if (h->fd >= 0)
		(void)close(h->fd);
	mem_free(h->queue);
	buf_fini(&h->one);
	buf_fini(&h->cipher);
	mem_free(h);
}

static void
hep_closed(uv_handle_t *handle)
{
	struct sink_hep *h = handle->data;

	if (--h->open_handles == 0)
		hep_free(h);
}

void
sink_hep_close(struct sink_hep *h)
{
	if (h == NULL)
		return;
	if (h->loop == NULL) {
		hep_free(h);
		return;
	}
	if (h->open_handles == 2)
		uv_close((uv_handle_t *)&h->poll, hep_closed);
	uv_close((uv_handle_t *)&h->timer, hep_closed);
}
