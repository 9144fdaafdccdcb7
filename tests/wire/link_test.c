/*
 * link_test - each link type down to IP (tcpdump.org/linktypes), on whole frames and on every truncation of them.
 */
#include "build.h"

#include "wire/link.h"

/* One frame per row, IP begins at `ip`; the byte there is the first of the packet. */
struct link_case {
	const char *name;
	uint16_t link;
	uint8_t family;
	uint8_t head[48];
	size_t ip;
	uint32_t vlan, ifindex;
};

#define MACS 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2

static const struct link_case link_cases[] = {
	{ "ethernet", LINK_ETHERNET, 4, { MACS, 8, 0, 0x45 }, 14, 0, 0 },
	{ "ethernet v6", LINK_ETHERNET, 6, { MACS, 0x86, 0xdd, 0x60 }, 14, 0, 0 },
	{ "vlan", LINK_ETHERNET, 4, { MACS, 0x81, 0, 0xe0, 20, 8, 0, 0x45 }, 18, 20, 0 },
	{ "qinq", LINK_ETHERNET, 4, { MACS, 0x88, 0xa8, 0, 10, 0x81, 0, 0, 20, 8, 0, 0x45 }, 22, 10 << 12 | 20, 0 },
	{ "eight shims", LINK_ETHERNET, 4,
	    { MACS, 0x91, 0, 0, 1, 0x92, 0, 0, 2, 0x93, 0, 0, 3, 0x81, 0, 0, 4, 0x81, 0, 0, 5, 0x81, 0, 0, 6, 0x81, 0,
		0, 7, 0x88, 0xa8, 0, 8, 8, 0 },
	    46, 7 << 12 | 8, 0 },
	{ "snap", LINK_ETHERNET, 4, { MACS, 0, 60, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0, 0x45 }, 22, 0, 0 },
	{ "snap in vlan", LINK_ETHERNET, 6, { MACS, 0x81, 0, 0, 7, 0, 60, 0xaa, 0xaa, 3, 0, 0, 0, 0x86, 0xdd }, 26, 7,
	    0 },
	{ "sll", LINK_LINUX_SLL, 4, { 0, 4, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0, 8, 0, 0x45 }, 16, 0, 0 },
	{ "sll vlan", LINK_LINUX_SLL, 4, { 0, 4, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0, 0x81, 0, 0, 9, 8, 0, 0x45 }, 20, 9,
	    0 },
	{ "sll2", LINK_LINUX_SLL2, 6, { 0x86, 0xdd, 0, 0, 0, 0, 0, 3, 0, 1, 4, 6, 1, 2, 3, 4, 5, 6, 0, 0, 0x60 }, 20, 0,
	    3 },
	{ "sll2 vlan", LINK_LINUX_SLL2, 4,
	    { 0x81, 0, 0, 0, 0, 0, 1, 0, 0, 1, 4, 6, 1, 2, 3, 4, 5, 6, 0, 0, 0, 5, 8, 0, 0x45 }, 24, 5, 256 },
	{ "raw", LINK_RAW, 0, { 0x45 }, 0, 0, 0 },
	{ "raw, bsd number", LINK_RAW_BSD, 0, { 0x45 }, 0, 0, 0 },
	{ "raw, openbsd number", LINK_RAW_OPENBSD, 0, { 0x45 }, 0, 0, 0 },
	{ "ipv4", LINK_IPV4, 0, { 0x45 }, 0, 0, 0 },
	{ "ipv6", LINK_IPV6, 0, { 0x60 }, 0, 0, 0 },
	{ "null, any order", LINK_NULL, 0, { 0, 0, 0, 30, 0x60 }, 4, 0, 0 },
	{ "loop", LINK_LOOP, 0, { 0, 0, 0, 2, 0x45 }, 4, 0, 0 },
	{ "ppp", LINK_PPP, 4, { 0xff, 3, 0, 0x21, 0x45 }, 4, 0, 0 },
	{ "ppp, no address", LINK_PPP, 6, { 0, 0x57, 0x60 }, 2, 0, 0 },
	{ "ppp, short protocol", LINK_PPP, 4, { 0x21, 0x45 }, 1, 0, 0 },
	{ "ppp hdlc, address and short protocol", LINK_PPP_HDLC, 6, { 0xff, 3, 0x57, 0x60 }, 3, 0, 0 },
	{ "pppoe", LINK_ETHERNET, 4, { MACS, 0x88, 0x64, 0x11, 0, 0, 9, 0, 0x21, 0, 0x21, 0x45 }, 22, 0, 0 },
	{ "cisco hdlc", LINK_PPP_HDLC, 4, { 0x0f, 0, 8, 0, 0x45 }, 4, 0, 0 },
};

enum { LINK_CASES = sizeof(link_cases) / sizeof(link_cases[0]) };

static enum link_verdict
link_try(uint16_t link, const uint8_t *p, size_t n, struct link_net *net)
{
	uint8_t *copy = malloc(n ? n : 1);
	struct frame f = { .data = copy, .caplen = (uint32_t)n, .origlen = (uint32_t)n, .link = link };
	enum link_verdict v;

	assert_non_null(copy);
	memcpy(copy, p, n);
	v = link_decode(&f, net);
	if (v == LINK_IP) {
		assert_true(net->p >= copy && net->p + net->n == copy + n);
		net->p = p + (net->p - copy);
	}
	free(copy);
	return v;
}

static void
test_finds_ip(void **state)
{
	(void)state;
	for (size_t i = 0; i < LINK_CASES; i++) {
		const struct link_case *c = &link_cases[i];
		struct link_net net;

		print_message("# %s\n", c->name);
		assert_int_equal(link_try(c->link, c->head, sizeof(c->head), &net), LINK_IP);
		assert_ptr_equal(net.p, c->head + c->ip);
		assert_int_equal(net.n, sizeof(c->head) - c->ip);
		assert_int_equal(net.family, c->family);
		assert_int_equal(net.vlan, c->vlan);
		assert_int_equal(net.ifindex, c->ifindex);
	}
}

/* Whatever is cut off, the header is either still whole or reported short. */
static void
test_every_truncation(void **state)
{
	(void)state;
	for (size_t i = 0; i < LINK_CASES; i++) {
		const struct link_case *c = &link_cases[i];

		/* One byte of PPP may be the first half of an address. */
		size_t least = c->ip == 1 ? 2 : c->ip;

		for (size_t n = 0; n < sizeof(c->head); n++) {
			struct link_net net;

			assert_int_equal(link_try(c->link, c->head, n, &net), n < least ? LINK_SHORT : LINK_IP);
		}
	}
}

static void
test_other_protocols(void **state)
{
	static const struct link_case other[] = {
		{ "arp", LINK_ETHERNET, 0, { MACS, 8, 6 }, 0, 0, 0 },
		{ "pppoe, no session data", LINK_ETHERNET, 0, { MACS, 0x88, 0x64, 0x11, 0xa7, 0, 9 }, 0, 0, 0 },
		{ "mpls", LINK_ETHERNET, 0, { MACS, 0x88, 0x47, 0, 0, 0x11 }, 0, 0, 0 },
		{ "stp", LINK_ETHERNET, 0, { MACS, 0, 38, 0x42, 0x42, 3 }, 0, 0, 0 },
		{ "foreign oui", LINK_ETHERNET, 0, { MACS, 0, 60, 0xaa, 0xaa, 3, 0, 0, 12, 8, 0 }, 0, 0, 0 },
		{ "netlink", LINK_LINUX_SLL, 0, { 0, 4, 3, 56, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0x45 }, 0, 0, 0 },
		{ "lcp", LINK_PPP, 0, { 0xff, 3, 0xc0, 0x21 }, 0, 0, 0 },
	};
	struct link_net net;

	(void)state;
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		print_message("# %s\n", other[i].name);
		assert_int_equal(link_try(other[i].link, other[i].head, sizeof(other[i].head), &net), LINK_OTHER);
	}
	assert_int_equal(link_try(195, link_cases[0].head, 48, &net), LINK_UNKNOWN);
}

static void
test_endless_vlan_tags(void **state)
{
	uint8_t f[14 + 4 * 200] = { MACS };
	struct link_net net;

	(void)state;
	for (size_t i = 12; i < sizeof(f); i += 4)
		f[i] = 0x81;
	assert_int_equal(link_try(LINK_ETHERNET, f, sizeof(f), &net), LINK_BAD);
}

static void
test_capture_ifindex_goes_first(void **state)
{
	struct frame f = {
		.data = link_cases[9].head, .caplen = 48, .origlen = 48, .link = LINK_LINUX_SLL2, .ifindex = 8
	};
	struct link_net net;

	(void)state;
	assert_int_equal(link_decode(&f, &net), LINK_IP);
	assert_int_equal(net.ifindex, 8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_finds_ip),
		cmocka_unit_test(test_every_truncation),
		cmocka_unit_test(test_other_protocols),
		cmocka_unit_test(test_endless_vlan_tags),
		cmocka_unit_test(test_capture_ifindex_goes_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
