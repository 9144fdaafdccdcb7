/*
 * syslog - receivers of syslog over UDP, TCP, TLS and unix sockets (RFC 3164, RFC 5424 to 5426, RFC 6587): each message
 * whole, as a text.  What is in it is nobody's business here.
 *
 * Know: sockets are our own and libuv only polls them: uv_udp_t hides what the kernel dropped, and libuv has no unix
 * datagrams.  Everything here is read by anybody who can send: limits first, then bytes.
 */
#include "syslog_int.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "sipwhy/mem.h"

void
syslog_queue(struct syslog_port *p)
{
	if (p->queued)
		return;
	p->queued = true;
	p->next = NULL;
	*p->s->last = p;
	p->s->last = &p->next;
}

void
syslog_unqueue(struct syslog_port *p)
{
	struct syslog_port **at = &p->s->first;

	if (!p->queued)
		return;
	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	if (p->s->last == &p->next)
		p->s->last = at;
	p->queued = false;
}

void
syslog_readable(uv_poll_t *h, int status, int events)
{
	struct syslog_port *p = h->data;

	(void)events;
	/* libuv stops a handle whose socket has an error; that of a listener passes, a connection is over. */
	if (status < 0 && (p->serve == syslog_accept || p->serve == syslog_receive))
		((struct syslog_listener *)p)->resting = true;
	else if (status < 0)
		p->broken = true;
	syslog_queue(p);
}

void
syslog_stamp(struct syslog *s)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_REALTIME, &ts) == 0)
		s->now_ns = (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

uint32_t
syslog_origin_new(struct syslog *s)
{
	if (++s->origin == 0)
		s->origin = 1;
	return s->origin;
}

void
syslog_deliver(struct syslog *s, uint32_t origin, const struct endpoint *from, const struct frame6587_record *record)
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

void
syslog_origin_ends(struct syslog *s, uint32_t origin)
{
	if (!s->in.closing)
		input_text_end(&s->in, origin);
}

bool
syslog_allowed(const struct syslog *s, const struct endpoint *from)
{
	return s->allow == NULL || peers_find(s->allow, from) != NULL;
}

bool
syslog_is_loopback(const struct endpoint *e)
{
	static const uint8_t one[16] = { [15] = 1 };

	return e->family == 4 ? e->addr[0] == 127 : e->family == 6 && memcmp(e->addr, one, sizeof one) == 0;
}

void
syslog_endpoint(struct endpoint *out, const struct sockaddr_storage *ss)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)ss;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)ss;

	*out = (struct endpoint){ .family = 0 };
	if (ss->ss_family == AF_INET) {
		out->family = 4;
		out->port = ntohs(in->sin_port);
		memcpy(out->addr, &in->sin_addr, 4);
	} else if (ss->ss_family == AF_INET6) {
		out->family = 6;
		out->port = ntohs(in6->sin6_port);
		memcpy(out->addr, &in6->sin6_addr, 16);
	}
}

static void
syslog_free(struct syslog *s)
{
	for (unsigned i = 0; i < s->n_listeners; i++)
		(void)close(s->listener[i].port.fd);
	if (s->spare >= 0)
		(void)close(s->spare);
	syslog_batch_free(s->batch);
	syslog_senders_free(s->senders);
	tls_ctx_free(s->tls);
	mem_free(s->rx);
	mem_free(s->plain);
	mem_free(s);
}

void
syslog_handle_closed(struct syslog *s)
{
	if (--s->handles == 0)
		syslog_free(s);
}

/* Memory of its carrier, got at once so that a lack of it is told at the start. */
static int
syslog_furnish(struct syslog *s)
{
	bool streams = s->carrier != SYSLOG_UDP && s->carrier != SYSLOG_UNIX;

	if (!streams) {
		s->batch = syslog_batch_new();
		s->senders = syslog_senders_new();
		return s->batch != NULL && s->senders != NULL ? 0 : -ENOMEM;
	}
	s->spare = fcntl(s->listener[0].port.fd, F_DUPFD_CLOEXEC, 0);
	s->rx = mem_alloc(SYSLOG_READ);
	if (s->carrier == SYSLOG_TLS)
		s->plain = mem_alloc(SYSLOG_READ);
	return s->rx != NULL && (s->carrier != SYSLOG_TLS || s->plain != NULL) ? 0 : -ENOMEM;
}

static int
syslog_open(struct input **out, const struct input_cfg *cfg, struct errmsg *em)
{
	struct syslog *s = mem_zalloc(sizeof *s);
	int err;

	if (s == NULL)
		return errmsg_set(em, -ENOMEM, "%.80s: memory is short", cfg->arg);
	input_init(&s->in, &input_syslog_ops, cfg, cfg->arg);
	s->spare = -1;
	s->last = &s->first;
	s->purse.max = SYSLOG_MEMORY;
	s->lim = (struct syslog_limits){ SYSLOG_CONNS, SYSLOG_CONNS_ADDR, SYSLOG_CONNS_LOCAL, SYSLOG_HANDSHAKES,
		SYSLOG_HANDSHAKE_MS, SYSLOG_FRAME_MS, SYSLOG_SETTLE_MS, SYSLOG_TICK_MS };
	err = syslog_bind(s, cfg, em);
	if (err == 0 && (err = syslog_furnish(s)) != 0)
		(void)errmsg_set(em, err, "%.80s: memory is short", cfg->arg);
	if (err != 0) {
		syslog_free(s);
		return err;
	}
	*out = &s->in;
	return 0;
}

/* What the kernel dropped because nobody read in time. */
static void
syslog_stats(struct input *in)
{
	struct syslog *s = (struct syslog *)in;

	for (unsigned i = 0; s->carrier == SYSLOG_UDP && i < s->n_listeners; i++) {
		uint32_t info[SK_MEMINFO_VARS] = { 0 };
		socklen_t len = sizeof info;

		if (getsockopt(s->listener[i].port.fd, SOL_SOCKET, SO_MEMINFO, info, &len) != 0 || len < sizeof info)
			continue;
		in->st.kernel_drops += info[SK_MEMINFO_DROPS] - s->listener[i].drops;
		s->listener[i].drops = info[SK_MEMINFO_DROPS];
	}
}

/* After the loop has said who can be read. */
static void
syslog_serve(uv_check_t *h)
{
	struct syslog *s = h->data;
	uint64_t until;

	if (s->first == NULL)
		return;
	until = uv_hrtime() + SYSLOG_SLICE_NS;
	do {
		struct syslog_port *p = s->first;

		syslog_unqueue(p);
		p->serve(p);
	} while (s->first != NULL && uv_hrtime() < until);
	input_batch(&s->in);
}

static void
syslog_tick(uv_timer_t *h)
{
	struct syslog *s = h->data;

	input_become(&s->in, INPUT_READING, "");
	for (unsigned i = 0; i < s->n_listeners; i++)
		if (s->listener[i].resting) {
			s->listener[i].resting = false;
			(void)uv_poll_start(&s->listener[i].port.poll, UV_READABLE, syslog_readable);
		}
	syslog_conns_tick(s);
	syslog_stats(&s->in);
}

static int
syslog_listen(struct syslog *s, struct syslog_listener *l)
{
	int rc = uv_poll_init(s->in.loop, &l->port.poll, l->port.fd);

	if (rc != 0)
		return rc;
	s->handles++;
	l->port.open = true;
	l->port.s = s;
	l->port.poll.data = &l->port;
	return uv_poll_start(&l->port.poll, UV_READABLE, syslog_readable);
}

static int
syslog_start(struct input *in, struct errmsg *em)
{
	struct syslog *s = (struct syslog *)in;
	int rc = 0;

	if (in->sink.text == NULL)
		return errmsg_set(em, -EINVAL, "%s: nobody here reads logs", in->name);
	(void)uv_check_init(in->loop, &s->check);
	(void)uv_timer_init(in->loop, &s->tick);
	s->check.data = s->tick.data = s;
	s->handles = 2;
	(void)uv_check_start(&s->check, syslog_serve);
	(void)uv_timer_start(&s->tick, syslog_tick, 0, s->lim.tick_ms);
	for (unsigned i = 0; rc == 0 && i < s->n_listeners; i++)
		rc = syslog_listen(s, &s->listener[i]);
	return rc == 0 ? 0 : errmsg_set(em, rc, "%s cannot be polled: %s", in->name, uv_strerror(rc));
}

/* Back-pressure is for connections; datagrams wait in the kernel's buffer or are lost, whoever reads them. */
static void
syslog_pause(struct input *in)
{
	syslog_conns_pause((struct syslog *)in, in->paused);
}

static void
syslog_closed(uv_handle_t *h)
{
	syslog_handle_closed(h->data);
}

static void
syslog_port_closed(uv_handle_t *h)
{
	syslog_handle_closed(((struct syslog_port *)h->data)->s);
}

static void
syslog_close(struct input *in)
{
	struct syslog *s = (struct syslog *)in;

	if (s->handles == 0) {
		syslog_free(s);
		return;
	}
	while (s->n_conns > 0)
		syslog_conn_close(s->conns[s->n_conns - 1], false);
	for (unsigned i = 0; i < s->n_listeners; i++)
		if (s->listener[i].port.open)
			uv_close((uv_handle_t *)&s->listener[i].port.poll, syslog_port_closed);
	uv_close((uv_handle_t *)&s->check, syslog_closed);
	uv_close((uv_handle_t *)&s->tick, syslog_closed);
}

const struct input_ops input_syslog_ops = {
	.open = syslog_open,
	.start = syslog_start,
	.pause = syslog_pause,
	.stats = syslog_stats,
	.close = syslog_close,
	.live = true,
};
