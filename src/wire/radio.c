/*
 * radio - IEEE 802.11 data frames; radiotap, Prism and AVS headers before them (radiotap.org, tcpdump.org/linktypes).
 * What was encrypted on the air, or cut into pieces there, is not read.
 */
#include "wire/radio.h"

#include <stdbool.h>

enum { PRISM_BYTES = 144, PRISM_MIN = 24, PRISM_MAX = 1024, AVS_MIN = 8 };

enum {
	DOT11_HEAD = 24,
	DOT11_TO_DS = 0x01,
	DOT11_FROM_DS = 0x02,
	DOT11_MORE_FRAGMENTS = 0x04,
	DOT11_PROTECTED = 0x40,
	DOT11_ORDER = 0x80,
	DOT11_NO_DATA = 0x40,
	DOT11_QOS = 0x80,
	DOT11_AMSDU = 0x80
};

enum { RADIOTAP_TSFT = 1, RADIOTAP_FLAGS = 2, RADIOTAP_DATA_PAD = 0x20 };

static uint32_t
radio_le(const uint8_t *p, unsigned bytes)
{
	uint32_t v = 0;

	while (bytes--)
		v = v << 8 | p[bytes];
	return v;
}

static uint32_t
radio_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* padded: the driver filled the header up to a multiple of four. */
static enum link_verdict
radio_dot11(struct cursor *c, bool padded)
{
	const uint8_t *h = c->p;
	size_t head = DOT11_HEAD;
	bool amsdu = false;

	if (cursor_left(c) < 2)
		return LINK_SHORT;
	if ((h[0] & 0x0f) != 0x08 || h[0] & DOT11_NO_DATA || h[1] & DOT11_PROTECTED)
		return LINK_OTHER;
	if ((h[1] & (DOT11_TO_DS | DOT11_FROM_DS)) == (DOT11_TO_DS | DOT11_FROM_DS))
		head += 6;
	if (cursor_left(c) < head)
		return LINK_SHORT;
	if (h[22] & 0x0f || h[1] & DOT11_MORE_FRAGMENTS)
		return LINK_OTHER;
	if (h[0] & DOT11_QOS) {
		if (cursor_left(c) < head + 2)
			return LINK_SHORT;
		amsdu = h[head] & DOT11_AMSDU;
		head += 2 + (h[1] & DOT11_ORDER ? 4 : 0);
	}
	if (padded)
		head = (head + 3) & ~(size_t)3;
	/* The first of several frames in one: two addresses and a length before its LLC. */
	return cursor_skip(c, head + (amsdu ? 14 : 0)) < 0 ? LINK_SHORT : LINK_IP;
}

/* The one field wanted of radiotap is whether the 802.11 header is padded; it stands behind the words of bits. */
static bool
radio_is_padded(const uint8_t *h, size_t len)
{
	uint32_t present = radio_le(h + 4, 4), word = present;
	size_t at = 8;

	while (word & 0x80000000 && at + 4 <= len) {
		word = radio_le(h + at, 4);
		at += 4;
	}
	if (present & RADIOTAP_TSFT)
		at = ((at + 7) & ~(size_t)7) + 8;
	return present & RADIOTAP_FLAGS && at < len && h[at] & RADIOTAP_DATA_PAD;
}

static enum link_verdict
radio_radiotap(struct cursor *c)
{
	size_t len;
	bool padded;

	if (cursor_left(c) < 8)
		return LINK_SHORT;
	len = radio_le(c->p + 2, 2);
	if (c->p[0] != 0 || len < 8)
		return LINK_OTHER;
	if (cursor_left(c) < len)
		return LINK_SHORT;
	padded = radio_is_padded(c->p, len);
	cursor_skip(c, len);
	return radio_dot11(c, padded);
}

static enum link_verdict
radio_avs(struct cursor *c)
{
	size_t len;

	if (cursor_left(c) < AVS_MIN)
		return LINK_SHORT;
	len = radio_be32(c->p + 4);
	if (len < AVS_MIN)
		return LINK_OTHER;
	return cursor_skip(c, len) < 0 ? LINK_SHORT : radio_dot11(c, false);
}

/* Prism: its length is in the byte order of the machine that captured; drivers also write AVS under this number. */
static enum link_verdict
radio_prism(struct cursor *c)
{
	size_t len;

	if (cursor_left(c) < 8)
		return LINK_SHORT;
	if (radio_be32(c->p) >> 12 == 0x80211)
		return radio_avs(c);
	len = radio_le(c->p + 4, 4);
	if (len < PRISM_MIN || len > PRISM_MAX)
		len = radio_be32(c->p + 4);
	if (len < PRISM_MIN || len > PRISM_MAX)
		len = PRISM_BYTES;
	return cursor_skip(c, len) < 0 ? LINK_SHORT : radio_dot11(c, false);
}

enum link_verdict
radio_skip(struct cursor *c, uint16_t link)
{
	switch (link) {
	case LINK_RADIOTAP:
		return radio_radiotap(c);
	case LINK_PRISM:
		return radio_prism(c);
	case LINK_AVS:
		return radio_avs(c);
	default:
		return radio_dot11(c, false);
	}
}
