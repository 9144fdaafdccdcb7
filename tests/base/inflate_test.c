/*
 * inflate_test - members of three forms, cut anywhere, damaged, and larger than allowed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "sipwhy/inflate.h"
#include "sipwhy/mem.h"

static char plain[30000];
static uint8_t zip[40000];

static size_t
inflate_deflate(int bits, size_t n)
{
	z_stream z = { 0 };

	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, bits, 9, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (Bytef *)plain;
	z.avail_in = (uInt)n;
	z.next_out = zip;
	z.avail_out = sizeof zip;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return sizeof zip - z.avail_out;
}

/* Half a byte of chance in each byte, which shrinks as text does. */
static size_t
inflate_pack(int bits, size_t n)
{
	uint32_t seed = 1;

	for (size_t i = 0; i < sizeof plain; i++) {
		seed = seed * 1664525 + 1013904223;
		plain[i] = (char)(seed >> 28);
	}
	return inflate_deflate(bits, n);
}

static size_t
inflate_zeros(size_t n)
{
	memset(plain, 0, sizeof plain);
	return inflate_deflate(31, n);
}

static struct slice
inflate_in(size_t n)
{
	return (struct slice){ (const char *)zip, n };
}

/* zlib, gzip and no header, with bytes behind the end; one byte over the limit is too large. */
static void
test_forms(void **state)
{
	static const int forms[] = { 15, 31, -15 };
	struct inflate *z = inflate_new();
	struct buf out, small;
	size_t used;

	(void)state;
	assert_non_null(z);
	buf_init(&out, sizeof plain);
	buf_init(&small, sizeof plain - 1);
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		size_t n = inflate_pack(forms[i], sizeof plain);

		assert_int_equal(inflate_whole(z, inflate_in(n + 20), SIZE_MAX, &used, &out), INFLATE_END);
		assert_int_equal(used, n);
		assert_true(slice_eq(buf_slice(&out), (struct slice){ plain, sizeof plain }));
		assert_int_equal(inflate_whole(z, inflate_in(n), SIZE_MAX, &used, &small), INFLATE_LARGE);
		assert_true(slice_eq(buf_slice(&small), (struct slice){ plain, sizeof plain - 1 }));
	}
	buf_fini(&out);
	buf_fini(&small);
	inflate_free(z);
}

/* Every length is the begin of the whole, and none of them is its end. */
static void
test_truncated(void **state)
{
	struct inflate *z = inflate_new();
	size_t n = inflate_pack(31, 500), used;
	struct buf out;

	(void)state;
	assert_non_null(z);
	buf_init(&out, 1000);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(inflate_whole(z, inflate_in(i), SIZE_MAX, &used, &out), INFLATE_MORE);
		assert_int_equal(used, i);
		assert_true(out.len <= 500);
		assert_memory_equal(out.len ? out.data : plain, plain, out.len);
	}
	/* The same byte by byte. */
	assert_true(inflate_begin(z, INFLATE_HEADED, 500));
	for (size_t i = 0; i < n; i++)
		assert_int_equal(inflate_feed(z, (struct slice){ (const char *)zip + i, 1 }, &used, NULL),
		    i + 1 < n ? INFLATE_MORE : INFLATE_END);
	buf_fini(&out);
	inflate_free(z);
}

static void
test_damaged(void **state)
{
	struct inflate *z = inflate_new();
	size_t n = inflate_pack(15, 500), used;
	struct buf out;

	(void)state;
	assert_non_null(z);
	buf_init(&out, 1000);
	zip[n - 1] ^= 1;
	assert_int_equal(inflate_whole(z, inflate_in(n), SIZE_MAX, &used, &out), INFLATE_BAD);
	memset(zip, 0xff, 10);
	assert_int_equal(inflate_whole(z, inflate_in(10), SIZE_MAX, &used, &out), INFLATE_BAD);
	assert_int_equal(out.len, 0);
	buf_fini(&out);
	inflate_free(z);
}

/* Bombs are told by their ratio, whole or in pieces, however much is allowed; what is small may shrink to anything. */
static void
test_bomb(void **state)
{
	static const struct {
		size_t n;
		enum inflate_verdict want;
	} rows[] = { { 1000, INFLATE_END }, { 5000, INFLATE_LARGE }, { 30000, INFLATE_LARGE } };
	struct inflate *z = inflate_new();
	struct buf out;
	size_t used;

	(void)state;
	assert_non_null(z);
	buf_init(&out, 100000);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t n = inflate_zeros(rows[i].n);

		assert_int_equal(inflate_whole(z, inflate_in(n), SIZE_MAX, &used, &out), rows[i].want);
		assert_true(out.len <= 1024 + 32 * n);
		assert_true(inflate_begin(z, INFLATE_HEADED, 100000));
		assert_int_equal(inflate_feed(z, inflate_in(n), &used, NULL), rows[i].want);
		assert_int_equal(used, n);
	}
	assert_int_equal(inflate_whole(z, inflate_in(inflate_pack(15, 500)), 499, &used, &out), INFLATE_LARGE);
	assert_int_equal(out.len, 499);
	buf_fini(&out);
	inflate_free(z);
}

static void
test_memory(void **state)
{
	size_t n = inflate_pack(15, 30000), used;
	bool failed = true;
	long fail;

	(void)state;
	for (fail = 1; failed; fail++) {
		struct inflate *z;
		struct buf out;
		enum inflate_verdict v = INFLATE_MEMORY;

		buf_init(&out, 30000);
		mem_fail_at(fail);
		z = inflate_new();
		if (z != NULL)
			v = inflate_whole(z, inflate_in(n), SIZE_MAX, &used, &out);
		failed = mem_calls() >= fail;
		mem_fail_at(0);
		assert_int_equal(v, failed ? INFLATE_MEMORY : INFLATE_END);
		buf_fini(&out);
		inflate_free(z);
	}
	assert_true(fail > 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_forms), cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_damaged), cmocka_unit_test(test_bomb), cmocka_unit_test(test_memory) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
