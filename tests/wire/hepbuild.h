/*
 * hepbuild - HEP packets by hand: chunks on top of the byte writers of build.h, and compression of a payload.
 */
#ifndef TESTS_WIRE_HEPBUILD_H
#define TESTS_WIRE_HEPBUILD_H

#include "build.h"

#include <zlib.h>

enum { HB_AT_S = 1700000000 };

#define HB_SIP "SIP/2.0 404 No\r\nVia: SIP/2.0/TLS 198.51.100.7:5061;branch=z\r\nCall-ID: c1\r\nl: 0\r\n\r\n"
#define HB_INVITE                                                                                                      \
	"INVITE sip:bob@203.0.113.5:5070 SIP/2.0\r\nv: SIP/2.0/WSS gone.invalid;rport=4444;received=198.51.100.9\r\n"  \
	"i: c1\r\nl: 0\r\n\r\n"

static inline void
hb_begin(struct build *f, const char *id)
{
	f->n = 0;
	build_add(f, id, 4);
	build_u16(f, 0);
}

static inline void
hb_end(struct build *f)
{
	f->b[4] = (uint8_t)(f->n >> 8);
	f->b[5] = (uint8_t)f->n;
}

static inline void
hb_vendor(struct build *f, unsigned vendor, unsigned type, const void *p, size_t n)
{
	build_u16(f, vendor);
	build_u16(f, type);
	build_u16(f, (unsigned)(6 + n));
	build_add(f, p, n);
}

static inline void
hb_chunk(struct build *f, unsigned type, const void *p, size_t n)
{
	hb_vendor(f, 0, type, p, n);
}

static inline void
hb_text(struct build *f, unsigned type, const char *s)
{
	hb_chunk(f, type, s, strlen(s));
}

static inline void
hb_num(struct build *f, unsigned type, unsigned size, uint64_t v)
{
	uint8_t b[8];

	for (unsigned i = 0; i < size; i++)
		b[i] = (uint8_t)(v >> 8 * (size - 1 - i));
	hb_chunk(f, type, b, size);
}

/* Family, protocol, ends, ports, time: 192.0.2.1:5060 to 192.0.2.2:5070, at HB_AT_S and half a second. */
static inline void
hb_head(struct build *f, unsigned proto)
{
	hb_begin(f, "HEP3");
	hb_num(f, 1, 1, 2);
	hb_num(f, 2, 1, proto);
	hb_num(f, 3, 4, 0xc0000201);
	hb_num(f, 4, 4, 0xc0000202);
	hb_num(f, 7, 2, 5060);
	hb_num(f, 8, 2, 5070);
	hb_num(f, 9, 4, HB_AT_S);
	hb_num(f, 10, 4, 500000);
	hb_num(f, 11, 1, 1);
}

/* The usual packet. */
static inline void
hb_packet(struct build *f, const char *payload)
{
	hb_head(f, 17);
	hb_num(f, 12, 4, 2001);
	hb_text(f, 15, payload);
	hb_end(f);
}

/* Compress n bytes at p; bits as deflateInit2 has them: 15 zlib, 31 gzip, -15 raw. */
static inline size_t
hb_deflate(void *out, size_t cap, const void *p, size_t n, int bits)
{
	z_stream z = { 0 };
	size_t made;

	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, bits, 9, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (Bytef *)(uintptr_t)p;
	z.avail_in = (uInt)n;
	z.next_out = out;
	z.avail_out = (uInt)cap;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	made = cap - z.avail_out;
	deflateEnd(&z);
	return made;
}

#endif
