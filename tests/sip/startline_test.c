/* startline_test - which first lines count, and what is read from them (RFC 3261 7.1, 7.2). */
#include "fixture.h"
#include "sip/startline.h"

static enum sip_verdict
read_line(const char *text, struct startline *out)
{
	memset(out, 0, sizeof *out);
	return startline_read(slice_str(text), out);
}

static void
codes_are_three_digits(void **state)
{
	static const struct {
		const char *line;
		unsigned code;
	} cases[] = {
		{ "SIP/2.0 100 Trying", 100 },
		{ "SIP/2.0 699 x", 699 },
		{ "SIP/2.0 403", 403 },
		{ "sip/2.0 403 x", 403 },
		{ "SIP/2.0 403 ", 403 },
		{ "SIP/2.0 099 x", 0 },
		{ "SIP/2.0 700 x", 0 },
		{ "SIP/2.0 4294967699 x", 0 },
		{ "SIP/2.0 99999 x", 0 },
		{ "SIP/2.0 40 x", 0 },
		{ "SIP/2.0 403abc", 0 },
		{ "SIP/2.0 -05 x", 0 },
		{ "SIP/2.0  403 x", 0 },
		{ "SIP/2.0\t403 x", 0 },
		{ "SIP/2.0 403\tx", 0 },
		{ "SIP/2.0", 0 },
		{ "SIP/2.0 ", 0 },
		{ "SIP/9.9 403 x", 0 },
		{ "SIP/2.01 403 x", 0 },
		{ "SIP/ 403 x", 0 },
	};
	struct startline line;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		enum sip_verdict v = read_line(cases[i].line, &line);

		assert_int_equal(v, cases[i].code ? SIP_OK : SIP_MALFORMED);
		assert_int_equal(line.code, cases[i].code);
		if (v == SIP_OK)
			assert_int_equal(line.kind, SIP_RESPONSE);
	}
}

static void
phrase_is_kept_to_its_limit(void **state)
{
	char text[600] = "SIP/2.0 486 ";
	struct startline line;

	(void)state;
	assert_int_equal(read_line("SIP/2.0 486 Busy  Here \t", &line), SIP_OK);
	assert_slice(line.phrase, "Busy  Here");
	memset(text + 12, 'a', STARTLINE_PHRASE_MAX);
	assert_int_equal(read_line(text, &line), SIP_OK);
	assert_int_equal(line.phrase.n, STARTLINE_PHRASE_MAX);
	assert_false(line.cut);
	text[12 + STARTLINE_PHRASE_MAX] = 'a';
	assert_int_equal(read_line(text, &line), SIP_OK);
	assert_int_equal(line.phrase.n, STARTLINE_PHRASE_MAX);
	assert_true(line.cut);
}

static void
requests_are_split(void **state)
{
	struct startline line;

	(void)state;
	assert_int_equal(read_line("INVITE sip:a@b;user=phone SIP/2.0", &line), SIP_OK);
	assert_int_equal(line.kind, SIP_REQUEST);
	assert_slice(line.method, "INVITE");
	assert_slice(line.uri, "sip:a@b;user=phone");
	assert_int_equal(read_line("X-1 tel:+1 sip/2.0  ", &line), SIP_OK);
	assert_slice(line.uri, "tel:+1");
}

static void
requests_are_refused(void **state)
{
	struct startline line;

	(void)state;
	assert_int_equal(read_line("INVITE sip:a@b SIP/7.0", &line), SIP_MALFORMED);
	assert_int_equal(read_line("INVITE SIP/2.0", &line), SIP_MALFORMED);
	assert_int_equal(read_line("INVITE sip:a@b SIP/2.0.1", &line), SIP_MALFORMED);
	assert_int_equal(read_line("GET / HTTP/1.1", &line), SIP_NOT_SIP);
	assert_int_equal(read_line("IN(VITE sip:a@b SIP/2.0", &line), SIP_NOT_SIP);
	assert_int_equal(read_line("ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG sip:a SIP/2.0", &line), SIP_NOT_SIP);
	assert_int_equal(read_line("1NVITE sip:a@b SIP/2.0", &line), SIP_NOT_SIP);
	assert_int_equal(read_line("INVITE", &line), SIP_NOT_SIP);
	assert_int_equal(read_line("INVITE   ", &line), SIP_NOT_SIP);
	assert_int_equal(read_line("", &line), SIP_NOT_SIP);
}

static void
breaks_before_a_message_are_skipped(void **state)
{
	char text[80];

	(void)state;
	assert_slice(startline_skip(slice_str("\r\n\n\rSIP")), "SIP");
	memset(text, '\n', sizeof text);
	assert_int_equal(startline_skip((struct slice){ text, sizeof text }).n, sizeof text - STARTLINE_SKIP_MAX);
	assert_int_equal(startline_skip((struct slice){ NULL, 0 }).n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_are_three_digits),
		cmocka_unit_test(phrase_is_kept_to_its_limit),
		cmocka_unit_test(requests_are_split),
		cmocka_unit_test(requests_are_refused),
		cmocka_unit_test(breaks_before_a_message_are_skipped),
	};

	return cmocka_run_group_tests_name("sip/startline", tests, NULL, NULL);
}
