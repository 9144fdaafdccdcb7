/*
 * copy_test - what a collector receives that is no HEP: plain copies with the mirror's headers and without; and PDUs
 * that were exported without packets.
 */
#include "build.h"

#include "sipwhy/mem.h"

#define HEAD "OPTIONS sip:bob@192.0.2.9:5080 SIP/2.0\r\nVia: SIP/2.0/TCP 192.0.2.7:5070\r\n"
#define TOLD                                                                                                           \
	"X-Siptrace-Fromip: tls:[2001:db8::1]:5061\r\nX-Siptrace-Toip: tls:192.0.2.2:5062\r\n"                         \
	"X-Siptrace-Time: 1700000000 250000\r\nX-Siptrace-Method: OPTIONS\r\nX-Siptrace-Dir:\r\n in\r\n"
#define TAIL "\r\nX-Siptrace-Dir: body\r\n"

static int
copy_push(struct wire *w, const char *text, size_t lost, int64_t t_ns, struct message *m)
{
	struct frame f = { .t_ns = t_ns,
		.data = (const uint8_t *)text,
		.caplen = (uint32_t)strlen(text),
		.origlen = (uint32_t)(strlen(text) + lost),
		.ifindex = 4,
		.link = LINK_MIRROR };

	assert_true(endpoint_parse(slice_str("198.51.100.1:9000"), false, &f.from));
	wire_push(w, &f);
	build_check(w);
	return wire_next(w, m);
}

static void
copy_ends(const struct message *m, const char *src, const char *dst)
{
	char text[ENDPOINT_TEXT];

	assert_string_equal(endpoint_format(text, sizeof(text), &m->src, true), src);
	assert_string_equal(endpoint_format(text, sizeof(text), &m->dst, true), dst);
}

static void
test_told_by_headers(void **state)
{
	struct wire *w = wire_new(NULL);
	struct message m;

	(void)state;
	assert_int_equal(copy_push(w, HEAD TOLD TAIL, 0, 1700000001 * NS_PER_S, &m), 1);
	assert_true(slice_eq(m.bytes, slice_str(HEAD TAIL)));
	copy_ends(&m, "[2001:db8::1]:5061", "192.0.2.2:5062");
	assert_int_equal(m.transport, TRANSPORT_TLS);
	assert_int_equal(m.t_ns, 1700000000250000000);
	assert_true(slice_eq(m.agent, slice_str("198.51.100.1")));
	assert_false(m.guessed);
	assert_false(m.cut);
	assert_int_equal(m.ifindex, 4);
	assert_int_equal(wire_next(w, &m), 0);
	assert_int_equal(wire_stats(w)->hep_clock, 0);
	wire_free(w);
}

static void
test_clock_that_is_off(void **state)
{
	struct wire *w = wire_new(NULL);
	struct message m;

	(void)state;
	assert_int_equal(copy_push(w, HEAD TOLD TAIL, 0, 1700000003 * NS_PER_S, &m), 1);
	assert_int_equal(m.t_ns, 1700000003 * NS_PER_S);
	assert_int_equal(wire_stats(w)->hep_clock, 1);
	assert_int_equal(copy_push(w, HEAD "X-Siptrace-Time: soon\r\n" TAIL, 0, INT64_MIN, &m), 1);
	assert_int_equal(copy_push(w, HEAD TOLD TAIL, 0, INT64_MIN, &m), 1);
	assert_int_equal(m.t_ns, INT64_MIN);
	assert_int_equal(wire_stats(w)->hep_clock, 2);
	wire_free(w);
}

static void
test_guessed_without_headers(void **state)
{
	struct wire *w = wire_new(NULL);
	struct message m;

	(void)state;
	assert_int_equal(copy_push(w, "\r\n" HEAD TAIL, 0, 7, &m), 1);
	assert_true(slice_eq(m.bytes, slice_str(HEAD TAIL)));
	copy_ends(&m, "192.0.2.7:5070", "192.0.2.9:5080");
	assert_true(m.guessed);
	assert_int_equal(m.transport, TRANSPORT_TCP);
	assert_int_equal(m.t_ns, 7);
	/* Who sent a response is not in it. */
	assert_int_equal(copy_push(w, "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.7\r\n\r\n", 0, 7, &m), 1);
	copy_ends(&m, "-", "192.0.2.7");
	assert_true(m.guessed);
	assert_int_equal(m.transport, TRANSPORT_UDP);
	wire_free(w);
}

static void
test_other_things_sent_to_a_collector(void **state)
{
	struct wire *w = wire_new(NULL);
	struct message m;

	(void)state;
	assert_int_equal(copy_push(w, "hello", 0, 0, &m), 0);
	assert_int_equal(copy_push(w, "", 0, 0, &m), 0);
	assert_int_equal(copy_push(w, "OPTI", 10, 0, &m), 0);
	assert_int_equal(wire_stats(w)->verdict[WIRE_NOT_SIP], 2);
	assert_int_equal(wire_stats(w)->drop[WIRE_DROP_TRUNCATED], 1);
	wire_free(w);
}

/* Shortened at every length: what comes is a beginning of the message, cut if the capture says so. */
static void
test_every_truncation(void **state)
{
	static const char whole[] = HEAD TOLD TAIL;
	struct wire *w = wire_new(NULL);
	struct message m;

	(void)state;
	for (size_t n = 0; n < sizeof(whole); n++) {
		char *copy = strndup(whole, n);

		assert_non_null(copy);
		if (copy_push(w, copy, sizeof(whole) - n, 0, &m)) {
			assert_true(m.cut);
			assert_true(m.bytes.n <= strlen(HEAD TAIL) + strlen("X-Siptrace-Method"));
			assert_memory_equal(m.bytes.p, HEAD, m.bytes.n < strlen(HEAD) ? m.bytes.n : strlen(HEAD));
		}
		copy_push(w, copy, 0, 0, &m);
		free(copy);
	}
	build_check(w);
	wire_free(w);
}

/* The one allocation of the path fails: a counted loss. */
static void
test_memory_is_short(void **state)
{
	struct wire *w = wire_new(NULL);
	struct message m;

	(void)state;
	mem_fail_at(1);
	assert_int_equal(copy_push(w, HEAD TOLD TAIL, 0, 0, &m), 0);
	mem_fail_at(0);
	assert_int_equal(wire_stats(w)->drop[WIRE_DROP_MEMORY], 1);
	assert_int_equal(copy_push(w, HEAD TOLD TAIL, 0, 0, &m), 1);
	wire_free(w);
}

static void
copy_tag(struct build *f, unsigned tag, const void *p, unsigned n)
{
	build_u16(f, tag);
	build_u16(f, n);
	build_add(f, p, n);
	build_zero(f, (4 - n % 4) % 4);
}

static void
test_exported_pdu(void **state)
{
	static struct build f;
	struct wire *w = wire_new(NULL);
	struct frame fr = { .link = LINK_UPPER_PDU };
	struct message m;
	size_t head;

	(void)state;
	f.n = 0;
	copy_tag(&f, 12, "sip", 3);
	copy_tag(&f, 20, "\xc0\0\2\1", 4);
	copy_tag(&f, 23, " \1\r\xb8\0\0\0\0\0\0\0\0\0\0\0\2", 16);
	copy_tag(&f, 24, "\0\0\0\2", 4);
	copy_tag(&f, 25, "\0\0\x13\xc4", 4);
	copy_tag(&f, 26, "\0\0\x13\xc5", 4);
	copy_tag(&f, 0, "", 0);
	head = f.n;
	build_add(&f, HEAD TAIL, strlen(HEAD TAIL));
	for (size_t n = 0; n <= f.n; n++) {
		uint8_t *copy = malloc(n ? n : 1);
		enum wire_verdict v;

		assert_non_null(copy);
		memcpy(copy, f.b, n);
		fr.data = copy;
		fr.caplen = (uint32_t)n;
		fr.origlen = (uint32_t)f.n;
		v = wire_push(w, &fr);
		build_check(w);
		if (wire_next(w, &m)) {
			assert_int_equal(v, WIRE_SIP);
			assert_true(n > head + 20 && m.cut == (n < f.n));
			copy_ends(&m, "192.0.2.1:5060", "[2001:db8::2]:5061");
			assert_int_equal(m.transport, TRANSPORT_TCP);
		} else {
			assert_int_equal(v, WIRE_DROPPED);
		}
		fr.origlen = fr.caplen;
		if (n < head)
			assert_int_equal(wire_push(w, &fr), WIRE_MALFORMED);
		free(copy);
	}
	assert_int_equal(m.bytes.n, strlen(HEAD TAIL));
	wire_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_told_by_headers),
		cmocka_unit_test(test_clock_that_is_off),
		cmocka_unit_test(test_guessed_without_headers),
		cmocka_unit_test(test_other_things_sent_to_a_collector),
		cmocka_unit_test(test_every_truncation),
		cmocka_unit_test(test_memory_is_short),
		cmocka_unit_test(test_exported_pdu),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
