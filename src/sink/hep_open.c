/*
 * hep_open - where HEP goes: what "udp:HOST:PORT" and its like mean, the address behind a name, the socket.
 *
 * Know: names are asked for and files are read here, before rights are dropped; afterwards nothing is.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sink/hep_int.h"
#include "sipwhy/mem.h"
#include "sipwhy/tls.h"

enum {
	OPEN_QUEUE = 64 << 10,
	OPEN_CIPHER_MAX = 256 << 10,
	OPEN_SNDBUF = 4 << 20, /* the kernel grants what net.core.wmem_max allows */
	OPEN_TIMEOUT_MS = 20000,
	OPEN_SHOWN = 100
};

static const char *const open_schemes[HEP_CARRIER_N] = { "udp", "tcp", "tls" };

static int
open_none(const char *where, struct errmsg *em)
{
	return errmsg_set(em, -EINVAL,
	    "\"%.*s\" is no place to send HEP to: udp:HOST:PORT, tcp:HOST:PORT or tls:HOST:PORT, with HOST a name, an "
	    "IPv4 address or [IPv6]; without a port it is 9060",
	    OPEN_SHOWN, where);
}

static bool
open_port(struct slice text, uint16_t *port)
{
	uint64_t n;

	if (slice_u64(text, UINT16_MAX, &n) != 0 || n == 0)
		return false;
	*port = (uint16_t)n;
	return true;
}

/* HOST, HOST:PORT, [IPv6]:PORT; an IPv6 address without brackets has no port behind it. */
static bool
open_host(struct slice rest, char *host, size_t cap, uint16_t *port)
{
	struct slice name;
	struct endpoint e;
	uint64_t n;

	*port = HEP_PORT;
	if (endpoint_parse(rest, false, &e)) {
		*port = e.port != 0 ? e.port : HEP_PORT;
		(void)endpoint_format(host, cap, &e, false);
		return true;
	}
	name = slice_cut(&rest, ':');
	if (rest.p != NULL && !open_port(rest, port))
		return false;
	/* A port alone would be taken for an address. */
	if (name.n == 0 || name.n >= cap || slice_u64(name, UINT64_MAX, &n) == 0)
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] <= ' ' || name.p[i] > '~' || strchr("[]/,@", name.p[i]) != NULL)
			return false;
	(void)slice_copy(host, cap, name);
	return true;
}

static int
open_place(struct sink_hep *h, const char *where, uint16_t *port, struct errmsg *em)
{
	struct slice rest = slice_str(where), scheme = slice_cut(&rest, ':');
	unsigned i = 0;

	while (i < HEP_CARRIER_N && !slice_eq(scheme, slice_str(open_schemes[i])))
		i++;
	if (i == HEP_CARRIER_N || rest.p == NULL || !open_host(rest, h->host, sizeof h->host, port))
		return open_none(where, em);
	h->carrier = (enum hep_carrier)i;
	return 0;
}

int
sink_hep_judge(const char *where, struct errmsg *em)
{
	struct sink_hep h;
	uint16_t port;

	return open_place(&h, where, &port, em);
}

/* The first address that a name has. */
static int
open_resolve(struct sink_hep *h, uint16_t port, struct errmsg *em)
{
	struct addrinfo want = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM, .ai_flags = AI_ADDRCONFIG }, *list;
	int rc;

	if (endpoint_parse(slice_str(h->host), false, &h->to)) {
		h->to.port = port;
		return 0;
	}
	rc = getaddrinfo(h->host, NULL, &want, &list);
	if (rc != 0)
		return errmsg_set(em, -ENOENT, "can't find the address of %.*s to send HEP to: %s", OPEN_SHOWN, h->host,
		    gai_strerror(rc));
	h->to.family = 0;
	for (const struct addrinfo *a = list; a != NULL && h->to.family == 0; a = a->ai_next)
		sockaddr_endpoint(&h->to, a->ai_addr);
	h->to.port = port;
	freeaddrinfo(list);
	return h->to.family != 0 ? 0
				 : errmsg_set(em, -ENOENT, "%.*s has no address to send HEP to", OPEN_SHOWN, h->host);
}

static void
open_tune(int fd, bool stream)
{
	static const int on = 1, wanted = OPEN_SNDBUF, timeout_ms = OPEN_TIMEOUT_MS;

	if (!stream) {
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &wanted, sizeof wanted);
		return;
	}
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout_ms, sizeof timeout_ms);
}

static int
open_socket(struct sink_hep *h, struct errmsg *em)
{
	bool stream = h->carrier != HEP_UDP;
	struct sockaddr_storage ss;
	socklen_t len = sockaddr_make(&ss, &h->to);

	h->fd = socket(ss.ss_family, (stream ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (h->fd < 0)
		return errmsg_set(em, -errno, "can't make a socket for %s: %s", h->name, strerror(errno));
	open_tune(h->fd, stream);
	/* Connected, it hears that nobody listens. */
	if (!stream && connect(h->fd, (struct sockaddr *)&ss, len) != 0)
		return errmsg_set(em, -errno, "can't send HEP to %s: %s", h->name, strerror(errno));
	return 0;
}

static int
open_all(struct sink_hep *h, struct errmsg *em)
{
	char text[ENDPOINT_TEXT];
	uint16_t port;
	int err = open_place(h, h->cfg.where, &port, em);

	if (err == 0 && h->cfg.to.family != 0)
		h->to = h->cfg.to;
	else if (err == 0)
		err = open_resolve(h, port, em);
	if (err != 0)
		return err;
	(void)snprintf(h->name, sizeof h->name, "%s:%s", open_schemes[h->carrier],
	    endpoint_format(text, sizeof text, &h->to, true));
	if (h->carrier == HEP_TLS && h->cfg.ca == NULL)
		return errmsg_set(em, -EINVAL,
		    "%s needs the authority that signed the collector's certificate, or that "
		    "certificate",
		    h->name);
	if (h->carrier == HEP_TLS)
		err = tls_client_ctx_new(&h->tls_ctx, h->cfg.ca, em);
	return err != 0 ? err : open_socket(h, em);
}

int
sink_hep_open(struct sink_hep **out, const struct sink_hep_cfg *cfg, struct errmsg *em)
{
	struct sink_hep *h = mem_zalloc(sizeof *h);
	int err;

	*out = NULL;
	if (h == NULL)
		return errmsg_set(em, -ENOMEM, "out of memory");
	h->cfg = *cfg;
	h->fd = -1;
	h->backoff_ms = HEP_BACKOFF_MS;
	buf_init(&h->one, HEP_PACKET_MAX + 1024);
	buf_init(&h->cipher, OPEN_CIPHER_MAX);
	h->queue = mem_alloc(OPEN_QUEUE);
	h->cap = OPEN_QUEUE;
	err = h->queue != NULL ? open_all(h, em) : errmsg_set(em, -ENOMEM, "out of memory");
	if (err != 0) {
		sink_hep_close(h);
		return err;
	}
	h->state = h->carrier == HEP_UDP ? HEP_UP : HEP_DOWN;
	*out = h;
	return 0;
}

const struct endpoint *
sink_hep_to(const struct sink_hep *h)
{
	return &h->to;
}

int
sink_hep_socket(const struct sink_hep *h)
{
	return h->carrier == HEP_UDP ? -1 : h->fd;
}

/* An address that a socket can be bound to is one of this machine's. */
static bool
open_is_here(const struct endpoint *e)
{
	struct endpoint any_port = *e;
	struct sockaddr_storage ss;
	socklen_t len;
	int fd, rc;

	any_port.port = 0;
	len = sockaddr_make(&ss, &any_port);
	fd = socket(ss.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	rc = fd >= 0 ? bind(fd, (struct sockaddr *)&ss, len) : -1;
	if (fd >= 0)
		(void)close(fd);
	return rc == 0;
}

bool
sink_hep_reaches(const struct sink_hep *h, bool stream, const struct endpoint *listener)
{
	static const uint8_t any[16];

	if (stream != (h->carrier != HEP_UDP) || listener->port != h->to.port || listener->family != h->to.family)
		return false;
	return endpoint_same_host(&h->to, listener) ||
	    (memcmp(listener->addr, any, sizeof any) == 0 && open_is_here(&h->to)) ||
	    /* To nowhere is to here. */
	    (memcmp(h->to.addr, any, sizeof any) == 0 && open_is_here(listener));
}
