/*
 * capfile - the stream side: the window, the magic, and which of the formats goes on (pcap: draft-ietf-opsawg-pcap,
 * pcapng: draft-ietf-opsawg-pcapng, gzip: RFC 1952).
 *
 * Know: frames point into the window.  Bytes are moved only when a record does not fit behind what is already read,
 * and then once per record, so that a peer who sends single bytes cannot make us copy without end.
 */
#include "capfile_int.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "sipwhy/mem.h"

/* Files that people hand to a capture reader, and what they are. */
static const struct capfile_known {
	const char *name;
	uint8_t n;
	uint8_t magic[8];
} capfile_known[] = {
	{ "a Microsoft Network Monitor 2 capture (convert it: editcap -F pcapng IN OUT)", 4, "GMBU" },
	{ "a Microsoft Network Monitor 1 capture (convert it: editcap -F pcapng IN OUT)", 4, "RTSS" },
	{ "a snoop capture (convert it: editcap -F pcapng IN OUT)", 8, "snoop\0\0" },
	{ "a Sniffer capture (convert it: editcap -F pcapng IN OUT)", 8, "TRSNIFF " },
	{ "a NetXRay capture (convert it: editcap -F pcapng IN OUT)", 4, "XCP" },
	{ "an old AIX or iptrace capture (convert it: editcap -F pcapng IN OUT)", 8, "iptrace " },
	{ "zstd data (unpack it first: zstd -d)", 4, { 0x28, 0xb5, 0x2f, 0xfd } },
	{ "xz data (unpack it first: xz -d)", 6, { 0xfd, '7', 'z', 'X', 'Z', 0 } },
	{ "bzip2 data (unpack it first: bzip2 -d)", 3, "BZh" },
	{ "lz4 data (unpack it first: lz4 -d)", 4, { 0x04, 0x22, 0x4d, 0x18 } },
	{ "compress data (unpack it first: gzip -d)", 2, { 0x1f, 0x9d } },
	{ "a zip archive (unpack it first)", 4, { 'P', 'K', 3, 4 } },
	{ "a 7-Zip archive (unpack it first)", 6, { '7', 'z', 0xbc, 0xaf, 0x27, 0x1c } },
	{ "a program", 4, { 0x7f, 'E', 'L', 'F' } },
	{ "a PDF document", 5, "%PDF-" },
};

struct capfile *
capfile_new(bool search)
{
	struct capfile *c = mem_zalloc(sizeof *c);

	if (c == NULL)
		return NULL;
	c->buf = mem_alloc(CAPFILE_CARRY + CAPFILE_CHUNK);
	if (c->buf == NULL) {
		mem_free(c);
		return NULL;
	}
	c->pos = c->end = CAPFILE_CARRY;
	c->search = search;
	c->need = 1;
	return c;
}

void
capfile_free(struct capfile *c)
{
	if (c == NULL)
		return;
	capfile_gz_free(c->gz);
	mem_free(c->ifaces);
	mem_free(c->buf);
	mem_free(c);
}

enum capfile_verdict
capfile_damage(struct capfile *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(c->why.text, sizeof c->why.text, fmt, ap);
	va_end(ap);
	c->phase = CAPFILE_AT_END;
	c->verdict = CAPFILE_DAMAGED;
	return c->verdict;
}

static enum capfile_verdict
capfile_end(struct capfile *c)
{
	c->phase = CAPFILE_AT_END;
	c->verdict = CAPFILE_END;
	return c->verdict;
}

const char *
capfile_error(const struct capfile *c)
{
	return c->why.text;
}

uint64_t
capfile_trimmed(const struct capfile *c)
{
	return c->trimmed;
}

int
capfile_link(const struct capfile *c)
{
	return c->phase == CAPFILE_AT_PCAP ? c->link : -1;
}

bool
capfile_link_known(uint16_t link)
{
	switch (link) {
	case LINK_NULL:
	case LINK_ETHERNET:
	case LINK_PPP:
	case LINK_PPP_HDLC:
	case LINK_PPPOE:
	case LINK_RAW:
	case LINK_C_HDLC:
	case LINK_IEEE802_11:
	case LINK_LOOP:
	case LINK_LINUX_SLL:
	case LINK_PRISM:
	case LINK_RADIOTAP:
	case LINK_AVS:
	case LINK_IPNET:
	case LINK_IPV4:
	case LINK_IPV6:
	case LINK_NFLOG:
	case LINK_UPPER_PDU:
	case LINK_PKTAP:
	case LINK_LINUX_SLL2:
		return true;
	default:
		return false;
	}
}

uint16_t
capfile_link_norm(uint32_t link)
{
	link &= 0xffff;
	return link == LINK_RAW_BSD || link == LINK_RAW_OPENBSD ? LINK_RAW : (uint16_t)link;
}

uint8_t *
capfile_room(struct capfile *c, size_t *n)
{
	size_t left = c->end - c->pos;
	size_t size = CAPFILE_CARRY + CAPFILE_CHUNK;
	size_t room;

	assert(c->need > left && c->need <= CAPFILE_CARRY);
	if (c->pos + c->need > size || left == 0) {
		memmove(c->buf + CAPFILE_CARRY - left, c->buf + c->pos, left);
		c->pos = CAPFILE_CARRY - left;
		c->end = CAPFILE_CARRY;
	}
	room = size - c->end;
	if (*n > room)
		*n = room;
	return c->buf + c->end;
}

uint8_t *
capfile_space(struct capfile *c, size_t *n)
{
	size_t left;

	assert(!c->finished && c->phase != CAPFILE_AT_END);
	if (c->gz != NULL)
		return capfile_gz_space(c->gz, n);
	left = c->end - c->pos;
	*n = CAPFILE_CHUNK;
	if (c->phase == CAPFILE_AT_HEAD)
		*n = CAPFILE_HEAD_READ - left;
	/* No more than the next block of lines lacks: what stays behind it is moved in front of the next one. */
	else if (c->phase == CAPFILE_AT_TEXT && c->need - left > CAPFILE_HEAD_READ)
		*n = c->need - left;
	return capfile_room(c, n);
}

void
capfile_filled(struct capfile *c, size_t n)
{
	if (c->gz != NULL)
		capfile_gz_filled(c->gz, n);
	else
		c->end += n;
	assert(c->end <= CAPFILE_CARRY + CAPFILE_CHUNK);
}

void
capfile_finish(struct capfile *c)
{
	c->finished = true;
}

/* Lines in any encoding, mostly ASCII. */
static bool
capfile_is_text(const uint8_t *p, size_t n)
{
	size_t high = 0;

	for (size_t i = 0; i < n; i++) {
		if (p[i] < 0x20 && p[i] != '\t' && p[i] != '\n' && p[i] != '\r' && p[i] != 0x1b)
			return false;
		high += p[i] >= 0x80;
	}
	return n > 0 && high * 4 <= n;
}

/* Neither capture nor, where that is wanted, text. */
static enum capfile_verdict
capfile_refuse(struct capfile *c, const uint8_t *p, size_t n)
{
	uint8_t b[4] = { 0 };

	memcpy(b, p, n < sizeof b ? n : sizeof b);
	if (!c->text_ok)
		return capfile_damage(c,
		    "is not a capture: it begins with %02x%02x%02x%02x; pcap and pcapng can be read here", b[0], b[1],
		    b[2], b[3]);
	if ((b[0] == 0xff && b[1] == 0xfe) || (b[0] == 0xfe && b[1] == 0xff))
		return capfile_damage(c, "is text in UTF-16 (convert it: iconv -f UTF-16 -t UTF-8 IN)");
	return capfile_damage(c,
	    "is no capture and no text: it begins with %02x%02x%02x%02x; pcap, pcapng and logs can be read here", b[0],
	    b[1], b[2], b[3]);
}

/* What no format wanted: name it when it is known. */
static enum capfile_verdict
capfile_unknown(struct capfile *c)
{
	const uint8_t *p = c->buf + c->pos;
	size_t n = c->end - c->pos;

	for (size_t i = 0; i < sizeof capfile_known / sizeof capfile_known[0]; i++) {
		const struct capfile_known *k = &capfile_known[i];

		if (n >= k->n && memcmp(p, k->magic, k->n) == 0)
			return capfile_damage(c, "is not a capture that can be read here: it is %s", k->name);
	}
	if (c->text_ok && capfile_is_log(p, n))
		return capfile_text_enter(c);
	if (!c->text_ok && capfile_is_text(p, n < CAPFILE_SNIFF ? n : CAPFILE_SNIFF))
		return capfile_damage(
		    c, "is not a capture: it looks like plain text; pcap and pcapng can be read here");
	return capfile_refuse(c, p, n);
}

enum capfile_kind { CAPFILE_NONE, CAPFILE_WAIT, CAPFILE_PCAP, CAPFILE_NG, CAPFILE_GZ };

/* What begins at p.  WAIT: too few bytes to say.  A section's four bytes may stand in text, so its magic is asked for
 * too. */
static enum capfile_kind
capfile_kind_at(const struct capfile *c, const uint8_t *p, size_t n)
{
	static const uint8_t section[4] = { 0x0a, 0x0d, 0x0d, 0x0a };
	static const uint8_t gzip[3] = { 0x1f, 0x8b, 0x08 };

	if (n >= 4 && capfile_pcap_magic(p))
		return CAPFILE_PCAP;
	if (c->gz == NULL && n >= sizeof gzip && memcmp(p, gzip, sizeof gzip) == 0)
		return CAPFILE_GZ;
	if (memcmp(p, section, n < sizeof section ? n : sizeof section) == 0) {
		if (n < 12)
			return CAPFILE_WAIT;
		return capfile_u32(p + 8, false) == 0x1a2b3c4d || capfile_u32(p + 8, true) == 0x1a2b3c4d ? CAPFILE_NG
													 : CAPFILE_NONE;
	}
	return n < 4 ? CAPFILE_WAIT : CAPFILE_NONE;
}

/* Text where a capture should be is mostly the other side's error: quote its first line. */
static enum capfile_verdict
capfile_only_text(struct capfile *c, const uint8_t *p, size_t n)
{
	char line[120];
	size_t len = 0;

	while (n > 0 && (*p == '\n' || *p == '\r')) {
		p++;
		n--;
	}
	for (; len < n && len < sizeof line - 1 && p[len] != '\n' && p[len] != '\r'; len++)
		line[len] = p[len] >= 0x20 && p[len] < 0x7f ? (char)p[len] : '?';
	line[len] = '\0';
	return capfile_damage(c, "carries text and no capture: \"%s\"", line);
}

/* The stream ended before a head was complete. */
static enum capfile_verdict
capfile_head_cut(struct capfile *c)
{
	const uint8_t *p = c->buf + c->pos;
	size_t n = c->end - c->pos;

	if (n == 0)
		return capfile_damage(c, c->gz != NULL ? "holds no bytes inside its gzip data" : "is empty");
	switch (capfile_kind_at(c, p, n)) {
	case CAPFILE_PCAP:
		return capfile_damage(c, "ends inside the file header: %zu of 24 bytes are there", n);
	case CAPFILE_NG:
		return capfile_damage(c, "ends inside the first section's header: %zu of 28 bytes are there", n);
	case CAPFILE_WAIT:
		if (c->text_ok && capfile_is_log(p, n))
			return capfile_text_enter(c);
		return capfile_damage(c, "ends inside the file header, after %zu bytes", n);
	default:
		return c->search && !c->text_ok && capfile_is_text(p, n) ? capfile_only_text(c, p, n)
									 : capfile_unknown(c);
	}
}

static enum capfile_verdict
capfile_enter(struct capfile *c, enum capfile_kind kind, size_t skipped)
{
	capfile_take(c, skipped);
	c->trimmed += skipped;
	if (kind == CAPFILE_GZ) {
		if (!capfile_gz_start(c))
			return capfile_damage(c, "cannot be unpacked: memory is short");
		return CAPFILE_BUSY;
	}
	c->search = false;
	return kind == CAPFILE_PCAP ? capfile_pcap_head(c) : capfile_ng_head(c);
}

/* Find the magic: at the first byte, or behind a banner. */
static enum capfile_verdict
capfile_find(struct capfile *c)
{
	const uint8_t *p = c->buf + c->pos;
	size_t n = c->end - c->pos;
	size_t last = c->search && c->gz == NULL ? CAPFILE_SEARCH : 0;

	c->need = n + 1;
	for (size_t i = 0; i <= last && i < n; i++) {
		enum capfile_kind kind = capfile_kind_at(c, p + i, n - i);

		if (kind == CAPFILE_WAIT)
			return CAPFILE_MORE;
		if (kind != CAPFILE_NONE)
			return capfile_enter(c, kind, i);
	}
	/* To name what it is instead, see as much of it however it arrives. */
	return n <= last || n < (c->text_ok ? CAPFILE_SEARCH : CAPFILE_SNIFF) ? CAPFILE_MORE : capfile_unknown(c);
}

bool
capfile_may_be(const struct capfile *c)
{
	const uint8_t *p = c->buf + c->pos;
	size_t n = c->end - c->pos;

	/* The last three bytes may always be the first of something. */
	for (size_t i = 0; i + 3 < n; i++)
		if (capfile_kind_at(c, p + i, n - i) != CAPFILE_NONE)
			return true;
	return n > 0 && p[0] == 0x0a && capfile_kind_at(c, p, n) == CAPFILE_WAIT && n > 1;
}

static enum capfile_verdict
capfile_cut(struct capfile *c)
{
	switch (c->phase) {
	case CAPFILE_AT_HEAD:
		return capfile_head_cut(c);
	case CAPFILE_AT_PCAP:
		return c->pos == c->end ? capfile_end(c) : capfile_pcap_cut(c);
	case CAPFILE_AT_NG:
		return c->pos == c->end && c->pass_len == 0 ? capfile_end(c) : capfile_ng_cut(c);
	case CAPFILE_AT_TEXT:
		return capfile_end(c);
	default:
		return c->verdict;
	}
}

enum capfile_verdict
capfile_feed(struct capfile *c)
{
	enum capfile_verdict v;

	if (c->gz == NULL)
		return c->finished ? capfile_cut(c) : CAPFILE_MORE;
	v = capfile_gz_step(c);
	return v == CAPFILE_END ? capfile_cut(c) : v;
}

enum capfile_verdict
capfile_head(struct capfile *c)
{
	enum capfile_verdict v;

	if (c->phase == CAPFILE_AT_END)
		return c->verdict;
	if (c->phase != CAPFILE_AT_HEAD)
		return c->phase == CAPFILE_AT_TEXT ? CAPFILE_TEXT : CAPFILE_READY;
	v = capfile_find(c);
	return v == CAPFILE_MORE ? capfile_feed(c) : v;
}

enum capfile_verdict
capfile_next(struct capfile *c, struct frame *out)
{
	enum capfile_verdict v;

	switch (c->phase) {
	case CAPFILE_AT_PCAP:
		v = capfile_pcap_next(c, out);
		break;
	case CAPFILE_AT_NG:
		v = capfile_ng_next(c, out);
		break;
	case CAPFILE_AT_HEAD:
		v = capfile_head(c);
		return v == CAPFILE_READY ? CAPFILE_BUSY : v;
	case CAPFILE_AT_TEXT:
		return CAPFILE_TEXT;
	default:
		return c->verdict;
	}
	if (v == CAPFILE_FRAME)
		c->frames++;
	return v == CAPFILE_MORE ? capfile_feed(c) : v;
}
