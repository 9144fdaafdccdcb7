/*
 * frame6587: what is a message and what is not, the same for every way the bytes are cut; the limits of memory.
 * Each fixture runs whole, in two parts at every place, byte by byte, and cut off at every place.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "input/frame6587.h"
#include "sipwhy/mem.h"

enum { HEARD_MAX = 1 << 20 };

/* All that came of a connection: each record as "bytes\n", or "bytes~\n" when it was cut. */
struct heard {
	char *text;
	size_t len;
	unsigned records, cuts;
	uint64_t blanks;
	enum frame6587_verdict end; /* MORE: the connection lived to its end */
};

static void
heard_record(struct heard *h, const struct frame6587_record *r)
{
	assert_true(r->len <= TEXT_MAX);
	assert_true(h->len + r->len + 2 < HEARD_MAX);
	memcpy(h->text + h->len, r->data, r->len);
	h->len += r->len;
	if (r->cut)
		h->text[h->len++] = '~';
	h->text[h->len++] = '\n';
	h->records++;
	h->cuts += r->cut;
}

static void
heard_init(struct heard *h)
{
	char *text = h->text;

	if (text == NULL)
		text = malloc(HEARD_MAX);
	assert_non_null(text);
	*h = (struct heard){ .text = text, .end = FRAME6587_MORE };
}

/* Push one piece; copied to the heap, so that the sanitizer sees every byte read behind it. */
static void
feed(struct frame6587 *f, struct heard *h, const uint8_t *p, size_t n)
{
	uint8_t *copy = malloc(n > 0 ? n : 1);
	struct frame6587_record r;
	enum frame6587_verdict v;

	assert_non_null(copy);
	memcpy(copy, p, n);
	frame6587_push(f, copy, n);
	while ((v = frame6587_next(f, &r)) == FRAME6587_RECORD)
		heard_record(h, &r);
	if (v != FRAME6587_MORE)
		h->end = v;
	free(copy);
}

static void
finish(struct frame6587 *f, struct heard *h, struct frame6587_purse *purse)
{
	struct frame6587_record r;

	if (frame6587_end(f, &r))
		heard_record(h, &r);
	assert_false(frame6587_open(f));
	assert_false(frame6587_end(f, &r));
	h->blanks = f->blanks;
	frame6587_fini(f);
	assert_int_equal(purse->used, 0);
}

/* Pieces of `step` bytes, the first of `first`. */
static void
run(struct heard *h, const void *data, size_t n, size_t first, size_t step, bool counted)
{
	struct frame6587_purse purse = { 0, 1 << 20 };
	const uint8_t *p = data;
	struct frame6587 f;
	size_t k = first < n ? first : n;

	heard_init(h);
	frame6587_init(&f, &purse, counted);
	for (size_t at = 0; at < n && h->end == FRAME6587_MORE; at += k, k = step < n - at ? step : n - at)
		feed(&f, h, p + at, k);
	finish(&f, h, &purse);
}

static void
same(const struct heard *a, const struct heard *b)
{
	assert_int_equal(a->records, b->records);
	assert_int_equal(a->end, b->end);
	assert_int_equal(a->blanks, b->blanks);
	assert_int_equal(a->len, b->len);
	assert_memory_equal(a->text, b->text, a->len);
}

static struct heard one, two;

#define BYTES(s) (s), sizeof(s) - 1

static const struct fixture {
	const char *name, *data;
	size_t n;
	const char *heard;
	size_t n_heard;
	enum frame6587_verdict end;
	bool counted;
} fixtures[] = {
	{ "counted", BYTES("5 <1>ab6 <1>abc"), BYTES("<1>ab\n<1>abc\n"), FRAME6587_MORE, false },
	{ "counted, a LF behind each", BYTES("5 <1>ab\n6 <1>abc\r\n"), BYTES("<1>ab\n<1>abc\n"), FRAME6587_MORE,
	    false },
	{ "counted, with line ends inside", BYTES("9 <1>a\r\nb\n\n<2>x\n"), BYTES("<1>a\r\nb\n\n\n<2>x\n"),
	    FRAME6587_MORE, false },
	{ "lines", BYTES("<1>ab\n<2>c\r\n\n\r\n<3>d\n"), BYTES("<1>ab\n<2>c\n<3>d\n"), FRAME6587_MORE, false },
	{ "both, changing at each", BYTES("<1>a\n4 <2>b<3>c\n4 <4>d5 <5>e\nf\n"),
	    BYTES("<1>a\n<2>b\n<3>c\n<4>d\n<5>e\n\nf\n"), FRAME6587_MORE, false },
	{ "the last one without an end", BYTES("<1>a\n<2>b"), BYTES("<1>a\n<2>b~\n"), FRAME6587_MORE, false },
	{ "a count without its end", BYTES("9 <1>a"), BYTES("<1>a~\n"), FRAME6587_MORE, false },
	{ "lines that begin with a date", BYTES("2026-03-03 10:15 a\n12 Mar 2026 b\n"),
	    BYTES("2026-03-03 10:15 a\n12 Mar 2026 b\n"), FRAME6587_MORE, false },
	{ "lines that begin with a number",
	    BYTES("123: Mar 3\n1709460901.123 x\n1709460901 y\n1 2\n7\n03 Mar\n-- \n-1 x\n"),
	    BYTES("123: Mar 3\n1709460901.123 x\n1709460901 y\n1 2\n7\n03 Mar\n-- \n-1 x\n"), FRAME6587_MORE, false },
	{ "a date after counted ones", BYTES("4 <1>a2026-03-03 b\n"), BYTES("<1>a\n2026-03-03 b\n"), FRAME6587_MORE,
	    false },
	{ "a count without a priority after counted ones", BYTES("4 <1>a3 b c2 de"), BYTES("<1>a\nb c\nde\n"),
	    FRAME6587_MORE, false },
	{ "a carrier that counts always", BYTES("3 b c2 de"), BYTES("b c\nde\n"), FRAME6587_MORE, true },
	{ "a line on such a carrier", BYTES("<1>a\n12 Mar\n"), BYTES("<1>a\n12 Mar\n"), FRAME6587_MORE, true },
	{ "NUL ends what syslog(3) sends", BYTES("<1>a\0<2>b\0\0<3>c\0\n<4>d\0"), BYTES("<1>a\n<2>b\n<3>c\n<4>d\n"),
	    FRAME6587_MORE, false },
	{ "NUL inside a line does not", BYTES("<1>a\0b <c>\n"), BYTES("<1>a\0b <c>\n"), FRAME6587_MORE, false },
	{ "a digit line with NUL", BYTES("12\0<1>a\n12\n"), BYTES("12\n<1>a\n12\n"), FRAME6587_MORE, false },
	{ "nothing but line ends", BYTES("\n\r\n\0\0\n"), BYTES(""), FRAME6587_MORE, false },
	{ "nothing", BYTES(""), BYTES(""), FRAME6587_MORE, false },
	{ "count 0", BYTES("<1>a\n0 <1>b"), BYTES("<1>a\n"), FRAME6587_BAD, false },
	{ "count 0 and nothing", BYTES("0 0 0 0 "), BYTES(""), FRAME6587_BAD, false },
	{ "count -5", BYTES("4 <1>a-5 <1>b"), BYTES("<1>a\n"), FRAME6587_BAD, false },
	{ "count +5", BYTES("+5 <1>ab"), BYTES(""), FRAME6587_BAD, false },
	{ "leading zero", BYTES("04 <1>a"), BYTES(""), FRAME6587_BAD, false },
	{ "no blank", BYTES("4<1>a"), BYTES(""), FRAME6587_BAD, false },
	{ "2^31", BYTES("2147483648 <1>a"), BYTES(""), FRAME6587_BAD, false },
	{ "2^64", BYTES("18446744073709551616 <1>a"), BYTES(""), FRAME6587_BAD, false },
	{ "six digits", BYTES("100000 <1>a"), BYTES(""), FRAME6587_BAD, false },
	{ "2^32 + 4", BYTES("4 <1>a4294967300 <1>a"), BYTES("<1>a\n"), FRAME6587_BAD, false },
	{ "TLS", BYTES("\x16\x03\x01\x02\x00"), BYTES(""), FRAME6587_TLS, false },
	{ "no TLS", BYTES("\x16\x04\n\x16\x03\n"), BYTES("\x16\x04\n\x16\x03\n"), FRAME6587_MORE, false },
	{ "five digits, never filled", BYTES("99999 <1>a"), BYTES("<1>a~\n"), FRAME6587_MORE, false },
};

static void
test_fixtures(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof fixtures / sizeof fixtures[0]; i++) {
		const struct fixture *x = &fixtures[i];

		run(&one, x->data, x->n, x->n, x->n, x->counted);
		if (one.len != x->n_heard || memcmp(one.text, x->heard, one.len) != 0 || one.end != x->end)
			fail_msg("%s: heard \"%.*s\", end %d", x->name, (int)one.len, one.text, one.end);
		for (size_t cut = 1; cut <= x->n; cut++) {
			run(&two, x->data, x->n, cut, x->n, x->counted);
			same(&one, &two);
			run(&two, x->data, x->n, cut, 1, x->counted);
			same(&one, &two);
		}
	}
}

static void
test_truncations(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof fixtures / sizeof fixtures[0]; i++)
		for (size_t n = 0; n < fixtures[i].n; n++) {
			run(&one, fixtures[i].data, n, n, n, fixtures[i].counted);
			run(&two, fixtures[i].data, n, 1, 1, fixtures[i].counted);
			same(&one, &two);
		}
}

/* 10^4000 as digits: refused after a few of them, nothing held. */
static void
test_digits(void **state)
{
	char digits[4062];

	(void)state;
	memset(digits, '9', sizeof digits);
	run(&one, digits, sizeof digits, sizeof digits, 1, false);
	assert_int_equal(one.end, FRAME6587_BAD);
	assert_int_equal(one.records, 0);
	run(&two, digits, sizeof digits, 1, 1, false);
	same(&one, &two);
}

/* A line or count of `n` bytes, `over` of them above the limit, and one message behind it. */
static void
long_one(bool counted, size_t n, unsigned cuts)
{
	static const size_t steps[] = { 1, 999, 1448, 65536, 65537 };
	char *data = malloc(n + 32);
	size_t head = 0, len;

	assert_non_null(data);
	if (counted)
		head = (size_t)snprintf(data, 16, "%zu ", n);
	memset(data + head, 'a', n);
	memcpy(data + head, "<1>", 3);
	len = head + n;
	if (!counted)
		data[len++] = '\n';
	memcpy(data + len, "4 <2>b", 6);
	len += 6;
	run(&one, data, len, len, len, false);
	assert_int_equal(one.records, 2);
	assert_int_equal(one.cuts, cuts);
	assert_int_equal(one.end, FRAME6587_MORE);
	assert_int_equal(one.len, (n < TEXT_MAX ? n : TEXT_MAX) + cuts + 6);
	assert_memory_equal(one.text + one.len - 5, "<2>b\n", 5);
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		run(&two, data, len, steps[i], steps[i], false);
		same(&one, &two);
	}
	free(data);
}

static void
test_long(void **state)
{
	(void)state;
	long_one(false, TEXT_MAX - 1, 0);
	long_one(false, TEXT_MAX, 0);
	long_one(false, TEXT_MAX + 1, 1);
	long_one(false, 300000, 1);
	long_one(true, TEXT_MAX, 0);
	long_one(true, TEXT_MAX + 1, 1);
	long_one(true, 99999, 1);
}

/* What stands behind TEXT_MAX bytes is not lost when it belongs to the line's end. */
static void
test_long_with_trailers(void **state)
{
	static char data[TEXT_MAX + 8];

	(void)state;
	memset(data, 'a', TEXT_MAX);
	memcpy(data + TEXT_MAX, "\0\r\n<1>b\n", 8);
	for (size_t first = TEXT_MAX - 2; first <= sizeof data; first++) {
		run(&one, data, sizeof data, first, 1, false);
		assert_int_equal(one.records, 2);
		assert_int_equal(one.cuts, 0);
		assert_int_equal(one.len, TEXT_MAX + 1 + 5);
	}
	data[TEXT_MAX + 1] = 'x';
	for (size_t first = TEXT_MAX - 2; first <= sizeof data; first++) {
		run(&one, data, sizeof data, first, 1, false);
		assert_int_equal(one.records, 2);
		assert_int_equal(one.cuts, 1);
	}
}

/* 1 GB without a line feed, then one good line: one cut record, no memory held for the rest. */
static void
test_gigabyte(void **state)
{
	enum { BLOCK = 256 << 10 };
	static uint8_t block[BLOCK];
	struct frame6587_purse purse = { 0, 1 << 20 };
	struct frame6587 f;

	(void)state;
	memset(block, 'a', sizeof block);
	heard_init(&one);
	frame6587_init(&f, &purse, false);
	for (unsigned i = 0; i < (1 << 30) / BLOCK; i++) {
		struct frame6587_record r;

		frame6587_push(&f, block, sizeof block);
		while (frame6587_next(&f, &r) == FRAME6587_RECORD)
			heard_record(&one, &r);
		assert_true(purse.used <= TEXT_MAX);
		assert_true(i == 0 || purse.used == 0);
		assert_true(frame6587_open(&f));
	}
	feed(&f, &one, (const uint8_t *)"\n<1>b\n", 6);
	finish(&f, &one, &purse);
	assert_int_equal(one.records, 2);
	assert_int_equal(one.cuts, 1);
}

static void
test_nul_flood(void **state)
{
	enum { BLOCK = 1 << 20 };
	uint8_t *block = calloc(1, BLOCK);
	struct frame6587_purse purse = { 0, 1 << 20 };
	struct frame6587 f;

	(void)state;
	assert_non_null(block);
	heard_init(&one);
	frame6587_init(&f, &purse, false);
	for (unsigned i = 0; i < 64; i++) {
		struct frame6587_record r;

		frame6587_push(&f, block, BLOCK);
		assert_int_equal(frame6587_next(&f, &r), FRAME6587_MORE);
		assert_false(frame6587_open(&f));
	}
	free(block);
	assert_int_equal(purse.used, 0);
	assert_int_equal(f.blanks, 64u << 20);
	feed(&f, &one, (const uint8_t *)"<1>b\n", 5);
	finish(&f, &one, &purse);
	assert_int_equal(one.records, 1);
}

/* A connection that finds the purse empty goes on where it stood, when another one has given back. */
static void
test_purse(void **state)
{
	struct frame6587_purse purse = { 0, 4096 };
	struct frame6587 a, b;
	struct frame6587_record r;
	uint8_t big[3000], small[] = "<1>bc";

	(void)state;
	memset(big, 'a', sizeof big);
	frame6587_init(&a, &purse, false);
	frame6587_init(&b, &purse, false);
	frame6587_push(&a, big, sizeof big);
	assert_int_equal(frame6587_next(&a, &r), FRAME6587_MORE);
	assert_int_equal(purse.used, 4096);
	frame6587_push(&b, small, 5);
	assert_int_equal(frame6587_next(&b, &r), FRAME6587_FULL);
	assert_int_equal(frame6587_next(&b, &r), FRAME6587_FULL);
	frame6587_fini(&a);
	assert_int_equal(frame6587_next(&b, &r), FRAME6587_MORE);
	frame6587_push(&b, (const uint8_t *)"d\n", 2);
	assert_int_equal(frame6587_next(&b, &r), FRAME6587_RECORD);
	assert_int_equal(r.len, 6);
	assert_memory_equal(r.data, "<1>bcd", 6);
	assert_int_equal(frame6587_next(&b, &r), FRAME6587_MORE);
	frame6587_fini(&b);
	assert_int_equal(purse.used, 0);
}

static void
test_memory_short(void **state)
{
	struct frame6587_purse purse = { 0, 1 << 20 };
	struct frame6587 f;
	struct frame6587_record r;

	(void)state;
	frame6587_init(&f, &purse, false);
	frame6587_push(&f, (const uint8_t *)"12", 2);
	assert_int_equal(frame6587_next(&f, &r), FRAME6587_MORE);
	mem_fail_at(1);
	frame6587_push(&f, (const uint8_t *)": a", 3);
	assert_int_equal(frame6587_next(&f, &r), FRAME6587_FULL);
	mem_fail_at(0);
	assert_true(frame6587_open(&f));
	assert_int_equal(frame6587_next(&f, &r), FRAME6587_MORE);
	assert_true(frame6587_end(&f, &r));
	assert_int_equal(r.len, 5);
	assert_memory_equal(r.data, "12: a", 5);
	assert_true(r.cut);
	frame6587_fini(&f);
}

/* A message that ended in NUL waits for the next one, or for silence. */
static void
test_settle(void **state)
{
	struct frame6587_purse purse = { 0, 1 << 20 };
	struct frame6587 f;
	struct frame6587_record r;

	(void)state;
	frame6587_init(&f, &purse, false);
	frame6587_push(&f, (const uint8_t *)"<1>a", 4);
	assert_int_equal(frame6587_next(&f, &r), FRAME6587_MORE);
	assert_false(frame6587_settle(&f, &r));
	frame6587_push(&f, (const uint8_t *)"\0", 1);
	assert_int_equal(frame6587_next(&f, &r), FRAME6587_MORE);
	assert_true(frame6587_settle(&f, &r));
	assert_int_equal(r.len, 4);
	assert_false(r.cut);
	assert_false(frame6587_open(&f));
	assert_false(frame6587_settle(&f, &r));
	frame6587_push(&f, (const uint8_t *)"<2>b\n", 5);
	assert_int_equal(frame6587_next(&f, &r), FRAME6587_RECORD);
	assert_memory_equal(r.data, "<2>b", 4);
	assert_int_equal(frame6587_next(&f, &r), FRAME6587_MORE);
	frame6587_fini(&f);
}

/* A file below SIPWHY_SHARED/samples; NULL when it is not there. */
static uint8_t *
sample(const char *name, size_t *n)
{
	const char *shared = getenv("SIPWHY_SHARED"), *srcdir = getenv("srcdir");
	char path[512];
	uint8_t *data;
	FILE *f;

	if (shared != NULL)
		(void)snprintf(path, sizeof path, "%s/samples/%s", shared, name);
	else
		(void)snprintf(path, sizeof path, "%s/../shared/samples/%s", srcdir != NULL ? srcdir : ".", name);
	f = fopen(path, "rb");
	if (f == NULL) {
		print_message("# %s is not here\n", name);
		return NULL;
	}
	data = malloc(HEARD_MAX);
	assert_non_null(data);
	*n = fread(data, 1, HEARD_MAX, f);
	assert_int_equal(fclose(f), 0);
	return data;
}

static void
every_way(const uint8_t *data, size_t n)
{
	static const size_t steps[] = { 1, 2, 3, 7, 100, 1448, 4096, 65536 };

	run(&one, data, n, n, n, false);
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
		for (size_t first = 1; first <= 3 * steps[i] && first <= 300; first += 37) {
			run(&two, data, n, first, steps[i], false);
			same(&one, &two);
		}
}

/* Counts of a file that is nothing but counts. */
static unsigned
count_by_hand(const uint8_t *data, size_t n, size_t *bytes)
{
	const char *p = (const char *)data, *end = p + n;
	unsigned records = 0;

	*bytes = 0;
	while (p < end) {
		char *blank;
		unsigned long len = strtoul(p, &blank, 10);

		assert_true(*blank == ' ' && len > 0 && blank + 1 + len <= end);
		p = blank + 1 + len;
		*bytes += len;
		records++;
	}
	return records;
}

static void
test_samples(void **state)
{
	static const char *const name[] = { "logs/audiocodes-udp.octets", "logs/syslog-rfc3164-udp.octets",
		"logs/syslog-rfc3164-udp-raw.octets", "logs/syslog-rfc5424-tcp.octets",
		"logs/syslog-rfc5424-tcp-raw.octets", "logs/syslog-rfc5424-udp.octets",
		"logs/syslog-rfc5424-variants.octets" };
	size_t n, bytes;
	uint8_t *data;

	(void)state;
	for (size_t i = 0; i < sizeof name / sizeof name[0]; i++) {
		if ((data = sample(name[i], &n)) == NULL)
			continue;
		every_way(data, n);
		assert_int_equal(one.records, count_by_hand(data, n, &bytes));
		assert_int_equal(one.len, bytes + one.records);
		assert_int_equal(one.cuts, 0);
		free(data);
	}
	if ((data = sample("logs/syslog-rfc3164-tcp.lf", &n)) == NULL)
		return;
	every_way(data, n);
	assert_int_equal(one.records, 80);
	assert_int_equal(one.len, n);
	assert_memory_equal(one.text, data, n);
	free(data);
}

static void
test_hostile(void **state)
{
	static const struct {
		const char *name;
		unsigned records, cuts;
		enum frame6587_verdict end;
	} hostile[] = {
		{ "crlf-lines", 3, 0, FRAME6587_MORE },
		{ "empty-lines", 1, 0, FRAME6587_MORE },
		{ "fake-own-format", 1, 0, FRAME6587_MORE },
		{ "lf-line-256k", 2, 1, FRAME6587_MORE },
		{ "nul-in-line", 1, 0, FRAME6587_MORE },
		{ "octet-2e31", 0, 0, FRAME6587_BAD },
		{ "octet-huge-digits", 0, 0, FRAME6587_BAD },
		{ "octet-negative", 0, 0, FRAME6587_BAD },
		{ "octet-ok", 2, 0, FRAME6587_MORE },
		{ "octet-one-short", 2, 1, FRAME6587_MORE },
		{ "octet-zero", 0, 0, FRAME6587_BAD },
		{ "pri-empty", 1, 0, FRAME6587_MORE },
		{ "rfc5424-bad-sd", 1, 0, FRAME6587_MORE },
		{ "tls-client-hello-on-plain", 0, 0, FRAME6587_TLS },
	};

	(void)state;
	for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
		char path[128];
		uint8_t *data;
		size_t n;

		(void)snprintf(path, sizeof path, "hostile/syslog/%s.txt", hostile[i].name);
		if ((data = sample(path, &n)) == NULL)
			continue;
		every_way(data, n);
		if (one.records != hostile[i].records || one.cuts != hostile[i].cuts || one.end != hostile[i].end)
			fail_msg("%s: %u records, %u cut, end %d", hostile[i].name, one.records, one.cuts, one.end);
		free(data);
	}
}

static int
teardown(void **state)
{
	(void)state;
	free(one.text);
	free(two.text);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fixtures),
		cmocka_unit_test(test_truncations),
		cmocka_unit_test(test_digits),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_long_with_trailers),
		cmocka_unit_test(test_gigabyte),
		cmocka_unit_test(test_nul_flood),
		cmocka_unit_test(test_purse),
		cmocka_unit_test(test_memory_short),
		cmocka_unit_test(test_settle),
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, teardown);
}
