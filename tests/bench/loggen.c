/*
 * loggen - the log of a PBX with N messages, and what it holds, for the rows of gate 17; the same bytes each time.
 * usage: loggen asterisk|kamailio|clf N TRUTH > LOG
 *   asterisk  blocks of res_pjsip's logger, one a message: the whole SIP text
 *   kamailio  syslog lines, one a message: requests and responses as lines of a script that quotes the start of the
 *             response, what a call failed with as one of module acc (its failed_transaction_flag and missed calls)
 *   clf       Common Log Format, one line a message, for tools that read web servers' logs
 * TRUTH: "messages|requests|responses all N", "class|code|method X N" with tabs; of Kamailio's log only what is said.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPEN = 512, STEPS = 10, BODY_MAX = 512, TEXT_MAX = 4096, METHODS = 7 };

/* A message of a dialog.  tx: its transaction, counted within the dialog; code 0: a request. */
struct step {
	uint8_t method, cseq, tx;
	uint16_t code;
};

enum { INVITE, ACK, BYE, CANCEL, REGISTER, OPTIONS, NONE };

static const char *const names[METHODS] = { "INVITE", "ACK", "BYE", "CANCEL", "REGISTER", "OPTIONS", "" };

/* What dialogs are made of, each as often as it stands in `mix`; a row ends with method NONE. */
static const struct step scripts[][STEPS + 1] = {
	{ { INVITE, 1, 1, 0 }, { INVITE, 1, 1, 100 }, { INVITE, 1, 1, 180 }, { INVITE, 1, 1, 200 }, { ACK, 1, 2, 0 },
	    { BYE, 2, 3, 0 }, { BYE, 2, 3, 200 }, { NONE, 0, 0, 0 } },
	{ { INVITE, 1, 1, 0 }, { INVITE, 1, 1, 407 }, { ACK, 1, 1, 0 }, { INVITE, 2, 2, 0 }, { INVITE, 2, 2, 100 },
	    { INVITE, 2, 2, 183 }, { INVITE, 2, 2, 200 }, { ACK, 2, 3, 0 }, { BYE, 3, 4, 0 }, { BYE, 3, 4, 200 },
	    { NONE, 0, 0, 0 } },
	{ { INVITE, 1, 1, 0 }, { INVITE, 1, 1, 100 }, { INVITE, 1, 1, 180 }, { INVITE, 1, 1, 486 }, { ACK, 1, 1, 0 },
	    { NONE, 0, 0, 0 } },
	{ { INVITE, 1, 1, 0 }, { INVITE, 1, 1, 404 }, { ACK, 1, 1, 0 }, { NONE, 0, 0, 0 } },
	{ { INVITE, 1, 1, 0 }, { INVITE, 1, 1, 100 }, { INVITE, 1, 1, 180 }, { CANCEL, 1, 1, 0 },
	    { CANCEL, 1, 1, 200 }, { INVITE, 1, 1, 487 }, { ACK, 1, 1, 0 }, { NONE, 0, 0, 0 } },
	{ { INVITE, 1, 1, 0 }, { INVITE, 1, 1, 100 }, { INVITE, 1, 1, 503 }, { ACK, 1, 1, 0 }, { NONE, 0, 0, 0 } },
	{ { REGISTER, 1, 1, 0 }, { REGISTER, 1, 1, 401 }, { REGISTER, 2, 2, 0 }, { REGISTER, 2, 2, 200 },
	    { NONE, 0, 0, 0 } },
	{ { OPTIONS, 1, 1, 0 }, { OPTIONS, 1, 1, 200 }, { NONE, 0, 0, 0 } },
};
static const uint8_t mix[] = { 0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 4, 4, 5, 6, 6, 7 };

struct dialog {
	unsigned long id;
	const struct step *at;
};

/* One message on its way into the log. */
struct one {
	const struct step *s;
	unsigned long id, line;
	bool received;
	char peer[32], call_id[64];
};

struct truth {
	unsigned long requests, responses, method[METHODS], code[700];
};

static uint64_t
mixed(uint64_t x)
{
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static const char *
phrase(unsigned code)
{
	switch (code) {
	case 100:
		return "Trying";
	case 180:
		return "Ringing";
	case 183:
		return "Session Progress";
	case 200:
		return "OK";
	case 401:
		return "Unauthorized";
	case 404:
		return "Not Found";
	case 407:
		return "Proxy Authentication Required";
	case 486:
		return "Busy Here";
	case 487:
		return "Request Terminated";
	default:
		return "Service Unavailable";
	}
}

static int
body(char *out, const struct one *o)
{
	const struct step *s = o->s;

	if (s->method != INVITE || (s->code != 0 && s->code != 183 && s->code != 200))
		return 0;
	return snprintf(out, BODY_MAX,
	    "v=0\r\no=- %lu 1 IN IP4 198.51.100.%lu\r\ns=-\r\nc=IN IP4 198.51.100.%lu\r\nt=0 0\r\n"
	    "m=audio %lu RTP/AVP 8 0 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n"
	    "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:20\r\na=sendrecv\r\n",
	    o->id, o->id % 250, o->id % 250, 10000 + o->id % 20000 * 2);
}

static int
start_line(char *out, size_t cap, const struct one *o)
{
	if (o->s->code != 0)
		return snprintf(out, cap, "SIP/2.0 %u %s", o->s->code, phrase(o->s->code));
	if (o->s->method == REGISTER)
		return snprintf(out, cap, "REGISTER sip:pbx.example.org SIP/2.0");
	return snprintf(out, cap, "%s sip:+4930%07lu@pbx.example.org SIP/2.0", names[o->s->method], o->id % 9999991);
}

/* What only requests or only some responses have. */
static int
more_headers(char *out, size_t cap, const struct one *o)
{
	if (o->s->code == 0)
		return snprintf(out, cap,
		    "Max-Forwards: 70\r\nContact: <sip:%lu@%s>\r\nSupported: replaces, 100rel, timer, norefersub\r\n",
		    1000 + o->id % 5000, o->peer);
	if (o->s->code == 401 || o->s->code == 407)
		return snprintf(out, cap,
		    "%s: Digest realm=\"pbx.example.org\",nonce=\"%016llx\",opaque=\"%08lx\",algorithm=MD5,"
		    "qop=\"auth\"\r\n",
		    o->s->code == 401 ? "WWW-Authenticate" : "Proxy-Authenticate", (unsigned long long)mixed(o->id),
		    o->id);
	if (o->s->code >= 300)
		return snprintf(out, cap, "Reason: Q.850;cause=%u\r\n",
		    o->s->code == 486 ? 17u : o->s->code == 404 ? 1u : 16u);
	return snprintf(out, cap, "Contact: <sip:203.0.113.5:5060>\r\n");
}

static int
sip_text(char *out, const struct one *o)
{
	char sdp[BODY_MAX], start[128], more[512], tag[32] = "";
	int sdp_n = body(sdp, o), n;

	if (o->s->code > 100 || o->s->method == ACK || o->s->method == BYE)
		(void)snprintf(tag, sizeof tag, ";tag=as%lu", o->id);
	(void)start_line(start, sizeof start, o);
	(void)more_headers(more, sizeof more, o);
	n = snprintf(out, TEXT_MAX,
	    "%s\r\n"
	    "Via: SIP/2.0/UDP %s;rport%s;branch=z9hG4bKPj%016llx\r\n"
	    "From: \"Ext %lu\" <sip:%lu@pbx.example.org>;tag=%08lx\r\n"
	    "To: <sip:+4930%07lu@pbx.example.org>%s",
	    start, o->peer, o->s->code != 0 ? "=5060;received=198.51.100.9" : "",
	    (unsigned long long)mixed(o->id * 16 + o->s->tx), 1000 + o->id % 5000, 1000 + o->id % 5000,
	    o->id & 0xffffffff, o->id % 9999991, tag);
	return n + snprintf(out + n, TEXT_MAX - (size_t)n,
	    "\r\nCall-ID: %s\r\nCSeq: %u %s\r\n%s"
	    "Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, SUBSCRIBE, NOTIFY, INFO, PUBLISH, MESSAGE\r\n"
	    "%s: %s\r\n%sContent-Length: %d\r\n\r\n%.*s",
	    o->call_id, o->s->cseq, names[o->s->method], more, o->s->code != 0 ? "Server" : "User-Agent",
	    o->s->code != 0 ? "Asterisk PBX 20.5.2" : "Phone 2.10.20.4",
	    sdp_n > 0 ? "Content-Type: application/sdp\r\n" : "", sdp_n, sdp_n, sdp);
}

/* A thousand messages a second from 2025-11-22 08:00:00 on. */
static void
asterisk(const struct one *o)
{
	char text[TEXT_MAX];
	int n = sip_text(text, o);
	unsigned long ms = o->line % 1000, s = o->line / 1000;

	printf("[2025-11-22 %02lu:%02lu:%02lu.%03lu] VERBOSE[%lu] res_pjsip_logger.c: "
	       "<--- %s SIP %s (%d bytes) %s UDP:%s --->\n",
	    8 + s / 3600, s / 60 % 60, s % 60, ms, 1200 + o->id % 16, o->received ? "Received" : "Transmitting",
	    o->s->code != 0 ? "response" : "request", n, o->received ? "from" : "to", o->peer);
	(void)fwrite(text, (size_t)n, 1, stdout);
	(void)putchar('\n');
}

static bool
is_missed(const struct step *s)
{
	return s->code >= 300 && s->method == INVITE;
}

static void
kamailio(const struct one *o)
{
	unsigned long s = o->line / 1000;
	const struct step *st = o->s;
	char what[64];

	printf("Nov 22 %02lu:%02lu:%02lu sbc1 /usr/sbin/kamailio[%lu]: ", 8 + s / 3600, s / 60 % 60, s % 60,
	    2200 + o->id % 16);
	if (is_missed(st)) {
		printf("NOTICE: acc [acc.c:287]: acc_log_request(): ACC: call missed: timestamp=%lu;method=%s;"
		       "from_tag=%08lx;to_tag=as%lu;call_id=%s;code=%u;reason=%s;src_user=%lu;"
		       "src_domain=pbx.example.org;src_ip=%.*s\n",
		    1763798400 + s, names[st->method], o->id & 0xffffffff, o->id, o->call_id, st->code,
		    phrase(st->code), 1000 + o->id % 5000, (int)strcspn(o->peer, ":"), o->peer);
		return;
	}
	(void)snprintf(what, sizeof what, "%s request", names[st->method]);
	if (st->code != 0)
		(void)snprintf(
		    what, sizeof what, "SIP/2.0 %u %s for %s", st->code, phrase(st->code), names[st->method]);
	printf("INFO: <script>: %s from sip:%lu@pbx.example.org to sip:+4930%07lu@pbx.example.org "
	       "src=%s cseq=%u callid=%s\n",
	    what, 1000 + o->id % 5000, o->id % 9999991, o->peer, st->cseq, o->call_id);
}

static void
clf(const struct one *o)
{
	unsigned long s = o->line / 1000;
	char start[128];
	struct step request = { o->s->method, o->s->cseq, o->s->tx, 0 };
	struct one r = *o;

	r.s = &request;
	(void)start_line(start, sizeof start, &r);
	*strrchr(start, ' ') = '\0';
	/* Such tools know the verbs of HTTP only. */
	printf("%.*s - %lu [22/Nov/2025:%02lu:%02lu:%02lu +0000] \"GET /%s HTTP/1.1\" %u 0\n",
	    (int)strcspn(o->peer, ":"), o->peer, 1000 + o->id % 5000, 8 + s / 3600, s / 60 % 60, s % 60,
	    strchr(start, ' ') + 1, o->s->code != 0 ? o->s->code : 200);
}

static void
count(struct truth *t, const struct step *s, bool said)
{
	if (!said)
		return;
	t->requests += s->code == 0;
	t->responses += s->code != 0;
	t->method[s->method] += s->code == 0;
	t->code[s->code]++;
}

static int
tell(const struct truth *t, const char *path)
{
	FILE *f = fopen(path, "w");
	unsigned long class[7] = { 0 };

	if (f == NULL)
		return 1;
	(void)fprintf(f, "messages\tall\t%lu\n", t->requests + t->responses);
	(void)fprintf(f, "requests\tall\t%lu\nresponses\tall\t%lu\n", t->requests, t->responses);
	for (unsigned m = 0; m < METHODS; m++)
		if (t->method[m] > 0)
			(void)fprintf(f, "method\t%s\t%lu\n", names[m], t->method[m]);
	for (unsigned c = 100; c < 700; c++) {
		class[c / 100] += t->code[c];
		if (t->code[c] > 0)
			(void)fprintf(f, "code\t%u\t%lu\n", c, t->code[c]);
	}
	for (unsigned c = 1; c < 7; c++)
		if (class[c] > 0)
			(void)fprintf(f, "class\t%uxx\t%lu\n", c, class[c]);
	return fclose(f) == 0 ? 0 : 1;
}

/* The next message of one of the dialogs that are open; one that is at its end makes room for a new one. */
static void
next(struct one *o, struct dialog *open, unsigned long line, unsigned long *ids)
{
	struct dialog *d = &open[mixed(line) % OPEN];

	if (d->at == NULL || d->at->method == NONE) {
		d->id = ++*ids;
		d->at = scripts[mix[mixed(d->id + 7) % sizeof mix]];
	}
	*o = (struct one){ .s = d->at++, .id = d->id, .line = line };
	/* The caller's requests come in, what answers them goes out. */
	o->received = o->s->code == 0;
	(void)snprintf(o->peer, sizeof o->peer, "198.51.%lu.%lu:5060", 100 + d->id % 4, 1 + d->id % 250);
	(void)snprintf(
	    o->call_id, sizeof o->call_id, "%016llx%lu@198.51.100.7", (unsigned long long)mixed(d->id), d->id);
}

int
main(int argc, char **argv)
{
	static char buffer[1 << 20];
	static struct dialog open[OPEN];
	static struct truth t;
	unsigned long n = argc == 4 ? strtoul(argv[2], NULL, 10) : 0, ids = 0;
	void (*write)(const struct one *) = NULL;
	bool terse;

	if (argc == 4)
		write = strcmp(argv[1], "asterisk") == 0 ? asterisk
		    : strcmp(argv[1], "kamailio") == 0   ? kamailio
		    : strcmp(argv[1], "clf") == 0        ? clf
							 : NULL;
	if (write == NULL || n == 0) {
		(void)fprintf(stderr, "usage: loggen asterisk|kamailio|clf N TRUTH > LOG\n");
		return 2;
	}
	terse = write == kamailio;
	(void)setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
	for (unsigned long line = 0; line < n; line++) {
		struct one o;

		next(&o, open, line, &ids);
		write(&o);
		count(&t, o.s, !terse || is_missed(o.s));
	}
	return fflush(stdout) == 0 ? tell(&t, argv[3]) : 1;
}
