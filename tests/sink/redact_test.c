/*
 * redact_test - nothing that tells of people or opens a door leaves a message that is redacted, however it is written;
 * what an operator needs stays.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sink/redact.h"
#include "sipwhy/sink.h"

/* Everything with "zq" in it is a secret, and so are numbers with 7391. */
static const char request[] =
    "INVITE sip:zqcalled;isub=zq1:zqpass@203.0.113.40:5060;user=phone;"
    "line=zqline?Subject=zqurihead&Reason=SIP%3Bcause%3D302 SIP/2.0\r\n"
    "Via: SIP/2.0/UDP 10.20.0.10;branch=z9hG4bK8c38fb29;rport=5060\r\n"
    "v: SIP/2.0/TCP 10.20.0.11;branch=z9hG4bKother;received=192.0.2.9\r\n"
    "From: \"Alice \\\"Zq\\\" Zqname\" <sip:zqalice@pbx.example.net>;tag=i3\r\n"
    "To: Bob Zqsmith <sip:+442079467391@example.net;user=phone>\r\n"
    "Contact: <sips:zqalice%2Eb@10.20.4.47:5061;transport=tls;ob>"
    ";+sip.instance=\"<urn:uuid:zq-instance>\";expires=60\r\n"
    "P-Asserted-Identity: \"Zqname, A.\" <tel:+442079467391;ext=7391;phone-context=+7391>"
    ", Zq, Other <sip:zq.other@x.example>\r\n"
    "Diversion: Zq Desk<sip:zqdiv@10.20.0.10>;reason=user-busy;counter=1\r\n"
    "History-Info: <sip:zqhist@example.net?Reason=SIP%3Bcause%3D486&Name=zq>;index=1, <tel:7391-7391>;index=1.1\r\n"
    "Remote-Party-ID: zq raw <sip:zqrpid@example.net>;party=calling;screen=yes;privacy=off\r\n"
    "Referred-By: sip:zq,ref;x=1@example.net;cid=\"zqcid@x\"\r\n"
    "Refer-To: <sip:zqrefer@example.net?Replaces=call%40host%3Bto-tag%3Da>\r\n"
    "X-Account: zqaccount; pin=zq7391, n=4\r\nX-Customer : zq.customer@example.net zq 7391\r\n"
    "X-Asterisk-HangupCause: No circuit available\r\nX-Asterisk-HangupCauseCode: 34\r\n"
    "Subject: zq about our contract\r\nOrganization: Zq Ltd\r\ns: zq short\r\n"
    "P-Access-Network-Info: 3GPP-E-UTRAN-FDD; utran-cell-id-3gpp=zqcell\r\n"
    "Authorization: Digest username=\"zqalice\",realm=\"asterisk\", nonce = \"zqnonce\",uri=\"sip:zqalice@x\",\r\n"
    "\tresponse=zqresponse, cnonce=\"zq\\\"c\", opaque=\"zqopaque\", "
    "algorithm=MD5,qop=auth,nc=00000001,newer=zqvalue\r\n"
    "Proxy-Authorization: Basic enF1c2VyOnpxcGFzcw==\r\nAUTHORIZATION\t: Bearer zq.jwt.zq\r\n"
    "Proxy-Authorization: ZqScheme zq\"zq\", pin=zq\r\n"
    "Identity: zqeyJhbGciOi.zq\r\n zqmore;info=<https://cert.example.net/zqpath>;alg=ES256;ppt=shaken\r\n"
    "Geolocation: <cid:zq@x>\r\nAlert-Info: <http://example.net/zq/ring.wav>\r\n"
    "Call-ID: 8c38fb290003@10.20.0.10\r\nCSeq: 1 INVITE\r\nUser-Agent: Desk/1.2\r\nMax-Forwards: 70\r\n"
    "zq no header at all\r\n"
    "Reason: Q.850;cause=34;text=\"zq.mail@x refused 442079467391\"\r\n"
    "c: application/SDP\r\nl: 9\r\n\r\n"
    "v=0\r\no=zqorigin 1 2 IN IP4 10.20.0.10\r\ns=zq session\r\ni=zq info\r\nu=http://zq\r\ne=zq@x\r\np=+7391\r\n"
    "c=IN IP4 10.20.0.10\r\nk=clear:zqkey\r\nt=0 0\r\nm=audio 30000 RTP/SAVP 8 101\r\na=rtpmap:8 PCMA/8000\r\n"
    "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:zqkey|2^20|1:4\r\na=ice-pwd:zqicepwd\r\na=ice-ufrag:zqu\r\n"
    "a=fingerprint:sha-256 ZQ:AB\r\na=key-mgmt:mikey zqmikey\r\na=ssrc:7 cname:zq@x\r\na=x-new:zq\r\n"
    "a=sendrecv\r\nx=zq\r\nzq\r\n";

static const char *const kept[] = { "203.0.113.40:5060", "user=phone", "cause%3D302", "branch=z9hG4bK8c38fb29",
	"received=192.0.2.9", "@pbx.example.net>;tag=i3", "transport=tls;ob>", "expires=60",
	"reason=user-busy;counter=1", "cause%3D486", ";index=1", "party=calling;screen=yes;privacy=off", "call%40host",
	"X-Account:", "HangupCause: No circuit available", "HangupCauseCode: 34", "realm=\"asterisk\"", "algorithm=MD5",
	"qop=auth", "nc=00000001", "Basic d", "https://cert.example.net", "alg=ES256;ppt=shaken",
	"Call-ID: 8c38fb290003@10.20.0.10", "CSeq: 1 INVITE", "User-Agent: Desk/1.2", "Q.850;cause=34;text=\"", "o=u",
	" 1 2 IN IP4 10.20.0.10", "m=audio 30000 RTP/SAVP 8 101", "a=rtpmap:8 PCMA/8000",
	"a=crypto:1 AES_CM_128_HMAC_SHA1_80 d", "a=ice-pwd:d", "a=fingerprint:sha-256 d", "a=sendrecv",
	"Digest username=\"u" };

static struct slice
hide(struct buf *b, struct slice raw)
{
	struct redact r = { .seed = 9 };

	buf_clear(b);
	redact_message(b, &r, raw);
	assert_true(buf_ok(b));
	return buf_slice(b);
}

static bool
has(struct slice s, const char *text)
{
	return slice_ifind(s, slice_str(text)) >= 0;
}

static void
check_hidden(struct slice s)
{
	static const char *const secrets[] = { "zq", "7391", "enF1c2VyOnpxcGFzcw" };

	for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++) {
		if (has(s, secrets[i]))
			fprintf(stderr, "\"%s\" in:\n%.*s\n", secrets[i], (int)s.n, s.p);
		assert_false(has(s, secrets[i]));
	}
}

static void
test_secrets(void **state)
{
	struct buf b;
	struct slice out;

	(void)state;
	buf_init(&b, 1 << 16);
	out = hide(&b, slice_str(request));
	check_hidden(out);
	for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
		if (!has(out, kept[i]))
			fprintf(stderr, "no \"%s\" in:\n%.*s\n", kept[i], (int)out.n, out.p);
		assert_true(has(out, kept[i]));
	}
	buf_fini(&b);
}

/* A message that was cut anywhere hides as much. */
static void
test_cut(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 1 << 16);
	for (size_t n = 0; n < sizeof request; n++)
		check_hidden(hide(&b, (struct slice){ request, n }));
	for (size_t n = 0; n < sizeof request - 1; n++)
		check_hidden(hide(&b, slice_str(request + n)));
	buf_fini(&b);
}

/* The same in letters of any case, with blanks before colons, tabs behind them, and folded at each blank. */
static void
test_written_otherwise(void **state)
{
	struct buf b, other;

	(void)state;
	buf_init(&b, 1 << 16);
	buf_init(&other, 1 << 16);
	for (unsigned seed = 1; seed < 400; seed++) {
		bool name = false, head = true, body = false;
		unsigned random = seed;

		buf_clear(&other);
		for (size_t i = 0; i + 1 < sizeof request; i++) {
			char c = request[i];

			random = random * 1103515245U + 12345U;
			body = body || memcmp(request + i, "\n\r\n", 3) == 0;
			head = head && c != '\n';
			name = c == '\n' ? !body : name && c != ':';
			if ((name || seed % 2 != 0) && !body && !head && (random >> 16) % 2 != 0)
				c = (char)(isupper((unsigned char)c) ? tolower((unsigned char)c)
								     : toupper((unsigned char)c));
			if (c == ':' && !name && request[i - 1] != '/' && i > 1 && (random >> 20) % 4 == 0 && !body &&
			    !head && request[i + 1] == ' ')
				buf_puts(&other, " \t");
			buf_putc(&other, c);
			if (c == ' ' && !body && !head && !name && (random >> 18) % 3 == 0)
				buf_puts(&other, (random >> 24) % 2 != 0 ? "\r\n\t" : "\t");
		}
		check_hidden(hide(&b, buf_slice(&other)));
	}
	buf_fini(&b);
	buf_fini(&other);
}

static void
check_same(const char *a, const char *c, bool same)
{
	struct redact r = { .seed = 3 };
	struct buf x, y;

	buf_init(&x, 100);
	buf_init(&y, 100);
	redact_user(&x, &r, slice_str(a));
	redact_user(&y, &r, slice_str(c));
	assert_int_equal(slice_eq(buf_slice(&x), buf_slice(&y)), same);
	buf_fini(&x);
	buf_fini(&y);
}

static void
test_same_user(void **state)
{
	(void)state;
	check_same("alice", "%61lic%65", true);
	check_same("alice", "Alice", true);
	check_same("+442079460123", "+44(20)7946-0123", true);
	check_same("+442079460123", "442079460123", true);
	check_same("alice", "alice2", false);
	check_same("a%2", "a%", false);
}

/* A body's kind, whether something of it is to be seen, and what. */
static void
check_body(const char *type, const char *body, const char *seen)
{
	char raw[2048], length[40];
	struct buf b;
	struct slice out;
	const char *end;

	(void)snprintf(raw, sizeof raw, "MESSAGE sip:zq@x SIP/2.0\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n%s",
	    type, strlen(body), body);
	buf_init(&b, 1 << 16);
	out = hide(&b, slice_str(raw));
	check_hidden(out);
	if (!has(out, seen))
		fprintf(stderr, "no \"%s\" in:\n%.*s\n", seen, (int)out.n, out.p);
	assert_true(has(out, seen));
	/* As long as it says. */
	end = out.p + slice_ifind(out, slice_str("\r\n\r\n")) + 4;
	(void)snprintf(length, sizeof length, "Content-Length: %zu\r\n", out.n - (size_t)(end - out.p));
	assert_true(has(out, length));
	buf_fini(&b);
}

static void
test_bodies(void **state)
{
	(void)state;
	check_body("text/plain", "My zq is 7391", "(13 bytes hidden)");
	check_body("application/dtmf-relay", "Signal=7391", "(11 bytes hidden)");
	check_body("", "zq", "(2 bytes hidden)");
	check_body("text/plain", "\r\n", "\r\n");
	check_body(
	    "message/sipfrag;version=2.0", "SIP/2.0 486 Busy Here\r\nFrom: Zq <sip:zq@x>\r\n", "SIP/2.0 486 Busy Here");
	check_body("multipart/mixed; boundary=\"b-1\"",
	    "zq\r\n--b-1\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n"
	    "o=zq 1 1 IN IP4 192.0.2.1\r\nm=audio 9 RTP/AVP 0\r\n"
	    "--b-1\r\nContent-Type: application/isup\r\n\r\n\001zq\r\n--b-1--\r\nzq",
	    "m=audio 9 RTP/AVP 0");
	check_body("multipart/mixed", "--b\r\n\r\nzq\r\n--b--", "bytes hidden");
}

/* Through each of the forms in which a failure leaves. */
static void
test_forms(void **state)
{
	static int (*const forms[])(
	    struct buf *, const struct sink_evidence *) = { sink_evidence_text, sink_evidence_json, sink_evidence_csv };
	struct callmsg m = { .t_ns = 1,
		.seen = 1,
		.method = slice_str("INVITE"),
		.src = slice_str("10.20.0.10:5060"),
		.dst = slice_str("203.0.113.40:5060"),
		.call_id = slice_str("zqalice@10.20.0.10"),
		.raw = slice_str(request) };
	struct event e = { .id = 7,
		.t_ns = 1,
		.code = 403,
		.q850 = -1,
		.reason_sip = -1,
		.warn_code = -1,
		.setup_ms = -1,
		.hop_ms = -1,
		.method = slice_str("INVITE"),
		.phrase = slice_str("zqalice has no rights for 442079467391"),
		.from = slice_str("zqalice"),
		.to = slice_str("+442079467391"),
		.peer = slice_str("10.20.0.9"),
		.call_id = slice_str("zqalice@10.20.0.10"),
		.reason = slice_str("SIP;cause=403;text=\"zq.mail@x is sip:zqalice@x\""),
		.warning = slice_str("399 10.20.0.9 \"7391442079 zqalice\"") };
	struct sink_evidence x = { .event = &e, .messages = &m, .n = 1, .redact = true, .seed = 5 };
	struct buf b;

	(void)state;
	m.raw_len = (uint32_t)m.raw.n;
	buf_init(&b, 1 << 20);
	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		buf_clear(&b);
		assert_int_equal(forms[i](&b, &x), 0);
		check_hidden(buf_slice(&b));
		assert_true(has(buf_slice(&b), "403"));
	}
	buf_clear(&b);
	assert_int_equal(sink_evidence_pcap(&b, &x, NULL), 0);
	check_hidden(buf_slice(&b));
	buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_secrets), cmocka_unit_test(test_cut),
		cmocka_unit_test(test_written_otherwise), cmocka_unit_test(test_same_user),
		cmocka_unit_test(test_bodies), cmocka_unit_test(test_forms) };

	(void)setenv("CMOCKA_MESSAGE_OUTPUT", "TAP", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
