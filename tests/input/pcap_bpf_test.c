/* pcap_bpf: filters per link type, and the filter that hides our own ssh session and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "input/input_int.h"
#include "sipwhy/mem.h"

/* IPv4, TCP, from a:sp to b:dp; the 20 bytes of TCP hold ports only. */
static struct frame
tcp(uint8_t *p, uint32_t a, uint32_t b, unsigned sp, unsigned dp, unsigned offset)
{
	memset(p, 0, 40);
	p[0] = 0x45;
	p[3] = 40;
	p[6] = (uint8_t)(offset >> 8);
	p[7] = (uint8_t)offset;
	p[9] = 6;
	for (unsigned i = 0; i < 4; i++) {
		p[12 + i] = (uint8_t)(a >> (24 - 8 * i));
		p[16 + i] = (uint8_t)(b >> (24 - 8 * i));
	}
	p[20] = (uint8_t)(sp >> 8);
	p[21] = (uint8_t)sp;
	p[22] = (uint8_t)(dp >> 8);
	p[23] = (uint8_t)dp;
	return (struct frame){ .data = p, .caplen = 40, .origlen = 40, .link = LINK_RAW };
}

static bool
passes(const struct input_bpf *b, uint32_t src, uint32_t dst, unsigned sp, unsigned dp, unsigned offset)
{
	uint8_t p[40];
	struct frame f = tcp(p, src, dst, sp, dp, offset);

	return input_bpf_match(b, &f);
}

static void
test_ssh_text(void **state)
{
	static const char *const none[] = { NULL, "", "192.0.2.1", "192.0.2.1 22 192.0.2.2", "a 1 b 2",
		"192.0.2.1 99999 192.0.2.2 22", "192.0.2.1 22 192.0.2.2 22 or host", "192.0.2.1) 1 192.0.2.2 22" };
	char out[256];

	(void)state;
	assert_true(input_bpf_ssh(out, sizeof out, "198.51.100.7 50022 192.0.2.10 22"));
	assert_string_equal(out, "not (tcp and host 198.51.100.7 and host 192.0.2.10 and port 50022 and port 22)");
	assert_true(input_bpf_ssh(out, sizeof out, "fe80::1%eth0 5 2001:db8::2 22"));
	assert_string_equal(out, "not (tcp and host fe80::1 and host 2001:db8::2 and port 5 and port 22)");
	for (unsigned i = 0; i < sizeof none / sizeof none[0]; i++) {
		assert_false(input_bpf_ssh(out, sizeof out, none[i]));
		assert_string_equal(out, "");
	}
	assert_false(input_bpf_ssh(out, 20, "198.51.100.7 50022 192.0.2.10 22"));
	assert_string_equal(out, "");
}

/* Both directions of exactly that connection go; other ports, other hosts and fragments stay. */
static void
test_ssh_filter(void **state)
{
	const uint32_t us = 0xc000020a, me = 0xc6336407;
	struct errmsg em = { "" };
	struct input_bpf *b;
	char out[256];

	(void)state;
	assert_true(input_bpf_ssh(out, sizeof out, "198.51.100.7 50022 192.0.2.10 22"));
	assert_int_equal(input_bpf_new(&b, out, &em), 0);
	assert_false(passes(b, me, us, 50022, 22, 0));
	assert_false(passes(b, us, me, 22, 50022, 0));
	assert_true(passes(b, us, me, 22, 50023, 0));
	assert_true(passes(b, us, me, 5060, 5060, 0));
	assert_true(passes(b, us, me + 1, 22, 50022, 0));
	assert_true(passes(b, us, me, 22, 50022, 100));
	input_bpf_free(b);
}

static void
test_links(void **state)
{
	struct errmsg em = { "" };
	struct input_bpf *b;
	uint8_t ether[54] = { [12] = 8, [13] = 0 };
	struct frame f = tcp(ether + 14, 1, 2, 5060, 5060, 0);

	(void)state;
	assert_int_equal(input_bpf_new(&b, "tcp port 5060", &em), 0);
	assert_true(input_bpf_match(b, &f));
	f.link = LINK_ETHERNET;
	assert_false(input_bpf_match(b, &f));
	f.data = ether;
	f.caplen = f.origlen = sizeof ether;
	assert_true(input_bpf_match(b, &f));
	f.caplen = 20;
	assert_false(input_bpf_match(b, &f));
	f.link = 147;
	assert_false(input_bpf_match(b, &f));
	assert_int_equal(input_bpf_usable(b, LINK_LINUX_SLL2, &em), 0);
	assert_int_equal(input_bpf_usable(b, 147, &em), -EINVAL);
	input_bpf_free(b);
	/* Possible on Ethernet only. */
	assert_int_equal(input_bpf_new(&b, "ether host 02:00:00:00:00:01", &em), 0);
	assert_int_equal(input_bpf_usable(b, LINK_ETHERNET, &em), 0);
	assert_int_equal(input_bpf_usable(b, LINK_RAW, &em), -EINVAL);
	input_bpf_free(b);
	input_bpf_free(NULL);
}

static void
test_errors(void **state)
{
	struct errmsg em = { "" };
	struct input_bpf *b = NULL;

	(void)state;
	assert_int_equal(input_bpf_check("udp port 5060", &em), 0);
	assert_string_equal(em.text, "");
	assert_int_equal(input_bpf_check("port port", &em), -EINVAL);
	assert_non_null(strstr(em.text, "filter \"port port\": "));
	assert_int_equal(input_bpf_new(&b, "no such words", &em), -EINVAL);
	assert_non_null(strstr(em.text, "filter \"no such words\": "));
	mem_fail_at(1);
	assert_int_equal(input_bpf_new(&b, "udp", &em), -ENOMEM);
	mem_fail_at(0);
	assert_null(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ssh_text),
		cmocka_unit_test(test_ssh_filter),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
