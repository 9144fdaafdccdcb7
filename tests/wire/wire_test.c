/*
 * wire_test - the accounting of frames and the clock of the whole room.
 */
#include "build.h"

#include "sipwhy/mem.h"

#define REQUEST "OPTIONS sip:a SIP/2.0\r\nl: 0\r\n\r\n"

static void
test_reclass_moves_the_last_frame_once(void **state)
{
	static struct build f;
	struct wire *w = wire_new(NULL);
	const struct wire_stats *st = wire_stats(w);
	struct build_log log = { .messages = 0 };

	(void)state;
	wire_reclass(w, WIRE_FILTERED);
	build_check(w);
	build_udp4(&f, REQUEST);
	build_push(w, &f, 0, &log);
	build_push(w, &f, 0, &log);
	wire_reclass(w, WIRE_MALFORMED);
	wire_reclass(w, WIRE_FILTERED);
	build_check(w);
	assert_int_equal(st->verdict[WIRE_SIP], 1);
	assert_int_equal(st->verdict[WIRE_MALFORMED], 1);
	build_udp4(&f, "no");
	build_push(w, &f, 0, &log);
	wire_reclass(w, WIRE_FILTERED);
	assert_int_equal(st->verdict[WIRE_FILTERED], 0);
	assert_int_equal(st->verdict[WIRE_NOT_SIP], 1);
	assert_int_equal(st->frames, 3);
	assert_int_equal(st->bytes, 2 * (28 + strlen(REQUEST)) + 30);
	wire_free(w);
}

static void
test_untaken_message_is_dropped(void **state)
{
	static struct build f;
	struct wire *w = wire_new(NULL);
	struct message m;
	struct frame fr = { .data = f.b, .link = LINK_RAW };

	(void)state;
	for (int i = 0; i < 2; i++) {
		build_udp4(&f, i ? "no" : REQUEST);
		fr.caplen = fr.origlen = (uint32_t)f.n;
		wire_push(w, &fr);
	}
	assert_int_equal(wire_next(w, &m), 0);
	wire_free(w);
}

static void
test_unknown_link_is_told(void **state)
{
	static const uint8_t byte = 0x45;
	struct wire *w = wire_new(NULL);
	struct frame fr = { .data = &byte, .caplen = 1, .origlen = 1, .link = 195 };

	(void)state;
	assert_int_equal(wire_push(w, &fr), WIRE_DROPPED);
	assert_int_equal(wire_stats(w)->drop[WIRE_DROP_LINK], 1);
	assert_string_equal(wire_drop_name(WIRE_DROP_LINK), "link");
	wire_free(w);
}

/* What the capture itself says of the interface goes before what a header says. */
static void
test_capture_ifindex_goes_first(void **state)
{
	static struct build f;
	struct wire *w = wire_new(NULL);
	struct frame fr = { .data = f.b, .link = LINK_LINUX_SLL2 };
	struct message m;

	(void)state;
	f.n = 0;
	build_u32(&f, 0x08000000);
	build_u32(&f, 3);
	build_zero(&f, 12);
	build_ip4(&f, (struct build_ip){ .proto = 17 }, 8 + strlen(REQUEST));
	build_udp(&f, REQUEST, strlen(REQUEST));
	fr.caplen = fr.origlen = (uint32_t)f.n;
	for (uint32_t i = 0; i < 2; i++) {
		fr.ifindex = i * 8;
		assert_int_equal(wire_push(w, &fr), WIRE_SIP);
		assert_int_equal(wire_next(w, &m), 1);
		assert_int_equal(m.ifindex, i ? 8 : 3);
	}
	wire_free(w);
}

/* An Ethernet frame of every length: cut by the snapshot it is a loss, cut by its sender it is malformed. */
static void
test_frame_truncations(void **state)
{
	static struct build f;
	struct wire *w = wire_new(NULL);
	size_t n;

	(void)state;
	f.n = 0;
	build_zero(&f, 12);
	build_u16(&f, 0x8100);
	build_u16(&f, 5);
	build_u16(&f, 0x0800);
	build_ip4(&f, (struct build_ip){ .proto = 17 }, 8 + strlen(REQUEST));
	build_udp(&f, REQUEST, strlen(REQUEST));
	for (n = 0; n < 18 + 20 + 8; n++) {
		uint8_t *copy = malloc(n ? n : 1);
		struct frame fr = {
			.data = copy, .caplen = (uint32_t)n, .origlen = (uint32_t)n, .link = LINK_ETHERNET
		};

		assert_non_null(copy);
		memcpy(copy, f.b, n);
		assert_int_equal(wire_push(w, &fr), WIRE_MALFORMED);
		fr.origlen = (uint32_t)f.n;
		assert_int_equal(wire_push(w, &fr), WIRE_DROPPED);
		free(copy);
	}
	assert_int_equal(wire_stats(w)->drop[WIRE_DROP_TRUNCATED], n);
	build_check(w);
	wire_free(w);
}

/* Stamps at both ends of what 64 bits hold: no overflow, and held frames still end. */
static void
test_clock_at_its_ends(void **state)
{
	static const int64_t stamps[] = { INT64_MIN, INT64_MAX, 0, INT64_MIN, -1, INT64_MAX, 1 };
	static struct build f;
	struct wire *w = wire_new(NULL);
	struct message m;

	(void)state;
	for (size_t i = 0; i < sizeof(stamps) / sizeof(stamps[0]); i++) {
		struct frame fr = { .t_ns = stamps[i], .data = f.b, .link = LINK_RAW };

		f.n = 0;
		build_ip4(&f, (struct build_ip){ .proto = 17, .id = (unsigned)i, .more = 1 }, 8);
		build_zero(&f, 8);
		fr.caplen = fr.origlen = (uint32_t)f.n;
		assert_int_equal(wire_push(w, &fr), WIRE_HELD);
		build_check(w);
	}
	wire_flush(w);
	assert_int_equal(wire_next(w, &m), 0);
	assert_int_equal(wire_stats(w)->verdict[WIRE_HELD], 0);
	build_check(w);
	wire_free(w);
}

/* The plain path of a datagram asks the heap for nothing. */
static void
test_datagrams_allocate_nothing(void **state)
{
	static struct build f;
	struct wire *w = wire_new(NULL);
	struct frame fr = { .data = f.b, .link = LINK_RAW };
	struct message m;

	(void)state;
	build_udp4(&f, REQUEST);
	fr.caplen = fr.origlen = (uint32_t)f.n;
	mem_fail_at(0);
	for (int i = 0; i < 100; i++) {
		wire_push(w, &fr);
		assert_int_equal(wire_next(w, &m), 1);
	}
	assert_int_equal(mem_calls(), 0);
	wire_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reclass_moves_the_last_frame_once),
		cmocka_unit_test(test_untaken_message_is_dropped),
		cmocka_unit_test(test_unknown_link_is_told),
		cmocka_unit_test(test_capture_ifindex_goes_first),
		cmocka_unit_test(test_frame_truncations),
		cmocka_unit_test(test_clock_at_its_ends),
		cmocka_unit_test(test_datagrams_allocate_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
