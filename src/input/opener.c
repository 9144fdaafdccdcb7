/*
 * opener - follow_open over a socket: the process that answers, and the two ends of the wire (unix(7), SCM_RIGHTS).
 *
 * Know: both ends are one program after a fork, so structures go as they are in memory; still each message is measured,
 * since the asking end reads hostile input for a living.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "follow_open.h"
#include "sipwhy/input.h"
#include "sipwhy/mem.h"

union opener_control {
	struct cmsghdr align;
	char room[CMSG_SPACE(sizeof(int))];
};

static int
opener_send(int sock, const struct follow_answer *a, int fd)
{
	struct iovec iov = { (void *)(uintptr_t)a, sizeof *a };
	union opener_control control;
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };

	memset(&control, 0, sizeof control);
	if (fd >= 0) {
		struct cmsghdr *c = &control.align;

		m.msg_control = &control;
		m.msg_controllen = sizeof control;
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof fd);
		memcpy(CMSG_DATA(c), &fd, sizeof fd);
	}
	/* Nobody may make the others wait: who does not take an answer asks again. */
	return sendmsg(sock, &m, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)sizeof *a ? 0 : -errno;
}

/* One question of this socket; false when nobody asks there any more. */
static bool
opener_answer(int sock, const char *path)
{
	struct follow_ask ask;
	struct follow_answer a;
	ssize_t n = recv(sock, &ask, sizeof ask, MSG_DONTWAIT);
	int fd;

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	if (n != (ssize_t)sizeof ask)
		return n > 0;
	fd = follow_open(path, &ask, &a);
	(void)opener_send(sock, &a, fd);
	if (fd >= 0)
		(void)close(fd);
	return true;
}

void
input_opener_run(const int *fds, const char *const *paths, size_t n)
{
	struct pollfd *p = mem_zalloc(n * sizeof *p);
	size_t left = n;

	for (size_t i = 0; p != NULL && i < n; i++)
		p[i] = (struct pollfd){ .fd = fds[i], .events = POLLIN };
	while (p != NULL && left > 0) {
		if (poll(p, n, -1) < 0 && errno != EINTR)
			break;
		for (size_t i = 0; i < n; i++) {
			if (p[i].fd < 0 || p[i].revents == 0 || opener_answer(p[i].fd, paths[i]))
				continue;
			p[i].fd = -1;
			left--;
		}
	}
	mem_free(p);
}

int
follow_send_ask(int sock, const struct follow_ask *ask)
{
	return send(sock, ask, sizeof *ask, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)sizeof *ask ? 0 : -errno;
}

int
follow_take_answer(int sock, struct follow_answer *a, int *fd)
{
	struct iovec iov = { a, sizeof *a };
	union opener_control control;
	/* Without the padding, in which the kernel would put a second descriptor; what has no room it closes. */
	struct msghdr m = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = CMSG_LEN(sizeof *fd)
	};
	struct cmsghdr *c;
	ssize_t n;

	*fd = -1;
	n = recvmsg(sock, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (n <= 0)
		return n == 0 ? -EPIPE : -errno;
	c = CMSG_FIRSTHDR(&m);
	if (c != NULL && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
	    c->cmsg_len == CMSG_LEN(sizeof *fd))
		memcpy(fd, CMSG_DATA(c), sizeof *fd);
	if (n == (ssize_t)sizeof *a && (m.msg_flags & (MSG_CTRUNC | MSG_TRUNC)) == 0 &&
	    (a->what == FOLLOW_OPENED) == (*fd >= 0))
		return 0;
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
	return -EBADMSG;
}
