/*
 * failures - a capture of N INVITEs that are all refused, to standard output: a list of failures as long as one wants.
 * usage: failures N > FILE (classic pcap, Ethernet, IPv4, UDP; 2N packets, 100 calls a second by the capture's clock)
 * The one thing to know: attempt i is refused with failures_codes[i % 5] by peer i % 200, so every count is known: of
 * 1,000,000 attempts 200,000 have each code and 5,000 each peer.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	unsigned code;
	const char *phrase, *reason;
} failures_codes[] = {
	{ 503, "Service Unavailable", "Reason: Q.850;cause=34;text=\"No circuit\"\r\n" },
	{ 404, "Not Found", "Reason: Q.850;cause=1\r\n" },
	{ 486, "Busy Here", "" },
	{ 488, "Not Acceptable Here", "Warning: 304 pbx \"Media type not available\"\r\n" },
	{ 603, "Decline", "" },
};

enum { FAILURES_CODES = 5, FAILURES_PEERS = 200, FAILURES_A_SECOND = 100 };

static size_t
failures_be16(uint8_t *p, size_t at, unsigned v)
{
	p[at] = (uint8_t)(v >> 8);
	p[at + 1] = (uint8_t)v;
	return at + 2;
}

static int
failures_message(char *out, size_t cap, unsigned long i, int answer)
{
	unsigned long peer = i / FAILURES_CODES % FAILURES_PEERS;
	unsigned k = (unsigned)(i % FAILURES_CODES);
	int n = answer ? snprintf(out, cap, "SIP/2.0 %u %s\r\n", failures_codes[k].code, failures_codes[k].phrase) :
	                 snprintf(out, cap, "INVITE sip:49301%07lu@10.20.%lu.41 SIP/2.0\r\n", i, peer);

	return n + snprintf(out + n, cap - (size_t)n,
	    "Via: SIP/2.0/UDP 10.10.0.5:5060;branch=z9hG4bK%016lx\r\n"
	    "Max-Forwards: 70\r\n"
	    "From: <sip:44206%06lu@10.10.0.5>;tag=%08lx\r\n"
	    "To: <sip:49301%07lu@10.20.%lu.41>%s\r\n"
	    "Call-ID: %016lx@10.10.0.5\r\n"
	    "CSeq: 1 INVITE\r\n%s"
	    "%s"
	    "Content-Length: 0\r\n\r\n",
	    i, i * 7919 % 1000000, i, i, peer, answer ? ";tag=t1" : "", i * 0x9e3779b97f4a7c15ul,
	    answer ? "Server: Carrier 2.1\r\n" : "User-Agent: PBX 16\r\n", answer ? failures_codes[k].reason : "");
}

static size_t
failures_frame(uint8_t *p, const char *sip, size_t n, unsigned long peer, int answer)
{
	const uint8_t us[4] = { 10, 10, 0, 5 }, them[4] = { 10, 20, (uint8_t)peer, 41 };
	size_t at = 34;

	memset(p, 0, 42);
	p[0] = p[6] = 2;
	(void)failures_be16(p, 12, 0x0800);
	p[14] = 0x45;
	(void)failures_be16(p, 16, (unsigned)(28 + n));
	p[22] = 64;
	p[23] = 17;
	memcpy(p + 26, answer ? them : us, 4);
	memcpy(p + 30, answer ? us : them, 4);
	at = failures_be16(p, at, 5060);
	at = failures_be16(p, at, 5060);
	(void)failures_be16(p, at, (unsigned)(8 + n));
	memcpy(p + 42, sip, n);
	return 42 + n;
}

static void
failures_packet(unsigned long i, int answer)
{
	char sip[1400];
	uint8_t packet[1500];
	int length = failures_message(sip, sizeof sip, i, answer);
	size_t size = failures_frame(packet, sip, (size_t)length, i / FAILURES_CODES % FAILURES_PEERS, answer);
	uint32_t row[4] = { (uint32_t)(1700000000 + i / FAILURES_A_SECOND),
		(uint32_t)(i % FAILURES_A_SECOND * (1000000 / FAILURES_A_SECOND) + (answer ? 5000 : 0)),
		(uint32_t)size, (uint32_t)size };

	(void)fwrite(row, sizeof row, 1, stdout);
	(void)fwrite(packet, size, 1, stdout);
}

int
main(int argc, char **argv)
{
	static const uint32_t head[6] = { 0xa1b2c3d4, 4u << 16 | 2, 0, 0, 65535, 1 };
	unsigned long n = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;

	(void)fwrite(head, sizeof head, 1, stdout);
	for (unsigned long i = 0; i < n; i++) {
		failures_packet(i, 0);
		failures_packet(i, 1);
	}
	return fflush(stdout) == 0 ? 0 : 1;
}
