/*
 * ip_test - IPv4 and IPv6 headers (RFC 791, RFC 8200): lengths that agree, that the snapshot cut, and that lie.
 */
#include "build.h"

#include "wire/ip.h"

static enum ip_verdict
ip_try(const struct build *f, size_t n, size_t wire_n, struct ip_packet *out)
{
	uint8_t *copy = malloc(n ? n : 1);
	enum ip_verdict v;

	assert_non_null(copy);
	memcpy(copy, f->b, n);
	v = ip_decode(copy, n, wire_n, 0, out);
	if (v == IP_PAYLOAD || v == IP_FRAGMENT) {
		assert_true(out->p >= copy && out->p + out->n <= copy + n);
		assert_true(out->n <= out->wire_n);
		out->p = f->b + (out->p - copy);
	}
	free(copy);
	return v;
}

static enum ip_verdict
ip_whole(const struct build *f, struct ip_packet *out)
{
	return ip_try(f, f->n, f->n, out);
}

/* Options push the payload, padding behind it is not part of it. */
static void
test_v4_options_and_padding(void **state)
{
	struct build f = { .n = 0 };
	struct ip_packet p;

	(void)state;
	build_ip4(&f, (struct build_ip){ .proto = 17, .options = 40 }, 10);
	build_zero(&f, 10 + 18);
	assert_int_equal(ip_whole(&f, &p), IP_PAYLOAD);
	assert_ptr_equal(p.p, f.b + 60);
	assert_int_equal(p.n, 10);
	assert_int_equal(p.wire_n, 10);
	assert_int_equal(p.proto, 17);
}

static void
test_v4_total_zero_is_offload(void **state)
{
	struct build f = { .n = 0 };
	struct ip_packet p;

	(void)state;
	build_ip4(&f, (struct build_ip){ .proto = 6, .bend_total = true }, 0);
	build_zero(&f, 3000);
	assert_int_equal(ip_whole(&f, &p), IP_PAYLOAD);
	assert_int_equal(p.n, 3000);
}

static void
test_v4_headers_that_lie(void **state)
{
	static const struct {
		unsigned first, total;
	} lies[] = { { 0x44, 30 }, { 0x40, 30 }, { 0x4f, 30 }, { 0x45, 19 }, { 0x45, 31 }, { 0x45, 65535 },
		{ 0x55, 30 } };
	struct ip_packet p;

	(void)state;
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		struct build f = { .n = 0 };

		build_ip4(&f, (struct build_ip){ .proto = 17, .bend_total = true, .total = lies[i].total }, 0);
		build_zero(&f, 10);
		f.b[0] = (uint8_t)lies[i].first;
		assert_int_equal(ip_whole(&f, &p), IP_BAD);
	}
}

/* The same bytes are short when the wire had more, and a lie when it had not. */
static void
test_every_truncation(void **state)
{
	struct build f = { .n = 0 };
	struct ip_packet p;

	(void)state;
	build_ip4(&f, (struct build_ip){ .proto = 17, .options = 8 }, 50);
	build_zero(&f, 50);
	for (size_t n = 0; n < f.n; n++) {
		assert_int_equal(ip_try(&f, n, f.n, &p), n < 28 ? IP_SHORT : IP_PAYLOAD);
		if (n >= 28) {
			assert_int_equal(p.n, n - 28);
			assert_int_equal(p.wire_n, 50);
		}
		assert_int_equal(ip_try(&f, n, n, &p), IP_BAD);
	}
}

static void
test_v6_every_truncation(void **state)
{
	struct build f = { .n = 0 };
	struct ip_packet p;

	(void)state;
	build_ip6(&f, 0, 8 + 16 + 8 + 12);
	build_u16(&f, 51 << 8);
	build_zero(&f, 6);
	build_u16(&f, 44 << 8 | 2);
	build_zero(&f, 14);
	build_ip6_fragment(&f, 17, 0, 0, 5);
	build_zero(&f, 12);
	assert_int_equal(ip_whole(&f, &p), IP_PAYLOAD);
	assert_int_equal(p.proto, 17);
	assert_int_equal(p.n, 12);
	for (size_t n = 0; n < f.n; n++) {
		assert_int_equal(ip_try(&f, n, f.n, &p), n < 72 ? IP_SHORT : IP_PAYLOAD);
		assert_int_equal(ip_try(&f, n, n, &p), IP_BAD);
	}
}

static void
test_v6_chain_has_an_end(void **state)
{
	(void)state;
	for (unsigned headers = 9; headers <= 12; headers++) {
		struct build f = { .n = 0 };
		struct ip_packet p;

		build_ip6(&f, 60, headers * 8 + 8);
		for (unsigned i = 0; i < headers; i++) {
			build_u8(&f, i + 1 < headers ? 60 : 17);
			build_zero(&f, 7);
		}
		build_zero(&f, 8);
		assert_int_equal(ip_whole(&f, &p), headers <= 10 ? IP_PAYLOAD : IP_BAD);
	}
}

static void
test_v6_payload_zero_is_jumbo(void **state)
{
	struct build f = { .n = 0 };
	struct ip_packet p;

	(void)state;
	build_ip6(&f, 6, 0);
	build_zero(&f, 2000);
	assert_int_equal(ip_whole(&f, &p), IP_PAYLOAD);
	assert_int_equal(p.n, 2000);
}

static void
test_fragment_fields(void **state)
{
	struct build f = { .n = 0 };
	struct ip_packet p;

	(void)state;
	build_ip4(&f, (struct build_ip){ .proto = 17, .id = 77, .off = 1480, .more = 1 }, 64);
	build_zero(&f, 64);
	assert_int_equal(ip_whole(&f, &p), IP_FRAGMENT);
	assert_int_equal(p.id, 77);
	assert_int_equal(p.off, 1480);
	assert_true(p.more);

	f.n = 0;
	build_ip6(&f, 44, 8 + 5);
	build_ip6_fragment(&f, 17, 1232, 0, 0x01020304);
	build_zero(&f, 5);
	assert_int_equal(ip_whole(&f, &p), IP_FRAGMENT);
	assert_int_equal(p.id, 0x01020304);
	assert_int_equal(p.off, 1232);
	assert_false(p.more);
	assert_int_equal(p.n, 5);
}

/* Past the largest datagram, without a byte, or cut where only the last fragment may be. */
static void
test_fragments_that_cannot_be(void **state)
{
	static const struct {
		unsigned off, more, n;
	} bad[] = { { 65528, 0, 8 }, { 65520, 1, 16 }, { 8, 1, 12 }, { 8, 0, 0 }, { 0, 1, 0 } };
	struct ip_packet p;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct build f = { .n = 0 };

		build_ip4(&f, (struct build_ip){ .proto = 17, .off = bad[i].off, .more = bad[i].more }, bad[i].n);
		build_zero(&f, bad[i].n);
		assert_int_equal(ip_whole(&f, &p), IP_BAD);
		f.n = 0;
		build_ip6(&f, 44, 8 + bad[i].n);
		build_ip6_fragment(&f, 17, bad[i].off, bad[i].more, 1);
		build_zero(&f, bad[i].n);
		assert_int_equal(ip_whole(&f, &p), IP_BAD);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_v4_options_and_padding),
		cmocka_unit_test(test_v4_total_zero_is_offload),
		cmocka_unit_test(test_v4_headers_that_lie),
		cmocka_unit_test(test_every_truncation),
		cmocka_unit_test(test_v6_every_truncation),
		cmocka_unit_test(test_v6_chain_has_an_end),
		cmocka_unit_test(test_v6_payload_zero_is_jumbo),
		cmocka_unit_test(test_fragment_fields),
		cmocka_unit_test(test_fragments_that_cannot_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
