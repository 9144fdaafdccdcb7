/*
 * sipframe_test - start lines, Content-Length and the framing of streams (RFC 3261 7, 18.3), byte by byte and whole.
 */
#include "build.h"

#include "wire/sipframe.h"

static enum sipframe_start
start_of(const char *s, unsigned how)
{
	size_t n = strlen(s);
	char *copy = malloc(n + 1);
	enum sipframe_start r;

	assert_non_null(copy);
	memcpy(copy, s, n);
	r = sipframe_start((struct slice){ copy, n }, how);
	free(copy);
	return r;
}

static void
test_start_lines(void **state)
{
	static const char *const yes[] = {
		"SIP/2.0 200 OK\r\n",
		"sip/2.0 404",
		"SIP/2.0 700 x",
		"SIP/2.0 4294967699 x",
		"SIP/9.9 403 x",
		"SIP/2",
		"INVITE sip:a@b SIP/2.0\r\n",
		"INVITE sip:a@b SIP/2.0\n",
		"INVITE sip:a@b SIP/2.0\rVia: x",
		"x-y.z! tel:1 sip/2.0",
		"INVITE sip:a b@c SIP/2.0\r\n",
	};
	static const char *const no[] = {
		"",
		"GET / HTTP/1.1\r\n",
		"INVITE sip:a@b HTTP/2.0\r\n",
		"INVITE  SIP/2.0\r\n",
		"INVITE SIP/2.0\r\n",
		"SIP/x",
		"SIP 2.0 200 OK",
		"<134>1 SIP/2.0",
		"\x80\x60rtp",
		"REGISTER",
		"Via: SIP/2.0/UDP a SIP/2.0\r\n",
		" SIP/2.0 200 OK",
		"OPTIONS sip:a SIP/2.0 x\r\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
		print_message("# yes %zu\n", i);
		assert_int_equal(start_of(yes[i], SIPFRAME_WHOLE), SIPFRAME_YES);
	}
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
		print_message("# no %zu\n", i);
		assert_int_equal(start_of(no[i], SIPFRAME_WHOLE), SIPFRAME_NO);
	}
}

/* A guess inside a stream: exact form, and a header must follow. */
static void
test_strict_start_lines(void **state)
{
	static const struct {
		const char *s;
		enum sipframe_start r;
	} cases[] = {
		{ "SIP/2.0 200 OK\r\nVia: x", SIPFRAME_YES },
		{ "SIP/2.0 200\r\nv :x", SIPFRAME_YES },
		{ "SIP/2.0 200 OK\r\n", SIPFRAME_PERHAPS },
		{ "SIP/2.0 200 OK\r\nVia", SIPFRAME_PERHAPS },
		{ "SIP/2.0 20", SIPFRAME_PERHAPS },
		{ "SIP/2.0 200 OK\r\n\r\n", SIPFRAME_NO },
		{ "SIP/2.0 200 OK\r\nSIP/2.0 200 OK\r\n", SIPFRAME_NO },
		{ "SIP/2.0 2000 OK\r\nVia: x", SIPFRAME_NO },
		{ "SIP/3.0 200 OK\r\nVia: x", SIPFRAME_NO },
		{ "ACK sip:a SIP/2.0\r\nVia: x", SIPFRAME_YES },
		{ "ACK sip:a SIP/2.0\r\nACK sip:b SIP/2.0\r\n", SIPFRAME_NO },
		{ "ACK a SIP/2.0\r\nVia: x", SIPFRAME_NO },
		{ "ACK sip:a b SIP/2.0\r\nVia: x", SIPFRAME_NO },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("# case %zu\n", i);
		assert_int_equal(start_of(cases[i].s, SIPFRAME_STRICT), cases[i].r);
	}
}

/* Every beginning of a good line is still possible, none is refused. */
static void
test_start_truncations(void **state)
{
	static const char *const lines[] = { "SIP/2.0 404 Not Found\r\nVia: x\r\n",
		"SUBSCRIBE sip:a@b SIP/2.0\r\nVia: x\r\n" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		for (size_t n = 1; n < strlen(lines[i]); n++) {
			struct slice s = { lines[i], n };

			assert_int_not_equal(sipframe_start(s, 0), SIPFRAME_NO);
			assert_int_not_equal(sipframe_start(s, SIPFRAME_STRICT), SIPFRAME_NO);
		}
	}
}

static void
test_line_without_end_is_refused(void **state)
{
	char *s = malloc(SIPFRAME_LINE_MAX + 1);

	(void)state;
	assert_non_null(s);
	memset(s, 'a', SIPFRAME_LINE_MAX + 1);
	memcpy(s, "INVITE ", 7);
	assert_int_equal(sipframe_start((struct slice){ s, SIPFRAME_LINE_MAX + 1 }, 0), SIPFRAME_NO);
	memcpy(s, "SIP/2.0 200 ", 12);
	assert_int_equal(sipframe_start((struct slice){ s, SIPFRAME_LINE_MAX }, SIPFRAME_STRICT), SIPFRAME_NO);
	free(s);
}

#define HEAD "SIP/2.0 200 OK\r\nVia: x\r\n"

static void
test_content_length(void **state)
{
	static const struct {
		const char *s;
		enum sipframe_length r;
		uint64_t v;
	} cases[] = {
		{ HEAD "\r\n", SIPFRAME_LENGTH_NONE, 0 },
		{ HEAD "Content-Length: 12\r\n\r\n", SIPFRAME_LENGTH_OK, 12 },
		{ HEAD "CONTENT-length\t : 0012 \r\n\r\n", SIPFRAME_LENGTH_OK, 12 },
		{ HEAD "l: 7\r\n\r\n", SIPFRAME_LENGTH_OK, 7 },
		{ HEAD "L:\r\n\t7\r\n\r\n", SIPFRAME_LENGTH_OK, 7 },
		{ HEAD "l: 7\nContent-Length: 7\n\n", SIPFRAME_LENGTH_OK, 7 },
		{ HEAD "l: 7\r\nl: 8\r\n\r\n", SIPFRAME_LENGTH_BAD, 0 },
		{ HEAD "l: -1\r\n\r\n", SIPFRAME_LENGTH_BAD, 0 },
		{ HEAD "l: \r\n\r\n", SIPFRAME_LENGTH_BAD, 0 },
		{ HEAD "l: 1 2\r\n\r\n", SIPFRAME_LENGTH_BAD, 0 },
		{ HEAD "l: x\r\nl: 3\r\n\r\n", SIPFRAME_LENGTH_BAD, 0 },
		{ HEAD "l: 18446744073709551617\r\n\r\n", SIPFRAME_LENGTH_OK, UINT32_MAX },
		{ HEAD "Location: 5\r\nContent-Lengths: 4\r\nX-Content-Length: 3\r\n\r\n", SIPFRAME_LENGTH_NONE, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct slice s = { cases[i].s, strlen(cases[i].s) };
		enum sipframe_length r;
		uint64_t v;
		size_t head;

		print_message("# case %zu\n", i);
		r = sipframe_head(s, &head, &v);
		assert_int_equal(r, cases[i].r);
		assert_int_equal(head, s.n);
		if (r == SIPFRAME_LENGTH_OK)
			assert_int_equal(v, cases[i].v);
	}
}

/* Run a stream through in pieces of `step` bytes; the messages as text. */
static void
frame_run(const char *p, size_t total, size_t step, char *out, size_t cap, struct sipframe *f)
{
	size_t at = 0, have = 0;

	*f = (struct sipframe){ 0 };
	out[0] = 0;
	while (at + have <= total) {
		bool end = at + have == total;
		struct sipframe_step st;
		/* A copy of exactly the unread bytes, so that a look behind them is seen. */
		char *copy = malloc(have ? have : 1);

		assert_non_null(copy);
		memcpy(copy, p + at, have);
		st = sipframe_next(f, (struct slice){ copy, have }, end);
		free(copy);
		assert_true(st.eat + (st.ready ? st.len : 0) <= have);
		at += st.eat;
		have -= st.eat;
		if (st.ready) {
			size_t n = strlen(out);

			snprintf(out + n, cap - n, "%s%.11s=%zu;", st.cut ? "!" : "", p + at, st.len);
			at += st.len;
			have -= st.len;
			continue;
		}
		if (end)
			break;
		have += total - at - have < step ? total - at - have : step;
	}
}

struct frame_case {
	const char *what, *stream, *messages;
	unsigned resyncs, oversize;
};

static const struct frame_case frame_cases[] = {
	{ "plain", "SIP/2.0 200 OK\r\nl: 0\r\n\r\nSIP/2.0 404 x\r\nl: 2\r\n\r\nhiSIP/2.0 500 x\r\nl:0\r\n\r\n",
	    "SIP/2.0 200=24;SIP/2.0 404=25;SIP/2.0 500=22;", 0, 0 },
	{ "keep-alives, glued too",
	    "\r\n\r\nSIP/2.0 200 OK\r\nl: 2\r\n\r\nhi\r\n\r\n\r\nSIP/2.0 404 x\r\nl: 0\r\n\r\n\r\n",
	    "SIP/2.0 200=26;SIP/2.0 404=23;", 0, 0 },
	{ "no length means no body", "SIP/2.0 200 OK\r\nVia: x\r\n\r\nSIP/2.0 404 x\r\nVia: y\r\n\r\n",
	    "SIP/2.0 200=26;SIP/2.0 404=25;", 0, 0 },
	{ "bare LF", "SIP/2.0 200 OK\nl: 2\n\nhiSIP/2.0 404 x\nl:0\n\n", "SIP/2.0 200=23;SIP/2.0 404=19;", 0, 0 },
	{ "status line in a body",
	    "NOTIFY sip:a SIP/2.0\r\nl: 24\r\n\r\nSIP/2.0 486 Busy\r\nV: x\r\nSIP/2.0 404 x\r\nl:0\r\n\r\n",
	    "NOTIFY sip:=55;SIP/2.0 404=22;", 0, 0 },
	{ "bad length: headers alone, then search",
	    "SIP/2.0 200 OK\r\nl: -5\r\n\r\nbody\r\nSIP/2.0 404 x\r\nl: 0\r\n\r\n", "!SIP/2.0 200=25;SIP/2.0 404=23;",
	    1, 0 },
	{ "two lengths", "SIP/2.0 200 OK\r\nl: 1\r\nl: 2\r\n\r\nSIP/2.0 404 x\r\nl: 0\r\n\r\n",
	    "!SIP/2.0 200=30;SIP/2.0 404=23;", 1, 0 },
	{ "absurd length", "SIP/2.0 200 OK\r\nl: 4294967295\r\n\r\nx\r\nSIP/2.0 404 x\r\nl: 0\r\n\r\n",
	    "!SIP/2.0 200=33;SIP/2.0 404=23;", 1, 1 },
	{ "start in the middle of headers",
	    "h;rport\r\nl: 2\r\n\r\nhiSIP/2.0 404 x\r\nl: 0\r\n\r\nSIP/2.0 500 x\r\nl: 0\r\n\r\n", "SIP/2.0 500=23;", 0,
	    0 },
	{ "start in a body", "m=audio 1\r\nSIP/2.0 404 x\r\nl: 0\r\n\r\n", "SIP/2.0 404=23;", 0, 0 },
	{ "start in a body that quotes SIP", "xyz\r\nSIP/2.0 200 OK\r\nSIP/2.0 404 x\r\nl: 0\r\n\r\n",
	    "SIP/2.0 404=23;", 0, 0 },
	{ "log lines that quote SIP", "<1> got\nSIP/2.0 200 OK\nVia: x\n\n", "", 0, 0 },
	{ "garbage between", "SIP/2.0 200 OK\r\nl: 0\r\n\r\n?? what\r\nSIP/2.0 404 x\r\nl: 0\r\n\r\n",
	    "SIP/2.0 200=24;SIP/2.0 404=23;", 1, 0 },
	{ "headers without an end", "SIP/2.0 200 OK\r\nVia: x\r\nSIP/2.0 404 x\r\nl: 0\r\n\r\n",
	    "!SIP/2.0 200=24;SIP/2.0 404=23;", 1, 0 },
	{ "ends in a body", "SIP/2.0 200 OK\r\nl: 9\r\n\r\nhi", "!SIP/2.0 200=26;", 0, 0 },
	{ "ends in headers", "SIP/2.0 200 OK\r\nVi", "!SIP/2.0 200=18;", 0, 0 },
	{ "ends before it is SIP", "SUBSCRIBE sip:", "", 0, 0 },
};

static void
test_framing_any_segments(void **state)
{
	char out[512];

	(void)state;
	for (size_t i = 0; i < sizeof(frame_cases) / sizeof(frame_cases[0]); i++) {
		const struct frame_case *c = &frame_cases[i];
		size_t n = strlen(c->stream);

		print_message("# %s\n", c->what);
		for (size_t step = 1; step <= n; step++) {
			struct sipframe f;

			frame_run(c->stream, n, step, out, sizeof(out), &f);
			assert_string_equal(out, c->messages);
			assert_int_equal(f.resyncs, c->resyncs);
			assert_int_equal(f.oversize, c->oversize);
		}
	}
}

/* No input is too short for the framing to come to rest. */
static void
test_framing_truncations(void **state)
{
	char out[512];

	(void)state;
	for (size_t i = 0; i < sizeof(frame_cases) / sizeof(frame_cases[0]); i++) {
		for (size_t n = 0; n < strlen(frame_cases[i].stream); n++) {
			struct sipframe one, whole;
			char again[512];

			frame_run(frame_cases[i].stream, n, 1, out, sizeof(out), &one);
			frame_run(frame_cases[i].stream, n, n + 1, again, sizeof(again), &whole);
			assert_string_equal(out, again);
		}
	}
}

static void
test_endless_headers(void **state)
{
	size_t n = 100000;
	char *s = malloc(n), out[512];
	struct sipframe f;

	(void)state;
	assert_non_null(s);
	memset(s, 'a', n);
	memcpy(s, "SIP/2.0 200 OK\r\n", 16);
	frame_run(s, n, 999, out, sizeof(out), &f);
	assert_int_equal(f.oversize, 1);
	assert_int_equal(strncmp(out, "!SIP/2.0 200=6", 14), 0);
	free(s);
}

/* A gap inside a body of known length needs no search; a longer one does. */
static void
test_gap(void **state)
{
	static const char head[] = "SIP/2.0 200 OK\r\nl: 10\r\n\r\nabc";
	static const struct {
		uint64_t lost;
		const char *rest, *message;
	} cases[] = {
		{ 7, "SIP/2.0 404 x\r\nl:0\r\n\r\n", "SIP/2.0 404" },
		{ 5, "xySIP/2.0 500 x\r\nl:0\r\n\r\n", "SIP/2.0 500" },
		{ 8, "IP/2.0 500 x\r\nl:0\r\n\r\nSIP/2.0 404 x\r\nl:0\r\n\r\n", "SIP/2.0 404" },
		{ 90, "rest\r\nSIP/2.0 404 x\r\nl:0\r\n\r\n", "SIP/2.0 404" },
		{ 90, "SIP/2.0 404 x\r\nl:0\r\n\r\n", "SIP/2.0 404" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sipframe f = { 0 };
		struct slice s = { head, sizeof(head) - 1 }, rest = { cases[i].rest, strlen(cases[i].rest) };
		struct sipframe_step st = sipframe_next(&f, s, false);

		assert_false(st.ready);
		st = sipframe_gap(&f, s, cases[i].lost);
		assert_true(st.ready && st.cut);
		assert_int_equal(st.len, s.n);
		st = sipframe_next(&f, rest, false);
		assert_true(st.ready && !st.cut);
		assert_memory_equal(rest.p + st.eat, cases[i].message, 11);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_start_lines),
		cmocka_unit_test(test_strict_start_lines),
		cmocka_unit_test(test_start_truncations),
		cmocka_unit_test(test_line_without_end_is_refused),
		cmocka_unit_test(test_content_length),
		cmocka_unit_test(test_framing_any_segments),
		cmocka_unit_test(test_framing_truncations),
		cmocka_unit_test(test_endless_headers),
		cmocka_unit_test(test_gap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
