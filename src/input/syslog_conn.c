/*
 * syslog_conn - syslog by connections: TCP (RFC 6587), TLS (RFC 5425) and unix stream sockets.
 *
 * Know: a connection costs nothing while it is silent, and what it may hold of an unfinished message is bounded for
 * each and for all.  Silent connections are kept: syslog is idle by nature.  A message that began and does not end is
 * not.
 */
#include "syslog_int.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sipwhy/mem.h"

enum { CONN_ACCEPTS = 64 };

static void
conn_closed(uv_handle_t *h)
{
	struct syslog_conn *c = h->data;
	struct syslog *s = c->port.s;

	mem_free(c);
	syslog_handle_closed(s);
}

static void
conn_forget(struct syslog *s, struct syslog_conn *c)
{
	s->conns[c->index] = s->conns[--s->n_conns];
	s->conns[c->index]->index = c->index;
	s->in.st.senders = s->n_conns;
	if (c->shaking)
		s->n_shaking--;
	if (c->tls != NULL)
		s->purse.used -= SYSLOG_TLS_COST;
}

void
syslog_conn_close(struct syslog_conn *c, bool ours)
{
	struct syslog *s = c->port.s;
	struct frame6587_record rest;

	syslog_unqueue(&c->port);
	if (!s->in.closing && frame6587_end(&c->frame, &rest)) {
		syslog_stamp(s);
		syslog_deliver(s, c->origin, &c->from, &rest);
	}
	frame6587_fini(&c->frame);
	syslog_origin_ends(s, c->origin);
	s->in.st.closed += ours;
	conn_forget(s, c);
	tls_free(c->tls);
	uv_close((uv_handle_t *)&c->port.poll, conn_closed);
	(void)close(c->port.fd);
}

/* The connection that holds most gives way.  False when that is c itself, which is closed then. */
static bool
conn_make_room(struct syslog *s, struct syslog_conn *c)
{
	struct syslog_conn *most = c;

	for (unsigned i = 0; i < s->n_conns; i++)
		if (s->conns[i]->frame.cap > most->frame.cap)
			most = s->conns[i];
	syslog_conn_close(most, true);
	return most != c;
}

/* Somebody who set up both ends the wrong way round will look here. */
static void
conn_speaks_tls(struct syslog *s)
{
	struct errmsg em;

	if (s->tls_told)
		return;
	s->tls_told = true;
	(void)errmsg_set(
	    &em, 0, "%s: a sender speaks TLS here and is turned away; tls:ADDR:PORT takes TLS", s->in.name);
	input_say(&s->in, em.text);
}

/* Framing that makes no sense is one record, which nobody gets. */
static void
conn_bad(struct syslog *s, struct syslog_conn *c, enum frame6587_verdict v)
{
	s->in.st.bad_frames++;
	s->in.st.frames++;
	s->in.st.skipped++;
	if (v == FRAME6587_TLS)
		conn_speaks_tls(s);
	syslog_conn_close(c, true);
}

/* Bytes of the stream.  False when the connection is gone. */
static bool
conn_take(struct syslog_conn *c, const uint8_t *p, size_t n)
{
	struct syslog *s = c->port.s;
	struct frame6587_record record;

	frame6587_push(&c->frame, p, n);
	for (;;) {
		enum frame6587_verdict v = frame6587_next(&c->frame, &record);

		s->in.st.trimmed += c->frame.blanks;
		c->frame.blanks = 0;
		switch (v) {
		case FRAME6587_RECORD:
			c->since_ms = 0;
			syslog_deliver(s, c->origin, &c->from, &record);
			break;
		case FRAME6587_MORE:
			return true;
		case FRAME6587_FULL:
			if (!conn_make_room(s, c))
				return false;
			break;
		case FRAME6587_BAD:
		case FRAME6587_TLS:
			conn_bad(s, c, v);
			return false;
		}
	}
}

/* Send what TLS has to say: a few KiB in all.  A peer that does not take that is not waited for: false. */
static bool
conn_write(struct syslog_conn *c)
{
	uint8_t out[4096];
	size_t n;

	while ((n = tls_out(c->tls, out, sizeof out)) > 0)
		if (send(c->port.fd, out, n, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)n)
			return false;
	return true;
}

static void
conn_shaken(struct syslog_conn *c)
{
	if (!c->shaking || !tls_ready(c->tls))
		return;
	c->shaking = false;
	c->port.s->n_shaking--;
}

/* Bytes of the network to plain bytes.  False when the connection is gone. */
static bool
conn_take_tls(struct syslog_conn *c, const uint8_t *p, size_t n)
{
	struct syslog *s = c->port.s;
	enum tls_verdict v = tls_push(c->tls, p, n) ? TLS_DATA : TLS_FAILED;
	size_t got;

	while (v == TLS_DATA) {
		v = tls_read(c->tls, s->plain, SYSLOG_READ, &got);
		conn_shaken(c);
		if (v == TLS_DATA && !conn_take(c, s->plain, got))
			return false;
	}
	if (v == TLS_ENDED)
		tls_close(c->tls);
	if (!conn_write(c) || v != TLS_MORE) {
		syslog_conn_close(c, v != TLS_ENDED);
		return false;
	}
	return true;
}

/* The time of the message at hand runs from its first byte. */
static void
conn_mark(struct syslog_conn *c)
{
	c->heard_ms = uv_now(c->port.s->in.loop);
	if (!frame6587_open(&c->frame))
		c->since_ms = 0;
	else if (c->since_ms == 0)
		c->since_ms = c->heard_ms;
}

static void
conn_serve(struct syslog_port *p)
{
	struct syslog_conn *c = (struct syslog_conn *)p;
	struct syslog *s = p->s;
	uint64_t until = uv_hrtime() + SYSLOG_SLICE_NS;
	size_t sum = 0;
	ssize_t n;

	do {
		n = recv(p->fd, s->rx, SYSLOG_READ, MSG_DONTWAIT);
		if (n < 0 && !p->broken && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0) {
			syslog_conn_close(c, false);
			return;
		}
		syslog_stamp(s);
		if (!(c->tls != NULL ? conn_take_tls(c, s->rx, (size_t)n) : conn_take(c, s->rx, (size_t)n)))
			return;
		conn_mark(c);
		sum += (size_t)n;
	} while ((n == SYSLOG_READ || p->broken) && !s->in.paused && sum < SYSLOG_TURN && uv_hrtime() < until);
	if (p->broken && !s->in.paused)
		syslog_queue(p);
}

/* Is there a place for one more from here? */
static bool
conn_may_come(const struct syslog *s, const struct endpoint *from)
{
	unsigned same = 0,
		 most = from->family == 0 || syslog_is_loopback(from) ? s->lim.conns_local : s->lim.conns_addr;

	if (s->n_conns >= s->lim.conns || !syslog_allowed(s, from))
		return false;
	if (s->carrier == SYSLOG_TLS &&
	    (s->n_shaking >= s->lim.handshakes || s->purse.max - s->purse.used < SYSLOG_TLS_COST))
		return false;
	for (unsigned i = 0; i < s->n_conns; i++)
		same += from->family == s->conns[i]->from.family && endpoint_same_host(from, &s->conns[i]->from);
	return same < most;
}

static bool
conn_start(struct syslog *s, struct syslog_conn *c)
{
	if (s->carrier == SYSLOG_TLS) {
		c->tls = tls_new(s->tls);
		if (c->tls == NULL)
			return false;
	}
	if (uv_poll_init(s->in.loop, &c->port.poll, c->port.fd) != 0)
		return false;
	c->port.poll.data = c;
	c->port.open = true;
	s->handles++;
	if (c->tls != NULL) {
		s->purse.used += SYSLOG_TLS_COST;
		c->shaking = true;
		s->n_shaking++;
	}
	frame6587_init(&c->frame, &s->purse, c->tls != NULL);
	c->origin = syslog_origin_new(s);
	c->born_ms = c->heard_ms = uv_now(s->in.loop);
	c->index = s->n_conns;
	s->conns[s->n_conns++] = c;
	s->in.st.connected++;
	s->in.st.senders = s->n_conns;
	return true;
}

static void
conn_come(struct syslog *s, int fd, const struct sockaddr_storage *ss)
{
	struct syslog_conn *c;
	struct endpoint from;

	syslog_endpoint(&from, ss);
	c = conn_may_come(s, &from) ? mem_zalloc(sizeof *c) : NULL;
	if (c != NULL) {
		c->port.s = s;
		c->port.fd = fd;
		c->port.serve = conn_serve;
		c->from = from;
		if (conn_start(s, c)) {
			if (!s->in.paused && uv_poll_start(&c->port.poll, UV_READABLE, syslog_readable) != 0)
				syslog_conn_close(c, true);
			return;
		}
		tls_free(c->tls);
		mem_free(c);
	}
	s->in.st.refused++;
	(void)close(fd);
}

/*
 * No descriptor is left.  The one kept for this is given up to take the connection and end it, or the loop would be
 * told of it again and again.  0, -EAGAIN when nobody waits (which accept4 looks at last), or another negative errno
 * when that does not help.
 */
static int
conn_starved(struct syslog *s, struct syslog_port *p)
{
	int fd, err;

	if (s->spare < 0)
		return -EMFILE;
	(void)close(s->spare);
	fd = accept4(p->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	err = fd >= 0 ? 0 : -errno;
	if (fd >= 0) {
		s->in.st.refused++;
		(void)close(fd);
	}
	s->spare = fcntl(p->fd, F_DUPFD_CLOEXEC, 0);
	return err;
}

/* It is not asked for until the next tick. */
static void
conn_rest(struct syslog_listener *l)
{
	(void)uv_poll_stop(&l->port.poll);
	l->resting = true;
}

void
syslog_accept(struct syslog_port *p)
{
	struct syslog *s = p->s;

	for (unsigned i = 0; i < CONN_ACCEPTS; i++) {
		struct sockaddr_storage ss = { .ss_family = AF_UNSPEC };
		socklen_t len = sizeof ss;
		int fd = accept4(p->fd, (struct sockaddr *)&ss, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0) {
			conn_come(s, fd, &ss);
		} else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
			int err = conn_starved(s, p);

			if (err == 0)
				continue;
			if (err != -EAGAIN)
				conn_rest((struct syslog_listener *)p);
			return;
		} else if (errno != ECONNABORTED && errno != EINTR) {
			return;
		}
	}
}

/* A NUL may have been the end of a message: when nothing follows it was. */
static void
conn_settle(struct syslog_conn *c)
{
	struct syslog *s = c->port.s;
	struct frame6587_record record;

	if (!frame6587_settle(&c->frame, &record))
		return;
	syslog_stamp(s);
	syslog_deliver(s, c->origin, &c->from, &record);
}

static void
conn_tick(struct syslog_conn *c, uint64_t now_ms)
{
	const struct syslog_limits *lim = &c->port.s->lim;

	/* It has something to say: not its silence is to blame (this process may have been stopped for a while). */
	if (c->port.queued)
		return;
	if (c->shaking) {
		if (now_ms - c->born_ms >= lim->handshake_ms)
			syslog_conn_close(c, true);
		return;
	}
	if (now_ms - c->heard_ms >= lim->settle_ms)
		conn_settle(c);
	if (!frame6587_open(&c->frame))
		c->since_ms = 0;
	else if (c->since_ms != 0 && now_ms - c->since_ms >= lim->frame_ms)
		syslog_conn_close(c, true);
}

void
syslog_conns_tick(struct syslog *s)
{
	uint64_t now_ms = uv_now(s->in.loop);

	/* While they are not read, no silence is theirs. */
	if (s->in.paused)
		return;
	/* One that closes gives its place to the last, which was looked at. */
	for (unsigned i = s->n_conns; i > 0; i--)
		conn_tick(s->conns[i - 1], now_ms);
}

void
syslog_conns_pause(struct syslog *s, bool pause)
{
	uint64_t now_ms = uv_now(s->in.loop);

	for (unsigned i = 0; i < s->n_conns; i++) {
		struct syslog_conn *c = s->conns[i];

		if (pause) {
			syslog_unqueue(&c->port);
			(void)uv_poll_stop(&c->port.poll);
			continue;
		}
		(void)uv_poll_start(&c->port.poll, UV_READABLE, syslog_readable);
		c->born_ms = now_ms;
		if (c->since_ms != 0)
			c->since_ms = now_ms;
	}
}
