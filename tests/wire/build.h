/*
 * build - frames by hand for the tests of the wire room: small writers that stack headers, and a reader of what comes
 * out.
 */
#ifndef TESTS_WIRE_BUILD_H
#define TESTS_WIRE_BUILD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sipwhy/timefmt.h"
#include "sipwhy/wire.h"
#include "wire/wire_int.h"

/* Bytes of a frame in the making. */
struct build {
	uint8_t b[70000];
	size_t n;
};

static inline void
build_add(struct build *f, const void *p, size_t n)
{
	assert_true(f->n + n <= sizeof(f->b));
	if (n)
		memcpy(f->b + f->n, p, n);
	f->n += n;
}

static inline void
build_u8(struct build *f, unsigned v)
{
	uint8_t b = (uint8_t)v;

	build_add(f, &b, 1);
}

static inline void
build_u16(struct build *f, unsigned v)
{
	build_u8(f, v >> 8);
	build_u8(f, v & 255);
}

static inline void
build_u32(struct build *f, uint32_t v)
{
	build_u16(f, v >> 16);
	build_u16(f, v & 0xffff);
}

static inline void
build_zero(struct build *f, size_t n)
{
	while (n--)
		build_u8(f, 0);
}

/* Fields of an IPv4 header that tests bend; zeros are a plain header for `payload` bytes. */
struct build_ip {
	unsigned proto, id, off, more, options, total;
	bool bend_total;
};

static inline void
build_ip4(struct build *f, struct build_ip h, size_t payload)
{
	unsigned head = 20 + h.options;
	unsigned total = h.bend_total ? h.total : head + (unsigned)payload;

	build_u8(f, 0x40 | head / 4);
	build_u8(f, 0);
	build_u16(f, total);
	build_u16(f, h.id);
	build_u16(f, h.off / 8 | (h.more ? 0x2000 : 0));
	build_u8(f, 64);
	build_u8(f, h.proto);
	build_u16(f, 0);
	build_u32(f, 0xc0000201);
	build_u32(f, 0xc0000202);
	build_zero(f, h.options);
}

static inline void
build_ip6(struct build *f, unsigned next, size_t payload)
{
	static const uint8_t net[15] = { 0x20, 0x01, 0x0d, 0xb8 };

	build_u32(f, 0x60000000);
	build_u16(f, (unsigned)payload);
	build_u8(f, next);
	build_u8(f, 64);
	build_add(f, net, sizeof(net));
	build_u8(f, 1);
	build_add(f, net, sizeof(net));
	build_u8(f, 2);
}

static inline void
build_ip6_fragment(struct build *f, unsigned next, unsigned off, unsigned more, uint32_t id)
{
	build_u8(f, next);
	build_u8(f, 0);
	build_u16(f, off | more);
	build_u32(f, id);
}

static inline void
build_udp(struct build *f, const void *payload, size_t n)
{
	build_u16(f, 5060);
	build_u16(f, 5070);
	build_u16(f, (unsigned)(8 + n));
	build_u16(f, 0);
	build_add(f, payload, n);
}

enum { BUILD_FIN = 1, BUILD_SYN = 2, BUILD_RST = 4, BUILD_ACK = 16 };

static inline void
build_tcp(struct build *f, unsigned sport, uint32_t seq, unsigned flags, const void *payload, size_t n)
{
	build_u16(f, sport);
	build_u16(f, 5060);
	build_u32(f, seq);
	build_u32(f, 1);
	build_u8(f, 0x50);
	build_u8(f, flags);
	build_u16(f, 1000);
	build_u32(f, 0);
	build_add(f, payload, n);
}

/* A whole raw IPv4 frame with one datagram or one segment. */
static inline void
build_udp4(struct build *f, const char *text)
{
	f->n = 0;
	build_ip4(f, (struct build_ip){ .proto = 17 }, 8 + strlen(text));
	build_udp(f, text, strlen(text));
}

static inline void
build_tcp4(struct build *f, unsigned sport, uint32_t seq, unsigned flags, const void *p, size_t n)
{
	f->n = 0;
	build_ip4(f, (struct build_ip){ .proto = 6 }, 20 + n);
	build_tcp(f, sport, seq, flags, p, n);
}

/* What came out of a wire, as text: start lines with the length, cut ones with a "!" before. */
struct build_log {
	char text[8192];
	unsigned messages;
};

static inline void
build_check(const struct wire *w)
{
	const struct wire_stats *st = wire_stats(w);
	uint64_t sum = 0, dropped = 0;

	for (int i = 0; i < WIRE_VERDICT_N; i++)
		sum += st->verdict[i];
	for (int i = 0; i < WIRE_DROP_N; i++)
		dropped += st->drop[i];
	assert_int_equal(sum, st->frames);
	assert_int_equal(dropped, st->verdict[WIRE_DROPPED]);
}

static inline void
build_take(struct wire *w, struct build_log *log)
{
	struct message m;

	while (wire_next(w, &m)) {
		size_t n = 0, at = strlen(log->text);

		log->messages++;
		while (n < m.bytes.n && m.bytes.p[n] != '\r' && m.bytes.p[n] != '\n')
			n++;
		snprintf(log->text + at, sizeof(log->text) - at, "%s%.*s=%zu;", m.cut ? "!" : "", (int)n, m.bytes.p,
		    m.bytes.n);
	}
	build_check(w);
}

/* Push n bytes as a raw IP frame at a time in milliseconds, origlen more bytes cut off; takes the messages. */
static inline enum wire_verdict
build_push_cut(struct wire *w, const void *p, size_t n, size_t lost, int64_t t_ms, struct build_log *log)
{
	/* A block of exactly this size: the sanitizer sees the first byte read too far. */
	uint8_t *copy = malloc(n ? n : 1);
	struct frame f = { .t_ns = t_ms * NS_PER_MS,
		.data = copy,
		.caplen = (uint32_t)n,
		.origlen = (uint32_t)(n + lost),
		.link = LINK_RAW };
	enum wire_verdict v;

	assert_non_null(copy);
	if (n)
		memcpy(copy, p, n);
	v = wire_push(w, &f);
	build_check(w);
	build_take(w, log);
	free(copy);
	return v;
}

static inline enum wire_verdict
build_push(struct wire *w, const struct build *f, int64_t t_ms, struct build_log *log)
{
	return build_push_cut(w, f->b, f->n, 0, t_ms, log);
}

static inline void
build_finish(struct wire *w, struct build_log *log)
{
	wire_flush(w);
	assert_int_equal(wire_stats(w)->verdict[WIRE_HELD], 0);
	build_take(w, log);
	assert_int_equal(wire_bytes(w), 0);
}

/* A seeded shuffle, the same on every machine. */
static inline void
build_shuffle(unsigned *v, unsigned n, uint32_t seed)
{
	for (unsigned i = n - 1; i > 0; i--) {
		unsigned j, t;

		seed = seed * 1664525 + 1013904223;
		j = (seed >> 8) % (i + 1);
		t = v[i];
		v[i] = v[j];
		v[j] = t;
	}
}

#endif
