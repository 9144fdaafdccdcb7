/*
 * receiver_conn - connections of a receiver: TCP, TLS and unix stream sockets.  Where a message begins and ends in them
 * is its dialect's to know.
 *
 * Know: a connection costs nothing while it is silent, and what it may hold of an unfinished message is bounded for
 * each and for all.  Silent connections are kept: senders are idle by nature.  A message that began and does not end is
 * not.
 */
#include "receiver_int.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sipwhy/mem.h"

enum { CONN_ACCEPTS = 64 };

static const char conn_no_room[] = "room is short here";

static void
conn_closed(uv_handle_t *h)
{
	struct receiver_conn *c = h->data;
	struct receiver *s = c->port.s;

	mem_free(c);
	receiver_handle_closed(s);
}

static void
conn_forget(struct receiver *s, struct receiver_conn *c)
{
	s->conns[c->index] = s->conns[--s->n_conns];
	s->conns[c->index]->index = c->index;
	s->in.st.senders = s->n_conns;
	if (c->shaking)
		s->n_shaking--;
	if (c->tls != NULL)
		s->purse.used -= RECEIVER_TLS_COST;
}

void
receiver_conn_close(struct receiver_conn *c, const char *why)
{
	struct receiver *s = c->port.s;

	if (why != NULL) {
		s->in.st.closed++;
		receiver_turn_away(s, &c->from, why);
		s->turned_shaking = c->shaking;
	}
	receiver_unqueue(&c->port);
	s->dialect->stream->end(c, !s->in.closing);
	conn_forget(s, c);
	tls_free(c->tls);
	uv_close((uv_handle_t *)&c->port.poll, conn_closed);
	(void)close(c->port.fd);
}

bool
receiver_conn_make_room(struct receiver_conn *c)
{
	struct receiver *s = c->port.s;
	size_t (*held)(const struct receiver_conn *) = s->dialect->stream->held;
	struct receiver_conn *most = c;

	for (unsigned i = 0; i < s->n_conns; i++)
		if (held(s->conns[i]) > held(most))
			most = s->conns[i];
	receiver_conn_close(most, "it held most when room was short");
	return most != c;
}

/* Somebody who set up both ends the wrong way round will look here. */
static void
conn_speaks_tls(struct receiver *s)
{
	struct errmsg em;

	if (s->tls_told)
		return;
	s->tls_told = true;
	(void)errmsg_set(
	    &em, 0, "%s: a sender speaks TLS here and is turned away; tls:ADDR:PORT takes TLS", s->in.name);
	input_say(&s->in, em.text);
}

/* One record, which nobody gets. */
void
receiver_conn_bad(struct receiver_conn *c, bool tls)
{
	struct receiver *s = c->port.s;

	s->in.st.bad_frames++;
	s->in.st.frames++;
	s->in.st.skipped++;
	if (tls)
		conn_speaks_tls(s);
	receiver_conn_close(c, tls ? "it speaks TLS, which this port does not" : "framing that makes no sense");
}

static bool
conn_take(struct receiver_conn *c, const uint8_t *p, size_t n)
{
	return c->port.s->dialect->stream->take(c, p, n);
}

static bool
conn_open(const struct receiver_conn *c)
{
	return c->port.s->dialect->stream->open(c);
}

/* Send what TLS has to say: a few KiB in all.  A peer that does not take that is not waited for: false. */
static bool
conn_write(struct receiver_conn *c)
{
	uint8_t out[4096];
	size_t n;

	while ((n = tls_out(c->tls, out, sizeof out)) > 0)
		if (send(c->port.fd, out, n, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)n)
			return false;
	return true;
}

static void
conn_shaken(struct receiver_conn *c)
{
	if (!c->shaking || !tls_ready(c->tls))
		return;
	c->shaking = false;
	c->port.s->n_shaking--;
}

/* Bytes of the network to plain bytes.  False when the connection is gone. */
static bool
conn_take_tls(struct receiver_conn *c, const uint8_t *p, size_t n)
{
	struct receiver *s = c->port.s;
	enum tls_verdict v = tls_push(c->tls, p, n) ? TLS_DATA : TLS_FAILED;
	size_t got;

	while (v == TLS_DATA) {
		v = tls_read(c->tls, s->plain, RECEIVER_READ, &got);
		conn_shaken(c);
		if (v == TLS_DATA && !conn_take(c, s->plain, got))
			return false;
	}
	if (v == TLS_ENDED)
		tls_close(c->tls);
	if (!conn_write(c) || v != TLS_MORE) {
		receiver_conn_close(c,
		    v == TLS_FAILED      ? tls_reason(c->tls)
			: v != TLS_ENDED ? "it takes no answer"
					 : NULL);
		return false;
	}
	return true;
}

/* The time of the message at hand runs from its first byte. */
static void
conn_mark(struct receiver_conn *c)
{
	c->heard_ms = uv_now(c->port.s->in.loop);
	if (!conn_open(c))
		c->since_ms = 0;
	else if (c->since_ms == 0)
		c->since_ms = c->heard_ms;
}

static void
conn_serve(struct receiver_port *p)
{
	struct receiver_conn *c = (struct receiver_conn *)p;
	struct receiver *s = p->s;
	uint64_t until = uv_hrtime() + RECEIVER_SLICE_NS;
	size_t sum = 0;
	ssize_t n;

	do {
		n = recv(p->fd, s->rx, RECEIVER_READ, MSG_DONTWAIT);
		if (n < 0 && !p->broken && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0) {
			receiver_conn_close(c, NULL);
			return;
		}
		receiver_stamp(s);
		if (!(c->tls != NULL ? conn_take_tls(c, s->rx, (size_t)n) : conn_take(c, s->rx, (size_t)n)))
			return;
		conn_mark(c);
		sum += (size_t)n;
	} while ((n == RECEIVER_READ || p->broken) && !s->in.paused && sum < RECEIVER_TURN && uv_hrtime() < until);
	if (p->broken && !s->in.paused)
		receiver_queue(p);
}

/* What keeps one more from here out: static words, NULL nothing. */
static const char *
conn_objection(const struct receiver *s, const struct endpoint *from)
{
	unsigned same = 0,
		 most = from->family == 0 || receiver_is_loopback(from) ? s->lim.conns_local : s->lim.conns_addr;

	if (!receiver_allowed(s, from))
		return RECEIVER_NOT_ALLOWED;
	if (s->n_conns >= s->lim.conns)
		return "too many connections at once";
	if (s->carrier == RECEIVER_TLS && s->n_shaking >= s->lim.handshakes)
		return "too many TLS handshakes at once";
	if (s->carrier == RECEIVER_TLS && s->purse.max - s->purse.used < RECEIVER_TLS_COST)
		return conn_no_room;
	for (unsigned i = 0; i < s->n_conns; i++)
		same += from->family == s->conns[i]->from.family && endpoint_same_host(from, &s->conns[i]->from);
	return same < most ? NULL : "too many connections from there at once";
}

static bool
conn_start(struct receiver *s, struct receiver_conn *c)
{
	if (s->carrier == RECEIVER_TLS) {
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
		s->purse.used += RECEIVER_TLS_COST;
		c->shaking = true;
		s->n_shaking++;
	}
	s->dialect->stream->begin(c);
	c->born_ms = c->heard_ms = uv_now(s->in.loop);
	c->index = s->n_conns;
	s->conns[s->n_conns++] = c;
	s->in.st.connected++;
	s->in.st.senders = s->n_conns;
	return true;
}

/* Where it arrived; a listener on all addresses does not say. */
static void
conn_here(struct receiver_conn *c)
{
	struct sockaddr_storage ss = { .ss_family = AF_UNSPEC };
	socklen_t len = sizeof ss;

	if (getsockname(c->port.fd, (struct sockaddr *)&ss, &len) == 0)
		sockaddr_endpoint(&c->to, (const struct sockaddr *)&ss);
}

static void
conn_come(struct receiver *s, int fd, const struct sockaddr_storage *ss)
{
	struct receiver_conn *c;
	struct endpoint from;
	const char *why;

	sockaddr_endpoint(&from, (const struct sockaddr *)ss);
	why = conn_objection(s, &from);
	c = why == NULL ? mem_zalloc(sizeof *c) : NULL;
	if (c != NULL) {
		c->port.s = s;
		c->port.fd = fd;
		c->port.serve = conn_serve;
		c->from = from;
		conn_here(c);
		if (conn_start(s, c)) {
			if (!s->in.paused && uv_poll_start(&c->port.poll, UV_READABLE, receiver_readable) != 0)
				receiver_conn_close(c, conn_no_room);
			return;
		}
		tls_free(c->tls);
		mem_free(c);
	}
	s->in.st.refused++;
	receiver_turn_away(s, &from, why != NULL ? why : conn_no_room);
	(void)close(fd);
}

/*
 * No descriptor is left.  The one kept for this is given up to take the connection and end it, or the loop would be
 * told of it again and again.  0, -EAGAIN when nobody waits (which accept4 looks at last), or another negative errno
 * when that does not help.
 */
static int
conn_starved(struct receiver *s, struct receiver_port *p)
{
	struct sockaddr_storage ss = { .ss_family = AF_UNSPEC };
	socklen_t len = sizeof ss;
	struct endpoint from;
	int fd, err;

	if (s->spare < 0)
		return -EMFILE;
	(void)close(s->spare);
	fd = accept4(p->fd, (struct sockaddr *)&ss, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
	err = fd >= 0 ? 0 : -errno;
	if (fd >= 0) {
		s->in.st.refused++;
		sockaddr_endpoint(&from, (const struct sockaddr *)&ss);
		receiver_turn_away(s, &from, "no descriptor is left");
		(void)close(fd);
	}
	s->spare = fcntl(p->fd, F_DUPFD_CLOEXEC, 0);
	return err;
}

/* It is not asked for until the next tick. */
static void
conn_rest(struct receiver_listener *l)
{
	(void)uv_poll_stop(&l->port.poll);
	l->resting = true;
}

void
receiver_accept(struct receiver_port *p)
{
	struct receiver *s = p->s;

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
				conn_rest((struct receiver_listener *)p);
			return;
		} else if (errno != ECONNABORTED && errno != EINTR) {
			return;
		}
	}
}

static void
conn_tick(struct receiver_conn *c, uint64_t now_ms)
{
	const struct receiver_limits *lim = &c->port.s->lim;

	/* It has something to say: not its silence is to blame (this process may have been stopped for a while). */
	if (c->port.queued)
		return;
	if (c->shaking) {
		if (now_ms - c->born_ms >= lim->handshake_ms)
			receiver_conn_close(c, "it takes too long");
		return;
	}
	if (now_ms - c->heard_ms >= lim->settle_ms && c->port.s->dialect->stream->settle != NULL)
		c->port.s->dialect->stream->settle(c);
	if (!conn_open(c))
		c->since_ms = 0;
	else if (c->since_ms != 0 && now_ms - c->since_ms >= lim->frame_ms)
		receiver_conn_close(c, "a message without end");
}

void
receiver_conns_tick(struct receiver *s)
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
receiver_conns_pause(struct receiver *s, bool pause)
{
	uint64_t now_ms = uv_now(s->in.loop);

	for (unsigned i = 0; i < s->n_conns; i++) {
		struct receiver_conn *c = s->conns[i];

		if (pause) {
			receiver_unqueue(&c->port);
			(void)uv_poll_stop(&c->port.poll);
			continue;
		}
		(void)uv_poll_start(&c->port.poll, UV_READABLE, receiver_readable);
		c->born_ms = now_ms;
		if (c->since_ms != 0)
			c->since_ms = now_ms;
	}
}
