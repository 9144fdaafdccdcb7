/*
 * calllog - the demo's made-up calls of one PBX, written as what different taps of that PBX would have: a capture, an
 * Asterisk log file (res_pjsip_logger in the file channel), or one log entry after the other with its length in front.
 * usage: calllog pcap|asterisk|entries SECONDS > FILE (at most 3,600; the same bytes each time)
 *
 * Truth for the tests of logs: the three forms hold the same messages.  All times are UTC.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "input/demo_traffic.h"

/* 2026-03-03 10:15:00 UTC, and the address of the demo's PBX. */
enum { CALLLOG_START_S = 1772532900 };
static const char calllog_own[] = "192.0.2.10";

struct packet {
	char src[64], dst[64]; /* "192.0.2.1:5060", "[2001:db8::1]:5060" */
	bool from_own;
	const uint8_t *data;
	size_t n;
};

static unsigned
port(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static void
v6(char *out, size_t cap, const uint8_t *a, unsigned p)
{
	struct endpoint e = { .family = 6, .port = (uint16_t)p };

	memcpy(e.addr, a, 16);
	(void)endpoint_format(out, cap, &e, true);
}

/* The demo makes plain IP and UDP without options. */
static void
unpack(const struct frame *f, struct packet *p)
{
	const uint8_t *ip = f->data;
	char own[80];

	if (ip[0] >> 4 == 4) {
		(void)snprintf(p->src, sizeof p->src, "%u.%u.%u.%u:%u", ip[12], ip[13], ip[14], ip[15], port(ip + 20));
		(void)snprintf(p->dst, sizeof p->dst, "%u.%u.%u.%u:%u", ip[16], ip[17], ip[18], ip[19], port(ip + 22));
		p->data = ip + 28;
		p->n = f->caplen - 28;
	} else {
		v6(p->src, sizeof p->src, ip + 8, port(ip + 40));
		v6(p->dst, sizeof p->dst, ip + 24, port(ip + 42));
		p->data = ip + 48;
		p->n = f->caplen - 48;
	}
	(void)snprintf(own, sizeof own, "%s:", calllog_own);
	p->from_own = strncmp(p->src, own, strlen(own)) == 0 || strncmp(p->src, "[2001:db8:10::10]:", 18) == 0;
}

static void
put32(uint32_t v)
{
	(void)fwrite(&v, sizeof v, 1, stdout);
}

static void
pcap_head(void)
{
	put32(0xa1b2c3d4);
	put32(2 | 4 << 16);
	put32(0);
	put32(0);
	put32(FRAME_MAX);
	put32(LINK_RAW);
}

static void
pcap_frame(const struct frame *f)
{
	put32((uint32_t)(f->t_ns / 1000000000));
	put32((uint32_t)(f->t_ns % 1000000000 / 1000));
	put32(f->caplen);
	put32(f->origlen);
	(void)fwrite(f->data, 1, f->caplen, stdout);
}

/* "dateformat = %F %T.%6q", and the text of res_pjsip_logger; whether it is a response its first line says. */
static size_t
entry_head(char *out, size_t cap, int64_t t_ns, const struct packet *p)
{
	time_t s = (time_t)(t_ns / 1000000000);
	struct tm tm;
	char stamp[32];

	(void)gmtime_r(&s, &tm);
	(void)strftime(stamp, sizeof stamp, "%Y-%m-%d %H:%M:%S", &tm);
	return (size_t)snprintf(out, cap,
	    "[%s.%06d] VERBOSE[2190] res_pjsip_logger.c: <--- %s SIP %s (%zu bytes) %s UDP:%s --->\n", stamp,
	    (int)(t_ns % 1000000000 / 1000), p->from_own ? "Transmitting" : "Received",
	    memcmp(p->data, "SIP/2.0 ", 8) == 0 ? "response" : "request", p->n, p->from_own ? "to" : "from",
	    p->from_own ? p->dst : p->src);
}

static void
entry(const struct frame *f, bool counted)
{
	struct packet p;
	char head[256];
	size_t n;

	unpack(f, &p);
	n = entry_head(head, sizeof head, f->t_ns, &p);
	if (counted)
		(void)printf("%zu ", n + p.n + 1);
	(void)fwrite(head, 1, n, stdout);
	(void)fwrite(p.data, 1, p.n, stdout);
	(void)putchar('\n');
}

int
main(int argc, char **argv)
{
	int64_t start = (int64_t)CALLLOG_START_S * 1000000000;
	long seconds = argc == 3 ? strtol(argv[2], NULL, 10) : 0;
	struct demo *d;
	struct frame f;
	bool pcap = argc == 3 && strcmp(argv[1], "pcap") == 0;

	if (seconds < 1 || seconds > 3600) {
		(void)fprintf(stderr, "usage: calllog pcap|asterisk|entries SECONDS > FILE\n");
		return 2;
	}
	d = demo_new(1, start + DEMO_PAST_NS);
	if (d == NULL)
		return 1;
	if (pcap)
		pcap_head();
	while (demo_next(d, start + seconds * 1000000000, &f) == 1)
		if (pcap)
			pcap_frame(&f);
		else
			entry(&f, strcmp(argv[1], "entries") == 0);
	demo_free(d);
	return fflush(stdout) == 0 ? 0 : 1;
}
