/* peers: the longest prefix wins over any mixture of sets, and what is no set is refused with the cure. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sipwhy/peers.h"

static struct endpoint
at(const char *text)
{
	struct endpoint e = { .family = strchr(text, ':') != NULL ? 6 : 4, .port = 5060 };

	assert_int_equal(inet_pton(e.family == 6 ? AF_INET6 : AF_INET, text, e.addr), 1);
	return e;
}

static const char *
name(const struct peers *p, const char *text)
{
	struct endpoint e = at(text);
	const struct peers_row *row = peers_find(p, &e);

	return row != NULL ? row->name : "";
}

static int
add(struct peers *p, const char *who, const char *cidr, struct errmsg *em)
{
	return peers_add(p, slice_str(who), PEER_ROLE_TRUNK, slice_str(cidr), em);
}

static void
test_longest(void **state)
{
	struct peers *p = peers_new();
	struct endpoint none = { .family = 0 };
	struct errmsg em;

	(void)state;
	assert_non_null(p);
	assert_string_equal(name(p, "10.0.0.1"), "");
	assert_int_equal(add(p, "office", "10.20.0.0/16", &em), 0);
	assert_int_equal(peers_add(p, slice_str("pbx"), PEER_ROLE_PBX, slice_str("10.20.0.10"), &em), 0);
	assert_int_equal(add(p, "floor", "10.20.8.0/21", &em), 0);
	assert_int_equal(add(p, "carrier a", "203.0.113.7/32", &em), 0);
	assert_int_equal(add(p, "six", "2001:db8::/32", &em), 0);
	assert_int_equal(add(p, "six host", "2001:db8::1", &em), 0);
	assert_string_equal(name(p, "10.20.0.10"), "pbx");
	assert_string_equal(name(p, "10.20.0.11"), "office");
	assert_string_equal(name(p, "10.20.8.0"), "floor");
	assert_string_equal(name(p, "10.20.15.255"), "floor");
	assert_string_equal(name(p, "10.20.16.0"), "office");
	assert_string_equal(name(p, "10.21.0.0"), "");
	assert_string_equal(name(p, "203.0.113.7"), "carrier a");
	assert_string_equal(name(p, "203.0.113.6"), "");
	assert_string_equal(name(p, "2001:db8:ffff::5"), "six");
	assert_string_equal(name(p, "2001:db8::1"), "six host");
	assert_string_equal(name(p, "2001:db9::"), "");
	/* The bytes of 10.20.0.10 as an IPv6 address are another address. */
	assert_string_equal(name(p, "a14:a::"), "");
	assert_int_equal(add(p, "world", "0.0.0.0/0", &em), 0);
	assert_string_equal(name(p, "10.21.0.0"), "world");
	assert_string_equal(name(p, "2001:db9::"), "");
	assert_null(peers_find(p, &none));
	assert_null(peers_find(NULL, &none));
	assert_string_equal(peers_at(p, 1)->name, "pbx");
	assert_int_equal(peers_at(p, 1)->role, PEER_ROLE_PBX);
	assert_int_equal(peers_at(p, 4)->bits, 32);
	assert_null(peers_at(p, 7));
	assert_null(peers_at(NULL, 0));
	peers_free(p);
	peers_free(NULL);
}

static void
test_refused(void **state)
{
	static const struct {
		const char *who, *cidr, *says;
		int err;
	} rows[] = { { "a", "", "no address", -EINVAL }, { "a", "localhost", "\"localhost\" is no address", -EINVAL },
		{ "a", "192.0.2", "no address", -EINVAL }, { "a", "192.0.2.256", "no address", -EINVAL },
		{ "a", "192.0.2.1/33", "no address", -EINVAL }, { "a", "192.0.2.1/", "no address", -EINVAL },
		{ "a", "192.0.2.1/-1", "no address", -EINVAL }, { "a", "192.0.2.1:5060", "no address", -EINVAL },
		{ "a", "/8", "no address", -EINVAL }, { "a", "2001:db8::/129", "no address", -EINVAL },
		{ "a", "[2001:db8::1]", "no address", -EINVAL }, { "a", "fe80::1%eth0", "no address", -EINVAL },
		{ "a", "192.0.2.1/24", "192.0.2.0/24 is the network", -EINVAL },
		{ "a", "2001:db8::1/32", "2001:db8::/32 is the network", -EINVAL },
		{ "a", "10.0.0.0/7", "10.0.0.0/7 is", 0 }, { "", "192.0.2.1", "name", -EINVAL },
		{ "an extremely long name of a peer", "192.0.2.1", "1 to 31", -EINVAL },
		{ "an extremely long name, a peer.", "192.0.2.1", "", 0 }, { "a\x1b", "192.0.2.2", "ASCII", -EINVAL },
		{ "\xc3\xa4", "192.0.2.2", "ASCII", -EINVAL }, { " a", "192.0.2.2", "ASCII", -EINVAL },
		{ "b", "192.0.2.1/32", "named already: an extremely", -EEXIST } };
	struct peers *p = peers_new();

	(void)state;
	assert_non_null(p);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct errmsg em = { "" };

		assert_int_equal(add(p, rows[i].who, rows[i].cidr, &em), rows[i].err);
		if (rows[i].err != 0 && strstr(em.text, rows[i].says) == NULL)
			fail_msg("%s said \"%s\", wanted \"%s\"", rows[i].cidr, em.text, rows[i].says);
	}
	assert_int_equal(
	    peers_add(p, slice_str("a"), PEER_ROLE_PBX, (struct slice){ "192.0.2.9\0x", 11 }, &(struct errmsg){ "" }),
	    -EINVAL);
	assert_null(peers_at(p, 2));
	peers_free(p);
}

/* Every length of one address at once: each bit that differs gives the answer one length up. */
static void
test_all_lengths(void **state)
{
	struct peers *p = peers_new();
	struct endpoint e = { .family = 6 };
	struct errmsg em;

	(void)state;
	assert_non_null(p);
	for (int bits = 0; bits <= 128; bits++) {
		char who[16], cidr[32];

		(void)snprintf(who, sizeof who, "%d", bits);
		(void)snprintf(cidr, sizeof cidr, "::/%d", bits);
		assert_int_equal(add(p, who, cidr, &em), 0);
	}
	for (unsigned bit = 0; bit < 128; bit++) {
		memset(e.addr, 0, sizeof e.addr);
		e.addr[bit / 8] = (uint8_t)(0x80U >> bit % 8);
		assert_int_equal(peers_find(p, &e)->bits, bit);
	}
	memset(e.addr, 0, sizeof e.addr);
	assert_int_equal(peers_find(p, &e)->bits, 128);
	peers_free(p);
}

static void
test_full(void **state)
{
	struct peers *p = peers_new();
	struct endpoint e;
	struct errmsg em;
	char cidr[24];

	(void)state;
	assert_non_null(p);
	/* From the highest down: the order of adding is not the order of searching. */
	for (int i = PEERS_MAX - 1; i >= 0; i--) {
		(void)snprintf(cidr, sizeof cidr, "10.0.%d.%d", i % 7, i);
		assert_int_equal(add(p, cidr, cidr, &em), 0);
	}
	assert_int_equal(add(p, "x", "192.0.2.1", &em), -ENOSPC);
	for (int i = 0; i < PEERS_MAX; i++) {
		(void)snprintf(cidr, sizeof cidr, "10.0.%d.%d", i % 7, i);
		assert_string_equal(name(p, cidr), cidr);
		e = at(cidr);
		e.addr[2] ^= 8;
		assert_null(peers_find(p, &e));
	}
	assert_string_equal(peers_at(p, 0)->name, "10.0.3.255");
	peers_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_longest), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_all_lengths), cmocka_unit_test(test_full) };

	return cmocka_run_group_tests_name("peers", tests, NULL, NULL);
}
