/*
 * wire_fuzz - sequences of frames through the wire room: reassembly tables, streams, framing, and short memory.
 *
 * Input: byte 0 picks which allocation fails (0 none), byte 1 the limits, then frames of
 * [link selector][time step][length, 2 bytes, network order][bytes].  Each push must keep frames == sum of verdicts and
 * the memory limits; after the flush nothing may be held.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"
#include "sipwhy/wire.h"
#include "wire/link.h"
#include "wire/wire_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What one eviction round may leave over the limits: messages on their way out are not charged. */
enum { FUZZ_FRAG_BYTES = 20000, FUZZ_TCP_BYTES = 40000 };

static void
fuzz_check(int ok)
{
	if (!ok)
		abort();
}

static void
fuzz_invariants(const struct wire *w, uint64_t frames)
{
	const struct wire_stats *st = wire_stats(w);
	uint64_t sum = 0, dropped = 0;

	for (int i = 0; i < WIRE_VERDICT_N; i++)
		sum += st->verdict[i];
	for (int i = 0; i < WIRE_DROP_N; i++)
		dropped += st->drop[i];
	fuzz_check(sum == frames && st->frames == frames);
	fuzz_check(dropped == st->verdict[WIRE_DROPPED]);
}

/*
 * Read every byte, so that a sanitizer sees a borrowed pointer that went bad.  exported: the frame told the ends
 * itself, or did not.
 */
static void
fuzz_take(struct wire *w, bool exported)
{
	struct message m;
	volatile unsigned char sink = 0;

	while (wire_next(w, &m)) {
		fuzz_check(m.bytes.n > 0 && m.bytes.n <= 400000);
		fuzz_check(m.src.family == 4 || m.src.family == 6 || m.guessed || m.agent.n || exported);
		for (size_t i = 0; i < m.agent.n; i++)
			sink ^= (unsigned char)m.agent.p[i];
		for (size_t i = 0; i < m.correlation.n; i++)
			sink ^= (unsigned char)m.correlation.p[i];
		for (size_t i = 0; i < m.bytes.n; i++)
			sink ^= (unsigned char)m.bytes.p[i];
		if (m.cut)
			wire_reclass(w, sink & 1 ? WIRE_FILTERED : WIRE_MALFORMED);
	}
}

static struct wire *
fuzz_new(uint8_t limits)
{
	struct wire_cfg cfg = {
		.frag_bytes = limits & 1 ? FUZZ_FRAG_BYTES : 0,
		.frag_datagrams = limits & 2 ? 2 : 0,
		.tcp_bytes = limits & 4 ? FUZZ_TCP_BYTES : 0,
		.tcp_streams = limits & 8 ? 2 : 0,
		.depth = limits & 16 ? 2 : 0,
		.inflate_bytes = limits & 32 ? 2000 : 0,
		.hep = limits & 64,
		.hep_key = limits & 128 ? slice_str("key") : (struct slice){ NULL, 0 },
		.seed = limits,
	};

	return wire_new(&cfg);
}

static size_t
fuzz_limit(uint8_t limits)
{
	/* Fragments of datagrams and pieces of SCTP messages have the same limit each. */
	return 2 * (limits & 1 ? FUZZ_FRAG_BYTES : (size_t)4 << 20) + (limits & 4 ? FUZZ_TCP_BYTES : (size_t)64 << 20);
}

/* Time steps: mostly short, some seconds, some back, one leap. */
static int64_t
fuzz_step(uint8_t b)
{
	if (b < 128)
		return b * NS_PER_MS;
	if (b < 250)
		return (b - 127) * NS_PER_S;
	return b == 255 ? INT64_C(1) << 62 : -(b - 249) * NS_PER_S;
}

/* One frame at data; returns the bytes used, 0 at the end. */
static size_t
fuzz_frame(struct frame *f, const uint8_t *data, size_t size)
{
	static const uint16_t links[] = {
		LINK_ETHERNET,
		LINK_RAW,
		LINK_LINUX_SLL,
		LINK_LINUX_SLL2,
		LINK_NULL,
		LINK_PPP,
		LINK_PPP_HDLC,
		LINK_LOOP,
		9999,
		LINK_MIRROR,
		LINK_TZSP,
		LINK_UPPER_PDU,
		LINK_NFLOG,
		LINK_PKTAP,
		LINK_IEEE802_11,
		LINK_RADIOTAP,
		LINK_PRISM,
		LINK_AVS,
		LINK_IPNET,
		LINK_PPPOE,
		LINK_C_HDLC,
		LINK_ETHERTYPE,
	};
	size_t n;

	if (size < 4)
		return 0;
	n = (size_t)(data[2] << 8 | data[3]);
	n = n < size - 4 ? n : size - 4;
	f->link = links[((data[0] & 15) | (data[0] & 32) >> 1) % (sizeof(links) / sizeof(links[0]))];
	/* Wraps as unsigned: stamps are whatever the file says. */
	f->t_ns = (int64_t)((uint64_t)f->t_ns + (uint64_t)fuzz_step(data[1]));
	f->ifindex = data[0] >> 6;
	f->from = (struct endpoint){ .addr = { 192, 0, 2, data[0] >> 6 }, .port = 9060, .family = 4 };
	f->to = f->from;
	f->caplen = (uint32_t)n;
	f->origlen = (uint32_t)n + (data[0] & 0x10 ? 100 : 0);
	return 4 + n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct frame f = { 0 };
	uint64_t frames = 0;
	struct wire *w;
	size_t used;

	if (size < 2)
		return 0;
	mem_fail_at(data[0]);
	w = fuzz_new(data[1]);
	for (size_t at = 2; w && (used = fuzz_frame(&f, data + at, size - at)) > 0; at += used) {
		/* A block of its own for each frame: an overread is seen, and so is a pointer kept too long. */
		uint8_t *copy = malloc(f.caplen ? f.caplen : 1);

		if (!copy)
			break;
		memcpy(copy, data + at + 4, f.caplen);
		f.data = copy;
		wire_push(w, &f);
		fuzz_invariants(w, ++frames);
		fuzz_check(wire_bytes(w) <= fuzz_limit(data[1]));
		fuzz_take(w, f.link == LINK_UPPER_PDU || f.link == LINK_MIRROR);
		fuzz_invariants(w, frames);
		free(copy);
	}
	if (w) {
		wire_flush(w);
		fuzz_check(wire_stats(w)->verdict[WIRE_HELD] == 0);
		fuzz_take(w, false);
		fuzz_invariants(w, frames);
		fuzz_check(wire_bytes(w) == 0);
	}
	wire_free(w);
	mem_fail_at(0);
	return 0;
}
