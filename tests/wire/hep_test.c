/*
 * hep_test - HEP packets to messages (HEP3 rev 37, versions 1 and 2 as senders have them): a fixture for each row of
 * the tables of versions, chunks and senders' quirks, each of them cut at every length.
 */
#include "hepbuild.h"

#include "sipwhy/mem.h"
#include "wire/hep.h"

static struct wire_stats st;
static struct build f;

static struct hep *
hep_make(const char *key, size_t inflate_bytes)
{
	struct wire_cfg cfg = { .hep = true, .inflate_bytes = inflate_bytes, .hep_key = slice_str(key) };
	struct hep *h;

	memset(&st, 0, sizeof st);
	h = hep_new(&cfg, &st);
	assert_non_null(h);
	return h;
}

static struct hep_outer
hep_outer(void)
{
	return (struct hep_outer){ .from = { .addr = { 10, 0, 0, 9 }, .family = 4, .port = 9 },
		.t_ns = HB_AT_S * NS_PER_S };
}

/* "start line|src>dst transport agent [correlation] +ms", with ? for guessed ends and ! for a cut message. */
static void
hep_say(const struct message *m, char *out, size_t cap)
{
	char src[ENDPOINT_TEXT], dst[ENDPOINT_TEXT];
	size_t at = strlen(out);
	int line = 0;

	while ((size_t)line < m->bytes.n && m->bytes.p[line] != '\r')
		line++;
	snprintf(out + at, cap - at, "%s%.*s|%s>%s%s %s %.*s", m->cut ? "!" : "", line, m->bytes.p,
	    endpoint_format(src, sizeof src, &m->src, true), endpoint_format(dst, sizeof dst, &m->dst, true),
	    m->guessed ? "?" : "", transport_name(m->transport), (int)m->agent.n, m->agent.p ? m->agent.p : "");
	at = strlen(out);
	snprintf(out + at, cap - at, "%s%.*s%s %+lld;", m->correlation.n ? " [" : "", (int)m->correlation.n,
	    m->correlation.p ? m->correlation.p : "", m->correlation.n ? "]" : "",
	    (long long)(m->t_ns - HB_AT_S * NS_PER_S) / 1000000);
}

/* Push from a block of exactly this size; the text gets the messages. */
static struct fate
hep_give(struct hep *h, const void *p, size_t n, const struct hep_outer *outer, char *out, size_t cap)
{
	char *copy = malloc(n ? n : 1);
	struct message m;
	struct fate fate;

	assert_non_null(copy);
	if (n)
		memcpy(copy, p, n);
	*out = '\0';
	fate = hep_push(h, (struct slice){ copy, n }, outer);
	while (hep_next(h, &m))
		hep_say(&m, out, cap);
	assert_int_equal(fate.verdict == WIRE_SIP, *out != '\0');
	free(copy);
	return fate;
}

/* Every length, cut by the capture and lying about it: nothing is read behind the end, and nothing is invented. */
static void
hep_truncate(struct hep *h, const struct build *b)
{
	struct hep_outer outer = hep_outer();
	char text[4096];

	for (size_t n = 0; n <= b->n; n++) {
		outer.cut = true;
		hep_give(h, b->b, n, &outer, text, sizeof text);
		outer.cut = false;
		outer.always = n & 1;
		hep_give(h, b->b, n, &outer, text, sizeof text);
	}
}

static void
hep_expect(struct hep *h, const char *want)
{
	struct hep_outer outer = hep_outer();
	char text[4096];

	assert_true(hep_is((struct slice){ (const char *)f.b, f.n }));
	hep_give(h, f.b, f.n, &outer, text, sizeof text);
	assert_string_equal(text, want);
	hep_truncate(h, &f);
}

static void
hep_once(const char *want)
{
	struct hep *h = hep_make(NULL, 100000);

	hep_expect(h, want);
	hep_free(h);
}

#define USUAL "SIP/2.0 404 No|192.0.2.1:5060>192.0.2.2:5070 "

/* Each chunk of the table once, with what it means here; those that mean nothing change nothing. */
static void
test_chunks(void **state)
{
	static const char mac[] = "00:11:22:33:44:55";

	(void)state;
	hb_head(&f, 17);
	hb_num(&f, 0x0c, 4, 42);
	hb_num(&f, 0x0d, 2, 60);
	hb_text(&f, 0x0e, "key");
	hb_text(&f, 0x0f, HB_SIP);
	hb_text(&f, 0x11, "other-call");
	hb_num(&f, 0x12, 2, 100);
	hb_chunk(&f, 0x13, "edge 1\0", 7);
	hb_num(&f, 0x14, 8, 0x001122334455);
	hb_chunk(&f, 0x15, mac, sizeof mac - 1);
	hb_num(&f, 0x16, 2, 0x800);
	hb_num(&f, 0x17, 1, 16);
	hb_num(&f, 0x18, 1, 0);
	hb_num(&f, 0x1f, 2, 0);
	hb_num(&f, 0x20, 2, 440);
	hb_num(&f, 0x21, 2, 93);
	hb_text(&f, 0x22, "N52");
	hb_num(&f, 0x23, 4, 1);
	hb_text(&f, 0x24, "call");
	hb_text(&f, 0x25, "{}");
	hb_text(&f, 0x26, "a=b");
	hb_num(&f, 0x27, 2, 1);
	hb_num(&f, 0x28, 2, 1);
	hb_text(&f, 0x29, "group");
	hb_text(&f, 0x65, "{\"payload\":\"BYE sip:x SIP/2.0\"}");
	hb_end(&f);
	hep_once(USUAL "udp edge 1 [other-call] +500;");
}

static void
test_ends(void **state)
{
	static const uint8_t six[2][16] = { { 0x20, 1, 0xd, 0xb8, [15] = 1 }, { 0x20, 1, 0xd, 0xb8, [15] = 2 } };

	(void)state;
	hb_begin(&f, "EEP3");
	hb_num(&f, 1, 1, 10);
	hb_num(&f, 2, 1, 6);
	hb_chunk(&f, 5, six[0], 16);
	hb_chunk(&f, 6, six[1], 16);
	hb_num(&f, 7, 2, 1111);
	hb_num(&f, 8, 2, 2222);
	hb_text(&f, 15, "SIP/2.0 200 OK\r\nv: SIP/2.0/TCP x\r\n\r\n");
	hb_end(&f);
	hep_once("SIP/2.0 200 OK|[2001:db8::1]:1111>[2001:db8::2]:2222 tcp 10.0.0.9 +0;");

	/* The family is wrong, the addresses are there. */
	hb_head(&f, 132);
	f.b[12] = 10;
	hb_text(&f, 15, HB_SIP);
	hb_end(&f);
	hep_once(USUAL "sctp 10.0.0.9 +500;");
}

/* Ends that nobody has are read from the message, with the ports that the mirror told. */
static void
test_guessed(void **state)
{
	static const uint8_t wrong[2][16] = { { 1, 2, 3, 4 }, { 5, 6, 7, 8 } };

	(void)state;
	hb_begin(&f, "HEP3");
	hb_num(&f, 1, 1, 10);
	hb_num(&f, 2, 1, 22);
	hb_chunk(&f, 5, wrong[0], 16);
	hb_chunk(&f, 6, wrong[1], 16);
	hb_num(&f, 7, 2, 1111);
	hb_text(&f, 15, HB_INVITE);
	hb_end(&f);
	hep_once("INVITE sip:bob@203.0.113.5:5070 SIP/2.0|198.51.100.9:1111>203.0.113.5:5070? wss 10.0.0.9 +0;");

	/* 0.0.0.0 as FreeSWITCH and Asterisk have it; protocol 22 is what the Via says. */
	hb_head(&f, 22);
	memset(f.b + 26, 0, 4);
	memset(f.b + 36, 0, 4);
	hb_text(&f, 15, HB_SIP);
	hb_end(&f);
	hep_once("SIP/2.0 404 No|->198.51.100.7:5070? tls 10.0.0.9 +500;");

	/* Nothing is told but the message; Asterisk calls TLS 6. */
	hb_begin(&f, "HEP3");
	hb_text(&f, 15, HB_SIP);
	hb_end(&f);
	hep_once("SIP/2.0 404 No|->198.51.100.7:5061? tls 10.0.0.9 +0;");
	hb_head(&f, 6);
	hb_text(&f, 15, HB_SIP);
	hb_end(&f);
	hep_once(USUAL "tls 10.0.0.9 +500;");
}

static void
test_agent_and_correlation(void **state)
{
	static const struct {
		uint32_t id;
		const char *shown;
	} rows[] = { { 2001, "2001" }, { 0x07d10000, "2001" }, { 0x07d10001, "131137537" }, { 0, "0" } };
	char want[128];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		hb_head(&f, 17);
		hb_num(&f, 12, 4, rows[i].id);
		hb_text(&f, 0x11, "c1");
		hb_text(&f, 15, HB_SIP);
		hb_end(&f);
		snprintf(want, sizeof want, USUAL "udp %s +500;", rows[i].shown);
		hep_once(want);
	}
}

/* Only vendor 0 means what the table says. */
static void
test_vendors(void **state)
{
	(void)state;
	hb_head(&f, 17);
	for (unsigned vendor = 1; vendor <= 8; vendor++) {
		hb_vendor(&f, vendor, 15, "BYE sip:x SIP/2.0\r\n\r\n", 21);
		hb_vendor(&f, vendor, 3, "\1\2\3\4", 4);
		hb_vendor(&f, vendor, 0x13, "wrong", 5);
		hb_vendor(&f, vendor, 11, "\5", 1);
	}
	hb_text(&f, 15, HB_SIP);
	hb_vendor(&f, 0x7fff, 1, "", 0);
	hb_end(&f);
	hep_once(USUAL "udp 10.0.0.9 +500;");
}

static void
test_time(void **state)
{
	static const struct {
		uint32_t sec, usec;
		const char *says;
		unsigned clock;
	} rows[] = { { HB_AT_S + 1, 999999, "+1999", 0 }, { HB_AT_S + 2, 0, "+0", 1 }, { HB_AT_S - 2, 0, "+0", 1 },
		{ HB_AT_S - 2, 100000, "-1900", 0 }, { 0, 0, "+0", 1 }, { UINT32_MAX, UINT32_MAX, "+0", 1 },
		/* Asterisk: milliseconds, told by what is nearer to the frame's time. */
		{ HB_AT_S - 1, 900, "-100", 0 }, { HB_AT_S, 900, "+0", 0 } };
	struct hep_outer outer = hep_outer();
	char text[512], want[512];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct hep *h = hep_make(NULL, 1000);

		hb_begin(&f, "HEP3");
		hb_num(&f, 9, 4, rows[i].sec);
		hb_num(&f, 10, 4, rows[i].usec);
		hb_text(&f, 15, "BYE sip:x SIP/2.0\r\n\r\n");
		hb_end(&f);
		hep_give(h, f.b, f.n, &outer, text, sizeof text);
		snprintf(want, sizeof want, "BYE sip:x SIP/2.0|->-? - 10.0.0.9 %s;", rows[i].says);
		assert_string_equal(text, want);
		assert_int_equal(st.hep_clock, rows[i].clock);
		hep_free(h);
	}
}

/* Types of the table that are not SIP, and SIP packets that carry none. */
static void
test_not_sip(void **state)
{
	static const uint8_t types[] = { 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 20, 32, 34, 35, 38, 50, 53, 54, 55,
		56, 57, 58, 60, 61, 87, 88, 89, 96, 99, 100, 0, 255 };
	static const char *const payloads[] = { "", "\r\n\r\n", "{\"type\":200}", "hello" };
	struct hep_outer outer = hep_outer();
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof types; i++) {
		struct hep *h = hep_make(NULL, 1000);

		hb_begin(&f, "HEP3");
		hb_num(&f, 11, 1, types[i]);
		hb_text(&f, 15, HB_SIP);
		hb_end(&f);
		assert_int_equal(hep_give(h, f.b, f.n, &outer, text, sizeof text).verdict, WIRE_NOT_SIP);
		assert_int_equal(st.hep, 1);
		assert_int_equal(st.hep_other, 1);
		hep_free(h);
	}
	for (size_t i = 0; i < sizeof payloads / sizeof *payloads; i++) {
		struct hep *h = hep_make(NULL, 1000);

		hb_packet(&f, payloads[i]);
		assert_int_equal(hep_give(h, f.b, f.n, &outer, text, sizeof text).verdict, WIRE_NOT_SIP);
		assert_int_equal(st.hep_other, 1);
		hep_free(h);
	}
}

static void
test_compressed(void **state)
{
	static const int forms[] = { 15, 31, -15 };
	uint8_t zip[4096];

	(void)state;
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		size_t n = hb_deflate(zip, sizeof zip, HB_SIP, strlen(HB_SIP), forms[i]);

		hb_head(&f, 17);
		hb_chunk(&f, 16, zip, n);
		hb_end(&f);
		hep_once(USUAL "udp 10.0.0.9 +500;");
	}
}

/* heplify: gzip of the whole packet; also with a compressed payload in it. */
static void
test_zipped_packet(void **state)
{
	static struct build inner;
	uint8_t zip[8192];
	struct hep_outer outer = hep_outer();
	struct hep *h;
	char text[4096];

	(void)state;
	hb_head(&f, 17);
	hb_chunk(&f, 16, zip, hb_deflate(zip, sizeof zip, HB_SIP, strlen(HB_SIP), 15));
	hb_end(&f);
	inner = f;
	build_add(&inner, f.b, f.n);
	f.n = hb_deflate(f.b, sizeof f.b, inner.b, inner.n, 31);
	hep_once(USUAL "udp 10.0.0.9 +500;" USUAL "udp 10.0.0.9 +500;");

	/* gzip of anything else is not ours to judge. */
	h = hep_make(NULL, 1000);
	f.n = hb_deflate(f.b, sizeof f.b, "{\"gelf\":1}", 10, 31);
	assert_int_equal(hep_give(h, f.b, f.n, &outer, text, sizeof text).verdict, WIRE_NOT_SIP);
	assert_int_equal(hep_give(h, f.b, f.n - 9, &outer, text, sizeof text).verdict, WIRE_NOT_SIP);
	assert_int_equal(st.hep, 0);
	hep_free(h);
}

static void
hep_expect_drop(struct hep *h, enum wire_drop why)
{
	struct hep_outer outer = hep_outer();
	char text[512];
	struct fate fate = hep_give(h, f.b, f.n, &outer, text, sizeof text);

	assert_int_equal(fate.verdict, WIRE_DROPPED);
	assert_int_equal(fate.why, why);
}

/* A bomb costs what it may become and no more; the limit itself is no bomb. */
static void
test_bomb(void **state)
{
	enum { LIMIT = 2000 };
	static char big[60001];
	static uint8_t zip[4096];
	static struct build inner;
	struct hep_outer outer = hep_outer();
	char text[512];
	size_t n;

	(void)state;
	memset(big, 'A', sizeof big - 1);
	memcpy(big, HB_SIP, strlen(HB_SIP));
	for (int over = 0; over <= 1; over++) {
		struct hep *h = hep_make(NULL, LIMIT);

		n = hb_deflate(zip, sizeof zip, big, LIMIT + (size_t)over, 15);
		hb_head(&f, 17);
		hb_chunk(&f, 16, zip, n);
		hb_end(&f);
		if (over)
			hep_expect_drop(h, WIRE_DROP_INFLATE);
		else
			assert_int_equal(hep_give(h, f.b, f.n, &outer, text, sizeof text).verdict, WIRE_SIP);
		f.b[f.n - n + 3] ^= 0xff;
		f.b[f.n - n + 4] ^= 0xff;
		hep_expect_drop(h, WIRE_DROP_INFLATE);
		hep_free(h);
	}
	hb_packet(&inner, big);
	inner.n = 50000;
	f.n = hb_deflate(f.b, sizeof f.b, inner.b, inner.n, 31);
	{
		struct hep *h = hep_make(NULL, LIMIT);

		hep_expect_drop(h, WIRE_DROP_INFLATE);
		assert_int_equal(st.hep, 1);
		hep_free(h);
	}
}

/* One datagram inflates no more than one packet may, however many are in it, and holds no more packets than it can. */
static void
test_allowance(void **state)
{
	enum { LIMIT = 1200 };
	static char big[501];
	static uint8_t zip[1000];
	static struct build all;
	struct hep_outer outer = hep_outer();
	struct hep *h = hep_make(NULL, LIMIT);
	char text[1024];
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof big - 1; i++)
		big[i] = (char)('a' + i * i % 23);
	memcpy(big, HB_SIP, strlen(HB_SIP));
	n = hb_deflate(zip, sizeof zip, big, sizeof big - 1, 15);
	hb_head(&f, 17);
	hb_chunk(&f, 16, zip, n);
	hb_end(&f);
	all.n = 0;
	for (int i = 0; i < 4; i++)
		build_add(&all, f.b, f.n);
	assert_int_equal(hep_give(h, all.b, all.n, &outer, text, sizeof text).verdict, WIRE_SIP);
	assert_string_equal(text, USUAL "udp 10.0.0.9 +500;" USUAL "udp 10.0.0.9 +500;");
	assert_int_equal(st.hep, 4);
	/* The next datagram begins anew. */
	assert_int_equal(hep_give(h, f.b, f.n, &outer, text, sizeof text).verdict, WIRE_SIP);
	hep_free(h);

	h = hep_make(NULL, LIMIT);
	all.n = 0;
	for (int i = 0; i < 600; i++)
		build_add(&all, "HEP3\0\6", 6);
	assert_int_equal(hep_give(h, all.b, all.n, &outer, text, sizeof text).verdict, WIRE_MALFORMED);
	assert_int_equal(st.hep, 512);
	hep_free(h);
}

static void
test_key(void **state)
{
	static const struct {
		const char *has;
		bool right;
	} rows[] = { { "secret", true }, { "Secret", false }, { "secre", false }, { "secrets", false }, { "", false },
		{ NULL, false }, { "secretsecret", false } };
	struct hep_outer outer = hep_outer();
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct hep *h = hep_make("secret", 1000);

		hb_head(&f, 17);
		hb_text(&f, 15, HB_SIP);
		if (rows[i].has)
			hb_text(&f, 14, rows[i].has);
		hb_end(&f);
		if (rows[i].right)
			assert_int_equal(hep_give(h, f.b, f.n, &outer, text, sizeof text).verdict, WIRE_SIP);
		else
			hep_expect_drop(h, WIRE_DROP_KEY);
		hep_free(h);
	}
}

/* OpenSIPS with homer5_on=0. */
static void
test_json(void **state)
{
	static const struct {
		const char *json, *want;
	} rows[] = {
		{ "{\"a\":1,\"payload\":\"SIP\\/2.0 200 \\u004f\\u004B\\r\\nv: SIP/2.0/UDP x\\r\\n\\r\\n\","
		  "\"b\":\"}\"}",
		    "SIP/2.0 200 OK|" },
		{ "{ \"payload\" : \"BYE sip:\\ud83d\\ude00\\u00e9\\\"\\\\ SIP/2.0\\r\\n\\r\\n\" }",
		    "BYE sip:\xf0\x9f\x98\x80\xc3\xa9\"\\ SIP/2.0|" },
		{ "{\"x\":\"payload\",\"payload\":5,\"payload\":\"BYE sip:x SIP/2.0\\r\\n", "!BYE sip:x SIP/2.0|" },
	};
	struct hep_outer outer = hep_outer();
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct hep *h = hep_make(NULL, 1000);
		uint8_t zip[1024];
		size_t n = hb_deflate(zip, sizeof zip, rows[i].json, strlen(rows[i].json), 31);

		hb_packet(&f, rows[i].json);
		hep_give(h, f.b, f.n, &outer, text, sizeof text);
		assert_memory_equal(text, rows[i].want, strlen(rows[i].want));
		hep_truncate(h, &f);
		hb_head(&f, 17);
		hb_chunk(&f, 16, zip, n);
		hb_end(&f);
		hep_give(h, f.b, f.n, &outer, text, sizeof text);
		assert_memory_equal(text, rows[i].want, strlen(rows[i].want));
		hep_free(h);
	}
}

static void
test_several(void **state)
{
	static struct build all;
	struct hep *h = hep_make(NULL, 1000);

	(void)state;
	hb_packet(&all, HB_SIP);
	hb_head(&f, 17);
	hb_num(&f, 11, 1, 5);
	hb_text(&f, 15, "{}");
	hb_end(&f);
	build_add(&all, f.b, f.n);
	hb_packet(&f, "BYE sip:x SIP/2.0\r\n\r\n");
	build_add(&all, f.b, f.n);
	build_add(&all, "noise", 5);
	f = all;
	hep_expect(h, USUAL "udp 2001 +500;BYE sip:x SIP/2.0|192.0.2.1:5060>192.0.2.2:5070 udp 2001 +500;");
	hep_free(h);
}

/* What lies: a wrong length ends the packet, a wrong size of a number only that. */
static void
test_lies(void **state)
{
	static const struct {
		unsigned at;
		uint8_t is;
		enum wire_verdict verdict;
	} rows[] = {
		{ 4, 0xff, WIRE_MALFORMED },  /* total above what came */
		{ 5, 5, WIRE_MALFORMED },     /* total below its own header */
		{ 11, 5, WIRE_MALFORMED },    /* the first chunk shorter than its header */
		{ 11, 0, WIRE_MALFORMED },    /* and of no length at all */
		{ 10, 0x40, WIRE_MALFORMED }, /* and longer than the packet */
	};
	struct hep_outer outer = hep_outer();
	struct hep *h = hep_make(NULL, 1000);
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		hb_packet(&f, HB_SIP);
		f.b[4] = i == 1 ? 0 : f.b[4];
		f.b[rows[i].at] = rows[i].is;
		assert_int_equal(hep_give(h, f.b, f.n, &outer, text, sizeof text).verdict, rows[i].verdict);
	}
	/* Behind the payload a bad chunk takes nothing back. */
	hb_packet(&f, HB_SIP);
	hb_chunk(&f, 0x11, "x", 1);
	f.b[f.n - 2] = 200;
	hb_end(&f);
	hep_give(h, f.b, f.n, &outer, text, sizeof text);
	assert_string_equal(text, USUAL "udp 2001 +500;");
	/* Two payloads: the first. */
	hb_head(&f, 17);
	hb_text(&f, 15, HB_SIP);
	hb_text(&f, 15, "BYE sip:x SIP/2.0\r\n\r\n");
	hb_num(&f, 7, 1, 19);
	hb_num(&f, 3, 1, 1);
	hb_end(&f);
	hep_give(h, f.b, f.n, &outer, text, sizeof text);
	assert_string_equal(text, USUAL "udp 10.0.0.9 +500;");
	hep_free(h);
}

/* Without wire_cfg.hep: counted packet by packet, and left; a listener reads all the same. */
static void
test_left(void **state)
{
	struct wire_cfg cfg = { .inflate_bytes = 1000 };
	struct hep_outer outer = hep_outer();
	struct hep *h;
	static struct build two;
	char text[512];

	(void)state;
	memset(&st, 0, sizeof st);
	h = hep_new(&cfg, &st);
	assert_non_null(h);
	hb_packet(&f, HB_SIP);
	two = f;
	build_add(&two, f.b, f.n);
	assert_int_equal(hep_give(h, two.b, two.n, &outer, text, sizeof text).verdict, WIRE_NOT_SIP);
	assert_int_equal(st.hep_left, 2);
	f.n = hb_deflate(f.b, sizeof f.b, two.b, two.n, 31);
	assert_int_equal(hep_give(h, f.b, f.n, &outer, text, sizeof text).verdict, WIRE_NOT_SIP);
	assert_int_equal(st.hep_left, 4);
	assert_int_equal(st.hep, 0);
	outer.always = true;
	assert_int_equal(hep_give(h, two.b, two.n, &outer, text, sizeof text).verdict, WIRE_SIP);
	assert_int_equal(st.hep, 2);
	outer.quiet = true;
	assert_int_equal(hep_give(h, two.b, two.n, &outer, text, sizeof text).verdict, WIRE_SIP);
	assert_int_equal(st.hep, 2);
	hep_free(h);
}

/* Versions 1 and 2.  time: bytes of the time header; big: its byte order; pad: its last two bytes. */
struct old {
	unsigned version, length, family, proto, time;
	bool big;
	uint16_t pad;
	uint32_t sec;
	unsigned nuls;
};

static void
old_u32(uint32_t v, bool big)
{
	build_u32(&f, big ? v : __builtin_bswap32(v));
}

static void
old_build(struct old o, const char *payload)
{
	static const uint8_t six[15] = { 0x20, 1, 0xd, 0xb8 };

	f.n = 0;
	build_u8(&f, o.version);
	build_u8(&f, o.length);
	build_u8(&f, o.family);
	build_u8(&f, o.proto);
	build_u16(&f, 5060);
	build_u16(&f, 5070);
	for (unsigned i = 1; i <= 2; i++) {
		if (o.family == 2) {
			build_u32(&f, 0xc0000200 + i);
		} else {
			build_add(&f, six, sizeof six);
			build_u8(&f, i);
		}
	}
	if (o.time) {
		old_u32(o.sec, o.big);
		old_u32(500000, o.big);
		build_u16(&f, o.big ? 2001 : __builtin_bswap16(2001));
		if (o.time == 12)
			build_u16(&f, o.pad);
	}
	build_add(&f, payload, strlen(payload));
	build_zero(&f, o.nuls);
}

static void
test_old(void **state)
{
	static const struct {
		struct old o;
		const char *ends, *tail;
	} rows[] = {
		{ { 1, 16, 2, 17, 0, .nuls = 0 }, "192.0.2.1:5060>192.0.2.2:5070", "udp 10.0.0.9 +0;" },
		{ { 1, 40, 10, 6, 0, .nuls = 0 }, "[2001:db8::1]:5060>[2001:db8::2]:5070", "tls 10.0.0.9 +0;" },
		/* Kamailio, OpenSIPS with its NULs, FreeSWITCH's length, sngrep's length and dirty padding. */
		{ { 2, 16, 2, 17, 12, .sec = HB_AT_S }, "192.0.2.1:5060>192.0.2.2:5070", "udp 2001 +500;" },
		{ { 2, 16, 2, 17, 12, .sec = HB_AT_S, .nuls = 8 }, "192.0.2.1:5060>192.0.2.2:5070", "udp 2001 +500;" },
		{ { 2, 28, 2, 22, 12, .sec = HB_AT_S }, "192.0.2.1:5060>192.0.2.2:5070", "tls 2001 +500;" },
		{ { 2, 2, 2, 17, 12, .sec = HB_AT_S, .pad = 0x020c }, "192.0.2.1:5060>192.0.2.2:5070",
		    "udp 2001 +500;" },
		{ { 2, 2, 2, 17, 12, .sec = HB_AT_S, .pad = 0x4142 }, "192.0.2.1:5060>192.0.2.2:5070",
		    "udp 2001 +500;" },
		{ { 2, 52, 10, 17, 12, .sec = HB_AT_S, .nuls = 32 }, "[2001:db8::1]:5060>[2001:db8::2]:5070",
		    "udp 2001 +500;" },
		{ { 2, 40, 28, 0, 12, .sec = HB_AT_S }, "[2001:db8::1]:5060>[2001:db8::2]:5070", "tls 2001 +500;" },
		{ { 2, 40, 30, 1, 12, .sec = HB_AT_S }, "[2001:db8::1]:5060>[2001:db8::2]:5070", "tls 2001 +500;" },
		/* 10 bytes; the other byte order; a time that is none in either. */
		{ { 2, 16, 2, 132, 10, .sec = HB_AT_S }, "192.0.2.1:5060>192.0.2.2:5070", "sctp 2001 +500;" },
		{ { 2, 16, 2, 17, 12, .sec = HB_AT_S, .big = true }, "192.0.2.1:5060>192.0.2.2:5070",
		    "udp 2001 +500;" },
		{ { 2, 16, 2, 17, 10, .sec = HB_AT_S, .big = true }, "192.0.2.1:5060>192.0.2.2:5070",
		    "udp 2001 +500;" },
		{ { 2, 16, 2, 17, 12, .sec = 0 }, "192.0.2.1:5060>192.0.2.2:5070", "udp 10.0.0.9 +0;" },
	};
	static const char invite[] = "INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/TLS x\r\n\r\n";
	char want[256];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		old_build(rows[i].o, HB_SIP);
		snprintf(want, sizeof want, "SIP/2.0 404 No|%s %s", rows[i].ends, rows[i].tail);
		hep_once(want);
		/* Two bytes off, a method still looks like one. */
		old_build(rows[i].o, invite);
		snprintf(want, sizeof want, "INVITE sip:a@b SIP/2.0|%s %s", rows[i].ends, rows[i].tail);
		hep_once(want);
	}
}

/* In a capture only what shows its start line is version 1 or 2; a listener takes the header's word. */
static void
test_old_or_not(void **state)
{
	struct hep_outer outer = hep_outer();
	struct hep *h = hep_make(NULL, 1000);
	char text[512];

	(void)state;
	old_build((struct old){ 2, 16, 2, 17, 12, .sec = HB_AT_S }, "\x80 binary");
	assert_false(hep_is((struct slice){ (const char *)f.b, f.n }));
	assert_int_equal(hep_give(h, f.b, f.n, &outer, text, sizeof text).verdict, WIRE_NOT_SIP);
	assert_int_equal(st.hep, 0);
	outer.always = true;
	assert_int_equal(hep_give(h, f.b, f.n, &outer, text, sizeof text).verdict, WIRE_NOT_SIP);
	assert_int_equal(st.hep_other, 1);
	assert_int_equal(hep_give(h, f.b, 20, &outer, text, sizeof text).verdict, WIRE_MALFORMED);
	assert_int_equal(hep_give(h, "EEP1\0\6", 6, &outer, text, sizeof text).verdict, WIRE_NOT_SIP);
	hep_free(h);
}

/* The hostile samples: what is expected of each stands in their README; ours are milder where the message is whole. */
static void
test_samples(void **state)
{
	static const struct {
		const char *name;
		enum wire_verdict verdict;
	} rows[] = { { "ok", WIRE_SIP }, { "address-chunk-short", WIRE_SIP }, { "auth-key-208-bytes", WIRE_SIP },
		{ "chunk-length-five", WIRE_MALFORMED }, { "chunk-length-zero", WIRE_MALFORMED },
		{ "family-v6-with-v4-address", WIRE_SIP }, { "hep2-truncated", WIRE_MALFORMED },
		{ "port-chunk-one-byte", WIRE_SIP }, { "total-cuts-last-chunk", WIRE_MALFORMED },
		{ "total-smaller-than-header", WIRE_MALFORMED }, { "two-payloads", WIRE_SIP } };
	const char *shared = getenv("SIPWHY_SHARED"), *top = getenv("srcdir");
	struct hep_outer outer = hep_outer();
	char path[512], text[4096];
	static char bytes[70000];

	(void)state;
	outer.always = true;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct hep *h = hep_make(NULL, 1000);
		FILE *in;
		size_t n;

		snprintf(path, sizeof path, "%s%s/samples/hostile/hep/%s.bin",
		    shared    ? shared
			: top ? top
			      : ".",
		    shared ? "" : "/../shared", rows[i].name);
		in = fopen(path, "rb");
		if (in == NULL) {
			print_message("%s is not there\n", path);
			hep_free(h);
			return;
		}
		n = fread(bytes, 1, sizeof bytes, in);
		fclose(in);
		if (hep_give(h, bytes, n, &outer, text, sizeof text).verdict != rows[i].verdict)
			fail_msg("%s: %s", rows[i].name, text);
		hep_free(h);
	}
}

/* Every allocation that fails is a drop and nothing worse. */
static void
test_memory(void **state)
{
	uint8_t zip[4096];
	static struct build inner;
	struct hep_outer outer = hep_outer();
	bool failed = true;
	char text[512];

	(void)state;
	hb_head(&inner, 17);
	hb_chunk(&inner, 16, zip, hb_deflate(zip, sizeof zip, "{\"payload\":\"BYE sip:x SIP/2.0\\r\\n\"}", 34, 15));
	hb_end(&inner);
	f.n = hb_deflate(f.b, sizeof f.b, inner.b, inner.n, 31);
	for (long fail = 1; failed; fail++) {
		struct hep *h = hep_make(NULL, 1000);
		struct fate fate;

		mem_fail_at(fail);
		fate = hep_give(h, f.b, f.n, &outer, text, sizeof text);
		failed = mem_calls() >= fail;
		mem_fail_at(0);
		if (failed) {
			assert_int_equal(fate.verdict, WIRE_DROPPED);
			assert_int_equal(fate.why, WIRE_DROP_MEMORY);
		} else {
			assert_int_equal(fate.verdict, WIRE_SIP);
		}
		hep_free(h);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_chunks), cmocka_unit_test(test_ends),
		cmocka_unit_test(test_guessed), cmocka_unit_test(test_agent_and_correlation),
		cmocka_unit_test(test_vendors), cmocka_unit_test(test_time), cmocka_unit_test(test_not_sip),
		cmocka_unit_test(test_compressed), cmocka_unit_test(test_zipped_packet), cmocka_unit_test(test_bomb),
		cmocka_unit_test(test_allowance), cmocka_unit_test(test_key), cmocka_unit_test(test_json),
		cmocka_unit_test(test_several), cmocka_unit_test(test_lies), cmocka_unit_test(test_left),
		cmocka_unit_test(test_old), cmocka_unit_test(test_old_or_not), cmocka_unit_test(test_samples),
		cmocka_unit_test(test_memory) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
