/*
 * flood - a hostile neighbour of a syslog receiver, over TCP on loopback.
 * usage: flood slow PORT CONNECTIONS SECONDS   hold many connections, a byte a second each
 *        flood connects PORT N                 N connections one after the other as fast as it goes, 200 held at once
 *        flood endless PORT MIB BYTE           one line without an end, made of one byte (its number)
 *        flood frames PORT N                   N good messages, RFC 6587 counted; prints how many were taken
 *        flood raw PORT < BYTES                these bytes, then half-close and wait for the other end
 *        flood reset PORT N                    N times a good message and a reset, once let in; prints how many
 *        flood udp PORT N                      N good datagrams as fast as it goes; prints how many were sent
 * A connection that is closed on us is no error: that is what it is there for.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { FLOOD_HELD = 200, FLOOD_CONNECTIONS = 1000, FLOOD_WAITS = 3000 };

static int
flood_connect(long port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof a) != 0) {
		(void)close(fd);
		fd = -1;
	}
	return fd;
}

static int
flood_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t w = send(fd, p, n, MSG_NOSIGNAL);

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return -1;
		p += w;
		n -= (size_t)w;
	}
	return 0;
}

static int
flood_slow(long port, long n, long seconds)
{
	static int fds[FLOOD_CONNECTIONS];

	if (n > FLOOD_CONNECTIONS)
		return 2;
	for (long i = 0; i < n; i++)
		fds[i] = flood_connect(port);
	for (long s = 0; s < seconds; s++) {
		for (long i = 0; i < n; i++)
			if (fds[i] >= 0)
				(void)send(fds[i], s == 0 ? "<" : "1", 1, MSG_NOSIGNAL);
		(void)nanosleep(&(struct timespec){ 1, 0 }, NULL);
	}
	return 0;
}

static int
flood_connects(long port, long n)
{
	int held[FLOOD_HELD];
	long made = 0;

	for (int i = 0; i < FLOOD_HELD; i++)
		held[i] = -1;
	for (long i = 0; i < n; i++) {
		int *slot = &held[i % FLOOD_HELD];

		if (*slot >= 0)
			(void)close(*slot);
		*slot = flood_connect(port);
		made += *slot >= 0;
	}
	(void)printf("%ld\n", made);
	return 0;
}

static int
flood_endless(long port, long mib, int byte)
{
	static char block[1 << 20];
	int fd = flood_connect(port);

	memset(block, byte, sizeof block);
	while (mib-- > 0 && fd >= 0 && flood_all(fd, block, sizeof block) == 0)
		;
	return 0;
}

static int
flood_frames(long port, long n)
{
	int fd = flood_connect(port);
	char text[512], out[600];
	long sent = 0;

	for (; fd >= 0 && sent < n; sent++) {
		int len = snprintf(text, sizeof text,
		    "<134>1 2026-03-03T10:15:01Z proxy1 kamailio 77 - - NOTICE: acc [acc.c:288]: acc_log_request(): "
		    "ACC: transaction answered: timestamp=1772532901;method=INVITE;from_tag=f;to_tag=t;"
		    "call_id=good-%ld;code=486;"
		    "reason=Busy Here",
		    sent);
		int all = snprintf(out, sizeof out, "%d %s", len, text);

		if (flood_all(fd, out, (size_t)all) != 0)
			break;
		(void)nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
	}
	(void)printf("%ld\n", sent);
	return fd >= 0 ? close(fd) : 1;
}

static int
flood_text(char *out, size_t cap, long n)
{
	return snprintf(out, cap,
	    "<134>1 2026-03-03T10:15:01Z proxy1 kamailio 77 - - NOTICE: acc [acc.c:288]: acc_log_request(): ACC: "
	    "transaction answered: timestamp=1772532901;method=INVITE;from_tag=f;to_tag=t;call_id=good-%ld;code=486;"
	    "reason=Busy Here\n",
	    n);
}

/* Whether somebody waits to be let in: a listener's queue stands where the bytes to be read of others do. */
static int
flood_waiting(long port)
{
	FILE *f = fopen("/proc/net/tcp", "r");
	char line[256];
	unsigned at, state, waiting = 0;

	while (f != NULL && waiting == 0 && fgets(line, sizeof line, f) != NULL)
		if (sscanf(line, "%*s %*8x:%x %*8x:%*x %x %*x:%x", &at, &state, &waiting) != 3 ||
		    at != (unsigned)port || state != TCP_LISTEN)
			waiting = 0;
	if (f != NULL)
		(void)fclose(f);
	return waiting > 0;
}

static int
flood_reset(long port, long n)
{
	struct linger now = { 1, 0 };
	char text[512];
	long sent = 0, waits = 0;

	for (long i = 0; i < n; i++) {
		int fd = flood_connect(port), len = flood_text(text, sizeof text, i);

		/* It is let in before it breaks off, or there is nobody who could hear it. */
		do
			(void)nanosleep(&(struct timespec){ 0, 20000000 }, NULL);
		while (flood_waiting(port) && ++waits < FLOOD_WAITS);
		sent += fd >= 0 && flood_all(fd, text, (size_t)len) == 0;
		if (fd >= 0)
			(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
		if (fd >= 0)
			(void)close(fd);
	}
	(void)printf("%ld\n", sent);
	return 0;
}

static int
flood_udp(long port, long n)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char text[512];
	long sent = 0;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof a) != 0)
		return 1;
	for (long i = 0; i < n; i++) {
		int len = flood_text(text, sizeof text, i);

		sent += send(fd, text, (size_t)len, 0) == len;
	}
	(void)printf("%ld\n", sent);
	return close(fd);
}

static int
flood_raw(long port)
{
	char block[65536];
	int fd = flood_connect(port);
	size_t n;

	while (fd >= 0 && (n = fread(block, 1, sizeof block, stdin)) > 0)
		if (flood_all(fd, block, n) != 0)
			return 0;
	if (fd < 0)
		return 1;
	(void)shutdown(fd, SHUT_WR);
	while (recv(fd, block, sizeof block, 0) > 0)
		;
	return 0;
}

int
main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";
	long port = argc > 2 ? strtol(argv[2], NULL, 10) : 0, a = argc > 3 ? strtol(argv[3], NULL, 10) : 0,
	     b = argc > 4 ? strtol(argv[4], NULL, 10) : 0;

	(void)signal(SIGPIPE, SIG_IGN);
	if (strcmp(what, "slow") == 0)
		return flood_slow(port, a, b);
	if (strcmp(what, "connects") == 0)
		return flood_connects(port, a);
	if (strcmp(what, "endless") == 0)
		return flood_endless(port, a, (int)b);
	if (strcmp(what, "frames") == 0)
		return flood_frames(port, a);
	if (strcmp(what, "raw") == 0)
		return flood_raw(port);
	if (strcmp(what, "reset") == 0)
		return flood_reset(port, a);
	if (strcmp(what, "udp") == 0)
		return flood_udp(port, a);
	(void)fprintf(stderr, "usage: flood slow|connects|endless|frames|raw|reset|udp PORT ...\n");
	return 2;
}
