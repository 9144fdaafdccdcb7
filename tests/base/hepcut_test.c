/*
 * hepcut_test - HEP packets out of a stream (HEP3 rev 37): lengths cut in two, noise, gzip members back to back, gaps;
 * whatever the segments, the packets are the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "sipwhy/hepcut.h"
#include "sipwhy/mem.h"

/* Packets of 6, 16 and 20 bytes. */
#define P6 "HEP3\0\6"
#define P16 "HEP3\0\20\0\0\0\17\0\12abcd"
#define P20 "EEP3\0\24\0\0\0\17\0\16efgh1234"

struct stream {
	char b[200000];
	size_t n;
};

static void
stream_add(struct stream *s, const char *p, size_t n)
{
	assert_true(s->n + n <= sizeof s->b);
	memcpy(s->b + s->n, p, n);
	s->n += n;
}

/* A gzip member of n bytes, which begin with a packet. */
static void
stream_zip(struct stream *s, size_t n)
{
	static char plain[100000];
	z_stream z = { 0 };
	uint32_t seed = 1;

	assert_true(n <= sizeof plain);
	for (size_t i = 0; i < n; i++) {
		seed = seed * 1664525 + 1013904223;
		plain[i] = (char)(seed >> 28);
	}
	memcpy(plain, P16, 16);
	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 31, 9, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (Bytef *)plain;
	z.avail_in = (uInt)n;
	z.next_out = (Bytef *)s->b + s->n;
	z.avail_out = (uInt)(sizeof s->b - s->n);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	s->n = sizeof s->b - z.avail_out;
	deflateEnd(&z);
}

/* "length," of each packet, "!" before a cut one; then what was counted. */
static void
stream_read(const struct stream *s, size_t segment, size_t max, char *out, size_t cap)
{
	struct hepcut c = { .max = max };
	struct hepcut_step step;
	size_t from = 0, to = 0;
	bool end = false;

	*out = '\0';
	while (!end) {
		end = to == s->n;
		to = s->n - to < segment ? s->n : to + segment;
		do {
			/* A block of exactly this size: the sanitizer sees the first byte read too far. */
			char *copy = malloc(to - from + 1);
			size_t at = strlen(out);

			assert_non_null(copy);
			memcpy(copy, s->b + from, to - from);
			step = hepcut_next(&c, (struct slice){ copy, to - from }, end);
			free(copy);
			from += step.eat;
			if (step.ready)
				snprintf(out + at, cap - at, "%s%zu:%02x,", step.cut ? "!" : "", step.len,
				    (unsigned char)s->b[from + step.len - 1]);
			from += step.len;
			assert_true(from <= to && to - from <= HEPCUT_MAX);
		} while (step.ready);
	}
	assert_int_equal(from, s->n);
	assert_int_equal(hepcut_bytes(&c), 0);
	snprintf(out + strlen(out), cap - strlen(out), "skipped %llu lost %u cut %u damaged %u",
	    (unsigned long long)c.skipped, c.lost, c.cut, c.damaged);
	hepcut_fini(&c);
}

static void
stream_expect(const struct stream *s, const char *want)
{
	static const size_t segments[] = { 1, 2, 3, 5, 7, 11, 13, 64, 1000, SIZE_MAX };
	char out[4096];

	for (size_t i = 0; i < sizeof segments / sizeof *segments; i++) {
		stream_read(s, segments[i], 0, out, sizeof out);
		assert_string_equal(out, want);
	}
}

#define ADD(s, text) stream_add(s, text, sizeof(text) - 1)

static void
test_packets(void **state)
{
	static struct stream s;

	(void)state;
	s.n = 0;
	ADD(&s, P16 P20 P6 P16);
	stream_expect(&s, "16:64,20:34,6:06,16:64,skipped 0 lost 0 cut 0 damaged 0");
}

static void
test_noise(void **state)
{
	static const struct {
		const char *p;
		size_t n;
		const char *want;
	} rows[] = {
#define ROW(text, want) { text, sizeof(text) - 1, want }
		ROW("garbage" P16 P20, "16:64,20:34,skipped 7 lost 1 cut 0 damaged 0"),
		ROW(P16 "HEHEP" P20, "16:64,20:34,skipped 5 lost 1 cut 0 damaged 0"),
		/* The length is below the header; the packet behind is whole. */
		ROW("HEP3\0\5" P16, "16:64,skipped 6 lost 1 cut 0 damaged 0"),
		/* In the middle of something the first chunk must make sense too. */
		ROW("xHEP3\0\20\1\1\0\17\0\12abcd" P16, "16:64,skipped 17 lost 1 cut 0 damaged 0"),
		ROW("xHEP3\0\20\0\0\0\17\0\13abcd" P16, "16:64,skipped 17 lost 1 cut 0 damaged 0"),
		ROW("xHEP3\0\20\0\0\0\17\0\5abcd" P16, "16:64,skipped 17 lost 1 cut 0 damaged 0"),
		ROW(P16 "HEP3\0\377\0\0\0\17\0\12abcd", "16:64,!16:64,skipped 0 lost 0 cut 1 damaged 0"),
		ROW(P16 "HEP3\0\377\0\0", "16:64,skipped 8 lost 0 cut 1 damaged 0"),
		ROW(P16 "HEP", "16:64,skipped 3 lost 0 cut 1 damaged 0"),
		ROW("GET / HTTP/1.1\r\n\r\n", "skipped 18 lost 1 cut 0 damaged 0"),
		ROW("", "skipped 0 lost 0 cut 0 damaged 0"),
	};
	static struct stream s;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		s.n = 0;
		stream_add(&s, rows[i].p, rows[i].n);
		stream_expect(&s, rows[i].want);
	}
}

/* What stands in the stream from `from` on, as stream_read names it. */
static void
stream_want(char *out, size_t cap, const struct stream *s, size_t from)
{
	size_t at = strlen(out);

	snprintf(out + at, cap - at, "%zu:%02x,", s->n - from, (unsigned char)s->b[s->n - 1]);
}

static void
stream_finish_want(char *out, size_t cap, const char *counts)
{
	size_t at = strlen(out);

	snprintf(out + at, cap - at, "%s", counts);
}

/* heplify: gzip members without a length, and packets that are not compressed between them. */
static void
test_zipped(void **state)
{
	static const size_t sizes[] = { 100, 16, 0, 5000, 20000, 0 };
	static struct stream s;
	char want[256] = "";

	(void)state;
	s.n = 0;
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		size_t from = s.n;

		if (sizes[i])
			stream_zip(&s, sizes[i]);
		else
			ADD(&s, P16);
		stream_want(want, sizeof want, &s, from);
	}
	stream_finish_want(want, sizeof want, "skipped 0 lost 0 cut 0 damaged 0");
	stream_expect(&s, want);
}

/* A member that is damaged, or becomes too large, is passed over byte by byte until the next one. */
static void
test_zipped_badly(void **state)
{
	static struct stream s;
	char want[256] = "", out[256];
	size_t bad, from;

	(void)state;
	s.n = 0;
	stream_zip(&s, 100);
	stream_want(want, sizeof want, &s, 0);
	bad = s.n;
	stream_zip(&s, 3000);
	s.b[bad + 10] = 7; /* a block type that is none */
	from = s.n;
	stream_zip(&s, 50);
	stream_want(want, sizeof want, &s, from);
	snprintf(out, sizeof out, "skipped %zu lost 1 cut 0 damaged 1", from - bad);
	stream_finish_want(want, sizeof want, out);
	stream_expect(&s, want);
	for (size_t segment = 1; segment < 5000; segment *= 3) {
		s.n = 0;
		stream_zip(&s, 1001);
		bad = s.n;
		stream_zip(&s, 1000);
		want[0] = '\0';
		stream_want(want, sizeof want, &s, bad);
		snprintf(out, sizeof out, "skipped %zu lost 1 cut 0 damaged 1", bad);
		stream_finish_want(want, sizeof want, out);
		stream_read(&s, segment, 1000, out, sizeof out);
		assert_string_equal(out, want);
	}
}

/* No member takes more than 65,535 bytes, however it goes on. */
static void
test_zip_without_end(void **state)
{
	static struct stream s;
	struct hepcut c = { .max = 10000000 };
	struct hepcut_step step;

	(void)state;
	s.n = 0;
	/* Stored blocks: the member is as long as what is in it. */
	ADD(&s, "\x1f\x8b\x08\0\0\0\0\0\0\3");
	while (s.n < 100000) {
		ADD(&s, "\0\350\3\27\374");
		memset(s.b + s.n, 'x', 1000);
		s.n += 1000;
	}
	step = hepcut_next(&c, (struct slice){ s.b, 65534 }, false);
	assert_int_equal(step.eat + step.len, 0);
	assert_int_equal(hepcut_bytes(&c), INFLATE_BYTES);
	step = hepcut_next(&c, (struct slice){ s.b, s.n }, false);
	assert_int_equal(step.eat, s.n);
	assert_int_equal(c.damaged, 1);
	assert_int_equal(hepcut_bytes(&c), 0);
	hepcut_fini(&c);
}

/* Members within members, each of which shows only at its end that it is none: a few are tried, packets still come. */
static void
test_strikes(void **state)
{
	static struct stream s;
	struct hepcut c = { 0 };
	struct hepcut_step step;
	size_t at;

	(void)state;
	s.n = 0;
	while (s.n < 30000)
		/* A stored block of 1,000 bytes: the next members, and then no block. */
		ADD(&s, "\x1f\x8b\x08\0\0\0\0\0\0\3\0\350\3\27\374");
	memset(s.b + s.n, 0xff, 2000);
	s.n += 2000;
	at = s.n;
	stream_zip(&s, 100);
	ADD(&s, P16);
	step = hepcut_next(&c, (struct slice){ s.b, s.n }, false);
	assert_int_equal(c.damaged, 4);
	assert_true(step.ready && step.len == 16 && step.eat == s.n - 16);
	/* Good packets make up for it. */
	for (int i = 0; i < 64; i++)
		assert_true(hepcut_next(&c, (struct slice){ P16, 16 }, false).ready);
	step = hepcut_next(&c, (struct slice){ s.b + at, s.n - at }, false);
	assert_true(step.ready && step.len == s.n - at - 16);
	hepcut_fini(&c);
}

/* Bytes that never came: inside a packet only that one is lost. */
static void
test_gap(void **state)
{
	static const struct {
		size_t have, lost;
		const char *then, *want;
	} rows[] = {
		{ 14, 1, "d" P20, "!14 eat 0 then 1 20" },
		{ 14, 2, P20, "!14 eat 0 then 0 20" },
		{ 7, 9, P20, " 0 eat 7 then 0 20" },
		{ 14, 3, "34" P20, "!14 eat 0 then 2 20" },
		{ 3, 13, P20, " 0 eat 3 then 0 20" },
		{ 14, 100000, "x" P20, "!14 eat 0 then 1 20" },
		{ 0, 16, P20, " 0 eat 0 then 0 20" },
	};
	char got[64];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct hepcut c = { 0 };
		struct hepcut_step gap, next;
		size_t n = rows[i].have, then = strchr(rows[i].then, 'E') - rows[i].then + 20;

		next = hepcut_next(&c, (struct slice){ P16, n }, false);
		assert_false(next.ready);
		gap = hepcut_gap(&c, (struct slice){ P16, n }, rows[i].lost);
		next = hepcut_next(&c, (struct slice){ rows[i].then, then }, false);
		snprintf(got, sizeof got, "%s%zu eat %zu then %zu %zu", gap.cut ? "!" : " ", gap.len, gap.eat, next.eat,
		    next.len);
		assert_string_equal(got, rows[i].want);
		hepcut_fini(&c);
	}
}

/* Short memory is a member that could not be read. */
static void
test_memory(void **state)
{
	static struct stream s;

	(void)state;
	s.n = 0;
	stream_zip(&s, 3000);
	for (long fail = 1; fail <= 2; fail++) {
		struct hepcut c = { 0 };

		mem_fail_at(fail);
		hepcut_next(&c, (struct slice){ s.b, s.n }, false);
		mem_fail_at(0);
		assert_int_equal(c.damaged, 1);
		assert_int_equal(hepcut_bytes(&c), 0);
		hepcut_fini(&c);
	}
}

/* The hostile streams: whole packets come out whatever stands between them. */
static void
test_samples(void **state)
{
	static const struct {
		const char *name, *want;
	} rows[] = { { "tcp-length-5-then-ok", "308:0a,skipped 6 lost 1 cut 0 damaged 0" },
		{ "tcp-ok-then-cut", "308:0a,!154:" } };
	const char *shared = getenv("SIPWHY_SHARED"), *top = getenv("srcdir");
	static struct stream s;
	char path[512], out[512];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		FILE *in;

		snprintf(path, sizeof path, "%s%s/samples/hostile/hep/%s.stream",
		    shared    ? shared
			: top ? top
			      : ".",
		    shared ? "" : "/../shared", rows[i].name);
		in = fopen(path, "rb");
		if (in == NULL) {
			print_message("%s is not there\n", path);
			return;
		}
		s.n = fread(s.b, 1, sizeof s.b, in);
		fclose(in);
		for (size_t segment = 1; segment <= s.n; segment++) {
			stream_read(&s, segment, 0, out, sizeof out);
			assert_memory_equal(out, rows[i].want, strlen(rows[i].want));
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_packets), cmocka_unit_test(test_noise),
		cmocka_unit_test(test_zipped), cmocka_unit_test(test_zipped_badly),
		cmocka_unit_test(test_zip_without_end), cmocka_unit_test(test_strikes), cmocka_unit_test(test_gap),
		cmocka_unit_test(test_memory), cmocka_unit_test(test_samples) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
