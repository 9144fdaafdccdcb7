/*
 * capbuild - capture files made in memory for the tests of input: pcap and pcapng of either byte order, gzip.
 * The writer's byte order is `be`; all is bounded by the array.
 */
#ifndef TESTS_INPUT_CAPBUILD_H
#define TESTS_INPUT_CAPBUILD_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <zlib.h>

struct cap {
	size_t n;
	bool be;
	uint8_t b[2u << 20];
};

static inline void
cap_bytes(struct cap *c, const void *p, size_t n)
{
	assert_true(c->n + n <= sizeof c->b);
	memcpy(c->b + c->n, p, n);
	c->n += n;
}

static inline void
cap_fill(struct cap *c, int byte, size_t n)
{
	assert_true(c->n + n <= sizeof c->b);
	memset(c->b + c->n, byte, n);
	c->n += n;
}

static inline void
cap_u16(struct cap *c, unsigned v)
{
	uint8_t p[2] = { (uint8_t)(c->be ? v >> 8 : v), (uint8_t)(c->be ? v : v >> 8) };

	cap_bytes(c, p, 2);
}

static inline void
cap_u32(struct cap *c, uint32_t v)
{
	cap_u16(c, c->be ? v >> 16 : v & 0xffff);
	cap_u16(c, c->be ? v & 0xffff : v >> 16);
}

static inline void
cap_start(struct cap *c, bool be)
{
	c->n = 0;
	c->be = be;
}

static inline void
cap_pcap(struct cap *c, uint32_t magic, unsigned minor, uint32_t link)
{
	cap_u32(c, magic);
	cap_u16(c, 2);
	cap_u16(c, minor);
	cap_u32(c, 0);
	cap_u32(c, 0);
	cap_u32(c, 64);
	cap_u32(c, link);
}

/* A record of n bytes, all of value n. */
static inline void
cap_record(struct cap *c, uint32_t s, uint32_t frac, uint32_t n, uint32_t orig)
{
	cap_u32(c, s);
	cap_u32(c, frac);
	cap_u32(c, n);
	cap_u32(c, orig);
	cap_fill(c, (int)(n & 0xff), n);
}

/* A block: type, body of n bytes (padded here), options behind it as they are. */
static inline void
cap_block(struct cap *c, uint32_t type, const void *body, size_t n)
{
	static const uint8_t zero[4];
	uint32_t len = (uint32_t)(12 + (n + 3) / 4 * 4);

	cap_u32(c, type);
	cap_u32(c, len);
	cap_bytes(c, body, n);
	cap_bytes(c, zero, (4 - n % 4) % 4);
	cap_u32(c, len);
}

/* A block whose body is built by appending: begin, append, end. */
static inline size_t
cap_begin(struct cap *c, uint32_t type)
{
	cap_u32(c, type);
	cap_u32(c, 0);
	return c->n - 8;
}

static inline void
cap_end(struct cap *c, size_t at)
{
	size_t end;

	cap_fill(c, 0, (4 - c->n % 4) % 4);
	cap_u32(c, (uint32_t)(c->n - at + 4));
	end = c->n;
	c->n = at + 4;
	cap_u32(c, (uint32_t)(end - at));
	c->n = end;
}

static inline void
cap_section(struct cap *c)
{
	size_t at = cap_begin(c, 0x0a0d0d0a);

	cap_u32(c, 0x1a2b3c4d);
	cap_u16(c, 1);
	cap_u16(c, 0);
	cap_fill(c, 0xff, 8);
	cap_end(c, at);
}

/* tsresol < 0: no option; offset 0: no option. */
static inline void
cap_iface(struct cap *c, unsigned link, uint32_t snaplen, int tsresol, int64_t offset)
{
	size_t at = cap_begin(c, 1);

	cap_u16(c, link);
	cap_u16(c, 0);
	cap_u32(c, snaplen);
	if (tsresol >= 0) {
		cap_u16(c, 9);
		cap_u16(c, 1);
		cap_fill(c, tsresol, 1);
		cap_fill(c, 0, 3);
	}
	if (offset != 0) {
		uint64_t v = (uint64_t)offset;

		cap_u16(c, 14);
		cap_u16(c, 8);
		cap_u32(c, (uint32_t)(c->be ? v >> 32 : v));
		cap_u32(c, (uint32_t)(c->be ? v : v >> 32));
	}
	cap_u32(c, 0);
	cap_end(c, at);
}

/* type 6 or 2. */
static inline void
cap_packet(struct cap *c, uint32_t type, unsigned iface, uint64_t ts, uint32_t n, uint32_t orig)
{
	size_t at = cap_begin(c, type);

	if (type == 6) {
		cap_u32(c, iface);
	} else {
		cap_u16(c, iface);
		cap_u16(c, 0xffff);
	}
	cap_u32(c, (uint32_t)(ts >> 32));
	cap_u32(c, (uint32_t)ts);
	cap_u32(c, n);
	cap_u32(c, orig);
	cap_fill(c, (int)(n & 0xff), n);
	cap_end(c, at);
}

/* One gzip member around in[0..n), appended to out. */
static inline void
cap_gzip(struct cap *out, const uint8_t *in, size_t n)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)in, .avail_in = (uInt)n };

	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_out = out->b + out->n;
	z.avail_out = (uInt)(sizeof out->b - out->n);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	out->n = sizeof out->b - z.avail_out;
	assert_int_equal(deflateEnd(&z), Z_OK);
}

#endif
