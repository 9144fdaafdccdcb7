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
	uint8_t head[200];
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
	{ "cisco hdlc, own number", LINK_C_HDLC, 4, { 0x0f, 0, 8, 0, 0x45 }, 4, 0, 0 },
	{ "pppoe, own number", LINK_PPPOE, 4, { 0x11, 0, 0, 9, 0, 0x21, 0, 0x21, 0x45 }, 8, 0, 0 },
	{ "vn-tag", LINK_ETHERNET, 4, { MACS, 0x89, 0x26, 1, 2, 3, 4, 8, 0, 0x45 }, 20, 0, 0 },
	{ "cisco metadata", LINK_ETHERNET, 4, { MACS, 0x89, 9, 1, 1, 0, 1, 0, 9, 8, 0, 0x45 }, 22, 0, 0 },
	{ "fabricpath", LINK_ETHERNET, 4, { MACS, 0x89, 3, 0, 0x20, MACS, 0x81, 0, 0, 5, 8, 0, 0x45 }, 34, 5, 0 },
	{ "macsec in clear", LINK_ETHERNET, 4, { MACS, 0x88, 0xe5, 0, 0, 0, 0, 0, 1, 8, 0, 0x45 }, 22, 0, 0 },
	{ "macsec with channel", LINK_ETHERNET, 6,
	    { MACS, 0x88, 0xe5, 0x20, 0, 0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 0x86, 0xdd, 0x60 }, 30, 0, 0 },
	{ "bridged", LINK_ETHERNET, 4, { MACS, 0x65, 0x58, MACS, 8, 0, 0x45 }, 28, 0, 0 },
	{ "nsh", LINK_ETHERNET, 4, { MACS, 0x89, 0x4f, 0, 2, 0, 1, 0, 0, 7, 1, 0x45 }, 22, 0, 0 },
	{ "nsh, ethernet inside", LINK_ETHERNET, 6, { MACS, 0x89, 0x4f, 0, 2, 0, 3, 0, 0, 7, 1, MACS, 0x86, 0xdd }, 36,
	    0, 0 },
	{ "mpls pseudowire", LINK_ETHERNET, 4, { MACS, 0x88, 0x47, 0, 1, 0x01, 64, 0, 0, 0, 0, MACS, 8, 0, 0x45 }, 36,
	    0, 0 },
	{ "802.11", LINK_IEEE802_11, 4, { 0x08, 0x01, [24] = 0xaa, 0xaa, 3, 0, 0, 0, 8, 0, 0x45 }, 32, 0, 0 },
	{ "802.11, four addresses, qos, order", LINK_IEEE802_11, 4,
	    { 0x88, 0x83, [36] = 0xaa, 0xaa, 3, 0, 0, 0, 8, 0, 0x45 }, 44, 0, 0 },
	{ "802.11, several in one", LINK_IEEE802_11, 4,
	    { 0x88, 0x01, [24] = 0x80, [40] = 0xaa, 0xaa, 3, 0, 0, 0, 8, 0, 0x45 }, 48, 0, 0 },
	{ "radiotap", LINK_RADIOTAP, 4, { [2] = 8, [8] = 0x08, [32] = 0xaa, 0xaa, 3, 0, 0, 0, 8, 0, 0x45 }, 40, 0, 0 },
	{ "radiotap, padded", LINK_RADIOTAP, 4,
	    { [2] = 9, [4] = 2, [8] = 0x20, 0x88, [37] = 0xaa, 0xaa, 3, 0, 0, 0, 8, 0, 0x45 }, 45, 0, 0 },
	{ "radiotap, two words, clock, padded", LINK_RADIOTAP, 4,
	    { [2] = 25, [4] = 3, [7] = 0x80, [24] = 0x20, 0x88, [53] = 0xaa, 0xaa, 3, 0, 0, 0, 8, 0, 0x45 }, 61, 0, 0 },
	{ "prism", LINK_PRISM, 4, { [4] = 144, [144] = 0x08, [168] = 0xaa, 0xaa, 3, 0, 0, 0, 8, 0, 0x45 }, 176, 0, 0 },
	{ "prism, other order", LINK_PRISM, 4, { [7] = 100, [100] = 0x08, [124] = 0xaa, 0xaa, 3, 0, 0, 0, 8, 0, 0x45 },
	    132, 0, 0 },
	{ "avs under prism's number", LINK_PRISM, 4,
	    { 0x80, 0x21, 0x10, 1, 0, 0, 0, 64, [64] = 0x08, [88] = 0xaa, 0xaa, 3, 0, 0, 0, 8, 0, 0x45 }, 96, 0, 0 },
	{ "avs", LINK_AVS, 4,
	    { 0x80, 0x21, 0x10, 2, 0, 0, 0, 64, [64] = 0x08, [88] = 0xaa, 0xaa, 3, 0, 0, 0, 8, 0, 0x45 }, 96, 0, 0 },
	{ "sll, radiotap", LINK_LINUX_SLL, 4,
	    { 0, 4, 3, 0x23, [18] = 8, [24] = 0x08, [48] = 0xaa, 0xaa, 3, 0, 0, 0, 8, 0, 0x45 }, 56, 0, 0 },
	{ "ipnet", LINK_IPNET, 0, { 1, 2, [11] = 7, [24] = 0x45 }, 24, 0, 7 },
	{ "nflog", LINK_NFLOG, 0,
	    { 2, 0, 0, 0, 8, 0, 1, 0, 1, 2, 3, 4, 5, 0, 10, 0, 0, 0, 0, 0, 8, 0, 4, 0, 0, 0, 0, 9, 24, 0, 9, 0, 0x45 },
	    32, 0, 9 },
	{ "nflog, big-endian", LINK_NFLOG, 0,
	    { 10, 0, 0, 0, 0, 8, 0, 1, 1, 2, 3, 4, 0, 5, 0, 10, 0, 0, 0, 0, 0, 24, 0, 9, 0x60 }, 24, 0, 0 },
	{ "pktap", LINK_PKTAP, 4, { 108, [4] = 1, [8] = 1, [120] = 8, 0, 0x45 }, 122, 0, 0 },
};

/* Here the first byte of the packet tells what it is. */
static const struct link_case link_peeks[] = {
	{ "mpls", LINK_ETHERNET, 4, { MACS, 0x88, 0x47, 0, 1, 0x01, 64, 0x45 }, 18, 0, 0 },
	{ "mpls, three labels, multicast", LINK_ETHERNET, 6,
	    { MACS, 0x88, 0x48, 0, 1, 0, 64, 0, 2, 0, 64, 0, 3, 0x01, 64, 0x60 }, 26, 0, 0 },
	{ "mpls pseudowire, no control word", LINK_ETHERNET, 4, { MACS, 0x88, 0x47, 0, 1, 0x01, 64, MACS, 8, 0, 0x45 },
	    32, 0, 0 },
	{ "mpls in ppp", LINK_PPP, 4, { 0xff, 3, 2, 0x81, 0, 1, 0x01, 64, 0x45 }, 8, 0, 0 },
};

enum {
	LINK_CASES = sizeof(link_cases) / sizeof(link_cases[0]),
	LINK_PEEKS = sizeof(link_peeks) / sizeof(link_peeks[0])
};

static const struct link_case *
link_row(size_t i)
{
	return i < LINK_CASES ? &link_cases[i] : &link_peeks[i - LINK_CASES];
}

static enum link_verdict
link_try(uint16_t link, const uint8_t *p, size_t n, struct link_net *net)
{
	uint8_t *copy = malloc(n ? n : 1);
	struct link_layer l = { .p = copy, .n = n, .wire_n = n, .link = link };
	enum link_verdict v;

	assert_non_null(copy);
	memcpy(copy, p, n);
	v = link_decode(&l, net);
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
	for (size_t i = 0; i < LINK_CASES + LINK_PEEKS; i++) {
		const struct link_case *c = link_row(i);
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
	for (size_t i = 0; i < LINK_CASES + LINK_PEEKS; i++) {
		const struct link_case *c = link_row(i);

		/* One byte of PPP may be the first half of an address. */
		size_t least = (c->ip == 1 ? 2 : c->ip) + (i >= LINK_CASES);

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
		{ "stp", LINK_ETHERNET, 0, { MACS, 0, 38, 0x42, 0x42, 3 }, 0, 0, 0 },
		{ "foreign oui", LINK_ETHERNET, 0, { MACS, 0, 60, 0xaa, 0xaa, 3, 0, 0, 12, 8, 0 }, 0, 0, 0 },
		{ "netlink", LINK_LINUX_SLL, 0, { 0, 4, 3, 56, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0x45 }, 0, 0, 0 },
		{ "lcp", LINK_PPP, 0, { 0xff, 3, 0xc0, 0x21 }, 0, 0, 0 },
		{ "pppoe discovery", LINK_ETHERNET, 0, { MACS, 0x88, 0x63, 0x11, 9 }, 0, 0, 0 },
		{ "macsec, encrypted", LINK_ETHERNET, 0, { MACS, 0x88, 0xe5, 0x2c }, 0, 0, 0 },
		{ "mpls oam", LINK_ETHERNET, 0, { MACS, 0x88, 0x47, 0, 1, 0x01, 64, 0x10 }, 0, 0, 0 },
		{ "nsh of nothing", LINK_ETHERNET, 0, { MACS, 0x89, 0x4f, 0, 2, 0, 9 }, 0, 0, 0 },
		{ "beacon", LINK_IEEE802_11, 0, { 0x80 }, 0, 0, 0 },
		{ "802.11 without data", LINK_IEEE802_11, 0, { 0x48 }, 0, 0, 0 },
		{ "802.11, protected", LINK_IEEE802_11, 0, { 0x08, 0x41 }, 0, 0, 0 },
		{ "802.11, a later piece", LINK_IEEE802_11, 0, { 0x08, 1, [22] = 1 }, 0, 0, 0 },
		{ "802.11, the first piece", LINK_IEEE802_11, 0, { 0x08, 5 }, 0, 0, 0 },
		{ "radiotap of another version", LINK_RADIOTAP, 0, { 1, 0, 8 }, 0, 0, 0 },
		{ "avs without length", LINK_AVS, 0, { 0x80, 0x21, 0x10, 1 }, 0, 0, 0 },
		{ "nflog attribute without length", LINK_NFLOG, 0, { 2, 0, 0, 0, 0, 0, 1, 0 }, 0, 0, 0 },
		{ "pktap, no packet", LINK_PKTAP, 0, { 108, [4] = 2 }, 0, 0, 0 },
		{ "pktap in pktap", LINK_PKTAP, 0, { 108, [4] = 1, [8] = 2, 1 }, 0, 0, 0 },
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

/* What the bytes before IP say about the network it is in: keys are made of it. */
static void
test_labels_and_sessions_tell_networks_apart(void **state)
{
	uint8_t mpls[] = { MACS, 0x88, 0x47, 0, 1, 0x01, 64, 0x45 };
	uint8_t pppoe[] = { MACS, 0x88, 0x64, 0x11, 0, 0, 9, 0, 0x21, 0, 0x21, 0x45 };
	struct link_net a, b;

	(void)state;
	assert_int_equal(link_try(LINK_ETHERNET, mpls, sizeof(mpls), &a), LINK_IP);
	mpls[17] = 1; /* TTL */
	assert_int_equal(link_try(LINK_ETHERNET, mpls, sizeof(mpls), &b), LINK_IP);
	assert_int_equal(a.id, b.id);
	mpls[16] = 0x11; /* label */
	assert_int_equal(link_try(LINK_ETHERNET, mpls, sizeof(mpls), &b), LINK_IP);
	assert_int_not_equal(a.id, b.id);
	assert_int_equal(link_try(LINK_ETHERNET, pppoe, sizeof(pppoe), &a), LINK_IP);
	pppoe[17] = 8;
	assert_int_equal(link_try(LINK_ETHERNET, pppoe, sizeof(pppoe), &b), LINK_IP);
	assert_int_not_equal(a.id, b.id);
}

/* Labels without a bottom, and routing loops of NSH. */
static void
test_endless_shims(void **state)
{
	uint8_t f[14 + 4 * 200] = { MACS, 0x88, 0x47 };
	struct link_net net;

	(void)state;
	assert_int_equal(link_try(LINK_ETHERNET, f, sizeof(f), &net), LINK_BAD);
	f[13] = 0x4f;
	f[12] = 0x89;
	for (size_t i = 14; i < sizeof(f); i += 8) {
		f[i + 1] = 2;
		f[i + 3] = 4;
	}
	assert_int_equal(link_try(LINK_ETHERNET, f, sizeof(f), &net), LINK_BAD);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_finds_ip),
		cmocka_unit_test(test_every_truncation),
		cmocka_unit_test(test_other_protocols),
		cmocka_unit_test(test_endless_vlan_tags),
		cmocka_unit_test(test_endless_shims),
		cmocka_unit_test(test_labels_and_sessions_tell_networks_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
