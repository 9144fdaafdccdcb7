/*
 * logwriter - a program that writes a log and has it rotated under it: numbered acc lines of Kamailio, one code each,
 * at a rate.  usage: logwriter FILE LINES A_SECOND A_FILE rename|shift|copytruncate|recreate|reopen
 *
 * rename: FILE becomes FILE.1, FILE.2, ... and a new one is opened.  shift: FILE.2 becomes FILE.3, FILE.1 FILE.2, FILE
 * FILE.1, as logrotate does; 50 are kept.  copytruncate: FILE is copied and cut to nothing, between two half seconds in
 * which nothing is written: who looks when it is as long again sees nothing.  recreate: FILE is deleted, after one.
 * reopen: somebody else rotates it and sends HUP, on which it is opened again, a little later; A_FILE is how often, and
 * the last lines wait for that.  Pauses are longer by SIPWHY_E2E_SLACK, when that is set.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LOGWRITER_KEEP = 50, LOGWRITER_QUIET_MS = 500, LOGWRITER_LATE = 100 };

static volatile sig_atomic_t hung_up;

static void
on_hup(int signo)
{
	(void)signo;
	hung_up = LOGWRITER_LATE;
}

static void
wait_until(const struct timespec *t)
{
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, t, NULL) == EINTR)
		;
}

static long
slack(void)
{
	const char *factor = getenv("SIPWHY_E2E_SLACK");
	long n = factor != NULL ? strtol(factor, NULL, 10) : 1;

	return n > 0 ? n : 1;
}

static void
later(struct timespec *t, long ns)
{
	t->tv_nsec += ns;
	t->tv_sec += t->tv_nsec / 1000000000;
	t->tv_nsec %= 1000000000;
}

static int
opened(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

	if (fd < 0) {
		perror(path);
		exit(1);
	}
	return fd;
}

static int
numbered(char *out, size_t cap, const char *path, long n)
{
	return snprintf(out, cap, "%s.%ld", path, n);
}

static void
shift(const char *path)
{
	char from[512], to[512];

	for (long i = LOGWRITER_KEEP; i > 0; i--) {
		(void)numbered(from, sizeof from, path, i);
		(void)numbered(to, sizeof to, path, i + 1);
		(void)rename(from, to);
	}
	(void)numbered(to, sizeof to, path, 1);
	(void)rename(path, to);
	(void)numbered(to, sizeof to, path, LOGWRITER_KEEP + 1);
	(void)unlink(to);
}

static int
rotate(const char *path, int fd, const char *how, long n, struct timespec *clock)
{
	char to[512];

	if (strcmp(how, "rename") == 0) {
		(void)numbered(to, sizeof to, path, n);
		(void)rename(path, to);
	} else if (strcmp(how, "shift") == 0) {
		shift(path);
	} else {
		later(clock, LOGWRITER_QUIET_MS * 1000000L * slack());
		wait_until(clock);
		if (strcmp(how, "recreate") == 0) {
			(void)unlink(path);
		} else {
			if (ftruncate(fd, 0) != 0)
				exit(1);
			later(clock, LOGWRITER_QUIET_MS * 1000000L * slack());
			wait_until(clock);
		}
	}
	if (strcmp(how, "copytruncate") == 0)
		return fd;
	(void)close(fd);
	return opened(path);
}

int
main(int argc, char **argv)
{
	long lines = argc == 6 ? strtol(argv[2], NULL, 10) : 0, rate = argc == 6 ? strtol(argv[3], NULL, 10) : 0,
	     each = argc == 6 ? strtol(argv[4], NULL, 10) : 0, rotations = 0;
	int waits = argc == 6 && strcmp(argv[5], "reopen") == 0, fd;
	struct timespec clock;

	if (lines < 1 || rate < 1 || each < 1) {
		(void)fprintf(stderr,
		    "usage: logwriter FILE LINES A_SECOND A_FILE "
		    "rename|shift|copytruncate|recreate|reopen\n");
		return 2;
	}
	(void)signal(SIGHUP, on_hup);
	fd = opened(argv[1]);
	(void)clock_gettime(CLOCK_MONOTONIC, &clock);
	for (long i = 0; i < lines; i++) {
		if (i > 0 && i % each == 0 && !waits)
			fd = rotate(argv[1], fd, argv[5], ++rotations, &clock);
		while (waits && i == lines - 2L * LOGWRITER_LATE && rotations + (hung_up > 0) < each)
			(void)poll(NULL, 0, 20);
		if (hung_up > 0 && --hung_up == 0) {
			(void)close(fd);
			fd = opened(argv[1]);
			rotations++;
		}
		if (dprintf(fd,
			"Mar  3 10:15:01 proxy1 /usr/sbin/kamailio[2144]: NOTICE: acc [acc.c:288]: acc_log_request(): "
			"ACC: transaction answered: timestamp=1772532901;method=INVITE;from_tag=f%ld;to_tag=t%ld;"
			"call_id=line-%ld@192.0.2.20;code=%ld;reason=Because\n",
			i, i, i, 400 + i * 7919 % 200) < 0)
			return 1;
		later(&clock, 1000000000 / rate);
		if (i % 10 == 9)
			wait_until(&clock);
	}
	(void)printf("%ld rotations\n", rotations);
	return close(fd);
}
