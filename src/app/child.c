/*
 * child - the processes that a supervisor starts; see child.h.
 * An engine says over a pipe that it is ready, or why it is not.
 */
#include "app/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/opener.h"
#include "app/rights.h"
#include "sipwhy/input.h"
#include "sipwhy/text.h"

int
child_fail(const char *sentence)
{
	char shown[2 * sizeof(struct errmsg)];

	/* It may quote the name of a file, and who named that? */
	(void)text_clean(shown, sizeof shown, slice_str(sentence), sizeof shown - 1, false, NULL);
	(void)fprintf(stderr, "sipwhy: %s\n", shown);
	return 1;
}

/* The engine's process. */

static int
child_no_terminal(const struct options *o, struct errmsg *em)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	bool keep_stdin = false;

	for (size_t i = 0; i < o->n_inputs; i++)
		keep_stdin |= o->inputs[i].kind == INPUT_FILE && strcmp(o->inputs[i].arg, "-") == 0;
	(void)setsid();
	if (null < 0 || (!keep_stdin && dup2(null, STDIN_FILENO) < 0) || dup2(null, STDOUT_FILENO) < 0 ||
	    dup2(null, STDERR_FILENO) < 0)
		return errmsg_set(em, -errno, "can't put /dev/null in place of the terminal: %s", strerror(errno));
	(void)close(null);
	return 0;
}

int
child_engine_ready(struct engine **e, const struct engine_cfg *cfg, pid_t parent, struct errmsg *em)
{
	int err = engine_new(e, cfg, em);

	if (err != 0)
		return err;
	if (cfg->share != NULL)
		err = child_no_terminal(cfg->options, em);
	if (err == 0)
		err = rights_drop(em);
	if (err == 0 && cfg->share != NULL)
		rights_end_with_parent(parent, SIGKILL);
	if (err == 0)
		engine_threads(*e);
	if (err == 0)
		err = rights_seal_engine(engine_socket(*e), em);
	return err != 0 ? err : engine_start(*e, em);
}

static int
child_run_engine(const struct engine_cfg *cfg, pid_t parent, int ready_fd)
{
	struct errmsg em = { "" };
	struct engine *e = NULL;
	int status = ENGINE_FAILED;

	if (child_engine_ready(&e, cfg, parent, &em) == 0) {
		(void)!write(ready_fd, "", 1);
		(void)close(ready_fd);
		status = engine_run(e);
	} else {
		(void)!write(ready_fd, em.text, strlen(em.text) + 1);
	}
	engine_free(e);
	return status;
}

int
child_hear(int fd, struct errmsg *em)
{
	char word[sizeof em->text];
	size_t at = 0;
	ssize_t n = 1;

	while (at < sizeof word - 1 && (at == 0 || word[at - 1] != '\0') && n != 0) {
		n = read(fd, word + at, sizeof word - 1 - at);
		if (n > 0)
			at += (size_t)n;
		else if (n < 0 && errno != EINTR)
			break;
	}
	word[at] = '\0';
	if (at == 0)
		return errmsg_set(em, -EIO, "the engine ended before it was ready");
	if (word[0] == '\0')
		return 0;
	(void)text_clean(em->text, sizeof em->text, slice_str(word), sizeof em->text - 1, false, NULL);
	return -EIO;
}

/* In the child: what is not its own. */
static void
child_close(const int *others, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (others[i] >= 0)
			(void)close(others[i]);
}

static void
child_be_engine(const struct engine_cfg *cfg, pid_t parent, int ready_fd)
{
	(void)sigprocmask(SIG_SETMASK, &(sigset_t){ 0 }, NULL);
	_exit(child_run_engine(cfg, parent, ready_fd));
}

static int
child_fork_engine(pid_t *out, const struct engine_cfg *cfg, const int *others, size_t n, struct errmsg *em)
{
	pid_t parent = getpid(), pid;
	int ready[2], err;

	if (pipe2(ready, O_CLOEXEC) != 0)
		return errmsg_set(em, -errno, "can't make a pipe: %s", strerror(errno));
	pid = fork();
	if (pid == 0) {
		(void)close(ready[0]);
		child_close(others, n);
		child_be_engine(cfg, parent, ready[1]);
	}
	err = pid < 0 ? errmsg_set(em, -errno, "can't fork: %s", strerror(errno)) : 0;
	(void)close(ready[1]);
	if (err == 0 && (err = child_hear(ready[0], em)) != 0)
		(void)waitpid(pid, NULL, 0);
	(void)close(ready[0]);
	if (err == 0)
		*out = pid;
	return err;
}

int
child_engine(pid_t *out, pid_t *opener, const struct engine_cfg *cfg, const int *others, size_t n, struct errmsg *em)
{
	struct engine_cfg whole = *cfg;
	struct opener op;
	int err = opener_start(&op, cfg->options, em);

	if (err != 0)
		return err;
	whole.openers = op.fd;
	*opener = op.pid;
	err = child_fork_engine(out, &whole, others, n, em);
	opener_close(&op);
	return err;
}

/* The console's process. */

static int
child_run_console(const struct options *o, const struct console_fds *fds, struct history *history, pid_t parent)
{
	struct errmsg em = { "" };
	struct console *c = NULL;
	int status = 1;

	if (console_new(&c, o, fds, history, &em) == 0) {
		if (rights_drop(&em) == 0) {
			rights_end_with_parent(parent, SIGTERM);
			status = console_run(c);
		}
		console_free(c);
	}
	if (em.text[0] != '\0' && status != 0)
		(void)child_fail(em.text);
	return status;
}

int
child_console(pid_t *out, const struct options *o, const struct console_fds *fds, struct history *history,
    const int *others, size_t n)
{
	pid_t parent = getpid(), pid = fork();

	if (pid < 0)
		return -errno;
	if (pid == 0) {
		(void)sigprocmask(SIG_SETMASK, &(sigset_t){ 0 }, NULL);
		child_close(others, n);
		_exit(child_run_console(o, fds, history, parent));
	}
	*out = pid;
	return 0;
}
