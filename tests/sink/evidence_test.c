/*
 * evidence_test - what leaves the machine: nothing hostile in text, CSV and JSON, users hashed and told apart, and
 * packets with the right checksums.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "sink/redact.h"
#include "sipwhy/mem.h"
#include "sipwhy/sink.h"

static const char hostile[] = "SIP/2.0 503 \x1b]0;owned\x07\r\nFrom: \"Al\xe2\x80\xae ice\" <sip:1037@x>;tag=1\r\n"
			      "To: Bob Smith <sip:+442066627625@y>\r\n"
			      "Authorization: Digest username=\"1037\", nonce=\"abc\", response=\"feed\"\r\n"
			      "X-User: 1037\r\nX-Zero: a\xe2\x80\x8b\xff\x9b\x00z\r\nContent-Length: 0\r\n\r\n";

static struct event
hostile_event(void)
{
	return (struct event){ .id = 7,
		.t_ns = INT64_C(1795357927) * INT64_C(1000000000),
		.code = 503,
		.q850 = -1,
		.reason_sip = -1,
		.warn_code = -1,
		.setup_ms = 72,
		.hop_ms = -1,
		.tries = 1,
		.method = slice_str("INVITE"),
		.phrase = slice_str("\x1b]0;owned\x07,\"=1\""),
		.from = slice_str("1037"),
		.to = slice_str("+442066627625"),
		.peer = slice_str("=cmd|calc"),
		.src = slice_str("203.0.113.40:5060"),
		.dst = slice_str("10.20.0.10:5062"),
		.call_id = slice_str("\xe2\x80\xae"
				     "a@b"),
		.raw = { hostile, sizeof hostile - 1 },
		.raw_len = sizeof hostile - 1 };
}

/* No byte that a terminal or an eye takes for something else; CR only before LF. */
static void
assert_clean(const struct buf *b)
{
	for (size_t i = 0; i < b->len; i++) {
		unsigned char c = (unsigned char)b->data[i];

		assert_true(c >= ' ' || c == '\n' || (c == '\r' && i + 1 < b->len && b->data[i + 1] == '\n'));
		assert_int_not_equal(c, 0x7f);
		if (c == 0xe2 && i + 2 < b->len)
			assert_false((unsigned char)b->data[i + 1] == 0x80 &&
			    ((unsigned char)b->data[i + 2] <= 0x8f || (unsigned char)b->data[i + 2] >= 0xa8));
	}
}

static bool
has(const struct buf *b, const char *text)
{
	return slice_ifind(buf_slice(b), slice_str(text)) >= 0;
}

static void
test_hostile(void **state)
{
	static int (*const forms[])(
	    struct buf *, const struct sink_evidence *) = { sink_evidence_text, sink_evidence_json, sink_evidence_csv };
	struct event e = hostile_event();

	(void)state;
	for (size_t n = 0; n < sizeof hostile; n++)
		for (size_t f = 0; f < 3; f++) {
			struct sink_evidence x = { .event = &e, .redact = n % 2 == 0, .seed = 5 };
			struct buf b;

			e.raw.n = n;
			buf_init(&b, 1 << 20);
			assert_int_equal(forms[f](&b, &x), 0);
			assert_clean(&b);
			buf_fini(&b);
		}
}

/* Without memory nothing is appended, and no line end either. */
static void
test_json_short_memory(void **state)
{
	struct event e = hostile_event();
	struct sink_evidence x = { .event = &e };
	int err = -ENOMEM;
	long n;

	(void)state;
	for (n = 1; err != 0; n++) {
		struct buf b;

		buf_init(&b, 1 << 20);
		buf_puts(&b, "before\n");
		mem_fail_at(n);
		err = sink_evidence_json(&b, &x);
		mem_fail_at(0);
		assert_true(err == 0 || err == -ENOMEM);
		assert_true(err == 0 || slice_eq(buf_slice(&b), slice_str("before\n")));
		buf_fini(&b);
	}
	assert_true(n > 5);
}

static void
test_redacted(void **state)
{
	struct event e = hostile_event();
	struct sink_evidence x = { .event = &e, .redact = true, .seed = 5 };
	struct redact r = { .seed = 5, .user = { e.from, e.to } };
	struct buf b, user;

	(void)state;
	buf_init(&b, 1 << 20);
	buf_init(&user, 100);
	redact_user(&user, &r, slice_str("1037"));
	buf_putc(&user, '\0');
	assert_int_equal(sink_evidence_text(&b, &x), 0);
	assert_false(has(&b, "1037"));
	assert_false(has(&b, "442066627625"));
	assert_false(has(&b, "Bob Smith"));
	assert_false(has(&b, "ice\""));
	assert_false(has(&b, "feed"));
	assert_false(has(&b, "\"abc\""));
	assert_true(has(&b, user.data));
	assert_true(has(&b, "203.0.113.40"));
	/* As its own word in any header, and the same in all. */
	assert_true(has(&b, "X-User: u"));
	buf_clear(&b);
	redact_user(&b, &r, slice_str("+442066627625"));
	assert_int_equal(b.data[0], 'n');
	assert_memory_equal(b.data + b.len - 3, "-25", 3);
	buf_clear(&b);
	x.redact = false;
	assert_int_equal(sink_evidence_text(&b, &x), 0);
	assert_true(has(&b, "sip:1037@x"));
	assert_true(has(&b, "After        72 ms\n"));
	buf_clear(&b);
	e.stamp = slice_str("Nov 22 14:32:07");
	assert_int_equal(sink_evidence_text(&b, &x), 0);
	assert_true(has(&b, "After        <1s\n"));
	buf_fini(&b);
	buf_fini(&user);
}

static void
test_csv(void **state)
{
	struct event e = hostile_event();
	struct sink_evidence x = { .event = &e };
	struct buf b;

	(void)state;
	buf_init(&b, 1 << 16);
	assert_int_equal(sink_evidence_csv(&b, &x), 0);
	assert_true(has(&b, ",\"'=cmd|calc\","));
	assert_true(has(&b, ",\"'+442066627625\","));
	assert_true(has(&b, "\\x1b]0;owned\\x07,\"\"=1\"\"\""));
	assert_memory_equal(b.data + b.len - 2, "\r\n", 2);
	buf_fini(&b);
}

static unsigned
sum16(const uint8_t *p, size_t n, uint32_t sum)
{
	for (size_t i = 0; i < n; i++)
		sum += i % 2 == 0 ? (uint32_t)p[i] << 8 : p[i];
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* A right checksum makes the sum over all, checksum included, ffff (RFC 1071). */
static void
check_packet(const char *src, const char *dst, size_t raw, size_t ip)
{
	struct event e = hostile_event();
	struct callmsg m = {
		.t_ns = 1500000000, .src = slice_str(src), .dst = slice_str(dst), .raw = { hostile, raw }
	};
	struct sink_evidence x = { .event = &e, .messages = &m, .n = 1 };
	struct buf b;
	size_t packets = 0, addresses = ip == 20 ? 8 : 32;
	const uint8_t *p;
	uint32_t word[4];

	buf_init(&b, 1 << 16);
	assert_int_equal(sink_evidence_pcap_head(&b), 0);
	assert_int_equal(sink_evidence_pcap(&b, &x, &packets), 0);
	assert_int_equal(packets, 1);
	assert_int_equal(b.len, 24 + 16 + ip + 8 + raw);
	memcpy(word, b.data, 4);
	assert_int_equal(word[0], 0xa1b23c4d);
	memcpy(word, b.data + 24, sizeof word);
	assert_int_equal(word[0], 1);
	assert_int_equal(word[1], 500000000);
	assert_int_equal(word[2], ip + 8 + raw);
	p = (const uint8_t *)b.data + 40;
	if (ip == 20)
		assert_int_equal(sum16(p, ip, 0), 0xffff);
	assert_int_equal(sum16(p + ip, 8 + raw, sum16(p + ip - addresses, addresses, 17 + 8 + (uint32_t)raw)), 0xffff);
	buf_fini(&b);
}

static void
test_pcap(void **state)
{
	(void)state;
	check_packet("203.0.113.40:5060", "10.20.0.10:5062", sizeof hostile - 1, 20);
	check_packet("203.0.113.40:5060", "-", 33, 20);
	check_packet("[2001:db8::1]:5060", "[2001:db8::2]:5061", 34, 40);
	check_packet("[2001:db8::1]:5060", "10.0.0.1:5061", 35, 40);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_hostile), cmocka_unit_test(test_json_short_memory),
		cmocka_unit_test(test_redacted), cmocka_unit_test(test_csv), cmocka_unit_test(test_pcap) };

	(void)setenv("CMOCKA_MESSAGE_OUTPUT", "TAP", 1);
	(void)setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
