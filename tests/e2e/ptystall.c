/*
 * ptystall - a terminal that reads when it is told to: runs a program on a pty and follows a script of steps.
 *   ptystall ROWSxCOLS STEP... -- PROGRAM [ARG...]
 * Steps: read:SECONDS  read the screen's bytes for so long     until:TEXT  read until TEXT came (15 s at most, *)
 *        stall:SECONDS read nothing for so long                 send:TEXT   type it
 *        save:FILE     write all bytes read so far to FILE      hangup:     close the terminal
 *        resize:COUNT  change the window's size so often within a second, from 1x1 to 200x500, and back at last
 *        end:SECONDS   read until the program ends, at most so long (*)
 * (*) times SIPWHY_E2E_SLACK, when that is set.
 * The first line on stdout is "pid N"; each finished step is told ("done STEP BYTES", those read meanwhile), and last
 * "exit N" or "signal N".  Exit 0 when all steps were carried out, 1 when one failed ("failed STEP"); the program is
 * killed then.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct ptystall {
	int fd; /* our side of the pty, -1 after a hang-up */
	pid_t pid;
	int status, ended;
	char *seen; /* all bytes so far */
	size_t n, cap;
	size_t searched; /* until: looks for text from here on */
};

static long long
ptystall_now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ll + ts.tv_nsec / 1000000;
}

static long
ptystall_slack(void)
{
	const char *factor = getenv("SIPWHY_E2E_SLACK");
	long n = factor != NULL ? strtol(factor, NULL, 10) : 1;

	return n > 0 ? n : 1;
}

static void
ptystall_reap(struct ptystall *p)
{
	if (!p->ended && waitpid(p->pid, &p->status, WNOHANG) == p->pid)
		p->ended = 1;
}

/* Whether bytes were there. */
static int
ptystall_take(struct ptystall *p)
{
	ssize_t r;

	if (p->cap - p->n < 65536) {
		p->cap = p->cap * 2 + 131072;
		p->seen = realloc(p->seen, p->cap);
		if (p->seen == NULL)
			abort();
	}
	r = p->fd < 0 ? -1 : read(p->fd, p->seen + p->n, 65536);
	if (r > 0)
		p->n += (size_t)r;
	return r > 0;
}

static int
ptystall_found(struct ptystall *p, const char *text)
{
	const char *at;

	if (text == NULL)
		return 0;
	at = p->n > p->searched ? memmem(p->seen + p->searched, p->n - p->searched, text, strlen(text)) : NULL;
	if (at != NULL)
		p->searched = (size_t)(at - p->seen) + strlen(text);
	return at != NULL;
}

/* Read for ms, until text came, or (end) until the program is gone.  0: what was waited for came, else -1. */
static int
ptystall_read(struct ptystall *p, long long ms, const char *text, int end)
{
	long long stop = ptystall_now_ms() + ms;

	for (;;) {
		struct pollfd pfd = { p->fd, POLLIN, 0 };
		long long left = stop - ptystall_now_ms();

		if (ptystall_found(p, text))
			return 0;
		ptystall_reap(p);
		if (end && p->ended) {
			while (ptystall_take(p))
				continue;
			return 0;
		}
		if (left <= 0)
			return text != NULL || end ? -1 : 0;
		(void)poll(&pfd, 1, left > 20 ? 20 : (int)left);
		if ((pfd.revents & (POLLIN | POLLHUP)) != 0 && !ptystall_take(p) && (pfd.revents & POLLHUP) != 0)
			(void)poll(NULL, 0, 10);
	}
}

static void
ptystall_stall(long long ms)
{
	long long stop = ptystall_now_ms() + ms, left;

	while ((left = stop - ptystall_now_ms()) > 0)
		(void)poll(NULL, 0, left > 1000 ? 1000 : (int)left);
}

static int
ptystall_save(const struct ptystall *p, const char *path)
{
	FILE *f = fopen(path, "wb");
	int bad = f == NULL || fwrite(p->seen, 1, p->n, f) != p->n;

	if (f != NULL && fclose(f) != 0)
		bad = 1;
	return bad ? -1 : 0;
}

/* Sizes come from a small generator, so that each run has the same; it reads all the while. */
static int
ptystall_resize(struct ptystall *p, int count)
{
	struct winsize first, ws = { 0, 0, 0, 0 };
	unsigned seed = 1;
	long long began = ptystall_now_ms();

	if (ioctl(p->fd, TIOCGWINSZ, &first) != 0)
		return -1;
	for (int i = 0; i < count; i++) {
		long long due = began + 1000ll * i / count;

		seed = seed * 1103515245u + 12345u;
		ws.ws_row = (unsigned short)(i == 0 ? 1 : 1 + (seed >> 16) % 200);
		ws.ws_col = (unsigned short)(i == 0 ? 1 : 1 + (seed >> 8) % 500);
		if (ioctl(p->fd, TIOCSWINSZ, &ws) != 0)
			return -1;
		(void)ptystall_read(p, due > ptystall_now_ms() ? due - ptystall_now_ms() : 0, NULL, 0);
	}
	return ioctl(p->fd, TIOCSWINSZ, &first);
}

static int
ptystall_step(struct ptystall *p, const char *step)
{
	const char *arg = strchr(step, ':');
	size_t n = arg != NULL ? (size_t)(arg - step) : strlen(step);
	long long ms = arg != NULL ? (long long)(strtod(arg + 1, NULL) * 1000) : 0;

	if (n == 4 && memcmp(step, "read", n) == 0)
		return ptystall_read(p, ms, NULL, 0);
	if (n == 5 && memcmp(step, "until", n) == 0)
		return ptystall_read(p, 15000 * ptystall_slack(), arg + 1, 0);
	if (n == 5 && memcmp(step, "stall", n) == 0)
		return ptystall_stall(ms), 0;
	if (n == 4 && memcmp(step, "send", n) == 0)
		return write(p->fd, arg + 1, strlen(arg + 1)) == (ssize_t)strlen(arg + 1) ? 0 : -1;
	if (n == 4 && memcmp(step, "save", n) == 0)
		return ptystall_save(p, arg + 1);
	if (n == 6 && memcmp(step, "resize", n) == 0)
		return ptystall_resize(p, (int)(ms / 1000));
	if (n == 6 && memcmp(step, "hangup", n) == 0) {
		(void)close(p->fd);
		p->fd = -1;
		return 0;
	}
	if (n == 3 && memcmp(step, "end", n) == 0)
		return ptystall_read(p, ms * ptystall_slack(), NULL, 1);
	return -1;
}

static int
ptystall_start(struct ptystall *p, const char *size, char **argv)
{
	struct winsize ws = { 24, 80, 0, 0 };

	if (sscanf(size, "%hux%hu", &ws.ws_row, &ws.ws_col) != 2)
		return -1;
	p->pid = forkpty(&p->fd, NULL, NULL, &ws);
	if (p->pid == 0) {
		(void)execvp(argv[0], argv);
		perror(argv[0]);
		_exit(127);
	}
	return p->pid < 0 ? -1 : fcntl(p->fd, F_SETFL, O_NONBLOCK);
}

static int
ptystall_finish(struct ptystall *p, int bad)
{
	if (!p->ended && bad)
		(void)kill(p->pid, SIGTERM);
	(void)ptystall_read(p, 5000, NULL, 1);
	if (!p->ended) {
		(void)kill(p->pid, SIGKILL);
		(void)waitpid(p->pid, &p->status, 0);
	}
	if (WIFEXITED(p->status))
		(void)printf("exit %d\n", WEXITSTATUS(p->status));
	else
		(void)printf("signal %d\n", WTERMSIG(p->status));
	free(p->seen);
	return bad;
}

int
main(int argc, char **argv)
{
	struct ptystall p = { .fd = -1 };
	int last = 2, bad = 0;

	while (last < argc && strcmp(argv[last], "--") != 0)
		last++;
	if (last + 1 >= argc || ptystall_start(&p, argv[1], argv + last + 1) != 0) {
		(void)fputs("usage: ptystall ROWSxCOLS STEP... -- PROGRAM [ARG...]\n", stderr);
		return 2;
	}
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	(void)printf("pid %d\n", (int)p.pid);
	for (int i = 2; i < last && !bad; i++) {
		size_t before = p.n;

		bad = ptystall_step(&p, argv[i]) != 0;
		(void)printf("%s %s %zu\n", bad ? "failed" : "done", argv[i], p.n - before);
	}
	return ptystall_finish(&p, bad);
}
