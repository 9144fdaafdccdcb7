/*
 * hep_fuzz - HEP packets, and the cutting of HEP, WebSocket and SIP out of byte streams: however the bytes are cut into
 * segments, the same messages come out.
 *
 * Input: byte 0 is what to try, byte 1 seeds the cuts, byte 2 picks which allocation fails (0 none; packets only), then
 * the bytes of a datagram or a stream.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sipwhy/hepcut.h"
#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"
#include "sipwhy/wire.h"
#include "wire/hep.h"
#include "wire/wire_int.h"
#include "wire/ws.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FUZZ_STREAM_MAX = 8000, FUZZ_INFLATE = 20000, FUZZ_HEAD = 3 };

/* What came out, in order, as one number; and what was counted. */
struct fuzz_log {
	uint64_t sum, n;
	uint64_t counts[8];
};

static void
fuzz_check(int ok)
{
	if (!ok)
		abort();
}

static void
fuzz_add(struct fuzz_log *log, const void *p, size_t n)
{
	const uint8_t *b = p;

	for (size_t i = 0; i < n; i++)
		log->sum = (log->sum ^ b[i]) * UINT64_C(0x100000001b3);
	log->sum = (log->sum ^ n) * UINT64_C(0x100000001b3);
}

static void
fuzz_message(struct fuzz_log *log, const struct message *m)
{
	uint8_t about[] = { m->transport, m->cut, m->guessed };

	fuzz_check(m->agent.n <= 256 && m->correlation.n <= 512);
	fuzz_add(log, m->bytes.p, m->bytes.n);
	fuzz_add(log, m->agent.p, m->agent.n);
	fuzz_add(log, m->correlation.p, m->correlation.n);
	fuzz_add(log, about, sizeof about);
	log->n++;
}

/* Sizes of segments: 0 all at once, 1 single bytes, else by chance. */
static size_t
fuzz_size(uint32_t *seed, unsigned how, size_t left)
{
	size_t n;

	if (how <= 1)
		return how == 0 ? left : 1;
	*seed = *seed * 1664525 + 1013904223;
	n = 1 + (*seed >> 8) % 40;
	return n < left ? n : left;
}

static void
fuzz_packet(const uint8_t *data, size_t n, unsigned flags, unsigned fail)
{
	struct wire_stats st = { 0 };
	struct wire_cfg cfg = { .hep = flags & 1, .inflate_bytes = FUZZ_INFLATE };
	struct hep_outer outer = { .from = { .family = 4, .addr = { 1 } }, .always = flags & 2, .cut = flags & 4 };
	struct fuzz_log log = { 0 };
	struct hep *h;
	struct message m;
	struct fate f;

	if (flags & 8)
		cfg.hep_key = slice_str("key");
	outer.t_ns = 1700000000 * NS_PER_S;
	h = hep_new(&cfg, &st);
	fuzz_check(h != NULL);
	mem_fail_at(fail);
	hep_is((struct slice){ (const char *)data, n });
	f = hep_push(h, (struct slice){ (const char *)data, n }, &outer);
	while (hep_next(h, &m)) {
		fuzz_message(&log, &m);
		fuzz_check(m.t_ns - outer.t_ns < 2 * NS_PER_S && outer.t_ns - m.t_ns < 2 * NS_PER_S);
	}
	mem_fail_at(0);
	fuzz_check((f.verdict == WIRE_SIP) == (log.n > 0));
	fuzz_check(f.verdict != WIRE_HELD && (f.verdict == WIRE_DROPPED) == (f.why < WIRE_DROP_N));
	fuzz_check(st.hep_other + log.n <= st.hep && (cfg.hep || outer.always || st.hep == 0));
	hep_free(h);
}

/* What a reader of a connection holds: bytes come in segments, and go from the front. */
struct fuzz_reader {
	const uint8_t *data;
	size_t n, at, have;
	unsigned how;
	uint32_t seed;
	char *buf;
};

static struct fuzz_reader
fuzz_reader_new(const uint8_t *data, size_t n, unsigned how, uint32_t seed)
{
	struct fuzz_reader r = { .data = data, .n = n, .how = how, .seed = seed, .buf = malloc(n + 1) };

	fuzz_check(r.buf != NULL);
	return r;
}

/* One more segment; false: it was the last. */
static bool
fuzz_more(struct fuzz_reader *r)
{
	size_t size = fuzz_size(&r->seed, r->how, r->n - r->at);

	memcpy(r->buf + r->have, r->data + r->at, size);
	r->have += size;
	r->at += size;
	return r->at < r->n;
}

static void
fuzz_eat(struct fuzz_reader *r, size_t n)
{
	fuzz_check(n <= r->have);
	r->have -= n;
	memmove(r->buf, r->buf + n, r->have);
}

/* As input has it. */
static struct fuzz_log
fuzz_cut(const uint8_t *data, size_t n, unsigned how, uint32_t seed)
{
	struct fuzz_reader r = fuzz_reader_new(data, n, how, seed);
	struct hepcut c = { .max = FUZZ_INFLATE };
	struct fuzz_log log = { 0 };
	struct hepcut_step step;
	bool more = true;

	while (more) {
		more = fuzz_more(&r);
		do {
			step = hepcut_next(&c, (struct slice){ r.buf, r.have }, false);
			if (!step.ready && !more) {
				fuzz_eat(&r, step.eat);
				step = hepcut_next(&c, (struct slice){ r.buf, r.have }, true);
				fuzz_check(step.eat + step.len == r.have);
			}
			fuzz_check(step.eat + step.len <= r.have && step.len <= HEPCUT_MAX);
			if (step.ready) {
				fuzz_add(&log, r.buf + step.eat, step.len);
				log.n++;
			}
			fuzz_eat(&r, step.eat + step.len);
		} while (step.ready);
		fuzz_check(r.have <= HEPCUT_MAX);
	}
	log.counts[0] = c.skipped;
	log.counts[1] = c.lost;
	log.counts[2] = c.cut;
	log.counts[3] = c.damaged;
	hepcut_fini(&c);
	free(r.buf);
	return log;
}

static struct fuzz_log
fuzz_ws(const uint8_t *data, size_t n, unsigned how, uint32_t seed)
{
	struct fuzz_reader r = fuzz_reader_new(data, n, how, seed);
	struct ws w = { 0 };
	struct fuzz_log log = { 0 };
	struct ws_step step;
	bool more = true;

	while (more) {
		bool last = false;

		more = fuzz_more(&r);
		do {
			step = ws_next(&w, r.buf, r.have, false);
			if (!step.ready && !more) {
				fuzz_eat(&r, step.eat);
				step = ws_next(&w, r.buf, r.have, true);
				last = true;
			}
			fuzz_eat(&r, step.eat);
			fuzz_check(step.len <= step.drop && step.drop <= r.have);
			if (step.ready) {
				fuzz_add(&log, r.buf, step.len);
				log.n++;
			}
			fuzz_eat(&r, step.drop);
		} while (step.ready && !last);
	}
	log.counts[0] = w.resyncs;
	log.counts[1] = w.oversize;
	log.counts[2] = w.other;
	free(r.buf);
	return log;
}

static void
fuzz_segment(struct wire *w, struct fuzz_log *log, uint32_t seq, unsigned flags, const uint8_t *p, size_t n)
{
	size_t total = 40 + n;
	uint8_t *b = calloc(1, total);
	struct frame f = { .data = b, .caplen = (uint32_t)total, .origlen = (uint32_t)total, .link = LINK_RAW };
	struct message m;

	fuzz_check(b != NULL);
	f.t_ns = 1700000000 * NS_PER_S;
	b[0] = 0x45;
	b[2] = (uint8_t)(total >> 8);
	b[3] = (uint8_t)total;
	b[9] = 6;
	b[15] = 1;
	b[19] = 2;
	b[21] = 5;
	b[23] = 6;
	for (int i = 0; i < 4; i++)
		b[24 + i] = (uint8_t)(seq >> 8 * (3 - i));
	b[32] = 0x50;
	b[33] = (uint8_t)flags;
	if (n)
		memcpy(b + 40, p, n);
	wire_push(w, &f);
	while (wire_next(w, &m))
		fuzz_message(log, &m);
	free(b);
}

/* The same stream through all of the room. */
static struct fuzz_log
fuzz_tcp(const uint8_t *data, size_t n, unsigned how, uint32_t seed, bool hep)
{
	struct wire_cfg cfg = { .hep = hep, .inflate_bytes = FUZZ_INFLATE, .seed = 1 };
	struct wire *w = wire_new(&cfg);
	struct fuzz_log log = { 0 };
	const struct wire_stats *st;
	struct message m;
	uint32_t seq = 100;

	fuzz_check(w != NULL);
	fuzz_segment(w, &log, seq - 1, 2, NULL, 0);
	for (size_t at = 0; at < n;) {
		size_t size = fuzz_size(&seed, how, n - at);

		fuzz_segment(w, &log, seq, 16, data + at, size);
		seq += (uint32_t)size;
		at += size;
	}
	fuzz_segment(w, &log, seq, 17, NULL, 0);
	wire_flush(w);
	while (wire_next(w, &m))
		fuzz_message(&log, &m);
	st = wire_stats(w);
	fuzz_check(st->verdict[WIRE_HELD] == 0 && wire_bytes(w) == 0);
	log.counts[0] = st->hep;
	log.counts[1] = st->hep_other;
	log.counts[2] = st->hep_left;
	log.counts[3] = st->hep_clock;
	log.counts[4] = st->tls;
	log.counts[5] = st->tcp_oversize;
	wire_free(w);
	return log;
}

static struct fuzz_log
fuzz_stream(const uint8_t *data, size_t n, unsigned what, unsigned how, uint32_t seed)
{
	if (what == 1)
		return fuzz_cut(data, n, how, seed);
	return what == 2 ? fuzz_ws(data, n, how, seed) : fuzz_tcp(data, n, how, seed, what == 3);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_log whole, other;
	unsigned what;
	size_t n;

	if (size < FUZZ_HEAD)
		return 0;
	what = data[0] % 5;
	n = size - FUZZ_HEAD;
	if (what == 0) {
		/* A block of its own: the sanitizer sees the first byte read too far. */
		uint8_t *copy = malloc(n ? n : 1);

		fuzz_check(copy != NULL);
		memcpy(copy, data + FUZZ_HEAD, n);
		fuzz_packet(copy, n, data[1], data[2]);
		free(copy);
		return 0;
	}
	if (n == 0)
		return 0;
	n = n < FUZZ_STREAM_MAX ? n : FUZZ_STREAM_MAX;
	whole = fuzz_stream(data + FUZZ_HEAD, n, what, 0, 0);
	for (unsigned how = 1; how <= 3; how++) {
		other = fuzz_stream(data + FUZZ_HEAD, n, what, how, data[1] * 7919u + how);
		fuzz_check(memcmp(&whole, &other, sizeof whole) == 0);
	}
	return 0;
}
