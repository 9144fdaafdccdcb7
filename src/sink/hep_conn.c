/*
 * hep_conn - a connection to a HOMER, over TCP or TLS, and the next one when it breaks.
 *
 * Know: a sealed process can make no socket.  The one it has is dissolved (connect(2) to AF_UNSPEC) and connected
 * again.  What a connection took in part goes whole over the next one, so that no collector sees half a packet first.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "sink/hep_int.h"
#include "sipwhy/tls.h"

enum { CONN_READ = 4096 };

static void
conn_forget(struct sink_hep *h)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	socklen_t len = sizeof(int);
	int err;

	(void)connect(h->fd, &none, sizeof none);
	/* What became of the old connection is not the news of the next one. */
	(void)getsockopt(h->fd, SOL_SOCKET, SO_ERROR, &err, &len);
	tls_free(h->tls);
	h->tls = NULL;
	buf_clear(&h->cipher);
	h->cipher_at = h->chunk = h->part = 0;
	hep_watch(h, 0);
}

/* It did not come about, or broke: another time, and later each time. */
static void
conn_lost(struct sink_hep *h, const char *why)
{
	bool was_up = h->state == HEP_UP;

	if (was_up && h->now_ms - h->up_ms >= HEP_SETTLED_MS)
		h->backoff_ms = HEP_BACKOFF_MS;
	h->state = HEP_DOWN;
	h->st.broken++;
	conn_forget(h);
	h->retry_ms = h->now_ms + h->backoff_ms;
	h->backoff_ms = h->backoff_ms < HEP_BACKOFF_MAX_MS / 2 ? 2 * h->backoff_ms : HEP_BACKOFF_MAX_MS;
	if (!h->told_down)
		hep_say(h, true, "%s%s; %s", was_up ? "the connection broke: " : "no connection: ", why,
		    h->draining ? "what waits is left out" : "trying again");
	h->told_down = true;
}

static void
conn_up(struct sink_hep *h)
{
	h->state = HEP_UP;
	h->since_ms = h->up_ms = h->now_ms;
	h->st.connects++;
	if (h->told_down)
		hep_say(h, false, "connected");
	h->told_down = false;
}

static void
conn_connected(struct sink_hep *h)
{
	if (h->carrier != HEP_TLS) {
		conn_up(h);
		return;
	}
	h->tls = tls_client_new(h->tls_ctx, h->host);
	if (h->tls == NULL) {
		conn_lost(h, "memory is short for TLS");
		return;
	}
	h->state = HEP_SHAKING;
	h->since_ms = h->now_ms;
}

/* Asked again, connect(2) tells how far it is. */
static void
conn_connect(struct sink_hep *h)
{
	struct sockaddr_storage ss;
	socklen_t len = sockaddr_make(&ss, &h->to);

	if (connect(h->fd, (struct sockaddr *)&ss, len) == 0 || errno == EISCONN)
		conn_connected(h);
	else if (errno != EINPROGRESS && errno != EALREADY && errno != EINTR)
		conn_lost(h, strerror(errno));
}

/* Bytes of TLS to the network.  False when the connection is gone; what the kernel does not take stays. */
static bool
conn_send_cipher(struct sink_hep *h)
{
	while (h->cipher_at < h->cipher.len) {
		ssize_t n = send(
		    h->fd, h->cipher.data + h->cipher_at, h->cipher.len - h->cipher_at, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return true;
		if (n < 0) {
			conn_lost(h, strerror(errno));
			return false;
		}
		h->cipher_at += (size_t)n;
		h->since_ms = h->now_ms;
	}
	buf_clear(&h->cipher);
	h->cipher_at = 0;
	if (h->chunk > 0)
		hep_taken(h, h->chunk);
	h->chunk = 0;
	return true;
}

/* What TLS has to say goes behind what it said before. */
static bool
conn_fetch_cipher(struct sink_hep *h)
{
	uint8_t out[CONN_READ];
	size_t n;

	while ((n = tls_out(h->tls, out, sizeof out)) > 0)
		buf_add(&h->cipher, out, n);
	if (buf_ok(&h->cipher))
		return true;
	conn_lost(h, "memory is short for TLS");
	return false;
}

/* Whole packets, as many as go into one record of TLS, or one. */
static size_t
conn_chunk(const struct sink_hep *h)
{
	size_t n = hep_packet_len(h, h->head);

	while (h->head + n < h->tail && n + hep_packet_len(h, h->head + n) <= HEP_TLS_CHUNK)
		n += hep_packet_len(h, h->head + n);
	return n;
}

static bool
conn_write_tls(struct sink_hep *h)
{
	if (!conn_fetch_cipher(h) || !conn_send_cipher(h))
		return false;
	while (h->state == HEP_UP && h->cipher.len == 0 && h->head < h->tail) {
		h->chunk = conn_chunk(h);
		if (!tls_write(h->tls, h->queue + h->head, h->chunk)) {
			conn_lost(h, tls_reason(h->tls));
			return false;
		}
		if (!conn_fetch_cipher(h) || !conn_send_cipher(h))
			return false;
	}
	return true;
}

static bool
conn_write_tcp(struct sink_hep *h)
{
	while (h->head < h->tail) {
		ssize_t n =
		    send(h->fd, h->queue + h->head + h->part, h->tail - h->head - h->part, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return true;
		if (n < 0) {
			conn_lost(h, strerror(errno));
			return false;
		}
		h->since_ms = h->now_ms;
		hep_taken(h, (size_t)n);
	}
	return true;
}

/* Nobody sends us anything but TLS's own; false when the connection is gone. */
static bool
conn_take_tls(struct sink_hep *h, const uint8_t *p, size_t n)
{
	enum tls_verdict v = n == 0 || tls_push(h->tls, p, n) ? TLS_DATA : TLS_FAILED;
	uint8_t plain[CONN_READ];
	size_t got;

	while (v == TLS_DATA)
		v = tls_read(h->tls, plain, sizeof plain, &got);
	if (v == TLS_MORE) {
		if (h->state == HEP_SHAKING && tls_ready(h->tls))
			conn_up(h);
		return true;
	}
	/* The other side learns why. */
	if (v == TLS_FAILED && conn_fetch_cipher(h))
		(void)conn_send_cipher(h);
	if (h->state != HEP_DOWN)
		conn_lost(h, v == TLS_ENDED ? "the collector ended it" : tls_reason(h->tls));
	return false;
}

static bool
conn_read(struct sink_hep *h)
{
	uint8_t in[CONN_READ];
	ssize_t n;

	/* The first call of TLS makes its hello. */
	if (h->state == HEP_SHAKING && h->tls != NULL && !conn_take_tls(h, NULL, 0))
		return false;
	for (;;) {
		n = recv(h->fd, in, sizeof in, MSG_DONTWAIT);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return true;
		if (n <= 0) {
			conn_lost(h, n == 0 ? "the collector ended it" : strerror(errno));
			return false;
		}
		if (h->tls != NULL && !conn_take_tls(h, in, (size_t)n))
			return false;
	}
}

short
hep_conn_wants(const struct sink_hep *h)
{
	switch (h->state) {
	case HEP_CONNECTING:
		return POLLOUT;
	case HEP_SHAKING:
		return (short)(POLLIN | (h->cipher.len > 0 ? POLLOUT : 0));
	case HEP_UP:
		return (short)(POLLIN | (h->cipher.len > 0 || h->head < h->tail ? POLLOUT : 0));
	default:
		return 0;
	}
}

void
hep_conn_serve(struct sink_hep *h)
{
	short wants;

	if (h->state == HEP_CONNECTING)
		conn_connect(h);
	if (h->state == HEP_SHAKING || h->state == HEP_UP)
		if (!conn_read(h) || !(h->tls != NULL ? conn_write_tls(h) : conn_write_tcp(h)))
			return;
	if (h->draining || h->state == HEP_DOWN)
		return;
	wants = hep_conn_wants(h);
	hep_watch(h, ((wants & POLLIN) != 0 ? UV_READABLE : 0) | ((wants & POLLOUT) != 0 ? UV_WRITABLE : 0));
}

void
hep_conn_start(struct sink_hep *h)
{
	h->state = HEP_CONNECTING;
	h->since_ms = h->now_ms;
	hep_conn_serve(h);
}

void
hep_conn_tick(struct sink_hep *h)
{
	uint64_t quiet_ms = h->now_ms - h->since_ms;

	if (h->state == HEP_DOWN && h->now_ms >= h->retry_ms)
		hep_conn_start(h);
	else if ((h->state == HEP_CONNECTING || h->state == HEP_SHAKING) && quiet_ms >= HEP_CONNECT_MS)
		conn_lost(h, h->state == HEP_SHAKING ? "no answer to TLS" : "no answer");
	else if (h->state == HEP_UP && h->head == h->tail)
		h->since_ms = h->now_ms;
	else if (h->state == HEP_UP && quiet_ms >= HEP_STALL_MS)
		conn_lost(h, "the collector takes nothing");
	if (h->state != HEP_DOWN)
		hep_conn_serve(h);
}

void
hep_conn_again(struct sink_hep *h)
{
	if (h->state == HEP_DOWN && h->head < h->tail)
		hep_conn_start(h);
	else
		hep_conn_serve(h);
}

void
hep_conn_end(struct sink_hep *h)
{
	if (h->state != HEP_UP || h->tls == NULL)
		return;
	tls_close(h->tls);
	if (conn_fetch_cipher(h))
		(void)conn_send_cipher(h);
}
