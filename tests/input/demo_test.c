/* demo_traffic: the same frames for the same seed, packets and messages that are well-formed, and the story they tell.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "input/demo_traffic.h"
#include "sipwhy/mem.h"

#define S INT64_C(1000000000)
#define START (INT64_C(1700000000) * S)

static uint64_t
hash_frame(uint64_t h, const struct frame *f)
{
	h = (h ^ (uint64_t)f->t_ns) * UINT64_C(0x100000001b3);
	for (uint32_t i = 0; i < f->caplen; i++)
		h = (h ^ f->data[i]) * UINT64_C(0x100000001b3);
	return h;
}

/* Ask in steps of step_ns. */
static uint64_t
hash_run(uint64_t seed, int64_t start, int64_t step_ns, unsigned *n)
{
	struct demo *d = demo_new(seed, start);
	uint64_t h = 1;
	struct frame f;

	*n = 0;
	assert_non_null(d);
	for (int64_t t = start - DEMO_PAST_NS; t <= start + 20 * S; t += step_ns)
		while (demo_next(d, t, &f)) {
			f.t_ns -= start;
			h = hash_frame(h, &f);
			++*n;
		}
	demo_free(d);
	return h;
}

static void
test_deterministic(void **state)
{
	unsigned a, b, c;
	uint64_t h = hash_run(7, START, S, &a);

	(void)state;
	assert_true(hash_run(7, START, 20 * S, &b) == h);
	assert_true(hash_run(7, START + 12345 * S, S, &c) == h);
	assert_int_equal(a, b);
	assert_int_equal(a, c);
	assert_true(hash_run(8, START, S, &b) != h);
}

static unsigned
u16(const uint8_t *p)
{
	return (unsigned)(p[0] << 8 | p[1]);
}

static unsigned
fold(const uint8_t *p, size_t n, uint32_t sum)
{
	for (size_t i = 0; i < n; i++)
		sum += (uint32_t)p[i] << (i % 2 ? 0 : 8);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

struct packet {
	char src[16], dst[16]; /* address bytes */
	unsigned alen;
	char text[2048];
	size_t n;
};

/* Every length and checksum must fit. */
static void
unwrap(struct packet *p, const struct frame *f)
{
	const uint8_t *ip = f->data, *udp;
	uint32_t pseudo;
	bool v6 = ip[0] >> 4 == 6;
	size_t head = v6 ? 40 : 20;

	assert_int_equal(f->link, LINK_RAW);
	assert_int_equal(f->caplen, f->origlen);
	assert_true(f->caplen > head + 8 && f->caplen < 1400);
	if (v6) {
		assert_int_equal(u16(ip + 4) + 40, f->caplen);
		assert_int_equal(ip[6], 17);
	} else {
		assert_int_equal(ip[0], 0x45);
		assert_int_equal(u16(ip + 2), f->caplen);
		assert_int_equal(ip[9], 17);
		assert_int_equal(fold(ip, 20, 0), 0xffff);
	}
	p->alen = v6 ? 16 : 4;
	memcpy(p->src, ip + (v6 ? 8 : 12), p->alen);
	memcpy(p->dst, ip + (v6 ? 24 : 16), p->alen);
	udp = ip + head;
	p->n = f->caplen - head - 8;
	assert_int_equal(u16(udp + 4), p->n + 8);
	pseudo = fold((uint8_t *)p->src, p->alen, fold((uint8_t *)p->dst, p->alen, (uint32_t)(17 + p->n + 8)));
	assert_int_equal(fold(udp, p->n + 8, pseudo), 0xffff);
	memcpy(p->text, udp + 8, p->n);
	p->text[p->n] = '\0';
}

static const char *
header(const char *text, const char *name)
{
	const char *end = strstr(text, "\r\n\r\n"), *at = strstr(text, name);

	return at != NULL && end != NULL && at < end && at[-1] == '\n' ? at + strlen(name) : NULL;
}

static void
check_message(const struct packet *p)
{
	static const char *const must[] = { "Via: SIP/2.0/UDP ",
		"From: ", "To: ", "Call-ID: ", "CSeq: ", "Content-Length: " };
	const char *body = strstr(p->text, "\r\n\r\n");

	assert_int_equal(strlen(p->text), p->n);
	assert_non_null(body);
	for (unsigned i = 0; i < 6; i++)
		assert_non_null(header(p->text, must[i]));
	assert_non_null(strstr(p->text, ";branch=z9hG4bK"));
	assert_int_equal(strtoul(header(p->text, "Content-Length: "), NULL, 10), strlen(body + 4));
	if (strncmp(p->text, "SIP/2.0 ", 8) == 0) {
		assert_non_null(strstr(p->text, ";received="));
		assert_non_null(header(p->text, "Server: "));
	} else {
		assert_non_null(strstr(p->text, " SIP/2.0\r\n"));
		assert_non_null(header(p->text, "Max-Forwards: "));
		assert_non_null(header(p->text, "User-Agent: "));
	}
}

/* RFC 5737, RFC 3849: nothing that could be somebody's. */
static bool
documentation(const char *a, unsigned n)
{
	if (n == 16)
		return memcmp(a, "\x20\x01\x0d\xb8", 4) == 0;
	return memcmp(a, "\xc0\x00\x02", 3) == 0 || memcmp(a, "\xc6\x33\x64", 3) == 0 ||
	    memcmp(a, "\xcb\x00\x71", 3) == 0;
}

enum { RECENT = 64 };

struct story {
	uint64_t recent[RECENT];
	unsigned code[700], minute[20], all, v6, scan, repeats, calls, answered, trouble_before, passed_on;
	int64_t t_ns;
};

/* The same bytes again within the last few messages: a retransmission. */
static bool
again(struct story *s, const struct packet *p)
{
	uint64_t h = 1;
	bool seen = false;

	for (size_t i = 0; i < p->n; i++)
		h = (h ^ (uint8_t)p->text[i]) * UINT64_C(0x100000001b3);
	for (unsigned i = 0; i < RECENT; i++)
		seen |= s->recent[i] == h;
	s->recent[s->all % RECENT] = h;
	return seen;
}

static void
tell(struct story *s, const struct packet *p, int64_t t_ns)
{
	unsigned code = (unsigned)strtoul(p->text + 8, NULL, 10);
	bool invite = strstr(header(p->text, "CSeq: "), " INVITE\r\n") != NULL;

	if (strncmp(p->text, "SIP/2.0 ", 8) != 0) {
		s->calls += strncmp(p->text, "INVITE", 6) == 0;
		s->scan += strstr(p->text, "friendly-scanner") != NULL;
		return;
	}
	assert_in_range(code, 100, 699);
	s->code[code]++;
	s->answered += code == 200 && invite;
	if (code == 503) {
		assert_non_null(strstr(p->text, "Reason: Q.850;cause=34;"));
		/* The carrier in trouble says so, and the PBX passes it on. */
		s->passed_on += memcmp(p->src, "\xc0\x00\x02\x0a", 4) == 0;
		assert_true(memcmp(p->src, "\xc6\x33\x64\x14", 4) == 0 || memcmp(p->src, "\xc0\x00\x02\x0a", 4) == 0);
		s->trouble_before += t_ns < START - 90 * S;
	}
	if (code == 488)
		assert_non_null(header(p->text, "Warning: 304 "));
	if (code == 401)
		assert_non_null(header(p->text, "WWW-Authenticate: Digest "));
}

/* Ten minutes of past and ten from the start. */
static void
test_story(void **state)
{
	static struct story s;
	struct demo *d = demo_new(1, START);
	static struct packet p;
	struct frame f;

	(void)state;
	s.t_ns = START - DEMO_PAST_NS;
	while (demo_next(d, START + 600 * S - 1, &f)) {
		assert_true(f.t_ns >= s.t_ns);
		s.t_ns = f.t_ns;
		unwrap(&p, &f);
		check_message(&p);
		assert_true(documentation(p.src, p.alen) && documentation(p.dst, p.alen));
		tell(&s, &p, f.t_ns);
		s.repeats += again(&s, &p);
		s.all++;
		s.v6 += p.alen == 16;
		s.minute[(f.t_ns - START + DEMO_PAST_NS) / (60 * S)]++;
	}
	assert_true(demo_due(d) >= START + 600 * S);
	demo_free(d);
	for (unsigned m = 0; m < 20; m++)
		assert_in_range(s.minute[m], 10 * 60, 30 * 60);
	assert_int_equal(s.trouble_before, 0);
	assert_in_range(s.code[503], 60, 400);
	assert_in_range(s.passed_on, 10, s.code[503] / 2);
	assert_in_range(s.code[486], 80, 300);
	assert_in_range(s.code[487], 100, 400);
	assert_in_range(s.code[480], 60, 250);
	assert_in_range(s.code[404], 40, 250);
	assert_in_range(s.code[403], 10, 90);
	assert_true(s.code[408] && s.code[488] && s.code[500] && s.code[502] && s.code[603]);
	assert_true(s.answered * 100 / s.calls >= 40 && s.answered * 100 / s.calls <= 80);
	assert_true(s.v6 * 100 / s.all >= 3);
	assert_in_range(s.scan, 200, 900);
	assert_true(s.repeats >= 20);
}

static void
test_memory(void **state)
{
	struct frame f;
	struct demo *d;

	(void)state;
	mem_fail_at(1);
	assert_null(demo_new(1, START));
	mem_fail_at(0);
	d = demo_new(1, START);
	mem_fail_at(1);
	assert_int_equal(demo_next(d, START, &f), 1);
	mem_fail_at(0);
	assert_true(f.caplen > 0);
	demo_free(d);
	demo_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_deterministic),
		cmocka_unit_test(test_story),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
