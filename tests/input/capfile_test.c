/* capfile: every fixture in every segmentation and truncation, times, damage sentences, bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "capbuild.h"
#include "input/capfile.h"
#include "sipwhy/mem.h"

enum { SEEN_MAX = 64 };

struct seen {
	enum capfile_verdict verdict;
	unsigned n;
	struct {
		int64_t t_ns;
		uint32_t caplen, origlen, ifindex;
		uint16_t link;
	} f[SEEN_MAX];
	uint64_t trimmed;
	char why[320];
};

static struct cap cap, gz;

static void
seen_add(struct seen *s, const struct frame *f)
{
	assert_true(s->n < SEEN_MAX);
	for (uint32_t i = 0; i < f->caplen; i++)
		assert_int_equal(f->data[i], f->caplen & 0xff);
	s->f[s->n].t_ns = f->t_ns;
	s->f[s->n].caplen = f->caplen;
	s->f[s->n].origlen = f->origlen;
	s->f[s->n].ifindex = f->ifindex;
	s->f[s->n].link = f->link;
	s->n++;
}

static size_t
feed(struct capfile *c, const uint8_t *p, size_t n, size_t step)
{
	size_t room;
	uint8_t *to = capfile_space(c, &room);
	size_t k = n < step ? n : step;

	assert_true(room > 0);
	if (k > room)
		k = room;
	if (k == 0)
		capfile_finish(c);
	memcpy(to, p, k);
	if (k > 0)
		capfile_filled(c, k);
	return k;
}

/* All of p[0..n) in pieces of `step` bytes. */
static void
run(struct seen *s, const uint8_t *p, size_t n, size_t step, bool search)
{
	struct capfile *c = capfile_new(search);
	struct frame f;

	memset(s, 0, sizeof *s);
	assert_non_null(c);
	for (;;) {
		s->verdict = capfile_next(c, &f);
		if (s->verdict == CAPFILE_FRAME) {
			seen_add(s, &f);
		} else if (s->verdict == CAPFILE_MORE) {
			size_t k = feed(c, p, n, step);

			p += k;
			n -= k;
		} else if (s->verdict != CAPFILE_BUSY) {
			break;
		}
	}
	assert_int_equal(capfile_next(c, &f), s->verdict);
	(void)snprintf(s->why, sizeof s->why, "%s", capfile_error(c));
	s->trimmed = capfile_trimmed(c);
	capfile_free(c);
}

static void
run_all(struct seen *s, const struct cap *c)
{
	run(s, c->b, c->n, SIZE_MAX, false);
}

/* Fixtures. */

static void
make_pcap(bool be, uint32_t magic)
{
	cap_start(&cap, be);
	cap_pcap(&cap, magic, 4, 0x10000001);
	cap_record(&cap, 1700000000, 123456, 60, 60);
	cap_record(&cap, 1700000001, 0, 0, 0);
	cap_record(&cap, 4294967295, 999999, 90, 1500);
}

static void
make_modified(void)
{
	cap_start(&cap, false);
	cap_pcap(&cap, 0xa1b2cd34, 4, 113);
	for (unsigned i = 1; i <= 3; i++) {
		cap_u32(&cap, i);
		cap_u32(&cap, i);
		cap_u32(&cap, 8);
		cap_u32(&cap, 9);
		cap_u32(&cap, 40 + i);
		cap_u32(&cap, 0);
		cap_fill(&cap, 8, 8);
	}
}

/* Four link types, four clocks, blocks that are not for us, and a second section in the other order. */
static void
make_ng(bool be)
{
	cap_start(&cap, be);
	cap_section(&cap);
	cap_iface(&cap, 1, 0, -1, 0);
	cap_iface(&cap, 113, 96, 9, 3600);
	cap_iface(&cap, 12, 0, 0x80 | 20, -5);
	cap_packet(&cap, 6, 0, UINT64_C(1700000000) * 1000000 + 7, 33, 33);
	cap_block(&cap, 0x0a, "TSLK....SECRETS", 16);
	cap_packet(&cap, 6, 1, UINT64_C(1700000000) * 1000000000 + 9, 18, 500);
	cap_block(&cap, 0x0bad, "\1\2\3\4own", 7);
	cap_packet(&cap, 6, 2, (UINT64_C(1700000000) << 20) + (1u << 19), 5, 5);
	cap_block(&cap, 0x40000001, "", 0);
	cap_packet(&cap, 2, 0, 1000000, 7, 8);
	cap.be = !be;
	cap_section(&cap);
	cap_iface(&cap, 276, 6, 0x80, 0);
	cap_packet(&cap, 6, 0, 42, 1, 1);
	{
		size_t at = cap_begin(&cap, 3);

		cap_u32(&cap, 1400);
		cap_fill(&cap, 6, 6);
		cap_end(&cap, at);
	}
}

static void
check_pcap(const struct seen *s, int64_t unit)
{
	assert_int_equal(s->verdict, CAPFILE_END);
	assert_int_equal(s->n, 3);
	assert_int_equal(s->f[0].t_ns, INT64_C(1700000000000000000) + 123456 * unit);
	assert_int_equal(s->f[0].link, 1);
	assert_int_equal(s->f[0].ifindex, 0);
	assert_int_equal(s->f[1].caplen, 0);
	assert_int_equal(s->f[2].t_ns, INT64_C(4294967295000000000) + 999999 * unit);
	assert_int_equal(s->f[2].caplen, 90);
	assert_int_equal(s->f[2].origlen, 1500);
}

static void
test_pcap(void **state)
{
	struct seen s;

	(void)state;
	for (int be = 0; be <= 1; be++) {
		make_pcap(be, 0xa1b2c3d4);
		run_all(&s, &cap);
		check_pcap(&s, 1000);
		make_pcap(be, 0xa1b23c4d);
		run_all(&s, &cap);
		check_pcap(&s, 1);
	}
	make_modified();
	run_all(&s, &cap);
	assert_int_equal(s.n, 3);
	assert_int_equal(s.f[2].ifindex, 43);
	assert_int_equal(s.f[2].link, 113);
	assert_int_equal(s.f[2].t_ns, INT64_C(3000003000));
}

/* 12 and 14 mean raw IP; versions before 2.3 have the lengths the other way round. */
static void
test_pcap_oddities(void **state)
{
	struct seen s;

	(void)state;
	for (unsigned link = 12; link <= 14; link += 2) {
		cap_start(&cap, false);
		cap_pcap(&cap, 0xa1b2c3d4, 4, link);
		cap_record(&cap, 1, 2, 3, 3);
		run_all(&s, &cap);
		assert_int_equal(s.f[0].link, LINK_RAW);
	}
	for (unsigned minor = 2; minor <= 3; minor++) {
		cap_start(&cap, false);
		cap_pcap(&cap, 0xa1b2c3d4, minor, 1);
		cap_u32(&cap, 1);
		cap_u32(&cap, 0);
		cap_u32(&cap, 900);
		cap_u32(&cap, 4);
		cap_fill(&cap, 4, 4);
		run_all(&s, &cap);
		assert_int_equal(s.verdict, CAPFILE_END);
		assert_int_equal(s.f[0].caplen, 4);
		assert_int_equal(s.f[0].origlen, 900);
	}
}

static void
check_ng(const struct seen *s)
{
	static const struct {
		int64_t t_ns;
		unsigned caplen, ifindex, link;
	} want[] = {
		{ INT64_C(1700000000000007000), 33, 1, 1 },
		{ INT64_C(1700003600000000009), 18, 2, 113 },
		{ INT64_C(1699999995500000000), 5, 3, 101 },
		{ INT64_C(1000000000), 7, 1, 1 },
		{ INT64_C(42000000000), 1, 1, 276 },
		{ INT64_C(42000000000), 6, 1, 276 },
	};

	assert_string_equal(s->why, "");
	assert_int_equal(s->verdict, CAPFILE_END);
	assert_int_equal(s->n, 6);
	for (unsigned i = 0; i < 6; i++) {
		assert_int_equal(s->f[i].t_ns, want[i].t_ns);
		assert_int_equal(s->f[i].caplen, want[i].caplen);
		assert_int_equal(s->f[i].ifindex, want[i].ifindex);
		assert_int_equal(s->f[i].link, want[i].link);
	}
	assert_int_equal(s->f[1].origlen, 500);
	assert_int_equal(s->f[5].origlen, 1400);
}

static void
test_pcapng(void **state)
{
	struct seen s;

	(void)state;
	for (int be = 0; be <= 1; be++) {
		make_ng(be);
		run_all(&s, &cap);
		check_ng(&s);
	}
}

static int64_t
time_of(int tsresol, int64_t offset, uint64_t ts)
{
	struct seen s;

	cap_start(&cap, false);
	cap_section(&cap);
	cap_iface(&cap, 1, 0, tsresol, offset);
	cap_packet(&cap, 6, 0, ts, 1, 1);
	run_all(&s, &cap);
	assert_int_equal(s.n, 1);
	return s.f[0].t_ns;
}

/* No value of the fields may overflow a time or leave +-2^62. */
static void
test_times(void **state)
{
	(void)state;
	assert_int_equal(time_of(0, 0, 77), INT64_C(77000000000));
	assert_int_equal(time_of(3, 0, 1234), INT64_C(1234000000));
	assert_int_equal(time_of(12, 0, UINT64_C(1234567890123456)), INT64_C(1234567890123));
	assert_int_equal(time_of(0x80 | 32, 1, (UINT64_C(3) << 32) + (UINT64_C(1) << 31)), INT64_C(4500000000));
	assert_int_equal(time_of(0x80 | 63, 0, UINT64_C(1) << 62), INT64_C(500000000));
	assert_int_equal(time_of(0x80 | 64, 0, UINT64_C(1) << 63), INT64_C(500000000));
	for (int r = 0; r < 256; r++) {
		static const int64_t offset[] = { 0, 1, INT64_MAX, INT64_MIN, -1 };

		for (unsigned i = 0; i < 5; i++) {
			int64_t t = time_of(r, offset[i], UINT64_MAX);

			assert_true(t <= INT64_C(1) << 62 && t >= -(INT64_C(1) << 62));
		}
	}
}

static void
make_le(void)
{
	make_pcap(false, 0xa1b2c3d4);
}

static void
make_be(void)
{
	make_pcap(true, 0xa1b23c4d);
}

static void
make_ng_le(void)
{
	make_ng(false);
}

static void
make_ng_be(void)
{
	make_ng(true);
}

static void
make_gz(void)
{
	make_ng(false);
	gz.n = 0;
	cap_gzip(&gz, cap.b, 100);
	cap_gzip(&gz, cap.b + 100, cap.n - 100);
	memcpy(cap.b, gz.b, gz.n);
	cap.n = gz.n;
}

static void (*const make[])(void) = { make_le, make_be, make_modified, make_ng_le, make_ng_be, make_gz };

enum { MAKES = sizeof make / sizeof make[0] };

static void
test_segments(void **state)
{
	struct seen whole, s;

	(void)state;
	for (unsigned m = 0; m < MAKES; m++) {
		make[m]();
		run_all(&whole, &cap);
		assert_int_equal(whole.verdict, CAPFILE_END);
		for (size_t step = 1; step < cap.n; step++)
			for (int search = 0; search <= 1; search++) {
				run(&s, cap.b, cap.n, step, search);
				assert_memory_equal(&s, &whole, sizeof s);
			}
	}
}

/* Cut anywhere: what was whole is used, the rest is damage, and only a cut between records is none. */
static void
test_truncations(void **state)
{
	static const unsigned clean[MAKES] = { 3, 3, 3, 14, 14, 0 };
	struct seen whole, s, slow;

	(void)state;
	for (unsigned m = 0; m < MAKES; m++) {
		unsigned ends = 0;

		make[m]();
		run_all(&whole, &cap);
		for (size_t n = 0; n < cap.n; n++) {
			run(&s, cap.b, n, SIZE_MAX, false);
			run(&slow, cap.b, n, 1, false);
			assert_memory_equal(&s, &slow, sizeof s);
			assert_memory_equal(s.f, whole.f, s.n * sizeof s.f[0]);
			ends += s.verdict == CAPFILE_END;
			assert_int_equal(s.verdict == CAPFILE_END, s.why[0] == '\0');
		}
		if (clean[m] != 0)
			assert_int_equal(ends, clean[m]);
	}
}

static void
check_why(const char *want)
{
	struct seen s;

	run_all(&s, &cap);
	assert_int_equal(s.verdict, CAPFILE_DAMAGED);
	assert_string_equal(s.why, want);
}

static void
test_cut_sentences(void **state)
{
	(void)state;
	make_le();
	cap.n -= 60;
	check_why("cut inside record 3 at offset 116: 60 of 106 bytes missing");
	cap.n = 116 + 6;
	check_why("cut inside record 3 at offset 116: 10 of 16 bytes missing");
	cap.n = 10;
	check_why("ends inside the file header: 10 of 24 bytes are there");
	cap.n = 2;
	check_why("ends inside the file header, after 2 bytes");
	cap.n = 0;
	check_why("is empty");
	make_ng_le();
	cap.n = 27;
	check_why("ends inside the first section's header: 27 of 28 bytes are there");
	cap.n = 40;
	check_why("cut inside block 2 at offset 28: 12 of 24 bytes missing");
}

static void
test_pcap_lies(void **state)
{
	(void)state;
	cap_start(&cap, false);
	cap_pcap(&cap, 0xa1b2c3d4, 4, 1);
	cap_record(&cap, 1, 1, 2, 2);
	cap_u32(&cap, 1);
	cap_u32(&cap, 1);
	cap_u32(&cap, 262145);
	cap_u32(&cap, 262145);
	check_why("record 2 at offset 42 claims 262145 bytes, more than the 262144 a record can have");
	cap_start(&cap, true);
	cap_pcap(&cap, 0xa1b2c3d4, 4, 1);
	cap.b[5] = 3;
	check_why("has pcap version 3.4; 2.x can be read here");
}

static size_t
ng_with(uint32_t type)
{
	cap_start(&cap, false);
	cap_section(&cap);
	cap_iface(&cap, 1, 0, -1, 0);
	return cap_begin(&cap, type);
}

static void
patch_u32(size_t at, uint32_t v)
{
	size_t n = cap.n;

	cap.n = at;
	cap_u32(&cap, v);
	cap.n = n;
}

static void
test_pcapng_lies(void **state)
{
	size_t at;

	(void)state;
	at = ng_with(6);
	cap_fill(&cap, 0, 40);
	cap_end(&cap, at);
	patch_u32(at + 20, 21);
	check_why("block 3 at offset 52 claims a packet of 21 bytes in a block of 52");
	patch_u32(at + 20, UINT32_MAX);
	check_why("block 3 at offset 52 claims a packet of 4294967295 bytes in a block of 52");
	patch_u32(at + 20, 1);
	patch_u32(at + 8, 1);
	check_why("block 3 at offset 52 names interface 1 of 1");
	patch_u32(at + 8, 0);
	patch_u32(at + 48, 56);
	check_why("block 3 at offset 52 does not repeat its length at its end");
	patch_u32(at + 4, 0);
	check_why("block 3 at offset 52 claims a length of 0 bytes");
	patch_u32(at + 4, 51);
	check_why("block 3 at offset 52 claims a length of 51 bytes");
	patch_u32(at + 4, 0xfffffff0);
	check_why(
	    "block 3 at offset 52 claims a length of 4294967280 bytes, more than the 16 MiB a block can have here");
	patch_u32(at + 4, 16);
	patch_u32(at + 12, 16);
	check_why("block 3 at offset 52 is too short for its kind");
	cap_start(&cap, false);
	cap_section(&cap);
	cap_packet(&cap, 6, 0, 1, 1, 1);
	check_why("block 2 at offset 28 names interface 0 of 0");
	cap_start(&cap, false);
	cap_section(&cap);
	patch_u32(12, 2);
	check_why("has pcapng version 2.0; 1.x can be read here");
	cap_start(&cap, false);
	cap_section(&cap);
	cap_block(&cap, 1, "\1\0\0\0\0\0\0\0\2\0\xff\xff", 12);
	check_why("block 2 at offset 28 has interface options that run over its end");
	cap_section(&cap);
	cap.n = 28;
	cap_section(&cap);
	patch_u32(28 + 8, 0x12345678);
	check_why("block 2 at offset 28 begins a section without byte-order magic");
}

/* Blocks too large to be kept: one that is not for us, and a packet with a megabyte of comment behind it. */
static void
test_large_blocks(void **state)
{
	static const size_t steps[] = { 1000, 65536, SIZE_MAX };
	struct seen s;
	size_t at, end;

	(void)state;
	at = ng_with(0x0bad);
	cap_fill(&cap, 0, 700000);
	cap_end(&cap, at);
	at = cap_begin(&cap, 6);
	for (unsigned i = 0; i < 3; i++)
		cap_u32(&cap, 0);
	cap_u32(&cap, 262144);
	cap_u32(&cap, 262144);
	cap_fill(&cap, 0, 262144 + 500000);
	cap_end(&cap, at);
	end = cap.n;
	cap_packet(&cap, 6, 0, 5, 9, 9);
	for (unsigned i = 0; i < 3; i++) {
		run(&s, cap.b, cap.n, steps[i], false);
		assert_int_equal(s.verdict, CAPFILE_END);
		assert_int_equal(s.n, 2);
		assert_int_equal(s.f[0].caplen, 262144);
		assert_int_equal(s.f[1].caplen, 9);
	}
	run(&s, cap.b, end - 1, SIZE_MAX, false);
	assert_string_equal(s.why, "cut inside block 4 at offset 700064: 1 of 762176 bytes missing");
	assert_int_equal(s.n, 1);
	patch_u32(end - 4, 0);
	run(&s, cap.b, end, SIZE_MAX, false);
	assert_int_equal(s.verdict, CAPFILE_DAMAGED);
}

/* The largest record there is, in single bytes: linear work, or this test never ends. */
static void
test_large_record(void **state)
{
	struct seen s;

	(void)state;
	cap_start(&cap, false);
	cap_pcap(&cap, 0xa1b2c3d4, 4, 1);
	for (unsigned i = 0; i < 5; i++)
		cap_record(&cap, i, 0, 262144, 262144);
	run(&s, cap.b, cap.n, 1, false);
	assert_int_equal(s.verdict, CAPFILE_END);
	assert_int_equal(s.n, 5);
}

static void
banner(size_t n, const char *text)
{
	struct cap *c = &gz;

	make_ng_le();
	c->n = 0;
	for (size_t i = 0; i < n; i++)
		c->b[c->n++] = (uint8_t)text[i % strlen(text)];
	cap_bytes(c, cap.b, cap.n);
}

static void
test_search(void **state)
{
	static const size_t lens[] = { 0, 1, 3, 40, 4095, 4096 };
	struct seen s;

	(void)state;
	for (unsigned i = 0; i < 6; i++)
		for (size_t step = 1; step < 6000; step += 977) {
			banner(lens[i], "Last login: Sun\r\n\r\n\n\r\r\n Nov \x1b[0m ");
			run(&s, gz.b, gz.n, step, true);
			assert_int_equal(s.trimmed, lens[i]);
			check_ng(&s);
		}
	banner(4097, "x");
	run(&s, gz.b, gz.n, SIZE_MAX, true);
	assert_int_equal(s.verdict, CAPFILE_DAMAGED);
	banner(1, "x");
	run(&s, gz.b, gz.n, SIZE_MAX, false);
	assert_int_equal(s.verdict, CAPFILE_DAMAGED);
	assert_int_equal(s.n, 0);
}

/* What the other side said instead of a capture is quoted, and cannot reach the terminal as it is. */
static void
test_search_text(void **state)
{
	static const char text[] = "\r\nbash: tcpdump: \x1b]0;x\x07"
				   "command not found\r\n";
	struct seen s;

	(void)state;
	run(&s, (const uint8_t *)text, sizeof text - 1, 3, true);
	assert_int_equal(s.verdict, CAPFILE_DAMAGED);
	assert_null(strchr(s.why, 0x1b));
	cap_start(&cap, false);
	cap_bytes(&cap, "\nsudo: a terminal is required\nmore", 34);
	run(&s, cap.b, cap.n, 1, true);
	assert_string_equal(s.why, "carries text and no capture: \"sudo: a terminal is required\"");
}

static void
test_names(void **state)
{
	static const struct {
		const char *bytes, *word;
		size_t n;
	} want[] = {
		{ "GMBU\0\2xxxxxxxx", "Network Monitor", 14 },
		{ "snoop\0\0\0\0\0\0\2", "snoop", 12 },
		{ "\x28\xb5\x2f\xfdxxxxxx", "zstd", 10 },
		{ "Nov 22 14:32:07 pbx asterisk[1]: x\n", "text", 35 },
		{ "\xff\xfe\xfd\xfc\xfb", "fffefdfc", 5 },
	};
	struct seen s;

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		run(&s, (const uint8_t *)want[i].bytes, want[i].n, SIZE_MAX, false);
		assert_int_equal(s.verdict, CAPFILE_DAMAGED);
		assert_non_null(strstr(s.why, want[i].word));
	}
}

static void
test_gzip(void **state)
{
	struct seen s;
	size_t n;

	(void)state;
	make_gz();
	run_all(&s, &cap);
	check_ng(&s);
	n = cap.n;
	cap_fill(&cap, 0, 512);
	run_all(&s, &cap);
	check_ng(&s);
	cap_fill(&cap, 'x', 1);
	run_all(&s, &cap);
	assert_int_equal(s.verdict, CAPFILE_DAMAGED);
	assert_int_equal(s.n, 6);
	assert_non_null(strstr(s.why, "not gzip"));
	cap.n = n - 9;
	run_all(&s, &cap);
	assert_int_equal(s.verdict, CAPFILE_DAMAGED);
	assert_non_null(strstr(s.why, "gzip data that are cut at offset"));
	cap.n = n;
	cap.b[n - 6] ^= 1;
	run_all(&s, &cap);
	assert_int_equal(s.n, 6);
	assert_non_null(strstr(s.why, "damaged gzip data"));
}

/* Two megabytes of zeros in two kilobytes: the steps stay small and frames behind it are found. */
static void
test_gzip_steps(void **state)
{
	struct capfile *c = capfile_new(false);
	struct frame f;
	size_t at = ng_with(0x0bad), fed = 0;
	unsigned busy = 0, frames = 0;
	enum capfile_verdict v;

	(void)state;
	cap_fill(&cap, 0, 1900000);
	cap_end(&cap, at);
	cap_packet(&cap, 6, 0, 5, 9, 9);
	gz.n = 0;
	cap_gzip(&gz, cap.b, cap.n);
	assert_true(gz.n < 4096);
	while ((v = capfile_next(c, &f)) != CAPFILE_END) {
		assert_int_not_equal(v, CAPFILE_DAMAGED);
		busy += v == CAPFILE_BUSY;
		frames += v == CAPFILE_FRAME;
		if (v == CAPFILE_MORE)
			fed += feed(c, gz.b + fed, gz.n - fed, SIZE_MAX);
	}
	assert_int_equal(frames, 1);
	assert_true(busy >= 8);
	capfile_free(c);
}

/* The n-th allocation fails: a sentence or NULL, nothing lost, and without a failure all is read. */
static void
test_memory(void **state)
{
	long calls;

	(void)state;
	make_gz();
	for (long at = 1;; at++) {
		struct capfile *c;
		struct frame f;
		size_t fed = 0;
		enum capfile_verdict v = CAPFILE_MORE;

		mem_fail_at(at);
		c = capfile_new(true);
		while (c != NULL && v != CAPFILE_END && v != CAPFILE_DAMAGED) {
			v = capfile_next(c, &f);
			if (v == CAPFILE_MORE)
				fed += feed(c, cap.b + fed, cap.n - fed, 64);
		}
		if (v == CAPFILE_DAMAGED)
			assert_non_null(strstr(capfile_error(c), "memory is short"));
		capfile_free(c);
		calls = mem_calls();
		if (v == CAPFILE_END)
			break;
		assert_true(at < 100);
	}
	mem_fail_at(0);
	assert_true(calls >= 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pcap),
		cmocka_unit_test(test_pcap_oddities),
		cmocka_unit_test(test_pcapng),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_segments),
		cmocka_unit_test(test_truncations),
		cmocka_unit_test(test_cut_sentences),
		cmocka_unit_test(test_pcap_lies),
		cmocka_unit_test(test_pcapng_lies),
		cmocka_unit_test(test_large_blocks),
		cmocka_unit_test(test_large_record),
		cmocka_unit_test(test_search),
		cmocka_unit_test(test_search_text),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_gzip),
		cmocka_unit_test(test_gzip_steps),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
