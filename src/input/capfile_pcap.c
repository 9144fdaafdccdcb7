/*
 * capfile_pcap - classic pcap files: 24 bytes of head, then records (draft-ietf-opsawg-pcap).
 * Both byte orders, micro- and nanoseconds, and Kuznetzov's longer record headers (magic a1b2cd34).
 *
 * Know: only the low 16 bits of the link type are the link type, and a captured length above the file's own snapshot
 * length is a habit of old tools, not damage; above 262,144 it is damage.
 */
#include "capfile_int.h"

#include <inttypes.h>

enum { CAPFILE_PCAP_HEAD = 24, CAPFILE_REC = 16, CAPFILE_REC_MODIFIED = 24 };

static bool
capfile_pcap_magic_u32(uint32_t v)
{
	return v == 0xa1b2c3d4 || v == 0xa1b23c4d || v == 0xa1b2cd34;
}

bool
capfile_pcap_magic(const uint8_t *p)
{
	return capfile_pcap_magic_u32(capfile_u32(p, false)) || capfile_pcap_magic_u32(capfile_u32(p, true));
}

enum capfile_verdict
capfile_pcap_head(struct capfile *c)
{
	const uint8_t *p = c->buf + c->pos;
	uint32_t magic = capfile_u32(p, false);
	uint16_t major;

	if (!capfile_have(c, CAPFILE_PCAP_HEAD))
		return CAPFILE_MORE;
	c->swapped = !capfile_pcap_magic_u32(magic);
	magic = capfile_u32(p, c->swapped);
	c->modified = magic == 0xa1b2cd34;
	c->frac_ns = magic == 0xa1b23c4d ? 1 : 1000;
	major = capfile_u16(p + 4, c->swapped);
	c->minor = capfile_u16(p + 6, c->swapped);
	if (major != 2)
		return capfile_damage(c, "has pcap version %u.%u; 2.x can be read here", major, c->minor);
	c->link = capfile_link_norm(capfile_u32(p + 20, c->swapped));
	capfile_take(c, CAPFILE_PCAP_HEAD);
	c->phase = CAPFILE_AT_PCAP;
	return CAPFILE_READY;
}

/* Versions before 2.3 had the two lengths the other way round; 2.3 is told by their size (as libpcap does). */
static void
capfile_pcap_lengths(const struct capfile *c, const uint8_t *p, uint32_t *cap, uint32_t *orig)
{
	*cap = capfile_u32(p + 8, c->swapped);
	*orig = capfile_u32(p + 12, c->swapped);
	if (c->minor < 3 || (c->minor == 3 && *cap > *orig)) {
		uint32_t t = *cap;

		*cap = *orig;
		*orig = t;
	}
}

enum capfile_verdict
capfile_pcap_next(struct capfile *c, struct frame *out)
{
	size_t head = c->modified ? CAPFILE_REC_MODIFIED : CAPFILE_REC;
	const uint8_t *p;

	if (!capfile_have(c, head))
		return CAPFILE_MORE;
	p = c->buf + c->pos;
	capfile_pcap_lengths(c, p, &out->caplen, &out->origlen);
	if (out->caplen > FRAME_MAX)
		return capfile_damage(c,
		    "record %" PRIu64 " at offset %" PRIu64 " claims %" PRIu32 " bytes, more than the %d a "
		    "record can have",
		    c->frames + 1, c->offset, out->caplen, FRAME_MAX);
	if (!capfile_have(c, head + out->caplen))
		return CAPFILE_MORE;
	out->t_ns =
	    (int64_t)capfile_u32(p, c->swapped) * 1000000000 + (int64_t)capfile_u32(p + 4, c->swapped) * c->frac_ns;
	out->ifindex = c->modified ? capfile_u32(p + 16, c->swapped) : 0;
	out->link = c->link;
	out->data = p + head;
	c->t_ns = out->t_ns;
	capfile_take(c, head + out->caplen);
	return CAPFILE_FRAME;
}

enum capfile_verdict
capfile_pcap_cut(struct capfile *c)
{
	size_t left = c->end - c->pos;

	return capfile_damage(c, "cut inside record %" PRIu64 " at offset %" PRIu64 ": %zu of %zu bytes missing",
	    c->frames + 1, c->offset, c->need - left, c->need);
}
