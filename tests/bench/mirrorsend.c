/*
 * mirrorsend - sends the traffic of a made-up PBX over loopback, evenly and counted, as a mirror of it or as itself.
 *   mirrorsend hep|sip|bad PORT RATE SECONDS
 * hep: HEP3 over UDP to 127.0.0.1:PORT, times of now.  sip: plain datagrams between 127.0.0.1:PORT and 127.0.0.2:PORT,
 * both bound here and never read, for a capture on lo to see.  bad: as hep, answers of 1,400 bytes that are long lists,
 * which cost a parser most.  RATE: messages a second in all, 0 for as many as go out.
 * Output: {"sent":N,"seconds":S,"rate":R,"bytes":B,"codes":{"200":N,...}}, where sent and codes are exact.
 *
 * The one thing to know: every call is a new one: 4,096 go on side by side, each message is copied from a text of its
 * kind and gets the call's number written into it.  Time that this process loses is not caught up with: no more than
 * what is due in a millisecond goes out at once, so the rate that is told may be lower than the one asked for.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	MIRRORSEND_CALLS = 4096,
	MIRRORSEND_BATCH = 64,
	MIRRORSEND_TEXT = 1600,
	MIRRORSEND_BAD = 1400,
	MIRRORSEND_HEAD = 96, /* of HEP, at most */
	MIRRORSEND_HOLES = 16,
	MIRRORSEND_NAP_NS = 100000
};

/* What a call says: a letter for each message, see mirrorsend_say.  share: of a thousand calls; bad: of bad ones. */
static const struct {
	const char *method, *story;
	unsigned share, bad;
} mirrorsend_stories[] = {
	{ "OPTIONS", "q2", 230, 0 },
	{ "REGISTER", "qur2", 180, 0 },
	{ "REGISTER", "qf", 20, 0 },
	{ "INVITE", "qtg2ab3", 330, 0 },
	{ "INVITE", "qtgya", 80, 0 },
	{ "INVITE", "qtna", 60, 0 },
	{ "INVITE", "qsa", 40, 0 },
	{ "INVITE", "qtgck6a", 40, 0 },
	{ "SUBSCRIBE", "q2", 20, 0 },
	{ "OPTIONS", "p", 0, 500 },
	{ "OPTIONS", "l", 0, 500 },
};
enum { MIRRORSEND_STORIES = sizeof mirrorsend_stories / sizeof mirrorsend_stories[0] };

/* A message to be copied: where the call's number goes, in hex, and where the time goes. */
struct mirrorsend_kind {
	char bytes[MIRRORSEND_HEAD + MIRRORSEND_TEXT];
	size_t n, head, holes[MIRRORSEND_HOLES], n_holes;
	unsigned code; /* 0: a request */
	bool answer;   /* it goes the other way */
};

struct mirrorsend_call {
	uint32_t number;
	uint8_t story, step;
};

struct mirrorsend {
	struct mirrorsend_kind kinds[MIRRORSEND_STORIES][8];
	struct mirrorsend_call calls[MIRRORSEND_CALLS];
	uint32_t next_number, seed, turn;
	bool hep, bad;
	int fd[2];
	struct sockaddr_in at[2];
	struct mmsghdr msg[2][MIRRORSEND_BATCH];
	struct iovec iov[2][MIRRORSEND_BATCH];
	char text[2][MIRRORSEND_BATCH][MIRRORSEND_HEAD + MIRRORSEND_TEXT];
	unsigned of[2][MIRRORSEND_BATCH]; /* codes of what is in a batch */
	unsigned n[2];
	uint64_t sent, bytes, codes[700];
};

static const char mirrorsend_sdp[] =
    "v=0\r\no=- 3939 3939 IN IP4 10.1.0.7\r\ns=call\r\nc=IN IP4 10.1.0.7\r\nt=0 0\r\n"
    "m=audio 16412 RTP/AVP 8 0 9 18 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:9 G722/8000\r\n"
    "a=rtpmap:18 G729/8000\r\na=fmtp:18 annexb=no\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\n"
    "a=ptime:20\r\na=maxptime:150\r\na=sendrecv\r\na=rtcp:16413\r\n";

/* What a letter of a story stands for: an answer's code and phrase, or a request when code is 0. */
static const struct {
	char letter;
	unsigned code;
	const char *phrase, *extra;
	const char *method; /* when it is not the story's */
} mirrorsend_says[] = {
	{ 'q', 0, "", "", NULL },
	{ 'r', 0, "",
	    "Authorization: Digest username=\"5010\",realm=\"pbx\",nonce=\"6f1c\",uri=\"sip:pbx\",response=\"00\"\r\n",
	    NULL },
	{ 'a', 0, "", "", "ACK" },
	{ 'b', 0, "", "Reason: Q.850;cause=16\r\n", "BYE" },
	{ 'c', 0, "", "", "CANCEL" },
	{ 't', 100, "Trying", "", NULL },
	{ 'g', 180, "Ringing", "", NULL },
	{ '2', 200, "OK", "", NULL },
	{ '3', 200, "OK", "", "BYE" },
	{ 'k', 200, "OK", "", "CANCEL" },
	{ 'u', 401, "Unauthorized",
	    "WWW-Authenticate: Digest realm=\"pbx\",nonce=\"6f1c\",algorithm=MD5,qop=\"auth\"\r\n", NULL },
	{ 'f', 403, "Forbidden", "", NULL },
	{ 'n', 404, "Not Found", "Reason: Q.850;cause=1;text=\"Unallocated number\"\r\n", NULL },
	{ 'y', 486, "Busy Here", "Reason: Q.850;cause=17;text=\"User busy\"\r\n", NULL },
	{ '6', 487, "Request Terminated", "", NULL },
	{ 'p', 200, "OK", "", NULL },
	{ 'l', 420, "Bad Extension", "", NULL },
	{ 's', 503, "Service Unavailable", "Retry-After: 30\r\nWarning: 399 pbx \"No trunk is left\"\r\n", NULL },
};

static size_t
mirrorsend_say(char letter)
{
	for (size_t i = 0; i < sizeof mirrorsend_says / sizeof mirrorsend_says[0]; i++)
		if (mirrorsend_says[i].letter == letter)
			return i;
	abort();
}

/* Parameters of From, or names in a list, up to 1,400 bytes. */
static void
mirrorsend_worsen(char *out, size_t n, char letter)
{
	char *at = strstr(out, letter == 'p' ? "\r\nTo:" : "\r\nContent-Length:");
	size_t room = at != NULL && n < MIRRORSEND_BAD ? (MIRRORSEND_BAD - n) / 2 * 2 : 0;

	if (room == 0)
		return;
	memmove(at + room, at, n + 1 - (size_t)(at - out));
	for (size_t i = 0; i < room; i += 2)
		memcpy(at + i, letter == 'p' ? ";a" : ",a", 2);
}

/* Where a number goes stand eight of '#'. */
static size_t
mirrorsend_write(char *out, const char *story_method, const char *story, unsigned step, size_t say)
{
	const char *method = mirrorsend_says[say].method != NULL ? mirrorsend_says[say].method : story_method;
	unsigned code = mirrorsend_says[say].code;
	bool call = strcmp(story_method, "INVITE") == 0;
	const char *body = call && (story[step] == 'q' || story[step] == '2') ? mirrorsend_sdp : "";
	bool tagged = code > 100 || strcmp(method, "ACK") == 0 || strcmp(method, "BYE") == 0;
	bool again = story[step] == 'r' || (story[step] == '2' && strchr(story, 'r') != NULL);
	unsigned cseq = strcmp(method, "BYE") == 0 || again ? 2 : 1;
	int n = code != 0 ? snprintf(out, MIRRORSEND_TEXT, "SIP/2.0 %u %s\r\n", code, mirrorsend_says[say].phrase)
			  : snprintf(out, MIRRORSEND_TEXT, "%s sip:4930########@10.20.25.53:5060 SIP/2.0\r\n", method);

	n += snprintf(out + n, MIRRORSEND_TEXT - (size_t)n,
	    "Via: SIP/2.0/UDP 10.1.0.7:5060;rport%s;branch=z9hG4bK-%u-########\r\n"
	    "%s"
	    "Max-Forwards: 69\r\n"
	    "From: \"Desk 5010\" <sip:5010@10.1.0.7>;tag=a########\r\n"
	    "To: <sip:4930########@10.20.25.53>%s\r\n"
	    "Call-ID: ########-4f1b-mirror@10.1.0.7\r\n"
	    "CSeq: %u %s\r\n"
	    "Contact: <sip:5010@10.1.0.7:5060;transport=udp>\r\n"
	    "%s: Example PBX 20.4.1\r\n"
	    "Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY, INFO, UPDATE, PRACK, MESSAGE\r\n"
	    "Supported: replaces, timer, path\r\n"
	    "%s%s"
	    "Content-Length: %zu\r\n\r\n%s",
	    code != 0 ? "=5060;received=10.1.0.7" : "", strcmp(method, "BYE") == 0 ? 2 : cseq,
	    call ? "Record-Route: <sip:10.20.25.53;lr;ftag=a########>\r\n" : "", tagged ? ";tag=b########" : "", cseq,
	    method, code != 0 ? "Server" : "User-Agent", mirrorsend_says[say].extra,
	    *body != '\0' ? "Content-Type: application/sdp\r\n" : "", strlen(body), body);
	if (story[step] == 'p' || story[step] == 'l')
		mirrorsend_worsen(out, (size_t)n, story[step]);
	return strlen(out);
}

static size_t
mirrorsend_be(char *p, size_t at, uint64_t v, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		p[at + i] = (char)(v >> (8 * (n - 1 - i)));
	return at + n;
}

static size_t
mirrorsend_chunk(char *p, size_t at, unsigned kind, uint64_t v, unsigned n)
{
	at = mirrorsend_be(p, at, 0, 2);
	at = mirrorsend_be(p, at, kind, 2);
	at = mirrorsend_be(p, at, 6 + n, 2);
	return mirrorsend_be(p, at, v, n);
}

enum { MIRRORSEND_SEC = 6 + 7 + 7 + 10 + 10 + 8 + 8 + 6, MIRRORSEND_USEC = MIRRORSEND_SEC + 4 + 6 };

/* Header and chunks up to the message; the time is written when it goes out. */
static size_t
mirrorsend_head(char *p, size_t payload, bool answer)
{
	const uint64_t pbx = 0x0a010007, carrier = 0x0a141935;
	size_t at = 6;

	memcpy(p, "HEP3", 4);
	at = mirrorsend_chunk(p, at, 1, 2, 1);
	at = mirrorsend_chunk(p, at, 2, 17, 1);
	at = mirrorsend_chunk(p, at, 3, answer ? carrier : pbx, 4);
	at = mirrorsend_chunk(p, at, 4, answer ? pbx : carrier, 4);
	at = mirrorsend_chunk(p, at, 7, 5060, 2);
	at = mirrorsend_chunk(p, at, 8, 5060, 2);
	at = mirrorsend_chunk(p, at, 9, 0, 4);
	at = mirrorsend_chunk(p, at, 10, 0, 4);
	at = mirrorsend_chunk(p, at, 11, 1, 1);
	at = mirrorsend_chunk(p, at, 12, 2001, 4);
	at = mirrorsend_be(p, at, 0, 2);
	at = mirrorsend_be(p, at, 15, 2);
	at = mirrorsend_be(p, at, 6 + payload, 2);
	(void)mirrorsend_be(p, 4, at + payload, 2);
	return at;
}

static void
mirrorsend_kind_make(struct mirrorsend *m, unsigned story, unsigned step)
{
	struct mirrorsend_kind *k = &m->kinds[story][step];
	size_t say = mirrorsend_say(mirrorsend_stories[story].story[step]), n;
	char text[MIRRORSEND_TEXT];

	n = mirrorsend_write(text, mirrorsend_stories[story].method, mirrorsend_stories[story].story, step, say);
	k->code = mirrorsend_says[say].code;
	k->answer = k->code != 0;
	k->head = m->hep ? mirrorsend_head(k->bytes, n, k->answer) : 0;
	memcpy(k->bytes + k->head, text, n);
	k->n = k->head + n;
	for (char *at = k->bytes + k->head; (at = strstr(at, "########")) != NULL; at += 8)
		k->holes[k->n_holes++] = (size_t)(at - k->bytes);
}

static uint32_t
mirrorsend_random(struct mirrorsend *m)
{
	m->seed = m->seed * 1664525 + 1013904223;
	return m->seed >> 8;
}

static unsigned
mirrorsend_share(const struct mirrorsend *m, unsigned story)
{
	return m->bad ? mirrorsend_stories[story].bad : mirrorsend_stories[story].share;
}

static void
mirrorsend_begin(struct mirrorsend *m, struct mirrorsend_call *c)
{
	unsigned r = mirrorsend_random(m) % 1000;

	c->number = m->next_number++;
	c->step = 0;
	for (c->story = 0; r >= mirrorsend_share(m, c->story); c->story++)
		r -= mirrorsend_share(m, c->story);
}

/* The next message of the next call goes to the batch of its direction. */
static void
mirrorsend_next(struct mirrorsend *m, const char now[8])
{
	static const char hex[] = "0123456789abcdef";
	struct mirrorsend_call *c = &m->calls[m->turn++ % MIRRORSEND_CALLS];
	const struct mirrorsend_kind *k = &m->kinds[c->story][c->step];
	unsigned way = !m->hep && k->answer ? 1 : 0, at = m->n[way]++;
	char *out = m->text[way][at], digits[8];

	for (unsigned i = 0; i < 8; i++)
		digits[i] = hex[c->number >> (28 - 4 * i) & 15];
	memcpy(out, k->bytes, k->n);
	for (size_t i = 0; i < k->n_holes; i++)
		memcpy(out + k->holes[i], digits, 8);
	if (m->hep) {
		memcpy(out + MIRRORSEND_SEC, now, 4);
		memcpy(out + MIRRORSEND_USEC, now + 4, 4);
	}
	m->iov[way][at].iov_len = k->n;
	m->of[way][at] = k->code;
	if (mirrorsend_stories[c->story].story[++c->step] == '\0')
		mirrorsend_begin(m, c);
}

static void
mirrorsend_out(struct mirrorsend *m, unsigned way)
{
	unsigned done = 0;

	while (done < m->n[way]) {
		int n = sendmmsg(m->fd[way], m->msg[way] + done, m->n[way] - done, 0);

		if (n < 0 && (errno == EINTR || errno == ENOBUFS || errno == EAGAIN))
			continue;
		if (n <= 0) {
			perror("mirrorsend: sendmmsg");
			exit(1);
		}
		for (int i = 0; i < n; i++) {
			m->codes[m->of[way][done + (unsigned)i]]++;
			m->bytes += m->iov[way][done + (unsigned)i].iov_len;
		}
		done += (unsigned)n;
		m->sent += (unsigned)n;
	}
	m->n[way] = 0;
}

static void
mirrorsend_batch(struct mirrorsend *m, unsigned n)
{
	struct timespec t;
	char now[8];

	(void)clock_gettime(CLOCK_REALTIME, &t);
	(void)mirrorsend_be(now, 0, (uint64_t)t.tv_sec, 4);
	(void)mirrorsend_be(now, 4, (uint64_t)t.tv_nsec / 1000, 4);
	for (unsigned i = 0; i < n; i++)
		mirrorsend_next(m, now);
	mirrorsend_out(m, 0);
	mirrorsend_out(m, 1);
}

static double
mirrorsend_now_s(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Returns the seconds that it took. */
static double
mirrorsend_run(struct mirrorsend *m, double rate, double seconds)
{
	double began = mirrorsend_now_s(), now, most = rate / 1000 > 1 ? rate / 1000 : 1, paid = began;
	const struct timespec nap = { 0, MIRRORSEND_NAP_NS };

	while ((now = mirrorsend_now_s()) - began < seconds) {
		double due = rate > 0 ? (now - paid) * rate : MIRRORSEND_BATCH;

		if (rate > 0 && due > most) {
			paid = now - most / rate;
			due = most;
		}
		if (due < 1 || (due < MIRRORSEND_BATCH && due < most / 4)) {
			(void)nanosleep(&nap, NULL);
			continue;
		}
		if (due > MIRRORSEND_BATCH)
			due = MIRRORSEND_BATCH;
		mirrorsend_batch(m, (unsigned)due);
		if (rate > 0)
			paid += (double)(unsigned)due / rate;
	}
	return now - began;
}

/* hep: connected, so that who does not listen is told.  sip: two that are bound, with as little room as they get. */
static void
mirrorsend_open(struct mirrorsend *m, uint16_t port)
{
	int small = 1, rc = 0;

	for (unsigned i = 0; i < 2; i++) {
		m->fd[i] = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		m->at[i] = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port) };
		m->at[i].sin_addr.s_addr = htonl(INADDR_LOOPBACK + i);
		(void)setsockopt(m->fd[i], SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
		if (!m->hep)
			rc |= bind(m->fd[i], (struct sockaddr *)&m->at[i], sizeof m->at[i]);
	}
	for (unsigned i = 0; i < 2; i++)
		rc |= connect(m->fd[i], (struct sockaddr *)&m->at[m->hep ? 0 : 1 - i], sizeof m->at[i]);
	if (rc != 0) {
		perror("mirrorsend: socket");
		exit(1);
	}
}

static struct mirrorsend *
mirrorsend_new(bool hep, bool bad)
{
	struct mirrorsend *m = calloc(1, sizeof *m);

	if (m == NULL)
		exit(1);
	m->hep = hep;
	m->bad = bad;
	m->seed = 1;
	/* Another run's calls are other calls. */
	m->next_number = (uint32_t)getpid() << 20;
	for (unsigned s = 0; s < MIRRORSEND_STORIES; s++)
		for (unsigned i = 0; mirrorsend_stories[s].story[i] != '\0'; i++)
			mirrorsend_kind_make(m, s, i);
	for (unsigned i = 0; i < MIRRORSEND_CALLS; i++)
		mirrorsend_begin(m, &m->calls[i]);
	for (unsigned way = 0; way < 2; way++)
		for (unsigned i = 0; i < MIRRORSEND_BATCH; i++) {
			m->iov[way][i].iov_base = m->text[way][i];
			m->msg[way][i].msg_hdr.msg_iov = &m->iov[way][i];
			m->msg[way][i].msg_hdr.msg_iovlen = 1;
		}
	return m;
}

int
main(int argc, char **argv)
{
	struct mirrorsend *m;
	double took;
	const char *comma = "";
	bool hep, bad;

	bad = argc == 5 && strcmp(argv[1], "bad") == 0;
	hep = bad || (argc == 5 && strcmp(argv[1], "hep") == 0);
	if (!hep && (argc != 5 || strcmp(argv[1], "sip") != 0)) {
		(void)fputs("usage: mirrorsend hep|sip|bad PORT RATE SECONDS\n", stderr);
		return 2;
	}
	/* Naps of a tenth of a millisecond must not be of two. */
	(void)prctl(PR_SET_TIMERSLACK, 1);
	m = mirrorsend_new(hep, bad);
	mirrorsend_open(m, (uint16_t)strtoul(argv[2], NULL, 10));
	took = mirrorsend_run(m, strtod(argv[3], NULL), strtod(argv[4], NULL));
	(void)printf("{\"sent\":%llu,\"seconds\":%.3f,\"rate\":%.0f,\"bytes\":%llu,\"codes\":{",
	    (unsigned long long)m->sent, took, (double)m->sent / took, (unsigned long long)m->bytes);
	for (unsigned code = 100; code < 700; code++)
		if (m->codes[code] > 0) {
			(void)printf("%s\"%u\":%llu", comma, code, (unsigned long long)m->codes[code]);
			comma = ",";
		}
	(void)puts("}}");
	free(m);
	return 0;
}
