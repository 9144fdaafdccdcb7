/*
 * opener - see opener.h.  One socket pair (unix(7), SOCK_SEQPACKET) for each followed log; the descriptors of files go
 * over it.
 * Each engine has an opener of its own: when an engine dies its ends close, and its opener ends by itself.
 */
#include "app/opener.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "app/child.h"
#include "app/rights.h"
#include "sipwhy/input.h"

/* Descriptors from here on are in nobody's way while they are moved. */
enum { OPENER_ASIDE = 3 + OPTIONS_INPUTS_MAX };

/*
 * Keep these n sockets as 3, 4, ... and nothing else: no stream, no terminal, no other input.  A report that is wanted
 * on a pipe ends when its writers have gone, and this process is none.
 */
static int
opener_descriptors(int *fds, size_t n)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return -errno;
	for (size_t i = 0; i < n; i++)
		if ((fds[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, OPENER_ASIDE)) < 0)
			return -errno;
	for (int fd = 0; fd < 3; fd++)
		if (dup2(null, fd) < 0)
			return -errno;
	for (size_t i = 0; i < n; i++) {
		if (dup2(fds[i], 3 + (int)i) < 0)
			return -errno;
		fds[i] = 3 + (int)i;
	}
	return close_range(3 + (unsigned)n, ~0U, 0) == 0 ? 0 : -errno;
}

/* Its end is that of its engine, not a signal to the group that both stand in. */
static void
opener_signals(void)
{
	static const int ignored[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };

	for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
		(void)signal(ignored[i], SIG_IGN);
	(void)sigprocmask(SIG_SETMASK, &(sigset_t){ 0 }, NULL);
}

static int
opener_run(int *fds, const char *const *paths, size_t n, pid_t parent, int ready_fd)
{
	struct errmsg em = { "" };
	int err;

	opener_signals();
	err = rights_keep_reading(&em);
	if (err == 0)
		rights_end_with_parent(parent, SIGKILL);
	/* The word is given while there is a way to give it: the seal closes all descriptors but the sockets. */
	if (err != 0) {
		(void)!write(ready_fd, em.text, strlen(em.text) + 1);
		return 1;
	}
	(void)!write(ready_fd, "", 1);
	if (opener_descriptors(fds, n) != 0 || rights_seal_opener(&em) != 0)
		return 1;
	input_opener_run(fds, paths, n);
	return 0;
}

static int
opener_fork(pid_t *out, int *fds, const char *const *paths, size_t n, struct errmsg *em)
{
	pid_t parent = getpid(), pid;
	int ready[2], err;

	if (pipe2(ready, O_CLOEXEC) != 0)
		return errmsg_set(em, -errno, "can't make a pipe: %s", strerror(errno));
	pid = fork();
	if (pid == 0) {
		(void)close(ready[0]);
		_exit(opener_run(fds, paths, n, parent, ready[1]));
	}
	err = pid < 0 ? errmsg_set(em, -errno, "can't fork: %s", strerror(errno)) : 0;
	(void)close(ready[1]);
	if (err == 0)
		err = child_hear(ready[0], em);
	(void)close(ready[0]);
	if (err == 0)
		*out = pid;
	return err;
}

int
opener_start(struct opener *op, const struct options *o, struct errmsg *em)
{
	int fds[OPTIONS_INPUTS_MAX], pair[2], err = 0;
	const char *paths[OPTIONS_INPUTS_MAX];
	size_t n = 0;

	for (size_t i = 0; i < OPTIONS_INPUTS_MAX; i++)
		op->fd[i] = -1;
	op->pid = 0;
	for (size_t i = 0; err == 0 && i < o->n_inputs; i++) {
		if (o->inputs[i].kind != INPUT_FOLLOW)
			continue;
		if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
			err = errmsg_set(em, -errno, "can't make a pair of sockets: %s", strerror(errno));
			continue;
		}
		op->fd[i] = pair[0];
		fds[n] = pair[1];
		paths[n++] = o->inputs[i].arg;
	}
	if (err == 0 && n > 0)
		err = opener_fork(&op->pid, fds, paths, n, em);
	for (size_t i = 0; i < n; i++)
		(void)close(fds[i]);
	if (err != 0)
		opener_close(op);
	return err;
}

void
opener_close(struct opener *op)
{
	for (size_t i = 0; i < OPTIONS_INPUTS_MAX; i++)
		if (op->fd[i] >= 0) {
			(void)close(op->fd[i]);
			op->fd[i] = -1;
		}
}
