/*
 * logsend - send log entries (each "LENGTH SP TEXT", from standard input) to a syslog socket as syslog(3) of a PBX
 * does: one datagram an entry, line ends inside.  usage: logsend SOCKET < ENTRIES
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { LOGSEND_MAX = 65536 };

static int
logsend_connect(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	if (fd < 0 || strlen(path) >= sizeof a.sun_path)
		return -1;
	memcpy(a.sun_path, path, strlen(path));
	return connect(fd, (struct sockaddr *)&a, sizeof a) == 0 ? fd : -1;
}

/* A full socket blocks, so nothing is lost here. */
static int
logsend_one(int fd, const char *text, size_t n)
{
	static char out[LOGSEND_MAX + 64];
	int head = snprintf(out, sizeof out, "<134>Mar  3 10:15:01 asterisk[2177]: ");
	/* The daemon drops one line feed at the end of a message; the text has its own. */
	size_t all = (size_t)head + n;

	memcpy(out + head, text, n);
	while (send(fd, out, all, 0) < 0)
		if (errno != EINTR && errno != ENOBUFS)
			return -1;
	return 0;
}

int
main(int argc, char **argv)
{
	static char text[LOGSEND_MAX];
	int fd = argc == 2 ? logsend_connect(argv[1]) : -1;
	size_t n;

	if (fd < 0) {
		(void)fprintf(stderr, "usage: logsend SOCKET < ENTRIES\n");
		return 2;
	}
	while (scanf("%zu", &n) == 1) {
		if (n > sizeof text || getchar() != ' ' || fread(text, 1, n, stdin) != n ||
		    logsend_one(fd, text, n) != 0) {
			perror("logsend");
			return 1;
		}
	}
	return close(fd);
}
