/*
 * udpsend - sends SIP answers over loopback at an even pace and says how many of each code it sent.
 *   udpsend PORT RATE SECONDS CODE...
 * One datagram a response, each of its own transaction; the codes take turns.  It binds PORT itself, so that no ICMP
 * error comes back; what is sent is seen by a capture on lo whether it is read from the socket or not.
 * Output: "code N" lines and "all N"; exit 1 when the kernel refused one.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { UDPSEND_CODES = 16, UDPSEND_MSG = 1024 };

static unsigned long
udpsend_number(const char *s, unsigned long max)
{
	char *end;
	unsigned long v;

	errno = 0;
	v = strtoul(s, &end, 10);
	if (errno != 0 || end == s || *end != '\0' || v > max) {
		(void)fprintf(stderr, "udpsend: %s: a number up to %lu is wanted\n", s, max);
		exit(2);
	}
	return v;
}

static int
udpsend_socket(unsigned long port, struct sockaddr_in *to, int bound)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	memset(to, 0, sizeof *to);
	to->sin_family = AF_INET;
	to->sin_port = htons((unsigned short)port);
	to->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || (bound && bind(fd, (const struct sockaddr *)to, sizeof *to) != 0)) {
		perror("udpsend: socket");
		exit(1);
	}
	return fd;
}

static int
udpsend_message(char *out, unsigned long code, unsigned long n, long run)
{
	return snprintf(out, UDPSEND_MSG,
	    "SIP/2.0 %lu Test answer\r\n"
	    "Via: SIP/2.0/UDP 127.0.0.1:5061;branch=z9hG4bK%lx-%lx\r\n"
	    "From: <sip:caller%lu@127.0.0.1>;tag=f%lx\r\n"
	    "To: <sip:called%lu@127.0.0.1>;tag=t%lx\r\n"
	    "Call-ID: %lx-%lx@udpsend\r\n"
	    "CSeq: 1 INVITE\r\n"
	    "Server: udpsend\r\n"
	    "Content-Length: 0\r\n\r\n", code, run, n, n % 100, n, n % 10, n, run, n);
}

static void
udpsend_until(const struct timespec *start, unsigned long n, unsigned long rate)
{
	struct timespec at = *start;
	unsigned long long ns = (unsigned long long)at.tv_nsec + n * 1000000000ull / rate;

	at.tv_sec += (time_t)(ns / 1000000000ull);
	at.tv_nsec = (long)(ns % 1000000000ull);
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR)
		continue;
}

int
main(int argc, char **argv)
{
	unsigned long codes[UDPSEND_CODES], sent[UDPSEND_CODES] = { 0 }, port, rate, total, n_codes, n;
	struct sockaddr_in to;
	struct timespec start;
	char msg[UDPSEND_MSG];
	int fd;

	if (argc < 5 || argc - 4 > UDPSEND_CODES) {
		(void)fputs("usage: udpsend PORT RATE SECONDS CODE...\n", stderr);
		return 2;
	}
	port = udpsend_number(argv[1], 65535);
	rate = udpsend_number(argv[2], 1000000);
	total = rate * udpsend_number(argv[3], 3600);
	n_codes = (unsigned long)argc - 4;
	for (unsigned long i = 0; i < n_codes; i++)
		codes[i] = udpsend_number(argv[4 + i], 699);
	(void)udpsend_socket(port, &to, 1);
	fd = udpsend_socket(port, &to, 0);
	(void)clock_gettime(CLOCK_MONOTONIC, &start);
	for (n = 0; n < total; n++) {
		int len = udpsend_message(msg, codes[n % n_codes], n, (long)getpid());

		/* Ten at a time: a wake-up for each would cost more than the sending. */
		if (n % 10 == 0)
			udpsend_until(&start, n, rate);
		if (sendto(fd, msg, (size_t)len, 0, (const struct sockaddr *)&to, sizeof to) != len) {
			perror("udpsend: sendto");
			return 1;
		}
		sent[n % n_codes]++;
	}
	for (unsigned long i = 0; i < n_codes; i++)
		(void)printf("%lu %lu\n", codes[i], sent[i]);
	(void)printf("all %lu\n", total);
	return 0;
}
