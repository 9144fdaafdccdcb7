/*
 * hostile_bench - what one datagram can cost at most: 48 shapes that hurt parsers, each at four sizes.
 * The one thing to know: it fails (exit 1) when the worst costs more than 150 us, or more than 75 times a good
 * response, or grows faster than size^1.1 from 16 to 64 KiB where that costs anything at all.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sipwhy/mem.h"
#include "sipwhy/sip.h"

#define END "\r\n"
#define VIA "Via: SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bK1" END
#define REST "To: <sip:c@d>;tag=2" END "Call-ID: x" END "CSeq: 1 INVITE" END
#define HEAD "SIP/2.0 404 Not Found" END VIA "From: <sip:a@b>;tag=1" END REST
#define TAIL "SIP/2.0 404 Not Found" END "From: <sip:a@b>;tag=1" END REST
#define NOFROM "SIP/2.0 404 Not Found" END VIA "To: <sip:c@d>;tag=2" END

enum { BENCH_MAX = 65507, BENCH_SIZES = 4 };

/* A message: text before, a unit repeated until the size is reached, text after. */
struct bench_shape {
	const char *name, *before, *unit, *after;
};

static const struct bench_shape bench_shapes[] = {
	{ "plain_long_subject", HEAD "Subject: ", "a", END END },
	{ "unknown_headers", HEAD, "x:y" END, END },
	{ "unknown_headers_lf", HEAD, "x:y\n", "\n" },
	{ "unknown_headers_cr", HEAD, "x:y\r", "\r" },
	{ "unknown_headers_long", HEAD, "X-Filler: abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz" END, END },
	{ "lines_without_colon", HEAD, "xyz" END, END },
	{ "via_lines", TAIL, "v:SIP/2.0/UDP h" END, END },
	{ "via_commas", TAIL "Via: SIP/2.0/UDP h", ",SIP/2.0/UDP h", END END },
	{ "via_params", TAIL "Via: SIP/2.0/UDP h", ";a", END END },
	{ "via_params_value", TAIL "Via: SIP/2.0/UDP h", ";a=b", END END },
	{ "via_blanks", TAIL "Via: SIP/2.0/", " ", "UDP h" END END },
	{ "via_blanks_end", TAIL "Via: SIP/2.0/UDP h", " ", END END },
	{ "via_comment", TAIL "Via: SIP/2.0/UDP h ", "(", ")" END END },
	{ "via_quotes", TAIL "Via: SIP/2.0/UDP h;a=", "\"", END END },
	{ "via_just_fits", TAIL "Via: SIP/2.0/UDP h;branch=z9hG4bK", "a", END END },
	{ "from_params", NOFROM "From: <sip:a@b>", ";a", END END },
	{ "from_params_value", NOFROM "From: <sip:a@b>", ";a=b", END END },
	{ "from_params_quoted", NOFROM "From: <sip:a@b>", ";a=\"b\"", END END },
	{ "from_lines", HEAD, "f:<sip:a@b>;tag=1" END, END },
	{ "from_display_name", NOFROM "From: \"", "a", "\" <sip:a@b>;tag=1" END END },
	{ "from_display_blanks", NOFROM "From: ", "a ", "<sip:a@b>;tag=1" END END },
	{ "from_backslashes", NOFROM "From: \"", "\\", "\" <sip:a@b>;tag=1" END END },
	{ "from_quotes", NOFROM "From: ", "\"", "<sip:a@b>" END END },
	{ "from_open_brackets", NOFROM "From: ", "<sip:", END END },
	{ "uri_params", NOFROM "From: <sip:a@b", ";a", ">" END END },
	{ "uri_params_value", NOFROM "From: <sip:a@b", ";a=b", ">" END END },
	{ "uri_headers", NOFROM "From: <sip:a@b?a=b", "&a=b", ">" END END },
	{ "uri_percent", NOFROM "From: <sip:", "%41", "@b>" END END },
	{ "uri_ats", NOFROM "From: <sip:", "@", ">" END END },
	{ "uri_colons", NOFROM "From: <sip:a@b", ":", ">" END END },
	{ "contact_commas", HEAD "Contact: <sip:a@b>", ",<sip:a@b>", END END },
	{ "contact_lines", HEAD, "m:<sip:a@b;x;y;z>;q=1;r=2" END, END },
	{ "contact_uri_params", HEAD "Contact: <sip:a@b", ";a", ">" END END },
	{ "call_id_long", NOFROM "From: <sip:a@b>" END "Call-ID: ", "a", END END },
	{ "call_id_ats", NOFROM "From: <sip:a@b>" END "Call-ID: ", "@", END END },
	{ "cseq_digits", NOFROM "From: <sip:a@b>" END "CSeq: ", "1", " INVITE" END END },
	{ "cseq_blanks", NOFROM "From: <sip:a@b>" END "CSeq: 1", " ", "INVITE" END END },
	{ "reason_commas", HEAD "Reason: Q", ",Q", END END },
	{ "reason_params", HEAD "Reason: Q.850", ";a=b", END END },
	{ "reason_lines", HEAD, "Reason: SIP;cause=600" END, END },
	{ "warning_commas", HEAD "Warning: 399 a \"b\"", ",399 a \"b\"", END END },
	{ "server_long", HEAD "Server: ", "a", END END },
	{ "allow_commas", HEAD "Allow: a", ",a", END END },
	{ "www_authenticate", HEAD "WWW-Authenticate: Digest realm=\"a\"", ",a=b", END END },
	{ "folds", HEAD "From: a", END " ", "<sip:a@b>" END END },
	{ "control_bytes", HEAD "Subject: a", "\001", END END },
	{ "phrase_long", "SIP/2.0 404 ", "a", END VIA "From: <sip:a@b>" END REST END },
	{ "leading_breaks", "", "\r\n", HEAD END },
};

static const char *const bench_good[] = {
	"SIP/2.0 200 OK" END
	"Via: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bK-524287-1---8a1f3c9d;rport=5060;received=198.51.100.7" END
	"From: \"Alice Example\" <sip:1001@pbx.example.com>;tag=a73kszlfl" END
	"To: <sip:+4930123456@pbx.example.com;user=phone>;tag=as5f21b0c3" END
	"Call-ID: 3848276298220188511@198.51.100.7" END "CSeq: 2 INVITE" END
	"Contact: <sip:+4930123456@192.0.2.10:5060;transport=udp>" END "Allow: INVITE, ACK, CANCEL, OPTIONS, BYE" END
	"Server: Asterisk PBX 18.20.0" END "Content-Type: application/sdp" END "Content-Length: 16" END END "v=0" END
	"s=session" END,
	"SIP/2.0 100 Trying" END "Via: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bK-524287-1---8a1f3c9d;rport" END
	"From: <sip:1001@pbx.example.com>;tag=a73kszlfl" END "To: <sip:1002@pbx.example.com>" END
	"Call-ID: 3848276298220188511@198.51.100.7" END "CSeq: 2 INVITE" END "Content-Length: 0" END END,
	"SIP/2.0 503 Service Unavailable" END
	"Via: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bK-524287-1---8a1f3c9d;rport" END
	"From: <sip:1001@pbx.example.com>;tag=a73kszlfl" END "To: <sip:1002@pbx.example.com>;tag=x" END
	"Call-ID: 3848276298220188511@198.51.100.7" END "CSeq: 2 INVITE" END "Retry-After: 300" END
	"Reason: Q.850;cause=34;text=\"NORMAL_CIRCUIT_CONGESTION\"" END "Server: carrier" END
	"Content-Length: 0" END END,
};

static double
bench_now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

/* Microseconds for one sip_parse, the best of several rounds. */
static double
bench_cost(struct sip_parser *p, const char *bytes, size_t n, unsigned repeat)
{
	struct sipmsg msg;
	double best = 1e9;

	for (unsigned round = 0; round < 15; round++) {
		double t = bench_now_us();

		for (unsigned i = 0; i < repeat; i++)
			sip_parse(p, (struct slice){ bytes, n }, false, &msg);
		t = (bench_now_us() - t) / repeat;
		if (t < best)
			best = t;
	}
	return best;
}

static size_t
bench_build(char *out, const struct bench_shape *s, size_t size)
{
	size_t before = strlen(s->before), unit = strlen(s->unit), after = strlen(s->after), n = before;

	memcpy(out, s->before, before);
	for (; n + unit + after <= size; n += unit)
		memcpy(out + n, s->unit, unit);
	memcpy(out + n, s->after, after);
	return n + after;
}

static double
bench_mean_good(struct sip_parser *p)
{
	size_t n = sizeof bench_good / sizeof *bench_good;
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += bench_cost(p, bench_good[i], strlen(bench_good[i]), 2000);
	return sum / (double)n;
}

/* Measure one shape; returns the cost of its largest size and raises *exponent. */
static double
bench_shape(struct sip_parser *p, char *space, const struct bench_shape *s, double *worst, double *exponent)
{
	static const size_t sizes[BENCH_SIZES] = { 1024, 4096, 16384, BENCH_MAX };
	double us[BENCH_SIZES], grown;

	for (size_t i = 0; i < BENCH_SIZES; i++) {
		us[i] = bench_cost(p, space, bench_build(space, s, sizes[i]), 20);
		if (us[i] > *worst)
			*worst = us[i];
	}
	grown = log(us[3] / us[2]) / log((double)sizes[3] / (double)sizes[2]);
	/* Below 20 us growth is noise and a jump over a limit, not a law. */
	if (us[3] > 20 && grown > *exponent)
		*exponent = grown;
	printf("%-22s %9.2f %9.2f %9.2f %9.2f %8.2f\n", s->name, us[0], us[1], us[2], us[3], grown);
	return us[3];
}

int
main(void)
{
	struct sip_parser *p = sip_parser_new();
	char *space = mem_alloc(BENCH_MAX + 1024);
	double worst = 0, exponent = 0, good;
	size_t n = sizeof bench_shapes / sizeof *bench_shapes;
	int failed;

	if (!p || !space) {
		sip_parser_free(p);
		mem_free(space);
		return 1;
	}
	good = bench_mean_good(p);
	printf("%-22s %9s %9s %9s %9s %8s\n", "shape", "us@1K", "us@4K", "us@16K", "us@64K", "exponent");
	for (size_t i = 0; i < n; i++)
		bench_shape(p, space, &bench_shapes[i], &worst, &exponent);
	failed = worst > 150 || worst > 75 * good || exponent > 1.1;
	printf("shapes %zu, mean good response %.2f us, worst %.1f us (%.0f x good), exponent %.2f: %s\n", n, good,
	    worst, worst / good, exponent, failed ? "FAILED" : "ok");
	mem_free(space);
	sip_parser_free(p);
	return failed;
}
