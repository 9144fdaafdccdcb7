/*
 * hep - HEP packets to SIP messages (HEP3 rev 37; versions 1 and 2 as Kamailio, FreeSWITCH and sngrep send them).
 * Packets are read one at a time, when a message is asked for: of several in one datagram each may be compressed, and
 * one buffer holds what the last became.  All that one push inflates comes out of one allowance, so that bombs in bombs
 * cost what one does.
 */
#include "wire/hep.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sipwhy/inflate.h"
#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"
#include "wire/guess.h"
#include "wire/hep_int.h"
#include "wire/sipframe.h"

enum {
	HEP_AGENT_MAX = 128,
	HEP_CORRELATION_MAX = 512,
	HEP_PEEK = 512,
	HEP_PACKETS_MAX = 512 /* of one push: more in 64 KiB would be smaller than a SIP message makes them */
};

/*
 * rest: bytes not read yet, of the frame or of `whole`; begun: not from their start.  m: the message found last; ready:
 * it waits to be taken.  left: bytes that may still be inflated for this push;
 * packets: read of it.
 */
struct hep {
	struct wire_cfg cfg;
	struct wire_stats *st, *count, nowhere;
	struct inflate *z;
	struct buf whole, payload, json;
	struct hep_outer outer;
	struct slice rest;
	size_t left;
	unsigned packets;
	struct message m;
	char agent[ENDPOINT_TEXT];
	uint32_t number; /* what agent says, if numbered */
	bool begun, ready, numbered;
};

struct hep *
hep_new(const struct wire_cfg *cfg, struct wire_stats *st)
{
	struct hep *h = mem_zalloc(sizeof *h);

	if (h == NULL)
		return NULL;
	h->cfg = *cfg;
	h->st = h->count = st;
	buf_init(&h->whole, cfg->inflate_bytes);
	buf_init(&h->payload, cfg->inflate_bytes);
	buf_init(&h->json, FRAME_MAX);
	return h;
}

void
hep_free(struct hep *h)
{
	if (h == NULL)
		return;
	inflate_free(h->z);
	buf_fini(&h->whole);
	buf_fini(&h->payload);
	buf_fini(&h->json);
	mem_free(h);
}

static bool
hep_is_zip(struct slice s)
{
	return s.n >= 3 && memcmp(s.p, "\x1f\x8b\x08", 3) == 0;
}

bool
hep_is(struct slice bytes)
{
	return hep_version(bytes, true) != HEP_NONE || hep_is_zip(bytes);
}

static enum inflate_verdict
hep_inflate(struct hep *h, struct slice in, size_t max, struct buf *out)
{
	enum inflate_verdict v;
	size_t used;

	buf_clear(out);
	if (max == 0)
		return INFLATE_LARGE;
	if (h->z == NULL)
		h->z = inflate_new();
	if (h->z == NULL)
		return INFLATE_MEMORY;
	v = inflate_whole(h->z, in, max, &used, out);
	h->left -= out->len < h->left ? out->len : h->left;
	return v;
}

static struct fate
hep_inflate_fate(enum inflate_verdict v, bool cut)
{
	if (v == INFLATE_MEMORY)
		return fate_drop(WIRE_DROP_MEMORY);
	return fate_drop(v == INFLATE_MORE && cut ? WIRE_DROP_TRUNCATED : WIRE_DROP_INFLATE);
}

/* Every byte is looked at whatever the others are, so that the time says nothing about the key. */
static bool
hep_key_is_right(struct slice want, struct slice got)
{
	unsigned differ = want.n != got.n;

	for (size_t i = 0; i < want.n; i++)
		differ |= (unsigned)(want.p[i] ^ (got.n > 0 ? got.p[i % got.n] : 0)) & 0xff;
	return differ == 0;
}

/* The agent's name, else its number; sngrep puts the number into the upper half of its field. */
static struct slice
hep_agent(struct hep *h, const struct hep_packet *p)
{
	uint32_t id = p->id != 0 && (p->id & 0xffff) == 0 ? p->id >> 16 : p->id;

	if (p->name.n > 0)
		return (struct slice){ p->name.p, p->name.n < HEP_AGENT_MAX ? p->name.n : HEP_AGENT_MAX };
	if (!p->have_id)
		endpoint_format(h->agent, sizeof h->agent, &h->outer.from, false);
	else if (!h->numbered || h->number != id)
		snprintf(h->agent, sizeof h->agent, "%" PRIu32, id);
	h->numbered = p->have_id;
	h->number = id;
	return p->have_id || h->outer.from.family != 0 ? slice_str(h->agent) : (struct slice){ NULL, 0 };
}

static int64_t
hep_clock(struct hep *h, const struct hep_packet *p)
{
	int64_t frame = h->outer.t_ns;

	if (!p->have_time)
		return frame;
	if (guess_clock_is_right(p->time_ns, frame))
		return p->time_ns;
	h->count->hep_clock++;
	return frame;
}

/* 22 is what Kamailio and FreeSWITCH say of TLS and WebSocket, and Asterisk says 6; the Via knows better. */
static uint8_t
hep_transport(const struct hep_packet *p, struct slice message)
{
	enum transport via;

	if (p->proto == 17)
		return TRANSPORT_UDP;
	if (p->proto == 132)
		return TRANSPORT_SCTP;
	via = guess_transport(message);
	if (p->proto == 6)
		return via == TRANSPORT_TLS || via == TRANSPORT_WS || via == TRANSPORT_WSS ? via : TRANSPORT_TCP;
	return (uint8_t)via;
}

static struct slice
hep_correlation(const struct hep_packet *p, struct slice message)
{
	if (p->correlation.n == 0 || p->correlation.n > HEP_CORRELATION_MAX ||
	    slice_eq(p->correlation, guess_header(message, "call-id", 'i')))
		return (struct slice){ NULL, 0 };
	return p->correlation;
}

/* OpenSIPS counts an address block twice, so NULs follow its messages. */
static struct slice
hep_trim(struct slice s)
{
	while (s.n > 0 && s.p[s.n - 1] == '\0')
		s.n--;
	return sipframe_skip_blank(s);
}

static struct fate
hep_message(struct hep *h, const struct hep_packet *p, struct slice payload, bool cut)
{
	struct slice s = hep_trim(payload);
	enum sipframe_start start = s.n > 0 ? sipframe_start(s, cut ? 0 : SIPFRAME_WHOLE) : SIPFRAME_NO;

	if (start == SIPFRAME_PERHAPS)
		return fate_drop(WIRE_DROP_TRUNCATED);
	if (start == SIPFRAME_NO) {
		h->count->hep_other++;
		return fate_of(WIRE_NOT_SIP);
	}
	h->m = (struct message){ .bytes = s,
		.src = p->src,
		.dst = p->dst,
		.t_ns = hep_clock(h, p),
		.ifindex = h->outer.ifindex,
		.transport = hep_transport(p, s),
		.flow = FLOW_UNKNOWN,
		.cut = cut,
		.agent = hep_agent(h, p),
		.correlation = hep_correlation(p, s) };
	guess_ends(&h->m);
	h->ready = true;
	return fate_of(WIRE_SIP);
}

/* The payload as it was meant: inflated, and taken out of JSON. */
static struct fate
hep_payload(struct hep *h, const struct hep_packet *p)
{
	struct slice s = p->payload;
	bool cut = p->cut;

	if (!p->have_payload) {
		enum inflate_verdict v = hep_inflate(h, p->zipped, h->left, &h->payload);

		if (v != INFLATE_END)
			return hep_inflate_fate(v, p->cut);
		s = buf_slice(&h->payload);
		cut = false;
	}
	if (s.n > 0 && *s.p == '{') {
		struct buf *b = p->have_payload ? &h->json : &h->payload;

		if (p->have_payload) {
			buf_clear(b);
			buf_add(b, s.p, s.n);
		}
		if (!buf_ok(b))
			return fate_drop(WIRE_DROP_MEMORY);
		hep_json(b, &cut);
		s = buf_slice(b);
	}
	return hep_message(h, p, s, cut);
}

static struct fate
hep_fields(struct hep *h, const struct hep_packet *p)
{
	if (h->cfg.hep_key.n > 0 && !hep_key_is_right(h->cfg.hep_key, p->key))
		return fate_drop(WIRE_DROP_KEY);
	if (p->type != HEP_TYPE_SIP || (!p->have_payload && !p->have_zipped)) {
		h->count->hep_other++;
		return fate_of(WIRE_NOT_SIP);
	}
	return hep_payload(h, p);
}

/* The packet at the front of rest, which moves on. */
static struct fate
hep_one(struct hep *h)
{
	struct slice s = h->rest;
	enum hep_version version = hep_version(s, false);
	struct hep_packet p;
	enum hep_verdict v;
	size_t size = s.n;

	v = version == HEP_3 ? hep_read_3(s, h->outer.cut, h->outer.t_ns, &p, &size)
			     : hep_read_old(s, h->outer.cut, h->outer.t_ns, &p);
	h->rest = (struct slice){ s.p + size, s.n - size };
	h->count->hep++;
	switch (v) {
	case HEP_READ:
		return hep_fields(h, &p);
	case HEP_TRUNCATED:
		return fate_drop(WIRE_DROP_TRUNCATED);
	case HEP_LOST:
		h->rest.n = 0;
		break;
	case HEP_BAD:
		break;
	}
	return fate_of(WIRE_MALFORMED);
}

static struct fate
hep_stop(struct hep *h)
{
	h->rest.n = 0;
	return fate_of(WIRE_MALFORMED);
}

/* Read on to the next message.  What the packets before it became: the gravest of their fates. */
static struct fate
hep_search(struct hep *h)
{
	static const uint8_t grave[WIRE_VERDICT_N] = { [WIRE_MALFORMED] = 1, [WIRE_DROPPED] = 2, [WIRE_SIP] = 3 };
	struct fate worst = fate_of(WIRE_NOT_SIP), r;

	/* Only of version 3 can another one follow; noise behind a packet is nobody's. */
	while (h->rest.n > 0 && (!h->begun || hep_version(h->rest, true) == HEP_3)) {
		h->begun = true;
		r = h->packets++ < HEP_PACKETS_MAX ? hep_one(h) : hep_stop(h);
		if (grave[r.verdict] > grave[worst.verdict])
			worst = r;
		if (h->ready)
			break;
	}
	if (!h->ready)
		h->rest.n = 0;
	return worst;
}

/* Not asked for: count the packets that are there. */
static struct fate
hep_leave(struct hep *h)
{
	struct slice s = h->rest;

	do {
		size_t total = s.n;

		h->count->hep_left++;
		if (hep_version(s, false) == HEP_3 && s.n >= 6)
			total = (size_t)((uint8_t)s.p[4] << 8 | (uint8_t)s.p[5]);
		if (total < 6 || total > s.n)
			break;
		s = (struct slice){ s.p + total, s.n - total };
	} while (hep_version(s, true) == HEP_3);
	h->rest.n = 0;
	return fate_of(WIRE_NOT_SIP);
}

/* Does this gzip begin with a packet?  Only so much is inflated that it shows; most gzip is something else. */
static enum inflate_verdict
hep_peek(struct hep *h, bool *is)
{
	enum inflate_verdict v = hep_inflate(h, h->rest, HEP_PEEK, &h->whole);

	*is = hep_version(buf_slice(&h->whole), !h->outer.always) != HEP_NONE;
	return v;
}

/* gzip around whole packets, of heplify: other programs mirror other things that way, so what it is shows only then. */
static struct fate
hep_unzip(struct hep *h)
{
	bool is, left = !h->cfg.hep && !h->outer.always;
	enum inflate_verdict v = hep_peek(h, &is);

	h->left = h->cfg.inflate_bytes;
	if (is && v == INFLATE_LARGE && !left)
		v = hep_inflate(h, h->rest, h->left, &h->whole);
	h->rest = buf_slice(&h->whole);
	if (!is && (!h->outer.always || v == INFLATE_END || v == INFLATE_LARGE)) {
		h->rest.n = 0;
		return v == INFLATE_MEMORY ? fate_drop(WIRE_DROP_MEMORY) : fate_of(WIRE_NOT_SIP);
	}
	if (v == INFLATE_END)
		return fate_of(WIRE_SIP);
	h->rest.n = 0;
	if (left) {
		h->count->hep_left++;
		return fate_of(WIRE_NOT_SIP);
	}
	h->count->hep++;
	return hep_inflate_fate(v, h->outer.cut);
}

struct fate
hep_push(struct hep *h, struct slice bytes, const struct hep_outer *outer)
{
	struct fate r;

	h->outer = *outer;
	h->count = outer->quiet ? &h->nowhere : h->st;
	h->ready = h->begun = false;
	h->rest = bytes;
	h->left = h->cfg.inflate_bytes;
	h->packets = 0;
	if (hep_is_zip(bytes)) {
		r = hep_unzip(h);
		if (r.verdict != WIRE_SIP)
			return r;
		h->outer.cut = false;
	} else if (hep_version(bytes, !outer->always) == HEP_NONE) {
		h->rest.n = 0;
		return fate_of(WIRE_NOT_SIP);
	}
	return h->cfg.hep || outer->always ? hep_search(h) : hep_leave(h);
}

int
hep_next(struct hep *h, struct message *out)
{
	if (!h->ready)
		hep_search(h);
	if (!h->ready)
		return 0;
	*out = h->m;
	h->ready = false;
	return 1;
}
