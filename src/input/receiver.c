/*
 * receiver - what others send over UDP, TCP, TLS and unix sockets: syslog as texts, mirrored SIP as frames.  Which of
 * these it is says its dialect; what is in them is nobody's business here.
 *
 * Know: sockets are our own and libuv only polls them: uv_udp_t hides what the kernel dropped, and libuv has no unix
 * datagrams.  Everything here is read by anybody who can send: limits first, then bytes.
 */
#include "receiver_int.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "sipwhy/mem.h"

void
receiver_queue(struct receiver_port *p)
{
	if (p->queued)
		return;
	p->queued = true;
	p->next = NULL;
	*p->s->last = p;
	p->s->last = &p->next;
}

void
receiver_unqueue(struct receiver_port *p)
{
	struct receiver_port **at = &p->s->first;

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
receiver_readable(uv_poll_t *h, int status, int events)
{
	struct receiver_port *p = h->data;

	(void)events;
	/* libuv stops a handle whose socket has an error; that of a listener passes, a connection is over. */
	if (status < 0 && (p->serve == receiver_accept || p->serve == receiver_receive))
		((struct receiver_listener *)p)->resting = true;
	else if (status < 0)
		p->broken = true;
	receiver_queue(p);
}

void
receiver_stamp(struct receiver *s)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_REALTIME, &ts) == 0)
		s->now_ns = (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

uint32_t
receiver_origin_new(struct receiver *s)
{
	if (++s->origin == 0)
		s->origin = 1;
	return s->origin;
}

void
receiver_origin_ends(struct receiver *s, uint32_t origin)
{
	if (!s->in.closing)
		input_text_end(&s->in, origin);
}

bool
receiver_allowed(const struct receiver *s, const struct endpoint *from)
{
	return s->allow == NULL || peers_find(s->allow, from) != NULL;
}

bool
receiver_is_loopback(const struct endpoint *e)
{
	static const uint8_t one[16] = { [15] = 1 };

	return e->family == 4 ? e->addr[0] == 127 : e->family == 6 && memcmp(e->addr, one, sizeof one) == 0;
}

void
receiver_turn_away(struct receiver *s, const struct endpoint *from, const char *why)
{
	s->turned = *from;
	s->turned_why = why;
	s->turned_shaking = false;
}

static void
receiver_free(struct receiver *s)
{
	for (unsigned i = 0; i < s->n_listeners; i++)
		(void)close(s->listener[i].port.fd);
	if (s->spare >= 0)
		(void)close(s->spare);
	receiver_batch_free(s->batch);
	receiver_senders_free(s->senders);
	tls_ctx_free(s->tls);
	mem_free(s->rx);
	mem_free(s->plain);
	mem_free(s);
}

void
receiver_handle_closed(struct receiver *s)
{
	if (--s->handles == 0)
		receiver_free(s);
}

/* Memory of its carrier, got at once so that a lack of it is told at the start. */
static int
receiver_furnish(struct receiver *s)
{
	bool streams = s->carrier != RECEIVER_UDP && s->carrier != RECEIVER_UNIX;

	if (!streams) {
		s->batch = receiver_batch_new();
		s->senders = receiver_senders_new();
		return s->batch != NULL && s->senders != NULL ? 0 : -ENOMEM;
	}
	s->spare = fcntl(s->listener[0].port.fd, F_DUPFD_CLOEXEC, 0);
	s->rx = mem_alloc(RECEIVER_READ);
	if (s->carrier == RECEIVER_TLS)
		s->plain = mem_alloc(RECEIVER_READ);
	return s->rx != NULL && (s->carrier != RECEIVER_TLS || s->plain != NULL) ? 0 : -ENOMEM;
}

static int
receiver_open(struct input **out, const struct input_cfg *cfg, struct errmsg *em)
{
	static const struct {
		const struct input_ops *ops;
		const struct receiver_dialect *dialect;
	} kinds[INPUT_KIND_N] = {
		[INPUT_SYSLOG] = { &input_syslog_ops, &receiver_syslog },
		[INPUT_MIRROR] = { &input_mirror_ops, &receiver_mirror },
		[INPUT_TZSP] = { &input_tzsp_ops, &receiver_tzsp },
	};
	struct receiver *s = mem_zalloc(sizeof *s);
	int err;

	if (s == NULL)
		return errmsg_set(em, -ENOMEM, "%.80s: memory is short", cfg->arg);
	input_init(&s->in, kinds[cfg->kind].ops, cfg, cfg->arg);
	s->dialect = kinds[cfg->kind].dialect;
	s->spare = -1;
	s->last = &s->first;
	s->purse.max = RECEIVER_MEMORY;
	s->lim = (struct receiver_limits){ RECEIVER_CONNS, RECEIVER_CONNS_ADDR, RECEIVER_CONNS_LOCAL,
		RECEIVER_HANDSHAKES, RECEIVER_HANDSHAKE_MS, RECEIVER_FRAME_MS, RECEIVER_SETTLE_MS, RECEIVER_TICK_MS };
	err = receiver_bind(s, cfg, em);
	if (err == 0 && (err = receiver_furnish(s)) != 0)
		(void)errmsg_set(em, err, "%.80s: memory is short", cfg->arg);
	if (err != 0) {
		receiver_free(s);
		return err;
	}
	*out = &s->in;
	return 0;
}

/* A flood of strangers costs no text each: it is made when somebody asks. */
static void
receiver_turned(struct receiver *s)
{
	char who[ENDPOINT_TEXT];

	if (s->turned_why == NULL)
		return;
	(void)snprintf(s->in.st.turned_away, sizeof s->in.st.turned_away, "%s: %s%s",
	    s->turned.family != 0 ? endpoint_format(who, sizeof who, &s->turned, false) : "a program of this machine",
	    s->turned_shaking ? "TLS handshake: " : "", s->turned_why);
	s->turned_why = NULL;
}

/* And what the kernel dropped because nobody read in time. */
static void
receiver_stats(struct input *in)
{
	struct receiver *s = (struct receiver *)in;

	receiver_turned(s);
	for (unsigned i = 0; s->carrier == RECEIVER_UDP && i < s->n_listeners; i++) {
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
receiver_serve(uv_check_t *h)
{
	struct receiver *s = h->data;
	uint64_t until;

	if (s->first == NULL)
		return;
	until = uv_hrtime() + RECEIVER_SLICE_NS;
	do {
		struct receiver_port *p = s->first;

		receiver_unqueue(p);
		p->serve(p);
	} while (s->first != NULL && uv_hrtime() < until);
	input_batch(&s->in);
}

static void
receiver_tick(uv_timer_t *h)
{
	struct receiver *s = h->data;

	input_become(&s->in, INPUT_READING, "");
	for (unsigned i = 0; i < s->n_listeners; i++)
		if (s->listener[i].resting) {
			s->listener[i].resting = false;
			(void)uv_poll_start(&s->listener[i].port.poll, UV_READABLE, receiver_readable);
		}
	receiver_conns_tick(s);
	receiver_stats(&s->in);
}

static int
receiver_listen(struct receiver *s, struct receiver_listener *l)
{
	int rc = uv_poll_init(s->in.loop, &l->port.poll, l->port.fd);

	if (rc != 0)
		return rc;
	s->handles++;
	l->port.open = true;
	l->port.s = s;
	l->port.poll.data = &l->port;
	return uv_poll_start(&l->port.poll, UV_READABLE, receiver_readable);
}

static int
receiver_start(struct input *in, struct errmsg *em)
{
	struct receiver *s = (struct receiver *)in;
	int rc = 0;

	if (s->dialect->link == 0 && in->sink.text == NULL)
		return errmsg_set(em, -EINVAL, "%s: nobody here reads logs", in->name);
	(void)uv_check_init(in->loop, &s->check);
	(void)uv_timer_init(in->loop, &s->tick);
	s->check.data = s->tick.data = s;
	s->handles = 2;
	(void)uv_check_start(&s->check, receiver_serve);
	(void)uv_timer_start(&s->tick, receiver_tick, 0, s->lim.tick_ms);
	for (unsigned i = 0; rc == 0 && i < s->n_listeners; i++)
		rc = receiver_listen(s, &s->listener[i]);
	return rc == 0 ? 0 : errmsg_set(em, rc, "%s cannot be polled: %s", in->name, uv_strerror(rc));
}

/* Back-pressure is for connections; datagrams wait in the kernel's buffer or are lost, whoever reads them. */
static void
receiver_pause(struct input *in)
{
	receiver_conns_pause((struct receiver *)in, in->paused);
}

static void
receiver_closed(uv_handle_t *h)
{
	receiver_handle_closed(h->data);
}

static void
receiver_port_closed(uv_handle_t *h)
{
	receiver_handle_closed(((struct receiver_port *)h->data)->s);
}

static void
receiver_close(struct input *in)
{
	struct receiver *s = (struct receiver *)in;

	if (s->handles == 0) {
		receiver_free(s);
		return;
	}
	while (s->n_conns > 0)
		receiver_conn_close(s->conns[s->n_conns - 1], NULL);
	for (unsigned i = 0; i < s->n_listeners; i++)
		if (s->listener[i].port.open)
			uv_close((uv_handle_t *)&s->listener[i].port.poll, receiver_port_closed);
	uv_close((uv_handle_t *)&s->check, receiver_closed);
	uv_close((uv_handle_t *)&s->tick, receiver_closed);
}

#define RECEIVER_OPS                                                                                                   \
	{                                                                                                              \
		.open = receiver_open, .start = receiver_start, .pause = receiver_pause, .stats = receiver_stats,      \
		.close = receiver_close, .live = true,                                                                 \
	}
const struct input_ops input_syslog_ops = RECEIVER_OPS;
const struct input_ops input_mirror_ops = RECEIVER_OPS;
const struct input_ops input_tzsp_ops = RECEIVER_OPS;
