/*
 * receiver_open - the sockets of a receiver: what "udp:ADDR:PORT" and its like mean, who may send, and bind(2).
 *
 * Know: all that needs a right or touches a file is done here, before rights are dropped.  Options of connections
 * (keepalive) are set on the listening socket, from which the kernel copies them.
 */
#include "receiver_int.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum {
	OPEN_BACKLOG = 1024,
	OPEN_KEEPIDLE_S = 60,
	OPEN_KEEPINTVL_S = 15,
	OPEN_KEEPCNT = 4,
	OPEN_UNIX_MASK = 0111 /* 0666 as /dev/log: who reaches the directory may write */
};

static const struct open_scheme {
	const char *name;
	bool stream;
} open_schemes[RECEIVER_CARRIER_N] = {
	[RECEIVER_UDP] = { "udp", false },
	[RECEIVER_TCP] = { "tcp", true },
	[RECEIVER_TLS] = { "tls", true },
	[RECEIVER_UNIX] = { "unix", false },
	[RECEIVER_UNIX_STREAM] = { "unix-stream", true },
};

static int
open_none(const struct receiver *s, const char *arg, struct errmsg *em)
{
	return errmsg_set(em, -EINVAL, "\"%.100s\" is no %s: %s", arg, s->dialect->what, s->dialect->forms);
}

/* IPv4 in IPv6's clothes cannot be bound by a socket that is for IPv6 alone. */
static void
open_unmap(struct endpoint *e)
{
	static const uint8_t mapped[12] = { [10] = 0xff, 0xff };

	if (e->family != 6 || memcmp(e->addr, mapped, sizeof mapped) != 0)
		return;
	memmove(e->addr, e->addr + sizeof mapped, 4);
	memset(e->addr + 4, 0, sizeof mapped);
	e->family = 4;
}

/* The address behind the scheme.  both: none was given, which means loopback of both families. */
static bool
open_address(struct endpoint *e, bool *both, struct slice rest, uint16_t port)
{
	uint64_t n = port;

	*both = rest.n == 0 || slice_u64(rest, UINT16_MAX, &n) == 0;
	if (*both) {
		*e = (struct endpoint){ .addr = { 127, 0, 0, 1 }, .port = (uint16_t)n, .family = 4 };
		return true;
	}
	if (!endpoint_parse(rest, false, e))
		return false;
	/* Port 0 that was said means any free one. */
	if (e->port == 0 &&
	    (rest.n < 2 || memcmp(rest.p + rest.n - 2, ":0", 2) != 0 || (e->family == 6 && rest.p[0] != '[')))
		e->port = port;
	open_unmap(e);
	return true;
}

static int
open_refused(const struct receiver *s, const char *where, uint16_t port, int err, struct errmsg *em)
{
	const char *scheme = open_schemes[s->carrier].name;

	switch (err) {
	case EACCES:
	case EPERM:
		return errmsg_set(em, -err, "no right to listen on %s:%.60s: run as root (sudo)%s", scheme, where,
		    port > 0 && port < 1024 ? ", or take a port above 1023 and let the senders forward to it" : "");
	case EADDRINUSE:
		return errmsg_set(em, -err,
		    "another program (%s?) listens on %s:%.60s: take another port and let it forward",
		    s->dialect->rival, scheme, where);
	case EADDRNOTAVAIL:
		return errmsg_set(em, -err, "this machine has not the address of %s:%.60s", scheme, where);
	default:
		return errmsg_set(em, -err, "can't listen on %s:%.60s: %s", scheme, where, strerror(err));
	}
}

/* The kernel gives twice what is asked, for what it needs beside the bytes.  Of several sockets the least is told. */
static void
open_buffer(struct receiver *s, int fd)
{
	int wanted = (int)(s->rcvbuf_mib << 20), got = 0;
	socklen_t len = sizeof got;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &wanted, sizeof wanted) != 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &wanted, sizeof wanted);
	if (getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &got, &len) != 0 || got <= 0)
		return;
	if (s->in.buffer_bytes == 0 || (uint64_t)got / 2 < s->in.buffer_bytes)
		s->in.buffer_bytes = (uint64_t)got / 2;
}

static void
open_tune(struct receiver *s, int fd, bool stream, bool v6)
{
	static const int on = 1, idle = OPEN_KEEPIDLE_S, gap = OPEN_KEEPINTVL_S, count = OPEN_KEEPCNT;

	if (v6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
	if (stream) {
		(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
		(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
		(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
		(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &gap, sizeof gap);
		(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof count);
	} else {
		open_buffer(s, fd);
	}
}

/* SO_REUSEADDR on a UDP socket would let a second receiver take the datagrams of the first one. */
static int
open_net(struct receiver *s, struct endpoint *e, struct errmsg *em)
{
	bool stream = open_schemes[s->carrier].stream;
	char where[ENDPOINT_TEXT];
	struct sockaddr_storage ss;
	socklen_t len = sockaddr_make(&ss, e);
	int fd = socket(ss.ss_family, (stream ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	(void)endpoint_format(where, sizeof where, e, true);
	if (fd < 0)
		return open_refused(s, where, e->port, errno, em);
	s->listener[s->n_listeners++].port.fd = fd;
	open_tune(s, fd, stream, e->family == 6);
	if (bind(fd, (struct sockaddr *)&ss, len) != 0 || (stream && listen(fd, OPEN_BACKLOG) != 0) ||
	    getsockname(fd, (struct sockaddr *)&ss, &len) != 0)
		return open_refused(s, where, e->port, errno, em);
	sockaddr_endpoint(e, (const struct sockaddr *)&ss);
	s->listener[s->n_listeners - 1].at = *e;
	return 0;
}

/* "0.0.0.0/0" is everybody too. */
static bool
open_lists_all(const struct peers *allow)
{
	const struct peers_row *row;

	for (size_t i = 0; (row = peers_at(allow, i)) != NULL; i++)
		if (row->bits == 0)
			return true;
	return false;
}

/* Who may send.  Loopback is for whoever is on this machine. */
static int
open_guard(struct receiver *s, const struct input_cfg *cfg, const struct endpoint *e, struct errmsg *em)
{
	if (receiver_is_loopback(e))
		return 0;
	s->in.st.open_to_all =
	    (cfg->allow_any || open_lists_all(cfg->allow)) && (s->carrier != RECEIVER_TLS || cfg->tls_ca == NULL);
	if (cfg->allow_any)
		return 0;
	if (peers_at(cfg->allow, 0) != NULL) {
		s->allow = cfg->allow;
		return 0;
	}
	if (s->carrier == RECEIVER_TLS && cfg->tls_ca != NULL)
		return 0;
	return errmsg_set(em, -EINVAL,
	    "%.80s would take what anybody sends who can reach it: say who may (--allow CIDR[,...] or --allow any), "
	    "or use tls: with certificates of the senders (--tls-ca FILE)",
	    cfg->arg);
}

/* IPv6 may be switched off; then IPv4 alone is loopback. */
static int
open_net_both(struct receiver *s, struct endpoint *e, struct errmsg *em)
{
	struct endpoint six = { .addr = { [15] = 1 }, .family = 6 };
	struct errmsg why = { "" };
	int err = open_net(s, e, em);

	if (err != 0)
		return err;
	six.port = e->port;
	err = open_net(s, &six, &why);
	if (err == -EAFNOSUPPORT || err == -EADDRNOTAVAIL) {
		if (err == -EADDRNOTAVAIL)
			(void)close(s->listener[--s->n_listeners].port.fd);
		return 0;
	}
	return err == 0 ? 0 : errmsg_set(em, err, "%s", why.text);
}

static int
open_internet(struct receiver *s, const struct input_cfg *cfg, struct slice rest, struct errmsg *em)
{
	const struct open_scheme *scheme = &open_schemes[s->carrier];
	char where[ENDPOINT_TEXT];
	struct endpoint e;
	bool both;
	int err;

	if (!open_address(&e, &both, rest, s->carrier == RECEIVER_TLS ? s->dialect->tls_port : s->dialect->port))
		return open_none(s, cfg->arg, em);
	if ((err = open_guard(s, cfg, &e, em)) != 0)
		return err;
	err = both ? open_net_both(s, &e, em) : open_net(s, &e, em);
	if (both)
		(void)snprintf(s->in.name, sizeof s->in.name, "%s:%u", scheme->name, (unsigned)e.port);
	else
		(void)snprintf(s->in.name, sizeof s->in.name, "%s:%s", scheme->name,
		    endpoint_format(where, sizeof where, &e, true));
	return err;
}

/* Does anybody listen there?  0 nobody, 1 somebody, or negative errno. */
static int
open_unix_alive(const struct sockaddr_un *un, int type)
{
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), rc;

	if (fd < 0)
		return -errno;
	rc = connect(fd, (const struct sockaddr *)un, sizeof *un) == 0 ? 1 : -errno;
	(void)close(fd);
	if (rc == -ECONNREFUSED)
		return 0;
	return rc == -EPROTOTYPE || rc == -EAGAIN ? 1 : rc;
}

/* A socket of ours that nobody listens on is in the way after each end; anything else is not ours to remove. */
static int
open_unix_clear(const struct sockaddr_un *un, int type, struct errmsg *em)
{
	struct stat st;
	int alive;

	if (lstat(un->sun_path, &st) != 0)
		return errno == ENOENT ? 0 : errmsg_set(em, -errno, "%s: %s", un->sun_path, strerror(errno));
	if (!S_ISSOCK(st.st_mode))
		return errmsg_set(em, -EEXIST, "%s is there and is no socket: take another path", un->sun_path);
	alive = open_unix_alive(un, type);
	if (alive > 0)
		return errmsg_set(em, -EADDRINUSE, "another program listens on %s: take another path", un->sun_path);
	if (alive < 0)
		return errmsg_set(em, alive, "can't ask who listens on %s: %s", un->sun_path, strerror(-alive));
	if (st.st_uid != geteuid())
		return errmsg_set(em, -EEXIST,
		    "%s is a socket that user %u left behind: remove it, or take another path", un->sun_path,
		    (unsigned)st.st_uid);
	return unlink(un->sun_path) == 0
	    ? 0
	    : errmsg_set(em, -errno, "can't replace the socket %s: %s", un->sun_path, strerror(errno));
}

/* Its mode comes with its birth: by the time of a chmod(2) the name may be somebody else's link to something else. */
static int
open_unix_bind(int fd, const struct sockaddr_un *un)
{
	mode_t mask = umask(OPEN_UNIX_MASK);
	int rc = bind(fd, (const struct sockaddr *)un, sizeof *un), err = errno;

	(void)umask(mask);
	errno = err;
	return rc;
}

static int
open_unix(struct receiver *s, const struct input_cfg *cfg, struct slice path, struct errmsg *em)
{
	int type = open_schemes[s->carrier].stream ? SOCK_STREAM : SOCK_DGRAM, fd, err;
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	if (path.n == 0)
		return open_none(s, cfg->arg, em);
	if (path.n >= sizeof un.sun_path)
		return errmsg_set(em, -ENAMETOOLONG, "%.100s...: the path of a socket has at most %zu bytes", cfg->arg,
		    sizeof un.sun_path - 1);
	(void)slice_copy(un.sun_path, sizeof un.sun_path, path);
	if ((err = open_unix_clear(&un, type, em)) != 0)
		return err;
	fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return open_refused(s, un.sun_path, 0, errno, em);
	s->listener[s->n_listeners++].port.fd = fd;
	if (open_unix_bind(fd, &un) != 0 || (type == SOCK_STREAM && listen(fd, OPEN_BACKLOG) != 0))
		return open_refused(s, un.sun_path, 0, errno, em);
	return 0;
}

static int
open_tls(struct receiver *s, const struct input_cfg *cfg, struct errmsg *em)
{
	if (cfg->tls_cert == NULL || cfg->tls_key == NULL)
		return errmsg_set(
		    em, -EINVAL, "%.80s needs a certificate and its key (--tls-cert FILE --tls-key FILE)", cfg->arg);
	return tls_ctx_new(&s->tls, cfg->tls_cert, cfg->tls_key, cfg->tls_ca, em);
}

int
receiver_bind(struct receiver *s, const struct input_cfg *cfg, struct errmsg *em)
{
	struct slice rest = slice_str(cfg->arg), scheme = slice_cut(&rest, ':');
	unsigned i = 0;
	int err = 0;

	while (i < RECEIVER_CARRIER_N && !slice_eq(scheme, slice_str(open_schemes[i].name)))
		i++;
	if (i == RECEIVER_CARRIER_N || rest.p == NULL || (s->dialect->carriers >> i & 1) == 0)
		return open_none(s, cfg->arg, em);
	s->carrier = (enum receiver_carrier)i;
	s->rcvbuf_mib = RECEIVER_RCVBUF_MIB;
	if (s->dialect->buffer)
		s->rcvbuf_mib = cfg->buffer_mib > 0 ? cfg->buffer_mib : RECEIVER_RCVBUF_MIRROR_MIB;
	if (s->rcvbuf_mib > RECEIVER_RCVBUF_MIB_MAX)
		s->rcvbuf_mib = RECEIVER_RCVBUF_MIB_MAX;
	if (s->carrier == RECEIVER_TLS)
		err = open_tls(s, cfg, em);
	if (err != 0)
		return err;
	if (s->carrier == RECEIVER_UNIX || s->carrier == RECEIVER_UNIX_STREAM)
		err = open_unix(s, cfg, rest, em);
	else
		err = open_internet(s, cfg, rest, em);
	for (i = 0; i < s->n_listeners; i++)
		s->listener[i].port.serve = open_schemes[s->carrier].stream ? receiver_accept : receiver_receive;
	return err;
}
