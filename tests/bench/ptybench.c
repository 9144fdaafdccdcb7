/*
 * ptybench - runs a program on a pty as a terminal would (ptyscreen.h) and measures it: keys, bytes, processors,
 * memory. ptybench [-n] ROWSxCOLS STEP... -- PROGRAM [ARG...] -n: questions of the program (OSC 11, device attributes)
 * are not answered. Steps; each prints one line "NAME KEY=VALUE..." (times in ms, shares in percent of one processor):
 *   read:SECONDS                read
 *   until:TEXT                  read until a row shows TEXT (two minutes at most); ms since the start and the last key
 *   settle:MS                   read until nothing came for so long (a minute at most)
 *   type:KEYS                   type all at once
 *   keys:NAME:TIMES:KEYS        type KEYS one by one, TIMES over: time to the first byte and to the last (quiet); a
 * lone Esc apart, for which a program must wait, as it may begin another key load:NAME:SECONDS           bytes a
 * second, processor of each process, resident memory marks:NAME:TIMES:PORT:MS    send a 503 of a new caller to
 * 127.0.0.1:PORT every MS, until a row shows the caller count:NAME:TEXT             the number that stands before TEXT
 * on the screen bytes:NAME                  all bytes since the start sink:PORT                   take what is sent to
 * 127.0.0.1:PORT, so that no ICMP comes back start:COMMAND  stop:        run a shell command (traffic) beside; end it
 *   show:  save:FILE            print the screen; write all bytes so far to FILE
 * Keys: as typed, or <Up> <Down> <Left> <Right> <PgUp> <PgDn> <Home> <End> <Enter> <Esc> <Tab> <BS> <F1>..<F10> <lt>
 * <gt>. The one thing to know: time is taken right before the write of a key and right after the read that brings
 * bytes, in the same process, so no scheduler but the program's own stands between.  Exit 0 when all steps were carried
 * out.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ptyscreen.h"

enum {
	PTYBENCH_READ = 65536,
	PTYBENCH_KEYS = 20000,
	PTYBENCH_PROCESSES = 16,
	PTYBENCH_QUIET_MS = 30,   /* no byte for so long: the frame is out */
	PTYBENCH_SILENT_MS = 150, /* a key that brings no byte within this changed nothing */
	PTYBENCH_LATE_MS = 1000,
	PTYBENCH_UNTIL_MS = 120000,
	PTYBENCH_SETTLE_MS = 60000,
	PTYBENCH_SINKS = 4,
	PTYBENCH_KEY = 16
};

struct ptybench {
	int fd, answer;
	pid_t pid, beside;
	double began_ms, key_ms, byte_ms; /* the start, the last key, the last bytes */
	unsigned long long bytes;
	bool gone;
	FILE *log;
	int sinks[PTYBENCH_SINKS];
	size_t n_sinks;
	unsigned told_colour, told_kind, told_cursor, marked;
	struct ptyscreen screen;
};

struct ptybench_figures {
	double v[PTYBENCH_KEYS];
	size_t n;
};

static double
ptybench_now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int
ptybench_compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The value that share of all are not above (share 1: the largest); sorts. */
static double
ptybench_rank(struct ptybench_figures *f, double share)
{
	size_t at = (size_t)(share * (double)f->n + 0.999999);

	if (f->n == 0)
		return 0;
	qsort(f->v, f->n, sizeof f->v[0], ptybench_compare);
	return f->v[at > 0 ? (at > f->n ? f->n : at) - 1 : 0];
}

static void
ptybench_add(struct ptybench_figures *f, double v)
{
	if (f->n < PTYBENCH_KEYS)
		f->v[f->n++] = v;
}

static bool
ptybench_write(struct ptybench *p, const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t w = write(p->fd, bytes, n);

		if (w < 0 && errno != EAGAIN && errno != EINTR)
			return false;
		if (w > 0) {
			bytes += w;
			n -= (size_t)w;
		}
	}
	return true;
}

/* What a terminal answers: a dark background, VT220 with colours, the cursor's place. */
static void
ptybench_answer(struct ptybench *p)
{
	const char colour[] = "\033]11;rgb:0000/0000/0000\033\\", kind[] = "\033[?62;22c";
	char cursor[32];
	int n = snprintf(cursor, sizeof cursor, "\033[%d;%dR", p->screen.row + 1, p->screen.col + 1);

	for (; p->told_colour < p->screen.asked_colour; p->told_colour++)
		(void)(p->answer && ptybench_write(p, colour, sizeof colour - 1));
	for (; p->told_kind < p->screen.asked_kind; p->told_kind++)
		(void)(p->answer && ptybench_write(p, kind, sizeof kind - 1));
	for (; p->told_cursor < p->screen.asked_cursor; p->told_cursor++)
		(void)(p->answer && ptybench_write(p, cursor, (size_t)n));
}

/* Wait for bytes, ms at most, and take all that is there.  True: bytes came; the time is in byte_ms. */
static bool
ptybench_take(struct ptybench *p, double ms)
{
	static char buf[PTYBENCH_READ];
	struct pollfd pfd = { p->fd, POLLIN, 0 };
	struct timespec wait = { (time_t)(ms / 1e3), 0 };
	ssize_t n;

	wait.tv_nsec = (long)((ms - (double)wait.tv_sec * 1e3) * 1e6);
	if (p->gone || ms < 0 || ppoll(&pfd, 1, &wait, NULL) <= 0)
		return false;
	n = read(p->fd, buf, sizeof buf);
	if (n <= 0) {
		p->gone = n == 0 || errno == EIO;
		return false;
	}
	p->byte_ms = ptybench_now_ms();
	p->bytes += (unsigned long long)n;
	if (p->log != NULL)
		(void)fwrite(buf, 1, (size_t)n, p->log);
	for (ssize_t i = 0; i < n; i++)
		ptyscreen_byte(&p->screen, (unsigned char)buf[i]);
	ptybench_answer(p);
	return true;
}

static void
ptybench_read(struct ptybench *p, double ms)
{
	double stop = ptybench_now_ms() + ms, left;

	while (!p->gone && (left = stop - ptybench_now_ms()) > 0)
		(void)ptybench_take(p, left);
}

static bool
ptybench_until(struct ptybench *p, const char *text, double ms)
{
	double stop = ptybench_now_ms() + ms, left;

	while (!ptyscreen_shows(&p->screen, text)) {
		left = stop - ptybench_now_ms();
		if (p->gone || left <= 0)
			return false;
		(void)ptybench_take(p, left);
	}
	return true;
}

static bool
ptybench_settle(struct ptybench *p, double quiet_ms)
{
	double stop = ptybench_now_ms() + PTYBENCH_SETTLE_MS;

	while (ptybench_take(p, quiet_ms))
		if (ptybench_now_ms() > stop)
			return false;
	return !p->gone;
}

/* The next key of a text, as a terminal in application mode sends it; 0 at the end. */
static size_t
ptybench_key(const char **keys, char out[PTYBENCH_KEY])
{
	static const struct {
		const char *name, *bytes;
	} names[] = { { "<Up>", "\033OA" }, { "<Down>", "\033OB" }, { "<Right>", "\033OC" }, { "<Left>", "\033OD" },
		{ "<Home>", "\033OH" }, { "<End>", "\033OF" }, { "<PgUp>", "\033[5~" }, { "<PgDn>", "\033[6~" },
		{ "<Enter>", "\r" }, { "<Esc>", "\033" }, { "<Tab>", "\t" }, { "<BS>", "\177" }, { "<lt>", "<" },
		{ "<gt>", ">" }, { "<F1>", "\033OP" }, { "<F2>", "\033OQ" }, { "<F3>", "\033OR" }, { "<F4>", "\033OS" },
		{ "<F5>", "\033[15~" }, { "<F6>", "\033[17~" }, { "<F7>", "\033[18~" }, { "<F8>", "\033[19~" },
		{ "<F9>", "\033[20~" }, { "<F10>", "\033[21~" } };

	if (**keys == '\0')
		return 0;
	for (size_t i = 0; **keys == '<' && i < sizeof names / sizeof names[0]; i++)
		if (strncmp(*keys, names[i].name, strlen(names[i].name)) == 0) {
			*keys += strlen(names[i].name);
			return (size_t)snprintf(out, PTYBENCH_KEY, "%s", names[i].bytes);
		}
	out[0] = *(*keys)++;
	out[1] = '\0';
	return 1;
}

static bool
ptybench_type(struct ptybench *p, const char *keys)
{
	char key[PTYBENCH_KEY];
	size_t n;

	while ((n = ptybench_key(&keys, key)) > 0)
		if (!ptybench_write(p, key, n))
			return false;
	p->key_ms = ptybench_now_ms();
	return true;
}

/* One key: false when no byte answered it. */
static bool
ptybench_press(struct ptybench *p, const char *key, size_t n, double *first_ms, double *quiet_ms)
{
	double stop;

	/* What is still on its way belongs to another key. */
	while (ptybench_take(p, 2))
		continue;
	p->key_ms = ptybench_now_ms();
	stop = p->key_ms + PTYBENCH_LATE_MS;
	if (!ptybench_write(p, key, n) || !ptybench_take(p, PTYBENCH_SILENT_MS))
		return false;
	*first_ms = p->byte_ms - p->key_ms;
	while (ptybench_now_ms() < stop && ptybench_take(p, PTYBENCH_QUIET_MS))
		continue;
	*quiet_ms = p->byte_ms - p->key_ms;
	return true;
}

/* NAME:TIMES:REST; what is told of it. */
static char *
ptybench_field(char **rest)
{
	char *at = *rest, *colon = strchr(at, ':');

	if (colon == NULL) {
		*rest = at + strlen(at);
		return at;
	}
	*colon = '\0';
	*rest = colon + 1;
	return at;
}

static void
ptybench_name(const char *bytes, char out[PTYBENCH_KEY])
{
	size_t n = 0;

	for (; *bytes != '\0' && n + 3 < PTYBENCH_KEY; bytes++) {
		if ((unsigned char)*bytes <= ' ')
			out[n++] = '^';
		out[n++] = (unsigned char)*bytes <= ' ' ? (char)(*bytes + '@') : *bytes;
	}
	out[n] = '\0';
}

static bool
ptybench_keys(struct ptybench *p, char *arg)
{
	static struct ptybench_figures first, quiet, escape;
	const char *name = ptybench_field(&arg);
	long times = strtol(ptybench_field(&arg), NULL, 10), silent = 0;
	unsigned long long bytes = p->bytes;
	char key[PTYBENCH_KEY], slow[PTYBENCH_KEY] = "-";
	double worst = -1;

	first.n = quiet.n = escape.n = 0;
	for (long i = 0; i < times; i++) {
		const char *at = arg;
		double f, q;
		size_t n;

		while ((n = ptybench_key(&at, key)) > 0 && !p->gone) {
			if (!ptybench_press(p, key, n, &f, &q)) {
				silent++;
				continue;
			}
			if (strcmp(key, "\033") == 0) {
				ptybench_add(&escape, f);
			} else {
				ptybench_add(&first, f);
				ptybench_add(&quiet, q);
			}
			if (f > worst && strcmp(key, "\033") != 0) {
				worst = f;
				ptybench_name(key, slow);
			}
			/* A hand rests between two keys. */
			ptybench_read(p, 20);
		}
	}
	(void)printf("keys name=%s n=%zu silent=%ld first_p50=%.2f first_p95=%.2f first_max=%.2f slowest=%s "
		     "quiet_p50=%.2f quiet_p95=%.2f quiet_max=%.2f escape_max=%.2f bytes_a_key=%.0f\n",
	    name, first.n, silent, ptybench_rank(&first, 0.5), ptybench_rank(&first, 0.95), ptybench_rank(&first, 1),
	    slow, ptybench_rank(&quiet, 0.5), ptybench_rank(&quiet, 0.95), ptybench_rank(&quiet, 1),
	    ptybench_rank(&escape, 1), first.n > 0 ? (double)(p->bytes - bytes) / (double)first.n : 0);
	return !p->gone;
}

struct ptybench_process {
	pid_t pid;
	char role; /* s supervisor, e engine, c console, o other */
	double cpu_ms;
	long rss_kib, peak_kib;
};

/* The value of a line of /proc/PID/status; -1 when it has none. */
static long
ptybench_status(pid_t pid, const char *what)
{
	char path[64], line[256];
	long v = -1;
	FILE *f;

	(void)snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	f = fopen(path, "r");
	while (f != NULL && v < 0 && fgets(line, sizeof line, f) != NULL)
		if (strncmp(line, what, strlen(what)) == 0 && line[strlen(what)] == ':')
			v = strtol(line + strlen(what) + 1, NULL, 10);
	if (f != NULL)
		(void)fclose(f);
	return v;
}

/* Nanoseconds on a processor, of all threads. */
static double
ptybench_cpu_ms(pid_t pid)
{
	char path[600];
	double sum = 0, ns;
	struct dirent *d;
	DIR *dir;
	FILE *f;

	(void)snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
	dir = opendir(path);
	while (dir != NULL && (d = readdir(dir)) != NULL) {
		(void)snprintf(path, sizeof path, "/proc/%d/task/%s/schedstat", (int)pid, d->d_name);
		f = d->d_name[0] != '.' ? fopen(path, "r") : NULL;
		if (f != NULL && fscanf(f, "%lf", &ns) == 1)
			sum += ns / 1e6;
		if (f != NULL)
			(void)fclose(f);
	}
	if (dir != NULL)
		(void)closedir(dir);
	return sum;
}

/* The console is who has the terminal as /dev/tty, the engine who is sealed. */
static char
ptybench_role(const struct ptybench *p, pid_t pid)
{
	char path[600], to[64];
	char role = 'o';
	struct dirent *d;
	DIR *dir;

	if (pid == p->pid)
		return 's';
	(void)snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
	dir = opendir(path);
	while (dir != NULL && (d = readdir(dir)) != NULL) {
		ssize_t n;

		(void)snprintf(path, sizeof path, "/proc/%d/fd/%s", (int)pid, d->d_name);
		n = readlink(path, to, sizeof to - 1);
		if (n == 8 && memcmp(to, "/dev/tty", 8) == 0)
			role = 'c';
	}
	if (dir != NULL)
		(void)closedir(dir);
	return role == 'o' && ptybench_status(pid, "Seccomp") == 2 ? 'e' : role;
}

static size_t
ptybench_processes(const struct ptybench *p, struct ptybench_process out[PTYBENCH_PROCESSES])
{
	struct dirent *d;
	DIR *dir = opendir("/proc");
	size_t n = 0;

	while (dir != NULL && (d = readdir(dir)) != NULL && n < PTYBENCH_PROCESSES) {
		pid_t pid = (pid_t)strtol(d->d_name, NULL, 10);

		if (pid <= 0 || (pid != p->pid && ptybench_status(pid, "PPid") != p->pid))
			continue;
		out[n++] = (struct ptybench_process){ .pid = pid,
			.role = ptybench_role(p, pid),
			.cpu_ms = ptybench_cpu_ms(pid),
			.rss_kib = ptybench_status(pid, "VmRSS"),
			.peak_kib = ptybench_status(pid, "VmHWM") };
	}
	if (dir != NULL)
		(void)closedir(dir);
	return n;
}

static bool
ptybench_load(struct ptybench *p, char *arg)
{
	struct ptybench_process before[PTYBENCH_PROCESSES], after[PTYBENCH_PROCESSES];
	const char *name = ptybench_field(&arg);
	double seconds = strtod(arg, NULL), share[128] = { 0 }, rss[128] = { 0 }, peak[128] = { 0 }, began, took;
	unsigned long long bytes = p->bytes;
	size_t n = ptybench_processes(p, before), m;

	began = ptybench_now_ms();
	ptybench_read(p, seconds * 1e3);
	took = ptybench_now_ms() - began;
	m = ptybench_processes(p, after);
	for (size_t i = 0; i < m; i++) {
		double cpu = after[i].cpu_ms;

		for (size_t k = 0; k < n; k++)
			if (before[k].pid == after[i].pid)
				cpu -= before[k].cpu_ms;
		share[(int)after[i].role] += 100 * cpu / took;
		rss[(int)after[i].role] += (double)after[i].rss_kib / 1024;
		peak[(int)after[i].role] += (double)after[i].peak_kib / 1024;
	}
	(void)printf("load name=%s bytes_a_second=%.0f cpu=%.2f console=%.2f engine=%.2f other=%.2f "
		     "console_mib=%.1f console_peak_mib=%.1f engine_mib=%.1f engine_peak_mib=%.1f\n",
	    name, (double)(p->bytes - bytes) * 1e3 / took, share['c'] + share['e'] + share['s'] + share['o'],
	    share['c'], share['e'], share['s'] + share['o'], rss['c'], peak['c'], rss['e'], peak['e']);
	return !p->gone;
}

static int
ptybench_socket(const char *port, bool bound)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)strtoul(port, NULL, 10)) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd >= 0 &&
	    (bound ? bind(fd, (struct sockaddr *)&to, sizeof to) : connect(fd, (struct sockaddr *)&to, sizeof to)) !=
		0) {
		(void)close(fd);
		fd = -1;
	}
	return fd;
}

static bool
ptybench_mark(struct ptybench *p, int fd, char caller[16])
{
	char msg[1024];
	unsigned id = p->marked++;
	int n;

	(void)snprintf(
	    caller, 16, "m%c%c%03u", 'a' + (char)(getpid() % 26), 'a' + (char)(getpid() / 26 % 26), id % 1000);
	n = snprintf(msg, sizeof msg,
	    "SIP/2.0 503 Service Unavailable\r\n"
	    "Via: SIP/2.0/UDP 127.0.0.1:5061;branch=z9hG4bKmark%d-%u\r\n"
	    "From: <sip:%s@127.0.0.1>;tag=f%u\r\nTo: <sip:%s@127.0.0.1>;tag=t%u\r\n"
	    "Call-ID: %s-%d-%u@ptybench\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n",
	    (int)getpid(), id, caller, id, caller, id, caller, (int)getpid(), id);
	return send(fd, msg, (size_t)n, 0) == n;
}

static bool
ptybench_marks(struct ptybench *p, char *arg)
{
	static struct ptybench_figures seen;
	const char *name = ptybench_field(&arg), *port;
	long times = strtol(ptybench_field(&arg), NULL, 10), missed = 0;
	int fd = ptybench_socket(port = ptybench_field(&arg), false);
	double gap_ms = strtod(arg, NULL);
	char caller[16];

	(void)port;
	seen.n = 0;
	for (long i = 0; fd >= 0 && i < times && !p->gone; i++) {
		double at;

		ptybench_read(p, gap_ms);
		at = ptybench_now_ms();
		if (ptybench_mark(p, fd, caller) && ptybench_until(p, caller, 5000))
			ptybench_add(&seen, p->byte_ms - at);
		else
			missed++;
	}
	if (fd >= 0)
		(void)close(fd);
	(void)printf("marks name=%s n=%zu missed=%ld p50=%.1f p99=%.1f max=%.1f\n", name, seen.n, missed,
	    ptybench_rank(&seen, 0.5), ptybench_rank(&seen, 0.99), ptybench_rank(&seen, 1));
	return fd >= 0 && !p->gone;
}

/* The digits before a text, commas left out. */
static bool
ptybench_count(struct ptybench *p, char *arg)
{
	const char *name = ptybench_field(&arg), *at = NULL;
	char row[PTYSCREEN_TEXT], digits[32];
	size_t n = sizeof digits - 1;

	for (int r = 0; r < p->screen.rows && at == NULL; r++) {
		ptyscreen_text(&p->screen, r, row);
		at = strstr(row, arg);
	}
	digits[n] = '\0';
	while (at != NULL && at > row && (at[-1] == ',' || (at[-1] >= '0' && at[-1] <= '9')) && n > 0) {
		at--;
		if (*at != ',')
			digits[--n] = *at;
	}
	(void)printf("count name=%s value=%s\n", name, digits[n] != '\0' ? digits + n : "-");
	return true;
}

static bool
ptybench_sink(struct ptybench *p, const char *port)
{
	int fd = ptybench_socket(port, true), small = 4096;

	if (fd < 0 || p->n_sinks == PTYBENCH_SINKS)
		return false;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
	p->sinks[p->n_sinks++] = fd;
	return true;
}

static void
ptybench_stop(struct ptybench *p)
{
	if (p->beside <= 0)
		return;
	(void)kill(-p->beside, SIGTERM);
	(void)waitpid(p->beside, NULL, 0);
	p->beside = 0;
}

static bool
ptybench_beside(struct ptybench *p, const char *command)
{
	ptybench_stop(p);
	p->beside = fork();
	if (p->beside == 0) {
		int null = open("/dev/null", O_RDWR);

		(void)setpgid(0, 0);
		for (int i = 0; null >= 0 && i < 3; i++)
			(void)dup2(null, i);
		(void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	if (p->beside > 0)
		(void)setpgid(p->beside, p->beside);
	return p->beside > 0;
}

static bool
ptybench_wait(struct ptybench *p, const char *text)
{
	bool ok = ptybench_until(p, text, PTYBENCH_UNTIL_MS);

	(void)printf("until text='%s' since_start=%.1f since_key=%.1f bytes=%llu\n", text, p->byte_ms - p->began_ms,
	    p->byte_ms - p->key_ms, p->bytes);
	return ok;
}

static bool
ptybench_step(struct ptybench *p, char *arg)
{
	const char *step = ptybench_field(&arg);

	if (strcmp(step, "read") == 0)
		return ptybench_read(p, strtod(arg, NULL) * 1e3), !p->gone;
	if (strcmp(step, "until") == 0)
		return ptybench_wait(p, arg);
	if (strcmp(step, "settle") == 0)
		return ptybench_settle(p, strtod(arg, NULL));
	if (strcmp(step, "type") == 0)
		return ptybench_type(p, arg);
	if (strcmp(step, "keys") == 0)
		return ptybench_keys(p, arg);
	if (strcmp(step, "load") == 0)
		return ptybench_load(p, arg);
	if (strcmp(step, "marks") == 0)
		return ptybench_marks(p, arg);
	if (strcmp(step, "count") == 0)
		return ptybench_count(p, arg);
	if (strcmp(step, "bytes") == 0)
		return printf("bytes name=%s all=%llu\n", arg, p->bytes) > 0;
	if (strcmp(step, "sink") == 0)
		return ptybench_sink(p, arg);
	if (strcmp(step, "start") == 0)
		return ptybench_beside(p, arg);
	if (strcmp(step, "stop") == 0)
		return ptybench_stop(p), true;
	if (strcmp(step, "show") == 0)
		return ptyscreen_print(&p->screen, stdout), true;
	if (strcmp(step, "save") == 0)
		return (p->log = fopen(arg, "wb")) != NULL;
	return false;
}

static bool
ptybench_begin(struct ptybench *p, const char *size, char **argv)
{
	struct winsize ws = { 24, 80, 0, 0 };

	if (sscanf(size, "%hux%hu", &ws.ws_row, &ws.ws_col) != 2 || ws.ws_row == 0 || ws.ws_col == 0)
		return false;
	ptyscreen_init(&p->screen, ws.ws_row, ws.ws_col);
	p->began_ms = p->key_ms = p->byte_ms = ptybench_now_ms();
	p->pid = forkpty(&p->fd, NULL, NULL, &ws);
	if (p->pid == 0) {
		(void)setenv("TERM", "xterm-256color", 1);
		(void)execvp(argv[0], argv);
		perror(argv[0]);
		_exit(127);
	}
	return p->pid > 0;
}

/* It is ours: asked to end, and made to when it does not. */
static void
ptybench_end(struct ptybench *p)
{
	int status;

	ptybench_stop(p);
	(void)kill(p->pid, SIGTERM);
	ptybench_read(p, 50);
	for (int i = 0; i < 300 && waitpid(p->pid, &status, WNOHANG) == 0; i++) {
		ptybench_read(p, 10);
		if (p->gone)
			(void)poll(NULL, 0, 10);
		if (i == 299)
			(void)kill(p->pid, SIGKILL);
	}
	(void)close(p->fd);
	for (size_t i = 0; i < p->n_sinks; i++)
		(void)close(p->sinks[i]);
	if (p->log != NULL)
		(void)fclose(p->log);
}

int
main(int argc, char **argv)
{
	static struct ptybench p = { .answer = 1 };
	int first = 1, last;
	bool ok = true;

	if (argc > 1 && strcmp(argv[1], "-n") == 0) {
		p.answer = 0;
		first = 2;
	}
	for (last = first; last < argc && strcmp(argv[last], "--") != 0; last++)
		continue;
	if (last + 1 >= argc || !ptybench_begin(&p, argv[first], argv + last + 1)) {
		(void)fputs("usage: ptybench [-n] ROWSxCOLS STEP... -- PROGRAM [ARG...]\n", stderr);
		return 2;
	}
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = first + 1; i < last && ok; i++) {
		ok = ptybench_step(&p, argv[i]);
		if (!ok) {
			(void)printf("failed step=%s%s\n", argv[i], p.gone ? " (the program is gone)" : "");
			ptyscreen_print(&p.screen, stdout);
		}
	}
	ptybench_end(&p);
	return ok ? 0 : 1;
}
