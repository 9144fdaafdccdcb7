/*
 * tunnel_test - every tunnel down to the message in it: whole, cut at every length by the capture, by the sender and by
 * the mirror, nested, in pieces, and two that carry the same addresses.
 */
#include "build.h"

#define TEXT "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP c\r\nl: 4\r\n\r\nbody"
#define LINE "OPTIONS sip:a@b SIP/2.0=57;"
#define MACS 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2
#define ETHER MACS, 8, 0

/*
 * proto: of the outer IP; with 17, dport of the outer UDP.  head: what stands between that header and the inner IP.
 * len_at: place of a 16-bit length in head, which counts from len_from; 0 without.
 */
struct tunnel_case {
	const char *name;
	unsigned proto, dport;
	uint8_t head[96];
	size_t n, len_at, len_from;
};

#define ROW(...) { __VA_ARGS__ }, sizeof((uint8_t[]){ __VA_ARGS__ })
#define PLAIN 0, 0

static const struct tunnel_case tunnel_cases[] = {
	{ "ipip", 4, 0, { 0 }, 0, PLAIN },
	{ "4in6", 41, 0, { 0 }, 0, PLAIN },
	{ "gre", 47, 0, ROW(0, 0, 8, 0), PLAIN },
	{ "gre, checksum", 47, 0, ROW(0x80, 0, 8, 0, 1, 2, 0, 0), PLAIN },
	{ "gre, key", 47, 0, ROW(0x20, 0, 8, 0, 0, 0, 0, 7), PLAIN },
	{ "gre, all", 47, 0, ROW(0xb0, 0, 8, 0, 1, 2, 0, 0, 0, 0, 0, 7, 0, 0, 0, 1), PLAIN },
	{ "gre, routing", 47, 0, ROW(0x40, 0, 8, 0, 0, 0, 0, 0, 8, 0, 0, 4, 192, 0, 2, 9, 0, 0, 0, 0), PLAIN },
	{ "gre, vlan", 47, 0, ROW(0, 0, 0x81, 0, 0, 5, 8, 0), PLAIN },
	{ "gre, mpls", 47, 0, ROW(0, 0, 0x88, 0x47, 0, 1, 0x01, 64), PLAIN },
	{ "gre, nsh", 47, 0, ROW(0, 0, 0x89, 0x4f, 0, 2, 0, 1, 0, 0, 7, 1), PLAIN },
	{ "gretap", 47, 0, ROW(0, 0, 0x65, 0x58, ETHER), PLAIN },
	{ "nvgre", 47, 0, ROW(0x20, 0, 0x65, 0x58, 0, 0, 9, 77, ETHER), PLAIN },
	{ "pptp", 47, 0, ROW(0x30, 1, 0x88, 0x0b, 0, 0, 0, 5, 0, 0, 0, 1, 0xff, 3, 0, 0x21), 4, 12 },
	{ "pptp, acknowledging", 47, 0, ROW(0x30, 0x81, 0x88, 0x0b, 0, 0, 0, 5, 0, 0, 0, 1, 0, 0, 0, 1, 0x21), 4, 16 },
	{ "eoip", 47, 0, ROW(0x20, 1, 0x64, 0, 0, 0, 1, 0, ETHER), 4, 8 },
	{ "erspan 1", 47, 0, ROW(0, 0, 0x88, 0xbe, ETHER), PLAIN },
	{ "erspan 2", 47, 0, ROW(0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 5, 0, 9, 0, 0, 0, 3, ETHER), PLAIN },
	{ "erspan 2, vlan kept", 47, 0,
	    ROW(0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 5, 0x18, 9, 0, 0, 0, 3, MACS, 0x81, 0, 0, 5, 8, 0), PLAIN },
	{ "erspan 3", 47, 0, ROW(0x10, 0, 0x22, 0xeb, 0, 0, 0, 1, 0x20, 5, 0, 9, 0, 0, 0, 1, 0, 0, 0x80, 0, ETHER),
	    PLAIN },
	{ "erspan 3, platform", 47, 0,
	    ROW(0x10, 0, 0x22, 0xeb, 0, 0, 0, 1, 0x20, 5, 0, 9, 0, 0, 0, 1, 0, 0, 0x80, 1, 1, 2, 3, 4, 5, 6, 7, 8,
		ETHER),
	    PLAIN },
	{ "erspan 3, bare ip", 47, 0, ROW(0x10, 0, 0x22, 0xeb, 0, 0, 0, 1, 0x20, 5, 0, 9, 0, 0, 0, 1, 0, 0, 0x88, 0),
	    PLAIN },
	{ "etherip", 97, 0, ROW(0x30, 0, ETHER), PLAIN },
	{ "eoip6", 97, 0, ROW(0x30, 7, ETHER), PLAIN },
	{ "mpls in ip", 137, 0, ROW(0, 1, 0x01, 64), PLAIN },
	{ "l2tpv3, sublayer", 115, 0, ROW(0, 0, 0, 9, 0, 0, 0, 0, ETHER), PLAIN },
	{ "l2tpv3, bare", 115, 0, ROW(0, 0, 0, 9, ETHER), PLAIN },
	{ "l2tpv3, cookie, ppp", 115, 0, ROW(0, 0, 0, 9, 1, 2, 3, 4, 5, 6, 7, 8, 0xff, 3, 0, 0x21), PLAIN },
	{ "l2tpv3, cookie and sublayer", 115, 0, ROW(0, 0, 0, 9, 1, 2, 3, 4, 5, 6, 7, 8, 0x40, 0, 0, 1, ETHER), PLAIN },
	{ "l2tpv3 over udp", 17, 1701, ROW(0, 3, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, ETHER), PLAIN },
	{ "l2tpv2", 17, 1701, ROW(0, 2, 0, 1, 0, 2, 0xff, 3, 0, 0x21), PLAIN },
	{ "l2tpv2, all", 17, 1701, ROW(0x4b, 2, 0, 0, 0, 1, 0, 2, 0, 1, 0, 1, 0, 2, 0, 0, 0xff, 3, 0, 0x21), 2, 0 },
	{ "vxlan", 17, 4789, ROW(8, 0, 0, 0, 0, 0, 7, 0, ETHER), PLAIN },
	{ "vxlan, group policy", 17, 4789, ROW(0x88, 0, 0, 9, 0, 0, 7, 0, ETHER), PLAIN },
	{ "vxlan, old port, vlan", 17, 8472, ROW(8, 0, 0, 0, 0, 0, 7, 0, MACS, 0x81, 0, 0, 5, 8, 0), PLAIN },
	{ "vxlan-gpe, ip", 17, 4790, ROW(0x0c, 0, 0, 1, 0, 0, 7, 0), PLAIN },
	{ "vxlan-gpe, ethernet", 17, 4790, ROW(0x0c, 0, 0, 3, 0, 0, 7, 0, ETHER), PLAIN },
	{ "vxlan-gpe, nsh", 17, 4790, ROW(0x0c, 0, 0, 4, 0, 0, 7, 0, 0, 2, 0, 1, 0, 0, 7, 1), PLAIN },
	{ "vxlan-gpe without next", 17, 4790, ROW(8, 0, 0, 0, 0, 0, 7, 0, ETHER), PLAIN },
	{ "geneve", 17, 6081, ROW(0, 0, 0x65, 0x58, 0, 0, 7, 0, ETHER), PLAIN },
	{ "geneve, ip, options", 17, 6081, ROW(2, 0x40, 8, 0, 0, 0, 7, 0, 1, 2, 3, 4, 5, 6, 7, 8), PLAIN },
	{ "gtp-u", 17, 2152, ROW(0x30, 0xff, 0, 0, 0, 0, 0, 9), 2, 8 },
	{ "gtp-u, sequence", 17, 2152, ROW(0x32, 0xff, 0, 0, 0, 0, 0, 9, 0, 1, 0, 0x85), 2, 8 },
	{ "gtp-u, two extensions", 17, 2152,
	    ROW(0x34, 0xff, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0x85, 1, 0, 1, 0x40, 2, 0, 0, 0, 0, 0, 0, 0), 2, 8 },
	{ "gtp-u, ethernet", 17, 2152, ROW(0x30, 0xff, 0, 0, 0, 0, 0, 9, ETHER), 2, 8 },
	{ "tzsp", 17, 37008, ROW(1, 0, 0, 1, 1, ETHER), PLAIN },
	{ "tzsp, tags", 17, 37008, ROW(1, 1, 0, 1, 0, 10, 1, 1, 0, 13, 2, 1, 1, 1, ETHER), PLAIN },
	{ "tzsp, 802.11", 17, 37008,
	    ROW(1, 0, 0, 0x12, 1, 8, 1, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 0, 0, 0xaa, 0xaa, 3,
		0, 0, 0, 8, 0),
	    PLAIN },
	{ "tzsp, avs", 17, 37008,
	    ROW(1, 0, 0, 0x7f, 1, 0x80, 0x21, 0x10, 1, 0, 0, 0, 8, 8, 1, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3,
		3, 3, 3, 3, 0, 0, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0),
	    PLAIN },
	{ "tzsp, prism", 17, 37008,
	    ROW(1, 0, 0, 0x77, 1, 0, 0, 0, 0x41, 24, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 1, 0,
		0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 0, 0, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0),
	    PLAIN },
	{ "hp erm", 17, 7932, ROW(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ETHER), PLAIN },
	{ "aruba erm", 17, 5555,
	    ROW(0x65, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 117, 0, 0, 0, 117, 8, 1, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2,
		3, 3, 3, 3, 3, 3, 0, 0, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0),
	    10, 16 },
};

enum { TUNNEL_CASES = sizeof(tunnel_cases) / sizeof(tunnel_cases[0]) };

static void
tunnel_udp_head(struct build *f, unsigned dport, size_t n)
{
	build_u16(f, 40000);
	build_u16(f, dport);
	build_u16(f, (unsigned)(8 + n));
	build_u16(f, 0);
}

/* Everything below the outer IP: UDP when asked for, the head with its length, and `keep` bytes of the inner packet. */
static void
tunnel_payload(struct build *f, const struct tunnel_case *c, const struct build *inner, size_t keep)
{
	size_t at;

	f->n = 0;
	if (c->proto == 17)
		tunnel_udp_head(f, c->dport, c->n + keep);
	at = f->n;
	build_add(f, c->head, c->n);
	build_add(f, inner->b, keep);
	if (c->len_at) {
		f->b[at + c->len_at] = (uint8_t)((f->n - at - c->len_from) >> 8);
		f->b[at + c->len_at + 1] = (uint8_t)(f->n - at - c->len_from);
	}
}

static void
tunnel_frame(struct build *f, const struct tunnel_case *c, const struct build *inner, size_t keep, bool v6)
{
	static struct build payload;

	tunnel_payload(&payload, c, inner, keep);
	f->n = 0;
	if (v6)
		build_ip6(f, c->proto, payload.n);
	else
		build_ip4(f, (struct build_ip){ .proto = c->proto }, payload.n);
	build_add(f, payload.b, payload.n);
}

static void
test_finds_the_message(void **state)
{
	static struct build inner, f;

	(void)state;
	build_udp4(&inner, TEXT);
	for (size_t i = 0; i < 2 * TUNNEL_CASES; i++) {
		const struct tunnel_case *c = &tunnel_cases[i / 2];
		struct wire *w = wire_new(NULL);
		struct build_log log = { .messages = 0 };

		print_message("# %s, over IPv%d\n", c->name, i % 2 ? 6 : 4);
		tunnel_frame(&f, c, &inner, inner.n, i % 2);
		assert_int_equal(build_push(w, &f, 0, &log), WIRE_SIP);
		assert_string_equal(log.text, LINE);
		assert_int_equal(wire_stats(w)->tunnels, 1);
		wire_free(w);
	}
}

/* 6in4 and 6in6, and the ends that are told: those of the inner packet. */
static void
test_inner_ends_are_told(void **state)
{
	static struct build inner, f;
	struct wire *w = wire_new(NULL);
	struct frame fr = { .data = f.b, .link = LINK_RAW };
	struct message m;
	char text[ENDPOINT_TEXT];

	(void)state;
	build_ip6(&inner, 17, 8 + strlen(TEXT));
	build_udp(&inner, TEXT, strlen(TEXT));
	for (int v6 = 0; v6 < 2; v6++) {
		tunnel_frame(&f, &tunnel_cases[1], &inner, inner.n, v6);
		fr.caplen = fr.origlen = (uint32_t)f.n;
		assert_int_equal(wire_push(w, &fr), WIRE_SIP);
		assert_int_equal(wire_next(w, &m), 1);
		assert_string_equal(endpoint_format(text, sizeof(text), &m.src, true), "[2001:db8::1]:5060");
		assert_string_equal(endpoint_format(text, sizeof(text), &m.dst, true), "[2001:db8::2]:5070");
		assert_int_equal(m.agent.n, 0);
		assert_false(m.guessed);
	}
	wire_free(w);
}

/* A message of a shortened frame is marked as cut, and never more than what is there; at most one comes. */
static void
tunnel_check_cut(const char *text)
{
	assert_true(text[0] == '\0' || text[0] == '!');
	assert_null(strchr(text, ';') ? strchr(strchr(text, ';') + 1, ';') : NULL);
	assert_true(!text[0] || strncmp(text, "!OPTIONS sip:a@b SIP/2.0", strlen("!OPTIONS")) == 0);
}

/* Cut by the capture, and the same bytes as if they had been sent so. */
static void
test_every_truncation(void **state)
{
	static struct build inner, f;

	(void)state;
	build_udp4(&inner, TEXT);
	for (size_t i = 0; i < TUNNEL_CASES; i++) {
		struct wire *w = wire_new(NULL);
		struct build_log log;

		tunnel_frame(&f, &tunnel_cases[i], &inner, inner.n, i % 2);
		for (size_t n = 0; n < f.n; n++) {
			log = (struct build_log){ .messages = 0 };
			build_push_cut(w, f.b, n, f.n - n, 0, &log);
			tunnel_check_cut(log.text);
			log = (struct build_log){ .messages = 0 };
			assert_int_equal(build_push_cut(w, f.b, n, 0, 0, &log), WIRE_MALFORMED);
			assert_string_equal(log.text, "");
		}
		assert_int_equal(wire_stats(w)->frames, 2 * f.n);
		wire_free(w);
	}
}

/* The mirror cut the inner packet to fit: the outer lengths are right, the inner ones speak of more. */
static void
test_truncated_by_the_mirror(void **state)
{
	static struct build inner, f;
	size_t head = 28;

	(void)state;
	build_udp4(&inner, TEXT);
	for (size_t i = 0; i < TUNNEL_CASES; i++) {
		struct wire *w = wire_new(NULL);
		struct build_log log;

		for (size_t n = 0; n < inner.n; n++) {
			log = (struct build_log){ .messages = 0 };
			tunnel_frame(&f, &tunnel_cases[i], &inner, n, false);
			build_push(w, &f, 0, &log);
			tunnel_check_cut(log.text);
			if (n >= head + strlen("OPTIONS sip:a@b SIP/2.0\r\n"))
				assert_int_equal(log.messages, 1);
		}
		wire_free(w);
	}
}

/* Addresses of IP that read as a type of Ethernet, and addresses of stations that begin like a version of IP. */
static void
test_addresses_that_mislead(void **state)
{
	static const uint8_t types[][2] = { { 0x81, 0 }, { 0x91, 0 }, { 0x88, 0x47 }, { 8, 6 } };
	static const struct tunnel_case rows[] = {
		{ "gtp-u", 17, 2152, ROW(0x30, 0xff, 0, 0, 0, 0, 0, 9), 2, 8 },
		{ "mpls", 137, 0, ROW(0, 1, 0x01, 64), PLAIN },
		{ "pseudowire 4", 137, 0, ROW(0, 1, 0x01, 64, 0x4c, 0xff, 0xff, 3, 4, 5, 2, 0, 0, 0, 0, 1, 8, 0),
		    PLAIN },
		{ "pseudowire 6", 137, 0, ROW(0, 1, 0x01, 64, 0x60, 1, 2, 3, 0xff, 5, 2, 0, 0, 0, 0, 1, 8, 0), PLAIN },
		{ "pseudowire 1", 137, 0, ROW(0, 1, 0x01, 64, 0x10, 1, 2, 3, 4, 5, 2, 0, 0, 0, 0, 1, 8, 0), PLAIN },
	};
	static struct build inner, f;

	(void)state;
	build_udp4(&inner, "OPTIONS sip:a SIP/2.0\r\nl: 0\r\n\r\n");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		for (size_t k = 0; k < sizeof types / sizeof *types; k++) {
			struct wire *w = wire_new(NULL);
			struct build_log log = { .messages = 0 };

			print_message("# %s, %02x%02x\n", rows[i].name, types[k][0], types[k][1]);
			memcpy(inner.b + 12, types[k], 2);
			tunnel_frame(&f, &rows[i], &inner, inner.n, false);
			assert_int_equal(build_push(w, &f, 0, &log), WIRE_SIP);
			build_finish(w, &log);
			wire_free(w);
		}
	}
}

/* SIP by content wins, whatever the port. */
static void
test_sip_on_tunnel_ports(void **state)
{
	static struct build f;

	(void)state;
	for (size_t i = 0; i < TUNNEL_CASES; i++) {
		struct wire *w;
		struct build_log log = { .messages = 0 };

		if (tunnel_cases[i].proto != 17)
			continue;
		w = wire_new(NULL);
		f.n = 0;
		build_ip4(&f, (struct build_ip){ .proto = 17 }, 8 + strlen(TEXT));
		tunnel_udp_head(&f, tunnel_cases[i].dport, strlen(TEXT));
		build_add(&f, TEXT, strlen(TEXT));
		assert_int_equal(build_push(w, &f, 0, &log), WIRE_SIP);
		assert_string_equal(log.text, LINE);
		assert_int_equal(wire_stats(w)->tunnels, 0);
		wire_free(w);
	}
}

/* A datagram on such a port whose inside is no packet is just a datagram; over IP the protocol number is a promise. */
static void
test_inside_makes_no_sense(void **state)
{
	static struct build inner, f;

	(void)state;
	inner.n = 0;
	for (int i = 0; i < 60; i++)
		build_u8(&inner, 0x99);
	for (size_t i = 0; i < TUNNEL_CASES; i++) {
		const struct tunnel_case *c = &tunnel_cases[i];
		struct wire *w = wire_new(NULL);
		struct build_log log = { .messages = 0 };
		enum wire_verdict v;

		tunnel_frame(&f, c, &inner, inner.n, false);
		v = build_push(w, &f, 0, &log);
		assert_int_equal(log.messages, 0);
		assert_true(v == WIRE_NOT_SIP || (v == WIRE_MALFORMED && c->proto != 17));
		assert_true(wire_stats(w)->tunnels == 0 || c->proto != 17);
		wire_free(w);
	}
}

struct tunnel_odd {
	const char *name;
	unsigned proto, dport;
	uint8_t head[32];
	size_t n;
	enum wire_verdict want;
};

static void
test_headers_without_a_packet(void **state)
{
	static const struct tunnel_odd odd[] = {
		{ "gre keep-alive", 47, 0, ROW(0, 0, 0, 0), WIRE_NOT_SIP },
		{ "gre version 2", 47, 0, ROW(0, 2, 8, 0), WIRE_MALFORMED },
		{ "gre, endless routing", 47, 0, ROW(0x40, 0, 8, 0, 0, 0, 0, 0, 8, 0, 0, 200), WIRE_MALFORMED },
		{ "pptp acknowledgement", 47, 0, ROW(0x20, 0x81, 0x88, 0x0b, 0, 0, 0, 5, 0, 0, 0, 1), WIRE_NOT_SIP },
		{ "pptp without call", 47, 0, ROW(0x10, 1, 0x88, 0x0b, 0, 0, 0, 1), WIRE_MALFORMED },
		{ "erspan 2, unknown version", 47, 0, ROW(0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x70, 0, 0, 0, 0, 0, 0, 0),
		    WIRE_MALFORMED },
		{ "erspan 3 marker", 47, 0, ROW(0x10, 0, 0x22, 0xeb, 0, 0, 0, 1), WIRE_NOT_SIP },
		{ "erspan 3, other frames", 47, 0,
		    ROW(0x10, 0, 0x22, 0xeb, 0, 0, 0, 1, 0x20, 5, 0, 9, 0, 0, 0, 1, 0, 0, 0x84, 0, 1), WIRE_NOT_SIP },
		{ "etherip of another version", 97, 0, ROW(0x40, 0, ETHER), WIRE_MALFORMED },
		{ "l2tpv3 control", 115, 0, ROW(0, 0, 0, 0, 1, 2, 3, 4), WIRE_NOT_SIP },
		{ "esp", 50, 0, ROW(1, 2, 3, 4), WIRE_NOT_SIP },
		{ "l2tpv2 control", 17, 1701, ROW(0xc8, 2, 0, 12, 0, 1, 0, 0, 0, 0, 0, 0), WIRE_NOT_SIP },
		{ "l2tpv2, length too long", 17, 1701, ROW(0x40, 2, 1, 12, 0, 1, 0, 0, 0x21), WIRE_NOT_SIP },
		{ "vxlan without network", 17, 4789, ROW(0, 0, 0, 0, 0, 0, 7, 0, ETHER), WIRE_NOT_SIP },
		{ "vxlan, arp", 17, 4789, ROW(8, 0, 0, 0, 0, 0, 7, 0, MACS, 8, 6), WIRE_NOT_SIP },
		{ "vxlan-gpe, unknown next", 17, 4790, ROW(0x0c, 0, 0, 9, 0, 0, 7, 0), WIRE_NOT_SIP },
		{ "geneve control", 17, 6081, ROW(0, 0x80, 0x65, 0x58, 0, 0, 7, 0, ETHER), WIRE_NOT_SIP },
		{ "geneve, options too long", 17, 6081, ROW(0x3f, 0, 0x65, 0x58, 0, 0, 7, 0, ETHER), WIRE_NOT_SIP },
		{ "gtp echo", 17, 2152, ROW(0x32, 1, 0, 4, 0, 0, 0, 0, 0, 1, 0, 0), WIRE_NOT_SIP },
		{ "gtp, extension without length", 17, 2152,
		    ROW(0x34, 0xff, 0, 8, 0, 0, 0, 0, 0, 1, 0, 0x85, 0, 0, 0, 0x85), WIRE_NOT_SIP },
		{ "tzsp keep-alive", 17, 37008, ROW(1, 4, 0, 1, 1), WIRE_NOT_SIP },
		{ "tzsp without end", 17, 37008, ROW(1, 0, 0, 1, 10, 9, 0), WIRE_NOT_SIP },
	};
	static struct build inner, f;

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		struct tunnel_case c = { .proto = odd[i].proto, .dport = odd[i].dport, .n = odd[i].n };
		struct wire *w = wire_new(NULL);
		struct build_log log = { .messages = 0 };

		print_message("# %s\n", odd[i].name);
		memcpy(c.head, odd[i].head, sizeof(odd[i].head));
		tunnel_frame(&f, &c, &inner, 0, false);
		assert_int_equal(build_push(w, &f, 0, &log), odd[i].want);
		assert_int_equal(log.messages, 0);
		wire_free(w);
	}
}

/* n IPIP headers around one datagram. */
static void
tunnel_nest(struct build *f, unsigned n)
{
	static struct build inner;

	build_udp4(&inner, TEXT);
	f->n = 0;
	for (unsigned i = n; i > 0; i--)
		build_ip4(f, (struct build_ip){ .proto = 4 }, inner.n + (i - 1) * 20);
	build_add(f, inner.b, inner.n);
}

static void
test_depth_is_bounded(void **state)
{
	static const unsigned depths[] = { 8, 1, 3, 64 };
	static struct build f;

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		struct wire_cfg cfg = { .depth = i == 4 ? 100000 : i ? depths[i] : 0 };
		unsigned depth = i == 4 ? 64 : depths[i];
		struct wire *w = wire_new(&cfg);
		struct build_log log = { .messages = 0 };

		tunnel_nest(&f, depth);
		assert_int_equal(build_push(w, &f, 0, &log), WIRE_SIP);
		assert_int_equal(log.messages, 1);
		assert_int_equal(wire_stats(w)->tunnels, depth);
		tunnel_nest(&f, depth + 1);
		assert_int_equal(build_push(w, &f, 0, &log), WIRE_DROPPED);
		tunnel_nest(&f, 3000);
		assert_int_equal(build_push(w, &f, 0, &log), WIRE_DROPPED);
		assert_int_equal(wire_stats(w)->drop[WIRE_DROP_DEPTH], 2);
		assert_int_equal(log.messages, 1);
		wire_free(w);
	}
	assert_string_equal(wire_drop_name(WIRE_DROP_DEPTH), "depth");
}

/* Geneve around VXLAN around Ethernet, as behind a gateway load balancer. */
static void
test_tunnels_in_tunnels(void **state)
{
	static const struct tunnel_case vxlan = { "vxlan", 17, 4789, ROW(8, 0, 0, 0, 0, 0, 7, 0, ETHER), PLAIN };
	static const struct tunnel_case geneve = { "geneve", 17, 6081, ROW(0, 0, 8, 0, 0, 0, 0, 0), PLAIN };
	static struct build inner, middle, f;
	struct wire *w = wire_new(NULL);
	struct build_log log = { .messages = 0 };

	(void)state;
	build_udp4(&inner, TEXT);
	tunnel_frame(&middle, &vxlan, &inner, inner.n, true);
	middle.b[0] = 0x60;
	tunnel_frame(&f, &geneve, &middle, middle.n, false);
	/* The type says IPv4 and the packet is IPv6: a lie, so it was no tunnel. */
	assert_int_equal(build_push(w, &f, 0, &log), WIRE_NOT_SIP);
	tunnel_frame(&middle, &vxlan, &inner, inner.n, false);
	tunnel_frame(&f, &geneve, &middle, middle.n, false);
	assert_int_equal(build_push(w, &f, 0, &log), WIRE_SIP);
	assert_string_equal(log.text, LINE);
	assert_int_equal(wire_stats(w)->tunnels, 2);
	wire_free(w);
}

static void
tunnel_vxlan_of(struct build *f, unsigned vni, const struct build *inner)
{
	struct tunnel_case c = { "vxlan", 17, 4789, ROW(8, 0, 0, 0, 0, 0, 7, 0, ETHER), PLAIN };

	c.head[6] = (uint8_t)vni;
	tunnel_frame(f, &c, inner, inner->n, false);
}

/* Two mirrors carry the same inner addresses, ports and ids at once: pieces of one never complete the other. */
static void
test_same_inner_fragments(void **state)
{
	static const char *const texts[] = { "OPTIONS sip:1111 SIP/2.0\r\nl: 0\r\n\r\n",
		"OPTIONS sip:2222 SIP/2.0\r\nl: 0\r\n\r\n" };
	static struct build whole, inner, f;
	struct wire *w = wire_new(NULL);
	struct build_log log = { .messages = 0 };

	(void)state;
	for (int half = 0; half < 2; half++) {
		for (unsigned vni = 0; vni < 2; vni++) {
			whole.n = 0;
			build_udp(&whole, texts[vni], strlen(texts[vni]));
			inner.n = 0;
			if (!half)
				build_ip4(&inner, (struct build_ip){ .proto = 17, .id = 5, .more = 1 }, 24);
			else
				build_ip4(&inner, (struct build_ip){ .proto = 17, .id = 5, .off = 24 }, whole.n - 24);
			build_add(&inner, whole.b + 24 * half, half ? whole.n - 24 : 24);
			tunnel_vxlan_of(&f, vni, &inner);
			assert_int_equal(build_push(w, &f, 0, &log), half ? WIRE_SIP : WIRE_HELD);
		}
	}
	assert_string_equal(log.text, "OPTIONS sip:1111 SIP/2.0=34;OPTIONS sip:2222 SIP/2.0=34;");
	assert_int_equal(wire_stats(w)->verdict[WIRE_SIP], 4);
	build_finish(w, &log);
	wire_free(w);
}

static void
test_same_inner_streams(void **state)
{
	static const char *const texts[] = { "OPTIONS sip:1111 SIP/2.0\r\nl: 0\r\n\r\n",
		"OPTIONS sip:2222 SIP/2.0\r\nl: 0\r\n\r\n" };
	static struct build inner, f;
	struct wire *w = wire_new(NULL);
	struct build_log log = { .messages = 0 };

	(void)state;
	for (unsigned half = 0; half < 2; half++) {
		for (unsigned vni = 0; vni < 2; vni++) {
			build_tcp4(&inner, 6000, 1 + 17 * half, BUILD_ACK, texts[vni] + 17 * half, 17);
			tunnel_vxlan_of(&f, vni, &inner);
			build_push(w, &f, 0, &log);
		}
	}
	assert_string_equal(log.text, "OPTIONS sip:1111 SIP/2.0=34;OPTIONS sip:2222 SIP/2.0=34;");
	build_finish(w, &log);
	assert_int_equal(wire_stats(w)->verdict[WIRE_SIP], 4);
	wire_free(w);
}

/* Push a packet of `proto` in fragments of `size`. */
static void
tunnel_push_pieces(
    struct wire *w, unsigned proto, unsigned id, const struct build *payload, size_t size, struct build_log *log)
{
	static struct build f;

	for (size_t off = 0; off < payload->n; off += size) {
		size_t n = payload->n - off < size ? payload->n - off : size;

		f.n = 0;
		build_ip4(&f,
		    (struct build_ip){ .proto = proto, .id = id, .off = (unsigned)off, .more = off + n < payload->n },
		    n);
		build_add(&f, payload->b + off, n);
		build_push(w, &f, 0, log);
	}
}

/* Inner fragments, each in outer fragments: all frames stand with the message in the end. */
static void
test_fragments_of_fragments(void **state)
{
	static struct build whole, inner, outer;
	struct wire *w = wire_new(NULL);
	struct build_log log = { .messages = 0 };

	(void)state;
	whole.n = 0;
	build_udp(&whole, TEXT, strlen(TEXT));
	for (unsigned off = 0; off < whole.n; off += 32) {
		unsigned n = whole.n - off < 32 ? (unsigned)whole.n - off : 32;

		inner.n = 0;
		build_ip4(&inner, (struct build_ip){ .proto = 17, .id = 9, .off = off, .more = off + n < whole.n }, n);
		build_add(&inner, whole.b + off, n);
		tunnel_payload(&outer, &tunnel_cases[2], &inner, inner.n);
		tunnel_push_pieces(w, 47, 100 + off, &outer, 24, &log);
	}
	assert_string_equal(log.text, LINE);
	assert_true(wire_stats(w)->frames >= 6);
	assert_int_equal(wire_stats(w)->verdict[WIRE_SIP], wire_stats(w)->frames);
	build_finish(w, &log);
	wire_free(w);
}

/* What never becomes whole inside a whole outer datagram: every frame of it is counted as incomplete. */
static void
test_inner_piece_missing(void **state)
{
	static struct build inner, outer;
	struct wire *w = wire_new(NULL);
	struct build_log log = { .messages = 0 };

	(void)state;
	inner.n = 0;
	build_ip4(&inner, (struct build_ip){ .proto = 17, .id = 9, .more = 1 }, 64);
	build_zero(&inner, 64);
	tunnel_payload(&outer, &tunnel_cases[2], &inner, inner.n);
	tunnel_push_pieces(w, 47, 100, &outer, 24, &log);
	assert_int_equal(wire_stats(w)->verdict[WIRE_HELD], wire_stats(w)->frames);
	build_finish(w, &log);
	assert_int_equal(wire_stats(w)->drop[WIRE_DROP_FRAG_INCOMPLETE], wire_stats(w)->frames);
	wire_free(w);
}

/* What a TZSP listener hands over, at every length. */
static void
test_tzsp_listener(void **state)
{
	static const uint8_t head[] = { 1, 0, 0, 1, 1, ETHER };
	static struct build inner, f;
	struct wire *w = wire_new(NULL);
	struct frame fr = { .link = LINK_TZSP };
	struct message m;

	(void)state;
	build_udp4(&inner, TEXT);
	build_add(&f, head, sizeof(head));
	build_add(&f, inner.b, inner.n);
	assert_true(endpoint_parse(slice_str("198.51.100.1:37008"), false, &fr.from));
	for (size_t n = 0; n <= f.n; n++) {
		uint8_t *copy = malloc(n ? n : 1);

		assert_non_null(copy);
		memcpy(copy, f.b, n);
		fr.data = copy;
		fr.caplen = fr.origlen = (uint32_t)n;
		wire_push(w, &fr);
		build_check(w);
		if (wire_next(w, &m))
			assert_true(n == f.n ? !m.cut : m.cut);
		else
			assert_true(n < sizeof(head) + 28 + 25);
		free(copy);
	}
	fr.data = (const uint8_t *)"hello";
	fr.caplen = fr.origlen = 5;
	assert_int_equal(wire_push(w, &fr), WIRE_NOT_SIP);
	wire_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_finds_the_message),
		cmocka_unit_test(test_inner_ends_are_told),
		cmocka_unit_test(test_every_truncation),
		cmocka_unit_test(test_truncated_by_the_mirror),
		cmocka_unit_test(test_addresses_that_mislead),
		cmocka_unit_test(test_sip_on_tunnel_ports),
		cmocka_unit_test(test_inside_makes_no_sense),
		cmocka_unit_test(test_headers_without_a_packet),
		cmocka_unit_test(test_depth_is_bounded),
		cmocka_unit_test(test_tunnels_in_tunnels),
		cmocka_unit_test(test_same_inner_fragments),
		cmocka_unit_test(test_same_inner_streams),
		cmocka_unit_test(test_fragments_of_fragments),
		cmocka_unit_test(test_inner_piece_missing),
		cmocka_unit_test(test_tzsp_listener),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
