/*
 * halfopen - a capture of N INVITEs with N Call-IDs that nobody answers, to standard output: what a stranger can make
 * track remember.  usage: halfopen N > FILE (classic pcap, Ethernet, IPv4, UDP; 100,000 a second by the capture's
 * clock)
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t
be16(uint8_t *p, size_t at, unsigned v)
{
	p[at] = (uint8_t)(v >> 8);
	p[at + 1] = (uint8_t)v;
	return at + 2;
}

static int
invite(char *out, size_t cap, unsigned long i)
{
	return snprintf(out, cap,
	    "INVITE sip:49301234%05lu@192.0.2.10 SIP/2.0\r\n"
	    "Via: SIP/2.0/UDP 198.51.%lu.%lu:5060;branch=z9hG4bK%016lx;rport\r\n"
	    "Max-Forwards: 70\r\n"
	    "From: \"Caller\" <sip:%lu@198.51.100.7>;tag=%08lx\r\n"
	    "To: <sip:49301234%05lu@192.0.2.10>\r\n"
	    "Call-ID: %016lx%08lx@198.51.100.7\r\n"
	    "CSeq: 1 INVITE\r\n"
	    "Contact: <sip:%lu@198.51.100.7:5060>\r\n"
	    "User-Agent: Caller 1.0\r\n"
	    "Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, SUBSCRIBE, NOTIFY, INFO, PUBLISH, MESSAGE\r\n"
	    "Supported: replaces, timer\r\n"
	    "Content-Type: application/sdp\r\n"
	    "Content-Length: 129\r\n\r\n"
	    "v=0\r\no=- 1 1 IN IP4 198.51.100.7\r\ns=-\r\nc=IN IP4 198.51.100.7\r\nt=0 0\r\nm=audio 10000 RTP/AVP 8 0 "
	    "101\r\na=rtpmap:8 PCMA/8000\r\na=sendrecv\r\n",
	    i % 100000, i >> 8 & 255, i & 255, i * 2654435761ul, 1000 + i % 500, i, i % 100000,
	    i * 0x9e3779b97f4a7c15ul, i, 1000 + i % 500);
}

static size_t
frame(uint8_t *p, const char *sip, size_t n, unsigned long i)
{
	size_t at = 14;

	memset(p, 0, 42);
	p[0] = p[6] = 2;
	(void)be16(p, 12, 0x0800);
	p[at] = 0x45;
	(void)be16(p, at + 2, (unsigned)(28 + n));
	p[at + 8] = 64;
	p[at + 9] = 17;
	p[at + 12] = 198;
	p[at + 13] = 51;
	p[at + 14] = (uint8_t)(i >> 8);
	p[at + 15] = (uint8_t)i;
	memcpy(p + at + 16, "\xc0\x00\x02\x0a", 4);
	at = be16(p, 34, 5060);
	at = be16(p, at, 5060);
	(void)be16(p, at, (unsigned)(8 + n));
	memcpy(p + 42, sip, n);
	return 42 + n;
}

int
main(int argc, char **argv)
{
	static const uint32_t head[6] = { 0xa1b2c3d4, 4u << 16 | 2, 0, 0, 65535, 1 };
	unsigned long n = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;
	char sip[1400];
	uint8_t packet[1500];

	(void)fwrite(head, sizeof head, 1, stdout);
	for (unsigned long i = 0; i < n; i++) {
		int length = invite(sip, sizeof sip, i);
		size_t size = frame(packet, sip, (size_t)length, i);
		uint32_t row[4] = { (uint32_t)(1700000000 + i / 100000), (uint32_t)(i % 100000 * 10), (uint32_t)size,
			(uint32_t)size };

		(void)fwrite(row, sizeof row, 1, stdout);
		(void)fwrite(packet, size, 1, stdout);
	}
	return fflush(stdout) == 0 ? 0 : 1;
}
