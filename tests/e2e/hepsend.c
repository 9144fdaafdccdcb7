/*
 * hepsend - calls that are refused, as HEP3 packets of one or more agents.
 *   hepsend udp|tcp PORT CALLS [RATE [AGENTS [KEY]]]   to 127.0.0.1, RATE packets a second (0: as fast as they go)
 *   hepsend tzsp PORT CALLS [RATE]                     the same over UDP as frames in TZSP, without agents and key
 *   hepsend - 0 CALLS ...                              on standard output, back to back
 * A call is an INVITE from 192.0.2.1 to 198.51.100.7 and its 486, each packet once for each agent (edge-1, edge-2 ...;
 * capture ids 1, 2 ...).  Prints on standard error how many packets were sent.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64, PACKET_MAX = 1024 };

struct packet {
	uint8_t b[PACKET_MAX];
	size_t n;
};

struct sender {
	int fd;
	int datagrams;
	unsigned long rate, sent, lost;
	struct timespec start;
	struct packet batch[BATCH];
	unsigned filled;
};

static void
chunk(struct packet *p, unsigned type, const void *data, size_t n)
{
	const uint8_t head[6] = { 0, 0, 0, (uint8_t)type, (uint8_t)((n + 6) >> 8), (uint8_t)(n + 6) };

	memcpy(p->b + p->n, head, sizeof head);
	memcpy(p->b + p->n + sizeof head, data, n);
	p->n += sizeof head + n;
}

static void
number(struct packet *p, unsigned type, unsigned size, uint32_t v)
{
	uint8_t b[4];

	for (unsigned i = 0; i < size; i++)
		b[i] = (uint8_t)(v >> 8 * (size - 1 - i));
	chunk(p, type, b, size);
}

enum { SIP_MAX = 768 };

static size_t
message(char sip[SIP_MAX], unsigned long call, int answer)
{
	static const char *const first[] = { "INVITE sip:4930123456@198.51.100.7 SIP/2.0", "SIP/2.0 486 Busy Here" };

	return (size_t)snprintf(sip, SIP_MAX,
	    "%s\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK-%lx-%lx\r\nFrom: <sip:1001@192.0.2.1>;tag=f%lx\r\n"
	    "To: <sip:4930123456@198.51.100.7>%s%.0lx\r\nCall-ID: %lx-%lx@192.0.2.1\r\nCSeq: 1 INVITE\r\n"
	    "Max-Forwards: 70\r\nContact: <sip:1001@192.0.2.1:5060>\r\nContent-Length: 0\r\n\r\n",
	    first[answer], (unsigned long)getpid(), call, call, answer ? ";tag=t" : "", answer ? call : 0,
	    (unsigned long)getpid(), call);
}

static void
put(struct packet *p, const void *bytes, size_t n)
{
	memcpy(p->b + p->n, bytes, n);
	p->n += n;
}

/* TZSP without tags, Ethernet, IPv4 and UDP without checksums. */
static void
build_tzsp(struct packet *p, unsigned long call, int answer)
{
	static const uint8_t here[4] = { 192, 0, 2, 1 }, there[4] = { 198, 51, 100, 7 };
	char sip[SIP_MAX];
	size_t n = message(sip, call, answer), udp = n + 8, ip = udp + 20;
	const uint8_t ends[4] = { (uint8_t)(ip >> 8), (uint8_t)ip, (uint8_t)(udp >> 8), (uint8_t)udp };

	p->n = 0;
	put(p, "\1\0\0\1\1\0\0\0\0\0\2\0\0\0\0\0\1\10\0\105\0", 21);
	put(p, ends, 2);
	put(p, "\0\0\0\0\100\21\0\0", 8);
	put(p, answer ? there : here, 4);
	put(p, answer ? here : there, 4);
	put(p, "\23\304\23\304", 4);
	put(p, ends + 2, 2);
	put(p, "\0\0", 2);
	put(p, sip, n);
}

static void
build(struct packet *p, unsigned long call, int answer, unsigned agent, const char *key)
{
	char sip[SIP_MAX], name[16];
	struct timespec ts;
	size_t n = message(sip, call, answer);

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	memcpy(p->b, "HEP3\0\0", 6);
	p->n = 6;
	number(p, 1, 1, 2);
	number(p, 2, 1, 17);
	number(p, 3, 4, answer ? 0xc6336407 : 0xc0000201);
	number(p, 4, 4, answer ? 0xc0000201 : 0xc6336407);
	number(p, 7, 2, 5060);
	number(p, 8, 2, 5060);
	number(p, 9, 4, (uint32_t)ts.tv_sec);
	number(p, 10, 4, (uint32_t)(ts.tv_nsec / 1000));
	number(p, 11, 1, 1);
	number(p, 12, 4, agent);
	chunk(p, 19, name, (size_t)snprintf(name, sizeof name, "edge-%u", agent));
	if (key != NULL)
		chunk(p, 14, key, strlen(key));
	chunk(p, 15, sip, n);
	p->b[4] = (uint8_t)(p->n >> 8);
	p->b[5] = (uint8_t)p->n;
}

static void
pace(const struct sender *s)
{
	struct timespec now;
	double due, is;

	if (s->rate == 0)
		return;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	is = (double)(now.tv_sec - s->start.tv_sec) + (double)(now.tv_nsec - s->start.tv_nsec) / 1e9;
	due = (double)s->sent / (double)s->rate;
	if (due > is)
		(void)nanosleep(
		    &(struct timespec){ (time_t)(due - is), (long)((due - is - (double)(time_t)(due - is)) * 1e9) },
		    NULL);
}

static void
flush(struct sender *s)
{
	struct mmsghdr msg[BATCH];
	struct iovec iov[BATCH];
	unsigned done = 0;

	memset(msg, 0, sizeof msg);
	for (unsigned i = 0; i < s->filled; i++) {
		iov[i] = (struct iovec){ s->batch[i].b, s->batch[i].n };
		msg[i].msg_hdr.msg_iov = &iov[i];
		msg[i].msg_hdr.msg_iovlen = 1;
	}
	while (done < s->filled && s->datagrams) {
		int n = sendmmsg(s->fd, msg + done, s->filled - done, 0);

		if (n > 0)
			done += (unsigned)n;
		else if (errno != EINTR && errno != ENOBUFS && errno != EAGAIN && errno != ECONNREFUSED)
			exit(1);
	}
	for (unsigned i = 0; i < s->filled && !s->datagrams; i++)
		for (size_t at = 0; at < s->batch[i].n;) {
			ssize_t n = write(s->fd, s->batch[i].b + at, s->batch[i].n - at);

			if (n <= 0)
				exit(1);
			at += (size_t)n;
		}
	s->sent += s->filled;
	s->filled = 0;
	pace(s);
}

int
main(int argc, char **argv)
{
	static struct sender s;
	int tzsp;
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	unsigned long calls = argc > 3 ? strtoul(argv[3], NULL, 10) : 0,
		      agents = argc > 5 ? strtoul(argv[5], NULL, 10) : 1;

	if (argc < 4) {
		(void)fprintf(stderr, "usage: hepsend udp|tcp|tzsp|- PORT CALLS [RATE [AGENTS [KEY]]]\n");
		return 2;
	}
	to.sin_port = htons((uint16_t)strtoul(argv[2], NULL, 10));
	tzsp = strcmp(argv[1], "tzsp") == 0;
	s.datagrams = tzsp || strcmp(argv[1], "udp") == 0;
	s.rate = argc > 4 ? strtoul(argv[4], NULL, 10) : 0;
	s.fd = argv[1][0] == '-' ? STDOUT_FILENO : socket(AF_INET, s.datagrams ? SOCK_DGRAM : SOCK_STREAM, 0);
	if (s.fd < 0 || (argv[1][0] != '-' && connect(s.fd, (struct sockaddr *)&to, sizeof to) != 0)) {
		perror("hepsend");
		return 1;
	}
	(void)clock_gettime(CLOCK_MONOTONIC, &s.start);
	for (unsigned long i = 0; i < 2 * calls; i++)
		for (unsigned a = 1; a <= agents; a++) {
			struct packet *p = &s.batch[s.filled++];

			if (tzsp)
				build_tzsp(p, i / 2, (int)(i % 2));
			else
				build(p, i / 2, (int)(i % 2), a, argc > 6 ? argv[6] : NULL);
			if (s.filled == BATCH || (i == 2 * calls - 1 && a == agents))
				flush(&s);
		}
	(void)fprintf(stderr, "%lu\n", s.sent);
	return 0;
}
