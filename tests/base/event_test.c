/* event: names of its enums, and a path of hops as text, there and back; what is no path is not read as one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "sipwhy/event.h"
#include "sipwhy/incident.h"

static void
test_names(void **state)
{
	static const char *const outcomes[] = { "ok", "failed", "cancelled", "challenged", "no_response", "redirected",
		"evicted", "-" };
	static const char *const levels[] = { "notice", "warning", "error", "critical", "-" };
	static const char *const roles[] = { "-", "trunk", "phones", "pbx", "-" };

	(void)state;
	for (unsigned i = 0; i <= OUTCOME_N; i++)
		assert_string_equal(outcome_name(i), outcomes[i]);
	for (unsigned i = 0; i <= INCIDENT_LEVEL_N; i++)
		assert_string_equal(incident_level_name(i), levels[i]);
	for (unsigned i = 0; i <= PEER_ROLE_N; i++)
		assert_string_equal(peer_role_name(i), roles[i]);
	assert_string_equal(outcome_name(UINT32_MAX), "-");
	assert_string_equal(direction_name(DIRECTION_SENT), "sent");
	assert_string_equal(direction_name((enum direction)77), "-");
}

static void
test_roles(void **state)
{
	(void)state;
	for (unsigned i = 0; i < PEER_ROLE_N; i++)
		assert_int_equal(peer_role_find(slice_str(peer_role_name(i))), i);
	assert_int_equal(peer_role_find(slice_str("Trunk")), PEER_ROLE_N);
	assert_int_equal(peer_role_find(slice_str("trunks")), PEER_ROLE_N);
	assert_int_equal(peer_role_find(slice_str("")), PEER_ROLE_N);
}

static struct event_hop
hop(const char *src, const char *dst, uint16_t code, uint32_t at_ms, uint32_t seen)
{
	return (struct event_hop){ slice_str(src), slice_str(dst), code, at_ms, seen };
}

static void
test_path(void **state)
{
	const struct event_hop in[] = { hop("10.20.0.5:5060", "10.20.0.10:5060", 500, 0, 7),
		hop("10.20.0.10:5060", "[2001:db8::1]:5061", 503, UINT32_MAX, UINT32_MAX), hop("-", "-", 0, 32000, 0) };
	char text[256];
	struct slice path = { text, 0 };
	struct event_hop out;

	(void)state;
	for (size_t i = 0; i < 3; i++)
		path.n = event_hop_put(text, sizeof text, path.n, &in[i]);
	assert_memory_equal(text, "10.20.0.5:5060 10.20.0.10:5060 500 0 7\n", 39);
	for (size_t i = 0; i < 3; i++) {
		assert_true(event_hop_next(&path, &out));
		assert_true(slice_eq(out.src, in[i].src));
		assert_true(slice_eq(out.dst, in[i].dst));
		assert_int_equal(out.code, in[i].code);
		assert_int_equal(out.at_ms, in[i].at_ms);
		assert_int_equal(out.seen, in[i].seen);
	}
	assert_int_equal(path.n, 0);
	assert_false(event_hop_next(&path, &out));
	path = (struct slice){ NULL, 0 };
	assert_false(event_hop_next(&path, &out));
}

static void
test_path_room(void **state)
{
	struct event_hop h = hop("192.0.2.1:5060", "192.0.2.2:5060", 486, 12, 1);
	char text[64], longest[ENDPOINT_TEXT + 1];
	size_t need = event_hop_put(text, sizeof text, 0, &h);

	(void)state;
	assert_int_equal(need, strlen("192.0.2.1:5060 192.0.2.2:5060 486 12 1\n"));
	memset(text, '#', sizeof text);
	assert_int_equal(event_hop_put(text, need + 4, 5, &h), 5);
	assert_int_equal(text[5], '#');
	assert_int_equal(event_hop_put(text, need + 5, 5, &h), need + 5);
	assert_int_equal(text[need + 5], '#');
	assert_int_equal(event_hop_put(text, 3, 5, &h), 5);
	/* What would not come back as it went is not written. */
	memset(longest, 'a', sizeof longest);
	h.dst = (struct slice){ longest, ENDPOINT_TEXT };
	assert_int_equal(event_hop_put(text, sizeof text, 0, &h), 0);
	h.dst = slice_str("a b");
	assert_int_equal(event_hop_put(text, sizeof text, 0, &h), 0);
	h.dst = slice_str("");
	assert_int_equal(event_hop_put(text, sizeof text, 0, &h), 0);
}

static void
test_no_path(void **state)
{
	static const char *const texts[] = { "a b 200 0 1", "a b 200 0\n", "a b 200 0 1 2\n", "a b 200 0 \n",
		" b 200 0 1\n", "a  200 0 1\n", "a b 99 0 1\n", "a b 700 0 1\n", "a b -1 0 1\n",
		"a b 200 4294967296 1\n", "a b 200 0 4294967296\n", "a b 0x64 0 1\n", "\n", "a\tb 200 0 1\n",
		"\x1b[2J b 200 0 1\n", "a b\xc3\xa4 200 0 1\n" };
	struct event_hop out;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct slice path = slice_str(texts[i]);

		assert_false(event_hop_next(&path, &out));
		assert_ptr_equal(path.p, texts[i]);
	}
}

/* Every cut of a good path reads as its whole lines and nothing else. */
static void
test_path_cut(void **state)
{
	static const char text[] = "a:1 b:2 404 5 1\nb:2 c:3 404 6 1\n";
	struct event_hop out;

	(void)state;
	for (size_t n = 0; n < sizeof text; n++) {
		struct slice path = { text, n };
		int hops = 0;

		while (event_hop_next(&path, &out))
			hops++;
		assert_int_equal(hops, (n >= 16) + (n >= 32));
	}
}

static void
test_coarse(void **state)
{
	struct event e = { .t_ns = INT64_C(5000000000), .stamp = slice_str("Mar  3 10:15:01") };

	(void)state;
	assert_true(event_is_coarse(&e));
	/* Received live: the time is that of its arrival. */
	e.t_ns += 1000;
	assert_false(event_is_coarse(&e));
	e.t_ns -= 1000;
	e.stamp = slice_str("10:15:01.000");
	assert_false(event_is_coarse(&e));
	e.stamp = slice_str("");
	assert_false(event_is_coarse(&e));
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_names), cmocka_unit_test(test_roles),
		cmocka_unit_test(test_path), cmocka_unit_test(test_path_room), cmocka_unit_test(test_no_path),
		cmocka_unit_test(test_path_cut), cmocka_unit_test(test_coarse) };

	return cmocka_run_group_tests_name("event", tests, NULL, NULL);
}
